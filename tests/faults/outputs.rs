//! Outputs that cannot be written.

use super::articles::{STORY, around, line};
use super::place::Place;
use crate::common::PROGRAM;
use std::fs::{self, File};
use std::process::{Command, Stdio};

#[test]
fn outputs_that_cannot_be_written() {
    let place = Place::new();
    place.file("news.jsonl", around(""));
    fs::create_dir(place.path("folder")).unwrap();
    let before = place.names();
    for (output, parts) in [
        (
            "no/such/out.csv",
            [
                "cannot write no/such/out.csv",
                "the folder no/such does not exist",
            ],
        ),
        ("folder", ["folder", "this is a folder"]),
        (
            "news.jsonl/out.csv",
            ["cannot write news.jsonl/out.csv", "news.jsonl is no folder"],
        ),
    ] {
        let done = place.done(
            place
                .command(&["news.jsonl", "-o", output])
                .output()
                .unwrap(),
        );
        done.failed(1, &parts);
        assert_eq!(place.names(), before, "{output}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let place = Place::new();
    place.file("news.jsonl", around(""));
    let done = place.done(
        place
            .command(&["news.jsonl", "-o", "/dev/full"])
            .output()
            .unwrap(),
    );
    done.failed(1, &["cannot write /dev/full: No space left on device"]);
    let mut command = place.command(&["news.jsonl"]);
    let output = command
        .stdout(File::options().write(true).open("/dev/full").unwrap())
        .output();
    place.done(output.unwrap()).failed(
        1,
        &["cannot write standard output: No space left on device"],
    );
    let generate = |output: &str, truth: &str| {
        let mut command = Command::new(PROGRAM);
        let arguments = ["generate", "-n", "3000", "-o", output, "--truth", truth];
        let output = command.args(arguments).current_dir(place.path("."));
        place.done(output.output().unwrap())
    };
    let full = "cannot write /dev/full: No space left on device";
    generate("/dev/full", "truth.csv").failed(1, &[full]);
    generate("made.jsonl", "/dev/full").failed(1, &[full]);
    assert!(!place.path("made.jsonl").exists() && !place.path("truth.csv").exists());
}

#[test]
fn a_disk_that_fills_up_leaves_the_old_output_and_nothing_else() {
    let place = Place::new();
    let copies: String = (0..600)
        .map(|id| line(&format!("{id:0200}"), STORY))
        .collect();
    place.file("news.jsonl", copies);
    place.file("out.csv", "old");
    let before = place.names();
    // A limit of 64 KiB for the size of files stands for a disk that is full.
    let limited = |arguments: &[&str], input: Stdio| {
        let script = "ulimit -f 128; exec \"$0\" \"$@\"";
        let mut command = Command::new("sh");
        command
            .args(["-c", script, PROGRAM, "cluster"])
            .args(arguments)
            .args(["-o", "out.csv"]);
        command
            .current_dir(place.folder.path())
            .env("TMPDIR", place.tmp.path())
            .stdin(input);
        place.done(command.output().unwrap())
    };
    let done = limited(&["news.jsonl"], Stdio::null());
    done.failed(1, &["cannot write ", "out.csv: File too large"]);
    assert_eq!(done.csv, b"old");
    assert_eq!(place.names(), before);

    // The same for the temporary copy of standard input.
    let done = limited(&["-"], File::open(place.path("news.jsonl")).unwrap().into());
    done.failed(1, &["cannot write a temporary file in ", "File too large"]);
    assert_eq!(done.csv, b"old");
    assert_eq!(place.names(), before);
}
