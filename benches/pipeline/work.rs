//! The work that is measured, each piece in a process of its own: this program, started with other arguments.

use crate::{Result, options, plain_options};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use wirecopy::Options;
use wirecopy::corpus::{Block, Corpus, CorpusOptions, Parser};
use wirecopy::progress::{Silent, Stage};
use wirecopy::report::{Listed, Output, write_clusters};

/// The first argument of a process that measures.
const CHILD: &str = "--child";

/// A piece of work.
#[derive(Clone, Copy)]
pub enum Task {
    /// Splits the lines and parses the JSON, with the project's own parser.
    Parse,
    /// The same with the standard library and `serde_json`.
    SerdeJson,
    /// The whole job, from the corpus to the CSV.
    Cluster,
    /// The same without what the rule for news brings: [`plain_options`](crate::plain_options).
    ClusterPlain,
}

impl Task {
    const ALL: [(&str, Self); 4] = [
        ("parse", Self::Parse),
        ("serde-json", Self::SerdeJson),
        ("cluster", Self::Cluster),
        ("cluster-plain", Self::ClusterPlain),
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Parse => Self::ALL[0].0,
            Self::SerdeJson => Self::ALL[1].0,
            Self::Cluster => Self::ALL[2].0,
            Self::ClusterPlain => Self::ALL[3].0,
        }
    }
}

/// What a piece of work took.
#[derive(Clone, Copy)]
pub struct Measured {
    pub seconds: f64,
    /// Bytes in memory before the work, and at most; where the system tells.
    pub memory: Option<(u64, u64)>,
}

impl Measured {
    pub const NONE: Self = Self {
        seconds: f64::INFINITY,
        memory: None,
    };

    /// The shorter time, and the larger peak: what the work may need.
    pub fn improve(&mut self, other: Self) {
        self.seconds = self.seconds.min(other.seconds);
        let peak = |memory: Option<(u64, u64)>| memory.map(|(_, peak)| peak);
        if peak(other.memory) > peak(self.memory) {
            self.memory = other.memory;
        }
    }
}

/// Does `task` in a new process.
pub fn measure(task: Task, corpus: &Path, threads: usize) -> Result<Measured> {
    let output = Command::new(std::env::current_exe()?)
        .args([CHILD, task.name()])
        .arg(corpus)
        .arg(threads.to_string())
        .stderr(Stdio::inherit())
        .output()?;
    let report = String::from_utf8(output.stdout)?;
    let numbers: Vec<&str> = report.split_whitespace().collect();
    match numbers[..] {
        [seconds] if output.status.success() => Ok(Measured {
            seconds: seconds.parse()?,
            memory: None,
        }),
        [seconds, before, peak] if output.status.success() => Ok(Measured {
            seconds: seconds.parse()?,
            memory: Some((before.parse()?, peak.parse()?)),
        }),
        _ => Err(format!("{} failed: {}, {report}", task.name(), output.status).into()),
    }
}

/// The report of this process, if it was started by [`measure`].
pub fn as_child(arguments: &[String]) -> Result<Option<String>> {
    let [first, task, corpus, threads] = arguments else {
        return Ok(None);
    };
    let task = Task::ALL.iter().find(|(name, _)| name == task);
    let Some((_, task)) = task.filter(|_| first == CHILD) else {
        return Ok(None);
    };
    let before = peak_memory();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.parse()?)
        .build()?;
    let corpus = PathBuf::from(corpus);
    let started = Instant::now();
    match task {
        Task::Parse => pool.install(|| parse(corpus))?,
        Task::SerdeJson => serde_json_pass(&corpus)?,
        Task::Cluster => pool.install(|| whole_job(corpus, &options()))?,
        Task::ClusterPlain => pool.install(|| whole_job(corpus, &plain_options()))?,
    }
    let seconds = started.elapsed().as_secs_f64();
    Ok(Some(match before.zip(peak_memory()) {
        Some((before, peak)) => format!("{seconds} {before} {peak}"),
        None => seconds.to_string(),
    }))
}

fn parse(corpus: PathBuf) -> Result<()> {
    let corpus = Corpus::open(&[corpus], CorpusOptions::default(), &Silent)?;
    let texts_of_block = |parser: &mut Parser, block: &Block| {
        let mut bytes = 0;
        for record in &block.records {
            if let Ok(article) = parser.parse(&corpus, block, record) {
                bytes += article.text.len();
            }
        }
        Ok(bytes)
    };
    let mut bytes = 0;
    let mut collect = |block| {
        bytes += block;
        Ok(())
    };
    corpus.scan(
        Stage::Fingerprint,
        &Silent,
        Parser::new,
        texts_of_block,
        &mut collect,
    )?;
    something_was_read(bytes)
}

#[derive(serde::Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    id: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    title: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
}

fn serde_json_pass(corpus: &Path) -> Result<()> {
    let mut input = BufReader::with_capacity(1 << 20, File::open(corpus)?);
    let (mut line, mut bytes) = (Vec::new(), 0);
    while input.read_until(b'\n', &mut line)? > 0 {
        let article: Line = serde_json::from_slice(&line)?;
        bytes += article.id.len() + article.title.len() + article.text.len();
        line.clear();
    }
    something_was_read(bytes)
}

fn something_was_read(bytes: usize) -> Result<()> {
    if bytes == 0 {
        return Err("the corpus holds no text".into());
    }
    Ok(())
}

fn whole_job(corpus: PathBuf, options: &Options) -> Result<()> {
    let mut output = Output::create(&corpus.with_extension("clusters.csv"))?;
    let run = wirecopy::cluster(&[corpus], options, &Silent)?;
    write_clusters(&run, Listed::Clustered, &mut output, &Silent)?;
    Ok(output.publish()?)
}

/// The most memory that this process has held, in bytes.
///
/// From `/proc`, since what `getrusage` says of a new process includes what its parent held.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: u64 = line?.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}
