//! The second pass: what is needed of the articles that may be copies.
//!
//! Of an article in a candidate pair its shingle set is kept, and of every article that may
//! come into the report its id, title, source, date and url. Both go to a [`Spool`]: to memory up to a
//! bound that grows with the number of articles and not with their length, and to a temporary file beyond it.

use super::spool::{Handle, Spool};
use super::{Similarity, distinct, shared};
use crate::corpus::dates::parse_published;
use crate::corpus::{Article, Block, Corpus, Parser};
use crate::fingerprint::{Digest, Duplicates, Fingerprints, shingles};
use crate::progress::{Progress, Stage};
use crate::text::Tokeniser;
use crate::{Error, Result};
use std::path::Path;

/// Evidence is held in memory up to this many bytes, or [`BYTES_PER_ARTICLE`] for each article of the corpus if that is more.
const LEAST_MEMORY: usize = 64 << 20;
/// See [`LEAST_MEMORY`].
const BYTES_PER_ARTICLE: usize = 256;

/// What the report says of an article.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    /// Its id as it came, or file and line.
    pub id: String,
    /// Its title; empty if it has none. So for the others.
    pub title: String,
    /// The outlet.
    pub source: String,
    /// The date as it came.
    pub published: String,
    /// Its address.
    pub url: String,
}

/// What was gathered about the articles that may be copies.
#[derive(Debug)]
pub struct Evidence {
    /// The articles, ascending. The other lists run beside it.
    articles: Vec<u32>,
    published: Vec<Option<i64>>,
    descriptions: Vec<Handle>,
    sets: Vec<Handle>,
    spool: Spool,
}

/// What a worker makes of a block.
#[derive(Default)]
struct Gathered {
    articles: Vec<u32>,
    published: Vec<Option<i64>>,
    /// End of each article's description and shingle set in `bytes`.
    ends: Vec<(usize, usize)>,
    bytes: Vec<u8>,
}

struct Scratch {
    parser: Parser,
    tokeniser: Tokeniser,
    shingles: Vec<u64>,
}

impl Evidence {
    /// Reads the corpus again and keeps what is needed of the articles in `candidates` (sorted pairs)
    /// and of those that have exact duplicates.
    ///
    /// # Errors
    /// What reading gives; [`Error::Changed`] if a file is no longer what it was in the first pass;
    /// a temporary file that cannot be written; [`Error::Interrupted`].
    pub fn gather(
        corpus: &Corpus,
        prints: &Fingerprints,
        duplicates: &Duplicates,
        candidates: &[(u32, u32)],
        folder: Option<&Path>,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let mut compared: Vec<u32> = candidates.iter().flat_map(|&(a, b)| [a, b]).collect();
        compared.sort_unstable();
        compared.dedup();
        let mut wanted = compared.clone();
        wanted.extend(
            duplicates
                .pairs
                .iter()
                .flat_map(|&(first, duplicate)| [first, duplicate]),
        );
        wanted.sort_unstable();
        wanted.dedup();

        let bound = LEAST_MEMORY.max(prints.rows.len() * BYTES_PER_ARTICLE);
        let mut evidence = Self {
            articles: Vec::with_capacity(wanted.len()),
            published: Vec::with_capacity(wanted.len()),
            descriptions: Vec::with_capacity(wanted.len()),
            sets: Vec::with_capacity(wanted.len()),
            spool: Spool::new(bound, folder),
        };
        if wanted.is_empty() {
            return Ok(evidence);
        }
        corpus.scan(
            Stage::Reread,
            progress,
            || Scratch {
                parser: Parser::new(),
                tokeniser: Tokeniser::new(),
                shingles: Vec::new(),
            },
            |scratch, block| gather_block(scratch, corpus, prints, block, &wanted, &compared),
            |gathered: Gathered| {
                let mut start = 0;
                for (set_end, description_end) in gathered.ends {
                    evidence
                        .sets
                        .push(evidence.spool.put(&gathered.bytes[start..set_end])?);
                    evidence.descriptions.push(
                        evidence
                            .spool
                            .put(&gathered.bytes[set_end..description_end])?,
                    );
                    start = description_end;
                }
                evidence.articles.extend(gathered.articles);
                evidence.published.extend(gathered.published);
                Ok(())
            },
        )?;
        evidence.spool.finish()?;
        if evidence.articles != wanted {
            let missing = wanted
                .iter()
                .find(|article| evidence.articles.binary_search(article).is_err());
            let file = missing.map_or(0, |&article| prints.file(article));
            return Err(Error::Changed(corpus.files()[file].name.clone().into()));
        }
        Ok(evidence)
    }

    fn index(&self, article: u32) -> Option<usize> {
        self.articles.binary_search(&article).ok()
    }

    /// When an article was published, in seconds since 1970 UTC; `None` if it has no date that
    /// could be read, or nothing was gathered about it.
    pub fn published(&self, article: u32) -> Option<i64> {
        self.published[self.index(article)?]
    }

    /// What the report says of an article; `None` if nothing was gathered about it.
    ///
    /// # Errors
    /// If it lies in a temporary file that cannot be read.
    pub fn description(&self, article: u32) -> Result<Option<Description>> {
        let Some(index) = self.index(article) else {
            return Ok(None);
        };
        let mut scratch = Vec::new();
        let bytes = self.spool.get(self.descriptions[index], &mut scratch)?;
        Ok(Some(Description::from_bytes(bytes)))
    }

    /// A way to compare articles one after another.
    pub fn comparison(&self) -> Comparison<'_> {
        Comparison {
            evidence: self,
            bytes: Vec::new(),
            first: None,
            a: Vec::new(),
            b: Vec::new(),
        }
    }

    fn load(&self, article: u32, bytes: &mut Vec<u8>, set: &mut Vec<u64>) -> Result<()> {
        set.clear();
        if let Some(index) = self.index(article) {
            let bytes = self.spool.get(self.sets[index], bytes)?;
            set.extend(
                bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&chunk| u64::from_le_bytes(chunk)),
            );
        }
        Ok(())
    }
}

/// Compares articles by their shingle sets; keeps the first article of the last comparison
/// at hand, so that pairs sorted by it cost one look-up each.
#[derive(Debug)]
pub struct Comparison<'a> {
    evidence: &'a Evidence,
    bytes: Vec<u8>,
    first: Option<u32>,
    a: Vec<u64>,
    b: Vec<u64>,
}

impl Comparison<'_> {
    /// How alike two articles are. An article whose shingles were not gathered has none.
    ///
    /// # Errors
    /// If a shingle set lies in a temporary file that cannot be read.
    pub fn similarity(&mut self, a: u32, b: u32) -> Result<Similarity> {
        if self.first != Some(a) {
            self.evidence.load(a, &mut self.bytes, &mut self.a)?;
            self.first = Some(a);
        }
        self.evidence.load(b, &mut self.bytes, &mut self.b)?;
        Ok(Similarity {
            shared: shared(&self.a, &self.b),
            size_a: self.a.len() as u32,
            size_b: self.b.len() as u32,
        })
    }
}

fn gather_block(
    scratch: &mut Scratch,
    corpus: &Corpus,
    prints: &Fingerprints,
    block: &Block,
    wanted: &[u32],
    compared: &[u32],
) -> Result<Gathered> {
    let mut gathered = Gathered::default();
    let changed = || Error::Changed(corpus.files()[block.file as usize].name.clone().into());
    let (Some(first), Some(last)) = (block.records.first(), block.records.last()) else {
        return Ok(gathered);
    };
    let range = prints.articles_of_file(block.file as usize);
    let rows = &prints.rows[range.start as usize..range.end as usize];
    let from = range.start + rows.partition_point(|row| row.offset < first.offset) as u32;
    let to = range.start + rows.partition_point(|row| row.offset <= last.offset) as u32;
    let here = &wanted[wanted.partition_point(|&article| article < from)..];

    for &article in here.iter().take_while(|&&article| article < to) {
        let row = &prints.rows[article as usize];
        let at = block
            .records
            .binary_search_by_key(&row.offset, |record| record.offset)
            .map_err(|_| changed())?;
        let parsed = scratch
            .parser
            .parse(corpus, block, &block.records[at])
            .map_err(|_| changed())?;
        let tokens = scratch.tokeniser.tokens(&parsed.text);
        if Digest::of(tokens) != row.digest() {
            return Err(changed());
        }
        if compared.binary_search(&article).is_ok() {
            shingles(tokens, prints.shingle_size, &mut scratch.shingles);
            distinct(&mut scratch.shingles);
            for shingle in &scratch.shingles {
                gathered.bytes.extend_from_slice(&shingle.to_le_bytes());
            }
        }
        let set_end = gathered.bytes.len();
        Description::write(&parsed, &mut gathered.bytes);
        gathered.ends.push((set_end, gathered.bytes.len()));
        gathered.published.push(parse_published(&parsed.published));
        gathered.articles.push(article);
    }
    Ok(gathered)
}

impl Description {
    /// What the report says of an article.
    pub fn of(article: &Article) -> Self {
        let [id, title, source, published, url] = [
            &article.id,
            &article.title,
            &article.source,
            &article.published,
            &article.url,
        ]
        .map(|field| field.clone().into_owned());
        Self {
            id,
            title,
            source,
            published,
            url,
        }
    }

    /// Each field as its length (4 bytes) and its bytes.
    fn write(article: &Article, bytes: &mut Vec<u8>) {
        for field in [
            &article.id,
            &article.title,
            &article.source,
            &article.published,
            &article.url,
        ] {
            bytes.extend_from_slice(&(field.len() as u32).to_le_bytes());
            bytes.extend_from_slice(field.as_bytes());
        }
    }

    fn from_bytes(mut bytes: &[u8]) -> Self {
        let mut next = || {
            let (len, rest) = bytes.split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
            let (field, rest) = rest.split_at(rest.len().min(u32::from_le_bytes(*len) as usize));
            bytes = rest;
            String::from_utf8_lossy(field).into_owned()
        };
        Self {
            id: next(),
            title: next(),
            source: next(),
            published: next(),
            url: next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_survives_the_spool() {
        let article = Article {
            id: "a-1".into(),
            title: "Größe, “quoted”".into(),
            source: "".into(),
            published: "2026-03-01".into(),
            url: "https://example.org/?a=1".into(),
            text: "not kept".into(),
        };
        let mut bytes = Vec::new();
        Description::write(&article, &mut bytes);
        let back = Description::from_bytes(&bytes);
        assert_eq!(
            (back.id, back.title, back.source),
            ("a-1".into(), "Größe, “quoted”".into(), String::new())
        );
        assert_eq!(
            (back.published, back.url),
            ("2026-03-01".into(), "https://example.org/?a=1".into())
        );
    }
}
