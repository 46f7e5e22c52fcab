//! All signatures of a corpus in a temporary file.
//!
//! The file is a row of pieces. A piece holds the signatures of 2,048 articles, and before them, once more, their whole values
//! column by column: first the first value of every article, three bytes each, then the second. Whoever needs one value of every
//! article reads a hundredth of the file, in long stretches; whoever needs whole signatures reads those of neighbouring articles at once.

use super::{Layout, Signatures};
use crate::memory::Pages;
use crate::positioned::read_exact_at;
use crate::{Error, Result};
use rayon::prelude::*;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Articles of a piece: values of a column stand together in stretches of so many, and a piece is put together in memory.
pub(super) const PIECE: usize = if cfg!(test) { 64 } else { 2048 };

/// The 24 bits of a whole value, the lowest byte first.
pub(crate) type ThreeBytes = [u8; 3];

/// One packed signature per article, in corpus order, in an unnamed temporary file that the system removes with the process.
#[derive(Debug)]
pub struct SignatureFile {
    layout: Layout,
    file: File,
    folder: PathBuf,
    /// Signatures in whole pieces, which are in the file.
    written: usize,
    /// Those behind them.
    rest: Vec<u32>,
}

impl SignatureFile {
    /// An empty file in `folder`.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(super) fn create(layout: Layout, folder: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(folder)
            .map_err(Error::io("create a temporary file in", folder))?;
        Ok(Self {
            layout,
            file,
            folder: folder.to_path_buf(),
            written: 0,
            rest: Vec::new(),
        })
    }

    /// The same signatures in a file; memory is given back as they are written.
    ///
    /// # Errors
    /// If the file cannot be made or written.
    pub fn of(signatures: &mut Signatures, folder: &Path) -> Result<Self> {
        let mut file = Self::create(signatures.layout(), folder)?;
        for piece in signatures.take_pieces() {
            file.extend(&piece)?;
        }
        Ok(file)
    }

    /// Appends the packed signatures that stand one after another in `packed`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) fn extend(&mut self, packed: &[u32]) -> Result<()> {
        let full = PIECE * self.layout.words();
        let mut left = packed;
        while !left.is_empty() {
            let (now, later) = left.split_at(left.len().min(full - self.rest.len()));
            self.rest.extend_from_slice(now);
            left = later;
            if self.rest.len() == full {
                self.write()?;
            }
        }
        Ok(())
    }

    /// Makes everything readable that was put in; nothing more can be.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(&mut self) -> Result<()> {
        let rows = self.len();
        if !self.rest.is_empty() {
            self.rest.resize(PIECE * self.layout.words(), 0);
            self.write()?;
        }
        self.written = rows;
        self.rest = Vec::new();
        Ok(())
    }

    /// Writes a piece.
    fn write(&mut self) -> Result<()> {
        let layout = self.layout;
        let mut columns = vec![[0; 3]; PIECE * layout.whole()];
        for (at, row) in self.rest.chunks_exact(layout.words()).enumerate() {
            for value in 0..layout.whole() {
                let [low, middle, high, _] = layout.value(row, value).to_le_bytes();
                columns[value * PIECE + at] = [low, middle, high];
            }
        }
        self.file
            .write_all(columns.as_flattened())
            .and_then(|()| self.file.write_all(bytemuck::cast_slice(&self.rest)))
            .map_err(Error::io("write a temporary file in", &self.folder))?;
        self.rest.clear();
        self.written += PIECE;
        Ok(())
    }

    /// How many signatures there are.
    pub fn len(&self) -> usize {
        self.written + self.rest.len() / self.layout.words().max(1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes in the file.
    pub fn bytes(&self) -> u64 {
        self.piece(self.written.div_ceil(PIECE)).0
    }

    /// Pieces in the file.
    pub(crate) fn pieces(&self) -> usize {
        self.written.div_ceil(PIECE)
    }

    /// What is kept of a signature.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The folder in which the file is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a piece begins, and where its signatures do.
    fn piece(&self, number: usize) -> (u64, u64) {
        let columns = PIECE * self.layout.whole() * size_of::<ThreeBytes>();
        let begin = number as u64 * (columns + PIECE * self.layout.bytes()) as u64;
        (begin, begin + columns as u64)
    }

    fn read(&self, bytes: &mut [u8], offset: u64) -> Result<()> {
        read_exact_at(&self.file, bytes, offset)
            .map_err(Error::io("read a temporary file in", &self.folder))
    }

    /// Value `at` of all articles, one that is kept whole.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn column(&self, at: usize, column: &mut Pages<ThreeBytes>) -> Result<()> {
        column.reset(self.written);
        let in_piece = at * PIECE * size_of::<ThreeBytes>();
        column
            .as_mut_slice()
            .par_chunks_mut(PIECE)
            .enumerate()
            .try_for_each(|(number, values)| {
                let offset = self.piece(number).0 + in_piece as u64;
                self.read(values.as_flattened_mut(), offset)
            })
    }

    /// Value `at` of one article.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn value(&self, article: u32, at: usize) -> Result<u32> {
        let (number, row) = (article as usize / PIECE, article as usize % PIECE);
        let in_piece = (at * PIECE + row) * size_of::<ThreeBytes>();
        let mut value = [0; 4];
        self.read(&mut value[..3], self.piece(number).0 + in_piece as u64)?;
        Ok(u32::from_le_bytes(value))
    }

    /// The packed signature of an article.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn row(&self, article: u32, row: &mut [u32]) -> Result<()> {
        let (number, at) = (article as usize / PIECE, article as usize % PIECE);
        let offset = self.piece(number).1 + (at * self.layout.bytes()) as u64;
        self.read(bytemuck::cast_slice_mut(row), offset)
    }

    /// The packed signatures of the articles of a block: blocks are of `pieces` pieces each. Read on all threads.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn block(&self, number: usize, pieces: usize, rows: &mut Pages<u32>) -> Result<()> {
        let range = self.articles_of_block(number, pieces);
        let words = self.layout.words();
        rows.reset(range.len() * words);
        rows.as_mut_slice()
            .par_chunks_mut(PIECE * words)
            .enumerate()
            .try_for_each(|(at, rows)| {
                let (_, offset) = self.piece(number * pieces + at);
                self.read(bytemuck::cast_slice_mut(rows), offset)
            })
    }

    /// The articles of such a block.
    pub(crate) fn articles_of_block(&self, number: usize, pieces: usize) -> Range<usize> {
        let articles = pieces * PIECE;
        let end = (number + 1) * articles;
        number * articles..end.min(self.written)
    }

    /// Into how many pieces a block of so many bytes is divided: at least one.
    pub(crate) fn pieces_in(&self, bytes: usize) -> usize {
        (bytes / (PIECE * self.layout.bytes()).max(1)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::StoredSignatures;

    #[test]
    fn everything_comes_back_across_pieces() {
        let layout = Layout::new(40, 8);
        let total = 2 * PIECE + 77;
        let mut held = Signatures::new(layout);
        for article in 0..total as u32 {
            let value = |at: u32| (article * 64 + at).wrapping_mul(0x9e37_79b9);
            held.push(&(0..40).map(value).collect::<Vec<_>>());
        }
        let mut moved = Signatures::new(layout);
        let half = total as u32 / 2 + 5;
        let row = |article| [held.whole(article), held.low(article)].concat();
        (0..half).for_each(|article| moved.extend(&row(article)));
        let mut stored = StoredSignatures::Held(moved);
        stored.spill(&std::env::temp_dir()).unwrap();
        for article in half..total as u32 {
            stored.extend(&row(article)).unwrap();
        }
        stored.finish().unwrap();
        let StoredSignatures::Spilled(file) = &stored else {
            panic!("spilled");
        };
        assert_eq!(file.len(), total);
        let mut read = Pages::default();
        for at in 0..8 {
            file.column(at, &mut read).unwrap();
            let column = read.as_slice();
            assert_eq!(column.len(), total);
            for (article, &[low, middle, high]) in (0..).zip(column) {
                let value = u32::from_le_bytes([low, middle, high, 0]);
                assert_eq!(value, held.value(article, at));
            }
            let article = (at * 25) as u32;
            assert_eq!(file.value(article, at).unwrap(), held.value(article, at));
        }
        let mut read = Pages::default();
        for (pieces, blocks) in [(1, 3), (2, 2), (3, 1), (100, 1)] {
            for number in 0..blocks {
                file.block(number, pieces, &mut read).unwrap();
                let rows = read.as_slice();
                let articles = file.articles_of_block(number, pieces);
                assert_eq!(rows.len(), articles.len() * layout.words());
                for (article, packed) in articles.zip(rows.chunks(layout.words())) {
                    assert_eq!(packed, row(article as u32));
                    if article % 10 == 7 {
                        let mut one = vec![0; layout.words()];
                        file.row(article as u32, &mut one).unwrap();
                        assert_eq!(one, packed);
                    }
                }
            }
        }
        stored.clear();
        assert!(!stored.are_spilled());
    }

    #[test]
    fn hashes_are_the_same_in_memory_and_in_a_file() {
        let layout = Layout::new(40, 8);
        let mut held = Signatures::new(layout);
        // The third of each four differs from the others in a whole value, the fourth in one of those that are not.
        let changes = [None, None, Some(7), Some(39)];
        for changed in changes.into_iter().cycle().take(2 * PIECE + 8) {
            let value = |at: u32| {
                let change = u32::from(Some(at) == changed) * 0x101;
                (at * 77).wrapping_mul(0x9e37_79b9) ^ change
            };
            held.push(&(0..40).map(value).collect::<Vec<_>>());
        }
        let mut stored = StoredSignatures::Held(held);
        let hashes = stored.hashes().unwrap();
        assert_eq!(hashes.len(), 2 * PIECE + 8);
        let [a, b, c, d] = hashes[..4].try_into().unwrap();
        assert!(a == b && a != c && a != d && c != d);
        assert!(hashes.chunks(4).all(|four| four == &hashes[..4]));
        stored.spill(&std::env::temp_dir()).unwrap();
        stored.finish().unwrap();
        assert_eq!(stored.hashes().unwrap(), hashes);
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let missing = Path::new("no/such/folder");
        let error = SignatureFile::create(Layout::new(8, 8), missing).unwrap_err();
        assert!(error.to_string().contains("no/such/folder"), "{error}");
    }
}
