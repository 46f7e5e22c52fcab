//! The bytes of a shard: a head with a checksum, then the results of one block after another.

use crate::corpus::{Corpus, Reject, RejectReason};
use crate::fingerprint::DigestPart;
use crate::fingerprint::article_rows::ArticleRow;
use crate::fingerprint::pass::Fingerprinted;
use crate::fingerprint::places::RecordStart;
use crate::fingerprint::unread_dates::UnreadDates;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

/// How a shard begins.
pub(super) const MAGIC: &[u8; 16] = b"wirecopy shard 6";

/// What stands before what a shard holds.
pub(super) fn head(payload: &[u8]) -> [u8; 32] {
    let mut head = [0; 32];
    head[..16].copy_from_slice(MAGIC);
    head[16..].copy_from_slice(&xxh3_128(payload).to_le_bytes());
    head
}

/// What a shard holds, if it is whole.
pub(super) fn payload(bytes: &[u8]) -> Option<&[u8]> {
    let (magic, rest) = bytes.split_first_chunk::<16>()?;
    let (sum, payload) = rest.split_first_chunk::<16>()?;
    (magic == MAGIC && u128::from_le_bytes(*sum) == xxh3_128(payload)).then_some(payload)
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

/// Adds the results of a block.
pub(super) fn encode(done: &Fingerprinted, out: &mut Vec<u8>) {
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
        done.file,
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

/// The next results; none if they are not of this form.
pub(super) fn decode(rest: &mut &[u8], words: usize, corpus: &Corpus) -> Option<Fingerprinted> {
    let mut number = || -> Option<u32> {
        let (bytes, later) = rest.split_first_chunk::<4>()?;
        *rest = later;
        Some(u32::from_le_bytes(*bytes))
    };
    let (file, block) = (number()?, number()?);
    let mut count = || number().map(|count| count as usize);
    let (rows, lines, faults) = (count()?, count()?, count()?);
    let mut take = |len: usize| -> Option<&[u8]> {
        let (bytes, later) = rest.split_at_checked(len)?;
        *rest = later;
        Some(bytes)
    };
    let (of_rows, _) = take(rows * BYTES_OF_ROW)?.as_chunks();
    let (packed, _) = take(rows * words * 4)?.as_chunks();
    let (ids, _) = take(rows * 8)?.as_chunks();
    let (days, _) = take(rows * 2)?.as_chunks();
    let (lines, _) = take(lines * 4)?.as_chunks();
    let faults = match take(faults)? {
        [] => Faults::default(),
        some => serde_json::from_slice(some).ok()?,
    };
    let name = &corpus.files().get(file as usize)?.name;
    let reject = |kept: KeptReject| Reject {
        file: name.clone(),
        line: kept.line,
        reason: kept.reason,
        detail: kept.detail,
    };
    Some(Fingerprinted {
        file,
        number: block,
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
        // It is not read again.
        longest: 0,
    })
}
