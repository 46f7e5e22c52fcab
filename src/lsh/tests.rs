use super::*;
use crate::fingerprint::{Days, Kernel, SignatureFile, Signatures};
use crate::progress::Silent;

use crate::fingerprint::Layout;
use std::ops::Range;

/// Signatures of these whole values.
fn store(rows: &[Vec<u32>]) -> Signatures {
    let slots = rows[0].len();
    let mut signatures = Signatures::new(Layout::new(slots, slots));
    for row in rows {
        let values: Vec<u32> = row.iter().map(|value| value << 8).collect();
        signatures.push(&values);
    }
    signatures
}

fn all(articles: usize) -> ArticleSet {
    ArticleSet::all(articles)
}

fn by_bands(bands: usize, rows: usize, slots: usize) -> Scheme {
    Scheme::Bands(Banding::new(bands, rows, slots).unwrap())
}

fn likely_above(agreeing: u32) -> impl Fn(u32, u32, u32) -> Worth + Sync {
    move |_, _, agree| match agree > agreeing {
        true => Worth::Likely,
        false => Worth::Nothing,
    }
}

fn random_rows(count: usize, slots: usize, values: u64, seed: u64) -> Vec<Vec<u32>> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % values
    };
    (0..count)
        .map(|_| (0..slots).map(|_| next() as u32).collect())
        .collect()
}

/// Every pair that meets, with the number of bands in which it does.
fn naive(rows: &[Vec<u32>], banding: Banding) -> Vec<((u32, u32), u64)> {
    let mut pairs = Vec::new();
    for a in 0..rows.len() {
        for b in a + 1..rows.len() {
            let meets = |band: &usize| {
                let span = band * banding.rows()..(band + 1) * banding.rows();
                rows[a][span.clone()] == rows[b][span]
            };
            let meetings = (0..banding.bands()).filter(meets).count();
            if meetings > 0 {
                pairs.push(((a as u32, b as u32), meetings as u64));
            }
        }
    }
    pairs
}

proptest::proptest! {
    #[test]
    fn equals_the_naive_search_where_nothing_is_crowded(
        count in 1usize..60, bands in 1usize..24, rows in 1usize..4, values in 2u64..30, seed in 0u64..
    ) {
        let table = random_rows(count, bands * rows + 1, values, seed);
        let banding = Banding::new(bands, rows, bands * rows + 1).unwrap();
        let scheme = Scheme::Bands(banding);
        let found = candidates(&store(&table), &all(count), scheme, |_, _, _| Worth::Perhaps, &Silent).unwrap();
        let meetings = naive(&table, banding);
        proptest::prop_assert_eq!(found.counts.proposed, meetings.iter().map(|m| m.1).sum::<u64>());
        let expected: Vec<(u32, u32)> = meetings.into_iter().map(|m| m.0).collect();
        proptest::prop_assert_eq!(found.pairs, expected);
    }
}

/// What is found where signatures are in a file: with all the room there is, with hardly any, and with some.
fn from_a_file(
    table: &[Vec<u32>],
    search: impl Fn(SignatureSource) -> Candidates,
) -> impl Iterator<Item = Candidates> {
    let rooms = [usize::MAX, 0, (table.len() / 3) * 4 * table[0].len()];
    rooms.into_iter().map(move |room| {
        let mut file = SignatureFile::of(&mut store(table), &std::env::temp_dir()).unwrap();
        file.finish().unwrap();
        search(SignatureSource::Spilled { file: &file, room })
    })
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    #[test]
    fn a_file_of_signatures_makes_no_difference(
        count in 1usize..700, slots in 4usize..24, values in 1u64..300, target in 0.05f64..0.9, bands in proptest::bool::ANY, seed in 0u64..
    ) {
        let table = random_rows(count, slots, values, seed);
        let scheme = match bands {
            true => by_bands(slots / 2, 2, slots),
            false => Scheme::Neighbours(Neighbours::for_similarity(target, slots)),
        };
        let worth = |a: u32, b: u32, score: u32| match (score + (a ^ b) % 3) / 2 {
            0 => Worth::Nothing,
            1 => Worth::Perhaps,
            _ => Worth::Likely,
        };
        let containment = Containment { least: 0.75, min_shingles: 30, found_by_two: FOUND_BY_TWO };
        let days = Days::new((0..count as i64).map(|at| (at % 7 > 0).then_some(at / 40 * 100_000)));
        let known = SizesAndDays::new(days, |article| 30 << (article % 5)..=32 << (article % 5));
        let dates = (seed % 2 == 0).then(|| Dates::new(&known, 24.0));
        let facts = ArticleFacts { sizes_and_days: &known, dates };
        let search = |source: SignatureSource| match scheme {
            Scheme::Neighbours(neighbours) => candidates_and_unlike(
                source, &all(count), neighbours, worth, containment, facts, &Silent,
            ),
            scheme => candidates(source, &all(count), scheme, worth, &Silent),
        }.unwrap();
        let held = search(SignatureSource::Held(&store(&table)));
        for found in from_a_file(&table, search) {
            proptest::prop_assert_eq!(&found.pairs, &held.pairs);
            proptest::prop_assert_eq!(found.counts, held.counts);
        }
    }
}

/// Remembers what was advanced, with how often it was asked in between whether to stop.
#[derive(Default)]
struct Watched(std::sync::Mutex<(Vec<(u64, u64)>, u64)>);

impl Progress for Watched {
    fn advance(&self, done: u64, _: u64) {
        let (advanced, asked) = &mut *self.0.lock().unwrap();
        advanced.push((done, std::mem::take(asked)));
    }

    fn cancelled(&self) -> bool {
        self.0.lock().unwrap().1 += 1;
        false
    }
}

#[test]
fn the_search_of_a_file_advances_while_blocks_are_looked_at() {
    let table = random_rows(3000, 32, 60, 5);
    let mut file = SignatureFile::of(&mut store(&table), &std::env::temp_dir()).unwrap();
    file.finish().unwrap();
    let scheme = by_bands(16, 2, 32);
    for room in [0, usize::MAX] {
        let (watched, source) = (
            Watched::default(),
            SignatureSource::Spilled { file: &file, room },
        );
        candidates(source, &all(3000), scheme, likely_above(3), &watched).unwrap();
        let (advanced, _) = watched.0.into_inner().unwrap();
        assert_eq!(advanced.iter().map(|step| step.0).sum::<u64>(), 16);
        let asked = advanced.iter().map(|step| step.1);
        let (all, most) = (asked.clone().sum::<u64>(), asked.max().unwrap());
        // It is asked for each two of the 47 blocks; two rounds of bands advance in 16 steps.
        assert!(room > 0 || all > 2000 && most < all / 6, "{most} of {all}");
    }
}

proptest::proptest! {
    #[test]
    fn neighbours_equal_the_naive_search_where_nothing_is_crowded(
        count in 1usize..60, slots in 1usize..40, target in 0.05f64..0.9, values in 2u64..60, seed in 0u64..
    ) {
        let table = random_rows(count, slots, values, seed);
        let neighbours = Neighbours::for_similarity(target, slots);
        let places = neighbours.values();
        let close = |a: &[u32], b: &[u32]| (0..places).any(|at| {
            let agree = |distance: usize| a[(at + distance) % places] == b[(at + distance) % places];
            agree(0) && (neighbours.reach() == 0 || (1..=neighbours.reach()).any(agree))
        });
        let mut naive = Vec::new();
        for a in 0..count {
            for b in a + 1..count {
                if close(&table[a], &table[b]) {
                    naive.push((a as u32, b as u32));
                }
            }
        }
        let scheme = Scheme::Neighbours(neighbours);
        let found = candidates(&store(&table), &all(count), scheme, |_, _, _| Worth::Perhaps, &Silent).unwrap();
        // With as many bits as these few articles leave, values of up to 60 are told apart for sure.
        proptest::prop_assert_eq!(found.pairs, naive);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    #[test]
    fn of_many_that_share_a_value_those_meet_that_share_all_that_follow(
        count in 2 * CROWDED..280, target in 0.3f64..0.9, values in 2u64..4, seed in 0u64..
    ) {
        let table = random_rows(count, 32, values, seed);
        let neighbours = Neighbours::for_similarity(target, 128);
        let sharing = |at: usize, value: u32| table.iter().filter(|row| row[at] == value).count();
        let meet = |a: &[u32], b: &[u32]| (0..32).any(|at| {
            let agree = |distance: usize| a[(at + distance) % 32] == b[(at + distance) % 32];
            let mut following = 1..=neighbours.reach();
            agree(0) && match sharing(at, a[at]) > CROWDED {
                true => following.all(agree),
                false => following.any(agree),
            }
        });
        let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
        let naive = pairs.filter(|&(a, b)| meet(&table[a], &table[b]));
        let naive: Vec<(u32, u32)> = naive.map(|(a, b)| (a as u32, b as u32)).collect();
        let scheme = Scheme::Neighbours(neighbours);
        let found = candidates(&store(&table), &all(count), scheme, |_, _, _| Worth::Perhaps, &Silent).unwrap();
        if found.counts.crowded_buckets == 0 {
            proptest::prop_assert_eq!(found.pairs, naive);
        }
    }
}

/// Pairs without hope below a score of the values that are not kept whole.
struct WithHope(u32);

impl PairFilter for WithHope {
    fn is_hopeless(&self, _: u32, _: u32, low_score: u32) -> bool {
        low_score < self.0
    }

    fn worth(&self, _: u32, _: u32, score: u32) -> Worth {
        match score {
            0..12 => Worth::Nothing,
            12..20 => Worth::Perhaps,
            _ => Worth::Likely,
        }
    }
}

/// Signatures of 64 values, of which the first 32 are kept whole.
fn both_parts(table: &[Vec<u32>]) -> Signatures {
    let mut held = Signatures::new(Layout::new(64, 32));
    for row in table {
        // Whole values are told by their upper bits, the others by their lowest.
        let values: Vec<u32> = row.iter().map(|value| value << 8 | value).collect();
        held.push(&values);
    }
    held
}

/// A scheme of 32 values.
fn by_two_values() -> Scheme {
    Scheme::Neighbours(Neighbours::for_similarity(FOUND_BY_TWO, 128))
}

fn file_of(held: &Signatures) -> SignatureFile {
    let mut moved = Signatures::new(held.layout());
    let articles = 0..held.len() as u32;
    articles.for_each(|at| moved.extend(&[held.whole(at), held.low(at)].concat()));
    SignatureFile::of(&mut moved, &std::env::temp_dir()).unwrap()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    #[test]
    fn pairs_without_hope_are_dropped_wherever_they_are_met(count in 2usize..400, values in 2u64..40, least in 0u32..12, seed in 0u64..) {
        let table = random_rows(count, 64, values, seed);
        let (held, scheme) = (both_parts(&table), by_two_values());
        let search = |source: SignatureSource, least| {
            candidates(source, &all(count), scheme, WithHope(least), &Silent).unwrap()
        };
        let (any, found) = (search(SignatureSource::Held(&held), 0), search(SignatureSource::Held(&held), least));
        let low = |&(a, b): &(u32, u32)| held.layout().low_score(Kernel::best(), held.low(a), held.low(b));
        if any.counts.crowded_buckets == 0 {
            let with_hope: Vec<_> = any.pairs.iter().copied().filter(|pair| low(pair) >= least).collect();
            proptest::prop_assert_eq!(&found.pairs, &with_hope);
            proptest::prop_assert_eq!(found.counts.proposed, any.counts.proposed);
        }
        proptest::prop_assert!(found.pairs.iter().all(|pair| low(pair) >= least));
        for room in [usize::MAX, 0] {
            let mut file = file_of(&held);
            file.finish().unwrap();
            let spilled = search(SignatureSource::Spilled { file: &file, room }, least);
            proptest::prop_assert_eq!(&spilled.pairs, &found.pairs);
            proptest::prop_assert_eq!(spilled.counts, found.counts);
        }
    }
}

/// A crowd in which small families, too, are of those that have partners enough.
#[test]
fn families_of_a_crowd_are_left_out_wherever_they_are_met() {
    const ARTICLES: usize = 1_400;
    let mut table = random_rows(ARTICLES, 64, 2, 5);
    let copied = random_rows(ARTICLES, 64, 10, 9);
    for article in 0..ARTICLES * 2 / 3 {
        let original = table[article / 20 * 20].clone();
        for (at, value) in original.into_iter().enumerate() {
            if copied[article][at] < 7 {
                table[article][at] = value;
            }
        }
    }
    let (held, scheme) = (both_parts(&table), by_two_values());
    let search = |source: SignatureSource| {
        candidates(source, &all(ARTICLES), scheme, WithHope(4), &Silent).unwrap()
    };
    let found = search(SignatureSource::Held(&held));
    assert!(found.counts.crowded_buckets > 0 && found.counts.capped > 0);
    let mut file = file_of(&held);
    file.finish().unwrap();
    for room in [usize::MAX, 0] {
        let spilled = search(SignatureSource::Spilled { file: &file, room });
        assert!(spilled.pairs == found.pairs, "with room for {room} bytes");
        assert_eq!(spilled.counts, found.counts);
    }
}

#[test]
fn neighbours_are_found_as_the_formula_says() {
    const PAIRS: usize = 4_000;
    let mut random = random_rows(1, 1 << 20, 1 << 31, 5)
        .remove(0)
        .into_iter()
        .cycle();
    for similarity in [0.1, 0.2, 1.0 / 3.0] {
        let neighbours = Neighbours::for_similarity(1.0 / 3.0, 128);
        let mut table = Vec::new();
        for pair in 0..PAIRS as u32 {
            let own = |which: u32| (0..32).map(move |at| (pair * 2 + which) * 64 + at);
            let first: Vec<u32> = own(0).collect();
            let second = first.iter().zip(own(1)).map(|(&same, other)| {
                let draw = f64::from(random.next().unwrap()) / 2f64.powi(31);
                if draw < similarity { same } else { other }
            });
            let second = second.collect();
            table.extend([first, second]);
        }
        let scheme = Scheme::Neighbours(neighbours);
        let worth = |_, _, _| Worth::Perhaps;
        let found = candidates(&store(&table), &all(2 * PAIRS), scheme, worth, &Silent).unwrap();
        let share =
            found.pairs.iter().filter(|(a, b)| a / 2 == b / 2).count() as f64 / PAIRS as f64;
        let wanted = neighbours.probability(similarity);
        let spread = (wanted * (1.0 - wanted) / PAIRS as f64).sqrt();
        assert!(
            (share - wanted).abs() < 4.0 * spread,
            "{similarity}: {share}, {wanted}"
        );
    }
}

#[test]
fn only_members_take_part() {
    let table = vec![vec![1, 2], vec![1, 2], vec![1, 2], vec![9, 9]];
    let mut members = all(4);
    members.remove(1);
    let found = candidates(
        &store(&table),
        &members,
        by_bands(1, 2, 2),
        |_, _, _| Worth::Perhaps,
        &Silent,
    )
    .unwrap();
    assert_eq!(found.pairs, [(0, 2)]);
}

#[test]
fn a_crowded_bucket_stays_linear_and_connected() {
    // Light variants of one row: each value changed with probability 1/10.
    let count = 5_000;
    let noise = random_rows(count, 128, 10, 7);
    let table: Vec<Vec<u32>> = noise
        .iter()
        .enumerate()
        .map(|(id, row)| {
            row.iter()
                .map(|&n| if n == 0 { 1_000 + id as u32 } else { 5 })
                .collect()
        })
        .collect();
    let scheme = by_bands(64, 2, 128);
    let found = candidates(
        &store(&table),
        &all(count),
        scheme,
        likely_above(40),
        &Silent,
    )
    .unwrap();
    assert!(
        found.pairs.len() <= count * LIKELY_PARTNERS as usize,
        "{} pairs",
        found.pairs.len()
    );
    assert!(found.counts.capped > 0 && found.counts.crowded_buckets > 0);
    let mut component: Vec<u32> = (0..count as u32).collect();
    for _ in 0..64 {
        for &(a, b) in &found.pairs {
            let low = component[a as usize].min(component[b as usize]);
            component[a as usize] = low;
            component[b as usize] = low;
        }
    }
    assert!(component.iter().all(|&c| c == 0), "one component");
}

#[test]
fn a_true_pair_is_found_among_thousands_that_share_boilerplate() {
    // Strangers that agree in 40 % of their values; articles 100 and 4100 agree in 90 %.
    let count = 6_000;
    let noise = random_rows(count, 128, 10, 3);
    let mut table: Vec<Vec<u32>> = noise
        .iter()
        .enumerate()
        .map(|(id, row)| {
            row.iter()
                .enumerate()
                .map(|(s, &n)| {
                    if n < 4 {
                        5
                    } else {
                        (id * 200 + s) as u32 + 100
                    }
                })
                .collect()
        })
        .collect();
    table[4100] = table[100]
        .iter()
        .zip(&noise[4100])
        .map(|(&v, &n)| if n == 9 { 7 } else { v })
        .collect();
    let scheme = by_bands(64, 2, 128);
    let found = candidates(
        &store(&table),
        &all(count),
        scheme,
        likely_above(75),
        &Silent,
    )
    .unwrap();
    assert_eq!(found.pairs, [(100, 4100)]);
    assert!(found.counts.crowded_buckets > 0);

    // Nor do strangers that seem worth a comparison hide it: no more of them than are allowed.
    let worth = |_, _, agree| match agree {
        76.. => Worth::Likely,
        16.. => Worth::Perhaps,
        _ => Worth::Nothing,
    };
    let found = candidates(&store(&table), &all(count), scheme, worth, &Silent).unwrap();
    assert!(found.pairs.contains(&(100, 4100)));
    assert!(found.pairs.len() <= count * 2 * PERHAPS_PARTNERS as usize);
}

#[test]
fn threads_do_not_change_the_result() {
    let mut table = random_rows(4_000, 32, 6, 11);
    // A third of them share so many values that they are crowds.
    let alike = random_rows(4_000, 32, 2, 12);
    for article in (0..4_000).step_by(3) {
        table[article].clone_from(&alike[article]);
    }
    let signatures = store(&table);
    let run = |threads, scheme| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            candidates(&signatures, &all(4_000), scheme, likely_above(9), &Silent).unwrap()
        })
    };
    let neighbours = Scheme::Neighbours(Neighbours::for_similarity(0.3, 32));
    for scheme in [by_bands(16, 2, 32), neighbours] {
        let (one, three) = (run(1, scheme), run(3, scheme));
        assert_eq!(one.pairs, three.pairs);
        assert_eq!(one.counts, three.counts);
        assert!(one.counts.crowded_buckets > 0 && !one.pairs.is_empty());
    }
}

/// Light variants of one row, and one that agrees with it in six of ten values: six in a row, of four of which neighbours are told, seldom agree.
#[test]
fn what_strays_from_a_story_printed_often_still_meets_it() {
    const STORIES: usize = 60;
    const PRINTED: usize = 100;
    let noise = random_rows(STORIES * PRINTED, 32, 100, 7);
    let value = |(id, row): (usize, &Vec<u32>)| -> Vec<u32> {
        let changed = if id % PRINTED == 0 { 40 } else { 3 };
        let own = |(at, &n): (usize, &u32)| match n < changed {
            true => (1 << 20) + (id * 32 + at) as u32,
            false => (id / PRINTED * 32 + at) as u32,
        };
        row.iter().enumerate().map(own).collect()
    };
    let table: Vec<Vec<u32>> = noise.iter().enumerate().map(value).collect();
    let scheme = Scheme::Neighbours(Neighbours::for_similarity(FOUND_BY_TWO, 128));
    let worth = likely_above(10);
    let found = candidates(&store(&table), &all(table.len()), scheme, worth, &Silent).unwrap();
    let strays = |a: u32| (a as usize).is_multiple_of(PRINTED);
    let met: std::collections::BTreeSet<u32> = found
        .pairs
        .iter()
        .map(|pair| pair.0)
        .filter(|&a| strays(a))
        .collect();
    assert!(
        met.len() * 100 >= STORIES * 85,
        "{} of {STORIES}",
        met.len()
    );
}

/// Strangers of whom hundreds share each common value, in the hundred articles of a block those with a number that 10 divides and, after each of them,
/// its copy, which shares its common values and nothing else; and the originals whose copies share enough.
fn strangers_with_common_values() -> (Vec<Vec<u32>>, Vec<u32>) {
    const ARTICLES: usize = 3_000;
    let noise = random_rows(ARTICLES, 32, 10, 5);
    let values = |id: usize| -> Vec<u32> {
        let original = id - usize::from(id % 10 == 1);
        let own = |(at, &n): (usize, &u32)| match n < 3 {
            true => at as u32,
            false => (1 << 12) + (id * 32 + at) as u32,
        };
        noise[original].iter().enumerate().map(own).collect()
    };
    let shared = |id: u32| noise[id as usize].iter().filter(|&&n| n < 3).count();
    let originals = (0..ARTICLES as u32).step_by(10);
    let copied = originals.filter(|&id| shared(id) > 6).collect();
    ((0..ARTICLES).map(values).collect(), copied)
}

/// The candidates of such strangers, published on these days; a copy may be a day older or younger.
fn published_on(
    source: SignatureSource,
    articles: usize,
    day: impl Fn(i64) -> Option<i64>,
) -> Candidates {
    let days = Days::new((0..articles as i64).map(|id| Some(day(id)? * 24 * 3600)));
    let containment = Containment {
        least: 0.75,
        min_shingles: 30,
        found_by_two: FOUND_BY_TWO,
    };
    let known = SizesAndDays::new(days, |_| 100..=100);
    let facts = ArticleFacts {
        sizes_and_days: &known,
        dates: Some(Dates::new(&known, 24.0)),
    };
    let neighbours = Neighbours::for_similarity(FOUND_BY_TWO, 128);
    let (members, worth) = (all(articles), likely_above(6));
    candidates_and_unlike(
        source,
        &members,
        neighbours,
        worth,
        containment,
        facts,
        &Silent,
    )
    .unwrap()
}

#[test]
fn copies_that_share_common_values_meet_if_few_were_published_with_them() {
    let (table, copied) = strangers_with_common_values();
    let signatures = store(&table);
    let met = |day: &dyn Fn(i64) -> Option<i64>, of: Range<u32>| {
        let found = published_on(SignatureSource::Held(&signatures), table.len(), day);
        let copied = copied.iter().filter(|id| of.contains(id));
        let is_met = |&&id: &&u32| found.pairs.contains(&(id, id + 1));
        100 * copied.clone().filter(is_met).count() / copied.count()
    };
    let all = 0..table.len() as u32;
    assert!(met(&Some, all.clone()) > 95);
    assert!(met(&|_| None, all.clone()) < 50);
    // Periods begin again on day 28,672 of their calendar, which is day 3,104 of ours.
    let split = copied[copied.len() / 2];
    let across = |id| Some(id + 3_103 - i64::from(split));
    assert_eq!(met(&across, split..split + 1), 100);
    // The first ten blocks: the originals and copies of each on one day, the rest of them the day after, the day before, the same day.
    for (rest, at_least, at_most) in [(1, 95, 100), (-1, 95, 100), (0, 0, 50)] {
        let day = |id: i64| match (id < 1_000, id % 10 < 2) {
            (true, true) => Some(id / 100 * 10),
            (true, false) => Some(id / 100 * 10 + rest),
            _ => Some(id),
        };
        let met = met(&day, 0..1_000);
        assert!((at_least..=at_most).contains(&met), "{rest}: {met}");
    }
    // All of them within two weeks: too many on average for any to be looked for.
    assert!(met(&|id| Some(id % 10 + id / 1_000), all) < 50);
}

#[test]
fn dates_bring_together_the_same_in_memory_and_in_a_file_in_any_order() {
    let (mut table, _) = strangers_with_common_values();
    table.truncate(1_500);
    let found = published_on(SignatureSource::Held(&store(&table)), table.len(), Some);
    let undated = published_on(SignatureSource::Held(&store(&table)), table.len(), |_| None);
    let next = |found: &Candidates| found.pairs.iter().filter(|(a, b)| b - a == 1).count();
    assert!(next(&found) > next(&undated) * 3 / 2);
    for other in from_a_file(&table, |source| published_on(source, 1_500, Some)) {
        assert_eq!(other.pairs, found.pairs);
        assert_eq!(other.counts, found.counts);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build();
    let parallel = pool
        .unwrap()
        .install(|| published_on(SignatureSource::Held(&store(&table)), 1_500, Some));
    assert_eq!(parallel.pairs, found.pairs);
    table.reverse();
    let last = table.len() as u32 - 1;
    let reversed = published_on(SignatureSource::Held(&store(&table)), table.len(), |id| {
        Some(i64::from(last) - id)
    });
    let pairs = reversed.pairs.iter().map(|&(a, b)| (last - b, last - a));
    let mut pairs: Vec<(u32, u32)> = pairs.collect();
    pairs.sort_unstable();
    assert_eq!(pairs, found.pairs);
}

/// Light variants of one row and a row of its own for each of the others: the variants are one component.
#[test]
fn a_crowd_of_neighbours_stays_linear_and_connected() {
    let count = 5_000;
    let noise = random_rows(count, 32, 10, 7);
    let variant = |(id, row): (usize, &Vec<u32>)| -> Vec<u32> {
        let own = |(at, &n): (usize, &u32)| match n {
            0 => 1_000 + (id * 32 + at) as u32,
            _ => 5,
        };
        row.iter().enumerate().map(own).collect()
    };
    let table: Vec<Vec<u32>> = noise.iter().enumerate().map(variant).collect();
    let scheme = Scheme::Neighbours(Neighbours::for_similarity(1.0 / 3.0, 32));
    let found = candidates(
        &store(&table),
        &all(count),
        scheme,
        likely_above(16),
        &Silent,
    )
    .unwrap();
    assert!(
        found.pairs.len() <= count * LIKELY_PARTNERS as usize,
        "{} pairs",
        found.pairs.len()
    );
    let mut component: Vec<u32> = (0..count as u32).collect();
    for _ in 0..64 {
        for &(a, b) in &found.pairs {
            let low = component[a as usize].min(component[b as usize]);
            component[a as usize] = low;
            component[b as usize] = low;
        }
    }
    assert!(component.iter().all(|&c| c == 0), "one component");
}
