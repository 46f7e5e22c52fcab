//! All signatures of a corpus, packed, in fixed-size pieces.

use super::Layout;

/// Rows in a piece. 1.4 MB at 168 bytes a row: large enough to cost nothing, small enough
/// that growing never moves or doubles what is already there.
const PIECE: usize = 8192;

/// One packed signature (a row of [`Layout::words`] words) per article, in corpus order.
#[derive(Debug)]
pub struct Signatures {
    layout: Layout,
    pieces: Vec<Vec<u32>>,
    rows: usize,
}

impl Signatures {
    /// An empty store for signatures of this layout.
    pub fn new(layout: Layout) -> Self {
        Self {
            layout,
            pieces: Vec::new(),
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
        let mut rest = packed;
        while !rest.is_empty() {
            if self.rows.is_multiple_of(PIECE) {
                self.pieces.push(Vec::with_capacity(PIECE * words));
            }
            let room = (PIECE - self.rows % PIECE) * words;
            let (now, later) = rest.split_at(room.min(rest.len()));
            if let Some(piece) = self.pieces.last_mut() {
                piece.extend_from_slice(now);
            }
            self.rows += now.len() / words;
            rest = later;
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

    /// Gives all signatures up: they are handed out piece by piece, each with its memory.
    pub(super) fn take_pieces(&mut self) -> impl Iterator<Item = Vec<u32>> + use<> {
        self.rows = 0;
        std::mem::take(&mut self.pieces).into_iter()
    }

    /// The packed signature of article `article`.
    ///
    /// # Panics
    /// If there is no such article.
    #[inline]
    pub fn row(&self, article: u32) -> &[u32] {
        let (article, words) = (article as usize, self.layout.words());
        let start = article % PIECE * words;
        &self.pieces[article / PIECE][start..start + words]
    }

    /// Value `at` of article `article`, one that is kept whole: its highest 24 bits.
    ///
    /// # Panics
    /// If there is no such article or value.
    #[inline]
    pub fn value(&self, article: u32, at: usize) -> u32 {
        self.layout.value(self.row(article), at)
    }

    /// How many signatures there are.
    pub fn len(&self) -> usize {
        self.rows
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
            assert_eq!(signatures.row(article), [article, article + 1, article + 2]);
        }
        assert_eq!(signatures.take_pieces().count(), 3);
        assert!(signatures.is_empty());
        signatures.push(&[1 << 8, 2 << 8, 3 << 8, 0xabc_def << 8]);
        assert_eq!(signatures.len(), 1);
        assert_eq!(
            [0, 1, 2, 3].map(|at| signatures.value(0, at)),
            [1, 2, 3, 0xabc_def]
        );
    }
}
