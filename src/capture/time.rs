//! Time stamps of pcapng interfaces: `if_tsresol` (powers of 10 and of 2) and `if_tsoffset`.
//!
//! The library's own functions refuse every power of 2 and read the offset as little-endian whatever the section's byte
//! order, so both are done here.

use crate::base::Timestamp;

/// How an interface counts time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// The option's byte: bit 7 set means a power of 2, else of 10; the rest is the negative exponent.
    pub(super) resolution: u8,
    /// Seconds to add.
    pub(super) offset: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Clock { resolution: 6, offset: 0 }
    }
}

impl Clock {
    /// The time of `units` counted by this clock, rounded down to nanoseconds; `None` where it doesn't fit.
    #[inline(always)]
    pub(super) fn time(self, units: u64) -> Option<Timestamp> {
        const NANOS_PER_UNIT: [u64; 10] =
            [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1000, 100, 10, 1];
        // What nearly every interface does needs no wide arithmetic.
        if let (Some(nanos), 0) = (NANOS_PER_UNIT.get(usize::from(self.resolution)), self.offset)
            && let Some(total) = units.checked_mul(*nanos)
        {
            return i64::try_from(total).ok().map(Timestamp);
        }
        self.any_time(units)
    }

    #[inline(never)]
    fn any_time(self, units: u64) -> Option<Timestamp> {
        const NANOS: i128 = 1_000_000_000;
        let exponent = u32::from(self.resolution & 0x7f);
        let units = i128::from(units);
        let nanos = if self.resolution & 0x80 != 0 {
            // units < 2^64 and 10^9 < 2^30: no overflow; a shift of 127 leaves 0.
            units.checked_mul(NANOS)?.checked_shr(exponent)?
        } else if exponent <= 9 {
            units.checked_mul(10i128.checked_pow(9 - exponent)?)?
        } else {
            units.checked_div(10i128.checked_pow(exponent - 9)?)?
        };
        let total = nanos.checked_add(i128::from(self.offset).checked_mul(NANOS)?)?;
        i64::try_from(total).ok().map(Timestamp)
    }
}
