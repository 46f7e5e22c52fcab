//! What the tests that drive the program share.

/// The program that was built for these tests.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_wirecopy");
