//! A file that has no place yet, and vanishes if it never gets one.
//!
//! On Linux it has no name until it is whole, where the file system can do that: a killed process leaves nothing behind.

use std::fs::File;
use std::io;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::path::PathBuf;
use tempfile::TempPath;

/// A file that has no place yet.
#[derive(Debug)]
pub(super) enum Unplaced {
    /// It has a temporary name, in the folder of its place.
    Named(TempPath),
    /// It has none; its place will be in the folder.
    #[cfg(target_os = "linux")]
    Nameless(File, PathBuf),
}

fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".wirecopy-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

impl Unplaced {
    /// Creates a file whose place will be in `folder`.
    ///
    /// # Errors
    /// If none can be created there.
    pub(super) fn create(folder: &Path) -> io::Result<(File, Self)> {
        #[cfg(target_os = "linux")]
        if let Ok(nameless) = linux::create(folder) {
            return Ok((
                nameless.try_clone()?,
                Self::Nameless(nameless, folder.into()),
            ));
        }
        let (file, name) = builder().tempfile_in(folder)?.into_parts();
        Ok((file, Self::Named(name)))
    }

    /// Gives the file, which is whole, a temporary name, under which it can be put into the place of another.
    ///
    /// # Errors
    /// If that cannot be done.
    pub(super) fn name(self) -> io::Result<TempPath> {
        match self {
            Self::Named(name) => Ok(name),
            #[cfg(target_os = "linux")]
            Self::Nameless(file, folder) => linux::name(file, &folder),
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use super::*;
    use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
    use nix::unistd::linkat;
    use std::fs::OpenOptions;
    use std::io::{Seek, SeekFrom};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;
    use tempfile::NamedTempFile;

    /// Creates a file without a name that can be given one.
    pub(super) fn create(folder: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        options.custom_flags(OFlag::O_TMPFILE.bits());
        let file = options.open(folder)?;
        std::fs::metadata(descriptor(&file))?;
        Ok(file)
    }

    /// What the system calls an open file.
    fn descriptor(file: &File) -> PathBuf {
        format!("/proc/self/fd/{}", file.as_raw_fd()).into()
    }

    /// Gives a file a temporary name.
    pub(super) fn name(file: File, folder: &Path) -> io::Result<TempPath> {
        // Some file systems have such files and give them no names.
        link(&file, folder).or_else(|_| copy(file, folder))
    }

    fn link(file: &File, folder: &Path) -> io::Result<TempPath> {
        let open = descriptor(file);
        let link = |name: &Path| {
            let flag = AtFlags::AT_SYMLINK_FOLLOW;
            linkat(AT_FDCWD, &open, AT_FDCWD, name, flag).map_err(io::Error::from)
        };
        builder()
            .make_in(folder, link)
            .map(NamedTempFile::into_temp_path)
    }

    /// Copies a file into one with a temporary name.
    fn copy(mut file: File, folder: &Path) -> io::Result<TempPath> {
        let mut named = builder().tempfile_in(folder)?;
        named
            .as_file()
            .set_permissions(file.metadata()?.permissions())?;
        file.seek(SeekFrom::Start(0))?;
        io::copy(&mut file, &mut named)?;
        named.as_file().sync_all()?;
        Ok(named.into_temp_path())
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::io::Write;
        use std::os::unix::fs::{MetadataExt, PermissionsExt};

        #[test]
        fn a_file_has_no_name_until_it_is_whole() {
            let folder = tempfile::tempdir().unwrap();
            let entries = || std::fs::read_dir(folder.path()).unwrap().count();
            for way in 0..3 {
                let mut file = match create(folder.path()) {
                    Ok(file) => file,
                    Err(error) => {
                        // The file system has no such files.
                        assert_eq!(error.kind(), io::ErrorKind::Unsupported, "{error}");
                        return;
                    }
                };
                file.write_all(b"six").unwrap();
                file.set_permissions(PermissionsExt::from_mode(0o640))
                    .unwrap();
                assert_eq!(entries(), 0);
                let (again, folder) = (file.try_clone().unwrap(), folder.path());
                let (name, is_the_same) = match way {
                    0 => (link(&again, folder), true),
                    1 => (copy(again, folder), false),
                    _ => (name(again, folder), true),
                };
                let name = name.unwrap();
                assert_eq!(entries(), 1);
                assert_eq!(std::fs::read(&name).unwrap(), b"six");
                let found = std::fs::metadata(&name).unwrap();
                assert_eq!(found.permissions().mode() & 0o777, 0o640);
                let is_same = found.ino() == file.metadata().unwrap().ino();
                assert_eq!(is_same, is_the_same);
            }
            assert_eq!(entries(), 0);
        }
    }
}
