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

/// What names a connection: whether it is TCP, and the number of the stream.
pub type Connection = (bool, u64);

/// The connection that a record belongs to.
pub fn connection(record: &Record<'_>) -> Connection {
    (record.flow.transport == Transport::Tcp, record.flow.stream)
}

/// Chooses the records that are shown: those of our interfaces, everything about the associations they travel on, and binds that
/// were refused, since nothing else tells what they were for. It needs the records in their order, and not what is printed of
/// them.
#[derive(Debug)]
pub struct Chooser {
    ours: Bounded<Connection, ()>,
    /// The one of them used last.
    last: Option<Connection>,
    /// Connections of which a record is held back.
    held: Map<Connection, ()>,
    omitted: u64,
    limit: usize,
}

/// Keeps what was printed of records that are held back until it is known whether they are shown.
#[derive(Debug)]
pub struct HeldBack<T> {
    held: Map<Connection, Vec<(usize, T)>>,
    /// Bytes of `held`.
    bytes: usize,
    omitted: u64,
    limit: usize,
}

/// Both together, for those who print each record when it is chosen.
#[derive(Debug)]
pub struct Selection<T> {
    chooser: Chooser,
    held: HeldBack<T>,
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

/// What the order of records says about one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Show it, and where it says `release`, those of its connection that were held back before it.
    Show {
        /// Whether there are any.
        release: bool,
    },
    /// Hold it back, and tell [`Chooser::hold`].
    Hold,
    /// Not ours.
    Skip,
}

impl Chooser {
    /// Nothing chosen yet.
    pub fn new(limits: impl Into<SelectionLimits>) -> Self {
        let SelectionLimits { held: limit, chosen, .. } = limits.into();
        Chooser { ours: Bounded::new(chosen), last: None, held: Map::default(), omitted: 0, limit }
    }

    /// Decides about a record.
    pub fn decide(&mut self, record: &Record<'_>) -> Decision {
        let key = connection(record);
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
            return Decision::Show { release: self.held.remove(&key).is_some() };
        }
        // The callbacks of connectionless security are the handshake of the calls they are about, which may have to wait for it.
        let handshake = record.event.token.is_some();
        let call = !handshake
            && matches!(
                record.event.body,
                Body::Request { .. } | Body::Response { .. } | Body::Fault { .. } | Body::Incomplete { .. }
            );
        if ours {
            if handshake {
                return Decision::Show { release: false };
            }
            // Calls of other interfaces on the same connection are none of ours; those of no known one may be.
            return match (&record.event.context, call) {
                (Some(_), true) if record.interface.is_none() && !rejected(record) => Decision::Skip,
                _ => Decision::Show { release: false },
            };
        }
        match (call, self.held.len() < self.limit || self.held.contains_key(&key)) {
            (false, true) => Decision::Hold,
            (false, false) => {
                self.omitted += 1;
                Decision::Skip
            }
            (true, _) => Decision::Skip,
        }
    }

    /// A record of this connection is held back.
    pub fn hold(&mut self, connection: Connection) {
        self.held.insert(connection, ());
    }

    /// What was given up for limits: records that were not held back, and connections of interest that were forgotten.
    pub fn given_up(&self) -> (u64, u64) {
        (self.omitted, self.ours.dropped())
    }
}

impl<T> HeldBack<T> {
    /// Nothing held back yet.
    pub fn new(limits: impl Into<SelectionLimits>) -> Self {
        HeldBack { held: Map::default(), bytes: 0, omitted: 0, limit: limits.into().held_bytes }
    }

    /// Takes out what was held back of a connection.
    pub fn release(&mut self, connection: Connection) -> Vec<T> {
        let held = self.held.remove(&connection).unwrap_or_default();
        self.bytes -= held.iter().map(|(bytes, _)| bytes).sum::<usize>();
        held.into_iter().map(|(_, print)| print).collect()
    }

    /// Keeps a record's print, which takes so many bytes, until its connection turns out to be ours.
    pub fn hold(&mut self, connection: Connection, print: T, bytes: usize) {
        let held = self.held.entry(connection).or_default();
        if held.len() < bounds::HELD_PDUS && self.bytes.saturating_add(bytes) <= self.limit {
            self.bytes += bytes;
            held.push((bytes, print));
        } else {
            self.omitted += 1;
        }
    }

    /// Records that were not kept for limits.
    pub fn omitted(&self) -> u64 {
        self.omitted
    }
}

impl<T> Selection<T> {
    /// Nothing chosen yet.
    pub fn new(limits: impl Into<SelectionLimits>) -> Self {
        let limits = limits.into();
        Selection { chooser: Chooser::new(limits), held: HeldBack::new(limits) }
    }

    /// What was given up for limits.
    pub fn given_up(&self) -> [(&'static str, u64); 2] {
        given_up(&self.chooser, &self.held)
    }

    /// Decides about a record.
    pub fn choose(&mut self, record: &Record<'_>) -> Choice<T> {
        match self.chooser.decide(record) {
            Decision::Show { release: true } => Choice::Show(self.held.release(connection(record))),
            Decision::Show { release: false } => Choice::Show(Vec::new()),
            Decision::Hold => Choice::Hold,
            Decision::Skip => Choice::Skip,
        }
    }

    /// Keeps a record's print, which takes so many bytes, until its connection turns out to be ours.
    pub fn hold(&mut self, record: &Record<'_>, print: T, bytes: usize) {
        self.chooser.hold(connection(record));
        self.held.hold(connection(record), print, bytes);
    }
}

/// What was given up for limits.
pub fn given_up<T>(chooser: &Chooser, held: &HeldBack<T>) -> [(&'static str, u64); 2] {
    let (omitted, forgotten) = chooser.given_up();
    [("held_omitted", omitted + held.omitted), ("connections_forgotten", forgotten)]
}

/// Whether the record's context is one of ours that the server rejected.
fn rejected(record: &Record<'_>) -> bool {
    record.event.context.is_some_and(|c| idl::interface_by_uuid(&c.interface.0).is_some())
}
