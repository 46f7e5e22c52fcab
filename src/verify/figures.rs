//! The figures in texts.
//!
//! Recurring reports have one form and other facts: [the rule for news](super::NewsRule) therefore asks how many of the figures of two texts
//! are the same. A figure is a run of digits, of any script; of an article each is kept once, as a hash of four bytes.

/// How the figures (different runs of digits) in two texts compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Figures {
    /// Figures of the text that has fewer.
    pub fewer: u32,
    /// Figures of the other.
    pub more: u32,
    /// Those that both have.
    pub shared: u32,
}

impl Figures {
    /// Both texts have the same figures.
    pub(super) fn same(self) -> bool {
        self.shared == self.more
    }

    /// All figures of the one stand in the other.
    pub(super) fn within(self) -> bool {
        self.shared == self.fewer
    }
}

/// Adds the figures of a text: hashes of its runs of digits, of any script.
pub(super) fn add(text: &str, into: &mut Vec<u32>) {
    let bytes = text.as_bytes();
    // The end of the last run.
    let mut end = 0usize;
    let (stretches, rest) = bytes.as_chunks();
    let mut last = [0; 64];
    last[..rest.len()].copy_from_slice(rest);
    for (number, stretch) in stretches.iter().chain([&last]).enumerate() {
        let before = 64 * number;
        let mut places = digit_places(stretch);
        loop {
            // Those within the last run have been seen to.
            places &= u64::MAX
                .checked_shl(end.saturating_sub(before) as u32)
                .unwrap_or(0);
            if places == 0 {
                break;
            }
            let at = before + places.trailing_zeros() as usize;
            let length = digits(text, at);
            end = at + length.max(1);
            if length > 0 {
                into.push(xxhash_rust::xxh3::xxh3_64(&bytes[at..end]) as u32);
            }
        }
    }
}

/// The bytes with which a digit may begin, a bit for each.
fn digit_places(stretch: &[u8; 64]) -> u64 {
    // Two steps, so that the first is done with vectors.
    let may_begin = stretch.map(|byte| u8::from(may_begin_digit(byte)));
    let flags = may_begin.as_chunks().0.iter();
    // The product moves the lowest bit of each byte to a place of its own in the highest byte.
    flags.rev().fold(0, |bits, &flags| {
        bits << 8 | u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
}

/// The length of the run of digits that begins at a byte; 0 if none does.
fn digits(text: &str, at: usize) -> usize {
    let bytes = &text.as_bytes()[at..];
    let ascii = bytes.iter().take_while(|byte| byte.is_ascii_digit());
    let ascii = ascii.count();
    match bytes.get(ascii) {
        Some(byte) if !byte.is_ascii() => text
            .get(at..)
            .map_or(0, |rest| rest.find(|c| !is_digit(c)).unwrap_or(rest.len())),
        _ => ascii,
    }
}

/// Whether a digit can begin with this byte: those of ASCII, and all from Arabic (U+0660) on but U+2000 to U+2FFF, where
/// the punctuation is that news is full of.
fn may_begin_digit(byte: u8) -> bool {
    byte.is_ascii_digit() | (byte >= 0xD9) & (byte != 0xE2)
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || c >= '\u{660}' && !('\u{2000}'..'\u{3000}').contains(&c) && c.is_numeric()
}

/// Compares two lists of figures in little-endian order of bytes, sorted, each figure once in each.
pub(super) fn compare(a: &[[u8; 4]], b: &[[u8; 4]]) -> Figures {
    let (fewer, more) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let value = |figure: &[u8; 4]| u32::from_le_bytes(*figure);
    let shared = fewer
        .iter()
        .filter(|figure| more.binary_search_by_key(&value(figure), value).is_ok());
    Figures {
        shared: shared.count() as u32,
        fewer: fewer.len() as u32,
        more: more.len() as u32,
    }
}

/// Appends their number (4 bytes) and the figures.
pub(super) fn put(figures: &[u32], bytes: &mut Vec<u8>) {
    bytes.extend((figures.len() as u32).to_le_bytes());
    bytes.extend(figures.iter().flat_map(|figure| figure.to_le_bytes()));
}

/// Figures, and what stands behind them.
pub(super) fn take(bytes: &[u8]) -> (&[[u8; 4]], &[u8]) {
    let (count, rest) = bytes.split_first_chunk().unwrap_or((&[0; 4], &[]));
    let end = rest.len().min(4 * u32::from_le_bytes(*count) as usize);
    let (figures, rest) = rest.split_at(end);
    (figures.as_chunks().0, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<u32> {
        let mut list = Vec::new();
        add(text, &mut list);
        list.sort_unstable();
        list.dedup();
        list
    }

    #[test]
    fn figures_are_runs_of_digits_in_any_script() {
        let bytes = |text| -> Vec<[u8; 4]> { of(text).into_iter().map(u32::to_le_bytes).collect() };
        let compare = |a, b| compare(&bytes(a), &bytes(b));
        let figures = |fewer, more, shared| Figures {
            fewer,
            more,
            shared,
        };
        assert_eq!(of("250 mln stg on Feb. 26, 250"), of("26 of 250"));
        assert_eq!(of("none at all — “none”"), Vec::<u32>::new());
        assert_eq!(of("٢٥ و 3"), of("3, ٢٥"));
        assert_eq!(compare("1 2", "2 1"), figures(2, 2, 2));
        assert_eq!(compare("2 1 3", "1"), figures(1, 3, 1));
        assert_eq!(compare("1 4", "1 2 3"), figures(2, 3, 1));
    }

    proptest::proptest! {
        #[test]
        fn figures_equal_a_naive_search(text in "([a-z ]{0,90}|[0-9]{1,70}|[0-9]{120,140}|[٠-٩é— ]{1,9}){0,9}") {
            let mut naive: Vec<u32> = text
                .split(|c| !is_digit(c))
                .filter(|run| !run.is_empty())
                .map(|run| xxhash_rust::xxh3::xxh3_64(run.as_bytes()) as u32)
                .collect();
            naive.sort_unstable();
            naive.dedup();
            proptest::prop_assert_eq!(of(&text), naive);
        }
    }

    #[test]
    fn figures_stand_before_what_is_behind_them() {
        let mut bytes = Vec::new();
        put(&[7, 1 << 31], &mut bytes);
        bytes.push(7);
        let (figures, rest) = take(&bytes);
        assert_eq!(figures, [[7, 0, 0, 0], [0, 0, 0, 128]]);
        assert_eq!(rest, [7]);
        assert!(take(&[]).0.is_empty());
    }
}
