//! Verified pairs to clusters: connected components.

mod union_find;

pub use union_find::UnionFind;
