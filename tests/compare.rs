//! `wirecopy compare`, driven on the fixtures and on files of its own.

use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wirecopy"))
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

#[test]
fn the_views() {
    let edited = edited();
    for (name, folder, arguments) in [
        ("cut", fixtures(), "fx-001 fx-007 --corpus news.jsonl"),
        ("moved", edited.path().to_path_buf(), "a.txt b.txt"),
        ("strangers", fixtures(), "fx-001 fx-002 --corpus news.jsonl"),
        (
            "several",
            fixtures(),
            "fx-001 fx-007 fx-011 --corpus news.jsonl",
        ),
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

#[test]
fn json_holds_the_passages() {
    let edited = edited();
    let json: serde_json::Value =
        serde_json::from_str(&shown(edited.path(), "compare a.txt b.txt --json")).unwrap();
    let passages = json["passages"].as_array().unwrap();
    for (side, file) in [("a", "a.txt"), ("b", "b.txt")] {
        let other = if side == "a" {
            "moved_here"
        } else {
            "moved_away"
        };
        let here = passages.iter().filter(|passage| passage["kind"] != other);
        let text: String = here
            .filter_map(|passage| passage[format!("text_{side}")].as_str())
            .collect();
        let file = std::fs::read_to_string(edited.path().join(file)).unwrap();
        assert_eq!(text.trim(), file.trim());
    }
    assert!(
        passages
            .iter()
            .any(|passage| passage["kind"] == "moved_away")
    );
    assert!(json["measures"]["jaccard"].as_f64().unwrap() > 0.5);
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
