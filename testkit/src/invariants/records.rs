//! Records made without a capture, and what must hold when analysis is shown a series of them.
//!
//! A series is pieces: a [`HEADER`](super::HEADER), in whose third byte bit 3 says that values are made from the bytes
//! that follow instead of these being the stub, bit 4 that a response is a fault, bits 5 and 6 which stream; then how many
//! bytes follow.

use super::printed::Printers;
use super::{HEADER, Source, contents, encode, parse};
use cluscope::internals::analysis::calls::Call as Joined;
use cluscope::internals::analysis::story::Story;
use cluscope::internals::analysis::{AnalysisLimits, HandleAnnotations, Tracker, stats};
use cluscope::internals::base::guid::Guid;
use cluscope::internals::conformance::{self, Checker};
use cluscope::internals::ndr::wire::Kind;
use cluscope::internals::ndr::{Direction, Endian, Syntax};
use cluscope::internals::net::{Side, Timestamp, Transport};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::rpc::event::{Body, Call, Context, ContextState, Event, FrameSet};
use cluscope::internals::rpc::header::{PacketType, PfcFlags, Representation};
use cluscope::internals::rpc::security::Sender;
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
}

impl Message<'_> {
    /// Shows the record.
    pub(super) fn look(self, look: impl FnOnce(&Record<'_>)) {
        let Message { frame, stream, kind, opnum, asked, note, body } = self;
        let time = |frame: u64| Some(Timestamp(frame as i64 * 1_000_000));
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
        let frame_set = FrameSet::of(frame, time(frame));
        let mut call =
            Call { opnum, context_id: 0, context: Some(context), object: None, frame: asked, time: time(asked), note };
        let request = kind.direction == Direction::Request;
        let ptype = match body {
            Body::Fault { .. } => PacketType::Fault,
            _ if request => PacketType::Request,
            _ => PacketType::Response,
        };
        let event = Event {
            token: None,
            ptype: Some(ptype),
            side: if request { Side::A } else { Side::B },
            sender: if request { Sender::Client } else { Sender::Server },
            call_id: Some(asked as u32),
            frame_set: &frame_set,
            fragments: 1,
            representation: match kind.endian {
                Endian::Little => Representation::LITTLE,
                Endian::Big => {
                    Representation { endian: cluscope::internals::rpc::header::Endian::Big, ..Representation::LITTLE }
                }
            },
            flags: PfcFlags::empty(),
            context_id: Some(0),
            context: Some(context),
            reassumed: None,
            cut: None,
            auth: None,
            body,
            verification: None,
            datagram: None,
            diagnostics: Vec::new(),
            call: Some(&mut call),
        };
        let (src, dst) = if request { (client(), server()) } else { (server(), client()) };
        let flow = Flow { transport: Transport::Tcp, stream, src, dst };
        look(&Record { flow, event, interface: Some((kind.interface, kind.version)) });
    }
}

/// Everything that is shown records, with limits that are soon reached.
struct Analysis {
    tracker: Tracker,
    story: Story,
    checker: Checker,
    statistics: stats::Stats,
    printers: Printers,
    records: Records,
    out: Out,
}

impl Analysis {
    /// For a screen of so many columns.
    fn new(width: usize) -> Self {
        let limits = AnalysisLimits { handles: 8, associations: 2, calls: 4, ids: 4, subscriptions: 2, name: 24 };
        Analysis {
            tracker: Tracker::new(limits),
            story: Story::default(),
            checker: Checker::new(conformance::CheckLimits { analysis: limits, ..conformance::CheckLimits::default() }),
            statistics: stats::Stats::default(),
            printers: Printers::new(width),
            records: Records::default(),
            out: Out::new(),
        }
    }

    fn look(&mut self, record: &Record<'_>) {
        let seen = self.tracker.feed(record);
        self.records.print_with(&mut self.out, record, Some(&HandleAnnotations::of(&seen)));
        let line: serde_json::Value = serde_json::from_slice(self.out.as_bytes()).expect("a record is JSON");
        assert_eq!(line["frame"], record.event.frame());
        let printers = &mut self.printers;
        printers.record(record, &seen);
        self.story.feed(record, &seen, 0, &mut |event| printers.event(&event));
        self.checker.record(record, &mut |finding| {
            assert!(finding.frame <= record.event.frame(), "{finding:?}");
            let stub = record.stub().map_or(0, |(_, stub)| stub.len());
            assert!(finding.offset.is_none_or(|at| at <= stub), "{finding:?}: outside {stub} bytes");
            printers.finding(&finding);
        });
        if let Some(call) = Joined::completed(record, &seen) {
            assert!(!call.outcome().is_empty() && !call.name().is_empty());
            self.statistics.add(&call);
            self.printers.call(&call);
        }
        if let Some((key, asking)) = seen.given_up {
            self.unanswered(Joined::unanswered(key, *asking));
        }
    }

    fn unanswered(&mut self, call: Joined) {
        self.statistics.add(&call);
        self.printers.call(&call);
    }

    fn finish(mut self) {
        let printers = &mut self.printers;
        self.story.finish(&mut |event| printers.event(&event));
        let unanswered: Vec<Joined> =
            self.tracker.unanswered().map(|(key, asking)| Joined::unanswered(key, *asking)).collect();
        unanswered.into_iter().for_each(|call| self.unanswered(call));
        let _ = (self.checker.counters(), self.story.forgotten());
        self.printers.finish(&self.story.timelines(), &self.checker, &self.statistics);
    }
}

/// A series of calls as analysis, conformance rules and printers see it. Lines are JSON, findings point into stubs.
pub fn calls(mut data: &[u8]) {
    // Widths of screens, narrow and wide.
    let mut analysis = Analysis::new(20 + data.len() % 140);
    // Of each stream the last request: its frame, what it is and what it told.
    let mut asked: [Option<(u64, Kind, u16, CallContext)>; 4] = [const { None }; 4];
    let mut frame = 0;
    while let Some((&piece, rest)) = data.split_first_chunk::<{ HEADER + 1 }>() {
        let [low, high, bits, place, length] = piece;
        let (bytes, rest) = rest.split_at(usize::from(length).min(rest.len()));
        data = rest;
        frame += 1;
        let Some((mut identity, _)) = parse(&[low, high, bits & 7, place]) else { return };
        let stream = usize::from(bits >> 5 & 3);
        let response = identity.kind.direction == Direction::Response;
        let mut note = CallContext::default();
        let mut first = frame;
        if let (true, Some(Some((at, kind, opnum, told)))) = (response, asked.get_mut(stream).map(Option::take)) {
            identity.kind = Kind { direction: Direction::Response, ..kind };
            (identity.opnum, first, note) = (opnum, at, told);
        }
        let Some(method) = identity.method() else { continue };
        let (kind, opnum) = (identity.kind, identity.opnum);
        let stub = if bits & 8 == 0 {
            bytes.to_vec()
        } else {
            encode(method, kind, &contents(method, kind.direction, kind.version, &mut Source::new(bytes)))
        };
        let body: Body<&[u8]> = match kind.direction {
            Direction::Request => {
                note = CallContext::of(method, kind, &stub);
                if let Some(slot) = asked.get_mut(stream) {
                    *slot = Some((frame, kind, opnum, note.clone()));
                }
                Body::Request { opnum, object: None, stub: Some(&stub) }
            }
            Direction::Response if bits & 16 != 0 => Body::Fault {
                status: bytes.first().map(|byte| u32::from(*byte)),
                opnum: Some(opnum),
                cancel_count: 0,
                extended_error: false,
                stub: None,
            },
            Direction::Response => Body::Response { opnum: Some(opnum), cancel_count: 0, stub: Some(&stub) },
        };
        let message = Message { frame, stream: stream as u64, kind, opnum, asked: first, note, body };
        message.look(|record| analysis.look(record));
    }
    analysis.finish();
}
