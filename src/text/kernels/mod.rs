//! The edges of the words in a window of text, 64 bytes at a time.
//!
//! A kernel classifies a block into two masks, one bit a byte: ASCII letters and digits, and
//! bytes outside ASCII. All the rest is common to all kernels, and all give the same edges.
//! `plain.rs` works anywhere; `x86.rs` has SSE2, AVX2 and AVX-512 and all the `unsafe`.

mod plain;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86;

use super::chars::separator_length;

/// Bytes in a block: one bit of a mask each.
pub(super) const BLOCK: usize = 64;

/// Bytes of text whose edges are found at a time: small enough for the edges to stay in the
/// first-level cache, and for a `u16` to hold a position.
pub(super) const WINDOW: usize = 64 * BLOCK;

/// Room for the edges of a window: one at every byte, one at its end, and a block of slack since
/// edges are written in whole vectors.
pub(super) type Edges = [u16; WINDOW + 1 + BLOCK];

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
}

impl Kernel {
    /// The kernels that this machine can run, the slowest first.
    pub fn available() -> Vec<Self> {
        let mut kernels = vec![Self(Kind::Plain)];
        #[cfg(target_arch = "x86_64")]
        kernels.extend(x86::Isa::available().map(|isa| Self(Kind::X86(isa))));
        kernels
    }

    /// The fastest kernel that this machine can run.
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(isa) = x86::Isa::available().last() {
            return Self(Kind::X86(isa));
        }
        Self(Kind::Plain)
    }

    /// The name for reports: `plain`, `sse2`, `avx2`, `avx512`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Plain => "plain",
            #[cfg(target_arch = "x86_64")]
            Kind::X86(isa) => isa.name(),
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
        }
    }
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
    write: impl Fn(u64, u16, &mut [u16; BLOCK]),
) -> usize {
    let window = &text[start..text.len().min(start + WINDOW)];
    let mut state = *carry;
    let mut count = 0;
    let (blocks, rest) = window.as_chunks::<BLOCK>();
    let mut offset = 0;
    let mut block_edges = |masks: Masks, offset: usize| {
        let mut word = masks.word | masks.high;
        if masks.high != 0 || state.pending != 0 {
            word = without_separators(masks, &mut state.pending, &text[start + offset..]);
        }
        let edge_mask = word ^ (word << 1 | state.inside);
        state.inside = word >> 63;
        let room = edges[count..]
            .first_chunk_mut()
            .expect("there are at most as many edges as bytes, and a block of slack");
        write(edge_mask, offset as u16, room);
        count += edge_mask.count_ones() as usize;
    };
    for block in blocks {
        block_edges(classify(block), offset);
        offset += BLOCK;
    }
    if !rest.is_empty() {
        // The zeros after the text end its last word.
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        block_edges(classify(&block), offset);
    } else if start + window.len() == text.len() && state.inside == 1 {
        edges[count] = offset as u16;
        count += 1;
        state.inside = 0;
    }
    *carry = state;
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

/// Writes positions one by one, in a loop that is the same for nearly all blocks.
///
/// A block of prose has about 20 edges, hardly ever more than 28. Always writing that many is
/// cheaper than a branch that is mispredicted once a block.
#[inline(always)]
fn write_bits(mut mask: u64, offset: u16, room: &mut [u16; BLOCK]) {
    const USUAL: usize = 24;
    let many = mask.count_ones() as usize > USUAL;
    for slot in &mut room[..USUAL] {
        *slot = offset.wrapping_add(mask.trailing_zeros() as u16);
        mask &= mask.wrapping_sub(1);
    }
    if many {
        for slot in &mut room[USUAL..] {
            if mask == 0 {
                break;
            }
            *slot = offset + mask.trailing_zeros() as u16;
            mask &= mask - 1;
        }
    }
}
