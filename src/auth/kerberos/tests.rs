//! Contexts of every encryption type against peers written from the RFCs, and what is missing or bent.

use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use super::etype::{Etype, string_to_key};
use super::test_peer::{Peers, TRAILER, some_key};
use crate::auth::ntlm::test_peer::Pdu;
use crate::auth::test_der::{KRB5, MS_KRB5, NTLM, gss, neg_token_init, neg_token_resp};
use crate::auth::{Association, KeyStore, Run, SecurityLimits};
use crate::rpc::security::{AuthTrailer, Doubt, Opened, Security as _, Sender, Token, Verified};

const SERVICE: &str = "cifs/node1.lab.test@LAB.TEST";

fn feed(association: &mut Association, trailer: AuthTrailer, sender: Sender, token: &[u8]) {
    // The lowest level that protects: better protected PDUs are as good.
    let trailer = AuthTrailer { auth_level: 4, ..trailer };
    association.token(&Token { sender, ptype: 11, trailer, token, header_signing: true, pdu: &[] });
}

fn association(fill: impl FnOnce(&mut KeyStore)) -> Association {
    let mut keys = KeyStore::new();
    fill(&mut keys);
    Association::new(Arc::new(keys))
}

fn with_service(peers: &Peers) -> Association {
    association(|keys| keys.add_service_key(SERVICE, peers.service.etype.number(), 3, &peers.service.key).unwrap())
}

fn handshake(association: &mut Association, peers: &Peers) {
    feed(association, TRAILER, Sender::Client, &gss(KRB5, &[&[1, 0][..], &peers.ap_req(3)].concat()));
    feed(association, TRAILER, Sender::Server, &peers.ap_rep());
    feed(association, TRAILER, Sender::Client, &peers.ap_rep());
}

fn open(association: &mut Association, pdu: &Pdu) -> (Opened, Vec<u8>) {
    let mut out = Vec::new();
    let opened = association.open(&pdu.protected(), &mut out);
    (opened, out)
}

fn opens(association: &mut Association, pdu: &Pdu) {
    let (opened, out) = open(association, pdu);
    let decrypted = pdu.trailer.auth_level == 6;
    assert_eq!(opened, Opened::Clear { verified: Verified::Right, decrypted });
    assert_eq!(out, if decrypted { pdu.plain.clone() } else { Vec::new() });
}

fn sealed(association: &mut Association, pdu: &Pdu) -> String {
    match open(association, pdu) {
        (Opened::Sealed { reason, .. }, out) if out.is_empty() => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_encryption_type() {
    for etype in [17, 18, 19, 20, 23] {
        for (case, whole) in [(0, true), (1, false), (2, true), (3, false), (4, true)] {
            let mut peers = Peers::new(etype);
            peers.whole = whole;
            match case {
                1 => peers.acceptor = None,
                2 => (peers.acceptor, peers.initiator) = (None, None),
                3 => peers.initiator = None,
                _ => peers.dce_style = case != 4,
            }
            let mut association = with_service(&peers);
            handshake(&mut association, &peers);
            let identity = association.identity(&TRAILER);
            assert_eq!((identity.mechanism.as_str(), identity.user.as_deref()), ("krb5", Some("clusadm@LAB.TEST")));
            for (index, level) in [6, 5, 6, 6, 4].into_iter().enumerate() {
                for sender in [Sender::Client, Sender::Server] {
                    let plain: Vec<u8> = (0..=255).cycle().take(index * 21).collect();
                    let pdu = peers.send(sender, level, &plain);
                    opens(&mut association, &pdu);
                    // Each token stands for itself, but it counts.
                    let again = open(&mut association, &pdu).0;
                    assert!(matches!(again.doubt(), Some(Doubt::Repeated { .. })), "{again:?}");
                    for from_end in [1, 10, 20] {
                        let mut bent = peers.send(sender, level, b"sixteen bytes at");
                        let at = bent.bytes.len() - from_end;
                        bent.bytes[at] ^= 0x10;
                        match open(&mut association, &bent) {
                            (Opened::Failed { .. }, out) if level == 6 => assert!(out.is_empty()),
                            (Opened::Clear { verified: Verified::Wrong(Doubt::Signature), .. }, _) if level < 6 => {}
                            other => panic!("{other:?}"),
                        }
                    }
                    // They cost themselves alone.
                    let next = peers.send(sender, level, b"sixteen bytes at");
                    opens(&mut association, &next);
                }
            }
        }
    }
}

/// Bits that no checksum covers are held against what the session's tokens have there.
#[test]
fn no_changed_bit_of_a_pdu_is_verified() {
    for etype in [17, 18, 19, 20, 23] {
        for (level, dce_style, length) in [(6, true, 16), (6, true, 4), (6, false, 32), (5, true, 16), (5, false, 4)] {
            let mut peers = Peers::new(etype);
            peers.dce_style = dce_style;
            let first = peers.send(Sender::Client, level, b"the first");
            let begin = |peers: &Peers| {
                let mut association = with_service(peers);
                handshake(&mut association, peers);
                opens(&mut association, &first);
                association
            };
            let mut pdu = peers.send(Sender::Client, level, &std::vec![7; length]);
            let mut association = begin(&peers);
            for bit in 0..pdu.bytes.len() * 8 {
                pdu.bytes[bit / 8] ^= 1 << (bit % 8);
                let (opened, _) = open(&mut association, &pdu);
                let right = matches!(opened, Opened::Clear { verified: Verified::Right, .. });
                assert!(!right, "etype {etype}, level {level}, byte {} of {}", bit / 8, pdu.bytes.len());
                pdu.bytes[bit / 8] ^= 1 << (bit % 8);
                // The checksum of RFC 4757 doesn't cover the number.
                if opened.doubt() != Some(Doubt::Signature) {
                    association = begin(&peers);
                }
            }
        }
    }
}

/// RFC 4121 4.2.2 and 4.2.6.1: a token says which side sent it, and has five octets of ff, whatever its checksum says.
#[test]
fn headers_of_mic_tokens() {
    for (at, by, right) in [(0, 0, true), (2, 1, false), (3, 0xff, false), (5, 1, false), (7, 0x80, false)] {
        for (sender, usage) in [(Sender::Client, 25), (Sender::Server, 23)] {
            let mut peers = Peers::new(18);
            let mut association = with_service(&peers);
            handshake(&mut association, &peers);
            let mut pdu = peers.send(sender, 5, b"plain to see");
            let token = pdu.body.end + 8;
            pdu.bytes[token + at] ^= by;
            let code = peers.key().checksum(usage, &[&pdu.covered(true), &pdu.bytes[token..token + 16]]);
            pdu.bytes[token + 16..].copy_from_slice(&code);
            let (opened, _) = open(&mut association, &pdu);
            match opened {
                Opened::Clear { verified: Verified::Right, .. } => assert!(right, "octet {at} changed by {by:#x}"),
                other => assert!(!right && other.doubt().is_some(), "octet {at} changed by {by:#x}: {other:?}"),
            }
        }
    }
}

/// A session that was recorded and is played again on another connection is told as that, PDU by PDU.
#[test]
fn a_session_played_again() {
    for etype in [18, 23] {
        let mut peers = Peers::new(etype);
        let mut keys = KeyStore::new();
        keys.add_service_key(SERVICE, etype, 3, &peers.service.key).unwrap();
        let run = Arc::new(Run::new(Arc::new(keys), SecurityLimits::default()));
        let [mut genuine, mut replayed, mut other] =
            [(); 3].map(|()| Association::of_run(Arc::clone(&run), SecurityLimits::default()));
        let pdus = [6, 5].map(|level| peers.send(Sender::Client, level, b"once"));
        handshake(&mut genuine, &peers);
        pdus.iter().for_each(|pdu| opens(&mut genuine, pdu));
        handshake(&mut replayed, &peers);
        for pdu in &pdus {
            assert_eq!(open(&mut replayed, pdu).0.doubt(), Some(Doubt::SessionRepeated));
        }
        // The genuine one goes on, and another session with the same ticket is one of its own.
        opens(&mut genuine, &peers.send(Sender::Client, 6, b"goes on"));
        let mut fresh = Peers::new(etype);
        (fresh.initiator, fresh.acceptor) = (Some(some_key(etype, 76)), Some(some_key(etype, 77)));
        handshake(&mut other, &fresh);
        opens(&mut other, &fresh.send(Sender::Client, 6, b"another"));
    }
}

#[test]
fn subkeys_of_another_type_than_the_ticket() {
    let mut peers = Peers::new(23);
    (peers.initiator, peers.acceptor) = (Some(some_key(18, 8)), Some(some_key(18, 9)));
    let mut association = with_service(&peers);
    handshake(&mut association, &peers);
    let pdu = peers.send(Sender::Client, 6, b"AES although the ticket is RC4");
    opens(&mut association, &pdu);
}

#[test]
fn every_kind_of_secret() {
    let text = |key: &super::etype::EncryptionKey| hex::encode(&key.key[..]);
    let session = |peers: &Peers| format!("session-key {}", text(&peers.session));
    for etype in [17, 18, 19, 20, 23] {
        let mut peers = Peers::new(etype);
        let kind = Etype::from_number(etype).unwrap();
        let iterations = super::etype::default_iterations(kind);
        let mut stores: Vec<(Peers, KeyStore)> = Vec::new();
        let mut store = KeyStore::new();
        store.add_keys_file(session(&peers).as_bytes()).unwrap();
        stores.push((Peers::new(etype), store));
        for (name, salt, explicit) in [
            ("CIFS/node1.lab.test", "LAB.TESTcifsnode1.lab.test", false),
            ("cifs/node1.lab.test@LAB.TEST", "LAB.TESTcifsnode1.lab.test", false),
            ("LAB\\svc_cluster", "LAB.TESTsvc_cluster", false),
            ("LAB\\NODE1$", "LAB.TESThostnode1.lab.test", false),
            ("anything", "a salt of its own", true),
        ] {
            // Slow on purpose, and slower with SHA-2: one name does there.
            if matches!(etype, 17 | 19 | 20) && !name.ends_with('$') {
                continue;
            }
            let mut store = KeyStore::new();
            if explicit {
                store.add_salted_password(name, "pw", salt).unwrap();
            } else {
                store.add_keys_file(format!("password {name} pw").as_bytes()).unwrap();
            }
            let mut peers = Peers::new(etype);
            peers.service.key = string_to_key(kind, "pw", salt.as_bytes(), iterations);
            stores.push((peers, store));
        }
        // Under another principal of the same account, and another kvno.
        let mut store = KeyStore::new();
        store.add_service_key("host/other@LAB.TEST", etype, 9, &peers.service.key).unwrap();
        stores.push((Peers::new(etype), store));
        if etype == 23 {
            let mut store = KeyStore::new();
            store.add_keys_file(format!("nthash LAB\\node1$ {}", text(&peers.service)).as_bytes()).unwrap();
            stores.push((Peers::new(etype), store));
        }
        let pdu = peers.send(Sender::Server, 6, b"the same for all of them");
        for (index, (peers, store)) in stores.into_iter().enumerate() {
            let mut association = Association::new(Arc::new(store));
            handshake(&mut association, &peers);
            let (opened, out) = open(&mut association, &pdu);
            assert_eq!(opened, Opened::Clear { verified: Verified::Right, decrypted: true }, "{etype} {index}");
            assert_eq!(out, pdu.plain);
        }
    }
}

#[test]
fn says_what_is_missing() {
    let mut peers = Peers::new(18);
    let pdu = peers.send(Sender::Client, 6, b"sealed");
    let signed = peers.send(Sender::Client, 5, b"signed");

    let mut none = association(|_| {});
    assert_eq!(sealed(&mut none, &pdu), "handshake not captured");
    handshake(&mut none, &peers);
    assert_eq!(
        sealed(&mut none, &pdu),
        "ticket for cifs/node1.lab.test@LAB.TEST (aes256-cts-hmac-sha1-96, kvno 3): no key of a service"
    );
    assert_eq!(open(&mut none, &signed).0, Opened::Clear { verified: Verified::Unchecked, decrypted: false });

    // Wrong kvno, and its key is another one.
    let mut old = association(|keys| {
        keys.add_service_key(SERVICE, 18, 1, &[1; 32]).unwrap();
        keys.add_service_key(SERVICE, 17, 2, &[1; 16]).unwrap();
    });
    handshake(&mut old, &peers);
    assert_eq!(
        sealed(&mut old, &pdu),
        "ticket for cifs/node1.lab.test@LAB.TEST (aes256-cts-hmac-sha1-96, kvno 3): no matching keytab entry (have \
         kvno 1 aes256-cts-hmac-sha1-96, kvno 2 aes128-cts-hmac-sha1-96; kvno 3 is missing)"
    );

    // Only another service's key.
    let mut other = association(|keys| keys.add_service_key("http/web@LAB.TEST", 18, 3, &[2; 32]).unwrap());
    handshake(&mut other, &peers);
    assert!(sealed(&mut other, &pdu).ends_with("(none for that principal, and no other's key opens it)"));

    // Missing legs.
    let mut half = with_service(&peers);
    feed(&mut half, TRAILER, Sender::Client, &peers.ap_req(3));
    assert_eq!(sealed(&mut half, &pdu), "the acceptor's subkey is missing: no AP-REP captured");
    feed(&mut half, TRAILER, Sender::Server, &Peers { session: some_key(18, 77), ..Peers::new(18) }.ap_rep());
    assert!(sealed(&mut half, &pdu).ends_with("the AP-REP doesn't open with the ticket's session key"));
    feed(&mut half, TRAILER, Sender::Server, &peers.ap_rep());
    opens(&mut half, &pdu);
    let mut late = with_service(&peers);
    feed(&mut late, TRAILER, Sender::Server, &peers.ap_rep());
    assert_eq!(sealed(&mut late, &pdu), "handshake not captured: no AP-REQ");

    // The subkey by hand makes up for the leg, and for the handshake.
    for etype in [17, 18, 19, 20, 23] {
        let mut peers = Peers::new(etype);
        let subkey = peers.acceptor.as_ref().unwrap().key.clone();
        let pdu = peers.send(Sender::Server, 6, b"by hand");
        for captured in [true, false] {
            let mut given = association(|keys| keys.add_session_key(&subkey).unwrap());
            if captured {
                feed(&mut given, TRAILER, Sender::Client, &peers.ap_req(3));
            }
            opens(&mut given, &pdu);
            assert!(matches!(open(&mut given, &pdu).0.doubt(), Some(Doubt::Repeated { .. })));
        }
        let mut wrong = association(|keys| keys.add_session_key(&[9; 16]).unwrap());
        assert_eq!(sealed(&mut wrong, &pdu), "handshake not captured: no AP-REQ");
    }

    let mut odd = association(|keys| keys.add_service_key(SERVICE, 26, 3, &[2; 32]).unwrap());
    let camellia = crate::auth::test_der::encrypted(26, None, &[0; 64]);
    feed(&mut odd, TRAILER, Sender::Client, &crate::auth::test_der::ap_req(&["a", "b"], &camellia, &camellia));
    let why = sealed(&mut odd, &pdu);
    assert_eq!(why, "ticket for a/b@LAB.TEST (camellia256-cts-cmac): that encryption type isn't opened");
}

#[test]
fn spnego_carries_kerberos_or_falls_back_to_ntlm() {
    let trailer = AuthTrailer { auth_type: 9, ..TRAILER };
    let mut peers = Peers::new(18);
    let request = gss(KRB5, &[&[1, 0][..], &peers.ap_req(3)].concat());
    let init = neg_token_init(&[MS_KRB5, KRB5, NTLM], &request);
    let mut association = with_service(&peers);
    feed(&mut association, trailer, Sender::Client, &init);
    assert_eq!(association.identity(&trailer).mechanism, "spnego");
    feed(&mut association, trailer, Sender::Server, &neg_token_resp(Some(MS_KRB5), &peers.ap_rep(), None));
    let offered = crate::auth::test_der::mech_types(&[MS_KRB5, KRB5, NTLM]);
    let mic = peers.mech_list_mic(Sender::Client, &offered);
    feed(&mut association, trailer, Sender::Client, &neg_token_resp(None, &peers.ap_rep(), Some(&mic)));
    let mut pdu = peers.send(Sender::Client, 6, b"Kerberos in SPNEGO");
    // The signature covers the trailer as it is sent.
    pdu.trailer.auth_type = 9;
    assert!(matches!(open(&mut association, &pdu).0, Opened::Clear { verified: Verified::Right, .. }));
    assert_eq!(association.identity(&trailer).mechanism, "spnego/krb5");
    assert_eq!(association.mech_list(&trailer), Some(true));

    // An offer that was changed on its way is told with every PDU.
    let mut association = with_service(&peers);
    let changed = neg_token_init(&[MS_KRB5, NTLM], &request);
    feed(&mut association, trailer, Sender::Client, &changed);
    feed(&mut association, trailer, Sender::Server, &neg_token_resp(Some(MS_KRB5), &peers.ap_rep(), None));
    feed(&mut association, trailer, Sender::Client, &neg_token_resp(None, &peers.ap_rep(), Some(&mic)));
    assert_eq!(open(&mut association, &pdu).0.doubt(), Some(Doubt::Handshake));

    // The acceptor chooses NTLM although the initiator began with Kerberos.
    let mut association = with_service(&peers);
    feed(&mut association, trailer, Sender::Client, &init);
    feed(&mut association, trailer, Sender::Server, &neg_token_resp(Some(NTLM), b"", None));
    assert_eq!(association.identity(&trailer).mechanism, "spnego/ntlm");
    let why = sealed(&mut association, &pdu);
    assert_eq!(why, "no AUTHENTICATE seen");

    // One-sided capture: the PDU itself tells.
    let mut association = with_service(&peers);
    feed(&mut association, trailer, Sender::Client, &init);
    assert_eq!(sealed(&mut association, &pdu), "the acceptor's subkey is missing: no AP-REP captured");
}

#[test]
fn several_contexts_in_one_association() {
    let mut one = Peers::new(18);
    let mut two = Peers::new(17);
    let second = AuthTrailer { auth_context_id: 4, ..TRAILER };
    let mut association = association(|keys| {
        keys.add_service_key(SERVICE, 18, 3, &one.service.key).unwrap();
        keys.add_service_key(SERVICE, 17, 3, &two.service.key).unwrap();
    });
    handshake(&mut association, &one);
    feed(&mut association, second, Sender::Client, &two.ap_req(3));
    feed(&mut association, second, Sender::Server, &two.ap_rep());
    (one.whole, two.whole) = (false, false);
    for _ in 0..3 {
        let pdu = one.send(Sender::Client, 6, b"first context");
        opens(&mut association, &pdu);
        let mut pdu = two.send(Sender::Client, 6, b"second context");
        assert!(matches!(open(&mut association, &pdu).0, Opened::Failed { .. }));
        pdu.trailer.auth_context_id = 4;
        // It was made before all those that were changed.
        let (opened, out) = open(&mut association, &pdu);
        assert!(matches!(opened.doubt(), None | Some(Doubt::OutOfOrder { .. } | Doubt::Repeated { .. })), "{opened:?}");
        assert_eq!(out, pdu.plain);
    }
}

#[test]
fn bent_messages_and_tokens() {
    for etype in [18, 20, 23] {
        let mut peers = Peers::new(etype);
        let (request, reply) = (peers.ap_req(3), peers.ap_rep());
        let pdu = peers.send(Sender::Server, 6, b"body body body b");
        for message in [&request, &reply] {
            for at in 0..message.len() {
                let mut bent = message.clone();
                bent[at] ^= 0x81;
                for token in [&message[..at], &bent] {
                    let mut association = with_service(&peers);
                    feed(&mut association, TRAILER, Sender::Client, if message == &request { token } else { &request });
                    feed(&mut association, TRAILER, Sender::Server, if message == &reply { token } else { &reply });
                    let _ = open(&mut association, &pdu);
                }
            }
        }
        let mut association = with_service(&peers);
        handshake(&mut association, &peers);
        let start = pdu.body.end + 8;
        for at in start..pdu.bytes.len() {
            for by in [1, 0x7f, 0x80] {
                let mut bent = peers.send(Sender::Server, 6, b"body body body b");
                bent.bytes[at] = bent.bytes[at].wrapping_add(by);
                let (opened, out) = open(&mut association, &bent);
                // The frame's own length in RC4 tokens is no part of what is protected.
                let harmless = etype == 23 && at <= start + 1;
                assert!(
                    harmless || (!matches!(opened, Opened::Clear { .. }) && out.is_empty()),
                    "{etype} {at} {opened:?}"
                );
            }
            let mut protected = pdu.protected();
            protected.auth_value = start..at;
            let opened = association.open(&protected, &mut Vec::new());
            assert!(matches!(opened, Opened::Failed { .. }), "{opened:?}");
        }
        // It was made before all those that were changed.
        let (opened, out) = open(&mut association, &pdu);
        assert!(matches!(opened.doubt(), None | Some(Doubt::OutOfOrder { .. } | Doubt::Repeated { .. })), "{opened:?}");
        assert_eq!(out, pdu.plain);
    }
}
