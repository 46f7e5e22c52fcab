//! All signatures of a corpus, in fixed-size pieces.

/// Rows in a piece. 4 MiB at 128 slots: large enough to cost nothing, small enough
/// that growing never moves or doubles what is already there.
const PIECE: usize = 8192;

/// One signature (a row of `slots` values) per article, in corpus order.
#[derive(Debug)]
pub struct Signatures {
    slots: usize,
    pieces: Vec<Vec<u32>>,
    rows: usize,
}

impl Signatures {
    /// An empty store for signatures of `slots` values each.
    pub fn new(slots: usize) -> Self {
        Self {
            slots,
            pieces: Vec::new(),
            rows: 0,
        }
    }

    /// Appends the signatures that stand one after another in `values`.
    ///
    /// # Panics
    /// If `values` does not hold a whole number of signatures.
    pub fn extend(&mut self, values: &[u32]) {
        assert_eq!(values.len() % self.slots, 0, "a whole number of signatures");
        let mut rest = values;
        while !rest.is_empty() {
            if self.rows.is_multiple_of(PIECE) {
                self.pieces.push(Vec::with_capacity(PIECE * self.slots));
            }
            let room = (PIECE - self.rows % PIECE) * self.slots;
            let (now, later) = rest.split_at(room.min(rest.len()));
            if let Some(piece) = self.pieces.last_mut() {
                piece.extend_from_slice(now);
            }
            self.rows += now.len() / self.slots;
            rest = later;
        }
    }

    /// Gives all signatures up, and their memory back.
    pub fn clear(&mut self) {
        self.pieces = Vec::new();
        self.rows = 0;
    }

    /// The signature of article `article`.
    ///
    /// # Panics
    /// If there is no such article.
    #[inline]
    pub fn row(&self, article: u32) -> &[u32] {
        let article = article as usize;
        let start = article % PIECE * self.slots;
        &self.pieces[article / PIECE][start..start + self.slots]
    }

    /// How many signatures there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Values in one signature (the number of permutations).
    pub fn slots(&self) -> usize {
        self.slots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_across_pieces() {
        let mut signatures = Signatures::new(3);
        let total = PIECE as u32 * 2 + 5;
        let mut next = 0;
        for batch in [1, 7, PIECE as u32, 3, total - PIECE as u32 - 11] {
            let values: Vec<u32> = (next..next + batch)
                .flat_map(|i| [i, i + 1, i + 2])
                .collect();
            signatures.extend(&values);
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
        signatures.clear();
        assert!(signatures.is_empty());
        signatures.extend(&[7, 8, 9]);
        assert_eq!(signatures.row(0), [7, 8, 9]);
    }
}
