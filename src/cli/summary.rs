//! What a run found, in words.

use super::look::{Look, fit};
use super::safe::{one_line, terminal_safe};
use super::words;
use crate::corpus::RejectReason;
use crate::lsh::{
    CROWDED, CUT_COPY_SIMILARITY, SHORT_CUT_SIMILARITY, Scheme, probability_by_single_values,
};
use crate::report::LISTED_DUPLICATES;
use crate::verify::Rule;
use crate::{Result, Run};
use std::path::Path;
use std::time::Duration;

/// Clusters that are named.
const NAMED_CLUSTERS: usize = 5;

/// The end of a run.
pub(super) struct Ending<'a> {
    pub run: &'a Run,
    pub rule: Rule,
    /// How long everything took.
    pub took: Duration,
    /// The most memory held, in bytes, where that is known.
    pub peak_bytes: Option<u64>,
    /// The files that were written: what stands in each ("clusters"), and where it is.
    pub written: &'a [(&'static str, &'a Path)],
    /// Pairs that the pairs report leaves out.
    pub pairs_left_out: u64,
}

/// The summary, with a line break at its end.
///
/// # Errors
/// If the titles of the largest clusters lie in a temporary file that cannot be read.
pub(super) fn summary(ending: &Ending<'_>, look: Look) -> Result<String> {
    let mut paragraphs = vec![look.bold(&look.wrap(&headline(ending.run), 0))];
    paragraphs.extend(largest_clusters(ending.run, look)?);
    paragraphs.extend(unused_records(ending.run, look));
    paragraphs.extend(unread_dates(ending.run).map(|text| look.wrap(&text, 0)));
    paragraphs.extend(duplicate_ids(ending.run).map(|text| look.wrap(&text, 0)));
    paragraphs.extend(pairs_left_out(ending).map(|text| look.wrap(&text, 0)));
    paragraphs.extend(skipped_files(ending.run).map(|text| look.wrap(&text, 0)));
    paragraphs.extend(crowded_buckets(ending.run).map(|text| look.wrap(&text, 0)));
    if !ending.run.fingerprints.rows.is_empty() {
        paragraphs.push(look.dim(&look.wrap(&chances(ending), 0)));
    }
    paragraphs.push(costs(ending, look));
    Ok(paragraphs.join("\n") + "\n")
}

fn headline(run: &Run) -> String {
    let articles = run.fingerprints.rows.len() as u64;
    if articles == 0 {
        return "No articles: the input is empty".into();
    }
    let all = words::counted(articles, "article", "articles");
    if run.clusters.is_empty() {
        return format!("{all}, no copies found");
    }
    let clusters = run.clusters.len() as u64;
    let copies = run.copies() as u64;
    let mut text = format!(
        "{all}, {}, {} ({} of the corpus)",
        words::counted(clusters, "cluster", "clusters"),
        words::counted(copies, "copy", "copies"),
        words::percent(copies as f64 / articles as f64)
    );
    let exact = run.duplicates.pairs.len() as u64;
    if exact == copies {
        text += if exact == 1 {
            ", word for word"
        } else {
            ", all word for word"
        };
    } else if exact > 0 {
        text += &format!(", {} of them word for word", words::number(exact));
    }
    text
}

fn largest_clusters(run: &Run, look: Look) -> Result<Option<String>> {
    let clusters = &run.clusters[..run.clusters.len().min(NAMED_CLUSTERS)];
    let Some(largest) = clusters.first() else {
        return Ok(None);
    };
    let mut lines = vec![match run.clusters.len() {
        1 => "The cluster:".to_owned(),
        2..=NAMED_CLUSTERS => "The clusters:".to_owned(),
        _ => "The largest clusters:".to_owned(),
    }];
    let column = words::number(largest.members.len() as u64).len();
    for cluster in clusters {
        let description = run
            .evidence
            .description(cluster.representative())?
            .unwrap_or_default();
        let title = one_line(&description.title);
        let name = if title.is_empty() {
            format!("(no title) {}", one_line(&description.id))
        } else {
            title
        };
        let size = words::number(cluster.members.len() as u64);
        lines.push(format!(
            "  {size:>column$}  {}",
            fit(&name, look.width.saturating_sub(column + 4).max(1))
        ));
    }
    Ok(Some(lines.join("\n")))
}

fn unused_records(run: &Run, look: Look) -> Option<String> {
    let rejected = &run.fingerprints.rejected;
    let total = run.fingerprints.rejected_total();
    if total == 0 {
        return None;
    }
    let most = rejected.values().copied().max().unwrap_or_default();
    let column = words::number(most).len();
    let mut lines = vec![format!(
        "{} could not be used:",
        words::counted(total, "record", "records")
    )];
    let mut reasons: Vec<_> = rejected.iter().collect();
    reasons.sort_by_key(|&(reason, &n)| (std::cmp::Reverse(n), *reason));
    for (&reason, &n) in reasons {
        let text = format!("  {:>column$}  {}", words::number(n), in_words(reason));
        lines.push(look.wrap(&text, column + 4));
    }
    Some(lines.join("\n"))
}

fn unread_dates(run: &Run) -> Option<String> {
    let unread = &run.fingerprints.unread_dates;
    let first = unread.first.as_ref()?;
    let name = one_line(&run.corpus.files()[first.file as usize].name);
    let (have, count) = match unread.articles {
        1 => ("has a date", "counts as undated:"),
        _ => ("have dates", "count as undated, first"),
    };
    Some(format!(
        "{} {have} that cannot be read, and {count} {name}:{} \"{}\".",
        words::counted(unread.articles, "article", "articles"),
        first.line,
        one_line(&first.text)
    ))
}

fn duplicate_ids(run: &Run) -> Option<String> {
    let prints = &run.fingerprints;
    let ids = &prints.duplicate_ids;
    let &(first, second) = ids.examples.first()?;
    let place = |article: u32| {
        let file = one_line(&run.corpus.files()[prints.file(article)].name);
        format!("{file}:{}", prints.rows.start(article).line)
    };
    Some(format!(
        "{} shared by {}, first by {} and {}. They are told apart by file and line.",
        match ids.ids {
            1 => "1 id is".to_owned(),
            n => format!("{} ids are", words::number(n)),
        },
        words::counted(ids.articles, "article", "articles"),
        place(first),
        place(second)
    ))
}

fn pairs_left_out(ending: &Ending<'_>) -> Option<String> {
    (ending.pairs_left_out > 0).then(|| {
        format!(
            "Texts that came word for word more than {LISTED_DUPLICATES} times are not listed in every pair: {} left out \
             of the pairs.",
            match ending.pairs_left_out {
                1 => "1 was".to_owned(),
                n => format!("{} were", words::number(n)),
            }
        )
    })
}

fn in_words(reason: RejectReason) -> &'static str {
    match reason {
        RejectReason::InvalidJson => "not valid JSON",
        RejectReason::NotAnObject => "JSON, but not an object with fields",
        RejectReason::BrokenArray => "the rest of a broken JSON array",
        RejectReason::MissingText => "no text",
        RejectReason::WrongType => "text or id of a type that cannot be used",
        RejectReason::InvalidUtf8 => "not valid UTF-8",
        RejectReason::Utf16 => "a file in UTF-16; convert it to UTF-8",
        RejectReason::NotText => "a file that is no text",
        RejectReason::TooLong => "longer than --max-document",
        RejectReason::Truncated => "the rest of a compressed file that ends too early",
        RejectReason::Corrupt => {
            "the rest of a compressed file that is damaged or cannot be unpacked"
        }
        RejectReason::RaggedRow => "a row with more or fewer fields than the header",
        RejectReason::UnclosedQuote => "a quoted field that is never closed",
    }
}

fn skipped_files(run: &Run) -> Option<String> {
    let skipped = run.corpus.skipped_files();
    let (files, are, them) = match skipped {
        0 => return None,
        1 => ("1 file".to_owned(), "was", "it"),
        n => (format!("{} files", words::number(n)), "were", "them"),
    };
    Some(format!(
        "{files} in the folders {are} passed over, not ending in .jsonl, .ndjson, .json, .csv, .tsv or .txt, with or \
         without .gz, .zst or .zstd; name {them} on the command line to read {them} all the same."
    ))
}

fn crowded_buckets(run: &Run) -> Option<String> {
    let counts = run.candidates;
    let (places, largest) = match counts.crowded_buckets {
        0 => return None,
        1 => ("In one place".to_owned(), ""),
        n => (format!("In {} places", words::number(n)), " at most"),
    };
    Some(format!(
        "{places} more than {CROWDED} articles ({}{largest}) looked alike at once, as pages of boilerplate, consent walls and \
         much-copied stories do. There each article was compared with its nearest neighbours alone, and {} left out. As a rule \
         the copies among them still come together by way of their neighbours, but not every pair of them is listed.",
        words::number(counts.largest_bucket),
        match counts.capped {
            1 => "1 comparison was".to_owned(),
            n => format!("{} comparisons were", words::number(n)),
        }
    ))
}

fn chances(ending: &Ending<'_>) -> String {
    let scheme = ending.run.scheme;
    let chance = |similarity: f64| {
        let probability = scheme.probability(similarity);
        // It can be so close to 1 that it is rounded there. Only equal articles are found for certain.
        words::percent(if similarity < 1.0 {
            probability.min(0.999_99)
        } else {
            probability
        })
    };
    let mut cut = {
        let mut named = false;
        move |similarity: f64| match std::mem::replace(&mut named, true) {
            false => format!("a copy cut to {:.0} % of its length", 100.0 * similarity),
            true => format!("one cut to {:.0} %", 100.0 * similarity),
        }
    };
    // Of each kind of pair, which it is and how many are found.
    let mut found = vec![match ending.rule {
        Rule::News(_) => (cut(0.5), chance(0.5)),
        Rule::Plain(rule) => {
            let threshold = rule.threshold();
            let pair = format!("a pair that is just at the threshold {threshold}");
            (pair, chance(threshold))
        }
    }];
    if ending.rule.least_contained().is_some() {
        let chance = chance(CUT_COPY_SIMILARITY);
        found.push((cut(CUT_COPY_SIMILARITY), chance));
    }
    if ending.run.unlike_copies.is_some() {
        let probability = probability_by_single_values(SHORT_CUT_SIMILARITY, scheme.whole_values());
        let mut short = cut(SHORT_CUT_SIMILARITY);
        if let Some(window) = ending.rule.window_hours() {
            short += &format!(" and published within {}", words::hours(window));
        }
        found.push((short, words::percent(probability)));
    }
    let (what, but) = match scheme {
        Scheme::Bands(banding) => (
            format!(
                "{} of {} find",
                words::counted(banding.bands() as u64, "band", "bands"),
                words::counted(banding.rows() as u64, "row", "rows")
            ),
            "",
        ),
        Scheme::Neighbours(_) => (
            "The search finds".to_owned(),
            "; fewer where many articles share the wording",
        ),
    };
    let mut found = found.into_iter();
    let first = found
        .next()
        .map(|(pair, chance)| format!("{pair} in {chance} of cases"));
    let others = found.map(|(pair, chance)| format!("{pair} in {chance}"));
    let all: Vec<String> = first.into_iter().chain(others).collect();
    format!("{what} {}{but}.", all.join(", "))
}

fn costs(ending: &Ending<'_>, look: Look) -> String {
    let mut text = format!("Took {}", words::duration(ending.took));
    if let Some(peak) = ending.peak_bytes {
        text += &format!(" and {} of memory at the peak", words::bytes(peak));
    }
    text += ".";
    let kept = ending.run.fingerprints.from_checkpoint;
    if kept > 0 {
        let articles = words::counted(kept, "article", "articles");
        text += &format!(" The fingerprints of {articles} were there from an earlier run.");
    }
    let mut lines = vec![look.wrap(&text, 0)];
    for (what, path) in ending.written {
        // Not broken, so that the path can be copied as a whole.
        let path = path.display().to_string();
        lines.push(format!("Wrote {what} to {}", terminal_safe(&path)));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::progress::Silent;
    use std::path::PathBuf;

    fn look(width: usize, colour: bool) -> Look {
        Look {
            width,
            colour,
            bars: false,
        }
    }

    fn run(inputs: &[PathBuf]) -> Run {
        crate::cluster(inputs, &Options::default(), &Silent).unwrap()
    }

    fn words_of(run: &Run, look: Look, written: &[(&'static str, &Path)]) -> String {
        let ending = Ending {
            run,
            rule: Rule::default(),
            took: Duration::from_millis(83_400),
            peak_bytes: Some(1_234_567_890),
            written,
            pairs_left_out: 0,
        };
        summary(&ending, look).unwrap()
    }

    fn fixtures() -> Run {
        run(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/news.jsonl")])
    }

    fn corpus(folder: &Path, lines: &[&str]) -> PathBuf {
        let path = folder.join("news.jsonl");
        std::fs::write(&path, lines.join("\n")).unwrap();
        path
    }

    #[test]
    fn the_fixtures_at_80_columns() {
        let run = fixtures();
        let written: [(_, &Path); 2] = [
            ("clusters", Path::new("clusters.csv")),
            ("pairs", Path::new("pairs.csv")),
        ];
        insta::assert_snapshot!(
            "summary_fixtures_80",
            words_of(&run, look(80, false), &written)
        );
    }

    #[test]
    fn the_fixtures_at_140_columns_in_colour() {
        let text = words_of(&fixtures(), look(140, true), &[]);
        insta::assert_snapshot!("summary_fixtures_140_colour", text.replace('\x1b', "ESC"));
        let plain = words_of(&fixtures(), look(140, false), &[]);
        assert_eq!(console::strip_ansi_codes(&text), plain);
        assert!(!plain.contains('\x1b'));
    }

    #[test]
    fn titles_never_pass_the_edge_of_the_terminal() {
        let folder = tempfile::tempdir().unwrap();
        let wide = "海底電纜修復完成".repeat(12);
        let line = |id: &str, title: &str, text: &str| {
            // Long enough that the title does not count.
            let text = format!("{text}. ").repeat(20);
            serde_json::json!({"id": id, "title": title, "text": text}).to_string()
        };
        let path = corpus(
            folder.path(),
            &[
                &line("a", &wide, "the cable was mended"),
                &line("b", &wide, "the cable was mended"),
                &line("c", "Fire\u{1b}[31m\nin\u{202e} port", "a fire broke out"),
                &line("d", "Fire", "a fire broke out"),
                &line("e\u{7}", "", "no title at all here"),
                &line("f", "", "no title at all here"),
            ],
        );
        let run = run(&[path]);
        for width in [20, 33, 80, 140] {
            let text = words_of(&run, look(width, false), &[]);
            for line in text.lines() {
                assert!(
                    console::measure_text_width(line) <= width,
                    "{width}: {line}"
                );
            }
        }
        let text = words_of(&run, look(80, false), &[]);
        assert!(text.contains("Fire[31m in port\n"), "{text}");
        assert!(text.contains("(no title) e\n"), "{text}");
    }

    #[test]
    fn one_cluster_of_one_copy_is_in_the_singular() {
        let folder = tempfile::tempdir().unwrap();
        let path = corpus(
            folder.path(),
            &[
                r#"{"id":"a","title":"Port reopens","text":"The port reopened on Monday."}"#,
                r#"{"id":"b","title":"Harbour open","text":"The port reopened on Monday!"}"#,
                r#"{"id":"c","text":"  "}"#,
            ],
        );
        std::fs::write(folder.path().join("notes.md"), "x").unwrap();
        let run = run(&[path, folder.path().to_path_buf()]);
        insta::assert_snapshot!("summary_singular", words_of(&run, look(80, false), &[]));
    }

    #[test]
    fn shared_ids_and_pairs_that_are_left_out_are_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = corpus(
            folder.path(),
            &[
                r#"{"id":"a","text":"The port reopened on Monday."}"#,
                r#"{"id":"b","text":"A fire broke out in the night."}"#,
                r#"{"id":"a","text":"Rain is on its way."}"#,
            ],
        );
        let run = run(&[path]);
        let ending = Ending {
            run: &run,
            rule: Rule::default(),
            took: Duration::from_secs(1),
            peak_bytes: None,
            written: &[],
            pairs_left_out: 44_616,
        };
        let text = summary(&ending, look(1000, false)).unwrap();
        let text = text.replace('\n', " ");
        let place = |line: u32| format!("{}:{line}", folder.path().join("news.jsonl").display());
        let ids = format!(
            "1 id is shared by 2 articles, first by {} and {}.",
            place(1),
            place(3)
        );
        assert!(text.contains(&ids), "{text}");
        assert!(
            text.contains("44,616 were left out of the pairs."),
            "{text}"
        );
    }

    #[test]
    fn fingerprints_of_an_earlier_run_are_said() {
        let folder = tempfile::tempdir().unwrap();
        let line = r#"{"id":"a","text":"Alone in the world."}"#;
        let path = corpus(folder.path(), &[line]);
        let options = Options {
            checkpoint: Some(folder.path().join("kept")),
            ..Options::default()
        };
        let said = || {
            let run = crate::cluster(std::slice::from_ref(&path), &options, &Silent).unwrap();
            let text = words_of(&run, look(80, false), &[]).replace('\n', " ");
            text.contains("The fingerprints of 1 article were there from an earlier run.")
        };
        assert!(!said());
        assert!(said());
    }

    #[test]
    fn nothing_found_and_nothing_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = corpus(
            folder.path(),
            &[r#"{"id":"a","text":"Alone in the world."}"#],
        );
        insta::assert_snapshot!(
            "summary_nothing_found",
            words_of(&run(&[path]), look(80, false), &[])
        );
        let path = corpus(folder.path(), &[]);
        insta::assert_snapshot!(
            "summary_nothing_there",
            words_of(&run(&[path]), look(80, false), &[])
        );
    }

    #[test]
    fn crowded_buckets_and_bad_records_are_explained() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news.jsonl");
        let options = crate::synthetic::SyntheticOptions {
            articles: 1_500,
            variants_of_one_per_mille: 800,
            ..Default::default()
        };
        let mut lines = Vec::new();
        crate::synthetic::write_jsonl(&options, &mut lines, None).unwrap();
        lines.extend_from_slice(
            b"{broken\n[1]\n{\"id\":1,\"text\":\"\"}\n{\"id\":2,\"text\":\"\"}\n",
        );
        std::fs::write(&path, lines).unwrap();
        std::fs::write(folder.path().join("a.pdf"), "x").unwrap();
        std::fs::write(folder.path().join("b.pdf"), "x").unwrap();
        let text = words_of(&run(&[folder.path().to_path_buf()]), look(100, false), &[]);
        // How many it is hangs on the seed and on how the search goes about it.
        insta::with_settings!({filters => vec![(r"[\d,]+ comparisons", "[many] comparisons")]}, {
            insta::assert_snapshot!("summary_crowded", text);
        });
    }
}
