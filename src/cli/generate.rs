//! `wirecopy generate`.

use super::{help, say, words};
use crate::report::Output;
use crate::synthetic::{SyntheticOptions, write_jsonl};
use crate::{Error, Result};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// Write a corpus of invented news with planted copies, to try the program on
///
/// The articles are JSON Lines with id, title, source, published, url and text. About one in six belongs to a
/// story that several outlets print: cut, retitled, extended, corrected, wrapped in page furniture.
#[derive(Args)]
#[command(after_help = help::GENERATE_EXAMPLES)]
pub(super) struct GenerateArguments {
    /// How many articles; 3.3 KB each
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10_000)]
    articles: u64,
    /// Another seed gives other articles
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many of 1,000 articles are light variants of one story, 0 to 1000
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1000))]
    variants: u32,
    /// Where the corpus goes
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Where the truth goes: a CSV with id, story and kind of every planted article
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

pub(super) fn run(arguments: GenerateArguments) -> Result<()> {
    let options = SyntheticOptions {
        articles: arguments.articles,
        seed: arguments.seed,
        variants_of_one_per_mille: arguments.variants,
        ..SyntheticOptions::default()
    };
    let mut corpus = Output::create(&arguments.output)?;
    let mut truth = arguments.truth.as_deref().map(Output::create).transpose()?;
    let summary = write_jsonl(
        &options,
        &mut corpus,
        truth.as_mut().map(|truth| truth as &mut dyn Write),
    );
    let summary = summary.map_err(Error::io("write", &arguments.output))?;
    corpus.publish()?;
    if let Some(truth) = truth {
        truth.publish()?;
    }
    say(&format!(
        "{}, {} of copies",
        words::counted(summary.articles, "article", "articles"),
        words::counted(summary.clusters, "cluster", "clusters")
    ));
    Ok(())
}
