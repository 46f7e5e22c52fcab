//! The clusters that are shown, with texts and differences.

use super::assemble::Packer;
use super::differences::{Differences, cut};
use super::rounding::{four_places, hundredths};
use super::sources::Sources;
use super::texts::{Texts, read, shown, with_texts, words_of};
use super::{Bounds, CHUNK, MOST_MEMBERS, MOST_PAIRS, assemble, index};
use crate::cluster::{Cluster, Member};
use crate::progress::{Progress, Stage, Unit};
use crate::report::Output;
use crate::text::Tokeniser;
use crate::verify::Edge;
use crate::{Error, Result, Run};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::HashMap;

/// Words of texts that are read at a time at the most, some 50 MB.
const AT_ONCE: u64 = 8_000_000;
/// Bytes of a word of such a text, and of what is made of it before it is packed.
const BYTES_OF_A_WORD: usize = 16;

/// A cluster, opened.
#[derive(Debug, Serialize)]
struct Detail {
    members: Vec<Listed>,
    /// Members that are not listed.
    left_out: usize,
    /// Accepted pairs among the listed members.
    pairs: Vec<Pair>,
    /// Accepted pairs of the cluster in all, without those of the very same words.
    all_pairs: usize,
}

/// A member in the list.
#[derive(Debug, Serialize)]
struct Listed {
    id: String,
    /// If it has none the opening of its text, if that is shown.
    title: String,
    source: Option<u32>,
    /// As it came.
    published: String,
    /// In seconds since 1970 UTC.
    date: Option<i64>,
    url: String,
    hours: Option<f64>,
    words: u32,
    jaccard: f64,
    containment: f64,
    /// The neighbour that it matched best.
    matched: Option<String>,
    why: Option<Why>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Shown>,
    /// How it differs from the representative, also of that itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Differences>,
}

/// Why a pair was accepted.
#[derive(Debug, Clone, Serialize)]
struct Why {
    reason: &'static str,
    jaccard: f64,
    containment: f64,
    weighted_containment: Option<f64>,
    opening: Option<f64>,
    /// Hours between the two.
    apart: Option<f64>,
}

/// An accepted pair of two members, by their places in the list.
#[derive(Debug, Serialize)]
struct Pair {
    a: usize,
    b: usize,
    #[serde(flatten)]
    why: Why,
}

/// A text as far as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Shown {
    text: String,
    /// Words that are left out at the end.
    cut: usize,
}

/// Writes the clusters in parts of [`CHUNK`]; texts take no more than about `room` bytes of memory, if those of one cluster do not.
pub(super) fn write_chunks(
    run: &Run,
    clusters: &[Cluster],
    bounds: Bounds,
    sources: &Sources,
    room: usize,
    out: &mut Output,
    progress: &dyn Progress,
) -> Result<()> {
    let packing = Packing {
        run,
        bounds,
        sources,
        most: AT_ONCE.min((room / BYTES_OF_A_WORD) as u64),
        progress,
    };
    let chunks: Vec<&[Cluster]> = clusters.chunks(CHUNK).collect();
    let texts = clusters.iter().map(|cluster| shown(cluster, bounds) as u64);
    progress.begin(Stage::Align, texts.sum(), Unit::Items);
    let mut number = 0;
    let mut rest = chunks.as_slice();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(packing.fitting(rest.iter().copied()));
        rest = later;
        let packed = match now {
            [chunk] => vec![packing.in_parts(chunk)?],
            chunks => packing.at_once(chunks)?,
        };
        for chunk in packed {
            assemble::chunk(number, &chunk, out)?;
            number += 1;
        }
    }
    progress.end();
    Ok(())
}

/// What all chunks are made with.
struct Packing<'a> {
    run: &'a Run,
    bounds: Bounds,
    sources: &'a Sources,
    /// Words of texts that are held at a time.
    most: u64,
    progress: &'a dyn Progress,
}

impl Packing<'_> {
    /// How many of a list go together if their texts are not to have more words than may be held; at least one.
    fn fitting<'c>(&self, list: impl Iterator<Item = &'c [Cluster]>) -> usize {
        let mut all = 0;
        let fit = list.take_while(|clusters| {
            all += words_of(self.run, clusters, self.bounds);
            all <= self.most
        });
        fit.count().max(1)
    }

    /// Packs chunks whose texts can be held together, each on a thread.
    fn at_once(&self, chunks: &[&[Cluster]]) -> Result<Vec<String>> {
        let texts = read(self.run, chunks, self.bounds, self.progress)?;
        let pack = |chunk: &&[Cluster]| {
            let mut packer = Packer::new();
            for cluster in *chunk {
                packer.add(&self.detailed(cluster, &texts)?);
            }
            Ok(packer.finish())
        };
        chunks.par_iter().map(pack).collect()
    }

    /// Packs a chunk whose texts are perhaps too many to be held together: as many clusters at a time as can be, each on a thread.
    fn in_parts(&self, chunk: &[Cluster]) -> Result<String> {
        let mut packer = Packer::new();
        let mut rest = chunk;
        while !rest.is_empty() {
            let each = rest.iter().map(std::slice::from_ref);
            let (now, later) = rest.split_at(self.fitting(each));
            rest = later;
            let texts = read(self.run, &[now], self.bounds, self.progress)?;
            let details: Result<Vec<Detail>> = now
                .par_iter()
                .map(|cluster| self.detailed(cluster, &texts))
                .collect();
            details?.iter().for_each(|detail| packer.add(detail));
        }
        Ok(packer.finish())
    }

    fn detailed(&self, cluster: &Cluster, texts: &Texts) -> Result<Detail> {
        if self.progress.cancelled() {
            return Err(Error::Interrupted);
        }
        let detail = detail(self.run, cluster, self.bounds, self.sources, texts)?;
        self.progress.advance(shown(cluster, self.bounds) as u64, 0);
        Ok(detail)
    }
}

fn detail(
    run: &Run,
    cluster: &Cluster,
    bounds: Bounds,
    sources: &Sources,
    texts: &Texts,
) -> Result<Detail> {
    let listed = &cluster.members[..cluster.members.len().min(MOST_MEMBERS)];
    let mut members = Vec::with_capacity(listed.len());
    for member in listed {
        members.push(list(run, member, sources)?);
    }
    let mut tokeniser = Tokeniser::new();
    let first = texts.get(&cluster.representative());
    let first_end = first.map_or(0, |first| cut(&mut tokeniser, &first.text, bounds.words).0);
    let digest = |article: u32| run.evidence.digest(article);
    for (at, article) in with_texts(run, cluster, bounds) {
        let (Some(text), Some(first)) = (texts.get(&article), first) else {
            continue;
        };
        let (end, cut_off) = cut(&mut tokeniser, &text.text, bounds.words);
        members[at].differences = Some(Differences::new(
            &mut tokeniser,
            [first, text],
            [first_end, end],
            digest(article) == digest(cluster.representative()),
        ));
        if members[at].title.is_empty() {
            members[at].title = index::opening(text.compared());
        }
        members[at].text = Some(Shown {
            text: text.text[..end].to_owned(),
            cut: cut_off + text.beyond,
        });
    }
    let place: HashMap<u32, usize> = (listed.iter().map(|m| m.article)).zip(0..).collect();
    let mut pairs = Vec::new();
    let mut all_pairs = 0;
    let mut articles: Vec<u32> = cluster.members.iter().map(|m| m.article).collect();
    articles.sort_unstable();
    for edge in articles.iter().flat_map(|&a| edges_from(run, a)) {
        all_pairs += 1;
        if let (Some(&a), Some(&b)) = (place.get(&edge.a), place.get(&edge.b))
            && pairs.len() < MOST_PAIRS
        {
            pairs.push(Pair {
                a,
                b,
                why: why(run, edge, edge.a, edge.b),
            });
        }
    }
    Ok(Detail {
        left_out: cluster.members.len() - listed.len(),
        members,
        pairs,
        all_pairs,
    })
}

fn list(run: &Run, member: &Member, sources: &Sources) -> Result<Listed> {
    let article = member.article;
    let description = run.evidence.description(article)?.unwrap_or_default();
    let matched = match member.matched {
        Some(matched) => run.evidence.description(matched)?.map(|it| it.id),
        None => None,
    };
    Ok(Listed {
        source: sources.number(&description.source),
        id: description.id,
        title: index::cut(description.title.trim()),
        published: index::cut(&description.published),
        date: run.evidence.published(article),
        url: description.url,
        hours: member.hours_after_first.map(hundredths),
        words: run.fingerprints.rows.tokens(article),
        jaccard: four_places(member.jaccard),
        containment: four_places(member.containment),
        why: member
            .matched
            .map(|matched| match edge(run, article, matched) {
                Some(edge) => why(run, edge, article, matched),
                // What no edge joins is joined by its words.
                None => Why {
                    reason: crate::verify::Reason::Exact.as_str(),
                    jaccard: 1.0,
                    containment: 1.0,
                    weighted_containment: None,
                    opening: None,
                    apart: apart(run, article, matched),
                },
            }),
        matched,
        text: None,
        differences: None,
    })
}

/// The edges of an article to later ones.
fn edges_from(run: &Run, article: u32) -> &[Edge] {
    let from = run.edges.partition_point(|edge| edge.a < article);
    let len = run.edges[from..].partition_point(|edge| edge.a == article);
    &run.edges[from..from + len]
}

fn edge(run: &Run, a: u32, b: u32) -> Option<&Edge> {
    let place = run
        .edges
        .binary_search_by_key(&(a.min(b), a.max(b)), |edge| (edge.a, edge.b));
    place.ok().map(|place| &run.edges[place])
}

fn why(run: &Run, edge: &Edge, a: u32, b: u32) -> Why {
    Why {
        reason: edge.reason.as_str(),
        jaccard: four_places(edge.similarity.jaccard()),
        containment: four_places(edge.similarity.containment()),
        weighted_containment: edge.news.map(|news| four_places(news.weighted_containment)),
        opening: edge.news.map(|news| four_places(news.opening)),
        apart: apart(run, a, b),
    }
}

fn apart(run: &Run, a: u32, b: u32) -> Option<f64> {
    let dates = run.evidence.published(a).zip(run.evidence.published(b));
    dates.map(|(a, b)| hundredths(a.abs_diff(b) as f64 / 3600.0))
}
