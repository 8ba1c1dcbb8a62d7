//! Microsoft-Windows-NDIS-PacketCapture, the provider behind `netsh trace start capture=yes`.
//!
//! Event 1001 carries a packet or a fragment of one: indexes of the interface and of the layer, the size, the bytes. What
//! newer versions have behind them is of no interest. Source: the provider's manifest and Microsoft's etl2pcapng
//! (docs/etl.md has the addresses).

use super::bytes::{size_at, u32_at};
use super::origin::{PacketDirection, PacketOrigin};
use super::source::{Made, Problem, Seen, TracedPacket, told_length};
use crate::base::bounded::Bounded;
use crate::base::bounds;
use crate::base::guid::Guid;
use crate::capture::LinkType;
use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

/// 2ed6006e-4729-4609-b423-3ee7bcd678ef
pub(super) const PROVIDER: Guid = match Guid::parse("2ed6006e-4729-4609-b423-3ee7bcd678ef") {
    Some(guid) => guid,
    None => Guid::NIL,
};

/// A packet, or a fragment of one.
const PACKET_FRAGMENT: u16 = 1001;
/// The same of a virtual switch's port.
const SWITCH_FRAGMENT: u16 = 1003;

/// Bits of the event's keyword.
mod keyword {
    pub(super) const WIRELESS_WAN: u64 = 0x200;
    pub(super) const NATIVE_802_11: u64 = 0x1_0000;
    pub(super) const PACKET_START: u64 = 0x4000_0000;
    pub(super) const PACKET_END: u64 = 0x8000_0000;
    pub(super) const SEND: u64 = 0x1_0000_0000;
    pub(super) const RECEIVE: u64 = 0x2_0000_0000;
}

/// For how long a copy at another layer may come later: a second.
const COPY_SECONDS: u64 = 1;

/// The stream of fragments that one belongs to: the thread that logs them, or its processor where no thread ran, and the
/// two indexes.
type Stream = (u32, u16, u32, u32);

/// How often a packet was seen at each layer.
#[derive(Debug)]
struct Copies {
    last: u64,
    /// How often it was handed out.
    handed: u32,
    /// Interface, layer, and how often it was seen there.
    layers: Vec<(u32, u32, u32)>,
}

/// Turns events into packets.
#[derive(Debug)]
pub(super) struct Ndis {
    parts: Bounded<Stream, TracedPacket>,
    /// Bytes in `parts`.
    held: usize,
    room: usize,
    seen: Bounded<u64, Copies>,
    hasher: RandomState,
    /// Units of the clock in a second.
    frequency: u64,
}

impl Ndis {
    pub(super) fn new(room: usize) -> Self {
        Ndis {
            parts: Bounded::new(bounds::TRACE_PARTS),
            held: 0,
            room,
            seen: Bounded::new(bounds::TRACE_COPIES),
            hasher: RandomState::new(),
            frequency: 0,
        }
    }

    /// Works on an event. `spare` is room for a packet.
    pub(super) fn event(
        &mut self,
        seen: &Seen<'_>,
        spare: Vec<u8>,
        ready: &mut VecDeque<TracedPacket>,
        made: &mut Made,
    ) -> Result<(), Problem> {
        let at = match seen.event.id {
            PACKET_FRAGMENT => 8,
            SWITCH_FRAGMENT => switch_fragment(seen.data).ok_or("a switch's packet event that is not whole")?,
            _ => return Ok(()),
        };
        self.frequency = seen.frequency;
        let (Some(interface), Some(layer)) = (u32_at(seen.data, 0), u32_at(seen.data, 4)) else {
            return Err("a packet event without its indexes");
        };
        let size = size_at(seen.data, at).ok_or("a packet event without its size")?;
        let rest = seen.data.get(at + 4..).unwrap_or_default();
        let fragment = rest.get(..size).unwrap_or(rest);
        let keyword = seen.event.keyword;
        let (starts, ends) = (keyword & keyword::PACKET_START != 0, keyword & keyword::PACKET_END != 0);
        let thread = seen.event.thread;
        let stream = (thread, if thread == 0 { seen.processor } else { 0 }, interface, layer);
        let mut outcome =
            if fragment.len() < size { Err("a packet that claims to reach beyond its event") } else { Ok(()) };
        let missing = size - fragment.len();
        let earlier = match self.parts.is_empty() {
            true => None,
            false => self.parts.remove(&stream),
        };
        let mut packet = match earlier {
            Some(packet) => {
                self.held -= packet.data.len().min(self.held);
                if starts {
                    outcome = Err("a packet without its last fragment");
                    self.hand_out(packet, true, ready, made);
                    self.begin(seen, keyword, interface, layer, spare)
                } else {
                    packet
                }
            }
            None => self.begin(seen, keyword, interface, layer, spare),
        };
        packet.data.extend_from_slice(fragment);
        packet.original_len = packet.original_len.saturating_add(missing);
        if ends {
            self.hand_out(packet, missing > 0, ready, made);
            return outcome;
        }
        if packet.data.len() > self.room {
            made.evicted += 1;
            self.hand_out(packet, true, ready, made);
            return Err("a packet of too many fragments");
        }
        self.held += packet.data.len();
        if let Some((_, oldest)) = self.parts.insert(stream, packet) {
            self.give_up(oldest, ready, made);
        }
        while self.held > self.room {
            let Some((_, oldest)) = self.parts.drain().next() else { break };
            self.give_up(oldest, ready, made);
        }
        outcome
    }

    fn begin(&self, seen: &Seen<'_>, keyword: u64, interface: u32, layer: u32, data: Vec<u8>) -> TracedPacket {
        let link = if keyword & keyword::NATIVE_802_11 != 0 {
            LinkType::IEEE802_11
        } else if keyword & keyword::WIRELESS_WAN != 0 {
            LinkType::RAW
        } else {
            LinkType::ETHERNET
        };
        let direction = match (keyword & keyword::SEND != 0, keyword & keyword::RECEIVE != 0) {
            (true, false) => Some(PacketDirection::Sent),
            (false, true) => Some(PacketDirection::Received),
            _ => None,
        };
        let origin = PacketOrigin {
            process: seen.event.process,
            thread: seen.event.thread,
            interface,
            layer: (layer != interface).then_some(layer),
            name: None,
            direction,
            dropped: Vec::new(),
        };
        TracedPacket { count: seen.count, time: seen.time, link, data, original_len: 0, origin }
    }

    fn give_up(&mut self, packet: TracedPacket, ready: &mut VecDeque<TracedPacket>, made: &mut Made) {
        self.held -= packet.data.len().min(self.held);
        made.evicted += 1;
        self.hand_out(packet, true, ready, made);
    }

    /// Hands a packet out unless it is a copy; `cut` where a part of it is not there.
    fn hand_out(&mut self, mut packet: TracedPacket, cut: bool, ready: &mut VecDeque<TracedPacket>, made: &mut Made) {
        if packet.link == LinkType::IEEE802_11
            && let Some(control) = packet.data.get_mut(1)
        {
            // The frame is captured decrypted, with the flag still set that says it is not.
            *control &= !0x40;
        }
        let (layer, interface) = (packet.origin.layer.unwrap_or(packet.origin.interface), packet.origin.interface);
        if self.is_copy(&packet.data, packet.count, (interface, layer)) {
            made.copies += 1;
            return;
        }
        let present = packet.data.len();
        let told = told_length(packet.link, &packet.data);
        packet.original_len = packet.original_len.saturating_add(present).max(told).max(present + usize::from(cut));
        made.cut += u64::from(packet.original_len > present);
        ready.push_back(packet);
    }

    /// Whether a packet is one that was handed out already, seen at another layer: of those with the same bytes within a
    /// second, as many are handed out as one layer has seen.
    fn is_copy(&mut self, data: &[u8], count: u64, (interface, layer): (u32, u32)) -> bool {
        let (copies, _) = self.seen.get_or_insert(self.hasher.hash_one(data), || Copies {
            last: count,
            handed: 0,
            layers: Vec::with_capacity(1),
        });
        if count.abs_diff(copies.last) > self.frequency.saturating_mul(COPY_SECONDS) {
            (copies.handed, copies.layers) = (0, Vec::with_capacity(1));
        }
        copies.last = count;
        let at = copies.layers.iter().position(|(i, l, _)| (*i, *l) == (interface, layer));
        let times = match at.and_then(|at| copies.layers.get_mut(at)) {
            Some((_, _, times)) => {
                *times = times.saturating_add(1);
                *times
            }
            None => {
                if copies.layers.len() < bounds::TRACE_LAYERS {
                    copies.layers.push((interface, layer, 1));
                }
                1
            }
        };
        if times > copies.handed {
            copies.handed = times;
            return false;
        }
        true
    }

    /// Hands out what is not finished.
    pub(super) fn finish(&mut self, ready: &mut VecDeque<TracedPacket>, made: &mut Made) -> Option<Problem> {
        let mut left: Vec<TracedPacket> = self.parts.drain().map(|(_, packet)| packet).collect();
        left.sort_by_key(|packet| packet.count);
        let found = (!left.is_empty()).then_some("packets without their last fragment at the end of the trace");
        self.held = 0;
        for packet in left {
            self.hand_out(packet, true, ready, made);
        }
        found
    }
}

/// Where the size stands in event 1003: behind the indexes come a port, three strings and a count of destinations. Each
/// destination is a port and three strings.
fn switch_fragment(data: &[u8]) -> Option<usize> {
    let mut at = 12;
    let strings = |at: &mut usize| -> Option<()> {
        for _ in 0..3 {
            *at = super::bytes::string_at(data, *at, 0)?.1;
        }
        Some(())
    };
    strings(&mut at)?;
    let destinations = size_at(data, at)?;
    at += 4;
    // A destination takes ten bytes at least.
    if destinations > data.len() / 10 {
        return None;
    }
    for _ in 0..destinations {
        at += 4;
        strings(&mut at)?;
    }
    (at <= data.len()).then_some(at)
}
