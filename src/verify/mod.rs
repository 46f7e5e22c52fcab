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

use ranks::Ranks;
use rarity::Weights;
use recurring::Dates;
use spool::Handle;

use crate::fingerprint::{Duplicates, Fingerprints};
use crate::progress::{Progress, Stage, Unit};
use crate::{Error, Result};
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

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
            Self::News(rule) => rule.floor(false),
            Self::Plain(rule) => rule,
        }
    }

    /// The same for pairs that [are apart](Self::are_apart).
    pub fn floor_apart(self) -> Acceptance {
        match self {
            Self::News(rule) => rule.floor(true),
            Self::Plain(rule) => rule,
        }
    }

    /// Whether articles that are so many hours apart must have more in common than others.
    pub fn are_apart(self, hours: f64) -> bool {
        match self {
            Self::News(rule) => rule.are_apart(Some(hours)),
            Self::Plain(_) => false,
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
    let copies = match rule {
        Rule::Plain(rule) => Copies {
            edges: judge_plain(pairs, evidence, rule, progress)?,
            duplicates,
        },
        Rule::News(rule) => {
            let dates = Dates::new(&duplicates, evidence);
            let mut edges = judge_news(pairs, prints, evidence, &dates, rule, progress)?;
            let duplicates = recurring::tell_apart(duplicates, &mut edges, prints, evidence, rule);
            Copies { edges, duplicates }
        }
    };
    progress.end();
    Ok(copies)
}

/// The pairs that the plain rule accepts.
fn judge_plain(
    pairs: &[(u32, u32)],
    evidence: &Evidence,
    rule: Acceptance,
    progress: &dyn Progress,
) -> Result<Vec<Edge>> {
    let parts = each(pairs.par_chunks(STRETCH), progress, |stretch| {
        let mut comparison = evidence.comparison();
        let mut accepted = Vec::new();
        for &(a, b) in stretch {
            if let Some(similarity) = comparison.accepted(a, b, rule)?
                && let Some(reason) = rule.judge(similarity)
            {
                accepted.push(Edge {
                    a,
                    b,
                    similarity,
                    reason,
                    news: None,
                });
            }
        }
        progress.advance(stretch.len() as u64, 0);
        Ok(accepted)
    })?;
    Ok(parts.concat())
}

/// Pairs that meet the floor of the rule for news.
struct Similar {
    pairs: Vec<SimilarPair>,
    /// Which shingles of the second articles the first ones have, pair after pair: a bit for each shingle, in whole words.
    shared: Handle,
}

struct SimilarPair {
    a: u32,
    b: u32,
    similarity: Similarity,
    /// Shingles that both openings have.
    same_opening: u32,
}

/// The pairs that the rule for news accepts.
///
/// What a shingle weighs is known only when it is known which articles are similar to others at all. Until then the shared
/// shingles of each similar pair are kept, a bit for each, so that no two sets are compared a second time.
fn judge_news(
    pairs: &[(u32, u32)],
    prints: &Fingerprints,
    evidence: &Evidence,
    dates: &Dates,
    rule: NewsRule,
    progress: &dyn Progress,
) -> Result<Vec<Edge>> {
    /// Bytes of bits that are held in memory.
    const MEMORY: usize = 1 << 20;
    let opening = (OPENING_WORDS + 1).saturating_sub(prints.shingle_size.get());
    let opening = opening.max(1);
    let kept = Mutex::new(evidence.spool_beside(MEMORY));
    let similar = each(pairs.par_chunks(STRETCH), progress, |stretch| {
        let mut comparison = evidence.comparison_with_openings(opening);
        let (mut found, mut bits) = (Vec::new(), Vec::new());
        for &(a, b) in stretch {
            let hours_apart = dates.apart(a, b);
            let floor = rule.floor(rule.are_apart(hours_apart));
            if let Some(similarity) = comparison.accepted(a, b, floor)? {
                found.push(SimilarPair {
                    a,
                    b,
                    similarity,
                    same_opening: comparison.same_opening(),
                });
                let shared = comparison.shared().iter();
                bits.extend(shared.flat_map(|word| word.to_le_bytes()));
            }
        }
        progress.advance(stretch.len() as u64, 0);
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = kept.put(&bits)?.part(0..bits.len());
        Ok(Similar {
            pairs: found,
            shared,
        })
    })?;
    let mut kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    kept.finish()?;

    let articles = Ranks::of(
        prints.rows.len(),
        similar
            .iter()
            .flat_map(|part| part.pairs.iter().flat_map(|pair| [pair.a, pair.b])),
    );
    let weights = Weights::of(evidence, articles)?;
    let parts = each(similar.par_iter(), progress, |part| {
        let mut from_file = Vec::new();
        let (mut bits, _) = kept.get(part.shared, &mut from_file)?.as_chunks();
        let mut accepted = Vec::new();
        for pair in &part.pairs {
            let (a, b, similarity) = (pair.a, pair.b, pair.similarity);
            let shorter = similarity.size_a.min(similarity.size_b);
            let shared;
            (shared, bits) = bits.split_at(similarity.size_b.div_ceil(u64::BITS) as usize);
            let view = NewsView {
                contained: weights.containment(a, b, shared),
                opening: share(
                    pair.same_opening.into(),
                    u64::from(shorter).min(opening as u64),
                ),
            };
            let words = |article: u32| prints.rows[article as usize].tokens;
            let measures = NewsMeasures {
                shingles: shorter,
                words: words(a).min(words(b)),
                jaccard: similarity.jaccard(),
                contained: view.contained,
                opening: view.opening,
                hours_apart: dates.apart(a, b),
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
    })?;
    Ok(parts.concat())
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

/// Pairs that a thread takes at a time.
const STRETCH: usize = 4096;

/// Does a piece of work for each of a list, on all threads; the results are in order.
fn each<T, R: Send>(
    list: impl IndexedParallelIterator<Item = T>,
    progress: &dyn Progress,
    work: impl Fn(T) -> Result<R> + Sync + Send,
) -> Result<Vec<R>> {
    list.map(|item| {
        if progress.cancelled() {
            return Err(Error::Interrupted);
        }
        work(item)
    })
    .collect()
}

/// A part of a whole that may be nothing.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}
