//! Finds near-duplicate news: the same agency report printed by many outlets, cut, retitled, extended.
//!
//! The stages, in the order in which they run; a stage knows those above it:
//!
//! * [`corpus`]: files become articles.
//! * [`text`]: a text becomes tokens, the hashes of its words.
//! * [`fingerprint`]: tokens become shingles, shingles a MinHash signature.
//! * [`lsh`]: signatures that agree on a band become candidate pairs.
//! * [`verify`]: exact Jaccard similarity and containment, and the rule that accepts a pair.
//! * [`cluster`]: accepted pairs become connected components.
//!
//! ```
//! use wirecopy::fingerprint::{Permutations, ShingleSize, Signatures, shingles};
//! use wirecopy::lsh::{Banding, candidates};
//! use wirecopy::progress::Silent;
//! use wirecopy::text::Tokeniser;
//!
//! let texts = [
//!     "The port of Harlow Bay reopened on Monday after a two-day strike, the harbour master said.",
//!     "Rain is expected in the northern valleys on Tuesday, forecasters said.",
//!     "The port of Harlow Bay reopened on Monday after a two-day strike, its harbour master said.",
//! ];
//! let permutations = Permutations::new(128, 1)?;
//! let mut tokeniser = Tokeniser::new();
//! let mut signatures = Signatures::new(permutations.len());
//! let (mut set, mut signature) = (Vec::new(), vec![0; permutations.len()]);
//! for text in texts {
//!     shingles(tokeniser.tokens(text), ShingleSize::default(), &mut set);
//!     permutations.signature(&set, &mut signature);
//!     signatures.extend(&signature);
//! }
//! let banding = Banding::for_similarity(0.5, permutations.len())?;
//! let found = candidates(&signatures, &[0, 1, 2], banding, |_, _, agreeing| agreeing > 20, &Silent)?;
//! assert_eq!(found.pairs, [(0, 2)]);
//! # Ok::<(), wirecopy::Error>(())
//! ```

pub mod cluster;
pub mod corpus;
pub mod error;
pub mod fingerprint;
pub mod lsh;
pub mod progress;
pub mod text;
pub mod verify;

pub use error::{Error, Result};
