//! The report of any text, read back by the csv crate.

use super::{CLUSTER_COLUMNS, Listed, Output, spreadsheet_safe, write_clusters};
use crate::text::Furniture;
use crate::{Options, progress::Silent};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Texts with everything that CSV or a spreadsheet gives a meaning to.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\"',;=+\\-@|\t\r\n\0 a0\u{feff}\u{85}ü漢🦀]{0,8}",
        "\\PC{0,8}",
        any::<String>(),
    ]
}

#[derive(Debug)]
struct Fields {
    id: String,
    title: String,
    source: String,
    published: String,
    url: String,
}

fn fields() -> impl Strategy<Value = Fields> {
    (hostile(), hostile(), hostile(), hostile(), hostile()).prop_map(
        |(id, title, source, published, url)| Fields {
            id,
            title,
            source,
            published,
            url,
        },
    )
}

/// What the report shows of a title, a source or a date, by the words of its documentation.
fn shown(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let number = text.strip_prefix(['+', '-']).is_some_and(|digits| {
        digits.bytes().all(|b| b.is_ascii_digit()) && (1..19).contains(&digits.len())
    });
    match formula && !number {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_text_survives_the_report(articles in proptest::collection::vec(fields(), 2..6)) {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("news.jsonl");
        let mut lines = String::new();
        for Fields { id, title, source, published, url } in &articles {
            let object = serde_json::json!({
                "id": id, "title": title, "source": source, "published": published, "url": url,
                "text": "Rain fell on the hills.",
            });
            writeln!(lines, "{object}")?;
        }
        std::fs::write(&path, lines)?;
        // Raw, or the titles of so short texts would count.
        let options = Options { furniture: Furniture::Keep, ..Options::default() };
        let run = crate::cluster(std::slice::from_ref(&path), &options, &Silent)?;
        let report = folder.path().join("clusters.csv");
        let mut out = Output::create(&report)?;
        write_clusters(&run, Listed::Clustered, &mut out, &Silent)?;
        out.publish()?;
        let bytes = std::fs::read(report)?;

        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        prop_assert_eq!(reader.headers()?, CLUSTER_COLUMNS.as_slice());
        // A blank field is none at all, and an article without an id has its place for one.
        let or = |text: &str, other: &str| if text.trim().is_empty() { other.to_owned() } else { text.to_owned() };
        let id = |line: usize| or(&articles[line - 1].id, &format!("{}:{line}", path.display()));
        let ids: Vec<String> = (1..=articles.len()).map(id).collect();
        let mut lines = Vec::new();
        for row in reader.deserialize::<BTreeMap<String, String>>() {
            let row = row?;
            let line: usize = row["line"].parse()?;
            let article = &articles[line - 1];
            prop_assert_eq!(&row["id"], &ids[line - 1]);
            prop_assert_eq!(&row["url"], &or(&article.url, ""));
            prop_assert!(ids.contains(&row["matched_id"]));
            for (column, text) in [("title", &article.title), ("source", &article.source), ("published", &article.published)] {
                prop_assert_eq!(&row[column], &shown(&or(text, "")), "{}", column);
            }
            lines.push(line);
        }
        lines.sort_unstable();
        prop_assert_eq!(lines, (1..=articles.len()).collect::<Vec<_>>());
        // RFC 4180: outside quotes no line ends but with both characters.
        let quoted = |at: usize| bytes[..at].iter().filter(|&&b| b == b'"').count() % 2 == 1;
        for at in (0..bytes.len()).filter(|&at| bytes[at] == b'\n' && !quoted(at)) {
            prop_assert!(at > 0 && bytes[at - 1] == b'\r');
        }
    }

    #[test]
    fn a_safe_cell_starts_no_formula_and_gives_its_text_back(text in hostile()) {
        let cell = spreadsheet_safe(&text);
        prop_assert_eq!(&cell, &shown(&text));
        let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && cell.parse::<f64>().is_err();
        prop_assert!(!runs, "{:?}", cell);
        prop_assert!(*cell == *text || cell.strip_prefix('\'') == Some(&text));
    }
}
