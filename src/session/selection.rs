//! Which records of a capture are about cluster management: those of our interfaces, and of the associations that carry
//! them the handshakes too, which come before it is known what they are for.

use super::Record;
use crate::base::bounded::Bounded;
use crate::base::bounds;
use crate::base::hash::Map;
use crate::idl;
use crate::net::Transport;
use crate::rpc::event::Body;

/// What choosing may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectionLimits {
    /// Connections whose association PDUs are held back until it is known whether they are of interest.
    pub held: usize,
    /// Bytes of those PDUs as printed.
    pub held_bytes: usize,
    /// Connections of interest that are remembered.
    pub chosen: usize,
}

/// Whether TCP, and the number of the stream.
fn key_of(record: &Record<'_>) -> (bool, u64) {
    (record.flow.transport == Transport::Tcp, record.flow.stream)
}

/// Chooses the records that are shown: those of our interfaces, everything about the associations they travel on, and binds that
/// were refused, since nothing else tells what they were for.
#[derive(Debug)]
pub struct Selection<T> {
    ours: Bounded<(bool, u64), ()>,
    /// The one of them used last.
    last: Option<(bool, u64)>,
    held: Map<(bool, u64), Vec<(usize, T)>>,
    /// Bytes of `held`.
    bytes: usize,
    omitted: u64,
    limits: SelectionLimits,
}

/// Whether nothing can tell what a message belongs to: the bind is not in the capture, and neither is the request of an
/// answer, or the stub is sealed.
fn is_unknown(record: &Record<'_>) -> bool {
    record.event.context.is_none()
        && match record.event.body {
            Body::Request { stub, .. } => stub.is_none(),
            Body::Response { stub, opnum, .. } => stub.is_none() || opnum.is_none(),
            Body::Fault { status, opnum, .. } => status.is_none() || opnum.is_none(),
            _ => false,
        }
}

/// What to do with a record.
#[derive(Debug)]
pub enum Choice<T> {
    /// Show it, after those that were held back.
    Show(Vec<T>),
    /// Print it and give it to [`Selection::hold`].
    Hold,
    /// Not ours.
    Skip,
}

impl<T> Selection<T> {
    /// Nothing chosen yet.
    pub fn new(limits: impl Into<SelectionLimits>) -> Self {
        let limits = limits.into();
        Selection { ours: Bounded::new(limits.chosen), last: None, held: Map::default(), bytes: 0, omitted: 0, limits }
    }

    /// What was given up for limits.
    pub fn given_up(&self) -> [(&'static str, u64); 2] {
        [("held_omitted", self.omitted), ("connections_forgotten", self.ours.dropped())]
    }

    /// Takes out what was held back of a connection.
    fn release(&mut self, key: (bool, u64)) -> Vec<T> {
        let held = self.held.remove(&key).unwrap_or_default();
        self.bytes -= held.iter().map(|(bytes, _)| bytes).sum::<usize>();
        held.into_iter().map(|(_, print)| print).collect()
    }

    /// Decides about a record.
    pub fn choose(&mut self, record: &Record<'_>) -> Choice<T> {
        let key = key_of(record);
        let ours = self.last == Some(key) || self.ours.get(&key).is_some();
        if ours {
            self.last = Some(key);
        }
        let proposed = match &record.event.body {
            Body::Bind(p) | Body::AlterContext(p) => {
                p.contexts.iter().any(|c| idl::interface_by_uuid(&c.abstract_syntax.uuid.0).is_some())
            }
            _ => false,
        };
        let refused = matches!(record.event.body, Body::BindNak { .. });
        if !ours && (proposed || refused || record.interface.is_some() || is_unknown(record)) {
            self.ours.insert(key, ());
            self.last = Some(key);
            return Choice::Show(self.release(key));
        }
        let call = matches!(
            record.event.body,
            Body::Request { .. } | Body::Response { .. } | Body::Fault { .. } | Body::Incomplete { .. }
        );
        if ours {
            // The callbacks of connectionless security are the handshake of the calls they are about.
            if record.event.token.is_some() {
                return Choice::Show(Vec::new());
            }
            // Calls of other interfaces on the same connection are none of ours; those of no known one may be.
            return match (&record.event.context, call) {
                (Some(_), true) if record.interface.is_none() && !rejected(record) => Choice::Skip,
                _ => Choice::Show(Vec::new()),
            };
        }
        match (call, self.held.len() < self.limits.held || self.held.contains_key(&key)) {
            (false, true) => Choice::Hold,
            (false, false) => {
                self.omitted += 1;
                Choice::Skip
            }
            (true, _) => Choice::Skip,
        }
    }

    /// Keeps a record's print, which takes so many bytes, until its connection turns out to be ours.
    pub fn hold(&mut self, record: &Record<'_>, print: T, bytes: usize) {
        let held = self.held.entry(key_of(record)).or_default();
        if held.len() < bounds::HELD_PDUS && self.bytes.saturating_add(bytes) <= self.limits.held_bytes {
            self.bytes += bytes;
            held.push((bytes, print));
        } else {
            self.omitted += 1;
        }
    }
}

/// Whether the record's context is one of ours that the server rejected.
fn rejected(record: &Record<'_>) -> bool {
    record.event.context.is_some_and(|c| idl::interface_by_uuid(&c.interface.0).is_some())
}
