//! The tokeniser: edges -> runs -> words -> hashes.

use super::kernels::{Carry, Edges, Kernel, WINDOW};
use super::runs::Runs;
use std::ops::Range;

/// Turns texts into tokens.
///
/// It holds the memory that a text needs while it is tokenised, about 30 KB and the tokens of the
/// longest text, so that nothing is allocated for a text once it has seen a few. Use one a thread.
///
/// ```
/// use wirecopy::text::Tokeniser;
///
/// let mut tokeniser = Tokeniser::new();
/// let composed = tokeniser.tokens("Don’t stop – CAFÉ!").to_vec();
/// assert_eq!(composed.len(), 4);
/// assert_eq!(tokeniser.tokens("don't stop, cafe\u{301}"), composed);
/// ```
pub struct Tokeniser {
    kernel: Kernel,
    edges: Box<Edges>,
    tokens: Tokens,
    runs: Runs,
}

/// A word and where it stands in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedWord {
    /// Its token.
    pub token: u64,
    /// Its bytes: from its first letter or digit; marks and invisible characters that follow it are part of it.
    pub range: Range<usize>,
}

/// Tokens, with room behind them that the inner loop fills.
struct Tokens {
    room: Vec<u64>,
    len: usize,
}

impl Tokens {
    /// The next `count` places.
    fn spare(&mut self, count: usize) -> &mut [u64] {
        if self.room.len() < self.len + count {
            self.room.resize((self.len + count).next_power_of_two(), 0);
        }
        &mut self.room[self.len..self.len + count]
    }

    fn push(&mut self, token: u64) {
        self.spare(1)[0] = token;
        self.len += 1;
    }
}

impl Tokeniser {
    /// A tokeniser with the fastest kernel of this machine.
    pub fn new() -> Self {
        Self::with_kernel(Kernel::best())
    }

    /// A tokeniser with a kernel of your choice, for tests and benchmarks.
    pub fn with_kernel(kernel: Kernel) -> Self {
        Self {
            kernel,
            edges: Box::new([0; size_of::<Edges>() / size_of::<u16>()]),
            tokens: Tokens {
                room: Vec::new(),
                len: 0,
            },
            runs: Runs::new(),
        }
    }

    /// The hash of every word of `text`, in order.
    ///
    /// What a word is stands in the documentation of [the module](crate::text).
    pub fn tokens(&mut self, text: &str) -> &[u64] {
        let Self {
            kernel,
            edges,
            tokens,
            runs,
        } = self;
        tokens.len = 0;
        each_window(*kernel, edges, text, |open, start, words| {
            if let Some(run) = open {
                runs.words(&text[run], |token, _| tokens.push(token));
            }
            window(*kernel, runs, text, start, words, tokens);
        });
        self.last()
    }

    /// Every word of `text`, in order: its token, as [`tokens`](Self::tokens) gives it, and where it stands.
    ///
    /// For the places where texts are shown; it takes about twice as long as the tokens alone.
    ///
    /// ```
    /// use wirecopy::text::Tokeniser;
    ///
    /// let text = "Don’t stop!";
    /// let words: Vec<&str> = Tokeniser::new().words(text).into_iter().map(|word| &text[word.range]).collect();
    /// assert_eq!(words, ["Don", "t", "stop"]);
    /// ```
    pub fn words(&mut self, text: &str) -> Vec<PlacedWord> {
        let Self {
            kernel,
            edges,
            runs,
            ..
        } = self;
        let mut found = Vec::new();
        each_window(*kernel, edges, text, |open, start, words| {
            let within =
                |&[from, to]: &[u16; 2]| start + usize::from(from)..start + usize::from(to);
            for run in open.into_iter().chain(words.iter().map(within)) {
                runs.words(&text[run.clone()], |token, range| {
                    let range = run.start + range.start..run.start + range.end;
                    found.push(PlacedWord { token, range });
                });
            }
        });
        found
    }

    /// The tokens of the last text once more; none before the first.
    pub fn last(&self) -> &[u64] {
        &self.tokens.room[..self.tokens.len]
    }
}

impl Default for Tokeniser {
    fn default() -> Self {
        Self::new()
    }
}

/// Goes over the runs of word bytes of a text, window by window: `visit` is given the run that earlier windows left open, if it ends in
/// this one, as a range of the text; where the window starts; and the runs that stand in it as a whole, which count from there.
#[inline(always)]
fn each_window(
    kernel: Kernel,
    edges: &mut Edges,
    text: &str,
    mut visit: impl FnMut(Option<Range<usize>>, usize, &[[u16; 2]]),
) {
    let mut carry = Carry::default();
    // Where a run began that a window left open.
    let mut open = None;
    for start in (0..text.len()).step_by(WINDOW) {
        let count = kernel.edges(text.as_bytes(), start, &mut carry, edges);
        let mut edges = &edges[..count];
        let mut ended = None;
        if let (Some(from), Some((&to, rest))) = (open, edges.split_first()) {
            ended = Some(from..start + usize::from(to));
            edges = rest;
            open = None;
        }
        let (words, last) = edges.as_chunks();
        if let [last] = last {
            open = Some(start + usize::from(*last));
        }
        visit(ended, start, words);
    }
}

/// Adds the tokens of all `words`, which count from `start`: the kernel's as far as they are short and ASCII, and between these those of single runs.
fn window(
    kernel: Kernel,
    runs: &mut Runs,
    text: &str,
    start: usize,
    words: &[[u16; 2]],
    tokens: &mut Tokens,
) {
    let mut words = words;
    while !words.is_empty() {
        let done = kernel.short_words(&text.as_bytes()[start..], words, tokens.spare(words.len()));
        tokens.len += done;
        words = &words[done..];
        if let Some((&[from, to], rest)) = words.split_first() {
            let run = &text[start + usize::from(from)..start + usize::from(to)];
            runs.words(run, |token, _| tokens.push(token));
            words = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::chars::Class;
    use super::super::kernels::BLOCK;
    use super::super::word_hash;
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;

    /// The words of a text by the rules of the module, one character at a time.
    fn naive_words(text: &str) -> Vec<String> {
        let unspaced = |c: char| Class::of(c) == Class::Single;
        let mark = |c: char| is_combining_mark(c) || "\u{FF9E}\u{FF9F}".contains(c);
        let mut words: Vec<String> = Vec::new();
        let mut open = false;
        for c in text.chars() {
            if Class::of(c) == Class::Dropped {
                continue;
            }
            if mark(c) || c.is_alphanumeric() {
                let last = words.last().and_then(|w| w.chars().next());
                let alone = unspaced(c) || last.is_some_and(unspaced);
                if mark(c) && !open {
                    continue;
                } else if !open || alone && !mark(c) {
                    words.push(String::new());
                }
                words
                    .last_mut()
                    .expect("one was pushed when it opened")
                    .push(c);
                open = true;
            } else {
                open = false;
            }
        }
        let takes_part = |&c: &char| Class::of(c) != Class::Dropped;
        let normal = |s: &str| s.nfc().filter(takes_part).nfc().collect::<String>();
        words
            .iter()
            .map(|word| normal(&normal(word).to_lowercase()))
            .collect()
    }

    fn naive(text: &str) -> Vec<u64> {
        naive_words(text)
            .iter()
            .map(|word| word_hash(word))
            .collect()
    }

    fn tokens(text: &str) -> Vec<u64> {
        let all: Vec<_> = Kernel::available()
            .into_iter()
            .map(|kernel| Tokeniser::with_kernel(kernel).tokens(text).to_vec())
            .collect();
        assert!(
            all.iter().all(|tokens| *tokens == all[0]),
            "kernels differ on {text:?}"
        );
        all[0].clone()
    }

    fn hashes(words: &str) -> Vec<u64> {
        words.split(' ').map(word_hash).collect()
    }

    #[test]
    fn english() {
        let words = hashes("pm s don t stop 3 5m deal the u s says cafés reopen");
        assert_eq!(
            tokens("PM’s “don't stop” £3.5m deal — the U.S. says cafés_reopen…"),
            words
        );
        assert_eq!(
            tokens("pm's don’t\u{A0}STOP €3,5M–DEAL the u s says CAFE\u{301}S reopen"),
            words
        );
        assert!(tokens("").is_empty());
        assert!(tokens("… — “”\u{301}\u{200D}!").is_empty());
        assert_eq!(tokens("a"), hashes("a"));
    }

    #[test]
    fn languages() {
        for (text, words) in [
            (
                "Die Bürgermeisterin eröffnete das Straßenfest.",
                "die bürgermeisterin eröffnete das straßenfest",
            ),
            (
                "L’été dernier, la forêt a brûlé près d’Aÿ : « ÇA SUFFIT »",
                "l été dernier la forêt a brûlé près d aÿ ça suffit",
            ),
            ("Мэр Йошкар-Олы открыл ЁЛКУ.", "мэр йошкар олы открыл ёлку"),
            ("ΟΔΟΣ Στάσης: Ο ΔΡΟΜΟΣ", "οδος στάσης ο δρομος"),
            ("市长说：3月开学。", "市 长 说 3 月 开 学"),
            ("東京でガーデン祭り。", "東 京 で ガ ー デ ン 祭 り"),
            ("ﾊﾟﾝ屋", "ﾊﾟ ﾝ 屋"),
            ("น้ำท่วมที่นี่", "น้ ำ ท่ ว ม ที่ นี่"),
            ("ຂ່າວ ຂອງ", "ຂ່ າ ວ ຂ ອ ງ"),
            ("ភ្នំ", "ភ្ នំ"),
            ("မြို့", "မြို့"),
            ("وَزَارَةُ الصِّحَّةِ تُعلن", "وزارة الصحة تعلن"),
            ("الوزيـــر آمن", "الوزير آمن"),
            ("שָׁלוֹם וּבְרָכָה \u{FB2A}לום", "שלום וברכה שלום"),
            ("प्रधानमंत्री ने हिन्दी में कहा।", "प्रधानमंत्री ने हिन्दी में कहा"),
            ("می\u{200C}خواهم", "میخواهم"),
            ("서울시장은 오늘", "서울시장은 오늘"),
            ("BBC中文网", "bbc 中 文 网"),
            (
                "I\u{307}stanbul İSTANBUL",
                "i\u{307}stanbul i\u{307}stanbul",
            ),
            ("H\u{331}ore ẖore", "ẖore ẖore"),
            ("in\u{AD}ter\u{AD}na\u{AD}tional", "international"),
            (
                "❤\u{FE0F} 100 % 5\u{338} a\u{338}=\u{338}b",
                "100 5\u{338} a\u{338} b",
            ),
        ] {
            assert_eq!(
                tokens(text),
                hashes(&words.nfc().collect::<String>()),
                "{text}"
            );
            assert_eq!(
                tokens(&text.nfd().collect::<String>()),
                tokens(text),
                "{text}"
            );
            assert_eq!(tokens(text), naive(text), "{text}");
        }
    }

    #[test]
    fn every_character_has_one_meaning_in_all_normal_forms() {
        let mut tokeniser = Tokeniser::new();
        // Nothing else is assigned in this Unicode version or the next ones.
        for c in ('\0'..='\u{32FFF}').chain('\u{E0000}'..='\u{E0FFF}') {
            let text = format!("a{c}b {c}\u{301} {c}");
            let tokens = tokeniser.tokens(&text).to_vec();
            assert_eq!(tokens, naive(&text), "{text:?}");
            let (nfc, nfd): (String, String) = (text.nfc().collect(), text.nfd().collect());
            if nfc != text || nfd != text {
                assert_eq!(tokeniser.tokens(&nfc), tokens, "{text:?}");
                assert_eq!(tokeniser.tokens(&nfd), tokens, "{text:?}");
            }
        }
    }

    #[test]
    fn words_across_blocks_and_windows() {
        // Every kind of thing at every place around the end of a block and of a window.
        for boundary in [BLOCK, WINDOW] {
            for thing in [
                "word",
                "”",
                "x”y",
                "é",
                "“é”",
                "漢字",
                "a\u{301}",
                "\u{AD}",
                "£",
                " ",
                &"w".repeat(WINDOW + 100),
                &"я".repeat(WINDOW),
            ] {
                for before in boundary - 5..boundary + 3 {
                    for filler in ["x", " "] {
                        let text = format!("{}{thing} end", filler.repeat(before));
                        assert_eq!(
                            tokens(&text),
                            naive(&text),
                            "{before} {filler:?} {thing:.20?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn splits_as_the_regular_expression_of_python() {
        // re.findall(r"[^\W_]+", text.lower()) gave these words.
        let text = "Zoë’s 2nd naïve co-op_plan (¼ mile, 20m² and 5µm) cost £1,234.50… ‘Ærø’ x̂";
        let words = "zoë s 2nd naïve co op plan ¼ mile 20m² and 5µm cost 1 234 50 ærø";
        // Python ends a word at a combining mark, and here it goes on.
        assert_eq!(tokens(text), hashes(&format!("{words} x\u{302}")));
    }

    /// Text in pieces of many scripts and forms that follow one another.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            6 => "[a-zA-Z0-9]{1,20}",
            6 => "[ ,.'_“”‘’—–\u{A0}€-]{1,2}",
            2 => "[a-zA-Zà-ÿÀ-ß]{1,12}",
            1 => "[Α-Ωα-ωσςΣ\u{301}]{1,8}",
            1 => "[А-Яа-яё]{1,12}",
            1 => "[漢字東京かガーﾊﾟ。、]{1,6}",
            1 => "[ก-๛]{1,9}",
            1 => "[ऀ-ॿ\u{200D}\u{200C}]{1,9}",
            1 => "[ء-ٟ]{1,9}",
            1 => "[가-힣\u{1100}-\u{11FF}]{1,4}",
            1 => "[a-zI\u{300}-\u{345}\u{AD}\u{200D}]{1,6}",
            2 => any::<String>(),
            1 => any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn equals_the_naive_tokeniser(text in text()) {
            prop_assert_eq!(tokens(&text), naive(&text));
        }

        #[test]
        fn placed_words_are_the_tokens(text in text()) {
            for kernel in Kernel::available() {
                let mut tokeniser = Tokeniser::with_kernel(kernel);
                let words = tokeniser.words(&text);
                let placed: Vec<u64> = words.iter().map(|word| word.token).collect();
                prop_assert_eq!(&placed, tokeniser.tokens(&text));
                prop_assert!(words.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
                for word in words {
                    prop_assert_eq!(tokeniser.tokens(&text[word.range]), [word.token]);
                }
            }
        }

        #[test]
        fn normal_forms_are_equal(text in text()) {
            let (nfc, nfd): (String, String) = (text.nfc().collect(), text.nfd().collect());
            let wanted = tokens(&text);
            prop_assert_eq!(tokens(&nfc), wanted.clone());
            prop_assert_eq!(tokens(&nfd), wanted);
        }

        #[test]
        fn a_tokeniser_remembers_nothing(first in text(), second in text()) {
            let mut tokeniser = Tokeniser::new();
            tokeniser.tokens(&first);
            prop_assert_eq!(tokeniser.tokens(&second), tokens(&second));
        }
    }
}
