//! Results on standard output, through a pager where they are longer than the terminal.

use super::print;
use crate::Result;
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
    let mut parts = pager.split_whitespace();
    let Some(program) = parts.next() else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(parts).stdin(Stdio::piped());
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
    child.wait().is_ok()
}
