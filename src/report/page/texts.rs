//! The texts that are shown: which they are, and reading them once more, also for the openings that stand for titles.

use super::differences::Text;
use super::{ALIGNED_WORDS, Bounds, MOST_MEMBERS, index};
use crate::cluster::Cluster;
use crate::corpus::{Article, Parser};
use crate::progress::{OnlyStops, Progress, Stage};
use crate::text::{Source, Tokeniser};
use crate::{Error, Result, Run};
use std::collections::{BTreeSet, HashMap};

/// Texts by their articles.
pub(super) type Texts = HashMap<u32, Text>;

/// Words that are read of these clusters.
pub(super) fn words_of(run: &Run, clusters: &[Cluster], bounds: Bounds) -> u64 {
    let articles = clusters.iter().flat_map(|it| with_texts(run, it, bounds));
    articles
        .map(|(_, article)| {
            let tokens = run.fingerprints.rows.tokens(article);
            u64::from(tokens.min(ALIGNED_WORDS as u32))
        })
        .sum()
}

/// How many texts of a cluster are shown.
pub(super) fn shown(cluster: &Cluster, bounds: Bounds) -> usize {
    cluster.members.len().min(MOST_MEMBERS).min(bounds.texts)
}

/// The listed members of a cluster whose texts are shown, as places in the list and articles: the representative, then those whose words no
/// other has before them, then the rest.
pub(super) fn with_texts(run: &Run, cluster: &Cluster, bounds: Bounds) -> Vec<(usize, u32)> {
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
pub(super) fn read(
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
