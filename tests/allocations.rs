//! The first pass asks for memory block by block, not article by article.

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::fs::File;
use std::path::{Path, PathBuf};
use wirecopy::corpus::{Corpus, CorpusOptions};
use wirecopy::fingerprint::{FingerprintOptions, fingerprint_corpus};
use wirecopy::memory::Budget;
use wirecopy::progress::Silent;
use wirecopy::synthetic::{SyntheticOptions, write_jsonl};
use wirecopy::{Options, fingerprint::Permutations};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn corpus(folder: &Path, articles: u64) -> PathBuf {
    let path = folder.join(format!("{articles}.jsonl"));
    let options = SyntheticOptions {
        articles,
        ..SyntheticOptions::default()
    };
    write_jsonl(&options, &mut File::create(&path).unwrap(), None).unwrap();
    path
}

/// How often memory is asked for while a corpus is fingerprinted.
fn allocations(path: &Path) -> usize {
    let options = Options::default();
    let scheme = options.scheme().unwrap();
    let printing = FingerprintOptions {
        shingle_size: options.shingle_size,
        furniture: options.furniture,
        permutations: Permutations::new(options.permutations, options.seed).unwrap(),
        layout: scheme.layout(options.permutations),
        strict: false,
        checkpoint: None,
        budget: Budget::new(None, 1).unwrap(),
    };
    let corpus = Corpus::open(&[path.to_path_buf()], CorpusOptions::default(), &Silent).unwrap();
    let region = Region::new(ALLOCATOR);
    let prints = fingerprint_corpus(&corpus, &printing, &Silent).unwrap();
    let change = region.change();
    assert!(!prints.rows.is_empty());
    change.allocations + change.reallocations
}

#[test]
fn more_articles_ask_for_memory_no_more_often() {
    let folder = tempfile::tempdir().unwrap();
    let (few, many) = (4_000, 12_000);
    let (few_at, many_at) = (corpus(folder.path(), few), corpus(folder.path(), many));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let (for_few, for_many) = pool.install(|| (allocations(&few_at), allocations(&many_at)));
    let more = for_many.saturating_sub(for_few) as f64 / (many - few) as f64;
    assert!(more < 0.1, "{more} for each article");
}
