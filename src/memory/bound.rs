//! The most that a run may take, and what is said of one that is too low.

use super::Size;

/// The most memory that a run may take, and who said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Somebody asked for it.
    Asked(Size),
    /// Nobody did: it is a share of what the machine has.
    Usual(Size),
}

impl Bound {
    /// How much it is.
    pub fn size(self) -> Size {
        match self {
            Self::Asked(size) | Self::Usual(size) => size,
        }
    }

    /// Why this bound does not do for `whom`, and what to do; so much would be enough.
    pub(super) fn too_little(self, whom: &str, least: Size) -> String {
        let least = least.in_whole_megabytes();
        match self {
            Self::Asked(size) => {
                format!("--memory {size} is too little for {whom}: it takes at least {least}")
            }
            Self::Usual(Size(bytes)) => format!(
                "the memory of this machine (or of its control group) is too little for {whom}: three quarters of it, {}MB, is the \
                 bound unless --memory gives another, and it takes at least {least}; use fewer --threads or a machine with more memory, \
                 or give --memory {least} if so much is free",
                bytes / 1_000_000
            ),
        }
    }
}

impl From<Size> for Bound {
    fn from(size: Size) -> Self {
        Self::Asked(size)
    }
}
