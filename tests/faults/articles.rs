//! Articles, and files of them.

use std::io::Write;

/// A story and a copy of it with one word changed: Jaccard similarity .87.
pub const STORY: &str = "The harbour of Port Vellan will stay closed until Thursday after a barge carrying gravel sank in the main \
    channel on Monday night, the port authority said, adding that no one was hurt and that divers would inspect the wreck at dawn.";
pub const COPY: &str = "The harbour of Port Vellan will stay closed until Friday after a barge carrying gravel sank in the main \
    channel on Monday night, the port authority said, adding that no one was hurt and that divers would inspect the wreck at dawn.";

pub fn line(id: &str, text: &str) -> String {
    format!("{}\n", serde_json::json!({ "id": id, "text": text }))
}

/// The pair that every run must find, with `between` between its articles.
pub fn around(between: impl AsRef<[u8]>) -> Vec<u8> {
    [
        line("a", STORY).as_bytes(),
        between.as_ref(),
        line("b", COPY).as_bytes(),
    ]
    .concat()
}

pub fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(data: &[u8]) -> Vec<u8> {
    zstd::encode_all(data, 1).unwrap()
}

/// A compressed file whose middle line is `megabytes` long and costs next to nothing to make: gzip and zstd files
/// may be put one behind the other.
pub fn bomb(pack: fn(&[u8]) -> Vec<u8>, megabytes: usize) -> Vec<u8> {
    let piece = pack(&vec![b'a'; 8 << 20]);
    let mut packed = pack(format!("{}{{\"id\":\"x\",\"text\":\"", line("a", STORY)).as_bytes());
    packed.extend(piece.repeat(megabytes / 8));
    packed.extend(pack(format!("\"}}\n{}", line("b", COPY)).as_bytes()));
    packed
}

/// So long that a run over it is always caught in its middle: about 100 GB decompressed.
pub fn endless() -> Vec<u8> {
    bomb(zstd, 100_000)
}

/// SplitMix64 (Steele, Lea, Flood 2014).
pub fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
