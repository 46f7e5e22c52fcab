//! A set of articles that gives each its place among them, without a search.

use crate::fingerprint::articles_of_words;

/// Some of the articles of a corpus, at a bit and a half for each article of it.
#[derive(Debug)]
pub(crate) struct Ranks {
    /// A bit for every article: whether it is in the set.
    words: Vec<u64>,
    /// How many are in the set before each word.
    before: Vec<u32>,
    len: usize,
}

impl Ranks {
    /// The set of `members` (in any order, repeats allowed) in a corpus of so many articles.
    pub(crate) fn of(articles: usize, members: impl Iterator<Item = u32>) -> Self {
        let mut words = vec![0u64; articles.div_ceil(64)];
        for article in members {
            words[article as usize / 64] |= 1 << (article % 64);
        }
        let mut len = 0;
        let before = words.iter().map(|word| {
            let before = len;
            len += word.count_ones();
            before
        });
        Self {
            before: before.collect(),
            len: len as usize,
            words,
        }
    }

    /// How many articles are in the set.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn contains(&self, article: u32) -> bool {
        let word = self.words.get(article as usize / 64);
        word.is_some_and(|word| word >> (article % 64) & 1 == 1)
    }

    /// How many of the set stand before `article`; `None` if it is not in the set.
    pub(crate) fn rank(&self, article: u32) -> Option<usize> {
        let word = article as usize / 64;
        self.contains(article).then(|| {
            let lower = self.words[word] & ((1 << (article % 64)) - 1);
            (self.before[word] + lower.count_ones()) as usize
        })
    }

    /// The articles of the set, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + Clone {
        articles_of_words(0, &self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn ranks_are_places_in_the_sorted_list(members in proptest::collection::vec(0u32..500, 0..200)) {
            let ranks = Ranks::of(500, members.iter().copied());
            let sorted: Vec<u32> = std::collections::BTreeSet::from_iter(members).into_iter().collect();
            proptest::prop_assert_eq!(ranks.len(), sorted.len());
            for article in 0..700 {
                let place = sorted.binary_search(&article).ok();
                proptest::prop_assert_eq!(ranks.rank(article), place);
                proptest::prop_assert_eq!(ranks.contains(article), place.is_some());
            }
            proptest::prop_assert_eq!(ranks.iter().collect::<Vec<_>>(), sorted);
        }
    }
}
