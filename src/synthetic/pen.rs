//! The pen that writes by the grammar.

use super::grammar::{Choice, Grammar, Piece, RuleId};
use super::inflection::takes_an;
use super::random::Random;
use super::story::Cast;

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

    /// A pen that draws from streams of its own, which begin where `random` says.
    pub(super) fn drawn(cast: &'a Cast, outlet: &'a str, random: &mut Random) -> Self {
        let structure = Random::new(&[random.bits()]);
        let details = Random::new(&[random.bits()]);
        Self::new(cast, outlet, structure, details)
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
    fn an_stands_before_vowels() {
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
