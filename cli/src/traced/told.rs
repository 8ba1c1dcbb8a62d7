//! What event traces tell beside packets: processes, interfaces and drops, calls of the RPC runtime, what was lost.
//!
//! Without the feature `etl` none of it is ever there.

use crate::output::{self, tell};
use crate::{Failure, Format};
use cluscope::internals::base::Timestamp;
use cluscope::internals::base::bounds;
use cluscope::internals::capture::Reader;
pub(crate) use cluscope::internals::capture::etl::PacketOrigins;
use cluscope::internals::capture::etl::{RpcEvent, TimeOrdered, TraceCounters};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::render::json::traced::{self, Hint};
use cluscope::internals::render::text::TextBuffer;
use cluscope::internals::rpc::event::Body;
use cluscope::internals::session::Record;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Write};

/// How far a request and a call of the runtime may lie apart, in nanoseconds: a second.
const APART: u64 = 1_000_000_000;

/// A file that may be a trace.
pub(crate) type Ordered = TimeOrdered<File>;

/// A file with the buffers of a trace in the order of time.
pub(crate) fn ordered(file: File) -> std::io::Result<Ordered> {
    TimeOrdered::new(file)
}

/// What is told of traces at the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traces {
    calls: Vec<RpcEvent>,
    /// Calls of other interfaces, and those beyond the bound.
    others: u64,
    left_out: u64,
    /// Time, port of the server, operation number, stream and packet of requests.
    requests: VecDeque<(Timestamp, u16, u16, u64, u64)>,
    counters: TraceCounters,
    any: bool,
}

impl Traces {
    /// Begins with a file: only of traces there is anything to remember.
    pub(crate) fn begin<R: Read>(&mut self, reader: &Reader<R>) {
        self.any |= reader.is_trace();
    }

    /// Takes what a reader has met of the RPC runtime.
    #[inline]
    pub(crate) fn take<R: Read>(&mut self, reader: &mut Reader<R>) {
        if self.any {
            self.take_events(reader);
        }
    }

    #[cold]
    fn take_events<R: Read>(&mut self, reader: &mut Reader<R>) {
        while let Some(event) = reader.next_rpc_event() {
            if event
                .call
                .as_ref()
                .is_none_or(|call| cluscope::internals::idl::interface_by_uuid(&call.interface.0).is_none())
            {
                self.others += 1;
            } else if self.calls.len() < bounds::TOLD_CALLS {
                self.calls.push(event);
            } else {
                self.left_out += 1;
            }
        }
    }

    /// Looks at a record while it is read.
    pub(crate) fn see(&mut self, record: &Record<'_>) {
        if self.any
            && let Body::Request { opnum, .. } = record.event.body
            && let Some(time) = record.event.time()
        {
            if self.requests.len() >= bounds::TOLD_REQUESTS {
                self.requests.pop_front();
            }
            let flow = &record.flow;
            self.requests.push_back((time, flow.dst.port(), opnum, flow.stream, record.event.frame()));
        }
    }

    /// Takes note of what a reader says of its file.
    pub(crate) fn read<R: Read>(&mut self, reader: &mut Reader<R>) {
        self.take(reader);
        let Some(found) = reader.trace_counters() else { return };
        self.any = true;
        self.counters.add(&found);
    }

    /// The request that a call may be, by time, endpoint and operation number.
    fn hint(&self, event: &RpcEvent) -> Option<Hint> {
        let (call, time) = (event.call.as_ref()?, event.time?);
        let port: u16 = call.endpoint.parse().ok()?;
        let near = self.requests.iter().filter(|(at, to, opnum, ..)| {
            *to == port && u32::from(*opnum) == call.opnum && at.0.abs_diff(time.0) <= APART
        });
        let (.., stream, frame) = near.min_by_key(|(at, ..)| at.0.abs_diff(time.0))?;
        Some(Hint { frame: *frame, stream: *stream })
    }

    /// Prints the calls of our interfaces that the runtime has told.
    pub(crate) fn print(&self, out: &mut impl Write, format: Format) -> Result<(), Failure> {
        let mut json = Out::new();
        for event in &self.calls {
            let hint = self.hint(event);
            match format {
                Format::Jsonl => {
                    traced::rpc_event(&mut json, event, hint);
                    output::line(out, json.as_bytes())?;
                }
                Format::Text => {
                    let mut text = String::new();
                    cluscope::internals::render::text::traced::rpc_event(&mut text, event, hint);
                    output::line(out, text.as_bytes())?;
                }
            }
        }
        Ok(())
    }

    /// Tells a person what the traces lack.
    pub(crate) fn tell(&self) {
        let counters = &self.counters;
        if counters.events_lost > 0 || counters.buffers_lost > 0 || counters.marked_lost > 0 {
            tell!(
                "{} events and {} buffers were lost while the trace was recorded (gaps before {} buffers)",
                counters.events_lost,
                counters.buffers_lost,
                counters.marked_lost
            );
        }
        if counters.cut > 0 {
            tell!("{} packets were cut when they were recorded", counters.cut);
        }
        if counters.pktmon_cut > 0 {
            tell!("pktmon keeps 128 bytes of a packet unless told otherwise: pktmon start --capture --pkt-size 0");
        }
        if counters.drops_without_packet > 0 {
            tell!("{} drops were told of packets that are not shown with them", counters.drops_without_packet);
        }
        if self.left_out > 0 {
            tell!("{} further calls of the RPC runtime are not shown", self.left_out);
        }
    }

    /// What of it stands in the record of type `capture`: names and numbers, those that are not zero.
    pub(crate) fn counts(&self) -> Vec<(&'static str, u64)> {
        let counters = &self.counters;
        let mut all = vec![
            ("events_lost", counters.events_lost),
            ("buffers_lost", counters.buffers_lost),
            ("gaps_marked", counters.marked_lost),
            ("packets_cut", counters.cut),
            ("packets_cut_by_pktmon", counters.pktmon_cut),
            ("drops_without_packet", counters.drops_without_packet),
            ("buffers_unreadable", counters.buffers_unreadable),
            ("rpc_events_not_shown", self.left_out),
        ];
        all.retain(|(_, count)| *count > 0);
        if !all.is_empty() {
            all.extend([("copies_left_out", counters.copies), ("rpc_events_of_others", self.others)]);
            all.retain(|(_, count)| *count > 0);
        }
        all
    }
}

/// Lets a reader note where packets come from.
pub(crate) fn noting<R: Read>(reader: Reader<R>, origins: &PacketOrigins) -> Reader<R> {
    reader.noting(origins.clone())
}

/// Lets printed records tell where their packets come from.
pub(crate) fn telling(records: Records, origins: &PacketOrigins) -> Records {
    records.telling(origins.clone())
}

/// The line of text that tells where a record's packet comes from.
pub(crate) fn text(text: &mut TextBuffer, origins: &PacketOrigins, record: &Record<'_>) {
    if let Some(origin) = origins.get(record.event.frame()) {
        cluscope::internals::render::text::traced::origin(text, &origin);
    }
}

/// The members of an object that tell where a record's packet comes from.
pub(crate) fn json(json: &mut Out, origins: &PacketOrigins, record: &Record<'_>) {
    if let Some(origin) = origins.get(record.event.frame()) {
        traced::origin(json, &origin);
    }
}
