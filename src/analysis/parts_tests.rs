//! Requests that wait for their answers, and the words of stories, by themselves.

use super::joiner::{Joiner, JoinerLimits};
use super::story::wording::{duration, quoted};
use super::test_records::{Wire, values};
use crate::base::bounds;
use crate::session::Record;

/// Shows the request and the response of call number `call` to closures.
fn with(wire: &mut Wire, then: &mut dyn FnMut(&Record<'_>)) -> (u64, i64) {
    wire.request("ApiOpenCluster", values([]), then)
}

fn answer(wire: &mut Wire, asked: (u64, i64), then: &mut dyn FnMut(&Record<'_>)) {
    wire.response("ApiOpenCluster", asked, values([]), then);
}

#[test]
fn requests_wait_for_their_answers() {
    let mut wire = Wire::new();
    let mut joiner = Joiner::new(JoinerLimits { waiting: 3, waiting_bytes: 100 });
    let mut asked = Vec::new();
    for number in 0..3 {
        asked.push(with(&mut wire, &mut |record| {
            assert_eq!(joiner.take(record), None, "its own call");
            joiner.wait(record, 10, number);
        }));
        assert_eq!(joiner.overdue(), None, "{number}");
    }
    // An answer takes its own request, once.
    answer(&mut wire, asked[1], &mut |record| assert_eq!((joiner.take(record), joiner.take(record)), (Some(1), None)));
    // Of those that are left the one kept longest goes first.
    for (number, expected) in [(3, None), (4, Some(0)), (5, Some(2))] {
        with(&mut wire, &mut |record| joiner.wait(record, 10, number));
        assert_eq!((joiner.overdue(), joiner.overdue()), (expected, None), "{number}");
    }
    answer(&mut wire, asked[0], &mut |record| assert_eq!(joiner.take(record), None, "not waited for any longer"));
    assert_eq!(joiner.given_up(), 2);
    // Thirty bytes are kept: of a hundred seventy are free.
    with(&mut wire, &mut |record| joiner.wait(record, 70, 6));
    assert_eq!(joiner.overdue(), Some(3), "by number");
    assert_eq!(joiner.overdue(), None);
    assert_eq!((joiner.oldest(), joiner.oldest()), (Some(4), Some(5)));
    // Seventy are kept: exactly a hundred may be.
    with(&mut wire, &mut |record| joiner.wait(record, 30, 7));
    assert_eq!(joiner.overdue(), None);
    with(&mut wire, &mut |record| joiner.wait(record, 1, 8));
    assert_eq!((joiner.overdue(), joiner.overdue()), (Some(6), None));
    assert_eq!((joiner.oldest(), joiner.oldest(), joiner.oldest()), (Some(7), Some(8), None));
    assert_eq!(joiner.given_up(), 4);
    with(&mut wire, &mut |record| joiner.wait(record, 100, 9));
    assert_eq!(joiner.overdue(), None, "nothing else is kept");
}

#[test]
fn spans_of_time_in_the_unit_that_fits() {
    for (nanos, text) in [
        (0, "0 us"),
        (999_999, "999 us"),
        (1_000_000, "1 ms"),
        (999_999_999, "999 ms"),
        (1_000_000_000, "1.0 s"),
        (119_900_000_000, "119.9 s"),
        (120_000_000_000, "2 min 0 s"),
        (3_725_000_000_000, "62 min 5 s"),
    ] {
        assert_eq!(duration(nanos), text, "{nanos}");
    }
}

#[test]
fn quoted_text_is_cut_to_a_readable_length() {
    let text = |n: usize| "x".repeat(n);
    let most = bounds::STORY_TEXT;
    assert_eq!(quoted(&text(most)), format!("\"{}\"", text(most)));
    assert_eq!(quoted(&text(most + 1)), format!("\"{}\"…", text(most)));
    assert_eq!(quoted(&text(most + 500)), format!("\"{}\"…", text(most)));
    assert_eq!(quoted("a \"b\" \\c\u{1b}"), r#""a \"b\" \c\u{1b}""#);
}
