//! The rejects report: what could not be read, where, and why.

use super::Output;
use super::table::Table;
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
        let path = out.path().to_path_buf();
        Ok(Self(Table::new(out, path, &REJECT_COLUMNS)?))
    }

    /// Adds a bad record.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&mut self, reject: &Reject) -> Result<()> {
        self.0.row(&[
            &reject.file,
            &reject.line.map_or(String::new(), |line| line.to_string()),
            reject.reason.as_str(),
            &reject.detail,
        ])
    }

    /// The file, with all rows in it, to be completed.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(self) -> Result<Output> {
        self.0.finish()
    }
}
