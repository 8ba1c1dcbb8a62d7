//! Overlaps, limits and ages of IP fragments.

use super::*;
use std::net::Ipv4Addr;

fn key(id: u32) -> Key {
    Key { src: Ipv4Addr::LOCALHOST.into(), dst: Ipv4Addr::LOCALHOST.into(), protocol: 17, id }
}

struct Bench {
    fragments: Fragments,
    limits: NetworkLimits,
    stats: Stats,
    frame: u64,
    time: Option<Timestamp>,
}

impl Bench {
    fn new() -> Self {
        Bench {
            fragments: Fragments::default(),
            limits: NetworkLimits::default(),
            stats: Stats::default(),
            frame: 0,
            time: None,
        }
    }
    fn add(&mut self, id: u32, offset: u32, more: bool, data: &[u8]) -> Option<Whole> {
        self.cut(id, offset, more, data, 0)
    }
    fn cut(&mut self, id: u32, offset: u32, more: bool, data: &[u8], cut: usize) -> Option<Whole> {
        self.frame += 1;
        let fragment = Fragment { id, offset, more };
        let slice = CapturedSlice { data, cut };
        let (limits, stats) = (&self.limits, &mut self.stats);
        self.fragments.add(key(id), fragment, 17, slice, None, self.frame, self.time, limits, stats)
    }
}

#[test]
fn the_first_copy_wins() {
    let mut bench = Bench::new();
    assert!(bench.add(1, 8, true, b"BBBBBBBB").is_none());
    assert!(bench.add(1, 0, true, b"aaaaaaaabbbbbbbbcccccccc").is_none());
    assert!(bench.add(1, 16, true, b"XXXXXXXX").is_none());
    let whole = bench.add(1, 24, false, b"dd").unwrap();
    assert_eq!(whole.data, b"aaaaaaaaBBBBBBBBccccccccdd");
    assert_eq!(whole.frames, [2, 1, 2, 4]);
    assert_eq!(bench.stats.fragment_overlaps, 2);
    assert_eq!((bench.fragments.held, bench.fragments.datagrams.len()), (0, 0));
}

/// Copies of fragments whose datagram is put together begin no new one; a new one of the same number is told from them.
#[test]
fn copies_of_what_was_put_together() {
    let mut bench = Bench::new();
    for (offset, more, data) in [(0, true, b"aaaaaaaa"), (8, false, b"bbbbbbbb")] {
        let first = bench.add(1, offset, more, data);
        assert_eq!(first.is_some(), !more);
        assert!(bench.add(1, offset, more, data).is_none());
    }
    assert_eq!((bench.stats.reassembled, bench.stats.fragment_overlaps, bench.fragments.datagrams.len()), (1, 2, 0));
    // The next one of that number, whose last fragment comes last.
    assert!(bench.add(1, 0, true, b"cccccccc").is_none());
    assert_eq!(bench.add(1, 8, false, b"dddddddd").unwrap().data, b"ccccccccdddddddd");
    // Another key is another datagram, whatever it holds.
    assert!(bench.add(2, 8, false, b"bbbbbbbb").is_none());
    assert_eq!(bench.fragments.datagrams.len(), 1);
    // After so many others nothing is known of it.
    for id in 3..=2 + crate::base::bounds::IP_DONE as u32 {
        assert!(bench.add(id, 0, true, b"aaaaaaaa").is_none());
        assert!(bench.add(id, 8, false, b"bbbbbbbb").is_some());
    }
    assert_eq!(bench.fragments.done.len(), crate::base::bounds::IP_DONE);
    assert!(bench.add(1, 8, false, b"dddddddd").is_none());
    assert_eq!(bench.fragments.datagrams.len(), 2);
}

#[test]
fn contradicting_ends() {
    // The first end stays; what lies behind it is left out.
    let mut bench = Bench::new();
    assert!(bench.add(1, 16, true, b"XXXXXXXX").is_none());
    assert!(bench.add(1, 8, false, b"bb").is_none());
    assert!(bench.add(2, 8, false, b"other").is_none());
    let whole = bench.add(1, 0, true, b"aaaaaaaa").unwrap();
    assert_eq!(whole.data, b"aaaaaaaabb");
    assert_eq!(whole.frames, [4, 2]);
}

/// The last fragment may bring nothing but the end.
#[test]
fn an_end_whose_bytes_are_there_already() {
    let mut bench = Bench::new();
    assert!(bench.add(1, 0, true, b"aaaaaaaabbbbbbbb").is_none());
    let whole = bench.add(1, 8, false, b"cc").unwrap();
    assert_eq!((whole.data.as_slice(), whole.frames.as_slice()), (&b"aaaaaaaabb"[..], &[1, 2][..]));
}

#[test]
fn nonsense_is_refused() {
    let mut bench = Bench::new();
    assert!(bench.add(1, 0, true, b"not eight").is_none());
    assert!(bench.add(1, 0, true, b"").is_none());
    assert!(bench.add(1, 65_528, false, &[0; 8]).is_none());
    assert_eq!(bench.stats.malformed, 3);
    assert_eq!(bench.fragments.datagrams.len(), 0);
}

#[test]
fn cut_fragments() {
    let mut bench = Bench::new();
    assert!(bench.cut(1, 0, true, b"aaaa", 4).is_none());
    let whole = bench.add(1, 8, false, b"bb").unwrap();
    assert_eq!((whole.data.as_slice(), whole.cut), (&b"aaaa"[..], 6));
}

#[test]
fn limits() {
    let mut bench = Bench::new();
    bench.limits.fragment_datagrams = 10;
    for id in 0..100 {
        bench.add(id, 8, true, &[0; 8]);
        assert!(bench.fragments.datagrams.len() <= 10);
    }
    assert_eq!(bench.stats.fragment_evictions, 90);
    assert!(bench.add(99, 16, false, b"c").is_none());
    assert!(bench.add(99, 0, true, b"aaaaaaaa").is_some());
    bench.limits.fragment_bytes = 5000;
    for id in 0..100 {
        bench.add(id, 8, true, &[0; 1000]);
        assert!(bench.fragments.held <= 5000);
    }
    bench.limits.fragment_pieces = 5;
    for n in 0..6 {
        bench.add(1000, 16 * n, true, &[0; 8]);
    }
    assert!(!bench.fragments.datagrams.contains_key(&key(1000)));
    // The queue of ages does not grow with the datagrams that were completed.
    for id in 0..10_000 {
        bench.add(id + 2000, 0, true, &[0; 8]);
        assert!(bench.add(id + 2000, 8, false, &[0; 8]).is_some());
    }
    assert!(bench.fragments.ages.len() < 200);
}

#[test]
fn old_ones_time_out() {
    let mut bench = Bench::new();
    bench.time = Some(Timestamp(0));
    bench.add(1, 0, true, b"aaaaaaaa");
    bench.time = Some(Timestamp(59_000_000_000));
    bench.add(2, 0, true, b"aaaaaaaa");
    bench.time = Some(Timestamp(61_000_000_000));
    assert!(bench.add(1, 8, false, b"b").is_none());
    assert_eq!(bench.add(2, 8, false, b"b").map(|whole| whole.data.len()), Some(9));
    assert_eq!(bench.stats.fragment_timeouts, 1);
    // Without time stamps packets count.
    let mut bench = Bench::new();
    bench.add(1, 0, true, b"aaaaaaaa");
    bench.frame += 100_001;
    assert!(bench.add(1, 8, false, b"b").is_none());
}

/// Everything that can be said of a fragment.
struct Given<'a> {
    id: u32,
    offset: u32,
    more: bool,
    protocol: u8,
    at: Option<usize>,
    data: &'a [u8],
}

impl Bench {
    fn give(&mut self, given: Given<'_>) -> Option<Whole> {
        self.frame += 1;
        let Given { id, offset, more, protocol, at, data } = given;
        let (fragment, slice) = (Fragment { id, offset, more }, CapturedSlice { data, cut: 0 });
        let (limits, stats) = (&self.limits, &mut self.stats);
        self.fragments.add(key(id), fragment, protocol, slice, at, self.frame, self.time, limits, stats)
    }
}

/// RFC 8200, 4.5: what is above IP is named by the first fragment, whatever the others say and whichever comes first.
#[test]
fn the_first_fragment_names_the_protocol() {
    let mut bench = Bench::new();
    let part = |offset, more, protocol, data| Given { id: 1, offset, more, protocol, at: None, data };
    assert!(bench.give(part(8, true, 6, b"bbbbbbbb")).is_none());
    assert!(bench.give(part(0, true, 17, b"aaaaaaaa")).is_none());
    assert!(bench.give(part(0, true, 1, b"AAAAAAAA")).is_none());
    let whole = bench.give(part(16, false, 2, b"c")).unwrap();
    let expected =
        Whole { data: b"aaaaaaaabbbbbbbbc".to_vec(), cut: 0, frames: vec![2, 1, 4], places: vec![], protocol: 17 };
    assert_eq!(whole, expected);
    let stats = &bench.stats;
    assert_eq!((stats.fragments, stats.reassembled, stats.fragment_overlaps, stats.malformed), (4, 1, 1, 0));
}

/// A fragment around another one gives its two ends; each part knows where it stands in its packet.
#[test]
fn around_another() {
    let mut bench = Bench::new();
    let part = |offset, more, at, data| Given { id: 1, offset, more, protocol: 17, at, data };
    assert!(bench.give(part(16, true, Some(40), b"BBBBBBBB")).is_none());
    assert_eq!(bench.fragments.held, 8 + NetworkLimits::SEGMENT_COST);
    assert!(bench.give(part(8, true, Some(50), b"aaaaaaaabbbbbbbbcccccccc")).is_none());
    assert_eq!(bench.fragments.held, 24 + 3 * NetworkLimits::SEGMENT_COST);
    assert!(bench.give(part(32, false, Some(60), b"dd")).is_none());
    let whole = bench.give(part(0, true, Some(70), b"........")).unwrap();
    assert_eq!(whole.data, b"........aaaaaaaaBBBBBBBBccccccccdd");
    let place = |frame, at, len| Place { frame, at, len };
    let places = [place(4, 70, 8), place(2, 50, 8), place(1, 40, 8), place(2, 66, 8), place(3, 60, 2)];
    assert_eq!((whole.places.as_slice(), whole.frames.as_slice()), (&places[..], &[4, 2, 1, 2, 3][..]));
    assert_eq!((bench.fragments.held, bench.stats.fragment_overlaps), (0, 1));
    // One part whose place is unknown: nothing is said of places.
    assert!(bench.give(part(0, true, Some(1), b"aaaaaaaa")).is_none());
    assert!(bench.give(part(8, true, None, b"bbbbbbbb")).is_none());
    let whole = bench.give(part(16, false, Some(1), b"c")).unwrap();
    assert_eq!((whole.places, whole.data.len()), (vec![], 17));
}

/// A part that reaches over the datagram's end counts up to it.
#[test]
fn across_the_end() {
    let mut bench = Bench::new();
    assert!(bench.add(1, 8, true, b"bbbbbbbbbbbbbbbb").is_none());
    assert!(bench.add(1, 8, false, b"BB").is_none());
    let whole = bench.add(1, 0, true, b"aaaaaaaa").unwrap();
    assert_eq!((whole.data.as_slice(), whole.cut), (&b"aaaaaaaabb"[..], 0));
}

/// RFC 791: 65 535 is the largest total length.
#[test]
fn the_largest_datagram() {
    let mut bench = Bench::new();
    assert!(bench.add(1, 65_528, false, &[1; 7]).is_none());
    assert!(bench.add(1, 65_528, false, &[1; 8]).is_none());
    assert_eq!((bench.stats.malformed, bench.fragments.datagrams.len()), (1, 1));
    let whole = bench.add(1, 0, true, &[0; 65_528]).unwrap();
    assert_eq!(whole.data.len(), 65_535);
}

/// The queue is cleared when it has more than 64 entries and more than two for each datagram; what lives stays in it.
#[test]
fn the_queue_of_ages() {
    let mut bench = Bench::new();
    let complete = |bench: &mut Bench, id| {
        assert!(bench.add(id, 0, true, b"aaaaaaaa").is_none());
        assert!(bench.add(id, 8, false, b"b").is_some());
    };
    // The front of the queue is looked at with each fragment; behind one that lives, entries of finished ones stay.
    bench.add(9999, 0, true, b"aaaaaaaa");
    for id in 1..=63 {
        complete(&mut bench, id);
        assert_eq!(bench.fragments.ages.len(), 1 + id as usize);
    }
    complete(&mut bench, 64);
    assert_eq!(bench.fragments.ages.len(), 1);

    let mut bench = Bench::new();
    for id in 0..40 {
        bench.add(1000 + id, 0, true, b"aaaaaaaa");
    }
    for id in 0..40 {
        complete(&mut bench, 2000 + id);
    }
    assert_eq!(bench.fragments.ages.len(), 80);
    complete(&mut bench, 2040);
    assert_eq!((bench.fragments.ages.len(), bench.fragments.datagrams.len()), (40, 40));
}

/// The oldest goes first; that a datagram of the same key was finished before does not make one old.
#[test]
fn the_oldest_goes_first() {
    let mut bench = Bench::new();
    bench.limits.fragment_datagrams = 2;
    bench.add(1, 0, true, b"aaaaaaaa");
    assert!(bench.add(1, 8, false, b"b").is_some());
    bench.add(2, 0, true, b"aaaaaaaa");
    bench.add(1, 0, true, b"cccccccc");
    bench.add(3, 0, true, b"aaaaaaaa");
    let known = |id| bench.fragments.datagrams.contains_key(&key(id));
    assert_eq!((known(1), known(2), known(3)), (true, false, true));
    assert_eq!(bench.stats.fragment_evictions, 1);
}

/// A limit is the most that may be held, not the least that may not.
#[test]
fn limits_are_inclusive() {
    let mut bench = Bench::new();
    bench.limits.fragment_bytes = 2 * (8 + NetworkLimits::SEGMENT_COST);
    bench.limits.fragment_pieces = 2;
    bench.add(1, 0, true, b"aaaaaaaa");
    bench.add(2, 0, true, b"aaaaaaaa");
    assert_eq!((bench.fragments.held, bench.stats.fragment_evictions), (bench.limits.fragment_bytes, 0));
    bench.limits.fragment_bytes -= 1;
    bench.add(2, 16, true, b"cccccccc");
    assert_eq!((bench.fragments.datagrams.len(), bench.stats.fragment_evictions), (0, 2));
    bench.limits.fragment_bytes = 10_000;
    for offset in [0, 16] {
        bench.add(3, offset, true, b"aaaaaaaa");
    }
    assert_eq!((bench.fragments.datagrams.len(), bench.stats.fragment_evictions), (1, 2));
    bench.add(3, 32, true, b"aaaaaaaa");
    assert_eq!((bench.fragments.datagrams.len(), bench.stats.fragment_evictions, bench.fragments.held), (0, 3, 0));
}

/// Age is what exceeds the limit; a clock that goes back makes nothing old.
#[test]
fn exactly_so_old() {
    let started = |time: Option<i64>| {
        let mut bench = Bench::new();
        bench.limits.fragment_nanos = 1000;
        bench.limits.fragment_packets = 10;
        bench.time = time.map(Timestamp);
        bench.add(1, 0, true, b"aaaaaaaa");
        bench
    };
    for (then, now, kept) in [(0, 1000, true), (0, 1001, false), (5000, 100, true)] {
        let mut bench = started(Some(then));
        bench.time = Some(Timestamp(now));
        assert_eq!(bench.add(1, 8, false, b"b").is_some(), kept, "{now}");
        assert_eq!(bench.stats.fragment_timeouts, u64::from(!kept));
    }
    for (packets, kept) in [(10, true), (11, false)] {
        let mut bench = started(None);
        bench.frame += packets - 1;
        assert_eq!(bench.add(1, 8, false, b"b").is_some(), kept, "{packets}");
    }
    let mut bench = started(None);
    bench.add(2, 0, true, b"aaaaaaaa");
    bench.fragments.finish(&mut bench.stats);
    assert_eq!((bench.stats.fragment_timeouts, bench.fragments.datagrams.len()), (2, 0));
}
