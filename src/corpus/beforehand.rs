//! Compressed files are decompressed before their turn.
//!
//! A compressed file without pieces (`pieces`) is decompressed by the thread that fills the next block, and by that alone. The
//! others would wait for it: instead each takes one of the files that come later and decompresses it into the store (`unpacked`),
//! from which it is read when its turn has come. So the order of the results, and what is held of them, is the same. Where nothing can be
//! kept, or a file turns out to be damaged, it is decompressed in its turn as if nobody had tried.

use super::compress::{Chunk, Compression, MODEST_WINDOW, Stream};
use super::unpacked::{Store, Working, is_sane};
use super::{Corpus, SourceFile};
use crate::error::Result;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes that are decompressed at a time.
const STEP: usize = 256 << 10;

/// Files that are looked at beyond the one that is read, for each thread: what is decompressed soon before it is read is still in the file cache.
const FILES: usize = 2;

/// Where the scan comes to a file too soon it has to wait for it, though for about one part in so many of the time that it takes to decompress it.
/// Otherwise of two files of one length none would ever be taken.
const MOST_LATE: u64 = 4;

/// News is seldom so many times as long as on disk: a file is only taken where there is room for that.
const MOST_LIKELY: u64 = 8;

/// Bytes of memory that a thread takes to decompress zstd: the window, buffers and what the decoder holds.
const DECODER: usize = MODEST_WINDOW + (1 << 20);

/// Bytes of memory that so many threads may take for it.
pub(super) fn memory(corpus: &Corpus, threads: usize) -> usize {
    // Of gzip a decoder is a small part of what is reckoned for a thread.
    let zstd = corpus
        .files
        .iter()
        .filter(|file| file.compression == Compression::Zstd && takes_one_thread(corpus, file));
    match zstd.take(threads).count().saturating_sub(1) {
        others if others > 0 && corpus.store().is_some() => others * DECODER,
        _ => 0,
    }
}

/// Whether a file is decompressed by one thread while others look on.
fn takes_one_thread(corpus: &Corpus, file: &SourceFile) -> bool {
    is_packed(corpus, file) && !file.has_pieces()
}

/// Whether a file is compressed and worth a thread of its own.
fn is_packed(corpus: &Corpus, file: &SourceFile) -> bool {
    let packed = file.compression != Compression::None;
    packed && !corpus.is_small(file) && file.foreign.is_none()
}

/// The files of a scan, of which some can be decompressed before their turn. Their places are those among the files that are read.
pub(super) struct Beforehand<'c> {
    corpus: &'c Corpus,
    threads: usize,
    /// The numbers of the files that are read.
    files: Vec<usize>,
    state: Mutex<State>,
}

/// What was given out, and how far the scan has come.
struct State {
    /// The first file that nobody has looked at.
    next: usize,
    /// The files that were given out, and not given up.
    taken: Vec<bool>,
    /// Room in the store that those take, probably, that are being worked on.
    promised: u64,
    /// The file that is read.
    present: usize,
    /// Bytes on disk that are left of it.
    left: u64,
}

/// A file that was given out.
struct Taken<'c> {
    place: usize,
    file: &'c SourceFile,
    store: &'c Store,
    _working: Working<'c>,
}

impl<'c> Beforehand<'c> {
    /// For a scan by so many threads; `wanted` says of each file whether it is read.
    pub(super) fn new(corpus: &'c Corpus, threads: usize, wanted: &[bool]) -> Self {
        let files: Vec<usize> = (0..wanted.len()).filter(|&file| wanted[file]).collect();
        let state = State {
            next: 1,
            taken: vec![false; files.len()],
            promised: 0,
            present: 0,
            left: files.first().map_or(0, |&first| corpus.files[first].size),
        };
        Self {
            corpus,
            threads,
            files,
            state: Mutex::new(state),
        }
    }

    fn file(&self, place: usize) -> &'c SourceFile {
        &self.corpus.files[self.files[place]]
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing is ever half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The scan has come to the file of this number.
    pub(super) fn begin(&self, number: usize) {
        let mut state = self.lock();
        state.present = self.files.partition_point(|&file| file < number);
        state.left = self.corpus.files[number].size;
    }

    /// The scan has read so many bytes more of it, on disk.
    pub(super) fn advance(&self, bytes: u64) {
        let mut state = self.lock();
        state.left = state.left.saturating_sub(bytes);
    }

    /// Decompresses a file, unless `stop` says that it is of no use any more. `false` if there is none to be had.
    pub(super) fn help(&self, stop: impl Fn() -> bool) -> bool {
        if stop() {
            return false;
        }
        let Some(taken) = self.take() else {
            return false;
        };
        let Taken { place, file, .. } = taken;
        // Whatever is wrong with the file is found again, and told, in its turn.
        let whole = unpack(file, taken.store, stop).unwrap_or(false);
        let mut state = self.lock();
        state.taken[place] = whole;
        state.promised -= likely(file);
        true
    }

    /// The next file that will be whole, or nearly so, when the scan comes to it; it is set aside for the caller.
    fn take(&self) -> Option<Taken<'c>> {
        let mut state = self.lock();
        let first = state.present + 1;
        let last = self.files.len().min(first + FILES * self.threads);
        state.next = state.next.max(first);
        while state.next < last {
            let place = state.next;
            let file = self.file(place);
            state.next += 1;
            if !takes_one_thread(self.corpus, file) {
                continue;
            }
            let in_time = self.until(&state, place) >= file.size - file.size / MOST_LATE;
            let room = self.room_of_present(&state) + state.promised + likely(file);
            let store = self.corpus.store()?;
            if in_time
                && store.has_room(room)
                && let Some(working) = file.kept.begin_beforehand()
            {
                state.taken[place] = true;
                state.promised += likely(file);
                return Some(Taken {
                    place,
                    file,
                    store,
                    _working: working,
                });
            }
        }
        None
    }

    /// Whether the thread that fills blocks decompresses a file: it was not taken beforehand, nor kept by an earlier scan.
    fn is_decompressed_in_turn(&self, state: &State, place: usize) -> bool {
        let file = self.file(place);
        !state.taken[place] && is_packed(self.corpus, file) && !file.kept.is_there()
    }

    /// Room in the store that the file takes, probably, that is read: what the scan decompresses is kept, too.
    fn room_of_present(&self, state: &State) -> u64 {
        match self.is_decompressed_in_turn(state, state.present) {
            true => likely(self.file(state.present)),
            false => 0,
        }
    }

    /// How long it takes the scan to come to a file, about, as bytes on disk that one thread decompresses in that time. Files that it does not
    /// decompress take it no time in comparison.
    fn until(&self, state: &State, place: usize) -> u64 {
        let time = |place: usize, bytes: u64| match self.is_decompressed_in_turn(state, place) {
            false => 0,
            true if self.file(place).has_pieces() => bytes / self.threads as u64,
            true => bytes,
        };
        let between = state.present + 1..place;
        let between = between.map(|place| time(place, self.file(place).size));
        time(state.present, state.left) + between.sum::<u64>()
    }
}

/// Bytes of the store that a file takes at most, probably.
fn likely(file: &SourceFile) -> u64 {
    file.size.saturating_mul(MOST_LIKELY)
}

/// Decompresses a file into the store, as far as it goes. Whether it is there as a whole then.
fn unpack(file: &SourceFile, store: &Store, stop: impl Fn() -> bool) -> Result<bool> {
    file.check_unchanged()?;
    let mut stream = Stream::open_modest(&file.path)?;
    let (mut buf, mut offset) = (vec![0; STEP], 0);
    loop {
        let (mut filled, mut ended) = (0, false);
        while filled < buf.len() && !ended {
            match stream.read(&mut buf[filled..], &file.path)? {
                Chunk::Bytes(n) => filled += n,
                Chunk::End => ended = true,
                Chunk::Broken(_) => return Ok(false),
            }
        }
        let length = offset + filled as u64;
        let is_whole = ended && stream.disk_read() == file.size;
        if stop() || ended != is_whole || !is_sane(length, file.size) {
            return Ok(false);
        }
        let whole = is_whole.then_some(length);
        let kept = file.kept.keep(store, &buf[..filled], offset, whole);
        if !kept || ended {
            return Ok(kept);
        }
        offset = length;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::gzip;
    use super::super::{CorpusOptions, Parser, Place, Places};
    use super::*;
    use crate::progress::{Silent, Stage};
    use proptest::prelude::*;
    use std::io::Write;
    use std::path::Path;

    /// Of a scan that reads all files.
    fn of_all(corpus: &Corpus, threads: usize) -> Beforehand<'_> {
        Beforehand::new(corpus, threads, &vec![true; corpus.files.len()])
    }

    /// So many articles that share little.
    fn lines(articles: u32) -> Vec<u8> {
        let line = |i: u32| format!("{{\"text\":\"{:x} {i:x}\"}}\n", i.wrapping_mul(0x9e37_79b9));
        (0..articles).map(line).collect::<String>().into_bytes()
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
        scan_files(corpus, &vec![true; corpus.files.len()])
    }

    /// The same of some files.
    fn scan_files(corpus: &Corpus, wanted: &[bool]) -> (Vec<String>, Vec<String>) {
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
        let (stage, wanted) = (Stage::Fingerprint, wanted.to_vec());
        corpus
            .scan_files(stage, &Silent, wanted, Parser::new, work, collect)
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
        let beforehand = of_all(&corpus, 4);
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
        if corpus.store().is_none() {
            return;
        }
        let take = |beforehand: &Beforehand| {
            let taken = beforehand.take()?;
            // It stays taken.
            std::mem::forget(taken._working);
            Some(taken.place)
        };
        let beforehand = of_all(&corpus, 2);
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
        let another = of_all(&corpus, 3);
        another.begin(0);
        assert_eq!((take(&another), take(&another)), (Some(1), Some(5)));
        assert_eq!(take(&another), None);
    }

    #[test]
    fn only_files_that_are_read_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let files = vec![gzip(&lines(900)); 9];
        let corpus = corpus(folder.path(), &files);
        if corpus.store().is_none() {
            return;
        }
        // The third is there from an earlier scan: the scan is at it and at the next one in no time.
        let mut wanted = [false; 9];
        wanted[2] = true;
        scan_files(&corpus, &wanted);
        assert!(is_kept(&corpus, 2) && !is_kept(&corpus, 0));
        for file in [4, 6, 8] {
            wanted[file] = true;
        }
        let beforehand = Beforehand::new(&corpus, 1, &wanted);
        beforehand.begin(2);
        // Two of those that are read are looked at for a thread, however many lie between.
        assert!(beforehand.help(|| false));
        assert!(!beforehand.help(|| false));
        let kept: Vec<usize> = (0..9).filter(|&file| is_kept(&corpus, file)).collect();
        assert_eq!(kept, [2, 6]);
        assert!(!Beforehand::new(&corpus, 4, &[false; 9]).help(|| false));
    }

    #[test]
    fn what_cannot_be_kept_is_read_in_its_turn() {
        let folder = tempfile::tempdir().unwrap();
        let large = zstd(&lines(9_000), 24);
        let mut cut = gzip(&lines(9_000));
        cut.truncate(cut.len() - 7);
        let files = [large.clone(), large, cut.clone(), cut];
        let corpus = corpus(folder.path(), &files);
        let beforehand = of_all(&corpus, 4);
        beforehand.begin(0);
        while beforehand.help(|| false) {}
        for file in 1..corpus.store().map_or(1, |_| 4) {
            assert!(!is_kept(&corpus, file), "{file}");
        }
        let (texts, reasons) = scan(&corpus);
        assert!(texts.len() > 35_000, "{}", texts.len());
        assert_eq!(reasons, ["truncated", "truncated"]);
        if corpus.store().is_some() {
            // As if nobody had tried.
            assert_eq!(
                [0, 1, 2, 3].map(|file| is_kept(&corpus, file)),
                [true, true, false, false]
            );
        }
    }

    #[test]
    fn who_is_stopped_gives_the_file_up() {
        let folder = tempfile::tempdir().unwrap();
        let packed = gzip(&lines(90_000));
        let corpus = corpus(folder.path(), &[packed.clone(), packed]);
        let beforehand = of_all(&corpus, 2);
        beforehand.begin(0);
        // It is asked before a file is taken, and after each step.
        let asked = std::cell::Cell::new(0);
        let stop = |after: i32| {
            asked.set(asked.get() + 1);
            asked.get() > after
        };
        assert!(!beforehand.help(|| stop(0)));
        asked.set(0);
        assert_eq!(beforehand.help(|| stop(2)), corpus.store().is_some());
        assert_eq!(scan(&corpus).0.len(), 180_000);
        assert!(corpus.store().is_none() || is_kept(&corpus, 1));
    }

    #[test]
    fn memory_is_reckoned_for_zstd_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (gzip, zstd) = (gzip(&lines(900)), zstd(&lines(900), 20));
        let memory_of = |files: &[&Vec<u8>], threads| {
            let folder = folder.path().join(format!("{}{threads}", files.len()));
            std::fs::create_dir(&folder).unwrap();
            let files: Vec<Vec<u8>> = files.iter().map(|file| (*file).clone()).collect();
            let corpus = corpus(&folder, &files);
            let decoders = memory(&corpus, threads) / DECODER;
            corpus.store().map_or(0, |_| decoders)
        };
        assert_eq!(memory_of(&[&gzip, &zstd], 4), 0);
        let files = [&gzip, &zstd, &zstd, &zstd];
        let wanted = [(1, 0), (2, 1), (8, 2)];
        for (threads, decoders) in wanted {
            let found = memory_of(&files, threads);
            assert!(
                found == decoders || found == 0 && cfg!(not(target_os = "linux")),
                "{threads}: {found}"
            );
        }
    }

    #[test]
    fn what_several_threads_decompress_together_is_left_to_them() {
        let folder = tempfile::tempdir().unwrap();
        let frames = [zstd(&lines(900), 20), zstd(&lines(900), 20)].concat();
        let one = zstd(&lines(2_000), 20);
        let files = [&one, &frames, &frames, &one].map(Clone::clone);
        let corpus = corpus(folder.path(), &files);
        let pieces = [false, true, true, false];
        assert!(corpus.files.iter().map(SourceFile::has_pieces).eq(pieces));
        let beforehand = of_all(&corpus, 8);
        assert_eq!(beforehand.help(|| false), corpus.store().is_some());
        assert!(corpus.store().is_none() || is_kept(&corpus, 3));
        // In their company a file has less time.
        let beforehand = of_all(&corpus, 8);
        beforehand.begin(1);
        assert!(!beforehand.help(|| false));
    }

    #[test]
    fn a_scan_takes_files_beforehand() {
        if std::thread::available_parallelism().is_ok_and(|cores| cores.get() == 1) {
            // There one thread hardly ever comes upon another that is at it.
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let files = vec![gzip(&lines(9_000)); 9];
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4);
        let pool = pool.build().unwrap();
        let whole = |corpus: &Corpus| {
            scan(corpus);
        };
        let chosen = |corpus: &Corpus| {
            let place = |file| Place {
                file,
                offset: 0,
                end: u64::MAX,
                line: 1,
            };
            let places = Places {
                files: vec![true; files.len()],
                records: (0..files.len()).map(place),
            };
            let work = |(): &mut (), _: &super::super::Block| Ok(());
            corpus
                .scan_chosen(Stage::Reread, &Silent, places, || (), work, |()| Ok(()))
                .unwrap();
        };
        let scans: [&(dyn Fn(&Corpus) + Sync); 2] = [&whole, &chosen];
        for scan in scans {
            // It takes two threads that want something at the same time, which is a matter of chance.
            let taken = (0..100).any(|_| {
                let corpus = corpus(folder.path(), &files);
                pool.install(|| scan(&corpus));
                // A scan keeps files in smaller pieces.
                let few = |file: &SourceFile| (1..9).contains(&file.kept.pieces());
                corpus.store().is_none() || corpus.files.iter().any(few)
            });
            assert!(taken);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn threads_and_compression_change_nothing(
            files in proptest::collection::vec((0u32..3_000, 0u8..4), 1..9), threads in 2usize..7, cut in any::<proptest::sample::Index>(),
            wanted in proptest::collection::vec(any::<bool>(), 9),
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
                let wanted = &wanted[..files.len()];
                pool.install(|| (scan_files(&corpus, wanted), scan(&corpus), scan(&corpus)))
            };
            let (some, all, again) = once(threads);
            prop_assert_eq!(&all, &again);
            prop_assert_eq!((some, all, again), once(1));
        }
    }
}
