//! The loops of `plain.rs` compiled for AVX2 and AVX-512. All the `unsafe` of the
//! fingerprint stage is in this file.

use super::plain;
use crate::fingerprint::signature::Permutations;

/// An instruction set that this machine has: a value exists only if it was detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Isa(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Avx2,
    Avx512,
}

impl Set {
    #[inline]
    fn detected(self) -> bool {
        match self {
            Self::Avx2 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("bmi2")
                    && is_x86_feature_detected!("popcnt")
            }
            Self::Avx512 => {
                Self::Avx2.detected()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
            }
        }
    }
}

impl Isa {
    /// What was detected, the slowest first.
    pub(super) fn available() -> impl Iterator<Item = Self> {
        [Set::Avx2, Set::Avx512]
            .into_iter()
            .filter(|set| set.detected())
            .map(Self)
    }

    /// The best that was detected. Cheap: the results are remembered by the standard library.
    #[inline]
    pub(super) fn best() -> Option<Self> {
        [Set::Avx512, Set::Avx2]
            .into_iter()
            .find(|set| set.detected())
            .map(Self)
    }

    pub(super) fn name(self) -> &'static str {
        match self.0 {
            Set::Avx2 => "avx2",
            Set::Avx512 => "avx512",
        }
    }

    #[inline]
    pub(super) fn shingles(self, tokens: &[u64], size: usize, out: &mut [u64]) {
        match self.0 {
            // SAFETY: an `Isa` is made only after `detected` said that its features are there.
            Set::Avx2 => unsafe { shingles_avx2(tokens, size, out) },
            // SAFETY: as above.
            Set::Avx512 => unsafe { shingles_avx512(tokens, size, out) },
        }
    }

    #[inline]
    pub(super) fn set_bits(self, shingles: &[u64], table: &mut [u64]) -> u32 {
        match self.0 {
            // SAFETY: an `Isa` is made only after `detected` said that its features are there.
            Set::Avx2 => unsafe { set_bits_avx2(shingles, table) },
            // SAFETY: as above.
            Set::Avx512 => unsafe { set_bits_avx512(shingles, table) },
        }
    }

    #[inline]
    pub(super) fn signature(self, permutations: &Permutations, shingles: &[u64], out: &mut [u32]) {
        match self.0 {
            // SAFETY: an `Isa` is made only after `detected` said that its features are there.
            Set::Avx2 => unsafe { signature_avx2(permutations, shingles, out) },
            // SAFETY: as above.
            Set::Avx512 => unsafe { signature_avx512(permutations, shingles, out) },
        }
    }

    #[inline]
    pub(super) fn pack(self, values: &[u32], whole: usize, packed: &mut [u32]) {
        match self.0 {
            // SAFETY: an `Isa` is made only after `detected` said that its features are there.
            Set::Avx2 => unsafe { pack_avx2(values, whole, packed) },
            // SAFETY: as above.
            Set::Avx512 => unsafe { pack_avx512(values, whole, packed) },
        }
    }

    #[inline]
    pub(super) fn whole_agreement(self, a: &[u32], b: &[u32]) -> u32 {
        match self.0 {
            // SAFETY: an `Isa` is made only after `detected` said that its features are there.
            Set::Avx2 => unsafe { whole_agreement_avx2(a, b) },
            // SAFETY: as above.
            Set::Avx512 => unsafe { whole_agreement_avx512(a, b) },
        }
    }

    #[inline]
    pub(super) fn low_agreement(self, a: &[u32], b: &[u32]) -> u32 {
        match self.0 {
            // SAFETY: an `Isa` is made only after `detected` said that its features are there.
            Set::Avx2 => unsafe { low_agreement_avx2(a, b) },
            // SAFETY: as above.
            Set::Avx512 => unsafe { low_agreement_avx512(a, b) },
        }
    }

    #[inline]
    pub(super) fn equal_and_lesser(
        self,
        a: &[u32],
        b: &[u32],
        whole: usize,
        floor: u32,
    ) -> (u32, u32) {
        match self.0 {
            // SAFETY: an `Isa` is made only after `detected` said that its features are there.
            Set::Avx2 => unsafe { equal_and_lesser_avx2(a, b, whole, floor) },
            // SAFETY: as above.
            Set::Avx512 => unsafe { equal_and_lesser_avx512(a, b, whole, floor) },
        }
    }
}

#[target_feature(enable = "avx2,bmi2")]
fn shingles_avx2(tokens: &[u64], size: usize, out: &mut [u64]) {
    plain::shingles(tokens, size, out)
}

#[target_feature(enable = "avx2,bmi2,avx512f,avx512bw,avx512dq,avx512vl")]
fn shingles_avx512(tokens: &[u64], size: usize, out: &mut [u64]) {
    plain::shingles(tokens, size, out)
}

#[target_feature(enable = "avx2,bmi2")]
fn set_bits_avx2(shingles: &[u64], table: &mut [u64]) -> u32 {
    plain::set_bits(shingles, table)
}

#[target_feature(enable = "avx2,bmi2,avx512f,avx512bw,avx512dq,avx512vl")]
fn set_bits_avx512(shingles: &[u64], table: &mut [u64]) -> u32 {
    plain::set_bits(shingles, table)
}

#[target_feature(enable = "avx2,bmi2")]
fn signature_avx2(permutations: &Permutations, shingles: &[u64], out: &mut [u32]) {
    plain::signature(permutations, shingles, out)
}

#[target_feature(enable = "avx2,bmi2,avx512f,avx512bw,avx512dq,avx512vl")]
fn signature_avx512(permutations: &Permutations, shingles: &[u64], out: &mut [u32]) {
    plain::signature(permutations, shingles, out)
}

#[target_feature(enable = "avx2,bmi2")]
fn pack_avx2(values: &[u32], whole: usize, packed: &mut [u32]) {
    plain::pack(values, whole, packed)
}

#[target_feature(enable = "avx2,bmi2,avx512f,avx512bw,avx512dq,avx512vl")]
fn pack_avx512(values: &[u32], whole: usize, packed: &mut [u32]) {
    plain::pack(values, whole, packed)
}

#[target_feature(enable = "avx2,bmi2,popcnt")]
fn whole_agreement_avx2(a: &[u32], b: &[u32]) -> u32 {
    plain::whole_agreement(a, b)
}

#[target_feature(enable = "avx2,bmi2,popcnt")]
fn low_agreement_avx2(a: &[u32], b: &[u32]) -> u32 {
    plain::low_agreement(a, b)
}

#[target_feature(enable = "avx2,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
fn whole_agreement_avx512(a: &[u32], b: &[u32]) -> u32 {
    plain::whole_agreement(a, b)
}

#[target_feature(enable = "avx2,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
fn low_agreement_avx512(a: &[u32], b: &[u32]) -> u32 {
    plain::low_agreement(a, b)
}

#[target_feature(enable = "avx2,bmi2")]
fn equal_and_lesser_avx2(a: &[u32], b: &[u32], whole: usize, floor: u32) -> (u32, u32) {
    plain::equal_and_lesser(a, b, whole, floor)
}

#[target_feature(enable = "avx2,bmi2,avx512f,avx512bw,avx512dq,avx512vl")]
fn equal_and_lesser_avx512(a: &[u32], b: &[u32], whole: usize, floor: u32) -> (u32, u32) {
    plain::equal_and_lesser(a, b, whole, floor)
}
