//! Samba's encoder against ours: `ndrdump --validate` reads a stub, writes it again from its own IDL and compares the two
//! byte for byte. Vectors of every method that it knows, both directions; NDR, little-endian, which is all that it has.

use crate::data;
use cluscope::internals::idl;
use cluscope::internals::ndr::wire::Kind;
use cluscope::internals::ndr::{Direction, Endian, Syntax};
use cluscope::internals::render::schema::vectors::{self, Case};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Methods that Samba writes in another way, and why; docs/differential.md has the sections.
const DIFFERENT: &[(&str, Direction, &str)] = &[
    ("ApiAddNotifyKey", Direction::Request, "WatchSubTree is one byte in Samba's IDL"),
    ("ApiAddNotifyV2", Direction::Request, "isTargetedAtObject is one byte in Samba's IDL"),
    ("ApiDeleteGroup", Direction::Request, "force is one byte in Samba's IDL"),
];

/// Methods that Samba does not read at all, or not beyond what it takes for something else.
const UNREAD: &[(&str, &str)] = &[
    ("ApiChangeResourceGroupEx", "newer than its IDL"),
    ("ApiClusterNativeUpdateControl", "newer than its IDL"),
    ("WitnessrUnRegisterEx", "newer than its IDL"),
    ("ApiSetNetworkPriorityOrder", "NetworkIdList is one string in Samba's IDL"),
    ("ApiGetNotifyV2", "dwNotifyKey is a pointer in Samba's IDL"),
];

/// What became of a stub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Same,
    Different,
    /// Sizes that go with another request, or room that it does not make.
    Sizes,
    Unread,
}

fn validate(interface: &str, opnum: u16, request: Option<&[u8]>, stub: &[u8], folder: &std::path::Path) -> Outcome {
    let (file, context) = (folder.join("stub"), folder.join("request"));
    std::fs::write(&file, stub).expect("written");
    let mut command = Command::new("ndrdump");
    command.arg("--validate");
    if let Some(request) = request {
        std::fs::write(&context, request).expect("written");
        command.arg("-c").arg(&context);
    }
    let way = if request.is_some() { "out" } else { "in" };
    let output = command.args([interface, &opnum.to_string(), way]).arg(&file).output().expect("ndrdump runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let differs = text.contains("orig and validated differ") || text.contains("validated pushed bytes");
    match text.lines().find_map(|line| line.strip_prefix("pull returned ")) {
        Some("Success") if differs => Outcome::Different,
        Some("Success") => Outcome::Same,
        Some("Bad Array Size" | "Allocation Error" | "Buffer Size Error") => Outcome::Sizes,
        _ => Outcome::Unread,
    }
}

#[test]
fn samba_writes_the_same_bytes() {
    if !data::installed("ndrdump") {
        return;
    }
    let folder = std::env::temp_dir().join(format!("cluscope-encoder-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("made");
    let mut outcomes: BTreeMap<Outcome, u32> = BTreeMap::new();
    let mut wrong = Vec::new();
    for interface in idl::INTERFACES {
        // Samba's IDL is that of the newest version.
        let version = interface.versions.len() - 1;
        for method in interface.versions[version].methods.iter().filter(|method| method.on_wire) {
            for number in 0..2 {
                let make = |direction| {
                    let kind = Kind { interface, version, direction, syntax: Syntax::Ndr, endian: Endian::Little };
                    let contents = vectors::contents(method, kind, Case::of(number), number);
                    vectors::encode(method, kind, &contents).expect("a vector")
                };
                let request = make(Direction::Request);
                for direction in [Direction::Request, Direction::Response] {
                    let (before, stub) = match direction {
                        Direction::Request => (None, request.clone()),
                        Direction::Response => (Some(request.as_slice()), make(direction)),
                    };
                    let outcome = validate(interface.name, method.opnum, before, &stub, &folder);
                    *outcomes.entry(outcome).or_default() += 1;
                    let known = match outcome {
                        Outcome::Same | Outcome::Sizes => true,
                        Outcome::Different => DIFFERENT.iter().any(|(n, d, _)| (*n, *d) == (method.name, direction)),
                        Outcome::Unread => UNREAD.iter().any(|(n, _)| *n == method.name),
                    };
                    if !known {
                        wrong.push(format!("{} {} {number}: {outcome:?}", method.name, direction.name()));
                    }
                }
            }
        }
    }
    let _ = std::fs::remove_dir_all(&folder);
    println!("stubs by what Samba's encoder makes of them: {outcomes:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let (same, all) = (outcomes[&Outcome::Same], outcomes.values().sum::<u32>());
    assert!(same * 100 >= all * 85, "{same} of {all}");
    // What is declared to differ does so: nobody forgets to take it out of the list when Samba is put right.
    assert!(outcomes.contains_key(&Outcome::Different));
}

/// Reads `METHOD DIRECTION SYNTAX ENDIAN HEX` lines, has Samba's Python bindings unpack and pack each stub, and prints
/// `same`, `different` or `unread` for each.
const BINDINGS: &str = r"
import sys
import samba.dcerpc.witness as witness, samba.ndr as ndr
for line in sys.stdin:
    method, direction, syntax, endian, digits = line.split()
    call = getattr(witness, method[len('Witnessr'):], None)
    if call is None:
        print('unread'); continue
    stub, one, how = bytes.fromhex(digits[1:]), call(), dict(bigendian=endian == 'big', ndr64=syntax == 'ndr64')
    try:
        (ndr.ndr_unpack_in if direction == 'request' else ndr.ndr_unpack_out)(one, stub, **how)
        again = (ndr.ndr_pack_in if direction == 'request' else ndr.ndr_pack_out)(one, **how)
        print('same' if again == stub else 'different')
    except Exception:
        print('unread')
";

/// Samba's Python bindings, which have Witness: both transfer syntaxes and byte orders.
#[test]
fn samba_bindings_write_the_same_bytes() {
    // The system's Python: the one that its packages are installed for.
    let python = "/usr/bin/python3";
    let found = Command::new(python).args(["-c", "import samba.dcerpc.witness"]).stderr(Stdio::null()).status();
    if !found.is_ok_and(|status| status.success()) {
        return data::skipped("Python has no samba.dcerpc.witness");
    }
    let mut lines = String::new();
    let mut what = Vec::new();
    for interface in idl::INTERFACES.iter().filter(|interface| interface.name == "witness") {
        for method in interface.versions[0].methods.iter().filter(|method| method.on_wire) {
            for direction in [Direction::Request, Direction::Response] {
                for (syntax, endian) in [Syntax::Ndr, Syntax::Ndr64]
                    .into_iter()
                    .flat_map(|syntax| [Endian::Little, Endian::Big].map(|endian| (syntax, endian)))
                {
                    for number in 0..5 {
                        let kind = Kind { interface, version: 0, direction, syntax, endian };
                        let contents = vectors::contents(method, kind, Case::of(number), number);
                        let stub = vectors::encode(method, kind, &contents).expect("a vector");
                        let order = if endian == Endian::Big { "big" } else { "little" };
                        let digits: String = stub.iter().map(|byte| format!("{byte:02x}")).collect();
                        lines += &format!("{} {} {} {order} x{digits}\n", method.name, direction.name(), syntax.name());
                        what.push((method.name, direction, syntax));
                    }
                }
            }
        }
    }
    let mut child = Command::new(python)
        .args(["-c", BINDINGS])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut input = child.stdin.take().expect("piped");
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("python3 ends");
    writer.join().expect("the writer ends").expect("everything is read");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(told.lines().count(), what.len());
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for (outcome, (method, direction, syntax)) in told.lines().zip(&what) {
        *counts.entry(outcome).or_default() += 1;
        match outcome {
            "same" => {}
            // Newer than its IDL.
            "unread" => assert_eq!(*method, "WitnessrUnRegisterEx"),
            // It aligns RESOURCE_CHANGE, which has a layout of its own (MS-SWN 2.2.2.3), as if that were NDR64.
            _ => {
                assert_eq!((*method, *direction, *syntax), ("WitnessrAsyncNotify", Direction::Response, Syntax::Ndr64))
            }
        }
    }
    println!("stubs by what Samba's Python bindings make of them: {counts:?}");
    assert!(counts["same"] >= 190, "{counts:?}");
}
