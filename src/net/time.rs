//! Time stamps as text: RFC 3339 in UTC with nine fractional digits.

use super::Timestamp;
use std::fmt;

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
        let (year, month, day) = civil(seconds.div_euclid(SECONDS_PER_DAY));
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

    /// Appends the text, without the formatting machinery.
    pub fn write_to(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_ascii());
    }
}

/// Fills `digits` with the decimal digits of a number that is not negative, the last one at the end.
fn write_digits(digits: &mut [u8], mut value: i64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
    }
}

/// Year, month and day in the Gregorian calendar of a day counted from 1970-01-01, by Howard Hinnant's
/// `civil_from_days`: years start in March, so that the leap day is a year's last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
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
