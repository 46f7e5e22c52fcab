//! What is kept of an article that is compared, as one string of bytes: its shingle set, its figures, what the report says of
//! it, and its subjects.

use super::Description;
use super::figures;
use super::shingle_set::Repeats;
use super::subjects::{Counter, Subjects};
use crate::corpus::Article;
use crate::fingerprint::{ShingleSize, shingles};

/// Makes it; holds the memory that this takes.
#[derive(Default)]
pub(super) struct Keeper {
    shingles: Vec<u64>,
    repeats: Repeats,
    figures: Vec<u32>,
    counter: Counter,
}

impl Keeper {
    /// Appends what is kept of an article: of one that is not compared the figures of its title and of this part of its text, and its
    /// description; else what these `tokens` give as well. Returns the number of its shingles.
    pub(super) fn keep(
        &mut self,
        article: &Article,
        text: &str,
        tokens: Option<&[u64]>,
        size: ShingleSize,
        bytes: &mut Vec<u8>,
    ) -> u32 {
        let mut distinct = 0;
        if let Some(tokens) = tokens {
            shingles(tokens, size, &mut self.shingles);
            distinct = self.repeats.leave_out(&self.shingles, bytes);
        }
        self.figures.clear();
        figures::add(&article.title, &mut self.figures);
        figures::add(text, &mut self.figures);
        self.figures.sort_unstable();
        self.figures.dedup();
        figures::put(&self.figures, bytes);
        Description::write(article, bytes);
        if let Some(tokens) = tokens.filter(|_| distinct > 0) {
            self.counter.write(tokens, bytes);
        }
        distinct
    }
}

/// What is kept behind the shingles that the rule for news asks for.
pub(super) struct Facts<'a> {
    pub(super) figures: &'a [[u8; 4]],
    pub(super) subjects: Subjects<'a>,
}

impl<'a> Facts<'a> {
    /// Of what stands behind a shingle set.
    pub(super) fn from_bytes(behind_set: &'a [u8]) -> Self {
        let (figures, rest) = figures::take(behind_set);
        Self {
            figures,
            subjects: Subjects::from_bytes(Description::skip(rest)),
        }
    }
}
