//! Numbers of bytes, read and shown.

use std::fmt;
use std::str::FromStr;

/// A number of bytes, as people write it: `512MB`, `2GB` (powers of 1000), `2GiB` (of 1024), or a plain number. Sizes from 1 byte to 8 PiB can be read.
///
/// ```
/// use wirecopy::memory::Size;
/// assert_eq!("512MB".parse(), Ok(Size(512_000_000)));
/// assert_eq!("1.5 GiB".parse(), Ok(Size(3 << 29)));
/// assert_eq!(Size(512_000_000).to_string(), "512MB");
/// assert!("much".parse::<Size>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let refused = || "it must be a size such as 512MB, 2GB or 2GiB".to_owned();
        let text = text.trim();
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
            "" | "b" | "byte" | "bytes" => 1.0,
            "k" | "kb" => 1e3,
            "m" | "mb" => 1e6,
            "g" | "gb" => 1e9,
            "t" | "tb" => 1e12,
            "kib" => 1024.0,
            "mib" => f64::from(1 << 20),
            "gib" => f64::from(1 << 30),
            "tib" => f64::from(1 << 30) * 1024.0,
            _ => return Err(refused()),
        };
        let digits = digits.trim_end();
        if !digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        {
            return Err(refused());
        }
        let number: f64 = digits.parse().map_err(|_| refused())?;
        let bytes = number * unit;
        // Above this not every whole number of bytes is a number here, and no machine has so much.
        if !(1.0..=f64::from(1 << 30) * f64::from(1 << 23)).contains(&bytes) {
            return Err(refused());
        }
        Ok(Self(bytes as u64))
    }
}

impl Size {
    /// In whole megabytes, rounded up: for what is needed at the least.
    pub(super) fn in_whole_megabytes(self) -> Self {
        Self(self.0.div_ceil(1_000_000) * 1_000_000)
    }
}

impl fmt::Display for Size {
    /// Exactly, in the unit in which it has the fewest digits.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        const UNITS: [(u64, &str); 6] = [
            (1_000_000_000, "GB"),
            (1_000_000, "MB"),
            (1 << 30, "GiB"),
            (1 << 20, "MiB"),
            (1_000, "kB"),
            (1, " bytes"),
        ];
        let written = |(unit, name): &(u64, &str)| {
            // More decimals than these are no easier to read than bytes.
            let (whole, rest) = (self.0 / unit, self.0 % unit);
            let thousandths = (1000 * u128::from(rest)) / u128::from(*unit);
            let exact = thousandths * u128::from(*unit) == 1000 * u128::from(rest);
            let decimals = format!("{thousandths:03}");
            let text = match decimals.trim_end_matches('0') {
                "" => format!("{whole}{name}"),
                decimals => format!("{whole}.{decimals}{name}"),
            };
            (exact && whole > 0).then_some(text)
        };
        let texts = UNITS.iter().filter_map(written);
        // Of equals the first.
        let shortest = texts.min_by_key(|text| text.len());
        f.write_str(&shortest.unwrap_or_else(|| format!("{} bytes", self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_people_write_them() {
        let sizes = [
            ("1", 1),
            ("64k", 64_000),
            ("2KiB", 2048),
            ("0.5gb", 500_000_000),
            ("3 MiB", 3 << 20),
            ("2TB", 2_000_000_000_000),
            ("1TiB", 1 << 40),
        ];
        for (text, bytes) in sizes {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for text in [
            "",
            "MB",
            "0",
            "-1MB",
            "1e3",
            "5 apples",
            "12PB",
            "nan",
            "inf",
            "1.2.3",
            "99999999TB",
            "1 2MB",
            "+3",
        ] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_written_exactly() {
        for text in [
            "512MB",
            "26.5MB",
            "2GB",
            "1.5GB",
            "2GiB",
            "25MiB",
            "64kB",
            "26214.401kB",
            "7 bytes",
            "1234567891MB",
        ] {
            let size: Size = text.parse().unwrap();
            assert_eq!(size.to_string(), text);
        }
        assert_eq!(Size(26_000_001).in_whole_megabytes(), Size(27_000_000));
        assert_eq!(Size(26_000_000).in_whole_megabytes(), Size(26_000_000));
    }
}
