//! The figures of a run, for programs.

use super::{PageCounts, PairCounts};
use crate::cluster::Keep;
use crate::corpus::RejectReason;
use crate::lsh::{
    Banding, CUT_COPY_SIMILARITY, CandidateCounts, Neighbours, SHORT_CUT_SIMILARITY, Scheme,
    probability_by_single_values,
};
use crate::progress::Stage;
use crate::text::Furniture;
use crate::verify::Rule;
use crate::{Options, Run, Spilled};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// The figures of a run. Written as JSON by [`Summary::to_json`]; names and meanings stay, new ones may be added.
///
/// ```
/// use wirecopy::report::{Measured, Summary};
/// use wirecopy::{Options, progress::Silent};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("news.jsonl");
/// # std::fs::write(&path, concat!(
/// #     r#"{"id":"a","text":"The clock on the town hall of Brede has stood still since Sunday, and nobody knows why."}"#, "\n",
/// #     r#"{"id":"b","text":"Herring is cheap in Lund this week."}"#, "\n",
/// #     r#"{"id":"c","text":"The clock on the town hall of Brede has stood still since Sunday, and nobody knows where."}"#, "\n",
/// #     r#"{"id":"d"}"#, "\n",
/// # ))?;
/// let options = Options::default();
/// let run = wirecopy::cluster(&[path], &options, &Silent)?;
/// let summary = Summary::new(&run, &options, &Measured::default());
/// assert_eq!((summary.input.articles, summary.input.rejected), (3, 1));
/// assert_eq!((summary.found.clusters, summary.found.copies), (1, 1));
/// assert!(summary.to_json().contains("\"missing_text\": 1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The version of wirecopy.
    pub version: &'static str,
    /// What the run was told, or chose.
    pub parameters: Parameters,
    /// What was read.
    pub input: InputCounts,
    /// Furniture of pages that was learnt from the corpus.
    pub furniture: FurnitureCounts,
    /// What the search for candidates did.
    pub candidates: CandidateCounts,
    /// Pairs of distinct texts that the acceptance rule accepted.
    pub accepted_pairs: u64,
    /// What was found.
    pub found: FoundCounts,
    /// The pairs report, if one was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairs_report: Option<PairCounts>,
    /// Records in the corpus without copies, if it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_records: Option<u64>,
    /// The page, if one was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<PageCounts>,
    /// Time and memory: the one part that differs between two runs on the same input.
    pub measured: MeasuredJson,
}

/// The parameters of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Parameters {
    /// Which pairs count as copies, with its values.
    pub rule: Rule,
    /// Whether texts were compared as they came, with the furniture of the page.
    pub raw: bool,
    /// Words in a shingle.
    pub shingle: usize,
    /// Values in a signature.
    pub permutations: usize,
    /// Chooses the hash functions.
    pub seed: u64,
    /// Bands of a signature; null if none were given.
    pub bands: Option<usize>,
    /// Values in a band; null if none were given.
    pub rows: Option<usize>,
    /// Values in a signature that are kept whole; of the others five bits are.
    pub whole_values: usize,
    /// How far apart two values may be whose agreement makes a candidate, 0 where one is enough; null if bands were given. If more than 64
    /// articles share a value, those make candidates that share all that follow it so far, or one of these if few that share it were published
    /// about the same time.
    pub reach: Option<usize>,
    /// The chance that a copy cut to half of its length becomes a candidate, where few others share its wording; so for the next two.
    pub probability_of_half: f64,
    /// The chance that a copy cut to 30 % of its length becomes a candidate.
    pub probability_of_cut_copy: f64,
    /// The chance that a pair at the threshold becomes a candidate; null if the rule has none.
    pub probability_at_threshold: Option<f64>,
    /// The chance, at least, that a copy cut to 10 % of its length becomes a candidate if its shingles are rare and, where dates count, it was
    /// published within the window of what it was cut from (of copies apart those whose shingles very few share are found); null if
    /// containment does not count or bands and rows were given.
    pub probability_of_short_cut: Option<f64>,
    /// The chance, at most, that a pair that is just similar enough to be looked at is dropped by its signature.
    pub prefilter_loss: f64,
    /// Which article of a cluster is its representative.
    pub keep: Keep,
    /// Longest record in bytes.
    pub max_document: usize,
}

/// What was read.
#[derive(Debug, Clone, Serialize)]
pub struct InputCounts {
    /// Files.
    pub files: u64,
    /// Files in folders that were passed over because of their names.
    pub skipped_files: u64,
    /// Bytes of the files as they lie on disk.
    pub bytes: u64,
    /// Articles.
    pub articles: u64,
    /// Records that could not be used.
    pub rejected: u64,
    /// The same by reason.
    pub rejected_by_reason: BTreeMap<RejectReason, u64>,
    /// Articles whose date could not be read; they count as undated.
    pub unread_dates: u64,
    /// Ids that more than one article bears.
    pub duplicate_ids: u64,
    /// Articles that bear them.
    pub articles_with_duplicate_ids: u64,
}

/// What was learnt of the furniture of pages.
#[derive(Debug, Clone, Serialize)]
pub struct FurnitureCounts {
    /// Lines that a source prints under or over many reports.
    pub learnt_lines: u64,
    /// Articles that were compared, and read without such lines.
    pub articles_without_them: u64,
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct FoundCounts {
    /// Clusters of two or more.
    pub clusters: u64,
    /// Articles in them.
    pub articles_in_clusters: u64,
    /// Articles that are copies: those in clusters without the representatives.
    pub copies: u64,
    /// Copies as a share of all articles, 0 to 1.
    pub share_of_copies: f64,
    /// Articles whose words are exactly those of an earlier one.
    pub exact_duplicates: u64,
    /// How many clusters there are of each size.
    pub clusters_by_size: BTreeMap<usize, u64>,
}

/// Time and memory of a run, measured by the caller.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// The whole run.
    pub total: Duration,
    /// Its stages.
    pub stages: BTreeMap<Stage, Duration>,
    /// Most resident memory of the process, in bytes, if known.
    pub peak_memory: Option<u64>,
    /// Threads used.
    pub threads: usize,
}

/// [`Measured`] in the units of the JSON file.
#[derive(Debug, Clone, Serialize)]
pub struct MeasuredJson {
    /// Seconds of the whole run.
    pub seconds: f64,
    /// Seconds of each stage.
    pub seconds_by_stage: BTreeMap<Stage, f64>,
    /// Articles a second.
    pub articles_per_second: f64,
    /// Most resident memory of the process in bytes; null where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
    /// Threads used.
    pub threads: usize,
    /// Bytes that went to temporary files, by what they are.
    pub spilled_bytes: Spilled,
    /// Articles whose fingerprints were there from an earlier run.
    pub from_checkpoint: u64,
}

impl Summary {
    /// Collects the figures of a run made with `options`.
    pub fn new(run: &Run, options: &Options, measured: &Measured) -> Self {
        let threshold = match options.rule {
            Rule::News(_) => None,
            Rule::Plain(rule) => Some(rule.threshold()),
        };
        let (banding, neighbours) = match run.scheme {
            Scheme::Bands(banding) => (Some(banding), None),
            Scheme::Neighbours(neighbours) => (None, Some(neighbours)),
        };
        let prints = &run.fingerprints;
        let articles = prints.rows.len() as u64;
        let (members, copies) = (run.members(), run.copies() as u64);
        let mut clusters_by_size = BTreeMap::new();
        for cluster in &run.clusters {
            *clusters_by_size.entry(cluster.members.len()).or_default() += 1;
        }
        let seconds = measured.total.as_secs_f64();
        let stages = measured.stages.iter();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            parameters: Parameters {
                rule: options.rule,
                raw: prints.furniture == Furniture::Keep,
                shingle: prints.shingle_size.get(),
                permutations: options.permutations,
                seed: options.seed,
                bands: banding.map(Banding::bands),
                rows: banding.map(Banding::rows),
                whole_values: run.fingerprints.signatures.layout().whole(),
                reach: neighbours.map(Neighbours::reach),
                probability_of_half: run.scheme.probability(0.5),
                probability_of_cut_copy: run.scheme.probability(CUT_COPY_SIMILARITY),
                probability_at_threshold: threshold.map(|at| run.scheme.probability(at)),
                probability_of_short_cut: run.unlike_copies.map(|_| {
                    probability_by_single_values(SHORT_CUT_SIMILARITY, run.scheme.whole_values())
                }),
                prefilter_loss: options.rule.prefilter_loss(),
                keep: options.keep,
                max_document: options.corpus.max_document,
            },
            input: InputCounts {
                files: run.corpus.files().len() as u64,
                skipped_files: run.corpus.skipped_files(),
                bytes: run.corpus.files().iter().map(|file| file.size).sum(),
                articles,
                rejected: prints.rejected_total(),
                rejected_by_reason: prints.rejected.clone(),
                unread_dates: prints.unread_dates.articles,
                duplicate_ids: prints.duplicate_ids.ids,
                articles_with_duplicate_ids: prints.duplicate_ids.articles,
            },
            furniture: FurnitureCounts {
                learnt_lines: prints.learnt.len() as u64,
                articles_without_them: run.evidence.shortened(),
            },
            candidates: run.candidates,
            accepted_pairs: run.edges.len() as u64,
            found: FoundCounts {
                clusters: run.clusters.len() as u64,
                articles_in_clusters: members as u64,
                copies,
                share_of_copies: copies as f64 / articles.max(1) as f64,
                exact_duplicates: run.duplicates.pairs.len() as u64,
                clusters_by_size,
            },
            pairs_report: None,
            unique_records: None,
            page: None,
            measured: MeasuredJson {
                seconds,
                seconds_by_stage: stages.map(|(&s, t)| (s, t.as_secs_f64())).collect(),
                articles_per_second: if seconds > 0.0 {
                    articles as f64 / seconds
                } else {
                    0.0
                },
                peak_memory_bytes: measured.peak_memory,
                threads: measured.threads,
                spilled_bytes: run.spilled,
                from_checkpoint: prints.from_checkpoint,
            },
        }
    }

    /// The file's bytes: indented JSON with a line end.
    pub fn to_json(&self) -> String {
        // Only maps whose keys are no strings and values with a serialiser of their own can fail; there are none.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }
}
