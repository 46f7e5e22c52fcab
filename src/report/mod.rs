//! Clusters to files.

mod cell;
mod clusters;
mod output;

pub use cell::harmless;
pub use clusters::{CLUSTER_COLUMNS, write_clusters};
pub use output::Output;

#[cfg(test)]
mod tests;
