//! A set of articles.

use rayon::prelude::*;

/// Some of the articles of a corpus: a bit for each article.
///
/// ```
/// use wirecopy::fingerprint::ArticleSet;
/// let mut articles = ArticleSet::all(4);
/// articles.remove(1);
/// assert!(articles.iter().eq([0, 2, 3]));
/// assert_eq!(articles.corpus_len(), 4);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleSet {
    words: Vec<u64>,
    articles: usize,
}

impl ArticleSet {
    /// All of a corpus of so many articles.
    pub fn all(articles: usize) -> Self {
        let mut words = vec![!0; articles.div_ceil(64)];
        if let Some(last) = words.last_mut()
            && !articles.is_multiple_of(64)
        {
            *last = (1 << (articles % 64)) - 1;
        }
        Self { words, articles }
    }

    /// Takes an article out.
    ///
    /// # Panics
    /// If there is no such article in the corpus.
    pub fn remove(&mut self, article: u32) {
        self.words[article as usize / 64] &= !(1 << (article % 64));
    }

    /// Articles of the corpus, whether in the set or not.
    pub fn corpus_len(&self) -> usize {
        self.articles
    }

    /// The articles of the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        articles_of_words(0, &self.words)
    }

    /// The same in stretches of the corpus of about `len` articles, in order.
    pub(crate) fn par_stretches(
        &self,
        len: usize,
    ) -> impl IndexedParallelIterator<Item = impl Iterator<Item = u32>> {
        let words = len.div_ceil(64).max(1);
        let stretches = self.words.par_chunks(words).enumerate();
        stretches.map(move |(number, stretch)| articles_of_words(number * words, stretch))
    }
}

/// The articles of some words of a set, a bit for each, of which the first word stands behind so many others.
pub(crate) fn articles_of_words(first: usize, words: &[u64]) -> impl Iterator<Item = u32> + Clone {
    words.iter().enumerate().flat_map(move |(at, &word)| {
        let mut rest = word;
        std::iter::from_fn(move || {
            (rest != 0).then(|| {
                let article = (first + at) as u32 * 64 + rest.trailing_zeros();
                rest &= rest - 1;
                article
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    proptest::proptest! {
        #[test]
        fn holds_what_was_not_taken_out(
            articles in 1usize..300, removed in proptest::collection::vec(proptest::prelude::any::<proptest::sample::Index>(), 0..200)
        ) {
            let mut set = ArticleSet::all(articles);
            let mut naive: BTreeSet<u32> = (0..articles as u32).collect();
            for index in removed {
                let article = index.index(articles) as u32;
                set.remove(article);
                naive.remove(&article);
            }
            proptest::prop_assert!(set.iter().eq(naive.iter().copied()));
            let stretches: Vec<Vec<u32>> = set.par_stretches(100).map(Iterator::collect).collect();
            proptest::prop_assert_eq!(stretches.len(), articles.div_ceil(128));
            proptest::prop_assert!(stretches.into_iter().flatten().eq(naive));
            proptest::prop_assert_eq!(set.corpus_len(), articles);
        }
    }

    #[test]
    fn none_of_an_empty_corpus() {
        assert_eq!(ArticleSet::all(0).iter().count(), 0);
    }
}
