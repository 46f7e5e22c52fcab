//! Bad input, bad disks, interrupts and input made to hurt. What is asked of every case that drives the built program: the exit code, a message
//! that says where and why, and that the good articles beside the bad ones are still clustered. `collisions` runs the library.
#![cfg(unix)]

#[path = "../common/begun.rs"]
mod begun;
#[path = "../common/mod.rs"]
mod common;

mod articles;
mod place;
mod process;

mod cells;
mod collisions;
mod files;
mod inputs;
mod interrupts;
mod outputs;
mod records;
