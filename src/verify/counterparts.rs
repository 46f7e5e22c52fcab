//! A report has one counterpart in a source.
//!
//! Two senators announce four grants together: eight releases of one form. Within each office they are told apart, but a
//! release of the one is like several of the other, and through it all eight would become one cluster. What a source itself keeps
//! apart cannot all be the same report as a third one elsewhere. So of several articles of one source that an article of another goes with,
//! it keeps the one of which it shares most, and those that go with that one. Nor do those go that only a figure keeps apart, such as a
//! correction: whose wording is mostly the same as that of the best one.

use super::complete::MOST;
use super::printings::{Printings, mostly_the_same};
use super::{Components, Edge, NewsRule};
use crate::Result;
use crate::fingerprint::Digest;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Takes from `edges` (of a corpus of so many articles) the pairs that have a better one.
///
/// # Errors
/// If evidence that lies in a temporary file cannot be read.
pub(super) fn keep_best(
    edges: &mut Vec<Edge>,
    articles: usize,
    printings: &Printings,
    rule: NewsRule,
) -> Result<()> {
    let sources = |text| printings.sources(text, &mut [0]).to_vec();
    let digest = |text| printings.evidence.digest(text);
    let mut comparer = printings.evidence.comparer();
    keep_best_by(edges, articles, sources, digest, |a, b| {
        let alike = comparer.accepted(a, b, rule.of_one_source())?;
        Ok(alike.is_some())
    })
}

/// [`keep_best`] by what is known of articles: `sources` gives those of one, sorted; `alike` says whether two of one source have most of
/// their wording in common, and `digest` decides between [equals](best_of).
///
/// Crowds stay as they are: where not all pairs were compared it is not known what a source keeps apart.
///
/// # Errors
/// Those of `alike`.
fn keep_best_by(
    edges: &mut Vec<Edge>,
    articles: usize,
    sources: impl Fn(u32) -> Vec<u32>,
    digest: impl Fn(u32) -> Option<Digest>,
    alike: impl FnMut(u32, u32) -> Result<bool>,
) -> Result<()> {
    let order = by_component(edges, articles);
    let mut goes = vec![false; edges.len()];
    let (mut component, mut sides) = (Component::default(), Vec::new());
    let mut alike = Alike::new(alike);
    for places in order.chunk_by(|a, b| a.0 == b.0) {
        component.fill(edges, places.iter().map(|&(_, edge)| edge as usize));
        alike.forget();
        for of_article in component.ends.chunk_by(|a, b| a.article == b.article) {
            sides_of(of_article, &sources, &mut sides);
            for counterparts in sides.chunk_by(|a, b| a.source == b.source) {
                if let Some(best) = best_of(counterparts, edges, &digest) {
                    mark_losers(counterparts, best, &component, &mut alike, &mut goes)?;
                }
            }
        }
    }
    let mut goes = goes.into_iter();
    edges.retain(|_| !goes.next().unwrap_or(false));
    Ok(())
}

/// The places of `edges` in their list, each behind the number of its component; sorted.
fn by_component(edges: &[Edge], articles: usize) -> Vec<(Option<u32>, u32)> {
    let mut components = Components::of(articles, edges.iter().map(pair));
    let mut order = Vec::with_capacity(edges.len());
    for (edge, at) in edges.iter().zip(0u32..) {
        order.push((components.find(edge.a), at));
    }
    order.sort_unstable();
    order
}

/// The pairs of one component; holds the memory for one after another.
#[derive(Default)]
struct Component {
    /// Sorted, unless it is a crowd.
    accepted: Vec<(u32, u32)>,
    /// Both ends of each pair, sorted; none of a crowd.
    ends: Vec<End>,
}

/// An article, what it goes with, and the place of the edge that says so.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct End {
    article: u32,
    other: u32,
    edge: usize,
}

impl Component {
    /// Makes it the component of which these are the places of the edges.
    fn fill(&mut self, edges: &[Edge], places: impl Iterator<Item = usize> + Clone) {
        self.accepted.clear();
        self.ends.clear();
        let pairs = places.clone().map(|edge| pair(&edges[edge]));
        self.accepted.extend(pairs);
        // A component of more articles has more pairs than a tree of so many.
        if self.accepted.len() >= MOST && is_crowd(&self.accepted) {
            return;
        }
        for (edge, &(a, b)) in places.zip(&self.accepted) {
            let end = |article, other| End {
                article,
                other,
                edge,
            };
            self.ends.extend([end(a, b), end(b, a)]);
        }
        self.accepted.sort_unstable();
        self.ends.sort_unstable();
    }

    /// Whether it holds this pair.
    fn accepts(&self, pair: (u32, u32)) -> bool {
        self.accepted.binary_search(&pair).is_ok()
    }
}

/// What an article goes with in a source.
struct Side {
    source: u32,
    other: u32,
    edge: usize,
}

/// What an article, of which these are all the ends, goes with in each source that is not its own; sorted by source. What is mostly of its own
/// sources is left out.
fn sides_of(of_article: &[End], sources: impl Fn(u32) -> Vec<u32>, sides: &mut Vec<Side>) {
    sides.clear();
    let own = sources(of_article[0].article);
    for &End { other, edge, .. } in of_article {
        let theirs = sources(other);
        if mostly_the_same(&own, &theirs) {
            continue;
        }
        let theirs = theirs.into_iter();
        let elsewhere = theirs.filter(|source| own.binary_search(source).is_err());
        sides.extend(elsewhere.map(|source| Side {
            source,
            other,
            edge,
        }));
    }
    sides.sort_unstable_by_key(|side| (side.source, side.other));
}

/// That of several counterparts with which most is shared; of those that share as much the one which opens more alike, and of those the
/// one with the least `digest`, wherever in the corpus it stands.
fn best_of<'a>(
    counterparts: &'a [Side],
    edges: &[Edge],
    digest: impl Fn(u32) -> Option<Digest>,
) -> Option<&'a Side> {
    let shared = |side: &Side| {
        let edge = &edges[side.edge];
        let news = edge
            .news
            .map(|news| (news.weighted_containment, news.opening));
        let (weight, opening) = news.unwrap_or((1.0, 1.0));
        [weight, edge.similarity.jaccard(), opening]
    };
    counterparts.iter().max_by(|a, b| {
        let by_shared = shared(a).into_iter().zip(shared(b));
        let by_shared = by_shared.map(|(a, b)| a.total_cmp(&b));
        let by_digest = || digest(b.other).cmp(&digest(a.other));
        by_shared
            .fold(Ordering::Equal, Ordering::then)
            .then_with(by_digest)
    })
}

/// Marks the edges to those of several counterparts that neither go with the `best` one nor have most of their wording in common with it.
fn mark_losers<F: FnMut(u32, u32) -> Result<bool>>(
    counterparts: &[Side],
    best: &Side,
    component: &Component,
    alike: &mut Alike<F>,
    goes: &mut [bool],
) -> Result<()> {
    for side in counterparts {
        let with_best = in_order(side.other, best.other);
        if goes[side.edge] || side.other == best.other || component.accepts(with_best) {
            continue;
        }
        goes[side.edge] = !alike.are(with_best)?;
    }
    Ok(())
}

/// Whether articles have most of their wording in common, found out once for each two: many sources may have printed both.
struct Alike<F> {
    find_out: F,
    known: HashMap<(u32, u32), bool>,
}

impl<F: FnMut(u32, u32) -> Result<bool>> Alike<F> {
    fn new(find_out: F) -> Self {
        Self {
            find_out,
            known: HashMap::new(),
        }
    }

    /// Gives up what is known: no two articles of one component come again in another.
    fn forget(&mut self) {
        self.known.clear();
    }

    fn are(&mut self, (a, b): (u32, u32)) -> Result<bool> {
        Ok(match self.known.entry((a, b)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert((self.find_out)(a, b)?),
        })
    }
}

/// Whether these pairs are of more articles than are compared each with each.
fn is_crowd(pairs: &[(u32, u32)]) -> bool {
    let mut articles: Vec<u32> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
    articles.sort_unstable();
    articles.dedup();
    articles.len() > MOST
}

fn pair(edge: &Edge) -> (u32, u32) {
    in_order(edge.a, edge.b)
}

fn in_order(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{NewsView, Reason, Similarity};
    use proptest::prelude::*;

    fn edge(a: u32, b: u32, percent: u32) -> Edge {
        let similarity = Similarity {
            shared: percent,
            size_a: 100,
            size_b: 100,
        };
        let contained = f64::from(percent) / 100.0;
        Edge {
            a,
            b,
            similarity,
            reason: Reason::Contained,
            news: Some(NewsView {
                weighted_containment: contained,
                opening: 1.0,
            }),
        }
    }

    fn digest(article: u32) -> Option<Digest> {
        Some(Digest(article.into()))
    }

    fn named(source: u32) -> Vec<u32> {
        [source].into_iter().filter(|&source| source != 0).collect()
    }

    fn left(mut edges: Vec<Edge>, sources: &[u32]) -> Vec<(u32, u32)> {
        let of = |article| named(sources[article as usize]);
        keep_best_by(&mut edges, sources.len(), of, digest, |_, _| Ok(false)).unwrap();
        edges.iter().map(pair).collect()
    }

    #[test]
    fn what_a_source_keeps_apart_is_not_joined_by_another() {
        // 0 and 1 of one office, 2 and 3 of another: two releases, and a form.
        let edges = vec![
            edge(0, 2, 95),
            edge(0, 3, 78),
            edge(1, 2, 80),
            edge(1, 3, 93),
        ];
        assert_eq!(left(edges.clone(), &[1, 1, 2, 2]), [(0, 2), (1, 3)]);
        // Without sources nothing is known of that, nor where each article has its own.
        assert_eq!(left(edges.clone(), &[0; 4]).len(), 4);
        assert_eq!(left(edges.clone(), &[1, 2, 3, 4]).len(), 4);
        // Versions that go with each other all stay.
        let versions = [edges, vec![edge(0, 1, 90), edge(2, 3, 85)]].concat();
        assert_eq!(left(versions, &[1, 1, 2, 2]).len(), 6);
    }

    #[test]
    fn a_correction_stays() {
        let edges = vec![edge(0, 1, 100), edge(0, 2, 98), edge(0, 3, 80)];
        let source = |article: u32| named(u32::from(article > 0) + 1);
        let mut kept = edges.clone();
        keep_best_by(&mut kept, 4, source, digest, |a, b| Ok((a, b) == (1, 2))).unwrap();
        assert_eq!(kept, edges[..2]);
    }

    #[test]
    fn a_chain_within_a_source_stays() {
        let updates = vec![edge(0, 1, 85), edge(1, 2, 85), edge(2, 3, 85)];
        assert_eq!(left(updates, &[1, 1, 1, 1]).len(), 3);
    }

    #[test]
    fn of_equals_the_opening_decides_and_then_the_digest() {
        let edges = || vec![edge(0, 1, 80), edge(0, 2, 80)];
        let source = |article: u32| named(u32::from(article > 0) + 1);
        assert_eq!(left(edges(), &[1, 2, 2]), [(0, 1)]);
        let mut kept = edges();
        let reversed = |article: u32| Some(Digest((9 - article).into()));
        keep_best_by(&mut kept, 3, source, reversed, |_, _| Ok(false)).unwrap();
        assert_eq!(kept, edges()[1..]);
        let mut other = edges();
        other[0].news = Some(NewsView {
            weighted_containment: 0.8,
            opening: 0.5,
        });
        assert_eq!(left(other, &[1, 2, 2]), [(0, 2)]);
    }

    #[test]
    fn sources_that_several_texts_share_keep_none_of_them_apart() {
        // 0 of three outlets, 1 and 2 of a fourth, one of the three, and one more.
        let edges = || vec![edge(0, 1, 95), edge(0, 2, 80)];
        let sources = |of_two: &'static [u32]| {
            move |article: u32| match article {
                0 => vec![1, 2, 3],
                _ => of_two.to_vec(),
            }
        };
        let mut asked = 0;
        let mut kept = edges();
        keep_best_by(&mut kept, 3, sources(&[3, 4, 5]), digest, |_, _| {
            asked += 1;
            Ok(false)
        })
        .unwrap();
        // Both 4 and 5 keep 1 and 2 apart, which is looked at once.
        assert_eq!((kept, asked), (edges()[..1].to_vec(), 1));
        // Articles of the same outlets are judged as such.
        let mut kept = edges();
        keep_best_by(&mut kept, 3, sources(&[3, 4]), digest, |_, _| Ok(false)).unwrap();
        assert_eq!(kept.len(), 2);
    }

    #[test]
    fn crowds_stay_as_they_are() {
        let star: Vec<Edge> = (1..80).map(|other| edge(0, other, 80)).collect();
        let mut sources = vec![2; 80];
        sources[0] = 1;
        assert_eq!(left(star, &sources).len(), 79);
    }

    proptest! {
        #[test]
        fn each_article_keeps_its_best_or_that_has_a_better_one(
            pairs in proptest::collection::btree_map((0u32..12, 0u32..12), 75u32..=100, 0..40),
            sources in proptest::collection::vec(0u32..4, 12),
        ) {
            let edges: Vec<Edge> = pairs
                .iter()
                .filter(|((a, b), _)| a < b)
                .map(|(&(a, b), &percent)| edge(a, b, percent))
                .collect();
            let kept = left(edges.clone(), &sources);
            let accepted: Vec<_> = edges.iter().map(pair).collect();
            // Whether another article of the same source as `other` is better for `article` and does not go with `other`.
            let has_better = |article: u32, other: u32, percent: u32| {
                let mut counterparts = edges.iter().filter_map(|edge| {
                    let of = match (edge.a == article, edge.b == article) {
                        (true, _) => edge.b,
                        (_, true) => edge.a,
                        _ => return None,
                    };
                    (sources[of as usize] == sources[other as usize])
                        .then_some((edge.similarity.shared, std::cmp::Reverse(of)))
                });
                let best = counterparts.by_ref().max();
                let (shared, of) = best.expect("the other is one");
                let with_best = (of.0.min(other), of.0.max(other));
                shared >= percent && of.0 != other && !accepted.contains(&with_best)
            };
            for edge in &edges {
                let (a, b) = (edge.a, edge.b);
                let of = [a, b].map(|article| sources[article as usize]);
                let goes = of[0] != of[1]
                    && (of[1] != 0 && has_better(a, b, edge.similarity.shared)
                        || of[0] != 0 && has_better(b, a, edge.similarity.shared));
                prop_assert_eq!(kept.contains(&(a, b)), !goes);
            }
        }
    }
}
