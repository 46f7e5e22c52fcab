//! What was found out about a pair the last time it was met.

/// Slots of the table: 1 MB in all, which the second-level cache holds.
const SLOTS: usize = 1 << 17;

/// Remembers the verdicts on recent pairs, so that a pair of copies, which meets in most bands, costs
/// two signatures' way through the caches once and not every time.
///
/// Each pair has one slot, which the next pair that comes there takes over: forgetting costs a second look and
/// never changes a verdict.
#[derive(Debug)]
pub(super) struct Verdicts {
    /// The pair, and in the lowest bit whether it is worthwhile; 0 where there is none.
    slots: Vec<u64>,
}

impl Default for Verdicts {
    fn default() -> Self {
        Self {
            slots: vec![0; SLOTS],
        }
    }
}

impl Verdicts {
    /// The verdict on a pair (never 0), from memory or by `judge`.
    #[inline]
    pub(super) fn get_or(&mut self, pair: u64, judge: impl FnOnce() -> bool) -> bool {
        if pair >> 63 == 1 {
            // No room for the verdict: positions of 2^31 and more, a terabyte of signatures.
            return judge();
        }
        let mixed = pair.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slot = &mut self.slots[(mixed >> (64 - SLOTS.trailing_zeros())) as usize];
        if *slot >> 1 == pair {
            return *slot & 1 == 1;
        }
        let worthwhile = judge();
        *slot = pair << 1 | u64::from(worthwhile);
        worthwhile
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_verdict_is_that_of_the_judge(pairs in proptest::collection::vec((0u32..40, 0u32..), 1..400)) {
            let mut verdicts = Verdicts::default();
            for (a, b) in pairs {
                let pair = u64::from(a << 27) << 32 | u64::from(b) | 1;
                let judge = || (a ^ b).count_ones() % 2 == 0;
                proptest::prop_assert_eq!(verdicts.get_or(pair, judge), judge());
                proptest::prop_assert_eq!(verdicts.get_or(pair, judge), judge());
            }
        }
    }

    #[test]
    fn the_judge_is_asked_once() {
        let mut verdicts = Verdicts::default();
        for pair in [1, 2 << 32 | 5, u64::MAX >> 1] {
            for wanted in [true, false] {
                let mut verdicts = Verdicts::default();
                verdicts.get_or(pair, || wanted);
                assert_eq!(verdicts.get_or(pair, || !wanted), wanted);
            }
            assert!(verdicts.get_or(pair, || true));
        }
    }
}
