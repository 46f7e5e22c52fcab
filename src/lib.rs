//! Finds near-duplicate news: the same agency report printed by many outlets, cut, retitled, extended.
//!
//! [`cluster()`] is the whole pipeline; its stages are modules, each of which hands on to those below it:
//!
//! * [`corpus`]: files become articles.
//! * [`text`]: a text without the furniture of its page becomes tokens, the hashes of its words.
//! * [`fingerprint`]: tokens become shingles, shingles a MinHash signature; exact duplicates are found.
//! * [`lsh`]: signatures that agree in two values become candidate pairs.
//! * [`verify`]: exact Jaccard similarity and containment, and the rule that accepts a pair.
//! * [`mod@cluster`]: accepted pairs become connected components with a representative.
//! * [`compare`]: two articles, or a few, side by side: what was kept, cut, added, moved.
//! * [`report`]: clusters become files.
//! * [`mod@evaluate`]: such files, and those of others, against a labelled truth.
//!
//! All of them may use what tells of a run as it goes ([`progress`]), what bounds it ([`memory`]) and what stops it ([`error`]). The program
//! is [`cli`], its corpus to try things on [`synthetic`].
//!
//! ```
//! use wirecopy::{Options, progress::Silent};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("news.jsonl");
//! std::fs::write(&path, concat!(
//!     r#"{"id":"a","text":"The port of Harlow Bay reopened on Monday after a two-day strike, the harbour master said."}"#, "\n",
//!     r#"{"id":"b","text":"Rain is expected in the northern valleys on Tuesday, forecasters said."}"#, "\n",
//!     r#"{"id":"c","text":"The port of Harlow Bay reopened on Monday after a two-day strike, the harbour master says."}"#, "\n",
//! ))?;
//! let run = wirecopy::cluster(&[path], &Options::default(), &Silent)?;
//! assert_eq!(run.clusters.len(), 1);
//! assert_eq!(run.clusters[0].members.len(), 2);
//! assert_eq!(run.evidence.description(run.clusters[0].representative())?.unwrap().id, "a");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The stages one by one, as [`cluster()`] runs them, here by the plain rule:
//!
//! ```
//! use wirecopy::corpus::{Corpus, CorpusOptions};
//! use wirecopy::fingerprint::{Duplicates, FingerprintOptions, Permutations, ShingleSize, fingerprint_corpus};
//! use wirecopy::memory::Budget;
//! use wirecopy::verify::{Acceptance, Evidence, Reason, Rule};
//! use wirecopy::{cluster, lsh, progress::Silent, text::Furniture, verify};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("news.jsonl");
//! # std::fs::write(&path, concat!(
//! #     r#"{"id":"a","text":"The port of Harlow Bay reopened on Monday after a two-day strike, the harbour master said."}"#, "\n",
//! #     r#"{"id":"b","text":"Rain is expected in the northern valleys on Tuesday, forecasters said."}"#, "\n",
//! #     r#"{"id":"c","text":"The port of Harlow Bay reopened on Monday after a two-day strike, the harbour master says."}"#, "\n",
//! # ))?;
//! let corpus = Corpus::open(&[path], CorpusOptions::default(), &Silent)?;
//! let bands = lsh::Scheme::Bands(lsh::Banding::new(42, 3, 128)?);
//! let budget = Budget::unbounded();
//! let options = FingerprintOptions {
//!     shingle_size: ShingleSize::default(),
//!     furniture: Furniture::Strip,
//!     permutations: Permutations::new(128, 1)?,
//!     layout: bands.layout(128),
//!     strict: false,
//!     checkpoint: None,
//!     budget,
//! };
//! let mut prints = fingerprint_corpus(&corpus, &options, &Silent)?;
//! let digests = prints.rows.take_digests();
//! let duplicates = Duplicates::find(&digests, prints.duplicate_keys()?);
//!
//! let texts = duplicates.distinct_articles(&prints);
//! let signatures = lsh::SignatureSource::new(&prints.signatures, 1 << 30);
//! let similar_enough = |_, _, score| match score {
//!     0..60 => lsh::Worth::Nothing,
//!     _ => lsh::Worth::Perhaps,
//! };
//! let candidates = lsh::candidates(signatures, &texts, bands, similar_enough, &Silent)?;
//! assert_eq!(candidates.pairs, [(0, 2)]);
//!
//! let evidence = Evidence::gather(&corpus, &mut prints, &duplicates, &candidates.pairs, budget, &Silent)?;
//! let rule = Rule::Plain(Acceptance::new(0.7, None, 10)?);
//! let copies = verify::verify(&candidates.pairs, &prints, duplicates, &evidence, rule, &Silent)?;
//! assert_eq!(copies.edges[0].reason, Reason::Jaccard);
//!
//! let keep = cluster::Keep::Longest;
//! let clusters = cluster::build(&prints, &copies.duplicates, &copies.edges, &evidence, keep, &Silent)?;
//! assert_eq!(clusters[0].members.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod cli;
pub mod cluster;
pub mod compare;
pub mod corpus;
pub mod error;
pub mod evaluate;
pub mod fingerprint;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
pub mod lsh;
pub mod memory;
mod options;
mod positioned;
pub mod progress;
mod reject;
pub mod report;
mod splitmix;
mod spool;
pub mod synthetic;
pub mod text;
mod union_find;
pub mod verify;

pub use error::{Error, Result};
pub use options::Options;

use cluster::Cluster;
use corpus::Corpus;
use fingerprint::{Duplicates, FingerprintOptions, Fingerprints, Layout, Permutations};
use lsh::{CandidateCounts, Candidates, Scheme};
use memory::{Beside, Budget};
use progress::Progress;
use std::path::PathBuf;
use verify::{Edge, Evidence, Prospects, Rule};

/// What a run found.
#[derive(Debug)]
pub struct Run {
    /// The files that were read.
    pub corpus: Corpus,
    /// The fingerprints of all articles, without the signatures: their memory went to the evidence.
    pub fingerprints: Fingerprints,
    /// The exact duplicates.
    pub duplicates: Duplicates,
    /// Which pairs were taken for copies.
    pub rule: Rule,
    /// Which articles became candidates.
    pub scheme: Scheme,
    /// What was looked for by single values.
    pub unlike_copies: Option<lsh::Containment>,
    /// What the search for candidates did.
    pub candidates: CandidateCounts,
    /// The accepted pairs of distinct texts, sorted.
    pub edges: Vec<Edge>,
    /// What is known of the articles that may be copies, and of all in clusters.
    pub evidence: Evidence,
    /// The clusters, the largest first.
    pub clusters: Vec<Cluster>,
    /// What did not fit into memory.
    pub spilled: Spilled,
}

impl Run {
    /// Articles in clusters.
    pub fn members(&self) -> usize {
        let members = self.clusters.iter().map(|it| it.members.len());
        members.sum()
    }

    /// Articles that are copies: those in clusters without the representatives.
    pub fn copies(&self) -> usize {
        self.members() - self.clusters.len()
    }
}

/// Bytes that went to temporary files because of [`Options::memory`], or, of the evidence, because it is never held in memory beyond a bound of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Spilled {
    /// Signatures.
    pub signatures: u64,
    /// Pairs of articles that met, set aside until their signatures were read again; one counts as often as it met before it was found.
    pub candidates: u64,
    /// Shingles and descriptions of the articles in candidate pairs.
    pub evidence: u64,
}

/// Reads the articles of `inputs` (files and folders) and finds the clusters of copies, on the current rayon pool.
///
/// # Errors
/// A parameter out of its range; a bound of the memory that is too low for the corpus; an input that cannot be read; no usable record among those that
/// were read; the first bad record with `strict`; [`Error::Interrupted`].
pub fn cluster(inputs: &[PathBuf], options: &Options, progress: &dyn Progress) -> Result<Run> {
    let corpus = Corpus::open(inputs, options.corpus.clone(), progress)?;
    cluster_corpus(corpus, options, progress)
}

/// [`cluster()`] of a corpus that was opened before; its own options count, not those for it in `options`.
///
/// ```
/// use wirecopy::corpus::{Corpus, CorpusOptions, Format};
/// use wirecopy::{Options, progress::Silent};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("news.csv");
/// # std::fs::write(&path, "text\nSnow fell on Lund all day.\nSnow fell on Lund all day!\n")?;
/// let corpus = Corpus::open(&[path], CorpusOptions::default(), &Silent)?;
/// assert_eq!(corpus.files()[0].format, Format::Csv);
/// let run = wirecopy::cluster_corpus(corpus, &Options::default(), &Silent)?;
/// assert_eq!(run.duplicates.pairs, [(0, 1)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As for [`cluster()`].
pub fn cluster_corpus(corpus: Corpus, options: &Options, progress: &dyn Progress) -> Result<Run> {
    let Gathered {
        prints,
        duplicates,
        scheme,
        candidates,
        evidence,
        spilled,
    } = gather(&corpus, options, |_, _| Vec::new(), progress)?;
    let verify::Copies { edges, duplicates } = verify::verify(
        &candidates.pairs,
        &prints,
        duplicates,
        &evidence,
        options.rule,
        progress,
    )?;
    // Clusters take more than that.
    drop(candidates.pairs);
    let clusters = cluster::build(
        &prints,
        &duplicates,
        &edges,
        &evidence,
        options.keep,
        progress,
    )?;
    Ok(Run {
        corpus,
        fingerprints: prints,
        duplicates,
        rule: options.rule,
        scheme,
        unlike_copies: options.unlike_copies(),
        candidates: candidates.counts,
        edges,
        evidence,
        clusters,
        spilled,
    })
}

/// What a run over a corpus says of some of its articles, each with each: what [`cluster()`] reports of these pairs, with what it took for
/// furniture and with the weights that it gave to the wording. A pair that its search for candidates missed is looked at all the same.
///
/// The articles are of this very corpus, as [`compare::find()`] gives them. It takes as long as [`cluster()`] does. Articles that a run cannot use,
/// since their text holds no words, get no verdict.
///
/// ```
/// use wirecopy::compare::{self, CompareOptions};
/// use wirecopy::corpus::{Corpus, CorpusOptions};
/// use wirecopy::{Options, progress::Silent};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("news.jsonl");
/// # std::fs::write(&path, concat!(
/// #     r#"{"id":"a","text":"The swing bridge at Oxley stuck half open on Monday, and ships had to wait until the evening."}"#, "\n",
/// #     r#"{"id":"b","text":"The swing bridge at Oxley stuck half open on Monday, and ships had to wait until the night."}"#, "\n",
/// #     r#"{"id":"c","text":"A choir from Oxley won the singing contest of the valley."}"#, "\n",
/// # ))?;
/// let corpus = Corpus::open(&[path], CorpusOptions::default(), &Silent)?;
/// let found = compare::find(&corpus, &["a".to_owned(), "b".to_owned()], false, &Silent)?;
/// let background = wirecopy::ask(&corpus, &found, &Options::default(), &Silent)?;
/// assert_eq!(background.articles, Some(3));
/// assert!(background.verdicts[&(0, 1)].reason.is_some());
/// let compared = compare::compare(&found[0].article, &found[1].article, &CompareOptions::default(), &background)?;
/// assert_eq!(compared.reason, background.verdicts[&(0, 1)].reason);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As for [`cluster()`].
pub fn ask(
    corpus: &Corpus,
    articles: &[compare::Found],
    options: &Options,
    progress: &dyn Progress,
) -> Result<compare::Background> {
    let mut asked = Vec::new();
    let gathered = gather(
        corpus,
        options,
        |prints, duplicates| {
            let numbers = articles
                .iter()
                .map(|found| prints.article_at(found.file, found.offset));
            let numbers: Vec<Option<u32>> = numbers.collect();
            for (i, a) in numbers.iter().enumerate() {
                let others = numbers.iter().enumerate().skip(i + 1);
                let pairs = others.filter_map(|(j, b)| Some(((i, j), ((*a)?, (*b)?))));
                asked.extend(pairs);
            }
            let texts = asked.iter().map(|&(_, pair)| duplicates.firsts(pair));
            texts.filter(|(a, b)| a != b).collect()
        },
        progress,
    )?;
    let (pairs, asked): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    let (_, verdicts) = verify::verify_and_ask(
        &gathered.candidates.pairs,
        &gathered.prints,
        gathered.duplicates,
        &gathered.evidence,
        options.rule,
        &asked,
        progress,
    )?;
    Ok(compare::Background {
        articles: Some(gathered.prints.rows.len() as u64),
        learnt: gathered.prints.learnt,
        verdicts: pairs.into_iter().zip(verdicts).collect(),
    })
}

/// What a run knows before it judges.
struct Gathered {
    prints: Fingerprints,
    duplicates: Duplicates,
    scheme: Scheme,
    candidates: Candidates,
    evidence: Evidence,
    spilled: Spilled,
}

/// Fingerprints a corpus, finds the candidates, adds those that `more` names, and gathers the evidence.
fn gather(
    corpus: &Corpus,
    options: &Options,
    more: impl FnOnce(&Fingerprints, &Duplicates) -> Vec<(u32, u32)>,
    progress: &dyn Progress,
) -> Result<Gathered> {
    let scheme = options.scheme()?;
    let layout = scheme.layout(options.permutations);
    let threads = rayon::current_num_threads();
    let budget = Budget::new(options.memory, threads)?
        .with_slot(scheme.bytes_of_a_slot(layout))
        .with_ahead(corpus.most_ahead(threads)?);

    let mut prints = fingerprint(corpus, options, layout, budget, progress)?;
    let mut duplicates = find_duplicates(&mut prints)?;
    let mut candidates =
        find_candidates(&mut prints, &duplicates, options, scheme, budget, progress)?;
    let more = more(&prints, &duplicates);
    if !more.is_empty() {
        candidates.pairs.extend(more);
        candidates.pairs.sort_unstable();
        candidates.pairs.dedup();
    }
    let signatures = prints.signatures.spilled_bytes();
    let evidence = Evidence::gather(
        corpus,
        &mut prints,
        &duplicates,
        &candidates.pairs,
        budget,
        progress,
    )?;
    duplicates.confirm(|article| evidence.digest(article));
    let spilled = Spilled {
        signatures,
        candidates: candidates.spilled,
        evidence: evidence.spilled_bytes(),
    };
    Ok(Gathered {
        prints,
        duplicates,
        scheme,
        candidates,
        evidence,
        spilled,
    })
}

/// Fingerprints a corpus, of which one record at least can be used.
fn fingerprint(
    corpus: &Corpus,
    options: &Options,
    layout: Layout,
    budget: Budget,
    progress: &dyn Progress,
) -> Result<Fingerprints> {
    let printing = FingerprintOptions {
        shingle_size: options.shingle_size,
        furniture: options.furniture,
        permutations: Permutations::new(options.permutations, options.seed)?,
        layout,
        strict: options.strict,
        checkpoint: options.checkpoint.clone(),
        budget,
    };
    let prints = fingerprint::fingerprint_corpus(corpus, &printing, progress)?;
    if prints.rows.is_empty() && prints.rejected_total() > 0 {
        return Err(Error::NoArticles(prints.rejected_total()));
    }
    if prints.signatures.are_spilled() {
        let articles = prints.rows.len();
        let beside = Beside {
            buffers: prints.signatures.buffers(),
            ..Beside::default()
        };
        budget.check(articles, articles, beside)?;
    }
    Ok(prints)
}

/// Finds the articles that are the same text; of when they were published no more is known from here on than the earliest day.
fn find_duplicates(prints: &mut Fingerprints) -> Result<Duplicates> {
    let digests = prints.rows.take_digests();
    let duplicates = Duplicates::find(&digests, prints.duplicate_keys()?);
    prints.days.merge(&duplicates);
    Ok(duplicates)
}

/// Finds the candidate pairs among distinct texts.
fn find_candidates(
    prints: &mut Fingerprints,
    duplicates: &Duplicates,
    options: &Options,
    scheme: Scheme,
    budget: Budget,
    progress: &dyn Progress,
) -> Result<Candidates> {
    let rule = options.rule;
    let distinct = duplicates.distinct_articles(prints);
    let sizes_and_days = prints.take_sizes_and_days();
    let prints = &*prints;
    let window = rule.window_hours();
    let dates = window.map(|window| lsh::Dates::new(&sizes_and_days, window));
    let layout = scheme.layout(options.permutations);
    let prospects = Prospects::new(prints, &sizes_and_days, dates, rule, layout, scheme);
    let signatures =
        lsh::SignatureSource::new(&prints.signatures, budget.for_search(prints.rows.len()));
    match (scheme, options.unlike_copies()) {
        (Scheme::Neighbours(neighbours), Some(containment)) => lsh::candidates_and_unlike(
            signatures,
            &distinct,
            neighbours,
            prospects,
            containment,
            lsh::ArticleFacts {
                sizes_and_days: &sizes_and_days,
                dates,
            },
            progress,
        ),
        _ => lsh::candidates(signatures, &distinct, scheme, prospects, progress),
    }
}
