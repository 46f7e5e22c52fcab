//! What the system says of memory.

/// The memory that the process holds at the moment, in bytes; none where the system does not say.
pub(super) fn resident_bytes() -> Option<usize> {
    let bytes = stated_bytes("/proc/self/status", "VmRSS:")?;
    usize::try_from(bytes).ok()
}

/// What the line of a file of Linux says that begins with `field` and goes on with a number of kilobytes, in bytes; none where there is no
/// such file or line.
pub(crate) fn stated_bytes(file: &str, field: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let said = text.lines().find_map(|line| line.strip_prefix(field))?;
    let kilobytes: u64 = said.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_process_holds_is_measured() {
        let held = std::hint::black_box(vec![1u8; 300 << 20]);
        // Other systems do not say.
        assert!(resident_bytes().is_none_or(|bytes| bytes >= 300 << 20));
        assert_eq!(resident_bytes().is_some(), cfg!(target_os = "linux"));
        drop(held);
    }

    #[test]
    fn kilobytes_that_a_file_states_are_told_in_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            &file,
            "Name:\twire\nVmRSS:\t  12 kB\nOdd:\t12 MB\nVmHWM: kB\n",
        )
        .unwrap();
        let path = file.path().to_str().unwrap();
        assert_eq!(stated_bytes(path, "VmRSS:"), Some(12 << 10));
        for field in ["Odd:", "VmHWM:", "Name:", "VmSwap:"] {
            assert_eq!(stated_bytes(path, field), None, "{field}");
        }
        assert_eq!(stated_bytes("no/such/file", "VmRSS:"), None);
    }
}
