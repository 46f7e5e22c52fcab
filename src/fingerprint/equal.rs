//! Articles with equal hashes, found a part at a time.

use rayon::prelude::*;

/// Hashes are sorted in so many parts, by their highest bits, so that what is sorted takes a byte an article and not sixteen.
const PARTS: u64 = 16;

/// Calls `group` with the articles of every hash that several of so many articles have; in a group they ascend.
pub(super) fn for_each_group(
    articles: usize,
    hash: impl Fn(u32) -> u64,
    mut group: impl FnMut(&[(u64, u32)]),
) {
    let mut order: Vec<(u64, u32)> = Vec::new();
    for part in 0..PARTS {
        order.clear();
        let all = (0..articles as u32).map(|article| (hash(article), article));
        order.extend(all.filter(|&(hash, _)| hash >> (u64::BITS - PARTS.trailing_zeros()) == part));
        order.par_sort_unstable();
        let groups = order.chunk_by(|a, b| a.0 == b.0);
        groups.filter(|group| group.len() > 1).for_each(&mut group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    proptest::proptest! {
        #[test]
        fn groups_are_the_articles_of_equal_hashes(kinds in proptest::collection::vec(0u64..40, 0..200)) {
            let hash = |article: u32| kinds[article as usize].wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut found = Vec::new();
            for_each_group(kinds.len(), hash, |group| {
                found.push((group[0].0, group.iter().map(|entry| entry.1).collect::<Vec<u32>>()));
            });
            let mut naive: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
            (0..kinds.len() as u32).for_each(|article| naive.entry(hash(article)).or_default().push(article));
            naive.retain(|_, articles| articles.len() > 1);
            proptest::prop_assert!(found.into_iter().eq(naive));
        }
    }
}
