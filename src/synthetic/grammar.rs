//! The grammar: `vocabulary.txt` and `patterns.txt`, compiled once, and the pen that writes with it.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::random::Random;
use super::story::Cast;

/// The number of a section of the grammar.
pub(super) type RuleId = usize;

/// What one section says: the alternatives from which one is drawn.
struct Rule {
    choice: Choice,
    /// Details (figures, dates, passing names) are drawn from a random stream of their own.
    detail: bool,
}

enum Choice {
    Words(Vec<String>),
    Patterns(Vec<Vec<Piece>>),
}

enum Piece {
    Text(&'static str),
    Rule(RuleId),
    Number {
        low: u64,
        high: u64,
    },
    Person,
    Surname,
    Place,
    Organisation,
    Thing,
    Outlet,
    Weekday,
    Date,
    /// Here an "n" follows if the next word begins with a vowel.
    An,
    /// Here the next letter becomes a capital.
    Capital,
}

/// A kind of report that recurs in the same words with other figures.
pub(super) struct Form {
    pub(super) title: RuleId,
    /// The sentences; `None` ends a paragraph.
    pub(super) body: Vec<Option<RuleId>>,
}

/// The compiled grammar.
pub(super) struct Grammar {
    rules: Vec<Rule>,
    names: HashMap<String, RuleId>,
    pub(super) forms: Vec<Form>,
    pub(super) outlets: Vec<Outlet>,
}

/// An invented outlet.
pub(super) struct Outlet {
    pub(super) name: String,
    /// Under `.example`, which RFC 2606 reserves: it can never be a real site.
    pub(super) domain: String,
    /// The outlet's own order of the alternatives of `[furniture]`; its pages show the first ones.
    pub(super) furniture: Vec<usize>,
}

impl Grammar {
    /// The one grammar of the program.
    pub(super) fn get() -> &'static Self {
        static GRAMMAR: OnceLock<Grammar> = OnceLock::new();
        GRAMMAR.get_or_init(|| {
            Self::compile(include_str!("vocabulary.txt"), include_str!("patterns.txt"))
        })
    }

    /// The section called `name`.
    ///
    /// # Panics
    ///
    /// If there is none: a mistake in the embedded data or in this module, which every test would meet.
    pub(super) fn rule(&self, name: &str) -> RuleId {
        match self.names.get(name) {
            Some(&rule) => rule,
            None => panic!("the grammar of synthetic news has no section [{name}]"),
        }
    }

    /// How many alternatives a section has.
    pub(super) fn alternatives(&self, rule: RuleId) -> usize {
        match &self.rules[rule].choice {
            Choice::Words(words) => words.len(),
            Choice::Patterns(patterns) => patterns.len(),
        }
    }

    /// A word drawn from a word list.
    pub(super) fn word(&self, rule: RuleId, random: &mut Random) -> &str {
        match &self.rules[rule].choice {
            Choice::Words(words) => &words[random.skewed_index(words.len())],
            Choice::Patterns(_) => "",
        }
    }

    fn compile(vocabulary: &'static str, patterns: &'static str) -> Self {
        let mut grammar = Self {
            rules: Vec::new(),
            names: HashMap::new(),
            forms: Vec::new(),
            outlets: Vec::new(),
        };
        for section in sections(vocabulary) {
            grammar.add_words(&section);
        }
        // Patterns may name sections that come after their own: first all names, then the pieces.
        let sections = sections(patterns);
        for section in sections.iter().filter(|section| section.form().is_none()) {
            let choice = Choice::Patterns(Vec::new());
            grammar.add(section.name, choice, section.detail);
        }
        for section in &sections {
            match section.form() {
                None => {
                    let patterns = section
                        .lines
                        .iter()
                        .map(|line| grammar.pieces(line))
                        .collect();
                    let rule = grammar.rule(section.name);
                    grammar.rules[rule].choice = Choice::Patterns(patterns);
                }
                Some(form) => grammar.add_form(form, &section.lines),
            }
        }
        let furniture = grammar.alternatives(grammar.rule("furniture"));
        for (index, outlet) in grammar.outlets.iter_mut().enumerate() {
            outlet.furniture = Random::new(&[index as u64]).distinct(furniture, furniture);
        }
        grammar
    }

    fn add(&mut self, name: &str, choice: Choice, detail: bool) -> RuleId {
        self.rules.push(Rule { choice, detail });
        self.names.insert(name.to_owned(), self.rules.len() - 1);
        self.rules.len() - 1
    }

    fn add_words(&mut self, section: &Section) {
        let words: Vec<&str> = section
            .lines
            .iter()
            .flat_map(|line| line.split(", "))
            .map(str::trim)
            .collect();
        let inflected = |form: fn(&str) -> String| words.iter().map(|word| form(word)).collect();
        match section.name {
            "noun" => {
                self.add("nouns", Choice::Words(inflected(with_s)), false);
            }
            "verb" => {
                self.add("verbs", Choice::Words(inflected(with_s)), false);
                self.add("past", Choice::Words(inflected(with_ed)), false);
                self.add("ing", Choice::Words(inflected(with_ing)), false);
            }
            "outlet" => {
                self.outlets = words
                    .iter()
                    .map(|&name| Outlet {
                        name: name.to_owned(),
                        domain: format!("{}.example", name.replace(' ', "").to_lowercase()),
                        furniture: Vec::new(),
                    })
                    .collect();
                return;
            }
            _ => {}
        }
        self.add(
            section.name,
            Choice::Words(inflected(str::to_owned)),
            section.detail,
        );
    }

    fn add_form(&mut self, name: &str, lines: &[&'static str]) {
        let mut sentences = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            if *line == "-" {
                sentences.push(None);
            } else if *line != "=" {
                let alternatives = line.split(" | ").map(|text| self.pieces(text)).collect();
                let rule = self.add(
                    &format!("{name} {number}"),
                    Choice::Patterns(alternatives),
                    false,
                );
                sentences.push(Some(rule));
            }
        }
        let body = sentences.split_off(1);
        let title = sentences[0].expect("the first line of every form in the data is its title");
        self.forms.push(Form { title, body });
    }

    fn pieces(&self, line: &'static str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = line;
        while let Some((text, after)) = rest.split_once('{') {
            let (slot, tail) = after
                .split_once('}')
                .expect("every slot of the embedded patterns is closed; the tests compile them");
            if !text.is_empty() {
                pieces.push(Piece::Text(text));
            }
            pieces.push(self.slot(slot));
            rest = tail;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest));
        }
        pieces
    }

    fn slot(&self, slot: &str) -> Piece {
        let range = slot
            .split_once('-')
            .and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
        match (slot, range) {
            (_, Some((low, high))) => Piece::Number { low, high },
            ("person", _) => Piece::Person,
            ("surname", _) => Piece::Surname,
            ("place", _) => Piece::Place,
            ("org", _) => Piece::Organisation,
            ("thing", _) => Piece::Thing,
            ("outlet", _) => Piece::Outlet,
            ("weekday", _) => Piece::Weekday,
            ("date", _) => Piece::Date,
            ("n", _) => Piece::An,
            ("^", _) => Piece::Capital,
            (name, _) => Piece::Rule(self.rule(name)),
        }
    }
}

struct Section {
    name: &'static str,
    detail: bool,
    lines: Vec<&'static str>,
}

impl Section {
    fn form(&self) -> Option<&'static str> {
        self.name.strip_prefix("recurring ")
    }
}

fn sections(text: &'static str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            let detail = name.ends_with(" !");
            let name = name.trim_end_matches(" !");
            sections.push(Section {
                name,
                detail,
                lines: Vec::new(),
            });
        } else if let Some(section) = sections.last_mut() {
            section.lines.push(line);
        }
    }
    sections
}

fn ends_in_consonant_y(word: &str) -> bool {
    let mut letters = word.chars().rev();
    letters.next() == Some('y')
        && !letters
            .next()
            .is_some_and(|letter| "aeiou".contains(letter))
}

/// Whether "an" stands before `word`, for the words of the vocabulary.
fn takes_an(word: &str) -> bool {
    let sounds_like_you = word.starts_with("uni") || word.starts_with("us");
    word.starts_with(['a', 'e', 'i', 'o', 'u']) && !sounds_like_you
}

/// "ports", "parties", "taxes".
fn with_s(word: &str) -> String {
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
fn with_ed(word: &str) -> String {
    if ends_in_consonant_y(word) {
        format!("{}ied", &word[..word.len() - 1])
    } else if word.ends_with('e') {
        format!("{word}d")
    } else {
        format!("{word}ed")
    }
}

/// "opening", "approving", "carrying".
fn with_ing(word: &str) -> String {
    match word.strip_suffix('e') {
        Some(stem) if !word.ends_with("ee") => format!("{stem}ing"),
        _ => format!("{word}ing"),
    }
}

/// The day of publication, as a report names it.
#[derive(Default)]
pub(super) struct Today {
    /// "Tuesday".
    pub(super) weekday: String,
    /// "5 March".
    pub(super) date: String,
}

/// Writes by the grammar about one cast, for one outlet.
pub(super) struct Pen<'a> {
    pub(super) grammar: &'static Grammar,
    pub(super) cast: &'a Cast,
    outlet: &'a str,
    /// The day of a recurring report; other prose names no day of its own.
    pub(super) today: Today,
    /// Draws the wording.
    pub(super) structure: Random,
    /// Draws figures, dates and passing names.
    details: Random,
    /// What has been written so far.
    pub(super) text: String,
    /// One bit for each person of the cast whose full name has been given.
    introduced: u64,
    marks: Vec<(usize, Mark)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    An,
    Capital,
}

impl<'a> Pen<'a> {
    pub(super) fn new(cast: &'a Cast, outlet: &'a str, structure: Random, details: Random) -> Self {
        Self {
            grammar: Grammar::get(),
            cast,
            outlet,
            today: Today::default(),
            structure,
            details,
            text: String::new(),
            introduced: 0,
            marks: Vec::new(),
        }
    }

    /// Writes one line by `rule`, its first letter a capital.
    pub(super) fn line(&mut self, rule: RuleId) {
        self.marks.push((self.text.len(), Mark::Capital));
        self.expand(rule, false);
        self.finish();
    }

    /// Writes a line by one certain alternative of `rule`.
    pub(super) fn alternative(&mut self, rule: RuleId, alternative: usize) {
        self.marks.push((self.text.len(), Mark::Capital));
        if let Choice::Patterns(patterns) = &self.grammar.rules[rule].choice {
            self.pieces(&patterns[alternative], false);
        }
        self.finish();
    }

    /// What `rule` says, on its own and as it stands in the grammar.
    pub(super) fn phrase(&mut self, rule: RuleId) -> String {
        let outer = std::mem::take(&mut self.text);
        self.expand(rule, false);
        self.finish();
        std::mem::replace(&mut self.text, outer)
    }

    fn expand(&mut self, rule: RuleId, within_detail: bool) {
        let grammar = self.grammar;
        let rule = &grammar.rules[rule];
        let detail = within_detail || rule.detail;
        match &rule.choice {
            Choice::Words(words) if rule.detail => {
                let word = self.details.index(words.len());
                self.text.push_str(&words[word]);
            }
            Choice::Words(words) => {
                let word = self.random(detail).skewed_index(words.len());
                self.text.push_str(&words[word]);
            }
            Choice::Patterns(patterns) => {
                let pattern = self.random(detail).index(patterns.len());
                self.pieces(&patterns[pattern], detail);
            }
        }
    }

    fn pieces(&mut self, pieces: &'static [Piece], detail: bool) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.text.push_str(text),
                Piece::Rule(rule) => self.expand(*rule, detail),
                Piece::Number { low, high } => {
                    let number = self.details.between(*low, *high);
                    self.digits(number);
                }
                Piece::Person => self.person(detail),
                Piece::Surname => {
                    let people = &self.cast.people;
                    let person = self.random(detail).skewed_index(people.len());
                    self.text.push_str(&people[person].surname);
                    self.introduced |= 1 << (person % 64);
                }
                Piece::Place => self.one_of(&self.cast.places, detail),
                Piece::Organisation => self.one_of(&self.cast.organisations, detail),
                Piece::Thing => self.one_of(&self.cast.things, detail),
                Piece::Outlet => self.text.push_str(self.outlet),
                Piece::Weekday => self.text.push_str(&self.today.weekday),
                Piece::Date => self.text.push_str(&self.today.date),
                Piece::An => self.marks.push((self.text.len(), Mark::An)),
                Piece::Capital => self.marks.push((self.text.len(), Mark::Capital)),
            }
        }
    }

    /// The full name at the first mention, the surname from then on.
    fn person(&mut self, detail: bool) {
        let people = &self.cast.people;
        let index = self.random(detail).skewed_index(people.len());
        let bit = 1 << (index % 64);
        if self.introduced & bit == 0 {
            self.text.push_str(&people[index].first);
            self.text.push(' ');
        }
        self.introduced |= bit;
        self.text.push_str(&people[index].surname);
    }

    fn one_of(&mut self, names: &'a [String], detail: bool) {
        let name = self.random(detail).skewed_index(names.len());
        self.text.push_str(&names[name]);
    }

    fn random(&mut self, detail: bool) -> &mut Random {
        if detail {
            &mut self.details
        } else {
            &mut self.structure
        }
    }

    fn digits(&mut self, mut number: u64) {
        let mut digits = [b'0'; 20];
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.text
            .extend(digits[start..].iter().map(|&digit| digit as char));
    }

    /// Settles the marks, last first so that the places of the others stay true.
    fn finish(&mut self) {
        while let Some((place, mark)) = self.marks.pop() {
            match mark {
                Mark::An => {
                    if takes_an(self.text.get(place + 1..).unwrap_or("")) {
                        self.text.insert(place, 'n');
                    }
                }
                Mark::Capital => {
                    let rest = &self.text[place..];
                    let start = place + (rest.len() - rest.trim_start_matches('“').len());
                    if let Some(letter) = self.text.get_mut(start..start + 1) {
                        letter.make_ascii_uppercase();
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

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
        let cast = Cast::new(&mut Random::new(&[1]), 300);
        let mut pen = Pen::new(&cast, "", Random::new(&[7]), Random::new(&[7]));
        for _ in 0..2000 {
            pen.line(pen.grammar.rule("subject"));
            pen.text.push(' ');
        }
        let words: Vec<&str> = pen.text.split(' ').collect();
        let (mut a, mut an) = (0, 0);
        for pair in words.windows(2) {
            match pair[0] {
                "A" if takes_an(pair[1]) => panic!("A {}", pair[1]),
                "An" if !takes_an(pair[1]) => panic!("An {}", pair[1]),
                "A" => a += 1,
                "An" => an += 1,
                _ => {}
            }
        }
        assert!(a > 20 && an > 10, "{a} {an}");
    }

    #[test]
    fn the_vocabulary_is_large_and_without_repeats() {
        let grammar = Grammar::get();
        let mut entries = 0;
        for section in sections(include_str!("vocabulary.txt")) {
            let words: Vec<&str> = section
                .lines
                .iter()
                .flat_map(|line| line.split(", "))
                .collect();
            let distinct: HashSet<&str> = words.iter().copied().collect();
            assert_eq!(
                distinct.len(),
                words.len(),
                "[{}] repeats a word",
                section.name
            );
            assert!(
                words
                    .iter()
                    .all(|word| !word.is_empty() && !word.contains(','))
            );
            entries += words.len();
        }
        assert!(entries >= 1500, "{entries} entries");
        assert_eq!(grammar.outlets.len(), 80);
        let domains: HashSet<&str> = grammar
            .outlets
            .iter()
            .map(|outlet| outlet.domain.as_str())
            .collect();
        assert_eq!(domains.len(), 80);
        assert!(grammar.forms.len() >= 6);
    }

    #[test]
    fn details_change_nothing_but_details() {
        let cast = Cast::new(&mut Random::new(&[1]), 300);
        let write = |details| {
            let mut pen = Pen::new(
                &cast,
                "The Penny Report",
                Random::new(&[7]),
                Random::new(&[details]),
            );
            for form in &pen.grammar.forms {
                form.body.iter().flatten().for_each(|&rule| {
                    pen.line(rule);
                    pen.text.push('\n');
                });
            }
            pen.text
        };
        let (one, other) = (write(1), write(2));
        assert_ne!(one, other);
        // The frame is the same: a good part of the words of every line stands in its twin too.
        for (line, twin) in one.lines().zip(other.lines()) {
            let words: HashSet<&str> = line.split(' ').collect();
            let twin: HashSet<&str> = twin.split(' ').collect();
            assert!(
                words.intersection(&twin).count() * 3 > words.len(),
                "{line}"
            );
        }
    }
}
