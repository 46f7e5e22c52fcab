//! A file of clusters: which group each article belongs to.

use super::ids::Names;
use super::table::Table;
use crate::Result;

/// The columns that are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct GroupColumns {
    pub id: usize,
    pub group: usize,
    title: Option<usize>,
}

impl GroupColumns {
    /// `None` if the table is no file of clusters.
    pub fn of(table: &Table) -> Option<Self> {
        let mut names = ["cluster_id", "cluster", "story"].into_iter();
        Some(Self {
            id: table.column("id")?,
            group: names.find_map(|name| table.column(name))?,
            title: table.column("title"),
        })
    }
}

/// Which group each article belongs to, by the numbers of its id.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// `None` for an article that belongs to none.
    pub of: Vec<Option<u32>>,
    pub names: Names,
    titles: Vec<Option<Box<str>>>,
}

impl Groups {
    /// Takes the current row for the article `id`. If that has a group already the first stays, and its name is
    /// returned if the two differ. A blank group is none.
    pub fn add(
        &mut self,
        table: &Table,
        columns: &GroupColumns,
        id: u32,
    ) -> Result<Option<String>> {
        self.fill(id as usize + 1);
        let place = id as usize;
        if let Some(column) = columns.title
            && self.titles[place].is_none()
        {
            let title = table.text(column)?;
            self.titles[place] = (!title.trim().is_empty()).then(|| title.into());
        }
        let name = table.text(columns.group)?;
        if name.trim().is_empty() {
            return Ok(None);
        }
        let group = self.names.insert(name)?;
        match self.of[place] {
            None => self.of[place] = Some(group),
            Some(before) if before != group => {
                return Ok(Some(self.names.name(before).to_owned()));
            }
            Some(_) => {}
        }
        Ok(None)
    }

    /// Makes room for so many ids.
    pub fn fill(&mut self, ids: usize) {
        if self.of.len() < ids {
            self.of.resize(ids, None);
            self.titles.resize(ids, None);
        }
    }

    /// The name of an article's group.
    pub fn name_of(&self, id: u32) -> Option<&str> {
        let group = self.of.get(id as usize).copied().flatten()?;
        Some(self.names.name(group))
    }

    pub fn title(&self, id: u32) -> Option<&str> {
        self.titles.get(id as usize)?.as_deref()
    }
}
