//! Room for tables that comes from the system, and goes back to it.

use bytemuck::Pod;
use memmap2::MmapMut;
use std::alloc::{Layout, handle_alloc_error};
use std::marker::PhantomData;

/// A table in pages of its own.
///
/// What a stage gives back to the allocator stays with the process more often than not, and counts against its bound although the next stage
/// may have no use for it. Tables of some bytes for every article are therefore put here: their room is gone the moment they are dropped.
#[derive(Debug, Default)]
pub(crate) struct Pages<T> {
    map: Option<MmapMut>,
    len: usize,
    of: PhantomData<T>,
}

impl<T: Pod> Pages<T> {
    /// Makes it `len` long. What is in it then is anything: zeros, or what was there before.
    pub(crate) fn reset(&mut self, len: usize) {
        if len > self.capacity() {
            // First, so that there are never two.
            self.map = None;
            let map = len.checked_mul(size_of::<T>()).map(MmapMut::map_anon);
            let Some(Ok(map)) = map else {
                let layout = Layout::array::<T>(len).unwrap_or(Layout::new::<T>());
                handle_alloc_error(layout);
            };
            self.map = Some(map);
        }
        self.len = len;
    }

    /// How long it can be in the room that it has.
    pub(crate) fn capacity(&self) -> usize {
        self.map
            .as_ref()
            .map_or(0, |map| map.len() / size_of::<T>())
    }

    /// All of it.
    pub(crate) fn as_slice(&self) -> &[T] {
        match &self.map {
            Some(map) => bytemuck::cast_slice(&map[..self.len * size_of::<T>()]),
            None => &[],
        }
    }

    /// The same to write on.
    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        match &mut self.map {
            Some(map) => bytemuck::cast_slice_mut(&mut map[..self.len * size_of::<T>()]),
            None => &mut [],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_as_long_as_it_was_made() {
        let mut table = Pages::<u64>::default();
        assert!(table.as_slice().is_empty() && table.as_mut_slice().is_empty());
        assert_eq!(table.capacity(), 0);
        for len in [3, 0, 1000, 7] {
            table.reset(len);
            assert_eq!(table.as_slice().len(), len);
            table.as_mut_slice().fill(len as u64);
            assert!(table.as_slice().iter().all(|&number| number == len as u64));
        }
        assert!(table.capacity() >= 1000);
        let mut odd = Pages::<[u8; 3]>::default();
        odd.reset(1_000_001);
        assert_eq!(odd.as_slice()[1_000_000], [0; 3]);
    }
}
