//! Follows associations, calls and context handles through the records of a session.
//!
//! ```no_run
//! # use cluscope::{analysis::Tracker, session::Record};
//! # fn each(tracker: &mut Tracker, record: &Record<'_>) {
//! let seen = tracker.feed(record);
//! for used in &seen.objects {
//!     println!("{} {:?}", used.resolved.kind, used.resolved.name);
//! }
//! # }
//! ```

use super::handles::{Entry, Handles, Resolved, Scope};
use super::notify::{self, Subscription};
use super::object_kind::ObjectKind;
use super::object_names::{self, ObjectNames};
use super::pending_calls::PendingCalls;
use super::read_extent::{self, ReadExtents, closes_silently};
use super::record_context::ends;
pub use super::record_context::{CallKey, HandleUse, Objects, PendingCall, RecordContext, call_key};
use super::top_level::TopLevelValues;
use super::{AnalysisLimits, Bounded, Counters};
use crate::base::bounds;
use crate::idl::cluster::ApiOpenClusterEx;
use crate::idl::notify::{ApiAddNotifyCluster, ApiAddNotifyKey, ApiAddNotifyResourceTypeV2};
use crate::idl::structures::NOTIFY_FILTER_AND_TYPE_RPC;
use crate::ndr::Method;
use crate::ndr::types::{Field, FieldId, Flow};
use crate::ndr::visitor::ContextHandle;
use crate::net::Transport;
use crate::rpc::event::Body;
use crate::session::Record;
use smol_str::SmolStr;
use std::net::SocketAddr;

/// The parameters that say which events are asked for.
const FILTERS: [FieldId; 4] = [
    ApiAddNotifyCluster::params::dwFilter,
    NOTIFY_FILTER_AND_TYPE_RPC::FilterFlags,
    ApiAddNotifyKey::params::Filter,
    ApiAddNotifyResourceTypeV2::params::filter,
];

#[derive(Debug)]
struct Association {
    scope: Scope,
    user: Option<SmolStr>,
    asked_group: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum AssociationKey {
    Connection(u64),
    Pair(SocketAddr, SocketAddr),
}

/// Follows associations, calls and handles. See the module's description.
#[derive(Debug)]
pub struct Tracker {
    limits: AnalysisLimits,
    counters: Counters,
    /// Whether what responses come to is of interest by itself.
    statuses: bool,
    associations: Bounded<AssociationKey, Association>,
    /// The one used last, its scope and its user, unless that has changed since.
    last: Option<(AssociationKey, Scope, Option<SmolStr>)>,
    extents: ReadExtents,
    /// By server, client address and association group.
    groups: Bounded<(SocketAddr, std::net::IpAddr, u32), Scope>,
    next_scope: u64,
    next_port: u64,
    handles: Handles,
    calls: PendingCalls,
    /// Room for the next request, where one has been answered.
    spare: Option<Box<PendingCall>>,
    ids: ObjectNames,
    subscriptions: Bounded<(Scope, ContextHandle, u64), Vec<Subscription>>,
}

impl Default for Tracker {
    fn default() -> Self {
        Tracker::new(AnalysisLimits::default())
    }
}

impl Tracker {
    /// An empty one.
    pub fn new(limits: AnalysisLimits) -> Self {
        Tracker {
            limits,
            counters: Counters::default(),
            statuses: true,
            associations: Bounded::new(limits.associations),
            groups: Bounded::new(limits.associations),
            next_scope: 0,
            next_port: 0,
            handles: Handles::new(limits.handles),
            calls: PendingCalls::new(limits.calls),
            extents: ReadExtents::default(),
            last: None,
            spare: None,
            ids: ObjectNames::new(limits.ids),
            subscriptions: Bounded::new(limits.subscriptions),
        }
    }

    /// Leaves [`RecordContext::status`] out where no handle or name depends on it: for who prints records, whose stubs say what
    /// they came to, and does not filter them. Most responses need not be read for the tracker then.
    #[must_use]
    pub fn without_statuses(self) -> Self {
        Tracker { statuses: false, ..self }
    }

    /// What was given up for the limits.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The name that goes with an id, where the capture told both.
    pub fn name_of(&self, kind: ObjectKind, id: &str) -> Option<SmolStr> {
        self.ids.name(kind, id)
    }

    /// Takes in the next record; every record of the session is to be shown to it, in order.
    pub fn feed(&mut self, record: &Record<'_>) -> RecordContext {
        let mut seen = RecordContext::default();
        self.feed_into(record, &mut seen);
        seen
    }

    /// The same, in place of what is known of an earlier record: for series of records, where that is less to move and
    /// allocates less.
    pub fn feed_into(&mut self, record: &Record<'_>, seen: &mut RecordContext) {
        if let Some(answered) = seen.request.take() {
            self.spare = Some(answered);
        }
        (seen.client, seen.server) = ends(record);
        (seen.scope, seen.user) = self.associate(record, seen.client, seen.server);
        seen.objects.clear();
        seen.returned.clear();
        seen.asked.clear();
        seen.nodes.clear();
        (seen.status, seen.given_up) = (None, None);
        match record.event.body {
            Body::Request { .. } => self.request(record, seen),
            Body::Response { .. } => self.response(record, seen),
            Body::Fault { status, .. } => {
                seen.status = status;
                self.take(record, seen);
            }
            Body::Incomplete { .. } => {
                let mut top_level = TopLevelValues::default();
                top_level.read_partial(record);
                self.shown(&top_level, seen, |_| true);
            }
            _ => {}
        }
    }

    /// Looks up the handles of a record that the printers need beside those that count as used.
    fn shown(&self, top_level: &TopLevelValues<'_>, seen: &mut RecordContext, which: impl Fn(&Field) -> bool) {
        for (field, handle) in top_level.handles.iter().filter(|(field, handle)| which(field) && !handle.is_null()) {
            let used = self.found(seen.scope, field, *handle);
            seen.returned.push(used);
        }
    }

    /// Keeps with a request which of a filter's comparisons hold for it, until its answer comes.
    pub fn mark(&mut self, record: &Record<'_>, tests: u64) {
        if let Some(pending) = call_key(record).and_then(|key| self.calls.get(&key)) {
            pending.tests = tests;
        }
    }

    /// Takes out the requests that no answer was seen for.
    pub fn unanswered(&mut self) -> impl Iterator<Item = (CallKey, Box<PendingCall>)> + '_ {
        self.calls.drain()
    }

    fn associate(&mut self, record: &Record<'_>, client: SocketAddr, server: SocketAddr) -> (Scope, Option<SmolStr>) {
        let key = match record.flow.transport {
            Transport::Tcp => AssociationKey::Connection(record.flow.stream),
            Transport::Udp => AssociationKey::Pair(client, server),
        };
        // Calls without a token change nothing.
        if let (Some((last, scope, user)), Body::Request { .. } | Body::Response { .. }, None) =
            (&self.last, &record.event.body, &record.event.auth)
            && *last == key
        {
            return (*scope, user.clone());
        }
        let next = &mut self.next_scope;
        let (association, forgotten) = self.associations.get_or_insert(key, || {
            let scope = Scope(*next);
            *next += 1;
            Association { scope, user: None, asked_group: 0 }
        });
        self.counters.associations_forgotten += u64::from(forgotten);
        let user = record.event.auth.as_ref().and_then(|auth| auth.identity.user.as_deref());
        if user.is_some() && user != association.user.as_deref() {
            association.user = user.map(SmolStr::from);
        }
        match &record.event.body {
            Body::Bind(proposal) => association.asked_group = proposal.assoc_group_id,
            Body::BindAck(answer) if answer.assoc_group_id != 0 => {
                let group = (server, client.ip(), answer.assoc_group_id);
                // A client that asks for a group by number joins it; one that asks for none starts a new one, even if
                // the number was used before.
                match self.groups.peek(&group) {
                    Some(scope) if association.asked_group == answer.assoc_group_id => association.scope = *scope,
                    _ => {
                        let forgotten = self.groups.insert(group, association.scope).is_some();
                        self.counters.associations_forgotten += u64::from(forgotten);
                    }
                }
            }
            _ => {}
        }
        self.last = Some((key, association.scope, association.user.clone()));
        (association.scope, association.user.clone())
    }

    fn request(&mut self, record: &Record<'_>, seen: &mut RecordContext) {
        let extent = self.extents.of(record).unwrap_or_default();
        let mut top_level = TopLevelValues::until(extent.until);
        if extent.until > 0 {
            top_level.read(record);
        }
        // Written in its place: it is larger than all that is done here. The earlier call's handles have moved on.
        let mut pending = self.spare.take().unwrap_or_default();
        pending.objects.clear();
        for (field, handle) in &top_level.handles {
            if !handle.is_null() {
                let wanted = ObjectKind::of_idl(field.idl);
                let resolved = self.handles.meet(seen.scope, *handle, wanted, &mut self.counters);
                let used = self.used(field, *handle, resolved);
                pending.objects.push(used.clone());
                seen.objects.push(used);
            }
        }
        let Some(key) = call_key(record) else { return };
        pending.frame = record.event.frame();
        pending.time = record.event.time();
        pending.client = seen.client;
        pending.server = seen.server;
        pending.interface = record.interface;
        pending.opnum = record.opnum().unwrap_or_default();
        pending.user.clone_from(&seen.user);
        pending.control_code = record.context().control_code;
        pending.tests = 0;
        pending.bytes = record.stub().map_or(0, |(_, stub)| stub.len());
        pending.opens = extent.opens.and_then(|field| self.future_name(field, &top_level, &seen.objects));
        (pending.access, pending.key, pending.text) = (None, None, None);
        if extent.tells {
            let number = |id| top_level.number(id);
            let text = match record.method().is_some_and(|method| object_names::renames(method.id)) {
                true => top_level.texts.first().map(|(_, text)| *text),
                false => top_level.text(read_extent::TYPE),
            };
            pending.access = read_extent::ACCESS.into_iter().find_map(number).map(|n| n as u32);
            pending.key = number(read_extent::KEY).map(|key| (key, FILTERS.into_iter().find_map(number).unwrap_or(0)));
            pending.text = text.and_then(|text| self.ids.plain(text, self.limits.name));
        }
        if record.event.call.is_none() {
            seen.given_up = Some((key, pending));
            return;
        }
        seen.given_up = self.calls.insert(key, pending);
        self.counters.calls_forgotten += u64::from(seen.given_up.is_some());
    }

    /// The request of this response or fault.
    fn take(&mut self, record: &Record<'_>, seen: &mut RecordContext) {
        seen.request = call_key(record).and_then(|key| self.calls.remove(&key));
        if let Some(pending) = &mut seen.request {
            core::mem::swap(&mut seen.objects, &mut pending.objects);
        }
    }

    fn response(&mut self, record: &Record<'_>, seen: &mut RecordContext) {
        self.take(record, seen);
        if !self.statuses
            && self.extents.of(record).is_some_and(|extent| !extent.response)
            && !object_names::response_names_object(record)
        {
            return;
        }
        let mut top_level = TopLevelValues::default();
        let (true, Some(method)) = (top_level.read(record), record.method()) else { return };
        seen.status = top_level.status();
        let done = seen.status.is_none_or(|status| status == 0);
        let of_request = seen.objects.len();
        for (field, handle) in &top_level.handles {
            match field.flow {
                Flow::InOut if handle.is_null() => self.close(record, seen, Some(field)),
                // A null handle that was asked with begins something: the endpoint mapper's lookups.
                Flow::InOut if seen.request.is_some() && !seen.objects.iter().any(|used| used.field.id == field.id) => {
                    self.open(record, seen, field, *handle, &top_level);
                    let used = self.found(seen.scope, field, *handle);
                    seen.objects.push(used);
                }
                Flow::Out | Flow::Return if !handle.is_null() => {
                    self.open(record, seen, field, *handle, &top_level);
                    let used = self.found(seen.scope, field, *handle);
                    seen.objects.push(used);
                }
                _ => {}
            }
        }
        if done && closes_silently(method.id) {
            self.close(record, seen, None);
        }
        if done && let Some(pending) = &seen.request {
            let objects = seen.objects.get(..of_request).unwrap_or_default();
            self.subscribe(pending, objects, method, seen.scope, seen.client);
            if object_names::renames(method.id)
                && let (Some(used), Some(name)) = (objects.first(), &pending.text)
                && let Some(entry) = self.handles.entry(seen.scope, used.handle)
            {
                entry.name = Some(name.clone());
            }
        }
        self.learn(record, seen, &top_level);
        if notify::delivers(method.id) {
            self.delivered(record, seen);
        }
        self.shown(&top_level, seen, |field| field.flow == Flow::InOut);
    }

    fn used(&self, field: &'static Field, handle: ContextHandle, mut resolved: Resolved) -> HandleUse {
        if let Some(name) = resolved.name.as_deref().and_then(|name| self.ids.name(resolved.kind, name)) {
            // It was opened by its id.
            resolved.name = Some(name);
        }
        HandleUse { field, handle, resolved }
    }

    fn found(&self, scope: Scope, field: &'static Field, handle: ContextHandle) -> HandleUse {
        let wanted = ObjectKind::of_idl(field.idl);
        self.used(field, handle, self.handles.resolve(scope, handle, wanted, self.counters.forgotten()))
    }

    /// The name of what a request asks to be opened, by its declaration: a key's path, the first string, or the object
    /// that the port is for.
    fn future_name(&mut self, field: &Field, top_level: &TopLevelValues<'_>, objects: &Objects) -> Option<SmolStr> {
        let text = top_level.texts.first().and_then(|(_, text)| self.ids.plain(*text, self.limits.name));
        self.counters.names_cut += u64::from(text.as_ref().is_some_and(|text| text.len() > self.limits.name));
        let parent = objects.first().map(|used| used.resolved.name.clone());
        match (ObjectKind::of_idl(field.idl), text, parent) {
            (ObjectKind::Key, Some(text), Some(parent)) => {
                let parent = parent.as_deref().unwrap_or("…");
                let path = text.trim_matches('\\');
                let path = if path.is_empty() { parent.to_string() } else { format!("{parent}\\{path}") };
                Some(self.cut(&path))
            }
            (ObjectKind::Notify, ..) => {
                self.next_port += 1;
                Some(SmolStr::from(format!("port {}", self.next_port)))
            }
            // The cluster itself, and the root of its registry.
            (ObjectKind::Cluster, ..) | (ObjectKind::Key, None, None) => Some(SmolStr::from("Cluster")),
            (_, Some(text), _) => Some(text),
            (_, None, parent) => parent.flatten(),
        }
    }

    fn cut(&mut self, name: &str) -> SmolStr {
        if name.len() <= self.limits.name {
            return SmolStr::from(name);
        }
        self.counters.names_cut += 1;
        let at = (0..=self.limits.name).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
        SmolStr::from(format!("{}…", name.get(..at).unwrap_or_default()))
    }

    fn open(
        &mut self,
        record: &Record<'_>,
        seen: &RecordContext,
        field: &Field,
        handle: ContextHandle,
        top_level: &TopLevelValues<'_>,
    ) {
        let request = seen.request.as_ref();
        let granted = top_level.number(ApiOpenClusterEx::params::lpdwGrantedAccess).map(|n| n as u32);
        let entry = Entry {
            kind: ObjectKind::of_idl(field.idl),
            name: request.and_then(|r| r.opens.clone()),
            opened: Some(request.map_or(record.event.frame(), |r| r.frame)),
            access: granted.or(request.and_then(|r| r.access)),
            closed: None,
        };
        self.handles.open(seen.scope, handle, entry, &mut self.counters);
    }

    /// Closes the request's handle in this parameter; without one, its first.
    fn close(&mut self, record: &Record<'_>, seen: &RecordContext, field: Option<&Field>) {
        if seen.request.is_none() {
            return;
        }
        let used = seen.objects.iter().find(|used| field.is_none_or(|field| used.field.id == field.id));
        if let Some(entry) = used.and_then(|used| self.handles.entry(seen.scope, used.handle)) {
            entry.closed = Some(record.event.frame());
        }
    }

    fn subscribe(
        &mut self,
        pending: &PendingCall,
        objects: &[HandleUse],
        method: &'static Method,
        scope: Scope,
        client: SocketAddr,
    ) {
        let (Some((key, filter)), Some(port)) = (pending.key, objects.first()) else { return };
        if port.resolved.kind != ObjectKind::Notify {
            return;
        }
        let object = match (objects.get(1), &pending.text) {
            (Some(used), _) => Some((used.resolved.kind, used.resolved.name.clone())),
            (None, Some(name)) => Some((ObjectKind::ResourceType, Some(name.clone()))),
            (None, None) => None,
        };
        let asked = Subscription { key, frame: pending.frame, method: method.name, client, object, filter };
        let key = (scope, port.handle, key);
        match self.subscriptions.get(&key) {
            // The same key may be given for several objects.
            Some(all) => {
                all.retain(|one| one.object != asked.object);
                if all.len() < bounds::KEY_CALLS {
                    all.push(asked);
                } else {
                    self.counters.subscriptions_forgotten += 1;
                }
            }
            None => {
                if self.subscriptions.insert(key, vec![asked]).is_some() {
                    self.counters.subscriptions_forgotten += 1;
                }
            }
        }
    }

    fn delivered(&mut self, record: &Record<'_>, seen: &mut RecordContext) {
        let Some(port) = seen.objects.first().map(|used| used.handle) else { return };
        for notification in notify::notifications(record) {
            if let Some(id) = notification.owner().and_then(|id| self.ids.plain(id, self.limits.name))
                && let Some(name) = self.ids.name(ObjectKind::Node, &id)
            {
                seen.nodes.push((id, name));
            }
            let Some(all) = self.subscriptions.get(&(seen.scope, port, notification.key)) else { continue };
            for asked in all.iter().filter(|asked| notification.fits(asked)) {
                if seen.asked.len() < bounds::KEY_CALLS && !seen.asked.contains(asked) {
                    seen.asked.push(asked.clone());
                }
            }
        }
    }

    fn learn<'a>(&mut self, record: &Record<'a>, seen: &RecordContext, top_level: &TopLevelValues<'a>) {
        let told = object_names::found_in(record, top_level);
        let limit = self.limits.name;
        if let (Some(told), Some(used)) = (told.of_handle, seen.objects.first()) {
            let name = used.resolved.name.clone();
            match (told, name) {
                (object_names::NameOrId::Id(id), Some(name)) => {
                    if let Some(id) = self.ids.plain(id, limit) {
                        self.ids.learn(used.resolved.kind, &id, name, &mut self.counters);
                    }
                }
                (object_names::NameOrId::Id(id), None) => {
                    let name = self.ids.plain(id, limit).and_then(|id| self.ids.name(used.resolved.kind, &id));
                    self.rename(seen.scope, used.handle, name);
                }
                (object_names::NameOrId::Name(name), None) => {
                    let name = self.ids.plain(name, limit);
                    self.rename(seen.scope, used.handle, name);
                }
                (object_names::NameOrId::Name(_), Some(_)) => {}
            }
        }
        for (kind, id, name) in told.pairs {
            if let (Some(id), Some(name)) = (self.ids.plain(id, limit), self.ids.plain(name, limit)) {
                self.ids.learn(kind, &id, name, &mut self.counters);
            }
        }
    }

    fn rename(&mut self, scope: Scope, handle: ContextHandle, name: Option<SmolStr>) {
        if let (Some(entry), Some(name)) = (self.handles.entry(scope, handle), name) {
            entry.name = Some(name);
        }
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 5] {
        [self.handles.len(), self.associations.len(), self.calls.len(), self.ids.len(), self.subscriptions.len()]
    }
}
