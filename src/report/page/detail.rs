//! The clusters that are shown, with texts and differences.

use super::assemble::Packer;
use super::differences::{Differences, Text, cut};
use super::rounding::{hundredths, thousandths};
use super::sources::Sources;
use super::{ALIGNED_WORDS, Bounds, CHUNK, MOST_MEMBERS, MOST_PAIRS, assemble, index};
use crate::cluster::{Cluster, Member};
use crate::corpus::{Article, Parser};
use crate::progress::{OnlyStops, Progress, Stage, Unit};
use crate::report::Output;
use crate::text::{Source, Tokeniser};
use crate::verify::Edge;
use crate::{Error, Result, Run};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

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
    let most = AT_ONCE.min((room / BYTES_OF_A_WORD) as u64);
    let words = |chunk: &&[Cluster]| words_of(run, chunk, bounds);
    let detailed = |cluster: &Cluster, texts: &Texts| {
        if progress.cancelled() {
            return Err(Error::Interrupted);
        }
        let detail = detail(run, cluster, bounds, sources, texts)?;
        progress.advance(shown(cluster, bounds) as u64, 0);
        Ok(detail)
    };
    let chunks: Vec<&[Cluster]> = clusters.chunks(CHUNK).collect();
    let texts = clusters.iter().map(|cluster| shown(cluster, bounds) as u64);
    progress.begin(Stage::Align, texts.sum(), Unit::Items);
    let mut number = 0;
    let mut rest = chunks.as_slice();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(fitting(rest.iter().map(words), most));
        rest = later;
        let made: Result<Vec<String>> = match now {
            // It may have to be done in parts.
            [chunk] => {
                let mut packer = Packer::new();
                let mut rest = *chunk;
                while !rest.is_empty() {
                    let each = rest.iter().map(std::slice::from_ref);
                    let (now, later) = rest.split_at(fitting(each.map(|one| words(&one)), most));
                    rest = later;
                    let texts = read(run, &[now], bounds, progress)?;
                    let details: Result<Vec<Detail>> =
                        now.par_iter().map(|it| detailed(it, &texts)).collect();
                    details?.iter().for_each(|detail| packer.add(detail));
                }
                Ok(vec![packer.finish()])
            }
            chunks => {
                let texts = read(run, chunks, bounds, progress)?;
                let pack = |chunk: &&[Cluster]| {
                    let mut packer = Packer::new();
                    for cluster in *chunk {
                        packer.add(&detailed(cluster, &texts)?);
                    }
                    Ok(packer.finish())
                };
                chunks.par_iter().map(pack).collect()
            }
        };
        for packed in made? {
            assemble::chunk(number, &packed, out)?;
            number += 1;
        }
    }
    progress.end();
    Ok(())
}

/// Texts by their articles.
type Texts = HashMap<u32, Text>;

/// How many of a list go together if they are not to have more than `most` words; at least one.
fn fitting(words: impl Iterator<Item = u64>, most: u64) -> usize {
    let mut all = 0;
    let fit = words.take_while(|words| {
        all += words;
        all <= most
    });
    fit.count().max(1)
}

/// Words that are read of these clusters.
fn words_of(run: &Run, clusters: &[Cluster], bounds: Bounds) -> u64 {
    let articles = clusters.iter().flat_map(|it| with_texts(run, it, bounds));
    articles
        .map(|(_, article)| {
            let tokens = run.fingerprints.rows.tokens(article);
            u64::from(tokens.min(ALIGNED_WORDS as u32))
        })
        .sum()
}

/// How many texts of a cluster are shown.
fn shown(cluster: &Cluster, bounds: Bounds) -> usize {
    cluster.members.len().min(MOST_MEMBERS).min(bounds.texts)
}

/// The listed members of a cluster whose texts are shown, as places in the list and articles: the representative, then those whose words no
/// other has before them, then the rest.
fn with_texts(run: &Run, cluster: &Cluster, bounds: Bounds) -> Vec<(usize, u32)> {
    let listed = cluster.members.iter().take(MOST_MEMBERS).enumerate();
    let mut met = BTreeSet::new();
    let mut order: Vec<(bool, usize, u32)> = listed
        .map(|(at, member)| {
            let digest = run.evidence.digest(member.article);
            (!met.insert(digest), at, member.article)
        })
        .collect();
    order.sort_unstable();
    order.truncate(shown(cluster, bounds));
    order
        .into_iter()
        .map(|(_, at, article)| (at, article))
        .collect()
}

/// The texts that are shown of some clusters.
fn read(
    run: &Run,
    chunks: &[&[Cluster]],
    bounds: Bounds,
    progress: &dyn Progress,
) -> Result<Texts> {
    let clusters = chunks.iter().copied().flatten();
    let articles = clusters
        .flat_map(|cluster| with_texts(run, cluster, bounds))
        .map(|(_, article)| article)
        .collect();
    let prints = &run.fingerprints;
    read_each(run, articles, progress, |tokeniser, article| {
        Text::new(tokeniser, article, prints.furniture, &prints.learnt)
    })
}

/// Gives the clusters whose representatives have no title the openings of their texts for titles, or else the ids.
pub(super) fn name_by_openings(
    run: &Run,
    clusters: &[Cluster],
    index: &mut [index::Entry],
    progress: &dyn Progress,
) -> Result<()> {
    let without = clusters
        .iter()
        .zip(index)
        .filter(|it| it.1.title.is_empty());
    let without: Vec<(u32, &mut index::Entry)> = without
        .map(|(cluster, entry)| (cluster.representative(), entry))
        .collect();
    let prints = &run.fingerprints;
    let articles = without.iter().map(|&(article, _)| article).collect();
    let mut openings = read_each(run, articles, progress, |_, article| {
        let (text, source) = (&article.text, Source::named(&article.source));
        let learnt = &prints.learnt;
        index::opening(
            prints
                .furniture
                .text_of(text, &article.title, source, learnt),
        )
    })?;
    for (article, entry) in without {
        let opening = openings.remove(&article).unwrap_or_default();
        entry.title = match opening.is_empty() {
            true => entry.ids.first().cloned().unwrap_or_default(),
            false => opening,
        };
    }
    Ok(())
}

/// Reads articles once more, and makes something of each.
fn read_each<T: Send>(
    run: &Run,
    mut articles: Vec<u32>,
    progress: &dyn Progress,
    make: impl Fn(&mut Tokeniser, &Article) -> T + Sync,
) -> Result<HashMap<u32, T>> {
    articles.sort_unstable();
    let mut made = HashMap::with_capacity(articles.len());
    if articles.is_empty() {
        return Ok(made);
    }
    let prints = &run.fingerprints;
    run.corpus.scan_chosen(
        Stage::Align,
        &OnlyStops(progress),
        prints.places(articles.iter().copied()),
        || (Parser::new(), Tokeniser::new()),
        |(parser, tokeniser), block| {
            let is_wanted = |article| articles.binary_search(&article).is_ok();
            let mut found = Vec::new();
            for one in prints.articles_of_block(&run.corpus, block, is_wanted)? {
                // A file may have been written over by another of the same length.
                let (parsed, _) = prints.read_again(parser, tokeniser, &run.corpus, block, one)?;
                found.push((one.0, make(tokeniser, &parsed)));
            }
            Ok(found)
        },
        |found| {
            made.extend(found);
            Ok(())
        },
    )?;
    match articles.iter().find(|article| !made.contains_key(article)) {
        Some(&missing) => Err(changed(run, missing)),
        None => Ok(made),
    }
}

fn changed(run: &Run, article: u32) -> Error {
    run.corpus.files()[run.fingerprints.file(article)].changed()
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
        jaccard: thousandths(member.jaccard),
        containment: thousandths(member.containment),
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
        jaccard: thousandths(edge.similarity.jaccard()),
        containment: thousandths(edge.similarity.containment()),
        weighted_containment: edge.news.map(|news| thousandths(news.weighted_containment)),
        opening: edge.news.map(|news| thousandths(news.opening)),
        apart: apart(run, a, b),
    }
}

fn apart(run: &Run, a: u32, b: u32) -> Option<f64> {
    let dates = run.evidence.published(a).zip(run.evidence.published(b));
    dates.map(|(a, b)| hundredths(a.abs_diff(b) as f64 / 3600.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_written_over_is_no_source_of_texts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news.jsonl");
        let line = |id, word| {
            let words: String = (0..60).map(|n| format!(" {word}{n}")).collect();
            format!("{{\"id\":\"{id}\",\"text\":\"{words}\"}}\n")
        };
        let news = |word| line(1, word) + &line(2, word);
        std::fs::write(&path, news("tug")).unwrap();
        let run = crate::cluster(
            std::slice::from_ref(&path),
            &crate::Options::default(),
            &crate::progress::Silent,
        )
        .unwrap();
        let read = || {
            let (bounds, silent) = (Bounds::of_page(1), crate::progress::Silent);
            read(&run, &[&run.clusters], bounds, &silent)
        };
        assert_eq!(read().unwrap().len(), 2);
        std::fs::write(&path, news("tub")).unwrap();
        assert!(matches!(read(), Err(Error::Changed(_))));
    }
}
