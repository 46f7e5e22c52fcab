//! Compressed files are decompressed before their turn.
//!
//! A compressed file without pieces (`pieces`) is decompressed by the thread that fills the next block, and by that alone. The
//! others would wait for it: instead each takes one of the files that come later and decompresses it into the store (`unpacked`),
//! from which it is read when its turn has come. So the order of the results, and what is held of them, is the same. Where nothing can be
//! kept, or a file turns out to be damaged, it is decompressed in its turn as if nobody had tried.

use super::compress::{Chunk, Compression, MODEST_WINDOW, Stream};
use super::unpacked::{Store, is_sane};
use super::{Corpus, SourceFile};
use crate::error::Result;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes that are decompressed at a time.
const STEP: usize = 256 << 10;
/// Files that are looked at beyond the one that is read, for each thread: what is decompressed soon before it is read is still in the file cache.
const AHEAD: usize = 2;

/// Where the scan comes to a file too soon it has to wait for it, though not for more than one part in so many of what it takes to decompress it. Otherwise
/// of two files of one length none would ever be taken.
const MOST_LATE: u64 = 4;

/// Bytes of memory that so many threads may take for it.
pub(super) fn memory(corpus: &Corpus, threads: usize) -> usize {
    let zstd =
        |file: &&SourceFile| file.compression == Compression::Zstd && is_worth_it(corpus, file);
    // Of gzip a decoder is a small part of what is reckoned for a thread.
    match corpus.files.iter().filter(zstd).nth(1) {
        Some(_) => threads.saturating_sub(1) * (MODEST_WINDOW + STEP),
        None => 0,
    }
}

/// Whether a file is compressed and worth a thread of its own.
fn is_worth_it(corpus: &Corpus, file: &SourceFile) -> bool {
    let packed = file.compression != Compression::None;
    packed && !corpus.is_small(file) && file.foreign.is_none()
}

/// The files of a scan, of which some can be decompressed before their turn.
pub(super) struct Beforehand<'c> {
    corpus: &'c Corpus,
    threads: usize,
    state: Mutex<State>,
}

/// What was given out, and how far the scan has come.
struct State {
    /// The first file that nobody has looked at.
    next: usize,
    /// The files that were given out.
    taken: Vec<bool>,
    /// The file that is read.
    present: usize,
    /// Bytes on disk that are left of it.
    left: u64,
}

impl<'c> Beforehand<'c> {
    /// For a scan by so many threads.
    pub(super) fn new(corpus: &'c Corpus, threads: usize) -> Self {
        Self {
            corpus,
            threads,
            state: Mutex::new(State {
                next: 1,
                taken: vec![false; corpus.files.len()],
                present: 0,
                left: 0,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing is ever half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The scan has come to a file.
    pub(super) fn begin(&self, file: usize) {
        let mut state = self.lock();
        state.present = file;
        state.left = self.corpus.files[file].size;
    }

    /// The scan has read so many bytes more of it, on disk.
    pub(super) fn advance(&self, bytes: u64) {
        let mut state = self.lock();
        state.left = state.left.saturating_sub(bytes);
    }

    /// Decompresses a file, unless `stop` says that it is of no use any more. `false` if there is none to be had.
    pub(super) fn help(&self, stop: impl Fn() -> bool) -> bool {
        let Some(file) = self.take() else {
            return false;
        };
        // Says that it is over, also when the thread panics: the reader waits for it.
        let _working = file.kept.working();
        if let Some(store) = self.corpus.store() {
            // Whatever is wrong with the file is found again, and told, in its turn.
            let _ = unpack(file, store, stop);
        }
        true
    }

    /// The next file that will be whole, or nearly so, when the scan comes to it; it is set aside for the caller.
    fn take(&self) -> Option<&'c SourceFile> {
        let files = &self.corpus.files;
        let mut state = self.lock();
        let first = state.present + 1;
        let last = files.len().min(first + AHEAD * self.threads);
        state.next = state.next.max(first);
        while state.next < last {
            let number = state.next;
            let file = &files[number];
            state.next += 1;
            if !is_worth_it(self.corpus, file) {
                continue;
            }
            // What the scan has to decompress itself until then: everything else takes it no time in comparison.
            let by_itself =
                |file: &usize| is_worth_it(self.corpus, &files[*file]) && !state.taken[*file];
            let left = Some(state.left).filter(|_| by_itself(&state.present));
            let between = (first..number)
                .filter(by_itself)
                .map(|file| files[file].size);
            let before: u64 = left.into_iter().chain(between).sum();
            let in_time = before >= file.size - file.size / MOST_LATE;
            if in_time && file.kept.begin_beforehand() {
                state.taken[number] = true;
                return Some(file);
            }
        }
        None
    }
}

/// Decompresses a whole file into the store, as far as it goes.
fn unpack(file: &SourceFile, store: &Store, stop: impl Fn() -> bool) -> Result<()> {
    file.check_unchanged()?;
    let mut stream = Stream::open_modest(&file.path)?;
    let (mut buf, mut offset, mut ended) = (vec![0; STEP], 0, false);
    while !ended {
        let mut filled = 0;
        while filled < buf.len() && !ended {
            match stream.read(&mut buf[filled..], &file.path)? {
                Chunk::Bytes(n) => filled += n,
                Chunk::End => ended = true,
                Chunk::Broken(_) => return Ok(()),
            }
        }
        let length = offset + filled as u64;
        let is_whole = ended && stream.disk_read() == file.size;
        if stop() || ended != is_whole || !is_sane(length, file.size) {
            return Ok(());
        }
        let whole = is_whole.then_some(length);
        if !file.kept.keep(store, &buf[..filled], offset, whole) {
            return Ok(());
        }
        offset = length;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{CorpusOptions, Parser};
    use super::*;
    use crate::progress::{Silent, Stage};
    use proptest::prelude::*;
    use std::io::Write;
    use std::path::Path;

    /// So many articles that share little.
    fn lines(articles: u32) -> Vec<u8> {
        let line = |i: u32| format!("{{\"text\":\"{:x} {i:x}\"}}\n", i.wrapping_mul(0x9e37_79b9));
        (0..articles).map(line).collect::<String>().into_bytes()
    }

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    /// In one frame with such a window.
    fn zstd(plain: &[u8], window_log: u32) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(window_log).unwrap();
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    /// A corpus of these files, of which all count as large but those of a few hundred bytes.
    fn corpus(folder: &Path, files: &[Vec<u8>]) -> Corpus {
        let write = |(number, bytes): (usize, &Vec<u8>)| {
            let path = folder.join(format!("{number:02}"));
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let paths: Vec<_> = files.iter().enumerate().map(write).collect();
        let options = CorpusOptions {
            block_bytes: 500,
            tmp: Some(folder.to_path_buf()),
            ..CorpusOptions::default()
        };
        Corpus::open(&paths, options, &Silent).unwrap()
    }

    fn is_kept(corpus: &Corpus, file: usize) -> bool {
        let store = corpus.store().unwrap();
        corpus.files[file].kept.whole(store).is_some()
    }

    /// All texts, and the reasons for which others could not be read.
    fn scan(corpus: &Corpus) -> (Vec<String>, Vec<String>) {
        let mut all = (Vec::new(), Vec::new());
        let work = |parser: &mut Parser, block: &super::super::Block| {
            let texts = block.records.iter().map(|record| {
                let article = parser.parse(corpus, block, record);
                article.map_or_else(|reject| reject.detail, |article| article.text.into_owned())
            });
            let reasons = block.rejects.iter().map(|reject| reject.reason.to_string());
            Ok((texts.collect::<Vec<_>>(), reasons.collect::<Vec<_>>()))
        };
        let collect = |(texts, reasons)| {
            all.0.extend::<Vec<_>>(texts);
            all.1.extend::<Vec<_>>(reasons);
            Ok(())
        };
        corpus
            .scan(Stage::Fingerprint, &Silent, Parser::new, work, collect)
            .unwrap();
        all
    }

    #[test]
    fn files_that_come_later_are_decompressed() {
        let folder = tempfile::tempdir().unwrap();
        let files = [gzip(&lines(900)), gzip(&lines(800)), zstd(&lines(500), 20)];
        let corpus = corpus(folder.path(), &files);
        if corpus.store().is_none() {
            return;
        }
        let beforehand = Beforehand::new(&corpus, 4);
        beforehand.begin(0);
        assert!(beforehand.help(|| false));
        assert!(is_kept(&corpus, 1) && !is_kept(&corpus, 2));
        assert!(beforehand.help(|| false));
        assert!(is_kept(&corpus, 2));
        assert!(!beforehand.help(|| false));
        // The scan reads them there, and keeps what is left.
        let (texts, reasons) = scan(&corpus);
        assert_eq!((texts.len(), reasons.len()), (2_200, 0));
        assert_eq!([900, 1_700].map(|at| &texts[at]), [&texts[0]; 2]);
        assert!(is_kept(&corpus, 0));
    }

    #[test]
    fn only_files_that_will_be_whole_in_time_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let packed = gzip(&lines(900));
        let files = [&packed, &packed, &lines(900), &packed, &packed, &packed].map(Clone::clone);
        let corpus = corpus(folder.path(), &files);
        let take = |beforehand: &Beforehand| {
            let taken = beforehand.take()?;
            corpus
                .files
                .iter()
                .position(|file| std::ptr::eq(file, taken))
        };
        let beforehand = Beforehand::new(&corpus, 2);
        beforehand.begin(0);
        beforehand.advance(packed.len() as u64 / 3);
        // The scan is too close to the second, and the third is plain.
        assert_eq!(take(&beforehand), Some(3));
        // Two for each thread are ahead at most.
        assert_eq!(take(&beforehand), Some(4));
        assert_eq!(take(&beforehand), None);
        // What was taken is read in no time: it has come to the last.
        beforehand.begin(3);
        assert_eq!(take(&beforehand), None);

        // Whoever comes first takes a file, and nobody else does.
        let another = Beforehand::new(&corpus, 3);
        another.begin(0);
        assert_eq!((take(&another), take(&another)), (Some(1), Some(5)));
        assert_eq!(take(&another), None);
    }

    #[test]
    fn what_cannot_be_kept_is_read_in_its_turn() {
        let folder = tempfile::tempdir().unwrap();
        let large = zstd(&lines(9_000), 24);
        let mut cut = gzip(&lines(9_000));
        cut.truncate(cut.len() - 7);
        let files = [large.clone(), large, cut.clone(), cut];
        let corpus = corpus(folder.path(), &files);
        let beforehand = Beforehand::new(&corpus, 4);
        beforehand.begin(0);
        while beforehand.help(|| false) {}
        for file in 1..corpus.store().map_or(1, |_| 4) {
            assert!(!is_kept(&corpus, file), "{file}");
        }
        let (texts, reasons) = scan(&corpus);
        assert!(texts.len() > 35_000, "{}", texts.len());
        assert_eq!(reasons, ["truncated", "truncated"]);
    }

    #[test]
    fn who_is_stopped_gives_the_file_up() {
        let folder = tempfile::tempdir().unwrap();
        let packed = gzip(&lines(90_000));
        let corpus = corpus(folder.path(), &[packed.clone(), packed]);
        let beforehand = Beforehand::new(&corpus, 2);
        beforehand.begin(0);
        assert!(beforehand.help(|| true));
        assert!(corpus.store().is_none() || !is_kept(&corpus, 1));
        assert_eq!(scan(&corpus).0.len(), 180_000);
    }

    #[test]
    fn memory_is_reckoned_for_zstd_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (gzip, zstd) = (gzip(&lines(900)), zstd(&lines(900), 20));
        let memory_of = |files: &[Vec<u8>], threads| {
            let folder = folder.path().join(format!("{}{threads}", files.len()));
            std::fs::create_dir(&folder).unwrap();
            memory(&corpus(&folder, files), threads)
        };
        let files = [gzip, zstd.clone(), zstd];
        assert_eq!(memory_of(&files[..2], 4), 0);
        assert_eq!(memory_of(&files, 1), 0);
        assert_eq!(memory_of(&files, 4), 3 * ((8 << 20) + STEP));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn threads_and_compression_change_nothing(
            files in proptest::collection::vec((0u32..3_000, 0u8..4), 1..9), threads in 2usize..7, cut in any::<proptest::sample::Index>(),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let cut = cut.index(files.len());
            let files = files.iter().enumerate().map(|(number, &(articles, kind))| {
                let plain = lines(articles + 1);
                let mut packed = match kind {
                    0 => plain,
                    1 => zstd(&plain, 20),
                    _ => gzip(&plain),
                };
                if number == cut && kind > 0 {
                    packed.truncate(packed.len() - 9);
                }
                packed
            });
            let files: Vec<Vec<u8>> = files.collect();
            let once = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let corpus = corpus(folder.path(), &files);
                pool.install(|| (scan(&corpus), scan(&corpus)))
            };
            let (first, again) = once(threads);
            prop_assert_eq!(&first, &again);
            prop_assert_eq!(first, once(1).0);
        }
    }
}
