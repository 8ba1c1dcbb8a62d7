//! Generated stubs of every method through Samba's `ndrdump`, where that is installed: it must accept what we encode and
//! show the same strings, handles, numbers and sizes of arrays. Where it does not, the reason is in [`DIFFERENT`].
//!
//! `ndrdump` reads little-endian stubs of ClusAPI 3.0 and Witness; it knows no 2.0 and no big-endian data.

use cluscope::idl;
use cluscope::json::stub::Identity;
use cluscope::ndr::types::{Field, Flow, Meaning, Scalar, Type};
use cluscope::ndr::value::{Contents, Fields};
use cluscope::ndr::wire::Kind;
use cluscope::ndr::{Direction, Endian, Interface, Method, Syntax, Value};
use cluscope::oracle::{self, Source};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Methods where Samba's IDL (4.17) and the specification part ways: interface, opnum, why the specification's reading is
/// ours.
const DIFFERENT: &[(&str, u16, &str)] = &[
    ("clusapi", 43, "force is a BOOL: four octets by MS-DTYP 2.2.3, one in Samba (errata E-08)"),
    ("clusapi", 61, "WatchSubTree is a BOOL, as above"),
    ("clusapi", 87, "NetworkIdList is an array of unique pointers to strings (3.1.4.2.87), one string in Samba"),
    ("clusapi", 126, "bDrainNode is a BOOL, as above"),
    ("clusapi", 138, "isTargetedAtObject is a BOOL, as above"),
    ("clusapi", 139, "dwNotifyKey is a DWORD_PTR (2.2.3.24), a pointer to a number in Samba"),
    ("clusapi", 183, "UseDomains is a BOOL, as above"),
    ("clusapi", 184, "newer than Samba's IDL"),
    ("clusapi", 185, "newer than Samba's IDL"),
    ("witness", 5, "WitnessrUnRegisterEx is newer than Samba's IDL"),
];

fn different(interface: &str, opnum: u16) -> bool {
    DIFFERENT.iter().any(|(i, o, _)| (*i, *o) == (interface, opnum))
}

/// What `ndrdump` should show of these values.
fn expected(fields: &[Field], values: &Fields, out: &mut Vec<String>) {
    for (name, value) in &values.0 {
        let Some(field) = fields.iter().find(|f| f.name == name.as_ref()) else { continue };
        shown(field, field.ty, value, out);
    }
}

fn shown(field: &Field, ty: &Type, value: &Value, out: &mut Vec<String>) {
    match (ty, value) {
        (_, Value::Text(text)) => out.push(format!(": '{text}'")),
        (_, Value::Handle(handle)) => out.push(handle.uuid.to_string()),
        (_, Value::Bytes(bytes)) if !bytes.is_empty() => out.push(format!("({})", bytes.len())),
        (Type::Pointer(_, target), value) => shown(field, target, value, out),
        (Type::Struct(s), Value::Map(members)) => expected(s.fields, members, out),
        (Type::Array(_, element), Value::List(items)) => items.iter().for_each(|item| shown(field, element, item, out)),
        (Type::Scalar(Scalar::U32), Value::Int(n)) => match field.meaning.in_version(1) {
            Meaning::Enum(_) | Meaning::Flags(_) | Meaning::ObjectKind | Meaning::ControlCode(_) => {}
            // Statuses come as names; what has none is a number.
            Meaning::Win32 | Meaning::RpcStatus => {}
            Meaning::Bool | Meaning::Ipv4 => {}
            _ => out.push(format!("0x{n:08x} ({n})")),
        },
        _ => {}
    }
}

/// Values of the request that a response belongs to: the sizes that it asked for.
fn asked(method: &'static Method, response: &Contents, request: &mut Contents) {
    for field in method.fields.iter().filter(|f| f.flow.travels(Direction::Response)) {
        let Some(size) = field.size_is.filter(|name| request.fields.get(name).is_some()) else { continue };
        let given = response.max_counts.iter().find(|(name, _)| name == field.name).map(|(_, max)| *max);
        let actual = match response.fields.get(field.name) {
            Some(Value::Bytes(bytes)) => bytes.len() as u64,
            Some(Value::List(list)) => list.len() as u64,
            _ => continue,
        };
        request.fields.set(size, given.unwrap_or(actual));
    }
}

/// Takes out what `ndrdump` looks at beyond NDR: it makes room for what a request can take, and it reads the messages of
/// WitnessrAsyncNotify, which are no NDR.
fn tame(method: &'static Method, contents: &mut Contents) {
    for field in method.fields {
        let capacity = matches!(field.meaning, Meaning::Capacity(_)) || field.flow == Flow::InOut;
        if let (true, Some(Value::Int(n))) = (capacity, contents.fields.get(field.name)) {
            let n = *n & 0xfff;
            contents.fields.set(field.name, n);
        }
    }
    if method.name == "WitnessrAsyncNotify" && contents.fields.get("pResp").is_some() {
        let members = ["MessageType", "Length", "NumberOfMessages"].map(|name| (name.into(), Value::Int(0)));
        let mut response = Fields(members.to_vec());
        response.set("MessageBuffer", Value::Null);
        contents.fields.set("pResp", response);
    }
}

struct Task {
    method: &'static Method,
    identity: Identity,
    request: Vec<u8>,
    stub: Vec<u8>,
    shown: Vec<String>,
}

fn task(interface: &'static Interface, method: &'static Method, kind: (Direction, Syntax), seed: u64) -> Task {
    let (direction, syntax) = kind;
    let version = interface.versions.len() - 1;
    let values = |direction, seed| {
        let noise = oracle::noise(seed, 400);
        let mut contents = oracle::contents(method, direction, version, &mut Source::plain(&noise));
        tame(method, &mut contents);
        contents
    };
    let encode = |direction, contents: &Contents| {
        cluscope::ndr::write::message(method, direction, version, syntax, Endian::Little, contents).unwrap()
    };
    let mut request = values(Direction::Request, seed);
    let contents = match direction {
        Direction::Request => request.clone(),
        Direction::Response => {
            let response = values(Direction::Response, seed + 1);
            asked(method, &response, &mut request);
            response
        }
    };
    let mut shown = Vec::new();
    expected(method.fields, &contents.fields, &mut shown);
    let kind = Kind { interface, version, direction, syntax, endian: Endian::Little };
    Task {
        method,
        identity: Identity { kind, opnum: method.opnum },
        request: encode(Direction::Request, &request),
        stub: encode(direction, &contents),
        shown,
    }
}

/// What `ndrdump` holds against a stub.
fn ndrdump(task: &Task, directory: &Path) -> Option<String> {
    let (context, file) = (directory.join("in"), directory.join("stub"));
    std::fs::write(&file, &task.stub).unwrap();
    let kind = task.identity.kind;
    let mut command = Command::new("ndrdump");
    command.arg(kind.interface.name).arg(task.method.opnum.to_string());
    match kind.direction {
        Direction::Request => command.arg("in").arg(&file),
        Direction::Response => {
            std::fs::write(&context, &task.request).unwrap();
            command.arg("out").arg(&file).arg("-c").arg(&context)
        }
    };
    if kind.syntax == Syntax::Ndr64 {
        command.arg("--ndr64");
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || !text.contains("dump OK") || text.contains("WARNING") {
        let told: Vec<_> = text.lines().filter(|l| l.contains("pull returned") || l.contains("WARNING")).collect();
        return Some(format!("refused: {}", told.join("; ")));
    }
    let missing: Vec<_> = task.shown.iter().filter(|expected| !text.contains(expected.as_str())).collect();
    (!missing.is_empty()).then(|| format!("{missing:?} not shown in:\n{text}"))
}

#[test]
fn samba() {
    if Command::new("ndrdump").arg("--version").output().is_err() {
        eprintln!("skipped: ndrdump is not installed");
        return;
    }
    let start = Instant::now();
    let mut tasks = Vec::new();
    for (interface, sets) in [(&idl::WITNESS, 4), (&idl::CLUSAPI, 1)] {
        let table = interface.versions.last().unwrap();
        for method in table.methods.iter().filter(|m| m.on_wire && !different(interface.name, m.opnum)) {
            for direction in [Direction::Request, Direction::Response] {
                for syntax in [Syntax::Ndr, Syntax::Ndr64] {
                    for set in 0..sets {
                        let seed = u64::from(method.opnum) * 1000 + set * 10 + 7;
                        tasks.push(task(interface, method, (direction, syntax), seed));
                    }
                }
            }
        }
    }
    let (mut wrong, mut done, mut values) = (Vec::new(), 0, 0);
    let directory = std::env::temp_dir().join(format!("cluscope-peers-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    for task in &tasks {
        // A slow machine looks at fewer.
        if start.elapsed() > Duration::from_secs(50) {
            eprintln!("stopped after {done} of {} stubs", tasks.len());
            break;
        }
        done += 1;
        values += task.shown.len();
        if let Some(why) = ndrdump(task, &directory) {
            let Kind { direction, syntax, .. } = task.identity.kind;
            let (name, opnum, stub) = (task.method.name, task.method.opnum, hex::encode(&task.stub));
            wrong.push(format!("{opnum} {name} {} {}: {why}\n  {stub}", direction.name(), syntax.name()));
        }
    }
    std::fs::remove_dir_all(&directory).unwrap();
    println!("{done} stubs, {values} values in {:.1?}", start.elapsed());
    assert!(wrong.is_empty(), "{} of {done}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The list of differences names methods that exist, each with a reason.
#[test]
fn the_list_of_differences() {
    for (interface, opnum, why) in DIFFERENT {
        let interface = idl::interface(interface).unwrap();
        assert!(interface.method(interface.versions.len() - 1, *opnum).is_some());
        assert!(why.len() > 20);
    }
}
