//! Clusters to files.
//!
//! Each output has a file of this module, the page a folder: [`write_clusters`], [`write_pairs`], [`write_unique`], [`RejectsWriter`], [`Summary`],
//! [`write_page`]. They write to an [`Output`], which appears whole or not at all; tables go there by way of `table`, their cells by way of [`spreadsheet_safe`].

mod cell;
mod clusters;
mod output;
mod page;
mod pairs;
mod rejects;
mod summary;
mod table;
mod unique;
mod unplaced;

pub use cell::spreadsheet_safe;
pub use clusters::{CLUSTER_COLUMNS, Listed, write_clusters};
pub(crate) use output::place;
pub use output::{Complete, Output, packs};
pub use page::{
    ALIGNED_WORDS, Bounds, CHUNK, DEFAULT_PAGE_CLUSTERS, MOST_MEMBERS, MOST_PAIRS, PageCounts,
    write_page,
};
pub use pairs::{LISTED_DUPLICATES, PAIR_COLUMNS, PairCounts, write_pairs};
pub use rejects::{REJECT_COLUMNS, RejectsWriter};
pub use summary::{
    FoundCounts, FurnitureCounts, InputCounts, Measured, MeasuredJson, Parameters, Summary,
};
pub use unique::{Joint, write_unique};

/// The header rows of all tables that are written: no corpus, though they may stand in a folder that is one. They are what
/// [`CorpusOptions::passed_over`](crate::corpus::CorpusOptions::passed_over) asks for.
pub fn headers() -> Vec<String> {
    vec![
        CLUSTER_COLUMNS.join(","),
        PAIR_COLUMNS.join(","),
        REJECT_COLUMNS.join(","),
    ]
}

#[cfg(test)]
mod tests;
