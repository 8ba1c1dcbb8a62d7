//! Schemas and templates: what is printed is valid by the schemas, and what templates hold can be encoded. The schemas are
//! judged by Python's `jsonschema`, which nobody here wrote.

use crate::{data, program};
use cluscope::internals::idl;
use cluscope::internals::ndr::{Direction, Syntax};
use cluscope::internals::render::json::out::Out;
use cluscope::internals::render::json::{buffers, stub};
use cluscope::internals::render::schema::{self, Of, template};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Reads `{"define":ID,"schema":…}` and `{"use":ID,"value":…,"what":…}`; says what is not valid, and how many are.
const VALIDATOR: &str = r"
import sys, json
from jsonschema import Draft202012Validator
known, good, bad = {}, 0, 0
for line in sys.stdin:
    one = json.loads(line)
    if 'define' in one:
        Draft202012Validator.check_schema(one['schema'])
        known[one['define']] = Draft202012Validator(one['schema'])
        continue
    error = next(known[one['use']].iter_errors(one['value']), None)
    if error is None:
        good += 1
    else:
        bad += 1
        if bad <= 10:
            print(one['use'], one['what'], '/'.join(map(str, error.absolute_path)), error.message[:300])
print(good, bad)
";

/// Whether there is a validator; a test without one says that it was skipped.
fn has_validator() -> bool {
    if !data::installed("python3") {
        return false;
    }
    let found = Command::new("python3").args(["-c", "import jsonschema"]).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return true;
    }
    assert!(
        std::env::var_os("CLUSCOPE_REQUIRE_PROGRAMS").is_none_or(|value| value == "0"),
        "Python has no jsonschema, and CLUSCOPE_REQUIRE_PROGRAMS is set"
    );
    data::skipped("Python has no jsonschema");
    false
}

/// Values and the schemas that they are to be valid by.
#[derive(Default)]
struct Batch {
    schemas: BTreeMap<String, Value>,
    values: Vec<Value>,
}

impl Batch {
    fn add(&mut self, key: &str, make: impl FnOnce() -> Value, what: &str, value: Value) {
        self.schemas.entry(key.to_string()).or_insert_with(make);
        self.values.push(json!({"use": key, "what": what, "value": value}));
    }

    /// How many values were valid; all have to be.
    fn validate(self) -> usize {
        let mut child = Command::new("python3")
            .args(["-c", VALIDATOR])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 starts");
        let mut input = std::io::BufWriter::new(child.stdin.take().expect("piped"));
        let writer = std::thread::spawn(move || {
            let mut lines = 0;
            for (key, schema) in self.schemas {
                writeln!(input, "{}", json!({"define": key, "schema": schema}))?;
            }
            for value in self.values {
                writeln!(input, "{value}")?;
                lines += 1;
            }
            input.flush().map(|()| lines)
        });
        let output = child.wait_with_output().expect("python3 ends");
        let sent: usize = writer.join().expect("the writer ends").expect("everything is read");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let last = said.lines().last().unwrap_or_default();
        assert_eq!(last, format!("{sent} 0"), "{said}");
        sent
    }
}

fn decoded(line: &str) -> Value {
    let mut out = Out::new();
    assert!(stub::decode_line(&mut out, line), "{line}: {out:?}");
    serde_json::from_slice(out.as_bytes()).unwrap()
}

/// Template, encoded, decoded, valid: every method, both directions, both syntaxes.
#[test]
fn templates_of_methods() {
    let (mut batch, mut templates) = (Batch::default(), 0);
    for interface in idl::INTERFACES {
        for (place, version) in interface.versions.iter().enumerate() {
            for method in version.methods.iter().filter(|method| method.on_wire) {
                for direction in [Direction::Request, Direction::Response] {
                    for syntax in [Syntax::Ndr, Syntax::Ndr64] {
                        let made = template::message(interface, place, method, direction, syntax);
                        let mut out = Out::new();
                        assert!(stub::encode_line(&mut out, &made.to_string()), "{made}: {out:?}");
                        let answer: Value = serde_json::from_slice(out.as_bytes()).unwrap();
                        let mut line = made.clone();
                        line["hex"] = answer["hex"].clone();
                        let printed = decoded(&line.to_string());
                        assert_eq!(printed.get("diagnostics"), None, "{made}: {printed}");
                        templates += 1;
                        let key = format!("{} {} {}", method.name, version.number, direction.name());
                        let of = Of {
                            interface: Some(interface.name),
                            version: Some(version.number.text()),
                            direction: Some(direction),
                        };
                        batch.add(&key, || schema::method(method.name, of).unwrap(), "template", printed);
                    }
                }
            }
        }
    }
    assert!(templates >= 1100, "{templates}");
    if has_validator() {
        println!("{templates} templates, {} valid", batch.validate());
    }
}

#[test]
fn templates_of_structures() {
    let mut batch = Batch::default();
    for structure in cluscope::internals::structs::ALL {
        let made = template::structure(structure.name).unwrap();
        let mut out = Out::new();
        assert!(buffers::encode_line(&mut out, &made.to_string()), "{made}: {out:?}");
        let answer: Value = serde_json::from_slice(out.as_bytes()).unwrap();
        let line = json!({"struct": structure.name, "hex": answer["hex"]});
        let mut out = Out::new();
        assert!(buffers::decode_line(&mut out, &line.to_string()), "{line}: {out:?}");
        let printed: Value = serde_json::from_slice(out.as_bytes()).unwrap();
        assert_eq!(printed.get("diagnostics"), None, "{made}: {printed}");
        batch.add(structure.name, || schema::structure(structure.name).unwrap(), "template", printed);
    }
    for declaration in schema::ndr_structures() {
        assert!(template::structure(declaration.name).unwrap().is_object());
        assert!(schema::structure(declaration.name).unwrap().is_object());
    }
    if has_validator() {
        assert_eq!(batch.validate(), cluscope::internals::structs::ALL.len());
    }
}

/// Records of our captures, and of the shared ones: a few of each method, direction and type of each capture, or with
/// `CLUSCOPE_SCHEMA=full` all of them.
#[test]
fn records_are_valid() {
    if !has_validator() {
        return;
    }
    let full = std::env::var_os("CLUSCOPE_SCHEMA").is_some_and(|value| value == "full");
    let mut captures = data::captures(&data::file("captures"), 8);
    captures.extend(data::shared("captures").map(|path| data::captures(&path, 40)).unwrap_or_default());
    let lab = data::file("captures/lab.keys");
    let (mut batch, mut seen) = (Batch::default(), BTreeMap::new());
    for capture in &captures {
        for command in ["dissect", "calls"] {
            let arguments = [command, "--format", "jsonl", "--keys", lab.to_str().unwrap(), capture.to_str().unwrap()];
            let output = program::command(&arguments).output().expect("the program runs");
            for record in program::objects(&program::stdout(&output)) {
                let text = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or_default().to_string();
                let (kind, method) = (text("type"), text("method"));
                let count: &mut u32 = seen.entry((command, kind.clone(), method.clone(), text("version"))).or_default();
                *count += 1;
                if *count > 4 && !full {
                    continue;
                }
                let what = format!(
                    "{} {}",
                    capture.file_name().unwrap().to_string_lossy(),
                    record.get("frame").unwrap_or(&Value::Null)
                );
                batch.add("record", schema::record, &what, record.clone());
                let direction = [Direction::Request, Direction::Response].into_iter().find(|d| d.name() == kind);
                let (interface, version) = (text("interface"), text("version"));
                let of = Of { interface: Some(&interface), version: Some(&version), direction };
                if direction.is_some() && !of.methods(&method).is_empty() {
                    batch.add(
                        &format!("{method} {version} {kind}"),
                        || schema::method(&method, of).unwrap(),
                        &what,
                        record,
                    );
                }
            }
        }
    }
    println!("{} values of {} captures valid", batch.validate(), captures.len());
}

/// The words that a person types.
#[test]
fn by_name() {
    let schema: Value = serde_json::from_str(&program::output(&["schema", "ApiSetValue", "--version", "3.0"])).unwrap();
    assert_eq!(schema["title"], "ApiSetValue");
    assert_eq!(schema["anyOf"].as_array().unwrap().len(), 2);
    let template = program::output(&[
        "stub",
        "template",
        "ApiOpenResource",
        "--interface",
        "clusapi",
        "--version",
        "2.0",
        "--direction",
        "request",
        "--format",
        "jsonl",
    ]);
    assert_eq!(template.lines().count(), 1);
    let encoded = program::run(&["stub", "encode", "--jsonl"], template.as_bytes());
    assert!(program::stdout(&encoded).starts_with("{\"hex\":"), "{}", program::stdout(&encoded));
    let near = program::run(&["stub", "template", "ApiOpenResourc"], b"");
    assert_eq!(near.status.code(), Some(2));
    assert!(program::stderr(&near).contains("did you mean \"ApiOpenResource\"?"));
    let list = program::output(&["list", "structs", "NOTIFY_FILTER_AND_TYPE_RPC", "--format", "jsonl"]);
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["members"][1]["ndr"]["offset"], 8);
    let list = program::output(&["list", "methods", "ApiOpenResource", "--format", "jsonl"]);
    assert_eq!(list.lines().count(), 2);
    let by_name = program::output(&[
        "stub",
        "decode",
        "--interface",
        "clusapi",
        "--version",
        "3.0",
        "--method",
        "ApiOpenCluster",
        "--direction",
        "request",
        "",
        "--format",
        "jsonl",
    ]);
    assert!(by_name.contains("\"opnum\":0"), "{by_name}");
}
