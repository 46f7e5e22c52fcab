//! Texts that are printed more than once in the very same words, and when.
//!
//! Exact duplicates are compared with others as one text, so that all their dates count as its dates. A long text that
//! is printed again is a reprint, whenever that is. A short one ("Fed adds reserves", "full text follows") is a form: the same words a
//! week later are the next report. Exact duplicates of fewer than [`SHORT_WORDS`] words are copies only as long as
//! each follows within the window of another; what follows later [recurs](Duplicates::recurring).

use super::{Edge, Evidence, NewsRule, SHORT_WORDS};
use crate::fingerprint::{Duplicates, Fingerprints, Recurring};
use std::collections::HashMap;

/// The dates of texts.
#[derive(Debug)]
pub(super) struct Dates<'a> {
    duplicates: &'a Duplicates,
    evidence: &'a Evidence,
}

impl<'a> Dates<'a> {
    pub(super) fn new(duplicates: &'a Duplicates, evidence: &'a Evidence) -> Self {
        Self {
            duplicates,
            evidence,
        }
    }

    /// The least number of hours between two texts, each given as the first article with its words; none if one has no date.
    pub(super) fn apart(&self, a: u32, b: u32) -> Option<f64> {
        let pairs = self
            .of(a)
            .flat_map(|a| self.of(b).map(move |b| a.abs_diff(b)));
        pairs.min().map(|seconds| seconds as f64 / 3600.0)
    }

    fn of(&self, first: u32) -> impl Iterator<Item = i64> {
        /// Of a text that very many print, so many dates count: all pairs of dates are looked at.
        const MOST: usize = 64;
        let others = self.duplicates.of(first).iter().map(|&(_, other)| other);
        std::iter::once(first)
            .chain(others.take(MOST))
            .filter_map(|article| self.evidence.published(article))
    }
}

/// Takes short items that only recur out of `duplicates`. An accepted pair with such an item becomes one with that
/// occurrence of it which is closest in time.
pub(super) fn tell_apart(
    duplicates: Duplicates,
    edges: &mut [Edge],
    prints: &Fingerprints,
    evidence: &Evidence,
    rule: NewsRule,
) -> Duplicates {
    let Some(window) = rule.window_hours() else {
        return duplicates;
    };
    let mut kept = Duplicates::default();
    let mut runs_of: HashMap<u32, Vec<Vec<u32>>> = HashMap::new();
    for group in duplicates.pairs.chunk_by(|a, b| a.0 == b.0) {
        let first = group[0].0;
        let articles: Vec<u32> = std::iter::once(first)
            .chain(group.iter().map(|&(_, duplicate)| duplicate))
            .collect();
        let runs = if prints.rows[first as usize].tokens < SHORT_WORDS {
            runs(articles, (window * 3600.0) as i64, evidence)
        } else {
            vec![articles]
        };
        for run in &runs {
            let (begin, others) = run.split_first().expect("a run has an article");
            kept.pairs
                .extend(others.iter().map(|&other| (*begin, other)));
            if *begin != first {
                kept.recurring.push(Recurring {
                    article: *begin,
                    first,
                    at: dates(run, evidence).min().unwrap_or_default(),
                });
            }
        }
        if runs.len() > 1 {
            runs_of.insert(first, runs);
        }
    }
    kept.pairs.sort_unstable();
    kept.recurring.sort_unstable();
    if !runs_of.is_empty() {
        for edge in &mut *edges {
            let closest = |text: u32, to: u32| {
                runs_of
                    .get(&text)
                    .map(|runs| closest(runs, to, &runs_of, evidence))
            };
            let (a, b) = (closest(edge.a, edge.b), closest(edge.b, edge.a));
            edge.a = a.unwrap_or(edge.a);
            edge.b = b.unwrap_or(edge.b);
            if edge.a > edge.b {
                *edge = edge.turned();
            }
        }
        edges.sort_unstable_by_key(|edge| (edge.a, edge.b));
    }
    kept
}

/// Articles with the same words, cut where more than `window` seconds lie between two; each run ascending. Of those without a date nothing is
/// known: they stay with the first.
fn runs(articles: Vec<u32>, window: i64, evidence: &Evidence) -> Vec<Vec<u32>> {
    let first = articles[0];
    let (mut dated, mut undated) = (Vec::new(), Vec::new());
    for article in articles {
        match evidence.published(article) {
            Some(date) => dated.push((date, article)),
            None => undated.push(article),
        }
    }
    dated.sort_unstable();
    let mut runs: Vec<Vec<u32>> = dated
        .chunk_by(|a, b| b.0 - a.0 <= window)
        .map(|run| run.iter().map(|&(_, article)| article).collect())
        .collect();
    match runs.iter_mut().find(|run| run.contains(&first)) {
        Some(run) => run.extend(undated),
        None => runs.push(undated),
    }
    for run in &mut runs {
        run.sort_unstable();
    }
    runs
}

fn dates(run: &[u32], evidence: &Evidence) -> impl Iterator<Item = i64> {
    run.iter()
        .filter_map(|&article| evidence.published(article))
}

/// The beginning of the run that is closest in time to any printing of the text `to`.
fn closest(
    runs: &[Vec<u32>],
    to: u32,
    runs_of: &HashMap<u32, Vec<Vec<u32>>>,
    evidence: &Evidence,
) -> u32 {
    let others: Vec<i64> = match runs_of.get(&to) {
        Some(runs) => runs.iter().flat_map(|run| dates(run, evidence)).collect(),
        None => evidence.published(to).into_iter().collect(),
    };
    let gap = |run: &Vec<u32>| {
        let pairs = dates(run, evidence)
            .flat_map(|date| others.iter().map(move |other| date.abs_diff(*other)));
        (pairs.min().unwrap_or(u64::MAX), run[0])
    };
    let nearest = runs.iter().min_by_key(|run| gap(run));
    nearest.expect("there are several runs")[0]
}
