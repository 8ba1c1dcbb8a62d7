//! Messages and structures to start from: the least that is valid, with a comment on each value.
//!
//! A comment is a member whose key is `//` and the name of what it is about; encoding leaves such members out. Sizes and
//! counts that encoding fills in are not there, only their comments.

use super::{Of, ndr_structure, vectors};
use crate::base::Guid;
use crate::consts::content::BufferFormat;
use crate::consts::control_codes::Family;
use crate::consts::registry::{CLUSTER_REG_BATCH_COMMAND, RegistryValueType};
use crate::consts::status;
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX;
use crate::consts::{Constant, Constants};
use crate::ndr::types::{ArrayKind, Field, Flow, PointerKind, Scalar, Semantics, Type};
use crate::ndr::{Direction, Interface, Method, Syntax, describe};
use crate::render::json::out::Out;
use crate::render::json::strict;
use crate::render::json::stub::{self, Identity};
use crate::session::call_context::CallContext;
use crate::structs::types as packed;
use crate::structs::{Kind, Structure, batch, property_list, value_list};
use serde_json::{Map, Value as Json, json};

/// Names of an enumeration that a comment lists.
const NAMES: usize = 8;

/// What a comment's key begins with.
const COMMENT: &str = strict::COMMENT;

/// The least message of a method in this direction; of the newest version that has it, where `of` leaves that open.
pub fn method(name: &str, of: Of<'_>, direction: Direction, syntax: Syntax) -> Option<Json> {
    let (interface, version, method) = of.methods(name).into_iter().next_back()?;
    Some(message(interface, version, method, direction, syntax))
}

/// The same of a method that is known.
pub fn message(
    interface: &'static Interface,
    version: usize,
    method: &'static Method,
    direction: Direction,
    syntax: Syntax,
) -> Json {
    let fields: Vec<_> = method.fields_of(direction, version).collect();
    let maker = Maker { direction, version };
    let mut line = Map::new();
    let section = method.sections.get(version).copied().unwrap_or_default();
    line.insert(COMMENT.into(), format!("{} of {} ({section})", direction.name(), method.name).into());
    line.insert("interface".into(), interface.name.into());
    let number = interface.versions.get(version).map_or("", |version| version.number.text());
    line.insert("version".into(), number.into());
    line.insert("opnum".into(), method.opnum.into());
    line.insert("method".into(), method.name.into());
    line.insert("direction".into(), direction.name().into());
    line.insert("syntax".into(), syntax.name().into());
    let params: Vec<_> = fields.iter().copied().filter(|field| field.flow != Flow::Return).collect();
    line.insert("params".into(), Json::Object(maker.members(&params)));
    if let Some(field) = fields.iter().find(|field| field.flow == Flow::Return) {
        line.insert(format!("{COMMENT}return"), comment(field, version).into());
        line.insert("return".into(), maker.value(field, field.ty, 0));
    }
    mend(&mut line);
    Json::Object(line)
}

/// Changes parameters that break a rule of the interface's own, which their types do not tell: strings of a registration
/// that may not be null.
fn mend(line: &mut Map<String, Json>) {
    let text = Json::Object(line.clone()).to_string();
    let Ok(plain) = strict::object(&text) else { return };
    let (Ok(identity), Ok(bytes)) = (Identity::parse(&plain), stub::encode_as_told(&plain)) else { return };
    let mut out = Out::new();
    stub::decode(&mut out, &identity, &CallContext::default(), &bytes);
    let printed: Map<String, Json> = serde_json::from_slice(out.as_bytes()).unwrap_or_default();
    let Some(Json::Array(broken)) = printed.get("diagnostics") else { return };
    let Some(Json::Object(params)) = line.get_mut("params") else { return };
    for one in broken {
        let slot = one.get("field").and_then(Json::as_str).and_then(|field| params.get_mut(field));
        let Some(slot) = slot else { continue };
        match (&slot, one.get("expected")) {
            (Json::Null, _) => *slot = vectors::ADDRESS.into(),
            (_, Some(expected)) => *slot = expected.clone(),
            _ => {}
        }
    }
}

/// The least structure of this name, as a line of `struct encode`; of one that travels as NDR the object alone.
pub fn structure(name: &str) -> Option<Json> {
    if let Some(structure) = Structure::by_name(name) {
        let mut line = Map::new();
        line.insert(COMMENT.into(), format!("{} ({})", structure.name, structure.section).into());
        line.insert("struct".into(), structure.name.into());
        line.insert("value".into(), custom(structure));
        return Some(Json::Object(line));
    }
    let fields: Vec<_> = ndr_structure(name)?.fields.iter().collect();
    Some(Json::Object(Maker { direction: Direction::Request, version: 1 }.members(&fields)))
}

/// What the declaration says of a field.
pub(super) fn comment(field: &Field, version: usize) -> String {
    let mut text = format!("{}; {}", describe::wire_type(field), describe::values(field, version));
    if let Some(names) = names(field.semantics.in_version(version)) {
        text += &format!(": {names}");
    }
    if let (Some((low, high)), true) = (field.range, field.range_versions.contains(version)) {
        text += &format!("; {low} to {high}");
    }
    for (word, size) in [("maximum count", field.size_is), ("actual count", field.length_is)] {
        if let Some(size) = size {
            text += &format!("; {word}: {size}");
        }
    }
    text
}

/// The first names that a number may have.
fn names(semantics: Semantics) -> Option<String> {
    let (table, between): (&Constants, &str) = match semantics {
        Semantics::Enum(table) => (table, ", "),
        Semantics::Flags(table) => (table, " | "),
        _ => return None,
    };
    let mut names: Vec<&str> = table.members.iter().take(NAMES).map(|member| member.name).collect();
    if table.members.len() > NAMES {
        names.push("…");
    }
    Some(names.join(between))
}

/// The first member, whose name stands for it, or no bit.
fn constant(table: &Constants, flags: bool) -> Json {
    match table.members.first() {
        _ if flags => json!([]),
        Some(member) => member.name.into(),
        None => 0.into(),
    }
}

/// A handle that is not null.
fn handle() -> Json {
    let mut guid = Guid::default();
    if let Some(last) = guid.0.last_mut() {
        *last = 1;
    }
    json!({"attributes": 0, "uuid": guid.to_string()})
}

/// A control code whose input buffer may be empty.
fn control_code(family: Family) -> Json {
    let codes = family.codes();
    let found = codes.iter().find(|code| code.input == BufferFormat::Nothing).or(codes.first());
    found.map_or(0.into(), |code| code.name.into())
}

#[derive(Clone, Copy)]
struct Maker {
    direction: Direction,
    version: usize,
}

impl Maker {
    /// Values by name, each behind its comment.
    fn members(self, fields: &[&'static Field]) -> Map<String, Json> {
        let mut map = Map::new();
        // What counts a value that is there is filled in from it.
        let counting: Vec<&str> = fields.iter().flat_map(|field| [field.size_is, field.length_is]).flatten().collect();
        for field in fields.iter().filter(|field| !matches!(field.ty, Type::Nothing)) {
            let mut about = comment(field, self.version);
            let filled = counting.contains(&field.name);
            if filled {
                about += "; filled in where it is left out";
            }
            map.insert(format!("{COMMENT}{}", field.name), about.into());
            if filled {
                continue;
            }
            // No fewer elements than the field that counts them may have.
            let size = fields.iter().find(|size| field.size_is == Some(size.name));
            let least = size.and_then(|size| size.range.filter(|_| size.range_versions.contains(self.version)));
            map.insert(field.name.into(), self.value(field, field.ty, least.map_or(0, |(low, _)| low)));
        }
        map
    }

    /// The least value of a type; of an array, with so many elements.
    fn value(self, field: &'static Field, ty: &'static Type, least: u32) -> Json {
        let semantics = field.semantics.in_version(self.version);
        match ty {
            Type::Scalar(_) => self.scalar(field, semantics),
            Type::FileTime => "1601-01-01T00:00:00Z".into(),
            Type::Handle => handle(),
            Type::Guid => Guid::default().to_string().into(),
            Type::String => "".into(),
            Type::Nothing => Json::Null,
            Type::Pointer(PointerKind::Ref, target) => self.value(field, target, least),
            Type::Pointer(_, target) if least > 0 => self.value(field, target, least),
            Type::Pointer(..) => Json::Null,
            Type::Struct(declaration) => {
                let fields: Vec<_> = declaration.fields.iter().collect();
                Json::Object(self.members(&fields))
            }
            Type::Array(kind, element) => {
                let n = match kind {
                    ArrayKind::Fixed(n) => *n,
                    _ => least,
                };
                match (element, semantics) {
                    (Type::Scalar(Scalar::U8), _) => json!({"hex": "00".repeat(n as usize)}),
                    (Type::Scalar(Scalar::U16), Semantics::Ipv6) => "::".into(),
                    (Type::Scalar(Scalar::U16), Semantics::MultiSz) => json!([]),
                    // Zeros fill the field up.
                    (Type::Scalar(Scalar::U16), Semantics::Text) if matches!(kind, ArrayKind::Fixed(_)) => "".into(),
                    _ => (0..n).map(|_| self.value(field, element, 0)).collect::<Vec<_>>().into(),
                }
            }
        }
    }

    fn scalar(self, field: &Field, semantics: Semantics) -> Json {
        let low = field.range.filter(|_| field.range_versions.contains(self.version)).map_or(0, |(low, _)| low);
        match semantics {
            Semantics::Const(value) => value.into(),
            Semantics::Enum(table) => constant(table, false),
            Semantics::Flags(table) => constant(table, true),
            Semantics::NotifyFlags => json!([]),
            Semantics::Win32 | Semantics::RpcStatus if self.direction == Direction::Response => {
                status::win32_name(0).map_or(0.into(), Json::from)
            }
            Semantics::ControlCode(family) => control_code(family),
            Semantics::Ipv4 => "0.0.0.0".into(),
            Semantics::UnixTime => "1970-01-01T00:00:00Z".into(),
            _ => low.into(),
        }
    }
}

/// The least value of a custom-marshalled structure.
fn custom(structure: &'static Structure) -> Json {
    match structure.kind {
        Kind::Record(declaration) => record(declaration, declaration.encode),
        Kind::Property => property(),
        Kind::Command => command(),
        Kind::Batch => object(&[(batch::COMMANDS.name, "any number of commands", json!([command()]))]),
        Kind::Format(format) => match format {
            BufferFormat::PropertyList | BufferFormat::PropertyListOf(_) => {
                object(&[(property_list::PROPERTIES.name, "any number of properties", json!([property()]))])
            }
            BufferFormat::PropertyFormats => {
                let value = entry(CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_LIST_VALUE_WORD.value(), json!(3));
                object(&[(property_list::PROPERTIES.name, "any number of properties", json!([named(value)]))])
            }
            BufferFormat::Values(_) => object(&[(value_list::VALUES.name, "any number of values", json!([text()]))]),
            BufferFormat::ValuesPerDisk(_) => {
                let signature = entry(CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_DISK_SIGNATURE.value(), json!(0));
                let disk = object(&[(value_list::VALUES.name, "any number of values", json!([signature]))]);
                object(&[(value_list::DISKS.name, "any number of disks", json!([disk]))])
            }
            BufferFormat::MultiSz => json!(["text"]),
            BufferFormat::SecurityDescriptor => json!({"sddl": "O:BAG:SYD:(A;;GA;;;BA)"}),
            _ => json!({"hex": ""}),
        },
    }
}

/// Values by name, each behind its comment.
fn object(members: &[(&str, &str, Json)]) -> Json {
    let mut map = Map::new();
    for (name, about, value) in members {
        map.insert(format!("{COMMENT}{name}"), (*about).into());
        map.insert((*name).to_string(), value.clone());
    }
    Json::Object(map)
}

fn property() -> Json {
    named(text())
}

fn named(value: Json) -> Json {
    object(&[
        (property_list::NAME.name, "name of the property", "Name".into()),
        (property_list::VALUES.name, "one value, or several", json!([value])),
    ])
}

/// A value of a property that is text.
fn text() -> Json {
    entry(CLUSTER_PROPERTY_SYNTAX::CLUSPROP_SYNTAX_LIST_VALUE_SZ.value(), "text".into())
}

fn entry(syntax: u64, value: Json) -> Json {
    let table = CLUSTER_PROPERTY_SYNTAX::TABLE;
    let name = table.name_of(syntax).map_or(syntax.into(), Json::from);
    let about = names(Semantics::Enum(table)).unwrap_or_default();
    object(&[(property_list::SYNTAX.name, &about, name), (property_list::VALUE.name, "of that syntax", value)])
}

fn command() -> Json {
    let name = |table: &Constants, value: u64| table.name_of(value).map_or(value.into(), Json::from);
    let (commands, types) = (CLUSTER_REG_BATCH_COMMAND::TABLE, RegistryValueType::TABLE);
    let about = |table| names(Semantics::Enum(table)).unwrap_or_default();
    object(&[
        (
            batch::COMMAND_TYPE.name,
            &about(commands),
            name(commands, CLUSTER_REG_BATCH_COMMAND::CLUSREG_SET_VALUE.value()),
        ),
        (batch::VALUE_TYPE.name, &about(types), name(types, RegistryValueType::REG_SZ.value())),
        (batch::NAME.name, "name of the key or value", "Name".into()),
        (batch::DATA.name, "of that type", "text".into()),
    ])
}

/// A plain record in this reading.
fn record(declaration: &'static packed::Record, variant: usize) -> Json {
    let mut map = Map::new();
    let counting: Vec<&str> = declaration.members_of(variant).filter_map(|(_, member)| counted_by(member)).collect();
    let mut numbers: Vec<(&str, u64)> = Vec::new();
    for (_, member) in declaration.members_of(variant) {
        let number = |name: &str| numbers.iter().find(|(known, _)| *known == name).map_or(0, |(_, value)| *value);
        if member.when.is_some_and(|when| !when.holds(number(when.member()))) {
            continue;
        }
        let filled = counting.contains(&member.field.name) || matches!(member.ty, packed::Type::Total);
        let mut about = kind_of(member);
        if let Some(names) = names(member.field.semantics) {
            about += &format!(": {names}");
        }
        if filled {
            about += "; filled in where it is left out";
        }
        map.insert(format!("{COMMENT}{}", member.field.name), about.into());
        if filled || matches!(member.ty, packed::Type::Gap(_) | packed::Type::Fill(_)) {
            continue;
        }
        let value = least(member);
        if let (packed::Type::Int(_), Semantics::Enum(table)) = (member.ty, member.field.semantics) {
            numbers.push((member.field.name, table.members.first().map_or(0, |first| first.value)));
        }
        map.insert(member.field.name.into(), value);
    }
    Json::Object(map)
}

/// What a member of a record holds, in words.
fn kind_of(member: &packed::Member) -> String {
    use packed::Type;
    match member.ty {
        Type::Int(_) | Type::Total => describe::values(&member.field, 1),
        Type::Guid => "GUID".into(),
        Type::Ipv4 => "IPv4 address".into(),
        Type::Ipv6 => "IPv6 address".into(),
        Type::Bytes(n) | Type::Gap(n) | Type::Fill(n) => format!("{n} bytes"),
        Type::SizedBytes(_) => "bytes".into(),
        Type::Sized(..) | Type::Record(_) => "structure".into(),
        Type::MultiSzRest => "list of texts".into(),
        Type::Counted(..) | Type::Rest(_) => "list".into(),
        Type::Wide(n) => format!("text of fewer than {n} UTF-16 units"),
        Type::Chars(n) => format!("text of fewer than {n} characters"),
        Type::Sz | Type::SzRest | Type::CheckedSz(_) | Type::SizedSz(_) | Type::CountedSz(_) => "text".into(),
    }
}

fn counted_by(member: &packed::Member) -> Option<&'static str> {
    match member.ty {
        packed::Type::SizedBytes(name)
        | packed::Type::Sized(name, _)
        | packed::Type::SizedSz(name)
        | packed::Type::CheckedSz(name)
        | packed::Type::CountedSz(name)
        | packed::Type::Counted(name, _) => Some(name),
        _ => None,
    }
}

fn least(member: &packed::Member) -> Json {
    use packed::Type;
    match member.ty {
        Type::Int(_) | Type::Total => match member.field.semantics {
            Semantics::Const(value) => value.into(),
            Semantics::Enum(table) => constant(table, false),
            Semantics::Flags(table) => constant(table, true),
            _ => 0.into(),
        },
        Type::Guid => Guid::default().to_string().into(),
        Type::Ipv4 => "0.0.0.0".into(),
        Type::Ipv6 => "::".into(),
        Type::Bytes(n) | Type::Gap(n) | Type::Fill(n) => json!({"hex": "00".repeat(n)}),
        Type::SizedBytes(_) => json!({"hex": ""}),
        Type::Sized(_, inner) | Type::Record(inner) => record(inner, inner.encode),
        Type::MultiSzRest | Type::Counted(..) | Type::Rest(_) => json!([]),
        Type::Wide(_)
        | Type::Chars(_)
        | Type::Sz
        | Type::SzRest
        | Type::CheckedSz(_)
        | Type::SizedSz(_)
        | Type::CountedSz(_) => "".into(),
    }
}
