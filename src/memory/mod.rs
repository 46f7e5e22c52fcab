//! How much memory a run may take, and who may take how much of it.
//!
//! What counts is the memory that the process itself has asked for. The file cache of the system does not: it holds inputs and
//! temporary files as long as nobody else needs the room, and gives it back by itself.
//!
//! Of every article a run keeps some bytes in any case (where it stands, how many words it has). Signatures are by far the largest
//! part of the rest: they stay in memory as long as the search for candidates would fit beside them, and are moved to a temporary file as
//! soon as it would not. What then is left after what is kept in any case is given to one stage after the other, each of
//! which makes do with less room by reading and writing more.
//!
//! A [`Bound`] is a [`Size`] and who asked for it, and a [`Budget`] gives it out.

mod beside;
mod bound;
mod budget;
mod pages;
mod resident;
mod size;
mod tables;

pub(crate) use beside::{Beside, Longest};
pub use bound::Bound;
pub use budget::Budget;
pub(crate) use pages::Pages;
pub(crate) use resident::stated_bytes;
pub use size::Size;
pub(crate) use tables::{
    ACCEPTED, CLUSTERED, EVIDENCE, FIRST_PASS, KEPT, SEARCH, SIMILAR, WEIGHED, pairs_beyond,
};
