//! On which days articles were published: enough to leave out pairs that are certainly too far apart.

/// A day for each article, in two bytes; unknown for an article without a date, or one outside the years 1900 to 2079.
#[derive(Debug, Default)]
pub struct Days {
    /// Days since 1899-12-31, 0 where the day is not known.
    days: Vec<u16>,
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

    /// A number of hours that two articles are apart at least; 0 if a day is not known.
    #[inline]
    pub fn least_hours(&self, a: u32, b: u32) -> u32 {
        let (a, b) = (self.days[a as usize], self.days[b as usize]);
        if a == 0 || b == 0 {
            return 0;
        }
        // From the end of the one day to the beginning of the other.
        24 * u32::from(a.abs_diff(b).saturating_sub(1))
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
            proptest::prop_assert!(u64::from(days.least_hours(0, 1)) <= hours);
            proptest::prop_assert!(u64::from(days.least_hours(0, 1)) + 48 > hours);
            days.forget(1);
            proptest::prop_assert_eq!(days.least_hours(0, 1), 0);
        }
    }
}
