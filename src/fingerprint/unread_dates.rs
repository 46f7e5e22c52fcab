//! Dates that could not be read: how many there are, and the first, to tell of.

use serde::{Deserialize, Serialize};

/// Dates of articles that could not be read. Such an article counts as one without a date.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadDates {
    /// Articles with such a date.
    pub articles: u64,
    /// The first of them, in corpus order.
    pub first: Option<UnreadDate>,
}

/// A date that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadDate {
    /// The number of its file in the corpus.
    pub file: u32,
    /// The line where its record starts, 1-based.
    pub line: u64,
    /// How it is written: the first sixty characters.
    pub text: String,
}

impl UnreadDates {
    /// Adds the date of an article that comes after all others.
    pub(super) fn add(&mut self, file: u32, line: u64, text: &str) {
        self.articles += 1;
        self.first.get_or_insert_with(|| UnreadDate {
            file,
            line,
            text: text.trim().chars().take(60).collect(),
        });
    }

    /// Adds those of articles that come after all others.
    pub(super) fn extend(&mut self, others: Self) {
        self.articles += others.articles;
        self.first = self.first.take().or(others.first);
    }
}
