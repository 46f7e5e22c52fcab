//! A CSV file on its way to disk.

use crate::{Error, Result};
use std::io::Write;
use std::path::PathBuf;

/// Writes rows as RFC 4180 has them: UTF-8, quotes where needed, CR LF after each.
#[derive(Debug)]
pub(super) struct Table<W: Write> {
    csv: csv::Writer<W>,
    /// For messages.
    path: PathBuf,
}

impl<W: Write> Table<W> {
    /// Begins with a header.
    pub fn new(out: W, path: PathBuf, columns: &[&str]) -> Result<Self> {
        let csv = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        let mut table = Self { csv, path };
        table.row(columns)?;
        Ok(table)
    }

    pub fn row(&mut self, cells: &[&str]) -> Result<()> {
        self.csv
            .write_record(cells)
            .map_err(|error| Error::io("write", &self.path)(error.into()))
    }

    pub fn finish(self) -> Result<W> {
        let failed = Error::io("write", self.path);
        self.csv
            .into_inner()
            .map_err(|error| failed(error.into_error()))
    }
}

/// A similarity as a cell: four places.
pub(super) fn similarity(value: f64) -> String {
    format!("{value:.4}")
}
