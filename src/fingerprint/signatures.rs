//! All signatures of a corpus, packed, in fixed-size pieces.
//!
//! Whole values and the others lie apart, the latter as far as possible within one line of the cache: pairs of strangers, which are nearly all that are
//! looked at, differ in them so clearly that nothing else of their signatures need be fetched.

use super::Layout;

/// Rows in a piece. 2 and 3 MB at 160 bytes a row: large enough to cost nothing and to be given back to the system at once, small enough
/// that growing never moves or doubles what is already there.
const PIECE: usize = 1 << 15;

/// Words of a line of the cache.
const LINE: usize = 16;

/// Rows of equally many words, that lie in as few lines of the cache as they can.
#[derive(Debug)]
struct Table {
    words: usize,
    /// Words from one row to the next.
    stride: usize,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    words: Vec<u32>,
    /// Where its first row begins: at the beginning of a line.
    start: usize,
}

impl Table {
    fn new(words: usize) -> Self {
        Self {
            words,
            stride: stride(words),
            pieces: Vec::new(),
        }
    }

    /// Appends a row, after so many others.
    fn push(&mut self, rows: usize, row: &[u32]) {
        if rows.is_multiple_of(PIECE) {
            let mut words: Vec<u32> = Vec::with_capacity(PIECE * self.stride + LINE - 1);
            // Where that cannot be told it only costs time.
            let start = words.as_ptr().align_offset(LINE * size_of::<u32>());
            let start = if start < LINE { start } else { 0 };
            words.resize(start, 0);
            self.pieces.push(Piece { words, start });
        }
        if let Some(piece) = self.pieces.last_mut() {
            piece.words.extend_from_slice(row);
            let end = piece.words.len() + self.stride - self.words;
            piece.words.resize(end, 0);
        }
    }

    #[inline]
    fn row(&self, row: usize) -> &[u32] {
        let piece = &self.pieces[row / PIECE];
        let start = piece.start + row % PIECE * self.stride;
        &piece.words[start..start + self.words]
    }
}

/// Words from one row of so many words to the next, such that none lies in more lines of the cache than it must, unless
/// that took a quarter more room.
const fn stride(words: usize) -> usize {
    if words == 0 {
        return 0;
    }
    // A row within one line must begin at a multiple of its length; a longer one at a multiple of half a line does well enough.
    let unit = if words <= LINE {
        words.next_power_of_two()
    } else {
        LINE / 2
    };
    let padded = words.next_multiple_of(unit);
    if padded * 4 <= words * 5 {
        padded
    } else {
        words
    }
}

/// One packed signature (a row of [`Layout::words`] words) per article, in corpus order.
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

    /// Bytes of memory that a signature of this layout takes.
    pub fn bytes_of_one(layout: Layout) -> usize {
        let whole = layout.whole_words();
        (stride(whole) + stride(layout.words() - whole)) * size_of::<u32>()
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
        let taken = std::mem::replace(self, Self::new(layout));
        let pieces = taken.whole.pieces.into_iter().zip(taken.low.pieces);
        let (whole, low, rows) = (taken.whole.stride, taken.low.stride, taken.rows);
        pieces.enumerate().map(move |(number, pieces)| {
            let rows = PIECE.min(rows - number * PIECE);
            let mut packed = Vec::with_capacity(rows * layout.words());
            for row in 0..rows {
                let mut add = |piece: &Piece, stride: usize, words: usize| {
                    let start = piece.start + row * stride;
                    packed.extend_from_slice(&piece.words[start..start + words]);
                };
                add(&pieces.0, whole, layout.whole_words());
                add(&pieces.1, low, layout.words() - layout.whole_words());
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
    fn rows_lie_in_few_lines() {
        let layout = Layout::new(128, 32);
        assert_eq!(Signatures::bytes_of_one(layout), 160);
        let mut signatures = Signatures::new(layout);
        let values =
            |article: u32| (0..128).map(move |at| (article * 128 + at).wrapping_mul(0x9e37_79b9));
        (0..PIECE as u32 + 3)
            .for_each(|article| signatures.push(&values(article).collect::<Vec<_>>()));
        let lines = |row: &[u32]| {
            let line = |word: &u32| std::ptr::from_ref(word) as usize / 64;
            line(row.last().unwrap()) - line(&row[0]) + 1
        };
        for article in [
            0,
            1,
            2,
            77,
            PIECE as u32 - 1,
            PIECE as u32,
            PIECE as u32 + 2,
        ] {
            assert_eq!(lines(signatures.low(article)), 1);
            assert_eq!(lines(signatures.whole(article)), 2);
            let mut packed = vec![0; layout.words()];
            layout.pack(&values(article).collect::<Vec<_>>(), &mut packed);
            assert_eq!(
                [signatures.whole(article), signatures.low(article)].concat(),
                packed
            );
        }
        for words in 0..300 {
            assert!(stride(words) >= words && stride(words) * 4 <= words * 5);
        }
    }
}
