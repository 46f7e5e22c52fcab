//! Drives the built program with `--memory`: what does not fit goes to temporary files, and the result is the same.
#![cfg(unix)]

mod common;

use common::PROGRAM;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Long signatures, so that few articles do not fit.
const LONG: [&str; 4] = ["--permutations", "1280", "--threads", "1"];
const LITTLE: [&str; 2] = ["--memory", "44MB"];

struct Place {
    folder: tempfile::TempDir,
    tmp: tempfile::TempDir,
}

impl Place {
    fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            tmp: tempfile::tempdir().unwrap(),
        }
    }

    /// With a corpus, `news.jsonl`.
    fn new() -> Self {
        let place = Self::empty();
        fs::write(place.path("news.jsonl"), ordinary(9000)).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `wirecopy cluster news.jsonl ARGUMENTS`, in the folder, under a limit for the size of files if there is one.
    fn command(&self, limit: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("sh");
        let script = format!("ulimit -f {limit}; exec \"$0\" \"$@\"");
        command
            .args(["-c", &script, PROGRAM])
            .args(["cluster", "news.jsonl", "--tmp"])
            .arg(self.tmp.path())
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command("unlimited", arguments).output().unwrap()
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    fn is_clean(&self) -> bool {
        is_empty(self.tmp.path())
    }
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

fn said(done: &Output) -> String {
    String::from_utf8_lossy(&done.stderr).into_owned()
}

#[test]
fn a_bound_changes_nothing_and_leaves_nothing() {
    let place = Place::new();
    for (scheme, name) in [
        (&[][..], "neighbours"),
        (&["--bands", "64", "--rows", "2"][..], "bands"),
    ] {
        let mut written = Vec::new();
        for bound in [&[][..], &LITTLE[..]] {
            let outputs = [
                "-o",
                "clusters.csv",
                "--pairs",
                "pairs.csv",
                "--summary",
                "s.json",
            ];
            let done = place.run(&[&LONG[..], &outputs, scheme, bound].concat());
            assert!(done.status.success(), "{}", said(&done));
            assert!(place.is_clean());
            let summary: serde_json::Value = serde_json::from_slice(&place.read("s.json")).unwrap();
            let counts = ["candidates", "found", "accepted_pairs"].map(|key| summary[key].clone());
            let spilled = summary["measured"]["spilled_bytes"]["signatures"].as_u64();
            assert_eq!(spilled > Some(0), !bound.is_empty(), "{name}");
            written.push((place.read("clusters.csv"), place.read("pairs.csv"), counts));
        }
        let [held, bounded] = &written[..] else {
            panic!("two runs")
        };
        assert!(held.0.len() > 10_000);
        assert!(held.0 == bounded.0 && held.1 == bounded.1, "{name}");
        assert_eq!(held.2, bounded.2, "{name}");
    }
}

#[test]
fn a_bound_that_is_too_low_says_what_would_do() {
    let place = Place::new();
    let done = place.run(&["--memory", "3MB", "-o", "out.csv"]);
    assert_eq!(done.status.code(), Some(2));
    let refusal = said(&done);
    assert!(
        refusal.contains("--memory 3MB is too little for any corpus with "),
        "{refusal}"
    );
    // What was typed, even where it is hardly less than what would do.
    let done = place.run(&["--memory", "21.5MB", "--threads", "1", "-o", "out.csv"]);
    assert!(
        said(&done).contains("--memory 21.5MB is too little"),
        "{}",
        said(&done)
    );
    let done = place.run(&["--memory", "plenty", "-o", "out.csv"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(
        said(&done).contains("a size such as 512MB"),
        "{}",
        said(&done)
    );
    // Enough for a corpus, but not for this search of it, which takes three kilobytes an article.
    let wide = ["--bands", "1", "--rows", "1024", "-o", "out.csv"];
    let mut bound = LITTLE[1].to_owned();
    for refused in [true, false] {
        let done = place.run(&[&LONG[..], &["--memory", &bound], &wide].concat());
        assert_eq!(
            done.status.code(),
            Some(i32::from(refused)),
            "{bound}: {}",
            said(&done)
        );
        if refused {
            let refusal = said(&done);
            let start = format!("--memory {bound} is too little for ");
            assert!(
                refusal.contains(&start) && refusal.contains(" and 1 thread: "),
                "{refusal}"
            );
            bound = least(&refusal);
        }
    }
    assert!(place.is_clean());
}

/// An article of a hostile corpus.
fn record(id: usize, source: usize, text: &str) -> String {
    let text = text.replace('\n', "\\n");
    let day = 1 + id % 28;
    format!(
        "{{\"id\":\"{id}\",\"source\":\"s{source}\",\"published\":\"2024-03-{day:02}\",\"text\":\"{text}\"}}\n"
    )
}

/// So many words that no other text has, unless it has the same `seed`.
fn words(seed: usize, count: usize) -> String {
    let mut state = seed as u64;
    let words = (0..count).map(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        format!("w{:x}", state >> 44)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A corpus of short articles. One in four is the copy of another, with a few words behind it.
fn ordinary(articles: usize) -> String {
    let article = |id| {
        let (of, more) = if id % 4 == 3 { (id - 3, 6) } else { (id, 0) };
        let text = format!("{} {}", words(of, 34), words(1 << 30 | id, more));
        record(id, id % 90, &text)
    };
    (0..articles).map(article).collect()
}

/// The bound that a refusal asks for.
fn least(refusal: &str) -> String {
    let least = refusal.split("at least ").nth(1);
    least
        .unwrap_or_else(|| panic!("{refusal}"))
        .trim()
        .to_owned()
}

/// The most memory that a program held, as the system saw it, without the pages of its own file.
#[cfg(target_os = "linux")]
fn peak_of(mut command: Command) -> (Output, u64) {
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    // The peak never falls, so that what passes between two looks is seen all the same.
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let kilobytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
        };
        if let Some((most, of_files)) = kilobytes("VmHWM:").zip(kilobytes("RssFile:")) {
            peak = peak.max(1024 * most.saturating_sub(of_files));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    (child.wait_with_output().unwrap(), peak)
}

/// Runs over a corpus under the least bound that is accepted, which the refusals name: under it the program stays, and the
/// result is that of a run without a bound. If that `takes_more`, something went to files.
#[cfg(target_os = "linux")]
fn keeps_to_the_least_bound(corpus: impl AsRef<[u8]>, arguments: &[&str], takes_more: bool) {
    let place = Place::empty();
    fs::write(place.path("news.jsonl"), corpus).unwrap();
    let outputs = [
        "-o",
        "c.csv",
        "--pairs",
        "p.csv",
        "--report",
        "r.html",
        "--unique",
        "u.jsonl",
        "--summary",
        "s.json",
    ];
    let arguments = [arguments, &outputs].concat();
    let run = |bound: &str| {
        let bounded = [&arguments[..], &["--memory", bound]].concat();
        peak_of(place.command("unlimited", &bounded))
    };
    let written = || ["c.csv", "p.csv", "r.html", "u.jsonl"].map(|name| place.read(name));

    let (done, free) = run("100GB");
    assert!(done.status.success(), "{}", said(&done));
    let held = written();
    assert!(held[0].len() > 1000);

    let (mut bound, mut refusals) = ("10MB".to_owned(), 0);
    let peak = loop {
        let (done, peak) = run(&bound);
        if done.status.success() {
            break peak;
        }
        let refusal = said(&done);
        bound = least(&refusal);
        refusals += 1;
        assert!(refusals <= 5, "{refusal}");
    };
    let bytes = 1_000_000 * bound.strip_suffix("MB").unwrap().parse::<u64>().unwrap();
    assert!(peak <= bytes, "{peak} bytes under {bound}");
    assert!(
        peak < free / 4 * 3 || !takes_more,
        "{peak} bytes under {bound}, {free} without"
    );
    assert!(held == written());
    assert!(place.is_clean());

    let summary: serde_json::Value = serde_json::from_slice(&place.read("s.json")).unwrap();
    let spilled = &summary["measured"]["spilled_bytes"];
    for what in ["signatures", "candidates"] {
        let bytes = spilled[what].as_u64().unwrap();
        assert!(bytes > 0 || !takes_more, "{what}: {spilled}");
    }
    // The program's own account says the same, with the pages of its file.
    assert!(summary["measured"]["peak_memory_bytes"].as_u64().unwrap() >= peak);
}

#[cfg(target_os = "linux")]
#[test]
fn ordinary_articles_keep_to_the_least_bound() {
    keeps_to_the_least_bound(ordinary(12_000), &LONG, true);
}

#[cfg(target_os = "linux")]
#[test]
fn frames_side_by_side_keep_to_the_least_bound() {
    // Few articles, so that later stages take little; frames as long as may be.
    let article = |id| record(id, id % 90, &words(id - id % 2, 700));
    let corpus: String = (0..5000).map(article).collect();
    let frames = corpus.as_bytes().chunks(8 << 20);
    let frames: Vec<u8> = frames
        .flat_map(|frame| zstd::encode_all(frame, 3).unwrap())
        .collect();
    assert!(corpus.len() > 16 << 20, "{}", corpus.len());
    keeps_to_the_least_bound(frames, &["--threads", "2"], false);
}

#[cfg(target_os = "linux")]
#[test]
fn a_crowd_keeps_to_the_least_bound() {
    let boilerplate = words(7, 100);
    let articles = (0..5000).map(|id| {
        let text = format!("{boilerplate} {}", words(id + 8, 15));
        record(id, id % 50, &text)
    });
    let corpus: String = articles.collect();
    keeps_to_the_least_bound(corpus, &LONG, false);
}

#[cfg(target_os = "linux")]
#[test]
fn articles_of_many_lines_keep_to_the_least_bound() {
    let articles = (0..400).map(|id| {
        let of = id - id % 2;
        let lines: Vec<String> = (0..300).map(|line| words(of * 300 + line, 4)).collect();
        let text = format!(
            "Share this\nFollow us\n{}\nContact: desk\nAll rights",
            lines.join("\n")
        );
        record(id, id % 2, &text)
    });
    let corpus: String = articles.collect();
    keeps_to_the_least_bound(corpus, &["--threads", "2"], false);
}

#[cfg(target_os = "linux")]
#[test]
fn very_long_articles_keep_to_the_least_bound() {
    let articles = (0..16).map(|id| record(id, id % 2, &words(id / 2, 300_000)));
    let corpus: String = articles.collect();
    keeps_to_the_least_bound(corpus, &["--threads", "2"], false);
}

#[test]
fn a_full_disk_ends_a_bounded_run_and_leaves_nothing() {
    let place = Place::new();
    fs::write(place.path("out.csv"), "old").unwrap();
    // Four megabytes stand for a disk that is full.
    let arguments = [&LONG[..], &LITTLE, &["-o", "out.csv"]].concat();
    let done = place.command("8192", &arguments).output().unwrap();
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let said = said(&done);
    assert!(
        said.contains("cannot write a temporary file in ") && said.contains("File too large"),
        "{said}"
    );
    assert_eq!(place.read("out.csv"), b"old");
    assert!(place.is_clean());
}

#[test]
fn an_interrupted_run_leaves_nothing() {
    let place = Place::new();
    let arguments = [&LONG[..], &LITTLE, &["-o", "out.csv"]].concat();
    let whole = Instant::now();
    assert!(place.run(&arguments).status.success());
    let whole = whole.elapsed();
    fs::remove_file(place.path("out.csv")).unwrap();
    for part in [3, 8] {
        let mut run = place.command("unlimited", &arguments).spawn().unwrap();
        std::thread::sleep(whole * part / 10);
        let pid = run.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &pid])
                .status()
                .unwrap()
                .success()
        );
        let asked = Instant::now();
        let ended = run.wait().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(20));
        // It may just have been done.
        assert_eq!(ended.success(), place.path("out.csv").exists());
        let _ = fs::remove_file(place.path("out.csv"));
        assert!(place.is_clean());
    }
}
