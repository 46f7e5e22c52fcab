//! What each stage takes, in nanoseconds, beside what one would write without it.
//!
//! `cargo bench --bench stages` prints a table; words after `--` choose
//! the rows that contain all of them. Every figure is the best of many repeats, so
//! that another program on the machine disturbs it little. The documents of the text and fingerprint stages are made here, and
//! are in the cache; the last rows are the stages of whole runs over a file of invented news, on one thread.
#![allow(clippy::print_stdout, missing_docs)]

mod documents;
mod fingerprint;
mod text;
mod whole;

use documents::{Random, article};
use std::time::{Duration, Instant};
use wirecopy::text::Tokeniser;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

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

/// Whether a row was asked for.
fn is_wanted(stage: &str, variant: &str) -> bool {
    let mut wanted = std::env::args().skip(1).filter(|a| !a.starts_with('-'));
    wanted.all(|w| stage.contains(&w) || variant.contains(&w))
}

/// Times `f` and prints a row, if the row was asked for.
fn row(stage: &str, variant: &str, f: impl FnMut()) {
    if is_wanted(stage, variant) {
        print(stage, variant, best(f));
    }
}

fn print(stage: &str, variant: &str, nanoseconds: f64) {
    println!("{stage:<34} {variant:<26} {nanoseconds:>10.1}");
}

fn main() -> Result<()> {
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
    println!("{:<34} {:<26} {:>10}", "stage", "variant", "ns");
    text::hashes(&english[0]);
    text::furniture(&english);
    text::tokens(&[
        ("English", &english),
        ("French", &french),
        ("Russian", &russian),
        ("Chinese", &chinese),
    ]);
    fingerprint::measure(&english[0], &mut random);
    whole::measure()
}
