//! Short items that are printed again and again in the very same words.
//!
//! A long text that is printed again is a reprint, whenever that is. A short one ("Fed adds reserves", "full text follows") is a form: the
//! same words a week later are the next report. Exact duplicates of fewer than [`SHORT_WORDS`] words are copies only as long as
//! each follows within the window of another; what follows later [recurs](Duplicates::recurring).

use super::printings::{Printing, Printings};
use super::{Edge, Evidence, NewsRule, SHORT_WORDS};
use crate::fingerprint::{Duplicates, Fingerprints, Recurring};

/// Takes short items that only recur out of `duplicates`; `None` if there are no such items. An accepted pair with such an item becomes one of those
/// occurrences that are closest in time; the pairs are no longer sorted then.
pub(super) fn tell_apart(
    duplicates: &Duplicates,
    mut known: Printings,
    edges: &mut [Edge],
    prints: &Fingerprints,
    rule: NewsRule,
) -> Option<Duplicates> {
    let window = (rule.window_hours()? * 3600.0) as i64;
    let kept = without_recurring(duplicates, &mut known, window, prints)?;
    for edge in edges {
        let (mut of_a, mut of_b) = ([(0, 0)], [(0, 0)]);
        let (a, b) = (known.of(edge.a, &mut of_a), known.of(edge.b, &mut of_b));
        // If one has no date, it goes with the earliest of the other.
        let earliest = |printings: &[Printing], text| printings.first().map_or(text, |it| it.1);
        let as_they_are = || (earliest(a, edge.a), earliest(b, edge.b));
        (edge.a, edge.b) = closest(a, b).unwrap_or_else(as_they_are);
        if edge.a > edge.b {
            *edge = edge.turned();
        }
    }
    Some(kept)
}

/// The duplicates without short items that lie more than `window` seconds apart; what is known of the printings of these names the first article of
/// each occurrence afterwards. None if nothing recurs.
fn without_recurring(
    duplicates: &Duplicates,
    known: &mut Printings,
    window: i64,
    prints: &Fingerprints,
) -> Option<Duplicates> {
    let runs_of = |group: &[(u32, u32)]| {
        let first = group[0].0;
        match prints.rows.tokens(first) < SHORT_WORDS {
            true => {
                let others = group.iter().map(|&(_, other)| other);
                let articles = std::iter::once(first).chain(others);
                runs(articles.collect(), window, known.evidence)
            }
            false => Vec::new(),
        }
    };
    let mut groups = duplicates.pairs.chunk_by(|a, b| a.0 == b.0);
    if groups.all(|group| runs_of(group).len() < 2) {
        return None;
    }
    let mut kept = Duplicates::default();
    let mut dated = known.dated.as_roomy();
    for group in duplicates.pairs.chunk_by(|a, b| a.0 == b.0) {
        let first = group[0].0;
        let runs = runs_of(group);
        if runs.len() < 2 {
            kept.pairs.extend(group);
            dated.push(known.of(first, &mut [(0, 0)]).iter().copied());
            continue;
        }
        let mut printings = Vec::new();
        for run in &runs {
            let begin = run[0].1;
            let others = run[1..].iter().map(|&(_, other)| (begin, other));
            kept.pairs.extend(others);
            let dates = run.iter().filter_map(|&(date, _)| date);
            printings.extend(dates.clone().map(|date| (date, begin)));
            kept.recurring.push(Recurring {
                article: begin,
                first,
                at: dates.min().unwrap_or_default(),
            });
        }
        printings.sort_unstable();
        dated.push(printings);
    }
    known.dated = dated;
    kept.pairs.sort_unstable();
    kept.recurring.sort_unstable();
    Some(kept)
}

/// Articles with the same words, cut where more than `window` seconds lie between two; each run in the order of the corpus. Of those without a date
/// nothing is known: they stay with the earliest.
fn runs(articles: Vec<u32>, window: i64, evidence: &Evidence) -> Vec<Vec<(Option<i64>, u32)>> {
    let mut articles: Vec<(Option<i64>, u32)> = articles
        .into_iter()
        .map(|article| (evidence.published(article), article))
        .collect();
    // Those without a date first.
    articles.sort_unstable();
    let together = |a: &(Option<i64>, u32), b: &(Option<i64>, u32)| match (a.0, b.0) {
        (Some(a), Some(b)) => b - a <= window,
        _ => true,
    };
    articles
        .chunk_by(together)
        .map(|run| {
            let mut run = run.to_vec();
            run.sort_unstable_by_key(|&(_, article)| article);
            run
        })
        .collect()
}

/// Of two lists of printings, by date, the two that are closest in time; of several the earliest.
fn closest(a: &[Printing], b: &[Printing]) -> Option<(u32, u32)> {
    let (mut i, mut j, mut best) = (0, 0, None);
    while let (Some(&(x, of_a)), Some(&(y, of_b))) = (a.get(i), b.get(j)) {
        let now = (x.abs_diff(y), x.min(y), of_a, of_b);
        if best.is_none_or(|held| now < held) {
            best = Some(now);
        }
        if x <= y {
            i += 1;
        } else {
            j += 1;
        }
    }
    best.map(|(_, _, a, b)| (a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn closest_is_the_least_of_all_pairs(
            a in proptest::collection::vec((-50i64..50, 0u32..3), 0..12), b in proptest::collection::vec((-50i64..50, 5u32..8), 0..12),
        ) {
            let (mut a, mut b) = (a, b);
            a.sort_unstable();
            b.sort_unstable();
            let gap = |x: &Printing, y: &Printing| x.0.abs_diff(y.0);
            let least = a.iter().flat_map(|x| b.iter().map(move |y| gap(x, y))).min();
            let found = closest(&a, &b);
            proptest::prop_assert_eq!(found.is_some(), least.is_some());
            if let Some((of_a, of_b)) = found {
                let of = |list: &[Printing], article| -> Vec<Printing> {
                    list.iter().copied().filter(|printing| printing.1 == article).collect()
                };
                let (a, b) = (of(&a, of_a), of(&b, of_b));
                proptest::prop_assert_eq!(a.iter().flat_map(|x| b.iter().map(move |y| gap(x, y))).min(), least);
            }
        }
    }
}
