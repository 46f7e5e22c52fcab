//! Articles with the same words in the same order.

use super::{ArticleSet, Digest, Fingerprints, equal};
use rayon::prelude::*;

/// The exact duplicates of a corpus.
#[derive(Debug, Clone, Default)]
pub struct Duplicates {
    /// `(first, duplicate)`: an article and the first article with the same words;
    /// sorted, so that the duplicates of one article stand together in corpus order.
    pub pairs: Vec<(u32, u32)>,
    /// The occurrences of texts that recur without being copies of each other, sorted. They come from a rule for which time counts;
    /// none are found here.
    pub recurring: Vec<Recurring>,
}

/// One of several occurrences of a text that are not copies of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recurring {
    /// The first article of this occurrence.
    pub article: u32,
    /// The first article of all with these words.
    pub first: u32,
    /// The earliest date of the occurrence, in seconds since 1970 UTC.
    pub at: i64,
}

impl Duplicates {
    /// Finds the exact duplicates by the digests of all articles of a corpus.
    pub fn find(digests: &[Digest]) -> Self {
        let digest = |article: u32| digests[article as usize];
        let mut pairs = Vec::new();
        let half = |article: u32| (digest(article).0 >> 64) as u64;
        equal::for_each_group(digests.len(), half, |group| {
            // The halves of equal digests are equal; the reverse is only nearly always so.
            let mut firsts: Vec<(Digest, u32)> = Vec::new();
            for &(_, article) in group {
                match firsts.iter().find(|(known, _)| *known == digest(article)) {
                    Some(&(_, first)) => pairs.push((first, article)),
                    None => firsts.push((digest(article), article)),
                }
            }
        });
        pairs.par_sort_unstable();
        Self {
            pairs,
            recurring: Vec::new(),
        }
    }

    /// How an article recurs; none if it does not, or is not the first of its own duplicates.
    pub fn recurs(&self, article: u32) -> Option<Recurring> {
        let place = self
            .recurring
            .binary_search_by_key(&article, |it| it.article);
        place.ok().map(|place| self.recurring[place])
    }

    /// The exact duplicates of an article that is the first with its words, as pairs with it; none for any other.
    pub fn of(&self, first: u32) -> &[(u32, u32)] {
        let from = self.pairs.partition_point(|pair| pair.0 < first);
        let len = self.pairs[from..].partition_point(|pair| pair.0 == first);
        &self.pairs[from..from + len]
    }

    /// The first article with the words of this one, which may be itself: it stands for all of them. It takes a look at all duplicates.
    pub fn first(&self, article: u32) -> u32 {
        let pair = self.pairs.iter().find(|pair| pair.1 == article);
        pair.map_or(article, |pair| pair.0)
    }

    /// The articles that can be candidates: each distinct text once, if it has a shingle.
    pub fn distinct_articles(&self, prints: &Fingerprints) -> ArticleSet {
        let mut articles = ArticleSet::all(prints.rows.len());
        for &(_, duplicate) in &self.pairs {
            articles.remove(duplicate);
        }
        for article in 0..prints.rows.len() as u32 {
            if *prints.shingles(article).end() == 0 {
                articles.remove(article);
            }
        }
        articles
    }
}
