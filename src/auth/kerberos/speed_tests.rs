//! How fast large PDUs are opened: `cargo test --release --lib speed -- --ignored --nocapture`. The benchmark `opening`
//! measures recorded ones.

use std::time::Instant;
use std::vec::Vec;

use super::test_peer::Peers;
use super::wrap::Token;
use crate::auth::association::Limits;
use crate::auth::frame::{Frame, Verdict};
use crate::auth::ntlm::{self, Flags, crypto::Key, session::Session};
use crate::rpc::security::Sender;

const TOTAL: usize = 64 << 20;

fn report(name: &str, size: usize, open: &mut dyn FnMut() -> usize) {
    let start = Instant::now();
    let octets = open();
    let seconds = start.elapsed().as_secs_f64();
    println!("{name}, bodies of {size}: {:.0} MB/s", octets as f64 / 1e6 / seconds);
}

#[test]
#[ignore = "measures"]
fn speed_of_opening() {
    for size in [256, 4096, 60_000] {
        let body = std::vec![7; size];
        let flags = Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY
            | Flags::NEGOTIATE_128
            | Flags::NEGOTIATE_KEY_EXCH
            | Flags::NEGOTIATE_SEAL;
        let key = [5; 16];
        let mut peers = ntlm::test_peer::Peers::new(flags, key, false);
        let pdus: Vec<_> = (0..TOTAL / size).map(|_| peers.send(Sender::Client, 6, &body)).collect();
        report("NTLM", size, &mut || {
            let mut session = Session::new(flags, Key::new(key), false, Limits::default());
            let mut out = Vec::new();
            for pdu in &pdus {
                let protected = pdu.protected();
                let frame = Frame::cut(&protected).unwrap();
                assert!(matches!(session.open(Sender::Client, &frame, true, &mut out), Verdict::Opened));
            }
            pdus.len() * size
        });
        for etype in [17, 18, 19, 20, 23] {
            let mut peers = Peers::new(etype);
            let pdus: Vec<_> = (0..TOTAL / 4 / size).map(|_| peers.send(Sender::Server, 6, &body)).collect();
            let key = peers.acceptor.clone().unwrap();
            report(super::message::etype_name(etype), size, &mut || {
                let mut out = Vec::new();
                for pdu in &pdus {
                    let protected = pdu.protected();
                    let frame = Frame::cut(&protected).unwrap();
                    let token = Token::parse(frame.token).unwrap();
                    assert!(token.open(&key, Sender::Server, &frame, true, &mut out));
                }
                pdus.len() * size
            });
        }
    }
    let mut handle = rc4_handle();
    let mut data = std::vec![0; TOTAL];
    report("RC4 alone", TOTAL, &mut || {
        rc4::StreamCipher::apply_keystream(&mut handle, &mut data);
        TOTAL
    });
    report("HMAC-MD5 alone", TOTAL, &mut || {
        std::hint::black_box(ntlm::crypto::hmac_md5(&[1; 16], &[&data]));
        TOTAL
    });
}

fn rc4_handle() -> rc4::Rc4 {
    use rc4::KeyInit as _;
    rc4::Rc4::new_from_slice(&[3; 16]).unwrap()
}
