//! The terminal: its width and colours, and text made fit for it.

use console::{Term, measure_text_width, style};
use std::borrow::Cow;

/// Columns where the width of the terminal is not known.
const USUAL_WIDTH: usize = 80;

/// What a terminal can show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Columns.
    pub width: usize,
    /// Whether bold and dim may be used.
    pub colour: bool,
    /// Whether lines can be drawn over: the bars need that.
    pub bars: bool,
}

impl Look {
    /// Of standard error as it is now. `NO_COLOR`, `CLICOLOR=0` and `TERM=dumb` are respected.
    pub fn of_stderr() -> Self {
        Self::of(&Term::stderr())
    }

    /// The same of standard output.
    pub fn of_stdout() -> Self {
        Self::of(&Term::stdout())
    }

    fn of(term: &Term) -> Self {
        // An environment without TERM (cron, most service managers) promises nothing either.
        let dumb = std::env::var_os("TERM").map_or(cfg!(unix), |term| term == "dumb");
        let unwanted = std::env::var_os("CLICOLOR").is_some_and(|value| value == "0");
        Self {
            width: term
                .size_checked()
                .map_or(USUAL_WIDTH, |(_, columns)| usize::from(columns)),
            // This looks at NO_COLOR, and switches escape codes on where Windows wants that.
            colour: term.features().colors_supported() && !dumb && !unwanted,
            bars: term.is_term() && !dumb,
        }
    }

    /// Columns of standard output, where results are shown; as many as read well if it is no terminal.
    pub fn width_of_stdout() -> usize {
        const ELSEWHERE: usize = 100;
        let size = Term::stdout().size_checked();
        size.map_or(ELSEWHERE, |(_, columns)| usize::from(columns))
    }

    pub fn bold(self, text: &str) -> String {
        style(text).bold().force_styling(self.colour).to_string()
    }

    pub fn dim(self, text: &str) -> String {
        style(text).dim().force_styling(self.colour).to_string()
    }

    /// Breaks `text` between words into lines that fit, unless a word is longer than a line; those after the first begin with `indent` spaces.
    pub fn wrap(self, text: &str, indent: usize) -> String {
        self.lines(text, indent, false)
    }

    /// The same, and breaks words that are longer than a line, such as addresses, and titles in scripts without spaces. A percent sign stays
    /// with its number.
    pub fn fill(self, text: &str, indent: usize) -> String {
        const BOUND: &str = "\u{a0}%";
        let bound = text.replace(" %", BOUND);
        self.lines(&bound, indent, true).replace(BOUND, " %")
    }

    fn lines(self, text: &str, indent: usize, breaks_words: bool) -> String {
        /// Longer lines are hard to read.
        const READABLE: usize = 100;
        let width = self.width.min(READABLE);
        let next_line = format!("\n{}", " ".repeat(indent));
        let mut lines = String::new();
        // Whether a word stands on the line.
        let mut begun = false;
        let mut column = 0;
        for (index, word) in text.split(' ').enumerate() {
            let length = columns(word);
            let start = if begun { indent } else { column + 1 };
            let in_parts = breaks_words && start.max(indent) + length > width;
            if begun && column + 1 + if in_parts { 2 } else { length } > width {
                lines += &next_line;
                column = indent;
            } else if index > 0 {
                lines.push(' ');
                column += 1;
            }
            begun |= length > 0;
            if !in_parts {
                lines += word;
                column += length;
                continue;
            }
            for c in word.chars() {
                let length = measure_text_width(c.encode_utf8(&mut [0; 4]));
                if column + length > width && column > indent {
                    lines += &next_line;
                    column = indent;
                }
                lines.push(c);
                column += length;
            }
        }
        lines
    }
}

/// Columns that a text takes at the most: in some terminals letters that join (لا) are one character, in others each has a column of its own; some
/// characters, such as an emoji and its colour, are wider together than alone.
pub(super) fn columns(text: &str) -> usize {
    if text.is_ascii() {
        return measure_text_width(text);
    }
    let of_one = |c: char| measure_text_width(c.encode_utf8(&mut [0; 4]));
    let alone: usize = text.chars().map(of_one).sum();
    alone.max(measure_text_width(text))
}

/// `text` cut to `width` columns, with an ellipsis where something is missing. East Asian characters
/// take two columns, accents that are characters of their own none.
pub(super) fn fit(text: &str, width: usize) -> Cow<'_, str> {
    if columns(text) <= width {
        return Cow::Borrowed(text);
    }
    let mut end = 0;
    // A prefix is measured anew with every character since a character can widen the one before it;
    // the bound keeps a heap of characters without width from making that slow.
    for (start, c) in text.char_indices().take(8 * width) {
        let next = start + c.len_utf8();
        if columns(&text[..next]) >= width {
            break;
        }
        end = next;
    }
    Cow::Owned(format!("{}…", text[..end].trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: Look = Look {
        width: 20,
        colour: false,
        bars: false,
    };

    #[test]
    fn wide_characters_count_twice_and_accents_not_at_all() {
        assert_eq!(fit("海底电缆修复", 12), "海底电缆修复");
        assert_eq!(fit("海底电缆修复", 11), "海底电缆修…");
        assert_eq!(fit("海底电缆修复", 10), "海底电缆…");
        assert_eq!(
            fit("e\u{301}e\u{301}e\u{301}", 3),
            "e\u{301}e\u{301}e\u{301}"
        );
        assert_eq!(fit("one two three", 9), "one two…");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(
            PLAIN.wrap("one two three four five six", 2),
            "one two three four\n  five six"
        );
        assert_eq!(
            PLAIN.wrap("  12  one two three four", 6),
            "  12  one two three\n      four"
        );
        let long = "an-option-of-more-than-twenty-letters";
        assert_eq!(
            PLAIN.wrap(&format!("{long} is"), 2),
            format!("{long}\n  is")
        );
        assert_eq!(
            PLAIN.fill(&format!("see {long} for more"), 2),
            "see an-option-of-mor\n  e-than-twenty-lett\n  ers for more"
        );
        assert_eq!(
            PLAIN.fill("A  海底电缆修复海底电缆修复", 3),
            "A  海底电缆修复海底\n   电缆修复"
        );
        assert_eq!(
            PLAIN.fill("a similarity of 0.7 %.", 0),
            "a similarity of\n0.7 %."
        );
    }

    proptest! {
        #[test]
        fn what_is_cut_fits(text in "\\PC{0,80}", width in 1_usize..60) {
            prop_assert!(columns(&fit(&text, width)) <= width);
        }

        #[test]
        fn wrapping_loses_no_word(words in prop::collection::vec("[a-z海é]{1,12}", 0..20), width in 24_usize..60) {
            let text = words.join(" ");
            let look = Look { width, ..PLAIN };
            let lines = look.wrap(&text, 3);
            prop_assert!(lines.lines().all(|line| measure_text_width(line) <= width.max(27)));
            prop_assert_eq!(lines.split_whitespace().collect::<Vec<_>>(), words);
        }

        #[test]
        fn filling_loses_no_letter_and_no_line_is_too_long(text in "[a-z海é ]{0,120}", width in 6_usize..40, indent in 0_usize..4) {
            let lines = Look { width, ..PLAIN }.fill(&text, indent);
            for line in lines.lines() {
                prop_assert!(measure_text_width(line.trim_end()) <= width, "{:?}", line);
            }
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines), letters(&text));
        }
    }
}
