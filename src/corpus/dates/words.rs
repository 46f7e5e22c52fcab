//! Dates as people write them, word by word.

use super::iso::zone;
use super::{DateOrder, Hms, moment, names};
use Token::{Mark, Number, Word};
use unicode_normalization::char::is_combining_mark;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Number(&'a str),
    Word(&'a str),
    Mark(char),
}

/// The numbers, words and marks of a text, without what only stands between them.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::with_capacity(16);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // Vowel signs of Hindi are marks.
        let kind = |c: char| {
            (
                c.is_ascii_digit(),
                c.is_alphabetic() || is_combining_mark(c),
            )
        };
        let end = match kind(c) {
            (false, false) => c.len_utf8(),
            k => rest.find(|c| kind(c) != k).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(end);
        rest = after;
        match kind(c) {
            (true, _) => tokens.push(Number(token)),
            (_, true) => tokens.push(Word(token)),
            _ if c.is_whitespace()
                || matches!(c, ',' | '،' | '(' | ')' | '|' | '·' | '•' | '–' | '—' | ';') =>
                {}
            _ => tokens.push(Mark(c)),
        }
    }
    tokens
}

/// The moment that a text names, if all of it belongs to a date.
pub(super) fn words(text: &str, order: DateOrder) -> Option<i64> {
    let tokens = tokens(text);
    let mut read = Reading::default();
    let mut rest = tokens.as_slice();
    while !rest.is_empty() {
        rest = read.take(rest, order)?;
    }
    moment(
        (read.year?, read.month?, read.day?),
        read.time.unwrap_or((0, 0, 0)),
        read.offset.unwrap_or(0),
    )
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    time: Option<Hms>,
    /// Seconds east of UTC.
    offset: Option<i64>,
}

impl Reading {
    /// Takes the part of a date with which `tokens` begin, and returns those behind it; nothing if there is none.
    fn take<'t, 'a>(
        &mut self,
        tokens: &'t [Token<'a>],
        order: DateOrder,
    ) -> Option<&'t [Token<'a>]> {
        match tokens {
            [Number(hour), Mark(':'), Number(minute), rest @ ..] if self.time.is_none() => {
                self.time_of_day(hour, minute, rest)
            }
            // "18h00", "18 h", "18 Uhr", "18.00 Uhr".
            [Number(hour), Word("h" | "H"), Number(minute), rest @ ..]
            | [
                Number(hour),
                Mark('.'),
                Number(minute),
                Word("Uhr" | "uhr" | "uur"),
                rest @ ..,
            ] if self.time.is_none() => self.time_of_day(hour, minute, rest),
            [
                Number(hour),
                Word("h" | "H" | "Uhr" | "uhr" | "uur"),
                rest @ ..,
            ] if self.time.is_none() => self.time_of_day(hour, "00", rest),
            [Number(hour), rest @ ..]
                if self.time.is_none() && hour.len() <= 2 && half(rest).is_some() =>
            {
                let (pm, rest) = half(rest)?;
                self.time = Some((twelve(small(hour)?, pm)?, 0, 0));
                Some(rest)
            }
            [
                Number(a),
                Mark(mark @ ('/' | '.' | '-')),
                Number(b),
                Mark(again),
                Number(c),
                rest @ ..,
            ] if mark == again => {
                self.figures([a, b, c], *mark, order)?;
                Some(rest)
            }
            // As in Chinese, Japanese and Korean.
            [
                Number(year),
                Word("年" | "년"),
                Number(month),
                Word("月" | "월"),
                Number(day),
                Word("日" | "일"),
                rest @ ..,
            ] if !self.has_date() => {
                (self.year, self.month, self.day) = (full_year(year), small(month), small(day));
                Some(rest)
            }
            [Mark(sign @ ('+' | '-')), Number(n), rest @ ..] if self.is_offset(n, rest) => {
                self.offset(*sign, n, rest)
            }
            [Number(n), rest @ ..] => self.number(n, rest),
            [Word(word), rest @ ..] => {
                self.word(word, rest.is_empty())?;
                Some(rest)
            }
            // "Sept. 4", "20-Jun-2024".
            [Mark('.' | '-' | '/'), rest @ ..] => Some(rest),
            [Mark(_), ..] | [] => None,
        }
    }

    /// Whether any part of a day was read.
    fn has_date(&self) -> bool {
        self.year.is_some() || self.month.is_some() || self.day.is_some()
    }

    /// `10:30`, `10:30:00.5`, `5:30 PM`, behind hour and minute.
    fn time_of_day<'t, 'a>(
        &mut self,
        hour: &str,
        minute: &str,
        rest: &'t [Token<'a>],
    ) -> Option<&'t [Token<'a>]> {
        let (mut hour, minute) = (small(hour)?, small(minute).filter(|_| minute.len() == 2)?);
        let (second, rest) = match rest {
            [Mark(':'), Number(s), Mark('.'), Number(_), rest @ ..] => (small(s)?, rest),
            [Mark(':'), Number(s), rest @ ..] => (small(s)?, rest),
            rest => (0, rest),
        };
        let rest = match half(rest) {
            Some((pm, rest)) => {
                hour = twelve(hour, pm)?;
                rest
            }
            None => rest,
        };
        self.time = Some((hour, minute, second));
        Some(rest)
    }

    /// `6/20/2024`, `20.6.24`, `2024-6-20`.
    fn figures(&mut self, [a, b, c]: [&str; 3], mark: char, order: DateOrder) -> Option<()> {
        if self.has_date() {
            return None;
        }
        let b = small(b)?;
        if a.len() == 4 {
            (self.year, self.month, self.day) = (full_year(a), Some(b), small(c));
            return Some(());
        }
        let a = small(a)?;
        let day_first = mark == '.' || (order == DateOrder::DayFirst && b <= 12);
        let (month, day) = match day_first || a > 12 {
            true => (b, a),
            false => (a, b),
        };
        (self.year, self.month, self.day) = (full_year(c), Some(month), Some(day));
        Some(())
    }

    /// Whether a number behind a sign is an offset: after the time, with the year before it or as all that follows.
    fn is_offset(&self, number: &str, rest: &[Token]) -> bool {
        let year_follows = number.len() == 4 && matches!(rest, [Number(_)]);
        self.time.is_some() && (self.year.is_some() || year_follows)
    }

    /// `+0200`, `-04:00`, behind the first number.
    fn offset<'t, 'a>(
        &mut self,
        sign: char,
        number: &str,
        rest: &'t [Token<'a>],
    ) -> Option<&'t [Token<'a>]> {
        // One that was named may be said again as a number, if it was UTC: "GMT+2".
        if self.offset.is_some_and(|offset| offset != 0) {
            return None;
        }
        let (minutes, rest) = match rest {
            [Mark(':'), Number(minutes), rest @ ..] if number.len() <= 2 => (*minutes, rest),
            rest => ("", rest),
        };
        self.offset = Some(zone(format!("{sign}{number}{minutes}").as_bytes())?);
        Some(rest)
    }

    /// A year or a day by itself: `2024`, `20`, `20th`, `24` behind month and day.
    fn number<'t, 'a>(&mut self, n: &str, rest: &'t [Token<'a>]) -> Option<&'t [Token<'a>]> {
        if n.len() == 4 && self.year.is_none() {
            self.year = full_year(n);
        } else if self.day.is_none() && n.len() <= 2 {
            self.day = small(n);
        } else if n.len() == 2 && self.year.is_none() && self.month.is_some() {
            self.year = full_year(n);
        } else {
            return None;
        }
        match rest {
            [Word("st" | "nd" | "rd" | "th" | "er" | "º"), rest @ ..] => Some(rest),
            rest => Some(rest),
        }
    }

    /// A month, a zone, or a word that says nothing; `last` if nothing follows it.
    fn word(&mut self, word: &str, last: bool) -> Option<()> {
        if let Some(month) = names::month(word) {
            return self.month.replace(month).is_none().then_some(());
        }
        if names::is_filler(word) {
            return Some(());
        }
        if let Some(offset) = names::zone(word) {
            if self.time.is_none() || self.offset.is_some_and(|o| o != offset && offset != 0) {
                return None;
            }
            // "-0400 (EDT)" says it twice, "GMT+2" in two parts.
            self.offset.get_or_insert(offset);
            return Some(());
        }
        let unknown_zone = last && self.time.is_some() && self.offset.is_none() && is_zone(word);
        unknown_zone.then_some(())
    }
}

/// A number of one or two digits.
fn small(text: &str) -> Option<i64> {
    match text.len() {
        1 | 2 => text.parse().ok(),
        _ => None,
    }
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

/// Whether a word looks like the short name of a zone: which one it is may depend on the country.
fn is_zone(word: &str) -> bool {
    (2..=5).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// AM or PM at the start of the tokens; `true` for PM.
fn half<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<(bool, &'t [Token<'a>])> {
    let (word, rest) = match tokens {
        [Word(a), Mark('.'), Word(m), Mark('.'), rest @ ..] if m.eq_ignore_ascii_case("m") => {
            (*a, rest)
        }
        // "a las 18:00"
        [Word("a"), Word("las" | "la"), ..] => return None,
        [Word(word), rest @ ..] => (*word, rest),
        _ => return None,
    };
    match word.to_ascii_lowercase().as_str() {
        "am" | "a" => Some((false, rest)),
        "pm" | "p" => Some((true, rest)),
        _ => None,
    }
}

/// The hour of 24 of one of twelve.
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
