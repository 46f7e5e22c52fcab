//! How many bytes the tables of the stages take for an article, or for a pair.
//!
//! Where a number stands for the size of types, an assertion beside these holds them to it: a new field cannot make a bound wrong without
//! notice.

/// Bytes that are kept of an article from the first pass to the report: its row.
pub(crate) const KEPT: usize = 9;

/// Bytes of an article that only the first pass takes: a part of the digest of its words instead of a tag, its day, the hash of its id, and a
/// sixteenth of that, with a number, to sort.
pub(crate) const FIRST_PASS: usize = 16;

/// Bytes of an article that the search for candidates takes in any case: its size, its day and its crowds.
pub(crate) const SEARCH: usize = 4 + 2 + 4;

/// Bytes of an article that are set apart for the pairs that the search finds, and for the lists in which they are sorted.
pub(super) const PAIRS: usize = 13;

/// Bytes of a pair that was found: the pair itself, and as much again while lists of them are merged.
const FOUND: usize = 16;

/// Bytes of an article that a thread takes to bring articles together whose signatures are in memory.
pub(super) const GROUPING: usize = 8;

/// Bytes of an article of the corpus while pairs are verified: whether it is kept, and of which component it is.
pub(super) const VERIFY: usize = 5;

/// Bytes of an article that is kept: when and where it was published, how large it is, the digest of its words, where its evidence lies.
pub(crate) const EVIDENCE: usize = 56;

/// Bytes of an article that is kept for the weights of its shingles, with the list by which they are made.
pub(crate) const WEIGHED: usize = 20;

/// Bytes of an article that is kept in a cluster of two, and of what it takes to bring it there: the id of the cluster, too, and a second list of the
/// clusters while they are put in order. In larger clusters it is less.
pub(crate) const CLUSTERED: usize = 140;

/// Bytes of two exact duplicates: of them, and for when and where their text was printed; of more than two, less for each.
pub(super) const PRINTED: usize = 80;

/// Bytes of a similar pair that waits for the weights.
pub(crate) const SIMILAR: usize = 24;

/// Bytes that an accepted pair takes more than one that waits.
pub(crate) const ACCEPTED: usize = 48 - SIMILAR;

/// Bytes that so many pairs take beyond what is set apart for them in a corpus of so many articles.
pub(crate) fn pairs_beyond(articles: usize, pairs: usize) -> usize {
    (pairs * FOUND).saturating_sub(articles * PAIRS)
}
