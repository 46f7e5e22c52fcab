//! Precision, recall and F1.

use serde::Serialize;

/// How well what was reported agrees with what is true.
///
/// * `precision`: of what was reported, the share that is true. Undefined if nothing was reported.
/// * `recall`: of what is true, the share that was reported. Undefined if nothing is true.
/// * `f1`: their harmonic mean (van Rijsbergen, *Information Retrieval*, 1979, with equal weight for both), by counts
///   2·found / (2·found + false alarms + missed), which is 0 where precision or recall alone is undefined. Undefined
///   only if nothing was reported and nothing is true.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Accuracy {
    /// 0 to 1.
    pub precision: Option<f64>,
    /// 0 to 1.
    pub recall: Option<f64>,
    /// 0 to 1.
    pub f1: Option<f64>,
}

impl Accuracy {
    /// From counts, or sums of weights, none of them negative: reported and true, reported and false, true
    /// and not reported.
    ///
    /// ```
    /// use wirecopy::evaluate::Accuracy;
    /// let accuracy = Accuracy::of(3.0, 1.0, 3.0);
    /// assert_eq!((accuracy.precision, accuracy.recall), (Some(0.75), Some(0.5)));
    /// assert_eq!(accuracy.f1, Some(0.6));
    /// assert_eq!(Accuracy::of(0.0, 0.0, 2.0).precision, None);
    /// ```
    pub fn of(found: f64, false_alarms: f64, missed: f64) -> Self {
        Self {
            precision: share(found, found + false_alarms),
            recall: share(found, found + missed),
            f1: share(2.0 * found, 2.0 * found + false_alarms + missed),
        }
    }

    /// From precision and recall that are means rather than shares of counts.
    pub(super) fn of_means(precision: Option<f64>, recall: Option<f64>) -> Self {
        let both = precision.zip(recall);
        Self {
            precision,
            recall,
            f1: both.and_then(|(p, r)| share(2.0 * p * r, p + r)),
        }
    }
}

/// `part / whole`, undefined for nothing.
pub(super) fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_undefined_is_nothing_and_never_nan() {
        assert_eq!(Accuracy::of(0.0, 0.0, 0.0), Accuracy::default());
        let nothing_reported = Accuracy::of(0.0, 0.0, 4.0);
        assert_eq!(nothing_reported.precision, None);
        assert_eq!(
            (nothing_reported.recall, nothing_reported.f1),
            (Some(0.0), Some(0.0))
        );
        let nothing_true = Accuracy::of(0.0, 4.0, 0.0);
        assert_eq!(nothing_true.recall, None);
        assert_eq!(
            (nothing_true.precision, nothing_true.f1),
            (Some(0.0), Some(0.0))
        );
        assert_eq!(Accuracy::of_means(Some(0.0), Some(0.0)).f1, None);
    }

    proptest! {
        #[test]
        fn f1_is_the_harmonic_mean(found in 1_u32..1000, wrong in 0_u32..1000, missed in 0_u32..1000) {
            let accuracy = Accuracy::of(found.into(), wrong.into(), missed.into());
            let (p, r) = (accuracy.precision.unwrap(), accuracy.recall.unwrap());
            prop_assert!((accuracy.f1.unwrap() - 2.0 / (1.0 / p + 1.0 / r)).abs() < 1e-12);
            let means = Accuracy::of_means(Some(p), Some(r)).f1.unwrap();
            prop_assert!((accuracy.f1.unwrap() - means).abs() < 1e-12);
        }
    }
}
