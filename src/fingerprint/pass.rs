//! The first pass: every article of a corpus becomes a row and a signature.

use super::checkpoint::Checkpoint;
use super::days::{Days, UnreadDates};
use super::distinct::DistinctCounter;
use super::places::RecordStart;
use super::rows::{Row, Rows};
use super::{
    Digest, DuplicateIds, Layout, Permutations, ShingleSize, Signatures, Sizes, StoredSignatures,
    ids, shingles,
};
use crate::corpus::{Article, Block, Corpus, Parser, Place, Record, Reject, RejectReason};
use crate::memory::{Beside, Budget};
use crate::progress::{Progress, Stage};
use crate::text::{
    Furniture, LearntLines, LineCounts, Source, Tokeniser, compared_tokens, lines_at_edges,
};
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// The fingerprints of a corpus. Articles are numbered from 0 in corpus order.
#[derive(Debug)]
pub struct Fingerprints {
    /// What is remembered of every article.
    pub rows: Rows,
    /// One signature an article; of articles shorter than a shingle it means nothing.
    pub signatures: StoredSignatures,
    /// When they were published.
    pub days: Days,
    /// Dates that could not be read.
    pub unread_dates: UnreadDates,
    /// Words in a shingle.
    pub shingle_size: ShingleSize,
    /// What of a text was counted: words and shingles are of that part.
    pub furniture: Furniture,
    /// Lines that are furniture of their source. Words and shingles of the first pass are with them, since they are known at its end.
    pub learnt: LearntLines,
    /// For each file of the corpus the number of its first article.
    file_starts: Vec<u32>,
    /// Bad records, by reason.
    pub rejected: BTreeMap<RejectReason, u64>,
    /// Ids that occur more than once.
    pub duplicate_ids: DuplicateIds,
}

impl Fingerprints {
    /// Which file of the corpus an article came from.
    pub fn file(&self, article: u32) -> usize {
        self.file_starts.partition_point(|&start| start <= article) - 1
    }

    /// The articles of a file.
    pub fn articles_of_file(&self, file: usize) -> std::ops::Range<u32> {
        let end = self
            .file_starts
            .get(file + 1)
            .copied()
            .unwrap_or(self.rows.len() as u32);
        self.file_starts[file]..end
    }

    /// The article whose record starts at an offset of a file of the corpus, if one does that could be used.
    pub fn article_at(&self, file: usize, offset: u64) -> Option<u32> {
        let articles = self.articles_of_file(file);
        let article = self.rows.first_from(articles.clone(), offset);
        let is_there = articles.contains(&article) && self.rows.start(article).offset == offset;
        is_there.then_some(article)
    }

    /// Where the records of some articles, ascending, stand.
    pub fn places(&self, articles: impl Iterator<Item = u32>) -> impl Iterator<Item = Place> {
        articles.map(|article| {
            let file = self.file(article);
            let of_file = self.articles_of_file(file);
            let mut starts = self.rows.starts(article..of_file.end);
            let RecordStart { offset, line } = starts.next().unwrap_or_default();
            let end = starts.next().map_or(u64::MAX, |next| next.offset);
            Place {
                file,
                offset,
                end,
                line,
            }
        })
    }

    /// The articles of a block of the corpus that was fingerprinted and that are `wanted`, each with its record.
    ///
    /// # Errors
    /// [`Error::Changed`] if an article is no longer there.
    pub fn articles_of_block<'b>(
        &self,
        corpus: &Corpus,
        block: &'b Block,
        wanted: impl Fn(u32) -> bool,
    ) -> Result<Vec<(u32, &'b Record)>> {
        let (Some(first), Some(last)) = (block.records.first(), block.records.last()) else {
            return Ok(Vec::new());
        };
        let of_file = self.articles_of_file(block.file as usize);
        let from = self.rows.first_from(of_file.clone(), first.offset);
        let starts = self.rows.starts(from..of_file.end);
        let starts = starts.take_while(|start| start.offset <= last.offset);
        let mut records = block.records.iter();
        let mut found = Vec::with_capacity(block.records.len());
        for (start, article) in starts.zip(from..).filter(|&(_, article)| wanted(article)) {
            let record = records
                .find(|record| record.offset == start.offset)
                .ok_or_else(|| corpus.files()[block.file as usize].changed())?;
            found.push((article, record));
        }
        Ok(found)
    }

    /// An article that is read again from its record, with the digest of the words that it was fingerprinted by.
    ///
    /// # Errors
    /// [`Error::Changed`] if these are other words by now.
    pub fn read_again<'p>(
        &self,
        parser: &'p mut Parser,
        tokeniser: &mut Tokeniser,
        corpus: &'p Corpus,
        block: &'p Block,
        (article, record): (u32, &Record),
    ) -> Result<(Article<'p>, Digest)> {
        let changed = || corpus.files()[block.file as usize].changed();
        let parsed = parser.parse(corpus, block, record).map_err(|_| changed())?;
        let text = self.furniture.text(&parsed.text, &parsed.title);
        let tokens = compared_tokens(tokeniser, self.furniture, &parsed.title, text);
        let digest = Digest::of(tokens);
        match self.rows.has_words(article, digest) {
            true => Ok((parsed, digest)),
            false => Err(changed()),
        }
    }

    /// Bounds of the number of distinct shingles of an article.
    #[inline]
    pub fn shingles(&self, article: u32) -> RangeInclusive<u32> {
        self.rows.shingles(article, self.shingle_size)
    }

    /// A function that gives, for an article, the number of its words and a hash of its signature: articles with the same words in the same
    /// order have the same. It holds four bytes an article.
    ///
    /// # Errors
    /// If signatures that are in a file cannot be read.
    pub fn tells(&self) -> Result<impl Fn(u32) -> (u32, u32)> {
        let hashes = self.signatures.hashes()?;
        Ok(move |article: u32| {
            // Signatures of no shingles mean nothing.
            let hash = match *self.shingles(article).end() {
                0 => 0,
                _ => hashes[article as usize],
            };
            (self.rows.tokens(article), hash)
        })
    }

    /// The sizes of all articles.
    pub fn sizes(&self) -> Sizes {
        Sizes::new(self.rows.len(), |article| self.shingles(article))
    }

    /// All bad records.
    pub fn rejected_total(&self) -> u64 {
        self.rejected.values().sum()
    }
}

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
    /// A folder that keeps what is finished: a run that finds it there goes on from it.
    pub checkpoint: Option<PathBuf>,
    /// How long signatures stay in memory.
    pub budget: Budget,
}

/// What a worker makes of a block.
pub(super) struct Fingerprinted {
    pub(super) file: u32,
    /// The number of the block in its file.
    pub(super) number: u32,
    pub(super) rows: Vec<Row>,
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
        let of_articles = size_of::<Row>() + size_of::<u64>() + size_of::<u16>();
        let words = self.packed.len() + self.lines.len();
        self.rows.len() * of_articles + words * size_of::<u32>()
    }
}

/// What a worker keeps between two blocks.
struct Scratch {
    parser: Parser,
    tokeniser: Tokeniser,
    shingles: Vec<u64>,
    values: Vec<u32>,
    distinct: DistinctCounter,
}

/// Reads the corpus once and fingerprints it.
///
/// # Errors
/// [`Error::Parameter`] if the layout is not one for so many permutations. What reading gives; [`Error::Rejected`] for the first bad record with `strict`;
/// [`Error::Interrupted`].
pub fn fingerprint_corpus(
    corpus: &Corpus,
    options: &FingerprintOptions,
    progress: &dyn Progress,
) -> Result<Fingerprints> {
    let slots = options.permutations.len();
    if options.layout.values() != slots {
        return Err(Error::Parameter(format!(
            "signatures of {} values cannot be made of {slots} permutations",
            options.layout.values()
        )));
    }
    let mut prints = Fingerprints {
        rows: Rows::default(),
        signatures: StoredSignatures::Held(Signatures::new(options.layout)),
        days: Days::default(),
        unread_dates: UnreadDates::default(),
        shingle_size: options.shingle_size,
        furniture: options.furniture,
        learnt: LearntLines::default(),
        file_starts: Vec::new(),
        rejected: BTreeMap::new(),
        duplicate_ids: DuplicateIds::default(),
    };
    let mut ids = Vec::new();
    let mut lines = LineCounts::for_corpus(corpus.estimated_bytes());
    let mut beside = Beside {
        lines: lines.bytes(),
        buffers: prints.signatures.buffers(),
        ..Beside::default()
    };
    options.budget.check(0, 0, beside)?;
    let mut take = |done: Fingerprinted| {
        beside.block = beside.block.max(done.bytes());
        let tokens = done.rows.iter().map(|row| row.tokens).max().unwrap_or(0);
        beside.longest = beside.longest.with(done.longest, tokens as usize);
        for reject in done.rejects {
            progress.rejected(&reject);
            if options.strict {
                return Err(Error::Rejected(reject));
            }
            *prints.rejected.entry(reject.reason).or_default() += 1;
        }
        if prints.rows.len() + done.rows.len() > u32::MAX as usize {
            return Err(Error::Input(
                "a corpus can hold at most 4,294,967,295 articles; split it".into(),
            ));
        }
        while prints.file_starts.len() <= done.file as usize {
            prints.file_starts.push(prints.rows.len() as u32);
        }
        done.rows.iter().for_each(|row| prints.rows.push(row));
        prints.signatures.extend(&done.packed)?;
        let (articles, bytes) = (prints.rows.len(), options.layout.bytes());
        if !options.budget.holds_signatures(articles, bytes, beside) {
            let last = prints.rows.last_start().map_or(0, |start| start.offset);
            // The last record of the block is not longer than the longest.
            let read = last + done.longest as u64;
            let expected = expected(corpus, articles, done.file, read);
            options.budget.check(articles, expected, beside)?;
            prints.signatures.spill(corpus.tmp())?;
        }
        ids.extend_from_slice(&done.ids);
        prints.days.extend(&done.days);
        prints.unread_dates.extend(done.unread_dates);
        lines.add(&done.lines);
        Ok(())
    };
    let folder = options.checkpoint.as_deref();
    let open = |folder| Checkpoint::open(folder, corpus, options);
    let mut checkpoint = folder.map(open).transpose()?;
    let reached = match &mut checkpoint {
        Some(checkpoint) => checkpoint.restore(corpus, &mut take)?,
        None => None,
    };
    let scanned = corpus.scan(
        Stage::Fingerprint,
        progress,
        || Scratch {
            parser: Parser::new(),
            tokeniser: Tokeniser::new(),
            shingles: Vec::new(),
            values: vec![0; slots],
            distinct: DistinctCounter::default(),
        },
        |scratch, block| {
            // Blocks that are there from an earlier run are only split.
            let is_there = reached >= Some((block.file, block.number));
            match is_there {
                true => Ok(None),
                false => fingerprint_block(scratch, corpus, block, options).map(Some),
            }
        },
        |done: Option<Fingerprinted>| {
            if let (Some(checkpoint), Some(done)) = (&mut checkpoint, &done) {
                checkpoint.add(done)?;
            }
            done.map_or(Ok(()), &mut take)
        },
    );
    // What is finished is kept whatever ended the scan.
    let kept = checkpoint.map_or(Ok(()), |mut checkpoint| checkpoint.finish());
    scanned.and(kept)?;
    prints
        .file_starts
        .resize(corpus.files().len(), prints.rows.len() as u32);
    prints.learnt = lines.learn();
    prints.signatures.finish()?;
    prints.duplicate_ids = DuplicateIds::find(&ids);
    Ok(prints)
}

/// How many articles the corpus will have, to judge by those before this place in a file.
fn expected(corpus: &Corpus, articles: usize, file: u32, offset: u64) -> usize {
    let before = corpus.files()[..file as usize].iter();
    let read = before.fold(offset, |read, file| read + file.estimated_bytes());
    let share = corpus.estimated_bytes() as f64 / read.max(1) as f64;
    (articles as f64 * share.max(1.0)) as usize
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
        longest: block.records.iter().map(|it| it.len).max().unwrap_or(0) as usize,
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
        done.rows.push(Row {
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
