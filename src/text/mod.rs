//! Text -> tokens: what of a text counts, what counts as a word, and the 64-bit hash that stands for it.
//!
//! [`Furniture`] takes off what the page puts around a report; the [`Tokeniser`] makes words of the rest.
//!
//! # Words
//!
//! A word is a maximal run of letters and digits (the Unicode properties *Alphabetic* and
//! *Numeric*) and of the combining marks that follow them. Words are put into Unicode
//! normal form C and lowercased, so that a text gives the same tokens composed or
//! decomposed, in capitals or not.
//!
//! * Everything else separates: spaces, punctuation, symbols, the underscore, and both
//!   apostrophes, so that `don't` and `don’t` are the same two tokens.
//! * Combining marks (Hindi vowel signs, Thai marks, accents) never split a
//!   word. A mark that follows no letter is ignored: `≠` is one character when composed
//!   and an equals sign with a mark when decomposed, and must give no token in either form.
//! * The zero width joiner and non-joiner and the soft hyphen are dropped; the word goes on. So are the vowel and
//!   reading marks of Arabic and Hebrew and the stretching stroke, which one outlet prints and the next does not.
//! * Scripts that are written without spaces (Han, Hiragana, Katakana, Thai, Lao, Khmer,
//!   Myanmar) give one token a character, with the marks that follow it.
//!
//! Which characters are letters, and their lower case, come from the Unicode tables of the
//! standard library, normal forms from `unicode-normalization`; characters added by a later
//! Unicode version may be tokenised otherwise by a later build.
//!
//! # How it is done
//!
//! Text is read 64 bytes at a time. A [kernel](Kernel) turns a block into a mask of its word
//! bytes, the edges of the runs of ones are the edges of the words, and a word of up to 16
//! ASCII bytes is hashed from two masked loads. Bytes outside ASCII count as word bytes,
//! apart from the separators that news is full of (curly quotes, dashes, no-break spaces,
//! currency signs), which are recognised where they stand; a run with any other of
//! them is decoded and tokenised by table. A text pays for the words that are not ASCII,
//! and nothing for the others.
//!
//! `kernels/x86.rs` and `kernels/arm.rs` are the only files of this stage with `unsafe` code.

mod chars;
mod furniture;
mod hash;
mod kernels;
mod runs;
mod tokens;

pub(crate) use furniture::around;
pub use furniture::{
    Furniture, FurnitureKind, LearntLines, LeftOut, LineCounts, Source, lines_at_edges,
};
pub use hash::word_hash;
pub use kernels::Kernel;
pub use tokens::{PlacedWord, Tokeniser};

/// The version of the rules above and of the token hash.
///
/// Fingerprints made with different versions cannot be compared.
pub const TOKENISER_VERSION: u32 = 1;

/// A text of fewer words is compared together with its title.
pub const SHORT_TEXT: usize = 50;

/// The tokens by which an article is compared: those of its `text`, which is what [`Furniture::text`] left of it. A short text (under [`SHORT_TEXT`] words) is
/// preceded by its title, since alone it may be a form ("qtly div five cts vs five cts prior"), or nothing ("full text follows"),
/// that goes with any title; not where furniture is kept, which leaves texts as they came.
///
/// ```
/// use wirecopy::text::{Furniture, Tokeniser, compared_tokens};
/// let mut tokeniser = Tokeniser::new();
/// let mut count = |furniture| {
///     compared_tokens(&mut tokeniser, furniture, "Aldous Co raises payout", "Qtly div six cts vs five.").len()
/// };
/// assert_eq!((count(Furniture::Strip), count(Furniture::Keep)), (10, 6));
/// ```
pub fn compared_tokens<'t>(
    tokeniser: &'t mut Tokeniser,
    furniture: Furniture,
    title: &str,
    text: &str,
) -> &'t [u64] {
    let words = tokeniser.tokens(text).len();
    if furniture == Furniture::Strip && (1..SHORT_TEXT).contains(&words) && !title.is_empty() {
        let titled = format!("{title}\n{text}");
        return tokeniser.tokens(&titled);
    }
    tokeniser.last()
}
