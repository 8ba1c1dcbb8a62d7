//! Seeds of the target `link_types`.

use super::{Result, put};
use cluscope::internals::capture::{LinkType, Reader};
use cluscope::internals::net::Side;
use cluscope_testkit::invariants;
use std::path::Path;

/// Packets of every link type and tunnel (`tests/data/links`), and IP packets within others.
pub(super) fn links(root: &Path) -> Result<()> {
    const TARGET: &str = "link_types";
    for entry in std::fs::read_dir(root.join("tests/data/links"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        // Those of the file format hold packets of another one.
        if path.extension().is_none_or(|extension| extension != "pcap") || name.starts_with("file-") {
            continue;
        }
        let bytes = std::fs::read(&path)?;
        let mut reader = Reader::new(bytes.as_slice())?;
        let (mut seed, mut own) = (Vec::new(), None);
        while let Some(packet) = reader.next()? {
            own = LinkType::READ.iter().position(|link| *link == packet.link);
            invariants::put_piece(&mut seed, Side::A, packet.data);
        }
        let own = own.ok_or("a link type that can't be read")? as u8;
        put(root, TARGET, &name, &[&[own, own & 31][..], &seed].concat())?;
    }
    let mut reader = Reader::new(std::fs::File::open(root.join("captures/clean.pcapng"))?)?;
    let mut packets = Vec::new();
    while let Some(packet) = reader.next()?.filter(|_| packets.len() < 8) {
        let ip = packet.data.get(14..).unwrap_or_default();
        packets.push(ip.get(..160).unwrap_or(ip).to_vec());
    }
    for layers in 0..16u8 {
        let mut seed = vec![layers * 2, 0x80 | layers];
        for (index, packet) in (0u8..).zip(&packets) {
            let side = if index == layers { Side::B } else { Side::A };
            invariants::put_piece(&mut seed, side, packet);
        }
        put(root, TARGET, &format!("ip-{layers}"), &seed)?;
    }
    // IPv6, in fragments, with an extension header in front.
    let datagram = [&[0xc0, 0x01, 0xc0, 0x02, 0, 28, 0, 0][..], &[0x5a; 20]].concat();
    for (number, cut) in [(0u8, 8), (5, 16), (7, 24)] {
        let mut seed = vec![1, 0x80 | number];
        for (part, offset, more) in [(&datagram[..cut], 0, 1), (&datagram[cut..], cut as u16, 0)] {
            let mut packet = vec![0x60, 0, 0, 0];
            packet.extend((8 + part.len() as u16).to_be_bytes());
            packet.extend([44, 64]);
            packet.extend([0x20; 32]);
            packet.extend([17, 0]);
            packet.extend((offset | more).to_be_bytes());
            packet.extend([0, 0, 0, 7]);
            packet.extend(part);
            invariants::put_piece(&mut seed, Side::A, &packet);
        }
        put(root, TARGET, &format!("fragments-{cut}"), &seed)?;
    }
    Ok(())
}
