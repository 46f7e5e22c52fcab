//! The corpus as a whole: files in, articles and rejects out.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;

use super::*;
use crate::progress::{Silent, Stage, Unit};

/// An article with what says where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    file: u32,
    line: u64,
    offset: u64,
    raw: Vec<u8>,
    article: Result<[String; 6], RejectReason>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Run {
    seen: Vec<Seen>,
    /// Found while splitting.
    rejects: Vec<Reject>,
    /// Found while parsing.
    parse_rejects: Vec<Reject>,
}

impl Run {
    fn texts(&self) -> Vec<&str> {
        let texts = self.seen.iter().filter_map(|s| s.article.as_ref().ok());
        texts.map(|a| a[5].as_str()).collect()
    }

    fn ids(&self) -> Vec<&str> {
        let texts = self.seen.iter().filter_map(|s| s.article.as_ref().ok());
        texts.map(|a| a[0].as_str()).collect()
    }

    /// Line and reason of all rejects.
    fn reasons(&self) -> Vec<(Option<u64>, &'static str)> {
        let all = self.rejects.iter().chain(&self.parse_rejects);
        let mut reasons: Vec<_> = all.map(|r| (r.line, r.reason.as_str())).collect();
        reasons.sort_unstable();
        reasons
    }

    fn detail(&self) -> &str {
        let mut all = self.rejects.iter().chain(&self.parse_rejects);
        &all.next().expect("a reject").detail
    }
}

fn scan(corpus: &Corpus) -> Result<Run> {
    let mut run = Run::default();
    corpus.scan(
        Stage::Fingerprint,
        &Silent,
        Parser::new,
        |parser, block| {
            let mut part = Run {
                rejects: block.rejects.clone(),
                ..Run::default()
            };
            for record in &block.records {
                let article = match parser.parse(corpus, block, record) {
                    Ok(a) => Ok([a.id, a.title, a.source, a.published, a.url, a.text]
                        .map(|s| s.into_owned())),
                    Err(reject) => {
                        let reason = reject.reason;
                        part.parse_rejects.push(reject);
                        Err(reason)
                    }
                };
                part.seen.push(Seen {
                    file: block.file,
                    line: record.line,
                    offset: record.offset,
                    raw: block.raw(record).to_vec(),
                    article,
                });
            }
            Ok(part)
        },
        |part| {
            run.seen.extend(part.seen);
            run.rejects.extend(part.rejects);
            run.parse_rejects.extend(part.parse_rejects);
            Ok(())
        },
    )?;
    Ok(run)
}

fn threads<T: Send>(n: usize, f: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n);
    pool.build().unwrap().install(f)
}

struct Dir(tempfile::TempDir);

impl Dir {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }
}

fn open(path: &Path, options: CorpusOptions) -> Result<Corpus> {
    Corpus::open(&[path.to_path_buf()], options, &Silent)
}

fn run_with(name: &str, content: impl AsRef<[u8]>, options: CorpusOptions) -> Result<Run> {
    let dir = Dir::new();
    scan(&open(&dir.file(name, content), options)?)
}

fn run(name: &str, content: impl AsRef<[u8]>) -> Run {
    run_with(name, content, CorpusOptions::default()).unwrap()
}

fn fatal(name: &str, content: impl AsRef<[u8]>, fields: FieldNames) -> String {
    let options = CorpusOptions {
        fields,
        ..CorpusOptions::default()
    };
    match run_with(name, content, options) {
        Err(Error::Input(message)) => message,
        other => panic!("{other:?}"),
    }
}

pub(super) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut e = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    e.write_all(data).unwrap();
    e.finish().unwrap()
}

/// gzip members that say how long they are, as bgzip writes them; one of no data for none.
pub(super) fn bgzf(data: &[u8]) -> Vec<u8> {
    let members = data.chunks(0xff00).chain(data.is_empty().then_some(data));
    members.flat_map(member).collect()
}

fn member(data: &[u8]) -> Vec<u8> {
    let plain = gzip(data);
    // Two other fields before the one that counts, and one after it.
    let fields = b"XY\x02\0..BC\x02\0LLZZ\x01\0.";
    let mut member = plain[..10].to_vec();
    member[3] = 4;
    member.extend((fields.len() as u16).to_le_bytes());
    member.extend(fields);
    member.extend(&plain[10..]);
    let length = (member.len() - 1) as u16;
    member[22..24].copy_from_slice(&length.to_le_bytes());
    member
}

/// A zstd frame that says, or does not, how long its content is and which checksum it has.
pub(super) fn frame(data: &[u8], says: bool) -> Vec<u8> {
    let mut e = zstd::Encoder::new(Vec::new(), 1).unwrap();
    if says {
        e.set_pledged_src_size(Some(data.len() as u64)).unwrap();
        e.include_checksum(true).unwrap();
    }
    // The encoder would say it by itself if it were given all at once.
    for part in data.chunks(data.len().div_ceil(2).max(1)) {
        e.write_all(part).unwrap();
        e.flush().unwrap();
    }
    e.finish().unwrap()
}

fn text_field(name: &str) -> FieldNames {
    FieldNames {
        text: Some(name.into()),
        ..FieldNames::default()
    }
}

#[test]
fn jsonl_with_everything_that_can_be_wrong() {
    let content = [
        &b"\xef\xbb\xbf{\"id\":1,\"text\":\"one\",\"title\":\"T\",\"source\":{\"name\":\"S\"},\"date\":20240620,\"link\":\"u\"}\r\n"[..],
        b"\n   \n",
        b"{\"text\":\"four\"}\n",
        b"{broken\n",
        b"{\"text\":\"caf\xe9\"}\n",
        b"{\"id\":7}\n",
        b"{\"id\":8,\"text\":5}\n",
        b"{\"id\":true,\"text\":\"x\"}\n",
        b"[1]\n",
        b"{\"text\":\"nul\0\"}\n",
        b"{\"id\":\"x\",\"text\":\"last\"}",
    ]
    .concat();
    let run = run("news.jsonl", content);
    assert_eq!(run.texts(), ["one", "four", "x", "last"]);
    // What is only guessed to be an id may be anything.
    assert!(run.ids()[2].ends_with("news.jsonl:9"), "{:?}", run.ids());
    assert!(run.ids()[1].ends_with("news.jsonl:4"), "{:?}", run.ids());
    let first = run.seen[0].article.as_ref().unwrap();
    assert_eq!(
        first.each_ref().map(|s| s.as_str()),
        ["1", "T", "S", "20240620", "u", "one"]
    );
    assert_eq!((run.seen[0].line, run.seen[0].offset), (1, 3));
    assert!(run.seen[0].raw.ends_with(b"}\r\n"));
    assert_eq!(
        run.reasons(),
        [
            (Some(5), "invalid_json"),
            (Some(6), "invalid_utf8"),
            (Some(7), "missing_text"),
            (Some(8), "wrong_type"),
            (Some(10), "not_an_object"),
            (Some(11), "invalid_json"),
        ]
    );
    let utf8 = run
        .parse_rejects
        .iter()
        .find(|r| r.reason == RejectReason::InvalidUtf8)
        .unwrap();
    assert!(
        utf8.detail.contains("0xe9") && utf8.detail.contains("iconv"),
        "{utf8}"
    );
    assert!(utf8.to_string().contains("news.jsonl:6: "));
    let wrong = run
        .parse_rejects
        .iter()
        .find(|r| r.line == Some(8))
        .unwrap();
    assert!(wrong.detail.contains("\"text\" holds a number"), "{wrong}");
}

#[test]
fn an_article_without_an_id_has_its_place_for_one() {
    let ids = |name: &str, content: &str| {
        let run = run(name, content);
        let ids = run
            .ids()
            .into_iter()
            .map(|id| id.rsplit('/').next().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let array = "[{\"text\":\"a\"},{\"text\":\"b\"}, {\"text\":\"c\"},\n{\"text\":\"d\"}]";
    let wanted = ["a.json:1", "a.json:1:2", "a.json:1:3", "a.json:2"];
    assert_eq!(ids("a.json", array), wanted);
    let rows = "text,x\ra,1\rb,2\rc,3\r";
    assert_eq!(ids("a.csv", rows), ["a.csv:1", "a.csv:1:2", "a.csv:1:3"]);
    let lines = "{\"text\":\"a\"}\n\n{\"text\":\"b\"}\n";
    assert_eq!(ids("a.jsonl", lines), ["a.jsonl:1", "a.jsonl:3"]);

    let wrong = "{\"guid\":{\"#text\":\"x\"},\"text\":\"a\"}\n";
    assert_eq!(ids("a.jsonl", wrong), ["a.jsonl:1"]);
    let fields = FieldNames {
        id: Some("guid".into()),
        ..FieldNames::default()
    };
    let options = CorpusOptions {
        fields,
        ..CorpusOptions::default()
    };
    let content = format!("{wrong}{{\"guid\":\"y\",\"text\":\"b\"}}\n");
    let named = run_with("a.jsonl", content, options).unwrap();
    assert_eq!(named.reasons(), [(Some(1), "wrong_type")]);
    assert_eq!(named.ids(), ["y"]);
}

#[test]
fn json_in_all_its_arrangements() {
    let array = run(
        "a.json",
        "\u{feff}\n[{\"text\":\"a\"},\n 5, {\n\"text\":\"b\"}]\n",
    );
    assert_eq!(array.texts(), ["a", "b"]);
    assert_eq!(array.reasons(), [(Some(3), "not_an_object")]);
    assert_eq!(array.seen[2].raw, b"{\n\"text\":\"b\"}");

    let pretty = run(
        "a.json",
        "{\n \"text\": \"a\"\n}\n{\n \"text\": \"b\"\n}{\"text\":\"c\"}",
    );
    assert_eq!(pretty.texts(), ["a", "b", "c"]);
    assert_eq!(pretty.seen[2].line, 6);

    assert_eq!(
        run("a.json", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n").texts(),
        ["a", "b"]
    );
    assert_eq!(
        run("a.jsonl", "[{\"text\":\"a\"},{\"text\":\"b\"}]").texts(),
        ["a", "b"]
    );
    assert_eq!(
        run("dump", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n").texts(),
        ["a", "b"]
    );

    let cut = run("a.json", "[{\"text\":\"a\"},\n{\"text\":\"b\"},\n{\"te");
    assert_eq!(cut.texts(), ["a", "b"]);
    assert_eq!(cut.reasons(), [(Some(3), "invalid_json")]);
    let joined = run(
        "a.json",
        "[{\"text\":\"a\"}\n{\"text\":\"b\"}]\n[{\"text\":\"c\"}]",
    );
    assert_eq!(joined.texts(), ["a", "b", "c"]);
    let unclosed = run(
        "a.json",
        "[{\"text\":\"a},\n{\"text\":\"b\"},\n{\"text\":[\"c\"},\n{\"text\":\"d\"}]",
    );
    assert_eq!(unclosed.texts(), ["b", "d"]);
    let reasons = [(Some(1), "invalid_json"), (Some(3), "invalid_json")];
    assert_eq!(unclosed.reasons(), reasons);
    let broken = run("a.json", "[{\"text\":\"a\"}\n\"b\"]");
    assert_eq!(broken.texts(), ["a"]);
    assert_eq!(broken.reasons(), [(Some(2), "broken_array")]);
    let on_one_line = run(
        "a.json",
        "[{\"text\":\"a\"}, {\"text\":b}, {\"text\":\"c\"}]",
    );
    assert_eq!(on_one_line.texts(), ["a", "c"]);
    let detail = on_one_line.detail();
    assert!(
        detail.ends_with("(record 2 of the line, from byte 15 of the file on)"),
        "{detail}"
    );
}

#[test]
fn csv_and_tsv() {
    let content = "\u{feff}ID,Headline,Text\r\n1,T,\"a \"\"b\"\",\r\nc\"\r\n\r\n2,T\r\n3,T,x,y\r\n,,\"d\0\"\n4,T,\" \"\n5,T,\"open";
    let dir = Dir::new();
    let path = dir.file("news.csv", content);
    let corpus = open(&path, CorpusOptions::default()).unwrap();
    assert_eq!(corpus.header(0), b"ID,Headline,Text\r\n");
    let csv = scan(&corpus).unwrap();
    assert_eq!(csv.texts(), ["a \"b\",\r\nc", "d\0"]);
    assert_eq!(csv.seen[0].line, 2);
    assert_eq!(csv.seen[0].offset, 3 + 18);
    assert!(csv.ids()[1].ends_with("news.csv:7"));
    assert_eq!(
        csv.reasons(),
        [
            (Some(5), "ragged_row"),
            (Some(6), "ragged_row"),
            (Some(8), "missing_text"),
            (Some(9), "unclosed_quote"),
        ]
    );
    assert!(
        csv.parse_rejects[0]
            .detail
            .contains("2 fields and the header 3")
    );

    let tsv = run("news.tsv", "id\ttext\n1\ta, b\n2\t\"c\td\"\n");
    assert_eq!(tsv.texts(), ["a, b", "c\td"]);
    assert_eq!(run("dump", "id,text\n1,a\n").texts(), ["a"]);
    assert_eq!(run("empty.csv", "").seen, []);
    let latin = run("latin.csv", b"id,text\n1,caf\xe9\n");
    assert_eq!(latin.reasons(), [(Some(2), "invalid_utf8")]);
}

#[test]
fn text_files() {
    let dir = Dir::new();
    dir.file("d/a.txt", "A title\n\nPublished: 6/20/2024\n\nThe body.\n");
    dir.file("d/b.txt", "");
    dir.file("d/c.txt", " \n");
    dir.file("d/d.txt.gz", gzip(b"\xef\xbb\xbfZipped.\n"));
    dir.file("d/e.txt", b"\xff\xfeT\0");
    dir.file("d/f.txt", b"caf\xe9");
    dir.file("d/g.pdf", "");
    let corpus = open(&dir.0.path().join("d"), CorpusOptions::default()).unwrap();
    assert_eq!(corpus.skipped_files(), 1);
    assert_eq!(corpus.files().len(), 6);
    assert_eq!(corpus.files()[3].compression, Compression::Gzip);
    let run = scan(&corpus).unwrap();
    assert_eq!(
        run.texts(),
        ["Published: 6/20/2024\n\nThe body.", "Zipped."]
    );
    let first = run.seen[0].article.as_ref().unwrap();
    assert!(first[0].ends_with("a.txt") && first[1] == "A title" && first[3] == "6/20/2024");
    assert_eq!(
        run.reasons(),
        [
            (None, "invalid_utf8"),
            (None, "missing_text"),
            (None, "missing_text"),
            (None, "utf16")
        ]
    );
    let utf16 = |reject: &&Reject| reject.detail.contains("iconv -f UTF-16");
    assert_eq!(run.rejects.iter().filter(utf16).count(), 1);
}

#[test]
fn a_file_of_rejects_or_of_nothing_is_no_error() {
    assert_eq!(run("a.jsonl", "").seen, []);
    assert_eq!(run("a.json", "\n").seen, []);
    assert_eq!(run("a.jsonl", "{\n[\n").reasons().len(), 2);
    assert_eq!(run("a.jsonl", b"\xfe\xff\0{").reasons(), [(None, "utf16")]);
}

#[test]
fn a_long_first_line_and_a_broken_one_are_lines_like_others() {
    let long = "x".repeat(200_000);
    for first in [format!("{{\"text\":\"{long}\"}}"), "{\"text\":\"a".into()] {
        let content = format!("{first}\n{{\"text\":\"b\"}}\n{{\"text\":\"c\n{{\"text\":\"d\"}}\n");
        for name in ["a.json", "a.jsonl", "dump"] {
            let run = run(name, &content);
            assert!(run.texts().ends_with(&["b", "d"]), "{name}");
            assert_eq!(run.texts().len() + run.reasons().len(), 4, "{name}");
        }
    }
    let pretty = "{\n  \"text\": \"a\"\n}\n{\n  \"text\": \"b\"\n}\n";
    assert_eq!(run("a.jsonl", pretty).texts(), ["a", "b"]);
}

#[test]
fn a_quote_that_is_never_closed_costs_its_row_alone() {
    let row = |number: usize| format!("{number},A title,text number {number}\n");
    let rows = |numbers: std::ops::Range<usize>| numbers.map(row).collect::<String>();
    let content = format!(
        "id,title,text\n{}5,\"A title,text\n{}20,A title,\"open\n{}",
        rows(1..5),
        rows(6..20),
        rows(21..40)
    );
    let wanted: Vec<String> = (1..40)
        .filter(|n| ![5, 20].contains(n))
        .map(|n| n.to_string())
        .collect();
    for max_document in [200, 16 << 20] {
        for block_bytes in [1, 150, 1 << 20] {
            let options = CorpusOptions {
                max_document,
                block_bytes,
                ..CorpusOptions::default()
            };
            let run = run_with("a.csv", &content, options).unwrap();
            assert_eq!(run.ids(), wanted, "{max_document} {block_bytes}");
            let alone = [6, 21].map(|line| (Some(line), "unclosed_quote"));
            assert_eq!(run.reasons(), alone, "{max_document} {block_bytes}");
        }
    }
    // A text that was cut with its file is no row after row.
    let prose = "In Rome, he said, it rains.\nIn Oslo, too.\nSo it does, \"most days\", in Bergen.\nAnd so on.\n";
    let cut = run(
        "a.csv",
        format!(
            "id,title,text\n1,a,b\n2,A title,\"{}",
            prose.replace('"', "\"\"")
        ),
    );
    assert_eq!(cut.ids(), ["1"]);
    assert_eq!(cut.reasons(), [(Some(3), "unclosed_quote")]);
    assert!(
        cut.detail().contains("the 3 lines below"),
        "{}",
        cut.detail()
    );
}

#[test]
fn what_is_no_text_is_one_reject() {
    let mut tar = b"news.jsonl\0".to_vec();
    tar.resize(257, 0);
    tar.extend_from_slice(b"ustar\x0000{\"text\":\"a\"}\n");
    for (name, content, reason, part) in [
        ("b.tar", tar.clone(), "not_text", "a tar archive"),
        ("b.tar.gz", gzip(&tar), "not_text", "a tar archive"),
        (
            "b.csv",
            b"PK\x03\x04\n\n".to_vec(),
            "not_text",
            "spreadsheet",
        ),
        ("b.parquet", b"PAR1\x15\0".to_vec(), "not_text", "Parquet"),
        (
            "b.txt",
            b"<!DOCTYPE html>\n<p>a b</p>".to_vec(),
            "not_text",
            "HTML",
        ),
        (
            "b.jsonl.gz",
            gzip(&gzip(b"{\"text\":\"a\"}\n")),
            "not_text",
            "compressed twice",
        ),
        ("b.txt", b"PAR1\x15\0".to_vec(), "not_text", "Parquet"),
        ("c.txt", b"a\0b\0c\0".to_vec(), "utf16", "UTF-16LE"),
        (
            "b.bin",
            b"\xcf\xfa\xed\xfe\x02\0\x01".to_vec(),
            "not_text",
            "zero bytes",
        ),
        ("b.jsonl", b"{\0}\0\n\0".to_vec(), "utf16", "UTF-16LE"),
    ] {
        for block_bytes in [1, 1 << 20] {
            let options = CorpusOptions {
                block_bytes,
                ..CorpusOptions::default()
            };
            let run = run_with(name, &content, options).unwrap();
            assert!(run.texts().is_empty(), "{name}");
            assert_eq!(run.reasons(), [(None, reason)], "{name}");
            assert!(run.detail().contains(part), "{name}: {}", run.detail());
        }
    }
}

#[test]
fn rows_go_by_the_separator_of_their_header() {
    for (name, content) in [
        ("a.csv", "id;text\n1;a, b\n2;\"c; d\"\n"),
        ("a.tsv", "id|text\n1|a, b\n2|c; d\n"),
        ("dump", "id;text\r\n1;a, b\r\n2;\"c; d\"\r\n"),
    ] {
        assert_eq!(run(name, content).texts(), ["a, b", "c; d"], "{name}");
    }
}

#[test]
fn a_missing_or_ambiguous_text_field_is_found_at_once() {
    let none = FieldNames::default;
    let message = fatal(
        "a.jsonl",
        "{\"id\":1,\"inhalt\":\"x\",\"meta\":{\"lang\":\"de\"}}\n",
        none(),
    );
    assert!(
        message.contains("--text-field") && message.contains("id, inhalt, meta.lang"),
        "{message}"
    );
    let message = fatal("a.csv", "id,inhalt\n1,x\n", none());
    assert!(
        message.contains("--text-field") && message.contains("id, inhalt"),
        "{message}"
    );
    for (name, content, named, parts) in [
        (
            "a.json",
            "{\"status\":\"ok\",\"articles\":[{\"text\":\"a\"},{\"text\":\"b\"}]}",
            none(),
            ["articles holds a list of 2 objects", "jq -c '.articles[]'"],
        ),
        (
            "a.jsonl",
            "{\"text\":[{\"type\":\"p\",\"content\":\"a\"}]}\n",
            none(),
            ["seen are: text", "text holds a list with objects"],
        ),
        (
            "a.jsonl",
            "{\"x\":NaN,\"a\":{\"b\":{\"c\":\"a\"}}}\n",
            text_field("a.b"),
            ["seen are: a.b.c, x", "a.b holds an object"],
        ),
        (
            "a.csv",
            "1,A title,A text that is longer than the name of any column would ever be in a header\n",
            none(),
            ["would ever ...", "is the header missing"],
        ),
    ] {
        let message = fatal(name, content, named);
        for part in parts {
            assert!(message.contains(part), "{part}: {message}");
        }
    }
    for (name, content) in [
        (
            "a.jsonl",
            "{\"text\":\"a\",\"body\":\"a\"}\n{\"text\":\"a\",\"body\":\"b\"}\n",
        ),
        ("a.csv", "text,body\na,a\na,b\n"),
        (
            "a.jsonl",
            "{\"text\":\"a\",\"Text\":\"a\"}\n{\"text\":\"a\",\"Text\":\"b\"}\n",
        ),
    ] {
        let message = fatal(name, content, none());
        assert!(
            message.contains("ambiguous") && message.contains("--text-field"),
            "{message}"
        );
        assert!(
            message.contains(if name == "a.csv" { ":3:" } else { ":2:" }),
            "{message}"
        );
    }
    let message = fatal("a.csv", "text,id,text\na,1,b\n", none());
    assert!(
        message.contains("two columns are named \"text\""),
        "{message}"
    );
    // Equal, blank or null values are no contradiction.
    let fine = "{\"text\":\"a\",\"body\":\" a\"}\n{\"text\":\"\",\"body\":\"b\"}\n{\"text\":null,\"body\":\"c\"}\n";
    assert_eq!(run("a.jsonl", fine).texts(), ["a", "b", "c"]);
}

#[test]
fn chosen_fields() {
    let record = "{\"text\":\"no\",\"Body\":\"yes\",\"body\":\"no\",\"meta\":{\"key\":5}}\n";
    let fields = FieldNames {
        text: Some("Body".into()),
        id: Some("meta.key".into()),
        ..FieldNames::default()
    };
    let options = CorpusOptions {
        fields: fields.clone(),
        ..CorpusOptions::default()
    };
    let run = run_with("a.jsonl", record, options.clone()).unwrap();
    assert_eq!((run.texts(), run.ids()), (vec!["yes"], vec!["5"]));
    let csv = run_with("a.csv", "meta.key,Body,text\n5,yes,no\n", options).unwrap();
    assert_eq!((csv.texts(), csv.ids()), (vec!["yes"], vec!["5"]));

    let message = fatal("a.jsonl", record, text_field("Boddy"));
    assert!(
        message.contains("\"Boddy\"") && message.contains("--text-field"),
        "{message}"
    );
    let fields = FieldNames {
        title: Some("Head".into()),
        ..FieldNames::default()
    };
    let message = fatal("a.jsonl", "{\"text\":\"x\"}\n", fields);
    assert!(
        message.contains("--title-field") && message.contains("text"),
        "{message}"
    );
    let record = "{\"text\":\"x\",\"source\":{\"id\":null,\"name\":\"Herald\"}}\n";
    let outlet = |name: &str| FieldNames {
        source: Some(name.into()),
        ..FieldNames::default()
    };
    let message = fatal("a.jsonl", record, outlet("source"));
    assert!(message.contains("source.id, source.name"), "{message}");
    let options = CorpusOptions {
        fields: outlet("source.name"),
        ..CorpusOptions::default()
    };
    assert_eq!(run_with("a.jsonl", record, options).unwrap().texts(), ["x"]);
}

#[test]
fn the_order_of_dates_is_that_of_the_file_or_of_the_others() {
    let march = dates::parse_published("2024-03-04");
    let april = dates::parse_published("2024-04-03");
    let dir = Dir::new();
    let record = |date: &str| format!("{{\"text\":\"a\",\"date\":\"{date}\"}}\n");
    let go = |files: &[(&str, &str)], date_order| {
        let folder = dir.0.path().join("d");
        let _ = std::fs::remove_dir_all(&folder);
        for (name, others) in files {
            let content = match name.ends_with(".csv") {
                true => format!("text,pubDate\na,4/3/2024\nb,{others}\n"),
                false => record("4/3/2024") + &record(others),
            };
            dir.file(&format!("d/{name}"), content);
        }
        let options = CorpusOptions {
            date_order,
            ..CorpusOptions::default()
        };
        let corpus = open(&folder, options).unwrap();
        let orders = corpus.files().iter().map(|file| file.date_order);
        let read = orders.map(|order| dates::parse_published_in("4/3/2024", order));
        read.collect::<Vec<_>>()
    };
    let none = "2024-03-04";
    assert_eq!(go(&[("a.jsonl", none), ("b.csv", none)], None), [april; 2]);
    assert_eq!(
        go(&[("a.jsonl", none), ("b.csv", "20/3/2024")], None),
        [march; 2]
    );
    assert_eq!(
        go(&[("a.jsonl", "20/3/2024"), ("b.csv", none)], None),
        [march; 2]
    );
    let both = [
        ("a.jsonl", "20/3/2024"),
        ("b.csv", "3/20/2024"),
        ("c.csv", none),
    ];
    assert_eq!(go(&both, None), [march, april, april]);
    let order = Some(dates::DateOrder::DayFirst);
    assert_eq!(go(&both, order), [march; 3]);
}

#[test]
fn tables_that_are_not_wanted_are_passed_over_in_folders() {
    let dir = Dir::new();
    dir.file("d/1.json", "{\"text\": \"a\"}");
    let report = dir.file("d/2.csv", "\u{feff}file,line\r\nx,1\r\n");
    let go = |path: &Path, header: &str| {
        let options = CorpusOptions {
            passed_over: vec!["a,b".into(), header.into()],
            ..CorpusOptions::default()
        };
        Ok::<_, Error>(scan(&open(path, options)?)?.texts().len())
    };
    let folder = dir.0.path().join("d");
    assert_eq!(go(&folder, "file,line").unwrap(), 1);
    assert!(go(&folder, "file,lines").is_err());
    std::fs::remove_file(folder.join("1.json")).unwrap();
    assert!(go(&folder, "file,line").is_err());
    // Whoever names one wants it read.
    assert!(go(&report, "file,line").is_err());
}

#[test]
fn one_odd_file_in_a_folder_of_articles_is_a_reject() {
    let dir = Dir::new();
    dir.file("d/1.json", "{\"text\": \"a\"}");
    dir.file("d/2.json", "{\"version\": 3}");
    let folder = dir.0.path().join("d");
    let found = scan(&open(&folder, CorpusOptions::default()).unwrap()).unwrap();
    assert_eq!(
        (found.texts(), found.reasons()),
        (vec!["a"], vec![(Some(1), "missing_text")])
    );
    dir.file(
        "d/3.json",
        "{\"title\": \"b\", \"images\": [{\"url\": \"c\"}]}",
    );
    let found = scan(&open(&folder, CorpusOptions::default()).unwrap()).unwrap();
    assert_eq!((found.texts(), found.reasons().len()), (vec!["a"], 2));
    dir.file(
        "d/3.json",
        "{\"ads\": [{}, {}], \"articles\": [{\"text\": \"b\"}]}",
    );
    let message = open(&folder, CorpusOptions::default()).unwrap_err();
    for part in ["jq -c '.articles[]'", "leave it out"] {
        assert!(message.to_string().contains(part), "{message}");
    }
    std::fs::remove_file(folder.join("3.json")).unwrap();
    std::fs::remove_file(folder.join("1.json")).unwrap();
    assert!(matches!(
        open(&folder, CorpusOptions::default()),
        Err(Error::Input(_))
    ));
}

#[test]
fn over_long_records_are_passed_over() {
    let long = "x".repeat(5_000);
    for block_bytes in [1, 100, 1 << 20] {
        let options = CorpusOptions {
            max_document: 200,
            block_bytes,
            ..CorpusOptions::default()
        };
        let go = |name, content: String| run_with(name, content, options.clone()).unwrap();
        let lines = go(
            "a.jsonl",
            format!("{{\"text\":\"a\"}}\n{{\"text\":\"{long}\"}}\n\n{{\"text\":\"b\"}}\n"),
        );
        assert_eq!(lines.texts(), ["a", "b"]);
        assert_eq!(lines.reasons(), [(Some(2), "too_long")]);
        assert_eq!(lines.seen[1].line, 4);
        assert!(lines.detail().contains("--max-document"));

        let array = go(
            "a.json",
            format!("[{{\"text\":\"a\"}},\n{{\"text\":\n\"{long}\\\"}}\"}},{{\"text\":\"b\"}}]"),
        );
        assert_eq!(array.texts(), ["a", "b"]);
        assert_eq!(array.reasons(), [(Some(2), "too_long")]);
        assert_eq!(array.seen[1].line, 3);

        let csv = go("a.csv", format!("id,text\n1,\"{long}\n\"\n2,b\n3,\"{long}"));
        assert_eq!(csv.texts(), ["b"]);
        assert_eq!(
            csv.reasons(),
            [(Some(2), "too_long"), (Some(5), "too_long")]
        );

        let text = go("a.txt", long.clone());
        assert_eq!(text.reasons(), [(None, "too_long")]);
    }
    let header = run_with(
        "a.csv",
        format!("id,text{long}\n1,a\n"),
        CorpusOptions {
            max_document: 100,
            ..CorpusOptions::default()
        },
    );
    assert!(matches!(header, Err(Error::Input(m)) if m.contains("header")));
}

#[test]
fn a_bomb_costs_no_memory() {
    let bomb = zstd::encode_all(std::io::repeat(b'x').take(300 << 20), 1).unwrap();
    let start = zstd::encode_all(&b"{\"text\":\"a\"}\n{\"text\":\""[..], 1).unwrap();
    let end = zstd::encode_all(&b"\"}\n{\"text\":\"b\"}\n"[..], 1).unwrap();
    let options = CorpusOptions {
        max_document: 1 << 20,
        block_bytes: 1 << 16,
        ..CorpusOptions::default()
    };
    let dir = Dir::new();
    let path = dir.file("bomb.jsonl.zst", [start, bomb, end].concat());
    let corpus = open(&path, options).unwrap();
    let mut reader = corpus.reader(0, 1).unwrap();
    let mut block = Block::default();
    let mut records = 0;
    while reader.fill(&mut block).unwrap() {
        records += block.records.len();
        assert!(
            block.held() <= (1 << 20) + 3 * (1 << 16),
            "{}",
            block.held()
        );
    }
    assert_eq!(records, 2);
    let run = scan(&corpus).unwrap();
    assert_eq!(run.texts(), ["a", "b"]);
    assert_eq!(run.reasons(), [(Some(2), "too_long")]);
}

#[test]
fn damaged_compressed_files_give_what_they_have() {
    let lines: String = (0..20_000)
        .map(|i| {
            format!(
                "{{\"id\":{i},\"text\":\"article {} of many\"}}\n",
                i * 7919 % 10_007
            )
        })
        .collect();
    let next = "{\"id\":\"next\",\"text\":\"b\"}\n";
    for (name, packed) in [
        ("a.jsonl.gz", gzip(lines.as_bytes())),
        // The name is no proof.
        ("a.jsonl", zstd::encode_all(lines.as_bytes(), 1).unwrap()),
    ] {
        let dir = Dir::new();
        let whole = dir.file(name, &packed);
        let whole = scan(&open(&whole, CorpusOptions::default()).unwrap()).unwrap();
        assert_eq!(whole.seen.len(), 20_000);

        dir.file(name, &packed[..packed.len() / 2]);
        dir.file("b.jsonl", next);
        let corpus = open(dir.0.path(), CorpusOptions::default()).unwrap();
        let cut = scan(&corpus).unwrap();
        let n = cut.seen.len() - 1;
        assert!(n > 1_000 && n < 19_000, "{n}");
        assert_eq!(cut.seen[..n], whole.seen[..n]);
        assert_eq!(cut.ids()[n], "next");
        assert_eq!(cut.reasons(), [(Some(n as u64 + 1), "truncated")]);

        let mut hurt = packed.clone();
        let middle = hurt.len() / 2;
        hurt[middle..middle + 50].fill(0xff);
        dir.file(name, &hurt);
        let hurt = scan(&open(dir.0.path(), CorpusOptions::default()).unwrap()).unwrap();
        assert_eq!(hurt.rejects.len(), 1);
        assert_eq!(hurt.rejects[0].reason, RejectReason::Corrupt);
        assert_eq!(hurt.ids().last(), Some(&"next"));
    }
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let dir = Dir::new();
    for i in 0..40 {
        dir.file(
            &format!("d/{i}.txt"),
            format!("Text number {i} of the lot."),
        );
        let lines: String = (0..i * 20)
            .map(|k| format!("{{\"id\":{k},\"text\":\"{i}/{k}\"}}\n"))
            .collect();
        dir.file(&format!("d/{i}.jsonl"), &lines);
        dir.file(&format!("d/{i}.ndjson.gz"), gzip(lines.as_bytes()));
    }
    let options = CorpusOptions {
        block_bytes: 300,
        ..CorpusOptions::default()
    };
    let corpus = open(&dir.0.path().join("d"), options).unwrap();
    let one = threads(1, || scan(&corpus)).unwrap();
    assert!(one.seen.len() > 30_000);
    for n in [1, 2, 5] {
        assert!(threads(n, || scan(&corpus)).unwrap() == one, "{n} threads");
    }
}

#[test]
fn files_that_are_not_wanted_are_passed_over() {
    let dir = Dir::new();
    for i in 0..12 {
        let line = |k| format!("{{\"id\":{k},\"text\":\"{i}/{k}\"}}\n");
        let lines: String = (0..i * 30).map(line).collect();
        match i % 3 {
            0 => dir.file(&format!("d/{i:02}.jsonl"), &lines),
            1 => dir.file(&format!("d/{i:02}.jsonl.gz"), gzip(lines.as_bytes())),
            _ => dir.file(&format!("d/{i:02}.txt"), &lines),
        };
    }
    let options = CorpusOptions {
        block_bytes: 300,
        ..CorpusOptions::default()
    };
    let open = || open(&dir.0.path().join("d"), options.clone()).unwrap();
    let blocks = |wanted: &[bool], n| {
        let corpus = open();
        let watch = Watch {
            stop_after: u64::MAX,
            ..Watch::default()
        };
        let of = |_: &mut (), block: &Block| Ok((block.file, block.number, block.records.len()));
        let mut blocks = Vec::new();
        let add = |block| {
            blocks.push(block);
            Ok(())
        };
        let stage = Stage::Fingerprint;
        threads(n, || {
            corpus.scan_files(stage, &watch, wanted.to_vec(), || (), of, add)
        })
        .unwrap();
        (blocks, watch.done.into_inner())
    };
    let (all, _) = blocks(&[true; 12], 1);
    for mask in [
        0,
        1,
        0b1000_0000_0000,
        0b1010_1010_1010,
        0b1110_0011_0110,
        0b0101_1111_1011,
    ] {
        let wanted: [bool; 12] = std::array::from_fn(|file| mask >> file & 1 == 1);
        let corpus = open();
        let files = corpus.files().iter().zip(wanted);
        let bytes: u64 = files
            .map(|(file, wanted)| if wanted { file.size } else { 0 })
            .sum();
        let is_wanted = |block: &&(u32, u32, usize)| wanted[block.0 as usize];
        let expected: Vec<_> = all.iter().filter(is_wanted).copied().collect();
        for n in [1, 2, 5] {
            assert_eq!(
                blocks(&wanted, n),
                (expected.clone(), bytes),
                "{mask:b}, {n} threads"
            );
        }
    }
}

#[test]
fn frames_and_members_are_read_alike_by_any_number_of_threads() {
    let record = |i: u32| format!("{{\"id\":{i},\"text\":\"{} {i}\"}}\n", i.wrapping_mul(i));
    let lines: Vec<u8> = (0..70_000).flat_map(|i| record(i).into_bytes()).collect();
    assert!(lines.len() > 2 << 20);
    let dir = Dir::new();
    let options = CorpusOptions {
        block_bytes: 20_000,
        ..CorpusOptions::default()
    };
    let read = |content: &[u8], n| {
        let path = dir.file("a.jsonl", content);
        let corpus = open(&path, options.clone()).unwrap();
        let watch = Watch {
            stop_after: u64::MAX,
            ..Watch::default()
        };
        threads(n, || {
            let all = |_: &mut (), _: &Block| Ok(());
            corpus.scan(Stage::Fingerprint, &watch, || (), all, |()| Ok(()))
        })
        .unwrap();
        let run = threads(n, || scan(&open(&path, options.clone()).unwrap())).unwrap();
        (run, watch.done.into_inner(), watch.articles.into_inner())
    };
    let (plain, ..) = read(&lines, 1);
    let frames = lines.chunks(30_011).enumerate();
    let frames: Vec<u8> = frames
        .flat_map(|(i, part)| frame(part, i % 3 > 0))
        .collect();
    for packed in [frames, bgzf(&lines)] {
        let mut hurt = packed.clone();
        hurt[packed.len() / 3..][..40].fill(0x55);
        let cut = &packed[..packed.len() / 3 * 2];
        for (content, fault) in [(&packed[..], false), (&hurt, true), (cut, true)] {
            let one = read(content, 1);
            assert!(one.0.seen.len() > 10_000);
            assert_eq!(one.0.rejects.len(), usize::from(fault));
            assert!(fault || one.0 == plain && one.1 == packed.len() as u64);
            for n in [2, 5] {
                assert!(read(content, n) == one, "{n} threads");
            }
        }
    }
}

#[test]
fn a_slow_block_holds_the_others_back() {
    let lines: String = (0..5_000)
        .map(|i| format!("{{\"id\":{i},\"text\":\"x\"}}\n"))
        .collect();
    let dir = Dir::new();
    let path = dir.file("a.jsonl", lines);
    let options = CorpusOptions {
        block_bytes: 64,
        ..CorpusOptions::default()
    };
    let corpus = open(&path, options).unwrap();
    let ahead = AtomicU64::new(0);
    let most = AtomicU64::new(0);
    threads(3, || {
        corpus.scan(
            Stage::Fingerprint,
            &Silent,
            || (),
            |(), block| {
                if block.records.first().is_some_and(|r| r.line == 1) {
                    std::thread::sleep(std::time::Duration::from_millis(200));
                }
                most.fetch_max(ahead.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                Ok(())
            },
            |()| {
                ahead.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            },
        )
    })
    .unwrap();
    let most = most.into_inner();
    assert!((3..=3 * 8 + 3).contains(&most), "{most}");
}

#[test]
fn the_earliest_error_is_returned_and_stops_the_scan() {
    let lines: String = (0..5_000)
        .map(|i| format!("{{\"id\":{i},\"text\":\"x\"}}\n"))
        .collect();
    let dir = Dir::new();
    let path = dir.file("a.jsonl", lines);
    let options = CorpusOptions {
        block_bytes: 64,
        ..CorpusOptions::default()
    };
    let corpus = open(&path, options).unwrap();
    for n in [1, 2, 4] {
        let blocks = AtomicU64::new(0);
        let scan = |bad: u64, bad_collect: u64| {
            let result = threads(n, || {
                corpus.scan(
                    Stage::Fingerprint,
                    &Silent,
                    || (),
                    |(), block| {
                        blocks.fetch_add(1, Ordering::Relaxed);
                        let line = block.records[0].line;
                        match line >= bad {
                            true => Err(Error::Input(line.to_string())),
                            false => Ok(line),
                        }
                    },
                    |line| match line >= bad_collect {
                        true => Err(Error::Parameter(line.to_string())),
                        false => Ok(()),
                    },
                )
            });
            result.unwrap_err()
        };
        let Error::Input(line) = scan(300, u64::MAX) else {
            panic!()
        };
        assert!((300..305).contains(&line.parse().unwrap()), "{line}");
        assert!(blocks.load(Ordering::Relaxed) < 300);
        assert!(matches!(scan(u64::MAX, 300), Error::Parameter(_)));
    }
}

#[test]
fn a_panic_in_a_worker_is_passed_on() {
    let lines: String = (0..500)
        .map(|i| format!("{{\"id\":{i},\"text\":\"x\"}}\n"))
        .collect();
    let dir = Dir::new();
    let path = dir.file("a.jsonl", lines);
    let options = CorpusOptions {
        block_bytes: 64,
        ..CorpusOptions::default()
    };
    let corpus = open(&path, options).unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        threads(3, || {
            corpus.scan(
                Stage::Fingerprint,
                &Silent,
                || (),
                |(), block| {
                    assert!(block.records[0].line < 20, "as asked for by the test");
                    Ok(())
                },
                |()| Ok(()),
            )
        })
    }));
    assert!(panicked.is_err());
}

/// Counts, and stops after a number of questions.
#[derive(Default)]
struct Watch {
    total: AtomicU64,
    done: AtomicU64,
    articles: AtomicU64,
    ended: AtomicU64,
    asked: AtomicU64,
    stop_after: u64,
}

impl Progress for Watch {
    fn begin(&self, _: Stage, total: u64, unit: Unit) {
        assert_eq!(unit, Unit::Bytes);
        self.total.store(total, Ordering::Relaxed);
    }
    fn advance(&self, done: u64, articles: u64) {
        self.done.fetch_add(done, Ordering::Relaxed);
        self.articles.fetch_add(articles, Ordering::Relaxed);
    }
    fn end(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }
    fn cancelled(&self) -> bool {
        self.stop_after > 0 && self.asked.fetch_add(1, Ordering::Relaxed) >= self.stop_after
    }
}

#[test]
fn progress_adds_up_and_can_stop() {
    let dir = Dir::new();
    let lines: String = (0..3_000)
        .map(|i| format!("{{\"id\":{i},\"text\":\"x\"}}\n"))
        .collect();
    dir.file("d/a.jsonl", &lines);
    dir.file("d/b.jsonl.gz", gzip(lines.as_bytes()));
    dir.file(
        "d/c.jsonl.zst",
        zstd::encode_all(lines.as_bytes(), 1).unwrap(),
    );
    dir.file("d/d.txt", "An article.");
    let options = CorpusOptions {
        block_bytes: 1_000,
        ..CorpusOptions::default()
    };
    let corpus = open(&dir.0.path().join("d"), options).unwrap();
    let nothing = |_: &mut (), _: &Block| Ok(());
    let watch = Watch::default();
    corpus
        .scan(Stage::Reread, &watch, || (), nothing, |()| Ok(()))
        .unwrap();
    let on_disk: u64 = corpus.files().iter().map(|f| f.size).sum();
    assert_eq!(watch.total.into_inner(), on_disk);
    assert_eq!(watch.done.into_inner(), on_disk);
    assert_eq!(watch.articles.into_inner(), 9_001);
    assert_eq!(watch.ended.into_inner(), 1);

    let stop = Watch {
        stop_after: 5,
        ..Watch::default()
    };
    let result = corpus.scan(Stage::Reread, &stop, || (), nothing, |()| Ok(()));
    assert!(matches!(result, Err(Error::Interrupted)));
    assert!(stop.articles.into_inner() < 1_000);
}

#[test]
fn a_file_that_changes_is_noticed() {
    let dir = Dir::new();
    let path = dir.file("a.jsonl", "{\"text\":\"a\"}\n");
    let corpus = open(&path, CorpusOptions::default()).unwrap();
    dir.file("a.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
    assert!(matches!(scan(&corpus), Err(Error::Changed(_))));
}

#[test]
fn sizes_out_of_range_are_refused() {
    let dir = Dir::new();
    let path = dir.file("a.jsonl", "");
    for (max_document, block_bytes) in [(0, 1), (1, 0), (usize::MAX, 1), (1, usize::MAX)] {
        let options = CorpusOptions {
            max_document,
            block_bytes,
            ..CorpusOptions::default()
        };
        assert!(matches!(open(&path, options), Err(Error::Parameter(_))));
    }
}

#[test]
fn the_fields_are_those_of_the_first_records_in_blocks_of_any_size() {
    let dir = Dir::new();
    let late_text = dir.file("late.jsonl", b"nonsense\n{}\n{\"text\":\"Late.\"}\n");
    let late_doubt = dir.file(
        "doubt.csv",
        b"text,body\nOne.,One.\n,Two.\nThree.,Another.\n",
    );
    // Beyond the sample nothing is asked.
    let mut long = b"{}\n".repeat(100);
    long.extend(b"{\"text\":\"Too late.\"}\n");
    let long = dir.file("long.jsonl", &long);
    let mut far = b"nonsense\n".repeat(1 << 17);
    far.extend(b"{\"other\":\"Beyond the first megabyte.\"}\n");
    let far = dir.file("far.jsonl", &far);
    for block_bytes in [1, 20, 1 << 20, 4 << 20] {
        let open = |path: &PathBuf| {
            let options = CorpusOptions {
                block_bytes,
                ..CorpusOptions::default()
            };
            Corpus::open(std::slice::from_ref(path), options, &Silent)
                .map_err(|error| error.to_string())
        };
        assert!(open(&late_text).is_ok(), "blocks of {block_bytes}");
        let doubt = open(&late_doubt).unwrap_err();
        assert!(
            doubt.contains("doubt.csv:4: ambiguous"),
            "{block_bytes}: {doubt}"
        );
        let missing = open(&long).unwrap_err();
        assert!(
            missing.contains("none of the fields"),
            "{block_bytes}: {missing}"
        );
        assert!(open(&far).is_ok(), "blocks of {block_bytes}");
    }
}

/// Text that is hard to split.
fn nasty() -> impl Strategy<Value = String> {
    "([a-c,;\"'{}\\[\\]:\t é’😀\\\\]|\r|\n|\r\n|\"\"|\\\\\"){0,30}"
}

fn same_for_all_blocks(name: &str, content: &[u8]) -> Run {
    let dir = Dir::new();
    let path = dir.file(name, content);
    let scan_with = |block_bytes| {
        let options = CorpusOptions {
            block_bytes,
            max_document: 200,
            ..CorpusOptions::default()
        };
        scan(&open(&path, options).unwrap()).unwrap()
    };
    let large = scan_with(1 << 16);
    for block_bytes in [1, 17, 40, 333] {
        assert_eq!(scan_with(block_bytes), large, "blocks of {block_bytes}");
    }
    large
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn jsonl_splits_alike_and_can_be_put_together_again(
        texts in prop::collection::vec((nasty(), "\n|\r\n|\n\n| \n"), 1..20), garbage in nasty(), at in 0usize..20, cut in any::<bool>(),
    ) {
        let mut content = String::from("{\"text\":\"start\"}\n");
        for (i, (text, end)) in texts.iter().enumerate() {
            let record = if i == at { garbage.replace('\n', "") } else { serde_json::json!({"text": text}).to_string() };
            content.push_str(&record);
            content.push_str(end);
        }
        if cut {
            content.truncate(content.trim_end().len());
        }
        let run = same_for_all_blocks("a.jsonl", content.as_bytes());
        // Records are in order, start where they say, and only blank lines lie between them.
        let mut rebuilt = Vec::new();
        for seen in &run.seen {
            let gap = &content.as_bytes()[rebuilt.len()..seen.offset as usize];
            if run.rejects.is_empty() {
                prop_assert!(gap.iter().all(u8::is_ascii_whitespace));
            }
            rebuilt.extend_from_slice(gap);
            let lines = rebuilt.iter().filter(|b| **b == b'\n').count() as u64 + 1;
            prop_assert_eq!(lines, seen.line);
            rebuilt.extend_from_slice(&seen.raw);
        }
        prop_assert!(content.as_bytes().starts_with(&rebuilt));
        if run.rejects.is_empty() {
            prop_assert!(content[rebuilt.len()..].trim().is_empty());
        }
        let expected = texts.iter().enumerate()
            .filter(|(i, (t, _))| *i != at && !t.trim().is_empty() && serde_json::json!({"text": t}).to_string().len() < 190)
            .count() + 1;
        prop_assert!(run.texts().len() >= expected);
    }

    #[test]
    fn json_splits_alike(
        texts in prop::collection::vec((nasty(), "[ \n]{0,3}"), 1..12), array in any::<bool>(), pretty in any::<bool>(), cut in 0usize..30,
    ) {
        let mut content = String::from(if array { "[\n{\"text\":\"start\"}" } else { "{\n\"text\":\"start\"}" });
        for (text, space) in &texts {
            let value = serde_json::json!({"text": text, "more": [{"text": text}]});
            if array {
                content.push(',');
            }
            content.push_str(space);
            content.push_str(&if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() });
        }
        if array {
            content.push(']');
        }
        let mut end = content.len() - cut.min(20).min(content.len() - 30);
        while !content.is_char_boundary(end) { end -= 1; }
        let run = same_for_all_blocks("a.json", &content.as_bytes()[..end]);
        if cut == 0 {
            let blank = texts.iter().filter(|(t, _)| t.trim().is_empty()).count();
            prop_assert_eq!(run.seen.len() + run.rejects.len(), texts.len() + 1);
            prop_assert!(run.parse_rejects.len() <= blank);
            prop_assert!(run.rejects.iter().all(|r| r.reason == RejectReason::TooLong));
        }
    }

    /// Splitting and parsing agree with the csv crate, which parses the file in one go.
    #[test]
    fn csv_splits_alike_and_as_the_csv_crate_does(
        body in "([a-c,\" é]|\r|\n|\r\n|\"\"|,\"|\",|\"\n){0,80}", tabs in any::<bool>(),
    ) {
        let mut content = format!("text,id\nstart,1\n{body}");
        if tabs {
            content = content.replace(',', "\t");
        }
        let name = if tabs { "a.tsv" } else { "a.csv" };
        let run = same_for_all_blocks(name, content.as_bytes());
        // Where lines were taken for rows of their own the csv crate reads one long row.
        prop_assume!(!run.rejects.iter().any(|reject| reject.detail.contains("rows of their own")));
        let mut reader = ::csv::ReaderBuilder::new();
        reader.has_headers(false).flexible(true).delimiter(if tabs { b'\t' } else { b',' });
        let theirs: Vec<Vec<String>> = reader
            .from_reader(content.as_bytes())
            .records()
            .map(|r| r.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let mut rows = csv::Rows::default();
        let mut ours: Vec<Vec<String>> = vec![vec!["text".into(), "id".into()]];
        for seen in &run.seen {
            rows.parse(&seen.raw, if tabs { b'\t' } else { b',' });
            ours.push(rows.fields());
        }
        // We leave out rows of spaces, and a row whose quote is never closed.
        let unclosed = usize::from(run.rejects.iter().any(|r| r.reason == RejectReason::UnclosedQuote));
        let theirs: Vec<_> = theirs[..theirs.len() - unclosed]
            .iter()
            .filter(|r| r.len() > 1 || !r[0].trim_matches([' ', '\r', '\n']).is_empty())
            .cloned()
            .collect();
        let ours: Vec<_> = ours
            .into_iter()
            .filter(|r| r.len() > 1 || !r[0].trim_matches([' ', '\r', '\n']).is_empty())
            .collect();
        prop_assert_eq!(ours, theirs);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever quotes are strewn among rows, the blocks make no difference, no row is made up, and with a single quote only its row is lost, if
    /// more than two follow.
    #[test]
    fn stray_quotes_cost_rows_but_make_none(
        rows in 8usize..30, strays in prop::collection::vec((any::<prop::sample::Index>(), 0usize..3), 1..4),
    ) {
        let mut fields: Vec<[String; 3]> = (0..rows).map(|n| [n.to_string(), format!("t{n}"), format!("text {n}")]).collect();
        for (row, field) in &strays {
            let row = row.index(rows);
            fields[row][*field].insert(0, '"');
        }
        let row = |fields: &[String; 3]| fields.join(",") + "\n";
        let content = String::from("id,title,text\n") + &fields.iter().map(row).collect::<String>();
        let run = same_for_all_blocks("a.csv", content.as_bytes());
        prop_assert!(run.texts().len() + run.reasons().len() <= rows);
        if let [(at, _)] = strays[..] {
            let at = at.index(rows);
            let behind = rows - 1 - at;
            let used = if behind >= 3 { rows - 1 } else { at };
            prop_assert_eq!(run.texts().len(), used);
            prop_assert_eq!(run.reasons(), [(Some(at as u64 + 2), "unclosed_quote")]);
        }
    }
}

#[test]
fn a_compressed_file_is_decompressed_once() {
    let lines: String = (0..3_000)
        .map(|i| {
            let word = i * 7919 % 10_007;
            format!("{{\"id\":{i},\"text\":\"article {word} of many\"}}\n")
        })
        .collect();
    let packed = gzip(lines.as_bytes());
    for block_bytes in [100, 5_000, 1 << 20] {
        let dir = Dir::new();
        let path = dir.file("a.jsonl.gz", &packed);
        let options = CorpusOptions {
            block_bytes,
            tmp: path.parent().map(Path::to_path_buf),
            ..CorpusOptions::default()
        };
        let corpus = open(&path, options).unwrap();
        let first = scan(&corpus).unwrap();
        let store = corpus.store();
        let kept = store.map(|store| corpus.files[0].kept.whole(store).is_some());
        // On a system where nothing can be kept nothing is.
        assert_ne!(kept, Some(false));
        let second = scan(&corpus).unwrap();
        assert_eq!(first.texts().len(), 3_000);
        assert_eq!(first.texts(), second.texts());

        // A file that changed after it was kept is not taken for what it was.
        dir.file("a.jsonl.gz", &packed[..packed.len() / 2]);
        assert!(matches!(scan(&corpus), Err(Error::Changed(_))));
    }
}

#[test]
fn what_is_damaged_or_made_to_fill_disks_is_not_kept() {
    let line = "{\"text\":\"a b c\"}\n";
    let bomb = [line, &" ".repeat(5 << 20), line].concat();
    let noise: String = (0u32..9_000)
        .map(|i| format!("{{\"text\":\"{:x}\"}}\n", i.wrapping_mul(i)))
        .collect();
    let mut cut = gzip(noise.as_bytes());
    cut.truncate(cut.len() - 9);
    for packed in [gzip(bomb.as_bytes()), cut] {
        let dir = Dir::new();
        let good = dir.file("a.jsonl.gz", gzip(line.as_bytes()));
        let bad = dir.file("b.jsonl.gz", packed);
        let corpus = Corpus::open(&[good, bad], CorpusOptions::default(), &Silent).unwrap();
        let first = scan(&corpus).unwrap();
        if let Some(store) = corpus.store() {
            let kept = |file: usize| corpus.files[file].kept.whole(store).is_some();
            assert!(kept(0) && !kept(1));
        }
        let second = scan(&corpus).unwrap();
        assert_eq!(first.texts(), second.texts());
        assert_eq!(first.reasons(), second.reasons());
    }
}

#[test]
fn what_zstd_cannot_unpack_is_not_damaged() {
    // The beginning of a frame, and a block of one letter: a window of a gigabyte; a dictionary.
    let frame = |header: &[u8]| [b"\x28\xb5\x2f\xfd", header, b"\x09\0\0a"].concat();
    for (header, part) in [
        (&[0x00, 20 << 3][..], "zstd -d --long=31"),
        (&[0x01, 0x00, 5][..], "zstd -d -D DICTIONARY"),
    ] {
        let run = run("a.jsonl.zst", frame(header));
        assert_eq!(run.reasons()[0].1, "corrupt");
        let detail = run.detail();
        assert!(
            detail.contains(part) && !detail.contains("damaged"),
            "{detail}"
        );
    }
}

#[test]
fn chosen_records_behind_the_end_say_that_the_file_changed() {
    let dir = Dir::new();
    let lines: String = (0..9)
        .map(|n| format!("{{\"text\":\"number {n}\"}}\n"))
        .collect();
    let path = dir.file("a.jsonl", lines);
    let corpus = Corpus::open(&[path], CorpusOptions::default(), &Silent).unwrap();
    for behind in [180, 181, 5_000, 1 << 40] {
        let place = |offset, line| Place {
            file: 0,
            offset,
            end: u64::MAX,
            line,
        };
        for places in [vec![place(behind, 1)], vec![place(0, 1), place(behind, 2)]] {
            let changed = corpus.scan_chosen(
                Stage::Reread,
                &Silent,
                Places {
                    files: vec![true],
                    records: places.into_iter(),
                },
                || (),
                |_, _| Ok(()),
                |()| Ok(()),
            );
            assert!(matches!(changed, Err(Error::Changed(_))), "{behind}");
        }
    }
}

proptest! {
    #[test]
    fn chosen_records_are_those_of_the_whole_scan(
        texts in proptest::collection::vec("[a-z]{1,3}( [a-z]{1,30}){0,40}", 1..60),
        chosen in proptest::collection::vec(any::<bool>(), 60),
        block_bytes in prop_oneof![1usize..20, 20usize..3_000], packed in any::<bool>(), ends in any::<bool>(), files in 1usize..4,
        scanned in any::<bool>(), threads_of_chosen in 1usize..4,
    ) {
        let dir = Dir::new();
        let paths: Vec<PathBuf> = (0..files).map(|file| {
            let mine = texts.iter().skip(file).step_by(files);
            let mut lines: Vec<String> = mine.map(|text| format!("{{\"text\":\"{text}\"}}")).collect();
            if file == 0 {
                // A bad record, and one in a row of blank lines.
                lines.insert(lines.len() / 2, "{broken\n\n".into());
            }
            let text = lines.join("\n") + if ends { "\n" } else { "" };
            let bytes = if packed { gzip(text.as_bytes()) } else { text.into_bytes() };
            dir.file(&format!("{file}.jsonl"), bytes)
        }).collect();
        let options = CorpusOptions { block_bytes, ..CorpusOptions::default() };
        let open = || Corpus::open(&paths, options.clone(), &Silent).unwrap();
        let corpus = open();
        type Found = Vec<(usize, u64, u64, String)>;
        let records = |corpus: &Corpus, block: &Block| -> Result<Found> {
            let mut parser = Parser::new();
            let parsed = block.records.iter().filter_map(|record| {
                let text = parser.parse(corpus, block, record).ok()?.text.into_owned();
                Some((block.file as usize, record.offset, record.line, text))
            });
            Ok(parsed.collect())
        };
        let mut all: Found = Vec::new();
        corpus.scan(Stage::Fingerprint, &Silent, || (), |_, block| records(&corpus, block), |found| {
            all.extend(found);
            Ok(())
        }).unwrap();
        let wanted: Found = all.iter().zip(&chosen).filter(|(_, chosen)| **chosen).map(|(it, _)| it.clone()).collect();
        let end = |at: usize| all.get(at + 1).filter(|next| next.0 == all[at].0).map_or(u64::MAX, |next| next.1);
        let places: Vec<Place> = (0..all.len()).filter(|&at| chosen[at]).map(|at| {
            let (file, offset, line, _) = all[at];
            Place { file, offset, end: end(at), line }
        }).collect();
        let mut in_files = vec![false; files];
        wanted.iter().for_each(|it| in_files[it.0] = true);
        let places = Places { files: in_files.clone(), records: places.into_iter() };
        // One of which nothing was read before, or that may have kept what it decompressed.
        let corpus = if scanned { corpus } else { open() };
        let mut found: Found = Vec::new();
        let add = |more: Found| {
            found.extend(more);
            Ok(())
        };
        let stage = Stage::Reread;
        threads(threads_of_chosen, || {
            corpus.scan_chosen(stage, &Silent, places, || (), |_, block| records(&corpus, block), add)
        }).unwrap();
        prop_assert!(found.iter().all(|it| in_files[it.0]));
        // Where a file could not be read in parts it was read whole.
        found.retain(|it| wanted.contains(it));
        prop_assert_eq!(found, wanted);
    }
}
