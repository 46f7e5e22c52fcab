//! How long the opening of an article is.

use crate::fingerprint::ShingleSize;

/// The words that are an article's opening: about the first two paragraphs.
pub const OPENING_WORDS: usize = 60;

/// The shingles of an opening, of an article that is not shorter.
pub(super) fn opening_shingles(size: ShingleSize) -> usize {
    (OPENING_WORDS + 1).saturating_sub(size.get()).max(1)
}
