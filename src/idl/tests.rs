//! The tables of methods: what can be looked up, and what can't.

use super::*;
use crate::ndr::types::{Flow, MAX_FIELDS, Type};

fn methods() -> impl Iterator<Item = (usize, &'static Method)> {
    INTERFACES
        .iter()
        .flat_map(|i| i.versions.iter().enumerate())
        .flat_map(|(version, table)| table.methods.iter().map(move |method| (version, *method)))
}

#[test]
fn opnums_are_places_in_the_tables() {
    for interface in INTERFACES {
        for (version, table) in interface.versions.iter().enumerate() {
            for (opnum, method) in table.methods.iter().enumerate() {
                assert_eq!(usize::from(method.opnum), opnum);
                assert!(method.versions.contains(version), "{}", method.name);
                assert!(core::ptr::eq(interface.method(version, method.opnum).unwrap(), *method));
            }
            assert!(interface.method(version, table.methods.len() as u16).is_none());
            assert!(interface.method(version, u16::MAX).is_none());
        }
        assert!(interface.method(interface.versions.len(), 0).is_none());
    }
}

#[test]
fn interfaces_by_name_uuid_and_version() {
    for found in INTERFACES {
        assert!(core::ptr::eq(interface(found.name).unwrap(), *found));
        assert!(core::ptr::eq(interface_by_uuid(&found.uuid_bytes).unwrap(), *found));
        let uuid = crate::base::Guid::parse(found.uuid).unwrap();
        assert_eq!(uuid.0, found.uuid_bytes);
        for (place, version) in found.versions.iter().enumerate() {
            assert_eq!(found.version(version.number.major(), version.number.minor()), Some(place));
            assert_eq!(version.number.text(), format!("{}.{}", version.number.major(), version.number.minor()));
        }
    }
    assert_eq!((CLUSAPI.version(2, 1), CLUSAPI.version(4, 0), WITNESS.version(1, 0)), (None, None, None));
    assert!(interface("srvsvc").is_none() && interface_by_uuid(&[0; 16]).is_none());
}

/// What the engine takes for granted of a declaration.
#[test]
fn every_declaration_is_in_order() {
    for (version, method) in methods() {
        let fields: Vec<_> = method.fields.iter().filter(|f| f.versions.contains(version)).collect();
        assert!(fields.len() <= MAX_FIELDS);
        let (last, rest) = fields.split_last().unwrap();
        assert_eq!((last.flow, last.name), (Flow::Return, "return"), "{}", method.name);
        for (i, field) in rest.iter().enumerate() {
            assert!(matches!(field.flow, Flow::In | Flow::Out | Flow::InOut), "{}", method.name);
            assert!(!rest[..i].iter().any(|f| f.name == field.name), "{}: {} twice", method.name, field.name);
        }
    }
    let two: Vec<_> = methods().filter(|(_, m)| m.two_counts).map(|(_, m)| m.name).collect();
    assert_eq!(two, ["ApiGetNotifyV2"], "the only one whose counts can stand in two places");
}

/// Errata E-05: strings without the attribute.
#[test]
fn strings_without_the_attribute() {
    for (opnum, name) in [
        (155, "resTypeName"),
        (175, "lpszDependencyExpression"),
        (177, "lpszDependencyExpression"),
        (181, "lpszNodeName"),
        (181, "lpszNetworkName"),
    ] {
        let field = CLUSAPI.method(1, opnum).unwrap().fields.iter().find(|f| f.name == name).unwrap();
        assert!(matches!(field.ty, Type::String), "{opnum}");
    }
}

#[test]
fn encoding_needs_a_version_that_has_the_method() {
    let contents = crate::ndr::value::Contents::default();
    let method = &cluster::ApiOpenClusterEx::METHOD;
    let encode = |version| encode(method, version, Direction::Request, Syntax::Ndr, Endian::Little, &contents);
    assert_eq!(encode(Version::V2_0).unwrap_err().to_string(), "ApiOpenClusterEx is not part of version 2.0");
    assert_eq!(encode(Version::V3_0).unwrap_err().to_string(), "dwDesiredAccess: missing");
    let kind = kind(method, Version::V2_0, Direction::Request, Syntax::Ndr, Endian::Little);
    assert_eq!(kind.unwrap_err().to_string(), "offset 0: not a version that has this method");
}

/// What the tables of constants say of where they are used names methods that there are.
#[test]
fn constants_name_methods_that_there_are() {
    for table in crate::consts::ALL {
        for word in table.used_by.split(|c: char| !c.is_alphanumeric() && c != '*') {
            let named = word.starts_with("Api") || word.starts_with("Witnessr");
            let all = word.strip_suffix('*');
            let known = methods().any(|(_, m)| all.map_or(m.name == word, |start| m.name.starts_with(start)));
            assert!(known || !named, "{}: {word}", table.name);
        }
    }
}
