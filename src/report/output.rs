//! Files that appear whole or not at all.

use crate::{Error, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that is being written.
///
/// It is written beside its place under a temporary name and renamed by [`finish`](Output::finish). Until
/// then, and if that never comes, what stood there before stays. A place that is not a regular file (a
/// pipe, a device) is written directly.
#[derive(Debug)]
pub struct Output {
    path: PathBuf,
    writer: Writer,
}

#[derive(Debug)]
enum Writer {
    Temporary(BufWriter<tempfile::NamedTempFile>),
    Direct(BufWriter<File>),
}

impl Output {
    /// Begins to write `path`; a link is followed.
    ///
    /// # Errors
    /// If nothing can be created there.
    pub fn create(path: &Path) -> Result<Self> {
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let there = std::fs::metadata(&path).ok();
        if there.as_ref().is_some_and(|meta| !meta.is_file()) {
            let file = OpenOptions::new()
                .write(true)
                .open(&path)
                .map_err(Error::io("write", &path))?;
            return Ok(Self {
                path,
                writer: Writer::Direct(BufWriter::new(file)),
            });
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".wirecopy-").suffix(".tmp");
        #[cfg(unix)]
        let permissions = there.map_or_else(
            || std::os::unix::fs::PermissionsExt::from_mode(0o666),
            |meta| meta.permissions(),
        );
        #[cfg(unix)]
        builder.permissions(permissions);
        let file = builder
            .tempfile_in(folder)
            .map_err(Error::io("write", &path))?;
        Ok(Self {
            path,
            writer: Writer::Temporary(BufWriter::new(file)),
        })
    }

    /// Where the file will stand.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Completes the file and puts it into its place.
    ///
    /// # Errors
    /// If the rest cannot be written or the file not be renamed; the old file then stays.
    pub fn finish(self) -> Result<()> {
        let failed = |error| Error::io("write", &self.path)(error);
        match self.writer {
            Writer::Direct(mut writer) => writer.flush().map_err(failed),
            Writer::Temporary(writer) => {
                let file = writer
                    .into_inner()
                    .map_err(|error| failed(error.into_error()))?;
                file.as_file().sync_all().map_err(failed)?;
                file.persist(&self.path)
                    .map(drop)
                    .map_err(|error| failed(error.error))
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Writer::Temporary(writer) => writer.write(bytes),
            Writer::Direct(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::Temporary(writer) => writer.flush(),
            Writer::Direct(writer) => writer.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_file_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        std::fs::write(&path, "old").unwrap();
        let mut output = Output::create(&path).unwrap();
        output.write_all(b"half").unwrap();
        drop(output);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        let mut output = Output::create(&path).unwrap();
        output.write_all(b"new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        output.finish().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no temporary file is left"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_that_names_the_file() {
        let mut output = Output::create(Path::new("/dev/full")).unwrap();
        output.write_all(b"x").unwrap();
        let error = output.finish().unwrap_err().to_string();
        assert!(error.contains("cannot write /dev/full"), "{error}");
    }
}
