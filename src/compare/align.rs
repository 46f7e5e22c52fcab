//! Two texts, aligned passage by passage.

use super::diff;
use super::moved::{self, Move};
use crate::text::Tokeniser;
use serde::Serialize;
use std::collections::HashMap;
use std::iter::Peekable;
use std::ops::Range;

/// The fewest words that are told as moved: fewer are found elsewhere by chance, as phrases.
pub const LEAST_MOVED: usize = 8;

/// Two texts, aligned passage by passage: see [`align`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alignment {
    /// The passages in order. Those with a place in A cover A without gaps and overlaps, and so for B.
    pub passages: Vec<Passage>,
}

/// A passage of two aligned texts. Ranges are bytes of the texts, `words` are counted as [`Tokeniser`] does.
///
/// ```
/// use wirecopy::compare::{Passage, align};
///
/// let (rain, wind) = ("Rain flooded the cellars of the old town on Sunday night. ", "Wind took the roof off a barn near the river at noon. ");
/// let aligned = align(&format!("{rain}{wind}Nobody was hurt."), &format!("{wind}{rain}Nobody was hurt."));
/// let moved = aligned.passages.iter().find_map(|passage| match passage {
///     Passage::MovedAway { a, b, words } => Some((a.clone(), b.clone(), *words)),
///     _ => None,
/// });
/// let (rain_in_a, rain_in_b) = (0..rain.len(), wind.len()..wind.len() + rain.len());
/// assert_eq!(moved, Some((rain_in_a, rain_in_b, 11)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Passage {
    /// The same words, here in both. Case and what stands between the words may differ.
    Same {
        /// Where in A.
        a: Range<usize>,
        /// Where in B.
        b: Range<usize>,
        /// How many words.
        words: usize,
    },
    /// Words that A alone has.
    OnlyA {
        /// Where in A.
        a: Range<usize>,
        /// How many words.
        words: usize,
    },
    /// Words that B alone has.
    OnlyB {
        /// Where in B.
        b: Range<usize>,
        /// How many words.
        words: usize,
    },
    /// Words of A that B has elsewhere; this is their place in A. There is a [`MovedHere`](Self::MovedHere) with the same ranges.
    MovedAway {
        /// Where in A: here.
        a: Range<usize>,
        /// Where in B: further up or down.
        b: Range<usize>,
        /// How many words, [`LEAST_MOVED`] or more.
        words: usize,
    },
    /// Words of B that A has elsewhere; this is their place in B. There is a [`MovedAway`](Self::MovedAway) with the same ranges.
    MovedHere {
        /// Where in A: further up or down.
        a: Range<usize>,
        /// Where in B: here.
        b: Range<usize>,
        /// How many words, [`LEAST_MOVED`] or more.
        words: usize,
    },
}

impl Passage {
    /// Its place in the course of A; none if it stands only in B, or is told at its place in B.
    pub fn in_a(&self) -> Option<Range<usize>> {
        match self {
            Self::Same { a, .. } | Self::OnlyA { a, .. } | Self::MovedAway { a, .. } => {
                Some(a.clone())
            }
            Self::OnlyB { .. } | Self::MovedHere { .. } => None,
        }
    }

    /// Its place in the course of B; none if it stands only in A, or is told at its place in A.
    pub fn in_b(&self) -> Option<Range<usize>> {
        match self {
            Self::Same { b, .. } | Self::OnlyB { b, .. } | Self::MovedHere { b, .. } => {
                Some(b.clone())
            }
            Self::OnlyA { .. } | Self::MovedAway { .. } => None,
        }
    }

    /// How many words it has.
    pub fn words(&self) -> usize {
        match self {
            Self::Same { words, .. }
            | Self::OnlyA { words, .. }
            | Self::OnlyB { words, .. }
            | Self::MovedAway { words, .. }
            | Self::MovedHere { words, .. } => *words,
        }
    }
}

/// Lays two texts side by side.
///
/// Words are the [tokens](crate::text) by which articles are compared: case, punctuation and kinds of apostrophe do not matter for what is
/// the same, and the ranges of a [`Passage::Same`] say how either text writes it. What stands between two words goes with the
/// first of them up to its last white space, and with the second from there on, so that a passage keeps the full stop and the
/// break at its end and the quotation mark at its beginning. A text without words is one passage: the same as another without words.
/// A text with itself is one [`Passage::Same`]; no text at all has no passages.
///
/// The words are compared by the histogram method of `imara-diff`; long texts are first divided at runs of words that stand once in either, so that
/// the effort is bounded, and by no clock: the same texts give the same passages everywhere. What comes of it is then made fit for readers:
///
/// * A few words that are the same between long passages that are not, "of the", are part of these: `n` words (under [`LEAST_MOVED`])
///   where the changes on both sides together have `4 n` words or more.
/// * Words that were put in or left out begin with a paragraph, a sentence or a clause where there is the choice, as there is when the
///   next sentence begins with the same word.
/// * What is left over in A and stands word for word in what is left over in B, [`LEAST_MOVED`] words or more, was moved.
///
/// Where a passage was changed, that of A comes before that of B.
///
/// ```
/// use wirecopy::compare::{Passage, align};
///
/// let a = "Rain fell on Monday, and the harbour was closed.";
/// let b = "RAIN fell on Tuesday and the harbour was closed";
/// let kinds: Vec<_> = align(a, b)
///     .passages
///     .iter()
///     .map(|passage| match passage {
///         Passage::Same { a: at, .. } => format!("={}", &a[at.clone()]),
///         Passage::OnlyA { a: at, .. } => format!("-{}", &a[at.clone()]),
///         Passage::OnlyB { b: at, .. } => format!("+{}", &b[at.clone()]),
///         moved => format!("{moved:?}"),
///     })
///     .collect();
/// assert_eq!(kinds, ["=Rain fell on ", "-Monday, ", "+Tuesday ", "=and the harbour was closed."]);
/// ```
pub fn align(a: &str, b: &str) -> Alignment {
    let mut tokeniser = Tokeniser::new();
    let mut numbers = HashMap::new();
    let a = Side::new(&mut tokeniser, &mut numbers, a);
    let b = Side::new(&mut tokeniser, &mut numbers, b);
    let edits = edits(&a, &b);
    let mut moves = moved::find(&a.tokens, &b.tokens, &edits);
    moves.sort_unstable_by_key(|moved| moved.a);
    let mut by_b = moves.clone();
    by_b.sort_unstable_by_key(|moved| moved.b);
    let only_a = |words: Range<usize>| Passage::OnlyA {
        a: a.bytes(words.clone()),
        words: words.len(),
    };
    let only_b = |words: Range<usize>| Passage::OnlyB {
        b: b.bytes(words.clone()),
        words: words.len(),
    };
    let away = |moved: Move| Passage::MovedAway {
        a: a.bytes(moved.in_a()),
        b: b.bytes(moved.in_b()),
        words: moved.words,
    };
    let here = |moved: Move| Passage::MovedHere {
        a: a.bytes(moved.in_a()),
        b: b.bytes(moved.in_b()),
        words: moved.words,
    };

    let mut passages = Vec::new();
    let (mut moves, mut by_b) = (moves.into_iter().peekable(), by_b.into_iter().peekable());
    let (mut at_a, mut at_b) = (0, 0);
    let end = Edit {
        a: a.tokens.len()..a.tokens.len(),
        b: b.tokens.len()..b.tokens.len(),
    };
    for edit in edits.into_iter().chain([end]) {
        if edit.a.start > at_a {
            passages.push(Passage::Same {
                a: a.bytes(at_a..edit.a.start),
                b: b.bytes(at_b..edit.b.start),
                words: edit.a.start - at_a,
            });
        }
        (at_a, at_b) = (edit.a.end, edit.b.end);
        edited(&mut passages, edit.a, &mut moves, Move::in_a, only_a, away);
        edited(&mut passages, edit.b, &mut by_b, Move::in_b, only_b, here);
    }
    if passages.is_empty() {
        passages = without_words(a.cuts[0], b.cuts[0]);
    } else if a.tokens.is_empty() && a.cuts[0] > 0 {
        // Its signs have no word to go with.
        passages.insert(
            0,
            Passage::OnlyA {
                a: 0..a.cuts[0],
                words: 0,
            },
        );
    } else if b.tokens.is_empty() && b.cuts[0] > 0 {
        passages.push(Passage::OnlyB {
            b: 0..b.cuts[0],
            words: 0,
        });
    }
    Alignment { passages }
}

/// Adds the passages of one text where it was edited: of the next `moves` those that have their place in these `words` of it, and what is left
/// over between them, which that text `only` has.
fn edited(
    passages: &mut Vec<Passage>,
    words: Range<usize>,
    moves: &mut Peekable<impl Iterator<Item = Move>>,
    place: impl Fn(&Move) -> Range<usize>,
    only: impl Fn(Range<usize>) -> Passage,
    moved: impl Fn(Move) -> Passage,
) {
    let mut at = words.start;
    while let Some(next) = moves.next_if(|next| place(next).start < words.end) {
        let place = place(&next);
        if at < place.start {
            passages.push(only(at..place.start));
        }
        passages.push(moved(next));
        at = place.end;
    }
    if at < words.end {
        passages.push(only(at..words.end));
    }
}

/// The passages of two texts of so many bytes that have no words.
fn without_words(a: usize, b: usize) -> Vec<Passage> {
    let words = 0;
    let passage = match (a, b) {
        (0, 0) => return Vec::new(),
        (_, 0) => Passage::OnlyA { a: 0..a, words },
        (0, _) => Passage::OnlyB { b: 0..b, words },
        _ => Passage::Same {
            a: 0..a,
            b: 0..b,
            words,
        },
    };
    vec![passage]
}

/// A text in words.
struct Side<'t> {
    text: &'t str,
    /// Its words, numbered in the order in which the two texts first have them.
    tokens: Vec<u32>,
    /// Where the stretch of text begins that goes with each word, and where the last one ends: the first is 0, the last the length of the
    /// text, but for a text without words, which has its length alone.
    cuts: Vec<usize>,
}

impl<'t> Side<'t> {
    fn new(tokeniser: &mut Tokeniser, numbers: &mut HashMap<u64, u32>, text: &'t str) -> Self {
        let words = tokeniser.words(text);
        let mut cuts = Vec::with_capacity(words.len() + 1);
        cuts.extend(words.first().map(|_| 0));
        for pair in words.windows(2) {
            let gap = pair[0].range.end..pair[1].range.start;
            let space = text[gap.clone()].char_indices().rev();
            let space = { space }.find(|(_, c)| c.is_whitespace());
            cuts.push(space.map_or(gap.end, |(at, c)| gap.start + at + c.len_utf8()));
        }
        cuts.push(text.len());
        let tokens = words.into_iter().map(|word| {
            // No text has as many words as there are numbers: an article is no longer than 1 GiB.
            let next = numbers.len() as u32;
            *numbers.entry(word.token).or_insert(next)
        });
        Self {
            text,
            tokens: tokens.collect(),
            cuts,
        }
    }

    fn bytes(&self, words: Range<usize>) -> Range<usize> {
        self.cuts[words.start]..self.cuts[words.end]
    }

    /// How good a place the beginning of a word is for a passage to begin: with a paragraph, a sentence, a clause, or none of these.
    fn beginning(&self, word: usize) -> u8 {
        if word == 0 || word >= self.tokens.len() {
            return 3;
        }
        let before = self.text[..self.cuts[word]].chars().rev().take(8);
        let mut best = 0;
        for c in before.take_while(|c| !c.is_alphanumeric()) {
            best = best.max(match c {
                '\n' | '\r' => 3,
                '.' | '!' | '?' | '。' | '؟' | '।' => 2,
                ',' | ';' | ':' | '–' | '—' | '、' | '،' => 1,
                _ => 0,
            });
        }
        best
    }
}

/// Words of A in the place of words of B; one of the two may be none. Between edits the words are the same.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub a: Range<usize>,
    pub b: Range<usize>,
}

impl Edit {
    fn size(&self) -> usize {
        self.a.len().max(self.b.len())
    }
}

fn edits(a: &Side, b: &Side) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for mut edit in diff::differences(&a.tokens, &b.tokens) {
        // An edit that grows may swallow the words before it.
        while let Some(last) = edits.last() {
            let same = edit.a.start - last.a.end;
            if same >= LEAST_MOVED || 4 * same > last.size() + edit.size() {
                break;
            }
            edit.a.start = last.a.start;
            edit.b.start = last.b.start;
            edits.pop();
        }
        edits.push(edit);
    }
    for index in 0..edits.len() {
        let before = index.checked_sub(1).map_or(0, |i| edits[i].a.end);
        let after = edits.get(index + 1).map_or(a.tokens.len(), |e| e.a.start);
        slide(&mut edits[index], a, b, before..after);
    }
    edits
}

/// Moves words that were put in or left out to where a passage begins, as far as they are the same as those before and after them. Stays
/// between the edits before and after, which leave `room` in A.
fn slide(edit: &mut Edit, a: &Side, b: &Side, room: Range<usize>) {
    /// Words that it is moved at most.
    const FURTHEST: usize = 100;
    let (side, words) = match (edit.a.is_empty(), edit.b.is_empty()) {
        (true, false) => (b, edit.b.clone()),
        (false, true) => (a, edit.a.clone()),
        _ => return,
    };
    let tokens = &side.tokens;
    // One word stays between two edits.
    let up_room = (edit.a.start - room.start).min(FURTHEST);
    let up_room = up_room.saturating_sub(usize::from(room.start > 0));
    let up = (0..up_room)
        .take_while(|by| tokens[words.start - 1 - by] == tokens[words.end - 1 - by])
        .count();
    let down_room = (room.end - edit.a.end).min(FURTHEST);
    let down_room = down_room.saturating_sub(usize::from(room.end < a.tokens.len()));
    let down = (0..down_room)
        .take_while(|by| tokens[words.start + by] == tokens[words.end + by])
        .count();
    let mut best = (side.beginning(words.start), 0);
    for by in (1..=up as isize).map(|by| -by).chain(1..=down as isize) {
        let beginning = side.beginning(words.start.saturating_add_signed(by));
        if beginning > best.0 {
            best = (beginning, by);
        }
    }
    for range in [&mut edit.a, &mut edit.b] {
        range.start = range.start.saturating_add_signed(best.1);
        range.end = range.end.saturating_add_signed(best.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The passages with signs, and the texts of the ranges.
    fn told(a: &str, b: &str) -> Vec<String> {
        let told = |passage: &Passage| match passage {
            Passage::Same { a: at, .. } => format!("={}", &a[at.clone()]),
            Passage::OnlyA { a: at, .. } => format!("-{}", &a[at.clone()]),
            Passage::OnlyB { b: at, .. } => format!("+{}", &b[at.clone()]),
            Passage::MovedAway { a: at, .. } => format!("<{}", &a[at.clone()]),
            Passage::MovedHere { b: at, .. } => format!(">{}", &b[at.clone()]),
        };
        align(a, b).passages.iter().map(told).collect()
    }

    const PORT: &str = "The port was closed for two days after a ferry hit the mole on Friday. ";
    const RAIN: &str =
        "Rain is expected in the northern valleys, and on the coast by Sunday night. ";
    const VOTE: &str =
        "Council members voted nine to four for a new bridge over the river Aldous. ";

    #[test]
    fn the_same_words_are_the_same_however_they_are_written() {
        assert_eq!(
            told("Don’t stop – CAFÉ!", "don't stop, cafe\u{301}"),
            ["=Don’t stop – CAFÉ!"]
        );
        assert_eq!(told("", ""), [""; 0]);
        assert_eq!(told("...", "!"), ["=..."]);
        assert_eq!(told("...", ""), ["-..."]);
        assert_eq!(told("", "..."), ["+..."]);
        assert_eq!(told("...", "Rain"), ["-...", "+Rain"]);
        assert_eq!(told("Rain", "..."), ["-Rain", "+..."]);
        assert_eq!(told("", "Rain."), ["+Rain."]);
    }

    #[test]
    fn signs_go_with_the_words_that_they_belong_to() {
        assert_eq!(
            told(
                "He said: \"Never again.\" They left.",
                "He said: They left."
            ),
            ["=He said: ", "-\"Never again.\" ", "=They left."]
        );
    }

    #[test]
    fn what_was_put_in_begins_with_a_sentence() {
        let added = "The mayor was there. ";
        let a = format!("{PORT}The crew is well. {VOTE}");
        let b = format!("{PORT}{added}The crew is well. {VOTE}");
        assert_eq!(told(&a, &b)[1], format!("+{added}"));
        assert_eq!(told(&b, &a)[1], format!("-{added}"));
    }

    #[test]
    fn words_in_common_between_others_are_no_passage() {
        let passages = told(
            "Rain fell all day and the roads of the valley were under water.",
            "Sixty people met on Monday in the hall of a school near by.",
        );
        assert_eq!(passages.len(), 2, "{passages:?}");
        assert_eq!(
            told("the red car stopped here", "the blue car halted here"),
            [
                "=the ",
                "-red ",
                "+blue ",
                "=car ",
                "-stopped ",
                "+halted ",
                "=here"
            ]
        );
    }

    #[test]
    fn what_stands_elsewhere_was_moved() {
        let a = format!("{PORT}\n\n{RAIN}\n\n{VOTE}{VOTE}");
        let b = format!("{RAIN}\n\n{VOTE}{VOTE}\n\nNew. {PORT}");
        assert_eq!(
            told(&a, &b),
            [
                format!("<{PORT}\n\n"),
                format!("={RAIN}\n\n{VOTE}{VOTE}"),
                "+New. ".into(),
                format!(">{PORT}")
            ]
        );
        let Passage::MovedAway {
            a: from,
            b: to,
            words,
        } = &align(&a, &b).passages[0]
        else {
            panic!("not told first");
        };
        assert_eq!(
            (a[from.clone()].trim(), b[to.clone()].trim(), *words),
            (PORT.trim(), PORT.trim(), 15)
        );
    }

    #[test]
    fn a_phrase_was_not_moved() {
        let seven = "one two three four five six seven. ";
        let a = format!("{seven}{RAIN}");
        let b = format!("{RAIN}{seven}");
        assert_eq!(
            told(&a, &b),
            [format!("-{seven}"), format!("={RAIN}"), format!("+{seven}")]
        );
    }

    #[test]
    fn hostile_texts_take_no_time() {
        let words = |word: &str, count: usize| format!("{word} ").repeat(count);
        let turn = |a: &str, b: &str| (format!("{a}{b}"), format!("{b}{a}"));
        let (x, y) = (words("x", 100_000), words("y", 100_000));
        let mut state = 1u32;
        let mut random = |of: u32| {
            let mut words = String::new();
            for _ in 0..100_000 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                words += &format!("{} ", (state >> 16) % of);
            }
            words
        };
        let pairs = [
            (x.clone(), y.clone()),
            (x.clone(), words("x", 50_000)),
            (words("x y", 50_000), words("y x x", 40_000)),
            turn(&x, &y),
            (random(2), random(2)),
            (random(100), random(100)),
            (random(50_000), random(50_000)),
        ];
        for (a, b) in pairs {
            let began = std::time::Instant::now();
            check(&a, &b).unwrap();
            let took = began.elapsed();
            assert!(
                took.as_secs() < 20,
                "{took:?} for {:.20} against {:.20}",
                a,
                b
            );
        }
    }

    fn text() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            8 => "[a-c]",
            2 => prop::sample::select(vec!["Rain", "rain", "don’t", "don't", "é", "e\u{301}", "海底", "สวัส", "\u{301}", "\u{200d}"]).prop_map(String::from),
        ];
        let gap = prop::sample::select(vec![
            " ", "  ", ". ", ",", "\n\n", " \"", "-", "", "…", "\r\n",
        ]);
        prop::collection::vec((word, gap), 0..80)
            .prop_map(|parts| parts.into_iter().map(|(word, gap)| word + gap).collect())
    }

    /// Two texts that share long stretches, not always in the same order.
    fn shuffled() -> impl Strategy<Value = (String, String)> {
        let parts = prop::collection::vec(text(), 1..5);
        let orders = (
            prop::collection::vec(0..5usize, 0..6),
            prop::collection::vec(0..5usize, 0..6),
        );
        (parts, orders).prop_map(|(parts, (a, b))| {
            let put = |order: Vec<usize>| {
                order
                    .iter()
                    .map(|&i| parts[i % parts.len()].as_str())
                    .collect()
            };
            (put(a), put(b))
        })
    }

    fn tokens(text: &str) -> Vec<u64> {
        Tokeniser::new().tokens(text).to_vec()
    }

    fn check(a: &str, b: &str) -> Result<(), TestCaseError> {
        let Alignment { passages } = align(a, b);
        for (text, places) in [
            (
                a,
                passages
                    .iter()
                    .filter_map(Passage::in_a)
                    .collect::<Vec<_>>(),
            ),
            (b, passages.iter().filter_map(Passage::in_b).collect()),
        ] {
            let mut end = 0;
            for place in places {
                prop_assert_eq!(place.start, end);
                prop_assert!(place.end > place.start);
                end = place.end;
                prop_assert!(text.is_char_boundary(end));
            }
            prop_assert_eq!(end, text.len());
        }
        let mut moved = [Vec::new(), Vec::new()];
        for passage in &passages {
            let words = passage.words();
            match passage {
                Passage::Same {
                    a: in_a, b: in_b, ..
                } => {
                    prop_assert_eq!(tokens(&a[in_a.clone()]), tokens(&b[in_b.clone()]));
                }
                Passage::MovedAway {
                    a: in_a, b: in_b, ..
                }
                | Passage::MovedHere {
                    a: in_a, b: in_b, ..
                } => {
                    prop_assert_eq!(tokens(&a[in_a.clone()]), tokens(&b[in_b.clone()]));
                    prop_assert!(words >= LEAST_MOVED);
                    let away = passage.in_a().is_some();
                    moved[usize::from(away)]
                        .push((in_a.start, in_a.end, in_b.start, in_b.end, words));
                }
                Passage::OnlyA { .. } | Passage::OnlyB { .. } => {}
            }
            let (text, place) = passage
                .in_a()
                .map_or_else(|| (b, passage.in_b()), |place| (a, Some(place)));
            let place = place.expect("a passage has a place");
            prop_assert_eq!(tokens(&text[place]).len(), words);
        }
        moved[0].sort_unstable();
        prop_assert_eq!(&moved[0], &moved[1]);
        prop_assert_eq!(align(a, b), Alignment { passages });
        Ok(())
    }

    proptest! {
        #[test]
        fn passages_cover_both_texts(a in text(), b in text()) {
            check(&a, &b)?;
        }

        #[test]
        fn passages_of_shuffled_texts_cover_both((a, b) in shuffled()) {
            check(&a, &b)?;
        }

        #[test]
        fn any_texts_can_be_aligned(a in ".{0,60}", b in ".{0,60}") {
            check(&a, &b)?;
        }

        #[test]
        fn a_text_is_the_same_as_itself(a in prop_oneof![text(), Just(PORT.repeat(3))]) {
            let words = tokens(&a).len();
            let same = Passage::Same { a: 0..a.len(), b: 0..a.len(), words };
            prop_assert_eq!(align(&a, &a).passages, if a.is_empty() { vec![] } else { vec![same] });
        }
    }
}
