//! Writes a capture as an event trace of Windows, so many times over, for measurements and for trying out.
//!
//!     etl ndis|pktmon IN OUT [TIMES]

use cluscope::internals::capture::{LinkType, Reader};
use cluscope_testkit::etl_writer::{HEADER, Settings, Trace, ndis, pktmon};
use std::fs::File;
use std::io::{BufWriter, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, from, to, rest @ ..] = arguments.as_slice() else { return Err("etl ndis|pktmon IN OUT [TIMES]".into()) };
    let times: i64 = rest.first().map_or(Ok(1), |times| times.parse())?;
    let mut packets = Vec::new();
    let mut reader = Reader::new(File::open(from)?)?;
    while let Some(packet) = reader.next()? {
        packets.push((packet.time.map_or(0, |time| time.0), packet.link, packet.data.to_vec()));
    }
    let (first, last) = (packets.first().map_or(0, |p| p.0), packets.last().map_or(0, |p| p.0));
    let mut out = BufWriter::new(File::create(to)?);
    // A header without buffers, then the buffers of each round without their header.
    out.write_all(&Trace::new(Settings::default(), first - 1_000_000).bytes())?;
    for round in 0..times {
        let mut trace = Trace::new(Settings::default(), first - 1_000_000);
        for (at, (time, link, data)) in packets.iter().enumerate() {
            let time = time + round * (last - first + 1_000_000);
            if kind == "ndis" {
                let media = if *link == LinkType::ETHERNET { 1 } else { 0x200 };
                for event in ndis(7, 7, at % 2 == 0, media, 60_000, data) {
                    trace.event(time, 0, &event);
                }
            } else {
                let (kind, group) =
                    (if *link == LinkType::ETHERNET { 1 } else { 3 }, at as u64 + round as u64 * 1_000_000);
                trace.event(time, 0, &pktmon(group, 1, 1, kind, 10, 0, data.len(), data));
            }
        }
        for buffer in trace.buffers().iter().skip(1) {
            assert!(buffer.len() >= HEADER);
            out.write_all(buffer)?;
        }
    }
    out.flush()?;
    Ok(())
}
