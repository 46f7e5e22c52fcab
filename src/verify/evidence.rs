//! The second pass: what is needed of the articles that may be copies.
//!
//! Of an article in a candidate pair its shingle set is kept, and of every article that may
//! come into the report its id, title, source, date and url. Both go to a [`Spool`]: to memory up to a
//! bound that grows with the number of articles and not with their length, and to a temporary file beyond it.

use super::news::{self, Figures};
use super::ranks::Ranks;
use super::rarity::{Weights, weight};
use super::shingle_set::Members;
use super::spool::{Handle, Spool};
use super::{Acceptance, NewsView, Similarity};
use crate::corpus::dates::parse_published;
use crate::corpus::{Article, Block, Corpus, Parser};
use crate::fingerprint::{Digest, Duplicates, Fingerprints, shingles};
use crate::progress::{Progress, Stage};
use crate::text::{Tokeniser, compared_tokens};
use crate::{Error, Result};
use std::path::Path;

/// Evidence is held in memory up to this many bytes, or as many as the signatures of the corpus take if that is more: they
/// are of no use any more when it is gathered.
const LEAST_MEMORY: usize = 48 << 20;

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
    /// The articles, ascending: their ranks are their places in the lists.
    articles: Ranks,
    published: Vec<Option<i64>>,
    /// Hashes of the sources; 0 where there is none.
    sources: Vec<u32>,
    descriptions: Vec<Handle>,
    sets: Vec<Handle>,
    spool: Spool,
}

/// What a worker makes of a block.
#[derive(Default)]
struct Gathered {
    articles: Vec<u32>,
    published: Vec<Option<i64>>,
    sources: Vec<u32>,
    /// End of each article's shingle set, and of its description with its figures behind it, in `bytes`.
    ends: Vec<(usize, usize)>,
    bytes: Vec<u8>,
}

struct Scratch {
    parser: Parser,
    tokeniser: Tokeniser,
    shingles: Vec<u64>,
    set: Members,
    figures: Vec<u32>,
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
        let articles = prints.rows.len();
        let compared = Ranks::of(articles, candidates.iter().flat_map(|&(a, b)| [a, b]));
        let copied = duplicates.pairs.iter().flat_map(|&(a, b)| [a, b]);
        let wanted = Ranks::of(articles, compared.iter().chain(copied));

        let bound = LEAST_MEMORY.max(articles * prints.signatures.layout().bytes());
        let mut spool = Spool::new(bound, folder);
        let mut published = Vec::with_capacity(wanted.len());
        let mut sources = Vec::with_capacity(wanted.len());
        let mut descriptions = Vec::with_capacity(wanted.len());
        let mut sets = Vec::with_capacity(wanted.len());
        let changed =
            |article: u32| Error::Changed(corpus.files()[prints.file(article)].name.clone().into());
        let mut expected = wanted.iter();
        if wanted.len() > 0 {
            corpus.scan(
                Stage::Reread,
                progress,
                || Scratch {
                    parser: Parser::new(),
                    tokeniser: Tokeniser::new(),
                    shingles: Vec::new(),
                    set: Members::default(),
                    figures: Vec::new(),
                },
                |scratch, block| gather_block(scratch, corpus, prints, block, &wanted, &compared),
                |gathered: Gathered| {
                    let mut start = 0;
                    for (article, (set_end, end)) in gathered.articles.iter().zip(gathered.ends) {
                        // A block that is missing from a file that was cut short.
                        if let Some(missing) = expected.next().filter(|next| next != article) {
                            return Err(changed(missing));
                        }
                        sets.push(spool.put(&gathered.bytes[start..set_end])?);
                        descriptions.push(spool.put(&gathered.bytes[set_end..end])?);
                        start = end;
                    }
                    published.extend(gathered.published);
                    sources.extend(gathered.sources);
                    Ok(())
                },
            )?;
        }
        if let Some(missing) = expected.next() {
            return Err(changed(missing));
        }
        drop(expected);
        spool.finish()?;
        Ok(Self {
            articles: wanted,
            published,
            sources,
            descriptions,
            sets,
            spool,
        })
    }

    fn index(&self, article: u32) -> Option<usize> {
        self.articles.rank(article)
    }

    /// When an article was published, in seconds since 1970 UTC; `None` if it has no date that
    /// could be read, or nothing was gathered about it.
    pub fn published(&self, article: u32) -> Option<i64> {
        self.published[self.index(article)?]
    }

    /// Whether two articles name the same source.
    pub(super) fn same_source(&self, a: u32, b: u32) -> bool {
        let source = |article| self.index(article).map_or(0, |index| self.sources[index]);
        source(a) != 0 && source(a) == source(b)
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
        Ok(Some(Description::from_bytes(bytes).0))
    }

    /// Distinct shingles of an article; none if they were not gathered.
    pub(super) fn size(&self, article: u32) -> u32 {
        self.index(article)
            .map_or(0, |index| self.sets[index].len() as u32 / 8)
    }

    /// How the figures of two articles compare.
    pub(super) fn compare_figures(&self, a: u32, b: u32) -> Result<Figures> {
        Ok(news::compare_figures(&self.figures(a)?, &self.figures(b)?))
    }

    fn figures(&self, article: u32) -> Result<Vec<u32>> {
        let handle = self.index(article).map(|index| self.descriptions[index]);
        let mut scratch = Vec::new();
        let bytes = self
            .spool
            .get(handle.unwrap_or(Handle::EMPTY), &mut scratch)?;
        let (_, figures) = Description::from_bytes(bytes);
        let figures = figures.as_chunks().0.iter();
        Ok(figures.map(|&figure| u32::from_le_bytes(figure)).collect())
    }

    /// A way to compare articles by the weights of their shingles. An opening has at most `opening` shingles.
    pub(super) fn weighted_comparison<'a>(
        &'a self,
        weights: &'a Weights,
        opening: usize,
    ) -> WeightedComparison<'a> {
        WeightedComparison {
            evidence: self,
            weights,
            opening,
            first: None,
            set: Members::default(),
            start: Members::default(),
            from_file: Vec::new(),
        }
    }

    /// A way to compare articles one after another.
    pub fn comparison(&self) -> Comparison<'_> {
        Comparison {
            evidence: self,
            first: None,
            set: Members::default(),
            from_file: Vec::new(),
        }
    }

    /// The shingle set of an article, each shingle in little-endian order of bytes; `scratch`
    /// receives it where it has to be read from the file.
    pub(super) fn set<'a>(
        &'a self,
        article: u32,
        scratch: &'a mut Vec<u8>,
    ) -> Result<&'a [[u8; 8]]> {
        let handle = self.index(article).map(|index| self.sets[index]);
        let bytes = self.spool.get(handle.unwrap_or(Handle::EMPTY), scratch)?;
        Ok(bytes.as_chunks().0)
    }
}

/// Compares articles by their shingle sets; keeps the first article of the last comparison
/// at hand, so that pairs sorted by it cost little.
#[derive(Debug)]
pub struct Comparison<'a> {
    evidence: &'a Evidence,
    first: Option<u32>,
    /// The set of the first article.
    set: Members,
    from_file: Vec<u8>,
}

impl Comparison<'_> {
    /// How alike two articles are. An article whose shingles were not gathered has none.
    ///
    /// # Errors
    /// If a shingle set lies in a temporary file that cannot be read.
    pub fn similarity(&mut self, a: u32, b: u32) -> Result<Similarity> {
        let found = self.compare(a, b, |_, _| 0)?;
        Ok(found.expect("no pair shares fewer than none"))
    }

    /// How alike two articles are if `rule` accepts them.
    ///
    /// # Errors
    /// If a shingle set lies in a temporary file that cannot be read.
    pub fn accepted(&mut self, a: u32, b: u32, rule: Acceptance) -> Result<Option<Similarity>> {
        let found = self.compare(a, b, |a, b| rule.least_shared(a, b))?;
        Ok(found.filter(|&similarity| rule.accepts(similarity)))
    }

    /// How alike two articles are, unless they share fewer shingles than `needed` says for their sizes.
    fn compare(
        &mut self,
        a: u32,
        b: u32,
        needed: impl Fn(u32, u32) -> u32,
    ) -> Result<Option<Similarity>> {
        if self.first != Some(a) {
            self.first = None;
            let shingles = self.evidence.set(a, &mut self.from_file)?;
            self.set.clear(shingles.len());
            for &shingle in shingles {
                self.set.insert(u64::from_le_bytes(shingle));
            }
            self.first = Some(a);
        }
        let other = self.evidence.set(b, &mut self.from_file)?;
        let (size_a, size_b) = (self.set.len() as u32, other.len() as u32);
        let shared = self.set.shared(other, needed(size_a, size_b));
        Ok(shared.map(|shared| Similarity {
            shared,
            size_a,
            size_b,
        }))
    }
}

/// Compares articles by the weights of their shingles; like [`Comparison`] made for pairs sorted by the first.
#[derive(Debug)]
pub(super) struct WeightedComparison<'a> {
    evidence: &'a Evidence,
    weights: &'a Weights,
    opening: usize,
    first: Option<u32>,
    /// The set of the first article, and its opening.
    set: Members,
    start: Members,
    from_file: Vec<u8>,
}

impl WeightedComparison<'_> {
    /// What the rule for news sees in two articles.
    ///
    /// # Errors
    /// If a shingle set lies in a temporary file that cannot be read.
    pub(super) fn compare(&mut self, a: u32, b: u32) -> Result<NewsView> {
        if self.first != Some(a) {
            self.first = None;
            let shingles = self.evidence.set(a, &mut self.from_file)?;
            let opening = shingles.len().min(self.opening);
            self.set.clear(shingles.len());
            self.start.clear(opening);
            for (at, &shingle) in shingles.iter().enumerate() {
                let shingle = u64::from_le_bytes(shingle);
                self.set.insert(shingle);
                // A set is a list in the order of the text.
                if at < opening {
                    self.start.insert(shingle);
                }
            }
            self.first = Some(a);
        }
        let other = self.evidence.set(b, &mut self.from_file)?;
        let opening = &other[..other.len().min(self.opening)];
        let (_, weight_a) = self.weights.article(a);
        let (times, weight_b) = self.weights.article(b);
        let mut shared = 0u64;
        for (&shingle, &times) in other.iter().zip(times) {
            let of_one = u64::from(weight(times));
            shared += of_one * u64::from(self.set.contains(u64::from_le_bytes(shingle)));
        }
        let same = self.start.shared(opening, 0).unwrap_or(0);
        Ok(NewsView {
            contained: share(shared, weight_a.min(weight_b)),
            opening: share(u64::from(same), self.start.len().min(opening.len()) as u64),
        })
    }
}

/// A part of a whole that may be nothing.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

fn gather_block(
    scratch: &mut Scratch,
    corpus: &Corpus,
    prints: &Fingerprints,
    block: &Block,
    wanted: &Ranks,
    compared: &Ranks,
) -> Result<Gathered> {
    let mut gathered = Gathered::default();
    let changed = || Error::Changed(corpus.files()[block.file as usize].name.clone().into());
    for (article, record) in prints.articles_of_block(corpus, block)? {
        if !wanted.contains(article) {
            continue;
        }
        let row = &prints.rows[article as usize];
        let parsed = scratch
            .parser
            .parse(corpus, block, record)
            .map_err(|_| changed())?;
        let text = prints.furniture.text(&parsed.text, &parsed.title);
        let tokens = compared_tokens(
            &mut scratch.tokeniser,
            prints.furniture,
            &parsed.title,
            text,
        );
        if Digest::of(tokens) != row.digest() {
            return Err(changed());
        }
        if compared.contains(article) {
            shingles(tokens, prints.shingle_size, &mut scratch.shingles);
            scratch.set.clear(scratch.shingles.len());
            for &shingle in &scratch.shingles {
                if scratch.set.insert(shingle) {
                    gathered.bytes.extend_from_slice(&shingle.to_le_bytes());
                }
            }
        }
        let set_end = gathered.bytes.len();
        Description::write(&parsed, &mut gathered.bytes);
        scratch.figures.clear();
        news::add_figures(&parsed.title, &mut scratch.figures);
        news::add_figures(text, &mut scratch.figures);
        scratch.figures.sort_unstable();
        scratch.figures.dedup();
        let figures = scratch
            .figures
            .iter()
            .flat_map(|figure| figure.to_le_bytes());
        gathered.bytes.extend(figures);
        gathered.ends.push((set_end, gathered.bytes.len()));
        gathered.published.push(parse_published(&parsed.published));
        gathered.sources.push(match parsed.source.trim() {
            "" => 0,
            source => (xxhash_rust::xxh3::xxh3_64(source.as_bytes()) as u32).max(1),
        });
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

    /// The fields, and what stands behind them.
    fn from_bytes(mut bytes: &[u8]) -> (Self, &[u8]) {
        let mut next = || {
            let (len, rest) = bytes.split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
            let (field, rest) = rest.split_at(rest.len().min(u32::from_le_bytes(*len) as usize));
            bytes = rest;
            String::from_utf8_lossy(field).into_owned()
        };
        let description = Self {
            id: next(),
            title: next(),
            source: next(),
            published: next(),
            url: next(),
        };
        (description, bytes)
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
        bytes.push(7);
        let (back, rest) = Description::from_bytes(&bytes);
        assert_eq!(rest, [7]);
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
