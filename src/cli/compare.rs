//! `wirecopy compare`.

use super::aligned::{View, aligned};
use super::cluster::{RuleArgument, Window, decimal, window};
use super::look::{Look, one_line};
use super::{help, words};
use crate::compare::{
    CompareOptions, Comparison, Found, Matrix, Measures, Original, Passage, compare, find, matrix,
    only_article,
};
use crate::corpus::{Article, Corpus, CorpusOptions};
use crate::progress::Silent;
use crate::text::Furniture;
use crate::verify::{Acceptance, FiguresNeeded, NewsRule, Reason, Refusal, Rule};
use crate::{Error, Result};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Show what two articles have in common, passage by passage
#[derive(Args)]
#[command(long_about = help::COMPARE, after_help = help::COMPARE_EXAMPLES)]
pub(super) struct CompareArguments {
    /// Files that hold one article each; with --corpus ids, or FILE:LINE
    #[arg(required = true, num_args = 2.., value_name = "ARTICLE")]
    articles: Vec<String>,
    /// Where articles with these ids stand: files, folders, patterns, or - for standard input
    #[arg(long, value_name = "INPUT", num_args = 1..)]
    corpus: Vec<PathBuf>,
    /// The acceptance rule
    #[arg(long, value_enum, value_name = "RULE", default_value = "news")]
    rule: RuleArgument,
    /// How much of the shorter article must stand in the longer, above 0, at most 1 [default: 0.75 with the rule for news, 0.85 with
    /// the plain one]
    #[arg(long, value_name = "SHARE", value_parser = decimal)]
    containment: Option<f64>,
    /// Rule for news: the longest time between two copies, such as 3d or 36h, or none [default: 3d]
    #[arg(long, value_name = "TIME", value_parser = window)]
    window: Option<Window>,
    /// Measure texts as they came, with datelines, bylines, share lines and the like
    #[arg(long)]
    raw: bool,
    /// Show the texts in full: fold nothing
    #[arg(long)]
    full: bool,
    /// Columns, 20 or more; those of the terminal without it, or 80
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(20..))]
    width: Option<u16>,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    color: Colour,
    /// Do not show long output in a pager ($PAGER, or less)
    #[arg(long)]
    no_pager: bool,
    /// Print everything as JSON, with the passages as byte ranges and texts
    #[arg(long)]
    json: bool,
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

fn options(arguments: &CompareArguments) -> Result<CompareOptions> {
    let rule = match arguments.rule {
        RuleArgument::News => {
            let usual = NewsRule::default();
            Rule::News(NewsRule::new(
                arguments.containment.unwrap_or(usual.contained()),
                arguments
                    .window
                    .map_or(usual.window_hours(), |window| window.0),
            )?)
        }
        RuleArgument::Plain if arguments.window.is_some() => {
            return Err(Error::Parameter(
                "--window belongs to the rule for news; the plain rule does not look at dates"
                    .into(),
            ));
        }
        RuleArgument::Plain => {
            let usual = Acceptance::default();
            let containment = arguments.containment.or(usual.containment());
            Rule::Plain(Acceptance::new(
                usual.threshold(),
                containment,
                usual.min_shingles(),
            )?)
        }
    };
    let furniture = if arguments.raw {
        Furniture::Keep
    } else {
        Furniture::Strip
    };
    Ok(CompareOptions {
        rule,
        furniture,
        ..CompareOptions::default()
    })
}

pub(super) fn run(arguments: CompareArguments) -> Result<()> {
    let options = options(&arguments)?;
    let open = |inputs: &[PathBuf]| Corpus::open(inputs, CorpusOptions::default(), &Silent);
    let found: Vec<Found> = if arguments.corpus.is_empty() {
        let files = arguments.articles.iter();
        files
            .map(|file| only_article(&open(&[file.into()])?, &Silent))
            .collect::<Result<_>>()?
    } else {
        find(&open(&arguments.corpus)?, &arguments.articles, &Silent)?
    };
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
        let comparison = compare(&a.article, &b.article, &options)?;
        match arguments.json {
            true => two_as_json(&found, &comparison, &options),
            false => two(&found, &comparison, &options, &view),
        }
    } else {
        let articles: Vec<Article> = found.iter().map(|found| found.article.clone()).collect();
        let matrix = matrix(&articles, &options)?;
        match arguments.json {
            true => several_as_json(&found, &matrix),
            false => several(&found, &matrix, &view),
        }
    };
    show(&text, terminal && !arguments.no_pager && !arguments.json)
}

/// Writes to standard output; what is longer than the terminal goes through a pager.
fn show(text: &str, may_page: bool) -> Result<()> {
    let rows = console::Term::stdout()
        .size_checked()
        .map_or(usize::MAX, |(rows, _)| rows.into());
    if may_page && text.lines().count() >= rows && paged(text) {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::io("write", "standard output")(error))
        }
        _ => Ok(()),
    }
}

/// Shows a text in the pager; false if there is none.
fn paged(text: &str) -> bool {
    let pager = std::env::var("PAGER")
        .ok()
        .filter(|pager| !pager.trim().is_empty());
    let pager = pager.unwrap_or_else(|| "less".into());
    let mut parts = pager.split_whitespace();
    let Some(program) = parts.next() else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(parts).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Colours are passed on, and what fits is left on the screen.
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    if let Some(mut stdin) = child.stdin.take() {
        // A reader who has seen enough closes the pipe.
        let _ = stdin.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}

fn letter(index: usize) -> String {
    match u8::try_from(index) {
        Ok(index) if index < 26 => char::from(b'A' + index).to_string(),
        _ => (index + 1).to_string(),
    }
}

/// Who the articles are.
fn heads(found: &[Found], view: &View) -> String {
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
        text += &look.wrap(head.trim_end(), indent);
        text.push('\n');
        let counted = words::counted(
            tokeniser.tokens(&article.text).len() as u64,
            "word",
            "words",
        );
        let parts = [
            one_line(&article.source),
            one_line(&article.published),
            counted,
        ];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        text += &look.dim(&look.wrap(
            &format!("{}{}", " ".repeat(indent), parts.join(", ")),
            indent,
        ));
        text.push('\n');
    }
    text
}

fn hours(hours: f64) -> String {
    if hours >= 48.0 {
        format!("{:.1} days", hours / 24.0)
    } else {
        format!("{hours:.1} hours")
    }
}

fn two(found: &[Found], comparison: &Comparison, options: &CompareOptions, view: &View) -> String {
    let look = Look {
        width: view.width,
        colour: view.colour,
        bars: false,
    };
    let measures = &comparison.measures;
    let mut text = heads(found, view);
    let mut rows = vec![
        ("Jaccard similarity", words::percent(measures.jaccard)),
        ("A found in B", words::percent(measures.a_in_b)),
        ("B found in A", words::percent(measures.b_in_a)),
        ("Openings in common", words::percent(measures.opening)),
        (
            "Longest shared passage",
            words::counted(measures.longest_shared as u64, "word", "words"),
        ),
    ];
    rows.push((
        "Published apart",
        measures.hours_apart.map_or("not known".into(), hours),
    ));
    text.push('\n');
    for (name, value) in rows {
        text += &format!("{name:<23} {value}\n");
    }
    text.push('\n');
    let verdict = if comparison.reason.is_some() {
        "Copies"
    } else {
        "Not copies"
    };
    text += &look.wrap(
        &format!("{}: {}", look.bold(verdict), why(comparison, options.rule)),
        2,
    );
    text.push('\n');
    if matches!(options.rule, Rule::News(_)) {
        let note =
            "All shingles weigh in full here; a run over a corpus weighs recurring wording less.";
        text += &look.dim(&look.wrap(note, 0));
        text.push('\n');
    }
    text.push('\n');
    let [a, b] = [0, 1].map(|side| found[side].article.text.as_ref());
    text + &aligned(&comparison.alignment, a, b, view)
}

/// Why the rule says what it says, in a sentence.
fn why(comparison: &Comparison, rule: Rule) -> String {
    let measures = &comparison.measures;
    let contained = measures.a_in_b.max(measures.b_in_a);
    let share = words::percent(contained);
    match (comparison.reason, rule) {
        (Some(Reason::Exact), _) => "the very same words.".into(),
        (Some(Reason::Jaccard), Rule::Plain(rule)) => format!(
            "their Jaccard similarity of {} is at or above {}.",
            words::percent(measures.jaccard),
            words::percent(rule.threshold())
        ),
        (Some(Reason::Opening), Rule::News(rule)) => format!(
            "{share} of the shorter stands in the longer, {} are enough as they open alike.",
            words::percent(rule.contained_with_opening())
        ),
        (Some(Reason::Reprint), _) => {
            format!(
                "published far apart, but {share} of the shorter stands in the longer: a reprint."
            )
        }
        (Some(Reason::Short), _) => {
            "too short for more, but nearly equal, with the same figures.".into()
        }
        (Some(_), _) => format!("{share} of the shorter stands in the longer."),
        (None, Rule::Plain(rule)) => format!(
            "a Jaccard similarity of {} is below {}, and {share} of the shorter in the longer {}.",
            words::percent(measures.jaccard),
            words::percent(rule.threshold()),
            rule.containment()
                .map_or("does not count".into(), |least| format!(
                    "is below {} or too short to count",
                    words::percent(least)
                ))
        ),
        (None, Rule::News(rule)) => comparison
            .refusal
            .map_or("the rule says no more.".into(), |refusal| {
                why_not(refusal, measures, rule)
            }),
    }
}

/// Which question of the rule for news decided, in a sentence.
fn why_not(refusal: Refusal, measures: &Measures, rule: NewsRule) -> String {
    let share = words::percent(measures.a_in_b.max(measures.b_in_a));
    let apart = || {
        format!(
            "published {} apart, beyond the window of {}",
            measures.hours_apart.map_or("too far".into(), hours),
            rule.window_hours().map_or("none".into(), hours)
        )
    };
    match refusal {
        Refusal::Recurs => format!("the same few words, but {}: a form that returns.", apart()),
        Refusal::VeryShort { least } => format!(
            "so short that their Jaccard similarity must be {}, and it is {}.",
            words::percent(least),
            words::percent(measures.jaccard)
        ),
        Refusal::Apart { least } => format!(
            "{}, where {} of the shorter must stand in the longer, and {share} do.",
            apart(),
            words::percent(least)
        ),
        Refusal::OneSource { least } => format!(
            "of one source, where {} of the shorter must stand in the longer, and {share} do.",
            words::percent(least)
        ),
        Refusal::LittleShared { least } => format!(
            "{share} of the shorter stands in the longer; {} would be enough, or {} if they opened alike.",
            words::percent(rule.contained()),
            words::percent(least)
        ),
        Refusal::OpenOtherwise {
            least,
            least_opening,
        } => format!(
            "{share} of the shorter stands in the longer, below {}, and {} of the openings is the same, below {}, so that they do not open alike.",
            words::percent(least),
            words::percent(measures.opening),
            words::percent(least_opening)
        ),
        Refusal::BelowFloor { least } => format!(
            "{share} of the shorter stands in the longer; below {} no pair is looked at.",
            words::percent(least)
        ),
        Refusal::Figures { figures, needed } => {
            let of = match needed {
                FiguresNeeded::All => figures.more,
                _ => figures.fewer,
            };
            let needed = match needed {
                FiguresNeeded::All => "of articles so short all must",
                FiguresNeeded::AllOfFewer => "of short articles all of the one with fewer must",
                FiguresNeeded::OfOneSource => "of one source nine tenths must",
                _ => "where less is shared and the openings are alike two thirds must",
            };
            format!(
                "{share} of the shorter stands in the longer, but {} of {} agree; {needed}.",
                figures.shared,
                words::counted(of.into(), "figure", "figures")
            )
        }
        Refusal::Subjects { uses } => format!(
            "{share} of the shorter stands in the longer, but they speak of different things: each opening has a word that its text uses {} or more and the other never.",
            match uses {
                2 => "twice",
                _ => "three times",
            }
        ),
    }
}

/// Columns of figures under letters, with a name before each row.
fn table(title: &str, values: &[Vec<f64>]) -> String {
    let mut text = format!("{title}\n    ");
    for column in 0..values.len() {
        text += &format!("{:>6}", letter(column));
    }
    text.push('\n');
    for (index, row) in values.iter().enumerate() {
        text += &format!("{:<4}", letter(index));
        for (column, value) in row.iter().enumerate() {
            let cell = if index == column {
                "-".into()
            } else {
                format!("{value:.2}")
            };
            text += &format!("{cell:>6}");
        }
        text.push('\n');
    }
    text
}

fn several(found: &[Found], matrix: &Matrix, view: &View) -> String {
    let look = Look {
        width: view.width,
        colour: view.colour,
        bars: false,
    };
    let mut text = heads(found, view);
    text += &format!("\n{}\n", table("Jaccard similarity", &matrix.jaccard));
    text += &format!(
        "{}\n",
        table(
            "How much of the row's article stands in the column's",
            &matrix.contained
        )
    );
    text += &look.wrap(&original_in_words(found, matrix), 0);
    text.push('\n');
    text
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
            "Which is the original cannot be decided: no one is earliest, and none holds most of the others.".into()
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

fn two_as_json(found: &[Found], comparison: &Comparison, options: &CompareOptions) -> String {
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
        "why": why(comparison, options.rule),
        "passages": passages,
    }))
}

fn several_as_json(found: &[Found], matrix: &Matrix) -> String {
    let articles: Vec<_> = found.iter().map(described).collect();
    let mut value = json!(matrix);
    value["articles"] = articles.into();
    value["why"] = original_in_words(found, matrix).into();
    pretty(&value)
}
