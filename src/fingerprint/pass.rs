//! The first pass: every article of a corpus becomes a row and a signature.

use super::article_rows::ArticleRow;
use super::checkpoint::{self, Checkpoint, Done, Earlier, Resumed};
use super::days::{Day, Days};
use super::distinct::DistinctCounter;
use super::places::RecordStart;
use super::unread_dates::UnreadDates;
use super::{
    Digest, DigestPart, DuplicateIds, Fingerprints, Layout, Permutations, ShingleSize, ids,
    shingles,
};
use crate::corpus::{Block, Corpus, Parser, Reject, RejectReason};
use crate::memory::{Beside, Budget, FIRST_PASS};
use crate::progress::{Progress, Stage};
use crate::text::{Furniture, LineCounts, Source, Tokeniser, compared_tokens, lines_at_edges};
use crate::{Error, Result};
use std::path::PathBuf;

/// How a corpus is fingerprinted.
#[derive(Debug)]
pub struct FingerprintOptions {
    /// Words in a shingle.
    pub shingle_size: ShingleSize,
    /// Whether the furniture of the page counts.
    pub furniture: Furniture,
    /// The permutations of the signature.
    pub permutations: Permutations,
    /// What is kept of their values.
    pub layout: Layout,
    /// Whether the first bad record ends the run.
    pub strict: bool,
    /// A folder that keeps what is finished: a run that finds it there takes over what is of files that are as they were.
    pub checkpoint: Option<PathBuf>,
    /// How long signatures stay in memory.
    pub budget: Budget,
}

/// As [`Options`](crate::Options) has it by default, in as much memory as it takes; a layout that keeps 32 values whole.
impl Default for FingerprintOptions {
    fn default() -> Self {
        Self {
            shingle_size: ShingleSize::default(),
            furniture: Furniture::default(),
            permutations: Permutations::new(128, 1).expect("signatures of 128 values are allowed"),
            layout: Layout::new(128, 32),
            strict: false,
            checkpoint: None,
            budget: Budget::unbounded(),
        }
    }
}

/// What a worker makes of a block.
pub(super) struct Fingerprinted {
    pub(super) file: u32,
    /// The number of the block in its file.
    pub(super) number: u32,
    pub(super) rows: Vec<ArticleRow>,
    /// Their signatures, packed.
    pub(super) packed: Vec<u32>,
    pub(super) ids: Vec<u64>,
    pub(super) days: Vec<u16>,
    pub(super) unread_dates: UnreadDates,
    /// What the lines at the edges of their texts teach.
    pub(super) lines: Vec<u32>,
    pub(super) rejects: Vec<Reject>,
    /// Bytes of the longest record.
    pub(super) longest: usize,
}

impl Fingerprinted {
    /// Bytes of memory that it takes.
    fn bytes(&self) -> usize {
        let of_articles = size_of::<ArticleRow>() + size_of::<u64>() + size_of::<u16>();
        let words = self.packed.len() + self.lines.len();
        self.rows.len() * of_articles + words * size_of::<u32>()
    }
}

// Of an article the first pass has a part of the digest where a tag will be, its day, and the hash of its id, a sixteenth of which is sorted at a time.
const _: () = {
    let part_for_tag = size_of::<DigestPart>() - size_of::<u16>();
    let to_sort = size_of::<(u64, u32)>().div_ceil(16);
    assert!(part_for_tag + size_of::<Day>() + size_of::<u64>() + to_sort <= FIRST_PASS);
};

/// What a worker keeps between two blocks.
struct Scratch {
    parser: Parser,
    tokeniser: Tokeniser,
    shingles: Vec<u64>,
    values: Vec<u32>,
    distinct: DistinctCounter,
}

impl Scratch {
    fn new(values: usize) -> Self {
        Self {
            parser: Parser::new(),
            tokeniser: Tokeniser::new(),
            shingles: Vec::new(),
            values: vec![0; values],
            distinct: DistinctCounter::default(),
        }
    }
}

/// Reads the corpus once and fingerprints it.
///
/// ```
/// use wirecopy::corpus::{Corpus, CorpusOptions, RejectReason};
/// use wirecopy::fingerprint::{FingerprintOptions, Layout, Permutations, ShingleSize, fingerprint_corpus};
/// use wirecopy::{memory::Budget, progress::Silent, text::Furniture};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("news.jsonl");
/// # std::fs::write(&path, concat!(
/// #     r#"{"id": "7", "text": "The mill at Ashby burnt down."}"#, "\n",
/// #     r#"{"id": "8", "text": " "}"#, "\n",
/// #     r#"{"id": "7", "text": "Snow closed the pass on Sunday."}"#, "\n",
/// # ))?;
/// // Three records: "7", "The mill at Ashby burnt down."; "8", without text; and "7" once more, with another text.
/// let corpus = Corpus::open(&[path], CorpusOptions::default(), &Silent)?;
/// let options = FingerprintOptions {
///     shingle_size: ShingleSize::new(3)?,
///     furniture: Furniture::Strip,
///     permutations: Permutations::new(128, 1)?,
///     layout: Layout::new(128, 32),
///     strict: false,
///     checkpoint: None,
///     budget: Budget::unbounded(),
/// };
/// let prints = fingerprint_corpus(&corpus, &options, &Silent)?;
/// assert_eq!((prints.rows.len(), prints.rows.tokens(0)), (2, 6));
/// assert_eq!(prints.rejected[&RejectReason::MissingText], 1);
/// assert_eq!(prints.duplicate_ids.examples, [(0, 1)]);
/// // Articles are counted without the records that cannot be used, lines with them.
/// assert_eq!(prints.rows.start(1).line, 3);
/// assert_eq!(prints.article_at(0, prints.rows.start(1).offset), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Parameter`] if the layout is not one for so many permutations, or an input cannot be read by a later run though there is a checkpoint.
/// [`Error::Input`] if the folder of the checkpoint is in use, of something else, or of other options. What reading and writing gives; [`Error::Rejected`] for
/// the first bad record with `strict`; [`Error::Interrupted`].
pub fn fingerprint_corpus(
    corpus: &Corpus,
    options: &FingerprintOptions,
    progress: &dyn Progress,
) -> Result<Fingerprints> {
    let values = options.permutations.len();
    if options.layout.values() != values {
        return Err(Error::Parameter(format!(
            "signatures of {} values cannot be made of {values} permutations",
            options.layout.values()
        )));
    }
    let mut collected = Collected::new(corpus, options, progress)?;
    let (checkpoint, earlier) = match &options.checkpoint {
        Some(folder) => {
            let (checkpoint, earlier) = Checkpoint::open(folder, corpus, options, progress)?;
            (Some(checkpoint), earlier)
        }
        None => (None, Earlier::none(corpus)),
    };
    collected.beside.checkpoint =
        earlier.bytes() + checkpoint.as_ref().map_or(0, |_| checkpoint::MEMORY);
    options.budget.check(0, 0, collected.beside)?;
    let mut resumed = Resumed::new(checkpoint, &earlier, corpus, progress);
    resumed.begin(|done| collected.add(done))?;
    let scanned = corpus.scan_files(
        Stage::Fingerprint,
        progress,
        earlier.to_read(),
        || Scratch::new(values),
        |scratch, block| match earlier.has(block.file, block.number) {
            true => Ok(Done::Earlier {
                file: block.file,
                number: block.number,
                longest: longest(block),
            }),
            false => fingerprint_block(scratch, corpus, block, options).map(Done::Made),
        },
        |done| resumed.take(done, |done| collected.add(done)),
    );
    let ended = scanned.and_then(|()| resumed.end(|done| collected.add(done)));
    // What is finished is kept whatever ended the scan.
    let taken_over = resumed.finish();
    ended?;
    collected.prints.from_checkpoint = taken_over?;
    collected.finish()
}

/// What the blocks of a corpus gave so far, in their order.
struct Collected<'a> {
    corpus: &'a Corpus,
    options: &'a FingerprintOptions,
    progress: &'a dyn Progress,
    prints: Fingerprints,
    ids: Vec<u64>,
    lines: LineCounts,
    /// What is in memory beside the fingerprints.
    beside: Beside,
}

impl<'a> Collected<'a> {
    fn new(
        corpus: &'a Corpus,
        options: &'a FingerprintOptions,
        progress: &'a dyn Progress,
    ) -> Result<Self> {
        let FingerprintOptions {
            layout,
            shingle_size,
            furniture,
            ..
        } = *options;
        let prints = Fingerprints::none(layout, shingle_size, furniture);
        let lines = LineCounts::for_corpus(corpus.estimated_bytes());
        let beside = Beside {
            lines: lines.bytes(),
            buffers: prints.signatures.buffers(),
            ..Beside::default()
        };
        options.budget.check(0, 0, beside)?;
        Ok(Self {
            corpus,
            options,
            progress,
            prints,
            ids: Vec::new(),
            lines,
            beside,
        })
    }

    /// Adds the next block.
    fn add(&mut self, done: Fingerprinted) -> Result<()> {
        self.beside.block = self.beside.block.max(done.bytes());
        let tokens = done.rows.iter().map(|row| row.tokens).max().unwrap_or(0);
        self.beside.longest = self.beside.longest.with(done.longest, tokens as usize);
        let prints = &mut self.prints;
        for reject in done.rejects {
            self.progress.rejected(&reject);
            if self.options.strict {
                return Err(Error::Rejected(reject));
            }
            *prints.rejected.entry(reject.reason).or_default() += 1;
        }
        if prints.rows.len() + done.rows.len() > u32::MAX as usize {
            return Err(Error::Input(
                "a corpus can hold at most 4,294,967,295 articles; split it".into(),
            ));
        }
        prints.begin_files(done.file as usize + 1);
        done.rows.iter().for_each(|row| prints.rows.push(row));
        prints.signatures.extend(&done.packed)?;
        self.keep_in_bounds(done.file, done.longest)?;
        self.ids.extend_from_slice(&done.ids);
        self.prints.days.extend(&done.days);
        self.prints.unread_dates.extend(done.unread_dates);
        self.lines.add(&done.lines);
        Ok(())
    }

    /// Puts signatures into a file as soon as there is no more room for them in memory; `file` is that of the last block, whose longest record has
    /// so many bytes.
    fn keep_in_bounds(&mut self, file: u32, longest: usize) -> Result<()> {
        let FingerprintOptions { budget, layout, .. } = self.options;
        let prints = &mut self.prints;
        let articles = prints.rows.len();
        if budget.holds_signatures(articles, layout.bytes(), self.beside) {
            return Ok(());
        }
        let last = prints.rows.last_start().map_or(0, |start| start.offset);
        // The last record of the block is not longer than the longest.
        let expected = expected(self.corpus, articles, file, last + longest as u64);
        budget.check(articles, expected, self.beside)?;
        prints.signatures.spill(self.corpus.tmp())
    }

    fn finish(self) -> Result<Fingerprints> {
        let mut prints = self.prints;
        prints.begin_files(self.corpus.files().len());
        prints.learnt = self.lines.learn();
        prints.signatures.finish()?;
        prints.duplicate_ids = DuplicateIds::find(&self.ids);
        Ok(prints)
    }
}

/// How many articles the corpus will have, to judge by those before this place in a file.
fn expected(corpus: &Corpus, articles: usize, file: u32, offset: u64) -> usize {
    let before = corpus.files()[..file as usize].iter();
    let read = before.fold(offset, |read, file| read + file.estimated_bytes());
    let share = corpus.estimated_bytes() as f64 / read.max(1) as f64;
    (articles as f64 * share.max(1.0)) as usize
}

/// Bytes of the longest record.
fn longest(block: &Block) -> usize {
    let lengths = block.records.iter().map(|record| record.len);
    lengths.max().unwrap_or(0) as usize
}

fn fingerprint_block(
    scratch: &mut Scratch,
    corpus: &Corpus,
    block: &Block,
    options: &FingerprintOptions,
) -> Result<Fingerprinted> {
    let words = options.layout.words();
    let mut done = Fingerprinted {
        file: block.file,
        number: block.number,
        rows: Vec::with_capacity(block.records.len()),
        packed: vec![0; block.records.len() * words],
        ids: Vec::with_capacity(block.records.len()),
        days: Vec::with_capacity(block.records.len()),
        unread_dates: UnreadDates::default(),
        lines: Vec::new(),
        rejects: block.rejects.clone(),
        longest: longest(block),
    };
    for record in &block.records {
        let article = match scratch.parser.parse(corpus, block, record) {
            Ok(article) => article,
            Err(reject) => {
                done.rejects.push(reject);
                continue;
            }
        };
        let text = options.furniture.text(&article.text, &article.title);
        let tokens = compared_tokens(
            &mut scratch.tokeniser,
            options.furniture,
            &article.title,
            text,
        );
        if tokens.is_empty() {
            let detail = "the text holds no words";
            done.rejects
                .push(corpus.reject(block, record, RejectReason::MissingText, detail));
            continue;
        }
        shingles(tokens, options.shingle_size, &mut scratch.shingles);
        if !scratch.shingles.is_empty() {
            let start = done.rows.len() * words;
            let packed = &mut done.packed[start..start + words];
            options
                .permutations
                .signature(&scratch.shingles, &mut scratch.values);
            options.layout.pack(&scratch.values, packed);
        }
        if options.furniture == Furniture::Strip
            && let Some(source) = Source::named(&article.source)
        {
            lines_at_edges(source, text, &mut done.lines);
        }
        done.ids.push(ids::hash(&article.id));
        let published = article.published_at();
        if published.is_none() && !article.published.trim().is_empty() {
            done.unread_dates
                .add(block.file, record.line, &article.published);
        }
        done.days.push(Days::day(published));
        let distinct = scratch.distinct.at_least(&scratch.shingles);
        done.rows.push(ArticleRow {
            start: RecordStart {
                offset: record.offset,
                line: record.line,
            },
            digest: Digest::of(tokens).part(),
            tokens: tokens.len() as u32,
            repeats: scratch.shingles.len() as u32 - distinct,
        });
    }
    done.packed.truncate(done.rows.len() * words);
    done.rejects.sort_by_key(|reject| reject.line);
    Ok(done)
}
