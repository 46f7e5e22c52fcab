//! The cluster report: one row for every article in a cluster of two or more.

use super::harmless;
use crate::{Result, Run};
use std::io::{self, Write};

/// The columns of the report, in order.
pub const CLUSTER_COLUMNS: [&str; 15] = [
    "cluster_id",
    "cluster_size",
    "representative",
    "id",
    "title",
    "source",
    "published",
    "url",
    "file",
    "line",
    "jaccard",
    "containment",
    "matched_id",
    "hours_after_first",
    "words",
];

/// Writes the report as CSV (RFC 4180, UTF-8, one header). `jaccard` and `containment`, to four places, are
/// those to the representative; titles, sources and dates are made [`harmless`], ids and urls stay as they are.
///
/// # Errors
/// If evidence cannot be read. A failure of `out` is the inner result, so that the caller can name the file.
pub fn write_clusters(run: &Run, out: impl Write) -> Result<io::Result<()>> {
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    if let Err(error) = csv.write_record(CLUSTER_COLUMNS) {
        return Ok(Err(error.into()));
    }
    for cluster in &run.clusters {
        let size = cluster.members.len().to_string();
        for member in &cluster.members {
            let description = run
                .evidence
                .description(member.article)?
                .unwrap_or_default();
            let matched = match member.matched {
                Some(article) => run.evidence.description(article)?.unwrap_or_default().id,
                None => String::new(),
            };
            let row = &run.fingerprints.rows[member.article as usize];
            let written = csv.write_record([
                cluster.id.as_str(),
                &size,
                if member.article == cluster.representative() {
                    "true"
                } else {
                    "false"
                },
                &description.id,
                &harmless(&description.title),
                &harmless(&description.source),
                &harmless(&description.published),
                &description.url,
                &run.corpus.files()[run.fingerprints.file(member.article)].name,
                &row.line.to_string(),
                &format!("{:.4}", member.jaccard),
                &format!("{:.4}", member.containment),
                &matched,
                &member
                    .hours_after_first
                    .map_or(String::new(), |hours| format!("{hours:.2}")),
                &row.tokens.to_string(),
            ]);
            if let Err(error) = written {
                return Ok(Err(error.into()));
            }
        }
    }
    Ok(csv.flush())
}
