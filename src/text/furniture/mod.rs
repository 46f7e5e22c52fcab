//! Furniture of the page: what stands around a report and is not part of it.
//!
//! Datelines, bylines, credits, "3 minute read", share and subscribe lines, copyright tails, the title once more:
//! every outlet puts its own around the same report, and the same around different ones, so that copies look less alike than they
//! are and short strangers more. [`Furniture::Strip`] takes it off a text before the text becomes tokens.
//!
//! # What is taken off
//!
//! * Lines at the head of the text, and lines at its tail, one after another up to the first that is none of these:
//!   a line of the table in `rules.rs`; an agency's credit ("Reuters", "With AP"); at the head also a byline ("By Ann Writer",
//!   "Ann Writer, AFP"), a date alone, and the title.
//! * A dateline before the first sentence: "WASHINGTON, Feb 26 (Reuters) - ".
//!
//! The text between is never touched: what is left is one piece of what there was, and nothing is copied. Lines are taken whole
//! or not at all. One that is longer than [`LONGEST`] bytes is a paragraph, whatever it says, and one that continues the line
//! above it, or goes on in the line below, is part of a paragraph, as in wire copy with its fixed length of lines.
//! When in doubt a line stays: furniture that is left in costs a little
//! similarity, a paragraph that is lost may be the news.
//!
//! A short text (under [`SHORT`] bytes, some eighty words) of which less than half would be left, and any of which
//! nothing would be, is left as it is: a flash that consists of its dateline and six words is what it is.

mod dateline;
mod pattern;
mod rules;

use pattern::{is_byline, is_credit, is_date, is_furniture, same};

/// The longest line, in bytes, that may be furniture.
const LONGEST: usize = 300;
/// A text shorter than this, in bytes, keeps at least half of them.
const SHORT: usize = 500;
/// The lengths that lines of wire copy have where the paragraph goes on.
const WRAPPED: std::ops::RangeInclusive<usize> = 40..=120;

/// Whether the furniture of the page counts as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Furniture {
    /// It is taken off.
    #[default]
    Strip,
    /// It stays: texts are compared as they came.
    Keep,
}

impl Furniture {
    /// The part of `text` that counts; `title` is the title of the article, or empty.
    ///
    /// ```
    /// use wirecopy::text::Furniture;
    ///
    /// let text = "Harbour reopens\nBy Ann Writer\n\nNORDVIK, March 3 (AFP) - The harbour of Nordvik was opened \
    ///             again on Monday.\n\nShare this article\n(c) 2024 Nordvik Herald";
    /// assert_eq!(
    ///     Furniture::Strip.text(text, "Harbour reopens"),
    ///     "The harbour of Nordvik was opened again on Monday."
    /// );
    /// assert_eq!(Furniture::Keep.text(text, "Harbour reopens"), text);
    /// ```
    pub fn text<'a>(self, text: &'a str, title: &str) -> &'a str {
        match self {
            Self::Strip => strip(text, title),
            Self::Keep => text,
        }
    }
}

fn strip<'a>(text: &'a str, title: &str) -> &'a str {
    let whole = text;
    let title = title.trim();
    let mut text = text.trim_start();
    while let Some((line, rest)) = first_line(text) {
        if is_continued(rest) || !is_head(line, title) {
            break;
        }
        text = rest.trim_start();
    }
    text = text[dateline::length(text)..].trim_end();
    while let Some((line, rest)) = last_line(text) {
        if continues(rest, line) || !is_tail(line.trim()) {
            break;
        }
        text = rest.trim_end();
    }
    let kept = text.len();
    if !text.contains(char::is_alphanumeric) || whole.len() < SHORT && kept * 2 < whole.len() {
        return whole;
    }
    text
}

/// The first line, and what follows it with the line break before it; `None` if it is too long or blank.
fn first_line(text: &str) -> Option<(&str, &str)> {
    let reach = &text.as_bytes()[..text.len().min(LONGEST + 1)];
    let end = match memchr::memchr2(b'\n', b'\r', reach) {
        Some(end) => end,
        None if text.len() <= LONGEST => text.len(),
        None => return None,
    };
    (end > 0).then(|| text.split_at(end))
}

/// The last line with its indentation, and what precedes it with the line break after it; `None` if it is too long or
/// there is nothing before it.
fn last_line(text: &str) -> Option<(&str, &str)> {
    let from = text.len().saturating_sub(LONGEST + 1);
    let start = memchr::memrchr2(b'\n', b'\r', &text.as_bytes()[from..])?;
    let (rest, line) = text.split_at(from + start + 1);
    Some((line, rest))
}

/// Whether a paragraph goes on in the line after it: `rest` begins with the line break.
fn is_continued(rest: &str) -> bool {
    let next = rest
        .strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix(['\n', '\r']))
        .unwrap_or(rest);
    next.starts_with(char::is_lowercase)
}

/// Whether a line continues the paragraph above it: it is not indented, and stands right under a line of full length that
/// ends in the middle of a sentence.
fn continues(above: &str, line: &str) -> bool {
    let above = above
        .strip_suffix("\r\n")
        .or_else(|| above.strip_suffix(['\n', '\r']))
        .unwrap_or(above);
    if line.starts_with([' ', '\t', '\u{a0}']) {
        return false;
    }
    let from = above.len().saturating_sub(*WRAPPED.end() + 1);
    let start =
        memchr::memrchr2(b'\n', b'\r', &above.as_bytes()[from..]).map_or(from, |at| from + at + 1);
    let length = above.len() - start;
    WRAPPED.contains(&length)
        && above.ends_with(|c: char| c.is_alphanumeric() || [',', ';', '-', '\''].contains(&c))
}

fn is_head(line: &str, title: &str) -> bool {
    let line = line.trim();
    !title.is_empty() && same(line, title)
        || is_furniture(line, true)
        || is_credit(line)
        || is_byline(line)
        || is_date(line)
}

fn is_tail(line: &str) -> bool {
    is_furniture(line, false) || is_credit(line)
}
