//! Buckets that are too full to compare everyone with everyone, and those who fill them.

use super::unpack;
use crate::fingerprint::Signatures;
use std::sync::atomic::{AtomicU16, Ordering};

/// A bucket with more articles than this is crowded.
pub const CROWDED: usize = 64;
/// Once an article has so many worthwhile partners, crowded buckets bring it no more.
pub const PARTNERS: u8 = 8;
/// Neighbours in sorted order that a crowded bucket proposes to each of its articles.
const NEIGHBOURS: usize = 3;
/// Values after the band that neighbours must share, so that strangers in a crowded bucket
/// (common phrases bring many together) cost no comparison.
const SHARED_AFTER_BAND: usize = 2;

/// Calls `pair` with each article of a crowded bucket and its neighbours by the values that follow the
/// band (cyclically). Leaves the bucket in that order.
pub(super) fn neighbours(
    positions: &mut [u32],
    band_end: usize,
    members: &[u32],
    signatures: &Signatures,
    mut pair: impl FnMut(u32, u32),
) {
    let slots = signatures.slots();
    let after = band_end % slots;
    // The values behind the band, up to the end of the signature, then those from its beginning.
    let turned = |position: u32| {
        let (front, back) = signatures.row(members[position as usize]).split_at(after);
        (back, front)
    };
    positions.sort_unstable_by_key(|&position| (turned(position), position));

    for (at, &a) in positions.iter().enumerate() {
        for &b in positions[at + 1..].iter().take(NEIGHBOURS) {
            // Sorted: once a neighbour shares too little, so do those behind it.
            if !shares_enough(turned(a), turned(b)) {
                break;
            }
            pair(a, b);
        }
    }
}

/// Whether two turned signatures begin alike.
fn shares_enough(a: (&[u32], &[u32]), b: (&[u32], &[u32])) -> bool {
    let pairs = a.0.iter().zip(b.0).chain(a.1.iter().zip(b.1));
    pairs.take(SHARED_AFTER_BAND).all(|(a, b)| a == b)
}

/// An article belongs to a crowd if one in so many of its buckets is crowded.
const OF_BUCKETS: usize = 4;

/// Bounds the partners that a crowd gives to one article.
#[derive(Debug)]
pub(super) struct Crowd {
    partners: Vec<u8>,
    /// Crowded buckets that each article was in.
    buckets: Vec<AtomicU16>,
    /// Whether each article belongs to a crowd and has partners enough.
    part: Vec<bool>,
}

impl Crowd {
    pub(super) fn new(members: usize) -> Self {
        Self {
            partners: vec![0; members],
            buckets: (0..members).map(|_| AtomicU16::new(0)).collect(),
            part: vec![false; members],
        }
    }

    /// Settles who belongs to a crowd for the bands that come next, after `bands` of them.
    pub(super) fn begin(&mut self, bands: usize) {
        let least = bands.div_ceil(OF_BUCKETS).max(1);
        for (at, part) in self.part.iter_mut().enumerate() {
            let buckets = usize::from(*self.buckets[at].get_mut());
            *part = buckets >= least && self.partners[at] >= PARTNERS;
        }
    }

    /// Whether an article has so many partners that crowded buckets bring it no more.
    pub(super) fn has_enough(&self, position: u32) -> bool {
        self.partners[position as usize] >= PARTNERS
    }

    /// Whether an article has partners enough and belongs to a crowd, so that small buckets, too, bring it no
    /// more partners from the crowd.
    pub(super) fn is_part(&self, position: u32) -> bool {
        self.part[position as usize]
    }

    /// Counts a crowded bucket for each of its articles.
    pub(super) fn count_bucket(&self, positions: &[u32]) {
        for &position in positions {
            self.buckets[position as usize].fetch_add(1, Ordering::Relaxed);
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

    /// The pairs of `worthwhile` that are kept, in order: not those of which both articles have partners enough by then.
    pub(super) fn choose(&mut self, worthwhile: &[u64]) -> Vec<u64> {
        let mut chosen = Vec::new();
        for &pair in worthwhile {
            let (a, b) = unpack(pair);
            if !(self.has_enough(a) && self.has_enough(b)) {
                chosen.push(pair);
                self.count_partners(&[pair]);
            }
        }
        chosen
    }
}
