//! What signatures promise of pairs, for the search of candidates.

use super::{Prefilter, Rule};
use crate::fingerprint::{Day, Fingerprints, Layout, Size, Sizes};
use crate::lsh::{Promise, Scheme, Worth};

/// Judges pairs by their signatures, lengths and days: whether the [rule](Rule) may accept them.
#[derive(Debug)]
pub struct Prospects<'a> {
    prints: &'a Fingerprints,
    sizes: &'a Sizes,
    rule: Rule,
    /// Of pairs that may be near each other in time, and of those that are apart for sure.
    filters: [Prefilter; 2],
}

impl<'a> Prospects<'a> {
    /// For the articles of `prints`, which have these sizes, and pairs that meet by `scheme`.
    pub fn new(
        prints: &'a Fingerprints,
        sizes: &'a Sizes,
        rule: Rule,
        layout: Layout,
        scheme: Scheme,
    ) -> Self {
        let (loss, likely) = (rule.prefilter_loss(), rule.likely_jaccard());
        let floors = [rule.floor(), rule.floor_apart()];
        Self {
            prints,
            sizes,
            rule,
            filters: floors.map(|floor| Prefilter::new(floor, layout, scheme, loss, likely)),
        }
    }

    #[inline]
    fn filter(&self, a: Known, b: Known) -> &Prefilter {
        let hours = a.day.least_hours(b.day);
        &self.filters[usize::from(self.rule.are_apart(hours.into()))]
    }
}

/// What [`Prospects`] knows of an article: its length and its day.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    size: Size,
    day: Day,
}

impl Promise for Prospects<'_> {
    type Known = Known;

    #[inline]
    fn known(&self, article: u32) -> Known {
        Known {
            size: self.sizes.of(article),
            day: self.prints.days.of(article),
        }
    }

    #[inline]
    fn is_hopeless(&self, a: Known, b: Known, low_score: u32) -> bool {
        self.filter(a, b)
            .is_hopeless(a.size.difference(b.size), low_score)
    }

    #[inline]
    fn worth(&self, a: u32, b: u32, score: u32) -> Worth {
        let (known_a, known_b) = (self.known(a), self.known(b));
        let filter = self.filter(known_a, known_b);
        // What is known suffices to leave most pairs out.
        if filter.falls_short(known_a.size.difference(known_b.size), score) {
            return Worth::Nothing;
        }
        let (of_a, of_b) = (self.prints.shingles(a), self.prints.shingles(b));
        filter.worth(of_a, of_b, score)
    }
}
