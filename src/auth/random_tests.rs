//! Tokens and PDUs in any order, cut, bent and with any ranges: a reason, never a panic, and nothing handed out that
//! wasn't verified.

use std::sync::Arc;
use std::vec::Vec;

use super::ntlm::Flags;
use super::ntlm::test_peer::{Peers, Reply, authenticate, challenge, negotiate};
use super::test_der::{KRB5, NTLM, ap_rep, ap_req, encrypted, gss, neg_token_init, neg_token_resp};
use super::{Association, KeyStore, describe};
use crate::rpc::security::{AuthTrailer, Connectionless, Opened, Protected, Security as _, Sender, Token, Verified};

/// Numbers without a pattern that matters here (Knuth's MMIX constants).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n.max(1)
    }

    fn bend(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        match self.below(4) {
            0 => out.truncate(self.below(bytes.len() + 1)),
            1 => out.extend_from_slice(&bytes[..self.below(bytes.len() + 1)]),
            2 => {
                for _ in 0..1 + self.below(4) {
                    let at = self.below(out.len());
                    if let Some(b) = out.get_mut(at) {
                        *b = u8::try_from(self.below(256)).unwrap();
                    }
                }
            }
            _ => {}
        }
        out
    }
}

#[test]
fn anything_in_any_order() {
    let flags = Flags::from_bits_retain(0xe28a_8233);
    let reply = Reply { flags, domain: "LAB", user: "clusadm", lm: &[0; 24], nt: &[7; 60], session_key: &[8; 16] };
    let cipher = encrypted(18, Some(1), &[0x5c; 90]);
    let request = gss(KRB5, &[&[1, 0][..], &ap_req(&["cifs", "node1"], &cipher, &cipher)].concat());
    let tokens = [
        negotiate(flags),
        challenge(flags),
        authenticate(&reply, Some((&[1; 16], b"", b""))),
        request.clone(),
        ap_rep(&cipher),
        neg_token_init(&[KRB5, NTLM], &request),
        neg_token_init(&[NTLM], &negotiate(flags)),
        neg_token_resp(Some(NTLM), &challenge(flags), Some(&[1; 16])),
        neg_token_resp(None, &authenticate(&reply, None), Some(&[1; 16])),
    ];
    let mut peers = Peers::new(flags, [0x11; 16], false);
    let pdus = [
        peers.send(Sender::Client, 6, &[3; 40]).bytes,
        [&[5, 0, 0, 3][..], &[0; 60], &[9, 6, 0, 0, 1, 0, 0, 0, 5, 4, 6, 0xff, 0, 16, 0, 28], &[0; 68]].concat(),
        [&[5, 0, 0, 3][..], &[0; 60], &[9, 6, 0, 0, 1, 0, 0, 0, 0x60, 0x2b, 6, 9], &[0; 41]].concat(),
    ];
    let mut keys = KeyStore::new();
    keys.add_keys_file(b"password clusadm pw\nnthash other 00112233445566778899aabbccddeeff").unwrap();
    keys.add_service_key("cifs/node1@LAB.TEST", 18, 1, &[4; 32]).unwrap();
    keys.add_session_key(&[0x22; 16]).unwrap();
    keys.add_session_key(&[0x33; 32]).unwrap();
    let keys = Arc::new(keys);
    let limits = super::SecurityLimits { resync_work: 10_000, contexts: 3, ..super::SecurityLimits::default() };
    let mut numbers = Numbers(20_261_120);
    for _ in 0..400 {
        let mut association = Association::with_limits(Arc::clone(&keys), limits);
        for _ in 0..20 {
            let sender = if numbers.below(2) == 0 { Sender::Client } else { Sender::Server };
            let trailer = AuthTrailer {
                auth_type: [9, 10, 16, 68][numbers.below(4)],
                auth_level: u8::try_from(numbers.below(8)).unwrap(),
                auth_pad_length: 0,
                auth_context_id: u32::try_from(numbers.below(4)).unwrap(),
            };
            match numbers.below(5) {
                0 => association.gap(sender, [None, Some(0), Some(90), Some(u64::MAX)][numbers.below(4)]),
                1 | 2 => {
                    let index = numbers.below(tokens.len());
                    let token = numbers.bend(&tokens[index]);
                    let _ = describe(&token);
                    association.token(&Token {
                        sender,
                        ptype: 11,
                        trailer,
                        token: &token,
                        header_signing: true,
                        pdu: &[],
                    });
                }
                _ => {
                    let index = numbers.below(pdus.len());
                    let pdu = numbers.bend(&pdus[index]);
                    let n = pdu.len() + 2;
                    let mut range = |ordered: bool, at: usize| {
                        let start = if ordered { at } else { numbers.below(n) };
                        start..start + numbers.below(n)
                    };
                    let body = range(false, 0);
                    let trailer_header = body.end..body.end + 8;
                    let auth_value = range(true, body.end + 8);
                    let connectionless = (numbers.below(4) == 0).then_some(Connectionless {
                        activity: [1; 16],
                        sequence: 7,
                        fragment: 1,
                    });
                    let protected =
                        Protected { sender, pdu: &pdu, body, trailer_header, auth_value, trailer, connectionless };
                    let mut out = std::vec![1, 2, 3];
                    let opened = association.open(&protected, &mut out);
                    assert!(out.is_empty() && !matches!(opened, Opened::Clear { verified: Verified::Right, .. }));
                }
            }
            let _ = association.identity(&trailer);
        }
    }
}
