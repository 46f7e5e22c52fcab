//! Finds where records start and end in a stream of bytes, for every layout, without parsing them.
//!
//! A [`Splitter`] is a state machine that goes on where it stopped, so that a record may arrive in
//! any number of pieces and is looked at once, and a record that is too long can be passed over
//! without being held. It never looks at a byte that it was not given, so where the pieces are cut
//! has no influence on the records.

use memchr::{memchr, memchr_iter, memchr3};

use super::reject::{Fault, RejectReason};

/// How the records of a file lie in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One record a line.
    Lines,
    /// Rows whose quoted fields may hold line breaks; the byte separates fields.
    Rows(u8),
    /// JSON values one after another.
    Objects,
    /// The elements of JSON arrays, one array after another. Commas may be missing between elements on lines of their own.
    Array,
    /// The whole file is one record.
    Whole,
}

/// Where the next record starts.
pub(super) enum Start {
    /// Here.
    At,
    /// Nowhere in these bytes.
    NotYet,
    /// Nowhere: the rest of the file, from here on, cannot be split.
    Broken(Fault),
}

/// What an unfinished record is worth when the file ends.
pub(super) enum Last {
    Record,
    Broken(Fault),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    FieldStart,
    Field,
    Quoted,
    /// After a quote within quotes: the end of the field, or the first half of a doubled quote.
    Quote,
    /// After a carriage return, which ends a row alone or together with a line feed.
    Return,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    /// Not begun.
    None,
    /// A string on its own, or a string inside `depth` brackets.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Array {
    Before,
    FirstOrEnd,
    Element,
    CommaOrEnd,
    After,
    /// Behind a value that was cut, where nothing follows that could: until a line begins with an object.
    Lost,
}

#[derive(Debug)]
pub(super) struct Splitter {
    layout: Layout,
    row: Row,
    /// A quoted field of the row goes on behind its closing quote.
    torn: bool,
    value: Value,
    open: Open,
    array: Array,
    /// Blanks before this place on its line, if there is nothing else.
    column: Option<u32>,
    /// The same of the value, 0 if something stands before it.
    indent: u32,
    /// The last byte that is not blank.
    last: u8,
    /// A value of the file was cut before its end.
    cut: bool,
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

impl Splitter {
    pub fn new(layout: Layout) -> Self {
        Self {
            layout,
            row: Row::FieldStart,
            torn: false,
            value: Value::None,
            open: Open::default(),
            array: Array::Before,
            column: Some(0),
            indent: 0,
            last: 0,
            cut: false,
        }
    }

    /// Looks for the start of the next record from `*at` on, and moves `*at` over what lies before it.
    pub fn start(&mut self, bytes: &[u8], at: &mut usize) -> Start {
        match self.layout {
            Layout::Lines | Layout::Whole => {}
            Layout::Rows(_) => {
                while matches!(bytes.get(*at), Some(b'\n' | b'\r')) {
                    *at += 1;
                }
                self.row = Row::FieldStart;
                self.torn = false;
            }
            Layout::Objects => {
                self.pass_space(bytes, at);
                self.value = Value::None;
            }
            Layout::Array => return self.start_element(bytes, at),
        }
        match *at < bytes.len() {
            true => Start::At,
            false => Start::NotYet,
        }
    }

    fn start_element(&mut self, bytes: &[u8], at: &mut usize) -> Start {
        loop {
            self.pass_space(bytes, at);
            let Some(&b) = bytes.get(*at) else {
                return Start::NotYet;
            };
            self.array = match (self.array, b) {
                (Array::Before, b'[') => Array::FirstOrEnd,
                (Array::FirstOrEnd | Array::CommaOrEnd, b']') => Array::After,
                (Array::CommaOrEnd, b',') => Array::Element,
                (Array::After, b'[') => Array::FirstOrEnd,
                (Array::FirstOrEnd | Array::Element, b) if b != b',' && b != b']' => {
                    self.array = Array::CommaOrEnd;
                    self.value = Value::None;
                    return Start::At;
                }
                (Array::CommaOrEnd, b'{') if self.column.is_some() => {
                    self.value = Value::None;
                    return Start::At;
                }
                (Array::Lost, b'{') if self.may_begin() => {
                    self.array = Array::CommaOrEnd;
                    self.value = Value::None;
                    return Start::At;
                }
                (Array::Lost, _) => {
                    let rest = &bytes[*at..];
                    // The line break itself is passed as a blank.
                    *at += memchr(b'\n', rest).unwrap_or(rest.len());
                    self.column = None;
                    continue;
                }
                _ if self.cut => Array::Lost,
                (state, _) => {
                    let what = match state {
                        Array::CommaOrEnd => "a comma is missing between two elements",
                        Array::After => "something follows after the array's closing bracket",
                        _ => "an element is missing before or after a comma",
                    };
                    return Start::Broken(Fault::new(
                        RejectReason::BrokenArray,
                        format!(
                            "the JSON array is broken here: {what}; the elements before were used"
                        ),
                    ));
                }
            };
            if self.array != Array::Lost {
                self.column = None;
                *at += 1;
            }
        }
    }

    fn pass_space(&mut self, bytes: &[u8], at: &mut usize) {
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

    /// Looks for the end of the record from `*at` on, which is where this or [`start`](Self::start) stopped.
    /// Returns where the record ends; without an end, `*at` is where it goes on: behind the bytes, or a little before, if what follows them
    /// tells.
    pub fn end(&mut self, bytes: &[u8], at: &mut usize) -> Option<usize> {
        let end = match self.layout {
            Layout::Lines => memchr(b'\n', &bytes[*at..]).map(|hop| *at + hop + 1),
            Layout::Rows(separator) => self.end_of_row(bytes, *at, separator),
            Layout::Objects | Layout::Array => return self.end_of_value(bytes, at),
            Layout::Whole => None,
        };
        *at = end.unwrap_or(bytes.len());
        end
    }

    /// The same automaton as csv-core's, but hopping over the insides of fields.
    fn end_of_row(&mut self, bytes: &[u8], mut at: usize, separator: u8) -> Option<usize> {
        while at < bytes.len() {
            match self.row {
                Row::FieldStart | Row::Quote => {
                    let b = bytes[at];
                    self.row = match b {
                        b'"' => Row::Quoted,
                        b'\n' => return Some(at + 1),
                        b'\r' => Row::Return,
                        b if b == separator => Row::FieldStart,
                        _ => {
                            self.torn |= self.row == Row::Quote;
                            Row::Field
                        }
                    };
                    at += 1;
                }
                Row::Field => {
                    at += memchr3(separator, b'\n', b'\r', &bytes[at..])?;
                    self.row = Row::FieldStart;
                }
                Row::Quoted => {
                    at += memchr(b'"', &bytes[at..])? + 1;
                    self.row = Row::Quote;
                }
                Row::Return => {
                    return Some(if bytes[at] == b'\n' { at + 1 } else { at });
                }
            }
        }
        None
    }

    /// A value that is no JSON also ends before a line that begins with an object and is not indented more than the value is, if it shows that the
    /// object belongs to no value: a quote, or a bracket, was not closed before it. What follows need not be lost with it.
    fn end_of_value(&mut self, bytes: &[u8], at: &mut usize) -> Option<usize> {
        while *at < bytes.len() {
            let b = bytes[*at];
            match self.value {
                Value::None => {
                    self.indent = self.column.unwrap_or(0);
                    (self.column, self.last) = (None, b);
                    self.open = Open::default();
                    self.value = match b {
                        b'{' | b'[' => {
                            self.open.add(b);
                            Value::Brackets
                        }
                        b'"' => Value::String,
                        _ => Value::Bare,
                    };
                    *at += 1;
                }
                Value::String => {
                    let stop = memchr3(b'"', b'\\', b'\n', &bytes[*at..]);
                    let end = stop.map_or(bytes.len(), |stop| *at + stop);
                    let mut passed = bytes[*at..end].iter().rev();
                    if let Some(&last) = passed.find(|b| !space(**b)) {
                        self.last = last;
                    }
                    *at = end + usize::from(stop.is_some());
                    stop?;
                    self.value = match bytes[end] {
                        b'\\' => Value::Escape,
                        b'\n' => {
                            self.column = Some(0);
                            Value::Break
                        }
                        _ if self.open.depth == 0 => return Some(*at),
                        _ => {
                            self.last = b'"';
                            Value::Brackets
                        }
                    };
                }
                Value::Escape => {
                    self.last = b;
                    self.value = Value::String;
                    *at += 1;
                }
                Value::Break if space(b) => {
                    self.blank(b);
                    *at += 1;
                }
                Value::Break => {
                    // A value ended there, and its string did not.
                    let ended = matches!(self.last, b',' | b'}' | b']');
                    if b == b'{' && ended && self.may_begin() {
                        match is_object(&bytes[*at..]) {
                            None => return None,
                            Some(true) => return self.cut_before(*at),
                            Some(false) => {}
                        }
                    }
                    self.column = None;
                    self.value = Value::String;
                }
                Value::Brackets if space(b) => {
                    self.blank(b);
                    *at += 1;
                }
                Value::Brackets => {
                    match b {
                        b'"' => self.value = Value::String,
                        b'{' | b'[' => {
                            let misplaced =
                                self.open.in_object() == Some(true) && self.last != b':';
                            if b == b'{' && misplaced && self.may_begin() {
                                return self.cut_before(*at);
                            }
                            self.open.add(b);
                        }
                        b'}' | b']' => {
                            self.open.close();
                            if self.open.depth == 0 {
                                self.column = None;
                                *at += 1;
                                return Some(*at);
                            }
                        }
                        _ => {}
                    }
                    (self.column, self.last) = (None, b);
                    *at += 1;
                }
                Value::Bare => match b {
                    b if space(b) => return Some(*at),
                    b',' | b']' | b'}' if self.layout == Layout::Array => return Some(*at),
                    b'{' if self.layout == Layout::Objects => return Some(*at),
                    _ => *at += 1,
                },
            }
        }
        None
    }

    fn cut_before(&mut self, at: usize) -> Option<usize> {
        self.cut = true;
        Some(at)
    }

    /// Whether an object here may be a value of its own: one on a line that is not indented more.
    fn may_begin(&self) -> bool {
        self.column.is_some_and(|column| column <= self.indent)
    }

    /// Whether what was taken for the end of a quoted field in the last row may be the beginning of another, or a field of it has no end.
    pub fn is_suspicious(&self) -> bool {
        self.torn || self.row == Row::Quoted
    }

    /// The file has ended inside a record, of which these are the bytes.
    pub fn last(&self, record: &[u8]) -> Last {
        match self.layout {
            Layout::Rows(_) if self.row == Row::Quoted => Last::Broken(Fault::new(
                RejectReason::UnclosedQuote,
                format!(
                    "this row opens a quote that is not closed before {}; {CLOSE_IT}",
                    end_of_file(record)
                ),
            )),
            Layout::Objects | Layout::Array if self.value != Value::Bare => {
                Last::Broken(Fault::new(
                    RejectReason::InvalidJson,
                    format!(
                        "not valid JSON: the value that starts here is not closed before {}",
                        end_of_file(record)
                    ),
                ))
            }
            _ => Last::Record,
        }
    }

    /// The file has ended between records.
    pub fn finish(&self) -> Option<Fault> {
        match (self.layout, self.array) {
            (Layout::Array, Array::Before | Array::After | Array::Lost) => None,
            (Layout::Array, _) => Some(Fault::new(
                RejectReason::BrokenArray,
                "the JSON array is not closed before the end of the file; the elements before were used",
            )),
            _ => None,
        }
    }
}

const CLOSE_IT: &str = "close it, or double every quote inside a quoted field";

/// A row that is left alone with its quote.
pub(super) fn unclosed_row() -> Fault {
    Fault::new(
        RejectReason::UnclosedQuote,
        format!(
            "this row opens a quote that it does not close, and below it are rows of their own; {CLOSE_IT}"
        ),
    )
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

/// The end of the file behind an unfinished record, and how many lines went with the one where it starts.
fn end_of_file(record: &[u8]) -> String {
    let inside = record.strip_suffix(b"\n").unwrap_or(record);
    match memchr_iter(b'\n', inside).count() {
        0 => "the end of the file".into(),
        1 => "the end of the file, which takes the line below with it".into(),
        lines => format!("the end of the file, which takes the {lines} lines below with it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(layout: Layout, text: &str) -> (Vec<&str>, Option<RejectReason>) {
        let bytes = text.as_bytes();
        let mut splitter = Splitter::new(layout);
        let (mut at, mut out) = (0, Vec::new());
        loop {
            match splitter.start(bytes, &mut at) {
                Start::At => {
                    let start = at;
                    match splitter.end(bytes, &mut at) {
                        Some(end) => out.push(&text[start..end]),
                        None => {
                            return match splitter.last(&bytes[start..]) {
                                Last::Record => {
                                    out.push(&text[start..]);
                                    (out, None)
                                }
                                Last::Broken(fault) => (out, Some(fault.reason)),
                            };
                        }
                    }
                }
                Start::NotYet => return (out, splitter.finish().map(|f| f.reason)),
                Start::Broken(fault) => return (out, Some(fault.reason)),
            }
        }
    }

    #[test]
    fn lines() {
        assert_eq!(
            split(Layout::Lines, "a\r\n\nb"),
            (vec!["a\r\n", "\n", "b"], None)
        );
    }

    #[test]
    fn rows() {
        let rows = |t| split(Layout::Rows(b','), t);
        assert_eq!(rows("a,b\r\n\r\nc,d\n"), (vec!["a,b\r\n", "c,d\n"], None));
        assert_eq!(
            rows("\"x\ny\",\"p\"\"\nq\"\nz"),
            (vec!["\"x\ny\",\"p\"\"\nq\"\n", "z"], None)
        );
        assert_eq!(rows("a\rb\r"), (vec!["a\r", "b\r"], None));
        assert_eq!(rows("a 5\" disk,b\nc"), (vec!["a 5\" disk,b\n", "c"], None));
        assert_eq!(
            rows("a,\"b\nc"),
            (vec![], Some(RejectReason::UnclosedQuote))
        );
    }

    #[test]
    fn a_broken_value_takes_nothing_else_with_it() {
        let trimmed = |(found, fault): (Vec<&str>, _)| {
            let found: Vec<String> = found.iter().map(|it| it.trim_end().into()).collect();
            (found, fault)
        };
        for broken in [
            // A quote is missing, or a bracket.
            "{\"a\":\"open},",
            "{\"a\":[1,2},",
            "{\"a\":{\"b\":1},",
            "{\"a\":1",
            "{\n  \"a\": {\n   \"b\": [\n    1\n   },\n",
            // Or it is of the wrong kind, and what is behind it belongs to the value.
            "{\"a\":[1,2},\"b\":{\"c\":3}}",
            "{\"a\":{\"b\":1],\"c\":[{}]}",
            "{\"a\":\"one\n{ two\",\"b\":[{}]}",
            "{\"a\":\"var a = [\n{ x: 1 },\n{ y: 2 }\n];\"}",
            "{\"a\":[1,2},\"b\":[\n{\"c\":1},\n{\"c\":2}\n]}",
        ] {
            let text = format!("[{{}},\n{broken}\n{{\"b\":2}},\n3]");
            let (found, fault) = trimmed(split(Layout::Array, &text));
            assert_eq!((found.len(), fault), (4, None), "{broken}: {found:?}");
            assert_eq!(found[2..], ["{\"b\":2}", "3"], "{broken}");
            let text = format!("{{}}\n{broken}\n{{\"b\":2}}\n");
            let (found, fault) = trimmed(split(Layout::Objects, &text));
            assert_eq!((found.len(), fault), (3, None), "{broken}: {found:?}");
            assert_eq!(found[2], "{\"b\":2}", "{broken}");
        }
        // What is indented more belongs to the value, however broken it is.
        let nested = "{\"a\":[1},\n  {\"b\":[\n  {}]}}";
        assert_eq!(split(Layout::Objects, nested).0, [nested]);
        // Sound values end where their brackets do, however deep, and whatever stands in their lines.
        let deep = "{\"a\":[\n".repeat(100) + &"]}".repeat(100);
        assert_eq!(split(Layout::Objects, &deep), (vec![deep.as_str()], None));
        let lines = "{\"a\":\n{\"b\":[\n{},\n{\"c\":\"}\\\"{\"}]}}";
        assert_eq!(split(Layout::Objects, lines), (vec![lines], None));
    }

    #[test]
    fn an_unfinished_record_says_what_went_with_it() {
        for (record, end) in [
            ("a,\"b", "the end of the file"),
            ("a,\"b\n", "the end of the file"),
            (
                "a,\"b\nc",
                "the end of the file, which takes the line below with it",
            ),
            (
                "a,\"b\nc\n\nd\n",
                "the end of the file, which takes the 3 lines below with it",
            ),
        ] {
            assert_eq!(end_of_file(record.as_bytes()), end);
        }
    }

    #[test]
    fn objects() {
        let objects = |t| split(Layout::Objects, t);
        assert_eq!(
            objects("{\"a\":\"}\\\"\"}\n {\n}\n[1] 2 \"x\" nul{}"),
            (
                vec![
                    "{\"a\":\"}\\\"\"}",
                    "{\n}",
                    "[1]",
                    "2",
                    "\"x\"",
                    "nul",
                    "{}"
                ],
                None
            )
        );
        assert_eq!(
            objects("{} {"),
            (vec!["{}"], Some(RejectReason::InvalidJson))
        );
    }

    #[test]
    fn arrays() {
        let array = |t| split(Layout::Array, t);
        assert_eq!(array(" [ ] "), (vec![], None));
        assert_eq!(array(""), (vec![], None));
        assert_eq!(
            array("[{\"a\":[1]}, 2,\"]\" ]"),
            (vec!["{\"a\":[1]}", "2", "\"]\""], None)
        );
        assert_eq!(
            array("[{}\n {}\n{\"a\":1}]\n[{}, 1]"),
            (vec!["{}", "{}", "{\"a\":1}", "{}", "1"], None)
        );
        for broken in [
            "[{} {}]", "[{}\n1]", "[{},]", "[{}", "[{},", "[,{}]", "[{}] x", "[{}]]",
        ] {
            let (records, reason) = array(broken);
            assert_eq!(reason, Some(RejectReason::BrokenArray), "{broken}");
            assert!(records.len() <= 1, "{broken}");
        }
        assert_eq!(array("[{}] x").0.len(), 1);
        assert_eq!(array("[{\"a\"").1, Some(RejectReason::InvalidJson));
    }
}
