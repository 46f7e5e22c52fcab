//! Laws of the whole pipeline.

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use wirecopy::progress::Silent;
use wirecopy::synthetic::{SyntheticOptions, write_jsonl};

/// The clusters of a corpus by their ids: representative, and the ids of the members.
type Clusters = BTreeMap<String, (String, BTreeSet<String>)>;

fn clusters(path: &Path, threads: usize) -> Clusters {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let run = pool
        .install(|| wirecopy::cluster(&[path.into()], &wirecopy::Options::default(), &Silent))
        .unwrap();
    let id = |article: u32| run.evidence.description(article).unwrap().unwrap().id;
    let clusters = run.clusters.iter().map(|cluster| {
        let members = cluster.members.iter().map(|member| id(member.article));
        let representative = id(cluster.representative());
        (cluster.id.clone(), (representative, members.collect()))
    });
    clusters.collect()
}

/// The same articles, some without their date or source, and some printed again in the same words, with another title, elsewhere or at
/// another time.
fn worn(text: &[u8], seed: u64) -> Vec<u8> {
    let mut worn = Vec::new();
    for line in text.split_inclusive(|&b| b == b'\n') {
        let mut article: serde_json::Value = serde_json::from_slice(line).unwrap();
        let mut dice = xxhash_rust::xxh3::xxh3_64_with_seed(line, seed);
        let mut throw = |sides: u64| {
            let side = dice % sides;
            dice /= sides;
            side
        };
        let printings = [1, 1, 1, 1, 2, 3][throw(6) as usize];
        for printing in 0..printings {
            let fields = article.as_object_mut().unwrap();
            if throw(5) == 0 {
                fields.remove("published");
            }
            if throw(5) == 0 {
                fields.remove("source");
            }
            writeln!(worn, "{}", serde_json::to_string(fields).unwrap()).unwrap();
            let id = format!("{}-{printing}", fields["id"].as_str().unwrap());
            fields.insert("id".into(), id.into());
            fields.insert("title".into(), format!("Again, {} more", throw(4)).into());
            if throw(2) == 0 {
                fields.insert("source".into(), format!("Outlet {}", throw(3)).into());
            }
            if throw(3) == 0 {
                let date = format!("2024-0{}-11", 1 + throw(3));
                fields.insert("published".into(), date.into());
            }
        }
    }
    worn
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn neither_threads_nor_the_order_of_articles_change_the_clusters(
        seed in any::<u64>(), copies in 0u32..600, shuffle in any::<u64>(), threads in 2usize..5, wear in any::<bool>(),
    ) {
        let folder = tempfile::tempdir()?;
        let (path, other) = (folder.path().join("a.jsonl"), folder.path().join("b.jsonl"));
        let options = SyntheticOptions { articles: 250, seed, copies_per_mille: copies, ..Default::default() };
        let mut text = Vec::new();
        write_jsonl(&options, &mut text, None)?;
        if wear {
            text = worn(&text, shuffle);
        }
        std::fs::write(&path, &text)?;
        let mut lines: Vec<&[u8]> = text.split_inclusive(|&b| b == b'\n').collect();
        lines.sort_by_key(|line| xxhash_rust::xxh3::xxh3_64_with_seed(line, shuffle));
        std::fs::write(&other, lines.concat())?;
        let found = clusters(&path, 1);
        prop_assert_eq!(&found, &clusters(&path, threads));
        // Of members without a date, or of the same one, the first represents the others.
        let without_representatives = |mut found: Clusters| {
            if wear {
                found.values_mut().for_each(|(representative, _)| representative.clear());
            }
            found
        };
        let (found, shuffled) = (without_representatives(found), without_representatives(clusters(&other, threads)));
        let only = |found: &Clusters, other: &Clusters| -> Clusters {
            let only = found.iter().filter(|&(id, cluster)| other.get(id) != Some(cluster));
            only.map(|(id, cluster)| (id.clone(), cluster.clone())).collect()
        };
        prop_assert_eq!(only(&found, &shuffled), only(&shuffled, &found));
    }
}
