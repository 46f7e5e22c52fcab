//! Files to articles.
//!
//! A corpus is a list of JSON Lines files, plain or compressed with gzip or zstd (told by their first bytes). It
//! is read in blocks of whole lines, several times if need be, and never held: [`Corpus::scan`] hands the blocks to all
//! threads and brings the results back in corpus order.

mod article;
mod dates;
mod json;
mod lines;
mod scan;

pub use article::{Article, Reject, RejectReason};
pub use dates::parse_published;
pub use lines::{Block, Record};

use crate::{Error, Result};
use json::{Parts, Role};
use lines::Lines;
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

/// How a corpus is read.
#[derive(Debug, Clone)]
pub struct CorpusOptions {
    /// The longest record, in bytes, 1 to [`MAX_DOCUMENT`]; a longer one is a [`Reject`].
    pub max_document: usize,
    /// The size of a block, in bytes.
    pub block_bytes: usize,
}

impl Default for CorpusOptions {
    /// Records of up to 16 MiB, blocks of 1 MiB.
    fn default() -> Self {
        Self {
            max_document: 16 << 20,
            block_bytes: 1 << 20,
        }
    }
}

/// The largest [`CorpusOptions::max_document`], in bytes: lengths of records are 32-bit.
pub const MAX_DOCUMENT: usize = 1 << 30;

/// A file of a corpus.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// How it is named to people.
    pub name: String,
    /// Its size on disk, in bytes.
    pub size: u64,
}

/// Files that are read as one corpus.
#[derive(Debug)]
pub struct Corpus {
    files: Vec<SourceFile>,
    options: CorpusOptions,
}

/// The endings of files that a folder is searched for.
const ENDINGS: [&str; 6] = [
    ".jsonl",
    ".ndjson",
    ".jsonl.gz",
    ".ndjson.gz",
    ".jsonl.zst",
    ".ndjson.zst",
];

impl Corpus {
    /// A corpus of files and of the JSON Lines files in folders (at any depth, in the order of their
    /// names, hidden ones left out).
    ///
    /// # Errors
    /// If an option is out of its range, an input does not exist or cannot be read, a folder holds no such file, or a file is no regular file.
    pub fn open(inputs: &[PathBuf], options: CorpusOptions) -> Result<Self> {
        if !(1..=MAX_DOCUMENT).contains(&options.max_document) {
            return Err(Error::Parameter(format!(
                "--max-document must be 1 to {MAX_DOCUMENT} bytes, not {}",
                options.max_document
            )));
        }
        let mut files = Vec::new();
        for input in inputs {
            let meta = std::fs::metadata(input).map_err(Error::io("read", input))?;
            if !meta.is_dir() {
                files.push(source_file(input)?);
                continue;
            }
            let before = files.len();
            let visible = |entry: &walkdir::DirEntry| {
                entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".")
            };
            for entry in walkdir::WalkDir::new(input)
                .follow_links(true)
                .sort_by_file_name()
                .into_iter()
                .filter_entry(visible)
            {
                let entry = entry.map_err(|error| {
                    Error::Input(format!(
                        "cannot read the folder {}: {error}",
                        input.display()
                    ))
                })?;
                let name = entry.file_name().to_string_lossy();
                if entry.file_type().is_file()
                    && ENDINGS.iter().any(|ending| name.ends_with(ending))
                {
                    files.push(source_file(entry.path())?);
                }
            }
            if files.len() == before {
                let folder = input.display();
                return Err(Error::Input(format!(
                    "the folder {folder} holds no articles: no file ends in {}",
                    ENDINGS.join(", ")
                )));
            }
        }
        Ok(Self { files, options })
    }

    /// The files, in the order in which they are read.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    fn lines(&self, number: usize) -> Result<Lines> {
        let file = &self.files[number];
        let reader = open_decompressed(&file.path).map_err(Error::io("read", &file.path))?;
        Ok(Lines::new(
            reader,
            &file.name,
            number as u32,
            self.options.block_bytes,
            self.options.max_document,
        ))
    }

    /// A [`Reject`] for a record.
    pub fn reject(
        &self,
        block: &Block,
        record: &Record,
        reason: RejectReason,
        detail: String,
    ) -> Reject {
        Reject {
            file: self.files[block.file as usize].name.clone(),
            line: record.line,
            reason,
            detail,
        }
    }

    /// The article of a record.
    ///
    /// # Errors
    /// A [`Reject`] if the record cannot be used.
    pub fn parse<'a>(&self, block: &'a Block, record: &Record) -> Result<Article<'a>, Reject> {
        let refuse =
            |(reason, detail): (RejectReason, String)| self.reject(block, record, reason, detail);
        let line = std::str::from_utf8(block.raw(record)).map_err(|error| {
            let at = error.valid_up_to() + 1;
            refuse((
                RejectReason::InvalidUtf8,
                format!("not UTF-8 at byte {at} of the line; iconv -t UTF-8 converts a file"),
            ))
        })?;
        let mut parts = Parts::read(line).map_err(refuse)?;
        let text = parts.text().map_err(refuse)?;
        let id = match parts.take(Role::Id) {
            id if id.is_empty() => Cow::Owned(format!(
                "{}:{}",
                self.files[block.file as usize].name, record.line
            )),
            id => id,
        };
        Ok(Article {
            id,
            title: parts.take(Role::Title),
            source: parts.take(Role::Source),
            published: parts.take(Role::Published),
            url: parts.take(Role::Url),
            text,
        })
    }
}

fn source_file(path: &Path) -> Result<SourceFile> {
    let meta = std::fs::metadata(path).map_err(Error::io("read", path))?;
    if !meta.is_file() {
        return Err(Error::Input(format!(
            "{} is not a regular file; a corpus is read more than once: save it first",
            path.display()
        )));
    }
    Ok(SourceFile {
        path: path.to_path_buf(),
        name: path.display().to_string(),
        size: meta.len(),
    })
}

/// Opens a file for reading its contents, whether it is compressed or not.
fn open_decompressed(path: &Path) -> std::io::Result<Box<dyn Read + Send>> {
    /// The largest window that a zstd stream may ask for: 128 MiB, as the zstd command allows.
    const WINDOW_LOG: u32 = 27;
    let mut file = File::open(path)?;
    let mut magic = Vec::with_capacity(4);
    (&mut file).take(4).read_to_end(&mut magic)?;
    file.rewind()?;
    if magic.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(flate2::read::MultiGzDecoder::new(
            BufReader::with_capacity(1 << 17, file),
        )));
    }
    if magic == [0x28, 0xb5, 0x2f, 0xfd] {
        let mut decoder = zstd::Decoder::new(file)?;
        decoder.window_log_max(WINDOW_LOG)?;
        return Ok(Box::new(decoder));
    }
    Ok(Box::new(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::{Silent, Stage};
    use std::io::Write;

    type Read = (Vec<(String, u64, String)>, Vec<(u64, RejectReason)>);

    fn read(corpus: &Corpus) -> Result<Read> {
        let mut all = (Vec::new(), Vec::new());
        corpus.scan(
            Stage::Fingerprint,
            &Silent,
            || (),
            |(), block| {
                let (mut articles, mut rejects) = (Vec::new(), block.rejects.clone());
                for record in &block.records {
                    match corpus.parse(block, record) {
                        Ok(article) => articles.push((
                            article.id.into_owned(),
                            record.line,
                            article.text.into_owned(),
                        )),
                        Err(reject) => rejects.push(reject),
                    }
                }
                Ok((articles, rejects))
            },
            |(articles, rejects)| {
                all.0.extend(articles);
                all.1
                    .extend(rejects.iter().map(|reject| (reject.line, reject.reason)));
                Ok(())
            },
        )?;
        Ok(all)
    }

    fn numbered(count: usize) -> String {
        (0..count)
            .map(|i| format!("{{\"id\":\"a{i}\",\"text\":\"article number {i}\"}}\n"))
            .collect()
    }

    fn open(path: &Path) -> Corpus {
        Corpus::open(
            &[path.to_path_buf()],
            CorpusOptions {
                block_bytes: 100,
                ..CorpusOptions::default()
            },
        )
        .unwrap()
    }

    #[test]
    fn plain_gzip_and_zstd_read_the_same_in_order_with_any_number_of_threads() {
        let folder = tempfile::tempdir().unwrap();
        let text = numbered(500);
        std::fs::write(folder.path().join("plain.jsonl"), &text).unwrap();
        // Two members, as gzip files that were appended to have.
        let mut gzip = Vec::new();
        for half in [&text[..9000], &text[9000..]] {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(half.as_bytes()).unwrap();
            gzip.extend(encoder.finish().unwrap());
        }
        std::fs::write(folder.path().join("packed.jsonl.gz"), gzip).unwrap();
        std::fs::write(
            folder.path().join("packed.jsonl.zst"),
            zstd::encode_all(text.as_bytes(), 1).unwrap(),
        )
        .unwrap();
        let expected: Vec<String> = (0..500).map(|i| format!("a{i}")).collect();
        for name in ["plain.jsonl", "packed.jsonl.gz", "packed.jsonl.zst"] {
            for threads in [1, 3] {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .unwrap();
                let (articles, rejects) = pool
                    .install(|| read(&open(&folder.path().join(name))))
                    .unwrap();
                let ids: Vec<String> = articles.into_iter().map(|(id, _, _)| id).collect();
                assert_eq!(ids, expected, "{name}, {threads} threads");
                assert!(rejects.is_empty());
            }
        }
        assert_eq!(open(folder.path()).files().len(), 3);
    }

    #[test]
    fn a_truncated_file_gives_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.jsonl.zst");
        let packed = zstd::encode_all(numbered(50_000).as_bytes(), 1).unwrap();
        std::fs::write(&path, &packed[..packed.len() / 2]).unwrap();
        let corpus = Corpus::open(&[path], CorpusOptions::default()).unwrap();
        let (articles, rejects) = read(&corpus).unwrap();
        assert!(!articles.is_empty());
        assert_eq!(
            rejects,
            [(articles.len() as u64 + 1, RejectReason::Truncated)]
        );
    }

    #[test]
    fn bad_records_are_told_and_the_others_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad.jsonl");
        std::fs::write(&path, b"\xef\xbb\xbf{\"text\":\"one\"}\r\n{\"text\":\n{\"text\":\"\xff\"}\n{\"title\":\"x\"}\n\n{\"text\":\"two\"}").unwrap();
        let (articles, rejects) = read(&open(&path)).unwrap();
        let name = path.display();
        assert_eq!(
            articles,
            [
                (format!("{name}:1"), 1, "one".into()),
                (format!("{name}:6"), 6, "two".into())
            ]
        );
        assert_eq!(
            rejects,
            [
                (2, RejectReason::BrokenJson),
                (3, RejectReason::InvalidUtf8),
                (4, RejectReason::MissingText)
            ]
        );
    }

    #[test]
    fn what_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("nothing.jsonl");
        let error = Corpus::open(std::slice::from_ref(&missing), CorpusOptions::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("nothing.jsonl"), "{error}");
        let error = Corpus::open(&[folder.path().to_path_buf()], CorpusOptions::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("holds no articles"), "{error}");
    }

    #[test]
    fn a_panic_in_one_thread_ends_a_scan() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plain.jsonl");
        std::fs::write(&path, numbered(3000)).unwrap();
        let corpus = open(&path);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(3)
            .build()
            .unwrap();
        let scanned = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            pool.install(|| {
                corpus.scan(
                    Stage::Fingerprint,
                    &Silent,
                    || (),
                    |(), block| {
                        assert_ne!(block.records[0].line, 1, "the first block");
                        Ok(())
                    },
                    |()| Ok(()),
                )
            })
        }));
        assert!(scanned.is_err());
    }

    #[test]
    fn the_first_error_ends_a_scan() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plain.jsonl");
        std::fs::write(&path, numbered(300)).unwrap();
        let fail = |block: &Block| Error::Input(format!("line {}", block.records[0].line));
        let scanned = open(&path).scan(
            Stage::Fingerprint,
            &Silent,
            || (),
            |(), block| Err::<(), _>(fail(block)),
            |()| Ok(()),
        );
        assert_eq!(scanned.unwrap_err().to_string(), "line 1");
    }
}
