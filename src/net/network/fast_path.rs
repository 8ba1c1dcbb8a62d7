//! Fast path for the ordinary packet: a TCP segment in an IPv4 packet without options on Ethernet, whole and in order, and up to
//! the UDP header for datagrams in such a packet. Anything else takes the general path in `network.rs`. Both make the same calls of the handler and the same counts;
//! `fast_path_tests.rs` compares them.

use super::{Ends, Network, TcpState, Way, checksum_of, origin, place};
use crate::capture::LinkType;
use crate::net::flows::Key;
use crate::net::slice::CapturedSlice;
use crate::net::tcp::{Checksum, Segment};
use crate::net::{Chunk, Handler, Sighting, Transport, Verdict, checksum};
use std::net::{IpAddr, Ipv4Addr};

/// Bytes of the Ethernet and IPv4 headers.
const NETWORK: usize = 14 + 20;

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

/// Ethernet and an IPv4 header without options that names no fragment; all captured, and no length beyond what is there.
/// The header and what it is followed by.
#[inline(always)]
fn open(link: LinkType, data: &[u8]) -> Option<(&[u8; 20], &[u8])> {
    if link != LinkType::ETHERNET {
        return None;
    }
    // One check of the length for all fixed places.
    let (ethernet, ip) = data.first_chunk::<NETWORK>()?.split_first_chunk::<14>()?;
    let ip = ip.first_chunk::<20>()?;
    let (&[.., 0x08, 0x00], &[0x45, _, l0, l1, _, _, f0, f1, ..]) = (ethernet, ip) else { return None };
    // "More fragments" and the offset.
    if u16::from_be_bytes([f0, f1]) & 0x3fff != 0 {
        return None;
    }
    Some((ip, data.get(NETWORK..14 + usize::from(u16::from_be_bytes([l0, l1])))?))
}

/// The plain segment behind an IPv4 header, and its flow's key.
#[inline(always)]
fn open_tcp<'a>(ip: &[u8; 20], whole: &'a [u8]) -> Option<((Key, bool), Plain<'a>)> {
    let &[p0, p1, r0, r1, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags, ..] = whole.first_chunk::<20>()?;
    // Of the flags, FIN, SYN, RST and ACK.
    if flags & 0x17 != 0x10 || offset < 0x50 {
        return None;
    }
    let plain = Plain {
        seq: u32::from_be_bytes([q0, q1, q2, q3]),
        ack: u32::from_be_bytes([a0, a1, a2, a3]),
        data: whole.get(usize::from(offset >> 4) * 4..)?,
        whole,
    };
    let &[.., s0, s1, s2, s3, d0, d1, d2, d3] = ip;
    let src = (Ipv4Addr::new(s0, s1, s2, s3), u16::from_be_bytes([p0, p1]));
    let dst = (Ipv4Addr::new(d0, d1, d2, d3), u16::from_be_bytes([r0, r1]));
    Some((Key::of_v4(src, dst), plain))
}

impl Network {
    /// Takes a packet that is as nearly all are: a segment of a flow that is known, or a datagram. `false` leaves everything
    /// as it was.
    #[inline(always)]
    pub(super) fn fast_path(&mut self, link: LinkType, data: &[u8], handler: &mut impl Handler) -> bool {
        #[cfg(test)]
        if self.general_only {
            return false;
        }
        let Some((ip, whole)) = open(link, data) else { return false };
        let &[.., 6, _, _, _, _, _, _, _, _, _, _] = ip else { return self.datagram_fast_path(ip, whole, handler) };
        let Some(((key, from_low), plain)) = open_tcp(ip, whole) else { return false };
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

    /// What is behind an IPv4 header of another protocol than TCP.
    #[inline(never)]
    fn datagram_fast_path(&mut self, ip: &[u8; 20], whole: &[u8], handler: &mut impl Handler) -> bool {
        let &[_, _, _, _, i0, i1, _, _, _, 17, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = ip else { return false };
        if self.limits.verify_checksums {
            self.stats.bad_ip_checksums += u64::from(!checksum::plain_header_is_right(ip));
        }
        self.last.identification = Some(u16::from_be_bytes([i0, i1]));
        let ends = Ends { src: IpAddr::from([s0, s1, s2, s3]), dst: IpAddr::from([d0, d1, d2, d3]) };
        let way = Way { frames: &[self.last.frame], joined: None, depth: 0 };
        self.udp(ends, CapturedSlice { data: whole, cut: 0 }, way, handler);
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
        let [a_unread, b_unread] = flow.memo.unread;
        if self.limits.verify_checksums && !(if a_sends { a_unread } else { b_unread }) {
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
