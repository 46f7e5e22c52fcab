//! Some records of one file, with their bytes.

use std::ops::Range;

use super::Corpus;
use super::chosen::Place;
use crate::reject::Reject;

/// A run of records of one file, with their bytes.
#[derive(Debug, Default)]
pub struct Block {
    /// Never shrinks, so that it is cleared (zeroed) only where it grows; `filled` says how much of it counts.
    pub(super) buf: Vec<u8>,
    pub(super) filled: usize,
    /// The file's place in [`Corpus::files`](super::Corpus::files).
    pub file: u32,
    /// The records, in order.
    pub records: Vec<Record>,
    /// What could not be used and was found while splitting: too long, truncated, broken. Rejects found
    /// by parsing come from [`Parser::parse`](super::Parser::parse).
    pub rejects: Vec<Reject>,
    /// Bytes read from disk for this block.
    pub(super) disk: u64,
    /// Which of the blocks of its file it is, from 1; 0 where only some records were wanted. Every scan of a corpus
    /// gives the same blocks.
    pub number: u32,
    /// The first record of the file is longer than the limit.
    pub(super) first_too_long: bool,
    /// What a reader that keeps its file has just decompressed.
    pub(super) fresh: Option<Fresh>,
}

/// The bytes of a block that were not in the one before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fresh {
    pub(super) start: usize,
    /// Where they stand in the decompressed file.
    pub(super) offset: u64,
    /// The length of the file, if it ends with them as it should.
    pub(super) length: Option<u64>,
}

/// The place of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    pub(super) start: u32,
    /// Length in bytes, with the line end in formats that have one.
    pub len: u32,
    /// Where the record starts in its file, once decompressed. Unique within the file, the same in every scan.
    pub offset: u64,
    /// The line where the record starts, 1-based.
    pub line: u64,
    /// Records before it that start on the same line, as those of a JSON array without line breaks do.
    pub before_on_line: u32,
}

impl Block {
    /// The exact bytes of a record, with its line end in formats that have one (the last line of a
    /// file may lack it). What lies between records (blank lines, the commas of an array) is in none.
    pub fn raw(&self, record: &Record) -> &[u8] {
        let start = record.start as usize;
        &self.buf[start..start + record.len as usize]
    }

    /// Empties the block for records of a file.
    pub(super) fn begin(&mut self, file: u32) {
        self.file = file;
        self.number = 0;
        self.records.clear();
        self.rejects.clear();
        self.filled = 0;
        self.disk = 0;
        self.first_too_long = false;
        self.fresh = None;
    }

    /// Room for more bytes behind the others.
    pub(super) fn room(&mut self, len: usize) -> Range<usize> {
        let start = self.filled;
        self.filled += len;
        self.reserve(self.filled);
        start..self.filled
    }

    pub(super) fn bytes_mut(&mut self, range: Range<usize>) -> &mut [u8] {
        &mut self.buf[range]
    }

    /// Adds the record that is the line at `start`, chosen for its place.
    pub(super) fn line(&mut self, start: usize, place: &Place) {
        let rest = &self.buf[start..self.filled];
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |hop| hop + 1);
        self.records.push(Record {
            // Both fit: a block is hardly longer than its size and the longest record.
            start: start as u32,
            len: end as u32,
            offset: place.offset,
            line: place.line,
            before_on_line: 0,
        });
    }

    /// Keeps what was decompressed for later readers of the file.
    pub(super) fn keep(&self, corpus: &Corpus) {
        if let (Some(fresh), Some(store)) = (self.fresh, corpus.store()) {
            let bytes = &self.buf[fresh.start..self.filled];
            let kept = &corpus.files[self.file as usize].kept;
            kept.keep(store, bytes, fresh.offset, fresh.length);
        }
    }

    /// Bytes of memory held for records.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.buf.capacity()
    }

    /// Makes the buffer so long at least.
    pub(super) fn reserve(&mut self, len: usize) {
        if self.buf.len() < len {
            self.buf.reserve_exact(len - self.buf.len());
            self.buf.resize(len, 0);
        }
    }
}
