//! When and where texts were printed.
//!
//! Exact duplicates are compared with others as one text, so that all their dates count as its dates, and all their sources as its
//! sources. What is said of it does not depend on where in the corpus they stand.

use super::Evidence;
use super::ranks::Ranks;
use crate::Result;
use crate::fingerprint::Duplicates;
use std::cmp::Ordering;

/// A date in seconds since 1970 UTC, and an article that stands for the occurrence of a text at that time.
pub(super) type Printing = (i64, u32);

/// When and where texts were printed. A text goes by the first article with its words.
#[derive(Debug)]
pub(super) struct Printings<'a> {
    /// The texts that have several printings, and these by date.
    several: Ranks,
    pub(super) dated: Lists<Printing>,
    /// The sources that they name, sorted.
    sources: Lists<u32>,
    /// The earliest of them, whose title counts for all. That it is not the first in the corpus keeps the order of the corpus from mattering.
    earliest: Vec<u32>,
    pub(super) evidence: &'a Evidence,
}

/// Lists one behind the other.
#[derive(Debug)]
pub(super) struct Lists<T> {
    items: Vec<T>,
    ends: Vec<usize>,
}

impl<T> Lists<T> {
    /// None yet, with room for so many with so many items.
    fn with_room(lists: usize, items: usize) -> Self {
        Self {
            items: Vec::with_capacity(items),
            ends: Vec::with_capacity(lists),
        }
    }

    /// None, with room for as many.
    pub(super) fn as_roomy(&self) -> Self {
        Self::with_room(self.ends.len(), self.items.len())
    }

    /// Adds a list.
    pub(super) fn push(&mut self, list: impl IntoIterator<Item = T>) {
        self.items.extend(list);
        self.ends.push(self.items.len());
    }

    fn get(&self, number: usize) -> &[T] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[start..self.ends[number]]
    }
}

impl<'a> Printings<'a> {
    /// Of a corpus of so many articles.
    ///
    /// # Errors
    /// If evidence that lies in a temporary file cannot be read.
    pub(super) fn new(
        duplicates: &Duplicates,
        articles: usize,
        evidence: &'a Evidence,
    ) -> Result<Self> {
        let groups = duplicates.pairs.chunk_by(|a, b| a.0 == b.0);
        let firsts = groups.clone().map(|group| group[0].0);
        let texts = groups.clone().count();
        let printed = texts + duplicates.pairs.len();
        let mut dated = Lists::with_room(texts, printed);
        let mut sources = Lists::with_room(texts, printed);
        let mut earliest = Vec::with_capacity(texts);
        let (mut printings, mut named) = (Vec::new(), Vec::new());
        for group in groups {
            let first = group[0].0;
            let articles = std::iter::once(first).chain(group.iter().map(|&(_, other)| other));
            earliest.push(earliest_of(
                articles.clone(),
                evidence.size(first) > 0,
                evidence,
            )?);
            let dates = articles.clone();
            let dates = dates.filter_map(|article| evidence.published(article));
            printings.clear();
            printings.extend(dates.map(|date| (date, first)));
            printings.sort_unstable();
            dated.push(printings.iter().copied());
            let of_all = articles.map(|article| evidence.source(article));
            named.clear();
            named.extend(of_all.filter(|&source| source != 0));
            named.sort_unstable();
            named.dedup();
            sources.push(named.iter().copied());
        }
        Ok(Self {
            several: Ranks::of(articles, firsts),
            dated,
            sources,
            earliest,
            evidence,
        })
    }

    /// The article whose title counts for a text.
    pub(super) fn earliest(&self, text: u32) -> u32 {
        let rank = self.several.rank(text);
        rank.map_or(text, |rank| self.earliest[rank])
    }

    /// Numbers for the sources of a text, sorted; none if it names none, and several if others printed the same words.
    pub(super) fn sources<'s>(&'s self, text: u32, one: &'s mut [u32; 1]) -> &'s [u32] {
        if let Some(rank) = self.several.rank(text) {
            return self.sources.get(rank);
        }
        match self.evidence.source(text) {
            0 => &[],
            source => {
                *one = [source];
                one
            }
        }
    }

    /// Whether two texts are [mostly](mostly_the_same) of the same sources: what these should keep apart they did.
    pub(super) fn of_one_source(&self, a: u32, b: u32) -> bool {
        let (mut of_a, mut of_b) = ([0], [0]);
        mostly_the_same(self.sources(a, &mut of_a), self.sources(b, &mut of_b))
    }

    /// The least number of hours between two texts; none if one has no date.
    pub(super) fn apart(&self, a: u32, b: u32) -> Option<f64> {
        let (mut of_a, mut of_b) = ([(0, 0)], [(0, 0)]);
        let (a, b) = (self.of(a, &mut of_a), self.of(b, &mut of_b));
        let (fewer, more) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        let gaps = fewer.iter().flat_map(|&(date, _)| {
            let next = more.partition_point(|&(other, _)| other < date);
            let around = &more[next.saturating_sub(1)..more.len().min(next + 1)];
            around.iter().map(move |&(other, _)| date.abs_diff(other))
        });
        gaps.min().map(|seconds| seconds as f64 / 3600.0)
    }

    /// When a text was printed first; none if no date is known.
    pub(super) fn date(&self, text: u32) -> Option<i64> {
        self.of(text, &mut [(0, 0)]).first().map(|&(date, _)| date)
    }

    /// The printings of a text, by date.
    pub(super) fn of<'s>(&'s self, text: u32, one: &'s mut [Printing; 1]) -> &'s [Printing] {
        if let Some(rank) = self.several.rank(text) {
            return self.dated.get(rank);
        }
        match self.evidence.published(text) {
            Some(date) => {
                *one = [(date, text)];
                one
            }
            None => &[],
        }
    }
}

/// Of articles with the same words that of the earliest date; of several one that says where it was printed, by its source, and then by the
/// figures in its title: of such that differ in nothing else any will do, and so of those that are compared with no other text.
fn earliest_of(
    articles: impl Iterator<Item = u32>,
    is_compared: bool,
    evidence: &Evidence,
) -> Result<u32> {
    let key = |article: u32| {
        let (date, source) = (evidence.published(article), evidence.source(article));
        (date.is_none(), date, source == 0, source)
    };
    let mut best: Option<u32> = None;
    let mut scratch = [Vec::new(), Vec::new()];
    for article in articles {
        let Some(held) = best else {
            best = Some(article);
            continue;
        };
        let before = match key(article).cmp(&key(held)) {
            Ordering::Equal if !is_compared => false,
            Ordering::Equal => {
                let [of_one, of_other] = &mut scratch;
                evidence.figures(article, of_one)? < evidence.figures(held, of_other)?
            }
            order => order.is_lt(),
        };
        if before {
            best = Some(article);
        }
    }
    Ok(best.unwrap_or_default())
}

/// Whether at least half of the sources of that of two texts which has fewer are sources of the other, too (both sorted). That one outlet printed
/// both of two versions that forty others printed does not make them articles of one outlet.
pub(super) fn mostly_the_same(a: &[u32], b: &[u32]) -> bool {
    let (fewer, more) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let common = fewer.iter().filter(|it| more.binary_search(it).is_ok());
    let common = common.count();
    common > 0 && 2 * common >= fewer.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_source_of_many_does_not_make_two_texts_its_own() {
        assert!(mostly_the_same(&[3], &[3]) && mostly_the_same(&[1, 3, 5], &[3]));
        assert!(mostly_the_same(&[1, 3, 5], &[2, 3, 4, 5]) && mostly_the_same(&[1, 3], &[3, 4]));
        assert!(!mostly_the_same(&[3], &[4]) && !mostly_the_same(&[1, 3, 5], &[3, 4, 6]));
        // Of what names none nothing is known.
        assert!(!mostly_the_same(&[], &[]) && !mostly_the_same(&[], &[3]));
    }
}
