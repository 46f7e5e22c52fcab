//! `wirecopy compare`.
//!
//! The articles come from `fetch`; they are shown as `json`, or as `text` with what the rule says (`verdict`) and the texts side by side
//! (`aligned`), by way of `pager`.

mod aligned;
mod fetch;
mod json;
mod pager;
mod text;
mod verdict;

use super::help;
use super::input::InputArguments;
use super::look::Look;
use super::matching::MatchingArguments;
use crate::Result;
use crate::compare::{CompareOptions, compare, matrix};
use crate::corpus::Article;
use aligned::View;
use clap::{Args, ValueEnum};
use pager::show;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use verdict::Said;

/// Show what two articles have in common, passage by passage
#[derive(Args)]
#[command(
    long_about = help::COMPARE,
    after_help = help::COMPARE_EXAMPLES,
    override_usage = "wirecopy compare [OPTIONS] <ARTICLE> <ARTICLE>... [--corpus <INPUT>...]",
)]
pub(super) struct CompareArguments {
    /// Files that hold one article each; with --corpus ids, or FILE:LINE
    #[arg(required = true, num_args = 2.., value_name = "ARTICLE")]
    articles: Vec<String>,
    /// Where articles with these ids stand, and what their wording is weighed by: files, folders, patterns, or - for standard
    /// input
    #[arg(long, value_name = "INPUT", num_args = 1..)]
    corpus: Vec<PathBuf>,
    /// Judge the articles by themselves, as without --corpus: faster, as the corpus is only searched for them
    #[arg(long, requires = "corpus")]
    alone: bool,
    /// Show the texts in full: fold nothing
    #[arg(long)]
    full: bool,
    /// Columns, 20 or more; those of the terminal without it, or 80
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(20..))]
    width: Option<u16>,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    color: Colour,
    /// Do not show long output in a pager ($PAGER, or less -R)
    #[arg(long)]
    no_pager: bool,
    /// Print everything as JSON, with the passages as byte ranges and texts
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    matching: MatchingArguments,
}

#[derive(Clone, Copy, ValueEnum)]
enum Colour {
    /// On a terminal, unless NO_COLOR or CLICOLOR=0 is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl CompareArguments {
    /// How texts are shown on standard output, which is a terminal or not.
    fn view(&self, terminal: bool) -> View {
        let look = Look::of_stdout();
        let usual = if terminal { look.width.max(20) } else { 80 };
        View {
            width: self.width.map_or(usual, usize::from),
            colour: match self.color {
                Colour::Auto => look.colour && terminal,
                Colour::Always => true,
                Colour::Never => false,
            },
            full: self.full,
        }
    }
}

pub(super) fn run(arguments: CompareArguments) -> Result<()> {
    let options = CompareOptions {
        shingle_size: arguments.matching.shingle_size()?,
        furniture: arguments.matching.furniture(),
        rule: arguments.matching.rule()?,
    };
    let (found, background) = fetch::fetched(&arguments, &options)?;
    let terminal = io::stdout().is_terminal();
    let view = arguments.view(terminal);
    let shown = if let [a, b] = &found[..] {
        let comparison = compare(&a.article, &b.article, &options, &background)?;
        let said = Said {
            measures: &comparison.measures,
            reason: comparison.reason,
            refusal: comparison.refusal,
            rule: options.rule,
            weighed: background.articles.is_some(),
        };
        match arguments.json {
            true => json::two(&found, &comparison, &said, &background),
            false => text::two(&found, &comparison, &said, &background, &view),
        }
    } else {
        let articles: Vec<Article> = found.iter().map(|found| found.article.clone()).collect();
        let matrix = matrix(&articles, &options, &background)?;
        match arguments.json {
            true => json::several(&found, &matrix, &background),
            false => text::several(&found, &matrix, &view),
        }
    };
    show(&shown, terminal && !arguments.no_pager && !arguments.json)
}
