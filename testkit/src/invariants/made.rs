//! What must hold for captures made from lines.
//!
//! The first byte says how they are made ([`options`]). Then come the lines, or bytes of which some are made: as for
//! `calls`, with bit 7 for a PDU that is no message, behind a byte that tells how many values get something else.

use super::lines::change;
use super::{HEADER, Source, contents, encode, parse};
use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::Reader;
use cluscope::internals::make::{self, Credentials, Format, LEAST_FRAGMENT, Made, Maker, Options};
use cluscope::internals::ndr::{Direction, Endian, Syntax};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::record::Records;
use cluscope::internals::render::json::stub::{self, Identity};
use cluscope::internals::rpc::event::Body;
use cluscope::internals::session::call_context::CallContext;
use cluscope::internals::session::{Session, SessionLimits};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

const USER: (&str, &str) = ("LAB\\clusadm", "a secret");

pub(super) static KEYS: LazyLock<Arc<KeyStore>> = LazyLock::new(|| {
    let mut keys = KeyStore::new();
    keys.add_password(USER.0, USER.1).expect("room for a password");
    Arc::new(keys)
});

/// Bits: 0 over UDP unless a line says otherwise, 1 sealed, 2 the smallest fragments, 3 and 4 one transfer syntax for all,
/// 5 and 6 one byte order, 7 the older file format.
fn options(bits: u8) -> (Options, Format) {
    let set = |bit: u8| bits & (1 << bit) != 0;
    let (domain, user) = USER.0.split_once('\\').unwrap_or_default();
    let user = Credentials { domain: domain.into(), user: user.into(), password: USER.1.into() };
    let options = Options {
        fragment: set(2).then_some(LEAST_FRAGMENT),
        syntax: set(3).then_some(if set(4) { Syntax::Ndr64 } else { Syntax::Ndr }),
        endian: set(5).then_some(if set(6) { Endian::Big } else { Endian::Little }),
        udp: set(0),
        seal: Some(user).filter(|_| set(1) && cfg!(feature = "decrypt")),
    };
    (options, if set(7) { Format::Pcap } else { Format::Pcapng })
}

/// The capture of these lines, up to the first one that is refused, as the program does it.
fn capture<'l>(lines: impl Iterator<Item = &'l str>, options: Options, format: Format) -> (Vec<u8>, Made, usize) {
    let mut maker = Maker::new(Vec::new(), format, options);
    let mut taken = 0;
    for line in lines.filter(|line| !line.trim().is_empty()) {
        if let Err(error) = maker.line(line) {
            assert!(!error.to_string().is_empty());
            break;
        }
        taken += 1;
    }
    let made = maker.made();
    (maker.finish().expect("bytes in memory"), made, taken)
}

/// What a made capture is read as.
struct Again {
    lines: Vec<Value>,
    /// Whether every record is a PDU, with nothing lost between them.
    whole: bool,
}

fn read(bytes: &[u8], made: Made) -> Again {
    let mut reader = Reader::new(bytes).expect("a capture");
    let mut limits = SessionLimits::default();
    limits.network.verify_checksums = true;
    let mut session = Session::new(limits, Arc::clone(&KEYS));
    let (mut records, mut out) = (Records::default(), Out::new());
    let mut again = Again { lines: Vec::new(), whole: true };
    let mut look = |record: cluscope::internals::session::Record<'_>| {
        records.print(&mut out, &record);
        let line = serde_json::from_slice(out.as_bytes()).expect("a record is JSON");
        again.lines.push(line);
        assert!(
            !matches!(record.event.body, Body::Malformed { .. }),
            "made malformed: {}",
            again.lines.last().unwrap()
        );
        again.whole &= !matches!(record.event.body, Body::Skipped { .. });
    };
    while let Some(packet) = reader.next().expect("a packet") {
        assert_eq!(packet.data.len(), packet.original_len);
        session.packet(&packet, &mut look);
    }
    session.finish(&mut look);
    assert_eq!((reader.frames(), reader.problem_count()), (made.packets, 0));
    let network = session.network_stats();
    let wrong = [network.malformed, network.not_ip, network.unknown_link, network.other_protocol, network.tcp_gaps];
    assert_eq!(wrong, [0; 5], "{network:?}");
    assert_eq!([network.bad_ip_checksums, network.bad_transport_checksums], [0; 2]);
    again
}

/// Makes a capture of lines, and again of what that is read as.
fn lines(text: &str, bits: u8) {
    let (how, format) = options(bits);
    let sealed = how.seal.is_some();
    let (bytes, made, _) = capture(text.lines(), how, format);
    if made.packets == 0 {
        return;
    }
    let first = read(&bytes, made);
    if sealed || !first.whole {
        return;
    }
    let again: Vec<String> = first.lines.iter().map(Value::to_string).collect();
    let (bytes, made, taken) = capture(again.iter().map(String::as_str), Options::default(), format);
    if taken == again.len() {
        let second = read(&bytes, made);
        assert_eq!(second.lines.len(), first.lines.len());
        for (before, after) in first.lines.iter().zip(&second.lines) {
            // What was unusual in the bytes is canonical now.
            let unusual: &[&str] =
                if before.get("diagnostics").is_some() { &["diagnostics", "max_counts"] } else { &[] };
            assert_eq!(rest(after, unusual), rest(before, unusual));
        }
    }
}

/// What a capture made anew has of its own.
const OWN: &[&str] = &["frame", "frames", "request_frame", "stream", "fragments"];

/// A record without that, and without other members.
fn rest(value: &Value, others: &[&str]) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !OWN.contains(&key.as_str()) && !others.contains(&key.as_str()));
            Value::Object(kept.map(|(key, value)| (key.clone(), rest(value, others))).collect())
        }
        Value::Array(items) => items.iter().map(|item| rest(item, others)).collect(),
        plain => plain.clone(),
    }
}

/// Lines of messages whose values are made from the bytes.
fn from_bytes(mut data: &[u8]) -> String {
    let Some((&changes, rest)) = data.split_first() else { return String::new() };
    data = rest;
    let mut text = String::new();
    let mut asked: [Option<Identity>; 4] = [const { None }; 4];
    while let Some((&piece, rest)) = data.split_first_chunk::<{ HEADER + 1 }>() {
        let [low, high, bits, place, length] = piece;
        let (bytes, rest) = rest.split_at(usize::from(length).min(rest.len()));
        data = rest;
        let Some((mut identity, _)) = parse(&[low, high, bits & 7, place]) else { break };
        let stream = usize::from(bits >> 5 & 3);
        let response = identity.kind.direction == Direction::Response;
        if let (true, Some(Some(request))) = (response, asked.get(stream)) {
            identity.kind = cluscope::internals::ndr::wire::Kind { direction: Direction::Response, ..request.kind };
            identity.opnum = request.opnum;
        }
        let Some(method) = identity.method() else { continue };
        let kind = identity.kind;
        let mut source = Source::new(bytes);
        let made = match bits & 8 {
            0 => bytes.to_vec(),
            _ => encode(method, kind, &contents(method, kind.direction, kind.version, &mut source)),
        };
        let mut out = Out::new();
        stub::decode(&mut out, &identity, &CallContext::default(), &made);
        let Ok(Value::Object(mut line)) = serde_json::from_slice(out.as_bytes()) else { continue };
        members(&mut line, stream, &mut source);
        if bits & 0x80 != 0 {
            let mut others = make::TCP.iter().chain(make::UDP).cycle();
            line.insert("type".into(), others.nth(low.into()).copied().unwrap_or("call").into());
        } else if bits & 16 != 0 && response {
            line.insert("type".into(), "fault".into());
            line.insert("status".into(), json!(u32::from(place) << 24 | u32::from(low)));
        }
        if !response {
            asked[stream] = Some(identity);
        }
        let mut line = Value::Object(line);
        for _ in 0..changes % 4 {
            let mut left = source.below(32);
            change(&mut line, &mut left, &mut source);
        }
        text.push_str(&line.to_string());
        text.push('\n');
    }
    text
}

/// A capture of what `make` takes; sealed or not.
pub(super) fn file(data: &[u8], sealed: bool) -> Vec<u8> {
    let Some((&bits, rest)) = data.split_first() else { return Vec::new() };
    let (options, format) = options(if sealed { bits | 2 } else { bits & !2 });
    capture(text(rest).lines(), options, format).0
}

/// Members that records have beside their values; some of them.
fn members(line: &mut Map<String, Value>, stream: usize, source: &mut Source<'_>) {
    if stream > 0 {
        line.insert("stream".into(), stream.into());
    }
    let mut put = |key: &str, value: Value| {
        line.insert(key.into(), value);
    };
    let bits = source.byte();
    if bits & 1 != 0 {
        put("call_id", source.byte().into());
    }
    if bits & 2 != 0 {
        put("context_id", (source.byte() & 3).into());
    }
    if bits & 4 != 0 {
        put("fragments", source.byte().into());
    }
    if bits & 8 != 0 {
        put("object_uuid", "11111111-2222-3333-4444-555555555555".into());
    }
    if bits & 16 != 0 {
        put("activity", format!("11111111-2222-3333-4444-5555555555{:02x}", source.byte()).into());
    }
    if bits & 32 != 0 {
        put("transport", if source.byte() & 1 == 0 { "tcp" } else { "udp" }.into());
    }
    if bits & 64 != 0 {
        put("time", format!("2026-01-01T00:00:00.{:09}Z", source.number(3)).into());
    }
    if bits & 128 != 0 {
        put("cancel_count", source.byte().into());
    }
}

/// Lines of JSON to a capture. What was made is a capture without a flaw, in which each PDU can be read; its records make
/// the same capture.
pub fn make(data: &[u8]) {
    let Some((&bits, rest)) = data.split_first() else { return };
    lines(&text(rest), bits);
}

/// Lines, or those that are made from bytes.
fn text(data: &[u8]) -> Cow<'_, str> {
    match data.first() {
        Some(b'{' | b' ' | b'\n') => String::from_utf8_lossy(data),
        _ => from_bytes(data).into(),
    }
}
