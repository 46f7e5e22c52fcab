//! Signatures to candidate pairs.
//!
//! A [`Scheme`] says which signatures meet: those that agree in a band ([`Banding`]), or, by default, those that agree in two
//! values close to each other, or in more where many do ([`Neighbours`]). [`candidates`] works through bands or values one by one on each thread,
//! so that their keys never stand in memory together, groups each
//! by sorting (`groups`), and asks the caller for the pairs of a bucket (`search`) whether a
//! pair with such a score is worth a comparison of its texts. A pair that shares several buckets is met
//! in each; nothing is asked about it again if it was found by an earlier band or value (`found`) or is still remembered (`verdicts`).
//!
//! A value that more than [`CROWDED`] articles share is a common phrase of strangers, or a story printed many times: of these only those meet that
//! share all the values that follow it within reach; and, where dates count, those that share one of these and were published
//! about the same time as each other and few of the rest (`dates`).
//!
//! A bucket of more than [`CROWDED`] articles that still meet (a consent wall, a page of boilerplate, a story printed ten
//! thousand times) would propose a quadratic number of pairs. It is sorted by the values that
//! follow the band instead, as an LSH forest would be (Bawa, Condie, Ganesan, 2005), and each article
//! is proposed to its nearest neighbours in that order alone: linear work, other neighbours in every band. An article
//! that has [`LIKELY_PARTNERS`] gets no more of them there, and if crowded buckets are what it mostly meets others in,
//! no more in small buckets either from others like it. What this leaves out is counted in [`CandidateCounts`].
//!
//! A copy cut to a tenth shares a tenth of its signature, and seldom two values side by side.
//! [`candidates_and_unlike`] therefore also looks at articles that share a single value, if their lengths
//! are so unlike that two are not sure to be shared (`single`); both come from the same buckets.
//!
//! Signatures that do not fit into memory lie in a file (`access`); the pairs of buckets are then set aside and looked at block by
//! block (`deferred`, `in_file`), with the same result.
//!
//! Beside signatures in memory the search takes, for each article, 8 bytes for every thread, 3 for crowds and 6 for sizes and days, and up to 16
//! for each candidate pair.
//!
//! Words that are used here for want of others:
//!
//! * a *slot* is a band, or a value and those that follow it: what one round makes buckets of;
//! * a *family* is those in the bucket of a value that also share all values that follow it within reach;
//! * a *crowd* is a bucket of more than [`CROWDED`] articles, and the articles that mostly meet others in such;
//! * *unlike* articles are of such different size that one may be contained in the other without two values in common;
//! * a pair is *pending* until there are enough to read their signatures side by side, and *deferred* until all of a round are known if these are in a file;
//! * *known* pairs were found by an earlier slot, and need no second look.
//!
//! The parts, in the order in which articles go through them: `scheme` with `banding` and `neighbours` (which signatures meet), `hunt` (the search of one corpus) with
//! `in_memory` or `in_file` (signatures in memory or in a file, which `access` reads alike), `groups` (buckets of a slot, by the entries of `packing`), `search` with `single`, `dates`,
//! `nearest` and `crowd` (which pairs of a bucket are looked at), `deferred` and `verdicts`, `found`.

mod access;
mod banding;
mod crowd;
mod dates;
mod deferred;
mod found;
mod groups;
mod hunt;
mod in_file;
mod in_memory;
mod nearest;
mod neighbours;
mod packing;
mod scheme;
mod search;
mod single;
#[cfg(test)]
mod tests;
mod verdicts;

pub use access::SignatureSource;
pub use banding::{Banding, CUT_COPY_SIMILARITY, WANTED_PROBABILITY};
pub use crowd::{CROWDED, LIKELY_PARTNERS, PERHAPS_PARTNERS};
pub use dates::Dates;
pub use neighbours::{FOUND_BY_TWO, Neighbours};
pub use scheme::Scheme;

pub use single::{
    Containment, RARE, RARE_APART, REPRESENTATIVES, SHORT_CUT_SIMILARITY,
    probability_by_single_values,
};

use crate::fingerprint::{ArticleSet, SizesAndDays};
use crate::progress::{Progress, Stage, Unit};
use crate::{Error, Result};
use access::SignatureAccess;
use crowd::Crowd;
use found::{Batch, Found, Known, leave_out, merge_into};
use hunt::Hunt;
use in_file::InFile;
use in_memory::InMemory;
use packing::Packing;
use search::Judge;
use single::Unlike;

/// Bands or values between which it is settled what was found: not as many as there are threads, or the result would depend on that.
const AT_ONCE: usize = 8;

/// The candidate pairs of a corpus.
#[derive(Debug, Default)]
pub struct Candidates {
    /// Pairs `(a, b)` of articles, `a < b`, sorted, each once.
    pub pairs: Vec<(u32, u32)>,
    /// How they came about.
    pub counts: CandidateCounts,
    /// Bytes of pairs that were set aside in a temporary file, since their signatures were in one.
    pub spilled: u64,
}

/// What a comparison of the texts of a pair promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// The signatures are too far apart.
    Nothing,
    /// The pair may be accepted.
    Perhaps,
    /// The pair will most likely be accepted.
    Likely,
}

/// Judges pairs of articles by their signatures.
///
/// Any function `worth(a, b, score)` is one, which leaves no pair out beforehand.
///
/// ```
/// use wirecopy::fingerprint::{ArticleSet, Layout, Signatures};
/// use wirecopy::lsh::{Banding, PairFilter, Scheme, Worth, candidates};
/// use wirecopy::progress::Silent;
///
/// /// Leaves out pairs of one source.
/// struct Elsewhere<'a>(&'a [u32]);
///
/// impl PairFilter for Elsewhere<'_> {
///     fn is_hopeless(&self, a: u32, b: u32, _: u32) -> bool {
///         self.0[a as usize] == self.0[b as usize]
///     }
///     fn worth(&self, _: u32, _: u32, _: u32) -> Worth {
///         Worth::Perhaps
///     }
/// }
///
/// let mut signatures = Signatures::new(Layout::new(4, 4));
/// (0..3).for_each(|_| signatures.push(&[1 << 8, 2 << 8, 3 << 8, 4 << 8]));
/// let scheme = Scheme::Bands(Banding::new(2, 2, 4)?);
/// let found = candidates(&signatures, &ArticleSet::all(3), scheme, Elsewhere(&[7, 7, 9]), &Silent)?;
/// assert_eq!(found.pairs, [(0, 2), (1, 2)]);
/// # Ok::<(), wirecopy::Error>(())
/// ```
pub trait PairFilter: Sync {
    /// Whether a pair of articles is not worth a comparison if so many of the values agree that are not kept whole
    /// ([`Layout::low_score`]), whatever the others say. Most pairs are left out here: it must be quick.
    ///
    /// [`Layout::low_score`]: crate::fingerprint::Layout::low_score
    fn is_hopeless(&self, a: u32, b: u32, low_score: u32) -> bool;

    /// What the [score](crate::fingerprint::Layout::score) of their signatures says of a pair that is not hopeless.
    fn worth(&self, a: u32, b: u32, score: u32) -> Worth;
}

impl<F: Fn(u32, u32, u32) -> Worth + Sync> PairFilter for F {
    fn is_hopeless(&self, _: u32, _: u32, _: u32) -> bool {
        false
    }

    fn worth(&self, a: u32, b: u32, score: u32) -> Worth {
        self(a, b, score)
    }
}

/// What the search for candidates did. A pair counts once for every bucket that it shares (of a value that many share once more if
/// dates bring it together, too), and once for every single value by which it is looked at.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct CandidateCounts {
    /// Pairs that shared a bucket or a single value and were looked at, or had been found before.
    pub proposed: u64,
    /// Of these, pairs whose signatures are too far apart to be worth a comparison.
    pub dropped_by_signature: u64,
    /// Buckets with more than [`CROWDED`] articles; where single values make them, families of so many that share all values that follow
    /// within reach.
    pub crowded_buckets: u64,
    /// Articles in the most crowded bucket.
    pub largest_bucket: u64,
    /// Pairs of such buckets, and of articles that met others there, that were left out. Another band may have found them.
    /// Those that shared a single value alone do not count here.
    pub capped: u64,
}

impl CandidateCounts {
    fn add(&mut self, other: &Self) {
        self.proposed += other.proposed;
        self.dropped_by_signature += other.dropped_by_signature;
        self.crowded_buckets += other.crowded_buckets;
        self.largest_bucket = self.largest_bucket.max(other.largest_bucket);
        self.capped += other.capped;
    }
}

/// What is known of the articles of a corpus beside their signatures.
#[derive(Debug, Clone, Copy)]
pub struct ArticleFacts<'a> {
    /// Their sizes, and their days.
    pub sizes_and_days: &'a SizesAndDays,
    /// What these days say, if they count.
    pub dates: Option<Dates<'a>>,
}

/// Finds the candidate pairs among `members` by bands, or by two values that are close.
///
/// `filter` judges from their signatures whether a pair can be similar enough; its functions must be pure, or runs would
/// differ.
///
/// The signatures may lie in memory or in a [file](SignatureSource); that makes no difference to what is found.
///
/// ```
/// use wirecopy::fingerprint::{ArticleSet, Layout, Signatures};
/// use wirecopy::lsh::{Banding, Scheme, Worth, candidates};
/// use wirecopy::progress::Silent;
///
/// let mut signatures = Signatures::new(Layout::new(4, 4));
/// for values in [[1, 2, 3, 4], [1, 2, 7, 8], [5, 2, 6, 4], [5, 6, 3, 4]] {
///     signatures.push(&values.map(|value: u32| value << 8));
/// }
/// let scheme = Scheme::Bands(Banding::new(2, 2, 4)?);
/// let worth = |_, _, _| Worth::Perhaps;
/// let found = candidates(&signatures, &ArticleSet::all(4), scheme, worth, &Silent)?;
/// // Articles 0 and 2 agree in two values as well, but not in those of one band.
/// assert_eq!(found.pairs, [(0, 1), (0, 3)]);
/// # Ok::<(), wirecopy::Error>(())
/// ```
///
/// # Errors
/// [`Error::Interrupted`] when `progress` asks to stop; if signatures in a file cannot be read, or other temporary files beside it
/// not be written.
pub fn candidates<'a>(
    signatures: impl Into<SignatureSource<'a>>,
    members: &ArticleSet,
    scheme: Scheme,
    filter: impl PairFilter,
    progress: &dyn Progress,
) -> Result<Candidates> {
    let source = signatures.into();
    find(source, members, scheme, filter, None, None, progress)
}

/// [`candidates`] by two values that are close, and by single ones for pairs that two seldom bring together:
/// copies cut so far, or put into articles so long, that hardly any of their signature agrees.
///
/// [`Containment`] says which pairs these are, and `facts` what is known of the articles by which they are told.
/// [`probability_by_single_values`] is what this finds; where dates count, and more than [`RARE_APART`] articles share a value, of those that were
/// published together.
///
/// Where dates count, articles that share a value with many others over the years meet by one value more if few of these were published about
/// the same time.
///
/// ```
/// use wirecopy::fingerprint::{ArticleSet, Days, Permutations, Signatures, SizesAndDays};
/// use wirecopy::lsh::{ArticleFacts, Containment, FOUND_BY_TWO, Neighbours, Scheme, Worth, candidates, candidates_and_unlike};
/// use wirecopy::{progress::Silent, text::word_hash};
///
/// // An article of 600 shingles and the first 60 of them: two values bring them together with about every second seed, and not with this one.
/// let shingles: Vec<u64> = (0..600).map(|number| word_hash(&format!("shingle{number}"))).collect();
/// let neighbours = Neighbours::for_similarity(FOUND_BY_TWO, 128);
/// let scheme = Scheme::Neighbours(neighbours);
/// let permutations = Permutations::new(128, 2)?;
/// let mut signatures = Signatures::new(scheme.layout(128));
/// for set in [&shingles[..], &shingles[..60]] {
///     let mut signature = vec![0; 128];
///     permutations.signature(set, &mut signature);
///     signatures.push(&signature);
/// }
/// let undated = Days::new([None, None]);
/// let sizes = SizesAndDays::new(undated, |article| if article == 0 { 600..=600 } else { 60..=60 });
/// let facts = ArticleFacts { sizes_and_days: &sizes, dates: None };
/// let contained = Containment { least: 0.75, min_shingles: 30, found_by_two: FOUND_BY_TWO };
/// let (all, worth) = (ArticleSet::all(2), |_, _, _| Worth::Perhaps);
/// assert_eq!(candidates(&signatures, &all, scheme, worth, &Silent)?.pairs, []);
/// let found = candidates_and_unlike(&signatures, &all, neighbours, worth, contained, facts, &Silent)?;
/// assert_eq!(found.pairs, [(0, 1)]);
/// # Ok::<(), wirecopy::Error>(())
/// ```
///
/// # Errors
/// As for [`candidates`].
pub fn candidates_and_unlike<'a>(
    signatures: impl Into<SignatureSource<'a>>,
    members: &ArticleSet,
    neighbours: Neighbours,
    filter: impl PairFilter,
    containment: Containment,
    facts: ArticleFacts,
    progress: &dyn Progress,
) -> Result<Candidates> {
    let source = signatures.into();
    let unlike = Unlike::new(containment, facts.sizes_and_days, source.layout());
    let scheme = Scheme::Neighbours(neighbours);
    let (unlike, dates) = (Some(unlike), facts.dates);
    find(source, members, scheme, filter, unlike, dates, progress)
}

fn find(
    source: SignatureSource,
    members: &ArticleSet,
    scheme: Scheme,
    filter: impl PairFilter,
    unlike: Option<Unlike>,
    dates: Option<Dates>,
    progress: &dyn Progress,
) -> Result<Candidates> {
    let articles = members.corpus_len();
    let packing = match scheme {
        Scheme::Bands(_) => Packing::bands(articles),
        Scheme::Neighbours(neighbours) => Packing::neighbours(articles, neighbours),
    };
    let hunt = Hunt {
        members,
        scheme,
        packing,
        unlike,
        dates,
        filter,
        progress,
    };
    let place = match source {
        SignatureSource::Held(signatures) => Place::Memory(InMemory::new(signatures)),
        SignatureSource::Spilled { file, room } => Place::File(InFile::new(file, scheme, room)),
    };
    let mut settled = Settled::new(articles);

    progress.begin(Stage::Candidates, scheme.slots() as u64, Unit::Items);
    for first in (0..scheme.slots()).step_by(AT_ONCE) {
        settled.crowd.begin(first);
        let slots = first..scheme.slots().min(first + AT_ONCE);
        let batch = Batch::new(Known::new(&settled.pairs, articles));
        match &place {
            Place::Memory(held) => held.search(&hunt, slots, &settled.crowd, &batch),
            Place::File(file) => file.search(&hunt, slots, &settled.crowd, &batch)?,
        }
        if progress.cancelled() {
            return Err(Error::Interrupted);
        }
        let found = batch.finish();
        match &place {
            Place::Memory(held) => settled.add(found, &hunt.judge(held.signatures)),
            Place::File(file) => settled.add(found, &hunt.judge(&file.access)),
        }
    }
    let spilled = match place {
        Place::Memory(_) => 0,
        Place::File(file) => file.finish()?,
    };
    progress.end();

    let Settled {
        pairs,
        counts,
        crowd,
    } = settled;
    // It makes room for the list of pairs.
    drop(crowd);
    Ok(Candidates {
        pairs: pairs.into_iter().map(unpack).collect(),
        counts,
        spilled,
    })
}

/// The way to the signatures.
enum Place<'a> {
    Memory(InMemory<'a>),
    File(InFile<'a>),
}

/// What was found by all bands or values so far.
struct Settled {
    /// Packed pairs, sorted, each once.
    pairs: Vec<u64>,
    crowd: Crowd,
    counts: CandidateCounts,
}

impl Settled {
    fn new(articles: usize) -> Self {
        Self {
            pairs: Vec::new(),
            crowd: Crowd::new(articles),
            counts: CandidateCounts::default(),
        }
    }

    /// Adds what the next ones found: all of it but pairs of crowds, of which it is chosen now which stay.
    fn add<S: SignatureAccess, W: PairFilter>(&mut self, found: Found, judge: &Judge<S, W>) {
        self.counts.add(&found.counts);
        for (ordinary, worth) in [
            (found.perhaps, Worth::Perhaps),
            (found.likely, Worth::Likely),
        ] {
            self.crowd.count_partners(&ordinary, |_, _| worth);
            merge_into(&mut self.pairs, ordinary);
        }
        let mut crowded = found.crowded;
        leave_out(&mut crowded, &self.pairs);
        let chosen = self.crowd.choose(&crowded, |a, b| judge.worth(a, b));
        self.counts.capped += (crowded.len() - chosen.len()) as u64;
        merge_into(&mut self.pairs, chosen);
    }
}

fn pack(a: u32, b: u32) -> u64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    u64::from(low) << 32 | u64::from(high)
}

fn unpack(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}
