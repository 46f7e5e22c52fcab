//! Bad files: empty, missing, cut off, damaged, or larger than memory.

use super::articles::{COPY, STORY, around, bomb, gzip, line, next, zstd};
use super::place::{Place, groups};
#[cfg(target_os = "linux")]
use super::process::with_peak;
use std::fs::{self, File};
use std::io::Write;

#[test]
fn empty_files_and_corpora() {
    let header = wirecopy::report::CLUSTER_COLUMNS.join(",") + "\r\n";
    let place = Place::new();
    for (name, content) in [
        ("e.jsonl", ""),
        ("e.json", " \n\n"),
        ("e.csv", ""),
        ("h.csv", "id,text\n"),
        ("e.json", "[]"),
        ("bom.jsonl", "\u{feff}"),
    ] {
        place.file(name, content);
        let done = place.cluster(&[name]);
        done.rejected(name, &[]);
        assert_eq!(String::from_utf8(done.csv).unwrap(), header, "{name}");
    }
    let done = place.cluster(&["e.jsonl", "e.json", "e.csv", "h.csv"]);
    assert_eq!(
        (done.code, done.csv),
        (Some(0), header.clone().into_bytes()),
        "{}",
        done.said
    );
    place.file("z.gz", gzip(b""));
    place.file("news.jsonl", around(""));
    // A text file is always one article, be it empty.
    place.file("t.txt", "");
    place.file("u.txt.gz", gzip(b" \n"));
    let done = place.cluster(&[
        "e.jsonl",
        "z.gz",
        "news.jsonl",
        "t.txt",
        "e.csv",
        "u.txt.gz",
    ]);
    assert_eq!(done.code, Some(0), "{}", done.said);
    for said in [
        "t.txt: the file holds no text\nu.txt.gz: the file holds no text\n",
        "2 records could",
    ] {
        assert!(done.said.contains(said), "{}", done.said);
    }
    assert_eq!(done.groups(), groups(&["a b"]));
    let done = place.feed(b"");
    assert_eq!(
        (done.code, done.csv.len()),
        (Some(0), header.len()),
        "{}",
        done.said
    );
}

#[test]
fn a_corpus_of_nothing_but_bad_records_is_an_error() {
    let place = Place::new();
    place.file("news.jsonl", "{\n[\n");
    place.file("out.csv", "old");
    let done = place.cluster(&["news.jsonl"]);
    done.failed(
        1,
        &[
            "news.jsonl:1: not valid JSON",
            "news.jsonl:2: ",
            "no record could be used (bad records: 2)",
        ],
    );
    assert_eq!(done.csv, b"old");
    let done = place.cluster(&["news.jsonl", "--rejects", "bad.csv"]);
    done.failed(1, &["no record could be used"]);
    assert_eq!(done.csv, b"old");
    let bad = fs::read_to_string(place.path("bad.csv")).unwrap();
    assert_eq!(bad.lines().count(), 3, "{bad}");
}

#[test]
fn missing_inputs() {
    let place = Place::new();
    place.file("news.jsonl", around(""));
    fs::create_dir_all(place.path("empty")).unwrap();
    place.file("pictures/a.png", "x");
    place.file("pictures/b.png", "x");
    for (input, parts) in [
        (
            "nws.jsonl",
            ["nws.jsonl: no such file or folder", "check the spelling"],
        ),
        (
            "empty",
            ["empty: no articles in this folder", "the folder is empty"],
        ),
        (
            "pictures",
            [
                "pictures: no articles in this folder",
                "and 1 more have other names",
            ],
        ),
        ("*.csv", ["*.csv: no file matches this pattern", "ls *.csv"]),
    ] {
        let done = place.cluster(&["news.jsonl", input]);
        done.failed(1, &parts);
        assert!(!place.path("out.csv").exists(), "{input}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_line_of_200_megabytes_is_not_held() {
    const LENGTH: u64 = 200 << 20;
    let place = Place::new();
    let path = place.file(
        "news.jsonl",
        format!("{}{{\"id\":\"x\",\"text\":\"", line("a", STORY)),
    );
    // A hole in the file: 200 MB that take no place on the disk.
    let mut file = File::options().append(true).open(&path).unwrap();
    file.set_len(file.metadata().unwrap().len() + LENGTH)
        .unwrap();
    file.write_all(format!("\"}}\n{}", line("b", COPY)).as_bytes())
        .unwrap();
    let mut command = place.command(&["news.jsonl", "--threads", "2"]);
    command.args(["-o", "out.csv"]);
    let (output, peak) = with_peak(command);
    let done = place.done(output);
    done.rejected("news.jsonl", &[":2: this record is longer than the limit of 16777216 bytes; raise it with --max-document"]);
    assert_eq!(done.groups(), groups(&["a b"]));
    assert!(peak < 100, "{peak} MiB");
}

#[cfg(target_os = "linux")]
#[test]
fn a_decompression_bomb_is_not_held() {
    for (name, pack) in [
        ("bomb.jsonl.gz", gzip as fn(&[u8]) -> _),
        ("bomb.jsonl.zst", zstd),
        // With a frame of nothing in front it is long enough to be read by all threads.
        ("long.jsonl.zst", zstd),
    ] {
        let place = Place::new();
        let mut packed = bomb(pack, 400);
        assert!(packed.len() < 4 << 20);
        if name.starts_with("long") {
            let nothing = vec![0; 2 << 20];
            let head = [&[0x50, 0x2a, 0x4d, 0x18, 0, 0, 0x20, 0][..], &nothing].concat();
            packed.splice(..0, head);
        }
        place.file(name, packed);
        let mut command = place.command(&[name, "--threads", "2"]);
        command.args(["-o", "out.csv"]);
        let (output, peak) = with_peak(command);
        let done = place.done(output);
        done.rejected(name, &[":2: this record is longer than the limit"]);
        assert_eq!(done.groups(), groups(&["a b"]));
        assert!(peak < 100, "{name}: {peak} MiB");
    }
}

/// The pair, then three megabytes of articles that do not compress well.
fn long_corpus() -> Vec<u8> {
    let mut corpus = around("");
    let mut state = 1u64;
    while corpus.len() < 3 << 20 {
        let words = (0..300).map(|_| format!("{:x} ", next(&mut state) >> 40));
        corpus.extend(line(&corpus.len().to_string(), &words.collect::<String>()).into_bytes());
    }
    corpus
}

#[test]
fn truncated_and_damaged_compressed_files() {
    let corpus = long_corpus();
    let records = corpus.iter().filter(|&&b| b == b'\n').count();
    for (name, kind, packed) in [
        ("news.jsonl.gz", "gzip", gzip(&corpus)),
        ("news.jsonl.zst", "zstd", zstd(&corpus)),
    ] {
        let place = Place::new();
        let half = &packed[..packed.len() / 2];
        let line_reached = |said: &str| -> usize {
            let line = said
                .lines()
                .find_map(|line| line.strip_prefix(&format!("{name}:")));
            line.unwrap().split(':').next().unwrap().parse().unwrap()
        };
        let done = place.rejects(name, half, &[":"]);
        let said = format!(
            "the {kind} data end too early, so the file is incomplete; whole records before that were used"
        );
        assert!(done.said.contains(&said), "{}", done.said);
        let reached = line_reached(&done.said);
        assert!(reached > records / 4 && reached < records, "{reached}");
        let used = format!("{} articles", reached - 1);
        assert!(done.said.contains(&used), "{used}: {}", done.said);

        let mut hurt = packed.clone();
        let middle = hurt.len() / 2;
        hurt[middle..middle + 60].fill(0xff);
        let done = place.cluster_file(name, &hurt);
        let said = format!("the {kind} data are damaged");
        assert!(
            done.said.contains(&said) || done.said.contains(" not valid "),
            "{}",
            done.said
        );
        assert_eq!(done.groups(), groups(&["a b"]));

        let done = place.cluster_file(name, &[&packed[..], b"rubbish after the end"].concat());
        done.rejected(
            name,
            &[&format!(":{}: the {kind} data are damaged", records + 1)],
        );
        assert_eq!(done.groups(), groups(&["a b"]));

        // The checksum at the end of a gzip file does not fit: nothing is taken back, but it is said.
        if kind == "gzip" {
            let mut hurt = packed.clone();
            let at = hurt.len() - 8;
            hurt[at] ^= 1;
            let done = place.cluster_file(name, &hurt);
            done.rejected(
                name,
                &[&format!(":{}: the gzip data are damaged", records + 1)],
            );
            assert_eq!(done.groups(), groups(&["a b"]));
        }

        // Nothing but the beginning of a header.
        let done = place.cluster_file(name, &packed[..5]);
        done.failed(
            1,
            &[
                &format!("{name}:1: the {kind} data end too early"),
                "no record could be used (bad records: 1)",
            ],
        );
    }
}

#[test]
fn csv_with_ragged_rows() {
    let rows = format!("id,title,text\na,t,\"{STORY}\"\nx,t\ny,t,text,more\n\nz\nb,t,\"{COPY}\"\n");
    Place::new().rejects(
        "news.csv",
        rows,
        &[
            ":3: this row has 2 fields and the header 3",
            ":4: this row has 4 fields and the header 3",
            ":6: this row has 1 fields and the header 3",
        ],
    );
}

#[test]
fn csv_with_an_unclosed_quote() {
    let rows = format!("id,text\na,\"{STORY}\"\nb,\"{COPY}\"\nc,\"never closed\nd,\n");
    Place::new().rejects(
        "news.csv",
        rows,
        &[":4: this row opens a quote that is not closed before the end of the file, which takes the line below with it"],
    );
    // A quote inside a field that began without one is text.
    let rows = format!(
        "id,text\na,{}\nb,5\" more than expected\n",
        STORY.replace(',', " \"")
    );
    let place = Place::new();
    let done = place.cluster_file("news.csv", rows.as_bytes());
    done.rejected("news.csv", &[]);
    assert!(done.said.contains("2 articles"), "{}", done.said);
}

#[test]
fn a_csv_header_beyond_the_limit_is_an_error_and_not_a_ragged_corpus() {
    let place = Place::new();
    place.file(
        "news.csv",
        format!(
            "id,\"{}\",text\na,x,{}\n",
            "h".repeat(5000),
            "word ".repeat(9)
        ),
    );
    place
        .cluster(&["news.csv", "--max-document", "1000"])
        .failed(
            1,
            &[
                "news.csv:1: this record is longer than the limit",
                "(it is the file's header)",
            ],
        );
}

#[test]
fn a_truncated_json_array() {
    let (a, b) = (line("a", STORY), line("b", COPY));
    let (a, b) = (a.trim(), b.trim());
    let place = Place::new();
    place.rejects(
        "news.json",
        format!("[{a},\n{b},\n{{\"id\":\"c\",\"te"),
        &[":3: not valid JSON: the value that starts here is not closed"],
    );
    place.rejects("news.json", format!("[{a},\n{b}\n"), &[":3: the JSON array is not closed before the end of the file; the elements before were used"]);
    place.rejects(
        "news.json",
        format!("[{a},\n{b}\n\"c\"]"),
        &[":3: the JSON array is broken here: a comma is missing"],
    );
    place.rejects(
        "news.json",
        format!("[{a},\n{{\"id\":\"c\",\"text\":\"never closed\n}},\n{b}]"),
        &[":2: not valid JSON"],
    );
    // Where nothing is lost, nothing is said.
    place.rejects_nothing("news.json", format!("[{a}\n{b}]"));
    place.rejects_nothing("news.json", format!("[{a}]\n[{b}]"));
}
