//! Windows of k consecutive words.

use super::kernels::Kernel;
use crate::{Error, Result};

/// How many consecutive words make a shingle: 1 to 16.
///
/// Fewer words withstand more editing, more words tell copying from chance. The default is 3: with it,
/// an article of which every tenth word was changed keeps a similarity of .59 (with 5 words,
/// .44), and unrelated articles have one of .002.
///
/// ```
/// use wirecopy::fingerprint::{ShingleSize, shingles};
/// use wirecopy::text::Tokeniser;
///
/// let mut tokeniser = Tokeniser::new();
/// let mut of = |text, words| {
///     let mut all = Vec::new();
///     shingles(tokeniser.tokens(text), ShingleSize::new(words)?, &mut all);
///     wirecopy::Result::Ok(all)
/// };
/// // One word in the middle is in as many shingles as a shingle has words.
/// for words in 1..=4 {
///     let a = of("The bridge at Stonebrook will be closed on Friday for repairs", words)?;
///     let b = of("The bridge at Stonebrook will stay closed on Friday for repairs", words)?;
///     assert_eq!(a.iter().zip(&b).filter(|(a, b)| a != b).count(), words);
/// }
/// assert_eq!(ShingleSize::default().get(), 3);
/// assert!(ShingleSize::new(17).is_err());
/// # Ok::<(), wirecopy::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShingleSize(u8);

impl ShingleSize {
    /// The largest size.
    pub const MAX: usize = 16;

    /// Checks a size.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if it is not in 1 to 16.
    pub fn new(words: usize) -> Result<Self> {
        if (1..=Self::MAX).contains(&words) {
            Ok(Self(words as u8))
        } else {
            Err(Error::Parameter(format!(
                "a shingle cannot have {words} words: choose 1 to {}, such as the default 3",
                Self::MAX
            )))
        }
    }

    /// The number of words.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for ShingleSize {
    fn default() -> Self {
        Self(3)
    }
}

impl std::fmt::Display for ShingleSize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

// Odd, and all different modulo 32: the difference of two of them is divisible by 16 at the
// most, so that two words that change places change the sum unless their tokens agree in 60 bits.
pub(super) const MULTIPLIERS: [u64; ShingleSize::MAX] = [
    0x9b1f_3c64_d72e_85a1,
    0xc5e8_27b9_416d_f383,
    0x74d3_e91a_b05c_2fe5,
    0xe26a_518f_3d97_c4c7,
    0x8d47_b6f2_19ea_73a9,
    0xb9f5_0e83_6c2d_a1ab,
    0x53c8_d4a7_f81b_69ed,
    0xf712_9b5e_84c6_d04f,
    0xa6e4_7d31_e5f9_0b91,
    0x6b90_c2f8_573e_14d3,
    0xd85b_f146_a2c7_9e35,
    0x91a7_386d_ce04_b5f7,
    0xcf2e_84b3_79d5_6019,
    0x7e63_5fca_0b98_d27b,
    0xab0d_e679_62f4_8c3d,
    0xe598_1ac4_d6b3_27df,
];

/// The finaliser: two rounds of shift and multiplication, after which every bit depends on
/// every other. The sum before it is only as good in a bit as the bits below.
#[inline(always)]
pub(super) fn finalise(x: u64) -> u64 {
    let x = (x ^ x >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let x = (x ^ x >> 29).wrapping_mul(0xa3b1_95c6_4f2d_e8b7);
    x ^ x >> 32
}

/// Replaces `out` by the shingles of `tokens`: a 64-bit hash of every window of `size` words,
/// in order, repeated ones kept. There are none if there are fewer than `size` words. To compare texts by their shingles is the method of
/// Broder, Glassman, Manasse and Zweig, *Syntactic clustering of the Web*, 1997.
///
/// The hash is a fixed function: the sum of the tokens of the window, each times an odd
/// constant of its place, and a finaliser. Order matters: `dog bites man` is not `man bites dog`.
/// Unlike a hash of the words joined by spaces, it costs one multiplication a word.
///
/// ```
/// use wirecopy::fingerprint::{ShingleSize, shingles};
/// use wirecopy::text::Tokeniser;
///
/// let mut tokeniser = Tokeniser::new();
/// let mut out = Vec::new();
/// shingles(tokeniser.tokens("to be or not to be"), ShingleSize::new(2)?, &mut out);
/// assert_eq!(out.len(), 5);
/// assert_eq!(out[0], out[4]);
/// # Ok::<_, wirecopy::Error>(())
/// ```
pub fn shingles(tokens: &[u64], size: ShingleSize, out: &mut Vec<u64>) {
    Kernel::best().shingles(tokens, size, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn naive(tokens: &[u64], size: usize) -> Vec<u64> {
        let hash = |window: &[u64]| {
            let terms = window
                .iter()
                .zip(MULTIPLIERS)
                .map(|(t, m)| t.wrapping_mul(m));
            finalise(terms.fold(0, u64::wrapping_add))
        };
        tokens.windows(size).map(hash).collect()
    }

    #[test]
    fn sizes_are_checked() {
        for bad in [0, 17, 259] {
            let message = ShingleSize::new(bad).expect_err("out of range").to_string();
            assert!(
                message.contains(&format!("{bad} words: choose 1 to 16")),
                "{message}"
            );
        }
        assert!((1..=16).all(|n| ShingleSize::new(n).is_ok_and(|s| s.get() == n)));
        assert_eq!(ShingleSize::default().to_string(), "3");
    }

    #[test]
    fn multipliers_are_as_promised() {
        let residues: HashSet<_> = MULTIPLIERS.iter().map(|m| m % 32).collect();
        assert_eq!(residues.len(), 16);
        assert!(residues.iter().all(|r| r % 2 == 1));
    }

    #[test]
    fn is_fixed_for_all_time() {
        let mut out = vec![7];
        shingles(&[1, 2, 3, u64::MAX], ShingleSize::default(), &mut out);
        assert_eq!(out, PINNED);
    }

    /// Computed by an independent implementation.
    const PINNED: [u64; 2] = [0x9fabeae5205e5edd, 0xc56e0741c1bcf414];

    proptest! {
        #[test]
        fn all_kernels_hash_every_window(
            tokens in proptest::collection::vec(any::<u64>(), 0..300),
            size in 1usize..=16,
        ) {
            let size = ShingleSize::new(size)?;
            for kernel in Kernel::available() {
                let mut out = vec![1, 2, 3];
                kernel.shingles(&tokens, size, &mut out);
                prop_assert_eq!(&out, &naive(&tokens, size.get()), "{}", kernel.name());
            }
        }

        #[test]
        fn windows_are_equal_only_if_their_words_are(
            tokens in proptest::collection::vec(0u64..4, 16..200),
            size in 1usize..=16,
        ) {
            // Tokens as the tokeniser makes them: there are no small numbers among them.
            let tokens: Vec<_> = tokens.iter().map(|t| crate::text::word_hash(&t.to_string())).collect();
            let mut out = Vec::new();
            shingles(&tokens, ShingleSize::new(size)?, &mut out);
            let windows: Vec<_> = tokens.windows(size).collect();
            prop_assert_eq!(out.len(), windows.len());
            for i in 0..out.len() {
                prop_assert_eq!(out[i] == out[0], windows[i] == windows[0]);
            }
        }
    }
}
