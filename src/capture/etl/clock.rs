//! `TRACE_LOGFILE_HEADER`, the data of the first event of each trace: pointer size, clock, what was lost.
//!
//! Source: Geoff Chappell, "TRACE_LOGFILE_HEADER"; Microsoft, `TRACE_LOGFILE_HEADER` (docs/etl.md has the addresses).

use super::bytes::{size_at, u16_at, u32_at, u64_at};
use super::wmi::HEADER;
use crate::base::Timestamp;

/// 100 ns between 1601, where FILETIME begins, and 1970.
const EPOCH: i128 = 116_444_736_000_000_000;

/// `EVENT_TRACE_FILE_MODE_CIRCULAR`: the oldest buffers were written over.
const CIRCULAR: u32 = 0x2;
/// `EVENT_TRACE_COMPRESSED_MODE`: buffers may be compressed.
const COMPRESSED_MODE: u32 = 0x0400_0000;

/// What a trace's clock counts (`ReservedFlags` of the header, `Wnode.ClientContext` of the session).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockType {
    /// The performance counter.
    PerformanceCounter,
    /// The system time: 100 ns since 1601.
    SystemTime,
    /// The processor's cycle counter.
    CycleCounter,
}

/// What the header of a trace tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceHeader {
    /// Bytes of a pointer in its events: 4 or 8.
    pub pointer_size: u8,
    /// Bytes of its buffers.
    pub buffer_size: usize,
    /// Processors of the recording machine.
    pub processors: u32,
    /// What its clock counts.
    pub clock: ClockType,
    /// Units of the clock in a second.
    pub frequency: u64,
    /// What the clock showed at the start.
    pub start_count: u64,
    /// When it was started: 100 ns since 1601.
    pub start_time: u64,
    /// How it was written (`LogFileMode`).
    pub mode: u32,
    /// Events that were lost, as the logger has counted.
    pub events_lost: u32,
    /// Buffers that were lost, as the logger has counted.
    pub buffers_lost: u32,
}

impl TraceHeader {
    /// Reads the header out of the first buffer of a trace, of which `data` begins with the buffer's header.
    pub(super) fn read(data: &[u8]) -> Option<Self> {
        let event = data.get(HEADER..)?;
        let wide = match event.get(2..4)? {
            [1, 0xc0] => false,
            [2, 0xc0] => true,
            _ => return None,
        };
        // HookId: group 0, type 0.
        if u16_at(event, 6)? != 0 {
            return None;
        }
        let start_count = u64_at(event, 16)?;
        let header = event.get(32..)?;
        // Two pointers stand in front of the time zone, which is padded to eight.
        let times = if wide { 248 } else { 240 };
        let (frequency, start_time) = (u64_at(header, times + 8)?, u64_at(header, times + 16)?);
        let clock = match u32_at(header, times + 24)? {
            2 => ClockType::SystemTime,
            3 => ClockType::CycleCounter,
            _ => ClockType::PerformanceCounter,
        };
        let frequency = match clock {
            ClockType::SystemTime => 10_000_000,
            ClockType::PerformanceCounter => frequency,
            // In megahertz.
            ClockType::CycleCounter => u64::from(u32_at(header, 52)?).saturating_mul(1_000_000),
        };
        Some(TraceHeader {
            pointer_size: if wide { 8 } else { 4 },
            buffer_size: size_at(header, 0)?,
            processors: u32_at(header, 12)?,
            clock,
            frequency,
            start_count,
            start_time,
            mode: u32_at(header, 32)?,
            events_lost: u32_at(header, 48)?,
            buffers_lost: u32_at(header, times + 28)?,
        })
    }

    /// Whether the oldest buffers were written over when the file was full.
    #[must_use]
    pub fn is_circular(&self) -> bool {
        self.mode & CIRCULAR != 0
    }

    /// Whether its buffers may be compressed.
    #[must_use]
    pub fn may_be_compressed(&self) -> bool {
        self.mode & COMPRESSED_MODE != 0
    }

    /// The time of a count of the clock; `None` where it doesn't fit into 64 bits of nanoseconds, or the header tells no
    /// frequency.
    #[must_use]
    pub fn time(&self, count: u64) -> Option<Timestamp> {
        let since_1601 = match self.clock {
            ClockType::SystemTime => i128::from(count).checked_mul(100)?,
            _ if self.frequency == 0 => return None,
            _ => {
                // Both below 2^64, 10^9 below 2^30: no overflow.
                let elapsed = (i128::from(count) - i128::from(self.start_count)) * 1_000_000_000;
                i128::from(self.start_time) * 100 + elapsed.div_euclid(i128::from(self.frequency))
            }
        };
        i64::try_from(since_1601 - EPOCH * 100).ok().map(Timestamp)
    }
}
