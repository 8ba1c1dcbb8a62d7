//! To which flow a datagram belongs: its activity is known at its ends and between its two hosts, and nowhere else.

use super::flows_tests::header;
use super::{Session, SessionLimits};
use crate::auth::KeyStore;
use crate::net::{Datagram, Origin, Side, Transport};
use crate::rpc::dg::{Body, Flags1, Header, Pdu};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

const ACTIVITY: u8 = 0x11;

/// A session with a number for each flow, as the network layer gives them.
struct Flows {
    session: Session,
    streams: BTreeMap<(SocketAddr, SocketAddr), u64>,
    frame: u64,
}

impl Flows {
    fn new(limits: SessionLimits) -> Self {
        Flows { session: Session::new(limits, Arc::<KeyStore>::default()), streams: BTreeMap::new(), frame: 0 }
    }

    /// Reads a datagram; gives the stream of its record.
    fn datagram(&mut self, (src, dst): (SocketAddr, SocketAddr), activity: u8, body: Body<&[u8]>) -> Option<u64> {
        let ptype = body.ptype().unwrap();
        let header = Header { ptype, flags1: Flags1::IDEMPOTENT, ..header(activity) };
        let data = Pdu { header, body, verifier: None }.encode().unwrap();
        self.frame += 1;
        let next = self.streams.len() as u64;
        let key = (src.min(dst), src.max(dst));
        let stream = *self.streams.entry(key).or_insert(next);
        let from = if src == key.0 { Side::A } else { Side::B };
        let (frame, time) = (self.frame, None);
        let origin = Origin { transport: Transport::Udp, stream, from, src, dst, frame, time, seq: 0 };
        let frames = [frame];
        let datagram = Datagram { data: &data, wire_len: data.len(), frames: &frames, identification: None };
        let mut told = None;
        self.session.datagram(&origin, datagram, &mut |record| {
            assert_eq!((record.flow.src, record.flow.dst), (src, dst), "a record tells who sent it");
            told = Some(record.flow.stream);
        });
        told
    }

    fn request(&mut self, ends: (SocketAddr, SocketAddr)) -> Option<u64> {
        self.datagram(ends, ACTIVITY, Body::Request(&[]))
    }

    fn response(&mut self, ends: (SocketAddr, SocketAddr)) -> Option<u64> {
        self.datagram(ends, ACTIVITY, Body::Response(&[0; 8]))
    }
}

fn at(host: u8, port: u16) -> SocketAddr {
    ([192, 0, 2, host], port).into()
}

const CLIENT: u8 = 10;
const SERVER: u8 = 20;

fn flows() -> Flows {
    Flows::new(SessionLimits::default())
}

#[test]
fn an_answer_from_another_port_belongs_to_its_request() {
    for server in [at(SERVER, 50_001), at(SERVER + 1, 49_664), at(SERVER + 1, 50_001)] {
        // From another port, another host (one that has several addresses), both.
        let mut flows = flows();
        assert_eq!(flows.request((at(CLIENT, 50_000), at(SERVER, 49_664))), Some(0));
        assert_eq!(flows.response((server, at(CLIENT, 50_000))), Some(0), "{server}");
    }
    // To another port of the client's, too.
    let mut flows = flows();
    flows.request((at(CLIENT, 50_000), at(SERVER, 49_664)));
    assert_eq!(flows.response((at(SERVER, 50_001), at(CLIENT, 50_002))), Some(0));
    assert_eq!(flows.request((at(CLIENT, 50_003), at(SERVER, 50_004))), None, "the same request once more");
}

#[test]
fn another_activity_is_another_flow() {
    let mut flows = flows();
    flows.request((at(CLIENT, 50_000), at(SERVER, 49_664)));
    let other = flows.datagram((at(SERVER, 50_001), at(CLIENT, 50_000)), 0x22, Body::Request(&[]));
    assert_eq!(other, Some(1));
}

#[test]
fn datagrams_of_other_hosts_change_nothing() {
    let call = (at(CLIENT, 50_000), at(SERVER, 49_664));
    let strangers = (at(CLIENT + 1, 50_000), at(SERVER + 1, 49_664));
    let answer = (at(SERVER, 50_001), at(CLIENT, 50_000));
    let expected = |first: u64| [Some(first), Some(first)];
    // Before the call, between it and its answer, not at all.
    let mut before = flows();
    assert_eq!(before.request(strangers), Some(0));
    assert_eq!([before.request(call), before.response(answer)], expected(1));
    let mut between = flows();
    let request = between.request(call);
    assert_eq!(between.request(strangers), Some(1));
    assert_eq!([request, between.response(answer)], expected(0));
    assert_eq!(between.response((strangers.1, strangers.0)), Some(1));
    let mut without = flows();
    assert_eq!([without.request(call), without.response(answer)], expected(0));
}

/// Ports of one host: nothing but the ends themselves tells who asks whom.
#[test]
fn between_ports_of_one_host_both_ends_count() {
    let mut flows = flows();
    flows.request((at(CLIENT, 50_000), at(CLIENT, 49_664)));
    assert_eq!(flows.response((at(CLIENT, 50_001), at(CLIENT, 50_000))), Some(0), "an end is the same");
    assert_eq!(flows.request((at(CLIENT, 50_002), at(CLIENT, 50_003))), Some(2), "no end is the same");
}

/// A conversation that was given up leaves its activity to the flow that goes on.
#[test]
fn an_activity_whose_flow_was_given_up_begins_anew() {
    let mut flows = Flows::new(SessionLimits { conversations: 1, ..SessionLimits::default() });
    flows.request((at(CLIENT, 50_000), at(SERVER, 49_664)));
    let other = (at(CLIENT + 1, 50_000), at(SERVER + 1, 49_664));
    flows.datagram(other, 0x22, Body::Request(&[]));
    assert!(flows.session.stats().conversations_evicted > 0);
    assert_eq!(flows.response((at(SERVER, 50_001), at(CLIENT, 50_000))), Some(2));
}

#[test]
fn activities_that_are_forgotten_are_counted() {
    // Of 32 flows two activities are known.
    let mut flows = Flows::new(SessionLimits { conversations: 32, ..SessionLimits::default() });
    for number in 1..=5 {
        flows.datagram((at(number, 50_000), at(SERVER, 49_664)), number, Body::Request(&[]));
    }
    assert_eq!(flows.session.stats().activities_forgotten, 3);
}
