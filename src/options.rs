//! What a run is told, and what follows from it.

use crate::Result;
use crate::cluster::Keep;
use crate::corpus::CorpusOptions;
use crate::fingerprint::{Permutations, ShingleSize};
use crate::lsh::{Banding, Containment, FOUND_BY_TWO, Neighbours, Scheme};
use crate::memory::{Bound, Budget};
use crate::text::Furniture;
use crate::verify::Rule;
use std::path::PathBuf;

/// What a run is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// How the corpus is read.
    pub corpus: CorpusOptions,
    /// Words in a shingle.
    pub shingle_size: ShingleSize,
    /// Whether the furniture of the page (datelines, bylines, share lines) counts as text.
    pub furniture: Furniture,
    /// Values in a signature, 1 to [`MAX_PERMUTATIONS`](crate::fingerprint::MAX_PERMUTATIONS).
    pub permutations: usize,
    /// Chooses the hash functions of the signatures.
    pub seed: u64,
    /// Bands and rows; if there are none, articles meet by values that are close ([`scheme`](Self::scheme)).
    pub bands_and_rows: Option<(usize, usize)>,
    /// Which pairs are copies.
    pub rule: Rule,
    /// Which article of a cluster is its representative.
    pub keep: Keep,
    /// Whether the first bad record ends the run.
    pub strict: bool,
    /// A folder that keeps finished fingerprints, file by file: a run that was killed, that is repeated with another rule, or that reads some of the
    /// same files and new ones, takes them from there.
    pub checkpoint: Option<PathBuf>,
    /// The most memory that the process may take, without what the system uses to cache files; beyond it, signatures,
    /// candidates and evidence go to temporary files, which changes nothing in the result. None for no bound.
    pub memory: Option<Bound>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            corpus: CorpusOptions::default(),
            shingle_size: ShingleSize::default(),
            furniture: Furniture::default(),
            permutations: 128,
            seed: 1,
            bands_and_rows: None,
            rule: Rule::default(),
            keep: Keep::default(),
            strict: false,
            checkpoint: None,
            memory: None,
        }
    }
}

impl Options {
    /// Whether the parameters are in their ranges and go together, on so many threads; what reads a corpus checks it itself.
    ///
    /// ```
    /// use wirecopy::Options;
    /// let options = Options { permutations: 64, bands_and_rows: Some((42, 3)), ..Options::default() };
    /// assert!(options.check(1).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) that says which does not, and what would do.
    pub fn check(&self, threads: usize) -> Result<()> {
        Permutations::new(self.permutations, self.seed)?;
        self.scheme()?;
        Budget::new(self.memory, threads).map(drop)
    }

    /// Which articles become candidates: those that agree in one of the bands that are given; or those that agree in two values that
    /// are close, chosen so that a pair at the threshold is found and, where containment counts, one that
    /// is [similar enough](FOUND_BY_TWO) not to be looked for by [single values](Self::unlike_copies).
    ///
    /// ```
    /// use wirecopy::{Options, lsh::Scheme};
    /// let options = Options::default();
    /// assert!(matches!(options.scheme()?, Scheme::Neighbours(_)));
    /// assert!(options.scheme()?.probability(0.5) > 0.99);
    /// let bands = Options { bands_and_rows: Some((42, 3)), ..options };
    /// assert!(matches!(bands.scheme()?, Scheme::Bands(_)) && bands.unlike_copies().is_none());
    /// # Ok::<(), wirecopy::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) if the bands do not fit the permutations.
    pub fn scheme(&self) -> Result<Scheme> {
        match self.bands_and_rows {
            Some((bands, rows)) => Banding::new(bands, rows, self.permutations).map(Scheme::Bands),
            None => {
                let floor = self.rule.floor();
                let contained = floor.containment().map_or(1.0, |_| FOUND_BY_TWO);
                let similarity = floor.threshold().min(contained);
                let neighbours = Neighbours::for_similarity(similarity, self.permutations);
                Ok(Scheme::Neighbours(neighbours))
            }
        }
    }

    /// What is looked for besides, by single values ([`candidates_and_unlike`](crate::lsh::candidates_and_unlike)): articles
    /// contained in much longer ones, where containment counts, unless bands and rows are given.
    pub fn unlike_copies(&self) -> Option<Containment> {
        let least = self.rule.least_contained()?;
        self.bands_and_rows.is_none().then(|| Containment {
            least,
            min_shingles: self.rule.floor().min_shingles(),
            found_by_two: FOUND_BY_TWO,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unlike_copies_are_looked_for_unless_told_otherwise() {
        let options = Options::default();
        assert_eq!(
            options.unlike_copies().map(|looked| looked.least),
            Some(0.75)
        );
        let bands_and_rows = Some((64, 2));
        let given = Options {
            bands_and_rows,
            ..options.clone()
        };
        assert_eq!(given.unlike_copies(), None);
        let acceptance = crate::verify::Acceptance::new(0.7, None, 30).unwrap();
        assert_eq!(
            Options {
                rule: Rule::Plain(acceptance),
                ..options
            }
            .unlike_copies(),
            None
        );
    }
}
