use super::*;
use crate::idl;

/// What Samba's client asks for ClusAPI 3.0 over TCP.
const TOWER: &str = "050013000db2b87db9634ccf11bff608002be23f2f03000200000013000d045d888aeb1cc9119fe808002b10486002000200000001000b02\
                     00000001000702000000010009 04007f004d0b";

fn octets() -> Vec<u8> {
    hex::decode(TOWER.replace(char::is_whitespace, "")).unwrap()
}

#[test]
fn floors() {
    let octets = octets();
    let tower = Tower::parse(&octets);
    assert_eq!(tower.floors.len(), 5);
    assert!(tower.rest.is_empty());
    let interface = tower.interface().unwrap();
    assert_eq!((interface.uuid.0, interface.major, interface.minor), (idl::CLUSAPI.uuid_bytes, 3, 0));
    assert_eq!(tower.transfer_syntax(), Some(SyntaxId::NDR));
    assert_eq!((tower.port(), tower.address()), (Some(0), Some(Ipv4Addr::new(127, 0, 77, 11))));
    assert_eq!(tower.protocol_sequence(), Some("ncacn_ip_tcp"));
}

#[test]
fn whatever_is_whole_in_it() {
    let octets = octets();
    let mut last = 0;
    for cut in 0..octets.len() {
        let tower = Tower::parse(&octets[..cut]);
        assert!(tower.floors.len() >= last && tower.floors.len() < 5);
        last = tower.floors.len();
    }
    assert_eq!(last, 4);
    // As many floors as can be claimed.
    let mut many = vec![0xff, 0xff];
    many.resize(100_000, 0);
    assert_eq!(Tower::parse(&many).floors.len(), MAX_FLOORS);
}

/// A floor of a pipe's name (C706 I, 0x0f and 0x10) beside those of other protocols.
#[test]
fn pipes() {
    let floor = |protocol: &[u8], related: &[u8]| {
        let length = |octets: &[u8]| (octets.len() as u16).to_le_bytes();
        [&length(protocol)[..], protocol, &length(related), related].concat()
    };
    for protocol in [0x0f, 0x10] {
        let octets = [&[2, 0][..], &floor(&[0x0b], &[0, 0]), &floor(&[protocol], b"\\pipe\\clus\0")].concat();
        let name = Tower::parse(&octets).pipe().map(<[u8]>::to_vec);
        assert!(name.is_some_and(|name| name.starts_with(b"\\pipe\\clus")), "{protocol:x}");
    }
    assert_eq!(Tower::parse(&octets()).pipe(), None);
}
