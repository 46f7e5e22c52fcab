//! Finished fingerprints on disk, so that a long run that was killed can go on.
//!
//! A folder holds a manifest (which files, which options) and shards, each with the results of many blocks in corpus order. A
//! shard is written to a temporary file and renamed, and carries a checksum: what is there is whole. A run that
//! finds its folder takes these results over and computes the rest. Since a scan always gives the same blocks, the fingerprints are
//! the same as without a break, and so is all that follows from them.
//!
//! A corpus may have grown meanwhile by files that come after those that were there: nothing that is kept of a file depends on the
//! files after it but [which number comes first in its dates](crate::corpus::SourceFile::date_order), and that is part of the manifest.

use super::days::UnreadDates;
use super::pass::Fingerprinted;
use super::places::RecordStart;
use super::rows::Row;
use super::{DigestPart, FingerprintOptions};
use crate::corpus::{Corpus, Reject, RejectReason};
use crate::text::TOKENISER_VERSION;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use xxhash_rust::xxh3::xxh3_128;

/// A shard is written when it has become this long.
const SHARD: usize = 16 << 20;
const MAGIC: &[u8; 16] = b"wirecopy shard 6";
/// Without an extension, so that whoever walks the folder takes it for no news.
const MANIFEST: &str = "manifest";
const SHARD_NAME: &str = "shard-";
const LOCK: &str = ".wirecopy-lock";
/// How temporary files begin that a killed run may have left.
const UNFINISHED: &str = ".wirecopy-unfinished-";

/// What the shards of a folder are of.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    version: String,
    /// How its shards begin.
    #[serde(default)]
    shards: String,
    tokeniser: u32,
    options: String,
    files: Vec<FileKey>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FileKey {
    name: String,
    bytes: u64,
    /// When it was changed, in nanoseconds since 1970; 0 where that is not known.
    modified: u64,
    /// How its dates are read, which other files may tell.
    #[serde(default)]
    date_order: String,
}

/// A folder of shards, and the results that are still to be written to it.
#[derive(Debug)]
pub(super) struct Checkpoint {
    folder: PathBuf,
    /// Locked as long as the run lasts.
    _lock: fs::File,
    words: usize,
    /// A shard is written when it has become this long.
    shard: usize,
    /// Shards that are there.
    shards: u32,
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
            shard: if cfg!(test) { SHARD >> 14 } else { SHARD },
            shards: 0,
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
            let path = self.folder.join(shard_name(self.shards));
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
                Err(error) => return Err(Error::io("read", &path)(error)),
            };
            let Some(mut rest) = payload(&bytes) else {
                self.remove_from(self.shards)?;
                return Ok(reached);
            };
            while !rest.is_empty() {
                let done = decode(&mut rest, self.words, corpus)
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
            self.shards += 1;
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
        encode(done, &mut self.buffer);
        if self.buffer.len() >= self.shard {
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
        let sum = xxh3_128(&self.buffer).to_le_bytes();
        let name = shard_name(self.shards);
        write_whole(&self.folder, &name, &[MAGIC, &sum, &self.buffer])?;
        self.shards += 1;
        self.buffer.clear();
        Ok(())
    }
}

impl Manifest {
    fn of(corpus: &Corpus, options: &FingerprintOptions) -> Result<Self> {
        let files = corpus.files().iter().map(|file| {
            if file.is_copy() {
                return Err(Error::Parameter(format!(
                    "--checkpoint: {} cannot be read again by a later run; write it to a file first",
                    file.name
                )));
            }
            let modified = file.modified().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            Ok(FileKey {
                name: file.name.clone(),
                bytes: file.size,
                modified: modified.map_or(0, |since| since.as_nanos() as u64),
                date_order: format!("{:?}", file.date_order()),
            })
        });
        let files = files.collect::<Result<_>>()?;
        let FingerprintOptions {
            shingle_size,
            furniture,
            permutations,
            layout,
            ..
        } = options;
        let (count, seed) = (permutations.len(), permutations.seed());
        let (words, reading) = (layout.words(), corpus.reading());
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").into(),
            shards: String::from_utf8_lossy(MAGIC).into(),
            tokeniser: TOKENISER_VERSION,
            options: format!(
                "{shingle_size:?} {furniture:?} {count} permutations {seed} {layout:?} {words} words {reading}"
            ),
            files,
        })
    }

    /// That of a folder; none if the folder is empty.
    fn found(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(MANIFEST);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
                foreign(folder, &format!("its {MANIFEST} cannot be read ({error})"))
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut entries = fs::read_dir(folder).map_err(Error::io("read", folder))?;
                let own = |path: &Path| is_unfinished(path) || path.ends_with(LOCK);
                match entries.any(|entry| entry.is_ok_and(|entry| !own(&entry.path()))) {
                    true => Err(foreign(folder, "it holds files of something else")),
                    false => Ok(None),
                }
            }
            Err(error) => Err(Error::io("read", &path)(error)),
        }
    }

    /// Whether shards of this manifest are of use to a run of `wanted`.
    fn check(&self, wanted: &Self, folder: &Path) -> Result<()> {
        let made_alike = self.shards == wanted.shards && self.tokeniser == wanted.tokeniser;
        let what = if self.version != wanted.version || !made_alike {
            format!(
                "it was made by another build of wirecopy ({})",
                self.version
            )
        } else if self.options != wanted.options {
            "it was made with other options".into()
        } else if !wanted.files.starts_with(&self.files) {
            let mut pairs = self.files.iter().zip(&wanted.files);
            match pairs.find(|(then, now)| then != now) {
                Some((then, now)) if then.name != now.name => format!(
                    "it has {} where this run has {}; new files must come after those that it has",
                    then.name, now.name
                ),
                Some((then, now)) if (then.bytes, then.modified) == (now.bytes, now.modified) => {
                    format!(
                        "new files say that the dates of {} are to be read otherwise, unless --date-order does",
                        now.name
                    )
                }
                Some((_, now)) => format!("{} has changed since it was made", now.name),
                None => format!(
                    "it has {}, too, which is not among the files of this run",
                    self.files[wanted.files.len()].name
                ),
            }
        } else {
            return Ok(());
        };
        Err(refused(folder, &what))
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

/// What a shard holds, if it is whole.
fn payload(bytes: &[u8]) -> Option<&[u8]> {
    let (magic, rest) = bytes.split_first_chunk::<16>()?;
    let (sum, payload) = rest.split_first_chunk::<16>()?;
    (magic == MAGIC && u128::from_le_bytes(*sum) == xxh3_128(payload)).then_some(payload)
}

/// What most blocks have none of.
#[derive(Default, PartialEq, Serialize, Deserialize)]
struct Faults {
    rejects: Vec<KeptReject>,
    unread_dates: UnreadDates,
}

/// A bad record without its file, which the block names.
#[derive(PartialEq, Serialize, Deserialize)]
struct KeptReject {
    line: Option<u64>,
    reason: RejectReason,
    detail: String,
}

fn encode(done: &Fingerprinted, out: &mut Vec<u8>) {
    let rejects: Vec<KeptReject> = done
        .rejects
        .iter()
        .map(|reject| KeptReject {
            line: reject.line,
            reason: reject.reason,
            detail: reject.detail.clone(),
        })
        .collect();
    let faults = Faults {
        rejects,
        unread_dates: done.unread_dates.clone(),
    };
    let faults = match faults == Faults::default() {
        true => Vec::new(),
        false => serde_json::to_vec(&faults).expect("numbers and strings are JSON"),
    };
    for number in [
        done.file,
        done.number,
        done.rows.len() as u32,
        done.lines.len() as u32,
        faults.len() as u32,
    ] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    for row in &done.rows {
        out.extend_from_slice(&row_to_bytes(row));
    }
    out.extend(done.packed.iter().flat_map(|word| word.to_le_bytes()));
    out.extend(done.ids.iter().flat_map(|id| id.to_le_bytes()));
    out.extend(done.days.iter().flat_map(|day| day.to_le_bytes()));
    out.extend(done.lines.iter().flat_map(|line| line.to_le_bytes()));
    out.extend_from_slice(&faults);
}

const BYTES_OF_ROW: usize = 32;

/// A row in a form that is the same on every machine.
fn row_to_bytes(row: &Row) -> [u8; BYTES_OF_ROW] {
    let Row {
        start: RecordStart { offset, line },
        digest,
        tokens,
        repeats,
    } = *row;
    let counts = u64::from(tokens) | u64::from(repeats) << 32;
    let words = [offset, line, digest.number(), counts];
    std::array::from_fn(|at| words[at / 8].to_le_bytes()[at % 8])
}

/// The row of these bytes.
fn row_of_bytes(bytes: &[u8; BYTES_OF_ROW]) -> Row {
    let (words, _) = bytes.as_chunks();
    let word = |at: usize| u64::from_le_bytes(words[at]);
    Row {
        start: RecordStart {
            offset: word(0),
            line: word(1),
        },
        digest: DigestPart::of_number(word(2)),
        tokens: word(3) as u32,
        repeats: (word(3) >> 32) as u32,
    }
}

/// The next results; none if they are not of this form.
fn decode(rest: &mut &[u8], words: usize, corpus: &Corpus) -> Option<Fingerprinted> {
    let mut number = || -> Option<u32> {
        let (bytes, later) = rest.split_first_chunk::<4>()?;
        *rest = later;
        Some(u32::from_le_bytes(*bytes))
    };
    let (file, block) = (number()?, number()?);
    let mut count = || number().map(|count| count as usize);
    let (rows, lines, faults) = (count()?, count()?, count()?);
    let mut take = |len: usize| -> Option<&[u8]> {
        let (bytes, later) = rest.split_at_checked(len)?;
        *rest = later;
        Some(bytes)
    };
    let (of_rows, _) = take(rows * BYTES_OF_ROW)?.as_chunks();
    let (packed, _) = take(rows * words * 4)?.as_chunks();
    let (ids, _) = take(rows * 8)?.as_chunks();
    let (days, _) = take(rows * 2)?.as_chunks();
    let (lines, _) = take(lines * 4)?.as_chunks();
    let faults = match take(faults)? {
        [] => Faults::default(),
        some => serde_json::from_slice(some).ok()?,
    };
    let name = &corpus.files().get(file as usize)?.name;
    let reject = |kept: KeptReject| Reject {
        file: name.clone(),
        line: kept.line,
        reason: kept.reason,
        detail: kept.detail,
    };
    Some(Fingerprinted {
        file,
        number: block,
        rows: of_rows.iter().map(row_of_bytes).collect(),
        packed: packed
            .iter()
            .map(|word| u32::from_le_bytes(*word))
            .collect(),
        ids: ids.iter().map(|id| u64::from_le_bytes(*id)).collect(),
        days: days.iter().map(|day| u16::from_le_bytes(*day)).collect(),
        lines: lines.iter().map(|line| u32::from_le_bytes(*line)).collect(),
        unread_dates: faults.unread_dates,
        rejects: faults.rejects.into_iter().map(reject).collect(),
        // It is not read again.
        longest: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::CorpusOptions;
    use crate::fingerprint::{
        Fingerprints, Layout, Permutations, ShingleSize, StoredSignatures, fingerprint_corpus,
    };
    use crate::memory::Budget;
    use crate::progress::{Progress, Silent};
    use crate::text::Furniture;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let lines: Vec<String> = (0..400)
                .map(|n| match n % 50 {
                    7 => "{broken".into(),
                    _ => format!("{{\"id\":{n},\"published\":\"2026-01-{}\",\"text\":\"report {} of the {n} harbour\"}}", n % 37 + 10, n / 2),
                })
                .collect();
            std::fs::write(folder.path().join("a.jsonl"), lines[..300].join("\n")).unwrap();
            std::fs::write(folder.path().join("b.jsonl"), lines[300..].join("\n")).unwrap();
            Self(folder)
        }

        fn corpus(&self) -> Corpus {
            let names = ["a.jsonl", "b.jsonl", "c.jsonl"];
            let mut inputs = names.map(|name| self.0.path().join(name)).to_vec();
            inputs.retain(|input| input.exists());
            let options = CorpusOptions {
                block_bytes: 1_000,
                ..CorpusOptions::default()
            };
            Corpus::open(&inputs, options, &Silent).unwrap()
        }

        fn shards(&self) -> PathBuf {
            self.0.path().join("shards")
        }

        fn run(
            &self,
            checkpoint: bool,
            seed: u64,
            progress: &dyn Progress,
        ) -> Result<Fingerprints> {
            let options = FingerprintOptions {
                shingle_size: ShingleSize::default(),
                furniture: Furniture::Strip,
                permutations: Permutations::new(128, seed)?,
                layout: Layout::new(128, 32),
                strict: false,
                checkpoint: checkpoint.then(|| self.shards()),
                budget: Budget::unbounded(),
            };
            fingerprint_corpus(&self.corpus(), &options, progress)
        }
    }

    fn all_of(prints: &Fingerprints) -> impl PartialEq + std::fmt::Debug + use<> {
        let articles = 0..prints.rows.len() as u32;
        let row = |article| (prints.rows.start(article), prints.shingles(article));
        let rows: Vec<_> = articles.map(row).collect();
        let digests = prints.rows.clone().take_digests();
        let signatures: Vec<Vec<u32>> = (0..rows.len() as u32)
            .map(|article| match &prints.signatures {
                StoredSignatures::Held(held) => [held.whole(article), held.low(article)].concat(),
                StoredSignatures::Spilled(_) => Vec::new(),
            })
            .collect();
        let days: Vec<u32> = (1..rows.len() as u32)
            .map(|article| prints.days.of(0).least_hours(prints.days.of(article)))
            .collect();
        let files: Vec<u32> = (0..rows.len() as u32)
            .map(|article| prints.file(article) as u32)
            .collect();
        let ids = (prints.duplicate_ids.clone(), prints.unread_dates.clone());
        let files = (files, prints.rejected.clone());
        (rows, digests, signatures, days, files, ids)
    }

    /// Counts articles, and stops after some.
    struct Stop {
        seen: AtomicUsize,
        after: usize,
        rejected: AtomicUsize,
    }

    impl Stop {
        fn after(after: usize) -> Self {
            let zero = || AtomicUsize::new(0);
            Self {
                seen: zero(),
                after,
                rejected: zero(),
            }
        }
    }

    impl Progress for Stop {
        fn advance(&self, _: u64, articles: u64) {
            self.seen.fetch_add(articles as usize, Ordering::Relaxed);
        }
        fn rejected(&self, _: &Reject) {
            self.rejected.fetch_add(1, Ordering::Relaxed);
        }
        fn cancelled(&self) -> bool {
            self.seen.load(Ordering::Relaxed) >= self.after
        }
    }

    #[test]
    fn a_run_that_was_stopped_goes_on_and_ends_the_same() {
        let folder = Folder::new();
        let expected = all_of(&folder.run(false, 1, &Silent).unwrap());
        for after in [30, 150, 380] {
            assert!(matches!(
                folder.run(true, 1, &Stop::after(after)),
                Err(Error::Interrupted)
            ));
        }
        let shards = || std::fs::read_dir(folder.shards()).unwrap().count();
        assert!(
            shards() > 4,
            "a manifest, a lock, and what three runs have finished"
        );
        // Bad records are told again, each once.
        let watch = Stop::after(usize::MAX);
        assert_eq!(all_of(&folder.run(true, 1, &watch).unwrap()), expected);
        assert_eq!(watch.rejected.into_inner(), 8);
        let before = shards();
        assert_eq!(all_of(&folder.run(true, 1, &Silent).unwrap()), expected);
        assert_eq!(shards(), before, "nothing was left to do");
    }

    #[test]
    fn files_may_come_after_those_that_were_there() {
        for stopped in [true, false] {
            let folder = Folder::new();
            let at = |name: &str| folder.0.path().join(name);
            let stop = if stopped { 150 } else { usize::MAX };
            let ended = folder.run(true, 1, &Stop::after(stop));
            assert_eq!(ended.is_err(), stopped);
            let first = || {
                let shard = folder.shards().join(shard_name(0));
                std::fs::metadata(shard).unwrap().modified().unwrap()
            };
            let before = first();
            std::fs::copy(at("a.jsonl"), at("c.jsonl")).unwrap();
            let expected = all_of(&folder.run(false, 1, &Silent).unwrap());
            for _ in 0..2 {
                assert_eq!(all_of(&folder.run(true, 1, &Silent).unwrap()), expected);
            }
            assert_eq!(first(), before, "what was there is kept");

            let refused = || folder.run(true, 1, &Silent).unwrap_err().to_string();
            std::fs::rename(at("c.jsonl"), at("d.jsonl")).unwrap();
            let message = refused();
            assert!(message.contains("c.jsonl, too, which is not"), "{message}");
            std::fs::rename(at("d.jsonl"), at("c.jsonl")).unwrap();
            std::fs::remove_file(at("b.jsonl")).unwrap();
            let message = refused();
            assert!(message.contains("b.jsonl where this run has"), "{message}");
        }
    }

    #[test]
    fn files_that_change_how_others_are_read_are_refused() {
        let folder = Folder::new();
        let at = |name: &str| folder.0.path().join(name);
        let line = |date: &str| {
            format!("{{\"text\":\"a report of the harbour\",\"published\":\"{date}\"}}\n")
        };
        for name in ["a.jsonl", "b.jsonl"] {
            std::fs::write(at(name), line("4/3/2026")).unwrap();
        }
        folder.run(true, 1, &Silent).unwrap();
        std::fs::write(at("c.jsonl"), line("5/6/2026")).unwrap();
        folder.run(true, 1, &Silent).unwrap();
        std::fs::remove_dir_all(folder.shards()).unwrap();
        std::fs::remove_file(at("c.jsonl")).unwrap();
        folder.run(true, 1, &Silent).unwrap();
        std::fs::write(at("c.jsonl"), line("20/3/2026")).unwrap();
        let message = folder.run(true, 1, &Silent).unwrap_err().to_string();
        assert!(message.contains("the dates of"), "{message}");
        assert!(message.contains("a.jsonl are to be read"), "{message}");
    }

    #[test]
    fn what_is_damaged_is_done_again() {
        let folder = Folder::new();
        let expected = all_of(&folder.run(true, 1, &Silent).unwrap());
        let shard = folder.shards().join(shard_name(1));
        assert!(folder.shards().join(shard_name(3)).exists());
        let whole = std::fs::read(&shard).unwrap();
        // One in the middle, and the run is stopped again, which leaves a shorter one in its place.
        std::fs::write(&shard, "").unwrap();
        assert!(folder.run(true, 1, &Stop::after(150)).is_err());
        for _ in 0..2 {
            assert_eq!(all_of(&folder.run(true, 1, &Silent).unwrap()), expected);
        }
        std::fs::remove_dir_all(folder.shards()).unwrap();
        folder.run(true, 1, &Silent).unwrap();
        for damage in [0, 20, 40, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[damage] ^= 1;
            std::fs::write(&shard, bytes).unwrap();
            std::fs::write(folder.shards().join(".wirecopy-unfinished-x"), "half").unwrap();
            assert_eq!(all_of(&folder.run(true, 1, &Silent).unwrap()), expected);
            assert_eq!(std::fs::read(&shard).unwrap(), whole);
            assert!(!folder.shards().join(".wirecopy-unfinished-x").exists());
        }
        std::fs::write(&shard, &whole[..whole.len() / 2]).unwrap();
        assert_eq!(all_of(&folder.run(true, 1, &Silent).unwrap()), expected);
    }

    #[test]
    fn fingerprints_of_something_else_are_refused() {
        let folder = Folder::new();
        folder.run(true, 1, &Silent).unwrap();
        let refused = |seed| folder.run(true, seed, &Silent).unwrap_err().to_string();
        assert!(refused(2).contains("made with other options; delete the folder"));
        let path = folder.0.path().join("a.jsonl");
        std::fs::write(&path, "{\"text\":\"another\"}\n").unwrap();
        let message = refused(1);
        assert!(
            message.contains("a.jsonl has changed since it was made"),
            "{message}"
        );
        std::fs::write(folder.shards().join(MANIFEST), "{").unwrap();
        assert!(refused(1).contains("manifest cannot be read"));

        let folder = Folder::new();
        std::fs::create_dir(folder.shards()).unwrap();
        let held = lock(&folder.shards()).unwrap();
        let message = folder.run(true, 1, &Silent).unwrap_err().to_string();
        assert!(
            message.contains("another run is using the folder"),
            "{message}"
        );
        drop(held);

        let folder = Folder::new();
        std::fs::create_dir(folder.shards()).unwrap();
        for name in ["lock", "manifest"] {
            let path = folder.shards().join(name);
            std::fs::write(&path, "x").unwrap();
            let message = folder.run(true, 1, &Silent).unwrap_err().to_string();
            assert!(message.contains("name another folder"), "{message}");
            assert!(!message.contains("delete"), "{message}");
            assert_eq!(std::fs::read(&path).unwrap(), b"x");
        }
        assert_eq!(std::fs::read_dir(folder.shards()).unwrap().count(), 2);
        std::fs::remove_dir_all(folder.shards()).unwrap();
        std::fs::write(folder.shards(), "x").unwrap();
        let message = folder.run(true, 1, &Silent).unwrap_err().to_string();
        assert!(message.contains("it is a file"), "{message}");
    }
}
