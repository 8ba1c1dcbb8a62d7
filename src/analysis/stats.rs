//! Statistics of calls by method, client, object and status, in bounded memory.

use super::calls::{Answer, Call};
use std::collections::HashMap;

/// What statistics may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatsLimits {
    /// Keys of one table; what comes later goes into the row of the others. Default 2048.
    pub keys: usize,
}

impl Default for StatsLimits {
    fn default() -> Self {
        StatsLimits { keys: 2048 }
    }
}

/// The key of the row for what found no place.
pub const OTHER: &str = "(other)";

/// What calls are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The method.
    Method,
    /// The caller's address.
    Client,
    /// Each object whose handle the call uses.
    Object,
    /// What came of it.
    Status,
}

impl By {
    /// All of them, in the order in which tables are shown.
    pub const ALL: [By; 4] = [By::Method, By::Client, By::Object, By::Status];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            By::Method => "method",
            By::Client => "client",
            By::Object => "object",
            By::Status => "status",
        }
    }
}

/// Smallest latency with a bucket of its own: 2^10 ns; what is shorter goes there too.
const FIRST_BIT: u32 = 10;

/// Powers of two with buckets: up to 2^44 ns, nearly five hours.
const BITS: usize = 34;

/// Buckets to each power of two: a quantile is at most 1/16 too large.
const STEPS: usize = 16;

/// How often which latency occurred: buckets of constant relative width, 2 KiB whatever the number of calls.
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Box<[u32; BITS * STEPS]>,
    count: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { buckets: Box::new([0; BITS * STEPS]), count: 0, max: 0 }
    }
}

impl Histogram {
    /// Adds a latency in nanoseconds; clocks that run backwards count as 0.
    pub fn add(&mut self, nanos: i64) {
        let nanos = u64::try_from(nanos).unwrap_or(0);
        if let Some(bucket) = self.buckets.get_mut(Histogram::index(nanos)) {
            *bucket = bucket.saturating_add(1);
        }
        self.count += 1;
        self.max = self.max.max(nanos);
    }

    fn index(nanos: u64) -> usize {
        let bit = nanos.max(1 << FIRST_BIT).ilog2();
        let step = (nanos >> (bit - 4)) as usize & (STEPS - 1);
        let step = if nanos < 1 << FIRST_BIT { 0 } else { step };
        ((bit - FIRST_BIT) as usize * STEPS + step).min(BITS * STEPS - 1)
    }

    /// Upper end of a bucket in nanoseconds.
    fn upper(index: usize) -> u64 {
        let bit = (index / STEPS) as u32 + FIRST_BIT;
        ((STEPS + index % STEPS + 1) as u64) << (bit - 4)
    }

    /// How many were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The largest, in nanoseconds.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The latency that this share of the calls (in percent) doesn't exceed, in nanoseconds; at most 1/16 too large.
    pub fn quantile(&self, percent: u64) -> Option<u64> {
        if self.count == 0 {
            return None;
        }
        let rank = (u128::from(self.count) * u128::from(percent.min(100))).div_ceil(100).max(1);
        let mut sum = 0u128;
        let at = self.buckets.iter().position(|n| {
            sum += u128::from(*n);
            sum >= rank
        });
        Some(at.map_or(self.max, Histogram::upper).min(self.max))
    }
}

/// A row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Calls, answered or not.
    pub calls: u64,
    /// Those that failed, by a fault or by their status; see [`Call::failed`].
    pub errors: u64,
    /// Those that ended with a fault.
    pub faults: u64,
    /// Those without an answer.
    pub unanswered: u64,
    /// Those whose answer is sealed or can't be decoded: nobody knows whether they failed.
    pub unknown: u64,
    /// Long polls among them. Their waiting counts in the table of methods only.
    pub long_polls: u64,
    /// Latencies.
    pub latency: Histogram,
    /// Bytes of the requests' stubs.
    pub request_bytes: u64,
    /// Bytes of the responses' stubs.
    pub response_bytes: u64,
}

impl Row {
    fn add(&mut self, call: &Call, by: By) {
        let poll = call.is_long_poll();
        self.calls += 1;
        self.errors += u64::from(call.failed());
        self.faults += u64::from(matches!(call.answer, Answer::Fault(_)));
        self.unanswered += u64::from(call.answer == Answer::None);
        self.unknown += u64::from(call.answer == Answer::Response(None));
        self.long_polls += u64::from(poll);
        if let Some(latency) = call.latency().filter(|_| by == By::Method || !poll) {
            self.latency.add(latency);
        }
        self.request_bytes = self.request_bytes.saturating_add(call.request_bytes as u64);
        self.response_bytes = self.response_bytes.saturating_add(call.response_bytes as u64);
    }
}

/// The rows by one of the four keys.
#[derive(Debug, Default)]
pub struct Table {
    rows: HashMap<String, Row>,
    other: Row,
}

impl Table {
    fn add(&mut self, key: &str, call: &Call, by: By, limits: StatsLimits) {
        let room = self.rows.len() < limits.keys;
        match self.rows.get_mut(key) {
            Some(row) => row.add(call, by),
            None if room => self.rows.entry(key.to_string()).or_default().add(call, by),
            None => self.other.add(call, by),
        }
    }

    /// The rows, most calls first; last, where there is one, that of the keys which found no place.
    pub fn rows(&self) -> Vec<(&str, &Row)> {
        let mut rows: Vec<_> = self.rows.iter().map(|(key, row)| (key.as_str(), row)).collect();
        rows.sort_by(|(a, x), (b, y)| y.calls.cmp(&x.calls).then(a.cmp(b)));
        if self.other.calls > 0 {
            rows.push((OTHER, &self.other));
        }
        rows
    }
}

/// The four tables.
#[derive(Debug, Default)]
pub struct Stats {
    tables: [Table; 4],
    limits: StatsLimits,
}

impl Stats {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(limits: StatsLimits) -> Self {
        Stats { limits, ..Stats::default() }
    }

    /// Counts a call.
    pub fn add(&mut self, call: &Call) {
        let Stats { tables: [method, client, object, status], limits } = self;
        let limits = *limits;
        method.add(&call.name(), call, By::Method, limits);
        client.add(&call.client.ip().to_string(), call, By::Client, limits);
        status.add(&call.outcome(), call, By::Status, limits);
        let mut seen: Vec<String> = Vec::new();
        for used in &call.objects {
            let resolved = &used.resolved;
            let key = format!("{} {}", resolved.kind, resolved.name.as_deref().unwrap_or("?"));
            if !seen.contains(&key) {
                object.add(&key, call, By::Object, limits);
                seen.push(key);
            }
        }
        if seen.is_empty() {
            object.add("(none)", call, By::Object, limits);
        }
    }

    /// The table by this key.
    pub fn table(&self, by: By) -> &Table {
        let [method, client, object, status] = &self.tables;
        match by {
            By::Method => method,
            By::Client => client,
            By::Object => object,
            By::Status => status,
        }
    }
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
