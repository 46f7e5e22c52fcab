//! One band: articles with equal values in it, or with an equal first value, brought together by sorting.
//!
//! An entry is one `u64`: the high bits are a hash of the band's values, the low bits the position
//! of the article among the members. Entries are dealt into small parts by their highest
//! bits; of each part, those that may have company are sorted where they fit the cache. Equal hashes then stand side by
//! side, and within a bucket the articles are in corpus order. With n members, 64 - log2(n) bits of hash
//! are left, so that fewer than one pair in eight members meets by chance, and those are
//! dropped when their signatures are compared.

use crate::fingerprint::Signatures;

/// Entries that a part holds on average: small enough to be worked on within the first-level cache.
const PART: usize = 512;
/// More parts than this cost more in scattered writes than they save in sorting.
const MAX_PARTS: usize = 1 << 14;

/// How an entry is divided between hash and position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packing {
    position_mask: u64,
    /// The bits that articles of one bucket have in common.
    bucket_mask: u64,
}

impl Packing {
    /// Buckets of articles whose bands are equal.
    pub(super) fn new(members: usize) -> Self {
        let bits = usize::BITS - members.saturating_sub(1).leading_zeros();
        let position_mask = (1u64 << bits) - 1;
        Self {
            position_mask,
            bucket_mask: !position_mask,
        }
    }

    /// Buckets of articles whose first values of the band are equal. Those whose other values are equal, too, stand
    /// together in it ([`family`](Self::family)).
    pub(super) fn by_first_value(members: usize) -> Self {
        Self {
            bucket_mask: !0 << FIRST_VALUE,
            ..Self::new(members)
        }
    }

    /// The entry of the member at `position` whose band holds `values`.
    #[inline]
    pub(super) fn entry(self, values: &[u32], position: usize) -> u64 {
        let hash = if self.bucket_mask == !self.position_mask {
            hash_band(values)
        } else {
            hash_band(&values[..1]) & self.bucket_mask
                | hash_band(&values[1..]) >> (u64::BITS - FIRST_VALUE)
        };
        (hash & !self.position_mask) | position as u64
    }

    fn bucket(self, entry: u64) -> u64 {
        entry & self.bucket_mask
    }

    /// What entries of one bucket whose bands are equal have in common; others seldom do, if
    /// [`tells_families`](Self::tells_families).
    pub(super) fn family(self, entry: u64) -> u64 {
        entry & !self.position_mask
    }

    /// Whether in a bucket of `len` articles at most one in sixteen has a [`family`](Self::family) in common with another by
    /// chance: positions of many articles leave it few bits.
    pub(super) fn tells_families(self, len: usize) -> bool {
        let bits = FIRST_VALUE - self.position_mask.count_ones().min(FIRST_VALUE);
        (len as u64) << 4 <= 1 << bits
    }

    pub(super) fn position(self, entry: u64) -> u32 {
        (entry & self.position_mask) as u32
    }
}

/// Where the hash of the first value begins.
const FIRST_VALUE: u32 = 32;

/// A hash of the values of a band; for one or two rows no two bands share it.
#[inline]
pub(super) fn hash_band(values: &[u32]) -> u64 {
    let mut hash = 0u64;
    for pair in values.chunks(2) {
        let low = u64::from(pair[0]);
        let high = u64::from(pair.get(1).copied().unwrap_or(0));
        hash = mix(hash.rotate_left(29) ^ (low | high << 32));
    }
    hash
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014), a bijection.
#[inline]
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Fills `entries[band][position]` for the bands that start at `first_band`.
pub(super) fn fill_entries(
    entries: &mut [Vec<u64>],
    first_band: usize,
    rows: usize,
    members: &[u32],
    signatures: &Signatures,
    packing: Packing,
) {
    use rayon::prelude::*;
    /// Members that a thread takes at a time.
    const STRETCH: usize = 2048;

    let span = first_band * rows..(first_band + entries.len()) * rows;
    for band in entries.iter_mut() {
        band.resize(members.len(), 0);
    }
    let mut stretches: Vec<Vec<&mut [u64]>> = Vec::new();
    for band in entries.iter_mut() {
        for (at, stretch) in band.chunks_mut(STRETCH).enumerate() {
            if stretches.len() <= at {
                stretches.push(Vec::new());
            }
            stretches[at].push(stretch);
        }
    }
    stretches
        .into_par_iter()
        .enumerate()
        .for_each(|(at, mut bands)| {
            let start = at * STRETCH;
            let members = &members[start..members.len().min(start + STRETCH)];
            fill_stretch(&mut bands, start, rows, members, packing, |article| {
                &signatures.row(article)[span.clone()]
            });
        });
}

/// Fills the entries of the members that begin at position `start`.
fn fill_stretch<'a>(
    bands: &mut [&mut [u64]],
    start: usize,
    rows: usize,
    members: &[u32],
    packing: Packing,
    values: impl Fn(u32) -> &'a [u32],
) {
    /// Members at a time. Their lines of the signature table, which lie a power of two apart and so
    /// share few places in the first-level cache, stay there from band to band.
    const BLOCK: usize = 64;
    let mut block: Vec<&[u32]> = Vec::with_capacity(BLOCK);
    for (at, members) in members.chunks(BLOCK).enumerate() {
        block.clear();
        block.extend(members.iter().map(|&article| values(article)));
        let first = at * BLOCK;
        for (band, out) in bands.iter_mut().enumerate() {
            let out = &mut out[first..first + block.len()];
            let from = band * rows;
            for (offset, (entry, values)) in out.iter_mut().zip(&block).enumerate() {
                *entry = packing.entry(&values[from..from + rows], start + first + offset);
            }
        }
    }
}

/// What [`for_each_bucket`] uses again and again.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    /// The entries, part by part.
    dealt: Vec<u64>,
    /// The end of each part in them.
    ends: Vec<u32>,
    /// Those of one part that may share a bucket.
    company: Vec<u64>,
}

/// Calls `bucket` with the entries of every bucket of two or more.
pub(super) fn for_each_bucket(
    entries: &[u64],
    packing: Packing,
    grouping: &mut Grouping,
    mut bucket: impl FnMut(&[u64]),
) {
    let parts = (entries.len() / PART)
        .next_power_of_two()
        .clamp(1, MAX_PARTS);
    grouping.deal(entries, parts);
    let mut start = 0;
    for &end in &grouping.ends {
        let part = &grouping.dealt[start..end as usize];
        start = end as usize;
        keep_company(part, parts, &mut grouping.company);
        grouping.company.sort_unstable();
        for run in grouping
            .company
            .chunk_by(|&a, &b| packing.bucket(a) == packing.bucket(b))
        {
            if run.len() > 1 {
                bucket(run);
            }
        }
    }
}

impl Grouping {
    /// Deals the entries into parts (a power of two) by their first bits.
    fn deal(&mut self, entries: &[u64], parts: usize) {
        let part = |entry: u64| (entry.rotate_left(parts.trailing_zeros()) as usize) & (parts - 1);
        self.ends.clear();
        self.ends.resize(parts, 0);
        for &entry in entries {
            self.ends[part(entry)] += 1;
        }
        let mut start = 0;
        for end in &mut self.ends {
            start += std::mem::replace(end, start);
        }
        self.dealt.resize(entries.len(), 0);
        for &entry in entries {
            let end = &mut self.ends[part(entry)];
            self.dealt[*end as usize] = entry;
            *end += 1;
        }
    }
}

/// Replaces `company` by the entries of a part that may share their hash with another.
///
/// Most share it with none, and need not be sorted: they are told by the bits behind those that made the part.
fn keep_company(part: &[u64], parts: usize, company: &mut Vec<u64>) {
    /// Of 26 bits at most that tell parts and kinds, all belong to the hash, which has 32 at least.
    const KINDS: usize = 8 * PART;
    let kind = |entry: u64| {
        let behind = entry << parts.trailing_zeros();
        (behind >> (u64::BITS - KINDS.trailing_zeros())) as usize
    };
    let mut seen = [0u8; KINDS];
    for &entry in part {
        let seen = &mut seen[kind(entry)];
        *seen = seen.saturating_add(1);
    }
    // Written in any case: which entries have company is not to be foreseen, and a wrong guess costs more.
    company.clear();
    company.resize(part.len(), 0);
    let mut kept = 0;
    for &entry in part {
        company[kept] = entry;
        kept += usize::from(seen[kind(entry)] > 1);
    }
    company.truncate(kept);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeSet, HashMap};

    #[test]
    fn buckets_are_the_classes_of_equal_bands() {
        for members in [0usize, 1, 2, 3, 700, 5000] {
            let mut signatures = Signatures::new(4);
            let values: Vec<u32> = (0..members as u32 * 4)
                .map(|i| mix(u64::from(i)) as u32 % 40)
                .collect();
            signatures.extend(&values);
            let ids: Vec<u32> = (0..members as u32).collect();
            let packing = Packing::new(members);
            let mut entries = vec![Vec::new(); 2];
            fill_entries(&mut entries, 0, 2, &ids, &signatures, packing);
            for (band, entries) in entries.iter().enumerate() {
                let mut naive: HashMap<&[u32], Vec<u32>> = HashMap::new();
                for &id in &ids {
                    naive
                        .entry(&signatures.row(id)[band * 2..band * 2 + 2])
                        .or_default()
                        .push(id);
                }
                let naive: BTreeSet<Vec<u32>> =
                    naive.into_values().filter(|c| c.len() > 1).collect();
                let mut found = BTreeSet::new();
                for_each_bucket(entries, packing, &mut Grouping::default(), |bucket| {
                    found.insert(
                        bucket
                            .iter()
                            .map(|&e| packing.position(e))
                            .collect::<Vec<u32>>(),
                    );
                });
                assert_eq!(found, naive, "{members} members, band {band}");
            }
        }
    }

    #[test]
    fn families_are_the_classes_of_equal_bands_within_those_of_equal_first_values() {
        let values: Vec<u32> = (0..3_000).map(|i| mix(i) as u32 % 12).collect();
        let mut signatures = Signatures::new(3);
        signatures.extend(&values);
        let ids: Vec<u32> = (0..1_000).collect();
        let packing = Packing::by_first_value(ids.len());
        let mut entries = vec![Vec::new()];
        fill_entries(&mut entries, 0, 3, &ids, &signatures, packing);
        let (mut buckets, mut families) = (BTreeSet::new(), BTreeSet::new());
        let positions = |entries: &[u64]| -> Vec<u32> {
            entries.iter().map(|&e| packing.position(e)).collect()
        };
        for_each_bucket(&entries[0], packing, &mut Grouping::default(), |bucket| {
            assert!(packing.tells_families(bucket.len()));
            let mut all = positions(bucket);
            all.sort_unstable();
            buckets.insert(all);
            families.extend(
                bucket
                    .chunk_by(|&a, &b| packing.family(a) == packing.family(b))
                    .map(positions),
            );
        });
        let classes = |length: usize| -> BTreeSet<Vec<u32>> {
            let mut classes: HashMap<&[u32], Vec<u32>> = HashMap::new();
            for &id in &ids {
                let key = &signatures.row(id)[..length];
                classes.entry(key).or_default().push(id);
            }
            classes.into_values().collect()
        };
        assert_eq!(buckets, classes(1));
        assert_eq!(families, classes(3));
    }

    #[test]
    fn many_positions_leave_families_few_bits() {
        assert!(Packing::by_first_value(1 << 17).tells_families(1 << 11));
        assert!(!Packing::by_first_value(1 << 17).tells_families(1 << 12));
        assert!(!Packing::by_first_value(1 << 31).tells_families(2));
    }

    proptest::proptest! {
        #[test]
        fn bands_of_two_rows_never_collide(a in proptest::array::uniform2(0u32..), b in proptest::array::uniform2(0u32..)) {
            proptest::prop_assert_eq!(hash_band(&a) == hash_band(&b), a == b);
        }

        #[test]
        fn the_order_of_rows_matters(values in proptest::collection::vec(0u32.., 2..9)) {
            let mut turned = values.clone();
            turned.rotate_left(1);
            proptest::prop_assert_eq!(hash_band(&values) == hash_band(&turned), values == turned);
        }
    }
}
