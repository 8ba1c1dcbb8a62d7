//! Sessions of every kind against peers written from MS-NLMP 3.4, and what hostile or incomplete traffic comes to.
//!
//! No capture of connectionless NTLM is at hand: those messages are made here from the text of MS-NLMP 3.4.

use core::ops::Range;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use super::Flags;
use super::crypto::{Key, desl, hmac_md5, kxkey_ess, ntowf_v1, ntowf_v2, rc4k};
use super::test_peer::{Pdu, Peers, Reply, SERVER_CHALLENGE, authenticate, challenge, negotiate, wide};
use crate::auth::text::units;
use crate::auth::{Association, KeyStore, Run, SecurityLimits, TokenInfo, describe};
use crate::rpc::security::{AuthTrailer, Connectionless, Doubt, Opened, Security as _, Sender, Token, Verified};

const ESS: Flags = Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY;
const BASE: Flags =
    Flags::NEGOTIATE_UNICODE.union(Flags::NEGOTIATE_SIGN).union(Flags::NEGOTIATE_SEAL).union(Flags::NEGOTIATE_NTLM);
const FULL: Flags = BASE.union(ESS).union(Flags::NEGOTIATE_KEY_EXCH).union(Flags::NEGOTIATE_128);
const TRAILER: AuthTrailer = AuthTrailer { auth_type: 10, auth_level: 6, auth_pad_length: 0, auth_context_id: 1 };
const SESSION_KEY: [u8; 16] = *b"0123456789abcdef";

fn keys(text: &str) -> Arc<KeyStore> {
    let mut keys = KeyStore::new();
    keys.add_keys_file(text.as_bytes()).unwrap();
    Arc::new(keys)
}

fn feed(association: &mut Association, sender: Sender, ptype: u8, token: &[u8], header_signing: bool) {
    // The lowest level that protects: better protected PDUs are as good.
    let trailer = AuthTrailer { auth_level: 4, ..TRAILER };
    association.token(&Token { sender, ptype, trailer, token, header_signing, pdu: &[] });
}

fn proof_v2(password: &str) -> (Key, [u8; 16], Vec<u8>) {
    let key = ntowf_v2(&ntowf_v1(password), &units(&wide("CLUSADM")), &units(&wide("LAB")));
    let blob = [&[1u8, 1, 0, 0, 0, 0, 0, 0][..], &[0; 8], &[0xaa; 8], &[0; 8]].concat();
    let proof = hmac_md5(&key[..], &[&SERVER_CHALLENGE, &blob]);
    (Key::new(hmac_md5(&key[..], &[&proof])), proof, [&proof[..], &blob].concat())
}

/// A whole NTLMv2 handshake of LAB\clusadm; gives the exported session key.
fn handshake(association: &mut Association, flags: Flags, password: &str, header_signing: bool) -> [u8; 16] {
    let (base, _, nt) = proof_v2(password);
    let mut session_key = SESSION_KEY;
    let exported = if flags.contains(Flags::NEGOTIATE_KEY_EXCH) {
        rc4k(&base[..], &mut session_key);
        SESSION_KEY
    } else {
        *base
    };
    let (first, second) = (negotiate(flags), challenge(flags));
    let reply = Reply { flags, domain: "LAB", user: "clusadm", lm: &[0; 24], nt: &nt, session_key: &session_key };
    let third = authenticate(&reply, Some((&exported, &first, &second)));
    feed(association, Sender::Client, 11, &first, header_signing);
    feed(association, Sender::Server, 12, &second, header_signing);
    feed(association, Sender::Client, 16, &third, false);
    exported
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

fn reason(association: &mut Association, pdu: &Pdu) -> String {
    let (opened, out) = open(association, pdu);
    assert!(out.is_empty());
    match opened {
        Opened::Sealed { reason, .. } | Opened::Failed { reason, .. } => reason,
        Opened::Clear { .. } => panic!("opened"),
    }
}

#[test]
fn every_kind_of_session() {
    let kinds = [
        ESS | Flags::NEGOTIATE_128,
        ESS | Flags::NEGOTIATE_56,
        ESS,
        Flags::NEGOTIATE_128,
        Flags::NEGOTIATE_56,
        Flags::NEGOTIATE_LM_KEY,
        Flags::NEGOTIATE_LM_KEY | Flags::NEGOTIATE_56,
    ];
    for case in 0..kinds.len() * 4 {
        let (kind, whole) = (kinds[case / 4], case & 1 != 0);
        let exchange = if case & 2 != 0 { Flags::NEGOTIATE_KEY_EXCH } else { Flags::empty() };
        let flags = BASE | kind | exchange;
        let mut association = Association::new(keys("password lab\\CLUSADM pw"));
        let exported = handshake(&mut association, flags, "pw", whole);
        assert_eq!(association.mic(&TRAILER), Some(true));
        for shared in [false, true] {
            let mut association = Association::new(keys("password clusadm pw"));
            handshake(&mut association, flags, "pw", whole);
            let mut peers = Peers::new(flags, exported, kind.contains(Flags::NEGOTIATE_LM_KEY));
            (peers.whole, peers.shared) = (whole, shared && !kind.contains(ESS));
            for (index, level) in [6, 5, 6, 6, 4, 6].into_iter().enumerate() {
                for sender in [Sender::Client, Sender::Server] {
                    let plain: Vec<u8> = (0..=255).cycle().take(index * 37).collect();
                    let pdu = peers.send(sender, level, &plain);
                    opens(&mut association, &pdu);
                }
            }
        }
    }
}

#[test]
fn no_changed_bit_of_a_pdu_is_verified() {
    let kinds = [ESS | Flags::NEGOTIATE_128, Flags::NEGOTIATE_128, Flags::NEGOTIATE_56];
    // Searches aren't what is tried here.
    let limits = SecurityLimits { resync_window: 512, resync_work: 1 << 12, ..SecurityLimits::default() };
    let begin = || Association::with_limits(keys("password clusadm pw"), limits);
    for case in 0..kinds.len() * 4 {
        let (kind, level) = (kinds[case / 4], if case & 1 != 0 { 6 } else { 5 });
        let exchange = if case & 2 != 0 { Flags::NEGOTIATE_KEY_EXCH } else { Flags::empty() };
        let flags = BASE | kind | exchange;
        let mut association = begin();
        let exported = handshake(&mut association, flags, "pw", true);
        let mut peers = Peers::new(flags, exported, false);
        peers.whole = true;
        let first = peers.send(Sender::Client, level, b"the first");
        opens(&mut association, &first);
        let mut pdu = peers.send(Sender::Client, level, &[7; 16]);
        for bit in 0..pdu.bytes.len() * 8 {
            pdu.bytes[bit / 8] ^= 1 << (bit % 8);
            let (opened, _) = open(&mut association, &pdu);
            let right = matches!(opened, Opened::Clear { verified: Verified::Right, .. });
            assert!(!right, "{flags:?}, level {level}, byte {} of {}", bit / 8, pdu.bytes.len());
            pdu.bytes[bit / 8] ^= 1 << (bit % 8);
            // Without extended session security no checksum covers the random pad.
            if matches!(opened, Opened::Clear { decrypted: true, .. }) || !flags.contains(ESS) && level == 5 {
                association = begin();
                handshake(&mut association, flags, "pw", true);
                opens(&mut association, &first);
            }
        }
        opens(&mut association, &pdu);
    }
}

/// A session that was recorded and is played again on another connection is told as that, PDU by PDU.
#[test]
fn a_session_played_again() {
    for kind in [ESS | Flags::NEGOTIATE_128, Flags::NEGOTIATE_128] {
        for exchange in [Flags::NEGOTIATE_KEY_EXCH, Flags::empty()] {
            let flags = BASE | kind | exchange;
            let run = Arc::new(Run::new(keys("password clusadm pw"), SecurityLimits::default()));
            let [mut genuine, mut replayed] =
                [(); 2].map(|()| Association::of_run(Arc::clone(&run), SecurityLimits::default()));
            let exported = handshake(&mut genuine, flags, "pw", true);
            let mut peers = Peers::new(flags, exported, false);
            peers.whole = true;
            let pdus = [6, 5].map(|level| peers.send(Sender::Client, level, b"once"));
            pdus.iter().for_each(|pdu| opens(&mut genuine, pdu));
            handshake(&mut replayed, flags, "pw", true);
            for pdu in &pdus {
                assert_eq!(open(&mut replayed, pdu).0.doubt(), Some(Doubt::SessionRepeated), "{flags:?}");
            }
            opens(&mut genuine, &peers.send(Sender::Client, 6, b"goes on"));
        }
    }
}

#[test]
fn ntlm_v1_by_hash_and_by_password() {
    for (flags, text) in [
        (BASE | Flags::NEGOTIATE_KEY_EXCH | ESS | Flags::NEGOTIATE_128, "nthash LAB\\clusadm {h}"),
        (BASE | Flags::NEGOTIATE_56, "nthash clusadm {h}"),
        (BASE, "password clusadm pw"),
    ] {
        let hash = ntowf_v1("pw");
        let text = text.replace("{h}", &hex::encode(&hash[..]));
        let base = Key::new({
            use md4::Digest as _;
            md4::Md4::digest(&hash[..]).into()
        });
        let (lm, nt, kx) = if flags.contains(ESS) {
            let lm = [&[0xaa; 8][..], &[0; 16]].concat();
            let nonce = super::crypto::md5(&[&SERVER_CHALLENGE, &[0xaa; 8]]);
            (lm.clone(), desl(&hash, nonce.first_chunk().unwrap()), kxkey_ess(&base, &SERVER_CHALLENGE, &lm))
        } else {
            let nt = desl(&hash, &SERVER_CHALLENGE);
            (nt.to_vec(), nt, base)
        };
        let mut session_key = SESSION_KEY;
        rc4k(&kx[..], &mut session_key);
        let exchange = flags.contains(Flags::NEGOTIATE_KEY_EXCH);
        let sent: &[u8] = if exchange { &session_key } else { &[] };
        let mut association = Association::new(keys(&text));
        feed(&mut association, Sender::Client, 11, &negotiate(flags), true);
        feed(&mut association, Sender::Server, 12, &challenge(flags), true);
        let reply = Reply { flags, domain: "LAB", user: "clusadm", lm: &lm, nt: &nt, session_key: sent };
        feed(&mut association, Sender::Client, 16, &authenticate(&reply, None), false);
        let mut peers = Peers::new(flags, if exchange { SESSION_KEY } else { *kx }, false);
        for sender in [Sender::Client, Sender::Server, Sender::Client] {
            let pdu = peers.send(sender, 6, b"NTLMv1 body");
            opens(&mut association, &pdu);
        }
    }
}

#[test]
fn anonymous_and_guest() {
    // Anonymous: no key but zeros; guest: the empty password proves itself.
    for (user, password) in [("", None), ("Guest", Some(""))] {
        let mut association = Association::new(keys(""));
        feed(&mut association, Sender::Client, 11, &negotiate(FULL), true);
        feed(&mut association, Sender::Server, 12, &challenge(FULL), true);
        let (base, nt) = match password {
            None => (Key::new([0; 16]), Vec::new()),
            Some(password) => {
                let key = ntowf_v2(&ntowf_v1(password), &units(&wide(&user.to_uppercase())), &[]);
                let blob = [&[1u8, 1][..], &[0; 30]].concat();
                let proof = hmac_md5(&key[..], &[&SERVER_CHALLENGE, &blob]);
                (Key::new(hmac_md5(&key[..], &[&proof])), [&proof[..], &blob].concat())
            }
        };
        let mut session_key = SESSION_KEY;
        rc4k(&base[..], &mut session_key);
        let flags = FULL | Flags::ANONYMOUS;
        let lm: &[u8] = if user.is_empty() { &[0] } else { &[0; 24] };
        let reply = Reply { flags, domain: "", user, lm, nt: &nt, session_key: &session_key };
        feed(&mut association, Sender::Client, 16, &authenticate(&reply, None), false);
        let mut peers = Peers::new(flags, SESSION_KEY, false);
        let doubt = if user.is_empty() { Doubt::Anonymous } else { Doubt::EmptyPassword };
        for (sender, text) in [(Sender::Client, b"who am I"), (Sender::Server, b"nobody, ")] {
            let pdu = peers.send(sender, 6, text);
            let (opened, out) = open(&mut association, &pdu);
            assert_eq!(opened, Opened::Clear { verified: Verified::Wrong(doubt), decrypted: true });
            assert_eq!(out, pdu.plain);
        }
        let name = if user.is_empty() { "anonymous" } else { user };
        assert_eq!(association.identity(&TRAILER).user.as_deref(), Some(name));
    }
}

#[test]
fn connectionless_messages_in_any_order() {
    let flags = FULL | Flags::NEGOTIATE_DATAGRAM;
    for flags in [flags, flags.difference(ESS)] {
        let mut association = Association::new(keys("password LAB\\clusadm pw"));
        let (base, _, nt) = proof_v2("pw");
        let mut session_key = SESSION_KEY;
        rc4k(&base[..], &mut session_key);
        // No NEGOTIATE in the connectionless handshake.
        let second = challenge(flags);
        let reply = Reply { flags, domain: "LAB", user: "clusadm", lm: &[0; 24], nt: &nt, session_key: &session_key };
        feed(&mut association, Sender::Server, 2, &second, false);
        let third = authenticate(&reply, Some((&SESSION_KEY, &[], &second)));
        feed(&mut association, Sender::Client, 0, &third, false);
        assert_eq!(association.mic(&TRAILER), Some(true));
        let level = if flags.contains(ESS) { 6 } else { 5 };
        let mut peers = Peers::new(flags, SESSION_KEY, !flags.contains(ESS));
        (peers.datagram, peers.shared, peers.whole) = (true, false, false);
        let mut pdus = Vec::new();
        for number in 0..5u32 {
            peers.sequence = [number * 7, number * 7];
            pdus.push((number * 7, peers.send(Sender::Client, level, b"a datagram's stub")));
            pdus.push((number * 7, peers.send(Sender::Server, level, b"an answer")));
        }
        // Order and repetition mean nothing here.
        for index in [9usize, 0, 0, 5, 3, 8, 1] {
            let (number, pdu) = &pdus[index];
            let mut protected = pdu.protected();
            protected.connectionless = Some(Connectionless { activity: [7; 16], sequence: *number, fragment: 0 });
            let mut out = Vec::new();
            let opened = association.open(&protected, &mut out);
            assert_eq!(opened, Opened::Clear { verified: Verified::Right, decrypted: level == 6 });
            assert!(level == 5 || out == pdu.plain);
        }
    }
}

#[test]
fn resynchronises_after_lost_segments() {
    for (flags, level) in
        [(FULL, 6), (FULL, 5), (FULL.difference(Flags::NEGOTIATE_KEY_EXCH), 6), (BASE | Flags::NEGOTIATE_KEY_EXCH, 6)]
    {
        let mut association = Association::new(keys("password LAB\\clusadm pw"));
        let exported = handshake(&mut association, flags, "pw", true);
        let mut peers = Peers::new(flags, exported, false);
        peers.shared = false;
        let pdus: Vec<Pdu> =
            (0..12usize).map(|i| peers.send(Sender::Server, level, &[9; 160][..16 * (i % 7)])).collect();
        opens(&mut association, &pdus[0]);
        // Three whole PDUs lost.
        let lost: usize = pdus[1..4].iter().map(|p| p.bytes.len()).sum();
        association.gap(Sender::Server, Some(lost as u64));
        opens(&mut association, &pdus[4]);
        opens(&mut association, &pdus[5]);
        // A hole inside two PDUs: what remains of them never comes here.
        association.gap(Sender::Server, Some(pdus[6].bytes.len() as u64));
        opens(&mut association, &pdus[8]);
        // Of unknown size.
        association.gap(Sender::Server, None);
        opens(&mut association, &pdus[10]);
        opens(&mut association, &pdus[11]);
    }
}

#[test]
fn search_is_bounded() {
    let limits = SecurityLimits { resync_work: 4096, ..SecurityLimits::default() };
    let mut association = Association::with_limits(keys("password LAB\\clusadm pw"), limits);
    let exported = handshake(&mut association, FULL, "pw", true);
    let mut peers = Peers::new(FULL, exported, false);
    let first = peers.send(Sender::Client, 6, b"one");
    let lost = peers.send(Sender::Client, 6, &[1; 4001]);
    let after = peers.send(Sender::Client, 6, b"three");
    opens(&mut association, &first);
    association.gap(Sender::Client, Some(17));
    let why = reason(&mut association, &after);
    assert!(why.contains("gap of 17 bytes (1 messages missing, search given up at its limit)"), "{why}");
    association.gap(Sender::Client, Some(u64::MAX));
    let why = reason(&mut association, &after);
    assert!(why.contains("more than the configured window"), "{why}");
    // In place after all: the lost one arrives, and everything goes on.
    opens(&mut association, &lost);
    opens(&mut association, &after);
    // A sequence number far ahead asks for no memory.
    let mut wild = peers.send(Sender::Client, 6, b"wild");
    let at = wild.bytes.len() - 4;
    wild.bytes[at..].copy_from_slice(&0x7000_0000u32.to_le_bytes());
    assert!(reason(&mut association, &wild).contains("more than the configured window"));
}

#[test]
fn changed_repeated_and_reordered() {
    let mut association = Association::new(keys("password LAB\\clusadm pw"));
    let exported = handshake(&mut association, FULL, "pw", true);
    let mut peers = Peers::new(FULL, exported, false);
    let first = peers.send(Sender::Client, 6, b"first message");
    let mut changed = peers.send(Sender::Client, 6, b"second message");
    let third = peers.send(Sender::Client, 6, b"third message");
    opens(&mut association, &first);
    assert!(reason(&mut association, &first).contains("sequence number 0 where 1 was expected: repeated"));
    changed.bytes[30] ^= 1;
    assert!(matches!(open(&mut association, &changed).0, Opened::Failed { .. }));
    // The stream went on all the same.
    opens(&mut association, &third);
    // Signed only: readable, and said to be wrong.
    let mut signed = peers.send(Sender::Client, 5, b"plain to see");
    signed.bytes[25] ^= 1;
    assert_eq!(
        open(&mut association, &signed).0,
        Opened::Clear { verified: Verified::Wrong(Doubt::Signature), decrypted: false }
    );
    let mut unsigned = peers.send(Sender::Server, 5, b"plain to see");
    let at = unsigned.bytes.len() - 16;
    unsigned.bytes[at..].copy_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(
        open(&mut association, &unsigned).0,
        Opened::Clear { verified: Verified::Wrong(Doubt::Signature), decrypted: false }
    );
    let fourth = peers.send(Sender::Client, 6, b"");
    opens(&mut association, &fourth);
}

#[test]
fn says_what_is_missing() {
    let mut peers = Peers::new(FULL, SESSION_KEY, false);
    let pdu = peers.send(Sender::Client, 6, b"body");
    let signed = peers.send(Sender::Client, 5, b"body");
    let mut none = Association::new(keys(""));
    assert_eq!(reason(&mut none, &pdu), "handshake not captured");
    handshake(&mut none, FULL, "pw", true);
    assert_eq!(reason(&mut none, &pdu), "no key for LAB\\clusadm");
    assert_eq!(open(&mut none, &signed).0, Opened::Clear { verified: Verified::Unchecked, decrypted: false });
    let mut wrong = Association::new(keys("password LAB\\clusadm other\npassword ELSE\\clusadm third"));
    feed(&mut wrong, Sender::Client, 11, &negotiate(FULL), true);
    assert_eq!(reason(&mut wrong, &pdu), "no AUTHENTICATE seen");
    handshake(&mut wrong, FULL, "pw", true);
    assert_eq!(reason(&mut wrong, &pdu), "the key for LAB\\clusadm doesn't fit its response (wrong password)");
    let mut half = Association::new(keys("password LAB\\clusadm pw"));
    let (_, _, nt) = proof_v2("pw");
    let reply = Reply { flags: FULL, domain: "LAB", user: "clusadm", lm: &[], nt: &nt, session_key: &[] };
    feed(&mut half, Sender::Client, 16, &authenticate(&reply, None), true);
    assert_eq!(reason(&mut half, &pdu), "handshake not captured whole: no CHALLENGE");
    assert_eq!(half.identity(&TRAILER).user.as_deref(), Some("LAB\\clusadm"));
}

#[test]
fn session_key_by_hand() {
    let text = format!("session-key {}\nsession-key {}", hex::encode([9; 16]), hex::encode(SESSION_KEY));
    // Without the handshake, from the middle of the session on.
    let mut association = Association::new(keys(&text));
    let mut peers = Peers::new(FULL, SESSION_KEY, false);
    for _ in 0..3 {
        peers.send(Sender::Client, 6, &[5; 48]);
    }
    for sender in [Sender::Client, Sender::Server, Sender::Client] {
        let pdu = peers.send(sender, 6, &[6; 32]);
        opens(&mut association, &pdu);
    }
    let limits = SecurityLimits { resync_work: 1 << 16, ..SecurityLimits::default() };
    let mut other = Association::with_limits(keys(&format!("session-key {}", hex::encode([9; 16]))), limits);
    let pdu = peers.send(Sender::Client, 6, &[6; 32]);
    for _ in 0..6 {
        assert_eq!(reason(&mut other, &pdu), "handshake not captured, and no session key given fits");
    }
    // With it, but no password: the MIC tells which.
    let mut association = Association::new(keys(&text));
    handshake(&mut association, FULL, "pw", true);
    assert_eq!(association.mic(&TRAILER), Some(true));
    let mut peers = Peers::new(FULL, SESSION_KEY, false);
    let pdu = peers.send(Sender::Client, 6, &[6; 32]);
    opens(&mut association, &pdu);
}

#[test]
fn lying_lengths_in_messages() {
    let (_, _, nt) = proof_v2("pw");
    let reply = Reply { flags: FULL, domain: "LAB", user: "clusadm", lm: &[1; 24], nt: &nt, session_key: &[2; 16] };
    let good = authenticate(&reply, Some((&SESSION_KEY, &[], &[])));
    for at in 0..good.len() {
        let mut association = Association::new(keys("password clusadm pw"));
        let mut bent = good.clone();
        bent[at] = bent[at].wrapping_add(0x81);
        for token in [&good[..at], &bent] {
            let _ = describe(token);
            feed(&mut association, Sender::Client, 11, &negotiate(FULL), true);
            feed(&mut association, Sender::Server, 12, &challenge(FULL)[..], true);
            feed(&mut association, Sender::Client, 16, token, true);
            let mut peers = Peers::new(FULL, SESSION_KEY, false);
            let pdu = peers.send(Sender::Client, 6, b"body");
            let _ = open(&mut association, &pdu);
        }
    }
    let mut lying = good.clone();
    lying[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    let TokenInfo::NtlmAuthenticate(info) = describe(&lying) else { panic!() };
    assert_eq!(info.problems.len(), 1);
    assert!(info.problems[0].starts_with("user: 14 bytes at 4294967295"));
    assert_eq!((info.user.as_str(), info.domain.as_str(), info.mic), ("", "LAB", true));
    let second = challenge(FULL);
    for end in 0..second.len() {
        let _ = describe(&second[..end]);
    }
}

#[test]
fn trailers_that_lie() {
    let mut association = Association::new(keys("password LAB\\clusadm pw"));
    let exported = handshake(&mut association, FULL, "pw", true);
    let pdu = Peers::new(FULL, exported, false).send(Sender::Client, 6, b"body");
    let n = pdu.bytes.len();
    let mut protected = pdu.protected();
    for (body, header, value) in [
        (24..n + 1, n + 1..n + 9, n + 9..n + 25),
        (24..28, 28..36, 36..n + 1),
        (24..28, 20..28, 36..52),
        (Range { start: 28, end: 24 }, 28..36, 36..52),
        (24..usize::MAX, 28..36, 36..52),
    ] {
        (protected.body, protected.trailer_header, protected.auth_value) = (body, header, value);
        let opened = association.open(&protected, &mut Vec::new());
        assert!(matches!(opened, Opened::Failed { .. }), "{opened:?}");
    }
    protected.body = 24..28;
    protected.trailer_header = 28..36;
    for end in 36..52 {
        protected.auth_value = 36..end;
        let opened = association.open(&protected, &mut Vec::new());
        assert!(matches!(opened, Opened::Failed { .. }), "{opened:?}");
    }
    opens(&mut association, &pdu);
}

#[test]
fn contexts_are_bounded_and_apart() {
    let limits = SecurityLimits { contexts: 2, token: 300, ..SecurityLimits::default() };
    let mut association = Association::with_limits(keys("password LAB\\clusadm pw"), limits);
    for id in 0..5 {
        let trailer = AuthTrailer { auth_context_id: id, ..TRAILER };
        let token = negotiate(FULL);
        association.token(&Token {
            sender: Sender::Client,
            ptype: 11,
            trailer,
            token: &token,
            header_signing: true,
            pdu: &[],
        });
    }
    assert_eq!(association.counters().contexts_evicted, 3);
    feed(&mut association, Sender::Client, 11, &[0; 301], true);
    assert_eq!(association.counters().tokens_refused, 1);
    assert!(!format!("{association:?}").contains("pw"));
}

/// What strangers can make an association hold: handshakes that never go on, and searches that find nothing.
#[test]
fn memory_is_bounded_and_told() {
    let limits = SecurityLimits::default();
    let mut association = Association::with_limits(keys("password LAB\\clusadm pw"), limits);
    assert_eq!(association.cost(), 0);
    feed(&mut association, Sender::Client, 11, &negotiate(FULL), true);
    let one = association.cost();
    assert!((100..8192).contains(&one), "{one} for a handshake that is half open");
    for (id, length) in (0..200).flat_map(|id| [(id, limits.kept), (id, limits.kept + 1)]) {
        let trailer = AuthTrailer { auth_context_id: id, ..TRAILER };
        for mut token in [negotiate(FULL), challenge(FULL)] {
            token.resize(length, 0);
            let (sender, ptype) = (Sender::Client, 11);
            association.token(&Token { sender, ptype, trailer, token: &token, header_signing: true, pdu: &[] });
        }
    }
    assert!(association.cost() <= limits.contexts * (8192 + 3 * limits.kept), "{}", association.cost());

    let given: String = (0..16).map(|i| format!("session-key {}\n", hex::encode([i; 16]))).collect();
    let mut association = Association::with_limits(keys(&given), limits);
    let mut peers = Peers::new(FULL, [99; 16], false);
    for _ in 0..20 {
        let sent = [peers.send(Sender::Client, 6, &[7; 5000]), peers.send(Sender::Server, 6, &[7; 5000])];
        for pdu in &sent[..] {
            let opened = association.open(&pdu.protected(), &mut Vec::new());
            assert!(matches!(opened, Opened::Sealed { .. }), "{opened:?}");
        }
    }
    // The window of one search alone has a megabyte; sixteen keys have two streams each.
    assert!(association.cost() < 16 * 2 * 16_384, "{}", association.cost());
}
