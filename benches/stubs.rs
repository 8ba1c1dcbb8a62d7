//! What the engine costs, over the stubs of `tests/data` (every method, NDR, NDR64, big-endian NDR). Throughput is in
//! bytes of stub. `cargo bench --bench stubs`

use cluscope::internals::idl::cluster::ApiCreateEnum;
use cluscope::internals::ndr::parsers::{Input, conformant_varying_string, count, referent, u32};
use cluscope::internals::ndr::value::{Collect, Contents};
use cluscope::internals::ndr::wire::{Kind, Message};
use cluscope::internals::ndr::{Direction, Endian, Method, Syntax, Value, Version, write};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::stub::{self, Identity};
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use std::hint::black_box;

struct Sample {
    identity: Identity,
    method: &'static Method,
    stub: Vec<u8>,
    contents: Contents,
}

fn samples() -> Vec<Sample> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/stubs.jsonl");
    let text = std::fs::read_to_string(path).expect("tests/data");
    text.lines()
        .map(|line| {
            let line: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
            let identity = Identity::parse(&line).unwrap();
            let method = identity.method().unwrap();
            let stub = hex::decode(line["hex"].as_str().unwrap()).unwrap();
            let mut collect = Collect::default();
            Message::decode_with(method, identity.kind, &stub, &mut collect).unwrap();
            Sample { identity, method, stub, contents: collect.contents }
        })
        .collect()
}

/// The stubs by transfer syntax and byte order.
fn forms(samples: &[Sample]) -> impl Iterator<Item = (&'static str, Vec<&Sample>)> {
    let forms = [
        ("ndr", Syntax::Ndr, Endian::Little),
        ("ndr64", Syntax::Ndr64, Endian::Little),
        ("ndr big-endian", Syntax::Ndr, Endian::Big),
    ];
    forms.into_iter().map(|(name, syntax, endian)| {
        let of = |s: &&Sample| (s.identity.kind.syntax, s.identity.kind.endian) == (syntax, endian);
        (name, samples.iter().filter(of).collect())
    })
}

fn bytes(samples: &[&Sample]) -> Throughput {
    Throughput::Bytes(samples.iter().map(|s| s.stub.len() as u64).sum())
}

fn each(group: &mut BenchmarkGroup<'_, WallTime>, samples: &[Sample], mut work: impl FnMut(&Sample)) {
    for (name, samples) in forms(samples) {
        group.throughput(bytes(&samples));
        group.bench_function(name, |b| b.iter(|| samples.iter().for_each(|sample| work(sample))));
    }
}

fn validating(c: &mut Criterion) {
    let samples = samples();
    let mut group = c.benchmark_group("how_fast_is_validating_a_stub");
    each(&mut group, &samples, |s| {
        black_box(Message::decode(s.method, s.identity.kind, &s.stub)).unwrap();
    });
    group.finish();

    let mut group = c.benchmark_group("how_fast_is_collecting_the_values_of_a_stub");
    each(&mut group, &samples, |s| {
        let mut collect = Collect::default();
        Message::decode_with(s.method, s.identity.kind, &s.stub, &mut collect).unwrap();
        black_box(collect);
    });
    group.finish();
}

fn printing(c: &mut Criterion) {
    let samples = samples();
    let mut group = c.benchmark_group("how_fast_is_printing_a_stub_as_json");
    let mut out = Out::new();
    each(&mut group, &samples, |s| {
        black_box(stub::decode(
            &mut out,
            &s.identity,
            &cluscope::internals::session::call_context::CallContext::default(),
            &s.stub,
        ));
    });
    group.finish();

    let mut group = c.benchmark_group("how_fast_is_printing_a_stub_as_text");
    let mut text = String::new();
    each(&mut group, &samples, |s| {
        use std::fmt::Write;
        text.clear();
        let message = Message::decode(s.method, s.identity.kind, &s.stub).unwrap();
        write!(text, "{message}").unwrap();
        black_box(&text);
    });
    group.finish();
}

fn encoding(c: &mut Criterion) {
    let samples = samples();
    let mut group = c.benchmark_group("how_fast_is_encoding_a_stub");
    each(&mut group, &samples, |s| {
        let Kind { direction, version, syntax, endian, .. } = s.identity.kind;
        black_box(write::message(s.method, direction, version, syntax, endian, &s.contents)).unwrap();
    });
    group.finish();
}

/// A list of `n` names as the response of ApiCreateEnum.
fn names(n: usize) -> Vec<u8> {
    let entry = |i: usize| {
        let mut entry = cluscope::internals::ndr::value::Fields::default();
        entry.set("Type", 4u32);
        entry.set("Name", format!("Cluster Group {i}"));
        Value::Map(entry)
    };
    let mut list = cluscope::internals::ndr::value::Fields::default();
    list.set("Entry", (0..n).map(entry).collect::<Vec<_>>());
    let response = ApiCreateEnum::Response::builder().ReturnEnum(list).rpc_status(0u32).r#return(0u32);
    response.encode(Version::V3_0, Syntax::Ndr, Endian::Little).unwrap()
}

/// The same response by hand: what an embedder composes from the nom parsers, and what the engine makes of its
/// declaration. Both count the units of all names.
fn nom_against_engine(c: &mut Criterion) {
    let mut group = c.benchmark_group("what_do_the_nom_primitives_cost_against_the_engine");
    for n in [10, 1000] {
        let stub = names(n);
        group.throughput(Throughput::Bytes(stub.len() as u64));
        group.bench_function(format!("nom, {n} names"), |b| {
            b.iter(|| by_hand(black_box(&stub)));
        });
        let kind = cluscope::internals::idl::kind(
            &ApiCreateEnum::METHOD,
            Version::V3_0,
            Direction::Response,
            Syntax::Ndr,
            Endian::Little,
        )
        .unwrap();
        group.bench_function(format!("engine, {n} names"), |b| {
            b.iter(|| {
                struct Units(usize);
                impl<'a> cluscope::internals::ndr::Visitor<'a> for Units {
                    fn string(
                        &mut self,
                        _: cluscope::internals::ndr::visitor::At<'_>,
                        text: cluscope::internals::ndr::WStr<'a>,
                    ) {
                        self.0 += text.len();
                    }
                }
                let mut units = Units(0);
                Message::decode_with(&ApiCreateEnum::METHOD, kind, black_box(&stub), &mut units).unwrap();
                units.0
            });
        });
        group.bench_function(format!("views, {n} names"), |b| {
            b.iter_batched(
                || (),
                |()| {
                    let message = Message::decode(&ApiCreateEnum::METHOD, kind, black_box(&stub)).unwrap();
                    let list = ApiCreateEnum::Response::of(message).unwrap().ReturnEnum().unwrap();
                    list.Entry().filter_map(|e| e.Name()).map(|name| name.len()).sum::<usize>()
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn by_hand(stub: &[u8]) -> usize {
    let read = |input| {
        let (rest, _) = referent(input)?;
        let (rest, n) = count(rest)?;
        let (mut rest, _) = u32(rest)?;
        let mut present = 0;
        for _ in 0..n {
            let (next, _) = u32(rest)?;
            let (next, some) = referent(next)?;
            present += usize::from(some);
            rest = next;
        }
        let mut units = 0;
        for _ in 0..present {
            let (next, name) = conformant_varying_string(rest)?;
            units += name.len();
            rest = next;
        }
        let (rest, _) = u32(rest)?;
        let (rest, _) = u32(rest)?;
        Ok::<_, nom::Err<cluscope::internals::base::error::Error>>((rest, units))
    };
    let (rest, units) = read(Input::new(stub, Syntax::Ndr, Endian::Little)).unwrap();
    assert!(rest.rest().is_empty());
    units
}

criterion_group!(benches, validating, printing, encoding, nom_against_engine);
criterion_main!(benches);
