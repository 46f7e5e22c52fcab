//! Rows of separated values.

use super::{Last, end_of_file};
use crate::corpus::fault::Fault;
use crate::reject::RejectReason;
use memchr::{memchr, memchr3};

/// The same automaton as csv-core's, but hopping over the insides of fields.
#[derive(Debug)]
pub(in crate::corpus) struct Rows {
    separator: u8,
    state: State,
    /// A quoted field of the row goes on behind its closing quote.
    torn: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Field,
    Quoted,
    /// After a quote within quotes: the end of the field, or the first half of a doubled quote.
    Quote,
    /// After a carriage return, which ends a row alone or together with a line feed.
    Return,
}

impl Rows {
    pub fn new(separator: u8) -> Self {
        Self {
            separator,
            state: State::FieldStart,
            torn: false,
        }
    }

    /// Moves `*at` over blank lines to where the next row starts.
    pub fn start(&mut self, bytes: &[u8], at: &mut usize) {
        while matches!(bytes.get(*at), Some(b'\n' | b'\r')) {
            *at += 1;
        }
        self.state = State::FieldStart;
        self.torn = false;
    }

    /// Where the row ends that goes on at `at`.
    pub fn end(&mut self, bytes: &[u8], mut at: usize) -> Option<usize> {
        while at < bytes.len() {
            match self.state {
                State::FieldStart | State::Quote => {
                    let b = bytes[at];
                    self.state = match b {
                        b'"' => State::Quoted,
                        b'\n' => return Some(at + 1),
                        b'\r' => State::Return,
                        b if b == self.separator => State::FieldStart,
                        _ => {
                            self.torn |= self.state == State::Quote;
                            State::Field
                        }
                    };
                    at += 1;
                }
                State::Field => {
                    at += memchr3(self.separator, b'\n', b'\r', &bytes[at..])?;
                    self.state = State::FieldStart;
                }
                State::Quoted => {
                    at += memchr(b'"', &bytes[at..])? + 1;
                    self.state = State::Quote;
                }
                State::Return => {
                    return Some(if bytes[at] == b'\n' { at + 1 } else { at });
                }
            }
        }
        None
    }

    /// Whether what was taken for the end of a quoted field in the last row may be the beginning of another, or a field of it has no end.
    pub fn is_suspicious(&self) -> bool {
        self.torn || self.state == State::Quoted
    }

    /// The file has ended inside a row, of which these are the bytes.
    pub fn last(&self, row: &[u8]) -> Last {
        if self.state != State::Quoted {
            return Last::Record;
        }
        Last::Broken(Fault::new(
            RejectReason::UnclosedQuote,
            format!(
                "this row opens a quote that is not closed before {}; {CLOSE_IT}",
                end_of_file(row)
            ),
        ))
    }
}

const CLOSE_IT: &str = "close it, or double every quote inside a quoted field";

/// A row that is left alone with its quote.
pub(in crate::corpus) fn unclosed_row() -> Fault {
    Fault::new(
        RejectReason::UnclosedQuote,
        format!(
            "this row opens a quote that it does not close, and below it are rows of their own; {CLOSE_IT}"
        ),
    )
}
