//! `wirecopy generate`.

use crate::report::Output;
use crate::synthetic::{SyntheticOptions, write_jsonl};
use crate::{Error, Result};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// Write a corpus of invented news with planted copies, to try the program on
#[derive(Args)]
#[command(
    after_help = "Example:\n  wirecopy generate -n 1000000 -o million.jsonl --truth truth.csv"
)]
pub(super) struct GenerateArguments {
    /// Articles
    #[arg(short = 'n', long, default_value_t = 10_000)]
    articles: u64,
    /// Another seed gives other articles
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Articles in a thousand that are light variants of one story
    #[arg(long, default_value_t = 0)]
    variants: u32,
    /// Where the corpus goes
    #[arg(short, long)]
    output: PathBuf,
    /// Where the truth goes: id, story, kind of every copy
    #[arg(long)]
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
    eprintln!(
        "{} articles, {} clusters of copies",
        summary.articles, summary.clusters
    );
    Ok(())
}
