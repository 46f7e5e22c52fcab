//! `wirecopy compare` on a terminal of its own: when the pager is asked, and what happens if there is none.

#![cfg(unix)]

mod common;

use common::PROGRAM;
use nix::pty::{Winsize, openpty};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program with these arguments, in `folder`.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(folder);
    command.env("TERM", "xterm").stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PAGER", "LESS"] {
        command.env_remove(name);
    }
    command
}

/// What appears on a terminal of so many rows and columns, where the program must end well and say nothing on standard error.
fn seen(mut command: Command, rows: u16, columns: u16) -> String {
    let size = Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let terminal = openpty(&size, None).unwrap();
    command.stdout(terminal.slave).stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .expect("the program was built for this test");
    // It holds this end of the terminal open, which would never close.
    drop(command);
    let mut shown = Vec::new();
    // A terminal that nobody has open any more ends in an error on Linux.
    let _ = File::from(terminal.master).read_to_end(&mut shown);
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
    String::from_utf8(shown).unwrap().replace("\r\n", "\n")
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Some forty lines at 80 columns.
const LONG: [&str; 5] = ["compare", "fx-001", "fx-007", "--corpus", "news.jsonl"];

fn long(more: &[&str], pager: &str) -> Command {
    let mut command = program(&fixtures(), &[&LONG[..], more].concat());
    command.env("PAGER", pager);
    command
}

/// A pager that marks what went through it.
const MARKS: &str = "sed 's/^/|/'";

/// Whether a text went through that pager, from end to end.
fn marked(shown: &str) -> bool {
    let marks = shown.lines().filter(|line| line.starts_with('|')).count();
    assert!(marks == 0 || marks == shown.lines().count(), "{shown}");
    marks > 0
}

#[test]
fn what_is_longer_than_the_terminal_goes_through_the_pager() {
    let shown = seen(long(&[], MARKS), 24, 80);
    assert!(marked(&shown), "{shown}");
    assert!(shown.contains("|Jaccard similarity"), "{shown}");
    assert!(shown.contains("\x1b[2m"), "with its colours: {shown:?}");
    // The prompt takes a line: what fills the terminal would lose its first one.
    let lines = u16::try_from(shown.lines().count()).unwrap();
    assert!(marked(&seen(long(&[], MARKS), lines, 80)));
    assert!(!marked(&seen(long(&[], MARKS), lines + 1, 80)));
}

#[test]
fn no_pager_where_none_is_wanted() {
    for more in ["--no-pager", "--json"] {
        let shown = seen(long(&[more], MARKS), 10, 80);
        assert!(!marked(&shown), "{more}: {shown}");
        assert!(shown.lines().count() > 10);
    }
    // Nor where there is no terminal.
    let done = long(&[], MARKS).output().unwrap();
    let shown = String::from_utf8(done.stdout).unwrap();
    assert!(!marked(&shown), "{shown}");
    assert!(!shown.contains('\x1b'), "{shown:?}");
}

#[test]
fn lines_are_as_long_as_the_terminal_is_wide() {
    for columns in [30, 60, 120] {
        let shown = seen(long(&["--no-pager"], ""), 24, columns);
        let widths = shown.lines().map(console::measure_text_width);
        let widest = widths.max().unwrap();
        let columns = usize::from(columns);
        assert!(
            (columns - 10..=columns).contains(&widest),
            "{widest} of {columns}"
        );
    }
}

#[test]
fn colours_are_for_a_terminal_that_wants_them() {
    let coloured = |name: &str, value: &str, more: &[&str]| {
        let mut command = long(&[&["--no-pager"], more].concat(), "");
        command.env(name, value);
        seen(command, 24, 80).contains('\x1b')
    };
    assert!(coloured("TERM", "xterm", &[]));
    for (name, value) in [("NO_COLOR", "1"), ("CLICOLOR", "0"), ("TERM", "dumb")] {
        assert!(!coloured(name, value, &[]), "{name}");
        assert!(coloured(name, value, &["--color", "always"]), "{name}");
    }
    assert!(!coloured("TERM", "xterm", &["--color", "never"]));
}

#[test]
fn a_pager_that_is_not_there_is_done_without() {
    let shown = seen(long(&[], "/no/such/pager -x"), 10, 80);
    let plain = seen(long(&["--no-pager"], ""), 10, 80);
    assert_eq!(shown, plain);
    assert!(shown.lines().count() > 10);
}

#[test]
fn without_a_name_the_pager_is_less() {
    let folder = tempfile::tempdir().unwrap();
    let less = folder.path().join("less");
    std::fs::write(&less, "#!/bin/sh\necho \"less $* with $LESS\"\nwc -l\n").unwrap();
    std::fs::set_permissions(&less, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", folder.path().display());
    for (less, options) in [(None, "FRX"), (Some("S"), "S")] {
        for pager in [None, Some(" ")] {
            let mut command = program(&fixtures(), &LONG);
            command.env("PATH", &path);
            command.envs(pager.map(|pager| ("PAGER", pager)));
            command.envs(less.map(|less| ("LESS", less)));
            let shown = seen(command, 10, 80);
            assert!(
                shown.starts_with(&format!("less -R with {options}\n")),
                "{shown}"
            );
        }
    }
}

/// Two articles that differ in every second word: more than fits in a pipe.
fn very_long() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for side in ["a", "b"] {
        let text: String = (0..20_000)
            .map(|at| format!("word{at} {side}{at} "))
            .collect();
        std::fs::write(folder.path().join(side).with_extension("txt"), text).unwrap();
    }
    folder
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let folder = very_long();
    let arguments = ["compare", "a.txt", "b.txt"];
    // A pager that is left at once.
    let mut command = program(folder.path(), &arguments);
    command.env("PAGER", "true");
    assert_eq!(seen(command, 24, 80), "");
    // A pipe that is closed after the first line.
    let mut command = program(folder.path(), &arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut first = [0; 8];
    let mut pipe = child.stdout.take().unwrap();
    pipe.read_exact(&mut first).unwrap();
    drop(pipe);
    let done = child.wait_with_output().unwrap();
    assert_eq!(&first, b"A  a.txt");
    assert_eq!((done.status.code(), done.stderr.len()), (Some(0), 0));
}
