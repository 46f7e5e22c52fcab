//! How the library tells a program what it is doing, and is told to stop.

use crate::reject::Reject;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A stage of the pipeline, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// Input that cannot be read twice (standard input, pipes) is copied to a temporary file.
    Spool,
    /// Articles that are asked for are looked up in the corpus.
    Find,
    /// The corpus is read and every article becomes a signature.
    Fingerprint,
    /// Articles whose signatures agree in places become candidate pairs.
    Candidates,
    /// The articles of candidate pairs are read again.
    Reread,
    /// Candidate pairs are compared by their real shingles.
    Verify,
    /// Accepted pairs become clusters.
    Cluster,
    /// The outputs are written.
    Write,
    /// The texts on the page are read again and laid beside each other.
    Align,
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
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
/// use wirecopy::corpus::{Corpus, CorpusOptions};
/// use wirecopy::progress::{Progress, Silent};
/// use wirecopy::{Error, Options};
///
/// /// Counts what is seen, and stops a run after so many articles.
/// struct AtMost(u64, AtomicU64);
///
/// impl Progress for AtMost {
///     fn advance(&self, _: u64, articles: u64) {
///         self.1.fetch_add(articles, Relaxed);
///     }
///     fn cancelled(&self) -> bool {
///         self.1.load(Relaxed) > self.0
///     }
/// }
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("news.jsonl");
/// # std::fs::write(&path, "{\"text\": \"Snow closed the pass on Sunday, the rangers said.\"}\n".repeat(3))?;
/// let corpus = Corpus::open(&[path], CorpusOptions::default(), &Silent)?;
/// let few = AtMost(2, AtomicU64::new(0));
/// let stopped = wirecopy::cluster_corpus(corpus, &Options::default(), &few);
/// assert!(matches!(stopped, Err(Error::Interrupted)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// Whether the run should stop. Asked between pieces of work, which take a fraction of a second, but seconds in some stages of a very
    /// large corpus; the run then ends with [`Error::Interrupted`](crate::Error::Interrupted).
    fn cancelled(&self) -> bool {
        false
    }
}

/// Says nothing, and stops when another would.
pub(crate) struct OnlyStops<'p>(pub(crate) &'p dyn Progress);

impl Progress for OnlyStops<'_> {
    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

/// Shows nothing and never asks to stop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}

/// Passes everything on and measures how long each stage takes.
///
/// ```
/// use wirecopy::progress::{Progress, Silent, Stage, Timed, Unit};
/// let timed = Timed::new(&Silent);
/// timed.begin(Stage::Verify, 10, Unit::Items);
/// timed.end();
/// assert_eq!(timed.times().keys().collect::<Vec<_>>(), [&Stage::Verify]);
/// ```
pub struct Timed<'p> {
    inner: &'p dyn Progress,
    times: Mutex<Times>,
}

#[derive(Default)]
struct Times {
    running: Option<(Stage, Instant)>,
    done: BTreeMap<Stage, Duration>,
}

impl<'p> Timed<'p> {
    /// Passes everything on to `inner`.
    pub fn new(inner: &'p dyn Progress) -> Self {
        Self {
            inner,
            times: Mutex::default(),
        }
    }

    /// How long the finished stages took; a stage that ran several times has the sum.
    pub fn times(&self) -> BTreeMap<Stage, Duration> {
        self.lock().done.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Timed<'_> {
    fn begin(&self, stage: Stage, total: u64, unit: Unit) {
        self.lock().running = Some((stage, Instant::now()));
        self.inner.begin(stage, total, unit);
    }
    fn advance(&self, done: u64, articles: u64) {
        self.inner.advance(done, articles);
    }
    fn rejected(&self, reject: &Reject) {
        self.inner.rejected(reject);
    }
    fn end(&self) {
        let mut times = self.lock();
        if let Some((stage, start)) = times.running.take() {
            *times.done.entry(stage).or_default() += start.elapsed();
        }
        drop(times);
        self.inner.end();
    }
    fn cancelled(&self) -> bool {
        self.inner.cancelled()
    }
}
