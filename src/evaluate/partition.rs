//! Two ways to part the same articles, compared.

use super::measures::{Accuracy, share};
use std::collections::HashMap;

/// How well clusters agree with stories.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Agreement {
    /// Pairs within a story and within a cluster.
    pub found_pairs: u64,
    /// Pairs within a cluster.
    pub reported_pairs: u64,
    /// Pairs within a story.
    pub true_pairs: u64,
    /// Over all pairs of articles.
    pub pairs: Accuracy,
    /// Hubert and Arabie.
    pub adjusted_rand_index: Option<f64>,
    /// Bagga and Baldwin.
    pub b_cubed: Accuracy,
}

/// `n` choose 2.
pub(super) fn pairs_of(n: u64) -> u64 {
    n * n.saturating_sub(1) / 2
}

/// How many there are of each number, numbers running from 0.
pub(super) fn sizes(numbers: &[u32]) -> Vec<u64> {
    let mut sizes = vec![0; numbers.iter().max().map_or(0, |&most| most as usize + 1)];
    for &number in numbers {
        sizes[number as usize] += 1;
    }
    sizes
}

/// Compares by counting how many articles each story has in each cluster, in time proportional to the articles.
/// `story` and `cluster` give each article's, numbered from 0.
pub(super) fn compare(story: &[u32], cluster: &[u32]) -> Agreement {
    debug_assert_eq!(story.len(), cluster.len());
    let articles = story.len() as u64;
    let (stories, clusters) = (sizes(story), sizes(cluster));
    let mut common: HashMap<(u32, u32), u64> = HashMap::new();
    for (&story, &cluster) in story.iter().zip(cluster) {
        *common.entry((story, cluster)).or_default() += 1;
    }
    // Sums of floating point numbers hang on their order.
    let mut common: Vec<((u32, u32), u64)> = common.into_iter().collect();
    common.sort_unstable();

    let sum = |sizes: &[u64]| sizes.iter().map(|&n| pairs_of(n)).sum::<u64>();
    let found_pairs: u64 = common.iter().map(|&(_, n)| pairs_of(n)).sum();
    let (true_pairs, reported_pairs) = (sum(&stories), sum(&clusters));
    let (mut precision, mut recall) = (0.0, 0.0);
    for &((story, cluster), n) in &common {
        let squared = n as f64 * n as f64;
        precision += squared / clusters[cluster as usize] as f64;
        recall += squared / stories[story as usize] as f64;
    }
    let mean = |sum: f64| share(sum, articles as f64);
    Agreement {
        found_pairs,
        reported_pairs,
        true_pairs,
        pairs: Accuracy::of(
            found_pairs as f64,
            (reported_pairs - found_pairs) as f64,
            (true_pairs - found_pairs) as f64,
        ),
        adjusted_rand_index: adjusted_rand_index(
            found_pairs,
            true_pairs,
            reported_pairs,
            pairs_of(articles),
        ),
        b_cubed: Accuracy::of_means(mean(precision), mean(recall)),
    }
}

/// (index - expected) / (most - expected), where the index is the number of pairs together in both, the expected
/// value that of chance with the same sizes, and the most the mean of the two numbers of pairs. All of it is
/// multiplied by `2 * all` and stays whole: articles are fewer than 2^32, so no product reaches 2^127.
fn adjusted_rand_index(found: u64, in_stories: u64, in_clusters: u64, all: u64) -> Option<f64> {
    let [found, stories, clusters, all] = [found, in_stories, in_clusters, all].map(i128::from);
    let expected = 2 * stories * clusters;
    let most = (stories + clusters) * all;
    let index = 2 * found * all;
    (most != expected).then(|| (index - expected) as f64 / (most - expected) as f64)
}

/// Numbers from 0 in the order in which they come. `None`, an article by itself, gets a number of its own.
pub(super) fn numbered(groups: impl Iterator<Item = Option<u32>>) -> Vec<u32> {
    let mut numbers = HashMap::new();
    let mut next = 0;
    let mut new = || {
        next += 1;
        next - 1
    };
    groups
        .map(|group| match group {
            Some(group) => *numbers.entry(group).or_insert_with(&mut new),
            None => new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(a: Option<f64>, b: Option<f64>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-9,
            _ => a == b,
        }
    }

    #[test]
    fn an_example_worked_by_hand() {
        // Stories {0 1 2} {3 4} {5}, clusters {0 1} {2 3 4} {5}.
        let got = compare(&[0, 0, 0, 1, 1, 2], &[0, 0, 1, 1, 1, 2]);
        assert_eq!(
            (got.found_pairs, got.reported_pairs, got.true_pairs),
            (2, 4, 4)
        );
        assert_eq!(got.pairs, Accuracy::of(2.0, 2.0, 2.0));
        // Expected 4 * 4 / 15, most 4.
        assert!(close(
            got.adjusted_rand_index,
            Some((2.0 - 16.0 / 15.0) / (4.0 - 16.0 / 15.0))
        ));
        // 0, 1: 1; 2: 1/3; 3, 4: 2/3; 5: 1.
        let precision = (1.0 + 1.0 + 1.0 / 3.0 + 2.0 / 3.0 + 2.0 / 3.0 + 1.0) / 6.0;
        assert!(close(got.b_cubed.precision, Some(precision)));
        // 0, 1: 2/3; 2: 1/3; 3, 4, 5: 1.
        let recall = (2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 3.0 + 3.0) / 6.0;
        assert!(close(got.b_cubed.recall, Some(recall)));
    }

    #[test]
    fn nothing_and_one_and_all_apart() {
        let nothing = compare(&[], &[]);
        assert_eq!(nothing.adjusted_rand_index, None);
        assert_eq!(nothing.b_cubed, Accuracy::default());
        assert_eq!(nothing.pairs, Accuracy::default());
        let apart = compare(&[0, 1, 2], &[2, 1, 0]);
        assert_eq!(apart.adjusted_rand_index, None);
        assert_eq!(apart.pairs, Accuracy::default());
        assert_eq!(apart.b_cubed, Accuracy::of(1.0, 0.0, 0.0));
        assert_eq!(compare(&[0], &[0]).adjusted_rand_index, None);
        // Nothing was put together where something should have been.
        let missed = compare(&[0, 0, 1], &[0, 1, 2]);
        assert_eq!(missed.adjusted_rand_index, Some(0.0));
        assert_eq!(missed.pairs, Accuracy::of(0.0, 0.0, 1.0));
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let n = u64::from(u32::MAX);
        let all = pairs_of(n);
        assert_eq!(adjusted_rand_index(all, all, all, all), None);
        assert_eq!(
            adjusted_rand_index(all / 2, all / 2, all / 2, all),
            Some(1.0)
        );
    }

    fn two_partitions() -> impl Strategy<Value = (Vec<u32>, Vec<u32>)> {
        prop::collection::vec((0_u32..6, 0_u32..6), 0..30).prop_map(|both| both.into_iter().unzip())
    }

    proptest! {
        #[test]
        fn counts_agree_with_looking_at_every_pair((story, cluster) in two_partitions()) {
            let got = compare(&story, &cluster);
            let n = story.len();
            let (mut found, mut stories, mut clusters, mut all) = (0_u64, 0_u64, 0_u64, 0_u64);
            for a in 0..n {
                for b in a + 1..n {
                    let (s, c) = (story[a] == story[b], cluster[a] == cluster[b]);
                    all += 1;
                    stories += u64::from(s);
                    clusters += u64::from(c);
                    found += u64::from(s && c);
                }
            }
            prop_assert_eq!((got.found_pairs, got.true_pairs, got.reported_pairs), (found, stories, clusters));
            let (i, s, c, m) = (found as f64, stories as f64, clusters as f64, all as f64);
            let naive = if m == 0.0 { f64::NAN } else { (i - s * c / m) / ((s + c) / 2.0 - s * c / m) };
            match got.adjusted_rand_index {
                Some(index) => {
                    prop_assert!((index - naive).abs() < 1e-9);
                    prop_assert!(index <= 1.0);
                }
                // All together in both, all apart in both, or fewer than two articles.
                None => prop_assert!(n < 2 || (stories == clusters && (stories == 0 || stories == all))),
            }
        }

        #[test]
        fn b_cubed_agrees_with_its_definition((story, cluster) in two_partitions()) {
            let got = compare(&story, &cluster).b_cubed;
            let n = story.len();
            let (mut precision, mut recall) = (0.0, 0.0);
            for e in 0..n {
                let count = |with: &dyn Fn(usize) -> bool| (0..n).filter(|&o| with(o)).count() as f64;
                let common = count(&|o| story[o] == story[e] && cluster[o] == cluster[e]);
                precision += common / count(&|o| cluster[o] == cluster[e]);
                recall += common / count(&|o| story[o] == story[e]);
            }
            let mean = |sum: f64| (n > 0).then(|| sum / n as f64);
            prop_assert!(close(got.precision, mean(precision)) && close(got.recall, mean(recall)));
        }

        #[test]
        fn only_who_is_together_counts((story, cluster) in two_partitions()) {
            let same = compare(&story, &numbered(cluster.iter().map(|&c| Some(100 - c))));
            let got = compare(&story, &cluster);
            prop_assert_eq!(same.found_pairs, got.found_pairs);
            prop_assert_eq!(same.adjusted_rand_index, got.adjusted_rand_index);
            let turned = compare(&cluster, &story);
            prop_assert_eq!(turned.adjusted_rand_index, got.adjusted_rand_index);
            prop_assert!(close(turned.b_cubed.precision, got.b_cubed.recall));
            prop_assert_eq!(compare(&story, &story).b_cubed.f1, (!story.is_empty()).then_some(1.0));
        }
    }
}
