//! `wirecopy cluster`.

use super::look::Look;
use super::outputs::OutputArguments;
use super::progress::Talk;
use super::rejects::RejectLog;
use super::summary::{Ending, summary};
use super::{help, memory, say};
use crate::cluster::Keep;
use crate::corpus::{Corpus, FieldNames, Format};
use crate::fingerprint::{Permutations, ShingleSize};
use crate::memory::{Bound, Budget, Size};
use crate::progress::Timed;
use crate::report::Measured;
use crate::text::Furniture;
use crate::verify::{Acceptance, NewsRule, Rule};
use crate::{Error, Options, Result};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
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
    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    outputs: OutputArguments,
    /// Which article stands for a cluster
    #[arg(long, value_enum, default_value_t = KeepArgument::Earliest, help_heading = OUTPUT)]
    keep: KeepArgument,

    /// Which pairs count as copies; plain as soon as --threshold, --no-containment or --min-shingles is given
    #[arg(long, value_enum, value_name = "RULE", help_heading = MATCHING)]
    rule: Option<RuleArgument>,
    /// How much of the shorter article must stand in the longer, above 0, at most 1: by the weight of its shingles with the
    /// rule for news [default: 0.75], by their number with the plain one [default: 0.85]
    #[arg(long, value_name = "SHARE", value_parser = decimal, help_heading = MATCHING)]
    containment: Option<f64>,
    /// Rule for news: the longest time between two copies, such as 3d or 36h; none if dates are not to count [default: 3d]
    #[arg(long, value_name = "TIME", value_parser = window, help_heading = MATCHING)]
    window: Option<Window>,
    /// Plain rule: Jaccard similarity from which two articles are copies, shared shingles among all of both, above 0, at most 1
    /// [default: 0.7]
    #[arg(long, value_name = "SHARE", value_parser = decimal, help_heading = MATCHING)]
    threshold: Option<f64>,
    /// Plain rule: go by Jaccard similarity alone; a copy that was cut by half is none
    #[arg(long, conflicts_with = "containment", help_heading = MATCHING)]
    no_containment: bool,
    /// Plain rule: distinct shingles that the shorter article needs for containment to count, so that a mere phrase is no copy
    /// [default: 30]
    #[arg(long, value_name = "N", help_heading = MATCHING)]
    min_shingles: Option<u32>,

    /// Compare texts as they came: datelines, bylines, credits, share lines and the like are not taken off
    #[arg(long, help_heading = MATCHING)]
    raw: bool,

    /// Words in a shingle, 1 to 16; fewer withstand more editing, more tell copying from chance
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = FINGERPRINTS)]
    shingle: usize,
    /// Values in a signature, 1 to 4096; more find more and take more memory, 168 bytes an article for 128
    #[arg(long, value_name = "N", default_value_t = 128, help_heading = FINGERPRINTS)]
    permutations: usize,
    /// Chooses the hash functions of the signatures
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = FINGERPRINTS)]
    seed: u64,
    /// Bands of a signature, at least 1; without it articles meet by pairs of values, and the summary says what that finds
    #[arg(long, value_name = "N", requires = "rows", help_heading = FINGERPRINTS)]
    bands: Option<usize>,
    /// Values in a band, at least 1; bands times rows is at most --permutations
    #[arg(long, value_name = "N", requires = "bands", help_heading = FINGERPRINTS)]
    rows: Option<usize>,

    /// Threads, at most 1024; 0 for all that the machine has
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = RUNNING)]
    threads: usize,
    /// Most memory to take, such as 512MB, 2GB or 2GiB, without the file cache of the system; what does not fit goes to temporary
    /// files, and the result is the same [default: three quarters of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = RUNNING)]
    memory: Option<Size>,
    /// Folder for temporary files; the system's own without it
    #[arg(long, value_name = "FOLDER", help_heading = RUNNING)]
    tmp: Option<PathBuf>,
    /// Folder that keeps finished fingerprints: a run that was killed goes on from it when it is started again as before
    #[arg(long, value_name = "FOLDER", help_heading = RUNNING)]
    checkpoint: Option<PathBuf>,
    /// Say nothing but errors: no bars, no bad records, no summary
    #[arg(short, long, help_heading = RUNNING)]
    quiet: bool,
}

// The groups of the options in the help.
const INPUT: &str = "Input";
pub(super) const OUTPUT: &str = "Output";
const MATCHING: &str = "Matching";
const FINGERPRINTS: &str = "Fingerprints";
const RUNNING: &str = "Running";

/// How the corpus is read.
#[derive(Args)]
#[command(next_help_heading = INPUT)]
struct InputArguments {
    /// Format of all inputs; told from name and content without it
    #[arg(long, value_enum)]
    format: Option<FormatArgument>,
    /// Field of the text; a dot reaches into nested objects
    #[arg(long, value_name = "NAME")]
    text_field: Option<String>,
    /// Field of the id
    #[arg(long, value_name = "NAME")]
    id_field: Option<String>,
    /// Field of the title
    #[arg(long, value_name = "NAME")]
    title_field: Option<String>,
    /// Field of the outlet
    #[arg(long, value_name = "NAME")]
    source_field: Option<String>,
    /// Field of the date of publication
    #[arg(long, value_name = "NAME")]
    published_field: Option<String>,
    /// Field of the address
    #[arg(long, value_name = "NAME")]
    url_field: Option<String>,
    /// Longest record in bytes, 1 to 1073741824 (1 GiB); longer ones are bad records
    #[arg(long, value_name = "BYTES", default_value_t = 16 << 20)]
    max_document: usize,
    /// Stop at the first bad record
    #[arg(long)]
    strict: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatArgument {
    /// One JSON object a line
    Jsonl,
    /// One JSON array, or objects one after another
    Json,
    /// Comma-separated, with a header
    Csv,
    /// Tab-separated, with a header
    Tsv,
    /// Plain text, one article a file
    Text,
}

impl From<FormatArgument> for Format {
    fn from(argument: FormatArgument) -> Self {
        match argument {
            FormatArgument::Jsonl => Self::Jsonl,
            FormatArgument::Json => Self::Json,
            FormatArgument::Csv => Self::Csv,
            FormatArgument::Tsv => Self::Tsv,
            FormatArgument::Text => Self::Text,
        }
    }
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

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum RuleArgument {
    /// Wording special to a report, openings, dates and figures
    News,
    /// Jaccard similarity and containment alone
    Plain,
}

/// Hours between two copies at most, if dates count.
#[derive(Clone, Copy)]
pub(super) struct Window(pub(super) Option<f64>);

pub(super) fn window(text: &str) -> Result<Window, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Window(None));
    }
    let span: Result<jiff::Span, _> = text.parse();
    span.and_then(|span| span.total((jiff::Unit::Hour, jiff::SpanRelativeTo::days_are_24_hours())))
        .map(|hours| Window(Some(hours)))
        .map_err(|_| "it must be a time such as 3d, 36h or 1w, or none".to_owned())
}

/// Like Rust's own, with a message for people.
pub(super) fn decimal(text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| "it must be a number such as 0.7, with a point".to_owned())
}

fn size(text: &str) -> Result<Size, String> {
    text.parse()
}

/// The acceptance rule that the arguments ask for.
fn rule(arguments: &ClusterArguments) -> Result<Rule> {
    let plain = arguments.threshold.is_some()
        || arguments.no_containment
        || arguments.min_shingles.is_some();
    let chosen = arguments.rule.unwrap_or(if plain {
        RuleArgument::Plain
    } else {
        RuleArgument::News
    });
    match chosen {
        RuleArgument::News if plain => Err(Error::Parameter(
            "--threshold, --no-containment and --min-shingles belong to the plain rule; leave them out, or choose --rule plain"
                .into(),
        )),
        RuleArgument::News => {
            let usual = NewsRule::default();
            Ok(Rule::News(NewsRule::new(
                arguments.containment.unwrap_or(usual.contained()),
                arguments.window.map_or(usual.window_hours(), |window| window.0),
            )?))
        }
        RuleArgument::Plain if arguments.window.is_some() => Err(Error::Parameter(
            "--window belongs to the rule for news; the plain rule does not look at dates".into(),
        )),
        RuleArgument::Plain => {
            let usual = Acceptance::default();
            let containment = arguments.containment.or(usual.containment());
            Ok(Rule::Plain(Acceptance::new(
                arguments.threshold.unwrap_or(usual.threshold()),
                containment.filter(|_| !arguments.no_containment),
                arguments.min_shingles.unwrap_or(usual.min_shingles()),
            )?))
        }
    }
}
/// More threads than this bring no machine anything; where the system runs out of them the program would not end cleanly.
const MOST_THREADS: usize = 1024;

/// What the library is to do, and the inputs and outputs.
fn options(arguments: &ClusterArguments) -> Result<Options> {
    let mut options = Options {
        shingle_size: ShingleSize::new(arguments.shingle)?,
        furniture: if arguments.raw {
            Furniture::Keep
        } else {
            Furniture::Strip
        },
        permutations: arguments.permutations,
        seed: arguments.seed,
        bands_and_rows: arguments.bands.zip(arguments.rows),
        rule: rule(arguments)?,
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
        ..Options::default()
    };
    let input = &arguments.input;
    options.corpus.format = input.format.map(Format::from);
    options.corpus.max_document = input.max_document;
    options.corpus.tmp = arguments.tmp.clone();
    options.corpus.fields = FieldNames {
        id: input.id_field.clone(),
        title: input.title_field.clone(),
        text: input.text_field.clone(),
        source: input.source_field.clone(),
        published: input.published_field.clone(),
        url: input.url_field.clone(),
    };
    Ok(options)
}

pub(super) fn run(arguments: ClusterArguments) -> Result<()> {
    let started = Instant::now();
    let options = options(&arguments)?;
    // What is wrong with these is said before the input is read, which for a pipe means to the end.
    Permutations::new(options.permutations, options.seed)?;
    options.scheme()?;
    if arguments.threads > MOST_THREADS {
        return Err(Error::Parameter(format!(
            "--threads must be at most {MOST_THREADS}, not {}; 0 takes all that the machine has",
            arguments.threads
        )));
    }
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .map_err(|error| Error::Input(format!("cannot watch for interrupts: {error}")))?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads)
        .build()
        .map_err(|error| {
            let threads = arguments.threads;
            Error::Parameter(format!("cannot start {threads} threads: {error}"))
        })?;
    let talk = Talk::new(arguments.quiet, options.strict, interrupted);
    pool.install(|| {
        // Before the input is read, too, but only now is it known how many threads there are.
        Budget::new(options.memory, rayon::current_num_threads())?;
        let timed = Timed::new(&talk);
        let mut outputs = arguments.outputs.create()?;
        let corpus = Corpus::open(&arguments.inputs, options.corpus.clone(), &timed)?;
        outputs.check(&corpus)?;
        let log = RejectLog::new(&timed, outputs.rejects.take())?;
        let done = crate::cluster_corpus(corpus, &options, &log);
        outputs.rejects = log.finish()?;
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
