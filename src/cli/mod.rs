//! The command line: the only place that prints.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod cluster;
mod generate;
mod outputs;
mod rejects;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Finds near-duplicate news: the same report printed by many outlets, cut, retitled, extended.
#[derive(Parser)]
#[command(
    name = "wirecopy",
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 bad usage."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Cluster(Box<cluster::ClusterArguments>),
    Generate(generate::GenerateArguments),
}

/// Runs the program that the arguments of the process ask for.
pub fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Cluster(arguments) => cluster::run(*arguments),
        Command::Generate(arguments) => generate::run(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(crate::Error::Parameter(message)) => {
            eprintln!("wirecopy: {message}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("wirecopy: {error}");
            ExitCode::FAILURE
        }
    }
}
