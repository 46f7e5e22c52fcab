//! A text file as a scraper saves it: the title, often twice, the furniture of the page, the body.
//!
//! Only the head and the tail of a file are looked at, line by line, until the first line that is none
//! of what is listed here; the body in between is never touched. A line longer than [`LONGEST`]
//! bytes is a paragraph, whatever it says. When in doubt a line is body: furniture that is left in costs a
//! little similarity, a paragraph that is lost may be the news.
//!
//! The title is the first line if it is short and either stands apart (a blank line after it) without ending
//! like a sentence, or is repeated. Without such a line everything is body.

use super::dates::parse_published;
use super::reject::{Fault, RejectReason};

/// A text file taken apart. All parts are pieces of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page<'a> {
    pub title: &'a str,
    /// As it stands in the file.
    pub published: &'a str,
    pub text: &'a str,
}

/// The longest line, in bytes, that may be a title or furniture.
const LONGEST: usize = 200;

/// Lines of the page that are not the article's, at its head or its tail. They are compared word by word, without
/// case or punctuation; `#` stands for a number, and `*` at the end for anything.
const FURNITURE: &[&str] = &[
    "# minute read",
    "# minutes read",
    "# min read",
    "# mins read",
    "read time *",
    "reading time *",
    "estimated reading time *",
    "advertisement",
    "advertisement continue reading below",
    "story continues below advertisement",
    "share",
    "share this",
    "share this article",
    "share this story",
    "share this post",
    "share on facebook",
    "share on twitter",
    "share on x",
    "share on whatsapp",
    "share on linkedin",
    "share via email",
    "listen to this article",
    "listen to this story",
    "print this article",
    "save article",
    "read more",
    "read more here",
    "subscribe",
    "subscribe now",
    "subscribe to *",
    "sign in",
    "sign up",
    "sign up now",
    "sign up for *",
    "sign up to *",
    "sign up here *",
    "skip to content",
    "skip to main content",
    "# comments",
    "# comment",
    "# shares",
    "comments",
    "leave a comment",
];

/// Lines that end a page and never begin an article.
const TAIL: &[&str] = &[
    "all rights reserved",
    "copyright #",
    "copyright # *",
    "follow us on *",
    "back to top",
    "related articles",
    "related stories",
    "more from *",
];

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
    let mut head = Head::default();
    let mut rest = file;
    let body = loop {
        let Some((line, next)) = first_line(rest) else {
            break "";
        };
        if line.is_empty() || head.takes(line, next) {
            rest = next;
        } else {
            break rest;
        }
    };
    let mut text = body.trim_end();
    while let Some(line) = text.rsplit(['\n', '\r']).next() {
        // The last line of all is kept: a file of nothing but furniture is better than an empty one.
        let is_tail = line.len() <= LONGEST
            && line.len() < text.len()
            && (furniture(line) || tail(line) || matches!(label(line), Some((_, Some(_)))));
        if !is_tail {
            break;
        }
        if head.date.is_none() {
            head.date = label(line).and_then(|(rank, date)| Some((rank, date?)));
        }
        text = text[..text.len() - line.len()].trim_end();
    }
    // A line of its own may be indented; the body begins with its first word.
    let text = match text.trim_start() {
        "" if !head.title.is_empty() => head.title,
        "" => file.trim(),
        text => text,
    };
    Page {
        title: head.title,
        published: head.date.map_or("", |(_, date)| date),
        text,
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

#[derive(Default)]
struct Head<'a> {
    title: &'a str,
    /// The rank of its label, and the date.
    date: Option<(usize, &'a str)>,
}

impl<'a> Head<'a> {
    /// Whether a line that is not blank belongs to the head; notes what it says.
    fn takes(&mut self, line: &'a str, rest: &'a str) -> bool {
        if line.len() > LONGEST {
            return false;
        }
        if let Some((rank, date)) = label(line) {
            if let Some(date) = date
                && self.date.is_none_or(|(best, _)| rank < best)
            {
                self.date = Some((rank, date));
            }
            return true;
        }
        if furniture(line) {
            return true;
        }
        if self.title.is_empty() {
            if !is_title(line, rest) {
                return false;
            }
            self.title = line;
            return true;
        }
        if same(line, self.title) {
            return true;
        }
        if is_date(line) {
            self.date.get_or_insert((DATES.len(), line));
            return true;
        }
        is_byline(line) && stands_apart(rest)
    }
}

fn is_title(line: &str, rest: &str) -> bool {
    if !line.contains(char::is_alphanumeric) {
        return false;
    }
    let next = rest.lines().map(str::trim).find(|l| !l.is_empty());
    match next {
        Some(next) if same(next, line) => true,
        _ => stands_apart(rest) && !line.ends_with(['.', '。', ':', ',', ';', '"', '”']),
    }
}

/// Whether the line before `rest` is followed by a blank line, by furniture or by nothing.
fn stands_apart(rest: &str) -> bool {
    match first_line(rest) {
        None => true,
        Some((next, _)) => {
            next.is_empty()
                || next.len() <= LONGEST
                    && (furniture(next)
                        || label(next).is_some()
                        || is_date(next)
                        || is_byline(next))
        }
    }
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

/// "By Ann Writer", "By ANN WRITER and Bob Editor | Staff": a few words, the names capitalised, no sentence.
fn is_byline(line: &str) -> bool {
    let Some(names) = line
        .strip_prefix("By ")
        .or_else(|| line.strip_prefix("BY "))
    else {
        return false;
    };
    let words: Vec<&str> = names.split_whitespace().collect();
    line.len() <= 80
        && (1..=10).contains(&words.len())
        && !line.ends_with(['.', '!', '?', ':', ',', ';'])
        && words.iter().all(|w| {
            matches!(
                *w,
                "and"
                    | "of"
                    | "for"
                    | "de"
                    | "van"
                    | "von"
                    | "der"
                    | "al"
                    | "bin"
                    | "|"
                    | "-"
                    | "&"
            ) || w.starts_with(|c: char| c.is_uppercase())
        })
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

fn furniture(line: &str) -> bool {
    FURNITURE.iter().any(|rule| matches(rule, line))
}

fn tail(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('©')
        || line.to_ascii_lowercase().starts_with("(c) ") && line.contains(|c: char| c.is_ascii_digit())
        || TAIL.iter().any(|rule| matches(rule, line))
        // "Read more: Storm reaches the coast" points elsewhere.
        || line.to_ascii_lowercase().starts_with("read more:")
}

/// Compares a line with a rule.
fn matches(rule: &str, line: &str) -> bool {
    let mut words = line
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty());
    // A sentence that goes on is no furniture: "Subscribe to the fund, he said. It will ..."
    for part in rule.split(' ') {
        match (part, words.next()) {
            ("*", first) => {
                return first.is_some()
                    && !line
                        .trim_end_matches(['.', '!', ' '])
                        .contains(['.', '?', '"', '”']);
            }
            ("#", Some(word)) => {
                if !word.bytes().all(|b| b.is_ascii_digit()) {
                    return false;
                }
            }
            (part, Some(word)) => {
                if !word.eq_ignore_ascii_case(part) {
                    return false;
                }
            }
            (_, None) => return false,
        }
    }
    words.next().is_none()
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
        assert_eq!(page(&file), ("Ferry Drifts Off Nordvik", "6/20/2024", BODY));
        let crlf = file.replace('\n', "\r\n");
        assert_eq!(
            page(&crlf),
            (
                "Ferry Drifts Off Nordvik",
                "6/20/2024",
                &*BODY.replace('\n', "\r\n")
            )
        );
    }

    #[test]
    fn head_and_tail_furniture_goes_and_the_body_stays() {
        let file = format!(
            "Advertisement\n\nFerry drifts off Nordvik\nFERRY DRIFTS OFF NORDVIK\nBy Ann Writer and BOB VAN DAM\n\
             Updated: June 21, 2024\nPublished on June 20, 2024\n5 min read\nShare this article\n\n\
             {BODY}\n\nRead more: Fog on the coast\nSubscribe to our newsletter\n\
             Sign up for the daily briefing!\n© 2024 Nordvik Herald. All rights reserved.\n\n"
        );
        assert_eq!(
            page(&file),
            ("Ferry drifts off Nordvik", "June 20, 2024", BODY)
        );
    }

    #[test]
    fn other_dates_are_a_fallback() {
        let dated = |line| {
            let file = format!("A title\n\n{line}\n\nThe body of it.");
            let page = read(&file);
            assert_eq!((page.title, page.text), ("A title", "The body of it."));
            page.published.to_owned()
        };
        assert_eq!(dated("Date: 2024-06-20"), "2024-06-20");
        assert_eq!(dated("Updated: 20 June 2024 10:30"), "20 June 2024 10:30");
        assert_eq!(dated("June 20, 2024"), "June 20, 2024");
        assert_eq!(dated("Published:"), "");
        let file = "A title\n\nThe body of it.\n\nPublished: 6/20/2024\n";
        assert_eq!(page(file), ("A title", "6/20/2024", "The body of it."));
    }

    #[test]
    fn body_paragraphs_are_never_eaten() {
        for paragraph in [
            "By the time the storm had passed, three houses were gone.",
            "By Monday, all was quiet.",
            "Published in 1987, the novel made her name.",
            "Published: the long-awaited report on the 2008 crisis that brought down three banks in a single week.",
            "Updated: the minister resigns.",
            "Date palms line the road to 3 villages.",
            "Subscribe to the fund, he said. It will pay.",
            "Sign up for the army? \"Never,\" said the boy.",
            "Read more, write less.",
            "Share this article of faith with them.",
            "Advertisement spending rose.",
            "Copyright is a hard word.",
            "3 minute read times are a myth",
            "Comments were not to be had.",
        ] {
            let file = format!("A title\n\n{paragraph}\n\nMiddle.\n\n{paragraph}\n");
            let body = format!("{paragraph}\n\nMiddle.\n\n{paragraph}");
            assert_eq!(page(&file), ("A title", "", &*body), "{paragraph}");
        }
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
            page("Only a title\n\nOnly a title\n3 min read"),
            ("Only a title", "", "Only a title")
        );
        assert_eq!(page("Advertisement\n").2, "Advertisement");
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
