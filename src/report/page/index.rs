//! What the list of clusters needs of each.

use serde::Serialize;

/// Other titles of a cluster that can be searched for.
const MOST_TITLES: usize = 5;
/// Outlets of a cluster that can be searched for.
const MOST_SOURCES: usize = 40;
/// Articles of a cluster whose ids can be searched for.
const MOST_IDS: usize = 10;
/// Characters of a title, and of an id that can be searched for.
const TITLE: usize = 200;
/// Characters of an opening that stands for a title.
const OPENING: usize = 90;

/// A cluster in the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Entry {
    pub id: String,
    pub size: usize,
    /// Of the representative; if it has none the [opening] of its text, or else its id.
    pub title: String,
    /// Other titles of members, each once.
    pub titles: Vec<String>,
    /// The ids of its first members.
    pub ids: Vec<String>,
    /// The numbers of its outlets in the order of members; the first may not be that of the representative.
    pub sources: Vec<u32>,
    /// How many outlets there are.
    pub outlets: usize,
    /// The earliest date in seconds since 1970 UTC.
    pub first: Option<i64>,
    /// Hours from it to the latest.
    pub hours: Option<f64>,
    /// The lowest Jaccard similarity of a member to the representative.
    pub low: f64,
    /// The highest one of another member.
    pub high: f64,
}

/// Gathers an entry, member by member.
#[derive(Debug, Default)]
pub(super) struct Entries {
    titles: Vec<String>,
    ids: Vec<String>,
    sources: Vec<u32>,
}

impl Entries {
    pub fn member(&mut self, title: &str, id: &str, source: Option<u32>) {
        if self.ids.len() < MOST_IDS {
            self.ids.push(cut(id));
        }
        let title = cut(title.trim());
        if self.titles.len() <= MOST_TITLES && !title.is_empty() && !self.titles.contains(&title) {
            self.titles.push(title);
        }
        if let Some(source) = source
            && !self.sources.contains(&source)
        {
            self.sources.push(source);
        }
    }

    /// The entry of a cluster whose representative has this title, `id` and so on.
    pub fn finish(self, mut entry: Entry) -> Entry {
        entry.title = cut(entry.title.trim());
        entry.titles = self.titles;
        entry.titles.retain(|title| *title != entry.title);
        entry.titles.truncate(MOST_TITLES);
        entry.ids = self.ids;
        entry.outlets = self.sources.len();
        entry.sources = self.sources;
        entry.sources.truncate(MOST_SOURCES);
        entry
    }
}

/// A title, cut if it is very long.
pub(super) fn cut(title: &str) -> String {
    match title.char_indices().nth(TITLE) {
        Some((at, _)) => format!("{}…", &title[..at]),
        None => title.to_owned(),
    }
}

/// The first words of a text, on one line.
pub(super) fn opening(text: &str) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let space = usize::from(length > 0);
        // No more of it is looked at: a script without spaces makes one word of a text.
        let letters: Vec<char> = word.chars().take(OPENING + 1).collect();
        if length + space + letters.len() > OPENING {
            if length == 0 {
                line.extend(&letters[..OPENING]);
            }
            return line + "…";
        }
        line.extend([' '].iter().take(space).chain(&letters));
        length += space + letters.len();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_outlets_are_listed_once() {
        let mut entries = Entries::default();
        for (title, source) in [("A", 3), ("B", 1), ("A ", 3), ("", 2), ("C", 1)] {
            entries.member(title, "x", Some(source));
        }
        let entry = Entry {
            id: "c0".into(),
            size: 5,
            title: " A".into(),
            titles: Vec::new(),
            ids: Vec::new(),
            sources: Vec::new(),
            outlets: 0,
            first: None,
            hours: None,
            low: 0.5,
            high: 1.0,
        };
        let entry = entries.finish(entry);
        assert_eq!((entry.title.as_str(), entry.outlets), ("A", 3));
        assert_eq!(entry.titles, ["B", "C"]);
        assert_eq!(entry.sources, [3, 1, 2]);
        assert_eq!(entry.ids, ["x"; 5]);
        assert_eq!(cut(&"é".repeat(300)).chars().count(), 201);
    }

    #[test]
    fn an_opening_is_one_line_that_ends_with_a_word() {
        assert_eq!(
            opening(" Rain fell\n\non  Monday.\n"),
            "Rain fell on Monday."
        );
        assert_eq!(opening(""), "");
        let words = opening(&"harbour ".repeat(30));
        assert_eq!(words, format!("{}…", ["harbour"; 11].join(" ")));
        assert_eq!(opening(&"harbour ".repeat(11)), words.trim_end_matches('…'));
        assert_eq!(opening(&"海".repeat(91)), "海".repeat(90) + "…");
        assert_eq!(opening(&"海".repeat(90)), "海".repeat(90));
    }
}
