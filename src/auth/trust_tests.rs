//! What makes a PDU trusted, asked of the parts directly: levels, contexts that give way, key streams that run on, and
//! messages that were held back.

use std::sync::Arc;
use std::vec::Vec;

use super::budget::{Budget, Purse};
use super::frame::Frame;
use super::ntlm::Flags;
use super::ntlm::crypto::{Key, hmac_md5, ntowf_v1, ntowf_v2, rc4k};
use super::ntlm::session::NtlmSession;
use super::ntlm::test_peer::{Pdu, Peers, Reply, SERVER_CHALLENGE, authenticate, challenge, negotiate, wide};
use super::text::units;
use super::{Association, KeyStore, Run, SecurityLimits};
use crate::rpc::security::{AuthTrailer, Doubt, Opened, Security as _, Sender, Token, Verified};

const KEY: [u8; 16] = *b"0123456789abcdef";
const ESS: Flags = Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY;
const PLAIN: Flags = Flags::NEGOTIATE_UNICODE
    .union(Flags::NEGOTIATE_SIGN)
    .union(Flags::NEGOTIATE_SEAL)
    .union(Flags::NEGOTIATE_NTLM)
    .union(Flags::NEGOTIATE_KEY_EXCH);
const FULL: Flags = PLAIN.union(ESS).union(Flags::NEGOTIATE_128);

fn association(limits: SecurityLimits) -> Association {
    let mut keys = KeyStore::new();
    keys.add_keys_file(b"password LAB\\clusadm pw").expect("a key");
    Association::with_limits(Arc::new(keys), limits)
}

fn trailer(id: u32, level: u8) -> AuthTrailer {
    AuthTrailer { auth_type: 10, auth_level: level, auth_pad_length: 0, auth_context_id: id }
}

fn feed(association: &mut Association, id: u32, level: u8, ptype: u8, token: &[u8]) {
    let sender = if ptype == 12 { Sender::Server } else { Sender::Client };
    association.token(&Token { sender, ptype, trailer: trailer(id, level), token, header_signing: true, pdu: &[] });
}

/// The handshake of LAB\clusadm in context 1, with a MIC; `KEY` is exported.
fn handshake(association: &mut Association, level: u8, flags: Flags) {
    let key = ntowf_v2(&ntowf_v1("pw"), &units(&wide("CLUSADM")), &units(&wide("LAB")));
    let blob = [&[1u8, 1, 0, 0, 0, 0, 0, 0][..], &[0; 8], &[0xaa; 8], &[0; 8]].concat();
    let proof = hmac_md5(&key[..], &[&SERVER_CHALLENGE, &blob]);
    let base = Key::new(hmac_md5(&key[..], &[&proof]));
    let mut session_key = KEY;
    rc4k(&base[..], &mut session_key);
    let nt = [&proof[..], &blob].concat();
    let (first, second) = (negotiate(flags), challenge(flags));
    let reply = Reply { flags, domain: "LAB", user: "clusadm", lm: &[0; 24], nt: &nt, session_key: &session_key };
    feed(association, 1, level, 11, &first);
    feed(association, 1, level, 12, &second);
    feed(association, 1, level, 16, &authenticate(&reply, Some((&KEY, &first, &second))));
}

fn open(association: &mut Association, pdu: &Pdu) -> Opened {
    association.open(&pdu.protected(), &mut Vec::new())
}

fn clear(verified: Verified) -> Opened {
    Opened::Clear { verified, decrypted: false }
}

/// Levels 0 to 2 protect no PDU (C706 13.1.2.1): a PDU that states one of them is not protected, which is wrong where the
/// bind negotiated that each is. Level 3 has a signature, and of a context that nobody saw it can't be checked.
#[test]
fn levels_below_3_are_no_protection() {
    let mut peers = Peers::new(FULL, KEY, false);
    let mut sent = |level, id| {
        let mut pdu = peers.send(Sender::Client, level, b"body");
        pdu.trailer.auth_context_id = id;
        pdu
    };
    let mut bound = association(SecurityLimits::default());
    assert_eq!(bound.required(), None);
    handshake(&mut bound, 4, FULL);
    assert_eq!(bound.required(), Some(trailer(1, 4)));
    // Later handshakes change nothing about it.
    feed(&mut bound, 2, 6, 11, &negotiate(FULL));
    assert_eq!(bound.required(), Some(trailer(1, 4)));
    for level in [0, 1, 2] {
        let unprotected = clear(Verified::Wrong(Doubt::Unprotected { negotiated: 4 }));
        assert_eq!(open(&mut bound, &sent(level, 9)), unprotected, "level {level}");
    }
    assert_eq!(open(&mut bound, &sent(3, 9)), clear(Verified::Unchecked));

    let mut unbound = association(SecurityLimits::default());
    feed(&mut unbound, 1, 2, 11, &negotiate(FULL));
    feed(&mut unbound, 1, 6, 14, &negotiate(FULL));
    assert_eq!(unbound.required(), None, "neither a bind at level 2 nor an alter_context demands it");
    assert_eq!(open(&mut unbound, &sent(2, 9)), clear(Verified::Unchecked));
}

/// The signature is right, but the level is none that was negotiated.
#[test]
fn another_level_than_negotiated_is_told() {
    for (negotiated, stated, wrong) in
        [(2, 3, true), (4, 4, false), (4, 5, false), (5, 4, true), (5, 5, false), (6, 5, true)]
    {
        let mut association = association(SecurityLimits::default());
        handshake(&mut association, negotiated, FULL);
        let pdu = Peers::new(FULL, KEY, false).send(Sender::Client, stated, b"body");
        let doubt = Doubt::LevelChanged { stated, negotiated };
        let verified = if wrong { Verified::Wrong(doubt) } else { Verified::Right };
        assert_eq!(open(&mut association, &pdu), clear(verified), "{stated} instead of {negotiated}");
    }
}

/// A level that was changed on the way, where no signature covers it: the PDU is taken at the level that was negotiated too,
/// and is told as changed.
#[test]
fn a_changed_level_hides_nothing() {
    for (negotiated, stated) in [(6, 5), (6, 4), (5, 6)] {
        let mut association = association(SecurityLimits::default());
        handshake(&mut association, negotiated, FULL);
        let mut peers = Peers::new(FULL, KEY, false);
        peers.whole = false;
        let mut pdu = peers.send(Sender::Client, negotiated, b"body");
        pdu.trailer.auth_level = stated;
        let mut out = Vec::new();
        let opened = association.open(&pdu.protected(), &mut out);
        let verified = Verified::Wrong(Doubt::LevelChanged { stated, negotiated });
        assert_eq!(opened, Opened::Clear { verified, decrypted: negotiated == 6 }, "{stated} instead of {negotiated}");
        assert_eq!(out, if negotiated == 6 { b"body".to_vec() } else { Vec::new() });
    }
}

/// The first message of a direction has number 0 (MS-NLMP 3.4.4): who begins with a later one has lost those before.
#[test]
fn messages_missing_at_the_start_are_told() {
    let mut association = association(SecurityLimits::default());
    handshake(&mut association, 6, FULL);
    let mut peers = Peers::new(FULL, KEY, false);
    // Windows pads stubs that it seals to a multiple of 16 bytes.
    let [_, _, third, fourth] = [(); 4].map(|()| peers.send(Sender::Client, 6, &[7; 16]));
    let verified = Verified::Wrong(Doubt::Missing { count: 2 });
    assert_eq!(open(&mut association, &third), Opened::Clear { verified, decrypted: true });
    assert_eq!(open(&mut association, &fourth), Opened::Clear { verified: Verified::Right, decrypted: true });
}

/// With one key stream for both directions: a request may be held back where an answer to it came, but no more than one
/// where no bytes are known to be lost, and none behind a PDU that was changed.
#[test]
fn how_many_messages_may_be_held_back() {
    let begin = || {
        let mut association = association(SecurityLimits::default());
        handshake(&mut association, 6, PLAIN);
        let mut peers = Peers::new(PLAIN, KEY, false);
        for sender in [Sender::Client, Sender::Server] {
            let pdu = peers.send(sender, 6, b"the first of each");
            assert_eq!(open(&mut association, &pdu), Opened::Clear { verified: Verified::Right, decrypted: true });
        }
        (association, peers)
    };
    for held in [1, 2, 3] {
        let (mut association, mut peers) = begin();
        (0..held).for_each(|_| drop(peers.send(Sender::Client, 6, b"held back")));
        let answer = peers.send(Sender::Server, 6, b"an answer to the last of them");
        let missing = Verified::Wrong(Doubt::Missing { count: held });
        let verified = if held == 1 { Verified::Right } else { missing };
        assert_eq!(open(&mut association, &answer), Opened::Clear { verified, decrypted: true }, "{held}");
    }
    // One that was changed, as far as anybody knows, and one more that never came.
    let (mut association, mut peers) = begin();
    let mut changed = peers.send(Sender::Client, 6, b"changed");
    changed.bytes[24] ^= 1;
    assert!(matches!(open(&mut association, &changed), Opened::Failed { .. }));
    let _ = peers.send(Sender::Client, 6, b"held back, and longer than that");
    let answer = peers.send(Sender::Server, 6, b"an answer");
    let verified = Verified::Wrong(Doubt::Missing { count: 2 });
    assert_eq!(open(&mut association, &answer), Opened::Clear { verified, decrypted: true });
}

/// A session is known again by its key. That of NTLMv1 without extended session security and key exchange is the same in all
/// sessions of a user (MS-NLMP 3.4.5.1), which the server's challenge tells apart; elsewhere another challenge, which whoever
/// plays a session again may put into its handshake, is no excuse.
#[test]
fn sessions_are_known_again_by_key_or_by_challenge() {
    let exchanged = PLAIN | Flags::NEGOTIATE_128;
    let constant = exchanged.difference(Flags::NEGOTIATE_KEY_EXCH);
    let v2 = [&[7; 16][..], &[1, 1, 0, 0, 0, 0, 0, 0], &[0; 24]].concat();
    for (flags, nt, other_is_another) in
        [(exchanged, &[7; 24][..], false), (constant, &[7; 24], true), (constant, &v2, false), (FULL, &[7; 24], false)]
    {
        for other in [false, true] {
            let mut keys = KeyStore::new();
            keys.add_keys_file(std::format!("session-key {}", hex::encode(KEY)).as_bytes()).expect("a key");
            let limits = SecurityLimits::default();
            let run = Arc::new(Run::new(Arc::new(keys), limits));
            let mut peers = Peers::new(flags, KEY, false);
            let pdu = peers.send(Sender::Client, 6, b"once");
            let [genuine, again] = [false, other].map(|other| {
                let mut association = Association::of_run(Arc::clone(&run), limits);
                let mut second = challenge(flags);
                second[24] ^= u8::from(other);
                let reply = Reply { flags, domain: "LAB", user: "clusadm", lm: &[8; 24], nt, session_key: &[9; 16] };
                feed(&mut association, 1, 6, 11, &negotiate(flags));
                feed(&mut association, 1, 6, 12, &second);
                feed(&mut association, 1, 6, 16, &authenticate(&reply, None));
                open(&mut association, &pdu)
            });
            assert_eq!(genuine, Opened::Clear { verified: Verified::Right, decrypted: true }, "{flags:?}");
            let repeated = !(other && other_is_another);
            let verified = if repeated { Verified::Wrong(Doubt::SessionRepeated) } else { Verified::Right };
            assert_eq!(again, Opened::Clear { verified, decrypted: true }, "{flags:?}, another challenge: {other}");
        }
    }
}

/// A context whose MIC is right stays, however many others are begun; so does one that opened a PDU.
#[test]
fn contexts_that_nothing_proved_give_way_first() {
    let mut association = association(SecurityLimits { contexts: 2, ..SecurityLimits::default() });
    handshake(&mut association, 6, FULL);
    for id in 2..6 {
        feed(&mut association, id, 6, 11, &negotiate(FULL));
    }
    assert_eq!(association.counters().contexts_evicted, 3);
    let mut peers = Peers::new(FULL, KEY, false);
    for _ in 0..2 {
        let pdu = peers.send(Sender::Client, 6, b"body");
        assert_eq!(open(&mut association, &pdu), Opened::Clear { verified: Verified::Right, decrypted: true });
        feed(&mut association, 9, 6, 11, &negotiate(FULL));
    }
}

/// PDUs are worth keeping only while an NTLM handshake goes on that the keys may open.
#[test]
fn what_is_waited_for() {
    let mut none = Association::new(Arc::new(KeyStore::new()));
    assert!(!none.awaits(&trailer(1, 6)));
    feed(&mut none, 1, 6, 11, &negotiate(FULL));
    assert!(!none.awaits(&trailer(1, 6)), "no keys");

    let mut association = association(SecurityLimits::default());
    assert!(association.awaits(&trailer(1, 6)), "no handshake seen");
    feed(&mut association, 1, 6, 11, &negotiate(FULL));
    assert!(association.awaits(&trailer(1, 6)), "a handshake half done");
    assert!(!association.awaits(&trailer(1, 2)), "a level that protects nothing");
    handshake(&mut association, 6, FULL);
    assert!(!association.awaits(&trailer(1, 6)), "a handshake that is done");
    // Kerberos has everything in its first token.
    let kerberos = AuthTrailer { auth_type: 16, ..trailer(3, 6) };
    let token = b"\x05\x04";
    let sender = Sender::Client;
    association.token(&Token { sender, ptype: 11, trailer: kerberos, token, header_signing: true, pdu: &[] });
    assert!(!association.awaits(&kerberos));
}

/// Whether the other end makes the weaker keys of MS-NLMP 3.4.5.3 depends on its release: either is tried, without
/// NEGOTIATE_LM_KEY too.
#[test]
fn weaker_keys_are_tried_too() {
    for kind in [Flags::empty(), Flags::NEGOTIATE_56, Flags::NEGOTIATE_LM_KEY] {
        for weak in [false, true] {
            let mut association = association(SecurityLimits::default());
            handshake(&mut association, 6, PLAIN | kind);
            let mut peers = Peers::new(PLAIN | kind, KEY, weak);
            for sender in [Sender::Client, Sender::Server] {
                let pdu = peers.send(sender, 6, b"body");
                let opened = open(&mut association, &pdu);
                assert_eq!(opened, Opened::Clear { verified: Verified::Right, decrypted: true }, "{kind:?}, {weak}");
            }
        }
    }
}

/// After SPNEGO's `mechListMIC`, which has number 0, the key stream starts anew; some let it run on, the 8 bytes of that
/// signature further.
#[test]
fn the_key_stream_after_a_mech_list_mic() {
    for runs_on in [false, true] {
        let mut session = NtlmSession::new(FULL, Key::new(KEY), false, None, SecurityLimits::default());
        let mut peers = Peers::new(FULL, KEY, false);
        peers.whole = false;
        if runs_on {
            peers.send(Sender::Client, 5, b"types");
        }
        peers.sequence = [1, 1];
        let mut of_mic = Peers::new(FULL, KEY, false);
        of_mic.whole = false;
        let signed = of_mic.send(Sender::Client, 5, b"types");
        assert!(session.mech_list_mic(Sender::Client, b"types", &signed.bytes[signed.body.end + 8..]));
        let budget = Budget::default();
        let mut left = 1 << 20;
        for text in [&b"first"[..], b"second"] {
            let pdu = peers.send(Sender::Client, 6, text);
            let protected = pdu.protected();
            let frame = Frame::cut(&protected).expect("whole");
            let mut purse = Purse { run: &budget, left: &mut left };
            let mut out = Vec::new();
            let doubt = session.open(Sender::Client, &frame, false, &mut purse, &mut out);
            assert_eq!((doubt, &out[..]), (Some(None), text), "runs on: {runs_on}");
        }
    }
}

/// With one key stream for both directions: messages of one that a hole in its TCP stream held back come behind an answer
/// that was sent after them. They open, in any order, and nothing is missing.
#[test]
fn messages_that_were_held_back_open_in_their_place() {
    let right = Opened::Clear { verified: Verified::Right, decrypted: true };
    for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0], [1, 2, 0]] {
        let mut association = association(SecurityLimits::default());
        handshake(&mut association, 6, PLAIN);
        let mut peers = Peers::new(PLAIN, KEY, false);
        for sender in [Sender::Client, Sender::Server] {
            let pdu = peers.send(sender, 6, b"the first of each");
            assert_eq!(open(&mut association, &pdu), right);
        }
        let held = [20, 33, 47].map(|length| peers.send(Sender::Client, 6, &std::vec![7; length]));
        let answer = peers.send(Sender::Server, 6, b"an answer to the last of them");
        let lost: usize = held.iter().map(|pdu| pdu.bytes.len()).sum();
        association.gap(Sender::Client, Some(lost as u64));
        assert_eq!(open(&mut association, &answer), right, "{order:?}");
        let mut latest = None;
        for at in order {
            let number = u64::from(2 + at as u32);
            let late = latest.is_some_and(|latest| number < latest);
            let verified = if late { Verified::Wrong(Doubt::OutOfOrder { number }) } else { Verified::Right };
            let opened = open(&mut association, &held[at]);
            assert_eq!(opened, Opened::Clear { verified, decrypted: true }, "{at} of {order:?}");
            latest = latest.max(Some(number));
        }
        // Each of them only once.
        for pdu in &held {
            let again = open(&mut association, pdu);
            assert!(matches!(again, Opened::Failed { doubt: Doubt::Repeated { .. }, .. }), "{again:?}");
        }
        let pdu = peers.send(Sender::Client, 6, b"the next");
        assert_eq!(open(&mut association, &pdu), right, "{order:?}");
    }
}
