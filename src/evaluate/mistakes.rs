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

/// The worst first: the largest weight, for it stands for so many; then the most pairs; then the most alike, which is
/// the miss that a reader sees at once, and the false alarm that no threshold takes away; then as they come.
pub(super) fn worst(mut wrong: Vec<Wrong>, most: usize) -> Vec<Wrong> {
    wrong.sort_by(|x, y| {
        let weight = |w: &Wrong| w.weight.unwrap_or_default();
        weight(y)
            .total_cmp(&weight(x))
            .then(Reverse(x.pairs).cmp(&Reverse(y.pairs)))
            .then(y.likeness().total_cmp(&x.likeness()))
    });
    wrong.truncate(most);
    wrong
}

/// Groups of `whole` whose articles `parts` puts apart: for every part but the largest its first article beside that of
/// the largest, and how many pairs are apart because of it. All of these add up to the pairs that are together in `whole`
/// and apart in `parts`.
pub(super) fn apart(whole: &[u32], parts: &[u32]) -> Vec<Wrong> {
    let mut order: Vec<u32> = (0..whole.len() as u32).collect();
    let place = |article: u32| (whole[article as usize], parts[article as usize]);
    order.sort_unstable_by_key(|&article| (place(article), article));
    let mut found = Vec::new();
    for group in order.chunk_by(|&x, &y| place(x).0 == place(y).0) {
        let mut pieces: Vec<&[u32]> = group.chunk_by(|&x, &y| place(x) == place(y)).collect();
        pieces.sort_by_key(|piece| (Reverse(piece.len()), piece[0]));
        let mut before = pieces[0].len() as u64;
        for piece in &pieces[1..] {
            let size = piece.len() as u64;
            found.push(Wrong {
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
    found
}

#[cfg(test)]
mod tests {
    use super::super::partition::compare;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_story_in_three_parts() {
        let got = apart(&[0, 0, 0, 0, 0, 0, 1], &[5, 6, 6, 6, 5, 7, 7]);
        let rows: Vec<_> = got.iter().map(|w| (w.a, w.b, w.pairs)).collect();
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
        let order: Vec<u32> = worst(all, 4).iter().map(|w| w.a).collect();
        assert_eq!(order, [3, 2, 1, 0]);
    }

    proptest! {
        #[test]
        fn parts_add_up(both in prop::collection::vec((0_u32..5, 0_u32..5), 0..30)) {
            let (story, cluster): (Vec<u32>, Vec<u32>) = both.into_iter().unzip();
            let agreement = compare(&story, &cluster);
            let sum = |wrong: Vec<Wrong>| wrong.iter().map(|w| w.pairs).sum::<u64>();
            prop_assert_eq!(sum(apart(&story, &cluster)), agreement.true_pairs - agreement.found_pairs);
            prop_assert_eq!(sum(apart(&cluster, &story)), agreement.reported_pairs - agreement.found_pairs);
        }
    }
}
