//! The parts of the page, put together.

use crate::Result;
use crate::report::Output;
use base64::prelude::{BASE64_STANDARD, Engine};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::Write;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the page up to its chunks.
pub(super) fn beginning(data: &impl Serialize, out: &mut Output) -> Result<()> {
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        sha256(SCRIPT),
        sha256(STYLE)
    );
    let mut rest = PAGE;
    let parts = [
        ("{{policy}}", policy.as_str()),
        ("{{style}}", STYLE),
        ("{{data}}", &json(data)),
    ];
    for (mark, part) in parts {
        let (before, after) = split(rest, mark);
        out.put(before.as_bytes())?;
        out.put(part.as_bytes())?;
        rest = after;
    }
    out.put(split(rest, "{{chunks}}").0.as_bytes())
}

/// Writes what stands behind the chunks.
pub(super) fn end(out: &mut Output) -> Result<()> {
    let (before, after) = split(split(PAGE, "{{chunks}}").1, "{{script}}");
    out.put(before.as_bytes())?;
    out.put(SCRIPT.as_bytes())?;
    out.put(after.as_bytes())
}

/// Writes a chunk, packed.
pub(super) fn chunk(number: usize, packed: &str, out: &mut Output) -> Result<()> {
    out.put(
        format!("<script type=\"application/octet-stream\" id=\"chunk-{number}\">").as_bytes(),
    )?;
    out.put(packed.as_bytes())?;
    out.put(b"</script>\n")
}

/// A JSON array in gzip in base64, element by element, so that no more than one of them is there unpacked.
pub(super) struct Packer {
    gzip: GzEncoder<Vec<u8>>,
    /// What goes before the next element.
    before: &'static str,
}

impl Packer {
    pub(super) fn new() -> Self {
        Self {
            gzip: GzEncoder::new(Vec::new(), Compression::best()),
            before: "[",
        }
    }

    /// Appends an element.
    pub(super) fn add(&mut self, element: &impl Serialize) {
        self.write(self.before);
        self.before = ",";
        self.write(&json(element));
    }

    /// The whole array.
    pub(super) fn finish(mut self) -> String {
        if self.before == "[" {
            self.write("[");
        }
        self.write("]");
        BASE64_STANDARD.encode(self.gzip.finish().unwrap_or_default())
    }

    fn write(&mut self, text: &str) {
        // Memory takes everything.
        let _ = self.gzip.write_all(text.as_bytes());
    }
}

/// JSON that can stand in a script element, whose end only `<` could begin.
fn json(data: &impl Serialize) -> String {
    // Only maps whose keys are no strings and values with a serialiser of their own can fail; there are none.
    let json = serde_json::to_string(data).unwrap_or_default();
    json.replace('<', "\\u003c")
}

fn sha256(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()))
}

fn split<'t>(text: &'t str, mark: &str) -> (&'t str, &'t str) {
    text.split_once(mark).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn every_mark_stands_once_and_the_parts_end_no_element() {
        let marks = [
            "{{policy}}",
            "{{style}}",
            "{{data}}",
            "{{chunks}}",
            "{{script}}",
        ];
        let places: Vec<usize> = marks.iter().map(|mark| PAGE.find(mark).unwrap()).collect();
        assert!(places.is_sorted(), "{places:?}");
        for mark in marks {
            assert_eq!(PAGE.matches(mark).count(), 1, "{mark}");
            assert!(!STYLE.contains(mark) && !SCRIPT.contains(mark));
        }
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</script") && !SCRIPT.contains("<!--"));
        for foreign in ["http:", "https:", "@import", "url("] {
            assert!(!STYLE.contains(foreign), "{foreign}");
        }
        // A carriage return would reach the browser as another character than was hashed.
        assert!(!STYLE.contains('\r') && !SCRIPT.contains('\r'));
    }

    #[test]
    fn the_script_never_makes_markup_of_a_text() {
        for way in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "DOMParser",
            "setHTML",
        ] {
            assert!(!SCRIPT.contains(way), "{way}");
        }
    }

    #[test]
    fn data_cannot_end_its_element() {
        let hostile = ["</script><script>alert(1)</script>", "<!--<script>"];
        assert!(!json(&hostile).contains('<'));
        let back: Vec<String> = serde_json::from_str(&json(&hostile)).unwrap();
        assert_eq!(back, hostile);
        for elements in [&hostile[..], &hostile[..1], &[]] {
            let mut packer = Packer::new();
            elements.iter().for_each(|element| packer.add(element));
            let bytes = BASE64_STANDARD.decode(packer.finish()).unwrap();
            let mut back = String::new();
            flate2::read::GzDecoder::new(bytes.as_slice())
                .read_to_string(&mut back)
                .unwrap();
            assert_eq!(back, json(&elements));
        }
    }

    #[test]
    fn the_hash_is_the_known_one() {
        // From the Content Security Policy specification, section 6.6.2 and FIPS 180: SHA-256 of nothing.
        assert_eq!(sha256(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
