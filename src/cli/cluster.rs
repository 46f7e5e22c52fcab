//! `wirecopy cluster`.

use super::help::{FINGERPRINTS, OUTPUT, RUNNING};
use super::input::InputArguments;
use super::look::Look;
use super::matching::MatchingArguments;
use super::outputs::OutputArguments;
use super::progress::Talk;
use super::rejects::RejectLog;
use super::summary::{Ending, summary};
use super::{help, memory, say, watch_for_interrupts, words};
use crate::cluster::Keep;
use crate::corpus::Corpus;
use crate::memory::{Bound, Size};
use crate::progress::Timed;
use crate::report::Measured;
use crate::{Error, Options, Result};
use clap::{Args, ValueEnum};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Find the copies in a corpus and write its clusters as CSV
#[derive(Args)]
#[command(
    long_about = help::CLUSTER,
    after_help = help::CLUSTER_IN_SHORT,
    after_long_help = help::CLUSTER_EXAMPLES
)]
pub(super) struct ClusterArguments {
    /// Files, folders (searched through), patterns in quotes, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    outputs: OutputArguments,
    /// Which article stands for a cluster
    #[arg(long, value_enum, default_value_t = KeepArgument::Earliest, help_heading = OUTPUT)]
    keep: KeepArgument,

    #[command(flatten)]
    matching: MatchingArguments,

    /// Values in a signature, 1 to 4096; more find more and take more memory, 156 bytes an article for 128 (without --bands)
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 128, help_heading = FINGERPRINTS)]
    permutations: usize,
    /// Chooses the hash functions of the signatures
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 1, help_heading = FINGERPRINTS)]
    seed: u64,
    /// Bands of a signature, at least 1; without it articles meet by pairs of values, and the summary says what that finds
    #[arg(long, value_name = "N", allow_negative_numbers = true, requires = "rows", help_heading = FINGERPRINTS)]
    bands: Option<usize>,
    /// Values in a band, at least 1; bands times rows is at most --permutations
    #[arg(long, value_name = "N", allow_negative_numbers = true, requires = "bands", help_heading = FINGERPRINTS)]
    rows: Option<usize>,

    /// Threads, at most 1024; 0 for all that the machine has
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 0, help_heading = RUNNING)]
    threads: usize,
    /// Most memory to take, such as 512MB, 2GB or 2GiB, without the file cache of the system; what does not fit goes to temporary
    /// files, and the result is the same [default: three quarters of the machine's]
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true, value_parser = size, help_heading = RUNNING)]
    memory: Option<Size>,
    /// Folder for temporary files; the system's own without it
    #[arg(long, value_name = "FOLDER", help_heading = RUNNING)]
    tmp: Option<PathBuf>,
    /// Folder that keeps finished fingerprints, file by file: a run that was killed, that is repeated with another rule, or that reads
    /// some of the same files and new ones, need not make them again
    #[arg(long, value_name = "FOLDER", help_heading = RUNNING)]
    checkpoint: Option<PathBuf>,
    /// Say nothing but errors: no bars, no bad records, no summary
    #[arg(short, long, help_heading = RUNNING)]
    quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum KeepArgument {
    /// Earliest published, then longest, then first
    Earliest,
    /// Longest, then earliest, then first
    Longest,
    /// First in the corpus
    First,
}

fn size(text: &str) -> Result<Size, String> {
    text.parse()
}

/// More threads than this bring no machine anything; where the system runs out of them the program would not end cleanly.
const MOST_THREADS: usize = 1024;

/// What the library is to do, and the inputs and outputs.
fn options(arguments: &ClusterArguments) -> Result<Options> {
    Ok(Options {
        corpus: arguments.input.options(arguments.tmp.clone()),
        shingle_size: arguments.matching.shingle_size()?,
        furniture: arguments.matching.furniture(),
        permutations: arguments.permutations,
        seed: arguments.seed,
        bands_and_rows: arguments.bands.zip(arguments.rows),
        rule: arguments.matching.rule()?,
        keep: match arguments.keep {
            KeepArgument::Earliest => Keep::Earliest,
            KeepArgument::Longest => Keep::Longest,
            KeepArgument::First => Keep::First,
        },
        strict: arguments.input.strict,
        checkpoint: arguments.checkpoint.clone(),
        memory: arguments
            .memory
            .map(Bound::Asked)
            .or_else(|| memory::usual_bound().map(Bound::Usual)),
    })
}

pub(super) fn run(arguments: ClusterArguments) -> Result<()> {
    let started = Instant::now();
    let options = options(&arguments)?;
    if arguments.threads > MOST_THREADS {
        return Err(Error::Parameter(format!(
            "--threads must be at most {MOST_THREADS}, not {}; 0 takes all that the machine has",
            arguments.threads
        )));
    }
    let interrupted = Arc::new(AtomicBool::new(false));
    watch_for_interrupts(&interrupted)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads)
        .build()
        .map_err(|error| {
            let threads = match arguments.threads {
                0 => std::thread::available_parallelism().map_or(1, usize::from),
                threads => threads,
            };
            let what = words::counted(threads as u64, "thread", "threads");
            Error::io("start", what)(io::Error::other(error))
        })?;
    let talk = Talk::new(arguments.quiet, options.strict, interrupted);
    pool.install(|| {
        // Before the input is read, which for a pipe means to the end.
        options.check(rayon::current_num_threads())?;
        let timed = Timed::new(&talk);
        let mut outputs = arguments.outputs.create()?;
        let corpus = Corpus::open(&arguments.inputs, options.corpus.clone(), &timed)?;
        outputs.check(&corpus)?;
        let log = RejectLog::new(&timed, outputs.rejects.take())?;
        let done = crate::cluster_corpus(corpus, &options, &log);
        outputs.rejects = log.finish()?;
        if let Err(Error::NoArticles(_)) = done
            && let Some(rejects) = outputs.rejects.take()
        {
            // What was wrong with them is all that there is to report.
            rejects.publish()?;
        }
        let run = done?;
        let figures = outputs.write(&run, &options, &timed, || Measured {
            total: started.elapsed(),
            stages: timed.times(),
            peak_memory: memory::peak_bytes(),
            threads: rayon::current_num_threads(),
        })?;
        if !arguments.quiet {
            let ending = Ending {
                run: &run,
                rule: options.rule,
                took: started.elapsed(),
                peak_bytes: memory::peak_bytes(),
                written: &arguments.outputs.named(),
                pairs_left_out: figures.pairs_report.map_or(0, |report| report.left_out),
            };
            say(summary(&ending, Look::of_stderr())?.trim_end());
        }
        Ok(())
    })
}
