//! The command line: the only place that prints, and the only one that looks at the environment.
//!
//! Results go to standard output or the files that were named, talk goes to standard error.
//!
//! A file for each command: `cluster`, `compare`, `evaluate`, `generate`, `completions`. Arguments that several have: `input`, `matching`, `outputs`. What is
//! said while a run works: `progress` and `rejects`; after it: `summary`. For all of them: `help`,
//! `look` (the terminal), `safe` (text from outside), `words` (numbers), `memory` (of the machine).

mod cluster;
mod compare;
mod completions;
mod evaluate;
mod generate;
mod help;
mod input;
mod look;
mod matching;
mod memory;
mod outputs;
mod progress;
mod rejects;
mod safe;
mod summary;
mod words;

use crate::{Error, Result};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a run ends with that failed.
const FAILED: i32 = 1;

/// Bad usage: an option that does not exist, a value out of its range.
const BAD_USAGE: u8 = 2;

/// Finds near-duplicate news: the same report printed by many outlets, cut, retitled, extended
#[derive(Parser)]
#[command(
    name = "wirecopy",
    version,
    max_term_width = 100,
    after_help = help::PROGRAM,
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Cluster(Box<cluster::ClusterArguments>),
    Compare(Box<compare::CompareArguments>),
    Evaluate(evaluate::EvaluateArguments),
    Generate(generate::GenerateArguments),
    Completions(completions::CompletionsArguments),
}

/// Raises `interrupted` at the first Ctrl-C or SIGTERM, for the run to end by itself. The second ends the process: who reads its output may
/// have stopped, and then the run never comes to ask.
fn watch_for_interrupts(interrupted: &Arc<AtomicBool>) -> Result<()> {
    let interrupted = Arc::clone(interrupted);
    let handler = move || {
        if interrupted.swap(true, Ordering::Relaxed) {
            say(
                "wirecopy: interrupted twice; if a file .wirecopy-*.tmp stands beside an output, remove it",
            );
            exit_at_once(FAILED);
        }
    };
    let watched = ctrlc::set_handler(handler);
    watched.map_err(|error| Error::io("watch for", "interrupts")(io::Error::other(error)))
}

/// Ends the process without a look at what waits to be written: that may wait for ever.
fn exit_at_once(code: i32) -> ! {
    #[cfg(unix)]
    signal_hook::low_level::exit(code);
    #[cfg(not(unix))]
    std::process::exit(code)
}

/// Makes a file that grows beyond the limit for its size (`ulimit -f`) an error like a full disk. By
/// default the signal kills the process, without a word and with its temporary files left behind.
#[cfg(unix)]
fn survive_file_size_limit() {
    const SIGXFSZ: i32 = signal_hook::consts::SIGXFSZ;
    // That there is a handler is enough: the write then fails. Without one the run is as good but for that case.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::<AtomicBool>::default());
}

/// Runs the program that the arguments of the process ask for.
pub fn main() -> ExitCode {
    #[cfg(unix)]
    survive_file_size_limit();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let done = match arguments.command {
        Command::Cluster(arguments) => cluster::run(*arguments),
        Command::Compare(arguments) => compare::run(*arguments),
        Command::Evaluate(arguments) => evaluate::run(arguments),
        Command::Generate(arguments) => generate::run(arguments),
        Command::Completions(arguments) => completions::run(&arguments, &mut Arguments::command()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = match error {
                Error::Parameter(_) => ExitCode::from(BAD_USAGE),
                _ => ExitCode::FAILURE,
            };
            say(&format!(
                "wirecopy: {}",
                safe::terminal_safe(&error.to_string())
            ));
            code
        }
    }
}

/// Shows help and version, and says what is wrong with the arguments the way all other errors are said.
fn usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // If the reader of standard output is gone, it has seen enough.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
        }
        _ => {
            let message = error.to_string();
            let message = message.strip_prefix("error: ").unwrap_or(&message);
            say(&format!("wirecopy: {}", message.trim_end()));
        }
    }
    ExitCode::from(BAD_USAGE)
}

/// Writes a result to standard output. A reader who closes the pipe has seen enough.
fn print(result: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(result).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::io("write", "standard output")(error))
        }
        _ => Ok(()),
    }
}

/// Writes a line to standard error. If that cannot be written to there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Arguments::command().debug_assert();
    }
}
