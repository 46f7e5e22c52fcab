//! Tokens to shingles, and the digest of a token sequence.

use crate::{Error, Result};
use xxhash_rust::xxh3::xxh3_128;

/// Words in a shingle, 1 to 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ShingleSize(u8);

impl ShingleSize {
    /// The longest shingle.
    pub const MAX: usize = 16;

    /// Shingles of `words` words.
    ///
    /// # Errors
    /// If `words` is 0 or more than [`ShingleSize::MAX`].
    pub fn new(words: usize) -> Result<Self> {
        match u8::try_from(words) {
            Ok(size) if (1..=Self::MAX).contains(&words) => Ok(Self(size)),
            _ => Err(Error::Parameter(format!(
                "--shingle must be 1 to {}, not {words}",
                Self::MAX
            ))),
        }
    }

    /// The number of words.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for ShingleSize {
    /// Three words: of the sizes that were measured, the one that withstands edits best.
    fn default() -> Self {
        Self(3)
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014), a bijection that mixes well.
#[inline]
pub(crate) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Replaces `out` by the 64-bit hashes of every window of `size` tokens, in order, repeats kept;
/// there are none if there are fewer tokens.
///
/// The hash is a sum of the tokens, each times an odd multiplier of its place, so that the
/// order of the words matters, followed by a finaliser. It has no seed and is the same everywhere.
///
/// ```
/// use wirecopy::fingerprint::{ShingleSize, shingles};
/// let mut out = Vec::new();
/// shingles(&[7, 8, 9, 7, 8, 9], ShingleSize::new(3)?, &mut out);
/// assert_eq!(out.len(), 4);
/// assert_eq!(out[0], out[3]);
/// # Ok::<(), wirecopy::Error>(())
/// ```
pub fn shingles(tokens: &[u64], size: ShingleSize, out: &mut Vec<u64>) {
    let size = size.get();
    out.clear();
    if tokens.len() < size {
        return;
    }
    let count = tokens.len() - size + 1;
    out.resize(count, 0);
    for place in 0..size {
        let multiplier = mix(place as u64 + 1) | 1;
        for (sum, token) in out.iter_mut().zip(&tokens[place..place + count]) {
            *sum = sum.wrapping_add(token.wrapping_mul(multiplier));
        }
    }
    for sum in out {
        *sum = mix(*sum);
    }
}

/// A 128-bit digest of the words of an article, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub u128);

/// The digest of a token sequence: XXH3-128 over the tokens as little-endian bytes. Two sequences
/// with the same digest are taken to be the same.
pub fn digest(tokens: &[u64]) -> Digest {
    const STRETCH: usize = 512;
    if tokens.len() <= STRETCH {
        return Digest(digest_stretch(tokens));
    }
    let parts: Vec<u8> = tokens
        .chunks(STRETCH)
        .flat_map(|stretch| digest_stretch(stretch).to_le_bytes())
        .collect();
    Digest(xxh3_128(&parts))
}

fn digest_stretch(tokens: &[u64]) -> u128 {
    let mut bytes = [0u8; 4096];
    let len = tokens.len() * 8;
    for (bytes, token) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(tokens) {
        *bytes = token.to_le_bytes();
    }
    xxh3_128(&bytes[..len])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn sizes_out_of_range_are_refused() {
        for bad in [0, 17, 256, usize::MAX] {
            let error = ShingleSize::new(bad).unwrap_err().to_string();
            assert!(error.contains("--shingle must be 1 to 16"), "{error}");
        }
        assert_eq!(ShingleSize::new(16).unwrap().get(), 16);
    }

    proptest::proptest! {
        #[test]
        fn equal_hashes_are_equal_windows(tokens in proptest::collection::vec(0u64..4, 0..60), size in 1usize..6) {
            let mut out = Vec::new();
            shingles(&tokens, ShingleSize::new(size).unwrap(), &mut out);
            let windows: Vec<&[u64]> = tokens.windows(size).collect();
            proptest::prop_assert_eq!(out.len(), windows.len());
            let mut by_hash: HashMap<u64, &[u64]> = HashMap::new();
            let mut by_window: HashMap<&[u64], u64> = HashMap::new();
            for (&hash, &window) in out.iter().zip(&windows) {
                proptest::prop_assert_eq!(*by_hash.entry(hash).or_insert(window), window);
                proptest::prop_assert_eq!(*by_window.entry(window).or_insert(hash), hash);
            }
        }

        #[test]
        fn equal_digests_are_equal_sequences(
            a in proptest::collection::vec(0u64..3, 0..6), b in proptest::collection::vec(0u64..3, 0..6)
        ) {
            proptest::prop_assert_eq!(digest(&a) == digest(&b), a == b);
        }
    }

    #[test]
    fn long_sequences_differ_in_any_token_and_in_length() {
        let tokens: Vec<u64> = (0..1500).collect();
        let whole = digest(&tokens);
        for at in [0, 511, 512, 1023, 1024, 1499] {
            let mut changed = tokens.clone();
            changed[at] += 1;
            assert_ne!(digest(&changed), whole);
        }
        assert_ne!(digest(&tokens[..1499]), whole);
    }
}
