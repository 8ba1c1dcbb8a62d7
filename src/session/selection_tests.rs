//! Which records are shown, held back and left out: one decision after the other.

use super::Flow;
use super::Record;
use super::selection::{Choice, Chooser, Decision, HeldBack, Selection, SelectionLimits, given_up};
use crate::base::bounds;
use crate::base::guid::Guid;
use crate::idl;
use crate::net::{Side, Timestamp, Transport};
use crate::rpc::event::{Body, Context, ContextState, Event, FrameSet, Proposal};
use crate::rpc::pdu::ContextElement;
use crate::rpc::security::Sender;
use crate::rpc::syntax::{RejectReason, SyntaxId, TransferSyntax};

const OTHER: Guid = Guid([7; 16]);
const SHOW: Decision = Decision::Show { release: false };
const RELEASE: Decision = Decision::Show { release: true };

fn limits() -> SelectionLimits {
    SelectionLimits { held: 8, held_bytes: 10, chosen: 8 }
}

fn ours() -> Guid {
    Guid(idl::CLUSAPI.uuid_bytes)
}

/// Decides about a message on stream `stream`.
fn about(
    stream: u64,
    body: Body<&'static [u8]>,
    change: impl FnOnce(&mut Record<'_>),
) -> impl FnOnce(&mut Chooser) -> Decision {
    move |chooser| {
        let frame_set = FrameSet::of(1, Some(Timestamp(0)));
        let (src, dst) = (([192, 0, 2, 10], 50_000).into(), ([192, 0, 2, 20], 49_664).into());
        let flow = Flow { transport: Transport::Tcp, stream, src, dst };
        let mut record = Record { flow, event: Event::new(Side::A, Sender::Client, body, &frame_set), interface: None };
        change(&mut record);
        chooser.decide(&record)
    }
}

/// The same about one as it comes.
fn plain(stream: u64, body: Body<&'static [u8]>) -> impl FnOnce(&mut Chooser) -> Decision {
    about(stream, body, |_| {})
}

pub(super) fn bind(interfaces: &[Guid]) -> Body<&'static [u8]> {
    let context = |uuid: &Guid| ContextElement {
        id: 0,
        abstract_syntax: SyntaxId { uuid: *uuid, major: 3, minor: 0 },
        transfer_syntaxes: Vec::new(),
    };
    let contexts = interfaces.iter().map(context).collect();
    Body::Bind(Proposal { max_xmit_frag: 5840, max_recv_frag: 5840, assoc_group_id: 0, contexts })
}

fn request(stub: Option<&'static [u8]>) -> Body<&'static [u8]> {
    Body::Request { opnum: 1, object: None, stub }
}

fn response(opnum: Option<u16>, stub: Option<&'static [u8]>) -> Body<&'static [u8]> {
    Body::Response { opnum, cancel_count: 0, stub }
}

fn fault(status: Option<u32>, opnum: Option<u16>) -> Body<&'static [u8]> {
    Body::Fault { status, opnum, cancel_count: 0, extended_error: false, stub: None }
}

fn context(interface: Guid) -> Context {
    Context {
        id: 0,
        interface,
        version: (3, 0),
        syntax: TransferSyntax::Ndr,
        state: ContextState::Accepted,
        assumed: false,
        confidence: None,
    }
}

/// Of a connection of which nothing is known yet.
#[test]
fn the_first_message_of_a_connection() {
    let stub = Some(&[1_u8, 2][..]);
    let refused = Body::BindNak { reason: RejectReason(0), versions: Vec::new(), extended_error: None };
    for (name, body, decision) in [
        ("a bind of ours", bind(&[OTHER, ours()]), SHOW),
        ("a bind of another", bind(&[OTHER]), Decision::Hold),
        ("a bind refused", refused, SHOW),
        ("the third leg", Body::Auth3, Decision::Hold),
        ("a shutdown", Body::Shutdown, Decision::Hold),
        // Without a context: nothing tells what they are for, where stub or number are missing.
        ("a request", request(stub), Decision::Skip),
        ("a sealed request", request(None), SHOW),
        ("a response", response(Some(1), stub), Decision::Skip),
        ("a sealed response", response(Some(1), None), SHOW),
        ("a response to nothing", response(None, stub), SHOW),
        ("a fault", fault(Some(5), Some(1)), Decision::Skip),
        ("a sealed fault", fault(None, Some(1)), SHOW),
        ("a fault to nothing", fault(Some(5), None), SHOW),
    ] {
        assert_eq!(plain(1, body)(&mut Chooser::new(limits())), decision, "{name}");
    }
    // With a context of another interface it is known what they are for.
    for body in [request(None), response(None, None), fault(None, None)] {
        let known = about(1, body, |record| record.event.context = Some(context(OTHER)));
        assert_eq!(known(&mut Chooser::new(limits())), Decision::Skip);
    }
    let own = about(1, request(stub), |record| record.interface = Some((&idl::CLUSAPI, 1)));
    assert_eq!(own(&mut Chooser::new(limits())), SHOW);
}

/// Of a connection that ours was proposed on.
#[test]
fn messages_of_a_connection_of_ours() {
    let stub = Some(&[1_u8, 2][..]);
    for (name, body, of, token, decision) in [
        ("a call of another interface", request(stub), Some(OTHER), None, Decision::Skip),
        ("an answer of another interface", response(Some(1), stub), Some(OTHER), None, Decision::Skip),
        ("its callback with a token", request(stub), Some(OTHER), Some(&[1_u8][..]), SHOW),
        ("a call of ours that was rejected", request(stub), Some(ours()), None, SHOW),
        ("a call of no known interface", request(stub), None, None, SHOW),
        ("no call", Body::Shutdown, Some(OTHER), None, SHOW),
    ] {
        let mut chooser = Chooser::new(limits());
        assert_eq!(plain(1, bind(&[ours()]))(&mut chooser), SHOW);
        let next = about(1, body, |record| {
            record.event.context = of.map(context);
            record.event.token = token;
        });
        assert_eq!(next(&mut chooser), decision, "{name}");
    }
}

/// What is held back comes out once, when its own connection turns out to be ours.
#[test]
fn what_was_held_back_is_released_once() {
    let mut chooser = Chooser::new(limits());
    for stream in [1, 2] {
        assert_eq!(plain(stream, Body::Auth3)(&mut chooser), Decision::Hold);
        chooser.hold((true, stream));
    }
    // The same number among connectionless conversations is another connection.
    let datagram = about(1, bind(&[ours()]), |record| record.flow.transport = Transport::Udp);
    assert_eq!(datagram(&mut chooser), SHOW);
    assert_eq!(plain(1, bind(&[ours()]))(&mut chooser), RELEASE);
    assert_eq!(plain(1, bind(&[ours()]))(&mut chooser), SHOW);
    // One behind another of ours: what was used last is not what is asked for.
    assert_eq!(plain(2, Body::Auth3)(&mut chooser), Decision::Hold);
    assert_eq!(plain(2, bind(&[ours()]))(&mut chooser), RELEASE);
    // From there on everything of either is shown, whichever was used last.
    assert_eq!([1, 2, 1].map(|stream| plain(stream, Body::Auth3)(&mut chooser)), [SHOW; 3]);
    assert_eq!(chooser.given_up(), (0, 0));
}

/// A sealed request that waits for its handshake comes behind the callbacks of that.
#[test]
fn callbacks_before_the_call_they_are_about() {
    let mut chooser = Chooser::new(limits());
    let callback = |body| {
        about(1, body, |record| {
            record.event.context = Some(context(OTHER));
            record.event.token = Some(&[1]);
        })
    };
    for body in [request(Some(&[1])), response(Some(1), Some(&[1]))] {
        assert_eq!(callback(body)(&mut chooser), Decision::Hold);
        chooser.hold((true, 1));
    }
    let own = about(1, request(Some(&[1])), |record| record.interface = Some((&idl::CLUSAPI, 1)));
    assert_eq!(own(&mut chooser), RELEASE);
}

#[test]
fn connections_held_back_and_chosen_are_bounded() {
    let mut chooser = Chooser::new(SelectionLimits { held: 2, chosen: 2, ..limits() });
    for stream in [1, 2] {
        assert_eq!(plain(stream, Body::Auth3)(&mut chooser), Decision::Hold);
        chooser.hold((true, stream));
    }
    assert_eq!(plain(3, Body::Auth3)(&mut chooser), Decision::Skip);
    assert_eq!(plain(4, Body::Auth3)(&mut chooser), Decision::Skip);
    assert_eq!(plain(2, Body::Auth3)(&mut chooser), Decision::Hold, "it is held back already");
    assert_eq!(chooser.given_up(), (2, 0));
    for stream in [5, 6, 7] {
        assert_eq!(plain(stream, bind(&[ours()]))(&mut chooser), SHOW);
    }
    assert_eq!(chooser.given_up(), (2, 1));
    let held: HeldBack<()> = HeldBack::new(limits());
    assert_eq!(given_up(&chooser, &held), [("held_omitted", 2), ("connections_forgotten", 1)]);
}

#[test]
fn what_is_held_back_is_bounded_and_keeps_its_order() {
    let (a, b) = ((true, 1), (false, 1));
    let mut held = HeldBack::new(limits());
    held.hold(a, "a1", 6);
    held.hold(a, "a too long", 5);
    held.hold(b, "b1", 3);
    held.hold(a, "a2", 1);
    held.hold(b, "b too long", 1);
    assert_eq!(held.omitted(), 2);
    assert_eq!(held.release(a), ["a1", "a2"]);
    assert_eq!(held.release(a), [""; 0]);
    // Seven bytes are free again.
    held.hold(a, "a too long", 8);
    held.hold(a, "a3", 7);
    assert_eq!((held.release(a), held.release(b), held.omitted()), (vec!["a3"], vec!["b1"], 3));

    for number in 0..=bounds::HELD_PDUS {
        held.hold(a, "one of many", 0);
        assert_eq!(held.omitted(), 3 + u64::from(number == bounds::HELD_PDUS), "{number}");
    }
    assert_eq!(held.release(a).len(), bounds::HELD_PDUS);
}

#[test]
fn a_selection_shows_what_it_held_back() {
    let frame_set = FrameSet::of(1, Some(Timestamp(0)));
    let (src, dst) = (([192, 0, 2, 10], 50_000).into(), ([192, 0, 2, 20], 49_664).into());
    let flow = Flow { transport: Transport::Tcp, stream: 1, src, dst };
    let record = |body| Record { flow, event: Event::new(Side::A, Sender::Client, body, &frame_set), interface: None };
    let mut selection = Selection::new(limits());
    let first = record(Body::Auth3);
    assert!(matches!(selection.choose(&first), Choice::Hold));
    selection.hold(&first, "first", 4);
    selection.hold(&first, "too long", 7);
    assert!(matches!(selection.choose(&record(request(Some(&[1])))), Choice::Skip));
    assert!(matches!(selection.choose(&record(bind(&[ours()]))), Choice::Show(held) if held == ["first"]));
    assert!(matches!(selection.choose(&record(Body::Shutdown)), Choice::Show(held) if held.is_empty()));
    assert_eq!(selection.given_up(), [("held_omitted", 1), ("connections_forgotten", 0)]);
}
