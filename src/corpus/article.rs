//! From the bytes of a record to an [`Article`], whatever the format.

use std::borrow::Cow;

use super::block::{Block, Record};
use super::csv::Rows;
use super::dates::{DateOrder, parse_published_in};
use super::fault::Fault;
use super::fields::Role;
use super::foreign::foreign;
use super::json::{Piece, Reader};
use super::plain;
use super::split::Arrangement;
use super::{Corpus, SourceFile};
use crate::reject::{Reject, RejectReason};

/// One article. A field that the record does not have is empty. What is said to be never empty or blank is so in an article that a
/// [`Parser`] gives.
///
/// ```
/// use wirecopy::corpus::Article;
/// use wirecopy::corpus::dates::DateOrder;
/// let article = Article {
///     published: "4/3/2024 06:00".into(),
///     date_order: DateOrder::DayFirst,
///     text: "The ice on Lake Ilm broke on Monday.".into(),
///     ..Article::default()
/// };
/// assert_eq!(article.published_at(), Some(1_709_532_000));
/// assert_eq!(Article { published: "soon".into(), ..article }.published_at(), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Article<'a> {
    /// The record's own id, as written; where it has none `FILE:LINE`, and for a text file `FILE`. Never empty.
    pub id: Cow<'a, str>,
    /// The headline.
    pub title: Cow<'a, str>,
    /// The outlet or its domain.
    pub source: Cow<'a, str>,
    /// When it was published, as written; [`published_at`](Self::published_at) reads it.
    pub published: Cow<'a, str>,
    /// Which number comes first in dates of its file like 4/3/2024.
    pub date_order: DateOrder,
    /// Its address.
    pub url: Cow<'a, str>,
    /// The text. Never blank.
    pub text: Cow<'a, str>,
}

impl Article<'_> {
    /// When it was published, in seconds since 1970-01-01T00:00:00Z, if that [can be read](super::dates::parse_published_in).
    pub fn published_at(&self) -> Option<i64> {
        parse_published_in(&self.published, self.date_order)
    }
}

/// Parses records. One a thread, used again and again: it owns the buffers that articles borrow from.
#[derive(Default)]
pub struct Parser {
    json: Reader,
    rows: Rows,
}

impl Parser {
    /// A parser for the records of any corpus.
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses one record of a block.
    ///
    /// # Errors
    ///
    /// A [`Reject`] that says why the record is of no use.
    ///
    /// # Panics
    ///
    /// If `block` comes from another corpus, or `record` from another block.
    pub fn parse<'p>(
        &'p mut self,
        corpus: &'p Corpus,
        block: &'p Block,
        record: &Record,
    ) -> Result<Article<'p>, Reject> {
        let file = &corpus.files[block.file as usize];
        let raw = block.raw(record);
        // A file that is one record was not looked into before.
        if file.arrangement == Arrangement::Whole
            && let Some(fault) = foreign(raw)
        {
            return Err(fault.at(&file.name, None));
        }
        let result = match simdutf8::basic::from_utf8(raw) {
            Err(_) => Err(invalid_utf8(raw, record)),
            Ok(text) => match file.arrangement {
                Arrangement::Lines | Arrangement::Sequence | Arrangement::Array => {
                    self.json(corpus, file, text, record)
                }
                Arrangement::Rows(separator) => self.row(file, text, separator, record),
                Arrangement::Whole => whole(file, text),
            },
        };
        result.map_err(|fault| corpus.reject(block, record, fault.reason, fault.detail))
    }

    fn json<'p>(
        &'p mut self,
        corpus: &'p Corpus,
        file: &'p SourceFile,
        text: &'p str,
        record: &Record,
    ) -> Result<Article<'p>, Fault> {
        let found = self.json.read(text, corpus.table.root())?;
        let scratch = self.json.scratch.as_str();
        let get = |role| {
            found.value(role).map(|piece| match piece {
                Piece::Input(range) => &text[range.clone()],
                Piece::Scratch(range) => &scratch[range.clone()],
            })
        };
        let wrong = |role: Role, want: &str| {
            found.wrong(role).map(|(key, kind)| {
                Fault::new(
                    RejectReason::WrongType,
                    format!(
                        "the field \"{}\" holds {kind} instead of {want}",
                        &text[key.clone()]
                    ),
                )
            })
        };
        let Some(body) = get(Role::Text) else {
            return Err(wrong(Role::Text, "a text").unwrap_or_else(missing_text));
        };
        let id = match get(Role::Id) {
            Some(id) => Cow::Borrowed(id),
            // A field that was only guessed to hold an id may hold anything.
            None => match wrong(Role::Id, "a string or a number") {
                Some(fault) if corpus.options.fields.id.is_some() => return Err(fault),
                _ => default_id(file, record),
            },
        };
        let optional = |role| Cow::Borrowed(get(role).unwrap_or(""));
        Ok(Article {
            id,
            title: optional(Role::Title),
            source: optional(Role::Source),
            published: optional(Role::Published),
            date_order: file.date_order,
            url: optional(Role::Url),
            text: Cow::Borrowed(body),
        })
    }

    fn row<'p>(
        &'p mut self,
        file: &'p SourceFile,
        row: &'p str,
        separator: u8,
        record: &Record,
    ) -> Result<Article<'p>, Fault> {
        self.rows.parse(row.as_bytes(), separator);
        let rows = &self.rows;
        rows.check(&file.columns)?;
        // The row is valid UTF-8 and fields are cut at ASCII bytes, so no field can fail.
        let get = |role| {
            rows.value(&file.columns, role)
                .and_then(|bytes| simdutf8::basic::from_utf8(bytes).ok())
        };
        let optional = |role| Cow::Borrowed(get(role).unwrap_or(""));
        Ok(Article {
            text: Cow::Borrowed(get(Role::Text).ok_or_else(missing_text)?),
            id: get(Role::Id).map_or_else(|| default_id(file, record), Cow::Borrowed),
            title: optional(Role::Title),
            source: optional(Role::Source),
            published: optional(Role::Published),
            date_order: file.date_order,
            url: optional(Role::Url),
        })
    }
}

fn whole<'p>(file: &'p SourceFile, text: &'p str) -> Result<Article<'p>, Fault> {
    let page = plain::read(text);
    if page.text.trim_start().is_empty() {
        return Err(plain::no_text());
    }
    Ok(Article {
        id: Cow::Borrowed(&file.name),
        title: Cow::Borrowed(page.title),
        published: Cow::Borrowed(page.published),
        date_order: file.date_order,
        text: Cow::Borrowed(page.text),
        ..Article::default()
    })
}

/// Its place: file and line, and behind the first record of a line which one it is.
fn default_id<'p>(file: &SourceFile, record: &Record) -> Cow<'p, str> {
    let (name, line) = (&file.name, record.line);
    Cow::Owned(match record.before_on_line {
        0 => format!("{name}:{line}"),
        before => format!("{name}:{line}:{}", before + 1),
    })
}

fn missing_text() -> Fault {
    Fault::new(RejectReason::MissingText, "the text is missing or blank")
}

fn invalid_utf8(raw: &[u8], record: &Record) -> Fault {
    let at = match std::str::from_utf8(raw) {
        Ok(_) => 0,
        Err(e) => e.valid_up_to(),
    };
    let byte = raw.get(at).copied().unwrap_or(0);
    Fault::new(
        RejectReason::InvalidUtf8,
        format!(
            "not valid UTF-8: byte 0x{byte:02x} at byte {} of the file; if the file is in another \
             encoding, convert it first: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW",
            record.offset + at as u64 + 1
        ),
    )
}
