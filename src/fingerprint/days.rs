//! On which days articles were published: enough to leave out pairs that are certainly too far apart.

/// A day for each article, in two bytes; unknown for an article without a date, or one outside the years 1900 to 2079.
#[derive(Debug, Default)]
pub struct Days {
    /// Days since 1899-12-31, 0 where the day is not known.
    days: Vec<u16>,
}

/// The day of an article, if it is known.
#[derive(Debug, Clone, Copy)]
pub struct Day(u16);

impl Day {
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
    /// The day of a time in seconds since 1970 UTC, as it is kept.
    pub(super) fn day(published: Option<i64>) -> u16 {
        let day = published.map(|at| at.div_euclid(SECONDS) - EPOCH);
        day.and_then(|day| u16::try_from(day).ok()).unwrap_or(0)
    }

    pub(super) fn extend(&mut self, days: &[u16]) {
        self.days.extend_from_slice(days);
    }

    /// Makes the day of an article unknown, since it stands for others with days of their own.
    pub fn forget(&mut self, article: u32) {
        self.days[article as usize] = 0;
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
            let mut days = Days::default();
            days.extend(&[Days::day(Some(a)), Days::day(Some(b))]);
            let hours = a.abs_diff(b) / 3600;
            let least = days.of(0).least_hours(days.of(1));
            proptest::prop_assert!(u64::from(least) <= hours);
            proptest::prop_assert!(u64::from(least) + 48 > hours);
            days.forget(1);
            proptest::prop_assert_eq!(days.of(0).least_hours(days.of(1)), 0);
        }
    }
}
