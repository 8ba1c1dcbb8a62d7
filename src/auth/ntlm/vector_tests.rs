//! The published examples of MS-NLMP section 4.2.

use std::sync::Arc;
use std::vec::Vec;

use super::Flags;
use super::crypto::{
    Key, desl, hmac_md5, kxkey_ess, kxkey_v1, lmowf_v1, md5, ntowf_v1, ntowf_v2, rc4k, sealkey, signkey,
};
use super::test_peer::{Reply, SERVER_CHALLENGE, authenticate, challenge, wide};
use crate::auth::text::units;
use crate::auth::{Association, KeyStore};
use crate::rpc::security::{AuthTrailer, Doubt, Opened, Protected, Security as _, Sender, Token, Verified};

const V1: Flags = Flags::from_bits_retain(0xe202_8233);
const V1_ESS: Flags = Flags::from_bits_retain(0x820a_8233);
const V2: Flags = Flags::from_bits_retain(0xe28a_8233);
const RANDOM_SESSION_KEY: [u8; 16] = [0x55; 16];
const CLIENT_CHALLENGE: [u8; 8] = [0xaa; 8];

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

fn key(text: &str) -> Key {
    Key::new(bytes(text).try_into().unwrap())
}

fn encrypted(key: &Key) -> Vec<u8> {
    let mut out = RANDOM_SESSION_KEY;
    rc4k(&key[..], &mut out);
    out.to_vec()
}

/// Runs a handshake and one sealed message, "Plaintext", through an association.
fn opens(flags: Flags, lm: &[u8], nt: &[u8], session_key: &[u8], sealed: &str, signature: &str) {
    let mut keys = KeyStore::new();
    keys.add_keys_file(b"password  domain\\USER  Password").unwrap();
    let mut association = Association::new(Arc::new(keys));
    let trailer = AuthTrailer { auth_type: 10, auth_level: 6, auth_pad_length: 0, auth_context_id: 0 };
    let reply = Reply { flags, domain: "Domain", user: "User", lm, nt, session_key };
    for (sender, token) in [(Sender::Server, challenge(flags)), (Sender::Client, authenticate(&reply, None))] {
        association.token(&Token { sender, ptype: 11, trailer, token: &token, header_signing: false, pdu: &[] });
    }
    assert_eq!(association.identity(&trailer).user.as_deref(), Some("Domain\\User"));
    let pdu = [bytes(sealed), std::vec![0; 8], bytes(signature)].concat();
    let protected = Protected {
        sender: Sender::Client,
        pdu: &pdu,
        body: 0..18,
        trailer_header: 18..26,
        auth_value: 26..42,
        trailer,
        connectionless: None,
    };
    let mut out = Vec::new();
    let opened = association.open(&protected, &mut out);
    let verified = if signature.contains("45844502") { Verified::Wrong(Doubt::Signature) } else { Verified::Right };
    assert_eq!(opened, Opened::Clear { verified, decrypted: true });
    assert_eq!(out, wide("Plaintext"));
}

#[test]
fn section_4_2_2_ntlm_v1() {
    let (lm_hash, nt_hash) = (lmowf_v1("Password").unwrap(), ntowf_v1("Password"));
    assert_eq!(lm_hash, key("e52cac67419a9a224a3b108f3fa6cb6d"));
    assert_eq!(nt_hash, key("a4f49c406510bdcab6824ee7c30fd852"));
    let base = Key::new({
        use md4::Digest as _;
        md4::Md4::digest(&nt_hash[..]).into()
    });
    assert_eq!(base, key("d87262b0cde4b1cb7499becccdf10784"));
    let nt = desl(&nt_hash, &SERVER_CHALLENGE);
    let lm = desl(&lm_hash, &SERVER_CHALLENGE);
    assert_eq!(nt[..], bytes("67c43011f30298a2ad35ece64f16331c44bdbed927841f94"));
    assert_eq!(lm[..], bytes("98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13"));
    let kx = |flags| kxkey_v1(flags, &base, &|| Some(lm_hash.clone()), &lm).unwrap();
    assert_eq!(encrypted(&kx(V1)), bytes("518822b1b3f350c8958682ecbb3e3cb7"));
    let non_nt = V1 | Flags::REQUEST_NON_NT_SESSION_KEY;
    assert_eq!(encrypted(&kx(non_nt)), bytes("7452ca55c225a1ca04b48fae32cf56fc"));
    let lm_key = V1 | Flags::NEGOTIATE_LM_KEY;
    assert_eq!(kx(lm_key), key("b09e379f7fbecb1eaf0afdcb0383c8a0"));
    assert_eq!(encrypted(&kx(lm_key)), bytes("4cd7bb57d697ef9b549f02b8f9b37864"));

    let sealed = "56fe04d861f9319af0d7238a2e3b4d457fb8";
    let session_key = bytes("518822b1b3f350c8958682ecbb3e3cb7");
    // The text shows the random pad as encrypted in one place and as zero in another; either must do.
    opens(V1, &lm, &nt, &session_key, sealed, "01000000 00000000 09dcd1df 2e459d36");
    // The pad is not covered by anything: what isn't zeros is taken for changed.
    opens(V1, &lm, &nt, &session_key, sealed, "01000000 45844502 09dcd1df 2e459d36");
}

#[test]
fn section_4_2_3_ntlm_v1_with_client_challenge() {
    let nt_hash = ntowf_v1("Password");
    let nonce = md5(&[&SERVER_CHALLENGE, &CLIENT_CHALLENGE]);
    let nt = desl(&nt_hash, nonce.first_chunk().unwrap());
    assert_eq!(nt[..], bytes("7537f803ae367128ca458204bde7caf81e97ed2683267232"));
    let lm = [&CLIENT_CHALLENGE[..], &[0; 16]].concat();
    let kx = kxkey_ess(&key("d87262b0cde4b1cb7499becccdf10784"), &SERVER_CHALLENGE, &lm);
    assert_eq!(kx, key("eb93429a8bd952f8b89c55b87f475edc"));
    assert_eq!(signkey(&kx, Sender::Client), key("60e799be5c72fc92922ae8ebe961fb8d"));
    assert_eq!(sealkey(V1_ESS, &kx, Sender::Client, false)[..], bytes("04dd7f014d8504d265a25cc86a3a7c06"));
    let sealed = "a02372f6530273f3aa1eb90190ce5200c99d";
    opens(V1_ESS, &lm, &nt, &[], sealed, "01000000 ff2aeb52f681793a 00000000");
}

#[test]
fn section_4_2_4_ntlm_v2() {
    let response_key = ntowf_v2(&ntowf_v1("Password"), &units(&wide("USER")), &units(&wide("Domain")));
    assert_eq!(response_key, key("0c868a403bfd7a93a3001ef22ef02e3f"));
    let blob = [
        bytes("01010000000000000000000000000000aaaaaaaaaaaaaaaa00000000"),
        bytes("02000c0044006f006d00610069006e0001000c005300650072007600650072000000000000000000"),
    ]
    .concat();
    let proof = hmac_md5(&response_key[..], &[&SERVER_CHALLENGE, &blob]);
    assert_eq!(proof[..], bytes("68cd0ab851e51c96aabc927bebef6a1c"));
    let lm = hmac_md5(&response_key[..], &[&SERVER_CHALLENGE, &CLIENT_CHALLENGE]);
    assert_eq!(lm[..], bytes("86c35097ac9cec102554764a57cccc19"));
    let base = Key::new(hmac_md5(&response_key[..], &[&proof]));
    assert_eq!(base, key("8de40ccadbc14a82f15cb0ad0de95ca3"));
    assert_eq!(encrypted(&base), bytes("c5dad2544fc9799094ce1ce90bc9d03e"));
    assert_eq!(signkey(&RANDOM_SESSION_KEY, Sender::Client), key("4788dc861b4782f35d43fd98fe1a2d39"));
    assert_eq!(signkey(&RANDOM_SESSION_KEY, Sender::Server), key("d04d6f10741041d1d246d64188d7a8ad"));

    let nt = [&proof[..], &blob].concat();
    let lm = [&lm[..], &CLIENT_CHALLENGE].concat();
    let session_key = bytes("c5dad2544fc9799094ce1ce90bc9d03e");
    let sealed = "54e50165bf1936dc996020c1811b0f06fb5f";
    opens(V2, &lm, &nt, &session_key, sealed, "01000000 7fb38ec5c55d4976 00000000");
    // The same key by hand, no password.
    let mut keys = KeyStore::new();
    keys.add_session_key(&RANDOM_SESSION_KEY).unwrap();
    assert!(!keys.is_empty());
}

#[test]
fn sealing_keys_of_all_lengths() {
    let ess = Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY;
    let seal = |flags, sender, weak| sealkey(flags, &RANDOM_SESSION_KEY, sender, weak).to_vec();
    for (flags, client, server) in [
        (Flags::NEGOTIATE_128, "59f600973cc4960a25480a7c196e4c58", "9355f3a957c1583d25c4c2f11e40390e"),
        (Flags::NEGOTIATE_56, "a5f7253c1065e8d3d68642040e71cfe0", "583e2f98959b385cd158f3734b5f5d3f"),
        (Flags::empty(), "42f964a471091a02ff4a77455366e4e5", "c5d3853b406b7c1241c595f0ce0750e2"),
    ] {
        assert_eq!(seal(ess | flags, Sender::Client, false), bytes(client));
        assert_eq!(seal(ess | flags, Sender::Server, false), bytes(server));
    }
    assert_eq!(seal(Flags::NEGOTIATE_56, Sender::Client, true), bytes("55555555555555a0"));
    assert_eq!(seal(Flags::empty(), Sender::Client, true), bytes("5555555555e538b0"));
    assert_eq!(seal(Flags::empty(), Sender::Client, false), RANDOM_SESSION_KEY);
}
