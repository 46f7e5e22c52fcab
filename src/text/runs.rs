//! Runs of word bytes -> words -> tokens: all that the vector code leaves aside, such as whatever is not ASCII.
//!
//! A run is what stands between two bytes that belong to no word. If it is ASCII it is one word, else any number of them: spaces and dashes may be
//! among its characters, and in some scripts every character is a word.

use super::chars::{Chars, Class, Entry, SHORT, Short, short_characters};
use super::hash::{MASKS, finish, hash_ascii, hash_bytes, lanes};
use std::ops::Range;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Bytes of a word that are gathered while it is read; longer ones are read again.
const WORD: usize = 64;

/// A word as it is being read.
struct Word {
    /// Its lower case, and three bytes of slack.
    bytes: [u8; WORD + 3],
    len: usize,
    /// What it is, a `Word` or a `Single`; `None` between words.
    open: Option<Class>,
    /// Where it began.
    from: usize,
    /// The combining class of the last character.
    order: u8,
    /// Whether its bytes may not be its normal form.
    hard: bool,
}

impl Word {
    fn new() -> Self {
        Self {
            bytes: [0; WORD + 3],
            len: 0,
            open: None,
            from: 0,
            order: 0,
            hard: false,
        }
    }

    #[inline]
    fn begin(&mut self, from: usize, class: Class) {
        self.len = 0;
        self.open = (class != Class::Separator).then_some(class);
        self.from = from;
        self.order = 0;
        self.hard = false;
    }

    #[inline]
    fn push(&mut self, entry: Entry) {
        self.hard |= entry.hard || entry.order != 0 && entry.order < self.order;
        self.order = entry.order;
        // Four bytes, of which the next character overwrites the padding.
        if let Some(place) = self.bytes.get_mut(self.len..self.len + 4) {
            place.copy_from_slice(&entry.lower);
        }
        self.len = (self.len + usize::from(entry.len)).min(WORD + 1);
    }
}

/// The token of a word whose lower case in its normal form are the first `len` of `bytes`.
#[inline]
fn hash_lower(bytes: &[u8], len: usize) -> u64 {
    if let (Some(&[mask_a, mask_b]), Some(piece)) = (MASKS.get(len), bytes.first_chunk()) {
        let [a, b] = lanes(piece);
        finish(0, [a & mask_a, b & mask_b])
    } else {
        hash_bytes(&bytes[..len])
    }
}

/// Makes words of runs, and tokens of words.
pub(super) struct Runs {
    chars: Chars,
    short: &'static [Short; SHORT],
    normal: String,
    lower: String,
}

impl Runs {
    pub(super) fn new() -> Self {
        Self {
            chars: Chars::new(),
            short: short_characters(),
            normal: String::new(),
            lower: String::new(),
        }
    }

    /// Puts the tokens of a run of word bytes, each with its place in the run: one if the run is ASCII, else any number.
    pub(super) fn words(&mut self, run: &str, mut put: impl FnMut(u64, Range<usize>)) {
        if run.is_ascii() {
            put(hash_ascii(run.as_bytes()), 0..run.len());
            return;
        }
        if let Some(token) = self.short_letters(run.as_bytes()) {
            put(token, 0..run.len());
            return;
        }
        let mut word = Word::new();
        for (at, c) in run.char_indices() {
            let entry = if c.is_ascii() {
                // Only letters and digits occur in a run.
                Entry {
                    lower: [c as u8 | 0x20, 0, 0, 0],
                    len: 1,
                    class: Class::Word,
                    order: 0,
                    hard: false,
                }
            } else {
                self.chars.get(c)
            };
            match entry.class {
                Class::Word if word.open == Some(Class::Word) => {}
                Class::Mark if word.open.is_some() => {}
                Class::Dropped | Class::Mark => continue,
                class => {
                    if word.open.is_some() {
                        put(self.token(&word, &run[word.from..at]), word.from..at);
                    }
                    word.begin(at, class);
                    if class == Class::Separator {
                        continue;
                    }
                }
            }
            word.push(entry);
        }
        if word.open.is_some() {
            put(self.token(&word, &run[word.from..]), word.from..run.len());
        }
    }

    /// The token of a run that is one word of letters of at most two bytes each; none if it is not.
    ///
    /// No branch depends on how long a letter is, which cannot be foreseen in a text with accents.
    #[inline]
    fn short_letters(&self, run: &[u8]) -> Option<u64> {
        if run.len() > WORD {
            return None;
        }
        let mut lower = [0; WORD + 1];
        let (mut at, mut len, mut all) = (0, 0, true);
        while let Some(&first) = run.get(at) {
            if first >= 0xe0 {
                return None;
            }
            let has_two = first >= 0x80;
            let second = run.get(at + usize::from(has_two)).copied().unwrap_or(0);
            let code = match has_two {
                true => usize::from(first & 0x1f) << 6 | usize::from(second & 0x3f),
                false => usize::from(first),
            };
            let letter = self.short[code];
            all &= letter.is_letter;
            // The next letter overwrites the padding.
            if let Some(room) = lower.get_mut(len..len + 2) {
                room.copy_from_slice(&letter.lower);
            }
            len += usize::from(letter.len);
            at += 1 + usize::from(has_two);
        }
        all.then(|| hash_lower(&lower, len))
    }

    /// The token of a word. `raw` is where it stood in the text.
    #[inline]
    fn token(&mut self, word: &Word, raw: &str) -> u64 {
        if word.hard || word.len > WORD {
            self.hard(raw)
        } else {
            hash_lower(&word.bytes, word.len)
        }
    }

    /// The token of a word that may not be in normal form, or whose lower case is out of the ordinary.
    #[cold]
    fn hard(&mut self, raw: &str) -> u64 {
        let takes_part = |c: char| Class::of(c) != Class::Dropped;
        let kept = || raw.chars().filter(|&c| takes_part(c));
        self.normal.clear();
        if is_nfc_quick(kept()) == IsNormalized::Yes {
            self.normal.extend(kept());
        } else {
            // Some letters come apart into a letter and a mark that takes no part, such as שׁ.
            self.normal.extend(kept().nfc().filter(|&c| takes_part(c)));
        }
        self.lower.clear();
        if self.normal.chars().skip(1).any(|c| c == 'Σ') {
            // Which sigma it becomes depends on its neighbours: capitals in Greek only, so that an
            // allocation does no harm.
            self.lower.push_str(&self.normal.to_lowercase());
        } else {
            self.lower
                .extend(self.normal.chars().flat_map(char::to_lowercase));
        }
        // Some letters have a composed lower case and no composed capital, such as ẖ.
        if is_nfc_quick(self.lower.chars()) != IsNormalized::Yes {
            self.normal.clear();
            self.normal.extend(self.lower.nfc());
            return hash_bytes(self.normal.as_bytes());
        }
        hash_bytes(self.lower.as_bytes())
    }
}
