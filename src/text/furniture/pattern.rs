//! Compares lines with patterns.

use super::rules::{
    AGENCIES, BY, CREDIT_WORDS, DATE_WORDS, ENDINGS, JOBS, LINES, MOST_WORDS, OFFERS, PARTICLES,
    Place, ROLES, Rule,
};
use crate::corpus::dates::{names, parse_published};
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
    // Without punctuation most lines end otherwise.
    let end = line.trim_end_matches(|c: char| !c.is_alphanumeric());
    LINES[LINE_STARTS.range(first)]
        .iter()
        .any(|rule| here(rule) && begins_like(rule.pattern, first) && matches(rule.pattern, line))
        || ENDINGS
            .iter()
            .any(|rule| here(rule) && ends_like(rule.pattern, end, line))
}

static LINE_STARTS: Starts = {
    let mut starts = Starts::NONE;
    let mut i = 0;
    while i < LINES.len() {
        starts.count(LINES[i].pattern);
        i += 1;
    }
    starts.summed()
};

static AGENCY_STARTS: Starts = {
    let mut starts = Starts::NONE;
    let mut i = 0;
    while i < AGENCIES.len() {
        starts.count(AGENCIES[i]);
        i += 1;
    }
    starts.summed()
};

/// Where in a table that is sorted by first bytes the entries of each byte begin.
struct Starts {
    from: [u8; 257],
    /// The lengths that the first words of the entries have: bit `n` stands for `n` bytes, the last for all above.
    lengths: [u32; 256],
}

impl Starts {
    const NONE: Self = Self {
        from: [0; 257],
        lengths: [0; 256],
    };

    const fn count(&mut self, entry: &str) {
        let entry = entry.as_bytes();
        let first = entry[0] as usize;
        self.from[first + 1] += 1;
        let mut length = 1;
        while length < entry.len() && !matches!(entry[length], b' ' | b':') {
            length += 1;
        }
        self.lengths[first] |= Self::bit(length);
    }

    const fn bit(length: usize) -> u32 {
        1 << if length < 31 { length } else { 31 }
    }

    const fn summed(mut self) -> Self {
        let mut i = 1;
        while i < self.from.len() {
            self.from[i] += self.from[i - 1];
            i += 1;
        }
        self
    }

    /// The entries that begin with the same byte as a word, when that is written small; none if no first word of
    /// theirs is as long.
    fn range(&self, word: &str) -> std::ops::Range<usize> {
        let byte = match word.as_bytes() {
            [] => return 0..0,
            [b'0'..=b'9', ..] => b'#',
            [byte, ..] if byte.is_ascii() => byte.to_ascii_lowercase(),
            _ => {
                let mut bytes = [0; 4];
                let small = word.nfc().flat_map(char::to_lowercase).next();
                let small = small.unwrap_or('\0').encode_utf8(&mut bytes);
                small.as_bytes()[0]
            }
        };
        let byte = usize::from(byte);
        // The length of a number, or of a word that is not ASCII, says nothing.
        if word.is_ascii()
            && byte != usize::from(b'#')
            && self.lengths[byte] & Self::bit(word.len()) == 0
        {
            return 0..0;
        }
        usize::from(self.from[byte])..usize::from(self.from[byte + 1])
    }
}

/// Whether a pattern may be for lines with this first word: of the few that begin with its letter, most are not.
fn begins_like(pattern: &str, first: &str) -> bool {
    let pattern = pattern.as_bytes();
    if pattern[0] == b'#' || !first.is_ascii() {
        return true;
    }
    let ends = matches!(pattern.get(first.len()), None | Some(b' ' | b':'));
    let begin = pattern.get(..first.len());
    ends && begin.is_some_and(|begin| begin.eq_ignore_ascii_case(first.as_bytes()))
}

/// The words of a line, as the patterns know them.
pub(super) fn words(line: &str) -> Words<'_> {
    let line = line.trim_start_matches([' ', '\t']);
    let bracketed = match line.as_bytes() {
        // "(C) Ann Writer" is an entry of a list.
        [b'(', b'c' | b'C', b')', rest @ ..] => rest
            .trim_ascii_start()
            .first()
            .is_some_and(u8::is_ascii_digit),
        _ => false,
    };
    Words {
        sign: bracketed,
        rest: if bracketed { &line[3..] } else { line },
    }
}

#[derive(Clone)]
pub(super) struct Words<'a> {
    /// A `©` comes first.
    sign: bool,
    rest: &'a str,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if std::mem::take(&mut self.sign) {
            return Some("©");
        }
        let start = position(self.rest, |c| of_a_word(c) || c == '©')?;
        let rest = &self.rest[start..];
        let end = match rest.starts_with('©') {
            // "©2024" is two words.
            true => '©'.len_utf8(),
            false => position(rest, |c| !of_a_word(c)).unwrap_or(rest.len()),
        };
        let (word, rest) = rest.split_at(end);
        self.rest = rest;
        Some(word)
    }
}

fn of_a_word(c: char) -> bool {
    match c.is_ascii() {
        true => c.is_ascii_alphanumeric(),
        false => c.is_alphanumeric() || is_combining_mark(c),
    }
}

/// Where the first such character stands: [`str::find`] without decoding what is ASCII.
fn position(text: &str, such: impl Fn(char) -> bool) -> Option<usize> {
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        let c = match byte.is_ascii() {
            true => char::from(byte),
            false => text[at..].chars().next()?,
        };
        if such(c) {
            return Some(at);
        }
        at += c.len_utf8();
    }
    None
}

/// A word of a line in small letters and normal form C, to be compared with many others.
struct Small {
    bytes: [u8; Self::ROOM],
    len: usize,
}

impl Small {
    /// More than the longest word of the tables.
    const ROOM: usize = 48;

    /// `None` if it is longer than any word of the tables.
    fn of(word: &str) -> Option<Self> {
        let mut small = Self {
            bytes: [0; Self::ROOM],
            len: word.len(),
        };
        if word.is_ascii() {
            let bytes = small.bytes.get_mut(..word.len())?;
            bytes.copy_from_slice(word.as_bytes());
            bytes.make_ascii_lowercase();
        } else {
            small.len = 0;
            for c in word.nfc().flat_map(char::to_lowercase) {
                let room = small.bytes.get_mut(small.len..small.len + c.len_utf8())?;
                small.len += c.encode_utf8(room).len();
            }
        }
        Some(small)
    }

    /// Whether it is the first word of a name.
    fn begins(&self, name: &str) -> bool {
        let name = name.as_bytes();
        // One byte tells most of them apart.
        name.get(self.len).is_none_or(|&behind| behind == b' ')
            && name.get(..self.len) == self.bytes.get(..self.len)
    }

    fn is(&self, other: &str) -> bool {
        self.len == other.len() && self.bytes[..self.len] == *other.as_bytes()
    }
}

/// Whether a word is this one, which is written small.
fn is(word: &str, small: &str) -> bool {
    if word.is_ascii() {
        word.eq_ignore_ascii_case(small)
    } else {
        Small::of(word).is_some_and(|word| word.is(small))
    }
}

pub(super) fn among(word: &str, list: &[&str]) -> bool {
    among_any(word, &[list])
}

fn among_any(word: &str, lists: &[&[&str]]) -> bool {
    Small::of(word).is_some_and(|word| lists.iter().copied().flatten().any(|other| word.is(other)))
}

pub(super) fn is_month(word: &str) -> bool {
    among_any(word, &names::MONTHS)
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// A number, also with a unit: 2017, 3rd, 17h52, 10am.
fn begins_with_digit(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

pub(super) fn is_date_word(word: &str) -> bool {
    begins_with_digit(word) && word.len() <= 8
        || is_month(word)
        || among_any(word, &names::DAYS)
        || among(word, DATE_WORDS)
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
    for part in pattern.split_ascii_whitespace() {
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

/// Whether a line ends like a pattern; `end` is the line without punctuation at its end.
fn ends_like(pattern: &str, end: &str, line: &str) -> bool {
    let ends = |text: &str| text.bytes().next_back().map(|b| b.to_ascii_lowercase());
    if ends(pattern) != ends(end) {
        return false;
    }
    let Some(last) = pattern.trim_start_matches('*').strip_prefix(' ') else {
        return false;
    };
    let Some(at) = end.len().checked_sub(last.len()) else {
        return false;
    };
    end.as_bytes()[at..].eq_ignore_ascii_case(last.as_bytes())
        && end[..at].ends_with(|c: char| !c.is_alphanumeric())
        && (pattern.starts_with("**") || one_sentence(line))
}

/// How many words at the beginning name an agency; 0 if they name none.
pub(super) fn agency<'a>(mut words: impl Iterator<Item = &'a str> + Clone) -> usize {
    let Some(first) = words.next() else {
        return 0;
    };
    let Some(small) = Small::of(first) else {
        return 0;
    };
    let longest = AGENCIES[AGENCY_STARTS.range(first)]
        .iter()
        .filter(|name| small.begins(name))
        .filter_map(|name| {
            let mut words = words.clone();
            let mut others = name.split_ascii_whitespace().skip(1);
            others
                .all(|part| words.next().is_some_and(|word| is(word, part)))
                .then(|| name.split_ascii_whitespace().count())
        });
    longest.max().unwrap_or(0)
}

/// "(Reuters)", "With AP and AFP", "Source: dpa": agencies and what joins them.
pub(super) fn is_credit(line: &str) -> bool {
    if line.len() > 60
        || !line
            .trim_end()
            .ends_with(|c: char| c.is_alphanumeric() || ".)/]".contains(c))
    {
        return false;
    }
    let (mut rest, mut agencies) = (words(line), 0);
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
            || words(line).any(is_month) && words(line).all(is_date_word))
}

/// Whether two lines have the same words.
pub(super) fn same(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (words(a), words(b));
    let equal = |a: &str, b: &str| {
        if a.is_ascii() && b.is_ascii() {
            return a.eq_ignore_ascii_case(b);
        }
        let small = |word: &str| word.nfc().flat_map(char::to_lowercase).collect::<String>();
        a == b || small(a) == small(b)
    };
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if equal(a, b) => {}
            _ => return false,
        }
    }
}
