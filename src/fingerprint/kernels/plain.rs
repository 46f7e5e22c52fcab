//! The loops themselves, in safe Rust.
//!
//! Everything here is `inline(always)`, so that it takes on the instruction set of the function
//! that calls it.

use crate::fingerprint::layout::{BITS, LEFT_OUT};
use crate::fingerprint::shingles::{MULTIPLIERS, finalise};
use crate::fingerprint::signature::Permutations;

/// Shingles that are worked on at a time, held in registers by wide vectors.
const BLOCK: usize = 64;

#[inline(always)]
pub(super) fn shingles(tokens: &[u64], size: usize, out: &mut [u64]) {
    const BLOCK: usize = 32;
    let multipliers = &MULTIPLIERS[..size];
    let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
    let mut tokens = tokens;
    for block in blocks {
        let mut sums = [0u64; BLOCK];
        for (i, multiplier) in multipliers.iter().enumerate() {
            // A block of windows ends `size - 1` tokens after its last beginning.
            let column = tokens[i..]
                .first_chunk::<BLOCK>()
                .expect("a window begins at each of them");
            for (sum, token) in sums.iter_mut().zip(column) {
                *sum = sum.wrapping_add(token.wrapping_mul(*multiplier));
            }
        }
        *block = sums.map(finalise);
        tokens = &tokens[BLOCK..];
    }
    for (out, window) in rest.iter_mut().zip(tokens.windows(size)) {
        let terms = window
            .iter()
            .zip(multipliers)
            .map(|(token, m)| token.wrapping_mul(*m));
        *out = finalise(terms.fold(0, u64::wrapping_add));
    }
}

#[inline(always)]
pub(super) fn set_bits(shingles: &[u64], table: &mut [u64]) -> u32 {
    let shift = u64::BITS - table.len().trailing_zeros();
    for &shingle in shingles {
        // Word by the first bits, place in it by the last.
        table[(shingle >> shift) as usize] |= 1 << (shingle % 64);
    }
    table.iter().map(|word| word.count_ones()).sum()
}

/// Mixes shingles with the seed: the bin of each, and its value there.
#[inline(always)]
fn mix(
    permutations: &Permutations,
    shingles: &[u64; BLOCK],
    bins: &mut [u32; BLOCK],
    values: &mut [u32; BLOCK],
) {
    let count = permutations.count() as u64;
    for i in 0..BLOCK {
        let x = permutations.mix(shingles[i]);
        bins[i] = (((x >> 32) * count) >> 32) as u32;
        values[i] = x as u32;
    }
}

/// Shingles whose values are kept at a time: those of most articles all at once.
const PORTION: usize = 16 * BLOCK;

/// The values of up to [`PORTION`] shingles, for the bins that are still empty after the pass over all.
struct Values {
    blocks: [[u32; BLOCK]; PORTION / BLOCK],
    len: usize,
}

impl Values {
    /// Mixes up to [`PORTION`] shingles with the seed. `f` gets the bins and values of each block.
    #[inline(always)]
    fn fill(
        &mut self,
        permutations: &Permutations,
        shingles: &[u64],
        mut f: impl FnMut(&[u32], &[u32; BLOCK]),
    ) {
        self.len = shingles.len();
        let (blocks, rest) = shingles.as_chunks::<BLOCK>();
        // Filled up with one of its own: a shingle that comes twice changes nothing in a set.
        let mut last = [rest.first().copied().unwrap_or(0); BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        let all = blocks.iter().chain((!rest.is_empty()).then_some(&last));
        let mut left = shingles.len();
        for (block, values) in all.zip(&mut self.blocks) {
            let mut bins = [0; BLOCK];
            mix(permutations, block, &mut bins, values);
            f(&bins[..left.min(BLOCK)], values);
            left = left.saturating_sub(BLOCK);
        }
    }

    /// The blocks that were filled.
    #[inline(always)]
    fn blocks(&self) -> &[[u32; BLOCK]] {
        &self.blocks[..self.len.div_ceil(BLOCK)]
    }

    /// The values, one a shingle.
    #[inline(always)]
    fn all(&self) -> &[u32] {
        &self.blocks.as_flattened()[..self.len]
    }
}

#[inline(always)]
pub(super) fn signature(permutations: &Permutations, shingles: &[u64], out: &mut [u32]) {
    out.fill(u32::MAX);
    let mut values = Values {
        blocks: [[0; BLOCK]; PORTION / BLOCK],
        len: 0,
    };
    for portion in shingles.chunks(PORTION) {
        values.fill(permutations, portion, |bins, values| {
            for (&bin, &value) in bins.iter().zip(values) {
                let slot = &mut out[bin as usize];
                // Stored in any case: whether a value is smaller cannot be predicted.
                *slot = value.min(*slot);
            }
        });
    }
    let mut empty = [0; GROUP];
    let mut count = 0;
    for bin in 0..out.len() {
        empty[count] = bin;
        count += usize::from(out[bin] == u32::MAX);
        if count == GROUP || count > 0 && bin + 1 == out.len() {
            for portion in shingles.chunks(PORTION) {
                if shingles.len() > PORTION {
                    values.fill(permutations, portion, |_, _| ());
                }
                fill_empty(permutations, &values, &empty[..count], out);
            }
            count = 0;
        }
    }
}

/// Empty bins that are filled at a time.
const GROUP: usize = 64;

/// Up to so many bins, it is faster to take shingles side by side than bins.
const FEW: usize = 6;

/// Lowers each of the `empty` bins to the minimum of its own function over all values.
#[inline(always)]
fn fill_empty(permutations: &Permutations, values: &Values, empty: &[usize], out: &mut [u32]) {
    if empty.len() <= FEW {
        for &bin in empty {
            let (factor, term) = permutations.own(bin);
            // In whole blocks: there are no odd values at the end for a loop without vectors.
            let hashes = values
                .blocks()
                .as_flattened()
                .iter()
                .map(|&value| own_hash(factor, term, value));
            out[bin] = hashes.fold(out[bin], u32::min);
        }
        return;
    }
    const LANES: usize = 32;
    for empty in empty.chunks(LANES) {
        let mut factors = [0; LANES];
        let mut terms = [0; LANES];
        for ((&bin, factor), term) in empty.iter().zip(&mut factors).zip(&mut terms) {
            (*factor, *term) = permutations.own(bin);
        }
        let mut minima = [u32::MAX; LANES];
        for &value in values.all() {
            for i in 0..LANES {
                minima[i] = own_hash(factors[i], terms[i], value).min(minima[i]);
            }
        }
        for (&bin, minimum) in empty.iter().zip(minima) {
            out[bin] = minimum.min(out[bin]);
        }
    }
}

#[inline(always)]
fn own_hash(factor: u32, term: u32, value: u32) -> u32 {
    factor.wrapping_mul(value).wrapping_add(term)
}

#[inline(always)]
pub(super) fn pack(values: &[u32], whole: usize, packed: &mut [u32]) {
    let (values, low_values) = values.split_at(whole);
    let quarter = whole.div_ceil(4);
    let (packed, planes) = packed.split_at_mut(3 * quarter);
    let (first, last) = values.split_at(whole.min(3 * quarter));
    packed.fill(0);
    for (word, value) in packed.iter_mut().zip(first) {
        *word = value >> LEFT_OUT;
    }
    for (at, value) in last.iter().enumerate() {
        for part in 0..3 {
            let byte = value >> LEFT_OUT >> (8 * part) & 0xff;
            packed[part * quarter + at] |= byte << 24;
        }
    }
    for (planes, values) in planes.chunks_mut(BITS).zip(low_values.chunks(32)) {
        let mut padded = [0; 32];
        padded[..values.len()].copy_from_slice(values);
        for (bit, plane) in planes.iter_mut().enumerate() {
            let mut word = 0;
            for (at, value) in padded.iter().enumerate() {
                word |= (value >> bit & 1) << at;
            }
            *plane = word;
        }
    }
}

/// The three words that the last quarter of the values lies in, beside other ones, as one list of triples.
#[inline(always)]
fn triples(packed: &[u32], quarter: usize) -> impl Iterator<Item = [u32; 3]> {
    let (first, rest) = packed.split_at(quarter);
    let (second, third) = rest.split_at(quarter);
    let triples = first.iter().zip(second).zip(third);
    triples.map(|((first, second), third)| [*first, *second, *third])
}

#[inline(always)]
pub(super) fn whole_agreement(a: &[u32], b: &[u32]) -> u32 {
    let quarter = a.len() / 3;
    let mut agreeing = 0;
    for (a, b) in a.iter().zip(b) {
        agreeing += u32::from((a ^ b) << 8 == 0);
    }
    for (a, b) in triples(a, quarter).zip(triples(b, quarter)) {
        let differing = (a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]);
        agreeing += u32::from(differing >> 24 == 0);
    }
    agreeing
}

#[inline(always)]
pub(super) fn low_agreement(planes_a: &[u32], planes_b: &[u32]) -> u32 {
    let mut agreeing = 0;
    for (a, b) in planes_a.chunks_exact(BITS).zip(planes_b.chunks_exact(BITS)) {
        let mut differing = 0;
        for (a, b) in a.iter().zip(b) {
            differing |= a ^ b;
        }
        agreeing += differing.count_zeros();
    }
    agreeing
}

#[inline(always)]
pub(super) fn equal_and_lesser(a: &[u32], b: &[u32], whole: usize, floor: u32) -> (u32, u32) {
    const VALUE: u32 = u32::MAX >> LEFT_OUT;
    let (mut equal, mut lesser) = (0, 0);
    let mut count = |a: u32, b: u32| {
        equal += u32::from((a >= floor) & (a == b));
        lesser += u32::from((a >= floor) & (a < b));
    };
    let quarter = whole.div_ceil(4);
    let (a, b) = (&a[..3 * quarter], &b[..3 * quarter]);
    for (a, b) in a.iter().zip(b) {
        count(a & VALUE, b & VALUE);
    }
    let value = |words: [u32; 3]| words[0] >> 24 | words[1] >> 24 << 8 | words[2] >> 24 << 16;
    for (a, b) in triples(a, quarter).zip(triples(b, quarter)) {
        count(value(a), value(b));
    }
    (equal, lesser)
}
