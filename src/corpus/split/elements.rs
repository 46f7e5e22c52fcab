//! The elements of JSON arrays.

use super::values::Values;
use super::{Last, Start};
use crate::corpus::fault::Fault;
use crate::reject::RejectReason;
use memchr::memchr;

/// Finds the elements of arrays, one array after another, and where an array is broken.
#[derive(Debug)]
pub(in crate::corpus) struct Elements {
    state: State,
    values: Values,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    FirstOrEnd,
    Element,
    CommaOrEnd,
    After,
    /// Behind something that cannot stand there: until a line begins with an object.
    Lost,
}

impl Elements {
    pub fn new() -> Self {
        Self {
            state: State::Before,
            values: Values::new(true),
        }
    }

    /// Looks for the start of the next element from `*at` on.
    pub fn start(&mut self, bytes: &[u8], at: &mut usize) -> Start {
        loop {
            self.values.pass_space(bytes, at);
            let Some(&b) = bytes.get(*at) else {
                return Start::NotYet;
            };
            self.state = match (self.state, b) {
                (State::Before, b'[') => State::FirstOrEnd,
                (State::FirstOrEnd | State::CommaOrEnd, b']') => State::After,
                (State::CommaOrEnd, b',') => State::Element,
                (State::After, b'[') => State::FirstOrEnd,
                (State::FirstOrEnd | State::Element, b) if b != b',' && b != b']' => {
                    return self.start_value();
                }
                (State::CommaOrEnd, b'{') if self.values.is_first_on_line() => {
                    return self.start_value();
                }
                (State::Lost, b'{') if self.values.may_begin() => return self.start_value(),
                (State::Lost, _) => {
                    let rest = &bytes[*at..];
                    // The line break itself is passed as a blank.
                    *at += memchr(b'\n', rest).unwrap_or(rest.len());
                    self.values.pass_other();
                    continue;
                }
                (state, _) => {
                    // The byte is looked at again.
                    self.state = State::Lost;
                    // What a value that was cut leaves behind was told with it.
                    match self.values.was_cut() {
                        true => continue,
                        false => return Start::Broken(broken(state)),
                    }
                }
            };
            self.values.pass_other();
            *at += 1;
        }
    }

    fn start_value(&mut self) -> Start {
        self.state = State::CommaOrEnd;
        self.values.start();
        Start::At
    }

    /// Where the element ends that goes on at `*at`: see [`Values::end`].
    pub fn end(&mut self, bytes: &[u8], at: &mut usize) -> Option<usize> {
        self.values.end(bytes, at)
    }

    /// The file has ended inside an element, of which these are the bytes.
    pub fn last(&self, element: &[u8]) -> Last {
        self.values.last(element)
    }

    /// The file has ended between elements.
    pub fn finish(&self) -> Option<Fault> {
        match self.state {
            State::Before | State::After | State::Lost => None,
            _ => Some(Fault::new(
                RejectReason::BrokenArray,
                "the JSON array is not closed before the end of the file; the elements before were used",
            )),
        }
    }
}

/// An array with something in it that cannot stand there.
fn broken(state: State) -> Fault {
    let what = match state {
        State::CommaOrEnd => "a comma is missing between two elements",
        State::After => "something follows after the array's closing bracket",
        _ => "an element is missing before or after a comma",
    };
    Fault::new(
        RejectReason::BrokenArray,
        format!(
            "the JSON array is broken here: {what}; what stood before was used, and reading goes on at the next line that begins with an object"
        ),
    )
}
