//! Tokens to shingles to signatures.

mod minhash;
mod shingles;
mod signatures;

pub use minhash::{Permutations, agreeing};
pub(crate) use shingles::mix;
pub use shingles::{Digest, ShingleSize, digest, shingles};
pub use signatures::Signatures;
