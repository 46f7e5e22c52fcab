//! Synthetic news with planted copies: corpora of any size whose right answer is known.
//!
//! For benchmarks, tests and trying things out. The articles are written by a grammar of our own about
//! invented people, places and outlets (all domains are under the reserved `.example`). Some stories are printed by
//! several outlets, who do to them what outlets do: cut them, put their own headline, byline and page furniture on
//! them, edit, extend or correct them. A truth table says which article is which.
//!
//! What resembles real news, and is kept so by tests: the length of the articles (60 to 1,500 words in a mean of
//! about 500), how much unrelated articles share (a Jaccard index of word triples of about .003), how each
//! kind of copy moves that index, and the size of clusters (mostly two to four, up to 40). Two sorts of near misses keep
//! precision meaningful: follow-ups that share a third of their words with a story, and recurring reports with the same form and
//! other figures. What does not: sense. The prose reads like news and says nothing.
//!
//! The files:
//!
//! * the corpus is JSON Lines, `{"id", "title", "source", "published", "url", "text"}`, roughly in the order
//!   of time, as a crawler would find it;
//! * the truth table is CSV, `id,story,kind`, one row for each article that was planted. Articles are copies of one
//!   another if, and only if, they have the same `story`; [`Kind`] lists the kinds. An article that is not in the table has no
//!   copies.
//!
//! The same options give the same bytes, on every machine and with any number of threads.
//!
//! ```
//! use wirecopy::synthetic::{SyntheticOptions, write_jsonl};
//!
//! let options = SyntheticOptions { articles: 100, ..SyntheticOptions::default() };
//! let (mut corpus, mut truth) = (Vec::new(), Vec::new());
//! let summary = write_jsonl(&options, &mut corpus, Some(&mut truth))?;
//! assert_eq!(summary.articles, 100);
//! assert!(truth.starts_with(b"id,story,kind\n"));
//! # Ok::<(), std::io::Error>(())
//! ```

mod block;
mod copying;
mod grammar;
mod inflection;
mod pen;
mod plan;
mod random;
mod story;
mod stream;

use std::io::{self, Write};

pub use copying::Kind;

/// What corpus to write.
///
/// ```
/// use wirecopy::synthetic::{SyntheticOptions, write_jsonl};
///
/// let written = |options: &SyntheticOptions| {
///     let mut corpus = Vec::new();
///     write_jsonl(options, &mut corpus, None).map(|_| corpus)
/// };
/// let options = SyntheticOptions { articles: 20, words: 60, ..SyntheticOptions::default() };
/// let other = SyntheticOptions { seed: options.seed + 1, ..options.clone() };
/// assert!(written(&options)? == written(&options)? && written(&options)? != written(&other)?);
/// let too_many = SyntheticOptions { copies_per_mille: 901, ..options };
/// assert!(written(&too_many).is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntheticOptions {
    /// How many articles.
    pub articles: u64,
    /// Other seeds give other corpora.
    pub seed: u64,
    /// How many of 1,000 articles are copies of another one, originals not counted: 0 to 900. The default of 130 puts
    /// about 17 % of all articles into clusters of two and more. Counted among the articles that are not
    /// variants, and rounded down in every block of 2,500 articles.
    pub copies_per_mille: u32,
    /// How many of 1,000 articles are light variants of one single story, each with 1 to 4 % of its words edited, spread
    /// over the whole corpus: 0 to 1,000. The worst case of a clustering tool; 0 by default.
    pub variants_of_one_per_mille: u32,
    /// The mean length of the articles in words: 50 to 100,000. The default of 450 makes JSON lines of about
    /// 3.3 KB.
    pub words: u32,
}

impl Default for SyntheticOptions {
    fn default() -> Self {
        Self {
            articles: 10_000,
            seed: 1,
            copies_per_mille: 130,
            variants_of_one_per_mille: 0,
            words: 450,
        }
    }
}

impl SyntheticOptions {
    /// Says which option is out of its range.
    fn check(&self) -> io::Result<()> {
        let ranges = [
            ("copies_per_mille", self.copies_per_mille, 0..=900),
            (
                "variants_of_one_per_mille",
                self.variants_of_one_per_mille,
                0..=1000,
            ),
            ("words", self.words, 50..=100_000),
        ];
        for (name, value, range) in ranges {
            if !range.contains(&value) {
                let (low, high) = range.into_inner();
                let message = format!("{name} must be from {low} to {high}, not {value}");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
        }
        Ok(())
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SyntheticSummary {
    /// Articles in the corpus.
    pub articles: u64,
    /// Bytes of the corpus.
    pub bytes: u64,
    /// Rows of the truth table, its head not counted (whether or not the table was asked for).
    pub truth_rows: u64,
    /// Stories with copies (the one with variants not counted).
    pub clusters: u64,
    /// Articles in these clusters: originals and copies.
    pub clustered: u64,
    /// Variants of the one story.
    pub variants: u64,
    /// Follow-ups, which share paragraphs with an original and are no copies.
    pub follow_ups: u64,
    /// Issues of recurring reports, which are no copies either.
    pub templates: u64,
}

impl SyntheticSummary {
    fn add(&mut self, other: &Self) {
        self.articles += other.articles;
        self.bytes += other.bytes;
        self.truth_rows += other.truth_rows;
        self.clusters += other.clusters;
        self.clustered += other.clustered;
        self.variants += other.variants;
        self.follow_ups += other.follow_ups;
        self.templates += other.templates;
    }
}

/// Writes a corpus to `out` as JSON Lines and, if asked for, its truth table to `truth` as CSV.
///
/// Uses the threads of the current rayon pool, and holds two blocks of 2,500 articles for each (some 50 MB a thread with
/// articles of the default length), whatever the size of the corpus. `out` receives large pieces and needs no buffer.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidInput`] if an option is out of its range, and whatever the writers say.
pub fn write_jsonl(
    options: &SyntheticOptions,
    out: &mut dyn Write,
    truth: Option<&mut dyn Write>,
) -> io::Result<SyntheticSummary> {
    options.check()?;
    stream::write(options, out, truth)
}

#[cfg(test)]
mod tests;
