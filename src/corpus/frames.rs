//! The frames of a zstd file, told apart without decompressing them ([`next`]), and decompressed one after another ([`Reader`]).
//!
//! A frame says in its header how far back it refers, and mostly how long its content is; then come blocks, each with its
//! length. So its end is found by hopping from block to block (RFC 8878, section 3.1).

use super::pieces::{Found, append, append_all};
use std::io::{self, BufRead};
use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, get_error_name};

/// No block decompresses to more.
const BLOCK: usize = 128 << 10;

/// The largest window that a zstd file may ask for: 2^27 = 128 MiB, also the limit of the zstd command.
pub(super) const WINDOW_LOG_MAX: u32 = 27;

/// Decompresses frames one after another.
pub(super) struct Reader<R> {
    disk: R,
    decoder: Decoder,
    /// Only the first frame is wanted.
    one: bool,
    over: bool,
}

impl<R: BufRead> Reader<R> {
    /// Of all frames that come, or of `one`; none may ask for a window of more than 2 to the power of `window_log`.
    pub(super) fn new(disk: R, one: bool, window_log: u32) -> io::Result<Self> {
        Ok(Self {
            disk,
            decoder: Decoder::new(window_log)?,
            one,
            over: false,
        })
    }

    /// Reads some bytes into `buf`, which must not be empty; 0 at the end.
    ///
    /// # Errors
    /// Those of the disk; `UnexpectedEof` where the data end within a frame, others where they are damaged.
    pub(super) fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !self.over {
            // What the decoder still holds comes before the disk is asked for more.
            let mut ran = Ran::default();
            if self.decoder.within {
                ran = self.decoder.run(&[], buf)?;
            }
            if ran.written == 0 && !ran.ended {
                let packed = self.disk.fill_buf()?;
                match (packed.is_empty(), self.decoder.within) {
                    (true, true) => {
                        return Err(io::Error::new(
                            io::ErrorKind::UnexpectedEof,
                            "incomplete frame",
                        ));
                    }
                    (true, false) => return Ok(0),
                    (false, _) => ran = self.decoder.run(packed, buf)?,
                }
                self.disk.consume(ran.read);
            }
            self.over = self.one && ran.ended;
            if ran.written > 0 {
                return Ok(ran.written);
            }
        }
        Ok(0)
    }

    pub(super) fn disk(&self) -> &R {
        &self.disk
    }

    pub(super) fn disk_mut(&mut self) -> &mut R {
        &mut self.disk
    }

    pub(super) fn into_disk(self) -> R {
        self.disk
    }
}

/// A decoder to which every frame is the first. zstd's own keeps the buffers that a frame has made it take, and where a later
/// one is damaged it hangs on their length what is found, and whether. So one with buffers is left for a new one, unless the
/// next frame will ask for the same. Short frames that say their length seldom ask for any: they go straight into the
/// reader's room.
struct Decoder {
    context: DCtx<'static>,
    /// Bytes of memory of a context without buffers.
    bare: usize,
    /// The buffers that the last frame asked for, where that can be told.
    buffers: Option<u8>,
    /// A frame has begun and not ended.
    within: bool,
    window_log: u32,
}

/// What came of a step of a decoder.
#[derive(Default)]
struct Ran {
    read: usize,
    written: usize,
    /// The frame is at its end.
    ended: bool,
}

impl Decoder {
    fn new(window_log: u32) -> io::Result<Self> {
        let mut context = DCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?;
        context
            .set_parameter(DParameter::WindowLogMax(window_log))
            .map_err(damage)?;
        Ok(Self {
            bare: context.sizeof(),
            context,
            buffers: None,
            within: false,
            window_log,
        })
    }

    fn run(&mut self, packed: &[u8], buf: &mut [u8]) -> io::Result<Ran> {
        if !self.within {
            let buffers = buffers(packed);
            let same = buffers.is_some() && buffers == self.buffers;
            if !same && self.context.sizeof() > self.bare {
                *self = Self::new(self.window_log)?;
            }
            self.buffers = buffers;
        }
        let (mut from, mut to) = (InBuffer::around(packed), OutBuffer::around(buf));
        let left = self.context.decompress_stream(&mut to, &mut from);
        let ran = Ran {
            ended: left.map_err(damage)? == 0,
            read: from.pos(),
            written: to.pos(),
        };
        self.within = !ran.ended;
        Ok(ran)
    }
}

/// What the buffers for the frame that begins here hang on: of one that does not say its length the byte for the window.
fn buffers(packed: &[u8]) -> Option<u8> {
    match packed {
        [0x28, 0xb5, 0x2f, 0xfd, descriptor, window, ..] if descriptor & 0b1110_0000 == 0 => {
            Some(*window)
        }
        _ => None,
    }
}

fn damage(code: usize) -> io::Error {
    io::Error::other(get_error_name(code))
}

/// Appends the next frame to `into`, if it has at most so many bytes, before and after. One that is passed over, since it holds no
/// data, is not appended.
///
/// # Errors
/// Those of the disk, and where the data end within a frame.
pub(super) fn next(
    disk: &mut impl BufRead,
    into: &mut Vec<u8>,
    largest: usize,
) -> io::Result<Found> {
    if disk.fill_buf()?.is_empty() {
        return Ok(Found::End);
    }
    let start = into.len();
    let magic: [u8; 4] = append(disk, into)?;
    match magic {
        [0x28, 0xb5, 0x2f, 0xfd] => {}
        [0x50..=0x5f, 0x2a, 0x4d, 0x18] => return skip(disk, into),
        _ => return Ok(Found::Other),
    }
    let [descriptor] = append(disk, into)?;
    // A dictionary, or a bit that is not in use.
    if descriptor & 0b1011 != 0 {
        return Ok(Found::Other);
    }
    let single = descriptor & 0x20 != 0;
    let mut window = 0;
    if !single {
        let [byte] = append(disk, into)?;
        let base = 1u64 << (10 + (byte >> 3));
        window = base + base / 8 * u64::from(byte & 7);
    }
    let content = match (descriptor >> 6, single) {
        (0, false) => None,
        (0, true) => Some(append(disk, into).map(|[byte]: [u8; 1]| u64::from(byte))?),
        (1, _) => Some(u64::from(u16::from_le_bytes(append(disk, into)?)) + 256),
        (2, _) => Some(u64::from(u32::from_le_bytes(append(disk, into)?))),
        _ => Some(u64::from_le_bytes(append(disk, into)?)),
    };
    if single {
        window = content.unwrap_or(0);
    }
    let is_too_long = |bytes: u64| bytes > largest as u64;
    if is_too_long(window) || content.is_some_and(is_too_long) {
        return Ok(Found::Other);
    }
    // Both casts are exact.
    let (window, content) = (window as usize, content.map(|content| content as usize));
    let most = window.min(BLOCK);
    // What the blocks hold, at the most.
    let mut held = 0;
    loop {
        let [a, b, c]: [u8; 3] = append(disk, into)?;
        let header = u32::from_le_bytes([a, b, c, 0]);
        let (last, size) = (header & 1 != 0, (header >> 3) as usize);
        if size > most {
            return Ok(Found::Other);
        }
        let (stored, plain) = match header >> 1 & 3 {
            0 => (size, size),
            1 => (1, size),
            2 => (size, most),
            _ => return Ok(Found::Other),
        };
        held += plain;
        if held > largest || into.len() - start + stored > largest {
            return Ok(Found::Other);
        }
        append_all(disk, stored, into)?;
        if last {
            break;
        }
    }
    if descriptor & 4 != 0 {
        let _checksum: [u8; 4] = append(disk, into)?;
    }
    Ok(Found::Part {
        plain: content.unwrap_or(held).min(held),
        // Where the length of the content is known there is room for it at once.
        beside: content.map_or(window + 3 * BLOCK, |_| 0),
    })
}

/// Passes over a frame without data, of which the first four bytes were appended.
fn skip(disk: &mut impl BufRead, into: &mut Vec<u8>) -> io::Result<Found> {
    let length = u32::from_le_bytes(append(disk, into)?);
    into.truncate(into.len() - 8);
    let mut left = length as usize;
    while left > 0 {
        let there = disk.fill_buf()?.len().min(left);
        if there == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        disk.consume(there);
        left -= there;
    }
    Ok(Found::Passed(8 + u64::from(length)))
}
