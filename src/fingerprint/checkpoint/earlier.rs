//! The results of earlier runs: which are there, and where they stand.

use super::file_key::FileKeys;
use super::shard::{self, Contents, FileOfShard};
use super::{changed, shard_path, shards};
use crate::corpus::Corpus;
use crate::fingerprint::pass::Fingerprinted;
use crate::positioned::read_exact_at;
use crate::progress::Progress;
use crate::{Error, Result};
use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Results of earlier runs that are of use to this one, by the files of its corpus.
#[derive(Debug)]
pub(in crate::fingerprint) struct Earlier {
    folder: PathBuf,
    /// Words of a signature.
    words: usize,
    /// By the numbers of file and block.
    blocks: HashMap<(u32, u32), InShard>,
    /// Of how many blocks each file consists, if all of them are there.
    whole: Vec<Option<u32>>,
}

/// Where the results of a block stand.
#[derive(Debug)]
struct InShard {
    shard: u32,
    bytes: Range<usize>,
}

/// The shard that was read last.
#[derive(Debug, Default)]
pub(super) struct OpenShard(Option<(u32, fs::File)>);

impl Earlier {
    /// None, of the files of a corpus.
    pub(in crate::fingerprint) fn none(corpus: &Corpus) -> Self {
        Self {
            folder: PathBuf::new(),
            words: 0,
            blocks: HashMap::new(),
            whole: vec![None; corpus.files().len()],
        }
    }

    /// Looks through a folder. Shards that are not whole are removed, and those that only have something of files that are [gone](FileKeys::is_gone).
    ///
    /// # Errors
    /// If a shard cannot be read or removed; if asked to stop.
    pub(super) fn find(
        folder: &Path,
        corpus: &Corpus,
        files: &FileKeys,
        words: usize,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let mut earlier = Self {
            folder: folder.to_path_buf(),
            words,
            ..Self::none(corpus)
        };
        for number in shards(folder)? {
            if progress.cancelled() {
                return Err(Error::Interrupted);
            }
            let path = shard_path(folder, number);
            let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
            let contents = shard::contents(&bytes, words);
            let of_use = |it: &Contents| !it.files.iter().all(|file| files.is_gone(&file.key));
            match contents.filter(of_use) {
                Some(contents) => earlier.add(number, contents, files),
                None => fs::remove_file(&path).map_err(Error::io("remove", &path))?,
            }
        }
        for (file, whole) in earlier.whole.iter_mut().enumerate() {
            // A shard with some of them may have been removed.
            let has = |number| earlier.blocks.contains_key(&(file as u32, number));
            *whole = whole.filter(|&blocks| (1..=blocks).all(has));
        }
        Ok(earlier)
    }

    fn add(&mut self, shard: u32, contents: Contents, files: &FileKeys) {
        let number = |file: &FileOfShard| files.number(&file.key);
        let numbers: Vec<Option<u32>> = contents.files.iter().map(number).collect();
        for (file, number) in contents.files.iter().zip(&numbers) {
            if let (Some(blocks), Some(number)) = (file.blocks, number) {
                self.whole[*number as usize] = Some(blocks);
            }
        }
        for block in contents.blocks {
            if let Some(file) = numbers[block.file] {
                let bytes = block.bytes;
                let found = InShard { shard, bytes };
                self.blocks.insert((file, block.number), found);
            }
        }
    }

    /// Bytes of memory that it takes, about: a table is up to twice as large as what is in it.
    pub(in crate::fingerprint) fn bytes(&self) -> usize {
        let of_block = size_of::<((u32, u32), InShard)>() + 1;
        2 * self.blocks.len() * of_block + self.whole.len() * size_of::<Option<u32>>()
    }

    /// Which files are to be read, by their numbers: those of which not all blocks are there.
    pub(in crate::fingerprint) fn to_read(&self) -> Vec<bool> {
        self.whole.iter().map(Option::is_none).collect()
    }

    /// Whether the results of a block are there.
    pub(in crate::fingerprint) fn has(&self, file: u32, number: u32) -> bool {
        self.blocks.contains_key(&(file, number))
    }

    /// Of how many blocks a file consists, if the results of all of them are there.
    pub(super) fn whole(&self, file: u32) -> Option<u32> {
        self.whole[file as usize]
    }

    /// Reads the results of a block that is there.
    ///
    /// # Errors
    /// If its shard cannot be read, or is no longer what it was.
    pub(super) fn read(
        &self,
        open: &mut OpenShard,
        (file, number): (u32, u32),
        corpus: &Corpus,
    ) -> Result<Fingerprinted> {
        let found = &self.blocks[&(file, number)];
        let path = shard_path(&self.folder, found.shard);
        let shard = match open.0.take() {
            Some((shard, file)) if shard == found.shard => file,
            _ => fs::File::open(&path).map_err(Error::io("read", &path))?,
        };
        let mut bytes = vec![0; found.bytes.len()];
        read_exact_at(&shard, &mut bytes, found.bytes.start as u64)
            .map_err(Error::io("read", &path))?;
        open.0 = Some((found.shard, shard));
        let name = &corpus.files()[file as usize].name;
        let done = shard::decode(&bytes, self.words, file, name);
        done.filter(|done| done.number == number)
            .ok_or_else(|| changed(&self.folder))
    }
}
