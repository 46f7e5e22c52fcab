//! Buckets that are too full to compare everyone with everyone.

use super::{pack, unpack};
use crate::fingerprint::Signatures;

/// A bucket with more articles than this is crowded.
pub const CROWDED: usize = 64;
/// Once an article has so many worthwhile partners, crowded buckets bring it no more.
pub const PARTNERS: u8 = 8;
/// Neighbours in sorted order that a crowded bucket proposes to each of its articles.
const NEIGHBOURS: usize = 3;
/// Values after the band that neighbours must share, so that strangers in a crowded bucket
/// (common phrases bring many together) cost no comparison.
const SHARED_AFTER_BAND: usize = 2;

/// Proposes to each article of a crowded bucket its neighbours by the values that follow the
/// band (cyclically), and returns how many pairs it added to `pairs`.
pub(super) fn propose(
    positions: impl Iterator<Item = u32>,
    band_end: usize,
    members: &[u32],
    signatures: &Signatures,
    pairs: &mut Vec<u64>,
) -> u64 {
    let slots = signatures.slots();
    let after = band_end % slots;
    // The values behind the band, up to the end of the signature, then those from its beginning.
    let turned = |position: u32| {
        let (front, back) = signatures.row(members[position as usize]).split_at(after);
        (back, front)
    };
    let mut order: Vec<u32> = positions.collect();
    order.sort_unstable_by_key(|&position| (turned(position), position));

    let before = pairs.len();
    for (at, &a) in order.iter().enumerate() {
        for &b in order[at + 1..].iter().take(NEIGHBOURS) {
            // Sorted: once a neighbour shares too little, so do those behind it.
            if !shares_enough(turned(a), turned(b)) {
                break;
            }
            pairs.push(pack(a, b));
        }
    }
    (pairs.len() - before) as u64
}

/// Whether two turned signatures begin alike.
fn shares_enough(a: (&[u32], &[u32]), b: (&[u32], &[u32])) -> bool {
    let pairs = a.0.iter().zip(b.0).chain(a.1.iter().zip(b.1));
    pairs.take(SHARED_AFTER_BAND).all(|(a, b)| a == b)
}

/// Bounds the partners that crowded buckets give to one article.
#[derive(Debug)]
pub(super) struct Crowd {
    partners: Vec<u8>,
}

impl Crowd {
    pub(super) fn new(members: usize) -> Self {
        Self {
            partners: vec![0; members],
        }
    }

    /// Counts the partners that `pairs` gives to each article.
    pub(super) fn count_partners(&mut self, pairs: &[u64]) {
        for &pair in pairs {
            let (a, b) = unpack(pair);
            for position in [a, b] {
                let count = &mut self.partners[position as usize];
                *count = count.saturating_add(1);
            }
        }
    }

    /// The pairs of `proposals` that were looked at, and of these the ones to keep. A pair
    /// of which both articles have partners enough is not looked at.
    pub(super) fn choose(
        &mut self,
        proposals: &[u64],
        agree: impl Fn(u64) -> bool,
    ) -> (Vec<u64>, Vec<u64>) {
        let mut looked_at = Vec::new();
        let mut kept = Vec::new();
        for &pair in proposals {
            let (a, b) = unpack(pair);
            if self.partners[a as usize] >= PARTNERS && self.partners[b as usize] >= PARTNERS {
                continue;
            }
            looked_at.push(pair);
            if agree(pair) {
                kept.push(pair);
                self.count_partners(&[pair]);
            }
        }
        (looked_at, kept)
    }
}
