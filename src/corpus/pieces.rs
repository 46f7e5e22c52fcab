//! A compressed file whose parts can be told apart is decompressed by several threads.
//!
//! zstd files of many frames (`frames`) and gzip files as bgzip writes them (`bgzf`) are cut into pieces of whole frames or members,
//! some of them ahead of the reader. Whoever waits for the reader meanwhile decompresses one ([`Ahead::help`]); the reader
//! takes them in the order of the file, and decompresses what it finds untouched itself. The bytes are those of a decoder
//! that goes through the file from its beginning: what is not a sound piece (a frame that is too long, damage, a cut) is left to such
//! a decoder, which begins with that piece and reads from disk by the same steps, so that it also comes as near to a fault.

use super::compress::{Compression, Disk, Serial};
use super::{bgzf, frames};
use std::collections::VecDeque;
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What stands next in a file.
pub(super) enum Found {
    /// A part that decompresses to at most so many bytes, and takes so many more for that.
    Part { plain: usize, beside: usize },
    /// So many bytes without data.
    Passed(u64),
    /// Something else, or a part that is too long.
    Other,
    /// Nothing.
    End,
}

/// Appends some bytes, which are returned as well.
pub(super) fn append<const N: usize>(
    disk: &mut impl Read,
    into: &mut Vec<u8>,
) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    disk.read_exact(&mut bytes)?;
    into.extend_from_slice(&bytes);
    Ok(bytes)
}

/// Appends so many bytes.
pub(super) fn append_all(disk: &mut impl Read, count: usize, into: &mut Vec<u8>) -> io::Result<()> {
    let start = into.len();
    into.resize(start + count, 0);
    disk.read_exact(&mut into[start..])
}

/// How large pieces are and how many, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The longest frame that is decompressed as a whole, before and after.
    largest: usize,
    /// Short parts are brought together until they have so many.
    together: usize,
    /// What all that are ahead may take.
    room: usize,
    /// The most pieces that are ahead.
    count: usize,
}

impl Limits {
    /// For so many threads.
    pub(super) fn new(compression: Compression, threads: usize) -> Self {
        // What pzstd makes at its usual level.
        let largest = 8 << 20;
        let together = 1 << 20;
        let a_thread = match compression {
            // Each thread has a piece of the longest frames and what it takes to decompress it.
            Compression::Zstd => 2 * largest,
            // Or several pieces, with what they are on disk.
            _ => 4 * together,
        };
        Self {
            largest,
            together,
            room: threads * a_thread,
            count: 2 * threads,
        }
    }
}

/// Some parts of a file, still compressed.
#[derive(Debug)]
struct Packed {
    compression: Compression,
    bytes: Vec<u8>,
    /// They decompress to no more.
    plain: usize,
}

impl Packed {
    /// None if something is wrong with them.
    fn unpack(self, mut plain: Vec<u8>) -> Option<Vec<u8>> {
        plain.resize(self.plain, 0);
        if self.bytes.is_empty() {
            return Some(plain);
        }
        let mut decoder = Serial::new(&self.bytes[..], self.compression, false).ok()?;
        let mut filled = 0;
        while filled < plain.len() {
            match decoder.read(&mut plain[filled..]).ok()? {
                0 => break,
                read => filled += read,
            }
        }
        plain.truncate(filled);
        // The end is sound, too, and nothing comes after it.
        (decoder.read(&mut [0]).ok()? == 0).then_some(plain)
    }
}

#[derive(Debug)]
enum State {
    Packed(Packed),
    /// Somebody decompresses it.
    Taken,
    Unpacked(Option<Vec<u8>>),
}

#[derive(Debug)]
struct Piece {
    /// Where it stands on disk.
    start: u64,
    end: u64,
    /// Bytes of memory that it takes.
    cost: usize,
    state: State,
}

#[derive(Debug, Default)]
struct Queue {
    /// The number of the first piece that is there.
    first: u64,
    pieces: VecDeque<Piece>,
    cost: usize,
    /// Counts whatever those who wait want to know.
    turn: u64,
    /// What was read, to be filled again: new memory costs as much as it takes to decompress something into it.
    spare: Vec<Vec<u8>>,
}

impl Queue {
    fn pop(&mut self) -> Option<Piece> {
        let piece = self.pieces.pop_front()?;
        self.first += 1;
        self.cost -= piece.cost;
        Some(piece)
    }
}

/// The pieces of a file that are ahead of its reader.
#[derive(Debug)]
pub(super) struct Ahead {
    queue: Mutex<Queue>,
    unpacked: Condvar,
    turned: Condvar,
    limits: Limits,
}

/// Says that a piece is done, also when the thread panics: the reader waits for it.
struct Done<'a> {
    ahead: &'a Ahead,
    number: u64,
    plain: Option<Vec<u8>>,
}

impl Drop for Done<'_> {
    fn drop(&mut self) {
        let mut queue = self.ahead.lock();
        // The reader may have given it up.
        if let Some(at) = self.number.checked_sub(queue.first)
            && let Some(piece) = queue.pieces.get_mut(at as usize)
        {
            piece.state = State::Unpacked(self.plain.take());
        }
        self.ahead.unpacked.notify_all();
    }
}

impl Ahead {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing is ever half done.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decompresses a piece, the first that nobody has taken. `false` if there is none.
    pub(super) fn help(&self) -> bool {
        let mut queue = self.lock();
        let waiting = |piece: &Piece| matches!(piece.state, State::Packed(_));
        let Some(at) = queue.pieces.iter().position(waiting) else {
            return false;
        };
        let number = queue.first + at as u64;
        let state = std::mem::replace(&mut queue.pieces[at].state, State::Taken);
        let spare = queue.spare.pop().unwrap_or_default();
        drop(queue);
        let mut done = Done {
            ahead: self,
            number,
            plain: None,
        };
        if let State::Packed(packed) = state {
            done.plain = packed.unpack(spare);
        }
        true
    }

    /// Gives the piece back if there is no room for it.
    fn push(&self, piece: Piece) -> Option<Piece> {
        let mut queue = self.lock();
        let Limits { room, count, .. } = self.limits;
        let fits = queue.cost + piece.cost <= room && queue.pieces.len() < count;
        if !fits && !queue.pieces.is_empty() {
            return Some(piece);
        }
        queue.cost += piece.cost;
        queue.pieces.push_back(piece);
        queue.turn += 1;
        drop(queue);
        self.turned.notify_one();
        None
    }

    /// How often there was something new.
    pub(super) fn turn(&self) -> u64 {
        self.lock().turn
    }

    /// Tells all who wait to look again.
    pub(super) fn tell(&self) {
        self.lock().turn += 1;
        self.turned.notify_all();
    }

    /// Waits, but not for long, until there is something new after that `turn`.
    pub(super) fn wait(&self, turn: u64, patience: Duration) {
        let old = |queue: &mut Queue| queue.turn == turn;
        drop(self.turned.wait_timeout_while(self.lock(), patience, old));
    }

    /// Takes back what was read.
    fn recycle(&self, plain: Vec<u8>) {
        if plain.capacity() > 0 {
            self.lock().spare.push(plain);
        }
    }

    /// The first piece, with what it holds if it is sound.
    fn take(&self) -> Option<(Piece, Option<Vec<u8>>)> {
        let mut queue = self.lock();
        loop {
            if let State::Taken = queue.pieces.front()?.state {
                // Another thread has it: the next ones will be wanted, too.
                drop(queue);
                let helped = self.help();
                queue = self.lock();
                if !helped && matches!(queue.pieces.front()?.state, State::Taken) {
                    queue = self
                        .unpacked
                        .wait(queue)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                continue;
            }
            let mut piece = queue.pop()?;
            let spare = match piece.state {
                State::Packed(_) => queue.spare.pop().unwrap_or_default(),
                _ => Vec::new(),
            };
            drop(queue);
            let plain = match std::mem::replace(&mut piece.state, State::Taken) {
                State::Packed(packed) => packed.unpack(spare),
                State::Unpacked(plain) => plain,
                State::Taken => None,
            };
            return Some((piece, plain));
        }
    }

    fn clear(&self) {
        let mut queue = self.lock();
        while queue.pop().is_some() {}
    }
}

/// Why no more pieces are cut.
#[derive(Debug, Clone, Copy)]
enum Stop {
    End,
    /// What comes is no piece.
    Other,
}

/// How what is next is read.
enum Source {
    Pieces(Disk),
    /// By a decoder that goes through the rest of the file, or only through one frame.
    Serial(Serial<Disk>, bool),
    /// The disk has failed.
    None,
}

/// Reads a file of pieces.
pub(super) struct Pieces {
    compression: Compression,
    source: Source,
    ahead: Arc<Ahead>,
    /// Where the next piece will be cut.
    next: u64,
    stop: Option<Stop>,
    /// A piece for which there is no room yet.
    pending: Option<Piece>,
    /// The piece that is read, and how far.
    plain: Vec<u8>,
    read: usize,
    /// Bytes on disk of all that was taken.
    disk_read: u64,
}

impl Pieces {
    /// Of a file at its beginning; gives the file back if it does not begin with a piece, or is but one frame or member.
    pub(super) fn new(
        disk: Disk,
        compression: Compression,
        limits: Limits,
    ) -> io::Result<Result<Self, Disk>> {
        let mut pieces = Self {
            compression,
            source: Source::Pieces(disk),
            ahead: Arc::new(Ahead {
                queue: Mutex::default(),
                unpacked: Condvar::new(),
                turned: Condvar::new(),
                limits,
            }),
            next: 0,
            stop: None,
            pending: None,
            plain: Vec::new(),
            read: 0,
            disk_read: 0,
        };
        let (first, parts) = pieces.cut();
        pieces.pending = first;
        let alone = pieces.pending.is_none() || parts < 2 && matches!(pieces.stop, Some(Stop::End));
        match pieces.source {
            Source::Pieces(mut disk) if alone => {
                seek(&mut disk, 0)?;
                Ok(Err(disk))
            }
            source => Ok(Ok(Self { source, ..pieces })),
        }
    }

    /// The pieces that others may decompress.
    pub(super) fn ahead(&self) -> Arc<Ahead> {
        self.ahead.clone()
    }

    /// Bytes of memory that it may take for all that is ahead, with what was cut and waits.
    pub(super) fn most(&self) -> usize {
        self.ahead.limits.room + self.pending.as_ref().map_or(0, |piece| piece.cost)
    }

    /// Bytes read from disk, of what was given out and what is.
    pub(super) fn disk_read(&self) -> u64 {
        match &self.source {
            Source::Serial(serial, _) => self.disk_read.max(serial.disk().get_ref().read),
            _ => self.disk_read,
        }
    }

    /// The error of the disk, if it was one.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        match &mut self.source {
            Source::Pieces(disk) => disk.get_mut().failed.take(),
            Source::Serial(serial, _) => serial.disk_mut().get_mut().failed.take(),
            Source::None => None,
        }
    }

    /// The next piece, and of how many parts it is.
    fn cut(&mut self) -> (Option<Piece>, usize) {
        let Source::Pieces(disk) = &mut self.source else {
            return (None, 0);
        };
        let Limits {
            largest, together, ..
        } = self.ahead.limits;
        let start = self.next;
        let (mut bytes, mut plain, mut most_beside, mut parts) = (Vec::new(), 0, 0, 0);
        while self.stop.is_none() && plain.max(bytes.len()) < together {
            let before = bytes.len();
            let found = match self.compression {
                Compression::Zstd => frames::next(disk, &mut bytes, largest),
                _ => bgzf::next(disk, &mut bytes),
            };
            match found {
                Ok(Found::Part {
                    plain: more,
                    beside,
                }) => {
                    plain += more;
                    most_beside = most_beside.max(beside);
                    parts += 1;
                    self.next += (bytes.len() - before) as u64;
                }
                Ok(Found::Passed(length)) => self.next += length,
                Ok(Found::End) => self.stop = Some(Stop::End),
                // Where the disk fails the decoder that comes after will say so.
                Ok(Found::Other) | Err(_) => {
                    bytes.truncate(before);
                    self.stop = Some(Stop::Other);
                }
            }
        }
        if self.stop.is_none() && disk.fill_buf().is_ok_and(<[u8]>::is_empty) {
            self.stop = Some(Stop::End);
        }
        bytes.shrink_to_fit();
        let piece = (self.next > start).then(|| Piece {
            start,
            end: self.next,
            cost: bytes.len() + plain + most_beside,
            state: State::Packed(Packed {
                compression: self.compression,
                bytes,
                plain,
            }),
        });
        (piece, parts)
    }

    /// Cuts pieces as long as there is room.
    fn look_ahead(&mut self) {
        while let Some(piece) = self.pending.take().or_else(|| self.cut().0) {
            self.pending = self.ahead.push(piece);
            if self.pending.is_some() {
                return;
            }
        }
    }

    /// Goes on from `offset` with a decoder that goes through the rest of the file, or through `one` frame.
    fn go_through(&mut self, offset: u64, one: bool) -> io::Result<()> {
        if let Source::Pieces(mut disk) = std::mem::replace(&mut self.source, Source::None) {
            let sought = seek(&mut disk, offset);
            if let Err(error) = sought {
                self.source = Source::Pieces(disk);
                return Err(error);
            }
            self.source = Source::Serial(Serial::new(disk, self.compression, one)?, one);
        }
        Ok(())
    }

    /// Reads some bytes; 0 at the end.
    pub(super) fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Source::Serial(serial, one) = &mut self.source {
                let read = serial.read(buf)?;
                if read > 0 || !*one {
                    return Ok(read);
                }
                self.disk_read = self.disk_read();
                let source = std::mem::replace(&mut self.source, Source::None);
                if let Source::Serial(serial, _) = source {
                    let disk = serial.into_disk();
                    self.next = disk.get_ref().read - disk.buffer().len() as u64;
                    self.source = Source::Pieces(disk);
                    self.stop = None;
                }
            }
            if self.read < self.plain.len() {
                let read = buf.len().min(self.plain.len() - self.read);
                buf[..read].copy_from_slice(&self.plain[self.read..self.read + read]);
                self.read += read;
                return Ok(read);
            }
            self.ahead.recycle(std::mem::take(&mut self.plain));
            self.look_ahead();
            match (self.ahead.take(), self.stop) {
                (Some((piece, Some(plain))), _) => {
                    self.disk_read = self.disk_read.max(piece.end);
                    (self.plain, self.read) = (plain, 0);
                }
                (Some((piece, None)), _) => {
                    self.ahead.clear();
                    self.go_through(piece.start, false)?;
                }
                (None, Some(Stop::Other)) => {
                    // Of gzip members nothing tells where another one ends.
                    let one = self.compression == Compression::Zstd;
                    self.go_through(self.next, one)?;
                }
                (None, _) => return Ok(0),
            }
        }
    }
}

/// Brings a file to `offset`, with the bytes in the buffer that would be there had it been read from its beginning: how much a
/// decoder gives out before it comes to a fault hangs on the bytes that it is given at a time.
fn seek(disk: &mut Disk, offset: u64) -> io::Result<()> {
    let capacity = disk.capacity() as u64;
    let from = offset / capacity * capacity;
    disk.seek(SeekFrom::Start(from))?;
    let mut left = (offset - from) as usize;
    while left > 0 {
        let there = disk.fill_buf()?.len().min(left);
        if there == 0 {
            return Ok(());
        }
        disk.consume(there);
        left -= there;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::compress::open_packed;
    use super::super::tests::{bgzf, frame};
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;
    use std::sync::atomic::{AtomicBool, Ordering};

    const LIMITS: Limits = Limits {
        // The window of the first level and some more.
        largest: 600 << 10,
        together: 5000,
        room: 3 << 20,
        count: 3,
    };

    /// What a reader gives out, and how it ends: with the place on disk, or an error in words.
    type Outcome = (Vec<u8>, Result<u64, String>);

    /// Reads blocks of `step` bytes that are filled to their ends, as those of a scan are.
    fn outcome(
        step: usize,
        mut read: impl FnMut(&mut [u8]) -> io::Result<usize>,
    ) -> (Vec<u8>, Result<(), String>) {
        let (mut all, mut buf, mut filled) = (Vec::new(), vec![0; step], 0);
        loop {
            match read(&mut buf[filled..]) {
                Ok(0) => return (all, Ok(())),
                Ok(count) => {
                    all.extend_from_slice(&buf[filled..filled + count]);
                    filled = (filled + count) % step;
                }
                Err(error) => return (all, Err(format!("{:?} {error}", error.kind()))),
            }
        }
    }

    fn serial(path: &std::path::Path, step: usize) -> Outcome {
        let (disk, compression) = open_packed(path);
        let mut serial = Serial::new(disk, compression, false).unwrap();
        let (all, end) = outcome(step, |buf| serial.read(buf));
        (all, end.map(|()| serial.disk().get_ref().read))
    }

    /// The same in pieces, which another thread decompresses as well; none if the file has none.
    fn in_pieces(path: &std::path::Path, step: usize) -> Option<Outcome> {
        let (disk, compression) = open_packed(path);
        let mut pieces = Pieces::new(disk, compression, LIMITS).unwrap().ok()?;
        let (ahead, over) = (pieces.ahead(), AtomicBool::new(false));
        Some(std::thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    if !ahead.help() {
                        std::thread::yield_now();
                    }
                }
            });
            let mut before = 0;
            let (all, end) = outcome(step, |buf| {
                let read = pieces.read(buf);
                let now = pieces.disk_read();
                assert!(before <= now, "{before} {now}");
                before = now;
                let queue = ahead.lock();
                assert!(queue.cost <= LIMITS.room && queue.pieces.len() <= LIMITS.count);
                read
            });
            over.store(true, Ordering::Relaxed);
            (all, end.map(|()| pieces.disk_read()))
        }))
    }

    /// Compares both ways to read `packed`; whether it was read in pieces.
    fn is_the_same(packed: &[u8], step: usize) -> bool {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(packed).unwrap();
        let Some(pieces) = in_pieces(file.path(), step) else {
            return false;
        };
        let serial = serial(file.path(), step);
        assert_eq!(pieces.1, serial.1);
        assert_eq!(pieces.0.len(), serial.0.len());
        assert!(pieces.0 == serial.0);
        true
    }

    fn skippable(length: usize) -> Vec<u8> {
        let mut frame = vec![0x5c, 0x2a, 0x4d, 0x18];
        frame.extend((length as u32).to_le_bytes());
        frame.resize(frame.len() + length, b'z');
        frame
    }

    /// Lines of which every other is new.
    fn text(length: usize, seed: u32) -> Vec<u8> {
        let line = |i: u32| format!("{} {}\n", i / 2 * seed, (i / 2).wrapping_mul(seed | 77));
        let mut text: Vec<u8> = (0..)
            .map(|i| line(i).into_bytes())
            .take(length / 4 + 1)
            .scan(0, |sum, line| {
                *sum += line.len();
                (*sum < length + 99).then_some(line)
            })
            .flatten()
            .collect();
        text.truncate(length);
        text
    }

    #[test]
    fn padding_is_passed_over_behind_pieces_as_well() {
        let text = text(30_000, 7);
        let members: Vec<u8> = text.chunks(3000).flat_map(bgzf).collect();
        for zeros in [1, 5, 11, 12, 13, 700, 200_000] {
            let padded = [&members[..], &vec![0; zeros]].concat();
            assert!(is_the_same(&padded, 777), "{zeros}");
            let again = [&padded[..], &members].concat();
            assert!(is_the_same(&again, 777), "{zeros}");
        }
    }

    #[test]
    fn others_decompress_what_the_reader_will_take() {
        let text = text(100_000, 5);
        let parts = text.chunks(2000);
        let zst: Vec<u8> = parts.flat_map(|part| frame(part, true)).collect();
        let members: Vec<u8> = text.chunks(3000).flat_map(bgzf).collect();
        for packed in [zst, members] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&packed).unwrap();
            let (disk, compression) = open_packed(file.path());
            let Ok(mut pieces) = Pieces::new(disk, compression, LIMITS).unwrap() else {
                panic!("not in pieces");
            };
            let ahead = pieces.ahead();
            let mut helped = 0;
            let (all, end) = outcome(7000, |buf| {
                let read = pieces.read(buf);
                helped += u32::from(ahead.help());
                read
            });
            assert!(all == text && end == Ok(()));
            // All but the first, each but once.
            let count = text.len() / LIMITS.together;
            assert!((count / 2..=count).contains(&(helped as usize)), "{helped}");
        }
    }

    #[test]
    fn a_file_of_one_part_is_read_as_ever() {
        let (long_text, text) = (text(900_000, 3), text(30_000, 3));
        let one = [skippable(9), frame(&text, true)].concat();
        let long = frame(&long_text, true);
        for packed in [one, [&long[..], &long].concat(), bgzf(b"a")[..29].to_vec()] {
            assert!(!is_the_same(&packed, 1000));
        }
    }

    #[test]
    fn cut_and_damaged_anywhere() {
        let parts = [&text(700, 3)[..], b"", b"two\nlines\n", &text(300, 9)];
        let mut frames = skippable(3);
        for (turn, part) in parts.iter().enumerate() {
            frames.extend(frame(part, turn % 2 == 0));
            frames.extend(skippable(turn));
        }
        let members: Vec<u8> = parts.iter().flat_map(|part| bgzf(part)).collect();
        for packed in [frames, members] {
            assert!(is_the_same(&packed, 100));
            let mut read = 0;
            for at in 0..packed.len() {
                read += u32::from(is_the_same(&packed[..at], 100));
                let mut hurt = packed.clone();
                hurt[at] ^= 1 << (at % 8);
                // Another kind of file, perhaps.
                if Compression::of(&hurt) == Compression::of(&packed) {
                    read += u32::from(is_the_same(&hurt, 100));
                }
            }
            assert!(read as usize > packed.len(), "{read} of {}", packed.len());
        }
    }

    /// A decoder whose buffers a longer frame has made would find some of the damage elsewhere, or not at all.
    #[test]
    fn what_was_read_before_changes_nothing_in_damage() {
        let before = frame(&text(24_834, 79), true);
        let last = frame(&text(5300, 18), true);
        for at in last.len() / 2..last.len() {
            let mut hurt = last.clone();
            hurt[at] ^= 4;
            assert!(is_the_same(&[&before[..], &hurt].concat(), 999));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn pieces_give_what_one_decoder_gives(
            parts in prop::collection::vec((0usize..7, 0usize..40_000, 1u32..99), 1..14),
            gzip: bool, step in prop::sample::select(vec![1usize, 999, 65_536, 1 << 20]), place in 0f64..1.0, fault in 0..3,
        ) {
            let mut packed = Vec::new();
            for (kind, length, seed) in parts {
                match (gzip, kind) {
                    (true, 0) => packed.extend(bgzf(b"")),
                    (true, 1) => packed.extend(super::super::tests::gzip(&text(length, seed))),
                    (true, _) => packed.extend(bgzf(&text(length * 4, seed))),
                    (_, 0) => packed.extend(skippable(length)),
                    (_, 1) => packed.extend(frame(b"", length % 2 == 0)),
                    // Says how long it is, but has no checksum.
                    (_, 3) => packed.extend(zstd::bulk::compress(&text(length, seed), 1).unwrap()),
                    (_, 2) => packed.extend(frame(&text(length * 20, seed), length % 2 == 0)),
                    _ => packed.extend(frame(&text(length, seed), length % 2 == 0)),
                }
            }
            // One byte at a time is slow.
            let step = if packed.len() > 30_000 { step.max(999) } else { step };
            let at = (packed.len() as f64 * place) as usize;
            match fault {
                0 => {}
                1 => packed.truncate(at.max(4)),
                _ => packed[at.max(4)] ^= 4,
            }
            is_the_same(&packed, step);
        }
    }
}
