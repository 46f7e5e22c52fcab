//! Texts that are printed more than once in the very same words, and when.
//!
//! Exact duplicates are compared with others as one text, so that all their dates count as its dates. A long text that
//! is printed again is a reprint, whenever that is. A short one ("Fed adds reserves", "full text follows") is a form: the same words a
//! week later are the next report. Exact duplicates of fewer than [`SHORT_WORDS`] words are copies only as long as
//! each follows within the window of another; what follows later [recurs](Duplicates::recurring).

use super::ranks::Ranks;
use super::{Edge, Evidence, NewsRule, SHORT_WORDS};
use crate::fingerprint::{Duplicates, Fingerprints, Recurring};

/// A date in seconds since 1970 UTC, and an article that stands for the occurrence of a text at that time.
type Printing = (i64, u32);

/// When and where texts were printed. A text goes by the first article with its words.
#[derive(Debug)]
pub(super) struct Printings<'a> {
    /// The texts that have several printings, and these by date.
    several: Ranks,
    dated: Vec<Vec<Printing>>,
    /// The sources that they name, sorted.
    sources: Vec<Vec<u32>>,
    /// The earliest of them, whose title counts for all. That it is not the first in the corpus keeps the order of the corpus from mattering.
    earliest: Vec<u32>,
    evidence: &'a Evidence,
}

impl<'a> Printings<'a> {
    /// Of a corpus of so many articles.
    pub(super) fn new(duplicates: &Duplicates, articles: usize, evidence: &'a Evidence) -> Self {
        let groups = duplicates.pairs.chunk_by(|a, b| a.0 == b.0);
        let firsts = groups.clone().map(|group| group[0].0);
        let (mut dated, mut sources, mut earliest) = (Vec::new(), Vec::new(), Vec::new());
        for group in groups {
            let first = group[0].0;
            let articles = std::iter::once(first).chain(group.iter().map(|&(_, other)| other));
            earliest.extend(articles.clone().min_by_key(|&article| {
                let date = evidence.published(article);
                (date.is_none(), date, evidence.source(article), article)
            }));
            let dates = articles
                .clone()
                .filter_map(|article| evidence.published(article));
            let mut printings: Vec<Printing> = dates.map(|date| (date, first)).collect();
            printings.sort_unstable();
            dated.push(printings);
            let named = articles.map(|article| evidence.source(article));
            let mut named: Vec<u32> = named.filter(|&source| source != 0).collect();
            named.sort_unstable();
            named.dedup();
            sources.push(named);
        }
        Self {
            several: Ranks::of(articles, firsts),
            dated,
            sources,
            earliest,
            evidence,
        }
    }

    /// The article whose title counts for a text.
    pub(super) fn earliest(&self, text: u32) -> u32 {
        let rank = self.several.rank(text);
        rank.map_or(text, |rank| self.earliest[rank])
    }

    /// Numbers for the sources of a text, sorted; none if it names none, and several if others printed the same words.
    pub(super) fn sources<'s>(&'s self, text: u32, one: &'s mut [u32; 1]) -> &'s [u32] {
        if let Some(rank) = self.several.rank(text) {
            return &self.sources[rank];
        }
        match self.evidence.source(text) {
            0 => &[],
            source => {
                *one = [source];
                one
            }
        }
    }

    /// Whether a source printed both of two texts: which of them it should keep apart it did.
    pub(super) fn of_one_source(&self, a: u32, b: u32) -> bool {
        let (mut of_a, mut of_b) = ([0], [0]);
        have_common(self.sources(a, &mut of_a), self.sources(b, &mut of_b))
    }

    /// The least number of hours between two texts; none if one has no date.
    pub(super) fn apart(&self, a: u32, b: u32) -> Option<f64> {
        let (mut of_a, mut of_b) = ([(0, 0)], [(0, 0)]);
        let (a, b) = (self.of(a, &mut of_a), self.of(b, &mut of_b));
        let (fewer, more) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        let gaps = fewer.iter().flat_map(|&(date, _)| {
            let next = more.partition_point(|&(other, _)| other < date);
            let around = &more[next.saturating_sub(1)..more.len().min(next + 1)];
            around.iter().map(move |&(other, _)| date.abs_diff(other))
        });
        gaps.min().map(|seconds| seconds as f64 / 3600.0)
    }

    /// The printings of a text, by date.
    fn of<'s>(&'s self, text: u32, one: &'s mut [Printing; 1]) -> &'s [Printing] {
        if let Some(rank) = self.several.rank(text) {
            return &self.dated[rank];
        }
        match self.evidence.published(text) {
            Some(date) => {
                *one = [(date, text)];
                one
            }
            None => &[],
        }
    }
}

/// Whether two sorted lists have an element in common.
pub(super) fn have_common(a: &[u32], b: &[u32]) -> bool {
    let (fewer, more) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    fewer.iter().any(|it| more.binary_search(it).is_ok())
}

/// Takes short items that only recur out of `duplicates`. An accepted pair with such an item becomes one of those
/// occurrences that are closest in time.
pub(super) fn tell_apart(
    duplicates: &Duplicates,
    mut known: Printings,
    edges: &mut [Edge],
    prints: &Fingerprints,
    rule: NewsRule,
) -> Duplicates {
    let Some(window) = rule.window_hours() else {
        return duplicates.clone();
    };
    let window = (window * 3600.0) as i64;
    let mut kept = Duplicates::default();
    for group in duplicates.pairs.chunk_by(|a, b| a.0 == b.0) {
        let first = group[0].0;
        let is_short = prints.rows.tokens(first) < SHORT_WORDS;
        let rank = known.several.rank(first).filter(|_| is_short);
        let Some(rank) = rank else {
            kept.pairs.extend(group);
            continue;
        };
        let printings = &mut known.dated[rank];
        let articles = std::iter::once(first).chain(group.iter().map(|&(_, other)| other));
        let runs = runs(articles.collect(), window, known.evidence);
        if runs.len() == 1 {
            kept.pairs.extend(group);
            continue;
        }
        printings.clear();
        for run in &runs {
            let begin = run[0].1;
            kept.pairs
                .extend(run[1..].iter().map(|&(_, other)| (begin, other)));
            let dated = run.iter().filter_map(|&(date, _)| Some((date?, begin)));
            printings.extend(dated);
            kept.recurring.push(Recurring {
                article: begin,
                first,
                at: run
                    .iter()
                    .filter_map(|&(date, _)| date)
                    .min()
                    .unwrap_or_default(),
            });
        }
        printings.sort_unstable();
    }
    kept.pairs.sort_unstable();
    kept.recurring.sort_unstable();
    if !kept.recurring.is_empty() {
        for edge in &mut *edges {
            let (mut of_a, mut of_b) = ([(0, 0)], [(0, 0)]);
            let (a, b) = (known.of(edge.a, &mut of_a), known.of(edge.b, &mut of_b));
            // Without a date it stays with the first.
            if let Some((a, b)) = closest(a, b) {
                (edge.a, edge.b) = (a, b);
                if edge.a > edge.b {
                    *edge = edge.turned();
                }
            }
        }
        edges.sort_unstable_by_key(|edge| (edge.a, edge.b));
    }
    kept
}

/// Articles with the same words, cut where more than `window` seconds lie between two; each run in the order of the corpus. Of those without a date
/// nothing is known: they stay with the earliest.
fn runs(articles: Vec<u32>, window: i64, evidence: &Evidence) -> Vec<Vec<(Option<i64>, u32)>> {
    let mut articles: Vec<(Option<i64>, u32)> = articles
        .into_iter()
        .map(|article| (evidence.published(article), article))
        .collect();
    // Those without a date first.
    articles.sort_unstable();
    let together = |a: &(Option<i64>, u32), b: &(Option<i64>, u32)| match (a.0, b.0) {
        (Some(a), Some(b)) => b - a <= window,
        _ => true,
    };
    articles
        .chunk_by(together)
        .map(|run| {
            let mut run = run.to_vec();
            run.sort_unstable_by_key(|&(_, article)| article);
            run
        })
        .collect()
}

/// Of two lists of printings, by date, the two that are closest in time; of several the earliest.
fn closest(a: &[Printing], b: &[Printing]) -> Option<(u32, u32)> {
    let (mut i, mut j, mut best) = (0, 0, None);
    while let (Some(&(x, of_a)), Some(&(y, of_b))) = (a.get(i), b.get(j)) {
        let now = (x.abs_diff(y), x.min(y), of_a, of_b);
        if best.is_none_or(|held| now < held) {
            best = Some(now);
        }
        if x <= y {
            i += 1;
        } else {
            j += 1;
        }
    }
    best.map(|(_, _, a, b)| (a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn closest_is_the_least_of_all_pairs(
            a in proptest::collection::vec((-50i64..50, 0u32..3), 0..12), b in proptest::collection::vec((-50i64..50, 5u32..8), 0..12),
        ) {
            let (mut a, mut b) = (a, b);
            a.sort_unstable();
            b.sort_unstable();
            let gap = |x: &Printing, y: &Printing| x.0.abs_diff(y.0);
            let least = a.iter().flat_map(|x| b.iter().map(move |y| gap(x, y))).min();
            let found = closest(&a, &b);
            proptest::prop_assert_eq!(found.is_some(), least.is_some());
            if let Some((of_a, of_b)) = found {
                let of = |list: &[Printing], article| -> Vec<Printing> {
                    list.iter().copied().filter(|printing| printing.1 == article).collect()
                };
                let (a, b) = (of(&a, of_a), of(&b, of_b));
                proptest::prop_assert_eq!(a.iter().flat_map(|x| b.iter().map(move |y| gap(x, y))).min(), least);
            }
        }
    }
}
