//! The rule that knows news: which similar pairs are versions of one report. [`NewsRule`] says by which questions.

use super::{Acceptance, Figures, FiguresNeeded, Reason, Refusal, Similarity};
use crate::{Error, Result};

/// What the rule for news looks at, of a pair that is similar as a whole ([`NewsRule::floor`]).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NewsMeasures {
    /// Distinct shingles of the shorter article.
    pub shingles: u32,
    /// Words of the shorter article.
    pub words: u32,
    /// Jaccard similarity, 0 to 1.
    pub jaccard: f64,
    /// Weighted containment, 0 to 1.
    pub weighted_containment: f64,
    /// How much of the [openings](crate::verify::OPENING_WORDS) is the same, 0 to 1.
    pub opening: f64,
    /// Hours between the dates of publication, if both have one.
    pub hours_apart: Option<f64>,
    /// Whether both are known to be of the same source; of texts that several sources printed, mostly of the same ones.
    pub same_source: bool,
}

impl Figures {
    /// Nearly all figures of the one stand in the other.
    fn nearly_within(self) -> bool {
        f64::from(self.shared) >= NewsRule::FIGURES_OF_ONE_SOURCE * f64::from(self.fewer)
    }

    /// There are enough to tell ([`NewsRule::MANY_FIGURES`]) and too many are others: the mark of a form that is filled in anew.
    fn of_another_report(self) -> bool {
        self.fewer >= NewsRule::MANY_FIGURES
            && f64::from(self.shared) < NewsRule::SHARED_FIGURES * f64::from(self.fewer)
    }
}

/// Articles of fewer words are short: their figures must agree. Ten more than [`SHORT_TEXT`](crate::text::SHORT_TEXT), since the title
/// of such a text is counted.
pub const SHORT_WORDS: u32 = 60;

/// The acceptance rule for news.
///
/// Jaccard similarity and containment tell similar *wording*. On real wire copy that finds too little (a cut or extended copy
/// has a low Jaccard similarity) and too much: recurring reports have one form and other facts, pages of one outlet have one
/// furniture, an article that quotes another at length is not its copy. This rule asks six questions instead, which
/// an editor would ask as well:
///
/// * *Is the wording special to this report?* A shingle that returns at other times is a form, a phrase or furniture. It
///   weighs the less the more often it returns; how much of the shorter article's weight stands in the longer
///   one is the *weighted containment*.
/// * *Do they open alike?* News is written with the main point first and cut from its end: versions of one report share
///   their opening, while what shares a background passage, or quotes, does not.
/// * *Were they published together?* Copies follow within days; what is repeated later is as a rule the next report
///   in the same form.
/// * *Are they of one outlet?* An outlet seldom prints a report twice, but its releases and pages share their form and their
///   background: more must be shared, and the figures must agree.
/// * *Do they speak of the same?* Where each opening names, again and again, what the other text never does, one form was filled in
///   for two places or people. Asked of one outlet's articles that open alike, and of those accepted by their opening.
/// * *Are they too short to tell?* Of short items the figures must agree, and very short ones must be nearly equal.
///
/// ```
/// use wirecopy::verify::{Figures, FiguresNeeded, NewsMeasures, NewsRule, Reason, Refusal, Texts};
///
/// /// Texts of six figures each, so many of them the same.
/// struct Sharing(u32);
///
/// impl Texts for Sharing {
///     fn figures(&self) -> wirecopy::Result<Figures> {
///         Ok(Figures { fewer: 6, more: 6, shared: self.0 })
///     }
///     fn speak_of_others(&self, _: u32) -> wirecopy::Result<bool> {
///         Ok(false)
///     }
/// }
///
/// let rule = NewsRule::new(0.75, Some(72.0))?;
/// let (weighted_containment, opening, hours_apart) = (0.6, 0.9, Some(5.0));
/// let pair = NewsMeasures { shingles: 300, words: 310, jaccard: 0.4, weighted_containment, opening, hours_apart, same_source: false };
/// assert_eq!(rule.judge(&pair, &Sharing(6))?, Some(Reason::Opening));
/// let of_figures = rule.decide(&pair, &Sharing(1))?;
/// assert!(matches!(of_figures, Err(Refusal::Figures { needed: FiguresNeeded::OfOpening, .. })));
/// let a_week_later = NewsMeasures { hours_apart: Some(168.0), ..pair };
/// assert_eq!(rule.decide(&a_week_later, &Sharing(6))?, Err(Refusal::Apart { least: 0.95 }));
/// # Ok::<(), wirecopy::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct NewsRule {
    contained: f64,
    window_hours: Option<f64>,
}

impl Default for NewsRule {
    /// Three quarters, three days.
    fn default() -> Self {
        Self {
            contained: 0.75,
            window_hours: Some(72.0),
        }
    }
}

impl NewsRule {
    /// Of [`contained`](Self::contained): enough where two articles open alike, as news that is cut from its end does and an article that
    /// quotes another does not.
    const ENOUGH_WITH_OPENING: f64 = 2.0 / 3.0;
    /// The part of the openings that must be the same to open alike.
    const OPEN_ALIKE: f64 = 0.3;
    /// Weighted containment of articles that were published further apart than the window: what is repeated later is as a rule the next
    /// report in the same form.
    const APART: f64 = 0.95;
    /// Containment, by number of shingles alone, without which the rest is not looked at: what shingles weigh is only known once it is known
    /// which articles are similar at all.
    const LEAST_CONTAINMENT: f64 = 0.5;
    /// The same of articles that were published further apart than the window, which must share more in the end, too ([`APART`](Self::APART)).
    const LEAST_CONTAINMENT_APART: f64 = 0.8;
    /// Distinct shingles below which an article is very short: too short for more than to be nearly equal, with the same figures.
    const VERY_SHORT: u32 = 30;
    /// So many figures are enough to tell whether two articles that open alike are one report ...
    const MANY_FIGURES: u32 = 6;
    /// ... by this part of them that both must have: a form that is filled in anew has others.
    const SHARED_FIGURES: f64 = 2.0 / 3.0;
    /// Of articles of one source, which share their form and their background, the part of what is otherwise not needed that must be
    /// shared as well ...
    const MORE_OF_ONE_SOURCE: f64 = 0.2;
    /// ... and, for the same reason, the part of the figures.
    const FIGURES_OF_ONE_SOURCE: f64 = 0.9;
    /// So often a word must be used by one article and not by the other to be what only the one speaks of ...
    const USES: u32 = 3;
    /// ... and of articles of one source, where what differs is no outlet's style ("Sen.", "Senator").
    const USES_OF_ONE_SOURCE: u32 = 2;
    /// Jaccard similarity of very short articles.
    const NEARLY_EQUAL: f64 = 0.8;

    /// A rule by which articles are copies from a weighted containment of `contained` on (above 0, at most 1), where they open alike from
    /// two thirds of that on, and beyond `window_hours` between them (0 or more) from 0.95 on, or from `contained` on if that is more; without
    /// a window dates do not count.
    ///
    /// # Errors
    /// [`Error::Parameter`] if a value is out of its range.
    pub fn new(contained: f64, window_hours: Option<f64>) -> Result<Self> {
        if !(contained > 0.0 && contained <= 1.0) {
            return Err(Error::Parameter(format!(
                "--containment must be above 0 and at most 1, not {contained}"
            )));
        }
        if let Some(hours) = window_hours
            && !(hours.is_finite() && hours >= 0.0)
        {
            return Err(Error::Parameter(format!(
                "--window must be a number of hours or days, not below 0, not {hours}"
            )));
        }
        Ok(Self {
            contained,
            window_hours,
        })
    }

    /// The weighted containment from which articles are copies, above 0 and at most 1.
    pub fn contained(self) -> f64 {
        self.contained
    }

    /// The same for articles that open alike.
    pub fn contained_with_opening(self) -> f64 {
        self.contained * Self::ENOUGH_WITH_OPENING
    }

    /// The same for articles of one source.
    pub fn contained_of_one_source(self) -> f64 {
        self.contained + Self::MORE_OF_ONE_SOURCE * (1.0 - self.contained)
    }

    /// The most hours between two copies, if dates count.
    pub fn window_hours(self) -> Option<f64> {
        self.window_hours
    }

    /// A plain rule that every pair meets that this rule accepts: which pairs are similar enough to be looked at.
    /// Of articles that are `apart`, published further from each other than the window, more must be the same.
    pub fn floor(self, apart: bool) -> Acceptance {
        let containment = if apart {
            Self::LEAST_CONTAINMENT_APART
        } else {
            Self::LEAST_CONTAINMENT
        };
        Acceptance::constant(Self::NEARLY_EQUAL, containment, Self::VERY_SHORT)
    }

    /// A plain rule for two articles of one source that are most likely the same report, whatever their figures and subjects: as much
    /// is shared as of one source must be.
    pub(in crate::verify) fn of_one_source(self) -> Acceptance {
        let containment = self.contained_of_one_source();
        Acceptance::constant(Self::NEARLY_EQUAL, containment, Self::VERY_SHORT)
    }

    /// Whether two articles are further apart than copies are.
    pub fn are_apart(self, hours_apart: Option<f64>) -> bool {
        match (self.window_hours, hours_apart) {
            (Some(window), Some(hours)) => hours > window,
            _ => false,
        }
    }

    /// Whether a pair is accepted, and why. What the `texts` say is only asked for where it matters.
    ///
    /// # Errors
    /// Those of `texts`.
    pub fn judge(self, pair: &NewsMeasures, texts: &impl Texts) -> Result<Option<Reason>> {
        Ok(self.decide(pair, texts)?.ok())
    }

    /// [`decide`](Self::decide) of a pair of which it is not known whether it meets the [floor](Self::floor).
    ///
    /// # Errors
    /// Those of `texts`.
    pub(in crate::verify) fn decide_any(
        self,
        similarity: Similarity,
        pair: &NewsMeasures,
        texts: &impl Texts,
    ) -> Result<std::result::Result<Reason, Refusal>> {
        let floor = self.floor(self.are_apart(pair.hours_apart));
        let decided = self.decide(pair, texts)?;
        Ok(decided.and_then(|reason| match floor.accepts(similarity) {
            true => Ok(reason),
            false => Err(Refusal::BelowFloor {
                least: floor.containment().unwrap_or(1.0),
            }),
        }))
    }

    /// Why a pair is accepted, or why not. What the `texts` say is only asked for where it matters.
    ///
    /// # Errors
    /// Those of `texts`.
    pub fn decide(
        self,
        pair: &NewsMeasures,
        texts: &impl Texts,
    ) -> Result<std::result::Result<Reason, Refusal>> {
        use FiguresNeeded::{All, AllOfFewer, OfOneSource, OfOpening};
        let differ = |figures, needed| Ok(Err(Refusal::Figures { figures, needed }));
        if pair.shingles < Self::VERY_SHORT {
            if pair.jaccard < Self::NEARLY_EQUAL {
                let least = Self::NEARLY_EQUAL;
                return Ok(Err(Refusal::VeryShort { least }));
            }
            let figures = texts.figures()?;
            return match figures.same() {
                true => Ok(Ok(Reason::Short)),
                false => differ(figures, All),
            };
        }
        let reason = match self.by_measures(pair) {
            Ok(reason) => reason,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if pair.words < SHORT_WORDS {
            let figures = texts.figures()?;
            if !figures.within() {
                return differ(figures, AllOfFewer);
            }
        }
        let uses = if pair.same_source {
            let figures = texts.figures()?;
            if !figures.nearly_within() {
                return differ(figures, OfOneSource);
            }
            pair.open_alike().then_some(Self::USES_OF_ONE_SOURCE)
        } else if reason == Reason::Opening && pair.words >= SHORT_WORDS {
            let figures = texts.figures()?;
            if figures.of_another_report() {
                return differ(figures, OfOpening);
            }
            Some(Self::USES)
        } else {
            None
        };
        if let Some(uses) = uses
            && texts.speak_of_others(uses)?
        {
            return Ok(Err(Refusal::Subjects { uses }));
        }
        Ok(Ok(reason))
    }

    /// What date, source, containment and opening say of a pair that is not very short.
    fn by_measures(self, pair: &NewsMeasures) -> std::result::Result<Reason, Refusal> {
        if self.are_apart(pair.hours_apart) {
            let least = Self::APART.max(self.contained);
            return match pair.weighted_containment >= least {
                true => Ok(Reason::Reprint),
                false => Err(Refusal::Apart { least }),
            };
        }
        if pair.same_source {
            let least = self.contained_of_one_source();
            return match pair.weighted_containment >= least {
                true => Ok(Reason::Contained),
                false => Err(Refusal::OneSource { least }),
            };
        }
        if pair.weighted_containment >= self.contained {
            Ok(Reason::Contained)
        } else if pair.weighted_containment < self.contained_with_opening() {
            let least = self.contained_with_opening();
            Err(Refusal::LittleShared { least })
        } else if pair.open_alike() {
            Ok(Reason::Opening)
        } else {
            Err(Refusal::OpenOtherwise {
                least: self.contained,
                least_opening: Self::OPEN_ALIKE,
            })
        }
    }
}

impl NewsMeasures {
    fn open_alike(&self) -> bool {
        self.opening >= NewsRule::OPEN_ALIKE
    }
}

/// What the rule for news asks of the texts of a pair, where its measures do not settle it.
pub trait Texts {
    /// How their figures compare.
    ///
    /// # Errors
    /// If the texts cannot be asked.
    fn figures(&self) -> Result<Figures>;

    /// Whether each has a word in its opening that it uses `uses` times (2 or 3) and the other never.
    ///
    /// # Errors
    /// If the texts cannot be asked.
    fn speak_of_others(&self, uses: u32) -> Result<bool>;
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: NewsMeasures = NewsMeasures {
        shingles: 300,
        words: 310,
        jaccard: 0.5,
        weighted_containment: 0.8,
        opening: 0.0,
        hours_apart: None,
        same_source: false,
    };

    /// What two texts say.
    #[derive(Clone, Copy)]
    struct Say {
        figures: Figures,
        /// So often each uses a word of its opening that the other does not have.
        others: u32,
    }

    impl Texts for Say {
        fn figures(&self) -> Result<Figures> {
            Ok(self.figures)
        }

        fn speak_of_others(&self, uses: u32) -> Result<bool> {
            Ok(self.others >= uses)
        }
    }

    /// Texts that nobody should ask.
    struct Silent;

    impl Texts for Silent {
        fn figures(&self) -> Result<Figures> {
            unreachable!("figures do not matter")
        }

        fn speak_of_others(&self, _: u32) -> Result<bool> {
            unreachable!("subjects do not matter")
        }
    }

    fn figures(fewer: u32, more: u32, shared: u32) -> Say {
        let figures = Figures {
            fewer,
            more,
            shared,
        };
        Say { figures, others: 0 }
    }

    #[test]
    fn a_long_pair_goes_by_weight_opening_and_date() {
        let rule = NewsRule::default();
        let judge = |contained, opening, hours_apart| {
            let pair = NewsMeasures {
                weighted_containment: contained,
                opening,
                hours_apart,
                ..LONG
            };
            rule.judge(&pair, &figures(4, 9, 0)).unwrap()
        };
        assert_eq!(judge(0.75, 0.0, None), Some(Reason::Contained));
        assert_eq!(judge(0.74, 0.29, None), None);
        assert_eq!(judge(0.5, 0.3, None), Some(Reason::Opening));
        assert_eq!(judge(0.49, 1.0, None), None);
        assert_eq!(judge(0.75, 0.0, Some(72.0)), Some(Reason::Contained));
        assert_eq!(judge(0.94, 1.0, Some(72.1)), None);
        assert_eq!(judge(0.95, 0.0, Some(9_000.0)), Some(Reason::Reprint));
        let always = NewsRule::new(0.75, None).unwrap();
        let far = NewsMeasures {
            hours_apart: Some(9_000.0),
            ..LONG
        };
        assert_eq!(
            always.judge(&far, &Silent).unwrap(),
            Some(Reason::Contained)
        );
    }

    #[test]
    fn many_other_figures_in_the_same_form_are_another_report() {
        let pair = NewsMeasures {
            weighted_containment: 0.6,
            opening: 0.9,
            ..LONG
        };
        let judge = |of| NewsRule::default().judge(&pair, &of).unwrap();
        assert_eq!(judge(figures(9, 12, 6)), Some(Reason::Opening));
        assert_eq!(judge(figures(9, 12, 5)), None);
        assert_eq!(judge(figures(4, 12, 0)), Some(Reason::Opening));
    }

    #[test]
    fn of_one_source_more_must_agree() {
        let judge = |contained, opening, of| {
            let pair = NewsMeasures {
                weighted_containment: contained,
                opening,
                same_source: true,
                ..LONG
            };
            NewsRule::default().judge(&pair, &of).unwrap()
        };
        assert_eq!(judge(0.8, 0.0, figures(10, 30, 9)), Some(Reason::Contained));
        assert_eq!(judge(0.79, 1.0, figures(10, 30, 10)), None);
        assert_eq!(judge(1.0, 1.0, figures(10, 30, 8)), None);
        assert_eq!(judge(0.9, 0.0, figures(0, 3, 0)), Some(Reason::Contained));
    }

    #[test]
    fn one_form_about_two_things_is_two_reports() {
        let judge = |contained, opening, same_source, others| {
            let pair = NewsMeasures {
                weighted_containment: contained,
                opening,
                same_source,
                ..LONG
            };
            let of = Say {
                others,
                ..figures(3, 4, 3)
            };
            NewsRule::default().judge(&pair, &of).unwrap()
        };
        // One outlet, in the same form: a word used twice tells.
        assert_eq!(judge(0.97, 0.8, true, 1), Some(Reason::Contained));
        assert_eq!(judge(0.97, 0.8, true, 2), None);
        // A story that was opened anew.
        assert_eq!(judge(0.97, 0.2, true, 3), Some(Reason::Contained));
        // Two outlets differ in style: that most of a text is the same outweighs it.
        assert_eq!(judge(0.8, 0.8, false, 3), Some(Reason::Contained));
        assert_eq!(judge(0.6, 0.8, false, 2), Some(Reason::Opening));
        assert_eq!(judge(0.6, 0.8, false, 3), None);
    }

    #[test]
    fn a_refusal_names_the_question_that_decided() {
        let decide = |pair: NewsMeasures, of: Say| NewsRule::default().decide(&pair, &of).unwrap();
        let of = figures(18, 20, 12);
        let short = |shingles, words| NewsMeasures {
            shingles,
            words,
            weighted_containment: 1.0,
            ..LONG
        };
        let least = 0.8;
        assert_eq!(decide(short(10, 12), of), Err(Refusal::VeryShort { least }));
        let needed = |of: Say, needed| {
            let figures = of.figures;
            Err(Refusal::Figures { figures, needed })
        };
        let equal = NewsMeasures {
            jaccard: 0.9,
            ..short(10, 12)
        };
        assert_eq!(decide(equal, of), needed(of, FiguresNeeded::All));
        let few = short(40, 42);
        assert_eq!(decide(few, of), needed(of, FiguresNeeded::AllOfFewer));
        let apart = NewsMeasures {
            weighted_containment: 0.9,
            hours_apart: Some(100.0),
            ..LONG
        };
        let refused = decide(apart, of);
        assert_eq!(refused, Err(Refusal::Apart { least: 0.95 }));
        let one_source = |contained| NewsMeasures {
            weighted_containment: contained,
            opening: 0.9,
            same_source: true,
            ..LONG
        };
        let refused = decide(one_source(0.79), of);
        assert!(matches!(refused, Err(Refusal::OneSource { least }) if (least - 0.8).abs() < 1e-9));
        let refused = decide(one_source(0.9), of);
        assert_eq!(refused, needed(of, FiguresNeeded::OfOneSource));
        let others = Say {
            others: 3,
            ..figures(1, 1, 1)
        };
        let refused = decide(one_source(0.9), others);
        assert_eq!(refused, Err(Refusal::Subjects { uses: 2 }));
        let part = |contained, opening| NewsMeasures {
            weighted_containment: contained,
            opening,
            ..LONG
        };
        let refused = decide(part(0.4, 0.9), of);
        assert_eq!(refused, Err(Refusal::LittleShared { least: 0.5 }));
        let refused = decide(part(0.6, 0.2), of);
        let (least, least_opening) = (0.75, 0.3);
        let otherwise = Refusal::OpenOtherwise {
            least,
            least_opening,
        };
        assert_eq!(refused, Err(otherwise));
        let most_differ = figures(18, 20, 11);
        let refused = decide(part(0.6, 0.9), most_differ);
        assert_eq!(refused, needed(most_differ, FiguresNeeded::OfOpening));
        let refused = decide(part(0.6, 0.9), others);
        assert_eq!(refused, Err(Refusal::Subjects { uses: 3 }));
        assert_eq!(decide(part(0.6, 0.9), of), Ok(Reason::Opening));
    }

    #[test]
    fn short_items_need_their_figures() {
        let judge = |shingles, jaccard, of| {
            let pair = NewsMeasures {
                shingles,
                words: shingles + 2,
                jaccard,
                weighted_containment: 1.0,
                ..LONG
            };
            NewsRule::default().judge(&pair, &of).unwrap()
        };
        assert_eq!(judge(40, 0.4, figures(2, 3, 2)), Some(Reason::Contained));
        assert_eq!(judge(40, 0.9, figures(2, 2, 1)), None);
        assert_eq!(judge(10, 0.8, figures(2, 2, 2)), Some(Reason::Short));
        assert_eq!(judge(10, 0.9, figures(2, 3, 2)), None);
        assert_eq!(judge(10, 0.79, figures(0, 0, 0)), None);
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for bad in [0.0, -1.0, 1.1, f64::NAN] {
            assert!(NewsRule::new(bad, None).is_err());
        }
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(NewsRule::new(0.75, Some(bad)).is_err());
        }
    }
}
