//! Single values of signatures: an index of sampled shingles.
//!
//! A value that two articles share at the same place is the hash of a shingle that both have, and that is the least of
//! theirs there: each place samples one shingle in so many, the same ones in every article. A shingle that few articles
//! have is seldom shared by strangers, so where at most [`RARE`] articles share a value, every pair of them is considered.
//! A value that more of them share is a common phrase or a story printed many times: where some of the articles agree in
//! the values that follow, too, it is a story, and each article is considered beside a few of those
//! ([`REPRESENTATIVES`]), others at every place. The work is linear in both cases.
//!
//! Of these pairs only those count whose lengths are so unlike that the search by two values may miss them, and, where dates count and
//! more than [`RARE_APART`] share the value, that may have been published together: the others, half of all pairs that a million articles had to be
//! looked at for, are nearly all strangers. Most of those that are left are strangers, too; that shows in the signatures
//! ([`Layout::equal_and_lesser`]).

use super::CROWDED;
use super::access::SignatureAccess;
use crate::fingerprint::{BySizes, Kernel, Layout, LeastScores, Size, SizeAndDay, SizesAndDays};

/// The Jaccard similarity of an article and its copy cut to a tenth of its length.
///
/// Two values that are close seldom bring such a pair together; single values do.
pub const SHORT_CUT_SIMILARITY: f64 = 0.1;

/// Up to so many articles may share a value for all their pairs to be looked at.
pub const RARE: usize = 16;

/// Up to so many may share it for pairs of articles to be looked at that were published apart, where dates count. Such values make a sixth of all pairs
/// that share a value which up to [`RARE`] have, and are the ones that tell most.
pub const RARE_APART: usize = 4;

/// Of the articles that share a common value, so many at most are looked at beside all others.
pub const REPRESENTATIVES: usize = 4;

/// The probability, 0 to 1 and a little less than the true one, that an article and its copy that was only cut
/// become a candidate by one of `values` single values: `(1 - (1 - s)^values) (1 - .01)`, where
/// `s` is their Jaccard similarity, [`SHORT_CUT_SIMILARITY`] or more.
///
/// That is so where the shared shingles are rare, and, if they are not very rare, the two were published together; where only a part of
/// them is, `similarity` counts for that part. What is taken off is what the comparison of signatures may lose. Of pairs that are contained just enough it loses
/// 5 % more.
///
/// ```
/// use wirecopy::lsh::probability_by_single_values;
/// assert!(probability_by_single_values(0.1, 32) > 0.955);
/// ```
pub fn probability_by_single_values(similarity: f64, values: usize) -> f64 {
    (1.0 - (1.0 - similarity).powf(values as f64)) * (1.0 - SCORE_LOSS)
}

/// One entry of each of the longest of some `families` of articles that share a common value and those that follow it, others at every slot,
/// [`REPRESENTATIVES`] at the most. `all` articles share the common value; a family is a story among them if it is more than one in
/// [`CROWDED`], and else chance.
pub(super) fn representatives<'a>(
    all: usize,
    families: impl Iterator<Item = &'a [u64]>,
    slot: usize,
) -> impl Iterator<Item = u64> {
    /// Spreads the slots over a family, however long it is: a prime.
    const STEP: usize = 1_000_003;
    let mut longest: [&[u64]; REPRESENTATIVES] = [&[]; REPRESENTATIVES];
    for mut family in families.filter(|family| family.len() * CROWDED > all) {
        for place in &mut longest {
            if family.len() > place.len() {
                std::mem::swap(place, &mut family);
            }
        }
    }
    let one_of = move |family: &[u64]| family.get(slot * STEP % family.len().max(1)).copied();
    longest.into_iter().filter_map(one_of)
}

/// Which pairs are accepted although their Jaccard similarity is low: those of which one contains the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Containment {
    /// The least share, above 0 and at most 1, of the shingles of the shorter article that must be in the longer one.
    pub least: f64,
    /// The least number of shingles of the shorter article.
    pub min_shingles: u32,
    /// The Jaccard similarity from which on the search by two values finds a pair, if few others share its wording.
    pub found_by_two: f64,
}

/// The value below which a value of an article of this size says nothing.
///
/// A place of the signature into which no shingle fell has the least of as many values as the article has shingles:
/// that is below this with a probability of 1 - e^-8. Values of other places seldom are.
#[inline]
fn least_meaningful(size: Size) -> u32 {
    // 2^24 * 8 / shingles; in whole powers of two and linearly between them, which is no more than 9 % off.
    let (whole, rest) = (u32::from(size.least) >> 10, u64::from(size.least) & 1023);
    let floor = ((1u64 << 27) * 1024 / (1024 + rest)) >> whole;
    floor.min((1 << 24) - 1) as u32
}

/// Tells the pairs of unlike size that may be a copy and the article that contains it.
#[derive(Debug)]
pub(super) struct Unlike<'a> {
    sizes_and_days: &'a SizesAndDays,
    /// The difference in size, as a logarithm, from which on the search by two values may not find a contained article.
    difference: u16,
    min_size: u16,
    /// Of so many places that tell whether an article is contained: how many must say yes.
    needed: Needed,
    /// The score that the signatures need.
    least_scores: BySizes,
    /// The part of it that the values need that are not kept whole.
    least_low_scores: BySizes,
}

/// The chance, at most, that the order of the whole values speaks against a pair whose containment is just enough.
const LOSS: f64 = 0.05;

/// The chance, at most, that the score of the signatures does.
const SCORE_LOSS: f64 = 0.01;

/// The share of that chance that is granted to the values that are not kept whole, which are looked at first.
const SHARE_OF_LOW: f64 = 0.1;

impl<'a> Unlike<'a> {
    /// For articles of these sizes, with signatures of this layout.
    pub(super) fn new(
        containment: Containment,
        sizes_and_days: &'a SizesAndDays,
        layout: Layout,
    ) -> Self {
        // An article of which the share c is contained in one r times its length has the similarity c / (1 + r - c).
        let Containment {
            least,
            found_by_two,
            ..
        } = containment;
        let ratio = (least / found_by_two - 1.0 + least).max(1.0);
        let similarity =
            |ratio: f64| (least / (1.0 + ratio - least)).clamp(SHORT_CUT_SIMILARITY, 1.0);
        let met = |agreeing| if agreeing > 0 { 1.0 } else { 0.0 };
        let scores = LeastScores::new(layout, |_| SCORE_LOSS * (1.0 - SHARE_OF_LOW), met);
        let low_scores =
            LeastScores::new(layout.low_part(), |_| SCORE_LOSS * SHARE_OF_LOW, |_| 1.0);
        Self {
            sizes_and_days,
            difference: Size::of(ratio),
            min_size: Size::of(f64::from(containment.min_shingles)),
            needed: Needed::new(least, layout.whole(), LOSS),
            least_scores: BySizes::new(|ratio| scores.at(similarity(ratio))),
            least_low_scores: BySizes::new(|ratio| low_scores.at(similarity(ratio))),
        }
    }

    #[inline]
    pub(super) fn size_and_day(&self, article: u32) -> SizeAndDay {
        self.sizes_and_days.of(article)
    }

    /// Whether two of these articles may be a pair of which one may contain the other.
    #[inline]
    pub(super) fn any_may_contain(&self, articles: &[SizeAndDay]) -> bool {
        let sizes = articles.iter().map(|article| article.size);
        let (smallest, largest) = sizes.fold((u16::MAX, 0), |(smallest, largest), size| {
            (size.least.min(smallest), size.most.max(largest))
        });
        largest.saturating_sub(smallest) >= self.difference
    }

    /// The score that two articles, one of them contained in the other, have at least, so far as one is no shorter than
    /// [`SHORT_CUT_SIMILARITY`] allows; with a probability of [`SCORE_LOSS`] at most it is less.
    #[inline]
    pub(super) fn least_score(&self, a: u32, b: u32) -> u32 {
        self.least_scores.at(self.sizes_and_days.difference(a, b))
    }

    /// The part of that score that the values have at least that are not kept whole.
    #[inline]
    pub(super) fn least_low_score(&self, a: u32, b: u32) -> u32 {
        self.least_low_scores
            .at(self.sizes_and_days.difference(a, b))
    }

    /// Whether one of two articles of these sizes may contain the other and yet be too unlike it to be found by two values.
    #[inline]
    pub(super) fn may_contain(&self, a: Size, b: Size) -> bool {
        a.difference(b) >= self.difference && a.most.min(b.most) >= self.min_size
    }

    /// Two articles in one number, the shorter in the upper half.
    #[inline]
    pub(super) fn in_order(a: u32, size_a: Size, b: u32, size_b: Size) -> u64 {
        let turn = size_a.most > size_b.most;
        let (shorter, longer) = if turn { (b, a) } else { (a, b) };
        u64::from(shorter) << 32 | u64::from(longer)
    }

    /// Whether the whole values of two articles beside that at `slot`, which they share, allow that the shorter one is contained in
    /// the longer, or, where their sizes are not known so well as to say which is which, one of them in the other.
    #[inline]
    pub(super) fn is_contained(
        &self,
        signatures: &impl SignatureAccess,
        kernel: Kernel,
        a: u32,
        b: u32,
        slot: usize,
    ) -> bool {
        let layout = signatures.layout();
        let contained = |shorter: u32, longer: u32| {
            let floor = least_meaningful(self.sizes_and_days.of(shorter).size);
            let (shorter, longer) = (signatures.whole(shorter), signatures.whole(longer));
            let (equal, lesser) = layout.equal_and_lesser(kernel, &shorter, &longer, floor);
            // The shared value is why they are looked at, and no evidence.
            let value = layout.value(&shorter, slot);
            let given = u32::from(value >= floor && value == layout.value(&longer, slot));
            self.needed.allow(equal - given, equal + lesser - given)
        };
        let (size_a, size_b) = (
            self.sizes_and_days.of(a).size,
            self.sizes_and_days.of(b).size,
        );
        let (shorter, longer, overlap) = if size_a.most <= size_b.most {
            (a, b, size_b.least <= size_a.most)
        } else {
            (b, a, size_a.least <= size_b.most)
        };
        contained(shorter, longer) || (overlap && contained(longer, shorter))
    }
}

/// How many of so many trials must be hits.
#[derive(Debug)]
struct Needed(Vec<u16>);

impl Needed {
    /// For 0 to `most` trials: the largest number of which a trial that hits with probability `least` falls short
    /// with a probability of `loss` at most.
    fn new(least: f64, most: usize, loss: f64) -> Self {
        // The probability of each number of hits, trial by trial.
        let mut chances = vec![0.0; most + 1];
        chances[0] = 1.0;
        let needed = (0..=most).map(|trials| {
            if trials > 0 {
                for hits in (1..=trials).rev() {
                    chances[hits] = chances[hits] * (1.0 - least) + chances[hits - 1] * least;
                }
                chances[0] *= 1.0 - least;
            }
            let mut below = 0.0;
            let enough = |&hits: &usize| {
                below += chances[hits];
                below > loss
            };
            (0..trials).find(enough).unwrap_or(trials) as u16
        });
        Self(needed.collect())
    }

    fn of(&self, trials: usize) -> u32 {
        u32::from(self.0[trials])
    }

    #[inline]
    fn allow(&self, hits: u32, trials: u32) -> bool {
        hits >= self.of(trials as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::{ArticleSet, Days, Permutations, Signatures};
    use crate::lsh::{
        ArticleFacts, Candidates, Dates, FOUND_BY_TWO, Neighbours, Scheme, Worth, candidates,
        candidates_and_unlike,
    };
    use crate::progress::Silent;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::ops::RangeInclusive;

    const RULE: Containment = Containment {
        least: 0.85,
        min_shingles: 30,
        found_by_two: FOUND_BY_TWO,
    };

    /// Random numbers.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            crate::splitmix::next(&mut self.0)
        }

        fn set(&mut self, size: usize) -> Vec<u64> {
            (0..size).map(|_| self.next()).collect()
        }
    }

    /// Articles, given as their shingles.
    #[derive(Default)]
    struct Corpus(Vec<Vec<u64>>);

    impl Corpus {
        fn signatures(&self) -> Signatures {
            let permutations = Permutations::new(128, 3).unwrap();
            let mut signatures = Signatures::new(Layout::new(128, 32));
            let mut row = [0; 128];
            for set in &self.0 {
                permutations.signature(set, &mut row);
                signatures.push(&row);
            }
            signatures
        }

        /// The candidates that share at least one value.
        fn search(&self, unlike: bool) -> Candidates {
            let undated = Days::new(vec![None; self.0.len()]);
            self.search_dated(unlike, undated, None)
        }

        /// The same of articles of these days; if these count, with copies so many hours apart.
        fn search_dated(&self, unlike: bool, days: Days, window_hours: Option<f64>) -> Candidates {
            let signatures = self.signatures();
            let by_two = Neighbours::for_similarity(FOUND_BY_TWO, 128);
            let members = ArticleSet::all(self.0.len());
            let worth = |_, _, score| match score {
                0 => Worth::Nothing,
                1..90 => Worth::Perhaps,
                _ => Worth::Likely,
            };
            let size = |article: u32| {
                let size = self.0[article as usize].len() as u32;
                size..=size
            };
            if unlike {
                let articles = SizesAndDays::new(days, size);
                let dates = window_hours.map(|hours| Dates::new(&articles, hours));
                candidates_and_unlike(
                    &signatures,
                    &members,
                    by_two,
                    worth,
                    RULE,
                    ArticleFacts {
                        sizes_and_days: &articles,
                        dates,
                    },
                    &Silent,
                )
            } else {
                let scheme = Scheme::Neighbours(by_two);
                candidates(&signatures, &members, scheme, worth, &Silent)
            }
            .unwrap()
        }
    }

    #[test]
    fn short_cuts_are_found_as_the_formula_says() {
        const PAIRS: usize = 1_500;
        let mut random = Random(1);
        for (long, short, contained) in [
            (600, 60, 1.0),
            (600, 60, 0.9),
            (400, 40, 1.0),
            (2_000, 200, 0.87),
            (900, 180, 0.85),
        ] {
            let mut corpus = Corpus::default();
            let shared = (short as f64 * contained) as usize;
            for _ in 0..PAIRS {
                let text = random.set(long);
                let cut = [&text[7..7 + shared], &random.set(short - shared)].concat();
                corpus.0.extend([text, cut]);
            }
            let found = corpus.search(true).pairs;
            let pairs = found.iter().filter(|&&(a, b)| a % 2 == 0 && b == a + 1);
            let (pairs, strangers) = (pairs.clone().count(), found.len() - pairs.count());
            let similarity = shared as f64 / (long + short - shared) as f64;
            let wanted = probability_by_single_values(similarity, 32);
            let spread = (wanted * (1.0 - wanted) / PAIRS as f64).sqrt();
            let share = pairs as f64 / PAIRS as f64;
            assert!(
                share >= wanted - 4.0 * spread,
                "{long} {short} {contained}: {share}, {wanted}"
            );
            // Of 2,200 pairs that seem to share a value three in 4,096 seem to share one of the next three.
            assert!(strangers <= 5, "{strangers} pairs of strangers");
            // Bands alone do not find them.
            let by_bands = corpus.search(false).pairs.len() as f64 / PAIRS as f64;
            assert!(by_bands < share - 0.05, "{by_bands} by bands");
        }
    }

    #[test]
    fn a_short_cut_of_a_much_printed_story_is_found() {
        let mut random = Random(2);
        let mut lost = 0;
        for outlets in [12, 40, 100, 400] {
            for _ in 0..20 {
                let mut corpus = Corpus::default();
                let story = random.set(600);
                for _ in 0..outlets {
                    // Every outlet has edited a tenth of it.
                    let edited = |&shingle: &u64| match random.next() % 10 {
                        0 => random.next(),
                        _ => shingle,
                    };
                    corpus.0.push(story.iter().map(edited).collect());
                }
                corpus.0.push(story[100..160].to_vec());
                let found = corpus.search(true).pairs;
                lost += usize::from(!found.iter().any(|&(_, b)| b == outlets));
            }
        }
        // Of 80 such cuts each is lost with a probability below 1 %.
        assert!(lost <= 3, "{lost} lost");
    }

    #[test]
    fn short_cuts_are_found_apart_only_where_very_few_share_them() {
        const STORIES: usize = 200;
        let mut random = Random(6);
        for cuts in [1, RARE_APART - 1, RARE_APART + 3, 2 * RARE] {
            let (mut corpus, mut times) = (Corpus::default(), [Vec::new(), Vec::new()]);
            for story in 0..STORIES {
                let text = random.set(600);
                corpus.0.push(text.clone());
                for _ in 0..cuts {
                    corpus.0.push([&text[..55], &random.set(5)].concat());
                }
                for (times, apart) in times.iter_mut().zip([1, 9]) {
                    let day = |day: usize| Some((20 * story + day) as i64 * 24 * 3600);
                    times.push(day(0));
                    times.extend((0..cuts).map(|_| day(apart)));
                }
            }
            // The texts that meet one of their cuts.
            let met = |found: Candidates| {
                let texts = found.pairs.into_iter().map(|(a, _)| a as usize);
                let texts: BTreeSet<usize> = texts.filter(|a| a % (cuts + 1) == 0).collect();
                texts.len()
            };
            let [together, apart] =
                times.map(|times| met(corpus.search_dated(true, Days::new(times), Some(72.0))));
            assert_eq!(together, met(corpus.search(true)));
            assert!(together > STORIES * 9 / 10, "{together}");
            match cuts < RARE_APART {
                true => assert_eq!(apart, together),
                false => assert!(apart < together / 2, "{apart} of {together}"),
            }
        }
    }

    #[test]
    fn few_strangers_of_unlike_length_that_share_a_passage_are_found() {
        let mut random = Random(3);
        for (articles, passage) in [(10, 30), (2_000, 30)] {
            let mut corpus = Corpus::default();
            let common = random.set(passage);
            for at in 0..articles {
                let own = random.set(if at % 2 == 0 { 100 } else { 700 });
                corpus.0.push([&common[..], &own].concat());
            }
            let unlike = corpus.search(true);
            let pairs = unlike.pairs.iter().filter(|(a, b)| a % 2 != b % 2);
            let by_bands = corpus.search(false);
            let more = pairs.filter(|pair| !by_bands.pairs.contains(pair)).count() as u64;
            let looked_at = unlike.counts.proposed - by_bands.counts.proposed;
            // Of the short ones 23 % is shared, and only some 12 values tell: more than half of them do in one pair of
            // fourteen, which 85 % would fall below once in a thousand.
            assert!(
                more <= 2 + looked_at / 10,
                "{more} pairs more of {looked_at}"
            );
            assert!(looked_at <= 16 * articles as u64, "{looked_at} looked at");
        }
    }

    #[test]
    fn threads_do_not_change_the_result() {
        let mut random = Random(4);
        let mut corpus = Corpus::default();
        let common = random.set(25);
        for at in 0..1_500 {
            let own = random.set(50 + at % 7 * 90);
            corpus.0.push([&common[..at % 26], &own].concat());
            if at % 5 == 0 {
                corpus.0.push(own[..own.len() / 3 + 10].to_vec());
                corpus.0.push([&own[2..], &random.set(3)].concat());
            }
        }
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new();
            let pool = pool.num_threads(threads).build().unwrap();
            pool.install(|| corpus.search(true))
        };
        let (one, three) = (run(1), run(3));
        assert_eq!(one.pairs, three.pairs);
        assert_eq!(one.counts, three.counts);
        assert!(one.pairs.len() > 300);
    }

    #[test]
    fn articles_whose_size_is_not_known_well_are_compared_either_way() {
        let mut random = Random(5);
        let permutations = Permutations::new(128, 3).unwrap();
        let long = random.set(600);
        let layout = Layout::new(128, 32);
        let mut signatures = Signatures::new(layout);
        for set in [&long[..], &long[..100]] {
            let mut row = [0; 128];
            permutations.signature(set, &mut row);
            signatures.push(&row);
        }
        let contained = |unlike: &Unlike| unlike.is_contained(&signatures, Kernel::best(), 0, 1, 0);
        // The short one repeats itself, so that it may have as many shingles as the long one.
        let sizes = |both: [RangeInclusive<u32>; 2]| {
            let undated = Days::new([None, None]);
            SizesAndDays::new(undated, move |article| both[article as usize].clone())
        };
        let not_known_well = sizes([600..=600, 100..=700]);
        let unlike = Unlike::new(RULE, &not_known_well, layout);
        let size = |article| unlike.size_and_day(article).size;
        assert!(unlike.may_contain(size(0), size(1)));
        assert!(contained(&unlike));
        let known = sizes([100..=100, 600..=600]);
        assert!(!contained(&Unlike::new(RULE, &known, layout)));
    }

    #[test]
    fn needed_hits_are_those_of_the_binomial() {
        // 0.85^3 = .614, 0.15^3 = .0034: of three trials none fails all but once in 296.
        assert_eq!(Needed::new(0.85, 3, 0.01).0, [0, 0, 0, 1]);
        assert_eq!(Needed::new(0.85, 3, 0.001).0, [0, 0, 0, 0]);
        // Of 5: P(at most 1) = .0022.
        assert_eq!(Needed::new(0.85, 5, 0.01).of(5), 2);
        assert_eq!(Needed::new(0.85, 5, 0.002).of(5), 1);
        assert_eq!(Needed::new(1.0, 9, 0.01).of(9), 9);
        assert!(Needed::new(0.5, 200, 0.01).allow(84, 200));
        assert!(!Needed::new(0.5, 200, 0.01).allow(83, 200));
    }

    proptest! {
        #[test]
        fn pairs_that_bands_may_miss_are_considered(short in 30u32..5_000, long in 30u32..50_000, least in 0.3f64..1.0) {
            let (short, long) = (short.min(long), short.max(long));
            let (size_a, size_b) = (Size::new(short..=short), Size::new(long..=long));
            let undated = Days::new([None, None]);
            let both = SizesAndDays::new(undated, |article| if article == 0 { short..=short } else { long..=long });
            let unlike = Unlike::new(Containment { least, ..RULE }, &both, Layout::new(128, 32));
            let shared = least * f64::from(short);
            let similarity = shared / (f64::from(short) + f64::from(long) - shared);
            if similarity < RULE.found_by_two {
                prop_assert!(unlike.may_contain(size_a, size_b));
                prop_assert!(unlike.any_may_contain(&[both.of(1), both.of(0)]));
            } else if similarity > RULE.found_by_two * 1.01 {
                prop_assert!(!unlike.may_contain(size_a, size_b));
            }
        }

        #[test]
        fn the_floor_is_eight_least_values(shingles in 9u32..1_000_000) {
            let told = f64::from(least_meaningful(Size::new(shingles..=shingles)));
            let wanted = 8.0 * 2f64.powi(24) / f64::from(shingles);
            prop_assert!((told / wanted).max(wanted / told) < 1.1, "{} {}", told, wanted);
        }
    }

    #[test]
    fn the_smallest_articles_have_no_value_above_the_floor() {
        assert_eq!(least_meaningful(Size::new(1..=1)), (1 << 24) - 1);
        assert_eq!(least_meaningful(Size::new(8..=8)), (1 << 24) - 1);
    }

    #[test]
    fn representatives_are_of_stories_and_different_ones() {
        let families: Vec<Vec<u64>> = [3..5, 10..40, 50..60, 70..90, 100..103, 110..200]
            .into_iter()
            .map(Iterator::collect)
            .collect();
        let chosen = |all, slot| {
            let families = families.iter().map(Vec::as_slice);
            representatives(all, families, slot).collect::<Vec<_>>()
        };
        assert_eq!(chosen(120, 0), [110, 10, 70, 50]);
        // Of so many, ten share three phrases by chance.
        assert_eq!(chosen(64 * 10, 0), [110, 10, 70]);
        assert_eq!(chosen(64 * 90, 0), [0; 0]);
        let all: std::collections::BTreeSet<u64> =
            (0..32).flat_map(|slot| chosen(400, slot)).collect();
        assert_eq!(all.len(), 32 + 30 + 20 + 10);
        assert!(all.iter().any(|&entry| entry > 190));
    }
}
