//! The files that a run writes: checked and begun before the work, put into their places together after it.

use super::help::OUTPUT;
use crate::corpus::{Corpus, SourceFile};
use crate::progress::Progress;
use crate::report::{
    DEFAULT_PAGE_CLUSTERS, Joint, Listed, Measured, Output, Summary, packs, place, write_clusters,
    write_page, write_pairs, write_unique,
};
use crate::{Error, Options, Result, Run};
use clap::Args;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

/// Where the results go.
#[derive(Args)]
#[command(next_help_heading = OUTPUT)]
pub(super) struct OutputArguments {
    /// Where the clusters go; standard output without it, or for -
    #[arg(short, long, value_name = "CSV")]
    output: Option<PathBuf>,
    /// List every article, not only those in a cluster of two or more
    #[arg(long)]
    all: bool,
    /// Write every accepted pair
    #[arg(long, value_name = "CSV")]
    pairs: Option<PathBuf>,
    /// Write the corpus without the copies: kept records byte for byte, in input order
    #[arg(long, value_name = "FILE")]
    unique: Option<PathBuf>,
    /// Write a page that shows the clusters, for a browser: one file that needs nothing else; standard output for -
    #[arg(long, value_name = "HTML")]
    report: Option<PathBuf>,
    /// Clusters on that page, the largest, at least 1; the figures on it are of all
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = DEFAULT_PAGE_CLUSTERS, requires = "report")]
    report_clusters: usize,
    /// Write what could not be read, where and why
    #[arg(long, value_name = "CSV")]
    rejects: Option<PathBuf>,
    /// Write the figures of the run: counts, parameters, times, memory
    #[arg(long, value_name = "JSON")]
    summary: Option<PathBuf>,
}

/// The files of a run, begun.
pub(super) struct Outputs {
    clusters: Output,
    listed: Listed,
    pairs: Option<Output>,
    unique: Option<Output>,
    report: Option<Output>,
    report_clusters: usize,
    pub(super) rejects: Option<Output>,
    summary: Option<Output>,
    /// Something is written to a terminal.
    on_terminal: bool,
    places: Vec<PathBuf>,
}

impl OutputArguments {
    /// The files, each with what it holds.
    pub(super) fn named(&self) -> Vec<(&'static str, &Path)> {
        let all = [
            ("clusters", &self.output),
            ("pairs", &self.pairs),
            ("the corpus without copies", &self.unique),
            ("the page", &self.report),
            ("bad records", &self.rejects),
            ("the figures of the run", &self.summary),
        ];
        all.into_iter()
            .filter_map(|(what, path)| Some((what, path.as_deref()?)))
            .filter(|(_, path)| path.as_os_str() != "-")
            .collect()
    }

    /// Begins all files, so that a place that cannot be written is told before any work.
    pub(super) fn create(&self) -> Result<Outputs> {
        let standard_output = PathBuf::from("-");
        let clusters = self.output.as_ref().unwrap_or(&standard_output);
        let others = [
            &self.pairs,
            &self.unique,
            &self.report,
            &self.rejects,
            &self.summary,
        ];
        refuse_what_no_browser_opens(self.report.as_deref(), self.report_clusters)?;
        let places: Vec<PathBuf> = std::iter::once(clusters)
            .chain(others.into_iter().flatten())
            .cloned()
            .collect();
        let mut others = others.into_iter().flatten();
        if self.output.is_none() && others.any(|path| *path == standard_output) {
            return Err(Error::Parameter(
                "two outputs would go to standard output, where the clusters go without -o; name a file for them"
                    .into(),
            ));
        }
        refuse_one_place_for_two(&places)?;
        let create = |path: &Option<PathBuf>| path.as_deref().map(Output::create).transpose();
        Ok(Outputs {
            clusters: Output::create(clusters)?,
            listed: if self.all {
                Listed::All
            } else {
                Listed::Clustered
            },
            pairs: create(&self.pairs)?,
            unique: create(&self.unique)?,
            report: create(&self.report)?,
            report_clusters: self.report_clusters,
            rejects: create(&self.rejects)?,
            summary: create(&self.summary)?,
            on_terminal: places.contains(&standard_output) && io::stdout().is_terminal(),
            places,
        })
    }
}

impl Outputs {
    /// Refuses what does not go together with the inputs. Nothing of these was touched so far.
    pub(super) fn check(&self, corpus: &Corpus) -> Result<()> {
        refuse_inputs(corpus, &self.places)?;
        if self.unique.is_some() {
            Joint::of(corpus)?;
        }
        Ok(())
    }

    /// Writes everything and puts it into its place. `measure` is asked for time and memory when all but the
    /// summary is written.
    pub(super) fn write(
        mut self,
        run: &Run,
        options: &Options,
        progress: &dyn Progress,
        measure: impl FnOnce() -> Measured,
    ) -> Result<Summary> {
        let unseen = Unseen(progress);
        let progress: &dyn Progress = if self.on_terminal { &unseen } else { progress };
        forgive_closed_pipe(write_clusters(
            run,
            self.listed,
            &mut self.clusters,
            progress,
        ))?;
        let mut written = vec![self.clusters];
        let mut pairs_report = None;
        if let Some(mut out) = self.pairs {
            pairs_report = forgive_closed_pipe(write_pairs(run, &mut out, progress))?;
            written.push(out);
        }
        let mut unique_records = None;
        if let Some(mut out) = self.unique {
            let joint = Joint::of(&run.corpus)?;
            unique_records = forgive_closed_pipe(write_unique(run, joint, &mut out, progress))?;
            written.push(out);
        }
        let mut page = None;
        if let Some(mut out) = self.report {
            let most = self.report_clusters;
            page = forgive_closed_pipe(write_page(run, options, most, &mut out, progress))?;
            written.push(out);
        }
        written.extend(self.rejects);
        let mut summary = Summary::new(run, options, &measure());
        summary.pairs_report = pairs_report;
        summary.unique_records = unique_records;
        summary.page = page;
        if let Some(mut out) = self.summary {
            forgive_closed_pipe(out.put(summary.to_json().as_bytes()))?;
            written.push(out);
        }
        if progress.cancelled() {
            return Err(Error::Interrupted);
        }
        let mut complete = Vec::new();
        for out in written {
            complete.extend(forgive_closed_pipe(out.complete())?);
        }
        for out in complete {
            out.publish()?;
        }
        Ok(summary)
    }
}

/// Passes only interrupts on: a bar would stand in the midst of rows that go to the same terminal.
struct Unseen<'p>(&'p dyn Progress);

impl Progress for Unseen<'_> {
    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

/// A reader of standard output that has seen enough is no failure.
pub(super) fn forgive_closed_pipe<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        Err(error) => Err(error),
    }
}

/// A page is opened in a browser, which unpacks none.
fn refuse_what_no_browser_opens(report: Option<&Path>, clusters: usize) -> Result<()> {
    if let Some(path) = report.filter(|path| packs(path)) {
        return Err(Error::Parameter(format!(
            "--report {}: no browser opens a compressed page; give it a name that ends in .html",
            path.display()
        )));
    }
    if clusters == 0 {
        return Err(Error::Parameter(
            "--report-clusters must be at least 1; leave --report out for no page".into(),
        ));
    }
    Ok(())
}

pub(super) fn refuse_one_place_for_two(outputs: &[PathBuf]) -> Result<()> {
    for (index, output) in outputs.iter().enumerate() {
        if outputs[..index]
            .iter()
            .any(|other| place(other) == place(output))
        {
            let name = if place(output).as_os_str() == "-" {
                "standard output".to_owned()
            } else {
                output.display().to_string()
            };
            return Err(Error::Parameter(format!(
                "two outputs would go to {name}; give each its own place"
            )));
        }
    }
    Ok(())
}

/// A report must not take the place of what it reports on.
fn refuse_inputs(corpus: &Corpus, outputs: &[PathBuf]) -> Result<()> {
    for output in outputs {
        let (Ok(place), Ok(found)) = (output.canonicalize(), output.metadata()) else {
            continue;
        };
        // To look for the paths of all of a million files takes seconds.
        let alike = |file: &SourceFile| {
            let unchanged = file.size == found.len() && file.modified() == found.modified().ok();
            unchanged || file.path().file_name() == place.file_name()
        };
        let same = |file: &&SourceFile| {
            alike(file) && file.path().canonicalize().is_ok_and(|path| path == place)
        };
        if let Some(file) = corpus.files().iter().find(same) {
            return Err(Error::Parameter(format!(
                "{} is an input and cannot be the output; choose a place outside of what is read",
                file.name
            )));
        }
    }
    Ok(())
}
