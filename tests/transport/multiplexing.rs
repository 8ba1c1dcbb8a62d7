//! Several contexts, several interfaces, concurrent calls on one connection; association groups over several.

use crate::support::*;
use cluscope::internals::idl::{self, cluster, resource, witness};
use cluscope::internals::ndr::value::Contents;
use cluscope::internals::ndr::{Direction, Endian, Method, Syntax, Version};
use cluscope::internals::rpc::pdu::{Bind, BindAck, Body, ContextElement, ContextResult, Pdu, Request, Response};
use cluscope::internals::rpc::syntax::{ContextOutcome, ProviderReason, SyntaxId};
use cluscope::internals::rpc::{Guid, Representation, header};
use serde_json::Value;

const CLIENT: (u32, u16) = (0xc000_020a, 49731);
const SERVER: (u32, u16) = (0xc000_0214, 49664);

fn interface(i: &cluscope::internals::ndr::Interface) -> Guid {
    Guid(i.uuid_bytes)
}

fn clusapi(version: u16) -> SyntaxId {
    SyntaxId::new(interface(&idl::CLUSAPI), version, 0)
}

fn make(body: Body<'_>, call_id: u32, flags: u8) -> Vec<u8> {
    let header = header::Header {
        minor_version: 0,
        ptype: body.ptype(),
        flags: header::PfcFlags::from_bits_retain(flags),
        representation: Representation::LITTLE,
        frag_length: 0,
        auth_length: 0,
        call_id,
    };
    Pdu { header, body, padding: &[], auth: None }.encode().unwrap()
}

fn proposal(group: u32, contexts: &[(u16, SyntaxId, SyntaxId)]) -> Bind {
    let contexts = contexts
        .iter()
        .map(|(id, abstract_syntax, syntax)| ContextElement {
            id: *id,
            abstract_syntax: *abstract_syntax,
            transfer_syntaxes: vec![*syntax],
        })
        .collect();
    Bind { max_xmit_frag: 4280, max_recv_frag: 4280, assoc_group_id: group, contexts }
}

fn answer(group: u32, results: &[(bool, SyntaxId)]) -> BindAck<'static> {
    let results = results
        .iter()
        .map(|(accepted, syntax)| ContextResult {
            outcome: if *accepted { ContextOutcome::ACCEPTANCE } else { ContextOutcome::PROVIDER_REJECTION },
            reason: ProviderReason(u16::from(!accepted)),
            transfer_syntax: if *accepted { *syntax } else { SyntaxId::default() },
        })
        .collect();
    BindAck { max_xmit_frag: 4280, max_recv_frag: 4280, assoc_group_id: group, secondary_address: b"49664\0", results }
}

fn stub(
    method: &'static Method,
    version: Version,
    syntax: Syntax,
    direction: Direction,
    contents: &Contents,
) -> Vec<u8> {
    idl::encode(method, version, direction, syntax, Endian::Little, contents).unwrap()
}

fn request(call_id: u32, context_id: u16, opnum: u16, stub: &[u8], flags: u8) -> Vec<u8> {
    let body = Request { alloc_hint: stub.len() as u32, context_id, opnum, object: None, stub };
    make(Body::Request(body), call_id, flags)
}

fn response(call_id: u32, context_id: u16, stub: &[u8], flags: u8) -> Vec<u8> {
    let body = Response { alloc_hint: stub.len() as u32, context_id, cancel_count: 0, reserved: 0, stub };
    make(Body::Response(body), call_id, flags)
}

fn open(name: &str) -> Contents {
    resource::ApiOpenResource::Request::builder().lpszResourceName(name).contents
}

fn opened(version: Version) -> Contents {
    let mut contents = resource::ApiOpenResource::Response::builder()
        .Status(0u32)
        .r#return(cluscope::internals::ndr::visitor::ContextHandle {
            attributes: 0,
            uuid: cluscope::internals::base::Guid([9; 16]),
        })
        .contents;
    if version == Version::V3_0 {
        contents.fields.set("rpc_status", 0u32);
    }
    contents
}

fn calls(lines: &[Value]) -> Vec<&Value> {
    lines.iter().filter(|r| is(r, &["request", "response", "fault"])).collect()
}

/// Two interfaces, two versions, two syntaxes on one connection, one context refused, another added in mid-session.
#[test]
fn contexts_of_several_interfaces() {
    let swn = SyntaxId::new(interface(&idl::WITNESS), 1, 1);
    let mut talk = Talk::new(CLIENT, SERVER);
    let contexts = [
        (0, clusapi(3), SyntaxId::NDR),
        (1, clusapi(3), SyntaxId::NDR64),
        (7, swn, SyntaxId::NDR),
        (9, clusapi(2), SyntaxId::NDR),
    ];
    talk.client(&make(Body::Bind(proposal(0, &contexts)), 1, 3));
    let results = [(true, SyntaxId::NDR), (true, SyntaxId::NDR64), (true, SyntaxId::NDR), (false, SyntaxId::NDR)];
    talk.server(&make(Body::BindAck(answer(0x1234, &results)), 1, 3));
    let method = &resource::ApiOpenResource::METHOD;
    for (call, context, version, syntax) in [(2, 0, Version::V3_0, Syntax::Ndr), (3, 1, Version::V3_0, Syntax::Ndr64)] {
        talk.client(&request(call, context, 8, &stub(method, version, syntax, Direction::Request, &open("IP1")), 3));
        let reply = stub(method, version, syntax, Direction::Response, &opened(version));
        talk.server(&response(call, context, &reply, 3));
    }
    let list = witness::WitnessrGetInterfaceList::METHOD.opnum;
    talk.client(&request(4, 7, list, &[], 3));
    // A rejected context is never read by.
    talk.client(&request(5, 9, 8, &stub(method, Version::V2_0, Syntax::Ndr, Direction::Request, &open("IP1")), 3));
    // In mid-session: 2.0 after all, under a new number, and number 7 stays what it was.
    let more = [(12, clusapi(2), SyntaxId::NDR)];
    talk.client(&make(Body::AlterContext(proposal(0x1234, &more)), 6, 3));
    talk.server(&make(Body::AlterContextResp(answer(0x1234, &[(true, SyntaxId::NDR)])), 6, 3));
    talk.client(&request(7, 12, 8, &stub(method, Version::V2_0, Syntax::Ndr, Direction::Request, &open("IP2")), 3));
    let reply = stub(method, Version::V2_0, Syntax::Ndr, Direction::Response, &opened(Version::V2_0));
    talk.server(&response(7, 12, &reply, 3));

    let lines = run(&talk.packets);
    let found = calls(&lines);
    let shown: Vec<_> = found
        .iter()
        .map(|r| {
            let text = |key: &str| r[key].as_str().unwrap_or("-").to_string();
            format!("{} {} {} {} {}", r["call_id"], text("interface"), text("version"), text("syntax"), text("method"))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "2 clusapi 3.0 ndr ApiOpenResource",
            "2 clusapi 3.0 ndr ApiOpenResource",
            "3 clusapi 3.0 ndr64 ApiOpenResource",
            "3 clusapi 3.0 ndr64 ApiOpenResource",
            "4 witness 1.1 ndr WitnessrGetInterfaceList",
            "5 - - ndr -",
            "7 clusapi 2.0 ndr ApiOpenResource",
            "7 clusapi 2.0 ndr ApiOpenResource",
        ]
    );
    assert_eq!(found[5]["context"], "rejected");
    assert!(found[5].get("params").is_none() && found[5]["stub"].is_string());
    assert_eq!(found[6]["params"]["lpszResourceName"], "IP2");
    assert!(found.iter().all(|r| r.get("trailing").is_none() && r.get("error").is_none()));
}

/// Calls in flight at the same time, their fragments interleaved, answered in another order.
#[test]
fn concurrent_calls() {
    let mut talk = Talk::new(CLIENT, SERVER);
    talk.client(&make(Body::Bind(proposal(0, &[(0, clusapi(3), SyntaxId::NDR)])), 1, 3));
    talk.server(&make(Body::BindAck(answer(1, &[(true, SyntaxId::NDR)])), 1, 3));
    let method = &resource::ApiOpenResource::METHOD;
    let stubs: Vec<Vec<u8>> = (0..5)
        .map(|i| stub(method, Version::V3_0, Syntax::Ndr, Direction::Request, &open(&format!("Resource number {i}"))))
        .collect();
    // One byte of each in turn.
    let longest = stubs.iter().map(Vec::len).max().unwrap();
    for at in 0..longest {
        for (i, stub) in stubs.iter().enumerate() {
            let flags = u8::from(at == 0) | if at + 1 == stub.len() { 2 } else { 0 };
            talk.client(&request(10 + i as u32, 0, 8, &stub[at..at + 1], flags));
        }
    }
    for i in [3, 0, 4, 1, 2] {
        let reply = stub(method, Version::V3_0, Syntax::Ndr, Direction::Response, &opened(Version::V3_0));
        talk.server(&response(10 + i, 0, &reply, 3));
    }
    let lines = run(&talk.packets);
    let found = calls(&lines);
    assert_eq!(found.len(), 10);
    for (i, record) in found[..5].iter().enumerate() {
        assert_eq!(record["params"]["lpszResourceName"], format!("Resource number {i}"));
        assert_eq!(record["fragments"], longest);
    }
    for record in &found[5..] {
        let asked = found[..5].iter().find(|r| r["call_id"] == record["call_id"]).unwrap();
        assert_eq!(record["request_frame"], asked["frame"]);
    }
}

/// Two connections of one association group: both name it.
#[test]
fn an_association_group() {
    let mut packets = Vec::new();
    for (i, group) in [(0, 0), (1, 0x4711)] {
        let mut talk = Talk::new((CLIENT.0, CLIENT.1 + i), SERVER);
        talk.client(&make(Body::Bind(proposal(group, &[(0, clusapi(3), SyntaxId::NDR)])), 1, 3));
        talk.server(&make(Body::BindAck(answer(0x4711, &[(true, SyntaxId::NDR)])), 1, 3));
        let method = &cluster::ApiGetClusterName::METHOD;
        talk.client(&request(2, 0, method.opnum, &[], 3));
        packets.extend(talk.packets);
    }
    for (i, packet) in packets.iter_mut().enumerate() {
        packet.frame = i as u64 + 1;
    }
    let lines = run(&packets);
    let groups: Vec<_> = lines.iter().filter_map(|r| r["assoc_group_id"].as_u64()).collect();
    assert_eq!(groups, [0, 0x4711, 0x4711, 0x4711]);
    assert_eq!(calls(&lines).len(), 2);
    assert!(calls(&lines).iter().all(|r| r["method"] == "ApiGetClusterName"));
}

#[test]
fn recorded() {
    let Some(packets) = recorded_two() else { return };
    let lines = run(&packets);
    let found = calls(&lines);
    assert!(found.iter().all(|r| r["params"].is_object() && r.get("error").is_none()));
    for (interface, syntax) in [("clusapi", "ndr"), ("clusapi", "ndr64"), ("witness", "ndr"), ("witness", "ndr64")] {
        let here = found.iter().filter(|r| r["interface"] == interface && r["syntax"] == syntax).count();
        assert!(here > 0, "{interface} {syntax}");
    }
}

fn recorded_two() -> Option<Vec<Owned>> {
    crate::support::recorded("l2-two-interfaces.pcapng")
}

/// The same call identifier in flight on two contexts: each answer belongs to the request of its own context.
#[test]
fn one_call_identifier_on_two_contexts() {
    let mut talk = Talk::new(CLIENT, SERVER);
    let witness = SyntaxId::new(interface(&idl::WITNESS), 1, 1);
    let contexts = [(0, clusapi(3), SyntaxId::NDR), (1, witness, SyntaxId::NDR)];
    talk.client(&make(Body::Bind(proposal(0, &contexts)), 1, 3));
    talk.server(&make(Body::BindAck(answer(1, &[(true, SyntaxId::NDR); 2])), 1, 3));
    let version = Version::V3_0;
    let asked =
        stub(&resource::ApiOpenResource::METHOD, version, Syntax::Ndr, Direction::Request, &open("Cluster Name"));
    talk.client(&request(7, 0, resource::ApiOpenResource::METHOD.opnum, &asked, 3));
    talk.client(&request(7, 1, witness::WitnessrGetInterfaceList::METHOD.opnum, &[], 3));
    // The other way round.
    talk.server(&response(7, 1, &[0, 0, 0, 0, 0x57, 0, 0, 0], 3));
    let reply = stub(&resource::ApiOpenResource::METHOD, version, Syntax::Ndr, Direction::Response, &opened(version));
    talk.server(&response(7, 0, &reply, 3));
    let lines = run(&talk.packets);
    let found = calls(&lines);
    let methods: Vec<_> = found.iter().map(|r| (r["type"].as_str().unwrap(), r["method"].as_str().unwrap())).collect();
    assert_eq!(
        methods,
        [
            ("request", "ApiOpenResource"),
            ("request", "WitnessrGetInterfaceList"),
            ("response", "WitnessrGetInterfaceList"),
            ("response", "ApiOpenResource"),
        ]
    );
    assert_eq!(found[2]["request_frame"], found[1]["frame"]);
    assert_eq!(found[3]["request_frame"], found[0]["frame"]);
    assert!(found.iter().all(|r| r.get("trailing").is_none() && r.get("error").is_none()), "{found:?}");
}

/// Extended error information (MS-EERR 2.2.1, serialized as C706 14.3 has it): access denied on SRV01, because the RPC server
/// was unavailable.
const EXTENDED_ERROR: &str = "01100800cccccccc980000000000000000000200000000000400020001000100050000000800020004000000000000000000\
    056936c0d5010800000005000000420101000000000002000000000000000000000002000200bc0200000000000001000569\
    36c0d50102000000ba060000f501000002000000030003000500000002000200040000000c000200040000006e006f006400\
    650005000000530052005600300031000000";

/// A fault says that the call was not executed (PFC_DID_NOT_EXECUTE), and why it failed; of several fragments it is one.
#[test]
fn faults_that_say_more() {
    use cluscope::internals::rpc::pdu::Fault;
    let error = hex::decode(EXTENDED_ERROR).unwrap();
    let mut talk = Talk::new(CLIENT, SERVER);
    talk.client(&make(Body::Bind(proposal(0, &[(0, clusapi(3), SyntaxId::NDR)])), 1, 3));
    talk.server(&make(Body::BindAck(answer(1, &[(true, SyntaxId::NDR)])), 1, 3));
    let method = &resource::ApiOpenResource::METHOD;
    let asked = stub(method, Version::V3_0, Syntax::Ndr, Direction::Request, &open("Cluster Name"));
    let fault = |call, flags, extended: bool, stub: &[u8]| {
        let (alloc_hint, extended) = (32 + stub.len() as u32, u8::from(extended));
        let body =
            Fault { alloc_hint, context_id: 0, cancel_count: 0, flags: extended, status: 5, reserved: Some(0), stub };
        make(Body::Fault(body), call, flags)
    };
    for call in 2..5 {
        talk.client(&request(call, 0, method.opnum, &asked, 3));
    }
    talk.server(&fault(2, 0x03, false, &[]));
    talk.server(&fault(3, 0x23, true, &error));
    let (first, last) = error.split_at(48);
    talk.server(&fault(4, 0x21, true, first));
    talk.server(&fault(4, 0x22, true, last));
    let lines = run(&talk.packets);
    let faults: Vec<_> = lines.iter().filter(|r| r["type"] == "fault").collect();
    assert_eq!(faults.len(), 3, "{lines:?}");
    assert!(faults.iter().all(|fault| fault["method"] == "ApiOpenResource"), "{faults:?}");
    assert_eq!((faults[0].get("did_not_execute"), faults[0].get("extended_error")), (None, None));
    assert_eq!(faults[2]["fragments"], 2);
    for fault in &faults[1..] {
        assert_eq!(fault["did_not_execute"], true);
        let records = fault["extended_error"]["decoded"]["records"].as_array().unwrap_or_else(|| panic!("{fault}"));
        assert_eq!(records.len(), 2);
        assert_eq!((&records[0]["ComputerName"], &records[1]["ProcessID"]), (&"SRV01".into(), &700.into()));
    }
    // And for a person.
    let mut text = cluscope::internals::render::text::TextBuffer::default();
    let mut session = cluscope::internals::session::Session::new(Default::default(), Default::default());
    let style = cluscope::internals::render::text::Style::default();
    for packet in &talk.packets {
        session.packet(&packet.packet(), &mut |record| {
            cluscope::internals::render::text::record::record(&mut text, &record, &style, None);
        });
    }
    let text = text.as_str();
    assert_eq!(text.matches("the call was not executed").count(), 2, "{text}");
    assert_eq!(text.matches("EEInfoGCWinsock, SRV01, process 4, location 322").count(), 2, "{text}");
}
