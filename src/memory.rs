//! How much memory a run may take, and who may take how much of it.
//!
//! What counts is the memory that the process itself has asked for. The file cache of the system does not: it holds inputs and
//! temporary files as long as nobody else needs the room, and gives it back by itself.
//!
//! Of every article a run keeps some bytes in any case (where it stands, a digest of its words). Signatures are by far the largest
//! part of the rest: they stay in memory as long as the search for candidates would fit beside them, and are moved to a temporary file as
//! soon as it would not. What then is left after what is kept in any case is given to one stage after the other, each of
//! which makes do with less room by reading and writing more.

use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// Bytes that are kept of an article from the first pass to the report: its row and its day.
const KEPT: usize = 38;
/// Bytes of an article that only the first pass takes: the hash of its id, a sixteenth of that to sort, and, of an article of some
/// 3 KB, its share of the table in which lines of furniture are counted.
const FIRST_PASS: usize = 10 + 26;
/// Bytes of an article that the search for candidates takes in any case: its size, its crowds, its share of the pairs that are
/// found and of the lists in which they are sorted.
const SEARCH: usize = 4 + 3 + 13;
/// Bytes of an article that a thread takes to bring articles together whose signatures are in memory.
const GROUPING: usize = 8;
/// Bytes of the program, whatever it works on.
const PROGRAM: usize = 12 << 20;
/// Bytes of a thread: blocks of text and what is made of them.
const THREAD: usize = 6 << 20;
/// Bytes that a stage can do with at the least, beside what it takes for every article.
const LEAST_ROOM: usize = 3 << 20;

/// Of so many parts of the bound one is not given to anyone: what a stage gives back is not always of use to the next.
const PARTS: usize = 8;

/// A number of bytes, as people write it: `512MB`, `2GB` (powers of 1000), `2GiB` (of 1024), or a plain number.
///
/// ```
/// use wirecopy::memory::Size;
/// assert_eq!("512MB".parse(), Ok(Size(512_000_000)));
/// assert_eq!("1.5 GiB".parse(), Ok(Size(3 << 29)));
/// assert_eq!(Size(512_000_000).to_string(), "512MB");
/// assert!("much".parse::<Size>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let refused = || "it must be a size such as 512MB, 2GB or 2GiB".to_owned();
        let text = text.trim();
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
            "" | "b" => 1.0,
            "k" | "kb" => 1e3,
            "m" | "mb" => 1e6,
            "g" | "gb" => 1e9,
            "t" | "tb" => 1e12,
            "kib" => 1024.0,
            "mib" => f64::from(1 << 20),
            "gib" => f64::from(1 << 30),
            "tib" => f64::from(1 << 30) * 1024.0,
            _ => return Err(refused()),
        };
        let digits = digits.trim_end();
        if !digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        {
            return Err(refused());
        }
        let number: f64 = digits.parse().map_err(|_| refused())?;
        let bytes = number * unit;
        // Above this not every whole number of bytes is a number here, and no machine has so much.
        if !(1.0..=f64::from(1 << 30) * f64::from(1 << 23)).contains(&bytes) {
            return Err(refused());
        }
        Ok(Self(bytes as u64))
    }
}

impl fmt::Display for Size {
    /// In whole megabytes, rounded up.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}MB", self.0.div_ceil(1_000_000))
    }
}

/// The memory of a run.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// The bound, if it has one.
    bound: Option<Size>,
    /// What of it is given out.
    bytes: Option<usize>,
    threads: usize,
}

impl Budget {
    /// So much for the whole process with so many threads.
    ///
    /// # Errors
    /// [`Error::Parameter`] if that is not enough for any corpus.
    pub fn new(bound: Option<Size>, threads: usize) -> Result<Self> {
        let budget = Self {
            bound,
            bytes: bound.map(|size| {
                let bytes = usize::try_from(size.0).unwrap_or(usize::MAX);
                bytes - bytes / PARTS
            }),
            threads,
        };
        let least = budget.least(0, 0);
        match bound {
            Some(bound) if bound < least => Err(Error::Parameter(format!(
                "--memory must be at least {} with {threads} threads, not {}",
                least, bound
            ))),
            _ => Ok(budget),
        }
    }

    /// As much as it takes.
    pub fn unbounded() -> Self {
        Self {
            bound: None,
            bytes: None,
            threads: 1,
        }
    }

    /// The least with which so many articles can be searched, if the search takes `lane` bytes for each of them.
    fn least(&self, articles: usize, lane: usize) -> Size {
        let given = self.fixed() + LEAST_ROOM + articles * (KEPT + FIRST_PASS.max(SEARCH + lane));
        Size((given + given.div_ceil(PARTS - 1) + 1) as u64)
    }

    fn fixed(&self) -> usize {
        PROGRAM + self.threads * THREAD
    }

    /// Whether the signatures of so many articles, of so many bytes each, can stay in memory.
    pub(crate) fn holds_signatures(&self, articles: usize, bytes: usize) -> bool {
        let search = SEARCH + GROUPING * self.threads;
        let needed = self.fixed() + articles * (KEPT + bytes + FIRST_PASS.max(search));
        self.bytes.is_none_or(|bytes| needed <= bytes)
    }

    /// Refuses a corpus of which so many articles are known, if it does not fit. In a search of a file, a slot takes `lane` bytes an
    /// article.
    pub(crate) fn check(&self, articles: usize, lane: usize) -> Result<()> {
        let least = self.least(articles, lane);
        match self.bound {
            Some(bound) if bound < least => Err(Error::Input(format!(
                "--memory {} is too little for {articles} articles and {} threads: it takes at least {}",
                bound, self.threads, least
            ))),
            _ => Ok(()),
        }
    }

    /// What is left beside so many bytes of each of so many articles.
    fn left(&self, articles: usize, bytes: usize) -> usize {
        self.bytes.map_or(usize::MAX, |all| {
            all.saturating_sub(self.fixed() + articles * bytes)
                .max(LEAST_ROOM)
        })
    }

    /// What the search of a file of signatures may take, beside what it takes for every article.
    pub(crate) fn for_search(&self, articles: usize) -> usize {
        self.left(articles, KEPT + SEARCH)
    }

    /// What the evidence may take: of a corpus of so many articles, so many of which are kept, with so many pairs.
    pub(crate) fn for_evidence(&self, articles: usize, kept: usize, pairs: usize) -> usize {
        /// Bytes of an article that is kept: when and where it was published, how large it is and where its evidence lies.
        const ARTICLE: usize = 40;
        /// Bytes of a pair: the pair itself, and of those that are accepted what was found, and the clusters that come of it.
        const PAIR: usize = 8 + 64;
        /// No less in any case: it would cost more time than it saves room.
        const LEAST: usize = 4 << 20;
        let taken = kept * ARTICLE + pairs * PAIR;
        let left = self.left(articles, KEPT + 5).saturating_sub(taken);
        (left / 2).max(LEAST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_people_write_them() {
        let sizes = [
            ("1", 1),
            ("64k", 64_000),
            ("2KiB", 2048),
            ("0.5gb", 500_000_000),
            ("3 MiB", 3 << 20),
            ("2TB", 2_000_000_000_000),
            ("1TiB", 1 << 40),
        ];
        for (text, bytes) in sizes {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for text in [
            "",
            "MB",
            "0",
            "-1MB",
            "1e3",
            "5 apples",
            "12PB",
            "nan",
            "inf",
            "1.2.3",
            "99999999TB",
            "1 2MB",
            "+3",
        ] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_bound_divides_the_articles_that_fit_from_those_that_do_not() {
        let budget = Budget::new(Some(Size(512_000_000)), 2).unwrap();
        assert!(budget.holds_signatures(1_000_000, 168));
        assert!(!budget.holds_signatures(5_000_000, 168));
        assert!(budget.check(5_000_000, 17).is_ok());
        let refusal = budget.check(50_000_000, 17).unwrap_err().to_string();
        assert!(
            refusal.contains("--memory 512MB") && refusal.contains("at least"),
            "{refusal}"
        );
        // With what it asks for it goes.
        let least = refusal.split("at least ").nth(1).unwrap();
        let more = Budget::new(Some(least.parse().unwrap()), 2).unwrap();
        assert!(more.check(50_000_000, 17).is_ok());
        assert!(Budget::new(Some(Size(1 << 20)), 2).is_err());
        assert!(Budget::unbounded().check(usize::MAX >> 10, 17).is_ok());
    }
}
