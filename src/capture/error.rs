//! What can go wrong with a capture file, each in one line that says what was found. Offsets in compressed files count
//! decompressed bytes.

use std::fmt;
use std::io;

/// Why a capture can't be read, or not any further.
///
/// After any of these [`Reader::next`](super::Reader::next) returns `Ok(None)`; every packet before was returned.
#[derive(Debug)]
#[non_exhaustive]
pub enum CaptureError {
    /// The input has no byte.
    Empty,
    /// The input starts like no capture file.
    NotACapture {
        /// Its first bytes, at most 16.
        start: Vec<u8>,
        /// What it looks like, where that can be told, and what to do about it.
        guess: Option<&'static str>,
    },
    /// The input ends inside a header, a packet or a block. Everything before was returned, so a caller may warn and
    /// go on with what it has: see [`CaptureError::is_truncated`].
    Truncated {
        /// Where the unfinished header, packet or block starts, in bytes from the start of the input.
        offset: u64,
        /// Packets that came before.
        frames: u64,
        /// Bytes that it should have.
        needed: u64,
        /// Bytes that are there.
        available: u64,
    },
    /// A packet or block claims to be longer than the limit.
    TooLarge {
        /// Where it starts, in bytes from the start of the input.
        offset: u64,
        /// Packets that came before.
        frames: u64,
        /// Bytes that it claims.
        claimed: u64,
        /// Bytes that [`CaptureLimits::block`](super::CaptureLimits::block) allows.
        limit: u64,
    },
    /// A length or header that leaves no way to find the next packet.
    Corrupt {
        /// Where, in bytes from the start of the input.
        offset: u64,
        /// Packets that came before.
        frames: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// A compressed capture expands beyond the limits.
    Expansion {
        /// Packets that came before.
        frames: u64,
        /// Compressed bytes read.
        compressed: u64,
        /// Bytes that they may expand to, see [`CaptureLimits::decompressed_ratio`](super::CaptureLimits::decompressed_ratio).
        decompressed: u64,
    },
    /// The file can't be opened.
    Open {
        /// The system's error.
        source: io::Error,
    },
    /// Reading failed.
    Io {
        /// Where, in bytes from the start of the input.
        offset: u64,
        /// The system's error.
        source: io::Error,
    },
}

impl CaptureError {
    /// Whether the capture is merely cut off at its end, as when the recording program was killed.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        matches!(self, CaptureError::Truncated { .. })
    }
}

impl fmt::Display for CaptureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CaptureError::Empty => write!(f, "the file is empty"),
            CaptureError::NotACapture { start, guess } => {
                write!(f, "not a capture file: it starts with ")?;
                for (i, byte) in start.iter().enumerate() {
                    write!(f, "{}{byte:02x}", if i == 0 { "" } else { " " })?;
                }
                match guess {
                    Some(guess) => write!(f, ", which is {guess}"),
                    None => write!(f, "; pcap and pcapng are understood"),
                }
            }
            CaptureError::Truncated { offset, frames, needed, available } if *frames == 0 && *offset == 0 => {
                write!(f, "the file ends inside its header: {available} of at least {needed} bytes are there")
            }
            CaptureError::Truncated { offset, frames, needed, available } => write!(
                f,
                "the file is cut off: what starts at offset {offset}, after packet {frames}, has {available} of \
                 {needed} bytes"
            ),
            CaptureError::TooLarge { offset, frames, claimed, limit } => write!(
                f,
                "what starts at offset {offset}, after packet {frames}, claims {claimed} bytes; the limit is {limit}"
            ),
            CaptureError::Corrupt { offset, frames, reason } => {
                write!(f, "the file is corrupt at offset {offset}, after packet {frames}: {reason}")
            }
            CaptureError::Expansion { frames, compressed, decompressed } => write!(
                f,
                "decompressing was stopped after packet {frames}: {compressed} compressed bytes expand to more than \
                 {decompressed}"
            ),
            CaptureError::Open { source } => write!(f, "can't be opened: {source}"),
            CaptureError::Io { offset, source } => write!(f, "reading failed at offset {offset}: {source}"),
        }
    }
}

impl std::error::Error for CaptureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CaptureError::Open { source } | CaptureError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
