//! What a session makes of records and packets: stubs that alone are signed, what a tap is told, and the end of a capture.

use super::flows_tests::{begun, bind, packet, session};
use super::observed_security::{Tap, Unsealed};
use super::packets::record;
use super::{CallContext, Flow};
use crate::base::guid::Guid;
use crate::idl::{self, cluster, resource};
use crate::ndr::Method;
use crate::net::build::{A, ACK, B, SYN, ipv4, tcp};
use crate::net::{Origin, Placed, Side, Transport};
use crate::rpc::event::{Auth, Body, Context, ContextState, Event, FrameSet, Sizes};
use crate::rpc::header::PacketType;
use crate::rpc::security::{AuthTrailer, Doubt, Identity, Opened, Sender, Verified};
use crate::rpc::syntax::TransferSyntax;

/// What is left of a right signature over a stub alone, where the header names this method.
fn verified(method: &Method, stub: &[u8], stub_only: bool) -> Verified {
    let (src, dst) = (([192, 0, 2, 10], 50_000).into(), ([192, 0, 2, 20], 49_664).into());
    let flow = Flow { transport: Transport::Tcp, stream: 0, src, dst };
    let context = Context {
        id: 0,
        interface: Guid(idl::CLUSAPI.uuid_bytes),
        version: (3, 0),
        syntax: TransferSyntax::Ndr,
        state: ContextState::Accepted,
        assumed: false,
        confidence: None,
    };
    let auth = Auth {
        trailer: AuthTrailer { auth_type: 10, auth_level: 5, auth_pad_length: 0, auth_context_id: 0 },
        opened: Some(Opened::Clear { verified: Verified::Right, decrypted: false }),
        stub_only,
        malleable: false,
        identity: Identity::default(),
        sizes: Sizes::default(),
    };
    let frame_set = FrameSet::of(1, None);
    let body = Body::Request { opnum: method.opnum, object: None, stub: Some(stub) };
    let event: Event<'_, CallContext> = Event {
        ptype: Some(PacketType::Request),
        context: Some(context),
        auth: Some(auth),
        ..Event::new(Side::A, Sender::Client, body, &frame_set)
    };
    match record(flow, event).event.auth.unwrap().opened {
        Some(Opened::Clear { verified, .. }) => verified,
        other => panic!("{other:?}"),
    }
}

/// Without header signing the number of the method and the length of the padding are nobody's in particular: the stub has
/// to be one of that method, to its end.
#[test]
fn stubs_that_alone_are_signed() {
    let mut name: Vec<u8> = [4_u32, 0, 4].iter().flat_map(|word| word.to_le_bytes()).collect();
    name.extend("IP1\0".encode_utf16().flat_map(u16::to_le_bytes));
    let (open, ask) = (&resource::ApiOpenResource::METHOD, &cluster::ApiGetClusterName::METHOD);
    let changed = Verified::Wrong(Doubt::Header { field: "opnum or auth_pad_length" });
    assert_eq!(verified(open, &name, true), Verified::Right);
    assert_eq!(verified(ask, &[], true), Verified::Right);
    assert_eq!(verified(ask, &name, true), changed, "a method without parameters");
    assert_eq!(verified(open, &name[..16], true), changed, "the end is taken for padding");
    assert_eq!(verified(open, &[&name[..], &[0]].concat(), true), changed, "padding is taken for the end");
    // Where the header is signed too it is the sender who got it wrong.
    assert_eq!(verified(ask, &name, false), Verified::Right);
}

/// The packets of what was placed, and of what was opened.
#[derive(Default)]
struct Noted {
    placed: Vec<u64>,
    opened: Vec<u64>,
}

impl Tap for Noted {
    fn placed(&mut self, origin: &Origin, _: Placed<'_>) {
        self.placed.push(origin.frame);
    }

    fn unsealed(&mut self, unsealed: Unsealed<'_>) {
        self.opened.push(unsealed.held.unwrap_or(unsealed.origin.frame));
    }
}

/// What the end of a capture leaves unfinished comes out with a tap as without.
#[test]
fn the_end_of_a_capture_with_a_tap() {
    let bind = bind(Guid([7; 16]));
    let opening = ipv4(A, B, 6, &tcp(5000, 49_664, 0, 0, SYN, b""));
    let answer = ipv4(B, A, 6, &tcp(49_664, 5000, 0, 1, SYN | ACK, b""));
    let first = ipv4(A, B, 6, &tcp(5000, 49_664, 1, 1, ACK, &bind));
    let second = ipv4(A, B, 6, &tcp(5000, 49_664, 1 + bind.len() as u32, 1, ACK, &begun()));
    let mut tap = Noted::default();
    let mut session = session(|_| {});
    let mut seen = Vec::new();
    for data in [&opening, &answer, &first, &second] {
        session.packet_tapped(&packet(data), &mut tap, &mut |record| seen.push(record.event.ptype));
    }
    assert_eq!(seen, [Some(PacketType::Bind)]);
    let mut reasons = Vec::new();
    session.finish_tapped(&mut tap, &mut |record| match record.event.body {
        Body::Incomplete { reason, .. } => reasons.push(reason),
        other => panic!("{other:?}"),
    });
    assert_eq!((reasons.len(), tap.placed.len(), tap.opened.len()), (1, 2, 0), "{reasons:?}");
}

#[cfg(all(feature = "pcap", feature = "serde", feature = "decrypt"))]
mod sealed {
    use super::*;
    use crate::auth::KeyStore;
    use crate::capture::{Packet, Reader};
    use crate::make::{Credentials, Format, Maker, Options};
    use crate::rpc::dg;
    use crate::session::{Session, SessionLimits};
    use std::sync::Arc;

    /// Two calls of ClusAPI 2.0, sealed.
    fn capture() -> Vec<u8> {
        let credentials = Credentials { domain: "LAB".into(), user: "anna".into(), password: "pw".into() };
        let options = Options { udp: true, seal: Some(credentials), ..Options::default() };
        let mut maker = Maker::new(Vec::new(), Format::Pcapng, options);
        let line = |direction: &str, method: &str, rest: &str| {
            format!(
                r#"{{"interface": "clusapi", "version": "2.0", "syntax": "ndr", "direction": "{direction}", "method": "{method}", {rest}}}"#
            )
        };
        let answer =
            r#""params": {"Status": 0}, "return": {"attributes": 0, "uuid": "11111111-2222-3333-4444-555555555555"}"#;
        for line in [
            line("request", "ApiOpenResource", r#""params": {"lpszResourceName": "IP1"}"#),
            line("response", "ApiOpenResource", answer),
            line("request", "ApiSetClusterName", r#""params": {"NewClusterName": "LAB2"}"#),
            line("response", "ApiSetClusterName", r#""params": {}, "return": 0"#),
        ] {
            maker.line(&line).unwrap_or_else(|e| panic!("{line}: {e}"));
        }
        maker.finish().unwrap()
    }

    /// Whether a packet (Ethernet, IPv4 and UDP headers: 42 bytes) is a sealed PDU.
    fn is_sealed(data: &[u8]) -> bool {
        let pdu = dg::Pdu::parse(&data[42..]).unwrap();
        pdu.verifier.is_some_and(|verifier| verifier.trailer.auth_level == 6)
    }

    /// A datagram that was sent again is no message, but it is opened where it stands, so that nothing of the capture stays
    /// sealed.
    #[test]
    fn datagrams_sent_again() {
        let file = capture();
        let mut reader = Reader::new(&file[..]).unwrap();
        let mut packets = Vec::new();
        while let Some(packet) = reader.next().unwrap() {
            packets.push((packet.frame, packet.link, packet.data.to_vec()));
        }
        let sealed: Vec<u64> =
            packets.iter().filter(|(_, _, data)| is_sealed(data)).map(|(frame, ..)| *frame).collect();
        assert_eq!(sealed.len(), 4);
        let mut keys = KeyStore::new();
        keys.add_keys_file(b"password LAB\\anna pw").unwrap();
        let mut session = Session::new(SessionLimits::default(), Arc::new(keys));
        let mut pass = |cut: usize, after: u64| {
            let (mut tap, mut messages) = (Noted::default(), 0);
            for (frame, link, data) in &packets {
                let shown = Packet {
                    frame: frame + after,
                    time: None,
                    link: *link,
                    data: &data[..data.len() - cut],
                    original_len: data.len(),
                    comments: Vec::new(),
                };
                session.packet_tapped(&shown, &mut tap, &mut |record| {
                    messages += usize::from(matches!(record.event.body, Body::Request { .. } | Body::Response { .. }));
                });
            }
            let opened: Vec<u64> = tap.opened.iter().map(|frame| frame - after).collect();
            (opened, messages)
        };
        let (opened, messages) = pass(0, 0);
        // Beside the four the callback of the handshake and its answer.
        assert_eq!((&opened, messages), (&sealed, 6));
        assert_eq!(pass(0, 100), (sealed, 0));
        // Of one that the capture cut, what was signed is not all there.
        assert_eq!(pass(1, 200), (vec![], 0));
    }
}
