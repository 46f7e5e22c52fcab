//! Ids as small numbers.

use crate::{Error, Result};
use std::collections::HashMap;
use std::sync::Arc;

/// Names, each with a number: its place in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
}

impl Names {
    /// The number of a name, a new one if it was not seen before.
    ///
    /// # Errors
    /// If there are more than four thousand million.
    pub fn insert(&mut self, name: &str) -> Result<u32> {
        if let Some(&number) = self.numbers.get(name) {
            return Ok(number);
        }
        let number = u32::try_from(self.names.len())
            .map_err(|_| Error::Input("more than 4,294,967,295 ids; evaluate a sample".into()))?;
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        Ok(number)
    }

    pub fn get(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }
}
