//! A text file as a scraper saves it: the title, often twice, the furniture of the page, the body.
//!
//! What is looked for is the title and the date, in the first and the last few lines; the rest is the text, with whatever
//! furniture it has: to tell that apart is the business of the text stage. When in doubt a line is text: furniture that is left
//! in can still be taken off, a paragraph that is lost may be the news.
//!
//! The title is the first line if it is short and either stands apart (a blank line after it, or a few short lines
//! and then a blank one) without ending like a sentence, or is repeated. A repeated line may have a few short lines before it, and a
//! line of a single word gives way to a title under it: pages begin with "Advertisement" and "Skip to content".

use super::dates::parse_published;
use super::fault::Fault;
use crate::reject::RejectReason;

/// A text file taken apart. All parts are pieces of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page<'a> {
    pub title: &'a str,
    /// As it stands in the file.
    pub published: &'a str,
    pub text: &'a str,
}

/// The longest line, in bytes, that may be a title or bear a date.
const LONGEST: usize = 200;
/// The longest line, in bytes, that may stand before a title.
const SHORT: usize = 60;
/// The most lines before a title, and between the title and a blank line.
const FEW: usize = 5;
/// Lines that are searched for a date, at the head and at the tail.
const DATED: usize = 10;

/// Labels before a date, best first.
const DATES: &[&str] = &[
    "published",
    "date published",
    "publication date",
    "posted",
    "date",
    "updated",
    "last updated",
    "modified",
    "last modified",
];

/// What is wrong with a text file of nothing but white space.
pub(super) fn no_text() -> Fault {
    Fault::new(RejectReason::MissingText, "the file holds no text")
}

/// Takes a text file apart.
pub(super) fn read(file: &str) -> Page<'_> {
    let (title, rest) = match title(file) {
        Some((title, rest)) => (title, rest),
        None => ("", file),
    };
    // A line of its own may be indented; the body begins with its first word.
    let text = match rest.trim() {
        // A file of nothing but a title is better than an empty one.
        "" if !title.is_empty() => title,
        text => text,
    };
    let head = lines(file).take_while(|line| !is_paragraph(line));
    // A date without a label is one only beneath a title.
    let beneath = lines(rest).take_while(|line| !is_paragraph(line));
    let tail = file.rsplit(['\n', '\r']).map(str::trim);
    let tail = tail
        .filter(|line| !line.is_empty())
        .take_while(|line| !is_paragraph(line));
    let labelled = |line| label(line).and_then(|(rank, date)| Some((rank, date?)));
    let published = head
        .take(DATED)
        .filter_map(labelled)
        .min_by_key(|&(rank, _)| rank)
        .map(|(_, date)| date)
        .or_else(|| {
            beneath
                .take(DATED)
                .find(|line| !title.is_empty() && is_date(line))
        })
        .or_else(|| {
            tail.take(DATED)
                .filter_map(labelled)
                .map(|(_, date)| date)
                .next()
        });
    Page {
        title,
        published: published.unwrap_or(""),
        text,
    }
}

/// The lines that are not blank, trimmed.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
}

/// Whether a line is neither a title nor furniture, but the end of what may be searched.
fn is_paragraph(line: &str) -> bool {
    line.len() > LONGEST || ends_like_a_sentence(line) && label(line).is_none()
}

fn ends_like_a_sentence(line: &str) -> bool {
    line.ends_with(['.', '。', ':', ',', ';', '"', '”'])
}

/// The title and what follows it.
fn title(file: &str) -> Option<(&str, &str)> {
    let mut rest = file;
    // Whether it is a single word, the title, and what follows it.
    let mut likely: Option<(bool, &str, &str)> = None;
    for place in 0..=FEW {
        let Some((line, after)) = first_full_line(rest) else {
            break;
        };
        if line.len() > LONGEST || !line.contains(char::is_alphanumeric) {
            break;
        }
        if let Some((again, behind)) = first_full_line(after)
            && same(line, again)
        {
            return Some((line, behind));
        }
        if label(line).is_none() && !ends_like_a_sentence(line) && stands_apart(after) {
            let word = line.bytes().all(|b| b.is_ascii_alphabetic());
            if place == 0 || place == 1 && likely.is_some_and(|(word, ..)| word) {
                likely = Some((word, line, after));
            }
        }
        if line.len() > SHORT || ends_like_a_sentence(line) {
            break;
        }
        rest = after;
    }
    likely.map(|(_, line, after)| (line, after))
}

/// The first line that is not blank.
fn first_full_line(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    loop {
        let (line, after) = first_line(rest)?;
        if !line.is_empty() {
            return Some((line, after));
        }
        rest = after;
    }
}

/// The first line, trimmed, and what follows it.
fn first_line(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    let end = memchr::memchr2(b'\n', b'\r', text.as_bytes()).unwrap_or(text.len());
    let (line, rest) = text.split_at(end);
    let rest = rest
        .strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix(['\n', '\r']))
        .unwrap_or(rest);
    Some((line.trim(), rest))
}

/// Whether the line before `rest` is followed by a blank line, a date, a byline or nothing, or by a few lines that
/// are not those of a paragraph and then by a blank one.
fn stands_apart(rest: &str) -> bool {
    let mut rest = rest;
    for _ in 0..=FEW {
        let Some((next, after)) = first_line(rest) else {
            return true;
        };
        if next.is_empty() || label(next).is_some() || is_date(next) {
            return true;
        }
        if next.len() > LONGEST / 2
            || ends_like_a_sentence(next)
            || next.starts_with(char::is_lowercase)
        {
            return false;
        }
        if next.len() <= SHORT && (next.starts_with("By ") || next.starts_with("BY ")) {
            return true;
        }
        rest = after;
    }
    false
}

fn same(a: &str, b: &str) -> bool {
    let words = |s| str::split_whitespace(s).flat_map(|w| w.chars().flat_map(char::to_lowercase));
    words(a).eq(words(b))
}

fn is_date(line: &str) -> bool {
    // A bare number may be anything.
    line.len() <= 60
        && line.contains(|c: char| !c.is_ascii_digit())
        && parse_published(line).is_some()
}

/// A dated label: the rank of the label, and the date if there is one.
fn label(line: &str) -> Option<(usize, Option<&str>)> {
    if line.len() > 100 {
        return None;
    }
    DATES.iter().enumerate().find_map(|(rank, label)| {
        let start = line.get(..label.len())?;
        if !start.eq_ignore_ascii_case(label) {
            return None;
        }
        let rest = &line[label.len()..];
        let rest = match rest.trim_start().strip_prefix(':') {
            Some(rest) => rest.trim(),
            // "Updated June 20, 2024", but not "Date palms ..."
            None => {
                let date = rest.strip_prefix(' ')?.trim();
                let date = date.strip_prefix("on ").unwrap_or(date);
                return parse_published(date).map(|_| (rank, Some(date)));
            }
        };
        match (rest.is_empty(), rest.contains(|c: char| c.is_ascii_digit())) {
            (true, _) => Some((rank, None)),
            // Not "Updated: the minister resigns".
            (false, false) => None,
            (false, true) if rest.len() <= 40 || parse_published(rest).is_some() => {
                Some((rank, Some(rest)))
            }
            (false, true) => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(file: &str) -> (&str, &str, &str) {
        let Page {
            title,
            published,
            text,
        } = read(file);
        (title, published, text)
    }

    const BODY: &str = "The harbour of Nordvik was closed on Monday after a ferry lost power.\n\n\
        By noon the wind had dropped. Share prices of the line fell by 3 percent.\n\n\
        Read more books, the captain told the children who had to wait.";

    #[test]
    fn as_a_scraper_saves_it() {
        let file = format!(
            "Ferry Drifts Off Nordvik\n\nFerry Drifts Off Nordvik\n\n3 minute read\nPublished: 6/20/2024\n\n{BODY}\n"
        );
        let body = format!("3 minute read\nPublished: 6/20/2024\n\n{BODY}");
        assert_eq!(
            page(&file),
            ("Ferry Drifts Off Nordvik", "6/20/2024", &*body)
        );
        let (file, body) = (file.replace('\n', "\r\n"), body.replace('\n', "\r\n"));
        assert_eq!(
            page(&file),
            ("Ferry Drifts Off Nordvik", "6/20/2024", &*body)
        );
    }

    #[test]
    fn lines_before_a_title_are_none() {
        for before in ["Advertisement\n\n", "Skip to main content\n", ""] {
            let file =
                format!("{before}Ferry drifts off Nordvik\nFERRY DRIFTS OFF NORDVIK\n\n{BODY}");
            assert_eq!(page(&file), ("Ferry drifts off Nordvik", "", BODY));
        }
        let file = format!("Advertisement\n\nFerry drifts off Nordvik\n\n{BODY}");
        assert_eq!(page(&file), ("Ferry drifts off Nordvik", "", BODY));
        let file = format!("Storm\n\n{BODY}");
        assert_eq!(page(&file), ("Storm", "", BODY));
    }

    #[test]
    fn the_best_label_of_a_date_counts() {
        let file = format!(
            "Ferry drifts off Nordvik\nBy Ann Writer\nUpdated: June 21, 2024\nPublished on June 20, 2024\n\n{BODY}"
        );
        let read = read(&file);
        assert_eq!(
            (read.title, read.published),
            ("Ferry drifts off Nordvik", "June 20, 2024")
        );
        assert!(read.text.ends_with(BODY));
    }

    #[test]
    fn other_dates_are_a_fallback() {
        let dated = |line| {
            let file = format!("A title\n\n{line}\n\nThe body of it.");
            let page = read(&file);
            assert_eq!(page.title, "A title");
            page.published.to_owned()
        };
        assert_eq!(dated("Date: 2024-06-20"), "2024-06-20");
        assert_eq!(dated("Updated: 20 June 2024 10:30"), "20 June 2024 10:30");
        assert_eq!(dated("June 20, 2024"), "June 20, 2024");
        assert_eq!(dated("Published:"), "");
        assert_eq!(dated("Updated: the minister resigns"), "");
        assert_eq!(dated("Date palms line the road to 3 villages"), "");
        let file = "A title\n\nThe body of it.\n\nPublished: 6/20/2024\n";
        assert_eq!(page(file).1, "6/20/2024");
        let file = "A title\n\nThe body of it.\n\nJune 20, 2024\n\nMore of it.";
        assert_eq!(page(file).1, "");
    }

    #[test]
    fn without_the_shape_of_a_title_all_is_body() {
        for file in [
            "Short first line\nthat goes on in the second.\n\nMore.",
            "He resigned.\n\nThe mayor did so too.",
            "- - -\n\nText.",
        ] {
            assert_eq!(page(file), ("", "", file));
        }
        let long = format!("{}\n\nText.", "word ".repeat(60).trim());
        assert_eq!(page(&long), ("", "", &*long));
    }

    #[test]
    fn a_title_alone_is_the_text() {
        assert_eq!(page("Only a title\n"), ("Only a title", "", "Only a title"));
        assert_eq!(
            page("Only a title\n\nOnly a title\n"),
            ("Only a title", "", "Only a title")
        );
        assert_eq!(page(" \n\n").2, "");
        assert_eq!(page("").2, "");
    }

    #[test]
    fn other_scripts() {
        let file = "フェリーが漂流\n\n港は月曜日に閉鎖された。";
        assert_eq!(
            page(file),
            ("フェリーが漂流", "", "港は月曜日に閉鎖された。")
        );
    }
}
