//! How special a shingle is to one report.

use super::ranks::Ranks;
use super::{Evidence, share};
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
    fn count(evidence: &Evidence, articles: &Ranks) -> Result<Self> {
        // By time, so that a place need only know the last one.
        let mut order: Vec<(Option<i64>, u32)> = articles
            .iter()
            .map(|article| {
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

        let shingles: u64 = articles.iter().map(|a| u64::from(evidence.size(a))).sum();
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
                let (mut from_file, mut places) = (Vec::new(), Vec::new());
                for &(mark, article) in &marked {
                    // No step depends on what a shingle is, so that none waits for the one before: which of them belong to the part
                    // and are new to the time is a matter of chance.
                    let set = evidence.set(article, &mut from_file)?;
                    places.resize(set.len().max(places.len()), 0);
                    let mut here = 0;
                    for &shingle in set {
                        let place = (u64::from_le_bytes(shingle) >> shift) as usize;
                        places[here] = place & (in_part - 1);
                        here += usize::from(place >> (bits - part_bits) == part);
                    }
                    for &place in &places[..here] {
                        let new = u8::from(last[place] != mark);
                        last[place] = mark;
                        times[place] = times[place].saturating_add(new);
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
    /// Looks up the weights of the shingles of `articles`.
    ///
    /// # Errors
    /// If evidence that lies in a temporary file cannot be read.
    pub(super) fn of(evidence: &Evidence, articles: Ranks) -> Result<Self> {
        /// Articles that a thread takes at a time.
        const STRETCH: usize = 512;
        let rarity = Rarity::count(evidence, &articles)?;
        let listed: Vec<u32> = articles.iter().collect();
        let mut end = 0;
        let begins = listed.iter().map(|&article| {
            let begin = end;
            end += evidence.size(article) as usize;
            (begin, 0)
        });
        let mut entries: Vec<(usize, u64)> = begins.collect();
        let mut times = vec![0; end];
        let mut left = times.as_mut_slice();
        let mut stretches = Vec::new();
        for (listed, entries) in listed.chunks(STRETCH).zip(entries.chunks_mut(STRETCH)) {
            let size = listed.iter().map(|&a| evidence.size(a) as usize).sum();
            let (of_stretch, others) = left.split_at_mut(size);
            stretches.push((listed, entries, of_stretch));
            left = others;
        }
        stretches
            .into_par_iter()
            .try_for_each(|(listed, entries, mut times)| -> Result<()> {
                let mut from_file = Vec::new();
                for (&article, (_, weight)) in listed.iter().zip(entries) {
                    let set = evidence.set(article, &mut from_file)?;
                    let (of_article, others) = times.split_at_mut(set.len());
                    for (times, &shingle) in of_article.iter_mut().zip(set) {
                        *times = rarity.times(shingle);
                        *weight += u64::from(weight_of(*times));
                    }
                    times = others;
                }
                Ok(())
            })?;
        Ok(Self {
            articles,
            times,
            entries,
        })
    }

    /// Weighted containment: how much of the weight of the lighter article the two share, of whose second the shingles
    /// that the first has too are marked in `shared`, a bit for each (the words in little-endian order of bytes).
    pub(super) fn containment(&self, a: u32, b: u32, shared: &[[u8; 8]]) -> f64 {
        let (_, weight_a) = self.article(a);
        let (times, weight_b) = self.article(b);
        let mut weight = 0;
        for (times, &bits) in times.chunks(u64::BITS as usize).zip(shared) {
            let bits = u64::from_le_bytes(bits);
            for (at, &times) in times.iter().enumerate() {
                weight += u64::from(weight_of(times)) * (bits >> at & 1);
            }
        }
        share(weight, weight_a.min(weight_b))
    }

    /// The times of an article's shingles, in the order of its set, and the weight of all together.
    fn article(&self, article: u32) -> (&[u8], u64) {
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
fn weight_of(times: u8) -> u32 {
    WEIGHTS[usize::from(times)]
}
