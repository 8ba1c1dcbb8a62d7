use super::*;

/// Two records as Scapy 2.8 writes them (`scapy.layers.msrpce.raw.ms_eerr`, type serialization with a pointer).
const SCAPY: &str = "01100800cccccccc880000000000000000000200000000000000020001000100050000000000020004000000000000000100056936c0d\
    5010800000005000000420101000000000002000000000000000000000002000200bc020000000000000000056936c0d50102000000ba060000f50100\
    00020000000300030005000000020002000400000000000200050000005352563031000000";

fn scapy() -> Vec<u8> {
    hex::decode(SCAPY).unwrap()
}

#[test]
fn records_of_another_program() {
    // Scapy leaves out what a UTF-16 string is; this one is cut there, so that the chain ends in the first string.
    assert_eq!(parse(&scapy()), None);
}

/// The chain as a runtime writes it, from MS-EERR 2.2.1 and C706 14.3.
fn chain(big: bool) -> Vec<u8> {
    let mut out = vec![1, if big { 0 } else { 0x10 }, 8, 0, 0xcc, 0xcc, 0xcc, 0xcc];
    let mut object = Vec::new();
    let u16s = |out: &mut Vec<u8>, n: u16| out.extend(if big { n.to_be_bytes() } else { n.to_le_bytes() });
    let u32s = |out: &mut Vec<u8>, n: u32| out.extend(if big { n.to_be_bytes() } else { n.to_le_bytes() });
    let u64s = |out: &mut Vec<u8>, n: u64| out.extend(if big { n.to_be_bytes() } else { n.to_le_bytes() });
    let text = |out: &mut Vec<u8>, text: &str| {
        u32s(out, text.len() as u32);
        text.encode_utf16().for_each(|unit| u16s(out, unit));
        out.resize(out.len().next_multiple_of(4), 0);
    };
    u32s(&mut object, 0x0002_0000);
    // The first record: no parameters, a computer name, a next record.
    u32s(&mut object, 0);
    u32s(&mut object, 0x0002_0004);
    for n in [1, 1, 5, 0] {
        u16s(&mut object, n);
    }
    for n in [0x0002_0008, 4, 0] {
        u32s(&mut object, n);
    }
    object.truncate(object.len().next_multiple_of(8) - if object.len() % 8 == 0 { 0 } else { 8 });
    object.resize(object.len().next_multiple_of(8), 0);
    u64s(&mut object, 132_223_104_000_000_000);
    for n in [8, 5] {
        u32s(&mut object, n);
    }
    for n in [322, 1, 0, 0] {
        u16s(&mut object, n);
    }
    // The second one: two parameters.
    u32s(&mut object, 2);
    object.resize(object.len().next_multiple_of(8), 0);
    u32s(&mut object, 0);
    for n in [2, 2] {
        u16s(&mut object, n);
    }
    u32s(&mut object, 700);
    object.resize(object.len().next_multiple_of(8), 0);
    u64s(&mut object, 132_223_104_000_000_001);
    for n in [2, 1722] {
        u32s(&mut object, n);
    }
    for n in [501, 0, 2] {
        u16s(&mut object, n);
    }
    object.resize(object.len().next_multiple_of(8), 0);
    for n in [3, 3] {
        u16s(&mut object, n);
    }
    u32s(&mut object, 5);
    object.resize(object.len().next_multiple_of(8), 0);
    for n in [2, 2, 4, 0] {
        u16s(&mut object, n);
    }
    u32s(&mut object, 0x0002_000c);
    text(&mut object, "node");
    text(&mut object, "SRV01");
    u32s(&mut out, object.len() as u32);
    u32s(&mut out, 0);
    out.extend(object);
    out
}

#[test]
fn a_chain() {
    for big in [false, true] {
        let records = parse(&chain(big)).unwrap();
        let [first, cause] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!(first.computer.as_deref(), Some("SRV01"));
        assert_eq!((first.process, first.component, first.status, first.location, first.flags), (4, 8, 5, 322, 1));
        assert_eq!(first.time, 132_223_104_000_000_000);
        assert_eq!((cause.computer.as_deref(), cause.process, cause.status), (None, 700, 1722));
        assert_eq!(cause.params, [Param::Long(5), Param::Text(Some("node".into()))]);
    }
    assert_eq!(component_name(8), Some("EEInfoGCWinsock"));
}

/// Cut anywhere, and with any byte changed: no panic, nothing unbounded.
#[test]
fn hostile() {
    let whole = chain(false);
    for length in 0..whole.len() {
        let _ = parse(&whole[..length]);
    }
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            let _ = parse(&bytes);
        }
    }
    // A chain that goes on and on.
    let mut long = whole[..16].to_vec();
    long[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    long.extend([1; 4]);
    for _ in 0..100_000 {
        long.extend([0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 2, 0]);
        long.extend([0; 36]);
    }
    assert_eq!(parse(&long), None);
    // No record at all.
    let mut none = whole[..16].to_vec();
    none.extend([0; 100]);
    assert_eq!(parse(&none), Some(Vec::new()));
}
