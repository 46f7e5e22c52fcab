//! The words that say what an article is about.
//!
//! A release for one county and the one for the next share their form, their quotes, and most of their figures. What differs is
//! what they speak of: the opening of each has a word ("Henderson", "Robeson") that its text uses again and again and the
//! other never. Copies hardly ever do: what was cut is missing from one side alone.
//!
//! Of an article are kept the words of its opening that it uses more than once, and a Bloom filter (Bloom 1970) of
//! all its words. That two articles speak of different things is therefore never said in error; in one case of some
//! thirty a word of the one is taken to stand in the other although it does not.

use super::opening::OPENING_WORDS;

/// Uses of a word that are told apart: once, twice, three times and more.
const MOST_USES: u8 = 3;
/// Slots of the table in which the words of an opening are looked up: so many that two of them seldom want the same one.
const SLOTS: usize = 1024;
const _: () = assert!(
    OPENING_WORDS < u8::MAX as usize && OPENING_WORDS < SLOTS / 2,
    "words are numbered by bytes, and the table must not be filled beyond half"
);

/// Counts the words of openings; holds the memory that this takes.
#[derive(Debug)]
pub(super) struct Counter {
    /// The number of the word that stands in a slot; 0 where there is none.
    numbers: [u8; SLOTS],
    /// The words by their numbers; none has the number 0.
    words: Vec<u64>,
    /// How often each is used, [`MOST_USES`] at the most; all other words are counted under 0.
    uses: [u8; OPENING_WORDS + 1],
    filter: Vec<u64>,
}

impl Default for Counter {
    fn default() -> Self {
        Self {
            numbers: [0; SLOTS],
            words: Vec::with_capacity(OPENING_WORDS + 1),
            uses: [0; OPENING_WORDS + 1],
            filter: Vec::new(),
        }
    }
}

impl Counter {
    /// Adds the subjects of an article with these tokens, in the form that [`Subjects`] reads.
    pub(super) fn write(&mut self, tokens: &[u64], bytes: &mut Vec<u8>) {
        self.numbers.fill(0);
        self.words.clear();
        self.words.push(0);
        self.uses.fill(0);
        for &token in tokens.iter().take(OPENING_WORDS) {
            let slot = self.slot(token);
            if self.numbers[slot] == 0 {
                self.numbers[slot] = self.words.len() as u8;
                self.words.push(token);
            }
        }
        // Four bits for a word; as a text uses most words more than once, these are some eight for a different one.
        let bits = (4 * tokens.len()).next_power_of_two().max(64);
        self.filter.clear();
        self.filter.resize(bits / 64, 0);
        for &token in tokens {
            let uses = &mut self.uses[usize::from(self.numbers[self.slot(token)])];
            *uses = (*uses + 1).min(MOST_USES);
            for place in places(token as u32, bits) {
                self.filter[place / 64] |= 1 << (place % 64);
            }
        }
        for uses in (2..=MOST_USES).rev() {
            let count = bytes.len();
            bytes.push(0);
            let counted = self.words.iter().zip(&self.uses).skip(1);
            for (&word, _) in counted.filter(|&(_, &of)| of == uses) {
                bytes.extend_from_slice(&(word as u32).to_le_bytes());
            }
            bytes[count] = ((bytes.len() - count) / 4) as u8;
        }
        bytes.extend(self.filter.iter().flat_map(|part| part.to_le_bytes()));
    }

    /// The slot of a word of the opening, or a free one.
    #[inline]
    fn slot(&self, word: u64) -> usize {
        let mut slot = word as usize % SLOTS;
        loop {
            let number = self.numbers[slot];
            // Which of both it is cannot be foreseen, and need not be: that it is neither is rare.
            if (number == 0) | (self.words[usize::from(number)] == word) {
                return slot;
            }
            slot = (slot + 1) % SLOTS;
        }
    }
}

/// The two places of a word in a filter of so many bits, a power of two.
#[inline]
fn places(word: u32, bits: usize) -> [usize; 2] {
    let mixed = u64::from(word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [(mixed >> 32) as usize, (mixed >> 8) as usize].map(|place| place & (bits - 1))
}

/// What an article is about, as [`Counter::write`] put it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Subjects<'a> {
    thrice: &'a [[u8; 4]],
    twice: &'a [[u8; 4]],
    filter: &'a [[u8; 8]],
}

impl<'a> Subjects<'a> {
    /// Reads them; nothing of what is not theirs.
    pub(super) fn from_bytes(bytes: &'a [u8]) -> Self {
        let list = |bytes: &'a [u8]| -> (&'a [[u8; 4]], &'a [u8]) {
            let (&count, rest) = bytes.split_first().unwrap_or((&0, &[]));
            let (list, rest) = rest.split_at(rest.len().min(4 * usize::from(count)));
            (list.as_chunks().0, rest)
        };
        let (thrice, rest) = list(bytes);
        let (twice, rest) = list(rest);
        Self {
            thrice,
            twice,
            filter: rest.as_chunks().0,
        }
    }

    /// Whether each of two articles has a word in its opening that it uses `uses` times (2 or 3) or more, and the other never.
    pub(super) fn differ(self, other: Self, uses: u32) -> bool {
        self.has_what_is_missing_in(other, uses) && other.has_what_is_missing_in(self, uses)
    }

    fn has_what_is_missing_in(self, other: Self, uses: u32) -> bool {
        let twice = if uses < u32::from(MOST_USES) {
            self.twice
        } else {
            &[]
        };
        let mut words = self.thrice.iter().chain(twice);
        words.any(|&word| !other.may_use(u32::from_le_bytes(word)))
    }

    fn may_use(self, word: u32) -> bool {
        let bits = 64 * self.filter.len();
        bits > 0
            && places(word, bits)
                .into_iter()
                .all(|place| u64::from_le_bytes(self.filter[place / 64]) >> (place % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Tokeniser;
    use proptest::prelude::*;

    fn bytes(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        Counter::default().write(Tokeniser::new().tokens(text), &mut bytes);
        bytes
    }

    fn differ(a: &str, b: &str, uses: u32) -> bool {
        let (a, b) = (bytes(a), bytes(b));
        let (a, b) = (Subjects::from_bytes(&a), Subjects::from_bytes(&b));
        assert_eq!(a.differ(b, uses), b.differ(a, uses));
        a.differ(b, uses)
    }

    #[test]
    fn the_same_form_about_two_places() {
        let form = |place: &str, more: &str| {
            format!(
                "Grant for {place} fire brigade. The {place} fire brigade gets money, the senator said. {more}"
            )
        };
        let (one, two) = (form("Ashvale", ""), form("Corrin", ""));
        assert!(differ(&one, &two, 2));
        assert!(!differ(&one, &two, 3));
        let (one, two) = (
            form("Ashvale", "Ashvale needs it."),
            form("Corrin", "Corrin is grateful."),
        );
        assert!(differ(&one, &two, 3));
        // A copy that was cut names nothing that the whole does not.
        assert!(!differ(
            &one,
            &format!("{one} Corrin, Corrin and Corrin wait."),
            2
        ));
        // Both names in one of them: a list.
        assert!(!differ(&one, &form("Corrin", "Ashvale gets none."), 2));
    }

    #[test]
    fn what_is_said_far_from_the_opening_is_no_subject() {
        let lead: String = (0..OPENING_WORDS).map(|i| format!("w{i} ")).collect();
        let of = |name: &str| format!("{lead} {name} {name} {name}");
        assert!(!differ(&of("ashvale"), &of("corrin"), 2));
    }

    #[test]
    fn articles_of_which_nothing_is_known_do_not_differ() {
        assert!(!Subjects::default().differ(Subjects::default(), 2));
        let empty = bytes("");
        assert!(!Subjects::from_bytes(&empty).differ(Subjects::default(), 3));
    }

    proptest! {
        #[test]
        fn difference_is_only_said_where_it_is(
            a in proptest::collection::vec(0u64..40, 0..150), b in proptest::collection::vec(0u64..40, 0..150), uses in 2u32..=3,
        ) {
            let hash = |words: &[u64]| -> Vec<u64> {
                words.iter().map(|word| (word + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect()
            };
            let (a, b) = (hash(&a), hash(&b));
            let mut written = [Vec::new(), Vec::new()];
            let mut counter = Counter::default();
            for (words, bytes) in [&a, &b].into_iter().zip(&mut written) {
                counter.write(words, bytes);
            }
            let [one, two] = [&written[0], &written[1]].map(|bytes| Subjects::from_bytes(bytes));
            let missing = |of: &[u64], other: &[u64]| {
                of.iter().take(OPENING_WORDS).any(|word| {
                    of.iter().filter(|&w| w == word).count() >= uses as usize && !other.contains(word)
                })
            };
            // Never said without need, and said where no filter is in the way.
            prop_assert!(!one.differ(two, uses) || missing(&a, &b) && missing(&b, &a));
            for &word in &b {
                prop_assert!(two.may_use(word as u32));
            }
        }
    }
}
