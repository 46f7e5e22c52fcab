//! Two articles compared by their shingle sets.

use super::shingle_set::Members;
use super::{Acceptance, Evidence, Similarity};
use crate::Result;

impl Evidence {
    /// A way to compare articles one after another.
    pub fn comparer(&self) -> Comparer<'_> {
        self.comparer_with_openings(0)
    }

    /// The same, made for [`Comparer::same_opening`] too: an opening has at most `opening` shingles, 64 at the most.
    pub(super) fn comparer_with_openings(&self, opening: usize) -> Comparer<'_> {
        Comparer {
            evidence: self,
            opening: opening.min(u64::BITS as usize),
            first: None,
            set: Members::default(),
            start: Members::default(),
            shared: Vec::new(),
            other_start: Vec::new(),
            sets: RecentSets::default(),
        }
    }
}

/// Compares articles by the shingle sets that were gathered of them; [`Evidence::comparer`] makes one.
///
/// The set of the first article is kept from one comparison to the next, in a form in which shingles are looked up: pairs that are
/// sorted by their first article cost little. For work on several threads make one for each.
///
/// ```
/// use wirecopy::{Options, progress::Silent, verify::Acceptance};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("news.jsonl");
/// # std::fs::write(&path, concat!(
/// #     r#"{"text":"Two divers brought the bell of the Marigold up from the sea bed off Tarn Point on Thursday."}"#, "\n",
/// #     r#"{"text":"Two divers brought the bell of the Marigold up from the sea bed off Tarn Point on Friday."}"#, "\n",
/// # ))?;
/// // "... off Tarn Point on Thursday." and "... off Tarn Point on Friday."
/// let run = wirecopy::cluster(&[path], &Options::default(), &Silent)?;
/// let mut comparer = run.evidence.comparer();
/// let similarity = comparer.similarity(0, 1)?;
/// assert_eq!((similarity.shared, similarity.size_a, similarity.size_b), (15, 16, 16));
/// let strict = Acceptance::new(0.95, None, 0)?;
/// assert_eq!(comparer.accepted(0, 1, strict)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Comparer<'a> {
    evidence: &'a Evidence,
    opening: usize,
    first: Option<u32>,
    /// The set of the first article, and its opening.
    set: Members,
    start: Members,
    /// A bit for each shingle of the second article of the last comparison: whether the first has it.
    shared: Vec<u64>,
    /// The opening of that article.
    other_start: Vec<[u8; 8]>,
    sets: RecentSets,
}

impl Comparer<'_> {
    /// How alike two articles are. An article whose shingles were not gathered has none.
    ///
    /// # Errors
    /// If a shingle set lies in a temporary file that cannot be read.
    pub fn similarity(&mut self, a: u32, b: u32) -> Result<Similarity> {
        let found = self.compare(a, b, |_, _| 0)?;
        Ok(found.expect("no pair shares fewer than none"))
    }

    /// How alike two articles are if `rule` accepts them.
    ///
    /// # Errors
    /// If a shingle set lies in a temporary file that cannot be read.
    pub fn accepted(&mut self, a: u32, b: u32, rule: Acceptance) -> Result<Option<Similarity>> {
        let found = self.compare(a, b, |a, b| rule.least_shared(a, b))?;
        Ok(found.filter(|&similarity| rule.accepts(similarity)))
    }

    /// Which shingles of the second article of the last comparison, if that gave a similarity, the first has: a bit for each,
    /// in whole words.
    pub(super) fn shared(&self) -> &[u64] {
        &self.shared
    }

    /// How many shingles the openings of the two articles of the last comparison share, if that gave a similarity.
    pub(super) fn same_opening(&self) -> u32 {
        let shared = self.shared.first().copied().unwrap_or(0);
        let same = self
            .other_start
            .iter()
            .enumerate()
            .filter(|&(at, &shingle)| {
                shared >> at & 1 == 1 && self.start.contains(u64::from_le_bytes(shingle))
            });
        same.count() as u32
    }

    /// How alike two articles are, unless they share fewer shingles than `needed` says for their sizes.
    fn compare(
        &mut self,
        a: u32,
        b: u32,
        needed: impl Fn(u32, u32) -> u32,
    ) -> Result<Option<Similarity>> {
        if self.first != Some(a) {
            self.first = None;
            let shingles = self.sets.of(self.evidence, a)?;
            self.set.fill(shingles);
            self.start
                .fill(&shingles[..shingles.len().min(self.opening)]);
            self.first = Some(a);
        }
        let other = self.sets.of(self.evidence, b)?;
        let (size_a, size_b) = (self.set.len() as u32, other.len() as u32);
        let shared = self
            .set
            .shared(other, needed(size_a, size_b), &mut self.shared);
        self.other_start.clear();
        if shared.is_some() {
            let opening = other.iter().take(self.opening);
            self.other_start.extend(opening);
        }
        Ok(shared.map(|shared| Similarity {
            shared,
            size_a,
            size_b,
        }))
    }
}

/// Shingle sets that were read from a file last: articles that are compared with each other stand near each other in most corpora.
///
/// Each article has one place, which the next that comes there takes over.
#[derive(Debug, Default)]
struct RecentSets {
    places: Vec<Recent>,
    from_file: Vec<u8>,
}

/// A set in its bytes, and the article that has it.
#[derive(Debug, Default)]
struct Recent {
    article: Option<u32>,
    set: Vec<u8>,
}

impl RecentSets {
    const PLACES: usize = 256;
    /// A set of more shingles is read every time, so that all of them take no more than four megabytes.
    const SHINGLES: u32 = 1024;

    /// The shingle set of an article.
    fn of<'a>(&'a mut self, evidence: &'a Evidence, article: u32) -> Result<&'a [[u8; 8]]> {
        // What is empty is not read, and would leave the set that was there.
        let kept = (1..=Self::SHINGLES).contains(&evidence.size(article));
        let Some(place) = evidence.place_in_file(article).filter(|_| kept) else {
            return evidence.set(article, &mut self.from_file);
        };
        if self.places.is_empty() {
            self.places.resize_with(Self::PLACES, Recent::default);
        }
        let recent = &mut self.places[place % Self::PLACES];
        if recent.article != Some(article) {
            recent.article = None;
            evidence.set(article, &mut recent.set)?;
            recent.article = Some(article);
        }
        Ok(recent.set.as_chunks().0)
    }
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

    /// Words of a text, words from one text to the next, and the texts: more than is held in memory, and more than there are places for in what is not.
    const WORDS: usize = 400;
    const STEP: usize = 50;
    const TEXTS: usize = 2_000;
    /// A text of more shingles than are kept, and one of none.
    const LONG: usize = 1_990;
    const SHORT: usize = 1_980;

    /// The words of a text: the first and the one behind the last.
    fn span(text: usize) -> (usize, usize) {
        let words = match text {
            LONG => 3 * WORDS,
            SHORT => 2,
            _ => WORDS,
        };
        (text * STEP, text * STEP + words)
    }

    #[test]
    fn sets_from_a_file_are_those_of_their_articles() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news.jsonl");
        let line = |text: usize| {
            let (from, to) = span(text);
            let words: Vec<String> = (from..to).map(|word| format!("w{word}")).collect();
            format!("{{\"text\":\"{}\"}}\n", words.join(" "))
        };
        std::fs::write(&path, (0..TEXTS).map(line).collect::<String>()).unwrap();
        let corpus = Corpus::open(&[path], CorpusOptions::default(), &Silent).unwrap();
        let options = FingerprintOptions {
            shingle_size: ShingleSize::default(),
            furniture: Furniture::Keep,
            permutations: Permutations::new(16, 1).unwrap(),
            layout: Layout::new(16, 16),
            strict: false,
            checkpoint: None,
            budget: Budget::unbounded(),
        };
        let mut prints = fingerprint_corpus(&corpus, &options, &Silent).unwrap();
        let all: Vec<(u32, u32)> = (1..TEXTS as u32).map(|text| (text - 1, text)).collect();
        let (none, budget) = (Duplicates::default(), Budget::unbounded());
        let evidence =
            Evidence::gather(&corpus, &mut prints, &none, &all, budget, &Silent).unwrap();
        let in_file = (0..TEXTS as u32).filter(|&text| evidence.place_in_file(text).is_some());
        let in_file: Vec<u32> = in_file.collect();
        assert!(in_file.len() > 2 * RecentSets::PLACES);
        assert!(
            [LONG, SHORT]
                .iter()
                .all(|&text| in_file.contains(&(text as u32)))
        );

        let mut comparer = evidence.comparer();
        // Near ones, whose sets are kept, and those that take each other's place.
        for apart in [1, 2, RecentSets::PLACES as u32, 3, 7, 1] {
            for &a in &in_file {
                let b = (a + apart).min(TEXTS as u32 - 1);
                let similarity = comparer.similarity(a, b).unwrap();
                let (of_a, of_b) = (span(a as usize), span(b as usize));
                let common = of_a.1.min(of_b.1).saturating_sub(of_b.0);
                let sizes = [of_a, of_b].map(|(from, to)| (to - from - 2) as u32);
                assert_eq!([similarity.size_a, similarity.size_b], sizes, "{a} {b}");
                assert_eq!(
                    similarity.shared as usize,
                    common.saturating_sub(2),
                    "{a} {b}"
                );
            }
        }
    }
}
