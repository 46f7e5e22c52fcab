//! Furniture of the page: what stands around a report and is not part of it.
//!
//! Datelines, bylines, credits, "3 minute read", share and subscribe lines, copyright tails, the title once more:
//! every outlet puts its own around the same report, and the same around different ones, so that copies look less alike than they
//! are and short strangers more. [`Furniture::Strip`] takes it off a text before the text becomes tokens.
//!
//! # What is taken off
//!
//! * Lines at the head of the text, and lines at its tail, one after another up to the first that is none of these:
//!   a line of the table in `rules.rs`; an agency's credit ("Reuters", "With AP"); at the head also a byline ("By Ann Writer",
//!   "Ann Writer, AFP"), a date alone, and the title.
//! * A dateline before the first sentence: "WASHINGTON, Feb 26 (Reuters) - ".
//! * Where the corpus is known: also lines that the article's source prints under, or over, many reports ([`LearntLines`]).
//!
//! The text between is never touched: what is left is one piece of what there was, and nothing is copied. Lines are taken whole
//! or not at all. One that is longer than [`LONGEST`] bytes is a paragraph, whatever it says, and one that continues the line
//! above it, or goes on in the line below, is part of a paragraph, as in wire copy with its fixed length of lines.
//! When in doubt a line stays: furniture that is left in costs a little
//! similarity, a paragraph that is lost may be the news.
//!
//! A short text (under [`SHORT`] bytes, some eighty words) of which less than half would be left, and any of which
//! nothing would be, is left as it is: a flash that consists of its dateline and six words is what it is.

mod dateline;
mod learnt;
mod left_out;
mod pattern;
mod rules;

pub use learnt::{LearntLines, LineCounts, Source, lines_at_edges};
pub use left_out::{FurnitureKind, LeftOut};

use pattern::{is_byline, is_credit, is_date, is_furniture, same};

/// The longest line, in bytes, that may be furniture.
const LONGEST: usize = 300;
/// A text shorter than this, in bytes, keeps at least half of them.
const SHORT: usize = 500;
/// The lengths that lines of wire copy have where the paragraph goes on.
const WRAPPED: std::ops::RangeInclusive<usize> = 40..=120;

/// Whether the furniture of the page counts as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Furniture {
    /// It is taken off.
    #[default]
    Strip,
    /// It stays: texts are compared as they came.
    Keep,
}

impl Furniture {
    /// The part of `text` that counts; `title` is the title of the article, or empty.
    ///
    /// ```
    /// use wirecopy::text::Furniture;
    ///
    /// let text = "Harbour reopens\nBy Ann Writer\n\nNORDVIK, March 3 (AFP) - The harbour of Nordvik was opened \
    ///             again on Monday, three days after a ferry had run on to the mole.\n\nShare this article";
    /// assert_eq!(
    ///     Furniture::Strip.text(text, "Harbour reopens"),
    ///     "The harbour of Nordvik was opened again on Monday, three days after a ferry had run on to the mole."
    /// );
    /// assert_eq!(Furniture::Keep.text(text, "Harbour reopens"), text);
    /// ```
    pub fn text<'a>(self, text: &'a str, title: &str) -> &'a str {
        match self {
            Self::Strip => strip(text, title, |_| false, |_| false),
            Self::Keep => text,
        }
    }

    /// The same where it is known which lines are furniture of the article's `source`.
    pub fn text_of<'a>(
        self,
        text: &'a str,
        title: &str,
        source: Option<Source>,
        learnt: &LearntLines,
    ) -> &'a str {
        if let Some(source) = source
            && self == Self::Strip
            && text.len() >= SHORT
            && !learnt.is_empty()
        {
            let at_head = |line: &str| learnt.at_head(source, line);
            let at_tail = |line: &str| learnt.at_tail(source, line);
            let left = strip(text, title, at_head, at_tail);
            // A text of furniture alone is left to the rules.
            if left.len() < text.len() {
                return left;
            }
        }
        self.text(text, title)
    }
}

/// `text` without its furniture; a line is furniture also if one of the two functions says so.
fn strip<'a>(
    text: &'a str,
    title: &str,
    at_head: impl Fn(&str) -> bool,
    at_tail: impl Fn(&str) -> bool,
) -> &'a str {
    let whole = text;
    let title = title.trim();
    let mut text = text.trim_start();
    while let Some((line, rest)) = first_line(text) {
        if is_continued(rest) || !(head_kind(line, title).is_some() || at_head(line)) {
            break;
        }
        text = rest.trim_start();
    }
    text = text[dateline::length(text)..].trim_end();
    while let Some((line, rest)) = last_line(text) {
        if continues(rest, line) || !(tail_kind(line.trim()).is_some() || at_tail(line)) {
            break;
        }
        text = rest.trim_end();
    }
    let kept = text.len();
    if !text.contains(char::is_alphanumeric) || whole.len() < SHORT && kept * 2 < whole.len() {
        return whole;
    }
    text
}

/// What of a text stands before and behind a part of it, such as [`Furniture`] leaves.
pub(crate) fn around<'a>(text: &'a str, part: &str) -> [&'a str; 2] {
    let start = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    let end = start.wrapping_add(part.len());
    [text.get(..start), text.get(end..)].map(Option::unwrap_or_default)
}

/// The first line, and what follows it with the line break before it; `None` if it is too long or blank.
fn first_line(text: &str) -> Option<(&str, &str)> {
    let reach = &text.as_bytes()[..text.len().min(LONGEST + 1)];
    let end = match memchr::memchr2(b'\n', b'\r', reach) {
        Some(end) => end,
        None if text.len() <= LONGEST => text.len(),
        None => return None,
    };
    (end > 0).then(|| text.split_at(end))
}

/// The last line with its indentation, and what precedes it with the line break after it; `None` if it is too long or
/// there is nothing before it.
fn last_line(text: &str) -> Option<(&str, &str)> {
    let from = text.len().saturating_sub(LONGEST + 1);
    let start = memchr::memrchr2(b'\n', b'\r', &text.as_bytes()[from..])?;
    let (rest, line) = text.split_at(from + start + 1);
    Some((line, rest))
}

/// Whether a paragraph goes on in the line after it: `rest` begins with the line break.
fn is_continued(rest: &str) -> bool {
    let next = rest
        .strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix(['\n', '\r']))
        .unwrap_or(rest);
    next.starts_with(char::is_lowercase)
}

/// Whether a line continues the paragraph above it: it is not indented, and stands right under a line of full length that
/// ends in the middle of a sentence.
fn continues(above: &str, line: &str) -> bool {
    let above = above
        .strip_suffix("\r\n")
        .or_else(|| above.strip_suffix(['\n', '\r']))
        .unwrap_or(above);
    if line.starts_with([' ', '\t', '\u{a0}']) {
        return false;
    }
    let from = above.len().saturating_sub(*WRAPPED.end() + 1);
    let start =
        memchr::memrchr2(b'\n', b'\r', &above.as_bytes()[from..]).map_or(from, |at| from + at + 1);
    let length = above.len() - start;
    WRAPPED.contains(&length)
        && above.ends_with(|c: char| c.is_alphanumeric() || [',', ';', '-', '\''].contains(&c))
}

/// What a line at the head of a text is, if the rules know it for furniture; `title` is the trimmed title of the article.
fn head_kind(line: &str, title: &str) -> Option<FurnitureKind> {
    let line = line.trim();
    if !title.is_empty() && same(line, title) {
        Some(FurnitureKind::Title)
    } else if is_furniture(line, true) {
        Some(FurnitureKind::Page)
    } else if is_credit(line) {
        Some(FurnitureKind::Credit)
    } else if is_byline(line) {
        Some(FurnitureKind::Byline)
    } else {
        is_date(line).then_some(FurnitureKind::Date)
    }
}

/// The same of a trimmed line at the tail.
fn tail_kind(line: &str) -> Option<FurnitureKind> {
    if is_furniture(line, false) {
        Some(FurnitureKind::Page)
    } else {
        is_credit(line).then_some(FurnitureKind::Credit)
    }
}

#[cfg(test)]
mod tests {
    use super::rules::{AGENCIES, ENDINGS, LINES, Place};
    use super::*;
    use proptest::prelude::*;

    const BODY: &str = "The harbour of Nordvik was closed on Monday after a ferry lost power and drifted on to the mole.\n\n\
        By noon the wind had dropped. Share prices of the line fell by 3 percent.\n\n\
        Read more books, the captain told the children who had to wait. Two tugs were on their way from the naval \
        base, and the coast guard had sent a helicopter to take off those of the 140 passengers who felt unwell.\n\n\
        The line said that all other sailings would go ahead, with delays of up to an hour in the afternoon.";

    fn stripped(text: &str) -> &str {
        Furniture::Strip.text(text, "")
    }

    #[test]
    fn every_rule_is_for_its_example() {
        for rule in LINES.iter().chain(ENDINGS) {
            let head = format!("{}\n\n{BODY}", rule.example);
            let tail = format!("{BODY}\n\n{}\n", rule.example);
            if rule.place != Place::Tail {
                assert_eq!(stripped(&head), BODY, "{}", rule.pattern);
                assert_eq!(
                    stripped(&head.replace('\n', "\r\n")),
                    BODY.replace('\n', "\r\n")
                );
            }
            if rule.place != Place::Head {
                assert_eq!(stripped(&tail), BODY, "{}", rule.pattern);
                assert_eq!(
                    stripped(&tail.to_uppercase()),
                    BODY.to_uppercase(),
                    "{}",
                    rule.pattern
                );
            }
            // The example needs this rule, and no other would do.
            let mut others = LINES
                .iter()
                .chain(ENDINGS)
                .filter(|r| r.pattern != rule.pattern);
            let other = others.find(|other| other.example == rule.example);
            assert!(
                other.is_none(),
                "{} has the example of another",
                rule.pattern
            );
        }
    }

    #[test]
    fn the_table_is_sorted_by_first_bytes() {
        assert!(LINES.is_sorted_by_key(|rule| rule.pattern.as_bytes()[0]));
        assert!(AGENCIES.is_sorted());
        for rule in LINES.iter().chain(ENDINGS) {
            assert_eq!(rule.pattern, rule.pattern.to_lowercase());
        }
        for name in AGENCIES {
            assert!(is_credit(&name.to_uppercase()), "{name}");
        }
    }

    #[test]
    fn datelines() {
        for line in [
            "WASHINGTON, Feb 26 (Reuters) - ",
            "WASHINGTON, Feb. 26, 2014 (AP) — ",
            "SEOUL/UNITED NATIONS, Aug 3 (Reuters) - ",
            "(Reuters) - ",
            "(CNN) ",
            "Washington (CNN) ",
            "Washington (CNN) -- ",
            "BEIJING -- ",
            "PARIS (AFP) — ",
            "NEW YORK, March 3 - ",
            "DES MOINES, Iowa — ",
            "ST. LOUIS, Mo. (AP) – ",
            "Washington, D.C. – ",
            "UPPER NORDVIK, March 3 (Coast Press) — ",
            "TEHRAN (FNA)- ",
            "NEW DELHI, Mar 3 (PTI): ",
            "BEIJING, March 3 (Xinhua) -- ",
            "WASHINGTON (Tuesday, Jan. 3) – ",
            "Berlin (dpa) - ",
            "Frankfurt/Main (dpa/lhe) – ",
            "Berlin/Paris (AFP) – ",
            "WIEN, 3. März (APA) – ",
            "Paris, 3 mars (AFP) – ",
            "Saint-Malo, le 3 février 2024 (AFP) - ",
            "Madrid, 3 mar (EFE).- ",
            "SAN JOSÉ, 3 de marzo (EFE) - ",
            "МОСКВА, 3 марта. /ТАСС/. ",
            "МОСКВА, 3 мар — РИА Новости. ",
            "Москва. 3 марта. INTERFAX.RU - ",
            "ВЕРХНЕОЗЁРСК, 12 апреля. ",
            "الرياض (واس) – ",
            "मेघगढ़, 18 मई (पर्वत समाचार)। ",
            "新华社北京3月3日电（记者林澄）",
            "新华社北京3月3日电 ",
            "中新社北京3月3日电 (记者 林澄)",
            "【ニューヨーク共同】",
            "[東京 3日 ロイター] - ",
            "(서울=연합뉴스) 홍길동 기자 = ",
        ] {
            let body = match line {
                l if l.is_ascii() => BODY.to_owned(),
                _ => format!("Ö{BODY}").replace("ÖThe", "Über die Lage:"),
            };
            assert_eq!(stripped(&format!("{line}{body}")), body, "{line}");
            let page = format!("3 min read\nBy Ann Writer\n\n{line}{body}\n\nShare");
            assert_eq!(stripped(&page), body, "{line}");
        }
    }

    #[test]
    fn no_datelines() {
        for start in [
            "NASA — the agency of many names — said so.",
            "NASA (the space agency) said so.",
            "Paris, London — everywhere the same.",
            "Holy cow, Batman — The show goes on.",
            "May - The month of storms.",
            "The United Nations - Once a hope.",
            "Apple (AAPL) - The maker of phones.",
            "John Smith (D-Maryland) - A senator.",
            "U.S. Economy Hits Milestone - 49 Months of Growth.",
            "ENHANCING THE ACT - ENDANGERED SPECIES\n",
            "FEDERAL RESERVE REPORT 1 -\n FEB 26",
            "BREAKING: NORDVIK - The harbour is closed.",
            "Berlin (dpa) - so heißt es.",
            "\"WASHINGTON - The city\" is a book.",
            "5月6日电影节开幕（记者林澄）。",
            "5月6日電影 開幕（林澄）。",
            "- The first point.",
            "(AP",
            "(",
            "—",
        ] {
            let text = format!("{start} {BODY}");
            assert_eq!(stripped(&text), text.trim(), "{start}");
        }
    }

    #[test]
    fn bylines_credits_dates_and_titles() {
        for line in [
            "By Jane Doe",
            "BY JANE DOE AND JOHN ROE",
            "By Ann Writer and BOB VAN DAM | Staff",
            "By Lena Strand, Northlight News Service",
            "By: Jane Doe",
            "Jane Doe, Reuters",
            "Jane Doe, Associated Press",
            "Jane Doe, Staff Writer",
            "Von Hans Meier, dpa",
            "Par Jeanne de la Tour",
            "(Reuters)",
            "Associated Press",
            "AFP/dpa",
            "With AP and Reuters",
            "March 3, 2024",
            "3. März 2024",
            "Le 3 mars 2024 à 17h52",
            "6/20/2024",
            "HARBOUR of “Nordvik” closed",
        ] {
            let text = format!("{line}\n\n{BODY}");
            assert_eq!(
                Furniture::Strip.text(&text, " Harbour of Nordvik closed!"),
                BODY,
                "{line}"
            );
        }
        for line in [
            "(Reuters)",
            "Reuter",
            " REUTER...",
            "AP",
            "— AFP",
            "Source: CNN",
        ] {
            assert_eq!(stripped(&format!("{BODY}\n{line}\n")), BODY, "{line}");
        }
    }

    #[test]
    fn paragraphs_are_never_eaten() {
        for paragraph in [
            "By the time the storm had passed, three houses were gone.",
            "By Monday, all was quiet.",
            "Published in 1987, the novel made her name.",
            "Published: the long-awaited report on the 2008 crisis that brought down three banks in a single week.",
            "Updated: the minister resigns.",
            "Date palms line the road to 3 villages.",
            "Subscribe to the fund, he said. It will pay.",
            "Subscribe to the fund.",
            "Sign up for the army? \"Never,\" said the boy.",
            "Sign up for the army.",
            "Follow the money.",
            "Read more, write less.",
            "Share this article of faith with them.",
            "Advertisement spending rose.",
            "Copyright is a hard word.",
            "3 minute read times are a myth",
            "Comments were not to be had.",
            "Reporting by the paper shows that it is so.",
            "Contributing is a duty.",
            "(C) The council shall meet on Monday.",
            "He spoke. Ann Writer contributed to this report.",
            "Reuters said so.",
            "Jane Doe, the mayor",
            "1987",
            "In 1987 he sailed.",
            "Related: is she related, or not. Nobody knew it, and that was that for a long time.",
        ] {
            if !paragraph.starts_with("Related") {
                let tail = format!("{BODY}\n\n{paragraph}");
                assert_eq!(stripped(&tail), tail, "{paragraph}");
            }
            let head = format!("{paragraph}\n\n{BODY}");
            assert_eq!(stripped(&head), head, "{paragraph}");
        }
    }

    #[test]
    fn wire_copy_loses_no_line_of_a_paragraph() {
        let wire = "The line said that it had been in touch with the agency\n\
            Reuters and that all of its ships were safe, the master of\n\
            the harbour told those who had come to the quay to hear it.\n    \
            Ships of other lines had not been in danger, he told\n\
            Reuters";
        let text = format!("{BODY}\n    {wire}");
        assert_eq!(stripped(&text), text);
        let signed = format!("{text} on Monday.\n Reuter\n");
        assert_eq!(stripped(&signed), format!("{text} on Monday."));
        // What looks like a byline goes on.
        let text =
            format!("By Prime Minister Olaf Storm\nand his ministers the report was read.\n{BODY}");
        assert_eq!(stripped(&text), text);
    }

    #[test]
    fn short_texts_keep_half() {
        for text in [
            "NORDVIK, March 3 (Reuters) - Ferry adrift.",
            "Share this article\n\nFerry adrift.",
            "Advertisement",
            "By Ann Writer\n\n***",
            "Share\n\nShare\n",
            "",
            " \n",
        ] {
            assert_eq!(stripped(text), text);
        }
        let flash = "(Reuters) - Ferry adrift off the mole of Nordvik.";
        assert_eq!(stripped(flash), "Ferry adrift off the mole of Nordvik.");
        let page = "Share\n\n".repeat(1_000);
        assert_eq!(stripped(&page), page);
    }

    #[test]
    fn a_page_of_everything() {
        let page = format!(
            "Skip to content\nAdvertisement\n\nFerry drifts off Nordvik\nFERRY DRIFTS OFF NORDVIK\nBy Ann Writer and BOB VAN DAM\n\
             Updated: June 21, 2024\nPublished on June 20, 2024\n5 min read\nShare this article\n\n\
             {BODY}\n\nAnn Writer contributed to this report.\nRead more: Fog on the coast\nSubscribe to our newsletter\n\
             Sign up for the daily briefing!\n© 2024 Nordvik Herald. All rights reserved.\n\n"
        );
        assert_eq!(
            Furniture::Strip.text(&page, "Ferry drifts off Nordvik"),
            BODY
        );
        assert_eq!(
            Furniture::Keep.text(&page, "Ferry drifts off Nordvik"),
            page
        );
    }

    proptest! {
        #[test]
        fn a_piece_is_left_and_the_same_each_time(
            parts in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(LINES.iter().map(|rule| rule.example.to_owned()).collect::<Vec<_>>()),
                    Just("NORDVIK, March 3 (AFP) - ".to_owned()),
                    Just("【共同】新华社北京3月3日电（".to_owned()),
                    Just("\n\n".to_owned()),
                    "\\PC{0,40}",
                    "[A-Z(\\[/—–.,: '-]{0,20}",
                    "(?s).{0,20}",
                ],
                0..12,
            ),
            title in "\\PC{0,10}",
        ) {
            let text = parts.concat();
            let left = Furniture::Strip.text(&text, &title);
            prop_assert!(text.contains(left));
            prop_assert!(left.is_empty() == text.is_empty());
            prop_assert!(text.len() >= SHORT || left.len() * 2 >= text.trim().len());
        }
    }
}
