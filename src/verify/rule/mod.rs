//! The rules that say which pairs are copies: the one that knows news (`news`), and the plain one of Jaccard similarity and containment (`plain`);
//! `reasons` are what they give.

mod news;
mod plain;
mod reasons;

pub use news::{NewsMeasures, NewsRule, SHORT_WORDS, Texts};
pub use plain::Acceptance;
pub use reasons::{FiguresNeeded, Reason, Refusal};

use super::{Figures, Similarity};

/// Which pairs are copies.
///
/// ```
/// use wirecopy::verify::{Acceptance, NewsRule, Rule};
///
/// let plain = Rule::Plain(Acceptance::new(0.8, None, 0)?);
/// assert_eq!((plain.floor().threshold(), plain.least_contained(), plain.window_hours()), (0.8, None, None));
/// // The rule for news is asked about pairs that are similar as a whole, and asks for more of those that are far apart in time.
/// let news = Rule::News(NewsRule::new(0.75, Some(48.0))?);
/// assert!(news.floor().containment().is_some());
/// assert!(news.floor().containment() < news.floor_apart().containment());
/// assert!(news.floor().containment() < news.least_contained());
/// assert_eq!(news.window_hours(), Some(48.0));
/// # Ok::<(), wirecopy::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Wording special to a report, openings, dates and figures.
    News(NewsRule),
    /// Jaccard similarity and containment alone.
    Plain(Acceptance),
}

impl Default for Rule {
    fn default() -> Self {
        Self::News(NewsRule::default())
    }
}

impl Rule {
    /// A plain rule that every pair meets that this rule accepts.
    pub fn floor(self) -> Acceptance {
        match self {
            Self::News(rule) => rule.floor(false),
            Self::Plain(rule) => rule,
        }
    }

    /// The same for pairs that are more than [`window_hours`](Self::window_hours) apart.
    pub fn floor_apart(self) -> Acceptance {
        match self {
            Self::News(rule) => rule.floor(true),
            Self::Plain(rule) => rule,
        }
    }

    /// The most hours between two copies that need no more in common than others, if dates count.
    pub fn window_hours(self) -> Option<f64> {
        match self {
            Self::News(rule) => rule.window_hours(),
            Self::Plain(_) => None,
        }
    }

    /// How much of the shorter article must stand in the longer, 0 to 1, whatever else the two have in common: weighted under the rule for news; none
    /// if that does not count.
    pub fn least_contained(self) -> Option<f64> {
        match self {
            Self::News(rule) => Some(rule.contained()),
            Self::Plain(rule) => rule.containment(),
        }
    }

    /// A Jaccard similarity, 0 to 1, from which pairs are most likely accepted.
    pub fn likely_jaccard(self) -> f64 {
        match self {
            // Of articles of the same length, of which so much of either stands in the other.
            Self::News(rule) => rule.contained() / (2.0 - rule.contained()),
            Self::Plain(rule) => rule.threshold(),
        }
    }

    /// The greatest chance, 0 to 1, that a pair which just meets the [floor](Self::floor) is dropped by its signature unseen: a hundredth of
    /// what the choice of bands may lose where the floor is the rule itself, and more where what is accepted stands above the floor.
    pub fn prefilter_loss(self) -> f64 {
        match self {
            Self::News(_) => 1e-2,
            Self::Plain(_) => 1e-4,
        }
    }
}
