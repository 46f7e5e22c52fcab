//! What is kept of an article, as one string of bytes.
//!
//! Four parts stand one behind the other, numbers in little-endian order of bytes:
//!
//! * the shingle set, eight bytes a shingle; how many they are is kept elsewhere. Only of an article that is compared;
//! * the figures: how many they are, and four bytes for each;
//! * what the report says of it: five fields, each as its length and its bytes;
//! * its [subjects](Subjects). Only of an article that has shingles.

use super::figures;
use super::shingle_set::Repeats;
use super::subjects::{Counter, Subjects};
use crate::corpus::Article;
use crate::fingerprint::{ShingleSize, shingles};

/// Makes it; holds the memory that this takes.
#[derive(Default)]
pub(super) struct Keeper {
    shingles: Vec<u64>,
    repeats: Repeats,
    figures: Vec<u32>,
    counter: Counter,
}

impl Keeper {
    /// Appends what is kept of an article: of one that is not compared the figures of its title and of this part of its text, and its
    /// description; else what these `tokens` give as well. Returns the number of its shingles.
    pub(super) fn keep(
        &mut self,
        article: &Article,
        text: &str,
        tokens: Option<&[u64]>,
        size: ShingleSize,
        bytes: &mut Vec<u8>,
    ) -> u32 {
        let mut distinct = 0;
        if let Some(tokens) = tokens {
            shingles(tokens, size, &mut self.shingles);
            distinct = self.repeats.leave_out(&self.shingles, bytes);
        }
        self.figures.clear();
        figures::add(&article.title, &mut self.figures);
        figures::add(text, &mut self.figures);
        self.figures.sort_unstable();
        self.figures.dedup();
        figures::put(&self.figures, bytes);
        put_fields(article, bytes);
        if let Some(tokens) = tokens.filter(|_| distinct > 0) {
            self.counter.write(tokens, bytes);
        }
        distinct
    }
}

/// What is kept behind the shingles that the rule for news asks for.
pub(super) struct Facts<'a> {
    pub(super) figures: &'a [[u8; 4]],
    pub(super) subjects: Subjects<'a>,
}

impl<'a> Facts<'a> {
    /// Of what stands behind a shingle set.
    pub(super) fn from_bytes(behind_set: &'a [u8]) -> Self {
        let (figures, rest) = figures::take(behind_set);
        Self {
            figures,
            subjects: Subjects::from_bytes(take_fields(rest).1),
        }
    }
}

/// What the report says of an article.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    /// Its id as it came, or file and line.
    pub id: String,
    /// Its title; empty if it has none. So for the others.
    pub title: String,
    /// The outlet.
    pub source: String,
    /// The date as it came.
    pub published: String,
    /// Its address.
    pub url: String,
}

impl Description {
    /// What the report says of an article.
    pub fn of(article: &Article) -> Self {
        Self::from_fields(fields(article).map(str::to_owned))
    }

    /// Of what stands behind a shingle set.
    pub(super) fn from_bytes(behind_set: &[u8]) -> Self {
        let (fields, _) = take_fields(figures::take(behind_set).1);
        Self::from_fields(fields.map(|field| String::from_utf8_lossy(field).into_owned()))
    }

    fn from_fields([id, title, source, published, url]: [String; 5]) -> Self {
        Self {
            id,
            title,
            source,
            published,
            url,
        }
    }
}

/// What the report says of an article, in the order in which it is kept.
fn fields<'a>(article: &'a Article) -> [&'a str; 5] {
    [
        &article.id,
        &article.title,
        &article.source,
        &article.published,
        &article.url,
    ]
}

/// Appends each field as its length (4 bytes) and its bytes.
fn put_fields(article: &Article, bytes: &mut Vec<u8>) {
    for field in fields(article) {
        bytes.extend_from_slice(&(field.len() as u32).to_le_bytes());
        bytes.extend_from_slice(field.as_bytes());
    }
}

/// The fields, and what stands behind them.
fn take_fields(mut bytes: &[u8]) -> ([&[u8]; 5], &[u8]) {
    let fields = std::array::from_fn(|_| {
        let (len, rest) = bytes.split_first_chunk().unwrap_or((&[0; 4], &[]));
        let field;
        (field, bytes) = rest.split_at(rest.len().min(u32::from_le_bytes(*len) as usize));
        field
    });
    (fields, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_survives_the_spool() {
        let article = Article {
            id: "a-1".into(),
            title: "Größe, “quoted”".into(),
            source: "".into(),
            published: "2026-03-01".into(),
            url: "https://example.org/?a=1".into(),
            text: "not kept".into(),
            ..Article::default()
        };
        let mut bytes = Vec::new();
        figures::put(&[7, 1 << 31], &mut bytes);
        put_fields(&article, &mut bytes);
        bytes.push(7);
        let (figures, rest) = figures::take(&bytes);
        assert_eq!(figures, [[7, 0, 0, 0], [0, 0, 0, 128]]);
        assert_eq!(take_fields(rest).1, [7]);
        let back = Description::from_bytes(&bytes);
        assert_eq!(back, Description::of(&article));
        assert_eq!(
            (back.id, back.title, back.source),
            ("a-1".into(), "Größe, “quoted”".into(), String::new())
        );
        assert_eq!(
            (back.published, back.url),
            ("2026-03-01".into(), "https://example.org/?a=1".into())
        );
    }
}
