//! Byte strings kept in memory up to a bound, and in a temporary file beyond it.

use crate::{Error, Result};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Bytes of a piece of memory; one byte string never spans two.
const PIECE: usize = 1 << 22;

/// Where a byte string lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Handle {
    place: u64,
    len: u32,
}

impl Handle {
    /// Bytes of the string.
    pub(crate) fn len(self) -> usize {
        self.len as usize
    }

    /// The handle of the empty byte string.
    pub(crate) const EMPTY: Self = Self { place: 0, len: 0 };
    /// Set in `place` when the string lies in the file.
    const IN_FILE: u64 = 1 << 63;
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
    pub(crate) fn new(bound: usize, folder: Option<&Path>) -> Self {
        let folder = folder.map_or_else(std::env::temp_dir, Path::to_path_buf);
        Self {
            memory: Vec::new(),
            held: 0,
            bound,
            folder,
            file: None,
        }
    }

    /// Stores a byte string.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<Handle> {
        if bytes.is_empty() {
            return Ok(Handle::EMPTY);
        }
        let len = bytes.len() as u32;
        if self.held + bytes.len() <= self.bound {
            self.held += bytes.len();
            let fits = self
                .memory
                .last()
                .is_some_and(|piece| piece.len() + bytes.len() <= PIECE);
            if !fits {
                self.memory.push(Vec::with_capacity(if bytes.len() > PIECE {
                    bytes.len()
                } else {
                    PIECE
                }));
            }
            let number = self.memory.len() - 1;
            let piece = &mut self.memory[number];
            let start = piece.len();
            piece.extend_from_slice(bytes);
            return Ok(Handle {
                place: (number as u64) << 32 | start as u64,
                len,
            });
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let file = tempfile::tempfile_in(&self.folder)
                    .map_err(Error::io("create a temporary file in", &self.folder))?;
                none.insert(SpoolFile {
                    file,
                    written: 0,
                    buffer: Vec::with_capacity(1 << 20),
                })
            }
        };
        let place = file.written + file.buffer.len() as u64;
        file.buffer.extend_from_slice(bytes);
        if file.buffer.len() >= 1 << 20 {
            file.flush()
                .map_err(Error::io("write a temporary file in", &self.folder))?;
        }
        Ok(Handle {
            place: place | Handle::IN_FILE,
            len,
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

    /// The byte string of a handle; `scratch` receives it where it has to be read from the file.
    pub(crate) fn get<'a>(&'a self, handle: Handle, scratch: &'a mut Vec<u8>) -> Result<&'a [u8]> {
        if handle.len == 0 {
            return Ok(&[]);
        }
        let len = handle.len as usize;
        if handle.place & Handle::IN_FILE == 0 {
            let start = handle.place as u32 as usize;
            return Ok(&self.memory[(handle.place >> 32) as usize][start..start + len]);
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
    fn flush(&mut self) -> std::io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_back_from_memory_and_file() {
        for bound in [0, 1, 100, 5_000, usize::MAX] {
            let mut spool = Spool::new(bound, None);
            let strings: Vec<Vec<u8>> = (0..400usize).map(|i| vec![i as u8; i * 7 % 50]).collect();
            let handles: Vec<Handle> = strings.iter().map(|s| spool.put(s).unwrap()).collect();
            spool.finish().unwrap();
            let mut scratch = Vec::new();
            for (string, handle) in strings.iter().zip(&handles).rev() {
                assert_eq!(
                    spool.get(*handle, &mut scratch).unwrap(),
                    string.as_slice(),
                    "bound {bound}"
                );
            }
        }
    }

    #[test]
    fn a_string_longer_than_a_piece() {
        let mut spool = Spool::new(usize::MAX, None);
        let long = vec![7u8; PIECE + 1];
        let handle = spool.put(&long).unwrap();
        let small = spool.put(b"small").unwrap();
        assert_eq!(spool.get(handle, &mut Vec::new()).unwrap(), long.as_slice());
        assert_eq!(spool.get(small, &mut Vec::new()).unwrap(), b"small");
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let mut spool = Spool::new(0, Some(Path::new("no/such/folder")));
        let error = spool.put(b"x").unwrap_err().to_string();
        assert!(error.contains("no/such/folder"), "{error}");
    }
}
