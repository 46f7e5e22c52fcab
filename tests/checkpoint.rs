//! Drives the built program: a run with `--checkpoint` that is killed goes on when it is started again.

mod common;

use common::PROGRAM;
use std::io::Write;
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

    // That day alone.
    let run_of_the_day = |name: &str, out: &Path, more: &[&str]| {
        let done = wirecopy(&["cluster", name, "-q", "-o", text(out)])
            .args(more)
            .current_dir(folder.path())
            .output();
        ok(&done.unwrap());
        std::fs::read(out).unwrap()
    };
    let of_the_day = |name: &str| {
        let expected = run_of_the_day(name, &plain, &[]);
        let found = run_of_the_day(name, &out, &["--checkpoint", text(&kept)]);
        assert_eq!(found, expected);
    };
    let shards = || std::fs::read_dir(&kept).unwrap().count();
    let there = shards();
    of_the_day(text(&next));
    assert_eq!(shards(), there, "nothing was left to do");
    assert_eq!(written(), before, "others may ask for what was kept");
    // By another name, after which articles without ids are named.
    of_the_day("next.jsonl");

    // The first crawl is given up.
    std::fs::remove_file(&news).unwrap();
    of_the_day(text(&next));
    assert!(!shard.exists());
}

#[test]
fn files_of_all_kinds_are_taken_over_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let crawl = at("crawl");
    std::fs::create_dir(&crawl).unwrap();
    let news = |seed: &str| {
        let path = at("news.jsonl");
        let made = wirecopy(&["generate", "-n", "1200", "--seed", seed, "-o", text(&path)]);
        ok(&{ made }.output().unwrap());
        std::fs::read_to_string(path).unwrap()
    };
    let gzip = |bytes: &[u8]| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    };
    let (first, second) = (news("1"), news("2"));
    let (records, copies): (Vec<&str>, Vec<&str>) =
        (first.lines().collect(), first.lines().step_by(3).collect());
    let write = |name: &str, bytes: &[u8]| std::fs::write(crawl.join(name), bytes).unwrap();
    write("a.jsonl.gz", &gzip(first.as_bytes()));
    write(
        "b.jsonl.zst",
        &zstd::encode_all(copies.join("\n").as_bytes(), 1).unwrap(),
    );
    write(
        "c.json",
        format!("[{}]", records[..200].join(",\n")).as_bytes(),
    );
    let cells = records[200..400].iter().map(|record| {
        let record: serde_json::Value = serde_json::from_str(record).unwrap();
        let cell = |name| record[name].as_str().unwrap().replace('"', "\"\"");
        format!("\"{}\",\"{}\"\n", cell("title"), cell("text"))
    });
    let rows: String = std::iter::once("title,text\n".into())
        .chain(cells)
        .collect();
    write("d.csv.gz", &gzip(rows.as_bytes()));
    for (number, record) in records[..20].iter().enumerate() {
        let record: serde_json::Value = serde_json::from_str(record).unwrap();
        let text = record["text"].as_str().unwrap();
        write(&format!("e{number}.txt"), text.as_bytes());
    }
    write("f.jsonl", b"");
    write("g.jsonl", b"%PDF-1.7 no news");
    write("h.jsonl.gz", &gzip(second.as_bytes())[..40_000]);
    write("i.jsonl", format!("{}\n{{broken\n", records[0]).as_bytes());

    let run = |out: &str, more: &[&str]| {
        let [csv, json, rejects] =
            ["csv", "json", "rejects"].map(|end| at(&format!("{out}.{end}")));
        let done = wirecopy(&["cluster", text(&crawl), "--all", "-q", "-o", text(&csv)])
            .args(["--summary", text(&json), "--rejects", text(&rejects)])
            .args(more)
            .output();
        ok(&done.unwrap());
        let summary: serde_json::Value =
            serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
        let read = |path| std::fs::read_to_string(path).unwrap();
        (
            read(csv),
            read(rejects),
            summary["input"].clone(),
            summary["measured"]["from_checkpoint"].clone(),
        )
    };
    let (csv, rejects, input, there) = run("plain", &[]);
    assert_eq!(there, 0);
    let articles = input["articles"].as_u64().unwrap();
    assert!(articles > 1_900 && input["rejected"] == 3, "{input}");
    let kept = at("kept");
    let kept = ["--checkpoint", text(&kept)];
    let more: [&[&str]; 4] = [
        &[],
        &["--threads", "1"],
        &["--threads", "3"],
        &["--threads", "2", "--memory", "50MB"],
    ];
    for (time, more) in more.iter().enumerate() {
        let found = run("kept", &[&kept[..], more].concat());
        let there = if time == 0 { 0 } else { articles };
        assert_eq!(
            found,
            (csv.clone(), rejects.clone(), input.clone(), there.into()),
            "{more:?}"
        );
    }
    // Between others that are there.
    write("b1.jsonl.gz", &gzip(second.as_bytes()));
    let (csv, rejects, input, _) = run("plain", &[]);
    let found = run("kept", &kept);
    assert_eq!(found, (csv, rejects, input, articles.into()));
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
