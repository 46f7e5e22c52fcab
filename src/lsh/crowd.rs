//! Crowds: those who fill buckets that are too full to compare everyone with everyone.

use super::{Worth, unpack};
use crate::fingerprint::SizeAndDay;
use crate::memory::SEARCH;
use std::sync::atomic::{AtomicU8, Ordering};

/// A bucket with more articles than this is crowded.
pub const CROWDED: usize = 64;
/// Once an article has so many partners that most likely are copies of it, crowded buckets bring it no more.
pub const LIKELY_PARTNERS: u8 = 8;
/// The same for partners that perhaps are copies: many of them may turn out not to be.
pub const PERHAPS_PARTNERS: u8 = 64;

/// An article belongs to a crowd if one in so many of its buckets is crowded.
const OF_BUCKETS: usize = 4;

/// Partners that most likely are copies without which an article does not belong to a crowd: boilerplate alone brings
/// only partners that perhaps are.
const CERTAIN: u8 = 3;

/// Bounds the partners that a crowd gives to one article: three bytes and a bit for each.
#[derive(Debug)]
pub(super) struct Crowd {
    /// The partners of each article, in the measure of [`PERHAPS_PARTNERS`].
    partners: Vec<u8>,
    /// Those that most likely are copies alone, up to 255.
    likely: Vec<u8>,
    /// Crowded buckets that each article was in, up to 255.
    buckets: Vec<AtomicU8>,
    /// A bit for each article: whether it belongs to a crowd and has partners enough. That is asked of all pairs, so that all bits should fit the caches.
    belongs: Vec<u64>,
    /// Whether any of them is set: in most corpora none is, and no look into memory is needed to say so.
    any_belongs: bool,
}

// Of every article the search has its size and day, and what is counted here; the bit takes a part of one more byte.
const _: () = assert!(size_of::<SizeAndDay>() + 3 * size_of::<u8>() < SEARCH);

impl Crowd {
    pub(super) fn new(articles: usize) -> Self {
        Self {
            partners: vec![0; articles],
            likely: vec![0; articles],
            buckets: (0..articles).map(|_| AtomicU8::new(0)).collect(),
            belongs: vec![0; articles.div_ceil(u64::BITS as usize)],
            any_belongs: false,
        }
    }

    /// Settles who belongs to a crowd for the bands that come next, after `bands` of them.
    pub(super) fn begin(&mut self, bands: usize) {
        let least = bands.div_ceil(OF_BUCKETS).clamp(1, u8::MAX.into()) as u8;
        self.any_belongs = false;
        self.belongs.fill(0);
        let counted = self
            .partners
            .iter()
            .zip(&self.likely)
            .zip(&mut self.buckets);
        for (article, ((&partners, &likely), buckets)) in counted.enumerate() {
            if *buckets.get_mut() >= least && partners >= PERHAPS_PARTNERS && likely >= CERTAIN {
                self.belongs[article / 64] |= 1 << (article % 64);
                self.any_belongs = true;
            }
        }
    }

    /// Whether an article has so many partners that crowded buckets bring it no more.
    pub(super) fn has_enough(&self, article: u32) -> bool {
        self.partners[article as usize] >= PERHAPS_PARTNERS
    }

    /// Whether an article has partners enough and belongs to a crowd, so that small buckets, too, bring it no
    /// more partners from the crowd.
    pub(super) fn belongs(&self, article: u32) -> bool {
        let article = article as usize;
        self.any_belongs && self.belongs[article / 64] >> (article % 64) & 1 == 1
    }

    /// Counts a crowded bucket for each of its articles.
    pub(super) fn count_bucket(&self, articles: &[u32]) {
        for &article in articles {
            let more = |count: u8| count.checked_add(1);
            // It stays at the most there is.
            let _ = self.buckets[article as usize].fetch_update(
                Ordering::Relaxed,
                Ordering::Relaxed,
                more,
            );
        }
    }

    /// Counts the partners that `pairs`, each of this worth, give to each article.
    pub(super) fn count_partners(&mut self, pairs: &[u64], worth: impl Fn(u32, u32) -> Worth) {
        for &pair in pairs {
            let (a, b) = unpack(pair);
            let (weight, certain) = match worth(a, b) {
                Worth::Nothing => continue,
                Worth::Perhaps => (1, 0),
                Worth::Likely => (PERHAPS_PARTNERS / LIKELY_PARTNERS, 1),
            };
            for article in [a as usize, b as usize] {
                let partners = &mut self.partners[article];
                *partners = partners.saturating_add(weight);
                let likely = &mut self.likely[article];
                *likely = likely.saturating_add(certain);
            }
        }
    }

    /// The pairs of `worthwhile` that are kept, in order: not those of which both articles have partners enough by then.
    pub(super) fn choose(
        &mut self,
        worthwhile: &[u64],
        worth: impl Fn(u32, u32) -> Worth,
    ) -> Vec<u64> {
        let mut chosen = Vec::new();
        for &pair in worthwhile {
            let (a, b) = unpack(pair);
            if !(self.has_enough(a) && self.has_enough(b)) {
                chosen.push(pair);
                self.count_partners(&[pair], &worth);
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::super::pack;
    use super::*;

    #[test]
    fn who_has_partners_enough_and_fills_crowded_buckets_belongs() {
        const ARTICLES: u32 = 131;
        let members = [0, 63, 64, ARTICLES - 1];
        let mut crowd = Crowd::new(ARTICLES as usize);
        assert!((0..ARTICLES).all(|article| !crowd.belongs(article)));
        // Each is paired with strangers; the counts stay at the most there is.
        let pairs: Vec<u64> = members
            .iter()
            .flat_map(|&member| (0..300).map(move |_| pack(member, 100)))
            .collect();
        crowd.count_partners(&pairs, |_, _| Worth::Likely);
        crowd.begin(4);
        assert!(
            (0..ARTICLES).all(|article| !crowd.belongs(article)),
            "no crowded bucket yet"
        );
        for _ in 0..300 {
            crowd.count_bucket(&members);
        }
        crowd.begin(4);
        for article in 0..ARTICLES {
            assert_eq!(
                crowd.belongs(article),
                members.contains(&article),
                "{article}"
            );
        }
        // 300 crowded buckets are counted as 255: one in four of 1,020, beyond which no more are asked for.
        crowd.begin(1_020);
        assert!(members.iter().all(|&article| crowd.belongs(article)));
    }
}
