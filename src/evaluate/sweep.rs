//! What a threshold would give.

use super::measures::Accuracy;
use serde::Serialize;

/// One threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Pairs with at least this value are reported.
    pub threshold: f64,
    /// How many pairs of the truth that is: of the labelled ones, or of those between articles of the truth.
    pub reported: u64,
    /// Of these pairs.
    pub accuracy: Accuracy,
    /// The same by weights, if the truth has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weighted: Option<Accuracy>,
}

/// What every threshold on one column would give.
///
/// ```
/// use wirecopy::evaluate::{EvaluateOptions, Sweep, evaluate};
///
/// let folder = tempfile::tempdir()?;
/// let (pairs, truth) = (folder.path().join("pairs.csv"), folder.path().join("truth.csv"));
/// std::fs::write(&pairs, "a,b,jaccard\n1,2,0.9\n3,4,0.8\n5,6,0.6\n")?;
/// std::fs::write(&truth, "a,b,label\n1,2,C\n3,4,C\n5,6,O\n")?;
/// let options = EvaluateOptions { sweep: Sweep::Column("jaccard".to_owned()), ..EvaluateOptions::new(&truth) };
/// let got = evaluate(&pairs, &options)?;
/// let curve = &got.sweeps[0];
/// assert_eq!(curve.best.unwrap().threshold, 0.8);
/// let strict = curve.at(0.85).unwrap();
/// assert_eq!((strict.reported, strict.accuracy.recall), (1, Some(0.5)));
/// assert_eq!(curve.at(0.95), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curve {
    /// The column.
    pub column: String,
    /// From low to high thresholds: every distinct value, unless `thinned`.
    pub points: Vec<Point>,
    /// There were more than [`Curve::MOST`] distinct values: so many are kept, evenly spread over them, and the best.
    pub thinned: bool,
    /// The one with the best F1, the highest threshold among equals; none if no pair of the truth has a value.
    pub best: Option<Point>,
    /// Listed pairs of the truth that have no value: no threshold reports them.
    pub without_value: u64,
}

/// A pair with a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scored {
    pub value: f64,
    pub copy: bool,
    pub weight: f64,
}

impl Curve {
    /// Points of a curve, but for the best. Similarities of four places, of which there are 10,001, are never thinned.
    pub const MOST: usize = 20_000;

    /// `copies` of the truth, with or without a value, and the sum of their weights if they have such.
    pub(super) fn new(
        column: String,
        mut scored: Vec<Scored>,
        copies: u64,
        weight: Option<f64>,
    ) -> Self {
        // Stable, so that weights are summed in an order that hangs on nothing but the input.
        scored.sort_by(|a, b| b.value.total_cmp(&a.value));
        let mut points: Vec<Point> = Vec::new();
        let (mut found, mut wrong) = (0_u64, 0_u64);
        let (mut found_weight, mut wrong_weight) = (0.0, 0.0);
        for group in scored.chunk_by(|a, b| a.value == b.value) {
            for pair in group {
                if pair.copy {
                    found += 1;
                    found_weight += pair.weight;
                } else {
                    wrong += 1;
                    wrong_weight += pair.weight;
                }
            }
            points.push(Point {
                threshold: group[0].value,
                reported: found + wrong,
                accuracy: Accuracy::of(found as f64, wrong as f64, (copies - found) as f64),
                weighted: weight.map(|weight| {
                    // Summed in another order, the whole can fall short of its parts by a rounding.
                    Accuracy::of(found_weight, wrong_weight, (weight - found_weight).max(0.0))
                }),
            });
        }
        let f1 = |point: &Point| point.accuracy.f1.unwrap_or_default();
        let best = points
            .iter()
            .copied()
            .reduce(|best, point| if f1(&point) > f1(&best) { point } else { best });
        points.reverse();
        let thinned = points.len() > Self::MOST;
        if thinned {
            points = thin(&points, best);
        }
        Self {
            column,
            points,
            thinned,
            best,
            without_value: 0,
        }
    }

    /// The figures at a threshold that need not be a value of the column: those of the next higher value.
    /// `None` above all values, where nothing is reported. Of a thinned curve it is the point that is the next above,
    /// with a threshold of its own.
    pub fn at(&self, threshold: f64) -> Option<Point> {
        let above = self
            .points
            .partition_point(|point| point.threshold < threshold);
        let point = *self.points.get(above)?;
        Some(if self.thinned {
            point
        } else {
            Point { threshold, ..point }
        })
    }

    /// A curve of at most about `most` points for the eye: all, or those at round thresholds, and the best.
    pub fn rounded(&self, most: usize) -> Vec<Point> {
        let (Some(low), Some(high)) = (self.points.first(), self.points.last()) else {
            return Vec::new();
        };
        if self.points.len() <= most {
            return self.points.clone();
        }
        let (low, high) = (low.threshold, high.threshold);
        let step = round_step((high - low) / most.max(1) as f64);
        let from = (low / step).floor() as i64;
        // A quotient that is whole but for its rounding counts as whole.
        let to = (high / step + 1e-9).floor() as i64;
        // Divided by a whole number where that can be, so that three twentieths are 0.15 to the last digit.
        let rounded = |n: i64| match (1.0 / step).round() {
            inverse if step < 1.0 => n as f64 / inverse,
            _ => n as f64 * step,
        };
        let mut points: Vec<Point> = (from..=to).filter_map(|n| self.at(rounded(n))).collect();
        points.extend(self.best);
        points.sort_by(|a, b| a.threshold.total_cmp(&b.threshold));
        points.dedup_by(|a, b| a.threshold == b.threshold);
        points
    }
}

/// The least of 1, 2, 5, 10, 20, 50 ... and 0.5, 0.2, 0.1 ... that is not below `least`.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    step.into_iter()
        .find(|&step| step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

fn thin(points: &[Point], best: Option<Point>) -> Vec<Point> {
    let last = points.len() - 1;
    let mut kept: Vec<Point> = (0..Curve::MOST)
        .map(|n| points[n * last / (Curve::MOST - 1)])
        .chain(best)
        .collect();
    kept.sort_by(|a, b| a.threshold.total_cmp(&b.threshold));
    kept.dedup_by(|a, b| a.threshold == b.threshold);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scored(values: &[(f64, bool)]) -> Vec<Scored> {
        let pairs = values.iter();
        pairs
            .map(|&(value, copy)| Scored {
                value,
                copy,
                weight: 1.0,
            })
            .collect()
    }

    #[test]
    fn a_short_curve() {
        // Five copies, one of them not in the file.
        let pairs = scored(&[
            (0.9, true),
            (0.4, false),
            (0.8, true),
            (0.8, false),
            (0.5, true),
            (0.6, true),
        ]);
        let curve = Curve::new("jaccard".into(), pairs, 5, None);
        let rows: Vec<(f64, u64, Option<f64>)> = curve
            .points
            .iter()
            .map(|p| (p.threshold, p.reported, p.accuracy.f1))
            .collect();
        assert_eq!(
            rows,
            [
                (0.4, 6, Some(8.0 / 11.0)),
                (0.5, 5, Some(8.0 / 10.0)),
                (0.6, 4, Some(6.0 / 9.0)),
                (0.8, 3, Some(4.0 / 8.0)),
                (0.9, 1, Some(2.0 / 6.0)),
            ]
        );
        assert_eq!(curve.best.unwrap().threshold, 0.5);
        assert_eq!(curve.at(0.61).unwrap().reported, 3);
        assert_eq!(curve.at(0.91), None);
        assert_eq!(curve.rounded(10), curve.points);
    }

    #[test]
    fn nothing_scored_gives_no_point() {
        let curve = Curve::new("jaccard".into(), Vec::new(), 3, Some(4.5));
        assert!(curve.points.is_empty() && curve.best.is_none());
        assert!(curve.rounded(10).is_empty());
    }

    #[test]
    fn among_equals_the_highest_threshold_is_the_best() {
        let pairs = scored(&[(0.9, true), (0.7, false), (0.6, true), (0.5, true)]);
        let curve = Curve::new("x".into(), scored(&[(0.9, false), (0.8, false)]), 0, None);
        assert_eq!(curve.best.unwrap().threshold, 0.9);
        let curve = Curve::new("x".into(), pairs, 3, None);
        assert_eq!(curve.best.unwrap().threshold, 0.5);
    }

    #[test]
    fn long_curves_are_shown_at_round_thresholds() {
        let values: Vec<(f64, bool)> = (0..3_000)
            .map(|n| ((26.0 + 74.0 * f64::from(n) / 2_999.0) / 100.0, n > 1_234))
            .collect();
        let curve = Curve::new("jaccard".into(), scored(&values), 1_765, Some(1_765.0));
        assert!(curve.points.len() == 3_000 && !curve.thinned);
        let best = curve.best.unwrap();
        assert_eq!(best.accuracy.f1, Some(1.0));
        assert!(curve.points.contains(&best));
        let shown: Vec<f64> = curve.rounded(20).iter().map(|p| p.threshold).collect();
        assert_eq!(shown.len(), 17, "{shown:?}");
        assert!(shown.contains(&0.35) && shown.contains(&0.95) && shown.contains(&1.0));
        assert!(shown.contains(&best.threshold));
        for (least, step) in [
            (0.037, 0.05),
            (0.1, 0.1),
            (1.0, 1.0),
            (33.0, 50.0),
            (6.0, 10.0),
        ] {
            assert!((round_step(least) - step).abs() < 1e-9 * step, "{least}");
        }
    }

    #[test]
    fn a_column_of_very_many_values_is_thinned_and_keeps_the_best() {
        let most = Curve::MOST as u32;
        let values: Vec<(f64, bool)> = (0..3 * most)
            .map(|n| (f64::from(n), n > most + 1))
            .collect();
        let copies = u64::from(2 * most - 2);
        let curve = Curve::new("words".into(), scored(&values), copies, None);
        assert!(curve.thinned);
        assert!((Curve::MOST..=Curve::MOST + 1).contains(&curve.points.len()));
        let best = curve.best.unwrap();
        assert_eq!(
            (best.threshold, best.accuracy.f1),
            (f64::from(most + 2), Some(1.0))
        );
        let ends = [curve.points[0], curve.points[curve.points.len() - 1]];
        assert_eq!(ends.map(|p| p.threshold), [0.0, f64::from(3 * most - 1)]);
        assert!(curve.rounded(0).iter().all(|p| p.threshold.is_finite()));
        for point in curve.rounded(20) {
            assert_eq!(point.reported, u64::from(3 * most) - point.threshold as u64);
        }
    }

    proptest! {
        #[test]
        fn every_point_is_what_its_threshold_gives(
            pairs in prop::collection::vec((0_u8..20, any::<bool>(), 1_u8..9), 0..40),
            missing in 0_u64..5,
        ) {
            let scored: Vec<Scored> = pairs
                .iter()
                .map(|&(v, copy, w)| Scored { value: f64::from(v) / 20.0, copy, weight: w.into() })
                .collect();
            let copies = scored.iter().filter(|p| p.copy).count() as u64 + missing;
            let weight: f64 = scored.iter().filter(|p| p.copy).map(|p| p.weight).sum();
            let curve = Curve::new("x".into(), scored.clone(), copies, Some(weight));
            for point in &curve.points {
                let over = scored.iter().filter(|p| p.value >= point.threshold);
                let found = over.clone().filter(|p| p.copy).count() as f64;
                let wrong = over.clone().filter(|p| !p.copy).count() as f64;
                prop_assert_eq!(point.reported as f64, found + wrong);
                prop_assert_eq!(point.accuracy, Accuracy::of(found, wrong, copies as f64 - found));
                let sum = |copy| over.clone().filter(|p| p.copy == copy).map(|p| p.weight).sum::<f64>();
                prop_assert_eq!(point.weighted.unwrap(), Accuracy::of(sum(true), sum(false), weight - sum(true)));
                prop_assert!(point.accuracy.f1 <= curve.best.unwrap().accuracy.f1);
            }
        }
    }
}
