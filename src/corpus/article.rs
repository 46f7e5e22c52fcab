//! What every format is turned into.

use std::borrow::Cow;
use std::fmt;

/// An article as it was read. Fields that it does not have are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Article<'a> {
    /// Its id as it came, or `FILE:LINE` where it has none.
    pub id: Cow<'a, str>,
    /// Its title.
    pub title: Cow<'a, str>,
    /// The outlet.
    pub source: Cow<'a, str>,
    /// The date as it came.
    pub published: Cow<'a, str>,
    /// Its address.
    pub url: Cow<'a, str>,
    /// The text that is compared. Never blank.
    pub text: Cow<'a, str>,
}

/// Why a record could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectReason {
    /// The line is no JSON object.
    BrokenJson,
    /// There is no text, or no word in it.
    MissingText,
    /// Two fields could be the text, and they differ.
    AmbiguousText,
    /// A field holds a value of a type that it cannot have.
    WrongType,
    /// The record is not UTF-8.
    InvalidUtf8,
    /// The record is longer than one article may be.
    TooLong,
    /// The file ended early or its compression is damaged.
    Truncated,
}

/// A record that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The kind of fault.
    pub reason: RejectReason,
    /// What was wrong, and what to do where that is known.
    pub detail: String,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.detail)
    }
}
