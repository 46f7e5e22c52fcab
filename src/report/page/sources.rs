//! The outlets of a run, each by a number.

use std::collections::HashMap;

/// The names of the outlets, numbered as they are met.
#[derive(Debug, Default)]
pub(super) struct Sources {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
}

impl Sources {
    /// The number of a name; none for a blank one.
    pub fn add(&mut self, name: &str) -> Option<u32> {
        let name = name.trim();
        if name.is_empty() {
            return None;
        }
        if let Some(&number) = self.numbers.get(name) {
            return Some(number);
        }
        let number = self.names.len() as u32;
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        Some(number)
    }

    /// The number of a name that was added before.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name.trim()).copied()
    }

    /// All names, by number.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_and_a_blank_one_none() {
        let mut sources = Sources::default();
        assert_eq!(sources.add("b.example"), Some(0));
        assert_eq!(sources.add("a.example"), Some(1));
        assert_eq!(sources.add(" b.example "), Some(0));
        assert_eq!(sources.add("  "), None);
        assert_eq!(sources.number("a.example"), Some(1));
        assert_eq!(sources.number("c.example"), None);
        assert_eq!(sources.names(), ["b.example", "a.example"]);
    }
}
