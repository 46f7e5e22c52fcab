//! Bars while a run works, bad records as they come, and the flag of an interrupt.
//!
//! The threads of a run add to two counters and nothing else. One thread of our own looks at these ten times a
//! second and draws, so that what the terminal costs is not paid by the work. A stage gets a bar once it has
//! lasted [`PATIENCE`]: short ones do not flicker. Such a bar leaves one line that says how long its stage took;
//! short stages leave nothing.

use super::look::Look;
use super::safe::terminal_safe;
use super::{say, words};
use crate::corpus::Reject;
use crate::progress::{Progress, Stage, Unit};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a stage goes without a bar.
const PATIENCE: Duration = Duration::from_millis(400);
/// Time between two drawings.
const TICK: Duration = Duration::from_millis(100);
/// Bad records that are printed.
const SHOWN_REJECTS: u64 = 10;
/// Below so many columns there is no room for a bar beside the figures.
const LEAST_WIDTH_FOR_BAR: usize = 80;

/// Tells the user what a run is doing, and the run when to stop.
pub(super) struct Talk {
    print_rejects: bool,
    interrupted: Arc<AtomicBool>,
    rejected: AtomicU64,
    bars: Option<Bars>,
}

impl Talk {
    /// Unless `quiet`, bars are shown on a terminal and bad records are printed, these not with `strict`: the first
    /// is then the error that ends the run. `interrupted` asks the run to stop.
    pub fn new(quiet: bool, strict: bool, interrupted: Arc<AtomicBool>) -> Self {
        let look = Look::of_stderr();
        // Without a thread to draw them there are no bars; that is no reason not to work.
        let bars = (look.bars && !quiet)
            .then(|| Bars::start(look).ok())
            .flatten();
        Self {
            print_rejects: !quiet && !strict,
            interrupted,
            rejected: AtomicU64::new(0),
            bars,
        }
    }
}

impl Progress for Talk {
    fn begin(&self, stage: Stage, total: u64, unit: Unit) {
        if let Some(bars) = &self.bars {
            bars.begin(stage, total, unit);
        }
    }

    fn advance(&self, done: u64, articles: u64) {
        if let Some(bars) = &self.bars {
            bars.counters.done.fetch_add(done, Ordering::Relaxed);
            bars.counters
                .articles
                .fetch_add(articles, Ordering::Relaxed);
        }
    }

    fn rejected(&self, reject: &Reject) {
        let before = self.rejected.fetch_add(1, Ordering::Relaxed);
        if !self.print_rejects || before > SHOWN_REJECTS {
            return;
        }
        let line = if before < SHOWN_REJECTS {
            reject.to_string()
        } else {
            "more bad records are only counted".to_owned()
        };
        match &self.bars {
            Some(bars) => bars.above(&line),
            None => say(&terminal_safe(&line)),
        }
    }

    fn end(&self) {
        if let Some(bars) = &self.bars {
            bars.end(!self.cancelled());
        }
    }

    fn cancelled(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

/// What the running stage has done.
#[derive(Default)]
struct Counters {
    done: AtomicU64,
    articles: AtomicU64,
}

struct Bars {
    look: Look,
    counters: Arc<Counters>,
    screen: Arc<(Mutex<Screen>, Condvar)>,
    painter: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Screen {
    running: Option<Running>,
    over: bool,
}

struct Running {
    stage: Stage,
    total: u64,
    unit: Unit,
    started: Instant,
    bar: ProgressBar,
    shown: bool,
}

impl Bars {
    fn start(look: Look) -> io::Result<Self> {
        let counters = Arc::new(Counters::default());
        let screen = Arc::new((Mutex::new(Screen::default()), Condvar::new()));
        let painter = {
            let (counters, screen) = (Arc::clone(&counters), Arc::clone(&screen));
            std::thread::Builder::new()
                .name("wirecopy-bars".into())
                .spawn(move || paint(&counters, &screen))?
        };
        Ok(Self {
            look,
            counters,
            screen,
            painter: Some(painter),
        })
    }

    fn screen(&self) -> MutexGuard<'_, Screen> {
        lock(&self.screen.0)
    }

    fn begin(&self, stage: Stage, total: u64, unit: Unit) {
        let bar = ProgressBar::with_draw_target(
            (total > 0).then_some(total),
            ProgressDrawTarget::hidden(),
        )
        .with_prefix(title(stage))
        .with_style(bar_style(self.look, stage, total, unit, &self.counters));
        let mut screen = self.screen();
        self.counters.done.store(0, Ordering::Relaxed);
        self.counters.articles.store(0, Ordering::Relaxed);
        screen.running = Some(Running {
            stage,
            total,
            unit,
            started: Instant::now(),
            bar,
            shown: false,
        });
    }

    /// Prints a line above the bar.
    fn above(&self, line: &str) {
        let line = terminal_safe(line);
        match &self.screen().running {
            Some(running) => running.bar.suspend(|| say(&line)),
            None => say(&line),
        }
    }

    fn end(&self, regular: bool) {
        let mut screen = self.screen();
        let Some(running) = screen.running.take() else {
            return;
        };
        running.bar.finish_and_clear();
        let done = self.counters.done.load(Ordering::Relaxed);
        // A stage that stopped halfway is explained by the message that follows.
        if running.shown && regular && done >= running.total {
            let articles = self.counters.articles.load(Ordering::Relaxed);
            let line = closing_line(
                running.stage,
                running.unit,
                done,
                articles,
                running.started.elapsed(),
            );
            say(&self.look.dim(&line));
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        let mut screen = self.screen();
        if let Some(running) = screen.running.take() {
            running.bar.finish_and_clear();
        }
        screen.over = true;
        drop(screen);
        self.screen.1.notify_all();
        if let Some(painter) = self.painter.take() {
            // Its panic, if it had one, cost the bars and nothing else.
            let _ = painter.join();
        }
    }
}

fn lock(screen: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn paint(counters: &Counters, (screen, wake): &(Mutex<Screen>, Condvar)) {
    let mut screen = lock(screen);
    while !screen.over {
        if let Some(running) = &mut screen.running {
            if !running.shown && running.started.elapsed() >= PATIENCE {
                running.shown = true;
                running.bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            let done = counters.done.load(Ordering::Relaxed);
            // Also while nothing is drawn: the speed is reckoned from these.
            running.bar.update(|state| state.set_pos(done));
        }
        screen = wake
            .wait_timeout(screen, TICK)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }
}

/// What a stage does, in words for the user.
fn title(stage: Stage) -> &'static str {
    match stage {
        Stage::Spool => "Copying the input",
        Stage::Find => "Looking for articles",
        Stage::Fingerprint => "Reading articles",
        Stage::Candidates => "Looking for pairs",
        Stage::Reread => "Rereading pairs",
        Stage::Verify => "Comparing pairs",
        Stage::Cluster => "Building clusters",
        Stage::Write => "Writing",
        Stage::Align => "Aligning texts",
    }
}

/// What a stage counts where it does not count bytes.
fn items(stage: Stage) -> &'static str {
    match stage {
        Stage::Candidates => "rounds",
        Stage::Verify => "pairs",
        Stage::Cluster | Stage::Write => "clusters",
        Stage::Align => "texts",
        Stage::Spool | Stage::Find | Stage::Fingerprint | Stage::Reread => "items",
    }
}

fn template(total_known: bool, width: usize, colour: bool) -> &'static str {
    match (total_known, width >= LEAST_WIDTH_FOR_BAR, colour) {
        (false, _, _) => "{prefix:17} {spinner} {speed}",
        (true, true, true) => "{prefix:17} {wide_bar:.cyan/dim} {percent:>3} %  {speed}",
        (true, true, false) => "{prefix:17} {wide_bar} {percent:>3} %  {speed}",
        (true, false, _) => "{prefix:17} {percent:>3} %  {speed}",
    }
}

fn bar_style(
    look: Look,
    stage: Stage,
    total: u64,
    unit: Unit,
    counters: &Arc<Counters>,
) -> ProgressStyle {
    let template = template(total > 0, look.width, look.colour);
    let counters = Arc::clone(counters);
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
        .tick_chars("|/-\\ ")
        .with_key(
            "speed",
            move |state: &ProgressState, out: &mut dyn fmt::Write| {
                let articles = counters.articles.load(Ordering::Relaxed);
                // If the terminal is gone there is nobody to tell.
                let _ = out.write_str(&speed(state, stage, total, unit, articles));
            },
        )
}

fn speed(state: &ProgressState, stage: Stage, total: u64, unit: Unit, articles: u64) -> String {
    let (done, per_second) = (state.pos(), state.per_sec());
    let mut parts = Vec::new();
    if total == 0 {
        parts.push(match unit {
            Unit::Bytes => words::bytes(done),
            Unit::Items => format!("{} {}", words::number(done), items(stage)),
        });
    }
    match unit {
        Unit::Bytes => {
            if articles > 0 && done > 0 {
                // Of the recent speed in bytes, which is smoothed, as many records as came with the bytes so far.
                // Not "articles": those that cannot be used are among them.
                let share = articles as f64 / done as f64;
                parts.push(format!(
                    "{} records/s",
                    words::number((share * per_second) as u64)
                ));
            }
            parts.push(format!("{}/s", words::bytes(per_second as u64)));
            if total > 0 && per_second > 0.0 {
                let left = state.eta().as_secs() + 1;
                parts.push(format!("{} left", time_left(left)));
            }
        }
        Unit::Items => parts.push(format!(
            "{} {}/s",
            words::number(per_second as u64),
            items(stage)
        )),
    }
    parts.join("  ")
}

/// Coarser than a duration: it is a guess, and a figure that jumps is hard to read.
fn time_left(seconds: u64) -> String {
    match seconds {
        0..=99 => format!("{seconds} s"),
        100..=5999 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

fn closing_line(stage: Stage, unit: Unit, done: u64, articles: u64, took: Duration) -> String {
    let per_second = |n: u64| (n as f64 / took.as_secs_f64().max(1e-3)) as u64;
    let mut line = format!("{:17} {:>10}", title(stage), words::duration(took));
    if articles > 0 {
        line += &format!(
            "  {}  {} records/s",
            words::counted(articles, "record", "records"),
            words::number(per_second(articles))
        );
    }
    line += &match unit {
        Unit::Bytes if articles > 0 => format!("  {}/s", words::bytes(per_second(done))),
        Unit::Bytes => format!(
            "  {}  {}/s",
            words::bytes(done),
            words::bytes(per_second(done))
        ),
        Unit::Items => format!("  {} {}", words::number(done), items(stage)),
    };
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_fit_a_terminal_of_80_columns() {
        let took = Duration::from_millis(14_200);
        for (stage, unit, done, articles, line) in [
            (
                Stage::Fingerprint,
                Unit::Bytes,
                3_900_000_000,
                1_204_311,
                "Reading articles      14.2 s  1,204,311 records  84,810 records/s  274 MB/s",
            ),
            (
                Stage::Spool,
                Unit::Bytes,
                3_900_000_000,
                0,
                "Copying the input     14.2 s  3.9 GB  274 MB/s",
            ),
            (
                Stage::Verify,
                Unit::Items,
                3_204_311,
                0,
                "Comparing pairs       14.2 s  3,204,311 pairs",
            ),
        ] {
            assert_eq!(closing_line(stage, unit, done, articles, took), line);
            assert!(line.len() <= 80);
        }
    }

    #[test]
    fn every_template_is_one_that_indicatif_understands() {
        for total_known in [true, false] {
            for width in [40, 200] {
                for colour in [true, false] {
                    let template = template(total_known, width, colour);
                    assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
                }
            }
        }
    }

    #[test]
    fn time_left_is_coarse() {
        assert_eq!(time_left(1), "1 s");
        assert_eq!(time_left(99), "99 s");
        assert_eq!(time_left(125), "2 min");
        assert_eq!(time_left(7_300), "2 h 1 min");
    }
}
