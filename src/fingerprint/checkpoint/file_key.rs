//! What must be the same of a file for its fingerprints to be of use.

use crate::corpus::{Corpus, SourceFile};
use crate::{Error, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use xxhash_rust::xxh3::xxh3_128;

/// A file as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileKey {
    /// As it was given or found: articles without ids are named after it.
    name: String,
    /// Its path, without links: other files may have the same name, from another folder.
    path: String,
    bytes: u64,
    /// When it was changed, in nanoseconds since 1970, if that is known.
    modified: Option<u64>,
    /// What it was read as, which its name and the way it was found may tell.
    read_as: String,
    /// How its dates were read, which other files may tell.
    date_order: String,
}

impl FileKey {
    /// # Errors
    /// If the file cannot be read a second time.
    pub(super) fn of(file: &SourceFile, folders: &mut Folders) -> Result<Self> {
        if file.is_copy() {
            return Err(Error::Parameter(format!(
                "--checkpoint: {} cannot be read again by a later run; write it to a file first",
                file.name
            )));
        }
        let path = folders.real(file.path());
        let path = path.map_err(Error::io("find", file.path()))?;
        let path = match path.to_str() {
            Some(path) => path.to_owned(),
            // Two such paths may look alike.
            None => {
                let hash = xxh3_128(path.as_os_str().as_encoded_bytes());
                format!("{} {hash:032x}", path.display())
            }
        };
        Ok(Self {
            name: file.name.clone(),
            path,
            bytes: file.size,
            modified: since_1970(file.modified()),
            read_as: format!("{:?}, {:?}", file.format, file.arrangement()),
            date_order: format!("{:?}", file.date_order()),
        })
    }

    /// Bytes that it takes in the table of a shard, about.
    pub(super) fn bytes(&self) -> usize {
        const OTHERS: usize = 150;
        self.name.len() + self.path.len() + OTHERS
    }

    fn hash(&self) -> u128 {
        xxh3_128(&serde_json::to_vec(self).expect("numbers and strings are JSON"))
    }
}

/// Resolves the links in paths, of folders once for many files.
#[derive(Debug, Default, Clone)]
pub(super) struct Folders {
    /// The last folder, as it was given and as it is.
    last: Option<(PathBuf, PathBuf)>,
}

impl Folders {
    fn real(&mut self, path: &Path) -> io::Result<PathBuf> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return fs::canonicalize(path);
        };
        if fs::symlink_metadata(path)?.is_symlink() {
            return fs::canonicalize(path);
        }
        let real = match self.last.take() {
            Some((given, real)) if given == folder => real,
            _ if folder.as_os_str().is_empty() => fs::canonicalize(".")?,
            _ => fs::canonicalize(folder)?,
        };
        let path = real.join(name);
        self.last = Some((folder.to_path_buf(), real));
        Ok(path)
    }
}

fn since_1970(time: Option<SystemTime>) -> Option<u64> {
    let since = time?.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}

/// The files of a corpus.
#[derive(Debug)]
pub(super) struct FileKeys {
    /// Their numbers, by a hash of their keys.
    numbers: HashMap<u128, u32>,
    /// The folder that all of them are in, or in a folder of it.
    root: PathBuf,
}

impl FileKeys {
    /// # Errors
    /// If a file cannot be read a second time.
    pub(super) fn of(corpus: &Corpus) -> Result<Self> {
        let key = |folders: &mut Folders, file: &SourceFile| {
            FileKey::of(file, folders).map(|key| (key.hash(), PathBuf::from(key.path)))
        };
        let keys = corpus.files().par_iter().map_init(Folders::default, key);
        let keys: Vec<Result<(u128, PathBuf)>> = keys.collect();
        let mut numbers = HashMap::with_capacity(keys.len());
        let mut root: Option<PathBuf> = None;
        for (number, key) in keys.into_iter().enumerate() {
            let (hash, mut path) = key?;
            numbers.insert(hash, number as u32);
            path.pop();
            let root = root.get_or_insert_with(|| path.clone());
            while !path.starts_with(&*root) && root.pop() {}
        }
        let root = root.unwrap_or_default();
        Ok(Self { numbers, root })
    }

    /// The number of the file that has this key, if the corpus has one and it would show if it had changed.
    pub(super) fn number(&self, key: &FileKey) -> Option<u32> {
        key.modified?;
        self.numbers.get(&key.hash()).copied()
    }

    /// Whether a file has changed since, or is no more, so that nobody will ask for it again. One that is missing somewhere else than among
    /// these files may be on a disk that is not there at the moment.
    pub(super) fn is_gone(&self, key: &FileKey) -> bool {
        // In a path that is no UTF-8 it stands for what is none: such a file cannot be looked for.
        if key.path.contains(char::REPLACEMENT_CHARACTER) {
            return false;
        }
        let known = (key.bytes, key.modified);
        match fs::metadata(&key.path) {
            Ok(_) if key.modified.is_none() => true,
            Ok(now) => known != (now.len(), since_1970(now.modified().ok())),
            Err(error) => {
                let is_missing = error.kind() == ErrorKind::NotFound;
                is_missing
                    && self.root.parent().is_some()
                    && Path::new(&key.path).starts_with(&self.root)
            }
        }
    }
}
