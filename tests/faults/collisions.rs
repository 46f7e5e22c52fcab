//! Input made to collide, for the library. Work is counted, not timed.

use super::articles::{STORY, line, next};
use super::place::Place;
use std::collections::{BTreeMap, HashSet};
use wirecopy::progress::Silent;
use wirecopy::{Options, Run};

fn run(texts: &[String]) -> (Run, Vec<Vec<u32>>) {
    let place = Place::new();
    let lines: String = texts
        .iter()
        .enumerate()
        .map(|(id, text)| line(&id.to_string(), text))
        .collect();
    let path = place.file("news.jsonl", lines);
    let run = wirecopy::cluster(&[path], &Options::default(), &Silent).unwrap();
    assert_eq!(run.fingerprints.rows.len(), texts.len());
    let members = |cluster: &wirecopy::cluster::Cluster| {
        let mut members: Vec<u32> = cluster
            .members
            .iter()
            .map(|member| member.article)
            .collect();
        members.sort_unstable();
        members
    };
    let mut clusters: Vec<Vec<u32>> = run.clusters.iter().map(members).collect();
    clusters.sort();
    (run, clusters)
}

/// Runs on `count` and twice as many texts, and expects that the work grows with their number and not with its square.
fn linear(count: usize, text: impl Fn(usize) -> String) -> [Vec<Vec<u32>>; 2] {
    let runs = [count, 2 * count].map(|count| run(&(0..count).map(&text).collect::<Vec<_>>()));
    let [once, twice] = [&runs[0].0, &runs[1].0].map(|run| run.candidates.proposed);
    assert!(twice <= once * 5 / 2 + 100, "{once} and {twice} candidates");
    // 64 bands, buckets of 64 at most: what the design allows for each article.
    assert!(twice < 2 * count as u64 * 1_000, "{twice} candidates");
    runs.map(|(_, clusters)| clusters)
}

fn words(state: &mut u64, count: usize) -> String {
    (0..count)
        .map(|_| format!(" w{:x}", next(state) >> 24))
        .collect()
}

#[test]
fn thousands_of_equal_texts() {
    let [once, twice] = linear(2_000, |_| STORY.to_owned());
    assert_eq!(once, [(0..2_000).collect::<Vec<u32>>()]);
    assert_eq!(twice, [(0..4_000).collect::<Vec<u32>>()]);
}

#[test]
fn equal_words_in_other_dress() {
    let dress = |n: usize| {
        let text = if n.is_multiple_of(3) {
            STORY.to_uppercase()
        } else {
            STORY.to_owned()
        };
        text.replacen(' ', [", ", " - ", "\n\n", " “", "… "][n % 5], n % 31)
    };
    let [once, _] = linear(1_000, dress);
    assert_eq!(once, [(0..1_000).collect::<Vec<u32>>()]);
}

#[test]
fn boilerplate_of_fifty_words_brings_no_strangers_together_and_hides_no_copy() {
    let mut state = 5;
    let boilerplate = words(&mut state, 50);
    // Articles 7 and 900 are copies of one another, all others strangers.
    let text = |n: usize| {
        let mut state = if n == 900 { 7 } else { n as u64 };
        format!(
            "{boilerplate}{}{}",
            words(&mut state, 120),
            if n == 900 { " end" } else { "" }
        )
    };
    for clusters in linear(1_000, text) {
        assert_eq!(clusters, [[7, 900]]);
    }
}

#[test]
fn one_word_a_hundred_thousand_times() {
    let spam = |n: usize| "spam ".repeat(n);
    let texts = [
        spam(100_000),
        spam(99_999),
        "eggs ".repeat(100_000),
        spam(3),
        STORY.to_owned(),
        spam(2),
        "eggs, eggs ".repeat(40_000),
        spam(1),
    ];
    // Three words or more have the same single shingle; fewer have none, and equal only themselves.
    assert_eq!(run(&texts).1, [vec![0, 1, 3], vec![2, 6]]);
}

#[test]
fn fewer_words_than_a_shingle() {
    let [once, twice] = linear(1_000, |n| match n % 10 {
        0 => "Breaking news".to_owned(),
        1 => "BREAKING".to_owned(),
        _ => format!("w{n} report"),
    });
    for (clusters, count) in [(once, 1_000), (twice, 2_000)] {
        let wanted: Vec<Vec<u32>> = [0, 1]
            .map(|start| (start..count).step_by(10).collect())
            .to_vec();
        assert_eq!(clusters, wanted);
    }
}

/// Components of the accepted pairs of all pairs.
fn naive_clusters(texts: &[String]) -> Vec<Vec<u32>> {
    let sets: Vec<HashSet<Vec<&str>>> = texts
        .iter()
        .map(|text| {
            let words: Vec<&str> = text.split_whitespace().collect();
            words.windows(3).map(<[&str]>::to_vec).collect()
        })
        .collect();
    let mut component: Vec<usize> = (0..texts.len()).collect();
    for a in 0..texts.len() {
        for b in a + 1..texts.len() {
            let shared = sets[a].intersection(&sets[b]).count() as f64;
            let union = (sets[a].len() + sets[b].len()) as f64 - shared;
            // The rule for very short articles; these have no figures.
            if shared / union >= 0.8 {
                let (from, to) = (component[b], component[a]);
                component
                    .iter_mut()
                    .filter(|c| **c == from)
                    .for_each(|c| *c = to);
            }
        }
    }
    let mut clusters: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for (article, component) in component.into_iter().enumerate() {
        clusters.entry(component).or_default().push(article as u32);
    }
    let mut clusters: Vec<Vec<u32>> = clusters.into_values().filter(|c| c.len() > 1).collect();
    clusters.sort();
    clusters
}

#[test]
fn texts_of_few_shingles_share_bands_all_over() {
    // Eight words out of three: 27 shingles in all, six of them an article, so that hundreds share any band.
    let text = |n: usize| {
        let mut state = n as u64;
        let mut word = |_| ["rain ", "wind ", "snow "][(next(&mut state) % 3) as usize];
        (0..8).map(&mut word).collect::<String>()
    };
    let [once, _] = linear(1_000, text);
    let texts: Vec<String> = (0..1_000).map(text).collect();
    assert_eq!(once, naive_clusters(&texts));
}

#[test]
fn articles_that_share_half_their_shingles_with_a_crowd() {
    // Families of four with a common half and an own half: many agree on any band, few are copies.
    let mut state = u64::MAX;
    let common = words(&mut state, 60);
    let text = |n: usize| {
        let mut own = (n / 4) as u64;
        let mut edit = 1_000_000 + n as u64;
        format!("{common}{}{}", words(&mut own, 60), words(&mut edit, 2))
    };
    for (clusters, families) in linear(600, text).iter().zip([150, 300]) {
        let family = |n: u32| (4 * n..4 * n + 4).collect();
        assert_eq!(
            *clusters,
            (0..families).map(family).collect::<Vec<Vec<u32>>>()
        );
    }
}
