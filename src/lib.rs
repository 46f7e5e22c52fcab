//! Finds near-duplicate news.

pub mod corpus {
    //! Stand-in until the stage lands.
    /// A bad record.
    #[derive(Debug)]
    pub struct Reject;
    impl std::fmt::Display for Reject {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("bad record")
        }
    }
}
pub mod error;
pub mod progress;

pub use error::{Error, Result};
