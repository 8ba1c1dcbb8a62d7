//! The lines of `stub decode` and `stub encode`: a bare stub with what identifies it, and its values.

use super::input;
use super::lines::{begin, failure, parse};
use super::out::Out;
use super::typed;
use super::values::{self, Returned, Values};
use crate::base::Guid;
use crate::base::diagnostic::Diagnostic;
use crate::base::error::Error;
use crate::ndr::WStr;
use crate::ndr::names::HandleNames;
use crate::ndr::types::Scalar;
use crate::ndr::visitor::{At, ContextHandle, Counts, Open, Visitor};
use crate::ndr::wire::{Kind, Message};
use crate::ndr::{Direction, EncodeError, Method, write};
use crate::session::call_context::CallContext;
use core::ops::Range;
use serde_json::{Map, Value as Json};

pub use super::identity::Identity;
pub(crate) use super::typed::known_members;

/// Where in the text the members of a decoded stub stand, and what else was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The value of `params`, `partial` or `opaque`.
    pub params: Range<usize>,
    /// The value of `return`; empty where there is none.
    pub returned: Range<usize>,
    /// The value of `error`; empty where there is none.
    pub error: Range<usize>,
    /// Broken rules, with those that are only counted.
    pub diagnostics: u64,
    /// Bytes behind the last parameter.
    pub trailing: usize,
}

/// Decodes a stub into members of the object that is open in `out`: `params`, `return`, `max_counts`, `trailing`,
/// `diagnostics`, or `error` with what was read before it as `partial`. Returns whether the stub could be decoded.
///
/// `context` is what the request told, for a response.
pub fn decoded(out: &mut Out, identity: &Identity, context: &CallContext, stub: &[u8]) -> bool {
    decoded_with(out, identity, context, stub, None).error.is_empty()
}

/// The same, with what is known of the context handles. Returns where everything stands: the places are of use as long as `out`
/// has not overflowed.
pub fn decoded_with(
    out: &mut Out,
    identity: &Identity,
    context: &CallContext,
    stub: &[u8],
    names: Option<&dyn HandleNames>,
) -> Parts {
    let mut parts = Parts::default();
    let Some(method) = identity.method().filter(|m| m.on_wire) else {
        // Reserved: nobody says what is in it.
        out.key("opaque");
        let start = out.len();
        out.unread(stub, true, 0);
        // Digits between quotes; whether they are secret stands behind.
        parts.params = start..start + 2 * stub.len() + 2;
        return parts;
    };
    let start = out.len();
    out.literal("\"params\":{");
    let value = out.len().saturating_sub(1);
    let mut sink = Values::new(out, identity.kind.version, context).with_names(names);
    let result = Message::decode_with(method, identity.kind, stub, &mut sink);
    let Values { returned, max_counts, diagnostics, diagnostics_omitted, expressions, .. } = sink;
    parts.diagnostics = diagnostics_omitted.saturating_add(diagnostics.len() as u64);
    match result {
        Ok(message) => {
            out.end();
            parts.params = out.value_from(value);
            parts.returned = returned_value(out, returned, names);
            max_counts.print(out);
            if let Some(expressions) = expressions {
                out.key("expressions");
                out.begin_list();
                out.raw(expressions.as_bytes());
                out.end_list();
            }
            parts.trailing = message.trailing().len();
            if parts.trailing > 0 {
                out.key("trailing");
                let Kind { direction, version, .. } = identity.kind;
                let secret = crate::structs::content::may_hold_secrets(method, direction, version);
                out.unread(message.trailing(), secret, 0);
            }
            print_diagnostics(out, &diagnostics);
            omitted(out, diagnostics_omitted);
        }
        Err(e) => {
            // Brackets are open somewhere inside: print again what came before, as a tree.
            out.truncate(start);
            parts.params = partial(out, identity, context, method, stub);
            print_diagnostics(out, &diagnostics);
            omitted(out, diagnostics_omitted);
            parts.error = error(out, &e);
        }
    }
    parts
}

fn partial(
    out: &mut Out,
    identity: &Identity,
    context: &CallContext,
    method: &'static Method,
    stub: &[u8],
) -> Range<usize> {
    let start = out.len();
    out.key("partial");
    let value = out.len();
    out.begin();
    let empty = out.len();
    let mut sink = Unfinished { inner: Values::new(out, identity.kind.version, context), open: Vec::new() };
    let _ = Message::decode_with(method, identity.kind, stub, &mut sink);
    let open = sink.open;
    if out.len() == empty {
        out.truncate(start);
        return Range::default();
    }
    // What the error left open is closed where it stands.
    for is_list in open.into_iter().rev() {
        if is_list { out.end_list() } else { out.end() }
    }
    out.end();
    out.value_from(value)
}

/// Remembers which brackets are open: of lists, and of objects.
struct Unfinished<'o> {
    inner: Values<'o>,
    open: Vec<bool>,
}

/// Hands values of these kinds on.
macro_rules! pass {
    ($($name:ident($($arg:ident: $ty:ty),*);)*) => {
        $(fn $name(&mut self, at: At<'_>, $($arg: $ty),*) {
            self.inner.$name(at, $($arg),*);
        })*
    };
}

impl<'a> Visitor<'a> for Unfinished<'_> {
    pass! {
        scalar(scalar: Scalar, value: u64);
        filetime(value: u64);
        handle(handle: ContextHandle);
        guid(guid: Guid);
        string(text: WStr<'a>);
        bytes(bytes: &'a [u8]);
        units(units: WStr<'a>);
        null();
        alias(referent: u64);
        counts(counts: Counts);
    }

    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        self.open.push(matches!(open, Open::List { .. }));
        self.inner.begin(at, open);
    }

    fn end(&mut self, at: At<'_>, open: Open<'a>) {
        self.open.pop();
        self.inner.end(at, open);
    }
}

fn returned_value(out: &mut Out, returned: Option<Returned>, names: Option<&dyn HandleNames>) -> Range<usize> {
    let Some(returned) = returned else { return Range::default() };
    out.key("return");
    let start = out.len();
    match returned {
        Returned::Status(status) => values::status(out, status),
        Returned::Handle(field, handle) => {
            values::named_handle(out, handle, names.and_then(|names| names.lookup(field, handle)));
        }
    }
    out.value_from(start)
}

/// `"diagnostics":[…]`, absent when there are none.
pub fn print_diagnostics(out: &mut Out, diagnostics: &[Diagnostic]) {
    if diagnostics.is_empty() {
        return;
    }
    out.key("diagnostics");
    diagnostic_list(out, diagnostics);
}

/// How many diagnostics there are beyond those that are told.
fn omitted(out: &mut Out, count: u64) {
    if count > 0 {
        out.key("diagnostics_omitted");
        out.uint(count);
    }
}

/// The diagnostics as a list of objects.
pub fn diagnostic_list(out: &mut Out, diagnostics: &[Diagnostic]) {
    out.begin_list();
    for d in diagnostics {
        out.begin();
        out.key("rule");
        out.text(d.rule.name);
        out.key("offset");
        out.uint(d.offset as u64);
        if !d.path.segments().is_empty() {
            out.key("field");
            out.display(d.path);
        }
        out.key("value");
        out.uint(d.value);
        if let Some(expected) = d.expected {
            out.key("expected");
            out.uint(expected);
        }
        out.key("section");
        out.text(d.rule.section);
        out.end();
    }
    out.end_list();
}

/// `"error":{…}`. Returns where its value stands.
pub fn error(out: &mut Out, e: &Error) -> Range<usize> {
    out.key("error");
    let start = out.len();
    out.begin();
    out.key("offset");
    out.uint(e.offset as u64);
    if !e.path.segments().is_empty() {
        out.key("field");
        out.display(e.path);
    }
    out.key("message");
    out.display(e.kind);
    out.end();
    out.value_from(start)
}

/// Answers a line of `stub decode --jsonl`. Returns whether it could be decoded.
pub fn decode_line(out: &mut Out, text: &str) -> bool {
    let line = parse(text);
    let empty = Map::new();
    let fields = line.as_ref().unwrap_or(&empty);
    begin(out, fields);
    let parsed = line.as_ref().map_err(Clone::clone).and_then(|line| {
        let stub = input::member(line, "hex")?.ok_or_else(|| EncodeError::new("missing").within("hex"))?;
        let identity = Identity::parse(line)?;
        let context = match input::member(line, "request")? {
            Some(request) => identity.context(&request),
            None if identity.kind.direction == Direction::Request => identity.context(&stub),
            None => CallContext::default(),
        };
        Ok((identity, context, stub))
    });
    let done = match parsed {
        Ok((identity, context, stub)) => {
            identity.print(out);
            decoded(out, &identity, &context, &stub)
        }
        Err(e) => {
            failure(out, &e);
            false
        }
    };
    out.end();
    done
}

/// Decodes one stub into a whole object. Returns whether it could be decoded.
pub fn decode(out: &mut Out, identity: &Identity, context: &CallContext, stub: &[u8]) -> bool {
    out.clear();
    out.begin();
    let done = members(out, identity, context, stub);
    out.end();
    done
}

/// The same into the object that is open in `out`.
pub fn members(out: &mut Out, identity: &Identity, context: &CallContext, stub: &[u8]) -> bool {
    identity.print(out);
    decoded(out, identity, context, stub)
}

/// Encodes what a decoded line holds, and checks that it holds nothing else: see [`super::strict`] and `agree.rs`.
///
/// # Errors
/// What is missing or wrong, or contradicts something else, and its path in the line.
pub fn encode(line: &Map<String, Json>) -> Result<Vec<u8>, EncodeError> {
    known_members(line)?;
    let bytes = encode_as_told(line)?;
    if line.contains_key("params") || line.contains_key("return") {
        typed::verify(&Identity::parse(line)?, line, &bytes)?;
    }
    match input::member(line, "hex")? {
        Some(given) if given != bytes => Err(input::not_the_same(&given, &bytes)),
        _ => Ok(bytes),
    }
}

/// The same of a line that is free to contradict itself: for tests of what finds that.
///
/// # Errors
/// What is missing or wrong, and its path in the line.
pub fn encode_as_told(line: &Map<String, Json>) -> Result<Vec<u8>, EncodeError> {
    let identity = Identity::parse(line)?;
    if let Some(opaque) = input::member(line, "opaque")? {
        return Ok(opaque);
    }
    let unknown = || EncodeError::new(format_args!("no method has opnum {}", identity.opnum)).within("opnum");
    let method = identity.method().ok_or_else(unknown)?;
    let request = match line.get("request") {
        Some(Json::String(_)) => input::member(line, "request")?,
        _ => None,
    };
    let context = request.map(|request| identity.context(&request)).unwrap_or_default();
    let contents = typed::contents(method, identity.kind, context.content(), line)?;
    let Kind { version, direction, syntax, endian, .. } = identity.kind;
    let mut bytes = write::message(method, direction, version, syntax, endian, &contents).map_err(typed::in_line)?;
    bytes.extend(input::member(line, "trailing")?.unwrap_or_default());
    Ok(bytes)
}

/// What a line is encoded to.
enum Encoded {
    Stub(Vec<u8>),
    /// Those of a record of `calls`: of the request, of the response, or of both.
    Call(Vec<(Direction, Vec<u8>)>),
}

/// Encodes a line, which may be a record of `calls` with a request and a response.
fn encode_any(line: &Map<String, Json>) -> Result<Encoded, EncodeError> {
    if line.get("type").and_then(Json::as_str) != Some("call") {
        return encode(line).map(Encoded::Stub);
    }
    let mut stubs: Vec<(Direction, Vec<u8>)> = Vec::new();
    for direction in [Direction::Request, Direction::Response] {
        let Some(Json::Object(half)) = line.get(direction.name()) else { continue };
        if !half.contains_key("params") && !half.contains_key("opaque") {
            continue;
        }
        let mut half = half.clone();
        half.insert("direction".into(), direction.name().into());
        if let Some((_, request)) = stubs.first() {
            half.insert("request".into(), hex::encode(request).into());
        }
        let bytes = encode(&half).map_err(|e| e.within(direction.name()))?;
        stubs.push((direction, bytes));
    }
    if stubs.is_empty() {
        Err(EncodeError::new("neither \"request\" nor \"response\" was decoded"))
    } else {
        Ok(Encoded::Call(stubs))
    }
}

/// Answers a line of `stub encode --jsonl`. Returns whether it could be encoded.
pub fn encode_line(out: &mut Out, text: &str) -> bool {
    let line = parse(text);
    begin(out, line.as_ref().unwrap_or(&Map::new()));
    let done = match line.and_then(|line| encode_any(&line)) {
        Ok(Encoded::Stub(bytes)) => {
            out.key("hex");
            out.hex(&bytes);
            true
        }
        Ok(Encoded::Call(stubs)) => {
            for (direction, bytes) in stubs {
                out.key(direction.name());
                out.begin();
                out.key("hex");
                out.hex(&bytes);
                out.end();
            }
            true
        }
        Err(e) => {
            failure(out, &e);
            false
        }
    };
    out.end();
    done
}

impl serde::Serialize for Message<'_> {
    /// The shape of a decoded line's `params`, with `return` beside them.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = Out::new();
        out.begin();
        let context = CallContext::default();
        let mut sink = Values::new(&mut out, self.version, &context);
        self.visit_parameters(&mut sink);
        let returned = sink.returned;
        returned_value(&mut out, returned, None);
        out.end();
        let json: Json = serde_json::from_slice(out.as_bytes()).map_err(serde::ser::Error::custom)?;
        json.serialize(serializer)
    }
}
