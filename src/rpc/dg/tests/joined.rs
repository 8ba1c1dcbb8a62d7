//! Fragments of one message by themselves: order, repetitions, limits, holes.

use super::super::assembly::{Added, Assembly};
use super::*;
use crate::rpc::limits::{Counters, RpcLimits};

/// What one fragment costs beside its bytes.
const EACH: usize = 96;

struct Bench {
    assembly: Assembly,
    total: usize,
    limits: RpcLimits,
    counters: Counters,
}

impl Bench {
    fn new(limits: RpcLimits) -> Bench {
        Bench { assembly: Assembly::default(), total: 0, limits, counters: Counters::default() }
    }

    fn add(&mut self, fragment: u16, last: bool, stub: &[u8]) -> Added {
        let mut header = Header { fragment, ..header(PacketType::Request, false) };
        header.flags1 |= Flags1::FRAG;
        if last {
            header.flags1 |= Flags1::LAST_FRAG;
        }
        self.assembly.add(&header, stub, None, &mut self.total, &self.limits, &mut self.counters)
    }
}

/// Fragments find their place by number; the message is complete when the last one and all before it are there.
#[test]
fn any_order() {
    let mut bench = Bench::new(RpcLimits::default());
    assert_eq!(bench.add(2, true, b"cc"), Added::Pending);
    assert_eq!(bench.add(0, false, b"a"), Added::Pending);
    assert_eq!((bench.total, bench.assembly.count(), bench.assembly.is_open()), (3 + 2 * EACH, 2, true));
    assert_eq!(bench.assembly.reason(), "a fragment not captured");
    for (fragment, seen) in [(0, true), (1, false), (2, true), (3, true)] {
        assert_eq!(bench.assembly.has(fragment), seen, "{fragment}");
    }
    assert_eq!(bench.add(1, false, b"bbb"), Added::Complete);
    assert_eq!(bench.assembly.intact(), 6);
    assert_eq!(bench.assembly.take(&mut bench.total).as_deref(), Some(&b"abbbcc"[..]));
    assert_eq!((bench.total, bench.assembly.is_open()), (0, false));
    // What comes now is a repetition.
    assert!(bench.assembly.has(0) && bench.assembly.has(9));
}

/// Before the last fragment nothing is too high; the last one drops what is.
#[test]
fn beyond_the_last() {
    let mut bench = Bench::new(RpcLimits::default());
    bench.add(0, false, b"a");
    bench.add(5, false, b"zz");
    assert_eq!(bench.assembly.reason(), "last fragment not captured");
    assert!(!bench.assembly.has(6) && !bench.assembly.has(1));
    assert_eq!(bench.total, 3 + 2 * EACH);
    assert_eq!(bench.add(1, true, b"bb"), Added::Complete);
    assert_eq!(bench.total, 3 + 2 * EACH);
    // A second last one is none.
    let mut bench = Bench::new(RpcLimits::default());
    bench.add(1, true, b"b");
    assert_eq!(bench.add(0, true, b"a"), Added::Complete);
    assert_eq!(bench.assembly.take(&mut bench.total).as_deref(), Some(&b"ab"[..]));
}

/// A limit is what may be reached, for one message and for all of them.
#[test]
fn limits_are_inclusive() {
    let one = 10 + EACH;
    for (message_bytes, total_bytes, taken) in
        [(2 * one, 1000, 2), (2 * one - 1, 1000, 1), (1000, 2 * one, 2), (1000, 2 * one - 1, 1)]
    {
        let mut bench = Bench::new(RpcLimits { message_bytes, total_bytes, ..RpcLimits::default() });
        assert_eq!(bench.add(0, false, &[7; 10]), Added::Pending);
        let second = bench.add(1, false, &[7; 10]);
        assert_eq!(second == Added::Pending, taken == 2, "{message_bytes} {total_bytes}");
        assert_eq!(second == Added::TooLarge, taken == 1);
        assert_eq!((bench.assembly.count(), bench.total), (taken, taken as usize * one));
    }
}

/// Bytes before the first hole: a missing fragment, or one of which the end is missing.
#[test]
fn holes() {
    let mut bench = Bench::new(RpcLimits::default());
    bench.add(0, false, b"aa");
    bench.add(1, false, b"bbb");
    bench.add(3, false, b"d");
    assert_eq!(bench.assembly.intact(), 5);
    bench.assembly.cut_short(1);
    assert!(bench.assembly.cut);
    assert_eq!(bench.assembly.intact(), 5);
    bench.assembly.cut_short(3);
    assert_eq!(bench.assembly.intact(), 5);
    bench.assembly.cut_short(0);
    assert_eq!(bench.assembly.intact(), 2);
    let mut bench = Bench::new(RpcLimits::default());
    bench.add(1, false, b"bbb");
    assert_eq!(bench.assembly.intact(), 0);
}

/// The first fragment's header is the message's, whichever came first; fragments that differ from it are told.
#[test]
fn headers() {
    let mut bench = Bench::new(RpcLimits::default());
    bench.add(1, false, b"b");
    assert_eq!(bench.assembly.header.map(|h| h.fragment), Some(1));
    bench.add(0, false, b"a");
    assert_eq!(bench.assembly.header.map(|h| h.fragment), Some(0));
    assert!(bench.assembly.notes.0.is_empty());
    let other = Header { fragment: 2, opnum: 99, ..header(PacketType::Request, true) };
    bench.assembly.add(&other, b"c", None, &mut bench.total, &bench.limits, &mut bench.counters);
    let notes: Vec<_> = bench.assembly.notes.0.iter().map(|n| (n.rule.name, n.offset, n.value, n.expected)).collect();
    assert_eq!(notes[0], ("opnum-changed", 68, 99, Some(8)));
    assert_eq!((notes[1].0, notes[1].1, notes.len()), ("representation-changed", 4, 2));
}
