//! Behind damage: the search for the next record or block that fits what is known of the file.
//!
//! Each byte is looked at once, and what looks like a record or block is followed no further than [`CHAIN`] of them
//! and a bounded number of bytes, so that the work is linear in the file and memory stays below the limit.

use super::pcap::MONTH;
use super::pcapng::Ng;
use super::reader::{Format, Reader, u32_at};
use super::{CaptureError, Limits};
use std::io::Read;

/// Records in a row that have to be plausible, unless the file ends with one of them.
const CHAIN: usize = 3;

/// Bytes that are searched before they are given up.
pub(super) const WINDOW: usize = 64 << 10;

impl Limits {
    /// The largest record or block that a search takes for one, in bytes.
    pub(super) fn plausible(&self) -> usize {
        (256 << 10).min(self.block / 4)
    }
}

/// Where a search has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Bytes that were given up.
    pub(super) consumed: u64,
    /// Where in the buffer the record or block begins.
    pub(super) at: usize,
}

impl<R: Read> Reader<R> {
    /// Searches from `from` in the buffer on; `None` when the file has nothing more.
    pub(super) fn search(&mut self, from: usize) -> Result<Option<Found>, CaptureError> {
        let (mut at, mut consumed) = (from, 0);
        loop {
            crate::base::work::tick(1);
            if self.buffer.data().len() < at + 16 && self.fill(at + 16)? < at + 12 {
                return Ok(None);
            }
            let found = match &self.format {
                Format::Pcap(_) => self.records_begin(at)?,
                Format::Ng(_) => self.block_begins(at)?,
            };
            if found {
                return Ok(Some(Found { consumed, at }));
            }
            at += 1;
            if at >= WINDOW {
                self.buffer.consume(at);
                consumed += at as u64;
                at = 0;
            }
        }
    }

    /// Whether a row of records begins at `at`.
    pub(super) fn records_begin(&mut self, mut at: usize) -> Result<bool, CaptureError> {
        let Format::Pcap(pcap) = &self.format else { return Ok(false) };
        let pcap = *pcap;
        let header = pcap.variant.record_header();
        let mut near = None;
        for count in 0..CHAIN {
            let available = if self.buffer.data().len() < at + header { self.fill(at + header)? } else { usize::MAX };
            if available < at + header {
                // The last record ends with the file; one alone must fit those before the damage.
                let fits = match (pcap.last_seconds, near) {
                    (Some(last), Some(near)) if count == 1 => last.abs_diff(near) <= MONTH,
                    _ => count > 0,
                };
                return Ok(fits && available == at);
            }
            let record = pcap.record(self.buffer.data(), at);
            if !pcap.is_plausible(&record, near, &self.limits) {
                return Ok(false);
            }
            near = Some(record.seconds);
            at += header + usize::try_from(record.captured).unwrap_or(usize::MAX);
        }
        Ok(self.fill(at)? >= at)
    }

    /// Whether a block begins at `at`: a known type, a length that stands at both ends, fields within it.
    pub(super) fn block_begins(&mut self, at: usize) -> Result<bool, CaptureError> {
        let Format::Ng(ng) = &self.format else { return Ok(false) };
        let Some(length) = ng.plausible_block(self.buffer.data().get(at..).unwrap_or(&[]), &self.limits) else {
            return Ok(false);
        };
        if self.fill(at + length)? < at + length {
            return Ok(false);
        }
        let Some(block) = self.buffer.data().get(at..at + length) else { return Ok(false) };
        let (first, last) = (u32_at(block, 4, false), u32_at(block, length - 4, false));
        Ok(first == last)
    }

    /// Whether what stands at `at` could be the next block, or is the end of the file.
    pub(super) fn block_may_follow(&mut self, at: usize) -> Result<bool, CaptureError> {
        if self.fill(at + 12)? <= at {
            return Ok(true);
        }
        let Format::Ng(ng) = &self.format else { return Ok(false) };
        let data = self.buffer.data().get(at..).unwrap_or(&[]);
        // A cut at the end leaves less than can be judged.
        if data.len() < 12 || Ng::is_section(data) {
            return Ok(true);
        }
        let (kind, length) = (u32_at(data, 0, ng.big_endian()), u32_at(data, 4, ng.big_endian()));
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Ok(Ng::is_registered(kind) && (12..=self.limits.block).contains(&length))
    }
}

impl Ng {
    /// The length of a block that seems to begin here, by its type, its length and its fixed fields.
    fn plausible_block(&self, data: &[u8], limits: &Limits) -> Option<usize> {
        const ENHANCED_PACKET: u32 = 6;
        const INTERFACE: u32 = 1;
        let big_endian = match u32_at(data, 8, false) {
            0x1a2b_3c4d if Ng::is_section(data) => false,
            0x4d3c_2b1a if Ng::is_section(data) => true,
            _ => self.big_endian(),
        };
        let (kind, length) = (u32_at(data, 0, big_endian), u32_at(data, 4, big_endian));
        let length = usize::try_from(length).ok().filter(|length| (12..=limits.plausible()).contains(length))?;
        if !length.is_multiple_of(4) {
            return None;
        }
        let fits = match kind {
            0x0a0d_0d0a => length >= 28 && matches!(u32_at(data, 8, big_endian), 0x1a2b_3c4d),
            // The reserved field is zero.
            INTERFACE => length >= 20 && data.get(10..12) == Some(&[0, 0]),
            ENHANCED_PACKET => {
                let captured = usize::try_from(u32_at(data, 20, big_endian)).unwrap_or(usize::MAX);
                length >= 32
                    && captured <= length - 32
                    && self.has_interface(u32_at(data, 8, big_endian))
                    // Not enough is there to tell.
                    || data.len() < 24
            }
            2 | 3 => length >= 16,
            4 | 5 | 7..=12 | 0x0bad | 0x4000_0bad | 0x0201..=0x0221 | 0x8000_0001 => true,
            _ => false,
        };
        fits.then_some(length)
    }
}
