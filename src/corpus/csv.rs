//! CSV and TSV: what the header's columns mean, and the fields of one row.
//!
//! Rows are parsed by csv-core (RFC 4180, tolerant where it does not matter); [`split`](super::split)
//! cuts them by the same rules, which a test holds it to. The library never guesses what a row with
//! more or fewer fields than the header means: such a row is rejected.

use std::ops::Range;

use csv_core::ReadRecordResult;

use super::fault::Fault;
use super::fields::{FieldTable, Match, ROLES, Role};
use crate::reject::RejectReason;

/// What may stand between two fields: a comma, a tab, the semicolon of spreadsheets where numbers have a decimal comma, a bar.
pub(super) const SEPARATORS: [u8; 4] = *b",\t;|";

/// What each column means.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    pub names: Vec<String>,
    /// For each role the columns that may fill it, best first.
    by_role: [Vec<usize>; ROLES],
}

impl Columns {
    pub fn new(names: Vec<String>, table: &FieldTable) -> Self {
        let mut ranked: [Vec<(u8, usize)>; ROLES] = Default::default();
        for (column, name) in names.iter().enumerate() {
            for Match { role, rank } in table.lookup(name) {
                ranked[*role as usize].push((*rank, column));
            }
        }
        let by_role = ranked.map(|mut columns| {
            columns.sort_unstable();
            columns.into_iter().map(|(_, column)| column).collect()
        });
        Self { names, by_role }
    }

    pub fn of(&self, role: Role) -> &[usize] {
        &self.by_role[role as usize]
    }
}

/// Reusable state of the row parser.
pub(super) struct Rows {
    readers: [csv_core::Reader; SEPARATORS.len()],
    fields: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
}

impl Default for Rows {
    fn default() -> Self {
        let reader = |separator| csv_core::ReaderBuilder::new().delimiter(separator).build();
        Self {
            readers: SEPARATORS.map(reader),
            fields: Vec::new(),
            ends: vec![0; 32],
            count: 0,
        }
    }
}

impl Rows {
    /// Takes a row apart, whose fields stand between one of [`SEPARATORS`].
    pub fn parse(&mut self, row: &[u8], separator: u8) {
        let at = SEPARATORS.iter().position(|other| *other == separator);
        let reader = &mut self.readers[at.unwrap_or(0)];
        reader.reset();
        if self.fields.len() < row.len() {
            self.fields.resize(row.len(), 0);
        }
        let (mut read, mut written, mut count) = (0, 0, 0);
        loop {
            let (result, r, w, e) = reader.read_record(
                &row[read..],
                &mut self.fields[written..],
                &mut self.ends[count..],
            );
            read += r;
            written += w;
            count += e;
            match result {
                // Called again with nothing left, the reader takes it for the end.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.fields.resize(written + 64, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(count * 2 + 8, 0),
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        self.count = count;
    }

    /// One field of the row, unquoted.
    pub fn field(&self, index: usize) -> &[u8] {
        let Range { start, end } = self.range(index);
        &self.fields[start..end]
    }

    fn range(&self, index: usize) -> Range<usize> {
        let start = match index {
            0 => 0,
            i => self.ends[i - 1],
        };
        start..self.ends[index]
    }

    /// All fields of the row.
    pub fn fields(&self) -> Vec<String> {
        (0..self.count)
            .map(|i| String::from_utf8_lossy(self.field(i)).into_owned())
            .collect()
    }

    pub fn check(&self, columns: &Columns) -> Result<(), Fault> {
        let (found, expected) = (self.count, columns.names.len());
        if found == expected {
            return Ok(());
        }
        let cause = match found < expected {
            true => "a line break or a separator may be missing",
            false => {
                "a field that holds the separator must be put in quotes, without a blank before them, and quotes inside it doubled"
            }
        };
        Err(Fault::new(
            RejectReason::RaggedRow,
            format!("this row has {found} fields and the header {expected}; {cause}"),
        ))
    }

    /// The best column of a role that is not blank.
    pub fn value(&self, columns: &Columns, role: Role) -> Option<&[u8]> {
        let mut fields = columns.of(role).iter().map(|&c| self.field(c));
        fields.find(|f| !f.trim_ascii().is_empty())
    }
}

/// Lines that tell whether what a quote has swallowed are rows, at the most.
const LINES: usize = 20;

/// Where a row begins below one whose quote is not closed in it, if the lines that it takes with it are rows of their own.
///
/// They are if each of the first ones has as many fields as the header: lines of a long text have not, though a few of them may by
/// chance. Where the quote seems closed by one that opens a field, that field's line alone tells, too; if there are but two columns, its first field must
/// look like that of the row.
pub(super) fn row_below(
    rows: &mut Option<Rows>,
    row: &[u8],
    columns: usize,
    separator: u8,
) -> Option<usize> {
    let start = memchr::memchr(b'\n', row)? + 1;
    if start == row.len() || columns < 2 {
        return None;
    }
    let rows = rows.get_or_insert_default();
    // Two columns are soon made by a comma in a line.
    let least = if columns == 2 { 10 } else { 3 };
    let mut is_row = |line: &[u8]| {
        rows.parse(line, separator);
        rows.count == columns
    };
    let is_alike =
        |line| columns > 2 || are_alike([row, line].map(|row| first_field(row, separator)));
    let torn = torn_line(row, separator);
    let swallowed = &row[start..torn.unwrap_or(row.len()).max(start)];
    let lines = swallowed.split_inclusive(|byte| *byte == b'\n');
    // Of the last one only a part may be there.
    let lines = lines.filter(|line| line.ends_with(b"\n") && !line.trim_ascii().is_empty());
    let (mut told, mut all_alike) = (0, true);
    let all_rows = lines.take(LINES).all(|line| {
        told += 1;
        all_alike &= is_alike(line);
        is_row(line)
    });
    let separators = |part: &[u8]| memchr::memchr_iter(separator, part).count();
    let line_end =
        |from: usize| memchr::memchr(b'\n', &row[from..]).map_or(row.len(), |at| from + at + 1);
    match torn {
        _ if all_rows && told >= least => Some(start),
        Some(torn) if separators(&row[..torn]) + 1 >= columns && is_alike(&row[torn..]) => {
            let from = if all_rows && all_alike { start } else { torn };
            is_row(&row[torn..line_end(torn)]).then_some(from)
        }
        _ => None,
    }
}

fn first_field(row: &[u8], separator: u8) -> &[u8] {
    let end = memchr::memchr2(separator, b'\n', row);
    row[..end.unwrap_or(row.len())].trim_ascii()
}

/// Whether two first fields may be of one column of ids, and not the beginning of a line of text: numbers, or words without a blank.
fn are_alike([a, b]: [&[u8]; 2]) -> bool {
    let number = |field: &[u8]| field.iter().all(u8::is_ascii_digit);
    let one_word = |field: &[u8]| !field.is_empty() && !field.iter().any(u8::is_ascii_whitespace);
    one_word(a) && one_word(b) && number(a) == number(b)
}

/// The start of the line in which a quoted field that began above it ends at a quote that opens a field there: a letter follows, and the
/// beginning of the line or a separator stands before it.
fn torn_line(row: &[u8], separator: u8) -> Option<usize> {
    let mut at = 0;
    let mut line = 0;
    let mut quoted = false;
    while let Some(hop) = memchr::memchr2(b'"', b'\n', &row[at..]) {
        at += hop;
        match (row[at], quoted) {
            (b'\n', _) => line = at + 1,
            (_, false) => {
                quoted = at == line || row[at - 1] == separator;
            }
            (_, true) if row.get(at + 1) == Some(&b'"') => at += 1,
            (_, true) => {
                let next = row.get(at + 1).copied().unwrap_or(separator);
                let ends = next == separator || matches!(next, b'\n' | b'\r');
                // At the beginning of a line only where rows begin so.
                let opens = match at == line {
                    true => row[0] == b'"',
                    false => row[at - 1] == separator,
                };
                let opens = line > 0 && opens;
                if !ends && opens {
                    return Some(line);
                }
                quoted = false;
            }
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::FieldNames;

    #[test]
    fn of_two_columns_the_first_tells_rows_from_text() {
        let mut rows = None;
        let mut below = |row: &str| {
            let found = row_below(&mut rows, row.as_bytes(), 2, b',');
            found.map(|at| row[at..].to_owned())
        };
        let some = |row: &str| Some(row.to_owned());
        assert_eq!(
            below("2,\"two\n3,\"three, four\"\n"),
            some("3,\"three, four\"\n")
        );
        let rows = "3,three\n4,four\n5,\"five\n";
        assert_eq!(below(&format!("2,\"two\n{rows}")), some(rows));
        assert_eq!(below("a-2,\"two\nb-3,\"three\n"), some("b-3,\"three\n"));
        // Lines of a text are passed over, and so is one that only happens to have a quote behind its comma.
        assert_eq!(
            below("2,\"two\nWell, yes.\n3,\"three\n"),
            some("3,\"three\n")
        );
        assert_eq!(below("2,\"two\nYes and no,\"he said\n"), None);
        assert_eq!(below("2,\"two\nYes,\"he said\n"), None);
    }

    #[test]
    fn rows_are_told_from_lines_of_a_text() {
        let mut rows = None;
        let mut below = |row: &str, columns| row_below(&mut rows, row.as_bytes(), columns, b',');
        let row = "1,\"never closed,a\n";
        let with = |count: usize| format!("{row}{}", "2,b,\"c, d\"\n".repeat(count));
        assert_eq!(below(&with(0), 3), None);
        assert_eq!(below(&with(300), 3), Some(row.len()));
        // Where no quote opens a field, three lines tell, and of two columns ten.
        let plain = |count: usize| format!("{row}{}", "2,b,c\n".repeat(count));
        assert_eq!(below(&plain(2), 3), None);
        assert_eq!(below(&plain(3), 3), Some(row.len()));
        assert_eq!(below(&plain(300), 3), Some(row.len()));
        assert_eq!(
            below(&(plain(30) + "a line of a text\n"), 3),
            Some(row.len())
        );
        assert_eq!(below(&(plain(10) + "a line of a text\n"), 3), None);
        // The last line may be cut.
        assert_eq!(below(&(plain(3) + "2,"), 3), Some(row.len()));
        let table = |count: usize| format!("1,\"Results:\n{}", "Arsenal, 3\n".repeat(count));
        assert_eq!(below(&table(9), 2), None);
        assert_eq!(below(&table(10), 2), Some(12));
        let prose = "1,\"In Rome, he said, it rains.\nIn Oslo, too.\na\nb\nc\n";
        assert_eq!(below(prose, 3), None);
        assert_eq!(below("1,\"never closed", 3), None);
        assert_eq!(below(&"\"a\n".repeat(30), 1), None);
    }

    #[test]
    fn a_quote_that_opens_a_field_closes_none() {
        let mut rows = None;
        let mut below = |row: &str| row_below(&mut rows, row.as_bytes(), 3, b',');
        assert_eq!(below("6,\"T,s\n7,\"T\",s\n"), Some(7));
        assert_eq!(below("\"6\",\"T,s\n\"7\",\"T\",\"s\"\n"), Some(9));
        // The text of the first goes over several lines.
        let text = "6,T,\"s\nmore of it, she said\nand more\n";
        assert_eq!(below(&format!("{text}7,\"T\",s\n")), Some(text.len()));
        // Of the last field only a part is in the line.
        assert_eq!(below("6,\"T,s\n7,T,\"s\n"), Some(7));
        // Two rows that are broken alike, with sound ones between them.
        let rows = "7,T,s\n".repeat(4);
        assert_eq!(below(&format!("6,\"T,s\n{rows}8,\"T,s\n")), Some(7));
        // Quotes in a sentence open no field.
        assert_eq!(below("6,T,\"s\nthe, so-called \"aet\", pens\"\n"), None);
        assert_eq!(below("6,T,\"s \"\"a\"\", b\nc, d\"\n"), None);
        // Nor do those of speech, though they begin lines.
        assert_eq!(
            below("6,\"He was asked:\n\"Yes\", he said, and left\",s\n"),
            None
        );
        assert_eq!(
            below("\"6\",\"He was asked:\n\"Yes\" he said, and left\",\"s\"\n"),
            None
        );
        assert_eq!(
            below("6,\"He was asked:\nThen he said,\"Yes\" and left\",s\n"),
            None
        );
    }

    fn fields(row: &str, separator: u8) -> Vec<String> {
        let mut rows = Rows::default();
        rows.parse(row.as_bytes(), separator);
        rows.fields()
    }

    #[test]
    fn rows() {
        assert_eq!(
            fields("a,\"b,\"\"c\"\"\nd\",\r\n", b','),
            ["a", "b,\"c\"\nd", ""]
        );
        assert_eq!(fields("a\t\"b\tc\"", b'\t'), ["a", "b\tc"]);
        let many = vec!["x"; 500].join(",");
        assert_eq!(fields(&many, b',').len(), 500);
    }

    #[test]
    fn columns_by_rank() {
        let table = FieldTable::new(&FieldNames::default());
        let names = ["content", "Text", "ID", "source.name"].map(String::from);
        let columns = Columns::new(names.to_vec(), &table);
        assert_eq!(columns.of(Role::Text), [1, 0]);
        assert_eq!(columns.of(Role::Source), [3]);
        let mut rows = Rows::default();
        rows.parse(b"body text, ,7,Herald", b',');
        assert_eq!(rows.value(&columns, Role::Text), Some(&b"body text"[..]));
        assert!(rows.check(&columns).is_ok());
        rows.parse(b"a,b", b',');
        let fault = rows.check(&columns).unwrap_err();
        assert!(fault.detail.contains("2 fields") && fault.detail.contains("header 4"));
    }
}
