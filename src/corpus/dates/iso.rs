//! ISO 8601, RFC 3339 and what is close to them.

use super::{moment, names};

/// `2024-06-20`, `2024/06/20`, `20240620`, with `T` or spaces and `10:30`, `103000`, `10:30:00.123`, then `Z` or an offset.
pub(super) fn iso(bytes: &[u8]) -> Option<i64> {
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
pub(super) fn zone(bytes: &[u8]) -> Option<i64> {
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

/// The first `n` bytes as a number, and the rest.
pub(super) fn fixed(bytes: &[u8], n: usize) -> Option<(i64, &[u8])> {
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
