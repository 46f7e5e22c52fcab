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
use crate::text::{Furniture, LearntLines, LeftOut, Source};
use crate::verify::{
    Compared, Components, Judgement, Reason, Refusal, Rule, Similarity, Verdict, judge_two,
};
use serde::Serialize;
use std::collections::HashMap;

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

/// What a corpus tells of the articles that are compared: see [`ask`](crate::ask). [Without](Default) one, they are compared alone.
#[derive(Debug, Default)]
pub struct Background {
    /// How many articles the corpus has, if there is one.
    pub articles: Option<u64>,
    /// Lines that are furniture of their source there.
    pub learnt: LearntLines,
    /// What a run says of the articles, by their places among those that are compared, the lesser first.
    pub verdicts: HashMap<(usize, usize), Verdict>,
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
    /// Words of the longest run that both have, wherever it stands.
    pub longest_shared: usize,
    /// How much of the weight of the one that has less is shared, 0 to 1; none under the plain rule, and of the very same words. Without a
    /// corpus all shingles weigh the same.
    pub weighted_containment: Option<f64>,
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
    /// What the measures do not count, of A and of B.
    pub left_out: [Vec<LeftOut>; 2],
    /// Their texts, passage by passage.
    #[serde(flatten)]
    pub alignment: Alignment,
}

/// Compares two articles: their whole texts passage by passage, and what `options` and `background` leave of them in figures.
///
/// ```
/// use wirecopy::compare::{Background, CompareOptions, compare};
/// use wirecopy::corpus::Article;
/// use wirecopy::text::FurnitureKind;
///
/// let report = "The harbour of Nordvik was closed for two days after a ferry hit the mole on Friday night, \
///               and 140 passengers had to wait in the cold until two tugs came from the naval base.";
/// let of = |text: String| Article { text: text.into(), ..Article::default() };
/// let (a, b) = (of(format!("NORDVIK, March 3 (AFP) - {report}")), of(format!("{report} Nobody was hurt.")));
/// let compared = compare(&a, &b, &CompareOptions::default(), &Background::default())?;
/// assert_eq!(compared.measures.longest_shared, 35);
/// assert_eq!(compared.measures.a_in_b, 1.0);
/// assert_eq!(compared.left_out[0][0].kind, FurnitureKind::Dateline);
/// assert!(compared.reason.is_some());
/// # Ok::<(), wirecopy::Error>(())
/// ```
///
/// # Errors
/// Those of the rule.
pub fn compare(
    a: &Article,
    b: &Article,
    options: &CompareOptions,
    background: &Background,
) -> Result<Comparison> {
    let [compared_a, compared_b] = [a, b].map(|article| options.read(article, background));
    let judged = judge(&compared_a, &compared_b, (0, 1), options, background)?;
    let [a_in_b, b_in_a] = each_in_other(judged.similarity);
    Ok(Comparison {
        measures: Measures {
            words: [compared_a.words(), compared_b.words()],
            jaccard: judged.similarity.jaccard(),
            a_in_b,
            b_in_a,
            opening: judged.opening,
            longest_shared: longest_run(compared_a.tokens(), compared_b.tokens()).words,
            weighted_containment: judged.verdict.weighted_containment,
            hours_apart: judged.hours_apart,
            same_source: judged.same_source,
        },
        reason: judged.verdict.reason,
        refusal: judged.verdict.refusal,
        left_out: [a, b].map(|article| options.left_out(article, background)),
        alignment: align(&a.text, &b.text),
    })
}

impl CompareOptions {
    fn read(&self, article: &Article, background: &Background) -> Compared {
        let learnt = &background.learnt;
        Compared::new(article, self.furniture, learnt, self.shingle_size)
    }

    fn left_out(&self, article: &Article, background: &Background) -> Vec<LeftOut> {
        let source = Source::named(&article.source);
        let learnt = &background.learnt;
        self.furniture
            .left_out(&article.text, &article.title, source, learnt)
    }
}

/// What is seen of two articles, and what a run says of them, or the rule alone where no run does.
fn judge(
    a: &Compared,
    b: &Compared,
    places: (usize, usize),
    options: &CompareOptions,
    background: &Background,
) -> Result<Judgement> {
    let alone = judge_two(a, b, options.rule)?;
    let verdict = background.verdicts.get(&places);
    Ok(Judgement {
        verdict: verdict.copied().unwrap_or(alone.verdict),
        ..alone
    })
}

/// How much of each of two articles stands in the other, 0 to 1.
fn each_in_other(similarity: Similarity) -> [f64; 2] {
    [similarity.size_a, similarity.size_b].map(|size| match size {
        0 => 0.0,
        size => f64::from(similarity.shared) / f64::from(size),
    })
}

/// Several articles, each against each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Matrix {
    /// Jaccard similarity of each with each, 0 to 1, row by row; 1 of each with itself.
    pub jaccard: Vec<Vec<f64>>,
    /// How much of the article of the row stands in that of the column: the share of its shingles, 0 to 1; 1 of each in itself.
    pub contained: Vec<Vec<f64>>,
    /// Which are copies by the rule, and why; of an article and itself nothing is said.
    pub copies: Vec<Vec<Option<Reason>>>,
    /// What the measures do not count, of each.
    pub left_out: Vec<Vec<LeftOut>>,
    /// The most likely original.
    pub original: Original,
}

/// Which of several articles is most likely the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "by", content = "article", rename_all = "snake_case")]
pub enum Original {
    /// This one: of the copies none of the others can have been published before it. Numbers count from 0.
    Earliest(usize),
    /// The dates do not tell; of those that no date rules out, this is the one in which more of the other copies stands than in any other.
    MostContained(usize),
    /// Several are equally likely.
    Undecidable,
    /// No two of them are copies: there is nothing that one could be the original of.
    NoCopies,
    /// They are copies of several reports, each of which has an original of its own.
    SeveralReports,
}

/// Compares several articles, each with each.
///
/// ```
/// use wirecopy::compare::{Background, CompareOptions, Original, matrix};
/// use wirecopy::corpus::Article;
///
/// let of = |published: &'static str, text: &'static str| Article {
///     published: published.into(),
///     text: text.into(),
///     ..Article::default()
/// };
/// let articles = [
///     of("2024-05-02 14:00", "The last tram to Elmwood ran on Tuesday, with a brass band on board."),
///     of("2024-05-02 09:00", "The last tram to Elmwood ran on Tuesday, with a brass band on board and many tears."),
///     of("2024-05-02 08:00", "Apples are dear this autumn."),
/// ];
/// let compared = matrix(&articles, &CompareOptions::default(), &Background::default())?;
/// // The report on apples came before both, and is no copy.
/// assert_eq!(compared.original, Original::Earliest(1));
/// // All of the first stands in the second, but not the other way round.
/// assert_eq!(compared.contained[0][1], 1.0);
/// assert!(compared.contained[1][0] < 1.0);
/// assert!(compared.copies[0][1].is_some() && compared.copies[0][2].is_none());
/// # Ok::<(), wirecopy::Error>(())
/// ```
///
/// # Errors
/// Those of the rule.
pub fn matrix(
    articles: &[Article],
    options: &CompareOptions,
    background: &Background,
) -> Result<Matrix> {
    let read = articles.iter().map(|one| options.read(one, background));
    let read: Vec<Compared> = read.collect();
    let size = read.len();
    let mut jaccard = vec![vec![1.0; size]; size];
    let mut contained = jaccard.clone();
    let mut copies = vec![vec![None; size]; size];
    for (row, a) in read.iter().enumerate() {
        for (column, b) in read.iter().enumerate().skip(row + 1) {
            let judged = judge(a, b, (row, column), options, background)?;
            let [a_in_b, b_in_a] = each_in_other(judged.similarity);
            for (x, y, part) in [(row, column, a_in_b), (column, row, b_in_a)] {
                jaccard[x][y] = judged.similarity.jaccard();
                contained[x][y] = part;
                copies[x][y] = judged.verdict.reason;
            }
        }
    }
    let dates: Vec<_> = read.iter().map(Compared::published).collect();
    let original = original_of_copies(&copies, &dates, &contained);
    Ok(Matrix {
        jaccard,
        contained,
        copies,
        left_out: articles
            .iter()
            .map(|article| options.left_out(article, background))
            .collect(),
        original,
    })
}

/// Which is most likely the original of those that are copies: the others tell nothing.
fn original_of_copies(
    copies: &[Vec<Option<Reason>>],
    dates: &[Option<i64>],
    contained: &[Vec<f64>],
) -> Original {
    let row = |a: usize| (0..copies.len()).map(move |b| (a, b));
    let pairs = (0..copies.len()).flat_map(row);
    let pairs = pairs.filter(|&(a, b)| copies[a][b].is_some());
    let links = pairs.map(|(a, b)| (a as u32, b as u32));
    let members = Components::of(copies.len(), links).members();
    let mut groups = members.chunk_by(|a, b| a.0 == b.0);
    let (Some(group), other) = (groups.next(), groups.next()) else {
        return Original::NoCopies;
    };
    if other.is_some() {
        return Original::SeveralReports;
    }
    let group: Vec<usize> = group.iter().map(|member| member.1 as usize).collect();
    let dates: Vec<_> = group.iter().map(|&a| dates[a]).collect();
    let within = |&a: &usize| group.iter().map(|&b| contained[a][b]).collect();
    let contained: Vec<Vec<f64>> = group.iter().map(within).collect();
    match original(&dates, &contained) {
        Original::Earliest(article) => Original::Earliest(group[article]),
        Original::MostContained(article) => Original::MostContained(group[article]),
        undecided => undecided,
    }
}

/// Which of some articles that are copies is most likely the original, from the dates (in seconds since 1970 UTC) and how much of each stands in each (0 to 1, as
/// [`Matrix::contained`] has it).
///
/// One that was published after another is not the original. A date at midnight is taken for a day without a time: it may be later than any time of that
/// day, and earlier.
///
/// ```
/// use wirecopy::compare::{Original, original};
///
/// let contained = [vec![1.0, 0.4], vec![0.9, 1.0]];
/// assert_eq!(original(&[Some(7200), Some(3600)], &contained), Original::Earliest(1));
/// assert_eq!(original(&[None, Some(3600)], &contained), Original::MostContained(0));
/// assert_eq!(original(&[Some(0), Some(0)], &contained), Original::MostContained(0));
/// assert_eq!(original(&[Some(3600), Some(0)], &contained), Original::MostContained(0));
/// ```
///
/// # Panics
/// If `contained` has not a row and a column for each date.
pub fn original(dates: &[Option<i64>], contained: &[Vec<f64>]) -> Original {
    const DAY: i64 = 86_400;
    let latest = |date: i64| match date % DAY {
        0 => date + DAY - 1,
        _ => date,
    };
    // By then one of them was published.
    let earliest = dates.iter().flatten().map(|&date| latest(date)).min();
    let possible: Vec<usize> = (0..dates.len())
        .filter(|&i| dates[i].is_none() || dates[i] <= earliest)
        .collect();
    if let ([first], true) = (&possible[..], dates.len() > 1) {
        return Original::Earliest(*first);
    }
    let of_others = |column: usize| {
        let others = contained
            .iter()
            .enumerate()
            .filter(|(row, _)| *row != column);
        others.map(|(_, row)| row[column]).sum()
    };
    let scores: Vec<f64> = (0..contained.len()).map(of_others).collect();
    let best = possible.iter().map(|&i| scores[i]).fold(0.0, f64::max);
    let mut with = possible.into_iter().filter(|&i| scores[i] >= best - 1e-9);
    match (with.next(), with.next()) {
        (Some(one), None) if best > 0.0 => Original::MostContained(one),
        _ => Original::Undecidable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_copied_has_an_original() {
        let equal = vec![vec![1.0; 4]; 4];
        let dates = [Some(0), Some(3601), Some(7201), Some(10_801)];
        let of = |pairs: &[(usize, usize)]| {
            let mut copies = vec![vec![None; 4]; 4];
            for &(a, b) in pairs {
                (copies[a][b], copies[b][a]) = (Some(Reason::Contained), Some(Reason::Contained));
            }
            original_of_copies(&copies, &dates, &equal)
        };
        assert_eq!(of(&[]), Original::NoCopies);
        assert_eq!(of(&[(2, 3)]), Original::Earliest(2));
        assert_eq!(of(&[(1, 3), (3, 2)]), Original::Earliest(1));
        assert_eq!(of(&[(0, 1), (2, 3)]), Original::SeveralReports);
    }

    #[test]
    fn the_original_is_the_earliest_or_else_holds_most() {
        const DAY: i64 = 86_400;
        // Half of the first stands in the second, all of the second in the third, and so on.
        let contained = [
            vec![1.0, 0.5, 0.9],
            vec![0.5, 1.0, 1.0],
            vec![0.4, 0.6, 1.0],
        ];
        let equal = [vec![1.0; 3], vec![1.0; 3], vec![1.0; 3]];
        let strangers = [
            vec![1.0, 0.0, 0.0],
            vec![0.0, 1.0, 0.0],
            vec![0.0, 0.0, 1.0],
        ];
        let by = |dates: [Option<i64>; 3]| original(&dates, &contained);
        let noon = |day: i64| Some(day * DAY + DAY / 2);
        assert_eq!(by([noon(2), noon(1), noon(3)]), Original::Earliest(1));
        // Without dates what holds most; also where one is not dated, unless another is later than a dated one.
        assert_eq!(by([None, None, None]), Original::MostContained(2));
        assert_eq!(by([noon(1), noon(2), None]), Original::MostContained(2));
        assert_eq!(by([None, noon(1), noon(2)]), Original::MostContained(1));
        // Two at once: the third, which came later, is none of them.
        assert_eq!(by([noon(1), noon(1), noon(2)]), Original::MostContained(1));
        // A day without a time may be before noon, and after it; it is before the next day.
        assert_eq!(
            by([noon(1), Some(DAY), Some(2 * DAY)]),
            Original::MostContained(1)
        );
        assert_eq!(by([noon(2), Some(DAY), noon(3)]), Original::Earliest(1));
        // Nobody knows of texts that are equal, or have nothing in common.
        let undated = [None; 3];
        assert_eq!(original(&undated, &equal), Original::Undecidable);
        assert_eq!(original(&undated, &strangers), Original::Undecidable);
        let dates = [noon(1), noon(1), noon(2)];
        assert_eq!(original(&dates, &equal), Original::Undecidable);
        let dates = [noon(1), noon(2), noon(2)];
        assert_eq!(original(&dates, &equal), Original::Earliest(0));
    }
}
