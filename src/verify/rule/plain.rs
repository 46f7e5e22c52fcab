//! The plain rule: copies are told by Jaccard similarity and containment alone.

use super::{Reason, Similarity};
use crate::{Error, Result};

/// The acceptance rule: Jaccard similarity of at least `threshold`, or containment of at least
/// `containment` where the shorter article has `min_shingles` distinct shingles or more.
///
/// ```
/// use wirecopy::verify::{Acceptance, Reason, Similarity};
///
/// let rule = Acceptance::new(0.7, Some(0.85), 30)?;
/// let contained = |size_b| Similarity { shared: size_b, size_a: 100, size_b };
/// assert_eq!(rule.judge(contained(80)), Some(Reason::Jaccard));
/// assert_eq!(rule.judge(contained(40)), Some(Reason::Contained));
/// // So few shingles stand in a long article by chance, too.
/// assert_eq!(rule.judge(contained(20)), None);
/// // The least with which two articles of 100 and 40 shingles can be accepted: 34 of the 40 are shared.
/// assert!((rule.least_jaccard(100.0, 40.0) - 34.0 / 106.0).abs() < 1e-9);
/// # Ok::<(), wirecopy::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Acceptance {
    threshold: f64,
    containment: f64,
    min_shingles: u32,
}

impl Default for Acceptance {
    /// Jaccard 0.7, containment 0.85 from 30 shingles on.
    fn default() -> Self {
        Self {
            threshold: 0.7,
            containment: 0.85,
            min_shingles: 30,
        }
    }
}

impl Acceptance {
    /// A rule of these thresholds, each above 0 and at most 1. With a `containment` of
    /// `None`, containment does not count.
    ///
    /// # Errors
    /// [`Error::Parameter`] if a threshold is out of its range.
    pub fn new(threshold: f64, containment: Option<f64>, min_shingles: u32) -> Result<Self> {
        let check = |name: &str, value: f64| {
            if value > 0.0 && value <= 1.0 {
                Ok(value)
            } else {
                Err(Error::Parameter(format!(
                    "{name} must be above 0 and at most 1, not {value}"
                )))
            }
        };
        Ok(Self {
            threshold: check("--threshold", threshold)?,
            containment: containment
                .map_or(Ok(f64::INFINITY), |value| check("--containment", value))?,
            min_shingles,
        })
    }

    /// A rule whose values are known to be in range.
    pub(super) const fn constant(threshold: f64, containment: f64, min_shingles: u32) -> Self {
        Self {
            threshold,
            containment,
            min_shingles,
        }
    }

    /// The least Jaccard similarity that is accepted whatever the containment.
    pub fn threshold(self) -> f64 {
        self.threshold
    }

    /// The least containment that is accepted, if containment counts.
    pub fn containment(self) -> Option<f64> {
        self.containment.is_finite().then_some(self.containment)
    }

    /// Distinct shingles that the shorter article needs for containment to count.
    pub fn min_shingles(self) -> u32 {
        self.min_shingles
    }

    /// Whether a pair is accepted.
    pub fn accepts(self, similarity: Similarity) -> bool {
        self.judge(similarity).is_some()
    }

    /// Whether a pair is accepted, and why.
    pub fn judge(self, similarity: Similarity) -> Option<Reason> {
        if similarity.shared == 0 {
            None
        } else if similarity.jaccard() >= self.threshold {
            Some(Reason::Jaccard)
        } else {
            let enough = similarity.size_a.min(similarity.size_b) >= self.min_shingles;
            (enough && similarity.containment() >= self.containment).then_some(Reason::Contained)
        }
    }

    /// A number of shared shingles that every accepted pair of articles with `a` and `b` distinct shingles
    /// has at least; up to one below the least.
    pub(in crate::verify) fn least_shared(self, a: u32, b: u32) -> u32 {
        let (smaller, sum) = (f64::from(a.min(b)), f64::from(a) + f64::from(b));
        let by_jaccard = self.threshold / (1.0 + self.threshold) * sum;
        let by_containment = if a.min(b) < self.min_shingles {
            f64::INFINITY
        } else {
            self.containment * smaller
        };
        // Lowered by more than rounding can have raised it.
        (by_jaccard.min(by_containment) * (1.0 - 1e-9)).floor() as u32
    }

    /// The least Jaccard similarity that an accepted pair of articles with `a` and `b` distinct
    /// shingles can have.
    pub fn least_jaccard(self, a: f64, b: f64) -> f64 {
        let (smaller, larger) = if a < b { (a, b) } else { (b, a) };
        if !self.containment.is_finite() || larger < f64::from(self.min_shingles) {
            return self.threshold;
        }
        self.least_jaccard_of_ratio(larger / smaller)
    }

    /// The same where the longer article has so many times the shingles of the shorter one (1 or more), and enough of them.
    pub(in crate::verify) fn least_jaccard_of_ratio(self, ratio: f64) -> f64 {
        if !self.containment.is_finite() {
            return self.threshold;
        }
        let by_containment = self.containment / (1.0 + ratio - self.containment);
        self.threshold.min(by_containment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn similarity(shared: u32, size_a: u32, size_b: u32) -> Similarity {
        Similarity {
            shared,
            size_a,
            size_b,
        }
    }

    #[test]
    fn containment_needs_enough_shingles() {
        let rule = Acceptance::default();
        assert!(rule.accepts(similarity(30, 30, 500)));
        assert!(!rule.accepts(similarity(29, 29, 500)));
        assert!(rule.accepts(similarity(7, 8, 9)));
        assert!(!rule.accepts(similarity(0, 0, 0)));
        let jaccard_alone = Acceptance::new(0.7, None, 30).unwrap();
        assert!(!jaccard_alone.accepts(similarity(250, 250, 500)));
        assert_eq!(jaccard_alone.containment(), None);
    }

    #[test]
    fn thresholds_out_of_range_are_refused() {
        for bad in [0.0, -0.1, 1.01, f64::NAN, f64::INFINITY] {
            assert!(Acceptance::new(bad, None, 30).is_err());
            let error = Acceptance::new(0.7, Some(bad), 30).unwrap_err().to_string();
            assert!(error.contains("--containment must be above 0"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn an_accepted_pair_is_never_below_the_least_jaccard(
            size_a in 1u32..2000, size_b in 1u32..2000, share in 0.0f64..=1.0, threshold in 0.05f64..=1.0, containment in 0.05f64..=1.0
        ) {
            let shared = (f64::from(size_a.min(size_b)) * share) as u32;
            let rule = Acceptance::new(threshold, Some(containment), 30).unwrap();
            let pair = similarity(shared, size_a, size_b);
            if rule.accepts(pair) {
                let least = rule.least_jaccard(f64::from(size_a), f64::from(size_b));
                prop_assert!(pair.jaccard() >= least - 1e-9, "{} < {}", pair.jaccard(), least);
            }
        }

        #[test]
        fn an_accepted_pair_never_shares_less_than_the_least(
            size_a in 1u32..2000, size_b in 1u32..2000, share in 0.0f64..=1.0, threshold in 0.05f64..=1.0, containment in 0.05f64..=1.0
        ) {
            let shared = (f64::from(size_a.min(size_b)) * share) as u32;
            for containment in [None, Some(containment)] {
                let rule = Acceptance::new(threshold, containment, 30).unwrap();
                if rule.accepts(similarity(shared, size_a, size_b)) {
                    prop_assert!(shared >= rule.least_shared(size_a, size_b));
                }
            }
        }

        #[test]
        fn wider_bounds_only_lower_the_bar(a in 1.0f64..3000.0, b in 1.0f64..3000.0, wider in 1.0f64..2.0) {
            let rule = Acceptance::default();
            let (small, large) = (a.min(b), a.max(b));
            prop_assert!(rule.least_jaccard(small / wider, large * wider) <= rule.least_jaccard(small, large) + 1e-12);
        }
    }
}
