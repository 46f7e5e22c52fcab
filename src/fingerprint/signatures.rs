//! All signatures of a corpus, packed, in fixed-size pieces.
//!
//! Whole values and the others lie apart, the latter within one or two lines of the cache: pairs of strangers, which are nearly all that are
//! looked at, differ in them so clearly that nothing else of their signatures need be fetched.

use super::Layout;

/// Rows in a piece. 3 and 2 MB at 156 bytes a row: large enough to cost nothing and to be given back to the system at once, small enough
/// that growing never moves or doubles what is already there.
const PIECE: usize = 1 << 15;

/// Rows of equally many words.
#[derive(Debug)]
struct Table {
    words: usize,
    pieces: Vec<Vec<u32>>,
}

impl Table {
    fn new(words: usize) -> Self {
        Self {
            words,
            pieces: Vec::new(),
        }
    }

    /// Appends a row, after so many others.
    fn push(&mut self, rows: usize, row: &[u32]) {
        if rows.is_multiple_of(PIECE) {
            self.pieces.push(Vec::with_capacity(PIECE * self.words));
        }
        if let Some(piece) = self.pieces.last_mut() {
            piece.extend_from_slice(row);
        }
    }

    #[inline]
    fn row(&self, row: usize) -> &[u32] {
        let piece = &self.pieces[row / PIECE];
        let start = row % PIECE * self.words;
        &piece[start..start + self.words]
    }
}

/// One packed signature (a row of [`Layout::words`] words) per article, in corpus order.
///
/// ```
/// use wirecopy::fingerprint::{Layout, Signatures};
/// let mut signatures = Signatures::new(Layout::new(3, 2));
/// signatures.push(&[0x1234_5678, 5, 6]);
/// assert_eq!((signatures.len(), signatures.value(0, 0)), (1, 0x12_3456));
/// ```
#[derive(Debug)]
pub struct Signatures {
    layout: Layout,
    whole: Table,
    low: Table,
    rows: usize,
}

impl Signatures {
    /// An empty store for signatures of this layout.
    pub fn new(layout: Layout) -> Self {
        Self {
            layout,
            whole: Table::new(layout.whole_words()),
            low: Table::new(layout.words() - layout.whole_words()),
            rows: 0,
        }
    }

    /// Appends the packed signatures that stand one after another in `packed`.
    ///
    /// # Panics
    /// If `packed` does not hold a whole number of signatures.
    pub fn extend(&mut self, packed: &[u32]) {
        let words = self.layout.words();
        assert_eq!(packed.len() % words, 0, "a whole number of signatures");
        for row in packed.chunks_exact(words) {
            let (whole, low) = row.split_at(self.layout.whole_words());
            self.whole.push(self.rows, whole);
            self.low.push(self.rows, low);
            self.rows += 1;
        }
    }

    /// Packs a signature and appends it.
    ///
    /// # Panics
    /// If it has not as many values as the layout says.
    pub fn push(&mut self, values: &[u32]) {
        let mut packed = vec![0; self.layout.words()];
        self.layout.pack(values, &mut packed);
        self.extend(&packed);
    }

    /// Gives all signatures up: they are handed out piece by piece, packed, and the memory of each is given back.
    pub(super) fn take_pieces(&mut self) -> impl Iterator<Item = Vec<u32>> + use<> {
        let layout = self.layout;
        let Self {
            whole, low, rows, ..
        } = std::mem::replace(self, Self::new(layout));
        let pieces = whole.pieces.into_iter().zip(low.pieces);
        pieces.enumerate().map(move |(number, pieces)| {
            let rows = PIECE.min(rows - number * PIECE);
            let mut packed = Vec::with_capacity(rows * layout.words());
            for row in 0..rows {
                for (piece, words) in [(&pieces.0, whole.words), (&pieces.1, low.words)] {
                    packed.extend_from_slice(&piece[row * words..(row + 1) * words]);
                }
            }
            packed
        })
    }

    /// The words of the packed signature of an article that hold its whole values.
    ///
    /// # Panics
    /// If there is no such article.
    #[inline]
    pub fn whole(&self, article: u32) -> &[u32] {
        self.whole.row(article as usize)
    }

    /// The other words of the packed signature of an article.
    ///
    /// # Panics
    /// If there is no such article.
    #[inline]
    pub fn low(&self, article: u32) -> &[u32] {
        self.low.row(article as usize)
    }

    /// Value `at` of article `article`, one that is kept whole: its highest 24 bits.
    ///
    /// # Panics
    /// If there is no such article or value.
    #[inline]
    pub fn value(&self, article: u32, at: usize) -> u32 {
        self.layout.value(self.whole(article), at)
    }

    /// How many signatures there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Bytes of memory that they take.
    pub(super) fn bytes(&self) -> usize {
        self.rows * self.layout.bytes()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// What is kept of a signature.
    pub fn layout(&self) -> Layout {
        self.layout
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_across_pieces() {
        let mut signatures = Signatures::new(Layout::new(4, 4));
        let total = PIECE as u32 * 2 + 5;
        let mut next = 0;
        for batch in [1, 7, PIECE as u32, 3, total - PIECE as u32 - 11] {
            let packed: Vec<u32> = (next..next + batch)
                .flat_map(|i| [i, i + 1, i + 2])
                .collect();
            signatures.extend(&packed);
            next += batch;
        }
        assert_eq!(signatures.len(), total as usize);
        for article in [
            0,
            1,
            8,
            PIECE as u32 - 1,
            PIECE as u32,
            PIECE as u32 + 1,
            total - 1,
        ] {
            assert_eq!(
                signatures.whole(article),
                [article, article + 1, article + 2]
            );
        }
        let pieces: Vec<_> = signatures.take_pieces().collect();
        assert_eq!(pieces.len(), 3);
        assert!(
            (0..total)
                .flat_map(|i| [i, i + 1, i + 2])
                .eq(pieces.concat())
        );
        assert!(signatures.is_empty());
        signatures.push(&[1 << 8, 2 << 8, 3 << 8, 0xabc_def << 8]);
        assert_eq!(signatures.len(), 1);
        assert_eq!(
            [0, 1, 2, 3].map(|at| signatures.value(0, at)),
            [1, 2, 3, 0xabc_def]
        );
    }

    #[test]
    fn both_parts_of_a_signature_come_back() {
        let layout = Layout::new(128, 32);
        let mut signatures = Signatures::new(layout);
        let values = |article: u32| -> Vec<u32> {
            let value = |at: u32| (article * 128 + at).wrapping_mul(0x9e37_79b9);
            (0..128).map(value).collect()
        };
        let total = PIECE as u32 + 3;
        (0..total).for_each(|article| signatures.push(&values(article)));
        for article in [0, 1, 77, PIECE as u32 - 1, PIECE as u32, total - 1] {
            let mut packed = vec![0; layout.words()];
            layout.pack(&values(article), &mut packed);
            let parts = [signatures.whole(article), signatures.low(article)];
            assert_eq!(parts.concat(), packed);
        }
    }
}
