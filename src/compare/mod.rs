//! Two articles, or a few, to what they have in common: passage by passage, and in figures.
//!
//! [`align`] lays two texts side by side: what is the same, what only one of them has, what was moved.

mod align;
mod diff;
mod moved;

pub use align::{Alignment, LEAST_MOVED, Passage, align};
