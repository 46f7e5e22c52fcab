//! Inputs of other kinds: standard input, pipes, and links.

use super::articles::{COPY, STORY, around, gzip, line, zstd};
use super::begun::{has_temporary_name, wait_until_begun};
use super::place::{Place, groups};
use super::process::{finish, signal};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn standard_input() {
    let rows = format!("id,text\na,\"{STORY}\"\nb,\"{COPY}\"\n").into_bytes();
    for content in [around(""), gzip(&around("")), zstd(&rows), rows] {
        let place = Place::new();
        let done = place.feed(&content);
        done.rejected("-", &[]);
        assert_eq!(done.groups(), groups(&["a b"]));
        assert!(done.rows().iter().all(|row| row["file"] == "-"));
    }
    let done = Place::new().feed(&around("{broken\n"));
    done.rejected("-", &[":2: not valid JSON"]);
    assert_eq!(done.groups(), groups(&["a b"]));
    let place = Place::new();
    place.file("c.jsonl", line("c", STORY));
    let mut child = place
        .command(&["-", "c.jsonl", "-", "-o", "out.csv"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&around("")).unwrap();
    let done = place.done(finish(child));
    assert_eq!(done.groups(), groups(&["a b c"]), "{}", done.said);
}

#[test]
fn a_folder_for_temporary_files_that_does_not_exist() {
    let place = Place::new();
    place.file("news.jsonl", around(""));
    let done = place.done(
        place
            .command(&["news.jsonl", "--tmp", "no/such"])
            .output()
            .unwrap(),
    );
    done.failed(2, &["--tmp no/such: this is no folder, or there is none"]);
}

#[test]
fn the_copy_of_standard_input_goes_to_the_chosen_folder() {
    let place = Place::new();
    fs::create_dir(place.path("here")).unwrap();
    let mut child = place
        .command(&["-", "--tmp", "here", "-o", "out.csv"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let here = place.path("here");
    wait_until_begun(&child, &here);
    let mut input = child.stdin.take().unwrap();
    input.write_all(&around("")).unwrap();
    drop(input);
    assert!(finish(child).status.success());
    assert_eq!(fs::read_dir(here).unwrap().count(), 0);
}

#[test]
fn an_interrupt_while_standard_input_is_silent_or_flowing() {
    for flowing in [false, true] {
        let place = Place::new();
        let mut child = place
            .command(&["-", "-o", "out.csv"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || {
            input.write_all(&around("")).unwrap();
            let chunk = line("x", STORY).repeat(100);
            while flowing && input.write_all(chunk.as_bytes()).is_ok() {}
            input
        });
        wait_until_begun(&child, place.tmp.path());
        signal(&child, "INT");
        let sent = Instant::now();
        // The pipe is open all the while.
        let done = place.done(finish(child));
        assert!(
            sent.elapsed() < Duration::from_secs(5),
            "flowing: {flowing}"
        );
        done.failed(1, &["interrupted; no output was written"]);
        assert!(place.names().is_empty(), "{:?}", place.names());
        drop(writer.join().unwrap());
    }
}

#[test]
fn a_killed_run_leaves_no_copy_of_its_input_where_files_need_no_names() {
    let place = Place::new();
    let mut child = place.command(&["-"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&around("")).unwrap();
    wait_until_begun(&child, place.tmp.path());
    let named = has_temporary_name(place.tmp.path());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(place.temporary_files(), usize::from(named));
}

#[test]
fn a_named_pipe() {
    let place = Place::new();
    assert!(
        Command::new("mkfifo")
            .arg(place.path("pipe.jsonl"))
            .status()
            .unwrap()
            .success()
    );
    let child = place
        .command(&["pipe.jsonl", "-o", "out.csv"])
        .spawn()
        .unwrap();
    fs::write(place.path("pipe.jsonl"), gzip(&around("{\n"))).unwrap();
    let done = place.done(finish(child));
    done.rejected("pipe.jsonl", &[":2: not valid JSON"]);
    assert_eq!(done.groups(), groups(&["a b"]));
}

#[test]
fn one_file_by_many_names_is_read_once() {
    let place = Place::new();
    let path = place.file("news/a.jsonl", around(""));
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, place.path(at)).unwrap();
    link("news/a.jsonl", "link.jsonl");
    fs::hard_link(&path, place.path("hard.jsonl")).unwrap();
    let whole = path.to_str().unwrap().to_owned();
    let done = place.cluster(&[
        "news/a.jsonl",
        "news/a.jsonl",
        "news/../news/a.jsonl",
        "link.jsonl",
        "hard.jsonl",
        &whole,
        "news",
        "news/*",
    ]);
    done.rejected("news/a.jsonl", &[]);
    assert!(done.said.contains("2 articles"), "{}", done.said);
    assert_eq!(done.groups(), groups(&["a b"]));
}

#[test]
fn loops_of_links() {
    let place = Place::new();
    place.file("news/a.jsonl", around(""));
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, place.path(at)).unwrap();
    link("..", "news/up");
    link(".", "news/here");
    link("self.jsonl", "news/self.jsonl");
    link("gone.jsonl", "news/dangling.jsonl");
    let done = place.cluster(&["news"]);
    assert_eq!(done.code, Some(0), "{}", done.said);
    assert!(done.said.contains("2 articles"), "{}", done.said);
    assert_eq!(done.groups(), groups(&["a b"]));
    place.cluster(&["news/self.jsonl"]).failed(
        1,
        &["cannot read news/self.jsonl: Too many levels of symbolic links"],
    );
}
