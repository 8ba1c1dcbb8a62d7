//! The capture file: pcapng, or the older pcap with time stamps in nanoseconds.

use super::members::wrong;
use crate::base::Timestamp;
use crate::capture::{LinkType, Packet, Writer};
use crate::ndr::EncodeError;
use std::io::{self, Write};

/// A format of capture files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// pcapng (draft-ietf-opsawg-pcapng).
    #[default]
    Pcapng,
    /// pcap (draft-ietf-opsawg-pcap), little-endian, nanoseconds.
    Pcap,
}

/// The magic number of pcap with nanoseconds.
const MAGIC: u32 = 0xa1b2_3c4d;

/// The snap length that a pcap file states: what every program takes.
const SNAPLEN: u32 = 262_144;

const BILLION: u64 = 1_000_000_000;

#[derive(Debug)]
pub(super) enum File<W: Write> {
    Pcapng(Box<Writer<W>>),
    Pcap(W),
}

impl<W: Write> File<W> {
    pub(super) fn new(out: W, format: Format) -> File<W> {
        match format {
            Format::Pcapng => File::Pcapng(Box::new(Writer::new(out, None, "Made from lines by cluscope make."))),
            Format::Pcap => File::Pcap(out),
        }
    }

    /// Writes a packet of Ethernet, counted from 1.
    pub(super) fn packet(&mut self, number: u64, time: Timestamp, data: &[u8]) -> Result<(), EncodeError> {
        let written = match self {
            File::Pcapng(writer) => {
                let (link, original_len) = (LinkType::ETHERNET, data.len());
                let packet = Packet { frame: number, time: Some(time), link, data, original_len, comments: Vec::new() };
                writer.packet(&packet, None, None)
            }
            File::Pcap(out) => {
                let nanos = u64::try_from(time.0).unwrap_or(0);
                let seconds = u32::try_from(nanos / BILLION)
                    .map_err(|_| wrong("time", "beyond 2106, which pcap has no room for; pcapng has"))?;
                let length = data.len() as u32;
                let mut record = Vec::with_capacity(40 + data.len());
                if number == 1 {
                    record.extend(header());
                }
                for field in [seconds, (nanos % BILLION) as u32, length, length] {
                    record.extend(field.to_le_bytes());
                }
                record.extend_from_slice(data);
                out.write_all(&record)
            }
        };
        written.map_err(|e| EncodeError::new(format_args!("writing: {e}")))
    }

    pub(super) fn finish(self) -> io::Result<W> {
        match self {
            File::Pcapng(mut writer) => {
                writer.flush()?;
                Ok(writer.into_inner())
            }
            File::Pcap(mut out) => {
                out.flush()?;
                Ok(out)
            }
        }
    }
}

/// Version 2.4, no time zone, no accuracy.
fn header() -> Vec<u8> {
    let mut header = MAGIC.to_le_bytes().to_vec();
    header.extend([2, 0, 4, 0]);
    header.extend([0; 8]);
    header.extend(SNAPLEN.to_le_bytes());
    header.extend(LinkType::ETHERNET.0.to_le_bytes());
    header
}
