//! Sets of shingles.
//!
//! A set is kept as a list without repeats, in no particular order: sorting it would cost more than all that is
//! done with it. [`Members`] is the set in a form that can be asked.

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

    /// Empties the set and makes room for `len` shingles.
    pub(super) fn clear(&mut self, len: usize) {
        // At most two places in five are taken; at one in two, placing begins to fail.
        self.half = (len + len / 4).next_power_of_two().max(2);
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
    #[inline]
    pub(super) fn contains(&self, shingle: u64) -> bool {
        let placed = (self.places[self.first(shingle)] == shingle)
            | (self.places[self.second(shingle)] == shingle);
        placed || (!self.spare.is_empty() && self.spare.contains(&shingle))
    }

    /// Adds a shingle; `false` if it was there.
    ///
    /// # Panics
    /// If [`clear`](Self::clear) was never called.
    pub(super) fn insert(&mut self, shingle: u64) -> bool {
        if self.contains(shingle) {
            return false;
        }
        self.len += 1;
        let mut homeless = shingle;
        for _ in 0..Self::MOVES {
            let place = self.first(homeless);
            std::mem::swap(&mut self.places[place], &mut homeless);
            if self.first(homeless) != place {
                return true;
            }
            let place = self.second(homeless);
            std::mem::swap(&mut self.places[place], &mut homeless);
            if self.second(homeless) != place {
                return true;
            }
        }
        self.spare.push(homeless);
        true
    }

    /// How many shingles the set holds.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// How many of the shingles of `other` (without repeats) are in this set; `None` as soon as
    /// it is certain that they are fewer than `needed`.
    pub(super) fn shared(&self, other: &[[u8; 8]], needed: u32) -> Option<u32> {
        /// Between two looks at whether `needed` can still be reached.
        const STRETCH: usize = 32;
        let mut shared = 0;
        let mut left = other.len();
        for stretch in other.chunks(STRETCH) {
            if shared as usize + left < needed as usize {
                return None;
            }
            for &shingle in stretch {
                shared += u32::from(self.contains(u64::from_le_bytes(shingle)));
            }
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
        set.clear(shingles.len());
        for &shingle in shingles {
            set.insert(shingle);
        }
        set
    }

    /// Shingles that compete for few places, and the two that mark free ones.
    fn crowded_shingles() -> impl Strategy<Value = u64> {
        let few = (0u64..4, 0u64..4, 0u64..4).prop_map(|(a, b, c)| a << 62 | b << 30 | c);
        prop_oneof![few, Just(0), Just(u64::MAX), 0u64..9]
    }

    proptest! {
        #[test]
        fn equals_the_standard_set(list in proptest::collection::vec(crowded_shingles(), 0..90), asked in proptest::collection::vec(crowded_shingles(), 0..90)) {
            let mut naive = HashSet::new();
            let mut set = Members::default();
            set.clear(list.len());
            for &shingle in &list {
                prop_assert_eq!(set.insert(shingle), naive.insert(shingle));
            }
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
            let other: Vec<[u8; 8]> = b.iter().map(|x| scatter(x).to_le_bytes()).collect();
            prop_assert_eq!(set.shared(&other, needed), (shared >= needed).then_some(shared));
        }
    }

    #[test]
    fn a_set_is_used_again() {
        let mut set = set_of(&[1, 2, 3]);
        set.clear(1);
        assert!(!set.contains(1) && set.insert(9) && set.contains(9));
        assert_eq!(set.len(), 1);
    }
}
