//! The times of shingles, counted part by part.
//!
//! A table of all places is larger than the caches by far, and a look into it for every shingle costs more than to bring them into order. So
//! it is cut into parts that fit. The place of every shingle is written down, article after article by time, under the part that it
//! belongs to; then the parts are counted one after another, and for each place that was written down there, its times are, in
//! the same order. So a second look at the sets, again in that order, finds the times of each shingle at the front of
//! what is left of its part.

use super::*;

/// A place within a part takes so many bits at most: with the mark they fill a word.
const MOST_BITS: u32 = 24;
/// And so many at the least: two bytes for each of 2^20 places fit the caches of a core, and of smaller parts there would be too many to keep
/// account of.
const LEAST_BITS: u32 = if cfg!(test) { 6 } else { 20 };
/// No more than two to the power of so many parts, if they may be larger for that: each is read in as many pieces as there are stretches.
const PARTS_BITS: u32 = 7;
/// Bytes that stay in memory of what is written down, counted or kept, if there is room; small corpora need no file.
const HELD: usize = if cfg!(test) { 1 << 10 } else { 2 << 20 };
/// Bits of a place within a stretch of times.
const IN_STRETCH: u32 = 32;

/// The places of the shingles of a stretch of articles, part by part.
struct Places {
    strings: Strings,
    /// Where those of each part end.
    ends: Vec<u32>,
}

/// The times of all places that were written down, part by part and in pieces.
struct Counted {
    parts: Vec<Vec<Strings>>,
    spool: Spool,
}

/// Where the times of an article are that begin at a place of a stretch.
pub(super) fn handle(stretches: &[Strings], begin: u64, size: usize) -> Handle {
    let within = begin as u32 as usize;
    stretches[(begin >> IN_STRETCH) as usize].part(within..within + size)
}

impl Weights {
    /// Looks up the weights of the shingles of `articles`, in about `room` bytes; what is more goes to temporary files.
    ///
    /// # Errors
    /// If evidence that lies in a temporary file cannot be read, or a temporary file not be written.
    pub(in crate::verify) fn of(
        evidence: &Evidence,
        printings: &Printings,
        articles: Ranks,
        room: usize,
    ) -> Result<Self> {
        let bits = bits_of_table(evidence, &articles);
        let threads = rayon::current_num_threads();
        // The tables of all threads, of two bytes a place, and as much again for what was written down.
        let fits = (room / (4 * threads)).max(1).ilog2();
        let most = fits.clamp(LEAST_BITS, MOST_BITS);
        let part_bits = bits
            .saturating_sub(PARTS_BITS)
            .clamp(LEAST_BITS, most)
            .min(bits);
        let held = HELD.min(room / 8);
        // Of times more may stay there: they are read again in small pieces.
        let held_of_times = held.max((evidence.vacated() / 2).min(room / 8));
        let cut = Cut { bits, part_bits };
        let marked = marked(evidence, printings, &articles);
        let stretches = stretches(&marked, |article| evidence.size(article));

        let (places, spool) = write_down(cut, evidence, &stretches, held)?;
        let counted = count_parts(cut, evidence, &places, &spool, held_of_times)?;
        drop(spool);

        let mut entries = vec![(0, 0); articles.len()];
        let mut times = evidence.spool_beside(held_of_times);
        let mut strings = Vec::with_capacity(stretches.len());
        // How much of each part lies before the stretch.
        let mut passed = vec![0usize; cut.parts()];
        let numbered: Vec<usize> = (0..stretches.len()).collect();
        for together in numbered.chunks(2 * threads) {
            let begins: Vec<Vec<usize>> = together
                .iter()
                .map(|&number| {
                    let begins = passed.clone();
                    let ends = &places[number].ends;
                    for (part, passed) in passed.iter_mut().enumerate() {
                        *passed += range(ends, part).len();
                    }
                    begins
                })
                .collect();
            let looked_up: Result<Vec<_>> = together
                .par_iter()
                .zip(&begins)
                .map(|(&number, begins)| {
                    let ends = &places[number].ends;
                    let of_parts = counted.of_stretch(begins, ends)?;
                    cut.look_up(evidence, stretches[number], ends, &of_parts)
                })
                .collect();
            for (&number, (bytes, weights)) in together.iter().zip(looked_up?) {
                strings.push(times.put(&bytes)?);
                let mut begin = (number as u64) << IN_STRETCH;
                for (&(_, article), weight) in stretches[number].iter().zip(weights) {
                    if let Some(rank) = articles.rank(article) {
                        entries[rank] = (begin, weight);
                    }
                    begin += u64::from(evidence.size(article));
                }
            }
        }
        times.finish()?;
        Ok(Self {
            articles,
            times,
            stretches: strings,
            entries,
        })
    }
}

/// Writes down the places of all shingles, stretch by stretch, each sorted by parts.
fn write_down(
    cut: Cut,
    evidence: &Evidence,
    stretches: &[&[(u8, u32)]],
    held: usize,
) -> Result<(Vec<Places>, Spool)> {
    let mut spool = evidence.spool_beside(held);
    let mut places = Vec::with_capacity(stretches.len());
    for together in stretches.chunks(2 * rayon::current_num_threads()) {
        let sorted: Result<Vec<_>> = together
            .par_iter()
            .map(|stretch| cut.places(evidence, stretch))
            .collect();
        for (sorted, ends) in sorted? {
            let strings = spool.put(bytemuck::cast_slice(&sorted))?;
            places.push(Places { strings, ends });
        }
    }
    spool.finish()?;
    Ok((places, spool))
}

/// Counts part after part: the times of all places that were written down there, in their order.
fn count_parts(
    cut: Cut,
    evidence: &Evidence,
    places: &[Places],
    spool: &Spool,
    held: usize,
) -> Result<Counted> {
    let mut counted = evidence.spool_beside(held);
    let mut times_of_parts: Vec<Vec<Strings>> = Vec::with_capacity(cut.parts());
    let parts: Vec<usize> = (0..cut.parts()).collect();
    for together in parts.chunks(rayon::current_num_threads()) {
        let times: Result<Vec<_>> = together
            .par_iter()
            .map(|&part| cut.count(places, spool, part))
            .collect();
        for times in times? {
            let mut put = |times: &Vec<u8>| counted.put(times);
            times_of_parts.push(times.iter().map(&mut put).collect::<Result<_>>()?);
        }
    }
    counted.finish()?;
    Ok(Counted {
        parts: times_of_parts,
        spool: counted,
    })
}

impl Counted {
    /// The times of a stretch, part after part: they begin in each part where `begins` says, and are as many as `ends` of the stretch.
    fn of_stretch(&self, begins: &[usize], ends: &[u32]) -> Result<Vec<u8>> {
        let mut times = Vec::with_capacity(ends.last().map_or(0, |&end| end as usize));
        let mut scratch = Vec::new();
        for (part, (pieces, &begin)) in self.parts.iter().zip(begins).enumerate() {
            let end = begin + range(ends, part).len();
            let mut begin = begin;
            while begin < end {
                let within = begin % PIECE;
                let now = (end - begin).min(PIECE - within);
                let handle = pieces[begin / PIECE].part(within..within + now);
                times.extend_from_slice(self.spool.get(handle, &mut scratch)?);
                begin += now;
            }
        }
        Ok(times)
    }
}

/// Articles cut into stretches of at most [`STRETCH`] articles and [`SHINGLES`] shingles, or one article of more. `size` gives the shingles of
/// an article.
pub(super) fn stretches(marked: &[(u8, u32)], size: impl Fn(u32) -> u32) -> Vec<&[(u8, u32)]> {
    let mut stretches = Vec::with_capacity(marked.len().div_ceil(STRETCH));
    let mut rest = marked;
    while !rest.is_empty() {
        let mut shingles = 0;
        let fit = rest.iter().take(STRETCH).take_while(|&&(_, article)| {
            shingles += u64::from(size(article));
            shingles <= SHINGLES
        });
        let (now, later) = rest.split_at(fit.count().max(1));
        stretches.push(now);
        rest = later;
    }
    stretches
}

/// Times are handed on in pieces of so many, so that no thread holds all of a part.
const PIECE: usize = if cfg!(test) { 1 << 6 } else { 1 << 18 };

fn range(ends: &[u32], part: usize) -> std::ops::Range<usize> {
    let begin = part.checked_sub(1).map_or(0, |before| ends[before]);
    begin as usize..ends[part] as usize
}

/// How the table is cut into parts.
#[derive(Clone, Copy)]
struct Cut {
    /// Bits that number the places of the table.
    bits: u32,
    /// Bits of them that number the places of a part.
    part_bits: u32,
}

impl Cut {
    fn parts(self) -> usize {
        1 << (self.bits - self.part_bits)
    }

    /// The part of a shingle, and its place there.
    #[inline]
    fn place(self, shingle: [u8; 8]) -> (usize, u32) {
        let place = u64::from_le_bytes(shingle) >> (u64::BITS - self.bits);
        let within = place as u32 & ((1 << self.part_bits) - 1);
        ((place >> self.part_bits) as usize, within)
    }

    /// The places of all shingles of some articles by parts, with the marks of their times in the upper byte, and the ends of the parts.
    fn places(self, evidence: &Evidence, stretch: &[(u8, u32)]) -> Result<(Vec<u32>, Vec<u32>)> {
        let mut from_file = Vec::new();
        let mut unsorted: Vec<(u32, u32)> = Vec::new();
        let mut ends = vec![0u32; self.parts()];
        for &(mark, article) in stretch {
            for &shingle in evidence.set(article, &mut from_file)? {
                let (part, place) = self.place(shingle);
                ends[part] += 1;
                unsorted.push((part as u32, place | u32::from(mark) << MOST_BITS));
            }
        }
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        let mut sorted = vec![0; unsorted.len()];
        for (part, place) in unsorted {
            let end = &mut ends[part as usize];
            sorted[*end as usize] = place;
            *end += 1;
        }
        Ok((sorted, ends))
    }

    /// The times of all places of a part that were written down, in their order and in pieces.
    fn count(self, places: &[Places], spool: &Spool, part: usize) -> Result<Vec<Vec<u8>>> {
        let mut counts = vec![[0u8; 2]; 1 << self.part_bits];
        let mut scratch = Vec::new();
        let mut each = |work: &mut dyn FnMut(usize, u8)| -> Result<()> {
            for of_stretch in places {
                let range = range(&of_stretch.ends, part);
                let bytes = range.start * 4..range.end * 4;
                let written = spool.get(of_stretch.strings.part(bytes), &mut scratch)?;
                let (words, _) = written.as_chunks();
                for &word in words {
                    let word = u32::from_ne_bytes(word);
                    let place = word & ((1 << MOST_BITS) - 1);
                    work(place as usize, (word >> MOST_BITS) as u8);
                }
            }
            Ok(())
        };
        each(&mut |place, mark| count_time(&mut counts[place], mark))?;
        let times = only_times(counts);
        let mut pieces: Vec<Vec<u8>> = Vec::new();
        each(&mut |place, _| {
            if pieces.last().is_none_or(|piece| piece.len() == PIECE) {
                pieces.push(Vec::new());
            }
            if let Some(piece) = pieces.last_mut() {
                piece.push(times[place]);
            }
        })?;
        Ok(pieces)
    }

    /// The times of the shingles of some articles, in the order of their sets, and the weights of the articles. `of_parts` are
    /// those times part by part.
    fn look_up(
        self,
        evidence: &Evidence,
        stretch: &[(u8, u32)],
        ends: &[u32],
        of_parts: &[u8],
    ) -> Result<(Vec<u8>, Vec<u64>)> {
        let mut next: Vec<usize> = (0..ends.len())
            .map(|part| range(ends, part).start)
            .collect();
        let mut from_file = Vec::new();
        let mut times = Vec::with_capacity(of_parts.len());
        let mut weights = Vec::with_capacity(stretch.len());
        for &(_, article) in stretch {
            let mut weight = 0;
            for &shingle in evidence.set(article, &mut from_file)? {
                let next = &mut next[self.place(shingle).0];
                let of_shingle = of_parts[*next];
                *next += 1;
                weight += u64::from(weight_of(of_shingle));
                times.push(of_shingle);
            }
            weights.push(weight);
        }
        Ok((times, weights))
    }
}
