//! A running scan: what its threads do, and how they wait for one another.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use super::collector::Collector;
use super::source::{FileToRead, Work, WorkSource};
use super::{HeldBack, Wanted, lock};
use crate::corpus::Corpus;
use crate::corpus::beforehand::Beforehand;
use crate::corpus::block::Block;
use crate::corpus::pieces::Ahead;
use crate::error::{Error, Result};
use crate::progress::Progress;

/// How often a waiting worker looks whether it should stop.
const PATIENCE: Duration = Duration::from_millis(100);

/// A scan while it runs.
pub(super) struct Scan<'c, 'p, T, C> {
    corpus: &'c Corpus,
    source: Mutex<WorkSource<'c>>,
    /// The pieces of the file that is read.
    ahead: Arc<Mutex<Option<Arc<Ahead>>>>,
    /// The files behind it.
    beforehand: Arc<Beforehand<'c>>,
    collector: Mutex<Collector<T, C>>,
    turned: Condvar,
    /// Nothing more is wanted.
    over: AtomicBool,
    progress: &'p dyn Progress,
}

impl<'c, 'p, T: Send, C: FnMut(T) -> Result<()> + Send> Scan<'c, 'p, T, C> {
    pub(super) fn new(
        corpus: &'c Corpus,
        wanted: Wanted<'c>,
        collect: C,
        held_back: HeldBack,
        progress: &'p dyn Progress,
    ) -> Self {
        let threads = rayon::current_num_threads();
        let ahead = Arc::default();
        let beforehand = Arc::new(Beforehand::new(corpus, threads, &wanted.files));
        Self {
            corpus,
            beforehand: Arc::clone(&beforehand),
            source: Mutex::new(WorkSource::new(
                corpus,
                wanted,
                Arc::clone(&ahead),
                beforehand,
                threads,
            )),
            ahead,
            collector: Mutex::new(Collector::new(collect, held_back.window(threads))),
            turned: Condvar::new(),
            over: AtomicBool::new(false),
            progress,
        }
    }

    /// Hands on a result; `last` completes the number. Returns whether to go on.
    fn deliver(&self, number: u64, result: Option<Result<T>>, last: bool) -> bool {
        if matches!(result, Some(Err(_))) {
            // Whoever has the lock may wait for somebody who would go on.
            self.over.store(true, Ordering::Relaxed);
            // No new work; what was given out before is finished, so that an earlier error can come first.
            lock(&self.source).stop();
        }
        let mut collector = lock(&self.collector);
        loop {
            if collector.is_over() {
                return false;
            }
            if collector.is_turn_of(number) {
                if let Some(result) = result {
                    collector.take(result);
                }
                if last {
                    collector.end_turn();
                    self.turned.notify_all();
                }
                if collector.is_over() {
                    self.over.store(true, Ordering::Relaxed);
                    self.turned.notify_all();
                }
                return !collector.is_over();
            }
            if collector.has_room(number, last) {
                collector.hold(number, result, last);
                return true;
            }
            collector = self
                .turned
                .wait_timeout(collector, PATIENCE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            if self.progress.cancelled() {
                collector.stop(Some(Error::Interrupted));
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

    /// Ends the scan for all, because of an error if there is one.
    pub(super) fn stop(&self, error: Option<Error>) {
        self.over.store(true, Ordering::Relaxed);
        lock(&self.collector).stop(error);
        lock(&self.source).stop();
        self.turned.notify_all();
    }

    /// Decompresses a file before its turn. `false` if there is none to be had.
    fn unpack_beforehand(&self) -> bool {
        let stop = || self.over.load(Ordering::Relaxed) || self.progress.cancelled();
        self.beforehand.help(stop)
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

    /// What each thread does: works until there is no more.
    pub(super) fn work<W>(
        &self,
        mut worker: W,
        work: &(impl Fn(&mut W, &Block) -> Result<T> + Sync),
    ) {
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

    /// What it comes to when all threads are done.
    pub(super) fn into_result(self) -> Result<()> {
        self.collector
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .into_result()
    }
}
