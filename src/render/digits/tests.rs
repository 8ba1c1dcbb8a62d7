//! Digits and texts against the ways of the standard library.

use super::*;

/// Numbers that look like any.
fn numbers() -> impl Iterator<Item = u64> {
    let mut state = 1u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ state >> 29
    })
}

#[test]
fn decimals() {
    let edges = (0..20).flat_map(|power| {
        let n = 10u64.pow(power);
        [n - 1, n, n + 1]
    });
    let any = numbers().take(2000).enumerate().map(|(i, n)| n >> (i % 64));
    for n in (0..20_000).chain(edges).chain(any).chain([u64::MAX, u64::from(u32::MAX)]) {
        let (text, len) = decimal(n);
        assert_eq!(&text[..len], n.to_string().as_bytes());
        match few(n) {
            Some((text, len)) => assert_eq!(&text[..len], format!("{n},").as_bytes()),
            None => assert!(n > 9_999_999),
        }
    }
}

#[test]
fn hexadecimals() {
    let bytes: Vec<u8> = (0..=255).chain(numbers().take(300).map(|n| n as u8)).collect();
    for from in 0..40 {
        for len in 0..70 {
            let part = &bytes[from..from + len];
            let mut room = vec![b'?'; 2 * len];
            hex(part, &mut room);
            assert_eq!(String::from_utf8(room).unwrap(), ::hex::encode(part));
        }
    }
    let mut room = vec![0; 2 * bytes.len()];
    hex(&bytes, &mut room);
    assert_eq!(String::from_utf8(room).unwrap(), ::hex::encode(&bytes));
}

#[test]
fn guids() {
    for n in numbers().take(100) {
        let id = Guid((u128::from(n) * 0x1_0000_0000_0001).to_le_bytes());
        assert_eq!(guid(id), format!("\"{id}\",").as_bytes());
    }
}

#[test]
fn ipv4_addresses() {
    let any = numbers().map(|n| (n as u32).to_le_bytes()).take(1000);
    for bytes in (0..=255).map(|byte| [byte; 4]).chain(any) {
        let (text, len) = ipv4(bytes);
        assert_eq!(&text[..len], format!("\"{}\",", std::net::Ipv4Addr::from(bytes)).as_bytes());
    }
}

#[test]
fn ipv6_addresses() {
    // Every pattern of zeros, with groups of every length.
    for pattern in 0..256u32 {
        for n in numbers().take(20) {
            let groups: [u16; 8] = std::array::from_fn(|i| match pattern >> i & 1 {
                0 => 0,
                _ => ((n.rotate_left(7 * i as u32) as u16) >> (n.rotate_right(5 * i as u32) % 16)).max(1),
            });
            let (text, len) = ipv6(groups);
            let address = std::net::Ipv6Addr::from(groups);
            if address.to_ipv4_mapped().is_none() {
                assert_eq!(std::str::from_utf8(&text[..len]).unwrap(), address.to_string());
            }
        }
    }
    let (text, len) = ipv6([0xffff; 8]);
    assert_eq!(&text[..len], "ffff:".repeat(8).trim_end_matches(':').as_bytes());
}

/// Each byte at each place of texts of each length.
#[test]
fn what_is_plain() {
    for len in 1..70 {
        for at in 0..len {
            for byte in 0..=255 {
                let mut text = vec![b'a'; len];
                text[at] = byte;
                let plain = (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
                assert_eq!(is_plain(&text), plain, "{byte:#x} at {at}");
            }
        }
    }
    assert!(is_plain(b""));
}

#[test]
fn narrow_texts() {
    let units = [0, 0x1f, 0x20, 0x22, 0x41, 0x5c, 0x7e, 0x7f, 0x80, 0xff, 0x100, 0x141, 0xd800, 0xdc41, 0xffff];
    for len in 0..70 {
        for (at, unit) in (0..len.max(1)).flat_map(|at| units.map(|unit| (at, unit))) {
            let mut text: Vec<u16> = (0..len).map(|i| 0x61 + i as u16 % 26).collect();
            if let Some(slot) = text.get_mut(at) {
                *slot = unit;
            }
            let plain = text.iter().all(|u| (0x20..0x7f).contains(u) && *u != 0x22 && *u != 0x5c);
            for endian in [Endian::Little, Endian::Big] {
                let bytes: Vec<u8> = match endian {
                    Endian::Little => text.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
                    Endian::Big => text.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
                };
                let mut room = vec![0; len];
                assert_eq!(narrow::<b'"'>(WStr::new(&bytes, endian), &mut room), plain, "{unit:#x} at {at} of {len}");
                if plain {
                    assert!(room.iter().zip(&text).all(|(byte, unit)| u16::from(*byte) == *unit));
                }
            }
        }
    }
}
