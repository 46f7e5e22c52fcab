//! How long reading takes: splitting alone, and splitting with parsing, per record.
//!
//! `cargo bench --bench corpus` measures made-up articles; `cargo bench --bench corpus -- FILE...`
//! measures the files named, and says what was found in them. One thread; set RAYON_NUM_THREADS for more.
#![allow(clippy::print_stdout, missing_docs)]

use std::path::PathBuf;
use std::time::Instant;

use wirecopy::corpus::{Corpus, CorpusOptions, Parser};
use wirecopy::progress::{Silent, Stage};

fn main() -> wirecopy::Result<()> {
    let named: Vec<PathBuf> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .map(PathBuf::from)
        .collect();
    let threads = std::env::var("RAYON_NUM_THREADS")
        .ok()
        .and_then(|n| n.parse().ok());
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(1))
        .build()
        .expect("a pool of threads");
    pool.install(|| match named.is_empty() {
        true => {
            let dir = tempfile::tempdir().expect("a temporary folder");
            made_up(dir.path())?.iter().try_for_each(measure)
        }
        false => named.iter().try_for_each(measure),
    })
}

/// 20,000 articles of 3.2 KB with the escapes that news has, as JSONL, as CSV, and as one JSON array.
fn made_up(dir: &std::path::Path) -> wirecopy::Result<Vec<PathBuf>> {
    let sentence = "The council of \u{201c}Nordvik\u{201d} said \"no\" to the harbour\u{2019}s new crane on Monday, after nine hours. ";
    let paragraph = format!("{}\n\n", sentence.repeat(4));
    let text = paragraph.repeat(8);
    let record = |i: u32| {
        serde_json::json!({"id": format!("n{i}"), "title": "Council refuses crane", "source": "herald.example",
            "published": "2024-06-20T10:30:00Z", "url": format!("https://herald.example/{i}"), "text": text})
    };
    let (mut lines, mut array, mut csv) = (
        String::new(),
        String::from("["),
        String::from("id,title,text\n"),
    );
    for i in 0..20_000 {
        let record = record(i).to_string();
        lines.push_str(&record);
        lines.push('\n');
        if i > 0 {
            array.push_str(",\n");
        }
        array.push_str(&record);
        csv.push_str(&format!(
            "n{i},Council refuses crane,\"{}\"\n",
            text.replace('"', "\"\"")
        ));
    }
    array.push(']');
    let mut paths = Vec::new();
    for (name, content) in [
        ("made-up.jsonl", lines),
        ("made-up.json", array),
        ("made-up.csv", csv),
    ] {
        let path = dir.join(name);
        std::fs::write(&path, content).map_err(wirecopy::Error::io("write", &path))?;
        paths.push(path);
    }
    Ok(paths)
}

fn measure(path: &PathBuf) -> wirecopy::Result<()> {
    let corpus = Corpus::open(
        std::slice::from_ref(path),
        CorpusOptions::default(),
        &Silent,
    )?;
    let mut best = [f64::MAX; 2];
    let mut counts = (0, 0, 0);
    for _ in 0..5 {
        for (parse, best) in [false, true].into_iter().zip(&mut best) {
            counts = (0, 0, 0);
            let start = Instant::now();
            corpus.scan(
                Stage::Fingerprint,
                &Silent,
                Parser::new,
                |parser, block| {
                    let mut found = (block.records.len(), 0, block.rejects.len());
                    if parse {
                        for record in &block.records {
                            match parser.parse(&corpus, block, record) {
                                Ok(article) => found.1 += article.text.len(),
                                Err(_) => found.2 += 1,
                            }
                        }
                    }
                    Ok(found)
                },
                |found| {
                    counts = (counts.0 + found.0, counts.1 + found.1, counts.2 + found.2);
                    Ok(())
                },
            )?;
            let ns = start.elapsed().as_nanos() as f64 / counts.0.max(1) as f64;
            *best = best.min(ns);
        }
    }
    let (records, text, rejects) = counts;
    println!(
        "{}: {records} records ({rejects} rejects), {} bytes of text each; split {:.0} ns, split and parse {:.0} ns per record",
        path.display(),
        text / records.max(1),
        best[0],
        best[1],
    );
    Ok(())
}
