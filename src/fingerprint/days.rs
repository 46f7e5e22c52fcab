//! On which days articles were published: enough to leave out pairs that are certainly too far apart.

use super::Duplicates;
use std::ops::Range;

/// A day for each article, in two bytes; unknown for an article without a date, or one outside the years 1900 to 2079.
///
/// Where an article stands for others with the same words and days of their own ([`merge`](Self::merge)), its day is not known, but the
/// [earliest](super::SizesAndDays::earliest) of all is.
///
/// ```
/// use wirecopy::fingerprint::{Days, Duplicates};
/// const DAY: i64 = 24 * 3600;
/// let mut days = Days::new([Some(10 * DAY), Some(3 * DAY), None]);
/// assert_eq!(days.of(0).least_hours(days.of(1)), 6 * 24);
/// days.merge(&Duplicates { pairs: vec![(0, 1)], ..Duplicates::default() });
/// assert_eq!(days.of(0).least_hours(days.of(1)), 0);
/// ```
#[derive(Debug, Default)]
pub struct Days {
    /// Days since 1899-12-31, 0 where the day is not known.
    days: Vec<u16>,
    several: Several,
}

/// Articles that stand for others, ascending, and the earliest of their days.
#[derive(Debug, Default)]
pub(super) struct Several(Vec<(u32, u16)>);

impl Several {
    /// The earliest day of an article and those that it stands for, if it stands for any and one is known.
    pub(super) fn earliest(&self, article: u32) -> Option<u16> {
        let found = self
            .0
            .binary_search_by_key(&article, |&(article, _)| article);
        found.ok().map(|at| self.0[at].1)
    }
}

/// The day of an article, if it is known.
#[derive(Debug, Clone, Copy)]
pub struct Day(u16);

impl Day {
    /// Its number since 1899-12-31, if it is known.
    #[inline]
    pub(super) fn number(self) -> Option<u16> {
        (self.0 != 0).then_some(self.0)
    }

    /// A number of hours that two articles are apart at least; 0 if a day is not known.
    #[inline]
    pub fn least_hours(self, other: Self) -> u32 {
        if self.0 == 0 || other.0 == 0 {
            return 0;
        }
        // From the end of the one day to the beginning of the other.
        24 * u32::from(self.0.abs_diff(other.0).saturating_sub(1))
    }
}

const SECONDS: i64 = 24 * 3600;
/// 1899-12-31 in days from 1970-01-01.
const EPOCH: i64 = -25_568;

impl Days {
    /// The days of these times in seconds since 1970 UTC, one for each article.
    pub fn new(times: impl IntoIterator<Item = Option<i64>>) -> Self {
        Self {
            days: times.into_iter().map(Self::day).collect(),
            several: Several::default(),
        }
    }

    /// The day of a time in seconds since 1970 UTC, as it is kept.
    pub(super) fn day(published: Option<i64>) -> u16 {
        let day = published.map(|at| at.div_euclid(SECONDS) - EPOCH);
        day.and_then(|day| u16::try_from(day).ok()).unwrap_or(0)
    }

    pub(super) fn extend(&mut self, days: &[u16]) {
        self.days.extend_from_slice(days);
    }

    /// Lets articles stand for their exact duplicates: of their days no more than the [earliest](super::SizesAndDays::earliest) is known.
    pub fn merge(&mut self, duplicates: &Duplicates) {
        for printings in duplicates.pairs.chunk_by(|a, b| a.0 == b.0) {
            let article = printings[0].0;
            let all = printings.iter().map(|&(_, other)| other).chain([article]);
            let known = all.map(|article| self.days[article as usize]);
            if let Some(earliest) = known.filter(|&day| day > 0).min() {
                self.several.0.push((article, earliest));
            }
            self.days[article as usize] = 0;
        }
    }

    /// The earliest days of articles that stand for others.
    pub(super) fn several(self) -> Several {
        self.several
    }

    /// The articles.
    pub(super) fn articles(&self) -> Range<u32> {
        0..self.days.len() as u32
    }

    /// The day of an article.
    ///
    /// # Panics
    /// If there is no such article.
    #[inline]
    pub fn of(&self, article: u32) -> Day {
        Day(self.days[article as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_known_times() {
        let day = |text: &str| Days::day(crate::corpus::dates::parse_published(text));
        assert_eq!(day("1900-01-01"), 1);
        assert_eq!(day("1970-01-02") - day("1970-01-01"), 1);
        assert_eq!(
            [day("1899-12-31"), day("2100-01-01"), day("no date")],
            [0; 3]
        );
        assert_ne!(day("2079-06-01"), 0);
    }

    proptest::proptest! {
        #[test]
        fn hours_are_never_more_than_they_are(a in -2_000_000_000i64..3_000_000_000, b in -2_000_000_000i64..3_000_000_000) {
            let mut days = Days::new([Some(a), Some(b)]);
            let hours = a.abs_diff(b) / 3600;
            let least = days.of(0).least_hours(days.of(1));
            proptest::prop_assert!(u64::from(least) <= hours);
            proptest::prop_assert!(u64::from(least) + 48 > hours);
            days.merge(&Duplicates { pairs: vec![(0, 1)], ..Duplicates::default() });
            proptest::prop_assert_eq!(days.of(0).least_hours(days.of(1)), 0);
        }
    }
}
