//! pcapng: sections, interfaces, packets, names (draft-ietf-opsawg-pcapng).
//!
//! Every block reaches this file whole. Sections may differ in byte order; interfaces belong to their section.

use super::reader::{Found, u32_at};
use super::time::Clock;
use super::{CaptureLimits, LinkType};
use crate::base::Timestamp;
use pcap_parser::nom::Parser;
use pcap_parser::{Block, OptionCode, PcapError, PcapNGOption};
use std::borrow::Cow;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) const SECTION: u32 = 0x0a0d_0d0a;
pub(super) const INTERFACE: u32 = 1;
/// The obsolete packet block, which the library hands over unread.
pub(super) const PACKET: u32 = 2;
pub(super) const SIMPLE_PACKET: u32 = 3;
const NAMES: u32 = 4;
pub(super) const ENHANCED_PACKET: u32 = 6;
/// Blocks that Wireshark 4.0 gives a frame number though they are no packets: systemd journal entries, custom blocks
/// of both kinds, Sysdig events. Found by giving tshark 4.0.17 one block of each type; blocks of other unknown types
/// get none.
const OTHER_FRAMES: [u32; 6] = [9, 0x0bad, 0x4000_0bad, 0x0204, 0x0216, 0x0221];

/// What a section header tells about the recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Comments on the section.
    pub comments: Vec<String>,
    /// Hardware that recorded it.
    pub hardware: Option<String>,
    /// Operating system that recorded it.
    pub os: Option<String>,
    /// Program that recorded it.
    pub application: Option<String>,
}

/// Host names from name resolution blocks, at most [`CaptureLimits::names`].
#[derive(Clone, Debug, Default)]
pub struct Names {
    by_address: HashMap<IpAddr, Box<str>>,
    dropped: u64,
}

impl Names {
    /// The first name recorded for an address.
    #[must_use]
    pub fn get(&self, address: IpAddr) -> Option<&str> {
        self.by_address.get(&address).map(AsRef::as_ref)
    }

    /// Every address with its name, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (IpAddr, &str)> {
        self.by_address.iter().map(|(address, name)| (*address, name.as_ref()))
    }

    /// How many names were left out because of the limit.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn insert(&mut self, address: IpAddr, name: &[u8], limits: &CaptureLimits) {
        if self.by_address.contains_key(&address) {
            return;
        }
        if self.by_address.len() >= limits.names {
            self.dropped += 1;
            return;
        }
        // A DNS name has at most 255 bytes; a longer one is cut.
        let name = name.get(..255).unwrap_or(name);
        self.by_address.insert(address, String::from_utf8_lossy(name).as_ref().into());
    }
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    /// `None` when its description could not be read.
    link: Option<LinkType>,
    snaplen: usize,
    clock: Clock,
}

/// An enhanced packet block without options: its packet begins behind [`Ordinary::HEADER`] bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ordinary {
    pub(super) time: Timestamp,
    pub(super) link: LinkType,
    /// Bytes of the packet.
    pub(super) captured: usize,
    pub(super) original_len: usize,
    /// Bytes of the block.
    pub(super) total: usize,
}

impl Ordinary {
    pub(super) const HEADER: usize = 28;

    pub(super) fn found(self) -> Found {
        Found {
            time: Some(self.time),
            link: self.link,
            data: Ordinary::HEADER..Ordinary::HEADER + self.captured,
            original_len: self.original_len,
            options: 0..0,
            out_of_range: false,
        }
    }
}

/// What came of a block.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A packet, and maybe something wrong about it.
    Packet(Found, Option<&'static str>),
    /// Nothing to hand out.
    Nothing,
    /// The block could not be used.
    Problem(&'static str),
}

/// State of a pcapng file.
#[derive(Debug, Default)]
pub(super) struct Ng {
    big_endian: bool,
    in_section: bool,
    interfaces: Vec<Interface>,
    section: Section,
    names: Names,
    /// Packets whose time does not fit, and the first one's number.
    times_out_of_range: (u64, u64),
}

impl Ng {
    /// Whether a section header starts here; its type reads the same in both byte orders.
    pub(super) fn is_section(data: &[u8]) -> bool {
        data.len() >= 4 && u32_at(data, 0, false) == SECTION
    }

    /// Whether blocks of this type are brought into the buffer; the others are passed over.
    pub(super) fn is_read(kind: u32) -> bool {
        matches!(kind, SECTION | INTERFACE | PACKET | SIMPLE_PACKET | NAMES | ENHANCED_PACKET)
    }

    /// Whether Wireshark gives blocks of this type a frame number.
    pub(super) fn is_frame(kind: u32) -> bool {
        matches!(kind, PACKET | SIMPLE_PACKET | ENHANCED_PACKET) || OTHER_FRAMES.contains(&kind)
    }

    pub(super) fn big_endian(&self) -> bool {
        self.big_endian
    }

    pub(super) fn in_section(&self) -> bool {
        self.in_section
    }

    /// Whether an interface of this number was described.
    pub(super) fn has_interface(&self, number: u32) -> bool {
        usize::try_from(number).is_ok_and(|number| number < self.interfaces.len())
    }

    /// How many packets have a time that does not fit, and the number of the first.
    pub(super) fn times_out_of_range(&self) -> (u64, u64) {
        self.times_out_of_range
    }

    /// Counts a packet whose time does not fit.
    pub(super) fn time_out_of_range(&mut self, frame: u64) {
        let (count, first) = &mut self.times_out_of_range;
        if *count == 0 {
            *first = frame;
        }
        *count += 1;
    }

    pub(super) fn section(&self) -> &Section {
        &self.section
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// Whether blocks of this type are known to exist, whether they are read or not.
    pub(super) fn is_registered(kind: u32) -> bool {
        matches!(kind, SECTION | 1..=12 | 0x0bad | 0x4000_0bad | 0x0201..=0x0221 | 0x8000_0001)
    }

    /// Whether a section header's first twelve bytes, by their magic number, are in big-endian order; `None` without it.
    pub(super) fn section_order(data: &[u8]) -> Option<bool> {
        const MAGIC: u32 = 0x1a2b_3c4d;
        match u32_at(data, 8, false) {
            MAGIC => Some(false),
            other if other == MAGIC.swap_bytes() => Some(true),
            _ => None,
        }
    }

    /// Begins a section and forgets the one before.
    pub(super) fn enter_section(&mut self, big_endian: bool) {
        self.big_endian = big_endian;
        self.in_section = true;
        self.interfaces.clear();
        self.section = Section::default();
    }

    /// Reads a whole enhanced packet block without options at the start of `data`, as nearly all are: the packet and the
    /// block's length. `None` where anything is out of the ordinary, which [`Ng::block`] then looks into.
    #[inline(always)]
    pub(super) fn packet_fast_path(&self, data: &[u8], limits: &CaptureLimits) -> Option<Ordinary> {
        match (self.in_section, self.big_endian) {
            (false, _) => None,
            (true, false) => self.packet_in_order(data, limits, u32::from_le_bytes),
            (true, true) => self.big_endian_packet(data, limits),
        }
    }

    #[inline(never)]
    fn big_endian_packet(&self, data: &[u8], limits: &CaptureLimits) -> Option<Ordinary> {
        self.packet_in_order(data, limits, u32::from_be_bytes)
    }

    #[inline(always)]
    fn packet_in_order(&self, data: &[u8], limits: &CaptureLimits, read: impl Fn([u8; 4]) -> u32) -> Option<Ordinary> {
        let (words, _) = data.first_chunk::<28>()?.as_chunks::<4>();
        let &[kind, length, interface, high, low, captured, original] = words else { return None };
        let total = read(length) as usize;
        let captured = read(captured) as usize;
        // Behind the packet, padded to four bytes, the length stands once more.
        if read(kind) != ENHANCED_PACKET
            || total > limits.block
            || captured.checked_next_multiple_of(4)?.checked_add(32)? != total
            || data.get(total - 4..total)? != length
        {
            return None;
        }
        let interface = self.interfaces.get(read(interface) as usize)?;
        Some(Ordinary {
            // A time that does not fit is counted in the general path.
            time: interface.clock.time(u64::from(read(high)) << 32 | u64::from(read(low)))?,
            link: interface.link?,
            captured,
            original_len: read(original) as usize,
            total,
        })
    }

    /// Reads one whole block of a type that [`Ng::is_read`] named.
    pub(super) fn block(&mut self, kind: u32, block: &[u8], limits: &CaptureLimits) -> Outcome {
        if kind == ENHANCED_PACKET {
            // Options cost the library tens of bytes of memory each; without them the block is only a header.
            let captured = usize::try_from(u32_at(block, 20, self.big_endian)).unwrap_or(usize::MAX);
            let options = block.len().saturating_sub(32).saturating_sub(captured);
            if options > limits.metadata {
                return self.bare_packet(block, 8, "an options area beyond the limit");
            }
        }
        if kind == PACKET {
            return self.obsolete_packet(block, limits);
        }
        let shown = as_the_library_wants_it(block);
        let Some(parsed) = parse(kind, &shown, self.big_endian) else {
            return self.unreadable(kind, block, limits);
        };
        match parsed {
            Block::SectionHeader(header) => {
                self.section = Section {
                    comments: texts(&header.options, OptionCode::Comment).collect(),
                    hardware: texts(&header.options, OptionCode::ShbHardware).next(),
                    os: texts(&header.options, OptionCode::ShbOs).next(),
                    application: texts(&header.options, OptionCode::ShbUserAppl).next(),
                };
                Outcome::Nothing
            }
            Block::InterfaceDescription(interface) => {
                let link = LinkType(u32::from_le_bytes(interface.linktype.0.to_le_bytes()) & 0xffff);
                self.add_interface(
                    Interface {
                        link: Some(link),
                        snaplen: usize::try_from(interface.snaplen).unwrap_or(usize::MAX),
                        clock: self.clock(&interface.options),
                    },
                    limits,
                )
            }
            Block::EnhancedPacket(packet) => {
                let captured = usize::try_from(packet.caplen).unwrap_or(usize::MAX).min(packet.data.len());
                let padded = packet.data.len();
                let options = if packet.options.is_empty() {
                    0..0
                } else {
                    28_usize.saturating_add(padded)..block.len().saturating_sub(4)
                };
                self.packet(packet.if_id, packet.ts_high, packet.ts_low, 28, captured, packet.origlen, options)
            }
            Block::SimplePacket(packet) => {
                let Some(interface) = self.interfaces.first() else {
                    return Outcome::Problem("a simple packet block in a section without interface");
                };
                let Some(link) = interface.link else {
                    return Outcome::Problem("a packet of an interface whose description could not be read");
                };
                let original_len = usize::try_from(packet.origlen).unwrap_or(usize::MAX);
                let snaplen = if interface.snaplen == 0 { usize::MAX } else { interface.snaplen };
                let captured = original_len.min(snaplen).min(packet.data.len());
                let data = 12..12 + captured;
                let found = Found { time: None, link, data, original_len, options: 0..0, out_of_range: false };
                Outcome::Packet(found, None)
            }
            Block::NameResolution(names) => {
                for record in &names.nr {
                    crate::base::work::tick(1 + record.record_value.len());
                    self.name(record.record_type.0, record.record_value, limits);
                }
                Outcome::Nothing
            }
            _ => Outcome::Nothing,
        }
    }

    /// Comments among the options of a packet.
    pub(super) fn comments<'a>(&self, mut options: &'a [u8]) -> Vec<Cow<'a, str>> {
        let mut comments = Vec::new();
        loop {
            let parsed = if self.big_endian {
                pcap_parser::parse_option_be::<pcap_parser::PcapError<&[u8]>>(options)
            } else {
                pcap_parser::parse_option_le::<pcap_parser::PcapError<&[u8]>>(options)
            };
            let Ok((rest, option)) = parsed else { break };
            crate::base::work::tick(1 + usize::from(option.len));
            if option.code == OptionCode::EndOfOpt {
                break;
            }
            if option.code == OptionCode::Comment
                && let Cow::Borrowed(value) = option.value
            {
                let value = value.get(..usize::from(option.len)).unwrap_or(value);
                comments.push(String::from_utf8_lossy(value));
            }
            options = rest;
        }
        comments
    }

    /// The interface's clock. Length and byte order of the options are checked here, not by the library.
    fn clock(&self, options: &[PcapNGOption<'_>]) -> Clock {
        let mut clock = Clock::default();
        for option in options {
            crate::base::work::tick(1);
            let Ok(value) = option.as_bytes() else { continue };
            match option.code {
                OptionCode::EndOfOpt => break,
                OptionCode::IfTsresol => {
                    if let [resolution] = *value {
                        clock.resolution = resolution;
                    }
                }
                OptionCode::IfTsoffset => {
                    if let Ok(bytes) = <[u8; 8]>::try_from(value) {
                        clock.offset =
                            if self.big_endian { i64::from_be_bytes(bytes) } else { i64::from_le_bytes(bytes) };
                    }
                }
                _ => {}
            }
        }
        clock
    }

    fn add_interface(&mut self, interface: Interface, limits: &CaptureLimits) -> Outcome {
        if self.interfaces.len() >= limits.interfaces {
            return Outcome::Problem("more interfaces than the limit");
        }
        self.interfaces.push(interface);
        Outcome::Nothing
    }

    /// A block that contradicts itself. An interface still takes its number, or those after it would shift; of an
    /// enhanced packet whose options are broken the packet is saved.
    fn unreadable(&mut self, kind: u32, block: &[u8], limits: &CaptureLimits) -> Outcome {
        match kind {
            INTERFACE => {
                let unknown = Interface { link: None, snaplen: 0, clock: Clock::default() };
                let _ = self.add_interface(unknown, limits);
                Outcome::Problem("an unreadable interface description")
            }
            ENHANCED_PACKET => self.bare_packet(block, 8, "an enhanced packet block that contradicts itself"),
            SECTION => Outcome::Problem("an unreadable section header"),
            NAMES => Outcome::Problem("an unreadable name resolution block"),
            _ => Outcome::Problem("an unreadable block"),
        }
    }

    /// A block beyond [`CaptureLimits::metadata`], which is passed over.
    pub(super) fn oversized(&mut self, kind: u32, limits: &CaptureLimits) -> Outcome {
        if kind == INTERFACE {
            let _ = self.unreadable(kind, &[], limits);
        }
        Outcome::Problem("a header, interface description or name block beyond the limit")
    }

    /// An enhanced packet block by its fixed fields alone, which start at `at`: interface, time, lengths.
    pub(super) fn bare_packet(&self, block: &[u8], at: usize, reason: &'static str) -> Outcome {
        let field = |index: usize| u32_at(block, at + 4 * index, self.big_endian);
        let captured = usize::try_from(field(3)).unwrap_or(usize::MAX);
        let start = at + 20;
        if captured > block.len().saturating_sub(start + 4) {
            return Outcome::Problem("a packet longer than its block");
        }
        match self.packet(field(0), field(1), field(2), start, captured, field(4), 0..0) {
            Outcome::Packet(found, _) => Outcome::Packet(found, Some(reason)),
            other => other,
        }
    }

    /// The obsolete packet block: as the enhanced one, but with a 16-bit interface number and a count of drops.
    fn obsolete_packet(&self, block: &[u8], limits: &CaptureLimits) -> Outcome {
        if block.len() < 32 {
            return Outcome::Problem("an unreadable packet block");
        }
        let field = |index: usize| u32_at(block, 8 + 4 * index, self.big_endian);
        // The two 16-bit halves of the first word stand in the section's byte order each.
        let interface = if self.big_endian { field(0) >> 16 } else { field(0) & 0xffff };
        let captured = usize::try_from(field(3)).unwrap_or(usize::MAX);
        if captured > block.len().saturating_sub(32) {
            return Outcome::Problem("a packet longer than its block");
        }
        let options = 28 + captured.div_ceil(4) * 4..block.len() - 4;
        let options = if options.len() > limits.metadata { 0..0 } else { options };
        self.packet(interface, field(1), field(2), 28, captured, field(4), options)
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of a block, each used once")]
    fn packet(
        &self,
        interface: u32,
        high: u32,
        low: u32,
        start: usize,
        captured: usize,
        original_len: u32,
        options: std::ops::Range<usize>,
    ) -> Outcome {
        let index = usize::try_from(interface).unwrap_or(usize::MAX);
        let Some(interface) = self.interfaces.get(index) else {
            return Outcome::Problem("a packet of an interface that was not described");
        };
        let Some(link) = interface.link else {
            return Outcome::Problem("a packet of an interface whose description could not be read");
        };
        let time = interface.clock.time(u64::from(high) << 32 | u64::from(low));
        let found = Found {
            time,
            link,
            data: start..start.saturating_add(captured),
            original_len: usize::try_from(original_len).unwrap_or(usize::MAX),
            options,
            out_of_range: time.is_none(),
        };
        Outcome::Packet(found, None)
    }

    /// A name record: an address, then names, each with its terminator.
    fn name(&mut self, kind: u16, value: &[u8], limits: &CaptureLimits) {
        let (address, names) = match kind {
            1 => match value.split_first_chunk::<4>() {
                Some((address, names)) => (IpAddr::from(Ipv4Addr::from(*address)), names),
                None => return,
            },
            2 => match value.split_first_chunk::<16>() {
                Some((address, names)) => (IpAddr::from(Ipv6Addr::from(*address)), names),
                None => return,
            },
            _ => return,
        };
        if let Some(name) = names.split(|byte| *byte == 0).find(|name| !name.is_empty()) {
            self.names.insert(address, name, limits);
        }
    }
}

/// The library's parsers of single blocks (0.17) compare a block's type in the machine's byte order where they mean the
/// file's, so that none of them takes a block on a big-endian machine. There they are shown a copy with the type's bytes
/// the other way round. [`parse`] knows the type without them.
fn as_the_library_wants_it(block: &[u8]) -> Cow<'_, [u8]> {
    let mut shown = Cow::Borrowed(block);
    if cfg!(target_endian = "big")
        && let Some(kind) = shown.to_mut().first_chunk_mut::<4>()
    {
        kind.reverse();
    }
    shown
}

/// A whole block of one of the types of [`Ng::is_read`] that the library knows.
fn parse(kind: u32, block: &[u8], big_endian: bool) -> Option<Block<'_>> {
    macro_rules! either {
        ($little:ident, $big:ident, $variant:ident) => {{
            let parse = if big_endian { pcap_parser::$big } else { pcap_parser::$little };
            parse.map(Block::$variant).parse(block)
        }};
    }
    let parsed: Result<_, pcap_parser::nom::Err<PcapError<&[u8]>>> = match kind {
        SECTION => either!(parse_sectionheaderblock_le, parse_sectionheaderblock_be, SectionHeader),
        INTERFACE => {
            either!(parse_interfacedescriptionblock_le, parse_interfacedescriptionblock_be, InterfaceDescription)
        }
        SIMPLE_PACKET => either!(parse_simplepacketblock_le, parse_simplepacketblock_be, SimplePacket),
        NAMES => either!(parse_nameresolutionblock_le, parse_nameresolutionblock_be, NameResolution),
        ENHANCED_PACKET => either!(parse_enhancedpacketblock_le, parse_enhancedpacketblock_be, EnhancedPacket),
        _ => return None,
    };
    parsed.ok().map(|(_, block)| block)
}

/// Every value of a text option, ill-formed UTF-8 replaced.
fn texts<'a>(options: &'a [PcapNGOption<'a>], code: OptionCode) -> impl Iterator<Item = String> + 'a {
    options
        .iter()
        .inspect(|_| crate::base::work::tick(1))
        .take_while(|option| option.code != OptionCode::EndOfOpt)
        .filter(move |option| option.code == code)
        .filter_map(|option| option.as_bytes().ok())
        .map(|value| String::from_utf8_lossy(value).into_owned())
}
