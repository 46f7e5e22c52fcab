//! All kernels of the tokeniser give the same tokens.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &str| wirecopy::fuzzing::tokens(data));
