//! The cluster report: one row for every article in a cluster, or for every article.

use super::Output;
use super::spreadsheet_safe;
use super::table::{Hours, MANY, Perhaps, Rows, Similarity, Table};
use crate::cluster::{Cluster, Member};
use crate::corpus::Parser;
use crate::progress::{Progress, Stage, Unit};
use crate::text::Tokeniser;
use crate::verify::Description;
use crate::{Error, Result, Run};
use std::collections::HashMap;

/// The columns of the report, in order.
pub const CLUSTER_COLUMNS: [&str; 15] = [
    "cluster_id",
    "cluster_size",
    "representative",
    "id",
    "title",
    "source",
    "published",
    "url",
    "file",
    "line",
    "jaccard",
    "containment",
    "matched_id",
    "hours_after_first",
    "words",
];

/// Which articles the report lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Listed {
    /// Those in a cluster of two or more.
    #[default]
    Clustered,
    /// Every article; those without a copy come last, in corpus order, each a cluster of its own.
    All,
}

/// Writes the report as CSV (RFC 4180, UTF-8, one header): clusters in their order, members in theirs. `jaccard` and
/// `containment`, to four places, are those to the representative; titles, sources and dates are made
/// [`spreadsheet_safe`], ids and urls stay as they are.
///
/// ```
/// use wirecopy::report::{CLUSTER_COLUMNS, Listed, Output, write_clusters};
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
/// let report = folder.path().join("clusters.csv");
/// // Articles "a" and "c" are copies, "b" is not, and "d" has no text.
/// let run = wirecopy::cluster(&[path], &Options::default(), &Silent)?;
/// for (listed, articles) in [(Listed::Clustered, 2), (Listed::All, 3)] {
///     let mut out = Output::create(&report)?;
///     write_clusters(&run, listed, &mut out, &Silent)?;
///     out.publish()?;
///     let written = std::fs::read_to_string(&report)?;
///     assert!(written.starts_with(&CLUSTER_COLUMNS.join(",")));
///     assert_eq!(written.lines().count(), 1 + articles);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If evidence cannot be read or `out` not be written; with [`Listed::All`], which reads the corpus again, what
/// reading gives; [`Error::Interrupted`].
pub fn write_clusters(
    run: &Run,
    listed: Listed,
    out: &mut Output,
    progress: &dyn Progress,
) -> Result<()> {
    let mut table = Table::new(out, &CLUSTER_COLUMNS)?;
    progress.begin(Stage::Write, run.clusters.len() as u64, Unit::Items);
    let bytes = |&(_, member): &(&Cluster, &Member)| {
        let matched = member
            .matched
            .map_or(0, |article| run.evidence.bytes_of_description(article));
        matched + run.evidence.bytes_of_description(member.article)
    };
    let mut members = Vec::new();
    let mut clusters = run.clusters.iter().peekable();
    while let Some(cluster) = clusters.next() {
        if progress.cancelled() {
            return Err(Error::Interrupted);
        }
        members.extend(cluster.members.iter().map(|member| (cluster, member)));
        if members.len() >= MANY || clusters.peek().is_none() {
            table.rows_of(&members, bytes, |members, rows| {
                write_members(run, members, rows)
            })?;
            members.clear();
        }
        progress.advance(1, 0);
    }
    progress.end();
    if listed == Listed::All {
        write_singles(run, &mut table, progress)?;
    }
    Ok(())
}

fn write_members(run: &Run, members: &[(&Cluster, &Member)], rows: &mut Rows) -> Result<()> {
    let mut descriptions = Vec::with_capacity(members.len());
    for (_, member) in members {
        let description = run.evidence.description(member.article)?;
        descriptions.push(description.unwrap_or_default());
    }
    // What a member matched mostly stands beside it.
    let places = members.iter().enumerate();
    let places: HashMap<u32, usize> = places
        .map(|(place, (_, member))| (member.article, place))
        .collect();
    for (&(cluster, member), description) in members.iter().zip(&descriptions) {
        let other;
        let matched = match member
            .matched
            .map(|article| (article, places.get(&article)))
        {
            Some((_, Some(&place))) => &descriptions[place].id,
            Some((article, None)) => {
                other = run.evidence.description(article)?.unwrap_or_default().id;
                &other
            }
            None => "",
        };
        let row = Row {
            cluster,
            member,
            description,
            matched,
        };
        row.write(run, rows);
    }
    Ok(())
}

/// The articles that are in no cluster, from the corpus.
fn write_singles(run: &Run, table: &mut Table<&mut Output>, progress: &dyn Progress) -> Result<()> {
    let mut clustered = vec![false; run.fingerprints.rows.len()];
    for member in run.clusters.iter().flat_map(|cluster| &cluster.members) {
        clustered[member.article as usize] = true;
    }
    let prints = &run.fingerprints;
    run.corpus.scan(
        Stage::Write,
        progress,
        || (Parser::new(), Tokeniser::new()),
        |(parser, tokeniser), block| {
            let mut singles = Vec::new();
            let is_single = |article: u32| !clustered[article as usize];
            for (article, record) in prints.articles_of_block(&run.corpus, block, is_single)? {
                let found = (article, record);
                let (parsed, digest) =
                    prints.read_again(parser, tokeniser, &run.corpus, block, found)?;
                let dated = parsed.published_at().is_some();
                let cluster = Cluster::of_one(article, digest, dated, &run.duplicates);
                singles.push((cluster, Description::of(&parsed)));
            }
            Ok(singles)
        },
        |singles| {
            table.rows(|rows| {
                for (cluster, description) in singles {
                    let row = Row {
                        cluster: &cluster,
                        member: &cluster.members[0],
                        description: &description,
                        matched: "",
                    };
                    row.write(run, rows);
                }
            })
        },
    )
}

/// What a row is made of.
struct Row<'a> {
    cluster: &'a Cluster,
    member: &'a Member,
    description: &'a Description,
    matched: &'a str,
}

impl Row<'_> {
    fn write(&self, run: &Run, rows: &mut Rows) {
        let Self {
            cluster,
            member,
            description,
            matched,
        } = *self;
        let known = &run.fingerprints.rows;
        let file = &run.corpus.files()[run.fingerprints.file(member.article)];
        rows.row(&[
            &cluster.id,
            &cluster.members.len(),
            &(member.article == cluster.representative()),
            &description.id,
            &spreadsheet_safe(&description.title),
            &spreadsheet_safe(&description.source),
            &spreadsheet_safe(&description.published),
            &description.url,
            &file.name,
            &known.start(member.article).line,
            &Similarity(member.jaccard),
            &Similarity(member.containment),
            &matched,
            &Perhaps(member.hours_after_first.map(Hours)),
            &known.tokens(member.article),
        ]);
    }
}
