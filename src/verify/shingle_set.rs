//! Shingle sets as sorted lists.

/// Sorts `shingles` and removes repeats: the set of them.
pub fn distinct(shingles: &mut Vec<u64>) {
    shingles.sort_unstable();
    shingles.dedup();
}

/// How many shingles two sets (sorted, without repeats) have in common.
///
/// ```
/// assert_eq!(wirecopy::verify::shared(&[1, 4, 6], &[2, 4, 6, 8]), 2);
/// ```
pub fn shared(a: &[u64], b: &[u64]) -> u32 {
    let (mut i, mut j, mut count) = (0, 0, 0);
    // Without branches on the data: which side advances is as good as random.
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        count += u32::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    proptest::proptest! {
        #[test]
        fn equals_the_set_intersection(mut a in proptest::collection::vec(0u64..60, 0..50), mut b in proptest::collection::vec(0u64..60, 0..50)) {
            let naive = a.iter().collect::<HashSet<_>>().intersection(&b.iter().collect()).count();
            distinct(&mut a);
            distinct(&mut b);
            proptest::prop_assert_eq!(shared(&a, &b) as usize, naive);
            proptest::prop_assert_eq!(shared(&a, &b), shared(&b, &a));
            proptest::prop_assert_eq!(shared(&a, &a) as usize, a.len());
        }
    }
}
