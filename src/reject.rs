//! A record, or the rest of a file, that cannot be used: where it is, why, and what to do about it.
//!
//! Rejects never stop a run by themselves. Their reasons have stable names, so that a report can
//! count them and a script can rely on them.

use std::fmt;

/// Why a record was not used.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectReason {
    /// The record is no valid JSON.
    InvalidJson,
    /// The record is valid JSON, but a list, a string, a number ... instead of an object.
    NotAnObject,
    /// A JSON array stops in the middle or has something between its elements that does not belong there.
    BrokenArray,
    /// No text, or a text of nothing but white space.
    MissingText,
    /// The text or the id is of a kind that cannot be used, such as a number for the text.
    WrongType,
    /// The bytes are no valid UTF-8.
    InvalidUtf8,
    /// The whole file is in UTF-16.
    Utf16,
    /// The whole file is no text: an archive, or another binary format.
    NotText,
    /// The record is longer than the limit.
    TooLong,
    /// A compressed file ends before its stream does.
    Truncated,
    /// A compressed file cannot be decompressed further.
    Corrupt,
    /// A CSV row has more or fewer fields than the header.
    RaggedRow,
    /// A quoted CSV field is not closed before the file ends.
    UnclosedQuote,
}

impl RejectReason {
    /// The stable name, as in the reports: `invalid_json`, `missing_text` ...
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidJson => "invalid_json",
            Self::NotAnObject => "not_an_object",
            Self::BrokenArray => "broken_array",
            Self::MissingText => "missing_text",
            Self::WrongType => "wrong_type",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::Utf16 => "utf16",
            Self::NotText => "not_text",
            Self::TooLong => "too_long",
            Self::Truncated => "truncated",
            Self::Corrupt => "corrupt",
            Self::RaggedRow => "ragged_row",
            Self::UnclosedQuote => "unclosed_quote",
        }
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One record, or the rest of one file, that was not used.
///
/// Its `Display` is a line for a person: `news.jsonl:17: the field "text" is missing or blank`.
///
/// ```
/// use wirecopy::corpus::{Corpus, CorpusOptions, RejectReason};
/// use wirecopy::{Error, Options, progress::Silent};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("news.jsonl");
/// std::fs::write(&path, "{\"text\": \"The fair in Ashby opens today.\"}\n{\"text\": \"\"}\n")?;
/// let strict = Options { strict: true, ..Options::default() };
/// let Err(Error::Rejected(reject)) = wirecopy::cluster(&[path], &strict, &Silent) else {
///     panic!("the second record has no text");
/// };
/// assert_eq!((reject.line, reject.reason.as_str()), (Some(2), "missing_text"));
/// assert!(reject.to_string().contains("news.jsonl:2: "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The file, as people know it.
    pub file: String,
    /// The line where the record starts, or that had been reached; 1-based. `None` if it concerns the whole file.
    pub line: Option<u64>,
    /// Why.
    pub reason: RejectReason,
    /// The reason in words, with the remedy where there is one.
    pub detail: String,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.detail),
            None => write!(f, "{}: {}", self.file, self.detail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_with_serde_and_display_points_at_the_line() {
        for reason in [
            RejectReason::InvalidJson,
            RejectReason::NotAnObject,
            RejectReason::BrokenArray,
            RejectReason::MissingText,
            RejectReason::WrongType,
            RejectReason::InvalidUtf8,
            RejectReason::Utf16,
            RejectReason::NotText,
            RejectReason::TooLong,
            RejectReason::Truncated,
            RejectReason::Corrupt,
            RejectReason::RaggedRow,
            RejectReason::UnclosedQuote,
        ] {
            let json = serde_json::to_string(&reason).expect("a unit variant serialises");
            assert_eq!(json, format!("\"{reason}\""));
        }
        let at = |line| Reject {
            file: "a.jsonl".into(),
            line,
            reason: RejectReason::MissingText,
            detail: "no text".into(),
        };
        assert_eq!(at(Some(17)).to_string(), "a.jsonl:17: no text");
        assert_eq!(at(None).to_string(), "a.jsonl: no text");
    }
}
