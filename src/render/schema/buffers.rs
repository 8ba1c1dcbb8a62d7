//! The schema of custom-marshalled structures.

use super::{Defs, closed};
use crate::consts::content::BufferFormat;
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX as Syntax;
use crate::ndr::types::{Scalar, Semantics};
use crate::structs::types::{Element, Member, Record, Type};
use crate::structs::{Kind, Structure, batch, property_list, value_list};
use serde_json::{Map, Value as Json, json};

impl Defs {
    /// A line of `struct decode`.
    pub(super) fn line_of(&mut self, structure: &'static Structure) -> Json {
        let value = self.structure(structure);
        let (hex, error, list) = (self.common("hex"), self.common("error"), self.diagnostics());
        let mut line = closed(
            &[("struct", json!({"const": structure.name}))],
            &[
                ("id", Json::Bool(true)),
                ("value", value),
                ("partial", Json::Bool(true)),
                ("reading", json!({"type": "string"})),
                ("trailing", hex),
                ("diagnostics", list),
                ("error", error),
            ],
        );
        line["anyOf"] = json!([{"required": ["value"]}, {"required": ["error"]}]);
        line
    }

    fn diagnostics(&mut self) -> Json {
        let one = self.common("diagnostic");
        json!({"type": "array", "items": one})
    }

    /// What a buffer of a stub holds: `{"type":…,"value":…}`.
    pub(super) fn decoded(&mut self, structure: &'static Structure) -> Json {
        let value = self.structure(structure);
        let (hex, error, list) = (self.common("hex"), self.common("error"), self.diagnostics());
        // Another type may be told by the bytes: names of properties, for one.
        let own = json!({"if": {"properties": {"type": {"const": structure.name}}}, "then": {"properties": {"value": value}}});
        let mut decoded = closed(
            &[("type", json!({"type": "string"}))],
            &[
                ("guess", json!({"const": true})),
                ("value", Json::Bool(true)),
                ("partial", Json::Bool(true)),
                ("reading", json!({"type": "string"})),
                ("trailing", hex),
                ("diagnostics", list),
                ("error", error),
                ("expression", Json::Bool(true)),
                ("control_code", json!({"type": "object"})),
            ],
        );
        decoded["allOf"] = json!([own]);
        decoded
    }

    /// A structure's value.
    fn structure(&mut self, structure: &'static Structure) -> Json {
        self.named(structure.name, |defs| match structure.kind {
            Kind::Record(record) => defs.record(record),
            Kind::Property => defs.property(),
            Kind::Command => defs.command(),
            Kind::Batch => {
                let command = Structure::by_name("BATCH_UPDATE_COMMAND").map(|command| defs.structure(command));
                let commands = json!({"type": "array", "items": command});
                let version = defs.common("uint");
                closed(&[(batch::VERSION_NUMBER.name, version), (batch::COMMANDS.name, commands)], &[])
            }
            Kind::Format(format) => defs.format(format),
        })
    }

    fn format(&mut self, format: BufferFormat) -> Json {
        match format {
            BufferFormat::PropertyList | BufferFormat::PropertyListOf(_) | BufferFormat::PropertyFormats => {
                let one = Structure::by_name("PROPERTY_VALUE").map(|property| self.structure(property));
                let list = json!({"type": "array", "items": one});
                let count = self.common("uint");
                closed(
                    &[(property_list::PROPERTY_COUNT.name, count), (property_list::PROPERTIES.name, list)],
                    &[
                        (property_list::FINAL_ENDMARK.name, json!({"type": "boolean"})),
                        ("reading", json!({"type": "string"})),
                    ],
                )
            }
            BufferFormat::Values(_) => {
                let values = self.values();
                closed(&[(value_list::VALUES.name, values)], &[(value_list::END_MARK.name, json!({"type": "boolean"}))])
            }
            BufferFormat::ValuesPerDisk(_) => {
                let (values, count) = (self.values(), self.common("uint"));
                let disk = closed(&[(value_list::VALUES.name, values)], &[(value_list::END_MARKS.name, count.clone())]);
                let disks = json!({"type": "array", "items": disk});
                closed(&[(value_list::DISKS.name, disks)], &[(value_list::END_MARKS.name, count)])
            }
            BufferFormat::MultiSz => {
                let text = self.common("text");
                let irregular = self.common("irregular");
                json!({"anyOf": [{"type": "array", "items": text.clone()}, text, irregular]})
            }
            BufferFormat::SecurityDescriptor => {
                let (hex, text) = (self.common("hex"), json!({"type": "string"}));
                closed(&[("hex", hex)], &[("sddl", text.clone()), ("partial_sddl", text.clone()), ("error", text)])
            }
            _ => Json::Bool(true),
        }
    }

    fn property(&mut self) -> Json {
        let (name, values) = (self.text(), self.values());
        closed(&[(property_list::NAME.name, name)], &[(property_list::VALUES.name, values)])
    }

    fn command(&mut self) -> Json {
        let (name, number) = (self.text(), self.common("named"));
        let data = self.common("buffer");
        let secret = self.common("secret");
        let value = self.common("irregular");
        let members = [
            (batch::COMMAND_TYPE.name, number.clone()),
            (batch::VALUE_TYPE.name, number),
            (batch::NAME.name, name),
            (batch::DATA.name, json!({"anyOf": [data, value, secret]})),
        ];
        closed(&members, &[])
    }

    /// Syntaxes with their values, of any type.
    fn values(&mut self) -> Json {
        let Semantics::Enum(table) = property_list::SYNTAX.semantics else { return Json::Bool(true) };
        let syntax = self.constants(table);
        let mut one =
            closed(&[(property_list::SYNTAX.name, syntax), (property_list::VALUE.name, Json::Bool(true))], &[]);
        // By what the syntax says: values of every other one are of any form that values have.
        let mut known: Vec<&str> = Vec::new();
        let mut rules = Vec::new();
        for member in table.members {
            let Some(value) = self.value_of(BufferFormat::of_syntax(Syntax(member.value as u32))) else { continue };
            known.push(member.name);
            let named = json!({"properties": {"syntax": {"required": ["name"], "properties": {"name": {"const": member.name}}}}});
            rules.push(json!({"if": named, "then": {"properties": {"value": value}}}));
        }
        let text = self.text();
        let (number, bytes, list) =
            (self.number(), self.common("property_bytes"), json!({"type": "array", "items": text.clone()}));
        let any = json!({"anyOf": [number, text, bytes, list, {"type": "object"}]});
        let other = json!({"properties": {"syntax": {"properties": {"name": {"not": {"enum": known}}}}}});
        rules.push(json!({"if": other, "then": {"properties": {"value": any}}}));
        one["allOf"] = rules.into();
        json!({"type": "array", "items": one})
    }

    /// A number: what its property means gives it a name, flags or a time.
    fn number(&mut self) -> Json {
        let (plain, constant) = (self.common("int"), self.common("constant"));
        json!({"anyOf": [plain, constant]})
    }

    /// A value of a property in this format, or the bytes that are none; `None` for formats that properties tell, and for
    /// those that no syntax has.
    fn value_of(&mut self, format: BufferFormat) -> Option<Json> {
        let bytes = self.common("property_bytes");
        let value = match format {
            BufferFormat::Word
            | BufferFormat::Dword
            | BufferFormat::Long
            | BufferFormat::Qword
            | BufferFormat::LargeInteger => {
                // A number may be an address.
                let (number, text) = (self.number(), json!({"type": "string"}));
                json!({"anyOf": [number, text]})
            }
            BufferFormat::Filetime => self.common("timed"),
            BufferFormat::Sz => self.text(),
            BufferFormat::MultiSz | BufferFormat::SecurityDescriptor => self.format(format),
            BufferFormat::Struct(name) => self.structure(Structure::by_name(name)?),
            _ => return None,
        };
        let secret = self.common("secret");
        Some(json!({"anyOf": [value, bytes, secret]}))
    }

    fn text(&mut self) -> Json {
        let (text, irregular) = (self.common("text"), self.common("irregular"));
        json!({"anyOf": [text, irregular]})
    }

    /// A plain record in any of its readings.
    fn record(&mut self, record: &'static Record) -> Json {
        let mut readings: Vec<Json> =
            (0..record.variants.len().max(1)).map(|variant| self.reading(record, variant)).collect();
        match readings.len() {
            1 => readings.remove(0),
            _ => json!({"anyOf": readings}),
        }
    }

    fn reading(&mut self, record: &'static Record, variant: usize) -> Json {
        let mut properties = Map::new();
        let mut required: Vec<&str> = Vec::new();
        for (_, member) in record.members_of(variant) {
            properties.insert(member.field.name.into(), self.member(member));
            // Gaps are printed only where they are not zero.
            if member.when.is_none() && !matches!(member.ty, Type::Gap(_) | Type::Fill(_)) {
                required.push(member.field.name);
            }
        }
        if !record.variants.is_empty() {
            properties.insert("reading".into(), json!({"type": "string"}));
        }
        if record.members.iter().any(|member| matches!(member.ty, Type::Total)) {
            properties.insert(crate::structs::reader::BEHIND.into(), self.common("irregular"));
        }
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    }

    fn member(&mut self, member: &'static Member) -> Json {
        let value = match member.ty {
            Type::Int(scalar) => self.integer(member.field.semantics, scalar),
            Type::Total => self.common("uint"),
            Type::Guid => self.common("guid"),
            Type::Ipv4 | Type::Ipv6 => json!({"type": "string"}),
            Type::Bytes(_) | Type::Gap(_) | Type::Fill(_) | Type::SizedBytes(_) => self.common("buffer"),
            Type::Sized(_, inner) => {
                let (record, bytes) = (self.inner(inner), self.common("irregular"));
                json!({"anyOf": [record, bytes]})
            }
            Type::Record(inner) => self.inner(inner),
            Type::Counted(_, element) | Type::Rest(element) => {
                let items = match element {
                    Element::U32 => self.common("uint"),
                    Element::Guid => self.common("guid"),
                    Element::Record(inner) => self.inner(inner),
                };
                json!({"type": "array", "items": items})
            }
            Type::MultiSzRest => self.format(BufferFormat::MultiSz),
            Type::Wide(_)
            | Type::Chars(_)
            | Type::Sz
            | Type::SzRest
            | Type::CheckedSz(_)
            | Type::SizedSz(_)
            | Type::CountedSz(_) => self.text(),
        };
        match member.secret {
            true => {
                let secret = self.common("secret");
                json!({"anyOf": [value, secret]})
            }
            false => value,
        }
    }

    fn integer(&mut self, semantics: Semantics, scalar: Scalar) -> Json {
        match semantics {
            Semantics::Enum(table) | Semantics::Flags(table) => self.constants(table),
            Semantics::Win32 | Semantics::RpcStatus | Semantics::ControlCode(_) => self.common("named"),
            Semantics::UnixTime | Semantics::FileTime => self.common("timed"),
            _ => self.common(if scalar.signed() { "int" } else { "uint" }),
        }
    }

    fn inner(&mut self, record: &'static Record) -> Json {
        self.named(record.name, |defs| defs.record(record))
    }
}
