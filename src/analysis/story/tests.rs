//! Stories of calls made for the purpose.

mod reconnects;
mod states;

use super::*;
use crate::analysis::Tracker;
use crate::analysis::test_records::{Wire, handle, values};
use crate::ndr::value::{Fields, Value};
use crate::structs;

/// Tracker, story and what it told.
#[derive(Default)]
struct Teller {
    tracker: Tracker,
    story: Story,
    events: Vec<Event>,
}

impl Teller {
    fn feed(&mut self, record: &Record<'_>) {
        let seen = self.tracker.feed(record);
        let Teller { story, events, .. } = self;
        story.feed(record, &seen, 0, &mut |event| events.push(event));
    }

    fn call(&mut self, wire: &mut Wire, method: &str, request: Fields, response: Fields) {
        wire.call(method, request, response, &mut |record| self.feed(record));
    }

    fn open(&mut self, wire: &mut Wire, method: &str, field: &'static str, name: &str, number: u64) {
        self.call(wire, method, values([(field, name.into())]), values([("return", handle(number))]));
    }

    /// Everything that was told.
    fn end(mut self) -> Vec<Event> {
        let Teller { story, events, .. } = &mut self;
        story.finish(&mut |event| events.push(event));
        self.events
    }

    fn lines(self) -> Vec<String> {
        self.end().into_iter().map(|event| event.text).collect()
    }
}

fn status(n: u64) -> Fields {
    values([("return", Value::Int(n))])
}

fn state(n: u64, node: &str) -> Fields {
    values([("State", Value::Int(n)), ("NodeName", node.into())])
}

/// A teller with a group and a node open as handles 1 and 2.
fn opened() -> (Teller, Wire) {
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    teller.open(&mut wire, "ApiOpenGroup", "lpszGroupName", "FS", 1);
    teller.open(&mut wire, "ApiOpenNode", "lpszNodeName", "node2", 2);
    (teller, wire)
}

fn group() -> Fields {
    values([("hGroup", handle(1))])
}

fn to_node() -> Fields {
    values([("hGroup", handle(1)), ("hNode", handle(2))])
}

#[test]
fn a_move_until_it_is_online() {
    let (mut teller, mut wire) = opened();
    teller.call(&mut wire, "ApiGetGroupState", group(), state(0, "node1"));
    teller.call(&mut wire, "ApiMoveGroupToNode", to_node(), status(997));
    // The old state is still there, then it is on its way, then it has arrived.
    teller.call(&mut wire, "ApiGetGroupState", group(), state(0, "node1"));
    wire.time += 1_000_000_000;
    teller.call(&mut wire, "ApiGetGroupState", group(), state(4, "node2"));
    teller.call(&mut wire, "ApiGetGroupState", group(), state(0, "node2"));
    let events = teller.end();
    assert_eq!(events.len(), 1, "{events:?}");
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(
        event.text,
        "moved group \"FS\" from node \"node1\" to node \"node2\": online on \"node2\" after 1.0 s, 3 polls"
    );
    assert_eq!((event.name, event.outcome), ("group_moved", Outcome::Done));
    assert_eq!(event.frames, [7, 8, 14]);
    assert_eq!((event.from.as_deref(), event.to.as_deref()), (Some("node1"), Some("node2")));
    assert_eq!((event.duration(), event.polls, event.status), (Some(1_007_000_000), 3, Some(997)));
    assert_eq!(event.actor().as_deref(), Some("192.0.2.10"));
    let calls: Vec<_> = event.calls.iter().map(|call| (call.method, call.request, call.response)).collect();
    assert_eq!(calls[0], ("ApiMoveGroupToNode", Some(7), Some(8)));
    assert_eq!(calls[3], ("ApiGetGroupState", Some(13), Some(14)));
    let states: Vec<_> = event.states.iter().map(|seen| (seen.state.as_str(), seen.node.as_deref())).collect();
    assert_eq!(states, [("online", Some("node1")), ("pending", Some("node2")), ("online", Some("node2"))]);
}

#[test]
fn a_move_that_fails_and_one_without_end() {
    let (mut teller, mut wire) = opened();
    teller.call(&mut wire, "ApiMoveGroupToNode", to_node(), status(997));
    teller.call(&mut wire, "ApiGetGroupState", group(), state(2, "node2"));
    teller.call(&mut wire, "ApiMoveGroup", group(), status(997));
    teller.call(&mut wire, "ApiGetGroupState", group(), state(4, "node2"));
    teller.call(&mut wire, "ApiMoveGroup", group(), status(5));
    let events = teller.end();
    let texts: Vec<_> = events.iter().map(|e| (e.text.as_str(), e.outcome)).collect();
    assert_eq!(
        texts,
        [
            ("asked to move group \"FS\" to node \"node2\": failed on \"node2\" after 3 ms, 1 poll", Outcome::Failed),
            (
                "asked to move group \"FS\" from node \"node2\" to the best node: accepted; still pending at the only poll",
                Outcome::Pending
            ),
            ("could not move group \"FS\" from node \"node2\" to the best node: ERROR_ACCESS_DENIED", Outcome::Failed),
        ]
    );
}

#[test]
fn states_are_told_when_they_change() {
    let (mut teller, mut wire) = opened();
    for (n, node) in [(0, "node1"), (0, "node1"), (2, "node1"), (0, "node2"), (0, "node2")] {
        teller.call(&mut wire, "ApiGetGroupState", group(), state(n, node));
    }
    // What an operation has just done is no news.
    teller.call(&mut wire, "ApiOfflineGroup", group(), status(0));
    teller.call(&mut wire, "ApiGetGroupState", group(), state(1, "node2"));
    assert_eq!(
        teller.lines(),
        [
            "saw group \"FS\" failed (was online)",
            "saw that group \"FS\" failed over from \"node1\" to \"node2\": online after 2 ms",
            "took group \"FS\" offline: done in 1 ms",
        ]
    );
}

/// A property list with one DWORD property.
fn properties(name: &str, value: u64) -> Value {
    let entry = values([("syntax", Value::Int(0x0001_0002)), ("value", Value::Int(value))]);
    let property = values([("name", name.into()), ("values", Value::List(vec![Value::Map(entry)]))]);
    let list = values([("propertyCount", Value::Int(1)), ("properties", Value::List(vec![Value::Map(property)]))]);
    Value::Bytes(structs::encode("PROPERTY_LIST", &Value::Map(list)).expect("encodes"))
}

#[test]
fn properties_from_what_to_what() {
    let (mut teller, mut wire) = opened();
    const GET: u64 = 0x0300_0059;
    const SET: u64 = 0x0340_005e;
    let ask = |code| {
        values([("hGroup", handle(1)), ("dwControlCode", Value::Int(code)), ("nOutBufferSize", Value::Int(256))])
    };
    let set = |name: &str, value| {
        let mut fields = ask(SET);
        fields.set("lpInBuffer", properties(name, value));
        fields
    };
    let answer = values([("lpOutBuffer", properties("FailoverThreshold", 3)), ("lpBytesReturned", Value::Int(64))]);
    teller.call(&mut wire, "ApiGroupControl", ask(GET), answer);
    teller.call(&mut wire, "ApiGroupControl", set("failoverthreshold", 5), status(0));
    teller.call(&mut wire, "ApiGroupControl", set("FailoverThreshold", 5), status(0));
    teller.call(&mut wire, "ApiGroupControl", set("FailoverThreshold", 7), status(5));
    teller.call(&mut wire, "ApiGroupControl", set("AdminPassword", 7), status(0));
    assert_eq!(
        teller.lines(),
        [
            "set common properties of group \"FS\": failoverthreshold 3 -> 5",
            "set common properties of group \"FS\": nothing changed",
            "could not set common properties of group \"FS\": FailoverThreshold 5 -> 7: ERROR_ACCESS_DENIED",
            "set common properties of group \"FS\": AdminPassword = (secret)",
        ]
    );
}

#[test]
fn registry_values_from_what_to_what() {
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    teller.call(&mut wire, "ApiGetRootKey", Fields::default(), values([("return", handle(1))]));
    let dword = |n: u8| Value::Bytes(vec![n, 0, 0, 0]);
    let ask = values([("hKey", handle(1)), ("lpValueName", "Depth".into()), ("cbData", Value::Int(4))]);
    teller.call(&mut wire, "ApiQueryValue", ask, values([("lpValueType", Value::Int(4)), ("lpData", dword(3))]));
    let set = |name: &str, n| {
        values([("hKey", handle(1)), ("lpValueName", name.into()), ("dwType", Value::Int(4)), ("lpData", dword(n))])
    };
    teller.call(&mut wire, "ApiSetValue", set("DEPTH", 4), status(0));
    teller.call(&mut wire, "ApiSetValue", set("New", 1), status(0));
    let key = |d| {
        (
            values([("hKey", handle(1)), ("lpSubKey", "A\\B".into())]),
            values([("lpdwDisposition", Value::Int(d)), ("return", handle(2))]),
        )
    };
    for disposition in [1, 2] {
        let (request, response) = key(disposition);
        teller.call(&mut wire, "ApiCreateKey", request, response);
    }
    assert_eq!(
        teller.lines(),
        [
            "wrote value \"DEPTH\" of registry key \"Cluster\": 3 -> 4",
            "wrote value \"New\" of registry key \"Cluster\": 1",
            "created registry key \"Cluster\\A\\B\"",
        ]
    );
}

/// The calls by which a client comes back (3.2.4.6).
fn reconnect(teller: &mut Teller, wire: &mut Wire) {
    wire.stream += 1;
    wire.port += 1;
    let name = values([("ClusterName", "LAB".into()), ("NodeName", "node2".into())]);
    teller.call(wire, "ApiGetClusterName", Fields::default(), name);
    teller.call(wire, "ApiOpenCluster", Fields::default(), values([("return", handle(10))]));
    teller.open(wire, "ApiOpenGroup", "lpszGroupName", "FS", 11);
    teller.open(wire, "ApiOpenNode", "lpszNodeName", "node2", 12);
    teller.call(wire, "ApiGetGroupState", values([("hGroup", handle(11))]), state(0, "node2"));
}

#[test]
fn a_client_that_lost_its_node_and_came_back() {
    let (mut teller, mut wire) = opened();
    teller.call(&mut wire, "ApiGetGroupState", group(), values([("return", Value::Int(5073))]));
    reconnect(&mut teller, &mut wire);
    let events = teller.end();
    let expected = "lost 192.0.2.20:49664 (ApiGetGroupState answered ERROR_CLUSTER_NODE_SHUTTING_DOWN) and reconnected to \
                    \"node2\" (192.0.2.20:49664) after 4 ms, reopening 2 handles";
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!((events[0].text.as_str(), events[0].name), (expected, "client_reconnected"));
    // And one that did not come back.
    let (mut teller, mut wire) = opened();
    teller.call(&mut wire, "ApiGetGroupState", group(), values([("return", Value::Int(5050))]));
    let lines = teller.lines();
    assert!(lines[0].ends_with("ERROR_CLUSTER_NODE_DOWN; it did not reconnect in this capture"), "{lines:?}");
}

#[test]
fn a_call_without_an_answer_before_a_reconnect() {
    let begin = || {
        let (mut teller, mut wire) = opened();
        teller.call(&mut wire, "ApiOpenCluster", Fields::default(), values([("return", handle(3))]));
        let asked = wire.request("ApiOfflineGroup", group(), &mut |record| teller.feed(record));
        (teller, wire, asked)
    };
    let (mut teller, mut wire, _) = begin();
    reconnect(&mut teller, &mut wire);
    let lines = teller.lines();
    assert_eq!(lines[0], "opened the cluster at 192.0.2.20:49664");
    assert!(lines[1].contains("(ApiOfflineGroup was never answered) and reconnected to \"node2\""), "{lines:?}");
    // A second connection while the first one is busy is no reconnect.
    let (mut teller, mut wire, asked) = begin();
    reconnect(&mut teller, &mut wire);
    wire.stream -= 1;
    wire.port -= 1;
    wire.response("ApiOfflineGroup", asked, status(0), &mut |record| teller.feed(record));
    assert_eq!(teller.lines(), ["opened the cluster at 192.0.2.20:49664", "took group \"FS\" offline: done in 11 ms"]);
}

#[test]
fn nothing_moves_the_cursor_and_repeats_are_counted() {
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    teller.open(&mut wire, "ApiOpenGroup", "lpszGroupName", "a\x1b[2J\n\u{202e}\"b", 1);
    for _ in 0..3 {
        teller.call(&mut wire, "ApiOnlineGroup", group(), status(0));
    }
    let events = teller.end();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].text, "brought group \"a\\u{1b}[2J\\n\\u{202e}\\\"b\" online: done in 1 ms at most");
    assert_eq!((events[0].times, events[0].frames.len()), (3, 6));
}

#[test]
fn clients_that_come_and_what_is_refused() {
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    let names = values([("ClusterName", "C1".into()), ("NodeName", "node1".into())]);
    teller.call(&mut wire, "ApiGetClusterName", Fields::default(), names);
    for n in 1..3 {
        teller.call(&mut wire, "ApiOpenCluster", Fields::default(), values([("return", handle(n))]));
    }
    teller.open(&mut wire, "ApiOpenGroup", "lpszGroupName", "FS", 3);
    let rename = values([("NewClusterName", "C2".into())]);
    teller.call(&mut wire, "ApiSetClusterName", rename, status(0));
    let missing = |code| values([("Status", Value::Int(code))]);
    let ask = |name: &str| values([("lpszGroupName", name.into())]);
    teller.call(&mut wire, "ApiOpenGroup", ask("nope"), missing(5013));
    teller.call(&mut wire, "ApiOpenGroup", ask("mine"), missing(5));
    teller.call(&mut wire, "ApiGetGroupState", values([("hGroup", handle(3))]), status(5));
    // Changes are told once; answers that say how to go on are no failures.
    teller.call(&mut wire, "ApiOnlineGroup", values([("hGroup", handle(3))]), status(5));
    teller.call(&mut wire, "ApiGetGroupState", values([("hGroup", handle(3))]), status(234));
    let mut lines = teller.lines();
    assert!(lines.remove(0).starts_with("opened cluster \"C1\" at "), "{lines:?}");
    assert_eq!(
        lines,
        [
            "renamed cluster \"C1\" to \"C2\"",
            "could not open group \"nope\": ERROR_GROUP_NOT_FOUND",
            "could not open group \"mine\": ERROR_ACCESS_DENIED",
            "was refused ApiGetGroupState on group \"FS\": ERROR_ACCESS_DENIED",
            "could not bring group \"FS\" online: ERROR_ACCESS_DENIED; before that ApiGetGroupState of group \"FS\" ended with \
             ERROR_ACCESS_DENIED (#16)",
        ]
    );
}

#[test]
fn notifications_bring_properties() {
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    teller.call(&mut wire, "ApiCreateNotifyV2", Fields::default(), values([("return", handle(1))]));
    for value in [5, 5, 7] {
        let filter = values([("dwObjectType", Value::Int(2)), ("FilterFlags", Value::Int(2))]);
        let data = values([
            ("FilterAndType", Value::Map(filter)),
            ("buffer", properties("FailoverThreshold", value)),
            ("dwBufferSize", Value::Int(64)),
            ("ObjectId", Value::Null),
            ("ParentId", Value::Null),
            ("Name", "FS".into()),
            ("Type", Value::Null),
        ]);
        let one = values([("dwNotifyKey", Value::Int(9)), ("NotificationData", Value::Map(data))]);
        let response =
            values([("Notifications", Value::List(vec![Value::Map(one)])), ("dwNumNotifications", Value::Int(1))]);
        teller.call(&mut wire, "ApiGetNotifyV2", values([("hNotify", handle(1))]), response);
    }
    assert_eq!(
        teller.lines(),
        [
            "was told of new common properties of group \"FS\": FailoverThreshold = 5",
            "was told of new common properties of group \"FS\": FailoverThreshold 5 -> 7",
        ]
    );
}

#[test]
fn passwords_are_not_told() {
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    let request = values([("lpszNewPassword", "hunter2".into()), ("dwFlags", Value::Int(1))]);
    teller.call(&mut wire, "ApiSetServiceAccountPassword", request, Fields::default());
    assert_eq!(teller.lines(), ["changed the password of the cluster service account"]);
}

#[test]
fn lines_that_wait_are_bounded() {
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    for n in 0..3000u64 {
        teller.open(&mut wire, "ApiOpenGroup", "lpszGroupName", &format!("g{n}"), n + 1);
        teller.call(&mut wire, "ApiOnlineGroup", values([("hGroup", handle(n + 1))]), status(997));
        assert!(teller.story.lines.len() <= StoryLimits::default().lines + 1);
    }
    // All but those that are held still went without their end.
    assert_eq!(teller.story.unfinished(), 3000 - StoryLimits::default().lines as u64);
    assert_eq!(teller.lines().len(), 3000);
}

#[test]
fn every_rule_names_a_method_that_exists() {
    for name in operations::methods() {
        let _ = Wire::method(name);
    }
}

/// A registration that could not be given up says nothing of the next one, though both have the same name.
#[test]
fn causes_stay_with_their_registration() {
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    let register = || values([("NetName", "FS1".into()), ("Version", Value::Int(0x0001_0001))]);
    let context = || values([("pContext", handle(1))]);
    let given = values([("ppContext", handle(1)), ("return", Value::Int(0))]);
    teller.call(&mut wire, "WitnessrRegister", register(), given);
    teller.call(&mut wire, "WitnessrAsyncNotify", context(), status(1359));
    teller.call(&mut wire, "WitnessrUnRegister", context(), status(5));
    teller.call(&mut wire, "WitnessrRegister", register(), status(5));
    let events = teller.end();
    let causes: Vec<_> = events.iter().map(|event| (event.name, event.cause.as_ref().and_then(|c| c.method))).collect();
    let expected = [
        ("witness_registered", None),
        ("witness_unregistered", Some("WitnessrAsyncNotify")),
        ("witness_registered", None),
    ];
    assert_eq!(causes, expected, "{events:?}");
}

/// A notification tells the new owner by its id; the name is told where the capture has shown it.
#[test]
fn owners_by_their_names() {
    let (mut teller, mut wire) = (Teller::default(), Wire::new());
    teller.open(&mut wire, "ApiOpenNode", "lpszNodeName", "node2", 2);
    teller.call(&mut wire, "ApiGetNodeId", values([("hNode", handle(2))]), values([("pGuid", "2".into())]));
    teller.call(&mut wire, "ApiCreateNotifyV2", Fields::default(), values([("return", handle(1))]));
    for id in ["2", "3"] {
        let filter = values([("dwObjectType", Value::Int(2)), ("FilterFlags", Value::Int(16))]);
        let bytes: Vec<u8> = id.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        let length = bytes.len() as u64;
        let data = values([
            ("FilterAndType", Value::Map(filter)),
            ("buffer", Value::Bytes(bytes)),
            ("dwBufferSize", Value::Int(length)),
            ("ObjectId", Value::Null),
            ("ParentId", Value::Null),
            ("Name", "FS".into()),
            ("Type", Value::Null),
        ]);
        let one = values([("dwNotifyKey", Value::Int(9)), ("NotificationData", Value::Map(data))]);
        let response =
            values([("Notifications", Value::List(vec![Value::Map(one)])), ("dwNumNotifications", Value::Int(1))]);
        teller.call(&mut wire, "ApiGetNotifyV2", values([("hNotify", handle(1))]), response);
    }
    let events = teller.end();
    let told: Vec<_> = events.iter().map(|event| (event.text.as_str(), event.to.as_deref())).collect();
    let expected = [
        ("was told that group \"FS\" has another owner, node \"node2\"", Some("node2")),
        ("was told that group \"FS\" has another owner, node \"3\"", Some("3")),
    ];
    assert_eq!(told, expected, "{events:?}");
}
