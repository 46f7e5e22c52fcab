//! `wirecopy cluster`.

use crate::cluster::Keep;
use crate::corpus::{Corpus, Reject, SourceFile};
use crate::fingerprint::ShingleSize;
use crate::lsh::CUT_COPY_SIMILARITY;
use crate::progress::Progress;
use crate::report::{Output, write_clusters};
use crate::verify::Acceptance;
use crate::{Error, Options, Result, Run};
use clap::{Args, ValueEnum};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

/// Find the copies in a corpus and write its clusters as CSV
#[derive(Args)]
#[command(
    after_help = "Examples:\n  wirecopy cluster news.jsonl -o clusters.csv\n  wirecopy cluster crawl/ --threshold 0.8 --no-containment > clusters.csv"
)]
pub(super) struct ClusterArguments {
    /// JSON Lines files, plain or compressed with gzip or zstd, and folders of them
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Where the clusters go; standard output without it
    #[arg(short, long)]
    output: Option<PathBuf>,
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
    /// Longest record in bytes
    #[arg(long, default_value_t = 16 << 20)]
    max_document: usize,
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
    options.corpus.tmp.clone_from(&options.tmp);
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .map_err(|error| Error::Parameter(format!("cannot watch for interrupts: {error}")))?;
    let talk = Talk {
        quiet: arguments.quiet,
        rejected: AtomicU64::new(0),
        interrupted,
    };
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
    match output {
        Some(mut output) => {
            let path = output.path().to_path_buf();
            write_clusters(&run, &mut output)?.map_err(Error::io("write", path))?;
            output.finish()?;
        }
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            let written = write_clusters(&run, &mut out)?.and_then(|()| out.flush());
            match written {
                // The reader has seen enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                written => written.map_err(Error::io("write", "standard output"))?,
            }
        }
    }
    if !arguments.quiet {
        summarise(&run, options.acceptance, started.elapsed().as_secs_f64())?;
    }
    Ok(())
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
