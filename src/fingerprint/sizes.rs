//! How many distinct shingles articles have, as closely as signatures have to be told by it.

use std::ops::RangeInclusive;

/// Bounds of the number of distinct shingles of an article, as logarithms: [`Size::STEPS`] for a factor of two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) least: u16,
    pub(crate) most: u16,
}

impl Size {
    /// Steps of the logarithm in a factor of two.
    pub(crate) const STEPS: f64 = 1024.0;

    pub(crate) fn new(shingles: RangeInclusive<u32>) -> Self {
        Self {
            least: Self::of(f64::from(*shingles.start())),
            // One more for what was rounded down.
            most: Self::of(f64::from(*shingles.end())) + 1,
        }
    }

    /// The logarithm of a number, or of a ratio of 1 or more, rounded down.
    pub(crate) fn of(shingles: f64) -> u16 {
        (shingles.max(1.0).log2() * Self::STEPS) as u16
    }

    /// How far apart two sizes may be, as a logarithm.
    #[inline]
    pub(crate) fn difference(self, other: Self) -> u16 {
        // Of the two the smaller bound below and the greater bound above may be of the same article, whose size is not known well.
        self.most.max(other.most) - self.least.min(other.least)
    }
}

/// A number for each difference in size, in steps of a thirty-second of a factor of two.
#[derive(Debug)]
pub(crate) struct BySizes(Vec<u32>);

impl BySizes {
    const STEP: usize = 32;

    /// `number` tells it for a ratio of sizes, 1 or more: the greatest ratio of each step.
    pub(crate) fn new(number: impl Fn(f64) -> u32) -> Self {
        let of_step =
            |step: usize| number(2f64.powf(((step + 1) * Self::STEP) as f64 / Size::STEPS));
        Self(
            (0..=usize::from(u16::MAX) / Self::STEP)
                .map(of_step)
                .collect(),
        )
    }

    #[inline]
    pub(crate) fn at(&self, difference: u16) -> u32 {
        self.0[usize::from(difference) / Self::STEP]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_difference_is_never_below_the_ratio(a in 1u32..3_000_000, b in 1u32..3_000_000, more in 0u32..100) {
            let difference = Size::new(a..=a + more).difference(Size::new(b..=b));
            let (smaller, larger) = (a.min(b), (a + more).max(b));
            let ratio = f64::from(larger) / f64::from(smaller);
            let logarithm = f64::from(difference) / Size::STEPS;
            prop_assert!(logarithm >= ratio.log2() - 1e-9);
            prop_assert!(logarithm <= ratio.log2() + 3.0 / Size::STEPS);
            // The ratio that a number is told for is the greatest of those that look it up, and not far from any of them.
            let told = BySizes::new(|ratio| (ratio.log2() * 1e6) as u32).at(difference);
            prop_assert!(f64::from(told) >= logarithm * 1e6 - 1.0);
            prop_assert!(f64::from(told) <= (logarithm + 1.0 / 32.0) * 1e6 + 1.0);
        }
    }
}
