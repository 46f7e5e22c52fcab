//! The one error type. Every variant says what was wrong, where, and what to do.

use std::io;
use std::path::{Path, PathBuf};

/// A result whose error is [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can stop a run.
///
/// ```
/// use wirecopy::{Error, Options, progress::Silent};
/// let none = wirecopy::cluster(&["no/such/news.jsonl".into()], &Options::default(), &Silent);
/// match none.map(drop) {
///     Err(Error::Input(message)) => assert!(message.contains("no/such/news.jsonl")),
///     other => panic!("{other:?}"),
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was being done, as a verb: "read", "create", "rename".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The input cannot be used as it was given: nothing found, no text field,
    /// two text fields, an unknown format. The message names the place and the remedy.
    #[error("{0}")]
    Input(String),
    /// A parameter is out of its range or two parameters do not go together.
    #[error("{0}")]
    Parameter(String),
    /// The first bad record of a run with `strict`. Without it a bad record is counted and the run goes on.
    #[error("{0} (stopped because of --strict)")]
    Rejected(crate::reject::Reject),
    /// There are records, so many, but none that could be used.
    #[error("no record could be used (bad records: {0})")]
    NoArticles(u64),
    /// An input file was changed while it was being read.
    #[error("{} changed while it was being read; run again on a file that stays as it is", .0.display())]
    Changed(PathBuf),
    /// The run was asked to stop. It has written no output; a [checkpoint](crate::Options::checkpoint) keeps what was finished.
    #[error("interrupted; no output was written")]
    Interrupted,
}

impl Error {
    /// An [`Error::Io`], for use in `map_err`.
    pub fn io(action: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
