//! How fast are sealed PDUs opened, handshake included, and what share of reading a capture is that? Throughput in bytes
//! of sealed stub. The recorded captures are used where they are at hand; the project's own one always.
//!
//! Beside each stands what cannot be undercut: the crates' ciphers and checksums over pieces of the same lengths, one after
//! the other, with their keys prepared.

#[path = "../tests/common/data.rs"]
mod data;

use aes::cipher::{InnerIvInit as _, KeyInit as _};
use cluscope::internals::auth::{Association, KeyStore};
use cluscope::internals::capture::Reader;
use cluscope::internals::net::{Origin, Placed};
use cluscope::internals::rpc::header::PfcFlags;
use cluscope::internals::rpc::security::{AuthTrailer, Opened, Protected, Security, Sender, Token, Verified};
use cluscope::internals::session::observed_security::{Tap, Unsealed};
use cluscope::internals::session::{Session, SessionLimits};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use cts::{CbcCs3, Decrypt as _};
use hmac::{Hmac, Mac as _};
use md5::Md5;
use rc4::StreamCipher as _;
use sha1::Sha1;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

enum Item {
    Token { sender: Sender, ptype: u8, trailer: AuthTrailer, token: Vec<u8>, header_signing: bool },
    Pdu { sender: Sender, bytes: Vec<u8>, body: Range<usize>, trailer_header: Range<usize>, trailer: AuthTrailer },
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

fn how_fast_is_opening(c: &mut Criterion) {
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
    let keys = Arc::new(keys);
    let mut group = c.benchmark_group("how_fast_is_opening");
    for (name, path) in captures {
        let file = read(&path);
        let recorded = record(&file, &keys);
        group.throughput(Throughput::Bytes(open(&recorded, &keys) as u64));
        group.bench_function(BenchmarkId::new("opening alone", name), |b| b.iter(|| open(&recorded, &keys)));
        let lengths = lengths(&recorded);
        let mut buffer = vec![0; lengths.iter().max().map_or(0, |most| most + 32)];
        let bare = if name.contains("Kerberos") { aes_and_hmac } else { rc4_and_hmac };
        group.bench_function(BenchmarkId::new("the crates alone", name), |b| b.iter(|| bare(&lengths, &mut buffer)));
        group.bench_function(BenchmarkId::new("whole capture, opened", name), |b| b.iter(|| whole(&file, &keys)));
        let none = Arc::new(KeyStore::new());
        group.bench_function(BenchmarkId::new("whole capture, sealed", name), |b| b.iter(|| whole(&file, &none)));
    }
    group.finish();
}

/// Lengths of the sealed bodies.
fn lengths(recorded: &Recorded) -> Vec<usize> {
    let pdus = recorded.0.values().flatten().filter_map(|item| match item {
        Item::Pdu { body, .. } => Some(body.len()),
        Item::Token { .. } => None,
    });
    pdus.collect()
}

/// What NTLM takes of its crates: RC4 over each body and its checksum, HMAC-MD5 over number and body.
fn rc4_and_hmac(lengths: &[usize], buffer: &mut [u8]) {
    let mut handle = rc4::Rc4::new_from_slice(&[1; 16]).expect("a key");
    let mac = Hmac::<Md5>::new_from_slice(&[2; 16]).expect("a key");
    for length in lengths {
        let body = &mut buffer[..*length];
        handle.apply_keystream(body);
        handle.apply_keystream(&mut [0; 8]);
        let mut mac = mac.clone();
        mac.update(&[0; 4]);
        mac.update(body);
        black_box(mac.finalize());
    }
}

/// What Kerberos' AES-256 with SHA-1 takes of its crates: CBC with cipher text stealing and HMAC over confounder, body and
/// the token's header.
fn aes_and_hmac(lengths: &[usize], buffer: &mut [u8]) {
    let aes = aes::Aes256::new_from_slice(&[1; 32]).expect("a key");
    let mac = Hmac::<Sha1>::new_from_slice(&[2; 32]).expect("a key");
    for length in lengths {
        let message = &mut buffer[..*length + 32];
        let cipher = CbcCs3::<aes::Aes256>::inner_iv_init(aes.clone(), &[0; 16].into());
        cipher.decrypt(message).expect("more than one block");
        let mut mac = mac.clone();
        mac.update(message);
        black_box(mac.finalize());
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

criterion_group!(benches, how_fast_is_opening);
criterion_main!(benches);
