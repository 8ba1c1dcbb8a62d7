//! Properties and registry values: what they are set to, and what they were before, where the capture shows both.

use super::operations::{Draft, scene_code, subject, subject_of};
use super::wording::{self, plain, wide};
use super::{Change, Event, EventContext, Lines, Object, object};
use crate::analysis::Bounded;
use crate::analysis::notify;
use crate::analysis::object_kind::ObjectKind;
use crate::analysis::top_level::TopLevelValues;
use crate::analysis::tracker::{CallKey, call_key};
use crate::base::bounds;
use crate::consts::Constant;
use crate::consts::change::CLUSTER_OBJECT_TYPE;
use crate::consts::content::BufferFormat;
use crate::consts::control_codes::Family;
use crate::consts::node::CLUSTER_NODE_DRAIN_STATUS;
use crate::consts::notifications;
use crate::consts::properties::about;
use crate::idl::cluster::ApiClusterControl;
use crate::idl::key::{ApiEnumValue, ApiQueryValue, ApiSetValue};
use crate::idl::resource_type::{ApiNodeResourceTypeControl, ApiResourceTypeControl};
use crate::ndr::Method;
use crate::ndr::names::control_code;
use crate::session::Record;
use crate::structs::batch::content_of;
use crate::structs::property_list::PropertyList;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// What is said of values that are all as they were.
const UNCHANGED: &str = "nothing changed";

/// Which value: a digest of the object's kind and name, the class of properties and the value's name, without case.
type Place = u64;

/// A value as shown, and a digest of all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    shown: String,
    digest: u64,
}

/// A value that a request sets.
#[derive(Clone, Debug)]
pub(super) struct NewValue {
    /// `None` where the object's name is not known.
    place: Option<Place>,
    /// Its name, where the line has several.
    name: Option<String>,
    /// Its name, where the line has it anyway.
    value_name: Option<String>,
    value: Known,
}

/// The values that the capture has shown so far.
#[derive(Debug)]
pub(super) struct Values {
    known: Bounded<Place, Known>,
    /// Names of registry values that were asked for.
    asked: Bounded<CallKey, String>,
}

fn known(name: &str, content: BufferFormat, bytes: &[u8]) -> Known {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    Known { shown: wording::value(name, content, bytes), digest: hasher.finish() }
}

/// The class of properties that a control code is about.
fn class(code: &str) -> Option<&'static str> {
    if code.ends_with("_COMMON_PROPERTIES") {
        Some(if code.contains("_RO_") { "read-only" } else { "common" })
    } else if code.ends_with("_PRIVATE_PROPERTIES") {
        Some(if code.contains("_RO_") { "read-only private" } else { "private" })
    } else {
        None
    }
}

fn place(scene: &EventContext<'_>, class: &'static str, name: &str) -> Option<Place> {
    let (kind, of) = object(&scene.seen.objects, 0)?;
    Some(place_of(kind, of?, class, name))
}

fn place_of(kind: ObjectKind, of: &str, class: &'static str, name: &str) -> Place {
    let mut hasher = DefaultHasher::new();
    (kind, of.to_lowercase(), class, name.to_lowercase()).hash(&mut hasher);
    hasher.finish()
}

/// The properties of a list that is of an object of this kind, each with its first value.
fn properties(buffer: &[u8], of: Option<Family>) -> impl Iterator<Item = (String, Known)> {
    let list = PropertyList::new(buffer).ok();
    let all = list.into_iter().flat_map(|list| list.properties().map_while(Result::ok)).take(bounds::STORY_PROPERTIES);
    all.filter_map(move |property| {
        let name = plain(property.name());
        let value = property.values().next()?.ok()?;
        let declared = about(property.name().units(), of).property;
        let content = declared.map_or(value.format(), |declared| declared.format_of(value.format()));
        let known = known(&name, content, value.bytes());
        Some((name, known))
    })
}

/// The words of a request that sets properties or a registry value.
pub(super) fn draft(method: &Method, top_level: &TopLevelValues<'_>, scene: &EventContext<'_>) -> Option<Draft> {
    let object = subject_of(top_level, scene);
    let draft = |name, past, base, what, values| Some(Draft { object, values, ..Draft::new(name, past, base, what) });
    if method.id == ApiSetValue::ID {
        let name = top_level.text(ApiSetValue::params::lpValueName)?;
        let of = subject(top_level, scene);
        let plain = plain(name);
        let content = content_of(top_level.number(ApiSetValue::params::dwType)? as u32);
        let value = known(&plain, content, top_level.buffer(ApiSetValue::params::lpData).unwrap_or_default());
        let place = place(scene, "registry", &plain);
        let values = vec![NewValue { place, name: None, value_name: Some(plain), value }];
        let what = if name.is_empty() { format!("the value of {of}") } else { format!("value {} of {of}", wide(name)) };
        return draft("registry_written", "wrote", "write", what, values);
    }
    let (family, code) = scene_code(top_level)?;
    let known = control_code(family, code)?;
    let (family, code) = (known.family, known.name);
    let class = class(code).filter(|_| code.contains("_SET_"))?;
    let resource_type = top_level.text(ApiResourceTypeControl::params::lpszResourceTypeName);
    let values = properties(top_level.buffer(ApiClusterControl::params::lpInBuffer)?, Some(family))
        .map(|(name, value)| NewValue {
            place: if resource_type.is_some() { None } else { place(scene, class, &name) },
            name: Some(name),
            value_name: None,
            value,
        })
        .collect();
    let what = format!("{class} properties of {}", subject(top_level, scene));
    draft("properties_changed", "set", "set", what, values)
}

impl Values {
    pub(super) fn new(limit: usize) -> Self {
        Values { known: Bounded::new(limit), asked: Bounded::new(limit) }
    }

    pub(super) fn forgotten(&self) -> u64 {
        self.known.dropped() + self.asked.dropped()
    }

    /// A request asks for a registry value.
    pub(super) fn request(&mut self, method: &Method, top_level: &TopLevelValues<'_>, record: &Record<'_>) {
        if method.id == ApiQueryValue::ID
            && let (Some(name), Some(key)) = (top_level.text(ApiQueryValue::params::lpValueName), call_key(record))
        {
            self.asked.insert(key, plain(name));
        }
    }

    /// A response shows values.
    pub(super) fn learn(
        &mut self,
        method: &Method,
        top_level: &TopLevelValues<'_>,
        record: &Record<'_>,
        scene: &EventContext<'_>,
    ) {
        let asked = call_key(record).and_then(|key| self.asked.remove(&key));
        if scene.seen.status != Some(0) {
            return;
        }
        let registry = match method.id {
            ApiQueryValue::ID => asked.zip(top_level.number(ApiQueryValue::params::lpValueType)),
            ApiEnumValue::ID => {
                let name = top_level.text(ApiEnumValue::params::lpValueName).map(plain);
                name.zip(top_level.number(ApiEnumValue::params::lpType))
            }
            _ => None,
        };
        if let Some((name, kind)) = registry {
            let value = known(
                &name,
                content_of(kind as u32),
                top_level.buffer(ApiQueryValue::params::lpData).unwrap_or_default(),
            );
            if let Some(place) = place(scene, "registry", &name) {
                self.known.insert(place, value);
            }
            return;
        }
        let code = scene.seen.request.as_ref().and_then(|request| request.control_code);
        let Some(code) = code.and_then(|(family, code)| control_code(family, code)) else { return };
        // A resource type's control codes come with a handle of the cluster.
        let of_type = matches!(method.id, ApiResourceTypeControl::ID | ApiNodeResourceTypeControl::ID);
        let class = class(code.name).filter(|_| code.name.contains("_GET_") && !of_type);
        if let (Some(class), Some(buffer)) = (class, top_level.buffer(ApiClusterControl::params::lpOutBuffer)) {
            for (name, value) in properties(buffer, Some(code.family)) {
                if let Some(place) = place(scene, class, &name) {
                    self.known.insert(place, value);
                }
            }
        }
    }

    /// Notifications of the second generation bring the properties that were changed, by whomever.
    pub(super) fn notified(&mut self, record: &Record<'_>, scene: &EventContext<'_>, lines: &mut Lines) {
        for notification in notify::notifications(record) {
            let (Some(object_type), Some(buffer)) = (notification.object_type, notification.buffer) else { continue };
            let row = notifications::lookup(CLUSTER_OBJECT_TYPE(object_type), notification.flags);
            let class = match row.map_or("", |row| row.name) {
                name if name.contains("COMMON_PROPERTY") => "common",
                name if name.contains("PRIVATE_PROPERTY") => "private",
                _ => continue,
            };
            let (kind, of) = (notification.kind(), notification.name.map(plain).unwrap_or_default());
            // The cluster goes by another name as a handle.
            let known_as = if kind == ObjectKind::Cluster { "Cluster" } else { of.as_str() };
            let family = notifications::family(CLUSTER_OBJECT_TYPE(object_type));
            let values: Vec<NewValue> = properties(buffer, family)
                .map(|(name, value)| NewValue {
                    place: Some(place_of(kind, known_as, class, &name)),
                    name: Some(name),
                    value_name: None,
                    value,
                })
                .collect();
            if let (changes, Some(words)) = self.compare(&values, true)
                && words != UNCHANGED
            {
                let what = wording::object(kind, Some(&of));
                let text = format!("was told of new {class} properties of {what}: {words}");
                let object = Some(Object { kind, name: Some(of.into()) });
                lines.add(Event { object, changes, ..scene.event("notified", text) }, true);
            }
        }
    }

    /// New values with the old ones, those that are other ones, at most `bounds::STORY_VALUES`; and all of it in words. From then
    /// on, if it was `done`, the new ones are known.
    pub(super) fn compare(&mut self, values: &[NewValue], done: bool) -> (Vec<Change>, Option<String>) {
        let mut changes = Vec::new();
        if values.is_empty() {
            return (changes, None);
        }
        let mut shown = Vec::new();
        let mut same = 0;
        for new in values {
            let old = new.place.and_then(|place| self.known.peek(&place));
            let name = new.name.as_deref().map(|name| format!("{name} ")).unwrap_or_default();
            match old {
                Some(old) if *old == new.value => same += 1,
                Some(old) if old.shown == new.value.shown => shown.push(format!("{name}{}, other content", old.shown)),
                Some(old) => shown.push(format!("{name}{} -> {}", old.shown, new.value.shown)),
                None if name.is_empty() => shown.push(new.value.shown.clone()),
                None => shown.push(format!("{name}= {}", new.value.shown)),
            }
            if old != Some(&new.value) && changes.len() < bounds::STORY_VALUES {
                let name = new.name.clone().or_else(|| new.value_name.clone()).unwrap_or_default();
                changes.push(Change { name, from: old.map(|old| old.shown.clone()), to: new.value.shown.clone() });
            }
            if let (true, Some(place)) = (done, new.place) {
                self.known.insert(place, new.value.clone());
            }
        }
        let more = shown.len().saturating_sub(bounds::STORY_VALUES);
        shown.truncate(bounds::STORY_VALUES);
        let mut text = shown.join(", ");
        if more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
        match (same, text.is_empty()) {
            (0, _) => {}
            (_, true) => text.push_str(UNCHANGED),
            (n, false) => text.push_str(&format!("; {n} unchanged")),
        }
        (changes, Some(text))
    }
}

/// How far the drain of a node is, if a response tells: the node, its status, and whether it was asked for.
pub(super) fn drain_status(
    method: &Method,
    top_level: &TopLevelValues<'_>,
    record: &Record<'_>,
    scene: &EventContext<'_>,
) -> Option<(String, CLUSTER_NODE_DRAIN_STATUS, bool)> {
    if notify::delivers(method.id) {
        return notify::notifications(record).iter().find_map(|notification| {
            let family = notifications::family(CLUSTER_OBJECT_TYPE(notification.object_type?));
            let status = drained(notification.buffer?, family.filter(|family| *family == Family::Node)?)?;
            Some((plain(notification.name?), status, false))
        });
    }
    let (family, code) = scene.seen.request.as_ref()?.control_code?;
    let known = control_code(family, code).filter(|known| known.family == Family::Node)?;
    class(known.name).filter(|_| scene.seen.status == Some(0))?;
    let status = drained(top_level.buffer(ApiClusterControl::params::lpOutBuffer)?, Family::Node)?;
    Some((object(&scene.seen.objects, 0)?.1?.to_string(), status, true))
}

/// The property that is declared to be the status of a drain.
fn drained(buffer: &[u8], of: Family) -> Option<CLUSTER_NODE_DRAIN_STATUS> {
    let list = PropertyList::new(buffer).ok()?;
    list.properties().map_while(Result::ok).take(bounds::STORY_PROPERTIES).find_map(|property| {
        let value = property.values().next()?.ok()?;
        let declared = about(property.name().units(), Some(of)).property?.format_of(value.format());
        match declared {
            BufferFormat::DwordOf(table) if core::ptr::eq(table, CLUSTER_NODE_DRAIN_STATUS::TABLE) => {
                value.bytes().first_chunk::<4>().map(|b| CLUSTER_NODE_DRAIN_STATUS(u32::from_le_bytes(*b)))
            }
            _ => None,
        }
    })
}
