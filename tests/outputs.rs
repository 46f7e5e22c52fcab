//! Drives the built program and reads back every file that it can write.

mod common;

use common::PROGRAM;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn wirecopy(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.arg("cluster");
    for argument in arguments {
        command.arg(argument.as_ref());
    }
    command
        .output()
        .expect("the program was built for this test")
}

fn done(output: &Output) {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn failed(output: &Output, code: i32, part: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(part), "{said}");
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

fn rows(path: &Path) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// One article of the given words.
fn line(id: &str, text: &str) -> String {
    serde_json::json!({"id": id, "text": text}).to_string()
}

const STORM: &str =
    "A storm closed the harbour of Merrow on Friday and ferries stayed in port until noon";
const WHEAT: &str =
    "Wheat rose for a third day after rain delayed the harvest across the northern plains";

#[test]
fn unique_keeps_one_of_each_byte_for_byte_in_input_order() {
    let folder = tempfile::tempdir().unwrap();
    let (clusters, kept) = (
        folder.path().join("c.csv"),
        folder.path().join("kept.jsonl"),
    );
    let news = fixture("news.jsonl");
    done(&wirecopy(&[
        &news,
        &"-o",
        &clusters,
        &"--unique",
        &kept,
        &"-q",
    ]));
    let copies: BTreeSet<String> = rows(&clusters)
        .into_iter()
        .filter(|row| row["representative"] == "false")
        .map(|row| row["id"].clone())
        .collect();
    assert_eq!(copies.len(), 25);
    let text = std::fs::read_to_string(&news).unwrap();
    let expected: String = text
        .split_inclusive('\n')
        .filter(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            !copies.contains(record["id"].as_str().unwrap())
        })
        .collect();
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), expected);
    // Nothing more to find in what is left.
    let again = wirecopy(&[&kept]);
    done(&again);
    assert_eq!(String::from_utf8_lossy(&again.stdout).lines().count(), 1);
}

/// What `write` makes of pieces of so many bytes, one behind the other.
fn in_parts(data: &[u8], each: usize, write: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    data.chunks(each).flat_map(write).collect()
}

/// A gzip member that says how long it is, as bgzip writes them.
fn member(data: &[u8]) -> Vec<u8> {
    let header = flate2::GzBuilder::new().extra(&b"BC\x02\0\0\0"[..]);
    let mut encoder = header.write(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    let mut member = encoder.finish().unwrap();
    let length = (member.len() - 1) as u16;
    member[16..18].copy_from_slice(&length.to_le_bytes());
    member
}

#[test]
fn a_file_in_compressed_parts_gives_what_the_plain_one_gives() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let made = Command::new(PROGRAM)
        .args(["generate", "-n", "3000", "--truth"])
        .arg(place("truth.csv"))
        .arg("-o")
        .arg(place("news.jsonl"))
        .output()
        .unwrap();
    done(&made);
    let plain = std::fs::read(place("news.jsonl")).unwrap();
    let frame = |data: &[u8]| zstd::encode_all(data, 3).unwrap();
    let mut written = Vec::new();
    for content in [
        plain.clone(),
        in_parts(&plain, 300_001, frame),
        in_parts(&plain, 0xff00, member),
    ] {
        // What is not longer than a block is read by one thread. What a file is, its content tells.
        assert!(content.len() > 1 << 20, "{}", content.len());
        std::fs::write(place("news.jsonl"), content).unwrap();
        for threads in ["1", "2", "3"] {
            let paths = ["c.csv", "p.csv", "u.jsonl"].map(place);
            let [clusters, pairs, unique] = &paths;
            done(&wirecopy(&[
                &place("news.jsonl"),
                &"-q",
                &"--threads",
                &threads,
                &"-o",
                clusters,
                &"--pairs",
                pairs,
                &"--unique",
                unique,
            ]));
            written.push(paths.map(|path| std::fs::read(path).unwrap()));
        }
    }
    assert!(written[0].iter().all(|file| file.len() > 10_000));
    assert!(written.iter().all(|files| *files == written[0]));
}

#[test]
fn unique_of_tables_has_one_header_and_of_arrays_is_an_array() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(
        place("1.csv"),
        format!("id,text\r\na,{STORM}\r\nb,\"{STORM}\""),
    )
    .unwrap();
    std::fs::write(
        place("2.csv"),
        format!("id,text\r\nc,\"{WHEAT},\r\nand more\"\r\n"),
    )
    .unwrap();
    let out = place("o.csv");
    done(&wirecopy(&[
        &place("1.csv"),
        &place("2.csv"),
        &"-o",
        &out,
        &"--unique",
        &place("kept.csv"),
    ]));
    assert_eq!(
        std::fs::read_to_string(place("kept.csv")).unwrap(),
        format!("id,text\r\na,{STORM}\r\nc,\"{WHEAT},\r\nand more\"\r\n")
    );

    let array = format!(
        "[{}, {},\n\n {} ]",
        line("a", STORM),
        line("b", STORM),
        line("c", WHEAT)
    );
    std::fs::write(place("1.json"), array).unwrap();
    done(&wirecopy(&[
        &place("1.json"),
        &"-o",
        &out,
        &"--unique",
        &place("kept.json"),
    ]));
    assert_eq!(
        std::fs::read_to_string(place("kept.json")).unwrap(),
        format!("[\n{},\n{}\n]\n", line("a", STORM), line("c", WHEAT))
    );
    // With lines among the inputs the result is lines, and a missing line end is added.
    std::fs::write(place("2.jsonl"), line("d", WHEAT)).unwrap();
    done(&wirecopy(&[
        &place("2.jsonl"),
        &place("1.json"),
        &"-o",
        &out,
        &"--unique",
        &place("kept.jsonl"),
    ]));
    let kept = std::fs::read_to_string(place("kept.jsonl")).unwrap();
    let ids: Vec<String> = kept
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(ids, ["d", "a"], "{kept}");
}

#[test]
fn unique_refuses_what_cannot_be_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("1.csv"), format!("id,text\na,{STORM}\n")).unwrap();
    std::fs::write(place("2.csv"), format!("text,id\n{WHEAT},c\n")).unwrap();
    std::fs::write(place("3.jsonl"), line("a", STORM)).unwrap();
    let kept = place("kept");
    let run = |inputs: [PathBuf; 2]| wirecopy(&[&inputs[0], &inputs[1], &"--unique", &kept]);
    failed(
        &run([place("1.csv"), place("2.csv")]),
        1,
        "the headers differ",
    );
    failed(
        &run([place("1.csv"), place("3.jsonl")]),
        1,
        "different formats",
    );
    failed(
        &wirecopy(&[&fixture("plain"), &"--unique", &kept]),
        1,
        "files of their own",
    );
    assert!(!kept.exists());
}

#[test]
fn pairs_hold_every_pair_of_duplicates_and_the_similarities_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let longer = format!("{STORM}, the harbour master said, and two trains were late");
    let lines = [
        line("a", STORM),
        line("b", WHEAT),
        line("c", STORM),
        line("d", &longer),
        line("e", STORM),
    ];
    std::fs::write(place("n.jsonl"), lines.join("\n")).unwrap();
    done(&wirecopy(&[
        &place("n.jsonl"),
        &"-o",
        &place("c.csv"),
        &"--pairs",
        &place("p.csv"),
        &"--min-shingles",
        &"5",
        &"--summary",
        &place("s.json"),
    ]));
    let pairs: Vec<(String, String, String, String)> = rows(&place("p.csv"))
        .into_iter()
        .map(|r| {
            (
                r["a"].clone(),
                r["b"].clone(),
                r["jaccard"].clone(),
                r["containment"].clone(),
            )
        })
        .collect();
    // 14 shingles in the shorter text, 23 in the longer, 14 of them shared.
    let expected = [
        ("a", "c", "1.0000", "1.0000"),
        ("a", "d", "0.6087", "1.0000"),
        ("a", "e", "1.0000", "1.0000"),
        ("c", "d", "0.6087", "1.0000"),
        ("c", "e", "1.0000", "1.0000"),
        ("d", "e", "0.6087", "1.0000"),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(a, b, j, c)| {
            (
                (*a).to_owned(),
                (*b).to_owned(),
                (*j).to_owned(),
                (*c).to_owned(),
            )
        })
        .collect();
    assert_eq!(pairs, expected);
    let head = std::fs::read_to_string(place("p.csv")).unwrap();
    assert!(
        head.starts_with("a,b,jaccard,containment,reason,"),
        "{head}"
    );
    let summary: serde_json::Value =
        serde_json::from_slice(&std::fs::read(place("s.json")).unwrap()).unwrap();
    assert_eq!(
        summary["pairs_report"],
        serde_json::json!({"listed": 6, "left_out": 0})
    );
    assert_eq!(summary["found"]["exact_duplicates"], 2);
    assert_eq!(summary["accepted_pairs"], 1);
}

#[test]
fn a_text_that_comes_very_often_does_not_make_a_quadratic_number_of_rows() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let lines: Vec<String> = (0..300).map(|n| line(&n.to_string(), STORM)).collect();
    std::fs::write(place("n.jsonl"), lines.join("\n")).unwrap();
    done(&wirecopy(&[
        &place("n.jsonl"),
        &"-o",
        &place("c.csv"),
        &"--pairs",
        &place("p.csv"),
        &"--summary",
        &place("s.json"),
    ]));
    let pairs = rows(&place("p.csv"));
    let listed = 64 * 63 / 2 + (300 - 64);
    assert_eq!(pairs.len(), listed);
    let named: BTreeSet<&String> = pairs
        .iter()
        .flat_map(|row| [&row["a"], &row["b"]])
        .collect();
    assert_eq!(named.len(), 300);
    let summary: serde_json::Value =
        serde_json::from_slice(&std::fs::read(place("s.json")).unwrap()).unwrap();
    assert_eq!(
        summary["pairs_report"]["left_out"],
        300 * 299 / 2 - listed as u64
    );
}

#[test]
fn all_lists_every_article_once_with_those_alone_last() {
    let folder = tempfile::tempdir().unwrap();
    let (some, all) = (
        folder.path().join("some.csv"),
        folder.path().join("all.csv"),
    );
    let news = fixture("news.jsonl");
    done(&wirecopy(&[&news, &"-o", &some, &"-q"]));
    done(&wirecopy(&[&news, &"-o", &all, &"-q", &"--all"]));
    let (some_text, all_text) = (
        std::fs::read_to_string(&some).unwrap(),
        std::fs::read_to_string(&all).unwrap(),
    );
    assert!(all_text.starts_with(&some_text));
    let all = rows(&all);
    let ids: BTreeSet<&String> = all.iter().map(|row| &row["id"]).collect();
    assert_eq!((all.len(), ids.len()), (66, 66));
    for single in &all[rows(&some).len()..] {
        let cells = ["cluster_size", "representative", "jaccard", "matched_id"]
            .map(|name| single[name].as_str());
        assert_eq!(cells, ["1", "true", "1.0000", ""]);
    }
    let per_cluster = all.iter().fold(BTreeMap::new(), |mut sizes, row| {
        *sizes.entry(&row["cluster_id"]).or_insert(0) += 1;
        sizes
    });
    for row in &all {
        assert_eq!(
            row["cluster_size"],
            per_cluster[&row["cluster_id"]].to_string()
        );
    }
}

#[test]
fn rejects_name_file_line_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let text = [
        &line("a", STORM),
        "{\"id\": \"b\", \"text\": 7}",
        "",
        "nonsense, \"quoted\"",
        "{\"id\": \"c\", \"text\": \" \"}",
    ]
    .join("\n");
    std::fs::write(place("n.jsonl"), text).unwrap();
    done(&wirecopy(&[
        &place("n.jsonl"),
        &"-o",
        &place("c.csv"),
        &"--rejects",
        &place("r.csv"),
        &"--summary",
        &place("s.json"),
    ]));
    let rejects = rows(&place("r.csv"));
    let found: Vec<(&str, &str)> = rejects
        .iter()
        .map(|row| (row["line"].as_str(), row["reason"].as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("2", "wrong_type"),
            ("4", "invalid_json"),
            ("5", "missing_text")
        ]
    );
    assert!(
        rejects
            .iter()
            .all(|row| row["file"].ends_with("n.jsonl") && !row["detail"].is_empty())
    );
    let summary: serde_json::Value =
        serde_json::from_slice(&std::fs::read(place("s.json")).unwrap()).unwrap();
    assert_eq!(summary["input"]["articles"], 1);
    assert_eq!(
        summary["input"]["rejected_by_reason"],
        serde_json::json!({"wrong_type": 1, "invalid_json": 1, "missing_text": 1})
    );
}

#[cfg(target_os = "linux")]
#[test]
fn one_output_on_a_full_disk_leaves_all_old_ones() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    // Enough bad lines that the report is written out before the end.
    let text = [line("a", STORM), "{\n".repeat(5000)].join("\n");
    std::fs::write(place("n.jsonl"), text).unwrap();
    std::fs::write(place("c.csv"), "old").unwrap();
    let full = Path::new("/dev/full");
    for option in ["--rejects", "--pairs", "--unique", "--summary"] {
        let run = wirecopy(&[&place("n.jsonl"), &"-o", &place("c.csv"), &option, &full]);
        failed(&run, 1, "cannot write /dev/full: No space left on device");
        assert_eq!(
            std::fs::read_to_string(place("c.csv")).unwrap(),
            "old",
            "{option}"
        );
    }
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        2,
        "no temporary file is left"
    );
}

#[test]
fn two_outputs_never_share_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("n.jsonl"), line("a", STORM)).unwrap();
    let detour = folder.path().join(".").join("x.csv");
    let both = wirecopy(&[
        &place("n.jsonl"),
        &"-o",
        &place("x.csv"),
        &"--pairs",
        &detour,
    ]);
    failed(&both, 2, "two outputs would go to");
    #[cfg(unix)]
    {
        // A link to what is not there yet leads there.
        std::os::unix::fs::symlink("y.csv", place("link.csv")).unwrap();
        let linked = [place("link.csv"), place("y.csv")];
        for [one, other] in [[0, 1], [1, 0]] {
            let both = wirecopy(&[
                &place("n.jsonl"),
                &"-o",
                &linked[one],
                &"--pairs",
                &linked[other],
            ]);
            failed(&both, 2, "two outputs would go to");
        }
    }
    failed(
        &wirecopy(&[&place("n.jsonl"), &"--summary", &"-"]),
        2,
        "two outputs would go to standard output, where the clusters go without -o",
    );
    let summary = wirecopy(&[
        &place("n.jsonl"),
        &"-o",
        &place("c.csv"),
        &"--summary",
        &"-",
    ]);
    done(&summary);
    let summary: serde_json::Value = serde_json::from_slice(&summary.stdout).unwrap();
    assert_eq!(summary["input"]["articles"], 1);
}

#[test]
fn outputs_do_not_depend_on_threads() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("synthetic.jsonl");
    let options = wirecopy::synthetic::SyntheticOptions {
        articles: 3_000,
        variants_of_one_per_mille: 100,
        ..Default::default()
    };
    wirecopy::synthetic::write_jsonl(&options, &mut std::fs::File::create(&corpus).unwrap(), None)
        .unwrap();
    let run = |threads: &str| {
        let place = |name: &str| folder.path().join(format!("{name}{threads}"));
        done(&wirecopy(&[
            &corpus,
            &"--threads",
            &threads,
            &"-o",
            &place("c.csv"),
            &"--pairs",
            &place("p.csv"),
            &"--unique",
            &place("u.jsonl"),
            &"--all",
            &"-q",
        ]));
        ["c.csv", "p.csv", "u.jsonl"].map(|name| std::fs::read(place(name)).unwrap())
    };
    let (one, three) = (run("1"), run("3"));
    assert!(one == three);
    assert!(one.iter().all(|file| file.len() > 10_000));
}

#[test]
fn formats_and_fields_can_be_given() {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("dump.dat");
    std::fs::write(
        &dump,
        format!(
            "key\twords\twhere\n1\t{STORM}\thttps://a.example\n2\t{STORM}\thttps://b.example\n"
        ),
    )
    .unwrap();
    let run = |more: &[&str]| {
        let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&dump];
        arguments.extend(more.iter().map(|m| m as &dyn AsRef<std::ffi::OsStr>));
        wirecopy(&arguments)
    };
    failed(&run(&["--format", "tsv"]), 1, "key, where, words");
    let named = run(&[
        "--format",
        "tsv",
        "--text-field",
        "words",
        "--id-field",
        "key",
        "--url-field",
        "where",
    ]);
    done(&named);
    let said = String::from_utf8_lossy(&named.stdout).into_owned();
    assert!(
        said.contains(",1,,,,https://a.example,") && said.contains(",2,,,,https://b.example,"),
        "{said}"
    );
}

#[test]
fn options_of_the_other_rule_are_refused() {
    let news = fixture("news.jsonl");
    let dates = wirecopy(&[&news, &"--rule", &"plain", &"--window", &"5d"]);
    failed(&dates, 2, "--window belongs to the rule for news");
    let implied = wirecopy(&[&news, &"--threshold", &"0.8", &"--window", &"5d"]);
    failed(&implied, 2, "--window belongs to the rule for news");
    let similarity = wirecopy(&[&news, &"--rule", &"news", &"--threshold", &"0.8"]);
    failed(&similarity, 2, "belong to the plain rule");
    done(&wirecopy(&[&news, &"--window", &"none"]));
}

#[test]
fn a_folder_that_holds_reports_of_runs_is_read_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("news.jsonl");
    let texts = format!("{}\n{{\n{}\n", line("a", STORM), line("b", STORM));
    std::fs::write(&input, texts).unwrap();
    let place = |name: &str| folder.path().join(name);
    let (clusters, pairs, bad) = (place("c.csv"), place("p.csv.gz"), place("bad.csv"));
    let run = |pairs: &Path| {
        let path: &dyn AsRef<std::ffi::OsStr> = &folder.path();
        wirecopy(&[
            path,
            &"-o",
            &clusters,
            &"--pairs",
            &pairs,
            &"--rejects",
            &bad,
        ])
    };
    done(&run(&pairs));
    let before = [&clusters, &pairs, &bad].map(|path| std::fs::read(path).unwrap());
    assert_eq!(rows(&clusters).len(), 2);
    done(&run(&pairs));
    let after = [&clusters, &pairs, &bad].map(|path| std::fs::read(path).unwrap());
    assert_eq!(before, after);
    // Those of a run before, too, but nothing that is an input.
    done(&run(&place("q.csv")));
    failed(&run(&input), 2, "is an input and cannot be the output");
    assert!(std::fs::read_to_string(&input).unwrap().contains(STORM));
}

#[test]
fn unique_of_objects_on_lines_and_across_lines_has_one_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("1.jsonl"), line("a", STORM)).unwrap();
    let across = format!("{{\r\n  \"id\": \"b\",\n  \"text\": \"{WHEAT}\"\n}}");
    let rest = format!("{{ \"id\": \"c\", \"text\": \"{STORM} {WHEAT}\" }}");
    std::fs::write(place("2.json"), format!("[\n{across},\n{rest}\n]")).unwrap();
    std::fs::write(
        place("3.json"),
        across
            .replace("b", "b2")
            .replace(WHEAT, "Quite another text, of more than three words."),
    )
    .unwrap();
    let kept = place("kept.jsonl");
    done(&wirecopy(&[
        &place("1.jsonl"),
        &place("2.json"),
        &place("3.json"),
        &"-o",
        &place("o.csv"),
        &"--unique",
        &kept,
    ]));
    let written = std::fs::read_to_string(&kept).unwrap();
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines.len(), 4, "{written}");
    assert_eq!(lines[0], line("a", STORM).trim_end());
    assert_eq!(lines[1], across.replace(['\r', '\n'], " "));
    assert_eq!(lines[2], rest);
    let again = wirecopy(&[&kept, &"--all"]);
    done(&again);
    assert_eq!(String::from_utf8_lossy(&again.stdout).lines().count(), 5);
}

/// What a shell opened is written to, not replaced.
#[cfg(unix)]
#[test]
fn what_is_open_is_written_to_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("n.jsonl"),
        format!("{}\n{}\n", line("a", STORM), line("b", STORM)),
    )
    .unwrap();
    let shell = |script: &str| {
        let script = script.replace("WIRECOPY", PROGRAM);
        let mut command = Command::new("bash");
        let command = command.args(["-c", &script]).current_dir(folder.path());
        let ended = command.output().unwrap();
        done(&ended);
        String::from_utf8(ended.stdout).unwrap()
    };
    let run = "WIRECOPY cluster n.jsonl -q -o";
    let table = shell(&format!("{run} -"));
    assert_eq!(table.lines().count(), 3);
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        assert_eq!(shell(&format!("{run} {name}")), table, "{name}");
        let whole = shell(&format!(
            "echo before > out; (echo first; {run} {name}; echo last) >> out; cat out"
        ));
        assert_eq!(whole, format!("before\nfirst\n{table}last\n"), "{name}");
    }
    let pairs = shell(&format!(
        "echo log > log; {run} c.csv --pairs /dev/stderr 2>> log; cat log"
    ));
    assert!(pairs.starts_with("log\na,b,jaccard"), "{pairs}");
    assert_eq!(pairs.lines().count(), 3);
    let piped = shell(&format!("{run} >(cat > piped); sleep 0.2; cat piped"));
    assert_eq!(piped, table);
    let both = Command::new(PROGRAM)
        .args(["cluster", "n.jsonl", "-o", "/dev/stdout", "--pairs", "-"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    failed(&both, 2, "two outputs would go to standard output");
}
