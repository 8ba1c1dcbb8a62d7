//! The reader's loop: the next record or block, and what becomes of those that can't be read.

use super::CaptureError;
use super::pcapng::{ENHANCED_PACKET, Ng, Outcome};
use super::reader::{Format, Found, Reader, u32_at};
use super::resync::WINDOW;
use std::io::Read;

impl<R: Read> Reader<R> {
    pub(super) fn advance_pcap(&mut self) -> Result<Option<Found>, CaptureError> {
        loop {
            if !self.require(16)? {
                return Ok(None);
            }
            if matches!(&self.format, Format::Pcap(pcap) if pcap.unsettled) {
                self.look_ahead(WINDOW);
            }
            let Format::Pcap(pcap) = &mut self.format else { return Ok(None) };
            if pcap.unsettled {
                pcap.settle(self.buffer.data());
            }
            let pcap = *pcap;
            let header = pcap.variant.record_header();
            self.require(header)?;
            let record = pcap.record(self.buffer.data(), 0);
            let plausible = pcap.is_plausible(&record, None, &self.limits);
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
            let mut length = total;
            if let Some(at) = self.next_within(header, total, plausible, record.seconds)? {
                let (offset, reason) = (self.buffer.offset(), "a record with a wrong length, or garbage");
                if let Some(found) = self.repaired(at) {
                    self.damaged(offset, 0, reason);
                    self.frames += 1;
                    self.pending = at;
                    return Ok(Some(found));
                }
                if !plausible {
                    self.damaged(offset, at as u64, reason);
                    self.buffer.consume(at);
                    continue;
                }
                self.damaged(offset, 0, reason);
                length = at;
            }
            let Format::Pcap(pcap) = &mut self.format else { return Ok(None) };
            if plausible {
                pcap.last_seconds = Some(record.seconds);
            }
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

    /// Where the next record begins, if not behind this one: only where no ordinary record follows it, as far as the
    /// buffer shows. An ordinary record may have a length that reaches too far; one that is none itself may be garbage
    /// altogether, so that what lies behind it is searched too.
    fn next_within(
        &mut self,
        header: usize,
        total: usize,
        plausible: bool,
        seconds: u32,
    ) -> Result<Option<usize>, CaptureError> {
        let Format::Pcap(pcap) = &self.format else { return Ok(None) };
        let pcap = *pcap;
        // An ordinary record of a live capture must not wait for the next one.
        if plausible {
            self.look_ahead(total + 16);
        } else {
            self.buffer.fill_ahead(total + 16);
        }
        let data = self.buffer.data();
        let in_order = if data.len() < total + 16 {
            !self.buffer.has_ended() || data.len() == total
        } else {
            pcap.is_plausible(&pcap.record(data, total), Some(seconds), &self.limits)
        };
        if in_order {
            return Ok(None);
        }
        if !plausible {
            self.look_ahead(WINDOW);
        }
        let data = self.buffer.data();
        let (start, end) = if plausible { (header + 1, total) } else { (1, data.len().min(WINDOW)) };
        // Of a file that is unusual throughout, no part is searched twice.
        let offset = self.buffer.offset();
        if !plausible && offset < self.searched_to {
            return Ok(None);
        }
        for at in start..end {
            crate::base::work::tick(1);
            if pcap.is_plausible(&pcap.record(self.buffer.data(), at), None, &self.limits)
                && self.records_begin(at, None)?
            {
                return Ok(Some(at));
            }
        }
        if !plausible {
            self.searched_to = offset.saturating_add(end as u64);
        }
        Ok(None)
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
        let may_be_cut = matches!(error, CaptureError::Truncated { .. });
        if may_be_cut && self.is_surely_cut() {
            return Err(error);
        }
        let Some(found) = self.search(header, may_be_cut)? else {
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
            #[cfg(feature = "etl")]
            Format::Etl(_) => None,
        }
    }

    pub(super) fn advance_ng(&mut self) -> Result<Option<Found>, CaptureError> {
        loop {
            if let Format::Ng(ng) = &self.format
                && let Some(ordinary) = ng.packet_fast_path(self.buffer.data(), &self.limits)
            {
                self.frames += 1;
                self.pending = ordinary.total;
                return Ok(Some(ordinary.found()));
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
            let data = self.buffer.data();
            let word = |at: usize| data.get(at..).and_then(|rest| rest.first_chunk::<4>());
            let unpadded = usize::try_from(claimed).unwrap_or(total);
            let agrees = word(4) == word(total - 4) || word(4) == word(unpadded - 4);
            let captured = usize::try_from(u32_at(data, 20, big_endian)).unwrap_or(usize::MAX);
            let by_packet = captured.checked_next_multiple_of(4).and_then(|padded| padded.checked_add(32));
            let shorter = by_packet.filter(|length| !agrees && kind == ENHANCED_PACKET && *length < total);
            let another = match shorter {
                Some(length) => self.block_begins(length)?,
                None => false,
            };
            if !agrees {
                const REASON: &str = "a block whose two lengths differ";
                if another || !self.block_may_follow(total)? {
                    return Ok(Step::Damage(self.corrupt(REASON)));
                }
                self.problem(REASON);
            }
        } else {
            return Ok(Step::Damage(self.too_large(padded)));
        }
        let Format::Ng(ng) = &mut self.format else { return Ok(Step::End) };
        if begins_section {
            ng.enter_section(big_endian);
        }
        if !Ng::is_read(kind) {
            self.frames += u64::from(Ng::is_frame(kind));
            self.skip(padded)?;
            return Ok(Step::Passed);
        }
        if !Ng::is_frame(kind) && total > self.limits.metadata {
            let outcome = ng.oversized(kind, &self.limits);
            if let Outcome::Problem(reason) = outcome {
                self.problem(reason);
            }
            self.skip(padded)?;
            return Ok(Step::Passed);
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
