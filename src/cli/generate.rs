//! `wirecopy generate`.

use super::outputs::{forgive_closed_pipe, refuse_one_place_for_two};
use super::{help, say, watch_for_interrupts, words};
use crate::report::Output;
use crate::synthetic::{SyntheticOptions, write_jsonl};
use crate::{Error, Result};
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Write a corpus of invented news with planted copies, to try the program on
///
/// The articles are JSON Lines with id, title, source, published, url and text. About one in six belongs to a
/// story that several outlets print: cut, retitled, extended, corrected, wrapped in page furniture.
#[derive(Args)]
#[command(after_help = help::GENERATE_EXAMPLES)]
pub(super) struct GenerateArguments {
    /// How many articles; 3.3 KB each
    #[arg(
        short = 'n',
        long,
        value_name = "N",
        allow_negative_numbers = true,
        default_value_t = 10_000
    )]
    articles: u64,
    /// Another seed gives other articles
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        default_value_t = 1
    )]
    seed: u64,
    /// How many of 1,000 articles are light variants of one story, 0 to 1000
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1000))]
    variants: u32,
    /// Where the corpus goes; a name that ends in .gz or .zst is compressed
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Where the truth goes: a CSV with id, story and kind of every planted article
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

/// Fails once the run is to stop, so that its files are removed and not left half written.
struct Stoppable<'a> {
    out: &'a mut Output,
    interrupted: &'a AtomicBool,
    /// Whether it was here that writing failed.
    failed: bool,
}

impl<'a> Stoppable<'a> {
    fn new(out: &'a mut Output, interrupted: &'a AtomicBool) -> Self {
        Self {
            out,
            interrupted,
            failed: false,
        }
    }
}

impl Write for Stoppable<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.interrupted.load(Ordering::Relaxed) {
            // Not of the kind `Interrupted`, after which `write_all` would try again.
            return Err(io::Error::other("interrupted"));
        }
        let written = self.out.write(bytes);
        self.failed = written.is_err();
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.failed = flushed.is_err();
        flushed
    }
}

pub(super) fn run(arguments: GenerateArguments) -> Result<()> {
    let places = std::iter::once(&arguments.output).chain(&arguments.truth);
    refuse_one_place_for_two(&places.cloned().collect::<Vec<_>>())?;
    let interrupted = Arc::new(AtomicBool::new(false));
    watch_for_interrupts(&interrupted)?;
    let options = SyntheticOptions {
        articles: arguments.articles,
        seed: arguments.seed,
        variants_of_one_per_mille: arguments.variants,
        ..SyntheticOptions::default()
    };
    let mut corpus = Output::create(&arguments.output)?;
    let mut truth = arguments.truth.as_deref().map(Output::create).transpose()?;
    let mut to_corpus = Stoppable::new(&mut corpus, &interrupted);
    let mut to_truth = truth
        .as_mut()
        .map(|truth| Stoppable::new(truth, &interrupted));
    let summary = write_jsonl(
        &options,
        &mut to_corpus,
        to_truth.as_mut().map(|truth| truth as &mut dyn Write),
    );
    let at_fault = match (&to_truth, &arguments.truth) {
        (Some(to_truth), Some(truth)) if to_truth.failed => truth,
        _ => &arguments.output,
    };
    if interrupted.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    let summary = summary.map_err(Error::io("write", at_fault));
    let Some(summary) = forgive_closed_pipe(summary)? else {
        return Ok(());
    };
    forgive_closed_pipe(corpus.publish())?;
    if let Some(truth) = truth {
        truth.publish()?;
    }
    let variants = match summary.variants {
        0 => String::new(),
        variants => format!(
            ", {} of one more story",
            words::counted(variants, "variant", "variants")
        ),
    };
    say(&format!(
        "{}, {} of copies{variants}",
        words::counted(summary.articles, "article", "articles"),
        words::counted(summary.clusters, "cluster", "clusters")
    ));
    Ok(())
}
