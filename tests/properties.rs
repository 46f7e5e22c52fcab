//! Laws of the whole pipeline.

use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use wirecopy::progress::Silent;
use wirecopy::synthetic::{SyntheticOptions, write_jsonl};

/// The clusters of a corpus: id, representative, and the ids of the members.
fn clusters(path: &Path, threads: usize) -> BTreeSet<(String, String, BTreeSet<String>)> {
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
        (cluster.id.clone(), representative, members.collect())
    });
    clusters.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn neither_threads_nor_the_order_of_articles_change_the_clusters(
        seed in any::<u64>(), copies in 0u32..600, shuffle in any::<u64>(), threads in 2usize..5
    ) {
        let folder = tempfile::tempdir()?;
        let (path, other) = (folder.path().join("a.jsonl"), folder.path().join("b.jsonl"));
        let options = SyntheticOptions { articles: 250, seed, copies_per_mille: copies, ..Default::default() };
        let mut text = Vec::new();
        write_jsonl(&options, &mut text, None)?;
        std::fs::write(&path, &text)?;
        let mut lines: Vec<&[u8]> = text.split_inclusive(|&b| b == b'\n').collect();
        lines.sort_by_key(|line| xxhash_rust::xxh3::xxh3_64_with_seed(line, shuffle));
        std::fs::write(&other, lines.concat())?;
        let found = clusters(&path, 1);
        prop_assert_eq!(&found, &clusters(&path, threads));
        prop_assert_eq!(&found, &clusters(&other, threads));
    }
}
