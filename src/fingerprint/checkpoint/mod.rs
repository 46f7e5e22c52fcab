//! Finished fingerprints on disk, so that a long run that was killed can go on.
//!
//! A folder holds a manifest (which files, which options) and shards, each with the results of many blocks in corpus order. A
//! shard is written to a temporary file and renamed, and carries a checksum: what is there is whole. A run that
//! finds its folder takes these results over and computes the rest. Since a scan always gives the same blocks, the fingerprints are
//! the same as without a break, and so is all that follows from them.
//!
//! A corpus may have grown meanwhile by files that come after those that were there: nothing that is kept of a file depends on the
//! files after it but [which number comes first in its dates](crate::corpus::SourceFile::date_order), and that is part of the manifest.

mod manifest;
mod shard;
#[cfg(test)]
mod tests;

use super::FingerprintOptions;
use super::pass::Fingerprinted;
use crate::corpus::Corpus;
use crate::{Error, Result};
use manifest::{MANIFEST, Manifest};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A shard is written when it has become this long: it may be longer by the results of a block.
const SHARD_BYTES: usize = 16 << 20;
const SHARD_NAME: &str = "shard-";
const LOCK: &str = ".wirecopy-lock";
/// How temporary files begin that a killed run may have left.
const UNFINISHED: &str = ".wirecopy-unfinished-";

/// A folder of shards, and the results that are still to be written to it.
#[derive(Debug)]
pub(super) struct Checkpoint {
    folder: PathBuf,
    /// Locked as long as the run lasts.
    _lock: fs::File,
    words: usize,
    /// A shard is written when the buffer holds so much.
    shard_bytes: usize,
    /// Shards that are there.
    shard_count: u32,
    buffer: Vec<u8>,
}

/// The last block whose results are there: its file, and its number in it.
pub(super) type Reached = Option<(u32, u32)>;

impl Checkpoint {
    /// Opens a folder, or makes it.
    ///
    /// # Errors
    /// If it holds the fingerprints of other files, or made with other options; if an input cannot be read a second time; if the
    /// folder cannot be made, read or written.
    pub(super) fn open(
        folder: &Path,
        corpus: &Corpus,
        options: &FingerprintOptions,
    ) -> Result<Self> {
        let manifest = Manifest::of(corpus, options)?;
        match fs::metadata(folder) {
            Ok(found) if !found.is_dir() => return Err(foreign(folder, "it is a file")),
            Ok(_) => {}
            Err(_) => fs::create_dir_all(folder).map_err(Error::io("create", folder))?,
        }
        // Before anything is written: the folder may be of something else.
        Manifest::found(folder)?;
        let lock = lock(folder)?;
        // Another run may have made one since, or added files to it.
        let found = Manifest::found(folder)?;
        if let Some(found) = &found {
            found.check(&manifest, folder)?;
        }
        if found.as_ref() != Some(&manifest) {
            let text = serde_json::to_vec_pretty(&manifest)
                .map_err(|error| Error::Input(format!("a manifest: {error}")))?;
            write_whole(folder, MANIFEST, &[&text])?;
        }
        for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
            let path = entry.map_err(Error::io("read", folder))?.path();
            if is_unfinished(&path) {
                fs::remove_file(&path).map_err(Error::io("remove", &path))?;
            }
        }
        Ok(Self {
            folder: folder.to_path_buf(),
            _lock: lock,
            words: options.layout.words(),
            shard_bytes: if cfg!(test) {
                SHARD_BYTES >> 14
            } else {
                SHARD_BYTES
            },
            shard_count: 0,
            buffer: Vec::new(),
        })
    }

    /// Hands on the results that are there, in order, and says how far they reach.
    ///
    /// # Errors
    /// Those of `take`; if a shard cannot be read. One that is not whole ends what is there: it and those after it are
    /// removed.
    pub(super) fn restore(
        &mut self,
        corpus: &Corpus,
        mut take: impl FnMut(Fingerprinted) -> Result<()>,
    ) -> Result<Reached> {
        let mut reached = None;
        loop {
            let path = self.folder.join(shard_name(self.shard_count));
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
                Err(error) => return Err(Error::io("read", &path)(error)),
            };
            let Some(mut rest) = shard::payload(&bytes) else {
                self.remove_from(self.shard_count)?;
                return Ok(reached);
            };
            while !rest.is_empty() {
                let done = shard::decode(&mut rest, self.words, corpus)
                    .ok_or_else(|| refused(&self.folder, "a shard in it is not of this version"))?;
                let now = (done.file, done.number);
                let follows = reached.map_or(now == (0, 1), |(file, number)| {
                    now == (file, number + 1) || now == (file + 1, 1)
                });
                if !follows {
                    return Err(refused(
                        &self.folder,
                        "its shards do not follow one another",
                    ));
                }
                reached = Some(now);
                take(done)?;
            }
            self.shard_count += 1;
        }
    }

    /// Removes the shards from a number on.
    fn remove_from(&self, first: u32) -> Result<()> {
        for entry in fs::read_dir(&self.folder).map_err(Error::io("read", &self.folder))? {
            let path = entry.map_err(Error::io("read", &self.folder))?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let number = name.and_then(|name| name.strip_prefix(SHARD_NAME)?.parse::<u32>().ok());
            if number.is_some_and(|number| number >= first) {
                fs::remove_file(&path).map_err(Error::io("remove", &path))?;
            }
        }
        Ok(())
    }

    /// Adds the results of the next block.
    ///
    /// # Errors
    /// If a shard cannot be written.
    pub(super) fn add(&mut self, done: &Fingerprinted) -> Result<()> {
        shard::encode(done, &mut self.buffer);
        if self.buffer.len() >= self.shard_bytes {
            self.finish()?;
        }
        Ok(())
    }

    /// Writes what is not written yet.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn finish(&mut self) -> Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let head = shard::head(&self.buffer);
        let name = shard_name(self.shard_count);
        write_whole(&self.folder, &name, &[&head, &self.buffer])?;
        self.shard_count += 1;
        self.buffer.clear();
        Ok(())
    }
}

/// Keeps other runs out of a folder.
fn lock(folder: &Path) -> Result<fs::File> {
    let path = folder.join(LOCK);
    let mut options = fs::File::options();
    let options = options.write(true).create(true).truncate(false);
    let file = options.open(&path).map_err(Error::io("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Error::Input(format!(
            "--checkpoint {}: another run is using the folder; wait for its end, or name another",
            folder.display()
        ))),
        Err(fs::TryLockError::Error(error)) => Err(Error::io("lock", &path)(error)),
    }
}

/// Shards that are of no use.
fn refused(folder: &Path, what: &str) -> Error {
    Error::Input(format!(
        "--checkpoint {}: {what}; delete the folder, or name another",
        folder.display()
    ))
}

/// A folder that may be of something else.
fn foreign(folder: &Path, what: &str) -> Error {
    Error::Input(format!(
        "--checkpoint {}: {what}; name another folder, a new or an empty one",
        folder.display()
    ))
}

fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with(UNFINISHED))
}

fn shard_name(number: u32) -> String {
    format!("{SHARD_NAME}{number:06}")
}

/// Writes a file so that it is there whole or not at all.
fn write_whole(folder: &Path, name: &str, parts: &[&[u8]]) -> Result<()> {
    let failed = |error| Error::io("write", &folder.join(name))(error);
    let mut file = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(folder)
        .map_err(failed)?;
    for part in parts {
        file.write_all(part).map_err(failed)?;
    }
    file.as_file().sync_data().map_err(failed)?;
    file.persist(folder.join(name))
        .map_err(|error| failed(error.error))?;
    Ok(())
}
