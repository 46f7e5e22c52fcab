//! What a rule says of two articles, in sentences.

use crate::cli::words;
use crate::compare::Measures;
use crate::verify::{FiguresNeeded, NewsRule, Reason, Refusal, Rule};

/// Of two articles, what a rule says and why.
pub(super) struct Said<'a> {
    pub measures: &'a Measures,
    pub reason: Option<Reason>,
    pub refusal: Option<Refusal>,
    pub rule: Rule,
    /// Whether a corpus told what the wording weighs.
    pub weighed: bool,
}

impl Said<'_> {
    /// How much the rule found to be shared.
    fn part(&self) -> String {
        let measures = self.measures;
        let counted = measures.a_in_b.max(measures.b_in_a);
        words::percent(measures.weighted_containment.unwrap_or(counted))
    }

    /// The same, with what it is a part of.
    fn shared(&self) -> String {
        format!("{} {}", self.part(), self.whole())
    }

    fn whole(&self) -> &'static str {
        match self.weighed && self.measures.weighted_containment.is_some() {
            true => "of the weight of the shorter",
            false => "of the shorter",
        }
    }

    /// Why the rule says what it says, in a sentence.
    pub fn why(&self) -> String {
        let measures = self.measures;
        let shared = self.shared();
        match (self.reason, self.rule) {
            (Some(Reason::Exact), _) => "the very same words.".into(),
            (Some(Reason::Jaccard), Rule::Plain(rule)) => format!(
                "their Jaccard similarity of {} is at or above {}.",
                words::percent(measures.jaccard),
                words::percent(rule.threshold())
            ),
            (Some(Reason::Opening), Rule::News(rule)) => format!(
                "{shared} stands in the longer, {} are enough as they open alike.",
                words::percent(rule.contained_with_opening())
            ),
            (Some(Reason::Reprint), _) => {
                format!("published far apart, but {shared} stands in the longer: a reprint.")
            }
            (Some(Reason::Short), _) => {
                "too short for more, but nearly equal, with the same figures.".into()
            }
            (Some(_), _) => format!("{shared} stands in the longer."),
            (None, Rule::Plain(rule)) => format!(
                "a Jaccard similarity of {} is below {}, and {} of the shorter in the longer {}.",
                words::percent(measures.jaccard),
                words::percent(rule.threshold()),
                words::percent(measures.a_in_b.max(measures.b_in_a)),
                rule.containment()
                    .map_or("does not count".into(), |least| format!(
                        "is below {} or too short to count",
                        words::percent(least)
                    ))
            ),
            (None, Rule::News(rule)) => self
                .refusal
                .map_or("the rule says no more.".into(), |refusal| {
                    self.why_not(refusal, rule)
                }),
        }
    }

    /// Which question of the rule for news decided, in a sentence.
    fn why_not(&self, refusal: Refusal, rule: NewsRule) -> String {
        let measures = self.measures;
        let (part, shared, whole) = (self.part(), self.shared(), self.whole());
        // In a run the sources of a text are all that printed it in the same words.
        let one_source = match measures.same_source {
            true => "of one source",
            false => "of texts that mostly the same sources printed",
        };
        let apart = || {
            format!(
                "published {} apart, beyond the window of {}",
                measures.hours_apart.map_or("too far".into(), words::hours),
                rule.window_hours().map_or("none".into(), words::hours)
            )
        };
        match refusal {
            Refusal::Recurs => format!("the same few words, but {}: a form that returns.", apart()),
            Refusal::VeryShort { least } => format!(
                "so short that their Jaccard similarity must be {}, and it is {}.",
                words::percent(least),
                words::percent(measures.jaccard)
            ),
            Refusal::Apart { least } => format!(
                "{}, where {} {whole} must stand in the longer; {part} does.",
                apart(),
                words::percent(least)
            ),
            Refusal::OneSource { least } => format!(
                "{one_source}, where {} {whole} must stand in the longer; {part} does.",
                words::percent(least)
            ),
            Refusal::LittleShared { least } => format!(
                "{shared} stands in the longer; {} would be enough, or {} if they opened alike.",
                words::percent(rule.contained()),
                words::percent(least)
            ),
            Refusal::OpenOtherwise {
                least,
                least_opening,
            } => format!(
                "{shared} stands in the longer, below {}, and {} of the openings is the same, below {}, so that they do not open alike.",
                words::percent(least),
                words::percent(measures.opening),
                words::percent(least_opening)
            ),
            Refusal::BelowFloor { least } => format!(
                "{} of the shorter stands in the longer; below {} no pair is looked at.",
                words::percent(measures.a_in_b.max(measures.b_in_a)),
                words::percent(least)
            ),
            Refusal::Figures { figures, needed } => {
                let of = match needed {
                    FiguresNeeded::All => figures.more,
                    _ => figures.fewer,
                };
                let needed = match needed {
                    FiguresNeeded::All => "of articles so short all",
                    FiguresNeeded::AllOfFewer => "of short articles all of the one with fewer",
                    FiguresNeeded::OfOneSource => &format!("{one_source}, nine tenths"),
                    _ => "where less is shared and the openings are alike two thirds",
                };
                format!(
                    "{shared} stands in the longer, but {} of {} agree; {needed} must.",
                    figures.shared,
                    words::counted(of.into(), "figure", "figures")
                )
            }
            Refusal::Subjects { uses } => format!(
                "{shared} stands in the longer, but they speak of different things: each opening has a word that its text uses {} or more and the other never.",
                match uses {
                    2 => "twice",
                    _ => "three times",
                }
            ),
            Refusal::Counterpart => format!(
                "{shared} stands in the longer, but one of them goes with another article of the other's source, of which it shares more and which is kept apart from this one."
            ),
            Refusal::OtherTimes => format!(
                "{shared} stands in the longer, but these few words return, and were printed at a time that is closer."
            ),
        }
    }
}
