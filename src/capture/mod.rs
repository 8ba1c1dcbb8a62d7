//! Capture files: pcap (micro- and nanoseconds, both byte orders, and its variants) and pcapng, as a stream of
//! [`Packet`]s; also compressed with gzip, zstd or lz4 (feature `compress`).
//!
//! With feature `etl` event traces of Windows too, see `etl/mod.rs`.
//!
//! [`Reader`] takes anything that is [`std::io::Read`], a pipe as well as a file, and holds one block at a time: memory
//! does not grow with the file. Block and record layouts are read by the `pcap-parser` crate, nowhere else in this
//! project. Everything a file says about its own lengths is checked against [`CaptureLimits`] and against the bytes present.
//!
//! Damage does not end the reading: the next plausible record or block is searched for, and what was passed over is
//! told as a [`Problem`].
//!
//! Next: `reader.rs` for the reader, `advance.rs` for its loop, `pcap.rs` and `pcapng.rs` for the formats, `resync.rs`
//! for the search behind damage, `error.rs` for what can go wrong.
//! What the packets carry is the business of [`crate::net`].

use crate::base::Timestamp;
use std::borrow::Cow;

#[cfg(feature = "pcap")]
mod advance;
#[cfg(feature = "pcap")]
mod buffer;
#[cfg(feature = "pcap")]
mod decompress;
#[cfg(feature = "pcap")]
mod error;
#[cfg(feature = "etl")]
pub mod etl;
#[cfg(feature = "pcap")]
mod files;
mod foreign;
#[cfg(feature = "compress")]
mod gzip;
mod link_type;
#[cfg(feature = "compress")]
mod lz4;
#[cfg(feature = "pcap")]
mod pcap;
#[cfg(feature = "pcap")]
mod pcapng;
#[cfg(feature = "pcap")]
mod reader;
#[cfg(feature = "pcap")]
mod resync;
#[cfg(feature = "pcap")]
mod time;
#[cfg(feature = "pcap")]
mod write;

#[cfg(feature = "pcap")]
pub use error::CaptureError;
#[cfg(feature = "pcap")]
pub use files::{FileError, Files, sort_by_time};
pub use link_type::LinkType;
#[cfg(feature = "pcap")]
pub use pcapng::{Names, Section};
#[cfg(feature = "pcap")]
pub use reader::{Problem, Reader};
#[cfg(feature = "pcap")]
pub use write::Writer;

/// How much a capture may cost. The defaults suit files from unknown hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureLimits {
    /// The largest packet record (pcap) or packet block (pcapng) that is read, in bytes: 4 MiB. A larger claim ends
    /// the reading with [`CaptureError::TooLarge`].
    pub block: usize,
    /// The largest options area, section header, interface description or name resolution block, in bytes: 256 KiB.
    /// Larger ones are noted as a [`Problem`]; the packet itself still comes out, without its comments.
    pub metadata: usize,
    /// Interfaces in one section of a pcapng file: 16384. Packets of interfaces beyond are noted and left out.
    pub interfaces: usize,
    /// Names kept from name resolution blocks: 4096. The others are counted.
    pub names: usize,
    /// Problems kept with their text: 64. The others are counted.
    pub problems: usize,
    /// A compressed capture may expand to so many bytes whatever its own size: 64 MiB.
    pub decompressed_free: u64,
    /// Beyond that, to so many times its own size: 1000. gzip can't reach much more, zstd and lz4 only with nonsense.
    pub decompressed_ratio: u64,
    /// And to so many bytes at most: 1 TiB.
    pub decompressed_total: u64,
    /// The largest window that a zstd stream may ask for, in bytes: 8 MiB, as RFC 8878 recommends. A stream that asks
    /// for more (`zstd --long`, `--ultra`) is refused with [`CaptureError::Io`], and so is an lz4 stream with blocks larger
    /// than three quarters of it, of which the largest are of 4 MiB.
    pub window: u64,
    /// Bytes of buffers of an event trace that are held to put events in the order of time: 8 MiB. No buffer may be larger,
    /// compressed or not, nor larger than [`CaptureLimits::block`].
    pub trace_window: usize,
    /// Bytes of packets of an event trace that wait for their other fragments, and as many for their other copies: 1 MiB.
    pub trace_packets: usize,
}

#[cfg(feature = "etl")]
impl CaptureLimits {
    /// The largest buffer of a trace as it stands in the file.
    fn largest_buffer(&self) -> usize {
        self.block.min(self.trace_window)
    }
}

impl Default for CaptureLimits {
    fn default() -> Self {
        CaptureLimits {
            block: 4 << 20,
            metadata: 256 << 10,
            interfaces: 1 << 14,
            names: 1 << 12,
            problems: 64,
            decompressed_free: 64 << 20,
            decompressed_ratio: 1000,
            decompressed_total: 1 << 40,
            window: 8 << 20,
            trace_window: 8 << 20,
            trace_packets: 1 << 20,
        }
    }
}

/// What limits and contradictions cost of a capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// What could not be used, [`Problem`]s, whether kept with their text or not.
    pub problems: u64,
    /// Names left out for [`CaptureLimits::names`].
    pub names_dropped: u64,
    /// Files that were not read on for [`CaptureLimits::block`].
    pub too_large: u64,
    /// Files that were not read on because they expand too much.
    pub expansion: u64,
    /// Places where damage was passed over to the next plausible record or block.
    pub damage: u64,
    /// Bytes that were passed over there.
    pub skipped_bytes: u64,
    /// Packets whose time does not fit into 64 bits of nanoseconds, which reach from 1678 to 2262: they have none here.
    pub times_out_of_range: u64,
    /// The first of them, 0 for none.
    pub first_out_of_range: u64,
    /// Packets of event traces handed out unfinished for [`CaptureLimits::trace_packets`].
    pub trace_packets_evicted: u64,
    /// Packets of event traces behind one with a later time, for [`CaptureLimits::trace_window`].
    pub trace_out_of_order: u64,
    /// Events of the RPC runtime left out because nobody asked for those before.
    pub trace_calls_dropped: u64,
}

impl Counters {
    /// Adds another file's counts.
    pub fn add(&mut self, other: &Counters) {
        self.problems = self.problems.saturating_add(other.problems);
        self.names_dropped = self.names_dropped.saturating_add(other.names_dropped);
        self.too_large = self.too_large.saturating_add(other.too_large);
        self.expansion = self.expansion.saturating_add(other.expansion);
        self.damage = self.damage.saturating_add(other.damage);
        self.skipped_bytes = self.skipped_bytes.saturating_add(other.skipped_bytes);
        self.times_out_of_range = self.times_out_of_range.saturating_add(other.times_out_of_range);
        self.trace_packets_evicted = self.trace_packets_evicted.saturating_add(other.trace_packets_evicted);
        self.trace_out_of_order = self.trace_out_of_order.saturating_add(other.trace_out_of_order);
        self.trace_calls_dropped = self.trace_calls_dropped.saturating_add(other.trace_calls_dropped);
        if self.first_out_of_range == 0 {
            self.first_out_of_range = other.first_out_of_range;
        }
    }
}

/// One captured packet, borrowed from the [`Reader`] until it reads on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Number of the packet, from 1, as Wireshark's `frame.number`: blocks that Wireshark shows as a frame without
    /// their being packets use up numbers too.
    pub frame: u64,
    /// When it was captured; absent for simple packet blocks and for times that don't fit.
    pub time: Option<Timestamp>,
    /// What the data begins with.
    pub link: LinkType,
    /// The captured bytes.
    pub data: &'a [u8],
    /// The packet's length on the wire in bytes, as the file says; never less than `data.len()`.
    pub original_len: usize,
    /// Comments on this packet (pcapng option 1), ill-formed UTF-8 replaced.
    pub comments: Vec<Cow<'a, str>>,
}

#[cfg(test)]
mod tests;
