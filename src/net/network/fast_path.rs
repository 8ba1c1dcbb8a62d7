//! Fast path for the ordinary packet: a TCP segment in an IPv4 packet without options on Ethernet, whole and in order.
//! Anything else takes the general path in `network.rs`. Both make the same calls of the handler and the same counts;
//! `fast_path_tests.rs` compares them.

use super::{Network, TcpState, Way, checksum_of, origin, place};
use crate::capture::LinkType;
use crate::net::flows::Key;
use crate::net::slice::CapturedSlice;
use crate::net::tcp::{Checksum, Segment};
use crate::net::{Chunk, Handler, Transport, Verdict, checksum};
use std::net::Ipv4Addr;

/// A TCP segment and what the headers before it told.
struct Plain<'a> {
    key: (Key, bool),
    segment: Segment<'a>,
    /// The segment with its header.
    slice: CapturedSlice<'a>,
    ip_header: &'a [u8; 20],
}

/// Bytes of the three headers, without options.
const HEADERS: usize = 14 + 20 + 20;

/// Ethernet, an IPv4 header without options that names no fragment, a TCP header; all captured, and no length beyond
/// what is there.
#[inline(always)]
fn open(link: LinkType, data: &[u8]) -> Option<Plain<'_>> {
    if link != LinkType::ETHERNET {
        return None;
    }
    // One check of the length for all fixed places.
    let (ethernet, rest) = data.first_chunk::<HEADERS>()?.split_first_chunk::<14>()?;
    let ip_header = rest.first_chunk::<20>()?;
    let (&[.., 0x08, 0x00], &[0x45, _, l0, l1, _, _, f0, f1, _, 6, _, _, s0, s1, s2, s3, d0, d1, d2, d3]) =
        (ethernet, ip_header)
    else {
        return None;
    };
    // "More fragments" and the offset.
    if u16::from_be_bytes([f0, f1]) & 0x3fff != 0 {
        return None;
    }
    let slice = CapturedSlice { data: data.get(34..14 + usize::from(u16::from_be_bytes([l0, l1])))?, cut: 0 };
    let segment = Segment::plain(slice)?;
    let src = (Ipv4Addr::new(s0, s1, s2, s3), segment.src_port);
    let dst = (Ipv4Addr::new(d0, d1, d2, d3), segment.dst_port);
    Some(Plain { key: Key::of_v4(src, dst), segment, slice, ip_header })
}

impl Network {
    /// Takes a packet that is as nearly all are; `false` leaves everything as it was.
    #[inline]
    pub(super) fn fast_path(&mut self, link: LinkType, data: &[u8], handler: &mut impl Handler) -> bool {
        #[cfg(test)]
        if self.general_only {
            return false;
        }
        let Some(Plain { key, segment, slice, ip_header }) = open(link, data) else { return false };
        if self.limits.verify_checksums {
            self.stats.bad_ip_checksums += u64::from(!checksum::plain_header_is_right(ip_header));
        }
        let frame = self.last.frame;
        self.segment(key, &segment, slice, Way { frames: &[frame], joined: None, depth: 0 }, handler);
        true
    }

    /// Takes a [plain](Segment::is_plain) segment of a flow of which both sides were seen, where it comes in turn and
    /// nothing of the connection is held; `false` leaves everything as it was.
    #[inline(always)]
    pub(super) fn segment_fast_path(
        &mut self,
        (key, from_low): (Key, bool),
        index: usize,
        segment: &Segment<'_>,
        slice: CapturedSlice<'_>,
        way: Way<'_>,
        handler: &mut impl Handler,
    ) -> bool {
        #[cfg(test)]
        if self.general_only {
            return false;
        }
        let Some(flow) = self.tcp.at(index) else { return false };
        if !flow.bases.are_known() {
            return false;
        }
        let connection = match &mut flow.state {
            TcpState::Active(connection) => connection,
            // What nobody wants only a SYN could change.
            TcpState::Ignored => return true,
            TcpState::Closed(_) => return segment.payload.data.is_empty(),
        };
        let a_sends = from_low == flow.a_is_low;
        let (own, other) = connection.directions(a_sends);
        let data = segment.payload.data;
        let Some(ack) = segment.ack else { return false };
        if !own.is_at_rest()
            || !other.is_at_rest()
            || !(data.is_empty() || own.is_next(segment.seq) && !other.is_awaited(ack))
        {
            return false;
        }
        let mut bad = false;
        if self.limits.verify_checksums {
            let checksum = checksum_of(&key, slice.data);
            if checksum == Checksum::Wrong && !data.is_empty() {
                return false;
            }
            bad = checksum != Checksum::Right;
        }
        other.acknowledge(ack);
        if !data.is_empty() {
            own.pass(data);
            let mut origin = origin(Transport::Tcp, &key, flow.stream, flow.a_is_low, a_sends, self.last);
            origin.seq = segment.seq;
            if handler.wants_places() {
                place(&origin, self.last, segment, slice, way, handler);
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
