//! The rules of [`super::direction`] and [`super::connection`], one by one, and a randomized run of all of them together.
//! Side A sends; side B acknowledges.

use super::super::{Chunk, Verdict};
use super::*;

/// What came out of a direction.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Got {
    Data(u64, Vec<u8>),
    Gap(Option<u64>),
    End(&'static str),
}

#[derive(Default)]
struct Log {
    got: Vec<Got>,
    ignore_after: Option<usize>,
    from_b: bool,
}

impl Log {
    fn bytes(&self) -> Vec<u8> {
        let data =
            self.got.iter().filter_map(|got| if let Got::Data(_, data) = got { Some(data.clone()) } else { None });
        data.collect::<Vec<_>>().concat()
    }
}

impl Sink for Log {
    fn from(&mut self, a_sends: bool) {
        self.from_b = !a_sends;
    }

    fn chunk(&mut self, at: At, _: u32, chunk: Chunk<'_>) -> Verdict {
        if self.from_b {
            return Verdict::Keep;
        }
        let frame = at.frame;
        self.got.push(match chunk {
            Chunk::Data(data) => Got::Data(frame, data.to_vec()),
            Chunk::Gap { lost, .. } => Got::Gap(lost),
            Chunk::End { reason } => Got::End(reason),
        });
        if self.ignore_after.is_some_and(|count| self.got.len() >= count) { Verdict::Ignore } else { Verdict::Keep }
    }
}

/// A connection under test.
struct Bench {
    connection: Connection,
    limits: NetworkLimits,
    stats: Stats,
    frame: u64,
    log: Log,
}

impl Bench {
    fn new() -> Self {
        Bench {
            connection: Connection::default(),
            limits: NetworkLimits::default(),
            stats: Stats::default(),
            frame: 0,
            log: Log::default(),
        }
    }

    /// After a SYN with sequence number `isn`.
    fn opened(isn: u32) -> Self {
        let mut bench = Bench::new();
        bench.send(isn, b"", "S");
        bench
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Connection, &mut Context<'_>, &mut Log) -> T) -> T {
        let mut context = Context {
            at: At { frame: self.frame, time: None },
            limits: &self.limits,
            stats: &mut self.stats,
            held_elsewhere: 0,
            clock: 0,
        };
        act(&mut self.connection, &mut context, &mut self.log)
    }

    fn segment(&mut self, a_sends: bool, segment: Segment<'_>, checksum: Checksum) -> Verdict {
        self.frame += 1;
        self.with(|connection, context, log| connection.segment(a_sends, &segment, checksum, context, log))
    }

    fn send_cut(&mut self, seq: u32, data: &[u8], cut: usize, flags: &str) -> Verdict {
        let segment = Segment {
            src_port: 1,
            dst_port: 2,
            seq,
            ack: None,
            syn: flags.contains('S'),
            fin: flags.contains('F'),
            rst: flags.contains('R'),
            payload: CapturedSlice { data, cut },
            usable: true,
        };
        let checksum = if flags.contains('?') {
            Checksum::Wrong
        } else if cut > 0 {
            Checksum::Unknown
        } else {
            Checksum::Right
        };
        self.segment(true, segment, checksum)
    }

    fn send(&mut self, seq: u32, data: &[u8], flags: &str) -> Verdict {
        self.send_cut(seq, data, 0, flags)
    }

    fn ack(&mut self, ack: u32) {
        let payload = CapturedSlice { data: &[], cut: 0 };
        let (syn, fin, rst) = (false, false, false);
        let segment =
            Segment { src_port: 2, dst_port: 1, seq: 1, ack: Some(ack), syn, fin, rst, payload, usable: true };
        self.segment(false, segment, Checksum::Right);
    }

    fn close(&mut self) {
        self.with(|connection, context, log| connection.close(["closed"; 2], true, context, log));
    }

    fn held(&self) -> usize {
        self.connection.held()
    }
}

fn data(frame: u64, bytes: &[u8]) -> Got {
    Got::Data(frame, bytes.to_vec())
}

#[test]
fn in_order_and_fin() {
    let mut bench = Bench::opened(99);
    bench.send(100, b"abc", "");
    bench.send(103, b"de", "F");
    assert_eq!(bench.log.got, [data(2, b"abc"), data(3, b"de"), Got::End("FIN")]);
    assert!(bench.connection.directions(true).0.has_ended());
    bench.send(105, b"late", "");
    bench.close();
    assert_eq!(bench.log.got.len(), 3);
    assert_eq!(bench.stats.tcp_after_end, 1);
}

#[test]
fn data_with_the_syn() {
    let mut bench = Bench::new();
    bench.send(7, b"abc", "S");
    bench.send(7, b"abc", "S");
    bench.send(11, b"d", "");
    assert_eq!(bench.log.got, [data(1, b"abc"), data(3, b"d")]);
}

#[test]
fn out_of_order_comes_under_its_own_frame() {
    let mut bench = Bench::opened(u32::MAX - 3);
    bench.send(1, b"ef", ""); // across the wrap
    bench.send(u32::MAX - 2, b"abcd", "");
    assert_eq!(bench.log.got, [data(3, b"abcd"), data(2, b"ef")]);
    assert_eq!(bench.stats.tcp_out_of_order, 1);
    assert_eq!(bench.held(), 0);
}

#[test]
fn duplicates_and_keep_alives_bring_nothing() {
    let mut bench = Bench::opened(0);
    for _ in 0..2 {
        bench.send(1, b"abc", "");
    }
    bench.send(3, b"X", ""); // one byte of garbage below the window
    bench.send(3, b"", "");
    bench.send(4, b"d", "");
    assert_eq!(bench.log.bytes(), b"abcd");
    assert_eq!(bench.stats.tcp_retransmissions, 2);
}

#[test]
fn the_copy_that_came_first_stays() {
    // Overlap with what was handed on.
    let mut bench = Bench::opened(0);
    bench.send(1, b"abc", "");
    bench.send(2, b"XXde", "");
    assert_eq!(bench.log.bytes(), b"abcde");
    // Overlap with what is held, on both sides, in the middle, and over everything.
    let mut bench = Bench::opened(0);
    bench.send(4, b"de", "");
    bench.send(8, b"hi", "");
    bench.send(3, b"cXXfg", ""); // 3..8
    assert!(bench.log.got.is_empty());
    bench.send(1, b"abXXXXXXXjk", ""); // 1..12
    assert_eq!(bench.log.bytes(), b"abcdefghijk");
    assert_eq!(bench.held(), 0);
    assert_eq!(bench.stats.tcp_overlaps, 2);
}

#[test]
fn a_hole_is_given_up_after_its_acknowledgement_and_more_packets() {
    let mut bench = Bench::opened(0);
    bench.limits.hole_packets = 3;
    bench.send(1, b"a", "");
    bench.send(5, b"e", "");
    bench.ack(3); // covers a part of the hole only
    for _ in 0..10 {
        bench.ack(3);
    }
    assert_eq!(bench.log.got, [data(2, b"a")]);
    for _ in 0..3 {
        bench.ack(6);
    }
    assert_eq!(bench.log.got.len(), 1);
    bench.ack(6);
    assert_eq!(bench.log.got, [data(2, b"a"), Got::Gap(Some(3)), data(3, b"e")]);
    assert_eq!((bench.stats.tcp_gaps, bench.stats.tcp_lost_bytes), (1, 3));
    // What should have been in the hole comes too late.
    bench.send(2, b"bcd", "");
    assert_eq!(bench.log.got.len(), 3);
}

#[test]
fn an_acknowledged_hole_may_still_be_filled() {
    let mut bench = Bench::opened(0);
    bench.send(3, b"c", "");
    for _ in 0..20 {
        bench.ack(4);
    }
    bench.send(1, b"ab", "");
    assert_eq!(bench.log.bytes(), b"abc");
    assert_eq!(bench.stats.tcp_gaps, 0);
}

#[test]
fn limits_give_up_holes() {
    let mut bench = Bench::opened(0);
    bench.limits.tcp_segments = 4;
    for n in 0..5 {
        bench.send(10 + 2 * n, b"x", "");
    }
    // The fifth one is too many: the first hole goes, and its segment with it.
    assert_eq!(bench.log.got, [Got::Gap(Some(9)), data(2, b"x")]);
    assert_eq!(bench.stats.tcp_buffer_limits, 1);

    let mut bench = Bench::opened(0);
    bench.limits.tcp_buffer_unacknowledged = 1000;
    bench.limits.tcp_buffer = 3000;
    bench.send(10, &[1; 1100], "");
    assert_eq!(bench.log.got.len(), 2);
    bench.ack(1);
    bench.send(2000, &[1; 1100], "");
    assert_eq!(bench.log.got.len(), 2);
    bench.send(4000, &[1; 2100], "");
    assert_eq!(bench.log.got.len(), 4);

    let mut bench = Bench::opened(0);
    bench.limits.tcp_buffer_total = 500;
    bench.send(10, &[1; 600], "");
    assert_eq!((bench.log.got.len(), bench.held()), (2, 0));
}

#[test]
fn a_start_without_syn_is_waited_for() {
    // The lowest of the first few wins.
    let mut bench = Bench::new();
    bench.send(104, b"ef", "");
    bench.send(100, b"abcd", "");
    assert!(bench.log.got.is_empty());
    bench.send(106, b"g", "");
    bench.send(107, b"h", "");
    assert_eq!(bench.log.bytes(), b"abcdefgh");
    assert_eq!(bench.stats.tcp_gaps, 0);
    // An empty segment of the sender names the start.
    let mut bench = Bench::new();
    bench.send(100, b"", "");
    bench.send(100, b"ab", "");
    assert_eq!(bench.log.bytes(), b"ab");
    let mut bench = Bench::new();
    bench.send(100, b"", "");
    bench.send(102, b"cd", "");
    assert!(bench.log.got.is_empty());
    bench.send(100, b"ab", "");
    assert_eq!(bench.log.bytes(), b"abcd");
    // So does the other side's acknowledgement, before or after.
    let mut bench = Bench::new();
    bench.ack(100);
    bench.send(100, b"ab", "");
    assert_eq!(bench.log.bytes(), b"ab");
    let mut bench = Bench::new();
    bench.send(100, b"ab", "");
    assert!(bench.log.got.is_empty());
    bench.ack(102);
    assert_eq!(bench.log.bytes(), b"ab");
    // And a late SYN.
    let mut bench = Bench::new();
    bench.send(102, b"cd", "");
    bench.send(99, b"", "S");
    bench.send(100, b"ab", "");
    assert_eq!(bench.log.bytes(), b"abcd");
    // The end of the capture takes what there is.
    let mut bench = Bench::new();
    bench.send(102, b"cd", "F");
    bench.close();
    assert_eq!(bench.log.got, [data(1, b"cd"), Got::End("FIN")]);
}

/// What the capture cut is waited for as other holes are: a whole copy may come.
#[test]
fn what_the_capture_cut_is_a_hole() {
    let mut bench = Bench::opened(0);
    bench.limits.hole_packets = 3;
    bench.send_cut(1, b"ab", 3, "");
    bench.send(6, b"fg", "");
    assert_eq!(bench.log.got, [data(2, b"ab")]);
    for _ in 0..4 {
        bench.ack(8);
    }
    assert_eq!(bench.log.got, [data(2, b"ab"), Got::Gap(Some(3)), data(3, b"fg")]);
    // The whole copy comes, with and without something behind it.
    for behind in [false, true] {
        let mut bench = Bench::opened(0);
        bench.send_cut(1, b"ab", 3, "");
        if behind {
            bench.send(6, b"fg", "");
        }
        bench.send(1, b"abcde", "");
        bench.ack(if behind { 8 } else { 6 });
        assert_eq!(bench.log.bytes(), if behind { &b"abcdefg"[..] } else { b"abcde" });
        assert_eq!(bench.stats.tcp_gaps, 0);
        assert!(bench.connection.directions(true).0.is_at_rest());
    }
    // The cut copy comes early; and all of its bytes are cut.
    let mut bench = Bench::opened(0);
    bench.send_cut(3, b"c", 2, "");
    bench.send_cut(6, b"", 2, "");
    bench.send(8, b"h", "F");
    bench.send(1, b"ab", "");
    assert_eq!(bench.log.bytes(), b"abc");
    bench.send(3, b"cde", "");
    assert_eq!(bench.log.bytes(), b"abcde");
    bench.close();
    assert_eq!(bench.log.got[3..], [Got::Gap(Some(2)), data(4, b"h"), Got::End("FIN")]);
    // Nobody acknowledges anything: the end doesn't have to be waited for.
    let mut bench = Bench::opened(0);
    bench.limits.hole_packets = 2;
    for n in 0..8 {
        bench.send_cut(1 + 5 * n, b"ab", 3, "");
    }
    assert!(bench.log.bytes().starts_with(b"ababab"));
}

/// A segment that was damaged on its way waits for the one that is sent in its place.
#[test]
fn what_a_wrong_checksum_costs() {
    let mut bench = Bench::opened(0);
    bench.send(1, b"aXc", "?");
    bench.send(4, b"d", "");
    assert!(bench.log.got.is_empty());
    bench.send(1, b"abc", "");
    assert_eq!(bench.log.got, [data(4, b"abc"), data(3, b"d")]);
    // The copy sent again is cut into other segments, and the damaged one comes early.
    let mut bench = Bench::opened(0);
    bench.send(3, b"XXXX", "?");
    bench.send(5, b"efg", "");
    bench.send(1, b"abcd", "");
    assert_eq!(bench.log.bytes(), b"abcdefg");
    // The receiver has it: whatever is wrong with the checksum, the bytes count. After a few of them nothing waits.
    let mut bench = Bench::opened(0);
    for n in 0..3 {
        bench.send(1 + n, b"a", "?");
        assert_eq!(bench.log.got.len(), n as usize);
        bench.ack(2 + n);
        assert_eq!(bench.log.got.len(), n as usize + 1);
    }
    bench.send(4, b"a", "?");
    assert_eq!(bench.log.got.len(), 4);
    // Nobody acknowledges anything.
    let mut bench = Bench::opened(0);
    bench.limits.hole_packets = 4;
    for n in 0..6 {
        bench.send(1 + n, b"a", "?");
    }
    assert!(!bench.log.got.is_empty());
}

#[test]
fn resets_close_unless_they_fit_nowhere() {
    let mut bench = Bench::opened(0);
    bench.send(1, b"a", "");
    bench.send(4, b"d", "");
    bench.send(0x4000_0000, b"", "R");
    assert_eq!(bench.stats.tcp_bad_resets, 1);
    bench.send(5, b"text of the reset", "R");
    assert_eq!(bench.log.got, [data(2, b"a"), Got::Gap(Some(2)), data(3, b"d")]);
    bench.close();
    assert_eq!(bench.log.got.last(), Some(&Got::End("RST")));
}

#[test]
fn closing_tells_what_was_acknowledged_and_never_seen() {
    let mut bench = Bench::opened(0);
    bench.send(1, b"a", "");
    bench.ack(12);
    bench.close();
    assert_eq!(bench.log.got, [data(2, b"a"), Got::Gap(Some(10)), Got::End("closed")]);
    // One byte more may be the FIN.
    let mut bench = Bench::opened(0);
    bench.send(1, b"a", "");
    bench.ack(3);
    bench.close();
    assert_eq!(bench.log.got, [data(2, b"a"), Got::End("closed")]);
    // A FIN behind a hole.
    let mut bench = Bench::opened(0);
    bench.send(5, b"", "F");
    bench.close();
    assert_eq!(bench.log.got, [Got::Gap(Some(4)), Got::End("closed")]);
}

#[test]
fn nothing_more_after_ignore() {
    let mut bench = Bench::opened(0);
    bench.log.ignore_after = Some(1);
    bench.send(2, b"b", "");
    bench.send(4, b"d", "F");
    assert_eq!(bench.send(1, b"a", ""), Verdict::Ignore);
    assert_eq!(bench.log.got, [data(4, b"a")]);
}

/// A small generator, so that failures repeat.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (limit.max(1) as u64)).unwrap()
    }
}

/// Splits, overlaps, repeats and shuffles a byte string within a window: the same bytes come out.
#[test]
fn random_segmentation_gives_the_same_bytes() {
    for seed in 1..400_u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let text: Vec<u8> = (0..random.below(3000) + 1).map(|_| random.below(256) as u8).collect();
        let isn = if seed % 2 == 0 { u32::MAX - random.below(3000) as u32 } else { random.0 as u32 };
        let mut segments = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let len = (random.below(200) + 1).min(text.len() - at);
            let before = random.below(40).min(at);
            segments.push((at - before, at + len));
            if random.below(4) == 0 {
                segments.push((at, at + len));
            }
            at += len;
        }
        let window = random.below(12) + 1;
        for index in 0..segments.len() {
            let other = (index + random.below(window)).min(segments.len() - 1);
            segments.swap(index, other);
        }
        let with_syn = seed % 3 != 0;
        let mut bench = if with_syn { Bench::opened(isn) } else { Bench::new() };
        if !with_syn {
            bench.limits.start_packets = 100;
        }
        for (from, to) in segments {
            let seq = isn.wrapping_add(1).wrapping_add(from as u32);
            bench.send(seq, &text[from..to], if to == text.len() { "F" } else { "" });
            if with_syn && random.below(5) == 0 {
                bench.ack(isn.wrapping_add(1).wrapping_add(from as u32));
            }
        }
        bench.close();
        assert_eq!(bench.log.bytes(), text, "seed {seed}");
        assert!(!bench.log.got.iter().any(|got| matches!(got, Got::Gap(_))), "seed {seed}");
        assert_eq!(bench.log.got.last(), Some(&Got::End("FIN")), "seed {seed}");
        assert_eq!(bench.held(), 0);
    }
}

/// Anything at all: no panic, bounded, and handed-on positions never go back.
#[test]
fn random_nonsense_stays_within_limits() {
    for seed in 1..200_u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut bench = Bench::new();
        bench.limits.tcp_buffer = 5000;
        bench.limits.tcp_buffer_unacknowledged = 3000;
        bench.limits.tcp_segments = 20;
        for _ in 0..300 {
            let spread = [16, 4000, 1 << 20, usize::MAX >> 1][random.below(4)];
            let seq = random.below(spread) as u32;
            let bytes = vec![0; random.below(400)];
            match random.below(12) {
                0 => bench.ack(seq),
                1 => drop(bench.send(seq, &bytes, "S")),
                2 if random.below(20) == 0 => drop(bench.send(seq, &bytes, "F")),
                3 if random.below(20) == 0 => drop(bench.send(seq, &bytes, "R")),
                4 => drop(bench.send_cut(seq, &bytes, random.below(70_000), "")),
                _ => drop(bench.send(seq, &bytes, "")),
            }
            assert!(bench.held() <= 5000);
        }
        bench.close();
        assert!(matches!(bench.log.got.last(), Some(Got::End(_))));
        assert_eq!(bench.log.got.iter().filter(|got| matches!(got, Got::End(_))).count(), 1);
        assert_eq!(bench.held(), 0);
    }
}

#[test]
fn the_short_way_through_a_header_finds_what_the_long_one_does() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut short = 0;
    for _ in 0..20_000 {
        let len = (noise() % 80) as usize;
        let data: Vec<u8> = std::iter::repeat_with(|| (noise() >> 16) as u8).take(len).collect();
        let slice = CapturedSlice { data: &data, cut: (noise() % 3) as usize };
        if let Some(segment) = Segment::plain(slice) {
            short += 1;
            assert_eq!(format!("{:?}", Segment::parse_any(slice)), format!("{:?}", Some(segment)), "{data:02x?}");
        }
    }
    assert!(short > 2_000, "{short}");
}
