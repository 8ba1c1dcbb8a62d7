//! Buffers that hold custom-marshalled structures: property lists, batches, security descriptors and the others.
//!
//! What holds for every buffer is here; `properties`, `value_lists`, `batches` and `members` have the rules of the kinds.

use super::arguments::EMPTY_NAME;
use super::decoder_rules;
use super::message::{CheckedMessage, Report};
use super::rule::Rule;
use super::values::{Entry, Item, Values, wide};
use crate::base::diagnostic::Diagnostic;
use crate::base::diagnostic::rules;
use crate::consts::content::BufferFormat;
use crate::consts::control_codes::{self as codes, Certainty, ControlCode};
use crate::idl::cluster::ApiClusterControl::params as control;
use crate::idl::resource_type::ApiResourceTypeControl;
use crate::idl::structures::{NOTIFY_FILTER_AND_TYPE_RPC, RESP_ASYNC_NOTIFY};
use crate::ndr::types::{Family, Semantics};
use crate::ndr::visitor::Place;
use crate::structs::content::{self, Context, ShapeKind};
use crate::structs::packed::ByteCursor;
use crate::structs::{self, Structure};

pub(super) mod batches;
pub(super) mod members;
pub(super) mod properties;
pub(super) mod value_lists;

pub(super) use batches::batch_asked;
use members::MEMBER;

rules! { "structures", Rule:
    MALFORMED = "structure-malformed", "MS-CMRP 2.2.3", "a buffer holds the structure that goes with it", Must;
    LIST_MISSING = "list-missing", "MS-CMRP 3.1.4.3",
        "a control code that succeeds in asking for a list is answered with one; of nothing it is an empty list", Must;
    OUTPUT_MISSING = "output-missing", "MS-CMRP 3.1.4.3",
        "a control code that succeeds in asking for a name, number or structure is answered with it", Must;
}

/// A buffer of a message, with what came with it.
#[derive(Clone, Copy)]
pub(super) struct Buffer<'b, 'm, 'a> {
    pub(super) message: &'b CheckedMessage<'m, 'a>,
    /// The control code, if it is known.
    pub(super) code: Option<&'static ControlCode>,
    /// The way to it.
    pub(super) path: &'b str,
    pub(super) bytes: &'b [u8],
}

/// Checks all buffers of a message.
pub(super) fn check(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    due(message, found);
    // What failed has buffers of zeros.
    if !message.is_request() && !message.success() {
        return;
    }
    let resource_type = values.text(ApiResourceTypeControl::params::lpszResourceTypeName).map(|name| name.to_string());
    let mut context =
        Context { control_code: control_code(message), resource_type: resource_type.as_deref(), ..Context::default() };
    for entry in &values.entries {
        match (entry.field.id, entry.what) {
            (NOTIFY_FILTER_AND_TYPE_RPC::dwObjectType, Item::Number(n)) => context.object_type = Some(n as u32),
            (NOTIFY_FILTER_AND_TYPE_RPC::FilterFlags, Item::Number(n)) => context.filter_flags = Some(n),
            (RESP_ASYNC_NOTIFY::MessageType, Item::Number(n)) => context.message_type = Some(n as u32),
            (RESP_ASYNC_NOTIFY::NumberOfMessages, Item::Number(n)) => context.messages = Some(n as u32),
            (_, Item::Bytes { bytes }) => buffer(message, &context, (values, entry), bytes, found),
            _ => {}
        }
    }
}

/// A value that is due and not there.
fn due(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    if !message.success() || message.values.number(control::lpBytesReturned) != Some(0) {
        return;
    }
    let Some((family, code)) = control_code(message) else { return };
    // Of codes that no section describes nothing is due.
    let Some(code) = codes::lookup(family, code).filter(|code| code.certainty == Certainty::Specified) else { return };
    // Nor is anything where there is no room for it: some codes succeed so over version 3.0 (3.1.4.3.1.2).
    if message.request.and_then(|request| request.number(control::nOutBufferSize)) == Some(0) {
        return;
    }
    let list = match code.output {
        BufferFormat::PropertyList | BufferFormat::PropertyListOf(_) => "a PROPERTY_LIST",
        BufferFormat::PropertyFormats => "a list of property formats",
        BufferFormat::MultiSz => "a MULTI_SZ",
        BufferFormat::Values(_) | BufferFormat::ValuesPerDisk(_) => "a value list",
        BufferFormat::Sz
        | BufferFormat::Dword
        | BufferFormat::DwordOf(_)
        | BufferFormat::Filetime
        | BufferFormat::Struct(_)
        | BufferFormat::ByLength(_) => {
            // With input it may depend on that.
            if code.input == BufferFormat::Nothing {
                let value = format!("0 bytes of {}", code.name);
                found.add_in(&OUTPUT_MISSING, code.section, control::lpOutBuffer, value, content::name_of(code.output));
            }
            return;
        }
        _ => return,
    };
    found.add_in(&LIST_MISSING, code.section, control::lpOutBuffer, format!("0 bytes of {}", code.name), list);
}

fn control_code(message: &CheckedMessage<'_, '_>) -> Option<(Family, u32)> {
    let family = message.method.fields.iter().find_map(|f| match f.semantics {
        Semantics::ControlCode(family) => Some(family),
        _ => None,
    })?;
    let code = match message.request {
        Some(request) => request.number(control::dwControlCode),
        None => message.values.number(control::dwControlCode),
    };
    Some((family, code? as u32))
}

fn buffer(
    message: &CheckedMessage<'_, '_>,
    context: &Context<'_>,
    place: (&Values<'_>, &Entry<'_>),
    bytes: &[u8],
    found: &mut Report<'_, '_>,
) {
    let meaning = place.1.field.semantics.in_version(message.kind.version);
    // Registry values and notifications of Witness have rules of their own.
    if matches!(meaning, Semantics::RegistryData | Semantics::WitnessMessages) {
        return;
    }
    let shape = content::shape(meaning, message.kind.version, context, bytes);
    // Of a code that is in no list it is a guess, if anything.
    if shape.guess || matches!(shape.kind, ShapeKind::Nothing) {
        return;
    }
    // Towers of the endpoint mapper are none of these structures.
    if let ShapeKind::Format(BufferFormat::Struct(name)) = shape.kind
        && Structure::by_name(name).is_none()
    {
        return;
    }
    let path = place.0.path(place.1);
    let code = context.control_code.and_then(|(family, code)| codes::lookup(family, code));
    let buffer = Buffer { message, code, path: &path, bytes };
    let mut sink = members::Collected::default();
    let outcome = content::read(&shape, ByteCursor::new(bytes), Place::TOP, &mut sink);
    // Of format lists one finding says everything.
    let formats = matches!(shape.kind, ShapeKind::Format(BufferFormat::PropertyFormats));
    for diagnostic in sink.diagnostics.iter().filter(|_| !formats) {
        if let Some(rule) = decoder_rules::structs::of(diagnostic.rule) {
            structure(rule, diagnostic, &path, found);
        }
    }
    if let Err(error) = &outcome {
        let field = if error.path.segments().is_empty() { path.clone() } else { format!("{path}.{}", error.path) };
        let value = format!("{} at offset {}", error.kind, error.offset);
        found.add(&MALFORMED, field, value, shape.name());
    }
    if let (Ok(rest), ShapeKind::Format(BufferFormat::Struct(_))) = (&outcome, shape.kind)
        && !rest.is_empty()
    {
        found.add(&decoder_rules::structs::BEHIND_MEMBERS, path.clone(), rest.len(), 0u64);
    }
    members::check(&buffer, &sink, &shape, found);
    match shape.kind {
        ShapeKind::Format(BufferFormat::Values(list)) => {
            value_lists::check(&buffer, list, false, outcome.is_ok(), found);
        }
        ShapeKind::Format(BufferFormat::ValuesPerDisk(list)) => {
            value_lists::check(&buffer, list, true, outcome.is_ok(), found);
        }
        ShapeKind::Format(BufferFormat::PropertyList | BufferFormat::PropertyListOf(_)) => {
            properties::check(&buffer, outcome.is_ok_and(|rest| rest.is_empty()), found);
        }
        ShapeKind::Format(BufferFormat::PropertyFormats) => properties::formats(&path, bytes, found),
        ShapeKind::Format(BufferFormat::Struct(name)) if is_batch(name) => {
            batches::check(message, &path, bytes, found);
        }
        ShapeKind::Format(BufferFormat::Sz) => text(&buffer, found),
        _ => {}
    }
}

/// Whether a structure is a batch of registry commands.
pub(super) fn is_batch(structure: &str) -> bool {
    Structure::by_name(structure).is_some_and(|known| matches!(known.kind, structs::Kind::Batch))
}

/// Names and identifiers in the output of control codes.
fn text(buffer: &Buffer<'_, '_, '_>, found: &mut Report<'_, '_>) {
    let specified = |code: &&ControlCode| code.certainty == Certainty::Specified;
    let Some(code) = buffer.code.filter(specified).filter(|_| !buffer.message.is_request()) else { return };
    let text = wide(buffer.bytes).until_nul();
    // Codes without input tell what an object is called.
    if code.input == BufferFormat::Nothing && text.is_empty() {
        found.add_in(&EMPTY_NAME, code.section, buffer.path, "an empty string", "a name");
    }
}

fn structure(rule: &'static Rule, diagnostic: &Diagnostic, path: &str, found: &mut Report<'_, '_>) {
    let field =
        if diagnostic.path.segments().is_empty() { path.to_string() } else { format!("{path}.{}", diagnostic.path) };
    found.add(rule, field, diagnostic.value, super::finding::Evidence::from(diagnostic.expected));
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(<[u8; 4]>::try_from(bytes).ok()?))
}
