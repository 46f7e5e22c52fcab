//! How much memory a run may take, and who may take how much of it.
//!
//! What counts is the memory that the process itself has asked for. The file cache of the system does not: it holds inputs and
//! temporary files as long as nobody else needs the room, and gives it back by itself.
//!
//! Of every article a run keeps some bytes in any case (where it stands, how many words it has). Signatures are by far the largest
//! part of the rest: they stay in memory as long as the search for candidates would fit beside them, and are moved to a temporary file as
//! soon as it would not. What then is left after what is kept in any case is given to one stage after the other, each of
//! which makes do with less room by reading and writing more.

mod pages;

pub(crate) use pages::Pages;

use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// Bytes that are kept of an article from the first pass to the report: its row and its day.
const KEPT: usize = 11;
/// Bytes of an article that only the first pass takes: a part of the digest of its words instead of a tag, the hash of its id, and a sixteenth of
/// that, with a number, to sort.
const FIRST_PASS: usize = 14;
/// Bytes of an article that the search for candidates takes in any case: its size and its crowds.
const SEARCH: usize = 4 + 3;
/// Bytes of an article that are set apart for the pairs that the search finds, and for the lists in which they are sorted.
const PAIRS: usize = 13;
/// Bytes of a pair that was found: the pair itself, and as much again while lists of them are merged.
const FOUND: usize = 16;
/// Bytes of an article that a thread takes to bring articles together whose signatures are in memory.
const GROUPING: usize = 8;
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

impl Size {
    /// In whole megabytes, rounded up: for what is needed at the least.
    fn in_whole_megabytes(self) -> Self {
        Self(self.0.div_ceil(1_000_000) * 1_000_000)
    }
}

impl fmt::Display for Size {
    /// Exactly, in the unit in which it has the fewest digits.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        const UNITS: [(u64, &str); 6] = [
            (1_000_000_000, "GB"),
            (1_000_000, "MB"),
            (1 << 30, "GiB"),
            (1 << 20, "MiB"),
            (1_000, "kB"),
            (1, " bytes"),
        ];
        let written = |(unit, name): &(u64, &str)| {
            // More decimals than these are no easier to read than bytes.
            let (whole, rest) = (self.0 / unit, self.0 % unit);
            let thousandths = (1000 * u128::from(rest)) / u128::from(*unit);
            let exact = thousandths * u128::from(*unit) == 1000 * u128::from(rest);
            let decimals = format!("{thousandths:03}");
            let text = match decimals.trim_end_matches('0') {
                "" => format!("{whole}{name}"),
                decimals => format!("{whole}.{decimals}{name}"),
            };
            (exact && whole > 0).then_some(text)
        };
        let texts = UNITS.iter().filter_map(written);
        // Of equals the first.
        let shortest = texts.min_by_key(|text| text.len());
        f.write_str(&shortest.unwrap_or_else(|| format!("{} bytes", self.0)))
    }
}

/// The most memory that a run may take, and who said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Somebody asked for it.
    Asked(Size),
    /// Nobody did: it is a share of what the machine has.
    Usual(Size),
}

impl Bound {
    /// How much it is.
    pub fn size(self) -> Size {
        match self {
            Self::Asked(size) | Self::Usual(size) => size,
        }
    }

    /// Why this bound does not do for `whom`, and what to do; so much would be enough.
    fn too_little(self, whom: &str, least: Size) -> String {
        let least = least.in_whole_megabytes();
        match self {
            Self::Asked(size) => {
                format!("--memory {size} is too little for {whom}: it takes at least {least}")
            }
            Self::Usual(Size(bytes)) => format!(
                "the memory of this machine (or of its control group) is too little for {whom}: three quarters of it, {}MB, is the \
                 bound unless --memory gives another, and it takes at least {least}; use fewer --threads or a machine with more memory, \
                 or give --memory {least} if so much is free",
                bytes / 1_000_000
            ),
        }
    }
}

impl From<Size> for Bound {
    fn from(size: Size) -> Self {
        Self::Asked(size)
    }
}

/// What the first pass takes beside what it takes for every article.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Beside {
    /// Bytes of the table in which lines of furniture are counted.
    pub(crate) lines: usize,
    /// Bytes that were made of the largest block so far.
    pub(crate) block: usize,
    /// Bytes of the buffers through which signatures go to a file and come back.
    pub(crate) buffers: usize,
    /// The longest article so far.
    pub(crate) longest: Longest,
}

/// Bounds of all articles that were met.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Longest {
    /// Bytes of a record.
    pub(crate) bytes: usize,
    /// Words of a text.
    pub(crate) tokens: usize,
}

impl Longest {
    /// Bounds of an article with others.
    pub(crate) fn with(self, bytes: usize, tokens: usize) -> Self {
        Self {
            bytes: self.bytes.max(bytes),
            tokens: self.tokens.max(tokens),
        }
    }

    /// Bytes that a thread takes to read it: the record in a block that grew to twice its length, once more until the block is
    /// full, and its text; its words and its shingles.
    fn to_read(self) -> usize {
        4 * self.bytes + 20 * self.tokens
    }

    /// Bytes that a thread takes to read it again and gather its shingles, or to compare them with others.
    fn to_compare(self) -> usize {
        // A word has some seven bytes.
        let gathered = 45 * self.tokens + 4 * (4 * self.tokens).next_power_of_two();
        let compared = 16 * (2 * self.tokens).next_power_of_two() + 8 * self.tokens;
        gathered.max(compared)
    }
}

/// The memory of a run.
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
        let first = articles * FIRST_PASS + beside.lines;
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
        let first = articles * FIRST_PASS + beside.lines;
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

/// Bytes that so many pairs take beyond what is set apart for them in a corpus of so many articles.
pub(crate) fn pairs_beyond(articles: usize, pairs: usize) -> usize {
    (pairs * FOUND).saturating_sub(articles * PAIRS)
}

/// Bytes of an article of the corpus while pairs are verified: whether it is kept, and of which component it is.
const VERIFY: usize = 5;
/// Bytes of an article that is kept: when and where it was published, how large it is, the digest of its words, where its evidence lies.
const EVIDENCE: usize = 56;
/// Bytes of such an article for the weights of its shingles.
const WEIGHED: usize = 16;
/// Bytes of two exact duplicates for when and where their text was printed; of more than two, less for each.
const PRINTED: usize = 64;
/// Bytes of such an article in a cluster, and of what it takes to bring it there.
const CLUSTERED: usize = 100;
/// Bytes of a similar pair that waits for the weights.
const SIMILAR: usize = 24;
/// Bytes that an accepted pair takes more than one that waits.
const ACCEPTED: usize = 48 - SIMILAR;

/// The memory that the process holds at the moment, in bytes; none where the system does not say.
fn resident_bytes() -> Option<usize> {
    let bytes = stated_bytes("/proc/self/status", "VmRSS:")?;
    usize::try_from(bytes).ok()
}

/// What the line of a file of Linux says that begins with `field` and goes on with a number of kilobytes, in bytes; none where there is no
/// such file or line.
pub(crate) fn stated_bytes(file: &str, field: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let said = text.lines().find_map(|line| line.strip_prefix(field))?;
    let kilobytes: u64 = said.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
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
    fn sizes_are_written_exactly() {
        for text in [
            "512MB",
            "26.5MB",
            "2GB",
            "1.5GB",
            "2GiB",
            "25MiB",
            "64kB",
            "26214.401kB",
            "7 bytes",
            "1234567891MB",
        ] {
            let size: Size = text.trim_end_matches("ytes").parse().unwrap();
            assert_eq!(size.to_string(), text);
        }
        assert_eq!(Size(26_000_001).in_whole_megabytes(), Size(27_000_000));
        assert_eq!(Size(26_000_000).in_whole_megabytes(), Size(26_000_000));
    }

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
        assert!(little.check(8_600_000, 0, none).is_ok());
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
            assert!(little.check(8_600_000, 0, beside).is_err(), "{beside:?}");
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
    fn what_the_process_holds_is_measured() {
        let held = std::hint::black_box(vec![1u8; 300 << 20]);
        // Other systems do not say.
        assert!(resident_bytes().is_none_or(|bytes| bytes >= 300 << 20));
        assert_eq!(resident_bytes().is_some(), cfg!(target_os = "linux"));
        drop(held);
    }

    #[test]
    fn kilobytes_that_a_file_states_are_told_in_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            &file,
            "Name:\twire\nVmRSS:\t  12 kB\nOdd:\t12 MB\nVmHWM: kB\n",
        )
        .unwrap();
        let path = file.path().to_str().unwrap();
        assert_eq!(stated_bytes(path, "VmRSS:"), Some(12 << 10));
        for field in ["Odd:", "VmHWM:", "Name:", "VmSwap:"] {
            assert_eq!(stated_bytes(path, field), None, "{field}");
        }
        assert_eq!(stated_bytes("no/such/file", "VmRSS:"), None);
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
