//! Two aligned texts on a terminal: one flow of text with signs, wrapped and folded.

use super::look::harmless;
use super::words::counted;
use crate::compare::{Alignment, Passage};
use console::{Style, measure_text_width};
use std::ops::Range;

/// A shared passage of more words is folded ...
const FOLDED: usize = 40;
/// ... and shows so many at either end.
const SHOWN: usize = 12;

/// How texts are shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    pub width: usize,
    pub colour: bool,
    /// Nothing is folded.
    pub full: bool,
}

/// A piece of text that is not broken, and whether white space stands before it.
struct Atom {
    text: String,
    style: Style,
    space: bool,
}

struct Flow<'v> {
    view: &'v View,
    out: String,
    column: usize,
    /// Atoms that stand together without space.
    group: Vec<Atom>,
    space: bool,
    /// The last passage was not the same in both.
    changed: bool,
}

impl Flow<'_> {
    /// Breaks as the text does before a passage: the other text, which was shown there, may not.
    fn follow(&mut self, text: &str, place: Option<Range<usize>>) {
        let Some(place) = place else { return };
        let before = &text[..place.start];
        let gap = &before[before.trim_end().len()..];
        if gap.contains(['\n', '\r']) {
            self.paragraph();
        }
        self.space |= !gap.is_empty();
    }

    fn atom(&mut self, text: &str, style: &Style) {
        if self.space {
            self.end_group();
        }
        let space = std::mem::replace(&mut self.space, false);
        let (text, style) = (text.to_owned(), style.clone());
        self.group.push(Atom { text, style, space });
    }

    fn end_group(&mut self) {
        let group = std::mem::take(&mut self.group);
        let Some(first) = group.first() else { return };
        let width: usize = group
            .iter()
            .map(|atom| measure_text_width(&atom.text))
            .sum();
        if self.column > 0
            && self.column + usize::from(first.space) + width > self.view.width
            && first.space
        {
            self.out.push('\n');
            self.column = 0;
        } else if first.space && self.column > 0 {
            self.out.push(' ');
            self.column += 1;
        }
        for atom in group {
            let mut line = String::new();
            for c in atom.text.chars() {
                let width = measure_text_width(c.encode_utf8(&mut [0; 4]));
                if self.column + width > self.view.width && self.column > 0 {
                    self.put(&line, &atom.style);
                    line.clear();
                    self.out.push('\n');
                    self.column = 0;
                }
                line.push(c);
                self.column += width;
            }
            self.put(&line, &atom.style);
        }
    }

    fn put(&mut self, text: &str, style: &Style) {
        if !text.is_empty() {
            self.out += &style
                .clone()
                .force_styling(self.view.colour)
                .apply_to(text)
                .to_string();
        }
    }

    fn paragraph(&mut self) {
        self.end_group();
        self.space = false;
        self.column = 0;
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out += if self.out.ends_with('\n') {
                "\n"
            } else {
                "\n\n"
            };
        }
    }

    /// A text between two signs; each paragraph of it has its own.
    fn text(&mut self, text: &str, signs: [&str; 2], style: &Style) {
        let mut lines = text.split(['\n', '\r']).peekable();
        while let Some(line) = lines.next() {
            self.space |= line.starts_with(char::is_whitespace);
            let words: Vec<&str> = line.split_whitespace().collect();
            for (index, word) in words.iter().enumerate() {
                let mut shown = String::new();
                if index == 0 {
                    shown += signs[0];
                }
                shown += &harmless(word);
                if index + 1 == words.len() {
                    shown += signs[1];
                }
                self.atom(&shown, style);
                self.space = index + 1 < words.len() || line.ends_with(char::is_whitespace);
            }
            if lines.peek().is_some() {
                self.paragraph();
            }
        }
    }

    /// A text of so many words, of which the middle is folded.
    fn folded(
        &mut self,
        text: &str,
        words: usize,
        ends: [bool; 2],
        signs: [&str; 2],
        style: &Style,
        what: &str,
    ) {
        let spaced: Vec<Range<usize>> = placed(text);
        if self.view.full || words <= FOLDED || spaced.len() <= 2 * SHOWN {
            return self.text(text, signs, style);
        }
        if ends[0] {
            self.text(&text[..spaced[SHOWN - 1].end], signs, style);
        }
        let shown = SHOWN * ends.into_iter().filter(|&end| end).count();
        self.paragraph();
        let folded = counted(words.saturating_sub(shown) as u64, "word", "words");
        self.text(
            &format!("... {folded} {what} ..."),
            ["", ""],
            &Style::new().dim(),
        );
        self.paragraph();
        if ends[1] {
            self.text(&text[spaced[spaced.len() - SHOWN].start..], signs, style);
        }
    }

    /// A text of so many words that was moved, with a note that says where to or where from.
    fn moved(&mut self, text: &str, words: usize, place: &str, signs: [&str; 2]) {
        let style = Style::new().cyan();
        let note = format!(
            "({} moved {place}:) ",
            counted(words as u64, "word", "words")
        );
        self.text(&note, ["", ""], &style);
        self.folded(text, words, [true, true], signs, &style, "moved");
    }
}

/// Where the words stand that white space divides.
fn placed(text: &str) -> Vec<Range<usize>> {
    let start = text.as_ptr() as usize;
    let words = text.split_whitespace();
    words
        .map(|word| {
            let at = word.as_ptr() as usize - start;
            at..at + word.len()
        })
        .collect()
}

/// The paragraphs of a text: its lines that are not blank. Texts with as many moved passages as a hostile one has are gone over once.
struct Paragraphs {
    /// Where the first character of each stands, and where its line ends.
    lines: Vec<Range<usize>>,
}

impl Paragraphs {
    fn of(text: &str) -> Self {
        let mut begin = 0;
        let lines = text.split(['\n', '\r']).filter_map(|line| {
            let end = begin + line.len();
            let first = end - line.trim_start().len();
            begin = end + 1;
            (first < end).then_some(first..end)
        });
        Self {
            lines: lines.collect(),
        }
    }

    /// The number of the paragraph in which a byte stands, from 1 on; between two the number of the next.
    fn number(&self, at: usize) -> usize {
        let begun = self.lines.partition_point(|line| line.start < at);
        let within = begun
            .checked_sub(1)
            .is_some_and(|last| at <= self.lines[last].end);
        begun + usize::from(!within)
    }
}

/// The two texts as one, ending with a line break.
pub(super) fn aligned(alignment: &Alignment, a: &str, b: &str, view: &View) -> String {
    let mut flow = Flow {
        view,
        out: String::new(),
        column: 0,
        group: Vec::new(),
        space: false,
        changed: false,
    };
    let [paragraphs_of_a, paragraphs_of_b] = [a, b].map(Paragraphs::of);
    let last = alignment.passages.len().saturating_sub(1);
    for (index, passage) in alignment.passages.iter().enumerate() {
        for (text, place) in [(a, passage.in_a()), (b, passage.in_b())] {
            flow.follow(text, place);
        }
        // What only one text has stands apart from what the other has in its place.
        flow.space |= !matches!(passage, Passage::Same { .. }) && flow.changed;
        flow.changed = !matches!(passage, Passage::Same { .. });
        match passage {
            Passage::Same { a: at, words, .. } => {
                let ends = [index > 0 || last == 0, index < last];
                flow.folded(
                    &a[at.clone()],
                    *words,
                    ends,
                    ["", ""],
                    &Style::new().dim(),
                    "the same",
                );
            }
            Passage::OnlyA { a: at, .. } => {
                flow.text(&a[at.clone()], ["[-", "-]"], &Style::new().red())
            }
            Passage::OnlyB { b: at, .. } => {
                flow.text(&b[at.clone()], ["{+", "+}"], &Style::new().green())
            }
            Passage::MovedAway {
                a: from,
                b: to,
                words,
            } => {
                let to = paragraphs_of_b.number(to.start);
                let whither = format!("to paragraph {to} of B");
                flow.moved(&a[from.clone()], *words, &whither, ["[>", ">]"]);
            }
            Passage::MovedHere {
                a: from,
                b: to,
                words,
            } => {
                let from = paragraphs_of_a.number(from.start);
                let whence = format!("here from paragraph {from} of A");
                flow.moved(&b[to.clone()], *words, &whence, ["{<", "<}"]);
            }
        }
    }
    flow.end_group();
    let mut out = flow.out.trim_end().to_owned();
    // One pair of codes for a run of words.
    for code in [2, 31, 32, 36] {
        out = out.replace(&format!("\x1b[0m \x1b[{code}m"), " ");
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::align;
    use proptest::prelude::*;

    #[test]
    fn paragraphs_are_counted_from_one() {
        let text = "One.\n\nTwo is here.\r\nThree";
        assert_eq!(
            [0, 2, 6, 10, 20].map(|at| Paragraphs::of(text).number(at)),
            [1, 1, 2, 2, 3]
        );
    }

    #[test]
    fn many_moved_passages_take_no_time() {
        let mut state = 1u32;
        let mut text = || -> String {
            let word = |_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ["yes ", "no "][(state >> 16) as usize % 2]
            };
            (0..60_000).map(word).collect()
        };
        let (a, b) = (text(), text());
        let alignment = align(&a, &b);
        let moved = |passage: &&Passage| matches!(passage, Passage::MovedAway { .. });
        assert!(alignment.passages.iter().filter(moved).count() > 2_000);
        let view = View {
            width: 80,
            colour: true,
            full: true,
        };
        let began = std::time::Instant::now();
        aligned(&alignment, &a, &b, &view);
        let took = began.elapsed();
        assert!(took.as_secs() < 10, "{took:?}");
    }

    proptest! {
        #[test]
        fn paragraphs_are_those_that_counting_finds(text in "[ab \u{2003}é\r\n]{0,40}") {
            let paragraphs = Paragraphs::of(&text);
            for (at, _) in text.char_indices() {
                let lines: Vec<&str> = text[..at].split(['\n', '\r']).collect();
                let begun = lines.iter().filter(|line| !line.trim().is_empty()).count();
                let between = lines.last().is_none_or(|line| line.trim().is_empty());
                prop_assert_eq!(paragraphs.number(at), begun + usize::from(between));
            }
        }

        #[test]
        fn lines_fit_and_nothing_drives_the_terminal(
            a in "[a-c\u{1b}\u{7}\u{202e}海é \n]{0,200}", b in "[a-c\u{1b}海é \n]{0,200}", width in 20_usize..60,
        ) {
            let view = View { width, colour: false, full: false };
            let shown = aligned(&align(&a, &b), &a, &b, &view);
            for line in shown.lines() {
                prop_assert!(measure_text_width(line) <= width, "{:?}", line);
            }
            let drives = shown.contains(['\u{1b}', '\u{7}', '\u{202e}']);
            prop_assert!(!drives);
        }
    }
}
