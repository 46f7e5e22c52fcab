//! How good a result is: a file of pairs or clusters against a truth that somebody labelled.
//!
//! [`evaluate`] reads CSVs, those of wirecopy or anybody's. It is told by the header what a file holds:
//!
//! | | columns |
//! | --- | --- |
//! | pairs that were found | `a`, `b`; `jaccard`, `containment` and any other number on demand |
//! | clusters that were found | `id` and `cluster_id` (or `cluster`, or `story`); `title` on demand |
//! | labelled pairs | `a`, `b`, `label` ([`Label`]); `weight`, `jaccard`, `containment` on demand |
//! | stories | `id` and `cluster` (or `cluster_id`, or `story`) |
//!
//! Ids are compared byte by byte. The order of the two ids of a pair does not matter, and a pair or an id that comes
//! twice counts once. A cluster that is blank is none: the article is by itself.
//!
//! # Labelled pairs
//!
//! A pair is *reported* if a file of pairs lists it, or if a file of clusters has both ids in one cluster. A pair or an id
//! that does not occur there is not reported. [`Accuracy`] is over the labelled pairs alone: copies against templates and
//! other pairs together, and against either alone; undecidable pairs are left out. With weights each pair counts as
//! many times as its weight says, which makes a sample that took rare strata more densely stand for the whole again
//! (Horvitz and Thompson, *A generalization of sampling without replacement from a finite universe*, 1952).
//!
//! # Stories
//!
//! Compared are the articles of the truth. One that the file does not list is in a cluster by itself. Articles that
//! only the file lists are counted and left out, since nothing is known of them; if the truth is
//! [complete](EvaluateOptions::complete), each is a story by itself. Pairs that are reported are joined to clusters first,
//! as [`mod@crate::cluster`] does it.
//!
//! * *Pairwise*: precision, recall and F1 over all pairs of articles; true are those of one story, reported those of
//!   one cluster. From the sizes, without looking at the pairs.
//! * *Adjusted Rand index* (Hubert and Arabie, *Comparing partitions*, 1985): 1 for equal partitions, 0 in the mean for
//!   chance with the same sizes, negative below that. Undefined if there is but one partition of these sizes: every
//!   article by itself in both, or all together in both.
//! * *B-cubed* (Bagga and Baldwin, *Entity-based cross-document coreferencing using the vector space model*, 1998): for
//!   every article the share of its cluster that is of its story (precision) and the share of its story that is in its
//!   cluster (recall), itself included; the mean over all articles; F1 of the two means. Unlike pairs it does not let one
//!   large cluster outweigh all others.
//!
//! # Thresholds
//!
//! A [`Curve`] says what each threshold on a column of a file of pairs would give. It can only speak of what the file
//! lists: a pair that is not in it is not reported at any threshold. To choose a threshold, run with a low one first.
//!
//! # Cost
//!
//! A file is read once, row by row. Memory goes with the truth: with labelled pairs no row but theirs is kept; with
//! stories the rows whose ids are of the truth.
//!
//! ```
//! use wirecopy::evaluate::{EvaluateOptions, evaluate};
//!
//! let folder = tempfile::tempdir()?;
//! let (pairs, truth) = (folder.path().join("pairs.csv"), folder.path().join("truth.csv"));
//! std::fs::write(&pairs, "a,b\n1,2\n3,4\n")?;
//! std::fs::write(&truth, "a,b,label\n2,1,C\n3,4,T\n5,6,C\n")?;
//! let got = evaluate(&pairs, &EvaluateOptions::new(&truth))?;
//! let all = got.labelled.unwrap().unweighted.all;
//! assert_eq!((all.precision, all.recall), (Some(0.5), Some(0.5)));
//! assert_eq!(got.misses.worst[0].a, "5");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod evaluation;
mod found;
mod groups;
mod ids;
mod judged;
mod labelled;
mod measures;
mod mistakes;
mod naming;
mod partition;
mod stories;
mod sweep;
mod table;
mod truth;

#[cfg(test)]
mod tests;

pub use evaluation::{
    Against, Evaluation, FileFigures, Holds, LabelCounts, LabelledFigures, ListedFigures,
    StoryFigures, TruthFigures,
};
pub use measures::Accuracy;
pub use mistakes::{Mistake, Mistakes};
pub use sweep::{Curve, Point};
pub use truth::Label;

use crate::{Error, Result};
use found::{Asked, Reading};
use ids::Names;
use naming::Naming;
use std::path::{Path, PathBuf};
use truth::Truth;

/// What an evaluation is told.
#[derive(Debug, Clone)]
pub struct EvaluateOptions {
    /// The truth; `-` is standard input.
    pub truth: PathBuf,
    /// The truth lists every article that has a copy: one that it does not list is a story by itself. Only for stories.
    pub complete: bool,
    /// A CSV with `id` and `title`, for the mistakes; its titles go before those of the file and the truth.
    pub titles: Option<PathBuf>,
    /// Mistakes of each kind that are named.
    pub worst: usize,
    /// Which thresholds are tried.
    pub sweep: Sweep,
}

impl EvaluateOptions {
    /// The ten worst mistakes, no thresholds.
    pub fn new(truth: impl Into<PathBuf>) -> Self {
        Self {
            truth: truth.into(),
            complete: false,
            titles: None,
            worst: 10,
            sweep: Sweep::None,
        }
    }
}

/// Which thresholds are tried.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Sweep {
    /// None.
    #[default]
    None,
    /// On `jaccard` and on `containment`, if the file has them.
    Similarities,
    /// On a column of numbers.
    Column(String),
}

/// Compares `file` (`-` is standard input) with the truth.
///
/// ```
/// use wirecopy::evaluate::{EvaluateOptions, evaluate};
///
/// let folder = tempfile::tempdir()?;
/// let (clusters, truth) = (folder.path().join("clusters.csv"), folder.path().join("truth.csv"));
/// std::fs::write(&clusters, "id,cluster_id\n1,x\n2,x\n3,x\n4,y\n")?;
/// std::fs::write(&truth, "id,story\n1,flood\n2,flood\n3,fire\n4,fire\n")?;
/// let got = evaluate(&clusters, &EvaluateOptions::new(&truth))?;
/// let stories = got.stories.unwrap();
/// // Of three pairs in a cluster one is of a story, of two pairs of a story one is in a cluster.
/// assert_eq!((stories.pairwise.precision, stories.pairwise.recall), (Some(1.0 / 3.0), Some(0.5)));
/// assert_eq!((stories.reported_pairs, stories.true_pairs, stories.found_pairs), (3, 2, 1));
/// assert_eq!(stories.b_cubed.recall, Some(0.75));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Parameter`] if the options do not go with the files; else an [`Error`] that names the file and the line: it
/// cannot be read, columns are missing, a row has too many or too few fields, a label is unknown, a number is none, the
/// truth contradicts itself.
pub fn evaluate(file: &Path, options: &EvaluateOptions) -> Result<Evaluation> {
    let files = [Some(file), Some(&options.truth), options.titles.as_deref()];
    let from_standard_input = files
        .iter()
        .flatten()
        .filter(|path| path.as_os_str() == "-");
    if from_standard_input.count() > 1 {
        return Err(Error::Parameter(
            "only one of the files can be standard input".into(),
        ));
    }
    let mut ids = Names::default();
    let truth = Truth::read(&options.truth, &mut ids)?;
    let truth_ids = ids.len() as u64;
    let reading = read_found(file, &truth, options, &mut ids)?;
    let found = &reading.found;
    let judged = match &truth {
        Truth::Pairs(pairs) => labelled::judge(pairs, found, options.worst),
        Truth::Stories(stories) => stories::judge(stories, found, ids.len(), options.worst),
    };
    let sweeps = judged.curves(&truth, found, &options.sweep);
    let (missed_pairs, false_pairs) = (judged.misses.pairs, judged.false_alarms.pairs);
    let misses = judged.misses.finish();
    let false_alarms = judged.false_alarms.finish();
    let wrong = misses.iter().chain(&false_alarms);
    let naming = Naming::new(&ids, found, &truth, options.titles.as_deref(), wrong)?;
    Ok(Evaluation {
        version: env!("CARGO_PKG_VERSION"),
        file: FileFigures {
            name: file.display().to_string(),
            holds: found.holds(),
            rows: reading.rows,
            rows_outside_truth: reading.outside_rows,
            conflicting_rows: reading.conflicting_rows,
            texts_listed_in_part: reading.texts_listed_in_part,
        },
        truth: TruthFigures {
            name: options.truth.display().to_string(),
            holds: truth.holds(),
            ids: truth_ids,
            ids_not_in_file: reading.absent_ids,
            complete: options.complete,
        },
        labelled: judged.labelled,
        stories: judged.stories,
        misses: naming.mistakes(missed_pairs, misses, truth.stories()),
        false_alarms: naming.mistakes(false_pairs, false_alarms, found.clusters()),
        sweeps,
    })
}

/// Reads the file that is evaluated, and of it what the truth can judge.
fn read_found(
    file: &Path,
    truth: &Truth,
    options: &EvaluateOptions,
    ids: &mut Names,
) -> Result<Reading> {
    let wanted: &dyn Fn(u32, u32) -> bool = match truth {
        Truth::Pairs(_) if options.complete => {
            return Err(Error::Parameter(format!(
                "--complete needs a truth of clusters, and {} holds labelled pairs",
                options.truth.display()
            )));
        }
        Truth::Pairs(pairs) => &|a, b| pairs.place(a, b).is_some(),
        Truth::Stories(_) => &|_, _| true,
    };
    let asked = Asked {
        sweep: match &options.sweep {
            Sweep::Column(name) => Some(name),
            _ => None,
        },
        needs_pairs: options.sweep != Sweep::None,
        all_ids: options.complete,
        wanted,
    };
    Reading::read(file, &asked, ids)
}
