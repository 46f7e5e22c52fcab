//! Candidate pairs to verified pairs.
//!
//! The articles that matter are read a second time ([`Evidence::gather`]); every candidate pair is then
//! compared by its real shingle sets ([`verify`]) and accepted or not by a [`Rule`]: the [rule that knows news](NewsRule), or
//! the usual one of Jaccard similarity and containment alone ([`Acceptance`]). What is reported is therefore true of the
//! texts, whatever the signatures said.

mod evidence;
mod news;
mod ranks;
mod rarity;
mod recurring;
mod rule;
mod shingle_set;
mod spool;
mod subjects;

pub use evidence::{Description, Evidence};
pub use news::{Figures, NewsMeasures, NewsRule, OPENING_WORDS, Reason, SHORT_WORDS, Texts};
pub use rule::{Acceptance, Prefilter, Similarity};

use rarity::Weights;
use recurring::Dates;

use crate::fingerprint::{Duplicates, Fingerprints};
use crate::progress::{Progress, Stage, Unit};
use crate::{Error, Result};
use rayon::prelude::*;

/// Which pairs are copies.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Wording special to a report, openings, dates and figures.
    News(NewsRule),
    /// Jaccard similarity and containment alone.
    Plain(Acceptance),
}

impl Default for Rule {
    fn default() -> Self {
        Self::News(NewsRule::default())
    }
}

impl Rule {
    /// A plain rule that every pair meets that this rule accepts.
    pub fn floor(self) -> Acceptance {
        match self {
            Self::News(rule) => rule.floor(),
            Self::Plain(rule) => rule,
        }
    }

    /// How much of the shorter article must stand in the longer, whatever else the two have in common; none if that does not count.
    pub fn contained(self) -> Option<f64> {
        match self {
            Self::News(rule) => Some(rule.contained()),
            Self::Plain(rule) => rule.containment(),
        }
    }

    /// A Jaccard similarity from which pairs are most likely accepted.
    pub fn likely_jaccard(self) -> f64 {
        match self {
            // Of articles of the same length, of which so much of either stands in the other.
            Self::News(rule) => rule.contained() / (2.0 - rule.contained()),
            Self::Plain(rule) => rule.threshold(),
        }
    }

    /// The chance, at most, that a pair which just meets the [floor](Self::floor) is dropped by its signature unseen: a hundredth of
    /// what the choice of bands may lose where the floor is the rule itself, and more where what is accepted stands above the floor.
    pub fn prefilter_loss(self) -> f64 {
        match self {
            Self::News(_) => 1e-2,
            Self::Plain(_) => 1e-4,
        }
    }
}

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
    pub contained: f64,
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
/// # Errors
/// If evidence that lies in a temporary file cannot be read; [`Error::Interrupted`].
pub fn verify(
    pairs: &[(u32, u32)],
    prints: &Fingerprints,
    duplicates: Duplicates,
    evidence: &Evidence,
    rule: Rule,
    progress: &dyn Progress,
) -> Result<Copies> {
    progress.begin(Stage::Verify, pairs.len() as u64, Unit::Items);
    let floor = rule.floor();
    let similar = stretches(pairs, progress, |stretch| {
        let mut comparison = evidence.comparison();
        let mut found = Vec::new();
        for &(a, b) in stretch {
            if let Some(similarity) = comparison.accepted(a, b, floor)? {
                found.push((a, b, similarity));
            }
        }
        progress.advance(stretch.len() as u64, 0);
        Ok(found)
    })?;
    let mut edges: Vec<Edge> = match rule {
        Rule::Plain(rule) => similar
            .into_iter()
            .filter_map(|(a, b, similarity)| {
                Some(Edge {
                    a,
                    b,
                    similarity,
                    reason: rule.judge(similarity)?,
                    news: None,
                })
            })
            .collect(),
        Rule::News(rule) => {
            let dates = Dates::new(&duplicates, evidence);
            judge_news(&similar, prints, evidence, &dates, rule, progress)?
        }
    };
    let duplicates = match rule {
        Rule::Plain(_) => duplicates,
        Rule::News(rule) => recurring::tell_apart(duplicates, &mut edges, prints, evidence, rule),
    };
    progress.end();
    Ok(Copies { edges, duplicates })
}

/// The pairs among `similar` ones that the rule for news accepts.
fn judge_news(
    similar: &[(u32, u32, Similarity)],
    prints: &Fingerprints,
    evidence: &Evidence,
    dates: &Dates,
    rule: NewsRule,
    progress: &dyn Progress,
) -> Result<Vec<Edge>> {
    let mut articles: Vec<u32> = similar.iter().flat_map(|&(a, b, _)| [a, b]).collect();
    articles.par_sort_unstable();
    articles.dedup();
    let weights = Weights::of(evidence, &articles, prints.rows.len())?;
    let opening = (OPENING_WORDS + 1).saturating_sub(prints.shingle_size.get());
    stretches(similar, progress, |stretch| {
        let mut comparison = evidence.weighted_comparison(&weights, opening.max(1));
        let mut accepted = Vec::new();
        for &(a, b, similarity) in stretch {
            let view = comparison.compare(a, b)?;
            let words = |article: u32| prints.rows[article as usize].tokens;
            let measures = NewsMeasures {
                shingles: similarity.size_a.min(similarity.size_b),
                words: words(a).min(words(b)),
                jaccard: similarity.jaccard(),
                contained: view.contained,
                opening: view.opening,
                hours_apart: dates.apart(a, b).map(|seconds| seconds as f64 / 3600.0),
                same_source: evidence.same_source(a, b),
            };
            let texts = TextsOf { evidence, a, b };
            if let Some(reason) = rule.judge(&measures, &texts)? {
                accepted.push(Edge {
                    a,
                    b,
                    similarity,
                    reason,
                    news: Some(view),
                });
            }
        }
        Ok(accepted)
    })
}

/// The texts of a pair, as far as they were gathered.
struct TextsOf<'a> {
    evidence: &'a Evidence,
    a: u32,
    b: u32,
}

impl Texts for TextsOf<'_> {
    fn figures(&self) -> Result<Figures> {
        self.evidence.compare_figures(self.a, self.b)
    }

    fn speak_of_others(&self, uses: u32) -> Result<bool> {
        self.evidence.speak_of_others(self.a, self.b, uses)
    }
}

/// Works through a list in stretches, on all threads; the results are joined in order.
fn stretches<T: Sync, R: Send + Clone>(
    list: &[T],
    progress: &dyn Progress,
    work: impl Fn(&[T]) -> Result<Vec<R>> + Sync,
) -> Result<Vec<R>> {
    /// Pairs that a thread takes at a time.
    const STRETCH: usize = 4096;
    let parts: Result<Vec<Vec<R>>> = list
        .par_chunks(STRETCH)
        .map(|stretch| {
            if progress.cancelled() {
                return Err(Error::Interrupted);
            }
            work(stretch)
        })
        .collect();
    Ok(parts?.concat())
}
