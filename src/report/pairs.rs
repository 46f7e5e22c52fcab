//! The pairs report: every accepted pair.

use super::Output;
use super::table::{Hours, MANY, Perhaps, Rows, Similarity, Table};
use crate::cluster::Cluster;
use crate::progress::{Progress, Stage, Unit};
use crate::verify::{Edge, NewsView, Reason, Rule};
use crate::{Error, Result, Run};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The columns of the report, in order. `a` stands before `b` in the corpus.
///
/// `reason` is why the pair is accepted: a [`Reason`]. `weighted_containment` and `opening` are measures of the
/// [rule for news](crate::verify::NewsRule), 1 for articles with the very same words, and empty under the plain rule.
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

/// Writes the accepted pairs as CSV (RFC 4180, UTF-8, one header), cluster by cluster in the order of the cluster report and within a cluster in
/// corpus order. Pairs of articles with the very same words count as accepted with similarity 1.
///
/// ```
/// use wirecopy::report::{Output, PairCounts, write_pairs};
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
/// let report = folder.path().join("pairs.csv");
/// let run = wirecopy::cluster(&[path], &Options::default(), &Silent)?;
/// let mut out = Output::create(&report)?;
/// let counts = write_pairs(&run, &mut out, &Silent)?;
/// out.publish()?;
/// assert_eq!(counts, PairCounts { listed: 1, left_out: 0 });
/// assert!(std::fs::read_to_string(&report)?.contains("\na,c,"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If evidence cannot be read or `out` not be written; [`Error::Interrupted`].
pub fn write_pairs(run: &Run, out: &mut Output, progress: &dyn Progress) -> Result<PairCounts> {
    let mut table = Table::new(out, &PAIR_COLUMNS)?;
    let mut counts = PairCounts::default();
    let edges = EdgesByCluster::new(run);
    progress.begin(Stage::Write, run.clusters.len() as u64, Unit::Items);
    let bytes = |pair: &Pair| {
        let [a, b] = [pair.a, pair.b].map(|article| run.evidence.bytes_of_description(article));
        a + b
    };
    let mut pairs = Vec::new();
    let mut clusters = run.clusters.iter().enumerate().peekable();
    while let Some((index, cluster)) = clusters.next() {
        if progress.cancelled() {
            return Err(Error::Interrupted);
        }
        let before = pairs.len();
        counts.left_out += pairs_of(run, cluster, edges.of(index), &mut pairs);
        pairs[before..].sort_unstable_by_key(|pair| (pair.a, pair.b));
        counts.listed += (pairs.len() - before) as u64;
        if pairs.len() >= MANY || clusters.peek().is_none() {
            table.rows_of(&pairs, bytes, |pairs, rows| write_some(run, pairs, rows))?;
            pairs.clear();
        }
        progress.advance(1, 0);
    }
    progress.end();
    Ok(counts)
}

struct Pair<'a> {
    cluster: &'a Cluster,
    a: u32,
    b: u32,
    jaccard: f64,
    containment: f64,
    reason: Reason,
    news: Option<NewsView>,
}

impl<'a> Pair<'a> {
    /// Two articles of the very same words.
    fn exact(cluster: &'a Cluster, a: u32, b: u32) -> Self {
        Self {
            cluster,
            a: a.min(b),
            b: a.max(b),
            jaccard: 1.0,
            containment: 1.0,
            reason: Reason::Exact,
            news: None,
        }
    }

    /// Two articles with the words of those that an edge joins.
    fn like(cluster: &'a Cluster, edge: &Edge, a: u32, b: u32) -> Self {
        Self {
            cluster,
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
fn pairs_of<'a>(
    run: &Run,
    cluster: &'a Cluster,
    edges: &[(u32, &Edge)],
    pairs: &mut Vec<Pair<'a>>,
) -> u64 {
    let mut left_out = 0;
    for member in &cluster.members {
        let duplicates = run.duplicates.of(member.article);
        let group = 1 + duplicates.len();
        let listed = group.min(LISTED_DUPLICATES);
        for (place, &(first, duplicate)) in duplicates.iter().enumerate() {
            pairs.push(Pair::exact(cluster, first, duplicate));
            if place + 1 < listed {
                let before = duplicates[..place].iter();
                pairs.extend(before.map(|&(_, other)| Pair::exact(cluster, other, duplicate)));
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
            pairs.extend(of_b.clone().map(|b| Pair::like(cluster, edge, a, b)));
        }
        left_out += all_a * all_b - (pairs.len() - before) as u64;
    }
    left_out
}

fn two_of(count: usize) -> u64 {
    let count = count as u64;
    count * count.saturating_sub(1) / 2
}

fn write_some(run: &Run, pairs: &[Pair], rows: &mut Rows) -> Result<()> {
    let mut ids = HashMap::new();
    for article in pairs.iter().flat_map(|pair| [pair.a, pair.b]) {
        if let Entry::Vacant(unknown) = ids.entry(article) {
            let description = run.evidence.description(article)?;
            unknown.insert(description.unwrap_or_default().id);
        }
    }
    let prints = &run.fingerprints;
    let words = |article: u32| prints.rows.tokens(article);
    let line = |article: u32| prints.rows.start(article).line;
    let file = |article: u32| &run.corpus.files()[prints.file(article)].name;
    let apart = |a: u32, b: u32| {
        let dates = run.evidence.published(a).zip(run.evidence.published(b));
        dates.map(|(a, b)| Hours(a.abs_diff(b) as f64 / 3600.0))
    };
    // What they would be found to share, so that a program that sorts or cuts by it need not know of them.
    let same_words = matches!(run.rule, Rule::News(_)).then_some(NewsView {
        weighted_containment: 1.0,
        opening: 1.0,
    });
    for pair in pairs {
        let (a, b) = (pair.a, pair.b);
        let news = match pair.reason {
            Reason::Exact => same_words,
            _ => pair.news,
        };
        let view = |measure: fn(NewsView) -> f64| Perhaps(news.map(measure).map(Similarity));
        rows.row(&[
            &ids[&a],
            &ids[&b],
            &Similarity(pair.jaccard),
            &Similarity(pair.containment),
            &pair.reason.as_str(),
            &view(|news| news.weighted_containment),
            &view(|news| news.opening),
            &Perhaps(apart(a, b)),
            &pair.cluster.id,
            &words(a),
            &words(b),
            file(a),
            &line(a),
            file(b),
            &line(b),
        ]);
    }
    Ok(())
}
