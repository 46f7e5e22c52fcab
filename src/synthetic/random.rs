//! Random numbers of our own, so that the bytes of a corpus never change with the version of a crate.

use crate::splitmix::{self, GAMMA};

/// A generator of random numbers.
///
/// Integers only: the same numbers on every machine.
#[derive(Debug, Clone)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// The generator that belongs to `key`; other keys give unrelated streams.
    pub(super) fn new(key: &[u64]) -> Self {
        let state = key.iter().fold(0x5EED_0F1E_C0B1_E555, |state: u64, &part| {
            splitmix::mix(state.rotate_left(23) ^ splitmix::mix(part.wrapping_add(GAMMA)))
        });
        Self { state }
    }

    /// 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        splitmix::next(&mut self.state)
    }

    /// A number below `n`, all equally likely (but for a bias below n / 2^64); 0 if `n` is 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        high_product(self.bits(), n)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// An index into a list of `len` entries.
    pub(super) fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// An index into a list of `len` entries that prefers the front: the product of two uniform numbers,
    /// so that some words are common and most are rare, as in real text.
    pub(super) fn skewed_index(&mut self, len: usize) -> usize {
        let bits = self.bits();
        high_product((bits >> 32) * (bits & 0xFFFF_FFFF), len as u64) as usize
    }

    /// True with probability `part / whole`.
    pub(super) fn chance(&mut self, part: u64, whole: u64) -> bool {
        self.below(whole) < part
    }

    /// `take` distinct numbers below `n`, in random order (all of them if `take` is larger).
    pub(super) fn distinct(&mut self, n: usize, take: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        for place in 0..take.min(n) {
            all.swap(place, place + self.index(n - place));
        }
        all.truncate(take);
        all
    }
}

fn high_product(a: u64, b: u64) -> u64 {
    ((u128::from(a) * u128::from(b)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_range_and_reach_both_ends() {
        let mut random = Random::new(&[1]);
        let drawn: Vec<u64> = (0..1000).map(|_| random.between(3, 7)).collect();
        assert_eq!(drawn.iter().min(), Some(&3));
        assert_eq!(drawn.iter().max(), Some(&7));
        assert!((0..1000).all(|_| random.skewed_index(5) < 5));
    }

    #[test]
    fn distinct_numbers_are_distinct() {
        let mut picked = Random::new(&[2]).distinct(80, 40);
        picked.sort_unstable();
        picked.dedup();
        assert_eq!(picked.len(), 40);
        assert_eq!(Random::new(&[2]).distinct(3, 9).len(), 3);
    }

    #[test]
    fn keys_give_different_streams() {
        assert_ne!(Random::new(&[1, 2]).bits(), Random::new(&[2, 1]).bits());
        assert_ne!(Random::new(&[0]).bits(), Random::new(&[0, 0]).bits());
    }
}
