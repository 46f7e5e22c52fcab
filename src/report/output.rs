//! Files that appear whole or not at all.

use super::unplaced::Unplaced;
use crate::corpus::Compression;
use crate::{Error, Result};
use flate2::write::GzEncoder;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// A file that is being written.
///
/// It is written without a name, or beside its place under a temporary one, and [`publish`](Output::publish) puts it there. Until
/// then, and if that never comes, what stood there before stays. A place that is not a regular file (a
/// pipe, a device) is written directly. A name that ends in `.gz`, `.zst` or `.zstd` is compressed accordingly.
///
/// ```
/// use wirecopy::report::Output;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("clusters.csv");
/// std::fs::write(&path, "of yesterday")?;
/// let mut abandoned = Output::create(&path)?;
/// abandoned.put(b"half of it")?;
/// drop(abandoned);
/// assert_eq!(std::fs::read_to_string(&path)?, "of yesterday");
/// let mut output = Output::create(&path)?;
/// output.put(b"of today")?;
/// output.publish()?;
/// assert_eq!(std::fs::read_to_string(&path)?, "of today");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Output {
    path: PathBuf,
    encoder: Encoder,
    unplaced: Option<Unplaced>,
}

#[derive(Debug)]
enum Encoder {
    Plain(BufWriter<Target>),
    Gzip(Box<GzEncoder<BufWriter<Target>>>),
    Zstd(Box<ZstdEncoder>),
}

/// Endings of formats that programs tell by them, and would not find.
const NOT_WRITTEN: [&str; 10] = [
    "bz2", "xz", "lz4", "zip", "7z", "parquet", "arrow", "xlsx", "xls", "ods",
];

/// What a name ends in, in lower case.
fn extension(path: &Path) -> String {
    let extension = path.extension().unwrap_or_default();
    extension.to_string_lossy().to_ascii_lowercase()
}

/// Whether what is written under this name is packed.
pub fn packs(path: &Path) -> bool {
    Compression::of_ending(&extension(path)) != Compression::None
}

/// What is open already under a name of the system's.
enum Open {
    StandardOutput,
    /// Another one, by its name.
    Descriptor,
}

/// Whether a path names what is open: `-`, `/dev/stdout`, `/dev/fd/3`, as a shell makes of `>(gzip > out.gz)`. What stands behind it may be a file, but
/// one that somebody writes to, and that must not be replaced.
fn open(path: &Path) -> Option<Open> {
    const NAMES: [&str; 2] = ["/dev/fd/", "/proc/self/fd/"];
    let name = path.to_str()?;
    let number = NAMES.iter().find_map(|folder| name.strip_prefix(folder));
    match (name, number) {
        ("-" | "/dev/stdout", _) | (_, Some("1")) => Some(Open::StandardOutput),
        ("/dev/stderr", _) | (_, Some(_)) => Some(Open::Descriptor),
        _ => None,
    }
}

/// The file that a path names, also by links to what is not there yet.
fn target(path: &Path) -> PathBuf {
    /// As many as Linux follows.
    const LINKS: usize = 40;
    if let Ok(target) = std::fs::canonicalize(path) {
        return target;
    }
    let mut target = path.to_path_buf();
    for _ in 0..LINKS {
        let Ok(link) = std::fs::read_link(&target) else {
            break;
        };
        target = target.parent().unwrap_or(Path::new("")).join(link);
    }
    target
}

/// The folder that a file is in.
fn folder(path: &Path) -> &Path {
    let folder = path.parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// The one path of the file that a path names, whether or not there is one yet.
pub(crate) fn place(path: &Path) -> PathBuf {
    if let Some(Open::StandardOutput) = open(path) {
        return "-".into();
    }
    let target = target(path);
    match (std::fs::canonicalize(folder(&target)), target.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => target,
    }
}

/// zstd's encoder has no `Debug` of its own.
struct ZstdEncoder(zstd::Encoder<'static, BufWriter<Target>>);

impl std::fmt::Debug for ZstdEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ZstdEncoder")
    }
}

/// Where the bytes go.
#[derive(Debug)]
enum Target {
    File(File),
    StandardOutput(io::Stdout),
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::StandardOutput(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::StandardOutput(out) => out.flush(),
        }
    }
}

impl Output {
    /// Begins to write `path`; a link is followed, `-` is standard output, and what is open (`/dev/stderr`, `/dev/fd/3`) is written to
    /// as it is, behind what stands there.
    ///
    /// # Errors
    /// If nothing can be created there; [`Error::Parameter`] if the name is that of a format that is not written.
    pub fn create(path: &Path) -> Result<Self> {
        match open(path) {
            Some(Open::StandardOutput) => return Ok(Self::standard_output()),
            Some(Open::Descriptor) => {
                let file = OpenOptions::new().append(true).open(path);
                let file = file.map_err(Error::io("write", path))?;
                return Self::new(path.to_path_buf(), Target::File(file), None);
            }
            None => {}
        }
        let extension = extension(path);
        if NOT_WRITTEN.contains(&extension.as_str()) {
            return Err(Error::Parameter(format!(
                "{}: no .{extension} can be written; results are text, packed if the name ends in .gz or .zst",
                path.display()
            )));
        }
        let path = target(path);
        let there = std::fs::metadata(&path).ok();
        let is_folder = || path.to_string_lossy().ends_with(std::path::is_separator);
        if there
            .as_ref()
            .map_or_else(is_folder, std::fs::Metadata::is_dir)
        {
            let kind = io::ErrorKind::IsADirectory;
            let error = io::Error::new(kind, "this is a folder; name a file in it");
            return Err(Error::io("write", &path)(error));
        }
        if there.as_ref().is_some_and(|meta| !meta.is_file()) {
            let file = OpenOptions::new()
                .write(true)
                .open(&path)
                .map_err(Error::io("write", &path))?;
            return Self::new(path, Target::File(file), None);
        }
        let folder = folder(&path);
        let (file, unplaced) = Unplaced::create(folder)
            .map_err(|error| Error::io("write", &path)(reason(folder, error)))?;
        // What the old file granted to others the new one does, whatever the mask of the process.
        #[cfg(unix)]
        if let Some(meta) = there {
            file.set_permissions(meta.permissions())
                .map_err(Error::io("write", &path))?;
        }
        Self::new(path, Target::File(file), Some(unplaced))
    }

    /// Writes to standard output.
    pub fn standard_output() -> Self {
        Self {
            path: "standard output".into(),
            encoder: Encoder::Plain(BufWriter::new(Target::StandardOutput(io::stdout()))),
            unplaced: None,
        }
    }

    fn new(path: PathBuf, target: Target, unplaced: Option<Unplaced>) -> Result<Self> {
        let writer = BufWriter::with_capacity(1 << 16, target);
        let encoder = match Compression::of_ending(&extension(&path)) {
            Compression::Gzip => {
                let level = flate2::Compression::default();
                Encoder::Gzip(Box::new(GzEncoder::new(writer, level)))
            }
            Compression::Zstd => {
                let level = zstd::DEFAULT_COMPRESSION_LEVEL;
                let encoder =
                    zstd::Encoder::new(writer, level).map_err(Error::io("write", &path))?;
                Encoder::Zstd(Box::new(ZstdEncoder(encoder)))
            }
            Compression::None => Encoder::Plain(writer),
        };
        Ok(Self {
            path,
            encoder,
            unplaced,
        })
    }

    /// Where the file will stand.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes bytes.
    ///
    /// # Errors
    /// [`Error::Io`] that names the file.
    pub fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.write_all(bytes)
            .map_err(|error| Error::io("write", &self.path)(error))
    }

    /// Completes the file, all of it on disk, but not yet in its place.
    ///
    /// # Errors
    /// If the rest cannot be written.
    pub fn complete(self) -> Result<Complete> {
        let flushed = match self.encoder {
            Encoder::Plain(writer) => Ok(writer),
            Encoder::Gzip(encoder) => encoder.finish(),
            Encoder::Zstd(encoder) => encoder.0.finish(),
        };
        let synced = flushed
            .and_then(|writer| writer.into_inner().map_err(|error| error.into_error()))
            .and_then(|target| match target {
                Target::File(file) if self.unplaced.is_some() => file.sync_all(),
                mut target => target.flush(),
            });
        synced.map_err(Error::io("write", &self.path))?;
        let temporary = self.unplaced.map(Unplaced::name).transpose();
        Ok(Complete {
            temporary: temporary.map_err(Error::io("write", &self.path))?,
            path: self.path,
        })
    }

    /// Completes the file and puts it into its place.
    ///
    /// # Errors
    /// If the rest cannot be written or the file not be renamed; the old file then stays.
    pub fn publish(self) -> Result<()> {
        self.complete()?.publish()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.encoder {
            Encoder::Plain(writer) => writer.write(bytes),
            Encoder::Gzip(encoder) => encoder.write(bytes),
            Encoder::Zstd(encoder) => encoder.0.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.encoder {
            Encoder::Plain(writer) => writer.flush(),
            Encoder::Gzip(encoder) => encoder.flush(),
            Encoder::Zstd(encoder) => encoder.0.flush(),
        }
    }
}

/// A file that only needs to be put into its place. Several of one run are completed first and then
/// published together, so that a full disk leaves none of them.
#[derive(Debug)]
pub struct Complete {
    path: PathBuf,
    temporary: Option<TempPath>,
}

impl Complete {
    /// Puts the file into its place.
    ///
    /// # Errors
    /// If it cannot be renamed; the old file then stays.
    pub fn publish(self) -> Result<()> {
        let Some(temporary) = self.temporary else {
            return Ok(());
        };
        match temporary.persist(&self.path) {
            // A file that is mounted by itself, as into a container, cannot be replaced, only written.
            Err(error) if error.error.kind() == io::ErrorKind::ResourceBusy => {
                let copied = std::fs::copy(&error.path, &self.path);
                copied.map(drop).map_err(Error::io("write", &self.path))
            }
            Err(error) => Err(Error::io("write", &self.path)(error.error)),
            Ok(()) => Ok(()),
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
        output.publish().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no temporary file is left"
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_rights_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("out.csv"), folder.path().join("link"));
        symlink("out.csv", folder.path().join("between")).unwrap();
        symlink("between", &link).unwrap();
        let write = |text: &str| {
            let mut output = Output::create(&link).unwrap();
            output.put(text.as_bytes()).unwrap();
            output.publish().unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
            assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        };
        write("first");
        let rights = std::fs::Permissions::from_mode(0o622);
        std::fs::set_permissions(&path, rights).unwrap();
        write("second");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o622);
    }

    #[test]
    fn no_name_promises_what_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.csv.bz2", "a.parquet", "a.XLSX"] {
            let error = Output::create(&folder.path().join(name)).unwrap_err();
            assert!(error.to_string().contains(".gz or .zst"), "{error}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
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
        let error = output.publish().unwrap_err().to_string();
        assert!(error.contains("cannot write /dev/full"), "{error}");
    }

    #[test]
    fn the_name_asks_for_compression() {
        use std::io::Read;
        let folder = tempfile::tempdir().unwrap();
        let text = "a line of the report\n".repeat(1000);
        let written = |name: &str| {
            let path = folder.path().join(name);
            let mut output = Output::create(&path).unwrap();
            output.put(text.as_bytes()).unwrap();
            output.publish().unwrap();
            std::fs::read(path).unwrap()
        };
        let mut back = String::new();
        flate2::read::GzDecoder::new(written("a.csv.gz").as_slice())
            .read_to_string(&mut back)
            .unwrap();
        assert_eq!(back, text);
        for name in ["a.csv.zst", "a.csv.ZSTD"] {
            let back = zstd::decode_all(written(name).as_slice()).unwrap();
            assert_eq!(back, text.as_bytes());
        }
        assert_eq!(written("a.csv"), text.as_bytes());
    }
}
