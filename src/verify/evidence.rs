//! The second pass: what is needed of the articles that may be copies.
//!
//! Of an article in a candidate pair its shingle set and its subjects are kept, and of every article that may
//! come into the report its figures, id, title, source, date and url. All go to a [`Spool`]: to memory up to some megabytes, and to a
//! temporary file beyond them.

use super::figures::{self, Figures};
use super::kept::{Description, Facts, Keeper};
use super::ranks::Ranks;
use crate::Result;
use crate::corpus::{Block, Corpus, Parser};
use crate::fingerprint::{Digest, Duplicates, Fingerprints};
use crate::memory::{Budget, EVIDENCE, Longest, SIMILAR, WEIGHED};
use crate::progress::{Progress, Stage};
use crate::spool::{Handle, Spool};
use crate::text::{SHORT_TEXT, Source, Tokeniser, around, compared_tokens};

/// Evidence is held in memory up to this many bytes: that of some thousand articles. Of more the file cache keeps what it can, which
/// is as fast within the noise.
const MEMORY: usize = 4 << 20;

/// What was gathered about the articles that may be copies.
#[derive(Debug)]
pub struct Evidence {
    /// The articles, ascending: their ranks are their places in the lists.
    articles: Ranks,
    published: Vec<Option<i64>>,
    /// Hashes of the sources; 0 where there is none.
    sources: Vec<u32>,
    digests: Vec<Digest>,
    /// What is kept of each article: its shingle set, and behind it its figures, description and subjects.
    kept: Vec<Handle>,
    /// Shingles in each set.
    sizes: Vec<u32>,
    spool: Spool,
    shortened: u64,
    /// Pairs of exact duplicates.
    equal: usize,
    /// Bytes of memory that whoever works with it may take.
    room_beside: usize,
    /// About how many bytes the signatures left that nothing else takes: so much can be held in memory without a higher peak.
    vacated: usize,
    budget: Budget,
}

const _: () = {
    let published = size_of::<Option<i64>>() + size_of::<u32>();
    let size = size_of::<u32>();
    assert!(published + size + size_of::<Digest>() + size_of::<Handle>() <= EVIDENCE);
};

/// What a worker makes of a block.
#[derive(Default)]
struct Gathered {
    articles: Vec<u32>,
    published: Vec<Option<i64>>,
    sources: Vec<u32>,
    digests: Vec<Digest>,
    /// Where what is kept of each article ends in `bytes`.
    ends: Vec<usize>,
    sizes: Vec<u32>,
    bytes: Vec<u8>,
    /// Articles that lost lines which were learnt, and how many words they are left with.
    shortened: Vec<(u32, u32)>,
}

struct Scratch {
    parser: Parser,
    tokeniser: Tokeniser,
    keeper: Keeper,
}

impl Evidence {
    /// Reads the corpus again and keeps what is needed of the articles in `candidates` (sorted pairs)
    /// and of those that have exact duplicates, beyond what `budget` allows in a temporary file. Lines of their texts that
    /// turned out to be furniture are left out from here on, of `prints` too: those of its own source, of a text that several printed in the same
    /// words those of the first of them in the corpus. For fingerprints this is done once, and they give their signatures up: what is gathered takes
    /// their place.
    ///
    /// # Errors
    /// What reading gives; [`Error::Changed`](crate::Error::Changed) if a file is no longer what it was in the first pass;
    /// a temporary file that cannot be written; [`Error::Interrupted`](crate::Error::Interrupted).
    pub fn gather(
        corpus: &Corpus,
        prints: &mut Fingerprints,
        duplicates: &Duplicates,
        candidates: &[(u32, u32)],
        budget: Budget,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let vacated = prints.signatures.held_bytes();
        prints.signatures.clear();
        let articles = prints.rows.len();
        let compared = Ranks::of(articles, candidates.iter().flat_map(|&(a, b)| [a, b]));
        let copied = duplicates.pairs.iter().flat_map(|&(a, b)| [a, b]);
        let wanted = Ranks::of(articles, compared.iter().chain(copied));

        let words = compared.iter().map(|a| prints.rows.tokens(a));
        let longest = Longest::default().with(0, words.max().unwrap_or(0) as usize);
        let equal = duplicates.pairs.len();
        let room = budget.for_evidence(articles, wanted.len(), candidates.len(), equal, longest)?;
        let held = MEMORY.min(room);
        let taken = wanted.len() * (EVIDENCE + WEIGHED) + candidates.len() * SIMILAR;
        let mut spool = Spool::new(held, corpus.tmp());
        let mut published = Vec::with_capacity(wanted.len());
        let mut sources = Vec::with_capacity(wanted.len());
        let mut digests = Vec::with_capacity(wanted.len());
        let mut kept = Vec::with_capacity(wanted.len());
        let mut sizes = Vec::with_capacity(wanted.len());
        let mut shortened = Vec::new();
        let read = &*prints;
        let changed = |article: u32| corpus.files()[read.file(article)].changed();
        let mut expected = wanted.iter();
        if wanted.len() > 0 {
            corpus.scan_chosen(
                Stage::Reread,
                progress,
                read.places(wanted.iter()),
                || Scratch {
                    parser: Parser::new(),
                    tokeniser: Tokeniser::new(),
                    keeper: Keeper::default(),
                },
                |scratch, block| gather_block(scratch, corpus, read, block, &wanted, &compared),
                |gathered: Gathered| {
                    let mut start = 0;
                    let strings = spool.put(&gathered.bytes)?;
                    for (article, end) in gathered.articles.iter().zip(gathered.ends) {
                        // A block that is missing from a file that was cut short.
                        if let Some(missing) = expected.next().filter(|next| next != article) {
                            return Err(changed(missing));
                        }
                        kept.push(strings.part(start..end));
                        start = end;
                    }
                    published.extend(gathered.published);
                    sources.extend(gathered.sources);
                    digests.extend(gathered.digests);
                    sizes.extend(gathered.sizes);
                    shortened.extend(gathered.shortened);
                    Ok(())
                },
            )?;
        }
        if let Some(missing) = expected.next() {
            return Err(changed(missing));
        }
        drop(expected);
        spool.finish()?;
        for &(article, words) in &shortened {
            prints.rows.set_tokens(article, words);
        }
        Ok(Self {
            articles: wanted,
            published,
            sources,
            digests,
            kept,
            sizes,
            spool,
            shortened: shortened.len() as u64,
            equal,
            room_beside: room,
            vacated: vacated.saturating_sub(held + taken),
            budget,
        })
    }

    /// How many articles lost lines that were learnt to be furniture of their source.
    pub fn shortened(&self) -> u64 {
        self.shortened
    }

    fn index(&self, article: u32) -> Option<usize> {
        self.articles.rank(article)
    }

    /// When an article was published, in seconds since 1970 UTC; `None` if it has no date that
    /// could be read, or nothing was gathered about it.
    pub fn published(&self, article: u32) -> Option<i64> {
        self.published[self.index(article)?]
    }

    /// A number for the source of an article; 0 if it names none, or nothing was gathered about it.
    pub(super) fn source(&self, article: u32) -> u32 {
        self.index(article).map_or(0, |index| self.sources[index])
    }

    /// The digest of all words of an article; `None` if nothing was gathered about it.
    pub fn digest(&self, article: u32) -> Option<Digest> {
        self.index(article).map(|index| self.digests[index])
    }

    /// What the report says of an article; `None` if nothing was gathered about it.
    ///
    /// # Errors
    /// If it lies in a temporary file that cannot be read.
    pub fn description(&self, article: u32) -> Result<Option<Description>> {
        let mut scratch = Vec::new();
        let bytes = self.behind_set(article, &mut scratch)?;
        Ok(bytes.map(Description::from_bytes))
    }

    /// Bytes that the description of an article takes, and a little more.
    pub(crate) fn bytes_of_description(&self, article: u32) -> usize {
        self.handle_behind_set(article)
            .map_or(0, |handle| handle.len())
    }

    /// Distinct shingles of an article; none if they were not gathered.
    pub(super) fn size(&self, article: u32) -> u32 {
        self.index(article).map_or(0, |index| self.sizes[index])
    }

    /// The place of an article among those of which something was gathered, if its shingle set lies in a file.
    pub(super) fn place_in_file(&self, article: u32) -> Option<usize> {
        let index = self.index(article)?;
        self.kept[index].is_in_file().then_some(index)
    }

    /// The figures of an article, sorted.
    pub(super) fn figures<'a>(
        &'a self,
        article: u32,
        scratch: &'a mut Vec<u8>,
    ) -> Result<&'a [[u8; 4]]> {
        Ok(self.facts(article, scratch)?.figures)
    }

    /// How the figures of two articles compare.
    pub(super) fn compare_figures(&self, a: u32, b: u32) -> Result<Figures> {
        let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
        let (a, b) = (self.figures(a, &mut of_a)?, self.figures(b, &mut of_b)?);
        Ok(figures::compare(a, b))
    }

    /// Whether two articles speak of different things: see [`Subjects::differ`](super::subjects::Subjects::differ).
    pub(super) fn speak_of_others(&self, a: u32, b: u32, uses: u32) -> Result<bool> {
        let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
        let (a, b) = (self.facts(a, &mut of_a)?, self.facts(b, &mut of_b)?);
        Ok(a.subjects.differ(b.subjects, uses))
    }

    fn facts<'a>(&'a self, article: u32, scratch: &'a mut Vec<u8>) -> Result<Facts<'a>> {
        let bytes = self.behind_set(article, scratch)?.unwrap_or_default();
        Ok(Facts::from_bytes(bytes))
    }

    /// What is kept of an article behind its shingle set, if anything is.
    fn behind_set<'a>(
        &'a self,
        article: u32,
        scratch: &'a mut Vec<u8>,
    ) -> Result<Option<&'a [u8]>> {
        let handle = self.handle_behind_set(article);
        handle
            .map(|handle| self.spool.get(handle, scratch))
            .transpose()
    }

    fn handle_behind_set(&self, article: u32) -> Option<Handle> {
        let index = self.index(article)?;
        Some(self.kept[index].split_at(8 * self.sizes[index]).1)
    }

    /// Bytes of it in the temporary file.
    pub fn spilled_bytes(&self) -> u64 {
        self.spool.spilled_bytes()
    }

    /// Refuses so many similar pairs among so many candidate pairs of a corpus of so many articles, if what comes of them cannot fit.
    pub(super) fn check_similar(
        &self,
        articles: usize,
        pairs: usize,
        similar: usize,
    ) -> Result<()> {
        let kept = self.articles.len();
        self.budget
            .check_similar(articles, kept, pairs, self.equal, similar)
    }

    /// Bytes of memory that whoever works with it may take.
    pub(super) fn room_beside(&self) -> usize {
        self.room_beside
    }

    /// About how many bytes can be held in memory without a higher peak, since the signatures were there before.
    pub(super) fn vacated(&self) -> usize {
        self.vacated
    }

    /// Another store, of which about `bound` bytes are held in memory, and the rest beside what of the evidence is not.
    pub(super) fn spool_beside(&self, bound: usize) -> Spool {
        Spool::new(bound, self.spool.folder())
    }

    /// The shingle set of an article, each shingle in little-endian order of bytes; `scratch`
    /// receives it where it has to be read from the file.
    pub(super) fn set<'a>(
        &'a self,
        article: u32,
        scratch: &'a mut Vec<u8>,
    ) -> Result<&'a [[u8; 8]]> {
        let set = |index: usize| self.kept[index].split_at(8 * self.sizes[index]).0;
        let handle = self.index(article).map_or(Handle::EMPTY, set);
        let bytes = self.spool.get(handle, scratch)?;
        Ok(bytes.as_chunks().0)
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
    let changed = || corpus.files()[block.file as usize].changed();
    let is_wanted = |article| wanted.contains(article);
    for (article, record) in prints.articles_of_block(corpus, block, is_wanted)? {
        let parsed = scratch
            .parser
            .parse(corpus, block, record)
            .map_err(|_| changed())?;
        let (furniture, title) = (prints.furniture, parsed.title.as_ref());
        let mut text = furniture.text(&parsed.text, title);
        let source = Source::named(&parsed.source);
        let left = furniture.text_of(&parsed.text, title, source, &prints.learnt);
        let learnt = around(text, left).map(|learnt| scratch.tokeniser.tokens(learnt).len());
        let mut tokens = compared_tokens(&mut scratch.tokeniser, furniture, title, text);
        let digest = Digest::of(tokens);
        // Nothing was shortened yet, so that the number of words is that of the first pass.
        let as_many = tokens.len() == prints.rows.tokens(article) as usize;
        if !(as_many && prints.rows.has_words(article, digest)) {
            return Err(changed());
        }
        gathered.digests.push(digest);
        if learnt != [0, 0] {
            text = left;
            let [head, tail] = learnt;
            // What is left of a longer text need not be made into tokens again. Its title is not among them: it goes with
            // short ones, and has not more words than bytes.
            let words = tokens.len().saturating_sub(head + tail);
            tokens = match words >= SHORT_TEXT + title.len() {
                true => &tokens[head..head + words],
                false => compared_tokens(&mut scratch.tokeniser, furniture, title, text),
            };
            gathered.shortened.push((article, tokens.len() as u32));
        }
        let tokens = compared.contains(article).then_some(tokens);
        let (size, bytes) = (prints.shingle_size, &mut gathered.bytes);
        let size = scratch.keeper.keep(&parsed, text, tokens, size, bytes);
        gathered.sizes.push(size);
        gathered.ends.push(gathered.bytes.len());
        gathered.published.push(parsed.published_at());
        gathered.sources.push(match parsed.source.trim() {
            "" => 0,
            source => (xxhash_rust::xxh3::xxh3_64(source.as_bytes()) as u32).max(1),
        });
        gathered.articles.push(article);
    }
    Ok(gathered)
}
