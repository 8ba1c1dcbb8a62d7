//! The lines of `dissect`: one object for each message of a capture.
//!
//! `record/association.rs`: what binds and security trailers say.

mod association;

use association::{answer, auth, proposal};

use super::extended_error;
use super::out::Out;
use super::prefix_cache::{FlowPrefix, place};
use super::runtime;
use super::stub::{self, Identity};
use crate::analysis::HandleAnnotations;
use crate::analysis::notify::Subscription;
use crate::consts::status;
use crate::ndr::names::HandleNames;
use crate::ndr::{Method, Piece, Version};
use crate::rpc::event::{AssumedContext, Body, ContextState};
use crate::rpc::header::{Endian, PacketType, PfcFlags};
use crate::rpc::syntax::TransferSyntax;
use crate::session::{Flow, Record};
use crate::{idl, net::Timestamp};

/// Prints records; remembers what it printed of the flows it met last.
#[derive(Debug, Default)]
pub struct Records {
    flows: Vec<Option<FlowPrefix>>,
    cut: u64,
    /// The last time printed, as the member that it is; most are of the same second.
    clock: Option<(i64, TimeMember)>,
    /// Where packets come from, for captures that tell.
    #[cfg(feature = "etl")]
    origins: Option<crate::capture::etl::PacketOrigins>,
}

pub use crate::rpc::security::level_name;

impl Records {
    /// Replaces `out` by the record's object.
    pub fn print(&mut self, out: &mut Out, record: &Record<'_>) {
        self.print_with(out, record, None);
    }

    /// The same, with what analysis knows of it.
    pub fn print_with(&mut self, out: &mut Out, record: &Record<'_>, view: Option<&HandleAnnotations<'_>>) {
        out.clear();
        out.begin();
        self.head(out, record);
        type_of(out, record);
        interface(out, record);
        rest(out, record, view);
        #[cfg(feature = "etl")]
        if let Some(origin) = self.origins.as_ref().and_then(|origins| origins.get(record.event.frame())) {
            super::traced::origin(out, &origin);
        }
        out.end();
        if out.overflowed() {
            self.cut += 1;
            out.clear();
            out.begin();
            self.head(out, record);
            type_of(out, record);
            cut(out, record);
            out.end();
        }
    }

    /// Lets records tell where the packet that completed them comes from, as far as `origins` knows.
    #[cfg(feature = "etl")]
    #[must_use]
    pub fn telling(mut self, origins: crate::capture::etl::PacketOrigins) -> Self {
        self.origins = Some(origins);
        self
    }

    /// Records printed without their values, because they would have been longer than the limit of the output.
    pub fn cut(&self) -> u64 {
        self.cut
    }

    #[inline]
    fn head(&mut self, out: &mut Out, record: &Record<'_>) {
        let event = &record.event;
        out.frames(event.frame(), event.frames());
        if let Some(time) = event.time() {
            self.time(out, time);
        }
        self.flow(out, &record.flow);
        if let Some(call_id) = event.call_id {
            out.literal("\"call_id\":");
            out.uint(u64::from(call_id));
        }
    }

    /// `"time":"…"`.
    #[inline]
    fn time(&mut self, out: &mut Out, time: Timestamp) {
        let second = time.0.div_euclid(1_000_000_000);
        let member = match &mut self.clock {
            Some((last, member)) if *last == second => {
                if let Some(text) = member.get_mut(TIME_KEY.len()..).and_then(|text| text.first_chunk_mut()) {
                    time.write_fraction(text);
                }
                member
            }
            clock => &mut clock.insert((second, time_member(time))).1,
        };
        out.piece(member, member.len());
    }

    /// Transport, stream number, addresses and community id.
    #[inline]
    pub fn flow(&mut self, out: &mut Out, flow: &Flow) {
        let place = place(&mut self.flows, FlowPrefix::place(flow));
        match place.as_ref().and_then(|prefix| prefix.text(flow)) {
            Some(text) => out.raw(text),
            None => out.raw(&place.insert(FlowPrefix::new(flow)).there),
        }
    }
}

/// What stands in front of a time, and what behind it.
const TIME_KEY: &[u8] = b"\"time\":\"";
const TIME_END: &[u8] = b"\",";

/// A record's time with its key.
type TimeMember = [u8; TIME_KEY.len() + Timestamp::TEXT_LEN + TIME_END.len()];

fn time_member(time: Timestamp) -> TimeMember {
    let mut member = [0; size_of::<TimeMember>()];
    let text = time.to_ascii();
    member.iter_mut().zip(TIME_KEY.iter().chain(&text).chain(TIME_END)).for_each(|(to, from)| *to = *from);
    member
}

fn type_of(out: &mut Out, record: &Record<'_>) {
    match record.event.own_type() {
        Ok(ptype) => out.prepared(&TYPES[ptype as usize]),
        Err(name) => {
            out.key("type");
            out.name(name);
        }
    }
}

/// `"type":…` by the PDU type's number.
static TYPES: [Piece<32>; PacketType::NUMBER] = {
    let mut pieces = [Piece::EMPTY; PacketType::NUMBER];
    let mut number = 0;
    while number < PacketType::NUMBER {
        if let Some(ptype) = PacketType::from_u8(number as u8) {
            pieces[number] = Piece::member("type", ptype.name());
        }
        number += 1;
    }
    pieces
};

/// `"version":…` by the version's place among all.
static VERSIONS: [Piece<16>; Version::ALL.len()] = {
    let mut pieces = [Piece::EMPTY; Version::ALL.len()];
    let mut place = 0;
    while place < pieces.len() {
        pieces[Version::ALL[place] as usize] = Piece::member("version", Version::ALL[place].text());
        place += 1;
    }
    pieces
};

/// `"syntax":…` of those that have a name.
static SYNTAXES: [Piece<24>; 2] = {
    let [ndr, ndr64] = [TransferSyntax::Ndr.name(), TransferSyntax::Ndr64.name()];
    match (ndr, ndr64) {
        (Some(ndr), Some(ndr64)) => [Piece::member("syntax", ndr), Piece::member("syntax", ndr64)],
        _ => panic!("a syntax has no name"),
    }
};

/// What stands for the body of a record that is too long to be printed: what it is, and how much.
pub fn cut(out: &mut Out, record: &Record<'_>) {
    interface(out, record);
    out.key("omitted");
    out.begin();
    out.key("reason");
    out.text("longer than the limit of a record");
    if let Some((_, stub)) = record.stub().or(record.partial_stub()) {
        out.key("stub_bytes");
        out.uint(stub.len() as u64);
    }
    out.end();
}

/// A time as text.
pub fn timestamp(out: &mut Out, time: Timestamp) {
    let text = time.to_ascii();
    out.name(core::str::from_utf8(&text).unwrap_or_default());
}

/// Everything about a record that is not where and when.
pub fn body(out: &mut Out, record: &Record<'_>) {
    body_with(out, record, None);
}

/// The same, with what analysis knows of it.
pub fn body_with(out: &mut Out, record: &Record<'_>, view: Option<&HandleAnnotations<'_>>) {
    interface(out, record);
    rest(out, record, view);
}

/// Everything about a record that is in itself.
fn rest(out: &mut Out, record: &Record<'_>, view: Option<&HandleAnnotations<'_>>) {
    let event = &record.event;
    if event.fragments > 1 {
        out.key("fragments");
        out.uint(u64::from(event.fragments));
    }
    if event.flags.contains(PfcFlags::MAYBE) {
        out.key("maybe");
        out.bool(true);
    }
    if event.representation.endian == Endian::Big {
        out.key("endian");
        out.text("big");
    }
    if let Some(call) = event.call.as_ref().filter(|_| !matches!(event.body, Body::Request { .. })) {
        out.literal("\"request_frame\":");
        out.uint(call.frame);
        if let (Some(start), Some(end)) = (call.time, event.time()) {
            out.literal("\"latency_ns\":");
            out.int(end.0.saturating_sub(start.0));
        }
    }
    match &event.body {
        Body::Bind(proposal) | Body::AlterContext(proposal) => self::proposal(out, proposal),
        Body::BindAck(answer) | Body::AlterContextResp(answer) => self::answer(out, answer),
        Body::BindNak { reason, versions, extended_error } => {
            named_code(out, "reject_reason", u64::from(reason.0), reason.name());
            out.key("versions");
            out.begin_list();
            for (major, minor) in versions {
                out.display(format_args!("{major}.{minor}"));
            }
            out.end_list();
            if let Some(bytes) = extended_error {
                out.key("extended_error");
                extended_error::print(out, bytes);
            }
        }
        Body::Request { object, .. } => {
            if let Some(object) = object {
                out.key("object_uuid");
                out.guid(*object);
            }
        }
        Body::Fault { status, cancel_count, extended_error, stub, .. } => {
            if let Some(status) = *status {
                named_code(out, "status", u64::from(status), status::fault_name(status));
            }
            if *cancel_count != 0 {
                out.key("cancel_count");
                out.uint(u64::from(*cancel_count));
            }
            if event.flags.contains(PfcFlags::DID_NOT_EXECUTE) {
                out.key("did_not_execute");
                out.bool(true);
            }
            match stub.filter(|stub| !stub.is_empty()) {
                Some(bytes) if *extended_error => {
                    out.key("extended_error");
                    extended_error::print(out, bytes);
                }
                Some(bytes) => {
                    out.key("stub");
                    out.unread(bytes, true, 0);
                }
                None => {}
            }
        }
        Body::Malformed { error, bytes } => {
            stub::error(out, error);
            out.key("bytes");
            // The common header holds none.
            out.unread(bytes.get(..256).unwrap_or(bytes), true, 16);
        }
        Body::Skipped { bytes, lost, reason } => {
            out.key("skipped_bytes");
            out.uint(*bytes);
            if let Some(lost) = lost {
                out.key("lost_bytes");
                out.uint(*lost);
            }
            out.key("reason");
            out.text(reason);
        }
        Body::Incomplete { stub, intact, reason, .. } => {
            if let Some(ptype) = event.ptype {
                out.key("of");
                out.text(ptype.name());
            }
            out.key("reason");
            out.text(reason);
            if let Some(stub) = stub {
                out.key("stub_bytes");
                out.uint(stub.len() as u64);
                if *intact < stub.len() {
                    out.key("stub_bytes_before_hole");
                    out.uint(*intact as u64);
                }
            }
        }
        Body::Control(body) => runtime::control(out, body),
        Body::Response { .. } | Body::Auth3 | Body::Cancel | Body::Orphaned | Body::Shutdown => {}
    }
    if let Some(header) = event.datagram {
        runtime::header(out, header, matches!(event.body, Body::Request { .. }));
    }
    if let Some(error) = &event.cut {
        stub::error(out, error);
    }
    if let Some(auth) = &event.auth {
        self::auth(out, auth);
    }
    if let Some(token) = event.token.filter(|token| !token.is_empty()) {
        // Describing a token never fails, nor does printing what is made of strings and numbers.
        if let Ok(json) = serde_json::to_vec(&crate::auth::describe(token)) {
            out.key("token");
            out.raw(&json);
        }
    }
    if let (Some((kind, stub)), Some(opnum)) = (record.stub().or_else(|| record.partial_stub()), record.opnum()) {
        let names = view.map(|view| view as &dyn HandleNames);
        stub::decoded_with(out, &Identity { kind, opnum }, record.context(), stub, names);
    } else if let Body::Request { stub: Some(stub), .. } | Body::Response { stub: Some(stub), .. } = event.body {
        // No declaration to read it by: nothing is lost, nothing is guessed. It may be any method's, of an interface
        // that was rejected or in a version that nobody knows as well.
        out.key("stub");
        out.unread(stub, true, 0);
    }
    if let Some(view) = view {
        asked(out, view.asked());
    }
    if event.verification.is_some() {
        out.key("verification_trailer");
        out.bool(true);
    }
    if !event.diagnostics.is_empty() {
        out.key("pdu_diagnostics");
        stub::diagnostic_list(out, &event.diagnostics);
    }
}

/// `"asked":[…]`: the calls that asked for the notifications which a response delivers.
fn asked(out: &mut Out, asked: &[Subscription]) {
    if asked.is_empty() {
        return;
    }
    out.key("asked");
    out.begin_list();
    for one in asked {
        out.begin();
        out.key("key");
        out.uint(one.key);
        out.key("frame");
        out.uint(one.frame);
        out.key("method");
        out.text(one.method);
        out.key("client");
        out.display(one.client);
        if let Some((kind, name)) = &one.object {
            out.key("object");
            out.begin();
            out.key("kind");
            out.text(kind.name());
            if let Some(name) = name {
                out.key("name");
                out.text(name);
            }
            out.end();
        }
        out.end();
    }
    out.end_list();
}

fn interface(out: &mut Out, record: &Record<'_>) {
    if let Some((interface, version)) = record.interface {
        out.prepared(&interface.member);
        if let Some(version) = interface.versions.get(version) {
            out.prepared(&VERSIONS[version.number as usize]);
        }
    }
    let event = &record.event;
    if let Some(id) = event.context_id {
        out.literal("\"context_id\":");
        out.uint(u64::from(id));
    }
    if let Some(context) = &event.context {
        if record.interface.is_none() {
            out.key("interface_uuid");
            out.display(format_args!("{} {}.{}", context.interface, context.version.0, context.version.1));
        }
        match context.syntax {
            TransferSyntax::Other(id) => {
                out.key("transfer_syntax");
                out.display(id);
            }
            TransferSyntax::Ndr => out.prepared(&SYNTAXES[0]),
            TransferSyntax::Ndr64 => out.prepared(&SYNTAXES[1]),
        }
        if context.state == ContextState::Rejected {
            out.key("context");
            out.text("rejected");
        }
        if context.assumed {
            out.key("assumed");
            out.bool(true);
            if let Some(confidence) = context.confidence {
                out.key("confidence");
                out.raw(format!("0.{confidence:03}").as_bytes());
            }
        }
        if let Some(before) = &event.reassumed {
            reassumed(out, before);
        }
    } else if event.context_id.is_some() {
        out.key("context");
        out.text("unknown");
    }
    if let Some(opnum) = record.opnum() {
        let method = record.method();
        if let Some(Method { members, .. }) = method.filter(|method| !method.members.is_empty()) {
            return out.prepared(members);
        }
        out.key("opnum");
        out.uint(u64::from(opnum));
        if let Some(method) = method {
            out.key("method");
            out.name(method.name);
        } else if record.interface.is_some_and(|(i, _)| opnum <= i.reserved_to) {
            out.key("method");
            out.display(format_args!("Opnum{opnum}Reserved"));
        }
    }
}

/// What earlier messages of the context were taken for.
fn reassumed(out: &mut Out, before: &AssumedContext) {
    out.key("assumed_changed");
    out.begin();
    let interface = idl::interface_by_uuid(&before.interface.0);
    out.key(if interface.is_some() { "interface" } else { "interface_uuid" });
    match interface {
        Some(interface) => out.text(interface.name),
        None => out.display(before.interface),
    }
    out.key("version");
    out.display(format_args!("{}.{}", before.version.0, before.version.1));
    if let Some(name) = before.syntax.name() {
        out.key("syntax");
        out.text(name);
    }
    out.end();
}

pub(super) fn named_code(out: &mut Out, key: &str, value: u64, name: Option<&str>) {
    out.key(key);
    out.begin();
    out.key("value");
    out.uint(value);
    if let Some(name) = name {
        out.key("name");
        out.text(name);
    }
    out.end();
}
