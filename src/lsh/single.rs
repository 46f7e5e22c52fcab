//! Single values of signatures: an index of sampled shingles.
//!
//! A value that two articles share at the same place is the hash of a shingle that both have, and that is the least of
//! theirs there: each place samples one shingle in so many, the same ones in every article. A shingle that few articles
//! have is seldom shared by strangers, so where at most [`RARE`] articles share a value, every pair of them is looked at.
//! A value that more of them share is a common phrase or a story printed many times: there each article is
//! looked at beside [`REPRESENTATIVES`] of them, which for a much-printed story are copies of it as a rule, and others at every
//! place. The work is linear in both cases.

/// Up to so many articles may share a value for all their pairs to be looked at.
pub const RARE: usize = 16;

/// Of the articles that share a common value, so many are looked at beside all others.
pub const REPRESENTATIVES: usize = 4;

/// The probability, 0 to 1, that a pair of this Jaccard similarity shares one of `slots` values: `1 - (1 - s)^slots`.
///
/// Where the shared shingles are rare the pair then becomes a candidate; where only a part of them is, `similarity` counts
/// for that part.
///
/// ```
/// use wirecopy::lsh::probability_by_single_values;
/// assert!(probability_by_single_values(0.05, 128) > 0.998);
/// ```
pub fn probability_by_single_values(similarity: f64, slots: usize) -> f64 {
    1.0 - (1.0 - similarity).powf(slots as f64)
}

/// Some of the articles that share a common value, spread over the corpus, others at every slot.
pub(super) fn representatives(positions: &[u32], slot: usize) -> [u32; REPRESENTATIVES] {
    let step = positions.len() / REPRESENTATIVES;
    std::array::from_fn(|at| positions[at * step + slot % step])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn representatives_are_different_ones() {
        for len in [RARE as u32 + 1, 64, 1_001] {
            let positions: Vec<u32> = (0..len).map(|at| at * 3).collect();
            let mut all = std::collections::BTreeSet::new();
            for slot in 0..128 {
                let chosen = representatives(&positions, slot);
                assert!(chosen.is_sorted_by(|a, b| a < b), "{chosen:?}");
                all.extend(chosen);
            }
            assert!(all.len() >= (len as usize / REPRESENTATIVES).min(128) * REPRESENTATIVES);
            assert!(all.iter().all(|position| positions.contains(position)));
        }
    }
}
