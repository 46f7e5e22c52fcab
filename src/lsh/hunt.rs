//! The search of one corpus: what is looked for among whom, and how the buckets of a band or value are made and worked through,
//! whether the signatures are in memory or in a file.

use super::access::SignatureAccess;
use super::crowd::Crowd;
use super::deferred::Deferred;
use super::found::{Found, Known};
use super::groups::{Dealing, PartSizes, Portion};
use super::neighbours::MAX_REACH;
use super::packing::Packing;
use super::search::{Judge, Scratch, Search};
use super::single::Unlike;
use super::{Dates, PairFilter, Scheme};
use crate::fingerprint::{ArticleSet, Kernel};
use crate::progress::Progress;
use std::ops::Range;

/// What is looked for, and where, whatever the way to the signatures.
pub(super) struct Hunt<'a, W> {
    pub(super) members: &'a ArticleSet,
    pub(super) scheme: Scheme,
    pub(super) packing: Packing,
    pub(super) unlike: Option<Unlike<'a>>,
    pub(super) dates: Option<Dates<'a>>,
    pub(super) filter: W,
    pub(super) progress: &'a dyn Progress,
}

/// Buckets of one band or value: a portion of them.
pub(super) struct Buckets<'a> {
    pub(super) slot: usize,
    pub(super) sizes: &'a PartSizes,
    pub(super) portion: Portion,
}

impl<W: PairFilter> Hunt<'_, W> {
    pub(super) fn judge<'s, S: SignatureAccess>(&'s self, signatures: &'s S) -> Judge<'s, S, W> {
        Judge {
            signatures,
            kernel: Kernel::best(),
            filter: &self.filter,
        }
    }

    pub(super) fn search<'s, S: SignatureAccess>(
        &'s self,
        judge: &'s Judge<'s, S, W>,
        crowd: &'s Crowd,
        known: &'s Known<'s>,
        deferred: Option<&'s Deferred<'s>>,
    ) -> Search<'s, S, W> {
        Search {
            judge,
            crowd,
            packing: self.packing,
            unlike: self.unlike.as_ref(),
            dates: self.dates,
            known,
            deferred,
        }
    }

    /// How many articles each part of the buckets of some bands or values has. `values` gives the whole values of an article, by their places.
    pub(super) fn part_sizes<V: Fn(usize) -> u32>(
        &self,
        slots: Range<usize>,
        values: impl Fn(u32) -> V + Sync,
    ) -> PartSizes {
        let Self {
            members, packing, ..
        } = *self;
        match self.scheme {
            Scheme::Bands(banding) => {
                PartSizes::count(members, packing, slots, values, |value, at| {
                    let (from, to) = (at * banding.rows(), (at + 1) * banding.rows());
                    packing.part_of_band((from..to).map(value))
                })
            }
            Scheme::Neighbours(_) => {
                PartSizes::count(members, packing, slots, values, |value, at| {
                    packing.part_of_value(value(at))
                })
            }
        }
    }

    /// Looks at some buckets. `values` gives the whole values of an article, by their places.
    pub(super) fn slot<S: SignatureAccess, V: Fn(usize) -> u32>(
        &self,
        buckets: Buckets,
        search: &Search<S, W>,
        values: impl Fn(u32) -> V,
        scratch: &mut Scratch,
        found: &mut Found,
    ) {
        let Self {
            members, packing, ..
        } = *self;
        let Buckets {
            slot: at,
            sizes,
            portion,
        } = buckets;
        let dealing = Dealing {
            members,
            sizes: sizes.of(at),
            portion,
        };
        let Scratch { grouping, pending } = scratch;
        match self.scheme {
            Scheme::Bands(banding) => {
                let (from, to) = (at * banding.rows(), (at + 1) * banding.rows());
                let entry = |article: u32| {
                    let value = values(article);
                    packing.entry_of_band((from..to).map(value), article)
                };
                dealing.for_each_part(grouping, entry, |entries| {
                    for (_, bucket) in packing.buckets(entries) {
                        search.band(bucket, to, pending, found);
                    }
                });
            }
            Scheme::Neighbours(neighbours) => {
                let following: [usize; MAX_REACH] =
                    std::array::from_fn(|before| (at + 1 + before) % neighbours.values());
                let entry = |article: u32| {
                    let value = values(article);
                    let following = following.iter().map(|&at| value(at));
                    packing.entry_of_value(value(at), following, article)
                };
                dealing.for_each_part(grouping, entry, |entries| {
                    search.values(entries, at, neighbours.reach(), pending, found);
                });
            }
        }
        search.finish(at, pending, found);
    }
}
