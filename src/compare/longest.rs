//! The longest run of words that two texts have in common, wherever it stands in either.
//!
//! Whether two texts share a run of `n` words is asked by the rolling hashes of all their runs of `n` words (Karp and Rabin,
//! *Efficient randomized pattern-matching algorithms*, 1987). Texts that share a run of `n` words share one of `n - 1`, so the greatest `n`
//! is found by doubling and halving, with steps as many as the logarithm of the length. Every run that is found is compared word by
//! word, and extended as far as it goes, which is most often the answer.
//!
//! Hashes that are equal by accident can only cost time: the texts are then hashed anew with another base. The bases come from a hash of both
//! texts, so that the same texts give the same answer by the same steps, and nobody can write texts for a base that he knows.

use rayon::prelude::*;
use std::collections::HashMap;

/// A prime of a form by which remainders are cheap (Mersenne).
const PRIME: u64 = (1 << 61) - 1;

/// A run of words that two texts have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CommonRun {
    /// Its first word in A, counted from 0.
    pub a: usize,
    /// Its first word in B, counted from 0.
    pub b: usize,
    /// How many words; 0 if the texts have none in common.
    pub words: usize,
}

/// A longest run of words (as [tokens](crate::text)) that stands in both texts, also where it stands at another place; of several as long, one. The effort
/// is that of sorting the words a few times, whatever the texts: O(n log n) for each of O(log n) lengths. Runs are found by rolling hashes
/// (Karp and Rabin, *Efficient randomized pattern-matching algorithms*, 1987), and compared word by word.
///
/// ```
/// use wirecopy::compare::{CommonRun, longest_run};
/// use wirecopy::text::Tokeniser;
///
/// let mut tokeniser = Tokeniser::new();
/// let a = tokeniser.tokens("Rain fell. The harbour of Nordvik was closed on Monday.").to_vec();
/// let b = tokeniser.tokens("The harbour of Nordvik was closed, and rain fell.").to_vec();
/// assert_eq!(longest_run(&a, &b), CommonRun { a: 2, b: 0, words: 6 });
/// ```
pub fn longest_run(a: &[u64], b: &[u64]) -> CommonRun {
    let seed =
        |text: &[u64], seed| xxhash_rust::xxh3::xxh3_64_with_seed(bytemuck::cast_slice(text), seed);
    let first = seed(b, seed(a, 0));
    // Numbers below the prime, so that different words are different for every base.
    let mut numbers = HashMap::new();
    let mut numbered = |text: &[u64]| -> Vec<u32> {
        let words = text.iter().map(|&word| {
            let next = numbers.len() as u32;
            *numbers.entry(word).or_insert(next)
        });
        words.collect()
    };
    let (a, b) = (numbered(a), numbered(b));
    let bases = (0..).map(|salt: u64| seed(&[first, salt], salt));
    longest(&a, &b, || bases.clone())
}

fn longest<B: Iterator<Item = u64>>(a: &[u32], b: &[u32], bases: impl Fn() -> B) -> CommonRun {
    let most = a.len().min(b.len());
    let mut best = CommonRun::default();
    // The least length that is known not to be common.
    let mut high = most + 1;
    let mut step = 1;
    while best.words + 1 < high {
        let halved = best.words + (high - best.words) / 2;
        let length = match high > most {
            true => (best.words + step).min(most),
            false => halved.min(best.words + step),
        };
        let found = bases().find_map(|base| common(a, b, length, base).ok());
        match found.flatten() {
            Some((at_a, at_b)) => {
                best = extended(a, b, at_a, at_b);
                step *= 2;
            }
            None => high = length,
        }
    }
    best
}

/// Hashes met that are not those of equal runs.
struct Collision;

/// Where in A and in B a run of so many words stands that is the same, if there is one.
fn common(
    a: &[u32],
    b: &[u32],
    length: usize,
    base: u64,
) -> Result<Option<(usize, usize)>, Collision> {
    let sorted = |text| {
        let mut all: Vec<u64> = hashes(text, length, base).collect();
        all.par_sort_unstable();
        all
    };
    let (of_a, of_b) = rayon::join(|| sorted(a), || sorted(b));
    let (mut i, mut j) = (0, 0);
    let shared = loop {
        match (of_a.get(i), of_b.get(j)) {
            (Some(x), Some(y)) if x == y => break *x,
            (Some(x), Some(y)) if x < y => i += 1,
            (Some(_), Some(_)) => j += 1,
            _ => return Ok(None),
        }
    };
    drop((of_a, of_b));
    let place = |text| hashes(text, length, base).position(|hash| hash == shared);
    match (place(a), place(b)) {
        (Some(at_a), Some(at_b)) if a[at_a..at_a + length] == b[at_b..at_b + length] => {
            Ok(Some((at_a, at_b)))
        }
        _ => Err(Collision),
    }
}

/// The run to which the words at these places belong, as far as it goes to either side.
fn extended(a: &[u32], b: &[u32], at_a: usize, at_b: usize) -> CommonRun {
    let same = |(a, b): &(&u32, &u32)| a == b;
    let before = a[..at_a].iter().rev().zip(b[..at_b].iter().rev());
    let before = before.take_while(same).count();
    let after = a[at_a..].iter().zip(&b[at_b..]).take_while(same).count();
    CommonRun {
        a: at_a - before,
        b: at_b - before,
        words: before + after,
    }
}

/// The hashes of all runs of `length` words, which is at least 1, in order: polynomials over the prime field.
fn hashes(text: &[u32], length: usize, base: u64) -> impl Iterator<Item = u64> + '_ {
    let base = base % PRIME;
    let (mut leaving, mut square, mut rest) = (1, base, length);
    while rest > 0 {
        if rest & 1 == 1 {
            leaving = times(leaving, square);
        }
        square = times(square, square);
        rest >>= 1;
    }
    let mut hash = 0;
    text.iter().enumerate().filter_map(move |(at, &word)| {
        hash = plus(times(hash, base), word.into());
        if let Some(first) = at.checked_sub(length) {
            hash = plus(hash, PRIME - times(leaving, text[first].into()));
        }
        (at + 1 >= length).then_some(hash)
    })
}

/// The sum of two numbers, the one below the prime, the other at most it.
fn plus(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= PRIME { sum - PRIME } else { sum }
}

fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    plus(product as u64 & PRIME, (product >> 61) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The words of the longest run, by a table of all pairs of places.
    fn naive(a: &[u64], b: &[u64]) -> usize {
        let mut best = 0;
        let mut above = vec![0; b.len() + 1];
        for x in a {
            let mut row = vec![0; b.len() + 1];
            for (j, y) in b.iter().enumerate() {
                if x == y {
                    row[j + 1] = above[j] + 1;
                    best = best.max(row[j + 1]);
                }
            }
            above = row;
        }
        best
    }

    fn check(a: &[u64], b: &[u64]) -> Result<(), TestCaseError> {
        let run = longest_run(a, b);
        prop_assert_eq!(run.words, naive(a, b));
        prop_assert_eq!(&a[run.a..run.a + run.words], &b[run.b..run.b + run.words]);
        prop_assert_eq!(longest_run(a, b), run);
        Ok(())
    }

    #[test]
    fn a_run_is_found_wherever_it_stands() {
        let run = |a, b, words| CommonRun { a, b, words };
        assert_eq!(longest_run(&[], &[1]), run(0, 0, 0));
        assert_eq!(longest_run(&[1, 2], &[3, 4]), run(0, 0, 0));
        assert_eq!(longest_run(&[7, 1, 2, 3, 8], &[1, 2, 3, 9]), run(1, 0, 3));
        // Words that differ by the prime are not the same.
        assert_eq!(longest_run(&[5], &[5 + PRIME]), run(0, 0, 0));
        // An alignment keeps the order of passages, and would tell the halves apart.
        let halves: Vec<u64> = (0..100).collect();
        let turned: Vec<u64> = (60..100).chain(0..60).collect();
        assert_eq!(longest_run(&halves, &turned), run(0, 40, 60));
    }

    #[test]
    fn hashes_that_meet_by_accident_change_nothing() {
        // Over base 1 a hash is the sum of the words, over base 0 the last word.
        let (a, b) = ([1, 2, 3, 9, 9], [3, 2, 1, 7, 3]);
        assert!(common(&a, &b, 3, 1).is_err());
        for bad in [0, 1] {
            let run = longest(&a, &b, || [bad, bad, 1 << 40].into_iter());
            assert_eq!(run.words, 1);
        }
    }

    #[test]
    fn long_texts_of_two_words_are_no_burden() {
        // Each place matches every second place: a billion pairs.
        let alternating: Vec<u64> = (0..1_000_000).map(|at| at % 2).collect();
        let mut other = alternating.clone();
        other[400_000] = 2;
        other[999_999] = 3;
        assert_eq!(longest_run(&alternating, &other).words, 599_998);
        assert_eq!(longest_run(&alternating, &alternating).words, 1_000_000);
    }

    proptest! {
        #[test]
        fn it_is_as_long_as_a_table_of_all_pairs_says(
            a in prop::collection::vec(0u64..4, 0..120), b in prop::collection::vec(0u64..4, 0..120),
        ) {
            check(&a, &b)?;
        }

        #[test]
        fn also_where_passages_were_moved(
            text in prop::collection::vec(any::<u64>(), 1..150), cuts in prop::collection::vec((0usize..150, 1usize..60), 1..5),
        ) {
            let mut b = text.clone();
            for (at, count) in cuts {
                let at = at.min(b.len());
                let end = (at + count).min(b.len());
                let moved: Vec<u64> = b.drain(at..end).collect();
                b.extend(moved);
            }
            check(&text, &b)?;
        }
    }
}
