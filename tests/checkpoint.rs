//! Drives the built program: a run with `--checkpoint` that is killed goes on when it is started again.

mod common;

use common::PROGRAM;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn wirecopy(arguments: &[&str]) -> Command {
    let mut program = Command::new(PROGRAM);
    program.args(arguments);
    program
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the path of a temporary folder")
}

fn ok(done: &Output) {
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
}

#[test]
fn a_killed_run_goes_on_and_ends_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let news = at("news.jsonl");
    let made = wirecopy(&["generate", "-n", "6000", "-o", text(&news)]).output();
    ok(&made.unwrap());
    let plain = at("plain.csv");
    let done = wirecopy(&["cluster", text(&news), "-o", text(&plain), "-q"]).output();
    ok(&done.unwrap());

    let (kept, out) = (at("kept"), at("out.csv"));
    let arguments = [
        "cluster",
        text(&news),
        "-o",
        text(&out),
        "--checkpoint",
        text(&kept),
    ];
    // Killed, at first before there is anything, then in the middle of the work.
    for millis in [1, 60, 200] {
        let mut run = wirecopy(&arguments)
            .stderr(Stdio::null())
            .spawn()
            .expect("the program was built for this test");
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(millis) {
            std::thread::sleep(Duration::from_millis(1));
        }
        run.kill().unwrap();
        run.wait().unwrap();
    }
    // Interrupted, which keeps what is finished.
    #[cfg(unix)]
    {
        let run = wirecopy(&arguments).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(400));
        let pid = run.id().to_string();
        Command::new("kill").args(["-INT", &pid]).status().unwrap();
        // On a fast machine it may have been done before.
        run.wait_with_output().unwrap();
    }
    // Killed as soon as something is kept.
    let shard = kept.join("shard-000000");
    let mut run = wirecopy(&arguments).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !shard.exists() {
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "nothing is kept"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    let written = || std::fs::metadata(&shard).unwrap().modified().unwrap();
    let before = written();
    for threads in ["1", "2"] {
        let done = wirecopy(&arguments).args(["--threads", threads]).output();
        ok(&done.unwrap());
        assert_eq!(
            std::fs::read(&out).unwrap(),
            std::fs::read(&plain).unwrap(),
            "{threads} threads"
        );
        assert_eq!(written(), before, "what was kept is used");
    }

    // Another rule compares the same fingerprints; other shingles do not have the same.
    let done = wirecopy(&arguments).args(["--window", "none"]).output();
    ok(&done.unwrap());
    let refused = wirecopy(&arguments)
        .args(["--shingle", "4"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        said.contains("made with other options (--shingle)"),
        "{said}"
    );

    // The crawl of the next day.
    let next = at("next.jsonl");
    let made = wirecopy(&["generate", "-n", "500", "--seed", "2", "-o", text(&next)]).output();
    ok(&made.unwrap());
    let done = wirecopy(&[
        "cluster",
        text(&news),
        text(&next),
        "-o",
        text(&plain),
        "-q",
    ])
    .output();
    ok(&done.unwrap());
    let done = wirecopy(&arguments).arg(text(&next)).output();
    ok(&done.unwrap());
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&plain).unwrap());
    assert_eq!(written(), before, "what was kept is used");

    // That day alone, from the folder of the crawl.
    let of_the_day = || {
        wirecopy(&["cluster", "next.jsonl", "-q", "-o"])
            .current_dir(folder.path())
            .arg(&plain)
            .output()
            .unwrap()
    };
    let kept_of_the_day = || {
        wirecopy(&["cluster", "next.jsonl", "--checkpoint", "kept", "-o"])
            .current_dir(folder.path())
            .arg(&out)
            .output()
            .unwrap()
    };
    let shards = || std::fs::read_dir(&kept).unwrap().count();
    let there = shards();
    ok(&of_the_day());
    ok(&kept_of_the_day());
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&plain).unwrap());
    assert_eq!(shards(), there, "nothing was left to do");
    assert_eq!(written(), before, "others may ask for what was kept");

    // The first crawl is given up.
    std::fs::remove_file(&news).unwrap();
    ok(&kept_of_the_day());
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&plain).unwrap());
    assert!(!shard.exists());
}

#[test]
fn what_cannot_be_read_again_has_no_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let run = wirecopy(&["cluster", "-", "--checkpoint", text(&kept)])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_ne!(run.status.code(), Some(0));
    let news = folder.path().join("news.jsonl");
    std::fs::write(&news, "{\"text\":\"a report of the harbour\"}\n").unwrap();
    let run = wirecopy(&["cluster", "-", "--checkpoint", text(&kept)])
        .stdin(std::fs::File::open(&news).unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(2), "{said}");
    assert!(said.contains("write it to a file first"), "{said}");
    assert!(!kept.exists());
}
