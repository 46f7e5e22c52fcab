//! Which options the shards of a folder were made with, and whether a run can use them.

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

/// Without an extension, so that whoever walks the folder takes it for no news.
pub(super) const MANIFEST: &str = "manifest";

const PERMUTATIONS: &str = "--permutations";
/// What says how many values of a signature are kept whole.
pub(super) const WHOLE_VALUES: &str = "--bands, --rows or --threshold";

/// What the shards of a folder were made with.
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
}

impl Manifest {
    pub(super) fn of(corpus: &Corpus, options: &FingerprintOptions) -> Self {
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
        Self {
            version: env!("CARGO_PKG_VERSION").into(),
            magic: String::from_utf8_lossy(MAGIC).into(),
            tokeniser: TOKENISER_VERSION,
            parameters: Some(
                parameters
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect(),
            ),
        }
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
        } else {
            return Ok(());
        };
        Err(refused(folder, &what))
    }
}
