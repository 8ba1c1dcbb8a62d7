//! Processes, tracks and slices of a trace.

use super::Out;
use crate::base::Timestamp;
use crate::base::printable::printable;
use std::collections::{BTreeMap, HashMap};

/// A slice to be put on a track.
pub(super) struct Slice<'a> {
    /// The process that has the track.
    pub(super) process: &'a str,
    /// Name of the track.
    pub(super) track: &'a str,
    /// Name of the slice.
    pub(super) name: &'a str,
    pub(super) category: &'a str,
    pub(super) from: Timestamp,
    /// Nanoseconds since 1970; of what has no end, nothing.
    pub(super) to: Option<i64>,
}

/// A track: an identifier of asynchronous events, with the span that everything on it takes.
struct Track {
    id: u64,
    process: u64,
    to: i64,
}

/// Writes a trace. Tracks beyond the limit share one a process.
pub(super) struct Trace {
    limit: usize,
    processes: HashMap<String, u64>,
    tracks: HashMap<(u64, String), Vec<Track>>,
    count: usize,
    /// Numbers of slices that have no track of their own.
    next: u64,
    base: Option<i64>,
    first: bool,
    crowded: u64,
    skipped: u64,
    line: Out,
}

/// Calls on one object at the same time that get a track of their own each.
const DEEP: usize = 64;

/// A day in nanoseconds.
const DAY: i64 = 86_400_000_000_000;

impl Trace {
    pub(super) fn new(limit: usize) -> Self {
        Trace {
            limit,
            processes: HashMap::new(),
            tracks: HashMap::new(),
            count: 0,
            next: 0,
            base: None,
            first: true,
            crowded: 0,
            skipped: 0,
            line: Out::new(),
        }
    }

    pub(super) fn begin(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
    }

    /// Something had no place.
    pub(super) fn skip(&mut self) {
        self.skipped += 1;
    }

    /// Slices that share the last track of their process, for the limit.
    pub(super) fn crowded(&self) -> u64 {
        self.crowded
    }

    /// Puts a slice on its track; `arguments` are what a click shows.
    pub(super) fn slice(&mut self, out: &mut Vec<u8>, slice: &Slice<'_>, arguments: &dyn Fn(&mut Out)) {
        // Numbers count from a midnight that lies before everything, so that their nanoseconds fit a floating-point number.
        let base = *self.base.get_or_insert(slice.from.0.div_euclid(DAY).saturating_sub(1).saturating_mul(DAY));
        let from = slice.from.0.max(base);
        let to = slice.to.map(|to| to.max(from));
        let process = self.process(out, slice.process);
        let (id, opened) = self.track(process, slice.track, from, to.unwrap_or(from));
        if opened {
            self.event(out, ('b', from), process, id, ("track", slice.track), None);
        }
        let named = (slice.category, slice.name);
        match to {
            Some(to) => {
                self.event(out, ('b', from), process, id, named, Some(arguments));
                self.event(out, ('e', to), process, id, named, None);
            }
            None => self.event(out, ('n', from), process, id, named, Some(arguments)),
        }
    }

    /// The process of this name.
    fn process(&mut self, out: &mut Vec<u8>, name: &str) -> u64 {
        if let Some(process) = self.processes.get(name) {
            return *process;
        }
        if self.processes.len() >= self.limit {
            return 0;
        }
        let number = self.processes.len() as u64 + 1;
        self.processes.insert(name.to_string(), number);
        self.line.clear();
        self.line.begin();
        for (key, value) in [("ph", "M"), ("name", "process_name")] {
            self.line.key(key);
            self.line.text(value);
        }
        self.line.key("pid");
        self.line.uint(number);
        self.line.key("args");
        self.line.begin();
        self.line.key("name");
        self.line.text(&printable(name));
        self.line.end();
        self.line.end();
        self.put(out);
        number
    }

    /// The identifier of a track of this name that is free from `from` on, and whether it is new.
    fn track(&mut self, process: u64, name: &str, from: i64, to: i64) -> (u64, bool) {
        let key = (process, name.to_string());
        let mut deep = false;
        if let Some(tracks) = self.tracks.get_mut(&key) {
            if let Some(track) = tracks.iter_mut().find(|track| track.to <= from) {
                track.to = track.to.max(to);
                return (track.id, false);
            }
            deep = tracks.len() >= DEEP;
        }
        self.next += 1;
        if self.count >= self.limit || deep || process == 0 {
            // A pair with a number of its own needs no track that is remembered.
            self.crowded += 1;
            return (self.next, false);
        }
        self.count += 1;
        self.tracks.entry(key).or_default().push(Track { id: self.next, process, to });
        (self.next, true)
    }

    fn event(
        &mut self,
        out: &mut Vec<u8>,
        (phase, time): (char, i64),
        process: u64,
        id: u64,
        (category, name): (&str, &str),
        arguments: Option<&dyn Fn(&mut Out)>,
    ) {
        let base = self.base.unwrap_or_default();
        let line = &mut self.line;
        line.clear();
        line.begin();
        line.key("ph");
        line.text(phase.encode_utf8(&mut [0; 4]));
        line.key("ts");
        line.raw(microseconds(time.saturating_sub(base)).as_bytes());
        line.key("pid");
        line.uint(process);
        line.key("tid");
        line.uint(0);
        line.key("cat");
        // One category for the whole track: its events belong together by category and identifier.
        line.text("cluscope");
        line.key("id2");
        line.begin();
        line.key("local");
        line.text(&format!("{id:#x}"));
        line.end();
        line.key("name");
        line.text(&printable(name));
        if let Some(arguments) = arguments {
            line.key("args");
            line.begin();
            line.key("kind");
            line.text(category);
            arguments(line);
            line.end();
        }
        line.end();
        self.put(out);
    }

    fn put(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.first { b"\n" } else { b",\n" });
        self.first = false;
        out.extend_from_slice(self.line.as_bytes());
    }

    /// Ends every track where its last slice ends.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        let mut ends = BTreeMap::new();
        for ((_, name), tracks) in self.tracks.drain() {
            ends.extend(tracks.into_iter().map(|track| (track.id, (track.process, track.to, name.clone()))));
        }
        for (id, (process, to, name)) in ends {
            self.event(out, ('e', to), process, id, ("track", &name), None);
        }
        out.extend_from_slice(b"\n],\"otherData\":");
        self.line.clear();
        self.line.begin();
        if let Some(base) = self.base {
            self.line.key("zero");
            self.line.text(&String::from_utf8_lossy(&Timestamp(base).to_ascii()));
        }
        for (key, count) in [("without_time", self.skipped), ("without_track", self.crowded)] {
            if count > 0 {
                self.line.key(key);
                self.line.uint(count);
            }
        }
        self.line.end();
        out.extend_from_slice(self.line.as_bytes());
        out.extend_from_slice(b"}\n");
    }
}

/// Microseconds with three decimals.
fn microseconds(nanos: i64) -> String {
    format!("{}.{:03}", nanos.div_euclid(1000), nanos.rem_euclid(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(track: &str, from: i64, to: i64) -> Slice<'_> {
        Slice { process: "client", track, name: "call", category: "test", from: Timestamp(from), to: Some(to) }
    }

    /// What overlaps is on two tracks; what follows takes the first one again; what has no room is counted.
    #[test]
    fn tracks_are_used_again() {
        let mut trace = Trace::new(3);
        let mut out = Vec::new();
        trace.begin(&mut out);
        for (name, from, to) in [("a", 10, 20), ("a", 15, 30), ("a", 20, 25), ("b", 10, 11), ("c", 10, 11)] {
            trace.slice(&mut out, &slice(name, from, to), &|_| {});
        }
        assert_eq!((trace.count, trace.crowded()), (3, 1));
        trace.end(&mut out);
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let events = json["traceEvents"].as_array().unwrap();
        let ids: Vec<_> = events.iter().filter(|e| e["name"] == "call").map(|e| e["id2"]["local"].clone()).collect();
        assert_eq!(ids, ["0x1", "0x1", "0x2", "0x2", "0x1", "0x1", "0x3", "0x3", "0x4", "0x4"]);
        let begun = events.iter().filter(|e| e["ph"] == "b").count();
        assert_eq!(begun, events.iter().filter(|e| e["ph"] == "e").count());
    }
}
