//! The frames of a zstd file, told apart without decompressing them ([`next`]), and decompressed one after another ([`Reader`]).
//!
//! A frame says in its header how far back it refers, and mostly how long its content is; then come blocks, each with its
//! length. So its end is found by hopping from block to block (RFC 8878, section 3.1).

use super::pieces::{Found, append, append_all};
use std::io::{self, BufRead};
use zstd::stream::raw::{DParameter, Decoder, Operation, Status};

/// No block decompresses to more.
const BLOCK: usize = 128 << 10;

/// The largest window that a zstd file may ask for: 2^27 = 128 MiB, also the limit of the zstd command.
const WINDOW_LOG_MAX: u32 = 27;

/// Decompresses frames, each with a decoder of its own: one that has been used keeps its buffers, and where a frame is damaged
/// it hangs on their length what is found, and whether. So what comes of a frame is the same whatever was read before it.
pub(super) struct Reader<R> {
    disk: R,
    decoder: Decoder<'static>,
    /// A frame has begun and not ended.
    within: bool,
    /// Only the first frame is wanted.
    one: bool,
    over: bool,
}

impl<R: BufRead> Reader<R> {
    /// Of all frames that come, or of `one`.
    pub(super) fn new(disk: R, one: bool) -> io::Result<Self> {
        Ok(Self {
            disk,
            decoder: decoder()?,
            within: false,
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
            if self.within {
                let status = self.decoder.run_on_buffers(&[], buf)?;
                if let read @ 1.. = self.went(&status)? {
                    return Ok(read);
                }
                if !self.within {
                    continue;
                }
            }
            let packed = self.disk.fill_buf()?;
            if packed.is_empty() {
                return match self.within {
                    true => Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "incomplete frame",
                    )),
                    false => Ok(0),
                };
            }
            let status = self.decoder.run_on_buffers(packed, buf)?;
            self.disk.consume(status.bytes_read);
            if let read @ 1.. = self.went(&status)? {
                return Ok(read);
            }
        }
        Ok(0)
    }

    /// Notes how far the decoder came, and returns how many bytes it gave.
    fn went(&mut self, status: &Status) -> io::Result<usize> {
        self.within = status.remaining > 0;
        if !self.within {
            match self.one {
                true => self.over = true,
                false => self.decoder = decoder()?,
            }
        }
        Ok(status.bytes_written)
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

fn decoder() -> io::Result<Decoder<'static>> {
    let mut decoder = Decoder::new()?;
    decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX))?;
    Ok(decoder)
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
