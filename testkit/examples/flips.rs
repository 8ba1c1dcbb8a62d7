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
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

/// Messages by the packets that carried them, whether each is verified, and whether that is said of its stub alone.
type Messages = Vec<(Vec<u64>, bool, bool)>;

fn read(capture: &[u8], packets: &[Vec<u8>], keys: &Arc<KeyStore>) -> Result<Messages, Box<dyn Error>> {
    let mut reader = Reader::new(capture)?;
    let mut session = Session::new(SessionLimits::default(), Arc::clone(keys));
    let mut messages = Messages::new();
    let mut each = |record: cluscope::internals::session::Record<'_>| {
        if matches!(record.event.body, Body::Request { .. } | Body::Response { .. } | Body::Fault { .. }) {
            let opened = record.event.auth.as_ref().and_then(|auth| auth.opened.as_ref());
            let verified = matches!(opened, Some(Opened::Clear { verified: Verified::Right, .. }));
            let stub_only = record.event.auth.as_ref().is_some_and(|auth| auth.stub_only);
            messages.push((record.event.frames().to_vec(), verified, stub_only));
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
    let verified = untouched.iter().filter(|(_, verified, _)| *verified).count();
    println!("{path}: {verified} of {} messages verified untouched", untouched.len());
    let mut numbers = Numbers(1);
    let mut told: BTreeMap<(&str, bool), u64> = BTreeMap::new();
    let mut total = 0_u64;
    for place in Where::ALL {
        for every in [1, 8] {
            let (mut flips, mut wrong, mut lost) = (0_u64, 0_u64, 0_u64);
            for _ in 0..rounds {
                let mut changed = packets.clone();
                let touched = flip(&mut changed, place, every, &mut numbers);
                let touched: BTreeMap<u64, &str> = touched
                    .iter()
                    .filter_map(|flip| frames.get(flip.packet).map(|frame| (*frame, flip.field)))
                    .collect();
                flips += touched.len() as u64;
                for (frame_set, verified, stub_only) in read(&capture, &changed, &keys)? {
                    let hit = frame_set.iter().find_map(|frame| touched.get(frame));
                    if let (Some(field), true) = (hit, verified) {
                        *told.entry((field, stub_only)).or_default() += 1;
                    }
                    wrong += u64::from(hit.is_some() && verified);
                    lost += u64::from(hit.is_none() && !verified);
                }
            }
            total += flips;
            println!("{place:?}, one of {every}: {flips} flips, {wrong} of them verified; {lost} others not verified");
        }
    }
    println!("{total} flips");
    for ((field, stub_only), count) in told {
        let of = if stub_only { "the stub" } else { "the message" };
        println!("  verified, said of {of}: {count} with a flip in {field}");
    }
    Ok(())
}
