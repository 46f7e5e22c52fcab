//! `wirecopy evaluate`.

use super::look::{Look, fit};
use super::safe::{one_line, terminal_safe};
use super::{help, print, say, words};
use crate::Result;
use crate::evaluate::{
    Accuracy, Against, Curve, EvaluateOptions, Evaluation, Holds, Label, LabelledFigures, Mistake,
    Mistakes, Point, StoryFigures, Sweep, evaluate,
};
use crate::report::LISTED_DUPLICATES;
use clap::Args;
use std::path::PathBuf;

/// Say how good a result is: a file of pairs or clusters against a labelled truth
#[derive(Args)]
#[command(long_about = help::EVALUATE, after_help = help::EVALUATE_EXAMPLES)]
pub(super) struct EvaluateArguments {
    /// CSV of pairs or clusters, or - for standard input
    #[arg(value_name = "CLUSTERS_OR_PAIRS")]
    file: PathBuf,
    /// CSV of labelled pairs (a, b, label) or of stories (id, cluster)
    #[arg(long, value_name = "CSV")]
    truth: PathBuf,
    /// The truth lists every article that has a copy: all others are copies of nothing. Only with stories
    #[arg(long)]
    complete: bool,
    /// Where the titles of the mistakes are: any CSV with id and title; without it those of the file itself
    #[arg(long, value_name = "CSV")]
    titles: Option<PathBuf>,
    /// How many misses and how many false alarms are named
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        default_value_t = 10
    )]
    worst: usize,
    /// Show what each threshold on a column of the pairs would give; jaccard and containment without a name
    #[arg(long, value_name = "COLUMN", num_args = 0..=1)]
    sweep: Option<Option<String>>,
    /// Print all figures as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: EvaluateArguments) -> Result<()> {
    let options = EvaluateOptions {
        truth: arguments.truth,
        complete: arguments.complete,
        titles: arguments.titles,
        worst: arguments.worst,
        sweep: match arguments.sweep {
            None => Sweep::None,
            Some(None) => Sweep::Similarities,
            Some(Some(column)) => Sweep::Column(column),
        },
    };
    let evaluation = evaluate(&arguments.file, &options)?;
    let text = if arguments.json {
        evaluation.to_json()
    } else {
        tables(&evaluation, Look::width_of_stdout())
    };
    print(text.as_bytes())?;
    for note in notes(&evaluation) {
        say(&Look::of_stderr().wrap(&note, 0));
    }
    Ok(())
}

/// What a reader of the tables should know but would not look for.
fn notes(evaluation: &Evaluation) -> Vec<String> {
    let (file, truth) = (&evaluation.file, &evaluation.truth);
    let (file_name, truth_name) = (terminal_safe(&file.name), terminal_safe(&truth.name));
    let mut notes = Vec::new();
    if truth.ids > 0 && truth.ids_not_in_file == truth.ids && file.rows > 0 {
        notes.push(format!(
            "None of the ids of {truth_name} occurs in {file_name}. Were both made from the same articles?"
        ));
    } else if truth.ids_not_in_file > 0 {
        notes.push(format!(
            "{} of {} in {truth_name} do not occur in {file_name}: not reported.",
            words::number(truth.ids_not_in_file),
            words::counted(truth.ids, "id", "ids"),
        ));
    }
    if file.rows_outside_truth > 0 && truth.holds == Holds::Clusters {
        notes.push(format!(
            "{} of {} in {file_name} were left out, of articles that {truth_name} does not list; with --complete they count as \
             copies of nothing.",
            words::number(file.rows_outside_truth),
            words::counted(file.rows, "row", "rows"),
        ));
    }
    if file.conflicting_rows > 0 {
        notes.push(format!(
            "{} left out of {file_name}, with an id that stands in another cluster above.",
            words::counted(file.conflicting_rows, "row was", "rows were")
        ));
    }
    if file.texts_listed_in_part > 0 {
        let missed = match evaluation.labelled {
            Some(_) => "copies of these count as not reported",
            None => "the figures of the listed pairs count them as missed",
        };
        notes.push(format!(
            "{} in {file_name} more than {LISTED_DUPLICATES} times word for word, so that not all of their pairs are listed there: {missed}. \
             The clusters have them all.",
            words::counted(file.texts_listed_in_part, "text stands", "texts stand")
        ));
    }
    let sweeps = evaluation.sweeps.iter();
    for curve in sweeps.filter(|curve| curve.best.is_some() && curve.without_value > 0) {
        notes.push(format!(
            "{} no value in the column {}: no threshold on it reports them.",
            words::counted(
                curve.without_value,
                "pair of the truth has",
                "pairs of the truth have"
            ),
            one_line(&curve.column)
        ));
    }
    notes
}

/// All figures for the eye, at most `width` columns wide if that is at all enough.
fn tables(evaluation: &Evaluation, width: usize) -> String {
    let mut parts = vec![format!(
        "{} against {}\n",
        terminal_safe(&evaluation.file.name),
        terminal_safe(&evaluation.truth.name)
    )];
    parts.extend(evaluation.labelled.as_ref().map(labelled));
    parts.extend(evaluation.stories.as_ref().map(stories));
    parts.extend(evaluation.sweeps.iter().map(curve));
    let clusters = evaluation.file.holds == Holds::Clusters;
    let of_stories = evaluation.stories.is_some();
    let (missed, alarmed) = match (of_stories, clusters) {
        (false, _) => ("copies not reported", "no copies, but reported"),
        (true, true) => (
            "one story in several clusters",
            "several stories in one cluster",
        ),
        (true, false) => ("one story in several clusters", "pairs across stories"),
    };
    parts.extend(mistakes("Misses", missed, &evaluation.misses, width));
    parts.extend(mistakes(
        "False alarms",
        alarmed,
        &evaluation.false_alarms,
        width,
    ));
    parts.join("\n")
}

/// Three places, or `-` for what is undefined.
fn figure(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| format!("{value:.3}"))
}

fn accuracy_row(name: &str, accuracy: &Accuracy) -> [String; 4] {
    let Accuracy {
        precision,
        recall,
        f1,
    } = *accuracy;
    [name.into(), figure(precision), figure(recall), figure(f1)]
}

/// Columns side by side: the first to the left, all others to the right.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(console::measure_text_width(cell));
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let space = " ".repeat(width - console::measure_text_width(cell));
            line += &match column {
                0 => format!("{cell}{space}"),
                _ => format!("   {space}{cell}"),
            };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn strings<const N: usize>(cells: [&str; N]) -> [String; N] {
    cells.map(String::from)
}

const ACCURACY: [&str; 4] = ["", "precision", "recall", "F1"];

fn labelled(figures: &LabelledFigures) -> String {
    let mut counts = vec![strings(["label", "pairs", "reported", ""])];
    for (&label, of_label) in &figures.labels {
        if of_label.pairs == 0 && label != Label::Copy {
            continue;
        }
        let name = match label {
            Label::Copy => "C copy",
            Label::Template => "T template",
            Label::Other => "O other",
            Label::Undecidable => "U undecidable, left out",
        };
        let share = match of_label.pairs {
            0 => "-".into(),
            pairs => words::percent(of_label.reported as f64 / pairs as f64),
        };
        counts.push([
            name.into(),
            words::number(of_label.pairs),
            words::number(of_label.reported),
            share,
        ]);
    }
    let mut rows = vec![strings(ACCURACY)];
    let mut add = |against: &Against, how: &str| {
        rows.push(accuracy_row(
            &format!("C against the rest{how}"),
            &against.all,
        ));
        // With one of the two alone it would be the same again.
        if let (Some(templates), Some(other)) = (&against.templates, &against.other) {
            rows.push(accuracy_row(&format!("C against T alone{how}"), templates));
            rows.push(accuracy_row(&format!("C against O alone{how}"), other));
        }
    };
    add(&figures.unweighted, "");
    if let Some(weighted) = &figures.weighted {
        add(weighted, ", weighted");
    }
    format!("{}\n{}", columns(&counts), columns(&rows))
}

fn stories(figures: &StoryFigures) -> String {
    let head = format!(
        "{}, {}, {} of two or more\n{} in one story, {} in one cluster, {} in both\n",
        words::counted(figures.articles, "article", "articles"),
        words::counted(figures.stories, "story", "stories"),
        words::counted(figures.clusters, "cluster", "clusters"),
        words::counted(figures.true_pairs, "pair", "pairs"),
        words::number(figures.reported_pairs),
        words::number(figures.found_pairs),
    );
    let mut rows = vec![strings(ACCURACY)];
    if let Some(listed) = &figures.listed {
        let name = format!(
            "{} as listed",
            words::counted(listed.pairs, "pair", "pairs")
        );
        rows.push(accuracy_row(&name, &listed.accuracy));
    }
    rows.push(accuracy_row("all pairs in clusters", &figures.pairwise));
    rows.push(accuracy_row("B-cubed", &figures.b_cubed));
    let index = figure(figures.adjusted_rand_index);
    format!(
        "{head}\n{}\nadjusted Rand index   {index}\n",
        columns(&rows)
    )
}

/// Rows of a curve before it is shown at round thresholds only.
const CURVE_ROWS: usize = 20;

fn curve(curve: &Curve) -> String {
    let Some(best) = curve.best else {
        return format!(
            "No pair of the truth has a value in the column {}.\n",
            one_line(&curve.column)
        );
    };
    let threshold = |value: f64| {
        let text = format!("{value:.4}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let weighted = best.weighted.is_some();
    let head = one_line(&curve.column);
    let mut rows = vec![[
        format!("{head} from"),
        "reported".into(),
        "precision".into(),
        "recall".into(),
        "F1".into(),
        if weighted { "F1 weighted" } else { "" }.into(),
        String::new(),
    ]];
    let row = |point: &Point| {
        let Accuracy {
            precision,
            recall,
            f1,
        } = point.accuracy;
        let is_best = point.threshold == best.threshold;
        [
            threshold(point.threshold),
            words::number(point.reported),
            figure(precision),
            figure(recall),
            figure(f1),
            point
                .weighted
                .map_or(String::new(), |weighted| figure(weighted.f1)),
            if is_best { "best F1" } else { "" }.into(),
        ]
    };
    rows.extend(curve.rounded(CURVE_ROWS).iter().map(row));
    columns(&rows)
}

fn mistakes(kind: &str, what: &str, mistakes: &Mistakes, width: usize) -> Option<String> {
    let first = mistakes.worst.first()?;
    let count = words::counted(mistakes.pairs, "pair", "pairs");
    let standing: u64 = mistakes.worst.iter().map(|mistake| mistake.pairs).sum();
    let shown = if standing == mistakes.pairs {
        ":".into()
    } else {
        format!(
            "; the worst {}:",
            words::number(mistakes.worst.len() as u64)
        )
    };
    let labelled = first.label.is_some();
    let weighted = first.weight.is_some();
    let mut cells = vec![vec![if labelled { "label" } else { "pairs" }.to_owned()]];
    if weighted {
        cells[0].push("weight".into());
    }
    cells[0].extend(["jaccard".into(), "containment".into()]);
    for mistake in &mistakes.worst {
        let mut row = vec![match mistake.label {
            Some(label) => label.letter().to_string(),
            None => words::number(mistake.pairs),
        }];
        row.extend(mistake.weight.map(|weight| weight.to_string()));
        let similarity = |value: Option<f64>| value.map_or("-".into(), |v| format!("{v:.4}"));
        row.extend([similarity(mistake.jaccard), similarity(mistake.containment)]);
        cells.push(row);
    }
    let widths: Vec<usize> = (0..cells[0].len())
        .map(|column| cells.iter().map(|row| row[column].len()).max().unwrap_or(0))
        .collect();
    let line = |row: &[String]| {
        let row = row.iter().zip(&widths);
        row.map(|(cell, &width)| format!("  {cell:>width$}"))
            .collect::<String>()
    };
    let indent = widths.iter().map(|width| width + 2).sum::<usize>();
    let room = width.saturating_sub(indent + 2).max(20);
    let mut text = format!("{kind}, {what}: {count}{shown}\n{}\n", line(&cells[0]));
    for (mistake, row) in mistakes.worst.iter().zip(&cells[1..]) {
        let [a, b] = articles(mistake, room);
        text += &format!("{}  {a}\n{}  {b}\n", line(row), " ".repeat(indent));
    }
    Some(text)
}

/// Both articles, one below the other: id and title.
fn articles(mistake: &Mistake, room: usize) -> [String; 2] {
    let of = |id: &str, title: &Option<String>| {
        let title = title.as_deref().map(one_line).unwrap_or_default();
        // An id is there to be searched for: it is never cut.
        let id = one_line(id);
        let left = room.saturating_sub(super::look::columns(&id) + 2);
        if title.is_empty() || left < 10 {
            return id;
        }
        format!("{id}  {}", fit(&title, left))
    };
    [
        of(&mistake.a, &mistake.title_a),
        of(&mistake.b, &mistake.title_b),
    ]
}
