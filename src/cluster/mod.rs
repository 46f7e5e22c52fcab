//! Verified pairs to clusters.
//!
//! A cluster is a connected component of accepted pairs and exact duplicates. It has a representative, the article
//! that is kept when copies are thrown away, and an id that depends only on the words of its members (and, of items that
//! recur in the same words, on when). Components
//! chain: two members may be unlike each other and hang together through a third. Each member therefore says how
//! alike it is to the representative, and which accepted neighbour it matched best.

pub use crate::union_find::UnionFind;

use crate::fingerprint::{Digest, Duplicates, Fingerprints};
use crate::memory::CLUSTERED;
use crate::progress::{Progress, Stage, Unit};
use crate::verify::{Components, Edge, Evidence, Ranks, Similarity};
use crate::{Error, Result};
use rayon::prelude::*;
use std::cmp::Reverse;
use xxhash_rust::xxh3::xxh3_64;

/// Which article of a cluster is its representative.
///
/// ```
/// use wirecopy::{Options, cluster::Keep, progress::Silent};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("news.jsonl");
/// let records = [
///     r#"{"published": "2024-05-03", "text": "The old lighthouse on Gull Rock was sold for 90,000 crowns on Thursday."}"#,
///     r#"{"published": "2024-05-02", "text": "The old lighthouse on Gull Rock was sold for 90,000 crowns on Thursday."}"#,
///     r#"{"published": "2024-05-04", "text": "The old lighthouse on Gull Rock was sold for 90,000 crowns on Thursday night."}"#,
/// ];
/// std::fs::write(&path, records.join("\n"))?;
/// for (keep, representative) in [(Keep::First, 0), (Keep::Earliest, 1), (Keep::Longest, 2)] {
///     let options = Options { keep, ..Options::default() };
///     let run = wirecopy::cluster(&[path.clone()], &options, &Silent)?;
///     assert_eq!(run.clusters[0].representative(), representative);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// use wirecopy::{Options, progress::Silent};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("news.jsonl");
/// # std::fs::write(&path, concat!(
/// #     r#"{"published": "2024-05-02T18:00:00Z", "text": "A whale swam up the river Arden as far as Mill Lock, fishermen told the coast guard."}"#, "\n",
/// #     r#"{"published": "2024-05-02T12:00:00Z", "text": "A whale swam up the river Arden as far as Mill Lock, fishermen told the coast guard."}"#, "\n",
/// #     r#"{"published": "2024-05-02T13:30:00Z", "text": "Nobody was hurt when the roof of the market hall in Brede came down."}"#, "\n",
/// # ))?;
/// // The same words at 18:00 and at 12:00, and others at 13:30.
/// let run = wirecopy::cluster(&[path], &Options::default(), &Silent)?;
/// let members = &run.clusters[0].members;
/// assert_eq!(members.iter().map(|member| member.article).collect::<Vec<_>>(), [1, 0]);
/// assert_eq!((members[1].matched, members[1].jaccard), (Some(1), 1.0));
/// assert_eq!(members[1].hours_after_first, Some(6.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// `c` and 16 hexadecimal digits: a hash of the distinct texts (as words) of its members.
    pub id: String,
    /// The representative first, then by date (undated ones last), then in corpus order.
    pub members: Vec<Member>,
}

// An article takes most in a cluster of two. To bring it there takes its place in its component, its best neighbour and, of a duplicate, the
// article that stands for it.
const _: () = {
    let placed = size_of::<(u32, u32)>() + size_of::<u32>() + size_of::<(u32, u32)>();
    assert!(size_of::<Member>() + size_of::<Cluster>() / 2 + placed <= CLUSTERED);
};

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
    let builder = Builder {
        prints,
        duplicates,
        first_of,
        best: BestMatches::find(prints.rows.len(), duplicates, edges),
        evidence,
        keep,
    };
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
            let cluster = builder.cluster(articles);
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

/// What clusters are made from.
struct Builder<'a> {
    prints: &'a Fingerprints,
    duplicates: &'a Duplicates,
    /// Exact duplicates, ascending, each with the article that stands for it.
    first_of: Vec<(u32, u32)>,
    best: BestMatches,
    evidence: &'a Evidence,
    keep: Keep,
}

impl Builder<'_> {
    /// The cluster of these articles, which are ascending and at least one.
    fn cluster(&self, articles: Vec<u32>) -> Result<Cluster> {
        let published = |article: u32| self.evidence.published(article);
        let representative = self.representative(&articles);
        let digests = articles.iter().filter_map(|&a| self.evidence.digest(a));
        let id = id_of(&articles, digests, self.duplicates);

        let mut order = articles;
        order.sort_by_key(|&article| (article != representative, self.by_date(article)));
        let earliest = order.iter().filter_map(|&article| published(article)).min();
        let mut comparer = self.evidence.comparer();
        let mut members = Vec::with_capacity(order.len());
        for article in order {
            let (a, b) = (self.distinct(representative), self.distinct(article));
            let (jaccard, containment) = if a == b {
                (1.0, 1.0)
            } else {
                let similarity = comparer.similarity(a, b)?;
                (similarity.jaccard(), similarity.containment())
            };
            members.push(Member {
                article,
                jaccard,
                containment,
                matched: self.best.of(article),
                hours_after_first: published(article)
                    .zip(earliest)
                    .map(|(date, first)| (date - first) as f64 / 3600.0),
            });
        }
        Ok(Cluster { id, members })
    }

    fn representative(&self, articles: &[u32]) -> u32 {
        let words = |article: u32| self.prints.rows.tokens(article);
        let all = articles.iter().copied();
        let representative = match self.keep {
            Keep::Earliest => all.min_by_key(|&article| {
                let (undated, date, article) = self.by_date(article);
                (undated, date, Reverse(words(article)), article)
            }),
            Keep::Longest => {
                all.min_by_key(|&article| (Reverse(words(article)), self.by_date(article)))
            }
            Keep::First => all.min(),
        };
        representative.unwrap_or_default()
    }

    /// By date, then in corpus order. `None` sorts before every date, so absence is told by its own flag.
    fn by_date(&self, article: u32) -> (bool, Option<i64>, u32) {
        let published = self.evidence.published(article);
        (published.is_none(), published, article)
    }

    /// The article that has the words of this one and is compared for it.
    fn distinct(&self, article: u32) -> u32 {
        let place = self.first_of.binary_search_by_key(&article, |of| of.0);
        let first = place.map_or(article, |place| self.first_of[place].1);
        let recurs = self.duplicates.recurs(first);
        recurs.map_or(first, |it| it.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use crate::{Options, Run};

    const WORDS: &str = "amber basin cedar delta ember fjord grove harbour island juniper kelp lagoon meadow \
        nectar orchard pebble quarry river summit timber umber valley willow yarrow zephyr anchor beacon canal dune \
        estuary ferry glacier hollow inlet jetty knoll ledge marsh narrows oasis";

    /// A run over articles, each given as its date and its words: a range of those above, which are all different.
    fn run(articles: &[(&str, std::ops::Range<usize>)], keep: Keep) -> Run {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news.jsonl");
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        let record = |(at, (date, range)): (usize, &(&str, std::ops::Range<usize>))| {
            let text = words[range.clone()].join(" ");
            serde_json::json!({"id": at, "published": date, "text": text}).to_string() + "\n"
        };
        let records: String = articles.iter().enumerate().map(record).collect();
        std::fs::write(&path, records).unwrap();
        let options = Options {
            keep,
            rule: crate::verify::Rule::Plain(crate::verify::Acceptance::default()),
            ..Options::default()
        };
        crate::cluster(&[path], &options, &Silent).unwrap()
    }

    fn order(run: &Run) -> Vec<u32> {
        let [cluster] = &run.clusters[..] else {
            panic!("{} clusters", run.clusters.len());
        };
        cluster
            .members
            .iter()
            .map(|member| member.article)
            .collect()
    }

    #[test]
    fn the_representative_is_the_one_that_is_kept() {
        let articles = [
            ("2024-03-03", 0..38),
            ("", 0..40),
            ("2024-03-01T12:00:00Z", 0..36),
            ("2024-03-02", 0..40),
            ("2024-03-01T12:00:00Z", 0..37),
            ("", 0..38),
        ];
        for (keep, wanted) in [
            // Of the two earliest the longer one; then by date, undated ones last.
            (Keep::Earliest, [4, 2, 3, 0, 1, 5]),
            // Of the two longest the earlier one.
            (Keep::Longest, [3, 2, 4, 0, 1, 5]),
            (Keep::First, [0, 2, 4, 3, 1, 5]),
        ] {
            let run = run(&articles, keep);
            assert_eq!(order(&run), wanted, "{keep:?}");
            let members = &run.clusters[0].members;
            for member in members {
                let hours = [Some(36.0), None, Some(0.0), Some(12.0), Some(0.0), None];
                assert_eq!(member.hours_after_first, hours[member.article as usize]);
            }
            assert_eq!((members[0].jaccard, members[0].containment), (1.0, 1.0));
        }
    }

    #[test]
    fn the_representative_of_undated_articles_is_the_longest_and_then_the_first() {
        let undated = [("", 0..38), ("", 0..40), ("", 0..39), ("", 0..40)];
        assert_eq!(order(&run(&undated, Keep::Earliest)), [1, 0, 2, 3]);
        assert_eq!(order(&run(&undated, Keep::Longest)), [1, 0, 2, 3]);
        assert_eq!(order(&run(&undated, Keep::First)), [0, 1, 2, 3]);
    }

    #[test]
    fn each_member_names_its_best_match() {
        // The first two are equal; of two that differ by two words the longer ones share more.
        let articles = [
            ("", 0..30),
            ("", 0..30),
            ("", 0..32),
            ("", 0..34),
            ("", 0..36),
        ];
        let run = run(&articles, Keep::First);
        let cluster = &run.clusters[0];
        let matched: Vec<Option<u32>> = cluster.members.iter().map(|m| m.matched).collect();
        assert_eq!(matched, [Some(1), Some(0), Some(3), Some(4), Some(3)]);
        // Shingles of three words: 28 of 32 are shared by the first and the fourth.
        let similarity = |at: usize| (cluster.members[at].jaccard, cluster.members[at].containment);
        assert_eq!(similarity(1), (1.0, 1.0));
        assert_eq!(similarity(3), (28.0 / 32.0, 1.0));
    }
}
