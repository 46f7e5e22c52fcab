//! Verified pairs to clusters.
//!
//! A cluster is a connected component of accepted pairs and exact duplicates. It has a representative, the article
//! that is kept when copies are thrown away, and an id that depends only on the words of its members (and, of items that
//! recur in the same words, on when). Components
//! chain: two members may be unlike each other and hang together through a third. Each member therefore says how
//! alike it is to the representative, and which accepted neighbour it matched best.

pub use crate::union_find::UnionFind;

use crate::fingerprint::{Digest, Duplicates, Fingerprints};
use crate::progress::{Progress, Stage, Unit};
use crate::verify::{Components, Edge, Evidence, Ranks, Similarity};
use crate::{Error, Result};
use rayon::prelude::*;
use std::cmp::Reverse;
use xxhash_rust::xxh3::xxh3_64;

/// Which article of a cluster is its representative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The earliest published; articles without a date come after those with one. Among equals the longest,
    /// then the first in the corpus.
    #[default]
    Earliest,
    /// The one with the most words; among equals the earliest, then the first in the corpus.
    Longest,
    /// The first in the corpus.
    First,
}

/// An article in a cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The article.
    pub article: u32,
    /// Jaccard similarity to the representative, 0 to 1; 1 for the representative itself.
    pub jaccard: f64,
    /// Containment to the representative, 0 to 1; 1 for the representative itself.
    pub containment: f64,
    /// The accepted neighbour that it matched best; none only in a cluster of one.
    pub matched: Option<u32>,
    /// Hours between the earliest dated article of the cluster and this one; none without a date.
    pub hours_after_first: Option<f64>,
}

/// Articles that are copies of one report.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// `c` and 16 hexadecimal digits: a hash of the distinct texts (as words) of its members.
    pub id: String,
    /// The representative first, then by date (undated ones last), then in corpus order.
    pub members: Vec<Member>,
}

impl Cluster {
    /// An article that has no copy, as a cluster of its own, with the digest of its words.
    pub fn of_one(article: u32, digest: Digest, dated: bool, duplicates: &Duplicates) -> Self {
        let member = Member {
            article,
            jaccard: 1.0,
            containment: 1.0,
            matched: None,
            hours_after_first: dated.then_some(0.0),
        };
        Self {
            id: id_of(&[article], [digest], duplicates),
            members: vec![member],
        }
    }

    /// The article that stands for the cluster.
    pub fn representative(&self) -> u32 {
        self.members[0].article
    }
}

/// The clusters of two or more articles, the largest first, equal ones by id.
///
/// # Errors
/// If evidence in a temporary file cannot be read; [`Error::Interrupted`].
pub fn build(
    prints: &Fingerprints,
    duplicates: &Duplicates,
    edges: &[Edge],
    evidence: &Evidence,
    keep: Keep,
    progress: &dyn Progress,
) -> Result<Vec<Cluster>> {
    let links = duplicates.pairs.iter().copied();
    let mut first_of: Vec<(u32, u32)> =
        links.clone().map(|(first, other)| (other, first)).collect();
    first_of.par_sort_unstable();
    let best = BestMatches::find(prints.rows.len(), duplicates, edges);
    let pairs = edges.iter().map(|edge| (edge.a, edge.b));
    let members = Components::of(prints.rows.len(), links.chain(pairs)).members();
    let of_one = |a: &(u32, u32), b: &(u32, u32)| a.0 == b.0;
    let components = members.chunk_by(of_one).count();
    progress.begin(Stage::Cluster, components as u64, Unit::Items);
    let clusters: Result<Vec<Cluster>> = members
        .par_chunk_by(of_one)
        .map(|component| {
            if progress.cancelled() {
                return Err(Error::Interrupted);
            }
            let articles = component.iter().map(|&(_, article)| article).collect();
            let cluster = cluster_of(
                articles, prints, duplicates, &first_of, &best, evidence, keep,
            );
            progress.advance(1, 0);
            cluster
        })
        .collect();
    progress.end();
    let mut clusters = clusters?;
    clusters.par_sort_by(|a, b| {
        b.members
            .len()
            .cmp(&a.members.len())
            .then_with(|| a.id.cmp(&b.id))
    });
    Ok(clusters)
}

/// The best accepted neighbour of each article that has one: highest Jaccard, then
/// highest containment, then first in the corpus. An exact duplicate is the best there is.
struct BestMatches {
    /// The articles that have one.
    of: Ranks,
    neighbours: Vec<u32>,
}

impl BestMatches {
    fn find(articles: usize, duplicates: &Duplicates, edges: &[Edge]) -> Self {
        let edge_ends = edges.iter().flat_map(|edge| [edge.a, edge.b]);
        let equal = duplicates.pairs.iter().flat_map(|&(a, b)| [a, b]);
        let of = Ranks::of(articles, edge_ends.chain(equal));
        let mut neighbours = vec![0; of.len()];
        let mut held: Vec<Option<Similarity>> = vec![None; of.len()];
        for edge in edges {
            for (article, neighbour) in [(edge.a, edge.b), (edge.b, edge.a)] {
                let Some(rank) = of.rank(article) else {
                    continue;
                };
                let order = |s: Similarity, n: u32| (s.jaccard(), s.containment(), Reverse(n));
                let now = order(edge.similarity, neighbour);
                if held[rank].is_none_or(|held| now > order(held, neighbours[rank])) {
                    held[rank] = Some(edge.similarity);
                    neighbours[rank] = neighbour;
                }
            }
        }
        for &(first, duplicate) in duplicates.pairs.iter().rev() {
            for (article, neighbour) in [(duplicate, first), (first, duplicate)] {
                if let Some(rank) = of.rank(article) {
                    neighbours[rank] = neighbour;
                }
            }
        }
        Self { of, neighbours }
    }

    fn of(&self, article: u32) -> Option<u32> {
        self.of.rank(article).map(|rank| self.neighbours[rank])
    }
}

/// The id of a cluster of these articles, which have these digests: a hash of their words, and of the time where the same words recur.
fn id_of(
    articles: &[u32],
    digests: impl IntoIterator<Item = Digest>,
    duplicates: &Duplicates,
) -> String {
    let digests = digests.into_iter().map(|Digest(digest)| digest);
    let mut digests: Vec<u128> = digests.collect();
    let recurring = articles.iter().filter_map(|&a| duplicates.recurs(a));
    digests.extend(recurring.map(|it| u128::from(it.at as u64)));
    digests.sort_unstable();
    digests.dedup();
    let bytes: Vec<u8> = digests
        .iter()
        .flat_map(|digest| digest.to_le_bytes())
        .collect();
    format!("c{:016x}", xxh3_64(&bytes))
}

fn cluster_of(
    articles: Vec<u32>,
    prints: &Fingerprints,
    duplicates: &Duplicates,
    first_of: &[(u32, u32)],
    best: &BestMatches,
    evidence: &Evidence,
    keep: Keep,
) -> Result<Cluster> {
    let published = |article: u32| evidence.published(article);
    let words = |article: u32| prints.rows.tokens(article);
    // `None` sorts before every date, so absence is told by its own flag.
    let by_date = |article: u32| (published(article).is_none(), published(article), article);
    let representative = match keep {
        Keep::Earliest => articles.iter().copied().min_by_key(|&article| {
            let (undated, date, article) = by_date(article);
            (undated, date, Reverse(words(article)), article)
        }),
        Keep::Longest => articles
            .iter()
            .copied()
            .min_by_key(|&article| (Reverse(words(article)), by_date(article))),
        Keep::First => articles.first().copied(),
    };
    let representative = representative.unwrap_or_default();

    let digests = articles.iter().filter_map(|&a| evidence.digest(a));
    let id = id_of(&articles, digests, duplicates);

    let mut order = articles;
    order.sort_by_key(|&article| (article != representative, by_date(article)));
    let earliest = order.iter().filter_map(|&article| published(article)).min();

    let distinct = |article: u32| {
        let place = first_of.binary_search_by_key(&article, |of| of.0);
        let first = place.map_or(article, |place| first_of[place].1);
        duplicates.recurs(first).map_or(first, |it| it.first)
    };
    let mut comparison = evidence.comparison();
    let mut members = Vec::with_capacity(order.len());
    for article in order {
        let (jaccard, containment) = if distinct(article) == distinct(representative) {
            (1.0, 1.0)
        } else {
            let similarity = comparison.similarity(distinct(representative), distinct(article))?;
            (similarity.jaccard(), similarity.containment())
        };
        members.push(Member {
            article,
            jaccard,
            containment,
            matched: best.of(article),
            hours_after_first: published(article)
                .zip(earliest)
                .map(|(date, first)| (date - first) as f64 / 3600.0),
        });
    }
    Ok(Cluster { id, members })
}
