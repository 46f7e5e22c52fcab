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

mod found;
mod groups;
mod ids;
mod measures;
mod mistakes;
mod partition;
mod sweep;
mod table;
mod truth;

#[cfg(test)]
mod tests;

pub use measures::Accuracy;
pub use mistakes::{Mistake, Mistakes};
pub use sweep::{Curve, Point};
pub use truth::Label;

use crate::{Error, Result};
use found::{Asked, Found, Reading};
use groups::Groups;
use ids::Names;
use mistakes::{Worst, Wrong, apart};
use partition::{compare, numbered, sizes};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use sweep::Scored;
use table::Table;
use truth::{LabelledPairs, Truth};

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

/// Compares `file` (`-` is standard input) with the truth.
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
    let wanted: &dyn Fn(u32, u32) -> bool = match &truth {
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
    let reading = Reading::read(file, &asked, &mut ids)?;
    let judged = match &truth {
        Truth::Pairs(pairs) => judge_pairs(pairs, &reading.found, options.worst),
        Truth::Stories(stories) => judge_stories(stories, &reading.found, ids.len(), options.worst),
    };
    let sweeps = match &reading.found {
        Found::Pairs(listed) => {
            let columns = swept_columns(&options.sweep, listed);
            let curve = |(name, value): (String, ValueOf)| {
                let scored = judged.scored(&truth, listed, value);
                Curve::new(name, scored, judged.copies, judged.copy_weight)
            };
            columns.into_iter().map(curve).collect()
        }
        Found::Clusters(_) => Vec::new(),
    };
    let (missed_pairs, false_pairs) = (judged.misses.pairs, judged.false_alarms.pairs);
    let misses = judged.misses.finish();
    let false_alarms = judged.false_alarms.finish();
    let titles = match &options.titles {
        Some(path) => read_titles(path, misses.iter().chain(&false_alarms), &ids)?,
        None => HashMap::new(),
    };
    let (clusters, stories) = (groups_of(&reading.found), stories_of(&truth));
    let title = |id: u32| {
        let given = titles.get(&id).map(String::as_str);
        let others = [clusters, stories].into_iter().flatten();
        let title = given.or_else(|| others.filter_map(|groups| groups.title(id)).next())?;
        Some(title.to_owned())
    };
    let named = |wrong: Vec<Wrong>, pairs: u64, groups: Option<&Groups>| Mistakes {
        pairs,
        worst: wrong
            .into_iter()
            .map(|wrong| Mistake {
                a: ids.name(wrong.a).to_owned(),
                b: ids.name(wrong.b).to_owned(),
                title_a: title(wrong.a),
                title_b: title(wrong.b),
                label: wrong.label,
                weight: wrong.weight,
                group: wrong
                    .group_of
                    .and_then(|article| Some(groups?.name_of(article)?.to_owned())),
                pairs: wrong.pairs,
                jaccard: wrong.jaccard,
                containment: wrong.containment,
            })
            .collect(),
    };
    Ok(Evaluation {
        version: env!("CARGO_PKG_VERSION"),
        file: FileFigures {
            name: file.display().to_string(),
            holds: match reading.found {
                Found::Pairs(_) => Holds::Pairs,
                Found::Clusters(_) => Holds::Clusters,
            },
            rows: reading.rows,
            rows_outside_truth: reading.outside_rows,
            conflicting_rows: reading.conflicting_rows,
        },
        truth: TruthFigures {
            name: options.truth.display().to_string(),
            holds: match truth {
                Truth::Pairs(_) => Holds::Pairs,
                Truth::Stories(_) => Holds::Clusters,
            },
            ids: truth_ids,
            ids_not_in_file: reading.absent_ids,
            complete: options.complete,
        },
        labelled: judged.labelled,
        stories: judged.stories,
        misses: named(misses, missed_pairs, stories),
        false_alarms: named(false_alarms, false_pairs, clusters),
        sweeps,
    })
}

/// What came of the comparison, before anything has names.
#[derive(Debug, Default)]
struct Judged {
    labelled: Option<LabelledFigures>,
    stories: Option<StoryFigures>,
    misses: Worst,
    false_alarms: Worst,
    /// Pairs that are true.
    copies: u64,
    copy_weight: Option<f64>,
    /// Of every id, if the truth has stories.
    story: Vec<u32>,
}

/// One of the values of a listed pair.
type ValueOf = fn(&found::Listed) -> Option<f64>;

impl Judged {
    fn new(worst: usize) -> Self {
        Self {
            misses: Worst::new(worst),
            false_alarms: Worst::new(worst),
            ..Self::default()
        }
    }

    /// The listed pairs of which something is known, each with a value.
    fn scored(&self, truth: &Truth, listed: &found::ListedPairs, value: ValueOf) -> Vec<Scored> {
        let pairs = listed.pairs.iter();
        let scored = pairs.filter_map(|pair| {
            let value = value(pair)?;
            let (copy, weight) = match truth {
                Truth::Pairs(labelled) => {
                    let known = &labelled.pairs[labelled.place(pair.a, pair.b)?];
                    if known.label == Label::Undecidable {
                        return None;
                    }
                    (known.label == Label::Copy, known.weight)
                }
                Truth::Stories(_) => {
                    let story = |id: u32| self.story[id as usize];
                    (story(pair.a) == story(pair.b), 1.0)
                }
            };
            Some(Scored {
                value,
                copy,
                weight,
            })
        });
        scored.collect()
    }
}

fn swept_columns(sweep: &Sweep, listed: &found::ListedPairs) -> Vec<(String, ValueOf)> {
    let mut columns: Vec<(String, ValueOf)> = Vec::new();
    match sweep {
        Sweep::None => {}
        Sweep::Column(name) => columns.push((name.clone(), found::Listed::swept)),
        Sweep::Similarities => {
            if listed.has_jaccard {
                columns.push(("jaccard".into(), found::Listed::jaccard));
            }
            if listed.has_containment {
                columns.push(("containment".into(), found::Listed::containment));
            }
        }
    }
    columns
}

fn groups_of(found: &Found) -> Option<&Groups> {
    match found {
        Found::Clusters(groups) => Some(groups),
        Found::Pairs(_) => None,
    }
}

fn stories_of(truth: &Truth) -> Option<&Groups> {
    match truth {
        Truth::Stories(groups) => Some(groups),
        Truth::Pairs(_) => None,
    }
}

fn judge_pairs(truth: &LabelledPairs, found: &Found, worst: usize) -> Judged {
    let mut labels: BTreeMap<Label, LabelCounts> = Label::ALL
        .into_iter()
        .map(|label| (label, LabelCounts::default()))
        .collect();
    let mut judged = Judged::new(worst);
    for pair in &truth.pairs {
        let listed = match found {
            Found::Pairs(listed) => listed.find(pair.a, pair.b),
            Found::Clusters(_) => None,
        };
        let reported = listed.is_some()
            || groups_of(found).is_some_and(|groups| {
                let of = |id: u32| groups.of[id as usize];
                of(pair.a).is_some() && of(pair.a) == of(pair.b)
            });
        let counts = labels.entry(pair.label).or_default();
        counts.pairs += 1;
        counts.weight += pair.weight;
        if reported {
            counts.reported += 1;
            counts.weight_reported += pair.weight;
        }
        let wrong = || Wrong {
            a: pair.a,
            b: pair.b,
            label: Some(pair.label),
            weight: truth.weighted.then_some(pair.weight),
            group_of: Some(pair.a).filter(|_| reported),
            pairs: 1,
            jaccard: listed.and_then(found::Listed::jaccard).or(pair.jaccard),
            containment: listed
                .and_then(found::Listed::containment)
                .or(pair.containment),
        };
        match (pair.label, reported) {
            (Label::Copy, false) => judged.misses.push(wrong()),
            (Label::Template | Label::Other, true) => judged.false_alarms.push(wrong()),
            _ => {}
        }
    }
    let copies = labels[&Label::Copy];
    judged.copies = copies.pairs;
    judged.copy_weight = truth.weighted.then_some(copies.weight);
    judged.labelled = Some(LabelledFigures {
        unweighted: against(&labels, |counts| {
            (counts.pairs as f64, counts.reported as f64)
        }),
        weighted: truth
            .weighted
            .then(|| against(&labels, |counts| (counts.weight, counts.weight_reported))),
        labels,
    });
    judged
}

/// `amounts` gives how much there is of a label, and how much of it was reported.
fn against(
    labels: &BTreeMap<Label, LabelCounts>,
    amounts: impl Fn(&LabelCounts) -> (f64, f64),
) -> Against {
    let (copies, found) = amounts(&labels[&Label::Copy]);
    let false_of = |label| amounts(&labels[&label]).1;
    // Sums over the same pairs in the same order: the part is never above the whole.
    let accuracy = |false_alarms| Accuracy::of(found, false_alarms, copies - found);
    let alone = |label| (labels[&label].pairs > 0).then(|| accuracy(false_of(label)));
    Against {
        all: accuracy(false_of(Label::Template) + false_of(Label::Other)),
        templates: alone(Label::Template),
        other: alone(Label::Other),
    }
}

fn judge_stories(stories: &Groups, found: &Found, ids: usize, worst: usize) -> Judged {
    let story = numbered((0..ids).map(|id| stories.of.get(id).copied().flatten()));
    let cluster = match found {
        Found::Clusters(groups) => numbered(groups.of.iter().copied()),
        Found::Pairs(listed) => numbered(listed.components(ids).into_iter()),
    };
    let agreement = compare(&story, &cluster);
    let many = |numbers: &[u32]| sizes(numbers).iter().filter(|&&size| size > 1).count() as u64;
    let mut judged = Judged::new(worst);
    judged.copies = agreement.true_pairs;
    apart(&story, &cluster, &mut judged.misses);
    let mut figures = StoryFigures {
        articles: ids as u64,
        stories: many(&story),
        clusters: many(&cluster),
        true_pairs: agreement.true_pairs,
        reported_pairs: agreement.reported_pairs,
        found_pairs: agreement.found_pairs,
        pairwise: agreement.pairs,
        adjusted_rand_index: agreement.adjusted_rand_index,
        b_cubed: agreement.b_cubed,
        listed: None,
    };
    match found {
        Found::Clusters(_) => apart(&cluster, &story, &mut judged.false_alarms),
        // The pairs themselves rather than all those that they join: one of them is the cause.
        Found::Pairs(listed) => {
            let strangers = listed
                .pairs
                .iter()
                .filter(|pair| story[pair.a as usize] != story[pair.b as usize]);
            for pair in strangers {
                judged.false_alarms.push(Wrong {
                    a: pair.a,
                    b: pair.b,
                    label: None,
                    weight: None,
                    group_of: None,
                    pairs: 1,
                    jaccard: pair.jaccard(),
                    containment: pair.containment(),
                });
            }
            let false_pairs = judged.false_alarms.pairs;
            let pairs = listed.pairs.len() as u64;
            let found_pairs = pairs - false_pairs;
            figures.listed = Some(ListedFigures {
                pairs,
                found_pairs,
                accuracy: Accuracy::of(
                    found_pairs as f64,
                    false_pairs as f64,
                    (agreement.true_pairs - found_pairs) as f64,
                ),
            });
        }
    }
    judged.stories = Some(figures);
    judged.story = story;
    judged
}

/// The titles of the articles of the mistakes.
fn read_titles<'a>(
    path: &Path,
    wrong: impl Iterator<Item = &'a Wrong>,
    ids: &Names,
) -> Result<HashMap<u32, String>> {
    let mut needed: HashMap<&str, u32> = wrong
        .flat_map(|wrong| [wrong.a, wrong.b])
        .map(|id| (ids.name(id), id))
        .collect();
    let mut titles = HashMap::new();
    let mut table = Table::open(path)?;
    let (Some(id), Some(title)) = (table.column("id"), table.column("title")) else {
        return Err(table.header_fault("has no titles: that takes the columns id and title"));
    };
    while !needed.is_empty() && table.next()? {
        let Some(&number) = needed.get(table.text(id)?) else {
            continue;
        };
        let title = table.text(title)?;
        if !title.trim().is_empty() {
            titles.insert(number, title.to_owned());
            needed.remove(ids.name(number));
        }
    }
    Ok(titles)
}
