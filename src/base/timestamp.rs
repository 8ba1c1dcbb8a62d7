//! Time stamps as text: RFC 3339 in UTC with nine fractional digits.

#[cfg(feature = "session")]
use super::time::eight_digits;
use super::time::write_digits;
use std::fmt;

/// Nanoseconds since 1970-01-01T00:00:00Z. Displays as `2026-11-20T10:00:00.123456789Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

const NANOS_PER_SECOND: i64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

impl Timestamp {
    /// Length of the text in bytes, whatever the time: an `i64` of nanoseconds stays within the years 1677 to 2262.
    pub const TEXT_LEN: usize = 30;

    /// The text as ASCII bytes: `2026-11-20T10:00:00.123456789Z`.
    #[must_use]
    pub fn to_ascii(self) -> [u8; Timestamp::TEXT_LEN] {
        let seconds = self.0.div_euclid(NANOS_PER_SECOND);
        let nanos = self.0.rem_euclid(NANOS_PER_SECOND);
        let (year, month, day) = super::time::civil(seconds.div_euclid(SECONDS_PER_DAY));
        let (month, day) = (i64::from(month), i64::from(day));
        let second = seconds.rem_euclid(SECONDS_PER_DAY);
        let mut text = *b"0000-00-00T00:00:00.000000000Z";
        for (range, value) in [
            (0..4, year),
            (5..7, month),
            (8..10, day),
            (11..13, second / 3600),
            (14..16, second / 60 % 60),
            (17..19, second % 60),
            (20..29, nanos),
        ] {
            if let Some(digits) = text.get_mut(range) {
                write_digits(digits, value);
            }
        }
        text
    }

    /// Puts the fraction of the second into a text of the same second.
    #[cfg(feature = "session")]
    pub(crate) fn write_fraction(self, text: &mut [u8; Timestamp::TEXT_LEN]) {
        let nanos = self.0.rem_euclid(NANOS_PER_SECOND) as u32;
        let front = eight_digits(nanos / 10) | u64::from_le_bytes([b'0'; 8]);
        if let Some(digits) = text.get_mut(20..28) {
            digits.copy_from_slice(&front.to_le_bytes());
        }
        text[28] = b'0' + (nanos % 10) as u8;
    }

    /// Appends the text, without the formatting machinery.
    pub fn write_to(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_ascii());
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_ascii();
        f.pad(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fraction alone comes to the same as the whole text.
    #[cfg(feature = "session")]
    #[test]
    fn fractions() {
        for second in [0, 1_795_000_000, -1] {
            let whole = Timestamp(second * NANOS_PER_SECOND);
            for nanos in [0, 1, 9, 10, 100, 12_345, 99_999_999, 100_000_000, 123_456_789, 999_999_990, 999_999_999] {
                let time = Timestamp(whole.0 + nanos);
                let mut text = whole.to_ascii();
                time.write_fraction(&mut text);
                assert_eq!(text, time.to_ascii());
            }
        }
    }

    #[test]
    fn known_times() {
        for (nanos, text) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (i64::MAX, "2262-04-11T23:47:16.854775807Z"),
            (i64::MIN, "1677-09-21T00:12:43.145224192Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
            (1_582_934_400_000_000_001, "2020-02-29T00:00:00.000000001Z"),
            (1_763_632_800_123_456_789, "2025-11-20T10:00:00.123456789Z"),
            (4_107_542_399_000_000_000, "2100-02-28T23:59:59.000000000Z"),
            (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
        ] {
            assert_eq!(Timestamp(nanos).to_string(), text);
            let mut out = Vec::new();
            Timestamp(nanos).write_to(&mut out);
            assert_eq!(out, text.as_bytes());
        }
    }
}
