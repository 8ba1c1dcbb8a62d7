//! How fast is a whole capture read: skimmed, decoded, printed? Throughput in bytes of capture file.

use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::Reader;
use cluscope::internals::ndr::wire::Message;
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::session::{Record, Session, SessionLimits};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;

fn captures() -> Vec<(&'static str, Vec<u8>)> {
    ["tour", "ndr64", "bigendian", "fragments", "witness"]
        .into_iter()
        .map(|name| {
            let path = format!("{}/captures/{name}.pcapng", env!("CARGO_MANIFEST_DIR"));
            (name, std::fs::read(path).expect("a capture of the repository"))
        })
        .collect()
}

fn read(bytes: &[u8], out: &mut dyn FnMut(Record<'_>)) {
    let mut reader = Reader::new(bytes).expect("a capture");
    let mut session = Session::new(SessionLimits::default(), Arc::new(KeyStore::default()));
    while let Some(packet) = reader.next().expect("a whole capture") {
        session.packet(&packet, out);
    }
    session.finish(out);
}

fn how_fast_is_a_whole_capture(c: &mut Criterion) {
    let mut group = c.benchmark_group("how_fast_is_a_whole_capture");
    for (name, bytes) in captures() {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_with_input(BenchmarkId::new("packets alone", name), &bytes, |b, bytes| {
            b.iter(|| {
                let mut reader = Reader::new(bytes.as_slice()).expect("a capture");
                let mut bytes = 0;
                while let Some(packet) = reader.next().expect("a whole capture") {
                    bytes += packet.data.len();
                }
                bytes
            });
        });
        group.bench_with_input(BenchmarkId::new("messages, not decoded", name), &bytes, |b, bytes| {
            b.iter(|| {
                let mut n = 0;
                read(bytes, &mut |_| n += 1);
                n
            });
        });
        group.bench_with_input(BenchmarkId::new("messages, validated", name), &bytes, |b, bytes| {
            b.iter(|| {
                read(bytes, &mut |record| {
                    if let (Some(method), Some((kind, stub))) = (record.method(), record.stub()) {
                        let _ = black_box(Message::decode(method, kind, stub));
                    }
                });
            });
        });
        group.bench_with_input(BenchmarkId::new("messages, as JSON lines", name), &bytes, |b, bytes| {
            let (mut records, mut out) = (Records::default(), Out::new());
            b.iter(|| {
                let mut printed = 0;
                read(bytes, &mut |record| {
                    records.print(&mut out, &record);
                    printed += out.len();
                });
                bytes
            });
        });
    }
    group.finish();
}

criterion_group!(benches, how_fast_is_a_whole_capture);
criterion_main!(benches);
