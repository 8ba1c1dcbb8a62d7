//! Small things, one by one: sizes, names of formats, keys and paths, the forms in which values may be given.

use super::Key;
use super::{entry, join, wide};
use crate::base::diagnostic::Diagnostic;
use crate::consts::content::BufferFormat;
use crate::ndr::types::{Field, Semantics};
use crate::ndr::value::Collect;
use crate::ndr::value::{Fields, Value};
use crate::ndr::visitor::FieldPath;
use crate::ndr::visitor::{At, Item, Open, Place, Visitor};
use crate::structs::packed::ByteCursor;
use crate::structs::values::{self, Slot};
use crate::structs::{self, Structure, content, records};

fn map<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::Map(Fields(fields.into_iter().map(|(name, value)| (name.into(), value)).collect()))
}

/// A structure without anything of variable length has a size, which is also the least that it takes.
#[test]
fn sizes_of_structures() {
    let size = |name| Structure::by_name(name).unwrap().size();
    assert_eq!(size("CLUS_SCSI_ADDRESS"), Some(4));
    assert_eq!(size("clus_partition_info"), Some(1120));
    assert_eq!(size("IPADDR_INFO_LIST"), None);
    for name in ["PROPERTY_LIST", "PROPERTY_VALUE", "CLUSTER_REG_BATCH_UPDATE", "MULTI_SZ"] {
        assert_eq!(size(name), None, "{name}");
    }
    for record in records::ALL {
        for reading in 0..record.variants.len().max(1) {
            if let Some(size) = record.size(reading) {
                assert_eq!(record.min_size(reading), size, "{}", record.name);
            }
        }
    }
    // Text of no stated length has its terminator at least.
    let least: usize = records::by_name("IPADDR_INFO_LIST").unwrap().min_size(0);
    assert!((4..4 + 24).contains(&least), "{least}");
}

/// A record of a declaration of one's own: members and error side by side.
#[test]
fn records_by_declaration() {
    let record = records::by_name("CLUS_MAINTENANCE_MODE_INFO").unwrap();
    let (fields, error) = structs::decode_record(record, &[1, 0, 0, 0]);
    assert_eq!((fields.map(|f| f.0.len()), error), (Some(1), None));
    let (_, error) = structs::decode_record(record, &[1, 0]);
    assert_eq!(error.map(|e| e.offset), Some(0));
}

/// The tables' names of the formats.
#[test]
fn names_of_formats() {
    let names = [
        (BufferFormat::Nothing, "none"),
        (BufferFormat::Word, "WORD"),
        (BufferFormat::Dword, "DWORD"),
        (BufferFormat::Dwords, "DWORD"),
        (BufferFormat::Long, "LONG"),
        (BufferFormat::Qword, "ULARGE_INTEGER"),
        (BufferFormat::LargeInteger, "LARGE_INTEGER"),
        (BufferFormat::Filetime, "FILETIME"),
        (BufferFormat::Guid, "GUID"),
        (BufferFormat::Sz, "SZ"),
        (BufferFormat::Names, "SZ"),
        (BufferFormat::MultiSz, "MULTI_SZ"),
        (BufferFormat::SecurityDescriptor, "SECURITY_DESCRIPTOR"),
        (BufferFormat::PropertyList, "PROPERTY_LIST"),
        (BufferFormat::PropertyFormats, "PROPERTY_FORMAT_LIST"),
        (BufferFormat::Struct("X"), "X"),
        (BufferFormat::Structs("Y"), "Y"),
        (BufferFormat::Bytes, "bytes"),
    ];
    for (format, name) in names {
        assert_eq!(content::name_of(format), name);
    }
}

/// Writes down what it is told.
#[derive(Default)]
struct Told(Vec<String>);

impl<'a> Visitor<'a> for Told {
    fn value(&mut self, at: At<'_>, item: Item<'a>) {
        self.0.push(format!("{:?} {item:?}", Key::of(&at)));
    }
    fn irregular(&mut self, at: At<'_>, item: Item<'a>, _: &'a [u8]) {
        self.0.push(format!("{:?} {item:?} raw", Key::of(&at)));
    }
    fn begin(&mut self, at: At<'_>, open: Open<'a>) {
        let key = Key::of(&at);
        let what = match open {
            Open::Record { name, .. } => name,
            Open::List { .. } => "list",
            Open::Bytes(_) => "bytes",
            Open::Struct(declaration) => declaration.name,
        };
        self.0.push(format!("{key:?} {what} {{"));
    }
    fn end(&mut self, _: At<'_>, _: Open<'a>) {
        self.0.push("}".into());
    }
    fn diagnostic(&mut self, d: Diagnostic) {
        self.0.push(format!("{} {} {}", d.rule.name, d.offset, d.path));
    }
}

/// Keys are those that the caller gives; what bytes hold stands beside them as `decoded`.
#[test]
fn keys() {
    let told = |name: &str, bytes: &[u8]| {
        let mut told = Told::default();
        static HERE: Field = Field::of_buffer("here", Semantics::Structure);
        let path = FieldPath::top(crate::base::error::Segment::Name("outer"));
        let structure = Structure::by_name(name).unwrap();
        let _ = structure.read(ByteCursor::new(bytes), Place::member(&HERE, &path), &mut told);
        told.0
    };
    let bytes = join(&[&wide("a"), &wide("b"), &[0, 0]]);
    let lines = told("MULTI_SZ", &bytes);
    assert_eq!(lines.first().map(String::as_str), Some("Name(\"here\") list {"));
    assert_eq!(lines.len(), 4);
    // A list without its end breaks a rule, at the place that the caller said.
    let lines = told("MULTI_SZ", &bytes[..bytes.len() - 2]);
    assert!(lines.iter().any(|line| line.contains(" outer")), "{lines:?}");

    let mut told = Told::default();
    static VALUE: Field = Field::of_buffer("value", Semantics::Bytes);
    let slot = Slot::of(BufferFormat::Dword, Place::member(&VALUE, &FieldPath::ROOT));
    values::read_bytes(slot, ByteCursor::new(&[7, 0, 0, 0]), &mut told);
    assert_eq!(told.0, ["Name(\"value\") bytes {", "Name(\"decoded\") Uint(7)", "}"]);
    let mut told = Told::default();
    values::read_bytes(slot, ByteCursor::new(&[7, 0, 0]), &mut told);
    assert_eq!(told.0, ["not-of-format 0 ", "Name(\"value\") Bytes([7, 0, 0])"]);
}

/// Names are one text, or a list of several.
#[test]
fn names_in_both_forms() {
    let read = |bytes: &[u8]| {
        let mut sink = Collect::default();
        values::read(Slot::top(BufferFormat::Names), ByteCursor::new(bytes), &mut sink).unwrap();
        sink.into_value().0
    };
    assert_eq!(read(&wide("n1")), Some("n1".into()));
    let list = Value::List(vec!["n1".into(), "n2".into()]);
    assert_eq!(read(&join(&[&wide("n1"), &wide("n2"), &[0, 0]])), Some(list));
}

/// Bytes may be given as such or as numbers.
#[test]
fn bytes_as_numbers() {
    let property = |value: Value| {
        let value = map([("syntax", 0x0001_0001u32.into()), ("value", value)]);
        structs::encode("PROPERTY_VALUE", &map([("name", "Blob".into()), ("values", Value::List(vec![value]))]))
    };
    let expected = join(&[&entry(0x0004_0003, &wide("Blob")), &entry(0x0001_0001, &[1, 2, 255]), &[0; 4]]);
    assert_eq!(property(vec![1u8, 2, 255].into()).unwrap(), expected);
    assert_eq!(property(Value::List(vec![1u8.into(), 2u8.into(), 255u8.into()])).unwrap(), expected);
    assert!(property(Value::List(vec![256u32.into()])).is_err());
}

/// Lines are answered, and whether they could be is told.
#[cfg(feature = "serde")]
#[test]
fn answers_to_lines() {
    use crate::render::json::buffers;
    let told = |answer: fn(&mut crate::render::json::out::Out, &str) -> bool, line: &str| {
        let mut out = crate::render::json::out::Out::new();
        let done = answer(&mut out, line);
        let parsed: serde_json::Value = serde_json::from_slice(out.as_bytes()).unwrap();
        (done, parsed)
    };
    let (done, line) = told(buffers::decode_line, r#"{"id":1,"struct":"CLUS_MAINTENANCE_MODE_INFO","hex":"01000000"}"#);
    assert!(done && line["value"].is_object() && line["id"] == 1, "{line}");
    let (done, line) = told(buffers::decode_line, r#"{"struct":"CLUS_MAINTENANCE_MODE_INFO","hex":"0100"}"#);
    assert!(!done && line["error"].is_object() || line["error"].is_string(), "{line}");
    for bad in ["{}", r#"{"struct":"NOPE","hex":"00"}"#, r#"{"struct":5,"hex":"00"}"#, "no line", r#"{"hex":"00"}"#] {
        let (done, line) = told(buffers::decode_line, bad);
        assert!(!done && !line["error"].is_null(), "{bad}: {line}");
        assert!(!told(buffers::encode_line, bad).0, "{bad}");
    }
    let (done, line) = told(buffers::encode_line, r#"{"struct":"MULTI_SZ","value":["a"]}"#);
    assert!(done && line["hex"] == "610000000000", "{line}");
}
