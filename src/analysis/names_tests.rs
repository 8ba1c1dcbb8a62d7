//! Ids and names: what lists and control codes tell of objects; and what ports are told to deliver.

use super::handles::State;
use super::test_records::{Wire, handle, values};
use super::tests::{name, open, used};
use super::{AnalysisLimits, CallOutcome, Counters, ObjectKind, Subscription, Tracker, object_names, top_level};
use crate::base::bounds;
use crate::consts::Constant as _;
use crate::consts::change::CLUSTER_CHANGE;
use crate::ndr::value::{Fields, Value};

/// An id of an object, by number.
fn id(n: u64) -> String {
    format!("a33236d3-0550-5086-9412-{n:012}")
}

fn list(entries: Vec<Fields>) -> Value {
    let count = Value::Int(entries.len() as u64);
    let entries = Value::List(entries.into_iter().map(Value::Map).collect());
    Value::Map(values([("EntryCount", count), ("Entry", entries)]))
}

/// Entries of an ENUM_LIST: kinds by their bits, and texts.
fn entries(all: &[(u64, &str)]) -> Value {
    list(all.iter().map(|(bits, text)| values([("Type", Value::Int(*bits)), ("Name", (*text).into())])).collect())
}

/// What a call's response teaches a tracker: the names of ids.
fn learnt<const N: usize>(
    method: &str,
    request: Fields,
    response: Fields,
    ids: [(ObjectKind, &str); N],
) -> [Option<String>; N] {
    let (mut tracker, mut wire) = (Tracker::default(), Wire::new());
    used(&mut tracker, &mut wire, method, request, response);
    ids.map(|(kind, id)| tracker.name_of(kind, id).map(|name| name.to_string()))
}

/// ApiCreateEnumEx hands out two lists, one of ids and one of names, in the same order (MS-CMRP 3.1.4.2.124).
#[test]
fn lists_of_ids_and_of_names() {
    let ids = [id(1), id(2), id(3), id(4), id(5)];
    let of = |kinds: [u64; 5], texts: [&str; 5]| entries(&kinds.into_iter().zip(texts).collect::<Vec<_>>());
    // CLUSTER_ENUM_GROUP, _RESOURCE, _NODE, _NETWORK; the kinds of the last two differ.
    let response = values([
        ("ReturnIdEnum", of([8, 4, 1, 16, 16], [&ids[0], &ids[1], "7", &ids[3], &ids[4]])),
        ("ReturnNameEnum", of([8, 4, 1, 16, 32], ["FS", "IP1", "node1", "LAN", "Other"])),
    ]);
    let found = learnt(
        "ApiCreateEnumEx",
        values([("hCluster", handle(1)), ("dwType", Value::Int(0x3d))]),
        response,
        [
            (ObjectKind::Group, &ids[0]),
            (ObjectKind::Resource, &ids[1]),
            (ObjectKind::Node, "7"),
            (ObjectKind::Network, &ids[3]),
            (ObjectKind::Network, &ids[4]),
            (ObjectKind::Resource, &ids[0]),
        ],
    );
    let text = |text: &str| Some(text.to_string());
    assert_eq!(found, [text("FS"), text("IP1"), text("node1"), text("LAN"), None, None]);
}

/// A list of what is on a node has bits of its own (MS-CMRP 2.2.3.4, ClusterNodeEnumType).
#[test]
fn lists_of_what_is_on_a_node() {
    let [first, second] = [id(1), id(2)];
    let response = values([
        ("ReturnIdEnum", entries(&[(1, &first), (2, &second)])),
        ("ReturnNameEnum", entries(&[(1, "node1 - LAN"), (2, "FS")])),
    ]);
    let ids = [(ObjectKind::NetInterface, &first[..]), (ObjectKind::Group, &second), (ObjectKind::Node, &first)];
    let found = learnt("ApiCreateNodeEnumEx", values([("hNode", handle(1)), ("dwType", Value::Int(3))]), response, ids);
    assert_eq!(found, [Some("node1 - LAN".to_string()), Some("FS".to_string()), None]);
}

/// Names of the longest length that is kept are whole.
#[test]
fn names_are_cut_beyond_their_limit() {
    let (mut tracker, mut wire) = (Tracker::new(AnalysisLimits { name: 8, ..AnalysisLimits::default() }), Wire::new());
    for (cut, text) in [(0, "12345678"), (1, "123456789"), (2, "a much longer name")] {
        open(&mut tracker, &mut wire, "ApiOpenGroup", values([("lpszGroupName", text.into())]), 1);
        assert_eq!(tracker.counters().names_cut, cut, "{text}");
    }
}

/// Groups and resources with both in one entry.
#[test]
fn lists_with_both_in_an_entry() {
    let [group, resource] = [id(1), id(2)];
    let nothing = || ("Properties", Value::Bytes(Vec::new()));
    let more = || ("RoProperties", Value::Bytes(Vec::new()));
    let no_size = || ("cbProperties", Value::Int(0));
    let of_group = values([
        ("Name", "FS".into()),
        ("Id", group.as_str().into()),
        ("dwState", Value::Int(0)),
        ("Owner", "node1".into()),
        ("dwFlags", Value::Int(0)),
        no_size(),
        nothing(),
        ("cbRoProperties", Value::Int(0)),
        more(),
    ]);
    let of_resource = values([
        ("Name", "IP1".into()),
        ("Id", resource.as_str().into()),
        ("OwnerName", "FS".into()),
        ("OwnerId", group.as_str().into()),
        no_size(),
        nothing(),
        ("cbRoProperties", Value::Int(0)),
        more(),
    ]);
    for (method, entry, kind, id, known) in [
        ("ApiCreateGroupEnum", of_group, ObjectKind::Group, &group, "FS"),
        ("ApiCreateResourceEnum", of_resource, ObjectKind::Resource, &resource, "IP1"),
    ] {
        let other = if kind == ObjectKind::Group { ObjectKind::Resource } else { ObjectKind::Group };
        let response = values([("ppResultList", list(vec![entry]))]);
        let found = learnt(method, values([("hCluster", handle(1))]), response, [(kind, id), (other, id)]);
        assert_eq!(found, [Some(known.to_string()), None], "{method}");
    }
}

/// As many of one answer are kept as may be, of ids and of names.
#[test]
fn names_of_one_answer_are_bounded() {
    let most = bounds::NAME_PAIRS;
    let both = || entries(&vec![(8, "x"); most + 1]);
    let response = values([("ReturnIdEnum", both()), ("ReturnNameEnum", both())]);
    let (mut wire, mut found) = (Wire::new(), 0);
    let asked = wire.request("ApiCreateEnumEx", values([("hCluster", handle(1))]), &mut |_| {});
    wire.response("ApiCreateEnumEx", asked, response, &mut |record| {
        let mut top_level = top_level::TopLevelValues::default();
        top_level.read(record);
        found = object_names::found_in(record, &top_level).pairs.len();
    });
    assert_eq!(found, most);
}

/// Control codes that ask for an object's id or name tell it; others tell neither.
#[test]
fn control_codes_that_tell_names() {
    const GET_NAME: u64 = 0x0300_0029;
    const GET_ID: u64 = 0x0300_0039;
    const GET_CHARACTERISTICS: u64 = 0x0300_0005;
    for tracker in [Tracker::default(), Tracker::default().without_statuses()] {
        control_codes(tracker, GET_NAME, GET_ID, GET_CHARACTERISTICS);
    }
}

fn control_codes(mut tracker: Tracker, get_name: u64, get_id: u64, get_characteristics: u64) {
    let mut wire = Wire::new();
    let mut control = |tracker: &mut Tracker, n, code, text: &str| {
        let bytes: Vec<u8> = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        let length = Value::Int(bytes.len() as u64);
        let request =
            values([("hGroup", handle(n)), ("dwControlCode", Value::Int(code)), ("nOutBufferSize", length.clone())]);
        let response = values([("lpOutBuffer", Value::Bytes(bytes)), ("lpBytesReturned", length)]);
        used(tracker, &mut wire, "ApiGroupControl", request, response).remove(0)
    };
    let known = |tracker: &Tracker, n| tracker.name_of(ObjectKind::Group, &id(n)).map(|name| name.to_string());
    // Of a group opened before the capture: first its name, then its id.
    control(&mut tracker, 5, get_name, "FS");
    let resolved = control(&mut tracker, 5, get_id, &id(1));
    assert_eq!((name(&resolved), resolved.state), ("FS", State::BeforeCapture));
    assert_eq!(known(&tracker, 1).as_deref(), Some("FS"));
    // Anything else that looks like an id is none.
    control(&mut tracker, 5, get_characteristics, &id(2));
    assert_eq!(known(&tracker, 2), None);
    // Of another one only the id, which stands for the name.
    control(&mut tracker, 6, get_id, &id(1));
    assert_eq!(name(&control(&mut tracker, 6, get_characteristics, "")), "FS");
}

/// A table of handles that is full forgets the one used longest ago; whether that was still open is told apart.
#[test]
fn forgotten_handles_are_counted() {
    let limits = AnalysisLimits { handles: 2, ..AnalysisLimits::default() };
    let (mut tracker, mut wire) = (Tracker::new(limits), Wire::new());
    let group = |n: u64| values([("lpszGroupName", format!("group {n}").into())]);
    open(&mut tracker, &mut wire, "ApiOpenGroup", group(1), 1);
    let close = (values([("Group", handle(1))]), values([("Group", Value::Null)]));
    used(&mut tracker, &mut wire, "ApiCloseGroup", close.0, close.1);
    for (n, forgotten) in [(2, (0, 0)), (3, (0, 1)), (4, (1, 1)), (5, (2, 1))] {
        open(&mut tracker, &mut wire, "ApiOpenGroup", group(n), n);
        let counters = tracker.counters();
        assert_eq!((counters.handles_forgotten, counters.closed_handles_forgotten), forgotten, "{n}");
    }
}

/// The counters by the names that docs/views.md has.
#[test]
fn counters_have_names() {
    let counters = Counters {
        handles_forgotten: 1,
        closed_handles_forgotten: 2,
        associations_forgotten: 3,
        calls_forgotten: 4,
        ids_forgotten: 5,
        subscriptions_forgotten: 6,
        names_cut: 7,
    };
    let expected = [
        ("handles_forgotten", 1),
        ("associations_forgotten", 3),
        ("calls_forgotten", 4),
        ("ids_forgotten", 5),
        ("subscriptions_forgotten", 6),
        ("names_cut", 7),
    ];
    assert_eq!(counters.all(), expected);
    let outcomes = [CallOutcome::Success, CallOutcome::Failure, CallOutcome::Unknown].map(CallOutcome::name);
    assert_eq!(outcomes, ["success", "failure", "unknown"]);
}

/// Events of the first generation are about what their names say (MS-CMRP 2.2.2.7); the quorum is a resource.
#[test]
fn events_are_about_what_their_names_say() {
    let kinds = [
        ("NODE_", ObjectKind::Node),
        ("REGISTRY_", ObjectKind::Key),
        ("RESOURCE_TYPE_", ObjectKind::ResourceType),
        ("RESOURCE_", ObjectKind::Resource),
        ("QUORUM_", ObjectKind::Resource),
        ("GROUP_", ObjectKind::Group),
        ("NETWORK_", ObjectKind::Network),
        ("NETINTERFACE_", ObjectKind::NetInterface),
    ];
    let events = CLUSTER_CHANGE::TABLE.members.iter().filter(|event| event.value.count_ones() == 1);
    let mut count = 0;
    for event in events {
        let name = event.name.trim_start_matches("CLUSTER_CHANGE_");
        let kind =
            kinds.iter().find(|(start, _)| name.starts_with(start)).map_or(ObjectKind::Cluster, |(_, kind)| *kind);
        assert_eq!(ObjectKind::of_change(event.value), kind, "{}", event.name);
        count += 1;
    }
    assert!(count >= 30, "{count}");
}

/// A tracker with a notification port (handle 1) and groups `group 2`, `group 3` and so on open by their numbers.
fn port(groups: std::ops::Range<u64>) -> (Tracker, Wire) {
    let (mut tracker, mut wire) = (Tracker::default(), Wire::new());
    open(&mut tracker, &mut wire, "ApiCreateNotifyV2", Fields::default(), 1);
    for n in groups {
        open(&mut tracker, &mut wire, "ApiOpenGroup", values([("lpszGroupName", format!("group {n}").into())]), n);
    }
    (tracker, wire)
}

/// Asks for events of a group; returns the frame of that.
fn subscribe(tracker: &mut Tracker, wire: &mut Wire, n: u64, key: u64) -> u64 {
    let filter = values([("dwObjectType", Value::Int(2)), ("FilterFlags", Value::Int(1))]);
    let request = values([
        ("hNotify", handle(1)),
        ("hObject", handle(n)),
        ("filter", Value::Map(filter)),
        ("dwNotifyKey", Value::Int(key)),
    ]);
    used(tracker, wire, "ApiAddNotifyV2", request, Fields::default());
    wire.frame - 1
}

/// The frames that asked for what one answer delivers: groups by number, each with its key.
fn delivered(tracker: &mut Tracker, wire: &mut Wire, all: &[(u64, u64)]) -> Vec<u64> {
    let one = |(n, key): &(u64, u64)| {
        let filter = values([("dwObjectType", Value::Int(2)), ("FilterFlags", Value::Int(1))]);
        let data = values([
            ("FilterAndType", Value::Map(filter)),
            ("buffer", Value::Bytes(Vec::new())),
            ("dwBufferSize", Value::Int(0)),
            ("ObjectId", Value::Null),
            ("ParentId", Value::Null),
            ("Name", format!("group {n}").into()),
            ("Type", Value::Null),
        ]);
        Value::Map(values([("dwNotifyKey", Value::Int(*key)), ("NotificationData", Value::Map(data))]))
    };
    let count = Value::Int(all.len() as u64);
    let response =
        values([("Notifications", Value::List(all.iter().map(one).collect())), ("dwNumNotifications", count)]);
    let mut asked: Vec<Subscription> = Vec::new();
    wire.call("ApiGetNotifyV2", values([("hNotify", handle(1))]), response, &mut |record| {
        asked = tracker.feed(record).asked;
    });
    asked.iter().map(|one| one.frame).collect()
}

/// A key may be given for several objects; asking for one again takes the place of the earlier call.
#[test]
fn one_key_for_several_objects() {
    let (mut tracker, mut wire) = port(2..5);
    let first = subscribe(&mut tracker, &mut wire, 2, 99);
    let second = subscribe(&mut tracker, &mut wire, 3, 99);
    let other = subscribe(&mut tracker, &mut wire, 4, 98);
    assert_eq!(delivered(&mut tracker, &mut wire, &[(2, 99)]), [first]);
    assert_eq!(delivered(&mut tracker, &mut wire, &[(3, 99), (2, 99), (3, 99)]), [second, first], "each once");
    assert_eq!(delivered(&mut tracker, &mut wire, &[(4, 98), (4, 99)]), [other]);
    let again = subscribe(&mut tracker, &mut wire, 2, 99);
    assert_eq!(delivered(&mut tracker, &mut wire, &[(2, 99), (3, 99)]), [again, second]);
    assert_eq!(tracker.counters().subscriptions_forgotten, 0);
}

/// Of one key so many objects are kept, and of one answer so many calls that asked; what finds no room is counted.
#[test]
fn objects_of_a_key_are_bounded() {
    let most = bounds::KEY_CALLS as u64;
    let (mut tracker, mut wire) = port(2..most + 5);
    let frames: Vec<u64> = (2..most + 4).map(|n| subscribe(&mut tracker, &mut wire, n, 99)).collect();
    assert_eq!(tracker.counters().subscriptions_forgotten, 2);
    let all: Vec<(u64, u64)> = (2..most + 4).map(|n| (n, 99)).collect();
    assert_eq!(delivered(&mut tracker, &mut wire, &all), frames[..bounds::KEY_CALLS]);
    // One more with a key of its own: the answer has as many before it.
    subscribe(&mut tracker, &mut wire, most + 4, 98);
    let all: Vec<(u64, u64)> = (2..most + 4).map(|n| (n, 99)).chain([(most + 4, 98)]).collect();
    assert_eq!(delivered(&mut tracker, &mut wire, &all), frames[..bounds::KEY_CALLS]);
}
