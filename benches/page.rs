//! The page of 5,000 clusters: how long it takes to make, what it weighs, and how soon it is open in a browser.
//!
//! `cargo bench --bench page` makes a corpus of synthetic news with more clusters than that (always the same one, 430 MB in the folder for
//! temporary files), `cargo bench --bench page -- 1000` a page of 1,000 clusters, whose texts are longer. It opens the page in a
//! Chromium without a window, several times over, each in a browser of its own with nothing cached; without a Chromium (`chromium` in the
//! path, or named by `WIRECOPY_CHROMIUM`) that is left out. The time is from the command to open the file until it is loaded, its script
//! has run, and two frames are painted.
#![allow(clippy::print_stdout, missing_docs)]

#[cfg(unix)]
#[path = "../tests/chromium/mod.rs"]
#[allow(dead_code, reason = "the tests of the page do more than open it")]
mod chromium;

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::time::Instant;
use wirecopy::Options;
use wirecopy::progress::Silent;
use wirecopy::report::{Output, write_page};
use wirecopy::synthetic::{SyntheticOptions, write_jsonl};

/// Clusters on the page.
const CLUSTERS: usize = 5_000;
/// Articles in which there are a few more.
const ARTICLES: u64 = 130_000;
/// How often it is opened.
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let clusters = arguments.iter().find(|argument| !argument.starts_with('-'));
    let clusters = clusters.map_or(Ok(CLUSTERS), |number| number.parse())?;
    let folder = tempfile::tempdir()?;
    let corpus = folder.path().join("news.jsonl");
    let synthetic = SyntheticOptions {
        articles: ARTICLES,
        ..SyntheticOptions::default()
    };
    write_jsonl(&synthetic, &mut File::create(&corpus)?, None)?;
    let options = Options::default();
    let run = wirecopy::cluster(&[corpus], &options, &Silent)?;

    let page = folder.path().join("report.html");
    let started = Instant::now();
    let mut out = Output::create(&page)?;
    let counts = write_page(&run, &options, clusters, &mut out, &Silent)?;
    out.publish()?;
    println!(
        "{} clusters of {}: made in {:.2} s on {} threads, {:.1} MB",
        counts.clusters,
        counts.clusters + counts.left_out,
        started.elapsed().as_secs_f64(),
        rayon::current_num_threads(),
        page.metadata()?.len() as f64 / 1e6,
    );
    open(&page);
    Ok(())
}

#[cfg(unix)]
fn open(page: &Path) {
    let Some(program) = chromium::program() else {
        println!("there is no Chromium to open it");
        return;
    };
    let mut took: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let mut browser = chromium::Chromium::start(&program);
            browser.show_as(1200, 900, false);
            browser.open(page).as_secs_f64()
        })
        .collect();
    took.sort_by(f64::total_cmp);
    println!(
        "open in a browser after {:.2} s (the median of {ROUNDS}; {:.2} to {:.2} s)",
        took[ROUNDS / 2],
        took[0],
        took[ROUNDS - 1],
    );
}

#[cfg(not(unix))]
fn open(_: &Path) {
    println!("it is opened in a browser on Unix alone");
}
