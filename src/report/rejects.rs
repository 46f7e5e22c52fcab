//! The rejects report: what could not be read, where, and why.

use super::Output;
use super::table::{Perhaps, Table};
use crate::Result;
use crate::corpus::Reject;

/// The columns of the report, in order. `line` is empty where the whole file is concerned; `reason` is one of a
/// fixed list of names, `detail` is for people.
pub const REJECT_COLUMNS: [&str; 4] = ["file", "line", "reason", "detail"];

/// Writes bad records as CSV (RFC 4180, UTF-8, one header) while they are found.
///
/// ```
/// use wirecopy::corpus::{Reject, RejectReason};
/// use wirecopy::report::{Output, RejectsWriter};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("rejects.csv");
/// let mut rejects = RejectsWriter::new(Output::create(&path)?)?;
/// rejects.write(&Reject {
///     file: "news.jsonl".to_owned(),
///     line: Some(17),
///     reason: RejectReason::MissingText,
///     detail: "no text".to_owned(),
/// })?;
/// rejects.finish().publish()?;
/// assert_eq!(std::fs::read_to_string(&path)?, "file,line,reason,detail\r\nnews.jsonl,17,missing_text,no text\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
