//! How the library tells a program what it is doing, and is told to stop.

use crate::corpus::Reject;

/// A stage of the pipeline, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// Input that cannot be read twice (standard input, pipes) is copied to a temporary file.
    Spool,
    /// The corpus is read and every article becomes a signature.
    Fingerprint,
    /// Signatures are banded and grouped into candidate pairs.
    Candidates,
    /// The articles of candidate pairs are read again.
    Reread,
    /// Candidate pairs are compared by their real shingles.
    Verify,
    /// The outputs are written.
    Write,
}

/// What a stage counts while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of the input files as they lie on disk (compressed bytes of compressed files).
    Bytes,
    /// Bands, pairs, rows: whatever the stage works through one by one.
    Items,
}

/// Receives the progress of a run and can ask it to stop.
///
/// All calls may come from several threads at once.
pub trait Progress: Sync {
    /// A stage begins. `total` is how much there is to do, in `unit`s; 0 when it is not known.
    fn begin(&self, stage: Stage, total: u64, unit: Unit) {
        let _ = (stage, total, unit);
    }
    /// `done` more units of the running stage are done, and `articles` more articles were seen.
    fn advance(&self, done: u64, articles: u64) {
        let _ = (done, articles);
    }
    /// A bad record was found. Calls come in corpus order.
    fn rejected(&self, reject: &Reject) {
        let _ = reject;
    }
    /// The running stage is finished.
    fn end(&self) {}
    /// Whether the run should stop. Asked many times a second; the run then ends
    /// with [`Error::Interrupted`](crate::Error::Interrupted) and leaves no output behind.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Shows nothing and never asks to stop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}
