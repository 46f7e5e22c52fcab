//! MinHash signatures.
//!
//! # The method
//!
//! The seed turns every shingle into a fresh 64-bit hash. Its upper half chooses one of
//! `count` bins, its lower half is its value there, and each bin keeps its smallest value: one pass over
//! the shingles fills most of a signature (one-permutation hashing: Li, Owen and Zhang, *One
//! Permutation Hashing*, NIPS 2012). A bin that no shingle fell into takes the minimum over *all* shingles
//! of a hash function of its own, as in the original MinHash.
//!
//! Long articles fill nearly all bins in the one pass, short ones make the full minima cheap. For
//! 520 shingles and 128 bins about 2 bins are empty; for 50 shingles, 87.
//!
//! # Why the estimate is unbiased
//!
//! Take sets A and B, and a bin. If any shingle of A ∪ B falls into it, the smallest value of those
//! belongs to a shingle that is equally likely to be any of A ∪ B. If that one is in both sets,
//! with probability J = |A ∩ B| / |A ∪ B|, both signatures hold its value. If it is only in A, then B
//! holds a greater value, or that of another function, and the two differ. If no shingle of A ∪ B falls into
//! the bin, it is empty for A and for B alike, both take the bin's own function, and agree with
//! probability J as in any MinHash. So each position agrees with probability J, for sets of any size,
//! but for chance agreements of 32-bit values, about one in 2^32.
//!
//! The usual way to fill an empty bin, with the value of a neighbour (densification), makes
//! positions repeat each other: the estimates of short articles then have a much greater error, and
//! whole bands of two articles agree by accident. Here, positions that come from the one pass are
//! drawn without replacement, which makes the error *smaller* than the sqrt(J (1 - J) / count) of
//! independent ones: by measurement .80 to .84 of it for 50 shingles, .88 to .92 for 500 (`count` = 128,
//! 400,000 pairs each, no bias to be found). The chance that all positions of a band agree is
//! that of independent ones within a few percent.
//!
//! Dahlgaard, Knudsen and Thorup, *Fast Similarity Sketching* (FOCS 2017), repeat the pass with fresh hashes
//! until every bin is filled: `count` rounds with random bins, then up to `count` with one bin each. Ours
//! is their scheme with a single round of the first kind. The work for sets much smaller than `count` is
//! then (empty bins) x (shingles) and not `count` x log(`count`); in return every loop is one that
//! vector instructions can do, with an end that does not depend on the data.

use super::kernels::Kernel;
use crate::splitmix;
use crate::{Error, Result};

/// The most values in a signature.
pub const MAX_PERMUTATIONS: usize = 4096;

/// The hash functions behind the positions of a signature.
///
/// Signatures can be compared only if both were made with the same count and seed.
///
/// The method is MinHash (Broder, *On the resemblance and containment of documents*, 1997) with one hash function for all positions
/// (Li, Owen and Zhang, *One Permutation Hashing*, NIPS 2012). A position into which no shingle falls takes the least value of a function of
/// its own, so that estimates are unbiased for short articles, too: a single round of what Dahlgaard, Knudsen and Thorup, *Fast Similarity
/// Sketching* (FOCS 2017), repeat.
///
/// ```
/// use wirecopy::fingerprint::Permutations;
///
/// let of = |seed, shingles: &[u64]| {
///     let permutations = Permutations::new(64, seed)?;
///     let mut signature = vec![0; permutations.len()];
///     permutations.signature(shingles, &mut signature);
///     wirecopy::Result::Ok(signature)
/// };
/// // Order and repeats do not matter; the seed does.
/// assert_eq!(of(1, &[10, 20, 30])?, of(1, &[30, 10, 20, 10])?);
/// assert_ne!(of(1, &[10, 20, 30])?, of(2, &[10, 20, 30])?);
/// assert!(Permutations::new(0, 1).is_err());
/// # Ok::<(), wirecopy::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permutations {
    seed: u64,
    /// What a shingle is added to and multiplied by to become the hash for this seed.
    offset: u64,
    factor: u64,
    /// The functions of empty bins: (factor, term), the factors odd.
    own: Vec<(u32, u32)>,
}

impl Permutations {
    /// `count` functions, 1 to 4096, all of them determined by `seed`.
    ///
    /// The error of an estimate is at most sqrt(J (1 - J) / `count`): .044 at J = .5 with 128. Signatures with other seeds are independent of one another.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if `count` is out of its range.
    pub fn new(count: usize, seed: u64) -> Result<Self> {
        if !(1..=MAX_PERMUTATIONS).contains(&count) {
            return Err(Error::Parameter(format!(
                "a signature cannot have {count} permutations: choose 1 to {MAX_PERMUTATIONS}, such as the default 128"
            )));
        }
        let mut state = seed;
        let mut next = || splitmix::next(&mut state);
        Ok(Self {
            seed,
            offset: next(),
            factor: next() | 1,
            own: (0..count)
                .map(|_| next())
                .map(|x| (x as u32 | 1, (x >> 32) as u32))
                .collect(),
        })
    }

    /// The number of positions of a signature.
    #[allow(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.own.len()
    }

    /// The seed it was made with.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Writes the signature of a set of shingles.
    ///
    /// Order and repetitions do not matter. The set should not be empty: nothing is known
    /// about the similarity of an article without shingles, whereas its signature, which is all
    /// `u32::MAX`, would agree with that of any other. Set such articles aside before.
    ///
    /// # Panics
    ///
    /// If `out` is not [`len`](Self::len) long; in debug builds also if `shingles` is empty.
    pub fn signature(&self, shingles: &[u64], out: &mut [u32]) {
        debug_assert!(
            !shingles.is_empty(),
            "an article without shingles has no signature"
        );
        assert_eq!(
            out.len(),
            self.len(),
            "a signature has one value a permutation"
        );
        Kernel::best().signature(self, shingles, out);
    }

    /// The hash of a shingle for this seed: bin in the upper half, value in the lower.
    ///
    /// Shingles are well mixed already. The upper half of the product depends on all bits; the
    /// shift makes the lower half, whose lowest bits depend on few, depend on the upper one.
    #[inline(always)]
    pub(super) fn mix(&self, shingle: u64) -> u64 {
        let x = shingle.wrapping_add(self.offset).wrapping_mul(self.factor);
        x ^ x >> 32
    }

    /// The function of a bin for the case that it is empty: (factor, term).
    #[inline(always)]
    pub(super) fn own(&self, bin: usize) -> (u32, u32) {
        self.own[bin]
    }

    #[inline(always)]
    pub(super) fn count(&self) -> u32 {
        self.own.len() as u32
    }
}

/// The number of positions at which two signatures agree.
///
/// The signatures must have been made with the same [`Permutations`]; if one is longer, only
/// as many positions as the shorter one has are compared.
#[inline]
pub fn agreeing(a: &[u32], b: &[u32]) -> u32 {
    debug_assert_eq!(a.len(), b.len(), "signatures of different lengths");
    let equal = a.iter().zip(b).filter(|(a, b)| a == b);
    equal.count() as u32
}

/// The similarity of two sets as their signatures tell it: the share of positions that agree,
/// 0 to 1 (0 for signatures without positions).
///
/// It is unbiased, and its standard error at most sqrt(J (1 - J) / length).
///
/// ```
/// use wirecopy::fingerprint::{agreeing, estimate};
/// let (a, b) = ([7, 8, 9, 10], [7, 8, 0, 10]);
/// assert_eq!((agreeing(&a, &b), estimate(&a, &b)), (3, 0.75));
/// assert_eq!(estimate(&[], &[]), 0.0);
/// ```
#[inline]
pub fn estimate(a: &[u32], b: &[u32]) -> f64 {
    f64::from(agreeing(a, b)) / (a.len().max(b.len()).max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::super::{ShingleSize, shingles};
    use super::*;
    use crate::text::word_hash;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn signature(permutations: &Permutations, shingles: &[u64]) -> Vec<u32> {
        let mut out = vec![0; permutations.len()];
        permutations.signature(shingles, &mut out);
        out
    }

    /// The definition, one position at a time.
    fn naive(permutations: &Permutations, shingles: &[u64]) -> Vec<u32> {
        let count = permutations.len() as u64;
        let mixed: Vec<u64> = shingles.iter().map(|&s| permutations.mix(s)).collect();
        let position = |bin: usize| {
            let inside = mixed
                .iter()
                .filter(|&&x| ((x >> 32) * count) >> 32 == bin as u64);
            let minimum = inside.map(|&x| x as u32).min().unwrap_or(u32::MAX);
            if minimum < u32::MAX {
                return minimum;
            }
            let (factor, term) = permutations.own(bin);
            let all = mixed
                .iter()
                .map(|&x| factor.wrapping_mul(x as u32).wrapping_add(term));
            all.min().unwrap_or(u32::MAX)
        };
        (0..permutations.len()).map(position).collect()
    }

    /// Two sets of `size` shingles of one word, and their similarity, the one nearest to `similarity`
    /// that sets of the size can have. Each `trial` has other words.
    fn pair(size: usize, similarity: f64, trial: usize) -> (Vec<u64>, Vec<u64>, f64) {
        let shared = (2.0 * size as f64 * similarity / (1.0 + similarity)).round() as usize;
        let first = trial * 2 * size;
        let words: Vec<u64> = (first..first + 2 * size - shared)
            .map(|i| word_hash(&i.to_string()))
            .collect();
        let mut all = Vec::new();
        shingles(&words, ShingleSize::new(1).expect("in range"), &mut all);
        let similarity = shared as f64 / all.len() as f64;
        (
            all[..size].to_vec(),
            all[size - shared..].to_vec(),
            similarity,
        )
    }

    #[test]
    fn counts_are_checked() {
        for bad in [0, 4097] {
            let message = Permutations::new(bad, 1)
                .expect_err("out of range")
                .to_string();
            assert!(
                message.contains(&format!("{bad} permutations: choose 1 to 4096")),
                "{message}"
            );
        }
        assert_eq!(Permutations::new(4096, 1).map(|p| p.len()).ok(), Some(4096));
    }

    #[test]
    fn is_fixed_for_all_time() {
        let permutations = Permutations::new(8, 42).expect("in range");
        let shingles: Vec<u64> = (0..9).map(|i| word_hash(&i.to_string())).collect();
        assert_eq!(signature(&permutations, &shingles), PINNED);
    }

    /// Computed by an independent implementation.
    const PINNED: [u32; 8] = [
        0xabfa9dd6, 0x1392cd04, 0x08646c7c, 0x55923673, 0x2b5c8353, 0x02ed176d, 0x00e2f523,
        0x03aa85a5,
    ];

    #[test]
    fn every_length_of_signature_is_filled() {
        // Bins that stay empty by the hundred, portions that must be mixed again.
        for (count, size) in [
            (1, 1),
            (1, 3000),
            (63, 1),
            (64, 5),
            (65, 70),
            (4096, 50),
            (4096, 2500),
        ] {
            let permutations = Permutations::new(count, 5).expect("in range");
            let (shingles, _, _) = pair(size, 0.5, 0);
            let wanted = naive(&permutations, &shingles);
            for kernel in Kernel::available() {
                let mut out = vec![0; count];
                kernel.signature(&permutations, &shingles, &mut out);
                assert_eq!(out, wanted, "{count} {size} {}", kernel.name());
            }
        }
    }

    proptest! {
        #[test]
        fn all_kernels_follow_the_definition(
            shingles in proptest::collection::vec(any::<u64>(), 1..700),
            count in 1usize..300,
            seed in any::<u64>(),
        ) {
            let permutations = Permutations::new(count, seed)?;
            let wanted = naive(&permutations, &shingles);
            for kernel in Kernel::available() {
                let mut out = vec![0; count];
                kernel.signature(&permutations, &shingles, &mut out);
                prop_assert_eq!(&out, &wanted, "{}", kernel.name());
            }
        }

        #[test]
        fn order_and_repetition_do_not_matter(
            mut shingles in proptest::collection::vec(any::<u64>(), 1..300),
            again in proptest::collection::vec(any::<proptest::sample::Index>(), 0..300),
            count in 1usize..300,
        ) {
            let permutations = Permutations::new(count, 3)?;
            let before = signature(&permutations, &shingles);
            let repeated: Vec<u64> = again.iter().map(|i| *i.get(&shingles)).collect();
            shingles.reverse();
            shingles.extend(repeated);
            prop_assert_eq!(signature(&permutations, &shingles), before);
        }

        #[test]
        fn agreement_is_counted(
            pairs in proptest::collection::vec((0u32..3, 0u32..3), 0..400),
        ) {
            let (a, b): (Vec<u32>, Vec<u32>) = pairs.iter().copied().unzip();
            let wanted = pairs.iter().filter(|(a, b)| a == b).count() as u32;
            prop_assert_eq!(agreeing(&a, &b), wanted);
        }
    }

    #[test]
    fn estimates_of_extremes() {
        let permutations = Permutations::new(128, 9).expect("in range");
        let (a, b, _) = pair(40, 0.0, 0);
        let (a, b) = (signature(&permutations, &a), signature(&permutations, &b));
        assert_eq!(estimate(&a, &a), 1.0);
        assert_eq!(estimate(&a, &b), 0.0);
        assert_eq!(estimate(&[], &[]), 0.0);
    }

    const TRIALS: usize = 2000;

    #[test]
    fn estimates_are_unbiased_and_no_worse_than_in_theory() {
        for size in [5, 50, 500] {
            for similarity in [0.2, 0.5, 0.8] {
                let (mut sum, mut squares, mut ideal) = (0.0, 0.0, 0.0);
                for trial in 0..TRIALS {
                    let (a, b, similarity) = pair(size, similarity, trial);
                    let permutations = Permutations::new(128, trial as u64).expect("in range");
                    let (a, b) = (signature(&permutations, &a), signature(&permutations, &b));
                    let error = estimate(&a, &b) - similarity;
                    sum += error;
                    squares += error * error;
                    ideal = similarity * (1.0 - similarity) / 128.0;
                }
                let trials = TRIALS as f64;
                // The mean of 2,000 independent errors has a standard error of at most
                // sqrt(ideal / 2,000); beyond four of these lies a sound estimator once in 16,000 times.
                let bias = sum / trials / (ideal / trials).sqrt();
                assert!(
                    bias.abs() < 4.0,
                    "{size} {similarity}: bias of {bias} standard errors"
                );
                // The mean of 2,000 squares strays by sqrt(2 / 2,000) = 3 %, so that 10 % is three of these
                // above what theory allows.
                let ratio = squares / trials / ideal;
                assert!(
                    ratio < 1.1,
                    "{size} {similarity}: variance {ratio} of the ideal"
                );
            }
        }
    }

    #[test]
    fn signatures_of_two_seeds_are_independent() {
        for (seed, other) in [(0, 1), (7, 7 << 32), (u64::MAX, 1 << 63)] {
            let one = Permutations::new(128, seed).expect("in range");
            let two = Permutations::new(128, other).expect("in range");
            for size in [50, 500] {
                let (mut x, mut y, mut xy) = (0.0, 0.0, 0.0);
                for trial in 0..TRIALS / 2 {
                    let (a, b, similarity) = pair(size, 0.5, trial);
                    let (a1, b1) = (signature(&one, &a), signature(&one, &b));
                    let (a2, b2) = (signature(&two, &a), signature(&two, &b));
                    assert_eq!(agreeing(&a1, &a2), 0);
                    let (e1, e2) = (
                        estimate(&a1, &b1) - similarity,
                        estimate(&a2, &b2) - similarity,
                    );
                    x += e1 * e1;
                    y += e2 * e2;
                    xy += e1 * e2;
                }
                // Without dependence, the correlation over 1,000 pairs has a standard error of .032.
                let correlation = xy / (x * y).sqrt();
                assert!(
                    correlation.abs() < 4.0 * 0.032,
                    "{seed} {other} {size}: {correlation}"
                );
            }
        }
    }

    #[test]
    fn bands_are_hit_as_often_as_independent_positions_would() {
        for size in [50, 500] {
            for (bands, rows, similarity) in
                [(32, 4, 0.38), (32, 4, 0.5), (64, 2, 0.1), (64, 2, 0.2)]
            {
                let (mut full, mut candidates, mut exact) = (0, 0, 0.0);
                for trial in 0..TRIALS {
                    let (a, b, similarity) = pair(size, similarity, trial);
                    let permutations =
                        Permutations::new(bands * rows, !trial as u64).expect("in range");
                    let (a, b) = (signature(&permutations, &a), signature(&permutations, &b));
                    let hits = a
                        .chunks(rows)
                        .zip(b.chunks(rows))
                        .filter(|(a, b)| a == b)
                        .count();
                    full += hits;
                    candidates += usize::from(hits > 0);
                    exact = similarity;
                }
                let trials = TRIALS as f64;
                let power = exact.powi(rows as i32);
                let rate = full as f64 / (trials * bands as f64);
                let wanted = 1.0 - (1.0 - power).powi(bands as i32);
                let found = candidates as f64 / trials;
                // Positions of one pass are drawn without replacement, which takes a little off the
                // chance that all agree: less than a tenth for sets of this size. The standard error is
                // below 2 % for bands and .011 for candidates.
                assert!(
                    (rate / power - 1.0).abs() < 0.15,
                    "{size} {bands}x{rows}: {rate} {power}"
                );
                assert!(
                    (found - wanted).abs() < 0.05,
                    "{size} {bands}x{rows}: {found} {wanted}"
                );
            }
        }
    }

    #[test]
    fn values_of_different_articles_rarely_meet() {
        // 200 sets of 300 shingles without one in common: 2.5 million pairs of positions, each
        // with a chance of about (300 / 128) / 2^32 to agree.
        let permutations = Permutations::new(128, 0).expect("in range");
        let mut seen = HashSet::new();
        for trial in 0..200 {
            let (a, _, _) = pair(300, 0.0, trial);
            for (bin, value) in signature(&permutations, &a).into_iter().enumerate() {
                assert!(seen.insert((bin, value)), "{bin} {value}");
            }
        }
    }
}
