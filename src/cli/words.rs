//! Numbers as people read them.

use indicatif::{DecimalBytes, HumanCount};
use std::time::Duration;

/// `1,204,311`
pub(super) fn number(n: u64) -> String {
    HumanCount(n).to_string()
}

/// `1 article`, `1,204 articles`
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// Bytes in powers of 1,000 to about three digits: `512 B`, `31.4 MB`, `274 MB`.
pub(super) fn bytes(n: u64) -> String {
    let exact = DecimalBytes(n).to_string();
    let Some((value, unit)) = exact.split_once(' ') else {
        return exact;
    };
    match value.split_once('.') {
        Some((whole, _)) if whole.len() >= 3 => format!("{whole} {unit}"),
        Some((whole, part)) => format!("{whole}.{} {unit}", &part[..1]),
        None => exact,
    }
}

/// `0.3 s`, `47 s`, `12 min 5 s`, `3 h 7 min`
pub(super) fn duration(duration: Duration) -> String {
    let tenths = (duration.as_millis() + 50) / 100;
    if tenths < 200 {
        return format!("{}.{} s", tenths / 10, tenths % 10);
    }
    let seconds = (duration.as_millis() + 500) / 1000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// A time between two articles: `3 days`, `7.5 hours`.
pub(super) fn hours(hours: f64) -> String {
    let (number, unit) = match hours >= 48.0 {
        true => (hours / 24.0, "day"),
        false => (hours, "hour"),
    };
    match (number.fract() == 0.0, number == 1.0) {
        (true, true) => format!("1 {unit}"),
        (true, false) => format!("{number:.0} {unit}s"),
        (false, _) => format!("{number:.1} {unit}s"),
    }
}

/// `37.9 %`. What is not quite everything, or not quite nothing, does not read as if it were.
pub(super) fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent > 99.9 && percent < 100.0 {
        "more than 99.9 %".into()
    } else if percent > 0.0 && percent < 0.1 {
        "less than 0.1 %".into()
    } else {
        format!("{percent:.1} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_times_have_no_fraction() {
        for (time, said) in [
            (72.0, "3 days"),
            (60.0, "2.5 days"),
            (71.99, "3.0 days"),
            (24.0, "24 hours"),
            (1.0, "1 hour"),
            (0.0, "0 hours"),
            (7.25, "7.2 hours"),
        ] {
            assert_eq!(hours(time), said);
        }
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(counted(1, "article", "articles"), "1 article");
        assert_eq!(counted(0, "article", "articles"), "0 articles");
        assert_eq!(
            counted(1_204_311, "article", "articles"),
            "1,204,311 articles"
        );
        for (n, shown) in [
            (0, "0 B"),
            (999, "999 B"),
            (31_449_000, "31.4 MB"),
            (274_130_000, "274 MB"),
            (3_900_000_000, "3.9 GB"),
        ] {
            assert_eq!(bytes(n), shown);
        }
        for (milliseconds, shown) in [
            (0, "0.0 s"),
            (320, "0.3 s"),
            (19_949, "19.9 s"),
            (19_950, "20 s"),
            (59_700, "1 min 0 s"),
            (725_000, "12 min 5 s"),
            (11_220_000, "3 h 7 min"),
        ] {
            assert_eq!(duration(Duration::from_millis(milliseconds)), shown);
        }
        for (share, shown) in [
            (0.0, "0.0 %"),
            (0.0001, "less than 0.1 %"),
            (0.379, "37.9 %"),
            (0.99999, "more than 99.9 %"),
            (1.0, "100.0 %"),
        ] {
            assert_eq!(percent(share), shown);
        }
    }
}
