//! The law that the reader of JSON is held to, by tests and by fuzzing: it agrees with `serde_json`.

use serde_json::Value;

use super::fields::{FieldNames, FieldTable, Role};
use super::json::{Piece, Reader, strict};
use crate::reject::RejectReason;

/// Panics unless `serde_json` makes of the [strict] `record` what [`Reader`] does of `record`: whether it is valid, and which text it has.
pub(crate) fn check(record: &str) {
    let mut reader = Reader::default();
    let names = FieldNames {
        text: Some("text".into()),
        ..FieldNames::default()
    };
    let ours = reader.read(record, FieldTable::new(&names).root());
    let strict = strict(record.as_bytes());
    match (ours, serde_json::from_slice::<Value>(&strict)) {
        (Err(fault), Ok(value)) => {
            assert_eq!(fault.reason, RejectReason::NotAnObject);
            assert!(!value.is_object());
        }
        (Err(fault), Err(_)) => assert_eq!(fault.reason, RejectReason::InvalidJson),
        (Ok(_), Err(error)) => {
            // Limits of theirs, not errors.
            let error = error.to_string();
            assert!(
                error.contains("out of range") || error.contains("recursion limit"),
                "{error}"
            );
        }
        (Ok(found), Ok(_)) => {
            let Fields(fields) = serde_json::from_slice(&strict).expect("it is an object");
            let texts = fields.iter().filter(|(name, _)| name == "text");
            let texts = texts.filter_map(|(_, value)| match value {
                Value::String(text) => Some(text.clone()),
                Value::Array(list) => {
                    let add = |text: String, paragraph: &Value| {
                        let between = if text.is_empty() { "" } else { "\n\n" };
                        Some(text + between + paragraph.as_str()?)
                    };
                    list.iter().try_fold(String::new(), add)
                }
                _ => None,
            });
            let mut texts = texts.filter(|text| !text.trim_start().is_empty());
            let text = texts.next_back();
            let found = found.value(Role::Text).map(|piece| match piece {
                Piece::Input(range) => &record[range.clone()],
                Piece::Scratch(range) => &reader.scratch[range.clone()],
            });
            assert_eq!(found, text.as_deref());
        }
    }
}

/// The fields in order, repeated ones too.
struct Fields(Vec<(String, Value)>);

impl<'de> serde::Deserialize<'de> for Fields {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Fields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        from.deserialize_map(Visitor)
    }
}
