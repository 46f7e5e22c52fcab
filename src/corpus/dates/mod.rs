//! Dates of publication in the forms that feeds, scrapers and people write them.
//!
//! ISO 8601 and RFC 3339 have a path of their own, numbers are taken for seconds, milliseconds,
//! microseconds or nanoseconds since 1970 by their size, and everything else is read word by word: RFC 2822,
//! `June 20, 2024`, `20 Jun 2024 5:30 PM`, `4 mars 2024`, `6/20/2024`, `2024年6月20日`. With points the day comes first, with slashes or dashes
//! the number that a [`DateOrder`] says, unless the other cannot be a month. A time without a zone, or with one that is not known, is UTC, a
//! date without a time is midnight. Another word that is not known makes the whole no date, rather than a guess.

pub(crate) mod names;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

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
        let tokens = tokens(text);
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
    if text.is_empty() || text.len() > LONGEST || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    // "2024-06-20T12:30:00+02:00[Europe/Paris]": the name says again what the offset does.
    let moment = text.strip_suffix(']').and_then(|text| text.split_once('['));
    iso(moment.map_or(text, |(moment, _)| moment).as_bytes())
        .or_else(|| number(text))
        .or_else(|| words(text, order))
}

/// Year, month, day.
type Ymd = (i64, i64, i64);
/// Hour, minute, second.
type Hms = (i64, i64, i64);

/// The moment of a date, a time of day and an offset in seconds east of UTC.
fn moment((year, month, day): Ymd, (hour, minute, second): Hms, offset: i64) -> Option<i64> {
    if !(1..=9999).contains(&year) {
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

/// The first `n` bytes as a number, and the rest.
fn fixed(bytes: &[u8], n: usize) -> Option<(i64, &[u8])> {
    let (digits, rest) = bytes.split_at_checked(n)?;
    let mut value = 0;
    for b in digits {
        if !b.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(b - b'0');
    }
    Some((value, rest))
}

fn byte<'a>(bytes: &'a [u8], of: &[u8]) -> Option<(u8, &'a [u8])> {
    let (first, rest) = bytes.split_first()?;
    of.contains(first).then_some((*first, rest))
}

/// `2024-06-20`, `2024/06/20`, `20240620`, with `T` or spaces and `10:30`, `103000`, `10:30:00.123`, then `Z` or an offset.
fn iso(bytes: &[u8]) -> Option<i64> {
    let (year, rest) = fixed(bytes, 4)?;
    let (month, day, rest) = match byte(rest, b"-/.") {
        Some((separator, rest)) => {
            let (month, rest) = fixed(rest, 2)?;
            let (_, rest) = byte(rest, &[separator])?;
            let (day, rest) = fixed(rest, 2)?;
            (month, day, rest)
        }
        None => {
            let (month, rest) = fixed(rest, 2)?;
            let (day, rest) = fixed(rest, 2)?;
            // Otherwise a longer number, which is no date; years that are likely, lest a count be one.
            if rest.first().is_some_and(u8::is_ascii_digit) || !(1500..2500).contains(&year) {
                return None;
            }
            (month, day, rest)
        }
    };
    let date = (year, month, day);
    if rest.is_empty() {
        return moment(date, (0, 0, 0), 0);
    }
    let rest = match byte(rest, b"Tt") {
        Some((_, rest)) => rest,
        None => {
            let trimmed = rest.trim_ascii_start();
            if trimmed.len() == rest.len() {
                return None;
            }
            trimmed
        }
    };
    let (hour, rest) = fixed(rest, 2)?;
    let (minute, second, rest) = match byte(rest, b":") {
        Some((_, rest)) => {
            let (minute, rest) = fixed(rest, 2)?;
            match byte(rest, b":") {
                Some((_, rest)) => {
                    let (second, rest) = fixed(rest, 2)?;
                    (minute, second, rest)
                }
                None => (minute, 0, rest),
            }
        }
        None => {
            let (minute, rest) = fixed(rest, 2)?;
            match fixed(rest, 2) {
                Some((second, rest)) => (minute, second, rest),
                None => (minute, 0, rest),
            }
        }
    };
    let rest = match byte(rest, b".,") {
        Some((_, rest)) => {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            &rest[digits..]
        }
        None => rest,
    };
    let offset = zone(rest.trim_ascii_start())?;
    moment(date, (hour, minute, second), offset)
}

/// Nothing, `Z`, `UTC`, `+02:00`, `+0200`, `+02`, `UTC+2`.
fn zone(bytes: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.is_empty() {
        return Some(0);
    }
    let rest = match text.find(['+', '-']) {
        Some(0) => text,
        Some(at) if names::zone(text[..at].trim()) == Some(0) => &text[at..],
        Some(_) => return None,
        None => return names::zone(text),
    };
    let sign = if rest.starts_with('-') { -1 } else { 1 };
    let rest = &rest.as_bytes()[1..];
    let (hours, rest) = fixed(rest, 2).or_else(|| fixed(rest, 1))?;
    let rest = byte(rest, b":").map_or(rest, |(_, rest)| rest);
    let (minutes, rest) = match rest {
        [] => (0, rest),
        _ => fixed(rest, 2)?,
    };
    if !rest.is_empty() || hours > 15 || minutes > 59 {
        return None;
    }
    Some(sign * (hours * 3600 + minutes * 60))
}

/// Seconds since 1970 or finer units, by size: all moments from 1973 to 5138 as seconds or milliseconds are told apart.
fn number(text: &str) -> Option<i64> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (text, "0"),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if digits(whole) && digits(fraction) {
        if fraction == "0"
            && whole.len() == 14
            && !whole.starts_with('0')
            && let Some(seconds) = compact(whole)
        {
            return Some(seconds);
        }
        let value: i64 = whole.parse().ok()?;
        return match value {
            100_000_000..100_000_000_000 => Some(value),
            100_000_000_000..100_000_000_000_000 => Some(value / 1_000),
            100_000_000_000_000..100_000_000_000_000_000 => Some(value / 1_000_000),
            100_000_000_000_000_000.. => Some(value / 1_000_000_000),
            _ => None,
        };
    }
    // As some programs write a float.
    if text.contains(['e', 'E'])
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || b".eE+".contains(&b))
    {
        let value: f64 = text.parse().ok()?;
        return match value {
            1e8..1e11 => Some(value as i64),
            1e11..1e14 => Some((value / 1e3) as i64),
            _ => None,
        };
    }
    None
}

/// `20240620103000`.
fn compact(digits: &str) -> Option<i64> {
    let (year, rest) = fixed(digits.as_bytes(), 4)?;
    let (month, rest) = fixed(rest, 2)?;
    let (day, rest) = fixed(rest, 2)?;
    let (hour, rest) = fixed(rest, 2)?;
    let (minute, rest) = fixed(rest, 2)?;
    let (second, _) = fixed(rest, 2)?;
    match (1900..2200).contains(&year) {
        true => moment((year, month, day), (hour, minute, second), 0),
        false => None,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Number(&'a str),
    Word(&'a str),
    Mark(char),
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::with_capacity(16);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let kind = |c: char| (c.is_ascii_digit(), c.is_alphabetic());
        let end = match kind(c) {
            (false, false) => c.len_utf8(),
            k => rest.find(|c| kind(c) != k).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(end);
        rest = after;
        match kind(c) {
            (true, _) => tokens.push(Token::Number(token)),
            (_, true) => tokens.push(Token::Word(token)),
            _ if c.is_whitespace()
                || matches!(c, ',' | '(' | ')' | '|' | '·' | '•' | '–' | '—' | ';') => {}
            _ => tokens.push(Token::Mark(c)),
        }
    }
    tokens
}

fn full_year(text: &str) -> Option<i64> {
    let year: i64 = text.parse().ok()?;
    match text.len() {
        4 => Some(year),
        // The rule of RFC 2822, with the pivot that POSIX uses.
        2 if year < 69 => Some(2000 + year),
        2 => Some(1900 + year),
        _ => None,
    }
}

/// Everything else, word by word.
fn words(text: &str, order: DateOrder) -> Option<i64> {
    use Token::{Mark, Number, Word};
    let tokens = tokens(text);
    let mut rest = tokens.as_slice();
    let (mut year, mut month_, mut day) = (None, None, None);
    let mut time: Option<Hms> = None;
    let mut offset = None;
    let small = |t: &str| {
        if t.len() <= 2 {
            t.parse::<i64>().ok()
        } else {
            None
        }
    };

    while let [first, after @ ..] = rest {
        rest = match (*first, after) {
            // A time of day.
            (Number(h), [Mark(':'), Number(m), more @ ..]) if time.is_none() => {
                let (mut hour, minute) = (small(h)?, small(m).filter(|_| m.len() == 2)?);
                let (second, more) = match more {
                    [Mark(':'), Number(s), more @ ..] => {
                        let more = match more {
                            [Mark('.'), Number(_), more @ ..] => more,
                            more => more,
                        };
                        (small(s)?, more)
                    }
                    more => (0, more),
                };
                let more = match half(more) {
                    Some((pm, more)) => {
                        hour = twelve(hour, pm)?;
                        more
                    }
                    None => more,
                };
                time = Some((hour, minute, second));
                more
            }
            // "5 PM".
            (Number(h), more) if time.is_none() && h.len() <= 2 && half(more).is_some() => {
                let (pm, more) = half(more)?;
                time = Some((twelve(small(h)?, pm)?, 0, 0));
                more
            }
            // A date in figures.
            (Number(a), [Mark(s), Number(b), Mark(t), Number(c), more @ ..])
                if matches!(s, '/' | '.' | '-') && s == t =>
            {
                if year.is_some() || month_.is_some() || day.is_some() {
                    return None;
                }
                let b: i64 = small(b)?;
                if a.len() == 4 {
                    (year, month_, day) = (full_year(a), Some(b), small(c));
                } else {
                    let a = small(a)?;
                    year = full_year(c);
                    let day_first = *s == '.' || (order == DateOrder::DayFirst && b <= 12);
                    (month_, day) = match day_first || a > 12 {
                        true => (Some(b), Some(a)),
                        false => (Some(a), Some(b)),
                    };
                }
                more
            }
            // As in Chinese, Japanese and Korean.
            (
                Number(y),
                [
                    Word("年" | "년"),
                    Number(m),
                    Word("月" | "월"),
                    Number(d),
                    Word("日" | "일"),
                    more @ ..,
                ],
            ) if year.is_none() && month_.is_none() && day.is_none() => {
                (year, month_, day) = (full_year(y), small(m), small(d));
                more
            }
            // An offset, after the time; the year may follow.
            (Mark(sign @ ('+' | '-')), [Number(n), more @ ..])
                if time.is_some()
                    && (year.is_some() || n.len() == 4 && matches!(more, [Number(_)])) =>
            {
                if offset.is_some_and(|o| o != 0) {
                    return None;
                }
                let (minutes, more) = match more {
                    [Mark(':'), Number(m), more @ ..] if n.len() <= 2 => (*m, more),
                    more => ("", more),
                };
                offset = Some(zone(format!("{sign}{n}{minutes}").as_bytes())?);
                more
            }
            (Number(n), more) => {
                if n.len() == 4 && year.is_none() {
                    year = full_year(n);
                } else if day.is_none() && n.len() <= 2 {
                    day = small(n);
                } else if n.len() == 2 && year.is_none() && month_.is_some() {
                    year = full_year(n);
                } else {
                    return None;
                }
                match more {
                    [Word("st" | "nd" | "rd" | "th" | "er" | "º"), more @ ..] => more,
                    more => more,
                }
            }
            (Word(word), more) => {
                if let Some(m) = names::month(word) {
                    if month_.replace(m).is_some() {
                        return None;
                    }
                } else if names::is_filler(word) {
                } else if let Some(hours) = names::zone(word) {
                    if time.is_none() || offset.is_some_and(|o| o != hours && hours != 0) {
                        return None;
                    }
                    // "-0400 (EDT)" says it twice, "GMT+2" in two parts.
                    offset.get_or_insert(hours);
                } else if !(more.is_empty() && time.is_some() && offset.is_none() && is_zone(word))
                {
                    return None;
                }
                more
            }
            // "Sept. 4", "20-Jun-2024".
            (Mark('.' | '-' | '/'), more) => more,
            (Mark(_), _) => return None,
        };
    }
    moment(
        (year?, month_?, day?),
        time.unwrap_or((0, 0, 0)),
        offset.unwrap_or(0),
    )
}

/// Whether a word looks like the short name of a zone: which one it is may depend on the country.
fn is_zone(word: &str) -> bool {
    (2..=5).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// AM or PM at the start of the tokens; `true` for PM.
fn half<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<(bool, &'t [Token<'a>])> {
    use Token::{Mark, Word};
    let (word, rest) = match tokens {
        [Word(a), Mark('.'), Word(m), Mark('.'), rest @ ..] if m.eq_ignore_ascii_case("m") => {
            (*a, rest)
        }
        [Word(word), rest @ ..] => (*word, rest),
        _ => return None,
    };
    match word.to_ascii_lowercase().as_str() {
        "am" | "a" => Some((false, rest)),
        "pm" | "p" => Some((true, rest)),
        _ => None,
    }
}

fn twelve(hour: i64, pm: bool) -> Option<i64> {
    match (hour, pm) {
        (12, false) => Some(0),
        (12, true) => Some(12),
        (1..=11, _) => Some(hour + if pm { 12 } else { 0 }),
        // "17:30 PM" is clear all the same.
        (13..=23, true) => Some(hour),
        _ => None,
    }
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
        ] {
            assert_eq!(parse_published(text), Some(MORNING), "{text}");
        }
        assert_eq!(parse_published("Jun 20, 2024 5:30 PM"), Some(DAY + 63_000));
        assert_eq!(parse_published("June 20, 2024 5 p.m."), Some(DAY + 61_200));
        assert_eq!(parse_published("Jun 20, 2024 12:05 AM"), Some(DAY + 300));
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
            "٢٠٢٤-٠٦-٢٠",
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
