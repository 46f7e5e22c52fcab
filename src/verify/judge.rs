//! Candidate pairs to accepted ones.

use super::printings::Printings;
use super::ranks::Ranks;
use super::rarity::Weights;
use super::{
    Acceptance, Edge, Evidence, Figures, NewsMeasures, NewsRule, NewsView, Similarity, Texts,
    Verdict, opening,
};
use crate::fingerprint::Fingerprints;
use crate::memory::{ACCEPTED, SIMILAR};
use crate::progress::{OnlyStops, Progress};
use crate::spool::{Handle, Spool};
use crate::{Error, Result};
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// The pairs that the plain rule accepts.
pub(super) fn by_plain_rule(
    pairs: &[(u32, u32)],
    evidence: &Evidence,
    rule: Acceptance,
    progress: &dyn Progress,
) -> Result<Vec<Edge>> {
    let accepted_of = |stretch: &[(u32, u32)]| {
        let mut comparer = evidence.comparer();
        let mut accepted = Vec::new();
        for &(a, b) in stretch {
            if let Some(similarity) = comparer.accepted(a, b, rule)?
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
    };
    let mut edges = Vec::new();
    for pairs in pairs.chunks(STRETCH * together()) {
        let accepted = each(pairs.par_chunks(STRETCH), progress, accepted_of)?;
        edges.reserve_exact(accepted.iter().map(Vec::len).sum());
        accepted.into_iter().for_each(|part| edges.extend(part));
    }
    Ok(edges)
}

/// So many parts of a list are judged before what was accepted is taken over: accepted pairs then stand in memory once.
fn together() -> usize {
    16 * rayon::current_num_threads()
}

/// Judges pairs by the rule for news.
pub(super) struct NewsJudge<'a> {
    pub(super) prints: &'a Fingerprints,
    pub(super) evidence: &'a Evidence,
    pub(super) printings: &'a Printings<'a>,
    pub(super) rule: NewsRule,
}

/// Pairs that meet the floor of the rule for news.
///
/// What a shingle weighs is known only when it is known which articles are similar to others at all. Until then the shared
/// shingles of each similar pair are kept, a bit for each, so that no two sets are compared a second time.
struct Similar {
    parts: Vec<Part>,
    bits: Spool,
}

struct Part {
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

// A pair that is similar, and what it becomes.
const _: () =
    assert!(size_of::<SimilarPair>() <= SIMILAR && size_of::<Edge>() <= SIMILAR + ACCEPTED);

impl NewsJudge<'_> {
    /// The pairs that are accepted, and those of the `rest` that follows from them; and what the rule says of each pair that was `asked` about, which
    /// is one of the pairs.
    pub(super) fn accepted(
        &self,
        pairs: &[(u32, u32)],
        rest: impl Fn(&[Edge]) -> Vec<(u32, u32)>,
        asked: &[(u32, u32)],
        progress: &dyn Progress,
    ) -> Result<(Vec<Edge>, Vec<Verdict>)> {
        let similar = self.similar(pairs, progress)?;
        let articles = self.prints.rows.len();
        self.evidence
            .check_similar(articles, pairs.len(), similar.pairs())?;
        let weighed = similar.articles(articles);
        let room = self.evidence.room_beside();
        let weights = Weights::of(self.evidence, self.printings, weighed, room)?;
        let mut edges = Vec::new();
        self.judge(similar, &weights, &mut edges, progress)?;
        edges.shrink_to_fit();
        // Of articles whose weights are known.
        let similar = self.similar(&rest(&edges), &OnlyStops(progress))?;
        self.judge(similar, &weights, &mut edges, progress)?;
        edges.shrink_to_fit();
        let said = asked.iter().map(|&(a, b)| self.ask(a, b, &weights));
        Ok((edges, said.collect::<Result<_>>()?))
    }

    fn opening(&self) -> usize {
        opening::opening_shingles(self.prints.shingle_size)
    }

    /// What the rule says of a pair. If that does not meet the floor, its weight is not known, and its shingles are counted.
    fn ask(&self, a: u32, b: u32, weights: &Weights) -> Result<Verdict> {
        let mut comparer = self.evidence.comparer_with_openings(self.opening());
        let similarity = comparer.similarity(a, b)?;
        let apart = self.rule.are_apart(self.printings.apart(a, b));
        let pair = SimilarPair {
            a,
            b,
            similarity,
            same_opening: comparer.same_opening(),
        };
        let contained = match self.rule.floor(apart).accepts(similarity) {
            true => {
                let words = comparer.shared().iter();
                let shared: Vec<[u8; 8]> = words.map(|word| word.to_le_bytes()).collect();
                weights.containment(a, b, similarity.size_b, &shared, &mut Vec::new())?
            }
            false => similarity.containment(),
        };
        let (measures, texts) = self.measures(&pair, contained);
        let decided = self.rule.decide_any(similarity, &measures, &texts)?;
        Ok(Verdict::news(decided, contained))
    }

    /// What the rule looks at, of a pair of which so much is contained by weight.
    fn measures(
        &self,
        pair: &SimilarPair,
        weighted_containment: f64,
    ) -> (NewsMeasures, TextsOf<'_>) {
        let &SimilarPair {
            a, b, similarity, ..
        } = pair;
        let shorter = similarity.size_a.min(similarity.size_b);
        let opening = u64::from(shorter).min(self.opening() as u64);
        let words = |article: u32| self.prints.rows.tokens(article);
        let measures = NewsMeasures {
            shingles: shorter,
            words: words(a).min(words(b)),
            jaccard: similarity.jaccard(),
            weighted_containment,
            opening: super::share(pair.same_opening.into(), opening),
            hours_apart: self.printings.apart(a, b),
            same_source: self.printings.of_one_source(a, b),
        };
        let (evidence, printings) = (self.evidence, self.printings);
        let texts = TextsOf {
            evidence,
            printings,
            a,
            b,
        };
        (measures, texts)
    }

    fn similar(&self, pairs: &[(u32, u32)], progress: &dyn Progress) -> Result<Similar> {
        /// Bytes of bits that are held in memory.
        const MEMORY: usize = 1 << 20;
        let Self {
            evidence,
            printings,
            rule,
            ..
        } = self;
        let kept = Mutex::new(evidence.spool_beside(MEMORY));
        let put = |pairs: &mut Vec<SimilarPair>, bits: &mut Vec<u8>| {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let shared = kept.put(bits)?.part(0..bits.len());
            bits.clear();
            let mut pairs = std::mem::take(pairs);
            // They wait for the weights of all.
            pairs.shrink_to_fit();
            Ok::<_, Error>(Part { pairs, shared })
        };
        let parts = each(pairs.par_chunks(STRETCH), progress, |stretch| {
            let mut comparer = evidence.comparer_with_openings(self.opening());
            let (mut parts, mut found, mut bits) = (Vec::new(), Vec::new(), Vec::new());
            for &(a, b) in stretch {
                let hours_apart = printings.apart(a, b);
                let floor = rule.floor(rule.are_apart(hours_apart));
                if let Some(similarity) = comparer.accepted(a, b, floor)? {
                    found.push(SimilarPair {
                        a,
                        b,
                        similarity,
                        same_opening: comparer.same_opening(),
                    });
                    let shared = comparer.shared().iter();
                    bits.extend(shared.flat_map(|word| word.to_le_bytes()));
                    if bits.len() >= MEMORY {
                        parts.push(put(&mut found, &mut bits)?);
                    }
                }
            }
            progress.advance(stretch.len() as u64, 0);
            parts.push(put(&mut found, &mut bits)?);
            Ok(parts)
        })?;
        let parts = parts.into_iter().flatten().collect();
        let mut bits = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        bits.finish()?;
        Ok(Similar { parts, bits })
    }

    /// The pairs that are accepted are added to `edges`.
    fn judge(
        &self,
        similar: Similar,
        weights: &Weights,
        edges: &mut Vec<Edge>,
        progress: &dyn Progress,
    ) -> Result<()> {
        edges.reserve_exact(similar.pairs());
        let Similar { parts, bits } = similar;
        let together = together();
        let mut parts = parts.into_iter().peekable();
        while parts.peek().is_some() {
            let now: Vec<Part> = parts.by_ref().take(together).collect();
            let accepted = each(now.into_par_iter(), progress, |part| {
                self.judge_part(&part, &bits, weights)
            })?;
            accepted.into_iter().for_each(|part| edges.extend(part));
        }
        Ok(())
    }

    fn judge_part(&self, part: &Part, bits: &Spool, weights: &Weights) -> Result<Vec<Edge>> {
        let (mut from_file, mut times_from_file) = (Vec::new(), Vec::new());
        let bits = bits.get(part.shared, &mut from_file)?;
        let (mut bits, _) = bits.as_chunks();
        let mut accepted = Vec::new();
        for pair in &part.pairs {
            let (a, b, similarity) = (pair.a, pair.b, pair.similarity);
            let shared;
            (shared, bits) = bits.split_at(similarity.size_b.div_ceil(u64::BITS) as usize);
            let times = &mut times_from_file;
            let contained = weights.containment(a, b, similarity.size_b, shared, times)?;
            let (measures, texts) = self.measures(pair, contained);
            if let Some(reason) = self.rule.judge(&measures, &texts)? {
                accepted.push(Edge {
                    a,
                    b,
                    similarity,
                    reason,
                    news: Some(NewsView {
                        weighted_containment: contained,
                        opening: measures.opening,
                    }),
                });
            }
        }
        Ok(accepted)
    }
}

impl Similar {
    /// How many they are.
    fn pairs(&self) -> usize {
        self.parts.iter().map(|part| part.pairs.len()).sum()
    }

    /// The articles in these pairs, of a corpus of so many.
    fn articles(&self, articles: usize) -> Ranks {
        let pairs = || self.parts.iter().flat_map(|part| &part.pairs);
        Ranks::of(articles, pairs().flat_map(|pair| [pair.a, pair.b]))
    }
}

/// The texts of a pair, as far as they were gathered.
struct TextsOf<'a> {
    evidence: &'a Evidence,
    printings: &'a Printings<'a>,
    a: u32,
    b: u32,
}

impl Texts for TextsOf<'_> {
    fn figures(&self) -> Result<Figures> {
        let [a, b] = [self.a, self.b].map(|text| self.printings.earliest(text));
        self.evidence.compare_figures(a, b)
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
