//! One file as a sequence of blocks, each holding whole records.
//!
//! A block is filled up to its size, then split; the unfinished record at its end begins the next
//! block. A record that does not fit makes its block grow up to the limit for one record; beyond
//! that it is passed over without being held and becomes one [`Reject`](super::Reject). So memory is bounded by the
//! block size plus the limit, whatever a file decompresses to.

use super::block::{Block, Fresh, Record};
use super::compress::{Chunk, Compression, Stream};
use super::csv::{Rows, row_below};
use super::fault::Fault;
use super::pieces::Ahead;
use super::split::{Arrangement, Last, Splitter, Start, unclosed_row};
use super::unpacked::{self, Store};
use super::{CorpusOptions, SourceFile};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::reject::RejectReason;
use std::sync::Arc;

/// What follows rows that are left alone with their quotes is split once more: of each file up to so many of its longest records, and what was
/// read twice over.
const MOST_LEFT_ALONE: u64 = 8;

/// Where the reader is between two calls of the splitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    /// In a record.
    Open,
    /// In a record that is too long and has been reported.
    Skipping,
}

/// How a stream has ended.
enum End {
    Sound,
    /// It ends as it should not.
    Broken(Fault),
}

/// Reads one file block by block.
pub(super) struct FileReader<'c> {
    index: u32,
    source: &'c SourceFile,
    block_bytes: usize,
    max_document: usize,
    stream: Stream<'c>,
    /// Whether what is decompressed is to be kept.
    keeping: bool,
    splitter: Splitter,
    arrangement: Arrangement,
    state: State,
    /// What the last block left: an unfinished record, or nothing.
    carry: Vec<u8>,
    /// How much of the carry the splitter has seen.
    seen: usize,
    /// The place in the decompressed file of the block's first byte, or between blocks of the carry's.
    offset: u64,
    /// The line of the unfinished or next record.
    line: u64,
    /// The line of the last record, and how many before it start there.
    on_line: (u64, u32),
    started: bool,
    /// How the stream has ended, if it has.
    end: Option<End>,
    /// Nothing more will come.
    done: bool,
    skip_header: bool,
    /// Takes rows apart. Made when it is needed: that costs more than to open a small file.
    rows: Option<Rows>,
    /// Bytes that were split once more, behind quotes that are not closed.
    left_alone: u64,
    /// Blocks that were filled.
    blocks: u32,
    /// Whether there was a record, good or not.
    any: bool,
    /// Bytes on disk that blocks have accounted for.
    reported: u64,
}

impl<'c> FileReader<'c> {
    /// Opens a file, which `threads` may decompress. `header` says whether the first row of a CSV file is given out like any
    /// other.
    pub fn open(
        index: u32,
        source: &'c SourceFile,
        arrangement: Arrangement,
        options: &CorpusOptions,
        header: bool,
        store: Option<&'c Store>,
        threads: usize,
    ) -> Result<Self> {
        source.check_unchanged()?;
        let stream = match store.and_then(|store| source.kept.whole(store)) {
            Some(unpacked) => Stream::unpacked(unpacked, source.size),
            None => Stream::open(&source.path, threads)?,
        };
        let packed = stream.compression() != Compression::None;
        Ok(Self {
            index,
            source,
            // Room for a byte order mark at least.
            block_bytes: options.block_bytes.max(16),
            max_document: options.max_document,
            keeping: packed && store.is_some() && source.kept.begin(),
            stream,
            splitter: Splitter::new(arrangement),
            arrangement,
            state: State::Between,
            carry: Vec::new(),
            seen: 0,
            offset: 0,
            line: 1,
            on_line: (0, 0),
            started: false,
            end: None,
            done: false,
            skip_header: matches!(arrangement, Arrangement::Rows(_)) && !header,
            rows: None,
            left_alone: 0,
            blocks: 0,
            any: false,
            reported: 0,
        })
    }

    /// Fills a block with the next records, or with none if the next piece of the file holds none. `false` when
    /// the file had been at its end.
    pub fn fill(&mut self, block: &mut Block) -> Result<bool> {
        block.begin(self.index);
        self.blocks += 1;
        block.number = self.blocks;
        if self.done {
            return Ok(false);
        }

        let carried = self.carry.len();
        let mut target = self.block_bytes.max(carried + self.block_bytes / 2);
        block.reserve(target);
        block.buf[..carried].copy_from_slice(&self.carry);
        block.filled = carried;
        let mut at = std::mem::take(&mut self.seen);
        // Where the unfinished or next record starts in the block.
        let mut start = 0;
        loop {
            self.read(block, target)?;
            if !self.started {
                self.started = true;
                start = self.begin(block);
                at = start;
            }
            if !self.done {
                self.split(block, &mut at, &mut start);
            }
            if self.end.is_some() && !self.done {
                // Whether it is torn or never ends.
                while self.splitter.is_suspicious()
                    && self.go_on_behind_quote(block, &mut at, &mut start, block.filled)
                {
                    self.split(block, &mut at, &mut start);
                }
                self.finish(block, start);
                self.done = true;
            }
            // Blank lines, or a piece of a record that is passed over, make an empty block and not another
            // round: a bomb of them may go on for hours, and the caller can stop between two blocks.
            let needless = start == block.filled;
            if self.done || needless || !block.records.is_empty() || !block.rejects.is_empty() {
                break;
            }
            let most = self.max_document.saturating_add(self.block_bytes);
            target = target.saturating_mul(2).min(most).max(block.filled + 1);
        }
        self.keeping &= unpacked::is_sane(self.offset + block.filled as u64, self.source.size);
        if self.keeping {
            let length = self.offset + block.filled as u64;
            block.fresh = Some(Fresh {
                start: carried,
                offset: self.offset + carried as u64,
                length: matches!(self.end, Some(End::Sound)).then_some(length),
            });
        }
        self.carry.clear();
        self.carry
            .extend_from_slice(&block.buf[start..block.filled]);
        self.seen = at - start;
        self.offset += start as u64;
        let disk = self.stream.disk_read();
        block.disk = disk - self.reported;
        self.reported = disk;
        Ok(true)
    }

    /// The pieces of the file that other threads may decompress meanwhile.
    pub fn ahead(&self) -> Option<Arc<Ahead>> {
        self.stream.ahead()
    }

    /// Whether the next [`fill`](Self::fill) will give nothing.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Where the bytes start that no block has given yet: those of an unfinished record, or of the next.
    pub fn next_offset(&self) -> u64 {
        self.offset
    }

    /// Fills blocks until one holds something, or the file is at its end.
    pub fn fill_first(&mut self, block: &mut Block, progress: &dyn Progress) -> Result<()> {
        while self.fill(block)? && block.records.is_empty() && block.rejects.is_empty() {
            if progress.cancelled() {
                return Err(Error::Interrupted);
            }
        }
        Ok(())
    }

    fn read(&mut self, block: &mut Block, target: usize) -> Result<()> {
        block.reserve(target);
        while self.end.is_none() && block.filled < target {
            let free = &mut block.buf[block.filled..target];
            match self.stream.read(free, &self.source.path)? {
                Chunk::Bytes(n) => block.filled += n,
                Chunk::End => {
                    self.end = Some(End::Sound);
                    if self.stream.disk_read() != self.source.size {
                        return Err(self.source.changed());
                    }
                }
                Chunk::Broken(fault) => self.end = Some(End::Broken(fault)),
            }
        }
        Ok(())
    }

    /// Looks for a byte order mark; returns where the content starts. What is no text has none.
    fn begin(&mut self, block: &mut Block) -> usize {
        if let Some(fault) = self.source.foreign.clone() {
            block.rejects.push(fault.at(&self.source.name, None));
            self.done = true;
            return block.filled;
        }
        match &block.buf[..block.filled] {
            [0xef, 0xbb, 0xbf, ..] => 3,
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                let fault = Fault::new(
                    RejectReason::Utf16,
                    "the file is in UTF-16, not in UTF-8; convert it first: \
                     iconv -f UTF-16 -t UTF-8 OLD > NEW",
                );
                block.rejects.push(fault.at(&self.source.name, None));
                self.done = true;
                block.filled
            }
            _ => 0,
        }
    }

    fn split(&mut self, block: &mut Block, at: &mut usize, start: &mut usize) {
        loop {
            let bytes = &block.buf[..block.filled];
            if self.state == State::Between {
                let found = self.splitter.start(bytes, at);
                // `at` now stands before the record, the fault or the end of the bytes.
                self.line += newlines(&bytes[*start..*at]);
                *start = *at;
                match found {
                    Start::At => self.state = State::Open,
                    Start::NotYet => return,
                    Start::Broken(fault) => {
                        block
                            .rejects
                            .push(fault.at(&self.source.name, Some(self.line)));
                        self.any = true;
                        continue;
                    }
                }
            }
            match self.splitter.end(bytes, at) {
                Some(end) => {
                    let too_long = end - *start > self.max_document;
                    let suspicious = too_long || self.splitter.is_suspicious();
                    if suspicious && self.go_on_behind_quote(block, at, start, end) {
                        continue;
                    }
                    let was = std::mem::replace(&mut self.state, State::Between);
                    let lines = match self.arrangement {
                        Arrangement::Lines => 1,
                        _ => newlines(&block.buf[*start..end]),
                    };
                    if was == State::Open {
                        self.emit(block, *start, end);
                    }
                    self.line += lines;
                    *start = end;
                }
                None => {
                    if self.state == State::Open && block.filled - *start > self.max_document {
                        if self.go_on_behind_quote(block, at, start, block.filled) {
                            continue;
                        }
                        self.too_long(block);
                        self.state = State::Skipping;
                    }
                    if self.state == State::Skipping {
                        self.line += newlines(&block.buf[*start..*at]);
                        *start = *at;
                    }
                    return;
                }
            }
        }
    }

    /// Goes on with the row below one from `start` to `end` that is too long, torn or without an end, if that is so because its quote
    /// is not closed: the lines below are rows. It is rejected alone.
    fn go_on_behind_quote(
        &mut self,
        block: &mut Block,
        at: &mut usize,
        start: &mut usize,
        end: usize,
    ) -> bool {
        let Arrangement::Rows(separator) = self.arrangement else {
            return false;
        };
        let read = self.offset + *start as u64;
        let most = MOST_LEFT_ALONE * self.max_document as u64 + 2 * read;
        if self.state != State::Open || self.skip_header || self.left_alone > most {
            return false;
        }
        // No more than is there however long blocks are.
        let swallowed = &block.buf[*start..end.min(*start + self.max_document)];
        let columns = self.source.columns.names.len();
        let Some(next) = row_below(&mut self.rows, swallowed, columns, separator) else {
            return false;
        };
        self.left_alone += swallowed.len() as u64;
        let taken = newlines(&swallowed[..next]);
        let fault = unclosed_row();
        block
            .rejects
            .push(fault.at(&self.source.name, Some(self.line)));
        self.any = true;
        self.line += taken;
        *start += next;
        *at = *start;
        self.splitter = Splitter::new(self.arrangement);
        self.state = State::Between;
        true
    }

    /// The stream has ended, and `start` is where the splitter stopped.
    fn finish(&mut self, block: &mut Block, start: usize) {
        let name = &self.source.name;
        if let Some(End::Broken(fault)) = &self.end {
            let line = (self.arrangement != Arrangement::Whole).then_some(self.line);
            block.rejects.push(fault.clone().at(name, line));
            return;
        }
        match self.state {
            State::Open => match self.splitter.last(&block.buf[start..block.filled]) {
                Last::Record => self.emit(block, start, block.filled),
                Last::Broken(fault) => block.rejects.push(fault.at(name, Some(self.line))),
            },
            // A text file without a byte is an article without text, like one of blanks.
            State::Between if self.arrangement == Arrangement::Whole => {
                block.rejects.push(super::plain::no_text().at(name, None));
            }
            State::Between => {
                if let Some(fault) = self.splitter.finish() {
                    block.rejects.push(fault.at(name, Some(self.line)));
                }
            }
            State::Skipping => {}
        }
    }

    fn emit(&mut self, block: &mut Block, start: usize, end: usize) {
        if end - start > self.max_document {
            return self.too_long(block);
        }
        let bytes = &block.buf[start..end];
        let blank = match self.arrangement {
            Arrangement::Lines => bytes.iter().all(u8::is_ascii_whitespace),
            // Tabs are not blank here: they may separate fields.
            Arrangement::Rows(_) => bytes.iter().all(|b| matches!(b, b' ' | b'\r' | b'\n')),
            _ => false,
        };
        if blank || std::mem::take(&mut self.skip_header) {
            return;
        }
        self.any = true;
        self.on_line = match self.on_line {
            (line, before) if line == self.line => (line, before.saturating_add(1)),
            _ => (self.line, 0),
        };
        // Both fit: a block is at most `max_document + 2 * block_bytes` long, which
        // `Corpus::open` has limited to far less than 4 GiB.
        block.records.push(Record {
            start: start as u32,
            len: (end - start) as u32,
            offset: self.offset + start as u64,
            line: self.line,
            before_on_line: self.on_line.1,
        });
    }

    fn too_long(&mut self, block: &mut Block) {
        if std::mem::take(&mut self.skip_header) {
            return;
        }
        block.first_too_long |= !std::mem::replace(&mut self.any, true);
        let fault = Fault::new(
            RejectReason::TooLong,
            format!(
                "this record is longer than the limit of {} bytes; raise it with --max-document, \
                 or look for a missing line end or quote",
                self.max_document
            ),
        );
        let line = (self.arrangement != Arrangement::Whole).then_some(self.line);
        block.rejects.push(fault.at(&self.source.name, line));
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
