//! Dates of publication in the forms that feeds, scrapers and people write them.
//!
//! ISO 8601 and RFC 3339 have a path of their own, numbers are taken for seconds, milliseconds,
//! microseconds or nanoseconds since 1970 by their size, and everything else is read word by word: RFC 2822,
//! `June 20, 2024`, `20 Jun 2024 5:30 PM`, `4 mars 2024`, `6/20/2024`, `2024年6月20日`. With points the day comes first, with slashes or dashes
//! the number that a [`DateOrder`] says, unless the other cannot be a month. A time without a zone, or with one that is not known, is UTC, a
//! date without a time is midnight. Another word that is not known makes the whole no date, rather than a guess.

mod iso;
pub(crate) mod names;
mod number;
mod words;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use std::borrow::Cow;
use words::Token;

/// Which number comes first in a date like 4/3/2024.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// The month, as in the United States.
    #[default]
    MonthFirst,
    /// The day, as nearly everywhere else.
    DayFirst,
}

impl DateOrder {
    /// What a date says about others of its kind: in one with slashes or dashes a number over 12 is the day.
    ///
    /// ```
    /// use wirecopy::corpus::dates::DateOrder;
    /// assert_eq!(DateOrder::told_by("20/6/2024 10:30"), Some(DateOrder::DayFirst));
    /// assert_eq!(DateOrder::told_by("6/7/2024"), None);
    /// ```
    pub fn told_by(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let tokens = words::tokens(text);
        let (a, b) = tokens.windows(5).find_map(|five| match *five {
            [
                Token::Number(a),
                Token::Mark(s @ ('/' | '-')),
                Token::Number(b),
                Token::Mark(t),
                Token::Number(c),
            ] if s == t && a.len() <= 2 && b.len() <= 2 && (c.len() == 4 || s == '/') => {
                Some((a.parse::<u8>().ok()?, b.parse::<u8>().ok()?))
            }
            _ => None,
        })?;
        match (a, b) {
            (13..=31, 1..=12) => Some(Self::DayFirst),
            (1..=12, 13..=31) => Some(Self::MonthFirst),
            _ => None,
        }
    }
}

/// What many dates say about their order.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Told {
    month_first: bool,
    day_first: bool,
}

impl Told {
    /// Adds what one says.
    pub fn look(&mut self, text: &str) {
        match DateOrder::told_by(text) {
            Some(DateOrder::MonthFirst) => self.month_first = true,
            Some(DateOrder::DayFirst) => self.day_first = true,
            None => {}
        }
    }

    /// Adds what others say.
    pub fn add(&mut self, other: Self) {
        self.month_first |= other.month_first;
        self.day_first |= other.day_first;
    }

    /// The order, if all say the same.
    pub fn order(self) -> Option<DateOrder> {
        match (self.month_first, self.day_first) {
            (true, false) => Some(DateOrder::MonthFirst),
            (false, true) => Some(DateOrder::DayFirst),
            _ => None,
        }
    }
}

/// [`parse_published_in`] the order that has the month first.
///
/// ```
/// use wirecopy::corpus::dates::parse_published;
/// assert_eq!(parse_published("2024-06-20T10:30:00+02:00"), Some(1_718_872_200));
/// assert_eq!(parse_published("6/20/2024"), Some(1_718_841_600));
/// assert_eq!(parse_published("June 31, 2024"), None);
/// ```
pub fn parse_published(text: &str) -> Option<i64> {
    parse_published_in(text, DateOrder::MonthFirst)
}

/// Longer than any date, in bytes, and a bound on the work.
const LONGEST: usize = 100;

/// Seconds since 1970-01-01T00:00:00Z, or `None` if this is no date, or one that does not exist.
///
/// ```
/// use wirecopy::corpus::dates::{DateOrder, parse_published, parse_published_in};
/// let day_first = |text| parse_published_in(text, DateOrder::DayFirst);
/// assert_eq!(day_first("4/3/2024"), parse_published("2024-03-04"));
/// assert_eq!(day_first("3/20/2024"), parse_published("2024-03-20"));
/// ```
pub fn parse_published_in(text: &str, order: DateOrder) -> Option<i64> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let digits = western_digits(text);
    let text = digits.as_ref();
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    // "2024-06-20T12:30:00+02:00[Europe/Paris]": the name says again what the offset does.
    let moment = text.strip_suffix(']').and_then(|text| text.split_once('['));
    iso::iso(moment.map_or(text, |(moment, _)| moment).as_bytes())
        .or_else(|| number::number(text))
        .or_else(|| words::words(text, order))
        // The first moment of 1970, with its time, is what programs make of no date; so is that of the year 1.
        .filter(|&seconds| seconds != 0 || !text.contains(':'))
}

/// A text with the digits of Arabic, Persian and Hindi as those of ASCII.
fn western_digits(text: &str) -> Cow<'_, str> {
    let digit = |c: char| match c {
        '٠'..='٩' => Some(c as u32 - '٠' as u32),
        '۰'..='۹' => Some(c as u32 - '۰' as u32),
        '०'..='९' => Some(c as u32 - '०' as u32),
        _ => None,
    };
    if text.is_ascii() || !text.contains(|c| digit(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let western = |c: char| digit(c).and_then(|digit| char::from_digit(digit, 10));
    text.chars().map(|c| western(c).unwrap_or(c)).collect()
}

/// Year, month, day.
type Ymd = (i64, i64, i64);
/// Hour, minute, second.
type Hms = (i64, i64, i64);

/// The moment of a date, a time of day and an offset in seconds east of UTC.
fn moment((year, month, day): Ymd, (hour, minute, second): Hms, offset: i64) -> Option<i64> {
    if !(1..=9999).contains(&year) || (year, month, day) == (1, 1, 1) {
        return None;
    }
    let date = Date::new(
        year.try_into().ok()?,
        month.try_into().ok()?,
        day.try_into().ok()?,
    )
    .ok()?;
    // A leap second is the second before it.
    let second = if second == 60 { 59 } else { second };
    let time = Time::new(
        hour.try_into().ok()?,
        minute.try_into().ok()?,
        second.try_into().ok()?,
        0,
    )
    .ok()?;
    let local = Offset::UTC
        .to_timestamp(DateTime::from_parts(date, time))
        .ok()?;
    Some(local.as_second() - offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 1_718_841_600; // 2024-06-20T00:00:00Z
    const MORNING: i64 = DAY + 10 * 3600 + 30 * 60;

    #[test]
    fn iso_in_its_variants() {
        for text in [
            "2024-06-20T10:30:00Z",
            "2024-06-20T10:30Z",
            "2024-06-20 10:30",
            "2024-06-20 10:30:00",
            "2024-06-20T10:30:00.123456789Z",
            "2024-06-20T10:30:00,5",
            "2024-06-20T12:30:00+02:00",
            "2024-06-20T12:30:00+0200",
            "2024-06-20 12:30:00 +02",
            "2024-06-20T05:00:00-05:30",
            "2024-06-20t10:30:00z",
            "2024-06-20 10:30:00 UTC",
            "2024-06-20 10:30:00 UTC+0",
            "2024/06/20 10:30:00",
            "20240620T103000Z",
            "20240620T1030",
            "20240620103000",
            " 2024-06-20T10:30:00Z\n",
            "2024-6-20 10:30",
        ] {
            assert_eq!(parse_published(text), Some(MORNING), "{text}");
        }
        for text in ["2024-06-20", "20240620", "2024.06.20", "2024/6/20"] {
            assert_eq!(parse_published(text), Some(DAY), "{text}");
        }
        assert_eq!(parse_published("1969-12-31T23:59:59Z"), Some(-1));
        assert_eq!(parse_published("2016-12-31T23:59:60Z"), Some(1_483_228_799));
    }

    #[test]
    fn numbers_since_1970() {
        for text in [
            "1718879400",
            "1718879400.75",
            "1718879400000",
            "1718879400000000",
            "1718879400000000000",
            "1.7188794e9",
            "1.7188794e+12",
        ] {
            assert_eq!(parse_published(text), Some(MORNING), "{text}");
        }
    }

    #[test]
    fn words_and_figures() {
        for text in [
            "6/20/2024",
            "06/20/24",
            "20/6/2024",
            "06-20-2024",
            "20.06.2024",
            "20.6.2024",
            "June 20, 2024",
            "Jun 20 2024",
            "june 20th, 2024",
            "20 June 2024",
            "20th of June, 2024",
            "Thursday, June 20, 2024",
            "Thu 20 Jun 2024",
            "20-Jun-2024",
            "20 Jun. 24",
            "2024 June 20",
            "20. Juni 2024",
            "Donnerstag, den 20. Juni 2024",
            "jeudi 20 juin 2024",
            "20 de junio de 2024",
            "giovedì 20 giugno 2024",
            "quinta-feira, 20 de junho de 2024",
            "donderdag 20 juni 2024",
            "Updated June 20, 2024",
            "20 июня 2024 г.",
            "2024年6月20日",
            "2024년 6월 20일",
            "٢٠٢٤-٠٦-٢٠",
            "٢٠ يونيو ٢٠٢٤",
            "۲۰ يونيو، ۲۰۲۴",
            "२० जून 2024",
        ] {
            assert_eq!(parse_published(text), Some(DAY), "{text}");
        }
        for text in [
            "Thu, 20 Jun 2024 10:30:00 +0000",
            "Thu, 20 Jun 2024 10:30:00 GMT",
            "20 Jun 2024 06:30 EDT",
            "Thu, 20 Jun 2024 06:30:00 -0400 (EDT)",
            "Jun 20, 2024 10:30 AM",
            "June 20, 2024 at 10:30 a.m.",
            "June 20, 2024, 10:30am UTC",
            "10:30 AM, June 20, 2024",
            "6/20/2024 10:30:00 AM",
            "20.06.2024 10:30",
            "20-JUN-2024 10:30:00.25",
            "20 Jun 2024 12:30:00 +02:00",
            "20 Jun 2024 | 12:30 GMT+2",
            "Thu Jun 20 10:30:00 2024",
            "Thu Jun 20 10:30:00 UTC 2024",
            "Thu Jun 20 10:30:00 +0000 2024",
            "Thu Jun 20 12:30:00 +0200 2024",
            "10:30 Jun-20 2024",
            "2024-06-20T12:30:00+02:00[Europe/Paris]",
            "20 Jun 2024 10:30 IST",
            "20. Juni 2024 um 10:30 Uhr",
            "20.06.2024 10.30 Uhr",
            "20 juin 2024 à 10h30",
            "20 juin 2024, 10h30",
            "20 de junio de 2024 a las 10:30",
            "junio 20 a las 10:30, 2024",
            "20 giugno 2024 alle 10:30",
            "20 giugno 2024 alle ore 10:30",
            "20 de junho de 2024 às 10:30",
            "20 juni 2024 om 10:30 uur",
            "20 июня 2024 в 10:30",
            "June 20, 2024 19:30 JST",
            "June 20, 2024 20:00 ACST",
            "June 20, 2024 13:30 MSK",
        ] {
            assert_eq!(parse_published(text), Some(MORNING), "{text}");
        }
        assert_eq!(parse_published("Jun 20, 2024 5:30 PM"), Some(DAY + 63_000));
        assert_eq!(parse_published("June 20, 2024 5 p.m."), Some(DAY + 61_200));
        assert_eq!(parse_published("Jun 20, 2024 12:05 AM"), Some(DAY + 300));
        for evening in ["20 juin 2024 18h", "20. Juni 2024, 18 Uhr"] {
            assert_eq!(parse_published(evening), Some(DAY + 18 * 3600));
        }
        assert_eq!(parse_published("1970-01-01"), Some(0));
        assert_eq!(
            parse_published("4 Sept. 2024"),
            parse_published("2024-09-04")
        );
    }

    #[test]
    fn no_date_is_no_date() {
        for text in [
            "",
            "yesterday",
            "2024",
            "2024-13-01",
            "2023-02-29",
            "2024-06-20T25:00:00Z",
            "2024-06-20T10:30:00+99:00",
            "2024-06-20T10:61",
            "2024-06-20Q",
            "June 31, 2024",
            "31.06.2024",
            "13/13/2024",
            "Smarch 3, 2024",
            "June 20",
            "10:30",
            "10:30 AM",
            "12345",
            "0",
            "-5",
            "99999999999999999999999999",
            "3 hours ago",
            "June 20, 2024 in Paris",
            "June July 20 2024",
            "1 2 3 4 5",
            "0001-01-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "1970-01-01 00:00:00",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "2024-06-\u{301}20",
            "1e999",
        ] {
            assert_eq!(parse_published(text), None, "{text}");
        }
        let long = "1".repeat(10_000);
        assert_eq!(parse_published(&long), None);
        assert_eq!(DateOrder::told_by(&long), None);
    }

    #[test]
    fn names_of_all_months() {
        for (at, name) in [
            "1er janvier",
            "1 fevereiro",
            "1 märz",
            "1º abril",
            "1 May",
            "1 juni",
            "1 luglio",
            "1 août",
            "1 Sept.",
            "1 octubre",
            "1 November",
            "1 décembre",
        ]
        .iter()
        .enumerate()
        {
            let wanted = parse_published(&format!("2024-{:02}-01", at + 1));
            assert_eq!(parse_published(&format!("{name} 2024")), wanted, "{name}");
        }
    }

    #[test]
    fn names_of_months_that_have_marks() {
        for (month, name) in [
            (3, "मार्च"),
            (4, "अप्रैल"),
            (4, "ابريل"),
            (8, "अगस्त"),
            (10, "अक्टूबर"),
            (10, "اكتوبر"),
        ] {
            let wanted = parse_published(&format!("2024-{month:02}-05"));
            assert_eq!(parse_published(&format!("5 {name} 2024")), wanted, "{name}");
        }
    }

    #[test]
    fn the_order_counts_where_it_is_not_clear() {
        let both = |text| {
            [DateOrder::MonthFirst, DateOrder::DayFirst]
                .map(|order| parse_published_in(text, order))
        };
        let day = |text| parse_published(text);
        assert_eq!(both("4/3/2024"), [day("2024-04-03"), day("2024-03-04")]);
        assert_eq!(both("04-03-24"), [day("2024-04-03"), day("2024-03-04")]);
        for clear in [
            "20/6/2024",
            "6/20/2024",
            "20.06.2024",
            "2024/06/20",
            "06-20-2024",
        ] {
            assert_eq!(both(clear), [Some(DAY); 2], "{clear}");
        }
        assert_eq!(both("4.3.2024"), [day("2024-03-04"); 2]);
        for (text, order) in [
            ("20/6/2024", Some(DateOrder::DayFirst)),
            ("Thu 20-06-2024, 10:30", Some(DateOrder::DayFirst)),
            ("06/20/2024 10:30", Some(DateOrder::MonthFirst)),
            ("6/7/2024", None),
            // This may be a year.
            ("24-06-13", None),
            ("24/06/13", Some(DateOrder::DayFirst)),
            ("20.6.2024", None),
            ("2024-06-20", None),
            ("2024/20/06", None),
            ("40/1/2024", None),
            ("20-Jun-2024", None),
            ("", None),
        ] {
            assert_eq!(DateOrder::told_by(text), order, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "[0-9a-zA-Z:/+.,T -]{0,40}|\\PC{0,40}") {
            parse_published(&text);
        }

        #[test]
        fn what_jiff_writes_is_read(seconds in -2_000_000_000i64..4_000_000_000) {
            let time = jiff::Timestamp::from_second(seconds).unwrap();
            proptest::prop_assert_eq!(parse_published(&time.to_string()), Some(seconds));
            let rfc2822 = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_string(&time).unwrap();
            proptest::prop_assert_eq!(parse_published(&rfc2822), Some(seconds));
        }
    }
}
