//! Captures that begin after the bind: interface, version and syntax are guessed, and the guess says so.

use crate::support::*;
use cluscope::internals::session::inference::Assumption;
use cluscope::internals::session::{Session, SessionLimits};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

const ASSOCIATION: &[&str] = &["bind", "bind_ack", "alter_context", "alter_context_resp", "auth3"];

/// The packets without those that open connections and associations.
fn without_binds(packets: &[Owned]) -> Vec<Owned> {
    let streams = streams(packets);
    let mut last: HashMap<u64, u64> = HashMap::new();
    for record in run(packets).iter().filter(|r| is(r, ASSOCIATION)) {
        let (stream, frame) = (record["stream"].as_u64().unwrap(), record["frame"].as_u64().unwrap());
        last.entry(stream).and_modify(|f| *f = frame.max(*f)).or_insert(frame);
    }
    let keep = |p: &&Owned| streams.get(&p.frame).is_some_and(|s| last.get(s).is_none_or(|f| p.frame > *f));
    packets.iter().filter(keep).cloned().collect()
}

fn key(record: &Value) -> (u64, String) {
    (record["frame"].as_u64().unwrap(), record["type"].as_str().unwrap().to_owned())
}

fn identity(record: &Value) -> [Value; 4] {
    ["interface", "version", "syntax", "method"].map(|k| record[k].clone())
}

/// Returns how many calls and responses were guessed right, and how many there were.
fn compare(name: &str, packets: &[Owned], session: Session) -> (usize, usize) {
    let cut = without_binds(packets);
    let messages = |r: &&Value| is(r, &["request", "response"]);
    let guessed = run_with(session, &cut);
    assert!(guessed.iter().all(|r| !is(r, ASSOCIATION)), "{name}: a bind is still there");
    let guessed: HashMap<_, _> = guessed.iter().filter(messages).map(|r| (key(r), r)).collect();
    let frames: std::collections::HashSet<u64> = cut.iter().map(|p| p.frame).collect();
    let (mut right, mut all) = (0, 0);
    let mut wrong = HashMap::new();
    let known = run(packets);
    for record in known.iter().filter(messages).filter(|r| frames.contains(&r["frame"].as_u64().unwrap())) {
        if record.get("interface").is_none() {
            continue;
        }
        all += 1;
        let Some(found) = guessed.get(&key(record)) else { continue };
        let place = (record["stream"].as_u64(), record["context_id"].as_u64());
        if identity(found) == identity(record) {
            right += 1;
            assert_eq!(found["assumed"], true, "{name}: {found}");
            let confidence = found["confidence"].as_f64().unwrap();
            assert!(confidence > 0.0 && confidence < 1.0);
            // The first one after a wrong guess says that it was wrong.
            if let Some(before) = wrong.remove(&place) {
                assert_eq!(found["assumed_changed"]["syntax"], before, "{name}: {found}");
            }
        } else if found.get("syntax").is_some() {
            wrong.insert(place, found["syntax"].clone());
        }
    }
    println!("{name}: {right} of {all}");
    (right, all)
}

fn fresh() -> Session {
    Session::new(SessionLimits::default(), Arc::default())
}

#[test]
fn nine_in_ten() {
    for name in ["tour.pcapng", "ndr64.pcapng", "bigendian.pcapng", "witness.pcapng"] {
        let (right, all) = compare(name, &ours(name), fresh());
        assert!(all > 10 && right * 10 >= all * 9, "{name}: {right} of {all}");
    }
}

#[test]
fn nine_in_ten_of_the_recorded() {
    for name in [
        "a-v3-ndr",
        "b-v3-ndr64",
        "c-v3-bigendian",
        "m-all-ndr",
        "m2-all-ndr64",
        "m3-all-bigendian",
        "m4-v2-tcp-all",
        "i-witness-ndr",
        "i2-witness-all-ndr64",
        "h-bigfrag-ndr",
        "h2-bigfrag-ndr64",
        "l2-two-interfaces",
        "j-epm-dynamic",
    ] {
        let Some(packets) = recorded(&format!("{name}.pcapng")) else { return };
        let (right, all) = compare(name, &packets, fresh());
        assert!(all > 10 && right * 10 >= all * 9, "{name}: {right} of {all}");
    }
}

#[test]
fn midstream() {
    let Some(packets) = recorded("n-midstream.pcap") else { return };
    let lines = run(&packets);
    let calls: Vec<&Value> = lines.iter().filter(|r| is(r, &["request", "response"])).collect();
    let right = calls.iter().filter(|r| r["version"] == "3.0" && r["syntax"] == "ndr").count();
    assert!(calls.len() == 244 && right * 10 >= calls.len() * 9, "{right} of {}", calls.len());
    assert!(calls.iter().filter(|r| r["assumed"] == true).count() > 100);
}

/// The user's word is taken, right or wrong.
#[test]
fn the_user_names_it() {
    let packets = ours("ndr64.pcapng");
    let with = |text: &str| {
        let mut session = fresh();
        session.assume(text.parse().unwrap());
        session
    };
    let (right, all) = compare("named", &packets, with("clusapi:3.0:ndr64"));
    assert_eq!(right, all);
    // Another server's: no say here.
    let (right, all) = compare("elsewhere", &packets, with("witness:1.1:ndr@192.0.2.1:1"));
    assert!(right * 10 >= all * 9);
    let wrong = run_with(with("clusapi:3.0:ndr"), &without_binds(&packets));
    assert!(wrong.iter().filter(|r| is(r, &["request"])).all(|r| r["syntax"] == "ndr" && r["assumed"] == true));
}

#[test]
fn words_of_the_user() {
    let one: Assumption = "witness:1.1:ndr64@[2001:db8::1]:49664".parse().unwrap();
    assert_eq!((one.interface.name, one.server.unwrap().port()), ("witness", 49664));
    for wrong in [
        "",
        "clusapi",
        "clusapi:3.0",
        "clusapi:9.0:ndr",
        "srvsvc:3.0:ndr",
        "clusapi:3.0:xml",
        "clusapi:3.0:ndr@host",
        "clusapi:3.0:ndr:x",
    ] {
        assert!(wrong.parse::<Assumption>().is_err(), "{wrong}");
    }
}
