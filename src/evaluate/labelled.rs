//! What was found, judged by labelled pairs.

use super::evaluation::{Against, LabelCounts, LabelledFigures};
use super::found::{Found, Listed};
use super::judged::Judged;
use super::measures::Accuracy;
use super::mistakes::Wrong;
use super::truth::{Label, LabelledPairs};
use std::collections::BTreeMap;

/// Judges each labelled pair; so many of the worst mistakes of each kind are kept.
pub(super) fn judge(truth: &LabelledPairs, found: &Found, worst: usize) -> Judged {
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
            || found.clusters().is_some_and(|groups| {
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
            jaccard: listed.and_then(Listed::jaccard).or(pair.jaccard),
            containment: listed.and_then(Listed::containment).or(pair.containment),
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
