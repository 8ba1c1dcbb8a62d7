//! What the tracker knows of a record, and what it keeps of a request until the answer comes.

use super::handles::{Resolved, Scope};
use super::notify::Subscription;
use crate::consts::control_codes::Family;
use crate::ndr::types::Field;
use crate::ndr::visitor::ContextHandle;
use crate::ndr::{Interface, WStr};
use crate::net::{Timestamp, Transport};
use crate::rpc::event::Body;
use crate::rpc::security::Sender;
use crate::session::Record;
use smallvec::SmallVec;
use smol_str::SmolStr;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// What identifies a call: whether TCP, stream, call id and frame of the request.
pub type CallKey = (bool, u64, u32, u64);

/// The key of the call that a request, response or fault belongs to; `None` where its request was not seen.
pub fn call_key(record: &Record<'_>) -> Option<CallKey> {
    let frame = match record.event.body {
        Body::Request { .. } => record.event.frame(),
        _ => record.event.call.as_ref()?.frame,
    };
    Some((record.flow.transport == Transport::Tcp, record.flow.stream, record.event.call_id?, frame))
}

/// A handle where it was used.
#[derive(Clone, Debug)]
pub struct HandleUse {
    /// The parameter.
    pub field: &'static Field,
    /// The handle.
    pub handle: ContextHandle,
    /// What it stands for.
    pub resolved: Resolved,
}

/// Handles of a message; few have more than two.
pub type Objects = SmallVec<[HandleUse; 2]>;

/// What is kept of a request until its answer comes.
#[derive(Clone, Debug)]
pub struct PendingCall {
    /// Frame that completed it.
    pub frame: u64,
    /// When that was.
    pub time: Option<Timestamp>,
    /// The caller's end.
    pub client: SocketAddr,
    /// The server's end.
    pub server: SocketAddr,
    /// Interface and version.
    pub interface: Option<(&'static Interface, usize)>,
    /// Operation number.
    pub opnum: u16,
    /// The user of the association, where a token told it.
    pub user: Option<SmolStr>,
    /// The control code, with the family of the method it came with.
    pub control_code: Option<(Family, u32)>,
    /// Bytes of its stub.
    pub bytes: usize,
    /// Which of a filter's comparisons hold for it; see [`Tracker::mark`](super::Tracker::mark).
    pub tests: u64,
    /// The handles it used; they move to [`RecordContext::objects`] when the answer comes.
    pub objects: Objects,
    /// The name that a handle will have which the response returns.
    pub(super) opens: Option<SmolStr>,
    pub(super) access: Option<u32>,
    /// A notification key: the key, the object named, the filter.
    pub(super) key: Option<(u64, u64)>,
    pub(super) text: Option<SmolStr>,
}

impl Default for PendingCall {
    /// Of no request yet.
    fn default() -> Self {
        PendingCall {
            frame: 0,
            time: None,
            client: NOWHERE,
            server: NOWHERE,
            interface: None,
            opnum: 0,
            user: None,
            control_code: None,
            bytes: 0,
            tests: 0,
            objects: Objects::new(),
            opens: None,
            access: None,
            key: None,
            text: None,
        }
    }
}

/// An end that nothing has.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// What the tracker knows of a record.
#[derive(Debug)]
pub struct RecordContext {
    /// The association.
    pub scope: Scope,
    /// The caller's end.
    pub client: SocketAddr,
    /// The server's end.
    pub server: SocketAddr,
    /// The user of the association, where a token told it.
    pub user: Option<SmolStr>,
    /// The handles that the call uses: of a response, those of its request and those that it returns.
    pub objects: Objects,
    /// The handles that it shows beside those: what a response hands back of its request's, and all of a message that was
    /// not captured whole.
    pub returned: SmallVec<[HandleUse; 1]>,
    /// Of a delivery of notifications: the calls that asked for them.
    pub asked: Vec<Subscription>,
    /// Of a delivery of notifications: ids of nodes that it tells, with the names that the capture told before.
    pub nodes: Vec<(SmolStr, SmolStr)>,
    /// What a response came to.
    pub status: Option<u32>,
    /// Of a response or fault, the request.
    pub request: Option<Box<PendingCall>>,
    /// A request whose answer is not waited for any longer: this one, if it expects none, or one that had to go for a
    /// limit.
    pub given_up: Option<(CallKey, Box<PendingCall>)>,
}

impl Default for RecordContext {
    /// Of no record yet.
    fn default() -> Self {
        RecordContext {
            scope: Scope(0),
            client: NOWHERE,
            server: NOWHERE,
            user: None,
            objects: Objects::new(),
            returned: SmallVec::new(),
            asked: Vec::new(),
            nodes: Vec::new(),
            status: None,
            request: None,
            given_up: None,
        }
    }
}

/// Client and server of a record.
pub(super) fn ends(record: &Record<'_>) -> (SocketAddr, SocketAddr) {
    let there = match record.event.body {
        Body::Request { .. } => true,
        Body::Response { .. } | Body::Fault { .. } => false,
        _ => record.event.sender == Sender::Client,
    };
    match there {
        true => (record.flow.src, record.flow.dst),
        false => (record.flow.dst, record.flow.src),
    }
}

/// Text of a string, for those who keep it, in at most so many bytes.
pub(crate) fn plain(text: WStr<'_>, limit: usize) -> Option<SmolStr> {
    if text.is_empty() {
        return None;
    }
    // ASCII, as most names are, needs no decoding.
    let mut room = [0; 64];
    if let Some(ascii) = room.get_mut(..limit.min(64)).and_then(|room| text.ascii(room)) {
        return Some(SmolStr::from(ascii));
    }
    let mut plain = String::new();
    for c in text.chars() {
        let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
        if plain.len() + c.len_utf8() > limit {
            plain.push('…');
            break;
        }
        plain.push(c);
    }
    Some(SmolStr::from(plain))
}
