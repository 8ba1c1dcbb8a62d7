//! TCP connections: the bytes of each direction put in order ([`direction`]), both directions merged where one answers the
//! other ([`connection`]), and the bytes that wait ([`held`]).

use super::slice::CapturedSlice;
use super::{NetworkLimits, Stats, Timestamp};
use etherparse::TcpHeaderSlice;

mod connection;
mod context;
mod direction;
mod held;
pub(super) use connection::Connection;
pub(super) use context::{At, Context, Sink};
pub(super) use direction::is_near;
pub(super) use held::Checksum;

/// A TCP segment, opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) src_port: u16,
    pub(super) dst_port: u16,
    pub(super) seq: u32,
    /// The acknowledgement number, where the flag says that it means something.
    pub(super) ack: Option<u32>,
    pub(super) syn: bool,
    pub(super) fin: bool,
    pub(super) rst: bool,
    pub(super) payload: CapturedSlice<'a>,
    /// Whether more than its ports, sequence number and flags can be trusted.
    pub(super) usable: bool,
}

impl<'a> Segment<'a> {
    /// Reads a TCP header. Where the capture cut it within its options, the payload is all lost, but sequence number
    /// and flags still count. What is shorter or contradicts itself is not [`usable`](Segment::usable), but Wireshark
    /// counts a stream for it all the same if sixteen bytes are there, and so must we.
    pub(super) fn parse(slice: CapturedSlice<'a>) -> Option<Segment<'a>> {
        Segment::plain(slice).or_else(|| Segment::parse_any(slice))
    }

    /// A segment whose header is there and contradicts nothing, by its fixed places.
    #[inline(always)]
    pub(super) fn plain(slice: CapturedSlice<'a>) -> Option<Segment<'a>> {
        let &[s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags, ..] = slice.data.first_chunk::<20>()?;
        let payload = slice.after(usize::from(offset >> 4) * 4).filter(|_| offset >= 0x50)?;
        Some(Segment {
            src_port: u16::from_be_bytes([s0, s1]),
            dst_port: u16::from_be_bytes([d0, d1]),
            seq: u32::from_be_bytes([q0, q1, q2, q3]),
            ack: (flags & 0x10 != 0).then_some(u32::from_be_bytes([a0, a1, a2, a3])),
            syn: flags & 0x02 != 0,
            fin: flags & 0x01 != 0,
            rst: flags & 0x04 != 0,
            payload,
            usable: true,
        })
    }

    /// Whether it acknowledges, maybe carries data, and does nothing else: what nearly all segments do.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.ack.is_some() && self.usable && self.payload.cut == 0 && !(self.syn || self.fin || self.rst)
    }

    fn parse_any(slice: CapturedSlice<'a>) -> Option<Segment<'a>> {
        let start = slice.data.get(..16)?;
        let header_len = usize::from(*start.get(12)? >> 4) * 4;
        let usable = header_len >= 20 && header_len <= slice.wire_len() && slice.data.len() >= 20;
        if usable && let Ok(header) = TcpHeaderSlice::from_slice(slice.data) {
            return Some(Segment::new(&header, slice.after_lossy(header_len), true));
        }
        let mut fixed = [0; 20];
        fixed.iter_mut().zip(slice.data).for_each(|(to, from)| *to = *from);
        let [.., offset, _, _, _, _, _, _, _] = &mut fixed;
        *offset = 0x50 | (*offset & 0x0f);
        let header = TcpHeaderSlice::from_slice(&fixed).ok()?;
        let payload = if usable { slice.after_lossy(header_len) } else { CapturedSlice { data: &[], cut: 0 } };
        Some(Segment::new(&header, payload, usable))
    }

    fn new(header: &TcpHeaderSlice<'_>, payload: CapturedSlice<'a>, usable: bool) -> Segment<'a> {
        Segment {
            src_port: header.source_port(),
            dst_port: header.destination_port(),
            seq: header.sequence_number(),
            ack: header.ack().then(|| header.acknowledgment_number()),
            syn: header.syn(),
            fin: header.fin(),
            rst: header.rst(),
            payload,
            usable,
        }
    }
}

/// Initial sequence numbers as Wireshark keeps them to tell a new connection on the same ports from an old one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bases {
    /// Of the lower and the higher end of the flow's key.
    base: [Option<u32>; 2],
}

impl Bases {
    /// Whether this segment opens a new connection: a SYN without ACK whose number differs from the one its sender
    /// started with.
    pub(super) fn is_reuse(&self, segment: &Segment<'_>, from_low: bool) -> bool {
        segment.syn && segment.ack.is_none() && self.differs(segment, from_low)
    }

    /// Whether this segment answers a SYN that the capture has missed.
    pub(super) fn is_unannounced(&self, segment: &Segment<'_>, from_low: bool) -> bool {
        segment.syn && segment.ack.is_some() && self.differs(segment, from_low)
    }

    fn differs(&self, segment: &Segment<'_>, from_low: bool) -> bool {
        let [low, high] = self.base;
        let base = if from_low { low } else { high };
        base.is_some_and(|base| base != segment.seq)
    }

    /// Whether no further segment without SYN adds anything.
    #[inline]
    pub(super) fn are_known(&self) -> bool {
        matches!(self.base, [Some(_), Some(_)])
    }

    /// Takes note of a segment. A number seen without SYN stands for the one before it, as does an acknowledgement.
    pub(super) fn note(&mut self, segment: &Segment<'_>, from_low: bool) {
        let [low, high] = &mut self.base;
        let (own, other) = if from_low { (low, high) } else { (high, low) };
        if own.is_none() {
            *own = Some(if segment.syn { segment.seq } else { segment.seq.wrapping_sub(1) });
        }
        if other.is_none() {
            *other = segment.ack.map(|ack| ack.wrapping_sub(1));
        }
    }
}

#[cfg(test)]
mod tests;
