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
    /// How many times were counted at each place.
    times: Vec<u8>,
    shift: u32,
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
        let (mut time, mut before) = (0u64, None);
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
        let mut times = vec![0u8; 1 << bits];
        // The mark of the last time that was counted at each place; apart, since weights need only the counts.
        let mut last = vec![0u8; 1 << bits];
        // Each thread has a part of the table and looks at all shingles for those that belong there.
        let parts = rayon::current_num_threads().next_power_of_two().min(64);
        let part_bits = parts.trailing_zeros();
        let shift = u64::BITS - bits;
        let in_part = 1usize << (bits - part_bits);
        times
            .par_chunks_mut(in_part)
            .zip(last.par_chunks_mut(in_part))
            .enumerate()
            .try_for_each(|(part, (times, last))| {
                let mut from_file = Vec::new();
                for &(mark, article) in &marked {
                    for &shingle in evidence.set(article, &mut from_file)? {
                        let place = (u64::from_le_bytes(shingle) >> shift) as usize;
                        if place >> (bits - part_bits) == part {
                            let place = place & (in_part - 1);
                            if last[place] != mark {
                                last[place] = mark;
                                times[place] = times[place].saturating_add(1);
                            }
                        }
                    }
                }
                Ok(())
            })?;
        Ok(Self { times, shift })
    }

    /// The weight of a shingle, as a whole number; [`FULL_WEIGHT`] is 1.
    #[inline]
    pub(super) fn weight(&self, shingle: u64) -> u32 {
        let times = self.times[(shingle >> self.shift) as usize];
        // Two times are none too many: a report may stand at the edge of two spans.
        2 * FULL_WEIGHT / u32::from(times.max(2))
    }
}
