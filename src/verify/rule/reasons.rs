//! Why a pair is accepted, or why not.

use super::Figures;

/// Why a pair counts as a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The very same words.
    Exact,
    /// Jaccard similarity, by the plain rule.
    Jaccard,
    /// The shorter stands in the longer: containment by the plain rule, weighted containment by the rule for news.
    Contained,
    /// Enough of the shorter stands in the longer, and they open alike.
    Opening,
    /// Published far apart, and still nearly all of the shorter stands in the longer.
    Reprint,
    /// Too short for more, nearly equal, with the same figures.
    Short,
}

impl Reason {
    /// The stable name, as in the pairs report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Jaccard => "jaccard",
            Self::Contained => "contained",
            Self::Opening => "opening",
            Self::Reprint => "reprint",
            Self::Short => "short",
        }
    }
}

/// Why the rule for news does not take a pair for copies: the question that decided, of several the one that it asks first.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(tag = "because", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// The very same few words (under [`SHORT_WORDS`](super::SHORT_WORDS)), published further apart than the window: a form.
    Recurs,
    /// So few shingles that the two must be nearly equal, and they are not.
    VeryShort {
        /// The Jaccard similarity that they need.
        least: f64,
    },
    /// Published further apart than the window, and not enough of the shorter stands in the longer.
    Apart {
        /// The weighted containment that they need.
        least: f64,
    },
    /// Of one source, and not enough of the shorter stands in the longer.
    OneSource {
        /// The weighted containment that they need.
        least: f64,
    },
    /// Less of the shorter stands in the longer than even articles that open alike must share.
    LittleShared {
        /// The weighted containment that would be enough if they opened alike.
        least: f64,
    },
    /// Enough of the shorter stands in the longer for articles that open alike, but these do not, and for others it is too little.
    OpenOtherwise {
        /// The weighted containment that is enough however they open.
        least: f64,
        /// The part of the openings that must be the same to open alike.
        least_opening: f64,
    },
    /// By number of shingles too little of the shorter stands in the longer for the rest to be looked at ([`NewsRule::floor`](super::NewsRule::floor)).
    BelowFloor {
        /// The containment that they need.
        least: f64,
    },
    /// Their figures differ.
    Figures {
        /// How the figures compare.
        #[serde(flatten)]
        figures: Figures,
        /// How many must agree.
        needed: FiguresNeeded,
    },
    /// Each has a word in its opening that it uses again and again and the other never.
    Subjects {
        /// How often.
        uses: u32,
    },
    /// The rule accepts the two, but one of them goes with another article of the source of the other, which shares more with it and is kept
    /// apart from this one.
    Counterpart,
    /// The rule accepts the words of the two, but they are few, and were printed at other times as well: those that are closest to each other in time
    /// are the copies.
    OtherTimes,
}

/// Which figures of two articles must agree, by what the articles are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FiguresNeeded {
    /// Very short: all of both.
    All,
    /// Short: all of the one that has fewer.
    AllOfFewer,
    /// Of one source: nine tenths of those of the one that has fewer.
    OfOneSource,
    /// Accepted by their opening alone: two thirds of those of the one that has fewer, if these are six or more.
    OfOpening,
}
