//! Files that hold no text, told by how they begin: archives, tables and documents of other programs, UTF-16 without a mark.
//!
//! Taken for text they would be one article of nonsense, or a thousand records that each break for a reason of their own.

use super::fault::Fault;
use crate::reject::RejectReason;

/// How formats begin, and what to do with them. Signatures as in `file`'s collection of them.
const FORMATS: [(usize, &[u8], &str); 24] = [
    (257, b"ustar", "a tar archive; unpack it and name its files"),
    (
        0,
        b"PK\x03\x04",
        "a zip archive, or a spreadsheet or document of an office program; unpack it, or save it as CSV or text",
    ),
    (
        0,
        b"\xfd7zXZ\0",
        "compressed with xz; unpack it with: xz -d",
    ),
    (
        4,
        b"1AY&SY",
        "compressed with bzip2; unpack it with: bzip2 -d",
    ),
    (
        0,
        b"\x04\x22\x4d\x18",
        "compressed with lz4; unpack it with: lz4 -d",
    ),
    (
        0,
        b"7z\xbc\xaf\x27\x1c",
        "a 7-Zip archive; unpack it and name its files",
    ),
    (
        0,
        b"Rar!\x1a\x07",
        "a RAR archive; unpack it and name its files",
    ),
    (
        0,
        b"\x1f\x9d",
        "compressed with compress; unpack it with: gzip -d",
    ),
    (
        0,
        b"PAR1",
        "a Parquet file; write it as JSON Lines or CSV first, for example with pandas or DuckDB",
    ),
    (
        0,
        b"ARROW1",
        "an Arrow file; write it as JSON Lines or CSV first, for example with pandas or DuckDB",
    ),
    (
        0,
        b"Obj\x01",
        "an Avro file; write it as JSON Lines or CSV first",
    ),
    (
        0,
        b"SQLite format 3\0",
        "an SQLite database; export its table as CSV first",
    ),
    (
        0,
        b"\xd0\xcf\x11\xe0",
        "a spreadsheet or document of an old office program; save it as CSV or text",
    ),
    (
        0,
        b"%PDF-",
        "a PDF; extract its text first, for example with pdftotext",
    ),
    (
        0,
        b"\x80\x04\x95",
        "a Python pickle; write it as JSON Lines or CSV first",
    ),
    (
        0,
        b"\x93NUMPY",
        "an array of NumPy; write it as JSON Lines or CSV first",
    ),
    (
        0,
        b"ORC",
        "an ORC file; write it as JSON Lines or CSV first",
    ),
    (
        0,
        b"\x89HDF",
        "an HDF5 file; write it as JSON Lines or CSV first",
    ),
    (0, b"\x89PNG", "a picture; there is no text in it to read"),
    (
        0,
        b"\xff\xd8\xff",
        "a picture; there is no text in it to read",
    ),
    (0, b"GIF8", "a picture; there is no text in it to read"),
    (0, b"\x7fELF", "a program; there is no text in it to read"),
    // Of what was decompressed already.
    (
        0,
        b"\x1f\x8b",
        "compressed twice; unpack it once with: gzip -d",
    ),
    (
        0,
        b"\x28\xb5\x2f\xfd",
        "compressed twice; unpack it once with: zstd -d",
    ),
];

/// How pages begin, in small letters: as an article one would be mostly markup.
const PAGES: [&str; 4] = ["<!doctype html", "<html", "<?xml", "<rss"];

/// Bytes that are looked at.
const HEAD: usize = 64 << 10;

/// Why a file that begins with these bytes holds no text, if it is known that it does not.
pub(super) fn foreign(bytes: &[u8]) -> Option<Fault> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let is_control = |byte: &u8| *byte < 0x20 && !byte.is_ascii_whitespace();
    let begins = |&&(at, magic, _): &&(usize, &[u8], &str)| {
        let rest = head.get(at..).unwrap_or_default();
        let is_word = || magic.iter().all(|byte| (0x20..0x7f).contains(byte));
        // A text may begin with any word.
        rest.starts_with(magic) && (!is_word() || head.iter().any(is_control) || !is_utf8(head))
    };
    if let Some((_, _, what)) = FORMATS.iter().find(begins) {
        return Some(Fault::new(
            RejectReason::NotText,
            format!("the file is {what}"),
        ));
    }
    let page = head.trim_ascii_start();
    let begins = |start: &&str| {
        page.get(..start.len())
            .is_some_and(|p| p.eq_ignore_ascii_case(start.as_bytes()))
    };
    if PAGES.iter().any(begins) {
        return Some(Fault::new(
            RejectReason::NotText,
            "the file is HTML or XML; extract its text first, for example with trafilatura",
        ));
    }
    // Nearly every file is a text, and has none.
    memchr::memchr(0, head)?;
    let (even, odd) = (zeros(head, 0, 2), zeros(head, 1, 2));
    let half = head.len() / 2;
    // Of a text in a Latin script every other byte is zero.
    let is_utf16 = half > 0 && even.max(odd) * 10 > half * 9 && even.min(odd) * 10 < half;
    is_utf16.then(|| {
        let ends = if even > odd { "BE" } else { "LE" };
        Fault::new(
            RejectReason::Utf16,
            format!(
                "the file is in UTF-16, not in UTF-8; convert it first: iconv -f UTF-16{ends} -t UTF-8 OLD > NEW"
            ),
        )
    })
}

/// Why a file that nobody called a text and that begins with these bytes is none, if more than a few of them are zero.
pub(super) fn binary(bytes: &[u8]) -> Option<Fault> {
    let head = &bytes[..bytes.len().min(HEAD)];
    (zeros(head, 0, 1) * 100 > head.len()).then(|| {
        Fault::new(
            RejectReason::NotText,
            "the file is binary (it holds zero bytes), not text",
        )
    })
}

/// Whether these bytes, which may end within a character, are UTF-8.
fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

fn zeros(bytes: &[u8], start: usize, step: usize) -> usize {
    let places = bytes.iter().skip(start).step_by(step);
    places.filter(|byte| **byte == 0).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text() {
        for (at, magic, what) in FORMATS {
            let mut head = vec![b'a'; at];
            head.extend_from_slice(magic);
            head.extend_from_slice(b"more of it\x01");
            let fault = foreign(&head).unwrap();
            assert!(fault.detail.contains(what));
            assert_eq!(fault.reason, RejectReason::NotText);
        }
        let news = "{\"text\": \"Grüße aus Köln\"}\n";
        let (little, big): (Vec<u8>, Vec<u8>) = (
            news.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            news.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        );
        for (head, name) in [(little, "UTF-16LE"), (big, "UTF-16BE")] {
            let fault = foreign(&head).unwrap();
            assert_eq!(fault.reason, RejectReason::Utf16);
            assert!(fault.detail.contains(name), "{}", fault.detail);
        }
        for page in [
            "<!DOCTYPE html>",
            "\n <html lang=en>",
            "<?xml version=\"1.0\"?>",
        ] {
            let fault = foreign(page.as_bytes()).unwrap();
            assert!(fault.detail.contains("HTML or XML"), "{}", fault.detail);
        }
        assert!(
            foreign(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
                .unwrap()
                .detail
                .contains("a PDF")
        );
        let program = b"\xcf\xfa\xed\xfe\x02\x01\x01\0\0\0\0more of it, and of it, and of it";
        assert_eq!(foreign(program), None);
        assert_eq!(binary(program).unwrap().reason, RejectReason::NotText);
    }

    #[test]
    fn what_is_text() {
        for head in [
            "",
            "a",
            "PKs and BZs: all of it is text",
            "PAR1 for the course",
            "ORC, the café",
            "<htm> is no tag",
            "BZhang, 1AY&SY",
            "%PDF-files are no text\r\n\t",
            "id,text\n1,a\0b\n",
            "{\"text\":\"\0\"}",
        ] {
            assert_eq!(foreign(head.as_bytes()), None, "{head}");
        }
        let stray = "A text of more than a hundred bytes. ".repeat(9) + "\0";
        assert_eq!(binary(stray.as_bytes()), None);
    }
}
