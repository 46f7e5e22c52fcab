//! The arguments that say which pairs are copies, of every command that asks the rule.

use super::help::{FINGERPRINTS, MATCHING};
use crate::fingerprint::ShingleSize;
use crate::text::Furniture;
use crate::verify::{Acceptance, NewsRule, Rule};
use crate::{Error, Result};
use clap::{Args, ValueEnum};

/// Which pairs are copies.
#[derive(Args)]
#[command(next_help_heading = MATCHING)]
pub(super) struct MatchingArguments {
    /// Which pairs count as copies; plain as soon as --threshold, --no-containment or --min-shingles is given
    #[arg(long, value_enum, value_name = "RULE")]
    rule: Option<RuleArgument>,
    /// How much of the shorter article must stand in the longer, above 0, at most 1: by the weight of its shingles with the
    /// rule for news [default: 0.75], by their number with the plain one [default: 0.85]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = decimal)]
    containment: Option<f64>,
    /// Rule for news: the longest time between two copies, such as 3d or 36h; none if dates are not to count [default: 3d]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = window)]
    window: Option<Window>,
    /// Plain rule: Jaccard similarity from which two articles are copies, shared shingles among all of both, above 0, at most 1
    /// [default: 0.7]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = decimal)]
    threshold: Option<f64>,
    /// Plain rule: go by Jaccard similarity alone; a copy that was cut by half is none
    #[arg(long, conflicts_with = "containment")]
    no_containment: bool,
    /// Plain rule: distinct shingles that the shorter article needs for containment to count, so that a mere phrase is no copy
    /// [default: 30]
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        conflicts_with = "no_containment"
    )]
    min_shingles: Option<u32>,

    /// Compare texts as they came: datelines, bylines, credits, share lines and the like are not taken off
    #[arg(long)]
    raw: bool,

    /// Words in a shingle, 1 to 16; fewer withstand more editing, more tell copying from chance
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 3, help_heading = FINGERPRINTS)]
    shingle: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum RuleArgument {
    /// Wording special to a report, openings, dates and figures
    News,
    /// Jaccard similarity and containment alone
    Plain,
}

/// Hours between two copies at most, if dates count.
#[derive(Clone, Copy)]
struct Window(Option<f64>);

fn window(text: &str) -> Result<Window, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Window(None));
    }
    // Half days, too, which the crate leaves out.
    if let Some(days) = text
        .strip_suffix('d')
        .and_then(|days| days.parse::<f64>().ok())
        && days.is_finite()
    {
        return Ok(Window(Some(24.0 * days)));
    }
    let span: Result<jiff::Span, _> = text.parse();
    span.and_then(|span| span.total((jiff::Unit::Hour, jiff::SpanRelativeTo::days_are_24_hours())))
        .map(|hours| Window(Some(hours)))
        .map_err(|_| "it must be a time such as 3d, 36h or 1w, or none".to_owned())
}

/// Like Rust's own, with a message for people.
fn decimal(text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| "it must be a number such as 0.7, with a point".to_owned())
}

impl MatchingArguments {
    /// The acceptance rule that is asked for.
    pub fn rule(&self) -> Result<Rule> {
        let plain = self.threshold.is_some() || self.no_containment || self.min_shingles.is_some();
        let chosen = self.rule.unwrap_or(if plain {
            RuleArgument::Plain
        } else {
            RuleArgument::News
        });
        match chosen {
            RuleArgument::News if plain => Err(Error::Parameter(
                "--threshold, --no-containment and --min-shingles belong to the plain rule; leave them out, or choose --rule plain"
                    .into(),
            )),
            RuleArgument::News => {
                let usual = NewsRule::default();
                Ok(Rule::News(NewsRule::new(
                    self.containment.unwrap_or(usual.contained()),
                    self.window.map_or(usual.window_hours(), |window| window.0),
                )?))
            }
            RuleArgument::Plain if self.window.is_some() => Err(Error::Parameter(
                "--window belongs to the rule for news; the plain rule does not look at dates".into(),
            )),
            RuleArgument::Plain => {
                let usual = Acceptance::default();
                let containment = self.containment.or(usual.containment());
                Ok(Rule::Plain(Acceptance::new(
                    self.threshold.unwrap_or(usual.threshold()),
                    containment.filter(|_| !self.no_containment),
                    self.min_shingles.unwrap_or(usual.min_shingles()),
                )?))
            }
        }
    }

    /// Whether furniture of the page counts.
    pub fn furniture(&self) -> Furniture {
        match self.raw {
            true => Furniture::Keep,
            false => Furniture::Strip,
        }
    }

    /// Words in a shingle.
    pub fn shingle_size(&self) -> Result<ShingleSize> {
        ShingleSize::new(self.shingle)
    }
}
