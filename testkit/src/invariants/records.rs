//! Records made without a capture, and what must hold when analysis is shown a series of them.
//!
//! A series is pieces: a [`HEADER`](super::HEADER), in whose third byte bit 3 says that values are made from the bytes
//! that follow instead of these being the stub, bit 4 that a response is a fault, bits 5 and 6 which stream, and bit 7 that
//! [`More`] follows; in its fourth byte the high four bits say how much time passes. Then comes how many bytes follow.

use super::analysis::Analysis;
use super::{HEADER, Source, contents, encode, parse};
use cluscope::internals::base::guid::Guid;
use cluscope::internals::idl;
use cluscope::internals::ndr::wire::Kind;
use cluscope::internals::ndr::{Direction, Endian, Syntax};
use cluscope::internals::net::{Side, Timestamp, Transport};
use cluscope::internals::rpc::RpcLimits;
use cluscope::internals::rpc::connection::Connection;
use cluscope::internals::rpc::dg::{Conversation, Received};
use cluscope::internals::rpc::event::{Auth, Body, Call, Context, ContextState, Event, FrameSet};
use cluscope::internals::rpc::header::{PacketType, Representation};
use cluscope::internals::rpc::security::{AuthTrailer, Identity, NoSecurity, Sender};
use cluscope::internals::rpc::syntax::TransferSyntax;
use cluscope::internals::session::call_context::CallContext;
use cluscope::internals::session::{Flow, Record};
use std::net::SocketAddr;

/// The caller's end.
pub(super) fn client() -> SocketAddr {
    ([192, 0, 2, 10], 50_000).into()
}

/// The server's end.
pub(super) fn server() -> SocketAddr {
    ([192, 0, 2, 20], 49_664).into()
}

/// A flow between a client and a server; streams from the third on go to another node.
fn flow(transport: Transport, stream: u64, request: bool) -> Flow {
    let (mut client, mut server) = (client(), server());
    client.set_port(client.port() + stream as u16);
    if stream > 1 {
        server.set_ip([192, 0, 2, 21].into());
    }
    let (src, dst) = if request { (client, server) } else { (server, client) };
    Flow { transport, stream, src, dst }
}

/// What else a piece is; each bit of a byte.
#[derive(Clone, Copy, Default)]
pub(super) struct More(u8);

impl More {
    fn transport(self) -> Transport {
        if self.0 & 1 == 0 { Transport::Tcp } else { Transport::Udp }
    }

    /// Level and service of the protection that it came with.
    fn auth(self) -> Option<(u8, u8)> {
        [None, Some((6, 9)), Some((5, 10)), Some((2, 10)), Some((1, 9)), Some((5, 9)), Some((6, 16)), Some((4, 68))]
            [usize::from(self.0 >> 1 & 7)]
    }

    /// Of a request that its context is unknown, of a response that its request is.
    fn unknown(self) -> bool {
        self.0 & 16 != 0
    }

    /// Bytes of the connection, or a datagram, instead of a message.
    fn bytes(self) -> bool {
        self.0 & 32 != 0
    }

    /// A further byte of the length.
    fn long(self) -> bool {
        self.0 & 64 != 0
    }

    /// Half of the stub was captured.
    fn cut(self) -> bool {
        self.0 & 128 != 0
    }
}

/// A message, and what has to be known to make a record of it.
pub(super) struct Message<'s> {
    pub(super) frame: u64,
    pub(super) stream: u64,
    pub(super) kind: Kind,
    pub(super) opnum: u16,
    /// Frame of the request.
    pub(super) asked: u64,
    /// What the request told.
    pub(super) note: CallContext,
    pub(super) body: Body<&'s [u8]>,
    pub(super) more: More,
    /// When it came, and when the request came.
    pub(super) times: [Timestamp; 2],
}

impl Message<'_> {
    /// Shows the record.
    pub(super) fn look(self, look: impl FnOnce(&Record<'_>)) {
        let Message { frame, stream, kind, opnum, asked, note, body, more, times: [time, asked_at] } = self;
        let version = kind.interface.versions.get(kind.version);
        let context = Context {
            id: 0,
            interface: Guid(kind.interface.uuid_bytes),
            version: version.map_or((0, 0), |version| (version.number.major(), version.number.minor())),
            syntax: if kind.syntax == Syntax::Ndr { TransferSyntax::Ndr } else { TransferSyntax::Ndr64 },
            state: ContextState::Accepted,
            assumed: false,
            confidence: None,
        };
        let request = kind.direction == Direction::Request;
        let context = (!more.unknown() || !request).then_some(context);
        let frame_set = FrameSet::of(frame, Some(time));
        let mut call = Call { opnum, context_id: 0, context, object: None, frame: asked, time: Some(asked_at), note };
        let ptype = match body {
            Body::Fault { .. } => PacketType::Fault,
            _ if request => PacketType::Request,
            _ => PacketType::Response,
        };
        let (side, sender) = if request { (Side::A, Sender::Client) } else { (Side::B, Sender::Server) };
        let representation = match kind.endian {
            Endian::Little => Representation::LITTLE,
            Endian::Big => {
                Representation { endian: cluscope::internals::rpc::header::Endian::Big, ..Representation::LITTLE }
            }
        };
        let auth = more.auth().map(|(auth_level, auth_type)| Auth {
            stub_only: false,
            malleable: false,
            trailer: AuthTrailer { auth_type, auth_level, auth_pad_length: 0, auth_context_id: 0 },
            opened: None,
            identity: Identity::default(),
            sizes: Default::default(),
        });
        let event = Event {
            ptype: Some(ptype),
            call_id: Some(asked as u32),
            representation,
            context_id: Some(0),
            context,
            auth,
            call: (request || !more.unknown()).then_some(&mut call),
            ..Event::new(side, sender, body, &frame_set)
        };
        let interface = context.map(|_| (kind.interface, kind.version));
        look(&Record { flow: flow(more.transport(), stream, request), event, interface });
    }
}

/// A record of an event, of whichever interface its context is.
fn look_at(event: Event<'_, CallContext>, flow: Flow, analysis: &mut Analysis) {
    let known = event.context.filter(|context| context.state != ContextState::Rejected);
    let interface = known.and_then(|context| {
        let found = idl::interface_by_uuid(&context.interface.0)?;
        Some((found, found.version(context.version.0, context.version.1)?))
    });
    analysis.look(&Record { flow, event, interface });
}

/// A request that waits for its answer: its frame and time, what it is and what it told.
type Asked = (u64, Timestamp, Kind, u16, CallContext);

/// A series of calls as analysis, conformance rules and printers see it. Lines are JSON, findings point into stubs.
pub fn calls(mut data: &[u8]) {
    let mut analysis = Analysis::new(data.len());
    // Of each stream the last request, and what its bytes are read by.
    let mut asked: [Option<Asked>; 4] = [const { None }; 4];
    let limits = RpcLimits::default();
    let mut connections: [Connection<CallContext>; 4] = core::array::from_fn(|_| Connection::new(limits));
    let mut conversations: [Conversation<CallContext>; 4] = core::array::from_fn(|_| Conversation::new(limits));
    let mut frame = 0;
    let mut time = Timestamp(0);
    while let Some((&[low, high, bits, place], rest)) = data.split_first_chunk::<HEADER>() {
        data = rest;
        let mut next = || data.split_off_first().copied().unwrap_or_default();
        let more = if bits & 0x80 == 0 { More::default() } else { More(next()) };
        let length = usize::from(next()) | if more.long() { usize::from(next()) << 8 } else { 0 };
        let (bytes, rest) = data.split_at(length.min(data.len()));
        data = rest;
        frame += 1;
        time.0 += 1_000_000 << (place >> 4);
        let Some((mut identity, _)) = parse(&[low, high, bits & 7, place & 15]) else { return };
        let stream = usize::from(bits >> 5 & 3);
        let response = identity.kind.direction == Direction::Response;
        if more.bytes() {
            let side = if response { Side::B } else { Side::A };
            let flow = flow(more.transport(), stream as u64, !response);
            let mut out = |event: Event<'_, CallContext>| look_at(event, flow, &mut analysis);
            if more.transport() == Transport::Tcp {
                connections[stream].data(side, frame, Some(time), bytes, &mut NoSecurity, &mut out);
            } else {
                let (frames, wire_len) = (&[frame], bytes.len());
                let received = Received { side, frames, time: Some(time), data: bytes, wire_len, identification: None };
                conversations[stream].datagram(received, &mut NoSecurity, &mut out);
            }
            continue;
        }
        let mut note = CallContext::default();
        let (mut first, mut asked_at) = (frame, time);
        if let (true, Some(Some((at, when, kind, opnum, told)))) = (response, asked.get_mut(stream).map(Option::take)) {
            identity.kind = Kind { direction: Direction::Response, ..kind };
            (identity.opnum, first, asked_at, note) = (opnum, at, when, told);
        }
        let Some(method) = identity.method() else { continue };
        let (kind, opnum) = (identity.kind, identity.opnum);
        let stub = if bits & 8 == 0 {
            bytes.to_vec()
        } else {
            encode(method, kind, &contents(method, kind.direction, kind.version, &mut Source::new(bytes)))
        };
        if kind.direction == Direction::Request {
            note = CallContext::of(method, kind, &stub);
            asked[stream] = Some((frame, time, kind, opnum, note.clone()));
        }
        let body: Body<&[u8]> = match kind.direction {
            _ if more.cut() => {
                Body::Incomplete { opnum: Some(opnum), stub: Some(&stub), intact: stub.len() / 2, reason: "cut" }
            }
            Direction::Request => Body::Request { opnum, object: None, stub: Some(&stub) },
            Direction::Response if bits & 16 != 0 => Body::Fault {
                status: bytes
                    .first_chunk()
                    .map(|bytes| u32::from_le_bytes(*bytes))
                    .or(bytes.first().map(|b| (*b).into())),
                opnum: Some(opnum),
                cancel_count: 0,
                extended_error: false,
                stub: None,
            },
            Direction::Response => Body::Response { opnum: Some(opnum), cancel_count: 0, stub: Some(&stub) },
        };
        let times = [time, asked_at];
        let message = Message { frame, stream: stream as u64, kind, opnum, asked: first, note, body, more, times };
        message.look(|record| analysis.look(record));
    }
    analysis.finish();
}
