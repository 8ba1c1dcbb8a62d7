//! Microsoft-Windows-RPC: what the RPC runtime of the recording machine tells of calls.
//!
//! Events 5 and 6 begin a call of a client and of a server: interface, operation number, protocol, address, endpoint,
//! options, levels. Events 7 and 8 end it with a status; which call that was, the activity tells. Source: the provider's
//! manifest (docs/etl.md has the address).

use super::bytes::{guid_at, string_at, u32_at};
use super::source::{Problem, Seen};
use crate::base::Timestamp;
use crate::base::bounded::Bounded;
use crate::base::bounds;
use crate::base::guid::Guid;
use std::collections::VecDeque;
use std::sync::Arc;

/// 6ad52b32-d609-4be9-ae07-ce8dae937e39
pub(super) const PROVIDER: Guid = match Guid::parse("6ad52b32-d609-4be9-ae07-ce8dae937e39") {
    Some(guid) => guid,
    None => Guid::NIL,
};

/// Whose event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallSide {
    /// Of the program that calls.
    Client,
    /// Of the program that is called.
    Server,
}

impl CallSide {
    /// `client` or `server`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            CallSide::Client => "client",
            CallSide::Server => "server",
        }
    }
}

/// What the runtime tells of a call at its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedCall {
    /// The interface.
    pub interface: Guid,
    /// The operation number.
    pub opnum: u32,
    /// The protocol, as the runtime numbers it.
    pub protocol: u32,
    /// The server's address, where one is told.
    pub address: String,
    /// The endpoint: a port, a pipe's name.
    pub endpoint: String,
    /// Options of the binding.
    pub options: String,
    /// Authentication level, as C706 numbers it.
    pub auth_level: u32,
    /// Authentication service.
    pub auth_service: u32,
    /// Impersonation level.
    pub impersonation_level: u32,
}

impl TracedCall {
    /// The protocol's name: what the runtime calls a protocol sequence.
    #[must_use]
    pub fn protocol_name(&self) -> Option<&'static str> {
        match self.protocol {
            1 => Some("ncacn_ip_tcp"),
            2 => Some("ncacn_np"),
            3 => Some("ncalrpc"),
            4 => Some("ncacn_http"),
            _ => None,
        }
    }
}

/// An event of the RPC runtime: 5 to 8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpcEvent {
    /// When it was written.
    pub time: Option<Timestamp>,
    /// Number of the event.
    pub id: u16,
    /// Whose.
    pub side: CallSide,
    /// The process.
    pub process: u32,
    /// The thread.
    pub thread: u32,
    /// The activity that start and end of a call have in common.
    pub activity: Guid,
    /// The call; of an end only where the trace has its start.
    pub call: Option<Arc<TracedCall>>,
    /// How the call ended; `None` for a start.
    pub status: Option<u32>,
}

/// Reads the events.
#[derive(Debug)]
pub(super) struct Rpc {
    open: Bounded<(Guid, u32, bool), Arc<TracedCall>>,
    waiting: VecDeque<RpcEvent>,
    /// Events left out because nobody asked for those before.
    dropped: u64,
}

impl Default for Rpc {
    fn default() -> Self {
        Rpc { open: Bounded::new(bounds::TRACE_CALLS), waiting: VecDeque::new(), dropped: 0 }
    }
}

impl Rpc {
    pub(super) fn event(&mut self, seen: &Seen<'_>) -> Result<(), Problem> {
        let event = seen.event;
        let side = match event.id {
            5 | 7 => CallSide::Client,
            6 | 8 => CallSide::Server,
            _ => return Ok(()),
        };
        let key =
            (event.activity, if event.activity == Guid::NIL { event.thread } else { 0 }, side == CallSide::Client);
        let (call, status) = if event.id <= 6 {
            let call = Arc::new(call(seen.data).ok_or("an event of the RPC runtime that is not whole")?);
            self.open.insert(key, Arc::clone(&call));
            (Some(call), None)
        } else {
            let status = u32_at(seen.data, 0).ok_or("an event of the RPC runtime that is not whole")?;
            (self.open.remove(&key), Some(status))
        };
        if self.waiting.len() >= bounds::TRACE_CALLS {
            self.waiting.pop_front();
            self.dropped += 1;
        }
        let (process, thread) = (event.process, event.thread);
        let told =
            RpcEvent { time: seen.time, id: event.id, side, process, thread, activity: event.activity, call, status };
        self.waiting.push_back(told);
        Ok(())
    }

    /// The next event.
    pub(super) fn take(&mut self) -> Option<RpcEvent> {
        self.waiting.pop_front()
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }
}

fn call(data: &[u8]) -> Option<TracedCall> {
    let (address, at) = string_at(data, 24, bounds::TRACE_TEXT)?;
    let (endpoint, at) = string_at(data, at, bounds::TRACE_TEXT)?;
    let (options, at) = string_at(data, at, bounds::TRACE_TEXT)?;
    Some(TracedCall {
        interface: guid_at(data, 0)?,
        opnum: u32_at(data, 16)?,
        protocol: u32_at(data, 20)?,
        address,
        endpoint,
        options,
        auth_level: u32_at(data, at)?,
        auth_service: u32_at(data, at + 4)?,
        impersonation_level: u32_at(data, at + 8)?,
    })
}
