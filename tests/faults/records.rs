//! Bad records: they are named with file and line, and cost no other article.

use super::articles::{COPY, STORY, around, line};
use super::place::{Place, groups};
use std::fs;

#[test]
fn a_broken_json_line() {
    let broken =
        "{\"id\":\"x\",\"text\":\"cut off\n{'id': 1}\n[1, 2]\n\"text\"\n{\"text\":\"x\"} {}\n";
    Place::new().rejects(
        "news.jsonl",
        around(broken),
        &[
            ":2: not valid JSON: ",
            ":3: not valid JSON: a key in quotes is missing at column 2",
            ":4: a record must be a JSON object {...}",
            ":5: a record must be a JSON object {...}",
            ":6: not valid JSON: something after the end of the object at column 14",
        ],
    );
}

#[test]
fn a_line_that_ends_too_early_is_broken_at_its_end() {
    let done = Place::new().rejects(
        "news.jsonl",
        around("{\"id\":\"x\",\"text\":[\"y\"\r\n"),
        &[":2: not valid JSON: "],
    );
    assert!(done.said.contains(" at column 22\n"), "{}", done.said);
}

#[test]
fn a_line_without_text() {
    let without = "{\"id\":\"x\"}\n{\"id\":\"y\",\"text\":null}\n{\"text\":\" \\n\\t\"}\n\n{\"text\":\"\"}\n{\"text\":\"— … !\"}\n{}\n";
    let missing = "the text is missing or blank";
    Place::new().rejects(
        "news.jsonl",
        around(without),
        &[
            &format!(":2: {missing}"),
            &format!(":3: {missing}"),
            &format!(":4: {missing}"),
            &format!(":6: {missing}"),
            ":7: the text holds no words",
            &format!(":8: {missing}"),
        ],
    );
}

#[test]
fn a_wrong_type_in_a_field() {
    let wrong = "{\"id\":\"x\",\"text\":17}\n{\"id\":\"y\",\"text\":{\"de\":\"x\"}}\n{\"id\":\"z\",\"text\":[1]}\n";
    Place::new().rejects(
        "news.jsonl",
        around(wrong),
        &[
            ":2: the field \"text\" holds a number instead of a text",
            ":3: the field \"text\" holds an object instead of a text",
            ":4: the field \"text\" holds a list with something else than strings in it instead of a text",
        ],
    );
}

#[test]
fn a_wrong_type_beside_the_text_costs_no_article() {
    let place = Place::new();
    let odd = serde_json::json!({ "id": "c", "text": STORY, "title": {"en": "x"}, "url": [], "published": {}, "source": false });
    let done = place.rejects_nothing("news.jsonl", around(format!("{odd}\n")));
    assert_eq!(done.groups(), groups(&["a b c"]));
    let odd = serde_json::json!({ "id": ["c", "d"], "text": STORY });
    let done = place.rejects_nothing("news.jsonl", around(format!("{odd}\n")));
    assert_eq!(done.groups(), groups(&["a b news.jsonl:2"]));
}

#[test]
fn a_date_that_cannot_be_read_is_said_and_costs_no_article() {
    let place = Place::new();
    let dated = |id: &str, date: &str| {
        let record = serde_json::json!({ "id": id, "text": STORY, "published": date });
        format!("{record}\n")
    };
    let records = [
        dated("c", "2026-03-01"),
        dated("d", " "),
        dated("e", "soon"),
        dated("f", "2026-13-01\u{1b}"),
    ];
    let go = |between: String| {
        place.file("news.jsonl", around(between));
        place.cluster(&["news.jsonl"])
    };
    let done = go(records.concat());
    assert_eq!(done.groups(), groups(&["a b c d e f"]));
    let said = "2 articles have dates that cannot be read, and count as undated, first news.jsonl:4 \"soon\".";
    assert!(done.said.replace('\n', " ").contains(said), "{}", done.said);
    let done = go(records[3..].concat());
    let said = "1 article has a date that cannot be read, and counts as undated: news.jsonl:2";
    assert!(done.said.replace('\n', " ").contains(said), "{}", done.said);
    assert!(!done.said.contains('\u{1b}'), "{}", done.said);
}

#[test]
fn invalid_utf8() {
    let bytes = [
        b"{\"id\":\"x\",\"text\":\"caf\xe9 in latin-1\"}\n",
        &b"\xff\xfe\n"[..],
    ]
    .concat();
    let place = Place::new();
    let done = place.rejects(
        "news.jsonl",
        around(bytes),
        &[
            ":2: not valid UTF-8: byte 0xe9",
            ":3: not valid UTF-8: byte 0xff",
        ],
    );
    let at = line("a", STORY).len() + 22;
    let place = format!("byte 0xe9 at byte {at} of the file");
    assert!(done.said.contains(&place), "{} {place}", done.said);
    assert!(done.said.contains("iconv"), "{}", done.said);

    let place = Place::new();
    place.rejects(
        "news.csv",
        [
            format!("id,text\na,\"{STORY}\"\nx,caf").as_bytes(),
            b"\xe9\n",
            format!("b,\"{COPY}\"\n").as_bytes(),
        ]
        .concat(),
        &[":3: not valid UTF-8: byte 0xe9"],
    );
}

#[test]
fn utf16_is_named_as_such() {
    let place = Place::new();
    let wide: Vec<u8> = line("x", STORY)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    place.file("wide.jsonl", [&b"\xff\xfe"[..], &wide].concat());
    place.file("news.jsonl", around(""));
    let done = place.cluster(&["wide.jsonl", "news.jsonl"]);
    done.rejected("wide.jsonl", &[": the file is in UTF-16, not in UTF-8"]);
    assert_eq!(done.groups(), groups(&["a b"]));
}

/// The pair in every format.
fn formats(line_end: &str) -> Vec<(&'static str, String)> {
    let object = |id, text| serde_json::json!({ "id": id, "text": text });
    let rows = |separator: &str| {
        let row = |id, text| format!("{id}{separator}\"{text}\"{line_end}");
        format!(
            "id{separator}text{line_end}{}{}",
            row("a", STORY),
            row("b", COPY)
        )
    };
    vec![
        (
            "news.jsonl",
            around("")
                .iter()
                .map(|&b| b as char)
                .collect::<String>()
                .replace('\n', line_end),
        ),
        (
            "news.json",
            format!(
                "[{line_end}{},{line_end}{}{line_end}]{line_end}",
                object("a", STORY),
                object("b", COPY)
            ),
        ),
        ("news.csv", rows(",")),
        ("news.tsv", rows("\t")),
    ]
}

#[test]
fn a_byte_order_mark() {
    for (name, content) in formats("\n") {
        let done = Place::new().rejects_nothing(name, format!("\u{feff}{content}"));
        assert_eq!(done.groups(), groups(&["a b"]), "{name}");
    }
    let place = Place::new();
    place.file("a.txt", format!("\u{feff}{STORY}"));
    place.file("b.txt", STORY);
    let done = place.cluster(&["a.txt", "b.txt"]);
    assert_eq!(done.groups(), groups(&["a.txt b.txt"]), "{}", done.said);
    // It is no part of the first word.
    assert!(done.rows().iter().all(|row| row["jaccard"] == "1.0000"));
}

#[test]
fn windows_line_ends() {
    for (name, content) in formats("\r\n") {
        let done = Place::new().rejects_nothing(name, &content);
        assert_eq!(done.groups(), groups(&["a b"]), "{name}");
        let lines: Vec<String> = done.rows().iter().map(|row| row["line"].clone()).collect();
        let wanted = if name == "news.jsonl" {
            ["1", "2"]
        } else {
            ["2", "3"]
        };
        assert_eq!(lines, wanted, "{name}");
    }
    let place = Place::new();
    place.file("a.txt", format!("Harbour closed\r\n\r\n{STORY}\r\n"));
    place.file("b.txt", format!("Harbour closed\n\n{STORY}\n"));
    let done = place.cluster(&["a.txt", "b.txt"]);
    assert_eq!(done.groups(), groups(&["a.txt b.txt"]), "{}", done.said);
    assert!(
        done.rows()
            .iter()
            .all(|row| row["title"] == "Harbour closed")
    );
}

#[test]
fn nul_bytes() {
    // Raw ones are no JSON; escaped ones are as good as any character, in a text as in an id.
    let raw = "{\"id\":\"x\",\"text\":\"a\0b\"}\n\0\n";
    let escaped = STORY.replace(' ', "\\u0000");
    let content = around(format!(
        "{raw}{{\"id\":\"c\\u0000d\",\"text\":\"{escaped}\"}}\n"
    ));
    let place = Place::new();
    place.file("news.jsonl", content);
    let done = place.cluster(&["news.jsonl"]);
    done.rejected(
        "news.jsonl",
        &[":2: not valid JSON: ", ":3: not valid JSON: "],
    );
    assert_eq!(done.groups(), groups(&["a b c\0d"]));

    let nul = STORY.replacen(' ', "\0", 3);
    let place = Place::new();
    let done = place.rejects_nothing(
        "news.csv",
        format!("id,text\na,\"{STORY}\"\nb\0,\"{nul}\"\n"),
    );
    assert_eq!(done.groups(), groups(&["a b\0"]));
    place.file("a.txt", STORY);
    place.file("b.txt", nul);
    let done = place.cluster(&["a.txt", "b.txt"]);
    assert_eq!(done.groups(), groups(&["a.txt b.txt"]), "{}", done.said);
}

#[test]
fn duplicate_ids_keep_both_articles() {
    let place = Place::new();
    place.file(
        "news.jsonl",
        [line("a", STORY), line("a", COPY), line("b", COPY)].concat(),
    );
    let done = place.cluster(&["news.jsonl"]);
    assert_eq!(done.code, Some(0), "{}", done.said);
    let found: Vec<(String, String)> = done
        .rows()
        .iter()
        .map(|r| (r["id"].clone(), r["line"].clone()))
        .collect();
    let wanted =
        [("a", "1"), ("a", "2"), ("b", "3")].map(|(id, line)| (id.to_owned(), line.to_owned()));
    assert_eq!(found, wanted);
}

#[test]
fn nested_beyond_all_measure() {
    const DEEP: usize = 500_000;
    let (open, close) = ("[".repeat(DEEP), "]".repeat(DEEP));
    let objects = format!("{}1{}", "{\"a\":".repeat(DEEP), "}".repeat(DEEP));
    let lines = format!(
        "{{\"id\":\"x\",\"text\":{open}\n{{\"id\":\"y\",\"text\":{open}{close}}}\n{{\"id\":\"c\",\"deep\":{objects},\"text\":{STORY:?}}}\n{open}{close}\n"
    );
    let place = Place::new();
    place.file("news.jsonl", around(lines));
    let done = place.cluster(&["news.jsonl"]);
    done.rejected(
        "news.jsonl",
        &[
            ":2: not valid JSON: ",
            ":3: the field \"text\" holds a list with something else than strings in it",
            ":5: a record must be a JSON object {...}",
        ],
    );
    assert_eq!(done.groups(), groups(&["a b c"]));

    let array = format!(
        "[{},\n{open}{close},\n{}]",
        line("a", STORY).trim(),
        line("b", COPY).trim()
    );
    Place::new().rejects(
        "news.json",
        array,
        &[":2: a record must be a JSON object {...}"],
    );
}

/// A text that loses a learnt line is so short that its title counts, and that is longer than two bytes can tell.
#[test]
fn a_title_of_seventy_thousand_words() {
    let place = Place::new();
    let title = "more ".repeat(70_000);
    let article = |n: usize, title: &str| {
        let words: Vec<String> = (0..45).map(|at| format!("quay{n}breakwater{at}")).collect();
        let tail = "Write to the harbour desk at the old customs house on the quay";
        format!(
            r#"{{"id":"{n}","source":"Vellan Post","title":"{title}","text":"{}.\n\n{tail}"}}"#,
            words.join(" ")
        )
    };
    let mut lines: Vec<String> = (1..40).map(|n| article(n, "")).collect();
    lines.extend([article(0, &title), article(0, &title)]);
    place.file("news.jsonl", lines.join("\n"));
    let done = place.cluster(&["news.jsonl", "--summary", "run.json"]);
    assert_eq!(done.code, Some(0), "{}", done.said);
    let summary = fs::read_to_string(place.path("run.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    // It was learnt and taken off, or nothing of this would be tested.
    assert_eq!(summary["furniture"]["learnt_lines"], 1, "{summary}");
    assert_eq!(summary["found"]["exact_duplicates"], 1, "{summary}");
}
