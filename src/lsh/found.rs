//! The pairs that were found, put together.

use super::CandidateCounts;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What one band or value found, or a part of it: pairs worth a comparison, as packed pairs. Pairs that another one found may be missing.
#[derive(Default)]
pub(super) struct Found {
    pub(super) perhaps: Vec<u64>,
    pub(super) likely: Vec<u64>,
    /// Pairs of crowds, of either kind.
    pub(super) crowded: Vec<u64>,
    pub(super) counts: CandidateCounts,
}

impl Found {
    /// Counts pairs that were looked at and found too far apart.
    pub(super) fn dropped(&mut self, pairs: usize) {
        self.counts.dropped_by_signature += pairs as u64;
    }
}

/// Pairs that were found by earlier bands or values. A pair of copies shares many: to look here whether it is known costs less than its
/// signatures, which lie anywhere in memory.
pub(super) struct Known<'a> {
    /// Sorted.
    pairs: &'a [u64],
    /// Where the pairs begin whose lower article belongs to each of many groups of so many neighbours (a power of two).
    begins: Vec<usize>,
    group_bits: u32,
}

impl<'a> Known<'a> {
    /// Pairs that a group has on average.
    const IN_GROUP: usize = 16;

    /// These (sorted) of a corpus of so many articles.
    pub(super) fn new(pairs: &'a [u64], articles: usize) -> Self {
        let groups = (pairs.len() / Self::IN_GROUP).max(1);
        let group_bits = articles
            .div_ceil(groups)
            .next_power_of_two()
            .trailing_zeros();
        let groups = (articles >> group_bits) + 1;
        let mut begins = Vec::with_capacity(groups + 1);
        for (at, &pair) in pairs.iter().enumerate() {
            let group = (pair >> 32) as usize >> group_bits;
            begins.resize(begins.len().max(group + 1), at);
        }
        begins.resize(groups + 1, pairs.len());
        Self {
            pairs,
            begins,
            group_bits,
        }
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether a pair is one of them.
    #[inline]
    pub(super) fn contains(&self, pair: u64) -> bool {
        let group = (pair >> 32) as usize >> self.group_bits;
        let in_group = &self.pairs[self.begins[group]..self.begins[group + 1]];
        in_group.binary_search(&pair).is_ok()
    }
}

/// What several bands or values find beyond the pairs that are known already, at the same time and in any order.
pub(super) struct Batch<'a> {
    pub(super) known: Known<'a>,
    sum: Mutex<Sum>,
}

/// What all of them found so far.
#[derive(Default)]
struct Sum {
    perhaps: PairSet,
    likely: PairSet,
    crowded: PairSet,
    counts: CandidateCounts,
}

impl<'a> Batch<'a> {
    pub(super) fn new(known: Known<'a>) -> Self {
        Self {
            known,
            sum: Mutex::default(),
        }
    }

    /// Adds what one of them found.
    pub(super) fn add(&self, found: Found) {
        let Found {
            perhaps,
            likely,
            crowded,
            counts,
        } = found;
        let new = |mut pairs: Vec<u64>| {
            // Not on all threads: a thread that waits for others would begin another band meanwhile.
            pairs.sort_unstable();
            pairs.dedup();
            leave_out(&mut pairs, self.known.pairs);
            pairs
        };
        let (perhaps, likely, crowded) = (new(perhaps), new(likely), new(crowded));
        let mut sum = self.lock();
        sum.perhaps.add(perhaps);
        sum.likely.add(likely);
        sum.crowded.add(crowded);
        sum.counts.add(&counts);
    }

    fn lock(&self) -> MutexGuard<'_, Sum> {
        // A thread that panics ends the run, whatever the others find.
        self.sum.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was found, each list sorted, and each pair in it once.
    pub(super) fn finish(self) -> Found {
        let sum = self
            .sum
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        Found {
            perhaps: sum.perhaps.into_sorted(),
            likely: sum.likely.into_sorted(),
            crowded: sum.crowded.into_sorted(),
            counts: sum.counts,
        }
    }
}

/// Pairs that are found again and again, few of them held more than once.
#[derive(Default)]
struct PairSet {
    pairs: Vec<u64>,
    /// How many they were when each was there once.
    distinct: usize,
}

impl PairSet {
    /// So few pairs (1 MB, and a quarter more) are not worth a look for those that are there twice.
    const FEW: usize = if cfg!(test) { 8 } else { 1 << 17 };

    /// Adds sorted pairs.
    fn add(&mut self, more: Vec<u64>) {
        if self.pairs.is_empty() {
            self.pairs = more;
        } else {
            self.pairs.extend(more);
        }
        if self.pairs.len() >= self.distinct.max(Self::FEW) * 5 / 4 {
            self.thin_out();
        }
    }

    fn thin_out(&mut self) {
        // The standard sort recognises what is sorted, and merges it.
        self.pairs.sort();
        self.pairs.dedup();
        self.distinct = self.pairs.len();
    }

    fn into_sorted(mut self) -> Vec<u64> {
        self.thin_out();
        // While it grew there was room for as many again.
        self.pairs.shrink_to_fit();
        self.pairs
    }
}

/// Leaves out of `pairs` those that are `known`; both are sorted.
pub(super) fn leave_out(pairs: &mut Vec<u64>, known: &[u64]) {
    let mut rest = known;
    pairs.retain(|&pair| {
        rest = &rest[count_below(rest, pair)..];
        rest.first() != Some(&pair)
    });
}

/// How many leading elements of `sorted` are below `pair`, in time logarithmic in the answer.
fn count_below(sorted: &[u64], pair: u64) -> usize {
    let mut bound = 1;
    while bound < sorted.len() && sorted[bound] < pair {
        bound *= 2;
    }
    let from = (bound / 2).min(sorted.len());
    let to = (bound + 1).min(sorted.len());
    from + sorted[from..to].partition_point(|&other| other < pair)
}

/// Merges `more` (sorted, disjoint) into `known` (sorted).
pub(super) fn merge_into(known: &mut Vec<u64>, more: Vec<u64>) {
    // The standard sort recognises the two runs and merges them.
    known.extend(more);
    known.sort();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn sorted(pairs: &[u64]) -> Vec<u64> {
        let set: BTreeSet<u64> = pairs.iter().copied().collect();
        set.into_iter().collect()
    }

    proptest! {
        #[test]
        fn a_batch_is_the_union_without_what_is_known(
            parts in proptest::collection::vec(proptest::collection::vec(0u64..200, 0..40), 0..12),
            known in proptest::collection::vec(0u64..200, 0..80),
        ) {
            let known = sorted(&known);
            let all: Vec<u64> = parts.concat();
            let wanted: Vec<u64> = sorted(&all).into_iter().filter(|pair| !known.contains(pair)).collect();
            let batch = Batch::new(Known::new(&known, 200));
            for (at, part) in parts.iter().enumerate() {
                let mut found = Found { counts: CandidateCounts { proposed: part.len() as u64, ..CandidateCounts::default() }, ..Found::default() };
                found.dropped(at);
                found.perhaps.extend(part);
                found.likely.extend(part.iter().rev());
                found.crowded.extend(part.iter().chain(part));
                batch.add(found);
            }
            let found = batch.finish();
            prop_assert_eq!(&found.perhaps, &wanted);
            prop_assert_eq!(&found.likely, &wanted);
            prop_assert_eq!(&found.crowded, &wanted);
            prop_assert_eq!(found.counts.proposed, all.len() as u64);
            prop_assert_eq!(found.counts.dropped_by_signature, (0..parts.len() as u64).sum::<u64>());
        }

        #[test]
        fn known_pairs_are_those_that_were_given(
            pairs in proptest::collection::vec((0u64..90, 0u64..9), 0..300), asked in proptest::collection::vec((0u64..90, 0u64..9), 0..50),
            articles in prop_oneof![90usize..99, Just(1 << 30)],
        ) {
            let packed = |list: Vec<(u64, u64)>| list.into_iter().map(|(a, b)| a << 32 | b).collect::<Vec<_>>();
            let (pairs, asked) = (sorted(&packed(pairs)), packed(asked));
            let known = Known::new(&pairs, articles);
            prop_assert_eq!(known.len(), pairs.len());
            for pair in pairs.iter().chain(&asked) {
                prop_assert_eq!(known.contains(*pair), pairs.contains(pair));
            }
        }

        #[test]
        fn merging_is_the_union(a in proptest::collection::vec(0u64..200, 0..40), b in proptest::collection::vec(0u64..200, 0..40)) {
            let (mut known, mut more) = (sorted(&a), sorted(&b));
            leave_out(&mut more, &known);
            merge_into(&mut known, more);
            prop_assert_eq!(known, sorted(&[a, b].concat()));
        }
    }

    #[test]
    fn what_is_found_again_and_again_takes_little_room() {
        let mut set = PairSet::default();
        for _ in 0..100 {
            set.add((0..20).collect());
            assert!(set.pairs.len() <= 40);
        }
        assert_eq!(set.into_sorted(), Vec::from_iter(0..20));
    }
}
