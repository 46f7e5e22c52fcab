//! How much memory the machine has, and how much of it the program took.

use crate::memory::{Size, stated_bytes};

/// The bound of a run that is not told one: three quarters of the memory of the machine, or of what its control group allows this process if that is
/// less. None where the system does not say.
pub(super) fn usual_bound() -> Option<Size> {
    let machine = stated_bytes("/proc/meminfo", "MemTotal:")?;
    let group = group_bytes().unwrap_or(u64::MAX);
    Some(Size(machine.min(group) / 4 * 3))
}

/// The least limit among the control groups that this process is in, of either version of them.
fn group_bytes() -> Option<u64> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let limits = groups.lines().flat_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (kinds, path) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let (root, file) = match kinds {
            "" => ("/sys/fs/cgroup", "memory.max"),
            _ => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
        };
        let counts = kinds.is_empty() || kinds.split(',').any(|kind| kind == "memory");
        let path = std::path::Path::new(path.trim_start_matches('/'));
        // A container may see its own group as the root, whatever the path says.
        let within = path.ancestors().filter(move |_| counts);
        within.filter_map(move |path| {
            let text = std::fs::read_to_string(std::path::Path::new(root).join(path).join(file));
            text.ok()?.trim().parse::<u64>().ok()
        })
    });
    limits.min()
}

/// The most memory that this process held at any time so far, in bytes: its peak resident set. `None` where
/// the system does not say.
pub(super) fn peak_bytes() -> Option<u64> {
    // The kernel's own account of this very program. `getrusage` counts on Linux what the process held before
    // it became this program as well, and so a large parent is taken for a large child.
    stated_bytes("/proc/self/status", "VmHWM:").or_else(resource_peak)
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

    #[cfg(target_os = "linux")]
    #[test]
    fn the_usual_bound_is_a_share_of_the_machine() {
        let (Size(bound), machine) = (
            usual_bound().unwrap(),
            stated_bytes("/proc/meminfo", "MemTotal:").unwrap(),
        );
        assert!(
            bound <= machine / 4 * 3 && machine < 1 << 50,
            "{bound} {machine}"
        );
        assert!(bound >= 1 << 20, "{bound}");
    }

    #[test]
    fn both_sources_speak_of_bytes() {
        let held = std::hint::black_box(vec![1_u8; 32 << 20]);
        let (ours, general) = (peak_bytes().unwrap(), resource_peak().unwrap());
        drop(held);
        assert!(general >= ours / 2 && ours >= 32 << 20, "{ours} {general}");
    }
}
