//! Files made by hand: formats, lying lengths, cut and foreign files.

use super::*;
use std::io::{self, Read};

/// A pcapng block in one of the byte orders.
fn block(big_endian: bool, kind: u32, body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(body.len().div_ceil(4) * 4, 0);
    let length = body.len() as u32 + 12;
    [&word(big_endian, kind)[..], &word(big_endian, length), &body, &word(big_endian, length)].concat()
}

fn word(big_endian: bool, value: u32) -> [u8; 4] {
    if big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
}

fn half(big_endian: bool, value: u16) -> [u8; 2] {
    if big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
}

fn option(big_endian: bool, code: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = [half(big_endian, code), half(big_endian, value.len() as u16)].concat();
    bytes.extend(value);
    bytes.resize(bytes.len().div_ceil(4) * 4, 0);
    bytes
}

fn section(big_endian: bool, options: &[u8]) -> Vec<u8> {
    let mut body = word(big_endian, 0x1a2b_3c4d).to_vec();
    body.extend(half(big_endian, 1));
    body.extend([0; 2]);
    body.extend([0xff; 8]);
    body.extend(options);
    block(big_endian, 0x0a0d_0d0a, &body)
}

fn interface(big_endian: bool, link: u16, snaplen: u32, options: &[u8]) -> Vec<u8> {
    let body = [&half(big_endian, link)[..], &[0, 0], &word(big_endian, snaplen), options].concat();
    block(big_endian, 1, &body)
}

fn enhanced(big_endian: bool, interface: u32, units: u64, data: &[u8], original: u32, options: &[u8]) -> Vec<u8> {
    let mut body = word(big_endian, interface).to_vec();
    body.extend(word(big_endian, (units >> 32) as u32));
    body.extend(word(big_endian, units as u32));
    body.extend(word(big_endian, data.len() as u32));
    body.extend(word(big_endian, original));
    body.extend(data);
    body.resize(body.len().div_ceil(4) * 4, 0);
    body.extend(options);
    block(big_endian, 6, &body)
}

fn pcap(magic: u32, big_endian: bool, link: u32) -> Vec<u8> {
    let mut file = word(big_endian, magic).to_vec();
    file.extend(half(big_endian, 2));
    file.extend(half(big_endian, 4));
    file.extend([0; 8]);
    file.extend(word(big_endian, 65535));
    file.extend(word(big_endian, link));
    file
}

fn record(big_endian: bool, seconds: u32, fraction: u32, data: &[u8], original: u32) -> Vec<u8> {
    let mut record = Vec::new();
    for value in [seconds, fraction, data.len() as u32, original] {
        record.extend(word(big_endian, value));
    }
    record.extend(data);
    record
}

/// A packet that owns its bytes.
#[derive(Debug, PartialEq, Eq)]
struct Owned {
    frame: u64,
    time: Option<i64>,
    link: u32,
    data: Vec<u8>,
    original_len: usize,
    comments: Vec<String>,
}

fn read(bytes: &[u8]) -> (Vec<Owned>, Option<CaptureError>) {
    let mut reader = match Reader::new(bytes) {
        Ok(reader) => reader,
        Err(error) => return (vec![], Some(error)),
    };
    drain(&mut reader)
}

fn drain<R: Read>(reader: &mut Reader<R>) -> (Vec<Owned>, Option<CaptureError>) {
    let mut packets = vec![];
    loop {
        match reader.next() {
            Ok(Some(packet)) => packets.push(Owned {
                frame: packet.frame,
                time: packet.time.map(|time| time.0),
                link: packet.link.0,
                data: packet.data.to_vec(),
                original_len: packet.original_len,
                comments: packet.comments.iter().map(|comment| comment.clone().into_owned()).collect(),
            }),
            Ok(None) => return (packets, None),
            Err(error) => return (packets, Some(error)),
        }
    }
}

#[test]
fn classic_files_in_every_order_and_resolution() {
    for big_endian in [false, true] {
        for (magic, nanos) in [(0xa1b2_c3d4, 5_000_007_000), (0xa1b2_3c4d, 5_000_000_007)] {
            let file = [pcap(magic, big_endian, 0x1000_0065), record(big_endian, 5, 7, b"abc", 9)].concat();
            let (packets, error) = read(&file);
            assert!(error.is_none());
            let expected = Owned {
                frame: 1,
                time: Some(nanos),
                link: 101,
                data: b"abc".into(),
                original_len: 9,
                comments: vec![],
            };
            assert_eq!(packets, [expected]);
        }
    }
    // Kuznetzov's variant has eight more bytes in each record.
    let mut entry = record(false, 1, 2, b"", 3);
    entry[8..12].copy_from_slice(&3_u32.to_le_bytes());
    let file = [pcap(0xa1b2_cd34, false, 1), entry, vec![0; 8], b"abc".to_vec()].concat();
    assert_eq!(read(&file).0[0].data, b"abc");
}

#[test]
fn sections_interfaces_and_clocks() {
    for big_endian in [false, true] {
        let offset = if big_endian { 100_i64.to_be_bytes() } else { 100_i64.to_le_bytes() };
        let file = [
            section(big_endian, &option(big_endian, 4, b"a program")),
            interface(big_endian, 1, 0, &[]),
            interface(big_endian, 113, 0, &option(big_endian, 9, &[9])),
            interface(
                big_endian,
                101,
                0,
                &[option(big_endian, 9, &[0x80 | 20]), option(big_endian, 14, &offset)].concat(),
            ),
            interface(big_endian, 228, 0, &option(big_endian, 9, &[12])),
            interface(big_endian, 229, 0, &option(big_endian, 9, &[0])),
            enhanced(big_endian, 0, 1_000_001, b"a", 1, &[]),
            enhanced(big_endian, 1, 1_000_000_001, b"bb", 2, &[]),
            enhanced(big_endian, 2, 3 << 19, b"ccc", 3, &[]),
            enhanced(big_endian, 3, 1_999_999, b"dddd", 4, &[]),
            enhanced(big_endian, 4, 7, b"eeeee", 5, &[]),
            enhanced(big_endian, 4, u64::MAX, b"", 0, &[]),
        ]
        .concat();
        let other =
            [section(!big_endian, &[]), interface(!big_endian, 276, 0, &[]), enhanced(!big_endian, 0, 5, b"f", 1, &[])];
        let mut reader = Reader::new(&file[..]).unwrap();
        while reader.frames() < 6 {
            reader.next().unwrap();
        }
        assert_eq!(reader.section().unwrap().application.as_deref(), Some("a program"));
        let (packets, error) = read(&[file, other.concat()].concat());
        assert!(error.is_none());
        let found: Vec<_> = packets.iter().map(|packet| (packet.link, packet.time, packet.data.len())).collect();
        assert_eq!(
            found,
            [
                (1, Some(1_000_001_000), 1),
                (113, Some(1_000_000_001), 2),
                (101, Some(101_500_000_000), 3),
                (228, Some(1999), 4),
                (229, Some(7_000_000_000), 5),
                (229, None, 0),
                (276, Some(5000), 1),
            ]
        );
    }
}

#[test]
fn clocks_at_their_limits() {
    use super::time::Clock;
    let time = |resolution, offset, units| Clock { resolution, offset }.time(units).map(|time| time.0);
    assert_eq!(time(0x80, 0, 1), Some(1_000_000_000));
    assert_eq!(time(0x80 | 32, 0, 1 << 31), Some(500_000_000));
    assert_eq!(time(0x80 | 63, 0, u64::MAX), Some(1_999_999_999));
    assert_eq!(time(0xff, 0, u64::MAX), Some(0));
    assert_eq!(time(19, 0, 10_000_000_000_000_000_000), Some(1_000_000_000));
    assert_eq!(time(38, 0, u64::MAX), Some(0));
    assert_eq!(time(0x7f, 0, u64::MAX), None);
    assert_eq!(time(6, i64::MAX, 1), None);
    assert_eq!(time(6, i64::MIN, 1), None);
    assert_eq!(time(6, -1, 1), Some(-999_999_000));
    assert_eq!(time(0, 0, u64::MAX), None);
}

#[test]
fn packet_blocks_of_all_kinds_and_what_else_has_a_frame_number() {
    for big_endian in [false, true] {
        let comments = [option(big_endian, 1, b"first"), option(big_endian, 1, b"x\xff"), vec![0; 4]].concat();
        let mut obsolete = half(big_endian, 0).to_vec();
        obsolete.extend(half(big_endian, 77));
        for value in [0, 9_000_000, 5, 5] {
            obsolete.extend(word(big_endian, value));
        }
        obsolete.extend(b"12345\0\0\0");
        obsolete.extend(option(big_endian, 1, b"old"));
        let names = [
            &half(big_endian, 1)[..],
            &half(big_endian, 10),
            &[192, 0, 2, 1],
            b"node1\0\0\0",
            &half(big_endian, 2),
            &half(big_endian, 22),
            &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            b"node2\0\0\0",
            &[0; 4],
        ]
        .concat();
        let file = [
            section(big_endian, &option(big_endian, 1, b"a section")),
            interface(big_endian, 1, 4, &[]),
            block(big_endian, 4, &names),
            block(big_endian, 3, &[&word(big_endian, 100)[..], b"abcd"].concat()), // cut by the snapshot length
            block(big_endian, 3, &[&word(big_endian, 2)[..], b"ab\0\0"].concat()),
            block(big_endian, 2, &obsolete),
            block(big_endian, 0x0bad, &[0; 8]),
            enhanced(big_endian, 0, 0, b"xyz", 60, &comments),
            block(big_endian, 5, &[0; 12]),
            block(big_endian, 10, &[0; 12]),
            block(big_endian, 0x8000_0777, b"unknown"),
            block(big_endian, 9, b"journal"),
            enhanced(big_endian, 0, 0, b"last", 60, &[]),
        ]
        .concat();
        let mut reader = Reader::new(&file[..]).unwrap();
        let (packets, error) = drain(&mut reader);
        assert!(error.is_none());
        let found: Vec<_> = packets.iter().map(|p| (p.frame, p.time, p.data.as_slice(), p.original_len)).collect();
        assert_eq!(
            found,
            [
                (1, None, &b"abcd"[..], 100),
                (2, None, b"ab", 2),
                (3, Some(9_000_000_000), b"12345", 5),
                (5, Some(0), b"xyz", 60),
                (7, Some(0), b"last", 60),
            ]
        );
        assert_eq!(packets[2].comments, ["old"]);
        assert_eq!(packets[3].comments, ["first", "x\u{fffd}"]);
        assert_eq!(reader.section().unwrap().comments, ["a section"]);
        let names = reader.names().unwrap();
        assert_eq!(names.get("192.0.2.1".parse().unwrap()), Some("node1"));
        assert_eq!(names.get("2001:db8::1".parse().unwrap()), Some("node2"));
        assert_eq!((names.iter().count(), names.dropped()), (2, 0));
        assert_eq!((reader.frames(), reader.problem_count()), (7, 0));
    }
}

#[test]
fn blocks_that_contradict_themselves_are_passed_over() {
    let mut long = enhanced(false, 0, 0, b"abcd", 4, &[]);
    long[20] = 200; // captured length beyond the block
    let mut trailer = enhanced(false, 0, 0, b"tail", 4, &[]);
    let at = trailer.len() - 4;
    trailer[at] ^= 0xff; // the second length differs
    let file = [
        section(false, &[]),
        interface(false, 1, 0, &[]),
        interface(false, 1, 0, &option(false, 14, &[1, 2])), // an offset of two bytes
        long,
        enhanced(false, 9, 0, b"nowhere", 7, &[]),
        trailer,
        block(false, 3, &[]),
        block(false, 2, &[0; 8]),
        block(false, 4, &[1, 0, 255, 255]),
        enhanced(false, 1, 5, b"good", 4, &option(false, 1, b"ok")),
    ]
    .concat();
    let mut reader = Reader::new(&file[..]).unwrap();
    let (packets, error) = drain(&mut reader);
    assert!(error.is_none(), "{error:?}");
    let found: Vec<_> = packets.iter().map(|p| (p.frame, p.data.as_slice())).collect();
    assert_eq!(found, [(3, &b"tail"[..]), (6, b"good")]);
    assert_eq!(reader.problem_count(), 7);
    assert_eq!(reader.problems()[0].reason, "a packet longer than its block");
    assert_eq!(reader.problems()[0].frame, 1);
}

#[test]
fn lying_lengths_end_in_one_clear_line() {
    let start = [section(false, &[]), interface(false, 1, 0, &[]), enhanced(false, 0, 0, b"abcd", 4, &[])].concat();
    let mut huge = start.clone();
    huge.extend([6, 0, 0, 0, 0, 0, 0, 0xf0]);
    huge.extend([0; 100]);
    let (packets, error) = read(&huge);
    assert_eq!(packets.len(), 1);
    assert_eq!(
        error.unwrap().to_string(),
        "what starts at offset 84, after packet 1, claims 4026531840 bytes; the limit is 4194304"
    );
    let mut short = start.clone();
    short.extend([6, 0, 0, 0, 8, 0, 0, 0]);
    assert_eq!(
        read(&short).1.unwrap().to_string(),
        "the file is corrupt at offset 84, after packet 1: a block length below 12"
    );
    let mut section_without_magic = start.clone();
    section_without_magic.extend(block(false, 0x0a0d_0d0a, &[0; 16]));
    assert!(matches!(read(&section_without_magic).1, Some(CaptureError::Corrupt { .. })));
    let mut unknown = start.clone();
    unknown.extend([0x77, 0, 0, 0, 0, 0, 0, 0xf0, 1, 2, 3, 4]);
    assert!(matches!(read(&unknown).1, Some(CaptureError::TooLarge { offset: 84, frames: 1, .. })));
    let mut classic = [pcap(0xa1b2_c3d4, false, 1), record(false, 0, 0, b"abcd", 4)].concat();
    classic.extend(word(false, 0).repeat(2));
    classic.extend(word(false, u32::MAX).repeat(2));
    assert!(matches!(read(&classic).1, Some(CaptureError::TooLarge { frames: 1, claimed: 0x1_0000_000f, .. })));
    // An options area beyond the limit costs its comments, not the packet.
    let mut large = start;
    large.extend(enhanced(false, 0, 0, b"efgh", 4, &option(false, 1, b"x").repeat(40_000)));
    let mut reader = Reader::new(&large[..]).unwrap();
    let (packets, error) = drain(&mut reader);
    assert!(error.is_none() && packets.len() == 2 && packets[1].comments.is_empty());
    assert_eq!(reader.problem_count(), 1);
}

#[test]
fn a_claim_alone_allocates_little() {
    // 4 MiB claimed, some bytes there: an endless reader is asked for no more than it says.
    let mut file = [section(false, &[]), interface(false, 1, 0, &[])].concat();
    file.extend([6, 0, 0, 0]);
    file.extend(((4_u32 << 20) - 16).to_le_bytes());
    file.extend([0; 1000]);
    let mut reader = Reader::new(&file[..]).unwrap();
    assert!(reader.next().unwrap_err().is_truncated());
    assert!(reader.capacity() <= 1 << 18);
}

#[test]
fn what_is_no_capture_is_named() {
    let message = |bytes: &[u8]| Reader::new(bytes).unwrap_err().to_string();
    assert_eq!(message(b""), "the file is empty");
    assert_eq!(
        message(b"PK\x03\x04"),
        "not a capture file: it starts with 50 4b 03 04, which is a zip archive; unpack it first"
    );
    let mut etl = [0_u8; 256];
    etl[..12].copy_from_slice(&[0, 0, 1, 0, 0xf8, 0x02, 0, 0, 0xf8, 0x02, 0, 0]);
    assert!(message(&etl).contains("an ETW trace (.etl)") && message(&etl).contains("etl2pcapng"));
    assert_eq!(message(b"hello"), "not a capture file: it starts with 68 65 6c 6c 6f, which is text");
    assert_eq!(
        message(&[0xfe, 0xdc, 1, 2]),
        "not a capture file: it starts with fe dc 01 02; pcap and pcapng are understood"
    );
    assert!(message(&pcap(0xa1b2_c3d4, false, 1)[..23]).starts_with("the file ends inside its header: 23 of"));
    assert!(message(&section(false, &[])[..10]).starts_with("the file ends inside its header: 10 of"));
}

/// Gives a byte at a time, interrupted and blocking in between, as a pipe may.
struct Dribble<'a>(&'a [u8], usize);

impl Read for Dribble<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.1 += 1;
        match (self.1 % 5, self.0.split_first(), into.first_mut()) {
            (0, ..) => Err(io::ErrorKind::Interrupted.into()),
            (1, ..) if self.1 > 500 => Err(io::ErrorKind::WouldBlock.into()),
            (_, Some((first, rest)), Some(to)) => {
                *to = *first;
                self.0 = rest;
                Ok(1)
            }
            _ => Ok(0),
        }
    }
}

#[test]
fn dribbling_input() {
    let mut file = [section(true, &[]), interface(true, 1, 0, &[])].concat();
    for n in 0..50 {
        file.extend(enhanced(true, 0, n, &[b'x'; 33], 33, &[]));
    }
    let mut reader = Reader::new(Dribble(&file, 0)).unwrap();
    let mut packets = 0;
    loop {
        match reader.next() {
            Ok(Some(packet)) => {
                assert_eq!(packet.data, [b'x'; 33]);
                packets += 1;
            }
            Ok(None) => break,
            Err(CaptureError::Io { source, .. }) if source.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(packets, 50);
}

#[test]
fn a_failing_input() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let file = [pcap(0xa1b2_c3d4, false, 1), record(false, 0, 0, b"abcd", 4)].concat();
    let mut reader = Reader::new(file.chain(Failing)).unwrap();
    let (packets, error) = drain(&mut reader);
    assert_eq!(packets.len(), 1);
    assert_eq!(error.unwrap().to_string(), "reading failed at offset 44: the disk is gone");
    assert!(matches!(reader.next(), Ok(None)));
}

/// Anything at all: no panic, and an end.
#[test]
fn random_changes() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    let ng = [
        section(false, &option(false, 1, b"comment")),
        interface(false, 1, 0, &option(false, 9, &[9])),
        enhanced(false, 0, 0, b"abcdefgh", 8, &option(false, 1, b"comment")),
        block(false, 4, &[1, 0, 8, 0, 1, 2, 3, 4, b'a', b'b', b'c', 0, 0, 0, 0, 0]),
        block(false, 3, &[4, 0, 0, 0, 1, 2, 3, 4]),
        block(false, 2, &[0; 28]),
        section(true, &[]),
        interface(true, 1, 0, &[]),
        enhanced(true, 0, 0, b"abcdefgh", 8, &[]),
    ]
    .concat();
    let classic =
        [pcap(0xa1b2_c3d4, true, 1), record(true, 0, 0, b"abcdefgh", 8), record(true, 0, 0, b"ij", 8)].concat();
    for round in 0..4_000 {
        let mut file = if round % 4 == 0 { classic.clone() } else { ng.clone() };
        for _ in 0..random() % 5 {
            let at = random() % file.len();
            file[at] = [random() as u8, 0, 0xff][random() % 3];
        }
        file.truncate(file.len() - random() % 10);
        let (packets, _) = read(&file);
        assert!(packets.len() < 30);
    }
}

#[path = "damage_tests.rs"]
mod damage;
