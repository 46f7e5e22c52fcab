//! Lines that a source puts around many of its articles, learnt from the corpus.
//!
//! No table of rules knows "Chris Stirewalt is digital politics editor", "Join us on Facebook.com/Opinion" or "Contact: Jane Doe,
//! 202/555-0100". What gives them away is that one source prints them, letter for letter, at the same edge of reports that have nothing
//! else in common. So the first lines of each text ([`HEAD`] of them at most) and the last ([`TAIL`]) are counted, each with its source and
//! its edge, by how the report between them begins: a story that one source prints ten times over, cut and extended, begins the same
//! way each time and teaches nothing.
//!
//! Counts are kept as in linear counting (Whang, Vander-Zanden and Taylor 1990): 16 bits for each line, of which a beginning
//! sets one. A line whose bits are half set, which takes about eleven different beginnings, is furniture. There is
//! no list of lines, only a table that grows with the corpus, so that to a place comes less than one line (of compressed files somewhat more if
//! they are over four times as long unpacked): that eight lines of one article each meet in a place, and are all taken for furniture, happens
//! to one in ten thousand or fewer.
//!
//! Articles without a source teach nothing and lose nothing: a wire's own forms ("Pay April 15", "Record March 31") are
//! no furniture. Nor do short texts (under [`SHORT`](super::SHORT) bytes), in which what recurs may be the report.

use super::{SHORT, continues, first_line, is_continued, last_line};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Lines counted at the head of a text.
const HEAD: usize = 3;
/// Lines counted at its tail.
const TAIL: usize = 4;
/// At most one line is counted for so many bytes of a text, so that the table, which grows with the corpus, is never crowded.
const BYTES_OF_A_LINE: usize = 600;
/// A line is known by its length and so many bytes of its beginning.
const LINE_BEGINNING: usize = 128;
/// A report is known by so many bytes of its beginning.
const BEGINNING: usize = 64;
/// A line is furniture when so many of its 16 bits are set.
const ENOUGH: u32 = 8;
/// Bits of a number that say which line; the others say which beginning.
const LINE_BITS: u32 = 28;
const BEGINNING_BITS: u32 = u32::BITS - LINE_BITS;
/// Lines that go into the table at a time, in the order of their places: one by one each would miss the caches. (4 million lines of a million
/// articles: .11 s instead of .2; twice as many at a time take .1 s, and megabytes more at the peak.)
const WAITING: usize = 1 << 15;

/// One edge of a text.
#[derive(Debug, Clone, Copy)]
enum Edge {
    Head,
    Tail,
}

/// Who prints a text: lines are learnt for each source by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source(u64);

impl Source {
    /// The source of this name; `None` if there is none.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        (!name.is_empty()).then(|| Self(xxh3_64(name.as_bytes())))
    }

    /// The number of a line, of [`LINE_BITS`] bits: of its beginning and its length, since to hash the whole of it would cost more than it tells.
    fn line(self, line: &str, edge: Edge) -> u32 {
        let line = line.trim().as_bytes();
        let seed = self.0.wrapping_add((line.len() * 2 + edge as usize) as u64);
        let beginning = &line[..line.len().min(LINE_BEGINNING)];
        (xxh3_64_with_seed(beginning, seed) >> (u64::BITS - LINE_BITS)) as u32
    }
}

/// Appends what the lines at the edges of an article's `text`, which is what the rules left of it, teach of its source: a number for each line. See
/// [`LineCounts::add`].
pub fn lines_at_edges(source: Source, text: &str, lines: &mut Vec<u32>) {
    if text.len() < SHORT {
        return;
    }
    let first = lines.len();
    let most = text.len() / BYTES_OF_A_LINE;
    let mut text = text.trim();
    for at in 0..HEAD {
        let Some((line, rest)) = first_line(text).filter(|(_, rest)| !is_continued(rest)) else {
            break;
        };
        if at < most / 2 {
            lines.push(source.line(line, Edge::Head));
        }
        text = rest.trim_start();
    }
    for _ in 0..TAIL.min(most.div_ceil(2)) {
        let Some((line, rest)) = last_line(text).filter(|(line, rest)| !continues(rest, line))
        else {
            break;
        };
        lines.push(source.line(line, Edge::Tail));
        text = rest.trim_end();
    }
    if text.is_empty() {
        lines.truncate(first);
    }
    let beginning = &text.as_bytes()[..text.len().min(BEGINNING)];
    let beginning = (xxh3_64(beginning) >> (u64::BITS - BEGINNING_BITS)) as u32;
    for line in &mut lines[first..] {
        *line = *line << BEGINNING_BITS | beginning;
    }
}

/// Counts lines at the edges of texts, each by the reports that it stands around: by the different beginnings of these, which are counted as in linear
/// counting (Whang, Vander-Zanden and Taylor, *A linear-time probabilistic counting algorithm for database applications*, 1990).
///
/// ```
/// use wirecopy::text::{Furniture, LineCounts, Source, lines_at_edges};
///
/// let source = Source::named("The Quay").expect("a name");
/// let report = |day: u32| format!("On day {day} the ferry to Lund was late. ").repeat(20).trim().to_owned();
/// let page = |day: u32| format!("{}\n\nOlga Reed writes on ferries from the quay.", report(day));
/// let mut counts = LineCounts::for_corpus(100_000);
/// for day in 1..=30 {
///     let mut lines = Vec::new();
///     lines_at_edges(source, &page(day), &mut lines);
///     counts.add(&lines);
/// }
/// let learnt = counts.learn();
/// assert_eq!(Furniture::Strip.text_of(&page(99), "", Some(source), &learnt), report(99));
/// // Elsewhere the line is part of the text.
/// let another = Source::named("The Mole");
/// assert_eq!(Furniture::Strip.text_of(&page(99), "", another, &learnt), page(99));
/// ```
#[derive(Debug)]
pub struct LineCounts {
    /// 16 bits for each place.
    beginnings: Vec<u16>,
    /// Lines that are not in the table yet, at most [`WAITING`] of them.
    waiting: Vec<u32>,
}

impl LineCounts {
    /// For a corpus of so many bytes: the table has a 256th of them, and at least 128 KiB.
    pub fn for_corpus(bytes: u64) -> Self {
        let places = (bytes / 512).clamp(1 << 16, 1 << LINE_BITS);
        Self {
            beginnings: vec![0; places as usize],
            waiting: Vec::with_capacity(WAITING),
        }
    }

    /// Bytes of memory that this takes: the table, and the lines that wait to go into it.
    pub fn bytes(&self) -> usize {
        size_of_val(self.beginnings.as_slice()) + WAITING * size_of::<u32>()
    }

    /// Counts what articles teach, as [`lines_at_edges`] gives it. The order does not matter.
    pub fn add(&mut self, lines: &[u32]) {
        for lines in lines.chunks(WAITING) {
            if self.waiting.len() + lines.len() > WAITING {
                self.enter();
            }
            self.waiting.extend_from_slice(lines);
        }
    }

    /// Enters into the table what waits for it.
    fn enter(&mut self) {
        self.waiting.sort_unstable();
        for line in self.waiting.drain(..) {
            let beginning = line & ((1 << BEGINNING_BITS) - 1);
            let place = place(line >> BEGINNING_BITS, self.beginnings.len());
            self.beginnings[place] |= 1 << beginning;
        }
    }

    /// What has been learnt.
    pub fn learn(mut self) -> LearntLines {
        self.enter();
        let enough = |bits: &u16| u64::from(bits.count_ones() >= ENOUGH);
        let words = self.beginnings.chunks(64).map(|places| {
            let bits = places.iter().rev().map(enough);
            bits.fold(0, |word, bit| word << 1 | bit)
        });
        let places: Vec<u64> = words.collect();
        LearntLines {
            len: places.iter().map(|word| word.count_ones() as usize).sum(),
            table: self.beginnings.len(),
            places,
        }
    }
}

/// The place of a line in a table of so many.
fn place(line: u32, places: usize) -> usize {
    ((u64::from(line) * places as u64) >> LINE_BITS) as usize
}

/// The lines that are furniture of their source, as far as one corpus shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearntLines {
    /// A bit for each place.
    places: Vec<u64>,
    /// How many places there are.
    table: usize,
    /// How many there are.
    len: usize,
}

impl Default for LearntLines {
    /// None.
    fn default() -> Self {
        Self {
            places: vec![0],
            table: 1,
            len: 0,
        }
    }
}

impl LearntLines {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was learnt.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn at_head(&self, source: Source, line: &str) -> bool {
        self.contains(source.line(line, Edge::Head))
    }

    pub(super) fn at_tail(&self, source: Source, line: &str) -> bool {
        self.contains(source.line(line, Edge::Tail))
    }

    fn contains(&self, line: u32) -> bool {
        let place = place(line, self.table);
        self.places[place / 64] >> (place % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::super::Furniture;
    use super::*;
    use proptest::prelude::*;

    const BIO: &str = "Ada Quill edits the harbour page, and her column appears on Fridays.";
    const NAV: &str = "Harbour | Markets | Weather";

    /// A report like no other: a first paragraph that is too long for a line of the page, and short ones.
    fn report(number: usize) -> String {
        let first = format!("On day {number} the council of Nordvik sat. ").repeat(40);
        format!("{first}\n\nItem {number} was put off.\n\nThe mayor counted {number} chairs.")
    }

    fn page(number: usize) -> String {
        format!("{NAV}\n\n{}\n\n{BIO}", report(number))
    }

    fn learn<'a>(articles: impl IntoIterator<Item = (&'a str, String)>) -> LearntLines {
        let mut counts = LineCounts::for_corpus(0);
        for (source, text) in articles {
            let mut lines = Vec::new();
            if let Some(source) = Source::named(source) {
                lines_at_edges(source, Furniture::Strip.text(&text, ""), &mut lines);
            }
            counts.add(&lines);
        }
        counts.learn()
    }

    fn left(source: &str, text: &str, learnt: &LearntLines) -> String {
        let source = Source::named(source);
        let left = Furniture::Strip.text_of(text, "", source, learnt);
        assert_eq!(Furniture::Keep.text_of(text, "", source, learnt), text);
        left.to_owned()
    }

    #[test]
    fn what_a_source_prints_around_many_reports_is_furniture_there() {
        let learnt = learn((0..40).map(|n| ("The Quay", page(n))));
        assert_eq!(learnt.len(), 2, "nothing of the reports");
        assert_eq!(left(" The Quay ", &page(99), &learnt), report(99));
        assert_eq!(left("Another", &page(99), &learnt), page(99));
        assert_eq!(left("", &page(99), &learnt), page(99));
        // At the other edge it is not the page's, and among furniture of the table it is.
        let turned = format!("{BIO}\n\n{}\n\n{NAV}", report(7));
        assert_eq!(left("The Quay", &turned, &learnt), turned);
        let both = format!(
            "3 min read\n{NAV}\nNORDVIK (AP) — {}\n{BIO}\n\nShare",
            report(7)
        );
        assert_eq!(left("The Quay", &both, &learnt), report(7));
    }

    #[test]
    fn a_few_articles_teach_nothing() {
        let learnt = learn((0..7).map(|n| ("The Quay", page(n))));
        assert!(learnt.is_empty());
        assert!(learn((0..40).map(|n| ("", page(n)))).is_empty());
    }

    #[test]
    fn a_story_that_is_printed_often_teaches_nothing() {
        let versions = (0..60).map(|n| {
            let extended = format!(
                "{}\n\nUpdate {n} follows.\n\nThe council adjourned.",
                report(1)
            );
            ("The Quay", extended)
        });
        assert!(learn(versions).is_empty());
    }

    #[test]
    fn short_texts_neither_teach_nor_lose() {
        let short = |n: usize| format!("{NAV}\n\nShr {n} cts vs {n} cts.\n\nPay April 15\n\n{BIO}");
        assert!(learn((0..60).map(|n| ("The Quay", short(n)))).is_empty());
        let learnt = learn((0..40).map(|n| ("The Quay", page(n))));
        assert_eq!(left("The Quay", &short(3), &learnt), short(3));
        // Furniture alone is left to the rules.
        let alone = format!("{NAV}\n").repeat(20);
        assert_eq!(left("The Quay", &alone, &learnt), alone.trim_end());
    }

    #[test]
    fn lines_that_meet_by_chance_are_no_furniture() {
        // Short articles of many lines, none of which returns.
        let (mut bytes, mut all) = (0, Vec::new());
        for n in 0..40_000 {
            let text: String = (0..9)
                .map(|line| format!("Ship {n} of line {line} left the quay of the harbour and went to sea at {}.\n\n", n * 9 + line))
                .collect();
            bytes += text.len() as u64;
            let source = Source::named(&format!("paper {}", n % 300)).unwrap();
            lines_at_edges(source, &text, &mut all);
        }
        assert!(all.len() >= 40_000, "each teaches something");
        let mut counts = LineCounts::for_corpus(bytes);
        counts.add(&all);
        counts.enter();
        let places = counts.beginnings.len();
        let enough = |bits: &&u16| bits.count_ones() >= ENOUGH;
        let met = counts.beginnings.iter().filter(enough).count();
        assert!(met * 10_000 <= places, "{met} of {places}");
    }

    #[test]
    fn paragraphs_that_go_on_are_no_lines() {
        let wrapped = |n: usize| {
            format!(
                "{}\n    The line of {n} ships said that all of them were safe, and so\nsaid the owners of the harbour.",
                "The tide was high. ".repeat(30)
            )
        };
        assert!(learn((0..60).map(|n| ("The Quay", wrapped(n)))).is_empty());
    }

    proptest! {
        #[test]
        fn counting_is_the_same_in_any_order_and_in_parts(lines in proptest::collection::vec(0u32..1 << 12, 0..3_000), parts in 1usize..9) {
            // Lines of few places, so that some have many beginnings.
            let lines: Vec<u32> = lines.iter().map(|line| (line & !15) << 18 | line & 15).collect();
            let mut counts = LineCounts::for_corpus(1 << 26);
            counts.add(&lines);
            let expected = counts.learn();
            let mut counts = LineCounts::for_corpus(1 << 26);
            let turned: Vec<u32> = lines.iter().rev().copied().collect();
            turned.chunks(lines.len() / parts + 1).for_each(|part| counts.add(part));
            prop_assert_eq!(&counts.learn(), &expected);
            let mut beginnings = std::collections::BTreeMap::<u32, u32>::new();
            for line in lines {
                *beginnings.entry(line >> BEGINNING_BITS).or_default() |= 1 << (line & 15);
            }
            let enough = beginnings.values().filter(|bits| bits.count_ones() >= ENOUGH);
            prop_assert_eq!(expected.len(), enough.count());
            for (line, bits) in beginnings {
                prop_assert_eq!(expected.contains(line), bits.count_ones() >= ENOUGH);
            }
        }

        #[test]
        fn what_is_left_is_within_what_the_rules_leave(text in "([A-Z][a-z ]{0,90}[.\n]\n?){0,20}", number in 0usize..9) {
            let learnt = learn((0..40).map(|n| ("The Quay", page(n))));
            for text in [text.clone(), format!("{NAV}\n{text}\n{BIO}"), format!("{}{text}", page(number)), format!("{text}{}", page(number))] {
                let by_rules = Furniture::Strip.text(&text, "");
                let left = Furniture::Strip.text_of(&text, "", Source::named("The Quay"), &learnt);
                let start = (left.as_ptr() as usize).checked_sub(by_rules.as_ptr() as usize);
                prop_assert!(start.is_some_and(|start| by_rules.get(start..start + left.len()) == Some(left)));
                prop_assert!(!left.is_empty() || by_rules.is_empty());
            }
        }
    }
}
