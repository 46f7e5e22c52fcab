//! Drives the built program on the fixtures.

#[cfg(unix)]
#[path = "common/begun.rs"]
mod begun;
mod common;

use common::PROGRAM;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn wirecopy(arguments: &[&str]) -> Output {
    let program = Command::new(PROGRAM).args(arguments).output();
    program.expect("the program was built for this test")
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

/// The sets of ids that share a value in the column `cluster`.
fn clusters(csv: &[u8], cluster: &str) -> BTreeSet<BTreeSet<String>> {
    let mut reader = csv::Reader::from_reader(csv);
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (id, cluster) = (column("id"), column(cluster));
    let mut sets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        sets.entry(record[cluster].to_owned())
            .or_default()
            .insert(record[id].to_owned());
    }
    sets.into_values().collect()
}

#[test]
fn the_fixtures_give_the_expected_clusters_whatever_the_threads_and_the_seed() {
    let news = fixture("news.jsonl");
    let expected = clusters(
        &std::fs::read(fixture("expected-clusters.csv")).unwrap(),
        "cluster",
    );
    let base = wirecopy(&["cluster", news.to_str().unwrap(), "--threads", "1"]);
    assert!(
        base.status.success(),
        "{}",
        String::from_utf8_lossy(&base.stderr)
    );
    assert_eq!(clusters(&base.stdout, "cluster_id"), expected);
    for more in [["--threads", "3"], ["--seed", "99"]] {
        let other = wirecopy(&["cluster", news.to_str().unwrap(), more[0], more[1]]);
        assert_eq!(
            String::from_utf8_lossy(&other.stdout),
            String::from_utf8_lossy(&base.stdout),
            "{more:?}"
        );
    }
}

#[test]
fn the_order_of_the_articles_changes_neither_clusters_nor_their_ids() {
    let folder = tempfile::tempdir().unwrap();
    let turned = folder.path().join("news.jsonl");
    let text = std::fs::read_to_string(fixture("news.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().rev().collect();
    std::fs::write(&turned, lines.join("\n")).unwrap();
    let ids = |path: &Path| {
        let done = wirecopy(&["cluster", path.to_str().unwrap()]);
        let mut reader = csv::Reader::from_reader(done.stdout.as_slice());
        reader
            .records()
            .map(|r| r.unwrap())
            .map(|r| (r[0].to_owned(), r[3].to_owned()))
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(ids(&fixture("news.jsonl")), ids(&turned));
}

#[test]
fn bad_records_are_reported_and_strict_leaves_the_old_output() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (
        folder.path().join("bad.jsonl"),
        folder.path().join("out.csv"),
    );
    std::fs::write(&input, "{\"id\":\"a\",\"text\":\"one two three four\"}\n{broken\n{\"id\":\"b\",\"text\":\"One, two: three four\"}\n").unwrap();
    std::fs::write(&output, "old").unwrap();
    let run = |more: &[&str]| {
        wirecopy(
            &[
                &[
                    "cluster",
                    input.to_str().unwrap(),
                    "-o",
                    output.to_str().unwrap(),
                ],
                more,
            ]
            .concat(),
        )
    };
    let strict = run(&["--strict"]);
    assert_eq!(strict.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&strict.stderr).contains("bad.jsonl:2: not valid JSON"));
    assert_eq!(std::fs::read_to_string(&output).unwrap(), "old");
    let done = run(&[]);
    assert!(done.status.success());
    assert!(String::from_utf8_lossy(&done.stderr).contains("1 record could not be used"));
    let pair: BTreeSet<String> = ["a".to_owned(), "b".to_owned()].into();
    assert_eq!(
        clusters(&std::fs::read(&output).unwrap(), "cluster_id"),
        BTreeSet::from([pair])
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        2,
        "no temporary file is left"
    );
}

#[test]
fn an_empty_corpus_gives_a_header_and_a_missing_file_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.jsonl");
    std::fs::write(&empty, "").unwrap();
    let done = wirecopy(&["cluster", empty.to_str().unwrap()]);
    assert!(done.status.success());
    assert_eq!(String::from_utf8_lossy(&done.stdout).lines().count(), 1);
    let missing = wirecopy(&["cluster", "no-such-file.jsonl"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&missing.stderr)
            .contains("no-such-file.jsonl: no such file or folder")
    );
    let nothing_fits = wirecopy(&["cluster", empty.to_str().unwrap(), "--max-document", "0"]);
    assert_eq!(nothing_fits.status.code(), Some(2));
    assert_eq!(
        wirecopy(&["cluster", "x", "--threshold", "1.5"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn planted_copies_are_found_and_half_a_corpus_of_variants_is_one_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("synthetic.jsonl");
    let options = wirecopy::synthetic::SyntheticOptions {
        articles: 2_000,
        variants_of_one_per_mille: 500,
        ..Default::default()
    };
    wirecopy::synthetic::write_jsonl(&options, &mut std::fs::File::create(&path).unwrap(), None)
        .unwrap();
    let done = wirecopy(&["cluster", path.to_str().unwrap()]);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let largest = clusters(&done.stdout, "cluster_id")
        .into_iter()
        .map(|cluster| cluster.len())
        .max();
    assert!(largest >= Some(1_000), "{largest:?}");
}

#[test]
fn an_input_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.jsonl");
    std::fs::copy(fixture("news.jsonl"), &path).unwrap();
    let detour = folder.path().join(".").join("news.jsonl");
    for input in [&path, &folder.path().to_path_buf()] {
        let done = wirecopy(&[
            "cluster",
            input.to_str().unwrap(),
            "-o",
            detour.to_str().unwrap(),
        ]);
        assert_eq!(done.status.code(), Some(2));
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(
            said.contains("is an input and cannot be the output"),
            "{said}"
        );
    }
    assert_eq!(
        std::fs::read(&path).unwrap(),
        std::fs::read(fixture("news.jsonl")).unwrap()
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_the_old_output_and_no_temporary_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, output) = (
        folder.path().join("synthetic.jsonl"),
        folder.path().join("out.csv"),
    );
    let options = wirecopy::synthetic::SyntheticOptions {
        articles: 10_000,
        ..Default::default()
    };
    wirecopy::synthetic::write_jsonl(&options, &mut std::fs::File::create(&path).unwrap(), None)
        .unwrap();
    std::fs::write(&output, "old").unwrap();
    let files = || std::fs::read_dir(folder.path()).unwrap().count();
    let child = Command::new(PROGRAM)
        .args([
            "cluster",
            path.to_str().unwrap(),
            "-o",
            output.to_str().unwrap(),
        ])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    begun::wait_until_begun(&child, folder.path());
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("interrupted; no output was written"));
    assert_eq!(std::fs::read_to_string(&output).unwrap(), "old");
    assert_eq!(files(), 2, "no temporary file is left");
}

#[test]
fn threads_beyond_reason_are_bad_usage() {
    let news = fixture("news.jsonl");
    let done = wirecopy(&["cluster", news.to_str().unwrap(), "--threads", "1025"]);
    assert_eq!(done.status.code(), Some(2));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("--threads must be at most 1024"), "{said}");
}

#[test]
fn a_generated_corpus_and_its_truth_need_two_places() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("a");
    let place = place.to_str().unwrap();
    let done = wirecopy(&["generate", "-n", "9", "-o", place, "--truth", place]);
    assert_eq!(done.status.code(), Some(2));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn an_interrupted_generator_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.jsonl");
    let child = Command::new(PROGRAM)
        .args(["generate", "-n", "3000000", "-o", path.to_str().unwrap()])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    begun::wait_until_begun(&child, folder.path());
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("interrupted; no output was written"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Nobody reads what is written: the run waits for its reader, and asks for nothing else.
#[cfg(unix)]
#[test]
fn the_second_interrupt_ends_what_waits_for_its_reader() {
    let mut child = Command::new(PROGRAM)
        .args(["generate", "-n", "2000", "-o", "-"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The first bytes come once the program listens for interrupts.
    let mut reader = child.stdout.take().unwrap();
    std::io::Read::read_exact(&mut reader, &mut [0]).unwrap();
    let id = child.id().to_string();
    for _ in 0..2 {
        let kill = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(kill.success());
        // Two that come at once may be one.
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
    let begun = std::time::Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed().as_secs() > 60 {
            child.kill().unwrap();
            panic!("it still waits");
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    drop(reader);
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(said.contains("interrupted twice"), "{said}");
}

#[test]
fn a_short_item_that_recurs_is_another_report_and_a_long_one_a_reprint() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.jsonl");
    let short = "The Bank of Ilmara adds 4 billion crowns to the money market through customer repurchase agreements, a spokesman said on request.";
    let long = "The ferry line between Port Vellan and the outer islands will be run by the province from May on. "
        .to_owned()
        + "Its owner, who had asked for more money twice, gives up the concession at the end of April. "
        + "All forty seamen keep their work, and the two ships are to be bought for six million crowns. "
        + "Islanders had waited for hours at the pier when a ship broke down in the first week of January.";
    let line = |id: &str, date: &str, text: &str| {
        serde_json::json!({"id": id, "title": "Notice", "published": date, "text": text})
            .to_string()
    };
    let edited = short.replace("on request", "upon request");
    let lines = [
        line("s1", "2026-03-02", short),
        line("s2", "2026-03-03", short),
        line("s3", "2026-03-20", short),
        line("s4", "2026-03-21", short),
        line("s5", "2026-05-01", short),
        line("near4", "2026-03-21", &edited),
        line("l1", "2026-03-02", &long),
        line("l2", "2026-04-20", &long),
    ];
    std::fs::write(&path, lines.join("\n")).unwrap();
    let run = |more: &[&str]| {
        let arguments = [&["cluster", path.to_str().unwrap()], more].concat();
        wirecopy(&arguments).stdout
    };
    let sets = |sets: &[&[&str]]| -> BTreeSet<BTreeSet<String>> {
        let set = |set: &&[&str]| set.iter().map(|&id| id.to_owned()).collect();
        sets.iter().map(set).collect()
    };
    let expected = sets(&[&["s1", "s2"], &["s3", "s4", "near4"], &["l1", "l2"]]);
    assert_eq!(clusters(&run(&[]), "cluster_id"), expected);
    // Clusters of the same words have ids of their own, singles too.
    let expected = sets(&[
        &["s1", "s2"],
        &["s3", "s4", "near4"],
        &["s5"],
        &["l1", "l2"],
    ]);
    assert_eq!(clusters(&run(&["--all"]), "cluster_id"), expected);
    let expected = sets(&[&["s1", "s2", "s3", "s4", "s5", "near4"], &["l1", "l2"]]);
    for all in [["--window", "none"], ["--rule", "plain"]] {
        assert_eq!(clusters(&run(&all), "cluster_id"), expected, "{all:?}");
    }

    // Whichever comes first in the corpus, with the same ids.
    let ids = |csv: &[u8]| -> BTreeSet<(String, String)> {
        let mut reader = csv::Reader::from_reader(csv);
        let rows = reader.records().map(|row| row.unwrap());
        rows.map(|row| (row[0].to_owned(), row[3].to_owned()))
            .collect()
    };
    let before = run(&["--all"]);
    let mut turned: Vec<&str> = lines.iter().rev().map(String::as_str).collect();
    std::fs::write(&path, turned.join("\n")).unwrap();
    assert_eq!(ids(&run(&["--all"])), ids(&before));
    // One without a date goes with the earliest, wherever it stands.
    let undated = line("undated", "", short);
    for at in [0, turned.len()] {
        turned.insert(at, &undated);
        std::fs::write(&path, turned.join("\n")).unwrap();
        let found = clusters(&run(&[]), "cluster_id");
        assert!(found.contains(&sets(&[&["s1", "s2", "undated"]]).pop_first().unwrap()));
        turned.remove(at);
    }
    // How alike a copy of a later occurrence is to it.
    let text = String::from_utf8(before).unwrap();
    let near = text.lines().find(|row| row.contains(",near4,")).unwrap();
    assert!(!near.contains(",0.0000,"), "{near}");
}

#[test]
fn lines_that_one_source_prints_around_everything_are_no_part_of_its_reports() {
    let folder = tempfile::tempdir().unwrap();
    let news = folder.path().join("crawl.jsonl");
    // One day's crawl: dates cannot tell a form from a report here. The sentences of each report are its own.
    let sentence = |report: usize, at: usize| {
        let words: Vec<String> = (0..12)
            .map(|word| format!("w{}", (report * 500 + at * 12 + word) * 7919 % 99_991))
            .collect();
        format!("{}. ", words.join(" "))
    };
    let report = |n: usize| (0..36).map(|at| sentence(n, at)).collect::<String>();
    let bios: Vec<String> = (0..3)
        .map(|line| {
            let words: Vec<String> = (0..30).map(|word| format!("Bio{line}x{word}")).collect();
            words.join(" ")
        })
        .collect();
    let mut lines = Vec::new();
    let mut add = |id: String, source: &str, text: String| {
        let article = serde_json::json!({"id": id, "source": source, "published": "2026-03-02", "text": text});
        lines.push(article.to_string());
    };
    for n in 0..40 {
        add(
            format!("quay-{n}"),
            "The Quay",
            format!("{}\n{}", report(n), bios.join("\n")),
        );
    }
    add("copy-7".into(), "Other", report(7));
    std::fs::write(&news, lines.join("\n")).unwrap();
    let run = |more: &[&str]| {
        let summary = folder.path().join("s.json");
        let mut arguments = vec![
            "cluster",
            news.to_str().unwrap(),
            "--summary",
            summary.to_str().unwrap(),
        ];
        arguments.extend(more);
        let output = wirecopy(&arguments);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let summary: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&summary).unwrap()).unwrap();
        (output.stdout, summary["furniture"].clone())
    };
    let (csv, furniture) = run(&[]);
    let pair = BTreeSet::from(["copy-7".to_owned(), "quay-7".to_owned()]);
    assert_eq!(clusters(&csv, "cluster_id"), BTreeSet::from([pair]));
    let mut reader = csv::Reader::from_reader(csv.as_slice());
    for row in reader.records() {
        let row = row.unwrap();
        assert_eq!(
            (&row[10], &row[14]),
            ("1.0000", "432"),
            "the same words once the lines are gone"
        );
    }
    assert_eq!(furniture["learnt_lines"], 3);
    assert!(furniture["articles_without_them"].as_u64().unwrap() >= 1);
    let (csv, furniture) = run(&["--raw"]);
    let text = String::from_utf8(csv).unwrap();
    assert!(
        text.contains(",432\r\n") && text.contains(",522\r\n"),
        "{text}"
    );
    assert_eq!(furniture["learnt_lines"], 0);
    // From the shards of a run that is repeated, the same is learnt.
    let shards = folder.path().join("shards");
    let (first, _) = run(&["--checkpoint", shards.to_str().unwrap()]);
    let (again, furniture) = run(&["--checkpoint", shards.to_str().unwrap()]);
    assert_eq!(first, again);
    assert_eq!(furniture["learnt_lines"], 3);
}

#[test]
fn a_short_text_that_loses_a_learnt_line_keeps_its_title() {
    let folder = tempfile::tempdir().unwrap();
    let news = folder.path().join("crawl.jsonl");
    let line = "Zur Hauptseite der Zeitung, zu den Häfen, zum Wetter";
    let article = |id: &str, source: &str, title: &str, text: String| {
        serde_json::json!({"id": id, "source": source, "title": title, "text": text}).to_string()
    };
    // Fewer than 50 words and more than 500 bytes: it is compared with its title.
    let body: Vec<String> = (0..40)
        .map(|n| format!("{}schiffahrtswort{n}", "Abcdefghij".repeat(1 + n % 2)))
        .collect();
    let body = body.join(" ");
    let title = "Zwölf Schiffe liegen seit gestern im Hafen von Nordvik fest";
    let mut lines = vec![
        article("a", "Kurier", title, format!("{line}\n{body}")),
        article("b", "Bote", title, body.clone()),
    ];
    for n in 0..40 {
        let report: Vec<String> = (0..300)
            .map(|word| format!("R{}", (n * 300 + word) * 7919 % 99_991))
            .collect();
        let text = format!("{line}\n{}", report.join(" "));
        lines.push(article(&format!("k{n}"), "Kurier", "", text));
    }
    std::fs::write(&news, lines.join("\n")).unwrap();
    let output = wirecopy(&["cluster", news.to_str().unwrap()]);
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(output.stdout.as_slice())
        .records()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows.len(), 2, "{}", String::from_utf8_lossy(&output.stderr));
    for row in rows {
        assert_eq!((&row[10], &row[11]), ("1.0000", "1.0000"), "{row:?}");
    }
}
