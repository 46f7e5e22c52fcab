//! Which files and options the shards of a folder are of, and whether a run can use them.

use super::shard::MAGIC;
use super::{LOCK, foreign, is_unfinished, refused};
use crate::corpus::Corpus;
use crate::fingerprint::FingerprintOptions;
use crate::text::{Furniture, TOKENISER_VERSION};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Without an extension, so that whoever walks the folder takes it for no news.
pub(super) const MANIFEST: &str = "manifest";

const PERMUTATIONS: &str = "--permutations";
/// What says how many values of a signature are kept whole.
pub(super) const WHOLE_VALUES: &str = "--bands, --rows or --threshold";

/// What the shards of a folder are of.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: String,
    /// How its shards begin.
    #[serde(default, rename = "shards")]
    magic: String,
    tokeniser: u32,
    /// What people call each setting, and words that are the same for the same value.
    #[serde(default)]
    parameters: Option<BTreeMap<String, String>>,
    files: Vec<FileKey>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FileKey {
    name: String,
    bytes: u64,
    /// When it was changed, in nanoseconds since 1970; 0 where that is not known.
    modified: u64,
    /// How its dates are read, which other files may tell.
    #[serde(default)]
    date_order: String,
}

impl Manifest {
    pub(super) fn of(corpus: &Corpus, options: &FingerprintOptions) -> Result<Self> {
        let files = corpus.files().iter().map(|file| {
            if file.is_copy() {
                return Err(Error::Parameter(format!(
                    "--checkpoint: {} cannot be read again by a later run; write it to a file first",
                    file.name
                )));
            }
            let modified = file.modified().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            Ok(FileKey {
                name: file.name.clone(),
                bytes: file.size,
                modified: modified.map_or(0, |since| since.as_nanos() as u64),
                date_order: format!("{:?}", file.date_order()),
            })
        });
        let files = files.collect::<Result<_>>()?;
        let FingerprintOptions {
            shingle_size,
            furniture,
            permutations,
            layout,
            ..
        } = options;
        let (count, seed) = (permutations.len(), permutations.seed());
        let made = [
            ("--shingle", shingle_size.get().to_string()),
            ("--raw", (*furniture == Furniture::Keep).to_string()),
            (PERMUTATIONS, count.to_string()),
            ("--seed", seed.to_string()),
            (WHOLE_VALUES, layout.whole().to_string()),
        ];
        let parameters = made.into_iter().chain(corpus.reading());
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").into(),
            magic: String::from_utf8_lossy(MAGIC).into(),
            tokeniser: TOKENISER_VERSION,
            parameters: Some(
                parameters
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect(),
            ),
            files,
        })
    }

    /// That of a folder; none if the folder is empty.
    pub(super) fn found(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(MANIFEST);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
                foreign(folder, &format!("its {MANIFEST} cannot be read ({error})"))
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut entries = fs::read_dir(folder).map_err(Error::io("read", folder))?;
                let own = |path: &Path| is_unfinished(path) || path.ends_with(LOCK);
                match entries.any(|entry| entry.is_ok_and(|entry| !own(&entry.path()))) {
                    true => Err(foreign(folder, "it holds files of something else")),
                    false => Ok(None),
                }
            }
            Err(error) => Err(Error::io("read", &path)(error)),
        }
    }

    /// The settings that have other values.
    fn differing<'w>(&self, wanted: &'w Self) -> Vec<&'w str> {
        let value = |name: &String| self.parameters.as_ref()?.get(name);
        let all = wanted.parameters.iter().flatten();
        let differ = all.filter(|&(name, now)| value(name) != Some(now));
        let mut names: Vec<&str> = differ.map(|(name, _)| name.as_str()).collect();
        if names.contains(&PERMUTATIONS) {
            // How many values are kept whole follows from how many there are.
            names.retain(|&name| name != WHOLE_VALUES);
        }
        names
    }

    /// Whether shards of this manifest are of use to a run of `wanted`.
    pub(super) fn check(&self, wanted: &Self, folder: &Path) -> Result<()> {
        let made_alike = self.magic == wanted.magic
            && self.tokeniser == wanted.tokeniser
            && self.parameters.is_some();
        let what = if self.version != wanted.version || !made_alike {
            format!(
                "it was made by another build of wirecopy ({})",
                self.version
            )
        } else if self.parameters != wanted.parameters {
            format!(
                "it was made with other options ({})",
                self.differing(wanted).join(", ")
            )
        } else if !wanted.files.starts_with(&self.files) {
            let mut pairs = self.files.iter().zip(&wanted.files);
            match pairs.find(|(then, now)| then != now) {
                Some((then, now)) if then.name != now.name => format!(
                    "it has {} where this run has {}; new files must come after those that it has",
                    then.name, now.name
                ),
                Some((then, now)) if (then.bytes, then.modified) == (now.bytes, now.modified) => {
                    format!(
                        "new files say that the dates of {} are to be read otherwise, unless --date-order does",
                        now.name
                    )
                }
                Some((_, now)) => format!("{} has changed since it was made", now.name),
                None => format!(
                    "it has {}, too, which is not among the files of this run",
                    self.files[wanted.files.len()].name
                ),
            }
        } else {
            return Ok(());
        };
        Err(refused(folder, &what))
    }
}
