//! Which packets are kept, on packets made by hand.

use super::*;
use crate::auth::KeyStore;
use crate::capture::{LinkType, Packet};
use crate::net::{DecodeAs, NetworkLimits, Timestamp};
use crate::rpc::dg::{Body as Datagram, Flags1, Header, Pdu};
use crate::session::flows_tests::header;
use crate::session::{SelectionLimits, SessionLimits};
use std::sync::Arc;

fn wanted(flows: usize, hosts: usize) -> Wanted {
    let limits = Select { flows, hosts, waiting: 1 << 16 };
    Wanted::new(limits, SelectionLimits { held: 4, held_bytes: 1 << 10, chosen: 16 })
}

fn end(host: u8, port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, host], port))
}

/// An IPv4 packet that carries UDP, or a fragment of one: `offset` in units of 8 bytes.
fn ip(hosts: [u8; 2], id: u8, offset: u16, more: bool, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + payload.len()).unwrap().to_be_bytes();
    let flags = (offset | if more { 0x2000 } else { 0 }).to_be_bytes();
    let [src, dst] = hosts;
    let mut packet = vec![0x45, 0, length[0], length[1], 0, id, flags[0], flags[1], 64, 17, 0, 0];
    packet.extend([10, 0, 0, src, 10, 0, 0, dst]);
    packet.extend(payload);
    packet
}

fn udp(ports: [u16; 2], data: &[u8]) -> Vec<u8> {
    let mut out = ports.map(u16::to_be_bytes).concat();
    out.extend(u16::try_from(8 + data.len()).unwrap().to_be_bytes());
    out.extend([0, 0]);
    out.extend(data);
    out
}

/// The frames that are kept of these packets.
fn kept(wanted: &Wanted, packets: &[Vec<u8>]) -> Vec<u64> {
    let mut sorter = Sorter::new(wanted, NetworkLimits::default(), DecodeAs::default());
    let mut frames = Vec::new();
    let mut out = |packet: &Packet<'_>| {
        frames.push(packet.frame);
        Ok::<(), ()>(())
    };
    for (frame, data) in (1..).zip(packets) {
        let time = Some(Timestamp(i64::try_from(frame).unwrap()));
        let (link, original_len) = (LinkType(101), data.len());
        let packet = Packet { frame, time, link, data, original_len, comments: Vec::new() };
        sorter.packet(&packet, &mut out).unwrap();
    }
    sorter.finish(&mut out).unwrap();
    frames
}

#[test]
fn fragments_wait_for_what_they_belong_to() {
    let mut wanted = wanted(8, 8);
    wanted.want(Transport::Udp, end(1, 2000), end(2, 3000));
    let whole = udp([2000, 3000], &[7; 40]);
    let other = udp([2001, 3000], &[7; 40]);
    let packets = [
        ip([1, 2], 1, 0, true, &whole[..24]),
        ip([1, 2], 2, 0, true, &other[..24]),
        ip([3, 4], 3, 0, false, &other),
        ip([2, 1], 4, 0, false, &udp([3000, 2000], b"answer")),
        ip([1, 2], 2, 3, false, &other[24..]),
        ip([1, 2], 1, 3, false, &whole[24..]),
        // Its rest never comes.
        ip([1, 2], 5, 0, true, &whole[..24]),
    ];
    assert_eq!(kept(&wanted, &packets), [1, 4, 6]);
}

#[test]
fn clients_keep_their_kerberos_exchanges() {
    let mut wanted = wanted(8, 8);
    wanted.want(Transport::Udp, end(1, 2000), end(2, 3000));
    wanted.clients.insert(end(1, 0).ip());
    let packets = [
        ip([1, 9], 1, 0, false, &udp([2222, 88], b"as-req")),
        ip([9, 1], 2, 0, false, &udp([88, 2222], b"as-rep")),
        ip([3, 9], 3, 0, false, &udp([2222, 88], b"someone else's")),
        ip([1, 9], 4, 0, false, &udp([2222, 53], b"a name")),
    ];
    assert_eq!(kept(&wanted, &packets), [1, 2]);
}

#[test]
fn what_has_no_room_is_kept_by_its_hosts_and_then_counted() {
    let mut wanted = wanted(1, 1);
    wanted.want(Transport::Tcp, end(1, 1), end(2, 2));
    assert_eq!((wanted.pairs.len(), wanted.left_out()), (0, 0));
    wanted.want(Transport::Tcp, end(1, 3), end(2, 2));
    wanted.want(Transport::Tcp, end(2, 2), end(1, 4));
    assert_eq!((wanted.pairs.len(), wanted.left_out()), (1, 0));
    wanted.want(Transport::Tcp, end(1, 3), end(5, 2));
    assert_eq!(wanted.left_out(), 1);
    let between = ip([2, 1], 1, 0, false, &udp([5, 6], b"anything between the two"));
    assert_eq!(kept(&wanted, &[between]), [1]);
}

/// The hosts of each packet as a splitter tells them, and the splitter.
fn split(hosts: usize, packets: &[Vec<u8>]) -> (Vec<Option<Pair>>, Splitter) {
    let limits = Select { flows: 8, hosts, waiting: 1 << 16 };
    let mut splitter = Splitter::new(limits, NetworkLimits::default(), DecodeAs::default());
    let pairs = (1..).zip(packets).map(|(frame, data)| {
        let (time, link, original_len) = (Some(Timestamp(0)), LinkType(101), data.len());
        splitter.packet(&Packet { frame, time, link, data, original_len, comments: Vec::new() })
    });
    (pairs.collect(), splitter)
}

fn hosts(a: u8, b: u8) -> Pair {
    pair(end(a, 0).ip(), end(b, 0).ip())
}

#[test]
fn a_tunnel_in_fragments_links_its_ends_with_those_inside() {
    let inner = ip([3, 4], 9, 0, false, &udp([2000, 3000], &[7; 40]));
    let (first, rest) = inner.split_at(24);
    let mut packets =
        [ip([1, 2], 1, 0, true, first), ip([2, 1], 2, 0, false, &udp([1, 2], &[0; 8])), ip([1, 2], 1, 3, false, rest)];
    // IP in IP (RFC 2003).
    packets[0][9] = 4;
    packets[2][9] = 4;
    let (pairs, splitter) = split(8, &packets);
    assert_eq!(pairs, [Some(hosts(1, 2)), Some(hosts(1, 2)), Some(hosts(3, 4))]);
    assert_eq!(splitter.links().collect::<Vec<_>>(), [(hosts(1, 2), hosts(3, 4))]);
    assert_eq!(splitter.left_out(), 0);
}

#[test]
fn fragments_that_are_not_remembered_are_counted() {
    let packets = [ip([1, 2], 1, 0, true, &[7; 24]), ip([3, 4], 2, 0, true, &[7; 24])];
    let left_out = |hosts| split(hosts, &packets).1.left_out();
    assert_eq!([left_out(2), left_out(1)], [0, 1]);
}

/// A fragment of a request to the cluster, in the activity of all of them.
fn request(number: u16, last: bool) -> Vec<u8> {
    let body = Datagram::Request(&[0; 8][..]);
    let flags1 = Flags1::FRAG | if last { Flags1::LAST_FRAG } else { Flags1::empty() };
    let header = Header { flags1, fragment: number, ..header(0x11) };
    Pdu { header, body, verifier: None }.encode().unwrap()
}

/// An activity takes in what its end sends elsewhere, of which no record tells; and the hosts have to be read together.
#[test]
fn every_flow_of_a_conversation_is_kept() {
    let packet = |hosts, ports, number, last| ip(hosts, 1, 0, false, &udp(ports, &request(number, last)));
    let packets = [
        packet([1, 2], [2000, 3000], 0, false),
        packet([1, 3], [2000, 3000], 1, false),
        ip([1, 3], 2, 0, false, &udp([2001, 3000], &[7; 100])),
        packet([1, 2], [2000, 3000], 2, true),
    ];
    let read = |each: &mut dyn FnMut(&mut Session, &Packet<'_>)| {
        let mut session = Session::new(SessionLimits::default(), Arc::<KeyStore>::default());
        for (frame, data) in (1..).zip(&packets) {
            let (time, link, original_len) = (Some(Timestamp(0)), LinkType(101), data.len());
            each(&mut session, &Packet { frame, time, link, data, original_len, comments: Vec::new() });
        }
        session
    };
    let mut roomy = wanted(8, 8);
    let mut session = read(&mut |session, packet| roomy.packet(session, packet));
    roomy.finish(&mut session);
    assert_eq!((kept(&roomy, &packets), roomy.left_out()), (vec![1, 2, 4], 0));
    let mut narrow = wanted(1, 8);
    read(&mut |session, packet| narrow.packet(session, packet));
    assert_eq!(narrow.left_out(), 1);
    let limits = Select { flows: 8, hosts: 8, waiting: 1 << 16 };
    let mut survey = Survey::new(limits, NetworkLimits::default(), DecodeAs::default());
    let mut session = read(&mut |session, packet| survey.packet(session, packet));
    survey.finish(&mut session);
    assert_eq!(survey.links().collect::<Vec<_>>(), [(hosts(1, 2), hosts(1, 3))]);
}
