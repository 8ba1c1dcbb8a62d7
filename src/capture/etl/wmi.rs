//! `WMI_BUFFER_HEADER`, with which each buffer of a trace begins: 72 bytes in all versions.
//!
//! Source: Geoff Chappell, "WMI_BUFFER_HEADER" (docs/etl.md has the address).

use super::bytes::{size_at, u16_at, u32_at, u64_at};

/// Bytes of the header.
pub(super) const HEADER: usize = 0x48;

/// The largest buffer of a trace that Windows makes, in bytes: 16 MiB.
pub(super) const LARGEST: usize = 16 << 20;

/// Events were lost before this buffer.
const EVENTS_LOST: u16 = 0x02;
/// Buffers were lost before this one.
const BUFFER_LOST: u16 = 0x04;
/// The processor's number has 16 bits.
const PROC_INDEX: u16 = 0x20;
/// What follows the header is compressed.
const COMPRESSED: u16 = 0x40;

/// `ETW_BUFFER_TYPE_HEADER`: the buffer begins with the logfile header, and so a file or what was appended to one.
const TYPE_HEADER: u16 = 4;
/// The largest type.
const TYPE_MAXIMUM: u16 = 8;

/// The fields of a buffer's header that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BufferHeader {
    /// Bytes that the buffer takes in the file, this header included (0x00).
    pub(super) size: usize,
    /// Bytes up to the end of the last event, this header included (0x30); of a compressed buffer, after decompression.
    /// May be wrong: it is what the file says.
    filled: usize,
    /// The same as the logger has saved it (0x04).
    saved: usize,
    /// When the buffer was written to the file, in the session's clock (0x10).
    pub(super) flushed: u64,
    /// Number of the buffer (0x18).
    pub(super) sequence: u64,
    /// The processor whose events are in it (0x28).
    pub(super) processor: u16,
    /// State (0x2c); of a header's buffer the low half tells how the others are compressed.
    pub(super) state: u32,
    /// Flags (0x34).
    flags: u16,
    /// What kind of buffer it is (0x36).
    kind: u16,
}

impl BufferHeader {
    /// Reads a header; `None` where fewer than its 72 bytes are there.
    pub(super) fn read(data: &[u8]) -> Option<Self> {
        let data = data.get(..HEADER)?;
        let flags = u16_at(data, 0x34)?;
        let processor = u16_at(data, 0x28)?;
        Some(BufferHeader {
            size: size_at(data, 0)?,
            filled: size_at(data, 0x30)?,
            saved: size_at(data, 4)?,
            flushed: u64_at(data, 0x10)?,
            sequence: u64_at(data, 0x18)?,
            processor: if flags & PROC_INDEX != 0 { processor } else { processor & 0xff },
            state: u32_at(data, 0x2c)?,
            flags,
            kind: u16_at(data, 0x36)?,
        })
    }

    /// Whether the fields are such as a logger writes.
    pub(super) fn is_plausible(&self) -> bool {
        let aligned = self.is_compressed() || self.size.is_multiple_of(1024);
        (HEADER..=LARGEST).contains(&self.size)
            && aligned
            && self.kind <= TYPE_MAXIMUM
            && self.flags < 0x100
            && (self.is_compressed() || self.filled().is_some())
    }

    /// Whether the buffer begins with a logfile header.
    pub(super) fn begins_session(&self) -> bool {
        self.kind == TYPE_HEADER
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.flags & COMPRESSED != 0
    }

    /// Whether something was lost before it: events, and whole buffers.
    pub(super) fn lost(&self) -> (bool, bool) {
        (self.flags & EVENTS_LOST != 0, self.flags & BUFFER_LOST != 0)
    }

    /// Bytes of events behind the header of an uncompressed buffer; `None` where none of the fields can be right.
    pub(super) fn filled(&self) -> Option<usize> {
        let end = [self.filled, self.saved].into_iter().find(|end| (HEADER..=self.size).contains(end))?;
        Some(end - HEADER)
    }

    /// Bytes of events of a compressed buffer once it is decompressed, by what the file says; `None` where that can't be.
    pub(super) fn decompressed(&self) -> Option<usize> {
        let end = [self.saved, self.filled].into_iter().find(|end| (HEADER..=LARGEST).contains(end))?;
        Some(end - HEADER)
    }
}

/// Whether the bytes are the beginning of a trace: a plausible buffer that begins with a logfile header, or, where fewer
/// than 76 bytes are there, could be.
pub(in crate::capture) fn is_trace(start: &[u8]) -> bool {
    let Some(header) = BufferHeader::read(start) else { return false };
    // The marker of a system event: version, header type 1 or 2, flags 0xc0.
    let marked = matches!(start.get(HEADER..HEADER + 4), Some([_, _, 1 | 2, 0xc0]));
    header.begins_session() && header.is_plausible() && !header.is_compressed() && marked
}
