//! What an evaluation says: its figures, and the JSON of them.

use super::measures::Accuracy;
use super::mistakes::Mistakes;
use super::sweep::Curve;
use super::truth::Label;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// Pairs, with labels in a truth.
    Pairs,
    /// Clusters; stories in a truth.
    Clusters,
}

/// What came of it. Serialised it is the JSON of the command line; what is undefined is null there.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// The version of wirecopy.
    pub version: &'static str,
    /// The file that was evaluated.
    pub file: FileFigures,
    /// The truth.
    pub truth: TruthFigures,
    /// Against labelled pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labelled: Option<LabelledFigures>,
    /// Against stories.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stories: Option<StoryFigures>,
    /// Copies that were not reported. Of stories: in different clusters.
    pub misses: Mistakes,
    /// What was reported and is no copy. Of stories: in one cluster, or listed, if the file holds pairs.
    pub false_alarms: Mistakes,
    /// One for each column that was asked for.
    pub sweeps: Vec<Curve>,
}

/// The file that was evaluated.
#[derive(Debug, Clone, Serialize)]
pub struct FileFigures {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub holds: Holds,
    /// Its rows.
    pub rows: u64,
    /// Rows that were left out since their id, or one of a pair's, does not occur in the truth.
    pub rows_outside_truth: u64,
    /// Rows that were left out since a row above put the same id into another cluster.
    pub conflicting_rows: u64,
    /// Texts that came so often word for word that not all of their pairs are listed ([`LISTED_DUPLICATES`](crate::report::LISTED_DUPLICATES)).
    pub texts_listed_in_part: u64,
}

/// The truth.
#[derive(Debug, Clone, Serialize)]
pub struct TruthFigures {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub holds: Holds,
    /// Ids in it.
    pub ids: u64,
    /// Those that occur nowhere in the file.
    pub ids_not_in_file: u64,
    /// Whether it was taken to be complete.
    pub complete: bool,
}

/// Figures over labelled pairs.
#[derive(Debug, Clone, Serialize)]
pub struct LabelledFigures {
    /// For every label.
    pub labels: BTreeMap<Label, LabelCounts>,
    /// Every pair counts once.
    pub unweighted: Against,
    /// Every pair counts by its weight, if the truth has weights.
    pub weighted: Option<Against>,
}

/// Pairs of one label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct LabelCounts {
    /// All.
    pub pairs: u64,
    /// Those that were reported.
    pub reported: u64,
    /// The sum of the weights of all; their number without weights.
    pub weight: f64,
    /// The sum of the weights of those that were reported.
    pub weight_reported: f64,
}

/// Copies against pairs that are none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Against {
    /// Against templates and other pairs.
    pub all: Accuracy,
    /// Against templates alone; none if the truth has no templates.
    pub templates: Option<Accuracy>,
    /// Against other pairs alone; none if the truth has none.
    pub other: Option<Accuracy>,
}

/// Figures over clusters and stories.
#[derive(Debug, Clone, Serialize)]
pub struct StoryFigures {
    /// Articles that were compared.
    pub articles: u64,
    /// Stories of two or more of them.
    pub stories: u64,
    /// Clusters of two or more of them.
    pub clusters: u64,
    /// Pairs within a story.
    pub true_pairs: u64,
    /// Pairs within a cluster.
    pub reported_pairs: u64,
    /// Pairs within both.
    pub found_pairs: u64,
    /// Over all pairs.
    pub pairwise: Accuracy,
    /// -1 to 1.
    pub adjusted_rand_index: Option<f64>,
    /// Over all articles.
    pub b_cubed: Accuracy,
    /// If the file holds pairs: these alone, before they are joined to clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<ListedFigures>,
}

/// Figures over pairs as they are listed, against stories.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ListedFigures {
    /// Pairs.
    pub pairs: u64,
    /// Those within a story.
    pub found_pairs: u64,
    /// Recall is their share of all pairs within a story.
    pub accuracy: Accuracy,
}

impl Evaluation {
    /// Indented JSON with a line end.
    pub fn to_json(&self) -> String {
        // Only maps whose keys are no strings and values with a serialiser of their own can fail; there are none.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }
}
