//! UDP datagrams, tunnels in them, and ICMP errors that quote a packet.

use super::packet::UdpContent;
use super::{Ends, Network, UdpFlow, Way, origin, places};
use crate::net::decode_as::UdpPort;
use crate::net::flows::Key;
use crate::net::ip::{self, Upper};
use crate::net::slice::CapturedSlice;
use crate::net::{Datagram, Handler, Place, Placed, Sighting, Transport, Verdict, checksum};
use std::net::SocketAddr;

impl Network {
    /// The flow of these end points, a new one if need be.
    fn udp_flow(&mut self, key: Key, from_low: bool) -> usize {
        if let Some(index) = self.udp.find(&key) {
            return index;
        }
        let stream = self.stats.udp_streams;
        self.stats.udp_streams += 1;
        let (index, evicted) =
            self.udp.insert(key, UdpFlow { stream, a_is_low: from_low, ignored: false, plain: false, memo: 0 });
        self.stats.udp_evictions += u64::from(evicted.is_some());
        index
    }

    /// An ICMP error: Wireshark counts a stream for the packet that it quotes, when it has not seen that packet before
    /// (as in a capture of one direction). `kinds`: the types of message that quote.
    pub(super) fn icmp(&mut self, slice: CapturedSlice<'_>, kinds: &[u8], handler: &mut impl Handler) {
        self.stats.other_protocol += 1;
        if !slice.data.first().is_some_and(|kind| kinds.contains(kind)) {
            return;
        }
        let Some(quoted) = slice.after(8) else { return };
        let Ok(packet) = ip::parse(quoted, false, self.limits.extension_headers) else { return };
        let Upper { protocol, payload, fragment: None } = packet.upper else { return };
        let needed = if protocol == 6 { 16 } else { 8 };
        let Some([s0, s1, d0, d1]) = payload.data.get(..needed).and_then(|bytes| bytes.first_chunk::<4>()) else {
            return;
        };
        let src = SocketAddr::new(packet.src, u16::from_be_bytes([*s0, *s1]));
        let dst = SocketAddr::new(packet.dst, u16::from_be_bytes([*d0, *d1]));
        let (key, from_low) = Key::new(src, dst);
        match protocol {
            6 => drop(self.tcp_flow(key, from_low, handler)),
            17 => drop(self.udp_flow(key, from_low)),
            _ => {}
        }
    }

    pub(super) fn udp(&mut self, ends: Ends, slice: CapturedSlice<'_>, way: Way<'_>, handler: &mut impl Handler) {
        let Some([s0, s1, d0, d1, l0, l1, c0, c1]) = slice.data.first_chunk::<8>().copied() else {
            self.stats.malformed += 1;
            return;
        };
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        // 0 stands for an IPv6 jumbogram; a length beyond the IP packet's is a lie.
        let length = if length == 0 && ends.src.is_ipv6() { slice.wire_len() } else { length.min(slice.wire_len()) };
        if length < 8 {
            self.stats.malformed += 1;
            return;
        }
        self.stats.udp_datagrams += 1;
        let whole = slice.with_wire_len(length);
        let src = SocketAddr::new(ends.src, u16::from_be_bytes([s0, s1]));
        let dst = SocketAddr::new(ends.dst, u16::from_be_bytes([d0, d1]));
        handler.sighted(Sighting::Whole { transport: Transport::Udp, src, dst, frames: way.frames });
        let (key, from_low) = Key::new(src, dst);
        let index = self.udp_flow(key, from_low);
        let Some(flow) = self.udp.at(index) else { return };
        let UdpFlow { stream, a_is_low, ignored, plain, .. } = *flow;
        if ignored && plain {
            return;
        }
        let Some(payload) = whole.after(8) else { return };
        if !plain {
            let ports = [dst.port(), src.port()].map(|port| self.decode_as.udp_port(port));
            if let [UdpPort::Plain, UdpPort::Plain] = ports {
                flow.plain = true;
            }
            match self.udp_content(ports, payload) {
                UdpContent::Tunnel(layer) => return self.inner(layer, payload, way, handler),
                UdpContent::Ignored => return,
                UdpContent::Datagram => {}
            }
        }
        if ignored {
            return;
        }
        let origin = origin(Transport::Udp, &key, stream, a_is_low, from_low == a_is_low, self.last);
        if handler.wants_places() {
            let (mut one, mut several) = ([Place::NONE], Vec::new());
            let places = places(self.last, whole.data, way, &mut one, &mut several);
            let checksum = u16::from_be_bytes([c0, c1]);
            handler.placed(&origin, Placed { places, header: 8, checksum, bytes: whole.data });
        }
        let datagram = Datagram {
            data: payload.data,
            wire_len: payload.wire_len(),
            frames: way.frames,
            identification: self.last.identification,
        };
        let Some(flow) = self.udp.at(index) else { return };
        let ignored = handler.udp_of(&mut flow.memo, &origin, datagram) == Verdict::Ignore;
        flow.ignored = ignored;
        if !ignored && self.limits.verify_checksums && whole.cut == 0 && [c0, c1] != [0, 0] {
            let right = checksum::segment_is_right(key.addresses(), 17, whole.data);
            self.stats.bad_transport_checksums += u64::from(!right);
        }
        self.udp.want(index, !ignored);
    }
}
