//! Results on standard output, through a pager where they are longer than the terminal.

use crate::Result;
use crate::cli::print;
use std::io::Write;
use std::process::{Command, Stdio};

/// The pager where `PAGER` names none. It passes colours on.
const USUAL: &str = "less -R";

/// Writes to standard output; with `may_page` what is longer than the terminal goes through a pager.
pub(super) fn show(text: &str, may_page: bool) -> Result<()> {
    let rows = console::Term::stdout()
        .size_checked()
        .map_or(usize::MAX, |(rows, _)| rows.into());
    if may_page && text.lines().count() >= rows && paged(text) {
        return Ok(());
    }
    print(text.as_bytes())
}

/// Shows a text in the pager; false if there is none.
fn paged(text: &str) -> bool {
    let pager = std::env::var("PAGER")
        .ok()
        .filter(|pager| !pager.trim().is_empty());
    let pager = pager.unwrap_or_else(|| USUAL.into());
    let mut command = as_written(&pager);
    command.stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Colours are passed on, and what fits is left on the screen.
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    // Ctrl-C is the pager's: to go first would leave it with the terminal. If that cannot be had, the pager still works.
    let _ = ctrlc::set_handler(|| ());
    if let Some(mut stdin) = child.stdin.take() {
        // A reader who has seen enough closes the pipe.
        let _ = stdin.write_all(text.as_bytes());
    }
    // What a shell says of a program that it cannot run.
    const NOT_RUN: [i32; 2] = [126, 127];
    let ended = child.wait().ok().and_then(|status| status.code());
    ended.is_none_or(|code| !NOT_RUN.contains(&code))
}

/// A command as it stands in `PAGER`: by a shell, if only that understands it.
fn as_written(command: &str) -> Command {
    if cfg!(unix) && command.contains(|c| "|&;<>()$`\\\"'*?[#~=%".contains(c)) {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]);
        return shell;
    }
    let mut parts = command.split_whitespace();
    let mut program = Command::new(parts.next().unwrap_or_default());
    program.args(parts);
    program
}
