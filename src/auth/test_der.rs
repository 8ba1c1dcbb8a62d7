//! For tests alone: writes the ASN.1 of SPNEGO and Kerberos.

use std::vec::Vec;

pub(crate) fn der(tag: u8, body: &[u8]) -> Vec<u8> {
    let n = body.len();
    let mut out = std::vec![tag];
    match n {
        0..=127 => out.push(n as u8),
        128..=255 => out.extend([0x81, n as u8]),
        _ => out.extend([0x82, (n >> 8) as u8, n as u8]),
    }
    out.extend(body);
    out
}

pub(crate) fn seq(parts: &[Vec<u8>]) -> Vec<u8> {
    der(0x30, &parts.concat())
}

pub(crate) const NTLM: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10];
pub(crate) const KRB5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2];
pub(crate) const MS_KRB5: &[u8] = &[0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2];

pub(crate) fn encrypted(etype: i64, kvno: Option<u8>, cipher: &[u8]) -> Vec<u8> {
    let mut parts = std::vec![der(0xa0, &der(2, &[etype as u8]))];
    parts.extend(kvno.map(|k| der(0xa1, &der(2, &[k]))));
    parts.push(der(0xa2, &der(4, cipher)));
    seq(&parts)
}

pub(crate) fn name(parts: &[&str]) -> Vec<u8> {
    let strings: Vec<u8> = parts.iter().flat_map(|p| der(0x1b, p.as_bytes())).collect();
    seq(&[der(0xa0, &der(2, &[2])), der(0xa1, &der(0x30, &strings))])
}

pub(crate) fn ap_req(service: &[&str], ticket: &[u8], authenticator: &[u8]) -> Vec<u8> {
    let ticket = der(
        0x61,
        &seq(&[
            der(0xa0, &der(2, &[5])),
            der(0xa1, &der(0x1b, b"LAB.TEST")),
            der(0xa2, &name(service)),
            der(0xa3, ticket),
        ]),
    );
    let body = seq(&[
        der(0xa0, &der(2, &[5])),
        der(0xa1, &der(2, &[14])),
        der(0xa2, &der(3, &[0, 0x20, 0, 0, 0])),
        der(0xa3, &ticket),
        der(0xa4, authenticator),
    ]);
    der(0x6e, &body)
}

pub(crate) fn ap_rep(encrypted: &[u8]) -> Vec<u8> {
    der(0x6f, &seq(&[der(0xa0, &der(2, &[5])), der(0xa1, &der(2, &[15])), der(0xa2, encrypted)]))
}

/// `mechTypes`.
pub(crate) fn mech_types(mechanisms: &[&[u8]]) -> Vec<u8> {
    der(0x30, &mechanisms.iter().flat_map(|m| der(6, m)).collect::<Vec<u8>>())
}

/// A NegTokenInit.
pub(crate) fn neg_token_init(mechanisms: &[&[u8]], token: &[u8]) -> Vec<u8> {
    let body = seq(&[der(0xa0, &mech_types(mechanisms)), der(0xa2, &der(4, token))]);
    gss(&[0x2b, 6, 1, 5, 5, 2], &der(0xa0, &body))
}

/// A NegTokenResp.
pub(crate) fn neg_token_resp(mechanism: Option<&[u8]>, token: &[u8], mic: Option<&[u8]>) -> Vec<u8> {
    let mut parts = std::vec![der(0xa0, &der(10, &[1]))];
    parts.extend(mechanism.map(|m| der(0xa1, &der(6, m))));
    parts.push(der(0xa2, &der(4, token)));
    parts.extend(mic.map(|m| der(0xa3, &der(4, m))));
    der(0xa1, &seq(&parts))
}

pub(crate) fn gss(oid: &[u8], inner: &[u8]) -> Vec<u8> {
    der(0x60, &[der(6, oid), inner.to_vec()].concat())
}
