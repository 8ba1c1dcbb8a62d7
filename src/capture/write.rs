//! Writes pcapng (draft-ietf-opsawg-pcapng): little-endian sections, time stamps in nanoseconds.
//!
//! A few fixed fields and padding, so no library is asked.

use super::{LinkType, Packet, Section};
use std::collections::HashMap;
use std::io::{self, Write};

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const CUSTOM: u32 = 0x0bad;
/// The enterprise number for examples (RFC 5612): nobody takes such a block for one of theirs.
const NOBODY: u32 = 32473;

const COMMENT: u16 = 1;

/// Writes packets to a pcapng file.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
    /// Options of each section's header.
    section: Vec<u8>,
    /// Link types of the section's interfaces.
    interfaces: HashMap<LinkType, u32>,
    /// The first interface's link type and snap length, by which simple packets go; `None` before the first section.
    first: Option<(LinkType, u32)>,
    block: Vec<u8>,
}

/// Captured lengths are bounded by [`super::CaptureLimits::block`], so nothing is lost here.
fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// An option: number, length, value, padding to 4.
fn option(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    // The length has 16 bits.
    let value = value.get(..0xfffc).unwrap_or(value);
    out.extend(code.to_le_bytes());
    out.extend((number(value.len()) as u16).to_le_bytes());
    out.extend(value);
    out.resize(out.len().next_multiple_of(4), 0);
}

impl<W: Write> Writer<W> {
    /// A file whose sections say what `about` says, and `comment` before its comments. Nothing is written before the
    /// first packet.
    pub fn new(out: W, about: Option<&Section>, comment: &str) -> Self {
        let mut section = Vec::new();
        option(&mut section, COMMENT, comment.as_bytes());
        if let Some(about) = about {
            for earlier in &about.comments {
                option(&mut section, COMMENT, earlier.as_bytes());
            }
            for (code, text) in [(2, &about.hardware), (3, &about.os)] {
                if let Some(text) = text {
                    option(&mut section, code, text.as_bytes());
                }
            }
        }
        option(&mut section, 4, concat!("cluscope ", env!("CARGO_PKG_VERSION")).as_bytes());
        option(&mut section, 0, &[]);
        Writer { out, section, interfaces: HashMap::new(), first: None, block: Vec::new() }
    }

    /// Writes a packet with its comments; `data` in place of its own if given, `comment` behind its own.
    ///
    /// A packet without a time stamp becomes a simple packet block, which has no place for comments.
    ///
    /// # Errors
    ///
    /// When the output can't be written.
    pub fn packet(&mut self, packet: &Packet<'_>, data: Option<&[u8]>, comment: Option<&str>) -> io::Result<()> {
        let data = data.unwrap_or(packet.data);
        let Some(time) = packet.time else { return self.simple(packet, data) };
        if self.first.is_none() {
            self.begin(packet.link, 0)?;
        }
        let interface = match self.interfaces.get(&packet.link) {
            Some(interface) => *interface,
            None => self.interface(packet.link, 0)?,
        };
        let nanos = u64::try_from(time.0).unwrap_or(0);
        let [low, high] = [nanos & 0xffff_ffff, nanos >> 32].map(|half| u32::try_from(half).unwrap_or(0));
        let mut block = std::mem::take(&mut self.block);
        block.clear();
        for field in [interface, high, low, number(data.len()), number(packet.original_len)] {
            block.extend(field.to_le_bytes());
        }
        block.extend(data);
        block.resize(block.len().next_multiple_of(4), 0);
        let comments = packet.comments.iter().map(AsRef::as_ref).chain(comment);
        let before = block.len();
        comments.for_each(|comment: &str| option(&mut block, COMMENT, comment.as_bytes()));
        if block.len() > before {
            option(&mut block, 0, &[]);
        }
        let written = self.write(ENHANCED_PACKET, &block);
        self.block = block;
        written
    }

    /// Writes a block without contents that Wireshark gives a frame number, in place of one that isn't written, so that
    /// the packets behind it keep theirs.
    ///
    /// # Errors
    ///
    /// When the output can't be written.
    pub fn placeholder(&mut self) -> io::Result<()> {
        if self.first.is_none() {
            self.begin(LinkType::ETHERNET, 0)?;
        }
        self.write(CUSTOM, &NOBODY.to_le_bytes())
    }

    /// Brings everything to the output.
    ///
    /// # Errors
    ///
    /// When the output can't be written.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.first.is_none() {
            // A file without packets is still a file.
            self.begin(LinkType::ETHERNET, 0)?;
        }
        self.out.flush()
    }

    /// The output.
    pub fn into_inner(self) -> W {
        self.out
    }

    /// Simple packets belong to their section's first interface, whose snap length says how much of them is there.
    fn simple(&mut self, packet: &Packet<'_>, data: &[u8]) -> io::Result<()> {
        let (len, original) = (number(data.len()), number(packet.original_len));
        let fits = |(link, snaplen): (LinkType, u32)| {
            link == packet.link && len == if snaplen == 0 { original } else { original.min(snaplen) }
        };
        if !self.first.is_some_and(fits) {
            self.begin(packet.link, if len == original { 0 } else { len })?;
        }
        let mut block = original.to_le_bytes().to_vec();
        block.extend(data);
        self.write(SIMPLE_PACKET, &block)
    }

    fn begin(&mut self, link: LinkType, snaplen: u32) -> io::Result<()> {
        let mut block = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
        block.extend([1, 0, 0, 0]);
        block.extend([0xff; 8]);
        block.extend(&self.section);
        self.write(SECTION, &block)?;
        self.interfaces.clear();
        self.first = Some((link, snaplen));
        self.interface(link, snaplen).map(drop)
    }

    fn interface(&mut self, link: LinkType, snaplen: u32) -> io::Result<u32> {
        let index = number(self.interfaces.len());
        let mut block = ((link.0 & 0xffff) as u16).to_le_bytes().to_vec();
        block.extend([0, 0]);
        block.extend(snaplen.to_le_bytes());
        // if_tsresol: nanoseconds.
        option(&mut block, 9, &[9]);
        option(&mut block, 0, &[]);
        self.write(INTERFACE, &block)?;
        self.interfaces.insert(link, index);
        Ok(index)
    }

    fn write(&mut self, kind: u32, body: &[u8]) -> io::Result<()> {
        let padding = body.len().next_multiple_of(4) - body.len();
        let length = number(body.len() + padding + 12).to_le_bytes();
        self.out.write_all(&kind.to_le_bytes())?;
        self.out.write_all(&length)?;
        self.out.write_all(body)?;
        self.out.write_all([0; 4].get(..padding).unwrap_or_default())?;
        self.out.write_all(&length)
    }
}
