//! What was printed lately and will be printed again: of flows, and of methods on contexts. Each has one place, which
//! what comes later takes; so memory is bounded and looking costs next to nothing.

use crate::ndr::{Interface, Method};
use crate::net::{Transport, community_id};
use crate::rpc::event::ContextState;
use crate::rpc::syntax::TransferSyntax;
use crate::session::{Flow, Record};
use std::net::SocketAddr;

/// What is printed alike for each message of a method on a context.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) of: CallOf,
    /// `"type":…,"interface":…,"version":…,"context_id":…,"syntax":…,"opnum":…,"method":…`
    pub(super) text: Vec<u8>,
}

/// All that the text of a [`Call`] says.
#[derive(Debug)]
pub(super) struct CallOf {
    kind: &'static str,
    interface: &'static Interface,
    version: usize,
    context_id: u16,
    syntax: TransferSyntax,
    method: &'static Method,
}

impl CallOf {
    /// Of a message of a context like any other.
    #[inline]
    pub(super) fn of(record: &Record<'_>) -> Option<CallOf> {
        let event = &record.event;
        let (interface, version) = record.interface?;
        let context = event.context.as_ref()?;
        let strange = context.state == ContextState::Rejected || context.assumed || event.reassumed.is_some();
        if strange || matches!(context.syntax, TransferSyntax::Other(_)) {
            return None;
        }
        let (context_id, method) = (event.context_id?, record.method()?);
        Some(CallOf { kind: event.type_name(), interface, version, context_id, syntax: context.syntax, method })
    }

    /// Where the text is kept: methods stand one beside the other, requests next to responses.
    #[inline]
    pub(super) fn place(&self) -> usize {
        let method = usize::from(self.method.opnum) * 2 + self.kind.len() % 2;
        let syntax = usize::from(matches!(self.syntax, TransferSyntax::Ndr64));
        (method + 37 * usize::from(self.context_id) + 101 * self.version + 517 * syntax) % CALLS
    }

    #[inline]
    pub(super) fn is(&self, other: &CallOf) -> bool {
        std::ptr::eq(self.method, other.method)
            && std::ptr::eq(self.interface, other.interface)
            && (self.version, self.context_id) == (other.version, other.context_id)
            && self.syntax == other.syntax
            && self.kind == other.kind
    }
}

/// A flow's sender as last printed, and what goes with it.
#[derive(Debug)]
pub(super) struct Ends {
    tcp: bool,
    stream: u64,
    src: SocketAddr,
    dst: SocketAddr,
    /// `"transport":…,"stream":…,"src":…,"dst":…,"community_id":…` for either direction.
    pub(super) there: Vec<u8>,
    back: Vec<u8>,
}

impl Ends {
    pub(super) fn new(flow: &Flow) -> Ends {
        let id = community_id(flow.transport, flow.src, flow.dst);
        let transport = if flow.transport == Transport::Tcp { "tcp" } else { "udp" };
        let stream = flow.stream;
        let print = |src: SocketAddr, dst: SocketAddr| {
            let head = format!("\"transport\":\"{transport}\",\"stream\":{stream}");
            format!("{head},\"src\":\"{src}\",\"dst\":\"{dst}\",\"community_id\":\"{id}\"").into_bytes()
        };
        Ends {
            tcp: flow.transport == Transport::Tcp,
            stream,
            src: flow.src,
            dst: flow.dst,
            there: print(flow.src, flow.dst),
            back: print(flow.dst, flow.src),
        }
    }

    /// Where a flow is kept: numbers are given in turn, to connections and to others apart.
    #[inline]
    pub(super) fn place(flow: &Flow) -> usize {
        let number = flow.stream.wrapping_mul(2) | u64::from(flow.transport == Transport::Tcp);
        (number % FLOWS as u64) as usize
    }

    /// What is printed of the flow, if it is this one.
    #[inline]
    pub(super) fn text(&self, flow: &Flow) -> Option<&[u8]> {
        if (self.tcp, self.stream) != (flow.transport == Transport::Tcp, flow.stream) {
            None
        } else if self.src == flow.src && self.dst == flow.dst {
            Some(&self.there)
        } else if self.dst == flow.src && self.src == flow.dst {
            Some(&self.back)
        } else {
            // The stream number was given to other ends.
            None
        }
    }
}

/// Flows kept, each in the place that its number gives it; it is cheaper to print one again than to keep all of a large
/// capture.
const FLOWS: usize = 4096;

/// Methods of contexts kept likewise.
const CALLS: usize = 1024;

/// The place of this number, with room made for it.
#[inline]
pub(super) fn place<T>(places: &mut Vec<Option<T>>, at: usize) -> &mut Option<T> {
    if at >= places.len() {
        places.resize_with(at + 1, || None);
    }
    // Room was just made for it.
    &mut places[at]
}
