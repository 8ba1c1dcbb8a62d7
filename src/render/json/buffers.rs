//! JSON of structures: the sink that prints them straight from the bytes, and the lines of `struct decode` and
//! `struct encode`.

use crate::base::diagnostic::Diagnostic;
use crate::base::error::Error;
use crate::consts::control_codes::ControlCodeFields;
use crate::ndr::EncodeError;
use crate::ndr::WStr;
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::value::{Fields, Value};
use crate::ndr::visitor::{At, Item, Open, Place, Visitor};
use crate::render::json::out::Out;
use crate::render::json::{agree, input, strict, stub, values};
use crate::structs::content::{self, Context, Secrecy, Secrets, ShapeKind};
use crate::structs::dependency::{self, Expression};
use crate::structs::mask::Mask;
use crate::structs::packed::ByteCursor;
use crate::structs::{Structure, security};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;

/// Prints values as JSON. What has no place among them is collected beside: the reading of the outermost structure and
/// broken rules.
#[derive(Debug)]
pub struct Values<'o, 'a> {
    out: &'o mut Out,
    secrets: Secrets,
    mask: Mask,
    depth: usize,
    /// Which way of reading the text was taken for the outermost structure, if it is not the usual one.
    pub variant: Option<&'static str>,
    /// Broken rules, as many as [`MAX_DIAGNOSTICS`].
    pub diagnostics: Vec<Diagnostic>,
    /// Name of the property or command in which the error is.
    pub failed_in: Option<WStr<'a>>,
}

/// The most broken rules that are collected of one buffer.
pub const MAX_DIAGNOSTICS: usize = 64;

impl<'o, 'a> Values<'o, 'a> {
    /// Appends to `out`.
    pub fn new(out: &'o mut Out, secrets: Secrets) -> Self {
        Values {
            out,
            secrets,
            mask: Mask::default(),
            depth: 0,
            variant: None,
            diagnostics: Vec::new(),
            failed_in: None,
        }
    }

    /// The key of a member.
    #[inline(always)]
    fn key(&mut self, at: &At<'_>) {
        if at.index.is_none() && !at.field.name.is_empty() {
            self.out.prepared_key(&at.field.key, at.field.name);
        }
    }

    /// The key, and instead of a secret that is not to be shown a mark. Returns whether it is one.
    #[inline(always)]
    fn is_hidden(&mut self, at: &At<'_>) -> bool {
        self.key(at);
        let hidden = matches!(at.semantics, Semantics::Opaque) && self.secrets != Secrets::Shown;
        if hidden {
            self.hidden();
        }
        hidden
    }

    /// A value that has no method of its own, or one with its bytes beside it.
    fn item(&mut self, at: At<'_>, item: Item<'a>) {
        let out = &mut *self.out;
        match item {
            Item::Uint(value) => values::number(out, at.semantics, value, false),
            Item::Int(value) => values::number(out, at.semantics, value as u64, true),
            Item::Bool(b) => out.bool(b),
            Item::FileTime(value) => match at.semantics {
                Semantics::FileTime => values::filetime(out, value),
                _ => out.uint(value),
            },
            Item::Handle(handle) => values::handle(out, handle),
            Item::Guid(guid) => out.guid(guid),
            Item::Text(text) => out.wide(text),
            Item::Units(units) => out.utf16(units),
            Item::Bytes(bytes) => print_bytes(out, at.semantics, bytes),
            Item::Ipv4(address) => out.ipv4(address.octets()),
            Item::Ipv6(address) => out.ipv6(address.segments()),
            Item::Null => out.null(),
            Item::Alias(referent) => out.uint(referent),
        }
    }

    /// A secret that is not to be shown.
    #[cold]
    fn hidden(&mut self) {
        self.out.literal("{\"secret\":true},");
    }

    /// A value with its bytes beside it.
    #[cold]
    fn with_bytes(&mut self, at: At<'_>, item: Item<'a>, raw: &[u8]) {
        self.out.begin();
        match item {
            Item::Text(text) if !text.is_well_formed() => {
                self.out.key("utf16");
                let digits: String = text.units().flat_map(u16::to_le_bytes).map(|o| format!("{o:02x}")).collect();
                self.out.text(&digits);
            }
            item => {
                self.out.key("value");
                self.item(at, item);
            }
        }
        self.out.key("hex");
        self.out.hex(raw);
        self.out.end();
    }

    /// The start of an object that has bytes as its first member.
    #[cold]
    fn begin_bytes(&mut self, bytes: &[u8]) {
        self.out.begin();
        self.out.key("hex");
        self.out.hex(&self.mask.apply(bytes));
    }

    #[cold]
    fn note_variant(&mut self, variant: &'static str) {
        match self.depth {
            0 => self.variant = Some(variant),
            _ => {
                self.out.key("reading");
                self.out.text(variant);
            }
        }
    }
}

/// Bytes, and what a security descriptor says.
fn print_bytes(out: &mut Out, semantics: Semantics, bytes: &[u8]) {
    out.literal("{\"hex\":");
    out.hex(bytes);
    if let Semantics::SecurityDescriptor = semantics
        && let Ok((text, error)) = security::readable(bytes)
    {
        out.key(if error.is_none() { "sddl" } else { "partial_sddl" });
        out.text(&text);
        if let Some(error) = error {
            out.key("error");
            out.display(error);
        }
    }
    out.end();
}

/// What is told by every value is inlined: where a reader says what it tells, little of it is left.
impl<'a> Visitor<'a> for Values<'_, 'a> {
    #[inline(always)]
    fn scalar(&mut self, at: At<'_>, scalar: Scalar, value: u64) {
        if !self.is_hidden(&at) {
            values::number(self.out, at.semantics, value, scalar.signed());
        }
    }

    #[inline(always)]
    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        if !self.is_hidden(&at) {
            self.out.wide(text);
        }
    }

    #[inline(always)]
    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        if !self.is_hidden(&at) {
            print_bytes(self.out, at.semantics, bytes);
        }
    }

    #[inline(always)]
    fn value(&mut self, at: At<'_>, item: Item<'a>) {
        if !self.is_hidden(&at) {
            self.item(at, item);
        }
    }

    #[inline(always)]
    fn irregular(&mut self, at: At<'_>, item: Item<'a>, raw: &'a [u8]) {
        if !self.is_hidden(&at) {
            self.with_bytes(at, item, raw);
        }
    }

    #[inline(always)]
    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        self.key(&at);
        match open {
            Open::List { raw } => {
                if let Some(raw) = raw {
                    self.begin_bytes(raw);
                    self.out.key("value");
                }
                self.out.begin_list();
            }
            Open::Bytes(bytes) => self.begin_bytes(bytes),
            Open::Record { variant: Some(variant), .. } => {
                self.out.begin();
                self.note_variant(variant);
            }
            _ => self.out.begin(),
        }
        self.depth += 1;
    }

    #[inline(always)]
    fn end(&mut self, _: At<'_>, open: Open<'a>) {
        self.depth = self.depth.saturating_sub(1);
        match open {
            Open::List { raw } => {
                self.out.end_list();
                if raw.is_some() {
                    self.out.end();
                }
            }
            _ => self.out.end(),
        }
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    fn failed_in(&mut self, name: WStr<'a>) {
        self.failed_in = Some(name);
    }
}

/// `"error":{…}`, with the name of the property or command that it is in.
pub(crate) fn error(out: &mut Out, e: &Error, failed_in: Option<WStr<'_>>) {
    out.key("error");
    out.begin();
    out.key("offset");
    out.uint(e.offset as u64);
    if !e.path.segments().is_empty() {
        out.key("field");
        out.display(e.path);
    }
    if let Some(name) = failed_in {
        out.key("object");
        out.wide(name.prefix(256));
    }
    out.key("message");
    out.display(e.kind);
    out.end();
}

/// Prints `value` or, up to an error, `partial`, with what belongs beside it. Returns whether there was no error.
pub(super) fn members<'a>(
    out: &mut Out,
    (secrets, mask): (Secrets, Mask),
    bytes: &'a [u8],
    read: impl Fn(ByteCursor<'a>, &mut Values<'_, 'a>) -> Result<ByteCursor<'a>, Error>,
) -> bool {
    let start = out.len();
    for key in ["value", "partial"] {
        out.key(key);
        let before = out.len();
        let mut sink = Values { mask: mask.clone(), ..Values::new(out, secrets) };
        let outcome = read(ByteCursor::new(bytes), &mut sink);
        let Values { variant, diagnostics, failed_in, .. } = sink;
        if outcome.is_err() && key == "value" {
            // It has another name then. The same bytes give the same result.
            out.truncate(start);
            continue;
        }
        if out.len() == before {
            // Nothing at all was read.
            out.truncate(start);
        }
        if let Some(variant) = variant {
            out.key("reading");
            out.text(variant);
        }
        if let Ok(rest) = &outcome
            && !rest.is_empty()
        {
            out.key("trailing");
            out.hex(&mask.apply(rest.rest()));
        }
        stub::print_diagnostics(out, &diagnostics);
        if let Err(e) = &outcome {
            error(out, e, failed_in);
        }
        return outcome.is_ok();
    }
    false
}

/// Decodes a structure into members of the object that is open in `out`: `struct`, `value`, `reading`, `trailing`,
/// `diagnostics`, or `error` with what was read before it as `partial`. Returns whether it could be decoded.
pub fn decoded(out: &mut Out, name: &str, bytes: &[u8]) -> bool {
    let Some(structure) = Structure::by_name(name) else {
        out.key("struct");
        out.text(name);
        failure(out, &unknown(name));
        return false;
    };
    out.key("struct");
    out.text(structure.name);
    members(out, (Secrets::Shown, Mask::default()), bytes, |input, sink| structure.read(input, Place::TOP, sink))
}

/// Decodes a structure into a whole object. Returns whether it could be decoded.
pub fn decode(out: &mut Out, name: &str, bytes: &[u8]) -> bool {
    out.clear();
    out.begin();
    let done = decoded(out, name, bytes);
    out.end();
    done
}

/// What a field's bytes mean, as members of the object that holds their `hex`.
pub(super) fn beside_hex(out: &mut Out, semantics: Semantics, version: usize, context: &Context<'_>, bytes: &[u8]) {
    match semantics {
        Semantics::Custom("twr_t") => super::runtime::tower(out, bytes),
        Semantics::Text => super::runtime::text(out, bytes),
        semantics => print(out, semantics, version, context, bytes),
    }
}

/// Prints what a buffer holds as member `decoded` of the object that is open in `out`, or nothing where there is nothing
/// to say: `{"type":"SZ","value":"…"}`, with `trailing`, `reading`, `diagnostics` or `error` and `partial` as for a
/// structure. Never fails. `version` is the place in [`Interface::versions`](crate::ndr::Interface::versions).
pub fn print(out: &mut Out, semantics: Semantics, version: usize, context: &Context<'_>, bytes: &[u8]) {
    let shape = content::shape(semantics, version, context, bytes);
    if shape.is_nothing() {
        return;
    }
    out.key("decoded");
    out.begin();
    if let Some(code) = shape.unknown_code {
        control_code(out, code);
    }
    // What may be a secret is not even guessed at where secrets are masked.
    let told = !matches!((shape.secrecy, context.secrets), (Secrecy::Possible(_), Secrets::Masked));
    if !matches!(shape.kind, ShapeKind::Nothing) && told || shape.secrecy == Secrecy::Whole {
        out.key("type");
        out.name(shape.name());
        if shape.guess {
            out.key("guess");
            out.bool(true);
        }
        let mask = if context.secrets == Secrets::Masked { Mask::of(&shape, bytes) } else { Mask::default() };
        members(out, (context.secrets, mask), bytes, |input, sink| content::read(&shape, input, Place::TOP, sink));
    }
    if let ShapeKind::Expression = shape.kind {
        expression(out, WStr::le(bytes).until_nul());
    }
    out.end();
}

/// The bit fields of a control code that no list has, as member `control_code` of the object that is open in `out`.
pub(super) fn control_code(out: &mut Out, code: ControlCodeFields) {
    out.key("control_code");
    out.begin();
    out.key("object");
    match code.family() {
        Some(family) => out.text(family.as_str()),
        None => out.uint(u64::from(code.object)),
    }
    out.key("function");
    out.uint(u64::from(code.function));
    out.key("access");
    out.text(code.access.as_str());
    for (name, set) in
        [("global", code.global), ("modify", code.modify), ("user", code.user), ("internal", code.internal)]
    {
        out.key(name);
        out.bool(set);
    }
    out.end();
}

/// Prints a dependency expression as member `expression` of the object that is open in `out`: `{"and":[…]}`,
/// `{"or":[…]}` and names as strings; `{"error":…}` for what is none, `null` for the empty one.
pub fn expression(out: &mut Out, text: WStr<'_>) {
    out.key("expression");
    match dependency::parse_wide(text) {
        Ok(Some(tree)) => branch(out, &tree),
        Ok(None) => out.null(),
        Err(e) => {
            out.begin();
            out.key("error");
            out.display(e);
            out.end();
        }
    }
}

/// Nested as deep as [`dependency::MAX_DEPTH`] at most.
fn branch(out: &mut Out, tree: &Expression) {
    let (word, parts) = match tree {
        Expression::Object(name) => return out.text(name),
        Expression::And(parts) => ("and", parts),
        Expression::Or(parts) => ("or", parts),
    };
    out.begin();
    out.key(word);
    out.begin_list();
    parts.iter().for_each(|part| branch(out, part));
    out.end_list();
    out.end();
}

/// What bytes of this format are printed as.
pub(super) fn shown(shape: &content::Shape, bytes: &[u8]) -> Option<Map<String, Json>> {
    let mut out = Out::new();
    out.begin();
    out.key("type");
    out.name(shape.name());
    members(&mut out, (Secrets::Hidden, Mask::default()), bytes, |input, sink| {
        content::read(shape, input, Place::TOP, sink)
    });
    out.end();
    serde_json::from_slice(out.as_bytes()).ok()
}

fn unknown(name: &str) -> String {
    let near: Vec<_> =
        crate::structs::ALL.iter().map(|s| s.name).filter(|n| n.contains(&name.to_ascii_uppercase())).collect();
    match near.is_empty() || name.is_empty() {
        true => format!("unknown structure {name:?}"),
        false => format!("unknown structure {name:?}: {}", near.join(", ")),
    }
}

fn failure(out: &mut Out, message: &str) {
    out.key("error");
    out.begin();
    out.key("message");
    out.text(message);
    out.end();
}

fn begin(out: &mut Out, line: &Map<String, Json>) {
    out.clear();
    out.begin();
    if let Some(id) = line.get("id") {
        out.key("id");
        out.raw(id.to_string().as_bytes());
    }
}

/// The structure's name: the line's own, or one given from outside.
fn name_of<'l>(line: &'l Map<String, Json>, default: Option<&'l str>) -> Result<&'l str, String> {
    match line.get("struct") {
        Some(Json::String(name)) => Ok(name),
        Some(_) => Err("\"struct\" is a string".into()),
        None => default.ok_or_else(|| "\"struct\" is missing".into()),
    }
}

/// Answers a line `{"id":…,"struct":"NAME","hex":"…"}`. Returns whether it could be decoded.
pub fn decode_line(out: &mut Out, text: &str) -> bool {
    decode_line_as(out, text, None)
}

/// The same with the name of the structure for lines that have none.
pub fn decode_line_as(out: &mut Out, text: &str, name: Option<&str>) -> bool {
    let line = strict::object(text);
    let empty = Map::new();
    begin(out, line.as_ref().unwrap_or(&empty));
    let parsed = line.as_ref().map_err(Clone::clone).and_then(|line| {
        let bytes = input::bytes(line.get("hex").ok_or("\"hex\" is missing")?)?;
        Ok((name_of(line, name)?, bytes))
    });
    let done = match parsed {
        Ok((name, bytes)) => decoded(out, name, &bytes),
        Err(message) => {
            failure(out, &message);
            false
        }
    };
    out.end();
    done
}

/// Encodes what a decoded line holds: `struct`, `value`, and `reading` and `trailing` if there are any.
///
/// # Errors
/// In a few words, what is missing or wrong.
pub fn encode(line: &Map<String, Json>, name: Option<&str>) -> Result<Vec<u8>, String> {
    let name = name_of(line, name)?;
    let structure = Structure::by_name(name).ok_or_else(|| unknown(name))?;
    if let Some(key) = line.keys().find(|key| !LINE.contains(&key.as_str())) {
        return Err(crate::ndr::number::unknown(key, "member of such a line", LINE.iter().copied()).message);
    }
    let given = line.get("hex").map(input::bytes).transpose()?;
    let json = match (line.get("value"), &given) {
        (Some(json), _) => json,
        (None, Some(_)) => return Err("\"value\" is missing: \"hex\" is what is to be made of it".into()),
        (None, None) => return Err("\"value\" is missing".into()),
    };
    let mut value = value(json).map_err(|e| e.to_string())?;
    if let (Value::Map(fields), Some(Json::String(variant))) = (&mut value, line.get("reading")) {
        fields.set("reading", variant.as_str());
    }
    let mut bytes = Vec::new();
    structure.write(&value, &mut bytes).map_err(|e| e.to_string())?;
    as_given(name, json, &bytes).map_err(|e| e.to_string())?;
    if let Some(trailing) = line.get("trailing") {
        bytes.extend(input::bytes(trailing)?);
    }
    match given {
        Some(given) if given != bytes => Err(input::not_the_same(&given, &bytes)),
        _ => Ok(bytes),
    }
}

/// What a line of structures may have.
const LINE: &[&str] = &["id", "struct", "value", "reading", "trailing", "diagnostics", "hex"];

/// Whether the bytes of a structure are printed as the value that they were made from.
fn as_given(name: &str, json: &Json, bytes: &[u8]) -> Result<(), EncodeError> {
    let mut out = Out::new();
    let done = decode(&mut out, name, bytes);
    let printed: Map<String, Json> =
        serde_json::from_slice(out.as_bytes()).map_err(|e| EncodeError::new(format!("what was encoded: {e}")))?;
    match (done, printed.get("value")) {
        (true, Some(printed)) => agree::check(json, printed, false).map_err(|e| e.within("value")),
        (true, None) => Ok(()),
        (false, _) => {
            let why = printed.get("error").map(Json::to_string).unwrap_or_default();
            Err(EncodeError::new(format!("what was encoded can't be decoded: {why}")))
        }
    }
}

/// Answers a line of `struct encode --jsonl`. Returns whether it could be encoded.
pub fn encode_line(out: &mut Out, text: &str) -> bool {
    encode_line_as(out, text, None)
}

/// The same with the name of the structure for lines that have none.
pub fn encode_line_as(out: &mut Out, text: &str, name: Option<&str>) -> bool {
    let line = strict::object(text);
    begin(out, line.as_ref().unwrap_or(&Map::new()));
    let done = match line.and_then(|line| encode(&line, name)) {
        Ok(bytes) => {
            out.key("hex");
            out.hex(&bytes);
            true
        }
        Err(message) => {
            failure(out, &message);
            false
        }
    };
    out.end();
    done
}

/// JSON to what the writers encode, by the forms of the contract. An object with `syntax` is a value of a property, in
/// which `value` is a member.
///
/// # Errors
/// Where it is wrong and why.
pub fn value(json: &Json) -> Result<Value, EncodeError> {
    match json {
        Json::Array(items) => {
            let item = |(i, json)| value(json).map_err(|e| e.within(format_args!("[{i}]")));
            Ok(Value::List(items.iter().enumerate().map(item).collect::<Result<_, _>>()?))
        }
        Json::Object(map) if map.contains_key("secret") => Err(EncodeError::new("a secret was left out here")),
        Json::Object(map) if map.contains_key("syntax") => fields(map),
        Json::Object(map) if map.contains_key("hex") || map.contains_key("utf16") => {
            input::value(json).map_err(EncodeError::new)
        }
        // What bytes hold, where the bytes are left out.
        Json::Object(map) if map.contains_key("decoded") => {
            map.get("decoded").map_or(Ok(Value::Null), value).map_err(|e| e.within("decoded"))
        }
        Json::Object(map) if map.contains_key("sddl") => {
            map.get("sddl").map_or(Ok(Value::Null), value).map_err(|e| e.within("sddl"))
        }
        Json::Object(map) => match map.get("value") {
            // The writer finds out whether number and name agree.
            Some(_) if ["name", "flags", "time"].iter().any(|key| map.contains_key(*key)) => fields(map),
            Some(inner) => value(inner),
            None => fields(map),
        },
        plain => input::value(plain).map_err(EncodeError::new),
    }
}

fn fields(map: &Map<String, Json>) -> Result<Value, EncodeError> {
    let mut fields = Fields::default();
    for (key, json) in map {
        let value = value(json).map_err(|e| e.within(key))?;
        fields.0.push((Cow::Owned(key.clone()), value));
    }
    Ok(Value::Map(fields))
}
