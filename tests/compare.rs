//! `wirecopy compare`, driven on the fixtures and on files of its own.

mod common;

use common::PROGRAM;
use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, arguments: &str) -> Output {
    Command::new(PROGRAM)
        .args(arguments.split(' '))
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .output()
        .expect("the program was built for this test")
}

fn fixtures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn shown(folder: &Path, arguments: &str) -> String {
    let done = run(folder, arguments);
    assert_eq!(
        done.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap()
}

fn snapshot(name: &str, shown: String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

const PORT: &str =
    "The port of Nordvik was closed for two days after a ferry hit the mole on Friday night.";
const RAIN: &str =
    "Rain is expected in the northern valleys, and on the coast by Sunday night, forecasters said.";
const VOTE: &str =
    "Council members voted nine to four for a new bridge over the river Aldous on Thursday.";

fn edited() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let a = format!("{PORT}\n\n{RAIN}\n\n{VOTE}\n");
    let b = format!(
        "{RAIN}\n\n{}\n\n{PORT}\n",
        VOTE.replace("nine to four", "eight to five")
    );
    std::fs::write(folder.path().join("a.txt"), a).unwrap();
    std::fs::write(folder.path().join("b.txt"), b).unwrap();
    folder
}

/// Two texts of long paragraphs, one of which was moved.
fn long() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let paragraph = |of: &str| -> String {
        let sentence =
            |day| format!("On day {day} the {of} of Nordvik was told that it had to wait. ");
        (1..=9).map(sentence).collect()
    };
    let [port, bank, mayor] = ["port", "bank", "mayor"].map(paragraph);
    let a = format!("{port}\n\n{bank}\n\n{mayor}\n");
    let b = format!("{bank}\n\n{mayor}\n\n{port}\n");
    std::fs::write(folder.path().join("a.txt"), a).unwrap();
    std::fs::write(folder.path().join("b.txt"), b).unwrap();
    folder
}

#[test]
fn the_views() {
    let (edited, long) = (edited(), long());
    for (name, folder, arguments) in [
        ("cut", fixtures(), "fx-001 fx-007 --corpus news.jsonl"),
        ("moved", edited.path().to_path_buf(), "a.txt b.txt"),
        ("strangers", fixtures(), "fx-001 fx-002 --corpus news.jsonl"),
        (
            "several",
            fixtures(),
            "fx-001 fx-007 fx-011 --corpus news.jsonl",
        ),
        ("folded", long.path().to_path_buf(), "a.txt b.txt"),
    ] {
        for width in [80, 140] {
            for color in ["never", "always"] {
                let arguments = format!("compare {arguments} --width {width} --color {color}");
                let out = shown(&folder, &arguments);
                for line in out.lines() {
                    assert!(console::measure_text_width(line) <= width, "{line}");
                }
                snapshot(
                    &format!("compare_{name}_{width}_{color}"),
                    out.escape_debug().to_string().replace("\\n", "\n"),
                );
            }
        }
    }
}

/// Articles in a script without spaces, with an address as long as a line for an id.
fn without_spaces() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let sentence = "海底电缆的修复工作将于周三开始，预计需要两周时间。";
    for (name, word) in [("a", "红"), ("b", "蓝"), ("c", "绿")] {
        let record = serde_json::json!({
            "id": format!("https://www.outlet.example/news/2024/03/04/{name}/the-cable-is-to-be-repaired-from-wednesday-on"),
            "title": sentence, "source": "outlet.example", "published": "2024-03-04",
            "text": format!("{}{word}{}\n\nShare this article", sentence.repeat(6), sentence.repeat(6)),
        });
        let path = folder.path().join(name).with_extension("jsonl");
        std::fs::write(path, record.to_string() + "\n").unwrap();
    }
    folder
}

#[test]
fn no_line_is_longer_than_the_terminal_is_wide() {
    let (edited, without_spaces) = (edited(), without_spaces());
    let many = (1..=20)
        .map(|at| format!("fx-0{at:02} "))
        .collect::<String>();
    for (folder, arguments) in [
        (without_spaces.path(), "a.jsonl b.jsonl"),
        (without_spaces.path(), "a.jsonl b.jsonl c.jsonl"),
        (edited.path(), "a.txt b.txt --full"),
        (&fixtures(), "fx-001 fx-013 --corpus news.jsonl"),
        (&fixtures(), &format!("{many}--corpus news.jsonl --alone")),
    ] {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        let all = letters(&shown(folder, &format!("compare {arguments} --width 1000")));
        for width in [20, 30, 44, 80] {
            let out = shown(folder, &format!("compare {arguments} --width {width}"));
            for line in out.lines() {
                assert!(
                    console::measure_text_width(line) <= width,
                    "{width}: {line}"
                );
            }
            // Only what the page puts around a text is cut.
            assert!(letters(&out) + 200 > all, "{width}: {out}");
        }
    }
}

#[test]
fn on_thirty_columns() {
    let folder = without_spaces();
    let mut all = String::new();
    for (folder, arguments) in [
        (folder.path(), "a.jsonl b.jsonl"),
        (
            &fixtures(),
            "fx-001 fx-007 fx-009 fx-011 fx-013 --corpus news.jsonl",
        ),
    ] {
        let out = shown(folder, &format!("compare {arguments} --width 30"));
        all += &format!("$ wirecopy compare {arguments}\n{out}\n");
    }
    snapshot("compare_narrow", all);
}

/// Up to the texts: who, the measures, the verdict, what is left out.
fn above_the_texts(shown: &str) -> &str {
    let parts: Vec<usize> = shown.match_indices("\n\n").map(|(at, _)| at).collect();
    let left_out = shown.contains("Not counted by the measures");
    &shown[..parts[if left_out { 3 } else { 2 }] + 1]
}

#[test]
fn the_question_that_decided() {
    let folder = tempfile::tempdir().unwrap();
    // The very same few words, weeks apart.
    for (name, day) in [("a.jsonl", 1), ("b.jsonl", 20)] {
        let line = format!(r#"{{"id":"{name}","published":"2024-03-{day:02}","text":"{PORT}"}}"#);
        std::fs::write(folder.path().join(name), line + "\n").unwrap();
    }
    let mut all = String::new();
    for (folder, arguments) in [
        (fixtures(), "fx-001 fx-003 --corpus news.jsonl"),
        (fixtures(), "fx-001 fx-002 --corpus news.jsonl"),
        (fixtures(), "fx-001 fx-013 --corpus news.jsonl"),
        (fixtures(), "fx-003 fx-013 --corpus news.jsonl"),
        (fixtures(), "fx-006 fx-015 --corpus news.jsonl"),
        (
            fixtures(),
            "fx-006 fx-015 --corpus news.jsonl --window none",
        ),
        (fixtures(), "fx-026 fx-028 --corpus news.jsonl --alone"),
        (fixtures(), "fx-030 fx-031 --corpus news.jsonl"),
        (fixtures(), "fx-009 fx-062 --corpus news.jsonl"),
        (fixtures(), "fx-009 fx-062 --corpus news.jsonl --raw"),
        (fixtures(), "fx-001 fx-007 --corpus news.jsonl --rule plain"),
        (
            fixtures(),
            "fx-001 fx-007 --corpus news.jsonl --no-containment",
        ),
        (
            fixtures(),
            "fx-001 fx-013 --corpus news.jsonl --threshold 0.8",
        ),
        (folder.path().to_path_buf(), "a.jsonl b.jsonl"),
    ] {
        let out = shown(&folder, &format!("compare {arguments}"));
        all += &format!(
            "$ wirecopy compare {arguments}\n{}\n",
            above_the_texts(&out)
        );
    }
    snapshot("compare_verdicts", all);
}

fn json(folder: &Path, arguments: &str) -> serde_json::Value {
    serde_json::from_str(&shown(folder, &format!("compare {arguments} --json"))).unwrap()
}

/// The names of the fields of an object, each of which `--help` must name.
fn fields(value: &serde_json::Value) -> Vec<&str> {
    let fields = value.as_object().unwrap().keys();
    let fields: Vec<&str> = fields.map(String::as_str).collect();
    let help = shown(&fixtures(), "compare --help");
    let (_, help) = help.split_once("Fields of --json").unwrap();
    let (help, _) = help.split_once("\n\n").unwrap();
    let named = |field: &str| {
        let mut words = help.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|word| word == field)
    };
    for field in &fields {
        assert!(named(field), "--help does not tell of {field}: {help}");
    }
    fields
}

fn number(value: &serde_json::Value) -> usize {
    value.as_u64().unwrap() as usize
}

/// The words of a text by the measures, near enough for English.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// The runs of three words, each once.
fn shingles(words: &[String]) -> std::collections::HashSet<&[String]> {
    words.windows(3).collect()
}

#[test]
fn every_field_of_the_json_of_two() {
    let folder = tempfile::tempdir().unwrap();
    let body = format!("{PORT} {RAIN}\n\n{VOTE}");
    let a = format!("NORDVIK, March 3 (AFP) - {body}\n\nShare this article");
    let b = format!("{VOTE}\n\n{}\n\n{RAIN}", PORT.replace("ferry", "tug"));
    let files = [("a.jsonl", &a, "01T00"), ("b.jsonl", &b, "02T12")];
    for (name, text, hour) in files {
        let record = serde_json::json!({
            "id": name, "title": "Port closed", "source": "The Quay", "url": format!("https://quay.example/{name}"),
            "published": format!("2024-03-{hour}:00:00Z"), "text": text,
        });
        std::fs::write(folder.path().join(name), record.to_string() + "\n").unwrap();
    }
    let done = json(folder.path(), "a.jsonl b.jsonl");
    let all = [
        "a",
        "b",
        "copies",
        "corpus_articles",
        "left_out",
        "measures",
        "passages",
        "reason",
        "refusal",
        "why",
    ];
    assert_eq!(fields(&done), all);
    for (side, name, hour) in [("a", "a.jsonl", "01T00"), ("b", "b.jsonl", "02T12")] {
        let expected = serde_json::json!({
            "id": name, "title": "Port closed", "source": "The Quay", "url": format!("https://quay.example/{name}"),
            "published": format!("2024-03-{hour}:00:00Z"), "place": format!("{name}:1"),
        });
        assert_eq!(done[side], expected);
    }
    assert!(done["corpus_articles"].is_null());

    // What is left out, and the measures of the rest.
    let dateline = "NORDVIK, March 3 (AFP) -";
    let share = a.len() - "Share this article".len();
    let expected = serde_json::json!({
        "a": [
            { "kind": "dateline", "range": { "start": 0, "end": dateline.len() }, "text": dateline },
            { "kind": "page", "range": { "start": share, "end": a.len() }, "text": "Share this article" },
        ],
        "b": [],
    });
    assert_eq!(done["left_out"], expected);
    let measures = &done["measures"];
    let names = [
        "a_in_b",
        "b_in_a",
        "hours_apart",
        "jaccard",
        "longest_shared",
        "opening",
        "same_source",
        "weighted_containment",
        "words",
    ];
    assert_eq!(fields(measures), names);
    let (of_a, of_b) = (words(&body), words(&b));
    let (set_a, set_b) = (shingles(&of_a), shingles(&of_b));
    let shared = set_a.intersection(&set_b).count() as f64;
    let is = |name: &str, expected: f64| {
        let value = measures[name].as_f64().unwrap();
        assert!(
            (value - expected).abs() < 1e-9,
            "{name}: {value}, not {expected}"
        );
    };
    is("jaccard", shared / set_a.union(&set_b).count() as f64);
    is("a_in_b", shared / set_a.len() as f64);
    is("b_in_a", shared / set_b.len() as f64);
    is(
        "weighted_containment",
        shared / set_a.len().min(set_b.len()) as f64,
    );
    // The openings are the first 60 words, 58 shingles.
    let opening = |of: &[String]| of[..of.len().min(60)].to_vec();
    let (open_a, open_b) = (opening(&of_a), opening(&of_b));
    let (open_a, open_b) = (shingles(&open_a), shingles(&open_b));
    let least = open_a.len().min(open_b.len()) as f64;
    is(
        "opening",
        open_a.intersection(&open_b).count() as f64 / least,
    );
    is("hours_apart", 36.0);
    assert_eq!(measures["same_source"], true);
    assert_eq!(
        measures["words"],
        serde_json::json!([of_a.len(), of_b.len()])
    );
    // Across two paragraphs: from behind the word that differs to the end of the next.
    let (_, behind) = PORT.split_once("ferry ").unwrap();
    let longest = words(behind).len() + words(RAIN).len();
    assert_eq!(number(&measures["longest_shared"]), longest);

    // Of one source, of which four fifths must be shared; without one more than three quarters are.
    assert_eq!(
        (&done["copies"], &done["reason"]),
        (&true.into(), &"contained".into())
    );
    assert!(done["refusal"].is_null());
    let why = done["why"].as_str().unwrap();
    assert!(
        why.ends_with("of the shorter stands in the longer."),
        "{why}"
    );
    let strict = json(folder.path(), "a.jsonl b.jsonl --containment 0.9");
    assert_eq!(
        (&strict["copies"], &strict["reason"]),
        (&false.into(), &serde_json::Value::Null)
    );
    assert_eq!(strict["refusal"]["because"], "one_source");
    assert!((strict["refusal"]["least"].as_f64().unwrap() - 0.92).abs() < 1e-9);
    let why = strict["why"].as_str().unwrap();
    assert!(
        why.starts_with("of one source, where 92.0 % of the shorter must"),
        "{why}"
    );

    // The passages, in which both texts stand from end to end.
    let passages = done["passages"].as_array().unwrap();
    let of_passages = ["a", "b", "kind", "text_a", "text_b", "words"];
    let same = passages.iter().find(|passage| passage["kind"] == "same");
    assert_eq!(fields(same.unwrap()), of_passages);
    let of_articles = ["id", "place", "published", "source", "title", "url"];
    assert_eq!(fields(&done["a"]), of_articles);
    let mut seen = std::collections::BTreeSet::new();
    for (side, text, other) in [("a", &a, "moved_here"), ("b", &b, "moved_away")] {
        let mut end = 0;
        for passage in passages {
            let kind = passage["kind"].as_str().unwrap();
            seen.insert(kind);
            let Some(range) = passage.get(side) else {
                assert!(passage.get(format!("text_{side}")).is_none());
                assert_eq!(kind, if side == "a" { "only_b" } else { "only_a" });
                continue;
            };
            let (start, stop) = (number(&range["start"]), number(&range["end"]));
            assert_eq!(passage[format!("text_{side}")], text[start..stop]);
            assert_eq!(number(&passage["words"]), words(&text[start..stop]).len());
            if kind != other {
                assert_eq!(start, end);
                end = stop;
            }
        }
        assert_eq!(end, text.len());
    }
    let kinds = ["moved_away", "moved_here", "only_a", "only_b", "same"];
    assert_eq!(Vec::from_iter(seen), kinds);
}

#[test]
fn every_field_of_the_json_of_several() {
    let done = json(
        &fixtures(),
        "fx-001 fx-007 fx-002 fx-009 --corpus news.jsonl",
    );
    let all = [
        "articles",
        "contained",
        "copies",
        "corpus_articles",
        "jaccard",
        "left_out",
        "original",
        "why",
    ];
    assert_eq!(fields(&done), all);
    let ids: Vec<&str> = (0..4)
        .map(|at| done["articles"][at]["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["fx-001", "fx-007", "fx-002", "fx-009"]);
    assert_eq!(done["articles"][2]["place"], "news.jsonl:2");
    assert_eq!(done["corpus_articles"], 66);
    assert_eq!(
        done["original"],
        serde_json::json!({ "by": "earliest", "article": 0 })
    );
    let why = done["why"].as_str().unwrap();
    assert_eq!(
        why,
        "Most likely the original: A (fx-001), since it was published first of the copies."
    );
    for (x, a) in ids.iter().enumerate() {
        for (y, b) in ids.iter().enumerate() {
            if x == y {
                assert_eq!(
                    (&done["jaccard"][x][y], &done["contained"][x][y]),
                    (&1.0.into(), &1.0.into())
                );
                assert!(done["copies"][x][y].is_null());
                continue;
            }
            let two = json(&fixtures(), &format!("{a} {b} --corpus news.jsonl"));
            assert_eq!(done["jaccard"][x][y], two["measures"]["jaccard"], "{a} {b}");
            assert_eq!(
                done["contained"][x][y], two["measures"]["a_in_b"],
                "{a} {b}"
            );
            assert_eq!(done["copies"][x][y], two["reason"], "{a} {b}");
            assert_eq!(done["left_out"][x], two["left_out"]["a"], "{a} {b}");
        }
    }
    assert_eq!(done["copies"][0][3], "exact");
    assert_eq!(done["left_out"][3].as_array().unwrap().len(), 6);
}

#[test]
fn articles_are_read_as_cluster_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let write =
        |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
    let long = format!("{PORT} {RAIN} {VOTE}");
    let row = |id: u32, outlet: &str, day: u32| {
        format!(
            "{id}\tHead of {outlet}\t{outlet}\t2024-03-0{day}\thttps://a.example/{id}\tno text\t\"{long} So said {outlet}.\"\n"
        )
    };
    let head = "no\thead\tpaper\tday\tlink\ttext\tcopy\n";
    let table = format!("{head}{}{}", row(17, "The Quay", 1), row(23, "The Mole", 3));
    // A name that tells nothing, and fields that are not those that are guessed: "text" holds something else.
    write("dump.dat", &table);
    let fields = "--format tsv --id-field no --title-field head --source-field paper --published-field day --url-field link --text-field copy";
    let done = json(folder.path(), &format!("17 23 --corpus dump.dat {fields}"));
    for (side, id, source, day) in [("a", 17, "The Quay", 1), ("b", 23, "The Mole", 3)] {
        let article = &done[side];
        assert_eq!(article["id"], id.to_string());
        assert_eq!(article["title"], format!("Head of {source}"));
        assert_eq!(article["source"], source);
        assert_eq!(article["published"], format!("2024-03-0{day}"));
        assert_eq!(article["url"], format!("https://a.example/{id}"));
    }
    assert_eq!(done["measures"]["hours_apart"], 48.0);
    assert_eq!(done["reason"], "contained");
    // The same of files with one article each.
    for (name, row) in [
        ("a.dat", row(17, "The Quay", 1)),
        ("b.dat", row(23, "The Mole", 3)),
    ] {
        write(name, &format!("{head}{row}"));
    }
    let of_files = json(folder.path(), &format!("a.dat b.dat {fields}"));
    assert_eq!(of_files["a"]["id"], "17");
    assert_eq!(of_files["measures"], done["measures"]);
    // Nested fields.
    let nested = |id: &str| format!("{{\"doc\":{{\"key\":\"{id}\",\"body\":\"{long}\"}}}}\n");
    write("nested.json", &(nested("x") + &nested("y")));
    let arguments =
        "x y --corpus nested.json --format jsonl --id-field doc.key --text-field doc.body";
    assert_eq!(json(folder.path(), arguments)["reason"], "exact");

    // A bad record is passed over, unless it is not to be; so is one that is too long.
    write(
        "bad.jsonl",
        &format!(
            "{{\"id\":1,\"text\":\n{{\"id\":2,\"text\":\"{PORT}\"}}\n{{\"id\":3,\"text\":\"{PORT}\"}}\n"
        ),
    );
    assert_eq!(
        json(folder.path(), "2 3 --corpus bad.jsonl")["reason"],
        "exact"
    );
    let failed = |arguments: &str| {
        let done = run(folder.path(), arguments);
        assert_eq!(done.status.code(), Some(1), "{arguments}");
        String::from_utf8(done.stderr).unwrap()
    };
    let said = failed("compare 2 3 --corpus bad.jsonl --strict");
    assert!(said.contains("bad.jsonl:1"), "{said}");
    let said = failed("compare 2 3 --corpus bad.jsonl --max-document 60");
    assert!(
        said.contains("no article of bad.jsonl has the id \"2\""),
        "{said}"
    );
    write(
        "one.jsonl",
        &format!("{{\"id\":1,\"text\":\n{{\"id\":2,\"text\":\"{PORT}\"}}\n"),
    );
    assert_eq!(
        json(folder.path(), "one.jsonl one.jsonl")["reason"],
        "exact"
    );
    let said = failed("compare one.jsonl one.jsonl --strict");
    assert!(said.contains("one.jsonl:1"), "{said}");
}

/// The terminal sessions of `wirecopy compare` in the README: where each stands, its command and what it shows.
fn sessions(readme: &str) -> Vec<(std::ops::Range<usize>, String)> {
    let begin = "```\n$ wirecopy compare ";
    let places = readme.match_indices(begin).map(|(at, _)| at + begin.len());
    let session = |from: usize| {
        let command = readme[from..].lines().next().unwrap();
        let start = from + command.len() + 1;
        let end = start + readme[start..].find("```").unwrap();
        (start..end, format!("compare {command}"))
    };
    places.map(session).collect()
}

fn readme() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn in_repository(command: &str) -> String {
    shown(Path::new(env!("CARGO_MANIFEST_DIR")), command)
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = std::fs::read_to_string(readme()).unwrap();
    let sessions = sessions(&readme);
    assert!(!sessions.is_empty());
    for (place, command) in sessions {
        let help = "cargo test --test compare -- --ignored sessions_of_the_readme writes it anew";
        assert_eq!(readme[place], in_repository(&command), "{help}");
    }
}

#[test]
#[ignore = "writes the README"]
fn sessions_of_the_readme() {
    let mut text = std::fs::read_to_string(readme()).unwrap();
    for (place, command) in sessions(&text).into_iter().rev() {
        text.replace_range(place, &in_repository(&command));
    }
    std::fs::write(readme(), text).unwrap();
}

#[test]
fn errors_say_what_to_do() {
    let mut said = String::new();
    for arguments in [
        "compare fx-01 fx-007 --corpus news.jsonl",
        "compare news.jsonl news.csv",
        "compare fx-001 fx-007 --corpus news.jsonl news.csv",
        "compare fx-001 fx-007 --corpus news.jsonl --rule plain --window 3d",
    ] {
        let done = run(&fixtures(), arguments);
        let code = done.status.code().unwrap();
        said += &format!(
            "$ wirecopy {arguments}\n{}exit code {code}\n",
            String::from_utf8_lossy(&done.stderr)
        );
    }
    snapshot("compare_errors", said);
}

#[test]
fn an_id_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let article = |id: &str| format!("{{\"id\":\"{id}\",\"text\":\"{PORT}\"}}\n");
    let good: String = ["n-1", "n-2", "n-3", "n-4"].map(article).concat();
    for (records, said) in [
        (&*good, "; the first ids there are n-1, n-2, n-3\n"),
        (
            &format!("{{\"id\":\"other\",\"text\":\"\"}}\n{}", article("n-1")),
            "; the first ids there are n-1; some records cannot be used, the first is news.jsonl:1: ",
        ),
        (
            "{broken\n",
            "; there is none that can be read; some records cannot be used, the first is news.jsonl:1: ",
        ),
    ] {
        std::fs::write(folder.path().join("news.jsonl"), records).unwrap();
        let done = run(folder.path(), "compare other n-1 --corpus news.jsonl");
        assert_eq!(done.status.code(), Some(1));
        let stderr = String::from_utf8(done.stderr).unwrap();
        let begin = "wirecopy: no article of news.jsonl has the id \"other\"";
        assert!(stderr.starts_with(&format!("{begin}{said}")), "{stderr}");
    }
}

#[test]
fn ids_are_found_whatever_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let texts = [
        ("n-1", format!("{PORT}\n\n{RAIN}")),
        ("n-2", format!("{PORT}\n\n{VOTE}")),
    ];
    let records = texts
        .each_ref()
        .map(|(id, text)| serde_json::json!({ "id": id, "text": text }));
    let lines = records
        .each_ref()
        .map(|record| format!("{record}\n"))
        .concat();
    let rows = |by: &str| -> String {
        let rows = texts
            .iter()
            .map(|(id, text)| format!("{id}{by}\"{text}\"\n"));
        format!("id{by}text\n{}", rows.collect::<String>())
    };
    write("news.jsonl", lines.as_bytes());
    write(
        "news.json",
        serde_json::json!(records).to_string().as_bytes(),
    );
    write("news.csv", rows(",").as_bytes());
    write("news.tsv", rows("\t").as_bytes());
    for name in ["news.jsonl", "news.csv"] {
        let plain = std::fs::read(folder.path().join(name)).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, &plain).unwrap();
        write(&format!("{name}.gz"), &gzip.finish().unwrap());
        write(
            &format!("{name}.zst"),
            &zstd::encode_all(&plain[..], 1).unwrap(),
        );
    }
    let expected = json(folder.path(), "n-1 n-2 --corpus news.jsonl");
    assert_eq!(expected["passages"][0]["kind"], "same");
    for name in [
        "news.jsonl.gz",
        "news.jsonl.zst",
        "news.json",
        "news.csv",
        "news.csv.gz",
        "news.csv.zst",
        "news.tsv",
    ] {
        let done = json(folder.path(), &format!("n-1 n-2 --corpus {name}"));
        for field in ["measures", "passages", "reason", "refusal"] {
            assert_eq!(done[field], expected[field], "{name}: {field}");
        }
        let place = done["b"]["place"].as_str().unwrap();
        assert!(place.starts_with(&format!("{name}:")), "{place}");
        if name != "news.json" {
            let by_place = json(folder.path(), &format!("n-1 {place} --corpus {name}"));
            assert_eq!(by_place, done, "{name}");
        }
    }
    // In an array on one line the place of one is that of all.
    let refused = |arguments: &str| {
        let done = run(folder.path(), &format!("compare {arguments}"));
        assert_eq!(done.status.code(), Some(1), "{arguments}");
        String::from_utf8(done.stderr).unwrap()
    };
    assert_eq!(
        refused("n-1 news.json:1 --corpus news.json"),
        "wirecopy: 2 articles stand on the line news.json:1; name the one you mean: n-1, n-2\n"
    );
    let by_number = json(
        folder.path(),
        "news.json:1:1 news.json:1:2 --corpus news.json",
    );
    assert_eq!(by_number["passages"], expected["passages"]);
    write(
        "twice.json",
        serde_json::json!([records[0], records[0]])
            .to_string()
            .as_bytes(),
    );
    assert_eq!(
        refused("n-1 n-1 --corpus twice.json"),
        "wirecopy: 2 articles have the id \"n-1\"; name the one you mean by its place: twice.json:1:1, twice.json:1:2\n"
    );
    // Files with one article each, of whatever format either is.
    write("one.json", format!("[{}]", records[0]).as_bytes());
    write("one.txt", texts[1].1.as_bytes());
    let done = json(folder.path(), "one.json one.txt");
    assert_eq!(done["passages"], expected["passages"]);
    let done = shown(
        folder.path(),
        "compare one.json:1 one.txt news.csv:2 --corpus one.json one.txt news.csv",
    );
    assert!(done.contains("A and C"), "{done}");
}

#[test]
fn an_article_beside_itself_and_texts_that_say_nothing() {
    let twice = shown(&fixtures(), "compare fx-001 fx-001 --corpus news.jsonl");
    assert!(
        twice.contains("\nJaccard similarity      100.0 %\n"),
        "{twice}"
    );
    assert!(
        twice.contains("\nCopies: the very same words.\n"),
        "{twice}"
    );
    assert!(!twice.contains(['[', '{']), "{twice}");
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("dots.txt", "... !!!\n");
    write("words.txt", PORT);
    write("empty.txt", "");
    let dots = shown(folder.path(), "compare dots.txt words.txt");
    assert!(
        dots.contains("\nLongest shared passage  0 words\n"),
        "{dots}"
    );
    let dots = json(folder.path(), "dots.txt words.txt");
    assert_eq!(
        (&dots["measures"]["jaccard"], &dots["copies"]),
        (&0.0.into(), &false.into())
    );
    let empty = run(folder.path(), "compare empty.txt words.txt");
    assert_eq!((empty.status.code(), empty.stdout.len()), (Some(1), 0));
    let said = String::from_utf8(empty.stderr).unwrap();
    assert!(
        said.contains("empty.txt holds no article that can be read"),
        "{said}"
    );
}

#[test]
fn the_original_of_several() {
    let folder = tempfile::tempdir().unwrap();
    let short = format!("{PORT} {RAIN} {VOTE}");
    let longer = format!(
        "{short} The mole will be mended by the end of the month, the harbour master told reporters."
    );
    let whole = format!(
        "{longer} A second ferry was hired from a line in the south, and sails from Monday on."
    );
    let last = |dates: [&str; 3]| {
        let texts = [&short, &longer, &whole];
        for ((name, date), text) in ["a", "b", "c"].into_iter().zip(dates).zip(texts) {
            let record = serde_json::json!({ "id": name, "published": date, "text": text });
            let path = folder.path().join(name).with_extension("jsonl");
            std::fs::write(path, record.to_string() + "\n").unwrap();
        }
        let out = shown(folder.path(), "compare a.jsonl b.jsonl c.jsonl --width 140");
        let (_, last) = out.split_once("Most likely").unwrap();
        format!("Most likely{}", last.replace('\n', " ").trim_end())
    };
    let first = |name: &str| {
        format!("Most likely the original: {name}, since it was published first of the copies.")
    };
    let most = |name: &str| {
        format!(
            "Most likely the original: {name}, since most of the other copies stands in it; their dates do not tell."
        )
    };
    // By the clock of the first it is later.
    let zones = [
        "2024-03-04T10:00:00+02:00",
        "2024-03-04T09:00:00Z",
        "2024-03-05",
    ];
    assert_eq!(last(zones), first("A (a)"));
    assert_eq!(last(["", "", ""]), most("C (c)"));
    assert_eq!(
        last([
            "2024-03-04T10:00:00Z",
            "2024-03-04T10:00:00Z",
            "2024-03-04T11:00:00Z"
        ]),
        most("B (b)")
    );
    assert_eq!(
        last(["2024-03-04", "2024-03-04T10:00:00Z", "2024-03-05"]),
        most("B (b)")
    );
    assert_eq!(
        last(["yesterday", "2024-03-04T10:00:00Z", ""]),
        most("C (c)")
    );
    std::fs::write(
        folder.path().join("d.jsonl"),
        format!("{{\"text\":\"{RAIN}\"}}\n"),
    )
    .unwrap();
    std::fs::write(
        folder.path().join("e.jsonl"),
        format!("{{\"text\":\"{PORT}\"}}\n"),
    )
    .unwrap();
    let strangers = shown(folder.path(), "compare a.jsonl d.jsonl e.jsonl --width 140");
    assert!(
        strangers.contains("None is the original of another: no two of them are copies."),
        "{strangers}"
    );
    let equal = shown(folder.path(), "compare a.jsonl a.jsonl a.jsonl --width 140");
    assert!(
        equal.contains("cannot be decided: their dates do not tell, and no one alone"),
        "{equal}"
    );
}

#[test]
fn a_place_names_one_of_several_with_the_same_id() {
    let out = shown(
        &fixtures(),
        "compare news.jsonl:1 news.csv:2 --corpus news.jsonl news.csv",
    );
    assert!(out.contains("the very same words"), "{out}");
}

#[test]
fn texts_cannot_drive_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    for (name, word) in [("a.jsonl", "red"), ("b.jsonl", "blue")] {
        let line = format!(
            r#"{{"id":"\u001b[2J","title":"\u001b]0;x\u0007","text":"A {word} \u001b[31mcar \u202eran\u0007 by."}}"#
        );
        std::fs::write(folder.path().join(name), line + "\n").unwrap();
    }
    let out = shown(folder.path(), "compare a.jsonl b.jsonl --full");
    assert!(!out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{out:?}");
}
