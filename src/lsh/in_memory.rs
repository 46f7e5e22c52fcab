//! The search where signatures are in memory.

use super::PairFilter;
use super::crowd::Crowd;
use super::found::{Batch, Found};
use super::groups::Portion;
use super::hunt::{Buckets, Hunt};
use super::search::Pool;
use crate::fingerprint::Signatures;
use rayon::prelude::*;
use std::ops::Range;

/// Signatures in memory, and what threads use again and again.
pub(super) struct InMemory<'a> {
    pub(super) signatures: &'a Signatures,
    pool: Pool,
}

impl<'a> InMemory<'a> {
    pub(super) fn new(signatures: &'a Signatures) -> Self {
        Self {
            signatures,
            pool: Pool::default(),
        }
    }

    /// Works through some slots, each of them on one thread, and adds to `batch` what each found.
    pub(super) fn search<W: PairFilter>(
        &self,
        hunt: &Hunt<W>,
        slots: Range<usize>,
        crowd: &Crowd,
        batch: &Batch,
    ) {
        let signatures = self.signatures;
        let judge = hunt.judge(signatures);
        let search = hunt.search(&judge, crowd, &batch.known, None);
        let layout = signatures.layout();
        let values = |article| {
            let row = signatures.whole(article);
            move |at| layout.value(row, at)
        };
        let sizes = hunt.part_sizes(slots.clone(), values);
        slots.into_par_iter().with_max_len(1).for_each(|slot| {
            if hunt.progress.cancelled() {
                return;
            }
            let mut found = Found::default();
            let mut scratch = self.pool.take();
            let buckets = Buckets {
                slot,
                sizes: &sizes,
                portion: Portion::ALL,
            };
            hunt.slot(buckets, &search, values, &mut scratch, &mut found);
            self.pool.put_back(scratch);
            batch.add(found);
            hunt.progress.advance(1, 0);
        });
        // What was found is put together now, which takes room, too.
        self.pool.give_back();
    }
}
