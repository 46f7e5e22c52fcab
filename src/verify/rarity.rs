//! How special a shingle is to one report.

use super::Evidence;
use super::ranks::Ranks;
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
struct Rarity {
    /// How many times were counted at each place.
    times: Vec<u8>,
    shift: u32,
}

/// The weight of a shingle that occurs at one time: weights are whole numbers, so that their sums do not depend on their order.
const FULL_WEIGHT: u32 = 1 << 16;

/// Seconds of a span of time.
const SPAN: i64 = 3 * 24 * 3600;

impl Rarity {
    /// Counts the shingles of `articles`, all of which are in `evidence`.
    ///
    /// # Errors
    /// If evidence that lies in a temporary file cannot be read.
    fn count(evidence: &Evidence, articles: &[u32]) -> Result<Self> {
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

    fn times(&self, shingle: [u8; 8]) -> u8 {
        self.times[(u64::from_le_bytes(shingle) >> self.shift) as usize]
    }
}

/// The weight of a shingle that occurs at so many times. Two are none too many: a report may stand at the edge
/// of two spans.
const WEIGHTS: [u32; 256] = {
    let mut weights = [FULL_WEIGHT; 256];
    let mut times = 3;
    while times < 256 {
        weights[times] = 2 * FULL_WEIGHT / times as u32;
        times += 1;
    }
    weights
};

/// The weights of all shingles of some articles, looked up once: articles are compared many times.
#[derive(Debug)]
pub(super) struct Weights {
    articles: Ranks,
    /// The times of all shingles, article after article, in the order of their sets.
    times: Vec<u8>,
    /// Where those of each article begin in `times`, and the weight of all of them together.
    entries: Vec<(usize, u64)>,
}

impl Weights {
    /// Looks up the weights of the shingles of `articles` (ascending, of a corpus of so many).
    ///
    /// # Errors
    /// If evidence that lies in a temporary file cannot be read.
    pub(super) fn of(evidence: &Evidence, articles: &[u32], corpus: usize) -> Result<Self> {
        /// Articles that a thread takes at a time.
        const STRETCH: usize = 512;
        let rarity = Rarity::count(evidence, articles)?;
        let parts: Result<Vec<(Vec<u8>, Vec<usize>)>> = articles
            .par_chunks(STRETCH)
            .map(|stretch| {
                let (mut times, mut sizes, mut from_file) = (Vec::new(), Vec::new(), Vec::new());
                for &article in stretch {
                    let set = evidence.set(article, &mut from_file)?;
                    times.extend(set.iter().map(|&shingle| rarity.times(shingle)));
                    sizes.push(set.len());
                }
                Ok((times, sizes))
            })
            .collect();
        drop(rarity);
        let (mut times, mut entries) = (Vec::new(), Vec::new());
        for (of_part, sizes) in parts? {
            let mut rest = of_part.as_slice();
            for size in sizes {
                let (of_article, others) = rest.split_at(size);
                let weight = of_article.iter().map(|&t| u64::from(weight(t))).sum();
                entries.push((times.len(), weight));
                times.extend_from_slice(of_article);
                rest = others;
            }
        }
        Ok(Self {
            articles: Ranks::of(corpus, articles.iter().copied()),
            times,
            entries,
        })
    }

    /// The times of an article's shingles, in the order of its set, and the weight of all together.
    pub(super) fn article(&self, article: u32) -> (&[u8], u64) {
        let rank = self.articles.rank(article);
        let Some((rank, &(start, weight))) = rank.and_then(|r| Some((r, self.entries.get(r)?)))
        else {
            return (&[], 0);
        };
        let end = self.entries.get(rank + 1).map_or(self.times.len(), |e| e.0);
        (&self.times[start..end], weight)
    }
}

/// The weight of a shingle that occurs at so many times.
#[inline]
pub(super) fn weight(times: u8) -> u32 {
    WEIGHTS[usize::from(times)]
}
