//! What is there from earlier runs and what this one makes, in corpus order.

use super::Checkpoint;
use super::kept::{Kept, OpenShard};
use crate::corpus::Corpus;
use crate::fingerprint::pass::Fingerprinted;
use crate::progress::Progress;
use crate::{Error, Result};

/// What became of a block that was read.
pub(in crate::fingerprint) enum Done {
    /// It was only split: the results of the block of this number of a file are there.
    Kept(u32, u32),
    /// These are its results.
    Made(Fingerprinted),
}

/// A run that takes over what is there, if anything is.
pub(in crate::fingerprint) struct Resumed<'a> {
    /// Where what is new goes, if it is to be kept.
    checkpoint: Option<Checkpoint>,
    kept: &'a Kept,
    corpus: &'a Corpus,
    progress: &'a dyn Progress,
    open: OpenShard,
    /// The file whose turn it is.
    file: u32,
    /// Blocks of it that were read.
    blocks: u32,
}

impl<'a> Resumed<'a> {
    pub(in crate::fingerprint) fn new(
        checkpoint: Option<Checkpoint>,
        kept: &'a Kept,
        corpus: &'a Corpus,
        progress: &'a dyn Progress,
    ) -> Self {
        Self {
            checkpoint,
            kept,
            corpus,
            progress,
            open: OpenShard::default(),
            file: 0,
            blocks: 0,
        }
    }

    /// Hands on the results of the next block that was read, after those of files before it that were not, and adds to the folder what is new.
    ///
    /// # Errors
    /// Those of `collect`; if a shard cannot be read or written; if asked to stop.
    pub(in crate::fingerprint) fn take(
        &mut self,
        done: Done,
        mut collect: impl FnMut(Fingerprinted) -> Result<()>,
    ) -> Result<()> {
        let (file, number) = match &done {
            Done::Kept(file, number) => (*file, *number),
            Done::Made(made) => (made.file, made.number),
        };
        self.go_to(file, &mut collect)?;
        self.blocks = number;
        match done {
            Done::Kept(file, number) => collect(self.read(file, number)?),
            Done::Made(made) => {
                if let Some(checkpoint) = &mut self.checkpoint {
                    checkpoint.add(&made)?;
                }
                collect(made)
            }
        }
    }

    /// Hands on what comes behind the last block that was read.
    ///
    /// # Errors
    /// As for [`take`](Self::take).
    pub(in crate::fingerprint) fn end(
        &mut self,
        mut collect: impl FnMut(Fingerprinted) -> Result<()>,
    ) -> Result<()> {
        self.go_to(self.corpus.files().len() as u32, &mut collect)
    }

    /// Writes what is not written yet.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(in crate::fingerprint) fn finish(mut self) -> Result<()> {
        self.checkpoint.as_mut().map_or(Ok(()), Checkpoint::finish)
    }

    /// Ends the files before this one.
    fn go_to(
        &mut self,
        file: u32,
        collect: &mut impl FnMut(Fingerprinted) -> Result<()>,
    ) -> Result<()> {
        while self.file < file {
            match self.kept.whole(self.file) {
                Some(blocks) => {
                    for number in 1..=blocks {
                        if self.progress.cancelled() {
                            return Err(Error::Interrupted);
                        }
                        collect(self.read(self.file, number)?)?;
                    }
                }
                None => {
                    if let Some(checkpoint) = &mut self.checkpoint
                        && self.blocks > 0
                    {
                        checkpoint.end_file(self.file, self.blocks);
                    }
                }
            }
            self.file += 1;
            self.blocks = 0;
        }
        Ok(())
    }

    fn read(&mut self, file: u32, number: u32) -> Result<Fingerprinted> {
        self.kept.read(&mut self.open, (file, number), self.corpus)
    }
}
