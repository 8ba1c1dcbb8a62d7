//! Classic pcap: the file header and the headers of its records, in the variants that were ever written.
//!
//! <https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/> for what is usual; the variants as libpcap's and
//! Wireshark's sources name them. Those with the usual magic number can be told only by their records.

use super::{CaptureLimits, LinkType, reader::u32_at};
use crate::base::Timestamp;
use pcap_parser::parse_pcap_header;

/// Bytes of the file header.
const FILE_HEADER: usize = 24;

/// Records looked at to tell the variant.
const TRIED: usize = 3;

/// Seconds between records beyond which the search behind damage takes neither for the other's neighbour.
pub(super) const MONTH: u32 = 31 * 24 * 3600;

/// How the records are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variant {
    /// As libpcap writes them.
    Standard,
    /// With nanoseconds.
    Nanoseconds,
    /// Alexey Kuznetzov's second patch: interface, protocol and type of the packet behind the lengths.
    Kuznetzov,
    /// The same under the usual magic number, as Red Hat Linux 6.1 wrote it.
    RedHat,
    /// Kuznetzov's first patch, as SuSE Linux 6.3 wrote it: two processors and padding more.
    Suse,
    /// Four bytes more, as Nokia's firewalls write.
    Nokia,
    /// AIX: link types by other numbers, nanoseconds.
    Aix,
    /// Ixia's hardware capture: the size of all records behind the file header, nanoseconds.
    IxiaHardware,
    /// Ixia's software capture: the same with microseconds.
    IxiaSoftware,
}

impl Variant {
    pub(super) fn name(self) -> &'static str {
        match self {
            Variant::Standard => "pcap",
            Variant::Nanoseconds => "pcap with nanoseconds",
            Variant::Kuznetzov => "modified pcap (Kuznetzov)",
            Variant::RedHat => "modified pcap (Red Hat 6.1)",
            Variant::Suse => "modified pcap (SuSE 6.3)",
            Variant::Nokia => "Nokia pcap",
            Variant::Aix => "AIX pcap",
            Variant::IxiaHardware => "Ixia hardware capture (lcap)",
            Variant::IxiaSoftware => "Ixia software capture (lcap)",
        }
    }

    /// Bytes of a record before its packet.
    pub(super) fn record_header(self) -> usize {
        match self {
            Variant::Kuznetzov | Variant::RedHat => 24,
            Variant::Suse => 28,
            Variant::Nokia => 20,
            _ => 16,
        }
    }

    fn has_nanoseconds(self) -> bool {
        matches!(self, Variant::Nanoseconds | Variant::Aix | Variant::IxiaHardware)
    }
}

/// In which order a record's two lengths stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lengths {
    /// Captured, then original.
    Usual,
    /// Original, then captured, as before version 2.3.
    Swapped,
    /// Version 2.3 was written with both orders; what was captured is no longer than the original.
    Either,
}

/// What a file's header tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pcap {
    pub(super) link: LinkType,
    pub(super) variant: Variant,
    big_endian: bool,
    lengths: Lengths,
    snaplen: u32,
    /// Whether only the records can tell the variant, and have not yet.
    pub(super) unsettled: bool,
    /// Seconds of the last ordinary record.
    pub(super) last_seconds: Option<u32>,
}

/// The fixed fields of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordHeader {
    pub(super) seconds: u32,
    pub(super) fraction: u32,
    pub(super) captured: u32,
    pub(super) original: u32,
}

/// What a file's first bytes are.
pub(super) enum Recognised {
    /// The header, and how many bytes it takes.
    Pcap(Pcap, usize),
    /// The beginning of one; so many bytes are needed.
    Incomplete(usize),
    /// Something else.
    Other,
}

/// Reads the header of a file.
pub(super) fn recognise(data: &[u8]) -> Recognised {
    let Some(&[a, b, c, d]) = data.first_chunk::<4>() else { return Recognised::Other };
    let (little, big) = (u32::from_le_bytes([a, b, c, d]), u32::from_be_bytes([a, b, c, d]));
    let of_magic = |magic: u32| {
        Some(match magic {
            0xa1b2_c3d4 => Variant::Standard,
            0xa1b2_3c4d => Variant::Nanoseconds,
            0xa1b2_cd34 => Variant::Kuznetzov,
            0x1c00_01ac => Variant::IxiaHardware,
            0x1c00_01ab => Variant::IxiaSoftware,
            _ => return None,
        })
    };
    let (mut variant, big_endian) = match (of_magic(little), of_magic(big)) {
        (Some(variant), _) => (variant, false),
        (None, Some(variant)) => (variant, true),
        (None, None) => return Recognised::Other,
    };
    let extra = if matches!(variant, Variant::IxiaHardware | Variant::IxiaSoftware) { 4 } else { 0 };
    let needed = FILE_HEADER + extra;
    let Some(header) = data.get(..needed).and_then(|data| data.first_chunk::<FILE_HEADER>()) else {
        return Recognised::Incomplete(needed);
    };
    // The library knows the usual magic number in both orders; the fields behind all of them are the same.
    let mut shown = *header;
    let usual: u32 = 0xa1b2_c3d4;
    let magic = if big_endian { usual.to_be_bytes() } else { usual.to_le_bytes() };
    shown.iter_mut().zip(magic).for_each(|(to, from)| *to = from);
    let Ok((_, header)) = parse_pcap_header(&shown) else { return Recognised::Other };
    let lengths = match (header.version_major, header.version_minor) {
        (2, 0..=2) | (543, _) => Lengths::Swapped,
        (2, 3) => Lengths::Either,
        _ => Lengths::Usual,
    };
    // The upper half tells about frame check sequences, which the IP length cuts off anyway.
    let mut link = u32::from_le_bytes(header.network.0.to_le_bytes()) & 0xffff;
    if variant == Variant::Standard && (header.version_major, header.version_minor) == (2, 2) {
        // AIX writes interface types of the IANA here: Ethernet, token ring, FDDI, loopback.
        let known = [(6, 1), (9, 6), (15, 10), (24, 0)].into_iter().find(|(number, _)| *number == link);
        if let Some((_, other)) = known {
            (variant, link) = (Variant::Aix, other);
        }
    }
    let usual = (header.version_major, header.version_minor) == (2, 4);
    let pcap = Pcap {
        link: LinkType(link),
        variant,
        big_endian,
        lengths: if variant == Variant::Aix { Lengths::Usual } else { lengths },
        snaplen: header.snaplen,
        unsettled: variant == Variant::Kuznetzov || variant == Variant::Standard && usual,
        last_seconds: None,
    };
    Recognised::Pcap(pcap, needed)
}

impl Pcap {
    /// The fields of the record that begins at `at`; zeros for what is not there.
    #[inline]
    pub(super) fn record(&self, data: &[u8], at: usize) -> RecordHeader {
        let field = |index: usize| u32_at(data, at + 4 * index, self.big_endian);
        let (mut captured, mut original) = (field(2), field(3));
        if match self.lengths {
            Lengths::Usual => false,
            Lengths::Swapped => true,
            Lengths::Either => captured > original,
        } {
            (captured, original) = (original, captured);
        }
        RecordHeader { seconds: field(0), fraction: field(1), captured, original }
    }

    /// When a record was captured. 2^32 seconds fit into 63 bits of nanoseconds.
    #[inline]
    pub(super) fn time(&self, record: &RecordHeader) -> Timestamp {
        let fraction = i64::from(record.fraction) * if self.variant.has_nanoseconds() { 1 } else { 1000 };
        Timestamp(i64::from(record.seconds) * 1_000_000_000 + fraction)
    }

    /// Parts of a second in a second.
    fn second(&self) -> u32 {
        if self.variant.has_nanoseconds() { 1_000_000_000 } else { 1_000_000 }
    }

    /// Whether a record may be meant, however unusual.
    #[inline]
    pub(super) fn is_possible(&self, record: &RecordHeader, limits: &CaptureLimits) -> bool {
        let captured = usize::try_from(record.captured).unwrap_or(usize::MAX);
        captured.saturating_add(self.variant.record_header()) <= limits.block
            && record.fraction < 2_000_000_000
            && record.seconds | record.fraction | record.captured | record.original != 0
    }

    /// Whether a record is an ordinary one, for the search behind damage; `near`: seconds of a neighbour.
    pub(super) fn is_plausible(&self, record: &RecordHeader, near: Option<u32>, limits: &CaptureLimits) -> bool {
        let captured = usize::try_from(record.captured).unwrap_or(usize::MAX);
        (1..=limits.plausible()).contains(&captured)
            && record.captured <= record.original
            && record.original <= 1 << 20
            && record.fraction < self.second()
            && near.is_none_or(|near| near.abs_diff(record.seconds) <= MONTH)
    }

    /// Whether both lengths of a record agree: all of the packet is there, or as much as the file's snapshot length.
    pub(super) fn is_whole_or_snapped(&self, record: &RecordHeader) -> bool {
        record.captured == record.original || record.captured == self.snaplen
    }

    /// Settles the variant by the records in `data`: the most common one, unless something is wrong with its records and
    /// nothing with those of another. A pipe may have brought too little to tell.
    pub(super) fn settle(&mut self, data: &[u8]) {
        self.unsettled = false;
        let others: &[Variant] = match self.variant {
            Variant::Standard => &[Variant::RedHat, Variant::Nokia],
            _ => &[Variant::Suse],
        };
        if self.fits(data) != Some(false) {
            return;
        }
        let fits = |variant: &&Variant| Pcap { variant: **variant, ..*self }.fits(data) == Some(true);
        if let Some(other) = others.iter().find(fits) {
            self.variant = *other;
        }
    }

    /// Whether the first records are in order under this variant; `None` where fewer than two are there.
    fn fits(&self, data: &[u8]) -> Option<bool> {
        let first = u32_at(data, 0, self.big_endian);
        let mut at = 0_usize;
        for count in 0..TRIED {
            let header = self.variant.record_header();
            if data.len() < at.saturating_add(header) {
                return (count > 1 || count == 1 && at == data.len()).then_some(true);
            }
            let record = self.record(data, at);
            let mut wrong = record.fraction >= self.second()
                || first.abs_diff(record.seconds) > MONTH
                || record.captured > 262_144
                || self.snaplen != 0 && record.captured > self.snaplen
                || record.original > 128 << 20
                || record.captured > record.original;
            if matches!(self.variant, Variant::Kuznetzov | Variant::RedHat | Variant::Suse) {
                // Interface numbers were small when these were written; the packet's type is one of five.
                wrong |=
                    u32_at(data, at + 16, self.big_endian) > 10_000 || data.get(at + 22).is_some_and(|kind| *kind > 4);
            }
            if wrong {
                return Some(false);
            }
            at = at.saturating_add(header).saturating_add(usize::try_from(record.captured).unwrap_or(usize::MAX));
        }
        Some(true)
    }
}
