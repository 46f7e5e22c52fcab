//! The size and the day of every article, as the search for candidates asks for them.

use super::days::Several;
use super::{Day, Days, Size};
use rayon::prelude::*;
use std::ops::RangeInclusive;

/// How large an article is, and when it was published.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SizeAndDay {
    pub(crate) size: Size,
    pub(crate) day: Day,
}

/// How many distinct shingles each article of a corpus has, as closely as signatures have to be told by it, and on which day it was published: 6
/// bytes an article.
///
/// They stand side by side since they are looked up together, of articles that lie anywhere in memory.
///
/// ```
/// use wirecopy::fingerprint::{Days, SizesAndDays};
/// let days = Days::new([Some(0), None]);
/// let known = SizesAndDays::new(days, |article| if article == 0 { 300..=300 } else { 20..=30 });
/// assert_eq!((known.len(), known.earliest(0).is_some(), known.earliest(1)), (2, true, None));
/// ```
#[derive(Debug)]
pub struct SizesAndDays {
    articles: Vec<SizeAndDay>,
    several: Several,
}

impl SizesAndDays {
    /// Those of the articles that have these days; `shingles` gives the least and the greatest number of distinct shingles that each may have.
    pub fn new(days: Days, shingles: impl Fn(u32) -> RangeInclusive<u32> + Sync) -> Self {
        let known = |article| SizeAndDay {
            size: Size::new(shingles(article)),
            day: days.of(article),
        };
        let articles = days.articles().into_par_iter().map(known).collect();
        Self {
            articles,
            several: days.several(),
        }
    }

    /// How many articles there are.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    /// Those of an article.
    #[inline]
    pub(crate) fn of(&self, article: u32) -> SizeAndDay {
        self.articles[article as usize]
    }

    /// How far apart two articles may be in size, as a logarithm.
    #[inline]
    pub(crate) fn difference(&self, a: u32, b: u32) -> u16 {
        self.of(a).size.difference(self.of(b).size)
    }

    /// The day of an article, or the earliest of those that it [stands for](Days::merge), in days since 1899-12-31; none if it is not known.
    ///
    /// # Panics
    /// If there is no such article.
    pub fn earliest(&self, article: u32) -> Option<u16> {
        self.earliest_from(self.of(article).day, article)
    }

    /// The same of an article of which the [day](SizeAndDay::day) is at hand.
    #[inline]
    pub(crate) fn earliest_from(&self, day: Day, article: u32) -> Option<u16> {
        day.number().or_else(|| self.several.earliest(article))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::Duplicates;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_known_of_an_article_is_its_size_and_its_day(
            times in proptest::collection::vec(proptest::option::of(-1_000_000_000i64..3_000_000_000), 3..50),
            stands in proptest::bool::ANY,
        ) {
            let mut days = Days::new(times.clone());
            let day = |article: usize| Days::new([times[article]]).of(0).number();
            let pairs = if stands { vec![(0, 1), (0, 2)] } else { Vec::new() };
            days.merge(&Duplicates { pairs, ..Duplicates::default() });
            let shingles = |article: u32| 10 * article..=10 * article + 5;
            let known = SizesAndDays::new(days, shingles);
            prop_assert_eq!(known.len(), times.len());
            for article in 0..times.len() {
                let of = known.of(article as u32);
                let size = Size::new(shingles(article as u32));
                prop_assert_eq!((of.size.least, of.size.most), (size.least, size.most));
                prop_assert_eq!(known.difference(0, article as u32), Size::new(0..=5).difference(size));
                // Of several printings the first counts where one day is asked for, and none for how far apart articles are.
                let (wanted, earliest) = match article == 0 && stands {
                    true => (None, (0..3).filter_map(day).min()),
                    false => (day(article), day(article)),
                };
                prop_assert_eq!(of.day.number(), wanted);
                prop_assert_eq!(known.earliest(article as u32), earliest);
            }
        }
    }
}
