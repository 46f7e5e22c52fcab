//! Where the records of a corpus start, in a few bytes each.

/// Where a record starts in its (decompressed) file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecordStart {
    /// In bytes; no file has 2^62 of them.
    pub offset: u64,
    /// The line, from 1.
    pub line: u64,
}

/// The starts of many records, in corpus order.
///
/// Of most records only is kept how many bytes they are behind the one before, and how many lines if these are not one, in as many bytes as
/// that takes (LEB128; two or three for an article of some kilobytes). The first of a [`STRETCH`] stands by itself, so that one is found in
/// a few steps.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    anchors: Vec<Anchor>,
    steps: Vec<u8>,
    last: RecordStart,
    len: usize,
}

/// The first record of a stretch.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    start: RecordStart,
    /// Where the steps from it begin.
    steps: u64,
}

/// Records from one anchor to the next: with 24 bytes an anchor less than half a byte a record.
const STRETCH: usize = 64;

impl Places {
    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The last one; none of no records.
    pub(super) fn last(&self) -> Option<RecordStart> {
        (self.len > 0).then_some(self.last)
    }

    /// Adds a record.
    pub(super) fn push(&mut self, start: RecordStart) {
        if self.len.is_multiple_of(STRETCH) {
            self.anchors.push(Anchor {
                start,
                steps: self.steps.len() as u64,
            });
        } else {
            let bytes = zigzag(start.offset.wrapping_sub(self.last.offset));
            let lines = start.line.wrapping_sub(self.last.line);
            let next_line = lines == 1;
            put(bytes << 1 | u64::from(!next_line), &mut self.steps);
            if !next_line {
                put(zigzag(lines), &mut self.steps);
            }
        }
        self.last = start;
        self.len += 1;
    }

    /// The start of a record.
    ///
    /// # Panics
    /// If there is none of this number.
    pub(super) fn get(&self, record: usize) -> RecordStart {
        let mut from = self.from(record);
        from.next().expect("a record of the corpus")
    }

    /// The starts of the records from one on.
    pub(super) fn from(&self, record: usize) -> impl Iterator<Item = RecordStart> {
        let first = record - record % STRETCH;
        let mut anchors = self.anchors[(first / STRETCH).min(self.anchors.len())..].iter();
        let mut steps: &[u8] = &[];
        let mut start = RecordStart::default();
        let all = (first..self.len).map(move |number| {
            if number.is_multiple_of(STRETCH)
                && let Some(anchor) = anchors.next()
            {
                steps = &self.steps[anchor.steps as usize..];
                start = anchor.start;
            } else {
                let bytes = take(&mut steps);
                let lines = match bytes & 1 {
                    0 => 1,
                    _ => unzigzag(take(&mut steps)),
                };
                start.offset = start.offset.wrapping_add(unzigzag(bytes >> 1));
                start.line = start.line.wrapping_add(lines);
            }
            start
        });
        all.skip(record - first)
    }
}

/// A difference that may be negative, with its sign in the lowest bit.
fn zigzag(difference: u64) -> u64 {
    difference << 1 ^ ((difference as i64) >> 63) as u64
}

fn unzigzag(number: u64) -> u64 {
    number >> 1 ^ (number & 1).wrapping_neg()
}

/// Appends a number, seven bits a byte, the lowest first.
fn put(number: u64, bytes: &mut Vec<u8>) {
    let mut left = number;
    while left >= 1 << 7 {
        bytes.push(left as u8 | 1 << 7);
        left >>= 7;
    }
    bytes.push(left as u8);
}

/// Takes it from the front.
fn take(bytes: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0u64, 0);
    while let Some((&byte, rest)) = bytes.split_first() {
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 1 << 7 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn starts() -> impl Strategy<Value = Vec<RecordStart>> {
        let offset = prop_oneof![0u64..9, 0u64..1 << 20, 0u64..1 << 62, Just((1 << 62) - 1)];
        let line = prop_oneof![0u64..9, 0u64..1 << 20, any::<u64>(), Just(u64::MAX)];
        let start = (offset, line).prop_map(|(offset, line)| RecordStart { offset, line });
        proptest::collection::vec(start, 0..3 * STRETCH + 2)
    }

    proptest! {
        #[test]
        fn places_come_back(starts in starts(), from in 0..4 * STRETCH) {
            let mut places = Places::default();
            for (before, &start) in starts.iter().enumerate() {
                prop_assert_eq!(places.len(), before);
                places.push(start);
                prop_assert_eq!(places.last(), Some(start));
            }
            for (record, &start) in starts.iter().enumerate() {
                prop_assert_eq!(places.get(record), start);
            }
            prop_assert!(places.from(from).eq(starts.iter().skip(from).copied()));
        }
    }

    #[test]
    fn an_article_takes_three_bytes() {
        let mut places = Places::default();
        for number in 0..1_000 {
            places.push(RecordStart {
                offset: 3_000 * number + number % 7,
                line: number + 1,
            });
        }
        let bytes = places.steps.len() + places.anchors.len() * size_of::<Anchor>();
        assert!(bytes <= 3 * places.len(), "{bytes} bytes");
    }
}
