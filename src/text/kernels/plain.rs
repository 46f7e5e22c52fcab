//! Eight bytes at a time in an ordinary register; no `unsafe`.

use super::{BLOCK, Carry, Edges, Masks, edges_with, string_stop_with, write_bits};

const fn repeat(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

const HIGH: u64 = repeat(0x80);

pub(super) fn edges(text: &[u8], start: usize, carry: &mut Carry, edges: &mut Edges) -> usize {
    edges_with(text, start, carry, edges, classify, write_bits)
}

pub(super) fn string_stop(bytes: &[u8], from: usize) -> usize {
    string_stop_with(bytes, from, string_stops)
}

#[inline(always)]
fn classify(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks { word: 0, high: 0 };
    let (chunks, _) = block.as_chunks::<8>();
    for (i, chunk) in chunks.iter().enumerate() {
        let x = u64::from_le_bytes(*chunk);
        let (word, high) = classify_word(x);
        masks.word |= word << (8 * i);
        masks.high |= high << (8 * i);
    }
    masks
}

/// The high bit of a byte of `x + not_less(b)` says whether the byte of `x` is >= `b`, where all bytes of `x` are
/// below 0x80, so that no sum runs over into the next byte.
const fn not_less(byte: u8) -> u64 {
    repeat(0x80 - byte)
}

#[inline(always)]
fn classify_word(x: u64) -> (u64, u64) {
    let ascii = x & !HIGH;
    let lower = ascii | repeat(0x20);
    let digits = (ascii + not_less(b'0')) & !(ascii + not_less(b'9' + 1));
    let letters = (lower + not_less(b'a')) & !(lower + not_less(b'z' + 1));
    (gather((digits | letters) & !x & HIGH), gather(x & HIGH))
}

#[inline(always)]
fn string_stops(block: &[u8; BLOCK]) -> u64 {
    let (chunks, _) = block.as_chunks::<8>();
    chunks.iter().enumerate().fold(0, |stops, (i, chunk)| {
        let x = u64::from_le_bytes(*chunk);
        let ascii = x & !HIGH;
        let plain = (ascii + not_less(0x20))
            & ((ascii ^ repeat(b'"')) + not_less(1))
            & ((ascii ^ repeat(b'\\')) + not_less(1));
        stops | gather(!plain & !x & HIGH) << (8 * i)
    })
}

/// Brings the high bits of the eight bytes together: the bit of byte `i` becomes bit `i`.
#[inline(always)]
fn gather(high_bits: u64) -> u64 {
    high_bits.wrapping_mul(0x0002_0408_1020_4081) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_in_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..BLOCK {
                for around in [b' ', b'x', 0xFF] {
                    let mut block = [around; BLOCK];
                    block[place] = byte;
                    let masks = classify(&block);
                    let stops = string_stops(&block);
                    for (i, b) in block.iter().enumerate() {
                        let stop = matches!(b, b'"' | b'\\' | 0..0x20);
                        assert_eq!(stops >> i & 1 == 1, stop);
                        assert_eq!(masks.word >> i & 1 == 1, b.is_ascii_alphanumeric());
                        assert_eq!(masks.high >> i & 1 == 1, !b.is_ascii());
                    }
                }
            }
        }
    }
}
