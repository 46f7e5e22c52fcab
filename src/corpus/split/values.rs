//! JSON values.

use super::{Last, end_of_file};
use crate::corpus::fault::Fault;
use crate::reject::RejectReason;
use memchr::memchr3;

/// Finds where a value ends: with its brackets or its quote, or a word at what cannot be of it.
///
/// A value that is no JSON also ends before a line that begins with an object and is not indented more than the value is, if it shows that the
/// object belongs to no value: a quote, or a bracket, was not closed before it. What follows need not be lost with it.
#[derive(Debug)]
pub(in crate::corpus) struct Values {
    /// Whether they are the elements of arrays: a word among them ends where its array goes on, and else where an object begins.
    in_array: bool,
    state: State,
    open: Open,
    /// Blanks before this place on its line, if there is nothing else.
    column: Option<u32>,
    /// The same of the value, 0 if something stands before it.
    indent: u32,
    /// The last byte that is not blank.
    last: u8,
    /// A value of the file was cut before its end.
    cut: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not begun.
    None,
    /// A string on its own, or a string inside brackets.
    String,
    /// After a backslash in a string.
    Escape,
    /// After a line break in a string, which is no JSON: where the next line begins a value, a quote is missing.
    Break,
    /// Inside brackets, outside strings.
    Brackets,
    /// A number, a word, or garbage.
    Bare,
}

/// How a value goes on.
enum Step {
    /// With the next byte.
    On,
    /// It ends here.
    End,
    /// What stands here cannot be told before more of it is there.
    Wait,
}

/// The brackets that are open.
#[derive(Debug, Default)]
struct Open {
    depth: u64,
    /// Which of the innermost are those of objects, the innermost in the lowest bit.
    objects: u64,
    /// Of so many outer ones it is no longer known.
    unknown: u64,
}

impl Open {
    fn add(&mut self, bracket: u8) {
        self.depth += 1;
        self.objects = self.objects << 1 | u64::from(bracket == b'{');
        let kept = u64::from(u64::BITS);
        self.unknown = self.unknown.max(self.depth.saturating_sub(kept));
    }

    /// Whether the innermost is that of an object, if it is known.
    fn in_object(&self) -> Option<bool> {
        (self.depth > self.unknown).then_some(self.objects & 1 == 1)
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.objects >>= 1;
        self.unknown = self.unknown.min(self.depth);
    }
}

fn space(b: u8) -> bool {
    matches!(b, b' ' | b'\n' | b'\r' | b'\t')
}

impl Values {
    pub fn new(in_array: bool) -> Self {
        Self {
            in_array,
            state: State::None,
            open: Open::default(),
            column: Some(0),
            indent: 0,
            last: 0,
            cut: false,
        }
    }

    /// Gets ready for the next value.
    pub fn start(&mut self) {
        self.state = State::None;
    }

    /// Moves `*at` over blanks.
    pub fn pass_space(&mut self, bytes: &[u8], at: &mut usize) {
        while let Some(&b) = bytes.get(*at).filter(|b| space(**b)) {
            self.blank(b);
            *at += 1;
        }
    }

    /// Counts a blank on its line.
    fn blank(&mut self, b: u8) {
        self.column = match b {
            b'\n' => Some(0),
            _ => self.column.map(|column| column.saturating_add(1)),
        };
    }

    /// Takes note that the line holds more than blanks.
    pub fn pass_other(&mut self) {
        self.column = None;
    }

    /// Whether nothing but blanks stands before this place on its line.
    pub fn is_first_on_line(&self) -> bool {
        self.column.is_some()
    }

    /// Whether an object here may be a value of its own: one on a line that is not indented more.
    pub fn may_begin(&self) -> bool {
        self.column.is_some_and(|column| column <= self.indent)
    }

    /// Whether a value of the file was cut before its end.
    pub fn was_cut(&self) -> bool {
        self.cut
    }

    /// Where the value ends that goes on at `*at`; without an end, `*at` is where it goes on: behind the bytes, or a little before, if what
    /// follows them tells.
    pub fn end(&mut self, bytes: &[u8], at: &mut usize) -> Option<usize> {
        while *at < bytes.len() {
            let b = bytes[*at];
            let step = match self.state {
                State::None => self.begin(b, at),
                State::String => self.string(bytes, at),
                State::Escape => self.escape(b, at),
                State::Break | State::Brackets if space(b) => {
                    self.blank(b);
                    *at += 1;
                    Step::On
                }
                State::Break => self.line_of_string(&bytes[*at..]),
                State::Brackets => self.brackets(b, at),
                State::Bare => self.bare(b, at),
            };
            match step {
                Step::On => {}
                Step::End => return Some(*at),
                Step::Wait => return None,
            }
        }
        None
    }

    /// The first byte of a value.
    fn begin(&mut self, b: u8, at: &mut usize) -> Step {
        self.indent = self.column.unwrap_or(0);
        (self.column, self.last) = (None, b);
        self.open = Open::default();
        self.state = match b {
            b'{' | b'[' => {
                self.open.add(b);
                State::Brackets
            }
            b'"' => State::String,
            _ => State::Bare,
        };
        *at += 1;
        Step::On
    }

    /// The inside of a string, up to what may end it.
    fn string(&mut self, bytes: &[u8], at: &mut usize) -> Step {
        let stop = memchr3(b'"', b'\\', b'\n', &bytes[*at..]);
        let end = stop.map_or(bytes.len(), |stop| *at + stop);
        let mut passed = bytes[*at..end].iter().rev();
        if let Some(&last) = passed.find(|b| !space(**b)) {
            self.last = last;
        }
        let Some(&stop) = bytes.get(end) else {
            *at = end;
            return Step::On;
        };
        *at = end + 1;
        self.state = match stop {
            b'\\' => State::Escape,
            b'\n' => {
                self.column = Some(0);
                State::Break
            }
            _ if self.open.depth == 0 => return Step::End,
            _ => {
                self.last = b'"';
                State::Brackets
            }
        };
        Step::On
    }

    /// What stands behind a backslash.
    fn escape(&mut self, b: u8, at: &mut usize) -> Step {
        self.last = b;
        self.state = State::String;
        *at += 1;
        Step::On
    }

    /// The beginning of a line in a string, of which this is the rest.
    fn line_of_string(&mut self, rest: &[u8]) -> Step {
        // A value ended there, and its string did not.
        let ended = matches!(self.last, b',' | b'}' | b']');
        if rest[0] == b'{' && ended && self.may_begin() {
            match is_object(rest) {
                None => return Step::Wait,
                Some(true) => return self.cut(),
                Some(false) => {}
            }
        }
        self.column = None;
        self.state = State::String;
        Step::On
    }

    /// A byte inside brackets that is not blank.
    fn brackets(&mut self, b: u8, at: &mut usize) -> Step {
        match b {
            b'"' => self.state = State::String,
            b'{' | b'[' => {
                let misplaced = self.open.in_object() == Some(true) && self.last != b':';
                if b == b'{' && misplaced && self.may_begin() {
                    return self.cut();
                }
                self.open.add(b);
            }
            b'}' | b']' => {
                self.open.close();
                if self.open.depth == 0 {
                    self.column = None;
                    *at += 1;
                    return Step::End;
                }
            }
            _ => {}
        }
        (self.column, self.last) = (None, b);
        *at += 1;
        Step::On
    }

    /// A byte behind the first of a word.
    fn bare(&mut self, b: u8, at: &mut usize) -> Step {
        let ends = match b {
            b if space(b) => true,
            b',' | b']' | b'}' => self.in_array,
            b'{' => !self.in_array,
            _ => false,
        };
        if ends {
            return Step::End;
        }
        *at += 1;
        Step::On
    }

    /// Ends a value that is not closed.
    fn cut(&mut self) -> Step {
        self.cut = true;
        Step::End
    }

    /// The file has ended inside a value, of which these are the bytes.
    pub fn last(&self, value: &[u8]) -> Last {
        if self.state == State::Bare {
            return Last::Record;
        }
        Last::Broken(Fault::new(
            RejectReason::InvalidJson,
            format!(
                "not valid JSON: the value that starts here is not closed before {}",
                end_of_file(value)
            ),
        ))
    }
}

/// Whether an opening brace is that of a JSON object, to judge by what follows it; none if not enough follows.
fn is_object(bytes: &[u8]) -> Option<bool> {
    /// More blanks than that stand in none.
    const BLANKS: usize = 256;
    let inside = &bytes[1..];
    match inside.iter().take(BLANKS).find(|b| !space(**b)) {
        Some(b) => Some(matches!(b, b'"' | b'}')),
        None if inside.len() >= BLANKS => Some(false),
        None => None,
    }
}
