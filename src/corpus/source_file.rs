//! One file of a corpus: what is known of it before it is read.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use super::compress::{Compression, Stream};
use super::csv::Columns;
use super::dates::DateOrder;
use super::fault::Fault;
use super::format::Format;
use super::input_copy::InputCopy;
use super::split::Arrangement;
use super::unpacked::Kept;
use crate::error::{Error, Result};

/// One file of a corpus.
#[derive(Debug)]
pub struct SourceFile {
    /// As shown to people: the path as it was given or found, `-` for standard input.
    pub name: String,
    /// Size on disk in bytes.
    pub size: u64,
    /// What the file is.
    pub format: Format,
    /// How it is compressed. By its name only in the case of text files, which are opened when they are read;
    /// reading always goes by the content.
    pub compression: Compression,
    pub(super) path: PathBuf,
    pub(super) modified: Option<SystemTime>,
    /// Keeps the copy of a pipe until the corpus is dropped.
    pub(super) copy: Option<InputCopy>,
    pub(super) arrangement: Arrangement,
    pub(super) header: Vec<u8>,
    pub(super) columns: Columns,
    /// Which number comes first in its dates.
    pub(super) date_order: DateOrder,
    /// Why it holds no text, if it is none.
    pub(super) foreign: Option<Fault>,
    pub(super) kept: Kept,
    pub(super) has_pieces: OnceLock<bool>,
}

impl SourceFile {
    /// Which number comes first in its dates: as [`CorpusOptions::date_order`] says, else as they tell, else as those of the other files
    /// do.
    ///
    /// [`CorpusOptions::date_order`]: super::CorpusOptions::date_order
    pub fn date_order(&self) -> DateOrder {
        self.date_order
    }

    /// How long it is, decompressed, in bytes; a compressed one is taken for four times as long as on disk.
    pub fn estimated_bytes(&self) -> u64 {
        match self.compression {
            Compression::None => self.size,
            Compression::Gzip | Compression::Zstd => self.size.saturating_mul(4),
        }
    }

    /// How the records stand in the file.
    pub fn arrangement(&self) -> Arrangement {
        self.arrangement
    }

    /// Whether it may hold articles: not if it begins as an archive or another binary format does. Such a file becomes one reject.
    pub fn is_text(&self) -> bool {
        self.foreign.is_none()
    }

    /// Where its bytes lie: the file itself, or the temporary copy of a pipe.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is the temporary copy of a pipe.
    pub fn is_copy(&self) -> bool {
        self.copy.is_some()
    }

    /// When the file was changed, if the system knows.
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    pub(super) fn check_unchanged(&self) -> Result<()> {
        let now = std::fs::metadata(&self.path).map_err(Error::io("read", &self.path))?;
        if now.len() != self.size || now.modified().ok() != self.modified {
            return Err(self.changed());
        }
        Ok(())
    }

    /// Whether it is compressed in pieces that several threads can decompress.
    pub(super) fn has_pieces(&self) -> bool {
        *self.has_pieces.get_or_init(|| {
            let stream = || Stream::open(&self.path, 2);
            self.compression != Compression::None && stream().is_ok_and(|it| it.ahead().is_some())
        })
    }

    /// What is wrong if it is no longer what it was when the run began.
    pub(crate) fn changed(&self) -> Error {
        Error::Changed(self.name.clone().into())
    }
}
