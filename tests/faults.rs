//! Drives the built program on bad input, bad disks, interrupts and input made to hurt. What is asked of every case: the
//! exit code, a message that says where and why, and that the good articles beside the bad ones are still clustered.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use wirecopy::progress::Silent;
use wirecopy::{Options, Run};

/// A story and a copy of it with one word changed: Jaccard similarity .87.
const STORY: &str = "The harbour of Port Vellan will stay closed until Thursday after a barge carrying gravel sank in the main \
    channel on Monday night, the port authority said, adding that no one was hurt and that divers would inspect the wreck at dawn.";
const COPY: &str = "The harbour of Port Vellan will stay closed until Friday after a barge carrying gravel sank in the main \
    channel on Monday night, the port authority said, adding that no one was hurt and that divers would inspect the wreck at dawn.";

/// A folder for one test; the program runs in it, so that messages show short names.
struct Place {
    folder: tempfile::TempDir,
    /// Temporary files go here.
    tmp: tempfile::TempDir,
}

struct Done {
    code: Option<i32>,
    said: String,
    csv: Vec<u8>,
}

type Groups = BTreeSet<BTreeSet<String>>;

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            tmp: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn names(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    fn temporary_files(&self) -> usize {
        fs::read_dir(self.tmp.path()).unwrap().count()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
        command
            .current_dir(self.folder.path())
            .env("TMPDIR", self.tmp.path())
            .arg("cluster")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// `wirecopy cluster ARGUMENTS -o out.csv`.
    fn cluster(&self, arguments: &[&str]) -> Done {
        let mut command = self.command(arguments);
        self.done(finish(command.args(["-o", "out.csv"]).spawn().unwrap()))
    }

    fn done(&self, output: Output) -> Done {
        let done = Done {
            code: output.status.code(),
            said: String::from_utf8(output.stderr).unwrap(),
            csv: fs::read(self.path("out.csv")).unwrap_or_default(),
        };
        assert!(!done.said.contains("panicked"), "{}", done.said);
        assert_eq!(self.temporary_files(), 0, "temporary files are left");
        done
    }

    /// Runs on one file and expects these rejects, in this order, and the pair `a` and `b` in the output.
    fn rejects(&self, name: &str, content: impl AsRef<[u8]>, rejects: &[&str]) -> Done {
        self.file(name, content);
        let done = self.cluster(&[name]);
        done.rejected(name, rejects);
        assert_eq!(done.groups(), groups(&["a b"]), "{}", done.said);
        done
    }
}

impl Done {
    fn rejected(&self, name: &str, rejects: &[&str]) {
        assert_eq!(self.code, Some(0), "{}", self.said);
        let lines: Vec<&str> = self
            .said
            .lines()
            .filter(|line| line.starts_with(name) && line.contains(": "))
            .collect();
        assert_eq!(lines.len(), rejects.len(), "{}", self.said);
        for (line, reject) in lines.iter().zip(rejects) {
            assert!(
                line.starts_with(&format!("{name}{reject}")),
                "{line}, not {reject}"
            );
        }
        let counted = format!("{} record", rejects.len());
        let says = |line: &str| line.starts_with(&counted) && line.contains("could not be used");
        assert_eq!(
            self.said.lines().any(says),
            !rejects.is_empty(),
            "{}",
            self.said
        );
    }

    /// Expects failure, and this in the message.
    fn failed(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.said);
        for part in parts {
            assert!(self.said.contains(part), "{}: no {part}", self.said);
        }
    }

    fn groups(&self) -> Groups {
        let mut sets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in self.rows() {
            let new = sets
                .entry(row["cluster_id"].clone())
                .or_default()
                .insert(row["id"].clone());
            assert!(new, "an id stands twice in a cluster");
        }
        sets.into_values().collect()
    }

    fn rows(&self) -> Vec<HashMap<String, String>> {
        let mut reader = csv::Reader::from_reader(self.csv.as_slice());
        reader.deserialize().map(|row| row.unwrap()).collect()
    }
}

/// Groups of ids, each group as `"a b c"`.
fn groups(groups: &[&str]) -> Groups {
    let ids = |group: &&str| group.split(' ').map(str::to_owned).collect();
    groups.iter().map(ids).collect()
}

fn line(id: &str, text: &str) -> String {
    format!("{}\n", serde_json::json!({ "id": id, "text": text }))
}

/// The pair that every run must find, with `between` between its articles.
fn around(between: impl AsRef<[u8]>) -> Vec<u8> {
    [
        line("a", STORY).as_bytes(),
        between.as_ref(),
        line("b", COPY).as_bytes(),
    ]
    .concat()
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn zstd(data: &[u8]) -> Vec<u8> {
    zstd::encode_all(data, 1).unwrap()
}

/// A compressed file whose middle line is `megabytes` long and costs next to nothing to make: gzip and zstd files
/// may be put one behind the other.
fn bomb(pack: fn(&[u8]) -> Vec<u8>, megabytes: usize) -> Vec<u8> {
    let piece = pack(&vec![b'a'; 8 << 20]);
    let mut packed = pack(format!("{}{{\"id\":\"x\",\"text\":\"", line("a", STORY)).as_bytes());
    packed.extend(piece.repeat(megabytes / 8));
    packed.extend(pack(format!("\"}}\n{}", line("b", COPY)).as_bytes()));
    packed
}

/// So long that a run over it is always caught in its middle: about 100 GB decompressed.
fn endless() -> Vec<u8> {
    bomb(zstd, 100_000)
}

/// Waits for a condition for at most half a minute.
fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits for the end of a run, but no more than half a minute. What it says fits the pipes.
fn finish(mut child: Child) -> Output {
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("the run does not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().unwrap()
}

fn signal(child: &Child, name: &str) {
    let kill = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
}

/// What a run gives and the most memory that it held at once, in MiB.
#[cfg(target_os = "linux")]
fn with_peak(mut command: Command) -> (Output, u64) {
    let child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    // The kernel keeps the peak, so that only what the last two milliseconds of a run add goes unseen.
    let watch = std::thread::spawn(move || {
        let mut peak = 0;
        loop {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            // A process that has ended holds no memory.
            let Some(kilobytes) = line.and_then(|line| line.trim().strip_suffix(" kB")) else {
                return peak;
            };
            peak = peak.max(kilobytes.parse::<u64>().unwrap() / 1024);
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    let output = finish(child);
    let peak = watch.join().unwrap();
    assert!(peak > 0, "the peak was not seen");
    (output, peak)
}

// Bad records.

#[test]
fn a_broken_json_line() {
    let broken =
        "{\"id\":\"x\",\"text\":\"cut off\n{'id': 1}\n[1, 2]\n\"text\"\n{\"text\":\"x\"} {}\n";
    Place::new().rejects(
        "news.jsonl",
        around(broken),
        &[
            ":2: not valid JSON: ",
            ":3: not valid JSON: a key in quotes is missing at column 2",
            ":4: a record must be a JSON object {...}",
            ":5: a record must be a JSON object {...}",
            ":6: not valid JSON: something after the end of the object at column 14",
        ],
    );
}

#[test]
fn a_line_that_ends_too_early_is_broken_at_its_end() {
    let done = Place::new().rejects(
        "news.jsonl",
        around("{\"id\":\"x\",\"text\":[\"y\"\r\n"),
        &[":2: not valid JSON: "],
    );
    assert!(done.said.contains(" at column 22\n"), "{}", done.said);
}

#[test]
fn a_line_without_text() {
    let without = "{\"id\":\"x\"}\n{\"id\":\"y\",\"text\":null}\n{\"text\":\" \\n\\t\"}\n\n{\"text\":\"\"}\n{\"text\":\"— … !\"}\n{}\n";
    let missing = "the text is missing or blank";
    Place::new().rejects(
        "news.jsonl",
        around(without),
        &[
            &format!(":2: {missing}"),
            &format!(":3: {missing}"),
            &format!(":4: {missing}"),
            &format!(":6: {missing}"),
            ":7: the text holds no words",
            &format!(":8: {missing}"),
        ],
    );
}

#[test]
fn a_wrong_type_in_a_field() {
    let wrong = "{\"id\":\"x\",\"text\":17}\n{\"id\":\"y\",\"text\":{\"de\":\"x\"}}\n{\"id\":\"z\",\"text\":[1]}\n";
    Place::new().rejects(
        "news.jsonl",
        around(wrong),
        &[
            ":2: the field \"text\" holds a number instead of a text",
            ":3: the field \"text\" holds an object instead of a text",
            ":4: the field \"text\" holds a list with something else than strings in it instead of a text",
        ],
    );
}

#[test]
fn a_wrong_type_beside_the_text_costs_no_article() {
    let place = Place::new();
    let odd = serde_json::json!({ "id": "c", "text": STORY, "title": {"en": "x"}, "url": [], "published": {}, "source": false });
    let done = place.rejects_nothing("news.jsonl", around(format!("{odd}\n")));
    assert_eq!(done.groups(), groups(&["a b c"]));
    let odd = serde_json::json!({ "id": ["c", "d"], "text": STORY });
    let done = place.rejects_nothing("news.jsonl", around(format!("{odd}\n")));
    assert_eq!(done.groups(), groups(&["a b news.jsonl:2"]));
}

#[test]
fn a_date_that_cannot_be_read_is_said_and_costs_no_article() {
    let place = Place::new();
    let dated = |id: &str, date: &str| {
        let record = serde_json::json!({ "id": id, "text": STORY, "published": date });
        format!("{record}\n")
    };
    let records = [
        dated("c", "2026-03-01"),
        dated("d", " "),
        dated("e", "soon"),
        dated("f", "2026-13-01\u{1b}"),
    ];
    let go = |between: String| {
        place.file("news.jsonl", around(between));
        place.cluster(&["news.jsonl"])
    };
    let done = go(records.concat());
    assert_eq!(done.groups(), groups(&["a b c d e f"]));
    let said = "2 articles have dates that cannot be read, and count as undated, first news.jsonl:4 \"soon\".";
    assert!(done.said.replace('\n', " ").contains(said), "{}", done.said);
    let done = go(records[3..].concat());
    let said = "1 article has a date that cannot be read, and counts as undated: news.jsonl:2";
    assert!(done.said.replace('\n', " ").contains(said), "{}", done.said);
    assert!(!done.said.contains('\u{1b}'), "{}", done.said);
}

#[test]
fn invalid_utf8() {
    let bytes = [
        b"{\"id\":\"x\",\"text\":\"caf\xe9 in latin-1\"}\n",
        &b"\xff\xfe\n"[..],
    ]
    .concat();
    let place = Place::new();
    let done = place.rejects(
        "news.jsonl",
        around(bytes),
        &[
            ":2: not valid UTF-8: byte 0xe9",
            ":3: not valid UTF-8: byte 0xff",
        ],
    );
    let at = line("a", STORY).len() + 22;
    let place = format!("byte 0xe9 at byte {at} of the file");
    assert!(done.said.contains(&place), "{} {place}", done.said);
    assert!(done.said.contains("iconv"), "{}", done.said);

    let place = Place::new();
    place.rejects(
        "news.csv",
        [
            format!("id,text\na,\"{STORY}\"\nx,caf").as_bytes(),
            b"\xe9\n",
            format!("b,\"{COPY}\"\n").as_bytes(),
        ]
        .concat(),
        &[":3: not valid UTF-8: byte 0xe9"],
    );
}

#[test]
fn utf16_is_named_as_such() {
    let place = Place::new();
    let wide: Vec<u8> = line("x", STORY)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    place.file("wide.jsonl", [&b"\xff\xfe"[..], &wide].concat());
    place.file("news.jsonl", around(""));
    let done = place.cluster(&["wide.jsonl", "news.jsonl"]);
    done.rejected("wide.jsonl", &[": the file is in UTF-16, not in UTF-8"]);
    assert_eq!(done.groups(), groups(&["a b"]));
}

impl Place {
    fn rejects_nothing(&self, name: &str, content: impl AsRef<[u8]>) -> Done {
        self.file(name, content);
        let done = self.cluster(&[name]);
        done.rejected(name, &[]);
        done
    }
}

/// The pair in every format.
fn formats(line_end: &str) -> Vec<(&'static str, String)> {
    let object = |id, text| serde_json::json!({ "id": id, "text": text });
    let rows = |separator: &str| {
        let row = |id, text| format!("{id}{separator}\"{text}\"{line_end}");
        format!(
            "id{separator}text{line_end}{}{}",
            row("a", STORY),
            row("b", COPY)
        )
    };
    vec![
        (
            "news.jsonl",
            around("")
                .iter()
                .map(|&b| b as char)
                .collect::<String>()
                .replace('\n', line_end),
        ),
        (
            "news.json",
            format!(
                "[{line_end}{},{line_end}{}{line_end}]{line_end}",
                object("a", STORY),
                object("b", COPY)
            ),
        ),
        ("news.csv", rows(",")),
        ("news.tsv", rows("\t")),
    ]
}

#[test]
fn a_byte_order_mark() {
    for (name, content) in formats("\n") {
        let done = Place::new().rejects_nothing(name, format!("\u{feff}{content}"));
        assert_eq!(done.groups(), groups(&["a b"]), "{name}");
    }
    let place = Place::new();
    place.file("a.txt", format!("\u{feff}{STORY}"));
    place.file("b.txt", STORY);
    let done = place.cluster(&["a.txt", "b.txt"]);
    assert_eq!(done.groups(), groups(&["a.txt b.txt"]), "{}", done.said);
    // It is no part of the first word.
    assert!(done.rows().iter().all(|row| row["jaccard"] == "1.0000"));
}

#[test]
fn windows_line_ends() {
    for (name, content) in formats("\r\n") {
        let done = Place::new().rejects_nothing(name, &content);
        assert_eq!(done.groups(), groups(&["a b"]), "{name}");
        let lines: Vec<String> = done.rows().iter().map(|row| row["line"].clone()).collect();
        let wanted = if name == "news.jsonl" {
            ["1", "2"]
        } else {
            ["2", "3"]
        };
        assert_eq!(lines, wanted, "{name}");
    }
    let place = Place::new();
    place.file("a.txt", format!("Harbour closed\r\n\r\n{STORY}\r\n"));
    place.file("b.txt", format!("Harbour closed\n\n{STORY}\n"));
    let done = place.cluster(&["a.txt", "b.txt"]);
    assert_eq!(done.groups(), groups(&["a.txt b.txt"]), "{}", done.said);
    assert!(
        done.rows()
            .iter()
            .all(|row| row["title"] == "Harbour closed")
    );
}

#[test]
fn nul_bytes() {
    // Raw ones are no JSON; escaped ones are as good as any character, in a text as in an id.
    let raw = "{\"id\":\"x\",\"text\":\"a\0b\"}\n\0\n";
    let escaped = STORY.replace(' ', "\\u0000");
    let content = around(format!(
        "{raw}{{\"id\":\"c\\u0000d\",\"text\":\"{escaped}\"}}\n"
    ));
    let place = Place::new();
    place.file("news.jsonl", content);
    let done = place.cluster(&["news.jsonl"]);
    done.rejected(
        "news.jsonl",
        &[":2: not valid JSON: ", ":3: not valid JSON: "],
    );
    assert_eq!(done.groups(), groups(&["a b c\0d"]));

    let nul = STORY.replacen(' ', "\0", 3);
    let place = Place::new();
    let done = place.rejects_nothing(
        "news.csv",
        format!("id,text\na,\"{STORY}\"\nb\0,\"{nul}\"\n"),
    );
    assert_eq!(done.groups(), groups(&["a b\0"]));
    place.file("a.txt", STORY);
    place.file("b.txt", nul);
    let done = place.cluster(&["a.txt", "b.txt"]);
    assert_eq!(done.groups(), groups(&["a.txt b.txt"]), "{}", done.said);
}

#[test]
fn duplicate_ids_keep_both_articles() {
    let place = Place::new();
    place.file(
        "news.jsonl",
        [line("a", STORY), line("a", COPY), line("b", COPY)].concat(),
    );
    let done = place.cluster(&["news.jsonl"]);
    assert_eq!(done.code, Some(0), "{}", done.said);
    let found: Vec<(String, String)> = done
        .rows()
        .iter()
        .map(|r| (r["id"].clone(), r["line"].clone()))
        .collect();
    let wanted =
        [("a", "1"), ("a", "2"), ("b", "3")].map(|(id, line)| (id.to_owned(), line.to_owned()));
    assert_eq!(found, wanted);
}

#[test]
fn nested_beyond_all_measure() {
    const DEEP: usize = 500_000;
    let (open, close) = ("[".repeat(DEEP), "]".repeat(DEEP));
    let objects = format!("{}1{}", "{\"a\":".repeat(DEEP), "}".repeat(DEEP));
    let lines = format!(
        "{{\"id\":\"x\",\"text\":{open}\n{{\"id\":\"y\",\"text\":{open}{close}}}\n{{\"id\":\"c\",\"deep\":{objects},\"text\":{STORY:?}}}\n{open}{close}\n"
    );
    let place = Place::new();
    place.file("news.jsonl", around(lines));
    let done = place.cluster(&["news.jsonl"]);
    done.rejected(
        "news.jsonl",
        &[
            ":2: not valid JSON: ",
            ":3: the field \"text\" holds a list with something else than strings in it",
            ":5: a record must be a JSON object {...}",
        ],
    );
    assert_eq!(done.groups(), groups(&["a b c"]));

    let array = format!(
        "[{},\n{open}{close},\n{}]",
        line("a", STORY).trim(),
        line("b", COPY).trim()
    );
    Place::new().rejects(
        "news.json",
        array,
        &[":2: a record must be a JSON object {...}"],
    );
}

// Bad files.

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
    let done = feed(&place, b"");
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

/// SplitMix64 (Steele, Lea, Flood 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
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

impl Place {
    fn cluster_file(&self, name: &str, content: &[u8]) -> Done {
        self.file(name, content);
        self.cluster(&[name])
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

// Outputs.

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
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
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
            .args(["-c", script, env!("CARGO_BIN_EXE_wirecopy"), "cluster"])
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
    done.failed(1, &["cannot write ", "wirecopy-input-", "File too large"]);
    assert_eq!(done.csv, b"old");
    assert_eq!(place.names(), before);
}

// Interrupts.

/// Starts a run that would take minutes, and waits until it is in the middle of it.
fn in_the_middle(place: &Place) -> Child {
    place.file("news.jsonl.zst", endless());
    place.file("out.csv", "old");
    let child = place
        .command(&["news.jsonl.zst", "--max-document", "4096", "-o", "out.csv"])
        .spawn()
        .unwrap();
    wait_for("the output is begun", || {
        place
            .names()
            .iter()
            .any(|name| name.starts_with(".wirecopy-"))
    });
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
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    assert_eq!(fs::read(place.path("out.csv")).unwrap(), b"old");
    let left: BTreeSet<String> = place.names();
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(
        left.iter().all(|name| name.starts_with(".wirecopy-")
            || ["out.csv", "news.jsonl.zst"].contains(&name.as_str())),
        "{left:?}"
    );
    // The next run passes over what is left, even with the folder as its input.
    fs::remove_file(place.path("out.csv")).unwrap();
    place.file("news.jsonl.zst", zstd(&around("")));
    let done = place.cluster(&["."]);
    assert_eq!(done.code, Some(0), "{}", done.said);
    assert_eq!(done.groups(), groups(&["a b"]));
}

// Inputs of other kinds.

fn feed(place: &Place, content: &[u8]) -> Done {
    let mut child = place
        .command(&["-", "-o", "out.csv"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(content).unwrap();
    place.done(finish(child))
}

#[test]
fn standard_input() {
    let rows = format!("id,text\na,\"{STORY}\"\nb,\"{COPY}\"\n").into_bytes();
    for content in [around(""), gzip(&around("")), zstd(&rows), rows] {
        let place = Place::new();
        let done = feed(&place, &content);
        done.rejected("-", &[]);
        assert_eq!(done.groups(), groups(&["a b"]));
        assert!(done.rows().iter().all(|row| row["file"] == "-"));
    }
    let done = feed(&Place::new(), &around("{broken\n"));
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
    let here = || fs::read_dir(place.path("here")).unwrap().count();
    wait_for("the copy of the input is begun", || here() > 0);
    let mut input = child.stdin.take().unwrap();
    input.write_all(&around("")).unwrap();
    drop(input);
    assert!(finish(child).status.success());
    assert_eq!(here(), 0);
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
        wait_for("the copy of the input is begun", || {
            place.temporary_files() > 0
        });
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

// Input made to collide. Work is counted, not timed.

fn run(texts: &[String]) -> (Run, Vec<Vec<u32>>) {
    let place = Place::new();
    let lines: String = texts
        .iter()
        .enumerate()
        .map(|(id, text)| line(&id.to_string(), text))
        .collect();
    let path = place.file("news.jsonl", lines);
    let run = wirecopy::cluster(&[path], &Options::default(), &Silent).unwrap();
    assert_eq!(run.fingerprints.rows.len(), texts.len());
    let members = |cluster: &wirecopy::cluster::Cluster| {
        let mut members: Vec<u32> = cluster
            .members
            .iter()
            .map(|member| member.article)
            .collect();
        members.sort_unstable();
        members
    };
    let mut clusters: Vec<Vec<u32>> = run.clusters.iter().map(members).collect();
    clusters.sort();
    (run, clusters)
}

/// Runs on `count` and twice as many texts, and expects that the work grows with their number and not with its square.
fn linear(count: usize, text: impl Fn(usize) -> String) -> [Vec<Vec<u32>>; 2] {
    let runs = [count, 2 * count].map(|count| run(&(0..count).map(&text).collect::<Vec<_>>()));
    let [once, twice] = [&runs[0].0, &runs[1].0].map(|run| run.candidates.proposed);
    assert!(twice <= once * 5 / 2 + 100, "{once} and {twice} candidates");
    // 64 bands, buckets of 64 at most: what the design allows for each article.
    assert!(twice < 2 * count as u64 * 1_000, "{twice} candidates");
    runs.map(|(_, clusters)| clusters)
}

fn words(state: &mut u64, count: usize) -> String {
    (0..count)
        .map(|_| format!(" w{:x}", next(state) >> 24))
        .collect()
}

#[test]
fn thousands_of_equal_texts() {
    let [once, twice] = linear(2_000, |_| STORY.to_owned());
    assert_eq!(once, [(0..2_000).collect::<Vec<u32>>()]);
    assert_eq!(twice, [(0..4_000).collect::<Vec<u32>>()]);
}

#[test]
fn equal_words_in_other_dress() {
    let dress = |n: usize| {
        let text = if n.is_multiple_of(3) {
            STORY.to_uppercase()
        } else {
            STORY.to_owned()
        };
        text.replacen(' ', [", ", " - ", "\n\n", " “", "… "][n % 5], n % 31)
    };
    let [once, _] = linear(1_000, dress);
    assert_eq!(once, [(0..1_000).collect::<Vec<u32>>()]);
}

#[test]
fn boilerplate_of_fifty_words_brings_no_strangers_together_and_hides_no_copy() {
    let mut state = 5;
    let boilerplate = words(&mut state, 50);
    // Articles 7 and 900 are copies of one another, all others strangers.
    let text = |n: usize| {
        let mut state = if n == 900 { 7 } else { n as u64 };
        format!(
            "{boilerplate}{}{}",
            words(&mut state, 120),
            if n == 900 { " end" } else { "" }
        )
    };
    for clusters in linear(1_000, text) {
        assert_eq!(clusters, [[7, 900]]);
    }
}

#[test]
fn one_word_a_hundred_thousand_times() {
    let spam = |n: usize| "spam ".repeat(n);
    let texts = [
        spam(100_000),
        spam(99_999),
        "eggs ".repeat(100_000),
        spam(3),
        STORY.to_owned(),
        spam(2),
        "eggs, eggs ".repeat(40_000),
        spam(1),
    ];
    // Three words or more have the same single shingle; fewer have none, and equal only themselves.
    assert_eq!(run(&texts).1, [vec![0, 1, 3], vec![2, 6]]);
}

/// A text that loses a learnt line is so short that its title counts, and that is longer than two bytes can tell.
#[test]
fn a_title_of_seventy_thousand_words() {
    let place = Place::new();
    let title = "more ".repeat(70_000);
    let article = |n: usize, title: &str| {
        let words: Vec<String> = (0..45).map(|at| format!("quay{n}breakwater{at}")).collect();
        let tail = "Write to the harbour desk at the old customs house on the quay";
        format!(
            r#"{{"id":"{n}","source":"Vellan Post","title":"{title}","text":"{}.\n\n{tail}"}}"#,
            words.join(" ")
        )
    };
    let mut lines: Vec<String> = (1..40).map(|n| article(n, "")).collect();
    lines.extend([article(0, &title), article(0, &title)]);
    place.file("news.jsonl", lines.join("\n"));
    let done = place.cluster(&["news.jsonl", "--summary", "run.json"]);
    assert_eq!(done.code, Some(0), "{}", done.said);
    let summary = fs::read_to_string(place.path("run.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    // It was learnt and taken off, or nothing of this would be tested.
    assert_eq!(summary["furniture"]["learnt_lines"], 1, "{summary}");
    assert_eq!(summary["found"]["exact_duplicates"], 1, "{summary}");
}

#[test]
fn fewer_words_than_a_shingle() {
    let [once, twice] = linear(1_000, |n| match n % 10 {
        0 => "Breaking news".to_owned(),
        1 => "BREAKING".to_owned(),
        _ => format!("w{n} report"),
    });
    for (clusters, count) in [(once, 1_000), (twice, 2_000)] {
        let wanted: Vec<Vec<u32>> = [0, 1]
            .map(|start| (start..count).step_by(10).collect())
            .to_vec();
        assert_eq!(clusters, wanted);
    }
}

/// Components of the accepted pairs of all pairs.
fn naive_clusters(texts: &[String]) -> Vec<Vec<u32>> {
    let sets: Vec<HashSet<Vec<&str>>> = texts
        .iter()
        .map(|text| {
            let words: Vec<&str> = text.split_whitespace().collect();
            words.windows(3).map(<[&str]>::to_vec).collect()
        })
        .collect();
    let mut component: Vec<usize> = (0..texts.len()).collect();
    for a in 0..texts.len() {
        for b in a + 1..texts.len() {
            let shared = sets[a].intersection(&sets[b]).count() as f64;
            let union = (sets[a].len() + sets[b].len()) as f64 - shared;
            // The rule for very short articles; these have no figures.
            if shared / union >= 0.8 {
                let (from, to) = (component[b], component[a]);
                component
                    .iter_mut()
                    .filter(|c| **c == from)
                    .for_each(|c| *c = to);
            }
        }
    }
    let mut clusters: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for (article, component) in component.into_iter().enumerate() {
        clusters.entry(component).or_default().push(article as u32);
    }
    let mut clusters: Vec<Vec<u32>> = clusters.into_values().filter(|c| c.len() > 1).collect();
    clusters.sort();
    clusters
}

#[test]
fn texts_of_few_shingles_share_bands_all_over() {
    // Eight words out of three: 27 shingles in all, six of them an article, so that hundreds share any band.
    let text = |n: usize| {
        let mut state = n as u64;
        let mut word = |_| ["rain ", "wind ", "snow "][(next(&mut state) % 3) as usize];
        (0..8).map(&mut word).collect::<String>()
    };
    let [once, _] = linear(1_000, text);
    let texts: Vec<String> = (0..1_000).map(text).collect();
    assert_eq!(once, naive_clusters(&texts));
}

#[test]
fn articles_that_share_half_their_shingles_with_a_crowd() {
    // Families of four with a common half and an own half: many agree on any band, few are copies.
    let mut state = u64::MAX;
    let common = words(&mut state, 60);
    let text = |n: usize| {
        let mut own = (n / 4) as u64;
        let mut edit = 1_000_000 + n as u64;
        format!("{common}{}{}", words(&mut own, 60), words(&mut edit, 2))
    };
    for (clusters, families) in linear(600, text).iter().zip([150, 300]) {
        let family = |n: u32| (4 * n..4 * n + 4).collect();
        assert_eq!(
            *clusters,
            (0..families).map(family).collect::<Vec<Vec<u32>>>()
        );
    }
}

// Cells.

#[test]
fn hostile_ids_titles_and_urls_come_back_from_the_csv() {
    let hostile = [
        "plain",
        "a,b",
        "a;b\tc",
        "say \"so\"",
        "\"",
        "\"\"",
        "'",
        "two\nlines",
        "two\r\nlines",
        "\r",
        "lone\rreturn",
        "=1+1",
        "+1",
        "-1",
        "-x",
        "@SUM(A1)",
        "\tx",
        "\nx",
        " x ",
        "=HYPERLINK(\"http://evil\",\"x\")",
        "ü – 漢字 🦀",
        "nul\0nul",
        "\u{feff}mark",
        "#comment",
        "\\",
        "\\N",
        "null",
        "00012",
        "1e5",
        "\u{1b}[31m",
        "a\u{202e}b",
    ];
    let place = Place::new();
    let object = |text: &str| serde_json::json!({ "id": text, "title": text, "source": text, "url": text, "published": text, "text": STORY });
    let lines: String = hostile
        .iter()
        .map(|text| format!("{}\n", object(text)))
        .collect();
    let done = place.rejects_nothing("news.jsonl", lines);
    // "\r" and the like are blank: such an id gives way to file and line, such a title is none.
    let blank = |text: &str| text.trim().is_empty();
    let rows = done.rows();
    let found: Vec<(String, String)> = rows
        .iter()
        .map(|row| (row["line"].clone(), row["id"].clone()))
        .collect();
    let mut found: BTreeMap<usize, String> = found
        .into_iter()
        .map(|(line, id)| (line.parse().unwrap(), id))
        .collect();
    assert_eq!(found.len(), hostile.len());
    let ids: BTreeSet<&str> = rows.iter().map(|row| row["id"].as_str()).collect();
    for row in &rows {
        let at: usize = row["line"].parse().unwrap();
        let text = hostile[at - 1];
        let id = found.remove(&at).unwrap();
        if blank(text) {
            assert_eq!(
                (id, row["title"].as_str(), row["url"].as_str()),
                (format!("news.jsonl:{at}"), "", "")
            );
            continue;
        }
        assert_eq!(id, text);
        assert_eq!(row["url"], text);
        let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
            && text.parse::<i64>().is_err();
        let shown = if formula {
            format!("'{text}")
        } else {
            text.to_owned()
        };
        for column in ["title", "source", "published"] {
            assert_eq!(row[column], shown, "{column}");
        }
        assert!(ids.contains(row["matched_id"].as_str()));
    }
    // What is printed cannot steer the terminal.
    assert!(
        !done.said.contains(['\u{1b}', '\0', '\r']),
        "{:?}",
        done.said
    );
}

#[test]
fn field_names_and_files_that_would_steer_the_terminal() {
    let place = Place::new();
    place.file("news.jsonl", "{\"\\u001b[2Jbody\\u0007\":\"x\"}\n");
    let done = place.cluster(&["news.jsonl"]);
    done.failed(1, &["--text-field", "\\u{1b}[2Jbody\\u{7}"]);
    assert!(!done.said.contains(['\u{1b}', '\u{7}']), "{:?}", done.said);
}
