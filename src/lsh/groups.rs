//! Articles with something in common, brought together by sorting.
//!
//! Articles are dealt into small parts by the [entries](Packing) that they have in a slot. Of each part, the entries that may have company are
//! sorted where they fit the cache. Equal hashes then stand side by side. How many entries each part will have is counted
//! beforehand, of several slots in one go over the signatures ([`PartSizes`]), so that no second table of entries is needed: 8 bytes an article for
//! each thread.

use super::packing::{InPart, PART, Packing};
use crate::fingerprint::ArticleSet;
use crate::memory::Pages;
use rayon::prelude::*;
use std::ops::Range;

/// Kinds of hashes that are told apart before the entries of a part are sorted.
pub(super) const KINDS: usize = 8 * PART;

/// What [`Dealing::for_each_part`] uses again and again.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    /// The entries, part by part.
    dealt: Pages<u64>,
    /// The end of each part in them.
    ends: Vec<u32>,
    /// Those of one part that may share a bucket.
    company: Vec<u64>,
}

/// How many entries each part has, of some slots.
#[derive(Debug)]
pub(super) struct PartSizes {
    slots: Range<usize>,
    sizes: Vec<u32>,
}

impl PartSizes {
    /// Counts them. `part` gives an article's part by what it has at a slot, whose signature `row` finds.
    pub(super) fn count<R>(
        members: &ArticleSet,
        packing: Packing,
        slots: Range<usize>,
        row: impl Fn(u32) -> R + Sync,
        part: impl Fn(&R, usize) -> usize + Sync,
    ) -> Self {
        /// Several tables for each thread are none too many where some threads are slower.
        const STRETCHES: usize = 4;
        let parts = packing.parts();
        let none = || vec![0u32; slots.len() * parts];
        let stretch = members.corpus_len() / (STRETCHES * rayon::current_num_threads()) + 1;
        let counted = members
            .par_stretches(stretch)
            .fold(none, |mut sizes, articles| {
                for article in articles {
                    let row = row(article);
                    for (sizes, at) in sizes.chunks_exact_mut(parts).zip(slots.clone()) {
                        sizes[part(&row, at)] += 1;
                    }
                }
                sizes
            });
        let sizes = counted.reduce(none, |mut sizes, others| {
            sizes
                .iter_mut()
                .zip(others)
                .for_each(|(size, other)| *size += other);
            sizes
        });
        Self { slots, sizes }
    }

    /// Those of one slot.
    pub(super) fn of(&self, slot: usize) -> &[u32] {
        let parts = self.sizes.len() / self.slots.len();
        let first = (slot - self.slots.start) * parts;
        &self.sizes[first..first + parts]
    }
}

/// Some of the buckets: one portion of several that have about as many articles each, and share no bucket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Portion {
    pub(super) number: usize,
    pub(super) of: usize,
}

impl Portion {
    /// All buckets.
    pub(super) const ALL: Self = Self { number: 0, of: 1 };

    /// Those of so many parts that belong to it.
    fn of_parts(self, parts: usize) -> Range<usize> {
        parts * self.number / self.of..parts * (self.number + 1) / self.of
    }
}

/// How articles are brought together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dealing<'a> {
    pub(super) members: &'a ArticleSet,
    /// How many entries each part has.
    pub(super) sizes: &'a [u32],
    pub(super) portion: Portion,
}

impl Dealing<'_> {
    /// Calls `part` with the entries of every part of the portion that may share a bucket with another, sorted.
    pub(super) fn for_each_part(
        self,
        grouping: &mut Grouping,
        entry: impl Fn(u32) -> InPart,
        mut part: impl FnMut(&[u64]),
    ) {
        let Self {
            members,
            sizes,
            portion,
        } = self;
        match portion.of {
            1 => grouping.deal::<true>(members, sizes, 0..sizes.len(), entry),
            _ => grouping.deal::<false>(members, sizes, portion.of_parts(sizes.len()), entry),
        }
        let mut start = 0;
        for &end in &grouping.ends {
            let entries = &grouping.dealt.as_slice()[start..end as usize];
            start = end as usize;
            keep_company(entries, &mut grouping.company);
            grouping.company.sort_unstable();
            part(&grouping.company);
        }
    }
}

impl Grouping {
    /// Gives its room back if that is for more entries than so many.
    pub(super) fn give_back_beyond(&mut self, entries: usize) {
        if self.dealt.capacity() > entries {
            self.dealt = Pages::default();
        }
    }

    /// Deals the entries of the `wanted` parts; `ALL` says that these are all. All parts have these `sizes`.
    fn deal<const ALL: bool>(
        &mut self,
        members: &ArticleSet,
        sizes: &[u32],
        wanted: Range<usize>,
        entry: impl Fn(u32) -> InPart,
    ) {
        // Where the next entry of each part goes: in the end, where the part ends.
        self.ends.clear();
        let mut start = 0;
        for &size in &sizes[wanted.clone()] {
            self.ends.push(start);
            start += size;
        }
        self.ends.push(start);
        self.dealt.reset(start as usize + 1);
        let dealt = self.dealt.as_mut_slice();
        for article in members.iter() {
            let InPart { part, entry } = entry(article);
            let part = match ALL {
                true => part,
                // Others are dealt to one place behind those that are wanted: which one is wanted cannot be foreseen.
                false => part.wrapping_sub(wanted.start).min(wanted.len()),
            };
            let end = &mut self.ends[part];
            dealt[*end as usize] = entry;
            *end += u32::from(ALL || part < wanted.len());
        }
        self.ends.truncate(wanted.len());
    }
}

/// Replaces `company` by the entries of a part that are of the same kind as another, in their order.
///
/// Most share their hash with none, and need not be sorted.
fn keep_company(entries: &[u64], company: &mut Vec<u64>) {
    // The bits that tell kinds all belong to the hash.
    let kind = |entry: u64| (entry >> (u64::BITS - KINDS.trailing_zeros())) as usize;
    let mut seen = [0u8; KINDS];
    for &entry in entries {
        let seen = &mut seen[kind(entry)];
        *seen = seen.saturating_add(1);
    }
    // Written in any case: which entries have company is not to be foreseen, and a wrong guess costs more.
    company.clear();
    company.resize(entries.len(), 0);
    let mut kept = 0;
    for &entry in entries {
        company[kept] = entry;
        kept += usize::from(seen[kind(entry)] > 1);
    }
    company.truncate(kept);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsh::Neighbours;
    use crate::lsh::dates::Period;
    use crate::splitmix::mix;
    use std::collections::{BTreeSet, HashMap};

    fn table(articles: usize, slots: usize, values: u32) -> Vec<Vec<u32>> {
        let value = |article: usize, slot: usize| mix((article * slots + slot) as u64) as u32;
        let row = |article| {
            (0..slots)
                .map(|slot| value(article, slot) % values)
                .collect()
        };
        (0..articles).map(row).collect()
    }

    /// The sets of articles with an equal key, of two or more.
    fn classes<K: std::hash::Hash + Eq>(
        members: &ArticleSet,
        key: impl Fn(u32) -> K,
    ) -> BTreeSet<Vec<u32>> {
        let mut classes: HashMap<K, Vec<u32>> = HashMap::new();
        for article in members.iter() {
            classes.entry(key(article)).or_default().push(article);
        }
        classes
            .into_values()
            .filter(|class| class.len() > 1)
            .collect()
    }

    #[test]
    fn buckets_are_the_classes_of_equal_bands() {
        for articles in [0usize, 1, 2, 3, 700, 5000] {
            let table = table(articles, 4, 40);
            let mut members = ArticleSet::all(articles);
            (0..articles as u32)
                .step_by(7)
                .for_each(|article| members.remove(article));
            let packing = Packing::bands(articles);
            for band in 0..2 {
                let key = |article: u32| &table[article as usize][band * 2..band * 2 + 2];
                let mut found = BTreeSet::new();
                let entry = |article| packing.entry_of_band(key(article).iter().copied(), article);
                let part = |row: &u32, _| packing.part_of_band(key(*row).iter().copied());
                let sizes = PartSizes::count(&members, packing, band..band + 1, |row| row, part);
                let dealing = Dealing {
                    members: &members,
                    sizes: sizes.of(band),
                    portion: Portion::ALL,
                };
                dealing.for_each_part(&mut Grouping::default(), entry, |entries| {
                    for (_, bucket) in packing.buckets(entries) {
                        found.insert(bucket.iter().map(|&entry| packing.article(entry)).collect());
                    }
                });
                assert_eq!(
                    found,
                    classes(&members, key),
                    "{articles} articles, band {band}"
                );
            }
        }
    }

    #[test]
    fn buckets_are_the_classes_of_equal_values_and_neighbours_show() {
        let neighbours = Neighbours::for_similarity(0.3, 128);
        assert_eq!(neighbours.reach(), 3);
        for (articles, room) in [
            (700, 700),
            (3000, 3000),
            (700, 1 << 20),
            (700, usize::MAX >> 32),
        ] {
            let mut table = table(articles, 32, 300);
            for article in (1..articles).step_by(50) {
                let copied = table[article - 1].clone();
                table[article][..20].copy_from_slice(&copied[..20]);
            }
            let members = ArticleSet::all(articles);
            let packing = Packing::neighbours(room, neighbours);
            let (mut pairs, mut seeming, mut families) = (0, 0, 0);
            let row = |article: u32| &table[article as usize];
            let part = |row: &&Vec<u32>, at| packing.part_of_value(row[at]);
            let sizes = PartSizes::count(&members, packing, 0..32, row, part);
            for slot in [0, 5, 30, 31] {
                let mut found = BTreeSet::new();
                let entry = |article| {
                    let following = (1..=3).map(|distance| row(article)[(slot + distance) % 32]);
                    packing.entry_of_value(row(article)[slot], following, article)
                };
                let dealing = Dealing {
                    members: &members,
                    sizes: sizes.of(slot),
                    portion: Portion::ALL,
                };
                let mut look_at = |bucket: &[u64]| {
                    let mut all: Vec<u32> =
                        bucket.iter().map(|&entry| packing.article(entry)).collect();
                    for (at, &a) in bucket.iter().enumerate() {
                        for &b in &bucket[at + 1..] {
                            let value =
                                |entry: u64, d: usize| row(packing.article(entry))[(slot + d) % 32];
                            let near = (1..=3).any(|d| value(a, d) == value(b, d));
                            assert!(!near || packing.near(a, b), "{slot}");
                            let dated = packing.in_period(b, Period(4095 - slot as u16));
                            assert_eq!(packing.near(a, dated), packing.near(a, b));
                            assert_eq!(packing.article(dated), packing.article(b));
                            assert_eq!(packing.period(dated), Period(4095 - slot as u16));
                            pairs += 1;
                            seeming += usize::from(!near && packing.near(a, b));
                        }
                    }
                    all.sort_unstable();
                    found.insert(all);
                    let following = |&entry: &u64| {
                        let row = row(packing.article(entry));
                        [1, 2, 3].map(|distance| row[(slot + distance) % 32])
                    };
                    let mut wanted: HashMap<[u32; 3], Vec<u64>> = HashMap::new();
                    for entry in bucket {
                        wanted.entry(following(entry)).or_default().push(*entry);
                    }
                    wanted.retain(|_, family| family.len() > 1);
                    families += wanted.len();
                    let seem: Vec<&[u64]> = packing.families(bucket).collect();
                    for family in wanted.values() {
                        assert!(
                            seem.iter()
                                .any(|seem| family.iter().all(|one| seem.contains(one))),
                            "{slot}"
                        );
                    }
                    if packing.near_bits > 8 {
                        // All bits of so small values are there.
                        assert_eq!(seem.len(), wanted.len(), "{slot}");
                    }
                };
                dealing.for_each_part(&mut Grouping::default(), entry, |entries| {
                    packing
                        .buckets(entries)
                        .for_each(|(_, bucket)| look_at(bucket));
                });
                assert_eq!(found, classes(&members, |article| row(article)[slot]));
            }
            // At the first two of the four places.
            assert!(families >= 2 * (articles / 50), "{families}");
            if packing.near_bits > 8 {
                // All bits of so small values are there.
                assert_eq!(seeming, 0);
                continue;
            }
            // Three values seem equal in one of so many cases each.
            let share = seeming as f64 / f64::from(pairs);
            let seems = 0.5f64.powi(packing.near_bits as i32) - 1.0 / 300.0;
            let wanted = 1.0 - (1.0 - seems).powi(3);
            assert!(
                (share - wanted).abs() < 0.2 * wanted,
                "{room}: {share}, {wanted}"
            );
        }
    }

    #[test]
    fn portions_share_the_buckets_among_them() {
        for (articles, of) in [(3, 2), (5000, 2), (5000, 3), (5000, 40)] {
            let table = table(articles, 2, 400);
            let members = ArticleSet::all(articles);
            let packing = Packing::bands(articles);
            let value = |article: u32| table[article as usize][1];
            let entry = |article| packing.entry_of_band([value(article)].into_iter(), article);
            let part = |row: &u32, _| packing.part_of_band([value(*row)].into_iter());
            let sizes = PartSizes::count(&members, packing, 7..8, |row| row, part);
            let (mut found, mut grouping) = (Vec::new(), Grouping::default());
            for number in 0..of {
                let portion = Portion { number, of };
                let dealing = Dealing {
                    members: &members,
                    sizes: sizes.of(7),
                    portion,
                };
                dealing.for_each_part(&mut grouping, entry, |entries| {
                    for (start, bucket) in packing.buckets(entries) {
                        assert_eq!(&entries[start..start + bucket.len()], bucket);
                        let bucket = bucket.iter().map(|&entry| packing.article(entry));
                        found.push(bucket.collect::<Vec<u32>>());
                    }
                });
            }
            let distinct: BTreeSet<Vec<u32>> = found.iter().cloned().collect();
            assert_eq!(found.len(), distinct.len());
            assert_eq!(distinct, classes(&members, value), "{articles} in {of}");
        }
    }
}
