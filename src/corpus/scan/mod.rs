//! Reads a whole corpus on all threads and hands on the results in corpus order.
//!
//! One lock guards the source of blocks; a worker takes the lock, fills its own block (reading,
//! decompressing, splitting), lets go and works. Text files and small files are not even read under
//! the lock: the worker is given the file. Each piece of work has a number, and results are collected
//! by that number. Workers that are ahead wait once a few results a thread are held back, so one slow block
//! does not make the others pile up results. The worker whose turn it is never waits: no deadlock.
//!
//! Where only some records are wanted, workers are given their places (`chosen`).
//!
//! A large compressed file is decompressed under the lock, hence by one thread at a time. Whoever finds the lock taken decompresses
//! one of its pieces meanwhile, if it has any (`pieces`), or else another file (`beforehand`).

mod collector;
mod run;
mod source;

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Corpus;
use super::block::Block;
use super::chosen::{Chosen, Place, Places};
use crate::error::Result;
use crate::progress::{Progress, Stage, Unit};
use run::Scan;

/// Locks even if a thread has panicked while holding the lock: that panic is passed on by rayon, and
/// until then the others only need to see that they should stop.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stops the others when a worker panics; rayon then passes the panic on.
struct StopOnPanic<'r, F: Fn()>(&'r F);

impl<F: Fn()> Drop for StopOnPanic<'_, F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)();
        }
    }
}

/// How many results a thread are held back at most before workers wait.
#[derive(Clone, Copy)]
enum HeldBack {
    /// So many that a slow block does not stop the others at once.
    Many,
    /// No more than must be, since they are as large as their blocks.
    Few,
}

impl HeldBack {
    /// How far after the turn a result may be.
    fn window(self, threads: usize) -> u64 {
        let results = match self {
            Self::Many => 8,
            Self::Few => 1,
        };
        threads as u64 * results
    }
}

/// What of a corpus a scan reads.
struct Wanted<'c> {
    /// Which files, by their numbers.
    files: Vec<bool>,
    /// Which records of them, if not all.
    records: Option<Chosen<'c>>,
}

impl Wanted<'_> {
    /// Files that are read from their beginning to their end.
    fn files(files: Vec<bool>) -> Self {
        Self {
            files,
            records: None,
        }
    }
}

impl Corpus {
    /// Reads the whole corpus in blocks, on all threads of rayon's current pool.
    ///
    /// `worker` makes the scratch space of one thread. `work` is called for every block, several at a
    /// time. `collect` gets its results one at a time, strictly in corpus order. Every scan of a
    /// corpus gives the same blocks. Blocks without records occur (a file with nothing but
    /// rejects, or an empty one).
    ///
    /// # Errors
    ///
    /// An error of `work` or `collect` ends the scan; of several, the one earliest in corpus order is
    /// returned. [`Error::Io`] if a file cannot be read, [`Error::Changed`] if it is no longer as it was
    /// at [`Corpus::open`], [`Error::Interrupted`] if `progress` asks to stop, which is checked
    /// before every block.
    ///
    /// [`Error::Io`]: crate::Error::Io
    /// [`Error::Changed`]: crate::Error::Changed
    /// [`Error::Interrupted`]: crate::Error::Interrupted
    pub fn scan<W, T: Send>(
        &self,
        stage: Stage,
        progress: &dyn Progress,
        worker: impl Fn() -> W + Sync,
        work: impl Fn(&mut W, &Block) -> Result<T> + Sync,
        collect: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        let all = (self.all_files(), HeldBack::Many);
        self.scan_some(stage, progress, all, worker, work, collect)
    }

    /// [`Corpus::scan`] of some of the files: `wanted` says of each whether it is read.
    ///
    /// ```
    /// use wirecopy::corpus::{Corpus, CorpusOptions};
    /// use wirecopy::progress::{Silent, Stage};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # for (name, articles) in [("monday.jsonl", 2), ("tuesday.jsonl", 3)] {
    /// #     std::fs::write(folder.path().join(name), "{\"text\": \"Snow closed the pass.\"}\n".repeat(articles))?;
    /// # }
    /// // Two articles of Monday, and three of Tuesday.
    /// let corpus = Corpus::open(&[folder.path().to_path_buf()], CorpusOptions::default(), &Silent)?;
    /// let mut counts = Vec::new();
    /// corpus.scan_files(
    ///     Stage::Fingerprint,
    ///     &Silent,
    ///     vec![false, true],
    ///     || (),
    ///     |(), block| Ok((block.file, block.records.len())),
    ///     |count| {
    ///         counts.push(count);
    ///         Ok(())
    ///     },
    /// )?;
    /// assert_eq!(counts, [(1, 3)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Corpus::scan`].
    ///
    /// # Panics
    ///
    /// If `wanted` does not speak of every file.
    pub fn scan_files<W, T: Send>(
        &self,
        stage: Stage,
        progress: &dyn Progress,
        wanted: Vec<bool>,
        worker: impl Fn() -> W + Sync,
        work: impl Fn(&mut W, &Block) -> Result<T> + Sync,
        collect: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        assert_eq!(wanted.len(), self.files.len(), "files of the corpus");
        let wanted = (Wanted::files(wanted), HeldBack::Many);
        self.scan_some(stage, progress, wanted, worker, work, collect)
    }

    /// [`Corpus::scan`] for results that are about as large as the blocks: fewer are held back.
    ///
    /// # Errors
    ///
    /// As for [`Corpus::scan`].
    pub fn scan_for_bytes<W, T: Send>(
        &self,
        stage: Stage,
        progress: &dyn Progress,
        worker: impl Fn() -> W + Sync,
        work: impl Fn(&mut W, &Block) -> Result<T> + Sync,
        collect: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        let all = (self.all_files(), HeldBack::Few);
        self.scan_some(stage, progress, all, worker, work, collect)
    }

    /// [`Corpus::scan`] for whoever needs but some of the records. Where it can be done only they are read,
    /// and blocks hold no others; a file of which that cannot be done is read whole, one without any not at all.
    ///
    /// # Errors
    ///
    /// As for [`Corpus::scan`].
    ///
    /// # Panics
    ///
    /// If `chosen` does not speak of every file.
    pub fn scan_chosen<'c, W, T: Send>(
        &'c self,
        stage: Stage,
        progress: &dyn Progress,
        chosen: Places<impl Iterator<Item = Place> + Send + 'c>,
        worker: impl Fn() -> W + Sync,
        work: impl Fn(&mut W, &Block) -> Result<T> + Sync,
        collect: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        let Places { files, records } = chosen;
        assert_eq!(files.len(), self.files.len(), "files of the corpus");
        let records = Some(Chosen::new(records));
        let wanted = (Wanted { files, records }, HeldBack::Many);
        self.scan_some(stage, progress, wanted, worker, work, collect)
    }

    fn all_files(&self) -> Wanted<'_> {
        Wanted::files(vec![true; self.files.len()])
    }

    fn scan_some<'c, W, T: Send>(
        &'c self,
        stage: Stage,
        progress: &dyn Progress,
        (wanted, held_back): (Wanted<'c>, HeldBack),
        worker: impl Fn() -> W + Sync,
        work: impl Fn(&mut W, &Block) -> Result<T> + Sync,
        collect: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        let files = self.files.iter().zip(&wanted.files);
        let total = files
            .filter(|(_, wanted)| **wanted)
            .map(|(file, _)| file.size);
        let total = total.sum();
        progress.begin(stage, total, Unit::Bytes);
        let scan = Scan::new(self, wanted, collect, held_back, progress);
        let stop = || scan.stop(None);
        // A broadcast runs exactly once on each thread. A scope's tasks could be stolen by a thread
        // that waits inside `work` for some nested parallel job, and then wait for that very thread.
        rayon::broadcast(|_| {
            let _guard = StopOnPanic(&stop);
            scan.work(worker(), &work);
        });
        progress.end();
        scan.into_result()
    }
}
