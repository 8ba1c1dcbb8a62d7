//! A trace that is being read: its header, its clock, the window of buffers, and what comes of the events.

use super::clock::TraceHeader;
use super::event::EventCounts;
use super::origin::PacketOrigin;
use super::rpc::RpcEvent;
use super::source::{Seen, Sources, TracedPacket};
use super::window::{Damage, Window};
use super::wmi::{BufferHeader, HEADER};
use super::xca::{self, Format};
use crate::base::Timestamp;
use crate::capture::CaptureError;
use std::sync::Arc;

/// What was read of a trace, and what it tells that was lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TraceCounters {
    /// Buffers read.
    pub buffers: u64,
    /// Buffers that could not be decompressed.
    pub buffers_unreadable: u64,
    /// Events by the kind of their header. The logfile header and what stands in its buffer are not among them.
    pub events: EventCounts,
    /// Events that the logger lost, as it has counted.
    pub events_lost: u64,
    /// Buffers that the logger lost, as it has counted.
    pub buffers_lost: u64,
    /// Buffers before which something was lost by their flags.
    pub marked_lost: u64,
    /// Copies of packets seen at several layers or components, each left out.
    pub copies: u64,
    /// Packets of which a part is missing.
    pub cut: u64,
    /// Those of them that the packet monitor has cut, as it does by default at 128 bytes.
    pub pktmon_cut: u64,
    /// Drops told of packets without any byte, or after the packet was handed out.
    pub drops_without_packet: u64,
    /// Packets that come after one with a later time, because their buffer was too far behind.
    pub out_of_order: u64,
    /// Packets handed out unfinished for a limit.
    pub packets_evicted: u64,
    /// Events of the RPC runtime left out because nobody asked for those before.
    pub rpc_events_dropped: u64,
}

impl TraceCounters {
    /// Adds another trace's.
    pub fn add(&mut self, other: &TraceCounters) {
        self.events.add(&other.events);
        for (sum, count) in [
            (&mut self.buffers, other.buffers),
            (&mut self.buffers_unreadable, other.buffers_unreadable),
            (&mut self.events_lost, other.events_lost),
            (&mut self.buffers_lost, other.buffers_lost),
            (&mut self.marked_lost, other.marked_lost),
            (&mut self.copies, other.copies),
            (&mut self.cut, other.cut),
            (&mut self.pktmon_cut, other.pktmon_cut),
            (&mut self.drops_without_packet, other.drops_without_packet),
            (&mut self.out_of_order, other.out_of_order),
            (&mut self.packets_evicted, other.packets_evicted),
            (&mut self.rpc_events_dropped, other.rpc_events_dropped),
        ] {
            *sum = sum.saturating_add(count);
        }
    }
}

/// The reader's state for traces.
#[derive(Debug)]
pub(in crate::capture) struct Etl {
    header: TraceHeader,
    format: Format,
    window: Window,
    sources: Sources,
    counters: TraceCounters,
    /// The packet handed out last.
    packet: Option<TracedPacket>,
    origin: Option<Arc<PacketOrigin>>,
    last_time: Option<Timestamp>,
    /// Why the file can't be read on, once everything before was handed out; `Some(None)` at its end.
    pub(super) ended: Option<Option<CaptureError>>,
    /// Bytes from one buffer to the next, where they are all alike; 0 for compressed traces.
    pub(super) stride: usize,
    pub(super) times_out_of_range: u64,
    pub(super) first_out_of_range: u64,
}

impl Etl {
    /// A trace whose first buffer is `data`; `None` where that has no logfile header.
    pub(super) fn begin(data: &[u8], room: usize) -> Option<Self> {
        let buffer = BufferHeader::read(data)?;
        let header = TraceHeader::read(data)?;
        let mut etl = Etl {
            format: Format::Other,
            window: Window::default(),
            sources: Sources::new(room),
            counters: TraceCounters::default(),
            packet: None,
            origin: None,
            last_time: None,
            ended: None,
            stride: 0,
            times_out_of_range: 0,
            first_out_of_range: 0,
            header: header.clone(),
        };
        etl.enter(&buffer, header);
        Some(etl)
    }

    /// Begins a session, the first one or one appended to the file. The window must be empty.
    pub(super) fn enter(&mut self, buffer: &BufferHeader, header: TraceHeader) {
        self.counters.buffers += 1;
        self.counters.events_lost += u64::from(header.events_lost);
        self.counters.buffers_lost += u64::from(header.buffers_lost);
        let compressed = header.may_be_compressed();
        self.format = if compressed { Format::of(buffer.state & 0xffff) } else { Format::Other };
        self.stride = if compressed { 0 } else { buffer.size };
        self.header = header;
    }

    pub(in crate::capture) fn header(&self) -> &TraceHeader {
        &self.header
    }

    /// Bytes of events that wait in the window.
    pub(super) fn held(&self) -> usize {
        self.window.held()
    }

    pub(super) fn window_is_empty(&self) -> bool {
        self.window.is_empty()
    }

    /// Takes a whole buffer into the window. `offset`: where it stands in the file.
    pub(super) fn buffer(&mut self, data: &[u8], buffer: &BufferHeader, offset: u64) -> Option<Damage> {
        self.counters.buffers += 1;
        let (events, buffers) = buffer.lost();
        self.counters.marked_lost += u64::from(events || buffers);
        let rest = data.get(HEADER..).unwrap_or_default();
        let at = offset.saturating_add(HEADER as u64);
        let mut room = self.window.room();
        if !buffer.is_compressed() {
            let filled = buffer.filled().and_then(|filled| rest.get(..filled)).unwrap_or(rest);
            room.clear();
            room.extend_from_slice(filled);
            return self.window.add(room, buffer.processor, at);
        }
        let Some(most) = buffer.decompressed() else {
            self.counters.buffers_unreadable += 1;
            return Some((offset, "a compressed buffer whose size can't be", data.len() as u64));
        };
        let outcome = xca::decompress(self.format, rest, most, &mut room);
        if outcome.is_err() {
            self.counters.buffers_unreadable += 1;
        }
        // What came out before the damage is as good as any.
        let damage = self.window.add(room, buffer.processor, at);
        match outcome {
            Ok(()) => damage,
            Err(reason) => Some((offset, reason, data.len() as u64)),
        }
    }

    /// Works on the earliest event in the window; `false` where there is none. What is wrong is told by `problem`: where it
    /// stands, where that is known, and how many bytes are passed over.
    pub(super) fn step(&mut self, problem: &mut dyn FnMut(Option<u64>, &'static str, u64)) -> bool {
        let Some((taken, damage)) = self.window.take() else { return false };
        crate::base::work::tick(1);
        self.counters.events.count(taken.event.kind);
        if let Some(count) = taken.event.time {
            let seen = Seen {
                event: taken.event,
                data: taken.data,
                processor: taken.processor,
                count,
                time: self.header.time(count),
                frequency: self.header.frequency,
            };
            if let Err(reason) = self.sources.event(&seen) {
                problem(None, reason, 0);
            }
        }
        if let Some((offset, reason, skipped)) = damage {
            problem(Some(offset), reason, skipped);
        }
        true
    }

    /// The session is over: hands out what is unfinished.
    pub(super) fn finish(&mut self) -> Option<&'static str> {
        self.sources.finish()
    }

    /// Whether a packet is complete.
    pub(super) fn has_ready(&self) -> bool {
        !self.sources.ready.is_empty()
    }

    /// Takes the next packet that is complete; [`Etl::packet`] then has it.
    pub(super) fn next_packet(&mut self, frame: u64) -> Option<&TracedPacket> {
        if let Some(used) = self.packet.take() {
            self.sources.recycle(used.data);
        }
        let packet = self.sources.ready.pop_front()?;
        match packet.time {
            Some(time) => {
                self.counters.out_of_order += u64::from(self.last_time.is_some_and(|last| time < last));
                self.last_time = Some(time);
            }
            None => {
                self.times_out_of_range += 1;
                if self.first_out_of_range == 0 {
                    self.first_out_of_range = frame;
                }
            }
        }
        self.origin = Some(Arc::new(packet.origin.clone()));
        Some(self.packet.insert(packet))
    }

    /// The bytes of the packet handed out last.
    pub(in crate::capture) fn packet_data(&self) -> &[u8] {
        self.packet.as_ref().map_or(&[], |packet| packet.data.as_slice())
    }

    /// Where the packet handed out last comes from.
    pub(in crate::capture) fn origin(&self) -> Option<&Arc<PacketOrigin>> {
        self.origin.as_ref()
    }

    /// The times that don't fit, and the first frame that has one.
    pub(in crate::capture) fn times_out_of_range(&self) -> (u64, u64) {
        (self.times_out_of_range, self.first_out_of_range)
    }

    /// The next event of the RPC runtime.
    pub(in crate::capture) fn rpc_event(&mut self) -> Option<RpcEvent> {
        self.sources.rpc.take()
    }

    pub(in crate::capture) fn counters(&self) -> TraceCounters {
        let made = self.sources.made;
        TraceCounters {
            copies: made.copies,
            cut: made.cut,
            pktmon_cut: made.pktmon_cut,
            drops_without_packet: made.late_drops,
            packets_evicted: made.evicted,
            rpc_events_dropped: self.sources.rpc.dropped(),
            ..self.counters
        }
    }
}
