//! What the tokeniser does with one character, kept in a table that fills itself.

use std::sync::LazyLock;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_normalization::{IsNormalized, is_nfc_quick};

/// The part that a character plays in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Ends a word.
    Separator,
    /// A letter or a digit.
    Word,
    /// A letter of a script written without spaces: a word by itself.
    Single,
    /// Belongs to the character before it.
    Mark,
    /// Takes no part: joiners, the soft hyphen, and what writers of Arabic and Hebrew may leave out.
    Dropped,
}

impl Class {
    /// The class of any character.
    pub(super) fn of(c: char) -> Self {
        match c {
            '\u{AD}' | '\u{200C}' | '\u{200D}' => Self::Dropped,
            _ if is_optional(c) => Self::Dropped,
            // The voicing marks of halfwidth kana are letters to Unicode, though not to a reader.
            '\u{FF9E}' | '\u{FF9F}' => Self::Mark,
            // Before the letters: many marks count as alphabetic.
            _ if is_combining_mark(c) => Self::Mark,
            _ if !c.is_alphanumeric() => Self::Separator,
            _ if is_unspaced(c) => Self::Single,
            _ => Self::Word,
        }
    }
}

/// Whether a letter or digit belongs to a script that is written without spaces.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}' // Thai, Lao
        | '\u{1000}'..='\u{109F}' // Myanmar
        | '\u{1780}'..='\u{17FF}' // Khmer
        | '\u{2E80}'..='\u{2FDF}' // Han radicals
        | '\u{3005}'..='\u{3007}' // 々 〆 〇
        | '\u{3021}'..='\u{3029}' // Hangzhou numerals
        | '\u{3031}'..='\u{3035}' // kana repeat marks
        | '\u{3038}'..='\u{303C}'
        | '\u{3041}'..='\u{30FF}' // Hiragana, Katakana
        | '\u{31F0}'..='\u{31FF}' // Katakana phonetic extensions
        | '\u{3400}'..='\u{4DBF}' // Han extension A
        | '\u{4E00}'..='\u{9FFF}' // Han
        | '\u{A9E0}'..='\u{A9FF}' // Myanmar extended B
        | '\u{AA60}'..='\u{AA7F}' // Myanmar extended A
        | '\u{F900}'..='\u{FAFF}' // Han compatibility ideographs
        | '\u{FF66}'..='\u{FF9F}' // halfwidth Katakana
        | '\u{116D0}'..='\u{116FF}' // Myanmar extended C
        | '\u{16FE2}'..='\u{16FE3}' // old Chinese hook and iteration mark
        | '\u{1AFF0}'..='\u{1B16F}' // kana supplement, extensions and small kana
        | '\u{20000}'..='\u{3FFFD}' // Han extensions B and later
    )
}

/// Whether a character is written by some and left out by others in the same word: the vowel and reading marks of
/// Arabic and Hebrew, and the stroke that stretches Arabic words. The marks that make other letters (madda and
/// hamza, U+0653 to U+0655) are not among them.
fn is_optional(c: char) -> bool {
    matches!(c,
        '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}' | '\u{05C2}' | '\u{05C4}' | '\u{05C5}' | '\u{05C7}'
        | '\u{0610}'..='\u{061A}' | '\u{0640}' | '\u{064B}'..='\u{0652}' | '\u{0656}'..='\u{065F}' | '\u{0670}'
        | '\u{06D6}'..='\u{06DC}' | '\u{06DF}'..='\u{06E4}' | '\u{06E7}' | '\u{06E8}' | '\u{06EA}'..='\u{06ED}'
    )
}

/// All that is known about one character.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Its lower case in UTF-8, padded with zeros.
    pub(super) lower: [u8; 4],
    /// How many bytes of `lower` count.
    pub(super) len: u8,
    pub(super) class: Class,
    /// The canonical combining class: marks must stand in its order to be in normal form.
    pub(super) order: u8,
    /// Whether a word with this character needs the normaliser, or the full rules of lower case.
    pub(super) hard: bool,
}

impl Entry {
    pub(super) fn of(c: char) -> Self {
        let mut lower = [0; 4];
        let mut lowered = c.to_lowercase();
        let first = lowered.next().unwrap_or(c);
        let len = first.encode_utf8(&mut lower).len() as u8;
        let composed = |c: char| is_nfc_quick(std::iter::once(c)) == IsNormalized::Yes;
        Self {
            lower,
            len,
            class: Class::of(c),
            order: canonical_combining_class(c),
            // Σ is σ or ς, as it stands inside a word or at its end.
            hard: lowered.next().is_some() || c == 'Σ' || !composed(c) || !composed(first),
        }
    }
}

const PAGE: usize = 256;

/// The entries of all characters seen so far, in pages of 256 that are made when first needed.
pub(super) struct Chars {
    /// Where the page of `c >> 8` begins in `entries`; far beyond its end while it has none.
    pages: Box<[u32; 0x11_0000 / PAGE]>,
    entries: Vec<Entry>,
}

impl Chars {
    pub(super) fn new() -> Self {
        Self {
            pages: Box::new([u32::MAX / 2; 0x11_0000 / PAGE]),
            entries: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn get(&mut self, c: char) -> Entry {
        let code = c as usize;
        let at = self.pages[code / PAGE] as usize + code % PAGE;
        match self.entries.get(at) {
            Some(&entry) => entry,
            None => self.add_page(c),
        }
    }

    #[cold]
    fn add_page(&mut self, c: char) -> Entry {
        let first = c as u32 / PAGE as u32 * PAGE as u32;
        self.pages[c as usize / PAGE] = self.entries.len() as u32;
        // Surrogates are never asked for; any entry will do.
        let page = (first..first + PAGE as u32).map(|code| char::from_u32(code).unwrap_or('\0'));
        self.entries.extend(page.map(Entry::of));
        Entry::of(c)
    }
}

/// A letter or digit of at most two bytes, as most words outside ASCII are made of: Latin, Greek, Cyrillic, Hebrew, Arabic.
#[derive(Debug, Clone, Copy)]
pub(super) struct Short {
    /// Its lower case in UTF-8, padded with a zero.
    pub(super) lower: [u8; 2],
    /// How many bytes of `lower` count.
    pub(super) len: u8,
    /// Whether the character is such a letter at all, and nothing else need be known of it.
    pub(super) is_letter: bool,
}

/// Characters of at most two bytes in UTF-8.
pub(super) const SHORT: usize = 0x800;

/// What is known of each of them, by its number.
pub(super) fn short_characters() -> &'static [Short; SHORT] {
    static SHORT_CHARACTERS: LazyLock<[Short; SHORT]> = LazyLock::new(|| {
        std::array::from_fn(|code| {
            let entry = Entry::of(char::from_u32(code as u32).unwrap_or('\0'));
            let [first, second, ..] = entry.lower;
            let is_letter = entry.class == Class::Word && !entry.hard && entry.order == 0;
            Short {
                lower: [first, second],
                len: entry.len.min(2),
                is_letter: is_letter && entry.len <= 2,
            }
        })
    });
    &SHORT_CHARACTERS
}

/// The length of the separator that `bytes` begins with, if it is one of the frequent ones
/// outside ASCII: U+0080 to U+00BF, U+2000 to U+203F, U+20A0 to U+20BF. Otherwise 0.
///
/// Bit `i` of a set stands for the character with the last byte `0x80 + i`.
#[inline(always)]
pub(super) fn separator_length(bytes: &[u8]) -> usize {
    // All but soft hyphen, ª ² ³ µ ¹ º ¼ ½ ¾.
    const LATIN: u64 = !(1 << 0x2D | 1 << 0x2A | 1 << 0x32 | 1 << 0x33 | 1 << 0x35 | 1 << 0x39)
        & !(1 << 0x3A | 1 << 0x3C | 1 << 0x3D | 1 << 0x3E);
    // All but the two joiners.
    const PUNCTUATION: u64 = !(1 << 0x0C | 1 << 0x0D);
    const CURRENCY: u64 = 0xFFFF_FFFF << 0x20;
    let has = |set: u64, last: u8| set >> (last & 0x3F) & 1 == 1;
    match *bytes {
        [0xE2, 0x80, last, ..] if has(PUNCTUATION, last) => 3,
        [0xC2, last, ..] if has(LATIN, last) => 2,
        [0xE2, 0x82, last, ..] if has(CURRENCY, last) => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_separators_are_separators() {
        let mut quick = 0;
        for c in '\u{80}'..=char::MAX {
            let mut bytes = [0; 4];
            let length = separator_length(c.encode_utf8(&mut bytes).as_bytes());
            assert!(
                length == 0 || length == c.len_utf8() && Class::of(c) == Class::Separator,
                "{c:?}"
            );
            quick += u32::from(length > 0);
        }
        assert_eq!(quick, 64 - 10 + 64 - 2 + 32);
    }

    #[test]
    fn classes() {
        for (c, class) in [
            ('a', Class::Word),
            ('7', Class::Word),
            ('ß', Class::Word),
            ('½', Class::Word),
            ('_', Class::Separator),
            ('’', Class::Separator),
            ('฿', Class::Separator),
            ('。', Class::Separator),
            ('・', Class::Separator),
            ('漢', Class::Single),
            ('𠮷', Class::Single),
            ('〇', Class::Single),
            ('ー', Class::Single),
            ('ｶ', Class::Single),
            ('ก', Class::Single),
            ('ກ', Class::Single),
            ('ក', Class::Single),
            ('က', Class::Single),
            ('한', Class::Word),
            ('ि', Class::Mark),
            ('\u{94D}', Class::Mark),
            ('\u{E31}', Class::Mark),
            ('\u{64B}', Class::Dropped),
            ('\u{640}', Class::Dropped),
            ('\u{653}', Class::Mark),
            ('\u{5B8}', Class::Dropped),
            ('\u{FE0F}', Class::Mark),
            ('\u{200D}', Class::Dropped),
        ] {
            assert_eq!(Class::of(c), class, "{c:?}");
        }
    }

    #[test]
    fn table_agrees_with_the_rules() {
        let mut chars = Chars::new();
        for c in ['é', 'Я', '漢', '\u{10FFFF}', 'é', '\u{E000}', '\u{D7FF}'] {
            let (found, wanted) = (chars.get(c), Entry::of(c));
            assert_eq!(
                (found.lower, found.class, found.hard),
                (wanted.lower, wanted.class, wanted.hard)
            );
        }
    }
}
