//! The articles that are compared, from their files or from a corpus.

use super::CompareArguments;
use crate::cli::memory;
use crate::cli::progress::Talk;
use crate::compare::{Background, CompareOptions, Found, find, only_article};
use crate::corpus::{Corpus, CorpusOptions};
use crate::memory::Bound;
use crate::progress::{Progress, Silent};
use crate::{Error, Options, Result};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Refuses what may be meant to be found in a corpus.
fn refuse_what_is_no_file(name: &str) -> Result<()> {
    let hint = match std::fs::metadata(name) {
        Ok(there) if there.is_dir() => format!(
            "{name} is a folder; name two files of it, or the ids of two articles and --corpus {name}"
        ),
        Err(error)
            if error.kind() == io::ErrorKind::NotFound
                && name != "-"
                && !name.contains(['*', '?', '[']) =>
        {
            format!(
                "{name}: no such file; if it is the id of an article, say where that is: --corpus NEWS.jsonl"
            )
        }
        _ => return Ok(()),
    };
    Err(Error::Input(hint))
}

/// The articles that are named, and what their corpus tells of them.
pub(super) fn fetched(
    arguments: &CompareArguments,
    options: &CompareOptions,
) -> Result<(Vec<Found>, Background)> {
    let reading: CorpusOptions = arguments.input.options(None);
    let strict = arguments.input.strict;
    let open = |inputs: &[PathBuf], progress: &dyn Progress| {
        Corpus::open(inputs, reading.clone(), progress)
    };
    if arguments.corpus.is_empty() {
        let only = |file: &String| {
            refuse_what_is_no_file(file)?;
            only_article(&open(&[file.into()], &Silent)?, strict, &Silent)
        };
        let found = arguments.articles.iter().map(only);
        return Ok((found.collect::<Result<_>>()?, Background::default()));
    }
    // Bars, but no bad records: they are seldom those that are compared. An interrupt ends the process, which has no output to tidy up.
    let talk = Talk::new(false, true, Arc::new(AtomicBool::new(false)));
    let corpus = open(&arguments.corpus, &talk)?;
    let found = find(&corpus, &arguments.articles, strict, &talk)?;
    if arguments.alone {
        return Ok((found, Background::default()));
    }
    let run = Options {
        corpus: reading,
        shingle_size: options.shingle_size,
        furniture: options.furniture,
        rule: options.rule,
        strict,
        memory: memory::usual_bound().map(Bound::Usual),
        ..Options::default()
    };
    let background = crate::ask(&corpus, &found, &run, &talk)?;
    Ok((found, background))
}
