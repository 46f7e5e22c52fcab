//! What was found out about a pair the last time it was met.

/// Cells of the table: 1 MB in all, which the second-level cache holds.
const CELLS: usize = 1 << 17;

/// Remembers what became of recent pairs, so that a pair of copies, which meets in most bands, costs
/// two signatures' way through the caches once and not every time.
///
/// Each pair has one cell, which the next pair that comes there takes over: forgetting costs a second look and
/// never changes what is found.
#[derive(Debug)]
pub(super) struct Verdicts {
    /// The pair, and in the lowest bit the verdict; 0 where there is none.
    cells: Vec<u64>,
}

impl Default for Verdicts {
    fn default() -> Self {
        Self {
            cells: vec![0; CELLS],
        }
    }
}

impl Verdicts {
    #[inline]
    fn cell(pair: u64) -> usize {
        (pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - CELLS.trailing_zeros())) as usize
    }

    /// What became of a pair (never 0): true if it was found, false if it was dropped.
    #[inline]
    pub(super) fn get(&self, pair: u64) -> Option<bool> {
        let cell = self.cells[Self::cell(pair)];
        (cell >> 1 == pair).then_some(cell & 1 == 1)
    }

    /// Remembers what became of a pair.
    #[inline]
    pub(super) fn set(&mut self, pair: u64, found: bool) {
        // Where there is no room for the verdict (positions of 2^31 and more, a third of a terabyte of signatures) nothing is remembered.
        if pair >> 63 == 0 {
            self.cells[Self::cell(pair)] = pair << 1 | u64::from(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_is_remembered_is_true(pairs in proptest::collection::vec((0u32..40, 0u32..), 1..400)) {
            let mut verdicts = Verdicts::default();
            for (a, b) in pairs {
                let pair = u64::from(a << 27) << 32 | u64::from(b) | 1;
                let found = (a ^ b).count_ones() % 2 == 0;
                proptest::prop_assert!(verdicts.get(pair).is_none_or(|verdict| verdict == found));
                verdicts.set(pair, found);
                proptest::prop_assert_eq!(verdicts.get(pair), (pair >> 63 == 0).then_some(found));
            }
        }
    }

    #[test]
    fn the_last_of_two_pairs_in_one_cell_is_remembered() {
        let mut verdicts = Verdicts::default();
        let same = |&other: &u64| Verdicts::cell(other) == Verdicts::cell(1);
        let other = (2..).find(same).unwrap();
        assert_eq!(verdicts.get(1), None);
        verdicts.set(1, true);
        assert_eq!((verdicts.get(1), verdicts.get(other)), (Some(true), None));
        verdicts.set(other, false);
        assert_eq!((verdicts.get(1), verdicts.get(other)), (None, Some(false)));
    }
}
