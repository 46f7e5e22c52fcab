//! The statistics of a run, counted cluster by cluster.

use super::bins::{self, Bar, OverTime};
use super::index::{Entries, Entry};
use super::rounding::{four_places, hundredths};
use super::sources::Sources;
use super::{Bounds, MOST_MEMBERS, MOST_PAIRS, PageCounts};
use crate::cluster::{Cluster, Keep};
use crate::text::Furniture;
use crate::verify::{Reason, Rule};
use crate::{Options, Result, Run};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Outlets that the heat map has on a side.
const HEAT: usize = 12;
/// Outlets that the ranked list names.
const RANKED: usize = 50;

/// Everything on the page but texts.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    version: &'static str,
    articles: u64,
    files: u64,
    rejected: u64,
    clusters: u64,
    members: u64,
    copies: u64,
    exact: u64,
    pairs: u64,
    undated: u64,
    /// Members with a date, and those of them whose date is at midnight, as one without a time is.
    dated: u64,
    at_midnight: u64,
    outlets: u64,
    /// The rule and its values, for programs and for the words about it.
    rule: Rule,
    raw: bool,
    keep: Keep,
    shingle: usize,
    bounds: Bounds,
    most_members: usize,
    most_pairs: usize,
    chunk: usize,
    shown: PageCounts,
    sizes: Vec<Bar>,
    jaccard: Vec<u64>,
    reasons: BTreeMap<&'static str, u64>,
    over_time: OverTime,
    delays: Vec<Bar>,
    median_delay: Option<f64>,
    /// Clusters in which one outlet was first; those in which it is not known who was.
    first_known: u64,
    first_unknown: u64,
    ranking: Vec<Ranked>,
    ranking_left_out: u64,
    heat: Heat,
    sources: Vec<String>,
    index: Vec<Entry>,
}

/// What an outlet did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Ranked {
    source: u32,
    /// Articles in clusters.
    articles: u64,
    /// Clusters in which it was first.
    first: u64,
    /// Articles of other outlets that followed where it was first.
    copied: u64,
    /// Its articles that followed another outlet's.
    copies: u64,
    /// The median of the hours by which these followed.
    delay: Option<f64>,
}

/// How often one outlet followed another.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Heat {
    /// Those that were first, most copied first.
    first: Vec<u32>,
    /// Those that followed.
    then: Vec<u32>,
    /// A row for each that was first.
    counts: Vec<Vec<u64>>,
}

#[derive(Debug, Default, Clone)]
struct OfSource {
    articles: u64,
    first: u64,
    copied: u64,
    delays: Vec<f32>,
}

/// The statistics while they are counted.
pub(super) struct Collected<'r> {
    run: &'r Run,
    of_source: Vec<OfSource>,
    followed: HashMap<(u32, u32), u64>,
    days: BTreeMap<i64, u64>,
    delays: Vec<f32>,
    undated: u64,
    dated: u64,
    at_midnight: u64,
    first_known: u64,
    first_unknown: u64,
}

impl<'r> Collected<'r> {
    pub fn new(run: &'r Run) -> Self {
        Self {
            run,
            of_source: Vec::new(),
            followed: HashMap::new(),
            days: BTreeMap::new(),
            delays: Vec::new(),
            undated: 0,
            dated: 0,
            at_midnight: 0,
            first_known: 0,
            first_unknown: 0,
        }
    }

    /// Counts a cluster; gives its entry if it is shown, without a title if its representative has none.
    pub fn cluster(
        &mut self,
        cluster: &Cluster,
        sources: &mut Sources,
        shown: bool,
    ) -> Result<Option<Entry>> {
        let run = self.run;
        let mut entries = Entries::default();
        let mut representative = None;
        let mut members = Vec::with_capacity(cluster.members.len());
        for member in &cluster.members {
            let description = run.evidence.description(member.article)?;
            let description = description.unwrap_or_default();
            let source = sources.add(&description.source);
            self.of_source
                .resize_with(sources.names().len(), OfSource::default);
            if shown {
                entries.member(&description.title, &description.id, source);
            }
            members.push((source, member.hours_after_first));
            representative.get_or_insert(description);
        }
        self.count(cluster, &members);
        if !shown {
            return Ok(None);
        }
        let representative = representative.unwrap_or_default();
        let dates = cluster.members.iter();
        let first = dates
            .filter_map(|m| run.evidence.published(m.article))
            .min();
        let hours = members.iter().filter_map(|&(_, hours)| hours);
        let others = || cluster.members[1..].iter().map(|member| member.jaccard);
        Ok(Some(entries.finish(Entry {
            id: cluster.id.clone(),
            size: cluster.members.len(),
            title: representative.title,
            titles: Vec::new(),
            ids: Vec::new(),
            sources: Vec::new(),
            outlets: 0,
            first,
            hours: hours.max_by(f64::total_cmp).map(hundredths),
            low: four_places(others().fold(1.0, f64::min)),
            high: four_places(others().fold(0.0, f64::max)),
        })))
    }

    /// Counts a cluster of members of these outlets and delays.
    fn count(&mut self, cluster: &Cluster, members: &[(Option<u32>, Option<f64>)]) {
        for &(source, _) in members {
            if let Some(source) = source {
                self.of_source[source as usize].articles += 1;
            }
        }
        let dates = cluster.members.iter();
        for date in dates.filter_map(|member| self.run.evidence.published(member.article)) {
            self.dated += 1;
            self.at_midnight += u64::from(bins::is_midnight(date));
        }
        // Copies are all but the article that was first: here the earliest, and where there is no date the representative.
        let earliest = members.iter().position(|&(_, hours)| hours == Some(0.0));
        let original = earliest.unwrap_or(0);
        let others = members.iter().enumerate();
        for (at, &(_, hours)) in others.filter(|&(at, _)| at != original) {
            match hours {
                Some(hours) => self.delays.push(hours as f32),
                None => self.undated += 1,
            }
            let date = self.run.evidence.published(cluster.members[at].article);
            if let Some(date) = date {
                *self.days.entry(bins::day(date)).or_default() += 1;
            }
        }
        let at_first = members.iter().filter(|&&(_, hours)| hours == Some(0.0));
        let firsts: BTreeSet<Option<u32>> = at_first.map(|&(source, _)| source).collect();
        let (1, Some(&Some(first))) = (firsts.len(), firsts.first()) else {
            self.first_unknown += 1;
            return;
        };
        self.first_known += 1;
        self.of_source[first as usize].first += 1;
        for &(source, hours) in members {
            if let (Some(source), Some(hours)) = (source, hours)
                && source != first
            {
                self.of_source[first as usize].copied += 1;
                self.of_source[source as usize].delays.push(hours as f32);
                *self.followed.entry((first, source)).or_default() += 1;
            }
        }
    }

    pub fn finish(
        mut self,
        options: &Options,
        bounds: Bounds,
        shown: PageCounts,
        sources: &Sources,
        index: Vec<Entry>,
    ) -> Data {
        let run = self.run;
        let mut reasons: BTreeMap<&'static str, u64> = BTreeMap::new();
        for edge in &run.edges {
            *reasons.entry(edge.reason.as_str()).or_default() += 1;
        }
        if !run.duplicates.pairs.is_empty() {
            let exact = run.duplicates.pairs.len() as u64;
            reasons.insert(Reason::Exact.as_str(), exact);
        }
        let ranking = self.ranking(sources);
        let heat = self.heat(sources);
        Data {
            version: env!("CARGO_PKG_VERSION"),
            articles: run.fingerprints.rows.len() as u64,
            files: run.corpus.files().len() as u64,
            rejected: run.fingerprints.rejected_total(),
            clusters: run.clusters.len() as u64,
            members: run.members() as u64,
            copies: run.copies() as u64,
            exact: run.duplicates.pairs.len() as u64,
            pairs: run.edges.len() as u64,
            undated: self.undated,
            dated: self.dated,
            at_midnight: self.at_midnight,
            outlets: sources.names().len() as u64,
            rule: options.rule,
            raw: run.fingerprints.furniture == Furniture::Keep,
            keep: options.keep,
            shingle: run.fingerprints.shingle_size.get(),
            bounds,
            most_members: MOST_MEMBERS,
            most_pairs: MOST_PAIRS,
            chunk: super::CHUNK,
            shown,
            sizes: bins::sizes(run.clusters.iter().map(|cluster| cluster.members.len())),
            jaccard: bins::twentieths(run.edges.iter().map(|edge| edge.similarity.jaccard())),
            reasons,
            over_time: bins::over_time(&self.days),
            delays: bins::delays(self.delays.iter().map(|&hours| f64::from(hours))),
            median_delay: median(&mut self.delays),
            first_known: self.first_known,
            first_unknown: self.first_unknown,
            ranking_left_out: ranking.len().saturating_sub(RANKED) as u64,
            ranking: ranking.into_iter().take(RANKED).collect(),
            heat,
            sources: sources.names().to_vec(),
            index,
        }
    }

    /// All outlets, the one that was copied most first.
    fn ranking(&mut self, sources: &Sources) -> Vec<Ranked> {
        let all = (0..).zip(&mut self.of_source);
        let mut ranking: Vec<Ranked> = all
            .map(|(source, of)| Ranked {
                source,
                articles: of.articles,
                first: of.first,
                copied: of.copied,
                copies: of.delays.len() as u64,
                delay: median(&mut of.delays),
            })
            .collect();
        ranking.sort_by(|a, b| {
            let rank = |r: &Ranked| (r.copied, r.first, r.articles);
            rank(b)
                .cmp(&rank(a))
                .then_with(|| name(sources, a.source).cmp(name(sources, b.source)))
        });
        ranking
    }

    fn heat(&self, sources: &Sources) -> Heat {
        let most = |side: fn(&(u32, u32)) -> u32| {
            let mut sums: BTreeMap<u32, u64> = BTreeMap::new();
            for (pair, count) in &self.followed {
                *sums.entry(side(pair)).or_default() += count;
            }
            let mut order: Vec<(u32, u64)> = sums.into_iter().collect();
            order.sort_by(|a, b| {
                b.1.cmp(&a.1)
                    .then_with(|| name(sources, a.0).cmp(name(sources, b.0)))
            });
            order.truncate(HEAT);
            order.into_iter().map(|(source, _)| source).collect()
        };
        let mut first: Vec<u32> = most(|pair| pair.0);
        let mut then: Vec<u32> = most(|pair| pair.1);
        let count = |a: u32, b: u32| self.followed.get(&(a, b)).copied().unwrap_or(0);
        // No empty lines: of some that were first all that followed may be among those that are left out.
        first.retain(|&a| then.iter().any(|&b| count(a, b) > 0));
        then.retain(|&b| first.iter().any(|&a| count(a, b) > 0));
        let row = |&a: &u32| then.iter().map(|&b| count(a, b)).collect();
        Heat {
            counts: first.iter().map(row).collect(),
            first,
            then,
        }
    }
}

fn name(sources: &Sources, number: u32) -> &str {
    sources.names().get(number as usize).map_or("", |n| n)
}

/// The middle one; of an even number the lower of the two.
fn median(values: &mut [f32]) -> Option<f64> {
    values.sort_unstable_by(f32::total_cmp);
    let middle = values.len().checked_sub(1)? / 2;
    values.get(middle).map(|&value| hundredths(value.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use std::fmt::Write;

    /// The figures of a corpus of `(source, published, story)`; articles of a story are copies.
    fn data(articles: &[(&str, &str, usize)]) -> Data {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news.jsonl");
        let mut lines = String::new();
        for (at, (source, published, story)) in articles.iter().enumerate() {
            let text: String = (0..60).fold(String::new(), |mut text, word| {
                write!(text, "word{story}x{word} ").unwrap();
                text
            });
            let text = format!("{text} end{at}");
            let line = serde_json::json!({"id": at.to_string(), "title": format!("Story {story}"), "source": source, "published": published, "text": text});
            writeln!(lines, "{line}").unwrap();
        }
        std::fs::write(&path, lines).unwrap();
        let options = Options::default();
        let run = crate::cluster(&[path], &options, &Silent).unwrap();
        let mut sources = Sources::default();
        let mut collected = Collected::new(&run);
        let mut index = Vec::new();
        for cluster in &run.clusters {
            index.extend(collected.cluster(cluster, &mut sources, true).unwrap());
        }
        let bounds = Bounds::of_page(1);
        collected.finish(&options, bounds, PageCounts::default(), &sources, index)
    }

    #[test]
    fn who_is_first_and_who_follows() {
        let data = data(&[
            ("a", "2024-03-01T00:00:00Z", 1),
            ("b", "2024-03-01T02:00:00Z", 1),
            ("c", "2024-03-02T00:00:00Z", 1),
            ("a", "2024-03-04T10:00:00Z", 2),
            ("b", "2024-03-04T16:00:00Z", 2),
            // Two at once: nobody knows who was first.
            ("a", "2024-03-05", 3),
            ("c", "2024-03-05", 3),
            // No date at all.
            ("b", "", 4),
            ("c", "", 4),
        ]);
        assert_eq!((data.clusters, data.copies, data.undated), (4, 5, 1));
        assert_eq!((data.first_known, data.first_unknown), (2, 2));
        let name = |source: u32| data.sources[source as usize].as_str();
        let told: Vec<_> = data
            .ranking
            .iter()
            .map(|r| {
                (
                    name(r.source),
                    r.articles,
                    r.first,
                    r.copied,
                    r.copies,
                    r.delay,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("a", 3, 2, 3, 0, None),
                ("b", 3, 0, 0, 2, Some(2.0)),
                ("c", 3, 0, 0, 1, Some(24.0))
            ]
        );
        let named = |list: &[u32]| list.iter().map(|&s| name(s)).collect::<Vec<_>>();
        assert_eq!(named(&data.heat.first), ["a"]);
        assert_eq!(named(&data.heat.then), ["b", "c"]);
        assert_eq!(data.heat.counts, [[2, 1]]);
        assert_eq!(data.over_time.counts, [1, 1, 0, 1, 1]);
        assert_eq!(data.median_delay, Some(2.0));
        assert_eq!((data.dated, data.at_midnight), (7, 4));
        let first = &data.index[0];
        assert_eq!((first.size, first.outlets), (3, 3));
        assert_eq!(
            (first.first, first.hours),
            (Some(1_709_251_200), Some(24.0))
        );
        assert!(first.low > 0.8 && first.high < 1.0);
    }

    #[test]
    fn who_copies_whom_has_no_empty_lines() {
        let followers: Vec<String> = (0..HEAT).map(|at| format!("x{at}")).collect();
        let mut articles = Vec::new();
        for story in 0..2 {
            articles.push(("a", "2024-03-01T01:00:00Z", story));
            articles.extend(
                followers
                    .iter()
                    .map(|x| (x.as_str(), "2024-03-01T02:00:00Z", story)),
            );
        }
        // One more follows than there are columns.
        articles.push(("b", "2024-03-01T01:00:00Z", 2));
        articles.push(("y", "2024-03-01T02:00:00Z", 2));
        let heat = data(&articles).heat;
        assert_eq!((heat.first.len(), heat.then.len()), (1, HEAT));
        assert_eq!(heat.counts, [[2; HEAT]]);
    }

    #[test]
    fn the_middle_of_values() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0]), Some(1.0));
    }
}
