//! The buffers of all control codes and notifications: made up from what the tables say about them, read in their
//! context, and written again.

use super::generate::Random;
use cluscope::internals::consts::content::BufferFormat;
use cluscope::internals::consts::control_codes::{self, Certainty, Family};
use cluscope::internals::consts::{Source, notifications, registry};
use cluscope::internals::ndr::types::Semantics;
use cluscope::internals::ndr::value::{Collect, Fields, Value};
use cluscope::internals::ndr::visitor::Place;
use cluscope::internals::structs::content::{self, Context, Shape, ShapeKind, is_structured};
use cluscope::internals::structs::packed::ByteCursor;
use cluscope::internals::structs::{records, values};
use cluscope_testkit::arbitrary::Chance as _;
use std::collections::BTreeSet;

/// A value of this format; `None` for bytes that nobody describes.
fn sample(content: BufferFormat, random: &mut Random) -> Option<Value> {
    let entry = |syntax: u32, value: Value| {
        let mut fields = Fields::default();
        fields.set("syntax", syntax);
        fields.set("value", value);
        Value::Map(fields)
    };
    let binary = |content: BufferFormat, random: &mut Random| {
        let mut bytes = Vec::new();
        values::write(content, &sample(content, random)?, &mut bytes).ok()?;
        Some(Value::Bytes(bytes))
    };
    let text = Value::Text("[node1]".into());
    let list = |values: Vec<Value>, name: &'static str| {
        let mut fields = Fields::default();
        fields.set(name, Value::List(values));
        Some(Value::Map(fields))
    };
    match content {
        BufferFormat::Bytes | BufferFormat::Nothing => None,
        BufferFormat::Word => Some(random.number(16).into()),
        BufferFormat::Dword | BufferFormat::DwordOf(_) => Some(random.number(32).into()),
        BufferFormat::Long => Some((-5i32).into()),
        BufferFormat::Qword | BufferFormat::LargeInteger | BufferFormat::Filetime => Some(random.number(64).into()),
        BufferFormat::Guid => Some("bf967a86-0de6-11d0-a285-00aa003049e2".into()),
        BufferFormat::Sz | BufferFormat::Names => Some(text),
        BufferFormat::MultiSz => Some(Value::List(vec![text.clone(), text])),
        BufferFormat::Dwords => Some(Value::List(vec![1u32.into(), 7u32.into()])),
        BufferFormat::SecurityDescriptor => Some(Value::Bytes(random.security_descriptor())),
        BufferFormat::PropertyList => Some(random.property_list()),
        BufferFormat::PropertyListOf(inner) => {
            let value = entry(0x0001_0001, binary(*inner, random)?);
            let mut fields = Fields::default();
            fields.set("name", "State");
            fields.set("values", Value::List(vec![value]));
            list(vec![Value::Map(fields)], "properties")
        }
        BufferFormat::PropertyFormats => {
            let mut fields = Fields::default();
            fields.set("name", "Address");
            fields.set("values", Value::List(vec![entry(0x0001_000b, 3u32.into())]));
            list(vec![Value::Map(fields)], "properties")
        }
        BufferFormat::Values(values) | BufferFormat::ValuesPerDisk(values) => {
            let mut entries = Vec::new();
            for syntax in values.first.iter().take(1).chain(values.then) {
                let content = match BufferFormat::of_syntax(*syntax) {
                    BufferFormat::Bytes => values.binary,
                    other => other,
                };
                let value = match content {
                    BufferFormat::Struct(_) | BufferFormat::PropertyList if syntax.0 == 0x0001_0001 => {
                        binary(content, random)?
                    }
                    content => sample(content, random)?,
                };
                entries.push(entry(syntax.0, value));
            }
            match content {
                BufferFormat::Values(_) => list(entries, "values"),
                _ => {
                    let disk = list(entries, "values")?;
                    list(vec![disk.clone(), disk], "disks")
                }
            }
        }
        BufferFormat::Struct(name) => {
            let record = records::by_name(name)?;
            Some(random.record(record, record.encode))
        }
        BufferFormat::Structs(name) => {
            let record = records::by_name(name)?;
            Some(Value::List((0..3).map(|_| random.record(record, record.encode)).collect()))
        }
        BufferFormat::ByLength(choices) => sample(choices.last()?.1, random),
        BufferFormat::OneOf(choices) => {
            let known: Vec<_> = choices.iter().filter(|choice| **choice != BufferFormat::Bytes).collect();
            sample(*known[random.below(known.len() as u64) as usize], random)
        }
        BufferFormat::ByResourceType { otherwise, .. } => sample(*otherwise, random),
        other => panic!("no sample of {other:?}"),
    }
}

/// Reads the bytes in their context, which must fit exactly, and writes the same ones.
fn check(what: &str, semantics: Semantics, context: &Context<'_>, content: BufferFormat, random: &mut Random) -> Shape {
    let mut bytes = Vec::new();
    // An empty list may take no bytes at all.
    while bytes.is_empty() {
        let value = sample(content, random).unwrap_or_else(|| panic!("{what}: no sample of {content}"));
        values::write(content, &value, &mut bytes).unwrap_or_else(|e| panic!("{what}: {e}"));
    }
    let shape = content::shape(semantics, 1, context, &bytes);
    assert!(!matches!(shape.kind, ShapeKind::Nothing), "{what}: {shape:?}");
    let mut sink = Collect::default();
    let rest =
        content::read(&shape, ByteCursor::new(&bytes), Place::TOP, &mut sink).unwrap_or_else(|e| panic!("{what}: {e}"));
    assert!(rest.is_empty(), "{what}");
    let mut again = Vec::new();
    content::write(&shape, &sink.into_value().0.unwrap(), &mut again).unwrap();
    assert_eq!(again, bytes, "{what}");
    let mut text = cluscope::internals::render::text::TextBuffer::new();
    cluscope::internals::render::text::buffers::print(
        &mut text,
        cluscope::internals::render::text::Style::default(),
        semantics,
        1,
        context,
        &bytes,
    );
    let text = text.as_str();
    assert!(!text.is_empty() && !text.contains('!'), "{what}: {text}");
    {
        let mut out = cluscope::internals::render::json::out::Out::new();
        out.begin();
        cluscope::internals::render::json::buffers::print(&mut out, semantics, 1, context, &bytes);
        out.end();
        let printed: serde_json::Value = serde_json::from_slice(out.as_bytes()).unwrap();
        assert!(printed["decoded"]["error"].is_null() && !printed["decoded"]["value"].is_null(), "{what}: {printed}");
    }
    shape
}

/// All buffers of the specification's codes but one have a format, and are read by it; so have most of the others.
#[test]
fn every_control_code() {
    let mut random = Random(7);
    let (mut described, mut opaque) = (0, Vec::new());
    for code in control_codes::ALL {
        for (input, content) in [(true, code.input), (false, code.output)] {
            if content == BufferFormat::Nothing {
                continue;
            }
            if !is_structured(content) {
                opaque.push(code);
                continue;
            }
            described += 1;
            let semantics =
                if input { Semantics::ControlInput(code.family) } else { Semantics::ControlOutput(code.family) };
            for number in [code.value].iter().chain(code.alternates) {
                let context = Context { control_code: Some((code.family, *number)), ..Context::default() };
                let shape = check(code.name, semantics, &context, content, &mut random);
                assert_eq!(shape.guess, code.certainty == Certainty::Guess, "{}", code.name);
            }
        }
    }
    // The output of this one is not described in any edition.
    let specified: Vec<_> = opaque.iter().filter(|code| code.source == Source::Spec34).map(|code| code.name).collect();
    assert_eq!(specified, ["CLUSCTL_NODE_GET_CLUSBFLT_PATHINFO_EX"]);
    let external: BTreeSet<_> = opaque.iter().filter(|code| !code.is_internal()).map(|code| code.name).collect();
    assert!(
        external.len() * 20 <= control_codes::ALL.iter().filter(|code| !code.is_internal()).count(),
        "{external:?}"
    );
    assert!(described > 290, "{described}");
}

/// Every structure that a table names is one that we have.
#[test]
fn every_notification() {
    let mut random = Random(8);
    let mut described = 0;
    for row in notifications::ALL {
        if matches!(row.buffer, BufferFormat::Nothing | BufferFormat::Bytes) {
            continue;
        }
        let context =
            Context { object_type: Some(row.object_type.0), filter_flags: Some(row.flag), ..Context::default() };
        described += 1;
        let shape = check(row.name, Semantics::NotificationBuffer, &context, row.buffer, &mut random);
        assert!(!shape.guess, "{}", row.name);
    }
    assert_eq!(described, 43);
}

#[test]
fn every_registry_type() {
    use cluscope::internals::consts::Constant;
    let mut random = Random(9);
    for member in registry::RegistryValueType::TABLE.members {
        let content = BufferFormat::of_registry_type(registry::RegistryValueType(member.value as u32));
        let context = Context { registry_type: Some(member.value as u32), ..Context::default() };
        if content != BufferFormat::Bytes {
            check(member.name, Semantics::RegistryData, &context, content, &mut random);
        }
    }
}

/// The same buffer under codes that the resource type or the length tells apart.
#[test]
fn what_else_decides() {
    let context = Context { control_code: Some((Family::ResourceType, 0x0200_0231)), ..Context::default() };
    let named = |resource_type| Context { resource_type: Some(resource_type), ..context };
    let semantics = Semantics::ControlInput(Family::ResourceType);
    let shape = |context: &Context<'_>| content::shape(semantics, 1, context, &[0; 4]).name();
    assert_eq!(shape(&context), "SZ");
    assert_eq!(shape(&named("File Share Witness")), "PROPERTY_LIST");
    assert_eq!(shape(&named("IP Address")), "SZ");

    let context = Context { control_code: Some((Family::Resource, 0x0100_01e1)), ..Context::default() };
    let output = |n: usize| content::shape(Semantics::ControlOutput(Family::Resource), 1, &context, &vec![0; n]).name();
    assert_eq!((output(4), output(16)), ("CLUS_MAINTENANCE_MODE_INFO", "CLUS_MAINTENANCE_MODE_INFO_EX"));

    let drives = Context { control_code: Some((Family::Resource, 0x0100_02b5)), ..Context::default() };
    for (size, reading) in [(2608, None), (2600, Some("documented"))] {
        let bytes = vec![0; 3 * size];
        let shape = content::shape(Semantics::ControlOutput(Family::Resource), 1, &drives, &bytes);
        let mut sink = Collect::default();
        assert!(content::read(&shape, ByteCursor::new(&bytes), Place::TOP, &mut sink).unwrap().is_empty());
        let value = sink.into_value().0.unwrap();
        let Value::Map(fields) = super::element(&value, 2) else { panic!() };
        assert_eq!(fields.get("reading"), reading.map(Value::from).as_ref());
        let mut again = Vec::new();
        content::write(&shape, &value, &mut again).unwrap();
        assert_eq!(again, bytes);
    }
}
