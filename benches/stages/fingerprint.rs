//! Tokens to shingles to signatures.

use crate::documents::Random;
use crate::row;
use std::hint::black_box;
use wirecopy::fingerprint::{self, Digest, Layout, Permutations, ShingleSize};
use wirecopy::text::Tokeniser;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

pub fn measure(document: &str, random: &mut Random) {
    let tokens = Tokeniser::new().tokens(document).to_vec();
    let bytes: Vec<u8> = tokens.iter().flat_map(|t| t.to_le_bytes()).collect();
    row("digest", "xxh3_128 of known bytes", || {
        black_box(xxh3_128(black_box(&bytes)));
    });
    row("digest", "Digest::of", || {
        black_box(Digest::of(black_box(&tokens)));
    });
    let lower = document.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    row("shingles, 3 words", "join, xxh3_64", || {
        for window in black_box(&words).windows(3) {
            black_box(xxh3_64(window.join(" ").as_bytes()));
        }
    });
    let kernels = fingerprint::Kernel::available();
    let mut out = Vec::new();
    for words in [3, 5] {
        let size = ShingleSize::new(words).expect("a size in range");
        for kernel in &kernels {
            row(&format!("shingles, {words} words"), kernel.name(), || {
                kernel.shingles(black_box(&tokens), size, &mut out);
                black_box(&out);
            });
        }
    }
    for count in [128, 256] {
        let permutations = Permutations::new(count, 1).expect("a count in range");
        let mut out = vec![0; count];
        for shingles in [50, 520, 5000] {
            let sets: Vec<Vec<u64>> = (0..32)
                .map(|_| (0..shingles).map(|_| random.next()).collect())
                .collect();
            let stage = format!("signature of {count}, {shingles} shingles");
            if count == 128 {
                row(&stage, "(a x + b) mod 2^61 - 1", || {
                    classic(black_box(&sets[0]), &mut out);
                });
            }
            for kernel in &kernels {
                let mut next = 0;
                row(&stage, kernel.name(), || {
                    next = (next + 1) % sets.len();
                    kernel.signature(&permutations, black_box(&sets[next]), &mut out);
                    black_box(&out);
                });
            }
        }
    }
    let layout = Layout::new(128, 32);
    let mut make = || -> Vec<u32> {
        let values: Vec<u32> = (0..128).map(|_| random.next() as u32).collect();
        let mut packed = vec![0; layout.words()];
        layout.pack(&values, &mut packed);
        packed
    };
    let (a, b) = (make(), make());
    for &kernel in &kernels {
        row("score of packed signatures", kernel.name(), || {
            black_box(layout.score(kernel, black_box(&a), black_box(&b)));
        });
    }
}

/// MinHash as it is usually written.
fn classic(shingles: &[u64], out: &mut [u32]) {
    const PRIME: u128 = (1 << 61) - 1;
    let mut random = Random(7);
    for slot in out {
        let (a, b) = (
            u128::from(random.next() >> 3),
            u128::from(random.next() >> 3),
        );
        let hashes = shingles
            .iter()
            .map(|&x| ((a * u128::from(x) + b) % PRIME) as u32);
        *slot = hashes.min().unwrap_or(u32::MAX);
    }
}
