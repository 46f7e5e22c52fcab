//! `wirecopy cluster`.

use super::outputs::OutputArguments;
use super::rejects::RejectLog;
use crate::cluster::Keep;
use crate::corpus::{Corpus, FieldNames, Format, Reject};
use crate::fingerprint::ShingleSize;
use crate::lsh::CUT_COPY_SIMILARITY;
use crate::progress::{Progress, Timed};
use crate::report::Measured;
use crate::verify::Acceptance;
use crate::{Error, Options, Result, Run};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

/// Find the copies in a corpus and write its clusters as CSV
#[derive(Args)]
#[command(
    after_help = "Examples:\n  wirecopy cluster news.jsonl -o clusters.csv\n  wirecopy cluster crawl/ --threshold 0.8 --no-containment > clusters.csv"
)]
pub(super) struct ClusterArguments {
    /// Files, folders, patterns such as 'news/*.jsonl', or - for standard input
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    outputs: OutputArguments,
    /// Jaccard similarity from which two articles are copies
    #[arg(long, default_value_t = 0.7)]
    threshold: f64,
    /// Containment from which two articles are copies
    #[arg(long, default_value_t = 0.85)]
    containment: f64,
    /// Go by Jaccard similarity alone
    #[arg(long, conflicts_with = "containment")]
    no_containment: bool,
    /// Distinct shingles that the shorter article needs for containment to count
    #[arg(long, default_value_t = 30)]
    min_shingles: u32,
    /// Words in a shingle
    #[arg(long, default_value_t = 3)]
    shingle: usize,
    /// Values in a signature
    #[arg(long, default_value_t = 128)]
    permutations: usize,
    /// Chooses the hash functions of the signatures
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Bands of a signature; chosen to find the copies if not given
    #[arg(long, requires = "rows")]
    bands: Option<usize>,
    /// Values in a band
    #[arg(long, requires = "bands")]
    rows: Option<usize>,
    /// Which article stands for a cluster
    #[arg(long, value_enum, default_value_t = KeepArgument::Earliest)]
    keep: KeepArgument,
    /// Threads; all that the machine has if 0
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Folder for temporary files
    #[arg(long)]
    tmp: Option<PathBuf>,
    /// Stop at the first bad record
    #[arg(long)]
    strict: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

/// How the corpus is read.
#[derive(Args)]
#[command(next_help_heading = "Input")]
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
    /// Longest record in bytes
    #[arg(long, default_value_t = 16 << 20, value_name = "BYTES")]
    max_document: usize,
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

/// Prints the first bad records as they come, and passes an interrupt on.
struct Talk {
    quiet: bool,
    rejected: AtomicU64,
    interrupted: Arc<AtomicBool>,
}

impl Progress for Talk {
    fn cancelled(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    fn rejected(&self, reject: &Reject) {
        const SHOWN: u64 = 10;
        let before = self.rejected.fetch_add(1, Ordering::Relaxed);
        if !self.quiet && before < SHOWN {
            eprintln!("{reject}");
        } else if !self.quiet && before == SHOWN {
            eprintln!("more bad records are only counted");
        }
    }
}

/// What the library is to do, and the inputs and outputs.
fn options(arguments: &ClusterArguments) -> Result<Options> {
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
    options.banding()?;
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .map_err(|error| Error::Parameter(format!("cannot watch for interrupts: {error}")))?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads)
        .build()
        .map_err(|error| {
            let threads = arguments.threads;
            Error::Parameter(format!("cannot start {threads} threads: {error}"))
        })?;
    let talk = Talk {
        quiet: arguments.quiet,
        rejected: AtomicU64::new(0),
        interrupted,
    };
    pool.install(|| {
        let timed = Timed::new(&talk);
        let corpus = Corpus::open(&arguments.inputs, options.corpus.clone(), &timed)?;
        let mut outputs = arguments.outputs.create(&corpus)?;
        let log = RejectLog::new(&timed, outputs.rejects.take())?;
        let done = crate::cluster_corpus(corpus, &options, &log);
        outputs.rejects = log.finish()?;
        let run = done?;
        outputs.write(&run, &options, &timed, || Measured {
            total: started.elapsed(),
            stages: timed.times(),
            peak_memory: None,
            threads: rayon::current_num_threads(),
        })?;
        if !arguments.quiet {
            summarise(&run, options.acceptance, started.elapsed().as_secs_f64())?;
        }
        Ok(())
    })
}

fn summarise(run: &Run, acceptance: Acceptance, seconds: f64) -> Result<()> {
    let articles = run.fingerprints.rows.len();
    let members: usize = run
        .clusters
        .iter()
        .map(|cluster| cluster.members.len())
        .sum();
    let copies = members - run.clusters.len();
    let share = if articles == 0 {
        0.0
    } else {
        100.0 * copies as f64 / articles as f64
    };
    eprintln!(
        "{articles} articles, {} clusters, {copies} copies ({share:.1} % of the corpus) in {seconds:.1} s",
        run.clusters.len()
    );
    let banding = run.banding;
    let chance = |similarity| 100.0 * banding.probability(similarity);
    let threshold = acceptance.threshold();
    eprint!(
        "{} bands of {} rows find a pair at the threshold {threshold} with a probability of {:.1} %",
        banding.bands(),
        banding.rows(),
        chance(threshold)
    );
    match acceptance.containment() {
        Some(_) => eprintln!(
            ", a copy cut to 30 % with {:.1} %",
            chance(CUT_COPY_SIMILARITY)
        ),
        None => eprintln!(),
    }
    if run.candidates.crowded_buckets > 0 {
        let counts = run.candidates;
        eprintln!(
            "{} crowded buckets, the largest of {} articles; {} pairs in them were not compared",
            counts.crowded_buckets, counts.largest_bucket, counts.capped
        );
    }
    let rejected = run.fingerprints.rejected_total();
    if rejected > 0 {
        eprintln!("{rejected} records could not be used");
    }
    for cluster in run.clusters.iter().take(5) {
        let description = run
            .evidence
            .description(cluster.representative())?
            .unwrap_or_default();
        let title = if description.title.is_empty() {
            description.id
        } else {
            description.title
        };
        let plain: String = title.chars().filter(|c| !c.is_control()).take(70).collect();
        eprintln!("{:>6} x {plain}", cluster.members.len());
    }
    Ok(())
}
