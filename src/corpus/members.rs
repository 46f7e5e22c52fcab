//! The members of a gzip file, decompressed one after another.
//!
//! Zeros behind the last one are padding, as tapes and some archives make it: the file is whole, to `gzip` as well.

use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, Read};

/// Decompresses all members that come.
pub(super) struct Reader<R> {
    /// Taken away only to be replaced by the next one.
    source: Option<Source<R>>,
    over: bool,
}

enum Source<R> {
    Between(R),
    Member(Box<GzDecoder<R>>),
}

impl<R: BufRead> Reader<R> {
    pub(super) fn new(disk: R) -> Self {
        Self {
            source: Some(Source::Between(disk)),
            over: false,
        }
    }

    /// Reads some bytes into `buf`, which must not be empty; 0 at the end.
    ///
    /// # Errors
    /// Those of the disk; `UnexpectedEof` where the data end within a member, others where they are damaged.
    pub(super) fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !self.over {
            if let Some(Source::Member(member)) = &mut self.source {
                let read = member.read(buf)?;
                if read > 0 {
                    return Ok(read);
                }
            }
            self.over = !pass_over_zeros(self.disk_mut())?;
            if !self.over {
                let disk = self.source.take().map(Source::into_disk);
                self.source = disk.map(|disk| Source::Member(Box::new(GzDecoder::new(disk))));
            }
        }
        Ok(0)
    }

    pub(super) fn disk(&self) -> &R {
        match self.source.as_ref().expect("the source is replaced") {
            Source::Between(disk) => disk,
            Source::Member(member) => member.get_ref(),
        }
    }

    pub(super) fn disk_mut(&mut self) -> &mut R {
        match self.source.as_mut().expect("the source is replaced") {
            Source::Between(disk) => disk,
            Source::Member(member) => member.get_mut(),
        }
    }

    pub(super) fn into_disk(self) -> R {
        self.source.expect("the source is replaced").into_disk()
    }
}

impl<R: BufRead> Source<R> {
    fn into_disk(self) -> R {
        match self {
            Self::Between(disk) => disk,
            Self::Member(member) => member.into_inner(),
        }
    }
}

/// Whether anything but zeros comes.
fn pass_over_zeros(disk: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = disk.fill_buf()?;
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        let (all, none) = (zeros == bytes.len(), bytes.is_empty());
        disk.consume(zeros);
        if none || !all {
            return Ok(!none);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::gzip;
    use super::*;
    use proptest::prelude::*;
    use std::io::BufReader;

    fn read_all(packed: &[u8], buffer: usize) -> (Vec<u8>, Option<io::ErrorKind>, usize) {
        let mut reader = Reader::new(BufReader::with_capacity(buffer, packed));
        let (mut all, mut buf) = (Vec::new(), [0; 7]);
        let error = loop {
            match reader.read(&mut buf) {
                Ok(0) => break None,
                Ok(read) => all.extend_from_slice(&buf[..read]),
                Err(error) => break Some(error.kind()),
            }
        };
        (all, error, reader.into_disk().into_inner().len())
    }

    proptest! {
        #[test]
        fn members_and_zeros_are_read_to_the_end(
            members in proptest::collection::vec((proptest::collection::vec(0u8.., 0..50), 0usize..40), 0..6), buffer in 1usize..64, zeros_last in proptest::bool::ANY
        ) {
            let padded = |(data, zeros): &(Vec<u8>, usize)| match zeros_last {
                true => [gzip(data), vec![0; *zeros]].concat(),
                false => [vec![0; *zeros], gzip(data)].concat(),
            };
            let packed: Vec<u8> = members.iter().flat_map(padded).collect();
            let plain: Vec<u8> = members.into_iter().flat_map(|member| member.0).collect();
            prop_assert_eq!(read_all(&packed, buffer), (plain, None, 0));
        }
    }

    #[test]
    fn what_is_cut_or_followed_by_something_else_is_told() {
        let packed = gzip(b"a b c");
        for end in 1..packed.len() {
            let (_, error, _) = read_all(&packed[..end], 16);
            assert_eq!(error, Some(io::ErrorKind::UnexpectedEof), "{end}");
        }
        let junk = [&packed[..], b"\0\0junk that is no member"].concat();
        let (all, error, _) = read_all(&junk, 16);
        assert_eq!(
            (&all[..], error),
            (&b"a b c"[..], Some(io::ErrorKind::InvalidInput))
        );
    }
}
