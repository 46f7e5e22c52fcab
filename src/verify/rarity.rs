//! How special a shingle is to one report.

use super::Evidence;
use crate::Result;
use rayon::prelude::*;

/// The times at which each shingle occurs, counted, and the weight that follows from it.
///
/// Time is cut into spans of three days. A shingle that occurs in `n` spans weighs 2/n, at most 1: the wording of a report is
/// found on its day and perhaps the next ones, however many outlets print it, while a form, a phrase, the furniture of a
/// page returns again and again. An article without a date counts as a time of its own, since nothing is known of it: a text that
/// stands in very many undated articles is taken for a form.
///
/// It is inverse document frequency (Spärck Jones 1972) with times for documents. Counts are kept in a table of two bytes for each shingle
/// that was put in, without the shingles; some share a place, which makes one in a few weigh a little less.
#[derive(Debug)]
pub struct Rarity {
    counts: Vec<Place>,
    shift: u32,
}

/// A count, and a mark of the last time that was counted.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    times: u8,
    last: u8,
}

/// The weight of a shingle that occurs at one time: weights are whole numbers, so that their sums do not depend on their order.
pub(super) const FULL_WEIGHT: u32 = 1 << 16;

/// Seconds of a span of time.
const SPAN: i64 = 3 * 24 * 3600;

impl Rarity {
    /// Counts the shingles of `articles`, all of which are in `evidence`.
    ///
    /// # Errors
    /// If evidence that lies in a temporary file cannot be read.
    pub(super) fn count(evidence: &Evidence, articles: &[u32]) -> Result<Self> {
        // By time, so that a place need only know the last one.
        let mut order: Vec<(Option<i64>, u32)> = articles
            .iter()
            .map(|&article| {
                let span = evidence.published(article).map(|at| at.div_euclid(SPAN));
                (span, article)
            })
            .collect();
        order.par_sort_unstable();
        let mut time = 0u64;
        let mut before = None;
        let marked: Vec<(u8, u32)> = order
            .into_iter()
            .map(|(span, article)| {
                // Absent dates come first; each is a time of its own.
                if span.is_none() || span != before {
                    time += 1;
                }
                before = span;
                // 0 is the mark of a place that is new.
                ((time % 255) as u8 + 1, article)
            })
            .collect();

        let shingles: u64 = articles.iter().map(|&a| u64::from(evidence.size(a))).sum();
        let bits = shingles.next_power_of_two().trailing_zeros().max(10);
        let mut counts = vec![Place::default(); 1 << bits];
        // Each thread has a part of the table and looks at all shingles for those that belong there.
        let parts = rayon::current_num_threads().next_power_of_two().min(64);
        let part_bits = parts.trailing_zeros();
        let shift = u64::BITS - bits;
        counts
            .par_chunks_mut(counts_in_part(bits, part_bits))
            .enumerate()
            .try_for_each(|(part, places)| {
                let mut from_file = Vec::new();
                let mask = places.len() - 1;
                for &(mark, article) in &marked {
                    for &shingle in evidence.set(article, &mut from_file)? {
                        let place = (u64::from_le_bytes(shingle) >> shift) as usize;
                        if place >> (bits - part_bits) == part {
                            let place = &mut places[place & mask];
                            if place.last != mark {
                                place.last = mark;
                                place.times = place.times.saturating_add(1);
                            }
                        }
                    }
                }
                Ok(())
            })?;
        Ok(Self { counts, shift })
    }

    /// The weight of a shingle, as a whole number; [`FULL_WEIGHT`] is 1.
    #[inline]
    pub(super) fn weight(&self, shingle: u64) -> u32 {
        let times = self.counts[(shingle >> self.shift) as usize].times;
        // Two times are none too many: a report may stand at the edge of two spans.
        2 * FULL_WEIGHT / u32::from(times.max(2))
    }
}

/// Places in a part of a table of `2^bits` that is cut into `2^part_bits` parts.
fn counts_in_part(bits: u32, part_bits: u32) -> usize {
    1 << (bits - part_bits)
}
