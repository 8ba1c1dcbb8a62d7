//! The reader's loop: the next record or block, and what becomes of those that can't be read.

use super::CaptureError;
use super::pcapng::{Ng, Outcome};
use super::reader::{Format, Found, Reader, u32_at};
use std::io::Read;

/// The type of an enhanced packet block.
const ENHANCED_PACKET: u32 = 6;

impl<R: Read> Reader<R> {
    pub(super) fn advance_pcap(&mut self) -> Result<Option<Found>, CaptureError> {
        loop {
            if !self.require(16)? {
                return Ok(None);
            }
            let Format::Pcap(pcap) = &mut self.format else { return Ok(None) };
            if pcap.unsettled {
                pcap.settle(self.buffer.data());
            }
            let pcap = *pcap;
            let header = pcap.variant.record_header();
            self.require(header)?;
            let record = pcap.record(self.buffer.data(), 0);
            let claimed = u64::from(record.captured) + header as u64;
            let total = usize::try_from(claimed).unwrap_or(usize::MAX);
            if !pcap.is_possible(&record, &self.limits) {
                let error = if total > self.limits.block {
                    self.too_large(claimed)
                } else {
                    self.corrupt("a record with impossible fields")
                };
                match self.pass_damage(header, error)? {
                    Some(found) => return Ok(Some(found)),
                    None => continue,
                }
            }
            if let Err(error) = self.require(total) {
                match error {
                    CaptureError::Truncated { .. } => match self.pass_damage(header, error)? {
                        Some(found) => return Ok(Some(found)),
                        None => continue,
                    },
                    error => return Err(error),
                }
            }
            let length = self.length_within(header, total)?;
            let Format::Pcap(pcap) = &mut self.format else { return Ok(None) };
            pcap.last_seconds = Some(record.seconds);
            self.pending = length;
            self.frames += 1;
            return Ok(Some(Found {
                time: Some(pcap.time(&record)),
                link: pcap.link,
                data: header..length,
                original_len: usize::try_from(record.original).unwrap_or(usize::MAX),
                options: 0..0,
                out_of_range: false,
            }));
        }
    }

    /// How long a record really is: where what follows can't be a record, a length that was damaged may have run over
    /// others, which then begin inside. Looks only at what is in the buffer.
    fn length_within(&mut self, header: usize, total: usize) -> Result<usize, CaptureError> {
        let Format::Pcap(pcap) = &self.format else { return Ok(total) };
        let pcap = *pcap;
        if self.buffer.data().len() < total + 16
            || pcap.is_possible(&pcap.record(self.buffer.data(), total), &self.limits)
        {
            return Ok(total);
        }
        for at in header + 1..total {
            crate::base::work::tick(1);
            if pcap.is_plausible(&pcap.record(self.buffer.data(), at), &self.limits) && self.records_begin(at)? {
                self.damaged(self.buffer.offset(), 0, "a record's length reaches over the records behind it");
                return Ok(at);
            }
        }
        Ok(total)
    }

    /// Searches for what comes after damage that begins at the start of the buffer, behind `header` bytes at least.
    /// Gives the damaged record itself where its other fields say that it ends exactly where the next one begins;
    /// `error` where nothing comes.
    fn pass_damage(&mut self, header: usize, error: CaptureError) -> Result<Option<Found>, CaptureError> {
        let offset = self.buffer.offset();
        let reason = match &error {
            CaptureError::Corrupt { reason, .. } => reason,
            CaptureError::TooLarge { .. } => "a length beyond the limit",
            _ => "a length beyond the end of the file",
        };
        let Some(found) = self.search(header)? else {
            return Err(error);
        };
        self.too_large += u64::from(matches!(error, CaptureError::TooLarge { .. }));
        if found.consumed == 0
            && let Some(packet) = self.repaired(found.at)
        {
            self.damaged(offset, 0, reason);
            self.frames += 1;
            self.pending = found.at;
            return Ok(Some(packet));
        }
        self.damaged(offset, found.consumed.saturating_add(found.at as u64), reason);
        self.buffer.consume(found.at);
        Ok(None)
    }

    /// The packet of a record or block whose own length is damaged, but whose other fields say that it ends at `end`.
    fn repaired(&mut self, end: usize) -> Option<Found> {
        match &mut self.format {
            Format::Pcap(pcap) => {
                let header = pcap.variant.record_header();
                let record = pcap.record(self.buffer.data(), 0);
                let length = end.checked_sub(header)?;
                let known = pcap.last_seconds.is_none_or(|last| last.abs_diff(record.seconds) < 3600);
                if usize::try_from(record.original) != Ok(length) || !known {
                    return None;
                }
                Some(Found {
                    time: Some(pcap.time(&record)),
                    link: pcap.link,
                    data: header..end,
                    original_len: length,
                    options: 0..0,
                    out_of_range: false,
                })
            }
            Format::Ng(ng) => {
                let block = self.buffer.data().get(..end)?;
                let (kind, captured) = (u32_at(block, 0, ng.big_endian()), u32_at(block, 20, ng.big_endian()));
                let captured = usize::try_from(captured).ok()?;
                if kind != ENHANCED_PACKET || captured.checked_next_multiple_of(4)?.checked_add(32)? != end {
                    return None;
                }
                match ng.bare_packet(block, 8, "") {
                    Outcome::Packet(found, _) => Some(found),
                    _ => None,
                }
            }
        }
    }

    pub(super) fn advance_ng(&mut self) -> Result<Option<Found>, CaptureError> {
        loop {
            if let Format::Ng(ng) = &self.format
                && let Some((found, total)) = ng.packet_fast_path(self.buffer.data(), &self.limits)
            {
                self.frames += 1;
                self.pending = total;
                return Ok(Some(found));
            }
            if !self.require(8)? {
                return Ok(None);
            }
            let found = match self.block()? {
                Step::Packet(found) => Some(found),
                Step::Passed => None,
                Step::End => return Ok(None),
                Step::Damage(error) => self.pass_damage(4, error)?,
            };
            let Some(found) = found else { continue };
            if found.out_of_range
                && let Format::Ng(ng) = &mut self.format
            {
                ng.time_out_of_range(self.frames);
            }
            return Ok(Some(found));
        }
    }

    /// Reads the block at the start of the buffer, of which eight bytes are there.
    fn block(&mut self) -> Result<Step, CaptureError> {
        let Format::Ng(ng) = &self.format else { return Ok(Step::End) };
        let (mut big_endian, in_section) = (ng.big_endian(), ng.in_section());
        let begins_section = Ng::is_section(self.buffer.data());
        if begins_section {
            // The section's byte order stands behind its length.
            self.require(12)?;
            let Some(order) = Ng::section_order(self.buffer.data()) else {
                return Ok(Step::Damage(self.corrupt("a section header without its byte-order magic")));
            };
            big_endian = order;
        } else if !in_section {
            return Ok(Step::Damage(self.corrupt("a block before the first section header")));
        }
        let data = self.buffer.data();
        let (kind, claimed) = (u32_at(data, 0, big_endian), u32_at(data, 4, big_endian));
        if claimed < 12 {
            return Ok(Step::Damage(self.corrupt("a block length below 12")));
        }
        // Lengths are multiples of four; like Wireshark, round up those of writers that forgot.
        let padded = u64::from(claimed).div_ceil(4) * 4;
        let total = usize::try_from(padded).unwrap_or(usize::MAX);
        if total <= self.limits.block {
            match self.require(total) {
                Ok(_) => {}
                Err(error @ CaptureError::Truncated { .. }) => return Ok(Step::Damage(error)),
                Err(error) => return Err(error),
            }
            let behind = self.buffer.data().get(total - 4..total).and_then(|end| end.first_chunk::<4>());
            let before = self.buffer.data().get(4..8).and_then(|length| length.first_chunk::<4>());
            if behind != before && padded == u64::from(claimed) && !self.block_may_follow(total)? {
                return Ok(Step::Damage(self.corrupt("a block whose two lengths differ")));
            }
        }
        let Format::Ng(ng) = &mut self.format else { return Ok(Step::End) };
        if begins_section {
            ng.enter_section(big_endian);
        }
        if !Ng::is_read(kind) {
            if total > self.limits.block && !Ng::is_registered(kind) {
                return Ok(Step::Damage(self.too_large(padded)));
            }
            self.frames += u64::from(Ng::is_frame(kind));
            self.skip(padded)?;
            return Ok(Step::Passed);
        }
        // A section header of such a size is no header; anything else can be passed over.
        let too_large = total > self.limits.block && Ng::is_section(self.buffer.data());
        if !Ng::is_frame(kind) && total > self.limits.metadata && !too_large {
            let outcome = ng.oversized(kind, &self.limits);
            if let Outcome::Problem(reason) = outcome {
                self.problem(reason);
            }
            self.skip(padded)?;
            return Ok(Step::Passed);
        }
        if total > self.limits.block {
            return Ok(Step::Damage(self.too_large(padded)));
        }
        self.frames += u64::from(Ng::is_frame(kind));
        let Format::Ng(ng) = &mut self.format else { return Ok(Step::End) };
        let block = self.buffer.data().get(..usize::try_from(claimed).unwrap_or(total)).unwrap_or(&[]);
        match ng.block(kind, block, &self.limits) {
            Outcome::Packet(found, note) => {
                if let Some(reason) = note {
                    self.problem(reason);
                }
                self.pending = total;
                return Ok(Step::Packet(found));
            }
            Outcome::Nothing => {}
            Outcome::Problem(reason) => self.problem(reason),
        }
        self.buffer.consume(total);
        Ok(Step::Passed)
    }
}

/// What came of a block.
enum Step {
    Packet(Found),
    Passed,
    End,
    Damage(CaptureError),
}
