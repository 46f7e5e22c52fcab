//! A comparison as JSON.

use super::text::original_in_words;
use super::verdict::Said;
use crate::compare::{Background, Comparison, Found, Matrix, Passage};
use crate::corpus::Article;
use crate::text::LeftOut;
use serde_json::json;

fn described(found: &Found) -> serde_json::Value {
    let Article {
        id,
        title,
        source,
        published,
        url,
        ..
    } = &found.article;
    json!({ "id": id, "title": title, "source": source, "published": published, "url": url, "place": found.place })
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// What is left out of a text, with its words.
fn left_out_of(found: &Found, left_out: &[LeftOut]) -> serde_json::Value {
    let pieces = left_out.iter().map(|piece| {
        let mut value = json!(piece);
        value["text"] = found.article.text[piece.range.clone()].into();
        value
    });
    pieces.collect()
}

pub(super) fn two(
    found: &[Found],
    comparison: &Comparison,
    said: &Said,
    background: &Background,
) -> String {
    let [a, b] = [0, 1].map(|side| &found[side].article.text);
    let passages = comparison.alignment.passages.iter().map(|passage| {
        let mut value = json!(passage);
        let place = |text: &str, range: &std::ops::Range<usize>| text[range.clone()].to_owned();
        match passage {
            Passage::Same { a: x, b: y, .. }
            | Passage::MovedAway { a: x, b: y, .. }
            | Passage::MovedHere { a: x, b: y, .. } => {
                value["text_a"] = place(a, x).into();
                value["text_b"] = place(b, y).into();
            }
            Passage::OnlyA { a: x, .. } => value["text_a"] = place(a, x).into(),
            Passage::OnlyB { b: y, .. } => value["text_b"] = place(b, y).into(),
        }
        value
    });
    let passages: Vec<_> = passages.collect();
    pretty(&json!({
        "a": described(&found[0]),
        "b": described(&found[1]),
        "measures": comparison.measures,
        "copies": comparison.reason.is_some(),
        "reason": comparison.reason,
        "refusal": comparison.refusal,
        "why": said.why(),
        "corpus_articles": background.articles,
        "left_out": {
            "a": left_out_of(&found[0], &comparison.left_out[0]),
            "b": left_out_of(&found[1], &comparison.left_out[1]),
        },
        "passages": passages,
    }))
}

pub(super) fn several(found: &[Found], matrix: &Matrix, background: &Background) -> String {
    let articles: Vec<_> = found.iter().map(described).collect();
    let mut value = json!(matrix);
    let left_out = found.iter().zip(&matrix.left_out);
    value["left_out"] = left_out
        .map(|(found, left_out)| left_out_of(found, left_out))
        .collect();
    value["corpus_articles"] = background.articles.into();
    value["articles"] = articles.into();
    value["why"] = original_in_words(found, matrix).into();
    pretty(&value)
}
