//! Captures written as traces give the same packets and the same records.

use super::*;
use crate::data;
use cluscope_testkit::etl_writer::{Clock, Compression};
use std::io::{Cursor, Read as _};

/// The largest fragment that fits into an event of 65535 bytes.
const WHOLE: usize = 60_000;

/// Captures to write, with their names: ours, and those recorded where they are at hand.
fn captures() -> Vec<(String, Vec<Owned>)> {
    let mut paths = data::captures(&data::file("captures"), 8);
    if let Some(recorded) = recordings() {
        paths.extend(data::captures(&recorded, 20));
    }
    let named = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, timed(plain(load(path))))
    };
    paths.into_iter().map(named).collect()
}

/// Whether a trace can carry all the packets.
fn fits(packets: &[Owned]) -> bool {
    packets.iter().all(|p| p.link == LinkType::ETHERNET || p.link == LinkType::RAW) && !packets.is_empty()
}

#[test]
fn the_same_packets_and_records() {
    let mut counts = (0, 0, 0);
    for (name, packets) in captures() {
        if !fits(&packets) {
            counts.0 += 1;
            continue;
        }
        let expected = run(&packets);
        let bytes = as_ndis(Settings::default(), &packets, WHOLE, 1).bytes();
        let (found, reader, error) = read(&bytes);
        assert!(error.is_none() && reader.problems().is_empty(), "{name}: {error:?} {:?}", reader.problems());
        assert_same(&found, &packets, &name);
        assert!(run(&found) == expected, "{name}");
        counts.1 += 1;
        // Sizes of the packet monitor's events have 16 bits, and an event holds no more than 65535 bytes.
        if packets.iter().all(|p| p.original_len < WHOLE) {
            let settings = Settings { buffer_size: 128 << 10, ..Settings::default() };
            let (found, reader, error) = read(&as_pktmon(settings, &packets, 3, WHOLE).bytes());
            assert!(error.is_none() && reader.problems().is_empty(), "{name}: {error:?} {:?}", reader.problems());
            assert_same(&found, &packets, &name);
            assert!(run(&found) == expected, "{name}");
            assert_eq!(reader.trace_counters().unwrap().copies, 2 * packets.len() as u64);
            counts.2 += 1;
        }
    }
    println!("{} of other link types, {} as NDIS, {} as PktMon", counts.0, counts.1, counts.2);
    assert!(counts.1 >= 8 && counts.2 >= 8 && counts.0 <= 3, "{counts:?}");
}

/// A capture with large messages, sealed.
fn sample() -> Vec<Owned> {
    timed(plain(ours("sealed.pcapng")))
}

#[test]
fn in_fragments_and_at_several_layers() {
    let packets = sample();
    for (most, layers, processors) in [(100, 1, 1), (100, 3, 1), (37, 2, 4), (WHOLE, 4, 8)] {
        let settings = Settings { buffer_size: 8 << 10, processors, ..Settings::default() };
        let (found, reader, error) = read(&as_ndis(settings, &packets, most, layers).bytes());
        assert!(error.is_none(), "{error:?}");
        assert_same(&found, &packets, &format!("{most} {layers} {processors}"));
        let counters = reader.trace_counters().unwrap();
        assert_eq!(counters.copies, u64::from(layers - 1) * packets.len() as u64);
        assert_eq!((counters.cut, counters.out_of_order), (0, 0));
    }
}

#[test]
fn every_clock_width_and_compression() {
    let packets = sample();
    for clock in [
        Clock::PerformanceCounter(10_000_000),
        Clock::PerformanceCounter(24_000_000_000),
        Clock::SystemTime,
        Clock::Cycles(3_000),
    ] {
        for wide in [true, false] {
            for compression in [Compression::None, Compression::Lznt1, Compression::Xpress] {
                let settings = Settings { clock, wide, compression, processors: 2, ..Settings::default() };
                let what = format!("{settings:?}");
                let bytes = as_ndis(settings, &packets, WHOLE, 1).bytes();
                let (mut found, reader, error) = read(&bytes);
                assert!(error.is_none() && reader.problems().is_empty(), "{what}: {error:?} {:?}", reader.problems());
                if clock == Clock::Cycles(3_000) || clock == Clock::PerformanceCounter(24_000_000_000) {
                    // Finer than what was written.
                    found.iter_mut().for_each(|p| p.time = p.time.map(|time| Timestamp(time.0.div_euclid(100) * 100)));
                }
                assert_same(&found, &packets, &what);
                let header = reader.trace_header().unwrap();
                assert_eq!(header.pointer_size, if wide { 8 } else { 4 });
                assert_eq!(header.may_be_compressed(), compression != Compression::None);
            }
        }
    }
}

#[test]
fn buffers_in_any_order_and_circular_files() {
    let packets = sample();
    let settings = || Settings { buffer_size: 4 << 10, processors: 3, mode: 2, ..Settings::default() };
    let whole = as_ndis(settings(), &packets, WHOLE, 1).buffers();
    assert!(whole.len() > 10, "{}", whole.len());
    for turn in [1, whole.len() / 2, whole.len() - 2] {
        // A circular file goes on behind its header when it is full.
        let mut turned = whole.clone();
        turned[1..].rotate_left(turn);
        let bytes = turned.concat();
        let (found, reader, _) = read(&bytes);
        assert!(reader.trace_header().unwrap().is_circular());
        // The window holds all of it.
        assert_same(&found, &packets, "in the window");
        let mut ordered = cluscope::internals::capture::etl::TimeOrdered::new(Cursor::new(bytes)).unwrap();
        assert!(ordered.is_reordered());
        let mut bytes = Vec::new();
        ordered.read_to_end(&mut bytes).unwrap();
        let limits = cluscope::internals::capture::CaptureLimits { trace_window: 16 << 10, ..Default::default() };
        let mut reader = Reader::with_limits(&bytes[..], limits).unwrap();
        let mut found = Vec::new();
        while let Some(p) = reader.next().unwrap() {
            found.push(p.data.to_vec());
        }
        assert!(found.iter().eq(packets.iter().map(|p| &p.data)), "turned by {turn}");
        assert_eq!(reader.trace_counters().unwrap().out_of_order, 0);
    }
}

#[test]
fn appended_files() {
    let packets = sample();
    let (early, late) = packets.split_at(packets.len() / 2);
    let mut bytes = as_ndis(Settings::default(), early, WHOLE, 1).bytes();
    let lost = (3, 2);
    let settings = Settings { clock: Clock::SystemTime, buffer_size: 16 << 10, lost, ..Settings::default() };
    bytes.extend(as_ndis(settings, late, WHOLE, 1).bytes());
    let (found, reader, error) = read(&bytes);
    assert!(error.is_none(), "{error:?}");
    assert_same(&found, &packets, "appended");
    let counters = reader.trace_counters().unwrap();
    assert_eq!((counters.events_lost, counters.buffers_lost), (3, 2));
}

/// The first copy of a packet is cut, another one is whole: the packet is whole, and where it was.
#[test]
fn the_first_whole_copy_wins() {
    let packets = sample();
    let (found, reader, _) = read(&as_pktmon(Settings::default(), &packets, 2, 40).bytes());
    assert_same(&found, &packets, "the second copy");
    assert_eq!(reader.trace_counters().unwrap().pktmon_cut, 0);
    let (found, reader, _) = read(&as_pktmon(Settings::default(), &packets, 1, 128).bytes());
    let cut = packets.iter().filter(|p| p.data.len() > 128).count() as u64;
    assert_eq!(reader.trace_counters().unwrap().pktmon_cut, cut);
    assert!(found.iter().zip(&packets).all(|(f, p)| f.original_len == p.original_len && p.data.starts_with(&f.data)));
}
