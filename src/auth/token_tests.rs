//! What tokens tell without a secret, and hostile tokens.

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
