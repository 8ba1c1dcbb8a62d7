//! What a session's records tell about which address serves what: the answers to binds, and those of the endpoint
//! mapper.

use super::{Shared, lock};
use crate::idl;
use crate::ndr::types::Semantics;
use crate::ndr::visitor::{At, Visitor};
use crate::ndr::wire::Message;
use crate::net::Transport;
use crate::rpc::event::Body;
use crate::rpc::syntax::{ContextOutcome, SyntaxId, TransferSyntax};
use crate::rpc::tower::Tower;
use crate::session::Record;
use std::net::{IpAddr, SocketAddr};

/// Remembers what a record tells.
#[inline(always)]
pub(crate) fn learn(knowledge: &Shared, record: &Record<'_>) {
    match record.event.body {
        Body::BindAck(_) | Body::AlterContextResp(_) => note(knowledge, record),
        Body::Response { .. } if record.interface.is_some_and(|(i, _)| core::ptr::eq(i, &idl::EPM)) => {
            note(knowledge, record);
        }
        _ => {}
    }
}

/// What the answer to a bind or of the endpoint mapper tells.
#[inline(never)]
fn note(knowledge: &Shared, record: &Record<'_>) {
    served(record, &mut |transport, server, interface, syntax| {
        lock(knowledge).serves(transport, server, interface, syntax);
    });
}

/// Hands out what a record tells of servers: transport, address, an interface of ours that is served there, and the transfer
/// syntax where it was agreed on. Other records than the answers to binds and those of the endpoint mapper tell nothing.
pub(crate) fn served(
    record: &Record<'_>,
    out: &mut dyn FnMut(Transport, SocketAddr, SyntaxId, Option<TransferSyntax>),
) {
    let (transport, server) = (record.flow.transport, record.flow.src);
    match &record.event.body {
        Body::BindAck(answer) | Body::AlterContextResp(answer) => {
            for one in answer.results.iter().filter(|one| one.result.outcome == ContextOutcome::ACCEPTANCE) {
                let Some(proposed) = &one.proposed else { continue };
                let (id, syntax) = (proposed.abstract_syntax, one.result.transfer_syntax.into());
                if is_ours(&id) {
                    out(transport, server, id, Some(syntax));
                }
            }
        }
        Body::Response { .. } if record.interface.is_some_and(|(i, _)| core::ptr::eq(i, &idl::EPM)) => {
            if let (Some((kind, stub)), Some(method)) = (record.stub(), record.method()) {
                let mut towers = Towers { out, server };
                // What was read before an error counts all the same.
                let _ = Message::decode_with(method, kind, stub, &mut towers);
            }
        }
        _ => {}
    }
}

fn is_ours(id: &SyntaxId) -> bool {
    idl::interface_by_uuid(&id.uuid.0).is_some_and(|i| i.version(id.major, id.minor).is_some())
}

/// Reads the towers that an endpoint mapper hands out.
struct Towers<'k> {
    out: &'k mut dyn FnMut(Transport, SocketAddr, SyntaxId, Option<TransferSyntax>),
    server: SocketAddr,
}

impl<'a> Visitor<'a> for Towers<'_> {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        if !matches!(at.field.semantics, Semantics::Custom("twr_t")) {
            return;
        }
        let tower = Tower::parse(bytes);
        let transport = match tower.protocol_sequence() {
            Some("ncacn_ip_tcp") => Transport::Tcp,
            Some("ncadg_ip_udp") => Transport::Udp,
            _ => return,
        };
        let (Some(interface), Some(port)) = (tower.interface(), tower.port().filter(|port| *port != 0)) else { return };
        if !is_ours(&interface) {
            return;
        }
        // A tower without an address means the mapper's own host; behind address translation it may name another one.
        let told = tower.address().filter(|a| !a.is_unspecified()).map(IpAddr::V4);
        for host in told.into_iter().chain([self.server.ip()]) {
            // The tower's transfer syntax is what the client asked with, not what it will bind to.
            (self.out)(transport, SocketAddr::new(host, port), interface, None);
        }
    }
}
