//! Declarations in words: the wire type and the meaning of a field as the specification's tables put them. `list` prints
//! them, and the tests hold them against the tables.

use super::types::{ArrayKind, Field, Flow, PointerKind, Semantics, Type};
use alloc::format;
use alloc::string::{String, ToString};

/// The wire type: `ref ptr to unique ptr to conformant array u8 [*cbData]`.
pub fn wire_type(field: &Field) -> String {
    match field.ty {
        Type::Scalar(_) | Type::Handle if field.idl == "error_status_t" => "error_status_t".into(),
        Type::Scalar(scalar) => by_reference(field, scalar.name()),
        Type::Handle => "context handle".into(),
        Type::Guid => by_reference(field, "GUID"),
        Type::FileTime => by_reference(field, "struct FILETIME"),
        Type::Nothing => "nothing (binding handle)".into(),
        Type::String => format!("ref {}", string()),
        Type::Struct(s) if is_reference(field) => format!("ref struct {}", s.name),
        Type::Struct(s) => format!("struct {}", s.name),
        Type::Array(..) => format!("ref {}", array(field, field.ty)),
        Type::Pointer(kind, target) => {
            let kind = match kind {
                PointerKind::Ref => "ref",
                PointerKind::Unique => "unique",
                PointerKind::Full => "full",
            };
            // An [out] pointer is a reference to the pointer that travels.
            let outer = if field.flow == Flow::Out { "ref ptr to " } else { "" };
            let target = match target {
                Type::String => string().to_string(),
                Type::Struct(s) if s.tail.is_some() => format!("conformant struct {}", s.name),
                Type::Struct(s) => format!("struct {}", s.name),
                target => array(field, target),
            };
            format!("{outer}{kind} ptr to {target}")
        }
    }
}

/// Whether the value stands behind a reference pointer: the IDL writes a star or names a pointer type.
fn is_reference(field: &Field) -> bool {
    field.reference || field.idl.starts_with("LP") || field.idl.starts_with('P')
}

fn by_reference(field: &Field, name: &str) -> String {
    if is_reference(field) { format!("ref {name}") } else { name.to_string() }
}

fn string() -> &'static str {
    "conformant-varying-string u16"
}

fn array(field: &Field, ty: &Type) -> String {
    let Type::Array(kind, element) = ty else { return String::from("value") };
    let element = match element {
        Type::Scalar(scalar) => scalar.name().to_string(),
        Type::Struct(s) => format!("of struct {}", s.name),
        Type::Pointer(_, Type::String) => format!("of unique ptr to {}", string()),
        _ => String::from("of values"),
    };
    let name = |name: Option<&str>, star: bool| format!("{}{}", if star { "*" } else { "" }, name.unwrap_or_default());
    match kind {
        ArrayKind::Conformant => {
            format!("conformant array {element} [{}]", name(field.size_is, field.size_is_star))
        }
        _ => format!(
            "conformant-varying array {element} [max {}; actual {}]",
            name(field.size_is, field.size_is_star),
            name(field.length_is, field.length_is_star)
        ),
    }
}

/// What the values mean: `flags:ClusterEnumType`, `size:lpInBuffer`, `win32`.
pub fn values(field: &Field, version: usize) -> String {
    let target = match field.ty {
        Type::Pointer(_, target) => target,
        ty => ty,
    };
    match field.semantics.in_version(version) {
        Semantics::Number => "number".into(),
        Semantics::Count => "count".into(),
        Semantics::Counter => "counter".into(),
        Semantics::Length => "length".into(),
        Semantics::Index => "index".into(),
        Semantics::Bytes => "bytes".into(),
        Semantics::Milliseconds => "milliseconds".into(),
        Semantics::Seconds => "seconds".into(),
        Semantics::Minutes => "minutes".into(),
        Semantics::Hours => "hours".into(),
        Semantics::Percent => "percent".into(),
        Semantics::UnixTime => "seconds since 1970".into(),
        Semantics::Bool => "bool".into(),
        Semantics::Const(value) => format!("const:{value}"),
        Semantics::Reserved => "reserved".into(),
        Semantics::Opaque => "opaque".into(),
        Semantics::Enum(table) => format!("enum:{}", table.name),
        Semantics::Flags(table) => format!("flags:{}", table.name),
        Semantics::NotifyFlags => "flags by object type".into(),
        Semantics::Win32 => "win32".into(),
        Semantics::RpcStatus => "rpc-status".into(),
        Semantics::Handle => format!("handle:{}", field.idl),
        Semantics::Text | Semantics::Secret | Semantics::ValueName | Semantics::DependencyExpression => "string".into(),
        Semantics::MultiSz => "multi_sz".into(),
        Semantics::FileTime => "filetime".into(),
        Semantics::Size(name) => format!("size:{name}"),
        Semantics::Capacity(name) => format!("capacity:{name}"),
        Semantics::Required(name) => format!("required:{name}"),
        Semantics::Structure | Semantics::Kinds(_) => match target {
            Type::Struct(s) | Type::Array(_, Type::Struct(s)) => format!("struct:{}", s.name),
            _ => "struct".into(),
        },
        Semantics::PropertyList | Semantics::PropertyListOf(_) => "property-list".into(),
        Semantics::RegistryData => "registry-data".into(),
        Semantics::Custom(name) => format!("struct:{name}"),
        Semantics::SecurityDescriptor => "security descriptor".into(),
        Semantics::ControlCode(family) => format!("control-code:{}", family.as_str()),
        Semantics::ControlInput(family) => format!("control-input:{}", family.as_str()),
        Semantics::ControlOutput(family) => format!("control-output:{}", family.as_str()),
        Semantics::NotificationBuffer => "notification buffer".into(),
        Semantics::Ipv4 => "IPv4 address".into(),
        Semantics::Ipv6 => "IPv6 address".into(),
        Semantics::WitnessMessages => "witness messages".into(),
        Semantics::ObjectKind => "flags by method".into(),
        Semantics::Binding => "binding".into(),
        Semantics::ByVersion(_) => "by version".into(),
    }
}
