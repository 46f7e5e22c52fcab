//! Whole runs over a file of invented news, stage by stage, and what follows the signatures.

use crate::{Result, is_wanted, print};
use std::fs::File;
use std::path::Path;
use std::time::Instant;
use wirecopy::cluster::UnionFind;
use wirecopy::corpus::{Block, Corpus, CorpusOptions, Parser};
use wirecopy::progress::{Silent, Stage, Timed};
use wirecopy::report::{Listed, Output, write_clusters};
use wirecopy::synthetic::{SyntheticOptions, write_jsonl};
use wirecopy::{Options, Run};

/// So many articles: with fewer the memory of a run is not yet larger than the caches.
const ARTICLES: u64 = 100_000;
/// Each figure is the best of so many runs.
const ROUNDS: usize = 3;
/// What the rows are called.
const NAME: &str = "whole run";

/// Prints a row for each stage, if one was asked for.
pub fn measure() -> Result<()> {
    let rows = [
        "split lines",
        "JSON to fields",
        "compare an accepted pair",
        "join an accepted pair",
    ];
    let stages = (ROWS.iter().map(|(_, name)| *name)).chain(rows);
    if !stages.chain(["all"]).any(|row| is_wanted(NAME, row)) {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("news.jsonl");
    let options = SyntheticOptions {
        articles: ARTICLES,
        ..SyntheticOptions::default()
    };
    write_jsonl(&options, &mut File::create(&path)?, None)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    pool.install(|| {
        reading(&path)?;
        stages_of_runs(&path)
    })
}

fn put(row: &str, nanoseconds: f64) {
    if is_wanted(NAME, row) {
        print(NAME, row, nanoseconds);
    }
}

/// Nanoseconds that `f` takes for each of so many.
fn each<T>(count: usize, f: impl FnOnce() -> Result<T>) -> Result<(f64, T)> {
    let started = Instant::now();
    let result = f()?;
    Ok((started.elapsed().as_nanos() as f64 / count as f64, result))
}

/// The first pass without what becomes of the articles.
fn reading(path: &Path) -> Result<()> {
    let corpus = Corpus::open(&[path.to_path_buf()], CorpusOptions::default(), &Silent)?;
    let nothing = |_| Ok(());
    let (mut split, mut parsed) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        let records = |(): &mut (), block: &Block| Ok(block.records.len());
        let scan = || Ok(corpus.scan(Stage::Fingerprint, &Silent, || (), records, nothing)?);
        split = split.min(each(ARTICLES as usize, scan)?.0);
        let texts = |parser: &mut Parser, block: &Block| {
            let articles = block.records.iter();
            let articles = articles.filter_map(|record| {
                parser
                    .parse(&corpus, block, record)
                    .ok()
                    .map(|it| it.text.len())
            });
            Ok(articles.sum())
        };
        let scan = || Ok(corpus.scan(Stage::Fingerprint, &Silent, Parser::new, texts, nothing)?);
        parsed = parsed.min(each(ARTICLES as usize, scan)?.0);
    }
    // Reading the file is part of it.
    put("split lines", split);
    put("JSON to fields", parsed - split);
    Ok(())
}

/// The stages that tell when they begin and end, for an article of the corpus.
const ROWS: [(Stage, &str); 6] = [
    (Stage::Fingerprint, "first pass"),
    (Stage::Candidates, "candidates"),
    (Stage::Reread, "second pass"),
    (Stage::Verify, "verification"),
    (Stage::Cluster, "clusters"),
    (Stage::Write, "CSV"),
];

fn stages_of_runs(path: &Path) -> Result<()> {
    let mut best = [f64::INFINITY; ROWS.len()];
    let (mut whole, mut compared, mut joined) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        let timed = Timed::new(&Silent);
        let (nanoseconds, run) = each(ARTICLES as usize, || {
            let mut output = Output::create(&path.with_extension("csv"))?;
            let run = wirecopy::cluster(&[path.to_path_buf()], &Options::default(), &timed)?;
            write_clusters(&run, Listed::Clustered, &mut output, &timed)?;
            output.publish()?;
            Ok(run)
        })?;
        whole = whole.min(nanoseconds);
        let times = timed.times();
        for (best, (stage, _)) in best.iter_mut().zip(ROWS) {
            let time = times.get(&stage).ok_or("a stage was left out")?;
            *best = best.min(time.as_nanos() as f64 / ARTICLES as f64);
        }
        compared = compared.min(each(run.edges.len(), || compare(&run))?.0);
        joined = joined.min(each(run.edges.len(), || Ok(join(&run)))?.0);
    }
    for ((_, row), best) in ROWS.into_iter().zip(best) {
        put(row, best);
    }
    put("all", whole);
    put("compare an accepted pair", compared);
    put("join an accepted pair", joined);
    Ok(())
}

/// The shingle sets of each accepted pair once more, from where they lie.
fn compare(run: &Run) -> Result<u64> {
    let mut comparer = run.evidence.comparer();
    let mut shared = 0;
    for edge in &run.edges {
        shared += u64::from(comparer.similarity(edge.a, edge.b)?.shared);
    }
    Ok(std::hint::black_box(shared))
}

fn join(run: &Run) -> u32 {
    let mut sets = UnionFind::new(run.fingerprints.rows.len());
    for edge in &run.edges {
        sets.join(edge.a, edge.b);
    }
    std::hint::black_box(sets.find(0))
}
