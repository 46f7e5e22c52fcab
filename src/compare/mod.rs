//! Two articles, or a few, to what they have in common: passage by passage, and in figures.
//!
//! [`align`] lays two texts side by side: what is the same, what only one of them has, what was moved. [`compare`] adds the
//! measures and the verdict of a rule, [`original`] says which of several came first. [`find()`] and [`only_article`] fetch articles.

mod align;
mod diff;
mod find;
mod longest;
mod moved;

pub use align::{Alignment, LEAST_MOVED, Passage, align};
pub use find::{Found, find, only_article};
pub use longest::{CommonRun, longest_run};

use crate::Result;
use crate::corpus::Article;
use crate::fingerprint::ShingleSize;
use crate::text::Furniture;
use crate::verify::{Compared, Judgement, Reason, Refusal, Rule, judge_two};
use serde::Serialize;

/// How articles are compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct CompareOptions {
    /// Words in a shingle.
    pub shingle_size: ShingleSize,
    /// Whether the furniture of the page counts for the measures.
    pub furniture: Furniture,
    /// The rule that is asked.
    pub rule: Rule,
}

/// How alike two articles are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measures {
    /// Words of each that are compared.
    pub words: [usize; 2],
    /// Shared shingles among those of both, 0 to 1.
    pub jaccard: f64,
    /// The share of A's shingles that B has, 0 to 1.
    pub a_in_b: f64,
    /// The share of B's shingles that A has, 0 to 1.
    pub b_in_a: f64,
    /// How much of the openings is the same, 0 to 1.
    pub opening: f64,
    /// Words of the longest passage that is the same or was moved.
    pub longest_shared: usize,
    /// Hours between the dates, if both have one.
    pub hours_apart: Option<f64>,
    /// Whether both name the same source.
    pub same_source: bool,
}

/// Two articles, compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// How alike they are.
    pub measures: Measures,
    /// Why the rule takes them for copies; none if it does not.
    pub reason: Option<Reason>,
    /// Why the rule for news does not; none if it does, and under the plain rule.
    pub refusal: Option<Refusal>,
    /// Their texts, passage by passage.
    #[serde(flatten)]
    pub alignment: Alignment,
}

/// Compares two articles: their whole texts passage by passage, and what `options` leave of them in figures.
///
/// # Errors
/// Those of the rule.
pub fn compare(a: &Article, b: &Article, options: &CompareOptions) -> Result<Comparison> {
    let read = |article| Compared::new(article, options.furniture, options.shingle_size);
    let (compared_a, compared_b) = (read(a), read(b));
    let judged = judge_two(&compared_a, &compared_b, options.rule)?;
    let alignment = align(&a.text, &b.text);
    let shared = alignment
        .passages
        .iter()
        .filter(|passage| !matches!(passage, Passage::OnlyA { .. } | Passage::OnlyB { .. }));
    let measures = Measures {
        longest_shared: shared.map(Passage::words).max().unwrap_or(0),
        ..measures(&compared_a, &compared_b, &judged)
    };
    Ok(Comparison {
        measures,
        reason: judged.reason,
        refusal: judged.refusal,
        alignment,
    })
}

fn measures(a: &Compared, b: &Compared, judged: &Judgement) -> Measures {
    let similarity = judged.similarity;
    let share = |of: u32| match of {
        0 => 0.0,
        of => f64::from(similarity.shared) / f64::from(of),
    };
    Measures {
        words: [a.words(), b.words()],
        jaccard: similarity.jaccard(),
        a_in_b: share(similarity.size_a),
        b_in_a: share(similarity.size_b),
        opening: judged.opening,
        longest_shared: 0,
        hours_apart: judged.hours_apart,
        same_source: judged.same_source,
    }
}

/// Several articles, each against each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Matrix {
    /// Jaccard similarity of each with each, row by row.
    pub jaccard: Vec<Vec<f64>>,
    /// How much of the article of the row stands in that of the column.
    pub contained: Vec<Vec<f64>>,
    /// The most likely original.
    pub original: Original,
}

/// Which of several articles is most likely the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "by", content = "article", rename_all = "snake_case")]
pub enum Original {
    /// All are dated, and this one is the earliest. Numbers count from 0.
    Earliest(usize),
    /// Not all are dated; more of the others stands in this one than in any other.
    MostContained(usize),
    /// Several are equally likely, or they share nothing.
    Undecidable,
}

/// Compares several articles, each with each.
///
/// # Errors
/// Those of the rule.
pub fn matrix(articles: &[Article], options: &CompareOptions) -> Result<Matrix> {
    let read = |article| Compared::new(article, options.furniture, options.shingle_size);
    let read: Vec<Compared> = articles.iter().map(read).collect();
    let (mut jaccard, mut contained) = (Vec::new(), Vec::new());
    for a in &read {
        let row = read.iter().map(|b| {
            let judged = judge_two(a, b, options.rule)?;
            Ok(measures(a, b, &judged))
        });
        let row = row.collect::<Result<Vec<_>>>()?;
        jaccard.push(row.iter().map(|pair| pair.jaccard).collect());
        contained.push(row.iter().map(|pair| pair.a_in_b).collect());
    }
    let dates: Vec<_> = read.iter().map(Compared::published).collect();
    let original = original(&dates, &contained);
    Ok(Matrix {
        jaccard,
        contained,
        original,
    })
}

/// Which is most likely the original, from the dates (in seconds) and how much of each stands in each.
///
/// ```
/// use wirecopy::compare::{Original, original};
///
/// let contained = [vec![1.0, 0.4], vec![0.9, 1.0]];
/// assert_eq!(original(&[Some(7200), Some(3600)], &contained), Original::Earliest(1));
/// assert_eq!(original(&[None, Some(3600)], &contained), Original::MostContained(0));
/// assert_eq!(original(&[Some(0), Some(0)], &contained), Original::MostContained(0));
/// ```
pub fn original(dates: &[Option<i64>], contained: &[Vec<f64>]) -> Original {
    let alone = |scores: &[f64]| {
        let best = scores.iter().copied().fold(f64::MIN, f64::max);
        let mut with = (0..scores.len()).filter(|&i| scores[i] >= best - 1e-9);
        with.next().filter(|_| best > 0.0 && with.next().is_none())
    };
    if let Some(dates) = dates.iter().copied().collect::<Option<Vec<i64>>>() {
        let earliest = dates.iter().min();
        let mut with = (0..dates.len()).filter(|&i| Some(&dates[i]) == earliest);
        if let (Some(first), None) = (with.next(), with.next()) {
            return Original::Earliest(first);
        }
    }
    let of_others = |column: usize| {
        let others = contained
            .iter()
            .enumerate()
            .filter(|(row, _)| *row != column);
        others.map(|(_, row)| row[column]).sum()
    };
    let scores: Vec<f64> = (0..contained.len()).map(of_others).collect();
    alone(&scores).map_or(Original::Undecidable, Original::MostContained)
}
