//! All kernels give the same shingles and signatures.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wirecopy::fuzzing::fingerprints(data));
