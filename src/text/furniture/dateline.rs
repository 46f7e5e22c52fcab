//! The dateline: where, when, and which agency, before the first sentence.
//!
//! `WASHINGTON, Feb 26 (Reuters) - `, `BEIJING -- `, `Berlin/Paris (dpa) – `, `PARIS (AFP) — `, `Madrid, 3 mar (EFE).- `,
//! `МОСКВА, 3 марта. /ТАСС/. `, `新华社北京3月3日电（记者林澄）`, `中新社北京3月3日电 (记者 林澄)`, `【ニューヨーク共同】`, `(서울=연합뉴스) `.
//!
//! It is taken for one if it has the form of one to its end, and a sentence begins behind it. What counts is
//! in the tables of [`rules`](super::rules): agencies, months, particles. Of the parts
//! a place, a date and an agency, which stand in this order,
//!
//! * a known agency in brackets is enough, with or without a place before it: `(CNN) — `;
//! * a place in capitals is enough: `NEW YORK — `, and an agency in brackets after it need not be known;
//! * a place in ordinary letters needs an agency, a date, or a short form of a state: `Washington, D.C. – `.
//!
//! Where there is no dash, only an agency in brackets, or capitals and a date, will do.

use super::pattern::{agency, is_date_word, is_month, words};
use super::rules::{AGENCIES, PARTICLES};

/// The longest dateline in bytes.
const LONGEST: usize = 120;
/// The most words of the places in it.
const MOST_WORDS: usize = 7;
/// The most words of the first of them.
const MOST_OF_A_PLACE: usize = 5;
/// The most words of a place in capitals with nothing else to it.
const MOST_CAPITALS: usize = 4;
/// The most words in brackets.
const MOST_IN_BRACKETS: usize = 4;

/// The length of the dateline with which `text` begins; 0 if it has none.
pub(super) fn length(text: &str) -> usize {
    let Some(first) = text.chars().next() else {
        return 0;
    };
    if first.is_lowercase() || first.is_ascii_digit() {
        return 0;
    }
    let head = beginning(text, LONGEST);
    if let Some(length) = east_asian(first, head) {
        return length;
    }
    let mut before = ' ';
    for (at, c) in head.char_indices() {
        let next = &head[at + c.len_utf8()..];
        match c {
            '(' => return bracketed(text, at, next.find(')'), 1),
            '（' => return bracketed(text, at, next.find('）'), '）'.len_utf8()),
            '/' if before == ' ' => {
                let end = next.find('/').filter(|&end| is_agency(&next[..end]));
                if end.is_some() {
                    return bracketed(text, at, end, 1);
                }
            }
            '—' | '–' | '―' => return dashed(text, at),
            '-' if next.starts_with('-') => return dashed(text, at),
            '-' | '_' if [' ', '.'].contains(&before) && next.starts_with(' ') => {
                return dashed(text, at);
            }
            '.' if next.starts_with(' ') && !next.trim_start().starts_with(['/', '(']) => {
                let rest = next.trim_start();
                if Parts::of(&head[..at]).is_some_and(|p| p.capitals && p.date) && begins(rest) {
                    return behind_agency(text, head.len() - rest.len());
                }
            }
            // Most articles do not begin so: a place has few small words, and a small month a day before it.
            ' ' if next.starts_with(char::is_lowercase) => {
                let word = next.split(|c: char| !c.is_alphanumeric()).next();
                let dated = before.is_ascii_digit() || head[..at].ends_with(" de");
                let goes_on = |word| PARTICLES.contains(&word) || dated && is_month(word);
                if !word.is_some_and(goes_on) {
                    return 0;
                }
            }
            '\'' | '‘' if before == ' ' => return 0,
            '\n' | '\r' | ':' | '"' | '“' | '”' | '?' | '!' | ';' | '。' => return 0,
            _ => {}
        }
        before = c;
    }
    0
}

/// As many whole characters as `bytes` hold.
fn beginning(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// What stands before the dash or the bracket.
#[derive(Debug, Default)]
struct Parts {
    words: usize,
    /// The first place is in capitals.
    capitals: bool,
    /// A day of a month.
    date: bool,
    /// The short form of a state.
    state: bool,
    agency: bool,
}

impl Parts {
    /// `None` if it is not made of places, dates and agencies.
    fn of(text: &str) -> Option<Self> {
        let mut found = Self::default();
        for (index, group) in text.split([',', '،', '/', '、']).enumerate() {
            let mut first = index == 0;
            let year = |part: &str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit());
            // "Feb. 26", and "2024" behind it.
            if is_date(group) || found.date && year(group.trim()) {
                found.date = true;
                continue;
            }
            let capitals = is_capitals(group);
            for part in sentences(group) {
                let named = words(part);
                let count = named.clone().count();
                if count == 0 {
                } else if is_date(part) {
                    found.date = true;
                } else if found.words > 0 && agency(named.clone()) == count {
                    found.agency = true;
                } else {
                    if !named.clone().all(may_be_of_a_name) {
                        return None;
                    }
                    if found.words == 0 {
                        found.capitals = capitals;
                        first = true;
                    } else if !first {
                        found.state |= is_capitals(part) && part.len() == 2
                            || part.len() <= 7 && part.ends_with('.')
                            || part == "D.C";
                    }
                    found.words += count;
                    if first && found.words > MOST_OF_A_PLACE {
                        return None;
                    }
                }
            }
        }
        (found.words <= MOST_WORDS).then_some(found)
    }
}

/// The pieces between full stops with a space behind them, trimmed.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut left = Some(text);
    std::iter::from_fn(move || {
        let text = left?;
        let mut stops = memchr::memchr_iter(b'.', text.as_bytes());
        let stop = stops.find(|at| text.as_bytes().get(at + 1) == Some(&b' '));
        left = stop.map(|at| &text[at + 2..]);
        Some(text[..stop.unwrap_or(text.len())].trim())
    })
}

/// Whether a word may be part of the name of a place.
fn may_be_of_a_name(word: &str) -> bool {
    !word.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit()) || PARTICLES.contains(&word)
}

/// Two capital letters or more, and no small ones.
fn is_capitals(text: &str) -> bool {
    !text.contains(char::is_lowercase) && text.chars().filter(|c| c.is_uppercase()).count() >= 2
}

/// "Feb 26", "le 3 mars 2024", but not "May" or "26".
fn is_date(part: &str) -> bool {
    part.bytes().any(|b| b.is_ascii_digit())
        && words(part).any(is_month)
        && words(part).all(is_date_word)
}

/// Whether the words, or for scripts without spaces a piece of them, are an agency's name.
fn is_agency(text: &str) -> bool {
    let mut rest = words(text);
    loop {
        if agency(rest.clone()) > 0 {
            return true;
        }
        if rest.next().is_none() {
            break;
        }
    }
    !text.is_ascii()
        && AGENCIES
            .iter()
            .any(|name| name.starts_with(|c: char| c >= '\u{3000}') && text.contains(name))
}

/// Whether a sentence may begin here.
fn begins(text: &str) -> bool {
    text.trim_start()
        .trim_start_matches(['"', '“', '„', '«', '\'', '‘', '(', '[', '「'])
        .starts_with(|c: char| !c.is_lowercase() && c.is_alphanumeric())
}

/// Behind the dashes and spaces at the beginning: its length.
fn marks(text: &str) -> usize {
    text.len()
        - text
            .trim_start_matches(['-', '—', '–', '―', '_', ' ', '\u{a0}'])
            .len()
}

/// Goes on behind an agency that is named after the dash: "МОСКВА, 3 мар — РИА Новости. "
fn behind_agency(text: &str, at: usize) -> usize {
    let rest = beginning(&text[at..], LONGEST);
    let count = agency(words(rest));
    let Some(last) = count.checked_sub(1).and_then(|last| words(rest).nth(last)) else {
        return at;
    };
    let end = last.as_ptr().addr() - rest.as_ptr().addr() + last.len();
    let behind = rest[end..].trim_start();
    let mark = behind.starts_with(['.', '-', '—', '–', ':']) && !behind.starts_with("...");
    let behind = behind.trim_start_matches(['.', ':', '-', '—', '–', ' ']);
    if mark && begins(behind) {
        at + rest.len() - behind.len()
    } else {
        at
    }
}

/// A dateline up to a dash.
fn dashed(text: &str, at: usize) -> usize {
    let after = at + marks(&text[at..]);
    let Some(parts) = Parts::of(text[..at].trim_end_matches([' ', '.', '\u{a0}'])) else {
        return 0;
    };
    // "ENHANCING THE ACT - THE BILL IN SHORT" is a heading, and so is what has a line of its own.
    let line = beginning(&text[after..], LONGEST);
    let line = line.split(['\n', '\r']).next().unwrap_or(line);
    let alone = parts.words <= MOST_CAPITALS && line.contains(char::is_lowercase);
    let accepted =
        parts.words > 0 && (parts.capitals && alone || parts.date || parts.state || parts.agency);
    if accepted && begins(&text[after..]) {
        behind_agency(text, after)
    } else {
        0
    }
}

/// A dateline that ends in brackets, which open at `at`; `close` is where they close, from behind the opening one.
fn bracketed(text: &str, at: usize, close: Option<usize>, width: usize) -> usize {
    let Some(close) = close else {
        return 0;
    };
    let inside = &text[at + width..at + width + close];
    let mut after = at + width + close + width;
    let Some(parts) = Parts::of(&text[..at]) else {
        return 0;
    };
    let (mut count, mut plausible) = (0, true);
    for word in words(inside) {
        count += 1;
        plausible &= !word.starts_with(char::is_lowercase);
    }
    if count > MOST_IN_BRACKETS {
        return 0;
    }

    let rest = &text[after..];
    let trimmed = rest.trim_start_matches(['.', ' ', '\u{a0}']);
    let marked = trimmed.starts_with(['-', '—', '–', '―', '_', ':', '：', '।', '=']);
    if marked {
        let body = trimmed
            .trim_start_matches(['-', '—', '–', '―', '_', ' ', '\u{a0}', ':', '：', '।', '=']);
        after = text.len() - body.len();
    } else {
        after = text.len() - trimmed.len();
    }
    // Most datelines in brackets are accepted here: whether the agency is known is the dearer question.
    let accepted = marked && plausible && parts.words > 0 && parts.capitals
        || match (is_agency(inside), parts.words) {
            (true, words) => {
                after += reporter(&text[after..]);
                marked || parts.capitals || words <= MOST_IN_BRACKETS
            }
            (false, 0) => false,
            (false, _) => marked && plausible && (parts.date || is_date(inside)),
        };
    if accepted && begins(&text[after..]) {
        after + (text[after..].len() - text[after..].trim_start_matches(' ').len())
    } else {
        0
    }
}

/// The length of the reporter's name in "(서울=연합뉴스) 홍길동 기자 = ", behind the brackets.
fn reporter(text: &str) -> usize {
    let name = beginning(text, 40).split_once('=');
    name.filter(|(name, _)| name.contains("기자"))
        .map_or(0, |(name, _)| name.len() + 1)
}

/// The forms of Chinese and Japanese agencies.
fn east_asian(first: char, head: &str) -> Option<usize> {
    let close = match first {
        '【' => '】',
        '[' => ']',
        '［' => '］',
        _ if first >= '\u{3000}' => {
            // "日電影" is no dateline: a bracket or a space comes behind it.
            let (before, after) = head
                .split_once("日电")
                .or_else(|| head.split_once("日電"))?;
            if before.len() > 60 || before.contains(['，', '。', '、', '“', '「']) {
                return None;
            }
            const SPACES: [char; 2] = [' ', '\u{3000}'];
            if !after.starts_with(['（', '(']) && !after.starts_with(SPACES) {
                return None;
            }
            let mut rest = after.trim_start_matches(SPACES);
            let bracket = |open, close| rest.strip_prefix(open)?.split_once(close);
            if let Some((_, behind)) = bracket('（', '）').or_else(|| bracket('(', ')')) {
                rest = behind;
            }
            let rest = rest.trim_start_matches(['：', '，', ' ', '\u{3000}']);
            return Some(head.len() - rest.len());
        }
        _ => return None,
    };
    let (inside, after) = head[first.len_utf8()..].split_once(close)?;
    if !(inside.contains(['＝', '=']) || is_agency(inside)) {
        return None;
    }
    let after = &after[marks(after)..];
    (!after.is_empty()).then_some(head.len() - after.len())
}
