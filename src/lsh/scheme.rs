//! Which articles meet: those that agree in a band, or in values that are close.

use super::neighbours::LEAST_VALUES;
use super::{Banding, Neighbours};
use crate::fingerprint::Layout;

/// Which articles become candidates.
///
/// ```
/// use wirecopy::lsh::{Banding, Neighbours, Scheme};
/// let bands = Scheme::Bands(Banding::for_similarity(0.7, 128)?);
/// let close = Scheme::Neighbours(Neighbours::for_similarity(0.7, 128));
/// assert!(bands.probability(0.7) >= 0.99 && close.probability(0.7) >= 0.99);
/// // Values that are not in buckets need not be kept whole.
/// assert_eq!((bands.layout(128).bytes(), close.layout(128).bytes()), (384, 156));
/// # Ok::<(), wirecopy::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Those that agree in a band.
    Bands(Banding),
    /// Those that agree in two values that are close.
    Neighbours(Neighbours),
}

impl Scheme {
    /// Bytes an article that the search takes at the least where signatures of this layout are in a file: for one slot, or
    /// for two blocks.
    pub(crate) fn bytes_of_a_slot(self, layout: Layout) -> usize {
        let blocks = (2 * layout.bytes()).div_ceil(super::deferred::MOST_BLOCKS);
        super::in_file::bytes_of_slots(self, 1).max(blocks)
    }

    /// Values of a signature that have to be kept whole.
    pub fn whole_values(self) -> usize {
        match self {
            // Crowded buckets are sorted by the values behind the band.
            Self::Bands(banding) => (banding.bands() * banding.rows()).max(LEAST_VALUES),
            Self::Neighbours(neighbours) => neighbours.values(),
        }
    }

    /// What is kept of a signature of so many values.
    pub fn layout(self, values: usize) -> Layout {
        Layout::new(values, self.whole_values())
    }

    /// The probability, 0 to 1, that a pair with this Jaccard similarity becomes a candidate.
    pub fn probability(self, similarity: f64) -> f64 {
        match self {
            Self::Bands(banding) => banding.probability(similarity),
            Self::Neighbours(neighbours) => neighbours.probability(similarity),
        }
    }

    /// The probability, 0 to 1, that a pair is met of whose whole values so many agree; of bands, that it is met or more.
    pub fn probability_given(self, agreeing: usize) -> f64 {
        match self {
            Self::Bands(_) => 1.0,
            Self::Neighbours(neighbours) => neighbours.probability_given(agreeing),
        }
    }

    /// How many rounds of buckets there are: an article is in one bucket of each.
    pub(super) fn slots(self) -> usize {
        match self {
            Self::Bands(banding) => banding.bands(),
            Self::Neighbours(neighbours) => neighbours.values(),
        }
    }
}
