//! From what the user names (files, folders, patterns, standard input) to the list of files to read.
//!
//! Folders are walked to any depth in byte order of their names, so that the corpus has the same order
//! everywhere; hidden files and folders are passed over. Symbolic links are followed. A file or folder that is named twice, or reached by
//! two paths, is read once, where it comes first.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

use super::format::Format;
use super::input_copy::{self, InputCopy};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// A file to read, before it has been looked into.
pub(super) struct InputFile {
    /// As shown to people.
    pub name: String,
    pub path: PathBuf,
    pub metadata: Metadata,
    /// Where its bytes are, if they were copied to be read twice.
    pub copy: Option<InputCopy>,
    /// Found in a folder, rather than named.
    pub walked: bool,
}

/// The files, and how many in walked folders were passed over for an unknown extension.
pub(super) struct Found {
    pub files: Vec<InputFile>,
    pub skipped: u64,
}

/// What two paths to one file have in common.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(unix)]
fn identity(_: &Path, metadata: &Metadata) -> Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    Ok((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path, _: &Metadata) -> Result<Identity> {
    fs::canonicalize(path).map_err(Error::io("read", path))
}

pub(super) fn discover(inputs: &[PathBuf], tmp: &Path, progress: &dyn Progress) -> Result<Found> {
    let mut search = Search {
        found: Found {
            files: Vec::new(),
            skipped: 0,
        },
        seen: HashSet::new(),
        folders: HashSet::new(),
        stdin: false,
        tmp,
        progress,
    };
    if inputs.is_empty() {
        return Err(Error::Input(
            "no input is given: name files, folders, a pattern such as 'news/*.jsonl', or - for standard input".into(),
        ));
    }
    for input in inputs {
        search.input(input)?;
    }
    Ok(search.found)
}

struct Search<'a> {
    found: Found,
    seen: HashSet<Identity>,
    folders: HashSet<Identity>,
    stdin: bool,
    tmp: &'a Path,
    progress: &'a dyn Progress,
}

impl Search<'_> {
    fn input(&mut self, input: &Path) -> Result<()> {
        if input.as_os_str() == "-" {
            if !std::mem::replace(&mut self.stdin, true) {
                let copy = input_copy::copy(input_copy::From::Stdin, self.tmp, self.progress)?;
                self.add_copy("-".into(), copy);
            }
            return Ok(());
        }
        match fs::metadata(input) {
            Ok(metadata) => self.path(input, metadata).map_err(Unread::into_error),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => self.pattern(input),
            Err(e) => Err(Error::io("read", input)(e)),
        }
    }

    fn path(&mut self, path: &Path, metadata: Metadata) -> std::result::Result<(), Unread> {
        if metadata.is_dir() {
            self.folder(path)
        } else if metadata.is_file() {
            Ok(self.file(path, metadata, false)?)
        } else {
            // Pipes and devices cannot be read twice.
            if self.seen.insert(identity(path, &metadata)?) {
                let copy = input_copy::copy(input_copy::From::Path(path), self.tmp, self.progress)?;
                self.add_copy(path.display().to_string(), copy);
            }
            Ok(())
        }
    }

    fn pattern(&mut self, input: &Path) -> Result<()> {
        let missing = || {
            Error::Input(format!(
                "{}: no such file or folder; check the spelling and the current folder",
                input.display()
            ))
        };
        let pattern = input.to_str().ok_or_else(missing)?;
        if !pattern.contains(['*', '?', '[']) {
            return Err(missing());
        }
        // As in a shell: a * does not cross a /. Nor does it match a hidden file; but left to the crate, that would panic at a name that is not
        // UTF-8.
        let options = glob::MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: false,
        };
        let paths = glob::glob_with(pattern, options).map_err(|e| {
            Error::Input(format!(
                "{pattern}: the pattern is not well formed: {}",
                e.msg
            ))
        })?;
        let mut paths = paths
            .map(|p| {
                p.map_err(|e| {
                    let path = e.path().to_path_buf();
                    Error::io("read", path)(e.into())
                })
            })
            .collect::<Result<Vec<_>>>()?;
        paths.retain(|path| !is_hidden(path, pattern));
        if paths.is_empty() {
            return Err(Error::Input(format!(
                "{pattern}: no file matches this pattern; check it with: ls {pattern}"
            )));
        }
        paths.sort();
        // As in a folder that is walked, a link that leads nowhere is passed over, and so is a folder without articles, unless nothing else is there.
        let (mut any, mut empty) = (false, None);
        for path in paths {
            let metadata = match fs::metadata(&path) {
                Ok(metadata) => metadata,
                Err(_) if path.is_symlink() => continue,
                Err(e) => return Err(Error::io("read", path)(e)),
            };
            match self.path(&path, metadata) {
                Ok(()) => any = true,
                Err(Unread::Empty(message)) => empty = empty.or(Some(message)),
                Err(Unread::Failed(error)) => return Err(error),
            }
        }
        match (any, empty) {
            (false, Some(message)) => Err(Error::Input(message)),
            (false, None) => Err(Error::Input(format!(
                "{pattern}: only links that lead nowhere match this pattern"
            ))),
            (true, _) => Ok(()),
        }
    }

    fn folder(&mut self, folder: &Path) -> std::result::Result<(), Unread> {
        let before = self.found.skipped;
        let (mut known, mut again, mut other) = (false, false, None);
        let mut folders = std::mem::take(&mut self.folders);
        let walk = walkdir::WalkDir::new(folder)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|e| {
                if e.depth() > 0 && e.file_name().as_encoded_bytes().starts_with(b".") {
                    return false;
                }
                if !e.file_type().is_dir() {
                    return true;
                }
                // Folders that link to one another would be walked along every path among them.
                let metadata = e.metadata().ok();
                let identity = metadata.and_then(|found| identity(e.path(), &found).ok());
                let new = identity.is_none_or(|identity| folders.insert(identity));
                again |= !new;
                new
            });
        for entry in walk {
            if self.progress.cancelled() {
                return Err(Error::Interrupted.into());
            }
            let entry = match entry {
                Ok(entry) => entry,
                // The folder is being walked already.
                Err(e) if e.loop_ancestor().is_some() => continue,
                Err(e) => {
                    let path = e.path().unwrap_or(folder).to_path_buf();
                    let dangling = e.path_is_dangling_link();
                    match e.into_io_error() {
                        Some(_) if dangling => continue,
                        Some(source) => return Err(Error::io("read", path)(source).into()),
                        None => continue,
                    }
                }
            };
            if entry.file_type().is_dir() {
                continue;
            }
            if !entry.file_type().is_file() || Format::of_name(entry.path()).is_none() {
                self.found.skipped += 1;
                other.get_or_insert_with(|| entry.path().display().to_string());
                continue;
            }
            known = true;
            let metadata = entry.metadata().map_err(|e| {
                let path = entry.path().to_path_buf();
                match e.into_io_error() {
                    Some(source) => Error::io("read", path)(source),
                    None => Error::Changed(path),
                }
            })?;
            self.file(entry.path(), metadata, true)?;
        }
        self.folders = folders;
        if !known && !again {
            let hint = match (other, self.found.skipped - before) {
                (Some(other), 1) => format!(
                    "{other} has another name; name the file itself to read it all the same"
                ),
                (Some(other), n) => format!(
                    "{other} and {} more have other names; name files themselves to read them all the same",
                    n - 1
                ),
                (None, _) => "the folder is empty".to_owned(),
            };
            return Err(Unread::Empty(format!(
                "{}: no articles in this folder: looked for .jsonl, .ndjson, .json, .csv, .tsv and .txt, \
                 also with .gz, .zst or .zstd after it ({hint})",
                folder.display()
            )));
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, metadata: Metadata, walked: bool) -> Result<()> {
        if self.seen.insert(identity(path, &metadata)?) {
            self.found.files.push(InputFile {
                name: path.display().to_string(),
                path: path.to_path_buf(),
                metadata,
                copy: None,
                walked,
            });
        }
        Ok(())
    }

    fn add_copy(&mut self, name: String, (copy, metadata): (InputCopy, Metadata)) {
        self.found.files.push(InputFile {
            name,
            path: copy.path().to_path_buf(),
            metadata,
            copy: Some(copy),
            walked: false,
        });
    }
}

/// Why nothing was found at a path.
enum Unread {
    /// A folder without articles, in words for the user.
    Empty(String),
    Failed(Error),
}

impl Unread {
    fn into_error(self) -> Error {
        match self {
            Self::Empty(message) => Error::Input(message),
            Self::Failed(error) => error,
        }
    }
}

impl From<Error> for Unread {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Whether a path goes through a file or folder whose name begins with a dot that the pattern does not ask for.
fn is_hidden(path: &Path, pattern: &str) -> bool {
    let parts = || pattern.split(std::path::is_separator);
    path.components().any(|component| {
        let Component::Normal(name) = component else {
            return false;
        };
        let name = name.to_string_lossy();
        let mut asked_for = parts().filter(|part| part.starts_with('.'));
        let matches = |part| glob::Pattern::new(part).is_ok_and(|part| part.matches(&name));
        name.starts_with('.') && !asked_for.any(|part| *part == *name || matches(part))
    })
}

/// Whether walkdir met a link that leads nowhere: no reason to stop, there is nothing to read.
trait Dangling {
    fn path_is_dangling_link(&self) -> bool;
}

impl Dangling for walkdir::Error {
    fn path_is_dangling_link(&self) -> bool {
        self.path().is_some_and(|p| {
            fs::symlink_metadata(p).is_ok_and(|m| m.is_symlink()) && fs::metadata(p).is_err()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        dir
    }

    fn names(dir: &Path, inputs: &[&str]) -> Result<(Vec<String>, u64)> {
        let inputs: Vec<PathBuf> = inputs.iter().map(|i| dir.join(i)).collect();
        let found = discover(&inputs, &std::env::temp_dir(), &Silent)?;
        let names = found.files.iter().map(|f| {
            let path = f.path.strip_prefix(dir).unwrap();
            path.to_str().unwrap().replace('\\', "/")
        });
        Ok((names.collect(), found.skipped))
    }

    #[test]
    fn folders_are_walked_in_byte_order() {
        let dir = tree(&[
            "b.txt",
            "B.jsonl",
            "a/z.csv.gz",
            "a/.x.txt",
            ".h/a.txt",
            "a/n.pdf",
            "n",
        ]);
        let (files, skipped) = names(dir.path(), &["."]).unwrap();
        assert_eq!(files, ["B.jsonl", "a/z.csv.gz", "b.txt"]);
        assert_eq!(skipped, 2);
    }

    #[test]
    fn a_file_is_read_once() {
        let dir = tree(&["a/1.txt", "a/2.txt"]);
        let (files, _) = names(dir.path(), &["a/2.txt", "a", "a/../a/2.txt"]).unwrap();
        assert_eq!(files, ["a/2.txt", "a/1.txt"]);
    }

    #[test]
    fn a_named_file_needs_no_known_extension() {
        let dir = tree(&["dump.dat"]);
        assert_eq!(names(dir.path(), &["dump.dat"]).unwrap().0, ["dump.dat"]);
    }

    #[test]
    fn patterns() {
        let dir = tree(&["a1.txt", "a2.txt", "b.txt", "[x].txt", ".a3.txt"]);
        assert_eq!(
            names(dir.path(), &["a*.txt"]).unwrap().0,
            ["a1.txt", "a2.txt"]
        );
        // A file of that very name comes before the pattern.
        assert_eq!(names(dir.path(), &["[x].txt"]).unwrap().0, ["[x].txt"]);
        for (input, part) in [
            ("c*.txt", "no file matches"),
            ("c.txt", "no such file"),
            ("a[.txt", "not well formed"),
        ] {
            let message = names(dir.path(), &[input]).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn hidden_files_are_matched_when_they_are_asked_for() {
        let dir = tree(&[".h/a.txt", ".h/.b.txt", "c/.d/e.txt", "c/f.txt"]);
        let of = |pattern| names(dir.path(), &[pattern]).map(|found| found.0);
        assert_eq!(of(".h/*.txt").unwrap(), [".h/a.txt"]);
        assert_eq!(of(".h/.*.txt").unwrap(), [".h/.b.txt"]);
        assert_eq!(of(".[a-z]/*.txt").unwrap(), [".h/a.txt"]);
        assert_eq!(of("c/**/*.txt").unwrap(), ["c/f.txt"]);
        assert!(of("*/*/*.txt").is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_need_not_be_utf8() {
        use std::os::unix::ffi::OsStrExt;
        let dir = tree(&["d/a.txt"]);
        for name in [&b"caf\xe9.txt"[..], b"caf\xe9.pdf"] {
            let name = std::ffi::OsStr::from_bytes(name);
            fs::write(dir.path().join("d").join(name), "x").unwrap();
        }
        let found = |input: &str| {
            discover(&[dir.path().join(input)], &std::env::temp_dir(), &Silent).unwrap()
        };
        assert_eq!(found("d").files.len(), 2);
        assert_eq!(found("d").skipped, 1);
        assert!(found("d/a*.txt").files[0].name.ends_with("d/a.txt"));
    }

    #[test]
    fn a_folder_without_articles_is_an_error() {
        let dir = tree(&["a/x.pdf", "a/y.pdf", "a/z.pdf", "b/x.parquet", "c/d/.x.txt"]);
        let message = |folder| names(dir.path(), &[folder]).unwrap_err().to_string();
        let a = message("a");
        assert!(a.contains("looked for .jsonl"), "{a}");
        assert!(a.contains("x.pdf and 2 more have other names"), "{a}");
        let b = message("b");
        assert!(
            b.contains("x.parquet has another name; name the file itself"),
            "{b}"
        );
        let c = message("c");
        assert!(c.contains("the folder is empty"), "{c}");
        assert!(discover(&[], &std::env::temp_dir(), &Silent).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_but_not_in_circles() {
        let dir = tree(&["a/1.txt", "other/2.txt"]);
        std::os::unix::fs::symlink(dir.path().join("a"), dir.path().join("a/loop")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("other"), dir.path().join("a/other")).unwrap();
        std::os::unix::fs::symlink("nowhere.txt", dir.path().join("a/dangling.txt")).unwrap();
        let (files, _) = names(dir.path(), &["a"]).unwrap();
        assert_eq!(files, ["a/1.txt", "a/other/2.txt"]);
        // So by a pattern, which also meets folders without articles.
        std::fs::create_dir(dir.path().join("a/empty")).unwrap();
        let found =
            |pattern: &str| discover(&[dir.path().join(pattern)], &std::env::temp_dir(), &Silent);
        assert_eq!(found("a/*").unwrap().files.len(), 2);
        let message = |pattern| found(pattern).map(|_| ()).unwrap_err().to_string();
        assert!(message("a/e*").contains("no articles in this folder"));
        assert!(message("a/dang*").contains("only links that lead nowhere"));
        // Whatever leads where: there are some 10^9 paths among these.
        let folders: Vec<String> = (0..13).map(|n| format!("all/{n}/{n}.txt")).collect();
        let paths: Vec<&str> = folders.iter().map(String::as_str).collect();
        let dir = tree(&paths);
        let all = dir.path().join("all");
        for (from, to) in (0..13).flat_map(|from| (0..13).map(move |to| (from, to))) {
            let link = all.join(format!("{from}/to-{to}"));
            std::os::unix::fs::symlink(all.join(to.to_string()), link).unwrap();
        }
        let (mut files, _) = names(dir.path(), &["all"]).unwrap();
        files.sort_by_key(|file| file.len());
        assert_eq!(files.len(), 13);
        assert_eq!(files[0], "all/0/0.txt");
    }

    #[test]
    fn what_is_named_twice_is_counted_once() {
        let dir = tree(&["a/1.txt", "a/x.pdf", "a/b/2.txt", "a/b/y.pdf"]);
        let (files, skipped) = names(dir.path(), &["a/b", "a", "a/b"]).unwrap();
        assert_eq!(files, ["a/b/2.txt", "a/1.txt"]);
        assert_eq!(skipped, 2);
    }
}
