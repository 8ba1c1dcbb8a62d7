//! Flips single bits in the protected PDUs of a capture, reads it with its keys and counts what comes out as verified.
//!
//! ```text
//! cargo run -p cluscope-testkit --features decrypt --example flips -- CAPTURE ROUNDS [keys|keytab|ccache FILE]…
//! ```
//!
//! Each round flips one bit in every protected PDU at once, at another place; then in one of eight, to see what that costs
//! the others. Nothing that was changed may be verified.

use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::{Packet, Reader};
use cluscope::internals::rpc::event::Body;
use cluscope::internals::rpc::security::{Opened, Verified};
use cluscope::internals::session::{Session, SessionLimits};
use cluscope_testkit::flips::{Numbers, Where, flip};
use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;

/// Messages by the packets that carried them, and whether each is verified.
type Messages = Vec<(Vec<u64>, bool)>;

fn read(capture: &[u8], packets: &[Vec<u8>], keys: &Arc<KeyStore>) -> Result<Messages, Box<dyn Error>> {
    let mut reader = Reader::new(capture)?;
    let mut session = Session::new(SessionLimits::default(), Arc::clone(keys));
    let mut messages = Messages::new();
    let mut each = |record: cluscope::internals::session::Record<'_>| {
        if matches!(record.event.body, Body::Request { .. } | Body::Response { .. } | Body::Fault { .. }) {
            let opened = record.event.auth.as_ref().and_then(|auth| auth.opened.as_ref());
            let verified = matches!(opened, Some(Opened::Clear { verified: Verified::Right, .. }));
            messages.push((record.event.frames().to_vec(), verified));
        }
    };
    let mut index = 0;
    while let Some(packet) = reader.next()? {
        let data = packets.get(index).map_or(packet.data, Vec::as_slice);
        session.packet(&Packet { data, ..packet }, &mut each);
        index += 1;
    }
    session.finish(&mut each);
    Ok(messages)
}

/// Where a bit was flipped in a message that is verified all the same.
fn tell(frames: &[u64], packets: &[Vec<u8>], changed: &[Vec<u8>], frame_set: &[u64]) {
    for (index, (before, after)) in packets.iter().zip(changed).enumerate() {
        let place = before.iter().zip(after).rposition(|(a, b)| a != b);
        if let (Some(at), Some(frame)) = (place, frames.get(index).filter(|frame| frame_set.contains(frame))) {
            let bits = before.get(at).zip(after.get(at)).map_or(0, |(a, b)| a ^ b);
            println!("  verified: frame {frame}, byte {} from the end, bits {bits:02x}", before.len() - at);
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("the capture is missing")?;
    let rounds: u64 = arguments.next().ok_or("the number of rounds is missing")?.parse()?;
    let mut keys = KeyStore::new();
    while let (Some(kind), Some(file)) = (arguments.next(), arguments.next()) {
        match kind.as_str() {
            "keys" => keys.load_keys_file(file.as_ref())?,
            "keytab" => keys.load_keytab(file.as_ref())?,
            _ => keys.load_ccache(file.as_ref())?,
        };
    }
    let keys = Arc::new(keys);
    let capture = std::fs::read(&path)?;
    let mut reader = Reader::new(&capture[..])?;
    let (mut packets, mut frames) = (Vec::new(), Vec::new());
    while let Some(packet) = reader.next()? {
        packets.push(packet.data.to_vec());
        frames.push(packet.frame);
    }
    let untouched = read(&capture, &packets, &keys)?;
    let verified = untouched.iter().filter(|(_, verified)| *verified).count();
    println!("{path}: {verified} of {} messages verified untouched", untouched.len());
    let mut numbers = Numbers(1);
    for place in [Where::Anywhere, Where::Level, Where::Trailer, Where::Signature, Where::Fragments] {
        for every in [1, 8] {
            let (mut flips, mut wrong, mut lost) = (0_u64, 0_u64, 0_u64);
            for _ in 0..rounds {
                let mut changed = packets.clone();
                let touched = flip(&mut changed, place, every, &mut numbers);
                let touched: BTreeSet<u64> = touched.iter().filter_map(|index| frames.get(*index)).copied().collect();
                flips += touched.len() as u64;
                for (frame_set, verified) in read(&capture, &changed, &keys)? {
                    let hit = frame_set.iter().any(|frame| touched.contains(frame));
                    if hit && verified {
                        tell(&frames, &packets, &changed, &frame_set);
                    }
                    wrong += u64::from(hit && verified);
                    lost += u64::from(!hit && !verified);
                }
            }
            println!("{place:?}, one of {every}: {flips} flips, {wrong} of them verified; {lost} others not verified");
        }
    }
    Ok(())
}
