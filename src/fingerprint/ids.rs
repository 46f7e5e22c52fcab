//! Articles that bear the same id.

/// The hash by which ids are compared.
pub(super) fn hash(id: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(id.as_bytes())
}

/// What is known of ids that several articles bear.
///
/// Nothing is lost by them: articles are told apart by file and line. But whoever joins a report to the
/// corpus by id should know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DuplicateIds {
    /// Ids that more than one article bears.
    pub ids: u64,
    /// Articles that bear them.
    pub articles: u64,
    /// The first three such ids, each as the first two articles that bear it, in corpus order.
    pub examples: Vec<(u32, u32)>,
}

impl DuplicateIds {
    /// Examples kept.
    const EXAMPLES: usize = 3;

    /// Finds them by the hashes of all ids.
    pub(super) fn find(hashes: &[u64]) -> Self {
        let mut found = Self::default();
        let hash = |article: u32| hashes[article as usize];
        super::equal::for_each_group(hashes.len(), hash, |group| {
            found.ids += 1;
            found.articles += group.len() as u64;
            found.examples.push((group[0].1, group[1].1));
            if found.examples.len() > 1024 {
                found.keep_first_examples();
            }
        });
        found.keep_first_examples();
        found
    }

    fn keep_first_examples(&mut self) {
        self.examples.sort_unstable();
        self.examples.truncate(Self::EXAMPLES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_ids_are_counted_and_the_first_are_named() {
        let hashes: Vec<u64> = ["a", "b", "a", "c", "b", "a", "d", "d", "e", "e"]
            .map(hash)
            .to_vec();
        let found = DuplicateIds::find(&hashes);
        assert_eq!((found.ids, found.articles), (4, 9));
        assert_eq!(found.examples, [(0, 2), (1, 4), (6, 7)]);
        assert_eq!(DuplicateIds::find(&[1, 2]), DuplicateIds::default());
    }
}
