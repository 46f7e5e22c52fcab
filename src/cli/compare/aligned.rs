//! Two aligned texts on a terminal: one flow of text with signs, wrapped and folded.

use crate::cli::look::{Look, columns};
use crate::cli::safe::terminal_safe;
use crate::cli::words::counted;
use crate::compare::{Alignment, Passage};
use crate::text::Tokeniser;
use console::{Style, measure_text_width};
use std::ops::Range;

/// A shared passage of more words is folded ...
const FOLDED: usize = 40;
/// ... and shows so many at either end, and the rest of what white space divides, if that is not long.
const SHOWN: usize = 12;
const REST: usize = 4;

/// What stands before and behind words that A alone has, that B alone has, that were moved away, and moved here.
const SIGNS: [[&str; 2]; 4] = [["[-", "-]"], ["{+", "+}"], ["[>", ">]"], ["{<", "<}"]];

/// How texts are shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    pub width: usize,
    pub colour: bool,
    /// Nothing is folded.
    pub full: bool,
}

impl View {
    /// How what stands beside the texts looks.
    pub fn look(&self) -> Look {
        Look {
            width: self.width,
            colour: self.colour,
            bars: false,
        }
    }
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
        let width: usize = group.iter().map(|atom| columns(&atom.text)).sum();
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
            let mut held = 0;
            for (at, c) in atom.text.char_indices() {
                let width = measure_text_width(c.encode_utf8(&mut [0; 4]));
                let together = match at >= held {
                    true => together(&atom.text, at),
                    false => at..at,
                };
                held = held.max(together.end);
                let needed = columns(&atom.text[together]).max(width);
                if self.column + needed > self.view.width && self.column > 0 {
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
                shown += &terminal_safe(word);
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
        let parts = match self.view.full || words <= FOLDED {
            true => None,
            false => Ends::of(text),
        };
        let Some(Ends { head, folded, tail }) = parts else {
            return self.text(text, signs, style);
        };
        let mut hidden = folded;
        match ends[0] {
            true => self.text(&text[..head.0], signs, style),
            false => hidden += head.1,
        }
        hidden += if ends[1] { 0 } else { tail.1 };
        self.paragraph();
        let hidden = counted(hidden as u64, "word", "words");
        self.text(
            &format!("... {hidden} {what} ..."),
            ["", ""],
            &Style::new().dim(),
        );
        self.paragraph();
        if ends[1] {
            self.text(&text[tail.0..], signs, style);
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

/// What is not torn where a word is longer than a line: the character that stands here, with a sign before or behind it.
fn together(word: &str, at: usize) -> Range<usize> {
    let here = &word[at..];
    let opens = at == 0 && SIGNS.iter().any(|[open, _]| here.starts_with(open));
    let length = |characters| {
        here.chars()
            .take(characters)
            .map(char::len_utf8)
            .sum::<usize>()
    };
    let end = at + length(if opens { 3 } else { 1 });
    match SIGNS.iter().any(|[_, close]| word[end..] == **close) {
        true => at..word.len(),
        false => at..end,
    }
}

/// A text in three parts: where the first ends and the last begins, and the words of each, as the measures count them. In scripts without spaces a
/// character is a word.
struct Ends {
    head: (usize, usize),
    folded: usize,
    tail: (usize, usize),
}

impl Ends {
    /// Of a text of more than [`FOLDED`] words; none of a shorter one.
    fn of(text: &str) -> Option<Self> {
        let words = Tokeniser::new().words(text);
        if words.len() <= FOLDED {
            return None;
        }
        // Between two words: behind the white space, or else where the second begins.
        let gap = |before: usize| {
            let gap = words[before - 1].range.end..words[before].range.start;
            let space = text[gap.clone()].trim_end_matches(|c: char| !c.is_whitespace());
            (!space.is_empty(), gap.start + space.len(), gap.end)
        };
        let place = |before: usize| match gap(before) {
            (true, spaced, _) => spaced,
            (false, _, next) => next,
        };
        let spaced = |before: &usize| gap(*before).0;
        let last = words.len() - SHOWN;
        let head = (SHOWN..=SHOWN + REST).find(spaced).unwrap_or(SHOWN);
        let tail = (last - REST..=last).rev().find(spaced).unwrap_or(last);
        Some(Self {
            head: (place(head), head),
            folded: tail - head,
            tail: (place(tail), words.len() - tail),
        })
    }
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
                flow.text(&a[at.clone()], SIGNS[0], &Style::new().red())
            }
            Passage::OnlyB { b: at, .. } => {
                flow.text(&b[at.clone()], SIGNS[1], &Style::new().green())
            }
            Passage::MovedAway {
                a: from,
                b: to,
                words,
            } => {
                let to = paragraphs_of_b.number(to.start);
                let whither = format!("to paragraph {to} of B");
                flow.moved(&a[from.clone()], *words, &whither, SIGNS[2]);
            }
            Passage::MovedHere {
                a: from,
                b: to,
                words,
            } => {
                let from = paragraphs_of_a.number(from.start);
                let whence = format!("here from paragraph {from} of A");
                flow.moved(&b[to.clone()], *words, &whence, SIGNS[3]);
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

    /// What is shown of two texts of which the second has a word more at its end.
    fn of_a_longer(text: &str, more: &str) -> String {
        let longer = format!("{text}{more}");
        let view = View {
            width: 80,
            colour: false,
            full: false,
        };
        aligned(&align(text, &longer), text, &longer, &view)
    }

    #[test]
    fn the_words_that_are_folded_are_counted_as_the_measures_count() {
        let words =
            |range: Range<usize>| -> String { range.map(|at| format!("w{at}'s ")).collect() };
        // Two words each, of which none is torn.
        assert_eq!(
            of_a_longer(&(words(0..50) + "z "), "end"),
            format!(
                "... 88 words the same ...\n\n{}z {{+end+}}\n",
                words(44..50)
            )
        );
    }

    #[test]
    fn a_text_without_spaces_is_folded_too() {
        let sentence = "海底电缆的修复工作将于周三开始，预计需要两周时间。";
        let shown = of_a_longer(&sentence.repeat(20), "完");
        assert_eq!(
            shown,
            "... 448 words the same ...\n\n周三开始，预计需要两周时间。{+完+}\n"
        );
    }

    #[test]
    fn a_sign_is_not_torn_from_its_word() {
        for width in 20..30 {
            let view = View {
                width,
                colour: false,
                full: false,
            };
            let (a, b) = (
                "海底电缆的修复红工作将于周三开始",
                "海底电缆的修复工作将蓝于周三开始",
            );
            let shown = aligned(&align(a, b), a, b, &view);
            assert!(
                shown.contains("[-红-]") && shown.contains("{+蓝+}"),
                "{shown}"
            );
        }
    }

    #[test]
    fn letters_that_join_do_not_tear_a_word() {
        // Words of which many letters join, each once.
        let text = "الإصلاح الإسلامي والسلام للإصلاح الأول لأولاد الاستقلال ".repeat(7);
        for width in 20..44 {
            let view = View {
                width,
                colour: false,
                full: true,
            };
            let shown = aligned(&align(&text, &text), &text, &text, &view);
            for word in text.split_whitespace() {
                let whole = shown.split_whitespace().filter(|&it| it == word);
                assert_eq!(whole.count(), 7, "{word}: {shown}");
            }
        }
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
