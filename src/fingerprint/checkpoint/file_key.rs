//! What must be the same of a file for its fingerprints to be of use.

use crate::corpus::{Corpus, SourceFile};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;
use std::time::UNIX_EPOCH;
use xxhash_rust::xxh3::xxh3_64;

/// A file as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct FileKey {
    /// Its path, an absolute one: a run may begin in another folder.
    path: String,
    bytes: u64,
    /// When it was changed, in nanoseconds since 1970; 0 where that is not known.
    modified: u64,
    /// How its dates are read, which other files may tell.
    date_order: String,
}

impl FileKey {
    fn of(file: &SourceFile) -> Result<Self> {
        if file.is_copy() {
            return Err(Error::Parameter(format!(
                "--checkpoint: {} cannot be read again by a later run; write it to a file first",
                file.name
            )));
        }
        let path = std::path::absolute(file.path()).map_err(Error::io("find", file.path()))?;
        let modified = file
            .modified()
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let path = match path.to_str() {
            Some(path) => path.to_owned(),
            // Two such paths may look alike.
            None => {
                let hash = xxh3_64(path.as_os_str().as_encoded_bytes());
                format!("{} {hash:016x}", path.display())
            }
        };
        Ok(Self {
            path,
            bytes: file.size,
            modified: modified.map_or(0, |since| since.as_nanos() as u64),
            date_order: format!("{:?}", file.date_order()),
        })
    }
}

/// The files of a corpus.
#[derive(Debug)]
pub(super) struct FileKeys {
    /// By their numbers.
    keys: Vec<FileKey>,
    /// The numbers, by their paths.
    numbers: HashMap<String, u32>,
}

impl FileKeys {
    /// # Errors
    /// If a file cannot be read a second time.
    pub(super) fn of(corpus: &Corpus) -> Result<Self> {
        let keys = corpus.files().iter().map(FileKey::of);
        let keys = keys.collect::<Result<Vec<_>>>()?;
        let number = |(number, key): (usize, &FileKey)| (key.path.clone(), number as u32);
        let numbers = keys.iter().enumerate().map(number).collect();
        Ok(Self { keys, numbers })
    }

    pub(super) fn key(&self, number: u32) -> &FileKey {
        &self.keys[number as usize]
    }

    /// The number of the file that this was and still is.
    pub(super) fn number(&self, key: &FileKey) -> Option<u32> {
        let number = *self.numbers.get(&key.path)?;
        (self.key(number) == key).then_some(number)
    }

    /// Whether a file has changed since, or is no more. One that is there and does not belong to this corpus may be asked for by another run.
    pub(super) fn is_gone(&self, key: &FileKey) -> bool {
        match self.numbers.contains_key(&key.path) {
            true => self.number(key).is_none(),
            false => matches!(Path::new(&key.path).try_exists(), Ok(false)),
        }
    }
}
