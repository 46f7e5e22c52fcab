//! What was found, judged by stories.

use super::evaluation::{ListedFigures, StoryFigures};
use super::found::Found;
use super::groups::Groups;
use super::judged::Judged;
use super::measures::Accuracy;
use super::mistakes::{Wrong, apart};
use super::partition::{compare, numbered, sizes};

/// Judges how so many articles are parted; so many of the worst mistakes of each kind are kept.
pub(super) fn judge(stories: &Groups, found: &Found, ids: usize, worst: usize) -> Judged {
    let story = numbered((0..ids).map(|id| stories.of.get(id).copied().flatten()));
    let cluster = match found {
        Found::Clusters(groups) => numbered(groups.of.iter().copied()),
        Found::Pairs(listed) => numbered(listed.components(ids).into_iter()),
    };
    let agreement = compare(&story, &cluster);
    let many = |numbers: &[u32]| sizes(numbers).iter().filter(|&&size| size > 1).count() as u64;
    let mut judged = Judged::new(worst);
    judged.copies = agreement.true_pairs;
    apart(&story, &cluster, &mut judged.misses);
    let mut figures = StoryFigures {
        articles: ids as u64,
        stories: many(&story),
        clusters: many(&cluster),
        true_pairs: agreement.true_pairs,
        reported_pairs: agreement.reported_pairs,
        found_pairs: agreement.found_pairs,
        pairwise: agreement.pairs,
        adjusted_rand_index: agreement.adjusted_rand_index,
        b_cubed: agreement.b_cubed,
        listed: None,
    };
    match found {
        Found::Clusters(_) => apart(&cluster, &story, &mut judged.false_alarms),
        // The pairs themselves rather than all those that they join: one of them is the cause.
        Found::Pairs(listed) => {
            let strangers = listed
                .pairs
                .iter()
                .filter(|pair| story[pair.a as usize] != story[pair.b as usize]);
            for pair in strangers {
                judged.false_alarms.push(Wrong {
                    a: pair.a,
                    b: pair.b,
                    label: None,
                    weight: None,
                    group_of: None,
                    pairs: 1,
                    jaccard: pair.jaccard(),
                    containment: pair.containment(),
                });
            }
            let false_pairs = judged.false_alarms.pairs;
            let pairs = listed.pairs.len() as u64;
            let found_pairs = pairs - false_pairs;
            figures.listed = Some(ListedFigures {
                pairs,
                found_pairs,
                accuracy: Accuracy::of(
                    found_pairs as f64,
                    false_pairs as f64,
                    (agreement.true_pairs - found_pairs) as f64,
                ),
            });
        }
    }
    judged.stories = Some(figures);
    judged.story = story;
    judged
}
