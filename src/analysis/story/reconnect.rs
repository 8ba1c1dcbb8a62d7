//! Clients that lose their server and come back by the procedure of 3.2.4.6: a call fails with one of the codes that
//! call for it, or is never answered; then the same client, on another connection, asks for the cluster's name, opens
//! the cluster and reopens what it had open.

use super::wording;
use super::{EventContext, Lines, Outcome, PENDING};
use crate::analysis::Bounded;
use crate::analysis::calls::status_name;
use crate::analysis::handles::Scope;
use crate::analysis::notify::is_long_poll;
use crate::analysis::tracker::{CallKey, call_key};
use crate::base::Timestamp;
use crate::base::bounds;
use crate::idl::methods::*;
use crate::ndr::Method;
use crate::ndr::types::{Flow, MethodId, Type};
use crate::session::Record;
use std::net::{IpAddr, SocketAddr};

/// Codes that call for a reconnect in version 2.0 (3.2.4.6).
const CODES_2: [u32; 14] = [6, 1115, 1255, 1702, 1717, 1722, 1723, 1726, 1727, 1747, 1753, 1775, 5072, 5073];

/// The same in version 3.0.
const CODES_3: [u32; 13] = [1702, 1717, 1722, 1723, 1726, 1727, 1747, 1753, 1775, 1825, 5050, 5072, 5073];

/// Whether a method asks a notification port for events.
fn subscribes(method: MethodId) -> bool {
    matches!(
        method,
        ApiAddNotifyCluster::ID
            | ApiAddNotifyGroup::ID
            | ApiAddNotifyKey::ID
            | ApiAddNotifyNetInterface::ID
            | ApiAddNotifyNetwork::ID
            | ApiAddNotifyNode::ID
            | ApiAddNotifyResource::ID
            | ApiAddNotifyResourceTypeV2::ID
            | ApiAddNotifyV2::ID
            | ApiReAddNotifyGroup::ID
            | ApiReAddNotifyNetInterface::ID
            | ApiReAddNotifyNetwork::ID
            | ApiReAddNotifyNode::ID
            | ApiReAddNotifyResource::ID
    )
}

/// Whether a method takes a context handle and hands back a null one.
fn closes(method: &Method) -> bool {
    method.fields.iter().any(|field| field.flow == Flow::InOut && matches!(field.ty, Type::Handle))
}

#[derive(Debug)]
struct Lost {
    why: String,
    time: Option<Timestamp>,
    scope: Scope,
    server: SocketAddr,
    line: u64,
}

#[derive(Debug, Default)]
struct Client {
    /// The association in which it works.
    scope: Option<Scope>,
    server: Option<SocketAddr>,
    /// Calls without an answer yet: key, association, time, method.
    open: Vec<(CallKey, Scope, Option<Timestamp>, MethodId)>,
    lost: Option<Lost>,
    /// The name of the node that answered ApiGetClusterName, by association.
    node: Option<(Scope, String)>,
    /// After a reconnect: the line, the association, and how many handles were reopened.
    back: Option<(u64, Scope, u64)>,
    /// The call whose lack of an answer made the line of this number.
    hanging: Option<(CallKey, u64)>,
}

/// The clients, by address.
#[derive(Debug)]
pub(super) struct Reconnects(Bounded<IpAddr, Client>);

impl Reconnects {
    pub(super) fn new(limit: usize) -> Self {
        Reconnects(Bounded::new(limit))
    }

    pub(super) fn forgotten(&self) -> u64 {
        self.0.dropped()
    }

    /// Whether the client has just come back in this association.
    pub(super) fn is_back(&self, scene: &EventContext<'_>) -> bool {
        let client = self.0.peek(&scene.seen.client.ip());
        client.and_then(|client| client.back.as_ref()).is_some_and(|(_, scope, _)| *scope == scene.seen.scope)
    }

    pub(super) fn request(&mut self, record: &Record<'_>, scene: &EventContext<'_>, lines: &mut Lines) {
        let (Some(method), Some(key)) = (record.method(), call_key(record)) else { return };
        let ip = scene.seen.client.ip();
        if self.0.peek(&ip).is_none() {
            self.0.insert(ip, Client::default());
        }
        let Some(client) = self.0.get(&ip) else { return };
        if record.event.call.is_some() && client.open.len() < bounds::STORY_OPEN {
            client.open.push((key, scene.seen.scope, scene.time, method.id));
        }
        // Reopening is over with the first call that does something else.
        let opens = method.fields.iter().any(|f| matches!((f.flow, f.ty), (Flow::Return | Flow::Out, Type::Handle)));
        if let Some((line, scope, reopened)) = &mut client.back
            && *scope == scene.seen.scope
        {
            if opens {
                *reopened += 1;
            } else if !subscribes(method.id) && !closes(method) && method.id != ApiGetClusterName::ID {
                done(lines, *line, *reopened);
                // What hangs may still be answered, and then this was no reconnect.
                if client.hanging.is_none() {
                    lines.release(*line);
                }
                client.back = None;
            }
        }
    }

    pub(super) fn response(&mut self, record: &Record<'_>, scene: &EventContext<'_>, lines: &mut Lines) {
        let (Some(method), Some(client)) = (record.method(), self.0.get(&scene.seen.client.ip())) else { return };
        if let Some(key) = call_key(record) {
            client.open.retain(|(open, ..)| *open != key);
            // It was answered after all: nothing was lost.
            if let Some((_, line)) = client.hanging.take_if(|(hanging, _)| *hanging == key)
                && lines.waiting(line).is_some()
            {
                lines.withdraw(line);
                client.back = None;
            }
        }
        let scope = scene.seen.scope;
        let status = scene.seen.status.unwrap_or(PENDING);
        match (method.id, status) {
            (ApiGetClusterName::ID, 0) => {
                let node = crate::analysis::top_level::TopLevelValues::of(record)
                    .and_then(|f| f.text(ApiGetClusterName::params::NodeName));
                client.node = node.map(|node| (scope, wording::plain(node)));
                return;
            }
            // Its failure is no reason to reconnect.
            (ApiGetClusterName::ID, _) => return,
            (ApiOpenCluster::ID | ApiOpenClusterEx::ID, 0) => {
                client.opened(scope, scene, lines);
                return;
            }
            _ => {}
        }
        let version_2 = record.interface.is_some_and(|(i, v)| i.name == "clusapi" && v == 0);
        let codes: &[u32] = if version_2 { &CODES_2 } else { &CODES_3 };
        if codes.contains(&status) && client.lost.is_none() {
            let why = format!("{} answered {}", method.name, status_name(status));
            let text = format!("lost {}: {why}", scene.seen.server);
            let mut event = scene.called("client_lost", text);
            event.outcome = Outcome::Failed;
            event.acted = false;
            event.from = Some(scene.seen.server.to_string());
            let line = lines.add(event, false);
            client.lost = Some(Lost { why, time: scene.time, scope, server: scene.seen.server, line });
        }
    }

    /// The capture is over.
    pub(super) fn finish(&mut self, lines: &mut Lines) {
        for (_, client) in self.0.drain() {
            if let Some(lost) = client.lost {
                if let Some(event) = lines.waiting(lost.line) {
                    event.text.push_str("; it did not reconnect in this capture");
                }
                lines.release(lost.line);
            }
            if let Some((line, _, reopened)) = client.back {
                done(lines, line, reopened);
                lines.release(line);
            }
            if let Some((_, line)) = client.hanging {
                lines.release(line);
            }
        }
    }
}

impl Client {
    /// The client has opened the cluster in this association.
    fn opened(&mut self, scope: Scope, scene: &EventContext<'_>, lines: &mut Lines) {
        let before = self.scope.replace(scope);
        let old_server = self.server.replace(scene.seen.server);
        let named = self.node.as_ref().filter(|(of, _)| *of == scope).map(|(_, node)| node.clone());
        // A call of the old association that was never answered; waiting for notifications is no sign.
        let hanging =
            self.open.iter().find(|(_, of, _, method)| Some(*of) == before && *of != scope && !is_long_poll(*method));
        let key = hanging.map(|(key, ..)| *key);
        let (why, since, from, line) = match (self.lost.take(), hanging) {
            (Some(lost), _) if lost.scope != scope => (lost.why, lost.time, lost.server, Some(lost.line)),
            (Some(lost), _) => {
                // The same connection: it went on there.
                lines.release(lost.line);
                return;
            }
            // Only by the procedure: the name first.
            (None, Some((_, _, time, method))) if named.is_some() => {
                let from = old_server.unwrap_or(scene.seen.server);
                (format!("{method} was never answered"), *time, from, None)
            }
            _ => return,
        };
        let to = named.map_or_else(
            || scene.seen.server.to_string(),
            |node| format!("{} ({})", wording::quoted(&node), scene.seen.server),
        );
        let gap = match (since, scene.time) {
            (Some(since), Some(now)) => format!(" after {}", wording::duration(now.0.saturating_sub(since.0))),
            _ => String::new(),
        };
        let text = format!("lost {from} ({why}) and reconnected to {to}{gap}");
        let line = match line {
            Some(line) => {
                if let Some(event) = lines.waiting(line) {
                    event.text = text;
                    event.name = "client_reconnected";
                    event.outcome = Outcome::Done;
                    event.end = scene.time;
                    event.to = Some(scene.seen.server.to_string());
                    event.frames.push(scene.frame);
                    if let Some(call) = scene.call() {
                        event.add_call(call);
                    }
                }
                line
            }
            None => {
                let mut event = scene.event("client_reconnected", text);
                (event.from, event.to) = (Some(from.to_string()), Some(scene.seen.server.to_string()));
                // It began when the call was made that was never answered.
                (event.time, event.end) = (since.or(event.time), scene.time);
                let line = lines.add(event, false);
                if let Some((_, earlier)) = core::mem::replace(&mut self.hanging, key.map(|key| (key, line))) {
                    lines.release(earlier);
                }
                line
            }
        };
        self.open.retain(|(_, of, ..)| *of == scope);
        self.back = Some((line, scope, 0));
    }
}

fn done(lines: &mut Lines, line: u64, reopened: u64) {
    if let Some(event) = lines.waiting(line) {
        let handles = if reopened == 1 { "handle" } else { "handles" };
        event.text.push_str(&format!(", reopening {reopened} {handles}"));
    }
}
