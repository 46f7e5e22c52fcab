//! Whether two articles are word for word the same.

use xxhash_rust::xxh3::xxh3_128;

/// The digest of a sequence of tokens.
///
/// Articles with the same words in the same order have the same digest, however they
/// are punctuated and capitalised; others differ, but for a chance of 2^-128 a pair (and that of
/// two words having the same 64-bit token). It is xxh3 (128 bits, no seed) over the tokens as they lie in memory: a
/// digest means the same on all machines of one byte order.
///
/// ```
/// use wirecopy::fingerprint::Digest;
/// use wirecopy::text::Tokeniser;
///
/// let mut tokeniser = Tokeniser::new();
/// let digest = Digest::of(tokeniser.tokens("Prices rose again, officials said."));
/// assert_eq!(digest, Digest::of(tokeniser.tokens("PRICES ROSE AGAIN – officials said")));
/// assert_ne!(digest, Digest::of(tokeniser.tokens("Officials said prices rose again.")));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub u128);

impl Digest {
    /// The digest of `tokens`. No tokens have a digest too, the same for all empty texts.
    pub fn of(tokens: &[u64]) -> Self {
        Self(xxh3_128(bytemuck::cast_slice(tokens)))
    }

    /// Its first 48 bits.
    pub fn part(self) -> DigestPart {
        DigestPart([112, 96, 80].map(|shift| (self.0 >> shift) as u16))
    }
}

/// The first 48 bits of a [`Digest`]: those of two articles with other words are the same with a chance of 2^-48. That is one pair in some
/// five hundred corpora of a million articles, and who wants such a pair finds it within seconds: more must tell that
/// articles have the same words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestPart([u16; 3]);

impl DigestPart {
    /// As a number.
    pub fn number(self) -> u64 {
        let bits = self.0.iter();
        bits.fold(0, |number, &bits| number << 16 | u64::from(bits))
    }

    /// The part of a number of 48 bits.
    pub(super) fn of_number(number: u64) -> Self {
        Self([32, 16, 0].map(|shift| (number >> shift) as u16))
    }

    /// Its last bits.
    pub(super) fn tag(self) -> u16 {
        self.0[2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn is_fixed_for_all_time() {
        assert_eq!(Digest::of(&[]).0, 0x99aa_06d3_0147_98d8_6001_c324_468d_497f);
    }

    proptest! {
        #[test]
        fn a_part_is_the_first_48_bits(digest: u128) {
            let part = Digest(digest).part();
            prop_assert_eq!(u128::from(part.number()), digest >> 80);
            prop_assert_eq!(DigestPart::of_number(part.number()), part);
            prop_assert_eq!(u64::from(part.tag()), part.number() & 0xffff);
        }

        #[test]
        fn is_xxh3_of_the_bytes(tokens in proptest::collection::vec(any::<u64>(), 0..700)) {
            let bytes: Vec<u8> = tokens.iter().flat_map(|t| t.to_ne_bytes()).collect();
            prop_assert_eq!(Digest::of(&tokens).0, xxh3_128(&bytes));
        }

        #[test]
        fn differs_when_anything_does(
            mut tokens in proptest::collection::vec(0u64..9, 1..300),
            a in any::<proptest::sample::Index>(),
            b in any::<proptest::sample::Index>(),
        ) {
            let digest = Digest::of(&tokens);
            prop_assert_eq!(Digest::of(&tokens.clone()), digest);
            prop_assert_ne!(Digest::of(&tokens[1..]), digest);
            let (a, b) = (a.index(tokens.len()), b.index(tokens.len()));
            let same = tokens[a] == tokens[b];
            tokens.swap(a, b);
            prop_assert_eq!(Digest::of(&tokens) == digest, same);
            tokens[a] ^= 1 << 63;
            prop_assert_ne!(Digest::of(&tokens), digest);
        }
    }
}
