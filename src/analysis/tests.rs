//! The tracker: kinds, names and states of handles, joins, notifications, bounds.

use super::handles::State;
use super::test_records::{Wire, handle, values};
use super::*;
use crate::ndr::names::HandleNames;
use crate::ndr::value::{Fields, Value};
use crate::session::Record;

/// What the request's handles resolved to.
pub(super) fn used(
    tracker: &mut Tracker,
    wire: &mut Wire,
    method: &str,
    request: Fields,
    response: Fields,
) -> Vec<Resolved> {
    let mut found = Vec::new();
    wire.call(method, request, response, &mut |record: &Record<'_>| {
        let seen = tracker.feed(record);
        if seen.request.is_none() {
            found = seen.objects.iter().map(|used| used.resolved.clone()).collect();
        }
    });
    found
}

pub(super) fn name(resolved: &Resolved) -> &str {
    resolved.name.as_deref().unwrap_or("?")
}

pub(super) fn open(tracker: &mut Tracker, wire: &mut Wire, method: &str, request: Fields, number: u64) {
    used(tracker, wire, method, request, values([("return", handle(number))]));
}

#[test]
fn a_handle_from_open_to_close_and_beyond() {
    let (mut tracker, mut wire) = (Tracker::default(), Wire::new());
    open(&mut tracker, &mut wire, "ApiOpenResource", values([("lpszResourceName", "IP1".into())]), 1);
    let ask = |t: &mut Tracker, w: &mut Wire| {
        used(t, w, "ApiGetResourceState", values([("hResource", handle(1))]), Fields::default()).remove(0)
    };
    let resolved = ask(&mut tracker, &mut wire);
    assert_eq!(
        (resolved.kind, name(&resolved), resolved.opened, resolved.state),
        (ObjectKind::Resource, "IP1", Some(1), State::Open)
    );
    // A close that fails hands the handle back.
    let close = |t: &mut Tracker, w: &mut Wire, back| {
        used(t, w, "ApiCloseResource", values([("Resource", handle(1))]), values([("Resource", back)]));
    };
    close(&mut tracker, &mut wire, handle(1));
    assert_eq!(ask(&mut tracker, &mut wire).state, State::Open);
    close(&mut tracker, &mut wire, Value::Null);
    let resolved = ask(&mut tracker, &mut wire);
    assert_eq!((name(&resolved), resolved.state), ("IP1", State::Closed(10)));
}

/// What printers show of the handles of each message.
fn shown(
    tracker: &mut Tracker,
    wire: &mut Wire,
    method: &str,
    request: Fields,
    response: Fields,
) -> [Vec<(String, Option<&'static str>)>; 2] {
    let mut found = Vec::new();
    wire.call(method, request, response, &mut |record: &Record<'_>| {
        let seen = tracker.feed(record);
        let mut top_level = top_level::TopLevelValues::default();
        if let Some((kind, stub)) = record.stub().or(record.partial_stub()) {
            let _ = crate::ndr::wire::Message::decode_with(record.method().unwrap(), kind, stub, &mut top_level);
        }
        let mut names = Vec::new();
        for (field, handle) in top_level.handles.iter().filter(|(_, handle)| !handle.is_null()) {
            let view = HandleAnnotations::of(&seen);
            let known = view.lookup(field, *handle).expect("every handle is looked up");
            let state = known.state.and_then(|state| ["closed", "before_capture"].into_iter().find(|s| *s == state));
            names.push((format!("{} {}", known.kind, known.name.unwrap_or("?")), state));
        }
        found.push(names);
    });
    found.try_into().unwrap()
}

#[test]
fn what_printers_show_of_handles() {
    let (mut tracker, mut wire) = (Tracker::default(), Wire::new());
    let one = |state| vec![("resource IP1".to_string(), state)];
    let opened = shown(
        &mut tracker,
        &mut wire,
        "ApiOpenResource",
        values([("lpszResourceName", "IP1".into())]),
        values([("return", handle(1))]),
    );
    assert_eq!(opened, [vec![], one(None)]);
    let close = |t: &mut Tracker, w: &mut Wire, back| {
        shown(t, w, "ApiCloseResource", values([("Resource", handle(1))]), values([("Resource", back)]))
    };
    // Handed back by a close that fails.
    assert_eq!(close(&mut tracker, &mut wire, handle(1)), [one(None), one(None)]);
    // Of a message that was not captured whole; so the close is not seen either.
    wire.captured = Some(20);
    assert_eq!(close(&mut tracker, &mut wire, handle(1)), [one(None), one(None)]);
    wire.captured = None;
    assert_eq!(close(&mut tracker, &mut wire, Value::Null), [one(None), vec![]]);
    assert_eq!(close(&mut tracker, &mut wire, handle(1)), [one(Some("closed")), one(Some("closed"))]);
    let other = vec![("resource ?".to_string(), Some("before_capture"))];
    let state = |t: &mut Tracker, w: &mut Wire| {
        shown(t, w, "ApiGetResourceState", values([("hResource", handle(7))]), Fields::default())
    };
    assert_eq!(state(&mut tracker, &mut wire), [other.clone(), vec![]]);
    wire.captured = Some(20);
    assert_eq!(state(&mut tracker, &mut wire), [other, vec![]]);
}

#[test]
fn states_are_told_apart() {
    let (mut tracker, mut wire) = (Tracker::default(), Wire::new());
    open(&mut tracker, &mut wire, "ApiOpenGroup", values([("lpszGroupName", "G".into())]), 1);
    let ask = |t: &mut Tracker, w: &mut Wire, method: &str, field, n| {
        used(t, w, method, values([(field, handle(n))]), Fields::default()).remove(0)
    };
    let wrong = ask(&mut tracker, &mut wire, "ApiGetResourceState", "hResource", 1);
    assert_eq!((wrong.kind, wrong.state), (ObjectKind::Group, State::WrongKind));
    let before = ask(&mut tracker, &mut wire, "ApiGetNodeState", "hNode", 7);
    assert_eq!((before.kind, before.name, before.state), (ObjectKind::Node, None, State::BeforeCapture));
    wire.stream = 1;
    wire.port += 1;
    let other = ask(&mut tracker, &mut wire, "ApiGetGroupState", "hGroup", 1);
    assert_eq!((name(&other), other.state), ("G", State::OtherAssociation));
    // Any kind of object may be watched.
    open(&mut tracker, &mut wire, "ApiOpenNode", values([("lpszNodeName", "N".into())]), 9);
    let filter =
        crate::analysis::test_records::values([("dwObjectType", Value::Int(7)), ("FilterFlags", Value::Int(1))]);
    let request = values([("hNotify", handle(8)), ("hObject", handle(9)), ("filter", Value::Map(filter))]);
    let found = used(&mut tracker, &mut wire, "ApiAddNotifyV2", request, Fields::default());
    assert_eq!((found[1].kind, found[1].state), (ObjectKind::Node, State::Open));
}

#[test]
fn keys_have_their_whole_path() {
    let (mut tracker, mut wire) = (Tracker::default(), Wire::new());
    open(&mut tracker, &mut wire, "ApiGetRootKey", Fields::default(), 1);
    let sub = |parent, path: &str| values([("hKey", handle(parent)), ("lpSubKey", path.into())]);
    open(&mut tracker, &mut wire, "ApiOpenKey", sub(1, "Resources\\4a"), 2);
    open(&mut tracker, &mut wire, "ApiCreateKey", sub(2, "\\Parameters\\"), 3);
    open(&mut tracker, &mut wire, "ApiOpenKey", sub(77, "Left"), 4);
    let mut path = |n| {
        name(&used(&mut tracker, &mut wire, "ApiQueryInfoKey", values([("hKey", handle(n))]), Fields::default())[0])
            .to_string()
    };
    assert_eq!(path(1), "Cluster");
    assert_eq!(path(2), "Cluster\\Resources\\4a");
    assert_eq!(path(3), "Cluster\\Resources\\4a\\Parameters");
    assert_eq!(path(4), "…\\Left");
    // A port for batches is named by its key.
    let answer = values([("phBatchPort", handle(5))]);
    used(&mut tracker, &mut wire, "ApiCreateBatchPort", values([("hKey", handle(2))]), answer);
    let port =
        used(&mut tracker, &mut wire, "ApiGetBatchNotification", values([("hBatchNotify", handle(5))]), values([]));
    assert_eq!((port[0].kind, name(&port[0])), (ObjectKind::BatchPort, "Cluster\\Resources\\4a"));
}

#[test]
fn witness_registrations() {
    let (mut tracker, mut wire) = (Tracker::default(), Wire::new());
    let request = values([("NetName", "FS1".into()), ("Version", Value::Int(0x0001_0001))]);
    used(&mut tracker, &mut wire, "WitnessrRegister", request, values([("ppContext", handle(1))]));
    let context = || values([("pContext", handle(1))]);
    let found = used(&mut tracker, &mut wire, "WitnessrUnRegister", context(), Fields::default());
    assert_eq!((found[0].kind, name(&found[0]), found[0].state), (ObjectKind::Witness, "FS1", State::Open));
    let found = used(&mut tracker, &mut wire, "WitnessrUnRegister", context(), Fields::default());
    assert!(matches!(found[0].state, State::Closed(_)));
}

#[test]
fn ids_and_names_are_joined() {
    let (mut tracker, mut wire) = (Tracker::default(), Wire::new());
    let id = "a33236d3-0550-5086-9412-917b42de5299";
    open(&mut tracker, &mut wire, "ApiOpenGroup", values([("lpszGroupName", "FS".into())]), 1);
    used(&mut tracker, &mut wire, "ApiGetGroupId", values([("hGroup", handle(1))]), values([("pGuid", id.into())]));
    assert_eq!(tracker.name_of(ObjectKind::Group, &id.to_uppercase()).as_deref(), Some("FS"));
    // Opened by its id, shown by its name.
    open(&mut tracker, &mut wire, "ApiOpenGroup", values([("lpszGroupName", id.into())]), 2);
    let found = used(&mut tracker, &mut wire, "ApiGetGroupState", values([("hGroup", handle(2))]), Fields::default());
    assert_eq!(name(&found[0]), "FS");
    // Opened before the capture, named by its id.
    used(&mut tracker, &mut wire, "ApiGetGroupId", values([("hGroup", handle(3))]), values([("pGuid", id.into())]));
    let found = used(&mut tracker, &mut wire, "ApiGetGroupState", values([("hGroup", handle(3))]), Fields::default());
    assert_eq!((name(&found[0]), found[0].state), ("FS", State::BeforeCapture));
    // Given another name.
    let request = values([("hGroup", handle(1)), ("lpszGroupName", "FS2".into())]);
    used(&mut tracker, &mut wire, "ApiSetGroupName", request, Fields::default());
    let found = used(&mut tracker, &mut wire, "ApiGetGroupState", values([("hGroup", handle(1))]), Fields::default());
    assert_eq!(name(&found[0]), "FS2");
}

#[test]
fn notifications_tell_who_asked() {
    let (mut tracker, mut wire) = (Tracker::default(), Wire::new());
    open(&mut tracker, &mut wire, "ApiCreateNotify", Fields::default(), 1);
    for (n, group) in [(2, "A"), (3, "B")] {
        open(&mut tracker, &mut wire, "ApiOpenGroup", values([("lpszGroupName", group.into())]), n);
        let request = values([
            ("hNotify", handle(1)),
            ("hGroup", handle(n)),
            ("dwFilter", Value::Int(0x1000)),
            ("dwNotifyKey", Value::Int(99)),
        ]);
        used(&mut tracker, &mut wire, "ApiAddNotifyGroup", request, Fields::default());
    }
    let mut asked = Vec::new();
    let answer = values([("dwNotifyKey", Value::Int(99)), ("dwFilter", Value::Int(0x1000)), ("Name", "B".into())]);
    wire.call("ApiGetNotify", values([("hNotify", handle(1))]), answer, &mut |record| {
        asked = tracker.feed(record).asked;
    });
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!((asked[0].frame, asked[0].method, asked[0].filter), (9, "ApiAddNotifyGroup", 0x1000));
    assert_eq!(asked[0].object, Some((ObjectKind::Group, Some("B".into()))));
    assert_eq!(asked[0].client, ([192, 0, 2, 10], 50_000).into());
}

#[test]
fn state_is_bounded_and_says_what_it_dropped() {
    let limit = 1000;
    let limits = AnalysisLimits {
        handles: limit,
        associations: limit,
        calls: limit,
        ids: limit,
        subscriptions: limit,
        name: 64,
    };
    let (mut tracker, mut wire) = (Tracker::new(limits), Wire::new());
    let total = if cfg!(debug_assertions) { 20_000 } else { 2_000_000 };
    for n in 1..=total {
        wire.stream = n / 10;
        let request = values([("lpszGroupName", format!("group {n}").into())]);
        open(&mut tracker, &mut wire, "ApiOpenGroup", request, n);
        if n % 8 == 0 {
            // An answer that never comes.
            wire.request("ApiGetClusterName", Fields::default(), &mut |record| drop(tracker.feed(record)));
            let id = format!("a33236d3-0550-5086-9412-{n:012}");
            let request = values([("hGroup", handle(n))]);
            used(&mut tracker, &mut wire, "ApiGetGroupId", request, values([("pGuid", id.as_str().into())]));
        }
    }
    assert!(tracker.sizes().iter().all(|size| *size <= limit), "{:?}", tracker.sizes());
    let counters = *tracker.counters();
    assert_eq!(counters.handles_forgotten, total - limit as u64);
    assert!(counters.associations_forgotten > 0 && counters.calls_forgotten > 0 && counters.ids_forgotten > 0);
    // What was forgotten is not taken for opened before the capture.
    wire.stream = 0;
    let found = used(&mut tracker, &mut wire, "ApiGetGroupState", values([("hGroup", handle(1))]), Fields::default());
    assert_eq!(found[0].state, State::Unknown);
    // Long names are cut.
    let long = values([("lpszGroupName", "x".repeat(500).into())]);
    open(&mut tracker, &mut wire, "ApiOpenGroup", long, 5);
    let found = used(&mut tracker, &mut wire, "ApiGetGroupState", values([("hGroup", handle(5))]), Fields::default());
    assert_eq!(name(&found[0]).chars().count(), 65);
    assert_eq!(tracker.counters().names_cut, 1);
}
