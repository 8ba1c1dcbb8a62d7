//! Points in time as text, in UTC and RFC 3339.

use core::fmt;

/// 100 ns since 1601-01-01T00:00:00Z (MS-DTYP 2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileTime(pub u64);

/// A number of at most seven digits.
fn digits(text: &str) -> Option<i64> {
    let all = !text.is_empty() && text.len() <= 7 && text.bytes().all(|digit| digit.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

/// Seconds from 1601 to 1970.
const EPOCH_DIFFERENCE: i64 = 11_644_473_600;

impl FileTime {
    /// From the text that [`FileTime::to_ascii`] makes; the fraction may have up to seven digits.
    pub fn parse(text: &str) -> Option<FileTime> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
        let mut date = date.splitn(3, '-').map(digits);
        let (year, month, day) = (date.next()??, date.next()??, date.next()??);
        let mut time = time.splitn(3, ':').map(digits);
        let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
        let in_range = (1601..=60056).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
        if !in_range || hour > 23 || minute > 59 || second > 59 || fraction.len() > 7 {
            return None;
        }
        // Days from civil (proleptic Gregorian), the inverse of `civil`.
        let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let days = y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
        if civil(days) != (year, month as u8, day as u8) {
            return None;
        }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second + EPOCH_DIFFERENCE;
        let padded = match fraction {
            "" => 0,
            fraction => digits(fraction)? * 10_i64.pow(7 - fraction.len() as u32),
        };
        u64::try_from(seconds).ok()?.checked_mul(10_000_000)?.checked_add(padded as u64).map(FileTime)
    }

    /// Seconds since 1970-01-01 UTC; the last time that there is for more than fit.
    pub const fn from_unix(seconds: u64) -> FileTime {
        FileTime(seconds.saturating_add(11_644_473_600).saturating_mul(10_000_000))
    }

    /// Bytes of the longest text: `60056-05-28T05:36:10.9551615Z`.
    pub const TEXT_LEN: usize = 29;

    /// The text as ASCII bytes, and how many of them count: `2026-11-20T10:00:00.1234567Z`, without a fraction where that
    /// is 0.
    pub fn to_ascii(self) -> ([u8; FileTime::TEXT_LEN], usize) {
        let seconds = (self.0 / 10_000_000) as i64 - EPOCH_DIFFERENCE;
        let fraction = (self.0 % 10_000_000) as i64;
        let (year, month, day) = civil(seconds.div_euclid(86_400));
        let second = seconds.rem_euclid(86_400);
        let mut text = [0; FileTime::TEXT_LEN];
        let mut len = 0;
        let mut put = |digits: usize, value: i64, behind: u8| {
            if let Some((room, [last, ..])) = text.get_mut(len..).and_then(|room| room.split_at_mut_checked(digits)) {
                write_digits(room, value);
                *last = behind;
                len += digits + 1;
            }
        };
        put(if year > 9999 { 5 } else { 4 }, year, b'-');
        put(2, i64::from(month), b'-');
        put(2, i64::from(day), b'T');
        put(2, second / 3600, b':');
        put(2, second / 60 % 60, b':');
        match fraction {
            0 => put(2, second % 60, b'Z'),
            fraction => {
                put(2, second % 60, b'.');
                put(7, fraction, b'Z');
            }
        }
        (text, len)
    }
}

impl fmt::Display for FileTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, len) = self.to_ascii();
        f.write_str(text.get(..len).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default())
    }
}

/// Fills `digits` with the decimal digits of a number that is not negative, the last one at the end.
pub(crate) fn write_digits(digits: &mut [u8], mut value: i64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
    }
}

/// The eight digits of a number, as numbers, each in a byte, the first one in the lowest: split in two three times, all
/// parts at once.
#[cfg(feature = "std")]
#[inline(always)]
pub(crate) fn eight_digits(value: u32) -> u64 {
    let (front, back) = (value / 10_000, value % 10_000);
    let fours = u64::from(front) | u64::from(back) << 32;
    // What is multiplied and shifted here is divided by 100, exactly for all below 10,000, and below by 10.
    let hundreds = ((fours * 5243) >> 19) & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (twos - tens * 10) << 8
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar. The days come from
/// seconds in an `i64`, so that nothing here can overflow.
pub fn civil(days: i64) -> (i64, u8, u8) {
    // Counted from 0000-03-01, so that the leap day is a year's last.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted + 2) / 5 + 1) as u8;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u8;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn known_times() {
        for (value, text) in [
            (0, "1601-01-01T00:00:00Z"),
            (1, "1601-01-01T00:00:00.0000001Z"),
            (116_444_736_000_000_000, "1970-01-01T00:00:00Z"),
            (134_081_100_001_234_567, "2025-11-20T11:00:00.1234567Z"),
            (2_650_467_743_999_999_999, "9999-12-31T23:59:59.9999999Z"),
            (2_650_467_744_000_000_000, "10000-01-01T00:00:00Z"),
            (u64::MAX, "60056-05-28T05:36:10.9551615Z"),
        ] {
            assert_eq!(FileTime(value).to_string(), text);
        }
    }
}
