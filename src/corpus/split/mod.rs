//! Finds where records start and end in a stream of bytes, for every arrangement, without parsing them.
//!
//! A [`Splitter`] is a state machine that goes on where it stopped, so that a record may arrive in
//! any number of pieces and is looked at once, and a record that is too long can be passed over
//! without being held. It never looks at a byte that it was not given, so where the pieces are cut
//! has no influence on the records.
//!
//! What takes more than to look for a line break is an automaton of its own: [`Rows`] with quoted fields, JSON [`Values`], and what stands between
//! them in an array, the [`Elements`].

mod elements;
mod rows;
mod values;

#[cfg(test)]
mod tests;

pub(super) use rows::unclosed_row;

use super::fault::Fault;
use elements::Elements;
use memchr::{memchr, memchr_iter};
use rows::Rows;
use values::Values;

/// How the records of a file stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// One a line.
    Lines,
    /// Objects one after another, on lines of their own or not.
    Sequence,
    /// Elements of one JSON array, or of several one after another. Commas may be missing between elements on lines of their own.
    Array,
    /// Rows under a header, with this separator; their quoted fields may hold line breaks.
    Rows(u8),
    /// The file is the record.
    Whole,
}

/// Where the next record starts.
pub(super) enum Start {
    /// Here.
    At,
    /// Nowhere in these bytes.
    NotYet,
    /// Not here: what stands here is of no record. The next one is looked for behind it.
    Broken(Fault),
}

/// What an unfinished record is worth when the file ends.
pub(super) enum Last {
    Record,
    Broken(Fault),
}

/// Finds the records of a file, in one [arrangement](Arrangement).
#[derive(Debug)]
pub(super) enum Splitter {
    Lines,
    Rows(Rows),
    Sequence(Values),
    Array(Elements),
    Whole,
}

impl Splitter {
    pub fn new(arrangement: Arrangement) -> Self {
        match arrangement {
            Arrangement::Lines => Self::Lines,
            Arrangement::Rows(separator) => Self::Rows(Rows::new(separator)),
            Arrangement::Sequence => Self::Sequence(Values::new(false)),
            Arrangement::Array => Self::Array(Elements::new()),
            Arrangement::Whole => Self::Whole,
        }
    }

    /// Looks for the start of the next record from `*at` on, and moves `*at` over what lies before it.
    pub fn start(&mut self, bytes: &[u8], at: &mut usize) -> Start {
        match self {
            Self::Lines | Self::Whole => {}
            Self::Rows(rows) => rows.start(bytes, at),
            Self::Sequence(values) => {
                values.pass_space(bytes, at);
                values.start();
            }
            Self::Array(elements) => return elements.start(bytes, at),
        }
        match *at < bytes.len() {
            true => Start::At,
            false => Start::NotYet,
        }
    }

    /// Looks for the end of the record from `*at` on, which is where this or [`start`](Self::start) stopped.
    /// Returns where the record ends; without an end, `*at` is where it goes on: behind the bytes, or a little before, if what follows them
    /// tells.
    pub fn end(&mut self, bytes: &[u8], at: &mut usize) -> Option<usize> {
        let end = match self {
            Self::Lines => memchr(b'\n', &bytes[*at..]).map(|hop| *at + hop + 1),
            Self::Rows(rows) => rows.end(bytes, *at),
            Self::Sequence(values) => return values.end(bytes, at),
            Self::Array(elements) => return elements.end(bytes, at),
            Self::Whole => None,
        };
        *at = end.unwrap_or(bytes.len());
        end
    }

    /// Whether what was taken for the end of a quoted field in the last row may be the beginning of another, or a field of it has no end.
    pub fn is_suspicious(&self) -> bool {
        matches!(self, Self::Rows(rows) if rows.is_suspicious())
    }

    /// The file has ended inside a record, of which these are the bytes.
    pub fn last(&self, record: &[u8]) -> Last {
        match self {
            Self::Rows(rows) => rows.last(record),
            Self::Sequence(values) => values.last(record),
            Self::Array(elements) => elements.last(record),
            Self::Lines | Self::Whole => Last::Record,
        }
    }

    /// The file has ended between records.
    pub fn finish(&self) -> Option<Fault> {
        match self {
            Self::Array(elements) => elements.finish(),
            _ => None,
        }
    }
}

/// The end of the file behind an unfinished record, and how many lines went with the one where it starts.
fn end_of_file(record: &[u8]) -> String {
    let inside = record.strip_suffix(b"\n").unwrap_or(record);
    match memchr_iter(b'\n', inside).count() {
        0 => "the end of the file".into(),
        1 => "the end of the file, which takes the line below with it".into(),
        lines => format!("the end of the file, which takes the {lines} lines below with it"),
    }
}
