//! How much of a signature is kept, and what its agreement with another says.
//!
//! Some values are kept whole: they bring articles together, and their order tells what is contained in what. Of the others
//! only the lowest [`BITS`] bits are kept (b-bit minwise hashing: Li and König, *b-Bit Minwise Hashing*, WWW 2010). Those of two
//! articles agree by chance in one case in four, so that one says less than a whole value; but a
//! whole one takes the place of sixteen.
//!
//! The *score* of two signatures is a fixed sum: [`WHOLE_WEIGHT`] for each whole value that agrees and 1 for each of the
//! others. By the log-likelihood ratio of a pair at J = .3 against one at J = .15 a whole value weighs 1.9 times as much. At
//! Jaccard similarity J the score is distributed like `2 Binomial(whole, J) + Binomial(low, J + (1 - J) / 4)`, whose tails
//! [`Layout::least_score`] sums up exactly.

use super::kernels::Kernel;

/// Bits that are kept of a value that is not kept whole.
pub const BITS: usize = 2;

/// What a whole value that agrees counts for in a score.
pub const WHOLE_WEIGHT: u32 = 2;

/// Values whose low bits share a word.
const A_WORD: usize = u32::BITS as usize / BITS;

/// How many values of a signature are kept whole, and of how many others the lowest bits.
///
/// ```
/// use wirecopy::fingerprint::Layout;
/// let layout = Layout::new(128, 32);
/// assert_eq!(layout.bytes(), 152);
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

    /// Words of a packed signature: one a whole value, behind them the bits of sixteen others in each.
    pub fn words(self) -> usize {
        self.whole + self.low.div_ceil(A_WORD)
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
        let (whole, low) = values.split_at(self.whole);
        let (packed_whole, packed_low) = packed.split_at_mut(self.whole);
        packed_whole.copy_from_slice(whole);
        for (word, values) in packed_low.iter_mut().zip(low.chunks(A_WORD)) {
            let bits = values.iter().enumerate();
            *word = bits.fold(0, |word, (at, value)| word | (value & 3) << (at * BITS));
        }
    }

    /// The score of two packed signatures, by a kernel.
    #[inline]
    pub fn score(self, kernel: Kernel, a: &[u32], b: &[u32]) -> u32 {
        let (equal, differing) = kernel.agreement(a, b, self.whole);
        WHOLE_WEIGHT * equal + self.low as u32 - differing
    }

    /// The score of a signature and itself, the greatest there is.
    pub fn full_score(self) -> u32 {
        WHOLE_WEIGHT * self.whole as u32 + self.low as u32
    }

    /// The mean and the standard deviation of the score at a Jaccard similarity.
    pub fn expected_score(self, similarity: f64) -> (f64, f64) {
        let (whole, low, weight) = (
            self.whole as f64,
            self.low as f64,
            f64::from(WHOLE_WEIGHT),
        );
        let by_bits = agree_by_bits(similarity);
        let variance = weight * weight * whole * similarity * (1.0 - similarity)
            + low * by_bits * (1.0 - by_bits);
        (
            weight * whole * similarity + low * by_bits,
            variance.sqrt(),
        )
    }

    /// The largest score below which a pair at Jaccard similarity `similarity` falls with a probability of at most `loss`.
    ///
    /// Positions of a signature that agree do so a little less spread than independent ones would, so that this errs on the safe side.
    pub fn least_score(self, similarity: f64, loss: f64) -> u32 {
        if similarity >= 1.0 {
            return self.full_score();
        }
        let whole = binomial(self.whole, similarity);
        let mut low_at_most = binomial(self.low, agree_by_bits(similarity));
        let mut sum = 0.0;
        for chance in &mut low_at_most {
            sum += *chance;
            *chance = sum;
        }
        let below = |score: u32| -> f64 {
            // Of `low_at_most` the chance that so few bits agree that the whole falls below `score`.
            let chances = whole.iter().zip((0..score).rev().step_by(WHOLE_WEIGHT as usize));
            chances
                .map(|(chance, left)| chance * low_at_most[(left as usize).min(self.low)])
                .sum()
        };
        let (mut enough, mut too_much) = (0, self.full_score() + 1);
        while enough + 1 < too_much {
            let score = enough.midpoint(too_much);
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

/// The probabilities of 0 to `trials` hits, each with probability `hit` (below 1).
fn binomial(trials: usize, hit: f64) -> Vec<f64> {
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
#[derive(Debug, Clone)]
pub struct LeastScores(Vec<u32>);

impl LeastScores {
    const STEPS: usize = 512;

    /// For signatures of this layout and a given loss.
    pub fn new(layout: Layout, loss: f64) -> Self {
        let similarity = |step: usize| step as f64 / Self::STEPS as f64;
        Self(
            (0..=Self::STEPS)
                .map(|step| layout.least_score(similarity(step), loss))
                .collect(),
        )
    }

    /// The score that a pair of this Jaccard similarity (0 to 1), rounded down to 1/512, seldom falls below.
    #[inline]
    pub fn at(&self, similarity: f64) -> u32 {
        self.0[(similarity * Self::STEPS as f64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bytes_of_an_article() {
        assert_eq!(Layout::new(128, 32).bytes(), 152);
        assert_eq!(Layout::new(128, 128).bytes(), 512);
        assert_eq!(Layout::new(8, 32).bytes(), 32);
        assert_eq!(Layout::new(33, 32).words(), 33);
        assert_eq!(Layout::new(49, 32).words(), 34);
    }

    #[test]
    fn the_least_score_of_whole_values_is_twice_the_binomial_quantile() {
        let least = |values, similarity, loss| Layout::new(values, values).least_score(similarity, loss);
        assert_eq!(least(128, 0.0, 1e-4), 0);
        assert_eq!(least(128, 1.0, 1e-4), 256);
        // Exact sums of binomial probabilities for 10 values at 1/2: P(0) = .00098 > 1e-4.
        assert_eq!(least(10, 0.5, 1e-4), 0);
        // 20 values at 1/2: P(0..=1) = 2.0e-5, P(0..=2) = 2.0e-4.
        assert_eq!(least(20, 0.5, 1e-4), 4);
        let at_threshold = least(128, 0.7, 1e-4);
        assert!((136..=144).contains(&at_threshold), "{at_threshold}");
    }

    #[test]
    fn the_least_score_is_that_of_the_convolution() {
        for (values, whole) in [(128, 32), (40, 8), (16, 0), (20, 19), (1, 1)] {
            let layout = Layout::new(values, whole);
            for similarity in [0.0, 0.05, 0.33, 0.7, 0.99] {
                // Every pair of counts, one by one.
                let whole = binomial(layout.whole, similarity);
                let low = binomial(layout.low, agree_by_bits(similarity));
                let mut chances = vec![0.0; layout.full_score() as usize + 1];
                for (equal, chance) in whole.iter().enumerate() {
                    for (bits, other) in low.iter().enumerate() {
                        chances[equal * WHOLE_WEIGHT as usize + bits] += chance * other;
                    }
                }
                assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                for loss in [1e-2, 1e-4] {
                    let least = layout.least_score(similarity, loss) as usize;
                    let below = |score: usize| chances[..score].iter().sum::<f64>();
                    assert!(below(least) <= loss * (1.0 + 1e-9), "{layout:?} {similarity} {loss}");
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
        fn a_packed_signature_says_what_agrees(
            values in proptest::collection::vec((0u32..9, 0u32..9), 1..300), whole in 0usize..300,
        ) {
            let layout = Layout::new(values.len(), whole);
            let packed = |values: Vec<u32>| {
                let mut packed = vec![0; layout.words()];
                layout.pack(&values, &mut packed);
                assert_eq!(packed[..layout.whole()], values[..layout.whole()]);
                for (at, value) in values[layout.whole()..].iter().enumerate() {
                    let word = packed[layout.whole() + at / 16];
                    assert_eq!(word >> (at % 16 * 2) & 3, value & 3);
                }
                packed
            };
            let (a, b): (Vec<u32>, Vec<u32>) = values.iter().copied().unzip();
            let (a, b) = (packed(a), packed(b));
            let scores = values.iter().enumerate().map(|(at, (a, b))| match at < layout.whole() {
                true => 2 * u32::from(a == b),
                false => u32::from(a % 4 == b % 4),
            });
            let wanted: u32 = scores.sum();
            for kernel in Kernel::available() {
                prop_assert_eq!(layout.score(kernel, &a, &b), wanted, "{}", kernel.name());
                prop_assert_eq!(layout.score(kernel, &a, &a), layout.full_score());
            }
        }

        #[test]
        fn more_similarity_asks_for_more(values in 1usize..200, whole in 0usize..200, a in 0.0f64..=1.0, b in 0.0f64..=1.0) {
            let layout = Layout::new(values, whole);
            let scores = LeastScores::new(layout, 1e-3);
            prop_assert!(scores.at(a.min(b)) <= scores.at(a.max(b)));
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
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state ^ state >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        };
        for (size, shared) in [(300, 100), (300, 200), (40, 20), (520, 52)] {
            let similarity = f64::from(shared) / f64::from(2 * size - shared);
            let least = layout.least_score(similarity, 0.02);
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
            assert!(bias.abs() < 4.0, "{size} {shared}: a bias of {bias} standard errors");
        }
    }
}
