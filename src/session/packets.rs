//! The whole way from captured packets to messages, sans I/O: packets in, [`Record`]s out.
//!
//! [`Session`] owns the network layer and one DCE/RPC association for each TCP connection that carries one; flows that
//! turn out to be something else are dropped at once. Records are lent to a closure while a packet is being worked on,
//! so that a message that lies whole in one packet is never copied.
//!
//! `session/flows.rs` keeps the associations under one budget, `session/owned_record.rs` takes records from one thread
//! to another.
//!
//! Next: [`crate::rpc::event`] for what a record's event holds, [`crate::ndr::wire::Message`] to decode its stub.

use super::flows::{Conversed, Flows, Tracked};

use super::interfaces::Interfaces;
use crate::auth::{self, KeyStore};
use crate::base::guid::Guid;
use crate::capture::{self, Packet};
use crate::idl;
use crate::ndr::wire::{Kind, Message};
use crate::ndr::{Direction, Endian, Interface, Method, Syntax};
use crate::net::{self, Chunk, Datagram, Handler, Memo, Network, Origin, Placed, Side, Transport, Verdict};
use crate::rpc;
use crate::rpc::connection::{Receiver, Recognition};
use crate::rpc::dg::{self, Received};
use crate::rpc::event::{Body, ContextState, Event};
use crate::rpc::header::{Endian as ByteOrder, PacketType};
use crate::rpc::security::{Doubt, Opened, Security, Verified};
use crate::rpc::syntax::TransferSyntax;
use crate::session::call_context::CallContext;
use crate::session::inference::{self, Assumption, Shared};
use crate::session::observed_security::{ObservedSecurity, Tap};
use std::net::SocketAddr;
use std::sync::Arc;

/// Every limit of a session.
#[derive(Clone, Debug)]
pub struct SessionLimits {
    /// Link to transport layer.
    pub network: net::NetworkLimits,
    /// Each association.
    pub rpc: rpc::RpcLimits,
    /// The security contexts of each association.
    pub auth: auth::SecurityLimits,
    /// TCP connections that carry or may carry DCE/RPC, kept at a time: 32768. One that was quiet for long gives way,
    /// first among those of no interest so far; when it goes on it is read as if the capture began there.
    pub connections: usize,
    /// UDP flows that carry or may carry DCE/RPC, kept at a time: 16384. One that was quiet for long gives way.
    pub conversations: usize,
    /// Bytes that all associations may hold together: 32 MiB. Those that were quiet for long give way.
    pub association_bytes: usize,
    /// Interfaces told of a capture that has none of ours: 64. Proposals of further ones are counted.
    pub interfaces: usize,
}

impl Default for SessionLimits {
    fn default() -> Self {
        SessionLimits {
            network: net::NetworkLimits::default(),
            rpc: rpc::RpcLimits::default(),
            auth: auth::SecurityLimits::default(),
            connections: 32_768,
            conversations: 16_384,
            association_bytes: 32 << 20,
            interfaces: 64,
        }
    }
}

/// Who talks to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Transport protocol.
    pub transport: Transport,
    /// Number of the flow, as Wireshark counts it.
    pub stream: u64,
    /// Sender of the message.
    pub src: SocketAddr,
    /// Receiver of the message.
    pub dst: SocketAddr,
}

/// A message, or what stands in its place.
#[derive(Debug)]
pub struct Record<'a> {
    /// Who talks to whom.
    pub flow: Flow,
    /// The event of the association.
    pub event: Event<'a, CallContext>,
    /// Interface and version, where it is one of ours.
    pub interface: Option<(&'static Interface, usize)>,
}

impl<'a> Record<'a> {
    /// The operation number, where the message has one.
    pub fn opnum(&self) -> Option<u16> {
        match self.event.body {
            Body::Request { opnum, .. } => Some(opnum),
            Body::Response { opnum, .. } | Body::Fault { opnum, .. } | Body::Incomplete { opnum, .. } => opnum,
            _ => None,
        }
    }

    /// The method, if the interface is known and has one of this opnum.
    pub fn method(&self) -> Option<&'static Method> {
        let (interface, version) = self.interface?;
        interface.method(version, self.opnum()?)
    }

    /// The stub and how to read it, for requests and responses that could be opened.
    pub fn stub(&self) -> Option<(Kind, &'a [u8])> {
        let (direction, stub) = match self.event.body {
            Body::Request { stub, .. } => (Direction::Request, stub?),
            Body::Response { stub, .. } => (Direction::Response, stub?),
            _ => return None,
        };
        Some((self.kind(direction)?, stub))
    }

    /// The beginning of a stub of which the rest is missing, and how to read it.
    pub fn partial_stub(&self) -> Option<(Kind, &'a [u8])> {
        let Body::Incomplete { stub, intact, .. } = self.event.body else { return None };
        let direction = match self.event.ptype? {
            PacketType::Request => Direction::Request,
            PacketType::Response => Direction::Response,
            _ => return None,
        };
        Some((self.kind(direction)?, stub?.get(..intact).filter(|stub| !stub.is_empty())?))
    }

    fn kind(&self, direction: Direction) -> Option<Kind> {
        kind(&self.event, self.interface, direction)
    }

    /// Finds the interface and notes what the response will need. `found` is what was found last.
    #[inline(always)]
    fn complete(&mut self, found: &mut Found) {
        let Record { event, interface, .. } = self;
        *interface = match &event.context {
            Some(context) if context.state != ContextState::Rejected => {
                found.interface(&context.interface, context.version)
            }
            _ => None,
        };
        if let Body::Request { stub: Some(stub), opnum, .. } = event.body
            && let Some((found, version)) = *interface
            && let Some(method) = found.method(version, opnum)
            && method.tells
            && let Some(kind) = kind(event, *interface, Direction::Request)
            && let Some(call) = event.call.as_mut()
        {
            call.note = CallContext::of(method, kind, stub);
        }
        if self.event.auth.as_ref().is_some_and(|auth| auth.stub_only) {
            self.compare_stub();
        }
    }

    /// Where nothing but the stub is signed, it has to be one of the method that the header names, and to end where the
    /// header and the security trailer say.
    #[cold]
    fn compare_stub(&mut self) {
        let (Some((kind, stub)), Some(method)) = (self.stub(), self.method()) else { return };
        // Behind a stub with a verification trailer there may be its alignment.
        let most = if self.event.verification.is_some() { 3 } else { 0 };
        let fits = Message::decode(method, kind, stub).is_ok_and(|message| message.trailing().len() <= most);
        if !fits
            && let Some(auth) = &mut self.event.auth
            && let Some(Opened::Clear { verified, .. }) = &mut auth.opened
        {
            *verified = verified.and(Verified::Wrong(Doubt::Header { field: "opnum or auth_pad_length" }));
        }
    }

    /// The record, leaving one without a body, call and diagnostics in its place.
    #[doc(hidden)]
    pub fn take(&mut self) -> Record<'a> {
        let Event { cut, auth, body, verification, diagnostics, call, .. } = &mut self.event;
        let event = Event {
            cut: cut.take(),
            auth: auth.take(),
            body: core::mem::replace(body, Body::Orphaned),
            verification: verification.take(),
            diagnostics: core::mem::take(diagnostics),
            call: call.take(),
            ..self.event
        };
        Record { flow: self.flow, event, interface: self.interface }
    }

    /// What the request told, for a response.
    pub fn context(&self) -> &CallContext {
        static NOTHING: CallContext = CallContext { control_code: None, resource_type: None, secret_value: None };
        self.event.call.as_ref().map_or(&NOTHING, |call| &call.note)
    }
}

/// What was seen, beside the counters of the layers below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Associations of which at least one context was ours.
    pub associations: u64,
    /// Whether a record was of one of our interfaces.
    pub ours: bool,
    /// Records handed out.
    pub records: u64,
    /// Connections given up for [`SessionLimits::connections`] or [`SessionLimits::association_bytes`].
    pub connections_evicted: u64,
    /// Conversations given up for [`SessionLimits::conversations`] or [`SessionLimits::association_bytes`].
    pub conversations_evicted: u64,
    /// Activities forgotten for [`SessionLimits::conversations`]: answers of theirs from other ports stand alone.
    pub activities_forgotten: u64,
    /// Flows that turned out to carry something else than DCE/RPC.
    pub foreign_flows: u64,
    /// Servers and interfaces not remembered for connections without a bind.
    pub servers_dropped: u64,
    /// Counters of all associations together.
    pub rpc: rpc::Counters,
    /// Those of their security contexts.
    pub auth: auth::Counters,
    /// Those of the captures that [`Session::captured`] was told of.
    pub capture: capture::Counters,
}

/// Packets in, records out.
pub struct Session {
    network: Network,
    inner: Inner,
}

struct Inner {
    limits: SessionLimits,
    auth: Arc<auth::Run>,
    knowledge: Shared,
    flows: Flows,
    stats: Stats,
    interfaces: Interfaces,
}

impl core::fmt::Debug for Session {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Session").field("stats", &self.inner.stats).finish_non_exhaustive()
    }
}

impl Session {
    /// A session that opens what `keys` open.
    pub fn new(limits: SessionLimits, keys: Arc<KeyStore>) -> Self {
        Session {
            network: Network::new(limits.network.clone()),
            inner: Inner {
                flows: Flows::new(&limits),
                auth: Arc::new(auth::Run::new(keys, limits.auth)),
                limits,
                knowledge: Shared::default(),
                stats: Stats::default(),
                interfaces: Interfaces::default(),
            },
        }
    }

    /// What the user says of connections whose bind the capture doesn't have.
    pub fn assume(&mut self, assumption: Assumption) {
        inference::lock(&self.inner.knowledge).assume(assumption);
    }

    /// Takes ports, EtherTypes, IP protocols and link types for something else from here on.
    pub fn decode_as(&mut self, rules: net::DecodeAs) {
        self.network.decode_as(rules);
    }

    /// Packets that could not be read down to IP.
    pub fn unread(&self) -> &net::Unread {
        self.network.unread()
    }

    /// Whether a message or an association of one of our interfaces was seen.
    pub fn has_ours(&self) -> bool {
        self.inner.stats.ours
            || self.inner.interfaces.iter().any(|found| idl::interface_by_uuid(&found.uuid.0).is_some())
    }

    /// The interfaces that were bound, ours and others.
    pub fn interfaces(&self) -> &Interfaces {
        &self.inner.interfaces
    }

    /// Works on the next packet; `out` gets every message that it completes.
    pub fn packet(&mut self, packet: &Packet<'_>, out: &mut dyn FnMut(Record<'_>)) {
        self.lend(packet, &mut |record| out(record.take()));
    }

    /// The same, lending records where they were made: they are large.
    #[inline]
    #[doc(hidden)]
    pub fn lend(&mut self, packet: &Packet<'_>, out: &mut dyn FnMut(&mut Record<'_>)) {
        self.network.input(packet, &mut Driver { inner: &mut self.inner, tap: None, out });
    }

    /// The same, telling `tap` where what was opened stands.
    pub fn packet_tapped(&mut self, packet: &Packet<'_>, tap: &mut dyn Tap, out: &mut dyn FnMut(Record<'_>)) {
        let out = &mut |record: &mut Record<'_>| out(record.take());
        self.network.input(packet, &mut Driver { inner: &mut self.inner, tap: Some(tap), out });
    }

    /// [`Session::finish`] with a tap.
    pub fn finish_tapped(&mut self, tap: &mut dyn Tap, out: &mut dyn FnMut(Record<'_>)) {
        let lent = &mut |record: &mut Record<'_>| out(record.take());
        self.network.finish(&mut Driver { inner: &mut self.inner, tap: Some(tap), out: lent });
        self.finish(out);
    }

    /// The capture is over: hands out what was still waiting.
    pub fn finish(&mut self, out: &mut dyn FnMut(Record<'_>)) {
        self.lend_rest(&mut |record| out(record.take()));
    }

    /// The same, lending records.
    #[doc(hidden)]
    pub fn lend_rest(&mut self, out: &mut dyn FnMut(&mut Record<'_>)) {
        self.network.finish(&mut Driver { inner: &mut self.inner, tap: None, out });
        let Inner { flows, stats, .. } = &mut self.inner;
        flows.finish(stats, out);
    }

    /// For a host with a TCP of its own: what happened on one direction of a connection, in stream order. `origin` names
    /// the connection by `stream` (a number of the host's choice, one for each connection while it lasts) and its two ends;
    /// a hole is a [`Chunk::Gap`]. Don't mix it with [`Session::packet`], which numbers streams itself.
    ///
    /// After [`Verdict::Ignore`] the connection carries no DCE/RPC and nothing more of it is of use.
    pub fn chunk(&mut self, origin: &Origin, chunk: Chunk<'_>, out: &mut dyn FnMut(Record<'_>)) -> Verdict {
        let out = &mut |record: &mut Record<'_>| out(record.take());
        Driver { inner: &mut self.inner, tap: None, out }.tcp(origin, chunk)
    }

    /// For a host with an IP and UDP of its own: the payload of a datagram. `origin` as for [`Session::chunk`], with
    /// [`Transport::Udp`].
    pub fn datagram(&mut self, origin: &Origin, datagram: Datagram<'_>, out: &mut dyn FnMut(Record<'_>)) -> Verdict {
        let out = &mut |record: &mut Record<'_>| out(record.take());
        Driver { inner: &mut self.inner, tap: None, out }.udp(origin, datagram)
    }

    /// Counters of the network layer.
    pub fn network_stats(&self) -> &net::Stats {
        self.network.stats()
    }

    /// Counters of the associations.
    pub fn stats(&self) -> Stats {
        let mut stats = self.inner.stats;
        self.inner.flows.count(&mut stats);
        stats.servers_dropped = inference::lock(&self.inner.knowledge).dropped;
        stats
    }

    /// Takes note of what limits cost of a capture that was read to its end, for [`Session::given_up`].
    pub fn captured(&mut self, counters: &capture::Counters) {
        self.inner.stats.capture.add(counters);
    }

    /// What was given up for a limit, by the names that stand in the record of type `limits`; only what is not zero.
    pub fn given_up(&self) -> Vec<(&'static str, u64)> {
        let (network, stats) = (self.network_stats(), self.stats());
        let mut all = vec![
            ("capture_too_large", stats.capture.too_large),
            ("capture_expansion", stats.capture.expansion),
            ("capture_problems", stats.capture.problems),
            ("capture_names_dropped", stats.capture.names_dropped),
            ("trace_packets_evicted", stats.capture.trace_packets_evicted),
            ("trace_out_of_order", stats.capture.trace_out_of_order),
            ("trace_calls_dropped", stats.capture.trace_calls_dropped),
            ("tcp_buffer_limits", network.tcp_buffer_limits),
            ("tcp_evictions", network.tcp_evictions),
            ("udp_evictions", network.udp_evictions),
            ("fragment_evictions", network.fragment_evictions),
            ("fragment_timeouts", network.fragment_timeouts),
            ("too_deep", network.too_deep),
            ("connections_evicted", stats.connections_evicted),
            ("conversations_evicted", stats.conversations_evicted),
            ("activities_forgotten", stats.activities_forgotten),
        ];
        all.extend(stats.rpc.nonzero().filter(|(name, _)| !matches!(*name, "pdus" | "malformed" | "skipped_bytes")));
        all.extend([
            ("security_contexts_evicted", stats.auth.contexts_evicted),
            ("derived_keys_evicted", self.inner.auth.keys().counters().derived_keys_evicted),
            ("searches_cut", self.inner.auth.keys().counters().searches_cut),
            ("handshakes_forgotten", self.inner.auth.handshakes_forgotten()),
            ("tokens_refused", stats.auth.tokens_refused),
            ("servers_dropped", stats.servers_dropped),
        ]);
        all.retain(|(_, count)| *count != 0);
        all
    }
}

/// Sender and receiver of what one side of a flow sent.
#[inline]
pub(super) fn flow(transport: Transport, stream: u64, ends: &[SocketAddr; 2], side: Side) -> Flow {
    let [a, b] = ends;
    let (src, dst) = match side {
        Side::A => (a, b),
        Side::B => (b, a),
    };
    Flow { transport, stream, src: *src, dst: *dst }
}

/// What a UDP flow's memo is once it has a conversation.
const BEGUN: usize = usize::MAX;

struct Driver<'s, 'o> {
    inner: &'s mut Inner,
    tap: Option<&'s mut dyn Tap>,
    out: &'o mut dyn FnMut(&mut Record<'_>),
}

/// The interface of a flow's last message, which is nearly always that of the next one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    uuid: Guid,
    version: (u16, u16),
    /// Absent where none of ours has this UUID and version.
    found: Option<(&'static Interface, usize)>,
}

impl Found {
    #[inline(always)]
    fn interface(&mut self, uuid: &Guid, version: (u16, u16)) -> Option<(&'static Interface, usize)> {
        if self.uuid != *uuid || self.version != version {
            *self = Found::new(*uuid, version);
        }
        self.found
    }

    #[inline(never)]
    fn new(uuid: Guid, version: (u16, u16)) -> Self {
        Found { uuid, version, found: ours(&uuid, version) }
    }
}

/// Interface and version of a UUID and version number, where they are ours.
fn ours(interface: &Guid, version: (u16, u16)) -> Option<(&'static Interface, usize)> {
    let found = idl::interface_by_uuid(&interface.0)?;
    Some((found, found.version(version.0, version.1)?))
}

/// What becomes of the events of a connection.
struct Emit<'e> {
    stream: u64,
    ends: &'e [SocketAddr; 2],
    found: &'e mut Found,
    knowledge: &'e Shared,
    interfaces: &'e mut Interfaces,
    /// [`SessionLimits::interfaces`].
    most_interfaces: usize,
    is_ours: &'e mut bool,
    stats: &'e mut Stats,
    out: &'e mut dyn FnMut(&mut Record<'_>),
}

impl Receiver<CallContext> for Emit<'_> {
    /// Makes a record of it. In its place: a copy costs more than all that is done here.
    #[inline(always)]
    fn event(&mut self, event: Event<'_, CallContext>) {
        let flow = flow(Transport::Tcp, self.stream, self.ends, event.side);
        let mut record = Record { flow, event, interface: None };
        record.complete(self.found);
        inference::learn(self.knowledge, &record);
        self.interfaces.note(&record.event, &record.flow, self.most_interfaces);
        let ours = record.interface.is_some();
        *self.is_ours |= ours;
        self.stats.ours |= ours;
        self.stats.records += 1;
        (self.out)(&mut record);
    }
}

impl Handler for Driver<'_, '_> {
    fn placed(&mut self, origin: &Origin, placed: Placed<'_>) {
        if let Some(tap) = &mut self.tap {
            tap.placed(origin, placed);
        }
    }

    fn wants_places(&self) -> bool {
        self.tap.is_some()
    }

    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        self.tcp_of(&mut Memo::default(), origin, chunk)
    }

    fn tcp_of(&mut self, memo: &mut Memo, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        let Inner { limits, auth, flows, stats, knowledge, interfaces } = &mut *self.inner;
        let Some(kept) = flows.connection(&mut memo.number, origin, limits, auth, knowledge) else {
            return Verdict::Keep;
        };
        let Tracked { rpc, security, ends, ended, ours: is_ours, found, .. } = kept;
        let mut emit = Emit {
            stream: origin.stream,
            ends,
            found,
            knowledge,
            interfaces,
            most_interfaces: limits.interfaces,
            is_ours,
            stats,
            out: self.out,
        };
        let mut security: &mut dyn Security = security;
        let mut tapped;
        if let (Some(tap), Chunk::Data(bytes)) = (&mut self.tap, &chunk) {
            tapped = ObservedSecurity::new(security, &mut **tap, origin, bytes.len());
            security = &mut tapped;
        }
        match chunk {
            Chunk::Data(bytes) => {
                let found = rpc.data_to(origin.from, origin.frame, origin.time, bytes, security, &mut emit);
                if found == Recognition::NotRpc {
                    stats.foreign_flows += 1;
                    flows.drop_connection(origin.stream, stats, self.out);
                    return Verdict::Ignore;
                }
                if found == Recognition::Undecided || memo.unread != [false; 2] {
                    memo.unread = rpc.unread();
                }
            }
            Chunk::Gap { lost, reason } => rpc.gap(origin.from, lost, reason, security, &mut |event| emit.event(event)),
            Chunk::End { reason } => {
                rpc.end(origin.from, reason, security, &mut |event| emit.event(event));
                ended[origin.from as usize] = true;
                memo.unread = rpc.unread();
                if ended.iter().all(|e| *e) {
                    flows.drop_connection(origin.stream, stats, self.out);
                    return Verdict::Keep;
                }
            }
        }
        flows.settle(Transport::Tcp, memo.number, limits, stats, self.out);
        Verdict::Keep
    }

    /// No conversation is begun before a datagram can be one of DCE/RPC. `memo` counts those that can't, until one can.
    fn udp_of(&mut self, memo: &mut usize, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        let Inner { limits, stats, .. } = &mut *self.inner;
        if *memo == BEGUN || dg::Header::plausible(datagram.data, datagram.wire_len) {
            *memo = BEGUN;
            return self.udp(origin, datagram);
        }
        *memo += 1;
        if *memo < usize::from(limits.rpc.recognition_attempts) {
            return Verdict::Keep;
        }
        stats.foreign_flows += 1;
        Verdict::Ignore
    }

    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        let Inner { limits, auth, flows, stats, knowledge, interfaces } = &mut *self.inner;
        // A call is its activity and sequence number: an answer may come from another port than was asked.
        let (stream, side) = flows.conversation_of(origin, &datagram).unwrap_or((origin.stream, origin.from));
        let mut place = 0;
        let Some(kept) = flows.conversation(&mut place, stream, origin, limits, auth) else { return Verdict::Keep };
        let Conversed { rpc, security, ends, ours: is_ours, .. } = kept;
        if let (Some(tap), true) = (&mut self.tap, stream != origin.stream) {
            tap.joined(origin, stream, ends);
        }
        let received = Received {
            side,
            frames: datagram.frames,
            time: origin.time,
            data: datagram.data,
            wire_len: datagram.wire_len,
            identification: datagram.identification,
        };
        let out = &mut self.out;
        let mut emit = |event: Event<'_, CallContext>| {
            stats.records += 1;
            let mut told = flow(Transport::Udp, stream, ends, event.side);
            if event.side == side && event.frame() == origin.frame {
                (told.src, told.dst) = (origin.src, origin.dst);
            }
            let record = &mut record(told, event);
            inference::learn(knowledge, record);
            interfaces.note(&record.event, &record.flow, limits.interfaces);
            *is_ours |= record.interface.is_some();
            stats.ours |= record.interface.is_some();
            out(record);
        };
        let found = match &mut self.tap {
            None => rpc.datagram(received, security, &mut emit),
            Some(tap) => {
                let mut tapped = ObservedSecurity::new(security, &mut **tap, origin, 0);
                let found = rpc.datagram(received, &mut tapped, &mut emit);
                if found == Recognition::Rpc && datagram.data.len() == datagram.wire_len {
                    tapped.repeated(datagram.data);
                }
                found
            }
        };
        if found == Recognition::NotRpc {
            stats.foreign_flows += 1;
            flows.drop_conversation(stream, stats, self.out);
            return Verdict::Ignore;
        }
        flows.settle(Transport::Udp, place, limits, stats, self.out);
        Verdict::Keep
    }
}

/// Makes a record of an event.
pub(super) fn record<'a>(flow: Flow, event: Event<'a, CallContext>) -> Record<'a> {
    let mut record = Record { flow, event, interface: None };
    record.complete(&mut Found::default());
    record
}

/// How the stub of an event is written.
#[inline]
fn kind(
    event: &Event<'_, CallContext>,
    interface: Option<(&'static Interface, usize)>,
    direction: Direction,
) -> Option<Kind> {
    let (interface, version) = interface?;
    let syntax = match event.context?.syntax {
        TransferSyntax::Ndr => Syntax::Ndr,
        TransferSyntax::Ndr64 => Syntax::Ndr64,
        TransferSyntax::Other(_) => return None,
    };
    let endian = match event.representation.endian {
        ByteOrder::Little => Endian::Little,
        ByteOrder::Big => Endian::Big,
    };
    Some(Kind { interface, version, direction, syntax, endian })
}
