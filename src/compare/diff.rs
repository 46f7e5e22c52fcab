//! The words that differ, with bounded effort.

use super::align::{Edit, LEAST_MOVED};
use imara_diff::{Algorithm, Diff, InternedInput};
use std::collections::HashMap;
use std::ops::Range;

/// Words of both texts together that are compared word by word. More (no news article has as many) are first divided at
/// stretches that stand once in either.
///
/// The heuristics of `imara-diff` bound the steps of its search and not the words that a step goes over: a text of 100,000 times one
/// word and 100,000 times another, against the same two turned round, takes it 13 s as a whole.
const AT_A_TIME: usize = 16_000;

/// The places where two texts differ, in order. Between them the words are the same.
pub(super) fn differences(a: &[u32], b: &[u32]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let prefix = common(a.iter().zip(b));
    let (rest_a, rest_b) = (&a[prefix..], &b[prefix..]);
    let suffix = common(rest_a.iter().rev().zip(rest_b.iter().rev()));
    let (end_a, end_b) = (a.len() - suffix, b.len() - suffix);
    let (mut at_a, mut at_b) = (prefix, prefix);
    let anchors = if end_a - at_a + end_b - at_b > AT_A_TIME {
        anchors(&a[..end_a], &b[..end_b], prefix)
    } else {
        Vec::new()
    };
    for (in_a, in_b) in anchors {
        if in_a < at_a || in_b < at_b {
            // Within the stretch around the last one.
            continue;
        }
        let before = a[at_a..in_a].iter().rev().zip(b[at_b..in_b].iter().rev());
        let before = common(before);
        let after = common(a[in_a..end_a].iter().zip(&b[in_b..end_b]));
        compare(a, b, at_a..in_a - before, at_b..in_b - before, &mut edits);
        (at_a, at_b) = (in_a + after, in_b + after);
    }
    compare(a, b, at_a..end_a, at_b..end_b, &mut edits);
    edits
}

fn common<'t>(pairs: impl Iterator<Item = (&'t u32, &'t u32)>) -> usize {
    pairs.take_while(|(a, b)| a == b).count()
}

/// Compares a part word by word; a part that is too long for that, and has no anchor, differs as a whole.
fn compare(a: &[u32], b: &[u32], in_a: Range<usize>, in_b: Range<usize>, edits: &mut Vec<Edit>) {
    if in_a.is_empty() && in_b.is_empty() {
        return;
    }
    if in_a.len() + in_b.len() > AT_A_TIME {
        edits.push(Edit { a: in_a, b: in_b });
        return;
    }
    // Numbered anew: the effort for a part depends on how many different words it has.
    let mut input = InternedInput::default();
    input.update_before(a[in_a.clone()].iter().copied());
    input.update_after(b[in_b.clone()].iter().copied());
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let place =
        |range: Range<u32>, from: usize| from + range.start as usize..from + range.end as usize;
    edits.extend(diff.hunks().map(|hunk| Edit {
        a: place(hunk.before, in_a.start),
        b: place(hunk.after, in_b.start),
    }));
}

/// Runs of [`LEAST_MOVED`] words that stand once in A and once in B, from a place on, as many as are in the same order in both.
fn anchors(a: &[u32], b: &[u32], from: usize) -> Vec<(usize, usize)> {
    const MANY: usize = usize::MAX;
    let hash = |run: &[u32]| xxhash_rust::xxh3::xxh3_64(bytemuck::cast_slice(run));
    let once = |text: &[u32]| {
        let mut places = HashMap::new();
        for (at, run) in text.windows(LEAST_MOVED).enumerate().skip(from) {
            places
                .entry(hash(run))
                .and_modify(|place| *place = MANY)
                .or_insert(at);
        }
        places
    };
    let (in_a, in_b) = (once(a), once(b));
    let pairs = a.windows(LEAST_MOVED).enumerate().skip(from);
    let pairs = pairs.filter_map(|(at, run)| {
        let hash = hash(run);
        let place = *in_b.get(&hash)?;
        let alone = in_a.get(&hash) == Some(&at) && place != MANY;
        (alone && b[place..place + LEAST_MOVED] == *run).then_some((at, place))
    });
    ascending(pairs.collect())
}

/// As many of the pairs as ascend in their second part; they are sorted by the first (patience sorting).
fn ascending(pairs: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    // The pair with which the best list of each length ends, and the pair before each in its list.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![None; pairs.len()];
    for (index, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].1 < pair.1);
        before[index] = length.checked_sub(1).map(|last| ends[last]);
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut list = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(index) = at {
        list.push(pairs[index]);
        at = before[index];
    }
    list.reverse();
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether what stands between the edits is the same in both.
    fn fits(a: &[u32], b: &[u32], edits: &[Edit]) -> bool {
        let (mut at_a, mut at_b) = (0, 0);
        let end = Edit {
            a: a.len()..a.len(),
            b: b.len()..b.len(),
        };
        edits.iter().chain([&end]).all(|edit| {
            let same = a[at_a..edit.a.start] == b[at_b..edit.b.start];
            (at_a, at_b) = (edit.a.end, edit.b.end);
            same
        })
    }

    #[test]
    fn a_long_text_is_divided_where_it_is_the_same() {
        let a: Vec<u32> = (0..100_000)
            .map(|i: u32| i.wrapping_mul(2_654_435_761) >> 12)
            .collect();
        let mut b = a.clone();
        for place in (500..100_000).step_by(1_000) {
            b[place] = u32::MAX;
        }
        let edits = differences(&a, &b);
        assert_eq!(edits.len(), 100);
        assert!(
            edits
                .iter()
                .all(|edit| edit.a == edit.b && edit.a.len() == 1)
        );
    }

    #[test]
    fn the_longest_ascending_list() {
        let pairs = vec![(0, 5), (1, 1), (2, 2), (3, 9), (4, 3), (5, 0)];
        assert_eq!(ascending(pairs), [(1, 1), (2, 2), (4, 3)]);
        assert_eq!(ascending(Vec::new()), []);
    }

    proptest! {
        #[test]
        fn what_stands_between_is_the_same(
            a in prop::collection::vec(0..30_000_u32, 9_000..10_000),
            cuts in prop::collection::vec((0..9_000_usize, 0..300_usize), 1..6),
        ) {
            let mut b = a.clone();
            for (at, count) in cuts {
                let moved: Vec<u32> = b.drain(at.min(b.len() - 1)..(at + count).min(b.len())).collect();
                b.extend(moved);
            }
            prop_assert!(fits(&a, &b, &differences(&a, &b)));
        }
    }
}
