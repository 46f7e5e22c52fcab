//! Entries: an article and what it has in common with others of a slot, in one `u64`.
//!
//! The first bits of a hash of what the articles of a bucket have in common number a part. The high bits of an entry are those of the hash that
//! follow, the low bits the article.
//!
//! Where articles meet by single values ([`Packing::neighbours`]) the bits between hash and article hold a few bits of each of the
//! values that follow, so that of two articles in a bucket it shows whether one of those agrees, too.

use super::Neighbours;
use super::dates::Period;
use crate::splitmix::mix;

/// Entries that a part holds on average: small enough to be worked on within the first-level cache.
pub(super) const PART: usize = 512;
/// More parts than this cost more in scattered writes than they save in sorting.
const MAX_PARTS: usize = 1 << 14;
/// Bits of a value that follows: more would seldom tell more.
const MOST_NEAR_BITS: u32 = 12;

/// How an entry is divided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packing {
    article_bits: u32,
    /// The bits of a hash that number its part.
    part_bits: u32,
    /// The bits of an entry that articles of one bucket have in common.
    bucket_mask: u64,
    reach: usize,
    /// Bits of each value that follows.
    pub(super) near_bits: u32,
    /// The lowest and the highest bit of each value that follows.
    near_ends: (u64, u64),
}

impl Packing {
    /// Buckets of articles whose bands are equal.
    pub(super) fn bands(articles: usize) -> Self {
        let article_bits = usize::BITS - articles.saturating_sub(1).leading_zeros();
        let parts = (articles / PART).next_power_of_two().min(MAX_PARTS);
        Self {
            article_bits,
            part_bits: parts.trailing_zeros(),
            bucket_mask: !0 << article_bits,
            reach: 0,
            near_bits: 0,
            near_ends: (0, 0),
        }
    }

    /// Buckets of articles that have a value in common.
    pub(super) fn neighbours(articles: usize, neighbours: Neighbours) -> Self {
        /// Hashes of so many bits more than it takes to number all articles seldom bring together two with different values.
        const SPARE: u32 = 4;
        let bands = Self::bands(articles);
        let (bits, reach) = (bands.article_bits, neighbours.reach());
        if reach == 0 {
            return bands;
        }
        let hash_bits = bits + SPARE - bands.part_bits;
        let near_bits = u64::BITS.saturating_sub(bits + hash_bits) / reach as u32;
        let near_bits = near_bits.clamp(1, MOST_NEAR_BITS);
        let ends = (0..reach as u32).fold((0, 0), |(low, high), at| {
            let low_end = 1 << (bits + at * near_bits);
            (low | low_end, high | low_end << (near_bits - 1))
        });
        let bucket_mask: u64 = !0 << (bits + reach as u32 * near_bits);
        // A period takes the place of the hash, which the bounds above leave longer than that, however few or many articles there are.
        assert!(bucket_mask.count_ones() >= Period::BITS);
        Self {
            bucket_mask,
            reach,
            near_bits,
            near_ends: ends,
            ..bands
        }
    }

    pub(super) fn parts(self) -> usize {
        1 << self.part_bits
    }

    /// The part that a hash belongs to.
    #[inline]
    fn part(self, hash: u64) -> usize {
        hash.rotate_left(self.part_bits) as usize & (self.parts() - 1)
    }

    /// The part of an article whose band holds `values`.
    #[inline]
    pub(super) fn part_of_band(self, values: impl Iterator<Item = u32>) -> usize {
        self.part(hash_band(values))
    }

    /// The part of an article by `value`.
    #[inline]
    pub(super) fn part_of_value(self, value: u32) -> usize {
        self.part(hash_value(value))
    }

    /// The part that a hash belongs to, and an entry with the hash and other bits.
    #[inline]
    fn entry(self, hash: u64, others: u64) -> InPart {
        InPart {
            part: self.part(hash),
            entry: ((hash << self.part_bits) & self.bucket_mask) | others,
        }
    }

    /// The entry of an article whose band holds `values`.
    #[inline]
    pub(super) fn entry_of_band(self, values: impl Iterator<Item = u32>, article: u32) -> InPart {
        self.entry(hash_band(values), u64::from(article))
    }

    /// The entry of an article by `value` and those that follow it.
    #[inline]
    pub(super) fn entry_of_value(
        self,
        value: u32,
        following: impl Iterator<Item = u32>,
        article: u32,
    ) -> InPart {
        let near = following.take(self.reach).fold(0, |near, value| {
            near << self.near_bits | u64::from(value & ((1 << self.near_bits) - 1))
        });
        let others = near << self.article_bits | u64::from(article);
        self.entry(hash_value(value), others)
    }

    /// Whether of two entries of a bucket a value that follows agrees. Now and then it only seems so.
    #[inline]
    pub(super) fn near(self, a: u64, b: u64) -> bool {
        if self.reach == 0 {
            return true;
        }
        // The usual test for a zero among the digits of a number: only a zero borrows into a highest bit that was not set.
        let (low, high) = self.near_ends;
        let differing = (a ^ b) & !self.bucket_mask & (!0 << self.article_bits);
        differing.wrapping_sub(low) & !differing & high != 0
    }

    /// The entries of a bucket, two or more at a time, that agree in all values that follow within reach. Now and then it only seems so.
    pub(super) fn families(self, bucket: &[u64]) -> impl Iterator<Item = &[u64]> {
        // They stand side by side, since a bucket is sorted.
        let agree = move |a: &u64, b: &u64| (a ^ b) >> self.article_bits == 0;
        bucket.chunk_by(agree).filter(|family| family.len() > 1)
    }

    /// The entry with a period in the place of the first bits of its hash.
    #[inline]
    pub(super) fn in_period(self, entry: u64, period: Period) -> u64 {
        u64::from(period.0) << (u64::BITS - Period::BITS) | entry & !self.bucket_mask
    }

    /// The period of such an entry.
    #[inline]
    pub(super) fn period(self, entry: u64) -> Period {
        Period((entry >> (u64::BITS - Period::BITS)) as u16)
    }

    /// The buckets of two or more among the sorted entries of a part, each with the place where it begins.
    pub(super) fn buckets(self, entries: &[u64]) -> impl Iterator<Item = (usize, &[u64])> {
        let mut end = 0;
        entries
            .chunk_by(move |&a, &b| self.bucket(a) == self.bucket(b))
            .map(move |bucket| {
                end += bucket.len();
                (end - bucket.len(), bucket)
            })
            .filter(|(_, bucket)| bucket.len() > 1)
    }

    fn bucket(self, entry: u64) -> u64 {
        entry & self.bucket_mask
    }

    #[inline]
    pub(super) fn article(self, entry: u64) -> u32 {
        (entry & !(!0 << self.article_bits)) as u32
    }
}

/// An entry, and the number of the part that it belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct InPart {
    pub(super) part: usize,
    pub(super) entry: u64,
}

/// A hash of the values of a band; for one or two rows no two bands share it.
#[inline]
fn hash_band(mut values: impl Iterator<Item = u32>) -> u64 {
    let mut hash = 0u64;
    while let Some(low) = values.next() {
        let high = values.next().unwrap_or(0);
        hash = mix(hash.rotate_left(29) ^ (u64::from(low) | u64::from(high) << 32));
    }
    hash
}

/// A hash of a value whose high bits depend on all of it (Fibonacci hashing: Knuth, *The Art of Computer Programming*, 6.4).
#[inline]
fn hash_value(value: u32) -> u64 {
    u64::from(value).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::super::groups::KINDS;
    use super::*;

    #[test]
    fn hashes_have_bits_enough_whatever_the_number_of_articles() {
        let neighbours = Neighbours::for_similarity(0.3, 128);
        for bits in 0..=32 {
            let packing = Packing::neighbours(1usize << bits, neighbours);
            assert_eq!(packing.article_bits, bits);
            let kept = packing.bucket_mask.count_ones();
            assert!(1 << kept >= KINDS, "{bits}: {kept}");
            let hash = packing.part_bits + kept;
            assert!(hash >= bits + 4, "{bits}: {hash}");
        }
    }

    proptest::proptest! {
        #[test]
        fn bands_of_two_rows_never_collide(a in proptest::array::uniform2(0u32..), b in proptest::array::uniform2(0u32..)) {
            proptest::prop_assert_eq!(hash_band(a.into_iter()) == hash_band(b.into_iter()), a == b);
        }

        #[test]
        fn the_order_of_rows_matters(values in proptest::collection::vec(0u32.., 2..9)) {
            let mut turned = values.clone();
            turned.rotate_left(1);
            proptest::prop_assert_eq!(hash_band(values.iter().copied()) == hash_band(turned.iter().copied()), values == turned);
        }
    }
}
