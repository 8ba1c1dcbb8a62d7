//! What tokens tell without a secret, and hostile tokens.

use std::string::ToString as _;
use std::vec::Vec;

use super::test_der::{KRB5, MS_KRB5, NTLM, ap_rep, ap_req, der, encrypted, gss, name, seq};
use super::{TokenInfo, describe};

fn request() -> Vec<u8> {
    let cipher = [0xcc; 40];
    ap_req(&["cifs", "node1.lab.test"], &encrypted(18, Some(3), &cipher), &encrypted(23, None, &cipher))
}

fn init() -> Vec<u8> {
    let list = seq(&[der(6, MS_KRB5), der(6, KRB5), der(6, NTLM)]);
    let inner = gss(KRB5, &[&[1, 0][..], &request()].concat());
    let body = seq(&[der(0xa0, &list), der(0xa2, &der(4, &inner)), der(0xa3, &der(4, &[0; 28]))]);
    gss(&[0x2b, 6, 1, 5, 5, 2], &der(0xa0, &body))
}

#[test]
fn spnego_with_kerberos() {
    let TokenInfo::SpnegoInit(info) = describe(&init()) else { panic!() };
    assert_eq!(info.mechanisms, ["ms-krb5", "krb5", "ntlmssp"]);
    assert!(info.mech_list_mic);
    let Some(TokenInfo::KerberosApReq(request)) = info.inner.as_deref() else { panic!() };
    assert_eq!((request.realm.as_str(), request.service.as_str()), ("LAB.TEST", "cifs/node1.lab.test"));
    assert_eq!(request.options, ["mutual-required"]);
    assert_eq!((request.ticket.name, request.ticket.kvno), ("aes256-cts-hmac-sha1-96", Some(3)));
    assert_eq!((request.authenticator.name, request.authenticator.length), ("rc4-hmac", 40));

    let body = seq(&[der(0xa0, &der(10, &[1])), der(0xa1, &der(6, NTLM)), der(0xa2, &der(4, b"NTLMSSP\0\x02"))]);
    let TokenInfo::SpnegoResp(info) = describe(&der(0xa1, &body)) else { panic!() };
    assert_eq!((info.state.as_deref(), info.mechanism.as_deref()), (Some("accept-incomplete"), Some("ntlmssp")));
    assert!(matches!(info.inner.as_deref(), Some(TokenInfo::Unknown { length: 9, .. })));
}

#[test]
fn kerberos_bare_and_framed() {
    assert!(matches!(describe(&request()), TokenInfo::KerberosApReq(_)));
    let reply = ap_rep(&encrypted(18, None, &[0xcc; 40]));
    assert!(matches!(describe(&reply), TokenInfo::KerberosApRep(_)));
    assert!(matches!(describe(&gss(KRB5, &[&[2, 0][..], &reply].concat())), TokenInfo::KerberosApRep(_)));
    let error = der(
        0x7e,
        &seq(&[
            der(0xa4, &der(0x18, b"20261120103000Z")),
            der(0xa6, &der(2, &[37])),
            der(0xa9, &der(0x1b, b"LAB.TEST")),
            der(0xaa, &name(&["cifs", "node1"])),
        ]),
    );
    let TokenInfo::KerberosError(info) = describe(&gss(KRB5, &[&[3, 0][..], &error].concat())) else { panic!() };
    assert_eq!((info.code, info.name, info.time.as_str()), (37, "KRB_AP_ERR_SKEW", "2026-11-20T10:30:00Z"));
}

/// RFC 4120 7.5.9: the codes that an acceptor may answer, and some that none does.
#[test]
fn names_of_kerberos_errors() {
    for (code, expected) in [
        (0, ""),
        (7, "KDC_ERR_S_PRINCIPAL_UNKNOWN"),
        (14, "KDC_ERR_ETYPE_NOSUPP"),
        (30, ""),
        (31, "KRB_AP_ERR_BAD_INTEGRITY"),
        (32, "KRB_AP_ERR_TKT_EXPIRED"),
        (33, "KRB_AP_ERR_TKT_NYV"),
        (34, "KRB_AP_ERR_REPEAT"),
        (35, "KRB_AP_ERR_NOT_US"),
        (36, "KRB_AP_ERR_BADMATCH"),
        (37, "KRB_AP_ERR_SKEW"),
        (38, "KRB_AP_ERR_BADADDR"),
        (39, "KRB_AP_ERR_BADVERSION"),
        (40, "KRB_AP_ERR_MSG_TYPE"),
        (41, "KRB_AP_ERR_MODIFIED"),
        (42, "KRB_AP_ERR_BADORDER"),
        (43, ""),
        (44, "KRB_AP_ERR_BADKEYVER"),
        (45, "KRB_AP_ERR_NOKEY"),
        (46, "KRB_AP_ERR_MUT_FAIL"),
        (47, "KRB_AP_ERR_BADDIRECTION"),
        (48, "KRB_AP_ERR_METHOD"),
        (49, "KRB_AP_ERR_BADSEQ"),
        (50, "KRB_AP_ERR_INAPP_CKSUM"),
        (60, "KRB_ERR_GENERIC"),
    ] {
        let error = der(0x7e, &seq(&[der(0xa6, &der(2, &[code]))]));
        let TokenInfo::KerberosError(info) = describe(&error) else { panic!("{code}") };
        assert_eq!((info.code, info.name), (i64::from(code), expected));
    }
}

/// KERB-TGT-REQUEST and KERB-TGT-REPLY (draft-swift-win2k-krb-user2user-03 4.1): the message type has to be the token's.
#[test]
fn user_to_user() {
    let mechanism = &[KRB5, &[3]].concat();
    let framed = |id: u8, body: &[u8]| gss(mechanism, &[&[4, id][..], body].concat());
    let numbers = |kind: u8| [der(0xa0, &der(2, &[5])), der(0xa1, &der(2, &[kind]))];
    let request = |kind| {
        let more = [der(0xa2, &name(&["cifs", "node1"])), der(0xa3, &der(0x1b, b"LAB.TEST"))];
        seq(&[numbers(kind).to_vec(), more.to_vec()].concat())
    };
    let TokenInfo::KerberosTgtReq(info) = describe(&framed(0, &request(16))) else { panic!() };
    assert_eq!((info.service.as_deref(), info.realm.as_deref()), (Some("cifs/node1"), Some("LAB.TEST")));
    let ticket = der(
        0x61,
        &seq(&[
            der(0xa0, &der(2, &[5])),
            der(0xa1, &der(0x1b, b"LAB.TEST")),
            der(0xa2, &name(&["krbtgt", "LAB.TEST"])),
            der(0xa3, &encrypted(18, Some(2), &[0xcc; 40])),
        ]),
    );
    let reply = |kind| seq(&[numbers(kind).to_vec(), vec![der(0xa2, &ticket)]].concat());
    let TokenInfo::KerberosTgtRep(info) = describe(&framed(1, &reply(17))) else { panic!() };
    assert_eq!((info.realm.as_str(), info.service.as_str()), ("LAB.TEST", "krbtgt/LAB.TEST"));
    assert_eq!((info.ticket.name, info.ticket.kvno), ("aes256-cts-hmac-sha1-96", Some(2)));
    for token in [framed(0, &request(17)), framed(1, &reply(16)), framed(2, &request(16))] {
        assert!(matches!(describe(&token), TokenInfo::Unknown { .. }));
    }
}

/// MS-NLMP 2.2.2.1: what a server tells of itself, up to MsvAvEOL.
#[test]
fn what_a_challenge_tells() {
    use super::ntlm::AvValue;
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let text = |text: &str| (wide(text), AvValue::Text(text.to_string()));
    let expected = [
        ("MsvAvNbComputerName", text("NODE1")),
        ("MsvAvNbDomainName", text("LAB")),
        ("MsvAvDnsComputerName", text("node1.lab.test")),
        ("MsvAvDnsDomainName", text("lab.test")),
        ("MsvAvDnsTreeName", text("test")),
        ("MsvAvFlags", (vec![2, 0, 0, 0], AvValue::Flags(2))),
        ("MsvAvTimestamp", (vec![7, 0, 0, 0, 0, 0, 0, 1], AvValue::Time(crate::base::time::FileTime((1 << 56) + 7)))),
        ("MsvAvSingleHost", (vec![0xab, 0xcd], AvValue::Bytes("abcd".to_string()))),
        ("MsvAvTargetName", text("cifs/node1")),
        ("MsvAvChannelBindings", (vec![0x0f; 3], AvValue::Bytes("0f0f0f".to_string()))),
        ("", (vec![1], AvValue::Bytes("01".to_string()))),
    ];
    let mut pairs = Vec::new();
    for (id, (_, (bytes, _))) in (1u16..).zip(&expected) {
        pairs.extend([id, u16::try_from(bytes.len()).expect("short")].map(u16::to_le_bytes).concat());
        pairs.extend(bytes);
    }
    // Behind the end there is nothing.
    pairs.extend([0, 0, 0, 0, 1, 0, 2, 0, b'x', 0]);
    let size = u16::try_from(pairs.len()).expect("short").to_le_bytes();
    // NEGOTIATE_UNICODE and NEGOTIATE_TARGET_INFO.
    let fixed = [&b"NTLMSSP\0\x02\0\0\0"[..], &[0; 8], &[1, 0, 0x80, 0], &[0x11; 8], &[0; 8]].concat();
    let TokenInfo::NtlmChallenge(info) = describe(&[&fixed[..], &size, &size, &[48, 0, 0, 0], &pairs].concat()) else {
        panic!()
    };
    let found: Vec<_> = info.target_info.into_iter().map(|pair| (pair.id, pair.name, pair.value)).collect();
    let expected: Vec<_> = (1u16..).zip(expected).map(|(id, (name, (_, value)))| (id, name, value)).collect();
    assert_eq!(found, expected);
}

/// MS-NRPC 2.2.1.3.1: names in the order of their flags, two of them up to a zero byte, the others in labels.
#[test]
fn netlogon_names() {
    let names = |flags: u8, names: &[u8]| match describe(&[&[0, 0, 0, 0, flags, 0, 0, 0], names].concat()) {
        TokenInfo::Netlogon(info) => Some((info.message, info.names)),
        _ => None,
    };
    let all = b"LAB\0NODE1\0\x03lab\x04test\0\x05node1\0\x05NODE1\0";
    let expected = [
        ("domain", "LAB"),
        ("computer", "NODE1"),
        ("dns_domain", "lab.test"),
        ("dns_host", "node1"),
        ("computer_utf8", "NODE1"),
    ]
    .map(|(what, name)| (what, name.to_string()));
    assert_eq!(names(0x1f, all), Some(("negotiate", expected.to_vec())));
    assert_eq!(
        names(0x06, b"NODE1\0\x03lab\0"),
        Some(("negotiate", vec![("computer", "NODE1".to_string()), ("dns_domain", "lab".to_string())]))
    );
    assert_eq!(names(0x01, b"not ended"), None);
    assert_eq!(names(0x04, b"\x09cut off"), None);
    assert_eq!(names(0x20, all), None, "a flag that names nothing");
    let answer = describe(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert!(matches!(&answer, TokenInfo::Netlogon(info) if info.message == "response" && info.names.is_empty()));
}

/// RFC 8446 4 and 5.1.
#[test]
fn tls_records() {
    for (token, expected) in [
        (&[22, 3, 3, 0, 4, 1, 0][..], Some(("handshake", "3.3", Some("client-hello")))),
        (&[22, 3, 1, 0, 4, 2, 0], Some(("handshake", "3.1", Some("server-hello")))),
        (&[22, 3, 3, 0, 4, 99], Some(("handshake", "3.3", Some("other")))),
        (&[22, 3, 3, 0, 4], Some(("handshake", "3.3", None))),
        (&[20, 3, 3, 0, 1, 1], Some(("change-cipher-spec", "3.3", None))),
        (&[21, 3, 0, 0, 2, 2, 40], Some(("alert", "3.0", None))),
        (&[23, 3, 4, 0, 1, 1], Some(("application-data", "3.4", None))),
        (&[24, 3, 3, 0, 1, 1], None),
        (&[22, 3, 5, 0, 1, 1], None),
        (&[22, 2, 3, 0, 1, 1], None),
        (&[22, 3, 3, 0], None),
    ] {
        let found = match describe(token) {
            TokenInfo::Tls(info) => Some((info.content, info.version, info.handshake)),
            _ => None,
        };
        let found = found.as_ref().map(|(content, version, handshake)| (*content, version.as_str(), *handshake));
        assert_eq!(found, expected, "{token:?}");
    }
}

#[test]
fn bombs_and_bent_tokens() {
    // Nested as deep as the bytes go, and nested in itself.
    let mut nested = Vec::new();
    for _ in 0..3_000 {
        let inner = nested.get(..60_000.min(nested.len())).unwrap_or_default();
        nested = gss(&[0x2b, 6, 1, 5, 5, 2], inner);
    }
    let _ = describe(&nested);
    let mut inner = init();
    for _ in 0..50 {
        let body = seq(&[der(0xa2, &der(4, &inner))]);
        inner = der(0xa1, &body);
    }
    let TokenInfo::SpnegoResp(info) = describe(&inner) else { panic!() };
    assert!(matches!(info.inner.as_deref(), Some(TokenInfo::Unknown { .. })), "SPNEGO isn't looked for inside SPNEGO");
    for lengths in [&[0x60, 0x84, 0xff, 0xff, 0xff, 0xff][..], &[0x60, 0x80], &[0x60, 0xff], &[0x7f, 0x7f, 0], &[0x60]]
    {
        assert!(matches!(describe(lengths), TokenInfo::Unknown { .. }));
    }
    for good in [init(), request()] {
        for at in 0..good.len() {
            let _ = describe(&good[..at]);
            for by in [1, 0x20, 0x7f, 0x80] {
                let mut bent = good.clone();
                bent[at] = bent[at].wrapping_add(by);
                let _ = describe(&bent);
            }
        }
    }
    assert!(matches!(describe(b""), TokenInfo::Unknown { length: 0, .. }));
}

#[cfg(feature = "serde")]
#[test]
fn serializes() {
    let token = b"NTLMSSP\0\x01\0\0\0\x07\x82\x08\xa2";
    let json = serde_json::to_value(describe(token)).unwrap();
    assert_eq!(json["type"], "ntlm_negotiate");
    assert_eq!(json["flags"]["value"], 0xa208_8207u32);
    assert_eq!(json["flags"]["flags"][0], "NEGOTIATE_UNICODE");
    let json = serde_json::to_value(describe(&init())).unwrap();
    assert_eq!(json["inner"]["type"], "kerberos_ap_req");
    assert_eq!(json["inner"]["ticket"]["kvno"], 3);
}

#[cfg(not(feature = "decrypt"))]
#[test]
fn without_decryption() {
    use crate::rpc::security::{AuthTrailer, Opened, Protected, Remedy, Security as _, Sender, Verified};
    let mut association = super::Association::new(std::sync::Arc::new(super::KeyStore::new()));
    for (level, expected) in [
        (5, Opened::Clear { verified: Verified::Unchecked, decrypted: false }),
        (6, Opened::Sealed { reason: "built without decryption".to_string(), remedy: Remedy::Feature }),
    ] {
        let trailer = AuthTrailer { auth_type: 10, auth_level: level, auth_pad_length: 0, auth_context_id: 0 };
        let pdu = Protected {
            sender: Sender::Client,
            pdu: &[0; 64],
            body: 24..40,
            trailer_header: 40..48,
            auth_value: 48..64,
            trailer,
            connectionless: None,
        };
        assert_eq!(association.open(&pdu, &mut Vec::new()), expected);
    }
}
