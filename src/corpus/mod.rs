//! From files to articles.
//!
//! [`Corpus::open`] finds the files, tells their formats, and looks into the first records of each, so
//! that a wrong field name is an error at once and not after an hour. [`Corpus::scan`] then reads
//! everything, block by block on all threads, as often as needed and always the same; a [`Parser`]
//! makes an [`Article`] of each [`Record`]. What cannot be used becomes a [`Reject`] that names
//! the file and the line, and the run goes on.
//!
//! ```
//! use std::path::PathBuf;
//! use wirecopy::corpus::{Corpus, CorpusOptions, Parser};
//! use wirecopy::progress::{Silent, Stage};
//!
//! # fn main() -> wirecopy::Result<()> {
//! # let dir = tempfile::tempdir().unwrap();
//! # let path = dir.path().join("news.jsonl");
//! # std::fs::write(&path, "{\"id\": 7, \"body\": \"Rain is on its way.\"}\n{\"id\": 8}\n").unwrap();
//! let corpus = Corpus::open(&[path], CorpusOptions::default(), &Silent)?;
//! let (mut texts, mut rejects) = (Vec::new(), Vec::new());
//! corpus.scan(
//!     Stage::Fingerprint,
//!     &Silent,
//!     Parser::new,
//!     |parser, block| {
//!         let mut found = (Vec::new(), block.rejects.clone());
//!         for record in &block.records {
//!             match parser.parse(&corpus, block, record) {
//!                 Ok(article) => found.0.push(article.text.into_owned()),
//!                 Err(reject) => found.1.push(reject),
//!             }
//!         }
//!         Ok(found)
//!     },
//!     |found| {
//!         texts.extend(found.0);
//!         rejects.extend(found.1);
//!         Ok(())
//!     },
//! )?;
//! assert_eq!(texts, ["Rain is on its way."]);
//! assert_eq!(rejects[0].line, Some(2));
//! # Ok(())
//! # }
//! ```
//!
//! The parts, in the order in which a byte meets them: `discover` and `input_copy` (which files), `format`,
//! `foreign` and `sample` (what they are: a `source_file` each), `compress` with `members`, `frames`, `pieces` and `bgzf`, `split` and `file_reader` (bytes to the records of a `block`), `scan` with
//! `beforehand`, `unpacked` and `chosen` (threads),
//! `article` with `json`, `csv`, `plain` and `fields` (records to articles), `dates`, `fault`.

mod article;
mod beforehand;
mod bgzf;
mod block;
mod chosen;
mod compress;
mod csv;
pub mod dates;
mod discover;
mod fault;
mod fields;
mod file_reader;
mod foreign;
mod format;
mod frames;
mod input_copy;
mod json;
#[cfg(any(test, fuzzing))]
mod json_law;
mod members;
mod pieces;
mod plain;
mod sample;
mod scan;
mod source_file;
mod split;
#[cfg(test)]
mod tests;
mod unpacked;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rayon::prelude::*;

pub use crate::reject::{Reject, RejectReason};
pub use article::{Article, Parser};
pub use block::{Block, Record};
pub use chosen::{Place, Places};
pub use compress::Compression;
pub(crate) use compress::Decompressed;
pub use fields::FieldNames;
pub use format::Format;
#[cfg(any(test, fuzzing))]
pub(crate) use json_law::check as check_json;
pub use source_file::SourceFile;
pub use split::Arrangement;

use crate::error::{Error, Result};
use crate::progress::Progress;
use dates::DateOrder;
use fault::Fault;
use fields::FieldTable;
use file_reader::FileReader;
use unpacked::Store;

/// How the inputs are to be read.
///
/// ```
/// use wirecopy::corpus::{Corpus, CorpusOptions, Format};
/// use wirecopy::{Error, progress::Silent};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("a.txt"), "Hail broke forty windows in Brede.")?;
/// std::fs::write(folder.path().join("b.dat"), "The windows of Brede are whole again.")?;
/// let inputs = [folder.path().to_path_buf()];
/// // Of a folder that is walked, files whose names say nothing are passed over.
/// let corpus = Corpus::open(&inputs, CorpusOptions::default(), &Silent)?;
/// assert_eq!((corpus.files().len(), corpus.skipped_files()), (1, 1));
/// assert_eq!(corpus.files()[0].format, Format::Text);
/// let none = CorpusOptions { max_document: 0, ..CorpusOptions::default() };
/// assert!(matches!(Corpus::open(&inputs, none, &Silent), Err(Error::Parameter(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CorpusOptions {
    /// The format of all files; `None` tells it file by file from name and content.
    pub format: Option<Format>,
    /// The user's own field names.
    pub fields: FieldNames,
    /// Which number comes first in dates like 4/3/2024; `None` tells it from the other dates of the file, or of all files, and takes the month
    /// where these do not tell.
    pub date_order: Option<DateOrder>,
    /// Header rows, without line ends, of tables that are passed over in walked folders: reports that stand among the articles.
    pub passed_over: Vec<String>,
    /// The longest record that is read, in bytes; from 1 byte to 1 GiB, 16 MiB by default.
    pub max_document: usize,
    /// How much is read at a time, in bytes; from 1 byte to 1 GiB, 1 MiB by default. What is found does not depend on it.
    pub block_bytes: usize,
    /// Where temporary files go, of this stage (copies of standard input and pipes) and of later ones; `None` is the
    /// system's folder for them.
    pub tmp: Option<PathBuf>,
}

impl Default for CorpusOptions {
    fn default() -> Self {
        Self {
            format: None,
            fields: FieldNames::default(),
            date_order: None,
            passed_over: Vec::new(),
            max_document: 16 << 20,
            block_bytes: 1 << 20,
            tmp: None,
        }
    }
}

/// The files of a run and how to read them.
#[derive(Debug)]
pub struct Corpus {
    files: Vec<SourceFile>,
    skipped: u64,
    options: CorpusOptions,
    table: FieldTable,
    tmp: PathBuf,
    /// Where decompressed files are kept, once the first was wanted; none if there is no place for them.
    store: OnceLock<Option<Store>>,
}

impl Corpus {
    /// Finds the files and looks into each.
    ///
    /// An input is a file, a folder, a pattern with `*`, `?` or `[...]` if there is no file of that very name, or `-`
    /// for standard input. Standard input and pipes are copied to a temporary file, which lives as long as the corpus.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] if an input does not exist or holds no articles, if the records of a file have no
    /// field for the text or several that differ, or if a field named in the options does not occur;
    /// [`Error::Parameter`] for a size out of range or a folder for temporary files that does not exist; [`Error::Io`]; [`Error::Interrupted`].
    pub fn open(
        inputs: &[PathBuf],
        options: CorpusOptions,
        progress: &dyn Progress,
    ) -> Result<Corpus> {
        const MOST: usize = 1 << 30;
        for (name, value) in [
            ("--max-document", options.max_document),
            ("the block size", options.block_bytes),
        ] {
            if !(1..=MOST).contains(&value) {
                return Err(Error::Parameter(format!(
                    "{name} must be from 1 byte to {MOST} bytes (1 GiB), not {value}"
                )));
            }
        }
        if let Some(tmp) = &options.tmp
            && !tmp.is_dir()
        {
            return Err(Error::Parameter(format!(
                "--tmp {}: this is no folder, or there is none; name one, or create it first",
                tmp.display()
            )));
        }
        let tmp = options.tmp.clone().unwrap_or_else(std::env::temp_dir);
        let table = FieldTable::new(&options.fields);
        let found = discover::discover(inputs, &tmp, progress)?;
        if u32::try_from(found.files.len()).is_err() {
            return Err(Error::Input("more than 4,294,967,295 files".into()));
        }
        let examined: Vec<Result<sample::Examined>> = found
            .files
            .into_par_iter()
            .enumerate()
            .map_init(sample::Scratch::default, |scratch, (index, input)| {
                if progress.cancelled() {
                    return Err(Error::Interrupted);
                }
                // The cast is exact: the number of files was checked.
                sample::examine(index as u32, input, &options, &table, scratch, progress)
            })
            .collect();
        let files = sample::combine(examined, &options)?;
        Ok(Self {
            files,
            skipped: found.skipped,
            options,
            table,
            tmp,
            store: OnceLock::new(),
        })
    }

    /// The files, in the order in which they are read.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// How long all files are, decompressed, in bytes; compressed ones are taken for four times as long as on disk.
    pub fn estimated_bytes(&self) -> u64 {
        let files = self.files.iter().map(SourceFile::estimated_bytes);
        files.fold(0, u64::saturating_add)
    }

    /// How all files are read: what people call each setting, and words that are the same for the same value. In what order the numbers of a date
    /// are [each file says](SourceFile::date_order).
    pub fn reading(&self) -> [(&'static str, String); 4] {
        let CorpusOptions {
            format,
            fields,
            max_document,
            block_bytes,
            date_order: _,
            // Which files there are; how they are read does not depend on it.
            passed_over: _,
            tmp: _,
        } = &self.options;
        let words = |value: &dyn std::fmt::Debug| format!("{value:?}");
        [
            ("--format", words(format)),
            ("--text-field and its sisters", words(fields)),
            ("--max-document", words(max_document)),
            ("size of blocks", words(block_bytes)),
        ]
    }

    /// Where temporary files go.
    pub fn tmp(&self) -> &Path {
        &self.tmp
    }

    /// How many files in walked folders were passed over because their extension is not known.
    pub fn skipped_files(&self) -> u64 {
        self.skipped
    }

    /// The exact bytes of a CSV or TSV file's header row with its line end; empty for other formats.
    ///
    /// # Panics
    ///
    /// If there is no such file.
    pub fn header(&self, file: u32) -> &[u8] {
        &self.files[file as usize].header
    }

    /// A reject of a record of `block`: it cannot be parsed, or is of no use to a later stage.
    ///
    /// # Panics
    ///
    /// If `block` comes from another corpus.
    pub fn reject(
        &self,
        block: &Block,
        record: &Record,
        reason: RejectReason,
        detail: impl Into<String>,
    ) -> Reject {
        let file = &self.files[block.file as usize];
        let line = (file.arrangement != Arrangement::Whole).then_some(record.line);
        let mut detail = detail.into();
        if record.before_on_line > 0 {
            // The line alone says little, and columns are those of the record.
            let (number, offset) = (record.before_on_line + 1, record.offset);
            detail += &format!(" (record {number} of the line, from byte {offset} of the file on)");
        }
        Fault::new(reason, detail).at(&file.name, line)
    }

    /// Bytes of memory that so many threads may take to decompress a file ahead of its reader, whichever takes most, and others before their
    /// turn.
    ///
    /// # Errors
    /// [`Error::Io`] if a file cannot be read.
    pub(crate) fn most_ahead(&self, threads: usize) -> Result<usize> {
        let large =
            |file: &&SourceFile| file.compression != Compression::None && !self.is_small(file);
        let ahead = |file: &SourceFile| {
            compress::Stream::open(&file.path, threads).map(|stream| stream.most_ahead())
        };
        let mut files = self.files.iter().filter(large).map(ahead);
        let pieces = files.try_fold(0, |most, ahead| ahead.map(|ahead| most.max(ahead)))?;
        Ok(pieces + beforehand::memory(self, threads))
    }

    /// Whether a single thread is to read it.
    fn is_small(&self, file: &SourceFile) -> bool {
        file.arrangement == Arrangement::Whole || file.size <= self.options.block_bytes as u64
    }

    /// Reads a file, which so many threads may decompress.
    fn reader(&self, index: usize, threads: usize) -> Result<FileReader<'_>> {
        let file = &self.files[index];
        // The cast is exact: the number of files was checked.
        let index = index as u32;
        let packed = file.compression != Compression::None;
        let store = packed.then(|| self.store()).flatten();
        FileReader::open(
            index,
            file,
            file.arrangement,
            &self.options,
            false,
            store,
            threads,
        )
    }

    /// Where decompressed files are kept.
    fn store(&self) -> Option<&Store> {
        let store = self.store.get_or_init(|| Store::new(self.tmp()));
        store.as_ref()
    }
}
