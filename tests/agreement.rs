//! What `compare` says of two articles of a corpus is what `cluster --pairs` says of them.

mod common;

use common::PROGRAM;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use wirecopy::compare::{Background, CompareOptions, Comparison, Found, compare, find};
use wirecopy::corpus::{Corpus, CorpusOptions};
use wirecopy::progress::Silent;
use wirecopy::verify::{Acceptance, Refusal, Rule};
use wirecopy::{Options, ask};

fn wirecopy(folder: &Path, arguments: &str) -> String {
    let done = Command::new(PROGRAM)
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .expect("the program was built for this test");
    let stderr = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments}: {stderr}");
    String::from_utf8(done.stdout).unwrap()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The rows of `cluster --pairs` by the ids of their articles, each as a map from column to cell.
type Pairs = BTreeMap<(String, String), BTreeMap<String, String>>;

fn pairs(folder: &Path, news: &str, more: &str) -> Pairs {
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("pairs.csv");
    let arguments = format!("cluster {news} --quiet --pairs {}{more}", path.display());
    wirecopy(folder, &arguments);
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows = reader.deserialize::<BTreeMap<String, String>>();
    rows.map(|row| row.unwrap())
        .map(|row| ((row["a"].clone(), row["b"].clone()), row))
        .collect()
}

/// Articles of a corpus, asked about each with each as `compare --corpus` asks about two.
struct Asked {
    ids: Vec<String>,
    found: Vec<Found>,
    background: Background,
    rule: Rule,
}

impl Asked {
    fn about(news: &Path, ids: Vec<String>, rule: Rule) -> Self {
        let corpus = Corpus::open(&[news.into()], CorpusOptions::default(), &Silent).unwrap();
        let found: Vec<Found> = find(&corpus, &ids, true, &Silent).unwrap();
        let run = Options {
            rule,
            ..Options::default()
        };
        let background = ask(&corpus, &found, &run, &Silent).unwrap();
        Self {
            ids,
            found,
            background,
            rule,
        }
    }

    fn compare(&self, i: usize, j: usize) -> Comparison {
        let mut of_two = Background {
            articles: self.background.articles,
            learnt: self.background.learnt.clone(),
            ..Background::default()
        };
        let verdict = self.background.verdicts[&(i, j)];
        of_two.verdicts.insert((0, 1), verdict);
        let options = CompareOptions {
            rule: self.rule,
            ..CompareOptions::default()
        };
        let [a, b] = [i, j].map(|at| &self.found[at].article);
        compare(a, b, &options, &of_two).unwrap()
    }

    fn refusal(&self, a: &str, b: &str) -> Option<Refusal> {
        let place = |id: &str| self.ids.iter().position(|other| other == id).unwrap();
        let verdict = self.background.verdicts[&(place(a), place(b))];
        assert_eq!(verdict.reason.is_none(), verdict.refusal.is_some());
        verdict.refusal
    }

    /// Holds what was said against the rows of the run; the ids are in the order of the corpus. Returns how many pairs were accepted and how
    /// many not.
    fn check(&self, pairs: &Pairs) -> [usize; 2] {
        let mut counts = [0, 0];
        for i in 0..self.ids.len() {
            for j in i + 1..self.ids.len() {
                let (a, b) = (&self.ids[i], &self.ids[j]);
                match pairs.get(&(a.clone(), b.clone())) {
                    Some(row) => check(row, &self.compare(i, j)),
                    None => {
                        let verdict = self.background.verdicts[&(i, j)];
                        assert_eq!(verdict.reason, None, "{a} {b} {verdict:?}");
                        let says_why = matches!(self.rule, Rule::News(_));
                        assert_eq!(verdict.refusal.is_some(), says_why, "{a} {b}");
                    }
                }
                counts[usize::from(!pairs.contains_key(&(a.clone(), b.clone())))] += 1;
            }
        }
        counts
    }
}

fn is(cell: &str, value: Option<f64>) -> bool {
    match (cell.parse::<f64>(), value) {
        (Ok(cell), Some(value)) => (cell - value).abs() <= 0.000_051,
        (Err(_), None) => cell.is_empty(),
        _ => false,
    }
}

/// Holds a comparison against the row of the pair.
fn check(row: &BTreeMap<String, String>, done: &Comparison) {
    let measures = &done.measures;
    let told = format!("{row:?} {measures:?} {:?} {:?}", done.reason, done.refusal);
    let reason = done.reason.map(|reason| reason.as_str());
    assert_eq!(reason, Some(row["reason"].as_str()), "{told}");
    assert_eq!(done.refusal, None, "{told}");
    let contained = measures.a_in_b.max(measures.b_in_a);
    assert!(is(&row["jaccard"], Some(measures.jaccard)), "{told}");
    assert!(is(&row["containment"], Some(contained)), "{told}");
    let weighted = measures.weighted_containment;
    assert!(is(&row["weighted_containment"], weighted), "{told}");
    // Under the plain rule the run does not look at it.
    let opening = weighted.map(|_| measures.opening);
    assert!(is(&row["opening"], opening), "{told}");
    let hours = measures.hours_apart;
    let hours = hours.map_or(String::new(), |hours| format!("{hours:.2}"));
    assert_eq!(row["hours_apart"], hours, "{told}");
    for (side, words) in ["words_a", "words_b"].into_iter().zip(measures.words) {
        assert_eq!(row[side], words.to_string(), "{told}");
    }
}

fn ids(news: &Path) -> Vec<String> {
    let lines = std::fs::read_to_string(news).unwrap();
    let records = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let id = |record: serde_json::Value| record["id"].as_str().unwrap().to_owned();
    records.map(id).collect()
}

#[test]
fn every_pair_of_the_fixtures_by_either_rule() {
    let news = fixtures().join("news.jsonl");
    let plain = Rule::Plain(Acceptance::default());
    for (rule, more) in [(Rule::default(), ""), (plain, " --rule plain")] {
        let pairs = pairs(&fixtures(), "news.jsonl", more);
        let [accepted, refused] = Asked::about(&news, ids(&news), rule).check(&pairs);
        assert_eq!(accepted, pairs.len());
        assert!(accepted >= 30 && refused >= 2_000, "{accepted} {refused}");
    }
}

#[test]
fn pairs_and_others_of_a_generated_corpus() {
    let folder = tempfile::tempdir().unwrap();
    wirecopy(
        folder.path(),
        "generate -n 3000 --seed 7 -o news.jsonl --truth truth.csv",
    );
    let news = folder.path().join("news.jsonl");
    let pairs = pairs(folder.path(), "news.jsonl", "");
    // Every other article in a pair, so that many are asked about whose neighbours are not; and some that are in none.
    let listed: BTreeSet<&String> = pairs.keys().flat_map(|(a, b)| [a, b]).collect();
    let all = ids(&news);
    let (with, without): (Vec<String>, Vec<String>) =
        all.iter().cloned().partition(|id| listed.contains(id));
    let mut wanted: BTreeSet<&String> = without.iter().step_by(40).collect();
    wanted.extend(with.iter().take(200));
    let of_those = pairs
        .keys()
        .filter(|(a, b)| wanted.contains(a) || wanted.contains(b));
    let of_those: Vec<&String> = of_those.flat_map(|(a, b)| [a, b]).collect();
    wanted.extend(of_those);
    let chosen = all.iter().filter(|id| wanted.contains(id)).cloned();
    let asked = Asked::about(&news, chosen.collect(), Rule::default());
    let [accepted, refused] = asked.check(&pairs);
    assert!(accepted >= 200 && refused >= 20_000, "{accepted} {refused}");
}

/// The corpus of the rules that look beyond two articles: see the test.
fn beyond_two() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = Vec::new();
    let mut put = |id: &str, source: &str, day: u32, text: String| {
        let published = format!("2024-03-{day:02}");
        let record =
            serde_json::json!({ "id": id, "source": source, "published": published, "text": text });
        lines.push(record.to_string() + "\n");
    };
    // A sentence of 20 words like no other.
    let sentence = |topic: usize, number: usize| -> String {
        let word = |at: usize| format!("w{topic}x{number}y{at} ");
        (0..20).map(word).collect::<String>() + "\n\n"
    };
    let some = |topic: usize, numbers: std::ops::Range<usize>| -> String {
        numbers.map(|number| sentence(topic, number)).collect()
    };
    // A form that returns every third day, under another head and with another tail: alone, two of them share most.
    for (at, day) in (1..=28).step_by(3).enumerate() {
        let form = some(1, 0..8);
        let text = format!("{}{form}{}", some(100 + at, 0..1), some(200 + at, 0..1));
        put(&format!("form-{at}"), &format!("paper {at}"), day, text);
    }
    // The same few words on three dates, and nearly the same ones right after the last.
    let few = "Fed adds reserves through overnight system repurchase agreements, the New York bank said in a statement. \
        Funds were trading at the usual rate when it began, and dealers had expected it to do so. They said that it is to \
        offset a drain.";
    for (at, day) in [2, 10, 20].into_iter().enumerate() {
        put(&format!("few-{at}"), "wire", day, few.into());
    }
    put(
        "few-like",
        "daily",
        20,
        few.replace("They said", "Traders said"),
    );
    // Two releases of an office, of which another office's release shares most with the first.
    let two = some(3, 0..10);
    let others = |topic| some(topic, 0..2);
    put("office-1", "one", 5, format!("{two}{}", others(31)));
    put(
        "office-2",
        "one",
        5,
        format!("{}{}", some(3, 0..8), others(32)) + &some(33, 0..1),
    );
    put("office-3", "two", 5, format!("{two}{}", others(34)));
    // A line that its source prints under all reports.
    for at in 0..40 {
        let id = format!("quay-{at}");
        let text = some(40 + at, 0..9)
            + "Ada Quill edits the harbour page, and her column appears on Fridays.";
        put(&id, "The Quay", 5, text);
    }
    let copied = some(40, 0..6) + "Nobody knew how it would end.";
    put("quay-copied", "Elsewhere", 6, copied);
    std::fs::write(folder.path().join("news.jsonl"), lines.concat()).unwrap();
    folder
}

#[test]
fn what_only_a_corpus_tells_decides_as_in_the_run() {
    let folder = beyond_two();
    let news = folder.path().join("news.jsonl");
    let pairs = pairs(folder.path(), "news.jsonl", "");
    let asked = Asked::about(&news, ids(&news), Rule::default());
    let [accepted, _] = asked.check(&pairs);
    assert_eq!(accepted, pairs.len());
    // Each is another matter for two articles alone.
    let alone = |a: &str, b: &str| -> serde_json::Value {
        let arguments = format!("compare {a} {b} --corpus news.jsonl --json --alone");
        serde_json::from_str(&wirecopy(folder.path(), &arguments)).unwrap()
    };
    let within = |a: &str, b: &str| -> serde_json::Value {
        let arguments = format!("compare {a} {b} --corpus news.jsonl --json");
        serde_json::from_str(&wirecopy(folder.path(), &arguments)).unwrap()
    };
    assert_eq!(alone("form-0", "form-1")["copies"], true);
    let refused = asked.refusal("form-0", "form-1");
    assert!(
        matches!(refused, Some(Refusal::LittleShared { .. })),
        "{refused:?}"
    );
    assert_eq!(asked.refusal("few-0", "few-1"), Some(Refusal::Recurs));
    assert_eq!(asked.refusal("few-2", "few-like"), None);
    assert_eq!(alone("few-2", "few-like")["copies"], true);
    assert_eq!(
        asked.refusal("few-0", "few-like"),
        Some(Refusal::OtherTimes)
    );
    assert_eq!(alone("office-2", "office-3")["copies"], true);
    assert_eq!(
        asked.refusal("office-2", "office-3"),
        Some(Refusal::Counterpart)
    );
    let learnt = &within("quay-0", "quay-copied")["left_out"]["a"][0];
    assert_eq!(learnt["kind"], "learnt");
    assert_eq!(
        alone("quay-0", "quay-copied")["left_out"]["a"],
        serde_json::json!([])
    );
}

#[test]
fn the_program_says_what_the_run_says() {
    let pairs = pairs(&fixtures(), "news.jsonl", "");
    let compare = |a: &str, b: &str| -> serde_json::Value {
        let arguments = format!("compare {a} {b} --corpus news.jsonl --json");
        serde_json::from_str(&wirecopy(&fixtures(), &arguments)).unwrap()
    };
    for ((a, b), row) in pairs.iter().step_by(9) {
        let done = compare(a, b);
        let measures = &done["measures"];
        assert_eq!(done["reason"], row["reason"].as_str(), "{done}");
        assert!(is(&row["jaccard"], measures["jaccard"].as_f64()), "{done}");
        let weighted = measures["weighted_containment"].as_f64();
        assert!(is(&row["weighted_containment"], weighted), "{done}");
        assert_eq!(done["corpus_articles"], 66);
    }
    let done = compare("fx-001", "fx-002");
    assert_eq!(done["copies"], false);
    assert_eq!(done["refusal"]["because"], "little_shared");
}
