//! Whether a run is under way.

use std::fs;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

/// Waits, at most a minute, until a run has begun to write a temporary file in a folder: one with a name, or without. By then it listens for
/// interrupts.
pub fn wait_until_begun(run: &Child, folder: &Path) {
    let folder = folder.canonicalize().unwrap();
    let started = Instant::now();
    while !has_begun(run, &folder) {
        let waited = started.elapsed();
        assert!(waited < Duration::from_secs(60), "nothing is begun");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn has_begun(run: &Child, folder: &Path) -> bool {
    let open = fs::read_dir(format!("/proc/{}/fd", run.id()));
    let is_nameless = |entry: std::io::Result<fs::DirEntry>| {
        let link = entry.and_then(|entry| fs::read_link(entry.path()));
        link.is_ok_and(|link| {
            link.starts_with(folder) && link.to_string_lossy().ends_with(" (deleted)")
        })
    };
    has_temporary_name(folder) || open.is_ok_and(|mut open| open.any(is_nameless))
}

/// Whether a temporary file with a name is in a folder.
pub fn has_temporary_name(folder: &Path) -> bool {
    let mut entries = fs::read_dir(folder).unwrap().flatten();
    entries.any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with(".wirecopy-") || name.starts_with("wirecopy-")
    })
}
