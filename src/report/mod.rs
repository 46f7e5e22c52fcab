//! Clusters to files.

mod cell;
mod clusters;
mod output;
mod pairs;
mod rejects;
mod summary;
mod table;
mod unique;

pub use cell::harmless;
pub use clusters::{CLUSTER_COLUMNS, Listed, write_clusters};
pub use output::{Complete, Output};
pub use pairs::{LISTED_DUPLICATES, PAIR_COLUMNS, PairCounts, write_pairs};
pub use rejects::{REJECT_COLUMNS, RejectsWriter};
pub use summary::{Measured, Summary};
pub use unique::{Joint, write_unique};

#[cfg(test)]
mod tests;
