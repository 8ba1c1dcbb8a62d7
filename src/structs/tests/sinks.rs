//! Values on their way out, told to the printers one by one: lines, values in one line, JSON, trees.

use super::{Key, Tell};
use crate::base::Guid;
use crate::consts::Constant;
use crate::consts::registry::RegistryValueType;
use crate::ndr::WStr;
use crate::ndr::types::Semantics;
use crate::ndr::visitor::{Item, Null, Open, Visitor};
use crate::render::text::lines::{Inline, Lines};
use crate::render::text::{Style, TextBuffer};
use crate::structs::content::Secrets;

fn lines(style: Style, tell: impl FnOnce(&mut Lines<'_, 'static>)) -> String {
    let mut out = TextBuffer::new();
    tell(&mut Lines::new(&mut out, Style { indent: 1, ..style }, Secrets::Hidden));
    out.into()
}

fn inline(room: usize, tell: impl FnOnce(&mut dyn Visitor<'static>)) -> String {
    let mut out = TextBuffer::new();
    tell(&mut Inline::new(&mut out, room, Secrets::Hidden));
    out.into()
}

fn number(sink: &mut dyn Visitor<'static>, key: Key, n: u64) {
    sink.tell(key, Semantics::Number, Item::Uint(n), None);
}

fn units(units: &[u16]) -> WStr<'static> {
    WStr::le(units.iter().flat_map(|u| u.to_le_bytes()).collect::<Vec<u8>>().leak())
}

const LIST: Open<'static> = Open::List { raw: None };
const RECORD: Open<'static> = Open::Record { name: "R", variant: None };
const VALUE: Open<'static> = Open::Record { name: "VALUE", variant: None };

/// O:SY, or the same with an offset beyond the end.
fn descriptor(owner: u8) -> &'static [u8] {
    let mut bytes = vec![1, 0, 0, 0x80, owner];
    bytes.extend([0; 15]);
    bytes.extend([1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]);
    bytes.leak()
}

/// What each value looks like for people: names with numbers, units, large numbers in both forms.
#[test]
fn values_in_words() {
    let bytes = |n: u8| Item::Bytes((0..n).collect::<Vec<u8>>().leak());
    let hex = |n: u8| (0..n).map(|i| format!("{i:02x}")).collect::<String>();
    let long = |n: usize| units(&vec![0x78; n]);
    let cut = format!("\"{}\"… 1 characters more", "x".repeat(1024));
    let table: &[(Semantics, Item<'static>, &str)] = &[
        (Semantics::Enum(RegistryValueType::TABLE), Item::Uint(4), "REG_DWORD (4)"),
        (Semantics::Bool, Item::Uint(0), "FALSE (0)"),
        (Semantics::Bool, Item::Uint(1), "TRUE (1)"),
        (Semantics::Bool, Item::Uint(2), "2"),
        (Semantics::Seconds, Item::Uint(5), "5 s"),
        (Semantics::Win32, Item::Uint(5), "ERROR_ACCESS_DENIED (5)"),
        (Semantics::Win32, Item::Uint(0xdead_beef), "0xdeadbeef"),
        (Semantics::Const(1), Item::Uint(16), "0x10"),
        (Semantics::Number, Item::Uint(0x7fff_ffff), "2147483647"),
        (Semantics::Number, Item::Uint(0x8000_0000), "2147483648 (0x80000000)"),
        (Semantics::Number, Item::Uint(0xffff_ffff), "4294967295 (0xffffffff)"),
        (Semantics::Number, Item::Uint(0x1_0000_0000), "4294967296"),
        (Semantics::Number, Item::Int(-5), "-5"),
        (Semantics::Number, Item::Bool(true), "true"),
        (Semantics::FileTime, Item::FileTime(116_444_736_000_000_000), "1970-01-01T00:00:00Z"),
        (Semantics::Number, Item::Guid(Guid([0x11; 16])), "11111111-1111-1111-1111-111111111111"),
        (Semantics::Text, Item::Text(units(&[0x61, 0x22])), r#""a\"""#),
        (Semantics::Text, Item::Units(units(&[0x61, 0xd800])), r#""a\u{d800}""#),
        (Semantics::Text, Item::Text(long(1024)), &cut[..1026]),
        (Semantics::Text, Item::Text(long(1025)), &cut),
        (Semantics::Ipv4, Item::Ipv4(core::net::Ipv4Addr::from([10, 1, 2, 3])), "10.1.2.3"),
        (
            Semantics::Ipv6,
            Item::Ipv6(core::net::Ipv6Addr::from([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
            "fe80::1",
        ),
        (Semantics::Bytes, bytes(0), "no bytes"),
        (Semantics::Bytes, bytes(1), "00"),
        (Semantics::Bytes, bytes(24), &hex(24)),
        (Semantics::Bytes, bytes(25), &(hex(24) + "… 1 bytes more")),
        (Semantics::Bytes, Item::Bytes(&descriptor(20)[..20]), "0100008014000000000000000000000000000000"),
        (Semantics::SecurityDescriptor, Item::Bytes(descriptor(20)), "O:SY"),
        (
            Semantics::SecurityDescriptor,
            Item::Bytes(descriptor(33)),
            "O:? (offset 0, OffsetOwner: 33 bytes needed (offset), 32 left)",
        ),
        (Semantics::SecurityDescriptor, bytes(2), "0001"),
        (Semantics::Opaque, Item::Uint(7), "(secret)"),
    ];
    for (semantics, item, expected) in table {
        assert_eq!(lines(Style::default(), |l| l.tell(Key::Top, *semantics, *item, None)), format!(" {expected}\n"));
        assert_eq!(inline(2000, |l| l.tell(Key::Top, *semantics, *item, None)), *expected);
    }
    for (secrets, expected) in [(Secrets::Shown, "7"), (Secrets::Hidden, "(secret)"), (Secrets::Masked, "(secret)")] {
        let mut out = TextBuffer::new();
        Inline::new(&mut out, 9, secrets).tell(Key::Top, Semantics::Opaque, Item::Uint(7), None);
        assert_eq!(out.as_str(), expected);
    }
}

/// Braces around records but those of values, commas between members, names but those that say nothing.
#[test]
fn one_line() {
    let record = |sink: &mut dyn Visitor<'static>| {
        sink.open(Key::Name("top"), RECORD);
        number(sink, Key::Name("a"), 1);
        sink.open(Key::Name("values"), LIST);
        sink.open(Key::Index(0), VALUE);
        number(sink, Key::Name("syntax"), 0x0001_0002);
        number(sink, Key::Name("value"), 2);
        sink.close(VALUE);
        number(sink, Key::Index(1), 3);
        sink.close(LIST);
        sink.open(Key::Name("none"), LIST);
        sink.close(LIST);
        sink.open(Key::Name("b"), Open::Bytes(&[1, 2]));
        number(sink, Key::Name("decoded"), 4);
        sink.close(Open::Bytes(&[1, 2]));
        sink.close(RECORD);
    };
    assert_eq!(inline(100, record), "top {a 1, 2, 3, none (empty), b 2 bytes: 4}");
    // Four bytes for each column; what is begun is finished, the rest is left out.
    let digits = |n: usize, times: usize| {
        inline(1, |sink| {
            number(sink, Key::Top, 10u64.pow(n as u32 - 1));
            (1..times).for_each(|_| number(sink, Key::Top, 7));
        })
    };
    assert_eq!(digits(3, 3), "10077");
    assert_eq!(digits(4, 2), "10007");
    assert_eq!(digits(4, 4), "10007…");
    assert_eq!(digits(5, 2), "10000…");
    let full = |open: Open<'static>| {
        inline(1, |sink| {
            sink.open(Key::Top, open);
            number(sink, Key::Name("value"), 12345);
            number(sink, Key::Name("value"), 6);
            sink.open(Key::Name("x"), LIST);
            sink.close(LIST);
            sink.open(Key::Name("x"), RECORD);
            sink.close(RECORD);
            sink.close(open);
        })
    };
    assert_eq!(full(RECORD), "{12345…");
    assert_eq!(full(LIST), "12345…");
    assert_eq!(full(VALUE), "12345…");
}

/// A line a member, two columns more for each level; elements past the limit are one line for all.
#[test]
fn many_lines() {
    let limited = Style { max_elements: 2, ..Style::default() };
    let told = lines(limited, |l| {
        l.open(Key::Top, RECORD);
        l.open(Key::Name("outer"), LIST);
        l.open(Key::Index(0), LIST);
        (0..4).for_each(|i| number(l, Key::Index(i), 7));
        l.close(LIST);
        l.open(Key::Index(1), RECORD);
        number(l, Key::Name("m"), 8);
        l.close(RECORD);
        for i in 2..4 {
            l.open(Key::Index(i), RECORD);
            number(l, Key::Name("m"), 9);
            l.open(Key::Name("n"), LIST);
            number(l, Key::Index(0), 9);
            l.close(LIST);
            l.close(RECORD);
        }
        l.close(LIST);
        number(l, Key::Name("after"), 10);
        l.open(Key::Name("next"), LIST);
        number(l, Key::Index(0), 11);
        l.close(LIST);
        l.close(RECORD);
    });
    let expected = " outer
   [0]
     [0]  7
     [1]  7
     …
   [1]  R
     m  8
   …
 after  10
 next
   [0]  11
";
    assert_eq!(told, expected);

    let told = lines(Style::default(), |l| {
        l.open(Key::Top, RECORD);
        l.open(Key::Name("values"), LIST);
        for (i, syntax) in [0x0001_0003, 0x0005_0002, 0x7777_7777].into_iter().enumerate() {
            l.open(Key::Index(i as u32), VALUE);
            number(l, Key::Name("syntax"), syntax);
            number(l, Key::Name("value"), 1);
            l.close(VALUE);
        }
        l.open(Key::Index(3), VALUE);
        number(l, Key::Name("syntax"), 0x0006_0002);
        l.open(Key::Name("value"), RECORD);
        number(l, Key::Name("syntax"), 5);
        l.close(RECORD);
        l.close(VALUE);
        l.open(Key::Index(4), VALUE);
        l.open(Key::Name("other"), LIST);
        l.close(LIST);
        l.close(VALUE);
        l.close(LIST);
        l.open(Key::Name("value"), LIST);
        l.close(LIST);
        l.open(Key::Name("raw"), Open::Bytes(&[1, 2, 3]));
        number(l, Key::Name("decoded"), 1);
        l.close(Open::Bytes(&[1, 2, 3]));
        l.close(RECORD);
    });
    let expected = " values
   [0]  SZ  1
   [1]  DISK_SIGNATURE  1
   [2]  0x77777777  1
   [3]  SCSI_ADDRESS  R
       syntax  5
   [4]     other
 value
 raw  3 bytes
   decoded  1
";
    assert_eq!(told, expected);
    // Sixteen levels are indented, the seventeenth as the one before it.
    let deep = lines(Style::default(), |l| {
        l.open(Key::Top, RECORD);
        (0..18).for_each(|_| l.open(Key::Name("d"), LIST));
    });
    let columns: Vec<_> = deep.lines().map(|line| line.len()).collect();
    let expected: Vec<_> = (0..18).map(|n: usize| 2 + 2 * n.min(16)).collect();
    assert_eq!(columns, expected);
    let mut out = TextBuffer::new();
    let mut blamed = Lines::new(&mut out, Style::default(), Secrets::Hidden);
    blamed.failed_in(units(&[0x62]));
    assert_eq!(blamed.failed_in.map(|name| name.to_string()).as_deref(), Some("b"));
}

/// What takes nothing takes anything.
#[test]
fn nothing_is_kept() {
    let mut null = Null;
    null.open(Key::Top, LIST);
    number(&mut null, Key::Index(0), 1);
    null.failed_in(units(&[]));
    null.close(LIST);
}

#[cfg(feature = "serde")]
mod json {
    use super::*;
    use crate::base::bounds::BUFFER_DIAGNOSTICS as MAX_DIAGNOSTICS;
    use crate::base::diagnostic::Diagnostic;
    use crate::base::error::{Error, ErrorKind, Path};
    use crate::ndr::value::{Fields, Value};
    use crate::render::json::buffers::{self, Values};
    use crate::render::json::out::Out;
    use crate::structs::rules;
    use serde_json::json;

    fn printed(secrets: Secrets, tell: impl FnOnce(&mut Values<'_, 'static>)) -> String {
        let mut out = Out::new();
        tell(&mut Values::new(&mut out, secrets));
        String::from_utf8(out.as_bytes().to_vec()).unwrap()
    }

    /// The form of each value in the contract.
    #[test]
    fn values_in_json() {
        let table: &[(Semantics, Item<'static>, &str)] = &[
            (Semantics::Enum(RegistryValueType::TABLE), Item::Uint(4), r#"{"value":4,"name":"REG_DWORD"}"#),
            (Semantics::Win32, Item::Uint(5), r#"{"value":5,"name":"ERROR_ACCESS_DENIED"}"#),
            (Semantics::Bool, Item::Uint(1), "1"),
            (Semantics::Number, Item::Uint(u64::MAX), "18446744073709551615"),
            (Semantics::Number, Item::Int(-5), "-5"),
            (Semantics::Number, Item::Bool(true), "true"),
            (Semantics::Number, Item::FileTime(7), "7"),
            (
                Semantics::FileTime,
                Item::FileTime(116_444_736_000_000_000),
                r#"{"value":116444736000000000,"time":"1970-01-01T00:00:00Z"}"#,
            ),
            (Semantics::Number, Item::Guid(Guid([0x11; 16])), r#""11111111-1111-1111-1111-111111111111""#),
            (Semantics::Text, Item::Text(units(&[0x61, 0x22])), r#""a\"""#),
            (Semantics::Text, Item::Units(units(&[0x61, 0xd800])), r#"{"utf16":"610000d8"}"#),
            (Semantics::Ipv4, Item::Ipv4(core::net::Ipv4Addr::from([10, 1, 2, 3])), r#""10.1.2.3""#),
            (Semantics::Ipv6, Item::Ipv6(core::net::Ipv6Addr::from([0; 16])), r#""::""#),
            (Semantics::Bytes, Item::Bytes(descriptor(20)), &format!(r#"{{"hex":"{}"}}"#, hex::encode(descriptor(20)))),
            (
                Semantics::SecurityDescriptor,
                Item::Bytes(descriptor(20)),
                &format!(r#"{{"hex":"{}","sddl":"O:SY"}}"#, hex::encode(descriptor(20))),
            ),
            (
                Semantics::SecurityDescriptor,
                Item::Bytes(descriptor(33)),
                &format!(
                    r#"{{"hex":"{}","partial_sddl":"O:?","error":"offset 0, OffsetOwner: 33 bytes needed (offset), 32 left"}}"#,
                    hex::encode(descriptor(33))
                ),
            ),
            (Semantics::SecurityDescriptor, Item::Bytes(&[1]), r#"{"hex":"01"}"#),
            (Semantics::Opaque, Item::Uint(7), r#"{"secret":true}"#),
        ];
        for (semantics, item, expected) in table {
            assert_eq!(printed(Secrets::Hidden, |v| v.tell(Key::Top, *semantics, *item, None)), *expected);
        }
        assert_eq!(printed(Secrets::Shown, |v| v.tell(Key::Top, Semantics::Opaque, Item::Uint(7), None)), "7");
        let raw = |text: &[u16]| {
            printed(Secrets::Shown, |v| v.tell(Key::Top, Semantics::Text, Item::Text(units(text)), Some(&[1, 2])))
        };
        assert_eq!(raw(&[0x61]), r#"{"value":"a","hex":"0102"}"#);
        assert_eq!(raw(&[0xd800]), r#"{"utf16":"00d8","hex":"0102"}"#);
    }

    /// The reading of the outermost structure stands beside it, that of another one inside.
    #[test]
    fn structures_in_json() {
        let mut out = Out::new();
        let mut values = Values::new(&mut out, Secrets::Shown);
        let open = |variant| Open::Record { name: "R", variant };
        values.open(Key::Top, open(Some("a")));
        values.open(Key::Name("m"), open(Some("b")));
        values.close(open(None));
        values.open(Key::Name("l"), LIST);
        values.open(Key::Index(0), open(Some("c")));
        values.close(open(None));
        values.close(LIST);
        let raw = Open::List { raw: Some(&[5]) };
        values.open(Key::Name("r"), raw);
        number(&mut values, Key::Index(0), 1);
        number(&mut values, Key::Index(1), 2);
        values.close(raw);
        values.open(Key::Name("o"), Open::Bytes(&[6]));
        number(&mut values, Key::Name("decoded"), 3);
        values.close(Open::Bytes(&[6]));
        values.close(open(None));
        for n in 0..MAX_DIAGNOSTICS + 2 {
            let (offset, path) = (n, Path::new());
            values.diagnostic(Diagnostic { offset, path, rule: &rules::NO_VALUE, value: 0, expected: None });
            assert_eq!(values.diagnostics.len(), (n + 1).min(64));
        }
        assert_eq!(values.diagnostics[63].offset, 63);
        values.failed_in(units(&[0x62]));
        assert_eq!((values.variant, values.failed_in.map(|name| name.len())), (Some("a"), Some(1)));
        let expected = concat!(
            r#"{"m":{"reading":"b"},"l":[{"reading":"c"}],"r":{"hex":"05","value":[1,2]},"#,
            r#""o":{"hex":"06","decoded":3}}"#
        );
        assert_eq!(core::str::from_utf8(out.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn errors_in_json() {
        let error = |path: Path, blamed: Option<WStr<'_>>| {
            let mut out = Out::new();
            out.begin();
            let kind = ErrorKind::Mismatch { expected: "it" };
            buffers::error(&mut out, &Error { path, ..Error::new(3, kind) }, blamed);
            out.end();
            String::from_utf8(out.as_bytes().to_vec()).unwrap()
        };
        assert_eq!(error(Path::new(), None), r#"{"error":{"offset":3,"message":"not it"}}"#);
        let whole = error(Path::of("x"), Some(units(&[0x62; 257])));
        let object = "b".repeat(256);
        assert_eq!(whole, format!(r#"{{"error":{{"offset":3,"field":"x","object":"{object}","message":"not it"}}}}"#));
    }

    /// An object is what its members say: bytes, code units, a value beside its bytes, a property's value, a structure.
    #[test]
    fn values_from_json() {
        let value = |json: serde_json::Value| buffers::value(&json).map_err(|e| e.to_string());
        let map = |fields: &[(&'static str, Value)]| {
            Ok(Value::Map(Fields(fields.iter().map(|(k, v)| ((*k).into(), v.clone())).collect())))
        };
        assert_eq!(value(json!({"secret": true})), Err("a secret was left out here".into()));
        assert_eq!(value(json!({"syntax": 2, "value": 7})), map(&[("syntax", 2u32.into()), ("value", 7u32.into())]));
        assert_eq!(value(json!({"hex": "0a0b"})), Ok(Value::Bytes(vec![10, 11])));
        assert_eq!(value(json!({"hex": "0a", "value": 7})), Ok(Value::Bytes(vec![10])));
        assert_eq!(value(json!({"utf16": "00d8"})), Ok(Value::Units(vec![0xd800])));
        assert_eq!(value(json!({"value": {"value": 5}})), Ok(5u32.into()));
        assert_eq!(
            value(json!({"a": 1, "b": {"c": "d"}})),
            map(&[("a", 1u32.into()), ("b", map(&[("c", "d".into())]).unwrap())])
        );
        assert_eq!(
            value(json!([1, [2], "x", true, null])).unwrap(),
            Value::List(vec![1u32.into(), Value::List(vec![2u32.into()]), "x".into(), 1u32.into(), Value::Null,])
        );
        assert_eq!(value(json!({"a": [1, {"b": 1.5}]})), Err("a[1].b: 1.5 is no 64-bit integer".into()));
    }

    /// Names that are none, with those that are near.
    #[test]
    fn lines_in_json() {
        let answer = |line: &str| {
            let mut out = Out::new();
            let done = buffers::decode_line(&mut out, line);
            (done, String::from_utf8(out.as_bytes().to_vec()).unwrap())
        };
        let unknown = |name: &str, message: &str| {
            let error = format!(r#"{{"path":"struct","message":"struct: {message}"}}"#);
            let expected = format!(r#"{{"id":[1],"struct":"{name}","error":{error}}}"#);
            assert_eq!(answer(&format!(r#"{{"id":[1],"struct":"{name}","hex":""}}"#)), (false, expected));
        };
        unknown("", r#"\"\" is no structure"#);
        unknown("nope", r#"\"nope\" is no structure"#);
        unknown("scsi", r#"\"scsi\" is no structure; there are CLUS_SCSI_ADDRESS"#);
        let done = answer(r#"{"struct":"clus_scsi_address","hex":"010203040506"}"#);
        let expected = concat!(
            r#"{"struct":"CLUS_SCSI_ADDRESS","value":{"PortNumber":1,"PathId":2,"TargetID":3,"LUN":4},"#,
            r#""trailing":"0506"}"#
        );
        assert_eq!(done, (true, expected.to_string()));
        for (line, error) in [
            ("[]", r#"{"message":"the line is no JSON object"}"#),
            (r#"{"struct":"MULTI_SZ"}"#, r#"{"path":"hex","message":"hex: missing"}"#),
            (r#"{"hex":"00"}"#, r#"{"path":"struct","message":"struct: missing"}"#),
            (r#"{"struct":1,"hex":"00"}"#, r#"{"path":"struct","message":"struct: not text"}"#),
            (r#"{"struct":"MULTI_SZ","hex":1}"#, r#"{"path":"hex","message":"hex: hexadecimal digits are a string"}"#),
        ] {
            assert_eq!(answer(line), (false, format!(r#"{{"error":{error}}}"#)));
        }
        let mut out = Out::new();
        out.begin();
        assert!(buffers::decode(&mut out, "CLUS_MAINTENANCE_MODE_INFO", &[1, 0, 0, 0]));
        let expected = r#"{"struct":"CLUS_MAINTENANCE_MODE_INFO","value":{"InMaintenance":1}}"#;
        assert_eq!(core::str::from_utf8(out.as_bytes()), Ok(expected));
        assert!(!buffers::decode(&mut out, "CLUS_MAINTENANCE_MODE_INFO", &[1]));
        let encoded = |line: &str| {
            let mut out = Out::new();
            buffers::encode_line(&mut out, line);
            String::from_utf8(out.as_bytes().to_vec()).unwrap()
        };
        let line = r#"{"struct":"SR_RESOURCE_TYPE_ELIGIBLE_DISKS_RESULT","reading":"reasons","value":{"DiskGuid":[]},"trailing":"07"}"#;
        assert!(encoded(line).contains(r#""hex":"0000000007""#), "{}", encoded(line));
        assert!(encoded(&line.replace("reasons", "nope")).contains("is none of"));
    }

    /// Dependency expressions as trees.
    #[test]
    fn expressions_in_json() {
        let tree = |text: &str| {
            let mut out = Out::new();
            out.begin();
            let wide: Vec<u16> = text.encode_utf16().collect();
            buffers::expression(&mut out, units(&wide));
            out.end();
            String::from_utf8(out.as_bytes().to_vec()).unwrap()
        };
        assert_eq!(tree(""), r#"{"expression":null}"#);
        assert_eq!(tree("[a]"), r#"{"expression":"a"}"#);
        assert_eq!(tree("([a] or [b]) and [c]"), r#"{"expression":{"and":[{"or":["a","b"]},"c"]}}"#);
        let error = "no dependency expression from character 4 on";
        assert_eq!(tree("[a] and"), format!(r#"{{"expression":{{"error":"{error}"}}}}"#));
    }
}
