//! How special a shingle is to one report.

mod spilled;

use super::printings::Printings;
use super::ranks::Ranks;
use super::{Evidence, share};
use crate::Result;
use crate::spool::{Handle, Spool, Strings};
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
    fn count(evidence: &Evidence, printings: &Printings, articles: &Ranks) -> Result<Self> {
        let marked = marked(evidence, printings, articles);
        let bits = bits_of_table(evidence, articles);
        let mut counts = vec![[0u8; 2]; 1 << bits];
        // Each thread has a part of the table and looks at all shingles for those that belong there.
        let parts = rayon::current_num_threads().next_power_of_two().min(64);
        let part_bits = parts.trailing_zeros();
        let shift = u64::BITS - bits;
        let in_part = 1usize << (bits - part_bits);
        counts
            .par_chunks_mut(in_part)
            .enumerate()
            .try_for_each(|(part, counts)| {
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
                        count_time(&mut counts[place], mark);
                    }
                }
                Ok(())
            })?;
        let times = only_times(counts);
        Ok(Self { times, shift })
    }

    fn times(&self, shingle: [u8; 8]) -> u8 {
        self.times[(u64::from_le_bytes(shingle) >> self.shift) as usize]
    }
}

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
#[derive(Debug)]
pub(super) struct Weights {
    articles: Ranks,
    times: Times,
    /// Where the times of each article's shingles begin, and the weight of all of them together.
    entries: Vec<(u64, u64)>,
}

/// The times of all shingles, article after article, those of an article in the order of its set.
#[derive(Debug)]
enum Times {
    Held(Vec<u8>),
    Spilled(Spool, Vec<Strings>),
}

/// Articles that a thread takes at a time, unless they have many shingles.
const STRETCH: usize = 512;
/// Shingles that a thread takes at a time: what it makes of them takes some 14 bytes for each. An article of more stands alone.
const SHINGLES: u64 = if cfg!(test) { 1 << 8 } else { 1 << 17 };

impl Weights {
    /// Looks up the weights of the shingles of `articles`. If that takes more than `room` bytes, temporary files serve.
    ///
    /// # Errors
    /// If evidence that lies in a temporary file cannot be read, or a temporary file not be written.
    pub(super) fn of(
        evidence: &Evidence,
        printings: &Printings,
        articles: Ranks,
        room: usize,
    ) -> Result<Self> {
        // Two bytes for a place of the table, and one for a shingle, of which there are no more than places.
        match room >> bits_of_table(evidence, &articles) {
            0..3 => spilled::weights(evidence, printings, articles, room),
            _ => Self::in_memory(evidence, printings, articles),
        }
    }

    fn in_memory(evidence: &Evidence, printings: &Printings, articles: Ranks) -> Result<Self> {
        let rarity = Rarity::count(evidence, printings, &articles)?;
        let listed: Vec<u32> = articles.iter().collect();
        let mut end = 0;
        let begins = listed.iter().map(|&article| {
            let begin = end;
            end += evidence.size(article) as usize;
            (begin as u64, 0)
        });
        let mut entries: Vec<(u64, u64)> = begins.collect();
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
            times: Times::Held(times),
            entries,
        })
    }

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
        let times = match &self.times {
            Times::Held(times) => &times[begin as usize..begin as usize + size],
            Times::Spilled(spool, stretches) => {
                spool.get(spilled::handle(stretches, begin, size), scratch)?
            }
        };
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
        Duplicates, FingerprintOptions, Layout, Permutations, ShingleSize, fingerprint_corpus,
    };
    use crate::memory::Budget;
    use crate::progress::Silent;
    use crate::text::Furniture;

    #[test]
    fn stretches_are_cut_by_articles_and_by_shingles() {
        let marked: Vec<(u8, u32)> = (0..2_000).map(|article| (1, article)).collect();
        let longest = SHINGLES as u32 / 3;
        let lengths = |size: &dyn Fn(u32) -> u32| {
            let cut = spilled::stretches(&marked, size);
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
    fn weights_are_the_same_with_little_memory() {
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
            shingle_size: ShingleSize::default(),
            furniture: Furniture::Strip,
            permutations: Permutations::new(16, 1).unwrap(),
            layout: Layout::new(16, 16),
            strict: false,
            checkpoint: None,
            budget: Budget::unbounded(),
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
        let held = Weights::in_memory(&evidence, &printings, some()).unwrap();
        for (room, threads) in [(1, 1), (1, 3), (1 << 12, 2), (1 << 22, 2)] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let spilled = pool
                .install(|| spilled::weights(&evidence, &printings, some(), room))
                .unwrap();
            assert!(matches!(spilled.times, Times::Spilled(..)));
            let weight = |weights: &Weights| {
                weights
                    .entries
                    .iter()
                    .map(|entry| entry.1)
                    .collect::<Vec<_>>()
            };
            assert_eq!(weight(&spilled), weight(&held));
            let (mut scratch, mut different) = (Vec::new(), 0);
            for &(a, b) in &pairs {
                let size = evidence.size(b);
                for mask in [!0u64, 1, 0x00ff_0f33_5555_8001] {
                    let shared = vec![mask.to_le_bytes(); size.div_ceil(64) as usize];
                    let mut of = |weights: &Weights| {
                        weights
                            .containment(a, b, size, &shared, &mut scratch)
                            .unwrap()
                    };
                    let contained = of(&held);
                    assert_eq!(of(&spilled), contained, "{a} {b}");
                    different += u32::from(contained > 0.0 && contained < 1.0);
                }
            }
            assert!(different > 1_000, "{different}");
        }
    }
}
