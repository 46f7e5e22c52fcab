//! Signatures, wherever they lie.

use crate::fingerprint::{Layout, SignatureFile, Signatures, StoredSignatures, ThreeBytes};
use crate::memory::Pages;
use crate::{Error, Result};
use std::ops::{Deref, Range};
use std::sync::{Mutex, PoisonError};

/// The signatures that are searched.
///
/// ```
/// use wirecopy::fingerprint::{ArticleSet, Layout, SignatureFile, Signatures};
/// use wirecopy::lsh::{Banding, Scheme, SignatureSource, Worth, candidates};
/// use wirecopy::progress::Silent;
///
/// let mut signatures = Signatures::new(Layout::new(4, 4));
/// for values in [[1, 2, 3, 4], [1, 2, 7, 8], [5, 6, 7, 9]] {
///     signatures.push(&values.map(|value: u32| value << 8));
/// }
/// let scheme = Scheme::Bands(Banding::new(2, 2, 4)?);
/// let find = |source: SignatureSource| candidates(source, &ArticleSet::all(3), scheme, |_, _, _| Worth::Perhaps, &Silent);
/// let held = find(SignatureSource::Held(&signatures))?;
/// let mut file = SignatureFile::of(&mut signatures, &std::env::temp_dir())?;
/// file.finish()?;
/// let spilled = find(SignatureSource::Spilled { file: &file, room: 1 << 20 })?;
/// assert_eq!((held.pairs, spilled.pairs), (vec![(0, 1)], vec![(0, 1)]));
/// # Ok::<(), wirecopy::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub enum SignatureSource<'a> {
    /// In memory.
    Held(&'a Signatures),
    /// In a file.
    Spilled {
        /// The file.
        file: &'a SignatureFile,
        /// Bytes of memory that the search may take, beside what it takes for every article in any case.
        room: usize,
    },
}

impl<'a> SignatureSource<'a> {
    /// These signatures; if they are in a file, with so much room for the search.
    pub fn new(signatures: &'a StoredSignatures, room: usize) -> Self {
        match signatures {
            StoredSignatures::Held(signatures) => Self::Held(signatures),
            StoredSignatures::Spilled(file) => Self::Spilled { file, room },
        }
    }

    /// What is kept of a signature.
    pub(super) fn layout(self) -> Layout {
        match self {
            Self::Held(signatures) => signatures.layout(),
            Self::Spilled { file, .. } => file.layout(),
        }
    }
}

impl<'a> From<&'a Signatures> for SignatureSource<'a> {
    fn from(signatures: &'a Signatures) -> Self {
        Self::Held(signatures)
    }
}

/// Access to signatures one by one.
pub(super) trait SignatureAccess: Sync {
    /// A part of a packed signature.
    type Row<'a>: Deref<Target = [u32]>
    where
        Self: 'a;

    fn layout(&self) -> Layout;

    /// The words that hold its whole values.
    fn whole(&self, article: u32) -> Self::Row<'_>;

    /// The other words of it.
    fn low(&self, article: u32) -> Self::Row<'_>;

    /// The whole values of `articles`, by their places in that list and in a signature, if each will be asked about several times.
    fn values_of<'a>(&'a self, articles: &'a [u32]) -> impl Fn(usize, usize) -> u32 + 'a;
}

impl SignatureAccess for Signatures {
    type Row<'a> = &'a [u32];

    fn layout(&self) -> Layout {
        self.layout()
    }

    #[inline]
    fn whole(&self, article: u32) -> &[u32] {
        self.whole(article)
    }

    #[inline]
    fn low(&self, article: u32) -> &[u32] {
        self.low(article)
    }

    fn values_of<'a>(&'a self, articles: &'a [u32]) -> impl Fn(usize, usize) -> u32 + 'a {
        move |place, at| self.value(articles[place], at)
    }
}

/// Signatures in a file, read one by one.
///
/// Where that fails they count as zeros, and the failure is kept until it is [asked for](Self::check): those who ask for values are
/// loops that have no place for it.
pub(super) struct FileAccess<'a> {
    pub(super) file: &'a SignatureFile,
    failure: Mutex<Option<Error>>,
}

impl<'a> FileAccess<'a> {
    pub(super) fn new(file: &'a SignatureFile) -> Self {
        Self {
            file,
            failure: Mutex::new(None),
        }
    }

    /// Remembers a failure, the first one.
    pub(super) fn keep(&self, failure: Error) {
        let mut kept = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_or_insert(failure);
    }

    /// The first failure there was.
    pub(super) fn check(&self) -> Result<()> {
        let mut kept = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take().map_or(Ok(()), Err)
    }

    fn row(&self, article: u32) -> Vec<u32> {
        let mut row = vec![0; self.file.layout().words()];
        self.or_zero(self.file.row(article, &mut row));
        row
    }

    fn value(&self, article: u32, at: usize) -> u32 {
        self.or_zero(self.file.value(article, at))
    }

    fn or_zero<T: Default>(&self, read: Result<T>) -> T {
        read.unwrap_or_else(|failure| {
            self.keep(failure);
            T::default()
        })
    }
}

impl SignatureAccess for FileAccess<'_> {
    type Row<'a>
        = Vec<u32>
    where
        Self: 'a;

    fn layout(&self) -> Layout {
        self.file.layout()
    }

    fn whole(&self, article: u32) -> Vec<u32> {
        let mut row = self.row(article);
        row.truncate(self.layout().whole_words());
        row
    }

    fn low(&self, article: u32) -> Vec<u32> {
        self.row(article).split_off(self.layout().whole_words())
    }

    fn values_of<'a>(&'a self, articles: &'a [u32]) -> impl Fn(usize, usize) -> u32 + 'a {
        /// The signatures of more articles (at 156 bytes, 3 MB) are read again each time.
        const MOST: usize = 1 << 14;
        let words = self.layout().words();
        let mut rows = Vec::new();
        if articles.len() <= MOST {
            rows.resize(articles.len() * words, 0);
            for (row, &article) in rows.chunks_exact_mut(words).zip(articles) {
                self.or_zero(self.file.row(article, row));
            }
        }
        move |place, at| match rows.is_empty() {
            true => self.value(articles[place], at),
            false => self.layout().value(&rows[place * words..], at),
        }
    }
}

/// Some values of all articles in memory, and everything else in a file.
pub(super) struct Columns<'a> {
    access: &'a FileAccess<'a>,
    /// By their places; empty if not in memory.
    columns: Vec<Pages<ThreeBytes>>,
}

impl<'a> Columns<'a> {
    /// No values are in memory yet.
    pub(super) fn new(access: &'a FileAccess<'a>) -> Self {
        Self {
            access,
            columns: (0..access.layout().whole())
                .map(|_| Pages::default())
                .collect(),
        }
    }

    /// Reads the values at `places`, except those that are there; others are given up.
    pub(super) fn hold(&mut self, places: impl Iterator<Item = usize> + Clone) {
        let mut room = Vec::new();
        for (at, column) in self.columns.iter_mut().enumerate() {
            if !column.as_slice().is_empty() && !places.clone().any(|wanted| wanted == at) {
                room.push(std::mem::take(column));
            }
        }
        for at in places {
            let column = &mut self.columns[at];
            if column.as_slice().is_empty() {
                *column = room.pop().unwrap_or_default();
                self.access.or_zero(self.access.file.column(at, column));
            }
        }
    }

    /// Value `at` of an article, one that is kept whole.
    pub(super) fn value(&self, article: u32, at: usize) -> u32 {
        match self.columns[at].as_slice().get(article as usize) {
            Some(&[low, middle, high]) => u32::from_le_bytes([low, middle, high, 0]),
            None => self.access.value(article, at),
        }
    }
}

impl SignatureAccess for Columns<'_> {
    type Row<'a>
        = Vec<u32>
    where
        Self: 'a;

    fn layout(&self) -> Layout {
        self.access.layout()
    }

    fn whole(&self, article: u32) -> Vec<u32> {
        self.access.whole(article)
    }

    fn low(&self, article: u32) -> Vec<u32> {
        self.access.low(article)
    }

    fn values_of<'a>(&'a self, articles: &'a [u32]) -> impl Fn(usize, usize) -> u32 + 'a {
        self.access.values_of(articles)
    }
}

/// The signatures of one or two blocks of articles.
pub(super) struct Blocks<'a> {
    pub(super) layout: Layout,
    /// The articles of either block, and their signatures.
    pub(super) blocks: [(Range<usize>, &'a [u32]); 2],
}

impl SignatureAccess for Blocks<'_> {
    type Row<'a>
        = &'a [u32]
    where
        Self: 'a;

    fn layout(&self) -> Layout {
        self.layout
    }

    #[inline]
    fn whole(&self, article: u32) -> &[u32] {
        &self.row(article)[..self.layout.whole_words()]
    }

    #[inline]
    fn low(&self, article: u32) -> &[u32] {
        &self.row(article)[self.layout.whole_words()..]
    }

    fn values_of<'a>(&'a self, articles: &'a [u32]) -> impl Fn(usize, usize) -> u32 + 'a {
        move |place, at| self.layout.value(self.row(articles[place]), at)
    }
}

impl Blocks<'_> {
    #[inline]
    fn row(&self, article: u32) -> &[u32] {
        let article = article as usize;
        let [first, second] = &self.blocks;
        let (articles, rows) = match first.0.contains(&article) {
            true => first,
            false => second,
        };
        let words = self.layout.words();
        &rows[(article - articles.start) * words..][..words]
    }
}
