//! The members of a gzip file that say how long they are, as bgzip writes them.
//!
//! Such a member has an extra field "BC" with its length on disk, and holds at most 64 KiB (the SAM specification, section 4.1).

use super::pieces::{Found, append, append_all};
use std::io::{self, BufRead};

/// No member holds more.
const LARGEST: usize = 64 << 10;

/// Appends the next member to `into`.
///
/// # Errors
/// Those of the disk, and where the data end within a member.
pub(super) fn next(disk: &mut impl BufRead, into: &mut Vec<u8>) -> io::Result<Found> {
    if disk.fill_buf()?.is_empty() {
        return Ok(Found::End);
    }
    let start = into.len();
    let header: [u8; 12] = append(disk, into)?;
    // Nothing but the extra fields stands between the header and the data.
    let [0x1f, 0x8b, 8, 4, .., low, high] = header else {
        return Ok(Found::Other);
    };
    let extra = usize::from(u16::from_le_bytes([low, high]));
    append_all(disk, extra, into)?;
    let read = header.len() + extra;
    let Some(length) = length(&into[start + header.len()..]) else {
        return Ok(Found::Other);
    };
    // The shortest data, the checksum and the length of the content.
    if length < read + 10 {
        return Ok(Found::Other);
    }
    append_all(disk, length - read, into)?;
    let plain = match into.last_chunk() {
        Some(&plain) => u32::from_le_bytes(plain) as usize,
        None => return Ok(Found::Other),
    };
    match plain <= LARGEST {
        true => Ok(Found::Part { plain, beside: 0 }),
        false => Ok(Found::Other),
    }
}

/// The length of a member after its extra fields, each with two letters and its length.
fn length(mut extra: &[u8]) -> Option<usize> {
    while let [a, b, low, high, rest @ ..] = extra {
        let (field, others) =
            rest.split_at_checked(usize::from(u16::from_le_bytes([*low, *high])))?;
        if let (b'B', b'C', &[low, high]) = (a, b, field) {
            return Some(usize::from(u16::from_le_bytes([low, high])) + 1);
        }
        extra = others;
    }
    None
}
