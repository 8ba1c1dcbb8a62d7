//! What is noted of interfaces that were bound, and batches of records: what they weigh, and that nothing is lost in them.

use super::owned_record::{Batch, BatchLimits};
use super::selection_tests::bind;
use super::{CallContext, Flow, Interfaces, Record};
use crate::base::bounds;
use crate::base::diagnostic::Diagnostic;
use crate::base::error::Path;
use crate::base::guid::Guid;
use crate::consts::control_codes::Family;
use crate::ndr::rules;
use crate::net::{Side, Timestamp, Transport};
use crate::rpc::Counters;
use crate::rpc::event::{Body, Event, FrameSet};
use crate::rpc::header::{PacketType, PfcFlags, Representation};
use crate::rpc::pdu::ContextElement;
use crate::rpc::security::Sender;

fn flow(port: u16) -> Flow {
    let (src, dst) = (([192, 0, 2, 10], 50_000).into(), ([192, 0, 2, 20], port).into());
    Flow { transport: Transport::Tcp, stream: 1, src, dst }
}

/// Shows a record to a closure.
fn with<T>(body: Body<&[u8]>, change: impl FnOnce(&mut Record<'_>), then: impl FnOnce(&mut Record<'_>) -> T) -> T {
    let frame_set = FrameSet::of(1, Some(Timestamp(0)));
    let event = Event::new(Side::A, Sender::Client, body, &frame_set);
    let mut record = Record { flow: flow(49_664), event, interface: None };
    change(&mut record);
    then(&mut record)
}

#[test]
fn interfaces_that_were_bound() {
    let clusapi = Guid(crate::idl::CLUSAPI.uuid_bytes);
    let [a, b] = [Guid([1; 16]), Guid([2; 16])];
    let mut found = Interfaces::default();
    let mut bound = |interfaces: &[Guid], port, limit| {
        with(bind(interfaces), |_| {}, |record| found.note(&record.event, &flow(port), limit));
        let shown = found.iter().map(|one| (one.uuid, one.name, one.version, one.proposed, one.ports.clone()));
        (shown.collect::<Vec<_>>(), found.dropped())
    };
    let version = (3, 0);
    assert_eq!(bound(&[a], 1000, 2), (vec![(a, None, version, 1, vec![1000])], 0));
    assert_eq!(bound(&[a], 1001, 2), (vec![(a, None, version, 2, vec![1000, 1001])], 0));
    assert_eq!(bound(&[a, a], 1000, 2), (vec![(a, None, version, 4, vec![1000, 1001])], 0));
    let two = vec![(a, None, version, 4, vec![1000, 1001]), (clusapi, Some("clusapi"), version, 1, vec![7])];
    assert_eq!(bound(&[clusapi], 7, 2), (two.clone(), 0));
    // There is room for no third one; for those that are there it makes no difference.
    assert_eq!(bound(&[b], 7, 2), (two, 1));
    assert_eq!(bound(&[b, clusapi], 7, 2).0[1].3, 2);
    assert_eq!(bound(&[b], 7, 2).1, 3);
    let ports = (0..100).map(|port| bound(&[a], port, 2).0[0].4.len()).max();
    assert_eq!(ports, Some(bounds::INTERFACE_PORTS));
    let shutdown = with(
        Body::Shutdown,
        |_| {},
        |record| {
            let mut none = Interfaces::default();
            none.note(&record.event, &flow(1), 2);
            none.iter().count()
        },
    );
    assert_eq!(shutdown, 0);
}

/// A batch is full by its records, or by what they own: bytes of stubs, proposed contexts, diagnostics.
#[test]
fn batches_weigh_what_records_own() {
    let stub = [7_u8; 1000];
    let request = || Body::Request { opnum: 1, object: None, stub: Some(&stub[..]) };
    let mut batch = Batch::<()>::within(BatchLimits { records: 3, bytes: 1 << 20 });
    for number in 0..3 {
        assert_eq!((batch.is_empty(), batch.is_full()), (number == 0, false), "{number}");
        with(request(), |_| {}, |record| batch.push(record, |_, ()| {}));
    }
    assert!(batch.is_full() && !batch.is_empty());

    let contexts = 64;
    let diagnostic =
        || Diagnostic { offset: 0, path: Path::default(), rule: &rules::COUNT_MISMATCH, value: 0, expected: None };
    for (name, least, body, diagnostics) in [
        ("a stub", stub.len(), request(), 0),
        ("contexts", contexts * size_of::<ContextElement>(), bind(&vec![Guid([1; 16]); contexts]), 0),
        ("diagnostics", 64 * size_of::<Diagnostic>(), Body::Shutdown, 64),
    ] {
        let mut batch = Batch::<()>::within(BatchLimits { records: 3, bytes: least });
        let change =
            |record: &mut Record<'_>| record.event.diagnostics = (0..diagnostics).map(|_| diagnostic()).collect();
        with(body, change, |record| batch.push(record, |_, ()| {}));
        assert!(batch.is_full(), "{name}");
        // Not much more either: twice that, and what a record has for itself.
        batch.clear();
        assert!(batch.is_empty() && !batch.is_full(), "{name}");
    }
    // The numbers of the packets that carried a record, eight bytes each.
    let mut frame_set = FrameSet::of(1, None);
    (2..=1000).for_each(|frame| frame_set.add(frame, None, 1000, &mut Counters::default()));
    let event = Event::new(Side::A, Sender::Client, Body::Shutdown, &frame_set);
    let mut record = Record { flow: flow(49_664), event, interface: None };
    let mut batch = Batch::<()>::within(BatchLimits { records: 3, bytes: 8000 });
    batch.push(&mut record, |_, ()| {});
    assert!(batch.is_full(), "packets");
    let mut batch = Batch::<()>::within(BatchLimits { records: 3, bytes: 1000 });
    with(Body::Shutdown, |_| {}, |record| batch.push(record, |_, ()| {}));
    assert!(!batch.is_full(), "a record that owns nothing");
}

/// A record comes out of a batch as it went in.
#[test]
fn batches_give_back_what_they_took() {
    let stub = [7_u8; 10];
    let token = [8_u8; 4];
    let change = |record: &mut Record<'_>| {
        let event = &mut record.event;
        (event.ptype, event.call_id, event.context_id) = (Some(PacketType::Request), Some(77), Some(3));
        (event.fragments, event.flags) = (2, PfcFlags::FIRST_FRAG);
        event.representation = Representation::BIG;
        record.interface = Some((&crate::idl::CLUSAPI, 1));
    };
    let mut batch = Batch::<u32>::within(BatchLimits { records: 3, bytes: 1 << 20 });
    let mut before = Vec::new();
    let mut push = |record: &mut Record<'_>| {
        before.push(format!("{record:?}"));
        let number = before.len() as u32;
        batch.push(record, |_, known| *known = number);
    };
    with(Body::Request { opnum: 1, object: None, stub: Some(&stub[..]) }, change, &mut push);
    let with_token = |record: &mut Record<'_>| {
        change(record);
        record.event.diagnostics = vec![Diagnostic {
            offset: 4,
            path: Path::default(),
            rule: &rules::COUNT_MISMATCH,
            value: 9,
            expected: None,
        }];
    };
    with(Body::Response { opnum: None, cancel_count: 2, stub: Some(&token[..]) }, with_token, &mut push);
    let after: Vec<_> = batch.lend().map(|(record, known)| (format!("{record:?}"), *known)).collect();
    assert_eq!(after, before.into_iter().zip([1, 2]).collect::<Vec<_>>());
}

/// What a request told is what its response's buffers are read by.
#[test]
fn what_a_request_told_is_the_context_of_its_response() {
    let context = CallContext {
        control_code: Some((Family::Group, 0x0300_0059)),
        resource_type: Some("IP Address".to_string()),
        secret_value: Some(true),
    };
    let content = context.content();
    assert_eq!(content.control_code, context.control_code);
    assert_eq!((content.resource_type, content.secret_value), (Some("IP Address"), Some(true)));
}
