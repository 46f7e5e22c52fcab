//! Articles fetched from a corpus: the only one of a file, or some by their ids.

use crate::corpus::{Article, Corpus, Parser, Reject};
use crate::progress::{Progress, Stage};
use crate::{Error, Result};

/// An article with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The article.
    pub article: Article<'static>,
    /// `FILE:LINE`.
    pub place: String,
    /// The number of its file in the corpus.
    pub file: usize,
    /// Where its record begins in the (decompressed) file, in bytes.
    pub offset: u64,
    /// Which record of its line it is, from 1: those of a JSON array may share one.
    pub number: u32,
}

impl Found {
    fn names(&self) -> Names<'_> {
        Names {
            id: &self.article.id,
            place: &self.place,
            number: self.number,
        }
    }

    /// `FILE:LINE:NUMBER`, which no other article has.
    fn numbered_place(&self) -> String {
        format!("{}:{}", self.place, self.number)
    }
}

/// What a block holds of what is looked for.
#[derive(Default)]
struct Seen {
    found: Vec<Found>,
    near: Vec<(usize, String)>,
    /// The first ids.
    first: Vec<String>,
    /// The first bad record.
    reject: Option<Reject>,
    articles: u64,
}

/// Near ids that are named.
const NEAR: usize = 5;

/// Ids that are named where none is near.
const FIRST: usize = 3;

/// The longest ids whose distance is measured, in bytes.
const MEASURED: usize = 64;

/// The articles with these ids; an id may also be `FILE:LINE` as reports name it, or `FILE:LINE:NUMBER`. Records that cannot be used are passed over, unless `strict`.
///
/// ```
/// use wirecopy::corpus::{Corpus, CorpusOptions};
/// use wirecopy::{compare, progress::Silent};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("news.jsonl");
/// std::fs::write(&path, concat!(
///     r#"{"id": "ferry-1", "text": "The ferry sails again."}"#, "\n",
///     r#"{"id": "ferry-2", "text": "The ferry is late again."}"#, "\n",
/// ))?;
/// let second = format!("{}:2", path.display());
/// let corpus = Corpus::open(&[path], CorpusOptions::default(), &Silent)?;
/// let found = compare::find(&corpus, &["ferry-1".to_owned(), second], false, &Silent)?;
/// assert_eq!((&*found[0].article.id, &*found[1].article.id), ("ferry-1", "ferry-2"));
/// let missing = compare::find(&corpus, &["ferry-3".to_owned()], false, &Silent).unwrap_err();
/// assert!(missing.to_string().contains("ferry-2"), "{missing}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Input`] for an id that does not occur, with ids like it and the first bad record, which may be the one, or that several articles bear,
/// with their places;
/// [`Error::Rejected`] for the first bad record with `strict`; what reading gives.
pub fn find(
    corpus: &Corpus,
    ids: &[String],
    strict: bool,
    progress: &dyn Progress,
) -> Result<Vec<Found>> {
    let seen = look(
        corpus,
        progress,
        strict,
        usize::MAX,
        |names| ids.iter().any(|wanted| names.are(wanted)),
        |id| ids.iter().filter_map(|wanted| distance(wanted, id)).min(),
    )?;
    // Several arguments may name one article.
    let mut all = Vec::new();
    for id in ids {
        let mut with: Vec<&Found> = Vec::new();
        for found in &seen.found {
            if found.names().are(id) {
                with.push(found);
            }
        }
        // A place is meant as one, whatever ids others bear; the first of a line may have it as its id, too.
        if with.iter().any(|found| found.place == *id) {
            with.retain(|found| found.place == *id);
        } else if with.iter().any(|found| found.numbered_place() == *id) {
            with.retain(|found| found.numbered_place() == *id);
        }
        match with[..] {
            [found] => all.push(found.clone()),
            [] => return Err(unknown(corpus, id, &seen)),
            _ => return Err(several(id, &with)),
        }
    }
    Ok(all)
}

/// Several articles bear an id, or stand on the line that it names, as those of a JSON array may.
fn several(id: &str, with: &[&Found]) -> Error {
    const MOST: usize = 10;
    let list = |of: fn(&Found) -> String| {
        let mut names: Vec<String> = with.iter().map(|found| of(found)).collect();
        names.dedup();
        let alone = names.len() == with.len();
        names.truncate(MOST);
        alone.then(|| names.join(", "))
    };
    let number = with.len();
    let one_line = with.iter().all(|found| found.place == *id);
    let numbered = list(|found| found.numbered_place());
    let ids = list(|found| found.article.id.to_string());
    // The first of them may have the line as its id.
    let ids = ids.filter(|_| with.iter().all(|found| found.article.id != *id));
    let places = list(|found| found.place.clone()).or(numbered.clone());
    Error::Input(if one_line {
        let names = ids.or(numbered).unwrap_or_default();
        format!("{number} articles stand on the line {id}; name the one you mean: {names}")
    } else {
        let places = places.unwrap_or_default();
        format!(
            "{number} articles have the id \"{id}\"; name the one you mean by its place: {places}"
        )
    })
}

/// What an article goes by.
struct Names<'a> {
    id: &'a str,
    place: &'a str,
    /// Which record of its line it is.
    number: u32,
}

impl Names<'_> {
    /// Whether this is one of them: the id, or the place with or without the number.
    fn are(&self, name: &str) -> bool {
        let number = |rest: &str| rest.strip_prefix(':').map(str::parse);
        let behind = name.strip_prefix(self.place);
        let by_place =
            behind.is_some_and(|rest| rest.is_empty() || number(rest) == Some(Ok(self.number)));
        self.id == name || by_place
    }
}

fn unknown(corpus: &Corpus, id: &str, seen: &Seen) -> Error {
    let names: Vec<&str> = corpus
        .files()
        .iter()
        .map(|file| file.name.as_str())
        .take(3)
        .collect();
    let mut near: Vec<(usize, &str)> = seen
        .near
        .iter()
        .filter_map(|(_, near)| Some((distance(id, near)?, near.as_str())))
        .collect();
    near.sort_unstable();
    near.dedup();
    let near: Vec<&str> = near.into_iter().map(|(_, id)| id).take(NEAR).collect();
    let hint = match (&near[..], &seen.first[..]) {
        ([], []) => "; there is none that can be read".to_owned(),
        ([], first) => format!("; the first ids there are {}", first.join(", ")),
        _ => format!("; ids like it: {}", near.join(", ")),
    };
    let bad = seen.reject.as_ref();
    let bad = bad.map_or(String::new(), |reject| {
        format!("; some records cannot be used, the first is {reject}")
    });
    Error::Input(format!(
        "no article of {} has the id \"{id}\"{hint}{bad}",
        names.join(", ")
    ))
}

/// How unlike two ids are, if they are alike at all.
fn distance(wanted: &str, id: &str) -> Option<usize> {
    if wanted.eq_ignore_ascii_case(id) {
        return Some(0);
    }
    if wanted.len() > MEASURED || id.len() > MEASURED {
        return None;
    }
    let distance = strsim::osa_distance(wanted, id);
    let alike = distance <= 2 && distance * 2 < wanted.chars().count();
    let within = wanted.len() >= 3 && id.contains(wanted);
    (alike || within).then_some(distance)
}

/// The only article of a corpus that is one file. Records that cannot be used are passed over, unless `strict`.
///
/// # Errors
/// [`Error::Input`] if there is none, or more than one; [`Error::Rejected`] for the first bad record with `strict`; what reading gives.
pub fn only_article(corpus: &Corpus, strict: bool, progress: &dyn Progress) -> Result<Found> {
    let mut seen = look(corpus, progress, strict, 1, |_| true, |_| None)?;
    let name = || {
        corpus
            .files()
            .first()
            .map_or("it", |file| file.name.as_str())
            .to_owned()
    };
    match (seen.articles, seen.found.pop()) {
        (1, Some(found)) => Ok(found),
        (0, _) | (_, None) => {
            let why = seen
                .reject
                .map_or(String::new(), |reject| format!(": {reject}"));
            Err(Error::Input(format!(
                "{} holds no article that can be read{why}",
                name()
            )))
        }
        (many, _) => Err(Error::Input(format!(
            "{0} holds {many} articles; name those to compare by their ids: wirecopy compare ID ID --corpus {0}",
            name()
        ))),
    }
}

/// Goes over a corpus; of what is `wanted` the first `most` are kept.
fn look(
    corpus: &Corpus,
    progress: &dyn Progress,
    strict: bool,
    most: usize,
    wanted: impl Fn(&Names) -> bool + Sync,
    near: impl Fn(&str) -> Option<usize> + Sync,
) -> Result<Seen> {
    let mut all = Seen::default();
    corpus.scan(
        Stage::Find,
        progress,
        Parser::new,
        |parser, block| {
            let mut seen = Seen::default();
            let name = &corpus.files()[block.file as usize].name;
            seen.reject = block.rejects.first().cloned();
            for record in &block.records {
                let article = match parser.parse(corpus, block, record) {
                    Ok(article) => article,
                    Err(reject) => {
                        seen.reject.get_or_insert(reject);
                        continue;
                    }
                };
                seen.articles += 1;
                if seen.first.len() < FIRST {
                    seen.first.push(article.id.as_ref().to_owned());
                }
                let place = format!("{name}:{}", record.line);
                let number = record.before_on_line + 1;
                let names = Names {
                    id: &article.id,
                    place: &place,
                    number,
                };
                if wanted(&names) {
                    if seen.found.len() == most {
                        continue;
                    }
                    let article = owned(&article);
                    seen.found.push(Found {
                        article,
                        place,
                        file: block.file as usize,
                        offset: record.offset,
                        number,
                    });
                } else if let Some(distance) = near(&article.id) {
                    seen.near.push((distance, article.id.into_owned()));
                }
            }
            Ok(seen)
        },
        |seen| {
            all.articles += seen.articles;
            let missing = FIRST - all.first.len();
            all.first.extend(seen.first.into_iter().take(missing));
            let room = most - all.found.len();
            all.found.extend(seen.found.into_iter().take(room));
            // Enough for every id that is looked for.
            const KEPT: usize = 1000;
            all.near.extend(seen.near);
            all.near.sort_unstable();
            all.near.truncate(KEPT);
            match seen.reject {
                Some(reject) if strict => return Err(Error::Rejected(reject)),
                reject => all.reject = all.reject.take().or(reject),
            }
            Ok(())
        },
    )?;
    Ok(all)
}

fn owned(article: &Article) -> Article<'static> {
    let own = |field: &str| field.to_owned().into();
    Article {
        id: own(&article.id),
        title: own(&article.title),
        source: own(&article.source),
        published: own(&article.published),
        date_order: article.date_order,
        url: own(&article.url),
        text: own(&article.text),
    }
}
