//! Text from outside, made so that it cannot drive the terminal.

use std::borrow::Cow;

/// A text from a corpus as one line: white space in runs becomes one space; control characters, which could
/// drive the terminal, and those that turn the direction of writing around are left out.
pub(super) fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|&c| c.is_whitespace() || !(c.is_control() || turns_direction(c)))
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A message that may quote file names and records: what could drive the terminal is shown in an escaped form.
pub(super) fn terminal_safe(message: &str) -> Cow<'_, str> {
    let harmful = |c: char| c.is_control() || turns_direction(c);
    if !message.contains(harmful) {
        return Cow::Borrowed(message);
    }
    let mut shown = String::with_capacity(message.len());
    for c in message.chars() {
        if harmful(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Embeddings, overrides and isolates, which reorder the rest of a line.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_drive_the_terminal() {
        assert_eq!(
            one_line(" Fire\x1b[2J in\r\n\tport \u{202e}town\u{0} "),
            "Fire[2J in port town"
        );
        assert_eq!(
            terminal_safe("a\x1b]0;b\u{7}.csv"),
            "a\\u{1b}]0;b\\u{7}.csv"
        );
        assert!(matches!(
            terminal_safe("Début.csv"),
            Cow::Borrowed("Début.csv")
        ));
    }
}
