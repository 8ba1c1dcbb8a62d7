use super::*;
use crate::idl;

/// What Samba's client asks for ClusAPI 3.0 over TCP.
const TOWER: &str = "050013000db2b87db9634ccf11bff608002be23f2f03000200000013000d045d888aeb1cc9119fe808002b10486002000200000001000b02\
                     00000001000702000000010009 04007f004d0b";

fn bytes() -> Vec<u8> {
    hex::decode(TOWER.replace(char::is_whitespace, "")).unwrap()
}

#[test]
fn floors() {
    let bytes = bytes();
    let tower = Tower::parse(&bytes);
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
    let bytes = bytes();
    let mut last = 0;
    for cut in 0..bytes.len() {
        let tower = Tower::parse(&bytes[..cut]);
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
        let length = |bytes: &[u8]| (bytes.len() as u16).to_le_bytes();
        [&length(protocol)[..], protocol, &length(related), related].concat()
    };
    for protocol in [0x0f, 0x10] {
        let bytes = [&[2, 0][..], &floor(&[0x0b], &[0, 0]), &floor(&[protocol], b"\\pipe\\clus\0")].concat();
        let name = Tower::parse(&bytes).pipe().map(<[u8]>::to_vec);
        assert!(name.is_some_and(|name| name.starts_with(b"\\pipe\\clus")), "{protocol:x}");
    }
    assert_eq!(Tower::parse(&bytes()).pipe(), None);
}

/// C706 I: protocol sequences by the two floors behind interface and transfer syntax; the tower in a line.
#[test]
fn sequences() {
    let floor =
        |protocol: u8, related: &[u8]| [&[1, 0, protocol][..], &(related.len() as u16).to_le_bytes(), related].concat();
    let tower = |floors: &[Vec<u8>]| {
        let mut bytes = bytes()[..2 + 25 + 25].to_vec();
        bytes[0] = 2 + floors.len() as u8;
        bytes.extend(floors.concat());
        bytes
    };
    for (runtime, transport, name) in [
        (0x0b, 0x07, Some("ncacn_ip_tcp")),
        (0x0a, 0x08, Some("ncadg_ip_udp")),
        (0x0b, 0x0f, Some("ncacn_np")),
        (0x0b, 0x1f, Some("ncacn_http")),
        (0x0b, 0x12, Some("ncacn_nb_nb")),
        (0x0b, 0x13, Some("ncacn_spx")),
        (0x0a, 0x0e, Some("ncadg_ipx")),
        (0x0c, 0x00, Some("ncalrpc")),
        (0x0b, 0x77, None),
        (0x0a, 0x07, None),
    ] {
        let bytes = tower(&[floor(runtime, &[0, 0]), floor(transport, &[0, 0])]);
        assert_eq!(Tower::parse(&bytes).protocol_sequence(), name, "{runtime:02x} {transport:02x}");
    }
    assert_eq!(Tower::parse(&bytes()).to_string(), "clusapi 3.0 at ncacn_ip_tcp 127.0.77.11, any port");
    let pipe = tower(&[floor(0x0b, &[0, 0]), floor(0x0f, b"\\pipe\\x")]);
    assert!(Tower::parse(&pipe).to_string().starts_with("clusapi 3.0 at ncacn_np "));
    let udp = tower(&[floor(0x0a, &[0, 0]), floor(0x08, &[0xc0, 1]), floor(0x09, &[10, 0, 0, 1])]);
    assert_eq!(Tower::parse(&udp).to_string(), "clusapi 3.0 at ncadg_ip_udp 10.0.0.1 port 49153");
    assert_eq!(Tower::parse(&[0, 0]).to_string(), "no interface at an unknown protocol");
}

/// C706, appendix I, with what Microsoft adds: 0x0c, 0x0e, 0x0f, 0x1f.
#[test]
fn names_of_protocols() {
    let names = [
        (0x02, "dna_session_control"),
        (0x03, "dna_session_control_v3"),
        (0x04, "dna_nsp"),
        (0x05, "osi_tp4"),
        (0x06, "osi_clns"),
        (0x07, "tcp"),
        (0x08, "udp"),
        (0x09, "ip"),
        (0x0a, "ncadg"),
        (0x0b, "ncacn"),
        (0x0c, "ncalrpc"),
        (0x0d, "uuid"),
        (0x0e, "ipx"),
        (0x0f, "smb"),
        (0x10, "named_pipe"),
        (0x11, "netbios"),
        (0x12, "netbeui"),
        (0x13, "spx"),
        (0x14, "nb_ipx"),
        (0x16, "dsp"),
        (0x17, "ddp"),
        (0x18, "appletalk"),
        (0x1a, "vines_spp"),
        (0x1b, "vines_ipc"),
        (0x1c, "streettalk"),
        (0x1f, "http"),
        (0x20, "unix_ds"),
        (0x21, "null"),
    ];
    for protocol in 0..=255 {
        let expected = names.iter().find(|(known, _)| *known == protocol).map(|(_, name)| *name);
        assert_eq!(Floor { protocol, left: &[], right: &[] }.name(), expected, "{protocol:#04x}");
    }
}
