//! Counts for the plots.

use serde::Serialize;
use std::collections::BTreeMap;

/// Bars of a plot over time at most.
const MOST_BARS: i64 = 90;
const DAY: i64 = 86_400;

/// A bar: what stands under it, and how much it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Bar {
    pub label: String,
    pub count: u64,
}

/// Counts of cluster sizes: each size up to 5, then growing spans, as far as there are any.
pub(super) fn sizes(sizes: impl Iterator<Item = usize>) -> Vec<Bar> {
    const SPANS: [(usize, usize); 11] = [
        (2, 2),
        (3, 3),
        (4, 4),
        (5, 5),
        (6, 10),
        (11, 20),
        (21, 50),
        (51, 100),
        (101, 1000),
        (1001, 10_000),
        (10_001, usize::MAX),
    ];
    let mut counts = [0; SPANS.len()];
    for size in sizes {
        if let Some(at) = SPANS.iter().position(|&(_, to)| size <= to) {
            counts[at] += 1;
        }
    }
    let used = counts
        .iter()
        .rposition(|&count| count > 0)
        .map_or(0, |at| at + 1);
    let label = |(from, to): (usize, usize)| match (from, to) {
        (from, usize::MAX) => format!("{from}+"),
        (from, to) if from == to => from.to_string(),
        (from, to) => format!("{from}–{to}"),
    };
    let bars = SPANS.into_iter().zip(counts).take(used);
    bars.map(|(span, count)| Bar {
        label: label(span),
        count,
    })
    .collect()
}

/// Counts of delays in hours; none is a bar of its own, since dates without a time have none within a day.
pub(super) fn delays(hours: impl Iterator<Item = f64>) -> Vec<Bar> {
    const SPANS: [(&str, f64); 10] = [
        ("none", f64::MIN_POSITIVE),
        ("< 15 min", 0.25),
        ("15–60 min", 1.0),
        ("1–3 h", 3.0),
        ("3–6 h", 6.0),
        ("6–12 h", 12.0),
        ("12–24 h", 24.0),
        ("1–2 d", 48.0),
        ("2–3 d", 72.0),
        ("3 d +", f64::INFINITY),
    ];
    let mut counts = [0; SPANS.len()];
    for hours in hours {
        let at = SPANS.iter().position(|&(_, to)| hours < to);
        counts[at.unwrap_or(SPANS.len() - 1)] += 1;
    }
    let bars = SPANS.into_iter().zip(counts);
    bars.map(|((label, _), count)| Bar {
        label: label.to_owned(),
        count,
    })
    .collect()
}

/// Counts of shares of 0 to 1, by twentieths; those of exactly 1 are in the last.
pub(super) fn twentieths(shares: impl Iterator<Item = f64>) -> Vec<u64> {
    let mut counts = vec![0; 20];
    for share in shares {
        counts[((share * 20.0) as usize).min(19)] += 1;
    }
    counts
}

/// Counts over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct OverTime {
    /// What a bar is: a day, so many days, or nothing if there are no dates.
    pub days: i64,
    /// The first day, in days since 1970 UTC.
    pub start: i64,
    pub counts: Vec<u64>,
}

/// Counts days (since 1970) by the day, or, where these would be too many bars, by the shortest number of days that is not.
pub(super) fn over_time(days: &BTreeMap<i64, u64>) -> OverTime {
    let (Some((&first, _)), Some((&last, _))) = (days.first_key_value(), days.last_key_value())
    else {
        return OverTime {
            days: 0,
            start: 0,
            counts: Vec::new(),
        };
    };
    const WIDTHS: [i64; 7] = [1, 7, 14, 28, 91, 365, 3650];
    let all = last - first + 1;
    let bars = |width: i64| (all + width - 1) / width;
    let fits = |width: &&i64| bars(**width) <= MOST_BARS;
    let width = WIDTHS.iter().find(fits).copied();
    let width = width.unwrap_or_else(|| (all + MOST_BARS - 1) / MOST_BARS);
    let mut counts = vec![0; bars(width) as usize];
    for (day, count) in days {
        counts[((day - first) / width) as usize] += count;
    }
    OverTime {
        days: width,
        start: first,
        counts,
    }
}

/// The day of a moment.
pub(super) fn day(seconds: i64) -> i64 {
    seconds.div_euclid(DAY)
}

/// Whether a moment is the beginning of a day.
pub(super) fn is_midnight(seconds: i64) -> bool {
    seconds.rem_euclid(DAY) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_end_where_the_largest_is() {
        let bars = sizes([2, 2, 5, 7, 10, 11].into_iter());
        let told: Vec<(&str, u64)> = bars.iter().map(|b| (b.label.as_str(), b.count)).collect();
        let expected = [
            ("2", 2),
            ("3", 0),
            ("4", 0),
            ("5", 1),
            ("6–10", 2),
            ("11–20", 1),
        ];
        assert_eq!(told, expected);
        assert!(sizes(std::iter::empty()).is_empty());
        assert_eq!(sizes([20_000].into_iter()).last().unwrap().label, "10001+");
    }

    #[test]
    fn every_delay_and_share_counts_once() {
        let bars = delays([0.0, 0.0, 0.001, 0.25, 2.9, 3.0, 71.9, 72.0, 900.0].into_iter());
        let counts: Vec<u64> = bars.iter().map(|bar| bar.count).collect();
        assert_eq!(counts, [2, 1, 1, 1, 1, 0, 0, 0, 1, 2]);
        let counts = twentieths([0.0, 0.049, 0.05, 0.99, 1.0].into_iter());
        assert_eq!((counts[0], counts[1], counts[19]), (2, 1, 2));
    }

    proptest::proptest! {
        #[test]
        fn bars_over_time_hold_all_and_are_not_too_many(days in proptest::collection::btree_map(-700_000i64..2_900_000, 1u64..9, 0..40)) {
            let all: u64 = days.values().sum();
            let bars = over_time(&days);
            proptest::prop_assert!(bars.counts.len() as i64 <= MOST_BARS);
            proptest::prop_assert_eq!(bars.counts.iter().sum::<u64>(), all);
        }
    }
}
