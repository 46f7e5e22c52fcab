//! How much of a signature is kept, and what its agreement with another says.
//!
//! Of some values the highest 24 bits are kept, and they are called whole here: they bring articles together, and their order
//! tells what is contained in what. Different ones seldom have these bits in common: in one case of some seven million where an
//! article of 500 words has 128 values. Of the others
//! only the lowest [`BITS`] bits are kept (b-bit minwise hashing: Li and König, *b-Bit Minwise Hashing*, WWW 2010), and two of
//! them agree by chance in one case of 32.
//!
//! The *score* of two signatures is the number of values that agree. At
//! Jaccard similarity J it is distributed like `Binomial(whole, J) + Binomial(low, J + (1 - J) / 32)`, whose tails
//! [`Layout::least_score`] sums up exactly. How many bits are worth their room: to tell J = .11 from J = .03 a bit of
//! seven says most, one of six nearly as much, one of two a third of that; at greater similarities fewer would do. Five take 60 bytes for the 96
//! values that are not kept whole of the usual 128: no more than a line of the cache.
//!
//! Packed, four whole values share three words: with `q` a quarter of their number, word `i` of the first `3 q` holds
//! value `i` in its lower 24 bits, and the upper bytes of the words `i`, `q + i` and `2 q + i` hold value `3 q + i`, the lowest byte first. Of each 32 other
//! values one word holds the lowest bits, the next the second lowest bits, and so on.

use super::kernels::Kernel;

/// Bits that are kept of a value that is not kept whole.
pub(super) const BITS: usize = 5;

/// Bits that are left out of a whole value.
pub(super) const LEFT_OUT: u32 = 8;

/// How many values of a signature are kept whole, and of how many others the lowest bits.
///
/// Of a whole value these are its highest 24 bits, of another one its lowest 5 (b-bit minwise hashing: Li and König, *b-Bit Minwise Hashing*,
/// WWW 2010), by which two that differ agree in one case of 32.
///
/// ```
/// use wirecopy::fingerprint::Layout;
/// let layout = Layout::new(128, 32);
/// assert_eq!(layout.bytes(), 156);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    whole: usize,
    low: usize,
}

impl Layout {
    /// Of `values` values the first `whole` are kept whole (all, if there are no more than that).
    pub fn new(values: usize, whole: usize) -> Self {
        let whole = whole.min(values);
        Self {
            whole,
            low: values - whole,
        }
    }

    /// Values of a signature.
    pub fn values(self) -> usize {
        self.whole + self.low
    }

    /// Values that are kept whole.
    pub fn whole(self) -> usize {
        self.whole
    }

    /// Words of a packed signature: those of the [whole values](Self::whole_words), then those of the others.
    pub fn words(self) -> usize {
        self.whole_words() + self.low.div_ceil(32) * BITS
    }

    /// Words of a packed signature that hold its whole values.
    pub fn whole_words(self) -> usize {
        3 * self.quarter()
    }

    /// A quarter of the whole values, rounded up.
    fn quarter(self) -> usize {
        self.whole.div_ceil(4)
    }

    /// Bytes of a packed signature.
    pub fn bytes(self) -> usize {
        self.words() * size_of::<u32>()
    }

    /// Packs a signature.
    ///
    /// # Panics
    /// If `values` or `packed` is not as long as it should be.
    pub fn pack(self, values: &[u32], packed: &mut [u32]) {
        assert_eq!(values.len(), self.values(), "all values of a signature");
        assert_eq!(packed.len(), self.words(), "room for a packed signature");
        Kernel::best().pack(values, self.whole, packed);
    }

    /// The highest 24 bits of value `at`, one of the whole ones.
    ///
    /// # Panics
    /// If there are no such bits in `packed`.
    #[inline]
    pub fn value(self, packed: &[u32], at: usize) -> u32 {
        let quarter = self.quarter();
        if at < 3 * quarter {
            return packed[at] & (u32::MAX >> LEFT_OUT);
        }
        let byte = |part: usize| packed[at - 3 * quarter + part * quarter] >> 24;
        byte(0) | byte(1) << 8 | byte(2) << 16
    }

    /// The score of two packed signatures, by a kernel: how many of their values agree. Both have as many [words](Self::words) as this layout says.
    ///
    /// ```
    /// use wirecopy::fingerprint::{Kernel, Layout};
    ///
    /// let layout = Layout::new(128, 32);
    /// let packed = |values: &[u32]| {
    ///     let mut packed = vec![0; layout.words()];
    ///     layout.pack(values, &mut packed);
    ///     packed
    /// };
    /// let a: Vec<u32> = (0..128).collect();
    /// let mut b = a.clone();
    /// b[100..].iter_mut().for_each(|value| *value ^= 1);
    /// assert_eq!(layout.score(Kernel::best(), &packed(&a), &packed(&b)), 100);
    /// // Values that differ in a bit that is not kept count as equal.
    /// b[100..].iter_mut().for_each(|value| *value ^= 1 | 1 << 5);
    /// assert_eq!(layout.score(Kernel::best(), &packed(&a), &packed(&b)), layout.full_score());
    /// ```
    #[inline]
    pub fn score(self, kernel: Kernel, a: &[u32], b: &[u32]) -> u32 {
        let (whole_a, low_a) = a.split_at(self.whole_words());
        let (whole_b, low_b) = b.split_at(self.whole_words());
        self.whole_score(kernel, whole_a, whole_b) + self.low_score(kernel, low_a, low_b)
    }

    /// The part of the score that the whole values make, from the words that hold them.
    #[inline]
    pub fn whole_score(self, kernel: Kernel, a: &[u32], b: &[u32]) -> u32 {
        let not_used = 4 * self.quarter() - self.whole;
        kernel.whole_agreement(a, b) - not_used as u32
    }

    /// The part of the score that the other values make, from the words that hold them.
    #[inline]
    pub fn low_score(self, kernel: Kernel, a: &[u32], b: &[u32]) -> u32 {
        let not_used = self.low.next_multiple_of(32) - self.low;
        kernel.low_agreement(a, b) - not_used as u32
    }

    /// The layout of the values alone that are not kept whole.
    pub fn low_part(self) -> Self {
        Self { whole: 0, ..self }
    }

    /// The score of a signature and itself, the greatest there is.
    pub fn full_score(self) -> u32 {
        self.values() as u32
    }

    /// The numbers of whole values at which that of `a` is at least `floor` and equals that of `b`, and at which
    /// it is at least `floor` and less than that of `b`.
    ///
    /// Where one or the other holds, the value belongs to a shingle drawn at random from the set of `a`, and they are equal if
    /// `b` has it, too: so the first number by the sum of both estimates the share of `a` that is in `b`, its containment,
    /// whatever the size of `b`. The floor leaves out positions into which no shingle of `a` fell: those have the least of as
    /// many values as the set has elements, and are below `x` / elements * 2^24 with a probability of 1 - e^-`x`.
    #[inline]
    pub fn equal_and_lesser(self, kernel: Kernel, a: &[u32], b: &[u32], floor: u32) -> (u32, u32) {
        // Places that are not used hold 0.
        kernel.equal_and_lesser(a, b, self.whole, floor.max(1))
    }

    /// The mean and the standard deviation of the score at a Jaccard similarity, 0 to 1.
    pub fn expected_score(self, similarity: f64) -> (f64, f64) {
        let (whole, low, by_bits) = (
            self.whole as f64,
            self.low as f64,
            agree_by_bits(similarity),
        );
        let variance = whole * similarity * (1.0 - similarity) + low * by_bits * (1.0 - by_bits);
        (whole * similarity + low * by_bits, variance.sqrt())
    }

    /// The largest score below which a pair at Jaccard similarity `similarity` (0 to 1) is dropped with a probability of at most `loss` (0 to 1),
    /// if a pair of whose whole values `m` agree is met, and so can be dropped, with the probability `met(m)`; among pairs that are met, if these are few.
    ///
    /// Positions of a signature that agree do so a little less spread than independent ones would, so that this errs on the safe side.
    pub fn least_score(self, similarity: f64, loss: f64, met: impl Fn(usize) -> f64) -> u32 {
        if similarity >= 1.0 {
            return self.full_score();
        }
        let mut whole = binomial(self.whole, similarity);
        for (agreeing, chance) in whole.iter_mut().enumerate() {
            *chance *= met(agreeing);
        }
        // Where hardly any pair is met, all of those that are could be dropped: the loss is counted among them.
        let are_met: f64 = whole.iter().sum();
        if are_met == 0.0 {
            return 0;
        }
        let loss = match are_met < 2.0 * loss {
            true => loss * are_met,
            false => loss,
        };
        let mut low_at_most = binomial(self.low, agree_by_bits(similarity));
        let mut sum = 0.0;
        for chance in &mut low_at_most {
            sum += *chance;
            *chance = sum;
        }
        let below = |score: u32| -> f64 {
            // Of `low_at_most` the chance that so few bits agree that the whole falls below `score`.
            let chances = whole.iter().zip((0..score).rev());
            chances
                .map(|(chance, left)| chance * low_at_most[(left as usize).min(self.low)])
                .sum()
        };
        let (mut enough, mut too_much) = (0, self.full_score() + 1);
        while enough + 1 < too_much {
            let score = u32::midpoint(enough, too_much);
            if below(score) <= loss {
                enough = score;
            } else {
                too_much = score;
            }
        }
        enough
    }
}

/// The chance that the low bits of two values agree: for the same reason as the whole ones, or by chance.
fn agree_by_bits(similarity: f64) -> f64 {
    similarity + (1.0 - similarity) / f64::from(1 << BITS)
}

/// The probabilities of 0 to `trials` hits, each trial with probability `hit` (below 1).
pub(crate) fn binomial(trials: usize, hit: f64) -> Vec<f64> {
    // By recurrence, in logarithms so that none underflows to a wrong start.
    let odds = (hit / (1.0 - hit)).ln();
    let mut log_probability = trials as f64 * (1.0 - hit).ln();
    (0..=trials)
        .map(|hits| {
            let probability = log_probability.exp();
            log_probability += ((trials - hits) as f64 / (hits + 1) as f64).ln() + odds;
            probability
        })
        .collect()
}

/// [`Layout::least_score`] for every similarity, looked up.
///
/// ```
/// use wirecopy::fingerprint::{Layout, LeastScores};
/// let layout = Layout::new(128, 32);
/// // One pair in ten thousand may be lost at any similarity, and all pairs are met.
/// let least = LeastScores::new(layout, |_| 0.0001, |_| 1.0);
/// let (mean, deviation) = layout.expected_score(0.7);
/// let below = (mean - f64::from(least.at(0.7))) / deviation;
/// assert!((3.0..4.5).contains(&below));
/// assert!(least.at(0.3) < least.at(0.7));
/// ```
#[derive(Debug, Clone)]
pub struct LeastScores(Vec<u32>);

impl LeastScores {
    const STEPS: usize = 512;

    /// For signatures of this layout, the loss at each similarity, and pairs that are met as `met` says.
    pub fn new(layout: Layout, loss: impl Fn(f64) -> f64, met: impl Fn(usize) -> f64) -> Self {
        let met: Vec<f64> = (0..=layout.whole()).map(met).collect();
        let similarity = |step: usize| step as f64 / Self::STEPS as f64;
        Self(
            (0..=Self::STEPS)
                .map(similarity)
                .map(|similarity| {
                    layout.least_score(similarity, loss(similarity), |agreeing| met[agreeing])
                })
                .collect(),
        )
    }

    /// The score that a pair that is met seldom falls below at this Jaccard similarity (0 to 1), rounded down to 1/512.
    ///
    /// # Panics
    /// If the similarity is above 1.
    #[inline]
    pub fn at(&self, similarity: f64) -> u32 {
        self.0[(similarity * Self::STEPS as f64) as usize]
    }

    /// The least score that pairs of at least this Jaccard similarity (0 to 1) are asked for: below that [at](Self::at) this one where
    /// more alike ones are granted a smaller loss.
    pub(crate) fn at_or_above(&self, similarity: f64) -> u32 {
        let from = (similarity * Self::STEPS as f64) as usize;
        self.0[from..]
            .iter()
            .fold(u32::MAX, |least, &score| least.min(score))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bytes_of_an_article() {
        assert_eq!(Layout::new(128, 32).bytes(), 156);
        assert_eq!(Layout::new(128, 128).bytes(), 384);
        assert_eq!(Layout::new(8, 32).bytes(), 24);
        assert_eq!(Layout::new(33, 32).words(), 24 + BITS);
        assert_eq!(Layout::new(65, 32).words(), 24 + 2 * BITS);
    }

    #[test]
    fn the_least_score_of_whole_values_is_the_binomial_quantile() {
        let least = |values, similarity, loss| {
            Layout::new(values, values).least_score(similarity, loss, |_| 1.0)
        };
        assert_eq!(least(128, 0.0, 1e-4), 0);
        let met = |agreeing| f64::from(agreeing > 1);
        for similarity in [0.0, 0.001, 0.01] {
            let least = Layout::new(128, 32).least_score(similarity, 0.01, met);
            assert!(least < 8, "{similarity}: {least}");
        }
        assert_eq!(least(128, 1.0, 1e-4), 128);
        // Exact sums of binomial probabilities for 10 values at 1/2: P(0) = .00098 > 1e-4.
        assert_eq!(least(10, 0.5, 1e-4), 0);
        // 20 values at 1/2: P(0..=1) = 2.0e-5, P(0..=2) = 2.0e-4.
        assert_eq!(least(20, 0.5, 1e-4), 2);
        let at_threshold = least(128, 0.7, 1e-4);
        assert!((68..=72).contains(&at_threshold), "{at_threshold}");
    }

    #[test]
    fn the_least_score_is_that_of_the_convolution() {
        for (values, whole) in [(128, 32), (40, 8), (16, 0), (20, 19), (1, 1)] {
            let layout = Layout::new(values, whole);
            for similarity in [0.0, 0.05, 0.33, 0.7, 0.99] {
                // Every pair of counts, one by one.
                let mut whole = binomial(layout.whole, similarity);
                let low = binomial(layout.low, agree_by_bits(similarity));
                // Pairs that share much are met more often.
                let given = |agreeing: usize| 1.0 - 0.7f64.powi(agreeing as i32 + 1);
                let met = (whole.iter_mut().enumerate()).map(|(agreeing, chance)| {
                    *chance *= given(agreeing);
                    *chance
                });
                let met: f64 = met.sum();
                let mut chances = vec![0.0; layout.full_score() as usize + 1];
                for (equal, chance) in whole.iter().enumerate() {
                    for (bits, other) in low.iter().enumerate() {
                        chances[equal + bits] += chance * other;
                    }
                }
                assert!((chances.iter().sum::<f64>() - met).abs() < 1e-9);
                for loss in [1e-2, 1e-4] {
                    let least = layout.least_score(similarity, loss, given) as usize;
                    let below = |score: usize| chances[..score].iter().sum::<f64>();
                    assert!(
                        below(least) <= loss * (1.0 + 1e-9),
                        "{layout:?} {similarity} {loss}"
                    );
                    assert!(
                        least == chances.len() - 1 || below(least + 1) > loss * (1.0 - 1e-9),
                        "{layout:?} {similarity} {loss}: {least} could be more"
                    );
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_packed_signature_says_what_the_values_do(
            values in proptest::collection::vec((0u32..9, 0u32..9), 1..300), whole in 0usize..300, floor in 0u32..9, high in any::<bool>(),
        ) {
            let layout = Layout::new(values.len(), whole);
            let whole = layout.whole();
            // Values that differ in the highest bits or in the lowest, on both sides of 2^31.
            let shift = if high { 29 } else { 0 };
            let values = |which: fn(&(u32, u32)) -> u32| -> Vec<u32> {
                let shifted = values.iter().map(which).enumerate().map(|(at, value)| match at < whole {
                    true => (value << (8 + if high { 20 } else { 0 })) | (at as u32 % 9),
                    false => value << shift.min(3) | value,
                });
                shifted.collect()
            };
            let (a, b) = (values(|pair| pair.0), values(|pair| pair.1));
            let kept = |at: usize, value: u32| if at < whole { value >> 8 } else { value % (1 << BITS) };
            let agree = (0..a.len()).filter(|&at| kept(at, a[at]) == kept(at, b[at])).count();
            let floor = (floor << if high { 20 } else { 0 }).max(1);
            let told = || a[..whole].iter().zip(&b[..whole]).map(|(a, b)| (a >> 8, b >> 8)).filter(|&(a, _)| a >= floor);
            let equal = told().filter(|(a, b)| a == b).count() as u32;
            let lesser = told().filter(|(a, b)| a < b).count() as u32;
            let mut all = Vec::new();
            for kernel in Kernel::available() {
                let pack = |values: &[u32]| {
                    // What was there before does not matter.
                    let mut packed = vec![u32::MAX; layout.words()];
                    kernel.pack(values, whole, &mut packed);
                    packed
                };
                let (packed_a, packed_b) = (pack(&a), pack(&b));
                for (at, value) in a[..whole].iter().enumerate() {
                    prop_assert_eq!(layout.value(&packed_a, at), value >> 8);
                }
                prop_assert_eq!(layout.score(kernel, &packed_a, &packed_b), agree as u32, "{}", kernel.name());
                prop_assert_eq!(layout.score(kernel, &packed_a, &packed_a), layout.full_score());
                let order = layout.equal_and_lesser(kernel, &packed_a, &packed_b, floor);
                prop_assert_eq!(order, (equal, lesser), "{}", kernel.name());
                all.push(packed_a);
            }
            prop_assert!(all.iter().all(|packed| *packed == all[0]));
        }

        #[test]
        fn more_similarity_asks_for_more(values in 1usize..200, whole in 0usize..200, a in 0.0f64..=1.0, b in 0.0f64..=1.0) {
            let layout = Layout::new(values, whole);
            let (a, b) = (a.min(b), a.max(b));
            let scores = LeastScores::new(layout, |_| 1e-3, |_| 1.0);
            prop_assert!(scores.at(a) <= scores.at(b));
            prop_assert_eq!(scores.at_or_above(a), scores.at(a));
            // A smaller loss for those more alike.
            let scores = LeastScores::new(layout, |similarity| if similarity < 0.5 { 1e-1 } else { 1e-6 }, |_| 1.0);
            prop_assert!(scores.at_or_above(a) <= scores.at(a).min(scores.at(b)));
        }
    }

    /// Sets of a known similarity: how often their score falls below the least is what it should be, and their mean score the one
    /// that is expected.
    #[test]
    fn scores_of_real_signatures_are_distributed_as_they_should_be() {
        use crate::fingerprint::Permutations;
        const PAIRS: usize = 4_000;
        let layout = Layout::new(128, 32);
        let kernel = Kernel::best();
        let mut state = 7u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state ^ state >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        };
        for (size, shared) in [(300, 100), (300, 200), (40, 20), (520, 52)] {
            let similarity = f64::from(shared) / f64::from(2 * size - shared);
            let least = layout.least_score(similarity, 0.02, |_| 1.0);
            let (mut below, mut sum) = (0, 0.0);
            for seed in 0..PAIRS {
                let permutations = Permutations::new(128, seed as u64).expect("in range");
                let all: Vec<u64> = (0..2 * size - shared).map(|_| next()).collect();
                let packed = |set: &[u64]| {
                    let (mut values, mut packed) = ([0; 128], vec![0; layout.words()]);
                    permutations.signature(set, &mut values);
                    layout.pack(&values, &mut packed);
                    packed
                };
                let (size, shared) = (size as usize, shared as usize);
                let (a, b) = (packed(&all[..size]), packed(&all[size - shared..]));
                let score = layout.score(kernel, &a, &b);
                below += usize::from(score < least);
                sum += f64::from(score);
            }
            // 80 are allowed; 120 would be more than four standard deviations above that.
            assert!(below < 120, "{size} {shared}: {below} of {PAIRS} below");
            let (mean, spread) = layout.expected_score(similarity);
            let bias = (sum / PAIRS as f64 - mean) / (spread / (PAIRS as f64).sqrt());
            assert!(
                bias.abs() < 4.0,
                "{size} {shared}: a bias of {bias} standard errors"
            );
        }
    }
}
