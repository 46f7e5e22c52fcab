//! Nanoseconds per document of the text and fingerprint stages, kernel by kernel, beside what one
//! would write without them.
//!
//! `cargo bench --bench stages` prints a table; words after `--` choose
//! the rows that contain all of them. Every figure is the best of many repeats, so
//! that another program on the machine disturbs it little; the documents are made here, and
//! are in the cache.
#![allow(clippy::print_stdout, missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant};
use wirecopy::fingerprint::{self, Digest, Layout, Permutations, ShingleSize};
use wirecopy::text::{self, Furniture, Tokeniser, word_hash};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// The fastest of many runs of `f`, in nanoseconds.
fn best(mut f: impl FnMut()) -> f64 {
    let start = Instant::now();
    f();
    let one = start.elapsed().max(Duration::from_nanos(20));
    let batch = (Duration::from_micros(200).as_nanos() / one.as_nanos()).max(1) as u32;
    let mut best = f64::INFINITY;
    let until = Instant::now() + Duration::from_millis(250);
    while Instant::now() < until {
        let start = Instant::now();
        for _ in 0..batch {
            f();
        }
        best = best.min(start.elapsed().as_nanos() as f64 / f64::from(batch));
    }
    best
}

/// Times `f` and prints a row, if the row was asked for.
fn row(stage: &str, variant: &str, f: impl FnMut()) {
    let mut wanted = std::env::args().skip(1).filter(|a| !a.starts_with('-'));
    if wanted.all(|w| stage.contains(&w) || variant.contains(&w)) {
        println!("{stage:<34} {variant:<24} {:>10.1}", best(f));
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let x = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ x >> 31
    }

    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }
}

/// A made-up article of about 525 words and 3.2 KB. The lengths of words are spread as in
/// English; quotes, apostrophes and dashes are curly. Letters come from `alphabet`.
fn article(random: &mut Random, alphabet: &[char]) -> String {
    // How many in a hundred words have 1, 2, 3, ... letters.
    const LENGTHS: [u64; 14] = [3, 17, 21, 16, 11, 8, 8, 6, 4, 3, 1, 1, 1, 0];
    let mut text = String::new();
    let mut quoted = false;
    for i in 0..525 {
        let mut at = random.below(100);
        let mut length = 1;
        for (i, share) in LENGTHS.iter().enumerate() {
            length = i + 1;
            if at < *share {
                break;
            }
            at -= share;
        }
        for j in 0..length {
            let c = alphabet[random.below(alphabet.len() as u64) as usize];
            if j == 0 && i % 9 == 0 {
                text.extend(c.to_uppercase());
            } else {
                text.push(c);
            }
        }
        text.push_str(match random.below(60) {
            0 if quoted => {
                quoted = false;
                ",” "
            }
            0 => {
                quoted = true;
                " “"
            }
            1 => "’",
            2 => " – ",
            3..6 => ". ",
            6..9 => ", ",
            _ => " ",
        });
    }
    text
}

fn tokens(documents: &[(&str, &[String])]) {
    for (name, documents) in documents {
        for kernel in text::Kernel::available() {
            let mut tokeniser = Tokeniser::with_kernel(kernel);
            let mut next = 0;
            row(&format!("tokens, {name}"), kernel.name(), || {
                next = (next + 1) % documents.len();
                black_box(tokeniser.tokens(black_box(&documents[next])));
            });
        }
    }
}

/// What a hash costs when the words are known already: lowered, one after the other.
fn hashes(document: &str) {
    let lower = document.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    row("hash of known words", "xxh3_64", || {
        for word in black_box(&words) {
            black_box(xxh3_64(word.as_bytes()));
        }
    });
    row("hash of known words", "word_hash", || {
        for word in black_box(&words) {
            black_box(word_hash(word));
        }
    });
    row("tokens, English", "lowercase, split, xxh3_64", || {
        let lower = black_box(document).to_lowercase();
        for word in lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
        {
            black_box(xxh3_64(word.as_bytes()));
        }
    });
}

/// Text as it comes mostly, with nothing on it, and with all that a page may have.
fn furniture(documents: &[String]) {
    let wire: Vec<String> = documents.iter().map(|text| hard_wrapped(text)).collect();
    let page = |text: &String| {
        format!(
            "A title of seven words or more\nBy Ann Writer\n3 minute read\nPublished: 6/20/2024\n\n\
             NORDVIK, June 20 (AFP) - The {text}\n\nAnn Writer contributed to this report.\n\n\
             Sign up for our newsletter\n\n(c) 2024 Nordvik Herald. All rights reserved."
        )
    };
    let pages: Vec<String> = documents.iter().map(page).collect();
    for (name, documents) in [
        ("none", documents),
        ("wire copy", &wire),
        ("a page", &pages),
    ] {
        let mut next = 0;
        row("furniture", name, || {
            next = (next + 1) % documents.len();
            let title = "A title of seven words or more";
            black_box(Furniture::Strip.text(black_box(&documents[next]), title));
        });
    }
}

/// Lines of about 60 characters, as agencies send them, and their name at the end.
fn hard_wrapped(text: &str) -> String {
    let mut wrapped = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        wrapped.push_str(word);
        length += word.len() + 1;
        wrapped.push(if length > 55 { '\n' } else { ' ' });
        length %= 56;
    }
    wrapped + "\n Reuter"
}

fn main() {
    let mut random = Random(1);
    let latin: Vec<char> = ('a'..='z').collect();
    let french: Vec<char> = ('a'..='z').chain('a'..='z').chain("éèàç".chars()).collect();
    let cyrillic: Vec<char> = ('а'..='я').collect();
    let han: Vec<char> = ('一'..='龥').collect();
    let mut make = |alphabet: &[char]| -> Vec<String> {
        (0..32).map(|_| article(&mut random, alphabet)).collect()
    };
    let (english, french, russian, chinese) =
        (make(&latin), make(&french), make(&cyrillic), make(&han));
    let bytes: usize = english.iter().map(String::len).sum();
    println!(
        "English document: {} bytes, {} words",
        bytes / english.len(),
        Tokeniser::new().tokens(&english[0]).len()
    );
    println!("{:<34} {:<24} {:>10}", "stage", "kernel", "ns");
    hashes(&english[0]);
    furniture(&english);
    tokens(&[
        ("English", &english),
        ("French", &french),
        ("Russian", &russian),
        ("Chinese", &chinese),
    ]);
    fingerprint(&english[0], &mut random);
}

fn fingerprint(document: &str, random: &mut Random) {
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
