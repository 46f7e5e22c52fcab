//! The record parser and `serde_json` agree.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &str| wirecopy::fuzzing::json(data));
