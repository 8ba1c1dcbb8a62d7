//! JSON of what buffers hold: the visitor that prints it straight from the bytes.

use crate::base::bounds;
use crate::base::diagnostic::Diagnostic;
use crate::base::error::Error;
use crate::consts::control_codes::ControlCodeFields;
use crate::ndr::WStr;
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::visitor::{At, Item, Open, Place, Visitor};
use crate::render::json::out::Out;
use crate::render::json::{stub, values};
use crate::structs::content::{self, Context, Secrecy, Secrets, ShapeKind};
use crate::structs::dependency::{self, Expression};
use crate::structs::mask::Mask;
use crate::structs::packed::ByteCursor;
use crate::structs::security;
use serde_json::{Map, Value as Json};

pub use super::structure::{decode, decode_line, decode_line_as, encode, encode_line, encode_line_as, value};

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
    /// Broken rules, as many as `bounds::BUFFER_DIAGNOSTICS`.
    pub diagnostics: Vec<Diagnostic>,
    /// Name of the property or command in which the error is.
    pub failed_in: Option<WStr<'a>>,
}

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
            Item::Uint(value) => values::number(out, at.semantics, value, Scalar::U64),
            Item::Int(value) => {
                let scalar = if at.len > 4 { Scalar::I64 } else { Scalar::I32 };
                values::number(out, at.semantics, value as u64, scalar);
            }
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
            values::number(self.out, at.semantics, value, scalar);
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
        if self.diagnostics.len() < bounds::BUFFER_DIAGNOSTICS {
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
pub(super) fn shown(shape: &content::Shape, bytes: &[u8], secrets: Secrets) -> Option<Map<String, Json>> {
    let mut out = Out::new();
    out.begin();
    out.key("type");
    out.name(shape.name());
    members(&mut out, (secrets, Mask::default()), bytes, |input, sink| content::read(shape, input, Place::TOP, sink));
    out.end();
    serde_json::from_slice(out.as_bytes()).ok()
}
