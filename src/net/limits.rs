//! What the network layer may cost, and what it counted.

/// Bounds of the network layer. Whatever a capture holds, memory stays below roughly
/// `tcp_buffer_total + fragment_bytes +` a few hundred bytes for each flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkLimits {
    /// TCP connections kept at a time: 32768. The one that was quiet for longest gives way, with
    /// [`Chunk::End`](super::Chunk::End); first among those that are closed, ignored, or have not carried anything.
    /// When it comes back it counts as a new stream.
    pub tcp_flows: usize,
    /// UDP flows kept at a time: 16384. One that comes back after eviction gets a new stream number.
    pub udp_flows: usize,
    /// Out-of-order bytes held for one direction of a connection: 4 MiB. Each segment costs
    /// [`NetworkLimits::SEGMENT_COST`] bytes more than its data.
    pub tcp_buffer: usize,
    /// The same as long as the other side has acknowledged nothing, as in a capture of one direction only: 256 KiB.
    pub tcp_buffer_unacknowledged: usize,
    /// Out-of-order bytes held for all connections together: 12 MiB.
    pub tcp_buffer_total: usize,
    /// Out-of-order segments held for one direction: 4096.
    pub tcp_segments: usize,
    /// A hole that the other side has acknowledged is given up after so many more packets of the connection: 32. An
    /// acknowledgement alone proves nothing at a tap, where packets of the two directions overtake each other.
    /// What acknowledges bytes that were not handed on yet waits for them, twice as long at most.
    pub hole_packets: u32,
    /// What waits of a connection that has been silent for so many nanoseconds of capture time is handed on, and the holes in
    /// it are given up: 60 s.
    pub hole_nanos: u64,
    /// How many packets of a connection whose start was not captured are waited for before the lowest sequence number
    /// seen is taken for the start: 3.
    pub start_packets: u32,
    /// IP datagrams under reassembly at a time: 1024. The oldest gives way.
    pub fragment_datagrams: usize,
    /// Bytes held for IP reassembly together: 6 MiB. Each fragment costs [`NetworkLimits::SEGMENT_COST`] bytes more than its data.
    pub fragment_bytes: usize,
    /// Fragments of one datagram: 1024. A datagram of more is given up.
    pub fragment_pieces: usize,
    /// After so many nanoseconds of capture time an unfinished datagram is given up: 60 s. Sender's identifications
    /// repeat.
    pub fragment_nanos: u64,
    /// The same in packets, for captures without time stamps: 100000.
    pub fragment_packets: u64,
    /// VLAN and other tags and MPLS labels of one packet: 16.
    pub tags: usize,
    /// Tunnels within tunnels of one packet: 8.
    pub tunnels: usize,
    /// Extension headers of one IPv6 packet: 16.
    pub extension_headers: usize,
    /// Kinds of packets that can't be read, told apart: 64. Packets of further ones are counted in one number.
    pub unread_kinds: usize,
    /// Whether checksums are computed, only to count the bad ones. Costs a pass over each kept packet.
    pub verify_checksums: bool,
}

impl NetworkLimits {
    /// What a held segment is reckoned to cost beyond its data, in bytes: most is the node of the tree it is kept in.
    pub const SEGMENT_COST: usize = 512;
}

impl Default for NetworkLimits {
    fn default() -> Self {
        NetworkLimits {
            tcp_flows: 1 << 15,
            udp_flows: 1 << 14,
            tcp_buffer: 4 << 20,
            tcp_buffer_unacknowledged: 256 << 10,
            tcp_buffer_total: 12 << 20,
            tcp_segments: 4096,
            hole_packets: 32,
            hole_nanos: 60_000_000_000,
            start_packets: 3,
            fragment_datagrams: 1024,
            fragment_bytes: 6 << 20,
            fragment_pieces: 1024,
            fragment_nanos: 60_000_000_000,
            fragment_packets: 100_000,
            tags: 16,
            tunnels: 8,
            extension_headers: 16,
            unread_kinds: 64,
            verify_checksums: true,
        }
    }
}

/// What was seen, left out and given up. Counts from the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Packets given to [`Network::input`](super::Network::input).
    pub packets: u64,
    /// Packets of link types that can't be read.
    pub unknown_link: u64,
    /// Packets that carry something else than IP.
    pub not_ip: u64,
    /// IP packets that carry neither TCP nor UDP, nor anything that could carry them.
    pub other_protocol: u64,
    /// Packets that were captured too short to tell ports, or whose headers contradict themselves.
    pub malformed: u64,
    /// Packets found within packets: IP in IP, GRE, ERSPAN, VXLAN, Geneve and others; those of an aggregated 802.11 frame.
    pub tunnelled: u64,
    /// Packets with more VLAN tags, labels, extension headers or tunnels than the limit.
    pub too_deep: u64,
    /// Bad IPv4 header checksums (the packets were used).
    pub bad_ip_checksums: u64,
    /// Bad TCP and UDP checksums (the packets were used), of what is [read](super::Memo::unread).
    pub bad_transport_checksums: u64,
    /// IPv4 packets without a total length, as segmentation offload leaves them.
    pub offloaded: u64,
    /// IP fragments seen.
    pub fragments: u64,
    /// Datagrams put together from fragments.
    pub reassembled: u64,
    /// Fragments that overlapped earlier ones; the earlier ones won.
    pub fragment_overlaps: u64,
    /// Unfinished datagrams given up for lack of room.
    pub fragment_evictions: u64,
    /// Unfinished datagrams given up after [`NetworkLimits::fragment_nanos`] or [`NetworkLimits::fragment_packets`], or at the end.
    pub fragment_timeouts: u64,
    /// TCP segments.
    pub tcp_segments: u64,
    /// TCP streams, as Wireshark numbers them.
    pub tcp_streams: u64,
    /// Streams that took over the ports of an earlier one.
    pub tcp_port_reuses: u64,
    /// Segments that brought nothing new: retransmissions, keep-alives, duplicates of a mirror port.
    pub tcp_retransmissions: u64,
    /// Segments that came before their turn and were held.
    pub tcp_out_of_order: u64,
    /// Segments of which a part was there already; the part that came first won.
    pub tcp_overlaps: u64,
    /// Holes given up.
    pub tcp_gaps: u64,
    /// Bytes in holes given up, as far as sequence numbers tell.
    pub tcp_lost_bytes: u64,
    /// Holes given up because a limit on held bytes or segments was reached.
    pub tcp_buffer_limits: u64,
    /// Segments with data after the end of their direction.
    pub tcp_after_end: u64,
    /// Resets whose sequence number fits nowhere, ignored.
    pub tcp_bad_resets: u64,
    /// Resets after which the connection went on: not the two ends' own, or not heeded.
    pub tcp_resets_passed: u64,
    /// Connections that went silent while something waited behind a hole.
    pub tcp_idle_holes: u64,
    /// Connections given up because of [`NetworkLimits::tcp_flows`].
    pub tcp_evictions: u64,
    /// UDP datagrams.
    pub udp_datagrams: u64,
    /// UDP streams, as Wireshark numbers them.
    pub udp_streams: u64,
    /// UDP flows forgotten because of [`NetworkLimits::udp_flows`].
    pub udp_evictions: u64,
    /// The most bytes that were held out of order at a time.
    pub tcp_buffer_peak: u64,
}
