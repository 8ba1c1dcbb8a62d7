//! From a packet's first byte to the transport header: link layers, IP, fragments, tunnels.

use super::{At, Ends, Network, Way, offset_in};
use crate::net::decode_as::UdpPort;
use crate::net::fragments;
use crate::net::ip::{self, Bad, Upper};
use crate::net::link::{self, Layer, LinkError, Reached};
use crate::net::slice::CapturedSlice;
use crate::net::unread::{UnreadKind, never_carries_packets};
use crate::net::{Handler, Sighting};

/// What is known of a UDP datagram by its ports.
pub(super) enum UdpContent {
    /// A packet that begins with this layer.
    Tunnel(Layer),
    /// Something that is not to be looked at.
    Ignored,
    /// The handler's business.
    Datagram,
}

impl Network {
    pub(super) fn packet(&mut self, layer: Layer, slice: CapturedSlice<'_>, way: Way<'_>, handler: &mut impl Handler) {
        match link::to_ip(layer, slice, self.limits.tags, &self.decode_as) {
            Ok(Reached::Ip(slice)) => self.ip(slice, way, handler),
            Ok(Reached::Aggregate(msdus)) => {
                for msdu in msdus {
                    self.inner(Layer::Llc, msdu, way, handler);
                }
            }
            Err(error) => self.not_ip(error),
        }
    }

    /// Counts a packet that holds no IP packet, or none that can be read.
    #[cold]
    fn not_ip(&mut self, error: LinkError) {
        let (counter, kind) = match error {
            LinkError::NeverIp => (&mut self.stats.not_ip, None),
            LinkError::Unread(kind @ UnreadKind::LinkType(_)) => (&mut self.stats.unknown_link, Some(kind)),
            LinkError::Unread(kind) => (&mut self.stats.not_ip, Some(kind)),
            LinkError::Malformed => (&mut self.stats.malformed, Some(UnreadKind::Malformed)),
            LinkError::TooDeep => (&mut self.stats.too_deep, Some(UnreadKind::TooDeep)),
        };
        *counter += 1;
        if let Some(kind) = kind {
            self.unread.count(kind, self.last.frame, self.limits.unread_kinds);
        }
    }

    fn ip(&mut self, slice: CapturedSlice<'_>, way: Way<'_>, handler: &mut impl Handler) {
        let packet = match ip::parse(slice, self.limits.verify_checksums, self.limits.extension_headers) {
            Ok(packet) => packet,
            Err(bad) => return self.not_ip(bad.into()),
        };
        self.last.identification = match slice.data {
            [0x40..=0x4f, _, _, _, a, b, ..] => Some(u16::from_be_bytes([*a, *b])),
            _ => None,
        };
        self.stats.bad_ip_checksums += u64::from(!packet.checksum);
        self.stats.offloaded += u64::from(packet.offloaded);
        let ends = Ends { src: packet.src, dst: packet.dst };
        let upper = packet.upper;
        let Some(fragment) = upper.fragment else {
            return self.upper(ends, upper, way, handler);
        };
        let protocol = if packet.src.is_ipv4() { upper.protocol } else { 0 };
        let key = fragments::Key { src: ends.src, dst: ends.dst, protocol, id: fragment.id };
        let At { frame, time, start, len, .. } = self.last;
        let at = offset_in(upper.payload.data, start, len);
        let (limits, stats) = (&self.limits, &mut self.stats);
        let whole = self.fragments.add(key, fragment, upper.protocol, upper.payload, at, frame, time, limits, stats);
        let Some(whole) = whole else { return handler.sighted(Sighting::Fragment { src: ends.src, dst: ends.dst }) };
        let slice = CapturedSlice { data: &whole.data, cut: whole.cut };
        match ip::upper(whole.protocol, slice, self.limits.extension_headers) {
            // A fragment within what fragments were put together to is an attack, not traffic.
            Ok(Upper { fragment: Some(_), .. }) => self.stats.malformed += 1,
            Ok(upper) => {
                let joined = Some((whole.data.as_slice(), whole.places.as_slice()));
                self.upper(ends, upper, Way { frames: &whole.frames, joined, ..way }, handler);
            }
            Err(bad) => self.not_ip(bad.into()),
        }
    }

    fn upper(&mut self, ends: Ends, upper: Upper<'_>, way: Way<'_>, handler: &mut impl Handler) {
        let tunnel = match self.decode_as.ip_protocol(upper.protocol) {
            Some(layer) => layer.ok_or(LinkError::NeverIp),
            None => match upper.protocol {
                6 => return self.tcp(ends, upper.payload, way, handler),
                17 => return self.udp(ends, upper.payload, way, handler),
                1 => return self.icmp(upper.payload, &[3, 4, 5, 11, 12], handler),
                58 => return self.icmp(upper.payload, &[1, 2, 3, 4], handler),
                protocol => link::ip_protocol(protocol).ok_or(LinkError::Unread(UnreadKind::IpProtocol(protocol))),
            },
        };
        match tunnel {
            Ok(layer) => self.inner(layer, upper.payload, way, handler),
            Err(error) => {
                self.stats.other_protocol += 1;
                if let LinkError::Unread(kind) = error
                    && !never_carries_packets(upper.protocol)
                {
                    self.unread.count(kind, self.last.frame, self.limits.unread_kinds);
                }
            }
        }
    }

    /// A packet within a packet.
    pub(super) fn inner(&mut self, layer: Layer, slice: CapturedSlice<'_>, way: Way<'_>, handler: &mut impl Handler) {
        if way.depth >= self.limits.tunnels {
            return self.not_ip(LinkError::TooDeep);
        }
        self.stats.tunnelled += 1;
        self.packet(layer, slice, Way { depth: way.depth + 1, ..way }, handler);
    }

    /// What a datagram holds by its ports. A rule decides; an assigned number is only a hint, since anybody may use the
    /// port: then a proper IP packet must be inside.
    pub(super) fn udp_content(&self, ports: [UdpPort; 2], payload: CapturedSlice<'_>) -> UdpContent {
        for port in &ports {
            match port {
                UdpPort::Told(layer) => return UdpContent::Tunnel(*layer),
                UdpPort::Ignored => return UdpContent::Ignored,
                UdpPort::Assigned(_) | UdpPort::Plain => {}
            }
        }
        for port in ports {
            if let UdpPort::Assigned(layer) = port
                && self.holds_ip(layer, payload)
            {
                return UdpContent::Tunnel(layer);
            }
        }
        UdpContent::Datagram
    }

    /// Whether a proper IP packet is in what looks like a tunnel.
    fn holds_ip(&self, layer: Layer, slice: CapturedSlice<'_>) -> bool {
        let reached = link::to_ip(layer, slice, self.limits.tags, &self.decode_as);
        matches!(reached, Ok(Reached::Ip(slice)) if ip::is_plausible(slice, self.limits.extension_headers))
    }
}

impl From<Bad> for LinkError {
    fn from(bad: Bad) -> Self {
        match bad {
            Bad::Malformed => LinkError::Malformed,
            Bad::TooDeep => LinkError::TooDeep,
        }
    }
}
