//! What is wrong with a record, where its place is not known yet.

use crate::reject::{Reject, RejectReason};

/// A reason and its words, before the file and the line are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub reason: RejectReason,
    pub detail: String,
}

impl Fault {
    pub fn new(reason: RejectReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }

    pub fn at(self, file: &str, line: Option<u64>) -> Reject {
        Reject {
            file: file.to_owned(),
            line,
            reason: self.reason,
            detail: self.detail,
        }
    }
}
