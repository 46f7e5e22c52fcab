//! The pairs report: every accepted pair.

use super::Output;
use super::table::{Table, similarity};
use crate::cluster::Cluster;
use crate::progress::{Progress, Stage, Unit};
use crate::verify::{Edge, NewsView, Reason};
use crate::{Error, Result, Run};
use std::collections::HashMap;

/// The columns of the report, in order. `a` stands before `b` in the corpus.
///
/// `reason` is why the pair is accepted: a [`Reason`]. `weighted_containment` and `opening` are measures of the
/// [rule for news](crate::verify::NewsRule), empty under the plain one.
pub const PAIR_COLUMNS: [&str; 15] = [
    "a",
    "b",
    "jaccard",
    "containment",
    "reason",
    "weighted_containment",
    "opening",
    "hours_apart",
    "cluster_id",
    "words_a",
    "words_b",
    "file_a",
    "line_a",
    "file_b",
    "line_b",
];

/// Of articles with the very same words, so many are listed in every pair; the others only with the first of them.
///
/// A text that came ten thousand times would otherwise make fifty million rows that say nothing more.
pub const LISTED_DUPLICATES: usize = 64;

/// How many pairs a report holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct PairCounts {
    /// Rows written.
    pub listed: u64,
    /// Pairs left out because of [`LISTED_DUPLICATES`].
    pub left_out: u64,
}

/// Writes the accepted pairs as CSV, cluster by cluster in the order of the cluster report and within a cluster in
/// corpus order. Pairs of articles with the very same words count as accepted with similarity 1.
///
/// # Errors
/// If evidence cannot be read or `out` not be written; [`Error::Interrupted`].
pub fn write_pairs(run: &Run, out: &mut Output, progress: &dyn Progress) -> Result<PairCounts> {
    let path = out.path().to_path_buf();
    let mut table = Table::new(out, path, &PAIR_COLUMNS)?;
    let mut counts = PairCounts::default();
    let edges = EdgesByCluster::new(run);
    progress.begin(Stage::Write, run.clusters.len() as u64, Unit::Items);
    for (index, cluster) in run.clusters.iter().enumerate() {
        if progress.cancelled() {
            return Err(Error::Interrupted);
        }
        let mut pairs = Vec::new();
        counts.left_out += pairs_of(run, cluster, edges.of(index), &mut pairs);
        pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
        counts.listed += pairs.len() as u64;
        write_cluster(run, cluster, &pairs, &mut table)?;
        progress.advance(1, 0);
    }
    progress.end();
    table.finish()?;
    Ok(counts)
}

struct Pair {
    a: u32,
    b: u32,
    jaccard: f64,
    containment: f64,
    reason: Reason,
    news: Option<NewsView>,
}

impl Pair {
    /// Two articles of the very same words.
    fn exact(a: u32, b: u32) -> Self {
        Self {
            a: a.min(b),
            b: a.max(b),
            jaccard: 1.0,
            containment: 1.0,
            reason: Reason::Exact,
            news: None,
        }
    }

    /// Two articles with the words of those that an edge joins.
    fn like(edge: &Edge, a: u32, b: u32) -> Self {
        Self {
            a: a.min(b),
            b: a.max(b),
            jaccard: edge.similarity.jaccard(),
            containment: edge.similarity.containment(),
            reason: edge.reason,
            news: edge.news,
        }
    }
}

/// The accepted pairs of distinct texts, by cluster.
struct EdgesByCluster<'a> {
    edges: Vec<(u32, &'a Edge)>,
}

impl<'a> EdgesByCluster<'a> {
    fn new(run: &'a Run) -> Self {
        let mut cluster_of = vec![u32::MAX; run.fingerprints.rows.len()];
        for (index, cluster) in run.clusters.iter().enumerate() {
            for member in &cluster.members {
                cluster_of[member.article as usize] = index as u32;
            }
        }
        let mut edges: Vec<(u32, &Edge)> = run
            .edges
            .iter()
            .map(|edge| (cluster_of[edge.a as usize], edge))
            .collect();
        // Stable, so that edges of a cluster stay in corpus order.
        edges.sort_by_key(|&(cluster, _)| cluster);
        Self { edges }
    }

    fn of(&self, cluster: usize) -> &[(u32, &'a Edge)] {
        let from = self
            .edges
            .partition_point(|&(of, _)| (of as usize) < cluster);
        let len = self.edges[from..].partition_point(|&(of, _)| of as usize == cluster);
        &self.edges[from..from + len]
    }
}

/// Collects the pairs of a cluster; returns how many were left out.
fn pairs_of(run: &Run, cluster: &Cluster, edges: &[(u32, &Edge)], pairs: &mut Vec<Pair>) -> u64 {
    let mut left_out = 0;
    for member in &cluster.members {
        let duplicates = run.duplicates.of(member.article);
        let group = 1 + duplicates.len();
        let listed = group.min(LISTED_DUPLICATES);
        for (place, &(first, duplicate)) in duplicates.iter().enumerate() {
            pairs.push(Pair::exact(first, duplicate));
            if place + 1 < listed {
                let before = duplicates[..place].iter();
                pairs.extend(before.map(|&(_, other)| Pair::exact(other, duplicate)));
            }
        }
        left_out += two_of(group) - two_of(listed) - (group - listed) as u64;
    }
    for (_, edge) in edges {
        let texts = |article: u32| {
            let duplicates = run.duplicates.of(article);
            let listed = duplicates.len().min(LISTED_DUPLICATES - 1);
            let others = duplicates[..listed].iter().map(|&(_, other)| other);
            (
                1 + duplicates.len() as u64,
                std::iter::once(article).chain(others),
            )
        };
        let ((all_a, of_a), (all_b, of_b)) = (texts(edge.a), texts(edge.b));
        let before = pairs.len();
        for a in of_a {
            pairs.extend(of_b.clone().map(|b| Pair::like(edge, a, b)));
        }
        left_out += all_a * all_b - (pairs.len() - before) as u64;
    }
    left_out
}

fn two_of(count: usize) -> u64 {
    let count = count as u64;
    count * count.saturating_sub(1) / 2
}

fn write_cluster(
    run: &Run,
    cluster: &Cluster,
    pairs: &[Pair],
    table: &mut Table<&mut Output>,
) -> Result<()> {
    let mut ids = HashMap::new();
    for member in &cluster.members {
        let description = run.evidence.description(member.article)?;
        ids.insert(member.article, description.unwrap_or_default().id);
    }
    let prints = &run.fingerprints;
    let words = |article: u32| prints.rows[article as usize].tokens.to_string();
    let line = |article: u32| prints.rows[article as usize].line().to_string();
    let file = |article: u32| run.corpus.files()[prints.file(article)].name.as_str();
    let apart = |a: u32, b: u32| {
        let dates = run.evidence.published(a).zip(run.evidence.published(b));
        dates.map(|(a, b)| format!("{:.2}", a.abs_diff(b) as f64 / 3600.0))
    };
    for pair in pairs {
        let (a, b) = (pair.a, pair.b);
        let view =
            |measure: fn(NewsView) -> f64| pair.news.map(measure).map_or(String::new(), similarity);
        table.row(&[
            &ids[&a],
            &ids[&b],
            &similarity(pair.jaccard),
            &similarity(pair.containment),
            pair.reason.as_str(),
            &view(|news| news.contained),
            &view(|news| news.opening),
            &apart(a, b).unwrap_or_default(),
            &cluster.id,
            &words(a),
            &words(b),
            file(a),
            &line(a),
            file(b),
            &line(b),
        ])?;
    }
    Ok(())
}
