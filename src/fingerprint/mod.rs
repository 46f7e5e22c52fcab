//! Tokens -> shingles -> signature: what articles are compared by.
//!
//! * [`shingles`] hashes every window of k consecutive words. The Jaccard similarity of two
//!   articles is that of their sets of shingles: the shared ones as a share of all.
//! * [`Permutations::signature`] boils the set down to a fixed number of 32-bit values, and
//!   [`estimate`] reads the similarity of two sets off their signatures.
//! * [`Digest`] tells whether two articles are word for word the same.
//!
//! The parts, in the order in which an article goes through them: `pass` (the first reading) with `checkpoint`; `shingles`, `distinct`,
//! `signature` with `kernels` and `layout`, `digest`, `ids`; what is kept of all: `fingerprints` with `article_rows`, `places`, `days`, `sizes_and_days` with `sizes`, `unread_dates`, `stored`: `signatures` or `signature_file`;
//! what is told from that: `duplicates` with `equal`, `articles`.
//!
//! All of it is a fixed function of the tokens (and of a seed, for signatures): the same bits
//! on every machine, from every [kernel](Kernel). `kernels/x86.rs` is the only file of this
//! stage with `unsafe` code, and only to call code compiled for instructions whose presence
//! was checked.
//!
//! ```
//! use wirecopy::fingerprint::{Permutations, ShingleSize, estimate, shingles};
//! use wirecopy::text::Tokeniser;
//!
//! # fn main() -> wirecopy::Result<()> {
//! let mut tokeniser = Tokeniser::new();
//! let permutations = Permutations::new(128, 1)?;
//! let mut signature = |text| {
//!     let mut all = Vec::new();
//!     shingles(tokeniser.tokens(text), ShingleSize::new(3)?, &mut all);
//!     let mut signature = vec![0; permutations.len()];
//!     permutations.signature(&all, &mut signature);
//!     wirecopy::Result::Ok(signature)
//! };
//! let a = signature("The ferry to the islands was cancelled on Monday because of high winds")?;
//! let b = signature("The ferry to the islands was cancelled on Tuesday because of high winds")?;
//! // 8 of 14 shingles are shared.
//! assert!((estimate(&a, &b) - 8.0 / 14.0).abs() < 0.15);
//! # Ok(())
//! # }
//! ```

mod article_rows;
mod articles;
mod checkpoint;
mod days;
mod digest;
mod distinct;
mod duplicates;
mod equal;
mod fingerprints;
mod ids;
mod kernels;
mod layout;
mod pass;
mod places;
mod shingles;
mod signature;
mod signature_file;
mod signatures;
mod sizes;
mod sizes_and_days;
mod stored;
mod unread_dates;

pub use article_rows::ArticleRows;
pub use articles::ArticleSet;
pub(crate) use articles::articles_of_words;
pub use days::{Day, Days};
pub use digest::{Digest, DigestPart};
pub use duplicates::{Duplicates, Recurring};
pub use fingerprints::Fingerprints;
pub use ids::DuplicateIds;
pub use kernels::Kernel;
pub(crate) use layout::binomial;
pub use layout::{Layout, LeastScores};
pub use pass::{FingerprintOptions, fingerprint_corpus};
pub use places::RecordStart;
pub use shingles::{ShingleSize, shingles};
pub use signature::{MAX_PERMUTATIONS, Permutations, agreeing, estimate};
pub use signature_file::SignatureFile;
pub(crate) use signature_file::ThreeBytes;
pub use signatures::Signatures;
pub(crate) use sizes::{BySizes, Size};
pub(crate) use sizes_and_days::SizeAndDay;
pub use sizes_and_days::SizesAndDays;
pub use stored::StoredSignatures;
pub use unread_dates::{UnreadDate, UnreadDates};
