//! Candidate pairs to verified pairs.
//!
//! The articles that matter are read a second time ([`Evidence::gather`]); every candidate pair is then
//! compared by its real shingle sets ([`verify`]) and accepted or not by a [`Rule`]: the [rule that knows news](NewsRule), or
//! the usual one of Jaccard similarity and containment alone ([`Acceptance`]). What is reported is therefore true of the
//! texts, whatever the signatures said.
//!
//! The parts, in the order in which a pair of articles meets them:
//!
//! * `prospects`: what their signatures promise, for the search of candidates;
//! * `evidence`: what is kept of articles that are read a second time, with `ranks` (which these are); `kept` is its form, made of the shingles
//!   (`shingle_set`), `figures`, what the report says, and `subjects`;
//! * `printings`: when and where their texts were printed;
//! * `judge`: whether the pair is accepted, by `comparer` (the shingles of both, with `recent_sets`, and the `similarity` that they show), `opening` (how long one is),
//!   `rarity` (what shingles weigh) and the questions of a `rule`;
//! * `complete`: pairs that were no candidates, but that accepted ones bring together, with `components` (what hangs together);
//! * `counterparts`: which article of each other source an article keeps;
//! * `recurring`: short items that are printed again and again, told apart by their dates;
//! * `asked`: what a run says of pairs that somebody asked about;
//! * `two`: a rule asked about two articles alone, outside of a run.

mod asked;
mod comparer;
mod complete;
mod components;
mod counterparts;
mod evidence;
mod figures;
mod judge;
mod kept;
mod opening;
mod printings;
mod prospects;
mod ranks;
mod rarity;
mod recent_sets;
mod recurring;
mod rule;
mod shingle_set;
mod similarity;
mod subjects;
mod two;

pub use comparer::Comparer;
pub(crate) use components::Components;
pub use evidence::Evidence;
pub use figures::Figures;
pub use kept::Description;
pub use opening::OPENING_WORDS;
pub use prospects::Prospects;
pub(crate) use ranks::Ranks;
pub use rule::{
    Acceptance, FiguresNeeded, NewsMeasures, NewsRule, Reason, Refusal, Rule, SHORT_WORDS, Texts,
};
pub use similarity::Similarity;
pub use two::{Compared, Judgement, Verdict, judge_two};

use judge::NewsJudge;
use printings::Printings;

use crate::Result;
use crate::fingerprint::{Duplicates, Fingerprints};
use crate::progress::{OnlyStops, Progress, Stage, Unit};
use rayon::prelude::*;

/// An accepted pair of articles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The article that stands first in the corpus.
    pub a: u32,
    /// The other article.
    pub b: u32,
    /// How alike they are.
    pub similarity: Similarity,
    /// Why they are copies.
    pub reason: Reason,
    /// What the rule for news saw; none under the plain rule.
    pub news: Option<NewsView>,
}

impl Edge {
    /// The same pair, told from the other side.
    fn turned(self) -> Self {
        let Similarity {
            shared,
            size_a,
            size_b,
        } = self.similarity;
        Self {
            a: self.b,
            b: self.a,
            similarity: Similarity {
                shared,
                size_a: size_b,
                size_b: size_a,
            },
            ..self
        }
    }
}

/// The measures that only the rule for news has, of an accepted pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NewsView {
    /// Weighted containment, 0 to 1.
    pub weighted_containment: f64,
    /// How much of the openings is the same, 0 to 1.
    pub opening: f64,
}

/// What a rule accepts.
#[derive(Debug)]
pub struct Copies {
    /// Pairs of articles with different words, sorted.
    pub edges: Vec<Edge>,
    /// Articles with the same words. The plain rule accepts all; the rule for news tells short items apart that are further
    /// from each other than its window.
    pub duplicates: Duplicates,
}

/// Compares every candidate pair (sorted) and returns those that `rule` accepts, and those of the exact duplicates.
///
/// Articles that come together by accepted pairs are compared with each other as well where they are not too many, so that
/// a pair within a cluster that was no candidate is found all the same. Under the rule for news an article then
/// keeps one counterpart in each other source, and what goes with that.
///
/// # Errors
/// If evidence that lies in a temporary file cannot be read; [`Error::Interrupted`](crate::Error::Interrupted).
pub fn verify(
    pairs: &[(u32, u32)],
    prints: &Fingerprints,
    duplicates: Duplicates,
    evidence: &Evidence,
    rule: Rule,
    progress: &dyn Progress,
) -> Result<Copies> {
    let done = verify_and_ask(pairs, prints, duplicates, evidence, rule, &[], progress)?;
    Ok(done.0)
}

/// [`verify`], and what comes of it for some pairs of articles that are `asked` about: the reason for which they are copies, if they are, and
/// else why not. The pairs of [texts](Duplicates::first) that they have, if these differ, must be among the candidates.
///
/// # Errors
/// As for [`verify`].
pub fn verify_and_ask(
    pairs: &[(u32, u32)],
    prints: &Fingerprints,
    duplicates: Duplicates,
    evidence: &Evidence,
    rule: Rule,
    asked: &[(u32, u32)],
    progress: &dyn Progress,
) -> Result<(Copies, Vec<Verdict>)> {
    progress.begin(Stage::Verify, pairs.len() as u64, Unit::Items);
    let articles = prints.rows.len();
    let rest = |edges: &[Edge]| complete::not_compared(edges, pairs, articles);
    let texts = asked.iter().map(|&pair| duplicates.firsts(pair));
    let texts: Vec<(u32, u32)> = texts.collect();
    let (mut copies, why_not) = match rule {
        Rule::Plain(rule) => {
            let mut edges = judge::by_plain_rule(pairs, evidence, rule, progress)?;
            let (rest, stops) = (rest(&edges), OnlyStops(progress));
            edges.extend(judge::by_plain_rule(&rest, evidence, rule, &stops)?);
            let why_not = vec![Verdict::plain(None); asked.len()];
            (Copies { edges, duplicates }, why_not)
        }
        Rule::News(rule) => {
            let printings = Printings::new(&duplicates, articles, evidence)?;
            let judge = NewsJudge {
                prints,
                evidence,
                printings: &printings,
                rule,
            };
            let (mut edges, said) = judge.accepted(pairs, rest, &texts, progress)?;
            counterparts::keep_best(&mut edges, articles, &printings, rule)?;
            let why_not = asked::why_not(&texts, said, &edges);
            let kept = recurring::tell_apart(&duplicates, printings, &mut edges, prints, rule);
            let duplicates = kept.unwrap_or(duplicates);
            (Copies { edges, duplicates }, why_not)
        }
    };
    copies
        .edges
        .par_sort_unstable_by_key(|edge| (edge.a, edge.b));
    progress.end();
    let verdict = |(&asked, why_not)| copies.verdict(asked, rule).unwrap_or(why_not);
    let verdicts = asked.iter().zip(why_not).map(verdict).collect();
    Ok((copies, verdicts))
}

/// A part of a whole that may be nothing.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}
