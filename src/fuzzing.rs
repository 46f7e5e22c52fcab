//! What the fuzz targets check, each for any input: it panics if the law does not hold.
//!
//! There for `cargo fuzz` and for the tests, which run the same laws on inputs that are not quite as random.

use crate::Result;
use crate::corpus::{self, Corpus, CorpusOptions, Format, Parser, Reject};
use crate::fingerprint::{self, Layout, Permutations, ShingleSize};
use crate::progress::{Silent, Stage};
use crate::text::{self, Furniture, Tokeniser};

/// All kernels give the same tokens, and what counts of a text is a piece of it.
pub fn tokens(text: &str) {
    let tokens = |kernel| Tokeniser::with_kernel(kernel).tokens(text).to_vec();
    let kernels = text::Kernel::available();
    let plain = tokens(kernels[0]);
    for &kernel in &kernels[1..] {
        assert_eq!(tokens(kernel), plain, "{}", kernel.name());
    }
    let (title, body) = text.split_once('\n').unwrap_or(("", text));
    assert!(body.contains(Furniture::Strip.text(body, title)));
}

/// All kernels give the same shingles, signatures and comparisons of signatures.
pub fn fingerprints(data: &[u8]) {
    let [size, count, floor, tokens @ ..] = data else {
        return;
    };
    // A byte a token, so that inputs repeat words; spread over all bits, as tokens are.
    let token = |&byte: &u8| u64::from(byte).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let tokens: Vec<u64> = tokens.iter().map(token).collect();
    let size = ShingleSize::new(usize::from(size % 16) + 1).expect("1 to 16");
    let permutations = Permutations::new(usize::from(*count) + 1, 7).expect("1 to 256");
    let floor = u32::from(*floor) << 24;
    let results = |kernel: fingerprint::Kernel| {
        let mut shingles = Vec::new();
        kernel.shingles(&tokens, size, &mut shingles);
        let mut signatures = [&shingles[..], &shingles[..shingles.len() / 2]].map(|shingles| {
            let mut signature = vec![0; permutations.len()];
            kernel.signature(&permutations, shingles, &mut signature);
            signature
        });
        let [a, b] = &mut signatures;
        let layout = Layout::new(permutations.len(), 32);
        let packed = [a, b].map(|values| {
            let mut packed = vec![0; layout.words()];
            kernel.pack(values, layout.whole(), &mut packed);
            packed
        });
        let [a, b] = &packed;
        let compared = (
            layout.score(kernel, a, b),
            layout.equal_and_lesser(kernel, a, b, floor >> 8),
        );
        (
            kernel.set_bits(&shingles, &mut [0; 64]),
            shingles,
            signatures,
            packed,
            compared,
        )
    };
    let kernels = fingerprint::Kernel::available();
    let plain = results(kernels[0]);
    for &kernel in &kernels[1..] {
        assert_eq!(results(kernel), plain, "{}", kernel.name());
    }
}

/// The reader of JSON agrees with `serde_json` on whether a record is valid and which text it has.
pub fn json(record: &str) {
    corpus::check_json(record);
}

/// What is found in a file does not depend on the size of the blocks in which it is read.
pub fn blocks(data: &[u8]) {
    let [format, longest, block_bytes, content @ ..] = data else {
        return;
    };
    const FORMATS: [Format; 5] = [
        Format::Jsonl,
        Format::Json,
        Format::Csv,
        Format::Tsv,
        Format::Text,
    ];
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("input");
    std::fs::write(&path, content).expect("a temporary file can be written");
    let found = |block_bytes| {
        let options = CorpusOptions {
            format: Some(FORMATS[usize::from(*format) % FORMATS.len()]),
            max_document: 8 * usize::from(*longest) + 1,
            block_bytes,
            ..CorpusOptions::default()
        };
        let corpus = Corpus::open(std::slice::from_ref(&path), options, &Silent);
        let found = corpus.and_then(|corpus| records_and_rejects(&corpus));
        found.map_err(|error| error.to_string())
    };
    assert_eq!(found(usize::from(*block_bytes) + 1), found(1 << 20));
}

/// Each record with its place, its bytes, and the text or the reason why there is none; and what was lost while splitting.
type Found = (
    Vec<(u64, u64, Vec<u8>, std::result::Result<String, Reject>)>,
    Vec<Reject>,
);

fn records_and_rejects(corpus: &Corpus) -> Result<Found> {
    let mut all = Found::default();
    corpus.scan(
        Stage::Fingerprint,
        &Silent,
        Parser::new,
        |parser, block| {
            let records = block.records.iter().map(|record| {
                let article = parser.parse(corpus, block, record);
                let text = article.map(|article| article.text.into_owned());
                (record.offset, record.line, block.raw(record).to_vec(), text)
            });
            Ok((records.collect::<Vec<_>>(), block.rejects.clone()))
        },
        |(records, rejects)| {
            all.0.extend(records);
            all.1.extend(rejects);
            Ok(())
        },
    )?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tokens(text in "([a-zA-Z0-9]{1,20}|[ ,.\n“”’—é漢\u{301}\u{200D}]|\\PC){0,200}") {
            super::tokens(&text);
        }

        #[test]
        fn fingerprints(data in proptest::collection::vec(any::<u8>(), 0..1200)) {
            super::fingerprints(&data);
        }

        #[test]
        fn json(text in r#"\{?("(text|id|\\PC|\\[nu"]|d83d|\\ude00){0,3}"|[\[\]{}:,]|[0-9.eE+-]|null| |\n){0,12}\}?"#) {
            super::json(&text);
        }

        #[test]
        fn json_of_many_fields(text in r#"\{("text": ("[a-z\\]{0,3}( |\\n)?"|\["a"(, ("b"|"")){0,2}\]|5|null|\{"text":"x"\}), ?){0,3}"id":1\}"#) {
            super::json(&text);
        }

        #[test]
        fn blocks(
            head in any::<[u8; 3]>(),
            content in r#"(\{"text": ?"(a|\\"|\\n|é){0,9}"\}|[\[\],\n\r\t" {}]|text,id|[a-z ]{0,9}){0,30}"#,
        ) {
            super::blocks(&[&head[..], content.as_bytes()].concat());
        }
    }
}
