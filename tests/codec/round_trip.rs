//! Every method of every version, both directions, both syntaxes, both byte orders: generated values are encoded,
//! decoded, compared, encoded again, and printed as JSON and encoded from that.

use cluscope::internals::idl;
use cluscope::internals::ndr::wire::Kind;
use cluscope::internals::ndr::{Direction, Endian, Syntax};
use cluscope::internals::render::json::stub::Identity;
use cluscope_testkit::invariants::{self, Source};

/// Sets of values for each method and direction.
const SETS: u64 = 24;

#[test]
fn every_method() {
    let mut stubs = 0;
    let mut bytes = 0;
    let mut seed = 0x434c_5553;
    for interface in idl::INTERFACES {
        for (version, table) in interface.versions.iter().enumerate() {
            for method in table.methods {
                for direction in [Direction::Request, Direction::Response] {
                    for set in 0..SETS {
                        // The first set is made of nothing: everything empty. Later ones have more to draw from.
                        seed += 1;
                        let noise = invariants::noise(seed, usize::try_from(set).unwrap() * 120);
                        let contents = invariants::contents(method, direction, version, &mut Source::new(&noise));
                        for syntax in [Syntax::Ndr, Syntax::Ndr64] {
                            for endian in [Endian::Little, Endian::Big] {
                                let kind = Kind { interface, version, direction, syntax, endian };
                                let identity = Identity { kind, opnum: method.opnum };
                                bytes += invariants::round_trip(&identity, &contents).len();
                                stubs += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    let versions = idl::INTERFACES.iter().flat_map(|interface| interface.versions);
    let methods = versions.map(|version| version.methods.len() as u64).sum::<u64>();
    assert!(methods >= 301, "{methods}");
    assert_eq!(stubs, methods * 2 * SETS * 4);
    println!("{stubs} stubs, {bytes} bytes");
}

/// The generator reaches what the declarations offer: otherwise the test above says little.
#[test]
fn the_generator_is_varied() {
    use cluscope::internals::ndr::Value;
    let mut seen = std::collections::BTreeSet::new();
    fn look(value: &Value, seen: &mut std::collections::BTreeSet<String>) {
        let name = match value {
            Value::Null => "null",
            Value::Int(0) => "zero",
            Value::Int(n) if *n > u64::from(u32::MAX) => "wide number",
            Value::Int(_) => "number",
            Value::Text(t) if t.is_empty() => "empty text",
            Value::Text(t) if t.contains('\0') => "text with a terminator",
            Value::Text(t) if t.chars().any(|c| c > '\u{ffff}') => "text beyond the BMP",
            Value::Text(t) if !t.is_ascii() => "text beyond ASCII",
            Value::Text(_) => "text",
            Value::Units(_) => "units",
            Value::Bytes(b) if b.is_empty() => "no bytes",
            Value::Bytes(b) if b.len() > 300 => "many bytes",
            Value::Bytes(_) => "bytes",
            Value::Handle(h) if h.is_null() => "null handle",
            Value::Handle(_) => "handle",
            Value::List(l) if l.is_empty() => "empty list",
            Value::List(l) => {
                l.iter().for_each(|v| look(v, seen));
                "list"
            }
            Value::Map(m) => {
                m.0.iter().for_each(|(_, v)| look(v, seen));
                "structure"
            }
        };
        seen.insert(name.to_string());
    }
    for interface in idl::INTERFACES {
        for (version, table) in interface.versions.iter().enumerate() {
            for (i, method) in table.methods.iter().enumerate() {
                for direction in [Direction::Request, Direction::Response] {
                    for set in 0..8 {
                        let noise = invariants::noise(i as u64 * 7 + version as u64 + set * 10_000, 4000);
                        let contents = invariants::contents(method, direction, version, &mut Source::new(&noise));
                        contents.fields.0.iter().for_each(|(_, v)| look(v, &mut seen));
                        if !contents.max_counts.is_empty() {
                            seen.insert("maximum count".into());
                        }
                    }
                }
            }
        }
    }
    assert_eq!(seen.len(), 19, "{seen:?}");
}
