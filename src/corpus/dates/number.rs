//! Numbers alone.

use super::iso::fixed;
use super::moment;

/// Seconds since 1970 or finer units, by size: all moments from 1973 to 5138 as seconds or milliseconds are told apart.
pub(super) fn number(text: &str) -> Option<i64> {
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
