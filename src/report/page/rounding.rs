//! Numbers of the page, rounded so that it stays small.

/// Rounded to hundredths, which are enough for hours.
pub(super) fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Rounded to four places, as the tables have a share: the page rounds that once more, and agrees with who rounds the table.
pub(super) fn four_places(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
