use super::*;
use crate::ndr::Version;
use crate::ndr::value::{Fields, Value};
use crate::ndr::visitor::ContextHandle;
use crate::rpc::event::{Answer, AnswerResult, Body, Context, ContextState, Event, FrameSet};
use crate::rpc::header::Representation;
use crate::rpc::pdu::{ContextElement, ContextResult};
use crate::rpc::syntax::{ContextOutcome, ProviderReason};
use crate::session::{Flow, Record};

fn guesser(shared: &Shared) -> InterfaceInference {
    InterfaceInference::new(
        Arc::clone(shared),
        ["192.0.2.10:49731".parse().unwrap(), "192.0.2.20:49664".parse().unwrap()],
    )
}

fn ask(guesser: &mut InterfaceInference, opnum: u16, stub: Option<&[u8]>) -> Option<AssumedContext> {
    guesser.resolve(&Unbound {
        context_id: 0,
        side: Side::A,
        sender: Sender::Client,
        opnum: Some(opnum),
        representation: Representation::LITTLE,
        stub,
        accepted: None,
        whole: true,
    })
}

/// `"IP1"` as ApiOpenResource has it in NDR64.
fn wide() -> Vec<u8> {
    let mut stub = Vec::new();
    for word in [4_u64, 0, 4] {
        stub.extend(word.to_le_bytes());
    }
    stub.extend("IP1\0".encode_utf16().flat_map(u16::to_le_bytes));
    stub
}

#[test]
fn a_string_tells_the_syntax() {
    let shared = Shared::default();
    let found = ask(&mut guesser(&shared), 8, Some(&wide())).unwrap();
    assert_eq!(
        (found.interface, found.version, found.syntax),
        (Guid(idl::CLUSAPI.uuid_bytes), (3, 0), TransferSyntax::Ndr64)
    );
    assert!((500..1000).contains(&found.confidence), "{}", found.confidence);
}

#[test]
fn what_fits_nothing_is_nothing() {
    let shared = Shared::default();
    let mut guesser = guesser(&shared);
    for opnum in [8, 500, 60_000] {
        assert_eq!(ask(&mut guesser, opnum, Some(&[0xee; 300])), None);
    }
    // Sealed stubs say nothing at all.
    assert_eq!(ask(&mut super::tests::guesser(&shared), 8, None), None);
}

#[test]
fn what_is_known_of_the_server_counts() {
    let shared = Shared::default();
    let witness = SyntaxId::new(Guid(idl::WITNESS.uuid_bytes), 1, 1);
    let server = "192.0.2.20:49664".parse().unwrap();
    lock(&shared).serves(Transport::Tcp, server, witness, Some(TransferSyntax::Ndr64));
    let found = ask(&mut guesser(&shared), 0, Some(&[])).unwrap();
    assert_eq!((found.interface, found.syntax), (witness.uuid, TransferSyntax::Ndr64));
    // Even of sealed calls.
    assert_eq!(ask(&mut guesser(&shared), 0, None).unwrap().interface, witness.uuid);
    // But a stub that can't be Witness's outweighs it.
    let found = ask(&mut guesser(&shared), 8, Some(&wide())).unwrap();
    assert_eq!(found.interface, Guid(idl::CLUSAPI.uuid_bytes));
}

#[test]
fn contexts_are_bounded() {
    let shared = Shared::default();
    let mut guesser = guesser(&shared);
    let stub = wide();
    for context_id in 0..1000 {
        let message = Unbound {
            context_id,
            side: Side::A,
            sender: Sender::Client,
            opnum: Some(8),
            representation: Representation::LITTLE,
            stub: Some(&stub),
            accepted: None,
            whole: true,
        };
        assert_eq!(
            guesser.resolve(&message).is_some(),
            usize::from(context_id) < crate::base::bounds::GUESSED_CONTEXTS
        );
    }
}

/// How well a message of ClusAPI 3.0 in NDR explains these bytes.
fn fit(method: &crate::ndr::Method, direction: Direction, stub: &[u8]) -> f64 {
    likelihood(&CANDIDATES[0], direction, Endian::Little, method.opnum, stub)
}

/// `"IP1"` as ApiOpenResource has it in NDR: maximum count, offset, actual count and units with the terminator.
fn narrow() -> Vec<u8> {
    let mut stub: Vec<u8> = [4_u32, 0, 4].iter().flat_map(|word| word.to_le_bytes()).collect();
    stub.extend("IP1\0".encode_utf16().flat_map(u16::to_le_bytes));
    stub
}

/// Up to three bytes behind a stub may be padding; more speak against a reading, though less than bytes that can't be read.
#[test]
fn what_stands_behind_a_stub_counts() {
    let behind = |bytes: usize| {
        fit(&idl::resource::ApiOpenResource::METHOD, Direction::Request, &[narrow(), vec![0; bytes]].concat())
    };
    let cut = fit(&idl::resource::ApiOpenResource::METHOD, Direction::Request, &narrow()[..16]);
    assert!(behind(0) > behind(1), "{} {}", behind(0), behind(1));
    assert_eq!(behind(1), behind(3));
    assert!(behind(3) > 10.0 * behind(4), "{} {}", behind(3), behind(4));
    assert!(behind(4) > cut, "{} {cut}", behind(4));
}

/// A status without a name, and a broken rule, speak against a reading: each makes it several times less likely.
#[test]
fn unknown_values_and_broken_rules_count() {
    let answer = |status: u32| {
        let stub = [[0; 4], status.to_le_bytes()].concat();
        fit(&idl::resource::ApiOnlineResource::METHOD, Direction::Response, &stub)
    };
    // ERROR_ACCESS_DENIED, RPC_S_SERVER_UNAVAILABLE, nca_unk_if, and the first as an HRESULT.
    for known in [5, 1722, 0x1c01_0003, 0x8007_0005] {
        assert_eq!(answer(known), answer(0), "{known:#x}");
    }
    assert!(answer(0x4242_4242) < answer(0) / 5.0, "{}", answer(0x4242_4242));
    // The terminator is missing (C706 14.3.4).
    let mut open = narrow();
    open[18] = b'x';
    let request = |stub: &[u8]| fit(&idl::resource::ApiOpenResource::METHOD, Direction::Request, stub);
    assert!(request(&open) < request(&narrow()) / 5.0, "{} {}", request(&open), request(&narrow()));
}

/// Bayes' rule by hand: what is known to be served counts forty times as much as before, in either transfer syntax where
/// none is known.
#[test]
fn a_server_that_is_known_by_half() {
    let shared = Shared::default();
    let server = "192.0.2.20:49664".parse().unwrap();
    lock(&shared).serves(Transport::Tcp, server, SyntaxId::new(Guid(idl::WITNESS.uuid_bytes), 1, 1), None);
    let found = ask(&mut guesser(&shared), 0, None).unwrap();
    assert_eq!((found.interface, found.syntax), (Guid(idl::WITNESS.uuid_bytes), TransferSyntax::Ndr));
    // Witness in NDR 0.08, in NDR64 0.07, everything else 0.85: 3.2 of 3.2 + 2.8 + 0.85.
    assert_eq!(found.confidence, 467);
}

/// What a guesser weighs grows with the contexts that it keeps, by about what they take.
#[test]
fn contexts_weigh() {
    let shared = Shared::default();
    let (mut guesser, stub) = (guesser(&shared), wide());
    let empty = guesser.cost();
    assert!((size_of::<InterfaceInference>()..2 * size_of::<InterfaceInference>()).contains(&empty), "{empty}");
    for context_id in 0..10 {
        let (side, sender, opnum) = (Side::A, Sender::Client, Some(8));
        let representation = Representation::LITTLE;
        let stub = Some(&stub[..]);
        guesser.resolve(&Unbound {
            context_id,
            side,
            sender,
            opnum,
            representation,
            stub,
            accepted: None,
            whole: true,
        });
    }
    let more = guesser.cost() - empty;
    assert!((10 * size_of::<Scores>()..40 * size_of::<Scores>()).contains(&more), "{more}");
}

/// Binds that were accepted tell what is served where they were sent; those that were refused tell nothing.
#[test]
fn answers_to_binds_tell_what_is_served() {
    let shared = Shared::default();
    let [clusapi, witness] = [(&idl::CLUSAPI, 3, 0), (&idl::WITNESS, 1, 1)]
        .map(|(interface, major, minor)| SyntaxId::new(Guid(interface.uuid_bytes), major, minor));
    let other = SyntaxId::new(Guid([7; 16]), 1, 0);
    let result = |abstract_syntax, transfer_syntax, outcome| AnswerResult {
        result: ContextResult { outcome, reason: ProviderReason(0), transfer_syntax },
        proposed: Some(ContextElement { id: 0, abstract_syntax, transfer_syntaxes: vec![SyntaxId::NDR] }),
    };
    let answer = || {
        let results = vec![
            result(clusapi, SyntaxId::NDR64, ContextOutcome::ACCEPTANCE),
            result(witness, SyntaxId::NDR, ContextOutcome::PROVIDER_REJECTION),
            result(other, SyntaxId::NDR, ContextOutcome::ACCEPTANCE),
        ];
        let secondary_address: &[u8] = b"";
        Answer { max_xmit_frag: 4280, max_recv_frag: 4280, assoc_group_id: 1, secondary_address, results }
    };
    let [server, client] = ["192.0.2.20:49664", "192.0.2.10:49731"].map(|end| end.parse().unwrap());
    let flow = Flow { transport: Transport::Tcp, stream: 0, src: server, dst: client };
    for body in [Body::BindAck(answer()), Body::AlterContextResp(answer())] {
        let frame_set = FrameSet::of(1, None);
        let event = Event::new(Side::B, Sender::Server, body, &frame_set);
        let shared = Shared::default();
        learn(&shared, &Record { flow, event, interface: None });
        assert_eq!(lock(&shared).of(Transport::Tcp, server), [(clusapi, Some(TransferSyntax::Ndr64))]);
        assert_eq!(lock(&shared).of(Transport::Tcp, client), []);
        assert_eq!(lock(&shared).of(Transport::Udp, server), []);
    }
    // What is no answer tells nothing.
    let frame_set = FrameSet::of(1, None);
    let event = Event::new(Side::B, Sender::Server, Body::Shutdown, &frame_set);
    learn(&shared, &Record { flow, event, interface: None });
    assert_eq!(lock(&shared).of(Transport::Tcp, server), []);
}

/// A flag or a state that nobody knows speaks against a reading as an unknown status does.
#[test]
fn unknown_names_count() {
    let state = |state: u32| {
        let stub = [&state.to_le_bytes()[..], &[0; 16]].concat();
        fit(&idl::resource::ApiGetResourceState::METHOD, Direction::Response, &stub)
    };
    // ClusterResourceOnline and ClusterResourceOffline.
    assert_eq!(state(2), state(3));
    assert!(state(77) < state(2) / 5.0, "{} {}", state(77), state(2));
    let asked = |kinds: u32| {
        let handle = [&[0; 4][..], &[7; 16]].concat();
        let stub = [&handle[..], &kinds.to_le_bytes(), &[0; 4]].concat();
        fit(&idl::cluster::ApiCreateEnumEx::METHOD, Direction::Request, &stub)
    };
    // CLUSTER_ENUM_GROUP and _NODE.
    assert_eq!(asked(9), asked(8));
    assert!(asked(0x0040_0008) < asked(8) / 5.0, "{}", asked(0x0040_0008));
}

/// A short stub fits much by chance: a long one that fits is the better evidence.
#[test]
fn long_stubs_are_better_evidence() {
    let named = |name: &str| {
        let units: Vec<u16> = name.encode_utf16().chain([0]).collect();
        let count = units.len() as u32;
        let mut stub: Vec<u8> = [count, 0, count].iter().flat_map(|word| word.to_le_bytes()).collect();
        stub.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        stub
    };
    let sure = |name: &str| {
        let shared = Shared::default();
        let found = ask(&mut guesser(&shared), 8, Some(&named(name))).unwrap();
        assert_eq!((found.version, found.syntax), ((3, 0), TransferSyntax::Ndr), "{name}");
        found.confidence
    };
    assert_eq!(named("12345").len(), 24);
    assert_eq!(sure("12345"), sure("123"));
    assert_eq!(sure("1234567"), sure("123456789012345"));
    assert!(sure("1234567") > sure("12345"), "{} {}", sure("1234567"), sure("12345"));
}

/// What the user says is the only choice, and what names the server comes before what names none.
#[test]
fn the_word_of_the_user() {
    let told = |words: &[&str]| {
        let shared = Shared::default();
        for word in words {
            lock(&shared).assume(word.parse().unwrap());
        }
        let found = ask(&mut guesser(&shared), 0, None).unwrap();
        (found.interface == Guid(idl::CLUSAPI.uuid_bytes), found.version, found.syntax, found.confidence)
    };
    assert_eq!(told(&["clusapi:3.0:ndr64"]), (true, (3, 0), TransferSyntax::Ndr64, 999));
    assert_eq!(told(&["clusapi:2.0:ndr"]), (true, (2, 0), TransferSyntax::Ndr, 999));
    assert_eq!(told(&["witness:1.1:ndr64"]), (false, (1, 1), TransferSyntax::Ndr64, 999));
    let here = "clusapi:2.0:ndr64@192.0.2.20:49664";
    assert_eq!(told(&["clusapi:3.0:ndr", here]), (true, (2, 0), TransferSyntax::Ndr64, 999));
    let elsewhere = "clusapi:2.0:ndr64@192.0.2.21:49664";
    assert_eq!(told(&["clusapi:3.0:ndr", elsewhere]), (true, (3, 0), TransferSyntax::Ndr, 999));
}

/// An answer of the endpoint mapper with one tower of ClusAPI 3.0 over TCP (C706 appendices I and L).
fn mapped(port: u16, address: [u8; 4]) -> Vec<u8> {
    let start = "050013000db2b87db9634ccf11bff608002be23f2f03000200000013000d045d888aeb1cc9119fe808002b104860020002000000\
                 01000b020000000100070200";
    let mut tower = hex::decode(start.replace(char::is_whitespace, "")).unwrap();
    tower.extend(port.to_be_bytes());
    tower.extend([1, 0, 9, 4, 0]);
    tower.extend(address);
    let mut twr = Fields::default();
    twr.set("tower_length", Value::Int(tower.len() as u64));
    twr.set("tower_octet_string", Value::Bytes(tower));
    let response = idl::epm::ept_map::Response::builder()
        .entry_handle(ContextHandle::default())
        .num_towers(1_u32)
        .towers(Value::List(vec![Value::Map(twr)]))
        .status(0_u32);
    let mut contents = response.contents.clone();
    contents.max_counts.push(("towers".into(), 4));
    let method = &idl::epm::ept_map::METHOD;
    idl::encode(method, Version::V3_0, Direction::Response, Syntax::Ndr, Endian::Little, &contents).unwrap()
}

/// The mapper tells a port, of the address in the tower and of its own; no port is none, and no address is its own.
#[test]
fn towers_tell_what_is_served() {
    let clusapi = SyntaxId::new(Guid(idl::CLUSAPI.uuid_bytes), 3, 0);
    let known = |port, address: [u8; 4]| {
        let stub = mapped(port, address);
        let [server, client] = ["192.0.2.20:135", "192.0.2.10:49731"].map(|end| end.parse().unwrap());
        let flow = Flow { transport: Transport::Tcp, stream: 0, src: server, dst: client };
        let context = Context {
            id: 0,
            interface: Guid(idl::EPM.uuid_bytes),
            version: (3, 0),
            syntax: TransferSyntax::Ndr,
            state: ContextState::Accepted,
            assumed: false,
            confidence: None,
        };
        let opnum = Some(idl::epm::ept_map::METHOD.opnum);
        let body = Body::Response { opnum, cancel_count: 0, stub: Some(&stub[..]) };
        let frame_set = FrameSet::of(1, None);
        let event = Event { context: Some(context), ..Event::new(Side::B, Sender::Server, body, &frame_set) };
        let shared = Shared::default();
        learn(&shared, &Record { flow, event, interface: Some((&idl::EPM, 0)) });
        let knowledge = lock(&shared);
        let at = |host: [u8; 4]| knowledge.of(Transport::Tcp, (host, port).into()).to_vec();
        [at(address), at([192, 0, 2, 20])]
    };
    let one = vec![(clusapi, None)];
    assert_eq!(known(49_664, [192, 0, 2, 7]), [one.clone(), one.clone()]);
    assert_eq!(known(49_664, [0; 4]), [vec![], one]);
    assert_eq!(known(0, [192, 0, 2, 7]), [vec![], vec![]]);
}
