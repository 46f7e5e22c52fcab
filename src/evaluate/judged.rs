//! What a truth makes of a file, whichever kind of truth it is.

use super::Sweep;
use super::evaluation::{LabelledFigures, StoryFigures};
use super::found::{Found, Listed, ListedPairs};
use super::mistakes::Worst;
use super::sweep::{Curve, Scored};
use super::truth::{Label, Truth};

/// What came of the comparison, before anything has names.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub labelled: Option<LabelledFigures>,
    pub stories: Option<StoryFigures>,
    pub misses: Worst,
    pub false_alarms: Worst,
    /// Pairs that are true.
    pub copies: u64,
    pub copy_weight: Option<f64>,
    /// Of every id, if the truth has stories.
    pub story: Vec<u32>,
}

/// One of the values of a listed pair.
type ValueOf = fn(&Listed) -> Option<f64>;

impl Judged {
    pub fn new(worst: usize) -> Self {
        Self {
            misses: Worst::new(worst),
            false_alarms: Worst::new(worst),
            ..Self::default()
        }
    }

    /// What thresholds on the columns that were asked for would give, of the file that was judged.
    pub fn curves(&self, truth: &Truth, found: &Found, sweep: &Sweep) -> Vec<Curve> {
        let Found::Pairs(listed) = found else {
            return Vec::new();
        };
        let curve = |(name, value): (String, ValueOf)| {
            let (scored, without_value) = self.scored(truth, listed, value);
            Curve {
                without_value,
                ..Curve::new(name, scored, self.copies, self.copy_weight)
            }
        };
        let columns = swept_columns(sweep, listed);
        columns.into_iter().map(curve).collect()
    }

    /// The listed pairs of which something is known, each with a value, and how many there are without one.
    fn scored(&self, truth: &Truth, listed: &ListedPairs, value: ValueOf) -> (Vec<Scored>, u64) {
        let pairs = listed.pairs.iter();
        let mut without = 0;
        let scored = pairs.filter_map(|pair| {
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
            let value = value(pair);
            without += u64::from(value.is_none());
            Some(Scored {
                value: value?,
                copy,
                weight,
            })
        });
        (scored.collect(), without)
    }
}

fn swept_columns(sweep: &Sweep, listed: &ListedPairs) -> Vec<(String, ValueOf)> {
    let mut columns: Vec<(String, ValueOf)> = Vec::new();
    match sweep {
        Sweep::None => {}
        Sweep::Column(name) => columns.push((name.clone(), Listed::swept)),
        Sweep::Similarities => {
            if listed.has_jaccard {
                columns.push(("jaccard".into(), Listed::jaccard));
            }
            if listed.has_containment {
                columns.push(("containment".into(), Listed::containment));
            }
        }
    }
    columns
}
