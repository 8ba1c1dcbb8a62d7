//! What is edited is encoded: decoded messages of every method, edited at random, encoded and decoded again, are as they were
//! edited. And what contradicts itself is refused.

use cluscope::internals::idl;
use cluscope::internals::ndr::wire::Kind;
use cluscope::internals::ndr::{Direction, Endian, Syntax, write};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::stub::{self, Identity};
use cluscope::internals::session::call_context::CallContext;
use cluscope_testkit::invariants::{self, Source};
use serde_json::{Map, Value, json};

/// Decisions from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize).checked_rem(n).unwrap_or(0)
    }
}

fn printed(identity: &Identity, bytes: &[u8]) -> Map<String, Value> {
    let context = match identity.kind.direction {
        Direction::Request => identity.context(bytes),
        Direction::Response => CallContext::default(),
    };
    let mut out = Out::new();
    assert!(stub::decode(&mut out, identity, &context, bytes), "{out:?}");
    serde_json::from_slice(out.as_bytes()).unwrap()
}

/// Places in a tree that can be edited: texts that are not inside `hex`, numbers that count nothing, flags. Each by its
/// pointer (RFC 6901).
fn places(value: &Value, path: &str, counting: &[&str], found: &mut Vec<String>) {
    match value {
        Value::Object(map) if map.contains_key("attributes") => found.push(format!("{path}/uuid")),
        Value::Object(map) if map.contains_key("hex") => found.push(path.to_string()),
        Value::Object(map) if map.contains_key("utf16") || map.contains_key("alias") => {}
        // 16-bit units with their text beside them.
        Value::Object(map) if map.get("value").is_some_and(Value::is_array) => {}
        Value::Object(map) if map.contains_key("value") => found.push(path.to_string()),
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, _)| !counting.contains(&key.as_str())) {
                places(value, &format!("{path}/{key}"), counting, found);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                places(item, &format!("{path}/{i}"), counting, found);
            }
        }
        Value::String(text) if text.parse::<std::net::IpAddr>().is_ok() => {}
        Value::String(_) | Value::Number(_) => found.push(path.to_string()),
        _ => {}
    }
}

/// Another value in the place of this one, and what it has to be printed as (with nothing beside it).
fn edited(value: &Value, dice: &mut Dice) -> (Value, Value) {
    match value {
        Value::String(text) if text.len() == 36 && text.matches('-').count() == 4 => {
            let text = format!("{:08x}{}", dice.below(1 << 31), text.get(8..).unwrap());
            (json!(text), json!(text))
        }
        Value::String(_) => {
            let texts = ["", "edited", "ü名😀", "C:\\a", " 7 "];
            let text = json!(texts[dice.below(texts.len())]);
            (text.clone(), text)
        }
        // Bytes: another length, so that what counts them has to follow.
        Value::Object(map) if map.contains_key("hex") => {
            let hex = "5a".repeat(dice.below(9));
            let text = json!({ "hex": hex });
            (text.clone(), text)
        }
        // With flags, name or time beside it.
        Value::Object(map) => match (map.get("flags"), map.get("name"), map.get("time")) {
            (Some(flags), ..) => {
                let kept: Vec<Value> =
                    flags.as_array().unwrap().iter().filter(|_| dice.below(2) == 0).cloned().collect();
                // None at all is 0, which may have a name of its own.
                let expected = if kept.is_empty() { json!({ "value": 0 }) } else { json!({ "flags": kept }) };
                (Value::Array(kept), expected)
            }
            (_, Some(name), _) if dice.below(2) == 0 => (name.clone(), json!({ "name": name })),
            _ => {
                let number = dice.below(100);
                let written = if dice.below(2) == 0 { json!(number) } else { json!(number.to_string()) };
                (written, json!({ "value": number }))
            }
        },
        _ => {
            let number = dice.below(2);
            let written = if dice.below(2) == 0 { json!(number) } else { json!(number.to_string()) };
            (written, json!(number))
        }
    }
}

/// Whether what is printed has everything that is expected.
fn has(printed: &Value, expected: &Value) -> bool {
    match (printed, expected) {
        (Value::Object(printed), Value::Object(expected)) => {
            expected.iter().all(|(key, value)| printed.get(key).is_some_and(|printed| has(printed, value)))
        }
        (printed, expected) => printed == expected,
    }
}

#[test]
fn ten_thousand_edits() {
    let mut edits = 0;
    let mut dice = Dice(0x434c_5553);
    let mut seed = 77;
    for interface in idl::INTERFACES {
        for (version, table) in interface.versions.iter().enumerate() {
            for method in table.methods.iter().filter(|method| method.on_wire) {
                for direction in [Direction::Request, Direction::Response] {
                    for _ in 0..21 {
                        seed += 1;
                        let noise = invariants::noise(seed, 1500);
                        let contents = invariants::contents(method, direction, version, &mut Source::plain(&noise));
                        let syntax = [Syntax::Ndr, Syntax::Ndr64][dice.below(2)];
                        let endian = [Endian::Little, Endian::Big][dice.below(2)];
                        let kind = Kind { interface, version, direction, syntax, endian };
                        let identity = Identity { kind, opnum: method.opnum };
                        let bytes = write::message(method, direction, version, syntax, endian, &contents).unwrap();
                        let line = printed(&identity, &bytes);
                        // What counts something, or says how something else is read, is not edited here.
                        let counting: Vec<&str> = method
                            .fields
                            .iter()
                            .filter(|field| {
                                use cluscope::internals::ndr::types::Semantics as S;
                                let semantics = field.semantics.in_version(version);
                                let ranged = field.range.is_some();
                                ranged
                                    || matches!(
                                        semantics,
                                        S::Size(_) | S::Capacity(_) | S::Const(_) | S::ControlCode(_)
                                    )
                                    || method.fields.iter().any(|other| {
                                        other.size_is == Some(field.name) || other.length_is == Some(field.name)
                                    })
                            })
                            .map(|field| field.name)
                            .chain(COUNTS.iter().chain(READ_BY).copied())
                            .collect();
                        let mut found = Vec::new();
                        places(&line["params"], "", &counting, &mut found);
                        if found.is_empty() {
                            continue;
                        }
                        let place = found.swap_remove(dice.below(found.len()));
                        let mut changed = line.clone();
                        let slot = changed["params"].pointer_mut(&place).unwrap();
                        let (written, expected) = edited(slot, &mut dice);
                        *slot = written;
                        // Sizes of what was edited are left to the encoder.
                        if expected.get("hex").is_some() {
                            let parent = place.rsplit_once('/').unwrap().0;
                            let holder = changed["params"].pointer_mut(parent).unwrap().as_object_mut().unwrap();
                            let counted = |key: &str| {
                                let sized = |field: &cluscope::internals::ndr::types::Field| {
                                    field.size_is == Some(key) || field.length_is == Some(key)
                                };
                                // How many messages opaque bytes hold, nobody can work out.
                                (COUNTS.contains(&key) && key != "NumberOfMessages")
                                    || method.fields_of(direction, version).any(sized)
                            };
                            holder.retain(|key, _| !counted(key));
                            changed.remove("max_counts");
                        }
                        changed.remove("diagnostics");
                        changed.remove("expressions");
                        let name = format!("{} {} {place} {changed:?}", method.name, direction.name());
                        let bytes = stub::encode(&changed).unwrap_or_else(|e| panic!("{name}: {e}"));
                        let again = printed(&identity, &bytes);
                        let result = again["params"].pointer(&place).unwrap();
                        assert!(has(result, &expected), "{name}: {result}, expected {expected}");
                        edits += 1;
                    }
                }
            }
        }
    }
    println!("{edits} edits");
    assert!(edits >= 10_000, "{edits}");
}

/// Members of structures that count others.
const COUNTS: &[&str] = &[
    "EntryCount",
    "dwBufferSize",
    "cbInSecurityDescriptor",
    "cbOutSecurityDescriptor",
    "cbProperties",
    "cbRoProperties",
    "Length",
    "NumberOfMessages",
    "NumberOfInterfaces",
];

/// What says how something else is read.
const READ_BY: &[&str] =
    &["dwControlCode", "dwType", "lpValueType", "lpType", "dwObjectType", "FilterFlags", "MessageType", "dwNotifyKey"];

/// What every vector of the program is: encoded from its own line, without a rule broken.
#[test]
fn vectors_of_every_method() {
    use cluscope::internals::render::schema::vectors::{self, Case};
    let mut count = 0;
    let methods = |interface: &'static cluscope::internals::ndr::Interface| {
        let versions = interface.versions.iter().enumerate();
        versions.flat_map(|(place, version)| version.methods.iter().map(move |method| (place, *method)))
    };
    let mut aliases = 0;
    for interface in idl::INTERFACES.iter().chain([&&idl::EPM]) {
        for (version, method) in methods(interface).filter(|(_, method)| method.on_wire) {
            for direction in [Direction::Request, Direction::Response] {
                for number in 0..7 {
                    let mut before: Option<Value> = None;
                    for syntax in [Syntax::Ndr, Syntax::Ndr64] {
                        for endian in [Endian::Little, Endian::Big] {
                            let kind = Kind { interface, version, direction, syntax, endian };
                            let contents = vectors::contents(method, kind, Case::of(number), number);
                            let name = format!("{} {} {number} {syntax:?} {endian:?}", method.name, direction.name());
                            let bytes =
                                vectors::encode(method, kind, &contents).unwrap_or_else(|e| panic!("{name}: {e}"));
                            let mut line = printed(&Identity { kind, opnum: method.opnum }, &bytes);
                            assert_eq!(line.get("diagnostics"), None, "{name}: {line:?}");
                            assert_eq!(line.get("trailing"), None, "{name}");
                            line.insert("hex".into(), json!(hex::encode(&bytes)));
                            assert_eq!(stub::encode(&line), Ok(bytes), "{name}");
                            // The values are the same in all of them, but for aliases, whose identifiers are.
                            let values = json!([line["params"], line.get("return")]);
                            assert!(before.is_none_or(|before| before == values), "{name}: {values}");
                            aliases += u32::from(values.to_string().contains("\"alias\""));
                            before = Some(values);
                            count += 1;
                        }
                    }
                }
            }
        }
    }
    println!("{count} vectors, {aliases} with aliases");
    assert!(count > 16_000, "{count}");
}

/// What is refused, and what the error names.
#[test]
fn refused() {
    let base = |params: Value| json!({"interface": "clusapi", "version": "3.0", "method": "ApiSetValue", "direction": "request", "syntax": "ndr", "params": params});
    let right = json!({"hKey": {"attributes": 0, "uuid": "00000000-0000-0000-0000-000000000001"}, "lpValueName": "v",
        "dwType": "REG_SZ", "lpData": {"decoded": {"value": "text"}}});
    let told = |change: &dyn Fn(&mut Value)| {
        let mut line = base(right.clone());
        change(&mut line);
        stub::encode(line.as_object().unwrap())
    };
    let bytes = told(&|_| {}).unwrap();
    // As records have it, with everything beside everything.
    let identity = Identity::new("clusapi", "3.0", 36, "request", "ndr", "little").unwrap();
    let whole = printed(&Identity { opnum: identity.opnum_of("ApiSetValue").unwrap(), ..identity }, &bytes);
    assert_eq!(stub::encode(&whole), Ok(bytes.clone()));
    type Change<'c> = (&'c dyn Fn(&mut Value), &'c str);
    let changes: &[Change<'_>] = &[
        (&|line| line["parms"] = json!({}), "did you mean \"params\"?"),
        (&|line| line["params"]["lpValuName"] = json!("x"), "did you mean \"lpValueName\"?"),
        (&|line| line["params"]["dwType"] = json!("REG_SX"), "did you mean \"REG_SZ\"?"),
        (&|line| line["params"]["dwType"] = json!({"value": 4, "name": "REG_SZ"}), "dwType: the number is 4"),
        (&|line| line["params"]["dwType"] = json!({"value": 1, "nam": "REG_SZ"}), "dwType.nam"),
        (&|line| line["params"]["dwType"] = json!("4294967296"), "lpData.decoded"),
        (
            &|line| {
                line["params"]["dwType"] = json!("4294967296");
                line["params"]["lpData"] = json!({"hex": "00"});
            },
            "dwType: 4294967296 does not fit",
        ),
        (&|line| line["params"]["hKey"] = json!({"attributes": 0, "uuid": "x"}), "hKey"),
        (&|line| line["params"]["lpData"] = json!({"hex": "7"}), "lpData"),
        (&|line| line["params"]["lpData"] = json!({"hex": "7400", "decodd": {}}), "did you mean \"decoded\"?"),
        (
            &|line| line["params"]["lpData"] = json!({"hex": "74000000", "decoded": {"type": "SZ", "value": "u"}}),
            "\"hex\" and \"decoded\" disagree",
        ),
        (&|line| line["params"]["lpData"] = json!({"decoded": {"typ": "SZ", "value": "u"}}), "lpData.decoded"),
        (
            &|line| {
                line["params"]["lpData"] = json!({"hex": "74000000"});
                line["params"]["cbData"] = json!(5);
            },
            "lpData: the maximum count differs",
        ),
        (&|line| line["method"] = json!("ApiSetValu"), "did you mean \"ApiSetValue\"?"),
        (&|line| line["opnum"] = json!(1), "\"opnum\" is 1"),
        (&|line| line["hex"] = json!(""), "differ from byte 0 on"),
        (&|line| line["return"] = json!(0), "return"),
    ];
    for (i, (change, expected)) in changes.iter().enumerate() {
        match told(change) {
            Ok(_) => panic!("change {i} was encoded, expected {expected}"),
            Err(e) => assert!(e.to_string().contains(expected), "change {i}: {e}, expected {expected}"),
        }
    }
    // The same said in other words.
    let ways: &[&dyn Fn(&mut Value)] = &[
        &|line| line["params"]["dwType"] = json!(1),
        &|line| line["params"]["dwType"] = json!("1"),
        &|line| line["params"]["dwType"] = json!("0x1"),
        &|line| line["params"]["dwType"] = json!({"value": "1", "name": "REG_SZ"}),
        &|line| line["params"]["cbData"] = json!("10"),
        // A size of what was there before.
        &|line| line["params"]["cbData"] = json!(36),
        &|line| line["params"]["lpData"] = json!("text"),
        &|line| line["params"]["lpData"] = json!({"decoded": {"type": "SZ", "value": "text"}}),
        &|line| line["params"]["lpData"] = json!({"hex": "74006500780074000000"}),
        &|line| line["params"]["hKey"]["uuid"] = json!("{00000000-0000-0000-0000-000000000001}"),
    ];
    for (i, change) in ways.iter().enumerate() {
        match told(change) {
            Ok(same) => assert_eq!(same, bytes, "way {i}"),
            Err(e) => assert!(i == 9, "way {i}: {e}"),
        }
    }
}

/// A list of flags may name one as often as it likes: that takes no longer than the list.
#[test]
fn flags_named_a_hundred_thousand_times() {
    let line = |flags: Value| {
        json!({"interface": "clusapi", "version": "3.0", "method": "ApiCreateEnum",
        "direction": "request", "syntax": "ndr", "params": {"dwType": {"value": 5, "flags": flags}}})
    };
    let few = line(json!(["CLUSTER_ENUM_NODE", "CLUSTER_ENUM_RESOURCE"]));
    let bytes = stub::encode(few.as_object().unwrap()).unwrap();
    assert_eq!(bytes, [5, 0, 0, 0]);
    let names = (0..100_000).map(|n| ["CLUSTER_ENUM_NODE", "CLUSTER_ENUM_RESOURCE"][n % 2]).collect::<Vec<_>>();
    assert_eq!(stub::encode(line(json!(names)).as_object().unwrap()), Ok(bytes));
}
