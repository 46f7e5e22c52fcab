//! Finished fingerprints on disk, so that a long run that was killed can go on, and one over a corpus that changes a little need not begin anew.
//!
//! A folder holds a manifest (which options) and shards, each with the results of many blocks and the names of their files. A shard is written to a
//! temporary file and renamed, and carries a checksum: what is there is whole. A run that finds its folder takes over what is of its
//! files as they are now, and computes the rest. Since a scan always gives the same blocks of a file, whatever other files there are, the fingerprints are
//! the same as without a break, and so is all that follows from them. How a file is read may hang on more than its bytes: on the way it was found, or, as to
//! [which number comes first in its dates](crate::corpus::SourceFile::date_order), on other files. That must be the same, too.
//!
//! The parts: `manifest` and `file_key` (what must be the same), `shard` (the bytes), `earlier` (what is there), here the folder and what is added to it, and
//! `resumed` (both in corpus order).

mod earlier;
mod file_key;
mod manifest;
mod resumed;
mod shard;
#[cfg(test)]
mod tests;

use super::FingerprintOptions;
use super::pass::Fingerprinted;
use crate::corpus::Corpus;
use crate::progress::Progress;
use crate::{Error, Result};
pub(super) use earlier::Earlier;
use file_key::{FileKey, FileKeys, Folders};
use manifest::{MANIFEST, Manifest};
pub(super) use resumed::{Done, Resumed};
use shard::FileOfShard;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A shard is written when it has become this long: it may be longer by the results of a block.
const SHARD_BYTES: usize = 4 << 20;
/// Bytes of memory that it takes until then: a buffer may be twice as large as what is in it.
pub(super) const MEMORY: usize = 2 * SHARD_BYTES;
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
    /// A shard is written when it has become so long.
    shard_bytes: usize,
    /// The number of the next shard, if there can be one.
    next: Option<u32>,
    /// The files of the shard to come.
    table: Vec<FileOfShard>,
    /// Bytes that they take there, about.
    table_bytes: usize,
    /// The number of the last of them.
    last: Option<u32>,
    /// Its blocks.
    buffer: Vec<u8>,
    folders: Folders,
}

impl Checkpoint {
    /// Opens a folder, or makes it, and finds what is there.
    ///
    /// # Errors
    /// If what it holds was made with other options; if an input cannot be read a second time; if the folder cannot be made, read or
    /// written.
    pub(super) fn open(
        folder: &Path,
        corpus: &Corpus,
        options: &FingerprintOptions,
        progress: &dyn Progress,
    ) -> Result<(Self, Earlier)> {
        let files = FileKeys::of(corpus)?;
        let manifest = Manifest::of(corpus, options);
        match fs::metadata(folder) {
            Ok(found) if !found.is_dir() => return Err(foreign(folder, "it is a file")),
            Ok(_) => {}
            Err(_) => fs::create_dir_all(folder).map_err(Error::io("create", folder))?,
        }
        // Before anything is written: the folder may be of something else.
        Manifest::found(folder)?;
        let lock = lock(folder)?;
        // Another run may have made one since.
        match Manifest::found(folder)? {
            Some(found) => found.check(&manifest, folder)?,
            None => {
                let text = serde_json::to_vec_pretty(&manifest)
                    .map_err(|error| Error::Input(format!("a manifest: {error}")))?;
                write_whole(folder, MANIFEST, &[&text])?;
            }
        }
        for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
            let path = entry.map_err(Error::io("read", folder))?.path();
            if is_unfinished(&path) {
                fs::remove_file(&path).map_err(Error::io("remove", &path))?;
            }
        }
        let earlier = Earlier::find(folder, corpus, &files, options.layout.words(), progress)?;
        let last = shards(folder)?.pop();
        let checkpoint = Self {
            next: last.map_or(Some(0), |last| last.checked_add(1)),
            folder: folder.to_path_buf(),
            _lock: lock,
            shard_bytes: match cfg!(test) {
                true => SHARD_BYTES >> 12,
                false => SHARD_BYTES,
            },
            table: Vec::new(),
            table_bytes: 0,
            last: None,
            buffer: Vec::new(),
            folders: Folders::default(),
        };
        Ok((checkpoint, earlier))
    }

    /// Adds the results of a block.
    ///
    /// # Errors
    /// If a shard cannot be written, or the file is no more.
    pub(super) fn add(&mut self, done: &Fingerprinted, corpus: &Corpus) -> Result<()> {
        let place = self.place(done.file, corpus)?;
        shard::encode(done, place as u32, &mut self.buffer);
        match self.table_bytes + self.buffer.len() >= self.shard_bytes {
            true => self.finish(),
            false => Ok(()),
        }
    }

    /// Adds that a file has no more than so many blocks.
    ///
    /// # Errors
    /// If the file is no more.
    pub(super) fn end_file(&mut self, file: u32, blocks: u32, corpus: &Corpus) -> Result<()> {
        let place = self.place(file, corpus)?;
        self.table[place].blocks = Some(blocks);
        Ok(())
    }

    /// The place of a file in the table of the next shard.
    fn place(&mut self, file: u32, corpus: &Corpus) -> Result<usize> {
        if self.last != Some(file) {
            // Made once more, since the keys of a million files would take much memory.
            let key = FileKey::of(&corpus.files()[file as usize], &mut self.folders)?;
            self.table_bytes += key.bytes();
            self.table.push(FileOfShard { key, blocks: None });
            self.last = Some(file);
        }
        Ok(self.table.len() - 1)
    }

    /// Writes what is not written yet.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn finish(&mut self) -> Result<()> {
        if self.table.is_empty() {
            return Ok(());
        }
        let number = self
            .next
            .ok_or_else(|| refused(&self.folder, "it has the last shard that there can be"))?;
        let start = shard::start(&self.table, &self.buffer);
        let name = shard_name(number);
        write_whole(&self.folder, &name, &[&start, &self.buffer])?;
        self.next = number.checked_add(1);
        self.table.clear();
        self.table_bytes = 0;
        self.last = None;
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

/// A folder that somebody writes to during the run.
fn changed(folder: &Path) -> Error {
    Error::Input(format!(
        "--checkpoint {}: its shards have changed since the run began; run it again",
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

fn shard_path(folder: &Path, number: u32) -> PathBuf {
    folder.join(shard_name(number))
}

/// The numbers of the shards of a folder, in order.
fn shards(folder: &Path) -> Result<Vec<u32>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let name = entry.map_err(Error::io("read", folder))?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(SHARD_NAME));
        let number = number.and_then(|number| number.parse().ok());
        numbers.extend(number.filter(|&number| name == *shard_name(number)));
    }
    numbers.sort_unstable();
    Ok(numbers)
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
