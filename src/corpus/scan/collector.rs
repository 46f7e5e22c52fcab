//! Hands on results in the order of their numbers, whatever the order in which they come.

use std::collections::{BTreeMap, VecDeque};

use crate::error::{Error, Result};

/// Results of one small file held back, at most, before its worker waits for its turn.
const HELD_BACK_IN_FILE: usize = 4;

/// Puts results in order.
pub(super) struct Collector<T, C> {
    collect: C,
    /// The number whose results are collected now.
    turn: u64,
    /// How far a number may be after the turn for its results to be held back.
    window: u64,
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
    /// Holds results back as long as their numbers are less than `window` after the turn.
    pub(super) fn new(collect: C, window: u64) -> Self {
        Self {
            collect,
            turn: 0,
            window,
            waiting: BTreeMap::new(),
            failed: None,
            over: false,
        }
    }

    /// Whether nothing more is wanted.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    pub(super) fn is_turn_of(&self, number: u64) -> bool {
        self.turn == number
    }

    /// Hands on a result whose turn it is. What was held back of its number has been handed on when the turn came.
    pub(super) fn take(&mut self, result: Result<T>) {
        if self.over {
            return;
        }
        if let Err(error) = result.and_then(&mut self.collect) {
            self.stop(Some(error));
        }
    }

    /// Wants nothing more, because of an error if there is one.
    pub(super) fn stop(&mut self, error: Option<Error>) {
        self.failed = self.failed.take().or(error);
        self.over = true;
    }

    /// The results of the number whose turn it is are complete: goes on to the next number that is not.
    pub(super) fn end_turn(&mut self) {
        self.waiting.remove(&self.turn);
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

    /// Whether there is room for a result of a number that is after the turn; `last` completes the number.
    pub(super) fn has_room(&self, number: u64, last: bool) -> bool {
        let held = self.waiting.get(&number).map_or(0, |h| h.results.len());
        number - self.turn < self.window && (last || held < HELD_BACK_IN_FILE)
    }

    /// Keeps a result until it is the turn of its number; `last` completes the number.
    pub(super) fn hold(&mut self, number: u64, result: Option<Result<T>>, last: bool) {
        let held = self.waiting.entry(number).or_insert_with(|| Held {
            results: VecDeque::new(),
            complete: false,
        });
        held.results.extend(result);
        held.complete = last;
    }

    /// What the scan comes to.
    pub(super) fn into_result(self) -> Result<()> {
        self.failed.map_or(Ok(()), Err)
    }
}
