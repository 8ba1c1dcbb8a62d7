//! Values as the tokens' descriptions show them: time stamps and UTF-16.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A FILETIME: 100-nanosecond intervals since 1601-01-01 UTC. Displays as RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileTime(pub u64);

impl fmt::Display for FileTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, fraction) = (self.0 / 10_000_000, self.0 % 10_000_000);
        let (days, second) = (seconds / 86_400, seconds % 86_400);
        // Civil date from days, counted from 1600-03-01 (306 days before 1601-01-01) in 400-year eras.
        let z = days + 306;
        let (era, day_of_era) = (z / 146_097, z % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_index = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_index + 2) / 5 + 1;
        let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
        let year = 1600 + era * 400 + year_of_era + u64::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)?;
        if fraction != 0 {
            write!(f, ".{fraction:07}")?;
        }
        f.write_str("Z")
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for FileTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut map = serializer.serialize_struct("FileTime", 2)?;
        map.serialize_field("value", &self.0)?;
        map.serialize_field("time", &alloc::format!("{self}"))?;
        map.end()
    }
}

/// Code units of a little-endian UTF-16 string; an odd last byte is left out.
pub(crate) fn units(bytes: &[u8]) -> Vec<u16> {
    bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect()
}

/// Text of a little-endian UTF-16 string, U+FFFD for what is ill-formed.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    String::from_utf16_lossy(&units(bytes))
}
