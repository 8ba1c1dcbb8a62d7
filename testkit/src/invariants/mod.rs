//! What must hold for any input, as functions: fuzz targets and tests call them, so that a target is a few lines and
//! each crash it found can be replayed by a test. They panic where something does not hold.
//!
//! `TARGETS` are the fuzz targets by name.
//!
//! * `stub`: bytes that begin with four telling what they are
//! * [`round_trip`], fed by [`Source`]: values made from bytes, encoded, decoded and encoded again
//! * [`json_line`]: a line of `stub encode`; [`json`]: one that is made, too
//! * [`parsers`]: the nom parsers
//! * [`structure`]: custom-marshalled structures; [`arbitrary_structure`]: those that are made from bytes
//! * `pdus`, `datagrams`, `capture`, `compressed`: what lies above stubs (`streams.rs`, `packed.rs`)
//! * `ntlm`, `spnego`, `kerberos`, `keytab` (`auth.rs`), `filter` (`filter.rs`),
//!   `calls` (`records.rs`), `link_types` (`links.rs`), `make` (`made.rs`)
//! * `select` (`cut.rs`) and `rewrite` (`clear.rs`), which write captures (`packets.rs`)
#![doc(hidden)]

mod analysis;
mod auth;
#[cfg(feature = "decrypt")]
mod clear;
mod cut;
mod dictionary;
mod filter;
mod lines;
mod links;
mod made;
#[cfg(feature = "compress")]
mod packed;
mod packets;
mod printed;
mod records;
mod shown;
mod streams;
pub mod structures;
mod tokens;
#[cfg(feature = "etl")]
mod traces;
mod values;

pub use auth::{kerberos, keytab, ntlm, spnego};
#[cfg(feature = "decrypt")]
pub use clear::rewrite;
pub use cut::select;
pub use dictionary::dictionaries;
pub use filter::filter;
pub use lines::json;
pub use links::link_types;
pub use made::make;
#[cfg(feature = "compress")]
pub use packed::compressed;
pub use records::calls;
pub use streams::{capture, datagrams, pdus, put_piece};
#[cfg(feature = "etl")]
pub use traces::etl;
pub use values::{Source, contents, noise};

use cluscope::internals::base::error::Error;
use cluscope::internals::idl;
use cluscope::internals::ndr::value::{Collect, Contents};
use cluscope::internals::ndr::wire::{Kind, Message};
use cluscope::internals::ndr::{Direction, Endian, Method, Syntax, WStr, visitor, write};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::stub::{self, Identity};
use cluscope::internals::render::schema::vectors;
use cluscope::internals::structs;

/// A fuzz target: its name, as the directories in `fuzz/corpus` are named, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// The fuzz targets.
pub static TARGETS: &[Target] = &[
    ("stub", stub),
    ("stub_round_trip", generated),
    ("json_stub", json),
    ("parsers", parsers),
    ("structures", structure),
    ("struct_round_trip", arbitrary_structure),
    ("pdus", pdus),
    ("datagrams", datagrams),
    ("capture", capture),
    ("link_types", link_types),
    ("make", make),
    ("select", select),
    #[cfg(feature = "decrypt")]
    ("rewrite", rewrite),
    #[cfg(feature = "compress")]
    ("compressed", compressed),
    #[cfg(feature = "etl")]
    ("etl", etl),
    ("ntlm", ntlm),
    ("spnego", spnego),
    ("kerberos", kerberos),
    ("keytab", keytab),
    ("calls", calls),
    ("filter", |data| filter(&String::from_utf8_lossy(data))),
];

/// Bytes in front of a stub that tell `stub` what it is: opnum, little-endian; then bits: 0 response, 1 NDR64, 2 big
/// endian, 3 what the target says; then interface and version: 0 and 1 ClusAPI 2.0 and 3.0, 2 Witness.
pub const HEADER: usize = 4;

/// The header for a stub.
pub fn header(kind: Kind, opnum: u16) -> [u8; HEADER] {
    let [low, high] = opnum.to_le_bytes();
    let bits = u8::from(kind.direction == Direction::Response)
        | u8::from(kind.syntax == Syntax::Ndr64) << 1
        | u8::from(kind.endian == Endian::Big) << 2;
    let place = if kind.interface.name == "witness" { 2 } else { kind.version as u8 };
    [low, high, bits, place]
}

/// What a header and a stub are. Any header is one of some method's: opnums and versions are taken modulo what there is.
pub fn parse(data: &[u8]) -> Option<(Identity, &[u8])> {
    let (&[low, high, bits, place], stub) = data.split_first_chunk::<HEADER>()?;
    let (interface, version) = match place % 3 {
        2 => (&idl::WITNESS, 0),
        version => (&idl::CLUSAPI, usize::from(version)),
    };
    let methods = interface.versions.get(version)?.methods.len();
    let opnum = usize::from(u16::from_le_bytes([low, high])) % methods;
    let kind = Kind {
        interface,
        version,
        direction: if bits & 1 == 0 { Direction::Request } else { Direction::Response },
        syntax: if bits & 2 == 0 { Syntax::Ndr } else { Syntax::Ndr64 },
        endian: if bits & 4 == 0 { Endian::Little } else { Endian::Big },
    };
    Some((Identity { kind, opnum: u16::try_from(opnum).ok()? }, stub))
}

/// Whether bit 3 of a header is set.
fn is_set(data: &[u8]) -> bool {
    data.get(2).is_some_and(|bits| bits & 8 != 0)
}

/// Reads a stub behind its header, whatever it is; with bit 3 also what people are shown of it.
pub fn stub(data: &[u8]) {
    let Some((identity, stub)) = parse(data) else { return };
    let Some(method) = identity.method() else { return };
    let _ = read(method, identity.kind, stub);
    let anew = printed(&identity, stub);
    if is_set(data) && method.on_wire {
        shown::stub(&identity, method, stub, anew.as_deref());
    }
}

/// Reads a stub in every way there is.
///
/// * An error points into the stub.
/// * What is said to be read lies in the stub, and so does the range of every value.
/// * All ways agree: whether it can be read, and how far.
/// * The values that were read can be encoded, and what comes out has the same values.
///
/// # Errors
/// The stub can't be read, which is no breach of any of these.
pub fn read(method: &'static Method, kind: Kind, stub: &[u8]) -> Result<usize, Error> {
    let mut collect = Collect::default();
    let result = Message::decode_with(method, kind, stub, &mut collect);
    let null = Message::decode(method, kind, stub).map(|m| m.consumed);
    assert_eq!(result.as_ref().map(|m| m.consumed), null.as_ref().copied());
    let mut ranges = visitor::Ranges(|range: core::ops::Range<usize>, _| {
        assert!(range.start <= range.end && range.end <= stub.len(), "{range:?} outside the stub");
    });
    let _ = Message::decode_with(method, kind, stub, &mut ranges);
    let message = match result {
        Ok(message) => message,
        Err(error) => {
            assert!(error.offset <= stub.len(), "{error}: outside the stub of {} bytes", stub.len());
            assert!(!error.path.segments().is_empty(), "{error}: no field");
            return Err(error);
        }
    };
    assert!(message.consumed <= stub.len());
    assert_eq!(message.trailing().len(), stub.len() - message.consumed);
    // Text does not fail.
    assert!(!format!("{message}").contains('\u{0}'));

    let Collect { contents, diagnostics, .. } = collect;
    for diagnostic in &diagnostics {
        assert!(diagnostic.offset <= stub.len(), "{diagnostic}");
    }
    let again = encode(method, kind, &contents);
    let mut second = Collect::default();
    let consumed = Message::decode_with(method, kind, &again, &mut second).map(|m| m.consumed);
    assert_eq!(consumed, Ok(again.len()), "encoded anew");
    assert_eq!(second.contents.fields, contents.fields, "encoded anew");
    if diagnostics.is_empty() {
        assert_eq!(second.contents.max_counts, contents.max_counts, "encoded anew");
    }
    assert_eq!(encode(method, kind, &second.contents), again, "encoded a third time");
    Ok(message.consumed)
}

fn encode(method: &'static Method, kind: Kind, contents: &Contents) -> Vec<u8> {
    let Kind { direction, version, syntax, endian, .. } = kind;
    match write::message(method, direction, version, syntax, endian, contents) {
        Ok(stub) => stub,
        Err(e) => panic!("{} {}: what was decoded can't be encoded: {e}", method.name, direction.name()),
    }
}

/// Prints a stub as a line of JSON, which must be JSON, and encodes that; if the stub was canonical the bytes are the
/// same. Returns what came out, or nothing if the stub can't be read.
pub fn printed(identity: &Identity, stub: &[u8]) -> Option<Vec<u8>> {
    let mut out = Out::new();
    let done =
        stub::decode(&mut out, identity, &cluscope::internals::session::call_context::CallContext::default(), stub);
    let text = core::str::from_utf8(out.as_bytes()).expect("output is UTF-8");
    let line: serde_json::Value = serde_json::from_str(text).expect("output is JSON");
    let line = line.as_object().expect("output is an object");
    if !done {
        assert!(line.contains_key("error"));
        return None;
    }
    match stub::encode(line) {
        Ok(bytes) => Some(bytes),
        Err(e) => panic!("what was printed can't be encoded: {e}: {text}"),
    }
}

/// Encodes values, decodes what came out and encodes that again: same values, no diagnostic, same bytes; by way of JSON
/// as well.
pub fn round_trip(identity: &Identity, contents: &Contents) -> Vec<u8> {
    let Some(method) = identity.method() else { return Vec::new() };
    let kind = identity.kind;
    let stub = encode(method, kind, contents);
    let mut collect = Collect::default();
    let consumed = Message::decode_with(method, kind, &stub, &mut collect).map(|m| m.consumed);
    let name = method.name;
    assert_eq!(consumed, Ok(stub.len()), "{name}");
    assert_eq!(collect.contents, *contents, "{name}");
    // Unpaired surrogates are among what is generated, and registrations of any version for any address.
    let told = |rule: &'static cluscope::internals::base::diagnostic::Rule| {
        cluscope::internals::idl::rules::ALL.iter().any(|r| core::ptr::eq(*r, rule))
    };
    collect.diagnostics.retain(|d| *d.rule != cluscope::internals::ndr::rules::ILL_FORMED_UTF16 && !told(d.rule));
    assert_eq!(collect.diagnostics, [], "{name}");
    assert_eq!(encode(method, kind, &collect.contents), stub, "{name}");
    if method.on_wire {
        assert_eq!(printed(identity, &stub).as_ref(), Some(&stub), "{name} by way of JSON");
    }
    assert_eq!(read(method, kind, &stub), Ok(stub.len()), "{name}");
    stub
}

/// Values made from bytes, see [`round_trip`]; the first four bytes are a [`HEADER`]. With bit 3 the values of a test vector,
/// of which a byte says which case it is, and four bytes which one.
pub fn generated(data: &[u8]) {
    let Some((identity, rest)) = parse(data) else { return };
    let Some(method) = identity.method() else { return };
    if is_set(data) && method.on_wire {
        let mut source = Source::new(rest);
        let case = vectors::Case::of((source.byte() % 8).into());
        let contents = vectors::contents(method, identity.kind, case, source.number(4));
        let stub = encode(method, identity.kind, &contents);
        let mut collect = Collect::default();
        let consumed = Message::decode_with(method, identity.kind, &stub, &mut collect).map(|m| m.consumed);
        assert_eq!((consumed, &collect.diagnostics[..]), (Ok(stub.len()), &[][..]), "{}: {}", method.name, case.name());
        assert_eq!(printed(&identity, &stub).as_ref(), Some(&stub), "{}: {}", method.name, case.name());
        return;
    }
    let contents = contents(method, identity.kind.direction, identity.kind.version, &mut Source::new(rest));
    round_trip(&identity, &contents);
}

/// A structure made from bytes, see [`self::structures::round_trip`]; the first byte tells which.
pub fn arbitrary_structure(data: &[u8]) {
    let mut source = Source::new(data);
    let index = usize::from(source.byte()) % structs::ALL.len();
    let Some(structure) = structs::ALL.get(index) else { return };
    self::structures::round_trip(structure, &crate::arbitrary::value(structure, &mut source));
}

/// Reads bytes as a custom-marshalled structure, or in the context of a call; the first byte tells which. Errors lie in
/// the bytes; what is printed is JSON; what is encoded from that can be read, and encodes to the same bytes.
pub fn structure(data: &[u8]) {
    self::structures::any(data);
    let Some((&index, bytes)) = data.split_first() else { return };
    let Some(structure) = structs::ALL.get(usize::from(index)) else { return };
    let decoded = structs::decode(structure.name, bytes).expect("a name of the list");
    if let Some(error) = &decoded.error {
        assert!(error.offset <= bytes.len(), "{error}: outside {} bytes", bytes.len());
    }
    assert!(decoded.trailing.len() <= bytes.len());
    let line = |bytes: &[u8]| {
        let mut out = Out::new();
        let done = cluscope::internals::render::json::buffers::decode(&mut out, structure.name, bytes);
        let line: serde_json::Value = serde_json::from_slice(out.as_bytes()).expect("output is JSON");
        match line {
            serde_json::Value::Object(line) if done => Some(line),
            _ => None,
        }
    };
    let Some(first) = line(bytes) else {
        assert!(decoded.error.is_some());
        return;
    };
    // Not everything that can be read can be written: sizes that contradict each other, for one.
    let Ok(encoded) = cluscope::internals::render::json::buffers::encode(&first, None) else { return };
    let second =
        line(&encoded).unwrap_or_else(|| panic!("{}: {} can't be read", structure.name, hex::encode(&encoded)));
    match cluscope::internals::render::json::buffers::encode(&second, None) {
        Ok(again) => assert_eq!(hex::encode(again), hex::encode(&encoded), "{}", structure.name),
        Err(e) => panic!("{}: {} can't be encoded again: {e}", structure.name, hex::encode(&encoded)),
    }
}

/// Takes any text as a line of `stub encode`. What it encodes can be printed, and what is printed encodes to the same.
pub fn json_line(text: &str) {
    let mut out = Out::new();
    let done = stub::encode_line(&mut out, text);
    let answer: serde_json::Value = serde_json::from_slice(out.as_bytes()).expect("output is JSON");
    assert_eq!(done, answer.get("hex").is_some());
    assert_eq!(done, answer.get("error").is_none());
    let mut out = Out::new();
    stub::decode_line(&mut out, text);
    assert!(serde_json::from_slice::<serde_json::Value>(out.as_bytes()).is_ok());

    let Ok(serde_json::Value::Object(line)) = serde_json::from_str(text) else { return };
    let (Ok(identity), Ok(bytes)) = (Identity::parse(&line), stub::encode(&line)) else { return };
    // A given count or bytes at the end may have made something that can't be read; then there is nothing to compare.
    if let Some(again) = printed(&identity, &bytes) {
        assert_eq!(printed(&identity, &again), Some(again));
    }
}

/// The nom parsers on any bytes: they end, and never move backwards or over the end. A tower can always be told.
pub fn parsers(data: &[u8]) {
    use cluscope::internals::ndr::parsers as p;
    let Some((&bits, data)) = data.split_first() else { return };
    {
        let tower = cluscope::internals::rpc::tower::Tower::parse(data);
        let _ = (tower.interface(), tower.transfer_syntax(), tower.port(), tower.address(), tower.pipe());
        assert!(tower.protocol_sequence().is_none_or(|name| tower.to_string().contains(name)), "{tower}");
    }
    let syntax = if bits & 1 == 0 { Syntax::Ndr } else { Syntax::Ndr64 };
    let endian = if bits & 2 == 0 { Endian::Little } else { Endian::Big };
    let mut input = p::Input::new(data, syntax, endian);
    for step in 0..64u8 {
        let before = input.offset();
        let text = |text: WStr<'_>| assert!(text.len() <= data.len());
        let rest = match bits.wrapping_add(step) % 7 {
            0 => p::u16(input).map(|(rest, _)| rest),
            1 => p::u32(input).map(|(rest, _)| rest),
            2 => p::u64(input).map(|(rest, _)| rest),
            3 => p::referent(input).map(|(rest, _)| rest),
            4 => p::context_handle(input).map(|(rest, _)| rest),
            5 => p::conformant_bytes(input).map(|(rest, _)| rest),
            _ => p::conformant_varying_string(input).map(|(rest, t)| (text(t), rest).1),
        };
        let Ok(rest) = rest else { break };
        assert!(rest.offset() >= before && rest.offset() <= data.len());
        input = rest;
    }
}
