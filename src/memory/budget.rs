//! The memory of a run, and what of it each stage is given.

use super::beside::{Beside, Longest};
use super::bound::Bound;
use super::resident::resident_bytes;
use super::size::Size;
use super::tables::{
    ACCEPTED, CLUSTERED, EVIDENCE, FIRST_PASS, GROUPING, KEPT, PAIRS, PRINTED, SEARCH, SIMILAR,
    VERIFY, WEIGHED,
};
use crate::{Error, Result};

/// Bytes of the program, whatever it works on.
const PROGRAM: usize = 12 << 20;
/// Bytes of a thread: blocks of text and what is made of them.
const THREAD: usize = 6 << 20;
/// Bytes that a stage can do with at the least, beside what it takes for every article.
const LEAST_ROOM: usize = 3 << 20;
/// Evidence is given no less in any case: it would cost more time than it saves room.
const LEAST_EVIDENCE: usize = 4 << 20;

/// Of so many parts of the bound one is not given to anyone: what a stage gives back is not always of use to the next.
const PARTS: usize = 8;

/// The memory of a run.
///
/// ```
/// use wirecopy::memory::{Budget, Size};
/// assert!(Budget::new(Some(Size(1_000_000_000).into()), 2).is_ok());
/// // The refusal says what would do.
/// let refusal = Budget::new(Some(Size(1_000_000).into()), 2).unwrap_err().to_string();
/// assert!(refusal.starts_with("--memory 1MB is too little"), "{refusal}");
/// assert!(refusal.contains("at least "), "{refusal}");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// The bound, if it has one.
    bound: Option<Bound>,
    threads: usize,
    /// Bytes of an article that the search of a file of signatures takes, beside what any search takes.
    slot: usize,
    /// Bytes that may be decompressed ahead of a reader, with what that takes.
    ahead: usize,
}

impl Budget {
    /// So much for the whole process with so many threads.
    ///
    /// # Errors
    /// [`Error::Parameter`] if that is not enough for any corpus.
    pub fn new(bound: Option<Bound>, threads: usize) -> Result<Self> {
        let budget = Self {
            bound,
            threads,
            slot: 0,
            ahead: 0,
        };
        let least = budget.least(0, Beside::default());
        match bound {
            Some(bound) if bound.size() < least => {
                let whom = format!("any corpus with {}", budget.threads_in_words());
                Err(Error::Parameter(bound.too_little(&whom, least)))
            }
            _ => Ok(budget),
        }
    }

    /// As much as it takes.
    pub fn unbounded() -> Self {
        Self {
            bound: None,
            threads: 1,
            slot: 0,
            ahead: 0,
        }
    }

    /// The same for a search that takes so many bytes of an article where signatures are in a file.
    pub(crate) fn with_slot(self, slot: usize) -> Self {
        Self { slot, ..self }
    }

    /// The same for a corpus of which so many bytes may be decompressed ahead.
    pub(crate) fn with_ahead(self, ahead: usize) -> Self {
        Self { ahead, ..self }
    }

    fn threads_in_words(&self) -> String {
        match self.threads {
            1 => "1 thread".to_owned(),
            threads => format!("{threads} threads"),
        }
    }

    /// The bound in bytes.
    fn all(&self) -> Option<usize> {
        let bytes = |bound: Bound| usize::try_from(bound.size().0).unwrap_or(usize::MAX);
        self.bound.map(bytes)
    }

    /// What of it is given out.
    fn given(&self) -> Option<usize> {
        self.all().map(|bytes| bytes - bytes / PARTS)
    }

    /// The least with which so many articles can be searched.
    fn least(&self, articles: usize, beside: Beside) -> Size {
        let first = articles * FIRST_PASS + beside.lines + beside.checkpoint;
        let search = articles * (SEARCH + PAIRS + self.slot);
        let given =
            self.fixed() + LEAST_ROOM + self.blocks(beside) + articles * KEPT + first.max(search);
        Size((given + given.div_ceil(PARTS - 1) + 1) as u64)
    }

    fn fixed(&self) -> usize {
        PROGRAM + self.threads * THREAD + self.ahead
    }

    /// What large blocks and long articles take more than is [reckoned](THREAD) for a thread. What is made of blocks waits for its turn: a
    /// block for each thread, and as many again.
    fn blocks(&self, beside: Beside) -> usize {
        let waiting = (2 * beside.block).saturating_sub(1 << 20);
        let buffers = beside.buffers.saturating_sub(LEAST_ROOM / 2);
        self.threads * (waiting + beyond(beside.longest.to_read())) + buffers
    }

    /// Whether the signatures of so many articles, of so many bytes each, can stay in memory.
    pub(crate) fn holds_signatures(&self, articles: usize, bytes: usize, beside: Beside) -> bool {
        let search = articles * (SEARCH + PAIRS + GROUPING * self.threads);
        let first = articles * FIRST_PASS + beside.lines + beside.checkpoint;
        let needed =
            self.fixed() + self.blocks(beside) + articles * (KEPT + bytes) + first.max(search);
        self.given().is_none_or(|bytes| needed <= bytes)
    }

    /// Refuses a corpus of which so many articles were read, if these do not fit; and says what all need if there are as many
    /// as `expected`.
    pub(crate) fn check(&self, articles: usize, expected: usize, beside: Beside) -> Result<()> {
        let least = self.least(articles, beside);
        match self.bound {
            Some(bound) if bound.size() < least => {
                let threads = self.threads_in_words();
                let articles = match articles {
                    0 => "a corpus of this size".to_owned(),
                    _ if expected > articles => format!("about {expected} articles"),
                    _ => format!("{articles} articles"),
                };
                let long = match beyond(beside.longest.to_read()) {
                    0 => String::new(),
                    _ => format!(", one of them of {} bytes,", beside.longest.bytes),
                };
                let least = least.max(self.least(expected, beside));
                let whom = format!("{articles}{long} and {threads}");
                Err(Error::Input(bound.too_little(&whom, least)))
            }
            _ => Ok(()),
        }
    }

    /// What is left beside so many bytes that are known to be taken, `more` of which are still to come. Where the system says how much the process
    /// has at the moment, that counts if it is more: whatever stages before have not given back is in it.
    fn left(&self, known: usize, more: usize) -> usize {
        self.left_beside(known, more, resident_bytes())
    }

    /// The same where the process has so much.
    fn left_beside(&self, known: usize, more: usize, resident: Option<usize>) -> usize {
        let Some((all, given)) = self.all().zip(self.given()) else {
            return usize::MAX;
        };
        let reckoned = given.saturating_sub(self.fixed() + known);
        let measured = resident.map_or(usize::MAX, |now| {
            all.saturating_sub(now + more + self.threads * THREAD + self.ahead)
        });
        reckoned.min(measured)
    }

    /// What the search of a file of signatures may take, beside what it takes for every article.
    pub(crate) fn for_search(&self, articles: usize) -> usize {
        let more = articles * (SEARCH + PAIRS);
        self.left(articles * KEPT + more, more).max(LEAST_ROOM)
    }

    /// What the evidence may take: of a corpus of so many articles, so many of which are kept, with so many candidate pairs and pairs of exact
    /// duplicates; of articles that are compared the longest is given.
    ///
    /// # Errors
    /// [`Error::Input`] if the bound is too low for so many.
    pub(crate) fn for_evidence(
        &self,
        articles: usize,
        kept: usize,
        pairs: usize,
        equal: usize,
        longest: Longest,
    ) -> Result<usize> {
        let long = self.threads * beyond(longest.to_compare());
        let of_kept = kept * (EVIDENCE + WEIGHED) + equal * PRINTED;
        let more = long + articles * VERIFY + of_kept + pairs * SIMILAR;
        let known = articles * KEPT + pairs * size_of::<(u32, u32)>() + more;
        self.check_known(
            known,
            &match long {
                0 => format!("{pairs} candidate pairs of {articles} articles"),
                _ => format!("pairs of articles of up to {} words", longest.tokens),
            },
        )?;
        Ok((self.left(known, more) / 2).max(LEAST_EVIDENCE))
    }

    /// Refuses so many pairs that are similar, in a corpus of so many articles of which so many are kept, with so many candidate pairs and pairs
    /// of exact duplicates, if they do not fit should all of them be accepted.
    ///
    /// # Errors
    /// [`Error::Input`].
    pub(crate) fn check_similar(
        &self,
        articles: usize,
        kept: usize,
        pairs: usize,
        equal: usize,
        similar: usize,
    ) -> Result<()> {
        let accepted = similar * (SIMILAR + ACCEPTED);
        let verify = kept * WEIGHED + pairs * size_of::<(u32, u32)>() + equal * PRINTED;
        // Candidate pairs are given up before.
        let cluster = kept * CLUSTERED;
        let of_kept = kept * EVIDENCE + verify.max(cluster);
        let known = articles * (KEPT + VERIFY) + of_kept + accepted;
        self.check_known(
            known,
            &format!("{similar} similar pairs of {articles} articles"),
        )
    }

    /// Refuses what would not fit even if nothing were left over.
    fn check_known(&self, known: usize, whom: &str) -> Result<()> {
        // Threads hold no blocks of text here, or small ones.
        let needed = PROGRAM + self.threads * THREAD / 2 + self.ahead + LEAST_EVIDENCE + known;
        match self.bound.zip(self.all()) {
            Some((bound, all)) if all < needed => {
                // What is more is shared with the evidence.
                let least = Size((needed + (needed - all)) as u64);
                Err(Error::Input(bound.too_little(whom, least)))
            }
            _ => Ok(()),
        }
    }

    /// What texts for the page may take beside what the run holds.
    pub(crate) fn for_page(&self) -> usize {
        let Some(all) = self.all() else {
            return usize::MAX;
        };
        let now = resident_bytes().unwrap_or(all / 2);
        all.saturating_sub(now + self.threads * THREAD)
    }
}

/// What a long article takes more than is reckoned for it with each thread.
fn beyond(article: usize) -> usize {
    article.saturating_sub(THREAD / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Option<Bound> {
        Some(Bound::Asked(text.parse().unwrap()))
    }

    fn least(refusal: &str) -> &str {
        let least = refusal.split("at least ").nth(1).unwrap();
        least.split([' ', ';']).next().unwrap()
    }

    #[test]
    fn a_bound_divides_the_articles_that_fit_from_those_that_do_not() {
        let none = Beside::default();
        let budget = |bound| Budget::new(bound, 2).unwrap().with_slot(17);
        let little = budget(asked("512MB"));
        assert!(little.holds_signatures(1_200_000, 168, none));
        assert!(!little.holds_signatures(5_000_000, 168, none));
        assert!(little.check(8_400_000, 0, none).is_ok());
        let refusal = |expected| {
            let refusal = little.check(50_000_000, expected, none).unwrap_err();
            refusal.to_string()
        };
        assert!(refusal(0).contains("--memory 512MB is too little for 50000000 articles"));
        // With what it asks for it goes, and what is still to come counts.
        for expected in [0, 70_000_000] {
            let more = budget(asked(least(&refusal(expected))));
            assert!(more.check(50_000_000.max(expected), 0, none).is_ok());
        }
        assert!(Budget::unbounded().check(usize::MAX >> 10, 0, none).is_ok());
        // Whatever stands beside the articles takes part of it.
        let besides = [
            Beside {
                lines: 200 << 20,
                ..none
            },
            Beside {
                block: 60 << 20,
                ..none
            },
            Beside {
                buffers: 200 << 20,
                ..none
            },
            Beside {
                longest: Longest::default().with(50 << 20, 1 << 20),
                ..none
            },
        ];
        for beside in besides {
            assert!(
                !little.holds_signatures(1_200_000, 168, beside),
                "{beside:?}"
            );
            assert!(little.check(8_400_000, 0, beside).is_err(), "{beside:?}");
        }
    }

    #[test]
    fn pairs_that_cannot_fit_are_refused() {
        let little = Budget::new(asked("100MB"), 2).unwrap();
        let none = Longest::default();
        assert!(
            little
                .for_evidence(100_000, 50_000, 100_000, 0, none)
                .is_ok()
        );
        let refused = [
            little
                .for_evidence(100_000, 50_000, 5_000_000, 0, none)
                .map(drop),
            little
                .for_evidence(100_000, 50_000, 100_000, 0, none.with(0, 4_000_000))
                .map(drop),
            little
                .for_evidence(100_000, 50_000, 100_000, 2_000_000, none)
                .map(drop),
            little.check_similar(100_000, 50_000, 100_000, 0, 3_000_000),
            little.check_similar(100_000, 50_000, 100_000, 2_000_000, 100_000),
        ];
        for refused in refused {
            let refusal = refused.unwrap_err().to_string();
            let more: Size = least(&refusal).parse().unwrap();
            assert!(
                refusal.starts_with("--memory 100MB") && more > Size(110_000_000),
                "{refusal}"
            );
        }
        assert!(
            little
                .check_similar(100_000, 50_000, 100_000, 0, 100_000)
                .is_ok()
        );
    }

    #[test]
    fn the_room_that_is_left_is_what_the_process_has_not_taken() {
        let budget = Budget::new(asked("1GB"), 2).unwrap();
        let reckoned = budget.left_beside(1000, 1000, None);
        assert!(reckoned > 700 << 20, "{reckoned}");
        assert_eq!(budget.left_beside(1000, 1000, Some(1 << 20)), reckoned);
        let beside_700_mb = budget.left_beside(1000, 1000, Some(700 << 20));
        assert!(
            (100 << 20..300 << 20).contains(&beside_700_mb),
            "{beside_700_mb}"
        );
        assert_eq!(budget.left_beside(1000, 1000, Some(2 << 30)), 0);
        assert_eq!(Budget::unbounded().for_search(1000), usize::MAX);
    }

    #[test]
    fn a_refusal_says_what_was_asked_for_and_by_whom() {
        let refusal = |bound| Budget::new(bound, 2).unwrap_err().to_string();
        let given = refusal(asked("26.5MB"));
        assert!(
            given.starts_with("--memory 26.5MB is too little") && given.ends_with("MB"),
            "{given}"
        );
        let usual = refusal(Some(Bound::Usual(Size(3 << 20))));
        let machine = "the memory of this machine (or of its control group) is too little";
        assert!(usual.starts_with(machine), "{usual}");
        assert!(usual.contains("three quarters of it, 3MB,"), "{usual}");
        // What to do about it, too.
        assert!(
            usual.contains("or give --memory ") && usual.contains("fewer --threads"),
            "{usual}"
        );
        assert!(Budget::new(asked(least(&given)), 2).is_ok());
    }
}
