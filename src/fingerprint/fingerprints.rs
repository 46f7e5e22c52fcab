//! What is kept of a corpus once it was read.

use super::article_rows::ArticleRows;
use super::days::Days;
use super::places::RecordStart;
use super::unread_dates::UnreadDates;
use super::{
    Digest, DuplicateIds, Layout, ShingleSize, Signatures, SizesAndDays, StoredSignatures,
};
use crate::Result;
use crate::corpus::{Article, Block, Corpus, Parser, Place, Places, Record, RejectReason};
use crate::text::{Furniture, LearntLines, Tokeniser, compared_tokens};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The fingerprints of a corpus. Articles are numbered from 0 in corpus order.
#[derive(Debug)]
pub struct Fingerprints {
    /// What is remembered of every article.
    pub rows: ArticleRows,
    /// One signature an article; of articles shorter than a shingle it means nothing.
    pub signatures: StoredSignatures,
    /// When they were published, until [that is taken](Self::take_sizes_and_days).
    pub(crate) days: Days,
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
    /// How many articles were fingerprinted by an earlier run, whose [checkpoint](super::FingerprintOptions::checkpoint) this one found.
    pub from_checkpoint: u64,
}

impl Fingerprints {
    /// Those of a corpus of which nothing was read yet.
    pub(super) fn none(layout: Layout, shingle_size: ShingleSize, furniture: Furniture) -> Self {
        Self {
            rows: ArticleRows::default(),
            signatures: StoredSignatures::Held(Signatures::new(layout)),
            days: Days::default(),
            unread_dates: UnreadDates::default(),
            shingle_size,
            furniture,
            learnt: LearntLines::default(),
            file_starts: Vec::new(),
            rejected: BTreeMap::new(),
            duplicate_ids: DuplicateIds::default(),
            from_checkpoint: 0,
        }
    }

    /// Begins those of the first `files` files of the corpus that have not begun: the articles that come now are of the last of them.
    pub(super) fn begin_files(&mut self, files: usize) {
        while self.file_starts.len() < files {
            self.file_starts.push(self.rows.len() as u32);
        }
    }

    /// Which file of the corpus an article came from.
    pub fn file(&self, article: u32) -> usize {
        self.file_starts.partition_point(|&start| start <= article) - 1
    }

    /// The articles of a file.
    ///
    /// # Panics
    /// If the corpus has no such file.
    pub fn articles_of_file(&self, file: usize) -> std::ops::Range<u32> {
        let end = self
            .file_starts
            .get(file + 1)
            .copied()
            .unwrap_or(self.rows.len() as u32);
        self.file_starts[file]..end
    }

    /// The article whose record starts at an offset of a file of the corpus, if one does that could be used.
    ///
    /// # Panics
    /// If the corpus has no such file.
    pub fn article_at(&self, file: usize, offset: u64) -> Option<u32> {
        let articles = self.articles_of_file(file);
        let article = self.rows.first_from(articles.clone(), offset);
        let is_there = articles.contains(&article) && self.rows.start(article).offset == offset;
        is_there.then_some(article)
    }

    /// Where the records of some articles, ascending, stand.
    pub fn places(
        &self,
        articles: impl Iterator<Item = u32> + Clone,
    ) -> Places<impl Iterator<Item = Place>> {
        Places {
            files: self.files_of(articles.clone()),
            records: articles.map(|article| self.place(article)),
        }
    }

    fn place(&self, article: u32) -> Place {
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
    }

    /// Which files of the corpus some articles, ascending, came from: one answer for each.
    fn files_of(&self, articles: impl Iterator<Item = u32>) -> Vec<bool> {
        let mut files = vec![false; self.file_starts.len()];
        let mut end = 0;
        for article in articles {
            if article >= end {
                let file = self.file(article);
                files[file] = true;
                end = self.articles_of_file(file).end;
            }
        }
        files
    }

    /// The articles of a block of the corpus that was fingerprinted and that are `wanted`, each with its record.
    ///
    /// # Errors
    /// [`Error::Changed`](crate::Error::Changed) if an article is no longer there.
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
    /// [`Error::Changed`](crate::Error::Changed) if these are other words by now.
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
    pub fn duplicate_keys(&self) -> Result<impl Fn(u32) -> (u32, u32)> {
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

    /// The sizes and days of all articles, given out once: a second time there are none.
    pub fn take_sizes_and_days(&mut self) -> SizesAndDays {
        let days = std::mem::take(&mut self.days);
        SizesAndDays::new(days, |article| self.shingles(article))
    }

    /// All bad records.
    pub fn rejected_total(&self) -> u64 {
        self.rejected.values().sum()
    }
}
