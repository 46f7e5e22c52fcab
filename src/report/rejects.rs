//! The rejects report: what could not be read, where, and why.

use super::Output;
use super::table::{Perhaps, Table};
use crate::Result;
use crate::corpus::Reject;

/// The columns of the report, in order. `line` is empty where the whole file is concerned; `reason` is one of a
/// fixed list of names, `detail` is for people.
pub const REJECT_COLUMNS: [&str; 4] = ["file", "line", "reason", "detail"];

/// Writes bad records as CSV while they are found.
#[derive(Debug)]
pub struct RejectsWriter(Table<Output>);

impl RejectsWriter {
    /// Begins the report.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn new(out: Output) -> Result<Self> {
        Ok(Self(Table::new(out, &REJECT_COLUMNS)?))
    }

    /// Adds a bad record.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&mut self, reject: &Reject) -> Result<()> {
        let Reject {
            file,
            line,
            reason,
            detail,
        } = reject;
        self.0
            .rows(|rows| rows.row(&[file, &Perhaps(*line), &reason.as_str(), detail]))
    }

    /// The file, with all rows in it, to be completed.
    pub fn finish(self) -> Output {
        self.0.into_output()
    }
}
