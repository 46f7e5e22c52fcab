//! The grammar: `vocabulary.txt` and `patterns.txt`, compiled once.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::inflection::{with_ed, with_ing, with_s};
use super::random::Random;

/// The number of a section of the grammar.
pub(super) type RuleId = usize;

/// What one section says: the alternatives from which one is drawn.
pub(super) struct Rule {
    pub(super) choice: Choice,
    /// Details (figures, dates, passing names) are drawn from a random stream of their own.
    pub(super) detail: bool,
}

pub(super) enum Choice {
    Words(Vec<String>),
    Patterns(Vec<Vec<Piece>>),
}

pub(super) enum Piece {
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
    pub(super) rules: Vec<Rule>,
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

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
}
