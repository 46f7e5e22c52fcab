//! Cells that a spreadsheet shows and does not run.

use std::borrow::Cow;

/// A text as a cell: if a spreadsheet would run it as a formula (its first character is `=`, `+`, `-`, `@`, a
/// tab or a line break), an apostrophe is put in front. A plain number stays as it is.
///
/// ```
/// use wirecopy::report::harmless;
/// assert_eq!(harmless("=1+1"), "'=1+1");
/// assert_eq!(harmless("-5 degrees"), "'-5 degrees");
/// assert_eq!(harmless("-5"), "-5");
/// ```
pub fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && text.parse::<i64>().is_err() {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}
