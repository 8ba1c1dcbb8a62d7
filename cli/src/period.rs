//! Points in time as a person names them, and what lies between two of them.

use super::screen;
use cluscope::internals::base::Timestamp;
use std::str::FromStr;

/// Nanoseconds of a day.
const DAY: i64 = 86_400_000_000_000;

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Point {
    /// With its zone.
    At(Timestamp),
    /// Date and time of a zone that is told elsewhere: nanoseconds, as if it were UTC.
    Civil(jiff::civil::DateTime),
    /// The time of any day, in nanoseconds since midnight.
    OfDay(i64),
}

impl FromStr for Point {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let at =
            |time: jiff::Timestamp| i64::try_from(time.as_nanosecond()).ok().map(|nanos| Point::At(Timestamp(nanos)));
        if let Some(point) = jiff::Timestamp::from_str(text).ok().and_then(at) {
            return Ok(point);
        }
        if text.contains('-')
            && let Ok(time) = jiff::civil::DateTime::from_str(text)
        {
            return Ok(Point::Civil(time));
        }
        if text.contains(':')
            && let Ok(time) = jiff::civil::Time::from_str(text)
        {
            let of_day = time.duration_since(jiff::civil::Time::midnight());
            return i64::try_from(of_day.as_nanos()).map(Point::OfDay).map_err(|error| error.to_string());
        }
        let nanos = |seconds: f64| (seconds.is_finite() && seconds.abs() < 9e9).then_some((seconds * 1e9) as i64);
        if let Some(nanos) = text.parse().ok().and_then(nanos) {
            return Ok(Point::At(Timestamp(nanos)));
        }
        Err("a time is 2026-11-20T10:00:00Z, '2026-11-20 10:00:00', 10:00:00, or seconds since 1970".to_string())
    }
}

impl Point {
    /// Whether a time comes after it (positive), before it (negative) or with it.
    fn compare(self, time: Timestamp) -> i64 {
        match self {
            Point::At(point) => time.0.saturating_sub(point.0),
            Point::Civil(point) => {
                let point = point.to_zoned(screen::time_zone()).map(|zoned| zoned.timestamp().as_nanosecond());
                time.0.saturating_sub(point.ok().and_then(|nanos| i64::try_from(nanos).ok()).unwrap_or(time.0))
            }
            Point::OfDay(point) => {
                let here = jiff::Timestamp::from_nanosecond(i128::from(time.0)).ok();
                let offset = here.map_or(0, |here| screen::time_zone().to_offset(here).seconds());
                (time.0.rem_euclid(DAY) + i64::from(offset) * 1_000_000_000).rem_euclid(DAY) - point
            }
        }
    }
}

/// What lies between two points; without one, everything to that side.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Period {
    pub(super) since: Option<Point>,
    pub(super) until: Option<Point>,
}

impl Period {
    /// Whether it leaves nothing out.
    pub(super) fn is_all(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }

    /// Whether what began and ended at these times lies in it, at least in part. What has no time lies only in all of it.
    pub(super) fn overlaps(&self, begun: Option<Timestamp>, ended: Option<Timestamp>) -> bool {
        let Some(begun) = begun else { return self.is_all() };
        self.since.is_none_or(|since| since.compare(ended.unwrap_or(begun).max(begun)) >= 0)
            && self.until.is_none_or(|until| until.compare(begun) <= 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Period, Point};
    use cluscope::internals::base::Timestamp;

    /// 2026-11-20T10:00:00Z
    const TEN: i64 = 1_795_168_800_000_000_000;

    #[test]
    fn points_as_people_write_them() {
        for text in [
            "2026-11-20T10:00:00Z",
            "2026-11-20T11:00:00+01:00",
            "2026-11-20 10:00",
            "2026-11-20T10:00:00.000",
            "10:00",
            "10:00:00",
            "1795168800",
            "1795168800.0",
        ] {
            let point: Point = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(point.compare(Timestamp(TEN)), 0, "{text}: {point:?}");
            assert!(point.compare(Timestamp(TEN + 1)) > 0 && point.compare(Timestamp(TEN - 1)) < 0, "{text}");
        }
        for text in ["", "yesterday", "25:00", "2026-13-01", "nan", "1e300", "2026-11-20T10:00:00Zx"] {
            assert!(text.parse::<Point>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_reaches_into_a_period_lies_in_it() {
        let period = Period { since: "10:00".parse().ok(), until: "10:01".parse().ok() };
        let at = |seconds: i64| Some(Timestamp(TEN + seconds * 1_000_000_000));
        for (begun, ended, inside) in [(-5, None, false), (-5, Some(1), true), (60, None, true), (61, Some(99), false)]
        {
            assert_eq!(period.overlaps(at(begun), ended.and_then(at)), inside, "{begun} {ended:?}");
        }
        assert!(!period.overlaps(None, None) && Period::default().overlaps(None, None));
    }
}
