//! What was moved: runs of words that are left over in both texts.

use super::align::{Edit, LEAST_MOVED};
use std::collections::HashMap;
use std::ops::Range;

/// A run of words that stands at one place in A and at another in B.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Move {
    pub a: usize,
    pub b: usize,
    pub words: usize,
}

impl Move {
    pub fn in_a(&self) -> Range<usize> {
        self.a..self.a + self.words
    }

    pub fn in_b(&self) -> Range<usize> {
        self.b..self.b + self.words
    }
}

/// Places in B that are tried for one in A: of a text that repeats itself the rest would be more of the same.
const TRIED: usize = 16;

const NONE: usize = usize::MAX;

/// The runs of [`LEAST_MOVED`] words and more of the edits of A that stand in edits of B, no word in two of them.
///
/// From the beginning of A on, each place takes the longest run that begins there. The effort is bounded by the number of words: of the places
/// in B with the same [`LEAST_MOVED`] words a few are tried, and what they have in common is gone over once, since the longest is taken.
pub(super) fn find(a: &[u32], b: &[u32], edits: &[Edit]) -> Vec<Move> {
    let mut places = Places::of(b, edits);
    let mut moves = Vec::new();
    if places.first.is_empty() {
        return moves;
    }
    for edit in edits {
        let mut at = edit.a.start;
        while at + LEAST_MOVED <= edit.a.end {
            let rest = &a[at..edit.a.end];
            match places.longest(b, rest) {
                Some((place, words)) => {
                    moves.push(Move {
                        a: at,
                        b: place,
                        words,
                    });
                    places.take(place..place + words);
                    at += words;
                }
                None => at += 1,
            }
        }
    }
    moves
}

/// Where in the edits of B the runs of [`LEAST_MOVED`] words begin.
struct Places {
    /// The first place of each run.
    first: HashMap<[u32; LEAST_MOVED], usize>,
    /// The next place of the same run, for each word of B.
    next: Vec<usize>,
    /// Where the edit ends that a word of B belongs to; 0 for words that are taken, and for those outside of edits.
    end: Vec<usize>,
}

fn run(words: &[u32]) -> [u32; LEAST_MOVED] {
    std::array::from_fn(|i| words[i])
}

impl Places {
    fn of(b: &[u32], edits: &[Edit]) -> Self {
        let mut first = HashMap::new();
        let mut next = vec![NONE; b.len()];
        let mut end = vec![0; b.len()];
        // From the end, so that each list begins with the first place.
        for edit in edits.iter().rev() {
            end[edit.b.clone()].fill(edit.b.end);
            let last = (edit.b.end + 1).saturating_sub(LEAST_MOVED);
            for at in (edit.b.start..last).rev() {
                let place = first.insert(run(&b[at..]), at);
                next[at] = place.unwrap_or(NONE);
            }
        }
        Self { first, next, end }
    }

    /// The place in B that has most of the words with which `rest` begins, and how many; the first of several.
    fn longest(&mut self, b: &[u32], rest: &[u32]) -> Option<(usize, usize)> {
        let first = self.first.get_mut(&run(rest))?;
        let mut best: Option<(usize, usize)> = None;
        let (mut before, mut at) = (NONE, *first);
        let mut tried = 0;
        while at != NONE && tried < TRIED {
            let after = self.next[at];
            let end = self.end[at];
            let free = self.end[at..end.max(at)].iter().zip(&b[at..]).zip(rest);
            let words = free.take_while(|((e, b), a)| **e == end && b == a).count();
            if words < LEAST_MOVED {
                // One of the words is taken: for good.
                match before {
                    NONE => *first = after,
                    before => self.next[before] = after,
                }
            } else {
                if best.is_none_or(|(_, most)| words > most) {
                    best = Some((at, words));
                }
                tried += 1;
                before = at;
            }
            at = after;
        }
        best
    }

    /// Takes words of B out.
    fn take(&mut self, words: Range<usize>) {
        self.end[words].fill(0);
    }
}
