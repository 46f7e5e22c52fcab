//! What was taken off a text, piece by piece: for readers, who would else wonder why a measure does not count what they see.

use super::learnt::{LearntLines, Source};
use super::{Furniture, continues, first_line, head_kind, is_continued, last_line, tail_kind};
use serde::Serialize;
use std::ops::Range;

/// What a piece of furniture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FurnitureKind {
    /// The title of the article once more.
    Title,
    /// Who wrote it: "By Ann Writer".
    Byline,
    /// Whose report it is: "Reuters", "With AP".
    Credit,
    /// A date alone.
    Date,
    /// Where, when and which agency, before the first sentence: "WASHINGTON, Feb 26 (Reuters) - ".
    Dateline,
    /// A line that pages print around any report: "Share this article", "3 min read".
    Page,
    /// A line that the source prints around many of its reports, as the corpus shows ([`LearntLines`]).
    Learnt,
}

/// A piece of a text that is left out as furniture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What it is.
    pub kind: FurnitureKind,
    /// Where it stands, in bytes of the text: a line, or a dateline, without the white space around it.
    pub range: Range<usize>,
}

impl Furniture {
    /// What [`text_of`](Self::text_of) takes off, in the order of the text: between and around these pieces, and what it leaves, there is
    /// white space alone.
    ///
    /// ```
    /// use wirecopy::text::{Furniture, FurnitureKind, LearntLines};
    ///
    /// let text = "By Ann Writer\n\nNORDVIK, March 3 (AFP) - The harbour of Nordvik was opened again on Monday, \
    ///             three days after a ferry had run on to the mole.\n\nShare this article";
    /// let left_out = Furniture::Strip.left_out(text, "", None, &LearntLines::default());
    /// let told: Vec<_> = left_out.into_iter().map(|piece| (piece.kind, &text[piece.range])).collect();
    /// assert_eq!(
    ///     told,
    ///     [
    ///         (FurnitureKind::Byline, "By Ann Writer"),
    ///         (FurnitureKind::Dateline, "NORDVIK, March 3 (AFP) -"),
    ///         (FurnitureKind::Page, "Share this article"),
    ///     ]
    /// );
    /// ```
    pub fn left_out(
        self,
        text: &str,
        title: &str,
        source: Option<Source>,
        learnt: &LearntLines,
    ) -> Vec<LeftOut> {
        let left = self.text_of(text, title, source, learnt);
        if left.len() == text.len() {
            return Vec::new();
        }
        let place = |part: &str| {
            let start = part.as_ptr() as usize - text.as_ptr() as usize;
            start..start + part.len()
        };
        let Range { start, end } = place(left);
        let by_source = |known: bool| known.then_some(FurnitureKind::Learnt);
        let at_head = |line: &str| source.is_some_and(|source| learnt.at_head(source, line));
        let at_tail = |line: &str| source.is_some_and(|source| learnt.at_tail(source, line));
        let mut pieces = Vec::new();
        let mut add = |kind, piece: &str| {
            let range = place(piece.trim());
            if !range.is_empty() {
                pieces.push(LeftOut { kind, range });
            }
        };
        // The steps by which it was taken off, but only as far as it was.
        let title = title.trim();
        let mut head = text.trim_start();
        while let Some((line, rest)) = first_line(head).filter(|(_, rest)| !is_continued(rest)) {
            let kind = head_kind(line, title).or_else(|| by_source(at_head(line)));
            let Some(kind) = kind.filter(|_| place(line).end <= start) else {
                break;
            };
            add(kind, line);
            head = rest.trim_start();
        }
        let dateline = text.get(place(head).start..start).unwrap_or_default();
        add(FurnitureKind::Dateline, dateline);
        let mut tail = text.trim_end();
        let mut from_the_end = Vec::new();
        while let Some((line, rest)) = last_line(tail).filter(|(line, rest)| !continues(rest, line))
        {
            let kind = tail_kind(line.trim()).or_else(|| by_source(at_tail(line)));
            let Some(kind) = kind.filter(|_| place(line).start >= end) else {
                break;
            };
            from_the_end.push((kind, line));
            tail = rest.trim_end();
        }
        for (kind, line) in from_the_end.into_iter().rev() {
            add(kind, line);
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::LINES;
    use super::super::{LineCounts, lines_at_edges};
    use super::*;
    use proptest::prelude::*;

    const BODY: &str = "The harbour of Nordvik was closed on Monday after a ferry lost power and drifted on to the mole. \
        Two tugs were on their way from the naval base, and the coast guard had sent a helicopter to take off those of the \
        140 passengers who felt unwell. The line said that all other sailings would go ahead, with delays of up to an hour.";

    fn told<'t>(text: &'t str, title: &str, learnt: &LearntLines) -> Vec<(FurnitureKind, &'t str)> {
        let source = Source::named("The Quay");
        let pieces = Furniture::Strip.left_out(text, title, source, learnt);
        let tell = |piece: LeftOut| (piece.kind, &text[piece.range]);
        pieces.into_iter().map(tell).collect()
    }

    #[test]
    fn each_piece_is_told_by_its_kind() {
        use FurnitureKind::*;
        let page = format!(
            "Ferry drifts off Nordvik\nBy Ann Writer\n  March 3, 2024\n3 min read\nReuters\n\nNORDVIK, March 3 (Reuters) - {BODY}\n\n\
             (Reuters)\n\tShare this article\n"
        );
        let title = " FERRY drifts off Nordvik! ";
        let expected = [
            (Title, "Ferry drifts off Nordvik"),
            (Byline, "By Ann Writer"),
            (Date, "March 3, 2024"),
            (Page, "3 min read"),
            (Credit, "Reuters"),
            (Dateline, "NORDVIK, March 3 (Reuters) -"),
            (Credit, "(Reuters)"),
            (Page, "Share this article"),
        ];
        let none = LearntLines::default();
        assert_eq!(told(&page, title, &none), expected);
        // What is kept is not told: all of it, or a text too short to lose half, or one of furniture alone.
        let kept = Furniture::Keep.left_out(&page, title, None, &none);
        assert_eq!(kept, []);
        assert_eq!(told("Share this article\n\nFerry adrift.", "", &none), []);
        assert_eq!(told("Share\n\nShare\n", "", &none), []);
        assert_eq!(told(&format!("\n {BODY} \n"), "", &none), []);
    }

    #[test]
    fn lines_that_were_learnt_are_told_as_such() {
        let bio = "Ada Quill edits the harbour page.";
        let page = |number: usize| {
            let first = format!("On day {number} the council of Nordvik sat. ").repeat(40);
            format!("{first}\n\nThe mayor counted {number} chairs.\n\n{bio}\n\nShare")
        };
        let mut counts = LineCounts::for_corpus(0);
        for number in 0..40 {
            let (text, mut lines) = (page(number), Vec::new());
            let source = Source::named("The Quay").unwrap();
            lines_at_edges(source, Furniture::Strip.text(&text, ""), &mut lines);
            counts.add(&lines);
        }
        let learnt = counts.learn();
        let expected = [(FurnitureKind::Learnt, bio), (FurnitureKind::Page, "Share")];
        assert_eq!(told(&page(99), "", &learnt), expected);
        let elsewhere = Furniture::Strip.left_out(&page(99), "", None, &learnt);
        assert_eq!(elsewhere.len(), 1);
    }

    proptest! {
        #[test]
        fn what_is_told_and_what_is_left_are_the_text(
            parts in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(LINES.iter().map(|rule| rule.example.to_owned()).collect::<Vec<_>>()),
                    Just("NORDVIK, March 3 (AFP) - ".to_owned()),
                    Just("By Ann Writer".to_owned()),
                    Just(BODY.to_owned()),
                    Just("\n".to_owned()),
                    Just(" \r\n\n".to_owned()),
                    "\\PC{0,40}",
                    "(?s).{0,20}",
                ],
                0..14,
            ),
            title in prop_oneof!["\\PC{0,10}", Just("Share".to_owned())],
        ) {
            let text = parts.concat();
            let none = LearntLines::default();
            let left = Furniture::Strip.text_of(&text, &title, None, &none);
            let pieces = Furniture::Strip.left_out(&text, &title, None, &none);
            let start = left.as_ptr() as usize - text.as_ptr() as usize;
            let mut all: Vec<_> = pieces.into_iter().map(|piece| piece.range).collect();
            all.push(start..start + left.len());
            all.sort_by_key(|range| (range.start, range.end));
            let mut end = 0;
            for range in all {
                prop_assert!(range.start >= end);
                prop_assert!(text[end..range.start].trim().is_empty(), "{:?}", &text[end..range.start]);
                end = range.end;
            }
            prop_assert!(text[end..].trim().is_empty());
        }
    }
}
