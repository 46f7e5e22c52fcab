//! Records and rejects do not depend on how the file is cut into blocks.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wirecopy::fuzzing::blocks(data));
