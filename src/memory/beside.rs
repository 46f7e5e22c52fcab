//! What is in memory beside the tables of a corpus: blocks of text, buffers, and the longest article.

/// What the first pass takes beside what it takes for every article.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Beside {
    /// Bytes of the table in which lines of furniture are counted.
    pub(crate) lines: usize,
    /// Bytes that a checkpoint takes.
    pub(crate) checkpoint: usize,
    /// Bytes that were made of the largest block so far.
    pub(crate) block: usize,
    /// Bytes of the buffers through which signatures go to a file and come back.
    pub(crate) buffers: usize,
    /// The longest article so far.
    pub(crate) longest: Longest,
}

/// Bounds of all articles that were met.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Longest {
    /// Bytes of a record.
    pub(crate) bytes: usize,
    /// Words of a text.
    pub(crate) tokens: usize,
}

impl Longest {
    /// Bounds of an article with others.
    pub(crate) fn with(self, bytes: usize, tokens: usize) -> Self {
        Self {
            bytes: self.bytes.max(bytes),
            tokens: self.tokens.max(tokens),
        }
    }

    /// Bytes that a thread takes to read it: the record in a block that grew to twice its length, once more until the block is
    /// full, and its text; its words and its shingles.
    pub(super) fn to_read(self) -> usize {
        4 * self.bytes + 20 * self.tokens
    }

    /// Bytes that a thread takes to read it again and gather its shingles, or to compare them with others.
    pub(super) fn to_compare(self) -> usize {
        // A word has some seven bytes.
        let gathered = 45 * self.tokens + 4 * (4 * self.tokens).next_power_of_two();
        let compared = 16 * (2 * self.tokens).next_power_of_two() + 8 * self.tokens;
        gathered.max(compared)
    }
}
