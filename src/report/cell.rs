//! Cells that a spreadsheet shows and does not run.

use std::borrow::Cow;

/// A text as a cell: if a spreadsheet would run it as a formula (its first character is `=`, `+`, `-`, `@`, a
/// tab or a line break), an apostrophe is put in front. A plain number stays as it is.
///
/// ```
/// use wirecopy::report::spreadsheet_safe;
/// assert_eq!(spreadsheet_safe("=1+1"), "'=1+1");
/// assert_eq!(spreadsheet_safe("-5 degrees"), "'-5 degrees");
/// assert_eq!(spreadsheet_safe("-5.3"), "-5.3");
/// ```
pub fn spreadsheet_safe(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && !is_plain_number(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a text is a sign and figures, with a decimal point or without one.
fn is_plain_number(text: &str) -> bool {
    let figures = |b: u8| b.is_ascii_digit() || b == b'.';
    text.parse::<f64>().is_ok() && text.bytes().skip(1).all(figures)
}
