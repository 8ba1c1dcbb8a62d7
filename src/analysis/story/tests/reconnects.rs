//! What belongs to coming back to a server, what is no sign of it, and what a story forgets.

use super::*;

fn came_back(events: &[Event]) -> Vec<&str> {
    events.iter().filter(|event| event.name == "client_reconnected").map(|event| event.text.as_str()).collect()
}

fn cluster_name(teller: &mut Teller, wire: &mut Wire) {
    let name = values([("ClusterName", "LAB".into()), ("NodeName", "node2".into())]);
    teller.call(wire, "ApiGetClusterName", Fields::default(), name);
}

/// Reopening goes on through new ports and what they are asked for, handles that are given back, and the name; it is
/// over with the first call that does something else.
#[test]
fn what_belongs_to_reopening() {
    let (mut teller, mut wire) = opened();
    teller.call(&mut wire, "ApiGetGroupState", group(), status(5073));
    wire.stream += 1;
    wire.port += 1;
    cluster_name(&mut teller, &mut wire);
    teller.call(&mut wire, "ApiOpenCluster", Fields::default(), values([("return", handle(10))]));
    teller.open(&mut wire, "ApiOpenGroup", "lpszGroupName", "FS", 11);
    teller.call(&mut wire, "ApiCreateNotify", Fields::default(), values([("return", handle(20))]));
    let asked = values([("hNotify", handle(20)), ("hGroup", handle(11)), ("dwNotifyKey", Value::Int(1))]);
    teller.call(&mut wire, "ApiAddNotifyGroup", asked, Fields::default());
    teller.open(&mut wire, "ApiOpenNode", "lpszNodeName", "node2", 12);
    cluster_name(&mut teller, &mut wire);
    teller.open(&mut wire, "ApiOpenNode", "lpszNodeName", "node1", 13);
    teller.call(&mut wire, "ApiCloseNode", values([("Node", handle(13))]), values([("Node", Value::Null)]));
    teller.open(&mut wire, "ApiOpenResource", "lpszResourceName", "IP1", 14);
    // Something else; what is opened then is no longer counted.
    teller.call(&mut wire, "ApiGetGroupState", values([("hGroup", handle(11))]), state(0, "node2"));
    teller.open(&mut wire, "ApiOpenGroup", "lpszGroupName", "Other", 15);
    let events = teller.end();
    let told = came_back(&events);
    assert!(matches!(told[..], [text] if text.ends_with(", reopening 5 handles")), "{told:?}");
}

/// A call that waits for notifications may never be answered; one on the new connection still may.
#[test]
fn what_is_no_sign_of_a_lost_server() {
    let (mut teller, mut wire) = opened();
    teller.call(&mut wire, "ApiCreateNotify", Fields::default(), values([("return", handle(20))]));
    teller.call(&mut wire, "ApiOpenCluster", Fields::default(), values([("return", handle(3))]));
    wire.request("ApiGetNotify", values([("hNotify", handle(20))]), &mut |record| teller.feed(record));
    wire.stream += 1;
    wire.port += 1;
    cluster_name(&mut teller, &mut wire);
    let open = values([("lpszGroupName", "FS".into())]);
    wire.request("ApiOpenGroup", open, &mut |record| teller.feed(record));
    teller.call(&mut wire, "ApiOpenCluster", Fields::default(), values([("return", handle(10))]));
    let events = teller.end();
    assert_eq!(came_back(&events), [""; 0], "{events:?}");
}

/// Who asked is told even where no answer came.
#[test]
fn a_request_without_an_answer() {
    let (mut teller, mut wire) = opened();
    wire.request("ApiOfflineGroup", group(), &mut |record| teller.feed(record));
    let events = teller.end();
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(event.text, "asked to take group \"FS\" offline: no answer in the capture");
    assert_eq!((event.actor().as_deref(), event.outcome), (Some("192.0.2.10"), Outcome::Pending));
    assert_eq!((event.frames.as_slice(), event.end), (&[5][..], None));
}

/// Each table tells what it forgot.
#[test]
fn what_was_forgotten_is_counted() {
    let one = StoryLimits { remembered: 1, drafts: 1, clients: 1, timelines: 1, ..StoryLimits::default() };
    // Requests that wait for their answer.
    let (mut teller, mut wire) = opened();
    teller.story = Story::new(one);
    for forgotten in [0, 1, 2] {
        wire.request("ApiOfflineGroup", group(), &mut |record| teller.feed(record));
        assert_eq!(teller.story.forgotten(), forgotten);
    }
    // Values of the registry.
    let (mut teller, mut wire) = (Teller { story: Story::new(one), ..Teller::default() }, Wire::new());
    teller.call(&mut wire, "ApiGetRootKey", Fields::default(), values([("return", handle(1))]));
    for (forgotten, name) in [(0, "A"), (1, "B"), (2, "C")] {
        let ask = values([("hKey", handle(1)), ("lpValueName", name.into()), ("cbData", Value::Int(4))]);
        let answer = values([("lpValueType", Value::Int(4)), ("lpData", Value::Bytes(vec![3, 0, 0, 0]))]);
        teller.call(&mut wire, "ApiQueryValue", ask, answer);
        assert_eq!(teller.story.forgotten(), forgotten, "{name}");
    }
    // States and timelines of groups: two tables.
    let (mut teller, mut wire) = opened();
    teller.open(&mut wire, "ApiOpenGroup", "lpszGroupName", "Other", 3);
    teller.story = Story::new(one);
    for (forgotten, n) in [(0, 1), (2, 3), (4, 1)] {
        teller.call(&mut wire, "ApiGetGroupState", values([("hGroup", handle(n))]), state(0, "node1"));
        assert_eq!(teller.story.forgotten(), forgotten, "group {n}");
    }
}

/// The cluster's name may be asked for anywhere: that it could not be told is no reason to reconnect.
#[test]
fn a_name_that_could_not_be_told() {
    // RPC_S_SERVER_UNAVAILABLE.
    let lost = |method: &str, request: Fields| {
        let (mut teller, mut wire) = opened();
        teller.call(&mut wire, method, request, status(1722));
        teller.end().iter().filter(|event| event.name == "client_lost").count()
    };
    assert_eq!(lost("ApiGetClusterName", Fields::default()), 0);
    assert_eq!(lost("ApiGetGroupState", group()), 1);
}
