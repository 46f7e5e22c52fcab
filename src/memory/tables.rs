//! How many bytes the tables of the stages take for an article, or for a pair.
//!
//! Where a number stands for the size of types that can be named, these are checked against it: a new field cannot make a bound wrong without
//! notice.

use crate::fingerprint::{self, Digest, DigestPart};
use crate::spool::Handle;
use crate::verify::Edge;

/// Bytes that are kept of an article from the first pass to the report: its row and its day.
pub(super) const KEPT: usize = 11;

/// Bytes of an article that only the first pass takes: a part of the digest of its words instead of a tag, the hash of its id, and a sixteenth of
/// that, with a number, to sort.
pub(super) const FIRST_PASS: usize = 14;
const _: () = {
    let part_for_tag = size_of::<DigestPart>() - size_of::<u16>();
    let to_sort = size_of::<(u64, u32)>().div_ceil(16);
    assert!(part_for_tag + size_of::<u64>() + to_sort <= FIRST_PASS);
};

/// Bytes of an article that the search for candidates takes in any case: its size and its crowds.
pub(super) const SEARCH: usize = 4 + 3;
const _: () = assert!(size_of::<fingerprint::Size>() + 3 <= SEARCH);

/// Bytes of an article that are set apart for the pairs that the search finds, and for the lists in which they are sorted.
pub(super) const PAIRS: usize = 13;

/// Bytes of a pair that was found: the pair itself, and as much again while lists of them are merged.
const FOUND: usize = 16;

/// Bytes of an article that a thread takes to bring articles together whose signatures are in memory.
pub(super) const GROUPING: usize = 8;

/// Bytes of an article of the corpus while pairs are verified: whether it is kept, and of which component it is.
pub(super) const VERIFY: usize = 5;

/// Bytes of an article that is kept: when and where it was published, how large it is, the digest of its words, where its evidence lies.
pub(super) const EVIDENCE: usize = 56;
const _: () = {
    let published = size_of::<Option<i64>>() + size_of::<u32>();
    let size = size_of::<u32>();
    assert!(published + size + size_of::<Digest>() + size_of::<Handle>() <= EVIDENCE);
};

/// Bytes of an article that is kept for the weights of its shingles.
pub(super) const WEIGHED: usize = 16;

/// Bytes of an article that is kept in a cluster, and of what it takes to bring it there.
pub(crate) const CLUSTERED: usize = 100;

/// Bytes of two exact duplicates for when and where their text was printed; of more than two, less for each.
pub(super) const PRINTED: usize = 64;

/// Bytes of a similar pair that waits for the weights.
pub(super) const SIMILAR: usize = 24;

/// Bytes that an accepted pair takes more than one that waits.
pub(super) const ACCEPTED: usize = 48 - SIMILAR;
const _: () = assert!(size_of::<Edge>() <= SIMILAR + ACCEPTED);

/// Bytes that so many pairs take beyond what is set apart for them in a corpus of so many articles.
pub(crate) fn pairs_beyond(articles: usize, pairs: usize) -> usize {
    (pairs * FOUND).saturating_sub(articles * PAIRS)
}
