//! What lines say: who sends what to whom, and its bytes.

use super::Options;
use crate::base::Guid;
use crate::base::Timestamp;
use crate::idl;
use crate::ndr::number::{integer, unknown};
use crate::ndr::types::Semantics;
use crate::ndr::{EncodeError, Endian, Syntax};
use crate::render::json::{input, stub};
use crate::rpc::header::Representation;
use crate::rpc::syntax::{BindTimeFeatures, SyntaxId, TransferSyntax};
use serde_json::{Map, Value as Json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The ends of messages whose lines do not name them: addresses for documentation (RFC 5737).
const CLIENT: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 10), 49_731);
const SERVER: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 20), 49_664);

/// A line, as far as every message needs it.
#[derive(Debug)]
pub(super) struct Line<'m> {
    pub(super) map: &'m Map<String, Json>,
    /// The PDU's type in words: `request`, `conv_request` …
    pub(super) kind: &'m str,
    pub(super) src: SocketAddr,
    pub(super) dst: SocketAddr,
    pub(super) stream: u64,
    pub(super) udp: bool,
    pub(super) time: Option<Timestamp>,
    pub(super) representation: Representation,
}

/// The types of records that become PDUs of connections only.
pub const TCP: &[&str] = &[
    "bind",
    "bind_ack",
    "bind_nak",
    "alter_context",
    "alter_context_resp",
    "auth3",
    "shutdown",
    "co_cancel",
    "orphaned",
];
/// Those that become PDUs of datagrams only.
pub const UDP: &[&str] =
    &["conv_request", "conv_response", "ping", "working", "ack", "fack", "nocall", "reject", "cl_cancel", "cancel_ack"];
/// Those of either.
pub const BOTH: &[&str] = &["request", "response", "fault"];

/// Bytes of the longest stub: what is read again whole.
pub(super) const LARGEST: usize = 8 << 20;

/// The error of a member.
pub(super) fn wrong(key: &str, message: impl ToString) -> EncodeError {
    EncodeError::new(message).within(key)
}

/// An address and port that a packet can come from or go to.
fn end(key: &str, text: &str) -> Result<SocketAddr, EncodeError> {
    let end = text.parse::<SocketAddr>().map_err(|_| wrong(key, format_args!("no address and port: {text:?}")))?;
    let several = match end.ip() {
        IpAddr::V4(address) => address.is_broadcast() || address.is_multicast(),
        IpAddr::V6(address) => address.is_multicast(),
    };
    match end {
        _ if end.port() == 0 => Err(wrong(key, "no packet has port 0")),
        _ if several || end.ip().is_unspecified() => Err(wrong(key, "not the address of one host")),
        SocketAddr::V6(end) if end.scope_id() != 0 => Err(wrong(key, "no packet tells the zone of an address")),
        end => Ok(end),
    }
}

impl<'m> Line<'m> {
    pub(super) fn new(map: &'m Map<String, Json>, options: &Options) -> Result<Line<'m>, EncodeError> {
        stub::known_members(map)?;
        let text = |key: &str| match map.get(key) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(wrong(key, "not text")),
        };
        let (kind, direction) = (text("type")?, text("direction")?);
        if let (Some(kind), Some(direction)) = (kind, direction)
            && kind.strip_prefix("conv_").unwrap_or(kind) != direction
        {
            return Err(wrong("direction", format_args!("\"type\" is {kind:?}, and this is {direction:?}")));
        }
        let udp = match text("transport")? {
            Some("tcp") => false,
            Some("udp") => true,
            Some(other) => return Err(wrong("transport", format_args!("tcp or udp, not {other:?}"))),
            None => options.udp,
        };
        let word = if kind.is_some() { "type" } else { "direction" };
        let kind = kind.or(direction).ok_or_else(|| wrong("type", "missing, and \"direction\" too"))?;
        let known = BOTH.iter().chain(if udp { UDP } else { TCP });
        if !known.clone().any(|known| *known == kind) {
            let what = if udp { "PDU that is sent over UDP" } else { "PDU that is sent over TCP" };
            return Err(unknown(kind, what, known.copied()).within(word));
        }
        let message = BOTH.contains(&kind) || kind.starts_with("conv_");
        if message && map.contains_key("encrypted") {
            return Err(wrong("encrypted", "it is sealed and was not opened: nothing says what it holds"));
        }
        if map.contains_key("omitted") {
            return Err(wrong("omitted", "its values were left out"));
        }
        let forward = !matches!(kind, "response" | "fault" | "bind_ack" | "alter_context_resp" | "bind_nak");
        let (client, server) = (SocketAddr::from(CLIENT), SocketAddr::from(SERVER));
        let (from, to) = if forward { (client, server) } else { (server, client) };
        let read = |key: &str| text(key)?.map(|text| end(key, text)).transpose();
        let (src, dst) = (read("src")?.unwrap_or(from), read("dst")?.unwrap_or(to));
        if src.is_ipv4() != dst.is_ipv4() {
            return Err(wrong("dst", "not of the family of addresses that \"src\" is of"));
        }
        if src == dst {
            return Err(wrong("dst", "the same address and port as \"src\""));
        }
        let time = text("time")?.map(moment).transpose()?;
        let endian = match (options.endian, text("endian")?) {
            (Some(endian), _) => endian,
            (None, None | Some("little")) => Endian::Little,
            (None, Some("big")) => Endian::Big,
            (None, Some(other)) => return Err(wrong("endian", format_args!("little or big, not {other:?}"))),
        };
        let representation = match endian {
            Endian::Little => Representation::LITTLE,
            Endian::Big => Representation::BIG,
        };
        let stream = number(map.get("stream")).map_err(|()| wrong("stream", "not a number"))?.unwrap_or(0);
        let line = Line { map, kind, src, dst, stream, udp, time, representation };
        for key in
            ["maybe", "idempotent", "broadcast", "did_not_execute", "verification_trailer", "server_is_accepting"]
        {
            line.flag(key)?;
        }
        Ok(line)
    }

    /// Whether the client sends it. The conversation manager's calls go the other way.
    pub(super) fn is_from_client(&self) -> bool {
        match self.kind {
            "request" | "bind" | "alter_context" | "auth3" | "co_cancel" | "orphaned" => true,
            "ping" | "ack" | "cl_cancel" | "conv_response" => true,
            // Either side acknowledges fragments: the port of the other one tells nothing, the address pair does.
            _ => false,
        }
    }

    pub(super) fn text(&self, key: &str) -> Option<&'m str> {
        self.map.get(key).and_then(Json::as_str)
    }

    /// A number of so many bits: `u8`, `u16`, `u32` or `u64`.
    pub(super) fn number<T: TryFrom<u64>>(&self, key: &str) -> Result<Option<T>, EncodeError> {
        let number = number(self.map.get(key)).map_err(|()| wrong(key, "not a number"))?;
        let narrow = |number| {
            T::try_from(number).map_err(|_| wrong(key, format_args!("{number} is beyond {} bits", 8 * size_of::<T>())))
        };
        number.map(narrow).transpose()
    }

    pub(super) fn guid(&self, key: &str) -> Result<Option<Guid>, EncodeError> {
        let read = |json: &Json| json.as_str().and_then(Guid::parse).ok_or_else(|| wrong(key, "not a GUID"));
        self.map.get(key).map(read).transpose()
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool, EncodeError> {
        match self.map.get(key) {
            None => Ok(false),
            Some(Json::Bool(value)) => Ok(*value),
            Some(_) => Err(wrong(key, "true or false")),
        }
    }

    /// The number of a value with its name beside it, of the 32 bits of a status.
    pub(super) fn status(&self, key: &str) -> Result<Option<u32>, EncodeError> {
        let Some(json) = self.map.get(key) else { return Ok(None) };
        let value = input::value(json).map_err(|e| e.within(key))?;
        let code = crate::ndr::number::number(&value, Semantics::RpcStatus).map_err(|e| e.within(key))?;
        u32::try_from(code).map(Some).map_err(|_| wrong(key, "beyond 32 bits"))
    }

    /// The number of a value with its name beside it.
    pub(super) fn code(&self, key: &str) -> Result<Option<u16>, EncodeError> {
        self.map.get(key).map(|json| code(json, key)).transpose()
    }

    pub(super) fn hex(&self, key: &str) -> Result<Option<Vec<u8>>, EncodeError> {
        match self.map.get(key) {
            Some(Json::Object(map)) => {
                let bytes = input::member(map, "hex").map_err(|e| e.within(key))?;
                bytes.ok_or_else(|| wrong(key, "missing").within("hex")).map(Some)
            }
            _ => input::member(self.map, key),
        }
    }

    /// Whether bytes of this line are sent as they stand: in its own transfer syntax and byte order.
    fn as_they_are(&self, key: &str, options: &Options) -> Result<(), EncodeError> {
        let syntax = self.text("syntax").unwrap_or(Syntax::Ndr.name());
        let endian = self.text("endian").unwrap_or("little");
        let big = self.representation.endian == Endian::Big;
        match options.syntax {
            Some(other) if other.name() != syntax => {
                Err(wrong(key, format_args!("bytes of {syntax} can't be sent as {}", other.name())))
            }
            _ if big != (endian == "big") => Err(wrong(key, "bytes can't be sent in the other byte order")),
            _ => Ok(()),
        }
    }

    /// The stub, encoded from the parameters if it isn't there itself. `request`: of a response the request's stub.
    pub(super) fn stub(&self, options: &Options, request: Option<&[u8]>) -> Result<Vec<u8>, EncodeError> {
        let values = ["params", "opaque", "return"].into_iter().find(|key| self.map.contains_key(*key));
        if let Some(stub) = self.hex("stub")? {
            if let Some(key) = values {
                return Err(wrong("stub", format_args!("{key:?} stands beside it: leave one of them out")));
            }
            self.as_they_are("stub", options)?;
            return Ok(stub);
        }
        if self.map.contains_key("error") {
            return Err(wrong("error", "its stub could not be decoded, so nothing can be encoded"));
        }
        if values.is_none()
            && let Some(stub) = input::member(self.map, "hex")?
        {
            self.as_they_are("hex", options)?;
            return Ok(stub);
        }
        let mut map = self.map.clone();
        let direction = if self.kind.ends_with("request") { "request" } else { "response" };
        map.insert("direction".into(), direction.into());
        // Of a call that is the request itself.
        if direction == "response" && !map.get("request").is_some_and(Json::is_string) {
            match request {
                Some(request) => map.insert("request".into(), hex::encode(request).into()),
                None => map.remove("request"),
            };
        }
        if let Some(syntax) = options.syntax {
            map.insert("syntax".into(), syntax.name().into());
        } else if !map.contains_key("syntax") {
            map.insert("syntax".into(), Syntax::Ndr.name().into());
        }
        if let Some(endian) = options.endian {
            map.insert("endian".into(), if endian == Endian::Big { "big" } else { "little" }.into());
        }
        // What was translated to another syntax or byte order is no longer what `hex` says.
        if options.syntax.is_some() || options.endian.is_some() {
            map.remove("hex");
        }
        stub::encode(&map)
    }

    pub(super) fn opnum(&self) -> Result<Option<u16>, EncodeError> {
        let given: Option<u16> = self.number("opnum")?;
        let Some(name) = self.text("method") else { return Ok(given) };
        let version = self.text("interface").and_then(idl::interface).and_then(|interface| {
            interface.versions.iter().find(|version| Some(version.number.text()) == self.text("version"))
        });
        let Some(version) = version else {
            return given.map(Some).ok_or_else(|| wrong("method", "no interface and version tell its opnum"));
        };
        match (version.methods.iter().find(|method| method.name == name), given) {
            (Some(method), Some(given)) if method.opnum != given => {
                Err(wrong("opnum", format_args!("{given}, and {name} has {}", method.opnum)))
            }
            (Some(method), _) => Ok(Some(method.opnum)),
            // What records call an opnum that no method has.
            (None, Some(given)) if name == format!("Opnum{given}Reserved") => Ok(Some(given)),
            (None, _) => {
                let names = version.methods.iter().map(|method| method.name);
                Err(unknown(name, "method of this interface and version", names).within("method"))
            }
        }
    }

    /// The interface with its version.
    pub(super) fn abstract_syntax(&self) -> Result<Option<SyntaxId>, EncodeError> {
        if let Some(text) = self.text("interface_uuid") {
            return syntax_id(text).map(Some).map_err(|e| e.within("interface_uuid"));
        }
        let Some(name) = self.text("interface") else { return Ok(None) };
        let names = || idl::INTERFACES.iter().chain(idl::RUNTIME).map(|interface| interface.name);
        let interface = idl::interface(name).ok_or_else(|| unknown(name, "interface", names()).within("interface"))?;
        let text = self.text("version").ok_or_else(|| wrong("version", "missing"))?;
        let version = interface.versions.iter().find(|v| v.number.text() == text);
        let version = version.ok_or_else(|| wrong("version", format_args!("{name} has no version {text:?}")))?;
        Ok(Some(SyntaxId::new(Guid(interface.uuid_bytes), version.number.major(), version.number.minor())))
    }

    pub(super) fn transfer_syntax(&self, options: &Options) -> Result<SyntaxId, EncodeError> {
        match (options.syntax.map(Syntax::name).or(self.text("syntax")), self.text("transfer_syntax")) {
            (Some(name), _) => transfer(name).map_err(|e| e.within("syntax")),
            (None, Some(text)) => syntax_id(text).map_err(|e| e.within("transfer_syntax")),
            (None, None) => Ok(SyntaxId::NDR),
        }
    }
}

/// `UUID MAJOR.MINOR`.
pub(super) fn syntax_id(text: &str) -> Result<SyntaxId, EncodeError> {
    let parsed = text.split_once(' ').and_then(|(uuid, version)| {
        let (major, minor) = version.split_once('.')?;
        Some(SyntaxId::new(Guid::parse(uuid)?, major.parse().ok()?, minor.parse().ok()?))
    });
    parsed.ok_or_else(|| EncodeError::new(format_args!("{text:?} is no UUID with a version")))
}

/// A transfer syntax as records write it.
pub(super) fn transfer(text: &str) -> Result<SyntaxId, EncodeError> {
    for known in [SyntaxId::NDR, SyntaxId::NDR64] {
        if TransferSyntax::from(known).name() == Some(text) {
            return Ok(known);
        }
    }
    if let Some(bits) = text.strip_prefix("bind-time features 0x") {
        let none = |_| EncodeError::new(format_args!("{text:?} has no feature bits"));
        let bits = u16::from_str_radix(bits, 16).map_err(none)?;
        return Ok(SyntaxId::bind_time_features(BindTimeFeatures::from_bits_retain(bits)));
    }
    syntax_id(text)
}

fn number(json: Option<&Json>) -> Result<Option<u64>, ()> {
    match json {
        None => Ok(None),
        Some(Json::Number(n)) => n.as_u64().map(Some).ok_or(()),
        Some(Json::String(text)) if !text.starts_with('-') => integer(text).map(Some).ok_or(()),
        Some(_) => Err(()),
    }
}

/// A 16-bit number of a member, alone or with its name beside it.
pub(super) fn code(json: &Json, key: &str) -> Result<u16, EncodeError> {
    let plain = json.as_object().map_or(Some(json), |map| map.get("value"));
    let number = number(plain).ok().flatten().and_then(|number| u16::try_from(number).ok());
    number.ok_or_else(|| wrong(key, "not a 16-bit number"))
}

/// Nanoseconds since 1970 of a time as records write it.
fn nanoseconds(text: &str) -> Option<i64> {
    let (seconds, fraction) = text.strip_suffix('Z')?.split_once('.').unwrap_or((text.strip_suffix('Z')?, "0"));
    let whole = crate::base::time::FileTime::parse(&format!("{seconds}Z"))?;
    let since = (whole.0 as i64).checked_sub(crate::base::time::FileTime::from_unix(0).0 as i64)?;
    if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let nanos: i64 = format!("{fraction:0<9}").parse().ok()?;
    since.checked_mul(100)?.checked_add(nanos)
}

/// A time that a packet can have.
fn moment(text: &str) -> Result<Timestamp, EncodeError> {
    let time = nanoseconds(text)
        .ok_or_else(|| wrong("time", format_args!("no time as in 2026-11-20T10:00:00.123456789Z: {text:?}")))?;
    if time < 0 { Err(wrong("time", "no packet has a time before 1970")) } else { Ok(Timestamp(time)) }
}

/// The path of an error in a half of a call: most members are the half's, the others the call's.
pub(super) fn of_call(kind: &str, e: EncodeError) -> EncodeError {
    match OF_CALL.iter().any(|key| e.path == **key) {
        true => e,
        false => e.within(kind),
    }
}

/// What halves of calls have from their call.
const OF_CALL: &[&str] = &["transport", "stream", "call_id", "src", "dst", "time"];

/// The key of a part of a call, and the part as a record of its own.
pub(super) type Half = (&'static str, Map<String, Json>);

/// Request and response of a record of `calls` as records of their own.
pub(super) fn halves(call: &Map<String, Json>) -> Result<Vec<Half>, EncodeError> {
    stub::known_members(call)?;
    let mut made = Vec::new();
    for kind in ["request", "response", "fault"] {
        let Some(Json::Object(half)) = call.get(kind) else { continue };
        let mut record = half.clone();
        let forward = kind == "request";
        for key in ["transport", "stream", "call_id"] {
            if let (Some(value), false) = (call.get(key), record.contains_key(key)) {
                record.insert(key.into(), value.clone());
            }
        }
        for (own, other) in [("src", "dst"), ("dst", "src")] {
            if let Some(value) = call.get(if forward { own } else { other }) {
                record.insert(own.into(), value.clone());
            }
        }
        if let Some(time) = call.get("time") {
            let start = moment(time.as_str().ok_or_else(|| wrong("time", "not text"))?)?;
            let latency = match call.get("latency_ns") {
                Some(latency) if !forward => {
                    number(Some(latency)).ok().flatten().and_then(|n| i64::try_from(n).ok()).ok_or_else(|| {
                        wrong("latency_ns", "no number of nanoseconds: an answer comes behind its request")
                    })?
                }
                _ => 0,
            };
            let at = Timestamp(start.0.saturating_add(latency));
            record.insert("time".into(), String::from_utf8_lossy(&at.to_ascii()).into_owned().into());
        }
        record.insert("type".into(), kind.into());
        made.push((kind, record));
    }
    match made.is_empty() {
        true => Err(EncodeError::new("a call without request and response")),
        false => Ok(made),
    }
}
