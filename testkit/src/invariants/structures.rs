//! What must hold for any bytes, for tests and fuzz targets. Panics where it does not.
#![doc(hidden)]

use cluscope::internals::consts::control_codes::{self, Family};
use cluscope::internals::ndr::WStr;
use cluscope::internals::ndr::types::Semantics;
use cluscope::internals::ndr::value::Value;
use cluscope::internals::ndr::visitor::{Null, Place};
use cluscope::internals::structs::content::{self, Context};
use cluscope::internals::structs::packed::ByteCursor;
use cluscope::internals::structs::{ALL, Kind, Structure, dependency};
use std::format;
use std::string::String;

/// Bytes read as one structure: validating and collecting agree, what was decoded can be encoded and comes out the
/// same, and what is printed is JSON.
pub fn structure(structure: &Structure, bytes: &[u8]) {
    let input = ByteCursor::new(bytes);
    let validated = structure.read(input, Place::TOP, &mut Null);
    let Ok(decoded) = cluscope::internals::structs::decode(structure.name, bytes) else {
        panic!("{} has no name", structure.name)
    };
    assert_eq!(validated.err(), decoded.error, "{}", structure.name);
    if let (Some(value), None) = (&decoded.value, decoded.error) {
        // Padding that is not zero, or missing at the very end, is all that may be unlike.
        let again = match cluscope::internals::structs::encode(structure.name, value) {
            Ok(again) => again,
            Err(e) => panic!("{}: what was decoded can't be encoded: {e}", structure.name),
        };
        let once_more =
            cluscope::internals::structs::decode(structure.name, &again).ok().and_then(|decoded| decoded.value);
        assert_eq!(once_more.as_ref(), Some(value), "{}", structure.name);
    }
    {
        let mut out = cluscope::internals::render::json::out::Out::new();
        cluscope::internals::render::json::buffers::decode(&mut out, structure.name, bytes);
        is_json(&out);
    }
}

/// [`structure`] by the structure's name.
pub fn named(name: &str, bytes: &[u8]) {
    let Some(found) = ALL.iter().find(|structure| structure.name == name) else { panic!("no structure {name}") };
    structure(found, bytes);
}

/// A value of a structure, encoded and read again: everything that was given comes back and breaks nothing, and what was
/// read encodes to the same bytes, by way of JSON as well.
pub fn round_trip(structure: &Structure, given: &Value) {
    let name = structure.name;
    let bytes = cluscope::internals::structs::encode(name, given).unwrap_or_else(|e| panic!("{name}: {e}: {given:?}"));
    let Ok(decoded) = cluscope::internals::structs::decode(name, &bytes) else { panic!("{name} has no name") };
    let Some(value) = decoded.value.filter(|value| variant(value) == variant(given)) else {
        // Where there is little to tell them by, one reading looks like another.
        assert!(matches!(structure.kind, Kind::Record(record) if record.variants.len() > 1), "{name}: {bytes:02x?}");
        return self::structure(structure, &bytes);
    };
    assert_eq!(decoded.error, None, "{name}: {bytes:02x?}");
    assert!(decoded.trailing.is_empty(), "{name}: {bytes:02x?}");
    contains(&value, given, name);
    assert_eq!(cluscope::internals::structs::encode(name, &value).as_ref(), Ok(&bytes), "{name}");
    self::structure(structure, &bytes);
    {
        let mut out = cluscope::internals::render::json::out::Out::new();
        assert!(cluscope::internals::render::json::buffers::decode(&mut out, name, &bytes), "{name}: {bytes:02x?}");
        let line = serde_json::from_slice(out.as_bytes()).expect("a line of JSON");
        assert_eq!(
            cluscope::internals::render::json::buffers::encode(&line, None).as_ref(),
            Ok(&bytes),
            "{name} by way of JSON"
        );
    }
}

fn variant(value: &Value) -> Option<&Value> {
    match value {
        Value::Map(fields) => fields.get("reading"),
        _ => None,
    }
}

/// Everything that was given is there; lengths come in addition.
fn contains(decoded: &Value, given: &Value, at: &str) {
    match (decoded, given) {
        (Value::Map(all), Value::Map(fields)) => {
            for (name, value) in &fields.0 {
                let found = all.get(name).unwrap_or_else(|| panic!("{at} has lost {name}"));
                contains(found, value, &format!("{at}.{name}"));
            }
        }
        (Value::List(all), Value::List(list)) => {
            assert_eq!(all.len(), list.len(), "{at}");
            for (i, (found, value)) in all.iter().zip(list).enumerate() {
                contains(found, value, &format!("{at}[{i}]"));
            }
        }
        _ => assert_eq!(decoded, given, "{at}"),
    }
}

/// The same in the context of a call: the first four bytes choose it.
pub fn context(bytes: &[u8]) {
    let [kind, a, b, c, rest @ ..] = bytes else { return };
    let number = u32::from_le_bytes([*a, *b, *c, 0]);
    let family = Family::ALL.into_iter().nth(usize::from(*a % 8)).unwrap_or(Family::Resource);
    let known = control_codes::ALL.get(number as usize % control_codes::ALL.len().max(1));
    let code = known.filter(|_| *c < 128).map_or((family, number), |code| (code.family, code.value));
    let context = Context {
        control_code: Some(code),
        registry_type: Some(number & 0xff),
        object_type: Some(u32::from(*a)),
        filter_flags: Some(1 << (*b % 64)),
        message_type: Some(u32::from(*a)),
        messages: if *c == 0 { None } else { Some(u32::from(*c)) },
        ..Context::default()
    };
    let semantics = match kind % 8 {
        0 => Semantics::ControlInput(code.0),
        1 => Semantics::ControlOutput(code.0),
        2 => Semantics::RegistryData,
        3 => Semantics::NotificationBuffer,
        4 => Semantics::WitnessMessages,
        5 => Semantics::SecurityDescriptor,
        6 => Semantics::MultiSz,
        _ => Semantics::Custom("CLUSTER_REG_BATCH_UPDATE"),
    };
    let mut text = cluscope::internals::render::text::TextBuffer::new();
    cluscope::internals::render::text::buffers::print(
        &mut text,
        cluscope::internals::render::text::Style::default(),
        semantics,
        1,
        &context,
        rest,
    );
    assert!(text.is_empty() || !text.as_str().is_empty(), "text is UTF-8");
    let shape = content::shape(semantics, 1, &context, rest);
    let _ = content::read(&shape, ByteCursor::new(rest), Place::TOP, &mut Null);
    let _ = dependency::parse_wide(WStr::le(rest));
    {
        let mut out = cluscope::internals::render::json::out::Out::new();
        out.begin();
        cluscope::internals::render::json::buffers::print(&mut out, semantics, 1, &context, rest);
        out.end();
        is_json(&out);
    }
}

/// Bytes for a fuzz target: the first one chooses the structure, or a context.
pub fn any(bytes: &[u8]) {
    if let [first, rest @ ..] = bytes {
        match ALL.get(usize::from(*first)) {
            Some(known) => structure(known, rest),
            None => context(rest),
        }
    }
}

fn is_json(out: &cluscope::internals::render::json::out::Out) {
    let parsed = serde_json::from_slice::<serde::de::IgnoredAny>(out.as_bytes());
    assert!(parsed.is_ok(), "{parsed:?}: {}", String::from_utf8_lossy(out.as_bytes()));
}
