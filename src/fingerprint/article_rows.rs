//! What is remembered of every article beside its signature.

use super::places::{Places, RecordStart};
use super::{Digest, DigestPart, ShingleSize};
use crate::memory::KEPT;
use std::ops::{Range, RangeInclusive};

/// An article as a block of the corpus gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ArticleRow {
    pub(super) start: RecordStart,
    /// A part of the digest of its words.
    pub(super) digest: DigestPart,
    /// Words of its text.
    pub(super) tokens: u32,
    /// A number that the repeated ones among its shingles are never above, and hardly below.
    pub(super) repeats: u32,
}

/// One row for each article: some 12 bytes, and some 8 without the [part of the digest](DigestPart) of its words.
#[derive(Debug, Clone, Default)]
pub struct ArticleRows {
    places: Places,
    tokens: Vec<u16>,
    /// The articles whose tokens are [too many](Self::MANY), and how many they are.
    long: Vec<(u32, u32)>,
    repeats: Vec<Repeats>,
    digests: Digests,
}

// What is kept of an article from the first pass on; the rest is for its place in the corpus, which takes three bytes or so.
const _: () = assert!(2 * size_of::<u16>() + size_of::<Repeats>() + 4 <= KEPT);

/// What tells by which words an article was fingerprinted.
#[derive(Debug, Clone)]
enum Digests {
    Parts(Vec<DigestPart>),
    Tags(Vec<u16>),
}

impl Default for Digests {
    fn default() -> Self {
        Self::Parts(Vec::new())
    }
}

/// How many shingles are repeated, rounded up: 4 bits, and in the upper 4 how many more follow them. [`Self::MANY`] stands for any number.
#[derive(Debug, Clone, Copy)]
struct Repeats(u8);

impl Repeats {
    const BITS: u32 = 4;
    const MANY: u8 = u8::MAX;

    fn at_least(number: u32) -> Self {
        let packed = |more: u8| {
            let bits = number.div_ceil(1 << more);
            (bits < 1 << Self::BITS).then_some(more << Self::BITS | bits as u8)
        };
        Self((0..16).find_map(packed).unwrap_or(Self::MANY))
    }

    fn get(self) -> u32 {
        match self.0 {
            Self::MANY => u32::MAX,
            packed => u32::from(packed & ((1 << Self::BITS) - 1)) << (packed >> Self::BITS),
        }
    }
}

impl ArticleRows {
    /// Stands for more tokens than two bytes can tell.
    const MANY: u16 = u16::MAX;

    pub(super) fn push(&mut self, row: &ArticleRow) {
        let few = u16::try_from(row.tokens).unwrap_or(Self::MANY);
        if few == Self::MANY {
            self.long.push((self.len() as u32, row.tokens));
        }
        self.places.push(row.start);
        self.tokens.push(few);
        self.repeats.push(Repeats::at_least(row.repeats));
        match &mut self.digests {
            Digests::Parts(parts) => parts.push(row.digest),
            Digests::Tags(tags) => tags.push(row.digest.tag()),
        }
    }

    /// Articles of the corpus.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether the corpus has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the record of an article starts. To find it takes some tens of nanoseconds.
    ///
    /// # Panics
    /// If there is no such article. So for the others.
    pub fn start(&self, article: u32) -> RecordStart {
        self.places.get(article as usize)
    }

    /// Where the last one starts; none of an empty corpus.
    pub(super) fn last_start(&self) -> Option<RecordStart> {
        self.places.last()
    }

    /// Where those of some articles start, in order.
    pub(super) fn starts(&self, articles: Range<u32>) -> impl Iterator<Item = RecordStart> {
        self.places
            .from(articles.start as usize)
            .take(articles.len())
    }

    /// The first of some articles of one file, in order, that starts at `offset` or behind it; their end if none does.
    pub(super) fn first_from(&self, articles: Range<u32>, offset: u64) -> u32 {
        let Range { mut start, mut end } = articles;
        while start < end {
            let middle = start.midpoint(end);
            match self.start(middle).offset < offset {
                true => start = middle + 1,
                false => end = middle,
            }
        }
        start
    }

    /// Words of the text of an article; also without the [lines that were learnt](super::Fingerprints::learnt) once it was read
    /// again.
    #[inline]
    pub fn tokens(&self, article: u32) -> u32 {
        match self.tokens[article as usize] {
            Self::MANY => self.long[self.place_of_long(article)].1,
            few => few.into(),
        }
    }

    fn place_of_long(&self, article: u32) -> usize {
        self.long.partition_point(|&(other, _)| other < article)
    }

    /// Lets an article have another number of words: hardly ever more than before, with a long title that counts as soon as few words are left.
    pub(crate) fn set_tokens(&mut self, article: u32, tokens: u32) {
        let few = u16::try_from(tokens).unwrap_or(Self::MANY);
        self.tokens[article as usize] = few;
        if few == Self::MANY {
            let place = self.place_of_long(article);
            match self.long.get_mut(place) {
                Some(long) if long.0 == article => long.1 = tokens,
                _ => self.long.insert(place, (article, tokens)),
            }
        }
    }

    /// Bounds of the number of distinct shingles of an article; the upper one is that of all.
    #[inline]
    pub fn shingles(&self, article: u32, size: ShingleSize) -> RangeInclusive<u32> {
        let all = (self.tokens(article) + 1).saturating_sub(size.get() as u32);
        all.saturating_sub(self.repeats[article as usize].get())..=all
    }

    /// Gives out a part of the digest of each article. What is kept of them tells whether [the words are the same](Self::has_words), and
    /// takes a third of the room. No more can be had a second time.
    pub fn take_digests(&mut self) -> Vec<DigestPart> {
        match &mut self.digests {
            Digests::Parts(parts) => {
                let parts = std::mem::take(parts);
                self.digests = Digests::Tags(parts.iter().map(|part| part.tag()).collect());
                parts
            }
            Digests::Tags(_) => Vec::new(),
        }
    }

    /// Whether an article had words with this digest when it was fingerprinted. Once the digests [were taken](Self::take_digests), one
    /// article in 65,536 with other words passes.
    pub fn has_words(&self, article: u32, digest: Digest) -> bool {
        match &self.digests {
            Digests::Parts(parts) => parts[article as usize] == digest.part(),
            Digests::Tags(tags) => tags[article as usize] == digest.part().tag(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn repeats_are_rounded_up_and_hardly(number in prop_oneof![0u32..10_000, any::<u32>()]) {
            let kept = Repeats::at_least(number).get();
            prop_assert!(kept >= number);
            if number < 1 << Repeats::BITS {
                prop_assert_eq!(kept, number);
            } else if kept < u32::MAX {
                prop_assert!(kept - number <= number >> (Repeats::BITS - 1));
            } else {
                prop_assert!(number > 14 << 15);
            }
        }

        #[test]
        fn rows_give_what_was_put_in(
            list in proptest::collection::vec((0u64..1000, any::<u128>(), prop_oneof![0u32..3000, 65_500u32..70_000], 0u32..300), 1..100),
            wanted in 0u64..40_000, other in any::<proptest::sample::Index>(), now in 0u32..140_000,
        ) {
            let mut rows = ArticleRows::default();
            let mut offset = 0;
            let list: Vec<ArticleRow> = list.into_iter().zip(1..).map(|((step, digest, tokens, repeats), line)| {
                offset += step + 1;
                ArticleRow { start: RecordStart { offset, line }, digest: Digest(digest).part(), tokens, repeats }
            }).collect();
            list.iter().for_each(|row| rows.push(row));
            let size = ShingleSize::default();
            for (row, article) in list.iter().zip(0..) {
                prop_assert_eq!((rows.start(article), rows.tokens(article)), (row.start, row.tokens));
                prop_assert_eq!(*rows.shingles(article, size).end(), row.tokens.saturating_sub(2));
                prop_assert_eq!(*rows.shingles(article, size).start(), row.tokens.saturating_sub(2).saturating_sub(Repeats::at_least(row.repeats).get()));
            }
            let all = 0..list.len() as u32;
            let first = list.iter().position(|row| row.start.offset >= wanted).unwrap_or(list.len());
            prop_assert_eq!(rows.first_from(all.clone(), wanted), first as u32);
            prop_assert!(rows.starts(all).eq(list.iter().map(|row| row.start)));
            let has_its_words = |rows: &ArticleRows| list.iter().zip(0..).all(|(row, article)| {
                let digest = u128::from(row.digest.number()) << 80;
                rows.has_words(article, Digest(digest | 7)) && !rows.has_words(article, Digest(!digest))
            });
            prop_assert!(has_its_words(&rows));
            prop_assert!(rows.take_digests().iter().eq(list.iter().map(|row| &row.digest)));
            prop_assert!(has_its_words(&rows));
            prop_assert_eq!(rows.take_digests().len(), 0);

            let at = other.index(list.len());
            for now in [now, now / 3] {
                rows.set_tokens(at as u32, now);
                for (row, article) in list.iter().zip(0..) {
                    prop_assert_eq!(rows.tokens(article), if article as usize == at { now } else { row.tokens });
                }
            }
        }
    }
}
