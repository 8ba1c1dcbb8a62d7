//! Buffers that hold custom-marshalled structures: property lists, batches, security descriptors and the others.

use super::decoder_rules;
use super::message::{CheckedMessage, Report};
use super::rule::Rule;
use super::values::{Entry, Item, Values};
use crate::base::diagnostic::Diagnostic;
use crate::base::diagnostic::rules;
use crate::consts::Constant;
use crate::consts::content::BufferFormat;
use crate::consts::registry::{CLUSTER_REG_BATCH_COMMAND as Command, RegistryValueType};
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX as Syntax;
use crate::idl::batch::{ApiExecuteReadBatch, ApiExecuteReadBatchEx};
use crate::idl::cluster::ApiClusterControl;
use crate::idl::structures::{NOTIFY_FILTER_AND_TYPE_RPC, RESP_ASYNC_NOTIFY};
use crate::ndr::types::Semantics;
use crate::ndr::visitor::{Place, Visitor};
use crate::structs::Structure;
use crate::structs::content::{self, Context, ShapeKind};
use crate::structs::packed::ByteCursor;
use crate::structs::property_list::PropertyList;

rules! { "structures", Rule:
    MALFORMED = "structure-malformed", "MS-CMRP 2.2.3", "a buffer holds the structure that goes with it", Must;
    LIST_COUNT = "property-count", "MS-CMRP 2.2.3.10",
        "propertyCount is the number of properties in the list", Must;
    SYNTAX = "property-syntax", "MS-CMRP 2.2.2.3",
        "the syntax of a property value is one of the listed ones, and neither NAME nor ENDMARK", Must;
    EXPANDED_SENT = "expanded-from-client", "MS-CMRP 2.2.2.3",
        "a client does not put a LIST_VALUE_EXPANDED_SZ into a property list", Must;
    EXPANDED_MISSING = "expand-without-expanded", "MS-CMRP 2.2.2.3",
        "a server gives an EXPAND_SZ value together with its EXPANDED_SZ value", Must;
    FORMATS = "property-formats", "MS-CMRP 3.1.4.3.1.14",
        "each property of a format list has one value: a LIST_VALUE_WORD of 2 octets", Must;
    BATCH_EMPTY = "batch-empty", "MS-CMRP 2.2.3.17", "a batch has one or more commands", Must;
    BATCH_COMMAND = "batch-command", "MS-CMRP 2.2.2.8", "CommandType is one of the listed values", Must;
    BATCH_TYPE = "batch-value-type", "MS-CMRP 2.2.3.17.1",
        "ValueType of a SET_VALUE or READ_VALUE command is a registry type", Must;
    BATCH_REPLY = "batch-reply-command", "MS-CMRP 2.2.2.8",
        "a client does not send READ_ERROR or VALUE_DELETED, which only servers do", Must;
    BATCH_LENGTH = "batch-same-length", "MS-CMRP 3.1.4",
        "a batch of reads is answered with one command for each command, in order", Must;
}

/// Diagnostics of one buffer that are kept; a hostile one has more than anybody reads.
const KEPT: usize = 64;

/// Collects the diagnostics of a structure.
#[derive(Default)]
struct Collected(Vec<Diagnostic>);

impl Visitor<'_> for Collected {
    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        if self.0.len() < KEPT {
            self.0.push(diagnostic);
        }
    }
}

/// Checks all buffers of a message.
pub(super) fn check(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    // What failed has buffers of zeros.
    if !message.is_request() && !message.success() {
        return;
    }
    let mut context = Context { control_code: control_code(message), ..Context::default() };
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

fn control_code(message: &CheckedMessage<'_, '_>) -> Option<(crate::ndr::types::Family, u32)> {
    let family = message.method.fields.iter().find_map(|f| match f.semantics {
        Semantics::ControlCode(family) => Some(family),
        _ => None,
    })?;
    let code = match message.request {
        Some(request) => request.number(ApiClusterControl::params::dwControlCode),
        None => message.values.number(ApiClusterControl::params::dwControlCode),
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
    if shape.guess || shape.unknown_code.is_some() || matches!(shape.kind, ShapeKind::Nothing) {
        return;
    }
    // Towers of the endpoint mapper are none of these structures.
    if let ShapeKind::Format(BufferFormat::Struct(name)) = shape.kind
        && Structure::by_name(name).is_none()
    {
        return;
    }
    let path = place.0.path(place.1);
    let mut sink = Collected::default();
    let outcome = content::read(&shape, ByteCursor::new(bytes), Place::TOP, &mut sink);
    // Of format lists one finding says everything.
    let formats = shape.name() == "PROPERTY_FORMAT_LIST";
    for diagnostic in sink.0.iter().filter(|_| !formats) {
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
    match shape.name() {
        "PROPERTY_LIST" => properties(message, &path, bytes, outcome.is_ok_and(|rest| rest.is_empty()), found),
        "PROPERTY_FORMAT_LIST" => formats_of(&path, bytes, found),
        "CLUSTER_REG_BATCH_UPDATE" => batch(message, &path, bytes, found),
        _ => {}
    }
}

fn structure(rule: &'static Rule, diagnostic: &Diagnostic, path: &str, found: &mut Report<'_, '_>) {
    let field =
        if diagnostic.path.segments().is_empty() { path.to_string() } else { format!("{path}.{}", diagnostic.path) };
    found.add(rule, field, diagnostic.value, super::finding::Evidence::from(diagnostic.expected));
}

fn properties(message: &CheckedMessage<'_, '_>, path: &str, bytes: &[u8], whole: bool, found: &mut Report<'_, '_>) {
    let Ok(list) = PropertyList::new(bytes) else { return };
    let mut read = 0u64;
    for (index, property) in list.properties().enumerate() {
        let Ok(property) = property else { break };
        read += 1;
        let field = format!("{path}.properties[{index}]");
        let mut before = None;
        for value in property.values() {
            let Ok(value) = value else { break };
            let known = Syntax::TABLE.member(u64::from(value.syntax.0)).is_some();
            if !known || value.syntax == Syntax::CLUSPROP_SYNTAX_NAME {
                found.add(&SYNTAX, field.clone(), value.syntax.0, "a value syntax");
            }
            let expanded = value.syntax == Syntax::CLUSPROP_SYNTAX_LIST_VALUE_EXPANDED_SZ;
            if expanded && message.is_request() {
                found.add(&EXPANDED_SENT, field.clone(), value.syntax.0, "another syntax");
            }
            if !expanded && before == Some(Syntax::CLUSPROP_SYNTAX_LIST_VALUE_EXPAND_SZ) && !message.is_request() {
                found.add(&EXPANDED_MISSING, field.clone(), value.syntax.0, "EXPANDED_SZ");
            }
            before = Some(value.syntax);
        }
        if before == Some(Syntax::CLUSPROP_SYNTAX_LIST_VALUE_EXPAND_SZ) && !message.is_request() {
            found.add(&EXPANDED_MISSING, field, "EXPAND_SZ alone", "EXPANDED_SZ behind it");
        }
    }
    if read != u64::from(list.count) {
        found.add(&LIST_COUNT, format!("{path}.propertyCount"), list.count, read);
    } else if !whole {
        // Another name behind the counted properties: the count is too small.
        let name = Syntax::CLUSPROP_SYNTAX_NAME.0.to_le_bytes();
        if tail(bytes, &list).is_some_and(|behind| behind.starts_with(&name)) {
            found.add(&LIST_COUNT, format!("{path}.propertyCount"), list.count, "more");
        }
    }
}

fn formats_of(path: &str, bytes: &[u8], found: &mut Report<'_, '_>) {
    let Ok(list) = PropertyList::new(bytes) else { return };
    for (index, property) in list.properties().enumerate() {
        let Ok(property) = property else { return };
        let mut values = property.values();
        let (first, second) = (values.next(), values.next());
        let Some(Ok(value)) = first else { return };
        let word = value.syntax == Syntax::CLUSPROP_SYNTAX_LIST_VALUE_WORD && value.octets().len() == 2;
        if !word || second.is_some() {
            let here =
                format!("{} of {} octets", Syntax::TABLE.display(u64::from(value.syntax.0)), value.octets().len());
            found.add(&FORMATS, format!("{path}.properties[{index}]"), here, "LIST_VALUE_WORD of 2 octets");
            return;
        }
    }
}

/// What stands behind the last property.
fn tail<'a>(bytes: &'a [u8], list: &PropertyList<'a>) -> Option<&'a [u8]> {
    let mut end = 4usize;
    for property in list.properties() {
        let property = property.ok()?;
        let name = property.name().len().checked_add(1)?.checked_mul(2)?;
        end = end.checked_add(8)?.checked_add(name.checked_next_multiple_of(4)?)?;
        for value in property.values() {
            end = end.checked_add(8)?.checked_add(value.ok()?.octets().len().checked_next_multiple_of(4)?)?;
        }
        end = end.checked_add(4)?;
    }
    bytes.get(end..)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let octets = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(<[u8; 4]>::try_from(octets).ok()?))
}

/// The commands of a batch: type, type of the value, and where the next one stands.
fn commands(bytes: &[u8]) -> impl Iterator<Item = (Command, u32)> + '_ {
    let mut at = 4usize;
    core::iter::from_fn(move || {
        let command = word(bytes, at)?;
        let value_type = word(bytes, at.checked_add(4)?)?;
        let name = usize::try_from(word(bytes, at.checked_add(8)?)?).ok()?;
        let data = at.checked_add(12)?.checked_add(name)?;
        let len = usize::try_from(word(bytes, data)?).ok()?;
        at = data.checked_add(4)?.checked_add(len)?.checked_next_multiple_of(2)?;
        Some((Command(command), value_type))
    })
}

/// How many commands a batch has.
pub(super) fn batch_length(bytes: &[u8]) -> u64 {
    commands(bytes).count() as u64
}

fn batch(message: &CheckedMessage<'_, '_>, path: &str, bytes: &[u8], found: &mut Report<'_, '_>) {
    let mut count = 0u64;
    for (index, (command, value_type)) in commands(bytes).enumerate() {
        count += 1;
        let field = |name: &str| format!("{path}.commands[{index}].{name}");
        if Command::TABLE.member(u64::from(command.0)).is_none() {
            found.add(&BATCH_COMMAND, field("CommandType"), command.0, "a listed command");
            continue;
        }
        let typed = match command {
            Command::CLUSREG_SET_VALUE => true,
            // What a client asks to be read has its type in the answer.
            Command::CLUSREG_READ_VALUE => !message.is_request(),
            _ => false,
        };
        if typed && RegistryValueType::TABLE.member(u64::from(value_type)).is_none() {
            found.add(&BATCH_TYPE, field("ValueType"), value_type, "0 to 4, 7 or 11");
        }
        let reply = matches!(command, Command::CLUSREG_READ_ERROR | Command::CLUSREG_VALUE_DELETED);
        if reply && message.is_request() {
            found.add(&BATCH_REPLY, field("CommandType"), command.0, "a command for a server");
        }
    }
    if count == 0 && bytes.len() <= 4 {
        found.add(&BATCH_EMPTY, path, 0u64, "one command or more");
    }
    let reads = matches!(message.response_to(), Some(ApiExecuteReadBatch::ID | ApiExecuteReadBatchEx::ID));
    if let Some(asked) = message.request.and_then(|r| r.commands).filter(|asked| reads && *asked != count) {
        found.add(&BATCH_LENGTH, path, count, asked);
    }
}
