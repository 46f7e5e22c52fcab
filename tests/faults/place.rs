//! The folder that a test runs the program in, and what the program left there and said.

use super::process::finish;
use crate::common::PROGRAM;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder for one test; the program runs in it, so that messages show short names.
pub struct Place {
    pub folder: tempfile::TempDir,
    /// Temporary files go here.
    pub tmp: tempfile::TempDir,
}

pub struct Done {
    pub code: Option<i32>,
    pub said: String,
    pub csv: Vec<u8>,
}

pub type Groups = BTreeSet<BTreeSet<String>>;

impl Place {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            tmp: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub fn names(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    pub fn temporary_files(&self) -> usize {
        fs::read_dir(self.tmp.path()).unwrap().count()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .current_dir(self.folder.path())
            .env("TMPDIR", self.tmp.path())
            .arg("cluster")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// `wirecopy cluster ARGUMENTS -o out.csv`.
    pub fn cluster(&self, arguments: &[&str]) -> Done {
        let mut command = self.command(arguments);
        self.done(finish(command.args(["-o", "out.csv"]).spawn().unwrap()))
    }

    pub fn done(&self, output: Output) -> Done {
        let done = Done {
            code: output.status.code(),
            said: String::from_utf8(output.stderr).unwrap(),
            csv: fs::read(self.path("out.csv")).unwrap_or_default(),
        };
        assert!(!done.said.contains("panicked"), "{}", done.said);
        assert_eq!(self.temporary_files(), 0, "temporary files are left");
        done
    }

    /// The same on one file.
    pub fn cluster_file(&self, name: &str, content: &[u8]) -> Done {
        self.file(name, content);
        self.cluster(&[name])
    }

    /// `wirecopy cluster - -o out.csv` with this on standard input.
    pub fn feed(&self, content: &[u8]) -> Done {
        let mut child = self
            .command(&["-", "-o", "out.csv"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(content).unwrap();
        self.done(finish(child))
    }

    /// Runs on one file and expects these rejects, in this order, and the pair `a` and `b` in the output.
    pub fn rejects(&self, name: &str, content: impl AsRef<[u8]>, rejects: &[&str]) -> Done {
        self.file(name, content);
        let done = self.cluster(&[name]);
        done.rejected(name, rejects);
        assert_eq!(done.groups(), groups(&["a b"]), "{}", done.said);
        done
    }

    /// The same of a file without a bad record, whatever its groups.
    pub fn rejects_nothing(&self, name: &str, content: impl AsRef<[u8]>) -> Done {
        self.file(name, content);
        let done = self.cluster(&[name]);
        done.rejected(name, &[]);
        done
    }
}

impl Done {
    pub fn rejected(&self, name: &str, rejects: &[&str]) {
        assert_eq!(self.code, Some(0), "{}", self.said);
        let lines: Vec<&str> = self
            .said
            .lines()
            .filter(|line| line.starts_with(name) && line.contains(": "))
            .collect();
        assert_eq!(lines.len(), rejects.len(), "{}", self.said);
        for (line, reject) in lines.iter().zip(rejects) {
            assert!(
                line.starts_with(&format!("{name}{reject}")),
                "{line}, not {reject}"
            );
        }
        let counted = format!("{} record", rejects.len());
        let says = |line: &str| line.starts_with(&counted) && line.contains("could not be used");
        assert_eq!(
            self.said.lines().any(says),
            !rejects.is_empty(),
            "{}",
            self.said
        );
    }

    /// Expects failure, and this in the message.
    pub fn failed(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.said);
        for part in parts {
            assert!(self.said.contains(part), "{}: no {part}", self.said);
        }
    }

    pub fn groups(&self) -> Groups {
        let mut sets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in self.rows() {
            let new = sets
                .entry(row["cluster_id"].clone())
                .or_default()
                .insert(row["id"].clone());
            assert!(new, "an id stands twice in a cluster");
        }
        sets.into_values().collect()
    }

    pub fn rows(&self) -> Vec<HashMap<String, String>> {
        let mut reader = csv::Reader::from_reader(self.csv.as_slice());
        reader.deserialize().map(|row| row.unwrap()).collect()
    }
}

/// Groups of ids, each group as `"a b c"`.
pub fn groups(groups: &[&str]) -> Groups {
    let ids = |group: &&str| group.split(' ').map(str::to_owned).collect();
    groups.iter().map(ids).collect()
}
