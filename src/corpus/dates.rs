//! Dates as they are published to seconds.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};

/// Seconds since 1970 UTC of a date in ISO 8601 (with or without time and zone), in RFC 2822, or
/// in seconds or milliseconds since 1970. A time without a zone counts as UTC, a date as its midnight;
/// anything else is `None`.
///
/// ```
/// use wirecopy::corpus::parse_published;
/// assert_eq!(parse_published("1970-01-02"), Some(86_400));
/// assert_eq!(parse_published("1970-01-01T02:00:00+02:00"), Some(0));
/// assert_eq!(parse_published("yesterday"), None);
/// ```
pub fn parse_published(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        // From 1973 in milliseconds and to 5138 in seconds the two cannot be taken for one another.
        return (text.len() > 8).then_some(if number.abs() >= 100_000_000_000 {
            number.div_euclid(1000)
        } else {
            number
        });
    }
    let utc = |time: DateTime| {
        TimeZone::UTC
            .to_timestamp(time)
            .ok()
            .map(|stamp| stamp.as_second())
    };
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Some(stamp.as_second());
    }
    if let Ok(time) = text.parse::<DateTime>() {
        return utc(time);
    }
    if let Ok(date) = text.parse::<Date>() {
        return utc(date.at(0, 0, 0, 0));
    }
    jiff::fmt::rfc2822::parse(text)
        .ok()
        .map(|zoned| zoned.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_one_moment() {
        for text in [
            "2024-06-20T10:30:00Z",
            "2024-06-20 10:30:00",
            "2024-06-20T12:30:00.25+02:00",
            "Thu, 20 Jun 2024 10:30:00 +0000",
            "1718879400",
            "1718879400123",
        ] {
            assert_eq!(parse_published(text), Some(1_718_879_400), "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in ["", "soon", "2024-13-01", "2024-02-30", "12"] {
            assert_eq!(parse_published(text), None, "{text}");
        }
    }
}
