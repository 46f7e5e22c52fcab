//! What the list of clusters needs of each.

use serde::Serialize;

/// Other titles of a cluster that can be searched for.
const MOST_TITLES: usize = 5;
/// Outlets of a cluster that can be searched for.
const MOST_SOURCES: usize = 40;
/// Characters of a title.
const TITLE: usize = 200;

/// A cluster in the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Entry {
    pub id: String,
    pub size: usize,
    /// Of the representative; its id if it has none.
    pub title: String,
    /// Other titles of members, each once.
    pub titles: Vec<String>,
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
    sources: Vec<u32>,
}

impl Entries {
    pub fn member(&mut self, title: &str, source: Option<u32>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_outlets_are_listed_once() {
        let mut entries = Entries::default();
        for (title, source) in [("A", 3), ("B", 1), ("A ", 3), ("", 2), ("C", 1)] {
            entries.member(title, Some(source));
        }
        let entry = Entry {
            id: "c0".into(),
            size: 5,
            title: " A".into(),
            titles: Vec::new(),
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
        assert_eq!(cut(&"é".repeat(300)).chars().count(), 201);
    }
}
