//! What is there from earlier runs and what this one makes, in corpus order.

use super::Checkpoint;
use super::earlier::{Earlier, OpenShard};
use crate::corpus::Corpus;
use crate::fingerprint::pass::Fingerprinted;
use crate::progress::Progress;
use crate::{Error, Result};

/// What became of a block that was read.
pub(in crate::fingerprint) enum Done {
    /// It was only split, since its results are there.
    Earlier {
        file: u32,
        /// The number of the block in its file.
        number: u32,
        /// Bytes of the longest record.
        longest: usize,
    },
    /// These are its results.
    Made(Fingerprinted),
}

/// A run that takes over what is there, if anything is.
pub(in crate::fingerprint) struct Resumed<'a> {
    /// Where what is new goes, if it is to be kept.
    checkpoint: Option<Checkpoint>,
    earlier: &'a Earlier,
    corpus: &'a Corpus,
    progress: &'a dyn Progress,
    open: OpenShard,
    /// The file whose turn it is.
    file: u32,
    /// Blocks of it that were read.
    blocks: u32,
    /// Articles whose fingerprints were there.
    taken_over: u64,
}

impl<'a> Resumed<'a> {
    pub(in crate::fingerprint) fn new(
        checkpoint: Option<Checkpoint>,
        earlier: &'a Earlier,
        corpus: &'a Corpus,
        progress: &'a dyn Progress,
    ) -> Self {
        Self {
            checkpoint,
            earlier,
            corpus,
            progress,
            open: OpenShard::default(),
            file: 0,
            blocks: 0,
            taken_over: 0,
        }
    }

    /// Hands on the results of the files before the first that is to be read.
    ///
    /// # Errors
    /// Those of `collect`; if a shard cannot be read; if asked to stop.
    pub(in crate::fingerprint) fn begin(
        &mut self,
        mut collect: impl FnMut(Fingerprinted) -> Result<()>,
    ) -> Result<()> {
        let files = self.corpus.files().len() as u32;
        let first = (0..files).find(|&file| self.earlier.whole(file).is_none());
        self.go_to(first.unwrap_or(files), &mut collect)
    }

    /// Hands on the results of the next block that was read, after those of files before it that were not, and adds to the folder what is new.
    ///
    /// # Errors
    /// As for [`begin`](Self::begin); if a shard cannot be written.
    pub(in crate::fingerprint) fn take(
        &mut self,
        done: Done,
        mut collect: impl FnMut(Fingerprinted) -> Result<()>,
    ) -> Result<()> {
        let (file, number) = match &done {
            Done::Earlier { file, number, .. } => (*file, *number),
            Done::Made(made) => (made.file, made.number),
        };
        self.go_to(file, &mut collect)?;
        self.blocks = number;
        match done {
            Done::Earlier { longest, .. } => collect(Fingerprinted {
                longest,
                ..self.read(file, number)?
            }),
            Done::Made(made) => {
                if let Some(checkpoint) = &mut self.checkpoint {
                    checkpoint.add(&made, self.corpus)?;
                }
                collect(made)
            }
        }
    }

    /// Hands on what comes behind the last block that was read, when all were.
    ///
    /// # Errors
    /// As for [`take`](Self::take).
    pub(in crate::fingerprint) fn end(
        &mut self,
        mut collect: impl FnMut(Fingerprinted) -> Result<()>,
    ) -> Result<()> {
        self.go_to(self.corpus.files().len() as u32, &mut collect)
    }

    /// Writes what is not written yet, and says how many articles' fingerprints were there.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(in crate::fingerprint) fn finish(mut self) -> Result<u64> {
        self.checkpoint
            .as_mut()
            .map_or(Ok(()), Checkpoint::finish)?;
        Ok(self.taken_over)
    }

    /// Ends the files before this one.
    fn go_to(
        &mut self,
        file: u32,
        collect: &mut impl FnMut(Fingerprinted) -> Result<()>,
    ) -> Result<()> {
        while self.file < file {
            if let Some(blocks) = self.earlier.whole(self.file) {
                for number in 1..=blocks {
                    if self.progress.cancelled() {
                        return Err(Error::Interrupted);
                    }
                    collect(self.read(self.file, number)?)?;
                }
            } else if let Some(checkpoint) = &mut self.checkpoint {
                checkpoint.end_file(self.file, self.blocks, self.corpus)?;
            }
            self.file += 1;
            self.blocks = 0;
        }
        Ok(())
    }

    fn read(&mut self, file: u32, number: u32) -> Result<Fingerprinted> {
        let block = (file, number);
        let done = self.earlier.read(&mut self.open, block, self.corpus)?;
        self.taken_over += done.rows.len() as u64;
        Ok(done)
    }
}
