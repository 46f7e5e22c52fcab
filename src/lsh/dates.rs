//! When articles were published, as far as that says which pairs are worth a look.

use crate::fingerprint::{Day, SizesAndDays};

/// A period of time of whole days, no shorter than copies may be apart: two copies are of one period, or of two that follow each other.
///
/// Periods have numbers that begin again after [`PERIODS`]: some that are far apart seem to be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period(pub(super) u16);

/// Eleven years, where copies may be a day apart.
const PERIODS: u16 = 1 << Period::BITS;

impl Period {
    /// Bits of its number.
    pub(super) const BITS: u32 = 12;

    /// The period that follows.
    #[inline]
    pub(super) fn next(self) -> Self {
        Self((self.0 + 1) % PERIODS)
    }
}

/// When the articles of a corpus were published, and how far apart copies may be.
///
/// ```
/// use wirecopy::fingerprint::{Days, SizesAndDays};
/// use wirecopy::lsh::Dates;
/// const DAY: i64 = 24 * 3600;
/// let days = Days::new([Some(0), Some(5 * DAY), Some(20 * DAY), None]);
/// let articles = SizesAndDays::new(days, |_| 100..=100);
/// let dates = Dates::new(&articles, 7.0 * 24.0);
/// assert!(dates.are_apart(0, 2) && !dates.are_apart(0, 1));
/// // A date that is not known rules nothing out.
/// assert!(!dates.are_apart(0, 3));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Dates<'a> {
    sizes_and_days: &'a SizesAndDays,
    window_hours: f64,
    days_of_a_period: u16,
    /// Periods in which articles of the corpus were published.
    periods: usize,
}

impl<'a> Dates<'a> {
    /// Of these articles, copies of which are at most `window_hours` apart; what is below a day, or no number, makes periods of a day.
    pub fn new(sizes_and_days: &'a SizesAndDays, window_hours: f64) -> Self {
        let length = (window_hours / 24.0).ceil();
        let mut dates = Self {
            sizes_and_days,
            window_hours,
            days_of_a_period: length.max(1.0).min(f64::from(u16::MAX)) as u16,
            periods: 0,
        };
        let mut seen = [false; PERIODS as usize];
        let all = 0..sizes_and_days.len() as u32;
        let period = |article| dates.period(sizes_and_days.of(article).day, article);
        for Period(number) in all.filter_map(period) {
            seen[usize::from(number)] = true;
        }
        dates.periods = seen.iter().filter(|seen| **seen).count();
        dates
    }

    /// Whether two articles were published further apart than copies are, for sure.
    #[inline]
    pub fn are_apart(&self, a: u32, b: u32) -> bool {
        self.are_apart_on(self.sizes_and_days.of(a).day, self.sizes_and_days.of(b).day)
    }

    /// The same of articles of these days.
    #[inline]
    pub(super) fn are_apart_on(&self, a: Day, b: Day) -> bool {
        f64::from(a.least_hours(b)) > self.window_hours
    }

    /// In how many periods the corpus was published.
    pub(super) fn periods(&self) -> usize {
        self.periods
    }

    /// The period in which an article of this day was published, of a text that was printed several times the first; none if its date is not known.
    #[inline]
    pub(super) fn period(&self, day: Day, article: u32) -> Option<Period> {
        let day = self.sizes_and_days.earliest_from(day, article)?;
        Some(Period(day / self.days_of_a_period % PERIODS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::{Days, Duplicates};
    use proptest::prelude::*;

    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;

    fn published(days: Days) -> SizesAndDays {
        SizesAndDays::new(days, |_| 100..=100)
    }

    fn period(dates: &Dates, article: u32) -> Option<Period> {
        dates.period(dates.sizes_and_days.of(article).day, article)
    }

    proptest! {
        #[test]
        fn copies_are_of_one_period_or_two_that_follow_each_other(
            at in 0i64..100_000 * HOUR, window in 0i64..3_000, apart in 0i64..4_000, part in 0i64..HOUR
        ) {
            let articles = published(Days::new([Some(at), Some(at + apart * HOUR + part), None]));
            let dates = Dates::new(&articles, window as f64 + 0.99);
            let (a, b) = (period(&dates, 0).unwrap(), period(&dates, 1).unwrap());
            if apart <= window {
                prop_assert!(a == b || a.next() == b);
                prop_assert!(!dates.are_apart(0, 1));
            } else if apart > window + 48 {
                prop_assert!(dates.are_apart(1, 0));
            }
            prop_assert_eq!(period(&dates, 2), None);
            prop_assert!(!dates.are_apart(0, 2));
        }
    }

    #[test]
    fn periods_are_counted() {
        let days = Days::new([Some(DAY), Some(DAY), None, Some(90 * DAY), Some(-9 * DAY)]);
        let articles = published(days);
        assert_eq!(Dates::new(&articles, 72.0).periods(), 3);
        assert_eq!(Dates::new(&articles, 1e9).periods(), 1);
        let undated = published(Days::new([None]));
        assert_eq!(Dates::new(&undated, 72.0).periods(), 0);
    }

    #[test]
    fn a_text_of_several_days_is_of_the_first_period_and_apart_from_nothing() {
        let mut days = Days::new([
            Some(90 * DAY),
            Some(2 * DAY),
            Some(DAY),
            Some(40 * DAY),
            None,
        ]);
        let pairs = vec![(0, 1), (0, 2), (3, 4)];
        days.merge(&Duplicates {
            pairs,
            ..Duplicates::default()
        });
        let articles = published(days);
        let dates = Dates::new(&articles, 24.0);
        assert_eq!(period(&dates, 0), period(&dates, 2));
        assert_eq!(period(&dates, 1), period(&dates, 2).map(Period::next));
        assert!(!dates.are_apart(0, 3) && !dates.are_apart(0, 1) && !dates.are_apart(3, 1));
        assert!(period(&dates, 3).is_some());
    }

    #[test]
    fn periods_begin_again() {
        assert_eq!(Period(PERIODS - 1).next(), Period(0));
        assert_eq!(Period(0).next(), Period(1));
    }
}
