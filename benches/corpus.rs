//! How long reading takes: splitting alone, and splitting with parsing, per record.
//!
//! `cargo bench --bench corpus` measures made-up articles; `cargo bench --bench corpus -- FILE...`
//! measures the files named, and says what was found in them. One thread; set RAYON_NUM_THREADS for more. With two or more it ends with
//! compressed files: one zstd frame and many, one gzip member and many as bgzip writes them, and four files of one each, in turn.
#![allow(clippy::print_stdout, missing_docs)]

use std::io::Write;
use std::path::{Path, PathBuf};
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
            let plain = made_up(dir.path())?;
            plain.iter().try_for_each(measure)?;
            match rayon::current_num_threads() {
                1 => Ok(()),
                _ => compressed(dir.path(), &plain[0]),
            }
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

/// How long it takes to read a file that is compressed as one, the same in parts, and as several files: the best of seven in turn.
fn compressed(dir: &Path, plain: &Path) -> wirecopy::Result<()> {
    let lines = std::fs::read(plain).map_err(wirecopy::Error::io("read", plain))?;
    // Articles that are not all the same, and so many that no file of a quarter of them is a small one.
    let lines: Vec<u8> = lines
        .repeat(4)
        .split_inclusive(|&byte| byte == b'\n')
        .zip(1u64..)
        .flat_map(|(line, i)| varied(line, i))
        .collect();
    let quarter = lines.len() / 4;
    let parts: Vec<&[u8]> = (0..4)
        .map(|at| cut(&lines, at * quarter)..cut(&lines, (at + 1) * quarter))
        .map(|part| &lines[part])
        .collect();
    let zstd = |bytes: &&[u8]| zstd_frames(bytes, usize::MAX);
    let gzip = |bytes: &&[u8]| gzip_members(bytes, false);
    let packed = [
        (
            "zstd",
            [
                vec![zstd(&&lines[..])],
                vec![zstd_frames(&lines, 2 << 20)],
                parts.iter().map(zstd).collect(),
            ],
        ),
        (
            "gzip",
            [
                vec![gzip(&&lines[..])],
                vec![gzip_members(&lines, true)],
                parts.iter().map(gzip).collect(),
            ],
        ),
    ];
    for (name, arrangements) in packed {
        let mut best = [f64::MAX; 3];
        for _ in 0..7 {
            for (files, best) in arrangements.iter().zip(&mut best) {
                let mut paths = Vec::new();
                for (number, bytes) in files.iter().enumerate() {
                    let path = dir.join(format!("packed{number}.jsonl"));
                    std::fs::write(&path, bytes).map_err(wirecopy::Error::io("write", &path))?;
                    paths.push(path);
                }
                // A corpus keeps what it decompressed, so that each is read but once.
                let corpus = Corpus::open(&paths, CorpusOptions::default(), &Silent)?;
                let mut records = 0;
                let start = Instant::now();
                corpus.scan(
                    Stage::Fingerprint,
                    &Silent,
                    || (),
                    |(), block| Ok(block.records.len()),
                    |more| {
                        records += more;
                        Ok(())
                    },
                )?;
                *best = best.min(start.elapsed().as_secs_f64());
                assert_eq!(records, 80_000);
            }
        }
        let [one, many, files] = best;
        println!(
            "{name}, {} MB from {} MB: as one {one:.3} s, in parts {many:.3} s, {:.2} times as fast, in four files {files:.3} s, {:.2} times",
            lines.len() / 1_000_000,
            arrangements[0][0].len() / 1_000_000,
            one / many,
            one / files,
        );
    }
    Ok(())
}

/// The end of the line at a place, or the end.
fn cut(lines: &[u8], at: usize) -> usize {
    match lines.len() - at {
        0..4 => lines.len(),
        _ if at == 0 => 0,
        _ => at + 1 + memchr::memchr(b'\n', &lines[at..]).unwrap_or(lines.len() - at - 1),
    }
}

/// A line of which every eighth word is a number that no other has.
fn varied(line: &[u8], number: u64) -> Vec<u8> {
    let mut state = number;
    let mut varied = Vec::with_capacity(line.len() + line.len() / 4);
    for (at, word) in line.split_inclusive(|&byte| byte == b' ').enumerate() {
        varied.extend_from_slice(word);
        if at % 8 == 7 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(number | 1);
            varied.extend_from_slice(format!("{:x} ", state >> 32).as_bytes());
        }
    }
    varied
}

/// Frames of so many bytes each.
fn zstd_frames(lines: &[u8], each: usize) -> Vec<u8> {
    let frames = lines.chunks(each.min(lines.len()));
    frames
        .flat_map(|frame| zstd::encode_all(frame, 3).expect("compression in memory"))
        .collect()
}

/// One gzip member, or members as bgzip writes them.
fn gzip_members(lines: &[u8], many: bool) -> Vec<u8> {
    let each = if many { 0xff00 } else { lines.len() };
    let member = |data: &[u8]| {
        let mut encoder = flate2::GzBuilder::new();
        if many {
            encoder = encoder.extra(&b"BC\x02\0\0\0"[..]);
        }
        let mut encoder = encoder.write(Vec::new(), flate2::Compression::default());
        encoder.write_all(data).expect("compression in memory");
        let mut member = encoder.finish().expect("compression in memory");
        if many {
            let length = (member.len() - 1) as u16;
            member[16..18].copy_from_slice(&length.to_le_bytes());
        }
        member
    };
    lines.chunks(each).flat_map(member).collect()
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
