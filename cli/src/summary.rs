//! What is told of a capture as a whole, at the end: what could not be read, and what was seen where none of it was
//! ours. On standard error for a person, and as the last record, of type `capture`, in JSON lines.

use super::output::{self, tell};
use super::{Failure, Format, Outcome};
use cluscope::internals::base::Timestamp;
use cluscope::internals::capture::Packet;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::timestamp;
use cluscope::internals::session::Session;
use std::io::Write;

/// What reading the files came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals {
    /// Whether anything could be read.
    pub(super) any: bool,
    /// Files that could not be opened, or not be read to their end.
    pub(super) failed: u64,
    /// What event traces tell beside packets.
    pub(super) traces: super::traced::Traces,
    packets: u64,
    /// Bytes of the packets on the wire.
    bytes: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Totals {
    /// What came of a file that was read elsewhere: so many packets, and whether it was read to its end.
    #[cfg(feature = "decrypt")]
    pub(super) fn of(packets: u64, whole: bool) -> Self {
        Totals { any: packets > 0, failed: u64::from(!whole), packets, ..Totals::default() }
    }

    /// Packets that were read.
    pub(super) fn packets(&self) -> u64 {
        self.packets
    }

    /// Counts a packet.
    #[inline]
    pub(super) fn packet(&mut self, packet: &Packet<'_>) {
        self.packets += 1;
        self.bytes = self.bytes.saturating_add(packet.original_len as u64);
        if let Some(time) = packet.time {
            if self.first.is_none_or(|first| time < first) {
                self.first = Some(time);
            }
            if self.last.is_none_or(|last| time > last) {
                self.last = Some(time);
            }
        }
    }

    /// What the command came to: exit status 0, 1 where nothing could be read, 3 where not everything was.
    pub(super) fn outcome(&self, session: &Session) -> Outcome {
        match self.any {
            false => Ok(false),
            true if self.failed > 0 || session.stats().capture.damage > 0 => Err(Failure::Incomplete),
            true => Ok(true),
        }
    }
}

/// How many of the messages or calls a filter let through.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Matched {
    all: u64,
    passed: u64,
}

impl Matched {
    /// What was counted elsewhere: how many there were, and how many of them passed.
    pub(super) fn of((all, passed): (u64, u64)) -> Self {
        Matched { all, passed }
    }

    /// Counts one; gives back whether it passed.
    pub(super) fn count(&mut self, passed: bool) -> bool {
        self.all += 1;
        self.passed += u64::from(passed);
        passed
    }

    /// Tells that a filter let nothing through.
    pub(super) fn tell(self, what: &str, filtered: bool) {
        if filtered && self.passed == 0 && self.all > 0 {
            tell!("0 of {} {what} matched the filter", self.all);
        }
    }
}

/// Tells what there is to tell.
pub(super) fn tell(out: &mut impl Write, session: &Session, totals: &Totals, format: Format) -> Result<(), Failure> {
    if !totals.any {
        return Ok(());
    }
    let counters = session.stats().capture;
    let none_of_ours = !session.has_ours();
    let incomplete = totals.failed > 0 || counters.damage > 0;
    for (kind, count) in session.unread().iter() {
        let packets = if count.packets == 1 { "packet" } else { "packets" };
        tell!("{} {packets} could not be read: {kind}, first packet {}", count.packets, count.first_frame);
    }
    if session.unread().further() > 0 {
        tell!("{} packets of further kinds could not be read", session.unread().further());
    }
    if counters.damage > 0 {
        tell!("damage was passed over at {} places, {} bytes in all", counters.damage, counters.skipped_bytes);
    }
    if counters.times_out_of_range > 0 {
        tell!(
            "the times of {} packets are out of range (1678 to 2262), first packet {}; they are shown without",
            counters.times_out_of_range,
            counters.first_out_of_range
        );
    }
    totals.traces.tell();
    if none_of_ours {
        let stats = session.network_stats();
        tell!(
            "no ClusAPI or Witness traffic found in {} packets: {} TCP and {} UDP flows, {}",
            totals.packets,
            stats.tcp_streams,
            stats.udp_streams,
            seen(session)
        );
    }
    let traced = totals.traces.counts();
    let nothing = traced.is_empty()
        && session.unread().is_empty()
        && !none_of_ours
        && !incomplete
        && counters.times_out_of_range == 0;
    if nothing || format == Format::Text {
        return Ok(());
    }
    let json = &mut output::json();
    json.begin();
    json.key("type");
    json.text("capture");
    number(json, "packets", totals.packets);
    number(json, "bytes", totals.bytes);
    for (key, time) in [("first_time", totals.first), ("last_time", totals.last)] {
        if let Some(time) = time {
            json.key(key);
            timestamp(json, time);
        }
    }
    if incomplete {
        json.key("incomplete");
        json.bool(true);
    }
    for (key, count) in [
        ("files_failed", totals.failed),
        ("damaged_places", counters.damage),
        ("skipped_bytes", counters.skipped_bytes),
        ("times_out_of_range", counters.times_out_of_range),
    ] {
        if count > 0 {
            number(json, key, count);
        }
    }
    for (key, count) in traced {
        number(json, key, count);
    }
    unread(json, session);
    if none_of_ours {
        interfaces(json, session);
    }
    json.end();
    output::line(out, json.as_bytes())?;
    Ok(())
}

fn number(json: &mut Out, key: &str, value: u64) {
    json.key(key);
    json.uint(value);
}

/// The interfaces that were bound, as text.
fn seen(session: &Session) -> String {
    let one = |interface: &cluscope::internals::session::BoundInterface| {
        let ports: Vec<String> = interface.ports.iter().map(u16::to_string).collect();
        let (major, minor) = interface.version;
        let name = interface.name.map_or_else(|| interface.uuid.to_string(), str::to_string);
        format!("{name} {major}.{minor} (port {})", ports.join(", "))
    };
    let all: Vec<String> = session.interfaces().iter().map(one).collect();
    if all.is_empty() { "no DCE/RPC bind".into() } else { format!("DCE/RPC interfaces {}", all.join(", ")) }
}

fn unread(json: &mut Out, session: &Session) {
    if session.unread().is_empty() {
        return;
    }
    json.key("unread");
    json.begin_list();
    for (kind, count) in session.unread().iter() {
        json.begin();
        json.key("kind");
        json.text(kind.key());
        if let Some(value) = kind.value() {
            number(json, "value", u64::from(value));
        }
        if let Some(name) = kind.name() {
            json.key("name");
            json.text(name);
        }
        number(json, "packets", count.packets);
        number(json, "first_frame", count.first_frame);
        json.end();
    }
    json.end_list();
    if session.unread().further() > 0 {
        number(json, "unread_further", session.unread().further());
    }
}

fn interfaces(json: &mut Out, session: &Session) {
    let stats = session.network_stats();
    number(json, "tcp_flows", stats.tcp_streams);
    number(json, "udp_flows", stats.udp_streams);
    json.key("interfaces");
    json.begin_list();
    for interface in session.interfaces().iter() {
        json.begin();
        json.key("uuid");
        json.display(interface.uuid);
        json.key("version");
        json.display(format_args!("{}.{}", interface.version.0, interface.version.1));
        if let Some(name) = interface.name {
            json.key("name");
            json.text(name);
        }
        number(json, "proposed", interface.proposed);
        json.key("ports");
        json.begin_list();
        interface.ports.iter().for_each(|port| json.uint(u64::from(*port)));
        json.end_list();
        json.end();
    }
    json.end_list();
    if session.interfaces().dropped() > 0 {
        number(json, "interfaces_further", session.interfaces().dropped());
    }
}
