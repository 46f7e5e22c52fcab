//! Pairs whose signatures are in a file: set aside, and looked at together.
//!
//! The signatures of a pair may lie anywhere in the file. The corpus is cut into blocks of articles of which two fit into
//! memory, and pairs are set aside by the two blocks of their articles. Then the blocks are read, each beside each other one
//! with which it has pairs, and all pairs of the two are looked at: the file is read in long stretches, as many times as
//! there are blocks, however many pairs there are.
//!
//! Where the pairs of each two blocks lie within a run is written behind them, and read again for one block at a time: memory holds of a run no more
//! than a number for each block.

use super::access::FileAccess;
use crate::Result;
use crate::spool::{Spool, Strings};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Pairs that a thread gathers before it sets them aside.
const RUN: usize = 1 << 16;

/// Bytes that a thread takes for setting pairs aside: those of each kind, and those of one again while they are sorted by blocks; and
/// for what it has in hand besides: the pairs of crowds, what it remembers of others, what it found.
pub(super) const BYTES_A_THREAD: usize = 4 * RUN * size_of::<u64>() + (8 << 20);

/// Bytes of a pair, and of an end, in the file.
const PAIR: usize = size_of::<u64>();
const END: usize = size_of::<u32>();

/// Why pairs are to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// They share a band, or two values that are close.
    Near,
    /// They share the value at this slot alone, which few have.
    Unlike(usize),
    /// They share the value at this slot, which many have.
    Common(usize),
}

/// A corpus is cut into no more blocks than this: the pairs of blocks grow with the square of it, and with them what is written behind each run.
pub(super) const MOST_BLOCKS: usize = 128;

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
    pub(super) fn pairs(self) -> usize {
        self.blocks * (self.blocks + 1) / 2
    }

    fn of(self, pair: u64) -> usize {
        let block = |article: u64| article as usize / self.articles;
        let (a, b) = (block(pair >> 32), block(pair & u64::from(u32::MAX)));
        self.number(a.min(b), a.max(b))
    }
}

/// Pairs that are set aside.
pub(super) struct Deferred<'a> {
    cut: Cut,
    access: &'a FileAccess<'a>,
    kept: Mutex<Kept>,
}

struct Kept {
    spool: Spool,
    runs: Vec<Run>,
}

/// Pairs that were set aside together, in the order of their blocks.
struct Run {
    which: Which,
    /// The pairs, and behind them where those of each pair of blocks end (4 bytes each).
    strings: Strings,
    pairs: usize,
}

/// Where the pairs of one block with each later one, and with itself, lie in every run.
pub(super) struct Beside {
    low: usize,
    /// Of each run, run after run: where those before the block end, and those with each block.
    ends: Vec<u32>,
}

impl<'a> Deferred<'a> {
    /// Nothing is set aside yet.
    pub(super) fn new(cut: Cut, access: &'a FileAccess<'a>) -> Self {
        let kept = Kept {
            spool: Spool::new(0, access.file.folder()),
            runs: Vec::new(),
        };
        Self {
            cut,
            access,
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
        let mut bytes = vec![0u8; pairs.len() * PAIR + ends.len() * END];
        let (sorted, behind) = bytes.split_at_mut(pairs.len() * PAIR);
        let sorted = sorted.as_chunks_mut::<PAIR>().0;
        for &pair in &*pairs {
            let end = &mut ends[self.cut.of(pair)];
            sorted[*end as usize] = pair.to_ne_bytes();
            *end += 1;
        }
        behind.copy_from_slice(bytemuck::cast_slice(&ends));
        let run = pairs.len();
        pairs.clear();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { spool, runs } = &mut *kept;
        match spool.put(&bytes) {
            Ok(strings) => runs.push(Run {
                which,
                strings,
                pairs: run,
            }),
            Err(failure) => self.access.keep(failure),
        }
    }

    /// Everything that was set aside.
    pub(super) fn finish(self) -> Result<DeferredPairs> {
        let mut kept = self
            .kept
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        kept.spool.finish()?;
        Ok(DeferredPairs {
            cut: self.cut,
            kept,
        })
    }
}

/// What was set aside, to be looked at.
pub(super) struct DeferredPairs {
    cut: Cut,
    kept: Kept,
}

impl DeferredPairs {
    /// Where the pairs of block `low` lie with those that are not before it.
    pub(super) fn beside(&self, low: usize) -> Result<Beside> {
        let first = self.cut.number(low, low);
        let behind = self.cut.number(low, self.cut.blocks - 1) + 1;
        let mut scratch = Vec::new();
        let mut ends = Vec::with_capacity(self.kept.runs.len() * (behind - first + 1));
        for run in &self.kept.runs {
            let start = run.pairs * PAIR;
            // The pairs of the first two blocks begin where the run does.
            if first == 0 {
                ends.push(0);
            }
            let range = start + first.saturating_sub(1) * END..start + behind * END;
            let stored = self.kept.spool.get(run.strings.part(range), &mut scratch)?;
            ends.extend(
                stored
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&end| u32::from_ne_bytes(end)),
            );
        }
        Ok(Beside { low, ends })
    }

    /// The blocks that have pairs with the one of `beside`.
    pub(super) fn blocks(&self, beside: &Beside) -> Vec<usize> {
        let any = |&high: &usize| {
            let mut ranges = self.ranges(beside, high);
            ranges.any(|range| !range.is_empty())
        };
        (beside.low..self.cut.blocks).filter(any).collect()
    }

    /// Where the pairs of two blocks lie in each run.
    fn ranges<'s>(
        &self,
        beside: &'s Beside,
        high: usize,
    ) -> impl Iterator<Item = Range<usize>> + 's {
        let (blocks, at) = (self.cut.blocks - beside.low, high - beside.low);
        let of_runs = beside.ends.chunks_exact(blocks + 1);
        of_runs.map(move |ends| ends[at] as usize..ends[at + 1] as usize)
    }

    /// Works through the pairs of two blocks, on all threads; `work` is given them run by run.
    pub(super) fn for_each(
        &self,
        beside: &Beside,
        high: usize,
        work: impl Fn(Which, &mut Vec<u64>) + Sync,
    ) -> Result<()> {
        let runs = self.kept.runs.iter().zip(self.ranges(beside, high));
        let with_pairs: Vec<_> = runs.filter(|(_, range)| !range.is_empty()).collect();
        with_pairs.into_par_iter().try_for_each(|(run, range)| {
            let (mut scratch, mut pairs) = (Vec::new(), vec![0u64; range.len()]);
            let handle = run.strings.part(range.start * PAIR..range.end * PAIR);
            let stored = self.kept.spool.get(handle, &mut scratch)?;
            bytemuck::cast_slice_mut(&mut pairs).copy_from_slice(stored);
            work(run.which, &mut pairs);
            Ok(())
        })
    }

    /// Bytes in the file.
    pub(super) fn bytes(&self) -> u64 {
        let run = |run: &Run| (run.pairs * PAIR + self.cut.pairs() * END) as u64;
        self.kept.runs.iter().map(run).sum()
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
