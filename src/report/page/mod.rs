//! The page: a run and its clusters as one HTML file that shows its evidence.
//!
//! The file needs nothing else: no network, no font, no script but its own, which a Content-Security-Policy in the page
//! allows by their hashes and nothing beside them. `page.html`, `page.css` and `page.js` are the page itself; this module fills in the data:
//!
//! * the *statistics* of the run, of all its clusters ([`statistics`]);
//! * the *index*, some three hundred bytes for each cluster that is shown ([`index`]): what the list of clusters needs, and its search;
//! * *chunks* of [`CHUNK`] clusters with their members, texts and differences ([`detail`]), each gzip in base64, which the browser
//!   unpacks when one of its clusters is opened. A page of thousands of clusters therefore opens at once.
//!
//! # What is shown of how much
//!
//! The clusters are the largest ones, as many as asked for. Of a cluster at most [`MOST_MEMBERS`] members are listed and
//! [`MOST_PAIRS`] accepted pairs; texts are shown of the members that the [`Bounds`] of the page allow, articles
//! with other words before those that repeat one that is shown, and each is cut after so many words. What is the same is found in the whole
//! texts (up to [`ALIGNED_WORDS`] words) before they are cut, so that a cut never shows as a difference. The page says of all this how much it
//! leaves out; figures and plots are of the whole run.
//! What has no title goes by the first words of its text.
//!
//! # Foreign text
//!
//! Whatever comes from articles is in the file only as JSON in which `<` is escaped, or in base64; the script puts it into the page as
//! text, never as markup, and makes links of addresses with `http` and `https` alone.

mod assemble;
mod bins;
mod detail;
mod differences;
mod index;
mod rounding;
mod sources;
mod statistics;
mod texts;

use super::Output;
use crate::memory::Budget;
use crate::progress::{Progress, Stage, Unit};
use crate::{Error, Options, Result, Run};

/// Clusters shown unless told otherwise.
pub const DEFAULT_PAGE_CLUSTERS: usize = 1000;

/// Clusters in a part of the page that is unpacked at once.
pub const CHUNK: usize = 50;

/// Members of a cluster that are listed.
pub const MOST_MEMBERS: usize = 300;

/// Accepted pairs of a cluster that are listed.
pub const MOST_PAIRS: usize = 100;

/// Words of a text that are compared; what stands behind them is not looked at.
pub const ALIGNED_WORDS: usize = 10_000;

/// How much of a cluster's texts a page of so many clusters shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Bounds {
    /// Members of a cluster whose texts are shown, the representative among them.
    pub texts: usize,
    /// Words after which a text is cut.
    pub words: usize,
}

impl Bounds {
    /// 24 texts of 800 words up to 1,000 clusters; 8 texts of 250 words beyond, so that 5,000 clusters weigh less than 15 MB.
    ///
    /// ```
    /// use wirecopy::report::Bounds;
    /// assert_eq!(Bounds::of_page(500).words, 800);
    /// assert_eq!(Bounds::of_page(5000).words, 250);
    /// ```
    pub fn of_page(clusters: usize) -> Self {
        if clusters <= 1000 {
            Self {
                texts: 24,
                words: 800,
            }
        } else {
            Self {
                texts: 8,
                words: 250,
            }
        }
    }
}

/// How many clusters a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct PageCounts {
    /// Clusters shown: the largest.
    pub clusters: u64,
    /// Clusters left out.
    pub left_out: u64,
}

/// Writes the page of a run that was made with `options`: the figures of all clusters, and the `most` largest of them. The same run gives the same
/// bytes, whatever the number of threads; times and memory of the run are not on it.
///
/// The articles whose texts are shown are read again, no more of them at a time than [`Options::memory`] leaves room for.
///
/// ```
/// use wirecopy::report::{Output, PageCounts, write_page};
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
/// let (page, options) = (folder.path().join("page.html"), Options::default());
/// let run = wirecopy::cluster(&[path], &options, &Silent)?;
/// let mut out = Output::create(&page)?;
/// let counts = write_page(&run, &options, 100, &mut out, &Silent)?;
/// out.publish()?;
/// assert_eq!(counts, PageCounts { clusters: 1, left_out: 0 });
/// assert!(std::fs::read_to_string(&page)?.contains("Content-Security-Policy"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If evidence cannot be read or `out` not be written; what reading gives, [`Error::Changed`] if a file is no longer what it
/// was; [`Error::Interrupted`].
pub fn write_page(
    run: &Run,
    options: &Options,
    most: usize,
    out: &mut Output,
    progress: &dyn Progress,
) -> Result<PageCounts> {
    let shown = &run.clusters[..run.clusters.len().min(most)];
    let bounds = Bounds::of_page(shown.len());
    let counts = PageCounts {
        clusters: shown.len() as u64,
        left_out: (run.clusters.len() - shown.len()) as u64,
    };
    progress.begin(Stage::Write, run.clusters.len() as u64, Unit::Items);
    let mut sources = sources::Sources::default();
    let mut index = Vec::with_capacity(shown.len());
    let mut statistics = statistics::Collected::new(run);
    for (at, cluster) in run.clusters.iter().enumerate() {
        if progress.cancelled() {
            return Err(Error::Interrupted);
        }
        let entry = statistics.cluster(cluster, &mut sources, at < shown.len())?;
        index.extend(entry);
        progress.advance(1, 0);
    }
    progress.end();
    texts::name_by_openings(run, shown, &mut index, progress)?;
    let data = statistics.finish(options, bounds, counts, &sources, index);
    assemble::beginning(&data, out)?;
    let room = Budget::new(options.memory, rayon::current_num_threads())?.for_page();
    detail::write_chunks(run, shown, bounds, &sources, room, out, progress)?;
    assemble::end(out)?;
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;
    use std::sync::Mutex;

    /// What was begun, and each advance since.
    #[derive(Default)]
    struct Told(Mutex<Vec<(Stage, u64, Vec<u64>)>>);

    impl Progress for Told {
        fn begin(&self, stage: Stage, total: u64, _: Unit) {
            self.0.lock().unwrap().push((stage, total, Vec::new()));
        }
        fn advance(&self, done: u64, _: u64) {
            self.0.lock().unwrap().last_mut().unwrap().2.push(done);
        }
    }

    #[test]
    fn the_bar_moves_while_texts_are_aligned() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news.jsonl");
        let mut lines = String::new();
        // Of 60 stories two copies each, of one 30, which is more than texts are shown.
        for article in 0..150 {
            let story = (article / 2).min(60);
            let words: String = (0..60).fold(String::new(), |mut text, n| {
                write!(text, "word{story}x{n} ").unwrap();
                text
            });
            let line = serde_json::json!({"id": article.to_string(), "text": format!("{words} {article}")});
            writeln!(lines, "{line}").unwrap();
        }
        std::fs::write(&path, lines).unwrap();
        let options = Options::default();
        let run = crate::cluster(&[path], &options, &crate::progress::Silent).unwrap();
        let (told, place) = (Told::default(), folder.path().join("page.html"));
        let mut out = Output::create(&place).unwrap();
        write_page(&run, &options, 1000, &mut out, &told).unwrap();
        let told = told.0.into_inner().unwrap();
        let stages: Vec<(Stage, u64)> = told
            .iter()
            .map(|(stage, total, _)| (*stage, *total))
            .collect();
        assert_eq!(stages, [(Stage::Write, 61), (Stage::Align, 24 + 2 * 60)]);
        for (stage, total, advances) in told {
            assert_eq!(advances.iter().sum::<u64>(), total, "{stage:?}");
            assert!(advances.len() >= 61, "{stage:?}");
        }
    }
}
