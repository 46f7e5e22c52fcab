//! `wirecopy evaluate`, driven on the fixtures and on files of its own.

mod common;

use common::PROGRAM;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program in `folder`, with `input` on standard input.
fn run_with(folder: &Path, arguments: &str, input: &[u8]) -> Output {
    let mut child = Command::new(PROGRAM)
        .args(arguments.split(' '))
        .current_dir(folder)
        .env_remove("COLUMNS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built for this test");
    let mut stdin = child.stdin.take().unwrap();
    // A program that ends before it reads closes the pipe.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn run(folder: &Path, arguments: &str) -> Output {
    run_with(folder, arguments, b"")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

/// The fixtures, and what the plain rule without containment makes of them.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["news.jsonl", "news.csv", "expected-clusters.csv"] {
        std::fs::copy(fixture(name), folder.path().join(name)).unwrap();
    }
    let done = run(
        folder.path(),
        "cluster news.jsonl -q --no-containment -o clusters.csv --pairs pairs.csv",
    );
    assert!(done.status.success(), "{}", text(&done.stderr));
    write(
        &folder,
        "labelled.csv",
        "a,b,label,weight\n\
         fx-001,fx-003,C,1\nfx-001,fx-007,C,3\nfx-006,fx-015,T,2\nfx-002,fx-004,O,1\nfx-047,fx-059,U,1\n",
    );
    folder
}

fn write(folder: &tempfile::TempDir, name: &str, content: &str) {
    std::fs::write(folder.path().join(name), content).unwrap();
}

fn snapshot(name: &str, shown: String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

#[test]
fn the_tables() {
    let folder = folder();
    let mut shown = String::new();
    for arguments in [
        "evaluate clusters.csv --truth expected-clusters.csv --complete --worst 3",
        "evaluate pairs.csv --truth expected-clusters.csv --titles news.csv --worst 2 --sweep",
        "evaluate pairs.csv --truth labelled.csv --titles news.csv --sweep jaccard",
        "evaluate clusters.csv --truth labelled.csv --worst 0",
    ] {
        let done = run(folder.path(), arguments);
        assert!(done.status.success(), "{}", text(&done.stderr));
        let (out, said) = (text(&done.stdout), text(&done.stderr));
        assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
        assert!(!out.contains("NaN"), "{out}");
        shown += &format!("$ wirecopy {arguments}\n{out}--- standard error\n{said}\n");
    }
    snapshot("evaluate_tables", shown);
}

#[test]
fn the_expected_clusters_of_the_fixtures_are_met_in_full() {
    let folder = folder();
    let clusters = run(folder.path(), "cluster news.jsonl -q").stdout;
    let done = run_with(
        folder.path(),
        "evaluate - --truth expected-clusters.csv --complete --json",
        &clusters,
    );
    assert!(done.stderr.is_empty(), "{}", text(&done.stderr));
    let json: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let stories = &json["stories"];
    assert_eq!(stories["adjusted_rand_index"], 1.0);
    for measure in ["precision", "recall", "f1"] {
        assert_eq!(stories["pairwise"][measure], 1.0);
        assert_eq!(stories["b_cubed"][measure], 1.0);
    }
    assert_eq!(
        (&stories["articles"], &stories["stories"]),
        (&38.into(), &13.into())
    );
    assert_eq!(json["misses"]["pairs"], 0);
    assert_eq!(json["file"]["name"], "-");
}

#[test]
fn compressed_files_and_shuffled_rows_give_the_same() {
    let folder = folder();
    let plain = run(
        folder.path(),
        "evaluate pairs.csv --truth labelled.csv --sweep --json",
    );
    let pairs = std::fs::read(folder.path().join("pairs.csv")).unwrap();
    let text_of_pairs = text(&pairs);
    let mut lines: Vec<&str> = text_of_pairs.lines().collect();
    lines[1..].reverse();
    let turned = lines.join("\n");
    let packed = zstd::encode_all(turned.as_bytes(), 1).unwrap();
    std::fs::write(folder.path().join("pairs.csv"), packed).unwrap();
    let truth = std::fs::read(folder.path().join("labelled.csv")).unwrap();
    let file = std::fs::File::create(folder.path().join("labelled.csv")).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(file, flate2::Compression::default());
    gzip.write_all(&truth).unwrap();
    gzip.finish().unwrap();
    let again = run(
        folder.path(),
        "evaluate pairs.csv --truth labelled.csv --sweep --json",
    );
    assert!(again.status.success(), "{}", text(&again.stderr));
    assert_eq!(text(&plain.stdout), text(&again.stdout));
}

#[test]
fn the_truth_that_generate_writes_is_a_truth() {
    let folder = tempfile::tempdir().unwrap();
    let made = run(
        folder.path(),
        "generate -n 2000 -o news.jsonl --truth truth.csv",
    );
    assert!(made.status.success());
    let clusters = run(folder.path(), "cluster news.jsonl -q -o clusters.csv");
    assert!(clusters.status.success());
    let done = run(
        folder.path(),
        "evaluate clusters.csv --truth truth.csv --complete --json",
    );
    let json: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let pairwise = &json["stories"]["pairwise"];
    assert_eq!(pairwise["precision"], 1.0);
    assert!(pairwise["recall"].as_f64().unwrap() > 0.8, "{pairwise}");
}

#[test]
fn errors_say_what_where_and_what_to_do() {
    let folder = folder();
    write(&folder, "unknown.csv", "a,b,label\nx,y,C\nx,z,maybe\n");
    write(&folder, "ragged.csv", "a,b\nx,y\nx,y,z\n");
    write(&folder, "columns.csv", "first,second\nx,y\n");
    write(&folder, "twice.csv", "id,cluster\nx,1\nx,2\n");
    write(&folder, "empty.csv", "");
    write(&folder, "strangers.csv", "a,b\nx,y\n");
    let mut said = String::new();
    for arguments in [
        "evaluate",
        "evaluate pairs.csv",
        "evaluate missing.csv --truth labelled.csv",
        "evaluate pairs.csv --truth unknown.csv",
        "evaluate pairs.csv --truth pairs.csv",
        "evaluate pairs.csv --truth columns.csv",
        "evaluate pairs.csv --truth twice.csv",
        "evaluate pairs.csv --truth empty.csv",
        "evaluate ragged.csv --truth labelled.csv",
        "evaluate columns.csv --truth labelled.csv",
        "evaluate clusters.csv --truth labelled.csv --sweep",
        "evaluate pairs.csv --truth labelled.csv --sweep cosine",
        "evaluate pairs.csv --truth labelled.csv --sweep cluster_id",
        "evaluate pairs.csv --truth labelled.csv --complete",
        "evaluate pairs.csv --truth labelled.csv --titles columns.csv",
        "evaluate - --truth -",
    ] {
        let done = run(folder.path(), arguments);
        assert!(done.stdout.is_empty(), "{arguments}");
        let code = done.status.code().expect("no signal ended it");
        assert!(code > 0, "{arguments}");
        said += &format!("$ wirecopy {arguments}\n{}[{code}]\n\n", text(&done.stderr));
    }
    let done = run(folder.path(), "evaluate strangers.csv --truth labelled.csv");
    assert!(done.status.success());
    said += &text(&done.stderr);
    let said = said.replace("wirecopy.exe", "wirecopy");
    snapshot("evaluate_errors", said);
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = folder();
    let done = Command::new("sh")
        .current_dir(folder.path())
        .args([
            "-c",
            &format!(
                "'{PROGRAM}' evaluate pairs.csv --truth labelled.csv --json | head -c 10; exit 0"
            ),
        ])
        .output()
        .unwrap();
    assert!(
        !text(&done.stderr).contains("wirecopy:"),
        "{}",
        text(&done.stderr)
    );
    assert_eq!(done.stdout.len(), 10);
}
