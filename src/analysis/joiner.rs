//! Joins requests with what answers them, where something is kept of each request until then: what was printed of it.
//!
//! Unlike the [tracker](super::tracker), which knows every call of every interface, this keeps what somebody wants to say of
//! a call, under a limit of bytes.

use crate::net::Transport;
use crate::session::Record;
use std::collections::BTreeMap;

/// What joining may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinerLimits {
    /// Requests that wait for their answer.
    pub waiting: usize,
    /// Bytes of what is kept of them.
    pub waiting_bytes: usize,
}

/// Why a call has no answer: a later one of its connection has its identifier.
pub const USED_AGAIN: &str = "the call id was used again";

/// Why a call has no answer: its request says that none is to come.
pub const NOT_EXPECTED: &str = "none is expected";

/// Why a call has no answer: it had to make room for others.
pub const NOT_WAITED_FOR: &str = "not waited for: too many calls are open";

/// Why a call has no answer.
pub const NO_ANSWER: &str = "no answer in the capture";

/// A call: whether it goes over TCP, the stream, the call identifier, and what tells calls of one identifier apart: the
/// presentation context on a connection, the activity of datagrams.
type Key = (bool, u64, u32, [u8; 16]);

fn key(record: &Record<'_>) -> Option<Key> {
    let event = &record.event;
    let apart = match event.datagram {
        Some(header) => header.activity.0,
        None => {
            // An answer belongs to its request, whatever context it names itself.
            let context = event.call.as_ref().map(|call| call.context_id).or(event.context_id).unwrap_or(0);
            u128::from(context).to_be_bytes()
        }
    };
    Some((record.flow.transport == Transport::Tcp, record.flow.stream, event.call_id?, apart))
}

/// A request that waits.
#[derive(Debug)]
struct Waiting<P> {
    key: Key,
    bytes: usize,
    kept: P,
}

/// Requests by the order in which they came, and the way to them by stream and call.
#[derive(Debug)]
pub struct Joiner<P> {
    by_age: BTreeMap<u64, Waiting<P>>,
    by_call: BTreeMap<Key, u64>,
    next: u64,
    bytes: usize,
    given_up: u64,
    limits: JoinerLimits,
}

impl<P> Joiner<P> {
    /// No request waits.
    pub fn new(limits: impl Into<JoinerLimits>) -> Self {
        let limits = limits.into();
        Joiner { by_age: BTreeMap::new(), by_call: BTreeMap::new(), next: 0, bytes: 0, given_up: 0, limits }
    }

    /// What was kept of the request that a record answers; of a request, what was kept of an earlier one with the same
    /// identifier, whose answer does not come any more.
    pub fn take(&mut self, record: &Record<'_>) -> Option<P> {
        let waiting = self.by_age.remove(&self.by_call.remove(&key(record)?)?)?;
        self.bytes -= waiting.bytes;
        Some(waiting.kept)
    }

    /// Keeps something of a request until its answer comes; `bytes`: what it takes.
    pub fn wait(&mut self, record: &Record<'_>, bytes: usize, kept: P) {
        let Some(key) = key(record) else { return };
        self.bytes += bytes;
        self.by_age.insert(self.next, Waiting { key, bytes, kept });
        self.by_call.insert(key, self.next);
        self.next += 1;
    }

    /// What was kept longest, as long as more waits than may.
    pub fn overdue(&mut self) -> Option<P> {
        if self.bytes <= self.limits.waiting_bytes && self.by_age.len() <= self.limits.waiting {
            return None;
        }
        self.given_up += 1;
        self.oldest()
    }

    /// What was kept longest.
    pub fn oldest(&mut self) -> Option<P> {
        let (_, oldest) = self.by_age.pop_first()?;
        self.bytes -= oldest.bytes;
        self.by_call.remove(&oldest.key);
        Some(oldest.kept)
    }

    /// Requests that were not waited for.
    pub fn given_up(&self) -> u64 {
        self.given_up
    }
}
