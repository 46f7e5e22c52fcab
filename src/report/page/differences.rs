//! The texts of a page, and how two of them differ.

use super::ALIGNED_WORDS;
use crate::compare::{Passage, align};
use crate::corpus::Article;
use crate::text::{Furniture, LearntLines, Source, Tokeniser, around};
use serde::Serialize;
use std::collections::HashMap;
use std::ops::Range;

/// A text as far as it is looked at: up to [`ALIGNED_WORDS`] words.
#[derive(Debug)]
pub(super) struct Text {
    pub text: String,
    /// Words that stand behind it in the article.
    pub beyond: usize,
    /// What of it is compared; the furniture of the page is not. In bytes.
    compared: Range<usize>,
    /// The same with the lines that were learnt of its source: articles of the very same words are told with them.
    with_learnt: Range<usize>,
}

impl Text {
    /// The text of an article.
    pub fn new(
        tokeniser: &mut Tokeniser,
        article: &Article,
        furniture: Furniture,
        learnt: &LearntLines,
    ) -> Self {
        let (text, title) = (article.text.as_ref(), article.title.as_ref());
        let (end, beyond) = cut(tokeniser, text, ALIGNED_WORDS);
        let range = |left: &str| {
            let [before, behind] = around(text, left);
            // What is no word separates nothing.
            let start = if has_words(before) { before.len() } else { 0 };
            let stop = if has_words(behind) { behind.len() } else { 0 };
            start.min(end)..(text.len() - stop).min(end)
        };
        let source = Source::named(&article.source);
        Self {
            text: text[..end].to_owned(),
            beyond,
            compared: range(furniture.text_of(text, title, source, learnt)),
            with_learnt: range(furniture.text(text, title)),
        }
    }
}

impl Text {
    /// What of it is compared.
    pub fn compared(&self) -> &str {
        &self.text[self.compared.clone()]
    }
}

fn has_words(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

/// Where a text of more than `most` words is cut, behind a word, and how many words stand behind that.
pub(super) fn cut(tokeniser: &mut Tokeniser, text: &str, most: usize) -> (usize, usize) {
    let words = tokeniser.words(text);
    match words.get(most.saturating_sub(1)) {
        Some(last) if words.len() > most => (last.range.end, words.len() - most),
        _ => (text.len(), 0),
    }
}

/// How text `b` differs from text `a`. Words are counted in the whole texts, also where less of them is shown.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Differences {
    /// What is shown of either, step by step; each step is three numbers, a kind and how many UTF-16 units of `a` and of `b` it covers (or, of
    /// what was moved, of the one side, and which move it is, from 0).
    ///
    /// Kinds: 0 both have it, 1 `a` alone, 2 `b` alone, 3 moved, at its place in `a`, 4 moved, at its place in `b`, 5 furniture of the page, which
    /// is not compared.
    pub steps: Vec<usize>,
    /// Words that each has alone.
    pub only: [usize; 2],
    /// Words that stand elsewhere in the other.
    pub moved: usize,
    /// Words of each that are not compared.
    pub left_out: [usize; 2],
}

impl Differences {
    /// Compares two texts, of which the first bytes are shown. Of texts of the `very_same` words also lines that were learnt are compared, as in
    /// the measures.
    pub fn new(
        tokeniser: &mut Tokeniser,
        [a, b]: [&Text; 2],
        shown: [usize; 2],
        very_same: bool,
    ) -> Self {
        let [in_a, in_b] = [a, b].map(|text| match very_same {
            true => text.with_learnt.clone(),
            false => text.compared.clone(),
        });
        let [a, b] = [a, b].map(|text| text.text.as_str());
        let mut told = Self {
            steps: Vec::new(),
            only: [0; 2],
            moved: 0,
            left_out: [0; 2],
        };
        let mut leave_out = |told: &mut Self, places: [Range<usize>; 2]| {
            for (side, place) in [a, b].iter().zip(&places).enumerate() {
                let (text, place) = place;
                told.left_out[side] += tokeniser.tokens(&text[place.clone()]).len();
            }
            let [from_a, from_b] = places;
            told.step([5, units(a, from_a, shown[0]), units(b, from_b, shown[1])]);
        };
        leave_out(&mut told, [0..in_a.start, 0..in_b.start]);
        let shown_of_it = [
            shown[0].saturating_sub(in_a.start),
            shown[1].saturating_sub(in_b.start),
        ];
        told.align([&a[in_a.clone()], &b[in_b.clone()]], shown_of_it);
        leave_out(&mut told, [in_a.end..a.len(), in_b.end..b.len()]);
        told
    }

    /// Adds the steps and words of what is compared.
    fn align(&mut self, [a, b]: [&str; 2], shown: [usize; 2]) {
        let of_a = |range: &Range<usize>| units(a, range.clone(), shown[0]);
        let of_b = |range: &Range<usize>| units(b, range.clone(), shown[1]);
        let mut moves: HashMap<(usize, usize), usize> = HashMap::new();
        for passage in &align(a, b).passages {
            let mut number = |a: usize, b: usize| {
                let next = moves.len();
                *moves.entry((a, b)).or_insert(next)
            };
            match passage {
                Passage::OnlyA { words, .. } => self.only[0] += words,
                Passage::OnlyB { words, .. } => self.only[1] += words,
                Passage::MovedAway { words, .. } => self.moved += words,
                Passage::Same { .. } | Passage::MovedHere { .. } => {}
            }
            self.step(match passage {
                Passage::Same { a, b, .. } => [0, of_a(a), of_b(b)],
                Passage::OnlyA { a, .. } => [1, of_a(a), 0],
                Passage::OnlyB { b, .. } => [2, 0, of_b(b)],
                Passage::MovedAway { a, b, .. } => [3, of_a(a), number(a.start, b.start)],
                Passage::MovedHere { a, b, .. } => [4, number(a.start, b.start), of_b(b)],
            });
        }
    }

    /// Adds a step if anything of it is shown.
    fn step(&mut self, step: [usize; 3]) {
        let shown = match step {
            [3, a, _] => a > 0,
            [4, _, b] => b > 0,
            [_, a, b] => a + b > 0,
        };
        if shown {
            self.steps.extend(step);
        }
    }
}

/// UTF-16 units of a part of a text, as far as it stands before `end`.
fn units(text: &str, part: Range<usize>, end: usize) -> usize {
    text[part.start.min(end)..part.end.min(end)]
        .encode_utf16()
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The two texts, put together from steps.
    fn read_back(steps: &[usize], a: &str, b: &str) -> (String, String) {
        let (a, b): (Vec<u16>, Vec<u16>) = (a.encode_utf16().collect(), b.encode_utf16().collect());
        let (mut at_a, mut at_b) = (0, 0);
        for step in steps.as_chunks::<3>().0 {
            let (on_a, on_b) = match *step {
                [3, len, _] => (len, 0),
                [4, _, len] => (0, len),
                [_, on_a, on_b] => (on_a, on_b),
            };
            at_a += on_a;
            at_b += on_b;
        }
        (
            String::from_utf16_lossy(&a[..at_a]),
            String::from_utf16_lossy(&b[..at_b]),
        )
    }

    /// An article's text where these lines were learnt.
    fn text(source: &str, text: &str, learnt: &LearntLines) -> Text {
        let article = Article {
            id: "a".into(),
            title: "Ferry back at Nordvik".into(),
            source: source.into(),
            text: text.into(),
            ..Article::default()
        };
        Text::new(&mut Tokeniser::new(), &article, Furniture::Strip, learnt)
    }

    fn differences(a: &Text, b: &Text, very_same: bool) -> Differences {
        let shown = [a.text.len(), b.text.len()];
        Differences::new(&mut Tokeniser::new(), [a, b], shown, very_same)
    }

    /// The kinds of the steps, and what each covers of the two texts.
    fn told<'t>(steps: &[usize], a: &'t str, b: &'t str) -> Vec<(usize, &'t str, &'t str)> {
        assert!(a.is_ascii() && b.is_ascii() && steps.chunks(3).all(|step| step[0] != 3));
        let (mut a, mut b) = (a, b);
        let take = |text: &mut &'t str, len| {
            let (now, later) = text.split_at(len);
            *text = later;
            now
        };
        steps
            .chunks(3)
            .map(|step| (step[0], take(&mut a, step[1]), take(&mut b, step[2])))
            .collect()
    }

    fn report() -> String {
        (0..90).fold("The ferry is back.".to_owned(), |text, n| {
            format!("{text} Deck {n} was painted.")
        })
    }

    #[test]
    fn furniture_is_left_out_and_is_no_difference() {
        let (report, none) = (report(), LearntLines::default());
        let a = format!("NORDVIK, March 3 (AFP) - {report} Fares stay.\n\nShare this article");
        let b = format!("Ferry back at Nordvik\nBy Ann Writer\n\nNORDVIK (Reuters) - {report}");
        let found = differences(&text("x", &a, &none), &text("y", &b, &none), false);
        assert_eq!((found.only, found.moved), ([2, 0], 0));
        assert_eq!(found.left_out, [4 + 3, 4 + 3 + 2]);
        let steps = told(&found.steps, &a, &b);
        let kinds: Vec<usize> = steps.iter().map(|step| step.0).collect();
        assert_eq!(kinds, [5, 0, 1, 5]);
        assert_eq!(steps[0].1, "NORDVIK, March 3 (AFP) - ");
        assert!(steps[0].2.ends_with("NORDVIK (Reuters) - "));
        assert_eq!(steps[3], (5, "\n\nShare this article", ""));
        // Cut within what stands before the report, there is nothing else to show.
        let texts = [&text("x", &a, &none), &text("y", &b, &none)];
        let cut = Differences::new(&mut Tokeniser::new(), texts, [7, 5], false);
        assert_eq!(cut.steps, [5, 7, 5]);
        assert_eq!((cut.only, cut.left_out), (found.only, found.left_out));
    }

    #[test]
    fn lines_of_a_source_are_left_out_unless_all_words_are_the_same() {
        let bio = "\n\nAda Quill edits the harbour page, and her column appears on Fridays.";
        let mut lines = crate::text::LineCounts::for_corpus(0);
        for number in 0..40 {
            let of_a_day = format!("{}{bio}", format!("Day {number} was fine. ").repeat(90));
            let mut learnt = Vec::new();
            let quay = Source::named("The Quay").unwrap();
            crate::text::lines_at_edges(quay, &of_a_day, &mut learnt);
            lines.add(&learnt);
        }
        let learnt = lines.learn();
        let whole = format!("{}{bio}", report());
        let [quay, other] = ["The Quay", "Another"].map(|source| text(source, &whole, &learnt));
        let bare = text("Another", &report(), &learnt);
        let found = differences(&quay, &bare, false);
        assert_eq!((found.only, found.left_out), ([0, 0], [12, 0]));
        let found = differences(&quay, &other, true);
        assert_eq!((found.only, found.left_out), ([0, 0], [0, 0]));
        assert_eq!(found.steps, [0, whole.len(), whole.len()]);
    }

    #[test]
    fn what_is_cut_off_does_not_show_as_a_difference() {
        let a: String = (0..100).map(|n| format!("w{n} ")).collect();
        let b = format!("New first words here. {a}");
        let mut tokeniser = Tokeniser::new();
        let (end_a, cut_a) = cut(&mut tokeniser, &a, 50);
        let (end_b, cut_b) = cut(&mut tokeniser, &b, 50);
        assert_eq!((cut_a, cut_b), (50, 54));
        let none = LearntLines::default();
        let texts = [&text("", &a, &none), &text("", &b, &none)];
        let found = Differences::new(&mut tokeniser, texts, [end_a, end_b], false);
        assert_eq!(found.only, [0, 4]);
        let steps = found.steps;
        let kinds: Vec<usize> = steps.chunks(3).map(|step| step[0]).collect();
        assert_eq!(kinds, [2, 0], "words of A beyond the cut of B are not gone");
        let (shown_a, shown_b) = read_back(&steps, &a, &b);
        assert_eq!(
            (shown_a.as_str(), shown_b.as_str()),
            (&a[..end_a], &b[..end_b])
        );
        assert!(shown_a.ends_with("w49"));
    }

    #[test]
    fn a_text_of_just_as_many_words_is_whole() {
        let mut tokeniser = Tokeniser::new();
        assert_eq!(cut(&mut tokeniser, "one two three.", 3), (14, 0));
        assert_eq!(cut(&mut tokeniser, "one two three.", 2), (7, 1));
        assert_eq!(cut(&mut tokeniser, "", 3), (0, 0));
    }

    proptest! {
        #[test]
        fn steps_cover_what_is_shown(
            a in "(NORDVIK \\(AP\\) - )?([a-c]{1,2}[ .🦀\n]){0,60}(\nShare)?",
            b in "(By Ann Writer\n\n)?([a-c]{1,2}[ .é漢]){0,60}(\n©)?",
            most in 1usize..40,
            very_same: bool,
        ) {
            let mut tokeniser = Tokeniser::new();
            let (end_a, _) = cut(&mut tokeniser, &a, most);
            let (end_b, _) = cut(&mut tokeniser, &b, most);
            let none = LearntLines::default();
            let texts = [&text("", &a, &none), &text("", &b, &none)];
            let found = Differences::new(&mut tokeniser, texts, [end_a, end_b], very_same);
            prop_assert_eq!(found.steps.len() % 3, 0);
            let shown = (a[..end_a].to_owned(), b[..end_b].to_owned());
            prop_assert_eq!(read_back(&found.steps, &a, &b), shown);
        }
    }
}
