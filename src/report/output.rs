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
    /// Not tempfile's own pair of the two: its errors name the temporary file, of which the user knows nothing.
    Temporary(BufWriter<File>, tempfile::TempPath),
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
        if there.as_ref().is_some_and(std::fs::Metadata::is_dir) {
            let kind = io::ErrorKind::IsADirectory;
            let error = io::Error::new(kind, "this is a folder; name a file in it");
            return Err(Error::io("write", &path)(error));
        }
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
            .map_err(|error| Error::io("write", &path)(reason(folder, error)))?;
        let (file, place) = file.into_parts();
        Ok(Self {
            path,
            writer: Writer::Temporary(BufWriter::new(file), place),
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
            Writer::Temporary(writer, place) => {
                let file = writer
                    .into_inner()
                    .map_err(|error| failed(error.into_error()))?;
                file.sync_all().map_err(failed)?;
                place
                    .persist(&self.path)
                    .map_err(|error| failed(error.error))
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Writer::Temporary(writer, _) => writer.write(bytes),
            Writer::Direct(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::Temporary(writer, _) => writer.flush(),
            Writer::Direct(writer) => writer.flush(),
        }
    }
}

/// Why no file can be created in `folder`, in words that do not name the temporary file.
fn reason(folder: &Path, error: io::Error) -> io::Error {
    let message = match std::fs::metadata(folder) {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => format!(
            "the folder {} does not exist; create it first",
            folder.display()
        ),
        Ok(there) if !there.is_dir() => format!("{} is no folder", folder.display()),
        _ => {
            // tempfile puts the name behind what the system said, and keeps the latter to itself.
            let message = error.to_string();
            let end = message.find(" at path \"").unwrap_or(message.len());
            message[..end].to_owned()
        }
    };
    io::Error::new(error.kind(), message)
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

    #[test]
    fn a_place_that_cannot_be_written_is_named_as_the_user_named_it() {
        let folder = tempfile::tempdir().unwrap();
        let said = |path: &Path| Output::create(path).unwrap_err().to_string();
        let missing = folder.path().join("missing");
        let path = missing.join("out.csv");
        assert_eq!(
            said(&path),
            format!(
                "cannot write {}: the folder {} does not exist; create it first",
                path.display(),
                missing.display()
            )
        );
        std::fs::write(folder.path().join("file"), "").unwrap();
        let path = folder.path().join("file").join("out.csv");
        assert!(
            said(&path).ends_with("file is no folder"),
            "{}",
            said(&path)
        );
        assert!(said(folder.path()).ends_with("this is a folder; name a file in it"));
        // As root even a folder without rights can be written; what the system says stays the same.
        let refused =
            io::Error::other("Permission denied (os error 13) at path \"/x/.wirecopy-1.tmp\"");
        assert_eq!(
            reason(folder.path(), refused).to_string(),
            "Permission denied (os error 13)"
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
