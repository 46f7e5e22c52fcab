use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use super::{Kind, SyntheticOptions, SyntheticSummary, write_jsonl};

struct Corpus {
    bytes: Vec<u8>,
    truth: Vec<u8>,
    summary: SyntheticSummary,
}

fn corpus(options: &SyntheticOptions) -> Corpus {
    let (mut bytes, mut truth) = (Vec::new(), Vec::new());
    let summary = write_jsonl(options, &mut bytes, Some(&mut truth)).unwrap();
    Corpus {
        bytes,
        truth,
        summary,
    }
}

fn of(articles: u64) -> SyntheticOptions {
    SyntheticOptions {
        articles,
        ..SyntheticOptions::default()
    }
}

impl Corpus {
    /// The records by id; fails if an id comes twice or a line is no JSON object.
    fn records(&self) -> HashMap<String, Value> {
        let text = std::str::from_utf8(&self.bytes).unwrap();
        let mut records = HashMap::new();
        for line in text.lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            let id = record["id"].as_str().unwrap().to_owned();
            assert!(records.insert(id, record).is_none(), "an id comes twice");
        }
        records
    }

    /// The truth table: (id, story, kind).
    fn rows(&self) -> Vec<(String, String, Kind)> {
        let text = std::str::from_utf8(&self.truth).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("id,story,kind"));
        let row = |line: &str| {
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!(fields.len(), 3, "{line}");
            let kind = Kind::ALL
                .into_iter()
                .find(|kind| kind.as_str() == fields[2])
                .unwrap();
            (fields[0].to_owned(), fields[1].to_owned(), kind)
        };
        lines.map(row).collect()
    }
}

/// The set of word triples of an article, in the plainest way.
fn triples(record: &Value) -> HashSet<String> {
    let text = record["text"].as_str().unwrap().to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    words.windows(3).map(|triple| triple.join(" ")).collect()
}

/// Jaccard and containment.
fn similarity(one: &HashSet<String>, other: &HashSet<String>) -> (f64, f64) {
    let shared = one.intersection(other).count() as f64;
    let smaller = one.len().min(other.len()) as f64;
    (
        shared / (one.len() as f64 + other.len() as f64 - shared),
        shared / smaller,
    )
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

#[test]
fn the_same_bytes_with_any_number_of_threads() {
    // Several blocks, the last one short, and more than one batch.
    let options = SyntheticOptions {
        words: 60,
        variants_of_one_per_mille: 20,
        ..of(8_123)
    };
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| corpus(&options))
    };
    let (one, two) = (with(1), with(2));
    assert!(one.bytes == two.bytes && one.truth == two.truth);
    assert_eq!(one.summary, two.summary);
    assert_eq!(one.summary.articles, 8_123);
    assert_eq!(one.summary.bytes, one.bytes.len() as u64);
    assert_eq!(one.records().len(), 8_123);
}

/// The bytes of a corpus are a promise: benchmarks compare figures across versions. If this fails, the grammar or the order of
/// draws has changed; say so in the changelog and pin the new bytes.
#[test]
fn the_bytes_of_a_small_corpus_are_pinned() {
    let corpus = corpus(&SyntheticOptions {
        seed: 42,
        variants_of_one_per_mille: 50,
        ..of(300)
    });
    let pinned = (xxh3_64(&corpus.bytes), xxh3_64(&corpus.truth));
    let expected = (0xdb6c_c347_732b_99c4, 0x8f72_01d2_09db_131d);
    assert_eq!(pinned, expected, "{pinned:#x?}");
}

#[test]
fn seeds_give_different_corpora() {
    let other = SyntheticOptions { seed: 2, ..of(20) };
    assert_ne!(corpus(&of(20)).bytes, corpus(&other).bytes);
}

#[test]
fn records_have_their_fields_and_come_roughly_by_time() {
    let corpus = corpus(&of(3_000));
    let text = std::str::from_utf8(&corpus.bytes).unwrap();
    let mut urls = HashSet::new();
    let mut times = Vec::new();
    for line in text.lines() {
        assert!(line.starts_with("{\"id\":\"a0"));
        let record: Value = serde_json::from_str(line).unwrap();
        let fields: Vec<&String> = record.as_object().unwrap().keys().collect();
        assert_eq!(fields.len(), 6, "{fields:?}");
        let field = |name: &str| record[name].as_str().unwrap().to_owned();
        assert!(!field("title").is_empty() && !field("text").is_empty());
        assert!(field("source").ends_with(".example"));
        assert!(field("url").starts_with(&format!("https://{}/2016/", field("source"))));
        assert!(
            urls.insert(field("url")),
            "an address comes twice: {}",
            field("url")
        );
        let published: jiff::Timestamp = field("published").parse().unwrap();
        times.push(published.as_second());
    }
    let late = times
        .windows(2)
        .filter(|pair| pair[1] + 3 * 3600 < pair[0])
        .count();
    // Only where one block ends and the next begins may the clock jump back further than the crawler's delay.
    assert!(late <= 1, "{late}");
    let line = corpus.bytes.len() / 3_000;
    assert!((2_800..=3_600).contains(&line), "{line} bytes a line");
}

#[test]
fn the_truth_table_fits_the_corpus() {
    let corpus = corpus(&of(5_000));
    let (records, rows) = (corpus.records(), corpus.rows());
    let mut stories: BTreeMap<&str, Vec<(&str, Kind)>> = BTreeMap::new();
    let mut ids = HashSet::new();
    for (id, story, kind) in &rows {
        assert!(records.contains_key(id) && ids.insert(id));
        stories.entry(story).or_default().push((id, *kind));
    }
    let mut clustered = 0;
    let mut sizes = Vec::new();
    for members in stories.values() {
        let originals: Vec<_> = members
            .iter()
            .filter(|(_, kind)| *kind == Kind::Original)
            .collect();
        if members.len() == 1 {
            assert!(matches!(members[0].1, Kind::FollowUp | Kind::Template));
            continue;
        }
        clustered += members.len() as u64;
        sizes.push(members.len());
        assert_eq!(originals.len(), 1);
        assert!(
            !members
                .iter()
                .any(|(_, kind)| matches!(kind, Kind::FollowUp | Kind::Template))
        );
        let original = &records[originals[0].0];
        let sources: HashSet<&Value> = members
            .iter()
            .map(|(id, _)| &records[*id]["source"])
            .collect();
        assert_eq!(
            sources.len(),
            members.len(),
            "an outlet prints a story twice"
        );
        let time = |record: &Value| -> jiff::Timestamp {
            record["published"].as_str().unwrap().parse().unwrap()
        };
        for (id, kind) in members.iter().filter(|(_, kind)| *kind != Kind::Original) {
            let delay = time(&records[*id]).as_second() - time(original).as_second();
            assert!(
                (60..=60 * 3600).contains(&delay),
                "{delay} s after the original"
            );
            let same_title = records[*id]["title"] == original["title"];
            assert!(same_title || *kind != Kind::Exact);
        }
    }
    let summary = corpus.summary;
    assert_eq!(clustered, summary.clustered);
    assert_eq!(sizes.len() as u64, summary.clusters);
    assert_eq!(rows.len() as u64, summary.truth_rows);
    let of_kind = |wanted| rows.iter().filter(|(_, _, kind)| *kind == wanted).count() as u64;
    assert_eq!(of_kind(Kind::FollowUp), summary.follow_ups);
    assert_eq!(of_kind(Kind::Template), summary.templates);
    assert!(summary.follow_ups > 20 && summary.templates > 20);
    let share = clustered * 1000 / summary.articles;
    assert!(
        (150..=200).contains(&share),
        "{share} per mille in clusters"
    );
    let small = sizes.iter().filter(|&&size| size <= 4).count();
    assert!(small * 10 >= sizes.len() * 6, "{small} of {}", sizes.len());
    assert!(sizes.iter().any(|&size| size > 12) && sizes.iter().all(|&size| size <= 40));
}

#[test]
fn each_kind_of_copy_is_as_near_to_its_original_as_it_should_be() {
    let corpus = corpus(&of(5_000));
    let (records, rows) = (corpus.records(), corpus.rows());
    let originals: HashMap<&str, HashSet<String>> = rows
        .iter()
        .filter(|(_, _, kind)| *kind == Kind::Original)
        .map(|(id, story, _)| (story.as_str(), triples(&records[id])))
        .collect();
    let mut measured: BTreeMap<Kind, Vec<(f64, f64)>> = BTreeMap::new();
    for (id, story, kind) in &rows {
        if let (Some(original), true) = (originals.get(story.as_str()), *kind != Kind::Original) {
            measured
                .entry(*kind)
                .or_default()
                .push(similarity(original, &triples(&records[id])));
        }
    }
    // Kind, band of the mean Jaccard, lowest mean containment, lowest Jaccard of any.
    let bands = [
        (Kind::Exact, 1.0, 1.0, 1.0, 1.0),
        (Kind::Retitled, 1.0, 1.0, 1.0, 1.0),
        (Kind::Byline, 0.94, 0.99, 0.97, 0.75),
        (Kind::Furniture, 0.76, 0.88, 0.99, 0.40),
        (Kind::HouseStyle, 0.85, 0.97, 0.93, 0.60),
        (Kind::Edited, 0.68, 0.82, 0.80, 0.50),
        (Kind::Cut75, 0.73, 0.77, 1.0, 0.65),
        (Kind::Cut50, 0.48, 0.52, 1.0, 0.40),
        (Kind::Cut30, 0.27, 0.33, 1.0, 0.18),
        (Kind::Extended, 0.66, 0.82, 0.98, 0.30),
        (Kind::Corrected, 0.76, 0.93, 0.88, 0.55),
        (Kind::EditedFurnished, 0.62, 0.80, 0.86, 0.35),
        (Kind::CutFurnished, 0.30, 0.45, 0.55, 0.15),
    ];
    assert_eq!(measured.len(), bands.len());
    for (kind, low, high, containment, floor) in bands {
        let pairs = &measured[&kind];
        assert!(pairs.len() >= 10, "{kind}: {} pairs", pairs.len());
        let jaccard = mean(pairs.iter().map(|pair| pair.0));
        assert!((low..=high).contains(&jaccard), "{kind}: mean J {jaccard}");
        let contained = mean(pairs.iter().map(|pair| pair.1));
        assert!(contained >= containment, "{kind}: mean C {contained}");
        let lowest = pairs.iter().map(|pair| pair.0).fold(1.0, f64::min);
        assert!(lowest >= floor, "{kind}: lowest J {lowest}");
    }
}

#[test]
fn unrelated_articles_share_as_little_as_real_ones() {
    let corpus = corpus(&of(2_500));
    let (records, rows) = (corpus.records(), corpus.rows());
    let planted: HashSet<&String> = rows.iter().map(|(id, ..)| id).collect();
    let mut ids: Vec<&String> = records.keys().filter(|id| !planted.contains(id)).collect();
    ids.sort_unstable();
    let sample: Vec<HashSet<String>> = ids
        .iter()
        .take(200)
        .map(|id| triples(&records[*id]))
        .collect();
    let pairs: Vec<(f64, f64)> = sample
        .iter()
        .enumerate()
        .flat_map(|(at, one)| sample[..at].iter().map(move |other| similarity(one, other)))
        .collect();
    let jaccard = mean(pairs.iter().map(|pair| pair.0));
    assert!((0.0005..=0.005).contains(&jaccard), "mean J {jaccard}");
    let highest = pairs.iter().map(|pair| pair.0).fold(0.0, f64::max);
    assert!(highest < 0.1, "highest J {highest}");
}

#[test]
fn near_misses_are_near_and_miss() {
    let corpus = corpus(&of(5_000));
    let (records, rows) = (corpus.records(), corpus.rows());
    let of_kind = |wanted| -> Vec<HashSet<String>> {
        let rows = rows.iter().filter(move |(_, _, kind)| *kind == wanted);
        rows.map(|(id, ..)| triples(&records[id])).collect()
    };
    let originals = of_kind(Kind::Original);
    let nearest: Vec<(f64, f64)> = of_kind(Kind::FollowUp)
        .iter()
        .map(|follow_up| {
            let pairs = originals
                .iter()
                .map(|original| similarity(original, follow_up));
            pairs.fold(
                (0.0, 0.0),
                |best, pair| if pair.0 > best.0 { pair } else { best },
            )
        })
        .collect();
    let jaccard = mean(nearest.iter().map(|pair| pair.0));
    assert!(
        (0.15..=0.25).contains(&jaccard),
        "follow-ups: mean J {jaccard}"
    );
    assert!(nearest.iter().all(|pair| pair.1 < 0.55), "{nearest:?}");

    let templates = of_kind(Kind::Template);
    let nearest: Vec<f64> = templates
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let others = templates
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at);
            others
                .map(|(_, other)| similarity(one, other).0)
                .fold(0.0, f64::max)
        })
        .collect();
    let jaccard = mean(nearest.iter().copied());
    assert!(
        (0.3..=0.65).contains(&jaccard),
        "recurring reports: mean J of the nearest {jaccard}"
    );
    assert!(nearest.iter().all(|&jaccard| jaccard < 0.8), "{nearest:?}");
}

#[test]
fn variants_of_one_story_are_as_many_as_asked_and_everywhere() {
    let options = SyntheticOptions {
        words: 100,
        variants_of_one_per_mille: 333,
        ..of(7_777)
    };
    let corpus = corpus(&options);
    assert_eq!(corpus.summary.variants, 7_777 * 333 / 1000);
    let rows = corpus.rows();
    let variants: Vec<&String> = rows
        .iter()
        .filter(|(_, _, kind)| *kind == Kind::Variant)
        .map(|(id, ..)| id)
        .collect();
    assert_eq!(variants.len() as u64, corpus.summary.variants);
    let stories: HashSet<&String> = rows
        .iter()
        .filter(|row| row.2 == Kind::Variant)
        .map(|row| &row.1)
        .collect();
    assert_eq!(stories.len(), 1);
    for block in 0..4 {
        let ids = format!("a{:09}", block * 2_000)..format!("a{:09}", block * 2_000 + 1_700);
        let here = variants.iter().filter(|id| ids.contains(**id)).count();
        assert!(
            (400..=700).contains(&here),
            "{here} of 1,700 from {}",
            ids.start
        );
    }
    let records = corpus.records();
    let sets: Vec<HashSet<String>> = variants
        .iter()
        .step_by(100)
        .map(|id| triples(&records[*id]))
        .collect();
    let pairs = sets.windows(2).map(|pair| similarity(&pair[0], &pair[1]).0);
    let jaccard = mean(pairs);
    assert!((0.65..=0.9).contains(&jaccard), "mean J {jaccard}");
}

#[test]
fn extreme_options_work() {
    for (articles, copies_per_mille, variants_of_one_per_mille) in [
        (0, 130, 0),
        (1, 900, 0),
        (1, 0, 1000),
        (40, 900, 0),
        (40, 0, 0),
        (40, 900, 1000),
    ] {
        let options = SyntheticOptions {
            copies_per_mille,
            variants_of_one_per_mille,
            words: 50,
            ..of(articles)
        };
        let corpus = corpus(&options);
        assert_eq!(corpus.records().len() as u64, articles);
        assert_eq!(corpus.rows().len() as u64, corpus.summary.truth_rows);
    }
}

#[test]
fn options_out_of_range_are_named() {
    for (options, name) in [
        (
            SyntheticOptions {
                copies_per_mille: 901,
                ..of(1)
            },
            "copies_per_mille",
        ),
        (
            SyntheticOptions {
                variants_of_one_per_mille: 1001,
                ..of(1)
            },
            "variants_of_one_per_mille",
        ),
        (SyntheticOptions { words: 49, ..of(1) }, "words"),
    ] {
        let error = write_jsonl(&options, &mut io::sink(), None).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(error.to_string().starts_with(name), "{error}");
    }
}

#[test]
fn a_broken_disk_ends_the_run_with_its_error() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::StorageFull))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let error = write_jsonl(&of(10), &mut Full, None).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    let error = write_jsonl(&of(10), &mut io::sink(), Some(&mut Full)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}
