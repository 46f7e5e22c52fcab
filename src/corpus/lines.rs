//! A stream to blocks of whole lines, in bounded memory.

use super::article::{Reject, RejectReason};
use memchr::{memchr, memrchr};
use std::io::Read;

/// A line of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Where it starts in the (decompressed) file, in bytes.
    pub offset: u64,
    /// Its length with its line end.
    pub len: u32,
    /// Its number, from 1.
    pub line: u64,
    pub(super) start: usize,
}

/// Whole lines of one file.
#[derive(Debug, Default)]
pub struct Block {
    /// The number of the file in its corpus.
    pub file: u32,
    /// The lines that are not blank.
    pub records: Vec<Record>,
    /// What could not be used of the stream itself.
    pub rejects: Vec<Reject>,
    bytes: Vec<u8>,
}

impl Block {
    /// The bytes of a record, exactly as they stand in the file, with their line end.
    pub fn raw(&self, record: &Record) -> &[u8] {
        &self.bytes[record.start..record.start + record.len as usize]
    }
}

/// Reads blocks of lines from one file.
pub(super) struct Lines {
    reader: Box<dyn Read + Send>,
    name: String,
    file: u32,
    block_bytes: usize,
    max_document: usize,
    rest: Vec<u8>,
    offset: u64,
    line: u64,
    ended: bool,
    /// Why the file ended before its time.
    failure: Option<std::io::Error>,
}

impl Lines {
    pub(super) fn new(
        reader: Box<dyn Read + Send>,
        name: &str,
        file: u32,
        block_bytes: usize,
        max_document: usize,
    ) -> Self {
        let name = name.to_owned();
        Self {
            reader,
            name,
            file,
            block_bytes,
            max_document,
            rest: Vec::new(),
            offset: 0,
            line: 1,
            ended: false,
            failure: None,
        }
    }

    /// The next block; `None` at the end of the file.
    pub(super) fn next_block(&mut self) -> Option<Block> {
        let mut block = Block {
            file: self.file,
            ..Block::default()
        };
        let mut bytes = std::mem::take(&mut self.rest);
        let mut wanted = self.block_bytes.max(4);
        let end = loop {
            self.fill(&mut bytes, wanted);
            if let Some(error) = self.failure.take() {
                // What stands before the fault in whole lines is good.
                let end = memrchr(b'\n', &bytes).map_or(0, |at| at + 1);
                let line = self.line + count_lines(&bytes[..end]);
                block.rejects.push(self.reject(
                    line,
                    RejectReason::Truncated,
                    format!("the file cannot be read further: {error}"),
                ));
                break end;
            }
            if self.ended {
                break bytes.len();
            }
            match memrchr(b'\n', &bytes) {
                Some(at) => break at + 1,
                None if bytes.len() > self.max_document => {
                    block.rejects.push(self.too_long(self.line));
                    self.skip_line(&mut bytes);
                    wanted = self.block_bytes.max(4);
                }
                None => wanted = (bytes.len() * 2).min(self.max_document + 1),
            }
        };
        if bytes.is_empty() && block.rejects.is_empty() {
            return None;
        }
        if !self.ended {
            self.rest.extend_from_slice(&bytes[end..]);
        }
        bytes.truncate(end);
        let mut start = 0;
        if self.offset == 0 && bytes.starts_with(b"\xef\xbb\xbf") {
            start = 3;
        }
        while start < bytes.len() {
            let len = memchr(b'\n', &bytes[start..]).map_or(bytes.len() - start, |at| at + 1);
            if len > self.max_document {
                block.rejects.push(self.too_long(self.line));
            } else if !bytes[start..start + len].trim_ascii().is_empty() {
                let offset = self.offset + start as u64;
                block.records.push(Record {
                    offset,
                    len: len as u32,
                    line: self.line,
                    start,
                });
            }
            self.line += 1;
            start += len;
        }
        self.offset += end as u64;
        block.bytes = bytes;
        Some(block)
    }

    /// Reads until `bytes` holds `wanted` bytes or the file ends.
    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) {
        let missing = wanted.saturating_sub(bytes.len());
        if self.ended || missing == 0 {
            return;
        }
        match (&mut self.reader).take(missing as u64).read_to_end(bytes) {
            Ok(read) => self.ended = read < missing,
            Err(error) => {
                self.ended = true;
                self.failure = Some(error);
            }
        }
    }

    /// Throws the line that `bytes` begins away, without holding it.
    fn skip_line(&mut self, bytes: &mut Vec<u8>) {
        loop {
            match memchr(b'\n', bytes) {
                Some(at) => {
                    self.offset += at as u64 + 1;
                    self.line += 1;
                    bytes.drain(..=at);
                    return;
                }
                None => {
                    self.offset += bytes.len() as u64;
                    bytes.clear();
                }
            }
            if self.ended {
                return;
            }
            self.fill(bytes, 1 << 16);
        }
    }

    fn too_long(&self, line: u64) -> Reject {
        let detail = format!(
            "longer than one article may be ({} bytes); --max-document allows more",
            self.max_document
        );
        self.reject(line, RejectReason::TooLong, detail)
    }

    fn reject(&self, line: u64, reason: RejectReason, detail: String) -> Reject {
        Reject {
            file: self.name.clone(),
            line,
            reason,
            detail,
        }
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Offset, line and bytes of each record.
    type Found = Vec<(u64, u64, Vec<u8>)>;

    fn read(
        bytes: &[u8],
        block_bytes: usize,
        max_document: usize,
    ) -> (Found, Vec<(u64, RejectReason)>) {
        let mut lines = Lines::new(
            Box::new(std::io::Cursor::new(bytes.to_vec())),
            "f",
            0,
            block_bytes,
            max_document,
        );
        let (mut records, mut rejects) = (Vec::new(), Vec::new());
        while let Some(block) = lines.next_block() {
            records.extend(
                block
                    .records
                    .iter()
                    .map(|r| (r.offset, r.line, block.raw(r).to_vec())),
            );
            rejects.extend(block.rejects.iter().map(|r| (r.line, r.reason)));
        }
        (records, rejects)
    }

    #[test]
    fn byte_order_mark_and_blank_lines_are_no_records() {
        let (records, rejects) = read(b"\xef\xbb\xbf{a}\r\n\r\n  \n{b}", 5, 100);
        assert_eq!(
            records,
            [(3, 1, b"{a}\r\n".to_vec()), (13, 4, b"{b}".to_vec())]
        );
        assert!(rejects.is_empty());
    }

    #[test]
    fn a_long_line_is_skipped_and_the_next_one_read() {
        let text = [b"ab\n".as_slice(), &[b'x'; 1000], b"\ncd\n"].concat();
        for block_bytes in [4, 64, 5000] {
            let (records, rejects) = read(&text, block_bytes, 50);
            assert_eq!(
                records,
                [(0, 1, b"ab\n".to_vec()), (1004, 3, b"cd\n".to_vec())],
                "{block_bytes}"
            );
            assert_eq!(rejects, [(2, RejectReason::TooLong)]);
        }
    }

    /// Gives its bytes and then an error.
    struct Failing(std::io::Cursor<Vec<u8>>);

    impl Read for Failing {
        fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
            match self.0.read(bytes)? {
                0 => Err(std::io::Error::other("damaged")),
                read => Ok(read),
            }
        }
    }

    #[test]
    fn a_fault_within_a_long_line_is_told_and_leaves_no_record() {
        let bytes = [b"ab\n".as_slice(), &[b'x'; 1000]].concat();
        for block_bytes in [4, 64, 5000] {
            let reader = Failing(std::io::Cursor::new(bytes.clone()));
            let mut lines = Lines::new(Box::new(reader), "f", 0, block_bytes, 50);
            let (mut records, mut rejects) = (Vec::new(), Vec::new());
            while let Some(block) = lines.next_block() {
                records.extend(block.records.iter().map(|r| block.raw(r).to_vec()));
                rejects.extend(block.rejects.iter().map(|r| r.reason));
            }
            assert_eq!(records, [b"ab\n".to_vec()], "{block_bytes}");
            assert_eq!(rejects.last(), Some(&RejectReason::Truncated));
        }
    }

    proptest::proptest! {
        #[test]
        fn blocks_of_any_size_give_the_same_records(
            text in proptest::collection::vec(proptest::sample::select(b"a{\n\n \r".to_vec()), 0..200), block_bytes in 1usize..60
        ) {
            let (small, small_rejects) = read(&text, block_bytes, 20);
            let (large, large_rejects) = read(&text, 10_000, 20);
            proptest::prop_assert_eq!(&small, &large);
            proptest::prop_assert_eq!(small_rejects, large_rejects);
            for (offset, _, raw) in large {
                proptest::prop_assert_eq!(&text[offset as usize..offset as usize + raw.len()], raw.as_slice());
            }
        }
    }
}
