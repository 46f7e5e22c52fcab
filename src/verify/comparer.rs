//! Two articles compared by their shingle sets.

use super::recent_sets::RecentSets;
use super::shingle_set::Members;
use super::{Acceptance, Evidence, Similarity};
use crate::Result;

impl Evidence {
    /// A way to compare articles one after another.
    pub fn comparer(&self) -> Comparer<'_> {
        self.comparer_with_openings(0)
    }

    /// The same, made for [`Comparer::same_opening`] too: an opening has at most `opening` shingles, 64 at the most.
    pub(super) fn comparer_with_openings(&self, opening: usize) -> Comparer<'_> {
        Comparer {
            evidence: self,
            opening: opening.min(u64::BITS as usize),
            first: None,
            set: Members::default(),
            start: Members::default(),
            shared: Vec::new(),
            other_start: Vec::new(),
            sets: RecentSets::default(),
        }
    }
}

/// Compares articles by the shingle sets that were gathered of them; [`Evidence::comparer`] makes one.
///
/// The set of the first article is kept from one comparison to the next, in a form in which shingles are looked up: pairs that are
/// sorted by their first article cost little. For work on several threads make one for each.
///
/// ```
/// use wirecopy::{Options, progress::Silent, verify::Acceptance};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("news.jsonl");
/// # std::fs::write(&path, concat!(
/// #     r#"{"text":"Two divers brought the bell of the Marigold up from the sea bed off Tarn Point on Thursday."}"#, "\n",
/// #     r#"{"text":"Two divers brought the bell of the Marigold up from the sea bed off Tarn Point on Friday."}"#, "\n",
/// # ))?;
/// // "... off Tarn Point on Thursday." and "... off Tarn Point on Friday."
/// let run = wirecopy::cluster(&[path], &Options::default(), &Silent)?;
/// let mut comparer = run.evidence.comparer();
/// let similarity = comparer.similarity(0, 1)?;
/// assert_eq!((similarity.shared, similarity.size_a, similarity.size_b), (15, 16, 16));
/// let strict = Acceptance::new(0.95, None, 0)?;
/// assert_eq!(comparer.accepted(0, 1, strict)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Comparer<'a> {
    evidence: &'a Evidence,
    opening: usize,
    first: Option<u32>,
    /// The set of the first article, and its opening.
    set: Members,
    start: Members,
    /// A bit for each shingle of the second article of the last comparison: whether the first has it.
    shared: Vec<u64>,
    /// The opening of that article.
    other_start: Vec<[u8; 8]>,
    sets: RecentSets,
}

impl Comparer<'_> {
    /// How alike two articles are. An article whose shingles were not gathered has none.
    ///
    /// # Errors
    /// If a shingle set lies in a temporary file that cannot be read.
    pub fn similarity(&mut self, a: u32, b: u32) -> Result<Similarity> {
        let found = self.compare(a, b, |_, _| 0)?;
        Ok(found.expect("no pair shares fewer than none"))
    }

    /// How alike two articles are if `rule` accepts them.
    ///
    /// # Errors
    /// If a shingle set lies in a temporary file that cannot be read.
    pub fn accepted(&mut self, a: u32, b: u32, rule: Acceptance) -> Result<Option<Similarity>> {
        let found = self.compare(a, b, |a, b| rule.least_shared(a, b))?;
        Ok(found.filter(|&similarity| rule.accepts(similarity)))
    }

    /// Which shingles of the second article of the last comparison, if that gave a similarity, the first has: a bit for each,
    /// in whole words.
    pub(super) fn shared(&self) -> &[u64] {
        &self.shared
    }

    /// How many shingles the openings of the two articles of the last comparison share, if that gave a similarity.
    pub(super) fn same_opening(&self) -> u32 {
        let shared = self.shared.first().copied().unwrap_or(0);
        let same = self
            .other_start
            .iter()
            .enumerate()
            .filter(|&(at, &shingle)| {
                shared >> at & 1 == 1 && self.start.contains(u64::from_le_bytes(shingle))
            });
        same.count() as u32
    }

    /// How alike two articles are, unless they share fewer shingles than `needed` says for their sizes.
    fn compare(
        &mut self,
        a: u32,
        b: u32,
        needed: impl Fn(u32, u32) -> u32,
    ) -> Result<Option<Similarity>> {
        if self.first != Some(a) {
            self.first = None;
            let shingles = self.sets.of(self.evidence, a)?;
            self.set.fill(shingles);
            self.start
                .fill(&shingles[..shingles.len().min(self.opening)]);
            self.first = Some(a);
        }
        let other = self.sets.of(self.evidence, b)?;
        let (size_a, size_b) = (self.set.len() as u32, other.len() as u32);
        let shared = self
            .set
            .shared(other, needed(size_a, size_b), &mut self.shared);
        self.other_start.clear();
        if shared.is_some() {
            let opening = other.iter().take(self.opening);
            self.other_start.extend(opening);
        }
        Ok(shared.map(|shared| Similarity {
            shared,
            size_a,
            size_b,
        }))
    }
}
