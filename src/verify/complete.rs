//! Pairs within what will be a cluster that were no candidates.
//!
//! An index of signatures finds each pair with a high probability, and all of a cluster together with a
//! higher one: a pair that it misses has others in common. Once these are known, the pair is compared as well.

use super::{Components, Edge};

/// Of so many distinct texts in one component all pairs are compared. A larger one is a crowd, in which pairs are
/// left out on purpose.
pub(super) const MOST: usize = 64;

/// The pairs of articles that `edges` (of a corpus of so many articles) bring together and that are not among the
/// `compared` ones (sorted); sorted.
pub(super) fn not_compared(
    edges: &[Edge],
    compared: &[(u32, u32)],
    articles: usize,
) -> Vec<(u32, u32)> {
    let links = edges.iter().map(|edge| (edge.a, edge.b));
    let members = Components::of(articles, links).members();
    let mut missing = Vec::new();
    for component in members.chunk_by(|a, b| a.0 == b.0) {
        if component.len() > MOST {
            continue;
        }
        for (at, &(_, a)) in component.iter().enumerate() {
            let pairs = component[at + 1..].iter().map(|&(_, b)| (a, b));
            missing.extend(pairs.filter(|pair| compared.binary_search(pair).is_err()));
        }
    }
    missing.sort_unstable();
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Reason, Similarity};

    fn edge(a: u32, b: u32) -> Edge {
        let similarity = Similarity {
            shared: 1,
            size_a: 1,
            size_b: 1,
        };
        Edge {
            a,
            b,
            similarity,
            reason: Reason::Jaccard,
            news: None,
        }
    }

    #[test]
    fn what_hangs_together_by_a_third_is_compared() {
        let edges = [edge(1, 5), edge(5, 9), edge(2, 3)];
        let compared = [(1, 2), (1, 5), (2, 3), (5, 9)];
        assert_eq!(not_compared(&edges, &compared, 10), [(1, 9)]);
        assert_eq!(
            not_compared(&edges, &[(1, 9)], 10),
            [(1, 5), (2, 3), (5, 9)]
        );
        assert!(not_compared(&[], &compared, 10).is_empty());
    }

    #[test]
    fn of_a_crowd_no_pairs_are_added() {
        let chain = |len: u32| -> Vec<Edge> { (1..len).map(|at| edge(at - 1, at)).collect() };
        let pairs = |len: u32| not_compared(&chain(len), &[], len as usize).len();
        assert_eq!(pairs(MOST as u32), MOST * (MOST - 1) / 2);
        assert_eq!(pairs(MOST as u32 + 1), 0);
    }
}
