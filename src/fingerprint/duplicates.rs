//! Articles with the same words in the same order.

use super::{ArticleSet, DigestPart, Fingerprints, equal};
use rayon::prelude::*;

/// The exact duplicates of a corpus.
///
/// ```
/// use wirecopy::fingerprint::{Digest, Duplicates};
/// use wirecopy::text::Tokeniser;
///
/// let mut tokeniser = Tokeniser::new();
/// let texts = ["Rain fell in Harlow.", "Snow fell in Harlow.", "RAIN FELL IN HARLOW", "Rain fell in Harlow"];
/// let digests = texts.map(|text| Digest::of(tokeniser.tokens(text)));
/// let mut duplicates = Duplicates::find(&digests.map(Digest::part), |_| ());
/// duplicates.confirm(|article| digests[article as usize]);
/// assert_eq!(duplicates.pairs, [(0, 2), (0, 3)]);
/// assert_eq!((duplicates.first(3), duplicates.first(1)), (0, 1));
/// ```
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
    /// Finds the exact duplicates of a corpus: articles of which these parts of their digests are the same, and what `more` says of each (such as
    /// [its fingerprint](Fingerprints::duplicate_keys)). Other words have the same part now and then. That such articles are alike in
    /// the rest, too, happens only where somebody contrives it, and [`confirm`](Self::confirm) undoes it.
    pub fn find<K: Ord>(digests: &[DigestPart], more: impl Fn(u32) -> K) -> Self {
        let mut found = Self::default();
        // Groups are told apart by the first bits of 64.
        let number = |article: u32| digests[article as usize].number() << 16;
        equal::for_each_group(digests.len(), number, |group| {
            found.add(group.iter().map(|&(_, article)| article), &more);
        });
        found.pairs.par_sort_unstable();
        found
    }

    /// Adds each of some articles with the first of them that has the same key.
    fn add<K: Ord>(&mut self, articles: impl Iterator<Item = u32>, key: impl Fn(u32) -> K) {
        let mut keyed: Vec<(K, u32)> = articles.map(|article| (key(article), article)).collect();
        keyed.sort_unstable();
        for equal in keyed.chunk_by(|a, b| a.0 == b.0) {
            let first = equal[0].1;
            let pairs = equal[1..].iter().map(|&(_, other)| (first, other));
            self.pairs.extend(pairs);
        }
    }

    /// Keeps apart what has different keys after all.
    pub fn confirm<K: Ord>(&mut self, key: impl Fn(u32) -> K) {
        let mut pairs = self.pairs.iter();
        if pairs.all(|&(first, other)| key(first) == key(other)) {
            return;
        }
        for group in std::mem::take(&mut self.pairs).chunk_by(|a, b| a.0 == b.0) {
            let others = group.iter().map(|&(_, other)| other);
            self.add(std::iter::once(group[0].0).chain(others), &key);
        }
        self.pairs.par_sort_unstable();
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

    /// The [first](Self::first) articles with the words of two, that which stands first in the corpus first.
    pub fn firsts(&self, (a, b): (u32, u32)) -> (u32, u32) {
        let (a, b) = (self.first(a), self.first(b));
        (a.min(b), a.max(b))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_have_equal_digests_and_are_alike() {
        let digests = [7, 9, 7, 1 << 47, 9, 7, 8].map(DigestPart::of_number);
        let mut found = Duplicates::find(&digests, |_| 0);
        assert_eq!(found.pairs, [(0, 2), (0, 5), (1, 4)]);
        assert_eq!((found.first(5), found.first(2)), (0, 0));
        // The first has other words than its fellows, which have the same.
        let words = [1, 9, 2, 3, 9, 2, 8];
        let key = |article: u32| words[article as usize];
        found.confirm(key);
        assert_eq!(found.pairs, [(1, 4), (2, 5)]);
        assert_eq!((found.first(5), found.first(0)), (2, 0));
        let found = Duplicates::find(&digests, key);
        assert_eq!(found.pairs, [(1, 4), (2, 5)]);
        assert!(Duplicates::find(&[], |_| 0).pairs.is_empty());
    }
}
