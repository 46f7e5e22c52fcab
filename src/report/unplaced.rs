//! A file that has no place yet, and vanishes if it never gets one.
//!
//! On Linux it has no name until it is whole, where the file system can do that: a killed process leaves nothing behind.

use std::fs::File;
use std::io;
use std::path::Path;
use tempfile::{NamedTempFile, TempPath};

/// A file that has no place yet.
#[derive(Debug)]
pub(super) enum Unplaced {
    /// It has a temporary name, in the folder of its place.
    Named(TempPath),
    /// It has none.
    #[cfg(target_os = "linux")]
    Nameless(File),
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
            return Ok((nameless.try_clone()?, Self::Nameless(nameless)));
        }
        let (file, name) = builder().tempfile_in(folder)?.into_parts();
        Ok((file, Self::Named(name)))
    }

    /// Puts the file, which is whole, into its place, where it takes that of another; `folder` is that of the place.
    ///
    /// # Errors
    /// If that cannot be done; the other one then stays.
    pub(super) fn put(self, place: &Path, folder: &Path) -> io::Result<()> {
        let name = match self {
            Self::Named(name) => name,
            // Only a name is put into the place of another.
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => linux::name(file, folder)?,
        };
        match name.persist(place) {
            // A file that is mounted by itself, as into a container, cannot be replaced, only written.
            Err(error) if error.error.kind() == io::ErrorKind::ResourceBusy => {
                std::fs::copy(&error.path, place).map(drop)
            }
            Err(error) => Err(error.error),
            Ok(()) => Ok(()),
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
    use std::path::PathBuf;

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
        let open = descriptor(&file);
        let link = |name: &Path| {
            linkat(AT_FDCWD, &open, AT_FDCWD, name, AtFlags::AT_SYMLINK_FOLLOW)
                .map_err(io::Error::from)
        };
        match builder().make_in(folder, link) {
            Ok(named) => Ok(named.into_temp_path()),
            // Some file systems have such files and give them no names.
            Err(_) => copy(file, folder),
        }
    }

    /// Copies a file into one with a temporary name.
    pub(super) fn copy(mut file: File, folder: &Path) -> io::Result<TempPath> {
        let mut named: NamedTempFile = builder().tempfile_in(folder)?;
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
        use std::os::unix::fs::PermissionsExt;

        #[test]
        fn a_file_has_no_name_until_it_is_put_into_its_place() {
            let folder = tempfile::tempdir().unwrap();
            let Ok(mut file) = create(folder.path()) else {
                // The file system has no such files.
                return;
            };
            let entries = || std::fs::read_dir(folder.path()).unwrap().count();
            file.write_all(b"six").unwrap();
            file.set_permissions(PermissionsExt::from_mode(0o640))
                .unwrap();
            assert_eq!(entries(), 0);
            for give in [copy, name] {
                let name = give(file.try_clone().unwrap(), folder.path()).unwrap();
                assert_eq!(entries(), 1);
                assert_eq!(std::fs::read(&name).unwrap(), b"six");
                let mode = std::fs::metadata(&name).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o640);
            }
            assert_eq!(entries(), 0);
        }
    }
}
