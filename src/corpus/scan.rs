//! Blocks to all threads, results back in order.

use super::lines::{Block, Lines};
use super::{Corpus, Error, Result};
use crate::progress::{Progress, Stage, Unit};
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many blocks a thread may be ahead of the one that is next in order.
const AHEAD: u64 = 16;

/// Where the blocks come from.
struct Source<'a> {
    corpus: &'a Corpus,
    lines: Option<Lines>,
    next_file: usize,
    next_block: u64,
}

impl Source<'_> {
    fn next(&mut self) -> Result<Option<(u64, Block)>> {
        loop {
            if let Some(block) = self.lines.as_mut().and_then(Lines::next_block) {
                self.next_block += 1;
                return Ok(Some((self.next_block - 1, block)));
            }
            if self.next_file == self.corpus.files.len() {
                return Ok(None);
            }
            self.lines = Some(self.corpus.lines(self.next_file)?);
            self.next_file += 1;
        }
    }
}

/// Where the results go.
struct Sink<T, C> {
    waiting: BTreeMap<u64, T>,
    next: u64,
    collect: C,
    /// The error of the earliest block that had one.
    failed: Option<(u64, Error)>,
}

impl<T, C: FnMut(T) -> Result<()>> Sink<T, C> {
    fn fail(&mut self, block: u64, error: Error) {
        if self
            .failed
            .as_ref()
            .is_none_or(|(earliest, _)| block < *earliest)
        {
            self.failed = Some((block, error));
        }
    }

    fn put(&mut self, block: u64, result: Result<T>) {
        match result {
            Ok(result) => drop(self.waiting.insert(block, result)),
            Err(error) => self.fail(block, error),
        }
        while let Some(result) = self.waiting.remove(&self.next) {
            if let Err(error) = (self.collect)(result) {
                self.fail(self.next, error);
            }
            self.next += 1;
        }
    }
}

/// A panic of another thread ends the scan anyway; what the lock holds is not used again.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets the threads that wait for their turn go when one of them panics; the panic
/// itself goes on to the caller.
struct ReleaseOnPanic<'a, T, C: FnMut(T) -> Result<()>> {
    sink: &'a Mutex<Sink<T, C>>,
    moved: &'a Condvar,
}

impl<T, C: FnMut(T) -> Result<()>> Drop for ReleaseOnPanic<'_, T, C> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(self.sink).fail(0, Error::Interrupted);
            self.moved.notify_all();
        }
    }
}

impl Corpus {
    /// Reads the corpus from beginning to end. `work` runs on all threads of the current pool, each
    /// with what `worker` made for it; `collect` receives the results one after another, in corpus order.
    ///
    /// Every scan of a corpus gives the same blocks.
    ///
    /// # Errors
    /// If a file cannot be opened; the first error of `work` or `collect`; [`Error::Interrupted`].
    pub fn scan<W, T: Send>(
        &self,
        stage: Stage,
        progress: &dyn Progress,
        worker: impl Fn() -> W + Sync,
        work: impl Fn(&mut W, &Block) -> Result<T> + Sync,
        collect: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        progress.begin(stage, self.files.len() as u64, Unit::Items);
        let source = Mutex::new(Source {
            corpus: self,
            lines: None,
            next_file: 0,
            next_block: 0,
        });
        let sink = Mutex::new(Sink {
            waiting: BTreeMap::new(),
            next: 0,
            collect,
            failed: None,
        });
        let moved = Condvar::new();
        let run = || {
            let _release = ReleaseOnPanic {
                sink: &sink,
                moved: &moved,
            };
            let mut worker = worker();
            loop {
                let mut from = lock(&source);
                let started = from.next_file;
                let taken = if progress.cancelled() {
                    Err(Error::Interrupted)
                } else {
                    from.next()
                };
                let (opened, number) = (from.next_file - started, from.next_block);
                drop(from);
                progress.advance(opened as u64, 0);
                let (block, result) = match taken {
                    Ok(None) => return,
                    Ok(Some((block, content))) => {
                        progress.advance(0, content.records.len() as u64);
                        (block, work(&mut worker, &content))
                    }
                    Err(error) => (number, Err(error)),
                };
                let mut to = lock(&sink);
                to.put(block, result);
                moved.notify_all();
                while to.failed.is_none()
                    && block > to.next + AHEAD * rayon::current_num_threads() as u64
                {
                    to = moved.wait(to).unwrap_or_else(PoisonError::into_inner);
                }
                if to.failed.is_some() {
                    return;
                }
            }
        };
        rayon::scope(|scope| {
            for _ in 0..rayon::current_num_threads() {
                scope.spawn(|_| run());
            }
        });
        progress.end();
        let sink = sink.into_inner().unwrap_or_else(PoisonError::into_inner);
        sink.failed.map_or(Ok(()), |(_, error)| Err(error))
    }
}
