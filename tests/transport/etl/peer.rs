//! What etl-parser (Airbus CERT, Apache-2.0) reads of the same traces: how many events of each kind, and the bytes of each
//! packet's event. It is asked where `python3` finds it: `pip install etl-parser`, and two changes that current Pythons
//! need, which the script makes.

use super::*;
use crate::data;
use serde_json::Value;
use std::process::Command;

/// Prints a JSON object: how many events of each kind, and the fragments and payloads in hexadecimal.
const SCRIPT: &str = r#"
import collections, json, sys, typing
# What etl-parser 1.0.1 takes from `typing` is no longer there; the name is only an annotation.
if not hasattr(typing, 'Container'):
    typing.Container = object
try:
    import construct
    from etl.etl import IEtlFileObserver, build_from_stream
    from etl.parsers.etw.core import Guid, build_etw
    from etl.error import EtwVersionNotFound, EventIdNotFound, GuidNotFound
    from etl.parsers.etw.Microsoft_Windows_NDIS_PacketCapture import Microsoft_Windows_NDIS_PacketCapture_1001_0 as Ndis
    from etl.parsers.etw.Microsoft_Windows_PktMon import Microsoft_Windows_PktMon_160_0 as PktMon
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(77)
class Seen(IEtlFileObserver):
    def __init__(self):
        self.counts, self.packets = collections.Counter(), []
    def on_event_record(self, event):
        self.counts['event'] += 1
        header = event.source.event_header
        # The second change: the fields of a GUID moved into a structure of their own, which its own lookup has missed.
        of = header.provider_id.inner
        guid, of = Guid(of.data1, of.data2, of.data3, of.data4), header.event_descriptor
        try:
            etw = build_etw(guid, of.Id, of.Version, event.source.user_data)
        except (GuidNotFound, EventIdNotFound, EtwVersionNotFound):
            return
        if isinstance(etw, Ndis):
            self.packets.append(bytes(etw.source.Fragment).hex())
        elif isinstance(etw, PktMon):
            self.packets.append(bytes(etw.source.Payload).hex())
    def on_trace_record(self, event): self.counts['trace'] += 1
    def on_perfinfo_trace(self, event): self.counts['perf_info'] += 1
    def on_system_trace(self, event): self.counts['system'] += 1
    def on_win_trace(self, event): self.counts['win'] += 1
seen = Seen()
build_from_stream(open(sys.argv[1], 'rb').read()).parse(seen)
print(json.dumps({'counts': seen.counts, 'packets': seen.packets}))
"#;

/// What etl-parser says of a file; `None` where it is not there.
fn ask(path: &std::path::Path) -> Option<Value> {
    let python = std::env::var_os("CLUSCOPE_PYTHON").unwrap_or_else(|| "python3".into());
    let Ok(output) = Command::new(python).args(["-c", SCRIPT]).arg(path).output() else {
        data::skipped("no python3");
        return None;
    };
    if output.status.code() == Some(77) {
        data::skipped("no etl-parser");
        return None;
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", path.display());
    Some(serde_json::from_slice(&output.stdout).expect("a JSON object"))
}

#[test]
fn counts_of_the_real_traces() {
    for name in ["lxcore_kernel.etl", "AMSITrace.etl"] {
        let Some(path) = data::shared(&format!("etl/{name}")) else { return };
        let Some(theirs) = ask(&path) else { return };
        let bytes = std::fs::read(&path).unwrap();
        let (_, reader, _) = read(&bytes);
        let ours = reader.trace_counters().unwrap().events;
        let count = |kind: &str| theirs["counts"][kind].as_u64().unwrap_or(0);
        assert_eq!(
            [ours.event, ours.full, ours.perf_info, ours.system + ours.compact, ours.message],
            ["event", "trace", "perf_info", "system", "win"].map(count),
            "{name}"
        );
        assert!(ours.total() > 0);
    }
}

#[test]
fn packets_of_written_traces() {
    let packets = timed(plain(ours("clean.pcapng")));
    let directory = std::env::temp_dir().join(format!("cluscope-etl-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let expected: Vec<String> = packets.iter().map(|p| hex::encode(&p.data)).collect();
    for (name, bytes) in [
        ("ndis", as_ndis(Settings::default(), &packets, 60_000, 1).bytes()),
        ("pktmon", as_pktmon(Settings::default(), &packets, 1, 60_000).bytes()),
    ] {
        let path = directory.join(format!("{name}.etl"));
        std::fs::write(&path, bytes).unwrap();
        let Some(theirs) = ask(&path) else { break };
        assert_eq!(theirs["counts"]["event"], packets.len() as u64, "{name}");
        let found: Vec<&str> = theirs["packets"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(found, expected, "{name}");
    }
    std::fs::remove_dir_all(&directory).unwrap();
}
