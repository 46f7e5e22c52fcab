//! Drives the built program with `--memory`: what does not fit goes to temporary files, and the result is the same.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Long signatures, so that few articles do not fit.
const LONG: [&str; 4] = ["--permutations", "1024", "--threads", "1"];
const LITTLE: [&str; 2] = ["--memory", "26MB"];

struct Place {
    folder: tempfile::TempDir,
    tmp: tempfile::TempDir,
}

impl Place {
    /// With a corpus, `news.jsonl`.
    fn new() -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
            tmp: tempfile::tempdir().unwrap(),
        };
        let news = place.path("news.jsonl");
        let made = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .args(["generate", "-n", "3000", "-o"])
            .arg(news)
            .output()
            .unwrap();
        assert!(made.status.success());
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
            .args(["-c", &script, env!("CARGO_BIN_EXE_wirecopy")])
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
    assert!(
        said(&done).contains("--memory must be at least "),
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
    let wide = ["--bands", "1", "--rows", "1024"];
    let done = place.run(&[&LONG[..], &LITTLE, &wide, &["-o", "out.csv"]].concat());
    assert_eq!(done.status.code(), Some(1));
    let said = said(&done);
    assert!(
        said.contains("--memory 26MB is too little for 3000 articles"),
        "{said}"
    );
    let least = said.rsplit("at least ").next().unwrap().trim();
    let done = place.run(&[&LONG[..], &["--memory", least], &wide, &["-o", "out.csv"]].concat());
    assert!(done.status.success());
    assert!(place.is_clean());
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
