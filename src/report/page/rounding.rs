//! Numbers of the page, rounded to what can be read off it.

/// Rounded to hundredths, which are enough for hours.
pub(super) fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Rounded to four places, as the tables show a share: who compares the two finds the same.
pub(super) fn four_places(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
