use super::*;
use alloc::vec::Vec;

/// The trailer of a real client: bitmask, pcontext, header2.
fn trailer() -> Vec<u8> {
    let mut t = SIGNATURE.to_vec();
    t.extend_from_slice(&[1, 0, 4, 0, 1, 0, 0, 0]);
    t.extend_from_slice(&[2, 0, 40, 0]);
    t.extend_from_slice(&[0xb2; 16]);
    t.extend_from_slice(&[3, 0, 0, 0]);
    t.extend_from_slice(&SyntaxId::NDR.uuid.0);
    t.extend_from_slice(&[2, 0, 0, 0]);
    t.extend_from_slice(&[3, 0x40, 16, 0]);
    t.extend_from_slice(&[0, 0, 0, 0, 0x10, 0, 0, 0, 7, 0, 0, 0, 1, 0, 8, 0]);
    t
}

#[test]
fn all_commands() {
    let stub = [&[9; 8], trailer().as_slice()].concat();
    let found = Verification::find(&stub, Endian::Little).unwrap();
    assert_eq!((found.offset, found.length), (8, 80));
    assert_eq!(found.bitmask, Some(1));
    let (interface, transfer) = found.pcontext.unwrap();
    assert_eq!((interface.major, transfer), (3, SyntaxId::NDR));
    let header = found.header2.unwrap();
    assert_eq!((header.call_id, header.context_id, header.opnum, header.drep), (7, 1, 8, [0x10, 0, 0, 0]));
    assert_eq!(found.split(&stub), [9; 8]);
    // Whatever byte order the PDU had.
    assert!(Verification::find(&stub, Endian::Big).is_some());
}

#[test]
fn only_where_it_fits() {
    let whole = trailer();
    assert!(Verification::find(&whole, Endian::Little).is_some());
    for cut in 0..whole.len() {
        assert!(Verification::find(&whole[..cut], Endian::Little).is_none(), "cut {cut}");
    }
    // Not aligned, or with something behind it.
    assert!(Verification::find(&[&[0], whole.as_slice()].concat(), Endian::Little).is_none());
    assert!(Verification::find(&[whole.as_slice(), &[0; 4]].concat(), Endian::Little).is_none());
    // Only near the end: an endless command would let a client hide its stub.
    let mut long = SIGNATURE.to_vec();
    long.extend_from_slice(&[9, 0x40, 0, 4]);
    long.resize(12 + 1024, 0);
    assert!(Verification::find(&long, Endian::Little).is_none());
}

#[test]
fn unknown_commands() {
    let mut stub = SIGNATURE.to_vec();
    stub.extend_from_slice(&[9, 0x80, 2, 0, 1, 2, 1, 0x40, 4, 0, 1, 0, 0, 0]);
    let found = Verification::find(&stub, Endian::Little).unwrap();
    assert_eq!((found.unknown, found.unknown_must, found.bitmask), (1, true, Some(1)));
    // A known command of another size is no trailer.
    let mut stub = SIGNATURE.to_vec();
    stub.extend_from_slice(&[1, 0x40, 2, 0, 1, 0]);
    assert!(Verification::find(&stub, Endian::Little).is_none());
}

#[test]
fn flipped_bytes() {
    let whole = trailer();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut bad = whole.clone();
            bad[at] ^= 1 << bit;
            let _ = Verification::find(&bad, Endian::Little);
        }
    }
}

/// MS-RPCE 2.2.2.13.1: 0x8000 says that a command has to be understood; without it one need not be.
#[test]
fn unknown_commands_that_may_be_ignored() {
    let trailer = |command: u16| [&SIGNATURE[..], &command.to_le_bytes(), &[4, 0], &[0; 4]].concat();
    for (command, must) in [(0x4009, false), (0xc009, true)] {
        let found = Verification::find(&trailer(command), Endian::Little).unwrap();
        assert_eq!((found.unknown, found.unknown_must), (1, must), "{command:04x}");
    }
    // Without the bit of the last command there is no end.
    assert!(Verification::find(&trailer(0x8009), Endian::Little).is_none());
}
