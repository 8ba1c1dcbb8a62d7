//! Walks through a capture with the `pcap-parser` crate alone and counts packets and bytes: the yardstick that
//! `benches/compare` holds reading against.
//!
//!     walk FILE

use pcap_parser::{Block, PcapBlockOwned, PcapError, create_reader};
use std::fs::File;

/// What the crate's own examples give its buffer.
const BUFFER: usize = 65536;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let mut reader = create_reader(BUFFER, File::open(path)?).map_err(|e| format!("{e:?}"))?;
    let (mut packets, mut bytes) = (0_u64, 0_u64);
    loop {
        match reader.next() {
            Ok((size, block)) => {
                let data = match &block {
                    PcapBlockOwned::Legacy(packet) => Some(packet.data),
                    PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => Some(packet.data),
                    PcapBlockOwned::NG(Block::SimplePacket(packet)) => Some(packet.data),
                    _ => None,
                };
                if let Some(data) = data {
                    packets += 1;
                    bytes += data.len() as u64;
                }
                reader.consume(size);
            }
            Err(PcapError::Eof) => break,
            Err(PcapError::Incomplete(_)) => reader.refill().map_err(|e| format!("{e:?}"))?,
            Err(error) => return Err(format!("{error:?}").into()),
        }
    }
    println!("{packets} packets, {bytes} bytes");
    Ok(())
}
