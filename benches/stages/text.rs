//! Article text to tokens.

use crate::documents::hard_wrapped;
use crate::row;
use std::hint::black_box;
use wirecopy::text::{self, Furniture, Tokeniser, word_hash};
use xxhash_rust::xxh3::xxh3_64;

pub fn tokens(documents: &[(&str, &[String])]) {
    for (name, documents) in documents {
        for kernel in text::Kernel::available() {
            let mut tokeniser = Tokeniser::with_kernel(kernel);
            let mut next = 0;
            row(&format!("tokens, {name}"), kernel.name(), || {
                next = (next + 1) % documents.len();
                black_box(tokeniser.tokens(black_box(&documents[next])));
            });
        }
    }
}

/// What a hash costs when the words are known already: lowered, one after the other.
pub fn hashes(document: &str) {
    let lower = document.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    row("hash of known words", "xxh3_64", || {
        for word in black_box(&words) {
            black_box(xxh3_64(word.as_bytes()));
        }
    });
    row("hash of known words", "word_hash", || {
        for word in black_box(&words) {
            black_box(word_hash(word));
        }
    });
    row("tokens, English", "lowercase, split, xxh3_64", || {
        let lower = black_box(document).to_lowercase();
        for word in lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
        {
            black_box(xxh3_64(word.as_bytes()));
        }
    });
}

/// Text as it comes mostly, with nothing on it, and with all that a page may have.
pub fn furniture(documents: &[String]) {
    let wire: Vec<String> = documents.iter().map(|text| hard_wrapped(text)).collect();
    let page = |text: &String| {
        format!(
            "A title of seven words or more\nBy Ann Writer\n3 minute read\nPublished: 6/20/2024\n\n\
             NORDVIK, June 20 (AFP) - The {text}\n\nAnn Writer contributed to this report.\n\n\
             Sign up for our newsletter\n\n(c) 2024 Nordvik Herald. All rights reserved."
        )
    };
    let pages: Vec<String> = documents.iter().map(page).collect();
    for (name, documents) in [
        ("none", documents),
        ("wire copy", &wire),
        ("a page", &pages),
    ] {
        let mut next = 0;
        row("furniture", name, || {
            next = (next + 1) % documents.len();
            let title = "A title of seven words or more";
            black_box(Furniture::Strip.text(black_box(&documents[next]), title));
        });
    }
}
