//! The schema of parameters and members that travel as NDR.

use super::{Defs, closed};
use crate::consts::Constants;
use crate::ndr::describe;
use crate::ndr::types::{ArrayKind, Field, PointerKind, Scalar, Semantics, Type};
use crate::structs::Structure;
use serde_json::{Map, Value as Json, json};

impl Defs {
    /// An object with these fields, all of which are printed.
    pub(super) fn object(&mut self, fields: &[&'static Field], version: usize) -> Json {
        let mut properties = Map::new();
        let mut required: Vec<&str> = Vec::new();
        for field in fields.iter().filter(|field| !matches!(field.ty, Type::Nothing)) {
            let mut schema = self.value(field, field.ty, version);
            if let Json::Object(schema) = &mut schema {
                let about = format!("{}; {}", describe::wire_type(field), describe::values(field, version));
                schema.insert("description".into(), about.into());
            }
            properties.insert(field.name.into(), schema);
            required.push(field.name);
        }
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    }

    /// A value of a field, of this type.
    pub(super) fn value(&mut self, field: &'static Field, ty: &'static Type, version: usize) -> Json {
        let semantics = field.semantics.in_version(version);
        match ty {
            Type::Scalar(scalar) => self.scalar(field, *scalar, semantics, version),
            Type::FileTime => self.common("timed"),
            Type::Handle => self.common("handle"),
            Type::Guid => self.common("guid"),
            Type::String => self.common("text"),
            Type::Nothing => json!({"type": "null"}),
            Type::Struct(declaration) => {
                let fields: Vec<_> = declaration.fields.iter().collect();
                self.named(declaration.name, |defs| defs.object(&fields, version))
            }
            Type::Pointer(kind, target) => {
                let target = self.value(field, target, version);
                match kind {
                    PointerKind::Ref => target,
                    PointerKind::Unique => json!({"anyOf": [{"type": "null"}, target]}),
                    PointerKind::Full => {
                        let alias = closed(&[("alias", self.common("uint"))], &[]);
                        json!({"anyOf": [{"type": "null"}, target, alias]})
                    }
                }
            }
            Type::Array(kind, Type::Scalar(Scalar::U16)) => self.units(*kind, semantics),
            Type::Array(_, Type::Scalar(Scalar::U8)) => self.bytes(semantics),
            Type::Array(kind, element) => {
                let items = self.value(field, element, version);
                match kind {
                    ArrayKind::Fixed(n) => json!({"type": "array", "items": items, "minItems": n, "maxItems": n}),
                    ArrayKind::Varying(n) => json!({"type": "array", "items": items, "maxItems": n}),
                    _ => json!({"type": "array", "items": items}),
                }
            }
        }
    }

    fn scalar(&mut self, field: &'static Field, scalar: Scalar, semantics: Semantics, version: usize) -> Json {
        match semantics {
            Semantics::Enum(table) | Semantics::Flags(table) => self.constants(table),
            Semantics::Win32 | Semantics::RpcStatus | Semantics::ControlCode(_) => self.common("named"),
            Semantics::UnixTime => self.common("timed"),
            Semantics::Ipv4 => json!({"type": "string"}),
            // Of one of several masks, or of none.
            Semantics::NotifyFlags => self.one_of(crate::ndr::number::filters()),
            Semantics::ObjectKind => self.one_of(kinds().into_iter()),
            _ => {
                let bits = 8 * scalar.size(crate::ndr::Syntax::Ndr64) as u32;
                if bits == 64 {
                    return self.common(if scalar.signed() { "int" } else { "uint" });
                }
                let (low, high) = match scalar.signed() {
                    true => (-(1i64 << (bits - 1)), (1i64 << (bits - 1)) - 1),
                    false => (0, (1i64 << bits) - 1),
                };
                let mut schema = json!({"type": "integer", "minimum": low, "maximum": high});
                if let (Some((low, high)), true) = (field.range, field.range_versions.contains(version)) {
                    // What breaks it is decoded all the same, with a diagnostic.
                    schema["$comment"] = format!("range {low} to {high}").into();
                }
                schema
            }
        }
    }

    fn one_of(&mut self, tables: impl Iterator<Item = &'static Constants>) -> Json {
        let mut all: Vec<Json> = tables.map(|table| self.constants(table)).collect();
        all.push(self.common("int"));
        json!({"anyOf": all})
    }

    fn units(&mut self, kind: ArrayKind, semantics: Semantics) -> Json {
        if let Semantics::Ipv6 = semantics {
            return json!({"type": "string"});
        }
        let mut list = json!({"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 65535}});
        if let ArrayKind::Fixed(n) = kind {
            (list["minItems"], list["maxItems"]) = (n.into(), n.into());
        }
        let text = self.common("text");
        closed(&[("value", list)], &[("decoded", json!({"type": "array", "items": text.clone()})), ("text", text)])
    }

    fn bytes(&mut self, semantics: Semantics) -> Json {
        let known = match semantics {
            Semantics::Custom(name) => Structure::by_name(name),
            Semantics::PropertyList => Structure::by_name("PROPERTY_LIST"),
            Semantics::SecurityDescriptor => Structure::by_name("SECURITY_DESCRIPTOR"),
            _ => None,
        };
        match known {
            Some(structure) => {
                let decoded = self.decoded(structure);
                let hex = self.common("hex");
                closed(&[("hex", hex)], &[("decoded", decoded), ("secret", json!({"const": true}))])
            }
            None => self.common("buffer"),
        }
    }
}

/// The masks that name the entries of lists of objects.
fn kinds() -> Vec<&'static Constants> {
    let mut found: Vec<&'static Constants> = Vec::new();
    for version in crate::idl::INTERFACES.iter().flat_map(|interface| interface.versions) {
        for field in version.methods.iter().flat_map(|method| method.fields) {
            for place in 0..2 {
                if let Semantics::Kinds(table) = field.semantics.in_version(place)
                    && !found.iter().any(|known| core::ptr::eq(*known, table))
                {
                    found.push(table);
                }
            }
        }
    }
    found
}
