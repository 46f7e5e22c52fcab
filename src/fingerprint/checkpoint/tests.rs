//! Runs over a corpus of four hundred records, stopped and taken up again.

use super::*;
use crate::corpus::{CorpusOptions, Reject};
use crate::fingerprint::{
    Fingerprints, Layout, Permutations, ShingleSize, StoredSignatures, fingerprint_corpus,
};
use crate::memory::Budget;
use crate::progress::{Progress, Silent};
use crate::text::Furniture;
use std::sync::atomic::{AtomicUsize, Ordering};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lines: Vec<String> = (0..400)
            .map(|n| match n % 50 {
                7 => "{broken".into(),
                _ => format!("{{\"id\":{n},\"published\":\"2026-01-{}\",\"text\":\"report {} of the {n} harbour\"}}", n % 37 + 10, n / 2),
            })
            .collect();
        std::fs::write(folder.path().join("a.jsonl"), lines[..300].join("\n")).unwrap();
        std::fs::write(folder.path().join("b.jsonl"), lines[300..].join("\n")).unwrap();
        Self(folder)
    }

    fn corpus(&self) -> Corpus {
        let names = ["a.jsonl", "b.jsonl", "c.jsonl"];
        let mut inputs = names.map(|name| self.0.path().join(name)).to_vec();
        inputs.retain(|input| input.exists());
        let options = CorpusOptions {
            block_bytes: 1_000,
            ..CorpusOptions::default()
        };
        Corpus::open(&inputs, options, &Silent).unwrap()
    }

    fn shards(&self) -> PathBuf {
        self.0.path().join("shards")
    }

    fn run(&self, checkpoint: bool, seed: u64, progress: &dyn Progress) -> Result<Fingerprints> {
        let options = FingerprintOptions {
            shingle_size: ShingleSize::default(),
            furniture: Furniture::Strip,
            permutations: Permutations::new(128, seed)?,
            layout: Layout::new(128, 32),
            strict: false,
            checkpoint: checkpoint.then(|| self.shards()),
            budget: Budget::unbounded(),
        };
        fingerprint_corpus(&self.corpus(), &options, progress)
    }
}

fn all_of(prints: &Fingerprints) -> impl PartialEq + std::fmt::Debug + use<> {
    let articles = 0..prints.rows.len() as u32;
    let row = |article| (prints.rows.start(article), prints.shingles(article));
    let rows: Vec<_> = articles.map(row).collect();
    let digests = prints.rows.clone().take_digests();
    let signatures: Vec<Vec<u32>> = (0..rows.len() as u32)
        .map(|article| match &prints.signatures {
            StoredSignatures::Held(held) => [held.whole(article), held.low(article)].concat(),
            StoredSignatures::Spilled(_) => Vec::new(),
        })
        .collect();
    let days: Vec<u32> = (1..rows.len() as u32)
        .map(|article| prints.days.of(0).least_hours(prints.days.of(article)))
        .collect();
    let files: Vec<u32> = (0..rows.len() as u32)
        .map(|article| prints.file(article) as u32)
        .collect();
    let ids = (prints.duplicate_ids.clone(), prints.unread_dates.clone());
    let files = (files, prints.rejected.clone());
    (rows, digests, signatures, days, files, ids)
}

/// Counts articles, and stops after some.
struct Stop {
    seen: AtomicUsize,
    after: usize,
    rejected: AtomicUsize,
}

impl Stop {
    fn after(after: usize) -> Self {
        let zero = || AtomicUsize::new(0);
        Self {
            seen: zero(),
            after,
            rejected: zero(),
        }
    }
}

impl Progress for Stop {
    fn advance(&self, _: u64, articles: u64) {
        self.seen.fetch_add(articles as usize, Ordering::Relaxed);
    }
    fn rejected(&self, _: &Reject) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
    }
    fn cancelled(&self) -> bool {
        self.seen.load(Ordering::Relaxed) >= self.after
    }
}

#[test]
fn a_run_that_was_stopped_goes_on_and_ends_the_same() {
    let folder = Folder::new();
    let expected = all_of(&folder.run(false, 1, &Silent).unwrap());
    for after in [30, 150, 380] {
        assert!(matches!(
            folder.run(true, 1, &Stop::after(after)),
            Err(Error::Interrupted)
        ));
    }
    let shards = || std::fs::read_dir(folder.shards()).unwrap().count();
    assert!(
        shards() > 4,
        "a manifest, a lock, and what three runs have finished"
    );
    // Bad records are told again, each once.
    let watch = Stop::after(usize::MAX);
    assert_eq!(all_of(&folder.run(true, 1, &watch).unwrap()), expected);
    assert_eq!(watch.rejected.into_inner(), 8);
    let before = shards();
    assert_eq!(all_of(&folder.run(true, 1, &Silent).unwrap()), expected);
    assert_eq!(shards(), before, "nothing was left to do");
}

#[test]
fn files_may_come_after_those_that_were_there() {
    for stopped in [true, false] {
        let folder = Folder::new();
        let at = |name: &str| folder.0.path().join(name);
        let stop = if stopped { 150 } else { usize::MAX };
        let ended = folder.run(true, 1, &Stop::after(stop));
        assert_eq!(ended.is_err(), stopped);
        let first = || {
            let shard = folder.shards().join(shard_name(0));
            std::fs::metadata(shard).unwrap().modified().unwrap()
        };
        let before = first();
        std::fs::copy(at("a.jsonl"), at("c.jsonl")).unwrap();
        let expected = all_of(&folder.run(false, 1, &Silent).unwrap());
        for _ in 0..2 {
            assert_eq!(all_of(&folder.run(true, 1, &Silent).unwrap()), expected);
        }
        assert_eq!(first(), before, "what was there is kept");

        let refused = || folder.run(true, 1, &Silent).unwrap_err().to_string();
        std::fs::rename(at("c.jsonl"), at("d.jsonl")).unwrap();
        let message = refused();
        assert!(message.contains("c.jsonl, too, which is not"), "{message}");
        std::fs::rename(at("d.jsonl"), at("c.jsonl")).unwrap();
        std::fs::remove_file(at("b.jsonl")).unwrap();
        let message = refused();
        assert!(message.contains("b.jsonl where this run has"), "{message}");
    }
}

#[test]
fn files_that_change_how_others_are_read_are_refused() {
    let folder = Folder::new();
    let at = |name: &str| folder.0.path().join(name);
    let line =
        |date: &str| format!("{{\"text\":\"a report of the harbour\",\"published\":\"{date}\"}}\n");
    for name in ["a.jsonl", "b.jsonl"] {
        std::fs::write(at(name), line("4/3/2026")).unwrap();
    }
    folder.run(true, 1, &Silent).unwrap();
    std::fs::write(at("c.jsonl"), line("5/6/2026")).unwrap();
    folder.run(true, 1, &Silent).unwrap();
    std::fs::remove_dir_all(folder.shards()).unwrap();
    std::fs::remove_file(at("c.jsonl")).unwrap();
    folder.run(true, 1, &Silent).unwrap();
    std::fs::write(at("c.jsonl"), line("20/3/2026")).unwrap();
    let message = folder.run(true, 1, &Silent).unwrap_err().to_string();
    assert!(message.contains("the dates of"), "{message}");
    assert!(message.contains("a.jsonl are to be read"), "{message}");
}

#[test]
fn what_is_damaged_is_done_again() {
    let folder = Folder::new();
    let expected = all_of(&folder.run(true, 1, &Silent).unwrap());
    let shard = folder.shards().join(shard_name(1));
    assert!(folder.shards().join(shard_name(3)).exists());
    let whole = std::fs::read(&shard).unwrap();
    // One in the middle, and the run is stopped again, which leaves a shorter one in its place.
    std::fs::write(&shard, "").unwrap();
    assert!(folder.run(true, 1, &Stop::after(150)).is_err());
    for _ in 0..2 {
        assert_eq!(all_of(&folder.run(true, 1, &Silent).unwrap()), expected);
    }
    std::fs::remove_dir_all(folder.shards()).unwrap();
    folder.run(true, 1, &Silent).unwrap();
    for damage in [0, 20, 40, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[damage] ^= 1;
        std::fs::write(&shard, bytes).unwrap();
        std::fs::write(folder.shards().join(".wirecopy-unfinished-x"), "half").unwrap();
        assert_eq!(all_of(&folder.run(true, 1, &Silent).unwrap()), expected);
        assert_eq!(std::fs::read(&shard).unwrap(), whole);
        assert!(!folder.shards().join(".wirecopy-unfinished-x").exists());
    }
    std::fs::write(&shard, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(all_of(&folder.run(true, 1, &Silent).unwrap()), expected);
}

#[test]
fn fingerprints_of_something_else_are_refused() {
    let folder = Folder::new();
    folder.run(true, 1, &Silent).unwrap();
    let refused = |seed| folder.run(true, seed, &Silent).unwrap_err().to_string();
    assert!(refused(2).contains("made with other options (--seed); delete the folder"));
    // Of a build that does not name the options.
    let path = folder.shards().join(MANIFEST);
    let manifest = std::fs::read(&path).unwrap();
    let mut of_old: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let named = of_old
        .as_object_mut()
        .unwrap()
        .remove("parameters")
        .unwrap();
    assert_eq!(named["--seed"], "1");
    std::fs::write(&path, of_old.to_string()).unwrap();
    assert!(refused(1).contains("made by another build of wirecopy"));
    // How many values are kept whole follows from their number, and is not named beside it.
    let mut of_others: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    of_others["parameters"]["--permutations"] = "64".into();
    of_others["parameters"][super::manifest::WHOLE_VALUES] = "16".into();
    std::fs::write(&path, of_others.to_string()).unwrap();
    assert!(refused(1).contains("made with other options (--permutations); delete"));
    std::fs::write(&path, manifest).unwrap();
    let path = folder.0.path().join("a.jsonl");
    std::fs::write(&path, "{\"text\":\"another\"}\n").unwrap();
    let message = refused(1);
    assert!(
        message.contains("a.jsonl has changed since it was made"),
        "{message}"
    );
    std::fs::write(folder.shards().join(MANIFEST), "{").unwrap();
    assert!(refused(1).contains("manifest cannot be read"));

    let folder = Folder::new();
    std::fs::create_dir(folder.shards()).unwrap();
    let held = lock(&folder.shards()).unwrap();
    let message = folder.run(true, 1, &Silent).unwrap_err().to_string();
    assert!(
        message.contains("another run is using the folder"),
        "{message}"
    );
    drop(held);

    let folder = Folder::new();
    std::fs::create_dir(folder.shards()).unwrap();
    for name in ["lock", "manifest"] {
        let path = folder.shards().join(name);
        std::fs::write(&path, "x").unwrap();
        let message = folder.run(true, 1, &Silent).unwrap_err().to_string();
        assert!(message.contains("name another folder"), "{message}");
        assert!(!message.contains("delete"), "{message}");
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
    }
    assert_eq!(std::fs::read_dir(folder.shards()).unwrap().count(), 2);
    std::fs::remove_dir_all(folder.shards()).unwrap();
    std::fs::write(folder.shards(), "x").unwrap();
    let message = folder.run(true, 1, &Silent).unwrap_err().to_string();
    assert!(message.contains("it is a file"), "{message}");
}
