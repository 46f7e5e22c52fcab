//! Only some records of a file, read where they stand.
//!
//! Whoever has read a corpus once knows where its records are. Of a file whose records are lines, and of which any part can be
//! read, only the chosen ones are then read, by the workers themselves; lines between two that are close are read
//! with them, since that costs less than another call. Any other file is read as a whole.

use std::fs::File;
use std::iter::Peekable;
use std::ops::Range;
use std::sync::Arc;

use super::block::Block;
use super::split::Arrangement;
use super::unpacked::Unpacked;
use super::{Compression, Corpus};
use crate::error::{Error, Result};
use crate::positioned::read_exact_at;

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The file of the corpus.
    pub file: usize,
    /// Where the record starts in the (decompressed) file, in bytes.
    pub offset: u64,
    /// A place in the file that is not before its end.
    pub end: u64,
    /// The line, from 1, on which it starts.
    pub line: u64,
}

/// Some records of a corpus.
#[derive(Debug, Clone)]
pub struct Places<I> {
    /// Whether a file has one of them, of each file of the corpus.
    pub files: Vec<bool>,
    /// Where they stand, in corpus order.
    pub records: I,
}

/// Bytes that are rather read than left out.
const CLOSE: u64 = 4 << 10;

/// The chosen records of a corpus, in corpus order.
pub(super) struct Chosen<'c> {
    places: Peekable<Box<dyn Iterator<Item = Place> + Send + 'c>>,
    /// How much of the present file has been passed, as bytes on disk.
    passed: u64,
}

/// A file any part of which can be read.
pub(super) struct SeekableFile<'c> {
    index: usize,
    /// Its bytes on disk.
    size: u64,
    /// Its bytes, decompressed.
    length: u64,
    bytes: Bytes<'c>,
}

enum Bytes<'c> {
    Disk(File),
    Kept(Unpacked<'c>),
}

/// Records that a worker is to read.
pub(super) struct ToRead<'c> {
    file: Arc<SeekableFile<'c>>,
    places: Vec<Place>,
    /// How far in the file this goes, in bytes on disk.
    pub(super) disk: u64,
}

impl<'c> Chosen<'c> {
    pub(super) fn new(places: impl Iterator<Item = Place> + Send + 'c) -> Self {
        let places: Box<dyn Iterator<Item = Place> + Send + 'c> = Box::new(places);
        Self {
            places: places.peekable(),
            passed: 0,
        }
    }

    /// Whether the next one is in `file`.
    pub(super) fn is_in(&mut self, file: usize) -> bool {
        self.places.peek().is_some_and(|place| place.file == file)
    }

    /// Passes over those of a file.
    pub(super) fn pass_over(&mut self, file: usize) {
        while self.places.next_if(|place| place.file == file).is_some() {}
    }

    /// The next ones of a file, of about `bytes` bytes; none if there is none left.
    pub(super) fn take(
        &mut self,
        file: &Arc<SeekableFile<'c>>,
        bytes: usize,
    ) -> Option<ToRead<'c>> {
        let mut places: Vec<Place> = Vec::new();
        let mut taken = 0;
        while taken < bytes as u64
            && let Some(place) = self.places.next_if(|place| place.file == file.index)
        {
            // Where it is close to the one before, what lies between is read as well.
            let close = |last: &Place| place.offset <= last.end.saturating_add(CLOSE);
            let last = places.last().filter(|last| close(last));
            let from = last.map_or(place.offset, |last: &Place| last.end);
            taken += place.end.min(file.length).saturating_sub(from);
            places.push(place);
        }
        let last = places.last()?;
        let end = if self.is_in(file.index) {
            let end = u128::from(last.end.min(file.length));
            (end * u128::from(file.size) / u128::from(file.length.max(1))) as u64
        } else {
            file.size
        };
        let disk = end - self.passed;
        self.passed = if end == file.size { 0 } else { end };
        Some(ToRead {
            file: Arc::clone(file),
            places,
            disk,
        })
    }
}

impl<'c> SeekableFile<'c> {
    /// Opens a file, if it is one of lines and any part of it can be read.
    pub(super) fn open(corpus: &'c Corpus, index: usize) -> Result<Option<Self>> {
        let file = &corpus.files[index];
        if file.arrangement != Arrangement::Lines {
            return Ok(None);
        }
        let (bytes, length) = if file.compression == Compression::None {
            let disk = File::open(&file.path).map_err(Error::io("open", &file.path))?;
            (Bytes::Disk(disk), file.size)
        } else {
            match corpus.store().and_then(|store| file.kept.whole(store)) {
                Some(kept) => {
                    let length = kept.len();
                    (Bytes::Kept(kept), length)
                }
                None => return Ok(None),
            }
        };
        file.check_unchanged()?;
        Ok(Some(Self {
            index,
            size: file.size,
            length,
            bytes,
        }))
    }

    fn read(&self, buf: &mut [u8], offset: u64, corpus: &Corpus) -> Result<()> {
        let source = &corpus.files[self.index];
        let path = &source.path;
        match &self.bytes {
            Bytes::Disk(file) => read_exact_at(file, buf, offset).map_err(|error| {
                if error.kind() == std::io::ErrorKind::UnexpectedEof {
                    return source.changed();
                }
                Error::io("read", path)(error)
            }),
            Bytes::Kept(kept) => kept
                .read_at(buf, offset)
                .map_err(Error::io("read the decompressed copy of", path)),
        }
    }
}

impl ToRead<'_> {
    /// Reads the records into a block.
    ///
    /// # Errors
    /// What reading gives; [`Error::Changed`] if the file has become shorter.
    pub(super) fn fill(&self, block: &mut Block, corpus: &Corpus) -> Result<()> {
        let SeekableFile { index, length, .. } = *self.file;
        block.begin(index as u32);
        // Lines that are no records may lie between a record and the next, of any length.
        let most = corpus.options.max_document as u64 + 1;
        let span = |place: &Place| place.offset..place.end.min(length).min(place.offset + most);
        let mut places = self.places.as_slice();
        while let Some(first) = places.first() {
            let mut all: Range<u64> = span(first);
            let close = places.iter().take_while(|place| {
                // One behind the end is none of these: the file has become shorter.
                let near = place.offset <= all.end.saturating_add(CLOSE) && place.offset < length;
                if near {
                    all.end = all.end.max(span(place).end);
                }
                near
            });
            let (now, later) = places.split_at(close.count());
            places = later;
            if all.is_empty() {
                return Err(corpus.files[index].changed());
            }
            let room = block.room((all.end - all.start) as usize);
            let start = room.start;
            self.file.read(block.bytes_mut(room), all.start, corpus)?;
            for place in now {
                block.line(start + (place.offset - all.start) as usize, place);
            }
        }
        Ok(())
    }
}
