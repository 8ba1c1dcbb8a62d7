//! The members of a record that are the same for all messages of a flow: transport, stream, addresses and community id. The
//! id is a SHA-1 digest, which alone takes 2,100 instructions; a whole message takes some 9,500.
//!
//! Each flow has one place, which a later flow takes; so memory is bounded and looking costs next to nothing.

use crate::net::{Transport, community_id};
use crate::session::Flow;
use std::net::SocketAddr;

/// What is printed of a flow.
#[derive(Debug)]
pub(super) struct FlowPrefix {
    tcp: bool,
    stream: u64,
    src: SocketAddr,
    dst: SocketAddr,
    /// `"transport":…,"stream":…,"src":…,"dst":…,"community_id":…` for either direction.
    pub(super) there: Vec<u8>,
    back: Vec<u8>,
}

impl FlowPrefix {
    pub(super) fn new(flow: &Flow) -> FlowPrefix {
        let id = community_id(flow.transport, flow.src, flow.dst);
        let transport = if flow.transport == Transport::Tcp { "tcp" } else { "udp" };
        let stream = flow.stream;
        let print = |src: SocketAddr, dst: SocketAddr| {
            let head = format!("\"transport\":\"{transport}\",\"stream\":{stream}");
            format!("{head},\"src\":\"{src}\",\"dst\":\"{dst}\",\"community_id\":\"{id}\"").into_bytes()
        };
        FlowPrefix {
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
        if self.stream != flow.stream || self.tcp != (flow.transport == Transport::Tcp) {
            return None;
        }
        let there = self.src == flow.src;
        let (src, dst) = if there { (&self.src, &self.dst) } else { (&self.dst, &self.src) };
        // Otherwise the stream number was given to other ends.
        (*src == flow.src && *dst == flow.dst).then_some(if there { &self.there } else { &self.back })
    }
}

/// Flows kept, each in the place that its number gives it; it is cheaper to print one again than to keep all of a large
/// capture.
const FLOWS: usize = 4096;

/// The place of this number, with room made for it.
#[inline]
pub(super) fn place<T>(places: &mut Vec<Option<T>>, at: usize) -> &mut Option<T> {
    if at >= places.len() {
        places.resize_with(at + 1, || None);
    }
    // Room was just made for it.
    &mut places[at]
}
