//! Declarations in words, as the tables of the specification's wire types have them.

use super::support::*;
use crate::consts::control_codes::Family;
use crate::idl::{self, batch, cluster, group, key, network, notify, resource};
use crate::ndr::describe::{values, wire_type};
use crate::ndr::names;
use crate::ndr::types::{ArrayKind, Field, Flow, PointerKind, Scalar, Semantics, Type};
use crate::ndr::{Method, Struct};

#[track_caller]
fn told(method: &Method, parameter: &str, version: usize) -> (String, String) {
    let field = method.fields.iter().find(|f| f.name == parameter).expect("a parameter");
    (wire_type(field), values(field, version))
}

#[track_caller]
fn says(method: &Method, parameter: &str, wire: &str, semantics: &str) {
    assert_eq!(told(method, parameter, 1), (wire.to_string(), semantics.to_string()));
}

/// A star or the name of a pointer type is a reference; error_status_t keeps its name.
#[test]
fn scalars() {
    says(&cluster::ApiOpenCluster::METHOD, "Status", "error_status_t", "win32");
    says(&cluster::ApiCloseCluster::METHOD, "Cluster", "context handle", "handle:HCLUSTER_RPC");
    says(&cluster::ApiGetClusterVersion::METHOD, "lpwMajorVersion", "ref u16", "number");
    // 3.1.4.1.6 against 3.1.4.2.6: one number, two meanings.
    for (version, semantics) in [(0, "bytes"), (1, "enum:QuorumConfiguration")] {
        let pair = |wire: &str| (wire.to_string(), semantics.to_string());
        let told = |method, name| told(method, name, version);
        assert_eq!(told(&cluster::ApiSetQuorumResource::METHOD, "dwMaxQuorumLogSize"), pair("u32"));
        assert_eq!(told(&cluster::ApiGetQuorumResource::METHOD, "pdwMaxQuorumLogSize"), pair("ref u32"));
    }
    says(&key::ApiEnumKey::METHOD, "lpftLastWriteTime", "ref struct FILETIME", "filetime");
    says(&batch::ApiExecuteBatch::METHOD, "pdwFailedCommand", "ref i32", "index");
    says(&cluster::ApiSetServiceAccountPassword::METHOD, "dwFlags", "enum16", "enum:IDL_CLUSTER_SET_PASSWORD_FLAGS");
    says(&cluster::ApiCreateEnum::METHOD, "dwType", "u32", "flags:ClusterEnumType");
}

/// Strings and structures, alone, behind references and behind pointers.
#[test]
fn strings_and_structures() {
    let string = "conformant-varying-string u16";
    says(&cluster::ApiSetClusterName::METHOD, "NewClusterName", &format!("ref {string}"), "string");
    says(&cluster::ApiGetClusterName::METHOD, "ClusterName", &format!("ref ptr to unique ptr to {string}"), "string");
    says(
        &resource::ApiSetResourceDependencyExpression::METHOD,
        "lpszDependencyExpression",
        &format!("unique ptr to {string}"),
        "string",
    );
    says(
        &cluster::ApiCreateEnum::METHOD,
        "ReturnEnum",
        "ref ptr to unique ptr to conformant struct ENUM_LIST",
        "struct:ENUM_LIST",
    );
    let attributes = ("unique ptr to struct RPC_SECURITY_ATTRIBUTES", "struct:RPC_SECURITY_ATTRIBUTES");
    says(&key::ApiCreateKey::METHOD, "lpSecurityAttributes", attributes.0, attributes.1);
    let descriptor = ("ref struct RPC_SECURITY_DESCRIPTOR", "struct:RPC_SECURITY_DESCRIPTOR");
    says(&key::ApiSetKeySecurity::METHOD, "pRpcSecurityDescriptor", descriptor.0, descriptor.1);
    let filter = ("struct NOTIFY_FILTER_AND_TYPE_RPC", "struct:NOTIFY_FILTER_AND_TYPE_RPC");
    says(&notify::ApiAddNotifyV2::METHOD, "filter", filter.0, filter.1);
}

/// Arrays name what counts them.
#[test]
fn arrays() {
    says(&key::ApiSetValue::METHOD, "lpData", "ref conformant array u8 [cbData]", "registry-data");
    says(&key::ApiEnumValue::METHOD, "lpData", "ref conformant array u8 [*lpcbData]", "registry-data");
    let control = &resource::ApiNodeResourceControl::METHOD;
    says(control, "lpInBuffer", "unique ptr to conformant array u8 [nInBufferSize]", "control-input:resource");
    says(
        control,
        "lpOutBuffer",
        "ref conformant-varying array u8 [max nOutBufferSize; actual *lpBytesReturned]",
        "control-output:resource",
    );
    says(control, "dwControlCode", "u32", "control-code:resource");
    says(control, "lpBytesReturned", "ref u32", "size:lpOutBuffer");
    says(
        &network::ApiSetNetworkPriorityOrder::METHOD,
        "NetworkIdList",
        "ref conformant array of unique ptr to conformant-varying-string u16 [NetworkCount]",
        "string",
    );
    says(
        &notify::ApiGetNotifyV2::METHOD,
        "Notifications",
        "ref ptr to unique ptr to conformant array of struct NOTIFICATION_RPC [*dwNumNotifications]",
        "struct:NOTIFICATION_RPC",
    );
    says(
        &batch::ApiGetBatchNotification::METHOD,
        "lpData",
        "ref ptr to unique ptr to conformant array u8 [*cbData]",
        "struct:CLUSTER_REG_BATCH_UPDATE",
    );
    says(&group::ApiOnlineGroupEx::METHOD, "lpInBuffer", "ref conformant array u8 [cbInBufferSize]", "property-list");
}

/// What no method of the interfaces has.
#[test]
fn the_rest() {
    static U32: Type = Type::Scalar(Scalar::U32);
    static HANDLE: Type = Type::Handle;
    static GUID: Type = Type::Guid;
    static REF: Type = Type::Pointer(PointerKind::Ref, &ARRAY);
    static FULL: Type = Type::Pointer(PointerKind::Full, &HANDLES);
    static ARRAY: Type = Type::Array(ArrayKind::Conformant, &U32);
    static HANDLES: Type = Type::Array(ArrayKind::Conformant, &Type::Handle);
    let field = |idl, ty, semantics| Field::new("f", idl, ty, Flow::In, semantics);
    let both = |field: &Field| (wire_type(field), values(field, 0));
    let pair = |a: &str, b: &str| (a.to_string(), b.to_string());
    assert_eq!(both(&field("GUID", &GUID, Semantics::Const(4))), pair("GUID", "const:4"));
    assert_eq!(both(&field("PGUID", &GUID, Semantics::Number)), pair("ref GUID", "number"));
    assert_eq!(both(&field("error_status_t", &HANDLE, Semantics::Win32)), pair("error_status_t", "win32"));
    assert_eq!(both(&field("X", &HANDLE, Semantics::Opaque)), pair("context handle", "opaque"));
    assert_eq!(both(&field("X", &REF, Semantics::Structure)), pair("ref ptr to conformant array u32 []", "struct"));
    assert_eq!(
        both(&field("X", &FULL, Semantics::Size("n"))),
        pair("full ptr to conformant array of values []", "size:n")
    );
    let star = Field { reference: true, ..field("X", &U32, Semantics::Capacity("n")) };
    assert_eq!(both(&star), pair("ref u32", "capacity:n"));
    assert_eq!(both(&field("LPX", &U32, Semantics::Required("n"))), pair("ref u32", "required:n"));
    static BINDING: Type = Type::Nothing;
    assert_eq!(both(&field("handle_t", &BINDING, Semantics::Binding)), pair("nothing (binding handle)", "binding"));

    static MEANINGS: [Semantics; 2] = [Semantics::Ipv4, Semantics::Ipv6];
    let dual = field("X", &U32, Semantics::ByVersion(&MEANINGS));
    assert_eq!((values(&dual, 0), values(&dual, 1)), pair("IPv4 address", "IPv6 address"));
    static FIELDS: &[Field] = &[Field::new("n", "DWORD", &U32, Flow::Member, Semantics::Number)];
    static ONE: Struct = Struct::new("ONE", "1", FIELDS);
    static ONES: Type = Type::Struct(&ONE);
    static LIST: Type = Type::Array(ArrayKind::ConformantVarying, &ONES);
    let list = field("X", &LIST, Semantics::Structure);
    assert_eq!(both(&list), pair("ref conformant-varying array of struct ONE [max ; actual ]", "struct:ONE"));
}

/// Names that need more than one value; a code of another family is found by its value.
#[test]
fn names_of_two_values() {
    let table = names::notify_flags(1).expect("CLUSTER_OBJECT_TYPE_CLUSTER");
    assert_eq!(table.name, "CLUSTER_CHANGE_CLUSTER_V2");
    assert!(names::notify_flags(0).is_none());
    let code = crate::consts::control_codes::by_name("CLUSCTL_RESOURCE_GET_RO_COMMON_PROPERTIES").expect("a code");
    let name = |family| names::control_code(family, code.value).map(|c| c.name);
    assert_eq!(name(Family::Resource), Some(code.name));
    assert_eq!(name(Family::Node), Some(code.name));
    assert!(names::control_code(Family::Resource, 0xffff_ffff).is_none());
}

/// A version is found by both of its numbers.
#[test]
fn versions_by_number() {
    let clusapi = idl::interface("clusapi").expect("clusapi");
    for (major, minor, place) in
        [(2, 0, Some(0)), (3, 0, Some(1)), (2, 1, None), (3, 1, None), (1, 0, None), (0, 3, None)]
    {
        assert_eq!(clusapi.version(major, minor), place, "{major}.{minor}");
    }
    assert_eq!(TEST.version(3, 0), Some(1));
    assert!(clusapi.method(2, 0).is_none() && clusapi.method(1, u16::MAX).is_none());
}
