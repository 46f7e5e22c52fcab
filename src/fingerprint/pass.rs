//! The first pass: every article of a corpus becomes a row and a signature.

use super::days::Days;
use super::distinct::DistinctCounter;
use super::{Digest, DuplicateIds, Permutations, ShingleSize, Signatures, ids, shingles};
use crate::corpus::dates::parse_published;
use crate::corpus::{Block, Corpus, Parser, Place, Record, Reject, RejectReason};
use crate::progress::{Progress, Stage};
use crate::text::{Furniture, Tokeniser, compared_tokens};
use crate::{Error, Result};
use std::collections::BTreeMap;

/// What is remembered of an article beside its signature: 40 bytes.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Where its record starts in its (decompressed) file, in bytes.
    pub offset: u64,
    /// The line, from 1, on which its record starts.
    pub line: u64,
    digest: [u64; 2],
    /// Words of its text.
    pub tokens: u32,
    /// A number that the distinct shingles of its text are never below, and hardly above.
    pub least_distinct: u32,
}

impl Row {
    /// The digest of its words: equal for exact duplicates, and only for them.
    pub fn digest(&self) -> Digest {
        Digest(u128::from(self.digest[0]) << 64 | u128::from(self.digest[1]))
    }

    /// Shingles of its text, repeated ones counted.
    pub fn shingles(&self, size: ShingleSize) -> u32 {
        (self.tokens + 1).saturating_sub(size.get() as u32)
    }
}

/// The fingerprints of a corpus. Articles are numbered from 0 in corpus order.
#[derive(Debug)]
pub struct Fingerprints {
    /// One row an article.
    pub rows: Vec<Row>,
    /// One signature an article; of articles shorter than a shingle it means nothing.
    pub signatures: Signatures,
    /// When they were published.
    pub days: Days,
    /// Words in a shingle.
    pub shingle_size: ShingleSize,
    /// What of a text was counted: words and shingles are of that part.
    pub furniture: Furniture,
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

    /// Where the record of an article stands.
    pub fn place(&self, article: u32) -> Place {
        let file = self.file(article);
        let next = article + 1;
        let follows = self.articles_of_file(file).contains(&next);
        let offset = |article: u32| self.rows[article as usize].offset;
        Place {
            file,
            offset: offset(article),
            end: if follows { offset(next) } else { u64::MAX },
            line: self.rows[article as usize].line,
        }
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
        let range = self.articles_of_file(block.file as usize);
        let rows = &self.rows[range.start as usize..range.end as usize];
        let from = rows.partition_point(|row| row.offset < first.offset);
        let to = rows.partition_point(|row| row.offset <= last.offset);
        let mut records = block.records.iter();
        let mut found = Vec::with_capacity(block.records.len());
        let articles = range.start + from as u32..;
        let articles = rows[from..to].iter().zip(articles);
        for (row, article) in articles.filter(|&(_, article)| wanted(article)) {
            let record = records
                .find(|record| record.offset == row.offset)
                .ok_or_else(|| {
                    let file = &corpus.files()[block.file as usize];
                    Error::Changed(file.name.clone().into())
                })?;
            found.push((article, record));
        }
        Ok(found)
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
    /// Whether the first bad record ends the run.
    pub strict: bool,
}

/// What a worker makes of a block.
struct Fingerprinted {
    file: u32,
    rows: Vec<Row>,
    values: Vec<u32>,
    ids: Vec<u64>,
    days: Vec<u16>,
    rejects: Vec<Reject>,
}

/// What a worker keeps between two blocks.
struct Scratch {
    parser: Parser,
    tokeniser: Tokeniser,
    shingles: Vec<u64>,
    distinct: DistinctCounter,
}

/// Reads the corpus once and fingerprints it.
///
/// # Errors
/// What reading gives; [`Error::Rejected`] for the first bad record with `strict`;
/// [`Error::Interrupted`].
pub fn fingerprint_corpus(
    corpus: &Corpus,
    options: &FingerprintOptions,
    progress: &dyn Progress,
) -> Result<Fingerprints> {
    let slots = options.permutations.len();
    let mut prints = Fingerprints {
        rows: Vec::new(),
        signatures: Signatures::new(slots),
        days: Days::default(),
        shingle_size: options.shingle_size,
        furniture: options.furniture,
        file_starts: Vec::new(),
        rejected: BTreeMap::new(),
        duplicate_ids: DuplicateIds::default(),
    };
    let mut ids = Vec::new();
    corpus.scan(
        Stage::Fingerprint,
        progress,
        || Scratch {
            parser: Parser::new(),
            tokeniser: Tokeniser::new(),
            shingles: Vec::new(),
            distinct: DistinctCounter::default(),
        },
        |scratch, block| Ok(fingerprint_block(scratch, corpus, block, options)),
        |done: Fingerprinted| {
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
            prints.rows.extend_from_slice(&done.rows);
            prints.signatures.extend(&done.values);
            ids.extend_from_slice(&done.ids);
            prints.days.extend(&done.days);
            Ok(())
        },
    )?;
    prints
        .file_starts
        .resize(corpus.files().len(), prints.rows.len() as u32);
    prints.duplicate_ids = DuplicateIds::find(&ids);
    Ok(prints)
}

fn fingerprint_block(
    scratch: &mut Scratch,
    corpus: &Corpus,
    block: &Block,
    options: &FingerprintOptions,
) -> Fingerprinted {
    let slots = options.permutations.len();
    let mut done = Fingerprinted {
        file: block.file,
        rows: Vec::with_capacity(block.records.len()),
        values: vec![u32::MAX; block.records.len() * slots],
        ids: Vec::with_capacity(block.records.len()),
        days: Vec::with_capacity(block.records.len()),
        rejects: block.rejects.clone(),
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
        let start = done.rows.len() * slots;
        shingles(tokens, options.shingle_size, &mut scratch.shingles);
        if !scratch.shingles.is_empty() {
            options
                .permutations
                .signature(&scratch.shingles, &mut done.values[start..start + slots]);
        }
        done.ids.push(ids::hash(&article.id));
        done.days
            .push(Days::day(parse_published(&article.published)));
        let Digest(digest) = Digest::of(tokens);
        done.rows.push(Row {
            offset: record.offset,
            line: record.line,
            digest: [(digest >> 64) as u64, digest as u64],
            tokens: tokens.len() as u32,
            least_distinct: scratch.distinct.at_least(&scratch.shingles),
        });
    }
    done.values.truncate(done.rows.len() * slots);
    done.rejects.sort_by_key(|reject| reject.line);
    done
}
