//! Runs over a corpus of four hundred records, stopped and taken up again.

use super::*;
use crate::corpus::{CorpusOptions, Reject};
use crate::fingerprint::{Fingerprints, Permutations, StoredSignatures, fingerprint_corpus};
use crate::progress::{Progress, Silent};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Folder(tempfile::TempDir);

impl Folder {
    const NAMES: [&str; 5] = ["0.jsonl", "a.jsonl", "aa.jsonl", "b.jsonl", "c.jsonl"];

    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lines: Vec<String> = (0..400)
            .map(|n| match n % 50 {
                7 => "{broken".into(),
                _ => format!("{{\"id\":{n},\"published\":\"2026-01-{}\",\"text\":\"report {} of the {n} harbour\"}}", n % 37 + 10, n / 2),
            })
            .collect();
        std::fs::write(folder.path().join("a.jsonl"), lines[..300].join("\n")).unwrap();
        std::fs::write(folder.path().join("b.jsonl"), lines[300..].join("\n")).unwrap();
        Self(folder)
    }

    fn corpus(&self) -> Corpus {
        corpus_of(&self.inputs())
    }

    /// Those of its files that are there.
    fn inputs(&self) -> Vec<PathBuf> {
        let paths = Self::NAMES.map(|name| self.0.path().join(name));
        paths.into_iter().filter(|path| path.exists()).collect()
    }

    fn shards(&self) -> PathBuf {
        self.0.path().join("shards")
    }

    fn run(&self, checkpoint: bool, seed: u64, progress: &dyn Progress) -> Result<Fingerprints> {
        let options = options(checkpoint.then(|| self.shards()), seed);
        fingerprint_corpus(&self.corpus(), &options, progress)
    }
}

fn corpus_of(inputs: &[PathBuf]) -> Corpus {
    let options = CorpusOptions {
        block_bytes: 1_000,
        ..CorpusOptions::default()
    };
    Corpus::open(inputs, options, &Silent).unwrap()
}

fn options(checkpoint: Option<PathBuf>, seed: u64) -> FingerprintOptions {
    FingerprintOptions {
        permutations: Permutations::new(128, seed).unwrap(),
        checkpoint,
        ..FingerprintOptions::default()
    }
}

fn all_of(prints: &Fingerprints) -> impl PartialEq + std::fmt::Debug + use<> {
    let articles = 0..prints.rows.len() as u32;
    let row = |article| (prints.rows.start(article), prints.shingles(article));
    let rows: Vec<_> = articles.map(row).collect();
    let digests = prints.rows.clone().take_digests();
    let signatures: Vec<Vec<u32>> = (0..rows.len() as u32)
        .map(|article| match &prints.signatures {
            StoredSignatures::Held(held) => [held.whole(article), held.low(article)].concat(),
            StoredSignatures::Spilled(_) => Vec::new(),
        })
        .collect();
    let days: Vec<u32> = (1..rows.len() as u32)
        .map(|article| prints.days.of(0).least_hours(prints.days.of(article)))
        .collect();
    let files: Vec<u32> = (0..rows.len() as u32)
        .map(|article| prints.file(article) as u32)
        .collect();
    let ids = (prints.duplicate_ids.clone(), prints.unread_dates.clone());
    let files = (files, prints.rejected.clone());
    (rows, digests, signatures, days, files, ids)
}

/// Counts articles, and stops after some.
struct Stop {
    seen: AtomicUsize,
    after: usize,
    rejected: AtomicUsize,
}

impl Stop {
    fn after(after: usize) -> Self {
        let zero = || AtomicUsize::new(0);
        Self {
            seen: zero(),
            after,
            rejected: zero(),
        }
    }
}

impl Progress for Stop {
    fn advance(&self, _: u64, articles: u64) {
        self.seen.fetch_add(articles as usize, Ordering::Relaxed);
    }
    fn rejected(&self, _: &Reject) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
    }
    fn cancelled(&self) -> bool {
        self.seen.load(Ordering::Relaxed) >= self.after
    }
}

#[test]
fn a_run_that_was_stopped_goes_on_and_ends_the_same() {
    let folder = Folder::new();
    let expected = all_of(&folder.run(false, 1, &Silent).unwrap());
    for after in [30, 150, 380] {
        assert!(matches!(
            folder.run(true, 1, &Stop::after(after)),
            Err(Error::Interrupted)
        ));
    }
    let shards = || std::fs::read_dir(folder.shards()).unwrap().count();
    assert!(
        shards() > 4,
        "a manifest, a lock, and what three runs have finished"
    );
    // Bad records are told again, each once.
    let watch = Stop::after(usize::MAX);
    assert_eq!(all_of(&folder.run(true, 1, &watch).unwrap()), expected);
    assert_eq!(watch.rejected.into_inner(), 8);
    let before = shards();
    assert_eq!(all_of(&folder.run(true, 1, &Silent).unwrap()), expected);
    assert_eq!(shards(), before, "nothing was left to do");
}

/// The names and times of the shards.
fn shards_of(folder: &Folder) -> Vec<(u32, std::time::SystemTime)> {
    let time = |number| {
        let shard = shard_path(&folder.shards(), number);
        std::fs::metadata(shard).unwrap().modified().unwrap()
    };
    let numbers = shards(&folder.shards()).unwrap();
    numbers.into_iter().map(|it| (it, time(it))).collect()
}

/// How many articles were read, of a run that must give what one without a checkpoint does.
fn read_again(folder: &Folder) -> usize {
    let expected = all_of(&folder.run(false, 1, &Silent).unwrap());
    let watch = Stop::after(usize::MAX);
    let prints = folder.run(true, 1, &watch).unwrap();
    assert_eq!(all_of(&prints), expected);
    let made = prints.rows.len() - prints.from_checkpoint as usize;
    assert!(made <= watch.seen.load(Ordering::Relaxed));
    watch.seen.into_inner()
}

#[test]
fn a_file_that_is_there_whole_is_not_read() {
    let folder = Folder::new();
    assert_eq!(read_again(&folder), 400);
    assert_eq!(read_again(&folder), 0);
    // The blocks of the second are there, but not that they are all.
    std::fs::remove_dir_all(folder.shards()).unwrap();
    let stopped = folder.run(true, 1, &Stop::after(395));
    assert!(stopped.is_err());
    assert!(read_again(&folder) > 0);
    assert_eq!(read_again(&folder), 0);
}

#[test]
fn files_may_come_and_go() {
    for stopped in [true, false] {
        let folder = Folder::new();
        let at = |name: &str| folder.0.path().join(name);
        let stop = if stopped { 150 } else { usize::MAX };
        let ended = folder.run(true, 1, &Stop::after(stop));
        assert_eq!(ended.is_err(), stopped);
        let before = shards_of(&folder);
        let are_kept = |kept: &[_]| shards_of(&folder).starts_with(kept);

        // New ones behind, between and before the others.
        std::fs::copy(at("a.jsonl"), at("c.jsonl")).unwrap();
        read_again(&folder);
        assert!(are_kept(&before));
        std::fs::write(at("aa.jsonl"), "{\"text\":\"another\"}\n").unwrap();
        std::fs::write(at("0.jsonl"), "").unwrap();
        assert!(read_again(&folder) <= 2);
        assert!(are_kept(&before), "what was there is kept");

        // One that this run does not ask for may be asked for by the next.
        let shard_count = shards_of(&folder).len();
        let some = corpus_of(&[at("b.jsonl")]);
        let watch = Stop::after(usize::MAX);
        let run = |corpus, folder: Option<PathBuf>, progress: &dyn Progress| {
            all_of(&fingerprint_corpus(corpus, &options(folder, 1), progress).unwrap())
        };
        let kept = run(&some, Some(folder.shards()), &watch);
        assert_eq!(kept, run(&some, None, &Silent));
        assert_eq!(watch.seen.into_inner(), 0);
        assert_eq!(shards_of(&folder).len(), shard_count);
        assert_eq!(read_again(&folder), 0);

        // One that has changed is read, and no other.
        std::fs::write(at("b.jsonl"), "{\"text\":\"a text of today\"}\n").unwrap();
        assert_eq!(read_again(&folder), 1);
        assert_eq!(read_again(&folder), 0);

        // Shards that have nothing but what is gone go, too.
        std::fs::remove_file(at("a.jsonl")).unwrap();
        assert_eq!(read_again(&folder), 0);
        assert!(shards_of(&folder).iter().all(|shard| shard.0 > 0));
        std::fs::remove_file(at("c.jsonl")).unwrap();
        std::fs::remove_file(at("aa.jsonl")).unwrap();
        assert_eq!(read_again(&folder), 0);
        assert!(shards_of(&folder).len() <= 3, "{:?}", shards_of(&folder));
    }
}

/// Writes a file so many seconds after another time: the clock of files is too coarse for those that are written over at once.
fn write_at(path: &Path, text: impl AsRef<[u8]>, seconds: usize) {
    std::fs::write(path, text).unwrap();
    let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000 + seconds as u64);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(at).unwrap();
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]
    #[test]
    fn what_is_taken_over_changes_nothing(
        steps in proptest::collection::vec((0usize..5, 0usize..60, proptest::option::of(0usize..150)), 1..12)
    ) {
        let folder = Folder::new();
        for (at, (file, lines, stop)) in steps.into_iter().enumerate() {
            // Files that are written, written over, and go.
            let path = folder.0.path().join(Folder::NAMES[file]);
            let line = |n| format!("{{\"text\":\"report {n} {at} of {lines}\"}}\n");
            match lines {
                0 => _ = std::fs::remove_file(&path),
                _ => write_at(&path, (0..lines).map(line).collect::<String>(), at),
            }
            if folder.inputs().is_empty() {
                continue;
            }
            if let Some(after) = stop {
                let _ = folder.run(true, 1, &Stop::after(after));
            }
            if at % 3 == 0 {
                read_again(&folder);
            }
        }
        if !folder.inputs().is_empty() {
            read_again(&folder);
            proptest::prop_assert_eq!(read_again(&folder), 0);
        }
    }
}

#[test]
fn files_that_change_how_others_are_read_have_them_read_again() {
    let folder = Folder::new();
    let at = |name: &str| folder.0.path().join(name);
    let line =
        |date: &str| format!("{{\"text\":\"a report of the harbour\",\"published\":\"{date}\"}}\n");
    for name in ["a.jsonl", "b.jsonl"] {
        std::fs::write(at(name), line("4/3/2026")).unwrap();
    }
    assert_eq!(read_again(&folder), 2);
    std::fs::write(at("c.jsonl"), line("5/6/2026")).unwrap();
    assert_eq!(read_again(&folder), 1);
    std::fs::write(at("c.jsonl"), line("20/3/2026")).unwrap();
    assert_eq!(read_again(&folder), 3);
    assert_eq!(read_again(&folder), 0);
}

#[test]
fn what_is_damaged_is_done_again() {
    let folder = Folder::new();
    read_again(&folder);
    let shard = shard_path(&folder.shards(), 1);
    assert!(shard_path(&folder.shards(), 3).exists());
    let whole = std::fs::read(&shard).unwrap();
    // One in the middle, and the run is stopped again, which leaves a shorter one behind the others.
    std::fs::write(&shard, "").unwrap();
    assert!(folder.run(true, 1, &Stop::after(150)).is_err());
    read_again(&folder);
    assert_eq!(read_again(&folder), 0);
    for damage in [0, 20, 40, whole.len() - 1, whole.len()] {
        std::fs::remove_dir_all(folder.shards()).unwrap();
        read_again(&folder);
        let mut bytes = whole.clone();
        match bytes.get_mut(damage) {
            Some(byte) => *byte ^= 1,
            None => bytes.truncate(damage / 2),
        }
        std::fs::write(&shard, bytes).unwrap();
        std::fs::write(folder.shards().join(".wirecopy-unfinished-x"), "half").unwrap();
        assert!(read_again(&folder) > 0);
        assert!(!shard.exists());
        assert!(!folder.shards().join(".wirecopy-unfinished-x").exists());
        assert_eq!(read_again(&folder), 0);
    }
}

#[test]
fn shards_that_change_during_the_run_are_told() {
    let folder = Folder::new();
    read_again(&folder);
    let corpus = folder.corpus();
    let open = || Checkpoint::open(&folder.shards(), &corpus, &options(None, 1), &Silent).unwrap();
    let read = |kept: &Earlier| kept.read(&mut Default::default(), (0, 1), &corpus);
    let (_, kept) = open();
    assert_eq!(read(&kept).unwrap().number, 1);
    let shard = shard_path(&folder.shards(), 0);
    let mut bytes = std::fs::read(&shard).unwrap();
    let table = 36 + u32::from_le_bytes(bytes[32..36].try_into().unwrap()) as usize;
    // The number of the block, and how many articles it has.
    for at in [4, 8] {
        bytes[table + at] ^= 1;
        std::fs::write(&shard, &bytes).unwrap();
        let message = read(&kept).err().unwrap().to_string();
        assert!(message.contains("changed since the run began"), "{message}");
        bytes[table + at] ^= 1;
    }
    std::fs::remove_file(&shard).unwrap();
    assert!(matches!(read(&kept), Err(Error::Io { .. })));
}

#[test]
fn fingerprints_of_something_else_are_refused() {
    let folder = Folder::new();
    folder.run(true, 1, &Silent).unwrap();
    let refused = |seed| folder.run(true, seed, &Silent).err().unwrap().to_string();
    assert!(refused(2).contains("made with other options (--seed); delete the folder"));
    // Of a build that does not name the options.
    let path = folder.shards().join(MANIFEST);
    let manifest = std::fs::read(&path).unwrap();
    let mut of_old: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let named = of_old
        .as_object_mut()
        .unwrap()
        .remove("parameters")
        .unwrap();
    assert_eq!(named["--seed"], "1");
    std::fs::write(&path, of_old.to_string()).unwrap();
    assert!(refused(1).contains("made by another build of wirecopy"));
    // How many values are kept whole follows from their number, and is not named beside it.
    let mut of_others: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    of_others["parameters"]["--permutations"] = "64".into();
    of_others["parameters"][super::manifest::WHOLE_VALUES] = "16".into();
    std::fs::write(&path, of_others.to_string()).unwrap();
    assert!(refused(1).contains("made with other options (--permutations); delete"));
    std::fs::write(folder.shards().join(MANIFEST), "{").unwrap();
    assert!(refused(1).contains("manifest cannot be read"));

    let folder = Folder::new();
    std::fs::create_dir(folder.shards()).unwrap();
    let held = lock(&folder.shards()).unwrap();
    let message = folder.run(true, 1, &Silent).err().unwrap().to_string();
    assert!(
        message.contains("another run is using the folder"),
        "{message}"
    );
    drop(held);

    let folder = Folder::new();
    std::fs::create_dir(folder.shards()).unwrap();
    for name in ["lock", "manifest"] {
        let path = folder.shards().join(name);
        std::fs::write(&path, "x").unwrap();
        let message = folder.run(true, 1, &Silent).err().unwrap().to_string();
        assert!(message.contains("name another folder"), "{message}");
        assert!(!message.contains("delete"), "{message}");
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
    }
    assert_eq!(std::fs::read_dir(folder.shards()).unwrap().count(), 2);
    std::fs::remove_dir_all(folder.shards()).unwrap();
    std::fs::write(folder.shards(), "x").unwrap();
    let message = folder.run(true, 1, &Silent).err().unwrap().to_string();
    assert!(message.contains("it is a file"), "{message}");
}

#[test]
fn a_file_that_is_read_as_something_else_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("crawl")).unwrap();
    let line = |n| format!("{{\"text\":\"report {n} of the harbour\"}}\n");
    std::fs::write(at("crawl/dump.txt"), (0..9).map(line).collect::<String>()).unwrap();
    // Whoever names such a file means its records; in a folder it is a text.
    for (input, articles) in [("crawl", 1), ("crawl/dump.txt", 9), ("crawl", 1)] {
        let corpus = corpus_of(&[at(input)]);
        let run = |kept| fingerprint_corpus(&corpus, &options(kept, 1), &Silent).unwrap();
        let prints = run(Some(at("shards")));
        assert_eq!(prints.rows.len(), articles);
        assert_eq!(all_of(&prints), all_of(&run(None)));
    }
    // Both are there now.
    let corpus = corpus_of(&[at("crawl/dump.txt")]);
    let prints = fingerprint_corpus(&corpus, &options(Some(at("shards")), 1), &Silent).unwrap();
    assert_eq!(prints.from_checkpoint, 9);
}

#[test]
fn articles_without_ids_are_named_after_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("x")).unwrap();
    std::fs::write(at("a.jsonl"), "{\"text\":\"one\"}\n").unwrap();
    let b = format!(
        "{{\"id\":\"{}:1\",\"text\":\"two\"}}\n",
        at("a.jsonl").display()
    );
    std::fs::write(at("b.jsonl"), b).unwrap();
    let run = |a: PathBuf, kept| {
        let corpus = corpus_of(&[a, at("b.jsonl")]);
        fingerprint_corpus(&corpus, &options(kept, 1), &Silent).unwrap()
    };
    for a in [at("a.jsonl"), at("x/../a.jsonl"), at("a.jsonl")] {
        let expected = run(a.clone(), None);
        assert_eq!(all_of(&run(a, Some(at("shards")))), all_of(&expected));
    }
    let prints = run(at("a.jsonl"), None);
    assert_eq!(prints.duplicate_ids.examples, [(0, 1)]);
}

#[cfg(unix)]
#[test]
fn a_link_stands_for_what_it_leads_to() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = || {
        let corpus = corpus_of(&[at("a.jsonl"), at("today/b.jsonl")]);
        let run = |kept| fingerprint_corpus(&corpus, &options(kept, 1), &Silent).unwrap();
        let prints = run(Some(at("shards")));
        assert_eq!(all_of(&prints), all_of(&run(None)));
        prints.from_checkpoint
    };
    // Of one length and one time.
    for (file, text) in [
        ("x/b.jsonl", "one"),
        ("y/b.jsonl", "two"),
        ("x.jsonl", "six"),
        ("y.jsonl", "ten"),
    ] {
        std::fs::create_dir_all(at(file).parent().unwrap()).unwrap();
        write_at(&at(file), format!("{{\"text\":\"{text}\"}}\n"), 0);
    }
    for (links, there) in [
        (["x.jsonl", "x"], 0),
        (["y.jsonl", "x"], 1),
        (["y.jsonl", "y"], 1),
        (["x.jsonl", "y"], 2),
    ] {
        for (link, to) in ["a.jsonl", "today"].into_iter().zip(links) {
            let _ = std::fs::remove_file(at(link));
            symlink(at(to), at(link)).unwrap();
        }
        assert_eq!(run(), there);
    }
}

#[test]
fn what_other_runs_ask_for_stays() {
    // Two runs in turn, of which one has the file that tells how the others are read.
    let folder = Folder::new();
    let at = |name: &str| folder.0.path().join(name);
    let line = |date: &str| format!("{{\"text\":\"of the harbour\",\"published\":\"{date}\"}}\n");
    for (name, date) in [
        ("a.jsonl", "4/3/2026"),
        ("b.jsonl", "2026-01-02"),
        ("c.jsonl", "20/3/2026"),
    ] {
        std::fs::write(at(name), line(date)).unwrap();
    }
    let run = |names: &[&str]| {
        let inputs: Vec<PathBuf> = names.iter().map(|name| at(name)).collect();
        let options = options(Some(folder.shards()), 1);
        fingerprint_corpus(&corpus_of(&inputs), &options, &Silent)
            .unwrap()
            .from_checkpoint
    };
    for there in [0, 1] {
        assert_eq!(run(&["a.jsonl", "b.jsonl"]), 2 * there);
        assert_eq!(run(&["a.jsonl", "b.jsonl", "c.jsonl"]), 3 * there);
    }
    // Until they change.
    write_at(&at("a.jsonl"), line("4/3/2026"), 0);
    assert_eq!(run(&["b.jsonl"]), 1);
    assert_eq!(run(&["a.jsonl", "b.jsonl", "c.jsonl"]), 2);
}

#[test]
fn what_is_missing_elsewhere_may_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (disk, text) in [("one", "of one"), ("two", "of two")] {
        std::fs::create_dir_all(at(disk).join("crawl")).unwrap();
        write_at(
            &at(disk).join("crawl/a.jsonl"),
            format!("{{\"text\":\"{text}\"}}\n"),
            0,
        );
    }
    let run = |inputs: &[PathBuf]| {
        let options = options(Some(at("shards")), 1);
        fingerprint_corpus(&corpus_of(inputs), &options, &Silent)
            .unwrap()
            .from_checkpoint
    };
    let (one, two) = (at("one/crawl/a.jsonl"), at("two/crawl/a.jsonl"));
    assert_eq!(
        (
            run(std::slice::from_ref(&one)),
            run(std::slice::from_ref(&two))
        ),
        (0, 0)
    );
    let count = || shards(&at("shards")).unwrap().len();
    std::fs::rename(at("one"), at("away")).unwrap();
    assert_eq!((run(std::slice::from_ref(&two)), count()), (1, 2));
    std::fs::rename(at("away"), at("one")).unwrap();
    assert_eq!(run(&[one.clone(), two.clone()]), 2);
    // Missing where others are read, it is no more.
    std::fs::write(at("three.jsonl"), "{\"text\":\"three\"}\n").unwrap();
    std::fs::rename(at("one"), at("away")).unwrap();
    assert_eq!((run(&[two, at("three.jsonl")]), count()), (1, 2));
}

#[test]
fn how_dates_are_read_can_be_said_later() {
    let folder = Folder::new();
    let run = |date_order| {
        let options_of_corpus = CorpusOptions {
            block_bytes: 1_000,
            date_order,
            ..CorpusOptions::default()
        };
        let corpus = Corpus::open(&folder.inputs(), options_of_corpus, &Silent).unwrap();
        let options = options(Some(folder.shards()), 1);
        fingerprint_corpus(&corpus, &options, &Silent)
            .unwrap()
            .from_checkpoint
    };
    use crate::corpus::dates::DateOrder;
    assert_eq!(run(None), 0);
    let usual = folder.corpus().files()[0].date_order();
    let another = match usual {
        DateOrder::MonthFirst => DateOrder::DayFirst,
        DateOrder::DayFirst => DateOrder::MonthFirst,
    };
    assert_eq!((run(Some(usual)), run(Some(another))), (392, 0));
}

#[test]
fn a_file_whose_time_is_not_known_is_read_again() {
    let folder = Folder::new();
    let path = folder.0.path().join("b.jsonl");
    let file = fs::File::options().write(true).open(&path).unwrap();
    let before = std::time::UNIX_EPOCH - std::time::Duration::from_secs(1);
    if file.set_modified(before).is_err() {
        // There are file systems without such times.
        return;
    }
    assert_eq!(read_again(&folder), 400);
    assert_eq!(read_again(&folder), 100);
    assert_eq!(read_again(&folder), 100);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_utf_8_are_told_apart() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let paths = [b"\xf0.jsonl", b"\xf1.jsonl"].map(|name| {
        let path = folder.path().join(std::ffi::OsStr::from_bytes(name));
        write_at(
            &path,
            format!("{{\"text\":\"the report {}\"}}\n", name[0]),
            0,
        );
        path
    });
    let run = |paths: &[PathBuf], kept| {
        fingerprint_corpus(&corpus_of(paths), &options(kept, 1), &Silent).unwrap()
    };
    let shards = || Some(folder.path().join("shards"));
    for there in [0, 2] {
        let prints = run(&paths, shards());
        assert_eq!(all_of(&prints), all_of(&run(&paths, None)));
        assert_eq!(prints.from_checkpoint, there);
    }
    // That nobody asks for one does not mean that it is no more.
    let folder_of_another = Folder::new();
    run(&folder_of_another.inputs(), shards());
    assert_eq!(run(&paths[1..], shards()).from_checkpoint, 1);
}

#[test]
fn bad_records_of_a_file_that_is_there_come_first() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("a.jsonl"), "{\"text\":\"one\"}\n{broken\n").unwrap();
    std::fs::write(at("b.jsonl"), "{broken\n").unwrap();
    let run = |inputs: &[&str], strict| {
        let inputs: Vec<PathBuf> = inputs.iter().map(|name| at(name)).collect();
        let options = FingerprintOptions {
            strict,
            ..options(Some(at("shards")), 1)
        };
        fingerprint_corpus(&corpus_of(&inputs), &options, &Silent)
    };
    assert_eq!(run(&["a.jsonl"], false).unwrap().rejected.len(), 1);
    let rejected = |inputs: &[&str]| match run(inputs, true) {
        Err(Error::Rejected(reject)) => (reject.file, reject.line),
        other => panic!("{other:?}"),
    };
    let of = |name: &str, line| (at(name).display().to_string(), Some(line));
    assert_eq!(rejected(&["a.jsonl", "b.jsonl"]), of("a.jsonl", 2));
    assert_eq!(rejected(&["b.jsonl", "a.jsonl"]), of("b.jsonl", 1));
}

#[test]
fn who_stops_while_files_are_taken_over_is_heard() {
    let folder = Folder::new();
    read_again(&folder);
    let stopped = folder.run(true, 1, &Stop::after(0));
    assert!(matches!(stopped, Err(Error::Interrupted)));
    // Between two blocks, too.
    struct StopLater(AtomicUsize);
    impl Progress for StopLater {
        fn rejected(&self, _: &Reject) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        fn cancelled(&self) -> bool {
            self.0.load(Ordering::Relaxed) >= 2
        }
    }
    let later = StopLater(AtomicUsize::new(0));
    let stopped = folder.run(true, 1, &later);
    assert!(matches!(stopped, Err(Error::Interrupted)));
    assert!(later.0.into_inner() < 8);
    assert_eq!(read_again(&folder), 0);
}

#[cfg(unix)]
#[test]
fn a_shard_that_cannot_be_written_ends_the_run_and_loses_nothing() {
    let folder = Folder::new();
    read_again(&folder);
    let before = shards_of(&folder);
    std::fs::copy(
        folder.0.path().join("a.jsonl"),
        folder.0.path().join("c.jsonl"),
    )
    .unwrap();
    // Something stands where the next would go.
    let next = shard_path(&folder.shards(), before.len() as u32);
    std::fs::create_dir_all(next.join("x")).unwrap();
    let blocked = shard_path(&folder.shards(), before.len() as u32 + 1);
    std::fs::create_dir_all(blocked.join("x")).unwrap();
    let message = folder.run(true, 1, &Silent).err().unwrap().to_string();
    assert!(message.contains("shard-"), "{message}");
    for path in [next, blocked] {
        std::fs::remove_dir_all(path).unwrap();
    }
    assert_eq!(read_again(&folder), 300);
    assert!(shards_of(&folder).starts_with(&before));
}

#[test]
fn the_last_number_of_a_shard_is_told() {
    let folder = Folder::new();
    read_again(&folder);
    let of_last = shard_path(&folder.shards(), u32::MAX);
    std::fs::copy(shard_path(&folder.shards(), 0), of_last).unwrap();
    assert_eq!(read_again(&folder), 0);
    std::fs::write(folder.0.path().join("c.jsonl"), "{\"text\":\"one\"}\n").unwrap();
    let message = folder.run(true, 1, &Silent).err().unwrap().to_string();
    assert!(message.contains("the last shard"), "{message}");
}
