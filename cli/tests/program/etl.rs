//! The program on event traces of Windows.

use crate::data;
use crate::program::{command, dissect, objects, output, run, stderr, stdout};
use cluscope_testkit::etl_writer::{Settings, Trace, ndis, pktmon, rpc_end, rpc_start};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("etl").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Packets of a capture of ours: nanoseconds, bytes.
fn packets(name: &str) -> Vec<(i64, Vec<u8>)> {
    use cluscope::internals::capture::Reader;
    let mut reader = Reader::new(std::fs::File::open(data::file("captures").join(name)).unwrap()).unwrap();
    let mut packets = Vec::new();
    while let Some(packet) = reader.next().unwrap() {
        packets.push((packet.time.unwrap().0, packet.data.to_vec()));
    }
    packets
}

fn trace(packets: &[(i64, Vec<u8>)], settings: Settings) -> Trace {
    let mut trace = Trace::new(settings, packets[0].0 - 1000);
    for (time, data) in packets {
        for mut event in ndis(7, 9, true, 1, 60_000, data) {
            event.process = 1234;
            trace.event(*time, 0, &event);
        }
    }
    trace
}

/// Without what a trace adds, and without times, which are coarser in it.
fn without(mut records: Vec<Value>) -> Vec<Value> {
    for record in &mut records {
        let record = record.as_object_mut().unwrap();
        for key in ["process", "time", "latency_ns", "params"] {
            record.remove(key);
        }
    }
    records
}

#[test]
fn dissect_and_decrypt() {
    let folder = scratch("dissect");
    let (etl, clear) = (folder.join("trace.etl"), folder.join("clear.pcapng"));
    std::fs::write(&etl, trace(&packets("sealed.pcapng"), Settings::default()).bytes()).unwrap();
    let keys = ["--keys", "captures/lab.keys"];
    let found = dissect(&etl, &keys);
    assert!(found.len() > 10);
    for record in &found {
        let process = &record["process"];
        assert_eq!((&process["id"], &process["interface"], &process["layer"]), (&1234.into(), &7.into(), &9.into()));
        assert_eq!(process["direction"], "sent");
    }
    assert_eq!(without(found), without(dissect(Path::new("captures/sealed.pcapng"), &keys)));
    // From a pipe too.
    let piped = run(&["dissect", "--format", "jsonl", "-"], &std::fs::read(&etl).unwrap());
    assert!(piped.status.success());
    assert_eq!(objects(&stdout(&piped)).len(), dissect(&etl, &[]).len());
    // Written as pcapng, processes are comments.
    output(&["decrypt", etl.to_str().unwrap(), "-o", clear.to_str().unwrap(), keys[0], keys[1]]);
    let bytes = std::fs::read(&clear).unwrap();
    let comment = b"PID=1234 TID=88 interface=7 layer=9 sent";
    assert!(bytes.windows(comment.len()).any(|window| window == comment));
    assert!(dissect(&clear, &[]).iter().any(|record| !record["params"].is_null()));
    let text = output(&["dissect", "--format", "text", etl.to_str().unwrap()]);
    assert!(text.contains("  PID=1234 TID=88 interface=7 layer=9 sent\n"), "{text}");
}

#[test]
fn calls_of_the_runtime_and_what_was_lost() {
    let folder = scratch("calls");
    let etl = folder.join("trace.etl");
    let of = packets("tour.pcapng");
    let requests = dissect(Path::new("captures/tour.pcapng"), &[]);
    let request = requests.iter().find(|record| record["method"] == "ApiGetClusterVersion2").unwrap();
    let port = request["dst"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let frame = request["frame"].as_u64().unwrap();
    let mut trace = trace(&of, Settings { lost: (5, 2), ..Settings::default() });
    let time = of[frame as usize - 1].0;
    let clusapi = cluscope::internals::idl::CLUSAPI.uuid_bytes;
    trace.event(time + 200, 0, &rpc_start(false, clusapi, 102, &port, 1));
    trace.event(time + 400, 0, &rpc_end(false, 5, 1));
    trace.event(time + 400, 0, &rpc_start(false, [9; 16], 1, &port, 2));
    std::fs::write(&etl, trace.bytes()).unwrap();
    let records = dissect(&etl, &[]);
    let calls: Vec<&Value> = records.iter().filter(|record| record["type"] == "rpc_event").collect();
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert_eq!(calls[0]["method"], "ApiGetClusterVersion2");
    assert_eq!(
        (&calls[0]["side"], &calls[0]["phase"], &calls[0]["event"]),
        (&"server".into(), &"start".into(), &6.into())
    );
    assert_eq!(calls[0]["hint"]["request_frame"], frame);
    assert_eq!(calls[1]["status"]["name"], "ERROR_ACCESS_DENIED");
    let last = records.last().unwrap();
    assert_eq!((&last["type"], &last["events_lost"], &last["buffers_lost"]), (&"capture".into(), &5.into(), &2.into()));
    assert!(calls.iter().all(|call| call["frame"].is_null()));
}

#[test]
fn remedies() {
    let folder = scratch("remedies");
    let etl = folder.join("trace.etl");
    let mut trace = Trace::new(Settings::default(), 1_795_000_000_000_000_000);
    for (at, (_, data)) in packets("clean.pcapng").iter().enumerate() {
        let logged = &data[..data.len().min(128)];
        let time = 1_795_000_000_000_000_000 + at as i64 * 1000;
        trace.event(time, 0, &pktmon(at as u64, 1, 1, 1, 10, 0, data.len(), logged));
    }
    std::fs::write(&etl, trace.bytes()).unwrap();
    let ran = command(&["dissect", "--format", "jsonl", etl.to_str().unwrap()]).output().unwrap();
    assert!(stderr(&ran).contains("pktmon start --capture --pkt-size 0"), "{}", stderr(&ran));
    assert!(objects(&stdout(&ran)).last().unwrap()["packets_cut_by_pktmon"].as_u64() > Some(0));
    let cab = folder.join("trace.cab");
    std::fs::write(&cab, b"MSCF\0\0\0\0 and so on, more than a header").unwrap();
    let ran = command(&["dissect", cab.to_str().unwrap()]).output().unwrap();
    assert_eq!(ran.status.code(), Some(1));
    assert!(stderr(&ran).contains("expand -F:*.etl"), "{}", stderr(&ran));
}
