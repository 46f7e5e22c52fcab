//! How alike two articles are.

/// How alike the shingle sets of two articles are, exactly.
///
/// ```
/// use wirecopy::verify::Similarity;
/// // A copy that was cut to its first 40 shingles.
/// let cut = Similarity { shared: 40, size_a: 100, size_b: 40 };
/// assert_eq!((cut.jaccard(), cut.containment()), (0.4, 1.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Similarity {
    /// Shingles that both have.
    pub shared: u32,
    /// Distinct shingles of the first article.
    pub size_a: u32,
    /// Distinct shingles of the second article.
    pub size_b: u32,
}

impl Similarity {
    /// Shared shingles divided by the shingles that at least one of the two has, 0 to 1;
    /// 0 where neither has any.
    pub fn jaccard(self) -> f64 {
        let union = u64::from(self.size_a) + u64::from(self.size_b) - u64::from(self.shared);
        if union == 0 {
            0.0
        } else {
            f64::from(self.shared) / union as f64
        }
    }

    /// Shared shingles divided by those of the article that has fewer, 0 to 1: 1 for a copy
    /// that was only cut (Broder, *On the resemblance and containment of documents*, 1997).
    pub fn containment(self) -> f64 {
        let smaller = self.size_a.min(self.size_b);
        if smaller == 0 {
            0.0
        } else {
            f64::from(self.shared) / f64::from(smaller)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_measures() {
        let of = |[shared, size_a, size_b]: [u32; 3]| {
            let pair = Similarity {
                shared,
                size_a,
                size_b,
            };
            (pair.jaccard(), pair.containment())
        };
        assert_eq!(of([250, 250, 500]), (0.5, 1.0));
        assert_eq!(of([0, 0, 0]), (0.0, 0.0));
        assert_eq!(of([0, 0, 9]), (0.0, 0.0));
    }
}
