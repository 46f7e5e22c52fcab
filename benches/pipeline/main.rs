//! The whole job beside a bare parse of the same file: speed, memory, recall and precision.
//!
//! `cargo bench --bench pipeline` makes a corpus of 100,000 articles with planted copies (always the
//! same one), another with texts twice as long, and two of 20,000 that show what a crowd of variants costs;
//! `cargo bench --bench pipeline -- 300000` makes the first two of that size. They take 1 GB of temporary files
//! for 100,000 articles. Every timing is that of a process of its own, so that none finds the memory of another warm and the peak of memory is
//! that of the job alone; what is compared is run in turn, several times over, and the best of each counts.
#![allow(clippy::print_stdout, missing_docs)]

mod quality;
mod work;

use std::error::Error;
use std::fs::File;
use std::path::Path;
use wirecopy::Options;
use wirecopy::synthetic::{SyntheticOptions, SyntheticSummary, write_jsonl};
use wirecopy::text::Furniture;
use wirecopy::verify::{Acceptance, Rule};
use work::{Measured, Task, measure};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const ARTICLES: u64 = 100_000;
/// Each timing is the best of so many.
const ROUNDS: usize = 5;
/// Articles of the two corpora that show what a crowd costs.
const CROWD_TEST: u64 = 20_000;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(report) = work::as_child(&arguments)? {
        println!("{report}");
        return Ok(());
    }
    let articles = arguments.iter().find(|argument| !argument.starts_with('-'));
    let articles = articles.map_or(Ok(ARTICLES), |number| number.parse())?;
    let folder = tempfile::tempdir()?;

    let corpus = folder.path().join("news.jsonl");
    let truth = folder.path().join("truth.csv");
    let options = SyntheticOptions {
        articles,
        ..SyntheticOptions::default()
    };
    let made = write_jsonl(
        &options,
        &mut File::create(&corpus)?,
        Some(&mut File::create(&truth)?),
    )?;
    speed_and_memory(&corpus, made)?;
    long_texts(folder.path(), articles)?;
    quality::report(&corpus, &truth)?;
    crowd(folder.path())
}

fn speed_and_memory(corpus: &Path, made: SyntheticSummary) -> Result<()> {
    let [parse, serde, one, two, plain, plain_two] = best_in_turn([
        (Task::Parse, corpus, 1),
        (Task::SerdeJson, corpus, 1),
        (Task::Cluster, corpus, 1),
        (Task::Cluster, corpus, 2),
        (Task::ClusterPlain, corpus, 1),
        (Task::ClusterPlain, corpus, 2),
    ])?;
    let megabytes = made.bytes as f64 / 1e6;
    println!(
        "{} articles, {megabytes:.0} MB; best of {ROUNDS}\n",
        made.articles
    );
    println!(
        "{:<36} {:>8} {:>8} {:>12} {:>8}",
        "", "s", "µs each", "documents/s", "MB/s"
    );
    for (name, measured) in [
        ("split and parse, 1 thread", parse),
        ("lines and serde_json, 1 thread", serde),
        ("whole job, 1 thread", one),
        ("whole job, 2 threads", two),
        ("whole job, plain, 1 thread", plain),
        ("whole job, plain, 2 threads", plain_two),
    ] {
        println!(
            "{name:<36} {:>8.3} {:>8.2} {:>12.0} {:>8.0}",
            measured.seconds,
            measured.seconds * 1e6 / made.articles as f64,
            made.articles as f64 / measured.seconds,
            megabytes / measured.seconds,
        );
    }
    println!();
    ratio(
        "whole job / split and parse, 1 thread",
        one.seconds / parse.seconds,
    );
    ratio(
        "whole job / lines and serde_json",
        one.seconds / serde.seconds,
    );
    ratio("1 thread / 2 threads", one.seconds / two.seconds);
    ratio(
        "plain / split and parse, 1 thread",
        plain.seconds / parse.seconds,
    );
    ratio(
        "plain, 1 thread / 2 threads",
        plain.seconds / plain_two.seconds,
    );
    ratio("whole job / plain, 1 thread", one.seconds / plain.seconds);
    println!();
    for (name, measured) in [
        ("1 thread", one),
        ("2 threads", two),
        ("plain, 1 thread", plain),
    ] {
        memory(&format!("peak memory, {name}"), measured, made.articles);
    }
    Ok(())
}

/// Half the articles are light variants of one story: what does that cost?
fn crowd(folder: &Path) -> Result<()> {
    let (ordinary, crowded) = (folder.join("ordinary.jsonl"), folder.join("crowded.jsonl"));
    let truth = folder.join("crowded.csv");
    let options = SyntheticOptions {
        articles: CROWD_TEST,
        ..SyntheticOptions::default()
    };
    write_jsonl(&options, &mut File::create(&ordinary)?, None)?;
    let options = SyntheticOptions {
        variants_of_one_per_mille: 500,
        ..options
    };
    let made = write_jsonl(
        &options,
        &mut File::create(&crowded)?,
        Some(&mut File::create(&truth)?),
    )?;
    let [quiet, busy, plain_quiet, plain_busy] = best_in_turn([
        (Task::Cluster, &ordinary, 1),
        (Task::Cluster, &crowded, 1),
        (Task::ClusterPlain, &ordinary, 1),
        (Task::ClusterPlain, &crowded, 1),
    ])?;
    println!(
        "\n{CROWD_TEST} articles, {} of them variants of one story, 1 thread: {:.3} s; ordinary ones: {:.3} s",
        made.variants, busy.seconds, quiet.seconds
    );
    ratio("crowded / ordinary", busy.seconds / quiet.seconds);
    ratio(
        "crowded / ordinary, plain",
        plain_busy.seconds / plain_quiet.seconds,
    );
    memory("peak memory, crowded", busy, CROWD_TEST);
    quality::report_variants(&crowded, &truth)
}

/// Memory must not grow with the length of the texts: the same number of articles, twice as long.
fn long_texts(folder: &Path, articles: u64) -> Result<()> {
    let path = folder.join("long.jsonl");
    let options = SyntheticOptions {
        articles,
        words: 2 * SyntheticOptions::default().words,
        ..SyntheticOptions::default()
    };
    write_jsonl(&options, &mut File::create(&path)?, None)?;
    for (name, threads) in [("1 thread", 1), ("2 threads", 2)] {
        let measured = measure(Task::Cluster, &path, threads)?;
        memory(&format!("twice as long texts, {name}"), measured, articles);
    }
    Ok(())
}

/// The best of [`ROUNDS`] of each run, all in turn.
fn best_in_turn<const N: usize>(runs: [(Task, &Path, usize); N]) -> Result<[Measured; N]> {
    let mut best = [Measured::NONE; N];
    for _ in 0..ROUNDS {
        for (best, (task, corpus, threads)) in best.iter_mut().zip(runs) {
            best.improve(measure(task, corpus, threads)?);
        }
    }
    Ok(best)
}

fn ratio(name: &str, value: f64) {
    println!("{name:<48} {value:>6.2}");
}

/// Prints a peak, and what it comes to for an article without that which the program takes before the job.
fn memory(name: &str, measured: Measured, articles: u64) {
    match measured.memory {
        Some((before, peak)) => println!(
            "{name:<36} {:>6.1} MB, {:.1} MB of it before the job; {:.0} bytes an article",
            peak as f64 / 1e6,
            before as f64 / 1e6,
            (peak - before) as f64 / articles as f64
        ),
        None => println!("{name:<36} not known on this system"),
    }
}

/// What is measured is what the command does by default ...
fn options() -> Options {
    Options::default()
}

/// ... and with `--rule plain --raw --bands 64 --rows 2`: the usual rule, texts as they came, bands alone.
fn plain_options() -> Options {
    Options {
        rule: Rule::Plain(Acceptance::default()),
        furniture: Furniture::Keep,
        bands_and_rows: Some((64, 2)),
        ..Options::default()
    }
}
