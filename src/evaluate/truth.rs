//! What is true, as somebody labelled it.

use super::evaluation::Holds;
use super::groups::{GroupColumns, Groups};
use super::ids::Names;
use super::table::Table;
use crate::{Error, Result};
use serde::Serialize;
use std::collections::HashMap;
use std::path::Path;

/// What somebody found a pair of articles to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Label {
    /// Versions of the same report: a repeat, cut, extended, corrected, retitled, updated. `C`, `copy`, `yes`, `true`, `1`.
    #[serde(rename = "C")]
    Copy,
    /// The same form or recurring report about another day, company or amount: no copy. `T`, `template`.
    #[serde(rename = "T")]
    Template,
    /// Different articles: no copy. `O`, `other`, `no`, `false`, `0`.
    #[serde(rename = "O")]
    Other,
    /// Left out of all figures. `U`, `undecidable`.
    #[serde(rename = "U")]
    Undecidable,
}

impl Label {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Copy, Self::Template, Self::Other, Self::Undecidable];

    /// Capitals do not matter.
    ///
    /// ```
    /// use wirecopy::evaluate::Label;
    /// assert_eq!(Label::parse("Copy"), Some(Label::Copy));
    /// assert_eq!(Label::parse("0"), Some(Label::Other));
    /// assert_eq!(Label::parse("maybe"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "c" | "copy" | "yes" | "true" | "1" => Some(Self::Copy),
            "t" | "template" => Some(Self::Template),
            "o" | "other" | "no" | "false" | "0" => Some(Self::Other),
            "u" | "undecidable" => Some(Self::Undecidable),
            _ => None,
        }
    }

    /// `C`, `T`, `O` or `U`.
    pub fn letter(self) -> char {
        match self {
            Self::Copy => 'C',
            Self::Template => 'T',
            Self::Other => 'O',
            Self::Undecidable => 'U',
        }
    }
}

/// A labelled pair.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Labelled {
    pub a: u32,
    pub b: u32,
    pub label: Label,
    /// 1 without a weight column.
    pub weight: f64,
    pub jaccard: Option<f64>,
    pub containment: Option<f64>,
    line: u64,
}

/// The labelled pairs, each once.
#[derive(Debug, Default)]
pub(super) struct LabelledPairs {
    pub pairs: Vec<Labelled>,
    pub weighted: bool,
    places: HashMap<(u32, u32), usize>,
}

impl LabelledPairs {
    /// Where the pair of two ids stands, in whichever order they are given.
    pub fn place(&self, a: u32, b: u32) -> Option<usize> {
        self.places.get(&(a.min(b), a.max(b))).copied()
    }
}

#[derive(Debug)]
pub(super) enum Truth {
    Pairs(LabelledPairs),
    Stories(Groups),
}

impl Truth {
    /// Reads it and numbers its ids.
    ///
    /// # Errors
    /// If the file cannot be read; columns that are missing; a row that cannot be used or contradicts another one.
    pub fn read(path: &Path, ids: &mut Names) -> Result<Self> {
        let mut table = Table::open(path)?;
        let [a, b, label] = ["a", "b", "label"].map(|name| table.column(name));
        if let (Some(a), Some(b), Some(label)) = (a, b, label) {
            return read_pairs(&mut table, [a, b, label], ids).map(Self::Pairs);
        }
        let Some(columns) = GroupColumns::of(&table) else {
            return Err(table.header_fault(
                "is no truth: that has the columns a, b and label, or id and cluster (or cluster_id, or story)",
            ));
        };
        let mut groups = Groups::default();
        while table.next()? {
            let id = table.text(columns.id)?;
            if id.is_empty() {
                return Err(table.fault("the id is empty"));
            }
            let id = ids.insert(id)?;
            if let Some(before) = groups.add(&table, &columns, id)? {
                return Err(table.fault(&format!(
                    "{:?} belongs to {:?} here and to {before:?} above; an article has one story",
                    ids.name(id),
                    table.text(columns.group)?
                )));
            }
        }
        groups.fill(ids.len());
        Ok(Self::Stories(groups))
    }

    /// The stories, if it has such.
    pub fn stories(&self) -> Option<&Groups> {
        match self {
            Self::Stories(groups) => Some(groups),
            Self::Pairs(_) => None,
        }
    }

    /// What the file holds.
    pub fn holds(&self) -> Holds {
        match self {
            Self::Pairs(_) => Holds::Pairs,
            Self::Stories(_) => Holds::Clusters,
        }
    }
}

fn read_pairs(
    table: &mut Table,
    [a, b, label]: [usize; 3],
    ids: &mut Names,
) -> Result<LabelledPairs> {
    let [weight, jaccard, containment] =
        ["weight", "jaccard", "containment"].map(|name| table.column(name));
    let mut read = LabelledPairs {
        weighted: weight.is_some(),
        ..LabelledPairs::default()
    };
    while table.next()? {
        let number = |column: Option<usize>| column.map_or(Ok(None), |c| table.number(c));
        let pair = [table.text(a)?, table.text(b)?];
        if pair[0] == pair[1] || pair.contains(&"") {
            return Err(table.fault("a pair needs two different ids"));
        }
        let text = table.text(label)?;
        let label = Label::parse(text).ok_or_else(|| unknown_label(table, text))?;
        let weight = match weight {
            None => 1.0,
            Some(column) => match table.number(column)? {
                Some(weight) if weight >= 0.0 => weight,
                _ => return Err(table.fault("the weight must be a number and not below 0")),
            },
        };
        let pair = Labelled {
            a: ids.insert(pair[0])?,
            b: ids.insert(pair[1])?,
            label,
            weight,
            jaccard: number(jaccard)?,
            containment: number(containment)?,
            line: table.line(),
        };
        let Some(place) = read.place(pair.a, pair.b) else {
            let both = (pair.a.min(pair.b), pair.a.max(pair.b));
            read.places.insert(both, read.pairs.len());
            read.pairs.push(pair);
            continue;
        };
        let before = &read.pairs[place];
        if before.label != pair.label || before.weight != pair.weight {
            return Err(table.fault(&format!(
                "the pair {:?}, {:?} has another label or weight on line {}; keep one of the two rows",
                ids.name(pair.a),
                ids.name(pair.b),
                before.line
            )));
        }
    }
    Ok(read)
}

fn unknown_label(table: &Table, text: &str) -> Error {
    let shown: String = text.chars().take(40).collect();
    table.fault(&format!(
        "unknown label {shown:?}; labels are C (copy, yes, true, 1), T (template), O (other, no, false, 0) and \
         U (undecidable)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Truth, Names)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.csv");
        std::fs::write(&path, text).unwrap();
        let mut ids = Names::default();
        Ok((Truth::read(&path, &mut ids)?, ids))
    }

    fn complaint(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn labels_in_all_spellings() {
        let (truth, ids) =
            read("label,b,a,note\nC,y,x,\nyes,z,x,\nTemplate,x,w,\n0,z,y,\nu,z,w,\n").unwrap();
        let Truth::Pairs(read) = truth else { panic!() };
        let labels: String = read.pairs.iter().map(|pair| pair.label.letter()).collect();
        assert_eq!(labels, "CCTOU");
        assert!(!read.weighted);
        let number = |name| ids.get(name).unwrap();
        assert_eq!(read.place(number("z"), number("x")), Some(1));
        assert_eq!(read.place(number("x"), number("z")), Some(1));
        assert_eq!(read.pairs[0].jaccard, None);
    }

    #[test]
    fn a_pair_counts_once_whichever_way_round() {
        let (truth, _) = read("a,b,label,weight,jaccard\nx,y,C,2.5,.7\ny,x,copy,2.5,.8\n").unwrap();
        let Truth::Pairs(read) = truth else { panic!() };
        assert_eq!(read.pairs.len(), 1);
        assert_eq!(
            (read.pairs[0].weight, read.pairs[0].jaccard),
            (2.5, Some(0.7))
        );
        let said = complaint("a,b,label\nx,y,C\ny,z,C\ny,x,T\n");
        assert!(
            said.contains(
                "truth.csv:4: the pair \"y\", \"x\" has another label or weight on line 2"
            ),
            "{said}"
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, part) in [
            (
                "a,b,label\nx,y,C\nx,z,perhaps\n",
                ":3: unknown label \"perhaps\"",
            ),
            (
                "a,b,label\nx,y\n",
                ":2: this row has 2 fields and the header 3",
            ),
            ("a,b,label\nx,x,C\n", ":2: a pair needs two different ids"),
            ("a,b,label\nx,,C\n", ":2: a pair needs two different ids"),
            ("a,b,label,weight\nx,y,C,-1\n", ":2: the weight"),
            ("a,b,label,weight\nx,y,C,\n", ":2: the weight"),
            (
                "a,b,label,weight\nx,y,C,heavy\n",
                ":2: the column weight holds \"heavy\"",
            ),
            ("a,b\nx,y\n", "truth.csv is no truth"),
            ("a,b\nx,y\n", "it has the columns a, b"),
            ("id,cluster\n,1\n", ":2: the id is empty"),
            (
                "id,story\nx,1\ny,1\nx,2\n",
                ":4: \"x\" belongs to \"2\" here and to \"1\" above",
            ),
            ("", "is empty"),
        ] {
            let said = complaint(text);
            assert!(said.contains(part), "{text:?}: {said}");
        }
    }
}
