//! Running processes: their end, signals to them, and their memory.

use std::fs;
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

/// Waits for the end of a run, but no more than half a minute. What it says fits the pipes.
pub fn finish(mut child: Child) -> Output {
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("the run does not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().unwrap()
}

pub fn signal(child: &Child, name: &str) {
    let kill = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
}

/// What a run gives and the most memory that it held at once, in MiB.
#[cfg(target_os = "linux")]
pub fn with_peak(mut command: Command) -> (Output, u64) {
    let child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    // The kernel keeps the peak, so that only what the last two milliseconds of a run add goes unseen.
    let watch = std::thread::spawn(move || {
        let mut peak = 0;
        loop {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            // A process that has ended holds no memory.
            let Some(kilobytes) = line.and_then(|line| line.trim().strip_suffix(" kB")) else {
                return peak;
            };
            peak = peak.max(kilobytes.parse::<u64>().unwrap() / 1024);
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    let output = finish(child);
    let peak = watch.join().unwrap();
    assert!(peak > 0, "the peak was not seen");
    (output, peak)
}
