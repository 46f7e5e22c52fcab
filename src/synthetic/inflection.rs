//! English inflection, as far as the vocabulary needs it.

fn ends_in_consonant_y(word: &str) -> bool {
    let mut letters = word.chars().rev();
    letters.next() == Some('y')
        && !letters
            .next()
            .is_some_and(|letter| "aeiou".contains(letter))
}

/// Whether "an" stands before `word`, for the words of the vocabulary.
pub(super) fn takes_an(word: &str) -> bool {
    let sounds_like_you = word.starts_with("uni") || word.starts_with("us");
    word.starts_with(['a', 'e', 'i', 'o', 'u']) && !sounds_like_you
}

/// "ports", "parties", "taxes".
pub(super) fn with_s(word: &str) -> String {
    if ends_in_consonant_y(word) {
        format!("{}ies", &word[..word.len() - 1])
    } else if ["s", "x", "z", "ch", "sh"]
        .iter()
        .any(|end| word.ends_with(end))
    {
        format!("{word}es")
    } else {
        format!("{word}s")
    }
}

/// "opened", "approved", "carried".
pub(super) fn with_ed(word: &str) -> String {
    if ends_in_consonant_y(word) {
        format!("{}ied", &word[..word.len() - 1])
    } else if word.ends_with('e') {
        format!("{word}d")
    } else {
        format!("{word}ed")
    }
}

/// "opening", "approving", "carrying".
pub(super) fn with_ing(word: &str) -> String {
    match word.strip_suffix('e') {
        Some(stem) if !word.ends_with("ee") => format!("{stem}ing"),
        _ => format!("{word}ing"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_inflected() {
        assert_eq!(
            [with_s("party"), with_s("tax"), with_s("delay")],
            ["parties", "taxes", "delays"]
        );
        assert_eq!(
            [with_ed("deny"), with_ed("approve"), with_ed("open")],
            ["denied", "approved", "opened"]
        );
        assert_eq!(
            [with_ing("approve"), with_ing("guarantee")],
            ["approving", "guaranteeing"]
        );
    }

    #[test]
    fn articles_go_by_the_sound() {
        let an = ["angry", "urban", "unusual", "rural", "union", "town", ""].map(takes_an);
        assert_eq!(an, [true, true, true, false, false, false, false]);
    }
}
