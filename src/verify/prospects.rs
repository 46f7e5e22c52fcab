//! What signatures promise of pairs, for the search of candidates.

use super::{Prefilter, Rule};
use crate::fingerprint::{Fingerprints, Layout, Sizes};
use crate::lsh::{Dates, Promise, Scheme, Worth};

/// Judges pairs by their signatures, lengths and days: whether the [rule](Rule) may accept them.
#[derive(Debug)]
pub struct Prospects<'a> {
    prints: &'a Fingerprints,
    sizes: &'a Sizes,
    dates: Option<Dates<'a>>,
    /// Of pairs that may be near each other in time, and of those that are apart for sure.
    filters: [Prefilter; 2],
}

impl<'a> Prospects<'a> {
    /// For the articles of `prints`, which have these sizes and dates, and pairs that meet by `scheme`.
    pub fn new(
        prints: &'a Fingerprints,
        sizes: &'a Sizes,
        dates: Option<Dates<'a>>,
        rule: Rule,
        layout: Layout,
        scheme: Scheme,
    ) -> Self {
        let (loss, likely) = (rule.prefilter_loss(), rule.likely_jaccard());
        let floors = [rule.floor(), rule.floor_apart()];
        Self {
            prints,
            sizes,
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

impl Promise for Prospects<'_> {
    #[inline]
    fn is_hopeless(&self, a: u32, b: u32, low_score: u32) -> bool {
        self.filter(a, b)
            .is_hopeless(self.sizes.difference(a, b), low_score)
    }

    #[inline]
    fn worth(&self, a: u32, b: u32, score: u32) -> Worth {
        let filter = self.filter(a, b);
        // What is known suffices to leave most pairs out.
        if filter.falls_short(self.sizes.difference(a, b), score) {
            return Worth::Nothing;
        }
        let (of_a, of_b) = (self.prints.shingles(a), self.prints.shingles(b));
        filter.worth(of_a, of_b, score)
    }
}
