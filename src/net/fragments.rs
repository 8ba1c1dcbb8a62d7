//! IP datagrams from their fragments (RFC 791, 3.2; RFC 8200, 4.5).
//!
//! Where fragments overlap, the bytes that came first stay; a second statement of the datagram's length is ignored
//! when it contradicts the first. (Receivers differ here; taking the first copy is also what is done for TCP.)
//!
//! A mirror port may show each packet twice: the copy of a fragment that comes when its datagram is put together begins
//! no new one, which a later datagram of the same number would be spoilt by.

use super::ip::Fragment;
use super::slice::CapturedSlice;
use super::{NetworkLimits, Place, Stats, Timestamp};
use crate::base::bounds;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hasher};
use std::net::IpAddr;

/// Which datagram a fragment belongs to. The protocol counts for IPv4 only (0 for IPv6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
    pub(super) protocol: u8,
    pub(super) id: u32,
}

/// A datagram put together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Whole {
    pub(super) data: Vec<u8>,
    /// Bytes behind `data` that were on the wire but not captured.
    pub(super) cut: usize,
    /// The packets that carried the parts, in the order of the parts, and the one that tells where the datagram ends.
    pub(super) frames: Vec<u64>,
    /// Where `data` stands in them; empty if that isn't known of some part.
    pub(super) places: Vec<Place>,
    /// Upper-layer protocol, as the first fragment names it.
    pub(super) protocol: u8,
}

#[derive(Debug)]
struct Part {
    data: Vec<u8>,
    wire_len: u32,
    frame: u64,
    /// Where `data` begins in the packet, if it stands there as it is.
    at: Option<usize>,
}

#[derive(Debug)]
struct Datagram {
    parts: BTreeMap<u32, Part>,
    /// Bytes of `parts` on the wire, which don't overlap and don't reach beyond `total`.
    covered: u32,
    held: usize,
    total: Option<u32>,
    /// The packet that tells `total`; what it carries may all have come before.
    ended_by: u64,
    protocol: Option<u8>,
    started: (u64, Option<Timestamp>),
    /// Tells this datagram from a later one with the same key in the queue of ages.
    serial: u64,
}

/// Datagrams under reassembly, bounded by [`NetworkLimits`].
#[derive(Debug, Default)]
pub(super) struct Fragments {
    datagrams: HashMap<Key, Datagram>,
    /// Keys in the order of their first fragments; entries of datagrams that are gone are passed over.
    ages: VecDeque<(Key, u64)>,
    held: usize,
    serial: u64,
    /// Those put together last, for copies of their fragments.
    done: VecDeque<Done>,
}

/// A datagram that was put together: its fragments by offset, the first `bounds::IP_DONE_PARTS` of them, each with a hash.
#[derive(Debug)]
struct Done {
    key: Key,
    parts: Vec<(u32, u64)>,
}

/// The largest IP datagram.
const MAX_DATAGRAM: u32 = 65_535;

impl Fragments {
    /// Takes a fragment; returns the datagram that it completes.
    #[allow(clippy::too_many_arguments, reason = "the packet's place in the capture and the bookkeeping")]
    pub(super) fn add(
        &mut self,
        key: Key,
        fragment: Fragment,
        protocol: u8,
        slice: CapturedSlice<'_>,
        at: Option<usize>,
        frame: u64,
        time: Option<Timestamp>,
        limits: &NetworkLimits,
        stats: &mut Stats,
    ) -> Option<Whole> {
        stats.fragments += 1;
        self.expire(frame, time, limits, stats);
        let wire_len = u32::try_from(slice.wire_len()).unwrap_or(u32::MAX);
        let end = fragment.offset.saturating_add(wire_len);
        // Only the last fragment may have a length that is no multiple of 8.
        if wire_len == 0 || end > MAX_DATAGRAM || (fragment.more && wire_len % 8 != 0) {
            stats.malformed += 1;
            return None;
        }
        if !self.datagrams.contains_key(&key) && self.is_copy(key, fragment.offset, slice.data) {
            stats.fragment_overlaps += 1;
            return None;
        }
        let datagram = match self.datagrams.entry(key) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                self.serial += 1;
                self.ages.push_back((key, self.serial));
                entry.insert(Datagram {
                    parts: BTreeMap::new(),
                    covered: 0,
                    held: 0,
                    total: None,
                    ended_by: frame,
                    protocol: None,
                    started: (frame, time),
                    serial: self.serial,
                })
            }
        };
        if !fragment.more && datagram.total.is_none() {
            datagram.end_at(end, frame, &mut self.held);
        }
        if fragment.offset == 0 && datagram.protocol.is_none() {
            datagram.protocol = Some(protocol);
        }
        self.held -= datagram.held;
        let overlapped = datagram.insert(fragment.offset, slice, at, frame);
        self.held += datagram.held;
        stats.fragment_overlaps += u64::from(overlapped);
        if datagram.is_complete() {
            let datagram = self.remove(key)?;
            stats.reassembled += 1;
            // One of a number, so that a fragment is compared with one datagram.
            self.done.retain(|done| done.key != key);
            if self.done.len() >= bounds::IP_DONE {
                self.done.pop_front();
            }
            let parts =
                datagram.parts.iter().take(bounds::IP_DONE_PARTS).map(|(at, part)| (*at, hash(&part.data))).collect();
            self.done.push_back(Done { key, parts });
            return datagram.join();
        }
        if datagram.parts.len() > limits.fragment_pieces {
            self.remove(key);
            stats.fragment_evictions += 1;
        }
        while self.datagrams.len() > limits.fragment_datagrams || self.held > limits.fragment_bytes {
            if !self.evict_oldest() {
                break;
            }
            stats.fragment_evictions += 1;
        }
        None
    }

    /// Whether a fragment is the same as one of a datagram that was put together a short while ago.
    fn is_copy(&self, key: Key, offset: u32, data: &[u8]) -> bool {
        let mut same = self.done.iter().filter(|done| done.key == key).flat_map(|done| &done.parts);
        same.any(|(at, known)| *at == offset && *known == hash(data))
    }

    /// Gives up what is left at the end of the capture.
    pub(super) fn finish(&mut self, stats: &mut Stats) {
        stats.fragment_timeouts += self.datagrams.len() as u64;
        *self = Fragments::default();
    }

    fn remove(&mut self, key: Key) -> Option<Datagram> {
        let datagram = self.datagrams.remove(&key)?;
        self.held -= datagram.held;
        // The queue keeps entries of datagrams that are gone; clear them once they are the most of it.
        if self.ages.len() > 64 && self.ages.len() > self.datagrams.len().saturating_mul(2) {
            let datagrams = &self.datagrams;
            self.ages.retain(|(key, serial)| datagrams.get(key).is_some_and(|datagram| datagram.serial == *serial));
        }
        Some(datagram)
    }

    fn evict_oldest(&mut self) -> bool {
        while let Some((key, serial)) = self.ages.pop_front() {
            if self.datagrams.get(&key).is_some_and(|datagram| datagram.serial == serial) {
                self.remove(key);
                return true;
            }
        }
        false
    }

    fn expire(&mut self, frame: u64, time: Option<Timestamp>, limits: &NetworkLimits, stats: &mut Stats) {
        while let Some((key, serial)) = self.ages.front() {
            let Some(datagram) = self.datagrams.get(key).filter(|datagram| datagram.serial == *serial) else {
                self.ages.pop_front();
                continue;
            };
            let old = match (datagram.started.1, time) {
                (Some(then), Some(now)) => now.0 > then.0 && now.0.abs_diff(then.0) > limits.fragment_nanos,
                _ => frame.saturating_sub(datagram.started.0) > limits.fragment_packets,
            };
            if !old {
                break;
            }
            self.evict_oldest();
            stats.fragment_timeouts += 1;
        }
    }
}

fn hash(data: &[u8]) -> u64 {
    crate::base::work::tick(data.len());
    let mut hasher = DefaultHasher::new();
    hasher.write(data);
    hasher.finish()
}

impl Datagram {
    /// Takes note of where the datagram ends; what was seen beyond belongs to nothing.
    fn end_at(&mut self, end: u32, frame: u64, held: &mut usize) {
        (self.total, self.ended_by) = (Some(end), frame);
        *held -= self.held;
        for part in self.parts.split_off(&end).into_values() {
            self.covered -= part.wire_len;
            self.held -= part.data.len() + NetworkLimits::SEGMENT_COST;
        }
        if let Some((start, last)) = self.parts.last_key_value().map(|(start, part)| (*start, part.wire_len)) {
            let beyond = start.saturating_add(last).saturating_sub(end);
            if let (true, Some(part)) = (beyond > 0, self.parts.get_mut(&start)) {
                part.wire_len -= beyond;
                self.covered -= beyond;
                let kept = usize::try_from(part.wire_len).unwrap_or(usize::MAX).min(part.data.len());
                self.held -= part.data.len() - kept;
                part.data.truncate(kept);
                part.data.shrink_to_fit();
            }
        }
        *held += self.held;
    }

    /// Puts in what is not there yet; returns whether something was.
    fn insert(&mut self, offset: u32, slice: CapturedSlice<'_>, start: Option<usize>, frame: u64) -> bool {
        let end = offset.saturating_add(u32::try_from(slice.wire_len()).unwrap_or(u32::MAX));
        let end = self.total.map_or(end, |total| end.min(total));
        let mut overlapped = false;
        let mut at = offset;
        if let Some((start, part)) = self.parts.range(..=at).next_back() {
            let reached = start.saturating_add(part.wire_len);
            if reached > at {
                overlapped = true;
                at = reached;
            }
        }
        while at < end {
            crate::base::work::tick(1);
            let (stop, next) = match self.parts.range(at..end).next() {
                Some((start, part)) => {
                    overlapped = true;
                    (*start, start.saturating_add(part.wire_len))
                }
                None => (end, end),
            };
            if stop > at {
                let from = usize::try_from(at - offset).unwrap_or(usize::MAX);
                let to = usize::try_from(stop - offset).unwrap_or(usize::MAX).min(slice.data.len());
                let data = slice.data.get(from..to).unwrap_or(&[]).to_vec();
                crate::base::work::tick(data.len());
                self.held += data.len() + NetworkLimits::SEGMENT_COST;
                self.covered += stop - at;
                let start = start.and_then(|start| start.checked_add(from));
                self.parts.insert(at, Part { data, wire_len: stop - at, frame, at: start });
            }
            at = next;
        }
        overlapped
    }

    fn is_complete(&self) -> bool {
        // Parts don't overlap and end with the datagram, so they fill it exactly when as much is covered.
        self.protocol.is_some() && self.total == Some(self.covered)
    }

    fn join(self) -> Option<Whole> {
        let total = usize::try_from(self.total?).ok()?;
        let mut data = Vec::with_capacity(self.held.min(total));
        let mut frames = Vec::with_capacity(self.parts.len());
        let mut places = Vec::with_capacity(self.parts.len());
        let (mut whole, mut known) = (true, true);
        for (start, part) in self.parts {
            if usize::try_from(start).is_ok_and(|start| start >= total) {
                break;
            }
            if frames.last() != Some(&part.frame) {
                frames.push(part.frame);
            }
            if whole {
                known &= part.at.is_some();
                places.push(Place { frame: part.frame, at: part.at.unwrap_or(0), len: part.data.len() });
                crate::base::work::tick(1 + part.data.len());
                data.extend_from_slice(&part.data);
            }
            // What follows a part that the capture cut has no place in a contiguous payload.
            whole &= usize::try_from(part.wire_len).is_ok_and(|len| len == part.data.len());
        }
        // Without this one there is no datagram, even if its bytes are those of others.
        if !frames.contains(&self.ended_by) {
            frames.push(self.ended_by);
        }
        data.truncate(total);
        let cut = total - data.len();
        if !known {
            places.clear();
        }
        Some(Whole { data, cut, frames, places, protocol: self.protocol? })
    }
}

#[cfg(test)]
#[path = "fragments_tests.rs"]
mod tests;
