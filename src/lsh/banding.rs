//! The choice of bands and rows, and what it finds.

use crate::{Error, Result};

/// A pair that stands exactly at the target similarity must become a candidate
/// with at least this probability.
pub const WANTED_PROBABILITY: f64 = 0.99;

/// The Jaccard similarity of an article and its copy cut to 30 % of its length.
///
/// A cut copy is accepted by its containment, which is 1, but it can only be found
/// by its Jaccard similarity, which is the share that was kept.
pub const CUT_COPY_SIMILARITY: f64 = 0.3;

/// How a signature is cut into bands for locality-sensitive hashing.
///
/// Two articles become a candidate pair when all `rows` values of at least one of
/// the `bands` bands agree; for a pair with Jaccard similarity `s` that has probability
/// `1 - (1 - s^rows)^bands` (Leskovec, Rajaraman, Ullman, *Mining of Massive Datasets*, 3.4).
///
/// ```
/// use wirecopy::lsh::Banding;
/// let banding = Banding::for_similarity(0.7, 128)?;
/// assert_eq!((banding.bands(), banding.rows()), (32, 4));
/// assert!(banding.probability(0.7) >= 0.99);
/// # Ok::<(), wirecopy::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Banding {
    bands: usize,
    rows: usize,
}

impl Banding {
    /// `bands` bands of `rows` values each, out of a signature of `values` values.
    ///
    /// # Errors
    /// [`Error::Parameter`] if either is 0, or the signature has fewer than `bands * rows` values.
    pub fn new(bands: usize, rows: usize, values: usize) -> Result<Self> {
        if bands == 0 || rows == 0 {
            return Err(Error::Parameter("bands and rows must be at least 1".into()));
        }
        if bands.checked_mul(rows).is_none_or(|needed| needed > values) {
            return Err(Error::Parameter(format!(
                "{bands} bands of {rows} rows need {} permutations, there are {values}: \
                 lower --bands or --rows, or raise --permutations",
                bands as u128 * rows as u128
            )));
        }
        Ok(Self { bands, rows })
    }

    /// The largest number of rows with which a pair at `similarity` (0 to 1) is found with a probability
    /// of at least [`WANTED_PROBABILITY`]; one row where even that does not reach it.
    ///
    /// Every candidate is verified, so a false one costs microseconds and a missed one is lost:
    /// the choice looks at the chance of finding alone, and takes many rows only to save work.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `values` is 0.
    pub fn for_similarity(similarity: f64, values: usize) -> Result<Self> {
        let best = (1..=values)
            .rev()
            .map(|rows| Self {
                bands: values / rows,
                rows,
            })
            .find(|banding| banding.probability(similarity) >= WANTED_PROBABILITY);
        best.map_or_else(|| Self::new(values, 1, values), Ok)
    }

    /// The number of bands.
    pub fn bands(self) -> usize {
        self.bands
    }

    /// Values in a band.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// The probability, 0 to 1, that a pair with this Jaccard similarity becomes a candidate.
    pub fn probability(self, similarity: f64) -> f64 {
        1.0 - (1.0 - similarity.powf(self.rows as f64)).powf(self.bands as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::{ArticleSet, Layout, Permutations, Signatures};
    use crate::lsh::{Scheme, Worth};
    use crate::progress::Silent;

    #[test]
    fn follows_the_measured_table() {
        for (similarity, bands, rows) in [
            (0.3, 64, 2),
            (0.5, 42, 3),
            (0.6, 42, 3),
            (0.7, 32, 4),
            (0.8, 21, 6),
            (0.9, 12, 10),
        ] {
            let banding = Banding::for_similarity(similarity, 128).unwrap();
            assert_eq!(
                (banding.bands, banding.rows),
                (bands, rows),
                "at {similarity}"
            );
        }
    }

    #[test]
    fn one_row_where_nothing_reaches_the_wanted_probability() {
        let banding = Banding::for_similarity(0.01, 16).unwrap();
        assert_eq!((banding.bands, banding.rows), (16, 1));
        assert!(banding.probability(0.01) < WANTED_PROBABILITY);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert!(Banding::new(0, 3, 128).is_err());
        assert!(Banding::new(3, 0, 128).is_err());
        assert!(Banding::new(usize::MAX, 2, 128).is_err());
        let error = Banding::new(43, 3, 128).unwrap_err().to_string();
        assert!(
            error.contains("43 bands of 3 rows need 129 permutations"),
            "{error}"
        );
        assert!(Banding::new(42, 3, 128).is_ok());
        assert!(Banding::for_similarity(0.7, 0).is_err());
    }

    const PAIRS: usize = 3_000;

    /// How many of [`PAIRS`] pairs of neighbours become candidates, and how many strangers do.
    fn candidates(banding: Banding, signatures: &Signatures) -> (usize, usize) {
        let found = crate::lsh::candidates(
            signatures,
            &ArticleSet::all(2 * PAIRS),
            Scheme::Bands(banding),
            |_, _, _| Worth::Likely,
            &Silent,
        );
        let pairs = found.unwrap().pairs;
        let neighbours = pairs.iter().filter(|&&(a, b)| a % 2 == 0 && b == a + 1);
        let neighbours = neighbours.count();
        (neighbours, pairs.len() - neighbours)
    }

    /// Four standard errors of a share of [`PAIRS`] pairs: passed by chance once in 16,000 times.
    fn bound(probability: f64) -> f64 {
        4.0 * (probability * (1.0 - probability) / PAIRS as f64).sqrt()
    }

    const CASES: [(usize, usize, f64); 8] = [
        (64, 2, 0.05),
        (64, 2, 0.1),
        (64, 2, 0.2),
        (42, 3, 0.3),
        (32, 4, 0.3),
        (32, 4, 0.5),
        (21, 6, 0.7),
        (12, 10, 0.8),
    ];

    #[test]
    fn values_that_agree_independently_make_candidates_as_the_formula_says() {
        let mut random = SplitMix(1);
        for (bands, rows, similarity) in CASES {
            let mut signatures = Signatures::new(Layout::new(128, 128));
            for _ in 0..PAIRS {
                let first: Vec<u32> = (0..128).map(|_| random.next() as u32).collect();
                let agrees =
                    |random: &mut SplitMix| random.next() as f64 / 2f64.powi(64) < similarity;
                let second: Vec<u32> = first
                    .iter()
                    .map(|&value| {
                        if agrees(&mut random) {
                            value
                        } else {
                            random.next() as u32
                        }
                    })
                    .collect();
                signatures.push(&first);
                signatures.push(&second);
            }
            let banding = Banding::new(bands, rows, 128).unwrap();
            let (found, strangers) = candidates(banding, &signatures);
            let (share, wanted) = (found as f64 / PAIRS as f64, banding.probability(similarity));
            assert!(
                (share - wanted).abs() <= bound(wanted),
                "{bands}x{rows} at {similarity}: {share}, not {wanted}"
            );
            assert!(strangers <= 2, "{strangers} pairs of strangers");
        }
    }

    #[test]
    fn sets_of_known_similarity_make_candidates_as_the_formula_says() {
        let mut random = SplitMix(2);
        let permutations = Permutations::new(128, 3).unwrap();
        for (bands, rows, similarity) in CASES {
            let mut signatures = Signatures::new(Layout::new(128, 128));
            let mut row = [0; 128];
            // Two sets of 600 elements in their union, as many of them shared as the similarity says.
            let (union, shared) = (600, (600.0 * similarity) as usize);
            for _ in 0..PAIRS {
                let all: Vec<u64> = (0..union).map(|_| random.next()).collect();
                let half = shared + (union - shared) / 2;
                for set in [&all[..half], &[&all[..shared], &all[half..]].concat()] {
                    permutations.signature(set, &mut row);
                    signatures.push(&row);
                }
            }
            let banding = Banding::new(bands, rows, 128).unwrap();
            let (found, _) = candidates(banding, &signatures);
            let (share, wanted) = (found as f64 / PAIRS as f64, banding.probability(similarity));
            assert!(
                (share - wanted).abs() <= bound(wanted),
                "{bands}x{rows} at {similarity}: {share}, not {wanted}"
            );
        }
    }

    /// Random numbers.
    struct SplitMix(u64);

    impl SplitMix {
        fn next(&mut self) -> u64 {
            crate::splitmix::next(&mut self.0)
        }
    }

    proptest::proptest! {
        #[test]
        fn probability_is_monotone(bands in 1usize..200, rows in 1usize..20, a in 0.0f64..1.0, b in 0.0f64..1.0) {
            let banding = Banding::new(bands, rows, bands * rows).unwrap();
            let (low, high) = (a.min(b), a.max(b));
            proptest::prop_assert!(banding.probability(low) <= banding.probability(high) + 1e-12);
            proptest::prop_assert!((0.0..=1.0).contains(&banding.probability(a)));
        }
    }
}
