//! Behind damage: the search for the next record or block that fits what is known of the file.
//!
//! Each byte is looked at once, and what looks like a record or block is followed no further than [`CHAIN`] of them
//! and a bounded number of bytes, so that the work is linear in the file and memory stays below the limit.

use super::pcap::MONTH;
use super::pcapng::{ENHANCED_PACKET, INTERFACE, Ng, PACKET, SECTION, SIMPLE_PACKET};
use super::reader::{Format, Reader, u32_at};
use super::{CaptureError, CaptureLimits};
use std::io::Read;

/// Records in a row that have to be plausible, unless the file ends with one of them.
const CHAIN: usize = 3;

/// Bytes that are searched before they are given up.
pub(super) const WINDOW: usize = 64 << 10;

impl CaptureLimits {
    /// The largest record or block that a search takes for one, in bytes.
    pub(super) fn plausible(&self) -> usize {
        (256 << 10).min(self.block / 4)
    }
}

/// Bytes from the start of a block by which it is judged: an enhanced packet block's fixed fields.
const HEAD: usize = 28;

/// Where a search has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Bytes that were given up.
    pub(super) consumed: u64,
    /// Where in the buffer the record or block begins.
    pub(super) at: usize,
}

impl<R: Read> Reader<R> {
    /// Searches from `from` in the buffer on; `None` when the file has nothing more. Where the file may simply be cut,
    /// `in_a_row`, a block counts only with what follows it, a record only near the last one: within a packet something may look like one.
    pub(super) fn search(&mut self, from: usize, in_a_row: bool) -> Result<Option<Found>, CaptureError> {
        let (mut at, mut consumed) = (from, 0);
        loop {
            crate::base::work::tick(1);
            if self.buffer.data().len() < at + HEAD && self.fill(at + HEAD)? < at + 12 {
                return Ok(None);
            }
            let found = match &self.format {
                Format::Pcap(pcap) => {
                    let near = pcap.last_seconds.filter(|_| in_a_row);
                    self.records_begin(at, near)?
                }
                Format::Ng(_) if in_a_row => self.blocks_begin(at)?,
                Format::Ng(_) => self.block_begins(at)?,
                // Its reader finds its own way.
                #[cfg(feature = "etl")]
                Format::Etl(_) => return Ok(None),
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

    /// Whether a row of records begins at `at`; `near`: seconds that the first one has to be near to, if any.
    pub(super) fn records_begin(&mut self, mut at: usize, mut near: Option<u32>) -> Result<bool, CaptureError> {
        let Format::Pcap(pcap) = &self.format else { return Ok(false) };
        let pcap = *pcap;
        let header = pcap.variant.record_header();
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

    /// Whether a block begins at `at` and another one, the end of the file or a block that it cuts follows. A packet of
    /// exactly the block's length needs nothing behind it.
    fn blocks_begin(&mut self, at: usize) -> Result<bool, CaptureError> {
        if !self.block_begins(at)? {
            return Ok(false);
        }
        let data = self.buffer.data().get(at..).unwrap_or(&[]);
        let Format::Ng(ng) = &self.format else { return Ok(false) };
        let Some(length) = ng.plausible_block(data, &self.limits) else { return Ok(false) };
        if u32_at(data, 0, ng.big_endian()) == ENHANCED_PACKET
            && u64::from(u32_at(data, 20, ng.big_endian())).next_multiple_of(4) + 32 == length as u64
        {
            return Ok(true);
        }
        let next = at + length;
        Ok(self.fill(next + HEAD)? == next || self.block_begins(next)? || self.is_cut_block(next)?)
    }

    /// Whether a block begins at `at` that the end of the file cuts.
    fn is_cut_block(&mut self, at: usize) -> Result<bool, CaptureError> {
        self.fill(at + HEAD)?;
        let Format::Ng(ng) = &self.format else { return Ok(false) };
        let Some(length) = ng.plausible_block(self.buffer.data().get(at..).unwrap_or(&[]), &self.limits) else {
            return Ok(false);
        };
        Ok(self.fill(at + length)? < at + length)
    }

    /// Whether the fields of the record or block at the start of the buffer, which reaches beyond the end of the file, agree on
    /// that: its length is right then, and the file is cut.
    pub(super) fn is_surely_cut(&self) -> bool {
        let data = self.buffer.data();
        let ng = match &self.format {
            Format::Pcap(pcap) => {
                let record = pcap.record(data, 0);
                return pcap.is_plausible(&record, pcap.last_seconds, &self.limits)
                    && pcap.is_whole_or_snapped(&record);
            }
            Format::Ng(ng) => ng,
            #[cfg(feature = "etl")]
            Format::Etl(_) => return false,
        };
        let [kind, length, captured] = [0, 4, 20].map(|at| u32_at(data, at, ng.big_endian()));
        let packet = u64::from(captured).next_multiple_of(4) + 32;
        let inside = packet == u64::from(length) || packet <= u64::from(length) && packet - 4 >= data.len() as u64;
        data.len() >= 28 && kind == ENHANCED_PACKET && inside
    }

    /// Whether a block begins at `at`: a known type, a length that stands at both ends, fields within it.
    pub(super) fn block_begins(&mut self, at: usize) -> Result<bool, CaptureError> {
        self.fill(at + HEAD)?;
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
    fn plausible_block(&self, data: &[u8], limits: &CaptureLimits) -> Option<usize> {
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
            SECTION => length >= 28 && matches!(u32_at(data, 8, big_endian), 0x1a2b_3c4d),
            // The reserved field is zero.
            INTERFACE => length >= 20 && data.get(10..12) == Some(&[0, 0]),
            ENHANCED_PACKET => {
                let captured = usize::try_from(u32_at(data, 20, big_endian)).unwrap_or(usize::MAX);
                // Where the file ends before the fields, they can't tell.
                let fits = captured <= length.saturating_sub(32) && self.has_interface(u32_at(data, 8, big_endian));
                length >= 32 && (fits || data.len() < 24)
            }
            // The obsolete packet block: its interface has sixteen bits, and a count of drops.
            PACKET => {
                let captured = usize::try_from(u32_at(data, 20, big_endian)).unwrap_or(usize::MAX);
                let [low, high] = [8, 9].map(|at| data.get(at).copied().unwrap_or(0));
                let interface =
                    if big_endian { u16::from_be_bytes([low, high]) } else { u16::from_le_bytes([low, high]) };
                let fits = captured <= length.saturating_sub(32) && self.has_interface(u32::from(interface));
                length >= 32 && (fits || data.len() < 24)
            }
            // The packet fills the block, as far as it was captured.
            SIMPLE_PACKET => {
                let original = usize::try_from(u32_at(data, 8, big_endian)).unwrap_or(usize::MAX);
                length >= 16 && original.saturating_add(3) >= length - 16
            }
            // The end of the records, or an interface with a time.
            4 => length >= 16,
            5 => length >= 24 && self.has_interface(u32_at(data, 8, big_endian)),
            7..=12 | 0x0bad | 0x4000_0bad | 0x0201..=0x0221 | 0x8000_0001 => true,
            _ => false,
        };
        fits.then_some(length)
    }
}
