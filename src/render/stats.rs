//! What the printers of tables of counts share.

use crate::analysis::stats::Row;

/// The columns of numbers, in the order of [`numbers`].
pub const COLUMNS: [&str; 11] = [
    "calls",
    "errors",
    "faults",
    "unanswered",
    "long_polls",
    "latency_p50_ns",
    "latency_p95_ns",
    "latency_max_ns",
    "request_bytes",
    "response_bytes",
    "unknown",
];

/// The numbers of a row; those without a value are absent.
pub fn numbers(row: &Row) -> [Option<u64>; 11] {
    let latency = &row.latency;
    [
        Some(row.calls),
        Some(row.errors),
        Some(row.faults),
        Some(row.unanswered),
        Some(row.long_polls),
        latency.quantile(50),
        latency.quantile(95),
        (latency.count() > 0).then_some(latency.max()),
        Some(row.request_bytes),
        Some(row.response_bytes),
        Some(row.unknown),
    ]
}
