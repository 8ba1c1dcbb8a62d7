//! Schemas, templates and vectors of a few methods and structures, held against what the documents say of those.

use super::*;
use crate::idl::cluster::ApiCreateEnum;
use crate::ndr::value::Value;
use crate::ndr::{Endian, Syntax, Version};

/// The schema of the parameters of a request.
fn parameters(name: &str, version: &str) -> Json {
    let of = Of { interface: None, version: Some(version), direction: Some(Direction::Request) };
    method(name, of).expect("a method")["properties"]["params"].clone()
}

/// The definition of a structure.
fn definition(name: &str) -> Json {
    structure(name).expect("a structure")["$defs"][name].clone()
}

/// ApiCreateResource (MS-CMRP 3.1.4.2.10): four parameters go in, and nothing else.
#[test]
fn parameters_of_a_method() {
    let params = parameters("ApiCreateResource", "3.0");
    assert_eq!(params["required"], json!(["hGroup", "lpszResourceName", "lpszResourceType", "dwFlags"]));
    assert_eq!(params["additionalProperties"], false);
    let names: Vec<&String> = params["properties"].as_object().expect("an object").keys().collect();
    assert_eq!(json!(names), params["required"]);
    assert_eq!(params["properties"]["hGroup"]["$ref"], "#/$defs/handle");
    assert_eq!(params["properties"]["lpszResourceName"]["$ref"], "#/$defs/text");
}

/// conv_who_are_you_auth (C706 appendix P): numbers with a sign and without.
#[test]
fn ranges_of_numbers() {
    let params = parameters("conv_who_are_you_auth", "3.0");
    for (name, low, high) in [("in_len", -2_147_483_648_i64, 2_147_483_647_i64), ("boot_time", 0, 4_294_967_295)] {
        let schema = &params["properties"][name];
        assert_eq!((&schema["minimum"], &schema["maximum"]), (&json!(low), &json!(high)), "{name}");
    }
}

/// A structure that is read in one way is an object; one that is read in several is one of those.
#[test]
fn readings_of_a_structure() {
    // MS-CMRP 2.2.3.15.
    let schema = definition("CLUS_MAINTENANCE_MODE_INFO_EX");
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["required"], json!(["InMaintenance", "MaintenanceModeType", "InternalState", "Signature"]));
    let several = crate::structs::ALL.iter().find_map(|structure| match structure.kind {
        crate::structs::Kind::Record(record) if record.variants.len() > 1 => Some((structure.name, record)),
        _ => None,
    });
    let (name, record) = several.expect("there is one");
    assert_eq!(definition(name)["anyOf"].as_array().map(Vec::len), Some(record.variants.len()), "{name}");
}

/// Comments tell the names that a number may have: one of an enumeration, any of a bit mask, of many the first.
#[test]
fn comments_name_constants() {
    let template = |name| template::method(name, Of::default(), Direction::Request, Syntax::Ndr).expect("a method");
    let about = |name, parameter: &str| template(name)["params"][format!("//{parameter}")].to_string();
    // MS-CMRP 2.2.2.9.
    let one = about("ApiSetServiceAccountPassword", "dwFlags");
    assert!(one.contains(": IDL_CLUSTER_SET_PASSWORD_IGNORE_DOWN_NODES"), "{one}");
    // MS-CMRP 3.1.4.2.8.
    let bits = about("ApiCreateEnum", "dwType");
    assert!(bits.contains(": CLUSTER_ENUM_NODE | CLUSTER_ENUM_RESTYPE | CLUSTER_ENUM_RESOURCE |"), "{bits}");
    assert!(bits.contains(" | …"), "{bits}");
    // MS-CMRP 2.2.3.1.1: six states and one more.
    let states = template::structure("CLUS_MAINTENANCE_MODE_INFO_EX").expect("a structure");
    let states = states["value"]["//InternalState"].to_string();
    assert!(states.contains("ClusterResourceInitializing, ClusterResourceOnline"), "{states}");
}

/// What is to start from is valid as it stands.
#[test]
fn least_structures() {
    let value = |name| template::structure(name).expect("a structure")["value"].clone();
    // A list of values has one, in the syntax of a text.
    let entry = &value("VALUE_LIST")["values"][0];
    assert_eq!((&entry["syntax"], &entry["value"]), (&json!("CLUSPROP_SYNTAX_LIST_VALUE_SZ"), &json!("text")));
    // MS-CMRP 2.2.3.15: it is set to this.
    assert_eq!(value("CLUS_MAINTENANCE_MODE_INFO_EX")["Signature"], 0xabba_f00f_u32);
}

/// The largest value of a bit mask has all its bits, the least has none.
#[test]
fn bits_of_vectors() {
    let kind = crate::idl::kind(&ApiCreateEnum::METHOD, Version::V3_0, Direction::Request, Syntax::Ndr, Endian::Little)
        .expect("a method of this version");
    let bits = |case| match vectors::contents(&ApiCreateEnum::METHOD, kind, case, 0).fields.get("dwType") {
        Some(Value::Int(n)) => *n,
        other => panic!("{other:?}"),
    };
    assert_eq!(bits(vectors::Case::Least), 0);
    // MS-CMRP 3.1.4.2.8 has these.
    assert_eq!(bits(vectors::Case::Extremes) & 0xc000_003f, 0xc000_003f);
}

/// Members that only one kind of line has are not allowed in the others.
#[test]
fn members_of_records() {
    let schema = record();
    let members = |place: usize| schema["anyOf"][place]["properties"].as_object().expect("an object").clone();
    let (message, call) = (members(0), members(1));
    for (name, in_message, in_call) in [
        ("frame", true, true),
        ("time", true, true),
        ("method", true, true),
        ("params", true, false),
        ("frames", true, false),
        ("auth", true, false),
        ("user", false, true),
        ("pending_ns", false, true),
        ("hex", false, false),
        ("id", false, false),
    ] {
        assert_eq!((message.contains_key(name), call.contains_key(name)), (in_message, in_call), "{name}");
    }
}
