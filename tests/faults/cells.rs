//! What stands in cells and messages cannot harm who reads them.

use super::articles::STORY;
use super::place::Place;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn hostile_ids_titles_and_urls_come_back_from_the_csv() {
    let hostile = [
        "plain",
        "a,b",
        "a;b\tc",
        "say \"so\"",
        "\"",
        "\"\"",
        "'",
        "two\nlines",
        "two\r\nlines",
        "\r",
        "lone\rreturn",
        "=1+1",
        "+1",
        "-1",
        "-x",
        "@SUM(A1)",
        "\tx",
        "\nx",
        " x ",
        "=HYPERLINK(\"http://evil\",\"x\")",
        "ü – 漢字 🦀",
        "nul\0nul",
        "\u{feff}mark",
        "#comment",
        "\\",
        "\\N",
        "null",
        "00012",
        "1e5",
        "\u{1b}[31m",
        "a\u{202e}b",
    ];
    let place = Place::new();
    let object = |text: &str| serde_json::json!({ "id": text, "title": text, "source": text, "url": text, "published": text, "text": STORY });
    let lines: String = hostile
        .iter()
        .map(|text| format!("{}\n", object(text)))
        .collect();
    let done = place.rejects_nothing("news.jsonl", lines);
    // "\r" and the like are blank: such an id gives way to file and line, such a title is none.
    let blank = |text: &str| text.trim().is_empty();
    let rows = done.rows();
    let found: Vec<(String, String)> = rows
        .iter()
        .map(|row| (row["line"].clone(), row["id"].clone()))
        .collect();
    let mut found: BTreeMap<usize, String> = found
        .into_iter()
        .map(|(line, id)| (line.parse().unwrap(), id))
        .collect();
    assert_eq!(found.len(), hostile.len());
    let ids: BTreeSet<&str> = rows.iter().map(|row| row["id"].as_str()).collect();
    for row in &rows {
        let at: usize = row["line"].parse().unwrap();
        let text = hostile[at - 1];
        let id = found.remove(&at).unwrap();
        if blank(text) {
            assert_eq!(
                (id, row["title"].as_str(), row["url"].as_str()),
                (format!("news.jsonl:{at}"), "", "")
            );
            continue;
        }
        assert_eq!(id, text);
        assert_eq!(row["url"], text);
        let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
            && text.parse::<i64>().is_err();
        let shown = if formula {
            format!("'{text}")
        } else {
            text.to_owned()
        };
        for column in ["title", "source", "published"] {
            assert_eq!(row[column], shown, "{column}");
        }
        assert!(ids.contains(row["matched_id"].as_str()));
    }
    // What is printed cannot steer the terminal.
    assert!(
        !done.said.contains(['\u{1b}', '\0', '\r']),
        "{:?}",
        done.said
    );
}

#[test]
fn field_names_and_files_that_would_steer_the_terminal() {
    let place = Place::new();
    place.file("news.jsonl", "{\"\\u001b[2Jbody\\u0007\":\"x\"}\n");
    let done = place.cluster(&["news.jsonl"]);
    done.failed(1, &["--text-field", "\\u{1b}[2Jbody\\u{7}"]);
    assert!(!done.said.contains(['\u{1b}', '\u{7}']), "{:?}", done.said);
}
