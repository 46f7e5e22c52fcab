//! Sets of shingles.
//!
//! A set is kept as a list without repeats, in no particular order: sorting it would cost more than all that is
//! done with it. [`Repeats`] makes it of the shingles of a text; [`Members`] is the set in a form that can be asked.

/// Leaves out repeated shingles, with the help of a table in which each is looked for from the place on that its first bits name.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// Of each shingle that has come, its number among them from 1 on; 0 where there is none yet.
    places: Vec<u32>,
}

impl Repeats {
    /// Appends the shingles that are not repeats of earlier ones to `set`, in their order, each in little-endian order of
    /// bytes. Returns how many.
    pub(super) fn leave_out(&mut self, shingles: &[u64], set: &mut Vec<u8>) -> u32 {
        // At most one place in four is taken: to find one taken is a branch that the processor does not foresee.
        let places = (4 * shingles.len()).next_power_of_two().max(4);
        let shift = u64::BITS - places.trailing_zeros();
        self.places.clear();
        self.places.resize(places, 0);
        let start = set.len();
        set.resize(start + 8 * shingles.len(), 0);
        let room = set[start..].as_chunks_mut().0;
        let mut distinct = 0;
        'next: for &shingle in shingles {
            let bytes = shingle.to_le_bytes();
            let mut place = (shingle >> shift) as usize;
            while self.places[place] != 0 {
                if room[self.places[place] as usize - 1] == bytes {
                    continue 'next;
                }
                place = (place + 1) & (places - 1);
            }
            room[distinct] = bytes;
            distinct += 1;
            self.places[place] = distinct as u32;
        }
        set.truncate(start + 8 * distinct);
        distinct as u32
    }
}

/// A set that answers whether a shingle is in it, by cuckoo hashing (Pagh, Rodler 2001).
///
/// Every shingle stands in one of two places, chosen by its first bits and by its last (shingles are hashes
/// already). To ask is to look at both: no branch that depends on the data, which is what makes it three
/// times as fast as merging two sorted lists.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// Two tables of the same size, one behind the other. A place is free when what it holds belongs elsewhere.
    places: Vec<u64>,
    half: usize,
    /// How far the first bits must be moved to become a place in the first table.
    shift: u32,
    /// Those that found no place: none but by a very rare chance.
    spare: Vec<u64>,
    len: usize,
}

impl Members {
    /// Moves that are tried before a shingle becomes spare.
    const MOVES: usize = 64;

    /// Makes it the set of these shingles, none of which is repeated.
    pub(super) fn fill(&mut self, shingles: &[[u8; 8]]) {
        self.clear(shingles.len());
        for &shingle in shingles {
            self.insert(u64::from_le_bytes(shingle));
        }
    }

    /// Empties the set and makes room for `len` shingles.
    fn clear(&mut self, len: usize) {
        // At most one place in four is taken: few are moved, which is what takes time; at one in two, placing begins to fail.
        self.half = (2 * len).next_power_of_two().max(2);
        self.shift = u64::BITS - self.half.trailing_zeros();
        self.spare.clear();
        self.len = 0;
        self.places.clear();
        self.places.resize(2 * self.half, 0);
        // Zero belongs into the first place of either table.
        self.places[0] = u64::MAX;
        self.places[self.half] = u64::MAX;
    }

    #[inline]
    fn first(&self, shingle: u64) -> usize {
        (shingle >> self.shift) as usize
    }

    #[inline]
    fn second(&self, shingle: u64) -> usize {
        self.half + (shingle as usize & (self.half - 1))
    }

    /// Whether the set holds `shingle`.
    pub(super) fn contains(&self, shingle: u64) -> bool {
        self.placed(shingle) || self.spare.contains(&shingle)
    }

    /// Whether `shingle` stands in one of its places.
    #[inline]
    fn placed(&self, shingle: u64) -> bool {
        (self.places[self.first(shingle)] == shingle)
            | (self.places[self.second(shingle)] == shingle)
    }

    /// Adds a shingle that is not in the set yet.
    #[inline]
    fn insert(&mut self, shingle: u64) {
        self.len += 1;
        let mut homeless = shingle;
        for _ in 0..Self::MOVES {
            let place = self.first(homeless);
            std::mem::swap(&mut self.places[place], &mut homeless);
            if self.first(homeless) != place {
                return;
            }
            let place = self.second(homeless);
            std::mem::swap(&mut self.places[place], &mut homeless);
            if self.second(homeless) != place {
                return;
            }
        }
        self.spare.push(homeless);
    }

    /// How many shingles the set holds.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// How many of the shingles of `other` (without repeats) are in this set; `None` as soon as
    /// it is certain that they are fewer than `needed`. If they are not, `which` tells them: a bit for each of `other`,
    /// from the lowest of each word on.
    pub(super) fn shared(
        &self,
        other: &[[u8; 8]],
        needed: u32,
        which: &mut Vec<u64>,
    ) -> Option<u32> {
        which.clear();
        let mut shared = 0;
        let mut left = other.len();
        for stretch in other.chunks(u64::BITS as usize) {
            if shared as usize + left < needed as usize {
                return None;
            }
            let mut bits = 0;
            for &shingle in stretch {
                bits = bits >> 1 | u64::from(self.placed(u64::from_le_bytes(shingle))) << 63;
            }
            bits >>= u64::BITS as usize - stretch.len();
            if !self.spare.is_empty() {
                for (at, &shingle) in stretch.iter().enumerate() {
                    bits |= u64::from(self.spare.contains(&u64::from_le_bytes(shingle))) << at;
                }
            }
            which.push(bits);
            shared += bits.count_ones();
            left -= stretch.len();
        }
        (shared >= needed).then_some(shared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn set_of(shingles: &[u64]) -> Members {
        let mut set = Members::default();
        set.fill(&bytes(shingles));
        set
    }

    fn bytes(shingles: &[u64]) -> Vec<[u8; 8]> {
        shingles.iter().map(|x| x.to_le_bytes()).collect()
    }

    /// Shingles that compete for few places, and the two that mark free ones.
    fn crowded_shingles() -> impl Strategy<Value = u64> {
        let few = (0u64..4, 0u64..4, 0u64..4).prop_map(|(a, b, c)| a << 62 | b << 30 | c);
        prop_oneof![few, Just(0), Just(u64::MAX), 0u64..9]
    }

    proptest! {
        #[test]
        fn equals_the_standard_set(list in proptest::collection::vec(crowded_shingles(), 0..90), asked in proptest::collection::vec(crowded_shingles(), 0..90)) {
            let naive: HashSet<u64> = list.iter().copied().collect();
            let set = set_of(&Vec::from_iter(naive.iter().copied()));
            prop_assert_eq!(set.len(), naive.len());
            for shingle in asked.into_iter().chain(list).chain([0, u64::MAX]) {
                prop_assert_eq!(set.contains(shingle), naive.contains(&shingle));
            }
        }

        #[test]
        fn shared_is_the_size_of_the_intersection(
            a in proptest::collection::hash_set(0u64..300, 0..200), b in proptest::collection::hash_set(0u64..300, 0..200), needed in 0u32..200
        ) {
            let scatter = |x: &u64| x.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let shared = a.intersection(&b).count() as u32;
            let set = set_of(&a.iter().map(scatter).collect::<Vec<_>>());
            let other = bytes(&b.iter().map(scatter).collect::<Vec<_>>());
            let mut which = vec![7];
            prop_assert_eq!(set.shared(&other, needed, &mut which), (shared >= needed).then_some(shared));
            if shared >= needed {
                prop_assert_eq!(which.len(), b.len().div_ceil(64));
                for (at, shingle) in b.iter().enumerate() {
                    prop_assert_eq!(which[at / 64] >> (at % 64) & 1 == 1, a.contains(shingle));
                }
            }
        }

        #[test]
        fn only_repeats_are_left_out(lists in proptest::collection::vec(proptest::collection::vec(crowded_shingles(), 0..90), 1..4)) {
            let mut repeats = Repeats::default();
            let mut set = vec![1, 2, 3];
            for list in lists {
                let before = set.len();
                let mut seen = HashSet::new();
                let naive: Vec<u64> = list.iter().copied().filter(|&shingle| seen.insert(shingle)).collect();
                prop_assert_eq!(repeats.leave_out(&list, &mut set) as usize, naive.len());
                let naive = bytes(&naive);
                prop_assert_eq!(&set[before..], naive.as_flattened());
            }
        }
    }

    #[test]
    fn a_set_is_used_again() {
        let mut set = set_of(&[1, 2, 3]);
        set.fill(&bytes(&[9]));
        assert!(!set.contains(1) && set.contains(9));
        assert_eq!(set.len(), 1);
    }
}
