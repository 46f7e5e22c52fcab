//! A file as a stream of plain bytes, whatever its compression.
//!
//! What a file is decompressed with is told by its first bytes, never by its name. gzip files of many
//! members and zstd files of many frames are read to their end. Memory is bounded: nothing is
//! decompressed beyond what the caller asks for, or only some pieces if that is wanted (`pieces`), and a zstd window of more
//! than 128 MiB is refused.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use super::fault::Fault;
use super::frames;
use super::members;
use super::pieces::{Ahead, Limits, Pieces};
use super::unpacked::Unpacked;
use crate::error::{Error, Result};
use crate::reject::RejectReason;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Compression {
    /// By the first bytes of a file.
    pub(crate) fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            // A skippable frame may stand before the first frame of data.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::None,
        }
    }

    /// By what a file's name ends in, without the dot and in any case.
    pub(crate) fn of_ending(ending: &str) -> Self {
        match ending.to_ascii_lowercase().as_str() {
            "gz" => Self::Gzip,
            "zst" | "zstd" => Self::Zstd,
            _ => Self::None,
        }
    }

    /// What a file's name says, and the name without the ending that says so.
    pub(super) fn of_name(name: &str) -> (Self, &str) {
        match name.rsplit_once('.') {
            Some((rest, ending)) if Self::of_ending(ending) != Self::None => {
                (Self::of_ending(ending), rest)
            }
            _ => (Self::None, name),
        }
    }
}

/// Counts what is read from disk, and remembers an error of the disk, which is not the fault of the stream.
pub(super) struct Counted<R> {
    inner: R,
    /// Where it is in the file.
    pub(super) read: u64,
    pub(super) failed: Option<io::Error>,
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.failed = None;
        match self.inner.seek(to) {
            Ok(at) => {
                self.read = at;
                Ok(at)
            }
            Err(e) => {
                let kind = e.kind();
                self.failed = Some(e);
                Err(kind.into())
            }
        }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buf) {
            Ok(n) => {
                self.read += n as u64;
                Ok(n)
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Err(e),
            Err(e) => {
                let kind = e.kind();
                self.failed = Some(e);
                Err(kind.into())
            }
        }
    }
}

pub(super) type Disk = BufReader<Counted<File>>;

/// The window that all levels of zstd ask for but the highest three.
pub(super) const MODEST_WINDOW: usize = 8 << 20;

fn buffered(disk: Counted<File>, compression: Compression) -> Disk {
    let buffer = match compression {
        Compression::Zstd => 128 << 10,
        _ => 64 << 10,
    };
    BufReader::with_capacity(buffer, disk)
}

/// Decompresses from the beginning to the end.
pub(super) enum Serial<R: BufRead> {
    Gzip(members::Reader<R>),
    Zstd(frames::Reader<R>),
}

impl<R: BufRead> Serial<R> {
    /// Of what is compressed in this way; of zstd only `one` frame if that is wanted.
    pub(super) fn new(packed: R, compression: Compression, one: bool) -> io::Result<Self> {
        Self::within(frames::WINDOW_LOG_MAX, packed, compression, one)
    }

    /// The same for windows of zstd up to this power of two.
    fn within(window_log: u32, packed: R, compression: Compression, one: bool) -> io::Result<Self> {
        Ok(match compression {
            Compression::Zstd => Self::Zstd(frames::Reader::new(packed, one, window_log)?),
            _ => Self::Gzip(members::Reader::new(packed)),
        })
    }

    pub(super) fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(d) => d.read(buf),
            Self::Zstd(d) => d.read(buf),
        }
    }

    pub(super) fn disk(&self) -> &R {
        match self {
            Self::Gzip(d) => d.disk(),
            Self::Zstd(d) => d.disk(),
        }
    }

    pub(super) fn disk_mut(&mut self) -> &mut R {
        match self {
            Self::Gzip(d) => d.disk_mut(),
            Self::Zstd(d) => d.disk_mut(),
        }
    }

    pub(super) fn into_disk(self) -> R {
        match self {
            Self::Gzip(d) => d.into_disk(),
            Self::Zstd(d) => d.into_disk(),
        }
    }
}

/// The bytes of something compressed that is read once, from its beginning.
pub(crate) struct Decompressed<R: BufRead>(Serial<R>);

impl<R: BufRead> Decompressed<R> {
    /// # Errors
    /// If there is no decoder to be had.
    pub(crate) fn new(packed: R, compression: Compression) -> io::Result<Self> {
        Serial::new(packed, compression, false).map(Self)
    }
}

impl<R: BufRead> Read for Decompressed<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

enum Decoder<'s> {
    // Read past the buffer, straight into the block.
    Plain(Counted<File>),
    Serial(Serial<Disk>),
    Pieces(Box<Pieces>),
    /// What was decompressed before, of a file of so many bytes on disk.
    Unpacked(Unpacked<'s>, u64),
}

/// What came of a read.
pub(super) enum Chunk {
    /// So many bytes.
    Bytes(usize),
    /// The stream has ended as it should.
    End,
    /// The stream has ended as it should not.
    Broken(Fault),
}

/// The decompressed bytes of one file.
pub(super) struct Stream<'s> {
    decoder: Decoder<'s>,
    compression: Compression,
}

impl<'s> Stream<'s> {
    /// The stream of a file that was decompressed before and has so many bytes on disk.
    pub fn unpacked(unpacked: Unpacked<'s>, size: u64) -> Self {
        Self {
            decoder: Decoder::Unpacked(unpacked, size),
            compression: Compression::None,
        }
    }

    /// The stream of a file, of which `threads` decompress pieces if it has them; one alone looks at nothing ahead.
    pub fn open(path: &Path, threads: usize) -> Result<Self> {
        let (disk, compression) = Self::disk(path)?;
        let decoder = match compression {
            Compression::None => Decoder::Plain(disk),
            packed => {
                let disk = buffered(disk, packed);
                let disk = match threads {
                    0 | 1 => Err(disk),
                    _ => Pieces::new(disk, packed, Limits::new(packed, threads))
                        .map_err(Error::io("read", path))?,
                };
                match disk {
                    Ok(pieces) => Decoder::Pieces(Box::new(pieces)),
                    Err(disk) => Decoder::Serial(
                        Serial::new(disk, packed, false).map_err(Error::io("decompress", path))?,
                    ),
                }
            }
        };
        Ok(Self {
            decoder,
            compression,
        })
    }

    /// The stream of a compressed file that counts as damaged where it takes a window of more than [`MODEST_WINDOW`] to decompress it.
    pub fn open_modest(path: &Path) -> Result<Self> {
        let (disk, compression) = Self::disk(path)?;
        let disk = buffered(disk, compression);
        let serial = Serial::within(MODEST_WINDOW.ilog2(), disk, compression, false);
        Ok(Self {
            decoder: Decoder::Serial(serial.map_err(Error::io("decompress", path))?),
            compression,
        })
    }

    /// A file at its beginning, and what it is compressed with.
    fn disk(path: &Path) -> Result<(Counted<File>, Compression)> {
        let mut file = File::open(path).map_err(Error::io("open", path))?;
        let mut head = [0; 4];
        let mut filled = 0;
        while filled < head.len() {
            match file.read(&mut head[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::io("read", path)(e)),
            }
        }
        file.rewind().map_err(Error::io("read", path))?;
        let compression = Compression::of(&head[..filled]);
        let disk = Counted {
            inner: file,
            read: 0,
            failed: None,
        };
        Ok((disk, compression))
    }

    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// The pieces that other threads may decompress.
    pub fn ahead(&self) -> Option<Arc<Ahead>> {
        match &self.decoder {
            Decoder::Pieces(d) => Some(d.ahead()),
            _ => None,
        }
    }

    /// Bytes of memory that pieces ahead of the reader may take.
    pub fn most_ahead(&self) -> usize {
        match &self.decoder {
            Decoder::Pieces(d) => d.most(),
            _ => 0,
        }
    }

    /// Bytes read from disk so far.
    pub fn disk_read(&self) -> u64 {
        match &self.decoder {
            Decoder::Plain(d) => d.read,
            Decoder::Serial(d) => d.disk().get_ref().read,
            Decoder::Pieces(d) => d.disk_read(),
            Decoder::Unpacked(d, size) => d.disk_read(*size),
        }
    }

    /// Reads into `buf`, which must not be empty. The only error is one of the disk.
    pub fn read(&mut self, buf: &mut [u8], path: &Path) -> Result<Chunk> {
        loop {
            let result = match &mut self.decoder {
                Decoder::Plain(d) => d.read(buf),
                Decoder::Serial(d) => d.read(buf),
                Decoder::Pieces(d) => d.read(buf),
                Decoder::Unpacked(d, _) => {
                    return match d.read(buf) {
                        Ok(0) => Ok(Chunk::End),
                        Ok(n) => Ok(Chunk::Bytes(n)),
                        Err(e) => Err(Error::io("read the decompressed copy of", path)(e)),
                    };
                }
            };
            return match result {
                Ok(0) => Ok(Chunk::End),
                Ok(n) => Ok(Chunk::Bytes(n)),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => {
                    let failed = match &mut self.decoder {
                        Decoder::Plain(d) => d.failed.take(),
                        Decoder::Serial(d) => d.disk_mut().get_mut().failed.take(),
                        Decoder::Pieces(d) => d.take_failure(),
                        Decoder::Unpacked(..) => None,
                    };
                    match failed {
                        Some(e) => Err(Error::io("read", path)(e)),
                        None => Ok(Chunk::Broken(self.fault(&e))),
                    }
                }
            };
        }
    }

    fn fault(&self, error: &io::Error) -> Fault {
        let (name, test) = match self.compression {
            Compression::Gzip => ("gzip", "gzip -t"),
            _ => ("zstd", "zstd -t"),
        };
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return Fault::new(
                RejectReason::Truncated,
                format!(
                    "the {name} data end too early, so the file is incomplete; \
                     whole records before that were used. Fetch the file again"
                ),
            );
        }
        let message = error.to_string();
        let unpack = match self.compression {
            Compression::Zstd if message.contains("too much memory") => Some(
                "a window of more than 128 MB, as zstd --long makes it; unpack it first with: zstd -d --long=31",
            ),
            Compression::Zstd if message.contains("Dictionary") => Some(
                "a dictionary that is not in the file; unpack it first with: zstd -d -D DICTIONARY",
            ),
            _ => None,
        };
        if let Some(unpack) = unpack {
            let detail = format!("the zstd data need {unpack}");
            return Fault::new(RejectReason::Corrupt, detail);
        }
        Fault::new(
            RejectReason::Corrupt,
            format!(
                "the {name} data are damaged ({error}); whole records before that were used. \
                 Check the file with \"{test}\""
            ),
        )
    }
}

#[cfg(test)]
pub(super) fn open_packed(path: &Path) -> (Disk, Compression) {
    let bytes = std::fs::read(path).unwrap();
    let compression = Compression::of(&bytes);
    let disk = Counted {
        inner: File::open(path).unwrap(),
        read: 0,
        failed: None,
    };
    (buffered(disk, compression), compression)
}

#[cfg(test)]
mod tests {
    use super::super::tests::gzip;
    use super::*;
    use std::io::Write;

    fn read_all(data: &[u8]) -> (Compression, Vec<u8>, Option<RejectReason>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(data).unwrap();
        let mut stream = Stream::open(file.path(), 1).unwrap();
        let mut out = Vec::new();
        let mut buf = [0; 1000];
        loop {
            match stream.read(&mut buf, file.path()).unwrap() {
                Chunk::Bytes(n) => out.extend_from_slice(&buf[..n]),
                Chunk::End => {
                    assert_eq!(stream.disk_read(), data.len() as u64);
                    return (stream.compression(), out, None);
                }
                Chunk::Broken(fault) => return (stream.compression(), out, Some(fault.reason)),
            }
        }
    }

    #[test]
    fn names() {
        for (name, compression, rest) in [
            ("a/b.jsonl.gz", Compression::Gzip, "a/b.jsonl"),
            ("b.csv.ZST", Compression::Zstd, "b.csv"),
            ("b.Zstd", Compression::Zstd, "b"),
            ("b.gz.gz", Compression::Gzip, "b.gz"),
            (".gz", Compression::Gzip, ""),
            ("a.gz/b", Compression::None, "a.gz/b"),
            ("gz", Compression::None, "gz"),
            ("", Compression::None, ""),
        ] {
            assert_eq!(Compression::of_name(name), (compression, rest), "{name}");
        }
    }

    #[test]
    fn plain_empty_and_short_files() {
        for data in [&b""[..], b"a", b"\x1f", b"plain text"] {
            assert_eq!(read_all(data), (Compression::None, data.to_vec(), None));
        }
    }

    #[test]
    fn all_members_and_frames_are_read() {
        let twice = [gzip(b"one\n"), gzip(b"two\n")].concat();
        assert_eq!(
            read_all(&twice),
            (Compression::Gzip, b"one\ntwo\n".to_vec(), None)
        );

        let padded = [gzip(b"one\n"), vec![0; 700], gzip(b"two\n"), vec![0; 512]].concat();
        assert_eq!(
            read_all(&padded),
            (Compression::Gzip, b"one\ntwo\n".to_vec(), None)
        );

        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"xyz"].concat();
        let frame = |d: &[u8]| zstd::encode_all(d, 1).unwrap();
        let frames = [
            skippable.clone(),
            frame(b"one\n"),
            skippable.clone(),
            frame(b"two\n"),
            skippable,
        ]
        .concat();
        assert_eq!(
            read_all(&frames),
            (Compression::Zstd, b"one\ntwo\n".to_vec(), None)
        );
    }

    #[test]
    fn a_cut_stream_is_truncated_and_a_changed_one_corrupt() {
        let text: Vec<u8> = (0..200_000u32)
            .flat_map(|i| i.wrapping_mul(i).to_le_bytes())
            .collect();
        for packed in [gzip(&text), zstd::encode_all(&text[..], 1).unwrap()] {
            let (_, out, fault) = read_all(&packed[..packed.len() * 2 / 3]);
            assert_eq!(fault, Some(RejectReason::Truncated));
            assert!(!out.is_empty() && text.starts_with(&out));

            let junk = [&packed[..], b"junk after the end"].concat();
            let (_, out, fault) = read_all(&junk);
            assert_eq!(fault, Some(RejectReason::Corrupt));
            assert!(out == text);
        }
    }

    #[test]
    fn a_huge_zstd_window_is_refused() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(30).unwrap();
        encoder.write_all(b"small").unwrap();
        // Flushing before the end keeps the encoder from shrinking the window to the content.
        encoder.flush().unwrap();
        let packed = encoder.finish().unwrap();
        assert_eq!(read_all(&packed).2, Some(RejectReason::Corrupt));
    }
}
