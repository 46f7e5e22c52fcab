//! Mistakes, with the names by which a reader knows the articles.

use super::found::Found;
use super::groups::Groups;
use super::ids::Names;
use super::mistakes::{Mistake, Mistakes, Wrong};
use super::table::Table;
use super::truth::Truth;
use crate::Result;
use std::collections::HashMap;
use std::path::Path;

/// What articles, stories and clusters are called.
pub(super) struct Naming<'a> {
    ids: &'a Names,
    /// Titles that go before all others.
    titles: HashMap<u32, String>,
    clusters: Option<&'a Groups>,
    stories: Option<&'a Groups>,
}

impl<'a> Naming<'a> {
    /// By what was read, and by the titles of another file for the articles of what is `wrong`.
    ///
    /// # Errors
    /// If that file cannot be read or has no titles.
    pub fn new<'w>(
        ids: &'a Names,
        found: &'a Found,
        truth: &'a Truth,
        titles: Option<&Path>,
        wrong: impl Iterator<Item = &'w Wrong>,
    ) -> Result<Self> {
        let titles = match titles {
            Some(path) => read_titles(path, wrong, ids)?,
            None => HashMap::new(),
        };
        Ok(Self {
            ids,
            titles,
            clusters: found.clusters(),
            stories: truth.stories(),
        })
    }

    fn title(&self, id: u32) -> Option<String> {
        let given = self.titles.get(&id).map(String::as_str);
        let others = [self.clusters, self.stories].into_iter().flatten();
        let title = given.or_else(|| others.filter_map(|groups| groups.title(id)).next())?;
        Some(title.to_owned())
    }

    /// The worst of so many pairs that are wrong, which are of these groups.
    pub fn mistakes(&self, pairs: u64, worst: Vec<Wrong>, groups: Option<&Groups>) -> Mistakes {
        let named = |wrong: Wrong| Mistake {
            a: self.ids.name(wrong.a).to_owned(),
            b: self.ids.name(wrong.b).to_owned(),
            title_a: self.title(wrong.a),
            title_b: self.title(wrong.b),
            label: wrong.label,
            weight: wrong.weight,
            group: wrong
                .group_of
                .and_then(|article| Some(groups?.name_of(article)?.to_owned())),
            pairs: wrong.pairs,
            jaccard: wrong.jaccard,
            containment: wrong.containment,
        };
        Mistakes {
            pairs,
            worst: worst.into_iter().map(named).collect(),
        }
    }
}

/// The titles of the articles of the mistakes.
fn read_titles<'a>(
    path: &Path,
    wrong: impl Iterator<Item = &'a Wrong>,
    ids: &Names,
) -> Result<HashMap<u32, String>> {
    let mut needed: HashMap<&str, u32> = wrong
        .flat_map(|wrong| [wrong.a, wrong.b])
        .map(|id| (ids.name(id), id))
        .collect();
    let mut titles = HashMap::new();
    let mut table = Table::open(path)?;
    let (Some(id), Some(title)) = (table.column("id"), table.column("title")) else {
        return Err(table.header_fault("has no titles: that takes the columns id and title"));
    };
    while !needed.is_empty() && table.next()? {
        let Some(&number) = needed.get(table.text(id)?) else {
            continue;
        };
        let title = table.text(title)?;
        if !title.trim().is_empty() {
            titles.insert(number, title.to_owned());
            needed.remove(ids.name(number));
        }
    }
    Ok(titles)
}
