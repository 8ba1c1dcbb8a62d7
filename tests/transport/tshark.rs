//! Agreement with tshark, wherever it decodes: frame, stream, PDU type and opnum of every PDU of every recorded capture.
//!
//! Where tshark 4.0 is wrong or shows less, and is left out here for that reason:
//!
//! * `n-cutfile`, `n-snaplen`, `n-dropped*`, `n-oneway`: it shows PDUs that were not captured whole as if they were.
//! * `n-outoforder*`, `n-overlapping`, `n-seqwrap-outoforder`: it loses messages of segments out of order unless
//!   `tcp.reassemble_out_of_order` is set; with the option the frame it names for a PDU is the one that filled the hole,
//!   and PDUs behind it in the same segment come out in other frames.
//! * `n-retransmitted*`, `n-duplicated`: it decodes datagrams and segments that repeat earlier ones once more.
//! * `n-resegmented`: with segments of 90 bytes it names the last one of several PDUs for all that end in it.
//! * `n-nosyn`, `n-midstream`: compared; it needs no SYN.
//! * UDP: it takes the first datagram of a conversation for WireGuard (it begins 04 00 00 00), so that WireGuard is
//!   switched off here. Fragments are PDUs of their own for it, messages for this program: each fragment's frame is one
//!   of the message's frames. What repeats an earlier datagram it shows again.

use crate::data;
use crate::support::*;
use std::collections::BTreeSet;
use std::process::Command;

type Key = (u64, u64, String, Option<u64>);

fn tshark(path: &std::path::Path, udp: bool) -> Option<Vec<Key>> {
    let transport = if udp { "udp.stream" } else { "tcp.stream" };
    let (kind, opnum) =
        if udp { ("dcerpc.pkt_type", "dcerpc.opnum") } else { ("dcerpc.pkt_type", "dcerpc.cn_call_id") };
    let output = Command::new("tshark")
        .args(["-r", &path.to_string_lossy(), "--disable-protocol", "wg", "-Y", "dcerpc", "-T", "fields"])
        .args(["-e", "frame.number", "-e", transport, "-e", kind, "-e", opnum])
        .output()
        .ok()?;
    let mut keys = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut columns = line.split('\t');
        let mut column = || columns.next().unwrap_or_default();
        let (frame, stream, kinds, numbers) = (column(), column(), column(), column());
        let (Ok(frame), Ok(stream)) = (frame.parse(), stream.parse()) else { continue };
        // Several PDUs of one frame stand behind commas.
        for (kind, number) in kinds.split(',').zip(numbers.split(',').chain(std::iter::repeat(""))) {
            keys.push((frame, stream, name(kind.parse().ok()?).to_string(), number.parse().ok()));
        }
    }
    Some(keys)
}

fn name(kind: u8) -> &'static str {
    cluscope::internals::rpc::PacketType::from_u8(kind).map_or("?", |p| p.name())
}

/// Captures of TCP: each PDU by frame, stream, type and call number. A fragmented message is one record here; the frames
/// of all its fragments are in it.
#[test]
fn every_pdu_of_tcp() {
    let Some(folder) = recordings() else { return };
    if !data::installed("tshark") {
        return;
    }
    let except = [
        "cutfile",
        "snaplen",
        "dropped",
        "oneway",
        "outoforder",
        "overlapping",
        "retransmitted",
        "duplicated",
        "resegmented",
        "udp",
    ];
    let mut compared = 0;
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    for file in names {
        let file = file.to_string_lossy();
        let capture = file.ends_with(".pcap") || file.ends_with(".pcapng");
        if !capture || except.iter().any(|e| file.contains(e)) {
            continue;
        }
        let theirs = tshark(&folder.join(&*file), false).expect("tshark runs");
        let mut ours = BTreeSet::new();
        let mut last = Vec::new();
        for record in run(&load(folder.join(&*file))) {
            let Some(call) = record["call_id"].as_u64() else { continue };
            let stream = record["stream"].as_u64().unwrap();
            let kind = match record["type"].as_str().unwrap() {
                "incomplete" => record["of"].as_str().unwrap(),
                kind => kind,
            };
            for frame in record["frames"].as_array().unwrap() {
                ours.insert((frame.as_u64().unwrap(), stream, kind.to_string(), Some(call)));
            }
            last.push((record["frame"].as_u64().unwrap(), stream, kind.to_string(), Some(call)));
        }
        let missing: Vec<_> = theirs.iter().filter(|k| !ours.contains(k)).collect();
        assert!(
            missing.is_empty(),
            "{file}: tshark has {} more: {:?}",
            missing.len(),
            &missing[..missing.len().min(5)]
        );
        // And it has what this program has, at the message's last frame.
        let theirs: BTreeSet<Key> = theirs.into_iter().collect();
        let more: Vec<_> = last.iter().filter(|k| !theirs.contains(k)).collect();
        assert!(more.is_empty(), "{file}: tshark lacks {}: {:?}", more.len(), &more[..more.len().min(5)]);
        compared += theirs.len();
    }
    println!("{compared} PDUs");
    assert!(compared > 10_000, "{compared}");
}

#[test]
fn every_pdu_of_udp() {
    let Some(folder) = recordings() else { return };
    if !data::installed("tshark") {
        return;
    }
    for file in ["k-v2-udp.pcapng", "k2-v2-udp-bigendian.pcapng", "n-base-udp.pcapng", "n-udp-ipfragments.pcap"] {
        let theirs = tshark(&folder.join(file), true).expect("tshark runs");
        let mut ours = BTreeSet::new();
        for record in run(&load(folder.join(file))) {
            let stream = record["stream"].as_u64().unwrap();
            let kind = record["type"].as_str().unwrap().trim_start_matches("conv_").to_string();
            for frame in record["frames"].as_array().unwrap() {
                ours.insert((frame.as_u64().unwrap(), stream, kind.clone()));
            }
        }
        let missing: Vec<_> =
            theirs.iter().filter(|(frame, stream, kind, _)| !ours.contains(&(*frame, *stream, kind.clone()))).collect();
        println!("{file}: {} PDUs, {} that repeat earlier ones: {missing:?}", theirs.len(), missing.len());
        // Repetitions are left out here.
        let repeated =
            missing.iter().filter(|(_, _, kind, _)| matches!(kind.as_str(), "request" | "response" | "fault"));
        assert_eq!(repeated.count(), missing.len(), "{file}: {missing:?}");
        assert!(missing.len() <= 40 && theirs.len() > 100, "{file}");
    }
}
