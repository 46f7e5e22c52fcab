//! Articles that meet by two values that stand close to each other.

use super::WANTED_PROBABILITY;
use crate::fingerprint::binomial;

/// Values are kept whole for at least so many places, if there are so many.
pub(super) const LEAST_VALUES: usize = 32;

/// The Jaccard similarity from which on pairs are found by two values that are close, where containment counts; below it single values
/// find those of unlike size ([`Containment`](super::Containment)).
///
/// It is that of two articles of the same length of which one half of each stands in the other, the least that any rule takes for a copy by
/// default.
pub const FOUND_BY_TWO: f64 = 1.0 / 3.0;

/// The most that two values may be apart.
pub(super) const MAX_REACH: usize = 3;

/// Which articles meet without bands: those that agree in one of the first `values` values of their signatures, and in one more
/// that stands at most `reach` places away from it, on a circle of `values` places.
///
/// Every value makes buckets, as a band of one row would; that a second one agrees shows without a look at the signatures. The
/// pairs that share one value are found by few buckets, and the many that share it by chance are left out. In a bucket of more than
/// [`CROWDED`](super::CROWDED) articles, which share a common phrase, only those meet that agree in all values within reach, or that were
/// published with few of the others: of pairs that share little but such phrases fewer are found than [`probability`](Self::probability) says.
///
/// ```
/// use wirecopy::lsh::Neighbours;
/// let neighbours = Neighbours::for_similarity(1.0 / 3.0, 128);
/// assert_eq!((neighbours.values(), neighbours.reach()), (32, 3));
/// assert!(neighbours.probability(1.0 / 3.0) >= 0.99);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbours {
    values: usize,
    reach: usize,
}

impl Neighbours {
    /// Of a signature of so many `values` the first quarter, 32 at least (all, if there are fewer), and the shortest reach with which a pair at
    /// `similarity` (0 to 1) is found with a probability of [`WANTED_PROBABILITY`]; one place more, up to 3, makes up for values that many
    /// articles share. Where none of up to 3 places finds it, a single value is enough, of as many as are needed.
    pub fn for_similarity(similarity: f64, values: usize) -> Self {
        let first = values.div_ceil(4).max(LEAST_VALUES).min(values);
        let finds = |neighbours: &Self| neighbours.probability(similarity) >= WANTED_PROBABILITY;
        let by_two = (1..=MAX_REACH).map(|reach| Self {
            values: first,
            reach,
        });
        let by_one = (first..=values).map(|values| Self { values, reach: 0 });
        let all = Self { values, reach: 0 };
        let mut chosen = by_two.chain(by_one).find(finds).unwrap_or(all);
        if chosen.reach > 0 {
            chosen.reach = (chosen.reach + 1).min(MAX_REACH);
        }
        chosen
    }

    /// Values that make buckets. They are kept whole.
    pub fn values(self) -> usize {
        self.values
    }

    /// How far a second value that agrees may be from the first; 0 if one is enough.
    pub fn reach(self) -> usize {
        self.reach
    }

    /// The probability, 0 to 1, that a pair with this Jaccard similarity becomes a candidate, where few others share its values: that of each
    /// number of values that agree, times that of two of them [being close](Self::probability_given).
    pub fn probability(self, similarity: f64) -> f64 {
        if similarity >= 1.0 {
            return 1.0;
        }
        let chances = binomial(self.values, similarity).into_iter().enumerate();
        let found = chances.map(|(agreeing, chance)| chance * self.probability_given(agreeing));
        found.sum::<f64>().clamp(0.0, 1.0)
    }

    /// The probability, 0 to 1, that of `agreeing` values that agree two are close; the most there is that such a pair is met.
    ///
    /// Of `n` places on a circle `m` can be chosen such that between any two of them lie `d` others at least in
    /// `n / (n - m d) * (n - m d over m)` of the `n over m` ways (Kaplansky, *Solution of the "Problème des ménages"*, 1943).
    pub fn probability_given(self, agreeing: usize) -> f64 {
        let (places, free) = (
            self.values,
            self.values.saturating_sub(agreeing * self.reach),
        );
        if agreeing == 0 {
            return 0.0;
        }
        if self.reach == 0 || agreeing > free || agreeing > places {
            return 1.0;
        }
        // The quotient of the two numbers of ways, factor by factor.
        let quotients = (0..agreeing).map(|at| (free - at) as f64 / (places - at) as f64);
        1.0 - places as f64 / free as f64 * quotients.product::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_values_as_are_needed() {
        for (similarity, slots, values, reach) in [
            (0.3, 128, 32, 3),
            (0.35, 128, 32, 3),
            (0.5, 128, 32, 2),
            (0.9, 128, 32, 2),
            (0.1, 128, 44, 0),
            (0.01, 128, 128, 0),
            (0.3, 16, 16, 0),
            (0.3, 256, 64, 2),
            (0.3, 4096, 1024, 2),
            (0.3, 1, 1, 0),
        ] {
            let wanted = Neighbours { values, reach };
            let chosen = Neighbours::for_similarity(similarity, slots);
            assert_eq!(chosen, wanted, "{similarity} {slots}");
            if reach == 2 {
                let less = Neighbours { values, reach: 1 };
                assert!(less.probability(similarity) >= WANTED_PROBABILITY);
            }
        }
    }

    /// The probability by going round the circle, for each state of the places behind.
    fn by_transfer(values: usize, reach: usize, similarity: f64) -> f64 {
        let states = 1usize << reach;
        let none: f64 = (0..states)
            .map(|start| {
                let mut chances = vec![0.0; states];
                chances[start] = 1.0;
                for _ in 0..values {
                    let mut next = vec![0.0; states];
                    for (state, chance) in chances.iter().enumerate() {
                        next[state << 1 & (states - 1)] += chance * (1.0 - similarity);
                        if state == 0 && reach > 0 {
                            next[1] += chance * similarity;
                        }
                    }
                    chances = next;
                }
                chances[start]
            })
            .sum();
        1.0 - none
    }

    #[test]
    fn the_formula_is_that_of_the_transfer_matrix() {
        for values in [1, 2, 3, 4, 5, 31, 32, 48, 256] {
            for reach in 0..=MAX_REACH {
                for similarity in [0.0, 0.05, 0.3, 0.7, 0.99, 1.0] {
                    let formula = Neighbours { values, reach }.probability(similarity);
                    let wanted = by_transfer(values, reach, similarity);
                    assert!(
                        (formula - wanted).abs() < 1e-9,
                        "{values} {reach} {similarity}: {formula}, {wanted}"
                    );
                }
            }
        }
    }

    #[test]
    fn known_probabilities() {
        let chance = |reach, similarity| Neighbours { values: 32, reach }.probability(similarity);
        assert!((chance(3, 0.3) - 0.9916).abs() < 5e-5);
        assert!((chance(3, 0.33) - 0.9964).abs() < 5e-5);
        assert!((chance(2, 0.3) - 0.9785).abs() < 5e-5);
    }

    proptest::proptest! {
        #[test]
        fn probability_is_monotone(values in 1usize..200, reach in 0usize..=MAX_REACH, a in 0.0f64..=1.0, b in 0.0f64..=1.0) {
            let neighbours = Neighbours { values, reach };
            let (low, high) = (neighbours.probability(a.min(b)), neighbours.probability(a.max(b)));
            proptest::prop_assert!(low <= high + 1e-9);
            proptest::prop_assert!((0.0..=1.0).contains(&high));
        }
    }
}
