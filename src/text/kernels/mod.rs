//! The edges of the words in a window of text, 64 bytes at a time.
//!
//! A kernel classifies a block into two masks, one bit a byte: ASCII letters and digits, and
//! bytes outside ASCII. It also has its way of writing down where the bits of a mask are. All
//! the rest is common to the kernels, and all of them give the same edges.
//! `plain.rs` works anywhere; `x86.rs` has SSE2, AVX2 and AVX-512, `arm.rs` has NEON, and these two have all the `unsafe` of the stage.

#[cfg(target_arch = "aarch64")]
#[allow(unsafe_code)]
mod arm;
mod plain;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86;

use super::chars::separator_length;
use super::hash::{HIGH, LOWER, MASKS, PIECE, finish, lanes};

/// Bytes in a block: one bit of a mask each.
pub(super) const BLOCK: usize = 64;

/// Bytes of text whose edges are found at a time: small enough for the edges to stay in the
/// first-level cache, and for a `u16` to hold a position.
pub(super) const WINDOW: usize = 64 * BLOCK;

/// Room for the edges of a window: one at every byte, one at its end, and what is written too much.
pub(super) type Edges = [u16; WINDOW + 1 + ROOM];

/// Edges that are written for a block, wanted or not: all bytes, and a vector too many.
const ROOM: usize = BLOCK + 8;

type Room = [u16; ROOM];

/// What one window hands to the next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Carry {
    /// 1 if the last byte belonged to a word.
    inside: u64,
    /// Bytes of a separator that began at the end of the last block.
    pending: u32,
}

/// The masks of a block; bit `i` stands for byte `i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Masks {
    /// ASCII letters and digits.
    word: u64,
    /// Bytes that are not ASCII.
    high: u64,
}

/// A way of finding the edges of words, chosen at run time.
///
/// All kernels give the same tokens; the choice is a matter of speed, and left to
/// [`Kernel::best`] outside of tests and benchmarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    #[cfg(target_arch = "x86_64")]
    X86(x86::Isa),
    #[cfg(target_arch = "aarch64")]
    Neon,
}

/// The kernels with vectors that this machine can run, the slowest first.
#[cfg(target_arch = "x86_64")]
fn vector_kernels() -> impl Iterator<Item = Kernel> {
    x86::Isa::available().map(|isa| Kernel(Kind::X86(isa)))
}

/// NEON is part of AArch64.
#[cfg(target_arch = "aarch64")]
fn vector_kernels() -> impl Iterator<Item = Kernel> {
    std::iter::once(Kernel(Kind::Neon))
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn vector_kernels() -> impl Iterator<Item = Kernel> {
    std::iter::empty()
}

impl Kernel {
    /// The kernels that this machine can run, the slowest first.
    pub fn available() -> Vec<Self> {
        [Self(Kind::Plain)]
            .into_iter()
            .chain(vector_kernels())
            .collect()
    }

    /// The fastest kernel that this machine can run.
    pub fn best() -> Self {
        vector_kernels().last().unwrap_or(Self(Kind::Plain))
    }

    /// The name for reports: `plain`, `sse2`, `avx2`, `avx512`, `neon`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Plain => "plain",
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.name(),
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => "neon",
        }
    }

    /// Finds the edges of runs of word bytes in the window of `text` that begins at `start`, and
    /// returns their number.
    ///
    /// Edges are counted from `start`; a run that is open at the end of the window has none there,
    /// unless the text ends with it. Word bytes are ASCII letters and digits and every byte outside ASCII
    /// that does not belong to a [frequent separator](separator_length).
    pub(super) fn edges(
        self,
        text: &[u8],
        start: usize,
        carry: &mut Carry,
        edges: &mut Edges,
    ) -> usize {
        match self.0 {
            Kind::Plain => plain::edges(text, start, carry, edges),
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.edges(text, start, carry, edges),
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => arm::edges(text, start, carry, edges),
        }
    }

    /// Where the first byte from `from` on stands that a JSON string cannot hold as it is, or that ends it: a quote, a
    /// backslash, a control character. The length of `bytes` if there is none.
    pub(crate) fn string_stop(self, bytes: &[u8], from: usize) -> usize {
        match self.0 {
            Kind::Plain => plain::string_stop(bytes, from),
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.string_stop(bytes, from),
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => arm::string_stop(bytes, from),
        }
    }

    /// Hashes ASCII words of up to 16 bytes until one is something else; returns how many it did.
    /// The words count from the beginning of `window`, which goes on to the end of the text.
    pub(super) fn short_words(
        self,
        window: &[u8],
        words: &[[u16; 2]],
        tokens: &mut [u64],
    ) -> usize {
        match self.0 {
            Kind::Plain => short_words(window, words, tokens),
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.short_words(window, words, tokens),
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => short_words(window, words, tokens),
        }
    }
}

/// [`Kernel::short_words`], to be compiled for each instruction set.
#[inline(always)]
fn short_words(window: &[u8], words: &[[u16; 2]], tokens: &mut [u64]) -> usize {
    for (i, (&[from, to], token)) in words.iter().zip(tokens).enumerate() {
        let length = usize::from(to.wrapping_sub(from));
        let from = usize::from(from);
        // The last words of a text are left aside: there are no 16 bytes to load.
        let Some(piece) = window.get(from..from + PIECE) else {
            return i;
        };
        let (Some(&[mask_a, mask_b]), Some(piece)) = (MASKS.get(length), piece.first_chunk())
        else {
            return i;
        };
        let [a, b] = lanes(piece);
        let (a, b) = ((a | LOWER) & mask_a, (b | LOWER) & mask_b);
        if (a | b) & HIGH != 0 {
            return i;
        }
        *token = finish(0, [a, b]);
    }
    words.len()
}

/// [`Kernel::string_stop`]; `stops` gives a mask of the bytes of a block that stop, of which the lowest bit counts.
#[inline(always)]
fn string_stop_with(bytes: &[u8], from: usize, stops: impl Fn(&[u8; BLOCK]) -> u64) -> usize {
    let (blocks, rest) = bytes[from..].as_chunks();
    let mut at = from;
    for block in blocks {
        let mask = stops(block);
        if mask != 0 {
            return at + mask.trailing_zeros() as usize;
        }
        at += BLOCK;
    }
    // The zeros behind the end stop, too.
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    at + stops(&last).trailing_zeros() as usize
}

/// [`Kernel::edges`] in terms of a kernel's two parts: `classify` gives the masks of a block,
/// `write` puts the positions of the bits of a mask, each plus the given offset, into
/// the buffer, of which it may overwrite all.
#[inline(always)]
fn edges_with(
    text: &[u8],
    start: usize,
    carry: &mut Carry,
    edges: &mut Edges,
    classify: impl Fn(&[u8; BLOCK]) -> Masks,
    write: impl Fn(u64, u16, &mut Room),
) -> usize {
    let window = &text[start..text.len().min(start + WINDOW)];
    let (blocks, rest) = window.as_chunks::<BLOCK>();
    // The zeros after the text end its last word.
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    let last = std::slice::from_ref(&last);
    let last = if rest.is_empty() { &[] } else { last };

    let Carry {
        mut inside,
        mut pending,
    } = *carry;
    let mut count = 0;
    let mut offset = 0;
    for block in blocks.iter().chain(last) {
        let masks = classify(block);
        let mut word = masks.word | masks.high;
        if masks.high != 0 {
            word = without_separators(masks, &mut pending, &text[start + offset..]);
        }
        let edge_mask = word ^ (word << 1 | inside);
        inside = word >> 63;
        let room = edges[count..]
            .first_chunk_mut()
            .expect("there are at most as many edges as bytes, and a block of slack");
        write(edge_mask, offset as u16, room);
        count += edge_mask.count_ones() as usize;
        offset += BLOCK;
    }
    if rest.is_empty() && start + window.len() == text.len() && inside == 1 {
        edges[count] = offset as u16;
        count += 1;
        inside = 0;
    }
    *carry = Carry { inside, pending };
    count
}

/// The word mask of a block with bytes outside ASCII: less the separators among them. `rest` is
/// the text from the beginning of the block.
#[inline(always)]
fn without_separators(masks: Masks, pending: &mut u32, rest: &[u8]) -> u64 {
    // `pending` is at most 2.
    let mut high = masks.high & (u64::MAX << *pending);
    let mut word = masks.word | high;
    *pending = 0;
    while high != 0 {
        let at = high.trailing_zeros();
        match separator_length(&rest[at as usize..]) as u32 {
            // A letter, or a separator that the table will know: the run of bytes stays.
            0 => high &= high.wrapping_add(1 << at),
            length => {
                let gone = ((1 << length) - 1) << at;
                word &= !gone;
                high &= !gone;
                *pending = (at + length).saturating_sub(BLOCK as u32);
            }
        }
    }
    word
}

/// The positions of the bits of every byte, in order, and how many there are.
static BITS: [([u16; 8], u8); 256] = {
    let mut table = [([0; 8], 0); 256];
    let mut byte = 0;
    while byte < 256 {
        let (positions, count) = &mut table[byte];
        let mut bit = 0;
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                positions[*count as usize] = bit;
                *count += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};

/// Writes positions by a table, a byte of the mask at a time.
///
/// There is no branch in it: a loop over the bits takes as many turns as a block has edges, so that its
/// end is mispredicted in nearly every block. With it, plain code takes 1,650 ns for an article, not 1,950.
#[inline(always)]
fn write_bits(mask: u64, offset: u16, room: &mut Room) {
    let mut count = 0;
    for (i, byte) in mask.to_le_bytes().into_iter().enumerate() {
        let (positions, more) = &BITS[usize::from(byte)];
        let base = offset + 8 * i as u16;
        if let Some(slots) = room[count..].first_chunk_mut::<8>() {
            *slots = positions.map(|position| base + position);
        }
        count += usize::from(*more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Text of many kinds, as pieces that follow one another.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[a-zA-Z0-9]{1,9}",
            4 => "[ ,.'_-]{1,2}",
            2 => "[“”‘’—–…\u{A0}€£\u{200C}\u{200D}\u{AD}]",
            1 => "[à-ÿА-я漢字]{1,30}",
            1 => any::<String>(),
            1 => "[a-z]{60,70}",
        ];
        proptest::collection::vec(piece, 0..800).prop_map(|pieces| pieces.concat())
    }

    fn all_edges(kernel: Kernel, text: &str) -> Vec<usize> {
        let mut edges = [0; size_of::<Edges>() / 2];
        let mut carry = Carry::default();
        let mut all = Vec::new();
        for start in (0..text.len()).step_by(WINDOW) {
            let count = kernel.edges(text.as_bytes(), start, &mut carry, &mut edges);
            all.extend(edges[..count].iter().map(|&e| start + usize::from(e)));
        }
        all
    }

    proptest! {
        #[test]
        fn kernels_agree_where_strings_stop(text in "[a-é\"\\\\\u{1F}\u{7F}]{0,4}[ !#-\\[\\]-é]{0,300}", from in 0usize..5) {
            let bytes = text.as_bytes();
            let from = from.min(bytes.len());
            let stops = |b: &u8| matches!(b, b'"' | b'\\' | 0..0x20);
            let stop = bytes[from..].iter().position(stops).map_or(bytes.len(), |n| from + n);
            for kernel in Kernel::available() {
                prop_assert_eq!(kernel.string_stop(bytes, from), stop, "{}", kernel.name());
            }
        }

        #[test]
        fn kernels_agree(text in text()) {
            let kernels = Kernel::available();
            let plain = all_edges(kernels[0], &text);
            prop_assert_eq!(plain.len() % 2, 0);
            for &kernel in &kernels[1..] {
                prop_assert_eq!(&all_edges(kernel, &text), &plain, "{}", kernel.name());
            }
        }
    }
}
