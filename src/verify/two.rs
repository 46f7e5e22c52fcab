//! A rule asked about two articles alone, outside of a run.

use super::figures::{self, Figures};
use super::kept::{Facts, Keeper};
use super::shingle_set::Members;
use super::{NewsMeasures, Reason, Refusal, Rule, SHORT_WORDS, Similarity, Texts, opening, share};
use crate::Result;
use crate::corpus::Article;
use crate::fingerprint::ShingleSize;
use crate::text::{Furniture, LearntLines, Source, Tokeniser, compared_tokens};

/// What a rule needs of one article.
#[derive(Debug)]
pub struct Compared {
    tokens: Vec<u64>,
    /// As a run keeps it: the shingle set first.
    kept: Vec<u8>,
    /// How many shingles that are.
    size: u32,
    published: Option<i64>,
    source: String,
    opening: usize,
}

impl Compared {
    /// Reads an article as a run does over a corpus in which these lines were learnt.
    pub fn new(
        article: &Article,
        furniture: Furniture,
        learnt: &LearntLines,
        size: ShingleSize,
    ) -> Self {
        let mut tokeniser = Tokeniser::new();
        let title = article.title.as_ref();
        let text = furniture.text_of(&article.text, title, Source::named(&article.source), learnt);
        let tokens = compared_tokens(&mut tokeniser, furniture, title, text).to_vec();
        let (mut keeper, mut kept) = (Keeper::default(), Vec::new());
        let shingles = keeper.keep(article, text, Some(&tokens), size, &mut kept);
        Self {
            tokens,
            kept,
            size: shingles,
            published: article.published_at(),
            source: article.source.trim().to_owned(),
            opening: opening::opening_shingles(size),
        }
    }

    /// The hashes of the words that are compared.
    pub fn tokens(&self) -> &[u64] {
        &self.tokens
    }

    /// How many words are compared.
    pub fn words(&self) -> usize {
        self.tokens.len()
    }

    /// When it was published, in seconds since 1970 UTC, if that could be read.
    pub fn published(&self) -> Option<i64> {
        self.published
    }

    fn set(&self) -> &[[u8; 8]] {
        self.kept[..8 * self.size as usize].as_chunks().0
    }

    fn facts(&self) -> Facts<'_> {
        Facts::from_bytes(&self.kept[8 * self.size as usize..])
    }
}

/// What a rule says of two articles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// Why they are copies; none if they are not.
    pub reason: Option<Reason>,
    /// Why the rule for news does not take them for copies; none if it does, and under the plain rule.
    pub refusal: Option<Refusal>,
    /// The containment that the rule for news went by, weighted where a corpus tells the weights; 1 of the very same words; none under
    /// the plain rule, and of the same words at other times.
    pub weighted_containment: Option<f64>,
}

impl Verdict {
    /// What the plain rule says.
    pub(super) fn plain(reason: Option<Reason>) -> Self {
        Self {
            reason,
            refusal: None,
            weighted_containment: None,
        }
    }

    /// That the rule for news refuses a pair.
    pub(super) fn refused(refusal: Refusal) -> Self {
        Self {
            refusal: Some(refusal),
            ..Self::plain(None)
        }
    }

    /// What the rule for news says of a pair of which so much is contained.
    pub(super) fn news(decided: std::result::Result<Reason, Refusal>, contained: f64) -> Self {
        Self {
            reason: decided.ok(),
            refusal: decided.err(),
            weighted_containment: Some(contained),
        }
    }
}

/// What a rule sees of two articles, and what it says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// Their shingles.
    pub similarity: Similarity,
    /// How much of the openings is the same, 0 to 1.
    pub opening: f64,
    /// Hours between the dates of publication, if both have one.
    pub hours_apart: Option<f64>,
    /// Whether both name the same source.
    pub same_source: bool,
    /// What the rule says.
    pub verdict: Verdict,
}

struct Both<'a>(&'a Compared, &'a Compared);

impl Texts for Both<'_> {
    fn figures(&self) -> Result<Figures> {
        let [a, b] = [self.0, self.1].map(|one| one.facts().figures);
        Ok(figures::compare(a, b))
    }

    fn speak_of_others(&self, uses: u32) -> Result<bool> {
        let [a, b] = [self.0, self.1].map(|one| one.facts().subjects);
        Ok(a.differ(b, uses))
    }
}

/// Asks a rule about two articles. It is what a run says whose corpus is these two: no wording returns, and all shingles
/// weigh in full, so that a form which returns from week to week counts for more than it does in a corpus that holds more of it.
///
/// ```
/// use wirecopy::corpus::Article;
/// use wirecopy::fingerprint::ShingleSize;
/// use wirecopy::text::{Furniture, LearntLines};
/// use wirecopy::verify::{Compared, Reason, Refusal, Rule, judge_two};
///
/// let read = |text: &'static str| {
///     let article = Article { text: text.into(), ..Article::default() };
///     Compared::new(&article, Furniture::Strip, &LearntLines::default(), ShingleSize::default())
/// };
/// let dearer = read("Bread in Talby will cost 4 crowns from Monday on, the bakers of the town said after they had met.");
/// let again = read("Bread in Talby will cost 4 crowns from Monday on, the bakers of the town said after they had met on Friday.");
/// let other = read("Bread in Talby will cost 5 crowns from Monday on, the bakers of the town said after they had met.");
/// let judged = judge_two(&dearer, &again, Rule::default())?;
/// assert_eq!(judged.verdict.reason, Some(Reason::Short));
/// assert_eq!(judged.similarity.containment(), 1.0);
/// let refused = judge_two(&dearer, &other, Rule::default())?.verdict.refusal;
/// assert!(matches!(refused, Some(Refusal::VeryShort { .. })));
/// # Ok::<(), wirecopy::Error>(())
/// ```
///
/// # Errors
/// None at present; those of [`Texts`].
pub fn judge_two(a: &Compared, b: &Compared, rule: Rule) -> Result<Judgement> {
    let (mut members, mut shared) = (Members::default(), Vec::new());
    members.fill(a.set());
    let similarity = Similarity {
        shared: members.shared(b.set(), 0, &mut shared).unwrap_or(0),
        size_a: a.size,
        size_b: b.size,
    };
    let opening = |one: &Compared| one.set().len().min(a.opening);
    members.fill(&a.set()[..opening(a)]);
    let same_opening = members.shared(&b.set()[..opening(b)], 0, &mut shared);
    let same_opening = share(
        same_opening.unwrap_or(0).into(),
        opening(a).min(opening(b)) as u64,
    );
    let hours = a.published.zip(b.published);
    let hours_apart = hours.map(|(a, b)| a.abs_diff(b) as f64 / 3600.0);
    let same_source = !a.source.is_empty() && a.source == b.source;
    let words = a.words().min(b.words()) as u32;
    let exact = a.tokens == b.tokens && words > 0;
    // Few words have no shingles to share.
    let opening = if exact { 1.0 } else { same_opening };
    let verdict = match rule {
        Rule::Plain(_) if exact => Verdict::plain(Some(Reason::Exact)),
        Rule::Plain(rule) => Verdict::plain(rule.judge(similarity)),
        // Short items that recur word for word are told apart by their dates.
        Rule::News(rule) if exact => match words < SHORT_WORDS && rule.are_apart(hours_apart) {
            true => Verdict::refused(Refusal::Recurs),
            false => Verdict::news(Ok(Reason::Exact), 1.0),
        },
        Rule::News(rule) => {
            let contained = similarity.containment();
            let measures = NewsMeasures {
                shingles: similarity.size_a.min(similarity.size_b),
                words,
                jaccard: similarity.jaccard(),
                weighted_containment: contained,
                opening,
                hours_apart,
                same_source,
            };
            let decided = rule.decide_any(similarity, &measures, &Both(a, b))?;
            Verdict::news(decided, contained)
        }
    };
    Ok(Judgement {
        similarity,
        opening,
        hours_apart,
        same_source,
        verdict,
    })
}
