//! Pairs that were missed, and false alarms.

use super::truth::Label;
use serde::Serialize;
use std::cmp::Reverse;

/// Mistakes of one kind.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Mistakes {
    /// Pairs.
    pub pairs: u64,
    /// The worst, as many as were asked for.
    pub worst: Vec<Mistake>,
}

/// A pair that was missed or a false alarm, or two parts of a story or cluster of which it is an example.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Mistake {
    /// Id of one article.
    pub a: String,
    /// Id of the other.
    pub b: String,
    /// If known.
    pub title_a: Option<String>,
    /// If known.
    pub title_b: Option<String>,
    /// Of a labelled pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// Of a labelled pair, if the truth has weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// The story that lies in several clusters, or the cluster that mixes stories.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Pairs that are wrong as this one is: those of the part of the group that `b` is in with larger parts of it.
    pub pairs: u64,
    /// From the file, else from the truth.
    pub jaccard: Option<f64>,
    /// From the file, else from the truth.
    pub containment: Option<f64>,
}

/// A mistake before it has names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wrong {
    pub a: u32,
    pub b: u32,
    pub label: Option<Label>,
    pub weight: Option<f64>,
    /// An article whose group it is.
    pub group_of: Option<u32>,
    pub pairs: u64,
    pub jaccard: Option<f64>,
    pub containment: Option<f64>,
}

impl Wrong {
    /// How alike the two are, as far as is known.
    fn likeness(&self) -> f64 {
        let known = [self.jaccard, self.containment].into_iter().flatten();
        known.fold(f64::NEG_INFINITY, f64::max)
    }
}

/// Collects mistakes of one kind and keeps the worst: the largest weight first, for it stands for so many; then the most
/// pairs; then the most alike, which is the miss that a reader sees at once, and the false alarm that no threshold takes
/// away; then as they come.
#[derive(Debug, Default)]
pub(super) struct Worst {
    kept: Vec<Wrong>,
    most: usize,
    /// Pairs of all.
    pub pairs: u64,
}

impl Worst {
    pub fn new(most: usize) -> Self {
        Self {
            most,
            ..Self::default()
        }
    }

    pub fn push(&mut self, wrong: Wrong) {
        /// Sorting now and then costs less than at every step.
        const SLACK: usize = 1 << 12;
        self.pairs += wrong.pairs;
        self.kept.push(wrong);
        if self.kept.len() >= self.most.saturating_mul(2).saturating_add(SLACK) {
            self.select();
        }
    }

    fn select(&mut self) {
        let weight = |wrong: &Wrong| wrong.weight.unwrap_or_default();
        // Stable: those that came first stay first among equals, also from one selection to the next.
        self.kept.sort_by(|x, y| {
            weight(y)
                .total_cmp(&weight(x))
                .then(Reverse(x.pairs).cmp(&Reverse(y.pairs)))
                .then(y.likeness().total_cmp(&x.likeness()))
        });
        self.kept.truncate(self.most);
    }

    pub fn finish(mut self) -> Vec<Wrong> {
        self.select();
        self.kept
    }
}

/// Collects the groups of `whole` whose articles `parts` puts apart: for every part but the largest its first article
/// beside that of the largest, and how many pairs are apart because of it. All of these add up to the pairs that are
/// together in `whole` and apart in `parts`.
pub(super) fn apart(whole: &[u32], parts: &[u32], worst: &mut Worst) {
    let mut order: Vec<u32> = (0..whole.len() as u32).collect();
    let place = |article: u32| (whole[article as usize], parts[article as usize]);
    order.sort_unstable_by_key(|&article| (place(article), article));
    for group in order.chunk_by(|&x, &y| place(x).0 == place(y).0) {
        let mut pieces: Vec<&[u32]> = group.chunk_by(|&x, &y| place(x) == place(y)).collect();
        pieces.sort_by_key(|piece| (Reverse(piece.len()), piece[0]));
        let mut before = pieces[0].len() as u64;
        for piece in &pieces[1..] {
            let size = piece.len() as u64;
            worst.push(Wrong {
                a: pieces[0][0],
                b: piece[0],
                label: None,
                weight: None,
                group_of: Some(piece[0]),
                pairs: size * before,
                jaccard: None,
                containment: None,
            });
            before += size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::partition::compare;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_story_in_three_parts() {
        let mut worst = Worst::new(9);
        apart(&[0, 0, 0, 0, 0, 0, 1], &[5, 6, 6, 6, 5, 7, 7], &mut worst);
        assert_eq!(worst.pairs, 11);
        let rows: Vec<_> = worst.finish().iter().map(|w| (w.a, w.b, w.pairs)).collect();
        assert_eq!(rows, [(1, 0, 6), (1, 5, 5)]);
    }

    #[test]
    fn weight_then_pairs_then_likeness() {
        let wrong = |a, weight, pairs, jaccard| Wrong {
            a,
            b: 9,
            label: None,
            weight: Some(weight),
            group_of: None,
            pairs,
            jaccard,
            containment: Some(0.4),
        };
        let all = vec![
            wrong(0, 1.0, 1, None),
            wrong(1, 1.0, 1, Some(0.5)),
            wrong(2, 1.0, 3, None),
            wrong(3, 2.0, 1, None),
            wrong(4, 1.0, 1, Some(0.1)),
        ];
        let mut worst = Worst::new(4);
        all.into_iter().for_each(|wrong| worst.push(wrong));
        let order: Vec<u32> = worst.finish().iter().map(|w| w.a).collect();
        assert_eq!(order, [3, 2, 1, 0]);
    }

    #[test]
    fn of_very_many_the_worst_are_kept_in_order_and_no_memory_is_taken() {
        let mut worst = Worst::new(3);
        for a in 0..100_000_u32 {
            worst.push(Wrong {
                a,
                b: a + 1,
                label: None,
                weight: None,
                group_of: None,
                pairs: 1,
                jaccard: Some(f64::from(a % 50_000 / 2)),
                containment: None,
            });
        }
        assert!(worst.kept.capacity() < 1 << 14);
        assert_eq!(worst.pairs, 100_000);
        let order: Vec<u32> = worst.finish().iter().map(|w| w.a).collect();
        assert_eq!(order, [49_998, 49_999, 99_998]);
    }

    proptest! {
        #[test]
        fn parts_add_up(both in prop::collection::vec((0_u32..5, 0_u32..5), 0..30)) {
            let (story, cluster): (Vec<u32>, Vec<u32>) = both.into_iter().unzip();
            let agreement = compare(&story, &cluster);
            let (mut split, mut mixed) = (Worst::new(1), Worst::new(1));
            apart(&story, &cluster, &mut split);
            apart(&cluster, &story, &mut mixed);
            prop_assert_eq!(split.pairs, agreement.true_pairs - agreement.found_pairs);
            prop_assert_eq!(mixed.pairs, agreement.reported_pairs - agreement.found_pairs);
        }
    }
}
