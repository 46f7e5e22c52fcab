//! SSE2, AVX2 and AVX-512.

use super::{
    BLOCK, Carry, Edges, Masks, Room, edges_with, short_words, string_stop_with, write_bits,
};
use std::arch::x86_64::*;

/// An instruction set that this machine has: a value exists only if it was detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Isa(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Sse2,
    Avx2,
    Avx512,
}

impl Isa {
    /// What was detected, the slowest first.
    pub(super) fn available() -> impl Iterator<Item = Self> {
        let avx2 = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt");
        let avx512 = avx2
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vbmi2");
        // SSE2 is part of x86-64.
        [(true, Set::Sse2), (avx2, Set::Avx2), (avx512, Set::Avx512)]
            .into_iter()
            .filter_map(|(has, set)| has.then_some(Self(set)))
    }

    pub(super) fn name(self) -> &'static str {
        match self.0 {
            Set::Sse2 => "sse2",
            Set::Avx2 => "avx2",
            Set::Avx512 => "avx512",
        }
    }

    pub(super) fn edges(
        self,
        text: &[u8],
        start: usize,
        carry: &mut Carry,
        edges: &mut Edges,
    ) -> usize {
        match self.0 {
            // SAFETY: SSE2 is part of x86-64.
            Set::Sse2 => unsafe { edges_sse2(text, start, carry, edges) },
            // SAFETY: an `Isa` is made only by `available`, after its features were detected.
            Set::Avx2 => unsafe { edges_avx2(text, start, carry, edges) },
            // SAFETY: as above.
            Set::Avx512 => unsafe { edges_avx512(text, start, carry, edges) },
        }
    }

    pub(super) fn string_stop(self, bytes: &[u8], from: usize) -> usize {
        match self.0 {
            // SAFETY: SSE2 is part of x86-64.
            Set::Sse2 => unsafe { string_stop_sse2(bytes, from) },
            // SAFETY: an `Isa` is made only by `available`, after its features were detected.
            Set::Avx2 => unsafe { string_stop_avx2(bytes, from) },
            // SAFETY: as above.
            Set::Avx512 => unsafe { string_stop_avx512(bytes, from) },
        }
    }

    pub(super) fn short_words(
        self,
        window: &[u8],
        words: &[[u16; 2]],
        tokens: &mut [u64],
    ) -> usize {
        match self.0 {
            Set::Sse2 => short_words(window, words, tokens),
            // SAFETY: an `Isa` of these sets is made only where BMI1 and BMI2 were detected.
            Set::Avx2 | Set::Avx512 => unsafe { short_words_bmi2(window, words, tokens) },
        }
    }
}

#[target_feature(enable = "bmi1,bmi2")]
fn short_words_bmi2(window: &[u8], words: &[[u16; 2]], tokens: &mut [u64]) -> usize {
    short_words(window, words, tokens)
}

#[target_feature(enable = "sse2")]
fn string_stop_sse2(bytes: &[u8], from: usize) -> usize {
    string_stop_with(bytes, from, |block| string_stops_sse2(block))
}

#[target_feature(enable = "avx2,bmi1")]
fn string_stop_avx2(bytes: &[u8], from: usize) -> usize {
    string_stop_with(bytes, from, |block| string_stops_avx2(block))
}

#[target_feature(enable = "bmi1,avx512f,avx512bw")]
fn string_stop_avx512(bytes: &[u8], from: usize) -> usize {
    string_stop_with(bytes, from, |block| string_stops_avx512(block))
}

#[target_feature(enable = "sse2")]
fn edges_sse2(text: &[u8], start: usize, carry: &mut Carry, edges: &mut Edges) -> usize {
    edges_with(
        text,
        start,
        carry,
        edges,
        |block| classify_sse2(block),
        write_bits,
    )
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn edges_avx2(text: &[u8], start: usize, carry: &mut Carry, edges: &mut Edges) -> usize {
    edges_with(
        text,
        start,
        carry,
        edges,
        |block| classify_avx2(block),
        write_bits,
    )
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512vbmi2")]
fn edges_avx512(text: &[u8], start: usize, carry: &mut Carry, edges: &mut Edges) -> usize {
    edges_with(
        text,
        start,
        carry,
        edges,
        |block| classify_avx512(block),
        |mask, offset, room| write_avx512(mask, offset, room),
    )
}

/// A byte `x` is in `first..first + count`, unsigned, if `x - first - 128 < count - 128`, signed:
/// there is no unsigned comparison of bytes before AVX-512.
const fn signed(byte: u8) -> i8 {
    byte.wrapping_sub(128) as i8
}

#[inline]
#[target_feature(enable = "sse2")]
fn classify_sse2(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks { word: 0, high: 0 };
    let (parts, _) = block.as_chunks::<16>();
    for (i, part) in parts.iter().enumerate() {
        // SAFETY: the 16 bytes of `part` may be read, at any alignment.
        let x = unsafe { _mm_loadu_si128(part.as_ptr().cast()) };
        let lower = _mm_or_si128(x, _mm_set1_epi8(0x20));
        let letter = _mm_sub_epi8(lower, _mm_set1_epi8(signed(b'a')));
        let letter = _mm_cmplt_epi8(letter, _mm_set1_epi8(signed(26)));
        let digit = _mm_sub_epi8(x, _mm_set1_epi8(signed(b'0')));
        let digit = _mm_cmplt_epi8(digit, _mm_set1_epi8(signed(10)));
        let word = _mm_movemask_epi8(_mm_or_si128(letter, digit)) as u32;
        let high = _mm_movemask_epi8(x) as u32;
        masks.word |= u64::from(word) << (16 * i);
        masks.high |= u64::from(high) << (16 * i);
    }
    masks
}

#[inline]
#[target_feature(enable = "avx2")]
fn classify_avx2(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks { word: 0, high: 0 };
    let (parts, _) = block.as_chunks::<32>();
    for (i, part) in parts.iter().enumerate() {
        // SAFETY: the 32 bytes of `part` may be read, at any alignment.
        let x = unsafe { _mm256_loadu_si256(part.as_ptr().cast()) };
        let lower = _mm256_or_si256(x, _mm256_set1_epi8(0x20));
        let letter = _mm256_sub_epi8(lower, _mm256_set1_epi8(signed(b'a')));
        let letter = _mm256_cmpgt_epi8(_mm256_set1_epi8(signed(26)), letter);
        let digit = _mm256_sub_epi8(x, _mm256_set1_epi8(signed(b'0')));
        let digit = _mm256_cmpgt_epi8(_mm256_set1_epi8(signed(10)), digit);
        let word = _mm256_movemask_epi8(_mm256_or_si256(letter, digit)) as u32;
        let high = _mm256_movemask_epi8(x) as u32;
        masks.word |= u64::from(word) << (32 * i);
        masks.high |= u64::from(high) << (32 * i);
    }
    masks
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn classify_avx512(block: &[u8; BLOCK]) -> Masks {
    // SAFETY: the 64 bytes of `block` may be read, at any alignment.
    let x = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
    let lower = _mm512_or_si512(x, _mm512_set1_epi8(0x20));
    let letter = _mm512_sub_epi8(lower, _mm512_set1_epi8(b'a' as i8));
    let digit = _mm512_sub_epi8(x, _mm512_set1_epi8(b'0' as i8));
    Masks {
        word: _mm512_cmplt_epu8_mask(letter, _mm512_set1_epi8(26))
            | _mm512_cmplt_epu8_mask(digit, _mm512_set1_epi8(10)),
        high: _mm512_movepi8_mask(x),
    }
}

#[inline]
#[target_feature(enable = "sse2")]
fn string_stops_sse2(block: &[u8; BLOCK]) -> u64 {
    let (parts, _) = block.as_chunks::<16>();
    parts.iter().enumerate().fold(0, |stops, (i, part)| {
        // SAFETY: the 16 bytes of `part` may be read, at any alignment.
        let x = unsafe { _mm_loadu_si128(part.as_ptr().cast()) };
        let last = _mm_set1_epi8(0x1F);
        let control = _mm_cmpeq_epi8(_mm_max_epu8(x, last), last);
        let quote = _mm_cmpeq_epi8(x, _mm_set1_epi8(b'"' as i8));
        let backslash = _mm_cmpeq_epi8(x, _mm_set1_epi8(b'\\' as i8));
        let stop = _mm_or_si128(control, _mm_or_si128(quote, backslash));
        stops | u64::from(_mm_movemask_epi8(stop) as u32) << (16 * i)
    })
}

#[inline]
#[target_feature(enable = "avx2")]
fn string_stops_avx2(block: &[u8; BLOCK]) -> u64 {
    let (parts, _) = block.as_chunks::<32>();
    parts.iter().enumerate().fold(0, |stops, (i, part)| {
        // SAFETY: the 32 bytes of `part` may be read, at any alignment.
        let x = unsafe { _mm256_loadu_si256(part.as_ptr().cast()) };
        let last = _mm256_set1_epi8(0x1F);
        let control = _mm256_cmpeq_epi8(_mm256_max_epu8(x, last), last);
        let quote = _mm256_cmpeq_epi8(x, _mm256_set1_epi8(b'"' as i8));
        let backslash = _mm256_cmpeq_epi8(x, _mm256_set1_epi8(b'\\' as i8));
        let stop = _mm256_or_si256(control, _mm256_or_si256(quote, backslash));
        stops | u64::from(_mm256_movemask_epi8(stop) as u32) << (32 * i)
    })
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn string_stops_avx512(block: &[u8; BLOCK]) -> u64 {
    // SAFETY: the 64 bytes of `block` may be read, at any alignment.
    let x = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
    _mm512_cmplt_epu8_mask(x, _mm512_set1_epi8(0x20))
        | _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(b'"' as i8))
        | _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(b'\\' as i8))
}

/// The numbers of the bytes in a block.
static NUMBERS: [u8; BLOCK] = {
    let mut numbers = [0; BLOCK];
    let mut i = 0;
    while i < BLOCK {
        numbers[i] = i as u8;
        i += 1;
    }
    numbers
};

/// Compresses the numbers of the bytes whose bit is set: all positions of a block at once.
#[inline]
#[target_feature(enable = "popcnt,avx512f,avx512bw,avx512vbmi2")]
fn write_avx512(mask: u64, offset: u16, room: &mut Room) {
    // SAFETY: the 64 bytes of `NUMBERS` may be read, at any alignment.
    let numbers = unsafe { _mm512_loadu_si512(NUMBERS.as_ptr().cast()) };
    let positions = _mm512_maskz_compress_epi8(mask, numbers);
    let offset = _mm512_set1_epi16(offset as i16);
    let (first, second) = room.split_at_mut(BLOCK / 2);
    let low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(positions));
    // SAFETY: `first` is 64 bytes that may be written, at any alignment.
    unsafe { _mm512_storeu_si512(first.as_mut_ptr().cast(), _mm512_add_epi16(low, offset)) };
    if mask.count_ones() > 32 {
        let high = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64::<1>(positions));
        // SAFETY: `second` has at least 64 bytes that may be written, at any alignment.
        unsafe { _mm512_storeu_si512(second.as_mut_ptr().cast(), _mm512_add_epi16(high, offset)) };
    }
}
