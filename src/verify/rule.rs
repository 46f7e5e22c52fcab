//! When two articles are copies of one another, and how far apart signatures may be
//! for that to be possible.

use super::Reason;
use crate::fingerprint::{BySizes, Layout, LeastScores};
use crate::lsh::{Scheme, Worth};
use crate::{Error, Result};
use std::ops::RangeInclusive;

/// How alike the shingle sets of two articles are, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Similarity {
    /// Shingles that both have.
    pub shared: u32,
    /// Distinct shingles of the first article.
    pub size_a: u32,
    /// Distinct shingles of the second article.
    pub size_b: u32,
}

impl Similarity {
    /// Shared shingles divided by the shingles that at least one of the two has, 0 to 1;
    /// 0 where neither has any.
    pub fn jaccard(self) -> f64 {
        let union = u64::from(self.size_a) + u64::from(self.size_b) - u64::from(self.shared);
        if union == 0 {
            0.0
        } else {
            f64::from(self.shared) / union as f64
        }
    }

    /// Shared shingles divided by those of the article that has fewer, 0 to 1: 1 for a copy
    /// that was only cut (Broder, *On the resemblance and containment of documents*, 1997).
    pub fn containment(self) -> f64 {
        let smaller = self.size_a.min(self.size_b);
        if smaller == 0 {
            0.0
        } else {
            f64::from(self.shared) / f64::from(smaller)
        }
    }
}

/// The acceptance rule: Jaccard similarity of at least `threshold`, or containment of at least
/// `containment` where the shorter article has `min_shingles` distinct shingles or more.
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
    /// If a threshold is out of its range.
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
    pub(super) fn least_shared(self, a: u32, b: u32) -> u32 {
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
    fn least_jaccard_of_ratio(self, ratio: f64) -> f64 {
        if !self.containment.is_finite() {
            return self.threshold;
        }
        let by_containment = self.containment / (1.0 + ratio - self.containment);
        self.threshold.min(by_containment)
    }
}

/// Tells from the score of two signatures ([`Layout::score`]) whether a pair can be accepted at all.
///
/// A pair is dropped when its score is so low that a pair at the
/// [least similarity](Acceptance::least_jaccard) of these two lengths would show as low a one with a probability
/// below the loss that is granted to the filter ([`Layout::least_score`]). Before that the values that are not kept whole are
/// looked at alone; a tenth of the loss is granted to them.
#[derive(Debug)]
pub struct Prefilter {
    rule: Acceptance,
    needed: LeastScores,
    /// The least that is needed of any pair whose difference in size is no greater.
    needed_by_size: BySizes,
    /// The same of the part of it that the values make that are not kept whole.
    needed_low: BySizes,
    /// A score that a pair below the threshold seldom has.
    likely: u32,
}

impl Prefilter {
    /// A filter for signatures of this layout, of pairs that meet by `scheme`. Of pairs that just meet `rule` it drops at most the
    /// share `loss`; pairs above it are dropped far more seldom. (Those that do not meet at all count as not dropped.) From a Jaccard
    /// similarity of `likely` on a pair is most likely accepted.
    pub fn new(rule: Acceptance, layout: Layout, scheme: Scheme, loss: f64, likely: f64) -> Self {
        // Of pairs that are alike this much few are not accepted, so that dropping them would save little.
        const ALIKE: f64 = 0.5;
        const LOSS_OF_ALIKE: f64 = 1e-4;
        let loss = |similarity| match similarity >= ALIKE {
            true => loss.min(LOSS_OF_ALIKE),
            false => loss,
        };
        const SHARE_OF_LOW: f64 = 0.1;
        let loss_of_low = |similarity| loss(similarity) * SHARE_OF_LOW;
        let loss_of_all = |similarity| loss(similarity) * (1.0 - SHARE_OF_LOW);
        let low = LeastScores::new(layout.low_part(), loss_of_low, |_| 1.0);
        let needed = LeastScores::new(layout, loss_of_all, |agreeing| {
            scheme.probability_given(agreeing)
        });
        // Of a difference in size the ratio is only known to be no greater, so that the pair may be more alike, and asked for less.
        let by_size = |scores: &LeastScores| {
            BySizes::new(|ratio| scores.at_or_above(rule.least_jaccard_of_ratio(ratio)))
        };
        // A standard deviation above what that similarity would show.
        let (mean, spread) = layout.expected_score(likely);
        Self {
            rule,
            needed_by_size: by_size(&needed),
            needed_low: by_size(&low),
            needed,
            likely: (mean + spread).min(f64::from(layout.full_score())) as u32,
        }
    }

    /// Whether a pair cannot be accepted, whatever else its signatures say, if so many of the values agree that are not kept whole
    /// ([`Layout::low_score`]). `difference` is that of the [sizes](crate::fingerprint::Sizes) of its articles.
    #[inline]
    pub(super) fn is_hopeless(&self, difference: u16, low_score: u32) -> bool {
        low_score < self.needed_low.at(difference)
    }

    /// Whether the score of the signatures of a pair is below what [`worth`](Self::worth) asks of any that differ so in
    /// [size](crate::fingerprint::Sizes).
    #[inline]
    pub(super) fn falls_short(&self, difference: u16, score: u32) -> bool {
        score < self.needed_by_size.at(difference)
    }

    /// What an exact comparison promises for a pair of articles whose numbers of distinct shingles lie between
    /// these bounds, and whose signatures have this score.
    #[inline]
    pub fn worth(
        &self,
        shingles_a: RangeInclusive<u32>,
        shingles_b: RangeInclusive<u32>,
        score: u32,
    ) -> Worth {
        let smaller = *shingles_a.start().min(shingles_b.start());
        let larger = *shingles_a.end().max(shingles_b.end());
        let least = self
            .rule
            .least_jaccard(f64::from(smaller), f64::from(larger));
        if score < self.needed.at(least) {
            Worth::Nothing
        } else if score < self.likely {
            Worth::Perhaps
        } else {
            Worth::Likely
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsh::Neighbours;
    use proptest::prelude::*;

    fn similarity(shared: u32, size_a: u32, size_b: u32) -> Similarity {
        Similarity {
            shared,
            size_a,
            size_b,
        }
    }

    #[test]
    fn the_two_measures() {
        let half = similarity(250, 250, 500);
        assert_eq!((half.jaccard(), half.containment()), (0.5, 1.0));
        assert_eq!(similarity(0, 0, 0).jaccard(), 0.0);
        assert_eq!(similarity(0, 0, 9).containment(), 0.0);
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

        #[test]
        fn only_a_low_score_of_articles_of_like_size_leaves_no_hope(difference in 0u16..20_000, more in 0u16..2_000, score in 0u32..96) {
            let scheme = Scheme::Neighbours(Neighbours::for_similarity(0.3, 128));
            let filter = Prefilter::new(Acceptance::default(), scheme.layout(128), scheme, 1e-2, 0.7);
            prop_assert!(!filter.is_hopeless(difference, 96));
            if !filter.is_hopeless(difference, score) {
                prop_assert!(!filter.is_hopeless(difference, score + 1));
                prop_assert!(!filter.is_hopeless(difference + more, score));
            }
            // All of one size: J = .7, of which 68 values agree, with a deviation of 4.5.
            prop_assert!(filter.is_hopeless(0, 40));
        }

        #[test]
        fn a_higher_score_never_hurts(a in 1u32..3000, b in 1u32..3000, score in 0u32..128) {
            let scheme = Scheme::Neighbours(Neighbours::for_similarity(0.3, 128));
            let filter = Prefilter::new(Acceptance::default(), scheme.layout(128), scheme, 1e-4, 0.7);
            prop_assert_eq!(filter.worth(a..=a, b..=b, 128), Worth::Likely);
            if filter.worth(a..=a, b..=b, score) != Worth::Nothing {
                prop_assert_ne!(filter.worth(a..=a, b..=b, score + 1), Worth::Nothing);
            }
        }
    }

    #[test]
    fn what_falls_short_by_size_is_worth_nothing() {
        use crate::fingerprint::Size;
        use crate::verify::NewsRule;
        let scheme = Scheme::Neighbours(Neighbours::for_similarity(0.3, 128));
        let layout = scheme.layout(128);
        let plain = |containment| Acceptance::new(0.7, containment, 30).unwrap();
        // Each with a score that falls short of it where both are of one size.
        let of_strangers = layout.expected_score(0.0).0 as u32;
        let rules = [
            // J = .6 at least, of which 77 values agree, with a deviation of 5.5.
            (plain(None), 50),
            (plain(Some(0.75)), 50),
            (NewsRule::default().floor(false), of_strangers),
            (NewsRule::default().floor(true), of_strangers),
        ];
        let with_losses = |rule| [(rule, 1e-4), (rule, 1e-2)];
        for ((rule, short), loss) in rules.into_iter().flat_map(with_losses) {
            let filter = Prefilter::new(rule, layout, scheme, loss, 0.7);
            assert!(filter.falls_short(0, short), "{rule:?}, {loss}");
            for (a, more) in [(1, 0), (3, 0), (40, 0), (40, 300), (700, 0), (700, 90)] {
                for b in (1..3_000).step_by(3) {
                    let (of_a, of_b) = (a..=a + more, b..=b);
                    let difference = Size::new(of_a.clone()).difference(Size::new(of_b.clone()));
                    let scores = 0..=layout.full_score();
                    // The greatest that falls short, if any does.
                    let short = scores
                        .take_while(|&score| filter.falls_short(difference, score))
                        .last();
                    if let Some(score) = short {
                        let worth = filter.worth(of_a, of_b, score);
                        assert_eq!(worth, Worth::Nothing, "{rule:?}, {loss}: {a} {more} {b}");
                    }
                }
            }
        }
    }

    /// Pairs that the rule just accepts: how many of them the values that are not kept whole leave no hope, and how few strangers pass.
    #[test]
    fn hopeless_are_strangers_and_hardly_a_copy() {
        use crate::fingerprint::{Kernel, Permutations, Sizes};
        const PAIRS: u32 = 4_000;
        let rule = Acceptance::new(0.7, Some(0.75), 30).unwrap();
        let scheme = Scheme::Neighbours(Neighbours::for_similarity(1.0 / 3.0, 128));
        let layout = scheme.layout(128);
        let filter = Prefilter::new(rule, layout, scheme, 1e-2, 0.7);
        let mut state = 11u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state ^ state >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        };
        for (size_a, size_b, shared) in [
            (300u32, 300, 247),
            (300, 400, 225),
            (200, 500, 150),
            (520, 520, 3),
        ] {
            let sizes = Sizes::new(2, |article| {
                [size_a..=size_a, size_b..=size_b][article as usize].clone()
            });
            let mut hopeless = 0;
            for seed in 0..PAIRS {
                let permutations = Permutations::new(128, seed.into()).unwrap();
                let all: Vec<u64> = (0..size_a + size_b - shared).map(|_| next()).collect();
                let low = |set: &[u64]| {
                    let (mut values, mut packed) = ([0; 128], vec![0; layout.words()]);
                    permutations.signature(set, &mut values);
                    layout.pack(&values, &mut packed);
                    packed.split_off(layout.whole_words())
                };
                let (a, b) = (
                    low(&all[..size_a as usize]),
                    low(&all[(size_a - shared) as usize..]),
                );
                let score = layout.low_score(Kernel::best(), &a, &b);
                hopeless += u32::from(filter.is_hopeless(sizes.difference(0, 1), score));
            }
            match rule.accepts(similarity(shared, size_a, size_b)) {
                // A tenth of the loss, 4 of them, is granted; 14 would be five standard deviations above that.
                true => assert!(hopeless <= 14, "{size_a} {size_b}: {hopeless} of {PAIRS}"),
                false => assert!(hopeless >= PAIRS - 2, "{hopeless} of {PAIRS}"),
            }
        }
    }
}
