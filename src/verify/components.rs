//! What hangs together by pairs.

use super::Ranks;
use crate::union_find::UnionFind;

/// The connected components of the articles that pairs link. An article that no pair links takes no room but
/// [its bits](Ranks).
#[derive(Debug)]
pub(crate) struct Components {
    linked: Ranks,
    /// Of the ranks of these.
    sets: UnionFind,
}

impl Components {
    /// Those that `links` make of a corpus of so many articles.
    pub(crate) fn of(articles: usize, links: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let linked = Ranks::of(articles, links.clone().flat_map(|(a, b)| [a, b]));
        let mut sets = UnionFind::new(linked.len());
        for (a, b) in links {
            if let (Some(a), Some(b)) = (linked.rank(a), linked.rank(b)) {
                sets.join(a as u32, b as u32);
            }
        }
        Self { linked, sets }
    }

    /// The number of the component of an article; none if no pair links it.
    pub(crate) fn find(&mut self, article: u32) -> Option<u32> {
        let rank = self.linked.rank(article)?;
        Some(self.sets.find(rank as u32))
    }

    /// Each linked article behind the number of its component; sorted.
    pub(crate) fn members(mut self) -> Vec<(u32, u32)> {
        let mut members = Vec::with_capacity(self.linked.len());
        let articles = self.linked.iter().zip(0..);
        members.extend(articles.map(|(article, rank)| (self.sets.find(rank), article)));
        members.sort_unstable();
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    proptest::proptest! {
        #[test]
        fn components_are_the_sets_that_pairs_join(links in proptest::collection::vec((0u32..60, 0u32..60), 0..80)) {
            let mut sets = UnionFind::new(60);
            for &(a, b) in &links {
                sets.join(a, b);
            }
            let linked: BTreeSet<u32> = links.iter().flat_map(|&(a, b)| [a, b]).collect();
            let mut components = Components::of(60, links.iter().copied());
            for a in 0..70 {
                proptest::prop_assert_eq!(components.find(a).is_some(), linked.contains(&a));
                for &b in linked.iter().filter(|_| linked.contains(&a)) {
                    proptest::prop_assert_eq!(components.find(a) == components.find(b), sets.find(a) == sets.find(b));
                }
            }
            let numbers: Vec<_> = linked.iter().map(|&article| components.find(article).unwrap()).collect();
            let wanted: BTreeSet<_> = numbers.into_iter().zip(linked).collect();
            proptest::prop_assert_eq!(components.members(), wanted.into_iter().collect::<Vec<_>>());
        }
    }
}
