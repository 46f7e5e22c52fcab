//! How many articles of each sort a block holds.

use std::ops::Range;

use super::SyntheticOptions;
use super::random::Random;

/// Recurring reports among 1,000 articles (that are not variants).
const RECURRING_PER_MILLE: u64 = 12;

/// How many articles of each sort a block holds.
pub(super) struct Plan {
    pub(super) variants: u64,
    /// The number of copies of each story that has any.
    pub(super) copies: Vec<u64>,
    pub(super) follow_ups: u64,
    pub(super) recurring: u64,
    pub(super) singles: u64,
}

impl Plan {
    pub(super) fn new(
        options: &SyntheticOptions,
        articles: Range<u64>,
        random: &mut Random,
    ) -> Self {
        let share = u64::from(options.variants_of_one_per_mille);
        // Differences of rounded totals: exact over the whole corpus.
        let variants_until = |end: u64| (u128::from(end) * u128::from(share) / 1000) as u64;
        let variants = variants_until(articles.end) - variants_until(articles.start);
        let others = articles.end - articles.start - variants;
        let wanted = others * u64::from(options.copies_per_mille) / 1000;
        let mut free = others - wanted;
        let mut copies = Vec::new();
        let mut left = wanted;
        while left > 0 && free > 0 {
            // In a tiny corpus no single story takes all.
            let number = draw_copies(random).min(left).min(1 + wanted / 3);
            copies.push(number);
            left -= number;
            free -= 1;
        }
        // Hardly any originals are left when nearly everything is to be a copy: then each has more of them.
        let stories = copies.len();
        for number in (0..stories).cycle().take(left as usize) {
            copies[number] += 1;
        }
        let follow_ups = free.min(stories as u64 / 3);
        let recurring = (free - follow_ups).min(others * RECURRING_PER_MILLE / 1000);
        let singles = free - follow_ups - recurring;
        Self {
            variants,
            copies,
            follow_ups,
            recurring,
            singles,
        }
    }
}

/// How often a story is copied: mostly once to three times, up to 39 times.
fn draw_copies(random: &mut Random) -> u64 {
    match random.below(100) {
        0..50 => 1,
        50..70 => 2,
        70..80 => 3,
        80..93 => random.between(4, 7),
        93..98 => random.between(8, 15),
        _ => random.between(16, 39),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_fills_its_block_exactly() {
        for articles in [0, 1, 2, 7, 100, 2_500] {
            for copies_per_mille in [0, 130, 500, 900] {
                for variants_of_one_per_mille in [0, 37, 500, 1000] {
                    let options = SyntheticOptions {
                        copies_per_mille,
                        variants_of_one_per_mille,
                        ..SyntheticOptions::default()
                    };
                    let plan = Plan::new(&options, 3..3 + articles, &mut Random::new(&[1]));
                    let copies: u64 = plan.copies.iter().sum();
                    let others = plan.follow_ups + plan.recurring + plan.singles;
                    let total = plan.variants + plan.copies.len() as u64 + copies + others;
                    assert_eq!(total, articles);
                    let wanted = (articles - plan.variants) * u64::from(copies_per_mille) / 1000;
                    assert_eq!(copies, wanted);
                }
            }
        }
    }
}
