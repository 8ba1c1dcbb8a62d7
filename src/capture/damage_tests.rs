//! Files with damage at every place: what is whole comes out, the rest is told, and the work stays linear.

use super::*;

/// A packet that tells its number, of a length that differs from its neighbours'.
fn data(n: u32) -> Vec<u8> {
    let mut data = n.to_le_bytes().to_vec();
    data.extend((0..40 + n % 7 * 4 + 1).map(|at| (n * 31 + at * 73) as u8 | 0x80));
    data
}

fn classic(packets: u32) -> Vec<Vec<u8>> {
    let mut parts = vec![pcap(0xa1b2_c3d4, false, 1)];
    parts.extend((0..packets).map(|n| record(false, 1_795_000_000 + n, n, &data(n), data(n).len() as u32)));
    parts
}

fn ng(packets: u32) -> Vec<Vec<u8>> {
    let mut parts = vec![section(false, &[]), interface(false, 1, 0, &[])];
    for n in 0..packets {
        parts.push(match n % 5 {
            3 => block(false, 5, &[0; 12]),
            4 => block(false, 4, &[1, 0, 8, 0, 1, 2, 3, 4, b'a', b'b', b'c', 0, 0, 0, 0, 0]),
            _ => enhanced(false, 0, u64::from(n) * 1_000_000, &data(n), data(n).len() as u32, &[]),
        });
    }
    parts
}

/// The numbers of the packets that came out whole.
fn whole(packets: &[Owned]) -> Vec<u32> {
    let number = |packet: &Owned| u32::from_le_bytes(*packet.data.first_chunk().unwrap_or(&[0xff; 4]));
    packets.iter().filter(|packet| packet.data == data(number(packet) & 0xff)).map(number).collect()
}

/// Every byte of every record's and block's header changed to its extremes: the packet it belongs to, and at most
/// another one, are lost.
#[test]
fn a_changed_byte_costs_its_own_packet() {
    for (parts, header) in [(classic(12), 16), (ng(12), 28)] {
        let file = parts.concat();
        let all = whole(&read(&file).0);
        let mut at = 0;
        for (index, part) in parts.iter().enumerate() {
            for offset in 0..part.len().min(header) {
                // What a file begins with can't be guessed.
                if at == 0 || matches!(index, 1) && header == 28 {
                    continue;
                }
                for value in [0, 1, 0x7f, 0xff] {
                    let mut broken = file.clone();
                    broken[at + offset] = value;
                    let (packets, error) = read(&broken);
                    let found = whole(&packets);
                    assert!(error.is_none() || index + 2 >= parts.len(), "part {index}, byte {offset}: {error:?}");
                    assert!(found.len() + 3 > all.len(), "part {index}, byte {offset}={value}: {found:?} of {all:?}");
                }
            }
            at += part.len();
        }
    }
}

/// Bytes taken out, put in and overwritten at every place.
#[test]
fn holes_and_garbage() {
    for (parts, start) in [(classic(12), 24), (ng(12), 48)] {
        let file = parts.concat();
        let all = whole(&read(&file).0).len();
        for at in start..file.len() - 80 {
            let (before, behind) = file.split_at(at);
            let garbage = [0xfe; 37];
            for broken in [
                [before, &behind[7..]].concat(),
                [before, &garbage, behind].concat(),
                [before, &garbage, &behind[37..]].concat(),
            ] {
                let mut reader = Reader::new(&broken[..]).unwrap();
                let (packets, error) = drain(&mut reader);
                let found = whole(&packets);
                // Behind damage of the last packets nothing comes any more.
                assert!(error.is_none() || at + 160 > file.len(), "{at}: {error:?}");
                assert!(found.len() + 4 > all, "{at}: {found:?}");
                assert!(found.is_sorted(), "{at}: {found:?}");
            }
        }
    }
}

/// What was passed over is told, with its place and its size.
#[test]
fn damage_is_told() {
    let parts = classic(6);
    let at: usize = parts[..3].iter().map(Vec::len).sum();
    let mut broken = parts.concat();
    broken[at..at + 40].fill(0xff);
    let mut reader = Reader::new(&broken[..]).unwrap();
    let (packets, error) = drain(&mut reader);
    assert!(error.is_none());
    assert_eq!(whole(&packets), [0, 1, 3, 4, 5]);
    let skipped = parts[3].len() as u64;
    let problem = Problem { offset: at as u64, frame: 2, reason: "a length beyond the limit", skipped: Some(skipped) };
    assert_eq!(reader.problems(), [problem]);
    assert_eq!((reader.counters().damage, reader.counters().skipped_bytes), (1, skipped));
}

/// A file of nothing but garbage behind its header costs as many steps as it has bytes, times a constant; so does one
/// of headers that promise much.
#[cfg(feature = "work-counter")]
#[test]
fn searching_is_linear() {
    let promise = record(false, 1_795_000_000, 0, b"", 200_000);
    let promise = [&promise[..8], &200_000_u32.to_le_bytes(), &promise[12..]].concat();
    let lying = block(false, 6, &[0; 20]);
    let lying = [&lying[..4], &200_000_u32.to_le_bytes(), &lying[8..]].concat();
    let garbage: Vec<u8> = (0..97_u32).map(|n| (n * 37 % 251) as u8 | 0x80).collect();
    for (start, filling) in [
        (classic(2).concat(), &garbage),
        (classic(2).concat(), &promise),
        (ng(2).concat(), &garbage),
        (ng(2).concat(), &lying),
    ] {
        let mut work = [0, 0];
        for (times, work) in [1, 4].into_iter().zip(&mut work) {
            let mut file = start.clone();
            file.extend([0xff; 40]);
            file.extend(filling.repeat(times * 400_000 / filling.len()));
            crate::base::work::taken();
            let (packets, _) = read(&file);
            assert!(packets.len() < 4 + file.len() / 100_000);
            *work = crate::base::work::taken();
        }
        assert!(work[1] < work[0] * 5 && work[1] < 200 * 1_600_000, "{work:?}");
    }
}

/// The variants of classic pcap: Kuznetzov's patches, those of Red Hat 6.1, SuSE 6.3 and Nokia, Ixia's, AIX's, and the
/// order of lengths before version 2.3.
#[test]
fn variants() {
    let with_extra = |magic: u32, big_endian: bool, extra: &[u8]| {
        let mut file = pcap(magic, big_endian, 1);
        for n in 0..5 {
            let record = record(big_endian, 1_795_000_000, n, &data(n), data(n).len() as u32);
            file.extend(&record[..16]);
            file.extend(extra);
            file.extend(&record[16..]);
        }
        file
    };
    let interface = [2, 0, 0, 0, 8, 0, 4, 0];
    let ixia = |magic: u32, big_endian: bool| {
        let mut file = with_extra(magic, big_endian, &[]);
        let size = word(big_endian, file.len() as u32 - 24);
        file.splice(24..24, size);
        file
    };
    let versioned = |major: u16, minor: u16, link: u8, swapped: bool| {
        let mut file = pcap(0xa1b2_c3d4, false, u32::from(link));
        file[4..6].copy_from_slice(&major.to_le_bytes());
        file[6..8].copy_from_slice(&minor.to_le_bytes());
        for n in 0..5 {
            let mut record = record(false, 1_795_000_000, n, &data(n), data(n).len() as u32 + 9);
            if swapped {
                let (captured, original) = (record[8..12].to_vec(), record[12..16].to_vec());
                record[8..12].copy_from_slice(&original);
                record[12..16].copy_from_slice(&captured);
            }
            file.extend(record);
        }
        file
    };
    for (file, name, unit) in [
        (with_extra(0xa1b2_c3d4, false, &[]), "pcap", 1000),
        (with_extra(0xa1b2_3c4d, true, &[]), "pcap with nanoseconds", 1),
        (with_extra(0xa1b2_cd34, false, &interface), "modified pcap (Kuznetzov)", 1000),
        (with_extra(0xa1b2_cd34, true, &[0, 0, 0, 2, 8, 0, 4, 0]), "modified pcap (Kuznetzov)", 1000),
        (with_extra(0xa1b2_c3d4, false, &interface), "modified pcap (Red Hat 6.1)", 1000),
        (with_extra(0xa1b2_cd34, false, &[&interface[..], &[0; 4]].concat()), "modified pcap (SuSE 6.3)", 1000),
        (with_extra(0xa1b2_c3d4, false, &[0; 4]), "Nokia pcap", 1000),
        (ixia(0x1c00_01ac, false), "Ixia hardware capture (lcap)", 1),
        (ixia(0x1c00_01ab, true), "Ixia software capture (lcap)", 1000),
        (versioned(2, 2, 6, false), "AIX pcap", 1),
        (versioned(2, 2, 1, true), "pcap", 1000),
        (versioned(2, 3, 1, true), "pcap", 1000),
        (versioned(2, 3, 1, false), "pcap", 1000),
        (versioned(543, 0, 1, true), "pcap", 1000),
    ] {
        let mut reader = Reader::new(&file[..]).unwrap();
        let (packets, error) = drain(&mut reader);
        assert!(error.is_none(), "{name}: {error:?}");
        assert_eq!(reader.format_name(), name);
        assert_eq!(whole(&packets), [0, 1, 2, 3, 4], "{name}");
        assert_eq!(packets[3].time, Some(1_795_000_000_000_000_000 + 3 * unit), "{name}");
        assert!(packets.iter().all(|packet| packet.link == 1), "{name}");
        assert_eq!((reader.counters().damage, reader.problem_count()), (0, 0));
        // Every cut of it: an end, and no panic.
        for len in 0..file.len() {
            let (packets, _) = read(&file[..len]);
            assert!(packets.len() <= 5);
        }
    }
}

/// Times that do not fit are counted, with the first packet that has one.
#[test]
fn times_out_of_range() {
    let clock = option(false, 9, &[0]);
    let file = [
        section(false, &[]),
        interface(false, 1, 0, &clock),
        enhanced(false, 0, 1, b"in range", 8, &[]),
        enhanced(false, 0, 9_300_000_000, b"2264", 4, &[]),
        enhanced(false, 0, u64::MAX, b"never", 5, &option(false, 1, b"a comment")),
        block(false, 3, &[4, 0, 0, 0, 1, 2, 3, 4]),
    ]
    .concat();
    let mut reader = Reader::new(&file[..]).unwrap();
    let (packets, error) = drain(&mut reader);
    assert!(error.is_none());
    assert_eq!(packets.iter().map(|packet| packet.time).collect::<Vec<_>>(), [Some(1_000_000_000), None, None, None]);
    let counters = reader.counters();
    assert_eq!((counters.times_out_of_range, counters.first_out_of_range), (2, 2));
}

/// A file that was cut is told as cut at every place, also where a packet's bytes look like a block.
#[test]
fn cut_inside_a_packet_with_a_block() {
    let inner = [2_u32, 16, 0x0010_0000, 16, 0x0012_0008, 18, 0, 5, 12, 12, 4, 12, 12, 3, 16, 0, 16];
    let inner: Vec<u8> = inner.into_iter().flat_map(u32::to_le_bytes).collect();
    for shift in 0..4 {
        let payload = [&[0xee; 9][..shift], &inner, &[0xee; 60], &inner].concat();
        let last = enhanced(false, 0, 0, &payload, payload.len() as u32, &[]);
        let options = enhanced(false, 0, 0, &payload, payload.len() as u32, &option(false, 1, b"a comment"));
        for last in [last, options] {
            let start = ng(2).concat();
            for cut in 1..last.len() {
                let (packets, error) = read(&[&start[..], &last[..cut]].concat());
                assert_eq!(whole(&packets), [0, 1]);
                assert!(error.as_ref().is_some_and(CaptureError::is_truncated), "{cut} with {shift}: {error:?}");
            }
        }
    }
}

/// Hands out so many bytes at a time.
struct Slowly<'d>(&'d [u8], usize);

impl Read for Slowly<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(into.len());
        self.0.read(into.get_mut(..count).unwrap_or_default())
    }
}

/// What a reader gives of an input: packets, what ended it, and what was wrong on the way.
type All = (Vec<(u64, Vec<u8>)>, Option<String>, Vec<Problem>);

fn all_of(input: impl Read) -> All {
    let limits = CaptureLimits { block: 1 << 12, metadata: 1 << 10, ..CaptureLimits::default() };
    let mut packets = Vec::new();
    let mut reader = match Reader::with_limits(input, limits) {
        Ok(reader) => reader,
        Err(error) => return (packets, Some(error.to_string()), Vec::new()),
    };
    loop {
        match reader.next() {
            Ok(Some(packet)) => packets.push((packet.frame, packet.data.to_vec())),
            Ok(None) => return (packets, None, reader.problems().to_vec()),
            Err(error) => return (packets, Some(error.to_string()), reader.problems().to_vec()),
        }
    }
}

/// Whatever is wrong with a file, it makes no difference in which pieces its bytes come: packets, errors and what is told.
#[test]
fn pieces_make_no_difference() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut pick = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let files = [classic(20).concat(), ng(20).concat()];
    for round in 0..1000 {
        let mut file = files[round % 2].clone();
        for _ in 0..1 + pick(4) {
            let at = 24 + pick(file.len() - 24);
            match pick(4) {
                0 => file[at] = [0, 1, 0x7f, 0xff][pick(4)],
                1 => drop(file.drain(at..(at + 1 + pick(40)).min(file.len()))),
                2 => {
                    drop(file.splice(at..at, (0..1 + pick(40)).map(|n| (n as u8).wrapping_mul(37)).collect::<Vec<_>>()))
                }
                _ => file.truncate(at + 1),
            }
            if file.len() < 40 {
                break;
            }
        }
        let whole = all_of(file.as_slice());
        for size in [1, 2 + pick(7), 100] {
            assert_eq!(all_of(Slowly(&file, size)), whole, "round {round}, pieces of {size}: {}", hex::encode(&file));
        }
    }
}
