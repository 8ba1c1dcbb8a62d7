//! Overlaps, limits and ages of IP fragments.

use super::*;
use std::net::Ipv4Addr;

fn key(id: u32) -> Key {
    Key { src: Ipv4Addr::LOCALHOST.into(), dst: Ipv4Addr::LOCALHOST.into(), protocol: 17, id }
}

struct Bench {
    fragments: Fragments,
    limits: Limits,
    stats: Stats,
    frame: u64,
    time: Option<Timestamp>,
}

impl Bench {
    fn new() -> Self {
        Bench {
            fragments: Fragments::default(),
            limits: Limits::default(),
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
        let piece = Piece { data, cut };
        let (limits, stats) = (&self.limits, &mut self.stats);
        self.fragments.add(key(id), fragment, 17, piece, None, self.frame, self.time, limits, stats)
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
