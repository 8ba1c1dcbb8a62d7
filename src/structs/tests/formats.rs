//! Values of each format, there and back; what a buffer is taken for. How it is shown stands in [`super::printed`].

use super::Key;
use super::printed::shown;
use super::{entry, join, list, wide};
use crate::base::diagnostic::Diagnostic;
use crate::consts::content::{BufferFormat, ValueList};
use crate::consts::control_codes::Family;
use crate::consts::registry::RegistryValueType;
use crate::ndr::types::Semantics;
use crate::ndr::value::Collect;
use crate::ndr::value::{Fields, Value};
use crate::ndr::visitor::{At, Item, Open, Place, Visitor};
use crate::render::text::Style;
use crate::structs::content::{self, Context, ShapeKind};
use crate::structs::packed::ByteCursor;
use crate::structs::values::{self, Slot};
use crate::structs::{reader, records};

/// Writes down what it is told, with the values' meanings where they matter.
#[derive(Default)]
struct Told(Vec<String>);

impl<'a> Visitor<'a> for Told {
    fn value(&mut self, at: At<'_>, item: Item<'a>) {
        let secret = if matches!(at.semantics, Semantics::Opaque) { " secret" } else { "" };
        self.0.push(format!("{}{item:?}{secret}", at.name()));
    }
    fn irregular(&mut self, at: At<'_>, item: Item<'a>, raw: &'a [u8]) {
        let secret = if matches!(at.semantics, Semantics::Opaque) { " secret" } else { "" };
        self.0.push(format!("{}{item:?} {}{secret}", at.name(), hex::encode(raw)));
    }
    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        let key = at.name();
        self.0.push(match open {
            Open::Record { name, .. } => format!("{key}{name}{{"),
            Open::List { raw } => format!("{key}[{}", raw.map_or(String::new(), hex::encode)),
            Open::Bytes(bytes) => format!("{key}<{}", hex::encode(bytes)),
            Open::Struct(_) => unreachable!(),
        });
    }
    fn end(&mut self, _: At<'_>, _: Open<'a>) {
        self.0.push(".".into());
    }
    fn diagnostic(&mut self, d: Diagnostic) {
        self.0.push(format!("!{} {} {}", d.rule.name, d.offset, d.value));
    }
}

fn read(content: BufferFormat, bytes: &[u8]) -> String {
    let mut told = Told::default();
    let end = match values::read(Slot::top(content), ByteCursor::new(bytes), &mut told) {
        Ok(rest) if rest.is_empty() => String::new(),
        Ok(rest) => format!(" left {}", rest.len()),
        Err(e) => format!(" error {e}"),
    };
    told.0.join(" ") + &end
}

fn any(content: BufferFormat, bytes: &[u8]) -> String {
    let mut told = Told::default();
    values::read_any(Slot::top(content), ByteCursor::new(bytes), &mut told);
    told.0.join(" ")
}

fn write(content: BufferFormat, value: Value) -> Result<Vec<u8>, String> {
    let mut out = vec![0xee];
    values::write(content, &value, &mut out).map_err(|e| e.to_string())?;
    Ok(out.split_off(1))
}

fn map(fields: &[(&'static str, Value)]) -> Value {
    Value::Map(Fields(fields.iter().map(|(name, value)| ((*name).into(), value.clone())).collect()))
}

static VALUES: ValueList = ValueList { first: &[], then: &[], binary: BufferFormat::Bytes };

/// 2.2.2.2: integers by width and sign; text, lists, GUIDs, structures.
#[test]
fn each_format_is_read() {
    let minus = [0xfe; 8];
    for (content, expected) in [
        (BufferFormat::Word, "Uint(65278) left 6"),
        (BufferFormat::Dword, "Uint(4278124286) left 4"),
        (BufferFormat::DwordOf(<RegistryValueType as crate::consts::Constant>::TABLE), "Uint(4278124286) left 4"),
        (BufferFormat::Long, "Int(-16843010) left 4"),
        (BufferFormat::Qword, "Uint(18374403900871474942)"),
        (BufferFormat::LargeInteger, "Int(-72340172838076674)"),
        (BufferFormat::Filetime, "FileTime(18374403900871474942)"),
        (BufferFormat::Dwords, "[ Uint(4278124286) Uint(4278124286) ."),
        (BufferFormat::Bytes, "Bytes([254, 254, 254, 254, 254, 254, 254, 254])"),
        (BufferFormat::Nothing, "Bytes([254, 254, 254, 254, 254, 254, 254, 254])"),
        (BufferFormat::Struct("NOPE"), " error offset 0: not a known structure"),
        (BufferFormat::Structs("NOPE"), " error offset 0: not a known structure"),
        (
            BufferFormat::Structs("CLUS_SCSI_ADDRESS"),
            concat!(
                "[ CLUS_SCSI_ADDRESS{ PortNumberUint(254) PathIdUint(254) TargetIDUint(254) LUNUint(254) . ",
                "CLUS_SCSI_ADDRESS{ PortNumberUint(254) PathIdUint(254) TargetIDUint(254) LUNUint(254) . .",
            ),
        ),
    ] {
        assert_eq!(read(content, &minus), expected, "{content}");
    }
    assert_eq!(read(BufferFormat::Dwords, &minus[..7]), "[ Uint(4278124286) . left 3");
    assert_eq!(read(BufferFormat::Dwords, &minus[..4]), "[ Uint(4278124286) .");
    assert_eq!(read(BufferFormat::Nothing, &[]), "");
    assert_eq!(read(BufferFormat::Guid, &[0x11; 16]), "Guid(11111111-1111-1111-1111-111111111111)");
    assert!(read(BufferFormat::Guid, &[0x11; 15]).contains("16 bytes needed (GUID), 15 left"));
    assert_eq!(read(BufferFormat::Sz, &wide("a")), "Text(\"a\")");
    assert_eq!(read(BufferFormat::Sz, &wide("a")[..2]), "!terminator-missing 0 2 Text(\"a\") 6100");
    assert_eq!(read(BufferFormat::SecurityDescriptor, &[7]), "!not-of-format 1 1 Bytes([7])");
    let format = list(&[("A", &[entry(0x0001_000b, &[2, 0]), entry(0x0001_0002, &[])])]);
    let formats = concat!(
        "PROPERTY_LIST{ propertyCountUint(1) properties[ PROPERTY_VALUE{ nameText(\"A\") values[ ",
        "VALUE{ syntaxUint(65547) valueUint(2) . VALUE{ syntaxUint(65538) valueBytes([]) . . . . ."
    );
    assert_eq!(read(BufferFormat::PropertyFormats, &format), formats);
    let binary = list(&[("A", &[entry(0x0001_0001, &[1, 2, 3, 4])])]);
    let told = |value: &str| {
        let head = "PROPERTY_LIST{ propertyCountUint(1) properties[ PROPERTY_VALUE{ nameText(\"A\") values[ VALUE{";
        format!("{head} syntaxUint(65537) {value} . . . . .")
    };
    assert_eq!(read(BufferFormat::PropertyList, &binary), told("valueBytes([1, 2, 3, 4])"));
    let address = "decodedCLUS_SCSI_ADDRESS{ PortNumberUint(1) PathIdUint(2) TargetIDUint(3) LUNUint(4) .";
    let of = BufferFormat::PropertyListOf(&BufferFormat::Struct("CLUS_SCSI_ADDRESS"));
    assert_eq!(read(of, &binary), told(&format!("value<01020304 {address} .")));
    assert_eq!(read(BufferFormat::Values(&VALUES), &entry(0x0001_000b, &[2, 0])).matches("Uint").count(), 2);
}

/// 2.2.2.2: a MULTI_SZ ends with an empty string; what is none is told with its strings beside the bytes.
#[test]
fn lists_of_text() {
    let two = join(&[&wide("a"), &wide("b"), &[0, 0]]);
    assert_eq!(read(BufferFormat::MultiSz, &two), "[ Text(\"a\") Text(\"b\") .");
    assert_eq!(read(BufferFormat::MultiSz, &[0, 0]), "[ .");
    let cut = &two[..8];
    assert_eq!(read(BufferFormat::MultiSz, cut), "[6100000062000000 !not-of-format 0 8 Text(\"a\") Text(\"b\") .");
    let gap = join(&[&[0, 0], &wide("a"), &wide("b")[..2]]);
    assert_eq!(read(BufferFormat::MultiSz, &gap), "[0000610000006200 !not-of-format 0 8 Text(\"a\") Text(\"b\") .");
    let odd = join(&[&two, &[0]]);
    assert_eq!(
        read(BufferFormat::MultiSz, &odd),
        "[61000000620000000000".to_string() + "00 !not-of-format 0 11 Text(\"a\") Text(\"b\") ."
    );
    // Half a surrogate pair has no text: the units as they stand.
    let half = join(&[&[0, 0xd8, 0, 0], &[0, 0]]);
    assert_eq!(read(BufferFormat::MultiSz, &half), "Text(\"\\u{d800}\\0\\0\")");
    assert_eq!(read(BufferFormat::Names, &wide("a")), "Text(\"a\")");
    assert_eq!(read(BufferFormat::Names, &two), "[ Text(\"a\") Text(\"b\") .");
    // Elements are counted, whatever they are.
    let mut keys = Keys::default();
    values::read(Slot::top(BufferFormat::MultiSz), ByteCursor::new(&gap), &mut keys).unwrap();
    assert_eq!(keys.0, [Key::Index(0), Key::Index(1)]);
}

#[derive(Default)]
struct Keys(Vec<Key>);

impl<'a> Visitor<'a> for Keys {
    fn value(&mut self, at: At<'_>, _: Item<'a>) {
        self.0.push(Key::of(&at));
    }
}

/// 2.2.3.10.1: values of another size than their format has are bytes; padding that the size counts is told.
#[test]
fn sizes_of_values() {
    let zeros = |n: usize| join(&[&[7, 0, 0, 0], &[0; 5][..n]]);
    assert_eq!(any(BufferFormat::Dword, &zeros(0)), "Uint(7)");
    for n in 1..=3 {
        let raw = hex::encode(zeros(n));
        assert_eq!(any(BufferFormat::Dword, &zeros(n)), format!("!size-counts-padding 0 {} Uint(7) {raw}", 4 + n));
    }
    assert_eq!(any(BufferFormat::Dword, &zeros(4)), "!size-of-format 0 8 Bytes([7, 0, 0, 0, 0, 0, 0, 0])");
    assert_eq!(any(BufferFormat::Dword, &[7, 0, 0, 0, 1]), "!size-of-format 0 5 Bytes([7, 0, 0, 0, 1])");
    assert_eq!(any(BufferFormat::Dword, &[7, 0, 0]), "!size-of-format 0 3 Bytes([7, 0, 0])");
    // Only numbers have padding that can be told from the rest.
    assert_eq!(any(BufferFormat::Dwords, &zeros(2)), "!size-of-format 0 6 Bytes([7, 0, 0, 0, 0, 0])");
    assert_eq!(any(BufferFormat::Guid, &[0; 17]), format!("!size-of-format 0 17 Bytes({:?})", [0; 17]));
    // Lists stand beside their bytes.
    let inner = list(&[]);
    let told = "<00000000 decodedPROPERTY_LIST{ propertyCountUint(0) properties[ . . .";
    assert_eq!(any(BufferFormat::PropertyList, &inner), told);
    assert_eq!(any(BufferFormat::PropertyListOf(&BufferFormat::Sz), &inner), told);
    assert!(any(BufferFormat::Struct("CLUSTER_REG_BATCH_UPDATE"), &[1, 0, 0, 0]).starts_with("<01000000 decoded"));
    assert!(any(BufferFormat::Struct("CLUS_SCSI_ADDRESS"), &[1, 0, 0, 0]).starts_with("CLUS_SCSI_ADDRESS{"));
    assert_eq!(any(BufferFormat::PropertyList, &[1, 0]), "!not-of-format 0 2 Bytes([1, 0]) secret");
    assert_eq!(any(BufferFormat::PropertyList, &[]), "Bytes([])");
}

/// Each format takes its kind of value and no other; bytes stand for themselves.
#[test]
fn each_format_is_written() {
    let texts = |texts: &[&str]| Value::List(texts.iter().map(|t| (*t).into()).collect());
    let scsi =
        map(&[("PortNumber", 1u32.into()), ("PathId", 2u32.into()), ("TargetID", 3u32.into()), ("LUN", 4u32.into())]);
    let file_share =
        BufferFormat::ByResourceType { name: "X", then: &BufferFormat::PropertyList, otherwise: &BufferFormat::Sz };
    let by_length = BufferFormat::ByLength(&[(4, BufferFormat::Struct("CLUS_SCSI_ADDRESS")), (2, BufferFormat::Word)]);
    let none = map(&[("properties", Value::List(vec![]))]);
    let guid = "11111111-1111-1111-1111-111111111111";
    let good: &[(BufferFormat, Value, &[u8])] = &[
        (BufferFormat::Nothing, Value::Null, &[]),
        (BufferFormat::Word, 0x102u32.into(), &[2, 1]),
        (BufferFormat::Dword, 0x102u32.into(), &[2, 1, 0, 0]),
        (BufferFormat::Long, Value::Int(-2i64 as u64), &[254, 255, 255, 255]),
        (BufferFormat::Qword, 0x102u32.into(), &[2, 1, 0, 0, 0, 0, 0, 0]),
        (BufferFormat::Filetime, 1u32.into(), &[1, 0, 0, 0, 0, 0, 0, 0]),
        (BufferFormat::Dwords, Value::List(vec![1u32.into(), 2u32.into()]), &[1, 0, 0, 0, 2, 0, 0, 0]),
        (BufferFormat::Sz, "a".into(), &[b'a', 0, 0, 0]),
        (BufferFormat::MultiSz, texts(&["a", "b"]), &[b'a', 0, 0, 0, b'b', 0, 0, 0, 0, 0]),
        (BufferFormat::MultiSz, texts(&[]), &[0, 0]),
        (BufferFormat::MultiSz, Value::Units(vec![0xd800, 0, 0]), &[0, 0xd8, 0, 0, 0, 0]),
        (BufferFormat::MultiSz, "a".into(), &[b'a', 0, 0, 0]),
        (BufferFormat::Names, "a".into(), &[b'a', 0, 0, 0]),
        (BufferFormat::Names, texts(&["a"]), &[b'a', 0, 0, 0, 0, 0]),
        (BufferFormat::Guid, guid.into(), &[0x11; 16]),
        (BufferFormat::Struct("CLUS_SCSI_ADDRESS"), scsi.clone(), &[1, 2, 3, 4]),
        (
            BufferFormat::Structs("CLUS_SCSI_ADDRESS"),
            Value::List(vec![scsi.clone(), scsi.clone()]),
            &[1, 2, 3, 4, 1, 2, 3, 4],
        ),
        (BufferFormat::PropertyList, none.clone(), &[0; 4]),
        (BufferFormat::PropertyFormats, none.clone(), &[0; 4]),
        (BufferFormat::PropertyListOf(&BufferFormat::Sz), none.clone(), &[0; 4]),
        (BufferFormat::Values(&VALUES), map(&[("values", Value::List(vec![]))]), &[0; 4]),
        (
            BufferFormat::ValuesPerDisk(&VALUES),
            map(&[("disks", Value::List(vec![])), ("end_marks", 2u32.into())]),
            &[0; 8],
        ),
        (BufferFormat::Bytes, Value::List(vec![1u32.into(), 255u32.into()]), &[1, 255]),
        (BufferFormat::Sz, Value::Bytes(vec![9]), &[9]),
        (file_share, "a".into(), &[b'a', 0, 0, 0]),
        (file_share, none, &[0; 4]),
        (by_length, scsi, &[1, 2, 3, 4]),
        (by_length, 5u32.into(), &[5, 0]),
    ];
    for (content, value, bytes) in good {
        assert_eq!(write(*content, value.clone()).as_deref(), Ok(*bytes), "{content}");
    }
    for (content, value, reason) in [
        (BufferFormat::Nothing, 1u32.into(), "not a value of format none"),
        (BufferFormat::Bytes, 1u32.into(), "not a value of format bytes"),
        (BufferFormat::MultiSz, 1u32.into(), "not a value of format MULTI_SZ"),
        (BufferFormat::MultiSz, texts(&["a", ""]), "[1]: an empty string would end the list"),
        (BufferFormat::MultiSz, Value::List(vec!["a".into(), 1u32.into()]), "[1]: not text"),
        (BufferFormat::Names, Value::Units(vec![0]), "not a value of format SZ or several"),
        (BufferFormat::Guid, 1u32.into(), "not a GUID"),
        (BufferFormat::Struct("NOPE"), map(&[]), "unknown structure NOPE"),
        (BufferFormat::Struct("NOPE"), 1u32.into(), "not a value of format STRUCT:NOPE"),
        (BufferFormat::Word, 0x1_0000u32.into(), "65536 does not fit into 16 bits"),
        (BufferFormat::Dwords, texts(&["x"]), "\"x\" is no number"),
        (by_length, "x".into(), "not a value of format STRUCT:CLUS_SCSI_ADDRESS"),
        (BufferFormat::ByLength(&[]), 1u32.into(), "no format"),
        (BufferFormat::Values(&VALUES), 1u32.into(), "not a value of format value list: "),
    ] {
        let refused = write(content, value).unwrap_err();
        assert!(refused.starts_with(reason), "{content}: {refused}");
    }
    let shape =
        |kind| content::Shape { kind, guess: false, unknown_code: None, of: None, secrecy: content::Secrecy::None };
    let messages = shape(ShapeKind::Messages(&records::witness::RESOURCE_CHANGE, None));
    let told = |value: Value| {
        let mut out = Vec::new();
        content::write(&messages, &value, &mut out).map(|()| out).map_err(|e| e.to_string())
    };
    let change = map(&[("ChangeType", 1u32.into()), ("ResourceName", "a".into())]);
    let bytes = join(&[&[12, 0, 0, 0, 1, 0, 0, 0], &wide("a")]);
    assert_eq!(told(Value::List(vec![change.clone(), change])), Ok(join(&[&bytes, &bytes])));
    assert_eq!(told(Value::List(vec![1u32.into()])), Err("[0]: not an object of a message's members".into()));
    assert_eq!(told(Value::List(vec![map(&[])])), Err("[0].ChangeType: missing".into()));
    assert_eq!(told(1u32.into()), Err("not a list".into()));
}

/// What a buffer holds, by what came with it.
#[test]
fn shapes() {
    let plain = Context::default();
    let shape = |semantics: Semantics, context: &Context<'_>, bytes: &[u8]| {
        let shape = content::shape(semantics, 1, context, bytes);
        let what = if shape.guess { "guess " } else { "" };
        format!("{what}{}{}", shape.name(), if shape.unknown_code.is_some() { " unknown" } else { "" })
    };
    // O:SY, then a null list that allows everything, then neither.
    let sid = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
    let owner = join(&[&[1, 0, 0, 0x80, 20], &[0; 15], &sid]);
    let dacl = join(&[&[1, 0, 4, 0x80], &[0; 16]]);
    let group = join(&[&[1, 0, 0, 0x80], &[0; 4], &[20], &[0; 11], &sid]);
    let of_type = |n: u32| Context { registry_type: Some(n), ..plain };
    for (bytes, expected) in
        [(&owner, "guess SECURITY_DESCRIPTOR"), (&dacl, "guess SECURITY_DESCRIPTOR"), (&group, ""), (&vec![7; 20], "")]
    {
        assert_eq!(shape(Semantics::RegistryData, &of_type(3), bytes), expected);
    }
    assert_eq!(shape(Semantics::RegistryData, &of_type(4), &[1, 0, 0, 0]), "DWORD");
    assert_eq!(shape(Semantics::RegistryData, &of_type(1), &owner), "SZ");
    assert_eq!(shape(Semantics::RegistryData, &plain, &owner), "");
    assert_eq!(shape(Semantics::SecurityDescriptor, &plain, &owner), "SECURITY_DESCRIPTOR");
    assert_eq!(shape(Semantics::PropertyList, &plain, &[0; 4]), "PROPERTY_LIST");
    assert_eq!(shape(Semantics::PropertyList, &plain, &[]), "");
    assert_eq!(shape(Semantics::MultiSz, &plain, &[0; 2]), "MULTI_SZ");
    assert_eq!(shape(Semantics::Custom("CLUS_SCSI_ADDRESS"), &plain, &[0; 4]), "CLUS_SCSI_ADDRESS");
    assert_eq!(shape(Semantics::Number, &plain, &[0; 4]), "");

    let code = |code: u32| Context { control_code: Some((Family::Resource, code)), ..plain };
    let output =
        |context: &Context<'_>, bytes: &[u8]| shape(Semantics::ControlOutput(Family::Resource), context, bytes);
    assert_eq!(output(&plain, &[0; 4]), "");
    assert_eq!(output(&code(0x0100_0065), &[0; 4]), "PROPERTY_FORMAT_LIST");
    assert_eq!(output(&code(0x0100_0191), &[0; 4]), "VALUE_LIST");
    assert_eq!(content::name_of(BufferFormat::ValuesPerDisk(&VALUES)), "DISK_LIST");
    assert_eq!(output(&code(0x0160_1234), &[1, 2, 3, 4]), "guess DWORD unknown");
    assert_eq!(output(&code(0x0160_1234), &[1, 2, 3]), " unknown");
    // Bytes of odd number are no text and no list of anything.
    let odd = list(&[("A", &[entry(0x0001_0001, &[1, 2, 3])])]);
    assert_eq!(content::guess(&odd).map(content::name_of), Some("PROPERTY_LIST"));
    assert_eq!(content::guess(&odd[..odd.len() - 1]).map(content::name_of), None);

    let message = |kind: u32| Context { message_type: Some(kind), ..plain };
    let witness = |context: &Context<'_>| shape(Semantics::WitnessMessages, context, &[0; 4]);
    let names = ["", "RESOURCE_CHANGE", "IPADDR_INFO_LIST", "IPADDR_INFO_LIST", "IPADDR_INFO_LIST", ""];
    for (kind, name) in names.into_iter().enumerate() {
        assert_eq!(witness(&message(kind as u32)), name, "{kind}");
    }
    assert_eq!(witness(&plain), "");
}

/// MS-SWN 2.2.2.4: as many messages as are announced, or to the end.
#[test]
fn as_many_messages_as_announced() {
    let change = join(&[&[12, 0, 0, 0, 1, 0, 0, 0], &wide("a")]);
    let bytes = join(&[&change, &change]);
    for (messages, count, left) in [(Some(0), 0, 24), (Some(1), 1, 12), (Some(2), 2, 0), (None, 2, 0)] {
        let context = Context { message_type: Some(1), messages, ..Context::default() };
        let shape = content::shape(Semantics::WitnessMessages, 1, &context, &bytes);
        let mut sink = Collect::default();
        let rest = content::read(&shape, ByteCursor::new(&bytes), Place::TOP, &mut sink).unwrap();
        let (value, _) = sink.into_value();
        assert!(matches!(&value, Some(Value::List(list)) if list.len() == count), "{messages:?}: {:?}", value);
        assert_eq!(rest.len(), left);
    }
}

/// Whether a format can be taken apart, for those that are made of others.
#[test]
fn formats_of_formats() {
    const NOPE: BufferFormat = BufferFormat::Struct("NOPE");
    static NOPES: ValueList = ValueList { first: &[], then: &[], binary: NOPE };
    static SIZES: ValueList = ValueList { first: &[], then: &[], binary: BufferFormat::Dword };
    for content in [BufferFormat::Values(&VALUES), BufferFormat::ValuesPerDisk(&VALUES), BufferFormat::Values(&SIZES)] {
        assert!(content::is_structured(content));
    }
    assert!(
        !content::is_structured(BufferFormat::Values(&NOPES))
            && !content::is_structured(BufferFormat::ValuesPerDisk(&NOPES))
    );
    assert!(content::is_structured(BufferFormat::PropertyListOf(&BufferFormat::Sz)));
    assert!(!content::is_structured(BufferFormat::PropertyListOf(&NOPE)));
    assert!(content::is_structured(BufferFormat::ByLength(&[(1, BufferFormat::Sz), (2, BufferFormat::Dword)])));
    assert!(!content::is_structured(BufferFormat::ByLength(&[(1, BufferFormat::Sz), (2, NOPE)])));
    for (then, otherwise, expected) in [
        (BufferFormat::Sz, BufferFormat::Sz, true),
        (NOPE, BufferFormat::Sz, false),
        (BufferFormat::Sz, NOPE, false),
        (NOPE, NOPE, false),
    ] {
        let (then, otherwise) = (&*Box::leak(Box::new(then)), &*Box::leak(Box::new(otherwise)));
        assert_eq!(content::is_structured(BufferFormat::ByResourceType { name: "X", then, otherwise }), expected);
    }
    assert!(
        content::is_structured(BufferFormat::Dword) && content::is_structured(BufferFormat::Structs("IPADDR_INFO"))
    );
}

/// MS-CMRP 2.2.3: the reading that the length tells; text whose fields and sizes are not as they should be.
#[test]
fn readings_by_length() {
    let choose = |name: &str, bytes: &[u8]| {
        let record = records::by_name(name).unwrap();
        record.variants[reader::choose(record, ByteCursor::new(bytes))].name
    };
    for (name, sizes) in [
        (
            "CLUS_PARTITION_INFO_EX2",
            &[(1699, "documented"), (1700, "documented"), (1703, "documented"), (1704, "natural")],
        ),
        ("CLUS_POOL_DRIVE_INFO", &[(2599, "natural"), (2600, "documented"), (2607, "documented"), (2608, "natural")]),
    ] {
        for (size, reading) in sizes {
            assert_eq!(choose(name, &vec![0; *size]), *reading, "{name} {size}");
        }
    }
    assert_eq!(choose("CLUS_PARTITION_INFO_EX2", &[0; 1800]), "documented");
    assert_eq!(choose("CLUS_POOL_DRIVE_INFO", &[0; 2700]), "natural");

    let told = |name: &str, bytes: &[u8]| read(BufferFormat::Struct(name.to_string().leak()), bytes);
    let field = |bytes: &[u8]| join(&[&[0; 4], bytes, &vec![0; 520 - bytes.len()]]);
    let name = |bytes: &[u8]| told("CLUS_CSV_MAINTENANCE_MODE_INFO", &field(bytes));
    let short = "CLUS_CSV_MAINTENANCE_MODE_INFO{ InMaintenanceUint(0) VolumeNameText(\"ab\") .";
    assert_eq!(name(&wide("ab")), short);
    // The offset is that of the first byte behind the terminator: 4, two units, two bytes.
    let junk = name(&join(&[&wide("ab"), &[7, 0, 8]]));
    assert!(junk.contains("!behind-terminator 10 2 VolumeNameText(\"ab\") 61006200"), "{junk}");
    let full = name(&[b'x', 0].repeat(260));
    assert!(full.contains("!terminator-missing 4 260 "), "{full}");
    let version =
        |os: u32| told("OS_AND_OS_VERSION_INFO", &join(&[&os.to_le_bytes(), &[1, 0, 0, 0], &wide("ab"), &wide("c")]));
    for (size, rule) in [(1, true), (2, false), (3, false), (4, true)] {
        assert_eq!(version(size).contains(&format!("!length-of-text 8 {size}")), rule, "{size}");
    }
    let unit = |bytes: &[u8]| told("CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS_OUTPUT", &join(&[&[0; 8], bytes]));
    let head = "CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS_OUTPUT{ bHasAccessUint(0) bDefaultOUUint(0) ";
    assert_eq!(unit(&join(&[&[4, 0, 0, 0], &wide("ab")])), format!("{head}OUSizeUint(4) OUNameText(\"ab\") ."));
    assert_eq!(unit(&join(&[&[6, 0, 0, 0], &wide("ab")])), format!("{head}OUSizeUint(6) OUNameText(\"ab\") ."));
    let twice = unit(&join(&[&[6, 0, 0, 0], &wide("ab"), &[0, 0]]));
    assert_eq!(twice, format!("{head}OUSizeUint(6) OUNameText(\"ab\") . left 2"));
    let odd = unit(&[3, 0, 0, 0, b'a', 0, b'b', 0, 0]);
    assert!(odd.contains("terminator-missing") && odd.ends_with(" left 2"), "{odd}");
    let other = unit(&join(&[&[4, 0, 0, 0], &wide("ab")[..4], &[1, 0]]));
    assert!(other.contains("terminator-missing") && other.ends_with(" left 2"), "{other}");
}

/// MS-DTYP 2.4.2.4, 2.5.1.1: identifiers by alias, or by number; large authorities in hexadecimal.
#[test]
fn identifiers() {
    let shown = |revision: u8, authority: u64, subs: &[u32]| {
        let mut bytes = vec![1, 0, 0, 0x80, 20];
        bytes.extend([0; 15]);
        bytes.extend([revision, subs.len() as u8]);
        bytes.extend(&authority.to_be_bytes()[2..]);
        bytes.extend(subs.iter().flat_map(|sub| sub.to_le_bytes()));
        crate::structs::security::sddl(&bytes).map_err(|e| e.to_string())
    };
    for (authority, subs, expected) in [
        (1, &[0u32][..], "WD"),
        (1, &[1], "S-1-1-1"),
        (3, &[0], "CO"),
        (3, &[1], "CG"),
        (3, &[4], "OW"),
        (5, &[32, 544], "BA"),
        (5, &[21, 7], "S-1-5-21-7"),
        (16, &[0x3000], "HI"),
        (0x0102_0304, &[], "S-1-16909060"),
        (0xffff_ffff, &[1], "S-1-4294967295-1"),
        (0x1_0000_0000, &[1], "S-1-0x000100000000-1"),
    ] {
        assert_eq!(shown(1, authority, subs), Ok(format!("O:{expected}")));
    }
    assert_eq!(shown(2, 1, &[0]), Ok("O:S-2-1-0".into()));
    assert!(shown(1, 5, &[1; 15]).is_ok());
    let error = shown(1, 5, &[1; 16]).unwrap_err();
    assert_eq!(error, "offset 20, OffsetOwner: SubAuthorityCount 16 is more than 15");
}

/// 2.2.3.17.1: what an error's place says.
#[test]
fn places_of_errors() {
    let error = |name: &str, bytes: &[u8]| {
        let decoded = crate::structs::decode(name, bytes).unwrap();
        decoded.error.map(|e| e.to_string()).unwrap_or_default()
    };
    assert_eq!(error("CLUSTER_REG_BATCH_UPDATE", &[1]), "offset 0, VersionNumber: 4 bytes needed (DWORD), 1 left");
    assert_eq!(error("PROPERTY_LIST", &[1]), "offset 0, propertyCount: 4 bytes needed (DWORD), 1 left");
    let entry = [2, 0, 1, 0, 9, 0, 0, 0];
    assert_eq!(error("VALUE_LIST", &entry), "offset 8, values[0]: 9 bytes needed (Size), 0 left");
    let name = [1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0];
    assert_eq!(error("BATCH_UPDATE_COMMAND", &name), "offset 8, NameLength: 0x3 where an even NameLength was expected");
    // An answer's error is a status, with bytes behind it that are of no type.
    let failed = join(&[&[9, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0], &wide("n"), &[4, 0, 0, 0, 1, 2, 3, 4]]);
    let told = read(BufferFormat::Struct("BATCH_UPDATE_COMMAND"), &failed);
    assert!(told.ends_with("NameText(\"n\") DataBytes([1, 2, 3, 4]) ."), "{told}");
    let shown = shown(Style::default(), Semantics::Custom("BATCH_UPDATE_COMMAND"), &Context::default(), &failed);
    assert!(shown.contains("ValueType  ERROR_FILE_NOT_FOUND (2)\n"), "{shown}");
}
