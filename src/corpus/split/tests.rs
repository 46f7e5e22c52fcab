//! Records of every arrangement, as they are split.

use super::*;
use crate::reject::RejectReason;

fn split(arrangement: Arrangement, text: &str) -> (Vec<&str>, Option<RejectReason>) {
    let bytes = text.as_bytes();
    let mut splitter = Splitter::new(arrangement);
    let (mut at, mut out, mut broken) = (0, Vec::new(), None);
    loop {
        match splitter.start(bytes, &mut at) {
            Start::At => {
                let start = at;
                match splitter.end(bytes, &mut at) {
                    Some(end) => out.push(&text[start..end]),
                    None => {
                        return match splitter.last(&bytes[start..]) {
                            Last::Record => {
                                out.push(&text[start..]);
                                (out, broken)
                            }
                            Last::Broken(fault) => (out, Some(fault.reason)),
                        };
                    }
                }
            }
            Start::NotYet => return (out, broken.or(splitter.finish().map(|f| f.reason))),
            Start::Broken(fault) => broken = Some(fault.reason),
        }
    }
}

#[test]
fn lines() {
    assert_eq!(
        split(Arrangement::Lines, "a\r\n\nb"),
        (vec!["a\r\n", "\n", "b"], None)
    );
}

#[test]
fn rows() {
    let rows = |t| split(Arrangement::Rows(b','), t);
    assert_eq!(rows("a,b\r\n\r\nc,d\n"), (vec!["a,b\r\n", "c,d\n"], None));
    assert_eq!(
        rows("\"x\ny\",\"p\"\"\nq\"\nz"),
        (vec!["\"x\ny\",\"p\"\"\nq\"\n", "z"], None)
    );
    assert_eq!(rows("a\rb\r"), (vec!["a\r", "b\r"], None));
    assert_eq!(rows("a 5\" disk,b\nc"), (vec!["a 5\" disk,b\n", "c"], None));
    assert_eq!(
        rows("a,\"b\nc"),
        (vec![], Some(RejectReason::UnclosedQuote))
    );
}

#[test]
fn a_broken_value_takes_nothing_else_with_it() {
    let trimmed = |(found, fault): (Vec<&str>, _)| {
        let found: Vec<String> = found.iter().map(|it| it.trim_end().into()).collect();
        (found, fault)
    };
    for broken in [
        // A quote is missing, or a bracket.
        "{\"a\":\"open},",
        "{\"a\":[1,2},",
        "{\"a\":{\"b\":1},",
        "{\"a\":1",
        "{\n  \"a\": {\n   \"b\": [\n    1\n   },\n",
        // Or it is of the wrong kind, and what is behind it belongs to the value.
        "{\"a\":[1,2},\"b\":{\"c\":3}}",
        "{\"a\":{\"b\":1],\"c\":[{}]}",
        "{\"a\":\"one\n{ two\",\"b\":[{}]}",
        "{\"a\":\"var a = [\n{ x: 1 },\n{ y: 2 }\n];\"}",
        "{\"a\":[1,2},\"b\":[\n{\"c\":1},\n{\"c\":2}\n]}",
    ] {
        let text = format!("[{{}},\n{broken}\n{{\"b\":2}},\n3]");
        let (found, fault) = trimmed(split(Arrangement::Array, &text));
        assert_eq!((found.len(), fault), (4, None), "{broken}: {found:?}");
        assert_eq!(found[2..], ["{\"b\":2}", "3"], "{broken}");
        let text = format!("{{}}\n{broken}\n{{\"b\":2}}\n");
        let (found, fault) = trimmed(split(Arrangement::Sequence, &text));
        assert_eq!((found.len(), fault), (3, None), "{broken}: {found:?}");
        assert_eq!(found[2], "{\"b\":2}", "{broken}");
    }
    // What is indented more belongs to the value, however broken it is.
    let nested = "{\"a\":[1},\n  {\"b\":[\n  {}]}}";
    assert_eq!(split(Arrangement::Sequence, nested).0, [nested]);
    // Sound values end where their brackets do, however deep, and whatever stands in their lines.
    let deep = "{\"a\":[\n".repeat(100) + &"]}".repeat(100);
    assert_eq!(
        split(Arrangement::Sequence, &deep),
        (vec![deep.as_str()], None)
    );
    let lines = "{\"a\":\n{\"b\":[\n{},\n{\"c\":\"}\\\"{\"}]}}";
    assert_eq!(split(Arrangement::Sequence, lines), (vec![lines], None));
}

#[test]
fn an_unfinished_record_says_what_went_with_it() {
    for (record, end) in [
        ("a,\"b", "the end of the file"),
        ("a,\"b\n", "the end of the file"),
        (
            "a,\"b\nc",
            "the end of the file, which takes the line below with it",
        ),
        (
            "a,\"b\nc\n\nd\n",
            "the end of the file, which takes the 3 lines below with it",
        ),
    ] {
        assert_eq!(end_of_file(record.as_bytes()), end);
    }
}

#[test]
fn objects() {
    let objects = |t| split(Arrangement::Sequence, t);
    assert_eq!(
        objects("{\"a\":\"}\\\"\"}\n {\n}\n[1] 2 \"x\" nul{}"),
        (
            vec![
                "{\"a\":\"}\\\"\"}",
                "{\n}",
                "[1]",
                "2",
                "\"x\"",
                "nul",
                "{}"
            ],
            None
        )
    );
    assert_eq!(
        objects("{} {"),
        (vec!["{}"], Some(RejectReason::InvalidJson))
    );
}

#[test]
fn arrays() {
    let array = |t| split(Arrangement::Array, t);
    assert_eq!(array(" [ ] "), (vec![], None));
    assert_eq!(array(""), (vec![], None));
    assert_eq!(
        array("[{\"a\":[1]}, 2,\"]\" ]"),
        (vec!["{\"a\":[1]}", "2", "\"]\""], None)
    );
    assert_eq!(
        array("[{}\n {}\n{\"a\":1}]\n[{}, 1]"),
        (vec!["{}", "{}", "{\"a\":1}", "{}", "1"], None)
    );
    for broken in [
        "[{} {}]", "[{}\n1]", "[{},]", "[{}", "[{},", "[,{}]", "[{}] x", "[{}]]",
    ] {
        let (records, reason) = array(broken);
        assert_eq!(reason, Some(RejectReason::BrokenArray), "{broken}");
        assert!(records.len() <= 1, "{broken}");
    }
    assert_eq!(array("[{}] x").0.len(), 1);
    // What cannot stand there takes no other line with it.
    for broken in [
        "\"a\":1},",
        ",",
        "{\"a\":1}},",
        "{\"a\":1}],",
        "{\"a\":1},,",
        "{\"a\":1},]",
        "oh no",
    ] {
        let text = format!("[\n{{}},\n{broken}\n{{\"b\":2}},\n{{\"c\":3}}\n]\n");
        let (records, reason) = split(Arrangement::Array, &text);
        assert_eq!(
            records[records.len() - 2..],
            ["{\"b\":2}", "{\"c\":3}"],
            "{broken}"
        );
        assert!(reason.is_some(), "{broken}");
    }
    assert_eq!(array("[{\"a\"").1, Some(RejectReason::InvalidJson));
}
