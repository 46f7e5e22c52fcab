//! CSV and TSV: what the header's columns mean, and the fields of one row.
//!
//! Rows are parsed by csv-core (RFC 4180, tolerant where it does not matter); [`split`](super::split)
//! cuts them by the same rules, which a test holds it to. The library never guesses what a row with
//! more or fewer fields than the header means: such a row is rejected.

use std::ops::Range;

use csv_core::ReadRecordResult;

use super::fields::{FieldTable, Match, ROLES, Role};
use super::reject::{Fault, RejectReason};

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

/// Where the row after one whose quote is never closed begins: behind the first line break of `swallowed`, if the lines there are rows.
///
/// They are if each of the first ones has as many fields as the header. Lines of a long text have not; a few of them may have by chance.
pub(super) fn row_after(swallowed: &[u8], columns: usize, separator: u8) -> Option<usize> {
    /// Lines that tell, at the least and at the most.
    const LINES: std::ops::RangeInclusive<usize> = 3..=20;
    let start = memchr::memchr(b'\n', swallowed)? + 1;
    let mut rows = Rows::default();
    let lines = swallowed[start..].split_inclusive(|byte| *byte == b'\n');
    // Of the last one only a part may be there.
    let lines = lines.filter(|line| line.ends_with(b"\n") && !line.trim_ascii().is_empty());
    let mut told = 0;
    for line in lines.take(*LINES.end()) {
        rows.parse(line, separator);
        if rows.count != columns {
            return None;
        }
        told += 1;
    }
    (columns > 1 && LINES.contains(&told)).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::FieldNames;

    #[test]
    fn rows_are_told_from_lines_of_a_text() {
        let after = |swallowed: &str| row_after(swallowed.as_bytes(), 3, b',');
        let row = "1,\"never closed,a\n";
        let rows = |count: usize| format!("{row}{}", "2,b,\"c, d\"\n".repeat(count));
        assert_eq!(after(&rows(2)), None);
        assert_eq!(after(&rows(3)), Some(row.len()));
        assert_eq!(after(&rows(300)), Some(row.len()));
        assert_eq!(after(&(rows(30) + "a line of a text\n")), Some(row.len()));
        assert_eq!(after(&(rows(10) + "a line of a text\n")), None);
        // The last line may be cut.
        assert_eq!(after(&(rows(3) + "2,")), Some(row.len()));
        assert_eq!(
            after("1,\"In Rome, he said, it rains.\nIn Oslo, too.\na\nb\nc\n"),
            None
        );
        assert_eq!(after("1,\"never closed"), None);
        assert_eq!(row_after(b"\"a\nb\nc\nd\ne\n", 1, b','), None);
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
