//! `wirecopy compare`.

use super::aligned::{View, aligned};
use super::input::InputArguments;
use super::look::{Look, fit, one_line};
use super::matching::MatchingArguments;
use super::pager::show;
use super::progress::Talk;
use super::verdict::Said;
use super::{help, memory, words};
use crate::compare::{
    Background, CompareOptions, Comparison, Found, Matrix, Original, Passage, compare, find,
    matrix, only_article,
};
use crate::corpus::{Article, Corpus, CorpusOptions};
use crate::memory::Bound;
use crate::progress::{Progress, Silent};
use crate::text::{FurnitureKind, LeftOut};
use crate::verify::Rule;
use crate::{Error, Options, Result};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Show what two articles have in common, passage by passage
#[derive(Args)]
#[command(long_about = help::COMPARE, after_help = help::COMPARE_EXAMPLES)]
pub(super) struct CompareArguments {
    /// Files that hold one article each; with --corpus ids, or FILE:LINE
    #[arg(required = true, num_args = 2.., value_name = "ARTICLE")]
    articles: Vec<String>,
    /// Where articles with these ids stand, and what their wording is weighed by: files, folders, patterns, or - for standard
    /// input
    #[arg(long, value_name = "INPUT", num_args = 1..)]
    corpus: Vec<PathBuf>,
    /// Judge the articles by themselves, as without --corpus: faster, as the corpus is only searched for them
    #[arg(long, requires = "corpus")]
    alone: bool,
    /// Show the texts in full: fold nothing
    #[arg(long)]
    full: bool,
    /// Columns, 20 or more; those of the terminal without it, or 80
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(20..))]
    width: Option<u16>,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    color: Colour,
    /// Do not show long output in a pager ($PAGER, or less -R)
    #[arg(long)]
    no_pager: bool,
    /// Print everything as JSON, with the passages as byte ranges and texts
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    matching: MatchingArguments,
}

#[derive(Clone, Copy, ValueEnum)]
enum Colour {
    /// On a terminal, unless NO_COLOR or CLICOLOR=0 is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Refuses what may be meant to be found in a corpus.
fn refuse_what_is_no_file(name: &str) -> Result<()> {
    let hint = match std::fs::metadata(name) {
        Ok(there) if there.is_dir() => format!(
            "{name} is a folder; name two files of it, or the ids of two articles and --corpus {name}"
        ),
        Err(error)
            if error.kind() == io::ErrorKind::NotFound
                && name != "-"
                && !name.contains(['*', '?', '[']) =>
        {
            format!(
                "{name}: no such file; if it is the id of an article, say where that is: --corpus NEWS.jsonl"
            )
        }
        _ => return Ok(()),
    };
    Err(Error::Input(hint))
}

/// The articles that are named, and what their corpus tells of them.
fn fetched(
    arguments: &CompareArguments,
    options: &CompareOptions,
) -> Result<(Vec<Found>, Background)> {
    let reading: CorpusOptions = arguments.input.options(None);
    let strict = arguments.input.strict;
    let open = |inputs: &[PathBuf], progress: &dyn Progress| {
        Corpus::open(inputs, reading.clone(), progress)
    };
    if arguments.corpus.is_empty() {
        let only = |file: &String| {
            refuse_what_is_no_file(file)?;
            only_article(&open(&[file.into()], &Silent)?, strict, &Silent)
        };
        let found = arguments.articles.iter().map(only);
        return Ok((found.collect::<Result<_>>()?, Background::default()));
    }
    // Bars, but no bad records: they are seldom those that are compared. An interrupt ends the process, which has no output to tidy up.
    let talk = Talk::new(false, true, Arc::new(AtomicBool::new(false)));
    let corpus = open(&arguments.corpus, &talk)?;
    let found = find(&corpus, &arguments.articles, strict, &talk)?;
    if arguments.alone {
        return Ok((found, Background::default()));
    }
    let run = Options {
        corpus: reading,
        shingle_size: options.shingle_size,
        furniture: options.furniture,
        rule: options.rule,
        strict,
        memory: memory::usual_bound().map(Bound::Usual),
        ..Options::default()
    };
    let background = crate::ask(&corpus, &found, &run, &talk)?;
    Ok((found, background))
}

pub(super) fn run(arguments: CompareArguments) -> Result<()> {
    let options = CompareOptions {
        shingle_size: arguments.matching.shingle_size()?,
        furniture: arguments.matching.furniture(),
        rule: arguments.matching.rule()?,
    };
    let (found, background) = fetched(&arguments, &options)?;
    let look = Look::of_stdout();
    let terminal = io::stdout().is_terminal();
    let view = View {
        width: arguments
            .width
            .map_or(if terminal { look.width.max(20) } else { 80 }, usize::from),
        colour: match arguments.color {
            Colour::Auto => look.colour && terminal,
            Colour::Always => true,
            Colour::Never => false,
        },
        full: arguments.full,
    };
    let text = if let [a, b] = &found[..] {
        let comparison = compare(&a.article, &b.article, &options, &background)?;
        let said = Said {
            measures: &comparison.measures,
            reason: comparison.reason,
            refusal: comparison.refusal,
            rule: options.rule,
            weighed: background.articles.is_some(),
        };
        match arguments.json {
            true => two_as_json(&found, &comparison, &said, &background),
            false => two(&found, &comparison, &said, &background, &view),
        }
    } else {
        let articles: Vec<Article> = found.iter().map(|found| found.article.clone()).collect();
        let matrix = matrix(&articles, &options, &background)?;
        match arguments.json {
            true => several_as_json(&found, &matrix, &background),
            false => several(&found, &matrix, &view),
        }
    };
    show(&text, terminal && !arguments.no_pager && !arguments.json)
}

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
    let look = Look {
        width: view.width,
        colour: view.colour,
        bars: false,
    };
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

fn two(
    found: &[Found],
    comparison: &Comparison,
    said: &Said,
    background: &Background,
    view: &View,
) -> String {
    let look = Look {
        width: view.width,
        colour: view.colour,
        bars: false,
    };
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
    let look = Look {
        width: view.width,
        colour: view.colour,
        bars: false,
    };
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

fn several(found: &[Found], matrix: &Matrix, view: &View) -> String {
    let look = Look {
        width: view.width,
        colour: view.colour,
        bars: false,
    };
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

fn original_in_words(found: &[Found], matrix: &Matrix) -> String {
    let name = |index: usize| format!("{} ({})", letter(index), one_line(&found[index].article.id));
    match matrix.original {
        Original::Earliest(index) => {
            format!("Most likely the original: {}, since it was published first.", name(index))
        }
        Original::MostContained(index) => format!(
            "Most likely the original: {}, since most of the others stands in it; their dates do not tell.",
            name(index)
        ),
        Original::Undecidable => {
            "Which is the original cannot be decided: their dates do not tell, and no one alone holds most of the others.".into()
        }
    }
}

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
fn left_out_as_json(found: &Found, left_out: &[LeftOut]) -> serde_json::Value {
    let pieces = left_out.iter().map(|piece| {
        let mut value = json!(piece);
        value["text"] = found.article.text[piece.range.clone()].into();
        value
    });
    pieces.collect()
}

fn two_as_json(
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
            "a": left_out_as_json(&found[0], &comparison.left_out[0]),
            "b": left_out_as_json(&found[1], &comparison.left_out[1]),
        },
        "passages": passages,
    }))
}

fn several_as_json(found: &[Found], matrix: &Matrix, background: &Background) -> String {
    let articles: Vec<_> = found.iter().map(described).collect();
    let mut value = json!(matrix);
    let left_out = found.iter().zip(&matrix.left_out);
    value["left_out"] = left_out
        .map(|(found, left_out)| left_out_as_json(found, left_out))
        .collect();
    value["corpus_articles"] = background.articles.into();
    value["articles"] = articles.into();
    value["why"] = original_in_words(found, matrix).into();
    pretty(&value)
}
