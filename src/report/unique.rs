//! The corpus without the copies.

use super::Output;
use crate::corpus::Arrangement::{self, Array, Lines, Sequence, Whole};
use crate::corpus::Corpus;
use crate::progress::{Progress, Stage};
use crate::{Error, Result, Run};

/// How kept records of several files are joined to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joint {
    arrangement: Arrangement,
    /// Whether files have their objects in several ways.
    mixed: bool,
    /// The first file, whose header is written.
    first: u32,
}

impl Joint {
    /// Tells how the records of a corpus can be written into one file: rows under one header, a JSON array, objects one after another, or,
    /// where files have their objects in several ways, one a line.
    ///
    /// # Errors
    /// [`Error::Input`] if they cannot: text files, formats of different kinds, tables with different headers.
    pub fn of(corpus: &Corpus) -> Result<Self> {
        let files = corpus.files();
        let mut joint: Option<Self> = None;
        // There can be no more files than that.
        for (index, file) in (0u32..).zip(files).filter(|(_, file)| file.is_text()) {
            let here = file.arrangement();
            if here == Whole {
                return Err(Error::Input(format!(
                    "{}: articles that are files of their own cannot be written into one file; leave --unique out \
                     and take the column \"file\" of the rows with representative = true (with --all, every text once)",
                    file.name
                )));
            }
            let Some(Self {
                arrangement,
                mixed,
                first,
            }) = joint
            else {
                joint = Some(Self {
                    arrangement: here,
                    mixed: false,
                    first: index,
                });
                continue;
            };
            let (before, name) = (arrangement, &files[first as usize].name);
            let both = match (before, here) {
                (Array | Lines | Sequence, Array | Lines | Sequence) if before != here => Lines,
                _ if before == here => before,
                _ => {
                    return Err(Error::Input(format!(
                        "{name} and {}: records of different formats cannot be written into one file; run --unique \
                         on files of one format",
                        file.name
                    )));
                }
            };
            if trimmed(corpus.header(first)) != trimmed(corpus.header(index)) {
                return Err(Error::Input(format!(
                    "{name} and {}: the headers differ, so that their rows cannot be written into one file; run \
                     --unique on files with the same columns",
                    file.name
                )));
            }
            joint = Some(Self {
                arrangement: both,
                mixed: mixed || before != here,
                first,
            });
        }
        Ok(joint.unwrap_or(Self {
            arrangement: Lines,
            mixed: false,
            first: 0,
        }))
    }
}

/// What is written of a block.
#[derive(Default)]
struct Kept {
    records: u64,
    bytes: Vec<u8>,
}

fn ends_a_line(bytes: &[u8]) -> bool {
    matches!(bytes.last(), Some(b'\n' | b'\r'))
}

/// Makes blanks of the line breaks within an object. In its strings there are none: they would be no JSON.
fn on_one_line(object: &mut [u8]) {
    let end = object.trim_ascii_end().len();
    let breaks = object[..end].iter_mut();
    breaks
        .filter(|byte| matches!(byte, b'\n' | b'\r'))
        .for_each(|byte| *byte = b' ');
}

/// A header without its line end. A tab at its end is one more column.
fn trimmed(header: &[u8]) -> &[u8] {
    let ends = header.iter().rev();
    let end = ends.take_while(|byte| matches!(byte, b'\n' | b'\r'));
    &header[..header.len() - end.count()]
}

/// Reads the corpus again and writes the records of all articles but the copies (the members of clusters
/// other than their representatives), byte for byte as they came and in corpus order; returns how many. A line
/// end is added only where the last record of a file has none, and an object of several lines becomes one where others have one a line. Records that were
/// rejected are not written.
///
/// ```
/// use wirecopy::report::{Joint, Output, write_unique};
/// use wirecopy::{Options, progress::Silent};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("news.jsonl");
/// # std::fs::write(&path, concat!(
/// #     r#"{"id":"a","text":"The clock on the town hall of Brede has stood still since Sunday, and nobody knows why."}"#, "\n",
/// #     r#"{"id":"b","text":"Herring is cheap in Lund this week."}"#, "\n",
/// #     r#"{"id":"c","text":"The clock on the town hall of Brede has stood still since Sunday, and nobody knows where."}"#, "\n",
/// #     r#"{"id":"d"}"#, "\n",
/// # ))?;
/// let (kept, ids) = (folder.path().join("unique.jsonl"), [r#"{"id":"a""#, r#"{"id":"b""#]);
/// let run = wirecopy::cluster(&[path], &Options::default(), &Silent)?;
/// let mut out = Output::create(&kept)?;
/// assert_eq!(write_unique(&run, Joint::of(&run.corpus)?, &mut out, &Silent)?, 2);
/// out.publish()?;
/// let written = std::fs::read_to_string(&kept)?;
/// assert!(written.lines().zip(ids).all(|(line, id)| line.starts_with(id)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// What reading gives, [`Error::Changed`] if a file is no longer what it was; if `out` cannot be written;
/// [`Error::Interrupted`].
pub fn write_unique(
    run: &Run,
    joint: Joint,
    out: &mut Output,
    progress: &dyn Progress,
) -> Result<u64> {
    let mut copy = vec![false; run.fingerprints.rows.len()];
    for cluster in &run.clusters {
        for member in &cluster.members[1..] {
            copy[member.article as usize] = true;
        }
    }
    if matches!(joint.arrangement, Arrangement::Rows(_)) {
        let header = run.corpus.header(joint.first);
        out.put(header)?;
        if !ends_a_line(header) {
            out.put(b"\n")?;
        }
    }
    let array = joint.arrangement == Array;
    if array {
        out.put(b"[")?;
    }
    let mut count = 0;
    run.corpus.scan_for_bytes(
        Stage::Write,
        progress,
        || (),
        |(), block| {
            let mut kept = Kept::default();
            for (article, record) in
                run.fingerprints
                    .articles_of_block(&run.corpus, block, |_| true)?
            {
                if copy[article as usize] {
                    continue;
                }
                let raw = block.raw(record);
                if array && kept.records > 0 {
                    kept.bytes.extend_from_slice(b",\n");
                }
                let from = kept.bytes.len();
                kept.bytes.extend_from_slice(raw);
                if joint.mixed {
                    on_one_line(&mut kept.bytes[from..]);
                }
                if !array && !ends_a_line(raw) {
                    kept.bytes.push(b'\n');
                }
                kept.records += 1;
            }
            Ok(kept)
        },
        |kept| {
            if array && kept.records > 0 {
                out.put(if count == 0 { b"\n" } else { b",\n" })?;
            }
            count += kept.records;
            out.put(&kept.bytes)
        },
    )?;
    if array {
        out.put(b"\n]\n")?;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_differ_in_an_empty_column() {
        assert_eq!(trimmed(b"id\ttext\t\r\n"), b"id\ttext\t");
        assert_eq!(trimmed(b"id,text"), b"id,text");
    }
}
