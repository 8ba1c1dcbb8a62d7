//! The endpoint mapper: towers, lookups, and what they tell of other connections.

use crate::support::*;
use cluscope::internals::idl::{self, epm};
use cluscope::internals::ndr::value::{Contents, Fields, Value as Ndr};
use cluscope::internals::ndr::wire::Kind;
use cluscope::internals::ndr::{Direction, Endian, Syntax, Version};
use cluscope::internals::render::json::stub::Identity;
use cluscope_testkit::invariants::{self, Source};
use serde_json::{Value, json};

/// A tower for ClusAPI 3.0 over TCP.
fn tower(port: u16, address: [u8; 4]) -> Vec<u8> {
    let start = "050013000db2b87db9634ccf11bff608002be23f2f03000200000013000d045d888aeb1cc9119fe808002b1048600200020000000100\
                 0b0200000001000702 00";
    let mut bytes = hex::decode(start.replace(char::is_whitespace, "")).unwrap();
    bytes.extend(port.to_be_bytes());
    bytes.extend([1, 0, 9, 4, 0]);
    bytes.extend(address);
    bytes
}

fn fields<const N: usize>(list: [(&'static str, Ndr); N]) -> Ndr {
    let mut fields = Fields::default();
    for (name, value) in list {
        fields.set(name, value);
    }
    Ndr::Map(fields)
}

fn twr(bytes: Vec<u8>) -> Ndr {
    fields([("tower_length", Ndr::Int(bytes.len() as u64)), ("tower_octet_string", Ndr::Bytes(bytes))])
}

fn decode(opnum: u16, direction: Direction, syntax: Syntax, endian: Endian, stub: &[u8]) -> Value {
    let kind = Kind { interface: &idl::EPM, version: 0, direction, syntax, endian };
    let mut out = cluscope::internals::render::json::out::Out::new();
    cluscope::internals::render::json::stub::decode(&mut out, &Identity { kind, opnum }, &Default::default(), stub);
    serde_json::from_slice(out.as_bytes()).unwrap()
}

#[test]
fn entries_of_a_lookup() {
    for syntax in [Syntax::Ndr, Syntax::Ndr64] {
        for endian in [Endian::Little, Endian::Big] {
            let entry = |port, text: &[u8], tower_: bool| {
                fields([
                    ("object", Ndr::Text("11111111-2222-3333-4444-555555555555".into())),
                    ("tower", if tower_ { twr(tower(port, [192, 0, 2, 7])) } else { Ndr::Null }),
                    ("annotation", Ndr::Bytes(text.to_vec())),
                ])
            };
            let list = vec![
                entry(49664, b"Cluster\0", true),
                entry(0, b"\0", false),
                entry(49665, b"Failover Cluster\0", true),
            ];
            let stub = epm::ept_lookup::Response::builder()
                .entry_handle(cluscope::internals::ndr::visitor::ContextHandle::default())
                .num_ents(3u32)
                .entries(Ndr::List(list))
                .status(0u32);
            let mut contents = stub.contents.clone();
            contents.max_counts.push(("entries".into(), 100));
            let stub =
                idl::encode(&epm::ept_lookup::METHOD, Version::V3_0, Direction::Response, syntax, endian, &contents)
                    .unwrap();
            let line = decode(2, Direction::Response, syntax, endian, &stub);
            assert_eq!(line["trailing"], Value::Null, "{line}");
            let entries = line["params"]["entries"].as_array().expect("entries").clone();
            assert_eq!(entries.len(), 3);
            assert_eq!(entries[0]["annotation"]["text"], "Cluster");
            assert_eq!(entries[2]["annotation"]["text"], "Failover Cluster");
            assert_eq!(entries[1]["tower"], Value::Null);
            let decoded = &entries[2]["tower"]["tower_octet_string"]["decoded"];
            assert_eq!(decoded["port"], 49665);
            assert_eq!(decoded["address"], "192.0.2.7");
            assert_eq!(decoded["interface"], "clusapi");
            assert_eq!(line["params"]["status"], json!({"value": 0, "name": "ERROR_SUCCESS"}));
            // The typed view finds the same elements.
            let view = epm::ept_lookup::Response::decode(Version::V3_0, syntax, endian, &stub).unwrap();
            let seen: Vec<_> = view.entries().map(|e| (e.annotation().as_bytes().len(), e.tower().is_some())).collect();
            assert_eq!(seen, [(8, true), (1, false), (17, true)]);
            // Cut anywhere, it is an error or a shorter list, never a panic.
            for cut in 0..stub.len() {
                decode(2, Direction::Response, syntax, endian, &stub[..cut]);
            }
        }
    }
}

/// Every method of both interfaces of the runtime, with generated values, there and back.
#[test]
fn round_trips() {
    let mut stubs = 0;
    for interface in idl::RUNTIME {
        for method in interface.versions[0].methods {
            for direction in [Direction::Request, Direction::Response] {
                for set in 0..60 {
                    let noise = invariants::noise(u64::from(method.opnum) * 1000 + set, set as usize * 40);
                    let contents: Contents = invariants::contents(method, direction, 0, &mut Source::new(&noise));
                    for syntax in [Syntax::Ndr, Syntax::Ndr64] {
                        for endian in [Endian::Little, Endian::Big] {
                            let kind = Kind { interface, version: 0, direction, syntax, endian };
                            invariants::round_trip(&Identity { kind, opnum: method.opnum }, &contents);
                            stubs += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(stubs, 12 * 2 * 60 * 4);
}

/// Calls of the mapper are records of their own, and tell where the interface is.
#[test]
fn a_recorded_session() {
    let Some(packets) = recorded("j-epm-dynamic.pcapng") else { return };
    let lines = run(&packets);
    let mapped: Vec<&Value> = lines.iter().filter(|r| r["interface"] == "epm").collect();
    assert_eq!(mapped.len(), 30);
    for record in &mapped {
        assert_eq!(record["method"], "ept_map");
        assert!(record.get("diagnostics").is_none(), "{record}");
        let params = &record["params"];
        let tower = match record["type"].as_str() {
            Some("request") => &params["map_tower"],
            _ => &params["towers"][0],
        };
        let decoded = &tower["tower_octet_string"]["decoded"];
        assert_eq!((&decoded["interface"], &decoded["version"]), (&json!("clusapi"), &json!("3.0")));
        assert_eq!(decoded["protocol"], "ncacn_ip_tcp");
        let port = if record["type"] == "request" { 0 } else { 49679 };
        assert_eq!(decoded["port"], port);
    }
}

/// What the mapper said is a hint for connections whose bind is missing, and no more than a hint.
#[test]
fn a_hint() {
    use cluscope::internals::net::Transport;
    use cluscope::internals::rpc::syntax::SyntaxId;
    use cluscope::internals::session::inference::Knowledge;
    let mut known = Knowledge::default();
    let id = SyntaxId::new(cluscope::internals::rpc::Guid(idl::CLUSAPI.uuid_bytes), 3, 0);
    for i in 0..100_000_u32 {
        let host = std::net::Ipv4Addr::from(0x0a00_0000 + i);
        known.serves(Transport::Tcp, (host, 49664).into(), id, None);
    }
    assert!(known.dropped > 90_000);
    for port in 0..100 {
        let id = SyntaxId::new(id.uuid, port, 0);
        known.serves(Transport::Tcp, (std::net::Ipv4Addr::new(10, 0, 0, 0), 49664).into(), id, None);
    }
    assert!(known.of(Transport::Tcp, (std::net::Ipv4Addr::new(10, 0, 0, 0), 49664).into()).len() <= 8);
}

/// Towers of ncacn_http (MS-RPCE 2.2.1.2.2): floor 0x1f, with a port as TCP's; and what the mapper answers when it knows
/// nothing.
#[test]
fn floors_of_http_and_statuses() {
    let mut bytes = tower(593, [192, 0, 2, 7]);
    let at = bytes.windows(4).position(|w| w == [1, 0, 0x07, 2]).expect("the floor of TCP");
    bytes[at + 2] = 0x1f;
    let stub = epm::ept_map::Response::builder()
        .entry_handle(cluscope::internals::ndr::visitor::ContextHandle::default())
        .num_towers(1u32)
        .towers(Ndr::List(vec![twr(bytes)]))
        .status(0x16c9_a0d6u32);
    let (method, direction) = (&epm::ept_map::METHOD, Direction::Response);
    let mut contents = stub.contents.clone();
    contents.max_counts.push(("towers".into(), 4));
    let stub = idl::encode(method, Version::V3_0, direction, Syntax::Ndr, Endian::Little, &contents).unwrap();
    let line = decode(method.opnum, direction, Syntax::Ndr, Endian::Little, &stub);
    let decoded = &line["params"]["towers"][0]["tower_octet_string"]["decoded"];
    assert_eq!((&decoded["protocol"], &decoded["port"]), (&json!("ncacn_http"), &json!(593)), "{line}");
    assert_eq!(decoded["floors"][3], json!({"protocol": "http", "port": 593}));
    assert_eq!(line["params"]["status"], json!({"value": 0x16c9_a0d6_u32, "name": "ept_s_not_registered"}));
}
