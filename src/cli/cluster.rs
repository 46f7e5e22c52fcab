//! `wirecopy cluster`.

use super::look::Look;
use super::progress::{Counting, Talk};
use super::summary::{Ending, summary};
use super::{help, memory, say};
use crate::cluster::Keep;
use crate::corpus::{Corpus, SourceFile};
use crate::fingerprint::{Permutations, ShingleSize};
use crate::progress::{Progress, Stage, Unit};
use crate::report::{Output, write_clusters};
use crate::verify::Acceptance;
use crate::{Error, Options, Result, Run};
use clap::{Args, ValueEnum};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// Longest record in bytes, 1 to 1073741824 (1 GiB); longer ones are bad records
    #[arg(long, value_name = "BYTES", default_value_t = 16 << 20, help_heading = INPUT)]
    max_document: usize,
    /// Stop at the first bad record
    #[arg(long, help_heading = INPUT)]
    strict: bool,

    /// Where the clusters go; standard output without it
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT)]
    output: Option<PathBuf>,
    /// Which article stands for a cluster
    #[arg(long, value_enum, default_value_t = KeepArgument::Earliest, help_heading = OUTPUT)]
    keep: KeepArgument,

    /// Jaccard similarity from which two articles are copies: shared shingles among all of both, above 0, at most 1
    #[arg(long, value_name = "SHARE", value_parser = decimal, default_value_t = 0.7, help_heading = MATCHING)]
    threshold: f64,
    /// Containment from which two articles are copies: shared shingles among those of the shorter one, above 0, at most 1
    #[arg(long, value_name = "SHARE", value_parser = decimal, default_value_t = 0.85, help_heading = MATCHING)]
    containment: f64,
    /// Go by Jaccard similarity alone: a copy that was cut by half is none
    #[arg(long, conflicts_with = "containment", help_heading = MATCHING)]
    no_containment: bool,
    /// Distinct shingles that the shorter article needs for containment to count, so that a mere phrase is no copy
    #[arg(long, value_name = "N", default_value_t = 30, help_heading = MATCHING)]
    min_shingles: u32,

    /// Words in a shingle, 1 to 16; fewer withstand more editing, more tell copying from chance
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = FINGERPRINTS)]
    shingle: usize,
    /// Values in a signature, 1 to 4096; more find more and take more memory, 4 bytes each an article
    #[arg(long, value_name = "N", default_value_t = 128, help_heading = FINGERPRINTS)]
    permutations: usize,
    /// Chooses the hash functions of the signatures
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = FINGERPRINTS)]
    seed: u64,
    /// Bands of a signature, at least 1; without it chosen so that copies are found, which the summary puts into figures
    #[arg(long, value_name = "N", requires = "rows", help_heading = FINGERPRINTS)]
    bands: Option<usize>,
    /// Values in a band, at least 1; bands times rows is at most --permutations
    #[arg(long, value_name = "N", requires = "bands", help_heading = FINGERPRINTS)]
    rows: Option<usize>,

    /// Threads; 0 for all that the machine has
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = RUNNING)]
    threads: usize,
    /// Folder for temporary files; the system's own without it
    #[arg(long, value_name = "FOLDER", help_heading = RUNNING)]
    tmp: Option<PathBuf>,
    /// Say nothing but errors: no bars, no bad records, no summary
    #[arg(short, long, help_heading = RUNNING)]
    quiet: bool,
}

// The groups of the options in the help.
const INPUT: &str = "Input";
const OUTPUT: &str = "Output";
const MATCHING: &str = "Matching";
const FINGERPRINTS: &str = "Fingerprints";
const RUNNING: &str = "Running";

#[derive(Clone, Copy, ValueEnum)]
enum KeepArgument {
    /// Earliest published, then longest, then first
    Earliest,
    /// Longest, then earliest, then first
    Longest,
    /// First in the corpus
    First,
}

/// Like Rust's own, with a message for people.
fn decimal(text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| "it must be a number such as 0.7, with a point".to_owned())
}

pub(super) fn run(arguments: ClusterArguments) -> Result<()> {
    let started = Instant::now();
    let mut options = Options {
        shingle_size: ShingleSize::new(arguments.shingle)?,
        permutations: arguments.permutations,
        seed: arguments.seed,
        bands_and_rows: arguments.bands.zip(arguments.rows),
        acceptance: Acceptance::new(
            arguments.threshold,
            (!arguments.no_containment).then_some(arguments.containment),
            arguments.min_shingles,
        )?,
        keep: match arguments.keep {
            KeepArgument::Earliest => Keep::Earliest,
            KeepArgument::Longest => Keep::Longest,
            KeepArgument::First => Keep::First,
        },
        strict: arguments.strict,
        tmp: arguments.tmp,
        ..Options::default()
    };
    options.corpus.max_document = arguments.max_document;
    // What is wrong with these is said before the input is read, which for a pipe means to the end.
    Permutations::new(options.permutations, options.seed)?;
    options.banding()?;
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .map_err(|error| Error::Parameter(format!("cannot watch for interrupts: {error}")))?;
    let talk = Talk::new(arguments.quiet, arguments.strict, interrupted);
    let corpus = Corpus::open(&arguments.inputs, options.corpus.clone(), &talk)?;
    if let Some(output) = &arguments.output {
        refuse_input_as_output(&corpus, output)?;
    }
    // Created before the work, so that a place that cannot be written is told at once.
    let output = arguments
        .output
        .as_deref()
        .map(Output::create)
        .transpose()?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads)
        .build();
    let pool = pool.map_err(|error| {
        Error::Parameter(format!(
            "cannot start {} threads: {error}",
            arguments.threads
        ))
    })?;
    let run = pool.install(|| crate::cluster_corpus(corpus, &options, &talk))?;
    // A bar would stand in the midst of rows that go to the same terminal.
    if arguments.output.is_some() || !io::stdout().is_terminal() {
        talk.begin(Stage::Write, 0, Unit::Bytes);
    }
    let written = write(&run, output, &talk);
    talk.end();
    written?;
    if !arguments.quiet {
        let clusters = arguments.output.as_deref();
        let ending = Ending {
            run: &run,
            acceptance: options.acceptance,
            took: started.elapsed(),
            peak_bytes: memory::peak_bytes(),
            written: &clusters
                .map(|path| ("clusters", path))
                .into_iter()
                .collect::<Vec<_>>(),
        };
        say(summary(&ending, Look::of_stderr())?.trim_end());
    }
    Ok(())
}

fn write(run: &Run, output: Option<Output>, talk: &Talk) -> Result<()> {
    match output {
        Some(mut output) => {
            let written = write_clusters(run, Counting::new(&mut output, talk))?;
            // An interrupt makes the writer fail; that is no fault of the place it writes to.
            if talk.cancelled() {
                return Err(Error::Interrupted);
            }
            written.map_err(Error::io("write", output.path()))?;
            output.finish()
        }
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            let written = write_clusters(run, Counting::new(&mut out, talk))?;
            match written.and_then(|()| out.flush()) {
                // The reader has seen enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                written => written.map_err(Error::io("write", "standard output")),
            }
        }
    }
}

/// The report must not take the place of what it reports on.
fn refuse_input_as_output(corpus: &Corpus, output: &Path) -> Result<()> {
    let Ok(place) = output.canonicalize() else {
        return Ok(());
    };
    let same = |file: &&SourceFile| file.path().canonicalize().is_ok_and(|path| path == place);
    match corpus.files().iter().find(same) {
        Some(file) => Err(Error::Parameter(format!(
            "{} is an input and cannot be the output; choose another place",
            file.name
        ))),
        None => Ok(()),
    }
}
