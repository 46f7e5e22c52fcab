//! The signatures of a corpus, in memory as long as there is room.

use super::signature_file::PIECE;
use super::{Layout, SignatureFile, Signatures, ThreeBytes};
use crate::Result;
use crate::memory::Pages;
use std::path::Path;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// The signatures of a corpus, in memory or in a file.
#[derive(Debug)]
pub enum StoredSignatures {
    /// In memory.
    Held(Signatures),
    /// In a temporary file.
    Spilled(SignatureFile),
}

impl StoredSignatures {
    /// Appends the packed signatures that stand one after another in `packed`.
    pub(super) fn extend(&mut self, packed: &[u32]) -> Result<()> {
        match self {
            Self::Held(signatures) => {
                signatures.extend(packed);
                Ok(())
            }
            Self::Spilled(file) => file.extend(packed),
        }
    }

    /// Moves them to a file in `folder`, as well as those that are to come.
    pub(super) fn spill(&mut self, folder: &Path) -> Result<()> {
        if let Self::Held(signatures) = self {
            *self = Self::Spilled(SignatureFile::of(signatures, folder)?);
        }
        Ok(())
    }

    /// Makes all of them readable.
    pub(super) fn finish(&mut self) -> Result<()> {
        match self {
            Self::Held(_) => Ok(()),
            Self::Spilled(file) => file.finish(),
        }
    }

    /// Bytes of the file they are in; 0 if they are in memory.
    pub fn spilled_bytes(&self) -> u64 {
        match self {
            Self::Held(_) => 0,
            Self::Spilled(file) => file.bytes(),
        }
    }

    /// Bytes of memory that they take; 0 if they are in a file.
    pub(crate) fn held_bytes(&self) -> usize {
        match self {
            Self::Held(signatures) => signatures.bytes(),
            Self::Spilled(_) => 0,
        }
    }

    /// Bytes of memory for one piece of a file on its way there, or two on their way back.
    pub(crate) fn buffers(&self) -> usize {
        let layout = self.layout();
        let columns = layout.whole() * size_of::<ThreeBytes>();
        PIECE * (layout.bytes() + columns.max(layout.bytes()))
    }

    /// Whether they are in a file.
    pub fn are_spilled(&self) -> bool {
        matches!(self, Self::Spilled(_))
    }

    /// A hash of the signature of each article.
    ///
    /// # Errors
    /// If the file they are in cannot be read.
    pub(super) fn hashes(&self) -> Result<Vec<u32>> {
        let hash = |whole: &[u32], low: &[u32]| {
            let of_whole = xxh3_64(bytemuck::cast_slice(whole));
            xxh3_64_with_seed(bytemuck::cast_slice(low), of_whole) as u32
        };
        match self {
            Self::Held(held) => {
                let articles = 0..held.len() as u32;
                let hashes = articles.map(|article| hash(held.whole(article), held.low(article)));
                Ok(hashes.collect())
            }
            Self::Spilled(file) => {
                let mut hashes = Vec::with_capacity(file.len());
                let mut rows = Pages::default();
                while hashes.len() < file.len() {
                    file.block(hashes.len() / PIECE, 1, &mut rows)?;
                    let rows = rows.as_slice().chunks_exact(file.layout().words());
                    let parts = rows.map(|row| row.split_at(file.layout().whole_words()));
                    hashes.extend(parts.map(|(whole, low)| hash(whole, low)));
                }
                Ok(hashes)
            }
        }
    }

    /// Gives all signatures up, and their memory or file back.
    pub fn clear(&mut self) {
        *self = Self::Held(Signatures::new(self.layout()));
    }

    /// What is kept of a signature.
    pub fn layout(&self) -> Layout {
        match self {
            Self::Held(signatures) => signatures.layout(),
            Self::Spilled(file) => file.layout(),
        }
    }
}
