//! The reader: recognises the format, keeps one whole record or block in the buffer, hands out packets.
//!
//! `advance.rs` reads the next record or block, `resync.rs` searches behind damage.
//!
//! The library's own streaming readers are not used, only its parsers of single blocks: they take a block that is
//! whole but contradictory inside for an incomplete one and ask for more input, end at the first block they can't
//! parse, and lose the system's error. Here a block is brought into the buffer by its leading length first, so that
//! `Incomplete` from the parser can only mean that the block contradicts itself.

use super::buffer::Buffer;
use super::decompress::Expansion;
use super::foreign::guess;
use super::pcap::{self, Pcap, Recognised};
use super::pcapng::{Ng, Ordinary};
use super::{CaptureError, CaptureLimits, Counters, LinkType, Names, Packet, Section};
use crate::base::Timestamp;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;

/// Something in the file that could not be used, while the rest went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where the block starts, in bytes from the start of the input.
    pub offset: u64,
    /// Number of the packet it concerns, or of the last one before.
    pub frame: u64,
    /// What is wrong.
    pub reason: &'static str,
    /// Bytes that were passed over, where the way to the next record or block had to be searched for.
    pub skipped: Option<u64>,
}

/// What was found in the buffer, by ranges relative to the start of the block.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) time: Option<Timestamp>,
    pub(super) link: LinkType,
    pub(super) data: Range<usize>,
    pub(super) original_len: usize,
    /// Where the options stand, which may hold comments; empty when there are none.
    pub(super) options: Range<usize>,
    /// Whether there is a time that does not fit.
    pub(super) out_of_range: bool,
}

#[derive(Debug)]
pub(super) enum Format {
    Pcap(Pcap),
    Ng(Box<Ng>),
    #[cfg(feature = "etl")]
    Etl(Box<super::etl::Etl>),
}

/// Reads packets from a capture file.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut reader = cluscope::capture::Reader::new(std::fs::File::open("trace.pcapng")?)?;
/// while let Some(packet) = reader.next()? {
///     println!("{} {:?} {} bytes", packet.frame, packet.time, packet.data.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Reader<R: Read> {
    pub(super) buffer: Buffer<R>,
    pub(super) limits: CaptureLimits,
    pub(super) format: Format,
    /// Bytes of the packet handed out last, to be dropped before reading on.
    pub(super) pending: usize,
    pub(super) frames: u64,
    finished: bool,
    /// The packet read and not yet handed out, or the error.
    found: Option<Found>,
    error: Option<CaptureError>,
    problems: Vec<Problem>,
    problem_count: u64,
    /// Places where damage was passed over, and the bytes that were given up there.
    damage: u64,
    skipped_bytes: u64,
    /// Whether more than a packet needs may be waited for in vain.
    pub(super) live: bool,
    /// Up to where a search for another beginning of records was in vain, in bytes from the start of the input.
    pub(super) searched_to: u64,
    pub(super) too_large: u64,
    expansion: u64,
    /// Where packets come from is noted here.
    #[cfg(feature = "etl")]
    pub(super) origins: Option<super::etl::PacketOrigins>,
}

impl<R: Read> Reader<R> {
    /// Reads the file's header, with the default limits.
    ///
    /// # Errors
    /// [`CaptureError::Empty`], [`CaptureError::NotACapture`], [`CaptureError::Truncated`], [`CaptureError::Io`].
    pub fn new(input: R) -> Result<Self, CaptureError> {
        Reader::with_limits(input, CaptureLimits::default())
    }

    /// The same with other limits.
    ///
    /// # Errors
    /// As [`Reader::new`].
    pub fn with_limits(input: R, limits: CaptureLimits) -> Result<Self, CaptureError> {
        let mut buffer = Buffer::new(input, &limits).map_err(|source| CaptureError::Io { offset: 0, source })?;
        let format = recognise(&mut buffer, &limits)?;
        Ok(Reader {
            buffer,
            limits,
            format,
            pending: 0,
            frames: 0,
            finished: false,
            found: None,
            error: None,
            problems: Vec::new(),
            problem_count: 0,
            damage: 0,
            skipped_bytes: 0,
            live: false,
            searched_to: 0,
            too_large: 0,
            expansion: 0,
            #[cfg(feature = "etl")]
            origins: None,
        })
    }

    /// Lets the count of frames start after `frames`, for a file that continues another one.
    #[must_use]
    pub fn continue_after(mut self, frames: u64) -> Self {
        self.frames = frames;
        self
    }

    /// For an input that is still being made, such as a pipe: a packet is handed out as soon as its own bytes are there.
    /// Otherwise a record of classic pcap is looked at with the header of the one behind it, which shows whether its length can
    /// be right, so that it makes no difference in which pieces the input comes.
    #[must_use]
    pub fn live(mut self, live: bool) -> Self {
        self.live = live;
        self
    }

    /// The next packet, `None` at the end. The packet borrows the reader's buffer.
    ///
    /// # Errors
    /// Any [`CaptureError`] but [`CaptureError::Empty`] and [`CaptureError::NotACapture`]. After an error nothing more
    /// comes (`Ok(None)`), except after an I/O error of kind `WouldBlock`, where the call can be repeated.
    #[allow(clippy::should_implement_trait, reason = "the packet borrows the reader, which no Iterator can do")]
    #[inline]
    pub fn next(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        let Some((Ordinary { time, link, captured, original_len, .. }, start)) = self.next_fast_path() else {
            return self.next_in_general();
        };
        let data = self.buffer.part(start + Ordinary::HEADER, captured);
        let original_len = original_len.max(captured);
        Ok(Some(Packet { frame: self.frames, time: Some(time), link, data, original_len, comments: Vec::new() }))
    }

    #[inline(never)]
    fn next_in_general(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        if !self.has_next()
            && let Some(error) = self.take_error()
        {
            return Err(error);
        }
        Ok(self.packet())
    }

    /// Reads on to the next packet where that is an ordinary one and its block whole in the buffer, and tells where in it the
    /// block starts; `None` leaves everything as it was. The same as [`Reader::has_next`] and [`Reader::packet`], which take longer.
    #[inline(always)]
    fn next_fast_path(&mut self) -> Option<(Ordinary, usize)> {
        let Format::Ng(ng) = &self.format else { return None };
        if self.finished || self.error.is_some() {
            return None;
        }
        let (data, start) = self.buffer.behind(self.pending)?;
        let ordinary = ng.packet_fast_path(data, &self.limits)?;
        self.buffer.consume(std::mem::replace(&mut self.pending, ordinary.total));
        self.found = None;
        self.frames += 1;
        Some((ordinary, start))
    }

    /// Reads on to the next packet, which [`Reader::packet`] then gives; `false` at the end or at an error, which
    /// [`Reader::take_error`] then gives.
    pub(super) fn has_next(&mut self) -> bool {
        self.buffer.consume(std::mem::take(&mut self.pending));
        self.found = None;
        if self.finished {
            return false;
        }
        match self.advance() {
            Ok(found) => {
                self.finished = found.is_none();
                self.found = found;
            }
            Err(error) => {
                let again = matches!(&error, CaptureError::Io { source, .. } if source.kind() == ErrorKind::WouldBlock);
                self.finished = !again;
                self.too_large += u64::from(matches!(error, CaptureError::TooLarge { .. }));
                self.expansion += u64::from(matches!(error, CaptureError::Expansion { .. }));
                self.error = Some(error);
            }
        }
        self.found.is_some()
    }

    /// Why the last [`Reader::has_next`] found nothing, if it was not the end.
    pub(super) fn take_error(&mut self) -> Option<CaptureError> {
        self.error.take()
    }

    /// The packet that [`Reader::has_next`] found.
    pub(super) fn packet(&mut self) -> Option<Packet<'_>> {
        let found = self.found.take()?;
        let block = match &self.format {
            #[cfg(feature = "etl")]
            Format::Etl(etl) => etl.packet_data(),
            _ => self.buffer.data(),
        };
        let data = block.get(found.data).unwrap_or(&[]);
        let comments = match &self.format {
            #[cfg(feature = "etl")]
            Format::Etl(etl) => etl.origin().map(|origin| origin.to_string().into()).into_iter().collect(),
            Format::Ng(ng) if !found.options.is_empty() => ng.comments(block.get(found.options).unwrap_or(&[])),
            _ => Vec::new(),
        };
        Some(Packet {
            frame: self.frames,
            time: found.time,
            link: found.link,
            data,
            original_len: found.original_len.max(data.len()),
            comments,
        })
    }

    /// How many frames were counted so far, as Wireshark counts them.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Bytes read of the input as it stands, compressed or not: to be compared with the file's size.
    #[must_use]
    pub fn input_position(&self) -> u64 {
        self.buffer.compressed().unwrap_or_else(|| self.position())
    }

    /// Bytes of the capture read and used up so far; of a compressed one, after decompression.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.buffer.offset().saturating_add(self.pending as u64)
    }

    /// What could not be used, the first [`CaptureLimits::problems`] of them.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What limits and contradictions cost so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let names_dropped = self.names().map_or(0, Names::dropped);
        let (times_out_of_range, first_out_of_range) = match &self.format {
            Format::Ng(ng) => ng.times_out_of_range(),
            Format::Pcap(_) => (0, 0),
            #[cfg(feature = "etl")]
            Format::Etl(etl) => etl.times_out_of_range(),
        };
        #[cfg(feature = "etl")]
        let trace = self.trace_counters().unwrap_or_default();
        #[cfg(feature = "etl")]
        let (trace_packets_evicted, trace_out_of_order, trace_calls_dropped) =
            (trace.packets_evicted, trace.out_of_order, trace.rpc_events_dropped);
        #[cfg(not(feature = "etl"))]
        let (trace_packets_evicted, trace_out_of_order, trace_calls_dropped) = (0, 0, 0);
        Counters {
            problems: self.problem_count,
            names_dropped,
            too_large: self.too_large,
            expansion: self.expansion,
            damage: self.damage,
            skipped_bytes: self.skipped_bytes,
            times_out_of_range,
            first_out_of_range,
            trace_packets_evicted,
            trace_out_of_order,
            trace_calls_dropped,
        }
    }

    /// How many things could not be used.
    #[must_use]
    pub fn problem_count(&self) -> u64 {
        self.problem_count
    }

    /// What kind of file this is: `pcapng`, `pcap` or the name of one of its variants.
    #[must_use]
    pub fn format_name(&self) -> &'static str {
        match &self.format {
            Format::Pcap(pcap) => pcap.variant.name(),
            Format::Ng(_) => "pcapng",
            #[cfg(feature = "etl")]
            Format::Etl(_) => "ETL",
        }
    }

    /// What the current section's header tells; `None` for classic pcap.
    #[must_use]
    pub fn section(&self) -> Option<&Section> {
        match &self.format {
            Format::Ng(ng) => Some(ng.section()),
            _ => None,
        }
    }

    /// Host names from the name resolution blocks read so far; `None` for classic pcap.
    #[must_use]
    pub fn names(&self) -> Option<&Names> {
        match &self.format {
            Format::Ng(ng) => Some(ng.names()),
            _ => None,
        }
    }

    /// Bytes of memory that the buffer takes.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    fn advance(&mut self) -> Result<Option<Found>, CaptureError> {
        match &mut self.format {
            Format::Pcap(_) => self.advance_pcap(),
            Format::Ng(_) => self.advance_ng(),
            #[cfg(feature = "etl")]
            Format::Etl(_) => self.advance_etl(),
        }
    }

    /// Brings `needed` bytes into the buffer; `Ok(false)` at a clean end, an error when the input ends in between.
    pub(super) fn require(&mut self, needed: usize) -> Result<bool, CaptureError> {
        let available = match self.buffer.fill(needed) {
            Ok(available) => available,
            Err(source) => return Err(self.io(source)),
        };
        if available >= needed {
            return Ok(true);
        }
        if available == 0 && !self.buffer.is_cut() {
            return Ok(false);
        }
        Err(self.truncated(needed as u64, available as u64))
    }

    pub(super) fn io(&self, source: io::Error) -> CaptureError {
        if let Some(expansion) = source.get_ref().and_then(|source| source.downcast_ref::<Expansion>()) {
            let Expansion { compressed, decompressed } = *expansion;
            return CaptureError::Expansion { frames: self.frames, compressed, decompressed };
        }
        CaptureError::Io { offset: self.buffer.offset().saturating_add(self.buffer.data().len() as u64), source }
    }

    pub(super) fn truncated(&self, needed: u64, available: u64) -> CaptureError {
        CaptureError::Truncated { offset: self.buffer.offset(), frames: self.frames, needed, available }
    }

    pub(super) fn corrupt(&self, reason: &'static str) -> CaptureError {
        CaptureError::Corrupt { offset: self.buffer.offset(), frames: self.frames, reason }
    }

    pub(super) fn too_large(&self, claimed: u64) -> CaptureError {
        CaptureError::TooLarge {
            offset: self.buffer.offset(),
            frames: self.frames,
            claimed,
            limit: self.limits.block as u64,
        }
    }

    /// Passes over a whole block without keeping it.
    pub(super) fn skip(&mut self, length: u64) -> Result<(), CaptureError> {
        let offset = self.buffer.offset();
        match self.buffer.skip(length) {
            Ok(skipped) if skipped < length => {
                Err(CaptureError::Truncated { offset, frames: self.frames, needed: length, available: skipped })
            }
            Ok(_) => Ok(()),
            Err(source) => Err(self.io(source)),
        }
    }

    pub(super) fn problem(&mut self, reason: &'static str) {
        self.problem_count += 1;
        if self.problems.len() < self.limits.problems {
            let offset = self.buffer.offset();
            self.problems.push(Problem { offset, frame: self.frames, reason, skipped: None });
        }
    }

    /// Notes damage that was passed over.
    pub(super) fn damaged(&mut self, offset: u64, skipped: u64, reason: &'static str) {
        self.problem_count += 1;
        self.damage += 1;
        self.skipped_bytes = self.skipped_bytes.saturating_add(skipped);
        if self.problems.len() < self.limits.problems {
            self.problems.push(Problem { offset, frame: self.frames, reason, skipped: Some(skipped) });
        }
    }

    /// Brings bytes into the buffer beyond what the packet at hand needs, if they need not be waited for.
    pub(super) fn look_ahead(&mut self, wanted: usize) {
        if !self.live {
            self.buffer.fill_ahead(wanted);
        }
    }

    /// Brings bytes into the buffer up to `needed` from its start; returns how many are there.
    pub(super) fn fill(&mut self, needed: usize) -> Result<usize, CaptureError> {
        self.buffer.fill(needed).map_err(|source| self.io(source))
    }
}

/// Tells the format by the first bytes and uses up the header of a classic file.
fn recognise<R: Read>(buffer: &mut Buffer<R>, limits: &CaptureLimits) -> Result<Format, CaptureError> {
    #[cfg(not(feature = "etl"))]
    let _ = limits;
    let available = buffer.fill(24).map_err(|source| CaptureError::Io { offset: 0, source })?;
    let data = buffer.data();
    if available == 0 && !buffer.is_cut() {
        return Err(CaptureError::Empty);
    }
    let truncated = |needed: usize, available: usize| CaptureError::Truncated {
        offset: 0,
        frames: 0,
        needed: needed as u64,
        available: available as u64,
    };
    if Ng::is_section(data) {
        return if available < 12 { Err(truncated(28, available)) } else { Ok(Format::Ng(Box::default())) };
    }
    let mut recognised = pcap::recognise(data);
    if let Recognised::Incomplete(needed) = recognised {
        // A variant with a longer header.
        buffer.fill(needed).map_err(|source| CaptureError::Io { offset: 0, source })?;
        recognised = pcap::recognise(buffer.data());
    }
    match recognised {
        Recognised::Pcap(pcap, size) => {
            buffer.consume(size);
            Ok(Format::Pcap(pcap))
        }
        Recognised::Incomplete(needed) => Err(truncated(needed, buffer.data().len())),
        Recognised::Other if buffer.is_cut() && available < 4 => Err(truncated(24, available)),
        Recognised::Other => {
            #[cfg(feature = "etl")]
            if let Some(etl) = super::etl::recognise(buffer, limits)? {
                return Ok(Format::Etl(Box::new(etl)));
            }
            let data = buffer.data();
            let start = data.get(..16).unwrap_or(data).to_vec();
            // Of what was asked for, so that it makes no difference how much came at once.
            let guess = guess(data.get(..24).unwrap_or(data));
            Err(CaptureError::NotACapture { start, guess })
        }
    }
}

/// The four bytes at `at` as a number, 0 where they are not all there.
pub(super) fn u32_at(data: &[u8], at: usize, big_endian: bool) -> u32 {
    let bytes = at.checked_add(4).and_then(|end| data.get(at..end)).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
    match bytes {
        Some(bytes) if big_endian => u32::from_be_bytes(bytes),
        Some(bytes) => u32::from_le_bytes(bytes),
        None => 0,
    }
}
