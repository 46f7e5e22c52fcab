//! Tokens to shingles to signatures.

mod duplicates;
mod minhash;
mod pass;
mod shingles;
mod signatures;

pub use duplicates::Duplicates;
pub use minhash::{Permutations, agreeing};
pub use pass::{FingerprintOptions, Fingerprints, Row, fingerprint_corpus};
pub(crate) use shingles::mix;
pub use shingles::{Digest, ShingleSize, digest, shingles};
pub use signatures::Signatures;
