//! What a file is: by the user's word, else by its name, else by its content.
//!
//! The name is looked at after a `.gz`, `.zst` or `.zstd` is taken off. For JSON the content always
//! has the last word about the arrangement, since all of `.json` and `.jsonl` are found holding one array,
//! one object a line, or pretty-printed objects.

use std::path::Path;

use serde::de::IgnoredAny;

use super::compress::Compression;
use super::csv::SEPARATORS;
use super::fields::FieldTable;
use super::json;
use super::split::{Arrangement, Splitter, Start};

/// The format of an input file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// One JSON array of objects, or objects one after another, pretty-printed or not.
    Json,
    /// Rows under a header (RFC 4180), separated by commas, or by what else separates a column of texts in the header.
    Csv,
    /// Tab-separated rows under a header, quoted as in CSV.
    Tsv,
    /// One article, the whole file.
    Text,
}

impl Format {
    /// The format that a file's name stands for.
    pub(super) fn of_name(path: &Path) -> Option<Self> {
        // The ending counts, whatever the encoding of the rest.
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let (_, name) = Compression::of_name(&name);
        match name.rsplit_once('.')?.1 {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            "txt" => Some(Self::Text),
            _ => None,
        }
    }

    /// The format and arrangement of a file that starts with `head`. `complete` says that this is all of it.
    pub(super) fn of_content(
        named: Option<Self>,
        head: &[u8],
        complete: bool,
        table: &FieldTable,
    ) -> (Self, Arrangement) {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let body = head.trim_ascii_start();
        let format = named.unwrap_or_else(|| match body.first() {
            Some(b'{' | b'[') => Self::Json,
            // Nothing is no article, whereas a text file always is one.
            None => Self::Jsonl,
            _ => match separator(body, b'\t', table) {
                Some(b'\t') => Self::Tsv,
                Some(b',') => Self::Csv,
                // The menu of a page may have bars between its words, too.
                Some(separator) if second_line_is_alike(body, separator) => Self::Csv,
                _ => Self::Text,
            },
        });
        let rows = |usual| Arrangement::Rows(separator(body, usual, table).unwrap_or(usual));
        match format {
            Self::Csv => (format, rows(b',')),
            Self::Tsv => (format, rows(b'\t')),
            Self::Text => (format, Arrangement::Whole),
            Self::Jsonl => match body.first() {
                Some(b'[') if !first_line_is_all(body, complete) => {
                    (Self::Json, Arrangement::Array)
                }
                Some(b'[') if rest_of_first(body).is_empty() => (Self::Json, Arrangement::Array),
                _ if first_is_several_lines(body) => (Self::Json, Arrangement::Sequence),
                _ => (Self::Jsonl, Arrangement::Lines),
            },
            Self::Json => match body.first() {
                Some(b'[') => (Self::Json, Arrangement::Array),
                _ if first_line_is_all(body, complete) => (Self::Jsonl, Arrangement::Lines),
                // The first may be broken.
                _ if next_lines_are_objects(body) && first_sound_value(body).is_none() => {
                    (Self::Jsonl, Arrangement::Lines)
                }
                _ => (Self::Json, Arrangement::Sequence),
            },
        }
    }
}

/// Whether a file that starts with `head` begins with a JSON object, or an array of them.
pub(super) fn is_json(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let body = head.trim_ascii_start();
    let first = body.strip_prefix(b"[").unwrap_or(body).trim_ascii_start();
    first.starts_with(b"{") && first_sound_value(first).is_some()
}

/// Where the first JSON value of `body` ends, if it does.
fn first_value(body: &[u8]) -> Option<usize> {
    let mut splitter = Splitter::new(Arrangement::Sequence);
    let mut at = 0;
    match splitter.start(body, &mut at) {
        Start::At => splitter.end(body, &mut at),
        _ => None,
    }
}

/// Whether the first line is one whole value with nothing after it on that line.
fn first_line_is_all(body: &[u8], complete: bool) -> bool {
    let line_end = match memchr::memchr(b'\n', body) {
        Some(end) => end,
        None if complete => body.len(),
        None => return false,
    };
    first_value(body).is_some_and(|end| {
        end <= line_end && body[end..line_end].iter().all(u8::is_ascii_whitespace)
    })
}

/// Whether the lines that follow the first begin with objects, and the next one is all of one.
fn next_lines_are_objects(body: &[u8]) -> bool {
    /// So many of them tell.
    const LINES: usize = 20;
    let lines = body.split_inclusive(|byte| *byte == b'\n').skip(1);
    // The last may be cut.
    let lines = lines.filter(|line| line.ends_with(b"\n"));
    let mut lines = lines
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty());
    let next = lines.next().unwrap_or_default();
    next.starts_with(b"{")
        && first_value(next) == Some(next.len())
        && lines.take(LINES).all(|line| line.starts_with(b"{"))
}

/// The first value, if it is sound.
fn first_sound_value(body: &[u8]) -> Option<&[u8]> {
    let value = &body[..first_value(body)?];
    let sound = serde_json::from_slice::<IgnoredAny>(&json::strict(value)).is_ok();
    sound.then_some(value)
}

/// Whether the first value is sound and has more than one line.
fn first_is_several_lines(body: &[u8]) -> bool {
    first_sound_value(body).is_some_and(|value| value.contains(&b'\n'))
}

fn rest_of_first(body: &[u8]) -> &[u8] {
    first_value(body).map_or(&[][..], |end| body[end..].trim_ascii())
}

/// Whether the second line has as many separators as the first.
fn second_line_is_alike(body: &[u8], separator: u8) -> bool {
    let mut lines = body.split(|byte| *byte == b'\n');
    let mut next = || {
        let line = lines.next();
        line.map(|line| memchr::memchr_iter(separator, line).count())
    };
    next() == next()
}

/// What separates the columns of the first line, if one of them has the name of a text: the usual one, or else another.
fn separator(body: &[u8], usual: u8, table: &FieldTable) -> Option<u8> {
    let line = body.split(|b| matches!(b, b'\n' | b'\r')).next()?;
    let line = std::str::from_utf8(line).ok()?;
    let has_text = |separator: &u8| {
        let columns = line.split(char::from(*separator));
        let mut columns = columns.map(|c| c.trim().trim_matches('"'));
        columns.clone().count() > 1 && columns.any(|c| table.is_text(c))
    };
    let mut all = std::iter::once(usual).chain(SEPARATORS);
    all.find(has_text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::FieldNames;

    fn sniff(named: Option<Format>, head: &str) -> (Format, Arrangement) {
        let table = FieldTable::new(&FieldNames::default());
        Format::of_content(named, head.as_bytes(), true, &table)
    }

    #[test]
    fn names() {
        let of = |n| Format::of_name(Path::new(n));
        assert_eq!(of("a/b.JSONL"), Some(Format::Jsonl));
        assert_eq!(of("b.ndjson.gz"), Some(Format::Jsonl));
        assert_eq!(of("b.json.zst"), Some(Format::Json));
        assert_eq!(of("b.csv.zstd"), Some(Format::Csv));
        assert_eq!(of("b.tsv"), Some(Format::Tsv));
        assert_eq!(of("b.txt"), Some(Format::Text));
        for unknown in ["b.gz", "b", "b.pdf", "csv", "-"] {
            assert_eq!(of(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn objects_are_told_from_text() {
        for json in ["{\"a\":1}\n", " [ {\"a\":[1]}, ", "\u{feff}{}"] {
            assert!(is_json(json.as_bytes()), "{json}");
        }
        for text in [
            "",
            "{",
            "{a}",
            "[Music] {\"a\":1}",
            "[1]",
            "{\"a\":1",
            "He said {}",
        ] {
            assert!(!is_json(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn content_decides_when_the_name_does_not() {
        assert_eq!(sniff(None, " {\"text\": 1}\n{}\n").0, Format::Jsonl);
        assert_eq!(sniff(None, "\u{feff}{\n\"text\": 1}\n").0, Format::Json);
        assert_eq!(sniff(None, "\n[\n{}]"), (Format::Json, Arrangement::Array));
        assert_eq!(
            sniff(None, "id,\"Text\"\r\n1,2"),
            (Format::Csv, Arrangement::Rows(b','))
        );
        assert_eq!(sniff(None, "id\ttext\n").0, Format::Tsv);
        let rows = sniff(None, "id;text\n1;a\n");
        assert_eq!(rows, (Format::Csv, Arrangement::Rows(b';')));
        let menu = "Home | Article | Sport\n\nRain is on its way.\n";
        assert_eq!(sniff(None, menu).0, Format::Text);
        assert_eq!(sniff(None, "The text, as it was read\n").0, Format::Text);
        assert_eq!(sniff(None, "text\n").0, Format::Text);
        assert_eq!(sniff(None, " \n").0, Format::Jsonl);
    }

    #[test]
    fn the_header_tells_the_separator() {
        for (named, head, separator) in [
            (Format::Csv, "id,text\n1;2,3", b','),
            (Format::Csv, "id;\"Text\";a,b\n", b';'),
            (Format::Csv, "id\ttext", b'\t'),
            (Format::Csv, "id|text\r\n", b'|'),
            (Format::Tsv, "id,text\n", b','),
            (Format::Tsv, "id\ttext\ta,body\n", b'\t'),
            // Nothing that is known: the usual one.
            (Format::Csv, "text\n", b','),
            (Format::Csv, "a;b\n", b','),
            (Format::Tsv, "", b'\t'),
        ] {
            assert_eq!(
                sniff(Some(named), head),
                (named, Arrangement::Rows(separator)),
                "{head}"
            );
        }
    }

    #[test]
    fn json_arrangements_go_by_content() {
        let json = Some(Format::Json);
        assert_eq!(sniff(json, "{\"a\":1}\n{\"a\":2}\n").1, Arrangement::Lines);
        assert_eq!(sniff(json, "{\"a\":1}{\"a\":2}\n").1, Arrangement::Sequence);
        let two = "{\"a\":1}{\"a\":2}\n{\"a\":3}\n";
        assert_eq!(sniff(json, two).1, Arrangement::Sequence);
        assert_eq!(
            sniff(json, "{\n\"a\":1}\n{\"a\":2}\n").1,
            Arrangement::Sequence
        );
        assert_eq!(sniff(json, "[{},\n{}]").1, Arrangement::Array);
        let jsonl = Some(Format::Jsonl);
        assert_eq!(sniff(jsonl, "{\"a\":1}\n").1, Arrangement::Lines);
        assert_eq!(sniff(jsonl, "[\n{}]\n").1, Arrangement::Array);
        assert_eq!(sniff(jsonl, "[{}, {}]\n\n").1, Arrangement::Array);
        assert_eq!(sniff(jsonl, "[1]\n{\"a\":1}\n").1, Arrangement::Lines);
        for named in [json, jsonl, None] {
            let arrangement = |head: &str| sniff(named, head).1;
            for broken in ["{broken", "{\"a\":\"b", "{\"a\":[1}"] {
                let head = format!("{broken}\n{{\"a\":1}}\n{{\"a\":2}}\n");
                assert_eq!(arrangement(&head), Arrangement::Lines, "{head}");
            }
            assert_eq!(
                arrangement("{\n \"a\":NaN\n}\n{\n\"a\":2}"),
                Arrangement::Sequence
            );
            let nested = "{\"a\":\n{\"b\":1}\n,\"c\":[\n1]}\n{}\n";
            assert_eq!(arrangement(nested), Arrangement::Sequence);
            // Or its end may not be there.
            let cut = Format::of_content(
                Some(Format::Json),
                &nested.as_bytes()[..22],
                false,
                &FieldTable::new(&FieldNames::default()),
            );
            assert_eq!(cut.1, Arrangement::Sequence);
        }
    }
}
