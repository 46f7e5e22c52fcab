//! The search where signatures are in a file.
//!
//! Buckets are made of single values, each of which the file has in a column of its own; the columns of one value and of those that
//! follow it are read into memory. The pairs of buckets are [set aside](super::deferred), and looked at afterwards, block by block. What is
//! left, the nearest neighbours in crowds, is read from the file one by one. The pairs that are found are the same as in memory, and so is what is counted: no
//! look at a pair depends on another between two times when [it is settled what was found](super::AT_ONCE).

use super::access::{Blocks, Columns, FileAccess};
use super::crowd::Crowd;
use super::deferred::{self, Cut, Deferred, Which};
use super::found::{Batch, Found};
use super::groups::Portion;
use super::hunt::{Buckets, Hunt};
use super::search::{Judge, PendingPairs, Pool, Scratch, Search};
use super::{PairFilter, Scheme};
use crate::fingerprint::{SignatureFile, ThreeBytes};
use crate::memory::{self, Pages};
use crate::progress::Progress;
use crate::{Error, Result};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// How the search makes do with the memory it has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// Slots whose values are in memory at the same time.
    slots: usize,
    /// Portions of the buckets of each of them, each of which is a thread's work.
    portions: usize,
    cut: Cut,
    /// Pieces of the file in a block.
    pieces: usize,
}

/// Bytes for each article of the corpus that so many slots take while their buckets are made.
pub(super) fn bytes_of_slots(scheme: Scheme, slots: usize) -> usize {
    slots * size_of::<u64>() + columns_of(scheme, &(0..slots)).count() * size_of::<ThreeBytes>()
}

/// The values that make the buckets of some slots.
fn columns_of(scheme: Scheme, slots: &Range<usize>) -> impl Iterator<Item = usize> + Clone {
    let (values, many) = match scheme {
        Scheme::Bands(banding) => (
            slots.start * banding.rows()..slots.end * banding.rows(),
            usize::MAX,
        ),
        Scheme::Neighbours(neighbours) => {
            let many = neighbours.values();
            let end = slots.end + neighbours.reach();
            (slots.start..end.min(slots.start + many), many)
        }
    };
    values.map(move |at| at % many)
}

impl Plan {
    fn new(file: &SignatureFile, scheme: Scheme, room: usize) -> Self {
        let articles = file.len();
        let threads = rayon::current_num_threads();
        let left = |slots: usize| room.checked_sub(articles * bytes_of_slots(scheme, slots));
        let fits = |&slots: &usize| left(slots) >= Some(slots * deferred::BYTES_A_THREAD);
        let slots = (2..=threads).take_while(fits).last().unwrap_or(1);
        let at_work = (left(slots).unwrap_or(0) / deferred::BYTES_A_THREAD).min(threads);
        let all = articles * file.layout().bytes();
        let spare = room.saturating_sub(deferred::BYTES_A_THREAD);
        let least = file.pieces().div_ceil(deferred::MOST_BLOCKS);
        let pieces = match all <= spare {
            true => file.pieces(),
            false => file.pieces_in(spare / 2).max(least),
        };
        let pieces = pieces.max(1);
        let in_block = file.articles_of_block(0, pieces).len().max(1);
        Self {
            slots,
            portions: (at_work / slots).max(1),
            cut: Cut {
                articles: in_block,
                blocks: articles.div_ceil(in_block).max(1),
            },
            pieces,
        }
    }
}

/// Signatures in a file, and how they are searched.
pub(super) struct InFile<'a> {
    pub(super) access: FileAccess<'a>,
    scheme: Scheme,
    room: usize,
    /// Bytes of pairs that were set aside.
    aside: AtomicU64,
}

impl<'a> InFile<'a> {
    pub(super) fn new(file: &'a SignatureFile, scheme: Scheme, room: usize) -> Self {
        Self {
            access: FileAccess::new(file),
            scheme,
            room,
            aside: AtomicU64::new(0),
        }
    }

    /// The bytes of pairs that were set aside in all.
    ///
    /// # Errors
    /// If a signature could not be read.
    pub(super) fn finish(self) -> Result<u64> {
        self.access.check()?;
        Ok(self.aside.into_inner())
    }

    /// Works through some slots, and adds to `batch` what each of them and each two blocks found.
    pub(super) fn search<W: PairFilter>(
        &self,
        hunt: &Hunt<W>,
        slots: Range<usize>,
        crowd: &Crowd,
        batch: &Batch,
    ) -> Result<()> {
        let room = self.room.saturating_sub(memory::pairs_beyond(
            self.access.file.len(),
            batch.known.len(),
        ));
        let plan = Plan::new(self.access.file, self.scheme, room);
        let deferred = Deferred::new(plan.cut, &self.access);
        // Of what there is to do for these slots the buckets are one half, and the pairs that were set aside the other.
        let half = slots.len() as u64 / 2;
        let dealt = Steps::new(hunt.progress, half, slots.len() * plan.portions);
        let looked_at = Steps::new(hunt.progress, slots.len() as u64 - half, plan.cut.pairs());
        {
            let pool = Pool::default();
            let mut columns = Columns::new(&self.access);
            let usual = 5 * self.access.file.len() / plan.portions / 4;
            for first in slots.clone().step_by(plan.slots) {
                let together = first..slots.end.min(first + plan.slots);
                columns.hold(columns_of(hunt.scheme, &together));
                let columns = &columns;
                let judge = hunt.judge(columns);
                let search = hunt.search(&judge, crowd, &batch.known, Some(&deferred));
                let values = |article| move |at| columns.value(article, at);
                let sizes = hunt.part_sizes(together.clone(), values);
                let one = |part: usize| {
                    if hunt.progress.cancelled() {
                        return;
                    }
                    let mut found = Found::default();
                    let mut scratch = pool.take();
                    let buckets = Buckets {
                        slot: first + part / plan.portions,
                        sizes: &sizes,
                        portion: Portion {
                            number: part % plan.portions,
                            of: plan.portions,
                        },
                    };
                    hunt.slot(buckets, &search, values, &mut scratch, &mut found);
                    // Portions are not always of one size: no thread keeps the room of a large one.
                    scratch.grouping.give_back_beyond(usual);
                    pool.put_back(scratch);
                    batch.add(found);
                    dealt.advance(1);
                };
                let parts = 0..together.len() * plan.portions;
                parts.into_par_iter().with_max_len(1).for_each(one);
                self.access.check()?;
            }
        }
        if hunt.progress.cancelled() {
            return Err(Error::Interrupted);
        }
        self.look_at_blocks(hunt, plan, deferred, crowd, batch, &looked_at)
    }

    fn look_at_blocks<W: PairFilter>(
        &self,
        hunt: &Hunt<W>,
        plan: Plan,
        deferred: Deferred,
        crowd: &Crowd,
        batch: &Batch,
        looked_at: &Steps,
    ) -> Result<()> {
        let (file, pieces) = (self.access.file, plan.pieces);
        let aside = deferred.finish()?;
        self.aside.fetch_add(aside.bytes(), Ordering::Relaxed);
        let pool = Pool::default();
        let (mut first, mut second) = (Pages::default(), Pages::default());
        for low in 0..plan.cut.blocks {
            let beside = aside.beside(low)?;
            let blocks = aside.blocks(&beside);
            let mut passed = low;
            if blocks.is_empty() {
                looked_at.advance(plan.cut.blocks - passed);
                continue;
            }
            file.block(low, pieces, &mut first)?;
            for high in blocks {
                if hunt.progress.cancelled() {
                    return Err(Error::Interrupted);
                }
                if high != low {
                    file.block(high, pieces, &mut second)?;
                }
                let blocks = Blocks {
                    layout: file.layout(),
                    blocks: [
                        (file.articles_of_block(low, pieces), first.as_slice()),
                        (file.articles_of_block(high, pieces), second.as_slice()),
                    ],
                };
                let judge: Judge<_, W> = hunt.judge(&blocks);
                let search: Search<_, W> = hunt.search(&judge, crowd, &batch.known, None);
                aside.for_each(&beside, high, |which, pairs| {
                    let mut found = Found::default();
                    let mut scratch = pool.take();
                    let Scratch { pending, .. } = &mut scratch;
                    look_at(&search, which, pairs, pending, &mut found);
                    pool.put_back(scratch);
                    batch.add(found);
                })?;
                looked_at.advance(high + 1 - passed);
                passed = high + 1;
            }
            looked_at.advance(plan.cut.blocks - passed);
        }
        Ok(())
    }
}

/// Tells of small steps, `of` of which make so many units of progress together.
struct Steps<'p> {
    progress: &'p dyn Progress,
    units: u64,
    of: u64,
    done: AtomicU64,
}

impl<'p> Steps<'p> {
    fn new(progress: &'p dyn Progress, units: u64, of: usize) -> Self {
        Self {
            progress,
            units,
            of: of as u64,
            done: AtomicU64::new(0),
        }
    }

    fn advance(&self, steps: usize) {
        let before = self.done.fetch_add(steps as u64, Ordering::Relaxed);
        let units = |steps: u64| self.units * steps / self.of.max(1);
        let more = units(before + steps as u64) - units(before);
        if more > 0 {
            self.progress.advance(more, 0);
        }
    }
}

fn look_at<W: PairFilter>(
    search: &Search<Blocks, W>,
    which: Which,
    pairs: &mut Vec<u64>,
    pending: &mut PendingPairs,
    found: &mut Found,
) {
    match which {
        Which::Near => {
            std::mem::swap(&mut pending.pairs, pairs);
            search.look_at_pairs(pending, found);
        }
        Which::Unlike(slot) => {
            std::mem::swap(&mut pending.unlike, pairs);
            search.look_at_unlike(slot, pending, found);
        }
        Which::Common(slot) => {
            std::mem::swap(&mut pending.common, pairs);
            search.look_at_common(slot, pending, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::{Layout, Signatures};
    use crate::lsh::Banding;

    #[test]
    fn a_corpus_is_cut_into_no_more_blocks_than_can_be_kept_account_of() {
        let mut signatures = Signatures::new(Layout::new(2, 2));
        (0..20_000).for_each(|article| signatures.push(&[article, 7]));
        let mut file = SignatureFile::of(&mut signatures, &std::env::temp_dir()).unwrap();
        file.finish().unwrap();
        let scheme = Scheme::Bands(Banding::new(2, 1, 2).unwrap());
        assert!(file.pieces() > 2 * deferred::MOST_BLOCKS);
        for (room, blocks) in [(0, 79..deferred::MOST_BLOCKS + 1), (usize::MAX, 1..2)] {
            let Plan { cut, pieces, .. } = Plan::new(&file, scheme, room);
            assert!(blocks.contains(&cut.blocks), "{cut:?}");
            let articles =
                (0..cut.blocks).map(|number| file.articles_of_block(number, pieces).len());
            assert_eq!(articles.sum::<usize>(), 20_000);
        }
    }
}
