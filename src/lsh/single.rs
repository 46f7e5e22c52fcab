//! Single values of signatures: an index of sampled shingles.
//!
//! A value that two articles share at the same place is the hash of a shingle that both have, and that is the least of
//! theirs there: each place samples one shingle in so many, the same ones in every article. A shingle that few articles
//! have is seldom shared by strangers, so where at most [`RARE`] articles share a value, every pair of them is looked at.
//! A value that more of them share is a common phrase or a story printed many times: there each article is
//! looked at beside [`REPRESENTATIVES`] of them, which for a much-printed story are copies of it as a rule, and others at every
//! place. The work is linear in both cases.

use std::ops::RangeInclusive;

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
}

/// Tells the pairs of unlike size that may be a copy and the article that contains it.
#[derive(Debug)]
pub(super) struct Unlike {
    sizes: Vec<Size>,
    /// The difference in size, as a logarithm, from which on bands do not find a contained article for sure.
    difference: u16,
    min_size: u16,
    least: f64,
}

impl Unlike {
    /// For members of these sizes, by position.
    pub(super) fn new(containment: Containment, sizes: Vec<Size>) -> Self {
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
            least,
        }
    }

    #[inline]
    pub(super) fn size(&self, position: u32) -> Size {
        self.sizes[position as usize]
    }

    /// Whether one of two articles of these sizes may contain the other and yet be too unlike it for bands.
    #[inline]
    pub(super) fn may_contain(&self, a: Size, b: Size) -> bool {
        let smaller = a.least.min(b.least);
        let larger = a.most.max(b.most);
        // Of the two the smaller bound below and the greater bound above may be of the same article, whose size is not known well.
        larger - smaller >= self.difference && a.most.min(b.most) >= self.min_size
    }

    /// Whether the signatures of two articles (position, values) allow that the shorter one is contained in the longer.
    ///
    /// Where the value of the shorter article S is the lesser of the two or both are equal, it belongs to a shingle drawn at
    /// random from S; they are equal if the longer article has that shingle, too. So of these places as large a
    /// share is equal as S is contained, whatever the length of the longer one. Too few by far (see [`LOSS`]), and
    /// S is not contained.
    pub(super) fn is_contained(&self, a: (u32, &[u32]), b: (u32, &[u32])) -> bool {
        let (size_a, size_b) = (self.size(a.0), self.size(b.0));
        let (shorter, longer, size) = if size_a.most <= size_b.most {
            (a.1, b.1, size_a)
        } else {
            (b.1, a.1, size_b)
        };
        // A place into which no shingle of S fell has a value of another kind, the least of as many as S has shingles: it is
        // below this with a probability of 1 - e^-8, and means nothing.
        let floor = 8.0 * 2f64.powi(32) / (f64::from(size.least) / STEPS).exp2();
        let floor = floor as u32;
        let (mut equal, mut lesser) = (0u32, 0u32);
        for (&s, &l) in shorter.iter().zip(longer) {
            equal += u32::from(s >= floor && s == l);
            lesser += u32::from(s >= floor && s < l);
        }
        allows(equal, equal + lesser, self.least)
    }
}

/// The chance, at most, that a pair is dropped whose containment is just enough.
const LOSS: f64 = 1e-4;

/// Whether `hits` of `trials` allow, but for a chance of [`LOSS`], that a hit has at least the probability `least`.
///
/// By the bound of Chernoff and Hoeffding: so few hits have at most the probability exp(-trials D), D the
/// divergence of the share of hits from `least`.
fn allows(hits: u32, trials: u32, least: f64) -> bool {
    let (hits, trials) = (f64::from(hits), f64::from(trials));
    if hits >= trials * least {
        return true;
    }
    let term = |part: f64, wanted: f64| {
        if part == 0.0 {
            0.0
        } else {
            part * (part / (trials * wanted)).ln()
        }
    };
    let exponent = term(hits, least) + term(trials - hits, 1.0 - least);
    exponent <= -LOSS.ln()
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
