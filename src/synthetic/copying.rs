//! What outlets do to a story before they print it.

use super::grammar::{Grammar, Outlet};
use super::pen::Pen;
use super::random::Random;
use super::story::{Story, count_words};

/// What an article of the truth table is.
///
/// ```
/// use wirecopy::synthetic::{Kind, SyntheticOptions, write_jsonl};
///
/// let options = SyntheticOptions { articles: 500, words: 60, ..SyntheticOptions::default() };
/// let (mut corpus, mut truth) = (Vec::new(), Vec::new());
/// let summary = write_jsonl(&options, &mut corpus, Some(&mut truth))?;
/// let truth = String::from_utf8_lossy(&truth);
/// let originals = format!(",{}", Kind::Original);
/// let stories = truth.lines().filter(|row| row.ends_with(&originals)).count();
/// assert_eq!(stories as u64, summary.clusters);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// The first publication of a story that has copies.
    Original,
    /// The same title and text.
    Exact,
    /// The same text under another headline.
    Retitled,
    /// Another byline, no dateline, and a credit line at the end.
    Byline,
    /// 20 to 120 words of the outlet's page furniture around the text.
    Furniture,
    /// Straight quotes, double hyphens, "per cent".
    HouseStyle,
    /// 1 to 10 % of the words replaced, dropped or inserted.
    Edited,
    /// The leading three quarters.
    Cut75,
    /// The leading half.
    Cut50,
    /// The leading 30 %.
    Cut30,
    /// 60 to 200 words of new paragraphs.
    Extended,
    /// Some figures and one name changed, and a line that says so.
    Corrected,
    /// 1 to 5 % of the words edited, another byline, and 20 to 80 words of furniture.
    EditedFurnished,
    /// The leading half, 2 % of its words edited, and 40 to 100 words of furniture.
    CutFurnished,
    /// One of the light variants of the one story that
    /// [`variants_of_one_per_mille`](super::SyntheticOptions::variants_of_one_per_mille) asks for.
    Variant,
    /// *Not* a copy: a later article that takes about a third of its words from an original.
    FollowUp,
    /// *Not* a copy: an issue of a recurring report, with the form of other issues and figures of its own.
    Template,
}

impl Kind {
    /// All kinds, in the order of their declaration.
    pub const ALL: [Self; 17] = [
        Self::Original,
        Self::Exact,
        Self::Retitled,
        Self::Byline,
        Self::Furniture,
        Self::HouseStyle,
        Self::Edited,
        Self::Cut75,
        Self::Cut50,
        Self::Cut30,
        Self::Extended,
        Self::Corrected,
        Self::EditedFurnished,
        Self::CutFurnished,
        Self::Variant,
        Self::FollowUp,
        Self::Template,
    ];

    /// The name in the `kind` column of the truth table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Exact => "exact",
            Self::Retitled => "retitled",
            Self::Byline => "byline",
            Self::Furniture => "furniture",
            Self::HouseStyle => "house_style",
            Self::Edited => "edited",
            Self::Cut75 => "cut75",
            Self::Cut50 => "cut50",
            Self::Cut30 => "cut30",
            Self::Extended => "extended",
            Self::Corrected => "corrected",
            Self::EditedFurnished => "edited_furnished",
            Self::CutFurnished => "cut_furnished",
            Self::Variant => "variant",
            Self::FollowUp => "follow_up",
            Self::Template => "template",
        }
    }

    /// How many of 100 copies are of this kind.
    const fn weight(self) -> u64 {
        match self {
            Self::Exact | Self::Furniture => 14,
            Self::Retitled | Self::Byline | Self::Edited => 12,
            Self::HouseStyle | Self::Extended => 6,
            Self::Cut75 | Self::Cut50 => 5,
            Self::Corrected | Self::EditedFurnished => 4,
            Self::Cut30 | Self::CutFurnished => 3,
            Self::Original | Self::Variant | Self::FollowUp | Self::Template => 0,
        }
    }

    /// Draws the kind of a copy.
    pub(super) fn draw(random: &mut Random) -> Self {
        let mut left = random.below(Self::ALL.iter().map(|kind| kind.weight()).sum());
        for kind in Self::ALL {
            if left < kind.weight() {
                return kind;
            }
            left -= kind.weight();
        }
        Self::Exact
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The title and text under which `outlet` prints `story`.
pub(super) fn copy(
    story: &Story,
    kind: Kind,
    outlet: &Outlet,
    random: &mut Random,
) -> (String, String) {
    let original = story.text.as_str();
    let text = match kind {
        Kind::Byline => with_byline(story, original, outlet, random),
        Kind::Furniture => {
            let words = random.between(20, 120);
            furnish(story, original, outlet, random, words)
        }
        Kind::HouseStyle => in_house_style(original),
        Kind::Edited => {
            let share = random.between(10, 100);
            edit(original, share, random)
        }
        Kind::Cut75 => leading(original, 75).to_owned(),
        Kind::Cut50 => leading(original, 50).to_owned(),
        Kind::Cut30 => leading(original, 30).to_owned(),
        Kind::Extended => extend(story, random),
        Kind::Corrected => correct(story, outlet, random),
        Kind::EditedFurnished => {
            let share = random.between(10, 50);
            let text = with_byline(story, &edit(original, share, random), outlet, random);
            let words = random.between(20, 80);
            furnish(story, &text, outlet, random, words)
        }
        Kind::CutFurnished => {
            let text = edit(leading(original, 50), 20, random);
            let words = random.between(40, 100);
            furnish(story, &text, outlet, random, words)
        }
        Kind::Variant => {
            let share = random.between(10, 40);
            edit(original, share, random)
        }
        Kind::Original | Kind::Exact | Kind::Retitled | Kind::FollowUp | Kind::Template => {
            original.to_owned()
        }
    };
    let keeps_title = matches!(
        kind,
        Kind::Original | Kind::Exact | Kind::HouseStyle | Kind::Corrected
    );
    let retitles = kind == Kind::Retitled || (!keeps_title && random.chance(1, 2));
    let title = if retitles {
        story.other_title(random)
    } else {
        story.title.clone()
    };
    (title, text)
}

/// Replaces, drops or inserts words at `per_mille` of the places of `text`, spread evenly at random;
/// at least one place.
pub(super) fn edit(text: &str, per_mille: u64, random: &mut Random) -> String {
    let grammar = Grammar::get();
    let adverb = grammar.rule("adverb");
    let is_word = |token: &str| token.contains(|letter: char| letter.is_ascii_alphanumeric());
    let tokens = || text.split_inclusive([' ', '\n']);
    let mut places = tokens().filter(|token| is_word(token)).count() as u64;
    let mut edits = (places * per_mille).div_ceil(1000);
    let mut edited = String::with_capacity(text.len() + text.len() / 16);
    for token in tokens() {
        // Selection sampling: exactly `edits` of the places that are left (Knuth, TAOCP 3.4.2, algorithm S).
        let chosen = is_word(token) && {
            let chosen = random.below(places) < edits;
            places -= 1;
            chosen
        };
        if !chosen {
            edited.push_str(token);
            continue;
        }
        edits -= 1;
        let core = core(token);
        match random.below(4) {
            0 if core.len() + 1 == token.len() && token.ends_with(' ') => {}
            1 if token.starts_with(|letter: char| letter.is_ascii_lowercase()) => {
                edited.push_str(grammar.word(adverb, random));
                edited.push(' ');
                edited.push_str(token);
            }
            _ => {
                let start = token.find(core).unwrap_or(0);
                edited.push_str(&token[..start]);
                replacement(core, random, &mut edited);
                edited.push_str(&token[start + core.len()..]);
            }
        }
    }
    edited
}

/// The word without quotes, stops and white space around it.
fn core(token: &str) -> &str {
    token.trim_matches(|letter: char| !letter.is_alphanumeric())
}

/// Writes another word of the same make, as far as the ending tells.
fn replacement(word: &str, random: &mut Random, out: &mut String) {
    let grammar = Grammar::get();
    let list = match word {
        word if word.ends_with("ing") => "ing",
        word if word.ends_with("ed") => "past",
        word if word.ends_with("ly") => "adverb",
        word if word.ends_with('s') => "nouns",
        _ if random.chance(1, 2) => "adjective",
        _ => "noun",
    };
    let start = out.len();
    out.push_str(grammar.word(grammar.rule(list), random));
    if word.starts_with(|letter: char| letter.is_uppercase())
        && let Some(letter) = out.get_mut(start..=start)
    {
        letter.make_ascii_uppercase();
    }
}

/// The leading `percent` of the words, cut at the nearest end of a sentence (but never down to nothing).
pub(super) fn leading(text: &str, percent: u64) -> &str {
    let target = count_words(text) * percent / 100;
    let mut words = 0;
    let mut end = 0;
    let mut best = (u64::MAX, text.len());
    for token in text.split_inclusive([' ', '\n']) {
        end += token.len();
        let word = token.trim_end();
        words += u64::from(!word.is_empty());
        let stop = word.trim_end_matches('”').ends_with(['.', '?', '!']);
        if stop && words.abs_diff(target) < best.0 {
            best = (words.abs_diff(target), end);
        }
    }
    text[..best.1].trim_end()
}

/// Puts about `words` words of the outlet's page furniture around the text: a line or two above it, at times one in
/// its midst, the rest below.
pub(super) fn furnish(
    story: &Story,
    text: &str,
    outlet: &Outlet,
    random: &mut Random,
    words: u64,
) -> String {
    /// How many words more than asked for a line may bring.
    const SLACK: u64 = 4;
    let grammar = Grammar::get();
    let rule = grammar.rule("furniture");
    let mut lines: Vec<String> = Vec::new();
    let mut written = 0;
    for &line in &outlet.furniture {
        let mut pen = Pen::drawn(&story.cast, &outlet.name, random);
        pen.alternative(rule, line);
        let length = count_words(&pen.text);
        if written + length <= words + SLACK {
            written += length;
            lines.push(pen.text);
        }
        if written >= words {
            break;
        }
    }
    let above = if lines.len() > 2 { random.index(3) } else { 0 };
    let mut paragraphs: Vec<&str> = text.split("\n\n").collect();
    for (number, line) in lines.iter().enumerate() {
        let place = match number {
            _ if number < above => number,
            _ if number == above && lines.len() > 3 && random.chance(1, 3) => paragraphs.len() / 2,
            _ => paragraphs.len(),
        };
        paragraphs.insert(place, line);
    }
    paragraphs.join("\n\n")
}

/// A byline above, the agency's dateline gone, a credit below.
fn with_byline(story: &Story, text: &str, outlet: &Outlet, random: &mut Random) -> String {
    let grammar = Grammar::get();
    let mut pen = Pen::drawn(&story.cast, &outlet.name, random);
    pen.line(grammar.rule("byline"));
    pen.text.push_str("\n\n");
    pen.text.push_str(without_dateline(text));
    if random.chance(1, 2) {
        pen.text.push_str("\n\n");
        pen.line(grammar.rule("credit"));
    }
    pen.text
}

fn without_dateline(text: &str) -> &str {
    match text.split_once(") — ") {
        // Only at the very start: prose has dashes too.
        Some((dateline, rest)) if dateline.len() < 60 && !dateline.contains('.') => rest,
        _ => text,
    }
}

fn in_house_style(text: &str) -> String {
    let mut styled = String::with_capacity(text.len() + 64);
    for letter in text.chars() {
        match letter {
            '“' | '”' => styled.push('"'),
            '’' => styled.push('\''),
            '—' => styled.push_str("--"),
            letter => styled.push(letter),
        }
    }
    styled.replace(" percent", " per cent")
}

/// New paragraphs at the end, or before the last paragraph.
fn extend(story: &Story, random: &mut Random) -> String {
    let words = random.between(60, 200);
    let more = story.more(random, words);
    match story.text.rsplit_once("\n\n") {
        Some((start, last)) if random.chance(1, 3) => format!("{start}\n\n{more}\n\n{last}"),
        _ => format!("{}\n\n{more}", story.text),
    }
}

/// About a third of the figures get another last digit, one person another name, and a line says so.
fn correct(story: &Story, outlet: &Outlet, random: &mut Random) -> String {
    let grammar = Grammar::get();
    let mut text = String::with_capacity(story.text.len() + 160);
    for token in story.text.split_inclusive([' ', '\n']) {
        match token.rfind(|letter: char| letter.is_ascii_digit()) {
            Some(place) if random.chance(1, 3) => {
                let digit = u64::from(token.as_bytes()[place] - b'0');
                text.push_str(&token[..place]);
                // From 1 to 9, and not the old one.
                let other = 1 + (digit + random.between(0, 7)) % 9;
                text.push(char::from(b'0' + other as u8));
                text.push_str(&token[place + 1..]);
            }
            _ => text.push_str(token),
        }
    }
    let mut pen = Pen::drawn(&story.cast, &outlet.name, random);
    if random.chance(1, 2) {
        let named = story
            .cast
            .people
            .iter()
            .find(|person| text.contains(&person.surname));
        if let Some(person) = named {
            let name = pen.phrase(grammar.rule("anyone"));
            let surname = name.split(' ').next_back().unwrap_or(&name);
            text = text.replace(&person.surname, surname);
        }
    }
    pen.line(grammar.rule("correction"));
    if random.chance(1, 2) {
        format!("{}\n\n{text}", pen.text)
    } else {
        format!("{text}\n\n{}", pen.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(seed: u64) -> Story {
        Story::new(Random::new(&[seed]), 500)
    }

    #[test]
    fn cuts_end_with_a_sentence_near_the_share() {
        for seed in 0..50 {
            let story = story(seed);
            for percent in [75, 50, 30] {
                let cut = leading(&story.text, percent);
                assert!(story.text.starts_with(cut));
                let target = count_words(&story.text) * percent / 100;
                assert!(count_words(cut).abs_diff(target) <= 25);
            }
        }
        assert_eq!(leading("One. Two.", 1), "One.");
        assert_eq!(leading("no stop here", 30), "no stop here");
        assert_eq!(leading("", 30), "");
    }

    #[test]
    fn edits_touch_the_share_that_was_asked_for() {
        for (seed, per_mille) in [(1, 10), (2, 30), (3, 100), (4, 1000)] {
            let story = story(seed);
            let edited = edit(&story.text, per_mille, &mut Random::new(&[seed, 9]));
            let old: Vec<&str> = story.text.split_whitespace().collect();
            let new: Vec<&str> = edited.split_whitespace().collect();
            let distance = edit_distance(&old, &new) as u64;
            let asked = (old.len() as u64 * per_mille).div_ceil(1000);
            // A replacement may by chance be the word that stood there, and dashes do not count as words.
            assert!(
                distance <= asked + 1 && distance * 10 >= asked * 8,
                "{distance} of {asked}"
            );
        }
        assert_eq!(edit("", 50, &mut Random::new(&[1])), "");
        assert_eq!(edit("— —", 50, &mut Random::new(&[1])), "— —");
    }

    /// Levenshtein's distance in words.
    fn edit_distance(one: &[&str], other: &[&str]) -> usize {
        let mut row: Vec<usize> = (0..=other.len()).collect();
        for (i, word) in one.iter().enumerate() {
            let mut corner = row[0];
            row[0] = i + 1;
            for (j, twin) in other.iter().enumerate() {
                let cost = (corner + usize::from(word != twin))
                    .min(row[j] + 1)
                    .min(row[j + 1] + 1);
                corner = std::mem::replace(&mut row[j + 1], cost);
            }
        }
        row[other.len()]
    }

    #[test]
    fn furniture_adds_the_words_asked_for_and_takes_none() {
        let outlets = &Grammar::get().outlets;
        for seed in 0..80 {
            let story = story(seed);
            let mut random = Random::new(&[seed, 5]);
            let words = random.between(20, 120);
            let text = furnish(
                &story,
                &story.text,
                &outlets[seed as usize],
                &mut random,
                words,
            );
            let added = count_words(&text) - count_words(&story.text);
            assert!(
                added + 2 >= words && added <= words + 4,
                "{added} for {words}"
            );
            for paragraph in story.text.split("\n\n") {
                assert!(text.contains(paragraph));
            }
        }
    }

    #[test]
    fn a_byline_replaces_the_dateline() {
        let outlet = &Grammar::get().outlets[0];
        let story = Story {
            text: "HARLOW BAY (Tideway News) — It rained.".to_owned(),
            ..story(1)
        };
        let text = with_byline(&story, &story.text, outlet, &mut Random::new(&[1]));
        assert!(
            text.contains("\n\nIt rained.") && !text.contains("Tideway News) —"),
            "{text}"
        );
        assert_eq!(
            without_dateline("He left. (Twice) — and more"),
            "He left. (Twice) — and more"
        );
    }

    #[test]
    fn house_style_changes_marks_only() {
        assert_eq!(
            in_house_style("“Don’t,” he said — 5 percent."),
            "\"Don't,\" he said -- 5 per cent."
        );
    }

    #[test]
    fn corrections_change_figures_and_say_so() {
        let outlet = &Grammar::get().outlets[0];
        for seed in 0..30 {
            let story = story(seed);
            let text = correct(&story, outlet, &mut Random::new(&[seed]));
            assert!(text.to_uppercase().contains("CORRECTION:"));
            assert_ne!(text, story.text);
        }
    }

    #[test]
    fn every_copying_kind_is_drawn_and_names_are_distinct() {
        let mut random = Random::new(&[1]);
        let drawn: std::collections::BTreeSet<Kind> =
            (0..2000).map(|_| Kind::draw(&mut random)).collect();
        assert_eq!(
            drawn.len(),
            Kind::ALL.iter().filter(|kind| kind.weight() > 0).count()
        );
        let names: std::collections::BTreeSet<&str> =
            Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
    }
}
