//! Stories: who and what they are about, and their prose.

use super::grammar::Grammar;
use super::pen::{Pen, Today};
use super::random::Random;

/// The people, places and things of a story.
#[derive(Default)]
pub(super) struct Cast {
    pub(super) people: Vec<Person>,
    pub(super) places: Vec<String>,
    pub(super) organisations: Vec<String>,
    pub(super) things: Vec<String>,
}

pub(super) struct Person {
    pub(super) first: String,
    pub(super) surname: String,
}

impl Cast {
    /// The cast of a story of about `words` words; longer stories have more to talk about.
    pub(super) fn new(random: &mut Random, words: u64) -> Self {
        let grammar = Grammar::get();
        // Nothing in these sections refers to a cast.
        let nobody = Self::default();
        let mut pen = Pen::drawn(&nobody, "", random);
        let mut several = |rule: &str, count: u64| -> Vec<String> {
            let rule = grammar.rule(rule);
            (0..count).map(|_| pen.phrase(rule)).collect()
        };
        let people = several("anyone", 3 + words.min(3_000) / 200);
        let people = people.iter().filter_map(|name| name.split_once(' '));
        Self {
            people: people
                .map(|(first, surname)| Person {
                    first: first.into(),
                    surname: surname.into(),
                })
                .collect(),
            places: several("anyplace", 2 + words / 300),
            organisations: several("anyorg", 3 + words / 200),
            things: several("topic", 5 + words / 60),
        }
    }
}

/// A story as its agency sends it out.
pub(super) struct Story {
    pub(super) title: String,
    /// Paragraphs parted by an empty line.
    pub(super) text: String,
    pub(super) cast: Cast,
}

impl Story {
    /// A story of about `words` words.
    pub(super) fn new(mut random: Random, words: u64) -> Self {
        let cast = Cast::new(&mut random, words);
        let (title, text) = write(&cast, &mut random, words);
        Self { title, text, cast }
    }

    /// A later report on the same matter: new prose about the same cast, with a third of its words in paragraphs of
    /// this story. Not a copy: it brings news of its own, and an editor would run both.
    pub(super) fn follow_up(&self, random: &mut Random) -> (String, String) {
        let words = count_words(&self.text);
        let (title, fresh) = write(&self.cast, random, words * 2 / 3);
        let old: Vec<&str> = self.text.split("\n\n").collect();
        let order = random.distinct(old.len(), old.len());
        let mut paragraphs: Vec<&str> = fresh.split("\n\n").collect();
        let mut shared = 0;
        for &number in &order {
            let length = count_words(old[number]);
            if shared + length <= words * 2 / 5 {
                shared += length;
                paragraphs.insert(1 + random.index(paragraphs.len()), old[number]);
            }
            if shared * 10 >= words * 3 {
                break;
            }
        }
        (title, paragraphs.join("\n\n"))
    }

    /// The headline that another outlet gives the story.
    pub(super) fn other_title(&self, random: &mut Random) -> String {
        headline(&self.cast, "retitled", random)
    }

    /// New paragraphs on the story, about `words` words in all.
    pub(super) fn more(&self, random: &mut Random, words: u64) -> String {
        let mut pen = Pen::drawn(&self.cast, "", random);
        paragraphs(&mut pen, words, "sentence");
        pen.text
    }
}

/// One issue of a recurring report: `series` settles the form and the wording, `issue` the figures, dates and names.
pub(super) fn recurring(series: &mut Random, issue: Random, today: Today) -> (String, String) {
    let grammar = Grammar::get();
    let form = &grammar.forms[series.index(grammar.forms.len())];
    let cast = Cast::new(series, 0);
    let mut pen = Pen::new(&cast, "", series.clone(), issue);
    pen.today = today;
    pen.line(form.title);
    let title = std::mem::take(&mut pen.text);
    // What parts the next sentence from the last one.
    let mut gap = "";
    for sentence in &form.body {
        match sentence {
            Some(rule) => {
                pen.text.push_str(gap);
                pen.line(*rule);
                gap = " ";
            }
            None => gap = "\n\n",
        }
    }
    (title, pen.text)
}

/// How long a story is: spread as in a newspaper, from 3/25 to three times the `mean`.
pub(super) fn draw_length(random: &mut Random, mean: u64) -> u64 {
    // Points of the distribution: (share of the stories below, length), per mille. Straight lines between them.
    const POINTS: [(u64, u64); 8] = [
        (0, 120),
        (100, 280),
        (250, 520),
        (500, 880),
        (750, 1320),
        (900, 1850),
        (970, 2400),
        (1000, 3000),
    ];
    let share = random.below(1000);
    let length = POINTS
        .windows(2)
        .find(|pair| share < pair[1].0)
        .map_or(1000, |pair| {
            let ((below, short), (above, long)) = (pair[0], pair[1]);
            short + (long - short) * (share - below) / (above - below)
        });
    mean * length / 1000
}

/// Words as a reader counts them: runs of anything but white space.
pub(super) fn count_words(text: &str) -> u64 {
    text.split_ascii_whitespace().count() as u64
}

/// A headline for `cast` by a section of the grammar.
fn headline(cast: &Cast, rule: &str, random: &mut Random) -> String {
    let mut pen = Pen::drawn(cast, "", random);
    pen.line(pen.grammar.rule(rule));
    pen.text
}

fn write(cast: &Cast, random: &mut Random, words: u64) -> (String, String) {
    let title = headline(cast, "headline", random);
    let mut pen = Pen::drawn(cast, "", random);
    pen.text.reserve(words as usize * 7);
    if random.chance(3, 5) {
        let agency = pen.phrase(pen.grammar.rule("agency"));
        pen.text.push_str(&cast.places[0].to_uppercase());
        pen.text.push_str(&format!(" ({agency}) — "));
    }
    paragraphs(&mut pen, words, "lead");
    (title, pen.text)
}

/// Writes paragraphs of one to three sentences until there are about `words` words; the first sentence is by `first`.
fn paragraphs(pen: &mut Pen, words: u64, first: &str) {
    /// Half of a usual sentence: stopping this much early is as often too short as too long.
    const HALF_A_SENTENCE: u64 = 9;
    let sentence = pen.grammar.rule("sentence");
    let mut written = 0;
    let mut rule = pen.grammar.rule(first);
    loop {
        for _ in 0..=pen.structure.below(5) / 2 {
            let start = pen.text.len();
            pen.line(rule);
            rule = sentence;
            written += count_words(&pen.text[start..]);
            if written + HALF_A_SENTENCE >= words {
                return;
            }
            pen.text.push(' ');
        }
        pen.text.truncate(pen.text.trim_end().len());
        pen.text.push_str("\n\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_spread_about_the_mean() {
        let mut random = Random::new(&[3]);
        let lengths: Vec<u64> = (0..20_000).map(|_| draw_length(&mut random, 500)).collect();
        let mean = lengths.iter().sum::<u64>() / lengths.len() as u64;
        assert!((490..=510).contains(&mean), "{mean}");
        assert!(lengths.iter().all(|length| (60..=1500).contains(length)));
        assert!(lengths.iter().filter(|&&length| length < 200).count() > 2_000);
        assert!(lengths.iter().filter(|&&length| length > 1000).count() > 1_000);
    }

    #[test]
    fn stories_are_as_long_as_asked_and_end_in_a_full_stop() {
        for words in [30, 60, 200, 1500] {
            for seed in 0..20 {
                let story = Story::new(Random::new(&[seed]), words);
                let length = count_words(&story.text);
                assert!(length.abs_diff(words) <= 40, "{length} words for {words}");
                assert!(
                    story.text.ends_with('.') || story.text.ends_with('”'),
                    "{}",
                    story.text
                );
                assert!(!story.text.contains("  ") && !story.text.contains(" \n"));
                assert!(!story.text.contains(['{', '}', '|']));
                assert!(!story.title.is_empty());
            }
        }
    }

    #[test]
    fn a_follow_up_takes_a_third_of_its_words_from_the_story() {
        let mut shares = Vec::new();
        for seed in 0..50 {
            let story = Story::new(Random::new(&[seed]), 500);
            let (_, text) = story.follow_up(&mut Random::new(&[seed, 1]));
            let shared: u64 = text
                .split("\n\n")
                .filter(|paragraph| story.text.split("\n\n").any(|old| old == *paragraph))
                .map(count_words)
                .sum();
            shares.push(shared * 100 / count_words(&text));
        }
        assert!(
            shares.iter().all(|share| (20..=42).contains(share)),
            "{shares:?}"
        );
    }
}
