//! A comparison as text, for a terminal.

use super::aligned::{View, aligned};
use super::verdict::Said;
use crate::cli::look::{Look, fit};
use crate::cli::safe::one_line;
use crate::cli::words;
use crate::compare::{Background, Comparison, Found, Matrix, Original};
use crate::text::{FurnitureKind, LeftOut};
use crate::verify::Rule;

/// On fewer columns nothing is set in columns.
const NARROW: usize = 50;

fn letter(index: usize) -> String {
    match u8::try_from(index) {
        Ok(index) if index < 26 => char::from(b'A' + index).to_string(),
        _ => (index + 1).to_string(),
    }
}

/// Who the articles are. `compared` says how many words of each are, if that is known.
fn heads(found: &[Found], compared: &[usize], view: &View) -> String {
    let look = view.look();
    let mut tokeniser = crate::text::Tokeniser::new();
    let mut text = String::new();
    for (index, Found { article, .. }) in found.iter().enumerate() {
        let name = letter(index);
        let indent = name.len() + 2;
        let title = one_line(&article.title);
        let head = format!("{name}  {}  {title}", one_line(&article.id));
        text += &look.fill(head.trim_end(), indent);
        text.push('\n');
        let all = tokeniser.tokens(&article.text).len();
        let mut counted = words::counted(all as u64, "word", "words");
        // Without furniture, or, of a short text, with the title.
        if let Some(&compared) = compared.get(index).filter(|&&compared| compared < all) {
            counted += &format!(" ({} compared)", words::number(compared as u64));
        }
        let parts = [
            one_line(&article.source),
            one_line(&article.published),
            counted,
        ];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        text += &look.dim(&look.fill(
            &format!("{}{}", " ".repeat(indent), parts.join(", ")),
            indent,
        ));
        text.push('\n');
    }
    text
}

pub(super) fn two(
    found: &[Found],
    comparison: &Comparison,
    said: &Said,
    background: &Background,
    view: &View,
) -> String {
    let look = view.look();
    let measures = &comparison.measures;
    let mut text = heads(found, &measures.words, view);
    let mut rows = vec![
        ("Jaccard similarity", words::percent(measures.jaccard)),
        ("A found in B", words::percent(measures.a_in_b)),
        ("B found in A", words::percent(measures.b_in_a)),
    ];
    if let (Some(weighted), Some(_)) = (measures.weighted_containment, background.articles) {
        rows.push(("Shared by weight", words::percent(weighted)));
    }
    rows.extend([
        ("Openings in common", words::percent(measures.opening)),
        (
            "Longest shared passage",
            words::counted(measures.longest_shared as u64, "word", "words"),
        ),
        (
            "Published apart",
            measures
                .hours_apart
                .map_or("not known".into(), words::hours),
        ),
    ]);
    text.push('\n');
    for (name, value) in rows {
        text += &match view.width < NARROW {
            true => look.fill(&format!("{name}: {value}"), 2),
            false => format!("{name:<23} {value}"),
        };
        text.push('\n');
    }
    text.push('\n');
    let verdict = if comparison.reason.is_some() {
        "Copies"
    } else {
        "Not copies"
    };
    text += &look.fill(&format!("{}: {}", look.bold(verdict), said.why()), 2);
    text.push('\n');
    if matches!(said.rule, Rule::News(_)) {
        let note = match background.articles {
            Some(articles) => format!(
                "Judged as in a run over the corpus, {}: recurring wording weighs less.",
                words::counted(articles, "article", "articles")
            ),
            None => {
                "All shingles weigh in full here; a run over a corpus weighs recurring wording less."
                    .into()
            }
        };
        text += &look.dim(&look.fill(&note, 0));
        text.push('\n');
    }
    text.push('\n');
    text += &left_out(found, &comparison.left_out, view);
    let [a, b] = [0, 1].map(|side| found[side].article.text.as_ref());
    text + &aligned(&comparison.alignment, a, b, view)
}

fn kind(kind: FurnitureKind) -> &'static str {
    match kind {
        FurnitureKind::Title => "title",
        FurnitureKind::Byline => "byline",
        FurnitureKind::Credit => "agency credit",
        FurnitureKind::Date => "date",
        FurnitureKind::Dateline => "dateline",
        FurnitureKind::Learnt => "learnt line",
        _ => "line of the page",
    }
}

/// What the measures do not count, and a blank line; nothing if they count all.
fn left_out(found: &[Found], left_out: &[Vec<LeftOut>], view: &View) -> String {
    if left_out.iter().all(Vec::is_empty) {
        return String::new();
    }
    let look = view.look();
    let mut text = look.fill("Not counted by the measures, as furniture of the page:", 0);
    text.push('\n');
    for (index, (found, pieces)) in found.iter().zip(left_out).enumerate() {
        let mut name = letter(index);
        for piece in pieces {
            let shown = one_line(&found.article.text[piece.range.clone()]);
            let kind = kind(piece.kind);
            let line = match view.width < NARROW {
                true => format!("{name:<3}{kind}: {shown}"),
                false => format!("{name:<3}{kind:<17} {shown}"),
            };
            text += &look.dim(&fit(&line, view.width));
            text.push('\n');
            name.clear();
        }
    }
    text.push('\n');
    text
}

/// Columns of figures under letters, with a name before each row; below each other as many as fit.
fn table(title: &str, values: &[Vec<f64>], look: Look) -> String {
    const NAME: usize = 4;
    const CELL: usize = 6;
    let mut text = look.fill(title, 0) + "\n";
    let all: Vec<usize> = (0..values.len()).collect();
    let fit = (look.width.saturating_sub(NAME) / CELL).max(1);
    for (part, columns) in all.chunks(fit).enumerate() {
        if part > 0 {
            text.push('\n');
        }
        text += &" ".repeat(NAME);
        for &column in columns {
            text += &format!("{:>CELL$}", letter(column));
        }
        text.push('\n');
        for (index, row) in values.iter().enumerate() {
            text += &format!("{:<NAME$}", letter(index));
            for &column in columns {
                let cell = if index == column {
                    "-".into()
                } else {
                    format!("{:.2}", row[column])
                };
                text += &format!("{cell:>CELL$}");
            }
            text.push('\n');
        }
    }
    text
}

pub(super) fn several(found: &[Found], matrix: &Matrix, view: &View) -> String {
    let look = view.look();
    let mut text = heads(found, &[], view);
    text += &format!("\n{}\n", table("Jaccard similarity", &matrix.jaccard, look));
    text += &format!(
        "{}\n",
        table(
            "How much of the row's article stands in the column's",
            &matrix.contained,
            look
        )
    );
    text += &left_out(found, &matrix.left_out, view);
    text += &look.fill(&copies_in_words(matrix), 0);
    text.push('\n');
    text += &look.fill(&original_in_words(found, matrix), 0);
    text.push('\n');
    text
}

/// Which of several are copies by the rule, pair by pair.
fn copies_in_words(matrix: &Matrix) -> String {
    let size = matrix.copies.len();
    let pairs = (0..size).flat_map(|a| (a + 1..size).map(move |b| (a, b)));
    let copies = pairs.filter(|&(a, b)| matrix.copies[a][b].is_some());
    let copies: Vec<String> = copies
        .map(|(a, b)| format!("{} and {}", letter(a), letter(b)))
        .collect();
    match copies.is_empty() {
        true => "Copies by the rule: none.".into(),
        false => format!("Copies by the rule: {}.", copies.join(", ")),
    }
}

pub(super) fn original_in_words(found: &[Found], matrix: &Matrix) -> String {
    let name = |index: usize| format!("{} ({})", letter(index), one_line(&found[index].article.id));
    match matrix.original {
        Original::Earliest(index) => {
            format!("Most likely the original: {}, since it was published first of the copies.", name(index))
        }
        Original::MostContained(index) => format!(
            "Most likely the original: {}, since most of the other copies stands in it; their dates do not tell.",
            name(index)
        ),
        Original::NoCopies => "None is the original of another: no two of them are copies.".into(),
        Original::SeveralReports => {
            "Which is the original is another question for each group of copies: compare those of one.".into()
        }
        Original::Undecidable => {
            "Which is the original cannot be decided: their dates do not tell, and no one alone holds most of the other copies.".into()
        }
    }
}
