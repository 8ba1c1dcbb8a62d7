//! What a forger can make this work for is paid for by the bytes sent: steps are counted (feature `work-counter`), not
//! timed.

use std::sync::Arc;
use std::vec::Vec;

use super::budget::Budget;
use super::kerberos::test_peer::Peers as KerberosPeers;
use super::ntlm::Flags;
use super::ntlm::test_peer::{Peers, Reply, authenticate, challenge, negotiate, wide};
use super::{Association, KeyStore};
use crate::base::work;
use crate::rpc::security::{AuthTrailer, Opened, Security as _, Sender, Token};

const FLAGS: Flags = Flags::NEGOTIATE_UNICODE
    .union(Flags::NEGOTIATE_SIGN)
    .union(Flags::NEGOTIATE_SEAL)
    .union(Flags::NEGOTIATE_NTLM)
    .union(Flags::NEGOTIATE_KEY_EXCH)
    .union(Flags::NEGOTIATE_128);
const KEY: [u8; 16] = *b"0123456789abcdef";

fn trailer(auth_type: u8) -> AuthTrailer {
    AuthTrailer { auth_type, auth_level: 6, auth_pad_length: 0, auth_context_id: 1 }
}

fn feed(association: &mut Association, auth_type: u8, sender: Sender, token: &[u8]) {
    let trailer = trailer(auth_type);
    association.token(&Token { sender, ptype: 11, trailer, token, header_signing: true, pdu: token });
}

/// Runs an attack that sends so many bytes: steps for each of them, what the keys' owner pays for left out.
fn attack(name: &str, keys: usize, run: impl FnOnce() -> usize) {
    work::taken();
    let began = std::time::Instant::now();
    let bytes = run() as u64;
    let steps = work::taken();
    // For docs/limits.md alone: no test looks at the clock.
    let nanos = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX) / bytes.max(1);
    let given = Budget::START + keys as u64 * Budget::A_KEY;
    let rate = steps.saturating_sub(2 * given) / bytes.max(1);
    println!("{name:44} {bytes:8} bytes {steps:10} steps {rate:5} for each byte, {nanos:5} ns");
    // A budget of 48 units, each of up to four positions of a key stream, and a few checks of each PDU.
    assert!(rate < 250, "{name}: {steps} steps for {bytes} bytes");
}

fn session_of(flags: Flags) -> (Association, Peers) {
    let mut keys = KeyStore::new();
    keys.add_keys_file(b"password LAB\\clusadm pw").unwrap();
    let mut association = Association::new(Arc::new(keys));
    let hash = super::ntlm::crypto::ntowf_v1("pw");
    let key = super::ntlm::crypto::ntowf_v2(&hash, &units("CLUSADM"), &units("LAB"));
    let blob = [&[1u8, 1][..], &[0; 30]].concat();
    let proof = super::ntlm::crypto::hmac_md5(&key[..], &[&super::ntlm::test_peer::SERVER_CHALLENGE, &blob]);
    let base = super::ntlm::crypto::hmac_md5(&key[..], &[&proof]);
    let mut session_key = KEY;
    super::ntlm::crypto::rc4k(&base, &mut session_key);
    let nt = [&proof[..], &blob].concat();
    let reply = Reply { flags, domain: "LAB", user: "clusadm", lm: &[0; 24], nt: &nt, session_key: &session_key };
    feed(&mut association, 10, Sender::Client, &negotiate(flags));
    feed(&mut association, 10, Sender::Server, &challenge(flags));
    feed(&mut association, 10, Sender::Client, &authenticate(&reply, None));
    (association, Peers::new(flags, KEY, false))
}

fn units(text: &str) -> Vec<u16> {
    super::text::units(&wide(text))
}

/// PDUs whose place in the key stream can't be found, each after a gap.
#[test]
fn lost_places_in_key_streams() {
    for (name, flags) in [
        ("gaps, extended session security", FLAGS | Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY),
        ("gaps, one key stream", FLAGS),
    ] {
        let (mut association, mut peers) = session_of(flags);
        let first = peers.send(Sender::Client, 6, b"the first one opens");
        let _ = association.open(&first.protected(), &mut Vec::new());
        attack(name, 1, || {
            let mut bytes = 0;
            for number in 0..400_u32 {
                association.gap(Sender::Client, Some(900_000));
                let mut pdu = peers.send(Sender::Client, 6, b"a body that nobody sealed like this");
                let at = pdu.bytes.len();
                pdu.bytes[at - 4..].copy_from_slice(&(number + 3).to_le_bytes());
                pdu.bytes[at - 12] ^= 0x55;
                let _ = association.open(&pdu.protected(), &mut Vec::new());
                bytes += pdu.bytes.len();
            }
            bytes
        });
    }
}

/// PDUs that open nowhere while a large part of the one key stream was passed over, in which each could have its place.
#[test]
fn places_in_what_was_passed_over() {
    let (mut association, mut peers) = session_of(FLAGS);
    for sender in [Sender::Client, Sender::Server] {
        let first = peers.send(sender, 6, b"the first one opens");
        assert!(association.open(&first.protected(), &mut Vec::new()).doubt().is_none());
    }
    // So much is lost, as far as what a search may cost at first reaches, then a message comes: what lies between is kept.
    let lost = peers.send(Sender::Client, 6, &std::vec![0; 400_000]);
    association.gap(Sender::Client, Some(lost.bytes.len() as u64));
    let after = peers.send(Sender::Client, 6, b"after the hole");
    let opened = association.open(&after.protected(), &mut Vec::new());
    assert!(matches!(opened, Opened::Clear { decrypted: true, .. }), "{opened:?}");
    attack("PDUs beside a hole of the one key stream", 1, || {
        let mut bytes = 0;
        for number in 0..400_u32 {
            let mut pdu = peers.send(Sender::Server, 6, b"a body that nobody sealed like this");
            let at = pdu.bytes.len();
            pdu.bytes[at - 4..].copy_from_slice(&(number + 3).to_le_bytes());
            pdu.bytes[at - 12] ^= 0x55;
            let _ = association.open(&pdu.protected(), &mut Vec::new());
            bytes += pdu.bytes.len();
        }
        bytes
    });
}

/// Handshakes of users that nobody has a key of, with many keys at hand.
#[test]
fn many_keys_and_many_handshakes() {
    let mut keys = KeyStore::new();
    for number in 0..2000 {
        keys.add_nt_hash(&format!("LAB\\user{number}"), [3; 16]).unwrap();
        keys.add_service_key(&format!("host/n{number}@LAB.TEST"), 18, 1, &[4; 32]).unwrap();
    }
    let keys = Arc::new(keys);
    let flags = FLAGS | Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY;
    attack("AUTHENTICATE messages, 2000 keys", 4000, || {
        let mut bytes = 0;
        for _ in 0..400 {
            let mut association = Association::new(Arc::clone(&keys));
            let reply = Reply { flags, domain: "LAB", user: "x", lm: &[0; 24], nt: &[7; 120], session_key: &[1; 16] };
            for (sender, token) in [
                (Sender::Client, negotiate(flags)),
                (Sender::Server, challenge(flags)),
                (Sender::Client, authenticate(&reply, None)),
            ] {
                bytes += token.len();
                feed(&mut association, 10, sender, &token);
            }
        }
        bytes
    });
    attack("AP-REQs, 2000 keys", 4000, || {
        let request = KerberosPeers::new(18).ap_req(3);
        for _ in 0..400 {
            feed(&mut Association::new(Arc::clone(&keys)), 16, Sender::Client, &request);
        }
        400 * request.len()
    });
    assert!(keys.counters().searches_cut > 0);
}

/// Tickets of many realms: each asks for another key to be made of the password.
#[test]
fn keys_made_of_passwords() {
    let mut keys = KeyStore::new();
    keys.add_password("LAB\\svc", "pw").unwrap();
    let keys = Arc::new(keys);
    work::taken();
    let request = KerberosPeers::new(18).ap_req(3);
    let realm = request.windows(8).position(|w| w == b"LAB.TEST").unwrap();
    for number in 0..60_u8 {
        let mut request = request.clone();
        request[realm + 7] = b'A' + number % 60;
        feed(&mut Association::new(Arc::clone(&keys)), 16, Sender::Client, &request);
    }
    let counters = keys.counters();
    println!("{} steps, {counters:?}", work::taken());
    // Eight at first, 16 for the password; 60 tickets of 500 bytes pay for one more at most.
    assert!((34..=36).contains(&counters.derived_keys_evicted), "{counters:?}");
}

/// Tickets of many realms until the bytes pay for keys: of the type that takes longest to make.
#[test]
fn slow_keys_made_of_passwords() {
    for etype in [18, 20] {
        let mut keys = KeyStore::new();
        keys.add_password("LAB\\svc", "pw").unwrap();
        let keys = Arc::new(keys);
        let request = KerberosPeers::new(etype).ap_req(3);
        let realm = request.windows(8).position(|w| w == b"LAB.TEST").unwrap();
        let flood = |from: u32, count: u32| {
            for number in from..from + count {
                let mut request = request.clone();
                let name = (0..4).map(|place| b'A' + u8::try_from(number / 26_u32.pow(place) % 26).unwrap());
                request[realm + 4..realm + 8].copy_from_slice(&name.collect::<Vec<u8>>());
                feed(&mut Association::new(Arc::clone(&keys)), 16, Sender::Client, &request);
            }
            request.len() * count as usize
        };
        // What the password pays for is used up first.
        flood(0, 40);
        attack(if etype == 18 { "AP-REQs of many realms" } else { "AP-REQs of many realms, SHA-384" }, 0, || {
            flood(100, 400)
        });
        assert!(keys.counters().derived_keys_evicted > 300);
    }
}

/// Handshakes that are begun again and again, on one association that is established.
#[test]
fn handshakes_begun_again() {
    let flags = FLAGS | Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY;
    let (mut association, mut peers) = session_of(flags);
    let first = peers.send(Sender::Client, 6, b"before");
    let opened = association.open(&first.protected(), &mut Vec::new());
    assert!(opened.doubt().is_none(), "{opened:?}");
    attack("NEGOTIATEs under an established context", 1, || {
        let token = negotiate(flags);
        (0..4000).for_each(|_| feed(&mut association, 10, Sender::Client, &token));
        4000 * token.len()
    });
    attack("whole handshakes under an established context", 1, || {
        let reply = Reply { flags, domain: "LAB", user: "x", lm: &[0; 24], nt: &[7; 120], session_key: &[1; 16] };
        let tokens = [
            (Sender::Client, negotiate(flags)),
            (Sender::Server, challenge(flags)),
            (Sender::Client, authenticate(&reply, None)),
        ];
        for _ in 0..1000 {
            tokens.iter().for_each(|(sender, token)| feed(&mut association, 10, *sender, token));
        }
        1000 * tokens.iter().map(|(_, token)| token.len()).sum::<usize>()
    });
    attack("PDUs that open nowhere, beside those", 1, || {
        let mut bytes = 0;
        for _ in 0..2000 {
            let mut pdu = peers.send(Sender::Client, 6, b"changed on its way");
            let at = pdu.bytes.len();
            pdu.bytes[at - 12] ^= 0x55;
            let _ = association.open(&pdu.protected(), &mut Vec::new());
            bytes += pdu.bytes.len();
        }
        bytes
    });
    attack("alter_contexts, each with a context of its own", 1, || {
        let token = negotiate(flags);
        for id in 2..4000 {
            let trailer = AuthTrailer { auth_context_id: id, ..trailer(10) };
            let (sender, ptype) = (Sender::Client, 14);
            association.token(&Token { sender, ptype, trailer, token: &token, header_signing: true, pdu: &token });
        }
        4000 * token.len()
    });
}

/// An established context outlives a flood of others.
#[test]
fn a_flood_of_contexts() {
    let flags = FLAGS | Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY;
    let (mut association, mut peers) = session_of(flags);
    let first = peers.send(Sender::Client, 6, b"before");
    let opened = association.open(&first.protected(), &mut Vec::new());
    assert!(opened.doubt().is_none(), "{opened:?}");
    for id in 2..200 {
        let trailer = AuthTrailer { auth_context_id: id, ..trailer(10) };
        let token = negotiate(flags);
        let (sender, ptype) = (Sender::Client, 14);
        association.token(&Token { sender, ptype, trailer, token: &token, header_signing: true, pdu: &token });
        // And once more under the number that is in use.
        feed(&mut association, 10, Sender::Client, &token);
    }
    assert!(association.counters().contexts_evicted > 100);
    let after = peers.send(Sender::Client, 6, b"after");
    let mut out = Vec::new();
    let opened = association.open(&after.protected(), &mut out);
    assert!(opened.doubt().is_none() && out == b"after", "{opened:?}");
}
