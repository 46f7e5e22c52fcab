//! Byte strings kept in memory up to a bound, and in a temporary file beyond it.

use crate::positioned::read_exact_at;
use crate::{Error, Result};
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Bytes of a piece of memory; one byte string never spans two.
const PIECE: usize = 1 << 22;
/// Bytes that are gathered before they are written to the file.
const WRITE: usize = 1 << 20;

/// Where a byte string lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Handle {
    place: u64,
    len: u32,
}

impl Handle {
    /// The handle of the empty byte string.
    pub(crate) const EMPTY: Self = Self { place: 0, len: 0 };
    /// Set in `place` when the string lies in the file.
    const IN_FILE: u64 = 1 << 63;
    /// Otherwise so many bits of `place` say where in its piece of memory.
    const IN_PIECE: u32 = 40;

    /// Whether the string lies in the file.
    pub(crate) fn is_in_file(self) -> bool {
        self.place & Self::IN_FILE != 0
    }

    /// Bytes of the string.
    pub(crate) fn len(self) -> usize {
        self.len as usize
    }

    /// The handles of the first `len` bytes of the string and of the others.
    pub(crate) fn split_at(self, len: u32) -> (Self, Self) {
        let len = len.min(self.len);
        let others = Self {
            place: self.place + u64::from(len),
            len: self.len - len,
        };
        (Self { len, ..self }, others)
    }
}

/// Byte strings that were stored together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strings {
    place: u64,
}

impl Strings {
    /// The handle of the string that stands between two places.
    pub(crate) fn part(self, range: Range<usize>) -> Handle {
        Handle {
            place: self.place + range.start as u64,
            len: range.len() as u32,
        }
    }
}

/// An append-only store of byte strings.
#[derive(Debug)]
pub(crate) struct Spool {
    memory: Vec<Vec<u8>>,
    held: usize,
    bound: usize,
    folder: PathBuf,
    file: Option<SpoolFile>,
}

#[derive(Debug)]
struct SpoolFile {
    file: File,
    written: u64,
    buffer: Vec<u8>,
}

impl Spool {
    /// A store that holds about `bound` bytes in memory and writes the rest to an
    /// unnamed temporary file in `folder`, which the system removes with the process.
    pub(crate) fn new(bound: usize, folder: &Path) -> Self {
        Self {
            memory: Vec::new(),
            held: 0,
            bound,
            folder: folder.to_path_buf(),
            file: None,
        }
    }

    /// Bytes that are in the file.
    pub(crate) fn spilled_bytes(&self) -> u64 {
        self.file.as_ref().map_or(0, |file| file.written)
    }

    /// Where the temporary file is, or would be.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Stores byte strings that stand one behind the other in `bytes`.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<Strings> {
        if self.held + bytes.len() <= self.bound {
            self.held += bytes.len();
            let fits = self
                .memory
                .last()
                .is_some_and(|piece| piece.len() + bytes.len() <= PIECE);
            if !fits {
                self.memory.push(Vec::with_capacity(bytes.len().max(PIECE)));
            }
            let number = self.memory.len() - 1;
            let piece = &mut self.memory[number];
            let start = piece.len();
            piece.extend_from_slice(bytes);
            let place = (number as u64) << Handle::IN_PIECE | start as u64;
            return Ok(Strings { place });
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let file = tempfile::tempfile_in(&self.folder)
                    .map_err(Error::io("create a temporary file in", &self.folder))?;
                none.insert(SpoolFile {
                    file,
                    written: 0,
                    buffer: Vec::with_capacity(WRITE),
                })
            }
        };
        let place = file
            .put(bytes)
            .map_err(Error::io("write a temporary file in", &self.folder))?;
        Ok(Strings {
            place: place | Handle::IN_FILE,
        })
    }

    /// Makes everything that was put readable.
    pub(crate) fn finish(&mut self) -> Result<()> {
        match &mut self.file {
            Some(file) => file
                .flush()
                .map_err(Error::io("write a temporary file in", &self.folder)),
            None => Ok(()),
        }
    }

    /// The byte string of a handle; `scratch` receives it where it lies in the file, or is empty.
    pub(crate) fn get<'a>(&'a self, handle: Handle, scratch: &'a mut Vec<u8>) -> Result<&'a [u8]> {
        if handle.len == 0 {
            scratch.clear();
            return Ok(&[]);
        }
        let len = handle.len as usize;
        if !handle.is_in_file() {
            let piece = &self.memory[(handle.place >> Handle::IN_PIECE) as usize];
            let start = (handle.place & ((1 << Handle::IN_PIECE) - 1)) as usize;
            return Ok(&piece[start..start + len]);
        }
        scratch.resize(len, 0);
        let file = self.file.as_ref().map(|file| &file.file);
        let file = file.ok_or_else(|| Error::Input("a temporary file is gone".into()))?;
        read_exact_at(file, scratch, handle.place & !Handle::IN_FILE)
            .map_err(Error::io("read a temporary file in", &self.folder))?;
        Ok(scratch)
    }
}

impl SpoolFile {
    /// Returns where the bytes will stand in the file.
    fn put(&mut self, bytes: &[u8]) -> std::io::Result<u64> {
        if self.buffer.len() + bytes.len() > WRITE {
            self.flush()?;
        }
        let place = self.written + self.buffer.len() as u64;
        if bytes.len() < WRITE / 4 {
            self.buffer.extend_from_slice(bytes);
        } else {
            // What is long need not be copied first.
            self.flush()?;
            self.file.write_all(bytes)?;
            self.written += bytes.len() as u64;
        }
        Ok(place)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_back_from_memory_and_file() {
        for bound in [0, 1, 100, 5_000, usize::MAX] {
            let mut spool = Spool::new(bound, &std::env::temp_dir());
            let strings: Vec<Vec<u8>> = (0..400usize).map(|i| vec![i as u8; i * 7 % 50]).collect();
            let mut handles = Vec::new();
            for together in strings.chunks(3) {
                let put = spool.put(&together.concat()).unwrap();
                let mut end = 0;
                for string in together {
                    handles.push(put.part(end..end + string.len()));
                    end += string.len();
                }
            }
            spool.finish().unwrap();
            let mut scratch = Vec::new();
            for (string, handle) in strings.iter().zip(&handles).rev() {
                assert_eq!(
                    spool.get(*handle, &mut scratch).unwrap(),
                    string.as_slice(),
                    "bound {bound}"
                );
                let (first, others) = handle.split_at(5);
                let mut both = spool.get(first, &mut scratch).unwrap().to_vec();
                both.extend(spool.get(others, &mut scratch).unwrap());
                assert_eq!(&both, string);
            }
            scratch.push(1);
            assert!(spool.get(Handle::EMPTY, &mut scratch).unwrap().is_empty());
            assert!(scratch.is_empty());
        }
    }

    #[test]
    fn long_strings_among_short_ones() {
        for bound in [0, PIECE, usize::MAX] {
            let mut spool = Spool::new(bound, &std::env::temp_dir());
            let lengths = [3, PIECE + 1, 5, WRITE / 4, WRITE - 1, 7, WRITE];
            let strings = lengths.map(|len| vec![len as u8; len]);
            let puts = strings.each_ref().map(|s| spool.put(s).unwrap());
            spool.finish().unwrap();
            let mut scratch = Vec::new();
            for (string, put) in strings.iter().zip(puts) {
                let back = spool.get(put.part(0..string.len()), &mut scratch).unwrap();
                assert!(back == string, "{} bytes, bound {bound}", string.len());
            }
        }
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let mut spool = Spool::new(0, Path::new("no/such/folder"));
        let error = spool.put(b"x").unwrap_err().to_string();
        assert!(error.contains("no/such/folder"), "{error}");
    }
}
