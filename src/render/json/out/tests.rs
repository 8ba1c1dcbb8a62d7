//! The buffer: what is written is there, wherever the room ends, and nothing of what lies behind it.

use super::*;

/// What `print` makes of an empty buffer.
fn printed(print: impl Fn(&mut Out)) -> String {
    let mut out = Out::new();
    print(&mut out);
    String::from_utf8(out.as_bytes().to_vec()).unwrap()
}

/// One of everything.
fn everything(out: &mut Out) {
    out.begin();
    out.key("key");
    out.text("plain");
    out.prepared_key(&Key::of("prepared"), "prepared");
    out.text("quoted \" and \\ and\n\u{1} and ä");
    out.prepared_key(&Key::of(&"long".repeat(20)), "long");
    out.begin_list();
    for n in [0, 9, 10, 99, 12_345, 9_999_999, 10_000_000, u64::MAX] {
        out.uint(n);
    }
    out.int(-7);
    out.int(i64::MIN);
    out.end_list();
    out.key("more");
    out.begin_list();
    out.wide(WStr::le(b"a\0b\0"));
    out.wide(WStr::le(b"\xe4\0\"\0"));
    out.wide(WStr::le(b"\0\xd8"));
    out.hex(b"\x01\xab");
    out.ipv4([10, 0, 200, 1]);
    out.ipv6([0xfe80, 0, 0, 0, 0, 0, 0, 0xb]);
    out.ipv6([0, 0, 0, 0, 0, 0xffff, 0x0a00, 1]);
    out.guid(Guid([0x11; 16]));
    out.null();
    out.bool(true);
    out.raw(b"{}");
    out.end_list();
    out.end();
}

const EVERYTHING: &str = concat!(
    r#"{"key":"plain","prepared":"quoted \" and \\ and\n\u0001 and ä","long":[0,9,10,99,12345,9999999,10000000,"#,
    r#"18446744073709551615,-7,-9223372036854775808],"more":["ab","ä\"",{"utf16":"00d8"},"01ab","10.0.200.1","#,
    r#""fe80::b","::ffff:10.0.0.1","11111111-1111-1111-1111-111111111111",null,true,{}]}"#
);

#[test]
fn values() {
    assert_eq!(printed(everything), EVERYTHING);
    assert_eq!(printed(|_| ()), "");
    assert_eq!(printed(|out| out.end()), "}");
}

/// Whether anything was written, lines that are kept left out.
#[cfg(feature = "session")]
#[test]
fn emptiness() {
    let mut out = Out::new();
    assert!(out.is_empty());
    out.uint(1);
    assert!(!out.is_empty());
    out.keep_line();
    assert!(out.is_empty());
    out.uint(2);
    assert!(!out.is_empty());
    out.clear();
    assert!(out.is_empty() && out.lines() == b"1\n");
}

/// The buffer grows at every place of what is printed, and prints the same the second time.
#[test]
fn growth() {
    for before in 0..2 * crate::render::buffer::SMALL {
        let mut out = Out::new();
        (0..before).for_each(|_| out.buffer.put(b" "));
        everything(&mut out);
        assert_eq!(std::str::from_utf8(&out.as_bytes()[before..]).unwrap(), EVERYTHING);
    }
    let mut out = Out::new();
    for _ in 0..3 {
        out.clear();
        everything(&mut out);
        assert_eq!(out.as_bytes(), EVERYTHING.as_bytes());
    }
}

/// What is longer than the limit is dropped, and nothing of it is kept for later.
#[test]
fn limits() {
    for limit in 0..EVERYTHING.len() + 60 {
        let mut out = Out::with_limit(limit);
        everything(&mut out);
        if !out.overflowed() {
            assert_eq!(out.as_bytes(), EVERYTHING.as_bytes());
        }
        assert!(out.overflowed() || limit + 60 > EVERYTHING.len());
        (out.limit, out.end) = (usize::MAX, usize::MAX);
        out.clear();
        everything(&mut out);
        assert!(!out.overflowed());
        assert_eq!(out.as_bytes(), EVERYTHING.as_bytes());
    }
}

#[test]
fn taking_back() {
    let text = printed(|out| {
        out.begin_list();
        out.uint(1);
        let len = out.len();
        out.text("taken back");
        out.truncate(len);
        out.truncate(len + 5);
        out.end_list();
    });
    assert_eq!(text, "[1]");
}

#[cfg(feature = "session")]
#[test]
fn frames() {
    for (first, all, text) in [
        (7, &[7][..], r#""frame":7,"frames":[7]"#),
        (12_345, &[12_345], r#""frame":12345,"frames":[12345]"#),
        (123_456_789, &[123_456_789], r#""frame":123456789,"frames":[123456789]"#),
        (10, &[8, 9, 10], r#""frame":10,"frames":[8,9,10]"#),
        (0, &[], r#""frame":0,"frames":[]"#),
    ] {
        assert_eq!(printed(|out| out.frames(first, all)), text);
    }
}

#[test]
fn lists_of_units() {
    for len in 0..40u16 {
        for zeros in 0..=len {
            let units: Vec<u16> = (0..len).map(|i| if i < len - zeros { 0x141 + i } else { 0 }).collect();
            let text = units.iter().map(u16::to_string).collect::<Vec<_>>().join(",");
            let le: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let be: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            assert_eq!(printed(|out| out.units(WStr::le(&le))), text);
            assert_eq!(printed(|out| out.units(WStr::new(&be, Endian::Big))), text);
        }
    }
}

/// Lines that are kept stand in front of what is printed next, and count for nothing there.
#[cfg(feature = "session")]
#[test]
fn kept_lines() {
    let mut out = Out::with_limit(EVERYTHING.len() + 1);
    for number in 0..40 {
        everything(&mut out);
        assert_eq!((out.overflowed(), out.len()), (false, EVERYTHING.len() + 1));
        assert_eq!(out.as_bytes(), EVERYTHING.as_bytes());
        out.keep_line();
        assert!(out.is_empty());
        assert_eq!(out.lines(), format!("{EVERYTHING}\n").repeat(number + 1).as_bytes());
        // What is taken back, or too long, takes no line with it.
        out.key("lost");
        out.truncate(0);
        out.text(&"x".repeat(2 * EVERYTHING.len()));
        assert!(out.overflowed());
        out.end();
        out.clear();
        assert_eq!(out.lines().len(), (number + 1) * (EVERYTHING.len() + 1));
    }
    out.keep_line();
    assert!(out.lines().ends_with(b"\n\n"));
    out.clear_lines(0);
    assert_eq!(out.lines(), b"");
    everything(&mut out);
    assert_eq!(out.as_bytes(), EVERYTHING.as_bytes());
}
