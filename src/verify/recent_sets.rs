//! Shingle sets that were read from a file not long ago: articles that are compared with each other stand near each other in most corpora.

use super::Evidence;
use crate::Result;

/// The sets that were read last. Each article has one place, which the next that comes there takes over.
#[derive(Debug, Default)]
pub(super) struct RecentSets {
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
    pub(super) fn of<'a>(
        &'a mut self,
        evidence: &'a Evidence,
        article: u32,
    ) -> Result<&'a [[u8; 8]]> {
        let small = evidence.size(article) <= Self::SHINGLES;
        let Some(place) = evidence.place_in_file(article).filter(|_| small) else {
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
    use crate::fingerprint::{Duplicates, FingerprintOptions, fingerprint_corpus};
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
            furniture: Furniture::Keep,
            ..FingerprintOptions::default()
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
