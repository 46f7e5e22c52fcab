//! How many of the shingles of an article are distinct, without sorting them.

use super::kernels::Kernel;

/// Counts distinct shingles in a table of bits (linear counting: Whang, Vander-Zanden, Taylor 1990).
#[derive(Debug, Default)]
pub(super) struct DistinctCounter {
    bits: Vec<u64>,
}

impl DistinctCounter {
    /// Bits for a shingle: with 32, one in sixty shingles falls on the bit of another.
    const BITS: usize = 32;

    /// A number that the distinct shingles among `shingles` are never below: how many bits they set.
    pub(super) fn at_least(&mut self, shingles: &[u64]) -> u32 {
        let words = (shingles.len() * Self::BITS)
            .next_power_of_two()
            .div_ceil(64)
            .max(2);
        self.bits.clear();
        self.bits.resize(words, 0);
        Kernel::best().set_bits(shingles, &mut self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    proptest::proptest! {
        #[test]
        fn never_more_and_hardly_less_than_there_are(repeats in 1u64..5, count in 0u64..3000) {
            let shingles: Vec<u64> = (0..count)
                .map(|i| crate::fingerprint::shingles::finalise(i / repeats + 1))
                .collect();
            let distinct = shingles.iter().collect::<HashSet<_>>().len() as u32;
            let mut counter = DistinctCounter::default();
            let least = counter.at_least(&shingles);
            proptest::prop_assert!(least <= distinct);
            proptest::prop_assert!(f64::from(distinct - least) <= 0.03 * f64::from(distinct) + 6.0, "{least} of {distinct}");
            proptest::prop_assert_eq!(counter.at_least(&shingles), least);
        }
    }
}
