//! A CSV file on its way to disk.

use super::Output;
use crate::Result;
use rayon::prelude::*;
use std::borrow::BorrowMut;
use std::fmt::{self, Display, Formatter, Write};

/// Rows of a piece, at most.
const ROWS: usize = 256;
/// Bytes of a piece; the last row may go beyond.
const BYTES: usize = 1 << 16;
/// Pieces made for each thread before any is written.
const PIECES: usize = 4;

/// Items enough for [`Table::rows_of`] to keep all threads busy.
pub(super) const MANY: usize = 1 << 13;

/// Rows as RFC 4180 has them: UTF-8, quotes where needed, CR LF after each.
#[derive(Debug)]
pub(super) struct Rows {
    csv: csv::Writer<Vec<u8>>,
    cell: String,
}

impl Rows {
    fn new() -> Self {
        let csv = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        Self {
            csv,
            cell: String::new(),
        }
    }

    /// Adds a row, of as many cells as the others.
    pub fn row(&mut self, cells: &[&dyn Display]) {
        for cell in cells {
            self.cell.clear();
            write!(self.cell, "{cell}").expect("text can be written to memory");
            self.csv
                .write_field(&self.cell)
                .expect("cells can be written to memory");
        }
        self.csv
            .write_record(None::<&[u8]>)
            .expect("rows are of the same length");
    }

    fn into_bytes(self) -> Vec<u8> {
        self.csv.into_inner().expect("memory takes what is written")
    }
}

/// Writes rows to an output.
#[derive(Debug)]
pub(super) struct Table<O>(O);

impl<O: BorrowMut<Output>> Table<O> {
    /// Begins with a header.
    pub fn new(out: O, columns: &[&str]) -> Result<Self> {
        let mut table = Self(out);
        let cells: Vec<&dyn Display> = columns.iter().map(|name| name as _).collect();
        table.rows(|rows| rows.row(&cells))?;
        Ok(table)
    }

    /// Writes what `make` makes.
    pub fn rows(&mut self, make: impl FnOnce(&mut Rows)) -> Result<()> {
        let mut rows = Rows::new();
        make(&mut rows);
        self.put(rows)
    }

    fn put(&mut self, rows: Rows) -> Result<()> {
        self.0.borrow_mut().put(&rows.into_bytes())
    }

    /// The output, with all rows in it.
    pub fn into_output(self) -> O {
        self.0
    }

    /// Writes the rows of all `items`, in their order. They are made by all threads: `make` is given a few neighbours at a time, `bytes` says
    /// about how much memory one takes meanwhile.
    pub fn rows_of<T: Sync>(
        &mut self,
        items: &[T],
        bytes: impl Fn(&T) -> usize,
        make: impl Fn(&[T], &mut Rows) -> Result<()> + Sync,
    ) -> Result<()> {
        let mut rest = items;
        while !rest.is_empty() {
            let mut pieces = Vec::new();
            while !rest.is_empty() && pieces.len() < PIECES * rayon::current_num_threads() {
                let mut taken = 0;
                let fit = rest.iter().take(ROWS).take_while(|item| {
                    let room = taken < BYTES;
                    taken += bytes(item);
                    room
                });
                let (piece, later) = rest.split_at(fit.count());
                pieces.push(piece);
                rest = later;
            }
            let made: Result<Vec<Rows>> = pieces
                .into_par_iter()
                .map(|piece| {
                    let mut rows = Rows::new();
                    make(piece, &mut rows)?;
                    Ok(rows)
                })
                .collect();
            for rows in made? {
                self.put(rows)?;
            }
        }
        Ok(())
    }
}

/// A similarity as a cell: four places.
pub(super) struct Similarity(pub f64);

impl Display for Similarity {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        // The most frequent one, and one of those that take longest to be written otherwise.
        match self.0 {
            1.0 => f.write_str("1.0000"),
            similarity => write!(f, "{similarity:.4}"),
        }
    }
}

/// Hours as a cell: two places.
pub(super) struct Hours(pub f64);

impl Display for Hours {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let Self(hours) = *self;
        // Whole quarters take longest to be written otherwise.
        let quarters = hours * 4.0;
        if quarters.fract() == 0.0 && (0.0..1e15).contains(&quarters) {
            let quarters = quarters as u64;
            return write!(f, "{}.{:02}", quarters / 4, quarters % 4 * 25);
        }
        write!(f, "{hours:.2}")
    }
}

/// A cell that may be empty.
pub(super) struct Perhaps<T>(pub Option<T>);

impl<T: Display> Display for Perhaps<T> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |cell| cell.fmt(f))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_written_as_by_the_standard_library(part in 0u32..3000, whole in 1u32..3000, seconds: i64) {
            let similarity = f64::from(part.min(whole)) / f64::from(whole);
            prop_assert_eq!(Similarity(similarity).to_string(), format!("{similarity:.4}"));
            for seconds in [seconds, seconds % 100_000, seconds % 1000 * 450] {
                let hours = seconds.unsigned_abs() as f64 / 3600.0;
                prop_assert_eq!(Hours(hours).to_string(), format!("{hours:.2}"));
            }
        }
    }

    #[test]
    fn rows_made_by_all_threads_keep_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let mut out = Output::create(&path).unwrap();
        let mut table = Table::new(&mut out, &["number", "text"]).unwrap();
        let numbers: Vec<usize> = (0..5000).collect();
        let text = |number: usize| "a,\"b\"".repeat(number % 7);
        // Some alone, most of them many together.
        let bytes = |&number: &usize| if number % 1000 < 20 { 2 * BYTES } else { 9 };
        let make = |numbers: &[usize], rows: &mut Rows| {
            assert!(numbers.len() <= ROWS);
            assert!(numbers.len() == 1 || numbers[0] % 1000 >= 20);
            for &number in numbers {
                rows.row(&[&number, &text(number)]);
            }
            Ok(())
        };
        table.rows_of(&numbers, bytes, make).unwrap();
        out.publish().unwrap();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let rows: Vec<(usize, String)> = reader.deserialize().map(|row| row.unwrap()).collect();
        let expected: Vec<_> = numbers.iter().map(|&n| (n, text(n))).collect();
        assert!(rows == expected);
    }
}
