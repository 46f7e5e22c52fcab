//! Single values of signatures: an index of sampled shingles.
//!
//! A value that two articles share at the same place is the hash of a shingle that both have, and that is the least of
//! theirs there: each place samples one shingle in so many, the same ones in every article. A shingle that few articles
//! have is seldom shared by strangers, so where at most [`RARE`] articles share a value, every pair of them is looked at.
//! A value that more of them share is a common phrase or a story printed many times: there each article is
//! looked at beside [`REPRESENTATIVES`] of them, which for a much-printed story are copies of it as a rule, and others at every
//! place. The work is linear in both cases.

use crate::fingerprint::equal_and_lesser;
use std::ops::RangeInclusive;

/// The Jaccard similarity of an article and its copy cut to a tenth of its length.
///
/// Bands hardly ever bring such a pair together; single values do.
pub const SHORT_CUT_SIMILARITY: f64 = 0.1;

/// Up to so many articles may share a value for all their pairs to be looked at.
pub const RARE: usize = 16;

/// Of the articles that share a common value, so many are looked at beside all others.
pub const REPRESENTATIVES: usize = 4;

/// The probability, 0 to 1, that a pair of this Jaccard similarity shares one of `slots` values: `1 - (1 - s)^slots`.
///
/// Where the shared shingles are rare the pair then becomes a candidate; where only a part of them is, `similarity` counts
/// for that part.
///
/// ```
/// use wirecopy::lsh::probability_by_single_values;
/// assert!(probability_by_single_values(0.05, 128) > 0.998);
/// ```
pub fn probability_by_single_values(similarity: f64, slots: usize) -> f64 {
    1.0 - (1.0 - similarity).powf(slots as f64)
}

/// Some of the articles that share a common value, spread over the corpus, others at every slot.
pub(super) fn representatives(positions: &[u32], slot: usize) -> [u32; REPRESENTATIVES] {
    let step = positions.len() / REPRESENTATIVES;
    std::array::from_fn(|at| positions[at * step + slot % step])
}

/// Those of `articles` whose next value another of them shares, as copies of one story do. Strangers that a
/// common phrase brings together do not, and leave nothing.
pub(super) fn alike(
    articles: [u32; REPRESENTATIVES],
    next: impl Fn(u32) -> u32,
) -> impl Iterator<Item = u32> {
    let values = articles.map(next);
    articles
        .into_iter()
        .zip(values)
        .filter(move |&(_, value)| values.iter().filter(|&&other| other == value).count() > 1)
        .map(|(article, _)| article)
}

/// Which pairs are accepted although their Jaccard similarity is low: those of which one contains the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Containment {
    /// The least share, above 0 and at most 1, of the shingles of the shorter article that must be in the longer one.
    pub least: f64,
    /// The least number of shingles of the shorter article.
    pub min_shingles: u32,
    /// The Jaccard similarity from which on bands find a pair for sure.
    pub found_by_bands: f64,
}

/// Bounds of the number of distinct shingles of an article, as logarithms: 1024 steps for a factor of two.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Size {
    least: u16,
    most: u16,
}

/// Steps of the logarithm in a factor of two.
const STEPS: f64 = 1024.0;

impl Size {
    pub(super) fn new(shingles: RangeInclusive<u32>) -> Self {
        Self {
            least: Self::of(f64::from(*shingles.start())),
            // One more for what was rounded down.
            most: Self::of(f64::from(*shingles.end())) + 1,
        }
    }

    fn of(shingles: f64) -> u16 {
        (shingles.max(1.0).log2() * STEPS) as u16
    }

    /// What values mean nothing below.
    ///
    /// A place of the signature into which no shingle fell has the least of as many values as the article has shingles:
    /// that is below this with a probability of 1 - e^-8. Values of other places seldom are.
    #[inline]
    fn floor(self) -> u32 {
        // 2^32 * 8 / shingles; in whole powers of two and linearly between them, which is no more than 9 % off.
        let (whole, rest) = (u32::from(self.least) >> 10, u64::from(self.least) & 1023);
        let floor = ((1u64 << 35) * 1024 / (1024 + rest)) >> whole;
        floor.min(u64::from(u32::MAX)) as u32
    }
}

/// Tells the pairs of unlike size that may be a copy and the article that contains it.
#[derive(Debug)]
pub(super) struct Unlike {
    sizes: Vec<Size>,
    /// The difference in size, as a logarithm, from which on bands do not find a contained article for sure.
    difference: u16,
    min_size: u16,
    least_agreeing: u32,
    /// Of so many places that tell whether an article is contained: how many must say yes.
    needed: Needed,
    /// The same at a first look at [`NEAR`] places.
    needed_near: Needed,
}

/// Values around the one that two articles share that are compared first: two lines of cache, which most strangers do
/// not outlast.
const NEAR: usize = 32;

/// The chance, at most, that the values around a shared one speak against a pair whose containment is just enough. It
/// loses the pair at this place alone.
const NEAR_LOSS: f64 = 0.01;

/// The chance, at most, that the whole signatures do.
pub(super) const LOSS: f64 = 1e-3;

impl Unlike {
    /// For members of these sizes, by position, with signatures of `slots` values.
    pub(super) fn new(containment: Containment, sizes: Vec<Size>, slots: usize) -> Self {
        // An article of which the share c is contained in one r times its length has the similarity c / (1 + r - c).
        let Containment {
            least,
            found_by_bands,
            ..
        } = containment;
        let ratio = (least / found_by_bands - 1.0 + least).max(1.0);
        Self {
            sizes,
            difference: Size::of(ratio),
            min_size: Size::of(f64::from(containment.min_shingles)),
            least_agreeing: Needed::new(SHORT_CUT_SIMILARITY, slots, LOSS).of(slots),
            needed: Needed::new(least, slots, LOSS),
            needed_near: Needed::new(least, slots.min(NEAR), NEAR_LOSS),
        }
    }

    #[inline]
    pub(super) fn size(&self, position: u32) -> Size {
        self.sizes[position as usize]
    }

    /// Whether two articles of these sizes may be a pair of which one may contain the other.
    #[inline]
    pub(super) fn any_may_contain(&self, sizes: &[Size]) -> bool {
        let (smallest, largest) = sizes
            .iter()
            .fold((u16::MAX, 0), |(smallest, largest), size| {
                (size.least.min(smallest), size.most.max(largest))
            });
        largest.saturating_sub(smallest) >= self.difference
    }

    /// Values that two articles must share: a copy cut as far as [`SHORT_CUT_SIMILARITY`] has fewer with a probability of
    /// [`LOSS`] at most.
    #[inline]
    pub(super) fn least_agreeing(&self) -> u32 {
        self.least_agreeing
    }

    /// Whether one of two articles of these sizes may contain the other and yet be too unlike it for bands.
    #[inline]
    pub(super) fn may_contain(&self, a: Size, b: Size) -> bool {
        let smaller = a.least.min(b.least);
        let larger = a.most.max(b.most);
        // Of the two the smaller bound below and the greater bound above may be of the same article, whose size is not known well.
        larger - smaller >= self.difference && a.most.min(b.most) >= self.min_size
    }

    /// Two positions in one number, that of the shorter article in the upper half.
    #[inline]
    pub(super) fn in_order(a: u32, size_a: Size, b: u32, size_b: Size) -> u64 {
        let turn = size_a.most > size_b.most;
        let (shorter, longer) = if turn { (b, a) } else { (a, b) };
        u64::from(shorter) << 32 | u64::from(longer)
    }

    /// Whether the signatures of two articles (position, values) allow that one is contained in the other.
    pub(super) fn is_contained(&self, a: (u32, &[u32]), b: (u32, &[u32])) -> bool {
        let allow = |shorter: (Size, &[u32]), longer: (Size, &[u32])| {
            let (equal, told) = places(shorter.0, shorter.1, longer.1);
            self.needed.allow(equal, told)
        };
        either_way((self.size(a.0), a.1), (self.size(b.0), b.1), allow)
    }

    /// Whether the values around `slot`, which the two share, allow it.
    #[inline]
    pub(super) fn is_contained_nearby(
        &self,
        a: (u32, &[u32]),
        b: (u32, &[u32]),
        slot: usize,
    ) -> bool {
        let first = slot / NEAR * NEAR;
        let near = |values| -> &[u32] {
            let values: &[u32] = values;
            &values[first..values.len().min(first + NEAR)]
        };
        let allow = |shorter: (Size, &[u32]), longer: (Size, &[u32])| {
            let (equal, told) = places(shorter.0, shorter.1, longer.1);
            // The shared value is why they are looked at, and no evidence.
            let value = shorter.1[slot - first];
            let given = u32::from(value >= shorter.0.floor() && value == longer.1[slot - first]);
            self.needed_near.allow(equal - given, told - given)
        };
        either_way(
            (self.size(a.0), near(a.1)),
            (self.size(b.0), near(b.1)),
            allow,
        )
    }
}

/// Whether the shorter of two articles is contained in the longer, or, where their sizes are not known so well as to say
/// which is which, one of them in the other.
#[inline]
fn either_way(
    a: (Size, &[u32]),
    b: (Size, &[u32]),
    contained: impl Fn((Size, &[u32]), (Size, &[u32])) -> bool,
) -> bool {
    let (shorter, longer) = if a.0.most <= b.0.most { (a, b) } else { (b, a) };
    contained(shorter, longer) || (longer.0.least <= shorter.0.most && contained(longer, shorter))
}

/// The places that tell whether an article of size `size` is contained in another, as (those that say yes, all).
#[inline]
fn places(size: Size, shorter: &[u32], longer: &[u32]) -> (u32, u32) {
    let (equal, lesser) = equal_and_lesser(shorter, longer, size.floor());
    (equal, equal + lesser)
}

/// How many of so many trials must be hits.
#[derive(Debug)]
struct Needed(Vec<u16>);

impl Needed {
    /// For 0 to `most` trials: the largest number of which a trial that hits with probability `least` falls short
    /// with a probability of `loss` at most.
    fn new(least: f64, most: usize, loss: f64) -> Self {
        // The probability of each number of hits, trial by trial.
        let mut chances = vec![0.0; most + 1];
        chances[0] = 1.0;
        let needed = (0..=most).map(|trials| {
            if trials > 0 {
                for hits in (1..=trials).rev() {
                    chances[hits] = chances[hits] * (1.0 - least) + chances[hits - 1] * least;
                }
                chances[0] *= 1.0 - least;
            }
            let mut below = 0.0;
            let enough = |&hits: &usize| {
                below += chances[hits];
                below > loss
            };
            (0..trials).find(enough).unwrap_or(trials) as u16
        });
        Self(needed.collect())
    }

    fn of(&self, trials: usize) -> u32 {
        u32::from(self.0[trials])
    }

    #[inline]
    fn allow(&self, hits: u32, trials: u32) -> bool {
        hits >= self.of(trials as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn representatives_are_different_ones() {
        for len in [RARE as u32 + 1, 64, 1_001] {
            let positions: Vec<u32> = (0..len).map(|at| at * 3).collect();
            let mut all = std::collections::BTreeSet::new();
            for slot in 0..128 {
                let chosen = representatives(&positions, slot);
                assert!(chosen.is_sorted_by(|a, b| a < b), "{chosen:?}");
                all.extend(chosen);
            }
            assert!(all.len() >= (len as usize / REPRESENTATIVES).min(128) * REPRESENTATIVES);
            assert!(all.iter().all(|position| positions.contains(position)));
        }
    }
}
