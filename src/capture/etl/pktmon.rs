//! Microsoft-Windows-PktMon, the packet monitor (`pktmon start --capture`).
//!
//! A packet is told once for each component of the network stack that it passes, with a number of its group, its own
//! number in the group and how often it has appeared; here it is one packet, with the bytes of its first whole copy and
//! every component that dropped it. Packets wait a tenth of a second of the trace for that.
//!
//! Source: the provider's manifest and Microsoft's etl2pcapng (docs/etl.md has the addresses).

use super::bytes::{string_at, u16_at, u32_at, u64_at};
use super::origin::{DroppedAt, PacketDirection, PacketOrigin};
use super::source::{Made, Problem, Seen, TracedPacket};
use crate::base::bounded::Bounded;
use crate::base::bounds;
use crate::base::guid::Guid;
use crate::capture::LinkType;
use std::collections::VecDeque;
use std::sync::Arc;

/// 4d4f80d9-c8bd-4d73-bb5b-19c90402c5ac
pub(super) const PROVIDER: Guid = match Guid::parse("4d4f80d9-c8bd-4d73-bb5b-19c90402c5ac") {
    Some(guid) => guid,
    None => Guid::NIL,
};

/// A component's number, type, name and description.
const COMPONENT: u16 = 20;
/// A packet at a component.
const PACKET: u16 = 160;
/// A packet that a component drops.
const PACKET_DROP: u16 = 170;

/// For how long a packet waits for its other copies: this part of a second.
const WAIT_PART: u64 = 10;

/// Number of the group, and of the packet in it.
type Key = (u64, u16);

/// A packet that was seen.
#[derive(Debug)]
struct Known {
    /// Its number among all that ever waited.
    number: u64,
    /// Which of its first 64 appearances were told.
    appearances: u64,
}

/// Turns events into packets.
#[derive(Debug)]
pub(super) struct PktMon {
    waiting: VecDeque<TracedPacket>,
    /// Number of the first that waits.
    first: u64,
    /// Bytes of those that wait.
    held: usize,
    room: usize,
    known: Bounded<Key, Known>,
    names: Bounded<u16, Arc<str>>,
}

/// Fields of a packet's event.
struct Fields<'e> {
    key: Key,
    appearance: u16,
    direction: Option<PacketDirection>,
    link: Option<LinkType>,
    component: u16,
    drop: Option<(u32, u32)>,
    original: usize,
    payload: &'e [u8],
    /// Whether the event says that more was logged than it has.
    is_short: bool,
}

impl<'e> Fields<'e> {
    fn read(data: &'e [u8], dropped: bool) -> Option<Self> {
        let (reason, location) = (u32_at(data, 22)?, u32_at(data, 26)?);
        // Sizes have 16 bits; where the bytes that are there say otherwise, 32.
        let narrow = (usize::from(u16_at(data, 30)?), usize::from(u16_at(data, 32)?), 34);
        let wide = || -> Option<(usize, usize, usize)> {
            let size = |at| usize::try_from(u32_at(data, at)?).ok();
            Some((size(30)?, size(34)?, 38))
        };
        let fits = |(_, logged, at): &(usize, usize, usize)| at + logged == data.len();
        let (original, logged, at) = match fits(&narrow) {
            true => narrow,
            false => wide().filter(fits).unwrap_or(narrow),
        };
        let rest = data.get(at..).unwrap_or_default();
        Some(Fields {
            key: (u64_at(data, 0)?, u16_at(data, 8)?),
            appearance: u16_at(data, 10)?,
            // PKTMON_DIRECTION_TAG: In, Out, Rx, Tx, Ingress, Egress; the odd ones are on the receiving path.
            direction: match u16_at(data, 12)? {
                1 | 3 | 5 => Some(PacketDirection::Received),
                2 | 4 | 6 => Some(PacketDirection::Sent),
                _ => None,
            },
            link: match u16_at(data, 14)? {
                1 => Some(LinkType::ETHERNET),
                2 => Some(LinkType::IEEE802_11),
                3 => Some(LinkType::RAW),
                _ => None,
            },
            component: u16_at(data, 16)?,
            drop: (dropped || reason != 0).then_some((reason, location)),
            original,
            payload: rest.get(..logged).unwrap_or(rest),
            is_short: logged > rest.len(),
        })
    }
}

impl PktMon {
    pub(super) fn new(room: usize) -> Self {
        PktMon {
            waiting: VecDeque::new(),
            first: 0,
            held: 0,
            room,
            known: Bounded::new(bounds::TRACE_APPEARANCES),
            names: Bounded::new(bounds::TRACE_COMPONENTS),
        }
    }

    pub(super) fn event(
        &mut self,
        seen: &Seen<'_>,
        ready: &mut VecDeque<TracedPacket>,
        made: &mut Made,
    ) -> Result<(), Problem> {
        match seen.event.id {
            COMPONENT => {
                let number = u16_at(seen.data, 0);
                let told = string_at(seen.data, 4, bounds::TRACE_NAME);
                let (Some(number), Some((name, end))) = (number, told) else {
                    return Err("a component's event that is not whole");
                };
                let described =
                    string_at(seen.data, end, bounds::TRACE_NAME).map(|(text, _)| text).filter(|text| !text.is_empty());
                self.names.insert(number, described.unwrap_or(name).into());
                Ok(())
            }
            PACKET | PACKET_DROP => {
                let fields = Fields::read(seen.data, seen.event.id == PACKET_DROP);
                let fields = fields.ok_or("a packet monitor's event that is not whole")?;
                self.packet(seen, &fields, ready, made)
            }
            _ => Ok(()),
        }
    }

    fn packet(
        &mut self,
        seen: &Seen<'_>,
        fields: &Fields<'_>,
        ready: &mut VecDeque<TracedPacket>,
        made: &mut Made,
    ) -> Result<(), Problem> {
        let name = self.names.peek(&fields.component).cloned();
        let drop = fields.drop.map(|(reason, location)| DroppedAt {
            component: fields.component,
            name: name.clone(),
            reason,
            location,
        });
        let bit = 1_u64.checked_shl(u32::from(fields.appearance)).unwrap_or(0);
        if let Some(known) = self.known.get(&fields.key)
            && known.appearances & bit == 0
        {
            // Seen at another component before.
            known.appearances |= bit;
            let place = known.number.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
            match place.and_then(|place| self.waiting.get_mut(place)) {
                Some(packet) => {
                    made.copies += 1;
                    let whole = packet.data.len() >= packet.original_len;
                    if !whole
                        && fields.payload.len() >= fields.original
                        && let Some(link) = fields.link
                    {
                        self.held = self.held - packet.data.len() + fields.payload.len();
                        packet.data.clear();
                        packet.data.extend_from_slice(fields.payload);
                        (packet.link, packet.original_len) = (link, fields.original);
                    }
                    packet
                        .origin
                        .dropped
                        .extend(drop.into_iter().take(64_usize.saturating_sub(packet.origin.dropped.len())));
                }
                None => {
                    made.copies += 1;
                    made.late_drops += u64::from(drop.is_some());
                }
            }
            self.limit(ready, made);
            return Ok(());
        }
        let Some(link) = fields.link else {
            made.late_drops += u64::from(drop.is_some());
            return Err("a packet of the packet monitor that begins with neither a link layer nor IP");
        };
        if fields.payload.is_empty() {
            made.late_drops += u64::from(drop.is_some());
            return Err("a packet of the packet monitor of which no byte was recorded");
        }
        let number = self.first + self.waiting.len() as u64;
        self.known.insert(fields.key, Known { number, appearances: bit });
        let origin = PacketOrigin {
            process: seen.event.process,
            thread: seen.event.thread,
            interface: u32::from(fields.component),
            layer: None,
            name,
            direction: fields.direction,
            dropped: drop.into_iter().collect(),
        };
        self.held += fields.payload.len();
        self.waiting.push_back(TracedPacket {
            count: seen.count,
            time: seen.time,
            link,
            data: fields.payload.to_vec(),
            original_len: fields.original.max(fields.payload.len()),
            origin,
        });
        self.limit(ready, made);
        match fields.is_short {
            true => Err("a packet that claims to reach beyond its event"),
            false => Ok(()),
        }
    }

    fn limit(&mut self, ready: &mut VecDeque<TracedPacket>, made: &mut Made) {
        while self.held > self.room || self.waiting.len() > bounds::TRACE_WAITING {
            self.release(ready, made);
        }
    }

    fn release(&mut self, ready: &mut VecDeque<TracedPacket>, made: &mut Made) {
        let Some(packet) = self.waiting.pop_front() else { return };
        self.first += 1;
        self.held -= packet.data.len().min(self.held);
        let cut = u64::from(packet.original_len > packet.data.len());
        made.cut += cut;
        made.pktmon_cut += cut;
        ready.push_back(packet);
    }

    /// The trace has come to this count: packets that have waited long enough are handed out.
    pub(super) fn pass(&mut self, count: u64, frequency: u64, ready: &mut VecDeque<TracedPacket>, made: &mut Made) {
        while let Some(packet) = self.waiting.front()
            // A clock that goes back ends the waiting too.
            && count.abs_diff(packet.count) > frequency / WAIT_PART
        {
            self.release(ready, made);
        }
    }

    /// Hands out what waits.
    pub(super) fn finish(&mut self, ready: &mut VecDeque<TracedPacket>, made: &mut Made) {
        while !self.waiting.is_empty() {
            self.release(ready, made);
        }
    }
}
