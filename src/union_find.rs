//! Disjoint sets.

/// Disjoint sets of the numbers `0..len`, joined by rank and searched with path halving
/// (Tarjan, van Leeuwen 1984).
///
/// ```
/// use wirecopy::cluster::UnionFind;
/// let mut sets = UnionFind::new(4);
/// sets.join(0, 2);
/// sets.join(2, 3);
/// assert_eq!(sets.find(0), sets.find(3));
/// assert_ne!(sets.find(0), sets.find(1));
/// ```
#[derive(Debug, Clone)]
pub struct UnionFind {
    parent: Vec<u32>,
    rank: Vec<u8>,
}

impl UnionFind {
    /// `len` sets of one.
    pub fn new(len: usize) -> Self {
        Self {
            parent: (0..len as u32).collect(),
            rank: vec![0; len],
        }
    }

    /// The number that stands for the set of `item`; the same for all its members until the next join.
    ///
    /// # Panics
    /// If `item` is not below the length.
    pub fn find(&mut self, mut item: u32) -> u32 {
        while self.parent[item as usize] != item {
            let above = self.parent[self.parent[item as usize] as usize];
            self.parent[item as usize] = above;
            item = above;
        }
        item
    }

    /// Makes one set of the sets of `a` and `b`.
    ///
    /// # Panics
    /// If either is not below the length.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        if a == b {
            return;
        }
        let (rank_a, rank_b) = (self.rank[a as usize], self.rank[b as usize]);
        let (below, above) = if rank_a < rank_b { (a, b) } else { (b, a) };
        self.parent[below as usize] = above;
        if rank_a == rank_b {
            self.rank[above as usize] += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Components by flooding, from each number in turn.
    fn naive_components(len: usize, pairs: &[(u32, u32)]) -> Vec<u32> {
        let mut component = vec![u32::MAX; len];
        for start in 0..len as u32 {
            let mut open = vec![start];
            while let Some(item) = open.pop() {
                if component[item as usize] != u32::MAX {
                    continue;
                }
                component[item as usize] = start;
                open.extend(pairs.iter().filter(|p| p.0 == item).map(|p| p.1));
                open.extend(pairs.iter().filter(|p| p.1 == item).map(|p| p.0));
            }
        }
        component
    }

    proptest::proptest! {
        #[test]
        fn equals_a_naive_component_search(pairs in proptest::collection::vec((0u32..40, 0u32..40), 0..60)) {
            let mut sets = UnionFind::new(40);
            for &(a, b) in &pairs {
                sets.join(a, b);
            }
            let naive = naive_components(40, &pairs);
            for a in 0..40 {
                for b in 0..40 {
                    let joined = sets.find(a) == sets.find(b);
                    proptest::prop_assert_eq!(joined, naive[a as usize] == naive[b as usize]);
                }
            }
        }
    }
}
