//! The pairs of one band or value, looked at.

use super::access::SignatureAccess;
use super::crowd::{CROWDED, Crowd};
use super::deferred::{Deferred, Which};
use super::found::{Found, Known};
use super::groups::Grouping;
use super::nearest::nearest;
use super::packing::Packing;
use super::single::{self, RARE, RARE_APART, Unlike};
use super::verdicts::Verdicts;
use super::{CandidateCounts, Dates, PairFilter, Worth, pack, unpack};
use crate::fingerprint::{Day, Kernel, SizeAndDay};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Judges pairs of articles by their signatures.
pub(super) struct Judge<'a, S, W> {
    pub(super) signatures: &'a S,
    pub(super) kernel: Kernel,
    pub(super) filter: &'a W,
}

impl<S: SignatureAccess, W: PairFilter> Judge<'_, S, W> {
    #[inline]
    fn score(&self, pair: u64) -> u32 {
        let (a, b) = unpack(pair);
        let (a, b) = (self.signatures.whole(a), self.signatures.whole(b));
        let whole_score = self.signatures.layout().whole_score(self.kernel, &a, &b);
        whole_score + self.low_score(pair)
    }

    #[inline]
    fn low_score(&self, pair: u64) -> u32 {
        let (a, b) = unpack(pair);
        let (a, b) = (self.signatures.low(a), self.signatures.low(b));
        self.signatures.layout().low_score(self.kernel, &a, &b)
    }

    #[inline]
    fn is_hopeless(&self, pair: u64) -> bool {
        let (a, b) = unpack(pair);
        self.filter.is_hopeless(a, b, self.low_score(pair))
    }

    #[inline]
    fn worth_of(&self, pair: u64, score: u32) -> Worth {
        let (a, b) = unpack(pair);
        self.filter.worth(a, b, score)
    }

    #[inline]
    pub(super) fn worth(&self, a: u32, b: u32) -> Worth {
        let pair = pack(a, b);
        if self.is_hopeless(pair) {
            return Worth::Nothing;
        }
        self.worth_of(pair, self.score(pair))
    }
}

/// What a thread uses again and again.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) grouping: Grouping,
    pub(super) pending: PendingPairs,
}

/// Pairs that wait to be looked at, and what was found out about others before.
///
/// Pairs are looked at many at a time, step by step, so that their signatures, which lie anywhere in memory, are on their
/// way at the same time.
#[derive(Default)]
pub(super) struct PendingPairs {
    articles: Vec<u32>,
    /// Pairs that share a band, or two values that are close.
    pub(super) pairs: Vec<u64>,
    /// Pairs that share a single value that few have, the shorter article in the upper half.
    pub(super) unlike: Vec<u64>,
    /// The same of a value that many have.
    pub(super) common: Vec<u64>,
    /// Entries of a bucket, by their periods.
    dated: Vec<u64>,
    /// The sizes and days of the articles of a part, entry by entry.
    sizes_and_days: Vec<SizeAndDay>,
    scores: Vec<u32>,
    verdicts: Verdicts,
}

/// So many pairs wait for signatures that are in memory.
const WAITING: usize = 1024;

/// Scratches that no thread uses at the moment.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Scratch>>);

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Vec<Scratch>> {
        // Nothing can be left half done in a list that is only pushed to and popped from.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self) -> Scratch {
        self.lock().pop().unwrap_or_default()
    }

    pub(super) fn put_back(&self, scratch: Scratch) {
        self.lock().push(scratch);
    }

    /// Gives the room for entries and for what is known of them back.
    pub(super) fn give_back(&self) {
        for scratch in self.lock().iter_mut() {
            scratch.grouping = Grouping::default();
            scratch.pending.sizes_and_days = Vec::new();
        }
    }
}

/// The sorted entries of a bucket, and the sizes and days of their articles, where [unlike](Unlike) sizes count: only there days do, too.
#[derive(Clone, Copy)]
struct Bucket<'a> {
    entries: &'a [u64],
    sizes_and_days: &'a [SizeAndDay],
}

/// Looks at the pairs of buckets.
pub(super) struct Search<'a, S, W> {
    pub(super) judge: &'a Judge<'a, S, W>,
    pub(super) crowd: &'a Crowd,
    pub(super) packing: Packing,
    pub(super) unlike: Option<&'a Unlike<'a>>,
    /// When articles were published, if that counts.
    pub(super) dates: Option<Dates<'a>>,
    /// Pairs that need no other look.
    pub(super) known: &'a Known<'a>,
    /// Where pairs go that are not to be looked at now; those of crowds are, in any case.
    pub(super) deferred: Option<&'a Deferred<'a>>,
}

impl<S: SignatureAccess, W: PairFilter> Search<'_, S, W> {
    /// Looks at the pairs of a bucket of articles with equal bands; the last of them only in [`finish`](Self::finish).
    pub(super) fn band(
        &self,
        bucket: &[u64],
        band_end: usize,
        pending: &mut PendingPairs,
        found: &mut Found,
    ) {
        let mut articles = std::mem::take(&mut pending.articles);
        self.list(bucket, &mut articles);
        self.bucket(&articles, band_end, pending, found);
        pending.articles = articles;
        if pending.pairs.len() >= self.waiting() {
            self.look_at_pairs(pending, found);
        }
    }

    /// Looks at the pairs of the buckets among the entries of a part, whose articles share the value at `slot`; the last of them only in
    /// [`finish`](Self::finish).
    pub(super) fn values(
        &self,
        entries: &[u64],
        slot: usize,
        reach: usize,
        pending: &mut PendingPairs,
        found: &mut Found,
    ) {
        // Of all at once: they lie anywhere in memory, and are on their way at the same time.
        let mut all = std::mem::take(&mut pending.sizes_and_days);
        all.clear();
        if let Some(unlike) = self.unlike {
            let of = |&entry| unlike.size_and_day(self.packing.article(entry));
            all.extend(entries.iter().map(of));
        }
        for (start, entries) in self.packing.buckets(entries) {
            let theirs = all.get(start..start + entries.len());
            let bucket = Bucket {
                entries,
                sizes_and_days: theirs.unwrap_or_default(),
            };
            self.value(bucket, slot, reach, pending, found);
        }
        pending.sizes_and_days = all;
    }

    /// Looks at the pairs of a bucket of articles that share the value at `slot`: of those that share one more within `reach`, or, if they are many,
    /// all within reach, or one and were published with few of the others; and of those of unlike size.
    fn value(
        &self,
        bucket: Bucket,
        slot: usize,
        reach: usize,
        pending: &mut PendingPairs,
        found: &mut Found,
    ) {
        let entries = bucket.entries;
        if entries.len() <= RARE {
            self.few(bucket, pending, found);
        } else if reach == 0 {
            let mut articles = std::mem::take(&mut pending.articles);
            self.list(entries, &mut articles);
            self.bucket(&articles, slot + 1, pending, found);
            pending.articles = articles;
        } else if entries.len() <= CROWDED {
            self.near_pairs(entries, &[], pending, found);
        } else {
            self.families(entries, slot + reach, pending, found);
            self.periods(bucket, pending, found);
        }
        let all_looked_at = entries.len() <= if reach == 0 { CROWDED } else { RARE };
        if let Some(unlike) = self.unlike.filter(|_| !all_looked_at) {
            self.common_value(bucket, slot, unlike, pending, found);
        }
        if pending.pairs.len() >= self.waiting() {
            self.look_at_pairs(pending, found);
        }
        if pending.unlike.len() >= self.waiting() {
            self.look_at_unlike(slot, pending, found);
        }
    }

    /// Looks at the pairs that wait, after the last bucket of a slot.
    pub(super) fn finish(&self, slot: usize, pending: &mut PendingPairs, found: &mut Found) {
        self.look_at_pairs(pending, found);
        self.look_at_unlike(slot, pending, found);
        self.look_at_common(slot, pending, found);
    }

    fn waiting(&self) -> usize {
        self.deferred.map_or(WAITING, |deferred| deferred.run())
    }

    fn list(&self, bucket: &[u64], articles: &mut Vec<u32>) {
        articles.clear();
        articles.extend(bucket.iter().map(|&entry| self.packing.article(entry)));
    }

    /// Whether both articles belong to a crowd and have partners enough.
    #[inline]
    fn of_crowd(&self, a: u32, b: u32) -> bool {
        self.crowd.belongs(a) && self.crowd.belongs(b)
    }

    /// Looks at the pairs of a bucket, given as ascending articles.
    fn bucket(
        &self,
        articles: &[u32],
        band_end: usize,
        pending: &mut PendingPairs,
        found: &mut Found,
    ) {
        if articles.len() > CROWDED {
            return self.crowded_bucket(articles, band_end, pending, found);
        }
        for (at, &a) in articles.iter().enumerate() {
            for &b in &articles[at + 1..] {
                self.propose(a, b, pending, found);
            }
        }
    }

    #[inline]
    fn propose(&self, a: u32, b: u32, pending: &mut PendingPairs, found: &mut Found) {
        if self.of_crowd(a, b) {
            found.counts.capped += 1;
        } else {
            pending.pairs.push(pack(a, b));
        }
    }

    /// Looks at the pairs of some entries of a bucket, at most [`CROWDED`], and of these and `others`, of which a value that follows agrees.
    fn near_pairs(
        &self,
        some: &[u64],
        others: &[u64],
        pending: &mut PendingPairs,
        found: &mut Found,
    ) {
        let packing = self.packing;
        for (at, &a) in some.iter().enumerate() {
            for &b in some[at + 1..].iter().chain(others) {
                if packing.near(a, b) {
                    self.propose(packing.article(a), packing.article(b), pending, found);
                }
            }
        }
    }

    /// Looks at the pairs of a bucket of at most [`RARE`] entries of which a value that follows agrees, or whose sizes are
    /// unlike.
    fn few(&self, bucket: Bucket, pending: &mut PendingPairs, found: &mut Found) {
        let Bucket {
            entries,
            sizes_and_days,
        } = bucket;
        let unlike = self
            .unlike
            .filter(|unlike| unlike.any_may_contain(sizes_and_days));
        let Some(unlike) = unlike else {
            return self.near_pairs(entries, &[], pending, found);
        };
        let packing = self.packing;
        let any_time = entries.len() <= RARE_APART;
        for (at, (&entry, of_a)) in entries.iter().zip(sizes_and_days).enumerate() {
            let a = packing.article(entry);
            for (&other, of_b) in entries.iter().zip(sizes_and_days).skip(at + 1) {
                let b = packing.article(other);
                if packing.near(entry, other) {
                    self.propose(a, b, pending, found);
                } else if unlike.may_contain(of_a.size, of_b.size)
                    && (any_time || !self.are_apart(of_a.day, of_b.day))
                    && !self.of_crowd(a, b)
                {
                    let ordered = Unlike::in_order(a, of_a.size, b, of_b.size);
                    pending.unlike.push(ordered);
                }
            }
        }
    }

    /// Whether articles of two days were published so far apart that one value says little of them.
    #[inline]
    fn are_apart(&self, a: Day, b: Day) -> bool {
        self.dates.is_some_and(|dates| dates.are_apart_on(a, b))
    }

    /// Looks at the pairs of many articles that share a value: of those that share all values that follow it within reach, the last of which is at
    /// `last`.
    ///
    /// What so many share is a phrase of strangers or a story printed many times. Few strangers share another phrase at each of the next places.
    fn families(&self, bucket: &[u64], last: usize, pending: &mut PendingPairs, found: &mut Found) {
        let mut articles = std::mem::take(&mut pending.articles);
        for family in self.packing.families(bucket) {
            self.list(family, &mut articles);
            // The neighbours in a crowd must share two values: the last two are shared by all.
            self.bucket(&articles, last - 1, pending, found);
            if pending.pairs.len() >= self.waiting() {
                self.look_at_pairs(pending, found);
            }
        }
        pending.articles = articles;
    }

    /// Looks at the pairs of many articles that share a value: of those of one period, or of two that follow each other, if these are at most
    /// [`RARE`]. Of them one value more is enough, as if the value were rare.
    ///
    /// If more share it on the average of two periods of the corpus, none are looked for: of a million articles that spares six tenths of the
    /// entries, and loses a tenth of the pairs.
    fn periods(&self, bucket: Bucket, pending: &mut PendingPairs, found: &mut Found) {
        let Some(dates) = self.dates else {
            return;
        };
        let Bucket {
            entries,
            sizes_and_days,
        } = bucket;
        if 2 * entries.len() > RARE * dates.periods() {
            return;
        }
        let packing = self.packing;
        let mut dated = std::mem::take(&mut pending.dated);
        dated.clear();
        dated.extend(
            entries
                .iter()
                .zip(sizes_and_days)
                .filter_map(|(&entry, of)| {
                    let period = dates.period(of.day, packing.article(entry))?;
                    Some(packing.in_period(entry, period))
                }),
        );
        dated.sort_unstable();
        let same = |a: &u64, b: &u64| packing.period(*a) == packing.period(*b);
        let first = dated.chunk_by(same).next().unwrap_or_default();
        let mut runs = dated.chunk_by(same).peekable();
        while let Some(run) = runs.next() {
            let next = runs.peek().copied().unwrap_or(first);
            let follows = packing.period(next[0]) == packing.period(run[0]).next();
            let next = match follows && run.len() + next.len() <= RARE {
                true => next,
                false => &[],
            };
            if run.len() <= RARE {
                self.near_pairs(run, next, pending, found);
            }
            if pending.pairs.len() >= self.waiting() {
                self.look_at_pairs(pending, found);
            }
        }
        pending.dated = dated;
    }

    fn crowded_bucket(
        &self,
        articles: &[u32],
        band_end: usize,
        pending: &mut PendingPairs,
        found: &mut Found,
    ) {
        let len = articles.len() as u64;
        found.counts.crowded_buckets += 1;
        found.counts.largest_bucket = found.counts.largest_bucket.max(len);
        found.counts.capped += len * (len - 1) / 2;
        self.crowd.count_bucket(articles);
        if articles.iter().all(|&a| self.crowd.has_enough(a)) {
            return;
        }
        nearest(articles, band_end, self.judge.signatures, |a, b| {
            if !(self.crowd.has_enough(a) && self.crowd.has_enough(b)) {
                found.counts.capped -= 1;
                if self.look(pack(a, b), &mut pending.verdicts, &mut found.counts) {
                    found.crowded.push(pack(a, b));
                }
            }
        });
    }

    /// Looks at pairs of unlike size among articles so many of which share the value at `slot` that not all pairs can be looked at: of each of them and
    /// some of those that are one story.
    fn common_value(
        &self,
        bucket: Bucket,
        slot: usize,
        unlike: &Unlike,
        pending: &mut PendingPairs,
        found: &mut Found,
    ) {
        let Bucket {
            entries,
            sizes_and_days,
        } = bucket;
        let families = self.packing.families(entries);
        for entry in single::representatives(entries.len(), families, slot) {
            let b = self.packing.article(entry);
            let (of_b, enough) = (unlike.size_and_day(b), self.crowd.has_enough(b));
            for (&entry, of_a) in entries.iter().zip(sizes_and_days) {
                let a = self.packing.article(entry);
                if a == b
                    || !unlike.may_contain(of_a.size, of_b.size)
                    || self.are_apart(of_a.day, of_b.day)
                    || enough && self.crowd.has_enough(a)
                {
                    continue;
                }
                let ordered = Unlike::in_order(a, of_a.size, b, of_b.size);
                pending.common.push(ordered);
                if pending.common.len() >= self.waiting() {
                    self.look_at_common(slot, pending, found);
                }
            }
        }
    }

    /// Whether the values beside that at `slot`, which the pair (shorter, longer) shares, allow that it is one of containment.
    #[inline]
    fn contained(&self, ordered: u64, slot: usize, unlike: &Unlike) -> bool {
        let (a, b) = unpack(ordered);
        unlike.is_contained(self.judge.signatures, self.judge.kernel, a, b, slot)
    }

    /// Whether the values that are not kept whole allow it: hardly any stranger passes, and only a line or two of memory are looked at
    /// for each article.
    #[inline]
    fn may_score(&self, pair: u64, unlike: &Unlike) -> bool {
        let (a, b) = unpack(pair);
        self.judge.low_score(pair) >= unlike.least_low_score(a, b)
    }

    /// Whether the score of the signatures allows it.
    #[inline]
    fn scores(&self, pair: u64, unlike: &Unlike) -> bool {
        let (a, b) = unpack(pair);
        self.judge.score(pair) >= unlike.least_score(a, b)
    }

    /// Looks at the waiting pairs that share a single value.
    pub(super) fn look_at_unlike(
        &self,
        slot: usize,
        pending: &mut PendingPairs,
        found: &mut Found,
    ) {
        let Some(unlike) = self.unlike else {
            return;
        };
        if let Some(deferred) = self.deferred {
            return deferred.put(Which::Unlike(slot), &mut pending.unlike);
        }
        let mut pairs = std::mem::take(&mut pending.unlike);
        self.keep_contained(&mut pairs, slot, unlike, found);
        found.counts.proposed += pairs.len() as u64;
        self.look_at(&mut pairs, pending, found);
        pending.unlike = pairs;
    }

    /// Looks at the waiting pairs that share a single value that many have.
    pub(super) fn look_at_common(
        &self,
        slot: usize,
        pending: &mut PendingPairs,
        found: &mut Found,
    ) {
        let Some(unlike) = self.unlike else {
            return;
        };
        if let Some(deferred) = self.deferred {
            return deferred.put(Which::Common(slot), &mut pending.common);
        }
        let mut pairs = std::mem::take(&mut pending.common);
        self.keep_contained(&mut pairs, slot, unlike, found);
        for pair in pairs.drain(..) {
            if self.look(pair, &mut pending.verdicts, &mut found.counts) {
                found.crowded.push(pair);
            }
        }
        pending.common = pairs;
    }

    /// Keeps of pairs (shorter, longer) that share the value at `slot` those that may be ones of containment, as packed pairs.
    fn keep_contained(
        &self,
        pairs: &mut Vec<u64>,
        slot: usize,
        unlike: &Unlike,
        found: &mut Found,
    ) {
        let looked_at = pairs.len();
        keep(pairs, |pair| self.may_score(pair, unlike));
        keep(pairs, |pair| self.contained(pair, slot, unlike));
        keep(pairs, |pair| self.scores(pair, unlike));
        let dropped = looked_at - pairs.len();
        found.counts.proposed += dropped as u64;
        found.dropped(dropped);
        for pair in pairs {
            let (a, b) = unpack(*pair);
            *pair = pack(a, b);
        }
    }

    /// Looks at the waiting pairs that share a band, or two values.
    pub(super) fn look_at_pairs(&self, pending: &mut PendingPairs, found: &mut Found) {
        let waiting = pending.pairs.len();
        keep(&mut pending.pairs, |pair| !self.known.contains(pair));
        found.counts.proposed += (waiting - pending.pairs.len()) as u64;
        if let Some(deferred) = self.deferred {
            return deferred.put(Which::Near, &mut pending.pairs);
        }
        let mut pairs = std::mem::take(&mut pending.pairs);
        found.counts.proposed += pairs.len() as u64;
        self.look_at(&mut pairs, pending, found);
        pending.pairs = pairs;
    }

    /// Adds to what was found those of `pairs` that are worth a comparison, and leaves none of them.
    fn look_at(&self, pairs: &mut Vec<u64>, pending: &mut PendingPairs, found: &mut Found) {
        let PendingPairs {
            scores, verdicts, ..
        } = pending;
        let looked_at = pairs.len();
        keep(pairs, |pair| !self.judge.is_hopeless(pair));
        found.dropped(looked_at - pairs.len());
        pairs.retain(|&pair| match verdicts.get(pair) {
            // Found before.
            Some(true) => false,
            Some(false) => {
                found.dropped(1);
                false
            }
            None => true,
        });
        scores.clear();
        scores.extend(pairs.iter().map(|&pair| self.judge.score(pair)));
        for (&pair, &score) in pairs.iter().zip(&*scores) {
            let worth = self.judge.worth_of(pair, score);
            verdicts.set(pair, worth != Worth::Nothing);
            match worth {
                Worth::Nothing => found.dropped(1),
                Worth::Perhaps => found.perhaps.push(pair),
                Worth::Likely => found.likely.push(pair),
            }
        }
        pairs.clear();
    }

    /// Whether a pair of a crowd is worth a comparison of its texts.
    #[inline]
    fn look(&self, pair: u64, verdicts: &mut Verdicts, counts: &mut CandidateCounts) -> bool {
        counts.proposed += 1;
        let worthwhile = verdicts.get(pair).unwrap_or_else(|| {
            let (a, b) = unpack(pair);
            let worthwhile = self.judge.worth(a, b) != Worth::Nothing;
            // Of a crowd not all pairs that are worth it will be taken.
            if !worthwhile {
                verdicts.set(pair, false);
            }
            worthwhile
        });
        counts.dropped_by_signature += u64::from(!worthwhile);
        worthwhile
    }
}

/// Keeps the pairs that pass. Each is written every time, since which stay cannot be foreseen, and the next can be looked at meanwhile.
#[inline]
fn keep(pairs: &mut Vec<u64>, passes: impl Fn(u64) -> bool) {
    let mut kept = 0;
    for at in 0..pairs.len() {
        let pair = pairs[at];
        pairs[kept] = pair;
        kept += usize::from(passes(pair));
    }
    pairs.truncate(kept);
}
