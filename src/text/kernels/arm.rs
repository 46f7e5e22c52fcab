//! NEON, which every AArch64 has.

use super::{BLOCK, Carry, Edges, Masks, edges_with, string_stop_with, write_bits};
use std::arch::aarch64::*;

pub(super) fn edges(text: &[u8], start: usize, carry: &mut Carry, edges: &mut Edges) -> usize {
    // SAFETY: NEON is part of AArch64.
    unsafe { edges_neon(text, start, carry, edges) }
}

pub(super) fn string_stop(bytes: &[u8], from: usize) -> usize {
    // SAFETY: NEON is part of AArch64.
    unsafe { string_stop_neon(bytes, from) }
}

#[target_feature(enable = "neon")]
fn edges_neon(text: &[u8], start: usize, carry: &mut Carry, edges: &mut Edges) -> usize {
    edges_with(
        text,
        start,
        carry,
        edges,
        |block| classify(block),
        write_bits,
    )
}

#[target_feature(enable = "neon")]
fn string_stop_neon(bytes: &[u8], from: usize) -> usize {
    string_stop_with(bytes, from, |block| string_stops(block))
}

/// The four vectors of a block.
#[inline]
#[target_feature(enable = "neon")]
fn load(block: &[u8; BLOCK]) -> [uint8x16_t; 4] {
    // SAFETY: the 64 bytes of `block` may be read, at any alignment.
    let uint8x16x4_t(first, second, third, last) = unsafe { vld1q_u8_x4(block.as_ptr()) };
    [first, second, third, last]
}

/// One bit for each byte, of which all bits are equal.
#[inline]
#[target_feature(enable = "neon")]
fn gather(bytes: [uint8x16_t; 4]) -> u64 {
    // The bit that each byte of eight keeps; neighbours are then added up three times, which brings eight bytes into one.
    let bits = vreinterpretq_u8_u64(vdupq_n_u64(0x8040_2010_0804_0201));
    let [first, second, third, last] = bytes.map(|bytes| vandq_u8(bytes, bits));
    let (low, high) = (vpaddq_u8(first, second), vpaddq_u8(third, last));
    let sums = vpaddq_u8(low, high);
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)))
}

#[inline]
#[target_feature(enable = "neon")]
fn classify(block: &[u8; BLOCK]) -> Masks {
    let bytes = load(block);
    let word = bytes.map(|x| {
        let lower = vorrq_u8(x, vdupq_n_u8(0x20));
        let letter = vcltq_u8(vsubq_u8(lower, vdupq_n_u8(b'a')), vdupq_n_u8(26));
        let digit = vcltq_u8(vsubq_u8(x, vdupq_n_u8(b'0')), vdupq_n_u8(10));
        vorrq_u8(letter, digit)
    });
    let high = bytes.map(|x| vcgeq_u8(x, vdupq_n_u8(0x80)));
    Masks {
        word: gather(word),
        high: gather(high),
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn string_stops(block: &[u8; BLOCK]) -> u64 {
    gather(load(block).map(|x| {
        let control = vcltq_u8(x, vdupq_n_u8(0x20));
        let quote = vceqq_u8(x, vdupq_n_u8(b'"'));
        let backslash = vceqq_u8(x, vdupq_n_u8(b'\\'));
        vorrq_u8(control, vorrq_u8(quote, backslash))
    }))
}
