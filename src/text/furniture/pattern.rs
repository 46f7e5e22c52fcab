//! Compares lines with patterns.

use super::rules::{
    AGENCIES, BY, CREDIT_WORDS, DATE_WORDS, ENDINGS, JOBS, LINES, MONTHS, MOST_WORDS, OFFERS,
    PARTICLES, Place, ROLES, Rule,
};
use crate::corpus::dates::parse_published;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Whether a rule is for this line, at the head (or at the tail) of a text.
pub(super) fn is_furniture(line: &str, head: bool) -> bool {
    let Some(first) = words(line).next() else {
        return false;
    };
    let here = |rule: &Rule| match rule.place {
        Place::Both => true,
        Place::Head => head,
        Place::Tail => !head,
    };
    starting_like(first)
        .iter()
        .any(|rule| here(rule) && matches(rule.pattern, line))
        || ENDINGS
            .iter()
            .any(|rule| here(rule) && ends_like(rule.pattern, line))
}

/// The rules that begin with the same byte as a word.
fn starting_like(word: &str) -> &'static [Rule] {
    /// Where the rules of each byte begin.
    const STARTS: [u8; 257] = {
        let mut starts = [0; 257];
        let mut i = 0;
        while i < LINES.len() {
            starts[LINES[i].pattern.as_bytes()[0] as usize + 1] += 1;
            i += 1;
        }
        let mut i = 1;
        while i < 257 {
            starts[i] += starts[i - 1];
            i += 1;
        }
        starts
    };
    let Some(first) = word.chars().next() else {
        return &[];
    };
    let mut bytes = [0; 4];
    let byte = if first.is_ascii_digit() {
        b'#'
    } else {
        let first = first.to_lowercase().next().unwrap_or(first);
        first.encode_utf8(&mut bytes).as_bytes()[0]
    };
    &LINES[usize::from(STARTS[usize::from(byte)])..usize::from(STARTS[usize::from(byte) + 1])]
}

/// The words of a line, as the patterns know them.
pub(super) fn words(line: &str) -> impl Iterator<Item = &str> + Clone {
    let line = line.trim_start();
    let bracketed = line.get(..3).filter(|c| {
        // "(C) Ann Writer" is an entry of a list.
        let year = line[3..]
            .trim_start()
            .starts_with(|c: char| c.is_ascii_digit());
        c.eq_ignore_ascii_case("(c)") && year
    });
    let rest = &line[bracketed.map_or(0, str::len)..];
    let others = rest
        .split(|c: char| {
            !(c.is_alphanumeric() || c == '©' || !c.is_ascii() && is_combining_mark(c))
        })
        .filter(|w| !w.is_empty())
        // "©2024" is two words.
        .flat_map(|w| {
            let (sign, word) = w.split_at(if w.starts_with('©') {
                '©'.len_utf8()
            } else {
                0
            });
            [sign, word].into_iter().filter(|w| !w.is_empty())
        });
    bracketed.map(|_| "©").into_iter().chain(others)
}

/// Whether a word is this one, which is written small.
pub(super) fn is(word: &str, small: &str) -> bool {
    if word.is_ascii() {
        word.eq_ignore_ascii_case(small)
    } else {
        word.nfc().flat_map(char::to_lowercase).eq(small.chars())
    }
}

pub(super) fn among(word: &str, list: &[&str]) -> bool {
    list.iter().any(|other| is(word, other))
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// A number, also with a unit: 2017, 3rd, 17h52, 10am.
fn begins_with_digit(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

pub(super) fn is_date_word(word: &str) -> bool {
    begins_with_digit(word) && word.len() <= 8 || among(word, MONTHS) || among(word, DATE_WORDS)
}

/// Whether a line is one sentence at most: nothing in it ends one.
fn one_sentence(line: &str) -> bool {
    let line = line.trim_end_matches(['.', '!', '?', '…', ')', ':', ' ']);
    if line.contains(['?', '"', '“', '”', '。', '«']) {
        return false;
    }
    // "he said. It", but not "by A. Writer in St. Agnes on Sept. 3".
    line.match_indices([' ', '\u{a0}']).all(|(at, _)| {
        let Some(before) = line[..at].strip_suffix(['.', '!']) else {
            return true;
        };
        let word = before.rsplit(|c: char| !c.is_alphanumeric()).next();
        let word = word.unwrap_or(before);
        word.len() < 3 || !word.chars().all(char::is_lowercase)
    })
}

fn matches(pattern: &str, line: &str) -> bool {
    let mut words = words(line);
    for part in pattern.split(' ') {
        match part {
            "**" => return true,
            "*" => {
                return words.next().is_some()
                    && self::words(line).count() <= MOST_WORDS
                    && one_sentence(line);
            }
            "&" => {
                return words.clone().next().is_some()
                    && words.all(|word| {
                        !word.starts_with(char::is_lowercase)
                            || PARTICLES.contains(&word)
                            || among(word, ROLES)
                    });
            }
            "~" => {
                return (line.contains('@') || words.any(|word| among(word, OFFERS)))
                    && self::words(line).count() <= 2 * MOST_WORDS
                    && one_sentence(line);
            }
            "@" => {
                let mut digits = false;
                return words.all(|word| {
                    digits |= begins_with_digit(word);
                    is_date_word(word)
                }) && digits;
            }
            _ => {}
        }
        let found = match (part, words.next()) {
            ("#", Some(word)) => is_number(word),
            (part, Some(word)) => match part.strip_suffix(':') {
                Some(part) => is(word, part) && colon_after(word, line),
                None => is(word, part),
            },
            (_, None) => false,
        };
        if !found {
            return false;
        }
    }
    words.next().is_none()
}

/// Whether a word, a piece of the line, has a colon after it.
fn colon_after(word: &str, line: &str) -> bool {
    let end = word.as_ptr().addr() - line.as_ptr().addr() + word.len();
    line.get(end..)
        .is_some_and(|rest| rest.trim_start().starts_with([':', '：']))
}

fn ends_like(pattern: &str, line: &str) -> bool {
    let Some((open, end)) = pattern.split_once(' ') else {
        return false;
    };
    // The same without words: most lines end otherwise.
    let trimmed = line.trim_end_matches(|c: char| !c.is_alphanumeric());
    let Some(at) = trimmed.len().checked_sub(end.len()) else {
        return false;
    };
    trimmed
        .get(at..)
        .is_some_and(|last| last.eq_ignore_ascii_case(end))
        && trimmed[..at].ends_with(|c: char| !c.is_alphanumeric())
        && (open == "**" || one_sentence(line))
}

/// How many words at the beginning name an agency; 0 if they name none.
pub(super) fn agency<'a>(words: impl Iterator<Item = &'a str> + Clone) -> usize {
    let longest = AGENCIES.iter().filter_map(|name| {
        let mut words = words.clone();
        let mut count = 0;
        for part in name.split(' ') {
            count += 1;
            if !words.next().is_some_and(|word| is(word, part)) {
                return None;
            }
        }
        Some(count)
    });
    longest.max().unwrap_or(0)
}

/// "(Reuters)", "With AP and AFP", "Source: dpa": agencies and what joins them.
pub(super) fn is_credit(line: &str) -> bool {
    let all = words(line);
    if line.len() > 60
        || !line
            .trim_end()
            .ends_with(|c: char| c.is_alphanumeric() || ".)/]".contains(c))
    {
        return false;
    }
    let (mut rest, mut agencies) = (all, 0);
    loop {
        let count = agency(rest.clone());
        if count > 0 {
            agencies += 1;
            rest.nth(count - 1);
        } else {
            match rest.next() {
                None => return agencies > 0,
                Some(word) if among(word, CREDIT_WORDS) => {}
                Some(_) => return false,
            }
        }
    }
}

/// "By Ann Writer and BOB VAN DAM | Staff", "Ann Writer, Reuters": a few words, the names capitalised, no sentence.
pub(super) fn is_byline(line: &str) -> bool {
    let line = line.trim();
    if line.len() > 100 || line.ends_with(['.', '!', '?', ':', ',', ';', '"', '”']) {
        return false;
    }
    let name = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        bare.is_empty()
            || bare.starts_with(char::is_uppercase)
            || PARTICLES.contains(&bare)
            || agency([bare].into_iter()) > 0
    };
    if let Some((by, names)) = line.split_once(' ')
        && BY.contains(&by.trim_end_matches(':'))
    {
        let mut names = names.split_whitespace();
        let count = names.clone().count();
        return (1..=MOST_WORDS).contains(&count)
            && names.clone().any(|w| w.starts_with(char::is_uppercase))
            && names.all(name);
    }
    let Some((person, house)) = line.split_once([',', '|', '/']) else {
        return false;
    };
    let mut person = person.split_whitespace();
    let count = person.clone().count();
    (2..=4).contains(&count)
        && person.all(|w| w.starts_with(char::is_uppercase))
        && (is_credit(house) || among(house.trim(), JOBS))
}

/// A line with a date and nothing else.
pub(super) fn is_date(line: &str) -> bool {
    let line = line.trim();
    line.len() <= 60
        // A bare number may be anything.
        && line.contains(|c: char| !c.is_ascii_digit())
        && line.contains(|c: char| c.is_ascii_digit())
        && (parse_published(line).is_some()
            || words(line).any(|word| among(word, MONTHS)) && words(line).all(is_date_word))
}

/// Whether two lines have the same words.
pub(super) fn same(a: &str, b: &str) -> bool {
    let small =
        |line| words(line).flat_map(|w: &str| w.nfc().flat_map(char::to_lowercase).chain([' ']));
    small(a).eq(small(b))
}
