//! Buffers that hold custom-marshalled structures: property lists, batches, security descriptors and the others.

use super::decoder_rules;
use super::message::{CheckedMessage, Report};
use super::rule::Rule;
use super::values::{Entry, Item, Values, wide};
use crate::base::diagnostic::Diagnostic;
use crate::base::diagnostic::rules;
use crate::base::error::Path;
use crate::consts::content::BufferFormat;
use crate::consts::control_codes::{self as codes, Family};
use crate::consts::registry::{CLUSTER_REG_BATCH_COMMAND as Command, RegistryValueType};
use crate::consts::storage::ClusPartitionInfoFlags as PartitionFlags;
use crate::consts::syntax::CLUS_CHARACTERISTICS;
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX as Syntax;
use crate::consts::{Constant, Constants, Kind};
use crate::idl::batch::{ApiExecuteReadBatch, ApiExecuteReadBatchEx};
use crate::idl::cluster::ApiClusterControl;
use crate::idl::structures::{NOTIFY_FILTER_AND_TYPE_RPC, RESP_ASYNC_NOTIFY};
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::visitor::{At, Place, Visitor};
use crate::structs::Structure;
use crate::structs::content::{self, Context, Shape, ShapeKind};
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
        "each property of a format list has one value: a LIST_VALUE_WORD of 2 bytes", Must;
    BATCH_EMPTY = "batch-empty", "MS-CMRP 2.2.3.17", "a batch has one or more commands", Must;
    BATCH_COMMAND = "batch-command", "MS-CMRP 2.2.2.8", "CommandType is one of the listed values", Must;
    BATCH_TYPE = "batch-value-type", "MS-CMRP 2.2.3.17.1",
        "ValueType of a SET_VALUE or READ_VALUE command is a registry type", Must;
    BATCH_REPLY = "batch-reply-command", "MS-CMRP 2.2.2.8",
        "a client does not send READ_ERROR or VALUE_DELETED, which only servers do", Must;
    BATCH_LENGTH = "batch-same-length", "MS-CMRP 3.1.4",
        "a batch of reads is answered with one command for each command, in order", Must;
    BATCH_ORDER = "batch-order", "MS-CMRP 3.1.4",
        "a command that answers a READ_VALUE has the name of the one in its place", Must;
    BATCH_NO_KEY = "batch-no-key", "MS-CMRP 3.1.4.2.112",
        "behind a DELETE_KEY a CREATE_KEY stands before the next SET_VALUE or DELETE_VALUE", Must;
    MEMBER = "member-value", "MS-CMRP 2.2.3", "a member or number has one of the values that its section lists", Must;
    MEMBER_BITS = "member-bits", "MS-CMRP 2.2.2.4",
        "characteristics are an OR of the listed values", Must;
    NO_CHARACTERISTICS = "no-characteristics", "MS-CMRP 2.2.2.4",
        "the characteristics of groups, nodes, networks and network interfaces are CLUS_CHAR_UNKNOWN", Must;
    DISK_FIRST = "disk-info-first", "MS-CMRP 3.1.4.3.1.38",
        "disk information begins with the signature of the disk or, in version 3.0, its GUID", Must;
    DEPENDENCY = "dependency-kind", "MS-CMRP 3.1.4.3.1.5",
        "required dependencies are classes of resources and names of resource types", Must;
    REQUIRED = "required-property", "MS-CMRP 3.1.4.3",
        "the input of this control code has the properties that its section names", Must;
    QUORUM_USABLE = "quorum-not-usable", "MS-CMRP 2.2.3.9",
        "CLUSPROP_PIFLAG_DEFAULT_QUORUM is set together with CLUSPROP_PIFLAG_USABLE", Must;
    LIST_MISSING = "list-missing", "MS-CMRP 3.1.4.3",
        "a control code that succeeds in asking for a list is answered with one; of nothing it is an empty list", Must;
}

/// Diagnostics of one buffer that are kept; a hostile one has more than anybody reads.
const KEPT: usize = 64;

/// A number in a structure that is none of those that its section lists, or has bits that it does not list.
struct Unlisted {
    path: Path,
    table: &'static Constants,
    value: u64,
}

/// Collects the diagnostics of a structure, and its numbers that are worth a look.
#[derive(Default)]
struct Collected {
    diagnostics: Vec<Diagnostic>,
    unlisted: Vec<Unlisted>,
    /// Flags of partitions.
    partitions: Vec<(Path, u64)>,
}

impl Visitor<'_> for Collected {
    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        let table = match at.semantics {
            Semantics::Enum(table) if table.member(value).is_none() => table,
            Semantics::Flags(table) if core::ptr::eq(table, PartitionFlags::TABLE) => {
                if self.partitions.len() < KEPT {
                    self.partitions.push((at.path.to_path(), value));
                }
                return;
            }
            Semantics::Flags(table)
                if core::ptr::eq(table, CLUS_CHARACTERISTICS::TABLE) && table.flags_of(value).unknown() != 0 =>
            {
                table
            }
            _ => return,
        };
        if self.unlisted.len() < KEPT {
            self.unlisted.push(Unlisted { path: at.path.to_path(), table, value });
        }
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < KEPT {
            self.diagnostics.push(diagnostic);
        }
    }
}

/// Checks all buffers of a message.
pub(super) fn check(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    lists(message, found);
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

/// A list that is due and not there.
fn lists(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    use ApiClusterControl::params as control;
    if !message.success() || message.values.number(control::lpBytesReturned) != Some(0) {
        return;
    }
    let Some((family, code)) = control_code(message) else { return };
    let Some(code) = codes::lookup(family, code) else { return };
    let list = match code.output {
        BufferFormat::PropertyList | BufferFormat::PropertyListOf(_) => "a PROPERTY_LIST",
        BufferFormat::MultiSz => "a MULTI_SZ",
        BufferFormat::Values(_) | BufferFormat::ValuesPerDisk(_) => "a value list",
        _ => return,
    };
    found.add(&LIST_MISSING, control::lpOutBuffer, format!("0 bytes of {}", code.name), list);
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
    numbers(&sink, &path, &shape, found);
    match shape.kind {
        ShapeKind::Format(BufferFormat::Values(_) | BufferFormat::ValuesPerDisk(_)) => {
            value_list(message, context, &path, bytes, found);
        }
        ShapeKind::Format(BufferFormat::DwordOf(table)) if core::ptr::eq(table, CLUS_CHARACTERISTICS::TABLE) => {
            characteristics(context, &path, bytes, found);
        }
        _ => {}
    }
    match shape.name() {
        "PROPERTY_LIST" => properties(message, context, &path, bytes, outcome.is_ok_and(|rest| rest.is_empty()), found),
        "PROPERTY_FORMAT_LIST" => formats_of(&path, bytes, found),
        "CLUSTER_REG_BATCH_UPDATE" => batch(message, &path, bytes, found),
        _ => {}
    }
}

/// Numbers of a structure that its section does not list.
fn numbers(sink: &Collected, path: &str, shape: &Shape, found: &mut Report<'_, '_>) {
    let whole = |inner: &Path| if inner.segments().is_empty() { path.to_string() } else { format!("{path}.{inner}") };
    for (inner, flags) in &sink.partitions {
        if flags & QUORUM != 0 && flags & USABLE == 0 {
            let expected = format!("{USABLE:#x} too");
            found.add(&QUORUM_USABLE, whole(inner), PartitionFlags::TABLE.display(*flags).to_string(), expected);
        }
    }
    // Batches and property lists have rules of their own.
    let plain = matches!(shape.kind, ShapeKind::Format(BufferFormat::Struct(_) | BufferFormat::DwordOf(_)));
    if !plain || matches!(shape.name(), "CLUSTER_REG_BATCH_UPDATE" | "PROPERTY_LIST") {
        return;
    }
    for Unlisted { path: inner, table, value } in &sink.unlisted {
        let rule = if table.kind == Kind::Flags { &MEMBER_BITS } else { &MEMBER };
        found.add(rule, whole(inner), *value, format!("values of {}", table.name));
    }
}

const QUORUM: u64 = PartitionFlags::CLUSPROP_PIFLAG_DEFAULT_QUORUM.bits() as u64;
const USABLE: u64 = PartitionFlags::CLUSPROP_PIFLAG_USABLE.bits() as u64;

/// Kinds of objects without characteristics (3.1.4.3.3.2, 3.1.4.3.4.2, 3.1.4.3.5.2, 3.1.4.3.6.2).
fn characteristics(context: &Context<'_>, path: &str, bytes: &[u8], found: &mut Report<'_, '_>) {
    let without = matches!(
        context.control_code,
        Some((Family::Group | Family::Node | Family::Network | Family::NetInterface, _))
    );
    if let Some(value) = word(bytes, 0).filter(|value| without && *value != 0) {
        found.add(&NO_CHARACTERISTICS, path, value, 0u64);
    }
}

/// The value lists of disk information and of required dependencies.
fn value_list(
    message: &CheckedMessage<'_, '_>,
    context: &Context<'_>,
    path: &str,
    bytes: &[u8],
    found: &mut Report<'_, '_>,
) {
    let Some((_, code)) = context.control_code else { return };
    let Some(first) = word(bytes, 0).map(Syntax) else { return };
    let shown = |syntax: Syntax| Syntax::TABLE.display(u64::from(syntax.0)).to_string();
    match code {
        codes::CLUSCTL_RESOURCE_STORAGE_GET_DISK_INFO
        | codes::CLUSCTL_RESOURCE_STORAGE_GET_DISK_INFO_EX
        | codes::CLUSCTL_RESOURCE_STORAGE_GET_DISK_INFO_EX2 => {
            let guid = first == Syntax::CLUSPROP_SYNTAX_DISK_GUID && !message.is_clusapi_version(2);
            if first != Syntax::CLUSPROP_SYNTAX_DISK_SIGNATURE && !guid {
                found.add(&DISK_FIRST, path, shown(first), "CLUSPROP_SYNTAX_DISK_SIGNATURE or _DISK_GUID");
            }
        }
        codes::CLUSCTL_RESOURCE_GET_REQUIRED_DEPENDENCIES | codes::CLUSCTL_RESOURCE_TYPE_GET_REQUIRED_DEPENDENCIES => {
            let mut at = 0usize;
            while let Some(syntax) = word(bytes, at).map(Syntax) {
                if syntax == Syntax::CLUSPROP_SYNTAX_ENDMARK {
                    return;
                }
                if !matches!(syntax, Syntax::CLUSPROP_SYNTAX_RESCLASS | Syntax::CLUSPROP_SYNTAX_NAME) {
                    found.add(&DEPENDENCY, path, shown(syntax), "CLUSPROP_SYNTAX_RESCLASS or _NAME");
                    return;
                }
                let Some(next) = at
                    .checked_add(4)
                    .and_then(|size| word(bytes, size))
                    .and_then(|size| (size as usize).checked_next_multiple_of(4))
                    .and_then(|size| at.checked_add(8)?.checked_add(size))
                else {
                    return;
                };
                at = next;
            }
        }
        _ => {}
    }
}

/// Properties without which the input of a control code makes no sense, by the section that says so.
static REQUIRED_PROPERTIES: &[(u32, &str, &[&str])] = &[
    (codes::CLUSCTL_CLOUD_WITNESS_RESOURCE_UPDATE_TOKEN, "MS-CMRP 3.1.4.3.1.57", &["PrimaryToken"]),
    (
        codes::CLUSCTL_CLOUD_WITNESS_RESOURCE_TYPE_VALIDATE_CREDENTIALS,
        "MS-CMRP 3.1.4.3.2.32",
        &["PrimaryToken", "AccountName", "EndpointInfo"],
    ),
    (
        codes::CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_REPLICA_VOLUMES,
        "MS-CMRP 3.1.4.3.2.36",
        &["SourceResourceId", "TargetResourceId"],
    ),
    (
        codes::CLUSCTL_RESOURCE_TYPE_REPLICATION_GET_LOG_VOLUME,
        "MS-CMRP 3.1.4.3.2.37",
        &["DataResourceId", "LogResourceId"],
    ),
];

/// The names that a request's property list has to have.
fn required(context: &Context<'_>, list: &PropertyList<'_>, path: &str, found: &mut Report<'_, '_>) {
    let Some((_, code)) = context.control_code else { return };
    let Some((.., section, names)) = REQUIRED_PROPERTIES.iter().find(|(own, ..)| *own == code) else { return };
    for name in *names {
        let has =
            list.properties().map_while(Result::ok).any(|property| property.name().chars().eq(name.chars().map(Ok)));
        if !has {
            found.add(&REQUIRED, path, "missing", format!("{name} ({section})"));
        }
    }
}

fn structure(rule: &'static Rule, diagnostic: &Diagnostic, path: &str, found: &mut Report<'_, '_>) {
    let field =
        if diagnostic.path.segments().is_empty() { path.to_string() } else { format!("{path}.{}", diagnostic.path) };
    found.add(rule, field, diagnostic.value, super::finding::Evidence::from(diagnostic.expected));
}

fn properties(
    message: &CheckedMessage<'_, '_>,
    context: &Context<'_>,
    path: &str,
    bytes: &[u8],
    whole: bool,
    found: &mut Report<'_, '_>,
) {
    let Ok(list) = PropertyList::new(bytes) else { return };
    if message.is_request() {
        required(context, &list, path, found);
    }
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
        let word = value.syntax == Syntax::CLUSPROP_SYNTAX_LIST_VALUE_WORD && value.bytes().len() == 2;
        if !word || second.is_some() {
            let here = format!("{} of {} bytes", Syntax::TABLE.display(u64::from(value.syntax.0)), value.bytes().len());
            found.add(&FORMATS, format!("{path}.properties[{index}]"), here, "LIST_VALUE_WORD of 2 bytes");
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
            end = end.checked_add(8)?.checked_add(value.ok()?.bytes().len().checked_next_multiple_of(4)?)?;
        }
        end = end.checked_add(4)?;
    }
    bytes.get(end..)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(<[u8; 4]>::try_from(bytes).ok()?))
}

/// The commands of a batch: type, type of the value, and the bytes of the name.
fn commands(bytes: &[u8]) -> impl Iterator<Item = (Command, u32, &[u8])> + '_ {
    let mut at = 4usize;
    core::iter::from_fn(move || {
        let command = word(bytes, at)?;
        let value_type = word(bytes, at.checked_add(4)?)?;
        let name = usize::try_from(word(bytes, at.checked_add(8)?)?).ok()?;
        let start = at.checked_add(12)?;
        let data = start.checked_add(name)?;
        let len = usize::try_from(word(bytes, data)?).ok()?;
        at = data.checked_add(4)?.checked_add(len)?.checked_next_multiple_of(2)?;
        Some((Command(command), value_type, bytes.get(start..data)?))
    })
}

/// Commands of a batch of which the names are kept until the answer comes.
const NAMED: usize = 64;

/// What a batch of reads asks for: how many commands it has, and digests of the first ones' names.
pub(super) fn batch_asked(bytes: &[u8]) -> (u64, Vec<u64>) {
    let names = commands(bytes).take(NAMED).map(|(_, _, name)| digest(name)).collect();
    (commands(bytes).count() as u64, names)
}

/// A name without its case, as far as it is ASCII.
fn digest(name: &[u8]) -> u64 {
    name.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}

fn batch(message: &CheckedMessage<'_, '_>, path: &str, bytes: &[u8], found: &mut Report<'_, '_>) {
    let mut count = 0u64;
    let mut key_deleted = false;
    let reads = matches!(message.response_to(), Some(ApiExecuteReadBatch::ID | ApiExecuteReadBatchEx::ID));
    let asked = message.request.filter(|_| reads);
    for (index, (command, value_type, name)) in commands(bytes).enumerate() {
        count += 1;
        let wanted = asked.and_then(|request| request.names.get(index));
        if wanted.is_some_and(|wanted| *wanted != digest(name)) {
            found.add(
                &BATCH_ORDER,
                format!("{path}.commands[{index}].Name"),
                wide(name).to_string(),
                "the name asked for",
            );
        }
        match command {
            Command::CLUSREG_DELETE_KEY => key_deleted = true,
            Command::CLUSREG_CREATE_KEY => key_deleted = false,
            Command::CLUSREG_SET_VALUE | Command::CLUSREG_DELETE_VALUE if key_deleted => {
                let field = format!("{path}.commands[{index}].CommandType");
                found.add(&BATCH_NO_KEY, field, command.0, "CREATE_KEY first");
            }
            _ => {}
        }
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
    if let Some(asked) = asked.and_then(|r| r.commands).filter(|asked| *asked != count) {
        found.add(&BATCH_LENGTH, path, count, asked);
    }
}
