//! Sessions that other people's security code made (`tests/data/sealed`): all of it is verified, and nothing that is changed.

use crate::data;
use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::{Packet, Reader};
use cluscope::internals::conformance::Checker;
use cluscope::internals::rpc::event::Body;
use cluscope::internals::rpc::security::{Doubt, Opened, Verified};
use cluscope::internals::session::{Record, Session, SessionLimits};
use cluscope_testkit::flips::{Numbers, Where, flip};
use std::collections::BTreeMap;
use std::sync::Arc;

fn keys(open: &str) -> Arc<KeyStore> {
    let mut keys = KeyStore::new();
    let path = data::file(&format!("tests/data/sealed/{open}"));
    match open.rsplit_once('.') {
        Some((_, "keytab")) => keys.load_keytab(&path).unwrap(),
        Some((_, "ccache")) => keys.load_ccache(&path).unwrap(),
        _ => keys.add_keys_file(open.as_bytes()).unwrap(),
    };
    Arc::new(keys)
}

fn packets(name: &str) -> (Vec<u8>, Vec<Vec<u8>>) {
    let file = std::fs::read(data::file(&format!("tests/data/sealed/{name}.pcapng"))).unwrap();
    let mut reader = Reader::new(&file[..]).unwrap();
    let mut packets = Vec::new();
    while let Ok(Some(packet)) = reader.next() {
        packets.push(packet.data.to_vec());
    }
    (file, packets)
}

fn read(file: &[u8], packets: &[Vec<u8>], keys: &Arc<KeyStore>, each: &mut dyn FnMut(&Record<'_>)) {
    let mut reader = Reader::new(file).unwrap();
    let mut session = Session::new(SessionLimits::default(), Arc::clone(keys));
    let mut each = |record: Record<'_>| each(&record);
    let mut index = 0;
    while let (Some(data), Ok(Some(packet))) = (packets.get(index), reader.next()) {
        session.packet(&Packet { data, ..packet }, &mut each);
        index += 1;
    }
    session.finish(&mut each);
}

/// What came of the protection of each request, response and fault.
fn opened(file: &[u8], packets: &[Vec<u8>], keys: &Arc<KeyStore>) -> Vec<Option<Opened>> {
    let mut all = Vec::new();
    read(file, packets, keys, &mut |record| {
        let message = matches!(record.event.body, Body::Request { .. } | Body::Response { .. } | Body::Fault { .. });
        // The callbacks of connectionless security are the handshake.
        if message && record.event.token.is_none() {
            all.push(record.event.auth.as_ref().and_then(|auth| auth.opened.clone()));
        }
    });
    all
}

fn verified(opened: &[Option<Opened>]) -> usize {
    let right = |o: &&Option<Opened>| matches!(o, Some(Opened::Clear { verified: Verified::Right, .. }));
    opened.iter().filter(right).count()
}

const PASSWORD: &str = "password QUAY\\harbour.m L0w-T1de!Kran";

#[test]
fn everything_is_verified() {
    let cases = [
        ("u-a256-krb5-seal", "u-a256-krb5-seal.client.ccache", 238),
        // The server's ticket-granting ticket opens user-to-user sessions too.
        ("u-a256-krb5-seal", "u-a256-krb5-seal.server.ccache", 238),
        ("k-a256s2-spnego-seal", "service-a256s2.keytab", 238),
        ("k-rc4-samba-spnego-seal", "service-rc4.keytab", 340),
        ("n-v2-impacket-seal", PASSWORD, 238),
        // Whatever the form of the name.
        ("n-v2-impacket-seal", "password harbour.m@QUAY L0w-T1de!Kran", 238),
        ("n-v2-impacket-seal", "password somebody L0w-T1de!Kran", 238),
        // The first request of an activity comes before its handshake.
        ("d-v2udp-ntlmv2-sign", PASSWORD, 252),
        ("k-a128s2-samba-krb5-seal", "service-a128s2.keytab", 340),
        ("n-v1-seal", PASSWORD, 340),
        // One message is missing, with the packet that carried it.
        ("n-v1-seal-lost", PASSWORD, 339),
    ];
    for (name, open, count) in cases {
        let (file, packets) = packets(name);
        let opened = opened(&file, &packets, &keys(open));
        let wrong: Vec<_> =
            opened.iter().filter(|o| !matches!(o, Some(Opened::Clear { verified: Verified::Right, .. }))).collect();
        assert_eq!((verified(&opened), wrong.len()), (count, 0), "{name} with {open}: {wrong:?}");
    }
}

/// The captures, and what opens each.
const ALL: [(&str, &str); 8] = [
    ("u-a256-krb5-seal", "u-a256-krb5-seal.client.ccache"),
    ("k-a128s2-samba-krb5-seal", "service-a128s2.keytab"),
    ("k-a256s2-spnego-seal", "service-a256s2.keytab"),
    ("k-rc4-samba-spnego-seal", "service-rc4.keytab"),
    ("n-v2-impacket-seal", PASSWORD),
    ("n-v1-seal", PASSWORD),
    ("n-v1-seal-lost", PASSWORD),
    ("d-v2udp-ntlmv2-sign", PASSWORD),
];

/// Reads the first packets of a capture with one bit flipped in each protected PDU, `rounds` times at each kind of place; how many flips there
/// were. None may be in a message that is verified, but where the signature covers the stub alone
/// (`stub_only`): what method a request is of, and which number its call has, nobody can tell there, and nobody is told.
fn flips(name: &str, open: &str, most: usize, rounds: usize, numbers: &mut Numbers) -> usize {
    let (file, mut packets) = packets(name);
    packets.truncate(most);
    let keys = keys(open);
    let frames = frames(&file);
    let mut flips = 0;
    for place in Where::ALL {
        for _ in 0..rounds {
            let mut changed = packets.clone();
            let touched = flip(&mut changed, place, 1, numbers);
            flips += touched.len();
            let touched: BTreeMap<u64, &str> = touched.iter().map(|flip| (frames[flip.packet], flip.field)).collect();
            read(&file, &changed, &keys, &mut |record| {
                let event = &record.event;
                let Some(auth) = &event.auth else { return };
                let right = matches!(auth.opened, Some(Opened::Clear { verified: Verified::Right, .. }));
                let hit = event.frames().iter().find_map(|frame| touched.get(frame));
                if let (true, Some(field)) = (right, hit) {
                    let untold = auth.stub_only && ["opnum, cancel_count", "call_id"].contains(field);
                    assert!(untold, "{name} {place:?}: frame {:?} with a flip in {field} is verified", event.frames());
                }
            });
        }
    }
    flips
}

fn frames(file: &[u8]) -> Vec<u64> {
    let mut reader = Reader::new(file).unwrap();
    let mut frames = Vec::new();
    while let Ok(Some(packet)) = reader.next() {
        frames.push(packet.frame);
    }
    frames
}

/// With `CLUSCOPE_FLIPS=N` of all packets, N rounds: ten are a hundred thousand flips.
#[test]
fn no_flipped_bit_is_verified() {
    let rounds = std::env::var("CLUSCOPE_FLIPS").ok().map(|rounds| rounds.parse().expect("a number"));
    let mut numbers = Numbers(7);
    let most = if rounds.is_some() { usize::MAX } else { 60 };
    let flips: usize = ALL.iter().map(|(name, open)| flips(name, open, most, rounds.unwrap_or(1), &mut numbers)).sum();
    println!("{flips} flips");
    assert!(flips > 1000 * rounds.unwrap_or(1), "{flips}");
}

/// Every packet of a capture once more from another port of the client's, with everything in it as it was: a session that
/// was recorded and is played again. The first is verified, the second is told, once by `check`.
#[test]
fn a_session_played_again_is_told() {
    for (name, open, count) in [
        ("u-a256-krb5-seal", "u-a256-krb5-seal.client.ccache", 238),
        ("k-rc4-samba-spnego-seal", "service-rc4.keytab", 340),
        ("n-v2-impacket-seal", PASSWORD, 238),
        ("n-v1-seal-lost", PASSWORD, 339),
    ] {
        let (file, genuine) = packets(name);
        let server = server_port(&genuine);
        let again: Vec<Vec<u8>> = genuine.iter().map(|packet| from_another_port(packet, server)).collect();
        let (mut checker, mut rules, mut states) = (Checker::default(), Vec::new(), Vec::new());
        let mut session = Session::new(SessionLimits::default(), keys(open));
        let mut each = |record: Record<'_>| {
            let message =
                matches!(record.event.body, Body::Request { .. } | Body::Response { .. } | Body::Fault { .. });
            if message {
                states.push(record.event.auth.as_ref().and_then(|auth| auth.opened.clone()));
            }
            checker.record(&record, &mut |finding| {
                if finding.rule.area == "security" {
                    rules.push(finding.rule.name);
                }
            });
        };
        for round in [&genuine, &again] {
            let mut reader = Reader::new(&file[..]).unwrap();
            let mut data = round.iter();
            while let Ok(Some(packet)) = reader.next() {
                session.packet(&Packet { data: data.next().unwrap(), ..packet }, &mut each);
            }
        }
        session.finish(&mut each);
        assert_eq!(verified(&states), count, "{name}");
        let doubt = Some(Doubt::SessionRepeated);
        let told = states.iter().flatten().filter(|opened| opened.doubt() == doubt).count();
        assert_eq!(told, count, "{name}");
        rules.dedup();
        assert!(!rules.is_empty() && rules.iter().all(|rule| *rule == "session-repeated"), "{name}: {rules:?}");
    }
}

/// Where a packet's two ports stand: Ethernet and IPv4 without options, or with.
fn ports(packet: &[u8]) -> Option<usize> {
    let ip = (packet.get(12..14) == Some(&[8, 0])).then_some(14)?;
    (packet.get(ip + 9) == Some(&6)).then(|| ip + usize::from(packet[ip] & 15) * 4)
}

/// The port that the first SYN goes to.
fn server_port(packets: &[Vec<u8>]) -> [u8; 2] {
    let syn = packets.iter().find(|p| ports(p).is_some_and(|at| p[at + 13] & 0x12 == 2)).expect("a SYN");
    let at = ports(syn).unwrap();
    [syn[at + 2], syn[at + 3]]
}

fn from_another_port(packet: &[u8], server: [u8; 2]) -> Vec<u8> {
    let mut packet = packet.to_vec();
    let at = ports(&packet).expect("TCP over IPv4");
    let client = if packet[at..at + 2] == server { at + 2 } else { at };
    packet[client] ^= 0x40;
    // 0x40 more or less of 16 bits in ones' complement.
    let sum = u16::from_be_bytes([packet[at + 16], packet[at + 17]]);
    let delta: u16 = if packet[client] & 0x40 == 0 { 0x4000 } else { !0x4000 };
    let (sum, carry) = sum.overflowing_add(delta);
    packet[at + 16..at + 18].copy_from_slice(&sum.wrapping_add(u16::from(carry)).to_be_bytes());
    packet
}

/// A changed PDU costs itself alone.
#[test]
fn the_others_stay_verified() {
    let mut numbers = Numbers(11);
    for (name, open) in [("u-a256-krb5-seal", "u-a256-krb5-seal.client.ccache"), ("n-v2-impacket-seal", PASSWORD)] {
        let (file, packets) = packets(name);
        let all = verified(&opened(&file, &packets, &keys(open)));
        for place in [Where::Level, Where::Trailer, Where::Signature] {
            let mut changed = packets.clone();
            let touched = flip(&mut changed, place, 8, &mut numbers).len();
            let opened = opened(&file, &changed, &keys(open));
            // Messages of several fragments share the loss.
            assert!(verified(&opened) + touched >= all, "{name} {place:?}: {} of {all}, {touched}", verified(&opened));
        }
    }
}

/// A packet that is captured again later, with another TCP sequence number, is told as repeated; one that is taken out of
/// the stream without leaving a hole as missing. `check` has one finding each, with its frame.
#[test]
fn what_a_forger_does_is_told() {
    let open = keys("u-a256-krb5-seal.client.ccache");
    let (file, original) = packets("u-a256-krb5-seal");
    let find = |packets: &[Vec<u8>]| {
        let (mut checker, mut found) = (Checker::default(), Vec::new());
        read(&file, packets, &open, &mut |record| {
            checker.record(record, &mut |finding| {
                if finding.rule.area == "security" {
                    found.push((finding.rule.name, finding.frame));
                }
            });
        });
        found
    };
    assert_eq!(find(&original), []);
    let mut numbers = Numbers(3);
    let mut changed = original.clone();
    let touched = flip(&mut changed, Where::Signature, 100, &mut numbers);
    let found = find(&changed);
    assert_eq!(found.len(), touched.len(), "{found:?}");
    assert!(found.iter().all(|(rule, frame)| *rule == "signature-wrong" && *frame > 0), "{found:?}");
    let doubts = opened(&file, &changed, &open).into_iter().flatten().filter_map(|o| o.doubt()).collect::<Vec<_>>();
    assert!(doubts.iter().all(|doubt| *doubt == Doubt::Signature));
}
