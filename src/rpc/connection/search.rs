//! Where a direction's PDUs begin: at its first octets, and again after what was no PDU.

use super::session::Session;
use super::{BEGINNING, Direction, State};
use crate::rpc::header::Header;
use alloc::vec::Vec;

impl Direction {
    /// A direction's first octets, or the first octets of a later chunk after earlier ones were of no use.
    pub(super) fn recognise<'b, N>(&mut self, known: bool, bytes: &'b [u8], session: &mut Session<N>) -> &'b [u8] {
        let missing = Header::SIZE.saturating_sub(self.buffer.len());
        let (head, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
        let earlier = self.buffer.len();
        self.keep(head, &session.limits, &mut session.counters);
        let promising = match self.buffer.len() {
            Header::SIZE => Header::plausible(&self.buffer),
            _ => Header::plausible_prefix(&self.buffer),
        };
        if promising {
            if self.buffer.len() == Header::SIZE {
                self.state = State::Synced;
            }
            return rest;
        }
        self.buffer.clear();
        self.open_hole(BEGINNING);
        if known || self.midstream {
            self.state = State::Searching;
            // The octets kept from earlier chunks are no header's beginning together with these; look in these only.
            self.hole.skipped += earlier as u64;
            return bytes;
        }
        self.hole.skipped += (earlier + bytes.len()) as u64;
        self.attempts = self.attempts.saturating_add(1);
        if self.attempts >= session.limits.recognition_attempts {
            self.state = State::Foreign;
        }
        &[]
    }

    /// Looks for the next plausible header: each octet is looked at once, and a header's length at the places where one
    /// could begin.
    pub(super) fn search<'b, N>(&mut self, known: bool, bytes: &'b [u8], session: &mut Session<N>) -> &'b [u8] {
        crate::base::work::tick(bytes.len());
        // Headers that begin in the octets kept from before.
        let kept = self.buffer.len();
        let mut joined = self.buffer.clone();
        joined.extend_from_slice(bytes.get(..Header::SIZE).unwrap_or(bytes));
        for at in 0..kept {
            let Some(rest) = joined.get(at..).filter(|rest| rest.len() >= Header::SIZE) else { break };
            if Header::plausible(rest) {
                self.hole.skipped += at as u64;
                self.buffer.drain(..at);
                self.state = State::Synced;
                return bytes;
            }
        }
        // Headers that begin in these.
        let mut from = 0;
        while let Some(at) = bytes.get(from..).and_then(|b| b.iter().position(|b| *b == 5)).map(|n| n + from) {
            let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= Header::SIZE) else { break };
            crate::base::work::tick(Header::SIZE);
            if Header::plausible(rest) {
                self.hole.skipped += (kept + at) as u64;
                self.buffer.clear();
                self.state = State::Synced;
                return rest;
            }
            from = at + 1;
        }
        let tail = bytes.get(bytes.len().saturating_sub(Header::SIZE - 1)..).unwrap_or(bytes);
        if tail.len() == Header::SIZE - 1 {
            self.buffer.clear();
        }
        self.keep(tail, &session.limits, &mut session.counters);
        let surplus = self.buffer.len().saturating_sub(Header::SIZE - 1);
        self.buffer.drain(..surplus);
        self.hole.skipped += (kept + bytes.len() - self.buffer.len()) as u64;
        if !known && self.hole.skipped > session.limits.recognition_bytes as u64 {
            self.state = State::Foreign;
            self.buffer = Vec::new();
        }
        &[]
    }
}
