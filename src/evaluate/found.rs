//! The file that is evaluated, read against the ids of the truth.

use super::evaluation::Holds;
use super::groups::{GroupColumns, Groups};
use super::ids::Names;
use super::table::Table;
use crate::report::LISTED_DUPLICATES;
use crate::union_find::UnionFind;
use crate::verify::Reason;
use crate::{Error, Result};
use std::path::Path;

/// A similarity that need not be known, in eight bytes. It is ordered below all that are known where it is not.
#[derive(Debug, Clone, Copy)]
struct Value(f64);

impl Value {
    const NONE: Self = Self(f64::NEG_INFINITY);

    fn get(self) -> Option<f64> {
        (self.0 > f64::NEG_INFINITY).then_some(self.0)
    }

    fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }
}

/// A pair that the file lists.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed {
    /// The lower number first.
    pub a: u32,
    pub b: u32,
    jaccard: Value,
    containment: Value,
    swept: Value,
}

impl Listed {
    pub fn jaccard(&self) -> Option<f64> {
        self.jaccard.get()
    }

    pub fn containment(&self) -> Option<f64> {
        self.containment.get()
    }

    /// The value in the column that was asked for.
    pub fn swept(&self) -> Option<f64> {
        self.swept.get()
    }
}

/// Listed pairs, sorted, each once, with the highest values of its rows.
#[derive(Debug, Default)]
pub(super) struct ListedPairs {
    pub pairs: Vec<Listed>,
    pub has_jaccard: bool,
    pub has_containment: bool,
    /// Entries after the last time that repeats were taken out.
    distinct: usize,
}

impl ListedPairs {
    /// Takes repeats out whenever there may be more of them than pairs, so that memory goes with the pairs.
    fn push(&mut self, pair: Listed) {
        const SLACK: usize = 1 << 16;
        self.pairs.push(pair);
        if self.pairs.len() > 2 * self.distinct + SLACK {
            self.merge();
        }
    }

    fn merge(&mut self) {
        self.pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
        self.pairs.dedup_by(|next, kept| {
            let same = (next.a, next.b) == (kept.a, kept.b);
            if same {
                kept.jaccard = kept.jaccard.max(next.jaccard);
                kept.containment = kept.containment.max(next.containment);
                kept.swept = kept.swept.max(next.swept);
            }
            same
        });
        self.distinct = self.pairs.len();
    }

    pub fn find(&self, a: u32, b: u32) -> Option<&Listed> {
        let both = (a.min(b), a.max(b));
        let place = self
            .pairs
            .binary_search_by_key(&both, |pair| (pair.a, pair.b));
        Some(&self.pairs[place.ok()?])
    }

    /// The groups that the pairs join `ids` articles to.
    pub fn components(&self, ids: usize) -> Vec<Option<u32>> {
        let mut sets = UnionFind::new(ids);
        for pair in &self.pairs {
            sets.join(pair.a, pair.b);
        }
        (0..ids as u32).map(|id| Some(sets.find(id))).collect()
    }
}

/// Rows of pairs with the very same words. The pairs report has those with the same first article one after another.
#[derive(Default)]
struct ExactRows {
    /// The first article of the last one.
    first: String,
    /// Rows in which it stands first.
    rows: usize,
    /// Texts that came so often that not all of their pairs are listed.
    texts: u64,
}

impl ExactRows {
    fn add(&mut self, first: &str, second: &str) {
        // Of articles of one id nothing shows how often the first of them stands first.
        if first == second {
            return;
        }
        if self.first != first {
            self.first.clear();
            self.first.push_str(first);
            self.rows = 0;
        }
        self.rows += 1;
        self.texts += u64::from(self.rows == LISTED_DUPLICATES);
    }
}

#[derive(Debug)]
pub(super) enum Found {
    Pairs(ListedPairs),
    Clusters(Groups),
}

impl Found {
    /// The clusters, if it holds such.
    pub fn clusters(&self) -> Option<&Groups> {
        match self {
            Self::Clusters(groups) => Some(groups),
            Self::Pairs(_) => None,
        }
    }

    /// What the file holds.
    pub fn holds(&self) -> Holds {
        match self {
            Self::Pairs(_) => Holds::Pairs,
            Self::Clusters(_) => Holds::Clusters,
        }
    }
}

/// What was read, and what of it was left aside.
#[derive(Debug)]
pub(super) struct Reading {
    pub found: Found,
    /// Rows.
    pub rows: u64,
    /// Rows in which no id, or of a pair not both, is of the truth.
    pub outside_rows: u64,
    /// Rows that put an article into another cluster than a row above.
    pub conflicting_rows: u64,
    /// Texts of which not all pairs are listed.
    pub texts_listed_in_part: u64,
    /// Ids of the truth that occur nowhere.
    pub absent_ids: u64,
}

/// How the file is read.
pub(super) struct Asked<'a> {
    /// A column whose values are wanted.
    pub sweep: Option<&'a str>,
    /// Any sweep needs pairs.
    pub needs_pairs: bool,
    /// Ids outside the truth are wanted too.
    pub all_ids: bool,
    /// Whether a pair of ids is wanted.
    pub wanted: &'a dyn Fn(u32, u32) -> bool,
}

impl Reading {
    /// # Errors
    /// If the file cannot be read; columns that are missing; a row that cannot be used.
    pub fn read(path: &Path, asked: &Asked<'_>, ids: &mut Names) -> Result<Self> {
        let mut table = Table::open(path)?;
        let [a, b] = ["a", "b"].map(|name| table.column(name));
        let mut seen = vec![false; ids.len()];
        let mut reading = if let (Some(a), Some(b)) = (a, b) {
            Self::pairs(&mut table, [a, b], asked, ids, &mut seen)?
        } else if let Some(columns) = GroupColumns::of(&table) {
            if asked.needs_pairs {
                return Err(Error::Parameter(format!(
                    "--sweep needs a file of pairs, and {} is one of clusters; wirecopy cluster --pairs writes the pairs",
                    table.name()
                )));
            }
            Self::clusters(&mut table, &columns, asked, ids, &mut seen)?
        } else {
            return Err(table.header_fault(
                "cannot be evaluated: that takes the columns a and b, or id and cluster_id (or cluster, or story)",
            ));
        };
        reading.absent_ids = seen.iter().filter(|&&seen| !seen).count() as u64;
        Ok(reading)
    }

    fn pairs(
        table: &mut Table,
        columns: [usize; 2],
        asked: &Asked<'_>,
        ids: &mut Names,
        seen: &mut [bool],
    ) -> Result<Self> {
        let [jaccard, containment] = ["jaccard", "containment"].map(|name| table.column(name));
        let swept = match asked.sweep {
            None => None,
            Some(name) => Some(table.column(name).ok_or_else(|| {
                table.header_fault(&format!("has no column {name:?} to sweep over"))
            })?),
        };
        if asked.needs_pairs && asked.sweep.is_none() && jaccard.or(containment).is_none() {
            return Err(table.header_fault(
                "has neither jaccard nor containment to sweep over; name another column after --sweep",
            ));
        }
        let mut listed = ListedPairs {
            has_jaccard: jaccard.is_some(),
            has_containment: containment.is_some(),
            ..ListedPairs::default()
        };
        let reason = table.column("reason");
        let mut exact = ExactRows::default();
        let (mut rows, mut outside_rows) = (0, 0);
        while table.next()? {
            rows += 1;
            if let Some(reason) = reason
                && table.text(reason)? == Reason::Exact.as_str()
            {
                exact.add(table.text(columns[0])?, table.text(columns[1])?);
            }
            let mut pair = [0; 2];
            let mut known = 0;
            for column in columns {
                let name = table.text(column)?;
                let id = match ids.get(name) {
                    None if asked.all_ids => Some(ids.insert(name)?),
                    id => id,
                };
                if let Some(id) = id {
                    pair[known] = id;
                    known += 1;
                    if let Some(seen) = seen.get_mut(id as usize) {
                        *seen = true;
                    }
                }
            }
            if known < 2 {
                outside_rows += 1;
                continue;
            }
            // Two articles of one id are nothing that the truth could tell apart.
            if pair[0] == pair[1] || !(asked.wanted)(pair[0], pair[1]) {
                continue;
            }
            let value = |column: Option<usize>| -> Result<Value> {
                let number = column.map_or(Ok(None), |column| table.number(column))?;
                Ok(number.map_or(Value::NONE, Value))
            };
            listed.push(Listed {
                a: pair[0].min(pair[1]),
                b: pair[0].max(pair[1]),
                jaccard: value(jaccard)?,
                containment: value(containment)?,
                swept: value(swept)?,
            });
        }
        listed.merge();
        Ok(Self {
            found: Found::Pairs(listed),
            rows,
            outside_rows,
            conflicting_rows: 0,
            texts_listed_in_part: exact.texts,
            absent_ids: 0,
        })
    }

    fn clusters(
        table: &mut Table,
        columns: &GroupColumns,
        asked: &Asked<'_>,
        ids: &mut Names,
        seen: &mut [bool],
    ) -> Result<Self> {
        let mut groups = Groups::default();
        let (mut rows, mut outside_rows, mut conflicting_rows) = (0, 0, 0);
        while table.next()? {
            rows += 1;
            let name = table.text(columns.id)?;
            let id = match ids.get(name) {
                None if asked.all_ids => ids.insert(name)?,
                None => {
                    outside_rows += 1;
                    continue;
                }
                Some(id) => id,
            };
            if let Some(seen) = seen.get_mut(id as usize) {
                *seen = true;
            }
            conflicting_rows += u64::from(groups.add(table, columns, id)?.is_some());
        }
        groups.fill(ids.len());
        Ok(Self {
            found: Found::Clusters(groups),
            rows,
            outside_rows,
            conflicting_rows,
            texts_listed_in_part: 0,
            absent_ids: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, truth: &[&str], asked: &Asked<'_>) -> Result<(Reading, Names)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("found.csv");
        std::fs::write(&path, text).unwrap();
        let mut ids = Names::default();
        for id in truth {
            ids.insert(id)?;
        }
        Ok((Reading::read(&path, asked, &mut ids)?, ids))
    }

    fn asked() -> Asked<'static> {
        Asked {
            sweep: None,
            needs_pairs: false,
            all_ids: false,
            wanted: &|_, _| true,
        }
    }

    #[test]
    fn pairs_in_both_orders_are_one_with_the_highest_values() {
        let text = "b,a,jaccard,containment\nx,y,.5,.9\ny,x,.6,\nx,other,.1,.1\nx,x,1,1\nz,y,,\n";
        let (reading, _) = read(text, &["x", "y", "z", "w"], &asked()).unwrap();
        let Found::Pairs(listed) = &reading.found else {
            panic!()
        };
        assert_eq!(listed.pairs.len(), 2);
        let pair = listed.find(1, 0).unwrap();
        assert_eq!((pair.jaccard(), pair.containment()), (Some(0.6), Some(0.9)));
        assert_eq!(listed.find(1, 2).unwrap().jaccard(), None);
        assert!(listed.find(0, 2).is_none());
        assert_eq!(
            (reading.rows, reading.outside_rows, reading.absent_ids),
            (5, 1, 1)
        );
        let parts = listed.components(4);
        assert!(parts[0] == parts[1] && parts[1] == parts[2] && parts[0] != parts[3]);
    }

    #[test]
    fn repeats_take_no_memory() {
        let mut listed = ListedPairs::default();
        for n in 0..1_000_000_u32 {
            let value = Value(f64::from(n));
            listed.push(Listed {
                a: n % 7,
                b: 7,
                jaccard: value,
                containment: Value::NONE,
                swept: Value::NONE,
            });
        }
        assert!(listed.pairs.capacity() < 1 << 18);
        listed.merge();
        assert_eq!(listed.pairs.len(), 7);
        assert_eq!(
            listed.find(999_999 % 7, 7).unwrap().jaccard(),
            Some(999_999.0)
        );
    }

    #[test]
    fn the_first_cluster_of_an_id_counts_and_a_blank_one_is_none() {
        let text = "id,cluster_id,title\nx,1,\ny,1,News\nx,2,Late\nz,,\nother,1,\n";
        let (reading, _) = read(text, &["x", "y", "z"], &asked()).unwrap();
        let Found::Clusters(groups) = &reading.found else {
            panic!()
        };
        assert_eq!(groups.of, [Some(0), Some(0), None]);
        assert_eq!(groups.title(0), Some("Late"));
        assert_eq!((reading.conflicting_rows, reading.outside_rows), (1, 1));
        let all = Asked {
            all_ids: true,
            ..asked()
        };
        let (reading, ids) = read(text, &["x"], &all).unwrap();
        assert_eq!((ids.len(), reading.outside_rows), (4, 0));
    }

    #[test]
    fn what_cannot_be_swept_is_told() {
        let swept = |name| Asked {
            sweep: name,
            needs_pairs: true,
            ..asked()
        };
        for (text, column, part) in [
            ("id,cluster\nx,1\n", None, "needs a file of pairs"),
            ("a,b\nx,y\n", None, "has neither jaccard nor containment"),
            (
                "a,b\nx,y\n",
                Some("score"),
                "has no column \"score\" to sweep over; it has the columns a, b",
            ),
            (
                "a,b,score\nx,y,high\n",
                Some("score"),
                ":2: the column score holds \"high\"",
            ),
            ("name,text\nx,y\n", None, "cannot be evaluated"),
        ] {
            let said = read(text, &["x", "y"], &swept(column))
                .unwrap_err()
                .to_string();
            assert!(said.contains(part), "{said}");
        }
    }
}
