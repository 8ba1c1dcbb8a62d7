//! States: what is told of them, how operations end by them, and what went wrong before.

use super::*;
use crate::consts::change::{CLUSTER_CHANGE_GROUP_V2, CLUSTER_CHANGE_NODE_V2, CLUSTER_OBJECT_TYPE};
use crate::consts::witness::WitnessMessageType;

fn poll(teller: &mut Teller, wire: &mut Wire, n: u64, node: &str) {
    teller.call(wire, "ApiGetGroupState", group(), state(n, node));
}

/// A notification of the second generation, as the only one of its answer.
fn notified(kind: CLUSTER_OBJECT_TYPE, flags: u64, name: &str, buffer: Value, length: u64) -> Fields {
    let filter = values([("dwObjectType", Value::Int(kind.0.into())), ("FilterFlags", Value::Int(flags))]);
    let data = values([
        ("FilterAndType", Value::Map(filter)),
        ("buffer", buffer),
        ("dwBufferSize", Value::Int(length)),
        ("ObjectId", Value::Null),
        ("ParentId", Value::Null),
        ("Name", name.into()),
        ("Type", Value::Null),
    ]);
    let one = values([("dwNotifyKey", Value::Int(9)), ("NotificationData", Value::Map(data))]);
    values([("Notifications", Value::List(vec![Value::Map(one)])), ("dwNumNotifications", Value::Int(1))])
}

/// A change is told with the frames that show it; what began with an earlier one names that first.
#[test]
fn changes_have_names_and_frames() {
    let (mut teller, mut wire) = opened();
    for (n, node) in [(0, "node1"), (2, "node1"), (0, "node2"), (0, "node1")] {
        poll(&mut teller, &mut wire, n, node);
    }
    let events = teller.end();
    let told: Vec<_> = events.iter().map(|event| (event.name, event.frames.as_slice())).collect();
    // The answers are the frames 6, 8, 10 and 12; before the last one nothing had gone wrong.
    let expected: [(&str, &[u64]); 3] =
        [("group_state", &[8]), ("group_failed_over", &[8, 10]), ("group_failed_over", &[12])];
    assert_eq!(told, expected, "{events:?}");
}

/// What was taken offline is no trouble that would be over when it is online again.
#[test]
fn what_was_taken_offline_is_no_trouble() {
    let (mut teller, mut wire) = opened();
    teller.call(&mut wire, "ApiOfflineGroup", group(), status(0));
    poll(&mut teller, &mut wire, 1, "node1");
    wire.time += 1_000_000_000;
    poll(&mut teller, &mut wire, 0, "node1");
    assert_eq!(teller.lines(), ["took group \"FS\" offline: done in 1 ms", "saw group \"FS\" online (was offline)"]);
}

/// A group that was online and is offline on the node that it was to move to has not arrived.
#[test]
fn a_move_that_ends_offline() {
    let (mut teller, mut wire) = opened();
    poll(&mut teller, &mut wire, 0, "node1");
    teller.call(&mut wire, "ApiMoveGroupToNode", to_node(), status(997));
    // On its way: offline where it was.
    poll(&mut teller, &mut wire, 1, "node1");
    poll(&mut teller, &mut wire, 1, "node2");
    let events = teller.end();
    let told: Vec<_> = events.iter().map(|event| (event.text.as_str(), event.outcome)).collect();
    let text =
        "asked to move group \"FS\" from node \"node1\" to node \"node2\": offline on \"node2\" after 5 ms, 2 polls";
    assert_eq!(told, [(text, Outcome::Failed)]);
}

/// Polls and notifications that tell how far a drain is are counted, each by itself.
#[test]
fn drains_by_polls_and_by_notifications() {
    let pause = || values([("hNode", handle(2)), ("bDrainNode", Value::Int(1))]);
    let counted = |teller: Teller| {
        let events = teller.end();
        let event = events.iter().find(|event| event.name == "node_paused").expect("told").clone();
        (event.text, event.polls, event.notifications, event.outcome)
    };
    let paused = "paused node \"node2\", draining its groups: drained after";
    let (mut teller, mut wire) = opened();
    teller.call(&mut wire, "ApiPauseNodeEx", pause(), status(997));
    for drained in [1, 1, 2] {
        const GET_RO_COMMON_PROPERTIES: u64 = 0x0400_0055;
        let code = Value::Int(GET_RO_COMMON_PROPERTIES);
        let request = values([("hNode", handle(2)), ("dwControlCode", code), ("nOutBufferSize", Value::Int(256))]);
        let Value::Bytes(list) = properties("NodeDrainStatus", drained) else { unreachable!() };
        let length = Value::Int(list.len() as u64);
        let answer = values([("lpOutBuffer", Value::Bytes(list)), ("lpBytesReturned", length)]);
        teller.call(&mut wire, "ApiNodeControl", request, answer);
    }
    assert_eq!(counted(teller), (format!("{paused} 7 ms, 3 polls"), 3, 0, Outcome::Done));

    let (mut teller, mut wire) = opened();
    teller.call(&mut wire, "ApiCreateNotifyV2", Fields::default(), values([("return", handle(5))]));
    teller.call(&mut wire, "ApiPauseNodeEx", pause(), status(997));
    let flags = CLUSTER_CHANGE_NODE_V2::CLUSTER_CHANGE_NODE_COMMON_PROPERTY_V2.bits();
    for drained in [1, 2] {
        let list = properties("NodeDrainStatus", drained);
        let Value::Bytes(bytes) = &list else { unreachable!() };
        let length = bytes.len() as u64;
        let answer = notified(CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_NODE, flags, "node2", list, length);
        teller.call(&mut wire, "ApiGetNotifyV2", values([("hNotify", handle(5))]), answer);
    }
    assert_eq!(counted(teller), (format!("{paused} 5 ms, 2 notifications"), 0, 2, Outcome::Done));
}

/// A timeline has an entry for each other state, and for each other node.
#[test]
fn timelines() {
    let (mut teller, mut wire) = opened();
    for (n, node) in [(0, "node1"), (0, "node1"), (2, "node1"), (0, "node1"), (0, "node2"), (0, "node2")] {
        poll(&mut teller, &mut wire, n, node);
    }
    teller.call(&mut wire, "ApiOfflineGroup", group(), status(0));
    teller.call(&mut wire, "ApiCreateNotifyV2", Fields::default(), values([("return", handle(5))]));
    let flags = CLUSTER_CHANGE_GROUP_V2::CLUSTER_CHANGE_GROUP_STATE_V2.bits();
    let online = Value::Bytes(vec![0; 4]);
    let answer = notified(CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_GROUP, flags, "FS", online, 4);
    teller.call(&mut wire, "ApiGetNotifyV2", values([("hNotify", handle(5))]), answer);
    let timelines = teller.story.timelines();
    assert_eq!(timelines.len(), 1);
    assert_eq!((timelines[0].object.kind, timelines[0].object.name.as_deref()), (ObjectKind::Group, Some("FS")));
    let seen = timelines[0].states.iter();
    let seen: Vec<_> =
        seen.map(|one| (one.frame, one.state.as_str(), one.node.as_deref(), one.source.name())).collect();
    let expected = [
        (6, "online", Some("node1"), "poll"),
        (10, "failed", Some("node1"), "poll"),
        (12, "online", Some("node1"), "poll"),
        (14, "online", Some("node2"), "poll"),
        (18, "offline", Some("node2"), "operation"),
        (22, "online", Some("node2"), "notification"),
    ];
    assert_eq!(seen, expected);
}

/// A resource that can't be brought online because its group failed; the group of another says nothing.
#[test]
fn a_resource_fails_with_its_group() {
    let (mut teller, mut wire) = opened();
    let resource = |n| values([("hResource", handle(n))]);
    for (name, n, of) in [("IP1", 5, "fs"), ("IP2", 6, "Other")] {
        teller.open(&mut wire, "ApiOpenResource", "lpszResourceName", name, n);
        let mut answer = state(2, "node1");
        answer.set("GroupName", of);
        teller.call(&mut wire, "ApiGetResourceState", resource(n), answer);
    }
    poll(&mut teller, &mut wire, 2, "node1");
    for n in [5, 6] {
        teller.call(&mut wire, "ApiOnlineResource", resource(n), status(5));
    }
    let events = teller.end();
    let refused = events.iter().filter(|event| event.name == "resource_online");
    let causes: Vec<_> = refused.map(|event| event.cause.as_ref().map(|cause| cause.text.as_str())).collect();
    assert_eq!(causes, [Some("group \"FS\" was failed"), None], "{events:?}");
}

/// A change that the witness tells is read up to the size of a value, and no longer one is.
#[test]
fn witness_messages_up_to_the_size_of_a_value() {
    let change = |length: usize| {
        let mut bytes = [(length as u32).to_le_bytes(), 0xff_u32.to_le_bytes()].concat();
        bytes.resize(length - 2, b'x');
        bytes[8..].iter_mut().skip(1).step_by(2).for_each(|high| *high = 0);
        bytes.extend([0, 0]);
        bytes
    };
    let most = crate::base::bounds::STORY_VALUE;
    let buffer = [change(most), change(most + 2), change(12)].concat();
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    let answer = values([
        ("MessageType", Value::Int(WitnessMessageType::RESOURCE_CHANGE_NOTIFICATION.0.into())),
        ("Length", Value::Int(buffer.len() as u64)),
        ("NumberOfMessages", Value::Int(3)),
        ("MessageBuffer", Value::Bytes(buffer)),
    ]);
    let response = values([("pResp", Value::Map(answer))]);
    teller.call(&mut wire, "WitnessrAsyncNotify", values([("pContext", handle(1))]), response);
    let events = teller.end();
    let told: Vec<_> = events.iter().map(|event| (event.name, event.text.len(), event.to.as_deref())).collect();
    let [(first, long, to), (second, short, same)] = told[..] else { panic!("{told:?}") };
    assert_eq!((first, second, to, same), ("witness_resource_change", "witness_resource_change", to, to));
    assert!(to == Some("unavailable") && short < 60 && long > 120, "{told:?}");
    assert!(events[1].text.ends_with("\"x\" is unavailable"), "{told:?}");
}

/// Before an operation has begun the old state is still shown, once at most.
#[test]
fn the_old_state_is_no_end() {
    let (mut teller, mut wire) = opened();
    poll(&mut teller, &mut wire, 0, "node1");
    teller.call(&mut wire, "ApiMoveGroup", group(), status(997));
    poll(&mut teller, &mut wire, 0, "node1");
    poll(&mut teller, &mut wire, 0, "node2");
    let text = "moved group \"FS\" from node \"node1\" to the best node: online on \"node2\" after 5 ms, 2 polls";
    assert_eq!(teller.lines(), [text]);
}

/// What a notification brings beside its event are properties only where the event is one of properties.
#[test]
fn notifications_of_private_properties_and_of_others() {
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    teller.call(&mut wire, "ApiCreateNotifyV2", Fields::default(), values([("return", handle(5))]));
    type Change = CLUSTER_CHANGE_GROUP_V2;
    let private = Change::CLUSTER_CHANGE_GROUP_PRIVATE_PROPERTY_V2;
    for (flags, value) in [(private, 5), (Change::CLUSTER_CHANGE_GROUP_PREFERRED_OWNERS_V2, 6), (private, 7)] {
        let list = properties("Depth", value);
        let Value::Bytes(bytes) = &list else { unreachable!() };
        let length = bytes.len() as u64;
        let answer = notified(CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_GROUP, flags.bits(), "FS", list, length);
        teller.call(&mut wire, "ApiGetNotifyV2", values([("hNotify", handle(5))]), answer);
    }
    let lines = teller.lines();
    let told: Vec<_> = lines.iter().filter(|line| line.contains("Depth")).collect();
    let of = "was told of new private properties of group \"FS\"";
    assert_eq!(told, [&format!("{of}: Depth = 5"), &format!("{of}: Depth 5 -> 7")], "{lines:?}");
}

/// Of a list eight items are shown; that there are more is said only where there are.
#[test]
fn lists_of_values_are_cut() {
    let list = |items: u32| {
        let text: String = (1..=items).map(|n| format!("{n}\0")).chain(["\0".to_string()]).collect();
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        wording::value("Names", crate::consts::content::BufferFormat::MultiSz, &bytes)
    };
    assert_eq!(list(1), r#""1""#);
    let eight = r#""1", "2", "3", "4", "5", "6", "7", "8""#;
    assert_eq!(list(8), eight);
    assert_eq!(list(9), format!("{eight} …"));
    // All of it together is a little longer than one text.
    let text: Vec<u8> = format!("{}\0\0", ["x".repeat(50), "y".repeat(50), "z".repeat(50)].join("\0"))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let cut = wording::value("Names", crate::consts::content::BufferFormat::MultiSz, &text);
    assert_eq!(cut, format!("\"{}\", \"{}\", \"{}…", "x".repeat(50), "y".repeat(50), "z".repeat(19)));
}

/// A method that makes an object is refused by its own name; one that opens one could not open it.
#[test]
fn what_is_refused_and_what_could_not_be_opened() {
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    let denied = || values([("Status", Value::Int(5))]);
    teller.call(&mut wire, "ApiOpenGroup", values([("lpszGroupName", "FS".into())]), denied());
    teller.call(&mut wire, "ApiCreateNotify", Fields::default(), denied());
    let expected =
        ["could not open group \"FS\": ERROR_ACCESS_DENIED", "was refused ApiCreateNotify: ERROR_ACCESS_DENIED"];
    assert_eq!(teller.lines(), expected);
}

/// A batch of registry updates in numbers, with the first names.
#[test]
fn batches_of_the_registry() {
    let command = |kind: u64, name: &str| {
        let data = Value::Bytes(Vec::new());
        Value::Map(values([
            ("CommandType", Value::Int(kind)),
            ("ValueType", Value::Int(3)),
            ("Name", name.into()),
            ("Data", data),
        ]))
    };
    // CLUSREG_SET_VALUE twice, CLUSREG_CREATE_KEY, CLUSREG_DELETE_VALUE, CLUSREG_DELETE_KEY.
    let commands = vec![command(1, "A"), command(1, "B"), command(2, "Sub"), command(4, "C"), command(3, "Old")];
    let batch = values([("commands", Value::List(commands))]);
    let bytes = structs::encode("CLUSTER_REG_BATCH_UPDATE", &Value::Map(batch)).expect("encodes");
    let length = Value::Int(bytes.len() as u64);
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    teller.call(&mut wire, "ApiGetRootKey", Fields::default(), values([("return", handle(1))]));
    let request = values([("hKey", handle(1)), ("cbData", length), ("lpData", Value::Bytes(bytes))]);
    teller.call(&mut wire, "ApiExecuteBatch", request, status(0));
    let text = "ran a batch on registry key \"Cluster\": 2 values written, 1 key created, 1 key deleted, 1 value deleted \
                (\"A\", \"B\", \"Sub\", \"C\")";
    assert_eq!(teller.lines(), [text]);
}

/// What went wrong before something that was done all the same is no cause.
#[test]
fn what_is_done_has_no_cause() {
    let (mut teller, mut wire) = opened();
    teller.call(&mut wire, "ApiGetGroupState", group(), status(5));
    teller.call(&mut wire, "ApiMoveGroupToNode", to_node(), status(997));
    poll(&mut teller, &mut wire, 0, "node2");
    let events = teller.end();
    let moved: Vec<_> = events.iter().filter(|event| event.name == "group_moved").collect();
    let [event] = moved[..] else { panic!("{events:?}") };
    assert_eq!((event.outcome, event.cause.is_none()), (Outcome::Done, true), "{event:?}");
}
