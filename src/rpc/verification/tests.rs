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

/// A trailer of so many bytes: one unknown command, the last one.
fn long(length: usize) -> Vec<u8> {
    let body = (length - 12) as u16;
    let mut t = [&SIGNATURE[..], &[9, 0x40], &body.to_le_bytes()].concat();
    t.resize(length, 0x77);
    t
}

/// MS-RPCE 2.2.2.13: at a 4-byte boundary; here within the last 512 bytes.
#[test]
fn where_it_is_looked_for() {
    for (before, length, found) in [
        (0, 12, true),
        (0, 13, true),
        (0, 15, true),
        (4, 12, true),
        (1, 12, false),
        (2, 12, false),
        (3, 12, false),
        (3, 13, false),
        (0, 512, true),
        (4, 512, true),
        (1000, 512, true),
        (4, 511, true),
        (8, 510, true),
        (4, 513, false),
        (0, 513, false),
        (0, 516, false),
        (1000, 516, false),
        (1002, 512, false),
    ] {
        let stub = [vec![0; before], long(length)].concat();
        let place = Verification::find(&stub, Endian::Little).map(|v| (v.offset, v.length, v.unknown));
        assert_eq!(place, found.then_some((before, length, 1)), "{before} and {length}");
    }
    for length in 0..12 {
        assert!(Verification::find(&long(12)[..length], Endian::Little).is_none());
    }
}

/// The last one that fits is the trailer: what stands before it is the stub's.
#[test]
fn the_last_one_wins() {
    // To the first one, the second one's signature is the body of a command.
    let inner = [&SIGNATURE[..], &[1, 0x40, 4, 0, 5, 0, 0, 0]].concat();
    let outer = [&SIGNATURE[..], &[9, 0, 8, 0], &inner].concat();
    let found = Verification::find(&outer, Endian::Little).unwrap();
    assert_eq!((found.offset, found.length, found.unknown, found.bitmask), (12, 16, 0, Some(5)));
    // The second one broken, the first one still fits.
    let mut broken = outer;
    broken[12] ^= 1;
    let found = Verification::find(&broken, Endian::Little).unwrap();
    assert_eq!((found.offset, found.length, found.unknown, found.bitmask), (0, 28, 1, Some(5)));
}

/// The bytes of a command with its type and length.
fn command_of(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat()
}

/// The flags say nothing of the type: 0x8000 that the command has to be understood, 0x4000 that it is the last one.
#[test]
fn flags_of_known_commands() {
    let header: [u8; 16] = core::array::from_fn(|n| n as u8 + 1);
    for must in [0, 0x8000] {
        for kind in 1..=3_u16 {
            let body = [&[7; 4][..], &[8; 40], &header][usize::from(kind) - 1];
            let stub = [&SIGNATURE[..], &command_of(kind | must | 0x4000, body)].concat();
            let found = Verification::find(&stub, Endian::Little).unwrap();
            assert_eq!((found.unknown, found.unknown_must), (0, false));
            assert_eq!(found.bitmask, (kind == 1).then_some(0x0707_0707));
            assert_eq!(found.pcontext.is_some(), kind == 2);
            // PTYPE, three bytes reserved, drep, call_id, p_cont_id, opnum.
            let (drep, call_id, context_id, opnum) = ([5, 6, 7, 8], 0x0c0b_0a09, 0x0e0d, 0x100f);
            let expected = Header2 { ptype: 1, drep, call_id, context_id, opnum };
            assert_eq!(found.header2, (kind == 3).then_some(expected));
        }
    }
    // Each has one size only.
    for (kind, right) in [(1_u16, 4_usize), (2, 40), (3, 16)] {
        for size in [0, right - 1, right, right + 1, right + 4] {
            let stub = [&SIGNATURE[..], &command_of(kind | 0x4000, &vec![0; size])].concat();
            assert_eq!(Verification::find(&stub, Endian::Little).is_some(), size == right, "{kind}: {size}");
        }
    }
}

/// Unknown commands are counted; one that has to be understood is enough, wherever it stands.
#[test]
fn several_unknown_commands() {
    let find = |kinds: &[u16]| {
        let mut stub = SIGNATURE.to_vec();
        kinds.iter().for_each(|kind| stub.extend(command_of(*kind, b"")));
        Verification::find(&stub, Endian::Little).map(|found| (found.unknown, found.unknown_must))
    };
    assert_eq!(find(&[9, 10, 0x400b]), Some((3, false)));
    assert_eq!(find(&[0x8009, 10, 0x400b]), Some((3, true)));
    assert_eq!(find(&[9, 10, 0xc00b]), Some((3, true)));
    assert_eq!(find(&[0x8009, 0x800a, 0xc00b]), Some((3, true)));
    assert_eq!(find(&[0x4000]), Some((1, false)));
    // Nothing may follow the last one, and there has to be one.
    assert_eq!(find(&[0x4009, 0x400b]), None);
    assert_eq!(find(&[9, 10]), None);
    assert_eq!(find(&[]), None);
}

/// Commands in the byte order of the PDU, or else in the other one.
#[test]
fn byte_orders() {
    let little = [&SIGNATURE[..], &[1, 0x40, 4, 0, 1, 2, 3, 4]].concat();
    let big = [&SIGNATURE[..], &[0x40, 1, 0, 4, 1, 2, 3, 4]].concat();
    for endian in [Endian::Little, Endian::Big] {
        assert_eq!(Verification::find(&little, endian).unwrap().bitmask, Some(0x0403_0201));
        assert_eq!(Verification::find(&big, endian).unwrap().bitmask, Some(0x0102_0304));
    }
    // What makes sense in both is read in the PDU's: 0x4040 and 0x0404 bytes are no command of 4, so this one is.
    let both = [&SIGNATURE[..], &[0x40, 0x40, 0, 0]].concat();
    for endian in [Endian::Little, Endian::Big] {
        assert_eq!(Verification::find(&both, endian).unwrap().unknown, 1);
    }
}
