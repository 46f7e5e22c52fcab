//! What a run says of pairs that somebody asked about.

use super::{Copies, Edge, Reason, Refusal, Rule, Verdict};
use std::collections::HashSet;

impl Copies {
    /// What this rule, which they were accepted by, says of two articles if they are copies (the edges are sorted).
    pub(super) fn verdict(&self, articles: (u32, u32), rule: Rule) -> Option<Verdict> {
        let texts = self.duplicates.firsts(articles);
        if texts.0 == texts.1 {
            return Some(match rule {
                Rule::News(_) => Verdict::news(Ok(Reason::Exact), 1.0),
                Rule::Plain(_) => Verdict::plain(Some(Reason::Exact)),
            });
        }
        let place = self
            .edges
            .binary_search_by_key(&texts, |edge| (edge.a, edge.b));
        let edge = &self.edges[place.ok()?];
        Some(match edge.news {
            Some(news) => Verdict::news(Ok(edge.reason), news.weighted_containment),
            None => Verdict::plain(Some(edge.reason)),
        })
    }
}

/// Why articles with these texts, of pairs that were asked about, are no copies where they are none: the rule for news `said` this of each pair, and
/// `kept` are those pairs that it accepts and that have no better one.
pub(super) fn why_not(texts: &[(u32, u32)], said: Vec<Verdict>, kept: &[Edge]) -> Vec<Verdict> {
    let asked: HashSet<_> = texts.iter().copied().collect();
    let kept = kept.iter().map(|edge| (edge.a, edge.b));
    let kept: HashSet<_> = kept.filter(|pair| asked.contains(pair)).collect();
    let of_pair = |(texts, said): (&(u32, u32), Verdict)| {
        if texts.0 == texts.1 {
            return Verdict::refused(Refusal::Recurs);
        }
        if said.reason.is_none() {
            return said;
        }
        let refusal = match kept.contains(texts) {
            true => Refusal::OtherTimes,
            false => Refusal::Counterpart,
        };
        Verdict {
            reason: None,
            refusal: Some(refusal),
            ..said
        }
    };
    texts.iter().zip(said).map(of_pair).collect()
}
