//! Whole evaluations, against what the definitions say.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn run(&self, found: &str, truth: &str) -> Evaluation {
        self.run_with(found, truth, |_| ())
    }

    fn run_with(
        &self,
        found: &str,
        truth: &str,
        more: impl Fn(&mut EvaluateOptions),
    ) -> Evaluation {
        let file = self.file("found.csv", found);
        let mut options = EvaluateOptions::new(self.file("truth.csv", truth));
        more(&mut options);
        evaluate(&file, &options).unwrap()
    }
}

const LABELLED: &str = "a,b,label,weight,jaccard\n\
    1,2,C,2,.9\n3,4,C,1,.5\n5,6,T,4,.8\n7,8,O,1,.4\n9,10,O,1,.3\n1,3,U,9,.5\n";

#[test]
fn labels_weights_and_either_kind_alone() {
    let folder = Folder::new();
    let pairs = "a,b,containment\n2,1,.95\n5,6,.7\n8,7,.6\n1,3,.5\n100,200,1\n";
    let got = folder.run(pairs, LABELLED);
    let labelled = got.labelled.unwrap();
    let counts = |label| {
        let counts = labelled.labels[&label];
        (counts.pairs, counts.reported)
    };
    assert_eq!(counts(Label::Copy), (2, 1));
    assert_eq!(counts(Label::Template), (1, 1));
    assert_eq!(counts(Label::Other), (2, 1));
    assert_eq!(counts(Label::Undecidable), (1, 1));
    let Against {
        all,
        templates,
        other,
    } = labelled.unweighted;
    assert_eq!(all, Accuracy::of(1.0, 2.0, 1.0));
    assert_eq!(templates, Some(Accuracy::of(1.0, 1.0, 1.0)));
    assert_eq!(other, Some(Accuracy::of(1.0, 1.0, 1.0)));
    let weighted = labelled.weighted.unwrap();
    assert_eq!(weighted.all, Accuracy::of(2.0, 5.0, 1.0));
    assert_eq!(weighted.templates, Some(Accuracy::of(2.0, 4.0, 1.0)));
    assert_eq!((got.file.rows, got.file.rows_outside_truth), (5, 1));
    assert_eq!((got.truth.ids, got.truth.ids_not_in_file), (10, 3));
    // The jaccard is the truth's, the containment the file's.
    assert_eq!((got.misses.pairs, got.false_alarms.pairs), (1, 2));
    let worst = &got.false_alarms.worst[0];
    assert_eq!((worst.a.as_str(), worst.weight), ("5", Some(4.0)));
    assert_eq!((worst.jaccard, worst.containment), (Some(0.8), Some(0.7)));
    assert!(got.stories.is_none());

    // The same from clusters that hold the same pairs.
    let clusters =
        "id,cluster_id,title\n1,p,One\n2,p,\n3,p,\n5,q,\n6,q,\n7,r,Seven\n8,r,\n9,,\n10,,\n";
    let got = folder.run(clusters, LABELLED);
    let again = got.labelled.unwrap();
    assert_eq!(again.unweighted, labelled.unweighted);
    assert_eq!(again.weighted, labelled.weighted);
    let mistakes: Vec<_> = got.false_alarms.worst;
    assert_eq!(mistakes[1].title_a.as_deref(), Some("Seven"));
    assert_eq!(mistakes[1].group.as_deref(), Some("r"));
}

#[test]
fn nothing_reported_nothing_true_nothing_there() {
    let folder = Folder::new();
    let got = folder.run("a,b\n", LABELLED);
    let all = got.labelled.as_ref().unwrap().unweighted.all;
    assert_eq!(
        (all.precision, all.recall, all.f1),
        (None, Some(0.0), Some(0.0))
    );
    let json: serde_json::Value = serde_json::from_str(&got.to_json()).unwrap();
    assert!(json["labelled"]["unweighted"]["all"]["precision"].is_null());
    assert_eq!(json["labelled"]["labels"]["C"]["pairs"], 2);
    let got = folder.run("a,b\n1,2\n", "a,b,label\n1,2,O\n");
    let labelled = got.labelled.unwrap();
    assert_eq!(labelled.unweighted.all, Accuracy::of(0.0, 1.0, 0.0));
    assert_eq!(labelled.unweighted.templates, None);
    assert!(labelled.weighted.is_none());
    let got = folder.run("a,b\n", "a,b,label\n");
    assert_eq!(got.labelled.unwrap().unweighted.all, Accuracy::default());
    let got = folder.run("id,cluster\n", "id,story\n");
    let stories = got.stories.unwrap();
    assert_eq!((stories.articles, stories.adjusted_rand_index), (0, None));
    assert_eq!(stories.b_cubed, Accuracy::default());
}

#[test]
fn articles_that_the_truth_does_not_know() {
    let folder = Folder::new();
    let truth = "id,story,title\na,1,A in the truth\nb,1,\nc,2,\nd,2,\n";
    let found = "id,cluster_id,title\na,x,\nb,x,\nc,y,C\ns,y,Stranger\nt,z,\nu,z,\n";
    let open = folder.run(found, truth);
    let stories = open.stories.unwrap();
    assert_eq!(
        (
            stories.articles,
            stories.true_pairs,
            stories.reported_pairs,
            stories.found_pairs
        ),
        (4, 2, 1, 1)
    );
    assert_eq!((stories.stories, stories.clusters), (2, 1));
    assert_eq!(open.file.rows_outside_truth, 3);
    assert_eq!(open.truth.ids_not_in_file, 1);
    assert_eq!(open.false_alarms, Mistakes::default());
    let miss = &open.misses.worst[0];
    assert_eq!((miss.a.as_str(), miss.b.as_str()), ("c", "d"));
    assert_eq!(miss.group.as_deref(), Some("2"));

    let complete = folder.run_with(found, truth, |options| options.complete = true);
    let stories = complete.stories.unwrap();
    assert_eq!(
        (
            stories.articles,
            stories.true_pairs,
            stories.reported_pairs,
            stories.found_pairs
        ),
        (7, 2, 3, 1)
    );
    assert_eq!(complete.false_alarms.pairs, 2);
    assert_eq!(
        complete.false_alarms.worst[0].title_b.as_deref(),
        Some("Stranger")
    );
    assert_eq!(complete.file.rows_outside_truth, 0);
}

#[test]
fn pairs_against_stories_are_joined_and_listed() {
    let folder = Folder::new();
    let truth = "id,cluster\na,1\nb,1\nc,1\nd,2\ne,2\n";
    let found = "a,b,jaccard\nb,a,.9\nb,c,.8\na,b,.7\nc,d,.75\nx,a,.9\n";
    let got = folder.run_with(found, truth, |options| options.sweep = Sweep::Similarities);
    let stories = got.stories.unwrap();
    // Joined: a b c d.
    assert_eq!((stories.reported_pairs, stories.found_pairs), (6, 3));
    let listed = stories.listed.unwrap();
    assert_eq!((listed.pairs, listed.found_pairs), (3, 2));
    assert_eq!(listed.accuracy, Accuracy::of(2.0, 1.0, 2.0));
    assert_eq!(got.false_alarms.pairs, 1);
    assert_eq!(got.false_alarms.worst[0].jaccard, Some(0.75));
    assert_eq!((got.misses.pairs, got.misses.worst[0].b.as_str()), (1, "e"));
    assert_eq!(got.sweeps.len(), 1);
    let thresholds: Vec<_> = got.sweeps[0].points.iter().map(|p| p.threshold).collect();
    assert_eq!(thresholds, [0.75, 0.8, 0.9]);
    assert_eq!(got.sweeps[0].best.unwrap().threshold, 0.8);
}

#[test]
fn texts_that_came_too_often_to_list_all_their_pairs_are_counted() {
    let folder = Folder::new();
    let pairs = |others: usize| {
        let rows = (1..=others).map(|n| format!("m,m{n},exact\nm,x{n},contained\nn,n{n},exact\n"));
        "a,b,reason\n".to_owned() + &rows.collect::<String>()
    };
    let by_text = |others| {
        let mut rows: Vec<String> = pairs(others).lines().map(str::to_owned).collect();
        rows[1..].sort_by_key(|row| row.starts_with('n'));
        folder
            .run(&rows.join("\n"), LABELLED)
            .file
            .texts_listed_in_part
    };
    assert_eq!(by_text(crate::report::LISTED_DUPLICATES - 1), 0);
    assert_eq!(by_text(crate::report::LISTED_DUPLICATES), 2);
}

#[test]
fn json_is_no_table() {
    let folder = Folder::new();
    let lines = folder.file("news.jsonl", "{\"id\": 1, \"title\": \"x\"}\n");
    let options = EvaluateOptions::new(folder.file("truth.csv", LABELLED));
    let error = evaluate(&lines, &options).unwrap_err().to_string();
    assert!(
        error.contains("it is JSON, and what is evaluated is CSV"),
        "{error}"
    );
}

#[test]
fn a_sweep_counts_what_is_missing_in_the_file_as_missed() {
    let folder = Folder::new();
    let found = "a,b,score\n1,2,30\n5,6,20\n1,3,90\n7,8,\n";
    let got = folder.run_with(found, LABELLED, |options| {
        options.sweep = Sweep::Column("score".into());
    });
    let [curve] = &got.sweeps[..] else { panic!() };
    let points: Vec<_> = curve
        .points
        .iter()
        .map(|p| (p.threshold, p.reported, p.accuracy, p.weighted.unwrap()))
        .collect();
    let of = Accuracy::of;
    assert_eq!(
        points,
        [
            (20.0, 2, of(1.0, 1.0, 1.0), of(2.0, 4.0, 1.0)),
            (30.0, 1, of(1.0, 0.0, 1.0), of(2.0, 0.0, 1.0)),
        ]
    );
    assert_eq!(curve.without_value, 1);
}

#[test]
fn titles_from_another_file_go_first() {
    let folder = Folder::new();
    let titles = folder.file("titles.csv", "text,title,id\n-,,4\n-,Four,4\n-,Three,3\n");
    let found = "id,cluster,title\n3,,Old\n4,,Old\n";
    let with = |options: &mut EvaluateOptions| options.titles = Some(titles.clone());
    let got = folder.run_with(found, "a,b,label\n3,4,C\n", with);
    let miss = &got.misses.worst[0];
    assert_eq!(miss.title_a.as_deref(), Some("Three"));
    assert_eq!(miss.title_b.as_deref(), Some("Four"));
    let none = folder.run_with(found, "a,b,label\n3,4,C\n", |options| options.worst = 0);
    assert_eq!((none.misses.pairs, none.misses.worst.len()), (1, 0));
}

#[test]
fn what_does_not_go_together_is_refused() {
    let folder = Folder::new();
    let file = folder.file("found.csv", "a,b\n");
    let mut options = EvaluateOptions::new(folder.file("truth.csv", LABELLED));
    options.complete = true;
    let said = evaluate(&file, &options).unwrap_err();
    assert!(matches!(&said, Error::Parameter(text) if text.contains("holds labelled pairs")));
    options.truth = "-".into();
    let said = evaluate(Path::new("-"), &options).unwrap_err();
    assert!(matches!(said, Error::Parameter(_)));
    options = EvaluateOptions::new(folder.file("truth.csv", "a,b,label\n1,2,C\n"));
    options.titles = Some(folder.file("titles.csv", "id,headline\n"));
    let said = evaluate(&file, &options).unwrap_err().to_string();
    assert!(said.contains("titles.csv has no titles"), "{said}");
}

#[test]
fn the_reports_of_wirecopy_have_the_columns_that_are_read() {
    use crate::report::{CLUSTER_COLUMNS, PAIR_COLUMNS};
    for column in ["a", "b", "jaccard", "containment"] {
        assert!(PAIR_COLUMNS.contains(&column));
    }
    for column in ["id", "cluster_id", "title"] {
        assert!(CLUSTER_COLUMNS.contains(&column));
    }
    assert!(!PAIR_COLUMNS.contains(&"id") && !CLUSTER_COLUMNS.contains(&"a"));
}

proptest! {
    #[test]
    fn labelled_figures_agree_with_sets(
        truth in prop::collection::btree_map((0_u8..8, 8_u8..16), (0_usize..4, 1_u8..5), 0..30),
        found in prop::collection::vec((0_u8..18, 0_u8..18), 0..40),
    ) {
        let mut text = String::from("a,b,label,weight\n");
        for ((a, b), (label, weight)) in &truth {
            text += &format!("{a},{b},{},{weight}\n", Label::ALL[*label].letter());
        }
        let mut pairs = String::from("a,b\n");
        for (a, b) in &found {
            pairs += &format!("{a},{b}\n");
        }
        let listed: BTreeSet<(u8, u8)> = found.iter().map(|&(a, b)| (a.min(b), a.max(b))).collect();
        let got = Folder::new().run(&pairs, &text).labelled.unwrap();
        let sum = |copy: bool, reported: bool, weighted: bool| -> f64 {
            truth
                .iter()
                .filter(|(pair, (label, _))| {
                    *label < 3 && (*label == 0) == copy && listed.contains(pair) == reported
                })
                .map(|(_, (_, weight))| if weighted { f64::from(*weight) } else { 1.0 })
                .sum()
        };
        let expected = |w| Accuracy::of(sum(true, true, w), sum(false, true, w), sum(true, false, w));
        prop_assert_eq!(got.unweighted.all, expected(false));
        prop_assert_eq!(got.weighted.unwrap().all, expected(true));
    }
}
