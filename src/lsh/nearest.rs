//! The nearest neighbours in a bucket that is too full to compare everyone with everyone.

use super::access::SignatureAccess;

/// Neighbours in sorted order that a crowded bucket proposes to each of its articles.
const NEIGHBOURS: usize = 3;

/// Calls `pair` with each article of a crowded bucket (ascending) and its neighbours by the values that follow the
/// band (cyclically).
///
/// Neighbours share at least the two values after the band, so that strangers in a crowded
/// bucket (common phrases bring many together) cost no comparison.
pub(super) fn nearest(
    articles: &[u32],
    band_end: usize,
    signatures: &impl SignatureAccess,
    mut pair: impl FnMut(u32, u32),
) {
    let count = signatures.layout().whole();
    let value_of = signatures.values_of(articles);
    // Two values, the first of them `depth` behind the band, of the article at a place of the list.
    let values = |place: u32, depth: usize| {
        let value = |depth: usize| u64::from(value_of(place as usize, (band_end + depth) % count));
        value(depth) << 32 | value(depth + 1)
    };
    let mut order: Vec<(u64, u32)> = (0..articles.len() as u32).map(|place| (0, place)).collect();
    arrange(&mut order, count, 0, &values);

    for (at, &(_, a)) in order.iter().enumerate() {
        for &(_, b) in order[at + 1..].iter().take(NEIGHBOURS) {
            // Sorted: once a neighbour shares too little, so do those behind it.
            if values(a, 0) != values(b, 0) {
                break;
            }
            pair(articles[a as usize], articles[b as usize]);
        }
    }
}

/// Sorts by the values from `depth` on, then by place; two values at a time, since few articles
/// share many of them.
fn arrange(
    order: &mut [(u64, u32)],
    count: usize,
    depth: usize,
    values: &impl Fn(u32, usize) -> u64,
) {
    for (key, place) in &mut *order {
        *key = values(*place, depth);
    }
    order.sort_unstable();
    if depth + 2 < count {
        for run in order.chunk_by_mut(|a, b| a.0 == b.0) {
            if run.len() > 1 {
                arrange(run, count, depth + 2, values);
            }
        }
    }
}
