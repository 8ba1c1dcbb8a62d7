//! The packets that carried a message, what came of opening its fragments, counters.

use super::event::{FrameSet, Sizes, join_opened};
use super::limits::Counters;
use super::security::{AuthTrailer, Doubt, NoSecurity, Opened, Security, Verified};
use super::{Guid, SyntaxId};
use crate::base::Timestamp;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::{vec, vec::Vec};

fn time(n: u64) -> Option<Timestamp> {
    Some(Timestamp(n as i64 * 10))
}

fn frame_set(frames: &[u64], limit: usize) -> (FrameSet, Counters) {
    let (mut frame_set, mut counters) = (FrameSet::default(), Counters::default());
    frames.iter().for_each(|n| frame_set.add(*n, time(*n), limit, &mut counters));
    (frame_set, counters)
}

/// Frames, the ends' times, how many were left out.
fn summary((mut frame_set, counters): (FrameSet, Counters)) -> (Vec<u64>, Option<Timestamp>, Option<Timestamp>, u64) {
    frame_set.settle();
    assert_eq!(frame_set.omitted, counters.frames_omitted);
    assert_eq!(frame_set.last(), frame_set.frames().last().copied());
    (frame_set.frames().to_vec(), frame_set.first_time, frame_set.last_time, frame_set.omitted)
}

/// Ascending, each once, with the times of the smallest and the largest, whatever the order was.
#[test]
fn packets_in_order() {
    for frames in [&[5, 6, 9][..], &[9, 5, 6], &[6, 9, 5, 9, 6, 5], &[9, 6, 5], &[5, 9, 9, 6]] {
        assert_eq!(summary(frame_set(frames, 10)), (vec![5, 6, 9], time(5), time(9), 0), "{frames:?}");
    }
    assert_eq!(summary(frame_set(&[], 10)), (vec![], None, None, 0));
    let (mut again, mut counters) = frame_set(&[5], 10);
    again.add(5, time(77), 10, &mut counters);
    assert_eq!(summary((again, counters)), (vec![5], time(5), time(5), 0));
    // A number in between has no say in the times.
    assert_eq!(summary(frame_set(&[5, 9, 7], 10)), (vec![5, 7, 9], time(5), time(9), 0));
}

/// The largest number is always kept; each that is left out counts.
#[test]
fn packets_beyond_the_limit() {
    for (frames, kept, omitted) in [
        (&[5, 6][..], [5, 6], 0),
        (&[5, 6, 7], [5, 7], 1),
        (&[5, 6, 7, 8], [5, 8], 2),
        (&[5, 6, 7, 8, 8], [5, 8], 2),
        (&[5, 8, 7], [5, 8], 1),
        (&[5, 8, 7, 6], [5, 8], 2),
        (&[5, 8, 7, 6, 9], [5, 9], 3),
    ] {
        let (first, last) = (time(kept[0]), time(kept[1]));
        assert_eq!(summary(frame_set(frames, 2)), (kept.to_vec(), first, last, omitted), "{frames:?}");
    }
    // The time of the smallest is known even where its number is not kept.
    assert_eq!(summary(frame_set(&[5, 8, 3], 2)), (vec![5, 8], time(3), time(8), 1));
    assert_eq!(summary(frame_set(&[5, 6], 0)), (vec![6], time(5), time(6), 1));
}

/// Numbers that come far too late wait until all are put in order, those that don't stand in their place at once.
#[test]
fn packets_far_too_late() {
    for (behind, waits) in [(31, false), (32, false), (33, true), (40, true)] {
        let frames: Vec<u64> = (100..100 + behind).chain([50]).collect();
        let (frame_set, counters) = frame_set(&frames, 1000);
        assert_eq!(frame_set.frames()[0], if waits { 100 } else { 50 }, "{behind}");
        let expected: Vec<u64> = [50].into_iter().chain(100..100 + behind).collect();
        assert_eq!(summary((frame_set, counters)), (expected, time(50), time(99 + behind), 0));
    }
    // So near the end it does not wait, however many there are before it.
    let frames: Vec<u64> = (0..100).map(|n| 2 * n).chain([181]).collect();
    assert_eq!(frame_set(&frames, 1000).0.frames()[91], 181);
    // Those that wait count for the limit, too.
    let frames: Vec<u64> = (100..140).chain([50, 51, 51]).collect();
    let (kept, _, _, omitted) = summary(frame_set(&frames, 41));
    assert_eq!((kept.len(), omitted), (41, 2));
}

#[test]
fn packets_joined() {
    let joined = |ours: &[u64], theirs: &[u64]| {
        let ((mut ours, mut counters), (theirs, _)) = (frame_set(ours, 99), frame_set(theirs, 99));
        ours.merge(&theirs, 99, &mut counters);
        summary((ours, counters))
    };
    assert_eq!(joined(&[3], &[2, 4, 6]), (vec![2, 3, 4, 6], time(2), time(6), 0));
    assert_eq!(joined(&[2, 6], &[3, 4]), (vec![2, 3, 4, 6], time(2), time(6), 0));
    assert_eq!(joined(&[], &[3, 4]), (vec![3, 4], time(3), time(4), 0));
    assert_eq!(joined(&[3], &[4]), (vec![3, 4], time(3), time(4), 0));
    assert_eq!(joined(&[3], &[]), (vec![3], time(3), time(3), 0));
    let late: Vec<u64> = (100..140).chain([50]).collect();
    assert_eq!(joined(&[60], &late).0[..3], [50, 60, 100]);
}

/// The first failure, or else what all fragments have in common.
#[test]
fn fragments_opened() {
    let clear = |verified, decrypted| Opened::Clear { verified, decrypted };
    let failed = |reason: &str| Opened::Failed { reason: String::from(reason), doubt: Doubt::Signature };
    let (yes, no, none) = (Verified::Right, Verified::Wrong(Doubt::Signature), Verified::Unchecked);
    for (first, next, expected) in [
        (clear(yes, true), clear(yes, true), clear(yes, true)),
        (clear(yes, false), clear(no, false), clear(no, false)),
        (clear(no, false), clear(yes, false), clear(no, false)),
        (clear(none, false), clear(no, false), clear(no, false)),
        (clear(none, false), clear(yes, false), clear(none, false)),
        (clear(yes, false), clear(none, false), clear(none, false)),
        (clear(yes, true), clear(yes, false), clear(yes, true)),
        (clear(yes, false), clear(yes, true), clear(yes, true)),
        (clear(yes, true), failed("b"), failed("b")),
        (failed("a"), clear(yes, true), failed("a")),
        (failed("a"), failed("b"), failed("a")),
    ] {
        let mut all = None;
        join_opened(&mut all, first.clone());
        assert_eq!(all, Some(first));
        join_opened(&mut all, next);
        assert_eq!(all, Some(expected));
    }
    let mut sizes = Sizes { stub: 1, auth: 2 };
    sizes.add(Sizes { stub: 10, auth: 20 });
    assert_eq!(sizes, Sizes { stub: 11, auth: 22 });
}

/// Each counter adds to itself.
#[test]
fn counters_add_up() {
    let one = Counters {
        pdus: 1,
        malformed: 2,
        skipped_bytes: 3,
        messages_too_large: 4,
        messages_evicted: 5,
        messages_incomplete: 6,
        calls_evicted: 7,
        calls_replaced: 8,
        contexts_dropped: 9,
        binds_evicted: 10,
        frames_omitted: 11,
        diagnostics_omitted: 12,
        activities_evicted: 13,
        duplicates: 14,
        fragments_ignored: u64::MAX,
    };
    let mut sum = one;
    sum.add(&one);
    let numbers: Vec<u64> = sum.nonzero().map(|(_, n)| n).collect();
    assert_eq!(numbers, (1..15).map(|n| 2 * n).chain([u64::MAX]).collect::<Vec<_>>());
    assert_eq!(Counters::default().nonzero().count(), 0);
}

#[test]
fn names() {
    let syntax = SyntaxId::new(Guid::constant("b97db8b2-4c63-11cf-bff6-08002be23f2f"), 3, 1);
    assert_eq!(syntax.to_string(), "b97db8b2-4c63-11cf-bff6-08002be23f2f 3.1");
    assert!(format!("{:?}", syntax.uuid).contains("b97db8b2-4c63-11cf-bff6-08002be23f2f"));
    assert!(!"x".parse::<Guid>().unwrap_err().to_string().is_empty());
    for (auth_type, name) in [(9, "spnego"), (10, "ntlm"), (16, "krb5"), (7, "auth_type 7")] {
        let trailer = AuthTrailer { auth_type, auth_level: 5, auth_pad_length: 0, auth_context_id: 0 };
        let identity = NoSecurity.identity(&trailer);
        assert_eq!((identity.mechanism.as_str(), identity.user), (name, None));
    }
}
