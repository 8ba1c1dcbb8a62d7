//! What must hold for filter expressions.

use crate::analysis::handles::Scope;
use crate::analysis::{Kind, Resolved, Seen, State, seen};
use crate::context::CallContext;
use crate::filter::{Filter, MAX_LENGTH, Subject};
use crate::idl;
use crate::ndr::sink::ContextHandle;
use crate::net::{Side, Timestamp, Transport};
use crate::rpc::event::{Body, Call, Carriers, Context, ContextState, Event};
use crate::rpc::header::{PacketType, PfcFlags, Representation};
use crate::rpc::security::Sender;
use crate::rpc::syntax::TransferSyntax;
use crate::rpc::uuid::Uuid;
use crate::session::{Flow, Record};

/// ApiOpenResource of "IP1", as in the crate's documentation.
const STUB: &[u8] = &[4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, b'I', 0, b'P', 0, b'1', 0, 0, 0];

/// Octets longer than this take regular expressions too long to build.
const LONGEST: usize = 600;

/// Any text as a filter. A mistake lies in it and can be shown; what is one in parentheses is the same, and what is one
/// behind `not` is the opposite; it can be asked about messages.
pub fn filter(text: &str) {
    if text.len() > LONGEST {
        return;
    }
    let filter = match Filter::parse(text) {
        Ok(filter) => filter,
        Err(error) => {
            assert!(error.at <= text.len() && error.len <= text.len() - error.at, "{error:?}");
            assert!(text.is_char_boundary(error.at) && text.is_char_boundary(error.at + error.len), "{error:?}");
            assert!(!error.expected.is_empty());
            assert!(error.explain(text).lines().count() >= 2);
            return;
        }
    };
    let enclosed = Filter::parse(&format!("({text})"));
    let turned = Filter::parse(&format!("not ({text})"));
    let bits = text.bytes().fold(7u64, |n, b| n.wrapping_mul(0x100_0000_01b3) ^ u64::from(b));
    for held in [0, u64::MAX, bits, bits.rotate_left(17)] {
        let decided = filter.decide(held);
        // Nested as deeply as it may be, it can't be enclosed.
        for (other, wanted) in [(&enclosed, decided), (&turned, !decided)] {
            match other {
                Ok(other) => assert_eq!(other.decide(held), wanted, "{text}"),
                Err(error) => assert!(error.expected.contains("levels") || text.len() + 8 > MAX_LENGTH, "{error}"),
            }
        }
    }
    messages(|record, seen| {
        for subject in [Subject::of(record, seen), Subject::of_call(record, seen)] {
            assert_eq!(filter.matches(&subject), filter.decide(filter.tests(&subject)));
        }
    });
}

/// A request, its response and a fault.
fn messages(mut look: impl FnMut(&Record<'_>, &Seen)) {
    let client = ([192, 0, 2, 10], 50_000).into();
    let server = ([192, 0, 2, 20], 49_664).into();
    let context = Context {
        id: 0,
        interface: Uuid(idl::CLUSAPI.uuid_bytes),
        version: (3, 0),
        syntax: TransferSyntax::Ndr,
        state: ContextState::Accepted,
        assumed: false,
        confidence: None,
    };
    let opnum = crate::idl::resource::ApiOpenResource::METHOD.opnum;
    let bodies = [
        Body::Request { opnum, object: None, stub: Some(STUB) },
        Body::Response { opnum: Some(opnum), cancel_count: 0, stub: Some(&[0; 32]) },
        Body::Fault { status: Some(5), opnum: Some(opnum), cancel_count: 0, extended_error: false, stub: None },
    ];
    for (frame, body) in (1..).zip(bodies) {
        let request = frame == 1;
        let carriers = Carriers::of(frame, Some(Timestamp(frame as i64 * 1_000_000)));
        let mut call = Call {
            opnum,
            context_id: 0,
            context: Some(context),
            object: None,
            frame: 1,
            time: Some(Timestamp(1_000_000)),
            note: CallContext::default(),
        };
        let status = if let Body::Fault { status, .. } = body { status } else { (!request).then_some(0) };
        let event = Event {
            token: None,
            ptype: Some(if request { PacketType::Request } else { PacketType::Response }),
            side: if request { Side::A } else { Side::B },
            sender: if request { Sender::Client } else { Sender::Server },
            call_id: Some(7),
            carriers: &carriers,
            fragments: 1,
            representation: Representation::LITTLE,
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
        let (src, dst) = if request { (client, server) } else { (server, client) };
        let flow = Flow { transport: Transport::Tcp, stream: 3, src, dst };
        let record = Record { flow, event, interface: Some((&idl::CLUSAPI, 1)) };
        let resolved = Resolved {
            kind: Kind::Cluster,
            name: Some("Lab".into()),
            opened: Some(1),
            access: None,
            state: State::Open,
        };
        let mut objects = seen::Objects::new();
        if let Some(field) = record.method().and_then(|method| method.fields.first()) {
            objects.push(seen::Used { field, handle: ContextHandle::default(), resolved });
        }
        let seen = Seen {
            scope: Scope(0),
            client,
            server,
            user: Some("LAB\\clusadm".into()),
            objects,
            asked: Vec::new(),
            status,
            request: None,
            given_up: None,
        };
        look(&record, &seen);
    }
}
