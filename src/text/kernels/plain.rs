//! Eight bytes at a time in an ordinary register; no `unsafe`.

use super::{BLOCK, Carry, Edges, Masks, edges_with, write_bits};

const fn repeat(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

const HIGH: u64 = repeat(0x80);

pub(super) fn edges(text: &[u8], start: usize, carry: &mut Carry, edges: &mut Edges) -> usize {
    edges_with(text, start, carry, edges, classify, write_bits)
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

#[inline(always)]
fn classify_word(x: u64) -> (u64, u64) {
    // The high bit of a byte of `bytes + not_less(b)` says whether the byte is >= b. Bytes are
    // below 0x80 here, so that no sum runs over into the next byte.
    const fn not_less(byte: u8) -> u64 {
        repeat(0x80 - byte)
    }
    let ascii = x & !HIGH;
    let lower = ascii | repeat(0x20);
    let digits = (ascii + not_less(b'0')) & !(ascii + not_less(b'9' + 1));
    let letters = (lower + not_less(b'a')) & !(lower + not_less(b'z' + 1));
    (gather((digits | letters) & !x & HIGH), gather(x & HIGH))
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
                    for (i, b) in block.iter().enumerate() {
                        assert_eq!(masks.word >> i & 1 == 1, b.is_ascii_alphanumeric());
                        assert_eq!(masks.high >> i & 1 == 1, !b.is_ascii());
                    }
                }
            }
        }
    }
}
