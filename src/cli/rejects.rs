//! Bad records on their way to a file while the run goes on.

use crate::corpus::Reject;
use crate::progress::{Progress, Stage, Unit};
use crate::report::{Output, RejectsWriter};
use crate::{Error, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Passes everything on, and writes bad records to the rejects report if there is one.
///
/// A report that cannot be written stops the run: [`RejectLog::finish`] says why.
pub(super) struct RejectLog<'p> {
    inner: &'p dyn Progress,
    report: Mutex<Report>,
}

struct Report {
    writer: Option<RejectsWriter>,
    failed: Option<Error>,
}

impl<'p> RejectLog<'p> {
    pub(super) fn new(inner: &'p dyn Progress, out: Option<Output>) -> Result<Self> {
        let report = Report {
            writer: out.map(RejectsWriter::new).transpose()?,
            failed: None,
        };
        Ok(Self {
            inner,
            report: Mutex::new(report),
        })
    }

    /// The written report, or why it could not be written.
    pub(super) fn finish(self) -> Result<Option<Output>> {
        let report = self
            .report
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        match report.failed {
            Some(error) => Err(error),
            None => Ok(report.writer.map(RejectsWriter::finish)),
        }
    }

    fn report(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for RejectLog<'_> {
    fn begin(&self, stage: Stage, total: u64, unit: Unit) {
        self.inner.begin(stage, total, unit);
    }

    fn advance(&self, done: u64, articles: u64) {
        self.inner.advance(done, articles);
    }

    fn rejected(&self, reject: &Reject) {
        self.inner.rejected(reject);
        let mut report = self.report();
        if let Some(Err(error)) = report.writer.as_mut().map(|writer| writer.write(reject)) {
            report.failed.get_or_insert(error);
        }
    }

    fn end(&self) {
        self.inner.end();
    }

    fn cancelled(&self) -> bool {
        self.inner.cancelled() || self.report().failed.is_some()
    }
}
