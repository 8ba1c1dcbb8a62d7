//! Histograms and tables.

use super::*;
use crate::analysis::Tracker;
use crate::analysis::test_records::{Wire, handle, values};
use crate::ndr::value::{Fields, Value};

#[test]
fn quantiles_are_close_from_above() {
    let mut histogram = Histogram::default();
    assert_eq!(histogram.quantile(50), None);
    for micros in 1..=10_000i64 {
        histogram.add(micros * 1_000);
    }
    for percent in [1, 25, 50, 95, 99, 100] {
        let exact = percent * 100_000;
        let found = histogram.quantile(percent).expect("not empty");
        assert!(found >= exact && found <= exact + exact / 16 + 1_000, "{percent}: {found} for {exact}");
    }
    assert_eq!((histogram.max(), histogram.count()), (10_000_000, 10_000));
}

#[test]
fn extremes_stay_inside() {
    let mut histogram = Histogram::default();
    for nanos in [i64::MIN, -1, 0, 1, 1023, 1024, i64::MAX] {
        histogram.add(nanos);
    }
    assert_eq!(histogram.quantile(100), Some(Histogram::upper(BITS * STEPS - 1)));
    assert_eq!(histogram.max(), i64::MAX as u64);
    assert_eq!(histogram.count(), 7);
    let mut one = Histogram::default();
    one.add(5);
    assert_eq!(one.quantile(50), Some(5));
}

fn count(calls: &[(&str, Fields, Fields)]) -> Stats {
    let (mut tracker, mut wire, mut stats) = (Tracker::default(), Wire::new(), Stats::default());
    for (method, request, response) in calls {
        wire.call(method, request.clone(), response.clone(), &mut |record| {
            let seen = tracker.feed(record);
            if let Some(call) = Call::completed(record, &seen) {
                stats.add(&call);
            }
        });
    }
    stats
}

#[test]
fn calls_count_by_each_key() {
    let open =
        |name: &str, n| ("ApiOpenGroup", values([("lpszGroupName", name.into())]), values([("return", handle(n))]));
    let ask = |n| ("ApiGetGroupState", values([("hGroup", handle(n))]), Fields::default());
    let denied = ("ApiOfflineGroup", values([("hGroup", handle(1))]), values([("return", Value::Int(5))]));
    let stats = count(&[open("A", 1), open("B", 2), ask(1), ask(1), ask(2), denied]);
    let rows = |by: By| -> Vec<(String, u64, u64)> {
        stats.table(by).rows().iter().map(|(key, row)| (key.to_string(), row.calls, row.errors)).collect()
    };
    let row = |key: &str, calls, errors| (key.to_string(), calls, errors);
    assert_eq!(
        rows(By::Method),
        [row("ApiGetGroupState", 3, 0), row("ApiOpenGroup", 2, 0), row("ApiOfflineGroup", 1, 1)]
    );
    assert_eq!(rows(By::Client), [row("192.0.2.10", 6, 1)]);
    assert_eq!(rows(By::Object), [row("group A", 4, 1), row("group B", 2, 0)]);
    assert_eq!(rows(By::Status), [row("ERROR_SUCCESS", 5, 0), row("ERROR_ACCESS_DENIED", 1, 1)]);
    let table = stats.table(By::Client).rows();
    assert_eq!(table[0].1.latency.max(), 1_000_000);
}

#[test]
fn waiting_is_no_latency_of_clients() {
    let port = ("ApiCreateNotify", Fields::default(), values([("return", handle(1))]));
    let poll = ("ApiGetNotify", values([("hNotify", handle(1))]), Fields::default());
    let stats = count(&[port, poll]);
    let [client] = stats.table(By::Client).rows()[..] else { panic!("one client") };
    assert_eq!((client.1.calls, client.1.long_polls, client.1.latency.count()), (2, 1, 1));
    let methods = stats.table(By::Method).rows();
    assert!(methods.iter().all(|(_, row)| row.latency.count() == 1));
}

#[test]
fn keys_beyond_the_limit_are_folded() {
    let mut table = Table::default();
    let (mut tracker, mut wire) = (Tracker::default(), Wire::new());
    wire.call("ApiGetClusterName", Fields::default(), Fields::default(), &mut |record| {
        let seen = tracker.feed(record);
        if let Some(call) = Call::completed(record, &seen) {
            for n in 0..StatsLimits::default().keys + 5 {
                table.add(&n.to_string(), &call, By::Object, StatsLimits::default());
            }
        }
    });
    let rows = table.rows();
    assert_eq!(rows.len(), StatsLimits::default().keys + 1);
    assert_eq!(rows.last().map(|(key, row)| (*key, row.calls)), Some((OTHER, 5)));
}
