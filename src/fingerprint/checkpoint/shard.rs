//! The bytes of a shard: a head with a checksum, a table of the files that it has something of, then the results of one block after another.

use super::file_key::FileKey;
use crate::corpus::{Reject, RejectReason};
use crate::fingerprint::DigestPart;
use crate::fingerprint::article_rows::ArticleRow;
use crate::fingerprint::pass::Fingerprinted;
use crate::fingerprint::places::RecordStart;
use crate::fingerprint::unread_dates::UnreadDates;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use xxhash_rust::xxh3::Xxh3Default;

/// How a shard begins.
pub(super) const MAGIC: &[u8; 16] = b"wirecopy shard 7";

/// A file that a shard has something of.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileOfShard {
    pub(super) key: FileKey,
    /// Of how many blocks it consists, if that was known.
    pub(super) blocks: Option<u32>,
}

/// Where the results of a block are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BlockOfShard {
    /// The place of its file in the table.
    pub(super) file: usize,
    /// Its number in the file.
    pub(super) number: u32,
    /// Its bytes in the shard.
    pub(super) bytes: Range<usize>,
}

/// What a shard has.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) files: Vec<FileOfShard>,
    pub(super) blocks: Vec<BlockOfShard>,
}

/// What stands in a shard before these blocks.
pub(super) fn start(files: &[FileOfShard], blocks: &[u8]) -> Vec<u8> {
    let files = serde_json::to_vec(files).expect("numbers and strings are JSON");
    let length = (files.len() as u32).to_le_bytes();
    let sum = checksum(&[&length, &files, blocks]);
    [&MAGIC[..], &sum, &length, &files].concat()
}

fn checksum(parts: &[&[u8]]) -> [u8; 16] {
    let mut sum = Xxh3Default::new();
    parts.iter().for_each(|part| sum.update(part));
    sum.digest128().to_le_bytes()
}

/// What a shard of signatures of so many words has; none if it is not whole.
pub(super) fn contents(bytes: &[u8], words: usize) -> Option<Contents> {
    let (magic, rest) = bytes.split_first_chunk::<16>()?;
    let (sum, payload) = rest.split_first_chunk::<16>()?;
    if magic != MAGIC || *sum != checksum(&[payload]) {
        return None;
    }
    let (length, rest) = payload.split_first_chunk::<4>()?;
    let (files, mut rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let files: Vec<FileOfShard> = serde_json::from_slice(files).ok()?;
    let mut blocks = Vec::new();
    while !rest.is_empty() {
        let head = BlockHead::of(rest)?;
        let start = bytes.len() - rest.len();
        let end = start + head.bytes(words);
        rest = bytes.get(end..)?;
        let file = head.file as usize;
        files.get(file)?;
        blocks.push(BlockOfShard {
            file,
            number: head.number,
            bytes: start..end,
        });
    }
    Some(Contents { files, blocks })
}

/// What stands before the results of a block.
struct BlockHead {
    file: u32,
    number: u32,
    rows: usize,
    lines: usize,
    faults: usize,
}

impl BlockHead {
    const BYTES: usize = 5 * size_of::<u32>();

    fn of(bytes: &[u8]) -> Option<Self> {
        let (numbers, _) = bytes.get(..Self::BYTES)?.as_chunks();
        let number = |at: usize| u32::from_le_bytes(numbers[at]);
        Some(Self {
            file: number(0),
            number: number(1),
            rows: number(2) as usize,
            lines: number(3) as usize,
            faults: number(4) as usize,
        })
    }

    /// Bytes of the results, with this.
    fn bytes(&self, words: usize) -> usize {
        Self::BYTES + self.rows * bytes_of_article(words) + self.lines * 4 + self.faults
    }
}

/// Bytes of a row, a signature of so many words, the hash of an id and a day.
fn bytes_of_article(words: usize) -> usize {
    BYTES_OF_ROW + words * 4 + 8 + 2
}

/// What most blocks have none of.
#[derive(Default, PartialEq, Serialize, Deserialize)]
struct Faults {
    rejects: Vec<KeptReject>,
    unread_dates: UnreadDates,
}

/// A bad record without its file, which the block names.
#[derive(PartialEq, Serialize, Deserialize)]
struct KeptReject {
    line: Option<u64>,
    reason: RejectReason,
    detail: String,
}

/// Adds the results of a block, whose file is at this place of the table.
pub(super) fn encode(done: &Fingerprinted, file: u32, out: &mut Vec<u8>) {
    let rejects: Vec<KeptReject> = done
        .rejects
        .iter()
        .map(|reject| KeptReject {
            line: reject.line,
            reason: reject.reason,
            detail: reject.detail.clone(),
        })
        .collect();
    let faults = Faults {
        rejects,
        unread_dates: done.unread_dates.clone(),
    };
    let faults = match faults == Faults::default() {
        true => Vec::new(),
        false => serde_json::to_vec(&faults).expect("numbers and strings are JSON"),
    };
    for number in [
        file,
        done.number,
        done.rows.len() as u32,
        done.lines.len() as u32,
        faults.len() as u32,
    ] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    for row in &done.rows {
        out.extend_from_slice(&row_to_bytes(row));
    }
    out.extend(done.packed.iter().flat_map(|word| word.to_le_bytes()));
    out.extend(done.ids.iter().flat_map(|id| id.to_le_bytes()));
    out.extend(done.days.iter().flat_map(|day| day.to_le_bytes()));
    out.extend(done.lines.iter().flat_map(|line| line.to_le_bytes()));
    out.extend_from_slice(&faults);
}

const BYTES_OF_ROW: usize = 32;

/// A row in a form that is the same on every machine.
fn row_to_bytes(row: &ArticleRow) -> [u8; BYTES_OF_ROW] {
    let ArticleRow {
        start: RecordStart { offset, line },
        digest,
        tokens,
        repeats,
    } = *row;
    let counts = u64::from(tokens) | u64::from(repeats) << 32;
    let words = [offset, line, digest.number(), counts];
    std::array::from_fn(|at| words[at / 8].to_le_bytes()[at % 8])
}

/// The row of these bytes.
fn row_of_bytes(bytes: &[u8; BYTES_OF_ROW]) -> ArticleRow {
    let (words, _) = bytes.as_chunks();
    let word = |at: usize| u64::from_le_bytes(words[at]);
    ArticleRow {
        start: RecordStart {
            offset: word(0),
            line: word(1),
        },
        digest: DigestPart::of_number(word(2)),
        tokens: word(3) as u32,
        repeats: (word(3) >> 32) as u32,
    }
}

/// The results of a block of the file that has this number and name in the corpus, with signatures of so many words; none if they are not of this form.
pub(super) fn decode(bytes: &[u8], words: usize, file: u32, name: &str) -> Option<Fingerprinted> {
    let head = BlockHead::of(bytes)?;
    if head.bytes(words) != bytes.len() {
        return None;
    }
    let mut rest = &bytes[BlockHead::BYTES..];
    let mut take = |len: usize| -> Option<&[u8]> {
        let (bytes, later) = rest.split_at_checked(len)?;
        rest = later;
        Some(bytes)
    };
    let (of_rows, _) = take(head.rows * BYTES_OF_ROW)?.as_chunks();
    let (packed, _) = take(head.rows * words * 4)?.as_chunks();
    let (ids, _) = take(head.rows * 8)?.as_chunks();
    let (days, _) = take(head.rows * 2)?.as_chunks();
    let (lines, _) = take(head.lines * 4)?.as_chunks();
    let mut faults = match take(head.faults)? {
        [] => Faults::default(),
        some => serde_json::from_slice(some).ok()?,
    };
    if let Some(first) = &mut faults.unread_dates.first {
        // It had another number if other files were there.
        first.file = file;
    }
    let reject = |kept: KeptReject| Reject {
        file: name.into(),
        line: kept.line,
        reason: kept.reason,
        detail: kept.detail,
    };
    Some(Fingerprinted {
        file,
        number: head.number,
        rows: of_rows.iter().map(row_of_bytes).collect(),
        packed: packed
            .iter()
            .map(|word| u32::from_le_bytes(*word))
            .collect(),
        ids: ids.iter().map(|id| u64::from_le_bytes(*id)).collect(),
        days: days.iter().map(|day| u16::from_le_bytes(*day)).collect(),
        lines: lines.iter().map(|line| u32::from_le_bytes(*line)).collect(),
        unread_dates: faults.unread_dates,
        rejects: faults.rejects.into_iter().map(reject).collect(),
        // Whoever splits the block again knows it; else it is not read.
        longest: 0,
    })
}
