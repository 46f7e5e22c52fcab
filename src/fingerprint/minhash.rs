//! Shingles to signatures.
//!
//! A signature is a MinHash in one pass: each shingle hash falls by its high half into one of `k` slots,
//! and a slot keeps the least low half (one-permutation hashing, Li, Owen, Zhang 2012). A slot
//! that stays empty, as many do for short articles, takes a MinHash of its own over all shingles (the idea of
//! further rounds is from Dahlgaard, Knudsen, Thorup, *Fast Similarity Sketching*, 2017).
//!
//! The share of agreeing slots is an unbiased estimate of the Jaccard similarity. Take a slot, and the shingles that
//! A and B have together. If some fall into it, the least of them is in both sets with probability J, and if it
//! is not, the other set holds another value there or fills the slot by its own MinHash. If none falls
//! into it, both sets fill it by the same MinHash, which agrees with probability J.

use super::shingles::mix;
use crate::{Error, Result};

/// The hash functions behind a signature.
///
/// ```
/// use wirecopy::fingerprint::{Permutations, agreeing};
/// let permutations = Permutations::new(128, 42)?;
/// let mut signature = vec![0; permutations.len()];
/// permutations.signature(&[1, 2, 3], &mut signature);
/// let mut same = signature.clone();
/// permutations.signature(&[3, 1, 2, 2], &mut same);
/// assert_eq!(agreeing(&signature, &same), 128);
/// # Ok::<(), wirecopy::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Permutations {
    seed: u64,
    /// The odd factor and the addend with which an empty slot fills itself.
    fallback: Vec<(u32, u32)>,
}

impl Permutations {
    /// The largest number of slots.
    pub const MAX: usize = 4096;

    /// `count` slots, 1 to [`Permutations::MAX`]. Signatures of different seeds are independent.
    ///
    /// # Errors
    /// If `count` is out of its range.
    pub fn new(count: usize, seed: u64) -> Result<Self> {
        if !(1..=Self::MAX).contains(&count) {
            return Err(Error::Parameter(format!(
                "--permutations must be 1 to {}, not {count}",
                Self::MAX
            )));
        }
        let fallback = (0..count as u64)
            .map(|slot| {
                let random = mix(mix(seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_add(slot));
                (random as u32 | 1, (random >> 32) as u32)
            })
            .collect();
        Ok(Self {
            seed: mix(seed),
            fallback,
        })
    }

    /// The number of slots in a signature.
    pub fn len(&self) -> usize {
        self.fallback.len()
    }

    /// Never: there is always a slot.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Writes the signature of a set of shingles into `out`; neither their order nor repeats matter.
    /// Without shingles there is no signature: every slot is then `u32::MAX`.
    ///
    /// # Panics
    /// If `out` does not have [`len`](Self::len) slots.
    pub fn signature(&self, shingles: &[u64], out: &mut [u32]) {
        let slots = self.len();
        assert_eq!(out.len(), slots, "one value a slot");
        out.fill(u32::MAX);
        if shingles.is_empty() {
            return;
        }
        // A slot may hold a true minimum of u32::MAX: it then counts as empty, in every article alike.
        for &shingle in shingles {
            let hash = mix(shingle ^ self.seed);
            let slot = (((hash >> 32) * slots as u64) >> 32) as usize;
            out[slot] = out[slot].min(hash as u32);
        }
        for (value, &(factor, addend)) in out.iter_mut().zip(&self.fallback) {
            if *value == u32::MAX {
                let hashes = shingles
                    .iter()
                    .map(|&shingle| fallback_hash(shingle, factor, addend));
                *value = hashes.fold(u32::MAX, u32::min);
            }
        }
    }
}

/// Shingle hashes are well mixed, so that one multiplication makes another order of them.
#[inline]
fn fallback_hash(shingle: u64, factor: u32, addend: u32) -> u32 {
    (shingle as u32).wrapping_mul(factor).wrapping_add(addend)
}

/// In how many slots two signatures agree. Divided by the number of slots it estimates the
/// Jaccard similarity, with a standard error of at most `sqrt(J (1 - J) / k)`.
pub fn agreeing(a: &[u32], b: &[u32]) -> u32 {
    a.iter().zip(b).map(|(a, b)| u32::from(a == b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two sets of `size` shingles that share so many that their Jaccard similarity is close to `jaccard`,
    /// and the similarity that they have.
    fn pair(size: usize, jaccard: f64, salt: u64) -> (Vec<u64>, Vec<u64>, f64) {
        let shared = (2.0 * size as f64 * jaccard / (1.0 + jaccard)).round() as usize;
        let shingle = |number: usize| mix(salt << 32 | number as u64);
        let a = (0..size).map(shingle).collect();
        let b = (size - shared..2 * size - shared).map(shingle).collect();
        (a, b, shared as f64 / (2 * size - shared) as f64)
    }

    fn signatures(permutations: &Permutations, a: &[u64], b: &[u64]) -> (Vec<u32>, Vec<u32>) {
        let mut out = (vec![0; permutations.len()], vec![0; permutations.len()]);
        permutations.signature(a, &mut out.0);
        permutations.signature(b, &mut out.1);
        out
    }

    #[test]
    fn the_estimate_is_unbiased_with_at_most_the_theoretical_error() {
        const TRIALS: u64 = 1500;
        let permutations = Permutations::new(128, 1).unwrap();
        for size in [5, 50, 500] {
            for wanted in [0.2, 0.5, 0.8] {
                let (mut sum, mut squares, mut truth) = (0.0, 0.0, 0.0);
                for trial in 0..TRIALS {
                    let (a, b, jaccard) = pair(size, wanted, trial + 1);
                    let (a, b) = signatures(&permutations, &a, &b);
                    let error = f64::from(agreeing(&a, &b)) / 128.0 - jaccard;
                    sum += error;
                    squares += error * error;
                    truth = jaccard;
                }
                let ideal = truth * (1.0 - truth) / 128.0;
                let bias = sum / TRIALS as f64;
                // Four standard errors of the mean; 1.15 leaves three standard errors of a variance.
                assert!(
                    bias.abs() < 4.0 * (ideal / TRIALS as f64).sqrt(),
                    "bias {bias} at {size}, {truth}"
                );
                assert!(
                    squares / (TRIALS as f64) < 1.15 * ideal,
                    "variance at {size}, {truth}"
                );
            }
        }
    }

    #[test]
    fn candidates_follow_the_theory() {
        const TRIALS: u64 = 3000;
        let permutations = Permutations::new(128, 5).unwrap();
        for (bands, rows, wanted) in [(64, 2, 0.1), (64, 2, 0.2), (32, 4, 0.4), (32, 4, 0.6)] {
            let banding = crate::lsh::Banding::new(bands, rows, 128).unwrap();
            let mut met = 0;
            let mut expected = 0.0;
            for trial in 0..TRIALS {
                let (a, b, jaccard) = pair(400, wanted, trial + 1);
                let (a, b) = signatures(&permutations, &a, &b);
                met += u64::from(
                    a.chunks(rows)
                        .zip(b.chunks(rows))
                        .take(bands)
                        .any(|(a, b)| a == b),
                );
                expected = banding.probability(jaccard);
            }
            let share = met as f64 / TRIALS as f64;
            // Four standard errors, and .01 for slots that are not quite independent.
            let tolerance = 4.0 * (expected * (1.0 - expected) / TRIALS as f64).sqrt() + 0.01;
            assert!(
                (share - expected).abs() < tolerance,
                "{share} instead of {expected} at {bands}x{rows}"
            );
        }
    }

    #[test]
    fn another_seed_gives_an_independent_signature() {
        let (a, _, _) = pair(300, 0.5, 9);
        let one = Permutations::new(128, 1).unwrap();
        let two = Permutations::new(128, 2).unwrap();
        let (mut first, mut second) = (vec![0; 128], vec![0; 128]);
        one.signature(&a, &mut first);
        two.signature(&a, &mut second);
        assert_eq!(agreeing(&first, &second), 0);
    }

    #[test]
    fn counts_out_of_range_are_refused() {
        for bad in [0, 4097] {
            let error = Permutations::new(bad, 1).unwrap_err().to_string();
            assert!(
                error.contains("--permutations must be 1 to 4096"),
                "{error}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn order_and_repeats_do_not_matter(mut shingles in proptest::collection::vec(0u64.., 1..40), slots in 1usize..200, seed in 0u64..) {
            let permutations = Permutations::new(slots, seed).unwrap();
            let mut plain = vec![0; slots];
            permutations.signature(&shingles, &mut plain);
            shingles.reverse();
            shingles.extend_from_within(..);
            let mut other = vec![0; slots];
            permutations.signature(&shingles, &mut other);
            proptest::prop_assert_eq!(plain, other);
        }
    }
}
