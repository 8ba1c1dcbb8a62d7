//! Notifications out of the responses of ApiGetNotify, ApiGetNotifyV2 and ApiGetNotifyAsync, and what was asked for.

use super::object_kind::ObjectKind;
use crate::consts::change::{CLUSTER_CHANGE_GROUP_V2, CLUSTER_OBJECT_TYPE};
use crate::idl::batch::ApiGetBatchNotification;
use crate::idl::notify::{ApiGetNotify, ApiGetNotifyAsync, ApiGetNotifyV2};
use crate::idl::structures::{NOTIFICATION_DATA_RPC, NOTIFICATION_RPC, NOTIFY_FILTER_AND_TYPE_RPC as Filter};
use crate::idl::witness::WitnessrAsyncNotify;
use crate::ndr::WStr;
use crate::ndr::types::{MethodId, Scalar};
use crate::ndr::visitor::{At, Visitor};
use crate::ndr::wire::Message;
use crate::session::Record;
use smol_str::SmolStr;
use std::net::SocketAddr;

/// Notifications read of one response; further ones are left out.
pub(crate) const MAX: usize = crate::base::bounds::NOTIFICATIONS;

/// An event that a port delivered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Notification<'a> {
    /// `dwNotifyKey`, as it was given when the event was asked for.
    pub key: u64,
    /// `dwObjectType`; `None` for ports of the first generation.
    pub object_type: Option<u32>,
    /// `dwFilter` or `FilterFlags`.
    pub flags: u64,
    /// `Name`
    pub name: Option<WStr<'a>>,
    /// `ObjectId`
    pub id: Option<WStr<'a>>,
    /// `ParentId`
    pub parent: Option<WStr<'a>>,
    /// `buffer`
    pub buffer: Option<&'a [u8]>,
}

impl<'a> Notification<'a> {
    /// What kind of object it is about.
    pub fn kind(&self) -> ObjectKind {
        match self.object_type {
            Some(object_type) => ObjectKind::of_object_type(object_type),
            None => ObjectKind::of_change(self.flags),
        }
    }

    /// The id of the node that owns a group from now on, if this tells it (2.2.2.13).
    pub fn owner(&self) -> Option<WStr<'a>> {
        let told = CLUSTER_CHANGE_GROUP_V2::CLUSTER_CHANGE_GROUP_OWNER_NODE_V2.bits() == self.flags
            && self.object_type == Some(CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_GROUP.0);
        self.buffer.filter(|_| told).map(|bytes| WStr::le(bytes).until_nul()).filter(|id| !id.is_empty())
    }

    /// Whether this may be what was asked for: the object itself, or the whole cluster.
    pub fn fits(&self, asked: &Subscription) -> bool {
        match &asked.object {
            Some((ObjectKind::Cluster, _)) | None => true,
            Some((kind, name)) => {
                let same = |name: &str| self.name.is_none_or(|n| n.chars().eq(name.chars().map(Ok)));
                // Of a key, the name of what lies below it is told.
                *kind == self.kind() && (*kind == ObjectKind::Key || name.as_deref().is_none_or(same))
            }
        }
    }
}

/// The notifications of a response; empty for everything else.
pub fn notifications<'a>(record: &Record<'a>) -> Vec<Notification<'a>> {
    let mut list = List::default();
    if let (Some(method), Some((kind, stub))) = (record.method(), record.stub())
        && delivers(method.id)
        && kind.direction == crate::ndr::Direction::Response
    {
        let _ = Message::decode_with(method, kind, stub, &mut list);
    }
    list.all
}

/// Whether a method's response delivers notifications of a port.
pub fn delivers(method: MethodId) -> bool {
    matches!(method, ApiGetNotify::ID | ApiGetNotifyV2::ID | ApiGetNotifyAsync::ID)
}

/// Whether a method waits by design until something happens, so that a long latency is nothing slow.
pub fn is_long_poll(method: MethodId) -> bool {
    delivers(method) || matches!(method, ApiGetBatchNotification::ID | WitnessrAsyncNotify::ID)
}

#[derive(Default)]
struct List<'a> {
    all: Vec<Notification<'a>>,
    full: bool,
}

impl<'a> List<'a> {
    fn last(&mut self) -> Option<&mut Notification<'a>> {
        self.all.last_mut().filter(|_| !self.full)
    }
}

impl<'a> Visitor<'a> for List<'a> {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        if at.field.id == NOTIFICATION_RPC::dwNotifyKey {
            self.full = self.all.len() >= MAX;
            if !self.full {
                self.all.push(Notification { key: value, ..Notification::default() });
            }
        }
        let Some(last) = self.last() else { return };
        match at.field.id {
            ApiGetNotify::params::dwFilter | Filter::FilterFlags => last.flags = value,
            Filter::dwObjectType => last.object_type = Some(value as u32),
            _ => {}
        }
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        let Some(last) = self.last() else { return };
        match at.field.id {
            NOTIFICATION_DATA_RPC::Name => last.name = Some(text),
            NOTIFICATION_DATA_RPC::ObjectId => last.id = Some(text),
            NOTIFICATION_DATA_RPC::ParentId => last.parent = Some(text),
            _ => {}
        }
    }

    fn bytes(&mut self, at: At<'_>, bytes: &'a [u8]) {
        if let (NOTIFICATION_DATA_RPC::buffer, Some(last)) = (at.field.id, self.last()) {
            last.buffer = Some(bytes);
        }
    }
}

/// What a notification key was given for: the call that asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The key.
    pub key: u64,
    /// Frame of the request that asked.
    pub frame: u64,
    /// The method: `ApiAddNotifyGroup` …
    pub method: &'static str,
    /// Who asked.
    pub client: SocketAddr,
    /// The object that was named, with what is known of it.
    pub object: Option<(ObjectKind, Option<SmolStr>)>,
    /// The filter.
    pub filter: u64,
}
