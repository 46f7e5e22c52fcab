//! Interrupts, and runs that are killed.

use super::articles::{around, endless, zstd};
use super::begun::{has_temporary_name, wait_until_begun};
use super::place::{Place, groups};
use super::process::{finish, signal};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::time::{Duration, Instant};

/// Starts a run that would take minutes, and waits until it is in the middle of it.
fn in_the_middle(place: &Place) -> Child {
    place.file("news.jsonl.zst", endless());
    place.file("out.csv", "old");
    let child = place
        .command(&["news.jsonl.zst", "--max-document", "4096", "-o", "out.csv"])
        .spawn()
        .unwrap();
    wait_until_begun(&child, place.folder.path());
    child
}

#[test]
fn signals_end_a_run_cleanly_even_in_a_bomb() {
    for name in ["INT", "TERM", "HUP"] {
        let place = Place::new();
        let child = in_the_middle(&place);
        std::thread::sleep(Duration::from_millis(50));
        let sent = Instant::now();
        signal(&child, name);
        let done = place.done(finish(child));
        // Well within a second; the rest is for a machine under load.
        assert!(sent.elapsed() < Duration::from_secs(5), "{name}");
        done.failed(1, &["interrupted; no output was written"]);
        assert_eq!(done.csv, b"old");
        assert_eq!(place.names().len(), 2, "{:?}", place.names());
    }
}

#[test]
fn a_killed_run_leaves_the_old_output_and_does_not_disturb_the_next() {
    let place = Place::new();
    let mut child = in_the_middle(&place);
    let named = has_temporary_name(&place.path(""));
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    assert_eq!(fs::read(place.path("out.csv")).unwrap(), b"old");
    let left: BTreeSet<String> = place.names();
    assert_eq!(left.len(), 2 + usize::from(named), "{left:?}");
    assert!(
        left.iter().all(|name| name.starts_with(".wirecopy-")
            || ["out.csv", "news.jsonl.zst"].contains(&name.as_str())),
        "{left:?}"
    );
    // The next run passes over what is left where files have names, even with the folder as its input.
    place.file(".wirecopy-left.tmp", "id,title");
    fs::remove_file(place.path("out.csv")).unwrap();
    place.file("news.jsonl.zst", zstd(&around("")));
    let done = place.cluster(&["."]);
    assert_eq!(done.code, Some(0), "{}", done.said);
    assert_eq!(done.groups(), groups(&["a b"]));
}
