//! One JSON object to an article.

use super::article::RejectReason;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// The parts of an article that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Id,
    Title,
    Text,
    Source,
    Published,
    Url,
}

/// The names under which scrapers and datasets keep each part, in order of preference.
const NAMES: [(Role, &[&str]); 6] = [
    (
        Role::Id,
        &[
            "id",
            "_id",
            "article_id",
            "doc_id",
            "docid",
            "document_id",
            "uuid",
            "guid",
        ],
    ),
    (Role::Title, &["title", "headline", "heading"]),
    (
        Role::Text,
        &[
            "text",
            "body",
            "content",
            "maintext",
            "article",
            "article_text",
            "full_text",
            "fulltext",
            "body_text",
            "article_body",
            "articlebody",
        ],
    ),
    (
        Role::Source,
        &[
            "source_domain",
            "domain",
            "source",
            "source_name",
            "outlet",
            "publisher",
            "publication",
        ],
    ),
    (
        Role::Published,
        &[
            "date_publish",
            "published",
            "publish_date",
            "published_at",
            "publishedat",
            "pubdate",
            "date_published",
            "datetime",
            "timestamp",
            "date",
        ],
    ),
    (
        Role::Url,
        &["url", "link", "web_url", "canonical_url", "permalink"],
    ),
];

/// The part that a field holds, and its place among the names for it.
fn role(name: &str) -> Option<(Role, usize)> {
    NAMES.iter().find_map(|(role, names)| {
        names
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))
            .map(|place| (*role, place))
    })
}

/// The parts that were found in one object.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    found: [Option<(usize, Cow<'a, str>)>; 6],
    /// Names of the fields that could be the text and hold different ones.
    texts: Vec<String>,
    /// All field names, for messages; kept only while no text was found.
    names: Vec<Cow<'a, str>>,
}

impl<'a> Parts<'a> {
    /// Reads one object.
    pub(super) fn read(line: &'a str) -> Result<Self, (RejectReason, String)> {
        let mut json = serde_json::Deserializer::from_str(line);
        let parts = json.deserialize_map(ObjectVisitor).map_err(refuse)?;
        json.end().map_err(refuse)?;
        if parts.texts.len() > 1 {
            let names = parts.texts.join(", ");
            return Err((
                RejectReason::AmbiguousText,
                format!("several fields could be the text, and they differ: {names}"),
            ));
        }
        Ok(parts)
    }

    /// The text, unless it is missing or blank.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, (RejectReason, String)> {
        match self.take(Role::Text) {
            text if !text.trim().is_empty() => Ok(text),
            _ => Err((
                RejectReason::MissingText,
                format!("no text; the fields are: {}", self.names.join(", ")),
            )),
        }
    }

    /// A part, or nothing.
    pub(super) fn take(&mut self, role: Role) -> Cow<'a, str> {
        self.found[role as usize]
            .take()
            .map_or(Cow::Borrowed(""), |(_, value)| value)
    }

    fn set(&mut self, role: Role, place: usize, name: &str, value: Cow<'a, str>) {
        if value.trim().is_empty() {
            return;
        }
        let held = &mut self.found[role as usize];
        if role == Role::Text && held.as_ref().is_none_or(|(_, text)| *text != value) {
            self.texts.push(name.to_owned());
        }
        if held.as_ref().is_none_or(|(known, _)| place < *known) {
            *held = Some((place, value));
        }
    }
}

fn refuse(error: serde_json::Error) -> (RejectReason, String) {
    let message = error.to_string();
    // A message of this module carries its kind in front.
    match message.strip_prefix(WRONG_TYPE) {
        Some(rest) => (
            RejectReason::WrongType,
            rest.split(" at line").next().unwrap_or(rest).to_owned(),
        ),
        None => (
            RejectReason::BrokenJson,
            format!(
                "not a JSON object: {}",
                message.replace(" at line 1 column ", " at column ")
            ),
        ),
    }
}

const WRONG_TYPE: &str = "wrong type: ";

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Parts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts<'de>, A::Error> {
        let mut parts = Parts::default();
        while let Some(Scalar::Text(name)) = map.next_key::<Scalar>()? {
            if let Some((role, place)) = role(&name) {
                match map.next_value::<Scalar>()? {
                    Scalar::Text(value) => parts.set(role, place, &name, value),
                    Scalar::Other(value) if role != Role::Text => {
                        parts.set(role, place, &name, value.into())
                    }
                    Scalar::Other(value) => {
                        return Err(A::Error::custom(format!(
                            "{WRONG_TYPE}field {name} holds {value}, not a text"
                        )));
                    }
                    Scalar::Nested if role == Role::Text || role == Role::Id => {
                        return Err(A::Error::custom(format!(
                            "{WRONG_TYPE}field {name} holds a list or an object"
                        )));
                    }
                    Scalar::Nested | Scalar::Null => {}
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
            if parts.found[Role::Text as usize].is_none() {
                parts.names.push(name);
            }
        }
        Ok(parts)
    }
}

/// A value of a field: a string, a number or a truth value as text, or something that cannot be text.
enum Scalar<'a> {
    Text(Cow<'a, str>),
    Other(String),
    Null,
    Nested,
}

impl<'de> serde::Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;
        impl<'de> Visitor<'de> for ScalarVisitor {
            type Value = Scalar<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Borrowed(value)))
            }
            fn visit_str<E>(self, value: &str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Owned(value.to_owned())))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Other(value.to_string()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Other(value.to_string()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Other(value.to_string()))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Other(value.to_string()))
            }
            fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Null)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::Nested)
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut seq: A,
            ) -> Result<Scalar<'de>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::Nested)
            }
        }
        deserializer.deserialize_any(ScalarVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(line: &str) -> RejectReason {
        Parts::read(line)
            .and_then(|mut parts| parts.text())
            .unwrap_err()
            .0
    }

    #[test]
    fn parts_are_found_under_many_names() {
        let line = r#"{"headline":"A \"b\"","maintext":"words","extra":{"text":[1]},"_id":17,"date_publish":null,"date":"2026-01-02","outlet":"x.example","link":"u"}"#;
        let mut parts = Parts::read(line).unwrap();
        assert_eq!(parts.text().unwrap(), "words");
        assert_eq!(parts.take(Role::Title), "A \"b\"");
        assert_eq!(parts.take(Role::Id), "17");
        assert_eq!(parts.take(Role::Published), "2026-01-02");
        assert_eq!(
            (
                parts.take(Role::Source).as_ref(),
                parts.take(Role::Url).as_ref()
            ),
            ("x.example", "u")
        );
    }

    #[test]
    fn bad_records_say_why() {
        for broken in [
            "",
            "{",
            "[1]",
            "7",
            "{\"text\":\"a\"} x",
            "{\"text\":\"a\u{0}\"}",
            "{'text':1}",
            "{\"text\":\"\\ud800\"}",
        ] {
            assert_eq!(reason(broken), RejectReason::BrokenJson, "{broken}");
        }
        let deep = format!("{{\"x\":{}", "[".repeat(1_000_000));
        assert_eq!(reason(&deep), RejectReason::BrokenJson);
        assert_eq!(reason("{\"text\":5}"), RejectReason::WrongType);
        assert_eq!(reason("{\"text\":[\"a\"]}"), RejectReason::WrongType);
        assert_eq!(
            reason("{\"id\":{},\"text\":\"a\"}"),
            RejectReason::WrongType
        );
        assert_eq!(reason("{\"text\":null}"), RejectReason::MissingText);
        assert_eq!(reason("{\"text\":\" \\n\"}"), RejectReason::MissingText);
        assert_eq!(
            reason("{\"text\":\"a\",\"body\":\"b\"}"),
            RejectReason::AmbiguousText
        );
        assert!(Parts::read("{\"text\":\"a\",\"body\":\"a\"}").is_ok());
        let (_, detail) = Parts::read("{\"headline\":\"h\",\"lead\":\"l\"}")
            .and_then(|mut p| p.text())
            .unwrap_err();
        assert_eq!(detail, "no text; the fields are: headline, lead");
    }
}
