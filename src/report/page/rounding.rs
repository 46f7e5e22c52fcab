//! Numbers of the page, rounded to what can be read off it.

/// Rounded to hundredths, which are enough for hours.
pub(super) fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Rounded to thousandths, which are enough for a share.
pub(super) fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
