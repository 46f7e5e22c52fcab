//! What a run found, held against what was planted.

use crate::{Result, options};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use wirecopy::Run;
use wirecopy::corpus::{Block, Corpus, CorpusOptions, Parser};
use wirecopy::fingerprint::{ShingleSize, shingles};
use wirecopy::progress::{Silent, Stage};
use wirecopy::synthetic::Kind;
use wirecopy::text::{Furniture, Tokeniser};
use wirecopy::verify::Similarity;

/// Runs the job and prints recall and precision.
pub fn report(corpus: &Path, truth: &Path) -> Result<()> {
    let run = wirecopy::cluster(&[corpus.to_path_buf()], &options(), &Silent)?;
    let truth = Truth::read(corpus, truth, &run)?;
    let found = Found::new(&run);
    println!();
    recall(&truth, &found);
    precision(&truth, &found, &run);
    Ok(())
}

/// Runs the job and prints into how many clusters the variants of the one story fell.
pub fn report_variants(corpus: &Path, truth: &Path) -> Result<()> {
    let run = wirecopy::cluster(&[corpus.to_path_buf()], &options(), &Silent)?;
    let truth = Truth::read(corpus, truth, &run)?;
    let found = Found::new(&run);
    let variants = truth.planted_as(Kind::Variant);
    let clusters: HashSet<Option<usize>> = variants
        .clone()
        .map(|variant| found.cluster(variant))
        .collect();
    let alone = variants
        .filter(|&variant| found.cluster(variant).is_none())
        .count();
    println!(
        "the variants stand in {} clusters, {alone} in none; clusters that mix stories: {}",
        clusters.iter().flatten().count(),
        mixed_clusters(&truth, &run)
    );
    Ok(())
}

/// Counts what was found of what is there.
#[derive(Default)]
struct Recall {
    all: usize,
    as_pair: usize,
    in_cluster: usize,
}

impl Recall {
    fn count(&mut self, found: &Found, a: u32, b: u32) {
        self.all += 1;
        self.as_pair += usize::from(found.pair(a, b));
        self.in_cluster += usize::from(found.same_cluster(a, b));
    }

    fn print(&self, name: &str) {
        let share = |part: usize| 100.0 * part as f64 / self.all.max(1) as f64;
        println!(
            "recall, {name:<40} {:>6} planted; {:.2} % as a pair, {:.2} % in one cluster",
            self.all,
            share(self.as_pair),
            share(self.in_cluster)
        );
    }
}

fn recall(truth: &Truth, found: &Found) {
    let threshold = 0.7;
    let mut above = Recall::default();
    let mut cut = Recall::default();
    for story in truth.stories.values() {
        for (at, &a) in story.iter().enumerate() {
            for &b in &story[at + 1..] {
                if truth.similarity(a, b).jaccard() >= threshold {
                    above.count(found, a, b);
                }
                let kinds = [truth.planted[&a], truth.planted[&b]];
                if kinds.contains(&Kind::Original) && kinds.contains(&Kind::Cut50) {
                    cut.count(found, a, b);
                }
            }
        }
    }
    above.print(&format!("copies with a Jaccard index >= {threshold}"));
    cut.print("originals and their copies cut to half");
}

fn precision(truth: &Truth, found: &Found, run: &Run) {
    let rule = options().rule.floor();
    let edges = run.edges.iter().map(|edge| (edge.a, edge.b));
    let untrue = edges
        .clone()
        .filter(|&(a, b)| !rule.accepts(truth.similarity(a, b)))
        .count();
    let pairs = edges.chain(run.duplicates.pairs.iter().copied());
    let strangers = pairs
        .filter(|&(a, b)| truth.story_of(a) != truth.story_of(b))
        .count();
    let reported = run.edges.len() + run.duplicates.pairs.len();
    println!(
        "precision: of {reported} pairs ({} exact duplicates), {untrue} do not meet the rule, {strangers} are of two stories",
        run.duplicates.pairs.len()
    );
    println!(
        "clusters: {} with {} articles, {} mix stories; {} planted",
        run.clusters.len(),
        found.cluster_of.len(),
        mixed_clusters(truth, run),
        truth
            .stories
            .values()
            .filter(|story| story.len() > 1)
            .count(),
    );
}

fn mixed_clusters(truth: &Truth, run: &Run) -> usize {
    let mixes = |articles: &mut dyn Iterator<Item = u32>| {
        let stories: HashSet<_> = articles.map(|article| truth.story_of(article)).collect();
        stories.len() > 1
    };
    run.clusters
        .iter()
        .filter(|cluster| mixes(&mut cluster.members.iter().map(|member| member.article)))
        .count()
}

/// What was planted, and the shingle sets of all articles that were planted or reported.
struct Truth {
    /// The articles of each story, ascending.
    stories: BTreeMap<String, Vec<u32>>,
    story: HashMap<u32, String>,
    planted: HashMap<u32, Kind>,
    sets: HashMap<u32, HashSet<u64>>,
}

impl Truth {
    fn read(corpus: &Path, truth: &Path, run: &Run) -> Result<Self> {
        let mut kinds: HashMap<String, (String, Kind)> = HashMap::new();
        for row in csv::Reader::from_path(truth)?.deserialize() {
            let (id, story, kind): (String, String, String) = row?;
            let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind);
            kinds.insert(id, (story, kind.ok_or("a kind that is not known")?));
        }
        let reported: HashSet<u32> = run.edges.iter().flat_map(|edge| [edge.a, edge.b]).collect();

        let corpus = Corpus::open(&[PathBuf::from(corpus)], CorpusOptions::default(), &Silent)?;
        let mut truth = Self {
            stories: BTreeMap::new(),
            story: HashMap::new(),
            planted: HashMap::new(),
            sets: HashMap::new(),
        };
        let mut article = 0;
        corpus.scan(
            Stage::Reread,
            &Silent,
            || (Parser::new(), Tokeniser::new()),
            |(parser, tokeniser), block| Ok(ids_and_sets(&corpus, parser, tokeniser, block)),
            |articles: Vec<(String, HashSet<u64>)>| {
                for (id, set) in articles {
                    let planted = kinds.remove(&id);
                    if planted.is_some() || reported.contains(&article) {
                        truth.sets.insert(article, set);
                    }
                    if let Some((story, kind)) = planted {
                        truth
                            .stories
                            .entry(story.clone())
                            .or_default()
                            .push(article);
                        truth.story.insert(article, story);
                        truth.planted.insert(article, kind);
                    }
                    article += 1;
                }
                Ok(())
            },
        )?;
        Ok(truth)
    }

    /// An article that was not planted is a story of its own.
    fn story_of(&self, article: u32) -> std::result::Result<&str, u32> {
        self.story.get(&article).map(String::as_str).ok_or(article)
    }

    fn planted_as(&self, wanted: Kind) -> impl Iterator<Item = u32> + Clone {
        let planted = self.planted.iter();
        planted
            .filter(move |(_, kind)| **kind == wanted)
            .map(|(&article, _)| article)
    }

    /// How alike two articles are that were planted or reported.
    fn similarity(&self, a: u32, b: u32) -> Similarity {
        let (a, b) = (&self.sets[&a], &self.sets[&b]);
        Similarity {
            shared: a.intersection(b).count() as u32,
            size_a: a.len() as u32,
            size_b: b.len() as u32,
        }
    }
}

fn ids_and_sets(
    corpus: &Corpus,
    parser: &mut Parser,
    tokeniser: &mut Tokeniser,
    block: &Block,
) -> Vec<(String, HashSet<u64>)> {
    let (mut found, mut all) = (Vec::new(), Vec::new());
    for record in &block.records {
        if let Ok(article) = parser.parse(corpus, block, record) {
            shingles(
                tokeniser.tokens(Furniture::default().text(&article.text, &article.title)),
                ShingleSize::default(),
                &mut all,
            );
            let set = all.iter().copied().collect();
            found.push((article.id.into_owned(), set));
        }
    }
    found
}

/// What a run reports, as questions about two articles.
struct Found {
    edges: HashSet<(u32, u32)>,
    first_of: HashMap<u32, u32>,
    cluster_of: HashMap<u32, usize>,
}

impl Found {
    fn new(run: &Run) -> Self {
        let members = |(at, cluster): (usize, &wirecopy::cluster::Cluster)| {
            let articles: Vec<_> = cluster
                .members
                .iter()
                .map(|member| (member.article, at))
                .collect();
            articles
        };
        Self {
            edges: run.edges.iter().map(|edge| (edge.a, edge.b)).collect(),
            first_of: run
                .duplicates
                .pairs
                .iter()
                .map(|&(first, duplicate)| (duplicate, first))
                .collect(),
            cluster_of: run.clusters.iter().enumerate().flat_map(members).collect(),
        }
    }

    /// Whether the texts of two articles are the same or an accepted pair.
    fn pair(&self, a: u32, b: u32) -> bool {
        let first = |article| self.first_of.get(&article).copied().unwrap_or(article);
        let (a, b) = (first(a), first(b));
        a == b || self.edges.contains(&(a.min(b), a.max(b)))
    }

    fn cluster(&self, article: u32) -> Option<usize> {
        self.cluster_of.get(&article).copied()
    }

    fn same_cluster(&self, a: u32, b: u32) -> bool {
        self.cluster(a).is_some() && self.cluster(a) == self.cluster(b)
    }
}
