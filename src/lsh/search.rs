//! The pairs of one band, looked at.

use super::crowded::{self, CROWDED, Crowd};
use super::groups::{Grouping, Packing, hash_band};
use super::single::{self, RARE, Size, Unlike};
use super::verdicts::Verdicts;
use super::{CandidateCounts, Worth, pack, unpack};
use crate::fingerprint::{Signatures, agreeing};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Judges pairs of positions by their signatures.
pub(super) struct Judge<'a, W> {
    pub(super) signatures: &'a Signatures,
    pub(super) members: &'a [u32],
    pub(super) worth: W,
}

impl<W: Fn(u32, u32, u32) -> Worth> Judge<'_, W> {
    #[inline]
    fn row(&self, position: u32) -> &[u32] {
        self.signatures.row(self.members[position as usize])
    }

    #[inline]
    fn agreeing(&self, pair: u64) -> u32 {
        let (a, b) = unpack(pair);
        agreeing(self.row(a), self.row(b))
    }

    #[inline]
    fn worth_of(&self, pair: u64, agreeing: u32) -> Worth {
        // Members ascend as positions do.
        let (a, b) = unpack(pair);
        (self.worth)(self.members[a as usize], self.members[b as usize], agreeing)
    }

    #[inline]
    pub(super) fn worth(&self, a: u32, b: u32) -> Worth {
        let pair = pack(a, b);
        self.worth_of(pair, self.agreeing(pair))
    }
}

/// What a thread uses again and again.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) grouping: Grouping,
    pub(super) desk: Desk,
}

/// Pairs that wait to be looked at, and what was found out about others before.
///
/// Pairs are looked at many at a time, step by step, so that their signatures, which lie anywhere in memory, are on their
/// way at the same time.
#[derive(Default)]
pub(super) struct Desk {
    positions: Vec<u32>,
    /// Pairs that share a band.
    pairs: Vec<u64>,
    /// Pairs that share a single value, the shorter article in the upper half.
    unlike: Vec<u64>,
    unknown: Vec<u64>,
    agreeing: Vec<u32>,
    verdicts: Verdicts,
}

/// So many pairs wait.
const WAITING: usize = 1024;

/// Scratches that no thread uses at the moment.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Scratch>>);

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Vec<Scratch>> {
        // Nothing can be left half done in a list that is only pushed to and popped from.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self) -> Scratch {
        self.lock().pop().unwrap_or_default()
    }

    pub(super) fn put_back(&self, scratch: Scratch) {
        self.lock().push(scratch);
    }
}

/// What one band found: pairs worth a comparison, as packed positions. A pair may be left out that another band found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) ordinary: Vec<u64>,
    pub(super) crowded: Vec<u64>,
    pub(super) counts: CandidateCounts,
}

impl Found {
    /// Counts pairs that were looked at and found too far apart.
    fn dropped(&mut self, pairs: usize) {
        self.counts.dropped_by_signature += pairs as u64;
    }
}

/// Looks at the pairs of buckets.
pub(super) struct Search<'a, W> {
    pub(super) judge: &'a Judge<'a, W>,
    pub(super) crowd: &'a Crowd,
    pub(super) unlike: Option<&'a Unlike>,
    pub(super) packing: Packing,
}

impl<W: Fn(u32, u32, u32) -> Worth> Search<'_, W> {
    /// Looks at the pairs of a bucket of entries, whose band is `slots`; the last of them only in [`finish`](Self::finish).
    pub(super) fn all(
        &self,
        bucket: &[u64],
        slots: Range<usize>,
        desk: &mut Desk,
        found: &mut Found,
    ) {
        let packing = self.packing;
        let mut positions = std::mem::take(&mut desk.positions);
        positions.clear();
        positions.extend(bucket.iter().map(|&entry| packing.position(entry)));
        if let Some(unlike) = self.unlike {
            self.single(&positions, slots.start, unlike, desk, found);
            if packing.tells_families(bucket.len()) {
                // Those of equal bands stand together.
                let same = |&a: &u64, &b: &u64| packing.family(a) == packing.family(b);
                for family in bucket.chunk_by(same).filter(|family| family.len() > 1) {
                    positions.clear();
                    positions.extend(family.iter().map(|&entry| packing.position(entry)));
                    self.bucket(&positions, slots.end, desk, found);
                }
            } else {
                self.families(&mut positions, slots.clone(), desk, found);
            }
        } else {
            self.bucket(&positions, slots.end, desk, found);
        }
        desk.positions = positions;
        if desk.pairs.len() >= WAITING {
            self.look_at_pairs(desk, found);
        }
        if desk.unlike.len() >= WAITING {
            self.look_at_unlike(slots.start, desk, found);
        }
    }

    /// Looks at the pairs that wait, after the last bucket of the band that begins at `slot`.
    pub(super) fn finish(&self, slot: usize, desk: &mut Desk, found: &mut Found) {
        self.look_at_pairs(desk, found);
        self.look_at_unlike(slot, desk, found);
    }

    /// Looks at the pairs of a bucket, given as ascending positions.
    fn bucket(&self, positions: &[u32], band_end: usize, desk: &mut Desk, found: &mut Found) {
        if positions.len() > CROWDED {
            return self.crowded_bucket(positions, band_end, desk, found);
        }
        for (at, &a) in positions.iter().enumerate() {
            for &b in &positions[at + 1..] {
                if self.crowd.is_part(a) && self.crowd.is_part(b) {
                    found.counts.capped += 1;
                } else {
                    desk.pairs.push(pack(a, b));
                }
            }
        }
    }

    fn crowded_bucket(
        &self,
        positions: &[u32],
        band_end: usize,
        desk: &mut Desk,
        found: &mut Found,
    ) {
        let len = positions.len() as u64;
        found.counts.crowded_buckets += 1;
        found.counts.largest_bucket = found.counts.largest_bucket.max(len);
        found.counts.capped += len * (len - 1) / 2;
        self.crowd.count_bucket(positions);
        if positions.iter().all(|&a| self.crowd.has_enough(a)) {
            return;
        }
        crowded::neighbours(
            positions,
            band_end,
            self.judge.members,
            self.judge.signatures,
            |a, b| {
                if !(self.crowd.has_enough(a) && self.crowd.has_enough(b)) {
                    found.counts.capped -= 1;
                    if self.look(pack(a, b), &mut desk.verdicts, &mut found.counts) {
                        found.crowded.push(pack(a, b));
                    }
                }
            },
        );
    }

    /// Looks at the pairs of articles that share the first value of the band `slots`, those of equal bands together.
    fn families(
        &self,
        positions: &mut [u32],
        slots: Range<usize>,
        desk: &mut Desk,
        found: &mut Found,
    ) {
        let keyed = |&position: &u32| {
            (
                hash_band(&self.judge.row(position)[slots.clone()]),
                position,
            )
        };
        let mut order: Vec<(u64, u32)> = positions.iter().map(keyed).collect();
        order.sort_unstable();
        for (position, &(_, next)) in positions.iter_mut().zip(&order) {
            *position = next;
        }
        let mut rest = &*positions;
        for family in order.chunk_by(|a, b| a.0 == b.0) {
            let (now, later) = rest.split_at(family.len());
            self.bucket(now, slots.end, desk, found);
            rest = later;
        }
    }

    /// Looks at the pairs of articles that share one value, in any order.
    fn single(
        &self,
        positions: &[u32],
        slot: usize,
        unlike: &Unlike,
        desk: &mut Desk,
        found: &mut Found,
    ) {
        if positions.len() > RARE {
            return self.common_value(positions, slot, unlike, desk, found);
        }
        let mut sizes = [Size::default(); RARE];
        for (size, &position) in sizes.iter_mut().zip(positions) {
            *size = unlike.size(position);
        }
        let sizes = &sizes[..positions.len()];
        if !unlike.any_may_contain(sizes) {
            return;
        }
        for (at, &a) in positions.iter().enumerate() {
            for (&b, &size) in positions.iter().zip(sizes).skip(at + 1) {
                if unlike.may_contain(sizes[at], size)
                    && !(self.crowd.is_part(a) && self.crowd.is_part(b))
                {
                    desk.unlike.push(Unlike::in_order(a, sizes[at], b, size));
                }
            }
        }
    }

    /// The same where so many share the value that not all pairs of them can be looked at.
    fn common_value(
        &self,
        positions: &[u32],
        slot: usize,
        unlike: &Unlike,
        desk: &mut Desk,
        found: &mut Found,
    ) {
        let next = |position: u32| {
            let row = self.judge.row(position);
            row[(slot + 1) % row.len()]
        };
        for b in single::alike(single::representatives(positions, slot), next) {
            let (size, enough) = (unlike.size(b), self.crowd.has_enough(b));
            for &a in positions {
                let size_a = unlike.size(a);
                if a == b || !unlike.may_contain(size_a, size) || enough && self.crowd.has_enough(a)
                {
                    continue;
                }
                let ordered = Unlike::in_order(a, size_a, b, size);
                if !(self.nearby(ordered, slot, unlike)
                    && self.judge.agreeing(ordered) >= unlike.least_agreeing()
                    && self.contained(ordered, unlike))
                {
                    found.counts.proposed += 1;
                    found.dropped(1);
                } else if self.look(pack(a, b), &mut desk.verdicts, &mut found.counts) {
                    found.crowded.push(pack(a, b));
                }
            }
        }
    }

    /// Whether the values around a shared one allow that the pair (shorter, longer) is one of containment.
    #[inline]
    fn nearby(&self, ordered: u64, slot: usize, unlike: &Unlike) -> bool {
        let (a, b) = unpack(ordered);
        unlike.is_contained_nearby((a, self.judge.row(a)), (b, self.judge.row(b)), slot)
    }

    /// Whether the signatures allow it.
    #[inline]
    fn contained(&self, pair: u64, unlike: &Unlike) -> bool {
        let (a, b) = unpack(pair);
        unlike.is_contained((a, self.judge.row(a)), (b, self.judge.row(b)))
    }

    /// Looks at the waiting pairs that share a single value.
    fn look_at_unlike(&self, slot: usize, desk: &mut Desk, found: &mut Found) {
        let Some(unlike) = self.unlike else {
            return;
        };
        let mut pairs = std::mem::take(&mut desk.unlike);
        found.counts.proposed += pairs.len() as u64;
        let looked_at = pairs.len();
        keep(&mut pairs, |pair| self.nearby(pair, slot, unlike));
        keep(&mut pairs, |pair| {
            self.judge.agreeing(pair) >= unlike.least_agreeing()
        });
        keep(&mut pairs, |pair| self.contained(pair, unlike));
        found.dropped(looked_at - pairs.len());
        for pair in &mut pairs {
            let (a, b) = unpack(*pair);
            *pair = pack(a, b);
        }
        self.look_at(&pairs, desk, found);
        pairs.clear();
        desk.unlike = pairs;
    }

    /// Looks at the waiting pairs that share a band.
    fn look_at_pairs(&self, desk: &mut Desk, found: &mut Found) {
        let mut pairs = std::mem::take(&mut desk.pairs);
        found.counts.proposed += pairs.len() as u64;
        self.look_at(&pairs, desk, found);
        pairs.clear();
        desk.pairs = pairs;
    }

    /// Adds to what was found those of `pairs` that are worth a comparison.
    fn look_at(&self, pairs: &[u64], desk: &mut Desk, found: &mut Found) {
        desk.unknown.clear();
        for &pair in pairs {
            match desk.verdicts.get(pair) {
                // Found before.
                Some(true) => {}
                Some(false) => found.dropped(1),
                None => desk.unknown.push(pair),
            }
        }
        desk.agreeing.clear();
        let agreeing = desk.unknown.iter().map(|&pair| self.judge.agreeing(pair));
        desk.agreeing.extend(agreeing);
        for (&pair, &agreeing) in desk.unknown.iter().zip(&desk.agreeing) {
            if self.judge.worth_of(pair, agreeing) == Worth::Nothing {
                found.dropped(1);
                desk.verdicts.set(pair, false);
            } else {
                found.ordinary.push(pair);
                desk.verdicts.set(pair, true);
            }
        }
    }

    /// Whether a pair of a crowd is worth a comparison of its texts.
    #[inline]
    fn look(&self, pair: u64, verdicts: &mut Verdicts, counts: &mut CandidateCounts) -> bool {
        counts.proposed += 1;
        let worthwhile = verdicts.get(pair).unwrap_or_else(|| {
            let worthwhile = self.judge.worth_of(pair, self.judge.agreeing(pair)) != Worth::Nothing;
            // Of a crowd not all pairs that are worth it will be taken.
            if !worthwhile {
                verdicts.set(pair, false);
            }
            worthwhile
        });
        counts.dropped_by_signature += u64::from(!worthwhile);
        worthwhile
    }
}

/// Keeps the pairs that pass. Each is written every time, since which stay cannot be foreseen, and the next can be looked at meanwhile.
#[inline]
fn keep(pairs: &mut Vec<u64>, passes: impl Fn(u64) -> bool) {
    let mut kept = 0;
    for at in 0..pairs.len() {
        let pair = pairs[at];
        pairs[kept] = pair;
        kept += usize::from(passes(pair));
    }
    pairs.truncate(kept);
}
