//! A CSV that wirecopy or somebody else wrote, row by row.

use crate::corpus::{Compression, Decompressed};
use crate::{Error, Result};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

/// A CSV with a header, plain or compressed with gzip or zstd, from a file, a pipe, or (`-`) standard input. One
/// row is held at a time.
pub(super) struct Table {
    reader: csv::Reader<Box<dyn Read>>,
    /// For messages.
    path: PathBuf,
    compression: Compression,
    header: Vec<String>,
    row: csv::ByteRecord,
}

impl Table {
    /// # Errors
    /// If the file cannot be read or has no header.
    pub fn open(path: &Path) -> Result<Self> {
        let (name, mut plain): (PathBuf, Box<dyn Read>) = if path.as_os_str() == "-" {
            ("standard input".into(), Box::new(io::stdin()))
        } else {
            let file = File::open(path).map_err(Error::io("open", path))?;
            (path.into(), Box::new(file))
        };
        let mut head = Vec::new();
        plain
            .by_ref()
            .take(4)
            .read_to_end(&mut head)
            .map_err(Error::io("read", &name))?;
        let compression = Compression::of(&head);
        // A pipe cannot be rewound.
        let whole = Cursor::new(head).chain(plain);
        let bytes: Box<dyn Read> = match compression {
            Compression::None => Box::new(whole),
            _ => {
                let packed = BufReader::new(whole);
                let decompressed = Decompressed::new(packed, compression);
                Box::new(decompressed.map_err(Error::io("decompress", &name))?)
            }
        };
        let action = action(compression);
        let mut bytes = BufReader::new(bytes);
        let mut header = Vec::new();
        bytes
            .by_ref()
            .take(LONGEST_HEADER)
            .read_until(b'\n', &mut header)
            .map_err(Error::io(action, &name))?;
        let separator = separator(&header);
        // A last line without a break gets one, so that all lines are counted alike.
        let bytes: Box<dyn Read> = Box::new(Cursor::new(header).chain(bytes).chain(&b"\n"[..]));
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(separator)
            // A row with more or fewer fields is told in words of our own.
            .flexible(true)
            // The usual terminator leaves the LF of CR LF for later, and with it the count of lines.
            .terminator(csv::Terminator::Any(b'\n'))
            .buffer_capacity(1 << 16)
            .from_reader(bytes);
        let mut table = Self {
            reader,
            path: name,
            compression,
            header: Vec::new(),
            row: csv::ByteRecord::new(),
        };
        if !table.read()? {
            let file = table.path.display();
            return Err(Error::Input(format!(
                "{file} is empty; a CSV with a header is needed"
            )));
        }
        table.header = (0..table.row.len())
            .map(|index| {
                let cell = match (index, table.cell(index)) {
                    (0, cell) => cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell),
                    (_, cell) => cell,
                };
                String::from_utf8_lossy(cell).trim().to_owned()
            })
            .collect();
        Ok(table)
    }

    /// Goes to the next row that is not blank.
    fn read(&mut self) -> Result<bool> {
        let action = action(self.compression);
        loop {
            let more = self
                .reader
                .read_byte_record(&mut self.row)
                .map_err(|error| Error::io(action, &self.path)(error.into()))?;
            if !more || self.row.as_slice() != b"\r" {
                return Ok(more);
            }
        }
    }

    /// A cell of the current row, without the CR that the line may end in.
    fn cell(&self, column: usize) -> &[u8] {
        let cell = &self.row[column];
        match cell.strip_suffix(b"\r") {
            Some(cell) if column + 1 == self.row.len() => cell,
            _ => cell,
        }
    }

    /// Goes to the next row; `false` at the end.
    ///
    /// # Errors
    /// If the file cannot be read, or the row has more or fewer fields than the header.
    pub fn next(&mut self) -> Result<bool> {
        if !self.read()? {
            return Ok(false);
        }
        let (found, expected) = (self.row.len(), self.header.len());
        if found != expected {
            let cause = if found < expected {
                "a line break or a comma may be missing"
            } else {
                "a field that holds a comma must be put in quotes"
            };
            return Err(self.fault(&format!(
                "this row has {found} fields and the header {expected}; {cause}"
            )));
        }
        Ok(true)
    }

    /// The file's name, for messages.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The line on which the current row begins, from 1.
    pub fn line(&self) -> u64 {
        // The row and the line break at its end were read, which the last row has too: see `open`.
        let breaks = memchr::memchr_iter(b'\n', self.row.as_slice()).count() as u64;
        self.reader.position().line().saturating_sub(1 + breaks)
    }

    /// The column of that name; capitals do not matter. The first, if there are several.
    pub fn column(&self, name: &str) -> Option<usize> {
        let mut names = self.header.iter();
        names.position(|column| column.eq_ignore_ascii_case(name))
    }

    /// The columns there are, for a message.
    pub fn columns(&self) -> String {
        const SHOWN: usize = 20;
        const LONGEST: usize = 40;
        let names = self.header.iter().take(SHOWN);
        let mut names: Vec<String> = names
            .map(|name| name.chars().take(LONGEST).collect())
            .collect();
        if self.header.len() > SHOWN {
            names.push("...".into());
        }
        names.join(", ")
    }

    /// A cell of the current row.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn text(&self, column: usize) -> Result<&str> {
        std::str::from_utf8(self.cell(column)).map_err(|_| {
            let name = &self.header[column];
            self.fault(&format!(
                "the column {name} is not UTF-8; save the file as UTF-8"
            ))
        })
    }

    /// A cell that holds a number; `None` if it is blank.
    ///
    /// # Errors
    /// If it holds something else.
    pub fn number(&self, column: usize) -> Result<Option<f64>> {
        let cell = self.text(column)?.trim();
        if cell.is_empty() {
            return Ok(None);
        }
        match cell.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => {
                let name = &self.header[column];
                Err(self.fault(&format!(
                    "the column {name} holds {cell:?}, which is not a number"
                )))
            }
        }
    }

    /// Something is wrong with the current row.
    pub fn fault(&self, message: &str) -> Error {
        Error::Input(format!(
            "{}:{}: {message}",
            self.path.display(),
            self.line()
        ))
    }

    /// Something is wrong with the header.
    pub fn header_fault(&self, message: &str) -> Error {
        let path = self.path.display();
        let mut header = self.header.iter();
        let is_json = header
            .next()
            .is_some_and(|first| first.starts_with(['{', '[']));
        Error::Input(match is_json {
            true => format!("{path} {message}; it is JSON, and what is evaluated is CSV"),
            false => format!("{path} {message}; it has the columns {}", self.columns()),
        })
    }
}

/// What fails if the bytes of a file cannot be had.
fn action(compression: Compression) -> &'static str {
    match compression {
        Compression::None => "read",
        _ => "decompress",
    }
}

/// Bytes of a header in which the separator is looked for.
const LONGEST_HEADER: u64 = 1 << 20;

/// What stands between the columns: a comma, or where the header has none a tab, a semicolon or a bar, as some spreadsheets write it.
fn separator(header: &[u8]) -> u8 {
    let mut separators = [b',', b'\t', b';', b'|'].into_iter();
    let found = separators.find(|separator| header.contains(separator));
    found.unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn rows(bytes: &[u8]) -> Result<Vec<(u64, String)>> {
        let file = file(bytes);
        let mut table = Table::open(file.path())?;
        let mut rows = Vec::new();
        while table.next()? {
            rows.push((table.line(), table.text(0)?.to_owned()));
        }
        Ok(rows)
    }

    #[test]
    fn the_header_shows_the_separator() {
        for separator in [",", "\t", ";", "|"] {
            let text = "id;title\na;\"one; two\"\nb;\n".replace(';', separator);
            let file = file(text.as_bytes());
            let mut table = Table::open(file.path()).unwrap();
            assert_eq!(table.column("title"), Some(1), "{separator:?}");
            assert!(table.next().unwrap());
            let title = format!("one{separator} two");
            assert_eq!(table.text(1).unwrap(), title);
            assert!(table.next().unwrap() && !table.next().unwrap());
        }
    }

    #[test]
    fn every_compression_reads_alike() {
        let text = b"\xef\xbb\xbfid,title\na,\"one, two\"\n";
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text).unwrap();
        let packed = [
            text.to_vec(),
            gzip.finish().unwrap(),
            zstd::encode_all(&text[..], 1).unwrap(),
        ];
        let padded = [packed[1].clone(), vec![0; 100]].concat();
        assert_eq!(rows(&padded).unwrap(), [(2, "a".to_owned())]);
        for bytes in packed {
            let file = file(&bytes);
            let mut table = Table::open(file.path()).unwrap();
            assert_eq!(table.column("ID"), Some(0));
            assert!(table.next().unwrap());
            assert_eq!(table.text(1).unwrap(), "one, two");
            assert!(!table.next().unwrap());
            let mut cut = bytes.clone();
            cut.truncate(bytes.len() - 5);
            if table.compression != Compression::None {
                let error = rows(&cut).unwrap_err().to_string();
                assert!(error.starts_with("cannot decompress"), "{error}");
            }
        }
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        let expected = [(2, "a"), (3, "b\nc"), (5, "d")].map(|(l, t)| (l, t.to_owned()));
        for text in [
            "id,n\na,1\n\"b\nc\",2\nd,3\n",
            "id,n\r\na,1\r\n\"b\nc\",2\r\nd,3\r\n",
            "id,n\r\na,1\r\n\"b\nc\",2\r\nd,3",
        ] {
            assert_eq!(rows(text.as_bytes()).unwrap(), expected, "{text:?}");
        }
        for text in [
            "id,n\na,1\n\nb\n",
            "id,n\r\na,1\r\n\r\nb\r\n",
            "id,n\na,1\n\nb",
        ] {
            let error = rows(text.as_bytes()).unwrap_err().to_string();
            assert!(
                error.contains(":4: this row has 1 fields and the header 2"),
                "{error}"
            );
        }
    }

    #[test]
    fn what_is_no_table_is_told() {
        assert!(rows(b"").unwrap_err().to_string().contains("is empty"));
        let error = rows(b"id\n\xff\n").unwrap_err().to_string();
        assert!(error.contains(":2: the column id is not UTF-8"), "{error}");
        let file = file(b"score\n.5\n \nnan\n");
        let mut table = Table::open(file.path()).unwrap();
        let mut number = || {
            table.next().unwrap();
            table.number(0)
        };
        assert_eq!(number().unwrap(), Some(0.5));
        assert_eq!(number().unwrap(), None);
        assert!(number().unwrap_err().to_string().contains("\"nan\""));
        assert!(Table::open(Path::new("/nowhere/at/all.csv")).is_err());
    }
}
