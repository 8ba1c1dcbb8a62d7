//! Fast path for the ordinary packet: a TCP segment in an IPv4 packet without options on Ethernet, whole and in order.
//! Anything else takes the general path in `network.rs`. Both make the same calls of the handler and the same counts;
//! `fast_path_tests.rs` compares them.

use super::{Network, TcpState, Way, checksum_of, origin, place};
use crate::capture::LinkType;
use crate::net::flows::Key;
use crate::net::slice::CapturedSlice;
use crate::net::tcp::{Checksum, Segment};
use crate::net::{Chunk, Handler, Sighting, Transport, Verdict, checksum};
use std::net::Ipv4Addr;

/// Bytes of the Ethernet and IPv4 headers, and of these with a TCP header.
const NETWORK: usize = 14 + 20;
const HEADERS: usize = NETWORK + 20;

/// A segment that acknowledges, maybe carries data, and does nothing else.
#[derive(Clone, Copy)]
pub(super) struct Plain<'a> {
    seq: u32,
    ack: u32,
    data: &'a [u8],
    /// The segment with its header.
    whole: &'a [u8],
}

impl<'a> Plain<'a> {
    /// The same as [`Segment::is_plain`] tells of one.
    pub(super) fn of(segment: &Segment<'a>, slice: CapturedSlice<'a>) -> Option<Plain<'a>> {
        let ack = segment.ack.filter(|_| segment.is_plain())?;
        Some(Plain { seq: segment.seq, ack, data: segment.payload.data, whole: slice.data })
    }
}

/// Ethernet, an IPv4 header without options that names no fragment, the TCP header of a plain segment; all captured, and no
/// length beyond what is there. The flow's key, the segment, the IPv4 header.
#[inline(always)]
fn open(link: LinkType, data: &[u8]) -> Option<((Key, bool), Plain<'_>, &[u8; 20])> {
    if link != LinkType::ETHERNET {
        return None;
    }
    // One check of the length for all fixed places.
    let (ethernet, rest) = data.first_chunk::<HEADERS>()?.split_first_chunk::<14>()?;
    let (ip, tcp) = rest.split_first_chunk::<20>()?;
    let (
        &[.., 0x08, 0x00],
        &[0x45, _, l0, l1, _, _, f0, f1, _, 6, _, _, s0, s1, s2, s3, d0, d1, d2, d3],
        &[p0, p1, r0, r1, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags, ..],
    ) = (ethernet, ip, tcp)
    else {
        return None;
    };
    // "More fragments" and the offset; of the flags, FIN, SYN, RST and ACK.
    if u16::from_be_bytes([f0, f1]) & 0x3fff != 0 || flags & 0x17 != 0x10 || offset < 0x50 {
        return None;
    }
    let whole = data.get(NETWORK..14 + usize::from(u16::from_be_bytes([l0, l1])))?;
    let plain = Plain {
        seq: u32::from_be_bytes([q0, q1, q2, q3]),
        ack: u32::from_be_bytes([a0, a1, a2, a3]),
        data: whole.get(usize::from(offset >> 4) * 4..)?,
        whole,
    };
    let src = (Ipv4Addr::new(s0, s1, s2, s3), u16::from_be_bytes([p0, p1]));
    let dst = (Ipv4Addr::new(d0, d1, d2, d3), u16::from_be_bytes([r0, r1]));
    Some((Key::of_v4(src, dst), plain, ip))
}

impl Network {
    /// Takes a packet that is as nearly all are, of a flow that is known; `false` leaves everything as it was.
    #[inline(always)]
    pub(super) fn fast_path(&mut self, link: LinkType, data: &[u8], handler: &mut impl Handler) -> bool {
        #[cfg(test)]
        if self.general_only {
            return false;
        }
        let Some(((key, from_low), plain, ip)) = open(link, data) else { return false };
        let Some(index) = self.tcp.find(&key) else { return false };
        self.stats.tcp_segments += 1;
        if self.limits.verify_checksums {
            self.stats.bad_ip_checksums += u64::from(!checksum::plain_header_is_right(ip));
        }
        let way = Way { frames: &[self.last.frame], joined: None, depth: 0 };
        let (src, dst) = key.ends_from(from_low);
        handler.sighted(Sighting::Whole { transport: Transport::Tcp, src, dst, frames: way.frames });
        if !self.segment_fast_path((key, from_low), index, plain, way, handler) {
            self.work_out_plain((key, from_low), index, plain.whole, way, handler);
        }
        true
    }

    /// A segment that turned out to be out of turn.
    #[inline(never)]
    fn work_out_plain(
        &mut self,
        key: (Key, bool),
        index: usize,
        whole: &[u8],
        way: Way<'_>,
        handler: &mut impl Handler,
    ) {
        let slice = CapturedSlice { data: whole, cut: 0 };
        if let Some(segment) = Segment::plain(slice) {
            self.work_out(key, index, &segment, slice, way, handler);
        }
    }

    /// Takes a plain segment of a flow of which both sides were seen, where it comes in turn and nothing of the connection
    /// is held; `false` leaves everything as it was.
    #[inline(always)]
    pub(super) fn segment_fast_path(
        &mut self,
        (key, from_low): (Key, bool),
        index: usize,
        plain: Plain<'_>,
        way: Way<'_>,
        handler: &mut impl Handler,
    ) -> bool {
        #[cfg(test)]
        if self.general_only {
            return false;
        }
        let Plain { seq, ack, data, whole } = plain;
        let Some(flow) = self.tcp.at(index) else { return false };
        if !flow.bases.are_known() {
            return false;
        }
        let connection = match &mut flow.state {
            TcpState::Active(connection) => connection,
            // What nobody wants only a SYN could change.
            TcpState::Ignored => return true,
            TcpState::Closed(_) => return data.is_empty(),
        };
        let a_sends = from_low == flow.a_is_low;
        let (own, other) = connection.directions(a_sends);
        if !own.is_at_rest() || !other.is_at_rest() || !(data.is_empty() || own.is_next(seq) && !other.is_awaited(ack))
        {
            return false;
        }
        let mut bad = false;
        if self.limits.verify_checksums {
            let checksum = checksum_of(&key, whole);
            if checksum == Checksum::Wrong && !data.is_empty() {
                return false;
            }
            bad = checksum != Checksum::Right;
        }
        other.acknowledge(ack);
        if !data.is_empty() {
            own.pass(data);
            let mut origin = origin(Transport::Tcp, &key, flow.stream, flow.a_is_low, a_sends, self.last);
            origin.seq = seq;
            if handler.wants_places() {
                place(&origin, self.last, whole.len() - data.len(), whole, way, handler);
            }
            if handler.tcp_of(&mut flow.memo, &origin, Chunk::Data(data)) == Verdict::Ignore {
                flow.state = TcpState::Ignored;
                self.tcp.want(index, false);
                return true;
            }
            self.tcp.want(index, true);
        }
        self.stats.bad_transport_checksums += u64::from(bad);
        true
    }
}

#[cfg(test)]
#[path = "fast_path_tests.rs"]
mod tests;
