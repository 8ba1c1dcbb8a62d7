//! UTF-16 text and GUIDs by themselves: what their methods say of bytes given by hand.

use crate::base::Guid;
use crate::ndr::{Endian, WStr};

/// `AB`, a null unit, `C`, and a byte that is half a unit.
const TEXT: [u8; 9] = [0x41, 0, 0x42, 0, 0, 0, 0x43, 0, 0x44];

fn text(unit: &[u16], endian: Endian) -> Vec<u8> {
    let bytes = |unit: &u16| match endian {
        Endian::Little => unit.to_le_bytes(),
        Endian::Big => unit.to_be_bytes(),
    };
    unit.iter().flat_map(bytes).collect()
}

/// Half a unit is left out; counts and places are in units, bytes are as they lie.
#[test]
fn units_and_bytes() {
    let all = WStr::le(&TEXT);
    assert_eq!((all.as_bytes(), all.len(), all.is_empty()), (&TEXT[..8], 4, false));
    assert_eq!(all.units().collect::<Vec<_>>(), [0x41, 0x42, 0, 0x43]);
    let none = WStr::le(&TEXT[..1]);
    assert_eq!((none.as_bytes(), none.len(), none.is_empty()), (&[][..], 0, true));
    let swapped = WStr::new(&TEXT, Endian::Big);
    assert_eq!(swapped.units().collect::<Vec<_>>(), [0x4100, 0x4200, 0, 0x4300]);
}

/// Places beyond the end give all before them and nothing behind them.
#[test]
fn parts() {
    let all = WStr::le(&TEXT);
    assert_eq!(all.until_nul().as_bytes(), &TEXT[..4]);
    assert_eq!(WStr::le(&TEXT[..4]).until_nul().as_bytes(), &TEXT[..4]);
    for (n, head, tail) in [(0, 0, 0), (1, 2, 2), (3, 6, 6), (4, 8, 8), (5, 8, 8)] {
        assert_eq!(all.prefix(n).as_bytes(), &TEXT[..head], "{n}");
        assert_eq!(all.suffix(n).as_bytes(), &TEXT[tail..8], "{n}");
    }
    let (body, terminated) = WStr::le(&TEXT[..6]).strip_terminator();
    assert_eq!((body.as_bytes(), terminated), (&TEXT[..4], true));
    let (body, terminated) = all.strip_terminator();
    assert_eq!((body.as_bytes(), terminated), (&TEXT[..8], false));
    // Two bytes of zero that belong to two units are no terminator.
    let (_, terminated) = WStr::le(&[0x41, 0, 0, 0x42]).strip_terminator();
    assert!(!terminated);
}

/// Texts are equal when their units are, whatever order the bytes have.
#[test]
fn comparisons() {
    let (little, big) = (text(&[0x41, 0x42], Endian::Little), text(&[0x41, 0x42], Endian::Big));
    let (little, big) = (WStr::new(&little, Endian::Little), WStr::new(&big, Endian::Big));
    assert!(little == big && little == *"AB" && little == "AB");
    assert!(little != WStr::le(&TEXT) && little != *"Ab" && little != "Ab" && little != "A");
}

/// A surrogate without its partner is U+FFFD for readers and a number for those who look closer.
#[test]
fn shown() {
    let bytes = text(&[0x41, 0x22, 0xd83d, 0xde00, 0xd800, 0x0a], Endian::Big);
    let shown = WStr::new(&bytes, Endian::Big);
    assert_eq!(shown.to_string(), "A\"\u{1f600}\u{fffd}\n");
    assert_eq!(format!("{shown:?}"), "\"A\\\"\u{1f600}\\u{d800}\\n\"");
    assert!(!shown.is_well_formed() && shown.prefix(4).is_well_formed());
    let chars: Vec<_> = shown.suffix(2).chars().collect();
    assert_eq!(chars, [Ok('\u{1f600}'), Err(0xd800), Ok('\n')]);
}

/// MS-CMRP 2.2.2.1: strings, each with its terminator, and one more terminator; nothing else is a MULTI_SZ.
#[test]
fn lists_of_strings() {
    let strings = |units: &[u16]| -> Option<Vec<String>> {
        let bytes = text(units, Endian::Little);
        WStr::le(&bytes).multi_sz().map(|list| list.map(|s| s.to_string()).collect())
    };
    let some = |list: &[&str]| Some(list.iter().map(|s| s.to_string()).collect::<Vec<_>>());
    let (a, b) = (0x61, 0x62);
    assert_eq!(strings(&[0]), some(&[]));
    assert_eq!(strings(&[a, 0, 0]), some(&["a"]));
    assert_eq!(strings(&[a, b, 0, b, 0, 0]), some(&["ab", "b"]));
    // No terminator, one for the string alone, an empty string at the front or between others.
    for units in [&[][..], &[a], &[a, 0], &[0, 0], &[0, a, 0, 0], &[a, 0, 0, b, 0, 0], &[a, 0, 0, 0]] {
        assert_eq!(strings(units), None, "{units:?}");
    }
}

/// MS-DTYP 2.3.4: the first three fields have a byte order, the last eight bytes have none.
#[test]
fn guids() {
    let little = [0xb2, 0xb8, 0x7d, 0xb9, 0x63, 0x4c, 0xcf, 0x11, 0xbf, 0xf6, 8, 0, 0x2b, 0xe2, 0x3f, 0x2f];
    let big = [0xb9, 0x7d, 0xb8, 0xb2, 0x4c, 0x63, 0x11, 0xcf, 0xbf, 0xf6, 8, 0, 0x2b, 0xe2, 0x3f, 0x2f];
    let text = "b97db8b2-4c63-11cf-bff6-08002be23f2f";
    for (bytes, endian) in [(little, Endian::Little), (big, Endian::Big)] {
        let guid = Guid::from_wire(bytes, endian);
        assert_eq!((guid.0, guid.to_wire(endian)), (little, bytes));
        assert_eq!((guid.to_string(), format!("{guid:?}")), (text.to_string(), text.to_string()));
    }
    for good in [text, "B97DB8B2-4C63-11CF-BFF6-08002BE23F2F", "{b97db8b2-4c63-11cf-bff6-08002be23f2f}"] {
        assert_eq!(Guid::parse(good), Some(Guid(little)), "{good}");
    }
    for bad in [
        "",
        "{b97db8b2-4c63-11cf-bff6-08002be23f2f",
        "b97db8b2-4c63-11cf-bff6-08002be23f2",
        "b97db8b2-4c63-11cf-bff6-08002be23f2f0",
        "b97db8b2-4c63-11cf-bff6+08002be23f2f",
        "b97db8b24-c63-11cf-bff6-08002be23f2f",
        "b97db8b2-4c63-11cf-bff6-08002be23f2g",
    ] {
        assert_eq!(Guid::parse(bad), None, "{bad}");
    }
}
