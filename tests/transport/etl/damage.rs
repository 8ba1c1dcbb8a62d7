//! What a trace may have wrong: it is told, what is whole comes out, and nothing grows with what a field claims.

use super::*;
use cluscope_testkit::etl_writer::{Compression, END, HEADER, START, header};

fn sample() -> Vec<Owned> {
    timed(plain(ours("clean.pcapng")))
}

const BUFFER: usize = 4 << 10;

fn buffers(packets: &[Owned]) -> Vec<Vec<u8>> {
    as_ndis(Settings { buffer_size: BUFFER, ..Settings::default() }, packets, 60_000, 1).buffers()
}

/// The packets that came out are among those that went in.
#[track_caller]
fn assert_some_of(found: &[Owned], packets: &[Owned], least: usize) {
    assert!(found.len() >= least, "{} of {}", found.len(), packets.len());
    assert!(found.iter().all(|f| packets.iter().any(|p| p.data == f.data)));
}

#[test]
fn lying_sizes_of_buffers() {
    let packets = sample();
    let whole = buffers(&packets);
    let per_buffer = packets.len().div_ceil(whole.len() - 1) + 20;
    for field in [0, 4, 0x30] {
        for value in [0_u32, 1, 0x47, 0x48, 4095, 8192, 0x7fff_ffff, u32::MAX] {
            let mut changed = whole.clone();
            changed[2][field..field + 4].copy_from_slice(&value.to_le_bytes());
            let (found, reader, error) = read(&changed.concat());
            assert!(error.is_none(), "{field} {value}: {error:?}");
            assert_some_of(&found, &packets, packets.len() - per_buffer);
            let told = !reader.problems().is_empty() || found.len() == packets.len();
            // A filled size that is too small hides events, which looks like a buffer that was not full.
            assert!(told || field != 0, "{field} {value}");
        }
    }
}

#[test]
fn sizes_of_events() {
    let packets = sample();
    let whole = buffers(&packets);
    for value in [0_u16, 1, 8, 79, 80, 81, 4095, 65535] {
        let mut changed = whole.clone();
        changed[2][HEADER..HEADER + 2].copy_from_slice(&value.to_le_bytes());
        let (found, reader, error) = read(&changed.concat());
        assert!(error.is_none());
        assert!(!reader.problems().is_empty(), "{value}");
        assert_some_of(&found, &packets, packets.len() / 2);
    }
}

/// Events that lie in one another, as those of a size that is too small do.
#[test]
fn records_that_overlap() {
    let packets = sample();
    let mut changed = buffers(&packets);
    let mut at = HEADER;
    while let Some(size) = changed[2].get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]])).filter(|s| *s >= 100) {
        changed[2][at..at + 2].copy_from_slice(&96_u16.to_le_bytes());
        at += usize::from(size).next_multiple_of(8);
        if at + 100 > BUFFER {
            break;
        }
    }
    let (found, reader, error) = read(&changed.concat());
    assert!(error.is_none() && !reader.problems().is_empty());
    assert!(found.len() >= packets.len() / 2);
}

#[test]
fn fragments_without_end() {
    let packets = sample();
    let mut trace = trace(Settings::default(), &packets);
    let mut thread = 0;
    // Many streams, each of which would go on for ever.
    for round in 0..20 {
        for stream in 0..1000 {
            let mut event = ndis(7, 7, true, 1, 60_000, &packets[4].data).remove(0);
            event.keyword &= !END;
            if round > 0 {
                event.keyword &= !START;
            }
            event.thread = 1 + stream;
            trace.event(packets[0].time.unwrap().0 + thread, 0, &event);
            thread += 100;
        }
    }
    let (found, reader, error) = read(&trace.bytes());
    assert!(error.is_none());
    let counters = reader.trace_counters().unwrap();
    assert!(counters.packets_evicted > 0 && counters.cut > 0, "{counters:?}");
    assert!(found.iter().all(|p| p.original_len > p.data.len()));
    let bytes: usize = found.iter().map(|p| p.data.len()).sum();
    assert!(bytes <= 20_000 * packets[4].data.len());
}

#[test]
fn a_million_interfaces() {
    let packets = sample();
    let mut trace = trace(Settings { buffer_size: 1 << 20, ..Settings::default() }, &packets);
    let time = packets[0].time.unwrap().0;
    for interface in 0..1_000_000_u32 {
        let event = ndis(interface, interface ^ 1, true, 1, 60_000, &interface.to_le_bytes()).remove(0);
        trace.event(time + i64::from(interface) * 100, 0, &event);
    }
    let bytes = trace.bytes();
    let mut reader = Reader::new(&bytes[..]).unwrap();
    let mut count = 0_u32;
    while let Some(packet) = reader.next().unwrap() {
        assert_eq!(packet.data, count.to_le_bytes());
        count += 1;
    }
    assert_eq!(count, 1_000_000);
}

/// A buffer of a few bytes that says and does whatever it likes.
#[test]
fn compression_bombs() {
    let packets = sample();
    let mut bytes =
        as_ndis(Settings { compression: Compression::Xpress, ..Settings::default() }, &packets, 60_000, 1).bytes();
    let mut bomb = vec![0, 0, 0, 0x40, b'x', 7, 0, 15, 255, 0, 0];
    bomb.extend(u32::MAX.to_le_bytes());
    for filled in [HEADER, HEADER + 100, 1 << 20, 15 << 20, 1 << 31] {
        let mut buffer = header(HEADER + bomb.len(), filled, 0x60, 0, 0, 99, 5);
        buffer.extend(&bomb);
        bytes.extend(buffer);
    }
    let (found, reader, error) = read(&bytes);
    // A buffer that claims more than the limit ends the reading, as a block of a capture file does.
    assert!(matches!(error, None | Some(CaptureError::Corrupt { .. } | CaptureError::TooLarge { .. })), "{error:?}");
    assert_same(&found, &packets, "before the bombs");
    assert!(reader.trace_counters().unwrap().buffers_unreadable >= 2, "{:?}", reader.trace_counters());
    // One that would have to be larger than the window.
    let mut huge =
        as_ndis(Settings { compression: Compression::Lznt1, ..Settings::default() }, &packets, 60_000, 1).bytes();
    huge.extend(header(HEADER + 4, (16 << 20) + 1, 0x60, 0, 0, 99, 5));
    huge.extend([0; 4]);
    let (found, _, _) = read(&huge);
    assert_same(&found, &packets, "before the huge one");
}

#[test]
fn cut_anywhere() {
    let packets: Vec<Owned> = sample().into_iter().take(40).collect();
    let bytes = buffers(&packets).concat();
    let mut last = 0;
    for end in 0..bytes.len() {
        let Ok(mut reader) = Reader::new(&bytes[..end]) else {
            assert!(end < BUFFER, "cut at {end}");
            continue;
        };
        let mut count = 0;
        let error = loop {
            match reader.next() {
                Ok(Some(packet)) => {
                    assert!(packets[count].data.starts_with(packet.data) || packet.data == packets[count].data);
                    count += 1;
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        assert!(count + 1 >= last, "cut at {end}: {count} packets, {last} before");
        last = count;
        let told = error.is_some() || !reader.problems().is_empty();
        assert!(told || end % BUFFER == 0 || count == packets.len() || end < BUFFER, "cut at {end}");
    }
    assert_eq!(last, packets.len());
}

#[test]
fn a_clock_that_jumps() {
    let packets = sample();
    let mut trace = trace(Settings { buffer_size: BUFFER, ..Settings::default() }, &packets);
    for (at, packet) in packets.iter().enumerate() {
        for event in ndis(7, 7, true, 1, 60_000, &packet.data) {
            let count = match at % 5 {
                3 => 0,
                4 => u64::MAX,
                _ => trace.count(packet.time.unwrap().0),
            };
            let bytes = event.bytes(count, true);
            trace.raw(0, &bytes);
        }
    }
    let (found, reader, error) = read(&trace.bytes());
    assert!(error.is_none());
    // Each once, though in another order; times that can't be are left out and counted.
    assert_eq!(found.len(), packets.len());
    assert!(packets.iter().all(|p| found.iter().any(|f| f.data == p.data)));
    assert!(reader.counters().times_out_of_range > 0);
}

/// Every byte of the first buffers' and events' headers changed to extremes.
#[test]
fn a_changed_byte() {
    let packets: Vec<Owned> = sample().into_iter().take(60).collect();
    let bytes = buffers(&packets).concat();
    let headers = (0..0x1a0).chain(BUFFER..BUFFER + HEADER + 100);
    for at in headers {
        for value in [0, 1, 0x7f, 0xff] {
            let mut changed = bytes.clone();
            changed[at] = value;
            let Ok(mut reader) = Reader::new(&changed[..]) else { continue };
            let mut count = 0;
            while let Ok(Some(packet)) = reader.next() {
                assert!(packet.data.len() <= packet.original_len);
                count += 1;
            }
            assert!(count <= packets.len() + 1, "{at:#x} {value:#x}: {count}");
        }
    }
}
