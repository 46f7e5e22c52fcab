//! What signatures promise of pairs, for the search of candidates.

use super::{Acceptance, Rule};
use crate::fingerprint::{BySizes, Fingerprints, Layout, LeastScores, SizesAndDays};
use crate::lsh::{Dates, PairFilter, Scheme, Worth};
use std::ops::RangeInclusive;

/// Judges pairs by their signatures, lengths and days: whether the [rule](Rule) may accept them.
#[derive(Debug)]
pub struct Prospects<'a> {
    prints: &'a Fingerprints,
    sizes_and_days: &'a SizesAndDays,
    dates: Option<Dates<'a>>,
    /// Of pairs that may be near each other in time, and of those that are apart for sure.
    filters: [Prefilter; 2],
}

impl<'a> Prospects<'a> {
    /// For the articles of `prints`, which have these sizes and days, and pairs that meet by `scheme`.
    pub fn new(
        prints: &'a Fingerprints,
        sizes_and_days: &'a SizesAndDays,
        dates: Option<Dates<'a>>,
        rule: Rule,
        layout: Layout,
        scheme: Scheme,
    ) -> Self {
        let (loss, likely) = (rule.prefilter_loss(), rule.likely_jaccard());
        let floors = [rule.floor(), rule.floor_apart()];
        Self {
            prints,
            sizes_and_days,
            dates,
            filters: floors.map(|floor| Prefilter::new(floor, layout, scheme, loss, likely)),
        }
    }

    #[inline]
    fn filter(&self, a: u32, b: u32) -> &Prefilter {
        let apart = self.dates.is_some_and(|dates| dates.are_apart(a, b));
        &self.filters[usize::from(apart)]
    }
}

impl PairFilter for Prospects<'_> {
    #[inline]
    fn is_hopeless(&self, a: u32, b: u32, low_score: u32) -> bool {
        self.filter(a, b)
            .is_hopeless(self.sizes_and_days.difference(a, b), low_score)
    }

    #[inline]
    fn worth(&self, a: u32, b: u32, score: u32) -> Worth {
        let filter = self.filter(a, b);
        // What is known suffices to leave most pairs out.
        if filter.falls_short(self.sizes_and_days.difference(a, b), score) {
            return Worth::Nothing;
        }
        let (of_a, of_b) = (self.prints.shingles(a), self.prints.shingles(b));
        filter.worth(of_a, of_b, score)
    }
}

/// Tells from the score of two signatures ([`Layout::score`]) whether a pair can be accepted at all.
///
/// A pair is dropped when its score is so low that a pair at the
/// [least similarity](Acceptance::least_jaccard) of these two lengths would show as low a one with a probability
/// below the loss that is granted to the filter ([`Layout::least_score`]). Before that the values that are not kept whole are
/// looked at alone; a tenth of the loss is granted to them.
#[derive(Debug)]
struct Prefilter {
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
    fn new(rule: Acceptance, layout: Layout, scheme: Scheme, loss: f64, likely: f64) -> Self {
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
    /// ([`Layout::low_score`]). `difference` is that of the [sizes](crate::fingerprint::SizesAndDays) of its articles.
    #[inline]
    fn is_hopeless(&self, difference: u16, low_score: u32) -> bool {
        low_score < self.needed_low.at(difference)
    }

    /// Whether the score of the signatures of a pair is below what [`worth`](Self::worth) asks of any that differ so in
    /// [size](crate::fingerprint::SizesAndDays).
    #[inline]
    fn falls_short(&self, difference: u16, score: u32) -> bool {
        score < self.needed_by_size.at(difference)
    }

    /// What an exact comparison promises for a pair of articles whose numbers of distinct shingles lie between
    /// these bounds, and whose signatures have this score.
    #[inline]
    fn worth(
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
    use crate::verify::{NewsRule, Similarity};
    use proptest::prelude::*;

    proptest! {
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
        use crate::fingerprint::{Kernel, Permutations, Size};
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
            let difference = Size::new(size_a..=size_a).difference(Size::new(size_b..=size_b));
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
                hopeless += u32::from(filter.is_hopeless(difference, score));
            }
            let pair = Similarity {
                shared,
                size_a,
                size_b,
            };
            match rule.accepts(pair) {
                // A tenth of the loss, 4 of them, is granted; 14 would be five standard deviations above that.
                true => assert!(hopeless <= 14, "{size_a} {size_b}: {hopeless} of {PAIRS}"),
                false => assert!(hopeless >= PAIRS - 2, "{hopeless} of {PAIRS}"),
            }
        }
    }
}
