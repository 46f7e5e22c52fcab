//! What the program says: help, summary, errors, bars on a terminal and silence elsewhere.
//!
//! The texts stand in `tests/snapshots`. After a change that is meant: `INSTA_UPDATE=always cargo test`, and
//! read the difference.

mod common;

use common::PROGRAM;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program in `folder`, with nothing of the caller's terminal.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .current_dir(folder)
        .env("COLUMNS", "100")
        .stdin(Stdio::null());
    for name in ["LINES", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder, arguments)
        .output()
        .expect("the program was built for this test")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program speaks UTF-8")
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Takes out of a snapshot what differs from run to run.
fn steady(test: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"(?m) +$", "");
    settings.add_filter(
        r"Took [\d.]+ s and [\d.]+ .?B of",
        "Took [time] and [bytes] of",
    );
    settings.add_filter("wirecopy[.]exe", "wirecopy");
    settings.bind(test);
}

#[test]
fn help_teaches() {
    for (name, arguments) in [
        ("help", &["--help"][..]),
        ("help_cluster", &["cluster", "--help"]),
        ("help_cluster_short", &["cluster", "-h"]),
        ("help_compare", &["compare", "--help"]),
        ("help_evaluate", &["evaluate", "--help"]),
        ("help_generate", &["generate", "--help"]),
        ("help_completions", &["completions", "--help"]),
    ] {
        let done = run(&fixtures(), arguments);
        assert_eq!(done.status.code(), Some(0));
        assert!(done.stderr.is_empty());
        let help = text(&done.stdout);
        assert!(help.lines().all(|line| line.chars().count() <= 100));
        steady(|| insta::assert_snapshot!(name, help));
    }
}

#[test]
fn the_summary_of_the_fixtures() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(
        fixtures().join("news.jsonl"),
        folder.path().join("news.jsonl"),
    )
    .unwrap();
    let done = run(
        folder.path(),
        &["cluster", "news.jsonl", "-o", "clusters.csv"],
    );
    assert_eq!(done.status.code(), Some(0));
    assert!(done.stdout.is_empty());
    steady(|| insta::assert_snapshot!("summary", text(&done.stderr)));
}

#[test]
fn errors_say_what_where_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        std::fs::write(folder.path().join(name), content).unwrap();
    };
    write("news.jsonl", "{\"id\":1,\"text\":\"The port reopened.\"}\n");
    write(
        "prose.jsonl",
        "{\"id\":1,\"prose\":\"The port reopened.\"}\n",
    );
    write(
        "both.jsonl",
        "{\"id\":1,\"text\":\"The port reopened.\",\"content\":\"Rain is expected.\"}\n",
    );
    write("broken.jsonl", "{\"id\":1,\"text\":\n");
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let mut said = String::new();
    for arguments in [
        "cluster",
        "cluster missing.jsonl",
        "cluster 'crawl/*.jsonl'",
        "cluster empty",
        "cluster news.jsonl --threshold 1.5",
        "cluster news.jsonl --threshold much",
        "cluster news.jsonl --treshold 0.8",
        "cluster news.jsonl --containment 0",
        "cluster news.jsonl --shingle 17",
        "cluster news.jsonl --permutations 0",
        "cluster news.jsonl --bands 40 --rows 4",
        "cluster news.jsonl --bands 40",
        "cluster news.jsonl --max-document 0",
        "cluster news.jsonl --keep latest",
        "cluster prose.jsonl",
        "cluster both.jsonl",
        "cluster broken.jsonl",
        "cluster news.jsonl broken.jsonl --strict",
        "cluster news.jsonl -o missing/clusters.csv",
        "cluster news.jsonl -o news.jsonl/clusters.csv",
        "cluster news.jsonl -o empty",
        "cluster news.jsonl -o news.jsonl",
        "generate -n 10 -o missing/news.jsonl",
        "generate -n 10 -o news.jsonl --variants 1001",
        "completions tcsh",
    ] {
        let words: Vec<&str> = arguments
            .split(' ')
            .map(|word| word.trim_matches('\''))
            .collect();
        let done = run(folder.path(), &words);
        let stderr = text(&done.stderr);
        assert!(stderr.contains("wirecopy: "), "{arguments}: {stderr}");
        assert!(done.stdout.is_empty(), "{arguments}");
        let code = done.status.code().expect("no signal ended it");
        said += &format!("$ wirecopy {arguments}\n{stderr}[{code}]\n\n");
    }
    let here = folder.path().canonicalize().unwrap();
    let said = said.replace(&format!("{}/", here.display()), "");
    let said = said.replace(&here.display().to_string(), "(here)");
    steady(|| insta::assert_snapshot!("errors", said));
}

#[test]
fn a_file_name_cannot_drive_the_terminal() {
    let done = run(&fixtures(), &["cluster", "a\u{1b}cb.jsonl"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(!done.stderr.contains(&0x1b));
    assert!(text(&done.stderr).contains(r"a\u{1b}cb.jsonl: no such file"));
}

#[test]
fn ten_bad_records_are_shown_and_all_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let good = "{\"id\":1,\"text\":\"The port reopened.\"}\n";
    let records = good.to_owned() + &"{broken\n".repeat(1_200);
    std::fs::write(folder.path().join("bad.jsonl"), records).unwrap();
    let done = run(folder.path(), &["cluster", "bad.jsonl", "-o", "out.csv"]);
    let said = text(&done.stderr);
    assert_eq!(said.matches("bad.jsonl:").count(), 10, "{said}");
    assert!(said.contains("\nmore bad records are only counted\n1 article, no copies found\n"));
    assert!(said.contains("1,200 records could not be used:\n  1,200  not valid JSON\n"));
    let quiet = run(
        folder.path(),
        &["cluster", "bad.jsonl", "-q", "-o", "out.csv"],
    );
    assert_eq!(quiet.status.code(), Some(0));
    assert_eq!(text(&quiet.stderr), "");
}

#[test]
fn completions_go_to_standard_output_and_bash_can_read_them() {
    let done = run(&fixtures(), &["completions", "bash"]);
    assert!(done.status.success() && done.stderr.is_empty());
    assert!(text(&done.stdout).contains("--no-containment"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wirecopy");
    std::fs::write(&path, &done.stdout).unwrap();
    if let Ok(read) = Command::new("bash").arg("-n").arg(&path).output() {
        assert!(read.status.success(), "{}", text(&read.stderr));
    }
}

/// Runs a command line of the shell in `folder` on a terminal of its own, 100 columns wide, and returns
/// what appears there. `None` where there is no `script` of util-linux to provide one.
#[cfg(unix)]
#[allow(clippy::print_stderr)]
fn on_a_terminal(folder: &Path, line: &str, environment: &[(&str, &str)]) -> Option<String> {
    let script = |line: &str| {
        let mut command = Command::new("script");
        command
            .args(["-qec", line, "/dev/null"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .env("TERM", "xterm")
            .env("SHELL", "/bin/sh");
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
            command.env_remove(name);
        }
        command.envs(environment.iter().copied());
        command.output().ok()
    };
    if !script("stty cols 100").is_some_and(|done| done.status.success()) {
        eprintln!("not tested: no script of util-linux, or no stty");
        return None;
    }
    let done = script(&format!("stty cols 100 rows 30; {line}"))?;
    Some(String::from_utf8_lossy(&done.stdout).replace("\r\n", "\n"))
}

/// A pipe that stays open long enough for a bar to appear.
#[cfg(unix)]
fn slow_pipe(more: &str) -> String {
    format!("(cat news.jsonl; sleep 1) | '{PROGRAM}' cluster - -o out.csv {more}")
}

#[cfg(unix)]
fn folder_with_news() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(
        fixtures().join("news.jsonl"),
        folder.path().join("news.jsonl"),
    )
    .unwrap();
    folder
}

#[cfg(unix)]
#[test]
fn a_bar_appears_on_a_terminal_and_leaves_a_line() {
    let folder = folder_with_news();
    let Some(seen) = on_a_terminal(folder.path(), &slow_pipe(""), &[]) else {
        return;
    };
    // Drawn again and again, then replaced by the line that stays.
    let drawn: Vec<&str> = seen.split("\r\x1b[2K").collect();
    assert!((3..60).contains(&drawn.len()), "{seen:?}");
    assert!(drawn[0].starts_with("Copying the input"), "{seen:?}");
    let stays = drawn
        .iter()
        .find(|line| line.starts_with("\x1b[2mCopying the input "));
    assert!(
        stays.is_some_and(|line| line.contains(" s  98.8 kB  ") && line.contains("kB/s\x1b[0m\n")),
        "{seen:?}"
    );
    assert!(
        seen.contains("\n\x1b[1m66 articles, 13 clusters"),
        "{seen:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_short_run_does_not_flicker() {
    let folder = folder_with_news();
    let line = format!("'{PROGRAM}' cluster news.jsonl -o out.csv");
    // A machine with much else to do can make any run a long one.
    for attempt in 1..=3 {
        let Some(seen) = on_a_terminal(folder.path(), &line, &[]) else {
            return;
        };
        if seen.starts_with("\x1b[1m66 articles") {
            return;
        }
        assert!(attempt < 3, "{seen:?}");
    }
}

#[cfg(unix)]
#[test]
fn colour_can_be_refused() {
    let folder = folder_with_news();
    for (name, value) in [("NO_COLOR", "1"), ("CLICOLOR", "0")] {
        let Some(seen) = on_a_terminal(folder.path(), &slow_pipe(""), &[(name, value)]) else {
            return;
        };
        // Lines are still drawn over: that is no colour.
        assert!(seen.contains("\r\x1b[2K"), "{seen:?}");
        assert!(!seen.replace("\x1b[2K", "").contains('\x1b'), "{seen:?}");
    }
    let dumb = on_a_terminal(folder.path(), &slow_pipe(""), &[("TERM", "dumb")]).unwrap();
    assert!(dumb.starts_with("66 articles"), "{dumb:?}");
    assert!(!dumb.contains(['\x1b', '\r']), "{dumb:?}");
}

#[cfg(unix)]
#[test]
fn nothing_appears_with_quiet_nor_without_a_terminal() {
    let folder = folder_with_news();
    if let Some(seen) = on_a_terminal(folder.path(), &slow_pipe("--quiet"), &[]) {
        assert_eq!(seen, "");
    }
    let done = Command::new("sh")
        .args(["-c", &slow_pipe("")])
        .current_dir(folder.path())
        .env("TERM", "xterm")
        .output()
        .unwrap();
    let said = text(&done.stderr);
    assert!(said.starts_with("66 articles"), "{said:?}");
    assert!(!said.contains(['\x1b', '\r']), "{said:?}");
}

#[cfg(unix)]
#[test]
fn a_long_run_shows_its_share_and_bad_records_above_the_bar() {
    let folder = tempfile::tempdir().unwrap();
    let mut corpus = Vec::new();
    let options = wirecopy::synthetic::SyntheticOptions {
        articles: 8_000,
        ..Default::default()
    };
    wirecopy::synthetic::write_jsonl(&options, &mut corpus, None).unwrap();
    let middle = corpus.len() * 4 / 5;
    let line = corpus[middle..]
        .iter()
        .position(|&byte| byte == b'\n')
        .unwrap()
        + middle
        + 1;
    corpus.splice(line..line, *b"{broken\n");
    let number = corpus[..line].iter().filter(|&&byte| byte == b'\n').count() + 1;
    std::fs::write(folder.path().join("long.jsonl"), corpus).unwrap();
    let command = format!("'{PROGRAM}' cluster long.jsonl --threads 1 -o out.csv");
    let Some(seen) = on_a_terminal(folder.path(), &command, &[]) else {
        return;
    };
    // On a line of its own, whatever was drawn before and after it.
    let reject = format!("long.jsonl:{number}: not valid JSON");
    let line = seen.split(['\n', '\r']).find(|line| line.contains(&reject));
    let line = line.unwrap_or_else(|| panic!("{seen:?}"));
    assert!(
        line.trim_start_matches("\x1b[2K").starts_with(&reject),
        "{line:?}"
    );
    // An optimised program is done before a bar is due.
    if cfg!(debug_assertions) {
        assert!(seen.contains("\rReading articles") || seen.contains("\x1b[2KReading articles"));
        let drawn = seen.split('\r').find(|line| line.contains("left")).unwrap();
        for part in ["━", " %  ", " records/s  ", " MB/s  "] {
            assert!(drawn.contains(part), "{part} {drawn:?}");
        }
        assert!(seen.contains(" 8,001 records  "), "{seen:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_takes_the_bar_away() {
    let folder = folder_with_news();
    let line = format!(
        "mkfifo pipe; (cat news.jsonl; sleep 4) > pipe & '{PROGRAM}' cluster - -o out.csv < pipe & run=$!; \
         sleep 1.5; kill -INT $run; wait $run; echo code $?"
    );
    let Some(seen) = on_a_terminal(folder.path(), &line, &[]) else {
        return;
    };
    let last = seen.split("\r\x1b[2K").last().unwrap();
    assert_eq!(
        last, "wirecopy: interrupted; no output was written\ncode 1\n",
        "{seen:?}"
    );
    assert!(seen.contains("Copying the input"), "{seen:?}");
    assert!(!folder.path().join("out.csv").exists());
}
