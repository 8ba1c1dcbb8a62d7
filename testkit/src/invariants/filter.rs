//! What must hold for filter expressions.

use super::records::{Message, More, client, server};
use cluscope::internals::analysis::handles::Scope;
use cluscope::internals::analysis::{ObjectKind, RecordContext, Resolved, State, record_context};
use cluscope::internals::filter::{Filter, MAX_LENGTH, Subject};
use cluscope::internals::idl;
use cluscope::internals::ndr::visitor::ContextHandle;
use cluscope::internals::ndr::{Direction, Endian, Syntax, wire};
use cluscope::internals::net::Timestamp;
use cluscope::internals::rpc::event::Body;
use cluscope::internals::session::Record;
use cluscope::internals::session::call_context::CallContext;

/// ApiOpenResource of "IP1", as in the crate's documentation.
const STUB: &[u8] = &[4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, b'I', 0, b'P', 0, b'1', 0, 0, 0];

/// Bytes longer than this take regular expressions too long to build.
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
fn messages(mut look: impl FnMut(&Record<'_>, &RecordContext)) {
    let opnum = idl::resource::ApiOpenResource::METHOD.opnum;
    let bodies = [
        Body::Request { opnum, object: None, stub: Some(STUB) },
        Body::Response { opnum: Some(opnum), cancel_count: 0, stub: Some(&[0; 32]) },
        Body::Fault { status: Some(5), opnum: Some(opnum), cancel_count: 0, extended_error: false, stub: None },
    ];
    for (frame, body) in (1_i64..).zip(bodies) {
        let direction = if frame == 1 { Direction::Request } else { Direction::Response };
        let kind =
            wire::Kind { interface: &idl::CLUSAPI, version: 1, direction, syntax: Syntax::Ndr, endian: Endian::Little };
        let status = if let Body::Fault { status, .. } = body { status } else { (frame > 1).then_some(0) };
        let (note, more, times) =
            (CallContext::default(), More::default(), [frame, 1].map(|ms| Timestamp(ms * 1_000_000)));
        let frame = frame as u64;
        let message = Message { frame, stream: 3, kind, opnum, asked: 1, note, body, more, times };
        message.look(|record| {
            let resolved = Resolved {
                kind: ObjectKind::Cluster,
                name: Some("Lab".into()),
                opened: Some(1),
                access: None,
                state: State::Open,
            };
            let mut objects = record_context::Objects::new();
            if let Some(field) = record.method().and_then(|method| method.fields.first()) {
                objects.push(record_context::HandleUse { field, handle: ContextHandle::default(), resolved });
            }
            let seen = RecordContext {
                scope: Scope(0),
                client: client(),
                server: server(),
                user: Some("LAB\\clusadm".into()),
                objects,
                status,
                ..RecordContext::default()
            };
            look(record, &seen);
        });
    }
}
