//! How much memory the program took.

/// The most memory that this process held at any time so far, in bytes: its peak resident set. `None` where
/// the system does not say.
pub(super) fn peak_bytes() -> Option<u64> {
    #[cfg(target_os = "linux")]
    if let Some(bytes) = status_peak() {
        return Some(bytes);
    }
    resource_peak()
}

/// The kernel's own account of this very program. `getrusage` counts on Linux what the process held before
/// it became this program as well, and so a large parent is taken for a large child.
#[cfg(target_os = "linux")]
fn status_peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(unix)]
fn resource_peak() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    // In bytes at Apple's, in kilobytes elsewhere.
    let unit = if cfg!(target_vendor = "apple") {
        1
    } else {
        1024
    };
    let peak = getrusage(UsageWho::RUSAGE_SELF).ok()?.max_rss();
    u64::try_from(peak)
        .ok()?
        .checked_mul(unit)
        .filter(|&peak| peak > 0)
}

#[cfg(not(unix))]
fn resource_peak() -> Option<u64> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_peak_rises_with_what_is_held_and_stays() {
        const MORE: usize = 64 << 20;
        let before = peak_bytes().unwrap();
        assert!((1 << 20..1 << 40).contains(&before), "{before}");
        let held = vec![1_u8; MORE];
        let peak = peak_bytes().unwrap();
        assert!(peak >= MORE as u64, "{peak}");
        drop(std::hint::black_box(held));
        assert!(peak_bytes().unwrap() >= MORE as u64);
    }

    #[test]
    fn both_sources_speak_of_bytes() {
        let held = std::hint::black_box(vec![1_u8; 32 << 20]);
        let (ours, general) = (peak_bytes().unwrap(), resource_peak().unwrap());
        drop(held);
        assert!(general >= ours / 2 && ours >= 32 << 20, "{ours} {general}");
    }
}
