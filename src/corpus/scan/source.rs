//! Gives out the work of a scan, piece by piece in corpus order.

use std::sync::{Arc, Mutex};

use super::{Wanted, lock};
use crate::corpus::Corpus;
use crate::corpus::beforehand::Beforehand;
use crate::corpus::block::Block;
use crate::corpus::chosen::{SeekableFile, ToRead};
use crate::corpus::file_reader::FileReader;
use crate::corpus::pieces::Ahead;
use crate::error::{Error, Result};

/// What is left to do of a corpus.
pub(super) struct WorkSource<'c> {
    corpus: &'c Corpus,
    next_file: usize,
    current: Option<FileReader<'c>>,
    /// The pieces of its file.
    ahead: Arc<Mutex<Option<Arc<Ahead>>>>,
    /// The files behind it.
    beforehand: Arc<Beforehand<'c>>,
    threads: usize,
    wanted: Wanted<'c>,
    /// The file of which only some records are read.
    seekable: Option<Arc<SeekableFile<'c>>>,
    next_number: u64,
    stopped: bool,
}

pub(super) enum Work<'c> {
    /// The block has been filled.
    Block(u64),
    /// A file that the worker is to read itself.
    File(u64, FileToRead<'c>),
    /// Some records of a file that the worker is to read itself.
    Records(u64, ToRead<'c>),
    /// An error while reading, which takes its place among the results.
    Failed(u64, Error),
    None,
}

pub(super) struct FileToRead<'c> {
    corpus: &'c Corpus,
    index: usize,
}

impl<'c> FileToRead<'c> {
    pub(super) fn open(&self) -> Result<FileReader<'c>> {
        self.corpus.reader(self.index, 1)
    }
}

impl<'c> WorkSource<'c> {
    pub(super) fn new(
        corpus: &'c Corpus,
        wanted: Wanted<'c>,
        ahead: Arc<Mutex<Option<Arc<Ahead>>>>,
        beforehand: Arc<Beforehand<'c>>,
        threads: usize,
    ) -> Self {
        Self {
            corpus,
            next_file: 0,
            current: None,
            ahead,
            beforehand,
            threads,
            wanted,
            seekable: None,
            next_number: 0,
            stopped: false,
        }
    }

    /// Gives out nothing more.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    pub(super) fn next(&mut self, block: &mut Block) -> Work<'c> {
        while !self.stopped {
            let step = if self.seekable.is_some() {
                Ok(self.next_records())
            } else if self.current.is_some() {
                self.next_block(block)
            } else {
                self.begin_file()
            };
            match step {
                Ok(Some(work)) => return work,
                Ok(None) => {}
                Err(error) => {
                    self.stopped = true;
                    return Work::Failed(self.take_number(), error);
                }
            }
        }
        Work::None
    }

    fn take_number(&mut self) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        number
    }

    /// The next chosen records of a file; none where there are no more in it.
    fn next_records(&mut self) -> Option<Work<'c>> {
        let (file, chosen) = (self.seekable.as_ref()?, self.wanted.records.as_mut()?);
        let records = chosen.take(file, (self.corpus.options.block_bytes / 4).max(1));
        if records.is_none() {
            self.seekable = None;
        }
        records.map(|records| Work::Records(self.take_number(), records))
    }

    /// The next block of a file; none at its end.
    fn next_block(&mut self, block: &mut Block) -> Result<Option<Work<'c>>> {
        let Some(reader) = &mut self.current else {
            return Ok(None);
        };
        let filled = reader.fill(block);
        self.beforehand.advance(block.disk);
        if filled? {
            return Ok(Some(Work::Block(self.take_number())));
        }
        self.current = None;
        if let Some(ahead) = lock(&self.ahead).take() {
            ahead.tell();
        }
        Ok(None)
    }

    /// The next file, if it is work as a whole; else it is opened, or passed over if nothing of it is wanted.
    fn begin_file(&mut self) -> Result<Option<Work<'c>>> {
        let (corpus, index) = (self.corpus, self.next_file);
        let Some(file) = corpus.files.get(index) else {
            self.stopped = true;
            return Ok(None);
        };
        self.next_file += 1;
        if !self.wanted.files[index] {
            if let Some(chosen) = &mut self.wanted.records {
                chosen.pass_over(index);
            }
            return Ok(None);
        }
        self.beforehand.begin(index);
        if let Some(chosen) = &mut self.wanted.records {
            if let Some(seekable) = SeekableFile::open(corpus, index)? {
                self.seekable = Some(Arc::new(seekable));
                return Ok(None);
            }
            chosen.pass_over(index);
        }
        if corpus.is_small(file) {
            let number = self.take_number();
            return Ok(Some(Work::File(number, FileToRead { corpus, index })));
        }
        let reader = corpus.reader(index, self.threads)?;
        *lock(&self.ahead) = reader.ahead();
        self.current = Some(reader);
        Ok(None)
    }
}
