//! `tshark` over generated captures: a few hundred calls a file, each value compared by its place in the stub and by what
//! is shown of it.

use super::known::{self, Peer};
use super::subject::{Leaf, Shown, Subject, leaves};
use super::{Outcome, pdml};
use cluscope::internals::capture::{self, LinkType};
use cluscope::internals::ndr::{Direction, Endian, Syntax};
use cluscope::internals::net::Timestamp;
use cluscope::internals::rpc::header::{Header, PfcFlags};
use cluscope::internals::rpc::pdu::{Bind, BindAck, Body, ContextElement, ContextResult, Pdu, Request, Response};
use cluscope::internals::rpc::{Guid, PacketType, Representation, SyntaxId};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;
use std::process::{Command, Stdio};

/// The most bytes of a stub in one fragment, so that a fragment goes into one IP packet.
const FRAGMENT: usize = 60_000;

/// Whether it is installed.
pub fn available() -> bool {
    Command::new("tshark").arg("--version").output().is_ok()
}

/// One TCP connection in the making.
struct Flow {
    port: u16,
    /// Next sequence numbers of client and server.
    next: [u32; 2],
    call_id: u32,
}

struct Capture {
    out: capture::Writer<BufWriter<File>>,
    frames: u64,
}

impl Capture {
    /// Writes a segment and returns its frame number.
    fn segment(&mut self, flow: &mut Flow, server: bool, payload: &[u8]) -> u64 {
        let (client, host) = ([192, 0, 2, 1], [192, 0, 2, 2]);
        let [mine, theirs] = if server { [1, 0] } else { [0, 1] };
        let builder = match server {
            false => etherparse::PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(client, host, 64),
            true => etherparse::PacketBuilder::ethernet2([4; 6], [2; 6]).ipv4(host, client, 64),
        };
        let (src, dst) = if server { (49664, flow.port) } else { (flow.port, 49664) };
        let mut packet = Vec::new();
        let segment = builder.tcp(src, dst, flow.next[mine], 65535).ack(flow.next[theirs]).psh();
        segment.write(&mut packet, payload).expect("fits into a packet");
        flow.next[mine] = flow.next[mine].wrapping_add(payload.len() as u32);
        self.frames += 1;
        let packet = capture::Packet {
            frame: self.frames,
            time: Some(Timestamp(1_700_000_000_000_000_000 + self.frames as i64 * 1000)),
            link: LinkType::ETHERNET,
            data: &packet,
            original_len: packet.len(),
            comments: Vec::new(),
        };
        self.out.packet(&packet, None, None).expect("the capture can be written");
        self.frames
    }

    /// Writes a stub as a request or response, in as many fragments as it needs; returns the last one's frame number.
    fn stub(&mut self, flow: &mut Flow, subject: &Subject, direction: Direction, stub: &[u8]) -> u64 {
        let representation = representation(subject);
        let pieces: Vec<&[u8]> = if stub.is_empty() { vec![stub] } else { stub.chunks(FRAGMENT).collect() };
        let mut frame = 0;
        let mut left = stub.len() as u32;
        for (i, piece) in pieces.iter().enumerate() {
            let mut flags = PfcFlags::empty();
            flags.set(PfcFlags::FIRST_FRAG, i == 0);
            flags.set(PfcFlags::LAST_FRAG, i + 1 == pieces.len());
            let body = match direction {
                Direction::Request => {
                    let opnum = subject.method.opnum;
                    Body::Request(Request { alloc_hint: left, context_id: 0, opnum, object: None, stub: piece })
                }
                Direction::Response => {
                    let (cancel_count, reserved) = (0, 0);
                    Body::Response(Response { alloc_hint: left, context_id: 0, cancel_count, reserved, stub: piece })
                }
            };
            left = left.saturating_sub(piece.len() as u32);
            let bytes = pdu(representation, flags, flow.call_id, body);
            frame = self.segment(flow, direction == Direction::Response, &bytes);
        }
        frame
    }
}

fn representation(subject: &Subject) -> Representation {
    match subject.identity.kind.endian {
        Endian::Little => Representation::LITTLE,
        Endian::Big => Representation::BIG,
    }
}

fn pdu(representation: Representation, flags: PfcFlags, call_id: u32, body: Body<'_>) -> Vec<u8> {
    let (frag_length, auth_length) = (0, 0);
    let ptype = PacketType::Request;
    let header = Header { minor_version: 0, ptype, flags, representation, frag_length, auth_length, call_id };
    Pdu { header, body, padding: &[], auth: None }.encode().expect("fits into a fragment")
}

/// Opens the connection that a subject's stubs go over.
fn open(capture: &mut Capture, subject: &Subject, port: u16) -> Flow {
    let mut flow = Flow { port, next: [1000, 2000], call_id: 1 };
    let kind = subject.identity.kind;
    let version = &kind.interface.versions[kind.version];
    let transfer = if kind.syntax == Syntax::Ndr { SyntaxId::NDR } else { SyntaxId::NDR64 };
    let interface = Guid::parse(kind.interface.uuid).expect("a UUID");
    let context = ContextElement {
        id: 0,
        abstract_syntax: SyntaxId::new(interface, version.number.major(), version.number.minor()),
        transfer_syntaxes: vec![transfer],
    };
    let (xmit, receive) = (u16::MAX, u16::MAX);
    let bind = Bind { max_xmit_frag: xmit, max_recv_frag: receive, assoc_group_id: 0, contexts: vec![context] };
    let answer = BindAck {
        max_xmit_frag: xmit,
        max_recv_frag: receive,
        assoc_group_id: 1,
        secondary_address: b"49664\0",
        results: vec![ContextResult { transfer_syntax: transfer, ..ContextResult::default() }],
    };
    let whole = PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG;
    for (server, body) in [(false, Body::Bind(bind)), (true, Body::BindAck(answer))] {
        let bytes = pdu(representation(subject), whole, 1, body);
        capture.segment(&mut flow, server, &bytes);
    }
    flow
}

/// Writes the subjects' stubs into a capture; returns the subject (by place) of each frame that ends its stub.
fn write(subjects: &[Subject], path: &Path) -> BTreeMap<u64, usize> {
    let file = BufWriter::new(File::create(path).expect("the capture can be made"));
    let mut capture = Capture { out: capture::Writer::new(file, None, "generated stubs"), frames: 0 };
    let mut flows: Vec<((&str, Syntax, Endian), Flow)> = Vec::new();
    let mut frames = BTreeMap::new();
    for (place, subject) in subjects.iter().enumerate() {
        let kind = subject.identity.kind;
        let key = (kind.interface.name, kind.syntax, kind.endian);
        let at = flows.iter().position(|(k, _)| *k == key).unwrap_or_else(|| {
            let flow = open(&mut capture, subject, 50_000 + flows.len() as u16);
            flows.push((key, flow));
            flows.len() - 1
        });
        let flow = &mut flows[at].1;
        flow.call_id += 1;
        let mut frame = capture.stub(flow, subject, Direction::Request, &subject.request);
        if kind.direction == Direction::Response {
            frame = capture.stub(flow, subject, Direction::Response, &subject.stub);
        }
        frames.insert(frame, place);
    }
    capture.out.flush().expect("the capture can be written");
    frames
}

/// Asks about a number of stubs; hands on what came of each.
pub fn compare(subjects: &[Subject], scratch: &Path, mut each: impl FnMut(&Subject, Outcome)) {
    let path = scratch.join("stubs.pcapng");
    let mut frames = write(subjects, &path);
    let mut child = Command::new("tshark")
        .env("TZ", "UTC")
        .args(["-n", "-T", "pdml", "-J", "clusapi witness", "-r"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("tshark can be started");
    let output = BufReader::with_capacity(1 << 16, child.stdout.take().expect("a pipe"));
    let read = pdml::packets(output, |packet| {
        if let Some(place) = frames.remove(&packet.frame) {
            each(&subjects[place], judge(&subjects[place], &packet));
        }
    });
    read.expect("tshark's output can be read");
    let status = child.wait().expect("tshark ends");
    for place in frames.into_values() {
        let what = format!("{status}: not shown");
        each(&subjects[place], Outcome::differs(0, what, ""));
    }
}

/// Compares what we read in a stub with what is shown of it.
fn judge(subject: &Subject, packet: &pdml::Packet) -> Outcome {
    let ours = leaves(subject);
    if subject.stub.is_empty() {
        return Outcome::equal(0);
    }
    if packet.protocol.as_deref() != Some(subject.identity.kind.interface.name) {
        return Outcome::differs(0, "not dissected", format!("{packet:?}"));
    }
    let mut places: BTreeMap<(usize, usize), Vec<&pdml::Shown>> = BTreeMap::new();
    for field in packet.fields.iter().filter(|f| f.size > 0) {
        places.entry((field.pos, field.size)).or_default().push(field);
    }
    let (mut values, mut seen, mut known) = (0, BTreeSet::new(), None);
    for leaf in &ours {
        for (place, wanted) in expected(leaf, &subject.stub) {
            seen.insert(place);
            let fields = places.get(&place).map(Vec::as_slice).unwrap_or_default();
            if !fields.iter().any(|field| wanted.is(&field.show)) {
                let path: String = leaf.path.chars().filter(|c| !c.is_ascii_digit()).collect();
                let complaints = packet.complaints.first().map(|c| format!(" ({c})")).unwrap_or_default();
                let what = format!("at {path}{complaints}");
                let alone = known::explains(Peer::Wireshark, subject, &what).is_some_and(|k| k.alone);
                let outcome = Outcome::differs(values, what, detail(leaf, packet));
                if !alone {
                    return outcome;
                }
                // What is known and touches nothing else does not keep the rest from being compared.
                known.get_or_insert(outcome);
                continue;
            }
            values += 1;
        }
    }
    if let Some(complaint) = packet.complaints.first() {
        return Outcome::differs(values, complaint.clone(), format!("{packet:?}"));
    }
    let counts = |name: &str| name.starts_with("dcerpc.") || name.is_empty();
    let other = |f: &&pdml::Shown| f.size > 0 && !f.parent && !counts(&f.name) && !seen.contains(&(f.pos, f.size));
    let places: BTreeSet<usize> = ours.iter().map(|leaf| leaf.offset).collect();
    match packet.fields.iter().find(other) {
        // The shorter value in place of the known one.
        Some(field) if known.is_some() && places.contains(&field.pos) => {
            Outcome { values, ..known.unwrap_or_default() }
        }
        Some(field) => Outcome::differs(values, format!("shows {}", field.name), format!("{packet:?}")),
        None => known.map_or(Outcome::equal(values), |known| Outcome { values, ..known }),
    }
}

fn detail(leaf: &Leaf, packet: &pdml::Packet) -> String {
    let near = packet.fields.iter().filter(|f| f.pos.abs_diff(leaf.offset) < 24);
    format!("{leaf:?}\n{:#?}\n{:?}", near.collect::<Vec<_>>(), packet.complaints)
}

/// What should be shown at a place.
enum Wanted {
    Number(u64, usize),
    Text(String),
    Bytes(Vec<u8>),
    Guid(String),
    Time(u64),
}

impl Wanted {
    fn is(&self, show: &str) -> bool {
        match self {
            Wanted::Number(n, size) => {
                let mask = u64::MAX >> (64 - 8 * size);
                let shown = match show.strip_prefix("0x") {
                    Some(digits) => u64::from_str_radix(digits, 16).ok(),
                    None => show.parse().ok().or_else(|| show.parse::<i64>().ok().map(|n| n as u64)),
                };
                shown.map(|s| s & mask) == Some(*n)
            }
            Wanted::Text(text) => pdml::escaped(text) == show,
            Wanted::Bytes(bytes) => show.bytes().filter(|b| *b != b':').eq(hex::encode(bytes).bytes()),
            Wanted::Guid(text) => show == text,
            Wanted::Time(filetime) => {
                let (_, month, day, year, clock, rest) = super::subject::time(*filetime);
                show == format!("{month} {day:2}, {year} {clock}.{rest:07}00 UTC")
            }
        }
    }
}

/// An IP address.
fn address(bytes: &[u8]) -> String {
    match (<[u8; 4]>::try_from(bytes), <[u8; 16]>::try_from(bytes)) {
        (Ok(bytes), _) => std::net::Ipv4Addr::from(bytes).to_string(),
        (_, Ok(bytes)) => std::net::Ipv6Addr::from(bytes).to_string(),
        _ => String::new(),
    }
}

/// The places that a value should be shown at.
fn expected(leaf: &Leaf, stub: &[u8]) -> Vec<((usize, usize), Wanted)> {
    let each = |size: usize, values: &mut dyn Iterator<Item = u64>| {
        let place = |i| (leaf.offset + i * size, size);
        values.enumerate().map(|(i, n)| (place(i), Wanted::Number(n, size))).collect()
    };
    let one = |wanted| vec![((leaf.offset, leaf.len), wanted)];
    let bytes = || stub.get(leaf.offset..leaf.offset + leaf.len).unwrap_or_default();
    match &leaf.shown {
        // Addresses and handles are shown as they stand, whatever the byte order.
        Shown::Int(_) if leaf.path.ends_with("IPV4") => one(Wanted::Text(address(bytes()))),
        Shown::Units(_) if leaf.path.ends_with("IPV6") => one(Wanted::Text(address(bytes()))),
        Shown::Handle(_) => one(Wanted::Bytes(bytes().to_vec())),
        Shown::Int(n) => one(Wanted::Number(*n, leaf.len)),
        Shown::Text(text) => one(Wanted::Text(text.clone())),
        Shown::Guid(guid) => one(Wanted::Guid(guid.to_string())),
        Shown::Time(filetime) => one(Wanted::Time(*filetime)),
        Shown::Units(units) if leaf.path.ends_with("InterfaceGroupName") => {
            let units = units.split(|u| *u == 0).next().unwrap_or_default();
            one(Wanted::Text(String::from_utf16_lossy(units)))
        }
        Shown::Bytes(bytes) => each(1, &mut bytes.iter().map(|o| u64::from(*o))),
        Shown::Units(units) => each(2, &mut units.iter().map(|u| u64::from(*u))),
        Shown::Count(_) | Shown::Null => Vec::new(),
    }
}
