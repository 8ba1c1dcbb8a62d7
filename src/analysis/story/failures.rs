//! What went wrong lately, to tell of something that fails what went wrong before it.

use super::event::{Cause, Object};
use super::timeline::cut;
use super::{EventContext, wording};
use crate::analysis::Bounded;
use crate::analysis::calls::{is_error, status_name};
use crate::analysis::handles::Scope;
use crate::analysis::object_kind::ObjectKind;
use crate::analysis::top_level::TopLevelValues;
use crate::base::Timestamp;
use crate::base::bounds;
use crate::idl::methods::*;
use crate::ndr::Method;
use crate::ndr::visitor::ContextHandle;
use std::collections::VecDeque;

/// Something that failed, and through which handle where that is an object of its own.
#[derive(Debug)]
struct Failure {
    cause: Cause,
    own: Option<(Scope, ContextHandle)>,
}

/// What failed, and who belongs to whom.
#[derive(Debug)]
pub(super) struct Failures {
    recent: VecDeque<Failure>,
    /// The group that each resource belongs to, both in lower case.
    groups: Bounded<String, String>,
}

impl Failures {
    pub(super) fn new(limit: usize) -> Self {
        Failures { recent: VecDeque::new(), groups: Bounded::new(limit) }
    }

    pub(super) fn forgotten(&self) -> u64 {
        self.groups.dropped()
    }

    fn add(&mut self, cause: Cause, own: Option<(Scope, ContextHandle)>) {
        if self.recent.len() >= bounds::STORY_FAILURES {
            self.recent.pop_front();
        }
        self.recent.push_back(Failure { cause, own });
    }

    /// A response or fault: a call that failed, or one that works again.
    pub(super) fn called(&mut self, method: &Method, scene: &EventContext<'_>) {
        let Some(used) = scene.seen.objects.first() else { return };
        let failed = scene.fault || scene.seen.status.is_some_and(is_error);
        if !failed && self.recent.is_empty() {
            return;
        }
        let name = used.resolved.name.clone();
        let object = Object { kind: used.resolved.kind, name };
        let own = own(scene);
        let same = |cause: &Cause| cause.method == Some(method.name) && cause.object == object;
        self.recent.retain(|failure| !same(&failure.cause) || failure.own != own);
        if !failed {
            return;
        }
        let status = scene.seen.status;
        let came_to = status.map_or_else(|| "a fault".to_string(), status_name);
        let what = wording::object(object.kind, object.name.as_deref());
        let text = format!("{} of {what} ended with {came_to}", method.name);
        let (time, frame) = (scene.time, scene.frame);
        self.add(Cause { time, frame, object, method: Some(method.name), status, text }, own);
    }

    /// A state was seen; `bad` puts it into words if it is one of those that nobody wants.
    pub(super) fn state(&mut self, object: &Object, bad: Option<&str>, scene: &EventContext<'_>) {
        let known = self.recent.iter().any(|Failure { cause, .. }| cause.method.is_none() && cause.object == *object);
        match bad {
            Some(state) if !known => {
                let text = format!("{} was {state}", wording::object(object.kind, object.name.as_deref()));
                let (time, frame, object) = (scene.time, scene.frame, object.clone());
                self.add(Cause { time, frame, object, method: None, status: None, text }, None);
            }
            None if known => {
                self.recent.retain(|Failure { cause, .. }| cause.method.is_some() || cause.object != *object)
            }
            _ => {}
        }
    }

    /// What a response shows of resources and their groups.
    pub(super) fn learn(&mut self, method: &Method, top_level: &TopLevelValues<'_>, scene: &EventContext<'_>) {
        let resource = match method.id {
            ApiGetResourceState::ID => scene.seen.objects.first().and_then(|used| used.resolved.name.as_deref()),
            _ => return,
        };
        let group = top_level.text(ApiGetResourceState::params::GroupName).map(wording::plain);
        if let (Some(resource), Some(group)) = (resource, group) {
            let (resource, group) = (resource.to_lowercase(), group.to_lowercase());
            if self.groups.peek(&resource) != Some(&group) {
                self.groups.insert(resource, group);
            }
        }
    }

    /// What went wrong first before `object` failed: since `began`, or lately before. `nodes` are those it was on or was
    /// to move to.
    pub(super) fn before(
        &self,
        object: &Object,
        nodes: [Option<&str>; 2],
        began: Option<Timestamp>,
        scene: &EventContext<'_>,
    ) -> Option<Box<Cause>> {
        let name = object.name.as_deref()?.to_lowercase();
        let group_of = |resource: &str| self.groups.peek(&resource.to_lowercase()).map(String::as_str);
        let related = |cause: &Cause| {
            let of = cause.object.name.as_deref().unwrap_or_default();
            match (cause.object.kind, object.kind) {
                (ObjectKind::Node, _) => nodes.iter().flatten().any(|node| node.eq_ignore_ascii_case(cut(of))),
                (ObjectKind::Resource, ObjectKind::Group) => group_of(of) == Some(&name),
                (ObjectKind::Group, ObjectKind::Resource) => group_of(&name) == Some(&of.to_lowercase()),
                (kind, wanted) => kind == wanted && of.to_lowercase() == name,
            }
        };
        let lately = |cause: &Cause| match (cause.method, cause.time, began) {
            (Some(_), Some(time), Some(began)) => time.0 >= began.0.saturating_sub(bounds::STORY_LATELY),
            _ => true,
        };
        let through = own(scene);
        let bears = |failure: &&Failure| {
            let Failure { cause, own } = failure;
            let same_registration = !is_registration(cause.object.kind) || (own.is_some() && *own == through);
            cause.frame < scene.frame && same_registration && lately(cause) && related(cause)
        };
        self.recent.iter().find(bears).map(|failure| Box::new(failure.cause.clone()))
    }
}

/// Whether each handle of a kind is an object of its own, beside others of the same name: what one registration failed at
/// says nothing of the next.
fn is_registration(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Witness | ObjectKind::Notify | ObjectKind::BatchPort)
}

/// The handle of a call that is through one of those.
fn own(scene: &EventContext<'_>) -> Option<(Scope, ContextHandle)> {
    let used = scene.seen.objects.first().filter(|used| is_registration(used.resolved.kind))?;
    Some((scene.seen.scope, used.handle))
}
