//! Makes the seeds in `fuzz/corpus` from `tests/data/stubs.jsonl` and the captures, and the dictionaries in
//! `fuzz/dictionaries` from the declarations.
//!
//! Run as `cargo run --example seeds [FILE...]` with captures, keytabs, or files of structures, one object a line
//! (`struct`, `hex`); without names it takes `captures/*.pcapng`.

mod links;
mod made;
mod written;

use cluscope::internals::capture::Reader;
use cluscope::internals::net::{Chunk, Datagram, Handler, Network, NetworkLimits, Origin, Verdict};
use cluscope::internals::render::json::stub::Identity;
use cluscope::internals::rpc::connection::Connection;
use cluscope::internals::rpc::security::{
    AuthTrailer, Identity as Account, NoSecurity, Opened, Protected, Security, Sender, Token,
};
use cluscope_testkit::etl_writer::{
    Clock, Compression, Settings, Trace, ndis, pktmon, pktmon_component, rpc_end, rpc_start,
};
use cluscope_testkit::invariants;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Bytes of a stream, of a flow of datagrams and of a capture that become a seed: longer ones make a fuzzer slow.
const LONGEST: usize = 6000;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn put(root: &Path, target: &str, name: &str, bytes: &[u8]) -> Result<()> {
    let directory = root.join("fuzz/corpus").join(target);
    std::fs::create_dir_all(&directory)?;
    std::fs::write(directory.join(name), bytes)?;
    Ok(())
}

/// Handshakes and protected PDUs, as the targets of the mechanisms take them.
#[derive(Default)]
struct Handshake {
    auth_type: u8,
    pieces: Vec<u8>,
}

impl Handshake {
    fn put(&mut self, sender: Sender, bit: u16, bytes: &[u8]) {
        if bytes.len() > 0xfff || self.pieces.len() > LONGEST {
            return;
        }
        let side = if sender == Sender::Client { 0 } else { 0x8000 };
        self.pieces.extend((bytes.len() as u16 | side | bit).to_le_bytes());
        self.pieces.extend(bytes);
    }
}

impl Security for Handshake {
    fn token(&mut self, token: &Token<'_>) {
        self.auth_type = token.trailer.auth_type;
        self.put(token.sender, 0, token.token);
    }

    fn open(&mut self, pdu: &Protected<'_>, out: &mut Vec<u8>) -> Opened {
        let level = u8::from(pdu.trailer.auth_level == 6);
        let cut = [level, pdu.body.start as u8, pdu.auth_value.len() as u8, 0];
        self.put(pdu.sender, 0x4000, &[&cut[..], pdu.pdu].concat());
        NoSecurity.open(pdu, out)
    }

    fn gap(&mut self, _: Sender, _: Option<u64>) {}

    fn identity(&self, trailer: &AuthTrailer) -> Account {
        NoSecurity.identity(trailer)
    }
}

/// The pieces of each flow, by transport and stream number.
#[derive(Default)]
struct Flows(BTreeMap<(bool, u64), Vec<u8>>, BTreeMap<u64, (Connection<()>, Handshake)>);

impl Handler for Flows {
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        let flow = self.0.entry((true, origin.stream)).or_default();
        let Chunk::Data(bytes) = chunk else { return Verdict::Keep };
        if flow.len() < LONGEST {
            invariants::put_piece(flow, origin.from, bytes);
        }
        let new = || (Connection::new(cluscope::internals::rpc::RpcLimits::default()), Handshake::default());
        let (connection, handshake) = self.1.entry(origin.stream).or_insert_with(new);
        connection.data(origin.from, origin.frame, origin.time, bytes, handshake, &mut |_| {});
        Verdict::Keep
    }

    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        let flow = self.0.entry((false, origin.stream)).or_default();
        if flow.len() < LONGEST {
            invariants::put_piece(flow, origin.from, datagram.data);
        }
        Verdict::Keep
    }
}

fn stubs(root: &Path) -> Result<()> {
    let text = std::fs::read_to_string(root.join("tests/data/stubs.jsonl"))?;
    for (i, line) in text.lines().enumerate() {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)?;
        let identity = Identity::parse(&object)?;
        let id = object["id"].as_str().unwrap_or_default().to_owned();
        let stub = hex::decode(object["hex"].as_str().unwrap_or_default())?;
        if stub.len() > 1000 {
            continue;
        }
        let mut header = invariants::header(identity.kind, identity.opnum);
        put(root, "stub", &id, &[&header[..], &stub].concat())?;
        if i % 4 == 1 {
            // With bit 3: what people are shown, a test vector, a message to start from.
            header[2] |= 8;
            put(root, "stub", &format!("shown-{id}"), &[&header[..], &stub].concat())?;
            put(root, "stub_round_trip", &format!("vector-{id}"), &[&header[..], &[i as u8, 1, 2, 3, 4]].concat())?;
            let line = [&[i as u8 / 4 % 4], &header[..], &invariants::noise(i as u64, 20)].concat();
            put(root, "json_stub", &format!("template-{id}"), &line)?;
        }
        if i % 4 == 0 {
            put(root, "stub_round_trip", &id, &[&header[..], &invariants::noise(i as u64, 200)].concat())?;
            put(
                root,
                "json_stub",
                &format!("made-{id}"),
                &[&[i as u8 % 4], &header[..], &invariants::noise(i as u64, 120)].concat(),
            )?;
            put(root, "parsers", &id, &[&[i as u8][..], &stub].concat())?;
            let mut object = object;
            object.retain(|key, _| !matches!(key.as_str(), "id" | "hex" | "canonical" | "method"));
            put(root, "json_stub", &id, serde_json::to_string(&object)?.as_bytes())?;
        }
    }
    Ok(())
}

/// Buffers of the stubs, as each structure in turn.
fn structures(root: &Path) -> Result<()> {
    use cluscope::internals::ndr::Value;
    use cluscope::internals::ndr::value::Collect;
    use cluscope::internals::ndr::wire::Message;
    let text = std::fs::read_to_string(root.join("tests/data/stubs.jsonl"))?;
    let mut index = 0u8;
    for line in text.lines() {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)?;
        let identity = Identity::parse(&object)?;
        let stub = hex::decode(object["hex"].as_str().unwrap_or_default())?;
        let Some(method) = identity.method() else { continue };
        let mut collect = Collect::default();
        Message::decode_with(method, identity.kind, &stub, &mut collect)?;
        for (_, value) in &collect.contents.fields.0 {
            if let Value::Bytes(bytes) = value
                && !bytes.is_empty()
            {
                index = index.wrapping_add(1) % 60;
                put(root, "structures", &index.to_string(), &[&[index][..], bytes].concat())?;
            }
        }
    }
    Ok(())
}

/// Structures by name, one a line: `{"struct":"NAME","hex":"…"}`; the shortest of each.
fn named_structures(root: &Path, path: &Path) -> Result<()> {
    let mut shortest: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)?;
        let name = object["struct"].as_str().unwrap_or_default();
        let Some(index) = cluscope::internals::structs::ALL.iter().position(|s| s.name == name) else { continue };
        let bytes = hex::decode(object["hex"].as_str().unwrap_or_default())?;
        let seed = [&[index as u8][..], &bytes].concat();
        let slot = shortest.entry(index).or_insert_with(|| seed.clone());
        if seed.len() < slot.len() {
            *slot = seed;
        }
    }
    for (index, seed) in shortest {
        put(root, "structures", &format!("named-{}", cluscope::internals::structs::ALL[index].name), &seed)?;
    }
    Ok(())
}

fn capture(root: &Path, path: &Path) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = std::fs::read(path)?;
    put(root, "capture", &name, bytes.get(..2 * LONGEST).unwrap_or(&bytes))?;
    let mut network = Network::new(NetworkLimits::default());
    let mut flows = Flows::default();
    let mut reader = Reader::new(bytes.as_slice())?;
    while let Some(packet) = reader.next()? {
        network.input(&packet, &mut flows);
    }
    network.finish(&mut flows);
    for ((tcp, stream), bytes) in flows.0.iter().take(3) {
        let target = if *tcp { "pdus" } else { "datagrams" };
        put(root, target, &format!("{name}-{stream}"), bytes)?;
    }
    for (_, handshake) in flows.1.values().filter(|(_, handshake)| !handshake.pieces.is_empty()).take(2) {
        let target = match handshake.auth_type {
            9 => "spnego",
            16 => "kerberos",
            _ => "ntlm",
        };
        // Headers are signed: Windows and Samba agree on that.
        put(root, target, &name, &[&[2][..], &handshake.pieces].concat())?;
        let start = handshake.pieces.len().min(1500);
        put(root, target, &format!("{name}-keyless"), &[&[6][..], &handshake.pieces[..start]].concat())?;
    }
    let start = &std::fs::read(path)?[..1500];
    for kind in 0..8u8 {
        put(root, "compressed", &format!("{name}-{kind}"), &[&[kind, kind], start].concat())?;
    }
    Ok(())
}

/// Bytes that decide on values, and texts: for targets of which the captures know nothing.
fn made(root: &Path) -> Result<()> {
    for (index, structure) in (0u8..).zip(cluscope::internals::structs::ALL) {
        let name = structure.name;
        put(root, "struct_round_trip", name, &[&[index][..], &invariants::noise(index.into(), 150)].concat())?;
    }
    for target in ["ntlm", "spnego", "kerberos"] {
        for seed in 0..24u64 {
            let mut bytes = vec![1 | (seed as u8 & 1) << 2];
            for piece in 0..3u16 {
                bytes.extend((100 | (piece & 1) << 15).to_le_bytes());
                bytes.extend(invariants::noise(seed * 8 + u64::from(piece), 100));
            }
            put(root, target, &format!("made-{seed}"), &bytes)?;
        }
    }
    for opnum in (0..190u8).step_by(2) {
        let mut bytes = Vec::new();
        for (i, opnum) in [opnum, opnum, opnum + 1, opnum + 1].into_iter().enumerate() {
            bytes.extend([opnum, 0, 8 | i as u8 & 1, 1 + u8::from(opnum < 5 && i > 1), 60]);
            bytes.extend(invariants::noise(u64::from(opnum) + i as u64, 60));
        }
        put(root, "calls", &opnum.to_string(), &bytes)?;
    }
    let keys = std::fs::read(root.join("captures/lab.keys"))?;
    let session =
        b"session-key 00112233445566778899aabbccddeeff\r\n# none\nnthash X\\y 932b81c3f47277a751d5d8a9b3e5af1f\n";
    put(root, "keytab", "keys", &[&[2][..], &keys].concat())?;
    put(root, "keytab", "session-key", &[&[2][..], session].concat())?;
    for version in [3u8, 4] {
        let data = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat();
        let principal = [&[0, 0, 0, 1, 0, 0, 0, 2][..], &data(b"LAB.TEST"), &data(b"cifs"), &data(b"NODE1")].concat();
        let mut file = vec![1 | (version - 3) << 2];
        if version == 4 {
            file.extend([0, 12, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
        file.extend(&principal);
        for etype in [18u8, 23] {
            file.extend([&principal[..], &principal].concat());
            file.extend([0, etype]);
            if version == 3 {
                file.extend([0, etype]);
            }
            file.extend(data(&invariants::noise(etype.into(), 32)));
            file.extend([0; 21]);
            file.extend([&[0, 0, 0, 1, 0, 2][..], &data(b"addr"), &[0; 4]].concat());
            file.extend([data(b"ticket"), data(b"")].concat());
        }
        put(root, "keytab", &format!("ccache-{version}"), &file)?;
    }
    const FILTERS: [&str; 12] = [
        "method == apiclustercontrol",
        "opnum == 106 and type == request",
        "frame < 10 or frame > 0x64",
        "status == ERROR_MORE_DATA && latency > 100us",
        "not addr == 127.0.0.1",
        "src == 127.0.77.11:49664 || dst == [2001:db8::1]:135",
        "version == 3.0 and (interface == clusapi and call_id != 5)",
        "kind == cluster and object == cluster and method ~ 'Control$'",
        "text contains \"la\\\"b\"",
        "user ~ '(?i)^lab\\\\ADM'",
        "!(direction == response) and stream >= 3",
        "latency <= 1.5s and object != \"IP1\"",
    ];
    for (i, text) in FILTERS.iter().enumerate() {
        put(root, "filter", &i.to_string(), text.as_bytes())?;
    }
    Ok(())
}

/// A keytab, in both of its versions' places.
fn keytab(root: &Path, path: &Path) -> Result<()> {
    let bytes = std::fs::read(path)?;
    put(root, "keytab", "keytab-2", &[&[0][..], &bytes[2..]].concat())?;
    put(root, "keytab", "keytab-1", &[&[3][..], &bytes[2..]].concat())
}

fn dictionaries(root: &Path) -> Result<()> {
    std::fs::create_dir_all(root.join("fuzz/dictionaries"))?;
    for (target, text) in invariants::dictionaries() {
        std::fs::write(root.join("fuzz/dictionaries").join(format!("{target}.dict")), text)?;
    }
    Ok(())
}

/// A few packets as traces of every kind.
fn traces(root: &Path) -> Result<()> {
    let mut reader = Reader::new(std::fs::File::open(root.join("captures/clean.pcapng"))?)?;
    let mut packets = Vec::new();
    while let Some(packet) = reader.next()?.filter(|_| packets.len() < 8) {
        packets.push((packet.time.map_or(0, |time| time.0), packet.data.get(..200).unwrap_or(packet.data).to_vec()));
    }
    let start = packets.first().map_or(0, |packet| packet.0) - 1000;
    let plain = Settings { buffer_size: 1024, ..Settings::default() };
    let ndis_trace = |settings: Settings, most: usize, layers: u32| {
        let mut trace = Trace::new(settings, start);
        for (at, (time, data)) in packets.iter().enumerate() {
            for event in (0..layers).flat_map(|layer| ndis(7, 7 + layer, true, 1, most, data)) {
                trace.event(*time, at as u16, &event);
            }
        }
        trace
    };
    let mut monitor = Trace::new(plain.clone(), start);
    monitor.event(start, 0, &pktmon_component(10, "tcpip.sys", "TCP/IP"));
    for (at, (time, data)) in packets.iter().enumerate() {
        let cut = data.get(..60).unwrap_or(data);
        monitor.event(*time, 0, &pktmon(at as u64, 1, 1, 1, 10, 0, data.len(), cut));
        monitor.event(*time, 0, &pktmon(at as u64, 1, 2, 1, 11, 1204 * (at as u32 % 2), data.len(), data));
    }
    let mut calls = Trace::new(plain.clone(), start);
    calls.event(start, 0, &rpc_start(true, cluscope::internals::idl::CLUSAPI.uuid_bytes, 102, "49664", 1));
    calls.event(start, 0, &rpc_end(true, 5, 1));
    let mut turned = ndis_trace(Settings { mode: 2, processors: 2, ..plain.clone() }, 9000, 1).buffers();
    if let Some(buffers) = turned.get_mut(1..) {
        buffers.rotate_left(2);
    }
    let lznt1 = Settings { compression: Compression::Lznt1, ..plain.clone() };
    let xpress = Settings { compression: Compression::Xpress, ..plain.clone() };
    let narrow = Settings { wide: false, clock: Clock::SystemTime, ..plain.clone() };
    let cycles = Settings { clock: Clock::Cycles(2400), lost: (2, 1), ..plain.clone() };
    let appended = [ndis_trace(plain.clone(), 9000, 1).bytes(), ndis_trace(narrow.clone(), 9000, 1).bytes()].concat();
    for (name, bytes) in [
        ("ndis", ndis_trace(plain.clone(), 9000, 1).bytes()),
        ("fragments", ndis_trace(plain.clone(), 40, 1).bytes()),
        ("layers", ndis_trace(plain.clone(), 9000, 3).bytes()),
        ("processors", ndis_trace(Settings { processors: 3, ..plain.clone() }, 9000, 1).bytes()),
        ("pktmon", monitor.bytes()),
        ("calls", calls.bytes()),
        ("circular", turned.concat()),
        ("lznt1", ndis_trace(lznt1, 9000, 1).bytes()),
        ("xpress", ndis_trace(xpress, 9000, 1).bytes()),
        ("narrow", ndis_trace(narrow, 9000, 1).bytes()),
        ("cycles", ndis_trace(cycles, 9000, 1).bytes()),
        ("appended", appended),
    ] {
        put(root, "etl", name, &bytes)?;
    }
    Ok(())
}

/// Calls of the C interface: each a byte that names it, bits, how many bytes follow, the bytes.
#[derive(Default)]
struct Calls(Vec<u8>);

impl Calls {
    fn call(&mut self, call: u8, bits: u8, bytes: &[u8]) {
        let bytes = &bytes[..bytes.len().min(usize::from(u16::MAX))];
        self.0.extend([call, bits]);
        self.0.extend((bytes.len() as u16).to_le_bytes());
        self.0.extend(bytes);
    }
}

impl Handler for Calls {
    fn tcp(&mut self, origin: &Origin, chunk: Chunk<'_>) -> Verdict {
        let bits = (origin.stream as u8 & 3) | (origin.from as u8) << 2;
        match chunk {
            _ if self.0.len() > LONGEST => {}
            Chunk::Data(bytes) => self.call(3, bits, bytes),
            Chunk::Gap { .. } => self.call(4, bits, b""),
            Chunk::End { .. } => self.call(5, bits, b""),
        }
        Verdict::Keep
    }

    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        if self.0.len() < LONGEST {
            self.call(6, (origin.stream as u8 & 3) | (origin.from as u8) << 2, datagram.data);
        }
        Verdict::Keep
    }
}

/// The C interface: stubs both ways, and what captures hold as packets and as streams.
fn c_interface(root: &Path) -> Result<()> {
    const TARGET: &str = "c_interface";
    let text = std::fs::read_to_string(root.join("tests/data/stubs.jsonl"))?;
    for line in text.lines().step_by(9) {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)?;
        let identity = Identity::parse(&object)?;
        let stub = hex::decode(object["hex"].as_str().unwrap_or_default())?;
        if stub.len() > 1000 {
            continue;
        }
        let [low, high, kind, place] = invariants::header(identity.kind, identity.opnum);
        let bits = [1, 0, 2][usize::from(place % 3)] | kind << 2;
        let mut calls = Calls::default();
        calls.call(0, bits, &[&[low, high, 3][..], &stub].concat());
        calls.call(1, bits, &[&[low, high, 4][..], &stub].concat());
        let mut object = object;
        object.retain(|key, _| !matches!(key.as_str(), "id" | "hex" | "canonical" | "method"));
        calls.call(2, 0, serde_json::to_string(&object)?.as_bytes());
        calls.call(12, bits, &[&[low, high, 3][..], &stub].concat());
        put(root, TARGET, &format!("stub-{}", object_name(&identity)), &calls.0)?;
    }
    for first in (0..32).step_by(8) {
        let mut calls = Calls::default();
        (first..first + 8).for_each(|which| calls.call(13, 0, &[which]));
        put(root, TARGET, &format!("lists-{first}"), &calls.0)?;
    }
    let keys = std::fs::read(root.join("captures/lab.keys"))?;
    for name in ["clean", "sealed", "fragments", "witness"] {
        let bytes = std::fs::read(root.join("captures").join(name).with_extension("pcapng"))?;
        let mut packets = Calls::default();
        let mut streams = Calls::default();
        for calls in [&mut packets, &mut streams] {
            calls.call(9, 0, &keys);
            calls.call(8, 16, b"");
        }
        let mut network = Network::new(NetworkLimits::default());
        let mut reader = Reader::new(bytes.as_slice())?;
        while let Some(packet) = reader.next()? {
            if packets.0.len() < LONGEST {
                packets.call(7, 0, packet.data);
            }
            network.input(&packet, &mut streams);
        }
        network.finish(&mut streams);
        for (way, calls) in [("packets", packets), ("streams", streams)] {
            let mut calls = calls;
            calls.call(11, 0, b"");
            calls.call(8, 0, b"");
            put(root, TARGET, &format!("{way}-{name}"), &calls.0)?;
        }
    }
    Ok(())
}

fn object_name(identity: &Identity) -> String {
    let kind = identity.kind;
    format!("{}-{}-{}-{}", kind.interface.name, kind.version, identity.opnum, kind.direction.name())
}

fn main() -> Result<()> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    dictionaries(root)?;
    stubs(root)?;
    structures(root)?;
    made(root)?;
    traces(root)?;
    c_interface(root)?;
    links::links(root)?;
    self::made::made(root)?;
    written::written(root)?;
    let mut paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        for entry in std::fs::read_dir(root.join("captures"))? {
            paths.push(entry?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|e| e == "pcapng"));
        paths.sort();
    }
    for path in paths {
        if path.extension().is_some_and(|e| e == "jsonl") {
            named_structures(root, &path)?;
            continue;
        }
        if path.extension().is_some_and(|e| e == "keytab") {
            keytab(root, &path)?;
            continue;
        }
        capture(root, &path).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}
