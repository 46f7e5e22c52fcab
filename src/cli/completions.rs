//! `wirecopy completions`.

use super::print;
use crate::Result;
use clap::{Args, Command};
use clap_complete::Shell;

/// Print a script that completes commands and options in a shell
#[derive(Args)]
#[command(after_help = "Where the script goes:
  bash  wirecopy completions bash > ~/.local/share/bash-completion/completions/wirecopy
  zsh   wirecopy completions zsh > ~/.zfunc/_wirecopy
        with these lines in ~/.zshrc:  fpath=(~/.zfunc $fpath)
                                       autoload -Uz compinit && compinit
  fish  wirecopy completions fish > ~/.config/fish/completions/wirecopy.fish

Make the folder first if it is not there (mkdir -p), and start a new shell afterwards.")]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArguments, command: &mut Command) -> Result<()> {
    // Into memory first: clap_complete panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, command, "wirecopy", &mut script);
    print(&script)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, ValueEnum};

    #[test]
    fn every_shell_gets_a_script_that_knows_the_options() {
        for &shell in Shell::value_variants() {
            let mut script = Vec::new();
            let mut command = crate::cli::Arguments::command();
            clap_complete::generate(shell, &mut command, "wirecopy", &mut script);
            let script = String::from_utf8(script).unwrap();
            for word in [
                "cluster",
                "compare",
                "no-pager",
                "completions",
                "threshold",
                "quiet",
            ] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }
}
