//! A rule asked about two articles alone, outside of a run.

use super::news::{self, Figures};
use super::shingle_set::{Members, Repeats};
use super::subjects::{Counter, Subjects};
use super::{
    NewsMeasures, OPENING_WORDS, Reason, Refusal, Rule, SHORT_WORDS, Similarity, Texts, share,
};
use crate::Result;
use crate::corpus::Article;
use crate::corpus::dates::parse_published;
use crate::fingerprint::{ShingleSize, shingles};
use crate::text::{Furniture, Tokeniser, compared_tokens};

/// What a rule needs of one article.
#[derive(Debug)]
pub struct Compared {
    tokens: Vec<u64>,
    set: Vec<[u8; 8]>,
    figures: Vec<[u8; 4]>,
    subjects: Vec<u8>,
    published: Option<i64>,
    source: String,
    opening: usize,
}

impl Compared {
    /// Reads an article as a run does.
    pub fn new(article: &Article, furniture: Furniture, size: ShingleSize) -> Self {
        let mut tokeniser = Tokeniser::new();
        let text = furniture.text(&article.text, &article.title);
        let tokens = compared_tokens(&mut tokeniser, furniture, &article.title, text).to_vec();
        let (mut all, mut set) = (Vec::new(), Vec::new());
        shingles(&tokens, size, &mut all);
        Repeats::default().leave_out(&all, &mut set);
        let mut figures = Vec::new();
        news::add_figures(&article.title, &mut figures);
        news::add_figures(text, &mut figures);
        figures.sort_unstable();
        figures.dedup();
        let mut subjects = Vec::new();
        Counter::default().write(&tokens, &mut subjects);
        Self {
            tokens,
            set: set.as_chunks().0.to_vec(),
            figures: figures.iter().map(|figure| figure.to_le_bytes()).collect(),
            subjects,
            published: parse_published(&article.published),
            source: article.source.trim().to_owned(),
            opening: (OPENING_WORDS + 1).saturating_sub(size.get()).max(1),
        }
    }

    /// How many words are compared.
    pub fn words(&self) -> usize {
        self.tokens.len()
    }

    /// When it was published, in seconds since 1970 UTC, if that could be read.
    pub fn published(&self) -> Option<i64> {
        self.published
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
    /// Why they are copies; none if they are not.
    pub reason: Option<Reason>,
    /// Why the rule for news does not take them for copies; none if it does, and under the plain rule.
    pub refusal: Option<Refusal>,
}

struct Both<'a>(&'a Compared, &'a Compared);

impl Texts for Both<'_> {
    fn figures(&self) -> Result<Figures> {
        Ok(news::compare_figures(&self.0.figures, &self.1.figures))
    }

    fn speak_of_others(&self, uses: u32) -> Result<bool> {
        let [a, b] = [self.0, self.1].map(|one| Subjects::from_bytes(&one.subjects));
        Ok(a.differ(b, uses))
    }
}

/// Asks a rule about two articles. What shingles weigh is known only from a corpus: here all weigh in full, so that a form which
/// returns from week to week counts for more than it does in a run.
///
/// # Errors
/// None at present; those of [`Texts`].
pub fn judge_two(a: &Compared, b: &Compared, rule: Rule) -> Result<Judgement> {
    let (mut members, mut shared) = (Members::default(), Vec::new());
    members.fill(&a.set);
    let similarity = Similarity {
        shared: members.shared(&b.set, 0, &mut shared).unwrap_or(0),
        size_a: a.set.len() as u32,
        size_b: b.set.len() as u32,
    };
    let opening = |one: &Compared| one.set.len().min(a.opening);
    members.fill(&a.set[..opening(a)]);
    let same_opening = members.shared(&b.set[..opening(b)], 0, &mut shared);
    let opening = share(
        same_opening.unwrap_or(0).into(),
        opening(a).min(opening(b)) as u64,
    );
    let hours = a.published.zip(b.published);
    let hours_apart = hours.map(|(a, b)| a.abs_diff(b) as f64 / 3600.0);
    let same_source = !a.source.is_empty() && a.source == b.source;
    let words = a.words().min(b.words()) as u32;
    let exact = a.tokens == b.tokens && words > 0;
    let plain = |reason| (reason, None);
    let (reason, refusal) = match rule {
        Rule::Plain(_) if exact => plain(Some(Reason::Exact)),
        Rule::Plain(rule) => plain(rule.judge(similarity)),
        // Short items that recur word for word are told apart by their dates.
        Rule::News(rule) if exact => match words < SHORT_WORDS && rule.are_apart(hours_apart) {
            true => (None, Some(Refusal::Recurs)),
            false => (Some(Reason::Exact), None),
        },
        Rule::News(rule) => {
            let floor = rule.floor(rule.are_apart(hours_apart));
            let measures = NewsMeasures {
                shingles: similarity.size_a.min(similarity.size_b),
                words,
                jaccard: similarity.jaccard(),
                contained: similarity.containment(),
                opening,
                hours_apart,
                same_source,
            };
            match rule.decide(&measures, &Both(a, b))? {
                Ok(reason) if floor.accepts(similarity) => (Some(reason), None),
                Ok(_) => {
                    let least = floor.containment().unwrap_or(1.0);
                    (None, Some(Refusal::BelowFloor { least }))
                }
                Err(refusal) => (None, Some(refusal)),
            }
        }
    };
    Ok(Judgement {
        similarity,
        opening,
        hours_apart,
        same_source,
        reason,
        refusal,
    })
}
