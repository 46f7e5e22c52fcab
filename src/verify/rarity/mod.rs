//! How special a shingle is to one report.

mod parts;

use super::printings::Printings;
use super::ranks::Ranks;
use super::{Evidence, share};
use crate::Result;
use crate::spool::{Handle, Spool, Strings};
use rayon::prelude::*;

/// The weight of a shingle that occurs at one time: weights are whole numbers, so that their sums do not depend on their order.
const FULL_WEIGHT: u32 = 1 << 16;

/// Seconds of a span of time.
const SPAN: i64 = 3 * 24 * 3600;

/// The articles by time, each with the mark of its time: 1 to 255, another than that of the time before. A text that was printed several times goes by
/// the first.
fn marked(evidence: &Evidence, printings: &Printings, articles: &Ranks) -> Vec<(u8, u32)> {
    // By time, so that a place need only know the last one; those without a date by their words, so that it does not matter where in the
    // corpus they stand.
    let mut order: Vec<(bool, i64, u32)> = articles
        .iter()
        .map(|article| match printings.date(article) {
            Some(at) => (true, at.div_euclid(SPAN), article),
            None => {
                let digest = evidence.digest(article).map_or(0, |digest| digest.0);
                (false, digest as i64, article)
            }
        })
        .collect();
    order.par_sort_unstable();
    let (mut time, mut before) = (0u64, None);
    order
        .into_iter()
        .map(|(dated, span, article)| {
            // Absent dates come first; each is a time of its own.
            let now = dated.then_some(span);
            if now.is_none() || now != before {
                time += 1;
            }
            before = now;
            // 0 is the mark of a place that is new.
            ((time % 255) as u8 + 1, article)
        })
        .collect()
}

/// The bits that number the places of a table for all shingles of some articles.
fn bits_of_table(evidence: &Evidence, articles: &Ranks) -> u32 {
    let shingles: u64 = articles.iter().map(|a| u64::from(evidence.size(a))).sum();
    shingles.next_power_of_two().trailing_zeros().max(10)
}

/// Counts a time at a place, if it is not the last one that was counted there. What is kept of a place is how many times were counted, and the
/// mark of the last one beside it: to find both takes one look into memory.
#[inline]
fn count_time([times, last]: &mut [u8; 2], mark: u8) {
    let new = u8::from(*last != mark);
    *last = mark;
    *times = times.saturating_add(new);
}

/// The times of all places, without the marks: weights need only these, and the memory of the others is given back.
fn only_times(counts: Vec<[u8; 2]>) -> Vec<u8> {
    let places = counts.len();
    let mut times = counts.into_flattened();
    for place in 0..places {
        times[place] = times[2 * place];
    }
    times.truncate(places);
    times.shrink_to_fit();
    times
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
///
/// Time is cut into spans of three days. A shingle that occurs in `n` spans weighs 2/n, at most 1: the wording of a report is
/// found on its day and perhaps the next ones, however many outlets print it, while a form, a phrase, the furniture of a
/// page returns again and again. An article without a date counts as a time of its own, since nothing is known of it: a text that
/// stands in very many undated articles is taken for a form.
///
/// It is inverse document frequency (Spärck Jones 1972) with times for documents. Times are counted in a table of at least as many places as shingles were
/// put in, without the shingles; some share a place, which makes one in a few weigh a little less.
#[derive(Debug)]
pub(super) struct Weights {
    articles: Ranks,
    /// The times of all shingles, stretch after stretch of the articles by time, those of an article in the order of its set.
    times: Spool,
    stretches: Vec<Strings>,
    /// Where the times of each article's shingles begin, and the weight of all of them together.
    entries: Vec<(u64, u64)>,
}

/// Articles that a thread takes at a time, unless they have many shingles.
const STRETCH: usize = 512;
/// Shingles that a thread takes at a time: what it makes of them takes some 14 bytes for each. An article of more stands alone.
const SHINGLES: u64 = if cfg!(test) { 1 << 8 } else { 1 << 17 };

impl Weights {
    /// Weighted containment: how much of the weight of the lighter article the two share, of whose second the shingles
    /// that the first has too are marked in `shared`, a bit for each (the words in little-endian order of bytes); it has
    /// `size_b` shingles. `scratch` receives their times where they have to be read from a file.
    ///
    /// # Errors
    /// If a temporary file cannot be read.
    pub(super) fn containment(
        &self,
        a: u32,
        b: u32,
        size_b: u32,
        shared: &[[u8; 8]],
        scratch: &mut Vec<u8>,
    ) -> Result<f64> {
        let entry = |article| {
            let rank = self.articles.rank(article);
            rank.and_then(|rank| self.entries.get(rank))
        };
        let (Some(&(_, weight_a)), Some(&(begin, weight_b))) = (entry(a), entry(b)) else {
            return Ok(0.0);
        };
        let size = size_b as usize;
        let handle = parts::handle(&self.stretches, begin, size);
        let times = self.times.get(handle, scratch)?;
        let mut weight = 0;
        for (times, &bits) in times.chunks(u64::BITS as usize).zip(shared) {
            let bits = u64::from_le_bytes(bits);
            for (at, &times) in times.iter().enumerate() {
                weight += u64::from(weight_of(times)) * (bits >> at & 1);
            }
        }
        Ok(share(weight, weight_a.min(weight_b)))
    }
}

/// The weight of a shingle that occurs at so many times.
#[inline]
fn weight_of(times: u8) -> u32 {
    WEIGHTS[usize::from(times)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Corpus, CorpusOptions};
    use crate::fingerprint::{
        Duplicates, FingerprintOptions, Layout, Permutations, fingerprint_corpus,
    };
    use crate::memory::Budget;
    use crate::progress::Silent;

    #[test]
    fn stretches_are_cut_by_articles_and_by_shingles() {
        let marked: Vec<(u8, u32)> = (0..2_000).map(|article| (1, article)).collect();
        let longest = SHINGLES as u32 / 3;
        let lengths = |size: &dyn Fn(u32) -> u32| {
            let cut = parts::stretches(&marked, size);
            assert_eq!(cut.concat(), marked);
            cut.iter().map(|stretch| stretch.len()).collect::<Vec<_>>()
        };
        assert_eq!(lengths(&|_| 0), [STRETCH, STRETCH, STRETCH, 464]);
        assert!(lengths(&|_| longest)[..666].iter().all(|&len| len == 3));
        // One that is longer than all that a thread takes stands alone.
        let one_long = |article| if article == 5 { 9 * longest } else { 1 };
        assert_eq!(lengths(&one_long)[..2], [5, 1]);
    }

    #[test]
    fn weights_are_those_of_one_table_however_little_memory_there_is() {
        const ARTICLES: u32 = 1_500;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news.jsonl");
        let mut state = 1u64;
        let mut next = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let lines: Vec<String> = (0..ARTICLES)
            .map(|article| {
                // Phrases that return, at more or fewer times.
                let phrases: Vec<String> = (0..3 + next(20))
                    .map(|_| {
                        let phrase = next(10).pow(3);
                        format!("{phrase} a{phrase} b{phrase} c{phrase}")
                    })
                    .collect();
                let text = phrases.join(" ");
                match next(5) {
                    0 => format!(r#"{{"text":"{text} {article}"}}"#),
                    day => format!(
                        r#"{{"text":"{text} {article}","published":"2024-0{day}-{:02}"}}"#,
                        1 + next(28)
                    ),
                }
            })
            .collect();
        std::fs::write(&path, lines.join("\n")).unwrap();
        let corpus = Corpus::open(&[path], CorpusOptions::default(), &Silent).unwrap();
        let options = FingerprintOptions {
            // So many that the times fit the place of the signatures.
            permutations: Permutations::new(1024, 1).unwrap(),
            layout: Layout::new(1024, 1024),
            ..FingerprintOptions::default()
        };
        let mut prints = fingerprint_corpus(&corpus, &options, &Silent).unwrap();
        let pairs: Vec<(u32, u32)> = (1..ARTICLES).map(|b| (b - 1, b)).collect();
        let none = Duplicates::default();
        let evidence = Evidence::gather(
            &corpus,
            &mut prints,
            &none,
            &pairs,
            Budget::unbounded(),
            &Silent,
        )
        .unwrap();
        // Not all of them.
        let some = || {
            Ranks::of(
                ARTICLES as usize,
                (0..ARTICLES).filter(|article| article % 7 != 3),
            )
        };
        let printings = Printings::new(&none, ARTICLES as usize, &evidence).unwrap();
        let articles = some();
        let wanted = plainly(&evidence, &printings, &articles);
        let weight = |times: &[u8]| times.iter().map(|&times| u64::from(weight_of(times))).sum();
        let weights: Vec<u64> = wanted.iter().map(|times| weight(times)).collect();
        for (room, threads) in [(1, 1), (1, 3), (1 << 12, 2), (1 << 30, 2)] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let of = || Weights::of(&evidence, &printings, some(), room);
            let found = pool.install(of).unwrap();
            assert_eq!(found.times.spilled_bytes() > 0, room < 1 << 30);
            let of_articles: Vec<u64> = found.entries.iter().map(|entry| entry.1).collect();
            assert_eq!(of_articles, weights);
            let (mut scratch, mut different) = (Vec::new(), 0);
            for &(a, b) in &pairs {
                let size = evidence.size(b);
                for mask in [!0u64, 1, 0x00ff_0f33_5555_8001] {
                    let shared = vec![mask.to_le_bytes(); size.div_ceil(64) as usize];
                    let part = found.containment(a, b, size, &shared, &mut scratch);
                    let ranks = articles.rank(a).zip(articles.rank(b));
                    let expected = ranks.map_or(0.0, |(a, b)| {
                        let times = wanted[b].iter().zip(0u32..);
                        let marked = times.filter(|(_, at)| mask >> (at % 64) & 1 == 1);
                        let marked: Vec<u8> = marked.map(|(&times, _)| times).collect();
                        share(weight(&marked), weights[a].min(weights[b]))
                    });
                    assert_eq!(part.unwrap(), expected, "{a} {b}");
                    different += u32::from(expected > 0.0 && expected < 1.0);
                }
            }
            assert!(different > 1_000, "{different}");
        }
    }

    /// The times of the shingles of each article by one table of all places.
    fn plainly(evidence: &Evidence, printings: &Printings, articles: &Ranks) -> Vec<Vec<u8>> {
        let bits = bits_of_table(evidence, articles);
        let place = |shingle: [u8; 8]| (u64::from_le_bytes(shingle) >> (u64::BITS - bits)) as usize;
        let mut counts = vec![[0; 2]; 1 << bits];
        let mut scratch = Vec::new();
        for (mark, article) in marked(evidence, printings, articles) {
            for &shingle in evidence.set(article, &mut scratch).unwrap() {
                count_time(&mut counts[place(shingle)], mark);
            }
        }
        let mut times = |article| {
            let set = evidence.set(article, &mut scratch).unwrap().iter();
            set.map(|&shingle| counts[place(shingle)][0]).collect()
        };
        articles.iter().map(&mut times).collect()
    }
}
