//! From captured packets to ordered byte streams and datagrams: link and IP layers, fragments, TCP reassembly.
//!
//! [`Network`] takes packets one after the other and hands what they carry to a [`Handler`]. It looks at nothing above
//! TCP and UDP, and at no port number but the UDP ports of tunnels; whoever handles the chunks says with a
//! [`Verdict`] when a flow is of no interest.
//!
//! Next: `network.rs` for what is done with a packet, `network/fast_path.rs` for the ordinary TCP segment,
//! `network/udp.rs` for datagrams, `tcp/direction.rs` for the rules of reassembly, `fragments.rs` for IP fragments,
//! `link/` for what may stand around an IP packet, `unread.rs` for packets that hold none, `limits.rs` for what it may cost.

use std::net::{IpAddr, SocketAddr};

#[cfg(test)]
mod answers_tests;
#[cfg(test)]
pub(crate) mod build;
mod checksum;
mod community;
mod decode_as;
mod flows;
mod fragments;
mod ip;
mod limits;
mod link;
mod network;
mod reason;
mod slice;
mod tcp;
mod unread;

pub use crate::base::{Side, Timestamp, Transport};
pub use community::community_id;
pub use decode_as::{DecodeAs, DecodeRule, DecodeRuleError};
pub use limits::{NetworkLimits, Stats};
pub use network::Network;
pub use reason::Reason;
pub use unread::{Unread, UnreadCount, UnreadKind};

/// Where some bytes of a flow come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Transport protocol.
    pub transport: Transport,
    /// Number of the flow as Wireshark counts it (`tcp.stream`, `udp.stream`), from 0 for each transport.
    pub stream: u64,
    /// Which side of the flow sent it.
    pub from: Side,
    /// Sender.
    pub src: SocketAddr,
    /// Receiver.
    pub dst: SocketAddr,
    /// The packet that carried the bytes, counted from 1 over the whole capture as Wireshark counts.
    pub frame: u64,
    /// When that packet was captured; absent where the capture has no time stamps.
    pub time: Option<Timestamp>,
    /// TCP sequence number of the first byte of [`Chunk::Data`], and of what [`Placed`] holds behind its header; 0 for
    /// everything else.
    pub seq: u32,
}

/// Some bytes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The packet.
    pub frame: u64,
    /// Offset of the first byte in the packet's captured data.
    pub at: usize,
    /// How many bytes.
    pub len: usize,
}

impl Place {
    const NONE: Place = Place { frame: 0, at: 0, len: 0 };
}

/// Where a TCP segment or UDP datagram stands in the capture, for those who want to change it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed<'a> {
    /// Its captured bytes, header and payload, in order: one place, or several for one that came in IP fragments.
    pub places: &'a [Place],
    /// Bytes of the TCP or UDP header that it begins with.
    pub header: usize,
    /// The checksum in that header; 0 in a UDP header means none.
    pub checksum: u16,
    /// The captured bytes themselves.
    pub bytes: &'a [u8],
}

impl Placed<'_> {
    /// Whether the checksum was left to the sender's network card when the packet was captured, so that it has nothing to do
    /// with the bytes: it is not right, and is none at all, or the sum of the addresses with or without the length.
    pub fn is_left_to_hardware(&self, origin: &Origin) -> bool {
        let addresses = checksum::addresses(origin.src.ip(), origin.dst.ip());
        let protocol = if origin.transport == Transport::Tcp { 6 } else { 17 };
        let stands = self.checksum.to_be_bytes();
        checksum::is_offloaded(addresses, protocol, self.bytes.len(), Some(&stands))
            && !checksum::segment_is_right(addresses, protocol, self.bytes)
    }
}

/// What happened on a TCP flow, in stream order for each direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk<'a> {
    /// The next bytes of the direction. Where segments overlap, these are the bytes that were captured first.
    Data(&'a [u8]),
    /// Bytes of the direction that were never captured and won't come any more; what follows starts after the hole.
    Gap {
        /// How many bytes are missing, where sequence numbers tell.
        lost: Option<u64>,
        /// Why the hole was given up.
        reason: &'static str,
    },
    /// The direction ends here (FIN, RST, port reuse, eviction or end of capture). Nothing follows but the chunks of
    /// a new connection on the same ports whose SYN the capture has missed: Wireshark gives it no number of its own.
    End {
        /// Why it ends.
        reason: &'static str,
    },
}

/// A whole UDP payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// The payload, as far as it was captured.
    pub data: &'a [u8],
    /// Its length on the wire by the UDP and IP headers; more than `data.len()` where the capture cut it.
    pub wire_len: usize,
    /// Every packet that carried a part of it (IP fragments), in the order of the parts; at least one.
    pub frames: &'a [u64],
    /// The identification of the IPv4 packet, which a copy has in common with it, and one sent again has not.
    pub identification: Option<u16>,
}

/// Whether a flow is worth going on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Keep,
    /// Drop what is buffered of this flow and hand over nothing more of it.
    Ignore,
}

/// The addresses that a packet was found to hold, tunnels opened: for those who sort packets instead of reading them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting<'a> {
    /// A TCP segment, with or without a payload, or a UDP datagram, of these packets: several for one in IP fragments.
    Whole {
        /// Transport protocol.
        transport: Transport,
        /// Sender.
        src: SocketAddr,
        /// Receiver.
        dst: SocketAddr,
        /// Every packet that carried a part of it, in the order of the parts; at least one.
        frames: &'a [u64],
    },
    /// A fragment of an IP packet of which others are still missing.
    Fragment {
        /// Sender.
        src: IpAddr,
        /// Receiver.
        dst: IpAddr,
    },
}

/// What a handler keeps with a TCP flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memo {
    /// A number, to find the flow again without a search; 0 at first.
    pub number: usize,
    /// Whether nothing of what side A sends is read for now, and of what side B sends: checksums of what comes in turn are
    /// then not looked at.
    pub unread: [bool; 2],
}

/// Takes what [`Network`] finds.
pub trait Handler {
    /// What the packet at hand holds; called also for flows that are ignored, and before anything else about it.
    #[inline(always)]
    fn sighted(&mut self, _sighting: Sighting<'_>) {}
    /// The next chunk of a TCP direction. `origin.frame` is the packet that carried these bytes, which may be an
    /// earlier one than the packet that made them deliverable.
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict;
    /// The same with what the handler may keep with the flow.
    fn tcp_of(&mut self, _memo: &mut Memo, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        self.tcp(origin, chunk)
    }
    /// Whether [`Handler::placed`] is of any use to it.
    fn wants_places(&self) -> bool {
        true
    }
    /// Where the segment or datagram stands that the next calls are about; also of segments that bring nothing new.
    /// Only flows that were not ignored are told of, and segments with a payload.
    fn placed(&mut self, _origin: &Origin, _placed: Placed<'_>) {}
    /// A datagram.
    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict;
    /// The same with a number that the handler may keep with the flow; 0 at first.
    fn udp_of(&mut self, _memo: &mut usize, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        self.udp(origin, datagram)
    }
}
