use super::*;
use crate::rpc::header::Representation;

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
