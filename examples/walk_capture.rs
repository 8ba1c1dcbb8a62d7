//! Every message of a capture.
//!
//!     cargo run --example walk_capture captures/tour.pcapng

use cluscope::capture::Reader;
use cluscope::ndr::Message;
use cluscope::session::{Record, Session, SessionLimits};
use std::sync::Arc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "captures/tour.pcapng".into());
    let mut reader = Reader::new(std::fs::File::open(path)?)?;
    // A key store with passwords, keytabs or credential caches would open what is sealed.
    let mut session = Session::new(SessionLimits::default(), Arc::default());
    let mut show = |record: Record<'_>| {
        let (Some(method), Some((kind, stub))) = (record.method(), record.stub()) else { return };
        let read = match Message::decode(method, kind, stub) {
            Ok(message) => format!("{} bytes", message.consumed),
            Err(error) => error.to_string(),
        };
        println!("{:5}  {} {}  {read}", record.event.frame(), method.name, record.event.type_name());
    };
    while let Some(packet) = reader.next()? {
        session.packet(&packet, &mut show);
    }
    session.finish(&mut show);
    // What limits cost is never silent.
    for (what, count) in session.given_up() {
        eprintln!("{what}: {count}");
    }
    Ok(())
}
