//! What lines say: who sends what to whom, and its bytes.

use super::Options;
use crate::base::Guid;
use crate::base::Timestamp;
use crate::idl;
use crate::ndr::{Endian, Syntax};
use crate::render::json::stub;
use crate::rpc::header::Representation;
use crate::rpc::syntax::{BindTimeFeatures, SyntaxId, TransferSyntax};
use serde_json::{Map, Value as Json};
use std::net::{Ipv4Addr, SocketAddr};

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

impl<'m> Line<'m> {
    pub(super) fn new(map: &'m Map<String, Json>, options: &Options) -> Result<Line<'m>, String> {
        let text = |key: &str| match map.get(key) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(format!("\"{key}\" is text")),
        };
        let kind = text("type")?.or(text("direction")?).ok_or("neither \"type\" nor \"direction\"")?;
        let message = matches!(kind, "request" | "response" | "fault" | "conv_request" | "conv_response");
        if message && map.contains_key("encrypted") {
            return Err("it is sealed and was not opened: nothing says what it holds".into());
        }
        if map.contains_key("omitted") {
            return Err("its values were left out".into());
        }
        let end = |key: &str| {
            text(key)?
                .map(|text| {
                    text.parse::<SocketAddr>().map_err(|_| format!("\"{key}\" is no address and port: {text:?}"))
                })
                .transpose()
        };
        let udp = match text("transport")? {
            Some("tcp") => false,
            Some("udp") => true,
            Some(other) => return Err(format!("\"transport\" is tcp or udp, not {other:?}")),
            None => options.udp,
        };
        let forward = !matches!(kind, "response" | "fault" | "bind_ack" | "alter_context_resp" | "bind_nak");
        let (client, server) = (SocketAddr::from(CLIENT), SocketAddr::from(SERVER));
        let (from, to) = if forward { (client, server) } else { (server, client) };
        let (src, dst) = (end("src")?.unwrap_or(from), end("dst")?.unwrap_or(to));
        if src.is_ipv4() != dst.is_ipv4() {
            return Err("\"src\" and \"dst\" are addresses of two families".into());
        }
        let time = text("time")?
            .map(|text| moment(text).ok_or_else(|| format!("\"time\" is no time: {text:?}")))
            .transpose()?;
        let endian = match (options.endian, text("endian")?) {
            (Some(endian), _) => endian,
            (None, None | Some("little")) => Endian::Little,
            (None, Some("big")) => Endian::Big,
            (None, Some(other)) => return Err(format!("\"endian\" is little or big, not {other:?}")),
        };
        let representation = match endian {
            Endian::Little => Representation::LITTLE,
            Endian::Big => Representation::BIG,
        };
        let stream = map.get("stream").and_then(Json::as_u64).unwrap_or(0);
        Ok(Line { map, kind, src, dst, stream, udp, time, representation })
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

    pub(super) fn number(&self, key: &str) -> Result<Option<u64>, String> {
        number(self.map.get(key)).map_err(|_| format!("\"{key}\" is no number"))
    }

    pub(super) fn guid(&self, key: &str) -> Result<Option<Guid>, String> {
        self.text(key).map(|text| Guid::parse(text).ok_or_else(|| format!("\"{key}\" is no GUID"))).transpose()
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.map.get(key) == Some(&Json::Bool(true))
    }

    /// The number of a value with its name beside it.
    pub(super) fn code(&self, key: &str) -> Result<Option<u32>, String> {
        let json = match self.map.get(key) {
            Some(Json::Object(map)) => map.get("value"),
            json => json,
        };
        let code = number(json).map_err(|_| format!("\"{key}\" is no number"))?;
        code.map(|code| u32::try_from(code).map_err(|_| format!("\"{key}\" has 32 bits"))).transpose()
    }

    pub(super) fn hex(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        let json = match self.map.get(key) {
            Some(Json::Object(map)) => map.get("hex"),
            json => json,
        };
        let digits = json.and_then(Json::as_str);
        digits.map(|digits| hex::decode(digits).map_err(|e| format!("\"{key}\": {e}"))).transpose()
    }

    /// The stub, encoded from the parameters if it isn't there itself. `request`: of a response the request's stub.
    pub(super) fn stub(&self, options: &Options, request: Option<&[u8]>) -> Result<Vec<u8>, String> {
        if let Some(stub) = self.hex("stub")? {
            return Ok(stub);
        }
        if self.map.contains_key("error") {
            return Err("its stub could not be decoded, so nothing can be encoded".into());
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
        if !["params", "opaque", "return"].iter().any(|key| map.contains_key(*key)) && map.contains_key("hex") {
            return self.hex("hex").map(Option::unwrap_or_default);
        }
        // What was translated to another syntax or byte order is no longer what `hex` says.
        if options.syntax.is_some() || options.endian.is_some() {
            map.remove("hex");
        }
        stub::encode(&map).map_err(|e| e.to_string())
    }

    pub(super) fn opnum(&self) -> Result<Option<u16>, String> {
        if let Some(number) = self.number("opnum")? {
            return u16::try_from(number).map(Some).map_err(|_| "\"opnum\" has 16 bits".into());
        }
        let Some(name) = self.text("method") else { return Ok(None) };
        let found = self.text("interface").and_then(idl::interface).and_then(|interface| {
            let version =
                interface.versions.iter().find(|version| Some(version.number.text()) == self.text("version"))?;
            version.methods.iter().find(|method| method.name == name)
        });
        found.map(|method| Some(method.opnum)).ok_or_else(|| format!("no opnum is known of method {name:?}"))
    }

    /// The interface with its version.
    pub(super) fn abstract_syntax(&self) -> Result<Option<SyntaxId>, String> {
        if let Some(text) = self.text("interface_uuid") {
            return syntax_id(text).map(Some);
        }
        let Some(name) = self.text("interface") else { return Ok(None) };
        let interface = idl::interface(name).ok_or_else(|| format!("no interface is called {name:?}"))?;
        let version = self.text("version").and_then(|text| interface.versions.iter().find(|v| v.number.text() == text));
        let version =
            version.ok_or_else(|| format!("{name} has no version {:?}", self.text("version").unwrap_or("")))?;
        Ok(Some(SyntaxId::new(Guid(interface.uuid_bytes), version.number.major(), version.number.minor())))
    }

    pub(super) fn transfer_syntax(&self, options: &Options) -> Result<SyntaxId, String> {
        match (options.syntax.map(Syntax::name).or(self.text("syntax")), self.text("transfer_syntax")) {
            (Some(name), _) => transfer(name),
            (None, Some(text)) => syntax_id(text),
            (None, None) => Ok(SyntaxId::NDR),
        }
    }
}

/// `UUID MAJOR.MINOR`.
pub(super) fn syntax_id(text: &str) -> Result<SyntaxId, String> {
    let parsed = text.split_once(' ').and_then(|(uuid, version)| {
        let (major, minor) = version.split_once('.')?;
        Some(SyntaxId::new(Guid::parse(uuid)?, major.parse().ok()?, minor.parse().ok()?))
    });
    parsed.ok_or_else(|| format!("{text:?} is no UUID with a version"))
}

/// A transfer syntax as records write it.
pub(super) fn transfer(text: &str) -> Result<SyntaxId, String> {
    for known in [SyntaxId::NDR, SyntaxId::NDR64] {
        if TransferSyntax::from(known).name() == Some(text) {
            return Ok(known);
        }
    }
    if let Some(bits) = text.strip_prefix("bind-time features 0x") {
        let bits = u16::from_str_radix(bits, 16).map_err(|_| format!("{text:?} has no feature bits"))?;
        return Ok(SyntaxId::bind_time_features(BindTimeFeatures::from_bits_retain(bits)));
    }
    syntax_id(text)
}

fn number(json: Option<&Json>) -> Result<Option<u64>, ()> {
    match json {
        None => Ok(None),
        Some(Json::Number(n)) => n.as_u64().map(Some).ok_or(()),
        Some(Json::String(text)) => text.parse().map(Some).map_err(|_| ()),
        Some(_) => Err(()),
    }
}

/// Nanoseconds since 1970 of a time as records write it.
fn moment(text: &str) -> Option<Timestamp> {
    let (seconds, fraction) = text.strip_suffix('Z')?.split_once('.').unwrap_or((text.strip_suffix('Z')?, ""));
    let whole = crate::base::time::FileTime::parse(&format!("{seconds}Z"))?;
    let since = (whole.0 as i64).checked_sub(crate::base::time::FileTime::from_unix(0).0 as i64)?;
    let digits = fraction.get(..fraction.len().min(9))?;
    let nanos: i64 = if digits.is_empty() { 0 } else { format!("{digits:0<9}").parse().ok()? };
    since.checked_mul(100)?.checked_add(nanos).map(Timestamp)
}

/// Request and response of a record of `calls` as records of their own.
pub(super) fn halves(call: &Map<String, Json>) -> Result<Vec<Map<String, Json>>, String> {
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
        if let Some(time) = call.get("time").and_then(Json::as_str) {
            let start = moment(time).ok_or_else(|| format!("\"time\" is no time: {time:?}"))?;
            let latency = call.get("latency_ns").and_then(Json::as_i64).filter(|_| !forward).unwrap_or(0);
            let at = Timestamp(start.0.saturating_add(latency));
            record.insert("time".into(), String::from_utf8_lossy(&at.to_ascii()).into_owned().into());
        }
        record.insert("type".into(), kind.into());
        made.push(record);
    }
    match made.is_empty() {
        true => Err("a call without request and response".into()),
        false => Ok(made),
    }
}
