//! What MS-SWN demands of registrations, named where a message breaks it.

use cluscope::internals::idl::{self, witness};
use cluscope::internals::ndr::value::{Contents, Value as Ndr};
use cluscope::internals::ndr::wire::Kind;
use cluscope::internals::ndr::{Direction, Endian, Method, Syntax, Version};
use cluscope::internals::render::json::stub::Identity;
use serde_json::Value;

fn rules(method: &'static Method, direction: Direction, contents: &Contents) -> Vec<(String, u64, String)> {
    let mut all: Option<Vec<(String, u64, String)>> = None;
    for syntax in [Syntax::Ndr, Syntax::Ndr64] {
        for endian in [Endian::Little, Endian::Big] {
            let stub = idl::encode(method, Version::V1_1, direction, syntax, endian, contents).unwrap();
            let kind = Kind { interface: &idl::WITNESS, version: 0, direction, syntax, endian };
            let mut out = cluscope::internals::render::json::out::Out::new();
            let identity = Identity { kind, opnum: method.opnum };
            assert!(cluscope::internals::render::json::stub::decode(&mut out, &identity, &Default::default(), &stub));
            let line: Value = serde_json::from_slice(out.as_bytes()).unwrap();
            let list = line["diagnostics"].as_array().cloned().unwrap_or_default();
            let found: Vec<_> = list
                .iter()
                .map(|d| {
                    let text = |key: &str| d[key].as_str().unwrap_or_default().to_string();
                    assert!(text("section").starts_with("MS-SWN"), "{d}");
                    (text("rule"), d["value"].as_u64().unwrap(), text("field"))
                })
                .collect();
            // The same in every form.
            assert_eq!(*all.get_or_insert(found.clone()), found);
        }
    }
    all.unwrap()
}

fn register_ex(change: impl Fn(&mut Contents)) -> Vec<(String, u64, String)> {
    let mut contents = witness::WitnessrRegisterEx::Request::builder()
        .Version(0x0002_0000u32)
        .NetName("FS1")
        .ShareName("share")
        .IpAddress("192.0.2.20")
        .ClientComputerName("CLIENT")
        .Flags(1u32)
        .KeepAliveTimeout(120u32)
        .contents;
    change(&mut contents);
    rules(&witness::WitnessrRegisterEx::METHOD, Direction::Request, &contents)
}

fn one(rule: &str, value: u64, field: &str) -> Vec<(String, u64, String)> {
    vec![(rule.into(), value, field.into())]
}

#[test]
fn registrations() {
    assert_eq!(register_ex(|_| {}), []);
    for version in [0, 1, 0x0001_0001, 0x0002_0001, 0xffff_ffff] {
        assert_eq!(
            register_ex(|c| c.fields.set("Version", version)),
            one("witness-version", version, "Version"),
            "{version:#x}"
        );
    }
    assert_eq!(register_ex(|c| c.fields.set("Flags", 0u32)), []);
    for flags in [2, 3, 0x8000_0001] {
        assert_eq!(register_ex(|c| c.fields.set("Flags", flags)), one("witness-flags", flags, "Flags"));
    }
    assert_eq!(register_ex(|c| c.fields.set("ShareName", Ndr::Null)), []);
    for name in ["NetName", "IpAddress", "ClientComputerName"] {
        assert_eq!(register_ex(|c| c.fields.set(name, Ndr::Null)), one("witness-string-null", 0, name));
        assert_eq!(register_ex(|c| c.fields.set(name, "")), one("witness-string-empty", 0, name));
    }
    assert_eq!(register_ex(|c| c.fields.set("NetName", "FS\u{0}1")), one("witness-string-terminator", 2, "NetName"));
    for address in ["2001:db8::1", "fe80::1%12", "::ffff:192.0.2.1"] {
        assert_eq!(register_ex(|c| c.fields.set("IpAddress", address)), []);
    }
    for address in ["FS1", "192.0.2", "192.0.2.256", "\u{ff11}92.0.2.1", &"1".repeat(200)] {
        let length = address.encode_utf16().count() as u64;
        assert_eq!(register_ex(|c| c.fields.set("IpAddress", address)), one("witness-address", length, "IpAddress"));
    }
}

#[test]
fn the_older_registration() {
    let contents = |version: u32| {
        witness::WitnessrRegister::Request::builder()
            .Version(version)
            .NetName("FS1")
            .IpAddress("192.0.2.20")
            .ClientComputerName("CLIENT")
            .contents
    };
    let method = &witness::WitnessrRegister::METHOD;
    assert_eq!(rules(method, Direction::Request, &contents(0x0001_0001)), []);
    let found = rules(method, Direction::Request, &contents(0x0002_0000));
    assert_eq!(found, one("witness-version", 0x0002_0000, "Version"));
}

#[test]
fn answers() {
    use cluscope::internals::ndr::visitor::{ContextHandle, Guid};
    let answer = |handle: ContextHandle, status: u32| {
        let contents = witness::WitnessrRegisterEx::Response::builder().ppContext(handle).r#return(status).contents;
        rules(&witness::WitnessrRegisterEx::METHOD, Direction::Response, &contents)
    };
    let key = ContextHandle { attributes: 0, uuid: Guid([7; 16]) };
    assert_eq!(answer(key, 0), []);
    assert_eq!(answer(ContextHandle::default(), 0x51a), []);
    assert_eq!(answer(ContextHandle::default(), 0), one("witness-handle", 0, "ppContext"));
}

/// What the recorded clients and servers sent breaks nothing, but for what was made to.
#[test]
fn recorded() {
    for name in ["i-witness-ndr.pcapng", "i2-witness-all-ndr64.pcapng"] {
        let Some(packets) = crate::support::recorded(name) else { return };
        let mut broken = std::collections::BTreeMap::<String, u32>::new();
        for record in crate::support::run(&packets) {
            for found in record["diagnostics"].as_array().into_iter().flatten() {
                *broken.entry(found["rule"].as_str().unwrap().to_string()).or_default() += 1;
            }
        }
        println!("{name}: {broken:?}");
    }
}
