//! What the events of network providers make: packets, each once.
//!
//! `ndis.rs` and `pktmon.rs` read the events of one provider each.

use super::event::Event;
use super::ndis::Ndis;
use super::origin::PacketOrigin;
use super::pktmon::PktMon;
use super::rpc::Rpc;
use crate::base::Timestamp;
use crate::capture::LinkType;
use std::collections::VecDeque;

/// A packet that came out of one or several events.
#[derive(Debug)]
pub(super) struct TracedPacket {
    /// The clock's count when it was seen first.
    pub(super) count: u64,
    pub(super) time: Option<Timestamp>,
    pub(super) link: LinkType,
    pub(super) data: Vec<u8>,
    /// Bytes on the wire, as far as that can be told.
    pub(super) original_len: usize,
    pub(super) origin: PacketOrigin,
}

/// What can go wrong in an event.
pub(super) type Problem = &'static str;

/// Counts of what was made of a trace's packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Made {
    /// Copies of packets that were seen at another layer or component before.
    pub(super) copies: u64,
    /// Drops that were told of packets that had been handed out before, or of which no byte was recorded.
    pub(super) late_drops: u64,
    /// Packets of which the trace has a part.
    pub(super) cut: u64,
    /// The same of the packet monitor.
    pub(super) pktmon_cut: u64,
    /// Packets that were given up or handed out unfinished for a limit.
    pub(super) evicted: u64,
}

/// Everything that turns events into packets and records.
#[derive(Debug)]
pub(super) struct Sources {
    ndis: Ndis,
    pktmon: PktMon,
    pub(super) rpc: Rpc,
    /// Packets that are complete.
    pub(super) ready: VecDeque<TracedPacket>,
    /// Room of packets that were used.
    spare: Vec<Vec<u8>>,
    pub(super) made: Made,
}

/// An event with its data and time.
pub(super) struct Seen<'e> {
    pub(super) event: &'e Event,
    pub(super) data: &'e [u8],
    pub(super) processor: u16,
    pub(super) count: u64,
    pub(super) time: Option<Timestamp>,
    /// Units of the clock in a second.
    pub(super) frequency: u64,
}

impl Sources {
    /// `room`: bytes that unfinished packets may take.
    pub(super) fn new(room: usize) -> Self {
        Sources {
            ndis: Ndis::new(room),
            pktmon: PktMon::new(room),
            rpc: Rpc::default(),
            ready: VecDeque::new(),
            spare: Vec::new(),
            made: Made::default(),
        }
    }

    /// Works on an event; packets that it completes go to `ready`.
    pub(super) fn event(&mut self, seen: &Seen<'_>) -> Result<(), Problem> {
        let provider = seen.event.provider;
        self.pktmon.pass(seen.count, seen.frequency, &mut self.ready, &mut self.made);
        if provider == super::ndis::PROVIDER {
            let mut data = self.spare.pop().unwrap_or_default();
            data.clear();
            self.ndis.event(seen, data, &mut self.ready, &mut self.made)
        } else if provider == super::pktmon::PROVIDER {
            self.pktmon.event(seen, &mut self.ready, &mut self.made)
        } else if provider == super::rpc::PROVIDER {
            self.rpc.event(seen)
        } else {
            Ok(())
        }
    }

    /// The trace, or a session of it, is over: hands out what was unfinished.
    pub(super) fn finish(&mut self) -> Option<Problem> {
        self.pktmon.finish(&mut self.ready, &mut self.made);
        self.ndis.finish(&mut self.ready, &mut self.made)
    }

    /// Takes back the room of a packet that was used.
    pub(super) fn recycle(&mut self, data: Vec<u8>) {
        if self.spare.len() < 8 && data.capacity() <= 1 << 16 {
            self.spare.push(data);
        }
    }
}

/// What the network layer says of a packet's length on the wire, for a link layer of known size; 0 where it says nothing
/// of use. Packets handed to the interface card for segmentation (large send offload) may have a length of zero.
pub(super) fn told_length(link: LinkType, data: &[u8]) -> usize {
    let mut at = 0;
    if link == LinkType::ETHERNET {
        at = 14;
        // Tags may stand in front of the type.
        let ether_type = |at: usize| Some(u16::from_be_bytes(*data.get(at - 2..)?.first_chunk()?));
        while at < 22 && matches!(ether_type(at), Some(0x8100 | 0x88a8)) {
            at += 4;
        }
        if !matches!(ether_type(at), Some(0x0800 | 0x86dd)) {
            return 0;
        }
    } else if link != LinkType::RAW {
        return 0;
    }
    let Some(ip) = data.get(at..) else { return 0 };
    let number = |at: usize| ip.get(at..).and_then(|b| b.first_chunk::<2>()).map_or(0, |b| u16::from_be_bytes(*b));
    match ip.first().map(|byte| byte >> 4) {
        Some(4) => match number(2) {
            0 => 0,
            total => at + usize::from(total),
        },
        Some(6) if ip.len() >= 40 => match number(4) {
            0 => 0,
            payload => at + 40 + usize::from(payload),
        },
        _ => 0,
    }
}
