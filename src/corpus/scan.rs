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

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use super::Corpus;
use super::beforehand::Beforehand;
use super::blocks::{Block, FileReader};
use super::chosen::{Chosen, Place, Random, ToRead};
use super::pieces::Ahead;
use crate::error::{Error, Result};
use crate::progress::{Progress, Stage, Unit};

/// Results held back a thread, at most, before workers wait.
const AHEAD: u64 = 8;
/// Results of one small file held back, at most, before its worker waits for its turn.
const AHEAD_IN_FILE: usize = 4;
/// How often a waiting worker looks whether it should stop.
const PATIENCE: Duration = Duration::from_millis(100);

/// Locks even if a thread has panicked while holding the lock: that panic is passed on by rayon, and
/// until then the others only need to see that they should stop.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives out work.
struct Source<'c> {
    corpus: &'c Corpus,
    next_file: usize,
    current: Option<FileReader<'c>>,
    /// The pieces of its file.
    ahead: Arc<Mutex<Option<Arc<Ahead>>>>,
    /// The files behind it.
    beforehand: Arc<Beforehand<'c>>,
    threads: usize,
    /// The records that are wanted, if not all are.
    chosen: Option<Chosen<'c>>,
    /// The file of which only those are read.
    random: Option<Arc<Random<'c>>>,
    next_number: u64,
    stopped: bool,
}

enum Work<'c> {
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

struct FileToRead<'c> {
    corpus: &'c Corpus,
    index: usize,
}

impl<'c> FileToRead<'c> {
    fn open(&self) -> Result<FileReader<'c>> {
        self.corpus.reader(self.index, 1)
    }
}

impl<'c> Source<'c> {
    fn next(&mut self, block: &mut Block) -> Work<'c> {
        let number = self.next_number;
        loop {
            if self.stopped {
                return Work::None;
            }
            if let (Some(file), Some(chosen)) = (&self.random, &mut self.chosen) {
                if let Some(records) =
                    chosen.take(file, (self.corpus.options.block_bytes / 4).max(1))
                {
                    self.next_number += 1;
                    return Work::Records(number, records);
                }
                self.random = None;
            }
            let filled = match &mut self.current {
                Some(reader) => {
                    let filled = reader.fill(block);
                    self.beforehand.advance(block.disk);
                    filled
                }
                None => {
                    let index = self.next_file;
                    let Some(file) = self.corpus.files.get(index) else {
                        self.stopped = true;
                        return Work::None;
                    };
                    self.next_file += 1;
                    self.beforehand.begin(index);
                    if let Some(chosen) = &mut self.chosen {
                        if !chosen.is_in(index) {
                            continue;
                        }
                        match Random::open(self.corpus, index) {
                            Ok(Some(random)) => {
                                self.random = Some(Arc::new(random));
                                continue;
                            }
                            Ok(None) => chosen.pass_over(index),
                            Err(error) => {
                                self.stopped = true;
                                self.next_number += 1;
                                return Work::Failed(number, error);
                            }
                        }
                    }
                    if self.corpus.is_small(file) {
                        self.next_number += 1;
                        let corpus = self.corpus;
                        return Work::File(number, FileToRead { corpus, index });
                    }
                    match self.corpus.reader(index, self.threads) {
                        Ok(reader) => {
                            *lock(&self.ahead) = reader.ahead();
                            self.current = Some(reader);
                            continue;
                        }
                        Err(error) => Err(error),
                    }
                }
            };
            match filled {
                Ok(true) => {
                    self.next_number += 1;
                    return Work::Block(number);
                }
                Ok(false) => {
                    self.current = None;
                    if let Some(ahead) = lock(&self.ahead).take() {
                        ahead.tell();
                    }
                }
                Err(error) => {
                    self.stopped = true;
                    self.next_number += 1;
                    return Work::Failed(number, error);
                }
            }
        }
    }
}

/// Puts results in order.
struct Collector<T, C> {
    collect: C,
    /// The number whose results are collected now.
    turn: u64,
    waiting: BTreeMap<u64, Held<T>>,
    /// The first error in corpus order, or an interruption; with it all is over.
    failed: Option<Error>,
    over: bool,
}

/// Results before their turn.
struct Held<T> {
    results: VecDeque<Result<T>>,
    complete: bool,
}

impl<T, C: FnMut(T) -> Result<()>> Collector<T, C> {
    fn take(&mut self, result: Result<T>) {
        if self.over {
            return;
        }
        if let Err(error) = result.and_then(&mut self.collect) {
            self.fail(error);
        }
    }

    fn fail(&mut self, error: Error) {
        self.failed.get_or_insert(error);
        self.over = true;
    }

    /// The results of `turn` are complete: go on to the next number that is not.
    fn advance(&mut self) {
        loop {
            self.turn += 1;
            let Some(held) = self.waiting.get_mut(&self.turn) else {
                return;
            };
            let complete = held.complete;
            for result in std::mem::take(&mut held.results) {
                self.take(result);
            }
            if !complete {
                return;
            }
            self.waiting.remove(&self.turn);
        }
    }
}

struct Run<'c, 'p, T, C> {
    corpus: &'c Corpus,
    source: Mutex<Source<'c>>,
    /// The pieces of the file that is read.
    ahead: Arc<Mutex<Option<Arc<Ahead>>>>,
    /// The files behind it, if all are read.
    beforehand: Option<Arc<Beforehand<'c>>>,
    collector: Mutex<Collector<T, C>>,
    turned: Condvar,
    /// Nothing more is wanted.
    over: AtomicBool,
    window: u64,
    progress: &'p dyn Progress,
}

impl<'c, T: Send, C: FnMut(T) -> Result<()> + Send> Run<'c, '_, T, C> {
    /// Hands on a result; `last` completes the number. Returns whether to go on.
    fn deliver(&self, number: u64, result: Option<Result<T>>, last: bool) -> bool {
        if matches!(result, Some(Err(_))) {
            // Whoever has the lock may wait for somebody who would go on.
            self.over.store(true, Ordering::Relaxed);
            // No new work; what was given out before is finished, so that an earlier error can come first.
            lock(&self.source).stopped = true;
        }
        let mut collector = lock(&self.collector);
        loop {
            if collector.over {
                return false;
            }
            if collector.turn == number {
                // What was held back of this number has been taken when its turn came.
                if let Some(result) = result {
                    collector.take(result);
                }
                if last {
                    collector.waiting.remove(&number);
                    collector.advance();
                    self.turned.notify_all();
                }
                if collector.over {
                    self.over.store(true, Ordering::Relaxed);
                    self.turned.notify_all();
                }
                return !collector.over;
            }
            let held = collector
                .waiting
                .get(&number)
                .map_or(0, |h| h.results.len());
            if number - collector.turn < self.window && (last || held < AHEAD_IN_FILE) {
                let held = collector.waiting.entry(number).or_insert_with(|| Held {
                    results: VecDeque::new(),
                    complete: false,
                });
                held.results.extend(result);
                held.complete = last;
                return true;
            }
            collector = self
                .turned
                .wait_timeout(collector, PATIENCE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            if self.progress.cancelled() {
                collector.fail(Error::Interrupted);
                self.turned.notify_all();
            }
        }
    }

    fn interrupted(&self) -> bool {
        if !self.progress.cancelled() {
            return false;
        }
        self.stop(Some(Error::Interrupted));
        true
    }

    fn stop(&self, error: Option<Error>) {
        self.over.store(true, Ordering::Relaxed);
        let mut collector = lock(&self.collector);
        collector.over = true;
        if collector.failed.is_none() {
            collector.failed = error;
        }
        drop(collector);
        lock(&self.source).stopped = true;
        self.turned.notify_all();
    }

    /// Decompresses a file before its turn. `false` if there is none to be had.
    fn unpack_beforehand(&self) -> bool {
        let stop = || self.over.load(Ordering::Relaxed) || self.progress.cancelled();
        let files = self.beforehand.as_ref();
        files.is_some_and(|files| files.help(stop))
    }

    /// Takes the lock and asks for work; as long as another thread has it, decompresses what that will need.
    fn next(&self, block: &mut Block) -> Work<'c> {
        loop {
            let ahead = lock(&self.ahead).clone();
            let turn = ahead.as_ref().map_or(0, |ahead| ahead.turn());
            let source = match (self.source.try_lock(), &ahead) {
                (Ok(source), _) => Some(source),
                (Err(TryLockError::Poisoned(source)), _) => Some(source.into_inner()),
                (Err(TryLockError::WouldBlock), None) => match self.unpack_beforehand() {
                    true => None,
                    false => Some(lock(&self.source)),
                },
                (Err(TryLockError::WouldBlock), Some(_)) => None,
            };
            if let Some(mut source) = source {
                let work = source.next(block);
                drop(source);
                if let Some(ahead) = &*lock(&self.ahead) {
                    ahead.tell();
                }
                return work;
            }
            if let Some(ahead) = ahead
                && !ahead.help()
            {
                ahead.wait(turn, PATIENCE);
            }
        }
    }

    fn work<W>(&self, mut worker: W, work: &(impl Fn(&mut W, &Block) -> Result<T> + Sync)) {
        let mut block = Block::default();
        loop {
            if self.interrupted() {
                return;
            }
            let next = self.next(&mut block);
            let go_on = match next {
                Work::None => return,
                Work::Failed(number, error) => self.deliver(number, Some(Err(error)), true),
                Work::Block(number) => {
                    block.keep(self.corpus);
                    let result = work(&mut worker, &block);
                    self.progress
                        .advance(block.disk, block.records.len() as u64);
                    self.deliver(number, Some(result), true)
                }
                Work::Records(number, records) => {
                    let result = records
                        .fill(&mut block, self.corpus)
                        .and_then(|()| work(&mut worker, &block));
                    self.progress
                        .advance(records.disk, block.records.len() as u64);
                    self.deliver(number, Some(result), true)
                }
                Work::File(number, file) => self.file(number, &file, &mut worker, &mut block, work),
            };
            if !go_on {
                return;
            }
        }
    }

    fn file<W>(
        &self,
        number: u64,
        file: &FileToRead<'_>,
        worker: &mut W,
        block: &mut Block,
        work: &(impl Fn(&mut W, &Block) -> Result<T> + Sync),
    ) -> bool {
        let mut reader = match file.open() {
            Ok(reader) => reader,
            Err(error) => return self.deliver(number, Some(Err(error)), true),
        };
        loop {
            let result = match reader.fill(block) {
                Ok(true) => {
                    block.keep(self.corpus);
                    let result = work(worker, block);
                    self.progress
                        .advance(block.disk, block.records.len() as u64);
                    result
                }
                Ok(false) => return self.deliver(number, None, true),
                Err(error) => Err(error),
            };
            let last = result.is_err() || reader.is_done();
            if !self.deliver(number, Some(result), last) {
                return false;
            }
            if last {
                return true;
            }
            if self.interrupted() {
                return false;
            }
        }
    }
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
    pub fn scan<W, T: Send>(
        &self,
        stage: Stage,
        progress: &dyn Progress,
        worker: impl Fn() -> W + Sync,
        work: impl Fn(&mut W, &Block) -> Result<T> + Sync,
        collect: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        self.scan_some(stage, progress, None, worker, work, collect)
    }

    /// [`Corpus::scan`] for whoever needs but some of the records, whose places ascend. Where it can be done only they are read,
    /// and blocks hold no others; a file of which that cannot be done is read whole, one without any not at all.
    ///
    /// # Errors
    ///
    /// As for [`Corpus::scan`].
    pub fn scan_chosen<'c, W, T: Send>(
        &'c self,
        stage: Stage,
        progress: &dyn Progress,
        chosen: impl Iterator<Item = Place> + Send + 'c,
        worker: impl Fn() -> W + Sync,
        work: impl Fn(&mut W, &Block) -> Result<T> + Sync,
        collect: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        let chosen = Some(Chosen::new(chosen));
        self.scan_some(stage, progress, chosen, worker, work, collect)
    }

    fn scan_some<'c, W, T: Send>(
        &'c self,
        stage: Stage,
        progress: &dyn Progress,
        chosen: Option<Chosen<'c>>,
        worker: impl Fn() -> W + Sync,
        work: impl Fn(&mut W, &Block) -> Result<T> + Sync,
        collect: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        let total = self.files.iter().map(|f| f.size).sum();
        progress.begin(stage, total, Unit::Bytes);
        let threads = rayon::current_num_threads();
        let ahead = Arc::default();
        let beforehand = Arc::new(Beforehand::new(self, threads));
        let run = Run {
            corpus: self,
            beforehand: chosen.is_none().then(|| Arc::clone(&beforehand)),
            source: Mutex::new(Source {
                corpus: self,
                next_file: 0,
                current: None,
                ahead: Arc::clone(&ahead),
                beforehand,
                threads,
                chosen,
                random: None,
                next_number: 0,
                stopped: false,
            }),
            ahead,
            collector: Mutex::new(Collector {
                collect,
                turn: 0,
                waiting: BTreeMap::new(),
                failed: None,
                over: false,
            }),
            turned: Condvar::new(),
            over: AtomicBool::new(false),
            window: threads as u64 * AHEAD,
            progress,
        };
        let stop = || run.stop(None);
        // A broadcast runs exactly once on each thread. A scope's tasks could be stolen by a thread
        // that waits inside `work` for some nested parallel job, and then wait for that very thread.
        rayon::broadcast(|_| {
            let _guard = StopOnPanic(&stop);
            run.work(worker(), &work);
        });
        progress.end();
        let collector = run
            .collector
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        match collector.failed {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}
