//! What was decompressed once is not decompressed again.
//!
//! A corpus is read several times, and decoding gzip costs more than all the rest of a run. So the first scan that reads a compressed file keeps its
//! plain bytes, block by block as they come, in one unnamed temporary file, and later scans read them there,
//! or the parts of them that they need. Any scan reads some there that were decompressed before their turn (`beforehand`). That is a convenience and nothing more: where the disk has little room, where the
//! folder for temporary files is memory (tmpfs), or when a write fails, nothing is kept and files are decompressed again.

use crate::positioned::{read_exact_at, write_all_at};
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A file that is so many times as long as on disk is no news, and perhaps made to fill disks: it is not kept.
const MOST_UNPACKED: u64 = 32;

/// Whether so many bytes of a file of `size` bytes on disk may be kept.
pub(super) fn is_sane(bytes: u64, size: u64) -> bool {
    bytes <= size.saturating_mul(MOST_UNPACKED)
}

/// A store of plain bytes.
#[derive(Debug)]
pub(super) struct Store {
    file: File,
    end: AtomicU64,
    /// The most that is kept.
    room: u64,
    full: AtomicBool,
}

impl Store {
    /// A store in `folder` that takes half of the room on the disk; none if that is not a disk.
    pub(super) fn new(folder: &Path) -> Option<Self> {
        let room = disk_room(folder)? / 2;
        Some(Self {
            file: tempfile::tempfile_in(folder).ok()?,
            end: AtomicU64::new(0),
            room,
            full: AtomicBool::new(false),
        })
    }

    /// Keeps some bytes; none if there is no room, from then on for nothing.
    fn put(&self, bytes: &[u8]) -> Option<u64> {
        let len = bytes.len() as u64;
        if self.full.load(Ordering::Relaxed) {
            return None;
        }
        let place = self.end.fetch_add(len, Ordering::Relaxed);
        if place + len > self.room || write_all_at(&self.file, bytes, place).is_err() {
            self.full.store(true, Ordering::Relaxed);
            // What was kept before stays of use; a file that could not be completed is never read.
            return None;
        }
        Some(place)
    }

    /// Whether so many bytes more can be kept.
    pub(super) fn has_room(&self, bytes: u64) -> bool {
        let end = self.end.load(Ordering::Relaxed);
        !self.full.load(Ordering::Relaxed) && end.saturating_add(bytes) <= self.room
    }
}

/// Some bytes of one file in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    /// Where they stand in the decompressed file.
    offset: u64,
    place: u64,
    len: u64,
}

/// What is kept of one file.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pieces: Mutex<Pieces>,
    settled: Condvar,
}

#[derive(Debug, Default)]
struct Pieces {
    begun: bool,
    /// Somebody is at it before its turn.
    at_work: bool,
    pieces: Vec<Piece>,
    held: u64,
    /// The length of the decompressed file, once its end was seen and nothing was wrong with it.
    length: Option<u64>,
}

/// Somebody is at work on a file before its turn, until this is dropped: so long a reader waits for it.
pub(super) struct Working<'k>(&'k Kept);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        let mut pieces = self.0.lock();
        match pieces.length {
            Some(_) => pieces.at_work = false,
            // The reader keeps it then.
            None => *pieces = Pieces::default(),
        }
        self.0.settled.notify_all();
    }
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Pieces> {
        // A piece is added after it was written, so that nothing is ever half done.
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a reader that is at its beginning is the one to keep the file: the first.
    pub(super) fn begin(&self) -> bool {
        !std::mem::replace(&mut self.lock().begun, true)
    }

    /// The same for whoever does so before its turn.
    pub(super) fn begin_beforehand(&self) -> Option<Working<'_>> {
        let mut pieces = self.lock();
        if pieces.begun {
            return None;
        }
        (pieces.begun, pieces.at_work) = (true, true);
        Some(Working(self))
    }

    /// Keeps the bytes from `offset` on, if it can. `length` is that of the whole file when these are its last bytes.
    pub(super) fn keep(
        &self,
        store: &Store,
        bytes: &[u8],
        offset: u64,
        length: Option<u64>,
    ) -> bool {
        let place = match bytes {
            [] => Some(0),
            _ => store.put(bytes),
        };
        let mut pieces = self.lock();
        pieces.length = pieces.length.or(length);
        if let (Some(place), false) = (place, bytes.is_empty()) {
            let len = bytes.len() as u64;
            pieces.held += len;
            pieces.pieces.push(Piece { offset, place, len });
        }
        place.is_some()
    }

    /// Whether the whole file is there.
    pub(super) fn is_there(&self) -> bool {
        let pieces = self.lock();
        pieces.length == Some(pieces.held)
    }

    /// In how many pieces it is kept.
    #[cfg(test)]
    pub(super) fn pieces(&self) -> usize {
        self.lock().pieces.len()
    }

    /// The whole file, if it is there, or will be.
    pub(super) fn whole<'s>(&self, store: &'s Store) -> Option<Unpacked<'s>> {
        let at_work = |pieces: &mut Pieces| pieces.at_work;
        let settled = self.settled.wait_while(self.lock(), at_work);
        let mut pieces = settled.unwrap_or_else(PoisonError::into_inner);
        let length = pieces.length.filter(|&length| length == pieces.held)?;
        pieces.pieces.sort_unstable();
        Some(Unpacked {
            store,
            pieces: pieces.pieces.clone(),
            read: 0,
            length,
        })
    }
}

/// A file in the store, read from its beginning.
pub(super) struct Unpacked<'s> {
    store: &'s Store,
    pieces: Vec<Piece>,
    /// How far it has been read.
    read: u64,
    length: u64,
}

impl Unpacked<'_> {
    /// Reads some bytes; 0 at the end.
    pub(super) fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = (buf.len() as u64).min(self.length - self.read) as usize;
        self.read_at(&mut buf[..len], self.read)?;
        self.read += len as u64;
        Ok(len)
    }

    /// Bytes of the file.
    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// Fills `buf` from `offset` on, wherever it was read before.
    pub(super) fn read_at(&self, mut buf: &mut [u8], mut offset: u64) -> io::Result<()> {
        let mut at = self
            .pieces
            .partition_point(|piece| piece.offset + piece.len <= offset);
        while !buf.is_empty() {
            let piece = self.pieces.get(at).ok_or(io::ErrorKind::UnexpectedEof)?;
            let within = offset - piece.offset;
            let len = (piece.len - within).min(buf.len() as u64) as usize;
            let (now, later) = buf.split_at_mut(len);
            read_exact_at(&self.store.file, now, piece.place + within)?;
            buf = later;
            offset += len as u64;
            at += 1;
        }
        Ok(())
    }

    /// How much of a file of `size` bytes on disk has been read, as if it were read there.
    pub(super) fn disk_read(&self, size: u64) -> u64 {
        match self.length {
            0 => size,
            length => (u128::from(self.read) * u128::from(size) / u128::from(length)) as u64,
        }
    }
}

/// Free bytes on the disk of a folder; none if they are not known, or are those of memory.
#[cfg(target_os = "linux")]
fn disk_room(folder: &Path) -> Option<u64> {
    use nix::sys::statfs::{TMPFS_MAGIC, statfs};
    let disk = statfs(folder).ok()?;
    (disk.filesystem_type() != TMPFS_MAGIC).then(|| {
        disk.blocks_available()
            .saturating_mul(disk.block_size() as u64)
    })
}

#[cfg(not(target_os = "linux"))]
fn disk_room(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(room: u64) -> Store {
        Store {
            file: tempfile::tempfile().unwrap(),
            end: AtomicU64::new(0),
            room,
            full: AtomicBool::new(false),
        }
    }

    fn read_all(mut unpacked: Unpacked, step: usize) -> Vec<u8> {
        let (mut all, mut buf) = (Vec::new(), vec![0; step]);
        loop {
            let read = unpacked.read(&mut buf).unwrap();
            if read == 0 {
                assert_eq!(unpacked.disk_read(77), 77);
                return all;
            }
            all.extend_from_slice(&buf[..read]);
            assert!(unpacked.disk_read(77) <= 77);
        }
    }

    proptest::proptest! {
        #[test]
        fn pieces_of_two_files_in_any_order_come_back(
            bytes in proptest::collection::vec(0u8.., 0..400), cuts in proptest::collection::vec(0usize..400, 0..9),
            step in 1usize..50, turn in 0usize..10,
        ) {
            let store = store(u64::MAX);
            let (one, two) = (Kept::default(), Kept::default());
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let mut pieces: Vec<(usize, usize)> = cuts.windows(2).map(|w| (w[0], w[1])).collect();
            let count = pieces.len();
            pieces.rotate_left(turn % count);
            for (from, to) in pieces {
                // Its end or some bytes are missing.
                proptest::prop_assert!(from == to || one.whole(&store).is_none());
                let length = (to == bytes.len()).then_some(bytes.len() as u64);
                one.keep(&store, &bytes[from..to], from as u64, length);
                two.keep(&store, b"xy", 2 * from as u64, None);
            }
            proptest::prop_assert!(two.whole(&store).is_none());
            let whole = one.whole(&store).unwrap();
            let mut part = vec![0; step.min(bytes.len())];
            let from = turn.min(bytes.len() - part.len());
            whole.read_at(&mut part, from as u64).unwrap();
            proptest::prop_assert_eq!(&part, &bytes[from..from + part.len()]);
            proptest::prop_assert!(whole.read_at(&mut [0], bytes.len() as u64).is_err());
            proptest::prop_assert_eq!(read_all(whole, step), bytes);
        }
    }

    #[test]
    fn a_reader_waits_for_whoever_is_at_work() {
        let (store, kept) = (store(100), Kept::default());
        let at_work = std::sync::Barrier::new(2);
        let read = |whole| {
            std::thread::scope(|scope| {
                let working = kept.begin_beforehand().unwrap();
                assert!(kept.begin_beforehand().is_none() && !kept.begin());
                let reader = scope.spawn(|| {
                    at_work.wait();
                    kept.whole(&store).map(|unpacked| read_all(unpacked, 2))
                });
                at_work.wait();
                kept.keep(&store, b"six", 0, None);
                if whole {
                    kept.keep(&store, b"six", 3, Some(6));
                }
                drop(working);
                reader.join().unwrap()
            })
        };
        // Whoever gives it up leaves it as it was.
        assert_eq!(read(false), None);
        assert_eq!(read(true), Some(b"sixsix".to_vec()));
        assert!(!kept.begin());
        assert!(store.has_room(91) && !store.has_room(92));
    }

    #[test]
    fn a_file_without_room_is_not_there_and_those_before_it_are() {
        let store = store(10);
        let (one, two, three) = (Kept::default(), Kept::default(), Kept::default());
        one.keep(&store, b"sixsix", 0, Some(6));
        two.keep(&store, b"sixsix", 0, Some(6));
        three.keep(&store, b"1", 0, Some(1));
        assert_eq!(read_all(one.whole(&store).unwrap(), 4), b"sixsix");
        assert!(two.whole(&store).is_none() && three.whole(&store).is_none());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn memory_is_no_disk() {
        assert!(!Path::new("/dev/shm").exists() || Store::new(Path::new("/dev/shm")).is_none());
    }
}
