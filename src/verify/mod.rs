//! Candidate pairs to verified pairs.
//!
//! The articles that matter are read a second time ([`Evidence::gather`]); every candidate pair is then
//! compared by its real shingle sets ([`verify`]) and accepted or not by the [`Acceptance`] rule. What is
//! reported is therefore true of the texts, whatever the signatures said.

mod evidence;
mod ranks;
mod rule;
mod shingle_set;
mod spool;

pub use evidence::{Description, Evidence};
pub use rule::{Acceptance, PREFILTER_LOSS, Prefilter, Similarity};

use crate::progress::{Progress, Stage, Unit};
use crate::{Error, Result};
use rayon::prelude::*;

/// An accepted pair of articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The article that stands first in the corpus.
    pub a: u32,
    /// The other article.
    pub b: u32,
    /// How alike they are.
    pub similarity: Similarity,
}

/// Compares every candidate pair (sorted) and returns those that `rule` accepts, in the same order.
///
/// # Errors
/// If evidence that lies in a temporary file cannot be read; [`Error::Interrupted`].
pub fn verify(
    pairs: &[(u32, u32)],
    evidence: &Evidence,
    rule: Acceptance,
    progress: &dyn Progress,
) -> Result<Vec<Edge>> {
    /// Pairs that a thread takes at a time.
    const STRETCH: usize = 4096;
    progress.begin(Stage::Verify, pairs.len() as u64, Unit::Items);
    let stretches: Result<Vec<Vec<Edge>>> = pairs
        .par_chunks(STRETCH)
        .map(|stretch| {
            if progress.cancelled() {
                return Err(Error::Interrupted);
            }
            let mut accepted = Vec::new();
            let mut comparison = evidence.comparison();
            for &(a, b) in stretch {
                if let Some(similarity) = comparison.accepted(a, b, rule)? {
                    accepted.push(Edge { a, b, similarity });
                }
            }
            progress.advance(stretch.len() as u64, 0);
            Ok(accepted)
        })
        .collect();
    progress.end();
    Ok(stretches?.concat())
}
