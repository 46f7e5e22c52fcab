//! Pairs whose signatures are in a file: set aside, and looked at together.
//!
//! The signatures of a pair may lie anywhere in the file. The corpus is cut into blocks of articles of which two fit into
//! memory, and pairs are set aside by the two blocks of their articles. Then the blocks are read, each beside each other one
//! with which it has pairs, and all pairs of the two are looked at: the file is read in long stretches, as many times as
//! there are blocks, however many pairs there are.

use super::rows::Distant;
use crate::Result;
use crate::spool::{Spool, Strings};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Pairs that a thread gathers before it sets them aside.
const RUN: usize = 1 << 16;

/// Bytes that a thread takes for setting pairs aside: those of either kind, and as many again while they are sorted by blocks; and
/// for what it has in hand besides: the pairs of crowds, what it remembers of others, what it found.
pub(super) const BYTES_A_THREAD: usize = 3 * RUN * size_of::<u64>() + (8 << 20);

/// Why pairs are to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// They share a band, or two values that are close.
    Near,
    /// They share the value at this slot alone.
    Unlike(usize),
}

/// How a corpus is cut into blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// Articles in a block, a whole number of pieces of the file.
    pub(super) articles: usize,
    /// Blocks.
    pub(super) blocks: usize,
}

impl Cut {
    /// The number of a pair of blocks, the lower first.
    fn number(self, low: usize, high: usize) -> usize {
        low * self.blocks - low * (low + 1) / 2 + high
    }

    /// Pairs of blocks.
    fn pairs(self) -> usize {
        self.blocks * (self.blocks + 1) / 2
    }

    fn of(self, pair: u64) -> usize {
        let block = |article: u64| article as usize / self.articles;
        let (a, b) = (block(pair >> 32), block(pair & u64::from(u32::MAX)));
        self.number(a.min(b), a.max(b))
    }
}

/// Pairs that are set aside.
pub(super) struct Later<'a> {
    cut: Cut,
    distant: &'a Distant<'a>,
    kept: Mutex<Kept>,
}

struct Kept {
    spool: Spool,
    runs: Vec<Run>,
}

/// Pairs that were set aside together, in the order of their blocks.
struct Run {
    which: Which,
    strings: Strings,
    /// Where the pairs of each pair of blocks end.
    ends: Vec<u32>,
}

impl<'a> Later<'a> {
    /// Nothing is set aside yet.
    pub(super) fn new(cut: Cut, distant: &'a Distant<'a>) -> Self {
        let kept = Kept {
            spool: Spool::new(0, Some(distant.file.folder())),
            runs: Vec::new(),
        };
        Self {
            cut,
            distant,
            kept: Mutex::new(kept),
        }
    }

    /// So many pairs are worth setting aside.
    pub(super) fn run(&self) -> usize {
        RUN
    }

    /// Sets pairs aside.
    pub(super) fn put(&self, which: Which, pairs: &mut Vec<u64>) {
        if pairs.is_empty() {
            return;
        }
        let mut ends = vec![0u32; self.cut.pairs()];
        for &pair in &*pairs {
            ends[self.cut.of(pair)] += 1;
        }
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        let mut sorted = vec![0u64; pairs.len()];
        for &pair in &*pairs {
            let end = &mut ends[self.cut.of(pair)];
            sorted[*end as usize] = pair;
            *end += 1;
        }
        pairs.clear();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { spool, runs } = &mut *kept;
        match spool.put(bytemuck::cast_slice(&sorted)) {
            Ok(strings) => runs.push(Run {
                which,
                strings,
                ends,
            }),
            Err(failure) => self.distant.keep(failure),
        }
    }

    /// Everything that was set aside.
    pub(super) fn finish(self) -> Result<SetAside> {
        let mut kept = self
            .kept
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        kept.spool.finish()?;
        Ok(SetAside {
            cut: self.cut,
            kept,
        })
    }
}

/// What was set aside, to be looked at.
pub(super) struct SetAside {
    cut: Cut,
    kept: Kept,
}

impl SetAside {
    /// The blocks that have pairs with block `low` and are not before it.
    pub(super) fn beside(&self, low: usize) -> Vec<usize> {
        let runs = &self.kept.runs;
        let any = |&high: &usize| {
            runs.iter()
                .any(|run| !self.range(run, low, high).is_empty())
        };
        (low..self.cut.blocks).filter(any).collect()
    }

    fn range(&self, run: &Run, low: usize, high: usize) -> Range<usize> {
        let number = self.cut.number(low, high);
        let end = |number: usize| run.ends[number] as usize;
        number.checked_sub(1).map_or(0, end)..end(number)
    }

    /// Works through the pairs of two blocks, on all threads; `work` is given them run by run.
    pub(super) fn for_each<T: Send>(
        &self,
        low: usize,
        high: usize,
        work: impl Fn(Which, &mut Vec<u64>) -> T + Sync,
    ) -> Result<Vec<T>> {
        let with_pairs = |run: &&Run| !self.range(run, low, high).is_empty();
        let runs: Vec<&Run> = self.kept.runs.iter().filter(with_pairs).collect();
        runs.into_par_iter()
            .map(|run| {
                const BYTES: usize = size_of::<u64>();
                let pairs = self.range(run, low, high);
                let bytes = pairs.start * BYTES..pairs.end * BYTES;
                let (mut scratch, mut pairs) = (Vec::new(), vec![0u64; pairs.len()]);
                let handle = run.strings.part(bytes);
                let stored = self.kept.spool.get(handle, &mut scratch)?;
                bytemuck::cast_slice_mut(&mut pairs).copy_from_slice(stored);
                Ok(work(run.which, &mut pairs))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_two_blocks_have_a_number() {
        for blocks in 1..9 {
            let cut = Cut {
                articles: 10,
                blocks,
            };
            let mut numbers = Vec::new();
            for low in 0..blocks {
                for high in low..blocks {
                    numbers.push(cut.number(low, high));
                    let pair = ((low as u64 * 10 + 3) << 32) | (high as u64 * 10);
                    assert_eq!(cut.of(pair), cut.number(low, high));
                    assert_eq!(cut.of(pair.rotate_left(32)), cut.number(low, high));
                }
            }
            assert!(numbers.into_iter().eq(0..cut.pairs()));
        }
    }
}
