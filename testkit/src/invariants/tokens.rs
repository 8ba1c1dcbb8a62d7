//! Tokens of NTLM, SPNEGO and Kerberos, made from bytes that decide: their lengths and offsets are right, mostly, so
//! that what lies behind them is reached.

use super::Source;

/// The mechanisms' object identifiers, as encoded.
pub(super) const MECHANISMS: [&[u8]; 6] = [
    b"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a",
    b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02",
    b"\x2a\x86\x48\x82\xf7\x12\x01\x02\x02",
    b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x03",
    b"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x1e",
    b"\x2b\x06\x01\x05\x05\x02",
];

const SEQUENCE: u8 = 0x30;
const OCTET_STRING: u8 = 0x04;
const GENERAL_STRING: u8 = 0x1b;

fn bytes(source: &mut Source<'_>, most: usize) -> Vec<u8> {
    let n = source.below(most);
    (0..n).map(|_| source.byte()).collect()
}

/// An element; its length is in long form, or wrong, now and then.
fn element(source: &mut Source<'_>, tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut n = contents.len();
    let style = source.byte();
    if style == 0xff {
        n = source.below(0x200);
    }
    let mut out = Vec::from([tag]);
    match n {
        0..=0x7f if style < 0xf0 => out.push(n as u8),
        0..=0xff if style < 0xf8 => out.extend([0x81, n as u8]),
        _ => {
            out.push(0x82);
            out.extend((n as u16).to_be_bytes());
        }
    }
    out.extend(contents);
    out
}

/// The fields of a sequence, one of which may be missing or there twice.
fn sequence(source: &mut Source<'_>, fields: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let odd = usize::from(source.byte());
    let mut body = Vec::new();
    for (i, (number, contents)) in fields.iter().enumerate() {
        let times = match odd.checked_sub(0xe0) {
            Some(odd) if odd == i => 0,
            Some(odd) if odd == i + 16 => 2,
            _ => 1,
        };
        for _ in 0..times {
            body.extend(element(source, 0xa0 | number, contents));
        }
    }
    element(source, SEQUENCE, &body)
}

fn integer(source: &mut Source<'_>, usual: u8) -> Vec<u8> {
    if source.byte() < 0xe0 {
        return Vec::from([2, 1, usual]);
    }
    let contents = bytes(source, 10);
    element(source, 2, &contents)
}

fn text(source: &mut Source<'_>, usual: &[u8]) -> Vec<u8> {
    let contents = if source.byte() < 0xc0 { usual.to_vec() } else { bytes(source, 40) };
    element(source, GENERAL_STRING, &contents)
}

/// Any elements in one another.
fn anything(source: &mut Source<'_>, depth: usize) -> Vec<u8> {
    const TAGS: [u8; 12] = [0x30, 0xa0, 0xa1, 0xa2, 0xa3, 0x60, 0x6e, 0x61, 0x02, 0x03, 0x04, 0x06];
    let tag = TAGS[source.below(TAGS.len())];
    let mut contents = Vec::new();
    if tag & 0x20 != 0 && depth < 8 {
        for _ in 0..source.below(4) {
            contents.extend(anything(source, depth + 1));
        }
    } else {
        contents = bytes(source, 24);
    }
    element(source, tag, &contents)
}

/// A SPNEGO token with a token of some mechanism in it.
pub(super) fn spnego(source: &mut Source<'_>) -> Vec<u8> {
    let kind = source.byte() % 8;
    if kind == 0 {
        return anything(source, 0);
    }
    let inner = match source.byte() % 4 {
        0 => bytes(source, 60),
        1 => kerberos(source),
        _ => ntlm(source),
    };
    let token = element(source, OCTET_STRING, &inner);
    let mic = bytes(source, 20);
    let mic = element(source, OCTET_STRING, &mic);
    let mechanism = |source: &mut Source<'_>| {
        let known = MECHANISMS.get(usize::from(source.byte()) % 8);
        let contents = known.map_or_else(|| bytes(source, 12), |known| known.to_vec());
        element(source, 6, &contents)
    };
    if kind < 5 {
        let mut mechanisms = Vec::new();
        for _ in 0..=source.below(4) {
            mechanisms.extend(mechanism(source));
        }
        let mechanisms = element(source, SEQUENCE, &mechanisms);
        let hints = if source.once_in(2) { sequence(source, &[]) } else { mic.clone() };
        let body = sequence(source, &[(0, mechanisms), (2, token), (3, hints), (4, mic)]);
        let choice = element(source, 0xa0, &body);
        let framed = [element(source, 6, MECHANISMS[5]), choice.clone()].concat();
        return if kind < 4 { element(source, 0x60, &framed) } else { choice };
    }
    let state = Vec::from([10, 1, source.byte() % 5]);
    let chosen = mechanism(source);
    let body = sequence(source, &[(0, state), (1, chosen), (2, token), (3, mic)]);
    element(source, 0xa1, &body)
}

fn principal(source: &mut Source<'_>) -> Vec<u8> {
    let mut names = text(source, b"MSServerClusterMgmtAPI");
    for _ in 0..source.below(3) {
        names.extend(text(source, b"NODE1.LAB.TEST"));
    }
    let names = element(source, SEQUENCE, &names);
    let kind = integer(source, 2);
    sequence(source, &[(0, kind), (1, names)])
}

fn encrypted(source: &mut Source<'_>) -> Vec<u8> {
    let etype = [18, 17, 23, 20, 19, 3, 16, 24][usize::from(source.byte() % 8)];
    let etype = integer(source, etype);
    let kvno = integer(source, 1);
    let cipher = bytes(source, 120);
    let cipher = element(source, OCTET_STRING, &cipher);
    sequence(source, &[(0, etype), (1, kvno), (2, cipher)])
}

/// A key, as tickets, authenticators and AP-REPs hold one when they are opened.
#[cfg(feature = "decrypt")]
fn key(source: &mut Source<'_>) -> Vec<u8> {
    let etype = [18, 17, 23, 20][usize::from(source.byte() % 4)];
    let etype = integer(source, etype);
    let contents: Vec<u8> = (0..[32, 16, 16, 32, 31][source.below(5)]).map(|_| source.byte()).collect();
    let contents = element(source, OCTET_STRING, &contents);
    sequence(source, &[(0, etype), (1, contents)])
}

/// What encryption hides in a ticket, an authenticator or an AP-REP.
#[cfg(feature = "decrypt")]
pub(super) fn hidden(source: &mut Source<'_>) -> Vec<u8> {
    let key = key(source);
    let realm = text(source, b"LAB.TEST");
    let name = principal(source);
    let (tag, body) = match source.byte() % 4 {
        0 => return anything(source, 0),
        1 => (0x63, sequence(source, &[(1, key), (2, realm), (3, name)])),
        2 => (0x62, sequence(source, &[(1, realm), (2, name), (6, key)])),
        _ => (0x7b, sequence(source, &[(2, key)])),
    };
    element(source, tag, &body)
}

/// An AP-REQ, AP-REP or KRB-ERROR.
pub(super) fn kerberos(source: &mut Source<'_>) -> Vec<u8> {
    let version = integer(source, 5);
    let realm = text(source, b"LAB.TEST");
    let kind = source.byte();
    let (number, tag, body) = match kind % 4 {
        0 => {
            let options = Vec::from([3, 5, 0, source.byte(), 0, 0, 0]);
            let (service, part) = (principal(source), encrypted(source));
            let ticket = sequence(source, &[(0, version.clone()), (1, realm), (2, service), (3, part)]);
            let ticket = element(source, 0x61, &ticket);
            let (kind, authenticator) = (integer(source, 14), encrypted(source));
            (1, 0x6e, sequence(source, &[(0, version), (1, kind), (2, options), (3, ticket), (4, authenticator)]))
        }
        1 => {
            let (kind, part) = (integer(source, 15), encrypted(source));
            (2, 0x6f, sequence(source, &[(0, version), (1, kind), (2, part)]))
        }
        2 => {
            let time = element(source, 0x18, b"20261120100000Z");
            let code = source.byte() % 64;
            let (code, service, text) = (integer(source, code), principal(source), text(source, b"no"));
            (3, 0x7e, sequence(source, &[(0, version), (4, time), (6, code), (9, realm), (10, service), (11, text)]))
        }
        _ => return anything(source, 0),
    };
    let message = element(source, tag, &body);
    if kind & 0x80 != 0 {
        return message;
    }
    let mechanism = MECHANISMS[1 + usize::from(kind >> 6)];
    let framed = [element(source, 6, mechanism), Vec::from([number, 0]), message].concat();
    element(source, 0x60, &framed)
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Attribute-value pairs (MS-NLMP 2.2.2.1), with the mark at their end unless it is left out.
fn pairs(source: &mut Source<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..source.below(5) {
        let id = 1 + u16::from(source.byte() % 11);
        let value = match id {
            6 => Vec::from([source.byte() & 3, 0, 0, 0]),
            7 => bytes(source, 9),
            _ => wide("NODE1"),
        };
        out.extend(id.to_le_bytes());
        out.extend((value.len() as u16).to_le_bytes());
        out.extend(value);
    }
    if source.byte() < 0xf0 {
        out.extend([0; 4]);
    }
    out
}

/// A NEGOTIATE, CHALLENGE or AUTHENTICATE message of NTLM.
pub(super) fn ntlm(source: &mut Source<'_>) -> Vec<u8> {
    let kind = 1 + source.byte() % 3;
    let flags = (source.number(4) as u32) ^ 0xe288_8215;
    let name = |source: &mut Source<'_>, usual: &str| match source.byte() {
        0..=0xbf => wide(usual),
        0xc0..=0xdf => usual.as_bytes().to_vec(),
        _ => bytes(source, 20),
    };
    let version = [10, 0, 0x7c, 0x4f, 0, 0, 0, 15];
    // Descriptors and what stands between them; then the payloads.
    let mut head = b"NTLMSSP\0".to_vec();
    head.extend([kind, 0, 0, 0]);
    let mut payloads = Vec::new();
    let mut places = Vec::new();
    let mut field = |head: &mut Vec<u8>, payload: Vec<u8>| {
        places.push(head.len());
        head.extend([0; 8]);
        payloads.push(payload);
    };
    match kind {
        1 => {
            head.extend(flags.to_le_bytes());
            field(&mut head, name(source, "LAB"));
            field(&mut head, name(source, "CLIENT"));
            head.extend(version);
        }
        2 => {
            field(&mut head, name(source, "LAB"));
            head.extend(flags.to_le_bytes());
            head.extend((0..8).map(|_| source.byte()));
            head.extend([0; 8]);
            field(&mut head, pairs(source));
            head.extend(version);
        }
        _ => {
            let lm: Vec<u8> = (0..24).map(|_| source.byte()).collect();
            let mut response: Vec<u8> = (0..[24, 16][source.below(2)]).map(|_| source.byte()).collect();
            if response.len() == 16 {
                response.extend([1, 1, 0, 0, 0, 0, 0, 0]);
                response.extend((0..16).map(|_| source.byte()));
                response.extend([0; 4]);
                response.extend(pairs(source));
                response.extend([0; 4]);
            }
            field(&mut head, lm);
            field(&mut head, response);
            field(&mut head, name(source, "LAB"));
            field(&mut head, name(source, "clusadm"));
            field(&mut head, name(source, "CLIENT"));
            field(&mut head, bytes(source, 20));
            head.extend(flags.to_le_bytes());
            head.extend(version);
            if source.once_in(2) {
                head.extend((0..16).map(|_| source.byte()));
            }
        }
    }
    for (place, payload) in places.into_iter().zip(payloads) {
        let (mut length, mut offset) = (payload.len() as u16, head.len() as u32);
        match source.byte() {
            0xfe => length = source.number(2) as u16,
            0xff => offset = source.number(4) as u32,
            _ => {}
        }
        let [a, b] = length.to_le_bytes();
        let [c, d, e, f] = offset.to_le_bytes();
        for (slot, byte) in head.iter_mut().skip(place).zip([a, b, a, b, c, d, e, f]) {
            *slot = byte;
        }
        head.extend(payload);
    }
    head
}
