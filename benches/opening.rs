//! How fast are sealed PDUs opened, handshake included, and what share of reading a capture is that? Throughput in bytes
//! of sealed stub, beside that of the crates' ciphers and MACs in the same run: name, bytes, seconds and MB/s, with tabs
//! between. The recorded captures are used where they are at hand; the project's own one always.

#[path = "../tests/common/data.rs"]
mod data;

use aes::cipher::{InnerIvInit as _, KeyInit as _};
use cluscope::internals::auth::kerberos::opener;
use cluscope::internals::auth::{Association, KeyStore};
use cluscope::internals::capture::Reader;
use cluscope::internals::net::{Origin, Placed};
use cluscope::internals::rpc::header::PfcFlags;
use cluscope::internals::rpc::security::{AuthTrailer, Opened, Protected, Security, Sender, Token, Verified};
use cluscope::internals::session::observed_security::{Tap, Unsealed};
use cluscope::internals::session::{Session, SessionLimits};
use cts::{CbcCs3, Decrypt as _, Encrypt as _};
use hmac::{Hmac, Mac};
use rc4::StreamCipher as _;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

enum Item {
    Token { sender: Sender, ptype: u8, trailer: AuthTrailer, token: Vec<u8>, header_signing: bool },
    Pdu { sender: Sender, bytes: Vec<u8>, body: Range<usize>, trailer_header: Range<usize>, trailer: AuthTrailer },
}

impl Item {
    /// Bytes of its body, where it is a sealed PDU.
    fn sealed(&self) -> Option<usize> {
        match self {
            Item::Token { .. } => None,
            Item::Pdu { body, .. } => Some(body.len()),
        }
    }
}

/// What goes to each connection's security contexts, in order.
#[derive(Default)]
struct Recorded(BTreeMap<u64, Vec<Item>>);

impl Tap for Recorded {
    fn placed(&mut self, _: &Origin, _: Placed<'_>) {}

    fn unsealed(&mut self, unsealed: Unsealed<'_>) {
        let pdu = unsealed.pdu;
        self.0.entry(unsealed.origin.stream).or_default().push(Item::Pdu {
            sender: pdu.sender,
            bytes: pdu.pdu.to_vec(),
            body: pdu.body.clone(),
            trailer_header: pdu.trailer_header.clone(),
            trailer: pdu.trailer,
        });
    }
}

fn record(file: &[u8], keys: &Arc<KeyStore>) -> Recorded {
    let mut reader = Reader::new(file).expect("a capture");
    let mut session = Session::new(SessionLimits::default(), Arc::clone(keys));
    let mut recorded = Recorded::default();
    while let Some(packet) = reader.next().expect("a whole capture") {
        let mut tokens = Vec::new();
        session.packet_tapped(&packet, &mut recorded, &mut |record| {
            if let (Some(token), Some(auth)) = (record.event.token, &record.event.auth) {
                let item = Item::Token {
                    sender: record.event.sender,
                    ptype: record.event.ptype.map_or(0, |ptype| ptype as u8),
                    trailer: auth.trailer,
                    token: token.to_vec(),
                    header_signing: record.event.flags.contains(PfcFlags::SUPPORT_HEADER_SIGN),
                };
                tokens.push((record.flow.stream, item));
            }
        });
        for (stream, item) in tokens {
            recorded.0.entry(stream).or_default().push(item);
        }
    }
    recorded
}

fn open(recorded: &Recorded, keys: &Arc<KeyStore>) -> usize {
    let mut out = Vec::new();
    let mut total = 0;
    for items in recorded.0.values() {
        let mut association = Association::new(Arc::clone(keys));
        for item in items {
            match item {
                Item::Token { sender, ptype, trailer, token, header_signing } => association.token(&Token {
                    sender: *sender,
                    ptype: *ptype,
                    trailer: *trailer,
                    token,
                    header_signing: *header_signing,
                    pdu: &[],
                }),
                Item::Pdu { sender, bytes, body, trailer_header, trailer } => {
                    let pdu = Protected {
                        sender: *sender,
                        pdu: bytes,
                        body: body.clone(),
                        trailer_header: trailer_header.clone(),
                        auth_value: trailer_header.end..bytes.len(),
                        trailer: *trailer,
                        connectionless: None,
                    };
                    let opened = association.open(&pdu, &mut out);
                    assert_eq!(opened, Opened::Clear { verified: Verified::Right, decrypted: true });
                    total += out.len();
                }
            }
        }
    }
    total
}

/// Seconds that a run takes at best: of twenty rounds, each long enough for the clock.
fn seconds(mut run: impl FnMut()) -> f64 {
    let start = Instant::now();
    run();
    let times = (0.01 / start.elapsed().as_secs_f64().max(1e-9)).ceil().clamp(1.0, 1e6) as u32;
    let rounds = (0..20).map(|_| {
        let start = Instant::now();
        (0..times).for_each(|_| run());
        start.elapsed().as_secs_f64() / f64::from(times)
    });
    rounds.fold(f64::INFINITY, f64::min)
}

/// What is measured: bytes of sealed stub, and seconds for them.
fn row(name: &str, bytes: usize, seconds: f64) {
    println!("{name}\t{bytes}\t{seconds:.9}\t{:.0} MB/s", bytes as f64 / seconds / 1e6);
}

/// RC4 and HMAC-MD5 of the crates, keys made ready before, over messages of these lengths.
fn bare_rc4(name: &str, lengths: &[usize]) {
    let bytes = lengths.iter().sum();
    let mut data = vec![0x5a; lengths.iter().copied().max().unwrap_or_default()];
    let mut cipher = rc4::Rc4::new_from_slice(&[7; 16]).expect("a key");
    let decrypt = seconds(|| lengths.iter().for_each(|n| cipher.apply_keystream(&mut data[..*n])));
    let keyed = Hmac::<md5::Md5>::new_from_slice(&[7; 16]).expect("a key");
    let check = seconds(|| {
        lengths.iter().for_each(|n| {
            black_box(mac(&keyed, &data[..*n]));
        })
    });
    row(&format!("{name}: RC4"), bytes, decrypt);
    row(&format!("{name}: HMAC-MD5"), bytes, check);
    row(&format!("{name}: both in series"), bytes, decrypt + check);
}

fn mac<M: Mac + Clone>(keyed: &M, data: &[u8]) -> Vec<u8> {
    let mut mac = keyed.clone();
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

/// AES-256-CTS with HMAC-SHA1: the crates' own speed and that of opening the same messages.
fn aes(length: usize) {
    let (key, iv) = ([7; 32], [0; 16].into());
    let (encryption, integrity, open) = opener(18, &key, 22).expect("a key");
    let cipher = aes::Aes256::new_from_slice(&encryption).expect("a key");
    let keyed = Hmac::<sha1::Sha1>::new_from_slice(&integrity).expect("a key");
    let mut message = vec![0x5a; 16 + length];
    let right = mac(&keyed, &message);
    CbcCs3::inner_iv_init(&cipher, &iv).encrypt(&mut message).expect("more than a block");
    let mut data = message.clone();
    let decrypt = seconds(|| CbcCs3::inner_iv_init(&cipher, &iv).decrypt(&mut data).expect("more than a block"));
    let check = seconds(|| {
        black_box(mac(&keyed, &data));
    });
    message.extend_from_slice(&right[..12]);
    let opened = seconds(|| assert_eq!(open(&message), Some(length)));
    let name = format!("AES-256, {length} bytes");
    row(&format!("{name}: AES-256-CTS"), length, decrypt);
    row(&format!("{name}: HMAC-SHA1"), length, check);
    row(&format!("{name}: both in series"), length, decrypt + check);
    row(&format!("{name}: opening"), length, opened);
}

fn main() {
    let shared = data::shared("captures");
    let mut keys = KeyStore::new();
    keys.load_keys_file(&data::file("captures/lab.keys")).expect("the keys");
    let mut captures = vec![("own capture, NTLM", data::file("captures/sealed.pcapng"))];
    if let Some(shared) = &shared {
        keys.load_keytab(&shared.join("service.keytab")).expect("the keytab");
        captures.push(("small PDUs, NTLM", shared.join("d-v3-ntlm-seal.pcapng")));
        captures.push(("small PDUs, Kerberos AES-256", shared.join("g-v3-spnego-krb5-seal.pcapng")));
        captures.push(("large PDUs, NTLM", shared.join("h3-bigfrag-ntlm-seal.pcapng")));
    }
    let (keys, none) = (Arc::new(keys), Arc::new(KeyStore::new()));
    for (name, path) in captures {
        let file = read(&path);
        let recorded = record(&file, &keys);
        let lengths: Vec<usize> = recorded.0.values().flatten().filter_map(Item::sealed).collect();
        if name.contains("NTLM") {
            bare_rc4(name, &lengths);
        }
        let bytes = open(&recorded, &keys);
        row(
            &format!("{name}: handshakes and opening"),
            bytes,
            seconds(|| {
                open(&recorded, &keys);
            }),
        );
        row(
            &format!("{name}: whole capture, opened"),
            bytes,
            seconds(|| {
                whole(&file, &keys);
            }),
        );
        row(
            &format!("{name}: whole capture, sealed"),
            bytes,
            seconds(|| {
                whole(&file, &none);
            }),
        );
    }
    for length in [256, 4096, 65536] {
        aes(length);
    }
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a capture")
}

fn whole(file: &[u8], keys: &Arc<KeyStore>) -> u64 {
    let mut reader = Reader::new(file).expect("a capture");
    let mut session = Session::new(SessionLimits::default(), Arc::clone(keys));
    let mut records = 0;
    while let Some(packet) = reader.next().expect("a whole capture") {
        session.packet(&packet, &mut |_| records += 1);
    }
    session.finish(&mut |_| records += 1);
    records
}
