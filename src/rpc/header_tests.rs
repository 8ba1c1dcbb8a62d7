//! Labels and types as C706 and MS-RPCE list them.

use super::*;
use alloc::vec::Vec;

/// C706 14.1: integers in the high half of the first byte, characters in the low one, floating point in the second.
#[test]
fn labels() {
    let endian = [Endian::Big, Endian::Little];
    let character = [Character::Ascii, Character::Ebcdic];
    let float = [Float::Ieee, Float::Vax, Float::Cray, Float::Ibm];
    for first in 0..=255_u8 {
        for second in 0..=255_u8 {
            let expected = (|| {
                Some(Representation {
                    endian: *endian.get(usize::from(first / 16))?,
                    character: *character.get(usize::from(first % 16))?,
                    float: *float.get(usize::from(second))?,
                })
            })();
            let found = Representation::from_bytes(first, second);
            assert_eq!(found, expected, "{first:#04x} {second:#04x}");
            assert!(found.is_none_or(|found| found.to_bytes() == [first, second]));
        }
    }
}

/// C706 12.6.4.2 for connections, 12.5.2 for datagrams.
#[test]
fn transports() {
    let types: Vec<_> = (0..=255).filter_map(PacketType::from_u8).collect();
    assert_eq!(types.len(), 20);
    let numbers = |on: fn(PacketType) -> bool| -> Vec<u8> {
        types.iter().filter(|ptype| on(**ptype)).map(|ptype| *ptype as u8).collect()
    };
    assert_eq!(numbers(PacketType::is_connection_oriented), [0, 2, 3, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    assert_eq!(numbers(PacketType::is_connectionless), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
}

/// A PDU shorter than the fixed members of its type is none (C706 12.6.4): 16 bytes of header and what stands here.
#[test]
fn smallest_pdus() {
    let plausible =
        |ptype: u8, length: u8| Header::plausible(&[5, 0, ptype, 3, 0x10, 0, 0, 0, length, 0, 0, 0, 1, 0, 0, 0]);
    for (ptype, too_short, enough) in [
        // alloc_hint, p_cont_id, opnum or cancel_count.
        (0, 23, 24),
        (2, 23, 24),
        // The same and the status.
        (3, 27, 28),
        // Fragment sizes, group, number of contexts.
        (11, 27, 28),
        (14, 27, 28),
        // Fragment sizes, group, the length of the address; aligned, the number of results.
        (12, 25, 32),
        (15, 25, 32),
        // The reason.
        (13, 17, 18),
        // The trailer.
        (16, 23, 24),
        (17, 15, 16),
        (18, 15, 16),
        (19, 15, 16),
    ] {
        assert!(!plausible(ptype, too_short), "{ptype}");
        assert!(plausible(ptype, enough), "{ptype}");
    }
    // No types of connections.
    for ptype in [1, 4, 5, 6, 7, 8, 9, 10, 20] {
        assert!(!plausible(ptype, 200), "{ptype}");
    }
}

/// The verifier ends with the PDU: eight bytes of trailer and the value, behind the header.
#[test]
fn trailers() {
    let header = |length: u8, auth: u8| {
        Header::parse(&[5, 1, 0, 3, 0x10, 0, 0, 0, length, 0, auth, 0, 1, 0, 0, 0])
            .map(|header| header.trailer_offset())
    };
    assert_eq!(header(40, 16), Ok(Some(16)));
    assert_eq!(header(41, 16), Ok(Some(17)));
    assert_eq!(header(40, 0), Ok(None));
    assert!(header(39, 16).is_err());
}
