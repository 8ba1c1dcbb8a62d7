//! The capture reader's loop for traces: buffers into the window, events out of it, packets out of those.

use super::clock::TraceHeader;
use super::trace::Etl;
use super::wmi::{BufferHeader, HEADER, is_trace};
use super::{PacketOrigins, RpcEvent, TraceCounters};
use crate::capture::buffer::Buffer;
use crate::capture::reader::{Format, Found, Reader};
use crate::capture::{CaptureError, CaptureLimits};
use std::io::Read;

/// Reads the first buffer of a trace; `None` where the input is none.
pub(in crate::capture) fn recognise<R: Read>(
    buffer: &mut Buffer<R>,
    limits: &CaptureLimits,
) -> Result<Option<Etl>, CaptureError> {
    let failed = |source| CaptureError::Io { offset: 0, source };
    // The first event's marker stands behind the buffer's header.
    buffer.fill(HEADER + 4).map_err(failed)?;
    if !is_trace(buffer.data()) {
        return Ok(None);
    }
    let needed = BufferHeader::read(buffer.data()).map_or(HEADER, |header| header.size);
    // A file that ends in its first buffer has no packet, but may have a header; so may one that claims too much.
    let wanted = needed.min(limits.largest_buffer());
    let available = buffer.fill(wanted).map_err(failed)?.min(wanted);
    let first = buffer.data().get(..available).unwrap_or(buffer.data());
    let etl = Etl::begin(first, limits.trace_packets);
    if etl.is_none() && available < needed {
        let (needed, available) = (needed as u64, available as u64);
        return Err(CaptureError::Truncated { offset: 0, frames: 0, needed, available });
    }
    if etl.is_some() {
        buffer.consume(available);
    }
    Ok(etl)
}

impl<R: Read> Reader<R> {
    pub(in crate::capture) fn advance_etl(&mut self) -> Result<Option<Found>, CaptureError> {
        loop {
            let frame = self.frames + 1;
            let Format::Etl(etl) = &mut self.format else { return Ok(None) };
            if let Some(packet) = etl.next_packet(frame) {
                let found = Found {
                    time: packet.time,
                    link: packet.link,
                    data: 0..packet.data.len(),
                    original_len: packet.original_len,
                    options: 0..0,
                    out_of_range: packet.time.is_none(),
                };
                self.frames = frame;
                if let (Some(origins), Some(origin)) = (&self.origins, etl.origin()) {
                    origins.insert(frame, std::sync::Arc::clone(origin));
                }
                return Ok(Some(found));
            }
            if etl.ended.is_none() {
                match self.fill_window() {
                    Ok(Filled::Enough) => {}
                    Ok(Filled::Session) => {
                        if !self.step_etl() && !self.finish_etl() {
                            self.enter_session()?;
                        }
                        continue;
                    }
                    Ok(Filled::End) => self.end_etl(None),
                    // It can be asked again.
                    Err(error) if is_would_block(&error) => return Err(error),
                    Err(error) => self.end_etl(Some(error)),
                }
            }
            // What is in the window, and what was unfinished, comes before the end.
            if !self.step_etl() && !self.finish_etl() {
                let Format::Etl(etl) = &mut self.format else { return Ok(None) };
                return etl.ended.as_mut().and_then(Option::take).map_or(Ok(None), Err);
            }
        }
    }

    /// The file can't be read on.
    fn end_etl(&mut self, error: Option<CaptureError>) {
        if let Format::Etl(etl) = &mut self.format {
            etl.ended = Some(error);
        }
    }

    /// Works on one event; `false` where the window is empty.
    fn step_etl(&mut self) -> bool {
        let Format::Etl(etl) = &mut self.format else { return false };
        let mut found = Vec::new();
        let any = etl.step(&mut |offset, reason, skipped| found.push((offset, reason, skipped)));
        for (offset, reason, skipped) in found {
            match offset {
                Some(offset) => self.damaged(offset, skipped, reason),
                None => self.problem(reason),
            }
        }
        any
    }

    /// Hands out what is unfinished; `false` where nothing was.
    fn finish_etl(&mut self) -> bool {
        let Format::Etl(etl) = &mut self.format else { return false };
        if let Some(reason) = etl.finish() {
            self.problem(reason);
        }
        let Format::Etl(etl) = &mut self.format else { return false };
        etl.has_ready()
    }

    /// Reads buffers until the window is full.
    fn fill_window(&mut self) -> Result<Filled, CaptureError> {
        loop {
            let Format::Etl(etl) = &self.format else { return Ok(Filled::End) };
            let (held, empty, stride) = (etl.held(), etl.window_is_empty(), etl.stride);
            let available = self.fill(HEADER)?;
            if available == 0 && !self.buffer.is_cut() {
                return Ok(Filled::End);
            }
            let header = BufferHeader::read(self.buffer.data());
            let Some(header) = header else { return Err(self.truncated(HEADER as u64, available as u64)) };
            let sized = header.begins_session() || stride == 0 || header.size == stride;
            if !header.is_plausible() || !sized {
                self.pass_buffer(stride)?;
                continue;
            }
            // A buffer that is compressed may grow to sixteen times what the window holds: never more than one of those.
            let grown = header.decompressed().filter(|_| header.is_compressed()).unwrap_or(header.size);
            if !empty && held.saturating_add(grown) > self.limits.trace_window {
                return Ok(Filled::Enough);
            }
            if header.size > self.limits.largest_buffer() || grown > self.limits.trace_window {
                return Err(self.too_large(grown.max(header.size) as u64));
            }
            if header.begins_session() {
                return Ok(Filled::Session);
            }
            let available = self.fill(header.size)?;
            let offset = self.buffer.offset();
            let cut = available < header.size;
            let Format::Etl(etl) = &mut self.format else { return Ok(Filled::End) };
            let data = self.buffer.data();
            let damage = etl.buffer(data.get(..header.size).unwrap_or(data), &header, offset);
            if cut {
                let error = self.truncated(header.size as u64, available as u64);
                self.buffer.consume(available);
                if let Some((offset, reason, skipped)) = damage {
                    self.damaged(offset, skipped, reason);
                }
                return Err(error);
            }
            self.buffer.consume(header.size);
            if let Some((offset, reason, skipped)) = damage {
                self.damaged(offset, skipped, reason);
            }
        }
    }

    /// Passes over a buffer whose header can't be right. Where all buffers are of one size, the next one begins behind as
    /// many bytes; a compressed trace can't be read on.
    fn pass_buffer(&mut self, stride: usize) -> Result<(), CaptureError> {
        const REASON: &str = "a buffer with an impossible header";
        if stride == 0 {
            let error = self.corrupt(REASON);
            return Err(error);
        }
        let offset = self.buffer.offset();
        let skipped = match self.buffer.skip(stride as u64) {
            Ok(skipped) => skipped,
            Err(source) => return Err(self.io(source)),
        };
        self.damaged(offset, skipped, REASON);
        Ok(())
    }

    /// Uses up a buffer that begins a session appended to the file.
    fn enter_session(&mut self) -> Result<(), CaptureError> {
        let Some(header) = BufferHeader::read(self.buffer.data()) else { return Ok(()) };
        // As much of it as there is; the end is met when the next buffer is asked for.
        let available = self.fill(header.size)?.min(header.size);
        let told = TraceHeader::read(self.buffer.data().get(..available).unwrap_or_default());
        let offset = self.buffer.offset();
        match (told, &mut self.format) {
            (Some(told), Format::Etl(etl)) => etl.enter(&header, told),
            _ => self.damaged(offset, available as u64, "a buffer that begins no trace though it says so"),
        }
        self.buffer.consume(available);
        Ok(())
    }

    /// What the trace's header tells; `None` for captures of other formats.
    #[must_use]
    pub fn trace_header(&self) -> Option<&TraceHeader> {
        match &self.format {
            Format::Etl(etl) => Some(etl.header()),
            _ => None,
        }
    }

    /// What was read of a trace so far and what it tells that was lost; `None` for captures of other formats.
    #[must_use]
    pub fn trace_counters(&self) -> Option<TraceCounters> {
        match &self.format {
            Format::Etl(etl) => Some(etl.counters()),
            _ => None,
        }
    }

    /// Whether the input is a trace of Windows, which tells more than packets.
    pub fn is_trace(&self) -> bool {
        matches!(self.format, Format::Etl(_))
    }

    /// The next event of the RPC runtime that was met on the way to the last packet. Of those not asked for, the last 1024
    /// are kept.
    pub fn next_rpc_event(&mut self) -> Option<RpcEvent> {
        match &mut self.format {
            Format::Etl(etl) => etl.rpc_event(),
            _ => None,
        }
    }

    /// Lets the reader note where each packet comes from, where the capture tells.
    #[must_use]
    pub fn noting(mut self, origins: PacketOrigins) -> Self {
        self.origins = Some(origins);
        self
    }
}

fn is_would_block(error: &CaptureError) -> bool {
    matches!(error, CaptureError::Io { source, .. } if source.kind() == std::io::ErrorKind::WouldBlock)
}

/// Why no further buffer was read into the window.
enum Filled {
    Enough,
    /// A buffer that begins a session comes next: the window has to be empty for it.
    Session,
    End,
}
