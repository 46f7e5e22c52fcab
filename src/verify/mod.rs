//! Candidate pairs to verified pairs: the measures of similarity and the rule of acceptance.

mod rule;
mod shingle_set;

pub use rule::{Acceptance, PREFILTER_LOSS, Prefilter, Similarity};
pub use shingle_set::{distinct, shared};
